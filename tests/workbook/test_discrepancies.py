"""The register is whole, every party has its place, effects come from claims and never from the register."""

import re

import pandas as pd
import pytest

from basics.errors import InputError
from workbook import discrepancies
from workbook.catalogue import workbook
from workbook.claims import catalogue
from workbook.discrepancies import effects, ranked, register
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
    results.claim("csq-table1-hmdb51", "reproduced", observed="0.5767", tolerance="t", **claim)
    frame = discrepancies.frame("smoke").set_index("topic")
    assert frame.loc["The score of HMDB51", "measured here"] == "0.5767 (csq-table1-hmdb51: reproduced)"
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


TABLES = {
    "table-09-same-data": pd.DataFrame({"number": ["UCF101, mAP"], "difference": ["−0.3"]}),
    "table-06-released-codes": pd.DataFrame(
        {"rule": ["stable", "expected", "first"], "HMDB51 mAP@70": ["0.50", "0.52 ± 0.1", "0.6"]}
    ),
    "table-03-published": pd.DataFrame({"dataset": ["MS COCO"], "bits": ["64"], "below_half": ["0.4"]}),
    "table-04-implementation": pd.DataFrame(
        {"setting": ["factor of the hash layer"], "document": ["20"], "released code": ["100"]}
    ),
}


def test_measured_effects_come_first_by_unit_and_size():
    found = ranked([], TABLES.get)
    effects = [(item.entry.id, item.effect) for item in found if item.effect]
    assert effects == [
        ("ucf101-score", "30 points of mAP"),
        ("ties", "10 points of mAP"),
        ("video-order", "2 points of mAP"),
        ("coco-64", "40 % of the pairs below K/2"),
    ]
    assert [item.entry.id for item in found[:4]] == [name for name, _ in effects]
    assert len(found) == len(register())
    known = [bool(item.entry.known) for item in found[4:]]
    assert known == sorted(known, reverse=True)


def test_rows_that_are_to_be_read_are_told():
    told = {item.entry.id: item.told for item in ranked([], TABLES.get)}
    assert told["image-head-rate"] == "document: 20; released code: 100"
    assert told["ties"] == ""


def test_without_results_nothing_is_measured():
    assert not [item for item in ranked([], lambda _: None) if item.effect or item.told or item.records]


def test_files_of_the_authors_are_linked_at_one_commit():
    entries = {entry.id: entry for entry in register()}
    links = workbook().links
    address = entries["bernoulli-rule"].addresses["Tutorial_ hash_center_generation.ipynb"]
    assert address == f"{links['CSQ'].code}/blob/{links['CSQ'].commit}/Tutorial_%20hash_center_generation.ipynb"
    assert "/tree/" in entries["shc-lists"].addresses["data/imagenet/"]
    assert links["CSQ"].file("README.md#L82") == (
        "README.md, line 82",
        f"{links['CSQ'].code}/blob/{links['CSQ'].commit}/README.md?plain=1#L82",
    )
    placed = [entry for entry in entries.values() if entry.code_place or entry.files_place]
    assert [entry.id for entry in placed if not entry.at] == ["learned-lambda"]


def test_lines_of_the_authors_code_are_named_in_the_version_that_was_read():
    for entry in register():
        read = workbook().links[entry.document].lines
        named = [path.partition("#") for path in entry.at if path.partition("#")[0].endswith(".py")]
        assert all(re.fullmatch(r"L\d+(-L\d+)?", lines) for _, _, lines in named), entry.id
        assert {path for path, *_ in named} <= {path for files in read.values() for path in files}, entry.id
        assert all("#L" in address for place, address in entry.addresses.items() if ".py" in place)
        for first, last in re.findall(r"L(\d+)-L(\d+)", " ".join(entry.at)):
            assert int(first) < int(last)


@pytest.mark.parametrize(
    "measure", ["{exhibit: x, columns: [a], unit: miles}", "{exhibit: x, unit: images}", "{exhibit: x, columns: [a]}"]
)
def test_a_measure_needs_columns_and_a_known_unit(measure, catalogue_holding):
    workbook()
    catalogue_holding("discrepancies.yaml", f"- {ENTRY}, measure: {measure}}}")
    with pytest.raises(InputError, match="the unit of x must be one of points of mAP"):
        register.__wrapped__()
