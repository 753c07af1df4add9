"""What the retrieval notebook says of the authors' lists, on lists with known faults."""

from pathlib import Path

import numpy as np
import pytest

from chapters.n08_retrieval import readings
from chapters.n08_retrieval.lists import audit_authors, code_findings, relevant_share
from hashcenters.datasets.protocol import Listing


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data root."""
    monkeypatch.setenv("HASHCENTERS_DATA", str(tmp_path))
    return tmp_path


def test_nothing_is_found_where_there_are_no_lists(data_folder: Path) -> None:
    assert all(table.empty for table in audit_authors())


def test_relevant_share_is_a_brute_force_count() -> None:
    rng = np.random.default_rng(0)
    query = Listing(tuple("abcde"), rng.integers(0, 2, (5, 3)).astype(np.uint8))
    database = Listing(tuple("vwxyz"), rng.integers(0, 2, (5, 3)).astype(np.uint8))
    hits = [bool((q & d).any()) for q in query.labels for d in database.labels]
    assert relevant_share(query, database) == pytest.approx(np.mean(hits))
    single = Listing(tuple("abcd"), np.array([0, 0, 1, 2]))
    assert relevant_share(single, single) == pytest.approx(np.mean(single.labels[:, None] == single.labels[None]))


@pytest.mark.parametrize("dataset", ["HMDB51", "UCF101"])
def test_stored_codes_are_held_against_the_lists(dataset: str, data_folder: Path) -> None:
    folder = data_folder / "csq-official/video/dataset" / dataset
    folder.mkdir(parents=True)
    parts = {name: Listing(tuple("abc"), np.array([0, 0, 1])) for name in ("query", "train")}
    assert list(code_findings(dataset, parts)) == []
    np.save(folder / "test_label.npy", np.array([0, 0, 1]))
    np.save(folder / "database_label.npy", np.array([0, 1, 0]))
    assert list(code_findings(dataset, parts)) == [
        "test_label.npy: the labels of the query list, in list order",
        "database_label.npy: the labels of the train list, in another order than the list",
    ]
    np.save(folder / "test_label.npy", np.array([1, 0, 1]))
    assert next(code_findings(dataset, parts)).startswith("test_label.npy: other labels than the query list")


def test_findings_on_lists_with_known_faults(data_folder: Path) -> None:
    for author in ("csq-official", "shc-official"):
        (data_folder / author / "data/imagenet").mkdir(parents=True)
    one_hot = [" ".join(map(str, row)) for row in np.eye(100, dtype=int)]
    train = [f"image/{number}.JPEG {one_hot[number % 100]}" for number in range(300)]
    test = [f"val_image/{number}.JPEG {one_hot[number % 100]}" for number in range(200)]
    train[0] = train[0].replace("image/", "val_image/x")
    files = {
        "csq-official/data/imagenet/train.txt": train,
        "csq-official/data/imagenet/test.txt": test[:-3],
        "shc-official/data/imagenet/train.txt": train,
        "shc-official/data/imagenet/test.txt": test,
        "shc-official/data/imagenet/subtrain.txt": train[:150],
        "shc-official/data/imagenet/valid.txt": train[150:200],
    }
    for name, rows in files.items():
        (data_folder / name).write_text("\n".join(rows) + "\n")
    lists, overlaps, findings = audit_authors()
    assert lists["list"].tolist() == ["train", "query", "train", "query", "subtrain", "valid"]
    assert set(overlaps["protocol"]) == {"imagenet-100", "imagenet-100-shc"}
    texts = findings["finding"].tolist()
    assert "query has 197 rows, -4,803 against 5,000" in texts
    assert "train mixes 299 of image, 1 of val_image" in texts
    assert "valid has no sample of 50 of 100 classes" in texts
    assert "100 training rows are in neither subtrain nor valid: 1 of each of the 100 classes" in texts
    assert "the shorter query list is the longer one without its last 3 rows" in texts
    assert "a query shares a label with 1.0% of the training list (the precision of a random ranking)" in texts
    assert readings.list_sizes(lists, overlaps) == (
        "0 of the 4 lists with a nominal size have it; the largest difference is -12,700 rows (imagenet-100, train). "
        "Queries that stand in another list of their protocol: 0."
    )
