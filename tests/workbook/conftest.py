"""Catalogues of other content."""

from collections.abc import Callable
from pathlib import Path

import pytest

from workbook import catalogue, claims


@pytest.fixture
def catalogue_holding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Puts a file into a catalogue of its own, in place of the project's."""

    claims.catalogue()  # what entries refer to is the project's

    def put(name: str, text: str) -> None:
        monkeypatch.setattr(catalogue, "catalogue_folder", lambda: tmp_path)
        (tmp_path / name).write_text(text)

    return put
