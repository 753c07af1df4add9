"""When CSQ's RepMet loss (S.12) is zero, and why it cannot be for more than 2K centers."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import torch
from jaxtyping import Bool, Float, Int, Int8
from torch import Tensor

from hashcenters.codes import hamming_distance
from hashcenters.losses.repmet import repmet_loss
from hashcenters.proofs.check import Check
from hashcenters.proofs.pairwise_likelihood import all_codes

Loss = Callable[[Tensor, Tensor, Tensor], Tensor]


def margins(
    codes: Int8[np.ndarray, "n bits"], centers: Int8[np.ndarray, "num_classes bits"], own: int
) -> np.ndarray:
    """Distance to the nearest other center less the distance to the own one, in bits, counted bit by bit."""
    distances = (codes[:, None] != centers[None]).sum(axis=2)
    others = np.delete(distances, own, axis=1)
    return others.min(axis=1) - distances[:, own]


def losses(
    codes: Int8[np.ndarray, "n bits"],
    centers: Int8[np.ndarray, "num_classes bits"],
    own: Int[np.ndarray, "n"] | int,
    *,
    loss: Loss = repmet_loss,
) -> Float[np.ndarray, "n"]:
    """S.12 of every code, α = K/2, by the library's own loss unless another is given.

    Args:
        codes: ±1 codes.
        centers: ±1 centers.
        own: number of each code's own center, or of all codes' own center.
        loss: of outputs, centers and own centers, a mean over samples; it is taken of one code at a time.
    """
    owners = np.broadcast_to(own, len(codes))
    is_own = torch.from_numpy(owners[:, None] == np.arange(len(centers)))
    rows, targets = torch.from_numpy(codes).double(), torch.from_numpy(centers).double()
    return torch.func.vmap(lambda row, mine: loss(row[None], targets, mine[None]))(rows, is_own).numpy()


def check_zero_is_margin(centers: Int8[np.ndarray, "num_classes bits"], *, loss: Loss = repmet_loss) -> Check:
    """The loss is 0 exactly where the other centers are K/2 bits farther than the own one: over all codes.

    Args:
        centers: ±1 centers of at most 10 bits or so; 2^bits codes against each of them.
        loss: S.12; the library's own unless another is put to the test.

    Source: CSQ supplement, Eq. S.12 and the text below it.
    """
    bits = centers.shape[1]
    codes = 2 * all_codes(bits) - np.int8(1)
    wrong = []
    for own in range(len(centers)):
        has_margin = margins(codes, centers, own) >= bits / 2
        is_zero = losses(codes, centers, own, loss=loss) == 0
        wrong += [f"center {own}, code {codes[i].tolist()}" for i in np.flatnonzero(has_margin != is_zero)]
    statement = "L_RC = 0 exactly where the margin K/2 holds"
    return Check(statement, "exhaustive", len(codes) * len(centers), len(wrong), wrong[0] if wrong else None)


def flip_costs(centers: Int8[np.ndarray, "num_classes bits"]) -> Float[np.ndarray, "num_classes bits"]:
    """S.12 of every center with one bit flipped.

    >>> flip_costs(np.array([[1, 1], [1, -1]], dtype=np.int8))
    array([[0., 2.],
           [0., 2.]])
    """
    bits = centers.shape[1]
    flip = (1 - 2 * np.eye(bits)).astype(np.int8)
    flipped = (centers[:, None] * flip).reshape(-1, bits)
    return losses(flipped, centers, np.repeat(np.arange(len(centers)), bits)).reshape(centers.shape)


def check_flip_costs_two(centers: Int8[np.ndarray, "num_classes bits"]) -> Check:
    """One flipped bit costs 2, except in a bit that is constant over the other nearest centers, where it is free.

    Around a center all nearest others are at the same distance; flipping a bit adds 1 to the own distance and
    takes 1 from those that differ there.
    """
    distances = hamming_distance(centers, centers)
    np.fill_diagonal(distances, centers.shape[1] + 1)
    expected = np.zeros(centers.shape)
    for own, center in enumerate(centers):
        nearest = centers[distances[own] == distances[own].min()]
        expected[own] = 2 * (nearest != center).any(axis=0)
    cost = flip_costs(centers)
    wrong = np.argwhere(cost != expected)
    example = None
    if len(wrong):
        own, bit = wrong[0].tolist()
        example = f"center {own}, bit {bit}: {cost[own, bit]:g} instead of {expected[own, bit]:g}"
    statement = "one flipped bit costs 2, and 0 in a constant bit"
    deviation = float(np.abs(cost - expected).max())
    return Check(statement, "exhaustive", cost.size, deviation, example)


def flips_table(
    centers: Int8[np.ndarray, "num_classes bits"], *, max_flips: int, samples: int, seed: int
) -> pd.DataFrame:
    """S.12 against the number of flipped bits, for random centers and random bits.

    Args:
        centers: ±1 centers.
        max_flips: 0 … max_flips bits are flipped.
        samples: random choices of bits for each number of flips.
        seed: of centers and bits.

    Returns:
        Columns `flips`, `mean`, `smallest`, `largest` (the loss, in bits).
    """
    rng = np.random.default_rng(seed)
    rows = []
    for flips in range(max_flips + 1):
        own = rng.integers(0, len(centers), samples)
        codes = centers[own]
        places = rng.permuted(np.tile(np.arange(centers.shape[1]), (samples, 1)), axis=1)[:, :flips]
        np.put_along_axis(codes, places, -np.take_along_axis(codes, places, axis=1), axis=1)
        costs = losses(codes, centers, own)
        rows.append({"flips": flips, "mean": costs.mean(), "smallest": costs.min(), "largest": costs.max()})
    return pd.DataFrame(rows)


def largest_code(bits: int) -> int:
    """The largest number of ±1 codes that are pairwise at least K/2 apart, by exhaustive search.

    Args:
        bits: K, up to 7 or so.

    >>> largest_code(4)
    8
    """
    codes = 2 * all_codes(bits) - np.int8(1)
    near = 2 * hamming_distance(codes, codes) >= bits
    # any such set can be moved to contain the first code by negating bits, which keeps distances
    start = [i for i in range(1, len(codes)) if near[0, i]]
    neighbours = [sum(1 << int(j) for j in np.flatnonzero(row)) for row in near]
    return 1 + _largest_clique(sum(1 << i for i in start), neighbours)


def _largest_clique(candidates: int, neighbours: list[int], found: int = 0, best: int = 0) -> int:
    """Size of the largest clique among the candidate bits, by branch and bound."""
    best = max(best, found)
    while candidates and found + candidates.bit_count() > best:
        vertex = candidates.bit_length() - 1
        candidates &= ~(1 << vertex)
        best = _largest_clique(candidates & neighbours[vertex], neighbours, found + 1, best)
    return best


def check_at_most_2k(bits: int) -> Check:
    """No more than 2K codes are pairwise K/2 apart, so S.12 cannot be zero for all of more than 2K classes.

    If each class i has a code u_i without loss, the triangle inequality gives D(c_i, c_j) ≥ D(u_i, c_j) −
    D(u_i, c_i) ≥ K/2. That is ⟨c_i, c_j⟩ ≤ 0 for all pairs, which at most 2K vectors of K dimensions can do.
    """
    most = largest_code(bits)
    example = None if most <= 2 * bits else f"K = {bits}: {most} codes"
    return Check("at most 2K codes are pairwise K/2 apart", "exhaustive", 2**bits, 0.0, example)


def zero_loss_classes(centers: Int8[np.ndarray, "num_classes bits"]) -> Bool[np.ndarray, "num_classes"]:
    """For each class, whether any code at all has zero loss; the center itself does if any code does."""
    return losses(centers, centers, np.arange(len(centers))) == 0
