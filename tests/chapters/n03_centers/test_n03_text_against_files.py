"""The text against the authors' centers: on forged centers everywhere, on the real files where they lie."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chapters.n03_centers.published import PUBLISHED, published_available, published_centers
from chapters.n03_centers.text_against_files import (
    OTHER,
    count_balanced_rows,
    count_hadamard_rows,
    file_shares,
    file_table,
    first_rows,
    held_against_text,
    judge_files,
    judge_first_rows,
    judge_similar,
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
    assert (row["holds"], row["as_text_says"], row["algorithm_1"]) == ("Bernoulli", True, "Bernoulli")
    assert not held_against_text("ImageNet", balanced)["as_text_says"]
    assert count_balanced_rows(balanced) == 100 > count_balanced_rows(flips)


FLIPPED = {  # files of either construction, none of coin flips
    "balanced, 16 bits": balanced_centers(16, 100, seed=0),
    "balanced, 32 bits": balanced_centers(32, 100, seed=0),
    "rows of H_2K": double_hadamard(32)[:51],
}


@pytest.mark.parametrize("name", FLIPPED)
@pytest.mark.parametrize("flips", [1, 3])
def test_a_flipped_bit_makes_no_coin_flips(name: str, flips: int):
    centers = FLIPPED[name].copy()
    centers[np.arange(flips) * 7, 5] *= -1
    row = held_against_text("ImageNet", centers)
    assert row["holds"].startswith("neither, ") and not row["as_text_says"]
    assert judge_files(pd.DataFrame([row]))["verdict"] == "contradicted"


def test_what_a_file_with_a_flipped_bit_is_called():
    centers = double_hadamard(32)[:51].copy()
    centers[7, 5] *= -1
    found = held_against_text("HMDB51", centers)["holds"]
    assert found == "neither, 50 rows of H_2K and 48 with K/2 ones of 51"  # H_2K has two constant rows


def test_balanced_rows_of_which_most_are_hadamard_rows_are_not_random():
    centers = hadamard_rows(32, 21, seed=0)
    centers[4, [np.argmax(centers[4] == 1), np.argmax(centers[4] == -1)]] *= -1
    assert held_against_text("NUS-WIDE", centers)["holds"].startswith("neither, 20 rows of H_2K")


@pytest.mark.parametrize("bits", [16, 32])
@pytest.mark.parametrize("seed", range(20))
def test_coin_flips_with_a_flipped_bit_stay_coin_flips(bits: int, seed: int):
    centers = bernoulli_centers(bits, 51, seed=seed)
    centers[3, 5] *= -1
    assert held_against_text("HMDB51", centers)["holds"] == "Bernoulli"


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


def test_one_flipped_bit_of_fig_s4_is_named():
    centers = double_hadamard(64)[:100].copy()
    assert first_rows(centers)["verdict"] == "reproduced"
    centers[70, 3] *= -1
    found = first_rows(centers)
    assert found["verdict"] == "contradicted" and found["observed"].endswith("center 70 differs in bit 3")


def test_rows_in_another_order_are_rows():
    found = first_rows(double_hadamard(64)[:100][::-1])
    assert found["verdict"] == "reproduced"
    assert found["observed"].startswith("100 of the file's 100 centers are rows of H_2K; against its first 100 rows: ")


def test_data_sets_made_alike_are_similar():
    made = {16: balanced_centers(16, 51, seed=0), 64: hadamard_rows(64, 51, seed=0)}
    names = ("ImageNet", *OTHER)
    alike = pd.DataFrame(held_against_text(name, made[bits]) for name in names for bits in made)
    assert judge_similar(alike)["verdict"] == "reproduced"
    assert judge_similar(alike[alike["dataset"].isin(names[:2])])["verdict"] == "inconclusive"  # not all are here
    other = pd.DataFrame([held_against_text("HMDB51", balanced_centers(64, 51, seed=0))])
    unlike = pd.concat([alike[(alike["dataset"] != "HMDB51") | (alike["bits"] != 64)], other])
    assert judge_similar(unlike)["verdict"] == "contradicted"
    for bits, centers in made.items():
        wrong = centers.copy()
        wrong[3, 5] *= -1
        other = alike[(alike["dataset"] != "HMDB51") | (alike["bits"] != bits)]
        flipped = pd.concat([other, pd.DataFrame([held_against_text("HMDB51", wrong)])])
        assert judge_similar(flipped)["verdict"] == "contradicted"


def test_negatives_count_and_other_lengths_have_no_rows():
    assert count_hadamard_rows(double_hadamard(8)) == 16
    assert count_hadamard_rows(np.ones((2, 12), dtype=np.int8)) == 0


@pytest.mark.skipif(not published_available(), reason="the authors' files are not in the data root")
@pytest.mark.parametrize(("dataset", "bits"), PUBLISHED)
def test_a_flipped_bit_of_a_published_file(dataset: str, bits: int):
    """No flipped bit makes a file what the text says; one that was as the text says no longer is."""
    centers = published_centers(dataset, bits).copy()
    centers[-1, 5] *= -1
    row = held_against_text(dataset, centers)
    assert row["holds"].startswith("neither, ")
    assert judge_files(pd.DataFrame([row]))["verdict"] == "contradicted"


@pytest.mark.skipif(not published_available(), reason="the authors' files are not in the data root")
def test_the_published_files():
    """As the text says are NUS-WIDE's long ones and three of twelve others, all of 64 bits; the rest is balanced."""
    rows = file_table()
    right = rows[rows["as_text_says"]]
    assert set(zip(right["dataset"], right["bits"], strict=True)) >= {("NUS-WIDE", 32), ("NUS-WIDE", 64)}
    others = right[right["dataset"] != "NUS-WIDE"]
    assert (others["bits"] == 64).all() and len(others) == (rows["dataset"] != "NUS-WIDE").sum() // 3 - 1
    wrong = rows[~rows["as_text_says"]].set_index(["dataset", "bits"])
    assert wrong.loc[[("MS COCO", 64), ("NUS-WIDE", 16)], "minimum"].tolist() == [20, 4]
    assert set(wrong["hadamard_rows"]) <= {0, 1} and set(wrong["holds"]) == {"random, K/2 ones a row"}
    assert judge_first_rows(rows)["verdict"] == "reproduced"
    short = rows[(rows["dataset"] == "ImageNet") & (rows["bits"] < 64)]
    assert judge_files(short)["verdict"] == "contradicted"
    assert judge_files(short)["evidence"].endswith("probability of 10^-71 at most")
    similar = judge_similar(rows)
    assert similar["verdict"] == "contradicted"
    assert similar["observed"] == "MS COCO 64 bits: random, K/2 ones a row, ImageNet's are Hadamard"
    constant = rows[rows["constant_bits"] > 0]
    assert [*zip(constant["dataset"], constant["bits"], constant["constant_bits"], strict=True)] == [
        ("NUS-WIDE", 32, 1),
        ("NUS-WIDE", 64, 2),
        ("HMDB51", 64, 1),
    ]
    ucf101 = rows[rows["dataset"] == "UCF101"]
    assert ucf101["algorithm_1"].tolist() == ["Bernoulli", "Bernoulli", "H_2K"]
    assert ucf101["hadamard_rows"].tolist() == [0, 0, 101]
    assert set(rows.loc[rows["holds"] != "Hadamard", "holds"]) == {"random, K/2 ones a row"}
    shares = file_shares(rows)
    assert shares["centers"].nunique() == 15
    assert shares.groupby("centers")["distance"].min()["MS COCO 64: not as said"] == 20


def test_without_the_files_the_verdict_says_how_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HASHCENTERS_DATA", str(tmp_path))
    files = file_table()
    assert files.empty
    assert judge_files(files[files["dataset"] == "NUS-WIDE"]) == {
        "verdict": "needs-data",
        "observed": "the files are not here",
        "evidence": "get the files with: .venv/bin/hashcenters data download csq-official",
    }
