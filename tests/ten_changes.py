"""The ten changes of docs/architecture.md as edits of files, each a few lines, for a copy of the project."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from basics.paths import project_root


@dataclass(frozen=True)
class Edit:
    """What is written into one file: a new one, or a text in the place of another that stands there once."""

    text: str
    instead_of: str = ""

    def write(self, path: Path) -> None:
        """Make the edit; in a notebook, within the source of a cell."""
        if not self.instead_of:
            assert not path.exists(), path
            path.write_text(self.text, encoding="utf-8")
            return
        before = path.read_text(encoding="utf-8")
        old, new = (_in_json(text) if path.suffix == ".ipynb" else text for text in (self.instead_of, self.text))
        assert before.count(old) == 1, f"{path} holds {before.count(old)} times {old}"
        path.write_text(before.replace(old, new), encoding="utf-8")


def _in_json(text: str) -> str:
    """Lines of a cell as a notebook's file holds them."""
    lines = json.dumps(text.splitlines(keepends=True), ensure_ascii=False, indent=4).splitlines()[1:-1]
    return "\n".join(lines)


def make(change: str, project: Path) -> None:
    """Make the edits of one change."""
    for name, edits in CHANGES[change].items():
        for edit in edits if isinstance(edits, list) else [edits]:
            edit.write(project / name)


def like_digits100(changed: Mapping[str, str]) -> str:
    """An entry of the registry like that of digits100."""
    text = (project_root() / "lib/hashcenters/datasets/registry.yaml").read_text(encoding="utf-8")
    (entry,) = [entry for entry in text.split("\n\n") if entry.startswith("digits100:")]
    for old, new in changed.items():
        assert entry.count(old) == 1, old
        entry = entry.replace(old, new)
    return f"{entry}\n\n"


def behind(anchor: str, text: str) -> Edit:
    """A text behind another that stands there once."""
    return Edit(anchor + text, anchor)


def cell(number: int, text: str, **metadata: Any) -> dict[str, Any]:
    """A code cell."""
    lines = {"source": text.splitlines(keepends=True), "outputs": [], "execution_count": None}
    return {"cell_type": "code", "id": f"code-{number}", "metadata": metadata, **lines}


def prose(number: int, text: str) -> dict[str, Any]:
    """A Markdown cell."""
    return {"cell_type": "markdown", "id": f"text-{number}", "metadata": {}, "source": [text]}


GENERATOR = '''"""Centers that count: row i holds the binary digits of i."""

import numpy as np


def counting_centers(bits, num_classes, *, seed):
    """Row i is i + seed in binary; seed 0 serves any number of classes up to 2^bits."""
    numbers = (np.arange(num_classes) + seed) % 2**bits
    return ((numbers[:, None] >> np.arange(bits)) % 2 * 2 - 1).astype(np.int8)
'''
LOSS = '''"""A hinge on every bit."""

from torch.nn.functional import relu

from hashcenters.losses.objective import CenterObjective


class HingeObjective(CenterObjective):
    """max(0, margin − y c), mean over bits and samples."""

    def __init__(self, centers, *, margin=0.5):
        super().__init__(centers)
        self.margin = margin

    def parts(self, outputs, labels):
        return {"hinge": (1.0, relu(self.margin - outputs * self.targets(labels)).mean())}
'''
LOSS_IN_THE_GRID = """from chapters.shared.setting import hash_training
from hashcenters.centers.generate import make_centers

starts_of_hinge = {seed: make_centers("csq", bits[0], data.num_classes, seed=seed) for seed in seeds}
grid += [
    hash_training(setting, c, objective="hinge", seed=seed, loss="hinge") for seed, c in starts_of_hinge.items()
]
"""
BACKBONE = '''"""One linear layer on a picture of 4 × 4 pixels."""

from torch import nn

from hashcenters.models.network import Backbone


def coarse(in_channels):
    """32 features."""
    layers = nn.Sequential(nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(16 * in_channels, 32), nn.ReLU())
    return Backbone(layers, 32)
'''
READER = '''"""Flags, one folder a country."""

from hashcenters.datasets.assemble import Found, reader
from hashcenters.datasets.images import ImageReading
from hashcenters.datasets.protocol import Listing


@reader("flags", folder="flags", reading=ImageReading(size=8))
def load_flags(root, protocol):
    """All pictures; the protocol draws the parts."""
    names = sorted(path.name for path in root.iterdir())
    paths = sorted(path.relative_to(root) for path in root.glob("*/*.png"))
    return Found(Listing.of((path.as_posix(), names.index(path.parts[0])) for path in paths), names, root)
'''
REGISTERED = {  # what differs from the entry of digits100
    "digits100:": "flags:",
    "hashcenters.datasets.digits:load_digits100": "shelf.papers.flags:load_flags",
    "num_classes: 100": "num_classes: 2",
    "folder: null": "folder: flags",
    "substitute: true": "substitute: false",
}
PROTOCOL = """flags:
  data: flags
  train: null
  query: null
  database: null
  top_k: null
  validation: rest
  draw: {per: class, query: 1, train: 2}
  source: ours

"""
OWN = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {
        "workbook": {"after": []},
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    },
    "cells": [
        prose(1, "# 11 · Own"),
        cell(1, 'profile: str = "embedded"  # results\nrows: int = 1000  # of the table', tags=["parameters"]),
        cell(
            2,
            "import pandas as pd\n\nfrom workbook.results import open_results\n\n"
            'results = open_results("11_own", profile=profile)',
        ),
        cell(3, 'results.table(pd.DataFrame({"row": range(rows)}), "own", rows=rows)'),
        prose(2, "## Limits"),
    ],
}
TABLE_OF_OWN = """tables:
  own: {caption: "{rows} rows."}
"""
CLAIM = """- id: own-claim
  document: CSQ
  place: Sec. 2
  statement: A statement of our own.
  notebook: "11"
  ours: true
"""

CHANGES: Mapping[str, Mapping[str, Edit | list[Edit]]] = {
    "add a loss": {
        "lib/hashcenters/losses/hinge.py": Edit(LOSS),
        "lib/hashcenters/losses/factory.py": behind(
            "OBJECTIVES = {\n", '    "hinge": "hashcenters.losses.hinge:HingeObjective",\n'
        ),
        "notebooks/04_training.ipynb": Edit(
            LOSS_IN_THE_GRID + "runs = sweep(grid, profile=profile, jobs=jobs)",
            "runs = sweep(grid, profile=profile, jobs=jobs)",
        ),
    },
    "add a generator of centers": {
        "lib/hashcenters/centers/counting.py": Edit(GENERATOR),
        "lib/hashcenters/centers/generate.py": behind(
            "GENERATORS = {\n", '    "counting": "hashcenters.centers.counting:counting_centers",\n'
        ),
    },
    "add a data set": {
        "lib/shelf/papers/flags.py": Edit(READER),
        "lib/hashcenters/datasets/registry.yaml": Edit(like_digits100(REGISTERED) + "digits100:\n", "digits100:\n"),
        "lib/hashcenters/datasets/protocols.yaml": Edit(PROTOCOL + "imagenet-100:\n", "imagenet-100:\n"),
    },
    "add a backbone": {
        "lib/hashcenters/models/coarse.py": Edit(BACKBONE),
        "lib/hashcenters/models/factory.py": behind(
            "BACKBONES = {\n", '    "coarse": "hashcenters.models.coarse:coarse",\n'
        ),
    },
    "add an optimiser": {
        "lib/hashcenters/training/config.py": Edit('OPTIMISERS = ("adagrad", ', "OPTIMISERS = ("),
        "lib/hashcenters/training/loop.py": Edit(
            '    if recipe.optimiser == "adagrad":\n'
            "        return torch.optim.Adagrad(groups, weight_decay=recipe.weight_decay)\n"
            '    if recipe.optimiser == "sgd":\n',
            '    if recipe.optimiser == "sgd":\n',
        ),
    },
    "add a notebook": {
        "notebooks/11_own.ipynb": Edit(json.dumps(OWN, indent=1)),
        "lib/chapters/exhibits/11_own.yaml": Edit(TABLE_OF_OWN),
        "profiles/smoke.yaml": behind("notebooks:\n", "  11_own: {rows: 3}\n"),
    },
    "add a claim": {
        "lib/chapters/catalogue/claims.yaml": Edit(CLAIM + "- id: csq-s1-half\n", "- id: csq-s1-half\n"),
        "lib/chapters/exhibits/11_own.yaml": behind(
            TABLE_OF_OWN, "claims:\n  own-claim: {expected: nothing, evidence: counted, data: none}\n"
        ),
        "notebooks/11_own.ipynb": Edit(
            'results.claim("own-claim", "finding", observed=rows)\n'
            'results.table(pd.DataFrame({"row": range(rows)}), "own", rows=rows)',
            'results.table(pd.DataFrame({"row": range(rows)}), "own", rows=rows)',
        ),
    },
    "add a column to the scoreboard": {
        "lib/workbook/scoreboard.py": [
            behind('"claim": statement.id,\n', '        "origin": "ours" if statement.ours else "the document",\n'),
            Edit('README = ("origin", ', "README = ("),
            Edit('PAGE = {"origin": "Origin", ', "PAGE = {"),
        ],
    },
    "change a colour of the figures": {"lib/workbook/style.py": Edit('"#123456",', '"#0072B2",')},
    "change the default of the tie rule": {
        "lib/hashcenters/metrics/ranking.py": Edit('DEFAULT_TIES = "stable"', 'DEFAULT_TIES = "expected"'),
        "README.md": Edit("database order of tied items", "mean over all orders of tied items"),
    },
}
