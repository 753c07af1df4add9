"""Small trees in the official formats, made by the tests themselves."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def picture() -> Callable[..., Path]:
    """A function that writes a small random picture; the suffix chooses the format."""

    def write(path: Path, *, seed: int = 0, size: tuple[int, int] = (20, 16), mode: str = "RGB") -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng([seed, *path.name.encode()])
        image = Image.fromarray(rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8))
        image.convert(mode).save(path)
        return path

    return write


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data root."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("HASHCENTERS_DATA", str(folder))
    return folder
