"""Chapter 07, whether better semantics retrieve better: a ladder of class similarities whose quality is measured."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import product
from zlib import crc32

import numpy as np
import pandas as pd
from jaxtyping import Float64, Int8
from matplotlib.figure import Figure
from scipy.stats import spearmanr

from basics.errors import InputError
from basics.text import in_words
from chapters.n07_backbones import Described, features_of, shuffled
from chapters.shared.comparisons import Verdict, as_finding, described, judge_rows, why, with_interval
from chapters.shared.derived import (
    CLASS_NAMES,
    FEWEST_NETWORKS,
    judge_family,
    records_of,
    rung_name,
    slope_of,
    slope_table,
    stored_table,
)
from chapters.shared.scores import select
from chapters.shared.similarities import name_similarity, noisy
from hashcenters.centers.semantic import rank_correlation, semantic_centers
from hashcenters.centers.targets import category_similarity
from workbook import style
from workbook.claims import weakest

Similarity = Float64[np.ndarray, "num_classes num_classes"]
Centers = dict[tuple[str, int], Int8[np.ndarray, "num_classes bits"]]  # by rung and seed
Quality = dict[str, dict[str, float | bool]]  # by rung: whether it is a network, and by what measures it
SHUFFLED = "shuffled"
FOLD = 2  # the linear head's slope is held against so many times that of three layers
KINDS = ("networks", CLASS_NAMES, "noise", SHUFFLED)


def usable_reference(names: Sequence[str], reference: str, *, instead: str) -> str:
    """What quality is measured by, or a network instead where that is names of classes which say nothing.

    >>> usable_reference(["7", "8"], "names", instead="resnet-narrow"), usable_reference(["a"], "names", instead="vgg")
    ('names', 'vgg')
    """
    if reference == "names":
        try:
            name_similarity(names)
        except InputError:
            return instead
    return reference


def reference_similarity(names: Sequence[str], said: Described | None, *, reference: str) -> Similarity | None:
    """What the quality of centers is measured by; None where trainings are only counted and it is not known yet.

    Args:
        names: of the classes.
        said: by the reference network; not read where the names are the reference.
        reference: "names", or a network whose class means are alike where classes are.
    """
    if reference == "names":
        return name_similarity(names)
    return None if said is None else category_similarity(said.means)


def measures_of(names: Sequence[str], truth: Similarity | None, *, reference: str) -> dict[str, Similarity | None]:
    """Every similarity that measures centers, the reference first; the names of ImageNet's classes are a second one."""
    found = {reference if reference != "names" else CLASS_NAMES: truth}
    if reference != "names":
        with suppress(InputError):  # names that say nothing
            found[CLASS_NAMES] = name_similarity(names)
    return found


def rung_centers(
    said: Mapping[tuple[str, int], Described | None],
    measures: Mapping[str, Similarity | None],
    bits: int,
    *,
    features: str,
    levels: Sequence[float],
) -> Centers:
    """Centers of every rung and seed: networks, class names, the reference with noise, and shuffled ones.

    Random centers stand in for those whose classifier is still to be trained.

    Args:
        said: by the classifiers of each network and seed.
        measures: from `measures_of`.
        bits: length of a center.
        features: see `features_of`.
        levels: of the noise, see `noisy`.
    """
    (_, truth), *others = measures.items()
    seeds = list(dict.fromkeys(seed for _, seed in said))
    alike = {key: one and category_similarity(features_of(one, features=features)) for key, one in said.items()}
    for seed in seeds:
        alike |= {(name, seed): words for name, words in others}
        for level in levels:
            alike[f"noise {level:g}", seed] = None if truth is None else noisy(truth, level, seed=seed)
    num_classes = next((len(one) for one in alike.values() if one is not None), 100)

    def centers(rung: str, seed: int) -> Int8[np.ndarray, "num_classes bits"]:
        if (similarity := alike[rung, seed]) is not None:
            return semantic_centers(similarity, bits, seed=seed).centers
        draw = np.random.default_rng([crc32(rung.encode()), seed]).integers(0, 2, (num_classes, bits))
        return (2 * draw - 1).astype(np.int8)

    made = {key: centers(*key) for key in alike}
    clean = f"noise {min(levels):g}"
    return made | {(SHUFFLED, seed): shuffled(made[clean, seed], seed) for seed in seeds}


def kind_of(rung: str) -> str:
    """What a rung is made of, a name in `KINDS`.

    >>> kind_of("noise 2"), kind_of("timm:resnet18@64"), kind_of("shuffled")
    ('noise', 'networks', 'shuffled')
    """
    return "noise" if rung.startswith("noise ") else rung if rung in KINDS else KINDS[0]


def qualities(made: Centers, measures: Mapping[str, Similarity]) -> Quality:
    """The quality of every rung's centers, the mean over its seeds: rank correlation with what measures it."""
    rungs = dict.fromkeys(rung for rung, _ in made)
    return {
        rung: {"network": kind_of(rung) == KINDS[0]}
        | {
            name: float(np.mean([rank_correlation(one, centers) for (own, _), centers in made.items() if own == rung]))
            for name, one in measures.items()
        }
        for rung in rungs
    }


def network_table(said: Mapping[tuple[str, int], Described], measures: Mapping[str, Similarity]) -> pd.DataFrame:
    """What every classifier is worth, a row a network, means over the classifier's seeds.

    Returns:
        Columns network, classifiers, accuracy (0–1); for the class means and for the head rows over units that fire,
        the rank correlation of their similarity with each measure.
    """
    different = ~np.eye(len(next(iter(measures.values()))), dtype=bool)
    rows = []
    for (network, _), one in said.items():
        rows.append({"network": network, "classifiers": 1.0, "accuracy": one.accuracy})
        for kind, features in (("class means", one.means), ("head rows", one.live_rows)):
            found = category_similarity(features)[different]
            for name, truth in measures.items():
                rows[-1][f"{kind}, by {name}"] = float(spearmanr(found, truth[different]).statistic)
    grouped = pd.DataFrame(rows).groupby("network", sort=False)
    return grouped.mean().assign(classifiers=grouped.size()).reset_index()


def with_quality(scores: pd.DataFrame, quality: Quality) -> pd.DataFrame:
    """The scores of the ladder's trainings, with the quality of their centers and the kind of their rung.

    Args:
        scores: from `score_table`, with labels rung, head and network.
        quality: from `qualities`.
    """
    named = pd.DataFrame.from_dict(quality, orient="index").drop(columns="network")
    about = named.loc[scores["rung"]].reset_index(drop=True).add_prefix("quality, by ")
    return pd.concat([scores, about], axis=1).assign(kind=[kind_of(rung) for rung in scores["rung"]])


def ladder_table(scores: pd.DataFrame, quality: Quality) -> pd.DataFrame:
    """A row a rung: the quality of its centers, and mean ± deviation of mAP under each head and network."""
    stored = scores["head"] + ", " + scores["network"]
    table = stored_table(scores.assign(stored=stored), by="rung")
    notes = table.attrs
    for place, name in enumerate(next(iter(quality.values()))):
        if name != "network":
            table.insert(1 + place, f"quality, by {name}", [quality[rung][name] for rung in table["rung"]])
    table.attrs = notes
    return table


def ladder_slopes(
    scores: pd.DataFrame, quality: Quality, *, heads: Sequence[str], networks: Sequence[str]
) -> pd.DataFrame:
    """`slope_table` of the ladder's trainings."""
    names = [rung_name(*row) for row in scores[["rung", "head", "network"]].itertuples(index=False)]
    runs = pd.DataFrame(records_of(scores.assign(method=names), by="method"))
    return slope_table(runs, ladder={"rungs": quality, "heads": [*heads], "networks": [*networks], "fold": FOLD})


def network_name(name: str) -> str:
    """The name of a network as a figure has it.

    >>> network_name("timm:tf_efficientnet_lite0@192"), network_name("class names")
    ('tf efficientnet lite0, 192 px', 'class names')
    """
    network, at, size = name.removeprefix("timm:").partition("@")
    return f"{in_words(network)}, {size} px" if at else in_words(network)


@style.look()
def quality_lines(scores: pd.DataFrame, slopes: pd.DataFrame) -> Figure:
    """mAP against the quality of centers, a panel a head, a row a hash network; the line has the slope of all rungs.

    Args:
        scores: from `with_quality`.
        slopes: from `ladder_slopes`.
    """
    measure = slopes["quality by"].iloc[0]
    x, heads, networks = f"quality, by {measure}", scores["head"].unique(), scores["network"].unique()
    size = {"columns": 2, "height": 2.4 * len(networks), "grid": (len(networks), len(heads)), "squeeze": False}
    drawn, axes = style.figure(**size, sharex=True, sharey="row")
    for (row, network), (column, head) in product(enumerate(networks), enumerate(heads)):
        axis, part = axes[row][column], select(scores, network=network, head=head)
        for place, kind in enumerate(kind for kind in KINDS if (scores["kind"] == kind).any()):
            own = part[part["kind"] == kind].groupby("rung", sort=False)[[x, "mAP"]].mean()
            look = style.line_style(place) | {"linestyle": "none"}
            axis.plot(own[x], own["mAP"], label=kind, **look)
        found = select(slopes, head=head, rungs="all", **{"hash network": network, "quality by": measure}).iloc[0]
        ends = np.array([part[x].min(), part[x].max()])
        axis.plot(ends, part["mAP"].mean() + found["mean"] * (ends - part[x].mean()), color=style.BLACK, linewidth=0.8)
        axis.set_title(f"{head}: {with_interval(*found[['mean', 'low', 'high']])}")
        axis.set(xlabel=f"quality, by {network_name(measure)}" if row == len(networks) - 1 else "")
        axis.set(ylabel=f"mAP\n{network_name(network)}" if column == 0 else "")
    handles, labels = axes[0][0].get_legend_handles_labels()
    drawn.legend(handles, labels, loc="outside lower center", ncols=len(KINDS))
    return drawn


def of_heads(slopes: pd.DataFrame, *, measure: str = "", rungs: str = "all") -> pd.DataFrame:
    """The slopes on one measure of quality, the reference unless named, with a name as `described` takes it."""
    chosen = select(slopes, rungs=rungs, **{"quality by": measure or slopes["quality by"].iloc[0]})
    return chosen.assign(difference=chosen["head"] + " on " + chosen["hash network"])


def judge_semantics(networks: pd.DataFrame) -> Verdict:
    """Whether the better classifier has the more accurate semantics, over networks.

    Args:
        networks: from `network_table`.
    """
    measure = networks.columns[3]
    slope = slope_of(networks["accuracy"].to_numpy(), networks[measure].to_numpy())
    judged = judge_family([slope], [True]).assign(difference="over networks")
    told = networks[["network", "accuracy", measure]].itertuples(index=False)
    parts = [f"{network} {accuracy:.1%} and {quality:.2f}" for network, accuracy, quality in told]
    few = len(networks) < FEWEST_NETWORKS
    single = bool((networks["classifiers"] < 2).any())
    return {
        "verdict": "inconclusive" if few or single else judged["verdict"].iloc[0],
        "observed": f"accuracy, and rank correlation of the {measure}: {'; '.join(parts)}; slope {described(judged)}",
        "why": f"{len(networks)} networks, fewer than {FEWEST_NETWORKS}, differ in more than their accuracy"
        if few
        else why(judged, over="networks") + ("; one classifier a network is no evidence" if single else ""),
    }


def judge_benefit(slopes: pd.DataFrame, compared: pd.DataFrame, *, head: str) -> Verdict:
    """Whether mAP rises with the quality of the centers under SHC's head, and falls when they are dealt at random.

    Args:
        slopes: from `ladder_slopes`.
        compared: rows of `compare_methods`, semantic centers against the controls.
        head: SHC's.
    """
    rising = judge_rows(select(of_heads(slopes), head=head), over="rungs")
    control = judge_rows(compared[compared["difference"].str.contains(SHUFFLED)])
    return {
        "verdict": weakest([rising["verdict"], control["verdict"]]),
        "observed": f"slope of mAP on quality: {rising['observed']}; {control['observed']}",
        "why": f"slopes: {rising['why']}; {control['why']}",
        "follows": [*rising.get("follows", ()), *control.get("follows", ())],
    }


def judge_heads(slopes: pd.DataFrame, *, heads: Sequence[str]) -> Verdict:
    """Whether the slope under SHC's head is above 0, and more than `FOLD` times that under three layers.

    Args:
        slopes: from `ladder_slopes`.
        heads: SHC's, and that of three layers.
    """
    rows = of_heads(slopes)
    judged = judge_rows(rows[rows["head"] != heads[1]], over="rungs")
    return as_finding(judged | {"observed": f"slope of mAP on quality: {described(rows)}"})


def network_reading(networks: pd.DataFrame) -> str:
    """How the classifiers' accuracy and the quality of both kinds of category features lie.

    Args:
        networks: from `network_table`.
    """
    of = {kind: next(name for name in networks if name.startswith(kind)) for kind in ("class means", "head rows")}
    ends = {kind: f"{networks[name].min():.2f} to {networks[name].max():.2f}" for kind, name in of.items()}
    accuracy, measure = networks["accuracy"], of["class means"].partition(", ")[2]
    return (
        f"Over {len(networks)} networks the accuracy goes from {accuracy.min():.1%} to {accuracy.max():.1%}, the rank "
        f"correlation of the class means, {measure}, from {ends['class means']}, and that of the head rows from "
        f"{ends['head rows']}."
    )


def slope_reading(slopes: pd.DataFrame) -> str:
    """The slopes on the reference, of all rungs and of networks alone, and those on class names.

    Args:
        slopes: from `ladder_slopes`.
    """
    first = slopes["quality by"].iloc[0]
    over = {
        "over all rungs": of_heads(slopes),
        "over networks alone": of_heads(slopes, rungs="networks"),
        **{f"with quality by {name}": of_heads(slopes, measure=name) for name in slopes["quality by"].unique()[1:]},
    }
    parts = [f"{where} {described(rows)}" for where, rows in over.items() if len(rows)]
    return (
        f"The slope of mAP on the quality of the centers, by {first} unless another measure is named, is "
        f"{'; '.join(parts)}; in mAP for a rank correlation that rises by 1."
    )
