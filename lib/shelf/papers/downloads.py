"""Downloads that resume, are checked, and appear whole or not at all: pooch's, with what it lacks."""

import gzip
import logging
import os
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pooch
from filelock import FileLock, Timeout

from basics.errors import InputError
from basics.files import whole_file
from basics.paths import data_root
from basics.text import size
from hashcenters.datasets.registry import Clone, Entry
from hashcenters.datasets.rows import inside_root

CHUNK = 1 << 20
TIMEOUT = 60  # seconds without a byte
RANGE_NOT_SATISFIABLE = 416


def append_rest(url: str, part: Path) -> None:
    """Fetch what is missing of a file to the end of `part`; start again when the server does not resume.

    Raises:
        OSError, HTTPException: the connection failed; `part` keeps what has come.
    """
    have = part.stat().st_size if part.exists() else 0
    request = Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urlopen(request, timeout=TIMEOUT)
    except HTTPError as error:
        if have and error.code == RANGE_NOT_SATISFIABLE:
            return  # the part is complete already
        raise
    with response, part.open("ab" if response.status == 206 else "wb") as file:
        before = file.tell()
        shutil.copyfileobj(response, file, CHUNK)
        got = file.tell() - before
    declared = response.headers.get("Content-Length", "")
    expected = int(declared) if declared.isascii() and declared.isdecimal() else got
    if got < expected:
        raise OSError(f"the connection ended after {got:,} of {expected:,} bytes; run again to resume")


def fetch(url: str, target: Path, expected: str) -> bool:
    """Download a file to `target`, resuming what an interrupted call left in `.NAME.part` beside it.

    Args:
        url: http, https or file address.
        target: final path.
        expected: checksum, `sha256:HEX` or `md5:HEX`.

    Returns:
        whether anything was downloaded.

    Raises:
        InputError: no network (says where to put the file), wrong checksum, folder not writable, or another
            process downloads it now.
    """
    algorithm = expected.split(":")[0]
    if target.exists():
        found = f"{algorithm}:{pooch.file_hash(str(target), alg=algorithm)}"
        if found != expected:
            raise InputError(f"{target} must have checksum {expected}, got {found}; remove it and run again")
        return False
    part = target.with_name(f".{target.name}.part")

    def resume(url: str, output: str, _: object) -> None:
        append_rest(url, part)
        part.replace(output)

    pooch.get_logger().setLevel(logging.WARNING)  # `download` reports
    try:
        with _alone(part):
            pooch.retrieve(url, expected, fname=target.name, path=target.parent, downloader=resume)
    except Timeout as error:
        raise InputError(f"another process downloads {target}; wait until it has ended") from error
    except ValueError as error:
        raise InputError(f"{url} must have checksum {expected}; nothing was kept: {error}") from error
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        own = f"you can also put the file at {target} yourself ({expected})"
        raise InputError(f"cannot download {url}: {reason}; {own}") from error
    return True


@contextmanager
def _alone(part: Path) -> Iterator[None]:
    """Keep other processes from a file that is being downloaded; the lock's file goes with it.

    Raises:
        Timeout: another process has it.
    """
    lock = part.with_name(f"{part.name}.lock")
    part.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(lock, timeout=0):
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def check_members(archive: Path, plain: Mapping[str, bool]) -> None:
    """Check that no member of an archive leaves the folder it is unpacked into.

    Args:
        archive: for messages.
        plain: whether a member is a plain file or a folder, by name; links and devices are refused.

    Raises:
        InputError: names the member.
    """
    for name, is_plain in plain.items():
        if not is_plain:
            raise InputError(f"{archive} must hold plain files only, got {name!r}")
        try:
            inside_root(name)
        except ValueError as error:
            raise InputError(f"{archive} must not unpack outside its folder: {error}") from error


def check_room(archive: Path, folder: Path, declared: int) -> None:
    """Check that so many bytes fit onto the disk of a folder.

    Raises:
        InputError: they do not.
    """
    free = shutil.disk_usage(folder).free
    if declared > free:
        raise InputError(f"{archive} holds {size(declared)}, and {folder} has room for {size(free)}")


def extract(archive: Path, folder: Path) -> None:
    """Unpack a checked zip or tar file into an existing folder.

    Raises:
        InputError: it is no such archive, does not fit onto the disk, or a member would leave the folder.
    """
    with _readable(archive):
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as opened:
                check_members(archive, {item.filename: item.external_attr >> 28 != 0o12 for item in opened.infolist()})
                check_room(archive, folder, sum(item.file_size for item in opened.infolist()))
                opened.extractall(folder)
        else:
            with tarfile.open(archive) as opened:
                members = opened.getmembers()
                check_members(archive, {item.name: item.isfile() or item.isdir() for item in members})
                check_room(archive, folder, sum(item.size for item in members))
                opened.extractall(folder, filter="data")


@contextmanager
def _readable(archive: Path) -> Iterator[None]:
    """Whatever the readers of archives raise for one that is damaged, encrypted or of an unknown kind, as one line."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"cannot unpack {archive}: {str(error) or type(error).__name__}") from error


def unpack(archive: Path, target: Path) -> None:
    """Unpack an archive so that `target` appears whole: the member of that name, or a single gzipped file.

    Raises:
        InputError: see `extract`; or the archive holds no such member.
    """
    if not archive.stat().st_size:
        raise InputError(f"cannot unpack {archive}: it is empty")
    if archive.suffix == ".gz" and not archive.name.endswith(".tar.gz"):
        with (
            _readable(archive),
            whole_file(target) as temporary,
            gzip.open(archive) as source,
            temporary.open("wb") as file,
        ):
            shutil.copyfileobj(source, file, CHUNK)
        return
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as name:
        folder = Path(name)
        extract(archive, folder)
        if not (folder / target.name).exists():
            raise InputError(f"{archive} must hold {target.name!r}, got {sorted(os.listdir(folder))}")
        (folder / target.name).replace(target)


def clone(wanted: Clone, target: Path) -> bool:
    """Put one folder of one commit of a git repository into `target`, whole or not at all.

    Returns:
        whether anything was fetched.

    Raises:
        InputError: there is no git, or it could not fetch the commit.
    """
    if (target / wanted.folder).exists():
        return False
    by_hand = f"git clone {wanted.url} {target} && git -C {target} checkout {wanted.commit}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as name:
            for words in (
                ("clone", "--quiet", "--no-checkout", wanted.url, name),
                ("-C", name, "checkout", "--quiet", wanted.commit, "--", wanted.folder),
            ):
                subprocess.run(["git", *words], capture_output=True, text=True, check=True, timeout=TIMEOUT * 20)
            target.mkdir(exist_ok=True)
            Path(name, wanted.folder).replace(target / wanted.folder)
    except subprocess.CalledProcessError as error:
        said = " ".join(error.stderr.split())
        raise InputError(f"cannot clone {wanted.url}: {said}; by hand: {by_hand}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError(f"cannot clone {wanted.url}: {error}; by hand: {by_hand}") from error
    return True


def download(entry: Entry, *, report: Callable[[str], None] = print) -> None:
    """Fetch and unpack everything of a data set that may be downloaded freely, into the data root.

    Args:
        entry: of the registry.
        report: called with a line for each file.

    Raises:
        InputError: the set cannot be downloaded by a program (says how to get it), or a step failed.
    """
    if entry.clone:
        target = data_root() / str(entry.folder)
        came = clone(entry.clone, target)
        report(f"{'cloned' if came else 'present'}: {target}")
        return
    if not entry.downloads:
        raise InputError(f"{entry.name} has no free download: {entry.steps}")
    for item in entry.downloads:
        archive = data_root() / item.file
        target = data_root() / (item.unpack or item.file)
        if target != archive and target.exists():
            report(f"present: {target}")
            continue
        came = fetch(item.url, archive, item.sum)
        report(f"{'downloaded' if came else 'present'}: {archive}")
        if target != archive:
            unpack(archive, target)
            report(f"unpacked: {target}")
