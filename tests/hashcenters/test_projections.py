"""LSH and ITQ: hyperplanes against cases worked out by hand, and what each promises."""

import numpy as np
import pytest

from basics.errors import InputError
from hashcenters.projections import itq_hyperplanes, itq_rotation, random_hyperplanes


def loss(projected, rotation):
    """‖sign(VR) − VR‖², which ITQ lowers."""
    turned = projected @ rotation
    return ((np.where(turned >= 0, 1.0, -1.0) - turned) ** 2).sum()


def test_itq_turns_points_on_the_axes_to_the_corners():
    projected = np.sqrt(2) * np.array([[1.0, 0], [0, 1], [-1, 0], [0, -1]])
    rotation = itq_rotation(projected, seed=0)
    assert np.allclose(np.abs(projected @ rotation), 1)
    assert loss(projected, rotation) == pytest.approx(0)


def test_itq_gives_rotations_and_no_step_makes_them_worse():
    projected = np.random.default_rng(0).normal(size=(100, 5)) * [3, 2, 1, 1, 0.5]
    found = [itq_rotation(projected, seed=1, steps=steps) for steps in range(8)]
    assert all(np.allclose(rotation.T @ rotation, np.eye(5)) for rotation in found)
    losses = [loss(projected, rotation) for rotation in found]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] > losses[-1] + 1


def test_itq_keeps_the_directions_of_most_variance():
    features = np.random.default_rng(0).normal(size=(400, 6)) * [0.1, 5, 0.1, 0.1, 4, 0.1] + 100
    normals = itq_hyperplanes(features, 2, seed=0)
    assert normals.shape == (6, 2)
    assert np.allclose(normals.T @ normals, np.eye(2))
    assert (normals[[1, 4]] ** 2).sum() > 1.99
    with pytest.raises(InputError, match="at most as many bits as features have entries, 6, got 7"):
        itq_hyperplanes(features, 7, seed=0)


def test_random_hyperplanes_part_two_vectors_as_often_as_their_angle_says():
    normals = random_hyperplanes(2, 20_000, seed=0)
    one, other = np.array([1.0, 0]) @ normals > 0, np.array([1.0, 1.0]) @ normals > 0
    assert (one != other).mean() == pytest.approx(0.25, abs=0.01)
