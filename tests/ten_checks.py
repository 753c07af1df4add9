"""Sees that the ten changes work, from within the copy of the project that they were made in.

`python ten_checks.py FOLDER` prints what went wrong with each change as JSON; FOLDER is for what they write.
"""

import json
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

SMALL = {f"{part}_per_class": 1 for part in ("train", "validation", "query", "database")}


def training(**changed: Any) -> Any:
    """A training of one epoch on few digits."""
    from hashcenters.centers.generate import make_centers
    from hashcenters.training.config import Recipe, TrainingConfig, freeze_centers

    centers = freeze_centers(make_centers("csq", 16, 100, seed=0))
    small = {"dataset": "digits100", "dataset_options": SMALL, "backbone": "alexnet-narrow", "head": "csq"}
    made = TrainingConfig(
        **small, bits=16, objective="central", centers=centers, recipe=Recipe(epochs=1, lr=1e-3), seed=0
    )
    return replace(made, **changed)


def trained(config: Any) -> Any:
    """The training, done as a point of a grid."""
    from hashcenters.sweep import GridPoint, sweep

    (run,) = sweep([GridPoint({}, config)], profile="walk")["run"]
    assert np.isfinite(run.history()["loss"]).all()
    assert len(run.history()) == config.recipe.epochs
    return run


def loss(folder: Path) -> None:
    """Notebook 04's grid asks for it, and a training gets it."""
    from chapters.hooks import collect
    from workbook.runner.graph import discover
    from workbook.runner.profiles import load_profile, resolve

    notebooks, name = discover(Path("notebooks")), "04_training"
    values = resolve(notebooks, load_profile("smoke", Path("profiles")))[name]
    defaults = {parameter.name: parameter.default for parameter in notebooks[name].parameters}
    asked, whole = collect(notebooks[name], defaults | values, count=True)
    assert whole
    (config, *others) = [config for config in asked.values() if config.objective == "hinge"]
    assert len(others) + 1 == len(values["seeds"])
    run = trained(replace(config, backbone_from=None))
    assert "hinge" in run.history().columns
    assert run.codes("query").shape[1] == config.bits


def generator(folder: Path) -> None:
    """`make_centers` makes them, and the comparison, the figure and the reading of notebook 03 have them."""
    from chapters.n03_centers import figures, readings
    from chapters.n03_centers.generators import compare_generators, minimum_table
    from hashcenters.centers.generate import make_centers

    assert make_centers("counting", 8, 3, seed=1)[:, :2].tolist() == [[1, -1], [-1, 1], [1, 1]]
    compared = compare_generators([8, 16], [4, 10], seed=0)
    found = compared[compared["method"] == "counting"]
    assert len(found) == 4
    assert set(found["minimum"]) == {1}
    assert "counting" in set(minimum_table(compared)["method"])
    assert "counting" in [axes.get_title(loc="left") for axes in figures.gap_heatmaps(compared).axes]
    assert readings.of_generators(compared)


def dataset(folder: Path) -> None:
    """It is listed, checked and loaded."""
    import os

    from PIL import Image

    from hashcenters.datasets import registry

    os.environ["HASHCENTERS_DATA"] = str(folder / "data")
    for number in range(16):
        path = folder / "data" / "flags" / f"country {number % 2}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((8, 8, 3), 15 * number, np.uint8)).save(path)
    assert registry.check("flags") == []
    data = registry.load("flags", size=4)
    assert (len(data.query), len(data.train)) == (2, 4)
    assert data.train.inputs.batch(np.arange(1)).shape[-2:] == (4, 4)


def backbone(folder: Path) -> None:
    """It is built, and trains for an epoch."""
    run = trained(training(backbone="coarse"))
    assert run.trained()[0].backbone.feature_dim == 32


def optimiser(folder: Path) -> None:
    """A recipe takes it, and a training uses it."""
    from hashcenters.training.config import Recipe

    config = training(recipe=Recipe(epochs=1, lr=1e-3, optimiser="adagrad"))
    assert not np.array_equal(trained(config).outputs("query"), trained(training()).outputs("query"))


def colour(folder: Path) -> None:
    """The first line of a figure has it."""
    import pandas as pd

    from workbook import style

    frame = pd.DataFrame({"x": [0, 1], "y": [0, 1], "line": "a"})
    _, axes = style.panels(frame, x="x", y="y", lines="line")
    assert axes[0, 0].lines[0].get_color() == "#123456"


def tie_rule(folder: Path) -> None:
    """Scores follow it, and what tables say of them."""
    from chapters.shared.scores import TIES_TEXT
    from hashcenters.metrics import average_precision

    codes = np.array([[1, 1], [1, 1]], dtype=np.int8)
    assert average_precision(codes[:1], np.array([0]), codes, np.array([1, 0]), top_k=None).tolist() == [0.5]
    assert TIES_TEXT == "stable (database order of tied items)"


CHECKS: dict[str, Callable[[Path], None]] = {
    "add a loss": loss,
    "add a generator of centers": generator,
    "add a data set": dataset,
    "add a backbone": backbone,
    "add an optimiser": optimiser,
    "change a colour of the figures": colour,
    "change the default of the tie rule": tie_rule,
}


def main() -> None:
    """Run every check; one that fails does not stop the others."""
    wrong = {}
    for name, check in CHECKS.items():
        try:
            check(Path(sys.argv[1]))
            wrong[name] = ""
        except Exception:
            wrong[name] = traceback.format_exc()
    print(json.dumps(wrong))


if __name__ == "__main__":
    main()
