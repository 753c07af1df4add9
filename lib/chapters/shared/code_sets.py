"""Codes of finished trainings as files: to score, to search, to browse, without training again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from basics.files import read_json, write_json
from basics.paths import profile_results
from chapters.shared.scores import select
from hashcenters.datasets.splits import HashingData
from hashcenters.metrics.code_files import CodeSet, load_codes, save_codes
from hashcenters.training.run import load_data
from workbook.results import Results

FOLDER = "codes"


@dataclass(frozen=True)
class SavedCodes:
    """One code set on disk, and the data that it encodes.

    Args:
        method: what was trained, as its table calls it.
        bits: length of the codes.
        seed: of the training.
        dataset, dataset_options: the data set in the registry.
        file: the `.npz` file, in the form of `metrics.code_files`.
        key: of the training, by which its network is found; "" where it was not noted.
    """

    method: str
    bits: int
    seed: int
    dataset: str
    dataset_options: Mapping[str, Any]
    file: Path
    key: str = ""

    def codes(self) -> CodeSet:
        """Codes and labels of queries and database."""
        return load_codes(self.file)

    def data(self) -> HashingData:
        """The data set, for its pictures and class names."""
        return load_data(self.dataset, self.dataset_options)


def save_code_sets(results: Results, runs: pd.DataFrame, data: HashingData, *, by: str, seed: int) -> int:
    """Write the codes of every training with one seed into `codes/` of the results; returns how many.

    Args:
        results: of the notebook; `codes/NN.json` lists what it has saved.
        runs: the trained grid.
        data: what it was trained on.
        by: the label that names the method.
        seed: the trainings to save.
    """
    listed = []
    for method, bits, run in select(runs, seed=seed)[[by, "bits", "run"]].itertuples(index=False):
        name = re.sub(r"[^a-z0-9]+", "-", f"{results.number} {method} {bits} bits".lower()).strip("-")
        codes = CodeSet(run.codes("query"), data.query.labels, run.codes("database"), data.database.labels)
        save_codes(results.folder / FOLDER / f"{name}.npz", codes)
        about = {"method": method, "bits": bits, "seed": seed, "dataset": run.config.dataset}
        about |= {"dataset_options": dict(run.config.dataset_options), "file": f"{name}.npz", "key": run.folder.name}
        listed.append(about)
    write_json(results.folder / FOLDER / f"{results.number}.json", listed)
    return len(listed)


def saved_code_sets(profile: str) -> list[SavedCodes]:
    """What the notebooks of a profile have saved, in their order; nothing where none has run."""
    folder = profile_results(profile) / FOLDER
    lists = [read_json(file) for file in sorted(folder.glob("*.json"))]
    return [SavedCodes(**{**entry, "file": folder / entry["file"]}) for entries in lists for entry in entries]
