"""The one dialect: which scalars are numbers, what is refused, and that nothing else reads YAML."""

from pathlib import Path
from typing import Any

import pytest

from basics.errors import InputError
from basics.paths import project_root
from basics.yaml import parse_yaml, read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-5", 1e-5),
        ("1e-2", 1e-2),
        ("-2E+3", -2000.0),
        ("1.5", 1.5),
        (".5", 0.5),
        ("5.", 5.0),
        (".5e-1", 0.05),
        ("-.inf", float("-inf")),
        ("16", 16),
        ("-16", -16),
        ("010", 10),
        ("0x1f", 31),
        ("0o17", 15),
        ("1_000", "1_000"),
        ("16:9", "16:9"),
        ("0b1", "0b1"),
        ("1e", "1e"),
        (".", "."),
        ("-", [None]),
        ("on", "on"),
        ("no", "no"),
        ("y", "y"),
        ("True", True),
        ("false", False),
        ("2020-01-01", "2020-01-01"),
        ("null", None),
        ("~", None),
        ("", None),
        ("'1e5'", "1e5"),
        ("# a rule\n[1, x]  # another", [1, "x"]),
        ("{a: &x [1], b: *x, c: *x}", {"a": [1], "b": [1], "c": [1]}),
        ("{<<: 1}", {"<<": 1}),
    ],
)
def test_values(text: str, value: Any) -> None:
    found = parse_yaml(text, where="here")
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1", "here is not YAML: .* in line 1"),
        ("a: 1\na: 2", "here is not YAML: 'a' is given twice"),
        ("{1: a, 01: b}", "1 is given twice"),
        ("&x [*x]", r"the alias \*x lies inside a part that has an anchor"),
        ("[&a [1], &b [*a, *a]]", r"the alias \*a lies inside"),
        ("*x", "undefined alias"),
        ("!!python/object/apply:os.getcwd []", "values have no tags, got tag:yaml.org,2002:python"),
        ("a: !!int ", "values have no tags"),
        ("a: !!timestamp x", "values have no tags"),
        (f"[&a [{'1, ' * 1000}], {'*a, ' * 1000}]", "at most 200,000 parts, aliases written out"),
        ("[" * 50_000, "here is not YAML: lists and mappings lie at most 50 deep in each other"),
        ("? {a: 1}\n: 2", "a key must be one value, got {'a': 1}"),
        ("a: 1\n---\nb: 2", "another document in line 2"),
        ("a: \x00", "here is not YAML"),
    ],
)
def test_refuses(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_yaml(text, where="here")


def test_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("[1")
    (tmp_path / "b.yaml").write_bytes(b"\xff")
    with pytest.raises(InputError, match=r"a\.yaml is not YAML"):
        read_yaml(tmp_path / "a.yaml")
    for name in ("b.yaml", "c.yaml"):
        with pytest.raises(InputError, match=f"cannot read .*{name}"):
            read_yaml(tmp_path / name)


def test_no_other_module_reads_yaml() -> None:
    library = project_root() / "lib"
    readers = {
        path.relative_to(library).as_posix()
        for path in library.rglob("*.py")
        if any(line in path.read_text() for line in ("import yaml\n", "safe_load", "yaml.load"))
    }
    assert readers == {"basics/yaml.py", "basics/source.py"}  # the second for digests only
