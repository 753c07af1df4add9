"""The start page lists what the files of the project hold."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from chapters import n00_start_here as overview
from workbook.claims import VERDICTS, catalogue
from workbook.results import open_results


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two notebooks and two profiles."""
    titled = new_notebook(cells=[new_code_cell("# 1"), new_markdown_cell("text\n\n# 02 · Proofs | all\n\n# Other")])
    nbformat.write(titled, tmp_path / "02_proofs.ipynb")
    nbformat.write(new_notebook(), tmp_path / "05_center_learning.ipynb")
    (tmp_path / "smoke.yaml").write_text("name: smoke\ntitle: Tiny\nnotebooks: {}\n")
    (tmp_path / "large.yaml").write_text("name: large\ntitle: Large\nnotebooks: {}\n")
    monkeypatch.setenv("HASHCENTERS_NOTEBOOKS", str(tmp_path))
    monkeypatch.setenv("HASHCENTERS_PROFILES", str(tmp_path))
    return tmp_path


def test_notebooks_are_listed_with_their_statements(project):
    claim = {"observed": "o", "expected": "e", "evidence": "why", "data": "none"}
    open_results("02_proofs", profile="smoke").claim("csq-s1-half", "proved", **claim)
    found = overview.notebooks("smoke").set_index("notebook")
    assert found["title"].tolist() == ["Proofs | all", "center learning"]
    assert found.loc["02", "judged"] == 1
    assert found["claims"].sum() == sum(s.notebook in ("02", "05") for s in catalogue().values())


def test_the_list_links_to_the_notebooks(project):
    lines = overview.notebook_list("smoke").splitlines()
    assert lines[2].startswith("| 02 | [Proofs \\| all](02_proofs.ipynb) | 0 of ")


def test_profiles_and_verdicts(project):
    assert overview.profiles()["command"].tolist() == [f"python run_all.py --profile {p}" for p in ("large", "smoke")]
    assert overview.verdicts()["verdict"].tolist() == list(VERDICTS)
    assert overview.documents()["statements"].sum() == len(catalogue())
