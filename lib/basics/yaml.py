"""YAML as people mean it, the one dialect of every file and option of the project.

Scalars are those of YAML 1.2: `1e-5` is a number, `on`, `no` and `2020-01-01` are text, `010` is ten and `1_000` is
text. A key comes once in a mapping. An alias repeats a part that holds no alias itself, so that no short text grows
into a large value.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from basics.errors import InputError
from basics.files import read_text

_SCALARS = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
)


class _PlainLoader(yaml.SafeLoader):
    """A safe loader with the scalars of YAML 1.2, without doubled keys and without nested aliases."""

    yaml_implicit_resolvers: dict = {}  # noqa: RUF012 (PyYAML fills it by `add_implicit_resolver`)
    anchored = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent):
            if self.anchored:
                raise yaml.YAMLError(f"the alias *{event.anchor} lies inside a part that has an anchor")
            return super().compose_node(parent, index)
        self.anchored += event.anchor is not None
        node = super().compose_node(parent, index)
        self.anchored -= event.anchor is not None
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"{key!r} is given twice")
        return super().construct_mapping(node, deep=deep)

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        text = self.construct_scalar(node)
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


for _kind, _pattern, _first in _SCALARS:
    _PlainLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(f"({_pattern})$"), _first)
_PlainLoader.add_constructor("tag:yaml.org,2002:int", _PlainLoader.construct_yaml_int)


def parse_yaml(text: str, *, where: str) -> Any:
    """The value that a YAML text stands for.

    Args:
        text: one document.
        where: it comes from, for messages.

    Raises:
        InputError: the text is not YAML, gives a key twice, or has an alias inside a part that has an anchor.

    >>> parse_yaml("[1e-5, on, 16]", where="--set")
    [1e-05, 'on', 16]
    """
    try:
        return yaml.load(text, Loader=_PlainLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = getattr(error, "problem", None) or str(error)
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        raise InputError(f"{where} is not YAML: {problem}{line}") from error


def parse_value(text: str, *, where: str) -> Any:
    """The value behind the sign of `key=value`: a number, true, false, null, a list or quoted text as YAML reads it.

    Anything else is the text itself, `#`, `: ` and spaces with it.

    Raises:
        InputError: a list or quoted text that is not YAML.

    >>> [parse_value(text, where="option") for text in ("1e-1", "on", "[1, 2]", "/my: pictures #2", "16 #2")]
    [0.1, 'on', [1, 2], '/my: pictures #2', '16 #2']
    """
    word = text.strip()
    plain = word[:1] not in ("[", "'", '"') and not any(re.fullmatch(pattern, word) for _, pattern, _ in _SCALARS)
    return text if plain else parse_yaml(word, where=where)


def read_yaml(path: Path) -> Any:
    """The value of a YAML file; messages name it.

    Raises:
        InputError: the file cannot be read, or see `parse_yaml`.
    """
    return parse_yaml(read_text(path), where=path.name)
