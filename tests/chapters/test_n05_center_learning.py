"""Chapter 05: whose centers are called learned, which rivals count, and what wider centers must gain."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from made_up import MadeUp, make_setting, table

from chapters import n05_center_learning as chapter
from chapters.n05_center_table import center_table
from chapters.shared.derived import Comparison, difference_table, run_record, settled_as
from chapters.shared.setting import hash_training
from hashcenters.sweep import NotTrained, Pending, collecting
from workbook.intervals import crossing

START = np.random.default_rng(0).choice(np.array([-1, 1], np.int8), (100, 32))
MOVED = START * np.where(np.random.default_rng(1).random(START.shape) < 0.2, -1, 1).astype(np.int8)
KINDS = {"CSQ centers": "fixed", "Face": "learned", "RepMet": "learned", "Magnet": "made from data"}


class Ended(MadeUp):
    """A finished training whose centers start and end as given."""

    def centers_by_epoch(self) -> np.ndarray:
        return np.stack([START * 1.0, self.split_codes["centers"] * 0.3])


def trained(method: str, *ends: np.ndarray) -> pd.DataFrame:
    """Trainings of one method with the centers that they end with, a seed each."""
    runs = [Ended({"centers": end}) for end in ends]
    return pd.DataFrame({"method": method, "bits": 32, "seed": range(len(ends)), "run": runs})


def told(**ends: np.ndarray) -> pd.DataFrame:
    runs = pd.concat([trained(method.replace("_", " "), end, end) for method, end in ends.items()])
    scored = runs.drop(columns="run").assign(mAP=0.5, converged=True)
    measures = chapter.center_measures(runs, {(32, 0): START, (32, 1): START}, scored)
    return center_table(measures, kinds=KINDS)


def became(method: str, end: np.ndarray) -> str:
    return told(**{method.replace(" ", "_"): end})["centers"].item()


def flipped(bits: int) -> np.ndarray:
    """The start with so many of its 3,200 bits turned."""
    changed = START.copy()
    changed.ravel()[:bits] *= -1
    return changed


@pytest.mark.parametrize(("bits", "expected"), [(0, "did not move"), (31, "did not move"), (32, "learned")])
def test_centers_that_move_in_less_than_a_hundredth_of_their_bits_are_not_called_learned(bits, expected):
    assert became("Face", flipped(bits)) == expected
    assert became("CSQ centers", flipped(bits)) == "fixed"
    assert became("Magnet", flipped(bits)) == "made from data"


def test_centers_that_fall_together_have_collapsed():
    for distinct, expected in ((1, "collapsed"), (49, "collapsed"), (50, "learned")):
        together = np.vstack([MOVED[:distinct], np.tile(MOVED[0], (100 - distinct, 1))])
        assert became("RepMet", together) == expected
    assert became("Magnet", np.tile(MOVED[0], (100, 1))) == "collapsed"
    assert became("CSQ centers", np.tile(MOVED[0], (100, 1))) == "fixed"


def test_what_became_of_centers_stands_beside_their_map():
    table = told(CSQ_centers=START, Face=MOVED)
    share = (MOVED != START).mean()
    assert table["bits moved"].tolist() == ["", f"{share:.1%}"]
    assert table["mAP"].tolist() == ["0.5000 ± 0.0000"] * 2
    assert table["distinct"].tolist() == ["100"] * 2
    apart = min(int((MOVED[i] != MOVED[j]).sum()) for i in range(100) for j in range(i))
    assert table["minimum distance"].tolist()[1] == str(apart)


def test_what_became_of_centers_is_read_out():
    twice = START.copy()
    twice[1] = twice[0]
    text = chapter.centers_reading(told(CSQ_centers=twice, Face=MOVED))
    assert text.startswith("At 32 bits Face: learned, the closest two ") and "(CSQ centers at 32 bits)" in text
    assert chapter.centers_reading(told(CSQ_centers=START)) == " No two classes share a fixed center."


ROWS = pd.DataFrame(
    [
        (64, "CSQ centers − Face", 0.1, 0.05, 0.2, "trend"),
        (64, "CSQ centers − Magnet", 0.0, -0.1, 0.1, "inconclusive"),
        (64, "CSQ centers − RepMet", -0.1, -0.2, -0.05, "not-shown"),
        (64, "CSQ centers − coding", -0.1, -0.2, -0.05, "not-shown"),
        (16, "CSQ centers − Face", -0.2, -0.3, -0.1, "not-shown"),
        (16, "CSQ centers − coding", -0.2, -0.3, -0.1, "not-shown"),
    ],
    columns=["bits", "difference", "mean", "low", "high", "verdict"],
).assign(seeds=3, converged=True)


def fixed_against(**kinds: str) -> dict:
    rows = [{"method": "CSQ centers", "centers": "fixed"}, {"method": "coding", "centers": "fixed"}]
    rows += [{"method": method, "centers": kind} for method, kind in kinds.items()]
    centers = pd.DataFrame(rows).assign(bits=64, mAP="0.5000")
    printed = pd.DataFrame(
        [("Face, as printed", 64, "0.0164", "collapsed")], columns=["method", "bits", "mAP", "centers"]
    )
    return chapter.judge_fixed(ROWS, centers, printed, bits=64)


def test_the_weakest_living_rival_decides():
    found = fixed_against(Face="learned", Magnet="made from data", RepMet="did not move")
    assert found["verdict"] == "inconclusive"
    assert "1 above −0.005, 1 around −0.005" in found["why"]
    assert found["why"].endswith("better, not only as good: CSQ centers − Face")
    assert found["observed"].endswith(
        "at other lengths below 0: CSQ centers − Face at 16 bits; aside: RepMet: did not move, "
        "mAP 0.5000; Face, as printed: collapsed, mAP 0.0164"
    )
    assert fixed_against(Face="learned", Magnet="collapsed", RepMet="did not move")["verdict"] == "trend"
    assert fixed_against(Face="learned", Magnet="made from data", RepMet="learned")["verdict"] == "not-shown"


def test_a_rival_short_of_its_plateau_is_not_beaten(monkeypatch):
    monkeypatch.setitem(globals(), "ROWS", ROWS.assign(converged=ROWS["difference"] != "CSQ centers − Face"))
    found = fixed_against(Face="learned", Magnet="made from data", RepMet="did not move")
    assert "better, not only as good" not in found["why"]


def test_a_rival_of_two_trainings_has_settled_where_both_have():
    first = table(
        [{"method": name, "bits": bits, "seed": 0} for name in ("Face", "Magnet") for bits in (16, 64)],
        [MadeUp({}, plateau=(name, bits) != ("Face", 64)) for name in ("Face", "Magnet") for bits in (16, 64)],
    )
    pairs = [("CSQ centers", name) for name in ("Face", "Magnet", "coding")]
    crossed = {bits: crossing(np.array([[0.1] * 3, [0.11] * 3])) for bits in (16, 64)}
    rows = [Comparison(bits, *pair, one, settled=True) for bits, one in crossed.items() for pair in pairs]
    score = {"CSQ centers": 0.6}
    runs = [
        run_record(name, bits, seed, True, mAP=score.get(name, 0.5 - 0.01 * seed))
        for name in ("CSQ centers", "Face", "Magnet", "coding")
        for bits in (16, 64)
        for seed in (0, 1)
    ]
    compared = difference_table(rows, runs, margin=0.0)
    found = chapter.compared_twice(compared, chapter.settled_twice(pd.DataFrame(runs), first))
    changed = found[~found["converged"]]
    assert changed[["bits", "difference", "verdict"]].to_numpy().tolist() == [
        [64, "CSQ centers − Face", "inconclusive"]
    ]
    pd.testing.assert_frame_equal(found.drop(index=changed.index), compared.drop(index=changed.index))
    assert [run["method"] for run in found.attrs["derived"]["runs"] if not run["converged"]] == ["Face"]
    scores = pd.DataFrame(runs).assign(converged=[run["method"] != "coding" for run in runs])
    twice = chapter.settled_twice(scores, first)
    late = twice[~twice["converged"]][["method", "bits", "seed"]].to_numpy().tolist()
    assert late == [["Face", 64, 0], *(["coding", bits, seed] for bits in (16, 64) for seed in (0, 1))]


def test_convergence_of_trainings_that_were_not_scored_is_not_guessed():
    rows = pd.DataFrame([{"method": name, "bits": 16, "seed": 0, "converged": True} for name in ("Face", "Magnet")])
    assert settled_as(rows.assign(converged=[False, True]), rows, by="method")["converged"].tolist() == [False, True]
    with pytest.raises(KeyError):
        settled_as(rows[:1], rows, by="method")
    with pytest.raises(ValueError, match="Length of values"):
        settled_as(pd.concat([rows, rows]), rows, by="method")


def test_without_a_living_rival_nothing_is_shown():
    found = fixed_against(Face="collapsed", Magnet="collapsed", RepMet="did not move")
    assert (found["verdict"], found["why"]) == ("inconclusive", "no rival is alive")


@pytest.mark.parametrize(("judged", "verdict"), [("trend", "finding"), ("inconclusive", "inconclusive")])
def test_a_gain_of_wider_centers_is_a_finding_where_it_is_a_point(judged, verdict):
    row = {"bits": 16, "difference": "coding − CSQ centers", "mean": 0.015, "low": 0.012, "high": 0.018}
    found = chapter.judge_wider(pd.DataFrame([row | {"verdict": judged, "seeds": 10, "converged": True}]))
    assert (found["verdict"], found["length"], found["least"]) == (verdict, 16, 0.01)
    assert found["why"] == "the interval over seeds and queries is above 0.01"


def firsts(kind: str) -> pd.DataFrame:
    config = hash_training(make_setting(), START, objective="embedding", seed=0).config
    return pd.DataFrame([{"method": "Face", "kind": kind, "bits": 32, "seed": 0}]).assign(run=[Pending(config)])


@pytest.mark.parametrize("kind", ["learned", "made from data"])
def test_centers_to_be_learned_are_stood_in_for_where_trainings_are_counted(kind):
    with collecting(stand_ins=True):
        found = chapter.centers_after(firsts(kind))["Face", 32, 0]
    assert found.shape == START.shape and set(np.unique(found)) == {-1, 1}
    with pytest.raises(NotTrained):
        chapter.centers_after(firsts(kind))


def test_means_over_the_training_split_become_centers(monkeypatch):
    labels = np.array([0, 0, 1, 1, 1])
    outputs = np.array([[0.9, -0.2], [-0.1, -0.2], [0.1, 0.3], [0.1, 0.3], [-0.9, 0.3]], np.float32)
    config = SimpleNamespace(dataset="any", dataset_options={}, centers=((1, 1), (1, 1)))
    monkeypatch.setattr(chapter, "load_data", lambda *_: SimpleNamespace(train=SimpleNamespace(labels=labels)))
    monkeypatch.setattr(chapter, "of_training_split", lambda _: outputs)
    assert chapter.mean_centers(MadeUp({}, config)).tolist() == [[1, -1], [-1, 1]]


def test_signs_of_the_last_centers_are_fixed():
    (run,) = trained("Face", MOVED)["run"]
    assert np.array_equal(chapter.last_centers(run), MOVED)
