"""The one check that every generator of hash centers starts with."""

from basics.errors import InputError


def check_sizes(bits: int, num_classes: int) -> None:
    """Raise `InputError` unless `num_classes` >= 2 different centers of `bits` >= 1 bits exist."""
    if bits < 1:
        raise InputError(f"bits must be at least 1, got {bits}")
    if num_classes < 2:
        raise InputError(f"num_classes must be at least 2, got {num_classes}")
    if num_classes > 2**bits:
        raise InputError(f"num_classes must be at most 2^bits = {2**bits} for {bits} bits, got {num_classes}")


def is_power_of_two(number: int) -> bool:
    """Whether `number` is 1, 2, 4, 8, ..."""
    return number >= 1 and number & (number - 1) == 0
