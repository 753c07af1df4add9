"""The papers' image sets, read from small trees in their official formats."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from basics.errors import InputError
from hashcenters.datasets.inputs import FileInputs
from hashcenters.datasets.protocol import protocols
from hashcenters.datasets.registry import load
from hashcenters.datasets.splits import HashingData, Split
from shelf.papers import coco, nabirds, nus_wide, stanford_cars

Picture = Callable[..., Path]


def labels_of(split: Split) -> dict[str, object]:
    """File name → label."""
    return {str(path).rsplit("/", 1)[-1]: label.tolist() for path, label in zip(split.ids, split.labels, strict=True)}


def check_readable(data: HashingData, channels: int = 3) -> None:
    for part in (data.train, data.query, data.database):
        assert part.inputs.batch(np.array([0, len(part) - 1])).shape == (2, channels, 8, 8)


# ImageNet-100


@pytest.fixture
def imagenet(data_folder: Path, picture: Picture) -> Path:
    """Two classes, CSQ's lists without a database, images in the official tree."""
    lists = data_folder / "csq-official/data/imagenet"
    lists.mkdir(parents=True)
    rows = {"train.txt": [], "test.txt": []}
    for column, wnid in enumerate(("n01", "n02")):
        label = " ".join("1" if column == other else "0" for other in range(2))
        for number in range(12):
            picture(data_folder / f"imagenet/train/{wnid}/{wnid}_{number}.JPEG")
        rows["train.txt"] += [f"data/imagenet/image/{wnid}_{number}.JPEG {label}" for number in range(4)]
        picture(data_folder / f"imagenet/val/ILSVRC2012_val_{column}.JPEG")
        rows["test.txt"].append(f"data/imagenet/val_image/ILSVRC2012_val_{column}.JPEG {label}")
    for name, content in rows.items():
        (lists / name).write_text("\n".join(content) + "\n")
    return lists


def test_imagenet_lists_over_the_official_tree(imagenet: Path) -> None:
    data = load("imagenet-100", num_classes=2, size=8)
    assert data.class_names == ["n01", "n02"]
    assert labels_of(data.query) == {"ILSVRC2012_val_0.JPEG": 0, "ILSVRC2012_val_1.JPEG": 1}
    assert len(data.train) == 8
    assert len(data.database) == 24
    assert len(data.validation) == 2
    assert not set(data.validation.ids) & set(data.train.ids)
    assert set(data.validation.ids) < set(data.database.ids)
    assert data.top_k == 1000
    assert "database: every training image" in data.protocol
    check_readable(data)


def test_imagenet_database_list_comes_first(imagenet: Path) -> None:
    train = (imagenet / "train.txt").read_text()
    (imagenet / "database.txt").write_text(train + "data/imagenet/image/n02_9.JPEG 0 1\n")
    data = load("imagenet-100", num_classes=2, size=8, validation=0)
    assert len(data.database) == 9
    assert len(data.validation) == 0


def test_imagenet_missing_files_are_counted(imagenet: Path, data_folder: Path) -> None:
    (data_folder / "imagenet/train/n01/n01_0.JPEG").unlink()
    with pytest.raises(InputError, match=r"1 of 26 listed files are missing below .*n01_0.JPEG"):
        load("imagenet-100", num_classes=2)


# MS COCO


@pytest.fixture
def coco_tree(data_folder: Path, picture: Picture) -> Path:
    """Category ids 1, 18 and 90; names whose alphabetical order differs from that of the ids."""
    root = data_folder / "coco"
    (root / "annotations").mkdir(parents=True)
    categories = [{"id": 90, "name": "apple"}, {"id": 1, "name": "person"}, {"id": 18, "name": "dog"}]
    for folder, first in (("train2014", 0), ("val2014", 100)):
        images = [{"id": first + i, "file_name": f"COCO_{folder}_{first + i:012}.jpg"} for i in range(8)]
        pairs = [(first + i, [90, 1, 18][i % 3]) for i in range(7)] + [(first, 1), (first, 1)]
        notes = [{"image_id": image, "category_id": category, "iscrowd": 0} for image, category in pairs]
        content = {"images": images, "annotations": notes, "categories": categories}
        (root / f"annotations/instances_{folder}.json").write_text(json.dumps(content))
        for image in images:
            picture(root / folder / image["file_name"])
    return root


def test_coco_annotations_with_non_contiguous_ids(coco_tree: Path) -> None:
    listing, names = coco.read_annotations([coco_tree / "annotations/instances_train2014.json"])
    assert names == ["person", "dog", "apple"]
    assert listing.paths[0] == "train2014/COCO_train2014_000000000000.jpg"
    assert listing.labels[:4].tolist() == [[1, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert listing.labels[7].tolist() == [0, 0, 0]


def test_coco_lists_have_alphabetical_columns(coco_tree: Path, data_folder: Path) -> None:
    lists = data_folder / "csq-official/data/coco"
    lists.mkdir(parents=True)
    row = "data/coco/{0}/COCO_{0}_{1:012}.jpg {2}\n"
    train = [(0, "1 0 1"), (1, "0 0 1"), (2, "0 1 0")]
    (lists / "train.txt").write_text("".join(row.format("train2014", *fields) for fields in train))
    (lists / "test.txt").write_text(row.format("val2014", 101, "0 0 1"))
    data = load("coco", size=8, validation=0.34)
    assert data.class_names == ["apple", "dog", "person"]
    assert data.multi_label
    database = labels_of(data.database)
    assert len(database) == 13  # 14 labelled images without the query
    assert database["COCO_train2014_000000000000.jpg"] == [1, 0, 1]
    assert all(database[name] == label for name, label in labels_of(data.train).items())
    assert len(data.validation) == 1
    check_readable(data)


def test_coco_drawn(coco_tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"coco-80-drawn draws 15,000 samples, got 14"):
        load("coco", protocol="coco-80-drawn")
    small = msgspec.structs.replace(protocols()["coco-80-drawn"], draw={"per": "all", "query": 2, "train": 3})
    monkeypatch.setitem(protocols(), "coco-80-drawn", small)
    data = load("coco", protocol="coco-80-drawn", size=8, validation=0)
    assert data.class_names == ["person", "dog", "apple"]
    assert [len(part) for part in (data.query, data.train, data.database)] == [2, 3, 12]


def test_pixels_and_not_bytes_say_what_is_one_picture(
    imagenet: Path, data_folder: Path, results_elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query, other = data_folder / "imagenet/val/ILSVRC2012_val_0.JPEG", data_folder / "imagenet/train/n01/n01_9.JPEG"
    Image.open(query).save(other, "PNG")
    assert query.read_bytes() != other.read_bytes()
    data = load("imagenet-100", num_classes=2, size=8)
    assert len(data.database) == 23
    assert data.protocol.endswith("; 1 copies left out")
    (kept,) = (results_elsewhere.parent / "features" / "pixels").iterdir()
    damaged = bytearray(kept.read_bytes())
    with monkeypatch.context() as patch:
        patch.setattr(FileInputs, "survey", lambda files: pytest.fail("the pictures are decoded a second time"))
        assert load("imagenet-100", num_classes=2, size=8).fingerprint == data.fingerprint
    damaged[40] ^= 1
    kept.write_bytes(damaged)
    assert load("imagenet-100", num_classes=2, size=8).fingerprint == data.fingerprint
    assert kept.read_bytes() != damaged, "what was damaged is made again"
    skipped = load("imagenet-100", num_classes=2, size=8, corrupt="skip")
    assert len(skipped.database) == 23


def test_without_a_place_for_keys_pictures_are_told_apart(imagenet: Path, results_elsewhere: Path) -> None:
    (results_elsewhere.parent / "features").write_text("no folder")
    assert len(load("imagenet-100", num_classes=2, size=8).database) == 24


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content.pop("categories"), "instances_train2014.json lacks 'categories'"),
        (
            lambda content: content["annotations"].append({"image_id": [1], "category_id": 1}),
            r"instances_train2014.json, annotations\[9\].image_id must be int, got \[1\]",
        ),
        (
            lambda content: content["annotations"].append({"image_id": 1, "category_id": 7}),
            "instances_train2014.json annotation 9: unknown image 1 or category 7",
        ),
        (lambda content: content["categories"].append({"id": 91, "name": "x"}), "the same categories as the file"),
    ],
)
def test_bad_coco_annotations(coco_tree: Path, change: Callable, message: str) -> None:
    path = coco_tree / "annotations/instances_train2014.json"
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match=message):
        load("coco", protocol="coco-80-drawn")


# NUS-WIDE


@pytest.fixture
def nus_tree(data_folder: Path, picture: Picture) -> Path:
    """Six pictures, three concepts of which the two most frequent are taken."""
    root = data_folder / "nus-wide"
    (root / "ImageList").mkdir(parents=True)
    (root / "Groundtruth/AllLabels").mkdir(parents=True)
    names = [f"actor\\000{i}_{900 + i}.jpg" for i in range(6)]
    (root / "ImageList/Imagelist.txt").write_text("\r\n".join(names) + "\r\n")
    for concept, column in {"rare": "000001", "sky": "111100", "sea": "010110"}.items():
        (root / f"Groundtruth/AllLabels/Labels_{concept}.txt").write_text("\n".join(column) + "\n")
    for name in names:
        picture(root / "Flickr" / name.replace("\\", "/"))
    return root


def test_nus_takes_the_most_frequent_concepts(nus_tree: Path) -> None:
    listing, names = nus_wide.read_official(nus_tree, 2)
    assert names == ["sky", "sea"]
    assert listing.paths[1] == "Flickr/actor/0001_901.jpg"
    assert listing.labels.tolist() == [[1, 0], [1, 1], [1, 0], [1, 1], [0, 1], [0, 0]]


@pytest.mark.parametrize("flat", [False, True])
def test_nus_lists_are_found_by_flickr_id(nus_tree: Path, data_folder: Path, picture: Picture, flat: bool) -> None:
    lists = data_folder / "csq-official/data/nus_wide"
    lists.mkdir(parents=True)
    name = "data/nus_wide/images/{}_{}_abc_m.jpg"
    (lists / "train.txt").write_text(f"{name.format(0, 900)} 1 0\n{name.format(1, 901)} 1 1\n")
    (lists / "test.txt").write_text(f"{name.format(3, 903)} 1 1\n")
    if flat:
        for number in range(6):
            picture(nus_tree / f"images/{number}_{900 + number}_abc_m.jpg")
    data = load("nus-wide-21", num_classes=2, size=8, validation=0)
    ids = ["images/0_900_abc_m.jpg", "images/1_901_abc_m.jpg"] if flat else [
        "Flickr/actor/0000_900.jpg", "Flickr/actor/0001_901.jpg"
    ]  # fmt: skip
    assert data.train.ids.tolist() == ids
    assert len(data.database) == 4
    check_readable(data)


def test_bad_nus_labels(nus_tree: Path) -> None:
    (nus_tree / "Groundtruth/AllLabels/Labels_sea.txt").write_text("0\n1\n")
    with pytest.raises(InputError, match=r"Labels_sea.txt must hold one 0 or 1 for each of 6 pictures, got 2"):
        load("nus-wide-21", num_classes=2)
    with pytest.raises(InputError, match="must hold 21 label files or more, got 3"):
        load("nus-wide-21")


# Stanford Cars

CARS = [("a.jpg", 1, 0), ("b.jpg", 3, 0), ("c.jpg", 2, 0), ("d.jpg", 3, 1), ("e.jpg", 1, 1), ("f.jpg", 2, 1)]
MODELS = ["Acura", "BMW", "Chevrolet"]


def annotations(rows: list[tuple[str, int, int]], **fields: str) -> np.ndarray:
    """A MATLAB struct array like the official ones."""
    kinds = [(name, object) for name in ("bbox_x1", *fields)]
    table = np.empty((1, len(rows)), dtype=kinds)
    for column, row in enumerate(rows):
        values = dict(zip(("name", "class", "test"), row, strict=True))
        table[0, column] = (1, *[values[source] for source in fields.values()])
    return table


def write_cars(root: Path, *, flat: bool, rows: list[tuple[str, int, int]] = CARS) -> None:
    names = np.array(MODELS, dtype=object)
    (root / "devkit").mkdir(parents=True)
    if flat:
        flat_rows = [(f"car_ims/{name}", label, test) for name, label, test in rows]
        table = annotations(flat_rows, relative_im_path="name", **{"class": "class", "test": "test"})
        savemat(root / "cars_annos.mat", {"annotations": table, "class_names": names})
        return
    savemat(root / "devkit/cars_meta.mat", {"class_names": names})
    for file, side in (("devkit/cars_train_annos.mat", 0), ("cars_test_annos_withlabels.mat", 1)):
        chosen = [row for row in rows if row[2] == side]
        savemat(root / file, {"annotations": annotations(chosen, **{"class": "class"}, fname="name")})


@pytest.mark.parametrize("flat", [True, False])
def test_cars_annotations_count_from_one(data_folder: Path, picture: Picture, flat: bool) -> None:
    root = data_folder / "stanford-cars"
    write_cars(root, flat=flat)
    for name, _, test in CARS:
        picture(root / ("car_ims" if flat else ("cars_train", "cars_test")[test]) / name)
    data = load("stanford-cars", size=8, validation=0)
    assert data.class_names == MODELS
    assert labels_of(data.train) == {"a.jpg": 0, "b.jpg": 2, "c.jpg": 1}
    assert labels_of(data.query) == {"d.jpg": 2, "e.jpg": 0, "f.jpg": 1}
    assert data.database.ids.tolist() == data.train.ids.tolist()
    assert data.top_k is None
    check_readable(data)


def test_cars_list_files(data_folder: Path, picture: Picture) -> None:
    lists = data_folder / "shc-official/data/car_ims"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("car_ims/1.jpg\t0\ncar_ims/2.jpg\t1\n")
    (lists / "test.txt").write_text("car_ims/3.jpg\t1\n")
    for number in (1, 2, 3):
        picture(data_folder / f"stanford-cars/car_ims/{number}.jpg")
    options = {"protocol": "stanford-cars-196-lists", "num_classes": 2, "validation": 0}
    data = load("stanford-cars", **options)
    assert labels_of(data.train) == {"1.jpg": 0, "2.jpg": 1}
    assert labels_of(data.query) == {"3.jpg": 1}
    (lists / "test.txt").write_text("car_ims/3.jpg\t2\n")
    with pytest.raises(InputError, match=r"test.txt row 1: class index must be 0 to 1, got 2"):
        load("stanford-cars", **options)


@pytest.mark.parametrize("label", [0, 4])
def test_cars_class_out_of_range(data_folder: Path, label: int) -> None:
    write_cars(data_folder / "stanford-cars", flat=True, rows=[*CARS, ("g.jpg", label, 0)])
    with pytest.raises(InputError, match=f"cars_annos.mat row 7: class index must be 1 to 3, got {label}"):
        load("stanford-cars")


def test_cars_broken_annotations(data_folder: Path) -> None:
    root = data_folder / "stanford-cars"
    root.mkdir()
    with pytest.raises(InputError, match=r"cars_meta.mat: there is no such file"):
        load("stanford-cars")
    (root / "cars_annos.mat").write_bytes(b"no mat file at all")
    with pytest.raises(InputError, match=r"cars_annos.mat must be a .mat file with 'class_names'"):
        stanford_cars.read_official(root)


# NABirds


@pytest.fixture
def birds(data_folder: Path, picture: Picture) -> Path:
    """Labelled classes 5, 6 and 9 below 2 and 3, both below the root 0."""
    root = data_folder / "nabirds"
    root.mkdir()
    rows = [
        ("u1", "0005/a.jpg", 5, 1),
        ("u2", "0009/b.jpg", 9, 1),
        ("u3", "0006/c.jpg", 6, 1),
        ("u4", "0009/d.jpg", 9, 0),
    ]
    tables = {
        "images.txt": [f"{uid} {path}" for uid, path, _, _ in rows],
        "image_class_labels.txt": [f"{uid} {label}" for uid, _, label, _ in rows],
        "train_test_split.txt": [f"{uid} {side}" for uid, _, _, side in rows],
        "classes.txt": ["0 Birds", "2 Ducks", "3 Hawks", "5 Wood Duck (male)", "6 Mallard", "9 Cooper's Hawk"],
        "hierarchy.txt": ["5 2", "6 2", "9 3", "2 0", "3 0"],
    }
    for name, content in tables.items():
        (root / name).write_text("\n".join(content) + "\n")
    for _, path, _, _ in rows:
        picture(root / "images" / path)
    return root


def test_nabirds_classes_are_the_ids_in_use(birds: Path) -> None:
    data = load("nabirds", size=8, validation=0)
    assert data.class_names == ["Wood Duck (male)", "Mallard", "Cooper's Hawk"]
    assert labels_of(data.train) == {"a.jpg": 0, "b.jpg": 2, "c.jpg": 1}
    assert labels_of(data.query) == {"d.jpg": 2}
    check_readable(data)


def test_nabirds_hierarchy(birds: Path) -> None:
    data = load("nabirds", size=8, validation=0, depth=1)
    assert data.class_names == ["Ducks", "Hawks"]
    assert labels_of(data.train) == {"a.jpg": 0, "b.jpg": 1, "c.jpg": 0}
    (birds / "hierarchy.txt").write_text("5 2\n2 5\n")
    with pytest.raises(InputError, match="the hierarchy must not run in a circle"):
        nabirds.read_official(birds, depth=1)


def test_nabirds_list_files(birds: Path, data_folder: Path) -> None:
    lists = data_folder / "shc-official/data/nabirds"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("0005/a.jpg\t0\n0009/b.jpg\t1\n")
    (lists / "test.txt").write_text("0009/d.jpg\t1\n")
    data = load("nabirds", protocol="nabirds-555-lists", num_classes=2, validation=0, size=8)
    assert labels_of(data.train) == {"a.jpg": 0, "b.jpg": 1}
    with pytest.raises(InputError, match="depth needs the official split"):
        load("nabirds", protocol="nabirds-555-lists", depth=1)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("train_test_split.txt", "u1 1\n", r"image u2 \(0009/b.jpg\) must have a class and a side"),
        ("image_class_labels.txt", "u1 5\nu2 77\nu3 6\nu4 9\n", "image u2 has unknown class 77"),
        ("images.txt", "u1 0005/a.jpg\nu1 0005/b.jpg\n", "images.txt row 2: u1 comes twice"),
        ("images.txt", "u1\n", "images.txt row 1: expected 2 fields, got 1"),
        ("images.txt", "u1 ../a.jpg\nu2 b\nu3 c\nu4 d\n", "images.txt row 1: path must stay inside the root"),
        (
            "train_test_split.txt",
            "u1 1\nu2 2\nu3 1\nu4 0\n",
            "split.txt: image u2 must have 0 or 1, got '2'",
        ),
        ("hierarchy.txt", "5 x\n", "hierarchy.txt row 1: expected a class index, got 'x'"),
    ],
)
def test_bad_nabirds_tables(birds: Path, file: str, text: str, message: str) -> None:
    (birds / file).write_text(text)
    with pytest.raises(InputError, match=message):
        load("nabirds")
