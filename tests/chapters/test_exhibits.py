"""What the chapters' files of texts say of their exhibits."""

import pytest

from workbook.project import texts_folder
from workbook.texts import read_texts

NOTEBOOKS = sorted(path.stem for path in texts_folder().glob("*.yaml"))


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_claims_on_data_of_a_parameter_say_whether_it_is_a_substitute(notebook):
    claims = read_texts(notebook)["claims"].values()
    for entry in claims:
        given = "{kind}" in entry.get("data", "") or "substitute" in entry.get("data", "")
        assert given == ("substitute" in entry), entry
