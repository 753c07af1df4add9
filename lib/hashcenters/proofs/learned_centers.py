"""CSQ's learned centers: the Face update of S.8 and the Magnet minimiser of S.10."""

from collections.abc import Callable

import numpy as np
import sympy
import torch
from jaxtyping import Float, Int, Int8, Num
from torch import Tensor

from hashcenters.losses.face import center_loss, center_step
from hashcenters.losses.magnet import batch_centers
from hashcenters.losses.targets import membership
from hashcenters.proofs.check import Check, compare
from hashcenters.proofs.pairwise_likelihood import all_codes

Step = Callable[[Tensor, Tensor, Tensor], Tensor]


def printed_step(
    outputs: Float[np.ndarray, "n bits"],
    labels: Int[np.ndarray, "n"],
    centers: Float[np.ndarray, "num_classes bits"],
) -> Float[np.ndarray, "num_classes bits"]:
    """Δc_i of S.8, summed term by term as printed."""
    step = np.zeros_like(centers)
    for i, center in enumerate(centers):
        total, count = np.zeros_like(center), 0
        for output, label in zip(outputs, labels, strict=True):
            if label == i:
                total, count = total + (center - output), count + 1
        step[i] = total / (1 + count)
    return step


def _batch(num_classes: int, bits: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Outputs, labels and centers in float64; the last class is absent from the batch."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, num_classes - 1, (4 * num_classes,), generator=generator)
    outputs = torch.rand(len(labels), bits, generator=generator, dtype=torch.float64) * 2 - 1
    centers = torch.rand(num_classes, bits, generator=generator, dtype=torch.float64) * 2 - 1
    return outputs, labels, centers


def check_center_gradient(
    *, num_classes: int, bits: int, seed: int, step: Step = center_step, tolerance: float = 1e-12
) -> Check:
    """Δc_i is the gradient of ½ Σ ‖x_j − c_l(j)‖² in c_i, by autograd, divided by 1 + n_i.

    Args:
        num_classes: centers, the last of which has no sample in the batch.
        bits: length of outputs and centers.
        seed: of the batch.
        step: Δc from outputs, membership and centers; the library's own unless another is put to the test.
        tolerance: largest absolute difference.

    Source: CSQ supplement, Eq. S.8.
    """
    outputs, labels, centers = _batch(num_classes, bits, seed)
    centers.requires_grad_()
    (gradient,) = torch.autograd.grad(center_loss(outputs, centers[labels]), centers)
    member = membership(labels, num_classes).double()
    expected = gradient / (1 + member.sum(dim=0)[:, None])
    observed = step(outputs, member, centers.detach())
    statement = "Δc_i = gradient of ½ Σ ‖x − c‖² divided by 1 + n_i"
    names = ("center", "bit")
    return compare(statement, "numeric", observed.numpy(), expected.numpy(), names=names, tolerance=tolerance)


def check_printed_step(
    *, num_classes: int, bits: int, seed: int, step: Step = center_step, tolerance: float = 1e-12
) -> Check:
    """The update that the trainings use is S.8 as printed, and 0 for a class that is absent from the batch."""
    outputs, labels, centers = _batch(num_classes, bits, seed)
    observed = step(outputs, membership(labels, num_classes).double(), centers).numpy()
    expected = printed_step(outputs.numpy(), labels.numpy(), centers.numpy())
    statement = "the library's Δc_i is S.8 term by term"
    return compare(statement, "numeric", observed, expected, names=("center", "bit"), tolerance=tolerance)


def check_full_step(*, rate: sympy.Expr | int = 1) -> Check:
    """With α = 1, c − α Δc_i is (c + Σx)/(1 + n): the mean of the class's outputs and the old center.

    Args:
        rate: α.
    """
    center, total, count = sympy.symbols("c X n", positive=True)
    moved = center - rate * (count * center - total) / (1 + count)
    difference = sympy.simplify(moved - (center + total) / (1 + count))
    example = None if difference == 0 else f"α = {rate}: differs by {difference}"
    return Check("c − Δc = (c + Σx)/(1 + n)", "symbolic", 1, counter_example=example)


def check_printed_face_loss(*, num_classes: int, bits: int, seed: int) -> Check:
    """Whether Δc_i can be a loss, as the line "L_FC = Δc_i" has it: a loss is one number.

    Source: CSQ supplement, the line below Eq. S.8.
    """
    outputs, labels, centers = _batch(num_classes, bits, seed)
    step = center_step(outputs, membership(labels, num_classes).double(), centers)
    example = None if step[0].numel() == 1 else f"Δc_1 is a vector of {step[0].numel()} numbers"
    return Check("L_FC = Δc_i is a number", "exhaustive", 1, counter_example=example)


def check_mean_minimises(count: int) -> Check:
    """Σ ‖c − u_k‖² = K ‖c − ū‖² + Σ ‖ū − u_k‖², as polynomials in one bit: the mean ū is the only minimiser.

    Args:
        count: the K of S.10, the number of similar points in the batch.

    Source: CSQ supplement, Eq. S.10.
    """
    center = sympy.symbols("c")
    points = sympy.symbols(f"u_1:{count + 1}")
    mean = sum(points) / sympy.Integer(count)
    cost = sum((center - point) ** 2 for point in points)
    rest = sum((mean - point) ** 2 for point in points)
    difference = sympy.expand(cost - count * (center - mean) ** 2 - rest)
    example = None if difference == 0 else f"K = {count}: differs by {difference}"
    statement = "Σ ‖c − u_k‖² = K ‖c − ū‖² + Σ ‖ū − u_k‖²"
    return Check(statement, "symbolic", 1, counter_example=example)


def check_sign_minimises(
    bits: int,
    *,
    batches: int,
    batch_size: int,
    seed: int,
    minimiser: Callable[[np.ndarray], Num[np.ndarray, "bits"]] = lambda mean: np.where(mean >= 0, 1, -1),
) -> Check:
    """Over c ∈ {−1, 1}^K the sign of the mean minimises S.10: against all 2^K centers, for each random batch.

    Args:
        bits: length of the centers.
        batches: how many batches of outputs in [−1, 1] are drawn.
        batch_size: outputs a batch.
        seed: of the batches.
        minimiser: the binary center from a mean; the sign unless another is put to the test.
    """
    rng = np.random.default_rng(seed)
    candidates = 2.0 * all_codes(bits) - 1
    excess = np.empty(batches)
    for i in range(batches):
        points = rng.uniform(-1, 1, (batch_size, bits))
        costs = _cost(candidates, points)
        excess[i] = _cost(minimiser(points.mean(axis=0))[None].astype(float), points)[0] - costs.min()
    statement = "over {−1, 1}^K the sign of the mean minimises S.10"
    check = compare(statement, "exhaustive", excess, 0, names=("batch",), tolerance=1e-9)
    return Check(check.statement, check.method, batches * 2**bits, check.deviation, check.counter_example)


def _cost(
    centers: Float[np.ndarray, "centers bits"], points: Float[np.ndarray, "n bits"]
) -> Float[np.ndarray, "centers"]:
    return np.square(centers[:, None] - points[None]).sum(axis=(1, 2))


def check_batch_centers(
    *, num_classes: int, bits: int, seed: int, update: Step = batch_centers, tolerance: float = 1e-12
) -> Check:
    """The Magnet update gives each class of a batch its mean and lets the absent one keep its center.

    Args:
        num_classes: centers, the last of which has no sample in the batch.
        bits: length of outputs and centers.
        seed: of the batch.
        update: the centers after a batch; the library's own unless another is put to the test.
        tolerance: largest absolute difference.
    """
    outputs, labels, centers = _batch(num_classes, bits, seed)
    expected = centers.clone()
    for i in labels.unique():
        expected[i] = outputs[labels == i].mean(dim=0)
    observed = update(outputs, membership(labels, num_classes).double(), centers)
    statement = "a class's new center is its mean, an absent class keeps its center"
    names = ("center", "bit")
    return compare(statement, "numeric", observed.numpy(), expected.numpy(), names=names, tolerance=tolerance)


def minimisers(points: Int8[np.ndarray, "n bits"]) -> int:
    """How many binary centers minimise S.10 for ±1 points: 2 for every bit in which they are split evenly."""
    costs = _cost(2.0 * all_codes(points.shape[1]) - 1, points.astype(float))
    return int((costs == costs.min()).sum())
