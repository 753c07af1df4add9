"""Every path of the project: where its parts lie and which environment variables move them."""

import os
from pathlib import Path


def project_root() -> Path:
    """The folder that holds `run_all.py`, `notebooks/` and `profiles/`."""
    return Path(__file__).resolve().parents[2]


def data_root() -> Path:
    """Where data sets lie: `HASHCENTERS_DATA`, or `data/` in the project. It may be read-only."""
    return Path(os.environ.get("HASHCENTERS_DATA") or project_root() / "data")


def results_root() -> Path:
    """Where runs write: `HASHCENTERS_RESULTS`, or `results/local/` in the project, which git ignores."""
    return Path(os.environ.get("HASHCENTERS_RESULTS") or project_root() / "results" / "local")


def committed_root() -> Path:
    """Where the results that readers see lie: `HASHCENTERS_COMMITTED`, or `results/` in the project."""
    return Path(os.environ.get("HASHCENTERS_COMMITTED") or project_root() / "results")


def features_root() -> Path:
    """Where features of frozen networks are kept: `HASHCENTERS_FEATURES`, or `features/` in the project."""
    return Path(os.environ.get("HASHCENTERS_FEATURES") or project_root() / "features")


def notebooks_root() -> Path:
    """Where the source notebooks lie: `HASHCENTERS_NOTEBOOKS`, or `notebooks/` in the project."""
    return Path(os.environ.get("HASHCENTERS_NOTEBOOKS") or project_root() / "notebooks")


def profiles_root() -> Path:
    """Where the profiles lie: `HASHCENTERS_PROFILES`, or `profiles/` in the project."""
    return Path(os.environ.get("HASHCENTERS_PROFILES") or project_root() / "profiles")


def profile_results(profile: str) -> Path:
    """The folder that runs of one profile write to."""
    return results_root() / profile


def committed_results(profile: str) -> Path:
    """The folder of the committed results of one profile, which only publishing changes."""
    return committed_root() / profile


def shown_results(profile: str) -> Path:
    """Where the results of a profile are read: those of the runs here, or the committed ones before any run."""
    own, committed = profile_results(profile), committed_results(profile)
    return own if (own / "manifest.json").is_file() or not committed.is_dir() else committed


OWN = "own-"  # begins the names of results on somebody's own data


def runs_root(profile: str) -> Path:
    """Where the finished and unfinished trainings of one profile are cached."""
    return profile_results(profile) / "runs"
