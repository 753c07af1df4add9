"""Chapter 07, SHC's Table 1: category features of networks, centers that follow them, and the order of the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float64, Int8
from scipy.stats import kendalltau

from basics.errors import InputError, one_of
from chapters.shared.comparisons import MARGIN, Verdict, as_finding, compare_pairs, judge_rows
from chapters.shared.derived import averages_table, listed_table, speaks_of
from chapters.shared.encoding import of_training_split
from chapters.shared.readings import joined
from chapters.shared.scores import converged
from chapters.shared.setting import Setting, classifier
from hashcenters.centers.semantic import SemanticCenters, semantic_centers
from hashcenters.centers.targets import category_similarity
from hashcenters.datasets.splits import HashingData
from hashcenters.models.network import category_features
from hashcenters.sweep import GridPoint, or_stand_in
from hashcenters.training.run import Run, load_data, run_key
from workbook.literature import Published, numbers_of

STATED = ("ResNet50", "VGG16", "AlexNet")  # whose order the statement is about
MOST_IN_DEAD = 0.05  # of the squared norm of a classifier's rows, in units that never fire


def category_classifier(setting: Setting, backbone: str, family: str, *, seed: int = 0) -> GridPoint:
    """The classifier whose last layer's rows describe the classes, fine-tuned on the training split.

    It starts from ImageNet weights, from a pre-training on other classes where the setting names such data, and
    from nothing otherwise.

    Raises:
        InputError: the samples have several labels each.

    Source: SHC main text, category features; weight penalty and batch normalisation as in the released code.
    """
    if setting.data().train.labels.ndim > 1:
        raise InputError(f"semantic centers need a data set with one label a sample, {setting.dataset} has several")
    own = replace(setting, pretrain_dataset="")
    config = classifier(own, backbone=backbone, head="shc-classifier", weight_quantization=1.0)
    start = {"weights": setting.weights}
    if setting.weights == "pretrain":
        start = {"backbone_from": classifier(setting, backbone=backbone) if setting.pretrain_dataset else None}
    return GridPoint({"family": family, "seed": seed}, replace(config, seed=seed, trainable=setting.trainable, **start))


@dataclass(frozen=True)
class Described:
    """What one pass of a trained classifier over its training split says of the classes.

    Args:
        network: below the classifier.
        seed: of its training.
        accuracy: on the validation split, 0–1.
        means: the mean feature vector of each class's training images, less the mean over the classes. What all
            classes share says nothing of any two of them, and yet would move every inner product with one class alike,
            which the ends of a row do not undo.
        rows: of the classifier's last layer.
        dead: the units below it that say the same of every training image, as one behind a ReLU that never fires.
        converged: whether its training reached its plateau.
    """

    network: str
    seed: int
    accuracy: float
    means: Float64[np.ndarray, "num_classes feature_dim"]
    rows: Float64[np.ndarray, "num_classes feature_dim"]
    dead: Bool[np.ndarray, " feature_dim"]
    converged: bool

    @property
    def in_dead(self) -> float:
        """The share (0–1) of the squared norm of the rows that lies in units that never fire."""
        return float((self.rows[:, self.dead] ** 2).sum() / (self.rows**2).sum())

    @property
    def live_rows(self) -> Float64[np.ndarray, "num_classes live_units"]:
        """The rows over the units that fire.

        No gradient of the classification reaches the weights of a dead unit: what stands there is their start, drawn
        towards ±1 by the penalty, which says nothing of the classes.
        """
        return self.rows[:, ~self.dead]


def description_of(run: Run) -> Described | None:
    """What a classifier says of the classes; None where trainings are only counted and it is still to be trained."""

    def make() -> Described:
        network, outputs = run.trained()[0], of_training_split(run, features=True)
        member = load_data(run.config.dataset, run.config.dataset_options).train.labels[:, None] == np.arange(
            run.config.bits
        )
        means = (member.T @ outputs.astype(np.float64)) / member.sum(axis=0)[:, None]
        dead = np.ptp(outputs, axis=0) == 0
        history = run.history()
        about = run.config.backbone, run.config.seed, float(history["accuracy"].iloc[-1])
        means -= means.mean(axis=0)
        return Described(*about, means, category_features(network), dead, converged(history))

    return or_stand_in(make, lambda: None)


def features_of(said: Described, *, features: str) -> Float64[np.ndarray, "num_classes feature_dim"]:
    """Category features of a trained classifier.

    Args:
        said: by the classifier.
        features: "class-means" of what its last layer sees, or the "head-rows" of that layer, as in the released code.

    Raises:
        InputError: neither of these, or head rows of which more than 5 % of the squared norm lies in dead units.
    """
    if one_of(features, ("class-means", "head-rows"), "features") == "class-means":
        return said.means
    if said.in_dead > MOST_IN_DEAD:
        raise InputError(
            f"head rows need at most {MOST_IN_DEAD:.0%} of their squared norm in units that never fire, got "
            f"{said.in_dead:.0%} in {said.dead.sum()} of {len(said.dead)} units of {said.network}; use "
            'features="class-means"'
        )
    return said.live_rows


def centers_of(
    run: Run, said: Described | None, lengths: Sequence[int], seeds: Sequence[int], *, features: str
) -> dict[tuple[int, int], SemanticCenters]:
    """Semantic centers from the category features of a trained classifier, by length and seed.

    Args:
        run: the classifier.
        said: by it; random centers stand in for None.
        lengths, seeds: of the centers.
        features: see `features_of`.
    """

    def stand_in(bits: int, seed: int) -> SemanticCenters:
        words = np.random.default_rng(int(run_key(run.config), 16) + seed).integers(0, 2, (run.config.bits, bits))
        return SemanticCenters(2 * words.astype(np.int8) - 1, np.nan, 0, 0, np.nan, 0.0)

    if said is None:
        return {pair: stand_in(*pair) for pair in product(lengths, seeds)}
    similarity = category_similarity(features_of(said, features=features))
    return {(bits, seed): semantic_centers(similarity, bits, seed=seed) for bits, seed in product(lengths, seeds)}


def shuffled(centers: Int8[np.ndarray, "num_classes bits"], seed: int) -> Int8[np.ndarray, "num_classes bits"]:
    """The same centers, given to other classes: all distances stay, their meaning goes."""
    return centers[np.random.default_rng(seed).permutation(len(centers))]


def accuracy_table(classifiers: Mapping[str, Described]) -> pd.DataFrame:
    """Validation accuracy (0–1), features, dead ones and the share of ‖W‖² in them, by the family of a classifier."""
    measures = ["validation accuracy", "features", "dead units", "‖W‖² in dead units"]
    rows = [
        {"family": family, "bits": len(said.rows), "seed": said.seed, "converged": said.converged}
        | dict(zip(measures, (said.accuracy, len(said.dead), said.dead.sum(), said.in_dead), strict=True))
        for family, said in classifiers.items()
    ]
    return averages_table(pd.DataFrame(rows), by="family", measures=measures)


def center_report(made: Mapping[tuple[str, int, int], SemanticCenters]) -> pd.DataFrame:
    """How well the centers follow the similarity of the classes, mean ± standard deviation over their seeds.

    Args:
        made: centers by family, length and seed.
    """
    measures = ["minimum distance", "squared error a pair", "rank correlation"]
    rows = [
        {"family": family, "bits": length, "seed": seed, "converged": one.feasible}
        | dict(zip(measures, (one.min_distance, one.objective, one.rank_correlation), strict=True))
        for (family, length, seed), one in made.items()
    ]
    return listed_table(pd.DataFrame(rows), by="family", measures=measures)


def neighbouring(
    runs: pd.DataFrame, data: HashingData, *, families: Sequence[str], bits: Sequence[int]
) -> pd.DataFrame:
    """Each family minus the one before it, the best first, as `compare_methods` compares them; all one family of tests.

    Args:
        runs: trainings with labels family, bits and seed.
        data: what they learned from.
        families: from the one that should be worst to the best.
        bits: code lengths.
    """
    pairs = [(better, worse) for worse, better in reversed(list(pairwise(families)))]
    return compare_pairs(runs, data, pairs=pairs, bits=bits, by="family", margin=MARGIN)


def rank_agreement(scores: pd.DataFrame, *, families: Sequence[str], bits: Sequence[int]) -> pd.DataFrame:
    """Kendall's τ between the published order of the families and ours, a row a published column.

    It is missing where the families are not those of the document.
    """
    ours = scores.groupby(["bits", "family"])["mAP"].mean()
    paper = numbers_of("SHC Table 1")
    rows = []
    for column in dict.fromkeys(number.column for number in paper):
        printed = {number.row: number.value for number in paper if number.column == column}
        theirs = [next((value for row, value in printed.items() if family in row), np.nan) for family in families]
        for length in (length for length in bits if column.endswith(f" {length}")):
            mine = [ours[length, family] for family in families]
            agreement = kendalltau(theirs, mine).statistic if np.isfinite(theirs).all() else np.nan
            rows.append({"published column": column, "Kendall τ": agreement})
    return pd.DataFrame(rows)


def match_of(families: Sequence[str], backbones: Sequence[str], hash_network: str) -> str:
    """Which families the hash network is of, in words.

    >>> match_of(["AlexNet", "ResNet50"], ["alexnet-narrow", "resnet-narrow"], "resnet-narrow")
    "the hash network is of ResNet50's kind"
    """
    kinds = {family: name.partition("@")[0] for family, name in zip(families, backbones, strict=True)}
    same = [family for family, name in kinds.items() if name == hash_network.partition("@")[0]]
    return f"the hash network is of {same[0]}'s kind" if same else "the hash network is of another kind"


def agreement_reading(agreement: pd.DataFrame) -> str:
    """How far the published order of the networks is ours.

    Args:
        agreement: from `rank_agreement`.

    >>> agreement_reading(pd.DataFrame({"published column": ["A 16", "A 64"], "Kendall τ": [1 / 3, float("nan")]}))
    'Kendall τ of the published order and ours is 0.33 in 1 of 2 columns and undefined in 1, where all are equal.'
    """
    values = agreement["Kendall τ"]
    parts = [
        f"{value:.2f} in {count} of {len(values)} columns" for value, count in values.round(2).value_counts().items()
    ]
    parts += [f"undefined in {values.isna().sum()}, where all are equal"] if values.isna().any() else []
    return f"Kendall τ of the published order and ours is {joined(parts)}."


def judge_order(compared: pd.DataFrame) -> Verdict:
    """Whether ResNet50's centers do at least as well as VGG16's and those as AlexNet's, at every length.

    Args:
        compared: rows of `neighbouring`.
    """
    judged = judge_rows(compared, margin=MARGIN) | {"margin": MARGIN}
    judged["follows"] = [part | {"about": STATED} for part in judged.get("follows", ())]
    if speaks_of(compared, STATED):
        return judged
    return judged | {
        "verdict": "inconclusive",
        "why": f"{judged['why']}; other networks than the statement's leave it open",
    }


def judge_tuned(compared: pd.DataFrame) -> Verdict:
    """Whether more of a network learning beats the head alone, at every length.

    Args:
        compared: rows of `compare_methods`, the row in which most learns against each other.
    """
    return as_finding(judge_rows(compared[compared["difference"].str.endswith("− head")]))


def judge_printed(table: Sequence[Published], *, best: str) -> Verdict:
    """Whether one row of a printed table is above all others in every column, as the text below it says.

    Args:
        table: SHC's Table 1.
        best: part of the name of the row that should win.
    """
    columns: dict[str, dict[str, float]] = {}
    for number in table:
        columns.setdefault(number.column, {})[number.row] = number.value
    beaten = []
    for column, values in columns.items():
        (own,) = (value for row, value in values.items() if best in row)
        others = [value for row, value in values.items() if best not in row]
        if own <= max(others):
            beaten.append(f"{column}: {own:.4f} and {max(others):.4f}")
    total = len(columns)
    return {
        "verdict": "contradicted" if beaten else "reproduced",
        "observed": f"{best} is above the others in {total - len(beaten)} of {total} columns"
        + (f", not in {'; '.join(beaten)}" if beaten else ""),
    }


def accuracy_reading(table: pd.DataFrame) -> str:
    """The classifiers in the order of their accuracy.

    Args:
        table: from `accuracy_table`.
    """
    ordered = table.set_index("family")["validation accuracy"].sort_values(ascending=False, kind="stable")
    parts = [f"{accuracy:.1%} ({family})" for family, accuracy in ordered.items()]
    counts = table[["family", "dead units", "features"]].itertuples(index=False)
    dead = [f"{silent:g} of {units:g} units ({family})" for family, silent, units in counts]
    return (
        f"On the validation split the accuracy of the classifiers is {joined(parts)}; on the training split "
        f"{joined(dead)} never fire."
    )


def center_reading(made: Mapping[tuple[str, int, int], SemanticCenters]) -> str:
    """How well each family's centers follow the similarity of its features at the longest code, seed by seed.

    Args:
        made: centers by family, length and seed.
    """
    longest = max(bits for _, bits, _ in made)
    found = pd.Series({key: one.rank_correlation for key, one in made.items() if key[1] == longest})
    spread = found.groupby(level=0, sort=False).agg(["mean", "min", "max"])
    parts = [f"{mean:.2f} ({family}, {low:.2f} to {high:.2f})" for family, mean, low, high in spread.itertuples()]
    return (
        f"At {longest} bits the rank correlation of similarity and nearness, the mean over the seeds and the range, is "
        f"{joined(parts)}."
    )
