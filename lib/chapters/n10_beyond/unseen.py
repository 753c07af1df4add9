"""Retrieval among classes that the hash layer has not learned: codes against each other, and features above them."""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd
from jaxtyping import Float, Float64, Int

from chapters.shared.comparisons import Precisions as ByQuery
from chapters.shared.comparisons import Verdict, judge_rows
from chapters.shared.derived import Comparison, difference_table, run_record
from chapters.shared.encoding import before_training
from chapters.shared.readings import joined
from chapters.shared.scores import converged, query_precisions, select
from chapters.shared.setting import Setting
from hashcenters.codes import binarise
from hashcenters.datasets.splits import HashingData
from hashcenters.metrics import average_precision
from hashcenters.metrics.label_codes import label_codes, nearest_center, precisions_by_class
from hashcenters.projections import itq_hyperplanes, random_hyperplanes
from hashcenters.training.run import Run
from workbook.intervals import crossing

RAW = "features, cosine"
QUERIES = 256  # whose rankings of the database are worked out together
Precisions = dict[tuple[str, int, int], Float64[np.ndarray, "n_query"]]  # by method, bits and seed


def seen_by(setting: Setting) -> str:
    """What the network below the hash layer has learned, in words."""
    if setting.weights == "imagenet":
        return "ImageNet with its labels, those of the unseen classes among them"
    if setting.weights == "pretrain":
        return f"the classes of {setting.pretrain_dataset}" if setting.pretrain_dataset else "the seen classes only"
    return "nothing" if setting.weights == "none" else "what a file of weights has learned"


def cosine_precisions(
    query: Float[np.ndarray, "n_query width"],
    query_labels: Int[np.ndarray, "n_query"],
    database: Float[np.ndarray, "n_database width"],
    database_labels: Int[np.ndarray, "n_database"],
    *,
    top_k: int | None,
) -> Float64[np.ndarray, "n_query"]:
    """AP@k of a ranking by the cosine of features; equal ones in the order of the database.

    Args:
        query, database: features, one row an item.
        query_labels, database_labels: classes.
        top_k: ranks that count, None for all.
    """
    query, database = (
        rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12) for rows in (query, database)
    )
    depth = min(top_k or len(database), len(database))
    found = []
    for start in range(0, len(query), QUERIES):
        part = slice(start, start + QUERIES)
        order = np.argsort(-(query[part] @ database.T), axis=1, kind="stable")[:, :depth]
        relevant = database_labels[order] == query_labels[part, None]
        hits = relevant.cumsum(axis=1)
        found.append((relevant * hits / np.arange(1, depth + 1)).sum(axis=1) / np.maximum(hits[:, -1], 1))
    return np.concatenate(found)


def class_precisions(run: Run, data: HashingData) -> Float64[np.ndarray, "n_query"]:
    """AP@k of every query where nothing but a class is stored: of those learned, the one whose center is nearest.

    Args:
        run: a training.
        data: with other classes than it learned; items of one stored class tie.
    """
    centers = binarise(run.centers_by_epoch()[-1])
    taken, stored = (nearest_center(run.codes(name), centers) for name in ("query", "database"))
    classes = taken, data.query.labels, stored, data.database.labels
    return precisions_by_class(label_codes(len(centers)), *classes, top_k=data.top_k)


def trained_precisions(
    runs: pd.DataFrame, data: Mapping[int, HashingData], *, of_one: ByQuery = query_precisions
) -> Precisions:
    """AP of every query of all quarters, in their order, by method, length and seed.

    Args:
        runs: trainings with labels method, bits, seed and quarter.
        data: what they learned from, by quarter.
        of_one: AP of the queries of one training.
    """
    return {
        key: np.concatenate([of_one(run, data[quarter]) for quarter, run in part[["quarter", "run"]].to_numpy()])
        for key, part in runs.groupby(["method", "bits", "seed"], sort=False)
    }


def untrained_precisions(
    starts: Mapping[int, Run], data: Mapping[int, HashingData], *, bits: Sequence[int], seeds: Sequence[int]
) -> Precisions:
    """The same for codes that no label has made, and for the features themselves, which have neither bits nor seed.

    Args:
        starts: a training of each quarter, for what its network gives before it learns.
        data: by quarter.
        bits: lengths.
        seeds: of ITQ's rotation and LSH's directions.
    """
    found: dict[tuple[str, int, int], list[np.ndarray]] = {}
    for quarter, run in starts.items():
        one = data[quarter]
        parts = {name: before_training(run, name) for name in ("train", "query", "database")}
        mean = parts["train"].mean(axis=0)
        query, database = parts["query"] - mean, parts["database"] - mean
        labels = one.query.labels, one.database.labels
        raw = cosine_precisions(parts["query"], labels[0], parts["database"], labels[1], top_k=one.top_k)
        for length in bits:
            for seed in seeds:
                planes = {
                    "ITQ": itq_hyperplanes(parts["train"], length, seed=seed),
                    "LSH": random_hyperplanes(len(mean), length, seed=seed),
                }
                for name, normals in planes.items():
                    codes = [binarise(side @ normals) for side in (query, database)]
                    scored = average_precision(codes[0], labels[0], codes[1], labels[1], top_k=one.top_k)
                    found.setdefault((name, length, seed), []).append(scored)
                found.setdefault((RAW, length, seed), []).append(raw)
    return {key: np.concatenate(found[key]) for key in sorted(found, key=lambda key: ["ITQ", "LSH", RAW].index(key[0]))}


def settled(runs: pd.DataFrame) -> dict[tuple[str, int, int], bool]:
    """Whether all quarters of a method, length and seed reached their plateau."""
    return {
        key: all(converged(run.history()) for run in part["run"])
        for key, part in runs.groupby(["method", "bits", "seed"], sort=False)
    }


def unseen_scores(found: Precisions, plateau: Mapping[tuple[str, int, int], bool]) -> pd.DataFrame:
    """Columns method, bits, seed, mAP over the queries of all quarters, converged."""
    rows = [run_record(*key, plateau.get(key, True), mAP=values.mean()) for key, values in found.items()]
    return pd.DataFrame(rows)


def compare_unseen(
    found: Precisions,
    plateau: Mapping[tuple[str, int, int], bool],
    *,
    pairs: Sequence[tuple[str, str]],
    bits: Sequence[int],
    seeds: Sequence[int],
) -> pd.DataFrame:
    """Differences of AP over seeds and the queries of all quarters; all rows are one family.

    Where both sides are those of an earlier pair, as of a recipe that is CSQ's with other centers, the pair is the same
    trainings once more, and has no row.

    Args:
        found: AP of every query.
        plateau: from `settled`; what was not trained counts as settled.
        pairs: methods, the one that should win first.
        bits, seeds: to compare at.
    """
    compared: dict[bytes, Comparison] = {}
    for length, (better, worse) in product(bits, pairs):
        sides = [[(name, length, seed) for seed in seeds] for name in (better, worse)]
        first, second = (np.array([found[key] for key in keys]) for keys in sides)
        done = all(plateau.get(key, True) for keys in sides for key in keys)
        one = Comparison(length, better, worse, crossing(first - second), done)
        compared.setdefault(first.tobytes() + second.tobytes(), one)
    named = {name for pair in pairs for name in pair}
    records = unseen_scores({key: values for key, values in found.items() if key[0] in named}, plateau)
    return difference_table([*compared.values()], records.to_dict("records"), margin=0.0)


def judge_pairs(compared: pd.DataFrame, pairs: Sequence[tuple[str, str]]) -> Verdict:
    """Whether the first of each pair that was compared is better at every length; the weakest interval decides."""
    return judge_rows(compared[compared["difference"].isin([f"{better} − {worse}" for better, worse in pairs])])


def unseen_reading(scores: pd.DataFrame) -> str:
    """All methods at the longest length, from the best to the worst."""
    longest = select(scores, bits=scores["bits"].max())
    means = longest.groupby("method", sort=False)["mAP"].mean().sort_values(ascending=False)
    parts = [f"{value:.3f} ({name})" for name, value in means.items()]
    return f"At {longest['bits'].iloc[0]} bits mAP on unseen classes is {joined(parts)}."
