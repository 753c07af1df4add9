"""Texts of exhibits are found by name, filled, and refused where something is missing."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from basics.errors import InputError
from workbook import texts

FILE = """
protocols:
  retrieval: {dataset: "{data.name}", bits: "{bits}", epoch: last}
tables:
  methods: {caption: "mAP at {bits} bits.", protocol: retrieval, substitute: "{data.substitute}"}
  methods-*: {caption: "One of several."}
claims:
  csq-s1-half: {expected: K/2, evidence: "{count} pairs"}
"""
DATA = SimpleNamespace(name="digits100", substitute=None)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "04_some.yaml").write_text(FILE, encoding="utf-8")
    monkeypatch.setattr(texts, "texts_folder", lambda: tmp_path)
    texts.read_texts.cache_clear()
    yield tmp_path
    texts.read_texts.cache_clear()


def test_placeholders_are_filled_and_a_lone_one_keeps_its_kind(folder: Path) -> None:
    found = texts.texts_of("04_some", "tables", "methods", {"data": DATA, "bits": [16, 64]})
    assert found["caption"] == "mAP at [16, 64] bits."
    assert found["protocol"] == {"dataset": "digits100", "bits": [16, 64], "epoch": "last"}
    assert found["substitute"] is None


def test_an_exhibit_or_notebook_without_texts_has_none(folder: Path) -> None:
    assert texts.texts_of("04_some", "tables", "other", {}) == {}
    assert texts.texts_of("05_none", "figures", "other", {}) == {}


def test_several_exhibits_share_the_texts_of_how_their_names_begin(folder: Path) -> None:
    for name, caption in (("methods-16", "One of several."), ("methods", "mAP at 16 bits."), ("meth", None)):
        found = texts.texts_of("04_some", "tables", name, {"data": DATA, "bits": 16})
        assert found.get("caption") == caption


def test_what_the_notebook_says_itself_is_not_filled(folder: Path) -> None:
    found = texts.texts_of("04_some", "tables", "methods", {"data": DATA}, given={"caption", "protocol"})
    assert found == {"substitute": None}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('tables: {methods: {caption: "{missing} bits"}}', "needs values that were not given .*missing"),
        ('tables: {methods: {caption: "{data.colour}"}}', "needs values that were not given .*colour"),
        ("tables: {methods: {caption: one, protocol: none}}", "there is no protocol 'none'"),
        ("protocols: {a: {like: a}}\ntables: {methods: {caption: one, protocol: a}}", "there is no protocol 'a'"),
        ("tables: {methods: {kaption: one}}", "there is no field 'kaption'"),
        ("pictures: {}", "may hold tables, figures, claims, protocols"),
    ],
)
def test_a_faulty_file_is_one_line(folder: Path, content: str, message: str) -> None:
    (folder / "04_some.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        texts.texts_of("04_some", "tables", "methods", {"data": DATA})
