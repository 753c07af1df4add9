"""Codes of finished trainings as files: to score, to search, to browse, without training again."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from basics.files import read_json, write_json
from basics.paths import profile_results
from matplotlib.figure import Figure

from hashcenters import plots
from hashcenters.datasets.splits import HashingData
from hashcenters.experiments import views
from hashcenters.experiments.csq import Cell
from hashcenters.metrics.code_files import CodeSet, load_codes, save_codes
from hashcenters.metrics.tie_study import StudiedSet
from hashcenters.results import Results
from hashcenters.training.run import Run, load_data

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
    """

    method: str
    bits: int
    seed: int
    dataset: str
    dataset_options: Mapping[str, Any]
    file: Path

    def codes(self) -> CodeSet:
        """Codes and labels of queries and database."""
        return load_codes(self.file)

    def data(self) -> HashingData:
        """The data set, for its pictures and class names."""
        return load_data(self.dataset, self.dataset_options)


def save_code_sets(
    results: Results, cells: Sequence[Cell], runs: Sequence[Run], data: HashingData, *, by: str, seed: int
) -> int:
    """Write the codes of every training with one seed into `codes/` of the results; returns how many.

    Args:
        results: of the notebook; `codes/NN.json` lists what it has saved.
        cells, runs: the grid and its trainings, in the same order.
        data: what they were trained on.
        by: the label that names the method.
        seed: the trainings to save.
    """
    listed = []
    for cell, run in zip(cells, runs, strict=True):
        if cell.labels["seed"] != seed:
            continue
        method, bits = cell.labels[by], cell.labels["bits"]
        name = re.sub(r"[^a-z0-9]+", "-", f"{results.number} {method} {bits} bits".lower()).strip("-")
        codes = CodeSet(run.codes("query"), data.query.labels, run.codes("database"), data.database.labels)
        save_codes(results.folder / FOLDER / f"{name}.npz", codes)
        about = {"method": method, "bits": bits, "seed": seed, "dataset": run.config.dataset}
        listed.append({**about, "dataset_options": dict(run.config.dataset_options), "file": f"{name}.npz"})
    write_json(results.folder / FOLDER / f"{results.number}.json", listed)
    return len(listed)


def saved_code_sets(profile: str) -> list[SavedCodes]:
    """What the notebooks of a profile have saved, in their order; nothing where none has run."""
    folder = profile_results(profile) / FOLDER
    lists = [read_json(file) for file in sorted(folder.glob("*.json"))]
    return [SavedCodes(**{**entry, "file": folder / entry["file"]}) for entries in lists for entry in entries]


def studied_sets(saved: Sequence[SavedCodes], *, method: str) -> dict[str, StudiedSet]:
    """The code sets of one method for the analysis of ties, by name, each with the depth of its protocol."""
    return {
        f"{one.dataset}, {one.bits} bits": StudiedSet(one.codes(), "trained", one.data().top_k)
        for one in saved
        if one.method == method
    }


def browser(saved: Sequence[SavedCodes], *, depth: int = 9) -> tuple[Callable[..., Figure], dict[str, list]]:
    """A function that draws one query and its ranked neighbours, and the choices it takes, for `live.sliders`.

    Args:
        saved: code sets of one data set.
        depth: neighbours shown, in database order within ties.

    Returns:
        `browse(query, method, bits)`, and the values of each choice.
    """
    found = {(one.method, one.bits): one for one in saved}
    data = saved[0].data()
    methods, lengths = ([key[place] for key in found] for place in (0, 1))
    choices = {
        "query": list(range(len(data.query))),
        "method": list(dict.fromkeys(methods)),
        "bits": sorted(set(lengths)),
    }

    def browse(query: int = 0, method: str = methods[0], bits: int = max(lengths)) -> Figure:
        codes = found[method, bits].codes()
        tiles = views.neighbour_frame(codes.query_codes, codes.database_codes, data, [query], depth=depth)
        return plots.neighbour_tiles(tiles, views.neighbour_images(tiles, data))

    return browse, choices
