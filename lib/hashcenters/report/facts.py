"""What a manifest says of a run, in words."""

from typing import Any

_SHOWN_PACKAGES = (
    "hashcenters",
    "torch",
    "torchvision",
    "numpy",
    "scipy",
    "scikit-learn",
    "numba",
    "faiss-cpu",
)


def duration(seconds: float) -> str:
    """Seconds as people say them.

    >>> duration(3.21), duration(75), duration(7300)
    ('3.2 s', '1 min 15 s', '2 h 1 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def versions(manifest: dict[str, Any]) -> dict[str, str]:
    """Python and the packages that numbers depend on most."""
    packages = manifest.get("packages", {})
    found = {"Python": manifest.get("python"), **{name: packages.get(name) for name in _SHOWN_PACKAGES}}
    return {name: str(version) for name, version in found.items() if version}


def facts(manifest: dict[str, Any]) -> dict[str, str]:
    """What ran, where and how long, as label and text."""
    notebooks = manifest.get("notebooks", {}).values()
    commit = str(manifest.get("commit") or "")[:12]
    changed = " with changes" if manifest.get("changed_since_commit") else ""
    seconds = [entry["seconds"] for entry in notebooks if "seconds" in entry]
    finished = [entry["finished"] for entry in notebooks if "finished" in entry]
    seeds = sorted({str(seed) for entry in notebooks for seed in _flat(entry.get("seeds", {}).values())})
    said = {
        "Machine": manifest.get("device"),
        "System": manifest.get("platform"),
        "Commit": f"{commit}{changed}" if commit else None,
        "Time of all notebooks": duration(sum(seconds)) if seconds else None,
        "Finished": str(max(finished))[:16].replace("T", " ") + " UTC" if finished else None,
        "Seeds": ", ".join(seeds),
        "Versions": ", ".join(f"{name} {version}" for name, version in versions(manifest).items()),
    }
    return {label: str(text) for label, text in said.items() if text}


def _flat(values: Any) -> list[Any]:
    return [item for value in values for item in (value if isinstance(value, list) else [value])]
