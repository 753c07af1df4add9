"""What a table or figure says, in a sentence with the numbers of this run."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hashcenters.datasets.splits import HashingData

PLACES = 3


def joined(parts: Sequence[str]) -> str:
    """Parts as one enumeration.

    >>> joined(["a"]), joined(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def reading(*sentences: str) -> str:
    """The sentences behind the word that marks them as read off this run."""
    return f"**Reading.** {' '.join(sentences)}"


def best_and_worst(scores: pd.DataFrame, *, by: str, value: str = "mAP") -> str:
    """Which method has the best and which the worst mean at every length.

    Args:
        scores: columns bits, `by` and `value`, a row a training.

    >>> best_and_worst(pd.DataFrame({"bits": 16, "loss": ["a", "a", "b"], "mAP": [0.5, 0.7, 0.2]}), by="loss")
    'At 16 bits a has the highest mean mAP (0.600), b the lowest (0.200).'
    """
    sentences = []
    for bits, part in scores.groupby("bits"):
        means = part.groupby(by, sort=False)[value].mean()
        first, last = means.idxmax(), means.idxmin()
        text = f"At {bits} bits {first} has the highest mean {value} ({means[first]:.{PLACES}f})"
        sentences.append(f"{text}, {last} the lowest ({means[last]:.{PLACES}f})." if len(means) > 1 else f"{text}.")
    return " ".join(sentences)


def unconverged(scores: pd.DataFrame, *, by: str) -> str:
    """Which methods have trainings that did not reach their plateau.

    >>> unconverged(pd.DataFrame({"loss": ["a", "a", "b"], "converged": [True, False, True]}), by="loss")
    '1 of 3 trainings had not reached its plateau (a: 1).'
    >>> unconverged(pd.DataFrame({"loss": ["a"], "converged": [True]}), by="loss")
    'All 1 trainings reached their plateau.'
    """
    missing = (~scores["converged"].astype(bool)).groupby(scores[by], sort=False).sum()
    total = int(missing.sum())
    if not total:
        return f"All {len(scores)} trainings reached their plateau."
    parts = ", ".join(f"{name}: {count}" for name, count in missing.items() if count)
    whose = "its" if total == 1 else "their"
    return f"{total} of {len(scores)} trainings had not reached {whose} plateau ({parts})."


def intervals(compared: pd.DataFrame) -> str:
    """How many intervals of paired differences lie above 0, below it, or around it, and the extremes.

    Args:
        compared: columns difference, mean, low, high and perhaps bits, as `comparisons.compare_methods` makes them.

    >>> rows = [(16, "a − b", 0.1, 0.05, 0.15), (32, "a − b", 0.0, -0.1, 0.1)]
    >>> intervals(pd.DataFrame(rows, columns=["bits", "difference", "mean", "low", "high"]))
    'Of 2 intervals 1 lies above 0 and 1 includes 0; the largest difference is a − b at 16 bits, +0.100.'
    >>> intervals(pd.DataFrame(rows[:1], columns=["bits", "difference", "mean", "low", "high"]))
    'The interval lies above 0; the difference is a − b at 16 bits, +0.100.'
    """
    above, below = int((compared["low"] > 0).sum()), int((compared["high"] < 0).sum())
    missing = int(compared["low"].isna().sum())
    counts = {
        ("lies above 0", "lie above 0"): above,
        ("lies below 0", "lie below 0"): below,
        ("includes 0", "include 0"): len(compared) - above - below - missing,
        ("cannot be formed from one seed", "cannot be formed from one seed"): missing,
    }
    parts = [f"{count} {one if count == 1 else many}" for (one, many), count in counts.items() if count]
    far = compared.loc[compared["mean"].abs().idxmax()]
    counted = f"Of {len(compared)} intervals {joined(parts)}" if len(compared) > 1 else f"The interval {parts[0][2:]}"
    said = f"{far['difference']} at {far['bits']} bits, {far['mean']:+.{PLACES}f}"
    return f"{counted}; the {'largest ' if len(compared) > 1 else ''}difference is {said}."


def precision_at_recall(lines: pd.DataFrame, *, by: str, recall: float = 0.5) -> str:
    """The precision of every method when a share of the relevant items has been found, at the longest code.

    Args:
        lines: columns recall, precision, bits and `by`, ranks in order.
        by: column of the methods.
        recall: the share, 0–1.
    """
    longest = lines[lines["bits"] == lines["bits"].max()]
    found = {
        name: np.interp(recall, part["recall"], part["precision"]) for name, part in longest.groupby(by, sort=False)
    }
    parts = [f"{value:.{PLACES}f} ({name})" for name, value in found.items()]
    bits = longest["bits"].iloc[0]
    return f"Where {recall:.0%} of the relevant items are found, precision at {bits} bits is {joined(parts)}."


def falling_losses(curves: pd.DataFrame) -> str:
    """The smallest and the largest share of the first epoch's loss that is left at the end.

    Args:
        curves: columns epoch, loss, loss_name, bits, several rows an epoch (seeds).
    """
    mean = curves.groupby(["loss_name", "bits", "epoch"], sort=False)["loss"].mean().unstack("epoch")
    left = mean.iloc[:, -1] / mean.iloc[:, 0]
    (low, low_bits), (high, high_bits) = left.idxmin(), left.idxmax()
    return (
        f"After the last epoch {left.min():.1%} to {left.max():.1%} of the first epoch's loss is left: least with "
        f"{low} at {low_bits} bits, most with {high} at {high_bits}."
    )


def center_distances(histories: pd.DataFrame) -> str:
    """How far validation samples end from their own and from the nearest other center, at every length.

    Args:
        histories: columns epoch, own_distance, other_distance, bits.
    """
    last = histories[histories["epoch"] == histories["epoch"].max()]
    mean = last.groupby("bits")[["own_distance", "other_distance"]].mean()
    parts = [f"{own:.1f} and {other:.1f} at {bits} bits" for bits, own, other in mean.itertuples()]
    return (
        "After the last epoch the distance of validation samples to their own and to the nearest other center is "
        f"{joined(parts)}."
    )


def right_neighbours(tiles: pd.DataFrame) -> str:
    """How many of the shown neighbours are relevant.

    Args:
        tiles: columns rank (0 for the query) and relevant.
    """
    shown = tiles[tiles["rank"] > 0]
    return f"{int(shown['relevant'].sum())} of the {len(shown)} neighbours shown are relevant."


def of_data(data: HashingData, starts: pd.DataFrame) -> str:
    """The protocol, how well the pre-trained backbone classifies, and what the data stands in for.

    Args:
        data: of the notebook.
        starts: the classification trainings that hash trainings start from, perhaps none.
    """
    accuracy = [run.history()["accuracy"].iloc[-1] for run in starts["run"][:1]]
    parts = [f"{data.protocol}."]
    parts += [f"The pre-trained backbone classifies {share:.1%} of the validation split." for share in accuracy]
    parts += [f"**Substitute data:** {data.substitute}."] if data.substitute else []
    return " ".join(parts)


def hundredths(value: float) -> str:
    """A number to two places, in words where these would read 0 though it need not be.

    >>> hundredths(0.174), hundredths(0.0)
    ('0.17', 'below 0.01')
    """
    return f"{value:.2f}" if value >= 0.005 else "below 0.01"


def spread_of_draws(table: pd.DataFrame) -> str:
    """How much mAP differs between draws of the centers, for every kind of data.

    Args:
        table: rows of `draws.draw_row`.
    """
    parts = [
        f"{hundredths(spread.estimate)} percentage points over {draws} draws ({name}: {dataset}), 95 % interval "
        "{:.2f} to {:.2f}".format(*spread.interval())
        for spread, draws, name, dataset in table[["spread", "draws", "data", "dataset"]].itertuples(index=False)
    ]
    return f"mAP has a standard deviation of {joined(parts)}."
