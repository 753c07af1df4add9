"""Recall, growth, and the tables of `make bench` as the notebook reads them."""

import pandas as pd
import pytest

from chapters.n08_retrieval import search
from chapters.n08_retrieval.simulated import simulated_codes
from hashcenters import retrieval


@pytest.fixture(scope="module")
def codes():
    return simulated_codes(32, queries=20, database=900, num_classes=10, flips=0.2, seed=0)


def test_recall_reaches_one_when_all_lists_are_visited(codes):
    exact = retrieval.build_index(codes.database_codes)
    lists = retrieval.build_index(codes.database_codes, kind="inverted", lists=12)
    table = search.recall_table(exact, lists, codes.query_codes, all_probes=[1, 4, 12, 50], top_k=10)
    assert table["probes"].tolist() == [1, 4, 12]
    assert table["recall"].is_monotonic_increasing and table["recall"].iloc[-1] == 1.0
    assert table["visited"].is_monotonic_increasing


def test_growth_leaves_out_sizes_that_cannot_be(codes):
    table = search.growth_table(codes, sizes=[5, 100, 900, 5000], top_k=10, seed=0)
    assert table["database"].tolist() == [100, 900]
    assert (table.drop(columns="database") > 0).all(axis=None)


def test_measured_growth_reads_what_is_there(tmp_path, monkeypatch):
    monkeypatch.setattr(search, "project_root", lambda: tmp_path)
    assert search.measured_growth() is None
    folder = tmp_path / "benchmarks" / "results"
    folder.mkdir(parents=True)
    columns = {"database": [10, 100], "core_milliseconds_a_query": [1.0, 10.0], "exponent": 1.0}
    pd.DataFrame(columns | {"kind": ["flat", "inverted"]}).to_csv(folder / "retrieval-growth.csv", index=False)
    table = search.measured_growth()
    assert table["task"].tolist() == ["exact search", "inverted file"]
    assert table["core_milliseconds"].tolist() == [1.0, 10.0]
