"""Data sets: one source a module, their splits, and the audit of list files."""
