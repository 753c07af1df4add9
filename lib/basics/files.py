"""Files that appear whole or not at all: written beside their place, then renamed into it."""

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from basics.errors import InputError
from basics.memory import check_fits

UNFINISHED = ".*-*.tmp*"


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder; rename it to `path` on success, remove it on failure.

    The temporary name keeps the suffix, because many writers choose their format by it.

    Raises:
        InputError: the folder cannot be written (read-only, full, not a folder).
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=f".tmp{path.suffix}", dir=path.parent)
        os.close(handle)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def remove_unfinished(folder: Path, *, held: Path) -> None:
    """Remove what killed writers left below a folder, but where somebody else holds the `.lock`.

    Args:
        folder: nobody writes into it but whoever holds a `.lock` beside what is written.
        held: the `.lock` that the caller holds.
    """
    from filelock import FileLock, Timeout

    for parent in {path.parent for path in folder.rglob(UNFINISHED)}:
        lock = parent / held.name
        with suppress(Timeout, OSError), FileLock(lock, timeout=0) if lock != held and lock.exists() else nullcontext():
            for path in parent.glob(UNFINISHED):
                path.unlink(missing_ok=True)


def writable(given: str | Path, *, name: str, folder: bool = False) -> Path:
    """The place of a file or folder that is to be written, looked at before anything is computed for it.

    Raises:
        InputError: it is none, or nothing can be written there; calls it by the name.
    """
    path = place = Path(given)
    if not str(given).strip():
        raise InputError(f"{name} must name a {'folder' if folder else 'file'}, got {str(given)!r}")
    try:
        if path.exists() and not (path.is_dir() if folder else path.is_file()):
            raise InputError(f"{name} must be a {'folder' if folder else 'file'}, got {path}")
        place = path if folder else path.parent
        while not place.exists():
            place = place.parent
        with tempfile.TemporaryFile(dir=place):
            return path
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, content: str) -> None:
    """Write `content` to `path` as UTF-8, whole or not at all."""
    write_bytes(path, content.encode())


def write_json(path: Path, content: Any) -> None:
    """Write `content` to `path` as indented JSON with sorted keys, whole or not at all."""
    write_text(path, json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def read_text(path: Path) -> str:
    """A text file as UTF-8.

    Raises:
        InputError: it is missing, is no plain file, does not fit into memory, or is not text.
    """
    path = Path(path)
    try:
        kind = path.stat()
        if not stat.S_ISREG(kind.st_mode):  # a pipe would be waited for
            raise InputError(f"cannot read {path}: must be a plain file")
        check_fits(kind.st_size, path)
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"cannot read {path}: must be UTF-8 text, got byte {error.object[error.start]:#x}") from error


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        InputError: the file is missing or is not JSON.
    """
    text = read_text(path)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not a JSON file: {error}") from error


def sha256(path: Path) -> str:
    """SHA-256 of a file's content, as 64 hex digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
