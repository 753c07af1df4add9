"""What `make api` documents has a runnable example each (`test_doctests` runs them), and pdoc makes pages of it."""

import doctest
import importlib
import re
import subprocess
import sys

import pytest

from basics.paths import project_root

DOCUMENTED = re.search(r"^API := (.+)$", (project_root() / "Makefile").read_text(), re.MULTILINE)[1].split()


@pytest.mark.parametrize("name", [*DOCUMENTED, "hashcenters.centers.bounds"])
def test_it_opens_with_an_example(name: str) -> None:
    module = importlib.import_module(name)
    assert len(doctest.DocTestParser().get_examples(module.__doc__)) >= 1


def test_pages_show_signatures_sources_and_examples_and_ask_nobody(tmp_path) -> None:
    command = [sys.executable, "-m", "pdoc", "--docformat", "google", "--output-directory", str(tmp_path)]
    subprocess.run([*command, "hashcenters.centers.bounds"], check=True, capture_output=True, cwd=project_root())
    page = (tmp_path / "hashcenters" / "centers" / "bounds.html").read_text()
    for wanted in ("plotkin_distance", "MacWilliams and Sloane", "(35, 33, 32)"):
        assert wanted in page
    loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"', page)
    assert not [address for address in loaded if "://" in address]
