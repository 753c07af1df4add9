"""What makes results stale."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from basics import source
from basics.errors import InputError
from workbook.runner import freshness
from workbook.runner import plan as planning
from workbook.runner import run as running
from workbook.runner.freshness import write_record
from workbook.runner.plan import Plan, Request, make_plan

NAMES = ("01_a", "02_b", "03_c", "04_d")
READS = {"optional_data": ["extra"], "files": ["measured"]}
GRID = """def cells(parameters):
    return list(range(parameters["count"]))
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of two modules in the place of the real one."""
    folder = tmp_path / "library" / "small"
    folder.mkdir(parents=True)
    for name, content in {
        "__init__": "",
        "low": '"""Low."""\nVALUE = 1\n',
        "high": "from . import low\n\ndef reached():\n    return low.VALUE\n",
    }.items():
        (folder / f"{name}.py").write_text(content)
    monkeypatch.setattr(source, "lib_root", lambda: folder.parent)
    return folder


@pytest.fixture
def book(workbook: Any, package: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Four notebooks, recorded as run: b reads a, d reads all, c uses a data folder and the library."""
    for name in ("data", "notebooks", "profiles", "results"):
        monkeypatch.setenv(f"HASHCENTERS_{name.upper()}", str(workbook.folder / name))
    (workbook.folder / "data" / "set").mkdir(parents=True)
    (workbook.folder / "data" / "set" / "list.txt").write_text("one")
    for name in ("elsewhere", "measured", "texts"):
        (workbook.folder / name).mkdir()
    (workbook.folder / "data" / "set" / "link").symlink_to(workbook.folder / "elsewhere")
    (workbook.folder / "elsewhere" / "far.txt").write_text("far")
    (workbook.folder / "measured" / "times.csv").write_text("1")
    monkeypatch.setattr(freshness, "project_root", lambda: workbook.folder)
    monkeypatch.setattr(freshness, "texts_folder", lambda: workbook.folder / "texts")
    workbook.write("01_a", "print(1)", parameters="profile: str = 'x'\ncount: int = 3\njobs: int = 1")
    workbook.write("02_b", "print(2)", after=["01_a"])
    workbook.write("03_c", "from small import high\nhigh.reached()", data=["set"], **READS)
    workbook.write("04_d", after=["*"])
    record(workbook)
    return workbook


def record(book: Any, **request: Any) -> None:
    """Pretend that every notebook has just been run."""
    plan = make_plan(Request(**request))
    (book.results / "tables").mkdir(parents=True, exist_ok=True)
    (book.results / "notebooks").mkdir(exist_ok=True)
    (book.results / "tables" / "02-x.csv").write_text("a\n1\n")
    files = {suffix: f"tables/02-x.{suffix}" for suffix in ("csv", "md", "tex")}
    exhibit = {"kind": "table", "notebook": "02_b", "files": files, "caption": "X.", "order": 1, "protocol": {}}
    (book.results / "exhibits.json").write_text(json.dumps({"table-02-x": exhibit}))
    for name in plan.notebooks:
        source = book.folder / "notebooks" / f"{name}.ipynb"
        (book.results / "notebooks" / source.name).write_text(source.read_text())
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


def change_prose(book: Any) -> None:
    change_prose_in(book.folder / "notebooks" / "02_b.ipynb")


def change_prose_of_executed(book: Any) -> None:
    change_prose_in(book.results / "notebooks" / "02_b.ipynb")


def change_prose_in(path: Path) -> None:
    before = path.read_text()
    path.write_text(before.replace("# Title", "# Another title"))
    assert path.read_text() != before


def change_output_of_executed(book: Any) -> None:
    path = book.results / "notebooks" / "02_b.ipynb"
    content = json.loads(path.read_text())
    content["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}]
    path.write_text(json.dumps(content, indent=2))


def cut_executed(book: Any) -> None:
    path = book.results / "notebooks" / "02_b.ipynb"
    path.write_text(path.read_text()[:-9])


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
    (book.folder / "library" / "small" / "low.py").write_text('"""Low."""\nVALUE = 2\n')


def change_docstring(book: Any) -> None:
    (book.folder / "library" / "small" / "low.py").write_text('"""Lower."""\n# a comment\nVALUE = 1\n')


def change_data(book: Any) -> None:
    (book.folder / "data" / "set" / "more.txt").write_text("two")


def change_content_of_a_link(book: Any) -> None:
    (book.folder / "elsewhere" / "far.txt").write_text("farther")


def change_file_of_the_project(book: Any) -> None:
    (book.folder / "measured" / "times.csv").write_text("2")


def change_optional_data(book: Any) -> None:
    (book.folder / "data" / "extra").mkdir()
    (book.folder / "data" / "extra" / "list.txt").write_text("one")


def change_texts(book: Any) -> None:
    (book.folder / "texts" / "02_b.yaml").write_text("tables: {x: {caption: Another.}}")


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
        (change_prose, {}),
        (change_prose_of_executed, {}),
        (
            change_output_of_executed,
            {"02_b": "its notebooks/02_b.ipynb was changed", "04_d": "02_b has to run before it"},
        ),
        (cut_executed, {"02_b": "its notebooks/02_b.ipynb was changed", "04_d": "02_b has to run before it"}),
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
        (change_library, {"03_c": "small.low:VALUE changed", "04_d": "03_c has to run before it"}),
        (change_docstring, {}),
        (change_data, {"03_c": "the data of set changed", "04_d": "03_c has to run before it"}),
        (change_content_of_a_link, {"03_c": "the data of set changed", "04_d": "03_c has to run before it"}),
        (change_optional_data, {"03_c": "the data of extra changed", "04_d": "03_c has to run before it"}),
        (change_file_of_the_project, {"03_c": "measured changed", "04_d": "03_c has to run before it"}),
        (change_texts, {"02_b": "its source changed", "04_d": "02_b has to run before it"}),
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


@pytest.mark.parametrize("digest", [freshness.listing, freshness.contents])
def test_a_digest_of_a_folder_follows_links_and_ends(tmp_path: Path, digest: Callable[[Path], str]) -> None:
    place, far = tmp_path / "place", tmp_path / "far"
    for folder in (place / "inner", far / "deep"):
        folder.mkdir(parents=True)
    (place / "loop").symlink_to(place)
    (place / "inner" / "up").symlink_to(tmp_path)
    (place / "nowhere").symlink_to(tmp_path / "missing")
    (far / "deep" / "back").symlink_to(place)
    (far / "deep" / "picture.png").write_text("one")
    before = digest(place)
    assert digest(place) == before != ""
    (far / "deep" / "picture.png").write_text("another")
    after = digest(place)
    assert after != before
    (place / "inner" / "class").symlink_to(far / "deep")
    assert digest(place) != after


def test_a_size_counts_what_is_still_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "three").write_text("abc")
    (tmp_path / "two").write_text("de")
    assert freshness.size_of(tmp_path) == 5
    monkeypatch.setattr(freshness, "_below", lambda place: [("two", ""), ("removed meanwhile", "")])
    assert freshness.size_of(tmp_path) == 2


def test_a_listing_of_a_file_or_of_nothing(tmp_path: Path) -> None:
    assert freshness.listing(tmp_path / "missing") == freshness.listing(tmp_path) == ""
    (tmp_path / "codes.npz").write_text("one")
    before = freshness.listing(tmp_path / "codes.npz")
    (tmp_path / "codes.npz").write_text("another")
    assert "" != before != freshness.listing(tmp_path / "codes.npz")


def test_files_that_parameters_name(book: Any, tmp_path: Path) -> None:
    codes = tmp_path / "codes.npz"
    book.write("01_a", parameters='own_codes: str = ""')
    own = [f"01.own_codes={codes}"]
    codes.write_text("one")
    record(book, settings=own)
    assert stale(settings=own) == {}
    codes.write_text("another")
    assert stale(settings=own)["01_a"] == f"the data of {codes} changed"


def test_lists_of_a_protocol(book: Any) -> None:
    book.write("01_a", parameters='dataset: str = "imagenet-100"\ndataset_options: list = []')
    record(book)
    lists = book.folder / "data" / "csq-official" / "data" / "imagenet"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("one")
    assert stale()["01_a"] == "the data of csq-official/data/imagenet changed"
    with pytest.raises(InputError, match="protocol of imagenet-100 must be one of"):
        plan(settings=["01.dataset_options=[protocol=cats]"])


def test_results_that_changed_upstream(book: Any) -> None:
    change_table(book)
    write_record("embedded", "02_b", state="done", inputs=make_plan(Request()).inputs("02_b"))
    assert stale() == {"04_d": "the results of 02_b changed"}


@pytest.mark.parametrize(("state", "why"), [("running", "its last run was stopped"), ("failed", "its last run failed")])
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
    def notes(**request: Any) -> str:
        return plan(**request).old_results(plan(**request).states())

    assert notes(only="02") == ""
    change_first_source(book)
    assert notes() == notes(only="03") == ""
    assert notes(only="02") == "note: the results of 01_a are read as they are: its source changed\n"


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


def test_a_run_looks_once_at_what_is_fresh(book: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at, inputs_of = [], planning.inputs_of

    def counted(profile: str, notebook: Any, parameters: dict[str, Any]) -> dict[str, Any]:
        looked_at.append(notebook.name)
        return inputs_of(profile, notebook, parameters)

    monkeypatch.setattr(planning, "inputs_of", counted)
    monkeypatch.setattr(running, "build_report", lambda profile: profile)
    assert running.run(plan()) == 0
    assert looked_at == [*NAMES]
