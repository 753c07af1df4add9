"""What runs notebooks: plan, freshness, trainings first, execution, what is listed and estimated."""
