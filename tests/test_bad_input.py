"""Wrong input of every entrance ends in one line and exit code 2, with nothing written."""

from pathlib import Path

import pytest
from bad_inputs import GROUPS, faults, good, main, outcomes

LEAST = 600  # inputs of all groups
FEWEST = {  # of each
    "options of run_all.py and variables": 100,
    "values of --set": 160,
    "profiles": 100,
    "source notebooks": 100,
    "own codes, .npz files and options": 140,
    "own codes, folders of .npy files": 110,
    "own pictures and options of data sets": 70,
    "commands of data sets": 15,
    "list files": 90,
    "annotations of MS COCO": 50,
    "initial weights": 50,
    "archives": 60,
    "claims.json and exhibits.json": 250,
    "manifest": 80,
    "freshness and manifest": 70,
    "finished trainings": 300,
    "saved indices": 100,
    "options of JupyterLab": 20,
}


def test_there_are_enough_of_them() -> None:
    assert FEWEST.keys() == GROUPS.keys()
    assert sum(FEWEST.values()) >= LEAST


@pytest.mark.parametrize("group", GROUPS)
def test_wrong_input_gets_one_line(group: str, tmp_path: Path) -> None:
    found = outcomes(group, tmp_path)
    assert faults(group, found) == []
    assert any(map(good, found)), "nothing shows that the others are refused for what is wrong with them"
    assert sum(not good(name) for name in found) >= FEWEST[group]


def test_the_table_counts_faults(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def made_up(place: object) -> object:
        yield "good", lambda: 0
        yield "accepted", lambda: 0
        yield "a traceback", lambda: 1 / 0
        yield "no line", lambda: 2

    monkeypatch.setattr("bad_inputs.GROUPS", {"made up": made_up})
    assert main() == 1
    printed = capsys.readouterr().out.splitlines()
    assert printed[1].split() == ["made", "up", "3", "0", "1", "3"]
    assert printed[3:] == [
        "made up, 1 accepted: answered",
        "made up, 2 a traceback: ZeroDivisionError: division by zero",
        "made up, 3 no line: exit code 2, 0 lines: ",
    ]
