"""Verdicts of several runs side by side."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from basics.errors import InputError
from basics.files import write_json
from basics.paths import project_root
from workbook.verdicts import agreement, main, verdicts_of

REST = {
    "observed": "0.1",
    "expected": "more",
    "evidence": "ten runs",
    "tolerance": None,
    "substitute": True,
    "compare": {},
    "anchor": "x",
}


def results(folder: Path, **verdicts: str) -> Path:
    """A results folder with a record a claim."""
    folder.mkdir(parents=True)
    records = {
        name: {"id": name, "notebook": "04_training", "data": "digits", "verdict": verdict, "order": order} | REST
        for order, (name, verdict) in enumerate(verdicts.items(), start=1)
    }
    write_json(folder / "claims.json", records)
    return folder


@pytest.mark.parametrize(
    ("verdicts", "word"),
    [
        (["finding", "finding"], "same"),
        (["inconclusive", "inconclusive"], "same"),
        (["inconclusive", "not-shown", "not-shown"], "one step"),
        (["inconclusive", "not-shown", "trend"], "at odds"),
        (["trend", "not-judged"], "at odds"),
    ],
)
def test_a_step_to_or_from_an_open_verdict_is_no_contradiction(verdicts: list[str], word: str):
    assert agreement(verdicts) == word


def test_a_row_a_claim_and_a_column_a_run(tmp_path: Path):
    one = results(tmp_path / "1" / "embedded", alike="trend", step="trend", odd="trend")
    two = results(tmp_path / "2" / "embedded", alike="trend", step="inconclusive", odd="not-shown", more="trend")
    table = verdicts_of([one, two]).set_index("claim")
    assert table["agreement"].to_dict() == {"alike": "same", "more": "at odds", "odd": "at odds", "step": "one step"}
    assert table.loc["more", [str(one), str(two)]].tolist() == ["not-judged", "trend"]
    said = CliRunner().invoke(main, [str(one), str(two)], standalone_mode=False)
    assert said.return_value == 1
    assert said.output.splitlines()[0] == f"1: {one}"
    assert said.output.splitlines()[-1] == "4 verdicts: 1 same, 1 one step, 2 at odds"
    third = results(tmp_path / "3" / "embedded", alike="trend", step="trend", odd="inconclusive")
    assert CliRunner().invoke(main, [str(one), str(third)], standalone_mode=False).return_value == 0


@pytest.mark.parametrize(("names", "message"), [([], "got 0"), (["a"], "got 1"), (["a", "a"], "different folders")])
def test_one_run_cannot_be_compared(names: list[str], message: str, tmp_path: Path):
    folder = results(tmp_path / "a", x="trend")
    with pytest.raises(InputError, match=message):
        verdicts_of([folder for _ in names])
    with pytest.raises(InputError, match=r"must be a results folder, with claims\.json"):
        verdicts_of([folder, tmp_path / "none"])


def test_the_recipe_for_other_seeds_names_every_parameter_that_holds_seeds() -> None:
    told = (project_root() / "docs" / "scaling.md").read_text(encoding="utf-8")
    held = {
        (path.name[:2], name)
        for path in (project_root() / "notebooks").glob("[0-9]*.ipynb")
        for name in re.findall(r'"(seed(?=: int)|\w*seeds(?=: list))', path.read_text(encoding="utf-8"))
    }
    assert {("07", "ladder_seeds"), ("10", "choice_seeds"), ("04", "seeds")} <= held
    missing = {pair for pair in held if not re.search(rf"--set \"?({pair[0]}\.)?{pair[1]}=", told)}
    assert missing == set()
