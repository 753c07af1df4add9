"""Records appear whole, are dropped when a notebook starts again, and survive writers at the same time."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from basics.errors import InputError
from workbook import interactive as live
from workbook import style, texts
from workbook.results import open_results, read_claims, read_exhibits, read_table

FRAME = pd.DataFrame({"method": ["a<b>", "b"], "map": [0.5, float("nan")]})
CLAIM = {"observed": 0.98765432, "expected": "1", "evidence": "measured", "data": "digits100", "substitute": True}


def _draw():
    fig, axes = style.figure(columns=1)
    axes.plot([1, 2, 3])
    return fig


def _record(notebook: str = "04_training"):
    results = open_results(notebook, profile="smoke")
    results.table(FRAME, "losses", caption="Losses.", protocol={"bits": 16, "seeds": (1, 2)}, source="CSQ Table 1")
    about = {"caption": "Curve.", "alt": "a rising line", "substitute": "digits stand in.", "protocol": {"bits": 16}}
    results.figure(_draw(), "curve", data=FRAME, **about)
    results.claim("csq-lq-binarises", "trend", **CLAIM)
    return results


def _tree(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and "runs" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_everything_lands_in_the_profile(results_elsewhere: Path):
    _record()
    kinds = {"tables": ("csv", "md", "tex"), "figures": ("csv", "svg", "png", "pdf")}
    names = {"tables": "04-losses", "figures": "04-curve"}
    expected = {f"{kind}/{names[kind]}.{suffix}" for kind, suffixes in kinds.items() for suffix in suffixes}
    assert set(_tree(results_elsewhere / "smoke")) == expected | {"exhibits.json", "claims.json"}
    table, figure = read_exhibits("smoke").values()
    assert (table["source"], table["protocol"]) == ("CSQ Table 1", {"bits": 16, "seeds": [1, 2]})
    assert (figure["alt"], figure["substitute"]) == ("a rising line", "digits stand in.")
    assert figure["protocol"] == {"bits": 16}
    (claim,) = read_claims("smoke")
    assert (claim["id"], claim["observed"], claim["anchor"]) == (
        "csq-lq-binarises",
        "0.9877",
        "claim-csq-lq-binarises",
    )


def test_notebooks_show_what_figures_and_tables_were_made_with(results_elsewhere: Path):
    results = open_results("04_training", profile="smoke")
    about = {"caption": "Losses.", "substitute": "digits stand in.", "protocol": {"top_k": 10}, "source": "CSQ Table 1"}
    shown = results.table(FRAME, "losses", **about), results.figure(_draw(), "curve", data=FRAME, alt="a line", **about)
    for part in (one._parts[-1]["text/html"] for one in shown):
        assert "Stands beside CSQ Table 1. Substitute data: digits stand in. Protocol: top k 10." in part


def test_a_second_run_writes_the_same_bytes(results_elsewhere: Path):
    _record()
    first = _tree(results_elsewhere)
    _record()
    assert _tree(results_elsewhere) == first
    assert not any(b"2026" in content[:2000] for name, content in first.items() if name.endswith(".svg"))


def test_opening_drops_what_this_notebook_recorded_and_nothing_else(results_elsewhere: Path):
    _record()
    _record("06_video")
    open_results("04_training", profile="smoke")
    assert {entry["notebook"] for entry in read_exhibits("smoke").values()} == {"06_video"}
    assert {entry["notebook"] for entry in read_claims("smoke")} == {"06_video"}
    assert not list((results_elsewhere / "smoke").rglob("04-*"))
    assert list((results_elsewhere / "smoke").rglob("06-*"))


@pytest.mark.parametrize("path", ["../../kept", "figures/../../../kept", "/etc/hostname", "tables/04-x.csv/../../kept"])
def test_no_edited_record_reaches_a_file_outside(path: str, results_elsewhere: Path):
    _record()
    kept = results_elsewhere / "kept"
    kept.write_text("a user's own")
    file = results_elsewhere / "smoke" / "exhibits.json"
    content = json.loads(file.read_text())
    content["table-04-losses"]["files"]["csv"] = path
    file.write_text(json.dumps(content))
    before = _tree(results_elsewhere)
    with pytest.raises(InputError, match=r"exhibits.json, table-04-losses, files.*: Expected `str` matching regex"):
        open_results("04_training", profile="smoke")
    assert _tree(results_elsewhere) == before
    assert kept.read_text() == "a user's own"


def test_recording_again_replaces_and_keeps_the_place():
    results = _record()
    results.table(FRAME.head(1), "losses", caption="Fewer.")
    assert [entry["order"] for entry in read_exhibits("smoke").values()] == [1, 2]
    assert read_exhibits("smoke")["table-04-losses"]["caption"] == "Fewer."
    results.claim("csq-lq-binarises", "inconclusive", **CLAIM)
    results.claim("csq-lq-binarises", "proved", **(CLAIM | {"data": "by hand"}))
    assert [(c["verdict"], c["anchor"]) for c in read_claims("smoke")] == [
        ("inconclusive", "claim-csq-lq-binarises"),
        ("proved", "claim-csq-lq-binarises-2"),
    ]


def test_writers_at_the_same_time_lose_nothing():
    names = [f"0{i}_x" for i in range(1, 9)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: open_results(name, profile="smoke").table(FRAME, "t", caption="c"), names))
    assert len(read_exhibits("smoke")) == 8


def test_the_texts_of_a_claim_say_what_stands_in(monkeypatch: pytest.MonkeyPatch):
    entry = {"data": "{kind}", "substitute": "{data.substitute}", "expected": "1", "evidence": "measured"}
    monkeypatch.setattr(texts, "read_texts", lambda _: {"claims": {"csq-lq-binarises": entry}, "protocols": {}})
    results = open_results("04_training", profile="smoke")
    for stands_in in ("digits for photographs", None):
        results.share(kind=f"on {stands_in}", data=SimpleNamespace(substitute=stands_in))
        results.claim("csq-lq-binarises", "trend", observed=1)
    assert [claim["substitute"] for claim in read_claims("smoke")] == [True, False]


def test_tables_are_read_back():
    _record()
    assert read_table("04-losses", profile="smoke")["method"].tolist() == ["a<b>", "b"]
    with pytest.raises(InputError, match="run notebook 05 first"):
        read_table("05-x", profile="smoke")


@pytest.mark.parametrize(("notebook", "profile"), [("training", "smoke"), ("4_x", "smoke"), ("04_x", "../up")])
def test_malformed_names_are_refused(notebook, profile):
    with pytest.raises(InputError, match="must be"):
        open_results(notebook, profile=profile)


@pytest.mark.parametrize(
    ("name", "caption", "message"),
    [
        ("Über", "c", "lower-case words"),
        ("a_b", "c", "lower-case words"),
        ("a", " ", "one line"),
        ("a", "b\nc", "one"),
    ],
)
def test_exhibits_need_a_name_and_a_caption(name, caption, message):
    with pytest.raises(InputError, match=message):
        open_results("04_training", profile="smoke").table(FRAME, name, caption=caption)


def test_a_figure_needs_an_alt_text():
    with pytest.raises(InputError, match="alt text"):
        open_results("04_training", profile="smoke").figure(_draw(), "x", data=FRAME, caption="c", alt=" ")


def test_numbers_from_other_data_are_not_compared():
    results = open_results("06_video", profile="smoke")
    key = "csq-table1/mAP/HMDB51"
    with pytest.raises(InputError, match="compare the trend instead"):
        results.claim("csq-table1", "trend", limit=1.0, compare={key: 0.5}, **CLAIM)
    with pytest.raises(InputError, match="keys of literature"):
        results.claim("csq-table1", "trend", limit=1.0, compare={"unheard/of": 0.5}, **CLAIM)
    results.claim("csq-table1", "reproduced", limit=1.0, compare={key: 0.5767}, **(CLAIM | {"substitute": False}))
    assert read_claims("smoke")[0]["compare"] == {key: 0.5767}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_one_line(results_elsewhere: Path):
    results_elsewhere.mkdir()
    results_elsewhere.chmod(0o500)
    with pytest.raises(InputError, match="cannot write"):
        open_results("04_training", profile="smoke")


def test_a_file_in_the_way_is_one_line(results_elsewhere: Path):
    results_elsewhere.mkdir()
    (results_elsewhere / "smoke").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        open_results("04_training", profile="smoke")


def test_live_notebooks_record_apart(results_elsewhere: Path, monkeypatch: pytest.MonkeyPatch):
    _record()
    before = _tree(results_elsewhere)
    monkeypatch.setattr(live, "is_live", lambda: True)
    open_results("04_training", profile="smoke").table(FRAME.head(1), "losses", caption="Played with.")
    assert _tree(results_elsewhere) == before
    entries = json.loads((results_elsewhere / "smoke/runs/live/exhibits.json").read_text())
    assert entries["table-04-losses"]["caption"] == "Played with."


@pytest.mark.parametrize(
    ("parameters", "judged"),
    [
        ({"dataset": "image-folder", "root": "/pictures"}, False),
        ({"dataset": "image-folder", "dataset_options": ["root=/pictures"]}, False),
        ({"dataset": "digits100", "root": "", "dataset_options": ["noise=0.1"]}, True),
        ({}, True),
    ],
)
def test_a_live_session_judges_nothing_on_own_pictures(monkeypatch: pytest.MonkeyPatch, parameters, judged):
    monkeypatch.setattr(live, "is_live", lambda: True)
    names = parameters | {"my_dataset": np.ones(3), "bits": 16}
    monkeypatch.setattr(live, "get_ipython", lambda: SimpleNamespace(user_ns=names))
    results = open_results("04_training", profile="smoke")
    shown = results.claim("csq-lq-binarises", "trend", **CLAIM)
    assert ("not judged here" in repr(shown)) != judged
    assert bool(json.loads((results.folder / "claims.json").read_text())) == judged


def test_what_is_shown_is_marked_and_escaped(monkeypatch: pytest.MonkeyPatch):
    shown = []
    monkeypatch.setattr("workbook.display.display", lambda part, **options: shown.append((part, options)))
    results = open_results("04_training", profile="smoke")
    results.table(FRAME, "losses", caption="<i>")._ipython_display_()
    results.figure(_draw(), "curve", data=FRAME, caption="c", alt="a line")._ipython_display_()
    results.claim("csq-lq-binarises", "trend", **(CLAIM | {"evidence": "<script>"}))._ipython_display_()
    marks = [options["metadata"]["workbook"] for _, options in shown]
    assert marks[:3] == [
        {"exhibit": "table-04-losses"},
        {"exhibit": "figure-04-curve"},
        {"exhibit": "figure-04-curve"},
    ]
    assert marks[3] == {"claim": "csq-lq-binarises", "anchor": "claim-csq-lq-binarises"}
    assert shown[1][1]["metadata"]["image/png"]["alt"] == "a line"
    assert "image/png" in shown[1][0]
    assert 'id="claim-csq-lq-binarises"' in shown[3][0]["text/html"]
    assert not any("<script>" in part.get("text/html", "") or "<i>" in part.get("text/html", "") for part, _ in shown)


def test_showing_saves_nothing(results_elsewhere: Path):
    results = open_results("04_training", profile="smoke")
    before = _tree(results_elsewhere)
    assert "1.5" in repr(results.show(pd.DataFrame({"seconds": [1.5]}), caption="Times."))
    assert _tree(results_elsewhere) == before
