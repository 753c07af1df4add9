"""One table of all metrics, its files and its command line."""

import os
import struct
import subprocess
import sys
import zipfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from basics.errors import EXIT_BAD_INPUT, InputError
from hashcenters import limits, metrics
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
    np.savez(tmp_path / "codes.npz", **asdict(saved))
    loaded = code_files.load_codes(tmp_path / "codes.npz")
    for before, after in zip(arrays(saved), arrays(loaded), strict=True):
        np.testing.assert_array_equal(before, after)


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


FORMS = {
    "±1": lambda codes: codes,
    "±1 as float": lambda codes: codes.astype(np.float16),
    "bool": lambda codes: codes > 0,
    "{0, 1}": lambda codes: (codes > 0).astype(np.uint8),
    "{0, 1} as float": lambda codes: (codes > 0).astype(np.float32),
    "tanh": lambda codes: np.tanh(codes * np.linspace(0.1, 3, codes.shape[1])),
    "logits": lambda codes: codes * 7.5,
}
REFUSED = {
    "sigmoid": (lambda codes: 1 / (1 + np.exp(-4.0 * codes)), "binarise(outputs - 0.5)"),
    "packed": (lambda codes: np.packbits(codes > 0, axis=1), 'unpack(codes.view("uint8"), bits)'),
    "packed as int8": (lambda codes: np.packbits(codes > 0, axis=1).view(np.int8), 'unpack(codes.view("uint8"), bits)'),
    "±1 as uint8": (lambda codes: codes.astype(np.uint8), 'codes.astype("int8")'),
    "text": (lambda codes: codes.astype(str), "query codes must be numbers of shape"),
    "complex": (lambda codes: codes + 0j, "query codes must be numbers of shape"),
    "one code": (lambda codes: codes[0], "query codes must be numbers of shape"),
    "NaN": (lambda codes: np.where(codes > 0, np.nan, codes), "got nan in row"),
    "many bits": (lambda codes: np.ones((9, 65_536), np.int8), "bits in 1..65535, got int8 (9, 65536)"),
}


def saved_in(form, change, folder):
    """A code set in one of the two forms of files, its codes changed."""
    codes = code_set()
    fields = dict(zip(code_files.AUTHORS_FILES, arrays(codes), strict=True))
    fields |= {name: change(array) for name, array in fields.items() if "codes" in name}
    if form == "npz":
        np.savez(folder / "codes.npz", **fields)
        return folder / "codes.npz"
    for name, file in code_files.AUTHORS_FILES.items():
        np.save(folder / file, fields[name])
    return folder


@pytest.mark.parametrize("form", ["npz", "folder"])
@pytest.mark.parametrize("kind", list(FORMS))
def test_codes_of_every_form_are_read_as_what_they_are(tmp_path, form, kind):
    loaded = code_files.load_codes(saved_in(form, FORMS[kind], tmp_path))
    for before, after in zip(arrays(code_set()), arrays(loaded), strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("form", ["npz", "folder"])
@pytest.mark.parametrize("kind", list(REFUSED))
def test_codes_of_other_forms_are_refused_with_what_would_help(tmp_path, form, kind):
    change, message = REFUSED[kind]
    with pytest.raises(InputError) as caught:
        code_files.load_codes(saved_in(form, change, tmp_path))
    assert message in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("bits", [65_535, 65_536])
def test_distances_beyond_16_bits_are_refused_and_all_others_are_right(bits):
    rng = np.random.default_rng(0)
    query = rng.choice(np.array([-1, 1], np.int8), (1, bits))
    database, labels = np.repeat(query, 40, axis=0), rng.integers(0, 2, 40)
    for row, flips in zip(database, rng.permutation(bits)[:40], strict=True):
        row[:flips] *= -1
    if bits > 65_535:
        with pytest.raises(InputError, match=r"bits in 1\.\.65535, got int8 \(1, 65536\)"):
            metrics.all_ties(query, labels[:1], database, labels, top_k=None)
        return
    hits = (labels == labels[0])[np.argsort((query != database).sum(axis=1), kind="stable")]
    right = (np.cumsum(hits) / np.arange(1, 41))[hits].mean()
    assert metrics.all_ties(query, labels[:1], database, labels, top_k=None)["stable"] == pytest.approx(right)


def damaged(folder: Path) -> dict[str, tuple[Path, str]]:
    """Files that are no code sets, and what the error must say."""
    codes = code_set()
    whole = folder / "whole.npz"
    np.savez(whole, **asdict(codes))
    (folder / "cut.npz").write_bytes(whole.read_bytes()[:-700])
    (folder / "text.npz").write_text("no codes here\n")
    (folder / "empty.npz").write_bytes(b"")
    np.save(folder / "one.npy", codes.query_codes)
    fields = dict(zip(code_files.AUTHORS_FILES, arrays(codes), strict=True))
    np.savez(folder / "lacking.npz", query_codes=codes.query_codes)
    np.savez(folder / "pickled.npz", **(fields | {"query_labels": np.array([{}] * 9, dtype=object)}))
    np.savez(folder / "outputs.npz", **(fields | {"query_codes": (codes.query_codes + 1.5) / 3}))
    (folder / "npy").mkdir()
    np.save(folder / "npy" / "test_hash.npy", codes.query_codes)
    zipped = bytearray(whole.read_bytes())
    zipped[zipped.index(b"PK\x01\x02") + 8] |= 1  # encrypted
    (folder / "locked.npz").write_bytes(zipped)
    huge = b"{'descr': '|i1', 'fortran_order': False, 'shape': (1000000000000000, 16), }"
    with zipfile.ZipFile(folder / "huge.npz", "w") as archive:
        for name in code_files.AUTHORS_FILES:
            archive.writestr(f"{name}.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(huge)) + huge)
    os.mkfifo(folder / "pipe.npz")
    return {
        "missing": (folder / "nothing.npz", "does not exist"),
        "cut": (folder / "cut.npz", "is not a readable .npz file"),
        "text": (folder / "text.npz", "is not a readable .npz file"),
        "empty": (folder / "empty.npz", "is not a readable .npz file"),
        "one array": (folder / "one.npy", "holds one array"),
        "lacking": (folder / "lacking.npz", "query_labels, database_codes, database_labels is missing"),
        "pickled": (folder / "pickled.npz", "is not a readable .npz file without pickled objects"),
        "outputs": (folder / "outputs.npz", "outputs - 0.5)"),
        "locked": (folder / "locked.npz", "is not a readable .npz file"),
        "huge": (folder / "huge.npz", "is not a readable .npz file"),
        "pipe": (folder / "pipe.npz", "is no file"),
        "half a folder": (folder / "npy", "test_label.npy, database_hash.npy, database_label.npy is missing"),
    }


@pytest.mark.parametrize(
    "case",
    [
        *("missing", "cut", "text", "empty", "one array", "lacking", "pickled", "outputs", "half a folder"),
        *("locked", "huge", "pipe"),
    ],
)
def test_files_that_are_no_code_sets_get_one_line(tmp_path, case):
    path, message = damaged(tmp_path)[case]
    with pytest.raises(InputError) as caught:
        code_files.load_codes(path)
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_the_command_line_prints_and_writes_the_table(tmp_path):
    np.savez(tmp_path / "mine.npz", **asdict(code_set()))
    command = [sys.executable, "-m", "hashcenters.metrics", "mine.npz", "--top-k", "20", "--output", "scores"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "9 queries (0 without any label), 51 in the database, 16 bits" in done.stdout
    written = pd.read_csv(tmp_path / "scores" / "mine-metrics.csv", keep_default_na=False)
    expected = report.score_codes(*arrays(code_set()), top_k=20)
    assert written["metric"].tolist() == expected["metric"].tolist()
    np.testing.assert_allclose(written["value"], expected["value"], atol=1e-9)
    assert "mAP@20" in (tmp_path / "scores" / "mine-metrics.md").read_text()


def test_the_command_line_writes_only_when_told_to(tmp_path, monkeypatch, capsys):
    np.savez(tmp_path / "mine.npz", **asdict(code_set()))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["metrics", "mine.npz"])
    command_line.main()
    assert "mAP@All" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["mine.npz"]


def test_help_says_the_limits_that_are_checked(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["metrics", "--help"])
    command_line.main()
    shown = capsys.readouterr().out
    assert f"{limits.MAX_BITS:,} bits" in shown and f"{limits.MAX_ITEMS:,} items a side" in shown


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
    np.savez(tmp_path / "mine.npz", **asdict(code_set()))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["metrics", *arguments])
    with pytest.raises(SystemExit) as stopped:
        command_line.main()
    assert stopped.value.code == EXIT_BAD_INPUT
    printed = capsys.readouterr().err
    assert message in printed and len(printed.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.npz"]
