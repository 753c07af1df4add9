"""SHC's retrieval loss against the formula in float64, and its float32 stability."""

import pytest
import torch

from basics.errors import InputError
from hashcenters.losses.semantic import center_logits, log_complement, semantic_loss


def naive_loss(outputs: torch.Tensor, centers: torch.Tensor, labels: torch.Tensor) -> float:
    """The formula, sample by sample in float64."""
    total = 0.0
    for u, y in zip(outputs.double(), labels, strict=True):
        cosine = centers.double() @ u / (u.norm() * centers.double().norm(dim=1))
        p = (len(u) ** 0.5 * cosine).exp()
        p = p / p.sum()
        away = sum(torch.log(1 - p[j]) for j in range(len(p)) if j != y) / (len(p) - 1)
        total -= float(p[y].log() + away)
    return total / len(outputs)


@pytest.mark.parametrize("bits", [8, 16, 64])
def test_semantic_loss_is_the_formula(bits: int) -> None:
    generator = torch.Generator().manual_seed(bits)
    outputs = torch.rand((6, bits), generator=generator) * 2 - 1
    centers = torch.randint(0, 2, (5, bits), generator=generator).float() * 2 - 1
    labels = torch.tensor([0, 1, 2, 3, 4, 0])
    expected = naive_loss(outputs, centers, labels)
    assert semantic_loss(outputs, centers, labels).item() == pytest.approx(expected, rel=1e-5)


def test_log_complement_survives_probabilities_that_round_to_one() -> None:
    logits = torch.tensor([[40.0, 0.0, -5.0], [0.0, 0.0, 30.0]])
    naive = torch.log(1 - logits.softmax(dim=1))
    assert torch.isinf(naive).any()
    expected = torch.log1p(-logits.double().softmax(dim=1))
    of_largest = torch.log(torch.exp(torch.tensor([0.0 - 40, -5 - 40]).double()).sum())
    result = log_complement(logits).double()
    assert result[0, 0].item() == pytest.approx(of_largest.item(), rel=1e-6)
    torch.testing.assert_close(result[:, 1], expected[:, 1], rtol=1e-5, atol=1e-12)


def test_opposite_output_has_finite_loss_and_gradient_at_many_bits() -> None:
    centers = torch.ones(2, 1024)
    centers[1] = -1
    outputs = (-torch.ones(1, 1024) * 0.999).requires_grad_()
    loss = semantic_loss(outputs, centers, torch.tensor([0]))
    loss.backward()
    # −log p_y and −log(1 − p_other) are each 2√1024 = 64
    assert loss.item() == pytest.approx(128, rel=1e-4)
    assert torch.isfinite(outputs.grad).all()


def test_gradient_agrees_with_finite_differences() -> None:
    generator = torch.Generator().manual_seed(0)
    centers = torch.randint(0, 2, (4, 6), generator=generator).double() * 2 - 1
    outputs = (torch.rand((3, 6), generator=generator).double() - 0.5).requires_grad_()
    labels = torch.tensor([1, 3, 0])
    assert torch.autograd.gradcheck(lambda u: semantic_loss(u, centers, labels), outputs)


def test_logits_are_cosines_times_root_bits() -> None:
    centers = torch.tensor([[1.0, 1.0, 1.0, 1.0], [1.0, 1.0, -1.0, -1.0]])
    torch.testing.assert_close(center_logits(centers[:1] * 0.1, centers), torch.tensor([[2.0, 0.0]]))


def test_one_center_is_refused() -> None:
    with pytest.raises(InputError, match="at least 2 centers, got 1"):
        semantic_loss(torch.ones(1, 4), torch.ones(1, 4), torch.tensor([0]))
