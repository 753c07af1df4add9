"""The text's L_Q, a sum over bits, beside the squared mean: bits that end with the wrong sign, and retrieval."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from chapters.shared.comparisons import Verdict, as_finding, compare_pairs, judge_rows
from chapters.shared.derived import VALIDATION, listed_table
from chapters.shared.scores import converged, labels_of, per_query_mean, select, validation_map
from hashcenters.datasets.splits import HashingData
from hashcenters.training.run import Run
from workbook.run_table import DERIVED

WRONG = "wrong bits"  # share of the bits of queries that have another sign than their center
SIZE = "|y| of wrong bits"


def wrong_signs(run: Run, data: HashingData) -> Bool[np.ndarray, "n_query bits"]:
    """Which bits of the queries' outputs have another sign than the center of their class, or of most of theirs."""
    labels, centers = data.query.labels, run.config.center_array()
    wanted = centers[labels] if labels.ndim == 1 else labels.astype(np.float32) @ centers
    return run.outputs("query") * wanted < 0


def wrong_share(run: Run, data: HashingData) -> Float[np.ndarray, " n_query"]:
    """The share of wrong signs of every query's code (0–1)."""
    return wrong_signs(run, data).mean(axis=1)


def wrong_bits(runs: pd.DataFrame, data: HashingData) -> pd.DataFrame:
    """How many bits of queries have another sign than their center, and how firmly: mean ± deviation, by loss.

    Args:
        runs: trainings with labels loss, bits and seed.
        data: what they learned from.

    Returns:
        loss, bits, validation mAP, wrong bits (share, 0–1), |y| of wrong bits (missing where none is wrong).
    """
    rows = []
    for label, run in zip(labels_of(runs).to_dict("records"), runs["run"], strict=True):
        outputs, wrong = run.outputs("query"), wrong_signs(run, data)
        size = np.abs(outputs[wrong]).mean() if wrong.any() else np.nan
        found = {VALIDATION: validation_map(run, data), WRONG: wrong.mean(), SIZE: size}
        rows.append(label | found | {"converged": converged(run.history())})
    return listed_table(pd.DataFrame(rows), by="loss", measures=[VALIDATION, WRONG, SIZE])


def compare_forms(runs: pd.DataFrame, data: HashingData, *, forms: Mapping[str, str], bits: int) -> pd.DataFrame:
    """How many more bits of queries have the wrong sign with the text's L_Q, a sum over bits, than with the mean.

    Args:
        runs: trainings with both forms at the same seeds, and any others.
        data: what they learned from.
        forms: the label `loss` of the `mean` and of the `sum`.
        bits: length of the codes to look at.
    """
    pairs, own = [(forms["sum"], forms["mean"])], {"precisions": wrong_share, "measure": WRONG}
    return compare_pairs(runs, data, pairs=pairs, bits=[bits], by="loss", **own)


def judge_scale(
    compared: pd.DataFrame, runs: pd.DataFrame, data: HashingData, *, forms: Mapping[str, str], weight: float
) -> Verdict:
    """Whether the text's L_Q, a sum over bits, leaves more bits of queries with the wrong sign than the squared mean.

    Args:
        compared: from `compare_forms`, with its `attrs`.
        runs, data, forms: as there.
        weight: λ1 of both.
    """
    bits = int(compared["bits"].iloc[0])
    pair = {form: select(runs, loss=loss, bits=bits) for form, loss in forms.items()}
    scores = {form: np.nanmean(per_query_mean(part, data)) for form, part in pair.items()}
    wrong = pd.DataFrame(compared.attrs[DERIVED]["runs"]).groupby("method")[WRONG].mean()
    found = judge_rows(compared)
    about = {
        "observed": f"{wrong[forms['sum']]:.1%} of the bits of queries are wrong with the sum, "
        f"{wrong[forms['mean']]:.1%} with the squared mean; mAP {scores['sum']:.4f} and {scores['mean']:.4f}",
        "weight": weight,
        "holding": int(np.ceil(1 / (weight * np.tanh(1)))),
        "length": bits,
        "why": f"share of wrong bits, {found['observed']}; {found['why']}",
    }
    return as_finding(found | about)
