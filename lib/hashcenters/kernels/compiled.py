"""Numba's compiler with a cache that can be damaged, or missing, at no more cost than that of compiling again.

Numba's own cache ends a program by a traceback where its files were cut or zeroed, as a loss of power may do, where
the disk is full, and where neither the folder of the code nor the user's home can be written.
"""

import hashlib
import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from numba import njit
from numba.core.caching import FunctionCache, IndexDataCacheFile

log = logging.getLogger(__name__)

DIGEST = hashlib.sha256
SIZE = DIGEST().digest_size


def compiled(**options: Any) -> Callable[[Callable], Callable]:
    """`numba.njit` with some options, and with a cache where one can be kept."""

    def decorate(function: Callable) -> Callable:
        dispatcher = njit(**options)(function)
        if hasattr(dispatcher, "enable_caching"):  # a plain function where NUMBA_DISABLE_JIT is set
            with suppress(RuntimeError):  # no folder can be written
                dispatcher._cache = _Cache(function)
        return dispatcher

    return decorate


class _Files(IndexDataCacheFile):
    """The files of one function, each with its checksum at the end, which unpickling does not look at."""

    @contextmanager
    def _open_for_write(self, filepath: str) -> Iterator[io.BytesIO]:
        content = io.BytesIO()
        yield content
        with super()._open_for_write(filepath) as file:
            file.write(content.getvalue() + DIGEST(content.getvalue()).digest())

    def _load_index(self) -> dict[Any, str]:
        with suppress(FileNotFoundError):
            _check(self._index_path)
        return super()._load_index()

    def _load_data(self, name: str) -> Any:
        _check(self._data_path(name))
        return super()._load_data(name)


def _check(path: str) -> None:
    """Raise `ValueError` where a file does not end in the checksum of what stands before."""
    content = Path(path).read_bytes()
    if DIGEST(content[:-SIZE]).digest() != content[-SIZE:]:
        raise ValueError(f"{path} is damaged")


class _Cache(FunctionCache):
    """The compiled forms of one function."""

    def __init__(self, function: Callable) -> None:
        super().__init__(function)
        name = f"{self._impl.filename_base}.checked"
        self._cache_file = _Files(self._cache_path, name, self._impl.locator.get_source_stamp())

    def load_overload(self, *key: Any) -> Any:
        try:
            return super().load_overload(*key)
        except Exception as error:  # whatever unpickling may raise
            log.warning("%s; the function is compiled again", error)
            with suppress(OSError):
                Path(self._cache_file._index_path).unlink()
            return None

    def save_overload(self, *compiled: Any) -> None:
        with suppress(OSError, ValueError):  # a full disk; an index that cannot be removed
            super().save_overload(*compiled)
