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
from chapters.n07_backbones import Described, features_of, shuffled
from chapters.shared.comparisons import Verdict, as_finding, as_one, described, judge_rows
from chapters.shared.derived import MAP, averages_table, records_of, with_interval
from chapters.shared.scores import select
from chapters.shared.similarities import name_similarity, noisy
from chapters.shared.slopes import (
    CLASS_NAMES,
    FEWEST_NETWORKS,
    QUALITY,
    RUNG_KINDS,
    SHUFFLED,
    kind_of,
    line_table,
    rung_name,
)
from hashcenters.centers.semantic import rank_correlation, semantic_centers
from hashcenters.centers.targets import category_similarity
from workbook import style
from workbook.signs import spelled

Similarity = Float64[np.ndarray, "num_classes num_classes"]
Centers = dict[tuple[str, int], Int8[np.ndarray, "num_classes bits"]]  # by rung and seed
FOLD = 2  # the linear head's slope is held against so many times that of three layers
# of classifiers; what measures the features follows
ACCURACY, CLASS_MEANS, HEAD_ROWS = "accuracy", "class means, by ", "head rows, by "


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


def qualities(made: Centers, measures: Mapping[str, Similarity]) -> pd.DataFrame:
    """Columns rung and seed, and the quality of the centers: their rank correlation with each of what measures it."""
    return pd.DataFrame(
        {"rung": rung, "seed": seed}
        | {QUALITY + name: rank_correlation(one, centers) for name, one in measures.items()}
        for (rung, seed), centers in made.items()
    )


def classifier_scores(said: Mapping[tuple[str, int], Described], measures: Mapping[str, Similarity]) -> pd.DataFrame:
    """What every classifier is worth, a row each.

    Args:
        said: by the classifiers of each network and seed.
        measures: from `measures_of`.

    Returns:
        Columns network, bits (its units, one a class), seed, converged and accuracy (0–1); for the class means and for
        the head rows over units that fire, the rank correlation of their similarity with each measure.
    """
    different = ~np.eye(len(next(iter(measures.values()))), dtype=bool)
    rows = []
    for (network, seed), one in said.items():
        told = {"network": network, "bits": len(one.rows), "seed": seed, "converged": one.converged}
        told[ACCURACY] = one.accuracy
        for kind, features in ((CLASS_MEANS, one.means), (HEAD_ROWS, one.live_rows)):
            found = category_similarity(features)[different]
            told |= {kind + name: spearmanr(found, truth[different])[0] for name, truth in measures.items()}
        rows.append(told)
    return pd.DataFrame(rows)


def network_table(scores: pd.DataFrame) -> pd.DataFrame:
    """The means of `classifier_scores` over the seeds, a row a network."""
    measures = [name for name in scores if name.startswith((ACCURACY, CLASS_MEANS, HEAD_ROWS))]
    return averages_table(scores, by="network", measures=measures)


def accuracy_line(scores: pd.DataFrame) -> pd.DataFrame:
    """`line_table` of the class means' quality on accuracy over networks, from `classifier_scores`."""
    of = next(name for name in scores if name.startswith(CLASS_MEANS))
    return line_table(scores, by="network", of=of, on=ACCURACY)


def with_quality(scores: pd.DataFrame, quality: pd.DataFrame) -> pd.DataFrame:
    """The scores of the ladder's trainings, with the quality of their centers and the kind of their rung.

    Args:
        scores: from `score_table`, with labels rung, head and network.
        quality: from `qualities`.
    """
    known = quality.set_index(["rung", "seed"]).loc[pd.MultiIndex.from_frame(scores[["rung", "seed"]])]
    return pd.concat([scores, known.reset_index(drop=True)], axis=1).assign(kind=scores["rung"].map(kind_of))


def ladder_runs(scores: pd.DataFrame) -> pd.DataFrame:
    """What `ladder_table` and `slope_table` take, from `with_quality`."""
    names = [rung_name(*row) for row in scores[["rung", "head", "network"]].itertuples(index=False)]
    measures = [MAP, *(name for name in scores if name.startswith(QUALITY))]
    return pd.DataFrame(records_of(scores.assign(method=names), by="method", measures=measures))


@style.look()
def quality_lines(scores: pd.DataFrame, slopes: pd.DataFrame) -> Figure:
    """mAP against the quality of centers, a panel a head, a row a hash network; the line has the slope of all rungs.

    Args:
        scores: from `with_quality`.
        slopes: from `slope_table`.
    """
    measure = slopes["quality by"].iloc[0]
    x, heads, networks = QUALITY + measure, scores["head"].unique(), scores["network"].unique()
    size = {"columns": 2, "height": 2.4 * len(networks), "grid": (len(networks), len(heads)), "squeeze": False}
    drawn, axes = style.figure(**size, sharex=True, sharey="row")
    for (row, network), (column, head) in product(enumerate(networks), enumerate(heads)):
        axis, part = axes[row][column], select(scores, network=network, head=head)
        for place, kind in enumerate(kind for kind in RUNG_KINDS if (scores["kind"] == kind).any()):
            own = part[part["kind"] == kind].groupby("rung", sort=False)[[x, "mAP"]].mean()
            look = style.line_style(place) | {"linestyle": "none"}
            axis.plot(own[x], own["mAP"], label=kind, **look)
        found = select(slopes, head=head, rungs="all", **{"hash network": network, "quality by": measure}).iloc[0]
        middle = part.groupby("rung")[x].mean()
        ends = np.array([middle.min(), middle.max()])
        axis.plot(ends, part["mAP"].mean() + found["mean"] * (ends - part[x].mean()), color=style.BLACK, linewidth=0.8)
        axis.set_title(f"{head}: {with_interval(*found[['mean', 'low', 'high']])}")
        axis.set(xlabel=QUALITY + spelled(measure) if row == len(networks) - 1 else "")
        axis.set(ylabel=f"mAP\n{spelled(network)}" if column == 0 else "")
    handles, labels = axes[0][0].get_legend_handles_labels()
    drawn.legend(handles, labels, loc="outside lower center", ncols=len(RUNG_KINDS))
    return drawn


def of_heads(slopes: pd.DataFrame, *, measure: str = "", rungs: str = "all") -> pd.DataFrame:
    """The slopes on one measure of quality, the reference unless named, with a name as `described` takes it."""
    chosen = select(slopes, rungs=rungs, **{"quality by": measure or slopes["quality by"].iloc[0]})
    return chosen.assign(difference=chosen["head"] + " on " + chosen["hash network"])


def judge_semantics(networks: pd.DataFrame, line: pd.DataFrame) -> Verdict:
    """Whether the better classifier has the more accurate semantics, over networks.

    Args:
        networks: from `network_table`.
        line: from `accuracy_line`.
    """
    measure, few = line["slope of"].item(), len(networks) < FEWEST_NETWORKS
    told = networks[["network", ACCURACY, measure]].itertuples(index=False)
    parts = [f"{network} {accuracy:.1%} and {quality:.2f}" for network, accuracy, quality in told]
    judged = judge_rows(line.assign(difference="over networks"), over="networks")
    single = "; one classifier a network is no evidence" if line["seeds"].item() < 2 else ""
    slope = "" if few else f"; slope {judged['observed']}"
    return judged | {
        "observed": f"accuracy, and rank correlation of the {measure}: {'; '.join(parts)}{slope}",
        "why": f"fewer than {FEWEST_NETWORKS} networks ({len(networks)}), which differ in more than their accuracy"
        if few
        else judged["why"] + single,
    }


def judge_benefit(slopes: pd.DataFrame, compared: pd.DataFrame, *, head: str) -> Verdict:
    """Whether mAP rises with the quality of the centers under SHC's head, and falls when they are dealt at random.

    Args:
        slopes: from `slope_table`.
        compared: rows of `compare_methods`, semantic centers against the controls.
        head: SHC's.
    """
    rising = judge_rows(select(of_heads(slopes), head=head), over="rungs")
    control = judge_rows(compared[compared["difference"].str.contains(SHUFFLED)])
    observed = f"{_slope_of(slopes)}: {rising['observed']}{_elsewhere(slopes, [head])}"
    return as_one([rising | {"observed": observed, "why": f"slopes: {rising['why']}"}, control])


def judge_heads(slopes: pd.DataFrame, *, heads: Sequence[str]) -> Verdict:
    """Whether the slope under SHC's head is above 0, and more than `FOLD` times that under three layers.

    Args:
        slopes: from `slope_table`.
        heads: SHC's, and that of three layers.
    """
    rows = of_heads(slopes)
    judged = judge_rows(rows[rows["head"] != heads[1]], over="rungs")
    observed = f"{_slope_of(slopes)}: {described(rows)}{_elsewhere(slopes, heads)}"
    return as_finding(judged | {"observed": observed})


def _slope_of(slopes: pd.DataFrame) -> str:
    return f"slope of mAP on quality by {slopes['quality by'].iloc[0]}"


def _elsewhere(slopes: pd.DataFrame, heads: Sequence[str]) -> str:
    """How many slopes over networks alone, or by another measure, have an interval above 0 under these heads."""
    first = (slopes["rungs"] == "all") & (slopes["quality by"] == slopes["quality by"].iloc[0])
    others = slopes[~first & slopes["head"].isin(heads)]
    kinds = dict.fromkeys(np.where(others["rungs"] == "all", "by " + others["quality by"], "over networks alone"))
    told = f"; above 0 in {(others['low'] > 0).sum()} of {len(others)} other slopes ({', '.join(kinds)})"
    return told if kinds else ""


def network_reading(networks: pd.DataFrame) -> str:
    """How the classifiers' accuracy and the quality of both kinds of category features lie.

    Args:
        networks: from `network_table`.
    """
    of = [next(name for name in networks if name.startswith(kind)) for kind in (CLASS_MEANS, HEAD_ROWS)]
    means, rows = (f"{networks[name].min():.2f} to {networks[name].max():.2f}" for name in of)
    accuracy = networks[ACCURACY]
    return (
        f"Over {len(networks)} networks the accuracy goes from {accuracy.min():.1%} to {accuracy.max():.1%}, the rank "
        f"correlation of the {of[0]}, from {means}, and that of the head rows from {rows}."
    )


def slope_reading(slopes: pd.DataFrame) -> str:
    """The slopes on the reference, of all rungs and of networks alone, and those on class names.

    Args:
        slopes: from `slope_table`.
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
