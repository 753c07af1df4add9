"""The center updates and losses of Face (S.8), Magnet (S.10) and RepMet (S.12) by hand."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hashcenters.losses.face import center_loss, center_step
from hashcenters.losses.magnet import batch_centers
from hashcenters.losses.repmet import repmet_loss, soft_hamming_distance
from hashcenters.losses.targets import membership

OUTPUTS = torch.tensor([[1.0, 0.0], [0.5, -1.0], [-1.0, 1.0]], dtype=torch.float64)
CENTERS = torch.tensor([[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0]], dtype=torch.float64)
MEMBER = membership(torch.tensor([0, 0, 1]), 3).double()


def test_face_step_by_hand() -> None:
    # class 0: ((1,1)−(1,0) + (1,1)−(0.5,−1)) / 3 = (0.5, 3)/3; class 1 sits on its sample; class 2 is absent
    expected = torch.tensor([[0.5 / 3, 1.0], [0.0, 0.0], [0.0, 0.0]], dtype=torch.float64)
    torch.testing.assert_close(center_step(OUTPUTS, MEMBER, CENTERS), expected)


def test_face_step_is_the_center_loss_gradient_over_one_plus_count() -> None:
    centers = CENTERS.clone().requires_grad_()
    center_loss(OUTPUTS, centers[[0, 0, 1]]).backward()
    count = MEMBER.sum(dim=0)[:, None]
    torch.testing.assert_close(center_step(OUTPUTS, MEMBER, CENTERS), centers.grad / (1 + count))


def test_full_face_step_averages_the_center_with_its_samples() -> None:
    moved = CENTERS - center_step(OUTPUTS, MEMBER, CENTERS)
    torch.testing.assert_close(moved[0], (CENTERS[0] + OUTPUTS[0] + OUTPUTS[1]) / 3)


def test_center_loss_by_hand() -> None:
    assert center_loss(OUTPUTS[:2], CENTERS[[0, 0]]).item() == (0 + 1 + 0.25 + 4) / 2


def test_magnet_centers_by_hand() -> None:
    expected = torch.tensor([[0.75, -0.5], [-1.0, 1.0], [1.0, -1.0]], dtype=torch.float64)
    torch.testing.assert_close(batch_centers(OUTPUTS, MEMBER, CENTERS), expected)


@given(st.integers(0, 2**31))
def test_magnet_centers_minimise_the_printed_sum(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    points = torch.rand((5, 3), generator=generator, dtype=torch.float64) * 2 - 1
    member = torch.ones(5, 1, dtype=torch.float64)
    best = batch_centers(points, member, torch.zeros(1, 3, dtype=torch.float64))
    other = best + torch.randn((1, 3), generator=generator, dtype=torch.float64)
    assert ((points - best) ** 2).sum() <= ((points - other) ** 2).sum()
    binary = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0], dtype=torch.float64)] * 3)
    sums = ((points[None] - binary[:, None]) ** 2).sum(dim=(1, 2))
    torch.testing.assert_close(binary[sums.argmin()], best.sign()[0])


def test_soft_distance_is_the_hamming_distance_of_codes() -> None:
    codes = torch.tensor([[1.0, -1.0, 1.0], [-1.0, -1.0, -1.0]])
    torch.testing.assert_close(soft_hamming_distance(codes, codes), torch.tensor([[0.0, 2.0], [2.0, 0.0]]))


def test_repmet_loss_by_hand() -> None:
    own = MEMBER.bool()
    # u = (1, 0): distances ½, 1½, ½ → ½ − ½ + 1;  u = (½, −1): 1¼, 1¾, ¼ → 1¼ − ¼ + 1;
    # u = (−1, 1): 1, 0, 2 → 0 − 1 + 1
    assert repmet_loss(OUTPUTS, CENTERS, own).item() == pytest.approx((1 + 2 + 0) / 3)
    assert repmet_loss(OUTPUTS, CENTERS, own, margin=0.5).item() == pytest.approx((0.5 + 1.5 + 0) / 3)


def test_repmet_loss_of_hadamard_centers_is_zero_and_one_flipped_bit_costs_two() -> None:
    centers = torch.tensor([[1.0, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]])
    own = torch.eye(4, dtype=torch.bool)
    assert repmet_loss(centers, centers, own).item() == 0
    flipped = centers.clone()
    flipped[0, 1] = -1
    assert repmet_loss(flipped, centers, own).item() * 4 == pytest.approx(2)


def test_repmet_sample_with_every_class_or_none_adds_nothing() -> None:
    outputs = OUTPUTS.clone().requires_grad_()
    own = torch.tensor([[True] * 3, [False] * 3, [True, True, False]])
    repmet_loss(outputs, CENTERS, own).backward()
    assert torch.equal(outputs.grad[:2], torch.zeros(2, 2, dtype=torch.float64))
    # the third sample: nearest own center (−1, 1) at 0, other (1, −1) at 2, so the margin of 1 holds
    assert repmet_loss(outputs, CENTERS, own).item() == 0


def test_repmet_gradient_agrees_with_finite_differences() -> None:
    outputs = (OUTPUTS * 0.37 + 0.11).requires_grad_()
    centers = (CENTERS * 0.9 + 0.05).requires_grad_()
    own = MEMBER.bool()
    assert torch.autograd.gradcheck(lambda u, c: repmet_loss(u, c, own), (outputs, centers))
