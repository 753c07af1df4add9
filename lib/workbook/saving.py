"""Keeps outputs out of the source notebooks when JupyterLab saves them: playing changes no file that git follows."""

from pathlib import Path
from typing import Any

from basics.paths import notebooks_root

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def without_outputs(*, model: dict[str, Any], path: str, contents_manager: Any, **_: Any) -> None:
    """Take outputs and what the editor notes out of a source notebook that is about to be saved, in place.

    Args:
        model: of Jupyter's contents manager.
        path: of the file, below the server's root.
        contents_manager: that saves it.
    """
    place = Path(contents_manager.root_dir, path.strip("/")).resolve()
    if model["type"] != "notebook" or place.parent != notebooks_root().resolve():
        return
    notebook = model["content"]
    kept = {name: value for name, value in notebook["metadata"].items() if name == "workbook"}
    notebook["metadata"] = kept | {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for cell in notebook["cells"]:
        cell["metadata"] = {name: value for name, value in cell["metadata"].items() if name == "tags"}
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
