"""The best recipe: centers, their assignment to classes, loss and head, chosen on the validation split alone."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float64, Int8
from matplotlib.figure import Figure

from chapters.n07_backbones import class_means
from chapters.shared.comparisons import Verdict, described, why
from chapters.shared.readings import joined
from chapters.shared.scores import labels_of, select
from hashcenters.centers.annealing import assign_to_classes
from hashcenters.centers.semantic import rank_correlation
from hashcenters.centers.targets import category_similarity, target_matrix
from hashcenters.codes import inner_product, pairwise_distances
from hashcenters.datasets.splits import HashingData
from hashcenters.metrics import average_precision
from hashcenters.sweep import or_stand_in
from hashcenters.training.run import Run, run_key
from workbook import style
from workbook.claims import side, weakest

SCORE = "validation mAP"


class Parts(NamedTuple):
    """What a recipe is made of, each part by its name in the notebook."""

    center_kind: str
    loss: str
    head: str


def similarity_of(run: Run) -> Float64[np.ndarray, "num_classes num_classes"]:
    """How alike the classes are by a classifier's class means; a random one while trainings are only counted."""

    def stand_in() -> np.ndarray:
        return category_similarity(
            np.random.default_rng(int(run_key(run.config), 16)).normal(size=(run.config.bits,) * 2)
        )

    return or_stand_in(lambda: category_similarity(class_means(run)), stand_in)


def assigned(
    words: Int8[np.ndarray, "num_classes bits"], similarity: Float64[np.ndarray, "num_classes num_classes"]
) -> Int8[np.ndarray, "num_classes bits"]:
    """The same words, those that are near to each other given to classes that are alike.

    Args:
        words: ±1, one for each class.
        similarity: of the classes.
    """
    return assign_to_classes(words, target_matrix(similarity, words.shape[1]))


def assignment_error(
    centers: Int8[np.ndarray, "num_classes bits"], similarity: Float64[np.ndarray, "num_classes num_classes"]
) -> float:
    """Mean squared difference between inner products and the symmetric target, over pairs of different classes."""
    target = target_matrix(similarity, centers.shape[1], form="symmetric")
    apart = ~np.eye(len(centers), dtype=bool)
    return float(((inner_product(centers, centers) - target)[apart] ** 2).mean())


def assignment_table(
    words: Mapping[int, Int8[np.ndarray, "num_classes bits"]],
    similarity: Float64[np.ndarray, "num_classes num_classes"],
) -> pd.DataFrame:
    """How near words are to what similar classes should have, dealt at random and assigned, a row a length.

    Args:
        words: by their length.
        similarity: of the classes.
    """
    rows = []
    for bits, dealt in words.items():
        given = assigned(dealt, similarity)
        errors = [assignment_error(centers, similarity) / bits**2 for centers in (dealt, given)]
        ranks = [rank_correlation(similarity, centers) for centers in (dealt, given)]
        rows.append((bits, int(pairwise_distances(given).min()), *errors, *ranks))
    columns = ("minimum distance", "E / K², dealt", "E / K², assigned", "rank correlation, dealt", "assigned")
    return pd.DataFrame(rows, columns=["bits", *columns])


def assignment_reading(table: pd.DataFrame) -> str:
    """What the assignment does to the rank correlation of similarity and nearness."""
    parts = [
        f"from {dealt:.2f} to {given:.2f} at {bits} bits".replace("-", "−")
        for bits, dealt, given in table[["bits", "rank correlation, dealt", "assigned"]].itertuples(index=False)
    ]
    return f"The assignment takes the rank correlation of similarity and nearness {joined(parts)}."


def held_out_map(run: Run, data: HashingData) -> float:
    """mAP of each half of the validation split in the other: pictures that were not learned on either side.

    Of a class's pictures one half has every second; the depth is the share of the database that the protocol's is.
    """
    codes, labels = run.codes("validation"), data.validation.labels
    depth = None if data.top_k is None else max(1, round(data.top_k * len(codes) / 2 / len(data.database)))
    halves = [(codes[first::2], labels[first::2]) for first in (0, 1)]
    found = [average_precision(*halves[a], *halves[1 - a], top_k=depth) for a in (0, 1)]
    return float(np.nanmean(np.concatenate(found)))


def search_scores(runs: pd.DataFrame, data: HashingData) -> pd.DataFrame:
    """The labels of trainings with their score on the validation split, a row a training.

    Args:
        runs: trainings with labels center_kind, loss, head and seed.
        data: what they learned from.
    """
    return labels_of(runs).assign(**{SCORE: [held_out_map(run, data) for run in runs["run"]]})


def choose(scores: pd.DataFrame) -> Parts:
    """The recipe with the best mean over the seeds of the search; the first of equal ones.

    >>> rows = [("a", "x", "h", 0, 0.5), ("a", "y", "h", 0, 0.7), ("b", "y", "h", 0, 0.6)]
    >>> choose(pd.DataFrame(rows, columns=["center_kind", "loss", "head", "seed", "validation mAP"]))
    Parts(center_kind='a', loss='y', head='h')
    """
    means = scores.groupby([*Parts._fields], sort=False)[SCORE].mean()
    return Parts(*means.idxmax())


def search_table(scores: pd.DataFrame) -> pd.DataFrame:
    """Recipes from the best to the worst: mean score over the seeds of the search, and its lead over the next."""
    means = scores.groupby([*Parts._fields], sort=False)[SCORE].mean()
    return means.sort_values(ascending=False, kind="stable").reset_index()


def ladder(start: Parts, best: Parts, *, kinds: Sequence[str]) -> dict[str, Parts]:
    """Recipes from CSQ's to the best, each of which differs from one before it in a single part.

    Args:
        start: CSQ's.
        best: the chosen one.
        kinds: of centers in their order, the first is CSQ's; all are there, chosen or not.

    >>> [*ladder(Parts("A", "S.7", "3"), Parts("C", "L_C", "3"), kinds=["A", "B", "C"])]
    ['CSQ', 'B', 'C', 'C, L_C']
    """
    rungs = {"CSQ": start} | {kind: start._replace(center_kind=kind) for kind in kinds[1:]}
    now = start._replace(center_kind=best.center_kind)
    for part in ("loss", "head"):
        if getattr(best, part) != getattr(now, part):
            now = now._replace(**{part: getattr(best, part)})
            rungs[", ".join(dict.fromkeys([best.center_kind, now.loss, *([now.head] if part == "head" else [])]))] = now
    return rungs


def name_of(rungs: Mapping[str, Parts], parts: Parts) -> str:
    """What the ladder calls a recipe."""
    return next(name for name, found in rungs.items() if found == parts)


def beside(rungs: Mapping[str, Parts], best: Parts) -> dict[str, Parts]:
    """What else the recipe is held against: CSQ with layers as wide as its authors', and SHC's part under its head.

    >>> beside({"CSQ": Parts("Algorithm 1", "S.7", "csq")}, Parts("coding", "L_C", "csq"))
    {'SHC, csq': Parts(center_kind='semantic', loss="SHC's loss", head='csq')}
    """
    rows = {
        "CSQ, csq": rungs["CSQ"]._replace(head="csq"),
        f"SHC, {best.head}": Parts("semantic", "SHC's loss", best.head),
    }
    return {name: parts for name, parts in rows.items() if parts not in rungs.values()}


def steps(rungs: Mapping[str, Parts], best: Parts) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Each rung with the one that it differs from in one part: those of the centers, and those of loss and head.

    >>> rungs = ladder(Parts("A", "S.7", "3"), Parts("B", "L_C", "3"), kinds=["A", "B", "C"])
    >>> steps(rungs, Parts("B", "L_C", "3"))
    ([('B', 'CSQ'), ('C', 'B')], [('B, L_C', 'B')])
    """
    start = rungs["CSQ"]
    of_centers = [name for name, parts in rungs.items() if parts._replace(center_kind=start.center_kind) == start]
    later = [name_of(rungs, start._replace(center_kind=best.center_kind)), *list(rungs)[len(of_centers) :]]
    climbed = [[(better, worse) for worse, better in pairwise(part)] for part in (of_centers, later)]
    return climbed[0], climbed[1]


def judge_at(compared: pd.DataFrame, pairs: Sequence[tuple[str, str]], *, bits: int, least: float = 0.0) -> Verdict:
    """Whether the first of each pair beats the second at one length by at least so much; the weakest pair decides.

    Args:
        compared: rows of `compare_pairs`.
        pairs: the method that should win, and the other; a method beside itself has nothing to show.
        bits: the length.
        least: of mAP.
    """
    names = [f"{better} − {worse}" for better, worse in pairs if better != worse]
    if not names:
        return {
            "verdict": "not-shown",
            "observed": "the validation split chose what stands there already",
            "why": "one and the same",
        }
    rows = select(compared, bits=bits).set_index("difference", drop=False).loc[names]
    found = [
        "inconclusive" if (verdict := side(low, high, of=least)) == "trend" and not settled else verdict
        for low, high, settled in rows[["low", "high", "converged"]].itertuples(index=False)
    ]
    observed = f"at {bits} bits {described(rows[['difference', 'mean', 'low', 'high']])}"
    return {"verdict": weakest(found), "observed": observed, "why": why(rows, margin=-least)}


def choice_reading(table: pd.DataFrame, *, bits: int, seeds: Sequence[int]) -> str:
    """The chosen recipe, its lead, and where CSQ's and SHC's ways stand."""
    first, second = table.iloc[0], table.iloc[1]
    return (
        f"At {bits} bits {_named(first)} is the best of {len(table)} recipes on the validation split "
        f"({first[SCORE]:.3f}, {len(seeds)} seed{'s' if len(seeds) > 1 else ''} each); next is {_named(second)} "
        f"({second[SCORE]:.3f}), last {_named(table.iloc[-1])} ({table.iloc[-1][SCORE]:.3f})."
    )


def _named(row: pd.Series) -> str:
    return f"{row['center_kind']} with {row['loss']} and {row['head']}"


def ladder_reading(compared: pd.DataFrame, pairs: Sequence[tuple[str, str]], *, bits: int) -> str:
    """What each step brings at one length, in points of mAP."""
    at = select(compared, bits=bits).set_index("difference")["mean"]
    parts = [f"{better} over {worse} {100 * at[f'{better} − {worse}']:+.2f} points" for better, worse in pairs]
    return f"At {bits} bits: {joined(parts)}.".replace("-", "−")


@style.look()
def search_points(scores: pd.DataFrame) -> Figure:
    """Score on the validation split of every recipe of the search, a panel a head.

    Args:
        scores: from `search_scores`.
    """
    named = scores.assign(recipe=scores["center_kind"] + ", " + scores["loss"])
    drawn, _ = style.points(named, value=SCORE, by="recipe", panels="head")
    return drawn
