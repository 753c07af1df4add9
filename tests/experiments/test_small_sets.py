"""The experiments on the smallest sets of own images: two classes, three pictures each."""

from pathlib import Path

import numpy as np
import pytest
from hashcenters.centers.semantic import semantic_centers
from hashcenters.centers.targets import category_similarity
from hashcenters.errors import InputError
from hashcenters.experiments import csq, semantic, views
from hashcenters.experiments.setting import make_setting
from PIL import Image
from test_views import MadeUp

PARAMETERS = {
    "dataset": "image-folder",
    "dataset_options": ["size=16"],
    "backbone": "alexnet-narrow",
    "backbones": ["alexnet-narrow", "vgg-narrow", "resnet-narrow"],
    "weights": "pretrain",
    "epochs": 1,
    "learning_rate": 1e-3,
    "bits": [16, 64],
    "seeds": [0],
    "grid_bits": 16,
    "lambdas_quantization": [0.05],
    "lambdas_pairwise": [0.2],
    "multi_label_dataset": "",
    "multi_label_bits": [16],
    "ablation_bits": [16],
    "features": "head-rows",
    "profile": "smoke",
}


@pytest.fixture
def parameters(tmp_path: Path) -> dict[str, object]:
    rng = np.random.default_rng(0)
    for name in ("röd", "två ord"):
        (tmp_path / "set" / name).mkdir(parents=True)
        for number in range(3):
            pixels = rng.integers(0, 256, (18, 20, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "set" / name / f"{number}.webp", lossless=True)
    return {**PARAMETERS, "root": str(tmp_path / "set")}


def test_the_grids_of_both_notebooks(parameters: dict[str, object]) -> None:
    configs = csq.cells(parameters)
    assert {config.bits for config in configs} == {16, 64}
    assert all(len(config.center_array()) == 2 for config in configs)
    assert {config.backbone_from.bits for config in configs} == {2}
    assert [config.backbone for config in semantic.classifiers(parameters)] == PARAMETERS["backbones"]


def test_pictures_of_fewer_queries_and_items_than_asked_for(parameters: dict[str, object]) -> None:
    data = make_setting(parameters).data()
    assert views.sample_frame(data)["name"].tolist() == ["röd", "två ord"]
    words = np.array([[1] * 16, [-1] * 16], np.int8)
    run = MadeUp({part: words[getattr(data, part).labels] for part in ("query", "database")})
    tiles = views.neighbours(run, data, queries=5, depth=10)
    assert tiles.groupby("query").size().tolist() == [5, 5]
    assert tiles.loc[tiles["rank"] == 0, "name"].tolist() == ["röd", "två ord"]
    assert tiles["relevant"].tolist() == [True, True, True, False, False] * 2
    assert len(views.neighbour_images(tiles, data)) == 10


def test_equation_2_needs_three_classes() -> None:
    with pytest.raises(InputError, match="at least 3 classes"):
        semantic_centers(category_similarity(np.eye(2)), 16, seed=0)
