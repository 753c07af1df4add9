"""Numba kernels of the hot paths. Callers check the arguments; a kernel trusts them."""
