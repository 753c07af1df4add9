"""Measurements of speed and memory. `python -m benchmarks` runs them and writes a table each."""
