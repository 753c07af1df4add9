"""A small setting, and trainings that are made up so that the answer is known."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from chapters.shared.setting import Setting, parse_options, pretraining_recipe
from hashcenters.training.config import Recipe
from hashcenters.training.run import Run

OPTIONS = ["train_per_class=2", "validation_per_class=1", "query_per_class=1", "database_per_class=3"]


def make_setting(**changed: Any) -> Setting:
    """A small setting on digits100."""
    values = {
        "dataset": "digits100",
        "dataset_options": parse_options(OPTIONS),
        "backbone": "alexnet-narrow",
        "weights": "pretrain",
        "recipe": Recipe(epochs=2, lr=1e-3),
        "pretrain_recipe": pretraining_recipe(epochs=2, lr=2e-3, batch_size=64, augment="none"),
    }
    return Setting(**(values | changed))


class MadeUp(Run):
    """A finished training whose codes are given by split, and whose loss has reached its plateau or not."""

    def __init__(self, split_codes: dict[str, np.ndarray], config: Any = None, *, plateau: bool = True) -> None:
        object.__setattr__(self, "split_codes", split_codes)
        object.__setattr__(self, "config", config)
        object.__setattr__(self, "plateau", plateau)
        object.__setattr__(self, "folder", Path("made-up"))

    def history(self) -> pd.DataFrame:
        return pd.DataFrame({"loss": [4.0, 1.0, 1.0, 1.0] if self.plateau else [4.0, 3.0, 2.0, 1.0]})

    def codes(self, split: str) -> np.ndarray:
        return self.split_codes[split]

    def outputs(self, split: str) -> np.ndarray:
        return self.split_codes[split].astype(np.float32) * 0.5


def table(labels: list[dict[str, Any]], runs: list[Run]) -> pd.DataFrame:
    """A trained grid."""
    return pd.DataFrame(labels).assign(run=runs)
