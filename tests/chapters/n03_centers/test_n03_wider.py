"""Centers optimised for distance, published and made, against codes from coding theory."""

import pandas as pd
import pytest

from chapters.n03_centers import wider
from workbook.literature import numbers_of

NAMES = ("MDS", "SHC-2025")

CODING, BOUND = [6, 14, 32, 6, 13, 29, 4, 12, 28], [6, 14, 32, 6, 14, 30, 4, 13, 29]
GREEDY = [5, 12, 26, 4, 11, 24, None, 9, 22]


@pytest.fixture
def table():
    """What the generators reach with seed 0, in all nine cells."""
    published = {name: [number.value for number in numbers_of(wider.SOURCE) if number.row == name] for name in NAMES}
    rows = {f"{name}, published": values for name, values in published.items()}
    return pd.DataFrame(rows | {"mds": published["MDS"], "dpn": GREEDY, "coding": CODING, "upper bound": BOUND})


def test_published_distances_stand_beside_those_made_here(monkeypatch, table):
    few = [number for number in numbers_of(wider.SOURCE) if number.column.startswith("100 classes")]
    monkeypatch.setattr(wider, "numbers_of", lambda _: few)
    found = wider.width_table(seed=0)
    assert found.columns.tolist() == ["classes", "bits", *table.columns]
    pd.testing.assert_frame_equal(found[table.columns], table[:3].astype("Int64"))
    assert found["bits"].tolist() == [16, 32, 64]


def test_a_generator_that_does_not_serve_a_size_has_no_distance():
    assert wider._minimum("dpn", 12, 200, 0) is None


def test_the_finding_holds_and_would_not_if_a_published_cell_were_wider(table):
    judged = wider.judge_width(table)
    assert judged["verdict"] == "finding"
    assert "MDS: in 8 of 9 cells" in judged["observed"] and "closer in 0" in judged["observed"]
    assert (judged["reached"], judged["cells"]) == (9, 9)
    other = table.copy()
    other.loc[0, "MDS, published"] = 7
    assert wider.judge_width(other)["verdict"] == "not-shown"
    assert "closer in 1" in wider.judge_width(other)["observed"]
    other.loc[0, "MDS, published"] = 6
    assert wider.judge_width(other)["verdict"] == "not-shown"  # in seven cells, not in eight
    assert wider.judge_width(table.assign(**{"MDS, published": 0, "SHC-2025, published": 0}))["verdict"] == "not-shown"
    assert wider.judge_width(table[:8])["verdict"] == "not-shown"
