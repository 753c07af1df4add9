"""Which data a notebook reads: the sets that its parameters name and the folders that its metadata names."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from basics.paths import data_root

from hashcenters.workbook.graph import Notebook


def named_sets(parameters: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """Names of data sets among a notebook's parameters, with the options that say where and what to read.

    A set is named by `dataset` (with `dataset_options` and `root`) or by `KIND_dataset` (with `KIND_options`);
    options are `key=value` texts. A `pretrain_dataset` without options of its own has those of `dataset`.

    >>> list(named_sets({"dataset": "mine", "root": "/pictures", "dataset_options": ["protocol=cars"]}))
    [('mine', {'protocol': 'cars', 'root': '/pictures'})]
    >>> list(named_sets({"dataset": "even", "pretrain_dataset": "odd", "root": "/tiny"}))
    [('even', {'root': '/tiny'}), ('odd', {'root': '/tiny'})]
    """
    for key, name in parameters.items():
        if name and (key == "dataset" or key.endswith("_dataset")):
            own = parameters.get(f"{key[:-7]}options", [])
            shared = key == "dataset" or (key == "pretrain_dataset" and not own)
            texts = parameters.get("dataset_options", []) if shared else own
            options = dict(str(text).split("=", 1) for text in texts if "=" in str(text))
            root = parameters.get("root", "") if shared else ""
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
