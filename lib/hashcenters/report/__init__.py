"""The report of a profile: a static site that opens from disk, and a README for reading on a code host."""

from hashcenters.report.site import build

__all__ = ["build"]
