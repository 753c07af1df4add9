"""What several chapters share: trainings of a grid, their scores, comparisons, figures and readings."""
