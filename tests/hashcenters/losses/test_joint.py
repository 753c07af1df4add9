"""Where the printed weights set L_Q against L_C: a bit of the wrong sign that cannot turn."""

import itertools
import math

import pytest
import torch

from hashcenters.losses.joint import CentralObjective


def falls_towards_its_center(bits: int, weight: float, form: str) -> bool:
    """Whether the loss of one bit falls all the way from the wrong sign to 0, the other bits being right."""
    steps = torch.linspace(-0.99, -0.001, 500, dtype=torch.float64)
    outputs = torch.ones(bits, dtype=torch.float64)
    objective = CentralObjective(
        torch.ones(1, bits), lambda_quantization=weight, lambda_pairwise=0, quantization_form=form
    )
    losses = []
    for step in steps:
        outputs[0] = step
        losses.append(objective(outputs[None], torch.tensor([0]))["loss"].item())
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
    outputs, centers = torch.tensor([[0.5, -0.2], [0.1, 0.9]]), torch.tensor([[1.0, -1.0], [-1.0, 1.0]])
    objective = CentralObjective(centers, central_weight=2, lambda_quantization=3)
    parts = objective(outputs, torch.tensor([0, 1]))
    expected = 2 * parts["central"] + 3 * parts["quantization"] + 0.2 * parts["pairwise"]
    torch.testing.assert_close(parts["loss"], expected)


def test_the_defaults_are_the_weights_of_the_document_in_the_released_forms() -> None:
    outputs, labels = torch.tensor([[0.5, -0.2], [0.1, 0.9]]), torch.tensor([0, 0])
    parts = CentralObjective(torch.ones(1, 2))(outputs, labels)
    assert parts["quantization"].item() == pytest.approx((0.25 + 0.64 + 0.81 + 0.01) / 4)
    theta = 10 / 2 * (0.5 * 0.1 - 0.2 * 0.9)
    assert parts["pairwise"].item() == pytest.approx(math.log(1 + math.exp(theta)) - theta)
    weighted = parts["central"] + 0.05 * parts["quantization"] + 0.2 * parts["pairwise"]
    torch.testing.assert_close(parts["loss"], weighted)
