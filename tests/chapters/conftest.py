"""Grids as the notebooks themselves declare them."""

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from basics.paths import project_root
from hashcenters import sweep as sweeps
from hashcenters.sweep import GridPoint, Pending


@pytest.fixture
def grids(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[GridPoint]]:
    """Every training that the cells of a notebook tagged `grid` ask for, with some parameters changed."""

    def pending(point: GridPoint) -> Pending:
        return Pending(point.config)

    def collect(notebook: str, **parameters: Any) -> list[GridPoint]:
        found: list[GridPoint] = []

        def record(points: list[GridPoint], **_: Any) -> pd.DataFrame:
            found.extend(points)
            return pd.DataFrame([dict(point.labels) for point in points]).assign(run=list(map(pending, points)))

        monkeypatch.setattr(sweeps, "sweep", record)
        cells = json.loads((project_root() / "notebooks" / f"{notebook}.ipynb").read_text())["cells"]
        space: dict[str, Any] = {}
        for tag, given in (("parameters", {}), ("grid", parameters)):
            code = "\n".join("".join(cell["source"]) for cell in cells if tag in cell["metadata"].get("tags", []))
            space |= given
            with sweeps.collecting(stand_ins=True):
                exec(compile(code, notebook, "exec"), space)
        return found

    return collect
