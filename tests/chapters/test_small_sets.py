"""The chapters on the smallest sets of own images: two classes, three pictures each."""

from pathlib import Path

import numpy as np
import pytest
from made_up import MadeUp, make_setting
from PIL import Image

from basics.errors import InputError
from chapters.shared import samples
from hashcenters.centers.semantic import semantic_centers
from hashcenters.centers.targets import category_similarity


@pytest.fixture
def folder(tmp_path: Path) -> str:
    rng = np.random.default_rng(0)
    for name in ("röd", "två ord"):
        (tmp_path / "set" / name).mkdir(parents=True)
        for number in range(3):
            pixels = rng.integers(0, 256, (18, 20, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "set" / name / f"{number}.webp", lossless=True)
    return str(tmp_path / "set")


def test_the_grid_of_a_notebook(folder: str, grids) -> None:
    own = {
        "dataset": "image-folder",
        "dataset_options": ["size=16"],
        "root": folder,
        "multi_label_dataset": "",
    }
    points = grids("04_training", **own, backbone="alexnet-narrow", bits=[16, 64], seeds=[0], epochs=1)
    configs = [point.config for point in points if "bits" in point.labels]
    assert {config.bits for config in configs} == {16, 32, 64}
    assert all(len(config.center_array()) == 2 for config in configs)
    assert {config.backbone_from.bits for config in configs} == {2}


def test_pictures_of_fewer_queries_and_items_than_asked_for(folder: str) -> None:
    data = make_setting(dataset="image-folder", dataset_options={"size": 16, "root": folder}).data()
    assert samples.sample_frame(data)["name"].tolist() == ["röd", "två ord"]
    words = np.array([[1] * 16, [-1] * 16], np.int8)
    run = MadeUp({part: words[getattr(data, part).labels] for part in ("query", "database")})
    tiles = samples.neighbours(run, data, queries=5, depth=10)
    assert tiles.groupby("query").size().tolist() == [5, 5]
    assert tiles.loc[tiles["rank"] == 0, "name"].tolist() == ["röd", "två ord"]
    assert tiles["relevant"].tolist() == [True, True, True, False, False] * 2
    assert len(samples.neighbour_images(tiles, data)) == 10


def test_equation_2_needs_three_classes() -> None:
    with pytest.raises(InputError, match="at least 3 classes"):
        semantic_centers(category_similarity(np.eye(2)), 16, seed=0)
