"""A training's key covers the code that makes its numbers, and no other."""

import json
import shutil
import sys
from dataclasses import asdict, replace
from pathlib import Path
from types import FrameType

import numpy as np
import pytest
from test_runs import CLASSIFIER, CONFIG

from basics import source
from hashcenters.training import run
from hashcenters.training.config import TrainingConfig

ONE_EPOCH = replace(CONFIG.recipe, epochs=1)
CARS = replace(CONFIG, dataset="stanford-cars", dataset_options={"protocol": "stanford-cars-196"})
CLIPS = replace(CONFIG, dataset="clips", dataset_options={}, backbone="mfnet-narrow")
FOLDER = replace(CONFIG, dataset="image-folder", dataset_options={"root": "/pictures"})
REPMET = replace(CONFIG, objective="repmet")
SCENES = replace(CONFIG, dataset="scenes", dataset_options={})
SHC = replace(CONFIG, objective="semantic", head="shc", backbone="vgg-narrow")
FINE_TUNED = replace(SHC, backbone_from=CLASSIFIER)

COVERED = [
    (CONFIG, "codes:binarise codes:pack training.run:build_network training.run:SPLITS training.loop:train_epoch"),
    (CONFIG, "training.tracking:track training.transforms:to_inputs training.checkpoint:load_tensors"),
    (CONFIG, "losses.factory:OBJECTIVES[central] losses.objective:CenterObjective losses.joint:CentralObjective"),
    (
        CONFIG,
        "losses.central:central_loss losses.quantization:quantization_loss losses.pairwise:released_pairwise_loss",
    ),
    (CONFIG, "models.factory:BACKBONES[alexnet-narrow] models.narrow:FC_WIDTH models.hash_head:csq_head"),
    (CONFIG, "datasets.digits:load_digits100 datasets.splits:ArrayInputs"),
    (SCENES, "datasets.scenes:load_scenes datasets.digits:base_digits"),
    (CLIPS, "datasets.clips:load_clips models.mfnet:MFNet models.mfnet:MultiFiberUnit"),
    (FOLDER, "datasets.image_folder:load_image_folder datasets.assemble:finish datasets.images:square"),
    (CARS, "shelf.papers.stanford_cars:load_stanford_cars datasets.assemble:assemble"),
    (REPMET, "losses.repmet:RepMetObjective losses.repmet:repmet_loss"),
    (CLASSIFIER, "losses.classification:ClassificationObjective models.hash_head:classifier_head"),
    (SHC, "losses.semantic:semantic_loss models.hash_head:shc_head models.narrow:narrow_vgg"),
    (FINE_TUNED, "losses.classification:ClassificationObjective models.narrow:narrow_alexnet"),
]
LEFT_OUT = [
    (CONFIG, "training.run:Run training.run:run_key training.run:find codes:hamming_distance"),
    (CONFIG, "losses.factory:OBJECTIVES losses.repmet:RepMetObjective losses.repmet:repmet_loss"),
    (CONFIG, "losses.classification:ClassificationObjective losses.semantic:semantic_loss"),
    (CONFIG, "models.factory:BACKBONES models.full:full_vgg16 models.narrow:narrow_vgg models.mfnet:MFNet"),
    (CONFIG, "models.hash_head:HEADS models.hash_head:shc_head datasets.scenes:load_scenes datasets.clips:load_clips"),
    (REPMET, "losses.joint:CentralObjective"),
    (SHC, "losses.central:central_loss models.hash_head:csq_head models.narrow:narrow_alexnet"),
    (CARS, "shelf.papers.nabirds:load_nabirds datasets.digits:load_digits100"),
]  # fmt: skip


def covered(config: TrainingConfig) -> set[str]:
    return set(source.digests([run.CODE], names=config.names()))


def named(units: str) -> set[str]:
    """Full names of units; those of the core come without its name."""
    return {unit if unit.startswith("shelf.") else f"hashcenters.{unit}" for unit in units.split()}


def name_of(case: object) -> str:
    return case.objective if isinstance(case, TrainingConfig) else str(case).partition(" ")[0]


@pytest.mark.parametrize(("config", "units"), COVERED, ids=name_of)
def test_the_key_covers_what_makes_the_numbers(config, units):
    assert named(units) <= covered(config)


@pytest.mark.parametrize(("config", "units"), LEFT_OUT, ids=name_of)
def test_the_key_covers_nothing_else(config, units):
    every = {
        f"{name}:{member}"
        for name in source._tree(source.lib_root()).modules
        for member in source._module(source._tree(source.lib_root()), name).bound
    }
    assert named(units) <= every
    assert not named(units) & covered(config)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the packages that a test may edit."""
    folder = tmp_path_factory.mktemp("copy") / "lib"
    shutil.copytree(source.lib_root(), folder, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    return folder


@pytest.mark.parametrize(
    ("same", "file", "old", "new"),
    [
        (False, "codes.py", "outputs >= 0", "outputs > 0"),
        (False, "training/run.py", "manual_seed(config.seed)", "manual_seed(config.seed + 1)"),
        (False, "losses/joint.py", "lambda_quantization: Weight = 0.05", "lambda_quantization: Weight = 0.06"),
        (False, "datasets/digits.py", "noise: float = 0.05", "noise: float = 0.06"),
        (False, "losses/factory.py", "losses.joint:CentralObjective", "losses.magnet:MagnetObjective"),
        (True, "training/loop.py", "optimiser.step()", "optimiser.step()  # one step"),
        (True, "codes.py", "Raises:\n", "Raises: nothing\n"),
        (
            True,
            "models/factory.py",
            "BACKBONES = {",
            'BACKBONES = {\n    "new": "hashcenters.models.mfnet:full_mfnet",',
        ),
        (True, "losses/repmet.py", "lambda_margin: Weight = 0.9", "lambda_margin: Weight = 0.8"),
        (True, "../basics/errors.py", "must be", "has to be"),
        (True, "../basics/source.py", 'states(lib, "*.*")', 'states(lib, "*")'),
        (True, "datasets/registry.yaml", "title: ", "title: The "),
        (True, "datasets/registry.yaml", "\nscenes:", "\nnew: {reader: null}\nscenes:"),
    ],
)
def test_an_edit_changes_the_keys_that_it_concerns(same, file, old, new, copy, monkeypatch):
    monkeypatch.setattr(source, "lib_root", lambda: copy)
    fingerprint = run.code_fingerprint.__wrapped__
    path = copy / "hashcenters" / file
    before, content = fingerprint(CONFIG.names()), path.read_text()
    assert old in content
    path.write_text(content.replace(old, new))
    try:
        assert (fingerprint(CONFIG.names()) == before) is same
    finally:
        path.write_text(content)


def test_the_content_of_a_weights_file_is_in_the_key(tmp_path):
    path = tmp_path / "weights.safetensors"
    config = replace(CONFIG, weights=str(path))
    path.write_bytes(b"one")
    before = run.run_key(config)
    path.write_bytes(b"two")
    assert run.run_key(config) != before


class Calls:
    """The definitions of the packages that are called in a `with` block."""

    def __init__(self) -> None:
        self.units: set[str] = set()

    def __enter__(self) -> "Calls":
        sys.setprofile(self.note)
        return self

    def __exit__(self, *error: object) -> None:
        sys.setprofile(None)

    def note(self, frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(str(source.lib_root())):
            self.units.add(f"{frame.f_globals['__name__']}:{code.co_qualname.partition('.')[0]}")


@pytest.mark.parametrize(
    "config", [replace(CONFIG, recipe=ONE_EPOCH), replace(CLASSIFIER, recipe=ONE_EPOCH)], ids=name_of
)
def test_everything_that_a_training_calls_is_in_its_key(config, tmp_path):
    run.build_objective(config, run.build_network(config))  # imports what it needs
    run._load_cached.cache_clear()
    with Calls() as calls:
        run._run_anew(config, tmp_path, None, progress=False)
    assert len(calls.units) > 40
    assert calls.units <= covered(config)


def test_numbers_of_numpy_are_numbers():
    given = replace(CONFIG, recipe=replace(CONFIG.recipe))
    for config, number in ((given, {"seed": np.int64(3)}), (given.recipe, {"lr": np.float32(0.5)})):
        vars(config).update(number)  # the tests' type checker stands before the constructor
        config.__post_init__()
    vars(given).update(dataset_options={"seed": np.int64(1)})
    given.__post_init__()
    plain = replace(CONFIG, seed=3, dataset_options={"seed": 1}, recipe=replace(CONFIG.recipe, lr=0.5))
    assert json.dumps(asdict(given), sort_keys=True) == json.dumps(asdict(plain), sort_keys=True)
