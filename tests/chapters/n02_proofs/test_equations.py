"""Every equation that notebook 02 writes down is its library function's, and no other sign or constant would do."""

import numpy as np
import pytest
from notebook_code import definitions, run_definitions

from basics.errors import InputError
from chapters.n02_proofs import hadamard_distances, learned_centers, linear_extension
from hashcenters.centers.hadamard import hadamard_matrix

CHANGES = {
    "S.1": ("else K / 2", "else K / 4"),
    "S.1, negatives": ("(h_i == -h_j)", "(h_i == h_j)"),
    "±1 distance": ("shape[1] - h_i @", "shape[1] + h_i @"),
    "centroid": ("np.sign(votes))", "-np.sign(votes))"),
    "centroid, ties": ("votes == 0", "votes == 2"),
    "mean of triples": ("K - 3) - p(K)", "K - 3) + p(K)"),
    "p": ("(K - 3) * (K - 5)", "(K - 3) * (K + 5)"),
    "D_H": ("shape[1] - (2 * h_i - 1)", "shape[1] + (2 * h_i - 1)"),
    "σ": ("(1 + exp(-x))", "(1 + exp(x))"),
    "S.4": ("if s == 1 else 1 -", "if s == 0 else 1 -"),
    "S.5": ("** (1 - s)", "** (1 + s)"),
    "S.6": ("- s * theta", "+ s * theta"),
    "S.6, one": ("log(1 + exp(theta))", "log(2 + exp(theta))"),
    "S.6, pairs": (".triu(1)", ".triu(0)"),
    "L_C": ("-(c * log(h)", "(c * log(h)"),
    "L_Q": (".abs() - 1)", ".abs() + 1)"),
    "S.7": ("+ lambda_1 * L_Q", "- lambda_1 * L_Q"),
    "S.7, weights": ("lambda_2 * L_P", "lambda_1 * L_P"),
    "S.8": ("(c[i] - x)", "(x - c[i])"),
    "S.8, one": ("(1 + delta.sum())", "(2 + delta.sum())"),
    "S.10": (".mean(dim=0)", ".sum(dim=0)"),
    "S.12": ("d[i] - np.delete", "d[i] + np.delete"),
    "S.12, margin": ("+ alpha, 0)", "- alpha, 0)"),
    "Eq. 1, box": ("abs(z) <= 1", "abs(z) <= 0.5"),
    "Eq. 1, sphere": ("== z.shape[1]", "<= z.shape[1]"),
    "Eq. 2": ("-q + 2 * q", "q + 2 * q"),
    "Eq. 2, width": ("max(others) - min(others)", "max(others) + min(others)"),
}


def test_every_definition_agrees_with_the_library():
    assert callable(definitions("02_proofs").S_5)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_another_sign_or_constant_stops_the_notebook(change):
    with pytest.raises(InputError, match="the library's function gives"):
        run_definitions("02_proofs", change=change)


@pytest.mark.parametrize("change", [("(x - a) + A", "(x - a) - A"), ("(B - A) / (b - a)", "(B + A) / (b - a)")])
def test_another_eq_3_fails_its_checks(change):
    wrong = run_definitions("02_proofs", change=change)["Eq_3"]
    assert not all(check.holds for check in linear_extension.check_extension(wrong))
    assert not linear_extension.check_derivation(wrong).holds


def test_another_sum_of_s10_has_another_minimiser():
    plus = run_definitions("02_proofs", change=("(c - mu) ** 2", "(c + mu) ** 2"))["cost"]
    assert not learned_centers.check_mean_minimises(plus, 3).holds
    assert not learned_centers.check_sign_minimises(plus, 4, batches=20, batch_size=3, seed=0).holds
    fourth = run_definitions("02_proofs", change=("(c - mu) ** 2", "(c - mu) ** 4"))["cost"]
    assert not learned_centers.check_mean_minimises(fourth, 3).holds


def test_the_printed_distance_is_not_the_distance():
    h = definitions("02_proofs")
    assert h.as_printed(np.ones((1, 4)), np.ones((1, 4))) == 8
    assert h.with_minus(np.ones((1, 4)), np.ones((1, 4))) == 0
    assert not hadamard_distances.check_distance_formula(hadamard_matrix(4), h.as_printed).holds
