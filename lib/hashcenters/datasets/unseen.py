"""A data set whose networks learn three quarters of the classes, and whose queries and database show the others."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Bool

from basics.errors import InputError, whole
from hashcenters.datasets.inputs import Selected
from hashcenters.datasets.splits import PARTS, HashingData, Split, protocol_line

OPTION = "unseen"  # of every data set: which quarter of the classes is searched and not learned, 0 to 3
QUARTERS = 4


def without_quarter(options: Mapping[str, Any]) -> tuple[dict[str, Any], int | None]:
    """Options of the whole data set, and which quarter of its classes stays unseen; None for none.

    Raises:
        InputError: the option is no quarter.
    """
    rest = dict(options)
    quarter = rest.pop(OPTION, None)
    return rest, None if quarter is None else whole(quarter, f"option {OPTION}", low=0, high=QUARTERS - 1)


def quarter_of_classes(num_classes: int, quarter: int) -> Bool[np.ndarray, "{num_classes}"]:
    """Which classes stay unseen: a quarter of one random order of all, so that no two quarters share a class.

    Raises:
        InputError: so few classes that an unseen one could not be told from another.
    """
    if num_classes < 2 * QUARTERS:
        raise InputError(f"option {OPTION} needs at least {2 * QUARTERS} classes, got {num_classes}")
    order = np.random.default_rng(0).permutation(num_classes)
    return np.isin(np.arange(num_classes), order[quarter::QUARTERS])


def unseen_classes(data: HashingData, quarter: int | None) -> HashingData:
    """Training and validation without a quarter of the classes; queries and database of these alone.

    Seen classes count from 0, and alone have names; unseen ones count on from there. Inputs are rows of the same
    inputs, be they pictures or what a frozen network makes of them.

    Args:
        data: one label a sample.
        quarter: which one, 0 to 3; None leaves the data as they are.

    Raises:
        InputError: samples with several labels, or see `quarter_of_classes`.
    """
    if quarter is None:
        return data
    if data.multi_label:
        raise InputError(f"option {OPTION} needs a data set with one label a sample, {data.name} has several")
    unseen = quarter_of_classes(data.num_classes, quarter)
    number = np.empty(data.num_classes, np.int64)
    number[np.argsort(unseen, kind="stable")] = np.arange(data.num_classes)

    def chosen(part: str) -> Split:
        split = getattr(data, part)
        rows = np.flatnonzero(unseen[split.labels] == (part in ("query", "database")))
        return Split(Selected(split.inputs, rows), number[split.labels[rows]], split.ids[rows])

    splits = {part: chosen(part) for part in PARTS}
    note = f"learned are {(~unseen).sum()} classes, searched among the {unseen.sum()} others"
    return replace(
        data,
        class_names=[name for name, other in zip(data.class_names, unseen, strict=True) if not other],
        protocol=protocol_line(splits, data.top_k, note=note),
        fingerprint=hashlib.sha256(f"{data.fingerprint} {OPTION} {quarter}".encode()).hexdigest(),
        **splits,
    )
