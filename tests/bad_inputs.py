"""Wrong inputs of every entrance, by group; `python tests/bad_inputs.py` tries them all and prints a table.

A command is called as its own `main` does it, in this process. An input is in order when it ends in exit code 2 with
one line on standard error (`refused`), or where the group allows it is answered by what does without the damaged part
(`answered`); nothing may be written, and anything else is a fault.
"""

import contextlib
import hashlib
import io
import itertools
import json
import os
import pickle
import shutil
import struct
import sys
import tarfile
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from basics.errors import one_line_errors, run_command

REFUSED = 2
GOOD = "good"  # the name of an input that is none: it is answered, so that the others are refused for what is wrong
ALIASES = f"[&a [{'1, ' * 500}], {'*a, ' * 500}]"
Case = tuple[str, Callable[[], Any]]


@dataclass
class Place:
    """Where the inputs of one group are made.

    Args:
        folder: of the group's files.
        results: `HASHCENTERS_RESULTS`.
    """

    folder: Path

    def __post_init__(self) -> None:
        self._numbers = itertools.count()
        for name in ("NOTEBOOKS", "PROFILES", "RESULTS", "DATA", "COMMITTED", "FEATURES"):
            os.environ[f"HASHCENTERS_{name}"] = str(self.folder / name.lower())

    @property
    def results(self) -> Path:
        return self.folder / "results"

    def new(self, name: str = "") -> Path:
        """A path that does not exist yet, in a folder of its own."""
        path = self.folder / f"case-{next(self._numbers)}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def file(self, name: str, content: bytes | str) -> Path:
        """A new file."""
        path = self.new(name)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def tree(self) -> dict[str, tuple[int, int]]:
        """Every file with its size and time."""
        found = {}
        for parent, folders, names in os.walk(self.folder):
            for name in (*folders, *names):
                status = os.lstat(os.path.join(parent, name))
                found[os.path.join(parent, name)] = (status.st_size, status.st_mtime_ns if name in names else 0)
        return found


def tried(case: Callable[[], Any], place: Place) -> str:
    """What comes of an input: `refused`, `answered`, or in words what is wrong with that."""
    out, errors = io.StringIO(), io.StringIO()
    before = place.tree()
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        try:
            with one_line_errors():
                code = case() or 0
        except SystemExit as left:
            code = left.code
        except Exception as error:
            return f"{type(error).__name__}: {str(error)[:200]}"
    lines = errors.getvalue().splitlines()
    if place.tree() != before:
        return f"wrote {sorted(set(place.tree().items()) ^ set(before.items()))[:3]}"
    if code == 0 and not lines:
        return "answered"
    if code == REFUSED and len(lines) == 1 and lines[0].startswith("error: ") and len(lines[0]) < 5000:
        return "refused"
    return f"exit code {code}, {len(lines)} lines: {' / '.join(lines)[:200]}"


def command(run: Callable[[], Any], *arguments: str | Path) -> Callable[[], Any]:
    """A command line, called as from a shell."""

    def called() -> Any:
        given, sys.argv = sys.argv, ["command", *map(str, arguments)]
        try:
            return run()
        finally:
            sys.argv = given

    return called


def run_all(*arguments: str) -> Callable[[], Any]:
    """`run_all.py` up to the first thing that it would do."""

    def run() -> Any:
        from workbook.runner import command as module
        from workbook.runner import run as running

        begun, running.run = running.run, lambda plan: 0
        try:
            return module.main()
        finally:
            running.run = begun

    return command(run, *arguments)


PARAMETERS = """profile: str = "x"
count: int = 3
rate: float = 0.5
flag: bool = True
bits: list = [16]
seeds: list = [0]
names: list = ["a"]
rates: list = [0.5]
dataset: str = "digits100"
dataset_options: list = []
root: str = ""
weights: str = "none"
backbone: str = "resnet-narrow"
"""


def notebook(parameters: str = PARAMETERS, **changes: Any) -> dict[str, Any]:
    """A notebook with a cell of parameters."""
    cell = {"cell_type": "code", "id": "a", "metadata": {"tags": ["parameters"]}, "source": parameters}
    cell |= {"outputs": [], "execution_count": None}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"workbook": {}}, "cells": [cell]} | changes


def workbook_of(place: Place, notebooks: dict[str, Any], profiles: dict[str, str | bytes]) -> None:
    """Put notebooks and profiles where `run_all.py` looks for them; other ones go."""
    for folder, suffix, files in (("notebooks", ".ipynb", notebooks), ("profiles", ".yaml", profiles)):
        target = place.folder / folder
        target.mkdir(exist_ok=True)
        for old in target.iterdir():
            old.rmdir() if old.is_dir() and not old.is_symlink() else old.unlink()
        for name, content in files.items():
            text = json.dumps(content) if isinstance(content, dict) else content
            (target / f"{name}{suffix}").write_bytes(text if isinstance(text, bytes) else text.encode())


PROFILE = "name: embedded\ntitle: T\nnotebooks: {}\n"


def options(place: Place) -> Iterator[Case]:
    """Options and words of `run_all.py`, and the variables that move its folders."""
    workbook_of(place, {"01_a": notebook(), "02_b": notebook()}, {"embedded": PROFILE})
    os.environ["RAY_AUTH_MODE"] = "token"
    given = ("--profile=embedded", "--only=01", "--jobs=1", "--timeout=1", "--device=cpu", "--set=01.count=4")
    yield GOOD, run_all(*given)
    wrong = {
        "--profile": ["", "none", "../embedded", "/", "x" * 5000, "embedded.yaml", "*", "\udcff", "a\nb", "\x1b[2J"],
        "--only": ["", "99", "x", "01-", "-", "1-2-3", ",", "01,,02", "02-01", "٣", "9" * 5000, "01 02", "a\nb"],
        "--from": ["", "99", "01-02", "x", "01,02", "9" * 5000],
        "--jobs": ["0", "-1", "x", "1.5", "", "1e3", "9" * 5000, "nan"],
        "--timeout": ["0", "-1", "x", "nan", "inf", "-inf", "", "1e308", "1,5"],
        "--device": ["", "gpu", "CPU", "cuda:0", "cuda:99", "x" * 5000],
        "--set": [
            "",
            "=",
            "count",
            "=3",
            ".count=3",
            "01.=3",
            "99.count=1",
            "01.none=1",
            "none=1",
            "x" * 5000,
            "profile=y",
            "01.profile=y",
            "count:3",
            "01..count=1",
            "count =",
            "01_a.b.count=1",
        ],
        "--cluster": [
            "auto",
            "x",
            "x:",
            ":1",
            "x:0",
            "x:99999",
            "x:a",
            "http://x:1",
            "x:1/",
            "a" * 64 + ".b:1",
            ".x:1",
            "x..y:1",
            "\u2028:1",
            "x:١",
            "x:-1",
            "x:1 ",
            "[::1]",
            "x" * 5000 + ":1",
        ],
    }
    for option, values in wrong.items():
        for value in values:
            yield f"{option} {value[:30]!r}", run_all(f"{option}={value}")
    for words in (["trian"], ["train", "train"], ["train", "--list"], ["train", "--check"], ["--unknown"], ["-x"]):
        yield " ".join(words), run_all(*words)
    for words in (
        ["--only", "01", "--from", "02"],
        ["--profile"],
        ["--set"],
        ["--jobs"],
        ["--only=01", "--set=02.count=1"],
    ):
        yield " ".join(words), run_all(*words)

    def moved(name: str, value: str) -> Callable[[], Any]:
        def run() -> Any:
            before, os.environ[name] = os.environ[name], value
            try:
                return run_all()()
            finally:
                os.environ[name] = before

        return run

    for name in ("HASHCENTERS_NOTEBOOKS", "HASHCENTERS_PROFILES"):
        for value in ("/nonexistent", "/dev/null", "x" * 5000, str(place.folder / "profiles/embedded.yaml")):
            yield f"{name}={value[:30]}", moved(name, value)


VALUES = ["[", "]", "{a: 1}", "null", "~", "!!int 1", "!!int ''", "!!float ''", "!!bool x", "!!timestamp x", "*x"]
VALUES += ["!!python/object/apply:os.getcwd []", "a: b: c", "- 1\n- ", "[[1]]", "%", "\x00", "\x1b[2J", "---\n---\n"]


def settings(place: Place) -> Iterator[Case]:
    """Values of `--set` for parameters of every type."""
    workbook_of(place, {"01_a": notebook()}, {"embedded": PROFILE})
    given = ("count=4", "rate=1", "flag=false", "bits=[16, 32]", "seeds=[1]", "names=[a, b]", "rates=[1e-1]", "root=#x")
    yield GOOD, run_all(*(f"--set={setting}" for setting in given))
    wrong = {
        "count": [*VALUES, "", "x", "1.5", "true", "[1]", "1e400", "1_0", "0b1", "'1'", "1 2", "3,4", ".nan", ALIASES],
        "rate": [*VALUES, "", "x", "true", "[1]", "1,5", "9" * 400, "'1'", "0.1.2", "1e", "--1", ALIASES],
        "flag": [*VALUES, "", "x", "0", "1", "on", "yes", "[true]", "'true'", "TRUE FALSE"],
        "bits": [
            *VALUES,
            "",
            "[]",
            "16",
            "[x]",
            "[1.5]",
            "[16, 16]",
            "[0]",
            "[-1]",
            "[65536]",
            "[9999999999]",
            "[true]",
            "[null]",
            "['16']",
            "[16, x]",
            "[" * 2000,
            ALIASES,
            "[[16]]",
            "[1e3]",
        ],
        "seeds": ["[]", "[-1]", "[0, 0]", "[0.5]", "[x]", "0", "[" + "9" * 30 + "]", "[4294967296]", ALIASES],
        "rates": ["[]", "[x]", "[true]", "[0.5, 0.5]", "[1, 1.0]", "0.5", "[" + "9" * 400 + "]", "['1']"],
        "names": ["[]", "a", "[1]", "[a, 1]", "[[a]]", "[null]", "{a: b}", "[true]"],
        "dataset": ["", "none", "Digits100", "digits100 ", "../digits100", "x" * 5000, "a\nb", "[digits100]"],
        "dataset_options": ["protocol=x", "[root=a, root=b", "{root: a}", "3"],
    }
    for key, values in wrong.items():
        for value in values:
            yield f"{key}={value[:30]!r}", run_all("--set", f"{key}={value}")
    yield "two roots", run_all("--set", "root=/a", "--set", "dataset_options=[root=/b]")


def profiles(place: Place) -> Iterator[Case]:
    """Files of profiles."""
    workbook_of(place, {"01_a": notebook()}, {"embedded": PROFILE})
    head = "name: embedded\ntitle: T\n"
    texts: list[str | bytes] = [
        "",
        "x",
        "[]",
        "3",
        "name: embedded",
        head,
        f"{head}notebooks: []",
        f"{head}notebooks: x",
    ]
    texts += [f"{head}notebooks: {{}}\n{more}" for more in ("x: 1", "title: U", "extends: none", "extends: embedded")]
    texts += [
        f"{head}notebooks: {{}}\n{more}" for more in ("extends: 3", "parts: []", "parts: {a: 1}", "parts: {1: a}")
    ]
    texts += [
        "name: other\ntitle: T\nnotebooks: {}",
        "name: 3\ntitle: T\nnotebooks: {}",
        "name: embedded\nnotebooks: {}",
    ]
    texts += ["title: T\nnotebooks: {}", "name: embedded\ntitle: [T]\nnotebooks: {}"]
    texts += [f"{head}notebooks: {{{entry}}}" for entry in ("02_b: {}", "01_a: []", "01_a: 3", "01_a: {x: 1}", "1: {}")]
    texts += [
        f"{head}notebooks: {{01_a: {{profile: y}}}}",
        f"{head}notebooks: {{01_a: {{3: 1}}}}",
        b"\xff\xfe",
        b"\x00",
    ]
    texts += [f"{head}notebooks: {{01_a: {{{key}: {value}}}}}" for key in ("count", "bits", "rate") for value in VALUES]
    texts += [
        f"{head}notebooks: {{01_a: {{count: {ALIASES}}}}}",
        head + "a: 1\n" * 3,
        "{" * 3000,
        "[" * 3000,
        "? " * 500,
    ]
    texts += [head + "".join(f"k{number}: 1\n" for number in range(4000)), "title: café".encode("latin-1")]
    texts += [
        f"{head}notebooks: {{01_a: {{count: {'9' * 5000}}}}}",
        f"{head}notebooks: &a {{01_a: *a}}",
        "\ud800".encode("utf-8", "surrogatepass"),
    ]
    path = place.folder / "profiles/embedded.yaml"

    def written(content: str | bytes) -> Callable[[], Any]:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return run_all("--list")

    yield GOOD, written(f"{head}notebooks: {{01_a: {{count: 4}}}}")
    for number, text in enumerate(texts):
        yield f"text {number}: {text[:40]!r}", written(text)
    path.unlink()
    path.mkdir()
    yield "a folder", run_all()
    path.rmdir()
    path.symlink_to("/nonexistent")
    yield "a dangling link", run_all()
    path.unlink()
    os.mkfifo(path)
    yield "a pipe", run_all()


def notebooks(place: Place) -> Iterator[Case]:
    """Source notebooks."""
    good = notebook()
    (cell,) = good["cells"]
    cells = [[], {}, None, "x", [None], [[]], [3], [{}], [cell, cell], [{**cell, "metadata": {}}]]
    cells += [
        [{**cell, "metadata": metadata}]
        for metadata in (None, [], 3, "x", {"tags": None}, {"tags": "parameters"}, {"tags": [3]})
    ]
    cells += [[{**cell, "source": source}] for source in (None, 3, {}, [3], [None], [["x"]])]
    cells += [[{**cell, "cell_type": kind}] for kind in (None, 3, "x", [], "")]
    cells += [
        [{key: value for key, value in cell.items() if key != left_out}]
        for left_out in ("cell_type", "metadata", "source")
    ]
    contents: list[Any] = [notebook(cells=given) for given in cells]
    contents += [notebook(nbformat=version) for version in (3, 5, None, "4", [4])]
    contents += [
        {key: value for key, value in good.items() if key != left_out} for left_out in ("cells", "metadata", "nbformat")
    ]
    contents += [notebook(metadata=metadata) for metadata in (None, [], 3, {"workbook": 3}, {"workbook": []})]
    declared = [
        {"after": ["99_x"]},
        {"after": "01_a"},
        {"after": ["01_a"]},
        {"after": [3]},
        {"data": "x"},
        {"files": 3},
    ]
    declared += [{"data": [3]}, {"optional_data": None}, {"unknown": 1}, {"after": [[]]}, {"after": ["x" * 5000]}]
    contents += [notebook(metadata={"workbook": entry}) for entry in declared]
    lines = [
        "x",
        "x = 1",
        "x: int",
        "x: int = y",
        "x: int = 'a'",
        "x: int = 1.5",
        "x: set = {1}",
        "x: dict = {}",
        "import os",
    ]
    lines += [
        "x: list = [y]",
        "a.b: int = 3",
        "a[0]: int = 3",
        "x: int = 1\nx: int = 2",
        "x: int = {[1]: 2}",
        "x: int = (",
        "\x00",
    ]
    lines += [
        "x: int = " + "-" * 5000 + "1",
        "x: int = " + "(" * 300,
        "x: list = " + "[" * 300,
        "def f(): pass",
        "x: str = f'{1}'",
    ]
    lines += [
        "x: bool = 1",
        "x: float = 'a'",
        "x: int = None",
        "x: int = __import__('os')",
        "x: int = " + "9" * 5000,
        "x: str = b'a'",
    ]
    lines += [
        "x: list[int] = [1]",
        "(x): int = 1 + 1",
        "x: int = [1][0]",
        "\tx: int = 1",
        "x: int = 1 if 1 else 2",
        "é è: int = 1",
    ]
    contents += [notebook(line) for line in lines]
    contents += [
        "",
        "{",
        "[]",
        "3",
        "null",
        b"\xff",
        b"\x00",
        "{" * 3000,
        "[" * 100_000,
        '{"a":' * 3000,
        "NaN",
        json.dumps(good)[:-1],
    ]
    workbook_of(place, {"01_a": good}, {"embedded": PROFILE})
    yield GOOD, run_all("--list")
    for number, content in enumerate(contents):
        workbook_of(place, {"01_a": content}, {"embedded": PROFILE})
        yield f"content {number}: {str(content)[:60]!r}", run_all("--list")
    workbook_of(place, {"01_a": good, "01_b": good}, {"embedded": PROFILE})
    yield "two of one number", run_all("--list")
    circle = {
        name: notebook(metadata={"workbook": {"after": [other]}})
        for name, other in (("01_a", "02_b"), ("02_b", "01_a"))
    }
    workbook_of(place, circle, {"embedded": PROFILE})
    yield "a circle", run_all("--list")
    workbook_of(place, {}, {"embedded": PROFILE})
    yield "none", run_all("--list")
    (place.folder / "notebooks/01_a.ipynb").mkdir()
    yield "a folder", run_all("--list")


def metrics(*arguments: str | Path) -> Callable[[], Any]:
    """The command line of the metrics."""

    def run() -> Any:
        from hashcenters.metrics.__main__ import main

        return main()

    return command(run, *arguments)


def unprinted(case: Callable[[], Any]) -> Callable[[], Any]:
    """A case that must be refused before anything is printed as its result."""

    def run() -> Any:
        try:
            return case()
        finally:
            assert not sys.stdout.getvalue(), "printed a result before it was refused"

    return run


def code_arrays() -> dict[str, np.ndarray]:
    """A small set of codes."""
    rng = np.random.default_rng(0)
    codes = {
        f"{part}_codes": rng.choice([-1, 1], (size, 16)).astype(np.int8)
        for part, size in (("query", 6), ("database", 20))
    }
    return codes | {"query_labels": np.arange(6) % 3, "database_labels": np.arange(20) % 3}


def npz(**arrays: Any) -> bytes:
    """An .npz file."""
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def wrong_arrays() -> Iterator[tuple[str, str, np.ndarray]]:
    """Name of an array of a code set, what is wrong, and the wrong array."""
    good = code_arrays()
    for part in ("query", "database"):
        codes, labels = good[f"{part}_codes"], good[f"{part}_labels"]
        n = len(codes)
        yield f"{part}_codes", "complex", codes.astype(complex)
        yield f"{part}_codes", "text", codes.astype(str)
        yield f"{part}_codes", "bytes", codes.astype(bytes)
        yield f"{part}_codes", "dates", codes.astype("M8[s]")
        yield f"{part}_codes", "durations", codes.astype("m8[s]")
        yield f"{part}_codes", "void", codes.view("V1")
        yield f"{part}_codes", "struct", np.zeros((n, 16), [("a", "i1")])
        yield f"{part}_codes", "objects", codes.astype(object)
        yield f"{part}_codes", "no row", codes[:0]
        yield f"{part}_codes", "no bit", codes[:, :0]
        yield f"{part}_codes", "one axis", codes.ravel()
        yield f"{part}_codes", "three axes", codes[None]
        yield f"{part}_codes", "a number", np.array(3)
        yield f"{part}_codes", "one row too few", codes[1:]
        yield f"{part}_codes", "one bit too few", codes[:, 1:]
        yield f"{part}_codes", "zeros", np.zeros_like(codes)
        yield f"{part}_codes", "twos", codes * 2
        yield f"{part}_codes", "unsigned", codes.astype(np.uint8)
        yield f"{part}_codes", "packed", np.packbits(codes > 0, axis=1)
        yield f"{part}_codes", "sigmoid", 1 / (1 + np.exp(-2.0 * codes))
        yield f"{part}_codes", "NaN", np.where(codes > 0, np.nan, -1.0)
        yield f"{part}_codes", "too many bits", np.tile(codes, (1, 4097))
        yield f"{part}_codes", "positive", np.abs(codes) * 0.5
        yield f"{part}_labels", "text", labels.astype(str)
        yield f"{part}_labels", "complex", labels.astype(complex)
        yield f"{part}_labels", "objects", labels.astype(object)
        yield f"{part}_labels", "dates", labels.astype("M8[s]")
        yield f"{part}_labels", "negative", labels - 1
        yield f"{part}_labels", "fractions", labels + 0.5
        yield f"{part}_labels", "NaN", np.where(labels > 0, np.nan, 1.0)
        yield f"{part}_labels", "infinite", np.where(labels > 0, np.inf, 1.0)
        yield f"{part}_labels", "too large", labels.astype(np.uint64) + 2**63
        yield f"{part}_labels", "too large a float", labels + 2.0**54
        yield f"{part}_labels", "one too few", labels[1:]
        yield f"{part}_labels", "none", labels[:0]
        yield f"{part}_labels", "three axes", labels[:, None, None]
        yield f"{part}_labels", "a number", np.array(3)
        yield f"{part}_labels", "a column with two readings", (labels > 0).astype(int)[:, None]
        yield f"{part}_labels", "rows of other numbers", np.tile(labels[:, None], (1, 3)) + 2
        yield f"{part}_labels", "rows beside indices", np.eye(3)[labels]
        yield f"{part}_labels", "rows of fractions", np.eye(3)[labels] * 0.5
        yield f"{part}_labels", "rows without columns", np.zeros((n, 0))


def npy_header(text: str, data: bytes = b"") -> bytes:
    """An .npy file with a header of one's own."""
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode("latin-1") + data


HEADERS = ["{{{", "", "x", "{'descr': '<i1'}", "{'descr': '<i1', 'fortran_order': False, 'shape': (True, 16)}"]
HEADERS += [
    "{'descr': '<i1', 'fortran_order': False, 'shape': (-1, 16)}",
    "{'descr': 'x', 'fortran_order': False, 'shape': (1,)}",
]
HEADERS += ["{'descr': '<i1', 'fortran_order': False, 'shape': (99999999999, 99999)}", "(" * 200]
HEADERS += [
    "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<i1', 'fortran_order': 3, 'shape': 5}",
]


ZIP_FAULTS: dict[str, dict[str, int]] = {"encrypted": {"flags": 1}, "unknown method": {"method": 77}}
ZIP_FAULTS |= {"LZMA": {"method": 14}, "bzip2": {"method": 12}, "deflated": {"method": 8}, "version": {"version": 99}}


def zipped(
    members: dict[str, bytes],
    *,
    method: int = 0,
    flags: int = 0,
    version: int = 20,
    size: int | None = None,
    times: int = 1,
) -> bytes:
    """A zip file whose headers say what one wants.

    Args:
        members: by name.
        method, flags, version, size: as the headers say them.
        times: how often the directory lists each member.
    """
    local, central = b"", b""
    for name, data in members.items():
        sizes = (zlib.crc32(data), len(data), len(data) if size is None else size, len(name), 0)
        common = struct.pack("<HHHHHLLLHH", version, flags, method, 0, 0, *sizes)
        place = struct.pack("<HHHLL", 0, 0, 0, 0, len(local))
        central += (b"PK\x01\x02" + struct.pack("<H", version) + common + place + name.encode()) * times
        local += b"PK\x03\x04" + common + name.encode() + data
    count = len(members) * times
    return local + central + b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, count, count, len(central), len(local), 0)


def own_codes(place: Place) -> Iterator[Case]:
    """`python -m hashcenters.metrics` on .npz files, and its options."""
    good = code_arrays()
    yield GOOD, metrics(place.file("codes.npz", npz(**good)), "--top-k=5", "--ties=stable")
    for name, what, array in wrong_arrays():
        yield f"{name}: {what}", metrics(place.file("codes.npz", npz(**good | {name: array})))
    for name in good:
        rest = {key: value for key, value in good.items() if key != name}
        yield f"{name} missing", metrics(place.file("codes.npz", npz(**rest)))
    whole = npz(**good)
    for cut in (0, 1, 10, 30, 100, 200, len(whole) // 2, len(whole) - 30, len(whole) - 1):
        yield f"cut at {cut}", metrics(place.file("codes.npz", whole[:cut]))
    arrays = {f"{name}.npy": npy_file(array) for name, array in good.items()}
    for header in HEADERS:
        content = zipped(arrays | {"query_codes.npy": npy_header(header, bytes(9))})
        yield f"header {header[:50]}", metrics(place.file("codes.npz", content))
    for name, changes in ZIP_FAULTS.items():
        yield f"zip: {name}", metrics(place.file("codes.npz", zipped(arrays, **changes)))
    yield "zip: declared size", metrics(place.file("codes.npz", zipped(arrays, size=0xFFFFFFF0, times=400)))
    yield "one array", metrics(place.file("codes.npz", npy_file(good["query_codes"])))
    yield "pickle", metrics(place.file("codes.npz", pickle.dumps(good)))
    yield "text", metrics(place.file("codes.npz", "1 -1 1"))
    for path in ("/nonexistent.npz", "", "/dev/null", "/dev/zero", "x" * 300, "\udcff.npz"):
        yield f"path {path[:20]!r}", metrics(path)
    pipe = place.new("pipe.npz")
    os.mkfifo(pipe)
    yield "a pipe", metrics(pipe)
    file = place.file("codes.npz", whole)
    for value in ("0", "-1", "x", "", "1.5", "none", "9" * 5000, "nan"):
        yield f"--top-k={value[:10]}", metrics(file, f"--top-k={value}")
    for value in ("", "x", "EXPECTED", "stable,expected"):
        yield f"--ties={value}", metrics(file, f"--ties={value}")
    for given in ([], [file, file], [file, "--unknown"], [file, "--top-k"]):
        yield f"{len(given)} arguments", metrics(*given)
    for output in (file, file / "below", "", " ", "/dev/null", "/proc/none", "x" * 300):
        yield f"output {str(output)[-20:]!r}", unprinted(metrics(file, "--output", output))


def npy_file(array: np.ndarray) -> bytes:
    """An .npy file."""
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def code_folders(place: Place) -> Iterator[Case]:
    """The same on folders of four .npy files."""
    from hashcenters.metrics.code_files import AUTHORS_FILES

    good = {AUTHORS_FILES[name]: npy_file(array) for name, array in code_arrays().items()}

    def folder(**changes: bytes | None) -> Path:
        path = place.new("codes")
        path.mkdir()
        for name, content in (good | changes).items():
            if content is not None:
                (path / name).write_bytes(content)
        return path

    yield GOOD, metrics(folder())
    for name, what, array in wrong_arrays():
        yield f"{name}: {what}", metrics(folder(**{AUTHORS_FILES[name]: npy_file(array)}))
    for name, content in good.items():
        yield f"{name} missing", metrics(folder(**{name: None}))
        yield f"{name} is an npz", metrics(folder(**{name: npz(**code_arrays())}))
        yield f"{name} is pickled", metrics(folder(**{name: pickle.dumps([1])}))
        yield f"{name} cut", metrics(folder(**{name: content[:-1]}))
    for header in HEADERS:
        yield f"header {header[:50]}", metrics(folder(**{"test_hash.npy": npy_header(header, bytes(9))}))


def loaded(name: str, **given: Any) -> Callable[[], Any]:
    """A data set, loaded with options as a notebook gives them."""

    def run() -> None:
        from hashcenters.datasets.registry import load

        load(name, **given)

    return run


def pictures(folder: Path, names: list[str]) -> Path:
    """A folder with small pictures, each of its own colours."""
    from PIL import Image

    rng = np.random.default_rng(0)
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)).save(path)
    return folder


def folders(place: Place) -> Iterator[Case]:
    """Folders of own pictures, and the options of data sets."""
    own = pictures(place.new("pictures"), [f"{label}/{number}.png" for label in "ab" for number in range(5)])
    yield GOOD, loaded("image-folder", root=str(own), size=8, query=0.3, top_k=5, seed=3, crop=4)
    wrong = {
        "size": [0, -1, 5000, 1.5, "x", True, [8], 10**30],
        "query": [0, 1, -0.1, 2, "x", float("nan"), float("inf")],
        "validation": [0, 1, -1, "x", float("nan"), [0.1]],
        "top_k": [0, -1, 1.5, "x", True],
        "seed": [-1, 1.5, "x", 2**32, 10**30, True],
        "fit": ["x", 3, "CROP"],
        "crop": [0, -1, 99, "x"],
        "corrupt": ["x", True],
        "workers": [0, -1, "x"],
        "cache": [-1, 1, "x", float("nan")],
        "unknown": [1],
        "root": [3, ["a"], "/nonexistent", "/dev/null", "x" * 300],
    }
    for option, values in wrong.items():
        for value in values:
            yield f"{option}={value!r}"[:60], loaded("image-folder", **{"root": str(own), "size": 8, option: value})
    for name in ("", "none", "IMAGE-FOLDER", "x" * 5000, "csq-official"):
        yield f"data set {name[:20]!r}", loaded(name)
    yield "no root", loaded("image-folder")
    shapes = {"no class": "", "one class": "aaa", "two pictures": "aabb", "case": "aaaAAA"}
    for name, labels in shapes.items():
        files = [f"{label}/{number}.png" for number, label in enumerate(labels)]
        folder = place.new("pictures")
        folder.mkdir()
        yield name, loaded("image-folder", root=str(pictures(folder, files)), size=8)
    damaged = {"empty": b"", "text": b"hello", "cut": (own / "a/0.png").read_bytes()[:60], "zeros": bytes(500)}
    damaged |= {"a jpeg's head": b"\xff\xd8\xff\xe0", "a png's head": b"\x89PNG\r\n\x1a\n", "a gif's head": b"GIF89a"}
    damaged |= {
        "tiff": b"II*\x00\xff\xff\xff\xff",
        "bmp": b"BM" + b"\xff" * 60,
        "webp": b"RIFF\xff\xff\xff\x7fWEBPVP8 ",
    }
    for name, content in damaged.items():
        folder = pictures(place.new("pictures"), [f"{label}/{number}.png" for label in "ab" for number in range(4)])
        (folder / "a/9.png").write_bytes(content)
        yield f"picture: {name}", loaded("image-folder", root=str(folder), size=8)
    huge = b"\x89PNG\r\n\x1a\n" + struct.pack(">L4sLLBBBBB", 13, b"IHDR", 60_000, 60_000, 8, 2, 0, 0, 0)
    (folder / "a/9.png").write_bytes(huge + b"\0" * 4)
    yield "picture: a bomb", loaded("image-folder", root=str(folder), size=8)
    (folder / "a/9.png").unlink()
    (folder / "a/9.png").symlink_to("/nonexistent.png")
    yield "picture: a dead link", loaded("image-folder", root=str(folder), size=8)
    (folder / "a/9.png").unlink()
    os.mkfifo(folder / "a/9.png")
    yield "picture: a pipe", loaded("image-folder", root=str(folder), size=8)


def datasets(*arguments: str) -> Callable[[], Any]:
    """The command line of the data sets."""

    def run() -> Any:
        from hashcenters.datasets.__main__ import main

        return run_command(main)

    return command(run, *arguments)


def dataset_commands(place: Place) -> Iterator[Case]:
    """`python -m hashcenters.datasets`."""
    yield GOOD, datasets("info", "digits100")
    for words in (
        [],
        ["x"],
        ["info"],
        ["info", "none"],
        ["info", "a", "b"],
        ["download"],
        ["download", "none"],
        ["audit"],
    ):
        yield " ".join(words) or "nothing", datasets(*words)
    for words in (["audit", "none"], ["audit", "image-folder"], ["audit", "image-folder", "--root", "/nonexistent"]):
        yield " ".join(words), datasets(*words)
    for words in (["download", "image-folder"], ["audit", "coco", "--protocol", "x"], ["list", "x"]):
        yield " ".join(words), datasets(*words)
    for words in (["audit", "digits100", "--protocol", "x"], ["audit", "coco"], ["info", "x" * 5000], ["--unknown"]):
        yield " ".join(words)[:40], datasets(*words)


def lists(place: Place) -> Iterator[Case]:
    """List files of own pictures."""
    root = pictures(place.new("root"), [f"{number}.png" for number in range(12)])
    train = "".join(f"{number}.png {number % 2}\n" for number in range(8))
    query = "10.png 0\n11.png 1\n"

    def listed(train: str | bytes, query: str | bytes = query, /, **more: Any) -> Callable[[], Any]:
        for name, text in (("t.txt", train), ("q.txt", query)):
            (root / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return loaded("list-file", **{"root": str(root), "train": "t.txt", "query": "q.txt", "size": 8} | more)

    yield GOOD, listed(train)
    rows = ["8.png", "8.png x", "8.png -1", "8.png 1.5", "8.png 9223372036854775808", "8.png 1000000000", "8.png 99"]
    rows += [
        "8.png " + "9" * 5000,
        "8.png 1_0",
        "8.png ٣",
        "8.png 0 1",
        "8.png 0 0 1",
        "gone.png 0",
        "../8.png 0",
        "/8.png 0",
    ]
    rows += [
        "x" * 300 + ".png 0",
        "8.png 1\n8.png 0",
        "0.png 1",
        "10.png 0",
        "8.png\t",
        "\t0",
        "C:\\8.png 0",
        "8.png nan",
    ]
    rows += [
        "8.png 1e3",
        "8.png 0x1",
        "8.png true",
        "8\x00.png 0",
        "8.png 1,0",
        "8.png [0]",
        ". 0",
        ".. 0",
        "a/../8.png 0",
    ]
    for row in rows:
        yield f"row {row[:30]!r}", listed(f"{train}{row}\n")
    for number, text in enumerate(
        ["", "\n\n", "\xff", "x", "0.png 0", "0.png 0\n" * 2, b"\xff\xfe0", b"\x00", "0.png 5\n1.png 5\n"]
    ):
        yield f"list {number}", listed(text)
        yield f"query list {number}", listed(train, text)
    vectors = "".join(f"{number}.png {number % 2} 1\n" for number in range(8))
    for row in ("8.png 0 2", "8.png 0", "8.png 0 1 0", "8.png 0 -1", "8.png 0 x", "8.png 0 1.0", "8.png 00 1"):
        yield f"vector {row!r}", listed(f"{vectors}{row}\n", "10.png 0 1\n11.png 1 0\n")
    for option, values in {
        "num_classes": [0, -1, 1, 3, 10**9, 10**30, "x", 1.5],
        "top_k": [0, -1, "x"],
        "validation": [-1, 0.6, 1, "x", float("nan")],
        "train": ["gone.txt", ".", "", "/dev/null", 3, "x" * 300],
        "query": ["gone.txt", ".", "t.txt"],
        "database": ["gone.txt", "q.txt", "."],
        "classes": ["gone.txt", "t.txt", "."],
        "validation_list": ["gone.txt", "t.txt", "q.txt"],
        "root": ["/nonexistent", str(root / "0.png"), 3],
        "strip": [3, ["a"]],
        "seed": [-1, 2**32],
    }.items():
        for value in values:
            yield f"{option}={value!r}"[:60], listed(train, query, **{option: value})


def called(function: Callable[..., Any], *arguments: Any, **given: Any) -> Callable[[], Any]:
    """A function that a command or a notebook calls with what it was given; what it returns is let go."""

    def run() -> None:
        function(*arguments, **given)

    return run


def annotations(place: Place) -> Iterator[Case]:
    """MS COCO's annotations."""
    from shelf.papers.coco import read_annotations

    good = {
        "images": [{"id": 1, "file_name": "a.jpg"}],
        "categories": [{"id": 1, "name": "x"}],
        "annotations": [{"image_id": 1, "category_id": 1}],
    }
    file = place.file("instances_train2014.json", json.dumps(good))
    yield GOOD, called(read_annotations, [file])
    values = [
        None,
        3,
        "x",
        {},
        [None],
        [3],
        ["x"],
        [[]],
        [{}],
        [{"id": [1]}],
        [{"id": None}],
        [{"id": "x"}],
        [{"id": 1}],
    ]
    for table in good:
        rest = {name: entries for name, entries in good.items() if name != table}
        for content in [rest, *({**good, table: value} for value in values)]:
            file = place.file("instances_train2014.json", json.dumps(content))
            yield f"{table}: {json.dumps(content.get(table))}", called(read_annotations, [file])
    for entry in (
        {"image_id": 2, "category_id": 1},
        {"image_id": [1], "category_id": 1},
        {"image_id": 1, "category_id": "x"},
    ):
        file = place.file("instances_train2014.json", json.dumps({**good, "annotations": [entry]}))
        yield json.dumps(entry), called(read_annotations, [file])
    for text in ("", "[", "3", "null", "[]", "[" * 100_000):
        yield f"text {text[:10]}", called(read_annotations, [place.file("instances_train2014.json", text)])


def weights(place: Place) -> Iterator[Case]:
    """Files of initial weights."""
    import torch
    from safetensors.torch import save

    from hashcenters.models.factory import make_network

    def fitted(content: bytes, suffix: str) -> Callable[[], Any]:
        path = place.file(f"weights{suffix}", content)
        return called(make_network, "resnet-narrow", 8, in_channels=1, weights=str(path))

    def stored(value: Any) -> bytes:
        stream = io.BytesIO()
        torch.save(value, stream)
        return stream.getvalue()

    network = make_network("resnet-narrow", 8, in_channels=1)
    good = {name: value.contiguous() for name, value in network.backbone.layers.state_dict().items()}
    yield GOOD, fitted(save(good), ".safetensors")
    first = next(iter(good))
    tensors = {
        "none": {},
        "other names": {"x": torch.zeros(2)},
        "one missing": dict(list(good.items())[1:]),
        "one too many": good | {"x": torch.zeros(2)},
        "another shape": good | {first: torch.zeros(2)},
        "no axis": good | {first: torch.tensor(1.0)},
        "empty": good | {first: torch.zeros(0)},
    }
    for name, content in tensors.items():
        yield f"safetensors: {name}", fitted(save(content), ".safetensors")
        yield f"torch: {name}", fitted(stored(content), ".pt")
    objects = {
        "a number": 3,
        "None": None,
        "a list": [torch.zeros(2)],
        "a tensor": torch.zeros(2),
        "int keys": {1: torch.zeros(2)},
        "texts": {"a": "x"},
        "nested": {"state_dict": {"a": {"b": torch.zeros(2)}}},
        "state_dict of a list": {"state_dict": [1]},
        "sparse": good | {first: good[first].to_sparse()},
        "mixed keys": good | {3: torch.zeros(2)},
        "None inside": good | {first: None},
    }
    for name, content in objects.items():
        yield f"torch: {name}", fitted(stored(content), ".pt")
    for suffix, whole in ((".safetensors", save(good)), (".pt", stored(good))):
        for cut in (0, 1, 7, 8, 100, len(whole) // 2, len(whole) - 1):
            yield f"{suffix} cut at {cut}", fitted(whole[:cut], suffix)
        yield f"{suffix}: text", fitted(b"hello", suffix)
        yield f"{suffix}: zeros", fitted(bytes(1000), suffix)
    for length, text in (
        (1 << 60, b"{}"),
        (5, b"{"),
        (2, b"[]"),
        (200, b'{"a":{"dtype":"F32","shape":[99999999999],"data_offsets":[0,4]}}'),
    ):
        yield f"safetensors: header {text[:10]!r}", fitted(struct.pack("<Q", length) + text, ".safetensors")
    yield "pickle", fitted(pickle.dumps({"a": 1}), ".pt")
    yield "pickle that runs code", fitted(pickle.dumps(Hostile()), ".pt")
    yield "zip", fitted(zipped({"a/data.pkl": pickle.dumps(Hostile())}), ".pt")
    for path in ("/nonexistent", "/dev/null", "/tmp", "x" * 300):
        yield f"path {path[:20]}", called(make_network, "resnet-narrow", 8, in_channels=1, weights=path)
    for backbone in ("", "none", "ResNet50"):
        yield f"backbone {backbone!r}", called(make_network, backbone, 8, in_channels=1)


class Hostile:
    """What runs code where it is unpickled."""

    def __reduce__(self) -> Any:
        return os.abort, ()


def archives(place: Place) -> Iterator[Case]:
    """Archives that are unpacked."""
    import bz2
    import gzip
    import lzma

    from shelf.papers.downloads import unpack

    def packed(content: bytes, suffix: str) -> Callable[[], Any]:
        path = place.file(f"archive{suffix}", content)
        return called(unpack, path, path.with_name("data"))

    def tarred(*members: tuple[str, Any], mode: str = "w") -> bytes:
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode=mode) as archive:
            for name, kind in members:
                item = tarfile.TarInfo(name)
                item.type, item.linkname, item.size = kind, "/etc/passwd", 4 if kind == tarfile.REGTYPE else 0
                archive.addfile(item, io.BytesIO(b"text") if kind == tarfile.REGTYPE else None)
        return stream.getvalue()

    def sound() -> None:
        path = place.file("archive.zip", zipped({"data": b"text"}))
        unpack(path, path.with_name("data"))
        assert path.with_name("data").read_text() == "text"
        shutil.rmtree(path.parent)

    yield GOOD, sound
    names = ["../data", "/data", "data/../../x", "C:\\data", "..", "a/../../b", "\\\\host\\data"]
    for name in names:
        yield f"zip: {name}", packed(zipped({name: b"text"}), ".zip")
        yield f"tar: {name}", packed(tarred((name, tarfile.REGTYPE)), ".tar")
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE):
        yield f"tar: kind {kind!r}", packed(tarred(("data", kind)), ".tar")
    yield "zip: another member", packed(zipped({"other": b"text"}), ".zip")
    yield "tar: another member", packed(tarred(("other", tarfile.REGTYPE)), ".tar")
    for name, changes in ZIP_FAULTS.items():
        yield f"zip: {name}", packed(zipped({"data": b"text"}, **changes), ".zip")
    yield "zip: declared size", packed(zipped({"data": b"text"}, size=0xFFFFFFF0, times=5000), ".zip")
    large = tarfile.TarInfo("data")
    large.size = 1 << 60
    yield "tar: declared size", packed(large.tobuf(tarfile.GNU_FORMAT) + bytes(1024), ".tar")
    content = tarred(("data", tarfile.REGTYPE))
    whole = {".zip": zipped({"data": bytes(range(250))}), ".tar": content[:1024], ".gz": gzip.compress(os.urandom(500))}
    whole |= {".tar.gz": gzip.compress(content), ".tar.bz2": bz2.compress(content), ".tar.xz": lzma.compress(content)}
    for suffix, content in whole.items():
        for cut in (0, 3, 20, len(content) // 2):
            yield f"{suffix} cut at {cut}", packed(content[:cut], suffix)
        yield f"{suffix}: text", packed(b"hello, this is no archive", suffix)
        yield f"{suffix}: damaged", packed(b"\xff" * 20 + content[20:-9] + bytes(8), suffix)
    yield "gz: wrong checksum", packed(whole[".gz"][:-8] + bytes(8), ".gz")


CLAIM = {
    "id": "csq-lq-binarises",
    "verdict": "trend",
    "observed": "1",
    "expected": "1",
    "evidence": "e",
    "tolerance": None,
    "data": "d",
    "substitute": True,
    "compare": {},
    "anchor": "claim-x",
    "notebook": "01_a",
    "order": 1,
}
TABLE = {
    "kind": "table",
    "notebook": "01_a",
    "files": {suffix: f"tables/01-x.{suffix}" for suffix in ("csv", "md", "tex")},
    "caption": "C.",
    "order": 1,
    "source": None,
    "substitute": None,
    "protocol": {},
}
FIGURE = {
    "kind": "figure",
    "notebook": "01_a",
    "files": {suffix: f"figures/01-x.{suffix}" for suffix in ("csv", "svg", "png", "pdf")},
    "caption": "C.",
    "order": 2,
    "source": None,
    "substitute": None,
    "alt": "a",
    "width": 3,
    "height": 3,
}
JSON_VALUES = [None, 3, "x", [], True, {"a": {}}]


def edits(entry: dict[str, Any], optional: set[str], free: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """An entry with a field left out, added or of another type, each with a name.

    Args:
        entry: a good one.
        optional: fields that may be missing.
        free: `field=JSON` of changes that are no fault.
    """
    for field in entry:
        if field not in optional:
            yield f"without {field}", {name: value for name, value in entry.items() if name != field}
        for value in JSON_VALUES:
            if type(value) is not type(entry[field]) and f"{field}={json.dumps(value)}" not in free:
                yield f"{field}={json.dumps(value)}", {**entry, field: value}
    yield "another field", {**entry, "x": 1}


def records(place: Place) -> Iterator[Case]:
    """claims.json and exhibits.json of the results, edited by hand, when a report or a notebook reads them."""
    from workbook.report.site import build
    from workbook.results import open_results, read_claims, read_exhibits

    folder = place.results / "smoke"
    (folder / "runs").mkdir(parents=True)
    (folder / "runs/record.lock").touch()

    def recorded(file: str, content: Any, reader: Callable[..., Any], *given: Any, **more: Any) -> Callable[[], Any]:
        for name in ("claims.json", "exhibits.json"):
            (folder / name).unlink(missing_ok=True)
        (folder / file).write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return called(reader, *given, **more)

    optional = {"source", "substitute"}
    yield GOOD, recorded("claims.json", {"k": CLAIM}, read_claims, "smoke")
    yield GOOD, recorded("exhibits.json", {"k": TABLE, "l": FIGURE}, read_exhibits, "smoke")
    for name, entry in edits(CLAIM, set(), {'tolerance="x"'}):
        yield f"claim {name}", recorded("claims.json", {"k": entry}, read_claims, "smoke")
    for name, entry in edits(TABLE, optional, {'source="x"', 'substitute="x"'}):
        yield f"table {name}", recorded("exhibits.json", {"k": entry}, read_exhibits, "smoke")
    for name, entry in edits(FIGURE, optional, {'source="x"', 'substitute="x"'}):
        yield f"figure {name}", recorded("exhibits.json", {"k": entry}, read_exhibits, "smoke")
    for path in (
        "../../x",
        "/etc/passwd",
        "tables/../../x",
        "tables/x",
        "tables//01-x.csv",
        "01-x.csv",
        "tables/01-x.csv\n",
    ):
        entry = {**TABLE, "files": {**TABLE["files"], "csv": path}}
        yield f"file {path!r}", recorded("exhibits.json", {"k": entry}, open_results, "01_a", profile="smoke")
        yield f"file {path!r} in a report", recorded("exhibits.json", {"k": entry}, build, "smoke")
    for name, entry in (
        *(("width", {**FIGURE, "width": value}) for value in (0, -3, 10**12)),
        *(("height", {**FIGURE, "height": value}) for value in (0, -3, 10**12)),
        *(("order", {**FIGURE, "order": value}) for value in (0, -1)),
        *(("caption", {**TABLE, "caption": value}) for value in ("", " ", "a\nb", "\ud800")),
        ("another suffix", {**TABLE, "files": {**TABLE["files"], "exe": "tables/01-x.md"}}),
        ("a file too many", {**TABLE, "files": {**TABLE["files"], "png": "tables/01-x.png"}}),
        ("swapped files", {**TABLE, "files": {**TABLE["files"], "csv": "tables/01-x.md"}}),
    ):
        yield f"{name} {entry.get(name, '')!r}", recorded("exhibits.json", {"k": entry}, build, "smoke")
    for value in (float("nan"), float("inf"), -float("inf"), 10**400):
        entry = {**CLAIM, "compare": {"csq-table1/mAP/HMDB51": value}}
        yield f"compare {str(value)[:9]}", recorded("claims.json", {"k": entry}, build, "smoke")
    for name in ("observed", "expected", "evidence", "data"):
        for value in ("", " ", "a\nb", "\ud800"):
            yield f"{name} {value!r}", recorded("claims.json", {"k": {**CLAIM, name: value}}, read_claims, "smoke")
    for verdict in ("", "x", "not-judged", "Trend"):
        yield f"verdict {verdict!r}", recorded("claims.json", {"k": {**CLAIM, "verdict": verdict}}, build, "smoke")
    for content in (
        3,
        None,
        "x",
        [],
        [{}],
        {"k": 3},
        {"k": []},
        {"k": None},
        b"",
        b"{",
        b"\xff",
        b"[" * 100_000,
        b"NaN",
    ):
        for file, reader in (("claims.json", read_claims), ("exhibits.json", read_exhibits)):
            yield f"{file} {str(content)[:20]}", recorded(file, content, reader, "smoke")
    for name, profile in (
        ("", "smoke"),
        ("x", "smoke"),
        ("../01_a", "smoke"),
        ("01_a", "../x"),
        ("01_a", ""),
        ("01_a", "/x"),
    ):
        yield f"results of {name!r} in {profile!r}", called(open_results, name, profile=profile)


BY = {"commit": "a", "changed_since_commit": False}
FINISHED = {"seconds": 1.0, "finished": "", "cells": 1, "parameters": {}, "seeds": {}, "error": None, "trainings": {}}
MANIFEST = {"profile": "embedded", "python": "3", "platform": "p", "device": "d", "packages": {}, "artefacts": {}}
MANIFEST |= {"notebooks": {"01_a": FINISHED | BY}} | BY


def manifests(place: Place) -> Iterator[Case]:
    """The manifest, edited by hand, when a report reads it."""
    from workbook.report.site import build

    workbook_of(place, {}, {"embedded": PROFILE})
    folder = place.results / "embedded"
    (folder / "runs").mkdir(parents=True)
    (folder / "runs/record.lock").touch()

    def written(content: Any) -> Callable[[], Any]:
        text = content if isinstance(content, bytes) else json.dumps(content).encode()
        (folder / "manifest.json").write_bytes(text)
        return called(build, "embedded")

    def sound() -> None:
        build("embedded")
        shutil.rmtree(folder / "html")
        for name in ("index.html", "README.md"):
            (folder / name).unlink(missing_ok=True)

    written(MANIFEST)
    yield GOOD, sound
    free = {"commit=null", "changed_since_commit=null", "changed_since_commit=true", 'error="x"', "seconds=3"}
    empty = {f"{name}={{}}" for name in ("packages", "artefacts", "notebooks", "parameters", "seeds", "trainings")}
    wrong = dict(edits(MANIFEST, set(), free | empty))
    for name, given in edits(MANIFEST["notebooks"]["01_a"], set(), free | empty):
        wrong[f"entry {name}"] = {**MANIFEST, "notebooks": {"01_a": given}}
    for field, value in (("seconds", -1.0), ("seconds", float("nan")), ("cells", -1), ("trainings", {"count": 1})):
        changed = MANIFEST["notebooks"]["01_a"] | {field: value}
        wrong[f"entry {field} {value}"] = {**MANIFEST, "notebooks": {"01_a": changed}}
    for number, content in enumerate(({}, [], None, 3, b"", b"{", b"\xff", b"NaN", {"notebooks": {}})):
        wrong[f"content {number}"] = content
    for name, content in wrong.items():
        yield name, written(content)


def notes(place: Place) -> Iterator[Case]:
    """Records of freshness, manifest and executed notebooks: one that is damaged counts as not there."""
    workbook_of(place, {"01_a": notebook()}, {"embedded": PROFILE})
    folder = place.results / "embedded"
    files = {
        "fresh/01_a.json": {"state": "done", "inputs": {}, "outputs": {}},
        "manifest.json": MANIFEST,
    }
    contents: list[Any] = [
        *JSON_VALUES,
        b"",
        b"{",
        b"\xff",
        b"[" * 100_000,
        {"state": "done"},
        {"state": 3},
        {"state": ["done"]},
    ]
    contents += [
        {"state": "done", "inputs": value, "outputs": {}} for value in (None, 3, [], "x", {"cells": 3}, {"data": []})
    ]
    contents += [
        {"state": "done", "inputs": {}, "outputs": value} for value in (None, 3, [], "x", {"a": 3}, {"a": None})
    ]
    contents += [{"notebooks": value} for value in (None, 3, [], {"01_a": 3}, {"01_a": {}}, {"01_a": {"seconds": "x"}})]
    contents += [
        {"notebooks": {"01_a": {"seconds": 1.0, "trainings": value}}} for value in (3, [], {"count": 1}, {"x": 1}, None)
    ]
    for name in files:
        yield GOOD, run_all("--list")
        for content in contents:
            for file, good in files.items():
                path = folder / file
                path.parent.mkdir(parents=True, exist_ok=True)
                given = content if file == name else good
                path.write_bytes(given if isinstance(given, bytes) else json.dumps(given).encode())
            yield f"{name}: {str(content)[:50]}", run_all("--list")


def trainings(place: Place) -> Iterator[Case]:
    """`python -m hashcenters.training`, and the configurations of finished trainings, edited by hand."""
    import torch

    from hashcenters.training.checkpoint import save_tensors
    from hashcenters.training.config import Recipe, TrainingConfig

    def training(*arguments: str | Path) -> Callable[[], Any]:
        def run() -> Any:
            from hashcenters.training.__main__ import main

            return run_command(main)

        return command(run, *arguments)

    centers = tuple(map(tuple, np.random.default_rng(0).choice([-1, 1], (3, 8)).tolist()))
    config = TrainingConfig("image-folder", "resnet-narrow", "csq", 8, "central", Recipe(), 0, centers, {"root": "/x"})
    note = {"config": json.loads(json.dumps(asdict(config))), "history": [{"epoch": 1, "loss": 0.5}], "seconds": 1.0}
    folder = place.results / "smoke/runs/abc"
    folder.mkdir(parents=True)
    images = pictures(place.new("images"), ["a.png"])
    encode = ("encode", "abc", images, "--output", place.folder / "out.npz", "--profile", "smoke")

    def stored(content: Any) -> None:
        (folder / "config.json").write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())

    stored(note)
    yield GOOD, training("list", "--profile", "smoke")
    wrong: dict[str, Any] = dict(edits(note, set(), {"seconds=3"}))
    optional = {"centers", "dataset_options", "objective_options", "weights", "backbone_from", "trainable", "device"}
    free = {"centers=null", 'dataset_options={"a": {}}', 'objective_options={"a": {}}'}
    for name, given in edits(note["config"], optional, free):
        wrong[f"config.{name}"] = {**note, "config": given}
    whole = {f"{field}=3" for field in ("clip", "lr", "head_factor", "momentum", "weight_decay", "lr_decay")}
    for name, given in edits(note["config"]["recipe"], set(note["config"]["recipe"]), whole):
        wrong[f"recipe.{name}"] = {**note, "config": {**note["config"], "recipe": given}}
    for value in ([[1, 1]], [[0] * 8] * 3, [[2] * 8], [[1] * 8, [1] * 7], [[1.5] * 8], [["x"] * 8], [[]]):
        wrong[f"centers {value}"] = {**note, "config": {**note["config"], "centers": value}}
    for bits in (0, -1, 65_536, 10**30):
        wrong[f"bits {bits}"] = {**note, "config": {**note["config"], "bits": bits}}
    for number, content in enumerate([3, None, "x", [], b"", b"{", b"\xff", b"[" * 100_000, b"NaN"]):
        wrong[f"content {number}"] = content
    sealed = {**note, "sha256": hashlib.sha256(json.dumps(note, sort_keys=True).encode()).hexdigest()}
    for name, more in (("seconds", {"seconds": 2.0}), ("history", {"history": []}), ("sum", {"sha256": "x"})):
        wrong[f"sealed, {name}"] = sealed | more
    for name, value in (("seed", 1), ("bits", 7), ("dataset_options", {"root": "/y"}), ("centers", [[1] * 8] * 3)):
        wrong[f"sealed, {name}"] = sealed | {"config": note["config"] | {name: value}}
    stored(sealed)
    yield GOOD, training("list", "--profile", "smoke")
    for name, content in wrong.items():
        stored(content)
        yield f"list: {name}"[:60], training("list", "--profile", "smoke")
        if not name.startswith("recipe"):
            yield f"encode: {name}"[:60], training(*encode)
    stored(note)
    for words in ([], ["encode"], ["encode", "abc"], ["none"], ["list", "x"], ["--unknown"]):
        yield f"words {' '.join(words)}", training(*words)
    for output in ("", "x", "/proc/none.npz", "/dev/null", place.file("file", "") / "codes.npz"):
        given = ("encode", "abc", images, "--output", output, "--profile", "smoke")
        yield f"output {str(output)[-20:]}", training(*given)
    for key in ("", "none", "../abc", "x" * 5000, "/", "abc/", ".", "a\nb", "\udcff"):
        yield (
            f"key {key[:20]!r}",
            training("encode", key, images, "--output", place.folder / "out.npz", "--profile", "smoke"),
        )
    for profile in ("", "../smoke", "/", "x" * 5000, "a b"):
        yield f"profile {profile[:20]!r}", training("list", "--profile", profile)
    yield "no state", training(*encode)
    for content in (b"", b"x", bytes(500)):
        (folder / "state.safetensors").write_bytes(content)
        yield f"state {content[:3]!r}", training(*encode)
    save_tensors(folder / "state.safetensors", {"network.x": torch.zeros(2)}, None)
    yield "another state", training(*encode)
    for words in (
        [],
        ["x"],
        ["list", "x"],
        ["encode"],
        ["encode", "abc"],
        ["encode", "abc", str(images)],
        ["--unknown"],
    ):
        yield " ".join(words)[:40] or "nothing", training(*words)
    for output in ("x.npy", "x", ""):
        yield f"output {output!r}", training("encode", "abc", images, "--output", output)


def indices(place: Place) -> Iterator[Case]:
    """Saved indices of codes."""
    from hashcenters.retrieval import build_index, load_index, save_index, sidecar

    codes = np.random.default_rng(0).choice([-1, 1], (100, 16)).astype(np.int8)
    for kind in ("flat", "inverted"):
        good = place.new("good.index")
        save_index(build_index(codes, kind=kind), good)
        said = json.loads(sidecar(good).read_text())
        whole = good.read_bytes()

        def stored(content: bytes, note: Any) -> Callable[[], Any]:
            path = place.file("codes.index", content)
            sidecar(path).write_bytes(note if isinstance(note, bytes) else json.dumps(note).encode())
            return called(load_index, path)

        yield GOOD, stored(whole, said)
        for name, entry in edits(said, set(), set()):
            yield f"{kind}: {name}", stored(whole, entry)
        for bits in (0, -1, 17, 10**30, True):
            yield f"{kind}: bits {bits}", stored(whole, said | {"bits": bits})
        for count in (0, 99, 101, -1):
            yield f"{kind}: count {count}", stored(whole, said | {"count": count})
        for cut in (0, 4, 10, len(whole) // 2, len(whole) - 1):
            yield f"{kind}: cut at {cut}", stored(whole[:cut], said)
            summed = said | {"sha256": hashlib.sha256(whole[:cut]).hexdigest()}
            yield f"{kind}: cut at {cut}, with its sum", stored(whole[:cut], summed)
        for note in (3, None, [], b"", b"{", b"\xff"):
            yield f"{kind}: sidecar {note}", stored(whole, note)
    yield "missing", called(load_index, Path("/nonexistent"))


def lab(place: Place) -> Iterator[Case]:
    """Options of JupyterLab."""
    from workbook.lab import lab_command

    workbook_of(place, {"00_start_here": notebook()}, {})
    yield GOOD, called(lab_command, ["--no-browser", "--port=8899"])
    for name in (
        "ip",
        "ServerApp.ip",
        "LabApp.ip",
        "NotebookApp.ip",
        "ServerApp.sock",
        "config",
        "ServerApp.token",
        "certfile",
    ):
        for option in (f"--{name}=0.0.0.0", f"--{name}", f"-{name}=::"):
            yield option, called(lab_command, [option, "x"])


GROUPS: dict[str, Callable[[Place], Iterator[Case]]] = {
    "options of run_all.py and variables": options,
    "values of --set": settings,
    "profiles": profiles,
    "source notebooks": notebooks,
    "own codes, .npz files and options": own_codes,
    "own codes, folders of .npy files": code_folders,
    "own pictures and options of data sets": folders,
    "commands of data sets": dataset_commands,
    "list files": lists,
    "annotations of MS COCO": annotations,
    "initial weights": weights,
    "archives": archives,
    "claims.json and exhibits.json": records,
    "manifest": manifests,
    "freshness and manifest": notes,
    "finished trainings": trainings,
    "saved indices": indices,
    "options of JupyterLab": lab,
}
ANSWERED = {"freshness and manifest"}  # what is damaged counts as not there, and its notebook runs again


def outcomes(group: str, folder: Path) -> dict[str, str]:
    """What comes of every input of a group, by its number and name."""
    before = dict(os.environ)
    try:
        place = Place(folder)
        cases = enumerate(GROUPS[group](place))
        return {f"{number} {name}": tried(case, place) for number, (name, case) in cases}
    finally:
        os.environ.clear()
        os.environ.update(before)


def good(name: str) -> bool:
    """Whether an input is none of the wrong ones."""
    return name.endswith(f" {GOOD}")


def faults(group: str, found: dict[str, str]) -> list[str]:
    """The inputs of a group that did not end as they must."""
    right = {"refused", "answered"} if group in ANSWERED else {"refused"}
    wrong = {name: outcome for name, outcome in found.items() if outcome not in ({"answered"} if good(name) else right)}
    return [f"{name}: {outcome}" for name, outcome in wrong.items()]


def main() -> int:
    """Try all inputs, print a line a group and every fault; exit code 1 where there is one."""
    columns = ("tried", "refused", "answered", "faults")
    print(f"{'wrong inputs of':<40}{''.join(f'{column:>10}' for column in columns)}")
    total: Counter[str] = Counter()
    wrong = []
    for group in GROUPS:
        with tempfile.TemporaryDirectory() as folder:
            found = outcomes(group, Path(folder))
        own = faults(group, found)
        wrong += [f"{group}, {fault}" for fault in own]
        counted = Counter(outcome for name, outcome in found.items() if not good(name))
        row = {"tried": counted.total(), **{name: counted[name] for name in columns[1:3]}, "faults": len(own)}
        total.update(row)
        print(f"{group:<40}{''.join(f'{row[column]:>10}' for column in columns)}", flush=True)
    print(f"{'all':<40}{''.join(f'{total[column]:>10}' for column in columns)}")
    print(*wrong, sep="\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
