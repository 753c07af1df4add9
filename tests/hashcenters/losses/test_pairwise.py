"""S.6 by hand and by a naive loop, its released form, and the overflow that softplus avoids."""

import math

import pytest
import torch

from hashcenters.losses.joint import CentralObjective
from hashcenters.losses.pairwise import pairwise_loss, pairwise_terms, released_pairwise_loss

LABELS = torch.tensor([0, 1, 0, 1])
OUTPUTS = torch.tensor([[1.0, 0.5], [-1.0, 1.0], [0.25, -0.5], [0.5, 0.5]], dtype=torch.float64)


def summand(theta: float, similar: bool) -> float:
    """S.6's summand as printed."""
    return math.log(1 + math.exp(theta)) - similar * theta


def test_printed_form_by_hand() -> None:
    outputs = torch.tensor([[1.0, 1.0], [1.0, 1.0], [-1.0, 1.0]], dtype=torch.float64)
    labels = torch.tensor([3, 3, 5])
    # θ of the pairs: 2 (similar), 0, 0 (both dissimilar)
    expected = (math.log(1 + math.exp(2)) - 2) + 2 * math.log(2)
    assert pairwise_loss(outputs, labels).item() == pytest.approx(expected)


def test_distinct_pairs_are_a_loop_over_unordered_pairs() -> None:
    expected = sum(
        summand(float(OUTPUTS[i] @ OUTPUTS[j]), bool(LABELS[i] == LABELS[j])) for i in range(4) for j in range(i + 1, 4)
    )
    assert pairwise_loss(OUTPUTS, LABELS).item() == pytest.approx(expected)
    objective = CentralObjective(torch.ones(2, 2), pairwise_form="printed")
    assert objective(OUTPUTS, LABELS)["pairwise"].item() == pytest.approx(expected / 4)


def test_released_form_is_a_mean_over_half_by_half_batch() -> None:
    outputs, labels = torch.cat([OUTPUTS, OUTPUTS[:1]]), torch.cat([LABELS, LABELS[:1]])
    terms = [
        summand(10 / 2 * float(OUTPUTS[i] @ OUTPUTS[j]), bool(LABELS[i] == LABELS[j])) for i in (0, 1) for j in (2, 3)
    ]
    # the fifth sample of an odd batch has no partner
    assert released_pairwise_loss(outputs, labels).item() == pytest.approx(sum(terms) / 4)


def test_multi_label_pairs_are_similar_when_they_share_a_class() -> None:
    rows = torch.tensor([[1, 1, 0], [0, 1, 1], [1, 0, 0]], dtype=torch.uint8)
    similar = [(0, 1, True), (0, 2, True), (1, 2, False)]
    expected = sum(summand(float(OUTPUTS[i] @ OUTPUTS[j]), same) for i, j, same in similar)
    assert pairwise_loss(OUTPUTS[:3], rows).item() == pytest.approx(expected)


def test_one_sample_has_no_pair() -> None:
    for loss in (pairwise_loss, released_pairwise_loss):
        assert loss(OUTPUTS[:1], LABELS[:1]).item() == 0


def test_terms_are_finite_where_the_printed_form_overflows() -> None:
    theta = torch.tensor([89.0, 512.0])
    assert torch.isinf(torch.log(1 + torch.exp(theta))).all()
    torch.testing.assert_close(pairwise_terms(theta, torch.zeros(2)), theta)
    torch.testing.assert_close(pairwise_terms(theta, torch.ones(2)), torch.zeros(2))


def test_gradient_is_sigmoid_minus_similarity() -> None:
    theta = torch.tensor([-3.0, 0.5, 120.0], dtype=torch.float64, requires_grad=True)
    similarity = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)
    pairwise_terms(theta, similarity).sum().backward()
    torch.testing.assert_close(theta.grad, torch.sigmoid(theta.detach()) - similarity)


@pytest.mark.parametrize("loss", [pairwise_loss, released_pairwise_loss])
def test_gradient_agrees_with_finite_differences(loss) -> None:
    outputs = OUTPUTS.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda y: loss(y, LABELS), outputs)
