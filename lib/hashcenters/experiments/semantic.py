"""SHC's Table 1: hash centers from the category features of three networks, one hash network for all."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float64, Int8
from scipy.stats import kendalltau

from hashcenters.centers.generate import make_centers
from hashcenters.centers.semantic import SemanticCenters, semantic_centers
from hashcenters.centers.targets import category_similarity
from hashcenters.claims import weakest
from hashcenters.datasets.splits import HashingData
from hashcenters.experiments.csq import Cell
from hashcenters.experiments.setting import Setting, classifier, hash_training, make_setting
from hashcenters.experiments.views import compare_methods
from hashcenters.literature import published
from hashcenters.models.network import category_features
from hashcenters.paths import runs_root
from hashcenters.training.config import TrainingConfig
from hashcenters.training.loop import Batches, encode
from hashcenters.training.run import Run, find, load_data

FAMILIES = ("AlexNet", "VGG16", "ResNet50")
SEMANTIC, SHUFFLED, CSQ = "semantic", "semantic, shuffled", "CSQ centers"


def category_classifier(setting: Setting, backbone: str) -> TrainingConfig:
    """The classifier whose last layer's rows describe the classes, fine-tuned on the training split.

    It starts from ImageNet weights, from a pre-training on other classes where the setting names such data, and
    from nothing otherwise.

    Source: SHC main text, category features; weight penalty and batch normalisation as in the released code.
    """
    own = replace(setting, pretrain_dataset="")
    config = classifier(own, backbone=backbone, head="shc-classifier", weight_quantization=1.0)
    if setting.weights == "pretrain":
        start = classifier(setting, backbone=backbone) if setting.pretrain_dataset else None
        return replace(config, backbone_from=start)
    return replace(config, weights=setting.weights)


def class_means(run: Run) -> Float64[np.ndarray, "num_classes feature_dim"]:
    """The mean feature vector of each class's training images: the named alternative to the head's rows."""
    data = load_data(run.config.dataset, run.config.dataset_options)
    network = run.network()
    outputs = encode(network, Batches(data.train, next(network.parameters()).device), network.features)
    labels = data.train.labels
    member = labels[:, None] == np.arange(data.num_classes) if labels.ndim == 1 else labels > 0
    return (member.T @ outputs.astype(np.float64)) / member.sum(axis=0)[:, None]


def describe(run: Run, *, features: str) -> Float64[np.ndarray, "num_classes feature_dim"]:
    """Category features of a trained classifier: its "head-rows", or "class-means" of its backbone's features."""
    return category_features(run.network()) if features == "head-rows" else class_means(run)


def centers_of(run: Run, bits: int, *, seed: int, features: str = "head-rows") -> SemanticCenters:
    """Semantic centers from the category features of a trained classifier."""
    return semantic_centers(category_similarity(describe(run, features=features)), bits, seed=seed)


def shuffled(
    centers: Int8[np.ndarray, "num_classes bits"], seed: int
) -> Int8[np.ndarray, "num_classes bits"]:
    """The same centers, given to other classes: all distances stay, their meaning goes."""
    return centers[np.random.default_rng(seed).permutation(len(centers))]


def semantic_cell(setting: Setting, centers: np.ndarray, seed: int, **labels: Any) -> Cell:
    """A training of the one hash network with SHC's loss."""
    config = hash_training(setting, centers, objective="semantic", seed=seed)
    return Cell({"bits": centers.shape[1], "seed": seed, **labels}, config)


def table_one(
    setting: Setting,
    classifiers: Mapping[str, Run],
    *,
    bits: Sequence[int],
    seeds: Sequence[int],
    features: str,
) -> list[Cell]:
    """Trainings that differ only in the network behind the category features, hence in the centers."""
    return [
        semantic_cell(
            setting, centers_of(run, length, seed=seed, features=features).centers, seed, family=family
        )
        for family, run in classifiers.items()
        for length in bits
        for seed in seeds
    ]


def ablation(
    setting: Setting, run: Run, *, bits: Sequence[int], seeds: Sequence[int], features: str
) -> list[Cell]:
    """Semantic centers, the same centers shuffled over the classes, and CSQ's, with the same loss."""
    cells = []
    for length in bits:
        for seed in seeds:
            made = centers_of(run, length, seed=seed, features=features).centers
            others = {
                SEMANTIC: made,
                SHUFFLED: shuffled(made, seed),
                CSQ: make_centers("csq", length, len(made), seed=seed),
            }
            cells += [
                semantic_cell(setting, centers, seed, method=method) for method, centers in others.items()
            ]
    return cells


def classifiers(parameters: Mapping[str, Any]) -> list[TrainingConfig]:
    """The classifiers of notebook 07, from its parameters."""
    setting = make_setting(parameters)
    return [category_classifier(setting, backbone) for backbone in parameters["backbones"]]


def cells(parameters: Mapping[str, Any]) -> list[TrainingConfig]:
    """Every hash training of notebook 07, from its parameters.

    The centers follow from the classifiers. Until these are trained, random centers stand in for them, so that the
    number of trainings is right.
    """
    setting = make_setting(parameters)
    trained = [find(config, runs_root(parameters["profile"])) for config in classifiers(parameters)]
    bits, seeds, more = parameters["bits"], parameters["seeds"], parameters["ablation_bits"]
    if all(trained):
        features = parameters["features"]
        families = dict(zip(FAMILIES, trained, strict=True))
        grid = table_one(setting, families, bits=bits, seeds=seeds, features=features)
        grid += ablation(setting, families["ResNet50"], bits=more, seeds=seeds, features=features)
    else:
        lengths = [*bits * len(FAMILIES), *more * 2, *(set(more) - set(bits))]
        places = [(place, length, seed) for place, length in enumerate(lengths) for seed in seeds]
        grid = [
            semantic_cell(setting, _stand_in(setting, length, seed=1000 * place + seed), seed)
            for place, length, seed in places
        ]
    return [cell.config for cell in grid]


def _stand_in(setting: Setting, bits: int, *, seed: int) -> Int8[np.ndarray, "num_classes bits"]:
    return make_centers("bernoulli", bits, setting.data().num_classes, seed=seed)


def center_report(
    classifiers: Mapping[str, Run], bits: Sequence[int], *, seed: int, features: str
) -> pd.DataFrame:
    """How well the centers follow the similarity of the classes, for each family and length."""
    rows = []
    for family, run in classifiers.items():
        for length in bits:
            made = centers_of(run, length, seed=seed, features=features)
            rows.append(
                {
                    "family": family,
                    "bits": length,
                    "minimum distance": made.min_distance,
                    "squared error a pair": made.objective,
                    "rank correlation": made.rank_correlation,
                }
            )
    return pd.DataFrame(rows)


def rank_agreement(scores: pd.DataFrame, bits: Sequence[int]) -> pd.DataFrame:
    """Kendall's τ between the published order of the three families and ours, a row a published column."""
    ours = scores.groupby(["bits", "family"])["mAP"].mean()
    rows = []
    for column in dict.fromkeys(
        number.column for number in published().values() if number.source == "SHC Table 1"
    ):
        paper = {
            n.row: n.value for n in published().values() if n.source == "SHC Table 1" and n.column == column
        }
        for length in bits:
            if not column.endswith(f" {length}"):
                continue
            theirs = [next(value for row, value in paper.items() if family in row) for family in FAMILIES]
            mine = [ours[length, family] for family in FAMILIES]
            rows.append({"published column": column, "Kendall τ": kendalltau(theirs, mine).statistic})
    return pd.DataFrame(rows)


def judge_order(compared: pd.DataFrame) -> dict[str, Any]:
    """Whether ResNet50's centers beat VGG16's and those AlexNet's, at every length; the weakest decides.

    Args:
        compared: rows of `views.compare_methods` for neighbouring families.
    """
    parts = [
        f"{row.bits} bits {row.difference}: {row.mean:+.4f} [{row.low:+.4f}, {row.high:+.4f}]"
        for row in compared.itertuples()
    ]
    return {
        "verdict": weakest(compared["verdict"]),
        "observed": "; ".join(parts),
        "expected": "ResNet50 ≥ VGG16 ≥ AlexNet in every column",
        "evidence": f"mAP differences with 95 % intervals over queries; the weakest of {len(compared)} decides",
    }


def accuracy_table(classifiers: Mapping[str, Run]) -> pd.DataFrame:
    """Family, network, validation accuracy (0–1) and number of features of each classifier."""
    return pd.DataFrame(
        {
            "family": family,
            "network": run.config.backbone,
            "validation accuracy": run.history()["accuracy"].iloc[-1],
            "features": category_features(run.network()).shape[1],
        }
        for family, run in classifiers.items()
    )


def neighbouring(
    cells: Sequence[Cell], runs: Sequence[Run], data: HashingData, *, bits: Sequence[int]
) -> pd.DataFrame:
    """ResNet50 − VGG16 and VGG16 − AlexNet, as `views.compare_methods` compares them."""
    tables = []
    for better, worse in zip(FAMILIES[:0:-1], FAMILIES[-2::-1], strict=True):
        pairs = [
            pair for pair in zip(cells, runs, strict=True) if pair[0].labels["family"] in (better, worse)
        ]
        tables.append(compare_methods(*zip(*pairs, strict=True), data, better=better, bits=bits, by="family"))
    return pd.concat(tables, ignore_index=True)
