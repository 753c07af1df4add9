"""Chapter 10: the assignment, the choice on validation, the ladder, and scores among unseen classes, by hand."""

import numpy as np
import pandas as pd
import pytest
from made_up import MadeUp, make_setting, table
from scipy.special import stdtrit

from chapters.n10_beyond import recipe, unseen
from chapters.n10_beyond.recipe import SCORE, Parts
from chapters.shared.derived import Comparison, difference_table, run_record
from hashcenters.codes import pairwise_distances
from hashcenters.datasets.splits import ArrayInputs, HashingData, Split
from hashcenters.metrics import average_precision
from workbook.intervals import Crossing

KINDS = ["Algorithm 1", "coding", "coding assigned"]
START = Parts("Algorithm 1", "S.7", "three layers")
WORDS = np.array([[1, 1, 1, 1], [1, 1, 1, -1], [-1, -1, -1, -1], [-1, -1, -1, 1]], np.int8)  # two near pairs
ALIKE = np.array([[9.0, 0, 5, 1], [0, 9, 1, 5], [5, 1, 9, 0], [1, 5, 0, 9]])  # classes 0 and 2, 1 and 3


def data_of(labels: dict[str, list[int]], *, top_k: int | None = None) -> HashingData:
    """A data set of which nothing but the labels counts."""

    def part(name: str) -> Split:
        values = np.array(labels.get(name, [0, 1]))
        inputs = ArrayInputs(np.zeros((len(values), 1, 1, 1), np.uint8))
        return Split(inputs, values, np.array([f"{name}{row}" for row in range(len(values))]))

    parts = {name: part(name) for name in ("train", "validation", "query", "database")}
    about = {"protocol": "", "substitute": None, "fingerprint": ""}
    return HashingData(name="made-up", class_names=["a", "b"], top_k=top_k, **about, **parts)


def test_near_words_go_to_classes_that_are_alike():
    found = recipe.assigned(WORDS, ALIKE)
    distances = pairwise_distances(found)
    assert sorted(map(tuple, found)) == sorted(map(tuple, WORDS))
    apart = {pair: (found[pair[0]] != found[pair[1]]).sum() for pair in [(0, 2), (1, 3), (0, 1), (2, 3)]}
    assert apart[0, 2] == apart[1, 3] == 1 == distances.min()
    assert apart[0, 1] > 1 < apart[2, 3]


def test_the_error_of_an_assignment_is_that_of_eq_2():
    """Targets of a row run from −4 to 4: class 0 asks −4, 4, −2.4 of classes 1, 2, 3, and all rows are alike."""
    near, far = recipe.assignment_error(WORDS[[0, 2, 1, 3]], ALIKE), recipe.assignment_error(WORDS, ALIKE)
    targets = np.array([-4, 4, -2.4])
    assert near == pytest.approx(np.mean((np.array([-4, 2, -2]) - targets) ** 2))
    assert far > near
    rows = recipe.assignment_table({4: WORDS}, ALIKE)
    assert rows["E / K², assigned"][0] == pytest.approx(near / 16)
    assert rows["E / K², dealt"][0] == pytest.approx(far / 16)
    reading = recipe.assignment_reading(rows)
    assert reading.startswith("The assignment takes the rank correlation of similarity and nearness from −")
    assert reading.endswith("at 4 bits.")


def test_each_half_of_the_validation_split_is_searched_in_the_other():
    codes = np.array([[1, 1], [1, 1], [1, -1], [-1, -1], [-1, -1], [-1, 1]], np.int8)
    labels = [0, 0, 0, 1, 1, 1]
    data = data_of({"validation": labels})
    first, second = (codes[::2], np.array(labels)[::2]), (codes[1::2], np.array(labels)[1::2])
    by_hand = [average_precision(*a, *b, top_k=None) for a, b in ((first, second), (second, first))]
    found = recipe.held_out_map(MadeUp({"validation": codes}), data)
    assert found == pytest.approx(np.concatenate(by_hand).mean())
    assert found == pytest.approx(np.mean([1, (1 + 0.5) / 2 + 0, 1, 1, 1, 1]), abs=0.2)


def test_the_depth_of_that_search_is_the_protocols_share_of_the_database(monkeypatch):
    asked = []

    def record(*arrays, top_k):
        asked.append(top_k)
        return np.ones(len(arrays[0]))

    monkeypatch.setattr(recipe, "average_precision", record)
    data = data_of({"validation": [0] * 100, "database": [0] * 500}, top_k=40)
    recipe.held_out_map(MadeUp({"validation": np.ones((100, 4), np.int8)}), data)
    assert asked == [4, 4]  # 40 of 500 is 4 of 50


def searched() -> pd.DataFrame:
    """Scores of a search over two kinds of centers and two losses at two lengths, two seeds each."""
    rows = [("coding", "S.7", 0.5), ("coding", "L_C", 0.7), ("Algorithm 1", "S.7", 0.6), ("Algorithm 1", "L_C", 0.4)]
    return pd.DataFrame(
        {
            "bits": bits,
            "center_kind": kind,
            "loss": loss,
            "head": "shc",
            "seed": seed,
            SCORE: sign * score + 0.01 * seed,
            "converged": True,
        }
        for bits, sign in ((16, 1), (64, -1))
        for kind, loss, score in rows
        for seed in (0, 1)
    )


def test_the_best_mean_on_validation_is_chosen_at_each_length_and_told():
    best = {16: Parts("coding", "L_C", "shc"), 64: Parts("Algorithm 1", "L_C", "shc")}
    assert recipe.choose(searched()) == best
    rows = recipe.search_table(searched(), bits=16)
    assert rows["16 bits"].tolist() == pytest.approx([0.705, 0.605, 0.505, 0.405])
    assert rows["64 bits"].tolist() == pytest.approx([-0.695, -0.595, -0.495, -0.395])
    told = recipe.choice_reading(searched())
    assert told.startswith("At 16 bits coding, L_C, shc is the best of 4 recipes on the validation split (0.705), ")
    assert "Algorithm 1, S.7, shc the next (0.605). At 64 bits Algorithm 1, L_C, shc is the best" in told
    assert len(recipe.search_points(searched()).axes) == 1


def test_the_ladder_changes_one_part_at_a_time():
    best = Parts("coding assigned", "L_C", "expected")
    rungs = recipe.ladder(START, best, kinds=KINDS)
    steps = recipe.pairs_of([*rungs, "SHC"], kinds=KINDS)
    pairs = [*steps["centers"], *steps["rest"]]
    assert [sum(a != b for a, b in zip(rungs[one], rungs[other], strict=True)) for one, other in pairs] == [1] * 5
    assert steps["CSQ"] == [("the recipe", "CSQ"), ("the recipe", "CSQ, csq")]
    assert steps["SHC"] == [("the recipe", "SHC"), ("the recipe", "SHC under the recipe's head")]
    assert rungs["CSQ, csq"] == START._replace(head="csq")
    wide = recipe.ladder(START._replace(head="csq"), best, kinds=KINDS)
    assert "CSQ, csq" not in wide
    assert recipe.pairs_of([*wide], kinds=KINDS)["CSQ"] == [("the recipe", "CSQ")]


def compared(*, settled: bool = True, **ends: tuple[float, float]) -> pd.DataFrame:
    """Differences of three seeds at 16 bits by the ends of their 95 % intervals, and clear losses at 64 bits."""

    def found(low: float, high: float) -> Crossing:
        step = (high - low) / 2 * np.sqrt(3) / stdtrit(2, 0.975)
        return Crossing(tuple((low + high) / 2 + step * np.array([-1.0, 0.0, 1.0])), 100, 0.0, 0.0)

    def losses(name: str) -> list[Comparison]:
        sides = name.split("_over_")
        return [Comparison(16, *sides, found(*ends[name]), settled), Comparison(64, *sides, found(-1.01, -1), settled)]

    rows = [one for name in ends for one in losses(name)]
    runs = [
        run_record(side, one.bits, seed, settled, mAP=score)
        for one in rows
        for seed, value in enumerate(one.found.by_run)
        for side, score in ((one.better, value), (one.worse, 0.0))
    ]
    return difference_table(rows, runs, margin=0.0)


def test_a_choice_that_is_its_rival_leaves_the_question_open():
    judged = recipe.judge_at(compared(a_over_b=(0.0, 0.0)), [("a", "b")], lengths=[16])
    assert judged["verdict"] == "inconclusive"
    assert judged["why"].endswith("is at 0 (identical everywhere)")


@pytest.mark.parametrize(
    ("ends", "least", "verdict"),
    [
        ((0.02, 0.04), 0.0, "trend"),
        ((0.02, 0.04), 0.03, "inconclusive"),
        ((0.02, 0.04), 0.01, "trend"),
        ((0.01, 0.02), 0.03, "not-shown"),
        ((-0.02, -0.01), 0.0, "not-shown"),
        ((-0.01, 0.01), 0.0, "inconclusive"),
    ],
)
def test_a_step_is_judged_by_its_interval_against_what_it_should_bring(ends, least, verdict):
    judged = recipe.judge_at(compared(a_over_b=ends), [("a", "b")], lengths=[16], least=least)
    assert judged["verdict"] == verdict
    assert judged["observed"].startswith("16 bits a − b: ")


def test_the_family_is_judged_against_the_same_bound():
    """All others are clear of 0 and none of 0.03: the last stands at the strictest level of eight, not at 95 %."""
    others = {f"a_over_{name}": (0.02, 0.04) for name in "cdefghi"}
    rows = compared(a_over_b=(0.031, 0.2), **others)
    assert recipe.judge_at(rows, [("a", "b")], lengths=[16])["verdict"] == "trend"
    assert recipe.judge_at(rows, [("a", "b")], lengths=[16], least=0.03)["verdict"] == "inconclusive"


def test_trainings_short_of_their_plateau_are_no_trend():
    rows = compared(settled=False, a_over_b=(0.02, 0.04))
    assert recipe.judge_at(rows, [("a", "b")], lengths=[16])["verdict"] == "inconclusive"


def test_of_several_pairs_the_weakest_decides():
    rows = compared(a_over_b=(0.1, 0.2), c_over_d=(0.02, 0.04))
    pairs = [("a", "b"), ("c", "d")]
    assert recipe.judge_at(rows, pairs, lengths=[16])["verdict"] == "trend"
    judged = recipe.judge_at(rows, pairs, lengths=[16], least=0.05)
    assert judged["verdict"] == "not-shown"
    assert "a − b: +0.1500" in judged["observed"] and "c − d: +0.0300" in judged["observed"]
    same = compared(a_over_b=(0.1, 0.2), c_over_d=(0.0, 0.0))
    assert recipe.judge_at(same, pairs, lengths=[16])["verdict"] == "inconclusive"


def test_lengths_that_are_asked_for_decide_and_others_are_told():
    rows = compared(a_over_b=(0.02, 0.04))
    both = recipe.judge_at(rows, [("a", "b")], lengths=[16, 64])
    assert both["verdict"] == "not-shown"
    assert "16 bits a − b: +0.0300" in both["observed"] and "64 bits a − b: −1.0050" in both["observed"]
    assert "at other lengths" not in both["observed"]
    one = recipe.judge_at(rows, [("a", "b")], lengths=[16])
    assert one["verdict"] == "trend" and "; at other lengths 64 bits a − b: −1.0050" in one["observed"]
    none = recipe.judge_at(rows, [("a", "b")], lengths=[])
    assert (none["verdict"], none["observed"]) == ("inconclusive", "nothing")


def test_the_ladder_is_read_in_points():
    rows = compared(a_over_b=(0.02, 0.04), b_over_c=(-0.02, 0.0))
    told = recipe.ladder_reading(rows, [("a", "b"), ("b", "c")], bits=16)
    assert told == "At 16 bits: a over b +3.00 points and b over c −1.00 points."


def test_features_are_ranked_by_their_cosine():
    database = np.array([[1.0, 0], [0, 9], [3, 3], [-1, 0]])
    labels = np.array([0, 1, 0, 1])
    found = unseen.cosine_precisions(np.array([[2.0, 0.1]]), np.array([0]), database, labels, top_k=None)
    assert found == pytest.approx([1.0])
    found = unseen.cosine_precisions(np.array([[0.0, 5]]), np.array([0]), database, labels, top_k=3)
    assert found == pytest.approx([(1 / 2 + 2 / 3) / 2])
    assert unseen.cosine_precisions(np.array([[-1.0, 0]]), np.array([0]), database, labels, top_k=1) == [0]


def grid() -> tuple[pd.DataFrame, dict[int, HashingData]]:
    """Two methods, two seeds, two quarters: the good one finds everything, the bad one turns all codes round."""
    data = {quarter: data_of({"query": [0, 1], "database": [0, 0, 1, 1]}) for quarter in (0, 1)}
    words = np.array([[1, 1], [-1, -1]], np.int8)
    labels, runs = [], []
    for method, sign in (("good", 1), ("bad", -1)):
        for seed in (0, 1):
            for quarter in (0, 1):
                labels.append({"method": method, "bits": 2, "seed": seed, "quarter": quarter})
                flip = sign if quarter else 1  # they differ in the second quarter alone
                codes = {"query": words, "database": np.repeat(words, 2, axis=0) * np.int8(flip)}
                runs.append(MadeUp(codes, plateau=method == "good" or seed == 0))
    return table(labels, runs), data


def test_queries_of_all_quarters_are_one_row_a_seed():
    runs, data = grid()
    found, plateau = unseen.trained_precisions(runs, data), unseen.settled(runs)
    assert found["good", 2, 0].tolist() == [1, 1, 1, 1]
    assert found["bad", 2, 1] == pytest.approx([1, 1, (1 / 3 + 2 / 4) / 2, (1 / 3 + 2 / 4) / 2])
    assert plateau == {("good", 2, 0): True, ("good", 2, 1): True, ("bad", 2, 0): True, ("bad", 2, 1): False}
    scored = unseen.unseen_scores(found, plateau)
    assert scored["mAP"].tolist() == pytest.approx([1, 1, 17 / 24, 17 / 24])
    assert unseen.unseen_reading(scored) == "At 2 bits mAP on unseen classes is 1.000 (good) and 0.708 (bad)."
    rows = unseen.compare_unseen(found, plateau, pairs=[("good", "bad")], bits=[2], seeds=[0, 1])
    assert rows["mean"][0] == pytest.approx(7 / 24)
    judged = unseen.judge_pairs(rows, [("good", "bad")])
    assert judged["verdict"] == "inconclusive"  # one training is short of its plateau
    assert "good − bad" in judged["observed"]


def test_a_learned_class_in_the_place_of_a_code_says_nothing_of_one_that_was_not_learned():
    """Two queries of two unseen classes; both classes' items are taken for the first learned class."""

    class Learned(MadeUp):
        def centers_by_epoch(self):
            return np.array([[[1.0, 1, 1, 1], [-1, -1, -1, -1]]])

    near = np.array([[1, 1, 1, -1], [1, 1, -1, 1]], np.int8)
    codes = {"query": near, "database": np.repeat(near, 2, axis=0)}
    data = data_of({"query": [0, 1], "database": [0, 0, 1, 1]})
    assert unseen.query_precisions(Learned(codes), data).tolist() == [1, 1]  # the codes do tell them apart
    found = unseen.class_precisions(Learned(codes), data)
    places = [(1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4)]  # of two right ones among four that tie
    tied = np.mean([(1 / first + 2 / second) / 2 for first, second in places])
    assert found == pytest.approx([tied, tied])


def test_the_same_trainings_under_other_names_are_compared_once():
    runs, data = grid()
    found, plateau = unseen.trained_precisions(runs, data), unseen.settled(runs)
    found |= {("the same", *key[1:]): values for key, values in found.items() if key[0] == "good"}
    pairs = [("good", "bad"), ("the same", "bad"), ("bad", "good")]
    rows = unseen.compare_unseen(found, plateau, pairs=pairs, bits=[2], seeds=[0, 1])
    assert rows["difference"].tolist() == ["good − bad", "bad − good"]
    alone = unseen.compare_unseen(found, plateau, pairs=[pairs[0], pairs[2]], bits=[2], seeds=[0, 1])
    pd.testing.assert_frame_equal(rows, alone)  # its intervals are those of a family of two
    assert unseen.judge_pairs(rows, pairs[:2])["observed"] == unseen.judge_pairs(rows, pairs[:1])["observed"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"weights": "imagenet"}, "ImageNet with its labels, those of the unseen classes among them"),
        ({}, "the seen classes only"),
        ({"pretrain_dataset": "clips"}, "the classes of clips"),
        ({"weights": "none"}, "nothing"),
    ],
)
def test_what_the_network_below_has_seen_is_said(changed, said):
    assert unseen.seen_by(make_setting(**changed)) == said
