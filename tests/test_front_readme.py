"""What README.md and docs/scaling.md say of results and speeds is what the committed results and benchmarks say."""

import json
import re
import shlex
from pathlib import Path

import click
import pandas as pd
import pytest
from PIL import Image

from basics.paths import project_root
from chapters.command import hashcenters

ROOT = project_root()
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"\| ([a-z-]+) \| \[`([a-z0-9-]+)`\]\(results/(\w+)/\S+/(\w+)\.ipynb\) \|$", README, re.MULTILINE)
HIGHEST = 400  # pixels of the picture, on a page of 830
PAGE = 830
DRAWS = "05_center_learning"
COMMANDS = re.findall(r"^hashcenters (.+?)(?:  +#.*)?$", README, re.MULTILINE)


def test_it_shows_results() -> None:
    assert len(ROWS) >= 8


@pytest.mark.parametrize(("verdict", "claim", "profile", "notebook"), ROWS)
def test_verdicts_are_those_of_the_committed_results(verdict: str, claim: str, profile: str, notebook: str) -> None:
    records = json.loads((ROOT / "results" / profile / "claims.json").read_text(encoding="utf-8")).values()
    found = {record["verdict"] for record in records if (record["id"], record["notebook"]) == (claim, notebook)}
    assert found == {verdict}


def differences(table: str) -> dict[tuple[int, str], dict[str, float]]:
    frame = pd.read_csv(ROOT / "results" / "photographs" / "tables" / f"{table}.csv")
    return frame.set_index(["bits", "difference"]).to_dict("index")


@pytest.mark.parametrize(
    ("claim", "table", "difference", "texts"),
    [
        ("csq-fixed-centers", "05-method-differences", (64, "CSQ centers − Face"), ["by {mean:.1f} points"]),
        ("csq-fixed-centers", "05-method-differences", (64, "CSQ centers − RepMet"), ["by {mean:.1f} points"]),
        ("csq-fixed-centers", "05-method-differences", (64, "CSQ centers − Magnet"), ["by {mean:.1f} points"]),
        (
            "shc-table1-benefit",
            "07-ablation-differences",
            (32, "semantic − semantic, shuffled"),
            ["{mean:.1f} points more"],
        ),
        ("csq-two-rates", "07-tuned-differences", (64, "last-stage − head"), ["brings {mean:.1f} points"]),
        (
            "csq-beyond-recipe",
            "10-ladder-differences",
            (16, "the recipe − CSQ, csq"),
            ["brings {mean:.1f} points", "from {low:.1f} to {high:.1f}"],
        ),
        (
            "csq-wider-gain",
            "05-wider",
            (16, "coding − CSQ centers"),
            ["bring {mean:.2f} points", "from {low:.2f} to {high:.2f}"],
        ),
        ("shc-unseen-meaning", "10-unseen-differences", (16, "semantic − shuffled"), ["bring {mean:.1f} points"]),
        ("shc-unseen-meaning", "10-unseen-differences", (64, "semantic − shuffled"), ["at 64 bits {mean:.1f};"]),
        ("csq-unseen-labels", "10-unseen-differences", (64, "CSQ − ITQ"), ["{below:.1f} points below"]),
        ("csq-unseen-labels", "10-unseen-differences", (16, "CSQ − ITQ"), ["at 16 bits {below:.1f} below"]),
        ("csq-beyond-longer", "10-ladder-differences", (32, "the recipe − CSQ, csq"), ["brings {mean:.1f} points"]),
        ("csq-beyond-longer", "10-ladder-differences", (64, "the recipe − CSQ, csq"), ["and {mean:.1f} at 64;"]),
        ("csq-beyond-longer", "10-ladder-differences", (32, "the recipe − CSQ"), ["layers {mean:.1f} at 32,"]),
        (
            "shc-beyond-longer",
            "10-ladder-differences",
            (32, "the recipe − SHC under the recipe's head"),
            ["brings {mean:.1f} points at 32"],
        ),
        (
            "shc-beyond-longer",
            "10-ladder-differences",
            (64, "the recipe − SHC under the recipe's head"),
            ["and {mean:.1f} at 64 over"],
        ),
        ("csq-wider-gain", "05-method-differences", (16, "CSQ centers − mds"), ["MDS's bring {below:.1f} and"]),
        (
            "csq-wider-gain",
            "05-method-differences",
            (16, "CSQ centers − dpn"),
            ["DPN's {below:.1f} ({least:.1f} to {most:.1f},"],
        ),
        (
            "csq-label-codes",
            "04-label-code-differences",
            (64, "label code, labelled database − codes"),
            ["{mean:.1f} points better"],
        ),
        (
            "csq-label-codes",
            "04-label-code-differences",
            (64, "codes − label code, predicted"),
            ["{mean:.1f} worse"],
        ),
        (
            "shc-unseen-meaning",
            "10-unseen-differences",
            (16, "the recipe, semantic − the recipe, shuffled"),
            ["+{mean:.1f} points [+{low:.1f}, +{high:.1f}]"],
        ),
    ],
)
def test_numbers_of_photographs_are_the_committed_ones(
    claim: str, table: str, difference: tuple[int, str], texts: list[str]
) -> None:
    found = differences(table)[difference]
    points = {name: 100 * found[name] for name in ("mean", "low", "high")}
    points |= {"below": -points["mean"], "least": -points["high"], "most": -points["low"]}
    lines = [line for line in README.splitlines() if f"`{claim}`" in line]
    for text in texts:
        assert any(text.format(**points) in line for line in lines)


def test_the_grid_of_photographs_is_the_committed_one() -> None:
    grid = pd.read_csv(ROOT / "results" / "photographs" / "figures" / "04-lambda-grid.csv")
    best, second = grid.nlargest(2, "validation mAP").itertuples(index=False)
    line = next(line for line in README.splitlines() if "`csq-s7-joint`" in line)
    assert f"best of nine cells is λ1 = {best[0]:g}, λ2 = {best[1]:g}, {100 * (best[2] - second[2]):.1f} points" in line
    assert len(grid) == 9
    records = json.loads((ROOT / "results" / "photographs" / "claims.json").read_text(encoding="utf-8")).values()
    (found,) = (record["observed"] for record in records if record["id"] == "csq-s7-joint")
    low, high = (f"{100 * float(end):.1f}" for end in re.search(r"\[−([\d.]+), \+([\d.]+)\]", found).groups())
    exhibits = json.loads((ROOT / "results" / "photographs" / "exhibits.json").read_text(encoding="utf-8"))
    assert len(exhibits["table-04-lambda-grid"]["protocol"]["seeds"]) == 3
    assert f"in an interval from −{low} to {high} points over three seeds" in line


def test_draws_of_photographs_are_the_committed_ones() -> None:
    records = json.loads((ROOT / "results" / "photographs" / "claims.json").read_text(encoding="utf-8")).values()
    found = next(record for record in records if (record["id"], record["notebook"]) == ("csq-table1", DRAWS))
    points = dict(re.findall(r"(\w+)-label [\d.]+ ± ([\d.]+) pp", found["observed"]))
    high = {name: float(end) for name, end in re.findall(r"(\w+)-label [\d.]+ to ([\d.]+)", found["evidence"])}
    line = next(line for line in README.splitlines() if f"/{DRAWS}.ipynb" in line and "`csq-table1`" in line)
    assert f"{points['single']} points where a picture has one label (interval up to {high['single']:.1f})" in line
    assert f"{points['multi']} where it has several (mosaics; up to {high['multi']:.1f})" in line


def test_slopes_of_photographs_are_the_committed_ones() -> None:
    frame = pd.read_csv(ROOT / "results" / "photographs" / "tables" / "07-slopes.csv")
    frame = frame[frame["rungs"] == "all"].drop_duplicates(["hash network", "head"])
    points = frame.pivot(index="hash network", columns="head", values="mean") * 100
    first, second = (points.loc[name] for name in frame["hash network"].unique())
    line = next(line for line in README.splitlines() if "`shc-heads`" in line)
    assert f"{first['shc']:.1f} points under one linear layer, {first['csq-slim']:.1f} under three" in line
    assert f"on a second hash network by {second['shc']:.1f} and {second['csq-slim']:.1f}" in line


def test_the_picture_at_the_top_is_low() -> None:
    with Image.open(ROOT / re.search(r"!\[.+\]\((.+\.png)\)", README)[1]) as picture:
        assert PAGE * picture.height / picture.width < HIGHEST


def test_numbers_beside_the_authors_codes_are_the_committed_ones() -> None:
    table = pd.read_csv(ROOT / "results" / "embedded" / "tables" / "06-released-codes.csv").set_index("rule")
    for column, row in (("HMDB51 mAP@70", "csq-table1-hmdb51"), ("UCF101 mAP@100", "csq-table1-ucf101")):
        line = next(line for line in README.splitlines() if row in line)
        last, first = (table.loc[rule, column] for rule in ("relevant_last", "relevant_first"))
        assert f"{table.loc['expected', column]:.3f} for" in line
        assert f"from {last:.3f} to {first:.3f}" in line


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_can_be_given_as_they_stand(command: str) -> None:
    called, words = hashcenters, shlex.split(command)
    while isinstance(called, click.Group):
        name, called, words = called.resolve_command(click.Context(called), words)
    called.make_context(name, words)  # reads them and does nothing


def test_commands_that_are_none_are_seen() -> None:
    with pytest.raises(click.UsageError):
        test_commands_can_be_given_as_they_stand("score a b c")
    with pytest.raises(click.UsageError):
        test_commands_can_be_given_as_they_stand("data lost")


def test_speeds_are_the_measured_ones() -> None:
    measured = ROOT / "benchmarks" / "results"
    scaling = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
    growth = pd.read_csv(measured / "retrieval-growth.csv").set_index(["database", "kind"])
    flat, inverted = (growth.loc[(1_000_000, kind)] for kind in ("flat", "inverted"))
    assert f"exact nearest 100 | {flat.core_milliseconds_a_query:.1f} core milliseconds" in scaling
    cost = f"recall {inverted.recall:.2f} | {inverted.core_milliseconds_a_query:.2f} core milliseconds"
    assert f"inverted file, {cost}" in scaling
    speed = pd.read_csv(measured / "metrics-speed.csv").set_index("task")["seconds"]
    ours, usual, faiss = (speed.filter(like=name).iloc[0] for name in ("all four", "usual", "FAISS"))
    assert f"take {ours:.2f} s on two busy cores, {round(usual / ours, -1):.0f} times faster" in README
    assert f"{faiss / ours:.0f} times faster than scoring a FAISS search" in README


def test_papers_and_their_code_are_linked_and_can_be_cited() -> None:
    for part in ("arxiv.org/abs/1908.00347", "doi.org/10.1007/978-3-031-26351-4_43", "github.com/Wangld5/SHC-IR"):
        assert part in README
    assert README.count("@inproceedings{") == 2


def test_every_notebook_with_committed_results_is_named() -> None:
    found = list((ROOT / "results" / "embedded" / "notebooks").glob("*.ipynb"))
    assert len(found) >= 10
    for path in found:
        assert f"(notebooks/{path.name})" in README


def test_links_lead_somewhere() -> None:
    targets = [target.split("#")[0] for target in re.findall(r"\]\(([^)]+)\)", README) if "://" not in target]
    assert [target for target in targets if not (ROOT / Path(target)).exists()] == []


def test_both_reports_have_the_photographs_numbers_beside_the_papers() -> None:
    """Photographs that are published alone leave the page of embedded behind; running and publishing it brings them."""
    tables = []
    for profile in ("embedded", "photographs"):
        page = (ROOT / "results" / profile / "README.md").read_text(encoding="utf-8")
        part = page.split("\n## The papers' numbers beside ours\n")[1].split("\n## ")[0]
        tables.append([line for line in part.splitlines() if line.startswith("|")])
    assert tables[0] == tables[1]
    assert len(tables[0]) >= 20
