"""The audit: on small lists with known faults, and on the authors' own lists where they are."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from basics.errors import InputError
from basics.paths import data_root
from hashcenters.datasets.__main__ import main
from hashcenters.datasets.protocol import Listing, Lists, Protocol, find_protocol, protocols
from hashcenters.datasets.registry import load
from shelf.papers.audit import audit_data, audit_protocol, compare_parts

FAULTY = "a.jpg 1 0 0\nb.jpg 1 1 0\nb.jpg 1 1 0\nc.jpg 0 0 0\nd.jpg 1\n"
OTHER = "b.jpg 0 1 0\ne.jpg 0 1 0\n"


@pytest.fixture
def listed(data_folder: Path) -> Protocol:
    """A protocol of two lists below the data root."""
    (data_folder / "train.txt").write_text(FAULTY)
    (data_folder / "query.txt").write_text(OTHER)
    lists = Lists(folder=".", train="train.txt", query="query.txt", database="none.txt")
    own = find_protocol(None, data="list-file")
    return replace(own, train=5, query=2, lists=lists)


def test_known_faults_are_found(listed: Protocol, tmp_path: Path, picture: Callable[..., Path]) -> None:
    picture(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").write_text("no picture")
    audit = audit_protocol(listed, root=tmp_path, decode=True)
    train = audit.parts.set_index("list").loc["train"]
    expected = {"rows": 4, "difference": -1, "duplicates": 1, "unlabelled": 1, "classes": 2, "empty_classes": 1}
    expected |= {"smallest_class": 0, "largest_class": 3, "bad_rows": 1, "missing_files": 1, "unreadable_files": 2}
    assert {name: train[name] for name in expected} == expected
    assert train["labels"] == "vector of 3"
    assert train["labels_per_row"] == 1.25
    assert audit.problems == [f"{listed.lists.path('train')} row 5: expected 3 labels, got 1"]
    overlap = audit.overlaps.iloc[0].to_dict()
    assert overlap == {
        "first": "train", "second": "query", "shared": 1, "only_first": 2, "only_second": 1, "label_conflicts": 1
    }  # fmt: skip


def test_lists_of_two_authors_compare_by_name() -> None:
    first = Listing(("x/a.jpg", "x/b.jpg"), np.array([0, 1]))
    second = Listing(("y/b.jpg", "y/a.jpg"), np.array([[0, 1], [0, 1]], np.uint8))
    assert compare_parts(first, second)["shared"] == 0
    assert compare_parts(first, second, key="name")["shared"] == 2
    assert compare_parts(first, second, key="name")["label_conflicts"] == 1


def test_a_loaded_set_is_audited_too() -> None:
    data = load("scenes", train_size=20, validation_size=10, query_size=10, database_size=40)
    audit = audit_data(data)
    assert audit.parts["rows"].tolist() == [20, 10, 10, 40]
    shared = audit.overlaps.set_index(["first", "second"])["shared"]
    assert shared["train", "query"] == 0


def test_files_of_a_loaded_set_are_decoded_when_asked(tmp_path: Path, picture: Callable[..., Path]) -> None:
    for number in range(4):
        picture(tmp_path / f"{number}.png")
    (tmp_path / "train.txt").write_text("0.png 0\n1.png 1\n3.png 1\n")
    (tmp_path / "query.txt").write_text("2.png 0\n")
    data = load("list-file", root=tmp_path, train="train.txt", query="query.txt", validation=0)
    (tmp_path / "3.png").write_text("no picture")
    audit = audit_data(data, protocol=protocols()["stanford-cars-196"], decode=True).parts.set_index("list")
    assert audit["unreadable_files"].to_dict() == {"train": 1, "validation": 0, "query": 0, "database": 1}
    assert audit.loc["train", "difference"] == 3 - 8144


def test_no_lists_at_all(data_folder: Path) -> None:
    with pytest.raises(InputError, match=r"imagenet-100 has no list files below .*download csq-official"):
        audit_protocol(protocols()["imagenet-100"])


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, arguments)
    return result.exit_code, result.output


def test_command_line(data_folder: Path, tmp_path: Path) -> None:
    code, output = run("list")
    assert code == 0
    assert "built in" in output
    assert "tiny-imagenet" in output
    code, output = run("info", "coco")
    assert code == 0
    assert "coco-80: 10,000 train, 5,000 query; mAP@5000" in output
    assert "instances_train2014.json is missing: .venv/bin/hashcenters data download coco" in output
    code, output = run("audit", "digits100")
    assert code == 0
    assert "rows" in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("info", "nope"), "error: data set must be one of"),
        (("download", "nabirds"), "error: nabirds has no free download: ask for nabirds.tar.gz"),
        (("audit", "coco"), "error: coco-80 has no list files below"),
        (("audit", "coco", "--protocol", "x"), "error: protocol of coco must be one of"),
        (("audit", "coco", "--protocol", "coco-80-drawn"), "must be the folder of the data set"),
    ],
)
def test_command_line_errors(data_folder: Path, arguments: tuple[str, ...], message: str) -> None:
    code, output = run(*arguments)
    assert code == 2
    assert message in output
    assert output.count("\n") == 1


def test_command_line_audit_names_bad_rows(data_folder: Path) -> None:
    folder = data_folder / "csq-official/data/coco"
    folder.mkdir(parents=True)
    (folder / "train.txt").write_text("data/coco/a.jpg " + "1 " * 80 + "\ndata/coco/b.jpg 1\n")
    (folder / "test.txt").write_text("data/coco/c.jpg " + "1 " * 80 + "\n")
    code, output = run("audit", "coco")
    assert code == 2
    assert "error: coco has 1 bad rows, the first is" in output
    assert "train.txt row 2: expected 80 labels, got 1" in output


authors_lists = pytest.mark.skipif(
    not (data_root() / "csq-official").is_dir(),
    reason="needs the authors' lists below HASHCENTERS_DATA: .venv/bin/hashcenters data download csq-official",
)


@authors_lists
@pytest.mark.parametrize(
    ("protocol", "train", "query"),
    [
        ("imagenet-100", 0, -17),
        ("coco-80", -8, 0),
        ("nus-wide-21", -45, -60),
        ("hmdb51-1-lists", 0, 0),
        ("ucf101-1-lists", 0, 0),
    ],
)
def test_the_authors_lists_differ_from_the_protocol(protocol: str, train: int, query: int) -> None:
    parts = audit_protocol(protocols()[protocol]).parts.set_index("list")
    assert parts["difference"][["train", "query"]].tolist() == [train, query]
    assert parts[["duplicates", "unlabelled", "bad_rows", "empty_classes"]].sum().sum() == 0
