"""The text against the authors' centers: on forged centers everywhere, on the real files where they lie."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chapters.n03_centers.published import published_available
from chapters.n03_centers.text_against_files import (
    count_hadamard_rows,
    file_shares,
    file_table,
    held_against_text,
    is_balanced,
    judge_files,
    other_branch,
)
from hashcenters.centers.algorithm1 import balanced_centers, bernoulli_centers
from hashcenters.centers.hadamard import double_hadamard, hadamard_rows


def test_hadamard_rows_are_as_the_text_says():
    row = held_against_text("NUS-WIDE", hadamard_rows(32, 21, seed=0))
    assert row["text"] == row["holds"] == "Hadamard"
    assert (row["hadamard_rows"], row["minimum"], row["below_half"], row["as_text_says"]) == (21, 16, 0, True)


@pytest.mark.parametrize("planted", [0, 20])
def test_one_wrong_bit_is_noticed(planted: int):
    centers = hadamard_rows(32, 21, seed=0)
    centers[planted, 5] *= -1
    row = held_against_text("NUS-WIDE", centers)
    assert row["hadamard_rows"] == 20
    assert not row["as_text_says"]


def test_balanced_rows_are_told_from_coin_flips():
    balanced = balanced_centers(16, 100, seed=0)
    assert held_against_text("ImageNet", balanced)["holds"] == "random, K/2 ones a row"
    flips = bernoulli_centers(16, 100, seed=0)
    row = held_against_text("ImageNet", flips)
    assert (row["holds"], row["as_text_says"], row["algorithm_1"]) == ("random", True, "Bernoulli")
    assert is_balanced(balanced) and not is_balanced(flips)


def test_random_centers_where_the_text_says_hadamard():
    row = held_against_text("MS COCO", balanced_centers(64, 80, seed=0))
    assert (row["text"], row["algorithm_1"], row["as_text_says"]) == ("Hadamard", "H_2K", False)


def test_judgement_names_the_file_that_deviates():
    good = held_against_text("NUS-WIDE", hadamard_rows(32, 21, seed=0))
    bad = held_against_text("NUS-WIDE", balanced_centers(16, 21, seed=0))
    assert judge_files(pd.DataFrame([good]))["verdict"] == "reproduced"
    record = judge_files(pd.DataFrame([good, bad]))
    assert record["verdict"] == "contradicted"
    assert record["observed"].startswith("NUS-WIDE 16 bits: random, K/2 ones a row, minimum 4")
    assert record["evidence"].startswith("1 of 2 files")


def test_text_against_algorithm_1():
    rows = [held_against_text("HMDB51", bernoulli_centers(bits, 51, seed=0)) for bits in (16, 32, 64)]
    assert other_branch(pd.DataFrame(rows)) == ["HMDB51 32"]


def test_negatives_count_and_other_lengths_have_no_rows():
    assert count_hadamard_rows(double_hadamard(8)) == 16
    assert count_hadamard_rows(np.ones((2, 12), dtype=np.int8)) == 0


@pytest.mark.skipif(not published_available(), reason="the authors' files are not in the data root")
def test_the_published_files():
    """Two contradictions: 64 bits of MS COCO, 16 bits of NUS-WIDE."""
    rows = file_table()
    wrong = rows[~rows["as_text_says"]]
    assert [*zip(wrong["dataset"], wrong["bits"], strict=True)] == [("MS COCO", 64), ("NUS-WIDE", 16)]
    assert list(wrong["minimum"]) == [20, 4]
    assert list(wrong["hadamard_rows"]) == [0, 0]
    constant = rows[rows["constant_bits"] > 0]
    assert [*zip(constant["dataset"], constant["bits"], constant["constant_bits"], strict=True)] == [
        ("NUS-WIDE", 32, 1),
        ("NUS-WIDE", 64, 2),
        ("HMDB51", 64, 1),
    ]
    assert set(rows.loc[rows["holds"] != "Hadamard", "holds"]) == {"random, K/2 ones a row"}
    shares = file_shares(rows)
    assert shares["centers"].nunique() == 12
    assert shares.groupby("centers")["distance"].min()["MS COCO 64: not as said"] == 20


def test_without_the_files_the_verdict_says_how_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HASHCENTERS_DATA", str(tmp_path))
    files = file_table()
    assert files.empty
    assert judge_files(files[files["dataset"] == "NUS-WIDE"]) == {
        "verdict": "needs-data",
        "observed": "the files are not here",
        "evidence": "get the files with: python -m hashcenters.datasets download csq-official",
    }
