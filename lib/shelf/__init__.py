"""The shelf: plug-ins that are found by name and can be left out."""
