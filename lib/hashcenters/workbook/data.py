"""Which data a notebook reads: the sets that its parameters name and the folders that its metadata names."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hashcenters.paths import data_root
from hashcenters.workbook.graph import Notebook


def named_sets(parameters: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """Names of data sets among a notebook's parameters, with the options that say where and what to read.

    A set is named by `dataset` (with `dataset_options` and `root`) or by `KIND_dataset` (with `KIND_options`);
    options are `key=value` texts.

    >>> list(named_sets({"dataset": "mine", "root": "/pictures", "dataset_options": ["protocol=cars"]}))
    [('mine', {'protocol': 'cars', 'root': '/pictures'})]
    """
    for key, name in parameters.items():
        if name and (key == "dataset" or key.endswith("_dataset")):
            texts = parameters.get("dataset_options" if key == "dataset" else f"{key[:-7]}options", [])
            options = dict(str(text).split("=", 1) for text in texts if "=" in str(text))
            root = parameters.get("root", "") if key == "dataset" else ""
            wanted = {"protocol": options.get("protocol", ""), "root": root or options.get("root", "")}
            yield name, {option: value for option, value in wanted.items() if value}


def folders(notebook: Notebook, parameters: Mapping[str, Any]) -> dict[str, Path]:
    """The folders that a notebook reads data from, by a name for messages.

    Raises:
        InputError: a parameter names an unknown data set.
    """
    found = {name: data_root() / name for name in notebook.data}
    for name, options in named_sets(parameters):
        from hashcenters.datasets.registry import find_entry

        place = find_entry(name).folder
        if options.get("root"):
            found[name] = Path(options["root"]).expanduser()
        elif place is not None:
            found[name] = data_root() / place
    return found


def missing(notebook: Notebook, parameters: Mapping[str, Any]) -> Iterator[str]:
    """What a notebook needs and does not find, a line each with the step that brings it."""
    for name in notebook.data:
        if not (data_root() / name).is_dir():
            yield f"there is no {data_root() / name}"
    for name, options in named_sets(parameters):
        from hashcenters.datasets.registry import check

        yield from check(name, **options)
