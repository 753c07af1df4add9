"""What the README says of the results is what the committed results say."""

import json
import re
from pathlib import Path

import pytest

from basics.paths import project_root

ROOT = project_root()
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([a-z0-9-]+)` \|.*\| ([a-z-]+) \|$", README, re.MULTILINE)


def test_it_shows_results() -> None:
    assert len(ROWS) >= 8


@pytest.mark.parametrize(("claim", "verdict"), ROWS)
def test_verdicts_are_those_of_the_committed_results(claim: str, verdict: str) -> None:
    records = json.loads((ROOT / "results" / "embedded" / "claims.json").read_text(encoding="utf-8"))
    assert {record["verdict"] for key, record in records.items() if key.split("/")[0] == claim} == {verdict}


def test_every_notebook_with_committed_results_is_named() -> None:
    found = list((ROOT / "results" / "embedded" / "notebooks").glob("*.ipynb"))
    assert len(found) >= 10
    for path in found:
        assert f"(notebooks/{path.name})" in README


def test_links_lead_somewhere() -> None:
    targets = [target.split("#")[0] for target in re.findall(r"\]\(([^)]+)\)", README) if "://" not in target]
    assert [target for target in targets if not (ROOT / Path(target)).exists()] == []
