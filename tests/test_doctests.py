"""The examples in docstrings say what the functions return."""

import doctest
import importlib
import pkgutil

import pytest

import basics
import chapters
import hashcenters
import shelf
import workbook

EXAMPLES = [
    module.name
    for package in (basics, hashcenters, workbook, chapters, shelf)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if not module.name.endswith("__main__")
]


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples(name: str) -> None:
    tested = doctest.testmod(importlib.import_module(name))
    assert tested.failed == 0
