"""Both forms of L_Q by hand, their minimum, and their gradients."""

import math

import pytest
import torch

from hashcenters.losses.quantization import log_cosh, quantization_loss


def test_forms_by_hand() -> None:
    outputs = torch.tensor([[1.0, -0.5], [0.0, -1.0]], dtype=torch.float64)
    squared = (0.0 + 0.25 + 1.0 + 0.0) / 4
    summed = (math.log(math.cosh(0.5)) + math.log(math.cosh(1.0))) / 2
    assert quantization_loss(outputs, form="squared").item() == pytest.approx(squared)
    assert quantization_loss(outputs, form="log-cosh").item() == pytest.approx(summed)


def test_log_cosh_does_not_overflow() -> None:
    x = torch.tensor([0.0, 1.0, -2.0, 1e4])
    expected = torch.tensor([0.0, math.log(math.cosh(1)), math.log(math.cosh(2)), 1e4 - math.log(2)])
    torch.testing.assert_close(log_cosh(x), expected)


@pytest.mark.parametrize("form", ["log-cosh", "squared"])
def test_zero_exactly_at_binary_outputs_and_positive_elsewhere(form: str) -> None:
    assert quantization_loss(torch.tensor([[1.0, -1.0]]), form=form).item() == 0
    assert quantization_loss(torch.tensor([[1.0, -0.9]]), form=form).item() > 0


@pytest.mark.parametrize("form", ["log-cosh", "squared"])
def test_gradient_agrees_with_finite_differences(form: str) -> None:
    outputs = torch.tensor([[0.3, -0.7, 0.9]], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda y: quantization_loss(y, form=form), outputs)
