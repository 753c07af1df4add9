"""The catalogue is whole, bad records are refused, and verdicts follow from intervals."""

import pytest

from basics.errors import InputError
from workbook.claims import VERDICTS, Claim, catalogue, side, weakest

IDS = {
    "csq-s1-half",
    "csq-s1-cross",
    "csq-s1-mean",
    "csq-multi-mean",
    "csq-multi-bound",
    "csq-bernoulli",
    "csq-hadamard-max",
    "csq-dh-identity",
    "csq-s4-s5",
    "csq-s5-s6",
    "csq-monotone",
    "csq-s2-s3",
    "csq-s6-overflow",
    "csq-lq-binarises",
    "csq-fig-s1",
    "csq-s8",
    "csq-s8-loss",
    "csq-s10",
    "csq-s12",
    "csq-s7-joint",
    "csq-fixed-centers",
    "csq-table1",
    "csq-table1-hmdb51",
    "csq-table1-ucf101",
    "csq-figs",
    "csq-fig-s4",
    "csq-fig-s5",
    "csq-similar",
    "csq-nus-hadamard",
    "csq-64-hadamard",
    "csq-impl",
    "shc-eq1-suff",
    "shc-eq1-nec",
    "shc-fig1",
    "shc-eq2",
    "shc-asymmetry",
    "shc-table1",
    "shc-table1-printed",
    "shc-table1-semantics",
    "shc-table1-benefit",
}
RECORD = {
    "id": "csq-figs",
    "verdict": "proved",
    "observed": "64 × 64",
    "expected": "64 × 64",
    "evidence": "drawn",
    "tolerance": None,
    "data": "none needed",
}


def test_the_catalogue_holds_every_claim_of_both_documents():
    assert set(catalogue()) >= IDS
    for statement in catalogue().values():
        assert statement.id.startswith(statement.document.lower())
        assert statement.statement.endswith(".")
        assert statement.place


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "csq-unheard-of"}, "must be in"),
        ({"verdict": "true"}, "verdict must be one of proved"),
        ({"evidence": " "}, "evidence of csq-figs must be one line"),
        ({"observed": "two\nlines"}, "observed of csq-figs must be one line"),
        ({"verdict": "reproduced", "substitute": True}, "cannot be reproduced on substitute data"),
    ],
)
def test_bad_records_are_refused(change, message):
    with pytest.raises(InputError, match=message):
        Claim(**(RECORD | change))


def test_a_record_knows_its_data():
    assert Claim(**RECORD).record() == RECORD | {"substitute": False}
    assert Claim(**RECORD, substitute=True).record() == RECORD | {"substitute": True}
    assert "needs-data" in VERDICTS


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {id: a, document: CSQ, place: x, statement: y, notebook: '01', colour: red}", "colour"),
        ("- {id: a, document: CSQ, place: x, notebook: '01'}", "statement"),
        ("- {id: a, document: ABC, place: x, statement: y, notebook: '01'}", "unknown document 'ABC'"),
        ("- {id: a, document: CSQ, place: x, statement: y, notebook: '1'}", "notebook|pattern"),
        ("- {id: a, document: CSQ, place: x, statement: y, notebook: 1}", "notebook must be str, got 1"),
        ("- &a {id: a, document: CSQ, place: x, statement: y, notebook: '01'}\n- *a", "appears twice"),
    ],
)
def test_a_malformed_catalogue_is_refused(text, message, catalogue_holding):
    catalogue_holding("claims.yaml", text)
    with pytest.raises(InputError, match=message):
        catalogue.__wrapped__()


@pytest.mark.parametrize(
    ("ends", "bound", "verdict"),
    [
        ((0.001, 0.02), 0.0, "trend"),
        ((-0.004, 0.02), 0.0, "inconclusive"),
        ((-0.004, 0.02), -0.005, "trend"),
        ((-0.006, 0.02), -0.005, "inconclusive"),
        ((-0.03, -0.006), -0.005, "not-shown"),
        ((-0.03, -0.004), -0.005, "inconclusive"),
        ((float("nan"), float("nan")), 0.0, "inconclusive"),
    ],
)
def test_the_verdict_follows_from_the_interval(ends, bound, verdict):
    assert side(*ends, of=bound) == verdict


def test_the_weakest_verdict_is_the_one_furthest_from_a_trend():
    assert weakest(["trend", "not-shown", "inconclusive"]) == "not-shown"
    assert weakest(["trend", "trend"]) == "trend"
