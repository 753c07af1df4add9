"""Total collapse, and L_P against L_C: true of the documents' losses, false where a term or a sign is changed."""

import numpy as np
import pytest
import sympy
from notebook_code import run_definitions

from chapters.n02_proofs import optima
from chapters.n02_proofs.check import verdict
from hashcenters.centers.hadamard import double_hadamard, hadamard_matrix
from hashcenters.losses.face import FaceObjective
from hashcenters.losses.magnet import MagnetObjective
from hashcenters.losses.repmet import RepMetObjective

CODES = (2 * np.random.default_rng(0).integers(0, 2, (4, 16)) - 1).astype(np.int8)
LARGE = {"lambda_quantization": 40.0}


class Separated(MagnetObjective):
    """A Magnet loss with a part that other classes' centers enter."""

    def parts(self, outputs, labels):
        return super().parts(outputs, labels) | {"apart": (0.1, (outputs @ self.centers.T).mean() + 1)}


def test_one_code_for_everything_is_a_global_minimum():
    assert verdict(optima.check_never_negative(), optima.check_zero_at_collapse()) == "proved"


@pytest.mark.parametrize(
    ("objective", "options"),
    [
        (FaceObjective, {}),
        (FaceObjective, LARGE | {"lambda_center": 40.0}),
        (MagnetObjective, {}),
        (MagnetObjective, LARGE),
    ],
)
def test_the_objectives_of_trainings_collapse_for_every_weight(objective, options):
    assert optima.check_collapse(objective, options, codes=CODES).holds


def test_repmet_and_a_term_between_classes_do_not_collapse():
    assert optima.check_collapse(RepMetObjective, {"lambda_margin": 1.0}, codes=CODES).deviation == pytest.approx(8)
    assert not optima.check_collapse(Separated, {}, codes=CODES).holds


def test_a_summand_that_can_be_negative_is_noticed(monkeypatch):
    monkeypatch.setattr(optima, "QUANTISED", sympy.log(sympy.cosh(optima.X) / 2))
    assert optima.check_never_negative().counter_example == "L_Q"


@pytest.mark.parametrize(("name", "wrong"), [("QUANTISED", "cosh"), ("CENTRAL", "log")])
def test_a_loss_that_is_not_least_at_the_collapse_is_noticed(monkeypatch, name, wrong):
    changed = {"cosh": sympy.log(sympy.cosh(optima.X) + 1), "log": sympy.log(2 + sympy.exp(-optima.X))}
    monkeypatch.setattr(optima, name, changed[wrong])
    assert not optima.check_zero_at_collapse().holds


def test_hadamard_centers_are_undecided_and_negatives_are_not():
    assert optima.check_centers_are_undecided(hadamard_matrix(16)).holds
    assert not optima.check_centers_are_undecided(double_hadamard(16)).holds
    flipped = hadamard_matrix(16).copy()
    flipped[3, 5] *= -1
    assert not optima.check_centers_are_undecided(flipped).holds


def test_the_pairwise_loss_has_a_slope_at_hadamard_centers():
    names = run_definitions("02_proofs")
    assert optima.check_log_two(names["L"], names["sigma"]).holds
    assert not optima.check_log_two(lambda theta, s: sympy.log(1 + sympy.exp(theta / 2)), names["sigma"]).holds
