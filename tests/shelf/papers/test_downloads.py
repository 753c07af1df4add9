"""Downloads from a server of the tests' own: resumption, checksums, hostile archives."""

import gzip
import hashlib
import io
import re
import shutil
import subprocess
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
from filelock import FileLock
from msgspec.structs import replace

from basics.errors import InputError
from hashcenters.datasets.registry import Clone, find_entry, registry
from shelf.papers.downloads import clone, download, fetch, unpack

CONTENT = bytes(range(256)) * 64
SUM = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"


class Server(BaseHTTPRequestHandler):
    """Serves CONTENT; `/cut` ends half way, `/whole` ignores ranges, `/none` is not there."""

    ranges: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.ranges.append(asked)
        if self.path == "/none":
            self.send_error(404)
            return
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked and self.path != "/whole" else 0
        if start >= len(CONTENT):
            self.send_error(416)
            return
        rest = CONTENT[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest[: len(rest) // 2] if self.path == "/cut" else rest)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    Server.ranges = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_download_is_checked_and_not_repeated(address: str, tmp_path: Path) -> None:
    target = tmp_path / "new folder/file.bin"
    assert fetch(f"{address}/file", target, SUM)
    assert target.read_bytes() == CONTENT
    assert not fetch(f"{address}/file", target, SUM)
    assert Server.ranges == [None]
    assert [path.name for path in target.parent.iterdir()] == ["file.bin"]


def test_interrupted_download_resumes(address: str, tmp_path: Path) -> None:
    target = tmp_path / "file.bin"
    with pytest.raises(InputError, match=r"the connection ended after 8,192 of 16,384 bytes; run again to resume"):
        fetch(f"{address}/cut", target, SUM)
    assert not target.exists()
    assert fetch(f"{address}/file", target, SUM)
    assert Server.ranges == [None, "bytes=8192-"]
    assert target.read_bytes() == CONTENT


def test_server_without_ranges_starts_again(address: str, tmp_path: Path) -> None:
    (tmp_path / ".file.bin.part").write_bytes(b"half")
    assert fetch(f"{address}/whole", tmp_path / "file.bin", SUM)
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


def test_part_that_is_complete_already(address: str, tmp_path: Path) -> None:
    (tmp_path / ".file.bin.part").write_bytes(CONTENT)
    assert fetch(f"{address}/file", tmp_path / "file.bin", SUM)
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


def test_wrong_checksum_leaves_nothing(address: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"/file must have checksum md5:0+; nothing was kept: .* but got \w+"):
        fetch(f"{address}/file", tmp_path / "file.bin", "md5:" + "0" * 32)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file.bin").write_bytes(b"other")
    with pytest.raises(InputError, match=r"file.bin must have checksum sha256:\w+, got sha256:\w+; remove it"):
        fetch(f"{address}/file", tmp_path / "file.bin", SUM)


@pytest.mark.parametrize("path", ["/none", "port"])
def test_no_network_says_where_to_put_the_file(address: str, tmp_path: Path, path: str) -> None:
    url = "http://127.0.0.1:9/file" if path == "port" else address + path
    with pytest.raises(InputError, match=r"cannot download http://.*put the file at .*file.bin yourself \(sha256"):
        fetch(url, tmp_path / "deep/file.bin", SUM)
    assert not any((tmp_path / "deep").iterdir())


def test_folder_that_cannot_be_written(address: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file where a folder is needed")
    with pytest.raises(InputError, match="cannot download"):
        fetch(f"{address}/file", tmp_path / "file/inside.bin", SUM)


def test_one_process_at_a_time_downloads_a_file(address: str, tmp_path: Path) -> None:
    target = tmp_path / "file.bin"
    with (
        FileLock(tmp_path / ".file.bin.part.lock"),
        pytest.raises(InputError, match=r"another process downloads .*file.bin; wait until it has ended"),
    ):
        fetch(f"{address}/file", target, SUM)
    assert fetch(f"{address}/file", target, SUM)


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_an_archive_must_fit_onto_the_disk(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / f"data.{kind}"
    if kind == "zip":
        zipped(archive, {"data": bytes(2000)})
    else:
        item = tarfile.TarInfo("data")
        item.size = 2000
        with tarfile.open(archive, "w") as opened:
            opened.addfile(item, io.BytesIO(bytes(2000)))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=1000))
    with pytest.raises(InputError, match=rf"data.{kind} holds 2.0 kB, and .* has room for 1.0 kB"):
        unpack(archive, tmp_path / "data")
    assert list(tmp_path.iterdir()) == [archive]


def test_unpack_zip_tar_and_gzip(tmp_path: Path) -> None:
    unpack(zipped(tmp_path / "a.zip", {"set/x.txt": b"x", "set/y/z.txt": b"z"}), tmp_path / "set")
    assert (tmp_path / "set/y/z.txt").read_bytes() == b"z"
    with tarfile.open(tmp_path / "b.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "set", "other")
    unpack(tmp_path / "b.tar.gz", tmp_path / "other")
    assert (tmp_path / "other/x.txt").read_bytes() == b"x"
    (tmp_path / "c.gz").write_bytes(gzip.compress(b"single"))
    unpack(tmp_path / "c.gz", tmp_path / "c")
    assert (tmp_path / "c").read_bytes() == b"single"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "b.tar.gz", "c", "c.gz", "other", "set"]


@pytest.mark.parametrize("name", ["../evil.txt", "/tmp/evil.txt", "set/../../evil.txt", "C:\\evil.txt"])
def test_zip_slip_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "root"
    folder.mkdir()
    archive = zipped(folder / "a.zip", {"set/x.txt": b"x", name: b"evil"})
    with pytest.raises(InputError, match=r"a.zip must not unpack outside its folder: path must stay inside the root"):
        unpack(archive, folder / "set")
    assert [path.name for path in folder.iterdir()] == ["a.zip"]
    assert [path.name for path in tmp_path.iterdir()] == ["root"]


def test_links_in_archives_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("set/link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    member = tarfile.TarInfo("set/link")
    member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(tmp_path / "b.tar", "w") as archive:
        archive.addfile(member, io.BytesIO())
    for name in ("a.zip", "b.tar"):
        with pytest.raises(InputError, match="must hold plain files only, got 'set/link'"):
            unpack(tmp_path / name, tmp_path / "set")


@pytest.mark.parametrize(
    ("content", "message"), [(b"no archive", "cannot unpack .*a.zip"), (None, r"must hold 'set', got \['elsewhere'\]")]
)
def test_broken_archives(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "a.zip"
    if content is None:
        zipped(path, {"elsewhere/x.txt": b"x"})
    else:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        unpack(path, tmp_path / "set")
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_whole_download_of_a_set(data_folder: Path, tmp_path: Path) -> None:
    archive = zipped(tmp_path / "served.zip", {"tiny-imagenet-200/wnids.txt": b"n0\n"})
    entry = registry()["tiny-imagenet"]
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    item = replace(entry.downloads[0], url=archive.as_uri(), sum=f"sha256:{digest}")
    entry = replace(entry, downloads=(item,))
    lines: list[str] = []
    for _ in range(2):
        download(entry, report=lines.append)
    assert [line.split(":")[0] for line in lines] == ["downloaded", "unpacked", "present"]
    assert (data_folder / "tiny-imagenet-200/wnids.txt").read_bytes() == b"n0\n"


def test_sets_without_a_download_say_how_to_get_them(data_folder: Path) -> None:
    with pytest.raises(InputError, match=r"imagenet-100 has no free download: ask for access at https://image-net.org"):
        download(registry()["imagenet-100"])
    with pytest.raises(InputError, match="digits100 has no free download: nothing is needed"):
        download(registry()["digits100"])


def test_one_folder_of_one_commit_is_cloned(tmp_path, monkeypatch):
    def git(*words):
        named = ["-c", "user.name=x", "-c", "user.email=x@x"]
        done = subprocess.run(["git", "-C", str(origin), *named, *words], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    origin = tmp_path / "origin"
    (origin / "data" / "x").mkdir(parents=True)
    (origin / "data" / "x" / "train.txt").write_text("first")
    (origin / "code.py").write_text("code")
    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "--message", "one")
    commit = git("rev-parse", "--short", "HEAD")
    (origin / "data" / "x" / "train.txt").write_text("second")
    git("commit", "--quiet", "--all", "--message", "two")
    monkeypatch.setenv("HASHCENTERS_DATA", str(tmp_path / "sets"))
    wanted = Clone(f"file://{origin}", commit, "data")
    lines = []
    for _ in range(2):
        download(replace(find_entry("shc-official"), clone=wanted), report=lines.append)
    target = tmp_path / "sets" / "shc-official"
    assert [line.partition(":")[0] for line in lines] == ["cloned", "present"]
    assert [path.relative_to(target).as_posix() for path in target.rglob("*.*")] == ["data/x/train.txt"]
    assert (target / "data" / "x" / "train.txt").read_text() == "first"
    assert [path.name for path in target.parent.iterdir()] == ["shc-official"]
    gone = Clone(f"file://{tmp_path}/nowhere", commit, "data")
    with pytest.raises(InputError, match=r"cannot clone .*nowhere.*; by hand: git clone"):
        clone(gone, tmp_path / "other")
    assert not (tmp_path / "other").exists()
