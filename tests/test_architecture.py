"""What docs/architecture.md says holds: the walls, the way of one number, the ten changes, and the sizes."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import ten_checks
from ten_changes import CHANGES, make
from traces import Calls, differing, traced

from basics.paths import project_root
from benchmarks.code_lines import CORE, CORE_BUDGET, TOTAL_BUDGET, by_house, code_lines
from hashcenters.metrics import DEFAULT_TIES, TIES

ROOT = project_root()
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
MOST_MODULES, MOST_FILES = 14, 3
CHECKS = Path(ten_checks.__file__)
CAPITALS = {"NAME": r"[a-z]\w*", "NN_topic": r"\d\d_\w+"}  # what the table leaves open


def section(title: str) -> str:
    """The part of the page below a heading."""
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The rows of the tables in a text, without headings and rules."""
    lines = [line for line in text.splitlines() if line.startswith("|") and not set(line) <= set("|-: ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if "`" in "".join(row)]


def names(text: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`\n]+)`", text.replace("```", ""))


# sizes


def test_code_lines_are_counted_without_blanks_comments_and_docstrings() -> None:
    docs = '"""Docs,\n    two lines."""'
    source = f'{docs}\n\n# a comment\nx = [\n    1,  # one\n]\n\n\ndef f():\n    {docs}\n    return """a\n    text"""\n'
    assert code_lines(source) == 6


def test_the_library_keeps_its_budgets() -> None:
    found = by_house(ROOT / "lib")
    assert found[CORE] <= CORE_BUDGET
    assert sum(found.values()) <= TOTAL_BUDGET


def test_every_house_has_its_paragraph() -> None:
    described = set(re.findall(r"^\*\*`lib/(\w+)`", section("The houses"), re.MULTILINE))
    assert described == {path.parent.name for path in (ROOT / "lib").glob("*/__init__.py")}


def test_modules_and_files_that_the_page_names_exist() -> None:
    said = [name for name in names(PAGE) if not any(re.search(rf"\b{word}\b", name) for word in CAPITALS)]
    modules = [name for name in said if re.fullmatch(r"(basics|hashcenters|workbook|chapters|shelf)(\.\w+)+", name)]
    files = [name for name in said if re.match(r"(lib|notebooks|profiles|results|benchmarks)/", name)]
    assert len(modules) > 30 and len(files) > 15
    paths = [ROOT / "lib" / name.replace(".", "/") for name in modules]
    assert [path for path in paths if not path.is_dir() and not path.with_suffix(".py").is_file()] == []
    made = {"results/local/"}  # by the first run
    assert [name for name in files if name not in made and not (ROOT / name).exists()] == []


# the way of one number


def ablation(lambda_1: float, folder: Path) -> None:
    """Notebook 04's training with L_Q, small, from its options to its cell of the table."""
    from chapters.shared import comparisons, scores
    from chapters.shared.setting import Setting, csq_training, pretraining_recipe
    from hashcenters.sweep import sweep
    from hashcenters.training.config import Recipe

    os.environ["HASHCENTERS_RESULTS"] = str(folder)
    sizes = {f"{part}_per_class": 2 for part in ("train", "validation", "query", "database")}
    recipe = Recipe(epochs=2, lr=0.005)
    pretrain_recipe = pretraining_recipe(epochs=1, lr=0.02, batch_size=64, augment="none")
    setting = Setting("digits100", sizes, "resnet-narrow", "none", recipe, pretrain_recipe)
    options = {"lambda_quantization": lambda_1, "quantization_form": "squared", "lambda_pairwise": 0.2}
    runs = sweep([csq_training(setting, 16, 0, options=options, loss="L_C + L_Q + L_P")], profile="embedded")
    scored = scores.score_table(runs, setting.data())
    comparisons.ablation_table(scored, by="loss")


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Calls, Calls, Calls]:
    """What the core's calls held, for one λ1 twice and for another."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HASHCENTERS_RESULTS", "")
        patch.setenv("HASHCENTERS_BATCH", "1")
        patch.setattr(time, "process_time", lambda: 0.0)
        ablation(0.5, tmp_path_factory.mktemp("first"))  # fills what is kept in memory
        return tuple(
            traced(lambda value=value: ablation(value, tmp_path_factory.mktemp("traced")), "hashcenters")
            for value in (0.05, 0.05, 5.0)
        )


def way_and_aside() -> tuple[list[str], list[str]]:
    """The modules of both tables."""
    found = rows(section("The way of one number"))
    return [names(row[1])[0] for row in found if len(row) == 3], [names(row[0])[0] for row in found if len(row) == 2]


def test_the_trace_sees_nothing_but_the_change(calls: tuple[Calls, Calls, Calls]) -> None:
    first, again, _ = calls
    assert differing(first, again) == []


def test_the_way_of_one_number_is_the_one_described(calls: tuple[Calls, Calls, Calls]) -> None:
    first, _, other = calls
    way, aside = way_and_aside()
    assert sorted(differing(first, other)) == sorted(way + aside)
    assert len(set(way)) == len(way) <= MOST_MODULES


# ten changes


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with all ten changes made in it."""
    folder = tmp_path_factory.mktemp("copy") / "project"
    for name in ("lib", "notebooks", "profiles", "benchmarks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))  # written meanwhile
    for name in ("README.md", "pyproject.toml", "run_all.py"):
        shutil.copy2(ROOT / name, folder / name)
    for change in CHANGES:
        make(change, folder)
    return folder


def ran(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command run in the copy, with its own library and results."""
    moved = {"PYTHONPATH": str(folder / "lib"), "HASHCENTERS_RESULTS": str(folder / "results")}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HASHCENTERS_")}
    environment |= moved | {"OMP_NUM_THREADS": "1", "HASHCENTERS_BATCH": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def checked(copy: Path) -> dict[str, str]:
    """What went wrong with each change that needs no notebook to be run."""
    ended = ran(copy, sys.executable, str(CHECKS), str(copy))
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def own(copy: Path) -> Path:
    """The results of the notebook that was added."""
    ended = ran(copy, sys.executable, "run_all.py", "--profile", "smoke", "--only", "11")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return copy / "results" / "smoke"


TABLE = {row[0]: names(row[1]) for row in rows(section("Ten changes"))}
NEEDS_A_NOTEBOOK = ("add a notebook", "add a claim", "add a column to the scoreboard")


@pytest.mark.parametrize("change", TABLE)
def test_a_change_touches_the_files_of_the_table(change: str) -> None:
    said, edited = set(TABLE[change]), set(CHANGES[change])
    assert len(edited) == len(said) <= MOST_FILES
    patterns = sorted(said - edited)
    for word, pattern in CAPITALS.items():
        patterns = [name.replace(word, pattern) for name in patterns]
    for pattern, name in zip(patterns, sorted(edited - said), strict=True):
        assert re.fullmatch(pattern, name)


def test_there_are_ten_and_each_is_seen_to_work() -> None:
    assert len(TABLE) == 10
    assert list(TABLE) == list(CHANGES)
    assert set(TABLE) == {*ten_checks.CHECKS, *NEEDS_A_NOTEBOOK}


@pytest.mark.parametrize("change", ten_checks.CHECKS)
def test_a_change_works(change: str, checked: dict[str, str]) -> None:
    assert checked[change] == ""


def test_an_added_notebook_runs_with_its_texts(own: Path) -> None:
    assert "3 rows." in (own / "README.md").read_text(encoding="utf-8")
    assert (own / "notebooks" / "11_own.ipynb").is_file()


def test_an_added_claim_and_column_stand_on_the_scoreboard(own: Path) -> None:
    board = (own / "README.md").read_text(encoding="utf-8").split("## Scoreboard")[1].split("\n## ")[0]
    heading, _, first, *_ = [line for line in board.splitlines() if line.startswith("|")]
    assert heading.startswith("| origin | verdict | claim |")
    cells = [cell.strip() for cell in first.split("|")]
    assert cells[1:5] == ["ours", "finding", "own-claim", "A statement of our own."] and "counted" in cells
    page = (own / "index.html").read_text(encoding="utf-8")
    assert "own-claim" in page and "<dt>Origin</dt>" in page


def test_the_default_tie_rule_is_the_one_that_the_readme_names() -> None:
    assert TIES[DEFAULT_TIES] in (ROOT / "README.md").read_text(encoding="utf-8")


# the walls

THROUGH = {
    "The ground floor knows no house": ("lib/basics/text.py", "import hashcenters.codes"),
    "The science core knows neither the kit nor the chapters nor the shelf": (
        "lib/hashcenters/codes.py",
        "import workbook.style",
    ),
    "The workbook kit knows nothing of hashing": ("lib/workbook/style.py", "import hashcenters.codes"),
    "Plug-ins of the shelf know no chapter": ("lib/shelf/codes/paley.py", "import chapters.hooks"),
    "No circle of packages": ("lib/hashcenters/losses/central.py", "import hashcenters.training.loop"),
}


def broken_walls(folder: Path) -> set[str]:
    """The walls that import-linter says are broken."""
    ended = ran(folder, str(Path(sys.executable).with_name("lint-imports")), "--no-cache")
    found = set(re.findall(r"^(.+) BROKEN$", ended.stdout, re.MULTILINE))
    assert ended.returncode == bool(found), ended.stdout
    return found


def test_the_walls_hold_with_all_changes_made(copy: Path) -> None:
    assert broken_walls(copy) == set()


def test_an_import_through_a_wall_is_refused_with_the_name_of_the_wall(copy: Path, tmp_path: Path) -> None:
    for name in ("lib", "pyproject.toml"):
        (shutil.copytree if name == "lib" else shutil.copy)(copy / name, tmp_path / name)
    for name, line in THROUGH.values():
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    assert broken_walls(tmp_path) == set(THROUGH)
