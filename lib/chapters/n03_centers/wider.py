"""Centers that later papers optimise for distance, as published and as made here, beside codes from coding theory."""

import re

import pandas as pd

from basics.errors import InputError
from chapters.shared.comparisons import Verdict
from hashcenters.centers.bounds import max_min_distance_bound
from hashcenters.centers.generate import make_centers
from hashcenters.codes import pairwise_distances
from workbook.literature import numbers_of

SOURCE = "SHC-2025 Table 3"  # of literature.yaml
MADE = ("mds", "dpn", "coding")
PUBLISHED = ("MDS", "SHC-2025")
STATED = (9, 8, 0)  # cells, and those in which textbook codes are farther apart than both, closer than one


def width_table(*, seed: int) -> pd.DataFrame:
    """Minimum distances in bits at the sizes of the published table.

    Args:
        seed: of the generators.

    Returns:
        Columns `classes`, `bits`, "MDS, published", "SHC-2025, published", one of each generator of `MADE` (missing
        where it does not serve the size), `upper bound`.
    """
    rows: dict[tuple[int, int], dict[str, object]] = {}
    for number in numbers_of(SOURCE):
        count, bits = map(int, re.findall(r"\d+", number.column))
        rows.setdefault((count, bits), {"classes": count, "bits": bits})[f"{number.row}, published"] = int(number.value)
    for (count, bits), row in rows.items():
        row |= {method: _minimum(method, bits, count, seed) for method in MADE}
        row["upper bound"] = max_min_distance_bound(bits, count)
    columns = ["classes", "bits", *(f"{name}, published" for name in PUBLISHED), *MADE, "upper bound"]
    return pd.DataFrame(rows.values())[columns].astype("Int64")


def _minimum(method: str, bits: int, count: int, seed: int) -> int | None:
    try:
        return int(pairwise_distances(make_centers(method, bits, count, seed=seed)).min())
    except InputError:
        return None


def judge_width(table: pd.DataFrame) -> Verdict:
    """Whether textbook codes are farther apart than both published sets in as many cells as stated, and closer in none.

    Args:
        table: of `width_table`.
    """
    published = table[[f"{name}, published" for name in PUBLISHED]]
    wider = {name: int((table["coding"] > published[name]).sum()) for name in published}
    gains = table["coding"] - published.max(axis=1)
    counted = len(table), int((gains > 0).sum()), (closer := int((gains < 0).sum()))
    greedy = int((table["dpn"] > table["MDS, published"]).sum())
    reached = int((table["mds"] == table["MDS, published"]).sum())
    told = "; ".join(f"{name.partition(',')[0]}: in {count} of {len(table)} cells" for name, count in wider.items())
    return {
        "verdict": "finding" if counted == STATED else "not-shown",
        "observed": f"coding is farther apart than {told}; closer in {closer}; by {gains.min()} to {gains.max()} bits "
        f"than the better of the two; at the upper bound in {int((table['coding'] == table['upper bound']).sum())}",
        "reached": reached,
        "greedy": greedy,
        "cells": len(table),
    }
