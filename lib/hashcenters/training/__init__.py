"""One training loop for every method: its configuration, checkpoints, finished runs and encoding."""
