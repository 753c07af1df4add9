"""One table of all metrics, its files and its command line."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from basics.errors import EXIT_BAD_INPUT, InputError
from hashcenters import metrics
from hashcenters.metrics import __main__ as command_line
from hashcenters.metrics import code_files, curves, report
from hashcenters.metrics.engine import histograms
from hashcenters.metrics.inputs import prepare


def code_set(seed=0, classes=3):
    rng = np.random.default_rng(seed)
    codes = rng.choice(np.array([-1, 1], dtype=np.int8), (60, 16))
    labels = rng.integers(0, classes, 60)
    return code_files.CodeSet(codes[:9], labels[:9], codes[9:], labels[9:])


def arrays(codes):
    return codes.query_codes, codes.query_labels, codes.database_codes, codes.database_labels


def test_every_row_is_the_metric_it_names():
    codes = arrays(code_set())
    table = report.score_codes(*codes, top_k=20, ties="relevant_last")
    values = table.set_index(["metric", "ties"])["value"]
    for rule, mean in metrics.all_ties(*codes, top_k=20).items():
        assert values["mAP@20", rule] == mean
    assert values["mAP@All", "stable"] == metrics.all_ties(*codes, top_k=None)["stable"]
    inputs, cutoffs = prepare(*codes), np.array([1, 10, 20])
    whole = list(histograms(inputs, top_k=inputs.database_size, cutoffs=cutoffs))
    by_rank = curves.rank_table(inputs, whole, cutoffs, ties="relevant_last").set_index("rank")
    for rank in cutoffs:
        assert values[f"precision@{rank}", "relevant_last"] == by_rank["precision"][rank]
        assert values[f"recall@{rank}", "relevant_last"] == by_rank["recall"][rank]
    within = curves.radius_table(inputs, whole, largest=2)
    assert values["precision within radius 2", ""] == within["precision"][2]
    assert values["share of queries with nothing within radius 2", ""] == within["empty"][2]
    assert table["value"].between(0, 1).all()


def test_an_unknown_rule_for_ties_gets_one_line():
    with pytest.raises(InputError, match=r"ties must be one of expected, stable.*got 'unstable'"):
        report.score_codes(*arrays(code_set()), top_k=20, ties="unstable")


def test_the_whole_database_is_listed_once():
    table = report.score_codes(*arrays(code_set()), top_k=None)
    assert table["metric"].tolist().count("mAP@All") == 4
    assert not table["metric"].str.contains("mAP@51").any()


def test_a_code_set_comes_back_from_its_file(tmp_path):
    saved = code_set()
    code_files.save_codes(tmp_path / "codes.npz", saved)
    loaded = code_files.load_codes(tmp_path / "codes.npz")
    for before, after in zip(arrays(saved), arrays(loaded), strict=True):
        np.testing.assert_array_equal(before, after)


def test_the_same_codes_make_the_same_file(tmp_path):
    for name in ("a.npz", "b.npz"):
        code_files.save_codes(tmp_path / name, code_set())
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_the_authors_outputs_become_codes_by_their_signs(tmp_path):
    codes = code_set()
    for (field, file), array in zip(code_files.AUTHORS_FILES.items(), arrays(codes), strict=True):
        outputs = array * 0.9 if "codes" in field else array
        np.save(tmp_path / file, outputs.astype(np.float32))
    outputs = np.load(tmp_path / "test_hash.npy")
    outputs[0, :2] = 0
    np.save(tmp_path / "test_hash.npy", outputs)
    loaded = code_files.load_codes(tmp_path)
    assert (loaded.query_codes[0, :2] == 1).all()
    assert (loaded.query_codes[1:] == codes.query_codes[1:]).all()
    assert loaded.query_labels.dtype == np.int64


def damaged(folder: Path) -> dict[str, tuple[Path, str]]:
    """Files that are no code sets, and what the error must say."""
    codes = code_set()
    whole = folder / "whole.npz"
    code_files.save_codes(whole, codes)
    (folder / "cut.npz").write_bytes(whole.read_bytes()[:-700])
    (folder / "text.npz").write_text("no codes here\n")
    (folder / "empty.npz").write_bytes(b"")
    np.save(folder / "one.npy", codes.query_codes)
    fields = dict(zip(code_files.AUTHORS_FILES, arrays(codes), strict=True))
    np.savez(folder / "lacking.npz", query_codes=codes.query_codes)
    np.savez(folder / "pickled.npz", **(fields | {"query_labels": np.array([{}] * 9, dtype=object)}))
    np.savez(folder / "outputs.npz", **(fields | {"query_codes": codes.query_codes * 0.5}))
    (folder / "npy").mkdir()
    np.save(folder / "npy" / "test_hash.npy", codes.query_codes)
    return {
        "missing": (folder / "nothing.npz", "does not exist"),
        "cut": (folder / "cut.npz", "is not a readable .npz file"),
        "text": (folder / "text.npz", "is not a readable .npz file"),
        "empty": (folder / "empty.npz", "is not a readable .npz file"),
        "one array": (folder / "one.npy", "holds one array"),
        "lacking": (folder / "lacking.npz", "query_labels, database_codes, database_labels is missing"),
        "pickled": (folder / "pickled.npz", "is not a readable .npz file without pickled objects"),
        "outputs": (folder / "outputs.npz", "query codes must be -1 or +1, got 0.5"),
        "half a folder": (folder / "npy", "test_label.npy is missing"),
    }


@pytest.mark.parametrize(
    "case", ["missing", "cut", "text", "empty", "one array", "lacking", "pickled", "outputs", "half a folder"]
)
def test_files_that_are_no_code_sets_get_one_line(tmp_path, case):
    path, message = damaged(tmp_path)[case]
    with pytest.raises(InputError) as caught:
        code_files.load_codes(path)
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_only_npz_names_are_written(tmp_path):
    with pytest.raises(InputError, match=r"got codes\.npy"):
        code_files.save_codes(tmp_path / "codes.npy", code_set())


def test_the_command_line_prints_and_writes_the_table(tmp_path):
    code_files.save_codes(tmp_path / "mine.npz", code_set())
    command = [sys.executable, "-m", "hashcenters.metrics", "mine.npz", "--top-k", "20", "--output", "scores"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "9 queries (0 without any label), 51 in the database, 16 bits" in done.stdout
    written = pd.read_csv(tmp_path / "scores" / "mine-metrics.csv", keep_default_na=False)
    expected = report.score_codes(*arrays(code_set()), top_k=20)
    assert written["metric"].tolist() == expected["metric"].tolist()
    np.testing.assert_allclose(written["value"], expected["value"], atol=1e-9)
    assert "mAP@20" in (tmp_path / "scores" / "mine-metrics.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.npz"], "nothing.npz does not exist"),
        (["mine.npz", "--top-k", "0"], "top_k must be a whole number >= 1"),
        (["mine.npz", "--top-k", "many"], "--top-k must be a whole number >= 1 or all, got 'many'"),
        (["mine.npz", "--ties", "none"], "'none' is not one of"),
        ([], "Missing argument 'CODES'"),
    ],
)
def test_wrong_use_gets_one_line_and_exit_code_2(tmp_path, monkeypatch, capsys, arguments, message):
    code_files.save_codes(tmp_path / "mine.npz", code_set())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["metrics", *arguments])
    with pytest.raises(SystemExit) as stopped:
        command_line.main()
    assert stopped.value.code == EXIT_BAD_INPUT
    printed = capsys.readouterr().err
    assert message in printed and len(printed.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.npz"]
