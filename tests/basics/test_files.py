"""Files that killed writers leave behind, and places that cannot be written."""

from pathlib import Path

import pytest
from filelock import FileLock

from basics.errors import InputError
from basics.files import remove_unfinished, writable, write_text


def test_unfinished_files_go_but_those_that_another_writer_may_be_at(tmp_path: Path) -> None:
    names = (".a-x1.tmp.json", "runs/one/.c-x2.tmp.safetensors", "runs/two/.c-x3.tmp.safetensors", "kept/.d-x4.tmp")
    locks = ("fresh/.lock", "runs/one/.lock", "runs/two/.lock")
    for name in (*names, *locks, "fresh/.e-x5.tmp", ".dotted-file", "a.tmp.json"):
        write_text(tmp_path / name, "")
    with FileLock(tmp_path / "fresh/.lock"), FileLock(tmp_path / "runs/two/.lock"):
        remove_unfinished(tmp_path, held=tmp_path / "fresh/.lock")
    left = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert left == [
        ".dotted-file",
        "a.tmp.json",
        "fresh/.lock",
        "runs/one/.lock",
        "runs/two/.c-x3.tmp.safetensors",
        "runs/two/.lock",
    ]


@pytest.mark.parametrize(
    ("given", "folder", "message"),
    [
        ("", True, "--output must name a folder, got ''"),
        (" ", False, "--output must name a file, got ' '"),
        ("file", True, "--output must be a folder, got"),
        (".", False, "--output must be a file, got"),
        ("/dev/null", False, "--output must be a file, got /dev/null"),
        ("file/below", True, "cannot write"),
        ("x" * 300 + "/y", False, "cannot write"),
        ("/proc/none", True, "cannot write /proc/none"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused(
    given: str, folder: bool, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=message):
        writable(given, name="--output", folder=folder)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_place_that_can_be_written_is_left_as_it_was(tmp_path: Path) -> None:
    assert writable(tmp_path / "new" / "codes.npz", name="--output") == tmp_path / "new" / "codes.npz"
    assert writable(str(tmp_path / "a" / "b"), name="--output", folder=True) == tmp_path / "a" / "b"
    assert not list(tmp_path.iterdir())
