"""Verdicts on sentences about learned centers, checkpoints and SHC's table: true ones, and planted falsehoods."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from chapters import n05_center_learning, n05_center_table, n07_backbones
from chapters.shared import comparisons, implementation
from workbook.literature import numbers_of


class Learned:
    """A finished training whose centers have a given size at start and end."""

    def __init__(self, start: float, end: float) -> None:
        self.sizes = start, end

    def history(self) -> pd.DataFrame:
        return pd.DataFrame({"loss": [4.0, 1.0, 1.0, 1.0]})

    def centers_by_epoch(self) -> list[np.ndarray]:
        signs = np.random.default_rng(0).choice([-1.0, 1.0], (10, 16))
        return [size * signs for size in self.sizes]


def trained(**ends: list[float]) -> pd.DataFrame:
    rows = [(method, 64, seed, Learned(1.0, end)) for method, sizes in ends.items() for seed, end in enumerate(sizes)]
    return pd.DataFrame(rows, columns=["method", "bits", "seed", "run"])


def sizes_of(**runs: pd.DataFrame) -> pd.DataFrame:
    named = [part.assign(loss=loss.replace("_", " ")) for loss, part in runs.items()]
    return n05_center_learning.center_magnitudes(pd.concat(named))


def judged(within: list[float], without: list[float], **others: list[float]) -> dict:
    sizes = sizes_of(with_L_Q=trained(Face=within, **others), without=trained(Face=without, **others))
    return n05_center_learning.judge_center_magnitudes(sizes, n05_center_table.magnitude_margins(sizes))


def test_centers_that_become_binary_with_the_loss_only():
    found = judged([0.99, 0.98, 0.99], [0.50, 0.52, 0.49], RepMet=[1.0, 1.0, 1.0])
    assert found["verdict"] == "trend"
    assert "RepMet 1.000 and 1.000, unchanged" in found["observed"]
    assert "Face 0.987 and 0.503" in found["observed"]
    assert (
        "of 3 intervals over seeds" in found["why"] and "Face: with L Q − 0.95: +0.0367" in found["why"]
    )  # not RepMet's


@pytest.mark.parametrize(
    ("within", "without", "verdict"),
    [
        ([0.70, 0.71, 0.70], [0.50, 0.52, 0.49], "not-shown"),  # larger, and not binary
        ([0.50, 0.52, 0.49], [0.70, 0.71, 0.70], "not-shown"),
        ([0.90, 0.20, 0.99], [0.50, 0.52, 0.49], "inconclusive"),
        ([0.60, 0.60], [0.60, 0.60], "not-shown"),  # nothing changes
        ([0.99], [0.50], "inconclusive"),  # one seed is no evidence
        ([0.90, 0.99, 0.93], [0.50, 0.52, 0.49], "inconclusive"),  # a mean below the bound, and no interval below it
        ([0.90, 0.99, 0.93], [0.10, 0.99, 0.80], "inconclusive"),  # the rise is open too
        ([0.99, 0.99, 0.99], [0.97, 0.97, 0.97], "not-shown"),  # binary without it too
        ([0.99, 0.99, 0.99], [0.96, 0.9499, 0.959], "inconclusive"),
    ],
)
def test_centers_that_do_not(within, without, verdict):
    assert judged(within, without)["verdict"] == verdict


def test_centers_that_never_change_say_nothing():
    assert judged([1.0, 1.0], [1.0, 1.0])["verdict"] == "inconclusive"


def test_the_mean_of_centers_is_read_out():
    sizes = sizes_of(with_loss=trained(Face=[0.5, 0.7]))
    assert sizes[n05_center_table.START].tolist() == [1.0, 1.0]
    assert n05_center_learning.magnitude_reading(sizes) == "The mean of |c| at the end is 0.600 (Face, with loss)."
    shown = n05_center_learning.magnitude_table(sizes).iloc[0].tolist()
    assert shown == ["Face, with loss", 64, "1.0000 ± 0.0000", "0.6000 ± 0.1414", "2 of 2"]


def test_the_checkpoint_of_imagenet_is_no_sixth_draw():
    table, checkpoint = numbers_of("CSQ Table 1"), numbers_of("CSQ image checkpoint")
    found = n05_center_learning.judge_checkpoint(table, checkpoint)
    assert found["verdict"] == "finding"
    assert "0.868 ± 0.13 printed, 0.8734" in found["observed"]
    assert found["observed"].endswith("outside 0.8640 to 0.8720")


def test_another_printed_number_would_hold_the_checkpoint():
    table, (checkpoint,) = numbers_of("CSQ Table 1"), numbers_of("CSQ image checkpoint")
    wider = [replace(number, plus_minus=0.27) for number in table]
    assert n05_center_learning.judge_checkpoint(wider, [checkpoint])["verdict"] == "inconclusive"
    nearer = [replace(checkpoint, value=0.8714)]
    assert n05_center_learning.judge_checkpoint(table, nearer)["verdict"] == "inconclusive"


def test_the_sentence_below_shc_s_table_is_contradicted_by_one_column():
    found = n07_backbones.judge_printed(numbers_of("SHC Table 1"), best="ResNet50")
    assert found == {
        "verdict": "contradicted",
        "observed": "ResNet50 is above the others in 8 of 9 columns, not in ImageNet 64: 0.8982 and 0.8982",
    }


@pytest.mark.parametrize(("added", "verdict", "columns"), [(0.0001, "reproduced", 9), (-0.05, "contradicted", 3)])
def test_another_printed_number_changes_the_verdict(added, verdict, columns):
    table = [
        replace(number, value=number.value + added * ("ResNet50" in number.row)) for number in numbers_of("SHC Table 1")
    ]
    found = n07_backbones.judge_printed(table, best="ResNet50")
    assert found["verdict"] == verdict
    assert verdict == "contradicted" or f"in {columns} of 9 columns" in found["observed"]


@pytest.mark.parametrize(("word", "becomes"), [("trend", "finding"), ("not-shown", "not-shown")])
def test_a_question_of_ours_is_a_finding_where_it_is_shown(word, becomes):
    assert comparisons.as_finding({"verdict": word, "observed": "x"}) == {"verdict": becomes, "observed": "x"}


def test_released_settings_are_a_finding_and_no_contradiction():
    rows = [("rate", "1e-5", "5e-5", "1e-5"), ("batch", "64", "64", "64")]
    facts = pd.DataFrame(rows, columns=["setting", "document", "released code", "here"])
    found = implementation.judge_implementation(facts)
    assert found["verdict"] == "finding" and "1 of 2 settings: rate" in found["observed"]
    same = facts.assign(**{"released code": facts["document"]})
    assert implementation.judge_implementation(same)["verdict"] == "inconclusive"
    other = implementation.judge_implementation(facts.assign(here="2"))
    assert other["evidence"].endswith("the text's recipe differs from it")
