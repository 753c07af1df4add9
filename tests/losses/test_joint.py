"""Where the printed weights set L_Q against L_C: a bit of the wrong sign that cannot turn."""

import itertools
import math

import pytest
import torch
from hashcenters.losses.joint import joint_loss


def falls_towards_its_center(bits: int, weight: float, form: str) -> bool:
    """Whether the loss of one bit falls all the way from the wrong sign to 0, the other bits being right."""
    steps = torch.linspace(-0.99, -0.001, 500, dtype=torch.float64)
    outputs = torch.ones(bits, dtype=torch.float64)
    losses = []
    for step in steps:
        outputs[0] = step
        parts = joint_loss(
            outputs[None],
            torch.ones(1, bits, dtype=torch.float64),
            torch.tensor([0]),
            lambda_quantization=weight,
            lambda_pairwise=0,
            quantization_form=form,
        )
        losses.append(parts["loss"].item())
    return all(later < earlier for earlier, later in itertools.pairwise(losses))


@pytest.mark.parametrize("bits", [16, 32, 64])
def test_summed_quantization_traps_wrong_bits_beyond_its_threshold(bits: int) -> None:
    threshold = 1 / (bits * math.tanh(1))
    assert falls_towards_its_center(bits, 0.98 * threshold, "log-cosh")
    assert not falls_towards_its_center(bits, 1.02 * threshold, "log-cosh")


@pytest.mark.parametrize("bits", [16, 64])
def test_mean_quantization_traps_them_beyond_one_half_whatever_the_bits(bits: int) -> None:
    assert falls_towards_its_center(bits, 0.49, "squared")
    assert not falls_towards_its_center(bits, 0.51, "squared")


def test_the_printed_weight_traps_bits_from_27_bits_on() -> None:
    assert falls_towards_its_center(26, 0.05, "log-cosh")
    assert not falls_towards_its_center(27, 0.05, "log-cosh")


def test_parts_add_up_with_their_weights() -> None:
    outputs, targets = torch.tensor([[0.5, -0.2], [0.1, 0.9]]), torch.tensor([[1.0, -1.0], [-1.0, 1.0]])
    parts = joint_loss(outputs, targets, torch.tensor([0, 1]), central_weight=2, lambda_quantization=3)
    expected = 2 * parts["central"] + 3 * parts["quantization"] + 0.2 * parts["pairwise"]
    torch.testing.assert_close(parts["loss"], expected)
