"""Tests of the memory that there is, and of what is refused before it is read."""

from pathlib import Path

import pytest

from basics import memory
from basics.errors import InputError
from basics.files import read_text


def test_memory_is_the_container_limit_when_that_is_lower(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(memory, "CGROUP_LIMIT", limit)
    physical = memory.memory_bytes()
    limit.write_text("max\n")
    assert memory.memory_bytes() == physical
    limit.write_text("4096\n")
    assert memory.memory_bytes() == 4096


def test_a_file_larger_than_memory_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    with file.open("wb") as sparse:
        sparse.truncate(1 << 43)
    with pytest.raises(InputError, match=r"large.yaml must fit into the .* GB of memory here, it holds 8796.1 GB"):
        read_text(file)
