"""Downloads that resume, are checked, and appear whole or not at all: pooch's, with what it lacks."""

import gzip
import logging
import os
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pooch

from basics.errors import InputError
from basics.files import whole_file
from basics.paths import data_root
from hashcenters.datasets.registry import Entry
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
    expected = int(response.headers.get("Content-Length", got))
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
        InputError: no network (says where to put the file), wrong checksum, folder not writable.
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
        pooch.retrieve(url, expected, fname=target.name, path=target.parent, downloader=resume)
    except ValueError as error:
        raise InputError(f"{url} must have checksum {expected}; nothing was kept: {error}") from error
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        own = f"you can also put the file at {target} yourself ({expected})"
        raise InputError(f"cannot download {url}: {reason}; {own}") from error
    return True


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


def extract(archive: Path, folder: Path) -> None:
    """Unpack a checked zip or tar file into an existing folder.

    Raises:
        InputError: it is no such archive, or a member would leave the folder.
    """
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as opened:
                check_members(archive, {item.filename: item.external_attr >> 28 != 0o12 for item in opened.infolist()})
                opened.extractall(folder)
        else:
            with tarfile.open(archive) as opened:
                check_members(archive, {item.name: item.isfile() or item.isdir() for item in opened})
                opened.extractall(folder, filter="data")
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError) as error:
        raise InputError(f"cannot unpack {archive}: {error}") from error


def unpack(archive: Path, target: Path) -> None:
    """Unpack an archive so that `target` appears whole: the member of that name, or a single gzipped file.

    Raises:
        InputError: see `extract`; or the archive holds no such member.
    """
    if archive.suffix == ".gz" and not archive.name.endswith(".tar.gz"):
        with gzip.open(archive) as source, whole_file(target) as temporary, temporary.open("wb") as file:
            shutil.copyfileobj(source, file, CHUNK)
        return
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as name:
        folder = Path(name)
        extract(archive, folder)
        if not (folder / target.name).exists():
            raise InputError(f"{archive} must hold {target.name!r}, got {sorted(os.listdir(folder))}")
        (folder / target.name).replace(target)


def download(entry: Entry, *, report: Callable[[str], None] = print) -> None:
    """Fetch and unpack everything of a data set that may be downloaded freely, into the data root.

    Args:
        entry: of the registry.
        report: called with a line for each file.

    Raises:
        InputError: the set cannot be downloaded by a program (says how to get it), or a step failed.
    """
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
