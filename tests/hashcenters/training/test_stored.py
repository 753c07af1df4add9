"""A folder of images becomes codes with a finished training, and nothing is written into the folder."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from test_runs import CLASSIFIER, CONFIG

from basics.errors import InputError
from basics.paths import runs_root
from hashcenters.centers.generate import make_centers
from hashcenters.training.__main__ import main
from hashcenters.training.config import Recipe, TrainingConfig, freeze_centers
from hashcenters.training.run import _load_cached, run, run_key
from hashcenters.training.stored import reading_of, restore_config, stored_runs


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Three classes of five pictures, one colour a class."""
    root = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    for label, name in enumerate(("röd", "två ord", "tre")):
        (root / name).mkdir()
        for number in range(5):
            pixels = rng.integers(0, 60, (20, 24, 3), dtype=np.uint8)
            pixels[..., label] += 150
            Image.fromarray(pixels).save(root / name / f"{number}.png")
    return root


def training_on(root):
    """A hash training on a folder of pictures."""
    return TrainingConfig(
        dataset="image-folder",
        dataset_options={"root": str(root), "size": 16},
        backbone="alexnet-narrow",
        head="csq",
        bits=8,
        objective="central",
        centers=freeze_centers(make_centers("csq", 8, 3, seed=0)),
        recipe=Recipe(epochs=1, lr=1e-3, head_factor=1.0, batch_size=4),
        seed=0,
    )


def encode(*arguments):
    return CliRunner().invoke(main, ["encode", *map(str, arguments)])


def test_a_folder_becomes_codes(pictures, tmp_path):
    done = run(training_on(pictures), runs_root("embedded"))
    before = sorted(pictures.rglob("*"))
    result = encode(done.folder.name, pictures, "--output", tmp_path / "codes.npz")
    assert result.exit_code == 0, result.output
    assert "15 codes" in result.output
    with np.load(tmp_path / "codes.npz") as stored:
        codes, paths = stored["codes"], stored["paths"]
    assert codes.shape == (15, 8)
    assert set(np.unique(codes)) <= {-1, 1}
    assert set(paths) == {file.relative_to(pictures).as_posix() for file in before if file.is_file()}
    assert sorted(pictures.rglob("*")) == before


def test_the_rule_of_pictures_is_that_of_trainings_and_needs_none_of_them(pictures, tmp_path):
    root = tmp_path / "own"
    shutil.copytree(pictures, root)
    done = run(training_on(root), runs_root("embedded"))
    shutil.rmtree(root)
    _load_cached.cache_clear()  # as in another process
    new = tmp_path / "new"
    for name in ("plain.PNG", "below/chrome.jfif", "below/web.avif", ".hidden/x.png"):
        (new / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (20, 20), (90, 30, 10)).save(new / name)
    (new / "linked").symlink_to(pictures / "tre")
    (new / "circle").symlink_to(new)
    (new / "._plain.png").write_bytes(b"Mac OS X")
    (new / "phone.heic").write_bytes(b"ftypheic")
    result = encode(done.folder.name, new, "--output", tmp_path / "codes.npz")
    assert result.exit_code == 0, result.output
    assert result.output.endswith("; 1 files left out that are no pictures by their names (.heic)\n")
    with np.load(tmp_path / "codes.npz") as stored:
        assert stored["paths"].tolist() == [
            "below/chrome.jfif", "below/web.avif", *(f"linked/{number}.png" for number in range(5)), "plain.PNG"
        ]  # fmt: skip
    (new / "gone.png").symlink_to(tmp_path / "nowhere")
    refused = encode(done.folder.name, new, "--output", tmp_path / "other.npz").stderr
    assert refused.endswith("gone.png (there is no such file); --skip-corrupt leaves them out\n")
    assert not (tmp_path / "other.npz").exists()
    skipped = encode(done.folder.name, new, "--output", tmp_path / "other.npz", "--skip-corrupt").output
    assert skipped.endswith("; 1 unreadable files left out\n")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"size": 16}, (16, "crop", None)),
        ({}, (64, "crop", None)),
        ({"size": 18, "crop": 16, "fit": "squash"}, (18, "squash", 16)),
    ],
)
def test_pictures_are_read_as_in_the_training(pictures, options, expected):
    config = replace(training_on(pictures), dataset_options={"root": str(pictures), **options})
    reading = reading_of(config)
    assert (reading.size, reading.fit, reading.crop) == expected


def test_the_list_names_finished_trainings(pictures):
    done = run(training_on(pictures), runs_root("embedded"))
    shown = CliRunner().invoke(main, ["list"]).output
    assert shown.splitlines()[1].startswith(done.folder.name[:10])
    assert stored_runs("embedded") == ([done], [])
    own = run(replace(training_on(pictures), seed=1), runs_root("own-pictures"))
    assert stored_runs("embedded") == ([done, own], [])
    assert stored_runs("own-pictures") == ([own], [])
    with pytest.raises(InputError, match=r"^profile must be one of embedded, own-pictures, .*, got 'embeded'$"):
        stored_runs("embeded")
    assert restore_config({**vars(CONFIG), "recipe": vars(CONFIG.recipe)}) == CONFIG


def test_bad_input(pictures, tmp_path):
    output = tmp_path / "codes.npz"
    digits = run(CONFIG, runs_root("embedded")).folder.name
    classifier = run(CLASSIFIER, runs_root("embedded")).folder.name
    own = run(training_on(pictures), runs_root("embedded")).folder.name
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "a.png").write_bytes(b"no picture")
    (tmp_path / "empty").mkdir()
    cases = {
        ("0123", pictures): "expected the key of a finished training",
        (digits, pictures): "only trainings on square colour pictures",
        (classifier, pictures): "is a classifier",
        (own, tmp_path / "nowhere"): "images must be a folder",
        (own, tmp_path / "empty"): "expected pictures below",
        (own, broken): "a.png",
    }
    for (key, images), message in cases.items():
        result = encode(key, images, "--output", output)
        assert result.exit_code == 2
        assert message in result.stderr
        assert result.stderr.count("\n") == 1
        assert not output.exists()
    assert ".npz file" in encode(own, pictures, "--output", tmp_path / "codes.txt").stderr
    with_a_file_above = encode("0123", pictures, "--output", broken / "a.png" / "codes.npz").stderr
    assert "cannot write" in with_a_file_above, "the place is looked at before the training"


def test_a_key_is_a_plain_name():
    assert run_key(CONFIG).isalnum()
