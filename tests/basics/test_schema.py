"""Values from outside: which types they are taken for, and what the message says of the others."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest

from basics.errors import InputError
from basics.schema import Struct, convert, entries


class Need(Struct):
    any: tuple[str, ...]
    get: str = ""


class Entry(Struct):
    name: str
    kind: Literal["a", "b"] = "a"
    share: float = 0.5
    count: int | None = None
    needs: tuple[Need, ...] = ()
    rest: Mapping[str, int] = {}


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (1, float, 1.0),
        (1, int | float, 1),
        (None, int | None, None),
        ([1, 0.5], list[float], [1.0, 0.5]),
        ("x", str, "x"),
        ("~", Path | None, Path.home()),
        (Path("x"), Path | None, Path("x")),
        ({"name": "x", "share": 1}, Entry, Entry(name="x", share=1.0)),
        ({"name": "x", "needs": [{"any": ["."]}]}, Entry, Entry(name="x", needs=(Need(any=(".",)),))),
    ],
)
def test_takes_values_of_a_type(value: Any, kind: Any, expected: Any) -> None:
    found = convert(value, kind, where="here")
    assert found == expected
    assert repr(found) == repr(expected)  # 1.0 and not 1


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        ("1", int, "here must be int, got '1'"),
        (1.0, int, "here must be int, got 1.0"),
        (True, int, "here must be int, got True"),
        (True, float, "here must be float, got True"),
        (0, bool, "here must be bool, got 0"),
        ("all", int | None, "here must be int | None, got 'all'"),
        ("x", list[int], "here must be list, got 'x'"),
        ([1, "x"], list[int], "here, [1] must be int, got 'x'"),
        (3, Path, "here must be Path, got 3"),
        (3, Path | None, "here must be Path, got 3"),
        ({}, Entry, "here lacks 'name'"),
        ({"name": "x", "z": 1}, Entry, "here has no 'z'; there are name, kind, share, count, needs, rest"),
        ({"name": "x", "kind": "c"}, Entry, "here, kind: Invalid enum value 'c'"),
        ({"name": "x", "needs": ["y"]}, Entry, "here, needs[0] must be mapping, got 'y'"),
        ({"name": "x", "needs": [{"get": "y"}]}, Entry, "here, needs[0] lacks 'any'"),
        ({"name": "x", "needs": [{"any": [], "z": 1}]}, Entry, "here, needs[0] has no 'z'"),
        ({"name": "x", "needs": [{"any": [3]}]}, Entry, "here, needs[0].any[0] must be str, got 3"),
        ({"name": "x", "rest": {"u": "v"}}, Entry, "here, rest[...] must be int, got str"),
        ({"name": "x", "rest": {3: 1}}, Entry, "here, a key of rest must be str, got int"),
        ("x" * 200, int, f"here must be int, got '{'x' * 37}...{'x' * 38}'"),
        ([[1] * 999] * 999, int, f"here must be int, got [[{'1, ' * 20}...], [1, 1, 1, 1,…"),
    ],
)
def test_one_line_says_where_what_and_what_came(value: Any, kind: Any, message: str) -> None:
    with pytest.raises(InputError) as raised:
        convert(value, kind, where="here")
    assert str(raised.value) == message


def test_entries_know_their_names() -> None:
    found = entries({"x": {"share": 0.1}, "y": {}}, Entry, where="catalogue")
    assert found == {"x": Entry(name="x", share=0.1), "y": Entry(name="y")}
    with pytest.raises(InputError, match="catalogue, y, share must be float, got 'much'"):
        entries({"x": {}, "y": {"share": "much"}}, Entry, where="catalogue")
    with pytest.raises(InputError, match="catalogue must be mapping, got 3"):
        entries(3, Entry, where="catalogue")
    with pytest.raises(AttributeError):
        found["x"].share = 0.2
