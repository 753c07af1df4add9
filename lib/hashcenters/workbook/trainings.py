"""What trainings cost: counted from their folders, without loading them."""

from pathlib import Path
from statistics import mean
from typing import Any

from basics import paths
from basics.errors import InputError
from basics.files import read_json

from hashcenters.workbook.manifest import read_manifest


def finished(profile: str) -> set[Path]:
    """Folders of the finished trainings of a profile."""
    return {path.parent for path in paths.runs_root(profile).glob("*/config.json")}


def spent(profile: str, name: str, before: set[Path], seconds: float, *, jobs: int) -> dict[str, Any]:
    """What the trainings of one notebook cost, for later estimates.

    Args:
        profile: whose results.
        name: of the notebook.
        before: trainings that had finished when it started. What was trained ahead meanwhile counts as this one's:
            so every training of a run counts once.
        seconds: that the notebook took.
        jobs: trainings side by side.

    Returns:
        `count`, `mean_seconds` (of one), `mean_bytes` (of one) and `other_seconds` (of the notebook without its
        trainings); what an earlier run says where this one trained nothing; empty where none ever did.
    """
    new = finished(profile) - before
    costs = [cost for cost in map(_seconds, new) if cost is not None]
    if not costs:
        return read_manifest(profile).get("notebooks", {}).get(name, {}).get("trainings", {})
    return {
        "count": len(costs),
        "mean_seconds": round(mean(costs), 2),
        "mean_bytes": round(mean(map(size_of, new))),
        "other_seconds": round(max(0.0, seconds - sum(costs) / jobs), 1),
    }


def _seconds(folder: Path) -> float | None:
    """Seconds that one training noted, None where it did not."""
    try:
        return float(read_json(folder / "config.json")["seconds"])
    except (InputError, KeyError, TypeError):
        return None


def size_of(folder: Path) -> int:
    """Bytes of the files under a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def estimated_seconds(entry: dict[str, Any], missing: int | None, *, jobs: int) -> float | None:
    """Expected seconds of a notebook, None where no whole run of it is recorded.

    Args:
        entry: of the notebook in the manifest.
        missing: trainings still to do, None where the notebook trains nothing.
        jobs: trainings side by side.
    """
    if entry.get("error"):
        return None
    costs = entry.get("trainings")
    if missing is None or not costs:
        return entry.get("seconds")
    return costs["other_seconds"] + missing * costs["mean_seconds"] / min(jobs, max(missing, 1))
