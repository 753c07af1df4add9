from math import inf, sqrt

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from notebook_code import definitions

from basics.errors import InputError
from chapters.n02_proofs.lp_box import (
    check_corner_powers,
    check_curve,
    check_equivalence,
    check_power_rises,
    check_sphere_leaves_box,
    check_sufficiency,
    check_without_box,
    curve,
    exponent_table,
    gap_frame,
    grid_points,
    is_corner,
    lacking,
    on_sphere,
    proof_steps,
    random_points,
    to_sphere,
)

EQ_1 = definitions("02_proofs").Eq_1
EXPONENTS = [0.1, 0.5, 1.0, 2.0, 10.0, 100.0]
CLOUDS = [grid_points(1, steps=41), grid_points(3, steps=9), random_points(512, samples=50, seed=0)]


@pytest.mark.parametrize("p", [*EXPONENTS, -1.0, -20.0])
@pytest.mark.parametrize("points", CLOUDS, ids=["line", "cube", "512"])
def test_the_equivalence_holds_for_every_p_but_zero_and_infinity(points, p):
    assert check_equivalence(points, p).holds


@pytest.mark.parametrize("p", [0.0, inf])
def test_the_equivalence_fails_at_zero_and_infinity(p):
    check = check_equivalence(grid_points(2, steps=5), p)
    assert not check.holds
    assert check.deviation > 0


@pytest.mark.parametrize("p", EXPONENTS)
def test_each_step_of_the_proof_holds_in_its_range(p):
    assert all(step.holds for cloud in CLOUDS for step in proof_steps(cloud, p))


def test_the_inequalities_turn_round_below_zero_and_lose_their_equality_case_at_zero():
    points = grid_points(2, steps=5)
    assert [step.holds for step in proof_steps(points, -1.0)] == [True, False, False]
    assert [step.holds for step in proof_steps(points, 0.0)] == [True, False, False]
    assert (lacking(points, -1.0) <= 0).all()


@given(st.floats(0.01, 200), st.lists(st.floats(-1, 1), min_size=1, max_size=12))
def test_any_point_of_the_box_is_on_the_sphere_only_as_a_corner(p, coordinates):
    points = np.array([coordinates])
    assert on_sphere(points, p)[0] == (np.abs(points) == 1).all()


def test_a_coordinate_one_rounding_away_from_one_is_seen_although_its_power_rounds_to_one():
    nearly = np.array([[np.nextafter(1.0, 0.0), 1.0]])
    assert np.abs(nearly[0, 0]) ** 0.1 == 1.0
    assert not on_sphere(nearly, 0.1)[0]


@pytest.mark.parametrize("p", [*EXPONENTS, -1.0])
def test_corners_satisfy_both_conditions(p):
    check = check_sufficiency(EQ_1, grid_points(6, steps=2), p)
    assert check.holds and check.method == "exhaustive" and check.cases == 64


def test_sufficiency_notices_a_point_that_is_no_corner():
    assert check_sufficiency(EQ_1, np.array([[1.0, 0.5]]), 2.0).counter_example == "z = (1, 0.5)"


def test_without_the_box_the_root_of_two_is_a_counter_example():
    assert to_sphere(np.array([[1.0, 0.0]]), 2.0).tolist() == [pytest.approx([sqrt(2), 0])]
    assert check_without_box(np.array([[1.0, 0.0]]), 2.0).counter_example == "z = (1.414, 0)"
    assert check_without_box(grid_points(3, steps=2), 2.0).holds
    with pytest.raises(InputError, match=r"points must lie in \[-1, 1\], got 1.41421"):
        check_equivalence(to_sphere(np.array([[1.0, 0.0]]), 2.0), 2.0)


@pytest.mark.parametrize("p", EXPONENTS)
def test_the_sphere_leaves_the_box_everywhere_else(p):
    directions = np.random.default_rng(0).normal(size=(40, 512))
    assert check_sphere_leaves_box(directions, p).holds
    assert np.sum(np.abs(to_sphere(directions, p)) ** p, axis=1) == pytest.approx(np.full(40, 512.0))


def test_a_corner_has_its_length_as_sum_whatever_the_exponent():
    found = check_corner_powers(sympy.symbols("p", real=True))
    assert (found.holds, found.method, found.cases) == (True, "symbolic", 2)


def test_the_power_rises_for_positive_p_only():
    assert check_power_rises(sympy.symbols("p", positive=True)).holds
    assert check_power_rises(sympy.symbols("p", negative=True)).counter_example.endswith("negative")
    assert check_power_rises(sympy.Integer(0)).counter_example.endswith("zero")


@pytest.mark.parametrize("p", [0.25, 1.0, 2.0, 16.0])
def test_the_curve_meets_the_square_in_its_corners(p):
    frame = curve(p)
    assert check_curve(frame).holds
    assert frame.iloc[0].tolist() == pytest.approx(frame.iloc[-1].tolist())
    assert (frame["x"].abs() ** p + frame["y"].abs() ** p).to_numpy() == pytest.approx(np.full(len(frame), 2.0))


def test_a_smaller_circle_or_half_a_circle_is_told_apart():
    circle = curve(2.0)
    inside = circle.assign(x=0.9 * circle["x"], y=0.9 * circle["y"])
    assert check_curve(inside).counter_example.startswith("point")
    assert check_curve(circle[circle["y"] > 0]).counter_example == "only 2 corners are met"


def test_random_points_hold_every_kind():
    points = random_points(4, samples=30, seed=0)
    assert points.shape == (120, 4) and np.abs(points).max() <= 1
    assert is_corner(points).sum() == 30 + is_corner(points[60:]).sum()
    assert (np.abs(points[90:]).min(axis=1) < 1).all()


def test_tables_for_reading():
    table = exponent_table(EQ_1, [-1.0, 0.0, 2.0, inf], [2, 8], samples=20, seed=0).set_index("p")
    assert table["⇔ holds"].tolist() == ["yes", "no", "yes", "no"]
    assert table.loc["−1", "|z|^p ≤ 1 holds"] == "no" and table.loc["2", "Σ ≤ q holds"] == "yes"
    gaps = gap_frame([1.0])
    assert gaps["gap"].to_numpy() == pytest.approx(1 - gaps["z"].to_numpy()) and len(gaps) == 201
