"""The joint table takes published numbers from the catalogue and ours from the run, and never mixes them up."""

import pandas as pd
import pytest

from basics.errors import InputError
from workbook import beside
from workbook.literature import published_tables

OURS = {
    "table-07-table-1": pd.DataFrame({"family": ["AlexNet", "ResNet50"], "16 bits": ["0.4 ± 0.1", "0.5"]}),
    "table-05-five-draws": pd.DataFrame({"quantity": ["mAP", "dataset"], "single-label": ["0.85", "digits100"]}),
}
EXHIBITS = {
    "table-07-table-1": {"substitute": "Digits.", "protocol": {"dataset": "digits100"}},
    "table-05-five-draws": {"substitute": "Digits.", "protocol": {}},
}
CLAIM = {
    "id": "csq-table1-hmdb51",
    "notebook": "06_video",
    "verdict": "reproduced",
    "data": "codes",
    "substitute": False,
}
CLAIMS = [CLAIM | {"compare": {"csq-table1/mAP/HMDB51": 0.57675}}]


def joint() -> dict[tuple[str, str], beside.Group]:
    return {(g.entry.source, g.entry.group): g for g in beside.groups(CLAIMS, EXHIBITS, OURS.get)}


def test_columns_stand_by_their_length():
    assert beside.headings() == ["16 bits", "32 bits", "64 bits"]


def test_every_published_number_of_an_entry_is_shown_as_printed():
    for group in beside.groups([], {}, lambda _: None):
        numbers = {(n.row, n.column): n.text for n in published_tables()[group.entry.source].numbers()}
        for row, cells in group.lines.items():
            for heading, (printed, ours) in cells.items():
                assert printed == numbers.get((row, group.entry.columns[heading][0]), "–")
                assert ours == "–"
        assert (group.data, group.substitute, group.record, group.exhibit) == ("", False, {}, "")


def test_ours_stand_in_the_row_and_column_that_the_list_names():
    group = joint()["SHC Table 1", "ImageNet"]
    assert group.lines["With AlexNet"]["16 bits"] == ("0.8511", "0.4 ± 0.1")
    assert group.lines["With ResNet50"]["16 bits"] == ("0.8616", "0.5")
    assert group.lines["With VGG16"]["16 bits"][1] == group.lines["With AlexNet"]["32 bits"][1] == "–"
    assert (group.data, group.substitute, group.exhibit) == ("digits100", True, "table-07-table-1")


def test_the_network_stands_beside_the_data_and_no_verdict_beside_nothing():
    table = EXHIBITS["table-07-table-1"] | {"notebook": "07_backbones"}
    other = {"notebook": "07_backbones", "protocol": {"backbone": "resnet50, frozen"}}
    claims = [CLAIM | {"id": "shc-table1", "compare": {}}]
    shown, empty = (
        next(
            g
            for g in beside.groups(claims, {"table-07-table-1": table, "x": other}, read)
            if g.entry.claim == "shc-table1"
        )
        for read in (OURS.get, lambda _: None)
    )
    assert (shown.data, shown.record["verdict"]) == ("digits100, resnet50, frozen", "reproduced")
    assert (empty.data, empty.record) == ("", {})


def test_a_row_of_ours_may_name_the_data():
    group = joint()["CSQ Table 1", "ImageNet"]
    assert (group.lines["mAP"]["64 bits"][1], group.data, group.substitute) == ("0.85", "digits100", True)


def test_numbers_on_the_same_data_come_from_the_claim_that_compares_them():
    same = joint()
    group = same["CSQ Table 1", "HMDB51"]
    assert group.lines["mAP"]["64 bits"] == ("0.579 ± 0.35", "0.5767")
    assert (group.record["verdict"], group.data, group.substitute) == ("reproduced", "codes", False)
    other = same["CSQ Table 1", "UCF101"]
    assert (other.lines["mAP"]["64 bits"][1], other.data) == ("–", "")


def test_as_plain_lines_substitutes_are_marked():
    frame = beside.frame(beside.groups(CLAIMS, EXHIBITS, OURS.get)).set_index(["table", "data", "row"])
    line = frame.loc[("SHC Table 1", "ImageNet", "With AlexNet")]
    assert (line["ours on"], line["16 bits, paper"], line["16 bits, ours"]) == ("digits100 ◇", "0.8511", "0.4 ± 0.1")
    assert frame.loc[("CSQ Table 1", "HMDB51", "mAP"), "verdict"] == "reproduced"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{source: ABC Table 1, group: g, columns: {}, rows: {}}", "unknown table 'ABC Table 1'"),
        ("{source: SHC Table 1, group: g, columns: {a: [Nowhere, '']}, rows: {}}", "has no 'Nowhere'"),
        ("{source: SHC Table 1, group: g, columns: {}, rows: {With Luck: ''}}", "has no 'With Luck'"),
        ("{source: SHC Table 1, group: g, columns: {}, rows: {}, claim: csq-unheard-of}", "unknown claim"),
    ],
)
def test_malformed_entries_are_refused(text, message, catalogue_holding):
    published_tables()
    catalogue_holding("beside.yaml", f"- {text}")
    with pytest.raises(InputError, match=message):
        beside.listed.__wrapped__()
