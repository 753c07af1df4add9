"""What the chapters' files of texts say of their exhibits."""

import re

import pytest

from workbook.project import texts_folder
from workbook.texts import protocol_of, read_texts

NOTEBOOKS = sorted(path.stem for path in texts_folder().glob("*.yaml"))


NETWORK = {"backbone", "hash network", "networks", "similarity"}  # where a protocol says what was trained, or frozen
DATA_ALONE = {("04_training", "samples"), ("06_video", "clips")}  # show data that nothing was made of


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_figures_and_tables_of_trainings_name_data_and_network(notebook):
    texts = read_texts(notebook)
    for kind in ("tables", "figures"):
        for name, entry in texts[kind].items():
            made_of = entry.get("substitute") in ("{data.substitute}", "{stands}", "{stands_in}")
            if not made_of or notebook < "04" or (notebook, name) in DATA_ALONE:
                continue
            protocol = protocol_of(entry.get("protocol", {}), texts["protocols"], where=name)
            assert "dataset" in "".join(protocol) and NETWORK & protocol.keys(), (kind, name)
            assert re.fullmatch(r"last \(.+\)|\{trained_epoch\}", protocol["epoch"]), (kind, name)


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_claims_on_data_of_a_parameter_say_whether_it_is_a_substitute(notebook):
    claims = read_texts(notebook)["claims"].values()
    for entry in claims:
        given = "{kind}" in entry.get("data", "") or "substitute" in entry.get("data", "")
        assert given == ("substitute" in entry), entry
