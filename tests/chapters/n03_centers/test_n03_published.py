"""The authors' center files: the real ones where they lie, forged ones everywhere."""

import os
import pickle
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from basics.errors import InputError
from basics.files import sha256
from chapters.n03_centers import published
from chapters.n03_centers.published import (
    PUBLISHED,
    published_available,
    published_centers,
    published_commit,
    published_file,
    read_center_file,
)
from hashcenters.centers.hadamard import double_hadamard, hadamard_rows
from hashcenters.codes import pairwise_distances
from hashcenters.datasets.registry import Download, find_entry

CENTERS = hadamard_rows(16, 20, seed=3)
NUM_CLASSES = {"ImageNet": 100, "MS COCO": 80, "NUS-WIDE": 21, "HMDB51": 51, "UCF101": 101}
MINIMUM_DISTANCES = {
    "ImageNet": {64: 32, 32: 8, 16: 2},
    "MS COCO": {64: 20, 32: 8, 16: 2},
    "NUS-WIDE": {64: 32, 32: 16, 16: 4},
    "HMDB51": {64: 32, 32: 8, 16: 2},
    "UCF101": {64: 32, 32: 8, 16: 2},
}
needs_files = pytest.mark.skipif(not published_available(), reason="the authors' files are not in the data root")


@needs_files
@pytest.mark.parametrize(("dataset", "bits"), PUBLISHED)
def test_published_minimum_distances(dataset: str, bits: int):
    centers = published_centers(dataset, bits)
    assert centers.shape == (NUM_CLASSES[dataset], bits)
    assert pairwise_distances(centers).min() == MINIMUM_DISTANCES[dataset][bits]


@needs_files
@pytest.mark.parametrize(
    ("dataset", "bits", "share"),
    [("MS COCO", 64, 0.40), ("NUS-WIDE", 16, 0.25), ("UCF101", 16, 0.31), ("UCF101", 32, 0.36)],
)
def test_published_pairs_below_half(dataset: str, bits: int, share: float):
    distances = pairwise_distances(published_centers(dataset, bits))
    assert (distances < bits / 2).mean() == pytest.approx(share, abs=0.005)


@needs_files
@pytest.mark.parametrize(("dataset", "count"), [("UCF101", 101), ("ImageNet", 100), ("HMDB51", 51)])
def test_the_first_rows_are_taken_where_the_text_samples_them(dataset: str, count: int):
    assert np.array_equal(published_centers(dataset, 64), double_hadamard(64)[:count])


@pytest.mark.parametrize("legacy", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int8, torch.int64])
def test_plain_tensors_are_read(tmp_path: Path, legacy: bool, dtype: torch.dtype):
    path = tmp_path / "centers.pkl"
    torch.save(torch.tensor(CENTERS).to(dtype), path, _use_new_zipfile_serialization=not legacy)
    assert np.array_equal(read_center_file(path), CENTERS)


class _Hostile:
    """Creates a file when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self):
        return (os.system, (f"touch {self.trace}",))


@pytest.mark.parametrize("writer", ["pickle", "torch", "torch-legacy", "inside"])
def test_hostile_pickle_is_refused_and_not_executed(tmp_path: Path, writer: str):
    trace, path = tmp_path / "executed", tmp_path / "64_imagenet_100_class.pkl"
    content = [torch.tensor(CENTERS), _Hostile(trace)] if writer == "inside" else _Hostile(trace)
    if writer == "pickle":
        path.write_bytes(pickle.dumps(content))
    else:
        torch.save(content, path, _use_new_zipfile_serialization=writer != "torch-legacy")
    with pytest.raises(InputError, match="must hold one plain tensor, refused") as refusal:
        read_center_file(path)
    assert not trace.exists()
    assert "\n" not in str(refusal.value)


def test_the_payload_would_have_worked(tmp_path: Path):
    """Without the restricted unpickler the same file does create the other one: the test above can fail."""
    trace = tmp_path / "executed"
    pickle.loads(pickle.dumps(_Hostile(trace)))  # noqa: S301
    assert trace.exists()


def _saved(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "centers.pkl"
    torch.save(content, path)
    return path


GOOD = torch.tensor(CENTERS).float()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"centers": GOOD}, "one plain tensor, got dict"),
        ([GOOD, GOOD], "one plain tensor, got list"),
        (OrderedDict(weight=GOOD), "one plain tensor, got OrderedDict"),
        (torch.nn.Parameter(GOOD), "one plain tensor, got Parameter"),
        (GOOD.to_sparse(), "must hold one plain tensor, (got|refused)"),
        (GOOD[0], r"real 2-D tensor .* shape \(16,\)"),
        (GOOD.to(torch.complex64), "real 2-D tensor .* got torch.complex64"),
        (torch.ones(1, 1).expand(10**6, 10**6), r"at most 1000000 values"),
        ((GOOD + 1) / 2, r"must be -1 or \+1, got 0.0"),
        (torch.full((3, 4), float("nan")), r"must be -1 or \+1, got nan"),
        (torch.ones(4, 0), r"bits in 1\.\.65535"),
    ],
)
def test_anything_but_a_plain_sign_tensor_is_refused(tmp_path: Path, content: object, message: str):
    with pytest.raises(InputError, match=message):
        read_center_file(_saved(tmp_path, content))


@pytest.mark.parametrize("content", [b"", b"\x80", b"PK\x03\x04 broken", b"not a tensor\n" * 9])
def test_damaged_files_are_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "centers.pkl"
    path.write_bytes(content)
    with pytest.raises(InputError, match="must hold one plain tensor, refused"):
        read_center_file(path)


def test_truncated_file(tmp_path: Path):
    path = _saved(tmp_path, GOOD)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match="refused"):
        read_center_file(path)


def test_missing_and_oversized_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(InputError, match=r"cannot read .*: No such file"):
        read_center_file(tmp_path / "none.pkl")
    monkeypatch.setattr(published, "LARGEST_FILE", 100)
    with pytest.raises(InputError, match="at most 100 bytes, got"):
        read_center_file(_saved(tmp_path, GOOD))


@pytest.fixture
def forged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the one file of a registry goes whose data root is empty."""
    monkeypatch.setenv("HASHCENTERS_DATA", str(tmp_path))
    place = tmp_path / "csq-official" / "digits" / "16.pkl"
    place.parent.mkdir(parents=True)
    torch.save(GOOD, place)
    item = Download(
        url="https://example.org/1234567/digits/16.pkl",
        file="csq-official/digits/16.pkl",
        sum=f"sha256:{sha256(place)}",
    )
    place.unlink()
    entry = replace(find_entry("csq-official"), downloads=(item,))
    monkeypatch.setattr(published, "find_entry", lambda name: entry)
    monkeypatch.setattr(published, "FILES", {"Digits": "digits/{bits}.pkl"})
    monkeypatch.setattr(published, "PUBLISHED", (("Digits", 16),))
    return place


def test_a_missing_file_says_how_to_get_it_and_a_present_one_is_read(forged: Path):
    assert published_commit() == "1234567"
    message = "16.pkl is missing; get .*: .venv/bin/hashcenters data download csq-official$"
    with pytest.raises(InputError, match=message):
        published_centers("Digits", 16)
    assert not published_available()
    torch.save(GOOD, forged)
    assert published_available()
    assert np.array_equal(published_centers("Digits", 16), CENTERS)


def test_changed_file_is_not_the_published_one(forged: Path):
    torch.save(-GOOD, forged)
    with pytest.raises(InputError, match=r"is not the published file: expected SHA-256 [0-9a-f]{64}$"):
        published_centers("Digits", 16)


def test_unknown_file():
    with pytest.raises(InputError, match=r"published for HMDB51, ImageNet, .* got CIFAR-10, 48"):
        published_centers("CIFAR-10", 48)


def test_the_registry_has_every_file_at_one_commit():
    items = [published_file(*which) for which in PUBLISHED]
    assert len({item.sum for item in items}) == 15
    assert all(f"/{published_commit()}/" in item.url for item in items)
    assert len(published_commit()) == 40
