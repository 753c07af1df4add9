"""The readings of the retrieval notebook say what their tables hold."""

import pandas as pd
import pytest

from chapters.n08_retrieval import readings
from chapters.n08_retrieval.simulated import simulated_codes
from chapters.n08_retrieval.ties import StudiedSet

TIES = pd.DataFrame(
    [
        ("HMDB51 as released, 64 bits", "released", 64, 0.0506, 20.4),
        ("simulated, 48 bits", "simulated", 48, 0.01, 500.6),
        ("simulated, 16 bits", "simulated", 16, 0.2, 900.4),
    ],
    columns=["codes", "origin", "bits", "spread", "tied at the cut"],
)


def test_found_sets_are_named_or_the_way_to_them_is():
    assert readings.found_sets(["a, 16 bits", "b"]) == "Released or trained sets found: a, 16 bits; b."
    assert "found: none. CSQ's video codes belong under `csq-official/" in readings.found_sets([])


def test_the_spread_goes_from_the_shortest_to_the_longest_simulated_codes():
    assert readings.tie_spread(TIES) == (
        "With simulated codes of 16 to 48 bits the spread between the rules goes from 0.2000 to 0.0100 of mAP, and the "
        "items tied at rank k from 900 to 501. HMDB51 as released, 64 bits: spread 0.0506."
    )
    assert readings.tie_spread(TIES.iloc[1:]).endswith("to 501.")


def test_shuffles_have_a_range_a_deviation_and_a_standard_error():
    shuffled = pd.DataFrame({"shuffle": range(4), "mAP": [0.5, 0.52, 0.54, 0.56]})
    assert readings.shuffled_spread("a", shuffled, expected=0.531) == (
        "a: the shuffles range from 0.50000 to 0.56000, with a standard deviation of 0.02582. Their mean is 0.53000 "
        "± 0.01291 (standard error); the rule `expected` says 0.53100."
    )


RECALL = pd.DataFrame({"probes": [1, 4, 8], "visited": [0.01, 0.05, 0.1], "recall": [0.9, 0.9995, 1.0]})


def test_the_first_search_that_finds_nearly_all_is_named():
    assert readings.partial_search(RECALL, top_k=20) == (
        "Of the nearest 20 a search finds, by lists visited: 1 list (1.0% of the comparisons of an exact search) "
        "90.00% and 4 lists (5.0% of the comparisons of an exact search) 99.95%."
    )
    assert "8 lists (10.0%" in readings.partial_search(RECALL, top_k=20, enough=1.0)


def test_a_search_that_never_finds_enough_ends_with_the_longest():
    assert "4 lists" in readings.partial_search(RECALL.iloc[:2], top_k=20, enough=1.0)
    assert readings.partial_search(RECALL.iloc[:1], top_k=20).count("list (") == 1


def test_growth_has_an_exponent_and_a_time_for_every_task():
    measured = pd.DataFrame(
        {
            "task": ["exact search"] * 2 + ["inverted file"] * 2,
            "database": [10, 10_000] * 2,
            "core_milliseconds": [1.0, 9.0, 1.0, 2.0],
            "exponent": [0.9, 0.9, 0.2, 0.2],
        }
    )
    assert readings.growth(measured) == (
        "Core time a query grows as size^0.90 to 9.00 ms at 10,000 items (exact search) and size^0.20 to 2.00 ms at "
        "10,000 items (inverted file)."
    )
    assert readings.growth(None).endswith("run `make bench`.")


def test_scores_are_given_with_what_the_order_can_make_of_them():
    rules = ["expected", "stable", "relevant_first", "relevant_last"]
    rows = [("mAP@5", rule, value) for rule, value in zip(rules, [0.5, 0.4, 0.75, 0.25], strict=True)]
    scores = pd.DataFrame([*rows, ("precision@1", "expected", 0.9)], columns=["metric", "ties", "value"])
    assert readings.all_scores(scores, name="mine.npz") == (
        "mine.npz: mAP@5 is 0.5000, between 0.2500 and 0.7500 by the order inside ties."
    )


@pytest.mark.parametrize(("difference", "more"), [(0, ""), (7, "; the largest difference is +7 rows (b, query)")])
def test_lists_of_another_size_and_leaks_are_counted(difference, more):
    lists = pd.DataFrame({"protocol": ["a", "b", "b"], "list": ["train", "query", "valid"]})
    lists["difference"] = pd.array([0, difference, None], "Int64")
    overlaps = pd.DataFrame({"first": ["query", "train"], "second": ["train", "valid"], "shared": [3, 99]})
    assert readings.list_sizes(lists, overlaps) == (
        f"{1 if difference else 2} of the 2 lists with a nominal size have it{more}. "
        "Queries that stand in another list of their protocol: 3."
    )


@pytest.mark.parametrize(
    ("origin", "says"),
    [("released", None), ("own", None), ("simulated", "simulated codes"), ("trained", "trained on")],
)
def test_only_codes_of_other_data_stand_in_for_something(origin, says):
    codes = simulated_codes(8, queries=1, database=1, num_classes=2, flips=0.0, seed=0)
    found = StudiedSet(codes, origin, None).substitute
    assert found is None if says is None else says in found
