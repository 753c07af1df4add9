"""What CSQ's text says about its centers, beside what the authors' published files hold."""

from math import comb, log10
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Int8
from scipy.stats import binom

from chapters.n03_centers.published import HOW_TO_GET, PUBLISHED, published_available, published_centers
from chapters.shared.center_tables import distance_table
from chapters.shared.comparisons import Verdict
from hashcenters.centers.algorithm1 import csq_rule
from hashcenters.centers.hadamard import double_hadamard, hadamard_matrix, is_power_of_two
from hashcenters.centers.separation import separation
from hashcenters.codes import inner_product

Centers = Int8[np.ndarray, "num_classes bits"]
HADAMARD, BERNOULLI, BALANCED = "Hadamard", "Bernoulli", "random, K/2 ones a row"
LEVEL = 1e-6  # a count with a smaller probability, in either tail, is not chance
OTHER = ("MS COCO", "HMDB51", "UCF101")  # the "other three" beside ImageNet, all but NUS-WIDE


def text_says(dataset: str, bits: int) -> str:
    """How the text says the centers of a data set were made.

    Source: CSQ supplement, section 5.

    >>> text_says("NUS-WIDE", 16), text_says("ImageNet", 16), text_says("ImageNet", 64)
    ('Hadamard', 'Bernoulli', 'Hadamard')
    """
    return HADAMARD if dataset == "NUS-WIDE" or bits == 64 else BERNOULLI


def count_hadamard_rows(centers: Centers) -> int:
    """How many centers are a row of Sylvester's H_K or the negative of one.

    >>> count_hadamard_rows(np.array([[1, -1, 1, -1], [-1, -1, -1, -1], [1, 1, 1, -1]], dtype=np.int8))
    2
    """
    bits = centers.shape[1]
    if not is_power_of_two(bits):
        return 0
    return int((np.abs(inner_product(centers, hadamard_matrix(bits))) == bits).any(axis=1).sum())


def count_balanced_rows(centers: Centers) -> int:
    """How many centers have as many +1 as −1, which independent coin flips have only now and then."""
    return int((centers.astype(np.int64).sum(axis=1) == 0).sum())


def balanced_chance(bits: int, num_classes: int) -> float:
    """The decimal logarithm of the probability that coin flips give every center as many +1 as −1.

    >>> round(balanced_chance(32, 100))
    -85
    """
    return num_classes * (log10(comb(bits, bits // 2)) - bits * log10(2))


def held_against_text(dataset: str, centers: Centers) -> dict[str, Any]:
    """What the text and Algorithm 1 say of one file, and what it holds.

    Args:
        dataset: that the centers were published for.
        centers: what the file holds.

    Returns:
        `text` and `algorithm_1` as stated, `holds` as found, `hadamard_rows`, `minimum` and `below_half` as measured
        (bits; share of pairs below bits / 2, 0 to 1), `constant_bits`, and whether the file is as the text says.
    """
    (num_classes, bits), rows = centers.shape, count_hadamard_rows(centers)
    said, holds, found = text_says(dataset, bits), _kind(centers, rows), separation(centers).row()
    return {
        "dataset": dataset,
        "bits": bits,
        "num_classes": num_classes,
        "text": said,
        "holds": holds,
        "as_text_says": said == holds,
        **{name: found[name] for name in ("minimum", "upper_bound", "below_half", "constant_bits")},
        "algorithm_1": csq_rule(bits, num_classes),
        "hadamard_rows": rows,
    }


def _kind(centers: Centers, hadamard: int) -> str:
    (num_classes, bits), balanced = centers.shape, count_balanced_rows(centers)
    half, flips = comb(bits, bits // 2), 2**bits
    if hadamard == num_classes:
        return HADAMARD
    if balanced == num_classes and _by_chance(hadamard, num_classes, (2 * bits - 2) / half):
        return BALANCED
    if _by_chance(balanced, num_classes, half / flips) and _by_chance(hadamard, num_classes, 2 * bits / flips):
        return BERNOULLI
    return f"neither, {hadamard} rows of H_2K and {balanced} with K/2 ones of {num_classes}"


def _by_chance(count: int, of: int, probability: float) -> bool:
    """Whether a count of independent rows is what their probability allows."""
    return bool(min(binom.cdf(count, of, probability), binom.sf(count - 1, of, probability)) > LEVEL)


def file_table() -> pd.DataFrame:
    """`held_against_text` of all published files, a row a file; no rows where they are not in the data root.

    Raises:
        InputError: a file is not the published one.
    """
    if not published_available():
        return pd.DataFrame({"dataset": []})
    return pd.DataFrame(held_against_text(dataset, published_centers(dataset, bits)) for dataset, bits in PUBLISHED)


def file_shares(files: pd.DataFrame) -> pd.DataFrame:
    """Distances between the centers of each file, as `center_figures.distance_histograms` draws them.

    Args:
        files: rows of `file_table`.

    Raises:
        InputError: a file is missing or is not the published one.
    """
    sets = {}
    for row in files.itertuples():
        name = f"{row.dataset} {row.bits}" + ("" if row.as_text_says else ": not as said")
        sets[name] = published_centers(row.dataset, row.bits)
    return distance_table(sets).drop(columns="pairs")


def other_branch(files: pd.DataFrame) -> list[str]:
    """Files for which the text and Algorithm 1 name different constructions, as "data set bits"."""
    by_rule = files["algorithm_1"].map(lambda rule: BERNOULLI if rule == "Bernoulli" else HADAMARD)
    return [f"{row.dataset} {row.bits}" for row in files[by_rule != files["text"]].itertuples()]


def judge_files(files: pd.DataFrame) -> Verdict:
    """The verdict on what the text says of some files, with one line on what they hold.

    Args:
        files: rows of `file_table`; none where the files are not here.
    """
    if files.empty:
        evidence = f"get the files with: {HOW_TO_GET}"
        return {"verdict": "needs-data", "observed": "the files are not here", "evidence": evidence}
    wrong = files[~files["as_text_says"]]
    said = [
        f"{row.dataset} {row.bits} bits: {row.holds}, minimum {row.minimum}, {row.below_half:.0%} of pairs below K/2"
        for row in wrong.itertuples()
    ]
    agree = f"{len(files) - len(wrong)} of {len(files)} files are as the text says"
    flips = wrong[(wrong["text"] == BERNOULLI) & (wrong["holds"] == BALANCED)]
    chance = max((balanced_chance(row.bits, row.num_classes) for row in flips.itertuples()), default=0.0)
    balanced = (
        f"; coin flips give K/2 ones in every row with a probability of 10^{chance:.0f} at most" if chance else ""
    )
    return {
        "verdict": "contradicted" if said else "reproduced",
        "observed": "; ".join(said) if said else agree,
        "evidence": f"{agree}; every row was compared with Sylvester's matrix, every pair counted{balanced}",
    }


def judge_first_rows(files: pd.DataFrame) -> Verdict:
    """Whether ImageNet's 64-bit centers, Fig. S.4, are rows of H_2K, and which.

    Args:
        files: rows of `file_table`; none where the files are not here.
    """
    return judge_files(files) | ({} if files.empty else first_rows(published_centers("ImageNet", 64)))


def first_rows(centers: Int8[np.ndarray, "num_classes bits"]) -> Verdict:
    """The verdict on Fig. S.4 of one file: whether every center is a row of H_2K; told is whether they come first."""
    rows = count_hadamard_rows(centers)
    wrong = np.argwhere(centers != double_hadamard(centers.shape[1])[: len(centers)])
    found = f"center {wrong[0, 0]} differs in bit {wrong[0, 1]}" if len(wrong) else "bit by bit"
    return {
        "verdict": "reproduced" if rows == len(centers) else "contradicted",
        "observed": f"{rows} of the file's {len(centers)} centers are rows of H_2K; against its first {len(centers)} "
        f"rows: {found}",
        "evidence": "the released centers stand for the picture; the text speaks of sampled rows",
    }


def judge_similar(files: pd.DataFrame) -> Verdict:
    """Whether the centers of the other three data sets are made as ImageNet's are, length by length.

    Args:
        files: rows of `file_table`; none where the files are not here.
    """
    if files.empty:
        return judge_files(files)
    kinds = files.set_index(["dataset", "bits"])["holds"]
    others = [name for name in OTHER if name in kinds]
    unlike = [
        f"{name} {bits} bits: {kinds[name, bits]}, ImageNet's are {kinds['ImageNet', bits]}"
        for name in others
        for bits in sorted(kinds[name].index)
        if kinds[name, bits] != kinds["ImageNet", bits]
    ]
    return {
        "verdict": "contradicted" if unlike else "reproduced" if len(others) == len(OTHER) else "inconclusive",
        "observed": "; ".join(unlike) or "made as ImageNet's at every length",
        "evidence": f"{sum(len(kinds[name]) for name in others)} files of {', '.join(others)} compared with ImageNet's",
    }
