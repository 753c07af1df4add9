"""The prose of executed notebooks: it computes nothing, so it follows its source without a run."""

from typing import Any

from basics.files import sha256, write_json
from basics.paths import notebooks_root, profile_results
from workbook.records import MANIFEST, Manifest, read_or_empty
from workbook.runner.graph import Source

INJECTED, FAILED = "injected-parameters", "papermill-error-cell-tag"  # tags of the cells that papermill puts in


def follow_sources(profile: str) -> None:
    """Give the executed notebooks of a profile the prose of their sources, and the manifest their new digests."""
    folder, digests = profile_results(profile), {}
    for path in sorted(folder.glob("notebooks/[0-9][0-9]_*.ipynb")):
        executed, source = (read_or_empty(place, Source) for place in (path, notebooks_root() / path.name))
        followed = with_prose_of(executed, source) if executed and source else executed
        if followed != executed:
            write_json(path, followed)
            digests[f"notebooks/{path.name}"] = sha256(path)
    manifest = read_or_empty(folder / MANIFEST, Manifest)
    if manifest and digests:
        write_json(folder / MANIFEST, manifest | {"artefacts": manifest["artefacts"] | digests})


def with_prose_of(executed: dict[str, Any], source: dict[str, Any]) -> dict[str, Any]:
    """An executed notebook with the prose of its source, where that has the same code; else as it is.

    Code and outputs stay. How code is cut into cells does not matter, as long as each executed cell begins one of the
    source, which it is found by its id; parameters that were injected stay below the source's. A failed one stays as
    it is.
    """
    ran: dict[str, list[dict[str, Any]]] = {}
    place = ""
    for cell in filter(_is_code, executed["cells"]):
        place = place if INJECTED in _tags(cell) else cell.get("id", "")
        ran.setdefault(place, []).append(cell)
    failed = any(FAILED in _tags(cell) for cell in executed["cells"])
    if failed or code_of(executed) != code_of(source):
        return executed
    cells = [new for cell in source["cells"] for new in (ran.pop(cell.get("id"), []) if _is_code(cell) else [cell])]
    return executed if ran else executed | {"cells": cells}


def code_of(notebook: dict[str, Any]) -> str:
    """All code of a notebook but injected parameters."""
    cells = [cell for cell in notebook["cells"] if _is_code(cell) and INJECTED not in _tags(cell)]
    return "\n".join("".join(cell["source"]).strip() for cell in cells)


def without_prose(notebook: dict[str, Any]) -> dict[str, Any]:
    """A notebook with its code and outputs alone."""
    return notebook | {"cells": list(filter(_is_code, notebook["cells"]))} if notebook else notebook


def _is_code(cell: dict[str, Any]) -> bool:
    return cell["cell_type"] == "code"


def _tags(cell: dict[str, Any]) -> list[str]:
    return cell["metadata"].get("tags", [])
