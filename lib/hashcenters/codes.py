"""Hash codes as ±1 arrays: binarise, check, pack, and measure their distances.

Codes and centers are numpy `int8` arrays of −1 and +1, one code a row. The papers' {0, 1} codes are the same
codes under `(code + 1) / 2`. Packed codes hold 8 bits a byte, most significant bit first (`numpy.packbits`,
FAISS's binary layout), a set bit for +1, the last byte padded with zeros.
"""

from functools import reduce
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Int8, Num, UInt8

from basics.errors import InputError
from hashcenters.limits import MAX_BITS

Codes = Any
"""What `read_codes` reads: arrays, lists and tensors (n, bits) of ±1, {0, 1}, bool, or outputs."""
_NEAR_ZERO = 0.1
_ROWS_AT_ONCE = 16_384


def binarise(outputs: Num[np.ndarray, "n bits"]) -> Int8[np.ndarray, "n bits"]:
    """The signs of continuous outputs, with 0 → +1 (the authors' `sign` leaves a third value at 0).

    Raises:
        InputError: an output is NaN.

    >>> binarise(np.array([[0.0, -0.3, 2.0]]))
    array([[ 1, -1,  1]], dtype=int8)
    """
    missing = np.isnan(outputs).any(axis=1)
    if missing.any():
        raise InputError(f"outputs must be numbers, got NaN in row {int(missing.argmax())}")
    return np.where(outputs >= 0, 1, -1).astype(np.int8)


def as_codes(values: Num[np.ndarray, "n bits"], *, name: str = "codes") -> Int8[np.ndarray, "n bits"]:
    """The same ±1 values as `int8`; any number type comes in.

    Raises:
        InputError: as `check_codes`.
    """
    values = np.asarray(values)
    check_codes(values, name=name)
    return values.astype(np.int8)


def check_codes(values: np.ndarray, *, name: str) -> None:
    """Make sure that an array of any number type holds ±1 codes.

    Raises:
        InputError: no 2-D array of numbers, no bit or more than `MAX_BITS`, or anything but −1 and +1; the message
            says what would turn other forms of codes into these.
    """
    _check_shape(values, name=name)
    if not _only(values, -1, 1):
        row, column = np.argwhere((values != 1) & (values != -1))[0]
        found = f"{values[row, column]} in row {row}, bit {column}"
        raise InputError(f"{name} must be -1 or +1, got {found}{_conversion(values)}")


def _check_shape(values: np.ndarray, *, name: str) -> None:
    if values.ndim != 2 or values.dtype.kind not in "biuf" or not 1 <= values.shape[1] <= MAX_BITS:
        expected = f"numbers of shape (n, bits) with bits in 1..{MAX_BITS}"
        raise InputError(f"{name} must be {expected}, got {values.dtype} {values.shape}")


def as_array(values: Any, *, name: str) -> np.ndarray:
    """An array of what somebody has: nested lists, frames, sparse matrices and tensors of any device, too.

    Raises:
        InputError: values are masked, or numpy makes no array of it.
    """
    if np.ma.is_masked(values):
        raise InputError(f"{name} must have no masked values; leave out their rows and take values.data")
    dense = values.detach().cpu() if hasattr(values, "detach") else values
    dense = dense.toarray() if hasattr(dense, "toarray") else dense
    try:
        return np.asarray(dense)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(f"{name} must be an array of numbers, got {type(values).__name__}: {error}") from error


def sign_rule(values: np.ndarray, *, name: str) -> np.ufunc:
    """How an array of codes is read: a bit is +1 where its value is `greater` than 0, or `greater_equal`.

    There is one reading of ±1, of {0, 1} and bool, and of outputs, whose signs are the codes, with 0 → +1.

    Raises:
        InputError: as `check_codes`; outputs that all have one sign are refused, for their signs are no codes, and so
            are signs that have zeros among them, which say neither.
    """
    _check_shape(values, name=name)
    if _only(values, -1, 1) or (_only(values, 0, 1) and values.any()):
        return np.greater
    low, high = (values.min(), values.max()) if values.size else (0, 0)
    if values.dtype.kind == "f" and low < 0 < high and not _only(values, -1, 0, 1):
        return np.greater_equal
    check_codes(values, name=name)
    return np.greater


def read_codes(values: Codes, *, name: str = "codes") -> Int8[np.ndarray, "n bits"]:
    """±1 codes from any form of which there is one reading, see `sign_rule`; those of `int8` come back as they are.

    >>> read_codes([[0, 1], [1, 1]]).tolist(), read_codes([[-0.3, 0.0], [0.9, 1.0]]).tolist()
    ([[-1, 1], [1, 1]], [[-1, 1], [1, 1]])
    """
    values = as_array(values, name=name)
    rule = sign_rule(values, name=name)
    if values.dtype == np.int8 and _only(values, -1, 1):
        return values
    return np.where(rule(values, 0), 1, -1).astype(np.int8)


def _only(values: np.ndarray, *wanted: int) -> bool:
    """Whether an array holds nothing but some values, looked at by blocks of rows."""
    blocks = (values[start : start + _ROWS_AT_ONCE] for start in range(0, len(values), _ROWS_AT_ONCE))
    return all(reduce(np.logical_or, (block == value for value in wanted)).all() for block in blocks)


def _conversion(values: np.ndarray) -> str:
    """What turns a form that codes often have into ±1, for the end of a message."""
    whole, low, high = values.dtype.kind in "biu", values.min(), values.max()
    if _only(values, 0, 1):
        return "; turn {0, 1} codes into ±1 with 2 * codes - 1"
    if whole and _only(values, 1, 255):
        return '; 255 is -1 without its sign: codes.astype("int8")'
    if _only(values, -1, 0, 1):
        return "; say what a sign of 0 counts as, for instance +1: 2 * (codes >= 0) - 1"
    if whole and values.dtype.itemsize == 1:
        return '; turn packed bytes into ±1 with hashcenters.codes.unpack(codes.view("uint8"), bits)'
    if low < 0 < high:
        return "; the codes of outputs are their signs: hashcenters.codes.binarise(outputs)"
    if low >= 0 and high <= 1:
        return "; turn sigmoid outputs into ±1 with hashcenters.codes.binarise(outputs - 0.5)"
    return ""


def pack(codes: Int8[np.ndarray, "n bits"]) -> UInt8[np.ndarray, "n bytes"]:
    """Eight bits a byte, +1 as a set bit, the last byte padded with zeros.

    >>> pack(np.array([[1, -1, -1, -1, -1, -1, -1, 1, 1]], dtype=np.int8))
    array([[129, 128]], dtype=uint8)
    """
    return np.packbits(codes > 0, axis=1)


def unpack(packed: UInt8[np.ndarray, "n bytes"], bits: int) -> Int8[np.ndarray, "n bits"]:
    """The ±1 codes of a packed array; the inverse of `pack`.

    Raises:
        InputError: the packed width does not fit `bits`.
    """
    if packed.shape[1] != -(-bits // 8):
        raise InputError(f"{bits} bits take {-(-bits // 8)} packed bytes a code, got {packed.shape[1]}")
    return np.unpackbits(packed, axis=1, count=bits).astype(np.int8) * 2 - 1


def inner_product(
    query: Int8[np.ndarray, "n_query bits"], database: Int8[np.ndarray, "n_database bits"]
) -> Int[np.ndarray, "n_query n_database"]:
    """⟨q, d⟩ of every pair, from −bits to +bits.

    Raises:
        InputError: the two differ in bits.
    """
    if query.shape[1] != database.shape[1]:
        raise InputError(
            f"query and database codes must have the same bits, got {query.shape[1]} and {database.shape[1]}"
        )
    # float32 sums of ±1 are exact up to 2**24 bits, and its matrix product is a BLAS call
    return (query.astype(np.float32) @ database.astype(np.float32).T).astype(np.int32)


def hamming_distance(
    query: Int8[np.ndarray, "n_query bits"], database: Int8[np.ndarray, "n_database bits"]
) -> Int[np.ndarray, "n_query n_database"]:
    """Number of differing bits of every pair, 0 to bits: ½(bits − ⟨q, d⟩).

    Source: CSQ supplement, the identity above Eq. S.4.

    >>> hamming_distance(np.array([[1, 1, -1]], dtype=np.int8), np.array([[1, -1, 1]], dtype=np.int8))
    array([[2]], dtype=int32)
    """
    return (query.shape[1] - inner_product(query, database)) // 2


def pairwise_distances(codes: Int8[np.ndarray, "n bits"]) -> Int[np.ndarray, "pairs"]:
    """Hamming distances of the n(n−1)/2 unordered pairs of rows, in `numpy.triu_indices` order."""
    return hamming_distance(codes, codes)[np.triu_indices(len(codes), k=1)]


def diagnostics(outputs: Float[np.ndarray, "n bits"]) -> dict[str, float]:
    """How healthy a set of continuous outputs is as hash codes.

    Args:
        outputs: network outputs in [−1, 1].

    Returns:
        `constant_bits` (count of bits that never change), `balance` (mean over bits of the share of +1,
        0–1), `distinct_codes` (share of rows, 0–1, that would remain after removing duplicates) and
        `near_zero` (share of undecided outputs, |y| < 0.1, 0–1).
    """
    codes = binarise(outputs)
    ones = (codes > 0).mean(axis=0)
    return {
        "constant_bits": int(((ones == 0) | (ones == 1)).sum()),
        "balance": float(ones.mean()),
        "distinct_codes": len(np.unique(pack(codes), axis=0)) / len(codes),
        "near_zero": float((np.abs(outputs) < _NEAR_ZERO).mean()),
    }
