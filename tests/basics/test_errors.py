"""What a command line says of what goes wrong, in one line, and its exit code."""

from pathlib import Path

import numpy as np
import pytest

from basics import source
from basics.errors import EXIT_BAD_INPUT, InputError, one_line_errors, whole


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (InputError("two\nlines"), "error: two lines\n"),
        (PermissionError(13, "Permission denied", "/a/b"), "error: /a/b: Permission denied\n"),
        (OSError("no space"), "error: the system: no space\n"),
        (MemoryError("for 9 GB"), "error: there is not enough memory for 9 GB\n"),
    ],
)
def test_what_the_user_or_the_system_refuses_gets_one_line(
    capsys: pytest.CaptureFixture[str], error: Exception, line: str
) -> None:
    with pytest.raises(SystemExit) as stopped, one_line_errors():
        raise error
    assert (stopped.value.code, capsys.readouterr().err) == (EXIT_BAD_INPUT, line)


def test_a_missing_file_that_is_opened_gets_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit), one_line_errors():
        (tmp_path / "none").read_text()
    assert capsys.readouterr().err == f"error: {tmp_path / 'none'}: No such file or directory\n"


def test_a_module_that_is_no_python_gets_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "__init__.py").touch()
    (tmp_path / "one" / "two.py").write_text("RATE = 1\n\n\ndef three(:\n    return RATE\n")
    monkeypatch.setattr(source, "lib_root", lambda: tmp_path)
    with pytest.raises(SystemExit) as stopped, one_line_errors():
        source.digests(["one.two:three"])
    line = f"error: {tmp_path / 'one' / 'two.py'}, line 4: invalid syntax\n"
    assert (stopped.value.code, capsys.readouterr().err) == (EXIT_BAD_INPUT, line)


@pytest.mark.parametrize("value", [5, np.int8(5), np.uint64(5)])
def test_whole_numbers_of_any_kind(value: int) -> None:
    assert type(whole(value, "x", low=1, high=5)) is int


@pytest.mark.parametrize("value", [0, 6, True, np.True_, 2.0, "3", None, np.array([1, 2])])
def test_other_values_are_refused(value: object) -> None:
    with pytest.raises(InputError, match=r"x must be a whole number in 1\.\.5, got"):
        whole(value, "x", low=1, high=5)
