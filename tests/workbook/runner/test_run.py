"""Real runs of small workbooks: failures, time-outs, signals, and what they leave behind."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from waiting import wait_until

from basics.paths import project_root

WIDGET = "import ipywidgets\nfrom IPython.display import display\ndisplay(ipywidgets.IntSlider())"
FACTS = """import json, os, sys
own = {key: value for key, value in sorted(os.environ.items()) if key.startswith("HASHCENTERS_")}
print(json.dumps({"folder": os.getcwd(), "python": sys.executable, "count": count, "jobs": jobs, **own}))
assert {"basics", "chapters", "hashcenters", "shelf", "workbook"} == {
    name for name in ("basics", "chapters", "hashcenters", "shelf", "workbook")
    if os.path.samefile(__import__(name).__path__[0], os.path.join("lib", name))
}"""
SLOW = """import os, pathlib, subprocess, time
notes = pathlib.Path(os.environ["NOTES"])
if not (notes / "quick").exists():
    worker = subprocess.Popen(["sleep", "300"])
    (notes / "processes").write_text(f"{os.getpid()} {worker.pid}")
    time.sleep(300)"""
WITH_JOBS = 'profile: str = "embedded"\ncount: int = 3\njobs: int = 1'


def home_with_other_kernel(folder: Path) -> Path:
    """A home in which `python3` is another interpreter and every IPython starts with a nuisance."""
    kernel = folder / ".local" / "share" / "jupyter" / "kernels" / "python3"
    startup = folder / ".ipython" / "profile_default" / "startup"
    kernel.mkdir(parents=True)
    startup.mkdir(parents=True)
    spec = {"argv": ["/elsewhere/python", "{connection_file}"], "display_name": "Other", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec))
    (startup / "nuisance.py").write_text("raise SystemExit('a start-up file of the user')")
    return folder


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory, workbook_in: Any) -> tuple[Any, str]:
    """A workbook with two broken notebooks, run once from elsewhere, and what the run printed."""
    book = workbook_in(tmp_path_factory.mktemp("broken"))
    book.write("01_facts", FACTS, WIDGET, parameters=WITH_JOBS)
    book.write("02_raises", "print('before')", "import pathlib\nint('x')", "print('after')", after=["01_facts"])
    book.write("03_reads", "print(1)", after=["02_raises"])
    book.write("04_dies", "print('alive', flush=True)", "import os; os._exit(3)")
    book.write("05_reads_all", "print(1)", after="*")
    book.profile("{01_facts: {count: 5}}")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    moved = {
        "HASHCENTERS_RESULTS": os.path.relpath(book.folder / "results", elsewhere),
        "HOME": str(home_with_other_kernel(elsewhere)),
        "PYTHONPATH": "",
        "JUPYTER_PATH": str(elsewhere / ".local" / "share" / "jupyter"),
    }
    output = book.run("--jobs", "2", code=1, cwd=elsewhere, env=book.environment() | moved)
    return book, output


def test_only_dependants_of_failures_are_skipped(broken: tuple[Any, str]) -> None:
    book, output = broken
    assert book.states(output) == {
        "01_facts": "done",
        "02_raises": "failed",
        "03_reads": "skipped",
        "04_dies": "failed",
        "05_reads_all": "skipped",
    }
    assert "needs 02_raises" in output
    assert "needs 02_raises, 03_reads, 04_dies" in output


def test_prints_one_line_a_cell(broken: tuple[Any, str]) -> None:
    _, output = broken
    assert [line.split(",")[0] for line in output.splitlines() if line.startswith("01_facts: cell")] == [
        f"01_facts: cell {position} of 4" for position in (1, 2, 3, 4)
    ]
    assert "\x1b" not in output


def test_partial_output_keeps_the_traceback(broken: tuple[Any, str]) -> None:
    book, _ = broken
    assert book.text("02_raises") == "before\n"
    errors = [
        output
        for cell in book.executed("02_raises")["cells"]
        for output in cell.get("outputs", [])
        if output["output_type"] == "error"
    ]
    assert [error["ename"] for error in errors] == ["ValueError"]
    assert "invalid literal for int" in "".join(errors[0]["traceback"])


def test_a_dead_kernel_is_a_failure(broken: tuple[Any, str]) -> None:
    book, _ = broken
    assert book.text("04_dies") == "alive\n"
    assert book.executed("04_dies")["cells"][-1]["outputs"][0]["ename"] == "DeadKernelError"


def test_kernels_work_from_the_project_with_this_interpreter_and_find_its_packages(broken: tuple[Any, str]) -> None:
    book, _ = broken
    facts = json.loads(book.text("01_facts"))
    assert facts["folder"] == "."  # the scrubbed project folder
    assert facts["python"] == f"<python>{sys.executable.removeprefix(sys.prefix)}"
    assert (facts["count"], facts["jobs"], facts["HASHCENTERS_JOBS"]) == (5, 2, "2")
    assert facts["HASHCENTERS_BATCH"] == "1"
    assert [path.name for path in (book.results / "fresh").iterdir() if path.suffix != ".json"] == [".lock"]


def test_executed_notebooks_hold_no_trace_of_the_machine(broken: tuple[Any, str]) -> None:
    book, _ = broken
    for path in sorted((book.results / "notebooks").iterdir()):
        text = path.read_text()
        for folder in (project_root(), Path.home(), book.folder, sys.prefix):
            assert f"{folder}/" not in text, path.name
        assert "widget" not in text.replace("ipywidgets", "")
        assert "start_time" not in text
    assert sorted(path.name for path in (book.results / "notebooks").iterdir()) == [
        "01_facts.ipynb",
        "02_raises.ipynb",
        "04_dies.ipynb",
    ]


def test_manifest_says_what_ran_and_what_came_out(broken: tuple[Any, str]) -> None:
    book, _ = broken
    manifest = json.loads((book.results / "manifest.json").read_text())
    assert manifest["profile"] == "embedded"
    assert manifest["packages"]["torch"].startswith("2.")
    assert set(manifest["artefacts"]) == {f"notebooks/{name}.ipynb" for name in ("01_facts", "02_raises", "04_dies")}
    assert manifest["notebooks"]["01_facts"]["parameters"] == {"profile": "embedded", "count": 5, "jobs": 2}
    assert manifest["notebooks"]["01_facts"]["error"] is None
    assert manifest["notebooks"]["02_raises"]["error"].startswith("ValueError: invalid literal")
    assert str(Path.home()) not in (book.results / "manifest.json").read_text()


def test_running_again_gives_the_same_bytes_and_runs_only_what_is_stale(
    broken: tuple[Any, str], tmp_path: Path
) -> None:
    book = broken[0].copy(tmp_path)
    before = (book.results / "notebooks" / "01_facts.ipynb").read_bytes()
    (book.folder / "notebooks" / "04_dies.ipynb").unlink()
    book.write("02_raises", "print('mended')", after=["01_facts"])
    left = book.results / ".claims-x1y2.tmp.json"
    left.write_text("{")
    output = book.on_terminal("--jobs", "2", "--only", "01,02")
    assert not left.exists()
    assert book.states(output) == {"01_facts": "fresh", "02_raises": "done"}
    assert "cell 3 of 3" in output  # in a line that moves
    assert "02_raises: cell" not in output
    output = book.run("--jobs", "2", "--only", "01,02")
    assert book.states(output) == {"01_facts": "fresh", "02_raises": "fresh"}
    output = book.run("--jobs", "2", "--only", "01", "--force")
    assert book.states(output) == {"01_facts": "done"}
    assert (book.results / "notebooks" / "01_facts.ipynb").read_bytes() == before


def test_a_notebook_that_takes_too_long_fails(workbook: Any) -> None:
    workbook.write("01_slow", "print('begun', flush=True)", SLOW)
    began = time.monotonic()
    output = workbook.run("--timeout", "6", code=1, env=workbook.environment() | {"NOTES": str(workbook.folder)})
    assert time.monotonic() - began < 250  # the notebook would sleep for 300
    assert "failed" in output
    assert "TimeoutError: the notebook took more than 6 seconds" in json.dumps(workbook.executed("01_slow"))


def alive(process: int) -> bool:
    """Whether a process runs; one that waits to be reaped does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads process states from /proc")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_a_signal_loses_nothing_finished(
    broken: tuple[Any, str], tmp_path: Path, number: signal.Signals, code: int
) -> None:
    book = broken[0].copy(tmp_path)
    book.write("02_raises", SLOW, after=["01_facts"])
    notes = book.environment() | {"NOTES": str(tmp_path)}
    process = book.start("--jobs", "2", "--only", "01-02", env=notes)
    wait_until((tmp_path / "processes").exists)
    wait_until(lambda: len((tmp_path / "processes").read_text().split()) == 2)
    kernel, worker = map(int, (tmp_path / "processes").read_text().split())
    before = (book.results / "notebooks" / "02_raises.ipynb").read_bytes()
    process.send_signal(number)
    output, errors = process.communicate(timeout=250)
    assert process.returncode == code
    wait_until(lambda: not alive(kernel) and not alive(worker))
    if number == signal.SIGINT:
        assert errors == "interrupted; every notebook that had finished is kept\n"
    assert "Traceback" not in output + errors
    assert (book.results / "notebooks" / "02_raises.ipynb").read_bytes() == before
    if number == signal.SIGKILL:
        (tmp_path / "quick").touch()
        output = book.run("--jobs", "2", "--only", "01-02", env=notes)
        assert book.states(output) == {"01_facts": "fresh", "02_raises": "done"}
        left = [path for path in (book.results / "fresh").iterdir() if path.suffix != ".json"]
        assert [path.name for path in left] == [".lock"]


def test_two_runs_of_one_profile_exclude_each_other(workbook: Any) -> None:
    from filelock import FileLock

    workbook.write("01_a")
    fresh = workbook.results / "fresh"
    fresh.mkdir(parents=True)
    with FileLock(fresh / ".lock"):
        for name in (".probe", ".a-x1.tmp.json"):
            (fresh / name).write_text("the other's")
        output = workbook.run(code=2)
        assert sorted(path.name for path in fresh.iterdir()) == [".a-x1.tmp.json", ".lock", ".probe"]
    assert output.startswith("error: another run_all.py works on")
    assert len(output.splitlines()) == 1


@pytest.mark.parametrize("name", [".lock", "01_a.running.ipynb", "01_a.kernel"])
def test_something_else_in_the_place_of_its_own_files_gets_one_line(workbook: Any, name: str) -> None:
    workbook.write("01_a")
    (workbook.results / "fresh" / name).mkdir(parents=True)
    if name.endswith("kernel"):
        (workbook.results / "fresh" / name).rmdir()
        (workbook.results / "fresh" / name).write_text("a file")
    output = workbook.run(code=2)
    assert output.splitlines()[-1].startswith("error: ")
    assert name in output.splitlines()[-1]
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--profile", "papers"], "there is no profile 'papers'; there are embedded"),
        (["--only", "07"], "there is no notebook '07'; there are 01_a"),
        (["--from", "x"], "there is no notebook 'x'"),
        (["--set", "bits=many"], "no notebook that is to run has a parameter 'bits'"),
        (["--set", "01.count=many"], "count must be int, such as 3, got 'many'"),
        (["--jobs", "two"], "'two' is not a valid integer"),
        (["--jobs", "0"], "--jobs must be 1 or more"),
        (["--device", "tpu"], "--device must be one of"),
        (["--timeout", "-1"], "--timeout must be more than 0"),
        (["--profil", "smoke"], "No such option"),
        (["more"], "unexpected extra argument"),
    ],
)
def test_bad_input_gets_one_line_and_nothing_runs(workbook: Any, arguments: list[str], message: str) -> None:
    workbook.write("01_a")
    output = workbook.run(*arguments, code=2)
    assert output.startswith("error: ")
    assert message in output
    assert len(output.splitlines()) == 1
    assert not workbook.results.exists()


def test_a_results_folder_that_cannot_be_written(workbook: Any) -> None:
    workbook.write("01_a")
    (workbook.folder / "results").write_text("a file in its place")
    output = workbook.run(code=2)
    assert output.startswith("error: cannot write")
    assert len(output.splitlines()) == 1


def test_a_full_results_folder(workbook: Any) -> None:
    workbook.write("01_a")
    limited = ["bash", "-c", 'ulimit -f 100; exec "$@"', "bash", sys.executable, str(workbook.script)]
    ended = subprocess.run(limited, env=workbook.environment(), capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith("error: cannot write")
    assert len((ended.stdout + ended.stderr).splitlines()) == 1
    assert not any(path.is_file() for path in workbook.results.rglob("*"))
