"""The ground floor: a few things that every house needs, and that know none of them."""

from basics import loaded  # noqa: F401 (notes what the files are before others are imported)
