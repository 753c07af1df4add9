"""Every notebook runs under the smoke profile, and is written as the workbook's notebooks are."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from basics.paths import project_root
from workbook.runner.graph import discover
from workbook.runner.parameters import parse_parameters
from workbook.runner.profiles import load_profile, profile_names, resolve

ROOT = project_root()

SOURCES = sorted((ROOT / "notebooks").glob("*.ipynb"))
SETUP_LINES = 10
CODE_LINES = 15  # a cell, without exception: captions, alt texts, protocols and evidence stand beside the chapters

each_notebook = pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def lines_of_code(cell: dict[str, Any]) -> int:
    """Lines that are neither empty nor a comment."""
    lines = "".join(cell["source"]).splitlines()
    return sum(bool(line.strip()) and not line.strip().startswith("#") for line in lines)


def is_parameters(cell: dict[str, Any]) -> bool:
    return "parameters" in cell["metadata"].get("tags", [])


@each_notebook
def test_is_committed_without_outputs(path: Path) -> None:
    notebook = read(path)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert "widgets" not in notebook["metadata"]
    for cell in notebook["cells"]:
        assert cell["id"]
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        assert set(cell["metadata"]) <= {"tags"}


@each_notebook
def test_has_the_anatomy_of_the_workbook(path: Path) -> None:
    notebook = read(path)
    title, parameters, setup = notebook["cells"][:3]
    assert title["cell_type"] == "markdown"
    assert "".join(title["source"]).startswith("# ")
    assert is_parameters(parameters)
    assert sum(map(is_parameters, notebook["cells"])) == 1
    source = "".join(parameters["source"])
    declared = {parameter.name: parameter for parameter in parse_parameters(source, where=path.stem)}
    assert (declared["profile"].type, declared["profile"].default) == ("str", "embedded")
    ends = [source.splitlines()[statement.end_lineno - 1] for statement in ast.parse(source).body]
    assert all("  # " in line for line in ends), "every parameter says what it is"
    assert setup["cell_type"] == "code"
    assert lines_of_code(setup) <= SETUP_LINES
    assert notebook["cells"][-1]["cell_type"] == "markdown"


@each_notebook
def test_has_short_code(path: Path) -> None:
    assert max(lines_of_code(cell) for cell in code_cells(read(path)) if not is_parameters(cell)) <= CODE_LINES
    for cell in code_cells(read(path)):
        source = "".join(cell["source"])
        assert not re.search(r"^\s*[%!]", source, re.MULTILINE), "magics and shell commands hide failures"
        assert not [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)]


def test_declares_a_graph_that_can_run() -> None:
    notebooks = discover(ROOT / "notebooks")
    assert sorted(notebooks) == [path.stem for path in SOURCES], "every notebook is named NN_topic"


@pytest.mark.parametrize("name", profile_names(ROOT / "profiles"))
def test_every_profile_fits_the_notebooks(name: str) -> None:
    resolve(discover(ROOT / "notebooks"), load_profile(name, ROOT / "profiles"))


@pytest.fixture(scope="session")
def smoke(
    smoke_run: Callable[..., dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, subprocess.CompletedProcess[str]]]:
    """The results of `run_all.py --profile smoke`, run once, and how it ended."""
    folder = tmp_path_factory.mktemp("smoke")
    yield folder / "smoke", subprocess.run(**smoke_run(folder), capture_output=True, check=False)


@each_notebook
def test_runs_under_smoke(path: Path, smoke: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    results, ended = smoke
    executed = results / "notebooks" / path.name
    assert executed.is_file(), ended.stdout + ended.stderr
    outputs = [output for cell in code_cells(read(executed)) for output in cell["outputs"]]
    errors = [output for output in outputs if output["output_type"] == "error"]
    assert not errors, "\n".join(errors[0]["traceback"])
    warnings = ["".join(output["text"]) for output in outputs if output.get("name") == "stderr"]
    assert not warnings
    assert all(cell["execution_count"] for cell in code_cells(read(executed)) if "".join(cell["source"]).strip())


@each_notebook
def test_leaves_no_trace_of_the_machine(path: Path, smoke: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    results, _ = smoke
    text = (results / "notebooks" / path.name).read_text(encoding="utf-8")
    for folder in (ROOT, Path.home(), results, Path(sys.prefix), Path(sys.base_prefix)):
        assert f"{folder}/" not in text
    assert "vnd.jupyter.widget" not in text
    assert "widgets" not in read(results / "notebooks" / path.name)["metadata"]


def test_the_run_ends_well(smoke: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    results, ended = smoke
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.splitlines()[-1] == str(results / "index.html")
    manifest = read(results / "manifest.json")
    assert {f"notebooks/{path.name}" for path in SOURCES} <= set(manifest["artefacts"])


class Links(HTMLParser):
    """What a page links to and shows, and the places that can be linked to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.places: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        self.places |= {value for key in ("id", "name") if (value := named.get(key))}
        self.targets += [value for key in ("href", "src") if (value := named.get(key))]


@cache
def links_of(page: Path) -> Links:
    return Links(page)


def broken_links(page: Path) -> list[str]:
    """Links and pictures of a page that lead to nothing on this disk."""
    found = []
    for target in links_of(page).targets:
        address = urlsplit(target)
        if address.scheme or address.netloc:
            continue
        path = (page.parent / unquote(address.path)).resolve() if address.path else page
        if not path.exists() or (
            address.fragment and path.suffix == ".html" and unquote(address.fragment) not in links_of(path).places
        ):
            found.append(target)
    return found


def test_the_report_has_no_broken_link(smoke: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    results, _ = smoke
    pages = [results / "index.html", *sorted((results / "html").glob("*.html"))]
    assert len(pages) > len(SOURCES)
    assert {page.name: broken for page in pages if (broken := broken_links(page))} == {}


def test_the_readme_has_no_broken_link(smoke: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    results, _ = smoke
    text = (results / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)\s#]+)", text) + re.findall(r'(?:src|href)="([^"#]+)"', text)
    local = [target for target in targets if not urlsplit(target).scheme]
    assert [target for target in local if not (results / unquote(target)).exists()] == []
