"""Committed results held against each other: nothing is wrong as written, and every change is named."""

import json
import os
import re
import subprocess
import sys
from shutil import copytree

import numpy as np
import pandas as pd
import pytest
from made_up import MadeUp, make_setting, table

from basics.errors import InputError
from basics.files import sha256
from basics.paths import project_root, shown_results
from chapters import verify as chapter
from chapters.n05_center_table import END, START, center_table, magnitude_margins
from chapters.n06_video import complete_table
from chapters.n07_backbones import judge_order
from chapters.n10_beyond import recipe
from chapters.shared import comparisons, draws, scores
from chapters.shared.code_sets import save_code_sets
from chapters.shared.derived import averages_table, level_table, listed_table, points_table, stored_table
from chapters.shared.label_codes import judge_label_codes
from chapters.shared.label_differences import label_code_differences
from chapters.shared.setting import classifier
from chapters.shared.slopes import ladder_table, line_table, slope_table
from hashcenters.codes import binarise
from hashcenters.metrics.label_codes import CODES, LABELLED, PREDICTED
from workbook import run_table
from workbook.committed import take_over
from workbook.records import EXHIBITS, read
from workbook.results import open_results
from workbook.runner import command, manifest

SETTING = make_setting(weights="none")
ABOUT = {"caption": "c", "protocol": {}}
METHODS = ["good", "bad: x"]
APART = "does not follow from its runs, or is of another version of the workbook"


def drawn_codes(bits, seed, wrong):
    """A finished training whose codes are words of their class, with some bits wrong."""
    data, draw = SETTING.data(), np.random.default_rng(100 * bits + seed)
    words = binarise(draw.normal(size=(100, bits)))
    parts = {name: words[getattr(data, name).labels] for name in ("query", "database")}
    codes = {name: np.where(draw.random(of.shape) < wrong, -of, of).astype(np.int8) for name, of in parts.items()}
    return MadeUp(codes, classifier(SETTING))


def runs_of(methods=METHODS, seeds=(0, 1, 2), bits=(16, 24)):
    rows = [{"method": name, "bits": length, "seed": seed} for name in methods for length in bits for seed in seeds]
    made = [drawn_codes(row["bits"], row["seed"], 0.15 if row["method"] == "good" else 0.3) for row in rows]
    return table(rows, made)


def rungs_of(scored):
    """Three rungs under two heads, the second one's half as good."""
    one = scored[scored["bits"] == 16].drop(columns="stored")
    first = one[one["method"] == "good"]
    runs = [
        first.assign(
            method=f"{name}: {head}, net",
            mAP=first["mAP"] * (place + 1) / fold,
            **{"quality, by net": place / 2 + first["seed"] / 9, "quality, by class names": place - first["seed"] / 7},
        )
        for place, name in enumerate("abc")
        for fold, head in ((1, "shc"), (2, "csq"))
    ]
    return pd.concat(runs)


def networks_of():
    """Six networks with three classifiers each, the more accurate the better."""
    rows = [{"network": f"net {place}", "seed": seed, "accuracy": place / 9} for place in range(6) for seed in range(3)]
    networks = pd.DataFrame(rows).assign(bits=100, converged=True)
    return networks.assign(rank=networks["accuracy"] / 2 + 0.01 * np.random.default_rng(0).random(18))


def centers_of(scored):
    """What became of centers that moved in a fifth of their bits."""
    measured = scored.assign(minimum=3, distinct=100, classes=100, moved=0.2)
    return center_table(measured, kinds=dict.fromkeys(METHODS, "learned"))


def margins_of(scored):
    """What L_Q is asked to do to centers that end at the mAP of the runs."""
    one = scored[scored["bits"] == 16]
    loss = one["method"].map({"good": "with", "bad: x": "without"})
    return magnitude_margins(one.assign(method="Face", loss=loss, **{START: 0.1, END: one["mAP"]}))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Results of a made-up notebook: tables of means, differences, draws and what is stored, and codes."""
    folder = tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HASHCENTERS_RESULTS", str(folder))
        results, data, runs = open_results("04_training", profile="smoke"), SETTING.data(), runs_of()
        scored = scores.score_table(runs, data)
        results.table(comparisons.ablation_table(scored, by="method"), "means", **ABOUT)
        save_code_sets(results, runs, data, by="method", seed=0, table="means")
        compared = comparisons.compare_methods(runs, data, better="good", bits=(16, 24), by="method", margin=0.005)
        results.table(compared, "differences", **ABOUT)
        told = {"expected": "e", "evidence": "e", "data": "d"}
        results.claim("csq-fixed-centers", **comparisons.judge_rows(compared, margin=0.005), **told)
        results.claim("csq-wider-gain", **comparisons.as_finding(comparisons.judge_rows(compared[1:])), **told)
        results.claim("shc-table1", **judge_order(compared), **told)
        five = runs_of(methods=["draw 0", "draw 1", "draw 2"], bits=(16,))
        row = draws.draw_row("single-label", scores.score_table(five, data), data)
        across = draws.data_across(pd.DataFrame([row]))
        results.table(across, "five-draws", **ABOUT, substitute="s")
        results.claim("csq-table1", **draws.judge_draws(across), **told)
        stands = ABOUT | {"substitute": "s"}
        open_results("05_center_learning", profile="smoke").table(across, "five-draws", **stands)
        later = open_results("06_video", profile="smoke")
        video = draws.draw_row("video", scores.score_table(five, data), data)
        later.table(complete_table(pd.DataFrame([video]), profile="smoke"), "five-draws", **stands)
        long = scored.assign(stored="codes")[["method", "bits", "seed", "stored", "mAP", "converged"]]
        both = pd.concat([long, long.assign(stored="classes", mAP=long["mAP"] / 3)])
        results.table(stored_table(both, by="method"), "stored", **ABOUT)
        rungs = rungs_of(long)
        results.table(ladder_table(rungs), "ladder", **ABOUT)
        slopes = slope_table(rungs, heads=["shc", "csq"], networks=["net"], fold=2)
        results.table(slopes, "slopes", **ABOUT)
        networks = networks_of()
        results.table(line_table(networks, by="network", of="rank", on="accuracy"), "line", **ABOUT)
        results.table(averages_table(networks, by="network", measures=["rank", "accuracy"]), "averages", **ABOUT)
        results.claim("shc-heads", **comparisons.judge_rows(slopes[:1], over="rungs"), **told)
        results.table(centers_of(scored), "centers", **ABOUT)
        results.table(margins_of(scored), "margins", **ABOUT)
        labels = scored["method"].map({"good": ("a", "x", "h"), "bad: x": ("a", "y", "h")})
        tried = scored.assign(**dict(zip(recipe.Parts._fields, zip(*labels, strict=True), strict=True)))
        results.table(recipe.search_table(tried.assign(**{recipe.SCORE: tried["mAP"]}), bits=16), "search", **ABOUT)
        at = {"λ1": scored["method"].map({"good": 0.0, "bad: x": 0.05}), "λ2": scored["bits"] / 80}
        results.table(points_table(scored.assign(**at), by=[*at], value="mAP"), "grid", **ABOUT)
        sized = scored.assign(**{"mean |y|": scored["mAP"] / 2, "share": 1 - scored["mAP"]})
        results.table(listed_table(sized, by="method", measures=["mean |y|", "share"]), "sizes", **ABOUT)
        levels = level_table(sized, by="method", measure="share", bar=0.1)
        results.table(levels, "levels", **ABOUT)
        base, gain, loss = np.random.default_rng(0).random((3, 60))
        rows = {CODES: base, LABELLED: base + gain, PREDICTED: base - loss}
        classes = label_code_differences({"set, mAP@9": rows}, bits=16, classes={"set, mAP@9": 100})
        results.table(classes, "classes", **ABOUT)
        results.claim("csq-label-codes", **judge_label_codes(classes), **told, substitute="s")
        results.claim("csq-two-rates", **comparisons.judge_rows(levels[2:], margin=-0.1), **told)
        manifest.write_manifest("smoke", {}, known=())
    return folder


@pytest.fixture
def folder(written, tmp_path, monkeypatch):
    """The same in a folder of its own."""
    copytree(written, tmp_path / "results")
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(tmp_path / "results"))
    return tmp_path / "results" / "smoke"


def verified():
    return chapter.verify(shown_results("smoke"))


def complaints():
    return verified()[0]


def edit(path, old, new, *, count=1):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, count))


def arrays_of(path):
    with np.load(path) as found:
        return dict(found)


def test_nothing_is_wrong_as_written(folder):
    found, seen = verified()
    assert found == []
    # 12 of means, differences, centers, search, grid, sizes, levels; 9 of draws, 3 of classes; 24 stored, 18 of slopes
    # and as many of their ladder,
    # 6 of margins, 18 of averages and the line through them
    assert seen == "4 code sets, 216 runs, 17 tables and 7 verdicts that follow from them, all files"
    assert len(chapter.derived_tables(folder)) == 17
    assert {entry["derived"]["kind"] for entry in chapter.derived_tables(folder).values()} == set(chapter.KINDS)


@pytest.mark.parametrize("part", ["query", "database"])
def test_one_flipped_bit_of_a_code_is_named(folder, part):
    path = folder / "codes/04-means-good-16-bits.npz"
    arrays = arrays_of(path)
    arrays[part][3, 0] ^= 64
    np.savez_compressed(path, **arrays)
    found = complaints()
    assert "codes/04-means-good-16-bits.npz was changed (04-means, good, 16 bits, seed 0)" in found
    assert any(line.startswith("04-means, good, 16 bits, seed 0: the codes have a mAP of") for line in found)
    assert not any("bad" in line or "24 bits" in line for line in found)


def test_a_changed_code_is_found_by_its_map_alone(folder):
    """As if the list of sums had been changed with it."""
    path, listed = folder / "codes/04-means-good-24-bits.npz", folder / "codes/04-means.json"
    before = sha256(path)
    arrays = arrays_of(path)
    arrays["database"][3] ^= 255
    np.savez_compressed(path, **arrays)
    edit(listed, before, sha256(path))
    lines = [line for line in complaints() if "24 bits" in line and "mAP" in line]
    assert len(lines) == 1
    codes, table_of_runs = map(float, re.findall(r"0\.\d+", lines[0]))
    assert abs(codes - table_of_runs) > 1e-9


def test_one_changed_label_is_named_for_every_code_set_on_it(folder):
    path = next((folder / "codes").glob("labels-*.npz"))
    arrays = arrays_of(path)
    arrays["database"][5] = (arrays["database"][5] + 1) % 100
    np.savez_compressed(path, **arrays)
    found = complaints()
    assert sum(f"codes/{path.name} was changed" in line for line in found) == 4
    assert sum("the codes have a mAP of" in line for line in found) == 4


def test_one_changed_run_is_named_with_the_tables_that_no_longer_follow(folder):
    path = folder / "tables/runs.csv"
    lines = path.read_text().splitlines()
    place = next(i for i, line in enumerate(lines) if line.startswith("04,means,bad: x,24,1,"))
    cells = lines[place].split(",")
    cells[7] = repr(float(cells[7]) + 0.01)
    lines[place] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n")
    found = complaints()
    assert any(line.startswith(f"tables/runs.csv, line {place + 1}: 04, means, bad: x, 24, 1") for line in found)
    assert any(line.startswith("tables/04-means.csv, bad: x, 24 bits: the table says") for line in found)
    assert not any("16 bits" in line for line in found)


def test_a_run_that_the_codes_do_not_have_is_named(folder):
    path = folder / "tables/runs.csv"
    line = next(line for line in path.read_text().splitlines() if line.startswith("04,means,good,16,0,"))
    edit(path, line + "\n", "")
    assert any("must have one run for codes/04-means-good-16-bits.npz" in found for found in complaints())


def rewritten(folder, change):
    """The table of runs after a change of its lines, with checks that fit."""
    path = folder / "tables/runs.csv"
    lines = change(pd.read_csv(path, dtype=str, keep_default_na=False).drop(columns="check"))
    path.write_text(lines.assign(check=run_table._checks(lines)).to_csv(index=False))
    return complaints()


def lines_of(lines, table, **wanted):
    return np.logical_and.reduce([lines["table"] == table, *(lines[name] == value for name, value in wanted.items())])


def test_a_run_without_one_of_its_measures_is_named(folder):
    def change(lines):
        return lines[~lines_of(lines, "sizes", method="good", seed="1", bits="16", measure="share")]

    assert f"tables/04-sizes.csv {APART}: every run must have one mean |y|, one share" in rewritten(folder, change)


def test_a_measure_that_a_table_shows_and_no_run_has_is_named(folder):
    found = rewritten(folder, lambda lines: lines[~lines_of(lines, "ladder", measure="quality, by class names")])
    assert any(line.startswith("tables/04-ladder.csv must have 3 rows and the columns rung, bits, ") for line in found)


def test_a_column_that_follows_from_nothing_is_named(folder):
    path = folder / "tables/04-sizes.csv"
    pd.read_csv(path, dtype=str).assign(other="1").to_csv(path, index=False)
    assert any(line.startswith("tables/04-sizes.csv must have 4 rows and the columns ") for line in complaints())


def test_a_run_that_measured_nothing_leaves_its_mean_empty(folder):
    def change(lines):
        one = lines_of(lines, "averages", method="net 2", seed="1", measure="rank")
        return lines.assign(value=lines["value"].where(~one, "nan"))

    found = [line for line in rewritten(folder, change) if "manifest" not in line]
    assert len(found) == 1 and found[0].startswith("tables/04-averages.csv, net 2, rank: the table says 0.1")
    assert found[0].endswith("its runs give –")


def test_a_run_that_converged_in_one_table_only_is_named(folder):
    def change(lines):
        one = lines_of(lines, "averages", method="net 2", seed="1", measure="rank")
        return lines.assign(converged=lines["converged"].where(~one, "False"))

    assert any("net 2, 100, 1, rank has other convergence in the tables" in line for line in rewritten(folder, change))


def test_sides_that_share_no_seed_are_one_line(folder):
    def change(lines):
        other = lines_of(lines, "differences", method="good", bits="16")
        return lines.assign(seed=lines["seed"].where(~other, "7" + lines["seed"]))

    found = rewritten(folder, change)
    assert f"tables/04-differences.csv {APART}: good and bad: x must share a seed at 16 bits" in found
    assert any(line.startswith("claims.json, csq-fixed-centers (notebook 04) does not follow") for line in found)


def test_runs_of_no_table_and_runs_that_tables_do_not_agree_on_are_named(folder):
    def change(lines):
        one = lines_of(lines, "differences", method="good", bits="16", seed="1")
        lines = lines.assign(value=lines["value"].where(~one, "0.9"))
        return pd.concat([lines, lines[lines_of(lines, "grid")].assign(table="gone")])

    found = rewritten(folder, change)
    assert "tables/runs.csv: there is no table 04-gone that follows from runs" in found
    (line,) = (line for line in found if "has other values" in line)
    assert line.startswith("tables/runs.csv: 04, good, 16, 1, mAP has other values in the tables means, differences")


CELLS = {
    "means": ["good, 16 bits", "bad: x, 24 bits", "good, converged"],
    "differences": ["mean", "low", "high", "verdict", "low, these trainings", "high, these trainings", "seeds"],
    "five-draws": ["mAP, single-label", "95 % interval of the ±, single-label"],
    "stored": ["good, 16, codes", "bad: x, 24, classes"],
    "centers": ["good, 16, mAP", "bad: x, 24, bits moved", "good, 24, minimum distance", "good, 16, centers"],
    "margins": ["Face: with − 0.95, 16, mean", "Face: with − (without), 16, low"],
    "sizes": ["good, 16, mean |y|", "bad: x, 24, share"],
    "classes": [
        "label code, predicted, 7 instead of 16, mean",
        "label code, labelled database, 7 instead of 16, verdict",
    ],
    "levels": ["good, 16, mean", "bad: x, 24, low", "bad: x, 16, verdict", "good, 24, seeds"],
    "search": ["a, x, h, 16 bits", "a, y, h, 24 bits"],
    "grid": ["0.05, 0.2, mAP", "0, 0.3, mAP"],
    "ladder": ["a, 16, quality, by net", "b, 16, quality, by class names", "c, 16, csq, net"],
    "averages": ["net 0, rank", "net 5, accuracy", "net 2, converged"],
    "line": ["rank, accuracy, mean", "rank, accuracy, high", "rank, accuracy, verdict", "rank, accuracy, points"],
    "slopes": [
        "net, shc, net, all, mean",
        "net, csq, net, all, high",
        "net, shc, net, all, verdict",
        "net, csq, class names, all, lowest, a seed",
    ],
}
# columns that tell the rows apart; else 1
NAMED = {
    "slopes": 4,
    "ladder": 2,
    "line": 2,
    "differences": 2,
    "stored": 2,
    "centers": 2,
    "search": 3,
    "grid": 2,
    "sizes": 2,
    "levels": 2,
    "margins": 2,
    "classes": 3,
}


def altered(value):
    """A cell that says something a little different."""
    if re.fullmatch(r"-?[\d.e-]+", value):
        return repr(float(value) + (1e-6 if "." in value else 1))
    digits = [place for place, sign in enumerate(value) if sign.isdigit()]
    if not digits:
        return "not-shown" if value == "trend" else "trend"
    last = digits[-1]
    return value[:last] + str((int(value[last]) + 1) % 10) + value[last + 1 :]


@pytest.mark.parametrize(("name", "label"), [(name, label) for name, labels in CELLS.items() for label in labels])
def test_one_changed_cell_is_named(folder, name, label):
    path = folder / f"tables/04-{name}.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    named = NAMED.get(name, 1)
    labels = [", ".join([*map(str, row[:named]), column]) for row in frame.to_numpy() for column in frame.columns]
    place = next(
        place
        for place, found in enumerate(labels)
        if found == label or found.endswith((f" − bad: x, {label}", f"mAP@9, {label}"))
    )
    row, column = divmod(place, len(frame.columns))
    frame.iloc[row, column] = altered(frame.iloc[row, column])
    path.write_text(frame.to_csv(index=False))
    found = complaints()
    assert any(line.startswith(f"tables/04-{name}.csv, {labels[place]}: the table says") for line in found)
    assert sum("the table says" in line for line in found) == 1
    assert f"tables/04-{name}.csv is not the one of the manifest" in found


CLAIMS = {"csq-fixed-centers": "trend", "csq-wider-gain": "finding", "csq-table1": "trend", "shc-heads": "trend"}
CLAIMS |= {"csq-two-rates": "trend", "csq-label-codes": "finding"}


@pytest.mark.parametrize(("claim", "verdict"), CLAIMS.items())
def test_a_verdict_that_its_runs_do_not_give_is_named(folder, claim, verdict):
    entries = json.loads((folder / "claims.json").read_text())
    (entry,) = (entry for entry in entries.values() if entry["id"] == claim)
    assert entry["verdict"] == verdict
    entry["verdict"] = "inconclusive"
    (folder / "claims.json").write_text(json.dumps(entries))
    found = [line for line in complaints() if line.startswith("claims.json, ")]
    given = verdict.replace("finding", "trend")
    assert found == [f"claims.json, {claim} (notebook 04): it says inconclusive, its runs give {given}"]


def test_a_verdict_on_an_order_of_other_networks_than_the_statements_is_open_by_their_names(folder):
    entries = json.loads((folder / "claims.json").read_text())
    (entry,) = (entry for entry in entries.values() if entry["id"] == "shc-table1")
    assert entry["verdict"] == "inconclusive"
    entry["verdict"] = "trend"
    (folder / "claims.json").write_text(json.dumps(entries))
    assert "claims.json, shc-table1 (notebook 04): it says trend, its runs give inconclusive" in complaints()


@pytest.mark.parametrize("claim", ["csq-fixed-centers", "csq-table1", "csq-label-codes", "shc-heads", "shc-table1"])
def test_a_number_that_a_claim_quotes_and_its_runs_do_not_give_is_named(folder, claim):
    """Each of its numbers in turn, as if the manifest had been changed with it."""
    path = folder / "claims.json"
    entries = json.loads(path.read_text())
    (entry,) = (entry for entry in entries.values() if entry["id"] == claim)
    observed = entry["observed"]
    quoted = chapter.QUOTED.findall(observed)
    assert quoted
    for text in quoted:
        entry["observed"] = observed.replace(text, altered(text))
        path.write_text(json.dumps(entries))
        wrong = f"claims.json, {claim} (notebook 04): it says {altered(text)}, which its runs do not give"
        assert [line for line in complaints() if claim in line] == [wrong]


def test_a_verdict_whose_table_is_gone_is_named(folder):
    edit(folder / "claims.json", '"table": "table-04-slopes"', '"table": "table-04-gone"')
    assert any(line.startswith("claims.json, shc-heads (notebook 04) does not follow") for line in complaints())


def test_a_copied_column_that_its_table_does_not_have_is_named(folder):
    path = folder / "tables/06-five-draws.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame.loc[0, "single-label"] = "0.9999 ± 0.10 pp"
    path.write_text(frame.to_csv(index=False))
    assert any(
        line.startswith("tables/06-five-draws.csv, mAP, single-label: the table says 0.9999") for line in complaints()
    )


def test_a_missing_row_a_lost_file_and_any_other_file_are_named(folder):
    lines = (folder / "tables/04-means.csv").read_text().splitlines()
    (folder / "tables/04-means.csv").write_text("\n".join(lines[:-1]) + "\n")
    (folder / "codes/04-means-good-16-bits.npz").unlink()
    (folder / "tables/04-differences.md").write_text("other")
    found = complaints()
    wanted = (
        "tables/04-means.csv must have 2 rows and the columns method, 16 bits, 24 bits, converged, or is of another"
    )
    assert f"{wanted} version of the workbook" in found
    assert "codes/04-means-good-16-bits.npz is missing (04-means, good, 16 bits, seed 0)" in found
    assert "tables/04-differences.md is not the one of the manifest" in found


def test_broken_files_are_lines_too(folder):
    (folder / "codes/04-means-good-16-bits.npz").write_bytes(b"no zip")
    exhibits = json.loads((folder / "exhibits.json").read_text())
    exhibits["table-04-means"]["derived"]["kind"] = "other"
    (folder / "exhibits.json").write_text(json.dumps(exhibits))
    found = complaints()
    assert any("is not a readable .npz file without pickled objects" in line for line in found)
    assert any(line.startswith("tables/04-means.csv does not follow from its runs") for line in found)


def test_a_manifest_without_artefacts_is_one_line(folder):
    (folder / "manifest.json").write_text("{}")
    with pytest.raises(InputError, match=r"manifest\.json, artefacts must be"):
        complaints()


def test_nothing_to_verify_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(tmp_path))
    with pytest.raises(InputError, match=r"must hold tables/runs\.csv and codes/"):
        verified()


def test_the_command_needs_no_torch(folder):
    script = "import sys; from workbook.runner.command import main; main(); sys.exit(50 * ('torch' in sys.modules))"
    called = [sys.executable, "-c", script, "verify", "--profile", "smoke"]
    environment = os.environ | {"PYTHONPATH": str(project_root() / "lib")}
    done = subprocess.run(called, env=environment, capture_output=True, text=True, cwd=folder)
    wanted = (
        f"{folder}: 4 code sets, 216 runs, 17 tables and 7 verdicts that follow from them, all files; nothing wrong\n"
    )
    assert (done.returncode, done.stdout) == (0, wanted)


def test_the_command_says_what_is_wrong(folder, capsys):
    assert command.hold("smoke") == 0
    edit(folder / "tables/04-means.csv", "good", "best")
    assert command.hold("smoke") == 1
    said = capsys.readouterr().out
    assert "tables/04-means.csv, best, method: the table says best, its runs give good" in said
    assert said.endswith("; 2 wrong\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["verify", "--list"], "'verify' and --list exclude each other"),
        (["check"], r"'train' and 'verify' are the only ones"),
    ],
)
def test_wrong_use_is_one_line(words, message):
    with pytest.raises(InputError, match=message):
        command.run_all.main(words, standalone_mode=False)


def test_committed_results_are_verified_beside_those_of_a_run(folder, tmp_path, monkeypatch, capsys):
    own = copytree(folder, tmp_path / "own" / "smoke")
    monkeypatch.setenv("HASHCENTERS_COMMITTED", str(folder.parent))
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(own.parent))
    assert command.hold("smoke") == 0
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == [str(folder), str(own)]
    edit(folder / "tables/04-means.csv", "good", "best")
    assert command.hold("smoke") == 1
    said = capsys.readouterr().out
    assert "best, method: the table says best" in said and f"{own}: " in said and said.endswith("nothing wrong\n")


def test_a_changed_page_is_named(folder):
    (folder / "README.md").write_text("a page")
    assert "README.md is not in the manifest" in complaints()
    manifest.note_artefacts("smoke")
    assert complaints() == []
    (folder / "README.md").write_text("another")
    assert complaints() == ["README.md is not the one of the manifest"]


def test_a_page_without_results_leaves_no_manifest(tmp_path, monkeypatch):
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(tmp_path))
    manifest.note_artefacts("smoke")
    assert not [*tmp_path.rglob("*")]


def test_committed_results_are_verified_before_a_run_and_taken_over_whole(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("HASHCENTERS_COMMITTED", str(folder.parent))
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(tmp_path / "own"))
    assert verified()[0] == []
    names = {entry["notebook"] for entry in read(folder / EXHIBITS).values()}
    for name in names:
        (folder / "notebooks").mkdir(exist_ok=True)
        (folder / "notebooks" / f"{name}.ipynb").write_text("{}")
    assert set(take_over("smoke", [*names, "99_gone"])) == names
    complaints, seen = verified()
    assert [line for line in complaints if not line.startswith("notebooks/")] == []
    assert not seen.startswith("0 code sets")
    own = tmp_path / "own" / "smoke"
    assert (own / "tables" / "runs.csv").read_text() == (folder / "tables" / "runs.csv").read_text()
    assert {path.name for path in (own / "codes").iterdir()} == {path.name for path in (folder / "codes").iterdir()}
