"""Files that killed writers leave behind."""

from pathlib import Path

from filelock import FileLock

from basics.files import remove_unfinished, write_text


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
