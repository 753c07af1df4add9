"""What is taken out of executed notebooks."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from basics.paths import project_root
from workbook.runner.scrub import scrub, without_machine

ROOT = str(project_root())
HOME = str(Path.home())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{ROOT}/lib/hashcenters/codes.py:3", "lib/hashcenters/codes.py:3"),
        (f'File "{ROOT}/run_all.py"', 'File "run_all.py"'),
        (
            f"\x1b[36mFile \x1b[39m\x1b[32m{ROOT}/lib/a.py:12\x1b[39m",
            "\x1b[36mFile \x1b[39m\x1b[32mlib/a.py:12\x1b[39m",
        ),
        (f"in {ROOT}", "in ."),
        (f"{ROOT}-other/file", f"{ROOT}-other/file"),
        (f"{HOME}/pictures", "~/pictures"),
        (f"{sys.prefix}/bin/python", "<python>/bin/python"),
        ("/tmp/ipykernel_123/456.py:1: UserWarning: x", "<cell>:1: UserWarning: x"),
        ("<object at 0x7f3a1c2b4d50>", "<object at 0x…>"),
        ("code 0x7f3a1c2b4d50 and at 0xff", "code 0x7f3a1c2b4d50 and at 0xff"),
        ("nothing to do", "nothing to do"),
    ],
)
def test_paths_and_addresses(text: str, expected: str) -> None:
    assert without_machine({"text": [text]}) == {"text": [expected]}


def test_moved_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(tmp_path / "there"))
    monkeypatch.setenv("HASHCENTERS_DATA", str(tmp_path / "sets"))
    monkeypatch.setenv("HOME", str(tmp_path))
    texts = [f"{tmp_path}/there/smoke/x.csv", f"{tmp_path}/sets/x", f"{tmp_path}/x", "~/there/x"]
    assert without_machine(texts) == ["results/smoke/x.csv", "data/x", "~/x", "results/x"]


def executed(make_notebook: Callable[..., dict[str, Any]], outputs: list[dict[str, Any]]) -> dict[str, Any]:
    notebook = make_notebook("print(1)")
    notebook["cells"][2] |= {"outputs": outputs, "execution_count": 2}
    notebook["cells"][2]["metadata"] = {
        "papermill": {"duration": 1.5},
        "execution": {"x": "2020"},
        "tags": [],
    }
    notebook["metadata"] |= {
        "papermill": {"parameters": {"a": 1}, "start_time": "2020", "output_path": "/x"},
        "widgets": {"state": {}},
        "language_info": {"name": "python", "version": "3.11.7"},
    }
    return notebook


def test_volatile_metadata_goes(make_notebook: Callable[..., dict[str, Any]]) -> None:
    clean = scrub(executed(make_notebook, []))
    assert clean["cells"][2]["metadata"] == {}
    assert clean["metadata"]["papermill"] == {"parameters": {"a": 1}}
    assert clean["metadata"]["language_info"] == {"name": "python"}
    assert "widgets" not in clean["metadata"]


def test_widgets_go_and_pictures_stay(make_notebook: Callable[..., dict[str, Any]]) -> None:
    picture = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"image/png": f"{ROOT}/x", "text/plain": ROOT},
    }
    view = {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "IntSlider()"}
    widget = {"output_type": "display_data", "metadata": {}, "data": view}
    (output,) = scrub(executed(make_notebook, [widget, picture]))["cells"][2]["outputs"]
    assert output["data"] == {"image/png": f"{ROOT}/x", "text/plain": "."}


def test_streams_are_joined_whatever_their_cuts(make_notebook: Callable[..., dict[str, Any]]) -> None:
    def stream(name: str, text: str | list[str]) -> dict[str, Any]:
        return {"output_type": "stream", "name": name, "text": text}

    plain = {"output_type": "display_data", "metadata": {}, "data": {"text/plain": "x"}}
    first = [
        stream("stderr", "10 %\r50 %\r"),
        stream("stdout", ["a\n", "b"]),
        stream("stderr", "100 %\n"),
        plain,
    ]
    second = [stream("stdout", "a\nb"), stream("stderr", "10 %\r50 %\r100 %\n"), plain]
    outputs = scrub(executed(make_notebook, first))["cells"][2]["outputs"]
    assert outputs == scrub(executed(make_notebook, second))["cells"][2]["outputs"]
    assert outputs == [stream("stdout", ["a\n", "b"]), stream("stderr", ["100 %\n"]), plain]


def test_leaves_its_argument_alone(make_notebook: Callable[..., dict[str, Any]]) -> None:
    notebook = executed(make_notebook, [])
    scrub(notebook)
    assert "widgets" in notebook["metadata"]


def test_an_empty_home_is_no_folder_to_replace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", os.sep)
    assert without_machine("a / b /etc/x") == "a / b /etc/x"
