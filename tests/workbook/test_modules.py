"""Which modules a notebook depends on, and which edits count."""

from pathlib import Path

import pytest
from hashcenters.workbook.modules import digests, package_root

PACKAGE = {
    "__init__.py": '"""Package."""\n',
    "low.py": '"""Low."""\n\nVALUE = 1\n',
    "middle.py": '"""Middle."""\nfrom hashcenters import low\n',
    "other.py": "VALUE = 3\n",
    "deep/__init__.py": "",
    "deep/leaf.py": "from . import twig\nfrom ..other import VALUE\n",
    "deep/twig.py": "def f():\n    import hashcenters.middle\n",
    "lazy/__init__.py": "def __getattr__(name):\n    raise AttributeError(name)\n",
    "lazy/part.py": "VALUE = 4\n",
    "table.py": 'NAME = "table.yaml"\nFOLDER = "templates"\n',
    "table.yaml": "a: 1\n",
    "templates/page.html": "<p>",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for name, content in PACKAGE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import numpy", set()),
        ("import hashcenters.low", {"low.py"}),
        ("from hashcenters import low", {"low.py"}),
        ("from hashcenters.low import VALUE", {"low.py"}),
        ("from hashcenters import middle", {"middle.py", "low.py"}),
        ("%matplotlib inline\nfrom hashcenters import low\n!ls", {"low.py"}),
        (
            "from hashcenters.deep import leaf",
            {"deep/__init__.py", "deep/leaf.py", "deep/twig.py", "middle.py"},
        ),
        ("from hashcenters import lazy", {"lazy/__init__.py", "lazy/part.py"}),
        ("from hashcenters.table import NAME", {"table.py", "table.yaml", "templates/page.html"}),
        ('grid = "hashcenters.other:cells"', {"other.py"}),
        ("this is no Python", set()),
    ],
)
def test_finds_what_code_uses(package: Path, code: str, expected: set[str]) -> None:
    found = set(digests([code], package))
    if expected:
        expected = expected | {"__init__.py"}
    if "deep/twig.py" in expected:
        expected |= {"other.py", "low.py"}
    assert found == expected


@pytest.mark.parametrize(
    ("content", "same"),
    [
        ('"""Another text."""\n\nVALUE = 1\n', True),
        ('"""Low."""\n\n\nVALUE    =    1  # a comment\n', True),
        ("VALUE = 1\n", True),
        ("VALUE = 2\n", False),
        ('VALUE = 1\nOTHER = "text"\n', False),
    ],
)
def test_counts_code_and_not_text(package: Path, content: str, same: bool) -> None:
    before = digests(["from hashcenters import middle"], package)
    (package / "low.py").write_text(content)
    after = digests(["from hashcenters import middle"], package)
    assert (before == after) is same
    assert before["middle.py"] == after["middle.py"]


def test_docstrings_of_functions_and_classes_do_not_count(package: Path) -> None:
    (package / "low.py").write_text(
        'class A:\n    """A."""\n    def f(self):\n        """F."""\n        return "kept"\n'
    )
    before = digests(["import hashcenters.low"], package)
    (package / "low.py").write_text('class A:\n    def f(self):\n        """G."""\n        return "kept"\n')
    assert digests(["import hashcenters.low"], package) == before


def test_reads_the_running_package() -> None:
    found = digests(["from hashcenters.workbook import graph"])
    assert {"workbook/graph.py", "workbook/parameters.py"} <= set(found)
    assert (package_root() / "workbook" / "graph.py").is_file()
