"""Codes of finished trainings as small files: to score, to search, to browse, without training again.

`codes/` of a results folder holds a file of packed codes for each training (`pack`: 8 bits a byte), a file of labels
for each data set, and for each table whose codes are kept a list `NN-table.json` of what they are, how they are scored
and their SHA-256. Nothing here imports torch before data are asked for.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pandas as pd
from msgspec import Meta

from basics.errors import InputError
from basics.files import read_json, sha256, whole_file, write_json
from basics.memory import check_fits
from basics.paths import shown_results
from basics.schema import Struct, convert
from hashcenters.codes import pack, unpack
from hashcenters.datasets.splits import HashingData
from hashcenters.limits import MAX_BITS
from hashcenters.metrics.code_files import CodeSet

if TYPE_CHECKING:
    from workbook.results import Results

FOLDER = "codes"
FileName = Annotated[str, Meta(pattern=r"\A[\w-]+\.npz\Z")]


class Listed(Struct):
    """A code set in a list, which is shared with others: no name leads out of the folder. See `SavedCodes`."""

    notebook: str
    table: str
    method: str
    bits: Annotated[int, Meta(ge=1, le=MAX_BITS)]
    seed: int
    dataset: str
    dataset_options: dict[str, Any]
    top_k: Annotated[int, Meta(ge=1)] | None
    file: FileName
    file_sum: str
    labels: FileName
    labels_sum: str
    num_labels: Annotated[int, Meta(ge=0)]
    key: Annotated[str, Meta(pattern=r"\A[\w-]*\Z")]


@dataclass(frozen=True)
class SavedCodes:
    """One code set on disk, and the data that it encodes.

    Args:
        notebook, table: where its mAP stands: two digits, and the name of the table without them.
        method: what was trained, as its table calls it.
        bits: length of the codes.
        seed: of the training.
        dataset, dataset_options: the data set in the registry.
        top_k: ranks that count in its mAP; None for all.
        file: packed codes, `query` and `database`.
        file_sum: its SHA-256.
        labels: class indices or packed multi-hot rows, `query` and `database`; shared by all trainings on the data.
        labels_sum: its SHA-256.
        num_labels: how many labels a packed row holds, 0 for class indices.
        key: of the training, by which its network is found; "" where it was not noted.
    """

    notebook: str
    table: str
    method: str
    bits: int
    seed: int
    dataset: str
    dataset_options: Mapping[str, Any]
    top_k: int | None
    file: Path
    file_sum: str
    labels: Path
    labels_sum: str
    num_labels: int
    key: str = ""

    def codes(self) -> CodeSet:
        """Codes and labels of queries and database.

        Raises:
            InputError: a file is missing, or is not what was saved.
        """
        codes, labels = (_read(path) for path in (self.file, self.labels))
        try:
            query, database = (unpack(codes[part], self.bits) for part in ("query", "database"))
            return CodeSet(query, self._labels(labels["query"]), database, self._labels(labels["database"]))
        except (KeyError, ValueError) as error:
            wanted = f"codes of {self.bits} bits and their labels"
            raise InputError(f"{self.file} and {self.labels.name} must hold {wanted}") from error

    def _labels(self, stored: np.ndarray) -> np.ndarray:
        if not self.num_labels:
            return stored.astype(np.int64)
        return np.unpackbits(stored, axis=1, count=self.num_labels)

    def data(self) -> HashingData:
        """The data set, for its pictures and class names."""
        from hashcenters.training.run import load_data

        return load_data(self.dataset, self.dataset_options)


def save_code_sets(results: "Results", runs: pd.DataFrame, data: HashingData, *, by: str, seed: int, table: str) -> int:
    """Write the codes of every training with one seed into `codes/` of the results; returns how many.

    Args:
        results: of the notebook.
        runs: the trained grid.
        data: what it was trained on.
        by: the label that names the method.
        seed: the trainings to save.
        table: the table of the notebook that has their mAP.
    """
    folder, name = results.folder / FOLDER, f"{results.number}-{table}"
    labels, num_labels = _save_labels(folder, data)
    listed = []
    for method, bits, run in runs[runs["seed"] == seed][[by, "bits", "run"]].itertuples(index=False):
        file = re.sub(r"[^a-z0-9]+", "-", f"{name} {method} {bits} bits".lower()).strip("-") + ".npz"
        _save(folder / file, query=pack(run.codes("query")), database=pack(run.codes("database")))
        saved = SavedCodes(
            notebook=results.number,
            table=table,
            method=str(method),
            bits=int(bits),
            seed=int(seed),
            dataset=run.config.dataset,
            dataset_options=dict(run.config.dataset_options),
            top_k=data.top_k,
            file=folder / file,
            file_sum=sha256(folder / file),
            labels=labels,
            labels_sum=sha256(labels),
            num_labels=num_labels,
            key=run.folder.name,
        )
        listed.append(asdict(saved) | {"file": file, "labels": labels.name})
    write_json(folder / f"{name}.json", listed)
    _drop_unlisted(folder, results.number)
    return len(listed)


def saved_code_sets(profile: str) -> list[SavedCodes]:
    """What the notebooks of a profile have saved, in their order; nothing where none has run."""
    return code_sets_in(shown_results(profile) / FOLDER)


def code_sets_in(folder: Path) -> list[SavedCodes]:
    """The code sets of a folder."""
    entries = _listed(folder, "[0-9][0-9]")
    return [SavedCodes(**entry | {name: folder / entry[name] for name in ("file", "labels")}) for entry in entries]


def _listed(folder: Path, number: str) -> list[dict[str, Any]]:
    """The lists of a notebook, or of those whose numbers match."""
    files = sorted(folder.glob(f"{number}-*.json"))
    read = {file: read_json(file) for file in files}
    for file, entries in read.items():
        convert(entries, list[Listed], where=str(file))
    return [entry for entries in read.values() for entry in entries]


def _drop_unlisted(folder: Path, number: str) -> None:
    """Remove codes of a notebook that none of its lists names: an earlier run's."""
    kept = {entry["file"] for entry in _listed(folder, number)}
    for path in folder.glob(f"{number}-*.npz"):
        if path.name not in kept:
            path.unlink()


def _save_labels(folder: Path, data: HashingData) -> tuple[Path, int]:
    """The file of labels of a data set, and how many labels a packed row of it holds; 0 for class indices."""
    parts = {"query": data.query.labels, "database": data.database.labels}
    path, many = folder / f"labels-{data.name}-{data.fingerprint[:8]}.npz", parts["query"].ndim == 2
    kept = {
        name: np.packbits(labels, axis=1) if many else labels.astype(np.min_scalar_type(data.num_classes))
        for name, labels in parts.items()
    }
    _save(path, **kept)
    return path, data.num_classes if many else 0


def _save(path: Path, **arrays: np.ndarray) -> None:
    with whole_file(path) as temporary:
        np.savez_compressed(temporary, **arrays)


def _read(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file, whatever is wrong with it in one line."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as found:
            check_fits(sum(member.file_size for member in found.zip.infolist()), path)
            return {name: found[name] for name in found.files}
    except InputError:
        raise
    except Exception as error:  # numpy and zipfile raise many kinds for a file that they cannot read
        raise InputError(f"{path} is not a readable .npz file without pickled objects") from error
