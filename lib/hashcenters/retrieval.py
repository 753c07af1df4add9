"""Search over packed hash codes with FAISS: an exact flat index, and an inverted file that visits a part only.

An inverted file sorts the codes into lists around code words found by k-means, and a query visits the `probes`
nearest lists: with √n lists the work grows with √n, at the price of neighbours missed. Saved indices carry a
sidecar `NAME.json` with kind, bits, count and SHA-256; nothing is loaded that does not match it.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import faiss
import numpy as np
from jaxtyping import Int8, Int32, Int64
from msgspec import Meta

from basics.errors import InputError, one_of, whole
from basics.files import read_json, sha256, whole_file, write_json
from basics.schema import Struct, convert
from hashcenters.codes import Codes, as_array, pack, read_codes
from hashcenters.limits import MAX_BITS

KINDS = ("flat", "inverted")
_ROWS_AT_ONCE = 65_536
_TRAIN_PER_LIST = 48
_TRAIN_ROUNDS = 4
_PROBES = 16


@dataclass(frozen=True)
class CodeIndex:
    """A FAISS index over codes; rows keep the order in which they were added.

    Args:
        handle: the FAISS index.
        bits: width of its codes.
        mapped: whether the codes are left in a file; nothing can be added then.
    """

    handle: faiss.IndexBinary
    bits: int
    mapped: bool = False

    def __len__(self) -> int:
        return self.handle.ntotal

    @property
    def kind(self) -> str:
        """One of `KINDS`."""
        return "inverted" if isinstance(self.handle, faiss.IndexBinaryIVF) else "flat"


def build_index(
    codes: Codes,
    *,
    kind: str = "flat",
    lists: int | np.integer | None = None,
    seed: int | np.integer = 0,
) -> CodeIndex:
    """An index that holds `codes`.

    Args:
        codes: (n, bits), in any form that `read_codes` reads.
        kind: `flat` compares with every code; `inverted` visits 16 of its lists unless a search says otherwise.
        lists: lists of an inverted file; by default √n, and no more than n/48.
        seed: draws the codes that the lists' k-means starts from.

    Raises:
        InputError: codes in no known form, no code, an unknown kind, lists out of range.
    """
    one_of(kind, KINDS, "kind")
    codes = read_codes(codes)
    if not len(codes):
        raise InputError(f"an index needs one code or more, got shape {codes.shape}")
    handle = _inverted(codes, lists, seed) if kind == "inverted" else _flat(codes.shape[1])
    index = CodeIndex(handle, codes.shape[1])
    add_codes(index, codes)
    return index


def _flat(bits: int) -> faiss.IndexBinaryFlat:
    """An exact index without codes; FAISS takes whole bytes."""
    return faiss.IndexBinaryFlat(-(-bits // 8) * 8)


def _inverted(codes: np.ndarray, lists: int | np.integer | None, seed: int | np.integer) -> faiss.IndexBinaryIVF:
    """A trained inverted file without codes."""
    if lists is None:
        lists = max(1, min(len(codes) // _TRAIN_PER_LIST, math.isqrt(len(codes))))
    lists, seed = whole(lists, "lists", low=1, high=len(codes)), whole(seed, "seed", low=0, high=2**31 - 1)
    quantizer = _flat(codes.shape[1])
    handle = faiss.IndexBinaryIVF(quantizer, quantizer.d, lists)
    quantizer.this.disown()
    handle.own_fields = True
    handle.cp.seed, handle.cp.niter = seed, _TRAIN_ROUNDS
    handle.cp.min_points_per_centroid, handle.cp.max_points_per_centroid = 1, _TRAIN_PER_LIST
    handle.nprobe = min(_PROBES, lists)
    chosen = np.random.default_rng(seed).permutation(len(codes))[: lists * _TRAIN_PER_LIST]
    with _one_thread():
        handle.train(pack(codes[np.sort(chosen)]))
    return handle


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let FAISS use one thread, so that the lists do not depend on the number of cores."""
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


def add_codes(index: CodeIndex, codes: Codes) -> None:
    """Append codes to an index, in place.

    Raises:
        InputError: codes in no known form or with other bits than the index, or an index that is memory-mapped.
    """
    if index.mapped:
        raise InputError("codes are added to an index in memory, got a memory-mapped one; load it without memory_map")
    codes = _of_index(index, codes)
    for start in range(0, len(codes), _ROWS_AT_ONCE):
        index.handle.add(pack(codes[start : start + _ROWS_AT_ONCE]))


def _of_index(index: CodeIndex, codes: Codes, *, name: str = "codes") -> Int8[np.ndarray, "n bits"]:
    """Codes as ±1, which have the bits of an index."""
    codes = as_array(codes, name=name)
    if codes.ndim != 2 or codes.shape[1] != index.bits:
        raise InputError(f"{name} must have the index's {index.bits} bits, got shape {codes.shape}")
    return read_codes(codes, name=name)


def _check_probes(index: CodeIndex, probes: int | np.integer) -> int:
    if index.kind == "flat":
        raise InputError(f"probes are lists to visit, and this flat index has none, got {probes}")
    return whole(probes, "probes", low=1, high=index.handle.nlist)


def search_index(
    index: CodeIndex,
    queries: Codes,
    *,
    top_k: int | np.integer,
    probes: int | np.integer | None = None,
) -> tuple[Int32[np.ndarray, "n_query top_k"], Int64[np.ndarray, "n_query top_k"]]:
    """The nearest codes of each query.

    Args:
        index: where to search.
        queries: (n_query, bits), in any form that `read_codes` reads.
        top_k: neighbours a query, 1 to the size of the index.
        probes: lists of an inverted file that a query visits; None for what it was built with.

    Returns:
        Distances, rising, and rows. In a flat index equal distances come in the order of rows. An inverted file
        whose visited lists hold fewer codes fills up with row −1 at distance bits + 1.

    Raises:
        InputError: queries in no known form or with other bits, top_k or probes out of range.
    """
    queries = _of_index(index, queries, name="queries")
    top_k = whole(top_k, "top_k", low=1, high=len(index))
    chosen = None if probes is None else faiss.SearchParametersIVF(nprobe=_check_probes(index, probes))
    distances, rows = index.handle.search(pack(queries), top_k, params=chosen)
    return np.where(rows < 0, index.bits + 1, distances).astype(np.int32), rows


def visited_share(index: CodeIndex, queries: Codes, *, probes: int | np.integer) -> float:
    """Comparisons a query makes in an inverted file, with centers of lists and with codes, as a share of its codes.

    Raises:
        InputError: a flat index, or queries and probes as in `search_index`.
    """
    probes = _check_probes(index, probes)
    queries = _of_index(index, queries, name="queries")
    _, lists = index.handle.quantizer.search(pack(queries), probes)
    sizes = np.array([index.handle.invlists.list_size(number) for number in range(index.handle.nlist)])
    return float((sizes[lists].sum(axis=1).mean() + index.handle.nlist) / len(index))


def distance_recall(found: Int32[np.ndarray, "n_query top_k"], exact: Int32[np.ndarray, "n_query top_k"]) -> float:
    """Share of the exact top k that an approximate search found, counted by distance.

    A neighbour counts when it is no farther than the exact kth one: which of several codes at that distance are
    returned is arbitrary.

    >>> distance_recall(np.array([[1, 2, 9]], dtype=np.int32), np.array([[1, 2, 2]], dtype=np.int32))
    0.6666666666666666
    """
    return float((found <= exact[:, -1:]).mean())


class Sidecar(Struct):
    """What a sidecar says of an index."""

    kind: str
    bits: Annotated[int, Meta(ge=1, le=MAX_BITS)]
    count: int
    sha256: str


def sidecar(path: Path) -> Path:
    """The file beside a saved index that says what it holds."""
    return path.with_name(f"{path.name}.json")


def _facts(index: CodeIndex) -> dict[str, str | int]:
    return {"kind": index.kind, "bits": index.bits, "count": len(index)}


def save_index(index: CodeIndex, path: Path) -> None:
    """Write an index and its sidecar, each whole or not at all.

    Raises:
        InputError: the folder cannot be written.
    """
    path = Path(path)
    with whole_file(path) as temporary:
        faiss.write_index_binary(index.handle, str(temporary))
    write_json(sidecar(path), _facts(index) | {"sha256": sha256(path)})


def load_index(path: Path, *, memory_map: bool = False) -> CodeIndex:
    """Read a saved index.

    Args:
        path: the index; its sidecar lies beside it.
        memory_map: leave the codes in the file and let the system page them in.

    Raises:
        InputError: a missing, changed or foreign file, or a missing or malformed sidecar.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path} does not exist")
    said = convert(read_json(sidecar(path)), Sidecar, where=str(sidecar(path)))
    if said.sha256 != sha256(path):
        raise InputError(f"{path} does not have the SHA-256 of its sidecar: it is cut, damaged or another file")
    try:
        handle = faiss.read_index_binary(str(path), faiss.IO_FLAG_MMAP_IFC if memory_map else 0)
    except RuntimeError as error:
        raise InputError(f"{path} is not a binary FAISS index") from error
    index = CodeIndex(handle, said.bits, memory_map)
    if handle.d != _flat(index.bits).d or any(getattr(said, name) != fact for name, fact in _facts(index).items()):
        raise InputError(f"{path} holds {len(index)} {index.kind} codes of {handle.d} bits, not what its sidecar says")
    return index
