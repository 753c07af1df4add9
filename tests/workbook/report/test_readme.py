"""The README of a profile is plain, stable Markdown whose links exist."""

import re
from pathlib import Path

import pytest

from basics.files import read_json, write_json
from workbook.claims import catalogue
from workbook.report.site import build


@pytest.fixture
def readme(built: Path) -> str:
    """The generated README of the synthetic profile."""
    return (built / "README.md").read_text(encoding="utf-8")


def test_every_claim_and_exhibit_is_there(readme):
    assert all(f"{claim} |" in readme for claim in catalogue())
    assert "1 proved, 1 reproduced, 1 trend" in readme
    assert "### CSQ Table 1" in readme
    assert readme.index("figures/01-matrix.png") < readme.index("figures/01-later.png")
    assert "Substitute data: Digits stand in for photographs." in readme
    assert "Protocol: bits 16; dataset " in readme
    assert "**Failed notebooks: 02_second.**" in readme


def test_links_resolve(readme, built: Path):
    links = re.findall(r"(?<!\\)\]\(([^)]+)\)", readme)
    assert len(links) > 15
    headings = re.findall(r"^#+ (.*)$", readme, flags=re.M)
    anchors = {f"#{re.sub(r'[^a-z0-9 -]', '', heading.lower()).replace(' ', '-')}" for heading in headings}
    assert [link for link in links if link not in anchors and not (built / link).is_file()] == []


def test_markup_in_data_stays_text(readme):
    assert "<script" not in readme
    assert "<img" not in readme
    assert "](javascript" not in readme.replace("\\](javascript", "")


def test_tables_have_as_many_cells_in_each_row(readme):
    blocks = re.findall(r"(?:^\|.*\n)+", readme, flags=re.M)
    assert len(blocks) >= 5
    for block in blocks:
        assert len({line.replace("\\|", "").count("|") for line in block.splitlines()}) == 1, block[:200]


def test_nothing_volatile_is_in_it(readme, results_folder: Path):
    manifest = read_json(results_folder / "manifest.json")
    other = manifest | {"commit": "f" * 16, "device": "Another", "platform": "Other", "notebooks": {}}
    write_json(results_folder / "manifest.json", other)
    build("smoke")
    assert (results_folder / "README.md").read_text(encoding="utf-8") == readme
