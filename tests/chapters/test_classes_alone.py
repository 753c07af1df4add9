"""Hash codes against classes alone: rows of trained tables, differences with intervals, and the verdict."""

import numpy as np
import pandas as pd
import pytest
from made_up import MadeUp, make_setting, table

from chapters import n06_released as released
from chapters.n08_retrieval.ties import StudiedSet
from chapters.shared import label_codes
from chapters.shared.derived import Comparison, difference_table, run_record
from chapters.shared.label_differences import label_code_differences
from hashcenters.codes import binarise
from hashcenters.metrics.code_files import CodeSet
from hashcenters.metrics.label_codes import CENTER_OF_LABEL, CODES, LABELLED, PREDICTED, ROWS
from workbook.intervals import crossing
from workbook.results import open_results

SETTING = make_setting(weights="none")
authors_codes = pytest.mark.skipif(
    set(released.released_codes()) != set(released.DATASETS),
    reason="needs csq-official below HASHCENTERS_DATA: .venv/bin/hashcenters data download csq-official",
)


class Centered(MadeUp):
    """A made-up training that has centers, on which its database lies; a share of its queries lies on others."""

    def __init__(self, data, seed, *, wrong):
        draw = np.random.default_rng(seed)
        words = binarise(draw.normal(size=(100, 32)))
        labels = {part: getattr(data, part).labels for part in ("query", "database")}
        other = draw.random(len(data.query)) < wrong
        taken = labels | {"query": np.where(other, (labels["query"] + 1) % 100, labels["query"])}
        super().__init__({part: words[classes] for part, classes in taken.items()})
        object.__setattr__(self, "words", words)
        object.__setattr__(self, "right", float((~other).mean()))

    def centers_by_epoch(self):
        return np.stack([-self.words, self.words * 0.5])


def test_trained_tables_have_a_row_a_method_and_a_column_for_what_is_stored():
    data = SETTING.data()
    runs = [Centered(data, seed, wrong=wrong) for wrong in (0.0, 0.4) for seed in (0, 1)]
    labels = [{"method": name, "bits": 32, "seed": seed} for name in ("sure", "unsure") for seed in (0, 1)]
    found = label_codes.label_code_table(
        table(labels, runs), data, pd.DataFrame(labels).assign(converged=[True, True, True, False]), by="method"
    )
    assert found.columns.tolist() == ["method", "bits", *ROWS]
    assert found["method"].tolist() == ["sure", "unsure"]
    short = {(run["method"], run["seed"]) for run in found.attrs["derived"]["runs"] if not run["converged"]}
    assert short == {(f"unsure: {stored}", 1) for stored in ROWS}
    assert (found.loc[0, [*ROWS]] == "1.0000 ± 0.0000").all()
    means = {name: [label_codes.precisions_of(run, data)[name].mean() for run in runs[2:]] for name in ROWS}
    mean = float(np.mean(means[LABELLED]))
    assert found.loc[1, LABELLED] == f"{mean:.4f} ± {np.std(means[LABELLED], ddof=1):.4f}"
    # a right answer has AP 1, a wrong one the little that ties bring
    assert [0 <= value - run.right < 0.05 for value, run in zip(means[LABELLED], runs[2:], strict=True)] == [True] * 2


def test_a_classifiers_classes_are_a_row_of_their_own_as_good_as_they_are_right():
    data = SETTING.data()
    labels = [{"method": "CSQ", "bits": 32, "seed": seed} for seed in (0, 1)]
    scored = pd.DataFrame(labels).assign(converged=True)
    runs = [Centered(data, seed, wrong=0.0) for seed in (0, 1)]
    known = label_codes.label_code_table(table(labels, runs), data, scored, by="method")
    wrong = np.arange(len(data.query)) % 4 == 0
    said = {
        "query": np.where(wrong, (data.query.labels + 1) % 100, data.query.labels),
        "database": data.database.labels,
    }
    found = label_codes.with_classifier(known, said, data, settled=False)
    pd.testing.assert_frame_equal(found[:1], known, check_dtype=False)
    row = found.iloc[1]
    assert (row["method"], row["bits"]) == ("linear classifier", 7)
    assert row[PREDICTED] == row[LABELLED]  # the database's classes were named rightly
    assert 0.75 <= float(row[LABELLED].split()[0]) < 0.78  # a wrong query gets the little that ties bring
    assert row[[CODES, CENTER_OF_LABEL]].isna().all()
    runs = found.attrs["derived"]["runs"]
    assert [run["method"] for run in runs if not run["converged"]] == [
        f"linear classifier: {stored}" for stored in (PREDICTED, LABELLED)
    ]


def test_trained_codes_against_classes_alone_over_seeds_and_queries():
    """Codes are centers, so that classes alone in a labelled database are as good as the codes."""
    data = SETTING.data()
    runs = [Centered(data, seed, wrong=0.4) for seed in range(3)]
    labels = [{"method": "CSQ", "bits": 32, "seed": seed} for seed in range(3)]
    compared = label_codes.compare_label_codes(table(labels, runs), data, bits=[32])
    assert compared["difference"].tolist() == [f"{LABELLED} − {CODES}", f"{CODES} − {PREDICTED}"]
    rows = [label_codes.precisions_of(run, data) for run in runs]
    by_hand = [np.mean([row[a].mean() - row[b].mean() for row in rows]) for a, b in label_codes.PAIRS]
    assert compared["mean"].tolist() == pytest.approx(by_hand)
    assert (compared["seeds"] == 3).all()
    judged = label_codes.judge_own_label_codes(compared)
    assert judged["verdict"] in ("inconclusive", "not-shown")  # where they are alike, nobody wins
    assert judged["margin"] == 0.005


@pytest.mark.parametrize(
    ("gain", "loss", "verdict"),
    [(0.03, 0.05, "finding"), (0.0, 0.05, "finding"), (-0.02, 0.05, "not-shown"), (0.03, -0.05, "not-shown")],
)
def test_own_codes_are_a_finding_where_classes_do_as_well_and_predicted_ones_worse(gain, loss, verdict):
    found = [made_up_rows(gain, loss, queries=2000, seed=seed) for seed in range(8)]
    apart = [np.array([row[a] - row[b] for row in found]) for a, b in label_codes.PAIRS]
    pairs = zip(label_codes.PAIRS, apart, strict=True)
    compared = [Comparison(64, *names, crossing(values), True) for names, values in pairs]
    records = [
        run_record(stored, 64, seed, True, mAP=row[stored].mean()) for seed, row in enumerate(found) for stored in row
    ]
    judged = label_codes.judge_own_label_codes(difference_table(compared, records, margin=0.0))
    assert judged["verdict"] == verdict


def made_up_rows(gain, loss, *, queries=400, seed=0):
    draw = np.random.default_rng(seed)
    codes = draw.uniform(0.3, 0.7, queries)
    spread = draw.normal(0, 0.05, (2, queries))
    return {CODES: codes, LABELLED: codes + gain + spread[0], PREDICTED: codes - loss + spread[1]}


@pytest.mark.parametrize(
    ("gain", "loss", "verdict"),
    [
        (0.03, 0.05, "finding"),
        (0.005, 0.05, "finding"),
        (-0.02, 0.05, "not-shown"),
        (0.03, 0.0, "inconclusive"),
        (0.03, -0.05, "not-shown"),
    ],
)
def test_a_finding_needs_both_sides_on_every_code_set(gain, loss, verdict):
    found = {"one": made_up_rows(0.03, 0.05), "other": made_up_rows(gain, loss, seed=1)}
    compared = label_code_differences(found, bits=64, classes={"one": 51, "other": 101})
    assert compared["bits"].tolist() == ["6 instead of 64", "7 instead of 64"] * 2
    assert compared["mean"].tolist() == pytest.approx([0.03, gain, -0.05, -loss], abs=0.01)
    assert ((compared["low"] < compared["mean"]) & (compared["mean"] < compared["high"])).all()
    judged = label_codes.judge_label_codes(compared)
    assert judged["verdict"] == verdict
    assert "other, predicted, 7 instead of 64 bits: " in judged["observed"]


def test_without_the_authors_files_the_claim_asks_for_them(tmp_path, monkeypatch):
    monkeypatch.setenv("HASHCENTERS_DATA", str(tmp_path))
    one = StudiedSet(CodeSet(*(np.ones((1, 64), np.int8), np.zeros(1, int)) * 2), "released", 1)
    assert released.released_label_codes({"HMDB51": one}) == {}
    judged = released.judge_released_labels(None)
    assert judged["verdict"] == "needs-data"
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(tmp_path))
    open_results("06_video", profile="smoke").claim("csq-label-codes", **judged)


@authors_codes
def test_classes_alone_on_the_authors_codes():
    found = released.released_label_codes(released.released_codes())
    means = released.label_code_means(found).set_index("stored")
    wanted = {
        "HMDB51, mAP@70": {CODES: 0.576682, LABELLED: 0.610458, PREDICTED: 0.478980, CENTER_OF_LABEL: 0.618077},
        "UCF101, mAP@100": {CODES: 0.873955, LABELLED: 0.874509, PREDICTED: 0.835625, CENTER_OF_LABEL: 0.875680},
        "HMDB51, mAP@All": {CODES: 0.489830, LABELLED: 0.617964, PREDICTED: 0.389094, CENTER_OF_LABEL: 0.662940},
        "UCF101, mAP@All": {CODES: 0.845848, LABELLED: 0.875664, PREDICTED: 0.798416, CENTER_OF_LABEL: 0.892771},
    }
    for column, values in wanted.items():
        assert means.loc[[*values], column].tolist() == pytest.approx([*values.values()], abs=1e-6)
    compared = released.label_code_comparison(found)
    assert compared["verdict"].tolist() == ["trend"] * 4
    ends = compared[["low", "high"]].to_numpy()
    np.testing.assert_allclose(
        ends, [[0.0178, 0.0497], [-0.0047, 0.0058], [-0.1080, -0.0874], [-0.0431, -0.0336]], atol=6e-5
    )
    assert released.judge_released_labels(compared)["verdict"] == "finding"
