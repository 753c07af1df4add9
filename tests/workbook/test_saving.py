"""What JupyterLab saves of a source notebook that was run is the file that git knows."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_output

from basics.paths import project_root
from workbook.saving import without_outputs

SOURCES = sorted((project_root() / "notebooks").glob("*.ipynb"))


def saved(path: Path, root: Path) -> str:
    """What JupyterLab writes after every cell was run, and after its editor has noted its own."""
    notebook: Any = nbformat.read(path, as_version=4)
    notebook.metadata |= {"widgets": {}, "language_info": {"name": "python", "version": "3.11.7"}}
    for cell in notebook.cells:
        cell.metadata["collapsed"] = True
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [new_output("stream", text="1")], 3
    model = {"type": "notebook", "content": notebook}
    place = path.relative_to(root).as_posix()
    without_outputs(model=model, path=f"/{place}", contents_manager=SimpleNamespace(root_dir=str(root)))
    return nbformat.writes(notebook) + "\n"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_playing_changes_no_file_that_git_follows(path: Path) -> None:
    assert saved(path, project_root()) == path.read_text(encoding="utf-8")


def test_a_copy_elsewhere_keeps_its_outputs(tmp_path: Path) -> None:
    copy = tmp_path / "mine.ipynb"
    copy.write_bytes(SOURCES[0].read_bytes())
    assert '"execution_count": 3' in saved(copy, tmp_path)
