"""The register is whole, every party has its place, effects come from claims and never from the register."""

import pytest

from basics.errors import InputError
from workbook import discrepancies
from workbook.claims import catalogue
from workbook.discrepancies import effects, register
from workbook.results import open_results

ENTRY = "{id: a, document: CSQ, topic: t, text: x, text_place: Sec. 1, ours: y"


def test_everything_that_must_be_registered_is_there():
    ids = [entry.id for entry in register()]
    assert len(ids) == len(set(ids))
    assert {
        *("ties", "best-epoch", "lambda-names", "lambda-zero", "pairwise-scale", "d-zero", "acceptance"),
        *("csq-list-sizes", "shc-lists", "coco-64", "nus-16", "image-head-rate", "video-rate", "plus-minus"),
        *("s1-sign", "s3-proportional", "s8-loss", "s10-k", "multilabel-ties", "classifier-epoch"),
    } <= set(ids)


def test_documents_come_one_after_the_other():
    documents = [entry.document for entry in register()]
    assert documents == sorted(documents)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ENTRY + ", colour: red}", "colour"),
        ("{id: a, document: CSQ}", "topic"),
        ("{id: a, document: CSQ, topic: t, text: x, text_place: Sec. 1}", "ours"),
        (ENTRY + ", known: n}", "the source of its known effect"),
        (ENTRY + ", claims: [csq-unheard-of]}", "not in the catalogue"),
        (ENTRY + ", code: c}", "must name the place of its code"),
        (ENTRY + ", files_place: c}", "must name the place of its files"),
        ("{id: a, document: CSQ, topic: t, ours: y}", "another party"),
        ("{id: a, document: ABC, topic: t, text: x, text_place: p, ours: y}", "needs a document"),
    ],
)
def test_malformed_entries_are_refused(text, message, catalogue_holding):
    catalogue_holding("discrepancies.yaml", f"- {text}")
    with pytest.raises(InputError, match=message):
        register.__wrapped__()


def test_effects_are_read_from_the_claims_of_the_profile():
    entry = next(entry for entry in register() if entry.id == "hmdb51-score")
    assert effects(entry, []) == []
    results = open_results("06_video", profile="smoke")
    claim = {"expected": "0.579", "evidence": "e", "data": "authors' codes", "substitute": False}
    results.claim("csq-table1", "reproduced", observed="0.5767", limit=1.0, **claim)
    frame = discrepancies.frame("smoke").set_index("topic")
    assert frame.loc["The score of HMDB51", "measured here"] == "0.5767 (csq-table1: reproduced)"
    assert frame.loc["Names of the weights", "measured here"] == ""


def test_the_listing_keeps_code_and_escapes_the_rest():
    text = discrepancies.listing("smoke")
    assert text.count("\n\n**") == len(register()) - 1
    assert '`ties="expected"` by default' in text
    assert "L\\_Q" in text


def test_most_effects_can_be_measured():
    measurable = {claim for entry in register() for claim in entry.claims}
    assert len(measurable) >= 15
    assert measurable <= set(catalogue())
