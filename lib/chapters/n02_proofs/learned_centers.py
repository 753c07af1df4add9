"""CSQ's learned centers: the Face update of S.8, the Magnet minimiser of S.10, and when the RepMet loss S.12 is 0."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import sympy
import torch
from jaxtyping import Float, Int, Int8
from torch import Tensor

from chapters.n02_proofs.check import Check, compare, identity, tally
from chapters.n02_proofs.pairwise_likelihood import all_codes
from hashcenters.codes import hamming_distance
from hashcenters.losses.face import center_loss
from hashcenters.losses.repmet import repmet_loss
from hashcenters.losses.targets import membership

Codes = Int8[np.ndarray, "n bits"]
Centers = Int8[np.ndarray, "num_classes bits"]
Step = Callable[[Tensor, Tensor, Tensor], Tensor]
Cost = Callable[[np.ndarray, np.ndarray], float | sympy.Expr]


def random_batch(*, num_classes: int, bits: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Outputs, labels and centers in float64; the last class is absent from the batch."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, num_classes - 1, (4 * num_classes,), generator=generator)
    outputs = torch.rand(len(labels), bits, generator=generator, dtype=torch.float64) * 2 - 1
    centers = torch.rand(num_classes, bits, generator=generator, dtype=torch.float64) * 2 - 1
    return outputs, labels, centers


def check_center_gradient(step: Step, outputs: Tensor, labels: Tensor, centers: Tensor) -> Check:
    """Δc_i is the gradient of ½ Σ ‖x_j − c_l(j)‖² in c_i, by autograd, divided by 1 + n_i.

    Args:
        step: Δc from outputs, membership and centers, such as the one that trainings call.
        outputs: x_j.
        labels: class of each output.
        centers: c_i.

    Source: CSQ supplement, Eq. S.8.
    """
    member = membership(labels, len(centers)).double()
    moving = centers.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(center_loss(outputs, moving[labels]), moving)
    expected = (gradient / (1 + member.sum(dim=0)[:, None])).numpy()
    observed = step(outputs, member, centers).numpy()
    statement = "Δc_i = gradient of ½ Σ ‖x − c‖² divided by 1 + n_i"
    return compare(statement, "numeric", observed, expected, names=("center", "bit"), tolerance=1e-12)


def check_update_for_any_count() -> Check:
    """d/dc ½ Σ_j (c − x_j)² = Σ_j (c − x_j), bit by bit, for any number of samples: Δc is it over 1 + n.

    Source: CSQ supplement, Eq. S.8.
    """
    center, count, j = sympy.symbols("c n j", positive=True, integer=True)
    sample = sympy.IndexedBase("x")
    loss = sympy.Sum((center - sample[j]) ** 2 / 2, (j, 1, count))
    step = sympy.Sum(center - sample[j], (j, 1, count)) / (1 + count)
    gradient = sympy.diff(loss, center) / (1 + count)
    return identity("Δc_i is the gradient of ½ Σ (x − c)² over 1 + n, for any n", bit=gradient - step)


def check_full_step(rate: sympy.Expr | int) -> Check:
    """With α = 1, c − α Δc_i is (c + Σx)/(1 + n): the mean of the class's outputs and the old center.

    Args:
        rate: α.
    """
    center, total, count = sympy.symbols("c X n", positive=True)
    moved = center - rate * (count * center - total) / (1 + count)
    return identity("c − Δc = (c + Σx)/(1 + n)", center=moved - (center + total) / (1 + count))


def check_printed_face_loss(steps: Tensor) -> Check:
    """Whether Δc_i can be a loss, as the line "L_FC = Δc_i" has it: a loss is one number.

    Args:
        steps: Δc, one row a center.

    Source: CSQ supplement, the line below Eq. S.8.
    """
    size = steps[0].numel()
    wrong = f"Δc_1 is a vector of {size} numbers" if size > 1 else None
    return Check("L_FC = Δc_i is a number", "exhaustive", 1, counter_example=wrong)


def check_mean_minimises(cost: Cost, count: int) -> Check:
    """Σ ‖c − u_k‖² = K ‖c − ū‖² + Σ ‖ū − u_k‖², as polynomials in one bit: the mean ū is the only minimiser.

    Args:
        cost: the sum of S.10, of a center and of points, one a row.
        count: the K of S.10, the number of similar points in the batch.

    Source: CSQ supplement, Eq. S.10.
    """
    points = np.array(sympy.symbols(f"u_1:{count + 1}"))[:, None]
    center, mean = np.array([sympy.symbols("c")]), points.sum(axis=0) / sympy.Integer(count)
    rest = cost(center, points) - count * (center - mean)[0] ** 2 - cost(mean, points)
    return identity("Σ ‖c − u_k‖² = K ‖c − ū‖² + Σ ‖ū − u_k‖²", **{f"K = {count}": rest})


def check_any_count(cost: Cost) -> list[Check]:
    """S.10 for any number of points: a sum of (c − u)², so that for c = ±1 only −2c Σu depends on c.

    Args:
        cost: the sum of S.10, of a center and of points, one a row.

    Source: CSQ supplement, Eq. S.10.
    """
    c, first, second, total, squares, count = sympy.symbols("c u_1 u_2 U Q n")
    center, mean = np.array([c]), total / count

    def of(*points: sympy.Expr) -> sympy.Expr:
        return sympy.expand(cost(center, np.array(points)[:, None]))

    summed = count * c**2 - 2 * c * total + squares  # Σ (c − u)², U = Σu, Q = Σu²
    binary = {f"c = {sign}": summed.subs(c, sign) - (count + squares - 2 * sign * total) for sign in (1, -1)}
    return [
        identity(
            "S.10 adds (c − u)² a point",
            one=of(first) - (c - first) ** 2,
            two=of(first, second) - of(first) - of(second),
        ),
        identity(
            "Σ (c − u)² = n (c − ū)² + const, for any n",
            real=summed - count * (c - mean) ** 2 - squares + count * mean**2,
        ),
        identity("Σ (c − u)² = const − 2c Σu for c = ±1, for any n", **binary),
    ]


def _costs(cost: Cost, points: np.ndarray) -> np.ndarray:
    """The cost of every binary center."""
    return np.array([cost(center, points) for center in 2.0 * all_codes(points.shape[1]) - 1])


def check_sign_minimises(cost: Cost, bits: int, *, batches: int, batch_size: int, seed: int) -> Check:
    """Over c ∈ {−1, 1}^K the sign of the mean minimises S.10: against all 2^K centers, for each random batch.

    Args:
        cost: the sum of S.10, of a center and of points, one a row.
        bits: length of the centers.
        batches: how many batches of outputs in [−1, 1] are drawn.
        batch_size: outputs a batch.
        seed: of the batches.
    """
    drawn = np.random.default_rng(seed).uniform(-1, 1, (batches, batch_size, bits))
    signs = np.where(drawn.mean(axis=1) >= 0, 1.0, -1.0)
    excess = [cost(c, points) - _costs(cost, points).min() for c, points in zip(signs, drawn, strict=True)]
    wrong = (f"batch {i}: {off:.6g} above the least" for i, off in enumerate(excess) if off > 1e-9)
    statement = "over {−1, 1}^K the sign of the mean minimises S.10"
    return tally(statement, "sampled", batches * 2**bits, wrong, float(max(excess)))


def minimisers(cost: Cost, points: Codes) -> int:
    """How many binary centers minimise S.10 for ±1 points: 2 for every bit in which they are split evenly."""
    costs = _costs(cost, points)
    return int((costs == costs.min()).sum())


def margins(codes: Codes, centers: Centers, own: int) -> Int[np.ndarray, "n"]:
    """Distance to the nearest other center less the distance to the own one, in bits, counted bit by bit."""
    distances = (codes[:, None] != centers).sum(axis=2)
    return np.delete(distances, own, axis=1).min(axis=1) - distances[:, own]


def losses(codes: Codes, centers: Centers, own: np.ndarray | int, *, loss: Step = repmet_loss) -> np.ndarray:
    """S.12 of every code, α = K/2.

    Args:
        codes: ±1 codes.
        centers: ±1 centers.
        own: number of each code's own center, or of all codes' own center.
        loss: of outputs, centers and own centers, a mean over samples; it is taken of one code at a time.

    Returns:
        One loss a code, in bits.
    """
    is_own = torch.from_numpy(np.broadcast_to(own, len(codes))[:, None] == np.arange(len(centers)))
    rows, targets = torch.from_numpy(codes).double(), torch.from_numpy(centers).double()
    return torch.func.vmap(lambda row, mine: loss(row[None], targets, mine[None]))(rows, is_own).numpy()


def check_zero_is_margin(loss: Step, centers: Centers) -> Check:
    """The loss is 0 exactly where the other centers are K/2 bits farther than the own one: over all codes.

    Args:
        loss: of outputs, centers and own centers, such as the one that trainings call.
        centers: ±1 centers of at most 10 bits or so; 2^bits codes against each of them.

    Source: CSQ supplement, Eq. S.12 and the text below it.
    """
    codes, owns = 2 * all_codes(centers.shape[1]) - np.int8(1), range(len(centers))
    has_margin = [2 * margins(codes, centers, own) >= centers.shape[1] for own in owns]
    is_zero = [losses(codes, centers, own, loss=loss) == 0 for own in owns]
    statement = "L_RC = 0 exactly where the margin K/2 holds"
    both = np.array([is_zero, has_margin], dtype=int)
    return compare(statement, "exhaustive", *both, names=("center", "code"))


def check_hinge(hinge: Callable[[sympy.Expr], sympy.Expr] = lambda t: sympy.Max(t, 0)) -> Check:
    """|t|₊ is 0 for every t ≤ 0 and t itself beyond: with t = D_H(u, c_i) − min D_H(u, c_j) + K/2, for every length."""
    within, short = sympy.symbols("a", nonnegative=True), sympy.symbols("b", positive=True)
    parts = {"margin held": hinge(-within), "margin missed": hinge(short) - short}
    return identity("|t|₊ = 0 exactly for t ≤ 0", **parts)


def flip_costs(centers: Centers) -> Float[np.ndarray, "num_classes bits"]:
    """S.12 of every center with one bit flipped.

    >>> flip_costs(np.array([[1, 1], [1, -1]], dtype=np.int8))
    array([[0., 2.],
           [0., 2.]])
    """
    bits = centers.shape[1]
    flip = (1 - 2 * np.eye(bits)).astype(np.int8)
    flipped = (centers[:, None] * flip).reshape(-1, bits)
    return losses(flipped, centers, np.repeat(np.arange(len(centers)), bits)).reshape(centers.shape)


def check_flip_costs_two(centers: Centers) -> Check:
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
    statement, names = "one flipped bit costs 2, and 0 in a constant bit", ("center", "bit")
    return compare(statement, "exhaustive", flip_costs(centers), expected, names=names)


def flips_table(centers: Centers, *, max_flips: int, samples: int, seed: int) -> pd.DataFrame:
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
    wrong = f"K = {bits}: {most} codes" if most > 2 * bits else None
    return Check("at most 2K codes are pairwise K/2 apart", "exhaustive", 2**bits, counter_example=wrong)
