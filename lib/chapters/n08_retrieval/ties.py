"""How much of a published-style mAP is the order inside ties."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from basics.paths import data_root
from hashcenters.metrics.code_files import AUTHORS_FILES, CodeSet, load_codes
from hashcenters.metrics.engine import histograms
from hashcenters.metrics.inputs import prepare
from hashcenters.metrics.ranking import TIES, all_ties, average_precision_table, check_top_k, mean_over_queries

RELEASED = "csq-official/video/dataset"  # a folder a data set
RELEASED_TOP_K = {"HMDB51": 70, "UCF101": 100}
SUBSTITUTES = {"trained": "codes trained on the data set of the row", "simulated": "simulated codes"}


@dataclass(frozen=True)
class StudiedSet:
    """A code set to look at.

    Args:
        codes: the arrays.
        origin: released, trained, simulated or own.
        top_k: ranks that count in its mAP; None for all.
    """

    codes: CodeSet
    origin: str
    top_k: int | None

    @property
    def substitute(self) -> str | None:
        """What the codes stand in for; None for the documents' own and for a reader's."""
        return SUBSTITUTES.get(self.origin)

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Query codes and labels, database codes and labels."""
        codes = self.codes
        return codes.query_codes, codes.query_labels, codes.database_codes, codes.database_labels


def released_codes() -> dict[str, StudiedSet]:
    """CSQ's video codes by data set, those that the data root has."""
    folders = {dataset: data_root() / RELEASED / dataset for dataset in RELEASED_TOP_K}
    return {
        dataset: StudiedSet(load_codes(folder), "released", RELEASED_TOP_K[dataset])
        for dataset, folder in folders.items()
        if all((folder / file).is_file() for file in AUTHORS_FILES.values())
    }


def released_set() -> dict[str, StudiedSet]:
    """CSQ's video codes by a name that says what they are, those that the data root has."""
    return {
        f"{dataset} as released, {studied.codes.query_codes.shape[1]} bits": studied
        for dataset, studied in released_codes().items()
    }


def tie_table(sets: Mapping[str, StudiedSet]) -> pd.DataFrame:
    """One row a set: mAP under every rule, and how large the tied blocks are.

    Returns:
        Columns `codes`, `origin`, `bits`, `top_k`, one a rule of `TIES`, `spread` (largest minus smallest) and
        `tied at the cut` (mean number of items at the distance of rank k).
    """
    return pd.DataFrame([_tie_row(name, studied) for name, studied in sets.items()])


def _tie_row(name: str, studied: StudiedSet) -> dict[str, object]:
    inputs = prepare(*studied.arrays())
    kept = check_top_k(studied.top_k, inputs.database_size)
    means = mean_over_queries(average_precision_table(inputs, top_k=kept))
    blocks = [_cut_block_sizes(part.items, kept) for part in histograms(inputs, top_k=kept)]
    depth = "All" if kept == inputs.database_size else str(kept)
    return {
        "codes": name,
        "origin": studied.origin,
        "bits": inputs.bits,
        "top_k": depth,
        **means,
        "spread": max(means.values()) - min(means.values()),
        "tied at the cut": float(np.concatenate(blocks).mean()),
    }


def _cut_block_sizes(items: np.ndarray, rank: int) -> np.ndarray:
    """How many items stand at the distance of a rank, for each query."""
    block = (items.cumsum(axis=1, dtype=np.int64) < rank).sum(axis=1)
    return np.take_along_axis(items, block[:, None], axis=1)[:, 0]


def shuffled_orders(studied: StudiedSet, *, shuffles: int, seed: int) -> pd.DataFrame:
    """Stable mAP after shuffling the database: what a change of nothing but the order of rows does.

    Returns:
        Columns `shuffle`, `mAP`; their mean tends to the `expected` rule.
    """
    queries, labels, database, classes = studied.arrays()
    generator, rows = np.random.default_rng(seed), []
    for shuffle in range(shuffles):
        order = generator.permutation(len(database))
        found = all_ties(queries, labels, database[order], classes[order], top_k=studied.top_k)
        rows.append((shuffle, found["stable"]))
    return pd.DataFrame(rows, columns=["shuffle", "mAP"])


def unstable_map(studied: StudiedSet) -> float:
    """mAP in the order of NumPy's default argsort, by which CSQ's released code ranks.

    That sort is not stable: what it makes of ties depends on NumPy's version, on the number type and on the
    processor, so the value is to be shown and not kept. For single labels.

    Source: CSQ's released code, mean_average_precision in video/hash_test.py (the formula, not the code).
    """
    queries, labels, database, classes = studied.arrays()
    similarity = queries.astype(np.float32) @ database.astype(np.float32).T
    order = np.argsort(-similarity, axis=1)[:, : studied.top_k]
    relevant = labels[:, None] == classes[order]
    precision = relevant.cumsum(axis=1) / np.arange(1, order.shape[1] + 1)
    return float(((precision * relevant).sum(axis=1) / relevant.sum(axis=1).clip(1)).mean())


def by_protocol(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """A tie table cut into one for each origin and depth, so that no column holds mAP of two protocols.

    Returns:
        the parts, by origin and depth, such as "released-70".
    """
    parts = table.groupby(["origin", "top_k"], sort=False)
    return {f"{origin}-{depth}".lower(): part.reset_index(drop=True) for (origin, depth), part in parts}


def by_rule(table: pd.DataFrame) -> pd.DataFrame:
    """A tie table with one row a rule: columns `protocol`, `codes`, `ties`, `mAP`."""
    named = table.assign(protocol=table["origin"] + ", mAP@" + table["top_k"])
    return named.melt(id_vars=["protocol", "codes"], value_vars=list(TIES), var_name="ties", value_name="mAP")
