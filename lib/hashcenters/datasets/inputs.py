"""Inputs that lie in files: read by threads, kept in memory up to a stated share, unreadable ones listed together."""

import hashlib
import os
import warnings
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from basics.errors import InputError
from basics.files import sha256, write_bytes
from basics.memory import memory_bytes
from basics.paths import features_root
from hashcenters.datasets.splits import Inputs

LISTED_FAILURES = 20
LEFT_OUT = 'corrupt="skip" leaves them out'
CHUNK = 256  # files at most, and bytes, that are decoded together to find the unreadable ones
CHUNK_BYTES = 1 << 28


def available_cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def unreadable_message(failures: Mapping[Path, str], remedy: str = LEFT_OUT) -> str:
    """One line that lists unreadable files with the reason for each, and says what can be done."""
    listed = [f"{path} ({reason})" for path, reason in list(failures.items())[:LISTED_FAILURES]]
    more = f" and {len(failures) - len(listed)} more" if len(failures) > len(listed) else ""
    return f"{len(failures)} unreadable files: {'; '.join(listed)}{more}; {remedy}"


class FileInputs:
    """Files that are decoded when they are asked for; satisfies `Inputs`.

    Args:
        paths: the files.
        decode: reads one file as a `uint8` array of `shape`; whatever it raises makes the file unreadable.
        shape: of one decoded file, channels first.
        workers: threads that read; None takes one a core. The decoders of pictures and videos run outside
            Python's lock, so that threads do what processes would, without copies.
        cache: share (0–0.9) of the memory that decoded files may fill. Files beyond it are read again each time.
        remedy: what can be done about files that cannot be read.

    Raises:
        InputError: the share or the number of workers is out of range.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        decode: Callable[[Path], np.ndarray],
        shape: tuple[int, ...],
        *,
        workers: int | None = None,
        cache: float = 0.0,
        remedy: str = LEFT_OUT,
    ) -> None:
        if not 0 <= cache <= 0.9:
            raise InputError(f"cache must be a share of the memory from 0 to 0.9, got {cache}")
        if workers is not None and workers < 1:
            raise InputError(f"workers must be at least 1, got {workers}")
        self.paths = list(paths)
        self.decode = decode
        self.shape = shape
        self.remedy = remedy
        self.workers = workers or available_cores()
        kept = min(len(self.paths), int(cache * memory_bytes() / np.prod(shape))) if cache else 0
        # pages of an empty array take memory only once they are written
        self._store = np.empty((kept, *shape), np.uint8)
        self._filled = np.zeros(kept, bool)

    def __len__(self) -> int:
        return len(self.paths)

    def batch(self, indices: np.ndarray) -> np.ndarray:
        """The decoded files at `indices`, shape (n, *shape).

        Raises:
            InputError: lists every file of the batch that cannot be read.
        """
        indices = np.asarray(indices)
        out = np.empty((len(indices), *self.shape), np.uint8)
        cached = indices < len(self._filled)
        cached[cached] = self._filled[indices[cached]]
        out[cached] = self._store[indices[cached]]
        failures = self._read(indices[~cached], out, np.flatnonzero(~cached))
        if failures:
            raise self.refusal(failures)
        return out

    def refusal(self, failures: Mapping[int, str]) -> InputError:
        """What to raise about files that cannot be read, given by index with the reason for each."""
        return InputError(unreadable_message({self.paths[i]: why for i, why in failures.items()}, self.remedy))

    def survey(self) -> tuple[list[bytes], dict[int, str]]:
        """Decode every file once, filling the cache: a digest of the pixels of each; index and reason of failures."""
        pixels: list[bytes] = []
        failures: dict[int, str] = {}
        step = max(1, min(CHUNK, CHUNK_BYTES // int(np.prod(self.shape))))
        for start in range(0, len(self), step):
            indices = np.arange(start, min(start + step, len(self)))
            out = np.zeros((len(indices), *self.shape), np.uint8)
            failures |= self._read(indices, out, np.arange(len(indices)))
            pixels += digests(out)
        return pixels, failures

    def unreadable(self) -> dict[int, str]:
        """Decode every file once; index and reason of those that fail."""
        return self.survey()[1]

    def _read(self, indices: np.ndarray, out: np.ndarray, rows: np.ndarray) -> dict[int, str]:
        """Decode files into rows of `out` and into the cache; index and reason of those that fail."""

        def read(index: int, row: int) -> str | None:
            try:
                out[row] = self.decode(self.paths[index])
            except Exception as error:  # a decoder given a hostile file may raise anything
                return " ".join(str(error).split()) or type(error).__name__
            if index < len(self._filled):
                self._store[index] = out[row]
                self._filled[index] = True
            return None

        with warnings.catch_warnings(), ThreadPoolExecutor(self.workers) as pool:
            warnings.filterwarnings(
                "ignore", module=r"PIL\."
            )  # of large and damaged pictures, which are read or listed
            reasons = pool.map(read, indices.tolist(), rows.tolist())
            return {index: reason for index, reason in zip(indices.tolist(), reasons, strict=True) if reason}


@dataclass(frozen=True)
class Selected:
    """Some of the inputs of another object, in another order, sharing its files and cache."""

    inputs: Inputs
    indices: np.ndarray

    def __len__(self) -> int:
        return len(self.indices)

    def batch(self, indices: np.ndarray) -> np.ndarray:
        return self.inputs.batch(self.indices[np.asarray(indices)])

    @property
    def array(self) -> np.ndarray | None:
        """All of them where the others lie in memory, else None."""
        return self.batch(np.arange(len(self))) if getattr(self.inputs, "array", None) is not None else None


@dataclass(frozen=True)
class Decoded:
    """Files that are all decoded, and stay in memory, as soon as more than a few are asked for together."""

    files: FileInputs
    few: float = 0.02  # share that is read each time

    def __len__(self) -> int:
        return len(self.files)

    @cached_property
    def array(self) -> np.ndarray:
        """All of them."""
        return self.files.batch(np.arange(len(self)))

    def batch(self, indices: np.ndarray) -> np.ndarray:
        apart = "array" not in vars(self) and len(indices) < self.few * len(self)
        return self.files.batch(indices) if apart else self.array[indices]


def batches(inputs: Inputs, order: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Batches in the given order, the next one being read while the current one is used.

    Args:
        inputs: what to read from.
        order: index arrays, one a batch.
    """
    with ThreadPoolExecutor(1) as pool:
        current = None
        for indices in order:
            following = pool.submit(inputs.batch, indices)
            if current is not None:
                yield current.result()
            current = following
        if current is not None:
            yield current.result()


def check_present(files: Sequence[Path], *, root: Path) -> None:
    """Check that listed files exist.

    Raises:
        InputError: says how many are missing and names the first.
    """
    missing = [file for file in files if not file.is_file()]
    if missing:
        raise InputError(
            f"{len(missing):,} of {len(files):,} listed files are missing below {root}, the first is {missing[0]}"
        )


def digests(arrays: np.ndarray) -> list[bytes]:
    """SHA-256 of each array: equal for equal pixels."""
    return [hashlib.sha256(np.ascontiguousarray(array)).digest() for array in arrays]


def pixel_keys(files: FileInputs, how: str) -> list[Hashable]:
    """A key for each picture, equal for equal pixels as they are read, whatever the file.

    Every file is decoded for it, once: keys are kept below `features_root`, by the files' names, sizes and times.

    Args:
        files: the pictures.
        how: they are read, in words.

    Raises:
        InputError: lists the files that cannot be read.
    """
    states = [(str(path.absolute()), path.stat().st_size, path.stat().st_mtime_ns) for path in files.paths]
    stamp = hashlib.sha256(repr((how, files.shape, states)).encode("utf-8", "surrogateescape")).digest()
    place = features_root() / "pixels" / f"{stamp.hex()[:20]}.bin"
    with suppress(OSError):
        kept = place.read_bytes()
        if len(kept) == (len(files) + 1) * len(stamp) and hashlib.sha256(stamp + kept[:-32]).digest() == kept[-32:]:
            return [kept[at : at + 32] for at in range(0, len(kept) - 32, 32)]
    pixels, failures = files.survey()
    if failures:
        raise files.refusal(failures)
    with suppress(InputError):  # a folder that cannot be written: they are made anew by the next process
        write_bytes(place, b"".join([*pixels, hashlib.sha256(stamp + b"".join(pixels)).digest()]))
    return pixels


def content_keys(files: Sequence[Path]) -> list[Hashable]:
    """A key for each file, equal for equal content; only files alike in size and middle are read whole."""
    keys: list[Hashable] = [file.stat().st_size for file in files]
    for finer in (_middle, sha256):
        alike = Counter(keys)
        keys = [(key, finer(file)) if alike[key] > 1 else key for key, file in zip(keys, files, strict=True)]
    return keys


def _middle(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(path.stat().st_size // 2)
        return file.read(4096)


def files_digest(names: Sequence[str], files: Sequence[Path], *, content: bool) -> str:
    """SHA-256 over files: their names with their sizes, or with their content where it is asked for."""
    digest = hashlib.sha256()
    for name, file in zip(names, files, strict=True):
        digest.update(os.fsencode(f"{name}\0{sha256(file) if content else file.stat().st_size}\n"))
    return digest.hexdigest()
