"""Trainings on a Ray cluster, found by `hashcenters.sweep` where an address is given."""
