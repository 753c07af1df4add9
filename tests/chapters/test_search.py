"""A folder becomes codes, a picture finds its neighbours among them, and the codes are scored by the folders."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from basics.errors import InputError
from basics.paths import runs_root
from chapters.command import hashcenters
from chapters.search import neighbours
from hashcenters.centers.generate import make_centers
from hashcenters.metrics.code_files import Encoded, load_encoded, save_encoded
from hashcenters.training.config import Recipe, TrainingConfig, freeze_centers
from hashcenters.training.run import run

NAMES = ("röd", "two <words>", "tre")


def call(*words: Any) -> Any:
    return CliRunner().invoke(hashcenters, list(map(str, words)))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three classes of six pictures, one colour a class."""
    root = tmp_path_factory.mktemp("pictures") / "mine"
    rng = np.random.default_rng(0)
    for label, name in enumerate(NAMES):
        (root / name).mkdir(parents=True)
        for number in range(6):
            pixels = rng.integers(0, 40, (16, 16, 3), dtype=np.uint8)
            pixels[..., label] += 180
            Image.fromarray(pixels).save(root / name / f"{number}.png")
    return root


@pytest.fixture(scope="module")
def done(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The results folder with a training on the pictures, and its key."""
    config = TrainingConfig(
        dataset="image-folder",
        dataset_options={"root": str(pictures), "size": 16},
        backbone="alexnet-narrow",
        head="csq",
        bits=8,
        objective="central",
        centers=freeze_centers(make_centers("csq", 8, 3, seed=0)),
        recipe=Recipe(epochs=12, lr=3e-3, head_factor=1.0, batch_size=4),
        seed=0,
    )
    root = tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HASHCENTERS_RESULTS", str(root))
        return root, run(config, runs_root("own")).folder.name


@pytest.fixture
def codes(done: tuple[Path, str], pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The encoded folder, by the beginning of the training's key."""
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(done[0]))
    result = call("encode", done[1][:6], pictures, "--output", tmp_path / "codes.npz")
    assert result.exit_code == 0, result.output
    return tmp_path / "codes.npz"


def test_a_picture_finds_itself_and_its_class(codes: Path, pictures: Path) -> None:
    query = pictures / NAMES[0] / "3.png"
    found = neighbours(codes, [query], top_k=18)
    assert (np.diff(found["distance"]) >= 0).all()
    mine = load_encoded(codes)
    row = mine.paths.tolist().index(f"{NAMES[0]}/3.png")
    apart = np.count_nonzero(mine.codes != mine.codes[row], axis=1)
    assert found["distance"].tolist() == sorted(apart.tolist())
    assert set(found["class"][: np.count_nonzero(apart == 0)]) >= {NAMES[0]}
    assert set(found["path"]) == set(mine.paths.tolist())


@pytest.mark.parametrize("suffix", [".html", ".png"])
def test_the_sheet_needs_no_other_file(suffix: str, codes: Path, pictures: Path, tmp_path: Path) -> None:
    queries = [pictures / name / "0.png" for name in NAMES[:2]]
    sheet = tmp_path / f"sheet{suffix}"
    result = call("search", codes, *queries, "--top", 3, "--sheet", sheet)
    assert result.exit_code == 0, result.output
    assert result.output.count("0.png") >= 2
    if suffix == ".png":
        with Image.open(sheet) as drawn:
            assert drawn.width > drawn.height > 200
        return
    page = sheet.read_text(encoding="utf-8")
    assert page.count("<img ") == 2 * 4 and page.count("data:image/jpeg;base64,") == 2 * 4
    assert "<words>" not in page and "two &lt;words&gt;/" in page
    assert "http" not in page and "<script" not in page


def test_the_codes_are_scored_by_the_folders(codes: Path) -> None:
    result = call("score", codes)
    assert result.exit_code == 0, result.output
    assert (
        "6 queries (0 without any label), 12 in the database, 8 bits; pictures that the training learned"
        in result.output
    )


def test_the_list_tells_trainings_apart(done: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(done[0]))
    heading, row, last = call("trainings", "--profile", "own").output.splitlines()
    assert heading.split() == ["key", "mAP", "bits", "loss"]
    assert row.startswith(done[1][:10]) and 0 < float(row.split()[1]) <= 1 and row.split()[2:] == ["8", "central"]
    assert last == "1 finished trainings in profile own"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"training": ""}, "does not say which training made it"),
        ({"training": "0123"}, "expected the key of a finished training of any profile here, got '0123'"),
    ],
)
def test_other_codes_are_refused(change: dict[str, str], expected: str, codes: Path, tmp_path: Path) -> None:
    old = load_encoded(codes)
    other = tmp_path / "other.npz"
    save_encoded(other, Encoded(**{**vars(old), **change}))
    with pytest.raises(InputError, match=expected):
        neighbours(other, [tmp_path / "x.png"], top_k=1)


def test_unreadable_pictures_and_files_are_named(codes: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*gone\.png"):
        neighbours(codes, [tmp_path / "gone.png"], top_k=1)
    np.savez(tmp_path / "others.npz", x=np.ones(2))
    with pytest.raises(InputError, match="from hashcenters encode; codes is missing"):
        neighbours(tmp_path / "others.npz", [tmp_path / "gone.png"], top_k=1)


def test_every_fifth_picture_of_a_class_is_a_query() -> None:
    paths = np.array([f"{name}/{number}.png" for name in ("a", "b") for number in range(6)])
    split = Encoded(np.ones((12, 4), np.int8), paths).split()
    assert split.query_labels.tolist() == [0, 0, 1, 1] and len(split.database_labels) == 8
    with pytest.raises(InputError, match="one only"):
        Encoded(np.ones((2, 4), np.int8), np.array(["a/1.png", "a/2.png"])).split()
