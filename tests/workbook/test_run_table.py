"""The table of runs: what is written, replaced, dropped, and which line was changed."""

import pandas as pd
import pytest

from basics.errors import InputError
from basics.files import read_json
from workbook import run_table
from workbook.results import open_results
from workbook.runner.freshness import outputs_of

KINDS = {"seed": int, "settled": bool}
TEXTS = {"caption": "c", "protocol": {}}


def table(*scores, method="a"):
    runs = [{"method": method, "seed": seed, "score": score, "settled": True} for seed, score in enumerate(scores)]
    return run_table.declare(pd.DataFrame({"mean": [sum(scores) / len(scores)]}), "mean", runs, of="score")


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(tmp_path))
    return open_results("04_training", profile="smoke")


def read(results):
    return run_table.read_runs(results.folder, KINDS)


def test_runs_are_written_in_full_precision_with_what_they_belong_to(results):
    results.table(table(0.1 + 0.2, 1 / 3), "one", **TEXTS)
    found, changed = read(results)
    assert found.to_dict("records") == [
        {
            "notebook": "04",
            "table": "one",
            "method": "a",
            "seed": seed,
            "settled": True,
            "measure": "score",
            "value": score,
        }
        for seed, score in ((0, 0.1 + 0.2), (1, 1 / 3))
    ]
    assert changed == []


def test_a_table_is_replaced_and_a_notebook_dropped(results):
    results.table(table(0.5), "one", **TEXTS)
    results.table(table(0.6), "two", **TEXTS)
    results.table(table(0.7, 0.8), "one", **TEXTS)
    other = open_results("03_other", profile="smoke")
    other.table(table(0.9), "one", **TEXTS)
    assert read(results)[0][["notebook", "table", "value"]].to_numpy().tolist() == [
        ["03", "one", 0.9],
        ["04", "two", 0.6],
        ["04", "one", 0.7],
        ["04", "one", 0.8],
    ]
    open_results("04_training", profile="smoke")
    assert read(results)[0]["notebook"].tolist() == ["03"]
    assert run_table.own_runs(results.folder, "04") == []
    assert len(run_table.own_runs(results.folder, "03")) == 1


def test_what_a_table_follows_from_is_recorded_and_others_have_nothing(results):
    exhibits = results.folder / "exhibits.json"
    results.table(table(0.5), "one", **TEXTS)
    results.table(pd.DataFrame({"x": [1]}), "two", **TEXTS)
    found = read_json(exhibits)
    assert found["table-04-one"]["derived"] == {"kind": "mean", "options": {"of": "score"}}
    assert "derived" not in found["table-04-two"]


def test_a_changed_line_is_named(results):
    results.table(table(0.25, 0.5), "one", **TEXTS)
    path = results.folder / run_table.FILE
    path.write_text(path.read_text().replace("score,0.5,", "score,0.5000001,"))
    assert read(results)[1] == ["tables/runs.csv, line 3: 04, one, a, 1, True, score, 0.5000001 was changed"]


def test_changed_runs_make_their_notebook_stale_and_no_other(results):
    results.table(table(0.25, 0.5), "one", **TEXTS)
    open_results("03_other", profile="smoke").table(table(0.9), "one", **TEXTS)
    before = {name: outputs_of("smoke", name) for name in ("04_training", "03_other")}
    path = results.folder / run_table.FILE
    path.write_text(path.read_text().replace("score,0.5,", "score,0.6,"))
    after = {name: outputs_of("smoke", name) for name in before}
    assert [before[name] == after[name] for name in before] == [False, True]


def test_other_columns_and_no_table_are_refused(results):
    results.table(table(0.5), "one", **TEXTS)
    bad = run_table.declare(pd.DataFrame({"x": [1]}), "mean", [{"seed": 0, "score": 0.5}])
    with pytest.raises(InputError, match="runs of two must have the columns"):
        results.table(bad, "two", **TEXTS)
    with pytest.raises(InputError, match=r"must have the columns notebook, table, other, value, measure, check"):
        run_table.read_runs(results.folder, {"other": int})
    (results.folder / run_table.FILE).write_text("")
    with pytest.raises(InputError, match="is no table"):
        read(results)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("04,one,a,,True,score,0.5,x", "04, one, a, , True, score, 0.5"),
        ("04,one,a,1,True,score,half,x", "04, one, a, 1, True, score, half"),
        ("04,one,a,1,,score,0.5,x", "04, one, a, 1, , score, 0.5"),
        (f"04,one,a,{10**30},True,score,0.5,x", f"04, one, a, {10**30}, True, score, 0.5"),
        ("04,one,a", "04, one, a, , , , "),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_left_out(results, line, shown):
    results.table(table(0.25, 0.5, 2**-60), "one", **TEXTS)
    path = results.folder / run_table.FILE
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:2], line, *lines[3:]]))
    found, changed = read(results)
    assert changed == [f"tables/runs.csv, line 3: {shown} must have int as seed, bool as settled, float as value"]
    assert found[["seed", "value", "settled"]].to_dict("records") == [
        {"seed": 0, "value": 0.25, "settled": True},
        {"seed": 2, "value": 2**-60, "settled": True},
    ]
    assert [*found.index] == [0, 1]


def test_a_table_from_before_measures_is_written_anew(results, tmp_path):
    old = tmp_path / "old"
    (old / "tables").mkdir(parents=True)
    (old / run_table.FILE).write_text("notebook,table,method,seed,score,settled,check\n03,one,a,0,0.5,True,x\n")
    results.table(table(0.5), "one", **TEXTS)
    run_table.take_runs(old, results.folder, "04")
    assert [line[0] for line in run_table.own_runs(old, "04")] == ["04"]
    assert run_table.own_runs(old, "03") == []
