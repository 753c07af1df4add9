"""The report at the end of a run, built again only where something that it shows has changed."""

from pathlib import Path
from typing import Any

from basics import paths
from basics.files import sha256, write_json

from hashcenters.workbook.freshness import digest, listing, read_record, record_path
from hashcenters.workbook.lean import skip_grammar
from hashcenters.workbook.manifest import artefacts, manifest_path
from hashcenters.workbook.modules import digests

NAME = "report"


def build(profile: str) -> Path:
    """Build the report of a profile unless it is fresh, and return the path of its first page."""
    page = paths.profile_results(profile) / "index.html"
    shown = _shown(profile)
    if not page.is_file() or read_record(profile, NAME) != shown | {"pages": _pages(page)}:
        skip_grammar()
        from hashcenters import report

        page = report.build(profile)
        write_json(record_path(profile, NAME), _shown(profile) | {"pages": _pages(page)})
    return page


def _shown(profile: str) -> dict[str, Any]:
    """What the report shows, and the code that draws it."""
    made_by = manifest_path(profile)
    return {
        "artefacts": digest(artefacts(paths.profile_results(profile))),
        "library": digest(digests([f"from hashcenters import {NAME}"])),
        "manifest": sha256(made_by) if made_by.is_file() else "",
    }


def _pages(page: Path) -> str:
    """The built pages."""
    return digest([page.stat().st_mtime_ns, listing(page.parent / "html")])
