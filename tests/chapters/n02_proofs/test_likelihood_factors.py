import numpy as np
import pytest

from basics.errors import InputError
from chapters.n02_proofs.likelihood_factors import (
    check_chain_rule,
    check_constant_prior,
    check_factorisation,
    check_items_independent,
    check_log_difference,
    check_log_ratio,
    check_missing_term,
    check_pairs_independent,
    check_reason,
    check_same_maximiser,
    check_steps,
    given_code,
    independent_joint,
    joint_of_built_centers,
    same_class_centers,
)

INDEPENDENT = independent_joint(centers=3, labels=3, codes=5, seed=0)
BUILT = joint_of_built_centers(np.array([[0.5, 0.45], [0.0, 0.5], [0.5, 0.05]]), center_of_label=[0, 0, 1])


def general(seed):
    return np.random.default_rng(seed).dirichlet(np.ones(24)).reshape(2, 3, 4)


@pytest.mark.parametrize("joint", [INDEPENDENT, BUILT, general(0), general(1)])
def test_joint_distributions_sum_to_one_and_the_chain_rule_always_holds(joint):
    assert joint.sum() == pytest.approx(1)
    assert check_chain_rule(joint).holds


def test_conditionals_by_hand():
    joint = np.zeros((2, 2, 2))
    joint[0, 0] = [0.1, 0.2]
    joint[1, 1] = [0.3, 0.4]
    both, center, label = given_code(joint)
    assert both[0, 0].tolist() == pytest.approx([0.25, 1 / 3])
    assert center.tolist() == label.tolist()


def test_factorisation_needs_independence_given_the_code():
    assert check_factorisation(INDEPENDENT).holds
    assert not check_factorisation(general(0)).holds


def test_the_documents_premise_is_met_where_its_conclusion_fails():
    assert check_constant_prior(BUILT).holds
    assert not check_factorisation(BUILT).holds
    assert check_same_maximiser(BUILT).counter_example == "C' = 0, S = 0: code 0, the product says 1"


def test_the_conclusion_holds_where_the_premise_is_not_met():
    assert not check_constant_prior(INDEPENDENT).holds
    assert check_same_maximiser(INDEPENDENT).holds


def test_the_reason_is_refuted_by_centers_built_from_labels_and_by_nothing_else():
    assert not check_reason(BUILT).holds
    assert check_reason(INDEPENDENT).holds and check_reason(general(0)).holds


def test_a_reason_that_is_enough_stands():
    one_label = joint_of_built_centers(np.ones((1, 4)), center_of_label=[0])
    assert check_constant_prior(one_label).holds and check_reason(one_label).holds


def test_centers_of_one_class_are_not_independent():
    assert check_items_independent(same_class_centers(0.5)).holds
    assert check_items_independent(same_class_centers(1.0)).counter_example.startswith(
        "c'_1 0, c'_2 0: 0.5 instead of 0.25"
    )
    assert not check_items_independent(same_class_centers(0.6)).holds


def test_the_missing_term_is_the_covariance():
    assert check_missing_term(independent=True).holds
    assert check_missing_term(independent=False).counter_example == "term a*(a - 1)*(b_0 - b_1)"


def test_proportional_between_logarithms_means_a_constant_difference():
    assert check_log_difference(INDEPENDENT).holds
    assert not check_log_ratio(INDEPENDENT).holds
    assert not check_log_difference(general(0)).holds


def test_pairs_give_probability_to_impossible_labels():
    assert not check_pairs_independent(np.zeros(3)).holds
    assert check_pairs_independent(np.zeros(3)).deviation == pytest.approx(3 / 8)
    assert check_pairs_independent(np.array([50.0, 50.0, 50.0])).deviation == pytest.approx(0, abs=1e-9)
    certain = check_pairs_independent(np.array([50.0, 50.0, -50.0]))  # 1 and 2, 2 and 3, but not 1 and 3
    assert certain.deviation == pytest.approx(1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: joint_of_built_centers(np.ones((2, 2)), center_of_label=[0, 1]), "must sum to 1"),
        (
            lambda: joint_of_built_centers(np.full((2, 2), 0.5), center_of_label=[0]),
            "one center for each of 2 labels",
        ),
        (lambda: check_log_ratio(BUILT), "without zeros"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_the_four_steps_on_the_three_kinds_of_distribution():
    kinds = {"independent": INDEPENDENT, "built": BUILT, "general": general(0)}
    outcomes = {name: [check.holds for check in check_steps(joint)] for name, joint in kinds.items()}
    assert outcomes["independent"] == [True, False, True, True]
    assert outcomes["built"] == [True, True, False, False]
    assert outcomes["general"][:3] == [True, False, False]
