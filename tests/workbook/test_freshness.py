"""What makes results stale, and what the listing, the estimate and the check say of it."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import hashcenters
import pytest
from basics.errors import InputError
from hashcenters.workbook import listing, modules, trainings
from hashcenters.workbook.freshness import write_record
from hashcenters.workbook.manifest import entry, write_manifest
from hashcenters.workbook.plan import Plan, Request, make_plan

NAMES = ("01_a", "02_b", "03_c", "04_d")
GRID = """def cells(parameters):
    return list(range(parameters["count"]))
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of two modules in the place of the real one."""
    folder = tmp_path / "library"
    folder.mkdir()
    for name, content in {
        "__init__": "",
        "low": '"""Low."""\nVALUE = 1\n',
        "high": "from . import low\n",
    }.items():
        (folder / f"{name}.py").write_text(content)
    monkeypatch.setattr(modules, "package_root", lambda: folder)
    return folder


@pytest.fixture
def book(workbook: Any, package: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Four notebooks, recorded as run: b reads a, d reads all, c uses a data folder and the library."""
    for name in ("data", "notebooks", "profiles", "results"):
        monkeypatch.setenv(f"HASHCENTERS_{name.upper()}", str(workbook.folder / name))
    (workbook.folder / "data" / "set").mkdir(parents=True)
    (workbook.folder / "data" / "set" / "list.txt").write_text("one")
    workbook.write("01_a", "print(1)", parameters="profile: str = 'x'\ncount: int = 3\njobs: int = 1")
    workbook.write("02_b", "print(2)", after=["01_a"])
    workbook.write("03_c", "from hashcenters import high", data=["set"])
    workbook.write("04_d", after=["*"])
    record(workbook)
    return workbook


def record(book: Any, **request: Any) -> None:
    """Pretend that every notebook has just been run."""
    plan = make_plan(Request(**request))
    (book.results / "tables").mkdir(parents=True, exist_ok=True)
    (book.results / "notebooks").mkdir(exist_ok=True)
    (book.results / "tables" / "02-x.csv").write_text("a\n1\n")
    exhibit = {"notebook": "02_b", "files": {"csv": "tables/02-x.csv"}}
    (book.results / "exhibits.json").write_text(json.dumps({"table-02-x": exhibit}))
    for name in plan.notebooks:
        (book.results / "notebooks" / f"{name}.ipynb").write_text(name)
        write_record("embedded", name, state="done", inputs=plan.inputs(name))


def stale(**request: Any) -> dict[str, str]:
    states = make_plan(Request(**request)).states()
    return {name: why for name, why in states.items() if why}


def test_nothing_is_stale_after_a_run(book: Any) -> None:
    assert stale() == {}


def test_everything_is_stale_before_the_first_run(book: Any) -> None:
    for path in (book.results / "fresh").iterdir():
        path.unlink()
    assert stale() == dict.fromkeys(NAMES, "it has not been run here")


def change_source(book: Any) -> None:
    book.write("02_b", "print(3)", after=["01_a"])


def change_first_source(book: Any) -> None:
    book.write("01_a", "print(3)")


def change_text(book: Any) -> None:
    path = book.folder / "notebooks" / "02_b.ipynb"
    path.write_text(path.read_text().replace("# Title", "# Another title"))


def change_outputs_of_source(book: Any) -> None:
    path = book.folder / "notebooks" / "02_b.ipynb"
    content = json.loads(path.read_text())
    content["cells"][1] |= {
        "execution_count": 4,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}],
    }
    path.write_text(json.dumps(content, indent=2))


def change_profile(book: Any) -> None:
    book.profile("{01_a: {count: 4}}")


def change_profile_to_the_default(book: Any) -> None:
    book.profile("{01_a: {count: 3, jobs: 2}}")


def change_library(book: Any) -> None:
    (book.folder / "library" / "low.py").write_text('"""Low."""\nVALUE = 2\n')


def change_docstring(book: Any) -> None:
    (book.folder / "library" / "low.py").write_text('"""Lower."""\n# a comment\nVALUE = 1\n')


def change_data(book: Any) -> None:
    (book.folder / "data" / "set" / "more.txt").write_text("two")


def change_table(book: Any) -> None:
    (book.results / "tables" / "02-x.csv").write_text("a\n2\n")


def remove_table(book: Any) -> None:
    (book.results / "tables" / "02-x.csv").unlink()


def remove_notebook(book: Any) -> None:
    (book.results / "notebooks" / "02_b.ipynb").unlink()


def forget_exhibits(book: Any) -> None:
    (book.results / "exhibits.json").unlink()


def break_record(book: Any) -> None:
    (book.results / "fresh" / "02_b.json").write_text("{")


B_AND_D = {"04_d": "the results of 02_b changed"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (change_source, {"02_b": "its source changed", "04_d": "02_b has to run before it"}),
        (change_text, {"02_b": "its source changed", "04_d": "02_b has to run before it"}),
        (change_outputs_of_source, {}),
        (
            change_first_source,
            {
                "01_a": "its source changed",
                "02_b": "01_a has to run before it",
                "04_d": "01_a has to run before it",
            },
        ),
        (
            change_profile,
            {
                "01_a": "its parameter count changed",
                "02_b": "01_a has to run before it",
                "04_d": "01_a has to run before it",
            },
        ),
        (change_profile_to_the_default, {}),
        (change_library, {"03_c": "lib/hashcenters/low.py changed", "04_d": "03_c has to run before it"}),
        (change_docstring, {}),
        (change_data, {"03_c": "the data of set changed", "04_d": "03_c has to run before it"}),
        (change_table, {"02_b": "its tables/02-x.csv was changed", "04_d": "02_b has to run before it"}),
        (remove_table, {"02_b": "its tables/02-x.csv is missing", "04_d": "02_b has to run before it"}),
        (
            remove_notebook,
            {"02_b": "its notebooks/02_b.ipynb is missing", "04_d": "02_b has to run before it"},
        ),
        (forget_exhibits, {"02_b": "its exhibits.json was changed", "04_d": "02_b has to run before it"}),
        (
            break_record,
            {"02_b": "it has not been run here", "04_d": "the results of 02_b changed"},
        ),
    ],
)
def test_a_change_reaches_a_notebook_and_its_dependants(
    book: Any, change: Callable[[Any], None], expected: dict[str, str]
) -> None:
    change(book)
    assert stale() == expected


def test_results_that_changed_upstream(book: Any) -> None:
    change_table(book)
    write_record("embedded", "02_b", state="done", inputs=make_plan(Request()).inputs("02_b"))
    assert stale() == {"04_d": "the results of 02_b changed"}


@pytest.mark.parametrize(
    ("state", "why"), [("running", "its last run was stopped"), ("failed", "its last run failed")]
)
def test_a_run_that_did_not_end_well(book: Any, state: str, why: str) -> None:
    write_record("embedded", "02_b", state=state, inputs={})
    assert stale()["02_b"] == why


def test_requests_that_change_values(book: Any) -> None:
    assert stale(jobs=7) == {}
    assert stale(settings=["01.count=9"])["01_a"] == "its parameter count changed"
    assert stale(only="03", force=True) == {"03_c": "forced", "04_d": "03_c has to run before it"}


def plan(**request: Any) -> Plan:
    return make_plan(Request(**request))


def test_old_results_that_are_read_are_said(book: Any) -> None:
    assert plan(only="02").old_results() == []
    change_first_source(book)
    assert plan().old_results() == []
    assert plan(only="03").old_results() == []
    assert plan(only="02").old_results() == [
        "note: the results of 01_a are read as they are: its source changed"
    ]


def test_the_listing(book: Any) -> None:
    change_library(book)
    write_manifest("embedded", {"01_a": whole_run(75.0)}, known=NAMES)
    assert listing.list_notebooks(plan()).splitlines() == [
        "notebook  reads       last time   state",
        "01_a                  1 min 15 s  fresh",
        "02_b      01                      fresh",
        "03_c                              stale: lib/hashcenters/low.py changed",
        "04_d      01, 02, 03              stale: 03_c has to run before it",
    ]
    assert len(listing.list_notebooks(plan(only="02")).splitlines()) == 2


def whole_run(seconds: float, **costs: float) -> dict[str, Any]:
    return entry({}, seconds=seconds, cells=3, error=None, trainings=costs)


def test_the_estimate(book: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    change_first_source(book)
    costs = {"count": 10, "mean_seconds": 6.0, "mean_bytes": 2e6, "other_seconds": 5.0}
    write_manifest("embedded", {"01_a": whole_run(65.0, **costs), "02_b": whole_run(12.0)}, known=NAMES)
    cells = {"01_a": ["x", "y", "z"], "02_b": ["y"]}
    monkeypatch.setattr(listing, "missing_trainings", lambda plan, name: cells.get(name))
    lines = listing.estimate(plan()).splitlines()
    assert lines[:-1] == [
        "notebook  trainings to do  about",
        "01_a      3                23.0 s",
        "02_b      0                12.0 s",  # shares its training with 01_a
        "04_d                       ?",
        "all       3                more than 35.0 s",
    ]
    assert lines[-1].startswith("disk: ")
    assert lines[-1].endswith("about 6.0 MB more for the trainings to do")


def test_counts_trainings_that_a_notebook_declares(book: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = SimpleNamespace(missing=lambda cells, profile: cells[1:])
    monkeypatch.setattr(hashcenters, "sweep", sweep, raising=False)
    (book.folder / "grid_of_tests.py").write_text(GRID)
    monkeypatch.syspath_prepend(book.folder)
    book.write("01_a", grid="grid_of_tests:cells")
    assert listing.missing_trainings(plan(settings=["01.count=5"]), "01_a") == [1, 2, 3, 4]
    assert listing.missing_trainings(plan(), "02_b") is None
    book.write("01_a", grid="grid_of_tests:nothing")
    with pytest.raises(
        InputError, match="01_a: metadata grid must be module:function, got 'grid_of_tests:nothing'"
    ):
        listing.missing_trainings(plan(), "01_a")


@pytest.mark.parametrize(
    ("recorded", "missing", "jobs", "expected"),
    [
        ({}, None, 1, None),
        ({"seconds": 9.0}, None, 1, 9.0),
        ({"seconds": 9.0}, 4, 1, 9.0),
        ({"seconds": 9.0, "error": "x"}, None, 1, None),
        ({"seconds": 9.0, "trainings": {"other_seconds": 5.0, "mean_seconds": 2.0}}, 4, 1, 13),
        ({"seconds": 9.0, "trainings": {"other_seconds": 5.0, "mean_seconds": 2.0}}, 4, 2, 9),
        ({"seconds": 9.0, "trainings": {"other_seconds": 5.0, "mean_seconds": 2.0}}, 1, 8, 7),
        ({"seconds": 9.0, "trainings": {"other_seconds": 5.0, "mean_seconds": 2.0}}, 0, 2, 5),
    ],
)
def test_expected_seconds(
    recorded: dict[str, Any], missing: int | None, jobs: int, expected: float | None
) -> None:
    assert trainings.estimated_seconds(recorded, missing, jobs=jobs) == expected


def test_costs_of_trainings(book: Any) -> None:
    def train(name: str, note: dict[str, Any]) -> None:
        (book.results / "runs" / name).mkdir(parents=True)
        (book.results / "runs" / name / "config.json").write_text(json.dumps(note))

    train("old", {"seconds": 100})
    before = trainings.finished("embedded")
    assert trainings.spent("embedded", "01_a", before, 30.0, jobs=1) == {}
    train("new", {"seconds": 4})
    train("newer", {"seconds": 8})
    assert trainings.spent("embedded", "01_a", before, 30.0, jobs=2) == {
        "count": 2,
        "mean_seconds": 6,
        "mean_bytes": 14,
        "other_seconds": 24,
    }


def test_costs_stay_known_when_nothing_is_trained(book: Any) -> None:
    costs = {"count": 2, "mean_seconds": 6.0, "mean_bytes": 14.0, "other_seconds": 24.0}
    write_manifest("embedded", {"01_a": whole_run(30.0, **costs)}, known=NAMES)
    assert trainings.spent("embedded", "01_a", trainings.finished("embedded"), 3.0, jobs=1) == costs


def test_data_sets_that_parameters_name(book: Any, tmp_path: Path) -> None:
    cell = 'dataset: str = "digits100"\nroot: str = ""\nother_dataset: str = ""'
    book.write("01_a", parameters=cell)
    record(book)
    assert stale() == {}
    own = [f"01.root={tmp_path / 'mine'}", "01.dataset=image-folder"]
    (tmp_path / "mine").mkdir()
    record(book, settings=own)
    assert stale(settings=own) == {}
    (tmp_path / "mine" / "cat.png").write_text("x")
    assert stale(settings=own)["01_a"] == "the data of image-folder changed"
    with pytest.raises(InputError, match="data set must be one of"):
        plan(settings=["01.other_dataset=cats"])
