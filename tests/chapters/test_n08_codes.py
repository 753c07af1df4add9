"""Views of trained codes: the tables hold what can be counted by hand, and the figures draw what the tables hold."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up import make_setting

from chapters.n08_retrieval import code_figures, code_readings, code_views
from chapters.shared.code_sets import SavedCodes
from hashcenters.codes import hamming_distance
from hashcenters.metrics.code_files import CodeSet

DATA = make_setting().data()
DRAW = np.random.default_rng(0)


class Made(SavedCodes):
    """Saved codes that are in memory."""

    @classmethod
    def of(cls, method: str, bits: int) -> "Made":
        none = {"file": Path(), "file_sum": "", "labels": Path(), "labels_sum": "", "num_labels": 0, "top_k": None}
        return cls("04", "one", method, bits, seed=0, dataset="digits100", dataset_options={}, **none)

    def codes(self) -> CodeSet:
        return CODES[self.method]

    def data(self):
        return DATA


def drawn(bits: int = 16, *, own: float) -> CodeSet:
    """Codes that are the code of their class in a share of the bits."""
    centers = DRAW.choice([-1, 1], size=(DATA.num_classes, bits)).astype(np.int8)
    parts = []
    for split in (DATA.query, DATA.database):
        kept = DRAW.random((len(split), bits)) < own
        noise = DRAW.choice([-1, 1], size=(len(split), bits)).astype(np.int8)
        parts += [np.where(kept, centers[split.labels], noise), split.labels]
    return CodeSet(*parts)


CODES = {"good": drawn(own=0.9), "bad": drawn(own=0.2)}
GOOD, BAD = (Made.of(name, 16) for name in CODES)


def test_the_longest_codes_of_the_same_notebook_are_compared():
    other = replace(BAD, notebook="05")
    short = replace(BAD, bits=8)
    assert code_views.same_grid([GOOD, BAD, short, other], method="good") == [GOOD, BAD]
    assert code_views.same_grid([GOOD], method="none") == []
    assert code_views.pair([BAD, GOOD], method="good", other="bad") == [GOOD, BAD]
    assert code_views.pair([BAD, GOOD], method="good", other="none") == [GOOD]
    assert code_views.about([], {}) == {}
    said = code_views.about([GOOD], {f"table-{GOOD.notebook}-{GOOD.table}": {"protocol": {"backbone": "net, frozen"}}})
    assert (said["stands_in"], said["trained_network"]) == (DATA.substitute, "net, frozen")
    assert code_views.about([GOOD], {})["trained_network"] == code_views.UNSAID


def test_a_map_places_every_query_and_keeps_classes_together():
    good, bad = (code_views.code_map(CODES[name], DATA.class_names, count=3, seed=0) for name in CODES)
    assert len(good) == len(DATA.query)
    assert set(good["name"]) == {"00", "50", "99", code_views.OTHERS}
    codes = code_views.members(DATA.query.labels, DATA.num_classes)
    assert codes.sum() == len(DATA.query)
    assert np.isfinite(good[["x", "y"]].to_numpy()).all()
    assert np.isfinite(bad[["x", "y"]].to_numpy()).all()


@pytest.mark.parametrize("different", [1, 2, 5])
def test_few_different_codes_have_a_map_too(different):
    codes = np.resize(DRAW.choice([-1, 1], size=(different, 16)).astype(np.int8), (60, 16))
    labels = np.resize(np.arange(different), 60)
    mapped = code_views.code_map(CodeSet(codes, labels, codes, labels), [*"abcdefgh"], seed=0)
    assert len(mapped[["x", "y"]].drop_duplicates()) == different
    assert (mapped["own"] == 1).all()


def test_equal_codes_of_other_classes_count_against_the_map():
    codes, labels = np.ones((12, 8), np.int8), np.repeat([0, 1], 6)
    mapped = code_views.code_map(CodeSet(codes, labels, codes, labels), ["a", "b"], seed=0)
    assert mapped["own"].tolist() == pytest.approx([5 / 11] * 12)


def test_distances_of_classes_are_means_over_pairs():
    found = code_views.class_distances(CODES["good"], DATA.class_names)
    codes = CODES["good"]
    queries, items = codes.query_codes[codes.query_labels == 7], codes.database_codes[codes.database_labels == 42]
    assert found.loc["07", "42"] == pytest.approx(hamming_distance(queries, items).mean(), abs=1e-3)
    assert code_views.listed_distances({"a": found, "b": found}).shape == (200, 102)


def test_several_labels_and_classes_without_a_query_are_counted_as_they_are():
    labels = np.array([[1, 1, 0], [0, 1, 0]], np.uint8)
    codes = np.array([[1, 1], [1, -1]], np.int8)
    found = code_views.class_distances(CodeSet(codes, labels, codes, labels), ["a", "b", "c"]).to_numpy()
    assert found[0, 1] == 0.5
    assert found[1, 1] == 0.5
    assert np.isnan(found[2]).all()


def test_classes_are_in_the_order_of_the_first_method():
    table = code_views.class_precisions([GOOD, BAD])
    assert table["good"].is_monotonic_increasing
    assert table["good"].mean() == pytest.approx(code_views.query_precisions(GOOD).mean())
    assert sorted(table["class"]) == sorted(DATA.class_names)


def test_the_hardest_queries_have_the_lowest_ap():
    hardest = code_views.hardest_queries(BAD, count=4)
    assert hardest["AP"].tolist() == sorted(code_views.query_precisions(BAD))[:4]
    assert (hardest["nearest item"] <= hardest["nearest own"]).all()


def test_confusions_are_counted_among_the_nearest_items():
    codes = np.array([[1, 1, 1, 1], [1, 1, 1, -1], [-1, -1, -1, -1]], np.int8)
    database = np.repeat(codes, [4, 6, 5], axis=0)
    made = Made.of("confused", 4)
    CODES["confused"] = CodeSet(codes, np.array([0, 1, 2]), database, np.repeat([0, 1, 2], [4, 6, 5]))
    found = code_views.confusions(made)
    assert found.iloc[0].tolist() == ["00", "01", 0.6, 1.0]
    assert found.iloc[1:]["share"].tolist() == [0.5, 0.4]
    del CODES["confused"]


def test_nearest_items_of_many_queries_are_those_of_each_in_database_order_within_ties():
    draw = np.random.default_rng(0)
    query, database = (draw.choice(np.array([-1, 1], np.int8), (n, 6)) for n in (501, 40))  # three blocks, many ties
    found = code_views.nearest_items(CodeSet(query, np.zeros(501, int), database, np.zeros(40, int)), depth=7)
    for code, items in zip(query, found, strict=True):
        distance = (code != database).sum(axis=1)
        assert items.tolist() == sorted(range(40), key=lambda item: (distance[item], item))[:7]


def test_bits_are_counted_by_hand():
    codes = np.array([[1, 1, -1, 1], [1, -1, 1, 1], [1, 1, -1, 1], [1, -1, -1, -1]], np.int8)
    made = CodeSet(codes, np.zeros(4, np.int64), codes, np.zeros(4, np.int64))
    row = code_views.bit_health({"a": made}).iloc[0]
    assert (row["constant"], row["uneven"], row["distinct codes"]) == (1, 3, 0.75)
    assert row["largest |r|"] == pytest.approx(np.abs(np.triu(np.corrcoef(codes[:, 1:].T), 1)).max())
    lines = code_views.bit_lines({"a": made})
    assert lines[lines["measure"] == "share of +1"]["value"].tolist() == [0.25, 0.5, 0.75, 1]


def test_codes_without_a_bit_that_moves_have_no_correlation():
    same = CodeSet(np.ones((3, 4), np.int8), np.arange(3), np.ones((3, 4), np.int8), np.arange(3))
    health = code_views.bit_health({"still": same, "good": CODES["good"]})
    assert health["mean |r|"].isna().tolist() == [True, False]
    assert "4 of 4 (still)" in code_readings.bits(health)
    assert code_readings.bits(health.iloc[:1]).startswith("Bits that never change: 4 of 4 (still). No two bits")


def test_a_query_at_a_glance_holds_its_code_and_those_of_its_ranks():
    frame = code_views.at_a_glance(GOOD, ranks=(1, 5, 10**6))
    assert frame["rank"].tolist() == [0, 1, 5, len(DATA.database)]
    query = np.array([2 * int(bit) - 1 for bit in frame["code"][0]])
    for tile in frame.itertuples():
        assert (query != [2 * int(bit) - 1 for bit in tile.code]).sum() == tile.distance
    assert frame["distance"].is_monotonic_increasing
    unevenness = np.abs(CODES["good"].query_codes.sum(axis=1))
    assert abs(query.sum()) == unevenness.min()


def test_the_strip_is_orange_where_a_code_differs():
    frame = code_views.at_a_glance(GOOD, ranks=(1,))
    axes = code_figures.glance(frame, None).axes
    cells = [axis.collections[0].get_array().ravel() for axis in axes if axis.collections]
    assert [(cell >= 2).sum() for cell in cells] == frame["distance"].tolist()


def test_figures_draw_what_their_tables_hold():
    mapped = code_views.maps([GOOD, BAD], seed=0)
    panels = [axis for axis in code_figures.code_maps(mapped).axes if axis.collections]
    assert [sum(len(points.get_offsets()) for points in axis.collections) for axis in panels] == [len(DATA.query)] * 2
    tables = {one.method: code_views.class_distances(one.codes(), DATA.class_names) for one in (GOOD, BAD)}
    drawn = code_figures.class_distance_maps(tables, bits=16)
    images = [axis.images[0].get_array() for axis in drawn.axes if axis.images]
    np.testing.assert_array_equal(images[1], tables["bad"].to_numpy())
    by_class = code_views.class_precisions([GOOD, BAD])
    (axis,) = code_figures.class_precision_points(by_class).axes
    assert axis.lines[1].get_ydata().tolist() == by_class["bad"].tolist()
    lines = code_views.bit_lines({one.method: one.codes() for one in (GOOD, BAD)})
    left, right = code_figures.bit_curves(lines).axes
    assert left.lines[0].get_ydata().max() == (CODES["good"].database_codes > 0).mean(axis=0).max()
    assert right.get_ylabel() == "correlation, absolute"


def test_readings_say_what_the_tables_hold():
    frame = pd.DataFrame(
        {"rank": [0, 1, 9], "relevant": [True, True, False], "distance": [0, 2, 7], "code": ["0" * 8] * 3}
    )
    assert code_readings.glance(frame) == (
        "The nearest item differs in 2 of 8 bits, the farthest in 7; of the ranks shown, 1 shares the query's class."
    )
    mapped = pd.DataFrame({"method": ["b", "a", "a"], "own": [0.2, 0.5, 1.0]})
    assert code_readings.maps(mapped).endswith("share its class are 20% (b) and 75% (a).")
    distance = pd.DataFrame([[1.0, 6.0], [5.0, 2.0]], index=["x", "y"], columns=["x", "y"])
    assert code_readings.class_distances({"a": distance}) == (
        "a: 1.5 bits to the own class and 5.5 to others on average, least from y to x (5.0)."
    )
    by_class = pd.DataFrame({"class": ["x", "y", "z"], "a": [0.1, 0.5, 0.9]})
    assert "a: from 0.100 (x) to 0.900 (z), half of the classes below 0.500." in code_readings.class_precisions(
        by_class
    )
    queries = pd.DataFrame({"own in 10": [0, 3], "AP": [0.01, 0.2]})
    confused = pd.DataFrame([("x", "y", 0.25)], columns=["class of the query", "class of the item", "share"])
    assert code_readings.hardest(queries, confused, nearest=10) == (
        "1 of these 2 queries have nothing of their class among the 10 nearest items; their AP is at most 0.2000. Most "
        "often x is taken for y: 25% of the 10 nearest items of its queries."
    )
    assert "No class has anything else" in code_readings.hardest(queries, confused.iloc[:0], nearest=10)
