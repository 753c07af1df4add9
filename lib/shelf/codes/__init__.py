"""The best codes that can be constructed, behind the generator `coding`."""
