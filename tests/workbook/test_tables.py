"""Formatting by hand-computed cases; hostile strings stay text in every format."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from basics import frames
from basics.errors import InputError
from workbook import tables

HOSTILE = '<script>alert("1")</script> & a|b_c $x$ 100% \\end{table}'


def test_mean_and_sample_deviation_of_groups_in_order_of_appearance():
    frame = pd.DataFrame({"method": ["b", "b", "a"], "bits": [16, 16, 16], "map": [0.860, 0.866, 0.5]})
    summary = tables.mean_std(frame, ["method", "bits"], "map")
    assert summary["map"].tolist() == ["0.8630 ± 0.0042", "0.5000 (one run)"]
    assert summary["map_std"][0] == pytest.approx(0.006 / math.sqrt(2))
    assert summary["n"].tolist() == [2, 1]
    assert tables.mean_std(frame, "method", "map")["map_mean"].tolist() == [0.863, 0.5]


def test_mean_std_names_what_is_missing():
    with pytest.raises(InputError, match=r"needs the columns \['recall'\]"):
        tables.mean_std(pd.DataFrame({"map": [1.0]}), "map", "recall")


@pytest.mark.parametrize("column", ["seconds", "Time (s)", "wall_time", "date", "hostname", "runtime_s", "elapsed"])
def test_saved_tables_hold_nothing_volatile(column, tmp_path: Path):
    with pytest.raises(InputError, match="same after every run"):
        tables.save(pd.DataFrame({column: [1]}), tmp_path / "x", caption="x")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("column", ["timesteps", "candidates", "update", "ghost"])
def test_harmless_columns_are_not_taken_for_volatile_ones(column):
    tables.refuse_volatile(pd.DataFrame({column: [1]}))


def test_html_escapes_every_string():
    text = tables.to_html(pd.DataFrame({HOSTILE: [HOSTILE]}), caption=HOSTILE)
    assert "<script" not in text
    assert text.count("&lt;script&gt;") == 3


def test_markdown_keeps_markup_and_bars_inside_their_cell():
    text = frames.to_markdown(pd.DataFrame({"x": [HOSTILE, "two\nlines"]}), caption="c")
    assert "<script" not in text
    assert [line.replace("\\|", "").count("|") for line in text.splitlines()[2:]] == [2, 2, 2, 2]


def test_latex_is_booktabs_and_escaped():
    frame = pd.DataFrame({"method": [HOSTILE], "map_±": [0.5]})
    text = tables.to_latex(frame, caption="50 % of λ₁", label="04-x")
    lines = text.splitlines()
    assert lines[2] == r"\caption{50 \% of $\lambda$$_1$}"
    assert lines[4] == r"\begin{tabular}{lr}"
    assert [line for line in lines if "rule" in line] == [r"\toprule", r"\midrule", r"\bottomrule"]
    assert r"a$|$b\_c \$x\$ 100\% \textbackslash{}end\{table\} & 0.5 \\" in text
    assert text.count(r"\end{table}") == 1


@pytest.mark.parametrize("cell", ["[2cm] x", "*", " [x]", "*y"])
def test_no_latex_command_takes_the_start_of_a_row_as_its_argument(cell: str):
    rows = tables.to_latex(pd.DataFrame({cell: [cell, "x"]})).splitlines()
    starts = [row.lstrip() for row in rows[2:] if row.endswith(r"\\")]
    assert len(starts) == 3
    assert not any(row.startswith(("[", "*")) for row in starts)
    assert sum(row.startswith("{}") for row in starts) == 2


def test_long_tables_are_cut_and_counted():
    text = tables.to_html(pd.DataFrame({"x": range(10)}), most_rows=4)
    assert text.count("<tr>") == 1 + 4 + 1
    assert "… 6 more rows" in text


def test_columns_of_sentences_are_marked():
    text = tables.to_html(pd.DataFrame({"a": ["x" * 61, "y"], "b": ["short", ""], "c": [1, 2]}))
    assert '<td class="long">y</td><td></td><td class="num">2</td>' in text


def test_an_empty_table_says_so():
    assert '<td colspan="2">–</td>' in tables.to_html(pd.DataFrame(columns=["a", "b"]))


def test_saving_twice_gives_the_same_bytes(tmp_path: Path):
    frame = pd.DataFrame({"x": np.random.default_rng(0).random(20)})
    first = {k: p.read_bytes() for k, p in tables.save(frame, tmp_path / "a", caption="c").items()}
    again = {k: p.read_bytes() for k, p in tables.save(frame, tmp_path / "a", caption="c").items()}
    assert first == again
    assert pd.read_csv(tmp_path / "a.csv")["x"].to_numpy() == pytest.approx(frame["x"].to_numpy(), abs=1e-9)
