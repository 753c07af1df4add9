"""Runs write beside the committed results, keep what they cannot make, and change them only when told to."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from basics.errors import InputError
from basics.files import sha256
from basics.paths import project_root
from workbook.runner.plan import Request, make_plan
from workbook.runner.run import _shown, publish, report

ROOT = project_root()
PARAMETERS = 'profile: str = "embedded"  # results\nsize: int = 2  # of the table'
MAKES = """import os, pathlib
import pandas as pd
from workbook.results import open_results
results = open_results("01_makes", profile=profile)
results.table(pd.DataFrame({"x": range(size)}), "plain", caption="Always.")
there = pathlib.Path(os.environ["HASHCENTERS_DATA"], "far").is_dir()
found = {"observed": "3", "expected": "3", "data": "far"} if there else {"observed": "-", "expected": "3", "data": "-"}
results.claim("csq-64-hadamard", "reproduced" if there else "needs-data", evidence="It is so.", **found)
if there:
    results.table(pd.DataFrame({"y": [7]}), "far", caption="Of data.")"""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory, workbook_in: Any) -> Path:
    """A repository of a small workbook whose results, made with data, are committed; the data are gone since."""
    return committed(tmp_path_factory.mktemp("clone") / "project", workbook_in, optional_data=["far"])


def committed(folder: Path, workbook_in: Any, **metadata: list[str]) -> Path:
    shutil.copytree(ROOT / "lib", folder / "lib", ignore=shutil.ignore_patterns("__pycache__"))
    for name in (".gitignore", "pyproject.toml", "run_all.py"):
        shutil.copy2(ROOT / name, folder / name)
    workbook_in(folder).write("01_makes", MAKES, parameters=PARAMETERS, **metadata)
    (folder / "data" / "far").mkdir(parents=True)
    (folder / "data" / "far" / "file").touch()
    assert "written" in run(folder, "--publish")
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "--quiet", "--message", "all")
    shutil.rmtree(folder / "data")
    shutil.rmtree(folder / "results" / "local")
    return folder


def run(folder: Path, *options: str, code: int = 0) -> str:
    """`run_all.py` of the copy, with nothing moved."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HASHCENTERS_")}
    environment |= {"PYTHONPATH": "", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "run_all.py", *options]
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == code, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True).stdout


def records(folder: Path, name: str) -> dict[str, Any]:
    return json.loads((folder / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def ran(clone: Path) -> tuple[Path, str]:
    """The clone, run without the data, and what the run printed."""
    return clone, run(clone)


def test_a_run_in_a_bare_clone_leaves_git_clean(ran: tuple[Path, str]) -> None:
    clone, _ = ran
    assert (clone / "results" / "local" / "embedded" / "index.html").is_file()
    assert git(clone, "status", "--porcelain") == ""


def test_what_cannot_be_made_is_kept_and_marked(ran: tuple[Path, str]) -> None:
    clone, output = ran
    own, before = clone / "results" / "local" / "embedded", clone / "results" / "embedded"
    tables = records(own, "exhibits.json")
    assert set(tables) == {"table-01-plain", "table-01-far"}
    assert tables["table-01-far"]["caption"] == "Of data. Kept from the committed results: far is not here."
    assert "kept" not in tables["table-01-plain"]
    assert (own / "tables" / "01-far.csv").read_bytes() == (before / "tables" / "01-far.csv").read_bytes()
    (claim,) = records(own, "claims.json").values()
    assert (claim["verdict"], claim["observed"], claim["kept"]) == ("reproduced", "3", "far is not here")
    assert "kept as committed, since far is not here: csq-64-hadamard" in output
    assert "0 verdicts changed, 0 of 1 tables differ" in output
    page = (own / "html" / "01_makes.html").read_text(encoding="utf-8")
    assert "Kept from the committed results" in page and 'id="table-01-far"' in page


def test_what_is_kept_is_fresh_until_the_data_come(ran: tuple[Path, str]) -> None:
    clone, _ = ran
    assert "01_makes" in (listed := run(clone, "--list")) and "fresh" in listed
    (clone / "data" / "far").mkdir(parents=True)
    (clone / "data" / "far" / "file").touch()
    assert "stale: the data of far changed" in run(clone, "--list")
    shutil.rmtree(clone / "data")


def test_kept_records_are_not_published(ran: tuple[Path, str]) -> None:
    clone, _ = ran
    refused = run(clone, "--publish", code=2)
    assert "2 records of embedded are kept from the committed results (far is not here)" in refused
    assert git(clone, "status", "--porcelain") == ""


@pytest.mark.parametrize(("use", "aim"), [(publish, "publish"), (report, "show")])
def test_a_profile_of_which_nothing_was_run_is_neither_published_nor_shown(
    workbook: Any, monkeypatch: pytest.MonkeyPatch, use: Callable[[Any], Any], aim: str
) -> None:
    workbook.write("01_makes", "print(1)")
    for name in ("notebooks", "profiles", "results"):
        monkeypatch.setenv(f"HASHCENTERS_{name.upper()}", str(workbook.folder / name))
    before = sorted(workbook.folder.rglob("*"))
    with pytest.raises(InputError, match=f"no notebook of profile embedded has been run here, so .* nothing to {aim}"):
        use(make_plan(Request()))
    assert sorted(workbook.folder.rglob("*")) == before


def test_a_report_is_not_fresh_where_the_results_on_its_front_have_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("profiles", "committed", "results"):
        monkeypatch.setenv(f"HASHCENTERS_{name.upper()}", str(tmp_path / name))
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "mine.yaml").write_text("name: mine\ntitle: t\nfront: other\nnotebooks: {}\n")
    page, table = tmp_path / "index.html", tmp_path / "committed" / "other" / "tables" / "07-table-1.csv"
    page.touch()
    table.parent.mkdir(parents=True)
    table.write_text("a\n1\n")
    before = _shown("mine", page)
    assert _shown("mine", page) == before
    table.write_text("a\n2\n")
    assert _shown("mine", page) != before
    table.write_text("a\n1\n")
    (tmp_path / "profiles" / "mine.yaml").write_text("name: mine\ntitle: t\nnotebooks: {}\n")
    assert _shown("mine", page) != before


def test_prose_that_changed_is_shown_without_a_run(ran: tuple[Path, str]) -> None:
    clone, _ = ran
    source = clone / "notebooks" / "01_makes.ipynb"
    before = source.read_text(encoding="utf-8")
    own = clone / "results" / "local" / "embedded"
    ran_once = records(own, "manifest.json")["notebooks"]
    source.write_text(before.replace("# Title", "# Another title"), encoding="utf-8")
    run(clone)
    assert "Another title" in (own / "html" / "01_makes.html").read_text(encoding="utf-8")
    executed = own / "notebooks" / "01_makes.ipynb"
    assert "Another title" in executed.read_text(encoding="utf-8")
    manifest = records(own, "manifest.json")
    assert manifest["artefacts"]["notebooks/01_makes.ipynb"] == sha256(executed)
    assert manifest["notebooks"] == ran_once
    source.write_text(before, encoding="utf-8")


def test_other_values_differ_and_are_not_published(ran: tuple[Path, str]) -> None:
    clone, _ = ran
    output = run(clone, "--set", "size=3")
    assert "2 → 3 rows" in output
    assert "not made here: table-01-far" in output  # of other parameters: nothing is kept
    assert "those of a profile as it is, got --set" in run(clone, "--set", "size=4", "--publish", code=2)
    assert git(clone, "status", "--porcelain") == ""


READS = """from workbook.results import open_results, read_table
results = open_results("02_reads", profile=profile)
results.table(read_table("01-plain", profile=profile) * factor, "twice", caption="Always.")"""


def test_a_notebook_that_reads_committed_results_is_published_without_running_theirs(
    tmp_path: Path, workbook_in: Any
) -> None:
    folder = committed(tmp_path / "project", workbook_in, optional_data=["far"])
    parameters = 'profile: str = "embedded"  # results\nfactor: int = 2  # of the table'
    workbook_in(folder).write("02_reads", READS, parameters=parameters, after=["01_makes"])
    assert "the results of 01_makes are read as they are" in run(folder, "--only", "02")
    said = run(folder, "--only", "02", "--publish")
    assert "written, 0 removed" in said
    tables = folder / "results" / "embedded" / "tables"
    assert (tables / "02-twice.csv").read_text(encoding="utf-8").split() == ["x", "0", "2"]
    assert (tables / "01-far.csv").read_text(encoding="utf-8") == "y\n7\n"
    (folder / "results" / "local" / "embedded" / "tables" / "01-plain.csv").write_text("x\n5\n", encoding="utf-8")
    assert "stale: the results of 01_makes changed" in run(folder, "--list", "--only", "02")


def test_a_notebook_without_what_it_needs_is_not_run_and_stays_as_committed(tmp_path: Path, workbook_in: Any) -> None:
    folder = committed(tmp_path / "project", workbook_in, data=["far"])
    said = run(folder, code=1)
    assert f"01_makes needs folder far: there is no {folder / 'data' / 'far'}" in said
    own = folder / "results" / "local" / "embedded"
    assert (own / "tables" / "01-far.csv").read_text() == "y\n7\n"
    assert records(own, "claims.json") == records(folder / "results" / "embedded", "claims.json")
    assert "0 of 2 tables" in said
