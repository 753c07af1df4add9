"""The user's own images: any tree of class folders, any list files, nothing written into them."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from basics.errors import InputError
from hashcenters.datasets.assemble import Found, assemble
from hashcenters.datasets.images import ImageReading
from hashcenters.datasets.protocol import Listing, find_protocol
from hashcenters.datasets.registry import load
from hashcenters.datasets.splits import PARTS, HashingData

Picture = Callable[..., Path]
KINDS = [(".jpg", "RGB"), (".png", "P"), (".webp", "RGB"), (".JPEG", "L"), (".png", "RGBA")]


@pytest.fixture
def tree(tmp_path: Path, picture: Picture) -> Path:
    """Three classes of ten pictures in every format and mode, mixed sizes, blanks and accents in the names."""
    root = tmp_path / "my pictures"
    for seed, name in enumerate(("Zürich See", "cat", "σπίτι")):
        for number in range(10):
            suffix, mode = KINDS[number % len(KINDS)]
            size = (10 + 7 * number, 12 + seed)
            picture(root / name / f"bild {number} é{suffix}", seed=seed, mode=mode, size=size)
    deep = np.random.default_rng(0).integers(0, 65536, (9, 9)).astype(np.uint16)
    Image.fromarray(deep).save(root / "cat/bild 1 é.png")
    for dropping in (".DS_Store", "cat/.hidden.jpg", "cat/Thumbs.db", "notes.txt"):
        (root / dropping).write_text("x")
    return root


def snapshot(root: Path) -> list[tuple[str, int, int]]:
    return sorted((str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in [root, *root.rglob("*")])


def test_split_rule(tree: Path) -> None:
    before = snapshot(tree)
    data = load("image-folder", root=str(tree), size=16)
    assert data.class_names == ["Zürich See", "cat", "σπίτι"]
    assert [len(getattr(data, part)) for part in PARTS] == [21, 3, 6, 24]
    for part in ("train", "validation", "query"):
        assert len(set(np.bincount(getattr(data, part).labels))) == 1
    assert set(data.database.ids) == set(data.train.ids) | set(data.validation.ids)
    assert not set(data.query.ids) & set(data.database.ids)
    assert data.database.inputs.batch(np.arange(24)).shape == (24, 3, 16, 16)
    assert "my pictures" in data.substitute
    assert snapshot(tree) == before


def test_seed_and_content_decide_the_fingerprint(tree: Path, picture: Picture) -> None:
    first, again, other = (load("image-folder", root=tree, seed=seed) for seed in (0, 0, 1))
    assert first.fingerprint == again.fingerprint
    assert first.query.ids.tolist() == again.query.ids.tolist() != other.query.ids.tolist()
    path = tree / "cat/bild 0 é.jpg"
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)
    assert load("image-folder", root=tree).fingerprint != first.fingerprint


def test_read_only_folder(tree: Path) -> None:
    folders = [tree, *(path for path in tree.iterdir() if path.is_dir())]
    for folder in folders:
        os.chmod(folder, 0o555)
    try:
        assert len(load("image-folder", root=tree).query) == 6
    finally:
        for folder in folders:
            os.chmod(folder, 0o755)


def test_smallest_possible_set(tmp_path: Path, picture: Picture) -> None:
    for name in ("a", "b"):
        for number in range(3):
            picture(tmp_path / name / f"{number}.png", seed=ord(name))
    data = load("image-folder", root=tmp_path)
    assert [len(getattr(data, part)) for part in PARTS] == [2, 2, 2, 4]


def test_copies_count_once(tree: Path) -> None:
    content = (tree / "cat/bild 0 é.jpg").read_bytes()
    (tree / "cat/copy.jpg").write_bytes(content)
    data = load("image-folder", root=tree)
    assert len(data.query) + len(data.database) == 30
    assert data.protocol.endswith("1 copies left out")
    (tree / "σπίτι/copy.jpg").write_bytes(content)
    with pytest.raises(
        InputError, match=r"'cat/bild 0 é.jpg' and 'σπίτι/copy.jpg' are the same picture in two classes"
    ):
        load("image-folder", root=tree)


def test_damaged_files_are_listed_together_and_skipped_when_asked(tree: Path) -> None:
    half = tree / "cat/half.jpg"
    content = (tree / "cat/bild 0 é.jpg").read_bytes()
    half.write_bytes(content[: len(content) // 2])
    (tree / "σπίτι/words.png").write_text("no picture")
    (tree / "σπίτι/words.txt").write_text("no picture")
    (tree / "σπίτι/gone.PNG").symlink_to(tree / "nowhere.png")
    with pytest.raises(InputError, match=r"3 unreadable .*half.jpg.*gone.PNG \(there is no such file\).*words.png"):
        load("image-folder", root=tree)
    data = load("image-folder", root=tree, corrupt="skip")
    assert len(data.query) + len(data.database) == 30
    assert "1 files left out that are no pictures by their names (.txt); 3 unreadable files left out" in data.protocol


@pytest.fixture
def scattered(tmp_path: Path, picture: Picture) -> Path:
    """Two classes with pictures below them, behind links (one of them a circle), beside them and hidden."""
    root = tmp_path / "scattered"
    for name in ("cat", "dog"):
        for number in range(6):
            picture(root / name / f"{number}.JFIF", seed=ord(name[0]))
    for number in range(5):
        picture(root / f"cat/indoor/far/{number}.avif")
    picture(tmp_path / "elsewhere/linked.png")
    (root / "dog/more").symlink_to(tmp_path / "elsewhere")
    (root / "dog/again").symlink_to(root / "dog")
    picture(root / "loose.png")
    picture(root / "dog/.ipynb_checkpoints/0-checkpoint.png")
    (root / "dog/._0.jpg").write_bytes(b"Mac OS X")
    (root / "dog/phone.HEIC").write_bytes(b"ftypheic")
    return root


def test_every_picture_below_a_class_is_read_and_the_others_are_counted(scattered: Path) -> None:
    data = load("image-folder", root=scattered, size=8)
    found = sorted([*data.query.ids, *data.database.ids])
    expected = [f"{name}/{number}.JFIF" for name in ("cat", "dog") for number in range(6)]
    expected += [*(f"cat/indoor/far/{number}.avif" for number in range(5)), "dog/more/linked.png"]
    assert found == sorted(expected)
    other, beside = data.protocol.split("; ")[-2:]
    assert other == "1 files left out that are no pictures by their names (.heic)"
    assert beside == "1 pictures beside the class folders left out"


def pixels_of(data: HashingData, part: str) -> set[bytes]:
    split = getattr(data, part)
    return {row.tobytes() for row in split.inputs.batch(np.arange(len(split)))}


def assert_apart(data: HashingData) -> None:
    """No picture is a query and in another part, or trained on and validated on."""
    pixels = {part: pixels_of(data, part) for part in PARTS}
    assert not pixels["query"] & (pixels["train"] | pixels["validation"] | pixels["database"])
    assert not pixels["train"] & pixels["validation"]


@pytest.mark.parametrize("seed", range(5))
def test_pixels_and_not_names_tell_pictures_apart(tree: Path, seed: int) -> None:
    for number in (1, 4, 8):  # lossless formats, other bytes
        for path in (tree / "cat").glob(f"bild {number} é.*"):
            with Image.open(path) as image:
                image.save(tree / f"cat/again {number}.tiff")
    (tree / "cat/link.jpg").symlink_to(tree / "cat/bild 0 é.jpg")
    os.link(tree / "cat/bild 5 é.jpg", tree / "cat/hard.jpg")
    data = load("image-folder", root=tree, seed=seed, size=16)
    assert data.protocol.endswith("; 5 copies left out")
    assert len(data.query) + len(data.database) == 30
    assert_apart(data)


def test_a_class_folder_that_may_not_be_read_is_named(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tree / "cat"
    read = Path.iterdir

    def refusing(path: Path) -> Iterator[Path]:
        if path == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(Path, "iterdir", refusing)
    with pytest.raises(InputError, match=f"cannot read the folder {re.escape(str(closed))}: Permission denied"):
        load("image-folder", root=str(tree), size=8)


@pytest.mark.parametrize("label", ["2147483648", "99999999999", "9" * 30, "1_0", "٣"])
def test_a_class_index_is_refused_before_classes_are_named(label: str, listed: Path) -> None:
    with (listed / "train.txt").open("a") as file:
        file.write(f"images/0.png {label}\n")
    with pytest.raises(InputError, match=r"train.txt row \d+: (class index must be 0|expected a class index)"):
        load("list-file", root=str(listed), train="train.txt", query="query.txt", size=8)


def test_there_are_no_more_classes_than_training_pictures(listed: Path) -> None:
    with (listed / "train.txt").open("a") as file:
        file.write("images/0.png 1000000000\n")
    with pytest.raises(InputError, match="every class needs a training sample, got 1,000,000,001 for 5"):
        load("list-file", root=str(listed), train="train.txt", query="query.txt", size=8)


@pytest.mark.parametrize("name", ["../x.png", "a/../../x.png", "/etc/x.png"])
def test_no_listed_name_leads_out_of_the_root(name: str, tree: Path) -> None:
    inside = [("cat/a.png", 0), ("dog/b.png", 1)]
    parts = {"train": Listing.of(inside), "query": Listing.of([(name, 0)]), "database": Listing.of(inside)}
    with pytest.raises(InputError, match=f"listed files must lie below .*, got {re.escape(repr(name))}"):
        assemble(Found(parts, ["cat", "dog"], tree), protocol=find_protocol(None, data="coco"), reading=ImageReading())


def test_line_breaks_in_names_are_no_sources(tmp_path: Path, picture: Picture) -> None:
    for name in ("x", "y"):
        for number in range(4):
            picture(tmp_path / name / f"{number}\nb.png", seed=ord(name))
    data = load("image-folder", root=tmp_path, size=8)
    assert len(data.query) + len(data.database) == 8


def remove_all(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (
            lambda root: (root / "CAT").mkdir(),
            {},
            "class names must differ by more than case, got 'CAT' and 'cat'",
        ),
        (lambda root: remove_all(root / "cat"), {}, "class 'cat' must have at least 3 pictures, got 0"),
        (
            lambda root: [p.unlink() for p in sorted((root / "cat").glob("bild*"))[2:]],
            {},
            "'cat' must have .* got 2",
        ),
        (
            lambda root: [p.rename(p.with_suffix(".heic")) for p in (root / "cat").glob("bild*")],
            {},
            r"'cat' must have .* got 0 \(10 files left out that are no pictures by their names \(.heic\)\)",
        ),
        (lambda root: (root / "empty").mkdir(), {}, "class 'empty' must have at least 3 pictures, got 0"),
        (lambda root: None, {"query": 1.0}, "query and validation must be shares between 0 and 1, got 1.0"),
        (lambda root: None, {"top_k": 0}, "top_k of .* must be a whole number in 1..2147483647, got 0"),
        (lambda root: None, {"depth": 1}, "image-folder has no option 'depth'; its options are root, query"),
        (lambda root: None, {"size": "big"}, "option size of image-folder must be int, got 'big'"),
        (lambda root: None, {"size": True}, "option size of image-folder must be int, got True"),
    ],
)
def test_bad_folders(tree: Path, change: Callable, options: dict[str, object], message: str) -> None:
    change(tree)
    with pytest.raises(InputError, match=message):
        load("image-folder", root=tree, **options)


def test_a_single_class_and_no_folder(tmp_path: Path, picture: Picture) -> None:
    picture(tmp_path / "only/a.png")
    with pytest.raises(InputError, match="must hold at least 2 classes, got 1: only"):
        load("image-folder", root=tmp_path)
    with pytest.raises(InputError, match="root must be a folder with one folder of images a class, got"):
        load("image-folder", root=tmp_path / "none")
    with pytest.raises(InputError, match="image-folder needs the option root"):
        load("image-folder", root="")


@pytest.fixture
def listed(tmp_path: Path, picture: Picture) -> Path:
    """Eight pictures and lists with class indices."""
    for number in range(8):
        picture(tmp_path / f"images/{number}.png")
    (tmp_path / "train.txt").write_text("".join(f"images/{n}.png {n % 2}\n" for n in range(4)))
    (tmp_path / "query.txt").write_text("images/6.png 0\nimages/7.png 1\n")
    (tmp_path / "database.txt").write_text("".join(f"images/{n}.png {n % 2}\n" for n in range(6)))
    return tmp_path


LISTS = {"train": "train.txt", "query": "query.txt", "database": "database.txt"}


def test_list_file_of_indices(listed: Path) -> None:
    (listed / "names.txt").write_text("even\nodd\n")
    data = load("list-file", root=listed, classes="names.txt", top_k=3, size=8, **LISTS)
    assert data.class_names == ["even", "odd"]
    assert data.top_k == 3
    assert set(data.validation.ids) == {"images/4.png", "images/5.png"}
    assert len(data.train) == 4
    alone = load("list-file", root=listed, train="train.txt", query="query.txt", validation=0.5, size=8)
    assert (len(alone.train), len(alone.validation), len(alone.database)) == (2, 2, 4)
    (listed / "held.txt").write_text("images/5.png 1\n")
    given = load("list-file", root=listed, validation_list="held.txt", **LISTS)
    assert given.validation.ids.tolist() == ["images/5.png"]


def test_list_file_of_vectors(listed: Path) -> None:
    def as_vectors(text: str, second: int) -> str:
        rows = [row.split() for row in text.splitlines()]
        return "".join(f"{path} {1 - int(label)} {max(int(label), second)}\n" for path, label in rows)

    for second, multi in ((0, False), (1, True)):
        for name in ("train", "query", "database"):
            text = (listed / f"{name}.txt").read_text()
            (listed / f"vectors-{name}.txt").write_text(as_vectors(text, second))
        data = load(
            "list-file",
            root=listed,
            **{part: f"vectors-{file}" for part, file in LISTS.items()},
            validation=0,
        )
        assert data.multi_label is multi
        assert data.query.labels.tolist() == ([[1, 1], [0, 1]] if multi else [0, 1])


@pytest.mark.parametrize(
    ("files", "options", "message"),
    [
        (
            {"query.txt": "images/6.png 2\n"},
            {"num_classes": 2},
            "query.txt row 1: class index must be 0 to 1, got 2",
        ),
        (
            {"query.txt": "images/6.png 0 1\n"},
            {},
            "all lists must have labels of the same kind and width, got",
        ),
        (
            {"query.txt": "images/0.png 0\n"},
            {},
            "query and train must not overlap, got 1 shared, such as 'images/0.png'",
        ),
        ({"query.txt": "images/4.png 0\n"}, {}, "query and database must not overlap, got 1 shared"),
        (
            {"query.txt": "images/copy.png 1\n"},
            {},
            "query and train must not overlap, got 1 shared, such as 'images/1.png' and 'images/copy.png'$",
        ),
        (
            {"train.txt": "images/0.png 0\nimages/1.png 1\n\nimages/0.png 1\n"},
            {},
            "train.txt row 1 and .*train.txt row 4 give 'images/0.png' different labels",
        ),
        (
            {"database.txt": "images/4.png 0\nimages/copy.png 0\n"},
            {},
            "train.txt row 2 and .*database.txt row 2 give 'images/1.png' and 'images/copy.png', the same picture,",
        ),
        (
            {"query.txt": "\nimages/6.png 0\nimages/none.png 0\n"},
            {},
            r"query.txt row 3: there is no .*none.png \(1 missing",
        ),
        ({"query.txt": "../x.png 0\n"}, {}, "query.txt row 1: path must stay inside the root"),
        (
            {"query.txt": "images/6.png 3\n"},
            {},
            "train.txt: every class needs a training sample, got none for 'class 2'",
        ),
        (
            {"names.txt": "a\nb\nc\n"},
            {"classes": "names.txt", "num_classes": 2},
            "must name 2 classes, got 3",
        ),
        (
            {"names.txt": "a\nA\n"},
            {"classes": "names.txt"},
            "names.txt: class names must differ by more than case",
        ),
        ({"train.txt": "images/0.png 0\n"}, {"database": ""}, "at least 2 classes|every class needs"),
        ({}, {"query": "nowhere.txt"}, "cannot read .*nowhere.txt"),
        ({}, {"validation": 0.7}, "share of the training split from 0 to 0.5"),
    ],
)
def test_bad_lists(listed: Path, files: dict[str, str], options: dict[str, object], message: str) -> None:
    with Image.open(listed / "images/1.png") as image:
        image.save(listed / "images/copy.png", compress_level=0)
    for name, text in files.items():
        (listed / name).write_text(text)
    with pytest.raises(InputError, match=message):
        load("list-file", **({"root": listed} | LISTS | options))


@pytest.mark.parametrize("seed", range(5))
def test_a_picture_listed_twice_counts_once(listed: Path, seed: int) -> None:
    with Image.open(listed / "images/1.png") as image:
        image.save(listed / "images/again.bmp")
    with (listed / "train.txt").open("a") as file:
        file.write("images/0.png 0\nimages/again.bmp 1\n")
    for lists in (LISTS, LISTS | {"database": ""}):
        data = load("list-file", root=listed, size=8, seed=seed, validation=0.5, **lists)
        assert data.protocol.endswith("; 2 repeated rows left out")
        assert set(data.train.ids) | set(data.validation.ids) <= {f"images/{number}.png" for number in range(6)}
        assert len(data.database) == len(set(data.database.ids)) == (6 if lists["database"] else 4)
        assert_apart(data)


def test_a_copy_of_a_training_picture_is_not_held_out(listed: Path) -> None:
    with Image.open(listed / "images/1.png") as image:
        image.save(listed / "images/again.bmp")
    (listed / "database.txt").write_text("images/4.png 0\nimages/5.png 1\nimages/again.bmp 1\n")
    data = load("list-file", root=listed, size=8, validation=0.5, **LISTS)
    assert set(data.validation.ids) == {"images/4.png", "images/5.png"}


def test_unreadable_and_missing_listed_files_are_left_out_when_asked(listed: Path) -> None:
    (listed / "images/1.png").write_text("no picture")
    with pytest.raises(InputError, match=r"1 unreadable files: .*1.png"):
        load("list-file", root=listed, validation=0, **LISTS)
    (listed / "images/2.png").unlink()
    data = load("list-file", root=listed, validation=0, corrupt="skip", **LISTS)
    assert len(data.train) == 2
    assert data.protocol.endswith("; 2 unreadable files left out")
    for file in (listed / "images").iterdir():
        file.unlink()
    with pytest.raises(InputError, match=r"8 unreadable files: .*0.png \(there is no such file\)"):
        load("list-file", root=listed, corrupt="skip", **LISTS)
