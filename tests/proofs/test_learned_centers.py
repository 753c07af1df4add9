import numpy as np
import pytest
from hashcenters.losses.face import center_step
from hashcenters.losses.magnet import batch_centers
from hashcenters.proofs.learned_centers import (
    check_batch_centers,
    check_center_gradient,
    check_full_step,
    check_mean_minimises,
    check_printed_face_loss,
    check_printed_step,
    check_sign_minimises,
    minimisers,
    printed_step,
)

SIZE = {"num_classes": 4, "bits": 6, "seed": 0}


def test_printed_step_by_hand():
    outputs = np.array([[1.0], [0.0], [0.5]])
    step = printed_step(outputs, np.array([0, 0, 1]), np.array([[0.2], [0.5], [0.9]]))
    assert step.ravel().tolist() == pytest.approx([(-0.8 + 0.2) / 3, 0.0, 0.0])


@pytest.mark.parametrize("check", [check_center_gradient, check_printed_step])
def test_the_librarys_update_is_s8_and_the_gradient(check):
    assert check(**SIZE).holds


@pytest.mark.parametrize("check", [check_center_gradient, check_printed_step])
@pytest.mark.parametrize(
    "step",
    [
        lambda outputs, member, centers: -center_step(outputs, member, centers),
        lambda outputs, member, centers: (
            center_step(outputs, member, centers)
            * (1 + member.sum(0)[:, None])
            / member.sum(0)[:, None].clamp(min=1)
        ),
    ],
    ids=["wrong sign", "divided by n"],
)
def test_another_update_is_told_apart(check, step):
    assert not check(**SIZE, step=step).holds


def test_the_full_step_is_the_mean_with_the_old_center():
    assert check_full_step().holds
    assert check_full_step(rate=2).counter_example.startswith("α = 2")


def test_the_printed_loss_is_no_number():
    assert check_printed_face_loss(**SIZE).counter_example == "Δc_1 is a vector of 6 numbers"
    assert check_printed_face_loss(num_classes=4, bits=1, seed=0).holds


@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_mean_minimises_for_real_centers(count):
    assert check_mean_minimises(count).holds


def test_the_sign_minimises_for_binary_centers_and_another_threshold_does_not():
    assert check_sign_minimises(5, batches=20, batch_size=4, seed=0).holds
    shifted = check_sign_minimises(
        5, batches=20, batch_size=4, seed=0, minimiser=lambda mean: np.where(mean > 0.2, 1, -1)
    )
    assert not shifted.holds
    assert shifted.cases == 20 * 32


def test_every_evenly_split_bit_doubles_the_minimisers():
    points = np.array([[1, 1, 1], [1, -1, -1]], dtype=np.int8)
    assert minimisers(points) == 4
    assert minimisers(points[:1]) == 1


def test_an_absent_class_keeps_its_center():
    assert check_batch_centers(**SIZE).holds

    def forgets(outputs, member, centers):
        return batch_centers(outputs, member, centers * 0)

    assert check_batch_centers(**SIZE, update=forgets).counter_example.startswith("center 3")
