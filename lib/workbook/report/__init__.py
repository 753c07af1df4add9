"""The report of a profile: a static site that opens from disk, and a README for reading on a code host."""
