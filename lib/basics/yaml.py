"""YAML as people mean it, the one dialect of every file and option of the project.

Scalars are those of YAML 1.2: `1e-5` is a number, `on`, `no` and `2020-01-01` are text, `010` is ten and `1_000` is
text. A key comes once in a mapping, and is one value. Tags such as `!!int` are refused. An alias repeats a part that
holds no alias itself, and what is written out with all aliases has `MOST_PARTS`, so that no short text grows into a
large value.
"""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from basics.errors import InputError, shown
from basics.files import read_text

MOST_PARTS = 200_000  # values, lists and mappings of one document
DEEPEST = 50  # lists and mappings inside each other

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
    """A safe loader with the scalars of YAML 1.2, without doubled keys, nested aliases and tags."""

    yaml_implicit_resolvers: dict = {}  # noqa: RUF012 (PyYAML fills it by `add_implicit_resolver`)

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.anchored = self.parts = self.depth = 0
        self.parts_of: dict[str, int] = {}  # with an anchor

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node:
        event, before = self.peek_event(), self.parts
        anchor = event.anchor
        if isinstance(event, yaml.AliasEvent):
            if self.anchored:
                raise yaml.YAMLError(f"the alias *{anchor} lies inside a part that has an anchor")
            self._count(self.parts_of.get(anchor, 0))
            return super().compose_node(parent, index)
        if event.tag is not None:
            raise yaml.YAMLError(f"values have no tags, got {event.tag}")
        if self.depth == DEEPEST:
            raise yaml.YAMLError(f"lists and mappings lie at most {DEEPEST} deep in each other")
        self._count(1)
        self.anchored += anchor is not None
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        self.anchored -= anchor is not None
        if anchor is not None:
            self.parts_of[anchor] = self.parts - before
        return node

    def _count(self, more: int) -> None:
        """Count parts, written out; refuse too many."""
        self.parts += more
        if self.parts > MOST_PARTS:
            raise yaml.YAMLError(f"it must have at most {MOST_PARTS:,} parts, aliases written out")

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key in (self.construct_object(key, deep=True) for key, _ in node.value):
            if not isinstance(key, Hashable):
                raise yaml.YAMLError(f"a key must be one value, got {shown(key)}")
            if key in seen:
                raise yaml.YAMLError(f"{shown(key)} is given twice")
            seen.add(key)
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
        InputError: the text is not YAML, gives a key twice, has a tag or an alias inside a part that has an anchor,
            or is too deep or too large.

    >>> parse_yaml("[1e-5, on, 16]", where="--set")
    [1e-05, 'on', 16]
    """
    try:
        return yaml.load(text, Loader=_PlainLoader)
    except (yaml.YAMLError, ValueError) as error:
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
