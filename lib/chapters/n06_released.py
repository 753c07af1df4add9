"""Chapter 06, what CSQ's authors released of their video networks: codes scored, outputs held against the centers."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from basics.paths import data_root
from chapters.n03_centers.published import published_centers, published_file
from chapters.n08_retrieval.ties import (
    RELEASED,
    RELEASED_TOP_K,
    StudiedSet,
    released_codes,
    shuffled_orders,
    unstable_map,
)
from chapters.shared.comparisons import MARGIN, Verdict
from chapters.shared.derived import judge_family
from chapters.shared.gathering import GATHERED, center_distances, judge_shares, share_of_clusters
from chapters.shared.label_codes import judge_label_codes
from chapters.shared.label_differences import label_code_differences
from chapters.shared.readings import joined
from hashcenters.metrics import score_codes
from hashcenters.metrics.label_codes import ROWS, label_code_precisions
from workbook.intervals import prediction
from workbook.literature import find_number

DATASETS = tuple(RELEASED_TOP_K)
BITS = 64
CLASSES = {"HMDB51": 51, "UCF101": 101}
DRAWS = 5  # of the centers, behind each number of Table 1
HOW_TO_GET = ".venv/bin/hashcenters data download csq-official brings them"
ORDERS = {
    "stable": "as stored",
    "expected": "mean over all orders",
    "relevant_last": "relevant items last",
    "relevant_first": "relevant items first",
}
PARTS = {"queries": "test", "database": "database"}  # the database is the training split
SOFT = 0.9  # below this |y| a bit is not called binary
BINARY = 0.9  # share of binary bits that a verdict asks for


def order_scores(studied: StudiedSet) -> pd.DataFrame:
    """mAP of a code set by the order of equal distances, at its own depth and over the whole database.

    Returns:
        Columns order of ties, rule, and a column a depth, such as mAP@70 and mAP@All.
    """
    scores = score_codes(*studied.arrays(), top_k=studied.top_k)
    means = scores[scores["metric"].str.startswith("mAP")]
    table = means.pivot(index="ties", columns="metric", values="value").loc[list(ORDERS)]
    names = pd.DataFrame({"order of ties": list(ORDERS.values()), "rule": list(ORDERS)})
    return names.join(table, on="rule")


def side_by_side(scores: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """`order_scores` of several data sets, a column a data set and depth."""
    named = [table.set_index(["order of ties", "rule"]).add_prefix(f"{dataset} ") for dataset, table in scores.items()]
    return pd.concat(named, axis=1).reset_index()


def class_changes(labels: np.ndarray) -> float:
    """Share of neighbouring rows of different classes, 0–1: near 0 for a list by classes, near 1 after shuffling.

    >>> class_changes(np.array([0, 0, 1, 1, 1]))
    0.25
    """
    return float((np.diff(labels) != 0).mean())


def order_report(dataset: str, studied: StudiedSet) -> str:
    """What is arbitrary about the order of a code set, in sentences that hold for this machine."""
    moved = shuffled_orders(studied, shuffles=20, seed=0)["mAP"]
    of_queries, of_database = (
        class_changes(labels) for labels in (studied.codes.query_labels, studied.codes.database_labels)
    )
    return (
        f"{dataset}: neighbouring rows differ in class in {of_queries:.1%} of the queries and in {of_database:.1%} of "
        f"the database. NumPy's default order gives {unstable_map(studied):.5f} on this machine; {len(moved)} shuffles "
        f"of the database, ranked stably, give {moved.min():.5f} to {moved.max():.5f}."
    )


def released_label_codes(codes: Mapping[str, StudiedSet]) -> dict[str, dict[str, dict[str, np.ndarray]]]:
    """AP of every query by the authors' codes and by classes alone, a class being that of the nearest center.

    Args:
        codes: from `released_codes`.

    Returns:
        By depth of the ranking ("of the protocol" and "All"), data set with its depth, and what is stored; empty where
        codes or centers are not in the data folder.
    """
    found: dict[str, dict[str, dict[str, np.ndarray]]] = {}
    for dataset, studied in codes.items():
        if (data_root() / published_file(dataset, BITS).file).is_file():
            centers = published_centers(dataset, BITS)
            for depth, top_k in (("of the protocol", studied.top_k), ("All", None)):
                rows = label_code_precisions(*studied.arrays(), centers, top_k=top_k)
                found.setdefault(depth, {})[f"{dataset}, mAP@{top_k or 'All'}"] = rows
    return found


def label_code_means(found: Mapping[str, Mapping[str, Mapping[str, np.ndarray]]]) -> pd.DataFrame:
    """mAP by what is stored of an item, a column a data set and depth.

    Args:
        found: from `released_label_codes`.
    """
    columns = {name: rows for by_name in found.values() for name, rows in by_name.items()}
    means = {name: [precisions.mean() for precisions in columns[name].values()] for name in sorted(columns)}
    return pd.DataFrame({"stored": list(ROWS), **means})


def label_code_comparison(found: Mapping[str, Mapping[str, Mapping[str, np.ndarray]]]) -> pd.DataFrame:
    """Classes alone minus the authors' codes, at the depth of each protocol; see `label_code_differences`.

    Args:
        found: from `released_label_codes`, not empty.
    """
    by_name = found["of the protocol"]
    return label_code_differences(by_name, bits=BITS, classes={name: CLASSES[name.split(",")[0]] for name in by_name})


def judge_released_labels(compared: pd.DataFrame | None) -> Verdict:
    """Whether a class does what the authors' codes do, where the database is labelled and where it is not.

    Args:
        compared: from `label_code_comparison`; None where the codes are missing.
    """
    return missing("HMDB51 and UCF101") | {"margin": MARGIN} if compared is None else judge_label_codes(compared)


def judge_released(dataset: str, scores: pd.DataFrame | None) -> Verdict:
    """Whether the released codes are what a further draw gives, after the five that the printed number speaks of.

    In stored order and in the mean over all orders of ties: where the two part, the order decides and not the codes.

    Args:
        dataset: of Table 1.
        scores: from `order_scores`, None where the codes are missing.
    """
    printed = find_number(f"csq-table1/mAP/{dataset}")
    checkpoint = find_number(f"csq-released/checkpoint/{dataset} {BITS}")
    low, high = prediction(printed.value, (printed.plus_minus or 0.0) / 100, DRAWS)
    said = {"released": dataset, "printed": printed, "checkpoint": checkpoint, "low": low, "high": high}
    if scores is None:
        return said | missing(dataset)
    depth = f"mAP@{RELEASED_TOP_K[dataset]}"
    found = scores.set_index("rule")[depth]
    near, also = (low <= found[rule] <= high for rule in ("stable", "expected"))
    return said | {
        "verdict": "inconclusive" if near != also else "reproduced" if near else "contradicted",
        "observed": f"{found['stable']:.5f} in stored order, {found['expected']:.5f} over all orders",
        "evidence": f"{depth} of the released 64-bit codes lies {'in' if near else 'out'}side the interval; the order "
        f"of ties alone moves it from {found['relevant_last']:.3f} to {found['relevant_first']:.3f}; one draw of "
        "centers, where the table has five",
        "compare": {printed.key: float(found["stable"]), checkpoint.key: float(found["stable"])},
    }


def missing(dataset: str) -> Verdict:
    """The verdict where the files of a data set are not in the data folder."""
    evidence = f"needs {RELEASED}/{dataset} below the data folder; {HOW_TO_GET}"
    return {"verdict": "needs-data", "observed": "no codes", "evidence": evidence}


def released_outputs(datasets: Sequence[str] = DATASETS) -> pd.DataFrame:
    """How the authors' outputs stand to their own published centers, and how binary they are.

    Returns:
        Columns `dataset`, `part` ("queries" or "database"), those of `center_distances`, the mean of |y|
        (`magnitude`) and the share of bits with |y| < 0.9 (`soft`); no rows where neither outputs nor centers are in
        the data folder.
    """
    found = released_codes()
    frames = [pd.DataFrame({"dataset": [], "part": []})]
    for dataset in datasets:
        if dataset not in found or not (data_root() / published_file(dataset, BITS).file).is_file():
            continue
        centers = published_centers(dataset, BITS)
        for part, name in PARTS.items():
            arrays = [
                np.load(data_root() / RELEASED / dataset / f"{name}_{kind}.npy", allow_pickle=False)
                for kind in ("hash", "label")
            ]
            labels = arrays[1].astype(np.int64)
            size = np.abs(arrays[0])
            sizes = {"magnitude": size.mean(axis=1, dtype=float), "soft": (size < SOFT).mean(axis=1)}
            frame = center_distances(arrays[0], labels, centers)
            frames.append(frame.assign(label=labels, **sizes, dataset=dataset, part=part))
    return pd.concat(frames[1:] or frames, ignore_index=True)


def output_table(items: pd.DataFrame) -> pd.DataFrame:
    """Means over the items of each data set and part.

    Args:
        items: from `released_outputs`.

    Returns:
        Columns dataset, part, items, own center and next center (bits), own is nearest and at its center (shares,
        0–1; an equally near other center counts against), mean |y|, and |y| < 0.9 (share of bits, 0–1).
    """
    counted = items.assign(exact=items["own"] == 0)
    columns = {
        "items": ("label", "size"),
        "own center": ("own", "mean"),
        "next center": ("next", "mean"),
        "own is nearest": ("nearest", "mean"),
        "at its center": ("exact", "mean"),
        "mean |y|": ("magnitude", "mean"),
        f"|y| < {SOFT}": ("soft", "mean"),
    }
    return counted.groupby(["dataset", "part"], sort=False).agg(**columns).reset_index()


def _parts(items: pd.DataFrame, dataset: str) -> pd.DataFrame:
    return output_table(items[items["dataset"] == dataset]).set_index("part")


def judge_released_gathering(dataset: str, items: pd.DataFrame) -> Verdict:
    """Whether the clips that a released network was trained on are nearest to the center of their own class.

    The statement is held against this one training, the authors' own: the interval is over classes, and says nothing
    about training again.

    Args:
        dataset: to look at.
        items: from `released_outputs`.
    """
    said = {"released": dataset, "asked": GATHERED}
    if dataset not in set(items["dataset"]):
        return said | missing(dataset)
    clips = items[(items["dataset"] == dataset) & (items["part"] == "database")]
    share = share_of_clusters(clips["nearest"].to_numpy(bool), clips["label"].to_numpy(int))
    held = judge_family([share], [True], margin=-GATHERED)
    judged = judge_shares(held, ["training clips"], over="classes")
    words = {"trend": "reproduced", "not-shown": "contradicted", "inconclusive": "inconclusive"}
    return said | {
        "verdict": words[judged["verdict"]],
        "observed": "; ".join(
            f"{part}: {row['own center']:.1f} bits to the own, {row['next center']:.1f} to the next center, "
            f"{row['own is nearest']:.1%} nearest to their own"
            for part, row in _parts(items, dataset).iterrows()
        ),
        "evidence": f"{judged['shares']}; {judged['why']}; of the released training itself, whose clips were coded as "
        "augmented: nothing on training again",
    }


def judge_binary(dataset: str, items: pd.DataFrame) -> Verdict:
    """Whether the outputs of a released network are not binary. Its code has no L_Q, so nothing follows on L_Q.

    Args:
        dataset: to look at.
        items: from `released_outputs`.
    """
    said = {"released": dataset, "asked": BINARY, "soft": SOFT}
    if dataset not in set(items["dataset"]):
        return said | missing(dataset)
    parts = _parts(items, dataset)
    soft = parts[f"|y| < {SOFT}"]
    firm = 1 - soft >= BINARY - 1e-9
    binary = bool(firm.all())
    return said | {
        "verdict": "contradicted" if binary else "inconclusive" if firm.any() else "finding",
        "observed": "; ".join(
            f"{part}: mean |y| {row['mean |y|']:.3f}, {row[f'|y| < {SOFT}']:.1%} of the bits below {SOFT}"
            for part, row in parts.iterrows()
        ),
        "evidence": f"the released outputs are {'' if binary else 'not '}binary; the released video code trains with "
        "L_C alone, so they show what is left without L_Q, and not what L_Q does",
    }


def outputs_reading(table: pd.DataFrame) -> str:
    """How near the authors' items are to their centers, and how binary, by data set.

    Args:
        table: from `output_table`, not empty.
    """
    by_set = {dataset: part.set_index("part") for dataset, part in table.groupby("dataset", sort=False)}
    shares = [
        f"{dataset}: {part.loc['queries', 'own is nearest']:.1%} of the queries and "
        f"{part.loc['database', 'own is nearest']:.1%} of the training clips are nearest to their own center, "
        f"{part.loc['queries', 'at its center']:.1%} and {part.loc['database', 'at its center']:.1%} are at it"
        for dataset, part in by_set.items()
    ]
    sizes = joined([f"{part.loc['queries', 'mean |y|']:.2f} ({dataset})" for dataset, part in by_set.items()])
    return f"{'; '.join(shares)}. The mean |y| of the queries is {sizes}, where binary outputs have 1."
