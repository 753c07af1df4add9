"""List files: the layouts of the field, and every way in which a row can be wrong."""

from pathlib import Path

import numpy as np
import pytest

from basics.errors import InputError
from hashcenters.datasets.assemble import check_class_names
from shelf.papers.lists import read_list, scan_list, single_label


def written(folder: Path, text: str) -> Path:
    path = folder / "list.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_label_vectors(tmp_path: Path) -> None:
    path = written(tmp_path, "data/x/a.jpg 0 1 0\ndata/x/b.jpg 1 1 0\n")
    listing = read_list(path, strip="data/")
    assert listing.paths == ("x/a.jpg", "x/b.jpg")
    assert listing.labels.dtype == np.uint8
    assert listing.labels.tolist() == [[0, 1, 0], [1, 1, 0]]


@pytest.mark.parametrize(
    ("row", "path", "label"),
    [
        ("car_ims/000001.jpg\t0", "car_ims/000001.jpg", 0),
        ("a/b.jpg 7", "a/b.jpg", 7),
        ("my photo 12 3", "my photo 12", 3),
        ("année été/ü 1.png\t2", "année été/ü 1.png", 2),
        ("12\t5\tclap/some video.avi", "clap/some video.avi", 5),
        ("  padded.jpg   4  \r", "padded.jpg", 4),
        ("windows\\path.jpg 1", "windows/path.jpg", 1),
        ("a/b.jpg \t7", "a/b.jpg", 7),
    ],
)
def test_class_indices(tmp_path: Path, row: str, path: str, label: int) -> None:
    listing = read_list(written(tmp_path, row + "\n"))
    assert listing.paths == (path,)
    assert listing.labels.dtype == np.int64
    assert listing.labels.tolist() == [label]


@pytest.mark.parametrize(
    ("text", "num_classes", "message"),
    [
        ("a.jpg 0 1 0\nb.jpg 0 1\n", None, r"list.txt row 2: expected 3 labels, got 2"),
        ("a.jpg 0 1\n", 3, "row 1: expected 3 labels, got 2"),
        ("a.jpg 0 1 0\nb.jpg 0 1 0 0\n", None, "row 2: expected 3 labels, got 4"),
        ("a.jpg 0 1 0\n\nb.jpg 0 2 0\n", None, "row 3: labels must be 0 or 1, got 2"),
        ("a.jpg 0 1 0\nb.jpg x 1 0\n", None, "row 2: expected 3 labels, got 2"),
        ("a.jpg 3\n", 3, "row 1: class index must be 0 to 2, got 3"),
        ("a.jpg -1\n", None, "row 1: class index must be 0 or more, got -1"),
        ("a.jpg cat\n", None, "row 1: expected a class index, got 'cat'"),
        ("a.jpg\n", None, "row 1: expected a path and a label, got one field"),
        ("../../etc/passwd 1\n", None, "row 1: path must stay inside the root"),
        ("/etc/passwd 1\n", None, "row 1: path must stay inside the root, got '/etc/passwd'; option strip removes"),
        ("C:\\windows\\a.jpg 1\n", None, "row 1: path must stay inside the root"),
        ("", None, "must list at least one sample, got an empty file"),
        ("a.jpg 1\nb.jpg x\nc.jpg y\n", None, r"row 2: .* \(and 1 more bad rows\)"),
    ],
)
def test_bad_rows(tmp_path: Path, text: str, num_classes: int | None, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_list(written(tmp_path, text), num_classes=num_classes)


def test_most_rows_decide_the_layout(tmp_path: Path) -> None:
    listing = read_list(written(tmp_path, "my photo 1 1\nb.jpg 0\nc.jpg 2\n"))
    assert (listing.paths, listing.labels.tolist()) == (("my photo 1", "b.jpg", "c.jpg"), [1, 0, 2])
    with pytest.raises(InputError, match="row 1: expected 2 labels, got 1"):
        read_list(written(tmp_path, "a.jpg 1\nb.jpg 0 1\nc.jpg 1 1\n"))


def test_missing_and_binary_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*none.txt: No such file"):
        read_list(tmp_path / "none.txt")
    (tmp_path / "picture.txt").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(InputError, match="must be UTF-8 text, got byte 0xff"):
        read_list(tmp_path / "picture.txt")


def test_scan_keeps_good_rows_and_names_bad_ones(tmp_path: Path) -> None:
    listing, problems = scan_list(written(tmp_path, "a.jpg 0 1\nb.jpg 1\nc.jpg 1 1\n"))
    assert listing.paths == ("a.jpg", "c.jpg")
    assert listing.labels.tolist() == [[0, 1], [1, 1]]
    assert [problem.split(": ")[0].rsplit("/", 1)[1] for problem in problems] == ["list.txt row 2"]


def test_single_label_needs_exactly_one(tmp_path: Path) -> None:
    listing = read_list(written(tmp_path, "a.jpg 0 1 0\nb.jpg 1 0 0\n"))
    assert single_label(listing, origin="list").labels.tolist() == [1, 0]
    listing = read_list(written(tmp_path, "a.jpg 0 1 0\nb.jpg 1 1 0\n"))
    with pytest.raises(InputError, match=r"list row 2: expected one label for b.jpg, got 2"):
        single_label(listing, origin="list")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["cat"], "at least 2 classes, got 1: cat"),
        ([], "at least 2 classes, got 0: none"),
        (["Cat", "dog", "cat"], "differ by more than case, got 'Cat' and 'cat'"),
        (["STRASSE", "straße"], "differ by more than case"),
        (["e\u0301t\u00e9", "\u00e9te\u0301"], "differ by more than case"),
        (["cat", "d\udcf6g"], r"the folder: class names must be UTF-8, got b'd\\xf6g'"),
    ],
)
def test_class_names(names: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_class_names(names, origin="the folder")
