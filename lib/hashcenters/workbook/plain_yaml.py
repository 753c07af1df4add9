"""YAML as people mean it: `1e-5` is a number, `on` and `no` are text, and a key comes once in a mapping."""

import re
from typing import Any

import yaml
from basics.errors import InputError


class _PlainLoader(yaml.SafeLoader):
    """A safe loader without the surprises of YAML 1.1."""

    yaml_implicit_resolvers = {  # noqa: RUF012 (a class attribute of PyYAML's own kind)
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":bool", ":timestamp"))]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"{key!r} is given twice")
        return super().construct_mapping(node, deep=deep)


_PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"(true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+$"), list("-+0123456789")
)


def parse_yaml(text: str, *, where: str) -> Any:
    """The value that a YAML text stands for.

    Args:
        text: one document.
        where: it comes from, for messages.

    Raises:
        InputError: the text is not YAML, or gives a key twice.

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
