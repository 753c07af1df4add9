"""Takes out of an executed notebook whatever would differ on the next run or on another machine."""

import copy
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from basics.paths import (
    committed_root,
    data_root,
    features_root,
    notebooks_root,
    profiles_root,
    project_root,
    results_root,
)
from workbook.runner.prose import FAILED, INJECTED

WIDGETS = ("application/vnd.jupyter.widget-view+json", "application/vnd.jupyter.widget-state+json")
_CELL_FILE = re.compile(r"/ipykernel_\d+/\d+\.py")  # what stands before it up to a space goes, too
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,16}\b")


def scrub(notebook: dict[str, Any]) -> dict[str, Any]:
    """A copy of an executed notebook (format 4) that is the same whenever and wherever its results are.

    Paths of this machine become relative ones or `~`; execution times, papermill's own notes but the
    parameters, widget state, memory addresses and random cell ids go; neighbouring text outputs become one.
    """
    clean = copy.deepcopy(notebook)
    for index, cell in enumerate(clean["cells"]):
        _scrub_cell(cell, index)
    metadata = clean["metadata"]
    metadata.pop("widgets", None)
    metadata["papermill"] = {"parameters": metadata.get("papermill", {}).get("parameters", {})}
    metadata["language_info"] = {"name": "python"}
    return without_machine(clean)


def without_machine(value: Any) -> Any:
    """A JSON value whose texts name no folder of this machine and no memory address."""
    return _without_paths(value, _replacements())


def _scrub_cell(cell: dict[str, Any], index: int) -> None:
    """Clean one cell, in place."""
    for note in ("papermill", "execution"):
        cell["metadata"].pop(note, None)
    tags = cell["metadata"].get("tags", [])
    if not tags:
        cell["metadata"].pop("tags", None)
    if INJECTED in tags or FAILED in tags:
        cell["id"] = f"{tags[0]}-{index}"
    if cell["cell_type"] == "code":
        kept = [output for output in cell["outputs"] if not set(WIDGETS) & set(output.get("data", {}))]
        cell["outputs"] = list(_merged(kept))


def _merged(outputs: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Outputs with each run of neighbouring streams as one text a stream: how they are cut depends on timing.

    Standard output comes first; of a line that was overwritten the last state remains.
    """
    for of_streams, run in groupby(outputs, key=lambda output: output["output_type"] == "stream"):
        if not of_streams:
            yield from run
            continue
        streams = defaultdict(str)
        for output in run:
            streams[output["name"]] += "".join(output["text"])
        for name in sorted(streams, reverse=True):
            lines = streams[name].replace("\r\n", "\n").split("\n")
            text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)
            yield {"output_type": "stream", "name": name, "text": text.splitlines(keepends=True)}


def _replacements() -> list[tuple[re.Pattern[str], str]]:
    """Patterns of this machine's folders, the deepest first, and what stands for each."""
    named = (
        (results_root(), "results"),
        (committed_root(), "results"),
        (data_root(), "data"),
        (features_root(), "features"),
        (notebooks_root(), "notebooks"),
        (profiles_root(), "profiles"),
        (project_root(), "."),
        (Path(sys.prefix), "<python>"),
        (Path(sys.base_prefix), "<python>"),
        (Path.home(), "~"),
    )
    home = os.path.abspath(Path.home())
    folders: dict[str, str] = {}
    for folder, sign in named:
        for path in (os.path.abspath(folder), os.path.realpath(folder)):
            folders.setdefault(path, sign)
            if path.startswith(f"{home}/"):
                folders.setdefault(f"~{path.removeprefix(home)}", sign)
    paths = sorted((path for path in folders if len(path) > 1), key=len, reverse=True)
    return [(_folder_pattern(path), folders[path]) for path in paths]


def _folder_pattern(path: str) -> re.Pattern[str]:
    """A folder that does not start or end in the middle of a name; colour codes may stand before it."""
    return re.compile(rf"(?P<lead>^|[^\w~]|\x1b\[[\d;]*m){re.escape(path)}(?P<slash>/|(?![\w-]))")


def _without_paths(value: Any, replacements: list[tuple[re.Pattern[str], str]]) -> Any:
    """The same structure with every text cleaned; pictures are left alone."""
    if isinstance(value, dict):
        inner = {key: value[key] for key in value if not key.startswith("image/")}
        return value | {key: _without_paths(part, replacements) for key, part in inner.items()}
    if isinstance(value, list):
        return [_without_paths(inner, replacements) for inner in value]
    if not isinstance(value, str):
        return value
    text = _ADDRESS.sub("at 0x…", _without_cell_files(value))
    for pattern, sign in replacements:
        text = pattern.sub(lambda found, sign=sign: _relative(found, sign), text)
    return text


def _without_cell_files(text: str) -> str:
    """A text with `<cell>` for the files in which a kernel keeps its cells.

    A pattern that began with the words before them would be tried anew from every sign of a long word.
    """
    *before, last = _CELL_FILE.split(text)
    return "<cell>".join([*map(_but_last_word, before), last])


def _but_last_word(text: str) -> str:
    """A text without the word that it ends in."""
    word = text.rsplit(None, 1)[-1] if text[-1:].strip() else ""
    return text[: len(text) - len(word)]


def _relative(found: re.Match[str], sign: str) -> str:
    """What stands for a folder: the project's own files go by their path in it."""
    below = "" if sign == "." and found["slash"] else f"{sign}{found['slash']}"
    return f"{found['lead']}{below}"
