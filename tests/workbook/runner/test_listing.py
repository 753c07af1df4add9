"""What the listing and the estimate say, and where the costs of trainings come from."""

import json
from pathlib import Path
from typing import Any

import pytest

from basics.errors import InputError
from hashcenters.training.config import TrainingConfig
from workbook.runner import listing
from workbook.runner.freshness import write_record
from workbook.runner.manifest import cost_of, entry, estimated_seconds, write_manifest
from workbook.runner.plan import Plan, Request, make_plan
from workbook.runner.trainer import count_missing

NAMES = ("01_a", "02_b", "03_c", "04_d")


@pytest.fixture
def book(workbook: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Four notebooks, recorded as run: b reads a, d reads all; c was changed since."""
    for name in ("data", "notebooks", "profiles", "results"):
        monkeypatch.setenv(f"HASHCENTERS_{name.upper()}", str(workbook.folder / name))
    after = {"02_b": ["01_a"], "04_d": ["*"]}
    for name in NAMES:
        workbook.write(name, after=after.get(name, []))
    (workbook.results / "notebooks").mkdir(parents=True)
    for name in NAMES:
        (workbook.results / "notebooks" / f"{name}.ipynb").write_text(name)
        write_record("embedded", name, state="done", inputs=plan().inputs(name))
    workbook.write("03_c", "print(3)")
    return workbook


def plan(**request: Any) -> Plan:
    return make_plan(Request(**request))


def whole_run(seconds: float, **costs: float) -> dict[str, Any]:
    return entry({}, seconds, 3, None, costs)


def test_the_listing(book: Any) -> None:
    write_manifest("embedded", {"01_a": whole_run(75.0)}, known=NAMES)
    assert listing.list_notebooks(plan()).splitlines() == [
        "notebook  reads       last time   state",
        "01_a                  1 min 15 s  fresh",
        "02_b      01                      fresh",
        "03_c                              stale: its source changed",
        "04_d      01, 02, 03              stale: 03_c has to run before it",
    ]
    assert len(listing.list_notebooks(plan(only="02")).splitlines()) == 2


def test_the_estimate(book: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    book.write("01_a", "print(1)")
    costs = {"count": 10, "mean_seconds": 6.0, "mean_bytes": 2e6, "other_seconds": 5.0}
    write_manifest("embedded", {"01_a": whole_run(65.0, **costs), "02_b": whole_run(12.0)}, known=NAMES)
    cost = {"seconds": 60.0, "where": "on one core", "memory": 2e9, "disk": 1e6}
    missing = {"01_a": {key: {} for key in "xyz"}, "02_b": {"y": {}}, "03_c": {"v": cost, "w": cost}}
    monkeypatch.setattr(listing, "count_missing", lambda parts: [missing])
    lines = listing.estimate(plan()).splitlines()
    assert lines[:-1] == [
        "notebook  trainings to do  about",
        "01_a      3                23.0 s",
        "02_b      0                12.0 s",  # shares its training with 01_a
        "03_c      2                2 min 0 s, reckoned",
        "04_d                       ?",
        "all       5                more than 2 min 35 s",
        "2 trainings without a recorded time: 2 min 0 s on one core, reckoned from sizes",
        "memory: about 2.0 GB for the largest of them, beside the pictures",
    ]
    assert lines[-1].startswith("disk: ")
    assert lines[-1].endswith("about 8.0 MB more for the trainings to do")


def test_times_of_another_device_are_no_estimate(book: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    book.write("01_a", "print(1)")
    costs = {"count": 10, "mean_seconds": 6.0, "mean_bytes": 2e6, "other_seconds": 5.0}
    recorded = whole_run(65.0, **costs) | {"parameters": {"device": "cuda"}}
    write_manifest("embedded", {"01_a": recorded}, known=NAMES)
    cost = {"seconds": 60.0, "where": "on one core", "memory": 2e9, "disk": 1e6}
    monkeypatch.setattr(listing, "count_missing", lambda parts: [{"01_a": {"x": cost}}])
    lines = listing.estimate(plan()).splitlines()
    assert lines[1] == "01_a      1                1 min 0 s, reckoned"
    assert lines[-1].endswith("about 1.0 MB more for the trainings to do")


@pytest.mark.parametrize(
    ("parameter", "recorded", "now", "about"),
    [
        ("epochs", 13, 1300, "1 min 0 s, reckoned"),
        ("backbone", "alexnet", "vgg16", "1 min 0 s, reckoned"),
        ("seeds", [0], [0, 1], "11.0 s"),
        ("grid_bits", 32, 64, "11.0 s"),
        ("doses", [0.0, 1.0], [1.0], "11.0 s"),  # fewer trainings, but none that was not there
        ("doses", [0.0], [0.0, 1.0], "1 min 0 s, reckoned"),
        ("dataset_options", ["train_per_class=2"], [], "1 min 0 s, reckoned"),
        ("more_centers", ["mds"], "mds", "1 min 0 s, reckoned"),
    ],
)
def test_times_of_other_trainings_are_no_estimate(
    book: Any, monkeypatch: pytest.MonkeyPatch, parameter: str, recorded: Any, now: Any, about: str
) -> None:
    book.write("01_a", "print(1)", parameters=f'profile: str = "embedded"\n{parameter}: {type(now).__name__} = {now!r}')
    costs = {"count": 10, "mean_seconds": 6.0, "mean_bytes": 2e6, "other_seconds": 5.0}
    write_manifest("embedded", {"01_a": whole_run(65.0, **costs) | {"parameters": {parameter: recorded}}}, known=NAMES)
    cost = {"seconds": 60.0, "where": "on one core", "memory": 2e9, "disk": 1e6}
    monkeypatch.setattr(listing, "count_missing", lambda parts: [{"01_a": {"x": cost}}])
    assert listing.estimate(plan()).splitlines()[1] == f"01_a      1                {about}"


def test_times_of_the_profile_that_is_extended(book: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    book.write("01_a", "print(1)")
    short = "name: short\ntitle: fewer\nextends: embedded\nnotebooks: {}\n"
    (book.folder / "profiles" / "short.yaml").write_text(short)
    costs = {"count": 10, "mean_seconds": 6.0, "mean_bytes": 2e6, "other_seconds": 5.0}
    write_manifest("embedded", {"01_a": whole_run(65.0, **costs)}, known=NAMES)
    monkeypatch.setattr(listing, "count_missing", lambda parts: [{"01_a": {"x": {}, "y": {}}}])
    assert listing.estimate(plan(profile="short")).splitlines()[1] == "01_a      2                17.0 s"
    own = costs | {"mean_seconds": 1.0}
    write_manifest("short", {"01_a": whole_run(65.0, **own)}, known=NAMES)
    assert listing.estimate(plan(profile="short")).splitlines()[1] == "01_a      2                7.0 s"


@pytest.mark.parametrize(("device", "about"), [("cpu", "30.0 s, reckoned"), ("cuda", "1 min 0 s, reckoned")])
def test_reckoned_times_are_by_the_clock(book: Any, monkeypatch: pytest.MonkeyPatch, device: str, about: str) -> None:
    book.write("01_a", "print(1)", parameters=f'profile: str = "embedded"\njobs: int = 4\ndevice: str = "{device}"')
    cost = {"seconds": 30.0, "where": "somewhere", "memory": 2e9, "disk": 1e6}
    monkeypatch.setattr(listing, "count_missing", lambda parts: [{"01_a": {"x": cost, "y": cost}}])
    lines = listing.estimate(plan()).splitlines()
    assert lines[1] == f"01_a      2                {about}"
    assert "2 trainings without a recorded time: 1 min 0 s somewhere, reckoned from sizes" in lines


def test_counts_the_trainings_of_grid_cells(book: Any, cell: TrainingConfig) -> None:
    book.write("01_a", "import hashcenters", "int('x')", grid_cells=[2])
    with pytest.raises(InputError, match="01_a does not say what it trains: ValueError: invalid literal for"):
        count_missing([(plan(), NAMES)])
    grid = (
        "from dataclasses import replace\n"
        "from hashcenters.sweep import GridPoint, or_stand_in, sweep\n"
        "from hashcenters.training.config import Recipe, TrainingConfig\n"
        f"points = [GridPoint({{}}, replace({cell!r}, seed=seed)) for seed in range(count)]",
        "first = sweep(points, profile=profile)['run'].iloc[0]",
        "seed = or_stand_in(lambda: len(first.history()), lambda: 7)\n"
        "sweep([GridPoint({}, replace(first.config, seed=seed))], profile=profile)",
    )
    book.write("01_a", *grid, grid_cells=[1, 2, 3])
    book.write("02_b", *grid, grid_cells=[1, 2])
    found, other = count_missing([(plan(settings=["02.count=2"]), NAMES), (plan(settings=["01.count=1"]), ["01_a"])])
    assert {name: len(keys) for name, keys in found.items()} == {"01_a": 4, "02_b": 2}
    assert set(found["02_b"]) < set(found["01_a"])
    assert {name: len(keys) for name, keys in other.items()} == {"01_a": 2}


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
def test_expected_seconds(recorded: dict[str, Any], missing: int | None, jobs: int, expected: float | None) -> None:
    assert estimated_seconds(recorded, missing, jobs=jobs) == expected


def test_costs_of_trainings(book: Any) -> None:
    def train(name: str, note: dict[str, Any]) -> None:
        folder: Path = book.results / "runs" / name
        folder.mkdir(parents=True)
        (folder / "config.json").write_text(json.dumps(note))

    train("another", {"seconds": 100})
    train("new", {"seconds": 4})
    train("newer", {"seconds": 8})
    train("unread", {})
    costs = {"count": 2, "mean_seconds": 6, "mean_bytes": 14, "other_seconds": 3.0}
    keys = ["new", "newer", "unread", "unfinished"]
    assert cost_of(keys, profile="embedded", name="01_a", seconds=3.0) == costs
    assert cost_of([], profile="embedded", name="01_a", seconds=3.0) == {}
    write_manifest("embedded", {"01_a": whole_run(30.0, **costs)}, known=NAMES)
    assert cost_of([], profile="embedded", name="01_a", seconds=5.0) == costs
