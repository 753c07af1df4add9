"""Compiled code is kept where that is possible, and made anew where what was kept is damaged."""

import errno
import importlib.util
import os
from pathlib import Path

import pytest

MODULE = """from hashcenters.kernels.compiled import compiled

@compiled(nogil=True)
def twice(x):
    return 2 * x
"""


def kept(folder: Path) -> int:
    """Call a function of a module in a folder as a new process would; how many compiled forms were found."""
    (folder / "kept.py").write_text(MODULE)
    spec = importlib.util.spec_from_file_location("kept", folder / "kept.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.twice(21) == 42
    return sum(module.twice.stats.cache_hits.values())


def damaged(content: bytes, how: str) -> bytes:
    middle = len(content) // 2
    return {
        "empty": b"",
        "cut": content[:middle],
        "zeroed": bytes(len(content)),
        "garbage": os.urandom(len(content)),
        "one bit": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
    }[how]


def test_compiled_code_is_kept_and_made_anew_where_it_is_damaged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert [kept(tmp_path), kept(tmp_path)] == [0, 1]
    for suffix in ("nbi", "nbc"):
        for how in ("empty", "cut", "zeroed", "garbage", "one bit"):
            [file] = (tmp_path / "__pycache__").glob(f"*.{suffix}")
            file.write_bytes(damaged(file.read_bytes(), how))
            caplog.clear()
            assert [kept(tmp_path), kept(tmp_path)] == [0, 1], (suffix, how)
            [said] = caplog.messages
            assert said == f"{file} is damaged; the function is compiled again"


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "__pycache__").write_text("a file in the place of a folder")
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "__pycache__"))
    assert [kept(tmp_path), kept(tmp_path)] == [0, 0]


def test_a_full_disk_costs_the_cache_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("hashcenters.kernels.compiled._Files.save", full)
    assert [kept(tmp_path), kept(tmp_path)] == [0, 0]
