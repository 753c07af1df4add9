"""The ground floor: a few things that every house needs, and that know none of them."""
