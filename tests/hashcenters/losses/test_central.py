"""L_C against PyTorch's own cross-entropy, and where floating point is at its limit."""

import pytest
import torch
from torch.nn.functional import binary_cross_entropy

from hashcenters.losses.central import central_loss

TARGETS = torch.tensor([[1.0, -1.0, 1.0], [-1.0, -1.0, 1.0]])


def test_central_loss_by_hand() -> None:
    outputs = torch.tensor([[0.5, 0.5]], dtype=torch.float64)
    targets = torch.tensor([[1.0, -1.0]], dtype=torch.float64)
    # h = 0.75: −log 0.75 for the bit that agrees, −log 0.25 for the other
    assert central_loss(outputs, targets).item() == pytest.approx((0.2876820724 + 1.3862943611) / 2)


def test_central_loss_is_binary_cross_entropy() -> None:
    outputs = torch.rand((2, 3), generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 2 - 1
    for targets in (TARGETS.double(), TARGETS.double() * 0.3):
        expected = binary_cross_entropy((outputs + 1) / 2, (targets + 1) / 2)
        torch.testing.assert_close(central_loss(outputs, targets), expected)


def test_gradient_agrees_with_finite_differences() -> None:
    outputs = (TARGETS.double() * 0.4 + 0.1).requires_grad_()
    assert torch.autograd.gradcheck(lambda y: central_loss(y, TARGETS.double()), outputs)


@pytest.mark.parametrize("preactivation", [0.0, 5.0, 8.0, 8.6, 9.0, 20.0, 1e4])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_saturated_outputs_keep_a_bounded_gradient(preactivation: float, sign: float) -> None:
    weights = torch.full((1, 1), sign * preactivation, requires_grad=True)
    loss = central_loss(torch.tanh(weights), torch.full((1, 1), -sign))
    loss.backward()
    assert torch.isfinite(loss)
    # d/da of −log((1 − tanh a)/2) is 1 + tanh a, at most 2
    assert 0 <= sign * weights.grad.item() <= 2.01


def test_loss_falls_as_outputs_turn_to_their_center() -> None:
    losses = [central_loss(t * TARGETS, TARGETS).item() for t in (-1.0, -0.5, 0.0, 0.5, 1.0)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] == 0
