"""Tables and figures of semantic centers: values against the functions they summarise."""

from dataclasses import replace

import numpy as np
import pytest

from chapters.n03_centers import semantic_study
from chapters.n03_centers.semantic_study import (
    distance_cost,
    distance_costs,
    distance_curves,
    judge_tie,
    released_rule_table,
    released_start,
    solve_all,
    solver_table,
    target_table,
)
from chapters.shared.similarities import grouped_features
from hashcenters.centers.algorithm1 import csq_centers
from hashcenters.centers.semantic import semantic_centers
from hashcenters.centers.targets import asymmetry, category_similarity, target_error, target_matrix
from hashcenters.codes import hamming_distance
from workbook.literature import numbers_of

SIMILARITY = category_similarity(grouped_features(20, groups=4, width=24, seed=0))


def test_solver_table():
    solved = solve_all(SIMILARITY, [8, 16], seed=0, lpbox_sweeps=4)
    table = solver_table(SIMILARITY, solved, seed=0)
    assert len(table) == 8 and list(solved) == [
        (bits, name) for bits in (8, 16) for name in ("annealing", "lpbox", "lpbox, authors' acceptance")
    ]
    row = table[(table.bits == 16) & (table.centers == "annealing")].iloc[0]
    assert row["objective"] == solved[16, "annealing"].objective
    foot = table[(table.bits == 16) & (table.centers == "csq (no similarity)")].iloc[0]
    assert foot["objective"] == target_error(csq_centers(16, 20, seed=0), target_matrix(SIMILARITY, 16))
    assert foot["reached"] == 8 and foot["feasible"]
    assert row["objective"] < foot["objective"]


def test_cost_of_a_distance_starts_at_zero_and_rises():
    frame = distance_cost(SIMILARITY, 16, [3, 6], seed=0)
    assert frame["min_distance"].tolist() == [0, 3, 6]
    assert frame["cost"].iloc[0] == 0 and frame["cost"].is_monotonic_increasing
    expected = frame["objective"].iloc[2] / frame["objective"].iloc[0] - 1
    assert frame["cost"].iloc[2] == pytest.approx(expected)


def test_costs_of_several_similarities():
    other = category_similarity(grouped_features(20, groups=2, width=24, seed=1))
    frame = distance_costs({"one": SIMILARITY, "two": other}, 16, seed=0)
    for _, part in frame.groupby("similarity"):
        assert part["min_distance"].tolist() == list(range(9))  # a code of 8 is known for 20 classes
        assert set(part["gilbert_varshamov"]) == {5} and set(part["eighth"]) == {2}
        assert part["cost"].iloc[0] == 0


def test_targets():
    table = target_table(SIMILARITY, [16, 32]).set_index("bits")
    assert table.loc[32, "mean_gap"] == pytest.approx(2 * table.loc[16, "mean_gap"])
    assert table.loc[32, "floor"] == pytest.approx(4 * table.loc[16, "floor"])
    assert table.loc[16, "share_of_range"] == pytest.approx(asymmetry(target_matrix(SIMILARITY, 16)) / 32)


def test_distances_by_similarity():
    solved = {(bits, "annealing"): semantic_centers(SIMILARITY, bits, seed=0) for bits in (8, 16)}
    frame = distance_curves(SIMILARITY, solved)
    assert frame["group"].tolist() == 2 * list(range(1, 11))
    assert frame["bits"].tolist() == 10 * [8] + 10 * [16] and set(frame["centers"]) == {"annealing"}
    pairs = np.triu_indices(20, 1)
    centers = solved[16, "annealing"].centers
    expected = hamming_distance(centers, centers)[pairs][np.argsort(SIMILARITY[pairs])][-19:]
    last = frame.iloc[-1]
    assert last["mean"] == pytest.approx(expected.mean())
    assert last["low"] == pytest.approx(np.quantile(expected, 0.1))
    assert last["high"] == pytest.approx(np.quantile(expected, 0.9))


@pytest.fixture(scope="module")
def ruled():
    rng = np.random.default_rng(0)
    features = {"groups": grouped_features(100, groups=12, width=64, seed=0), "noise": rng.normal(size=(100, 20))}
    studies = {name: category_similarity(found) for name, found in features.items()}
    return released_rule_table(studies, [16, 64], sweeps=1)


def test_the_released_rule_changes_no_hadamard_row_and_some_random_ones(ruled):
    assert ruled.loc[ruled["bits"] == 64, "changed"].tolist() == [0, 0]
    assert ruled.loc[ruled["bits"] == 64, "as the first"].tolist() == [100, 100]
    assert (ruled.loc[ruled["bits"] == 16, "changed"] > 0).all()
    judged = judge_tie(ruled, bits=64)
    assert judged["verdict"] == "finding"
    assert judged["observed"].startswith("printed at 64 bits: 0.8982, 0.8982, 0.8982; centers that the released rule")
    apart = ruled.loc[(ruled["bits"] == 16) & (ruled["similarity"] == "noise"), "as the first"].item()
    assert judged["observed"].endswith(
        "0 of 100 on groups, 0 of 100 on noise; all similarities have the same centers there, while elsewhere another "
        f"similarity changes {100 - apart} at 16 bits (noise)"
    )


@pytest.mark.parametrize("changed", [1, 3, 50])
def test_one_changed_center_is_a_counter_example(changed: int, ruled):
    assert judge_tie(ruled.assign(changed=changed), bits=64)["verdict"] == "not-shown"
    one = ruled["similarity"] == "noise"
    assert judge_tie(ruled[one].assign(changed=changed), bits=64)["verdict"] == "not-shown"
    assert judge_tie(ruled.assign(changed=changed * one), bits=64)["verdict"] == "not-shown"


def test_one_similarity_and_a_rule_that_changes_nothing_anywhere_leave_it_open(ruled):
    for open_ in (ruled[ruled["similarity"] == "noise"], ruled.assign(changed=0, **{"as the first": 100})):
        judged = judge_tie(open_, bits=64)
        assert judged["verdict"] == "inconclusive" and "elsewhere" not in judged["observed"]
    moved = judge_tie(ruled.assign(**{"as the first": 100}), bits=64)  # changed, and alike on both similarities
    assert moved["verdict"] == "inconclusive" and "elsewhere" not in moved["observed"]


def test_three_printed_values_that_differ_are_no_tie(ruled, monkeypatch):
    table = numbers_of("SHC Table 1")
    for place, number in enumerate(table):
        wrong = [*table[:place], replace(number, value=number.value + 0.0001), *table[place + 1 :]]
        monkeypatch.setattr(semantic_study, "numbers_of", lambda _, wrong=wrong: wrong)
        expected = "not-shown" if number.column == "ImageNet 64" else "finding"
        assert judge_tie(ruled, bits=64)["verdict"] == expected, number.key


def test_the_released_start():
    rows, kind = released_start(64, 100)
    assert kind == "first rows of H_2K" and (rows[64:] == -rows[:36]).all() and len(rows) == 100
    mixed, kind = released_start(16, 100)
    assert kind.endswith("random ones") and mixed.shape == (100, 16) and (mixed[32:].sum(axis=1) == 0).all()
