"""The best recipe: centers, their assignment to classes, loss and head, chosen on the validation split alone."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float64, Int8
from matplotlib.figure import Figure

from chapters.n07_backbones import description_of
from chapters.shared.comparisons import Verdict, described, judge_rows, named_rows
from chapters.shared.derived import NAMED, VALIDATION, judged_against, records_of, search_again
from chapters.shared.readings import joined
from chapters.shared.scores import converged, labels_of, select
from hashcenters.centers.annealing import assign_to_classes
from hashcenters.centers.semantic import rank_correlation
from hashcenters.centers.targets import category_similarity, target_matrix
from hashcenters.codes import inner_product, pairwise_distances
from hashcenters.datasets.splits import HashingData
from hashcenters.metrics import average_precision
from hashcenters.training.run import Run, run_key
from workbook import style

SCORE = VALIDATION


class Parts(NamedTuple):
    """What a recipe is made of, each part by its name in the notebook."""

    center_kind: str
    loss: str
    head: str


def similarity_of(run: Run) -> Float64[np.ndarray, "num_classes num_classes"]:
    """How alike the classes are by a classifier's class means; a random one while trainings are only counted."""
    said = description_of(run)
    if said is not None:
        return category_similarity(said.means)
    draw = np.random.default_rng(int(run_key(run.config), 16))
    return category_similarity(draw.normal(size=(run.config.bits,) * 2))


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
    settled = [converged(run.history()) for run in runs["run"]]
    return labels_of(runs).assign(**{SCORE: [held_out_map(run, data) for run in runs["run"]], "converged": settled})


def choose(scores: pd.DataFrame) -> dict[int, Parts]:
    """At each length the recipe with the best mean over the seeds of the search; the first of equal ones.

    >>> rows = [(16, "a", "x", "h", 0, 0.5), (16, "a", "y", "h", 0, 0.7), (16, "b", "y", "h", 0, 0.6)]
    >>> choose(pd.DataFrame(rows, columns=["bits", "center_kind", "loss", "head", "seed", "validation mAP"]))
    {16: Parts(center_kind='a', loss='y', head='h')}
    """
    means = scores.groupby(["bits", *Parts._fields], sort=False)[SCORE].mean()
    return {int(bits): Parts(*part.idxmax()[1:]) for bits, part in means.groupby("bits", sort=False)}


def search_table(scores: pd.DataFrame, *, bits: int) -> pd.DataFrame:
    """Mean scores of the recipes, a column a length, from the best to the worst at one of them."""
    named = scores.assign(method=scores[[*Parts._fields]].agg(NAMED.join, axis=1))
    return search_again(pd.DataFrame(records_of(named, by="method", measures=[SCORE])), parts=Parts._fields, bits=bits)


CENTERS, LOSS, RECIPE = "chosen centers", "chosen loss too", "the recipe"
WIDE, SHC, SHC_PART = "CSQ, csq", "SHC", "SHC under the recipe's head"
STEPS, BOTH = [(CENTERS, "CSQ"), (LOSS, CENTERS), (RECIPE, LOSS)], [(RECIPE, CENTERS)]


def ladder(start: Parts, best: Parts, *, kinds: Sequence[str]) -> dict[str, Parts]:
    """From CSQ to the best recipe one part at a time, and what else the recipe is held against.

    Args:
        start: CSQ's.
        best: the chosen one.
        kinds: of centers in their order, the first is CSQ's; all are there, chosen or not.

    >>> found = ladder(Parts("A", "S.7", "slim"), Parts("B", "L_C", "new"), kinds=["A", "B"])
    >>> for name, parts in found.items():
    ...     print(name, *parts, sep=" | ")
    CSQ | A | S.7 | slim
    B | B | S.7 | slim
    chosen centers | B | S.7 | slim
    chosen loss too | B | L_C | slim
    the recipe | B | L_C | new
    SHC under the recipe's head | semantic | SHC's loss | new
    CSQ, csq | A | S.7 | csq
    """
    rungs = {"CSQ": start} | {kind: start._replace(center_kind=kind) for kind in kinds[1:]}
    rungs[CENTERS] = start._replace(center_kind=best.center_kind)
    rungs |= {LOSS: rungs[CENTERS]._replace(loss=best.loss), RECIPE: best}
    rungs[SHC_PART] = Parts("semantic", "SHC's loss", best.head)
    return rungs if start.head == "csq" else rungs | {WIDE: start._replace(head="csq")}


def pairs_of(methods: Sequence[str], *, kinds: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """What is compared: kinds of centers; the chosen ones, loss and head, and these both; the recipe with CSQ and SHC.

    >>> pairs_of(["CSQ", "SHC"], kinds=["A", "B"])["CSQ"]
    [('the recipe', 'CSQ')]
    """
    climbed = [(better, worse) for worse, better in pairwise(["CSQ", *kinds[1:]])]
    against = {"CSQ": ("CSQ", WIDE), "SHC": (SHC, SHC_PART)}
    found = {name: [(RECIPE, rival) for rival in rivals if rival in methods] for name, rivals in against.items()}
    return {"centers": climbed, "rest": STEPS, "both": BOTH} | found


def judge_at(
    compared: pd.DataFrame, pairs: Sequence[tuple[str, str]], *, lengths: Sequence[int], least: float = 0.0
) -> Verdict:
    """Whether the first of each pair beats the second at some lengths by at least so much; the weakest row decides.

    Where the choice is what it is held against, both sides are the same trainings, and the question stays open.

    Args:
        compared: of `compare_pairs`, judged with no margin; all of it is the family.
        pairs: the method that should win, and the other.
        lengths: in bits.
        least: of mAP.
    """
    rows = named_rows(judged_against(compared, margin=-least), pairs)
    at = rows["bits"].isin(lengths)
    if not at.any():
        return {"verdict": "inconclusive", "observed": "nothing", "why": "no codes of such a length were trained"}
    rows = rows.assign(difference=rows["bits"].astype(str) + " bits " + rows["difference"])
    judged = judge_rows(rows[at].drop(columns="bits"), margin=-least, alike="inconclusive")
    told = f"; at other lengths {described(rows[~at].drop(columns='bits'))}" if not at.all() else ""
    return judged | {"observed": judged["observed"] + told}


def choice_reading(scores: pd.DataFrame) -> str:
    """The chosen recipe of each length and its lead over the next."""
    sentences = []
    for bits, part in scores.groupby("bits", sort=False):
        means = part.groupby([*Parts._fields], sort=False)[SCORE].mean().sort_values(ascending=False, kind="stable")
        (first, second), values = means.index[:2], means.to_numpy()
        sentences.append(
            f"At {bits} bits {', '.join(first)} is the best of {len(means)} recipes on the validation split "
            f"({values[0]:.3f}), {', '.join(second)} the next ({values[1]:.3f})."
        )
    return " ".join(sentences)


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
