"""Chapter 07, SHC's Table 1: category features of networks, centers that follow them, and the order of the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float64, Int8
from scipy.stats import kendalltau

from basics.errors import InputError
from chapters.shared.comparisons import MARGIN, Verdict, compare_pairs, described, overall, why
from chapters.shared.encoding import of_training_split
from chapters.shared.readings import joined
from chapters.shared.scores import select
from chapters.shared.setting import Setting, classifier
from hashcenters.centers.semantic import SemanticCenters, semantic_centers
from hashcenters.centers.targets import category_similarity
from hashcenters.datasets.splits import HashingData
from hashcenters.models.network import category_features
from hashcenters.sweep import GridPoint, or_stand_in
from hashcenters.training.run import Run, load_data, run_key
from workbook.literature import Published, numbers_of

MOST_IN_DEAD = 0.05  # of the squared norm of a classifier's rows, in units that never fire


def category_classifier(setting: Setting, backbone: str, family: str) -> GridPoint:
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
    return GridPoint({"family": family}, replace(config, trainable=setting.trainable, **start))


def class_means(run: Run) -> Float64[np.ndarray, "num_classes feature_dim"]:
    """The mean feature vector of each class's training images, less the mean over the classes.

    What all classes share says nothing of any two of them, and yet would move every inner product with one class
    alike, which the ends of a row do not undo.
    """
    data = load_data(run.config.dataset, run.config.dataset_options)
    labels = data.train.labels
    member = labels[:, None] == np.arange(data.num_classes) if labels.ndim == 1 else labels > 0
    outputs = of_training_split(run, features=True).astype(np.float64)
    means = (member.T @ outputs) / member.sum(axis=0)[:, None]
    return means - means.mean(axis=0)


def dead_units(run: Run) -> Bool[np.ndarray, " feature_dim"]:
    """Which units below the classifier say the same of every training image, as one behind a ReLU that never fires."""
    return np.ptp(of_training_split(run, features=True), axis=0) == 0


def norm_in(units: Bool[np.ndarray, " feature_dim"], rows: Float64[np.ndarray, "num_classes feature_dim"]) -> float:
    """The share (0–1) of the squared norm of a classifier's rows that lies in some units."""
    return float((rows[:, units] ** 2).sum() / (rows**2).sum())


def live_head_rows(run: Run) -> Float64[np.ndarray, "num_classes live_units"]:
    """The rows of a classifier's last layer over the units that fire.

    No gradient of the classification reaches the weights of a dead unit: what stands there is their start, drawn
    towards ±1 by the penalty, which says nothing of the classes.

    Raises:
        InputError: more than 5 % of the squared norm of the rows lies in dead units.
    """
    rows, dead = category_features(run.network()), dead_units(run)
    share = norm_in(dead, rows)
    if share > MOST_IN_DEAD:
        raise InputError(
            f"head rows need at most {MOST_IN_DEAD:.0%} of their squared norm in units that never fire, got "
            f'{share:.0%} in {dead.sum()} of {len(dead)} units of {run.config.backbone}; use features="class-means"'
        )
    return rows[:, ~dead]


FEATURES = {"class-means": class_means, "head-rows": live_head_rows}


def describe(run: Run, *, features: str) -> Float64[np.ndarray, "num_classes feature_dim"]:
    """Category features of a trained classifier.

    Args:
        run: the classifier.
        features: "class-means" of what its last layer sees, or the "head-rows" of that layer, as in the released code.

    Raises:
        InputError: neither of these, or head rows that lie in dead units.
    """
    if features not in FEATURES:
        raise InputError(f"features must be one of {', '.join(FEATURES)}, got {features!r}")
    return FEATURES[features](run)


def centers_of(
    run: Run, lengths: Sequence[int], seeds: Sequence[int], *, features: str
) -> dict[tuple[int, int], SemanticCenters]:
    """Semantic centers from the category features of a trained classifier, by length and seed.

    Where trainings are only counted and the classifier is still to be trained, random centers stand in for them.
    """
    wanted = list(product(lengths, seeds))

    def make() -> dict[tuple[int, int], SemanticCenters]:
        similarity = category_similarity(describe(run, features=features))
        return {(bits, seed): semantic_centers(similarity, bits, seed=seed) for bits, seed in wanted}

    def stand_in(bits: int, seed: int) -> SemanticCenters:
        words = np.random.default_rng(int(run_key(run.config), 16) + seed).integers(0, 2, (run.config.bits, bits))
        return SemanticCenters(2 * words.astype(np.int8) - 1, np.nan, 0, 0, np.nan, 0.0)

    return or_stand_in(make, lambda: {pair: stand_in(*pair) for pair in wanted})


def shuffled(centers: Int8[np.ndarray, "num_classes bits"], seed: int) -> Int8[np.ndarray, "num_classes bits"]:
    """The same centers, given to other classes: all distances stay, their meaning goes."""
    return centers[np.random.default_rng(seed).permutation(len(centers))]


def accuracy_table(classifiers: Mapping[str, Run]) -> pd.DataFrame:
    """Family, network, validation accuracy (0–1), features, dead ones and the share of ‖W‖² in them, by classifier."""
    rows = []
    for family, run in classifiers.items():
        rows_of_head, dead = category_features(run.network()), dead_units(run)
        rows.append(
            {
                "family": family,
                "network": run.config.backbone,
                "validation accuracy": run.history()["accuracy"].iloc[-1],
                "features": len(dead),
                "dead units": int(dead.sum()),
                "‖W‖² in dead units": norm_in(dead, rows_of_head),
            }
        )
    return pd.DataFrame(rows)


def center_report(made: Mapping[tuple[str, int], SemanticCenters]) -> pd.DataFrame:
    """How well the centers follow the similarity of the classes.

    Args:
        made: centers by family and length.
    """
    return pd.DataFrame(
        {
            "family": family,
            "bits": length,
            "minimum distance": centers.min_distance,
            "squared error a pair": centers.objective,
            "rank correlation": centers.rank_correlation,
        }
        for (family, length), centers in made.items()
    )


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
    verdict = overall(compared["verdict"], margin=MARGIN)
    return {
        "verdict": verdict,
        "observed": described(compared),
        "margin": MARGIN,
        "why": why(compared, margin=MARGIN),
    }


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


def judge_semantics(accuracies: pd.DataFrame, report: pd.DataFrame) -> Verdict:
    """Whether the better classifier has the more accurate semantics: with one network a family, nobody can say.

    Args:
        accuracies: from `accuracy_table`, a network a family.
        report: from `center_report`.
    """
    order = accuracies.sort_values("validation accuracy", ascending=False)
    longest = select(report, bits=report["bits"].max()).set_index("family")["rank correlation"]
    parts = [
        f"{family} {accuracy:.1%} and {longest[family]:.2f}"
        for family, accuracy in order[["family", "validation accuracy"]].itertuples(index=False)
    ]
    return {
        "verdict": "inconclusive",
        "observed": f"validation accuracy, and rank correlation of the centers with the network's own similarity: "
        f"{'; '.join(parts)}",
        "networks": len(order),
    }


def judge_benefit(compared: pd.DataFrame) -> Verdict:
    """Whether centers that mean something retrieve better than the same centers dealt to the classes at random.

    Args:
        compared: rows of `compare_methods`, semantic centers against the controls.
    """
    chosen = compared[compared["difference"].str.contains("shuffled")]
    return {"verdict": overall(chosen["verdict"]), "observed": described(chosen), "why": why(chosen)}


def accuracy_reading(table: pd.DataFrame) -> str:
    """The classifiers in the order of their accuracy.

    Args:
        table: from `accuracy_table`.
    """
    ordered = table.set_index("family")["validation accuracy"].sort_values(ascending=False, kind="stable")
    parts = [f"{accuracy:.1%} ({family})" for family, accuracy in ordered.items()]
    counts = table[["family", "dead units", "features"]].itertuples(index=False)
    dead = [f"{silent} of {units} units ({family})" for family, silent, units in counts]
    return (
        f"On the validation split the accuracy of the classifiers is {joined(parts)}; on the training split "
        f"{joined(dead)} never fire."
    )


def center_reading(report: pd.DataFrame) -> str:
    """Which family's centers follow the similarity of its features best at the longest code.

    Args:
        report: from `center_report`.
    """
    longest = select(report, bits=report["bits"].max())
    found = longest[["family", "rank correlation", "minimum distance"]].itertuples(index=False)
    parts = [f"{rho:.2f} ({family}, minimum distance {distance})" for family, rho, distance in found]
    return f"At {longest['bits'].iloc[0]} bits the rank correlation of similarity and nearness is {joined(parts)}."
