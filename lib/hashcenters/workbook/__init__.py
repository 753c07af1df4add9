"""Runs the notebooks: their order, parameters, freshness, execution and manifest."""
