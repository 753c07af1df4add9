"""The largest sizes that the library takes; they are checked before anything is computed."""

MAX_BITS = 65_535
"""Bits a code: distances are counted in 16 bits."""
MAX_ITEMS = 2**31 - 1
"""Queries, and items of a database: both are counted in 32 bits."""
MAX_SEED = 2**32 - 1
"""Seeds: numpy and torch take these."""
