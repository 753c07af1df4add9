"""Findings follow the verdicts and figures of a run, in the order of the list; other entries are refused."""

import pytest

from basics.errors import InputError
from workbook import findings
from workbook.claims import VERDICTS

FIGURES = {figure: {} for entry in findings.listed() for figure in entry.figures}


def record(claim: str, verdict: str, **other: str) -> dict[str, str]:
    return {"id": claim, "verdict": verdict, "notebook": "02_proofs", "observed": "o", "evidence": "e"} | other


def test_there_are_enough_and_every_figure_is_one():
    assert len(findings.listed()) > findings.MOST
    assert all(entry.says and entry.figures for entry in findings.listed())
    assert all(figure.startswith("figure-") for figure in FIGURES)


def test_the_list_decides_the_order_and_the_run_what_is_said():
    claims = [record("csq-hadamard-max", "proved"), record("csq-multi-mean", "contradicted", observed="+0.8")]
    first, second = findings.findings(claims, FIGURES)
    assert (first.record["id"], second.record["id"]) == ("csq-multi-mean", "csq-hadamard-max")
    assert first.because == "+0.8"
    assert second.headline == "No centers are further apart than Hadamard rows."


@pytest.mark.parametrize("verdict", [verdict for verdict in VERDICTS if verdict not in ("contradicted", "proved")])
def test_a_verdict_that_nothing_is_said_of_makes_no_finding(verdict):
    assert findings.findings([record("csq-hadamard-max", verdict)], FIGURES) == []


def test_the_first_figure_that_is_there_is_the_picture():
    claims = [record("shc-table1-benefit", "trend")]
    assert findings.findings(claims, {}) == []
    assert findings.findings(claims, {"figure-07-table-1": {}})[0].figure == "figure-07-table-1"
    assert findings.findings(claims, FIGURES)[0].figure == "figure-07-ablation"


def test_no_more_than_asked_for():
    claims = [
        record(entry.claim, next(iter(entry.says)), notebook=entry.notebook or "02") for entry in findings.listed()
    ]
    assert len(findings.findings(claims, FIGURES)) == findings.MOST
    assert len(findings.findings(claims, FIGURES, most=2)) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{claim: csq-unheard-of, says: {proved: x}, figures: [f]}", "unknown claim 'csq-unheard-of'"),
        ("{claim: csq-s1-half, says: {sure: x}, figures: [f]}", "no verdict 'sure'"),
        ("{claim: csq-s1-half, says: {proved: x}, figures: [f], because: luck}", "because"),
        ("{claim: csq-s1-half, says: {proved: x}}", "figures"),
    ],
)
def test_malformed_entries_are_refused(text, message, catalogue_holding):
    catalogue_holding("findings.yaml", f"- {text}")
    with pytest.raises(InputError, match=message):
        findings.listed.__wrapped__()


def test_a_workbook_without_a_list_has_none(catalogue_holding):
    catalogue_holding("other.yaml", "[]")
    assert findings.listed.__wrapped__() == ()
