"""The registry: complete entries, options checked before anything is read, what is missing."""

from pathlib import Path

import pytest

from basics.errors import InputError
from hashcenters.datasets.registry import check, find_reader, load, reader_options, registry


@pytest.mark.parametrize("name", list(registry()))
def test_entries_are_complete(name: str) -> None:
    entry = registry()[name]
    assert entry.title and entry.licence and entry.home and entry.size
    if entry.reader is not None:
        assert callable(find_reader(entry))
    for item in entry.downloads:
        algorithm, digest = item.sum.split(":")
        assert len(bytes.fromhex(digest)) == {"sha256": 32, "md5": 16}[algorithm]


def test_the_papers_sets_have_their_number_of_classes() -> None:
    classes = {name: entry.num_classes for name, entry in registry().items()}
    assert [classes[name] for name in ("imagenet-100", "coco", "nus-wide-21", "stanford-cars")] == [
        100,
        80,
        21,
        196,
    ]
    assert [classes[name] for name in ("nabirds", "ucf101", "hmdb51")] == [555, 101, 51]


def test_pictures_of_third_parties_are_not_printed() -> None:
    printable = {name for name, entry in registry().items() if entry.printable}
    assert printable == {"digits100", "scenes", "clips", "image-folder"}


def test_built_in_sets_are_complete_and_load() -> None:
    assert check("digits100") == check("scenes") == check("clips") == []
    one_each = dict.fromkeys(("train_per_class", "validation_per_class", "query_per_class", "database_per_class"), 1)
    data = load("digits100", noise=0, **one_each)
    assert data.name == "digits100"
    assert data.num_classes == registry()["digits100"].num_classes
    assert data.substitute is not None and registry()["digits100"].substitute


@pytest.mark.parametrize("name", [name for name, entry in registry().items() if entry.needs])
def test_what_is_missing_comes_with_a_step(data_folder: Path, name: str) -> None:
    missing = check(name)
    assert missing
    assert all(line.startswith(f"{name}: ") and len(line) > 40 for line in missing)
    assert not [line for line in missing if "python -m" in line]  # a system's python does not have it


def test_check_counts_list_files_and_follows_root(data_folder: Path, tmp_path: Path) -> None:
    root = tmp_path / "elsewhere"
    for folder in ("train", "val"):
        (root / folder).mkdir(parents=True)
    lines = check("imagenet-100", root=str(root))
    assert [line.split(" is missing")[0].rsplit("/", 1)[1] for line in lines] == ["train.txt", "test.txt"]
    assert all("download csq-official" in line for line in lines)
    assert "download shc-official" in check("imagenet-100", root=str(root), protocol="imagenet-100-shc")[0]
    assert check("image-folder", root=str(root)) == []
    assert len(check("image-folder", root=str(tmp_path / "none"))) == 1


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("imagenet", {}, "data set must be one of digits100, .*, got 'imagenet'"),
        ("csq-official", {}, "csq-official holds files for other data sets"),
        ("digits100", {"colour": 1}, "digits100 has no option 'colour'; its options are seed"),
        ("digits100", {"seed": 1.5}, "option seed of digits100 must be int, got 1.5"),
        ("digits100", {"top_k": "all"}, r"option top_k of digits100 must be int \| None, got 'all'"),
        ("coco", {"cache": "much"}, "option cache of coco must be float, got 'much'"),
        ("coco", {"protocol": "x"}, "protocol of coco must be one of coco-80, coco-80-drawn, got 'x'"),
        ("coco", {"root": "/nowhere"}, "/nowhere must be the folder of the data set"),
        ("coco", {"size": 0}, "size must be 1 to 4096 pixels, got 0"),
    ],
)
def test_bad_names_and_options(name: str, options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        load(name, **options)


def test_reading_options_are_options_of_the_set() -> None:
    assert {"size", "fit", "cache", "corrupt", "workers", "frames", "interval", "short", "split"} <= set(
        reader_options(find_reader(registry()["ucf101"]))
    )
