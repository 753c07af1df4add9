"""How far a run is, in lines that stay."""

import pytest

from workbook.runner import progress
from workbook.runner.progress import Progress


def test_what_goes_before_trainings_is_said_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = Progress()
    for now, line in ((100.0, "one picture"), (110.0, "two pictures"), (131.0, "three pictures")):
        monkeypatch.setattr(progress.time, "monotonic", lambda now=now: now)
        shown.before_trainings(line)
    assert capsys.readouterr().out.split("\n") == ["one picture", "three pictures", ""]
    shown.trained(1, 2, 5.0)
    assert capsys.readouterr().out.startswith("trainings: 1 of 2")
