"""The prose of executed notebooks follows their sources, and nothing else of them does."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from basics.files import sha256
from workbook.runner.prose import FAILED, INJECTED, follow_sources, with_prose_of, without_prose

OUTPUT = {"output_type": "stream", "name": "stdout", "text": ["7\n"]}


def prose(name: str, text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": [text]}


def code(name: str, text: str, *tags: str, outputs: Any = ()) -> dict[str, Any]:
    own = {"metadata": {"tags": list(tags)} if tags else {}, "outputs": list(outputs), "execution_count": None}
    return {"cell_type": "code", "id": name, "source": text.splitlines(keepends=True), **own}


def book(*cells: dict[str, Any]) -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}


SOURCE = book(
    prose("title", "# New"),
    code("given", "x = 1", "parameters"),
    prose("first", "New of first."),
    code("one", "a = x"),
    code("two", "print(a)"),
    prose("last", "New at the end."),
)
PARAMETERS = [code("given", "x = 1", "parameters"), code("injected-parameters-2", "x = 7", INJECTED)]
CODE = [code("one", "a = x", outputs=[OUTPUT]), code("two", "print(a)", outputs=[OUTPUT])]
EXECUTED = book(prose("title", "# Old"), *PARAMETERS, prose("first", "Old."), *CODE, prose("last", "Old end."))


def names(notebook: dict[str, Any]) -> list[str]:
    return [cell["id"] for cell in notebook["cells"]]


def test_prose_follows_and_code_parameters_and_outputs_stay() -> None:
    before = copy.deepcopy((EXECUTED, SOURCE))
    followed = with_prose_of(EXECUTED, SOURCE)
    assert names(followed) == names(EXECUTED)
    assert without_prose(followed) == without_prose(EXECUTED)
    assert [cell for cell in followed["cells"] if cell["cell_type"] != "code"] == [
        cell for cell in SOURCE["cells"] if cell["cell_type"] != "code"
    ]
    assert before == (EXECUTED, SOURCE)
    assert with_prose_of(followed, SOURCE) == followed


def test_prose_that_came_and_went() -> None:
    cells = [cell for cell in SOURCE["cells"] if cell["id"] != "first"]
    source = book(*cells[:3], prose("between", "Added."), *cells[3:], prose("after", "Added."))
    expected = ["title", "given", "injected-parameters-2", "one", "between", "two", "last", "after"]
    assert names(with_prose_of(EXECUTED, source)) == expected


def test_code_that_was_cut_into_more_cells_since() -> None:
    joined = code("one", "a = x\nprint(a)", outputs=[OUTPUT])
    executed = book(prose("title", "# Old"), *PARAMETERS, prose("first", "Old."), joined, prose("last", "Old end."))
    followed = with_prose_of(executed, SOURCE)
    assert followed["cells"][-2:] == [joined, SOURCE["cells"][-1]]
    assert without_prose(followed) == without_prose(executed)


@pytest.mark.parametrize(
    "cells",
    [
        [prose("title", "# Old"), *PARAMETERS, code("one", "a = x + 1"), CODE[1]],  # changed
        [prose("title", "# Old"), *PARAMETERS, *CODE, code("three", "a")],  # removed since
        [prose("title", "# Old"), *PARAMETERS, CODE[0]],  # added since
        [prose("title", "# Old"), *PARAMETERS, code("1", "a = x"), CODE[1]],  # another name
        [prose("title", "# Old"), *PARAMETERS, CODE[0] | {"id": ""}, CODE[1]],  # no name
        [prose("title", "# Old"), *PARAMETERS, *CODE, prose("mark", "failed") | {"metadata": {"tags": [FAILED]}}],
    ],
)
def test_other_code_and_failures_stay_as_they_are(cells: list[dict[str, Any]]) -> None:
    executed = book(*cells)
    assert with_prose_of(executed, SOURCE) is executed


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The results of a profile: three notebooks whose sources say another thing, but for one that is gone."""
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(tmp_path / "results"))
    monkeypatch.setenv("HASHCENTERS_NOTEBOOKS", str(tmp_path / "sources"))
    folder = tmp_path / "results" / "made"
    for path in (tmp_path / "sources", folder / "notebooks"):
        path.mkdir(parents=True)
    (tmp_path / "sources" / "01_a.ipynb").write_text(json.dumps(SOURCE))
    (tmp_path / "sources" / "02_b.ipynb").write_text(json.dumps(SOURCE))
    (folder / "notebooks" / "01_a.ipynb").write_text(json.dumps(EXECUTED))
    (folder / "notebooks" / "02_b.ipynb").write_text("{")
    (folder / "notebooks" / "03_c.ipynb").write_text(json.dumps(EXECUTED))
    made_by = {"commit": None, "changed_since_commit": None, "profile": "made", "python": "3", "platform": "-"}
    sums = {f"notebooks/{name}.ipynb": "as before" for name in ("01_a", "02_b", "03_c")}
    made_by |= {"device": "-", "packages": {}, "notebooks": {}, "artefacts": sums}
    (folder / "manifest.json").write_text(json.dumps(made_by))
    return folder


def test_executed_notebooks_and_their_digests_in_the_manifest(results: Path) -> None:
    before = {name: (results / "notebooks" / name).read_bytes() for name in ("02_b.ipynb", "03_c.ipynb")}
    follow_sources("made")
    executed = results / "notebooks" / "01_a.ipynb"
    assert json.loads(executed.read_text()) == with_prose_of(EXECUTED, SOURCE)
    assert {name: (results / "notebooks" / name).read_bytes() for name in before} == before
    sums = json.loads((results / "manifest.json").read_text())["artefacts"]
    assert sums == {f"notebooks/{name}": "as before" for name in before} | {"notebooks/01_a.ipynb": sha256(executed)}
    times = [path.stat().st_mtime_ns for path in (executed, results / "manifest.json")]
    follow_sources("made")
    assert times == [path.stat().st_mtime_ns for path in (executed, results / "manifest.json")]


def test_without_a_manifest_prose_follows_all_the_same(results: Path) -> None:
    (results / "manifest.json").unlink()
    follow_sources("made")
    assert "New of first." in (results / "notebooks" / "01_a.ipynb").read_text()
    assert not (results / "manifest.json").exists()
