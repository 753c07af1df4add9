"""Figures of trainings."""

from hashcenters import plots

ablation_bars = plots.ablation_bars
bit_loss_curves = plots.bit_loss_curves
center_distance_curves = plots.center_distance_curves
center_drift = plots.center_drift
clip_strips = plots.clip_strips
grid_cell = plots.grid_cell
lambda_heatmap = plots.lambda_heatmap
learning_curves = plots.learning_curves
magnitude_histogram = plots.magnitude_histogram
neighbour_tiles = plots.neighbour_tiles
precision_recall_lines = plots.precision_recall_lines
sample_tiles = plots.sample_tiles
