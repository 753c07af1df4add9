"""The trials behind docs/reliability.md: that they notice what they look for, and thirty kills of runs."""

import json
from pathlib import Path

import pandas as pd
import pytest

from basics import frames
from basics.errors import InputError
from basics.files import read_json, write_json
from benchmarks import kills, load, misbehaving, reliability
from benchmarks.attacks import Book
from hashcenters.training.checkpoint import save_tensors
from hashcenters.training.run import seal


@pytest.mark.trials
def test_thirty_kills_lose_nothing() -> None:
    tallies = kills.trials(30, seed=1)
    assert sum(tally.kills for tally in tallies.values()) >= 25  # a run may end before its victim is there
    assert all(tally.kills for tally in tallies.values())
    assert {kind: tally for kind, tally in tallies.items() if tally.losses} == {}


def test_what_a_notebook_is_said_to_be_is_held_against_what_it_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {"exit": ("sys.exit()", "failed"), "good": ("pass", "done"), "wrongly": ("pass", "failed")}
    monkeypatch.setattr(misbehaving, "NOTEBOOKS", known)
    monkeypatch.setattr(misbehaving, "TIMEOUT", "300")
    found = misbehaving.misbehaving(tmp_path)
    assert (found.tried, found.kept, found.note) == (5, 4, "03_wrongly: done")


def test_the_load_is_that_of_the_arrays() -> None:
    found = load.measure(20, 300, 16, 5, "multi-hot", 10)
    assert set(found) == {"core seconds", "inputs (MiB)", "peak above them (MiB)"}
    assert 0 <= found["peak above them (MiB)"] < load.LIMIT


def test_what_is_wrong_with_a_folder_is_noticed(tmp_path: Path) -> None:
    book = Book.written(tmp_path)
    for name, text in {"claims.json": "{}", "fresh/.a-1.tmp.json": "{", "notebooks/01_quick.ipynb": "{}"}.items():
        (book.profile / name).parent.mkdir(parents=True, exist_ok=True)
        (book.profile / name).write_text(text)
    (book.profile / "fresh" / "01_quick.json").write_text(json.dumps({"state": "done"}))
    save_tensors(book.profile / "runs" / "key" / "state.safetensors", {})
    assert book.half_files() == []
    assert [path.name for path in book.unfinished_files()] == [".a-1.tmp.json"]
    assert list(book.finished()) == ["01_quick"]
    (book.profile / "claims.json").write_text("{")
    (book.profile / "runs" / "key" / "state.safetensors").write_bytes(b"cut")
    assert sorted(Path(name).name for name in book.half_files()) == ["claims.json", "state.safetensors"]


def test_a_note_that_is_sealed_later_is_no_loss_and_another_one_is(tmp_path: Path) -> None:
    book = Book.written(tmp_path)
    note = book.profile / "runs" / "key" / "config.json"
    write_json(note, {"config": {}, "history": [{"loss": 0.5}], "seconds": 2.0})
    before = book.finished()
    seal(note.parent)
    assert book.finished() == before and read_json(note)["sha256"]
    write_json(note, {"config": {}, "history": [{"loss": 0.25}], "seconds": 2.0})
    assert book.finished() != before


def test_every_kind_gets_its_share_and_every_cost_counts() -> None:
    by_default = next(option.default for option in reliability.attack.params if option.name == "count")
    assert by_default >= 50
    assert min(dict(kills._shares(by_default)).values()) >= 7
    shares = dict(kills._shares(30))
    assert sum(shares.values()) == 30
    assert set(shares) == set(kills.KINDS)
    assert min(shares.values()) == 4
    assert kills.Tally(kills=3).losses == 0
    assert kills.Tally(kills=3, processes_left=1, half_files=1).losses == 2
    table = reliability.table_of_kills({"one": kills.Tally(kills=3, differing=1), "two": kills.Tally(kills=2)})
    assert table.iloc[-1][["kills", "results that differ"]].tolist() == [5, 1]


@pytest.mark.parametrize("name", ["kills", "damage", "load"])
def test_the_page_shows_what_the_command_wrote(name: str) -> None:
    page = reliability.PAGE.read_text()
    shown = page.partition(f"<!-- {name} -->")[2].partition(f"<!-- end of {name} -->")[0]
    table = pd.read_csv(reliability.RESULTS / f"reliability-{name}.csv", keep_default_na=False)
    for line in frames.to_markdown(table).splitlines():
        assert line in shown.splitlines()


def test_a_page_without_marks_is_refused() -> None:
    assert reliability.put_into_page("a <!-- x --> old <!-- end of x --> b", "x", "new") == (
        "a <!-- x -->\nnew\n<!-- end of x --> b"
    )
    with pytest.raises(InputError, match="must hold <!-- y --> and <!-- end of y -->"):
        reliability.put_into_page("a <!-- x --> old <!-- end of x --> b", "y", "new")
