"""Sets that are freely available: CIFAR, Fashion-MNIST, Tiny-ImageNet and its mosaics, in their official layouts."""

import pickle
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torchvision import datasets

from basics.errors import InputError
from hashcenters.datasets.images import decode_image
from hashcenters.datasets.registry import load
from hashcenters.datasets.splits import PARTS
from shelf.papers.tiny_imagenet import decode_photograph
from shelf.papers.torchvision_sets import SHAPES


@pytest.fixture
def cifar(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """CIFAR-10's batches with 2,000 images in all, their fixed checksums left out."""
    monkeypatch.setattr(datasets.CIFAR10, "_check_integrity", lambda self: True)
    monkeypatch.setattr("torchvision.datasets.cifar.check_integrity", lambda *arguments: True)
    folder = data_folder / "cifar-10/cifar-10-batches-py"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for name, count in [(f"data_batch_{i}", 1200) for i in range(1, 6)] + [("test_batch", 2000)]:
        labels = (np.arange(count) % 10).tolist()
        content = {"data": rng.integers(0, 256, (count, 3072)).astype(np.uint8), "labels": labels}
        (folder / name).write_bytes(pickle.dumps(content))
    names = {"label_names": [f"class {i}" for i in range(10)]}
    (folder / "batches.meta").write_bytes(pickle.dumps(names))
    return folder


@pytest.mark.parametrize(("protocol", "database"), [("cifar10-0", 2000), ("cifar10-1", 7000)])
def test_cifar10_protocols(cifar: Path, protocol: str, database: int) -> None:
    data = load("cifar10", protocol=protocol)
    assert data.train.inputs.batch(np.arange(1)).shape[1:] == SHAPES["cifar10"]
    assert np.bincount(data.query.labels).tolist() == [100] * 10
    assert np.bincount(data.train.labels).tolist() == [500] * 10
    assert len(data.database) == database
    assert set(data.validation.ids) <= set(data.database.ids)
    assert data.train.inputs.array.shape == (5000, 3, 32, 32)
    shared = set(data.train.ids) & set(data.database.ids)
    assert len(shared) == (0 if protocol == "cifar10-0" else 5000)


def test_cifar10_draw_needs_enough_images(cifar: Path) -> None:
    with pytest.raises(InputError, match=r"query asks for 1000 samples of class 'class 0', got 800"):
        load("cifar10", protocol="cifar10-2")


@pytest.mark.parametrize("seed", range(3))
def test_pictures_that_come_twice_are_queries_only(cifar: Path, seed: int) -> None:
    before = load("cifar10", protocol="cifar10-1", seed=seed)
    assert "left out" not in before.protocol
    pixels = np.random.default_rng(1).integers(0, 256, (600, 3072)).astype(np.uint8)
    content = {"data": np.tile(pixels, (2, 1)), "labels": (np.arange(1200) % 10).tolist()}
    (cifar / "data_batch_1").write_bytes(pickle.dumps(content))
    data = load("cifar10", protocol="cifar10-1", seed=seed)
    assert data.query.ids.tolist() == before.query.ids.tolist()
    pixels = {part: {row.tobytes() for row in getattr(data, part).inputs.array} for part in PARTS}
    assert not pixels["query"] & (pixels["train"] | pixels["validation"] | pixels["database"])
    assert not pixels["train"] & pixels["validation"]
    gone = {name for part in PARTS for name in {*getattr(before, part).ids} - {*getattr(data, part).ids}}
    assert gone
    assert data.protocol.endswith(f"; {len(gone)} copies left out")


def test_queries_of_one_half_are_not_pretrained_on(tiny: Path) -> None:
    before = load("tiny-imagenet-pretraining", **SMALL)
    taken = before.train.ids[0]
    Image.open(tiny / "val/images/val_n0_0.JPEG").save(tiny / taken, "PNG")  # the same pixels in other bytes
    data = load("tiny-imagenet-pretraining", **SMALL)
    assert taken not in data.database.ids
    assert {*before.database.ids} - {*data.database.ids} == {taken}
    assert data.protocol.endswith("1 queries of the other half left out")


def test_fashion_mnist_official_split(data_folder: Path) -> None:
    raw = data_folder / "fashion-mnist/FashionMNIST/raw"
    raw.mkdir(parents=True)
    for side, count, first in (("train", 40, 100), ("t10k", 20, 0)):
        images = np.arange(first, first + count, dtype=np.uint8)[:, None, None] * np.ones((1, 28, 28), np.uint8)
        header = struct.pack(">4i", 2051, count, 28, 28)
        (raw / f"{side}-images-idx3-ubyte").write_bytes(header + images.tobytes())
        labels = (np.arange(count) % 10).astype(np.uint8)
        (raw / f"{side}-labels-idx1-ubyte").write_bytes(struct.pack(">2i", 2049, count) + labels.tobytes())
    data = load("fashion-mnist")
    assert data.query.inputs.batch(np.array([3])).tolist() == np.full((1, 1, 28, 28), 3).tolist()
    assert len(data.train) + len(data.validation) == len(data.database) == 40
    assert data.query.inputs.batch(np.arange(1)).shape[1:] == SHAPES["fashion-mnist"]
    assert data.class_names[0] == "T-shirt/top"
    assert "left out" not in data.protocol


@pytest.mark.parametrize("name", ["cifar10", "cifar100", "fashion-mnist"])
def test_missing_files_name_the_download(data_folder: Path, name: str) -> None:
    with pytest.raises(InputError, match="must be the folder of the data set"):
        load(name)
    folder = {"cifar10": "cifar-10", "cifar100": "cifar-100"}.get(name, name)
    (data_folder / folder).mkdir()
    with pytest.raises(InputError, match=rf"run \.venv/bin/hashcenters data download {name}$"):
        load(name)


@pytest.fixture
def tiny(data_folder: Path, picture: Callable[..., Path]) -> Path:
    """Six classes with six training and three validation images each."""
    root = data_folder / "tiny-imagenet-200"
    (root / "val").mkdir(parents=True)
    wnids = [f"n{number}" for number in (5, 1, 4, 0, 2, 3)]
    (root / "wnids.txt").write_text("\n".join(wnids) + "\n")
    (root / "words.txt").write_text("n0\tant, emmet\nn2\tcrane\nn4\tcrane\n")
    rows = []
    for wnid in wnids:
        for number in range(6):
            picture(root / f"train/{wnid}/images/{wnid}_{number}.JPEG", size=(64, 64), mode="L" if number else "RGB")
        for number in range(3):
            rows.append(f"val_{wnid}_{number}.JPEG\t{wnid}\t0\t32\t44\t62")
            picture(root / f"val/images/val_{wnid}_{number}.JPEG", size=(64, 64))
    (root / "val/val_annotations.txt").write_text("\n".join(rows) + "\n")
    return root


SMALL = {"train_per_class": 2, "validation_per_class": 1, "query_per_class": 2, "database_per_class": 5}


def test_tiny_imagenet_takes_even_classes_for_retrieval_and_odd_ones_for_pretraining(tiny: Path) -> None:
    data = load("tiny-imagenet", **SMALL)
    assert data.class_names == ["ant", "crane (n2)", "crane (n4)"]
    sizes = {part: len(getattr(data, part)) for part in ("train", "validation", "query", "database")}
    assert sizes == {"train": 6, "validation": 3, "query": 6, "database": 15}
    assert data.database.inputs.array.shape == (15, 3, 64, 64)
    database = set(data.database.ids)
    assert set(data.train.ids) < database
    assert set(data.validation.ids) < database
    assert all(path.startswith("val/") for path in data.query.ids)
    other = load("tiny-imagenet-pretraining", **SMALL)
    assert other.name == "tiny-imagenet-pretraining"
    assert other.class_names == ["n1", "n3", "n5"]
    assert not {path.split("/")[1] for path in data.train.ids} & {path.split("/")[1] for path in other.train.ids}


def test_tiny_imagenet_depends_on_its_seed_only(tiny: Path) -> None:
    first, again, other = (load("tiny-imagenet", seed=seed, **SMALL) for seed in (0, 0, 1))
    assert first.fingerprint == again.fingerprint != other.fingerprint
    assert (first.train.inputs.array == again.train.inputs.array).all()


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("options", [{"subsampling": 0}, {"subsampling": 2}, {"progressive": True}])
def test_fast_decoder_gives_the_pixels_of_pillow(tmp_path: Path, mode: str, options: dict[str, object]) -> None:
    rough = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8).repeat(8, axis=0).repeat(8, axis=1)
    Image.fromarray(rough).convert(mode).save(tmp_path / "a.jpg", **options)
    difference = np.abs(
        decode_photograph(tmp_path / "a.jpg", size=64).astype(int) - decode_image(tmp_path / "a.jpg", size=64)
    )
    assert difference.max() <= (2 if mode == "CMYK" else 0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"classes": 4}, "classes must be 2 to 3, got 4"),
        ({"train_per_class": 6}, "train asks for 6 samples of class 'ant', got 5"),
        ({"half": "third"}, 'half must be "even" or "odd"'),
        ({"size": 0}, "size must be 1 to 4096 pixels, got 0"),
        ({"query_per_class": 0}, "query_per_class of tiny-imagenet must be a whole number in 1..10000, got 0"),
    ],
)
def test_tiny_imagenet_bad_sizes(tiny: Path, options: dict[str, int], message: str) -> None:
    with pytest.raises(InputError, match=message):
        load("tiny-imagenet", **(SMALL | options))


@pytest.mark.parametrize(("name", "mode"), [("n0_1.JPEG", "RGB"), ("n0_0.JPEG", "CMYK")])
def test_tiny_imagenet_refuses_a_photograph_of_another_size(
    tiny: Path, picture: Callable[..., Path], name: str, mode: str
) -> None:
    path = picture(tiny / "train/n0/images" / name, size=(128, 96), mode=mode)
    for size in (64, 32):
        with pytest.raises(InputError) as refused:
            load("tiny-imagenet", size=size, **(SMALL | {"database_per_class": 6}))
        why = "expected 64 × 64 pixels, got 128 × 96"
        assert str(refused.value) == f"1 unreadable files: {path} ({why}); unpack the official archive again"


def test_tiny_imagenet_damaged_file_is_named(tiny: Path) -> None:
    (tiny / "train/n0/images/n0_1.JPEG").write_text("no picture")
    with pytest.raises(InputError, match=r"1 unreadable files: .*n0_1.JPEG"):
        load("tiny-imagenet", **(SMALL | {"database_per_class": 6})).database.inputs.batch(np.arange(18))


COUNTS = {"train_size": 12, "validation_size": 4, "query_size": 9, "database_size": 20}


def test_mosaics_are_labelled_with_their_four_tiles(tiny: Path) -> None:
    data = load("tiny-imagenet-mosaics", **COUNTS, **SMALL)
    assert data.multi_label
    assert data.query.inputs.array.shape == (9, 3, 64, 64)
    label_of = {"n0": 0, "n2": 1, "n4": 2}
    for split in (data.train, data.validation, data.query, data.database):
        for sample, label in zip(split.ids, split.labels, strict=True):
            wnids = {next(w for w in label_of if w in path) for path in str(sample).split("\n")}
            assert {label_of[wnid] for wnid in wnids} == set(np.flatnonzero(label))
    assert set(data.train.ids) <= set(data.database.ids)
    assert len(set(data.query.labels.sum(axis=1).tolist())) > 1
    assert np.array_equal(data.train.inputs.batch(np.array([3, 0])), data.train.inputs.array[[3, 0]])
    first = data.database.inputs.batch(np.arange(len(data.train)))  # the database begins with the training mosaics
    assert np.array_equal(first, data.train.inputs.array)
    photographs = load("tiny-imagenet", size=32, **SMALL)
    tile = data.train.inputs.array[0, :, :32, :32]
    assert any((tile == photograph).all() for photograph in photographs.train.inputs.array)


def test_mosaics_need_an_even_size(tiny: Path) -> None:
    with pytest.raises(InputError, match="mosaics need an even size and more database than train, got size 63"):
        load("tiny-imagenet-mosaics", size=63, **SMALL)
