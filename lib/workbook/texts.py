"""What a notebook's figures, tables and claims say of themselves: one YAML file a notebook, keyed by exhibit.

`NN_topic.yaml` may hold `tables`, `figures` and `claims`, each a mapping from a name to its texts, and `protocols`,
named protocols that tables and figures choose from; `like` names one whose values another takes over. A name such as
`scores-*` serves all exhibits whose names begin so. A text may hold `{placeholders}`, which are filled from the values
that the notebook gives; one that is nothing but a placeholder is the value itself. `shows`, one sentence on what a
figure shows whatever the run, is read by the report alone.
"""

import string
from collections.abc import Container, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from basics.errors import InputError
from basics.yaml import read_yaml
from workbook.project import texts_folder

KINDS = {
    "tables": {"caption", "source", "substitute", "protocol"},
    "figures": {"caption", "alt", "source", "substitute", "protocol", "shows"},
    "claims": {"expected", "evidence", "data", "substitute", "tolerance"},
}

LIKE = "like"  # the key by which a protocol takes over what another says


@cache
def read_texts(notebook: str) -> dict[str, dict[str, dict[str, Any]]]:
    """The texts of one notebook, empty where it has no file.

    Raises:
        InputError: the file holds another kind of exhibit, or an unknown field of one.
    """
    path = texts_folder() / f"{notebook}.yaml"
    content = read_yaml(path) if path.is_file() else {}
    kinds = (*KINDS, "protocols")
    for kind, entries in content.items():
        if kind not in kinds or not isinstance(entries, dict):
            raise InputError(f"{path.name} may hold {', '.join(kinds)}, each a mapping, got {kind!r}")
        for name, entry in entries.items():
            unknown = set(entry) - KINDS.get(kind, set(entry))
            if unknown:
                raise InputError(f"{path.name}, {kind}, {name}: there is no field {sorted(unknown)[0]!r}")
    return {kind: content.get(kind, {}) for kind in kinds}


def texts_of(
    notebook: str, kind: str, name: str, values: Mapping[str, Any], *, given: Container[str] = ()
) -> dict[str, Any]:
    """The texts of one exhibit with their placeholders filled, empty where the file has none.

    Args:
        notebook: file name without suffix.
        kind: "tables", "figures" or "claims".
        name: of the exhibit.
        values: by the names of the placeholders.
        given: fields that are left out, as the notebook itself says them.

    Raises:
        InputError: a placeholder without a value, or an unknown protocol.
    """
    texts = read_texts(notebook)
    key = name if name in texts[kind] else next((k for k in texts[kind] if fnmatchcase(name, k)), name)
    entry = {field: text for field, text in texts[kind].get(key, {}).items() if field not in given}
    if "protocol" in entry:
        entry["protocol"] = protocol_of(entry["protocol"], texts["protocols"], where=f"{notebook}, {name}")
    return {key: fill(text, values, where=f"{notebook}, {name}") for key, text in entry.items()}


def protocol_of(
    chosen: str | Mapping[str, Any], named: Mapping[str, Mapping[str, Any]], *, where: str
) -> Mapping[str, Any]:
    """A protocol by its name, or one with values of its own, perhaps beside those of the one it is `like`.

    >>> protocol_of({"like": "all", "bits": 16}, {"all": {"bits": 64, "seeds": [0]}}, where="here")
    {'bits': 16, 'seeds': [0]}

    Raises:
        InputError: there is none of that name.
    """
    if isinstance(chosen, str):
        if chosen not in named:
            raise InputError(f"{where}: there is no protocol {chosen!r} in its texts")
        chosen, named = named[chosen], {name: named[name] for name in named if name != chosen}
    own = {name: value for name, value in chosen.items() if name != LIKE}
    return protocol_of(chosen[LIKE], named, where=where) | own if LIKE in chosen else own


def fill(text: Any, values: Mapping[str, Any], *, where: str) -> Any:
    """A text with its placeholders filled; mappings are filled value by value, other values stay.

    >>> fill("{bits} bits", {"bits": 64}, where="here"), fill("{bits}", {"bits": [16, 64]}, where="here")
    ('64 bits', [16, 64])

    Raises:
        InputError: a placeholder without a value.
    """
    if isinstance(text, Mapping):
        return {key: fill(value, values, where=where) for key, value in text.items()}
    if not isinstance(text, str):
        return text
    formatter = string.Formatter()
    try:
        parts = list(formatter.parse(text))
        if len(parts) == 1 and parts[0][0] == "" and parts[0][1] and not parts[0][2]:
            return formatter.get_field(parts[0][1], (), values)[0]
        return formatter.vformat(text, (), values)
    except (KeyError, AttributeError, ValueError, IndexError) as error:
        raise InputError(f"{where}: {text!r} needs values that were not given ({error})") from error
