"""A small results folder with everything in it: figures, tables, claims, formulas, hostile strings, a failure."""

import shutil
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from basics import paths
from basics.files import write_json
from hashcenters.centers.hadamard import hadamard_matrix
from workbook import display, style
from workbook.literate import same_as_library, show
from workbook.report.site import build
from workbook.results import Results, open_results, read_table

HOSTILE = '<img src=x onerror=alert(1)><script>alert("2")</script> & "quoted" | `tick` $x$ [a](javascript:alert(3))'
BY = {"commit": "0123456789abcdef", "changed_since_commit": True}
ENTRY = {"cells": 3, "parameters": {}, "error": None, "trainings": {}, **BY}
MANIFEST = {
    **BY,
    "profile": "smoke",
    "artefacts": {},
    "device": "Some processor, 2 cores",
    "platform": "Linux",
    "python": "3.11.7",
    "packages": {"torch": "2.11.0", "numpy": "2.4.6"},
    "notebooks": {
        "01_first": {**ENTRY, "seconds": 75.0, "finished": "2030-01-02T03:04:05+00:00", "seeds": {"seeds": [1, 2]}},
        "02_second": {**ENTRY, "seconds": 3.5, "finished": "2030-01-02T03:05:05+00:00", "seeds": {}},
    },
}
PROSE = r"""# First of {topic}

Does it **hold** for hash centers? See [the second](02_second.ipynb#results) and [what is not here](../docs/gone.md),
[elsewhere](https://example.org/x). Inline $D_H = \frac{{1}}{{2}}(K - \langle h_i, h_j \rangle)$, price 5\$.

$$D_H(h_i, h_j) = \begin{{cases}} \frac{{K}}{{2}} & \text{{if }} h_i \neq -h_j \\ K & \text{{otherwise}} \end{{cases}}$$

## Results

| a | b |
|---|---|
| 1 | $\lambda_1$ |
"""


def outputs_of(*shown: display.Shown) -> list:
    """What executed cells hold after showing these."""
    outputs: list = []
    original = display.display
    display.display = lambda part, metadata, **_: outputs.append(new_output("display_data", part, metadata=metadata))
    try:
        for item in shown:
            item._ipython_display_()
    finally:
        display.display = original
    return outputs


def _figure(bits: int):
    drawn, axes = style.figure(columns=1, height=3.2)
    style.bare(axes).imshow(hadamard_matrix(bits))
    return drawn


def _record(results: Results) -> list:
    frame = pd.DataFrame({"class": [HOSTILE, "b", "a"], "mAP": [0.5, 0.25, np.nan], "bits": [16, 64, 8]})
    table = results.table(
        frame,
        "losses",
        caption=f"Losses. {HOSTILE}",
        protocol={"dataset": HOSTILE, "bits": 16},
        source="CSQ Table 1",
    )
    wide = pd.DataFrame([range(40)], columns=[f"column {i}" for i in range(40)])
    matrix = pd.DataFrame(hadamard_matrix(8))
    long = pd.DataFrame({"row": range(30), "below_half": 1 / 3})
    return outputs_of(
        table,
        results.table(long, "long", caption="A long table."),
        results.table(
            wide,
            "wide",
            caption="A wide table, timm:tf_efficientnet_lite0@192.",
            substitute="Digits stand in for photographs.",
        ),
        results.figure(_figure(16), "later", data=matrix, caption="No source.", alt="a matrix"),
        results.figure(_figure(8), "matrix", data=matrix, caption=f"H. {HOSTILE}", alt=HOSTILE, source="CSQ Fig. S.2"),
        results.claim(
            "csq-lq-binarises",
            "trend",
            observed=0.1,
            expected=HOSTILE,
            evidence=HOSTILE,
            data="digits",
            substitute=True,
        ),
    )


def _first(folder: Path) -> None:
    outputs = _record(open_results("01_first", profile="smoke"))
    cells = [
        new_markdown_cell(PROSE.format(topic="all")),
        new_code_cell("bits: int = 16  # length", metadata={"tags": ["parameters"]}),
        new_code_cell('print("x < 1")', outputs=[new_output("stream", text="\x1b[31mred\x1b[0m <b>raw</b>\n")]),
        new_code_cell("results", outputs=outputs),
        new_markdown_cell(f"**Reading.** The matrix has L_Q = -0.5 (`a. B`). The rest follows. {HOSTILE}\n\n## After"),
        new_code_cell("html", outputs=[new_output("display_data", {"text/html": HOSTILE + "<b>kept</b>"})]),
        new_code_cell("def square(x): ...", outputs=outputs_of(same_as_library("x²", 4, 4), show(read_table))),
        new_code_cell("plain", outputs=[new_output("execute_result", {"text/plain": HOSTILE})]),
        new_code_cell("md", outputs=[new_output("display_data", {"text/markdown": "**mean** 3 " + HOSTILE})]),
    ]
    nbformat.write(new_notebook(cells=cells), folder / "01_first.ipynb")


def _second(folder: Path) -> None:
    results = open_results("02_second", profile="smoke")
    claim = {"expected": "K/2", "evidence": "All pairs.", "data": "none needed"}
    outputs = outputs_of(
        results.claim("csq-s1-half", "proved", observed="K/2", **claim),
        results.claim("csq-table1", "reproduced", observed=0.5767, compare={"csq-table1/mAP/HMDB51": 0.5767}, **claim),
    )
    broken = new_output("error", ename="ValueError", evalue="no", traceback=["\x1b[31mValueError\x1b[0m: <i>no</i>"])
    cells = [
        new_markdown_cell("# Second\n\n## Results\n\n## Results"),
        new_code_cell("claims", outputs=outputs),
        new_code_cell("fails()", outputs=[broken]),
    ]
    nbformat.write(new_notebook(cells=cells), folder / "02_second.ipynb")


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of a profile with two notebooks, the second of which failed; made once."""
    root = tmp_path_factory.mktemp("recorded")
    notebooks = root / "smoke" / "notebooks"
    notebooks.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HASHCENTERS_RESULTS", str(root))
        _first(notebooks)
        _second(notebooks)
    write_json(root / "smoke" / "manifest.json", MANIFEST)
    return root / "smoke"


@pytest.fixture(scope="session")
def built(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same results with their report, for tests that only read; the project has a third notebook."""
    root = tmp_path_factory.mktemp("built")
    shutil.copytree(recorded, root / "smoke")
    (root / "03_third.ipynb").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HASHCENTERS_RESULTS", str(root))
        patch.setenv("HASHCENTERS_NOTEBOOKS", str(root))
        patch.setattr(paths, "committed_results", lambda profile: recorded)  # to be compared with
        assert build("smoke") == root / "smoke" / "index.html"
    return root / "smoke"


@pytest.fixture
def results_folder(recorded: Path, results_elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the recorded results without report, in a project without notebooks."""
    shutil.copytree(recorded, results_elsewhere / "smoke")
    monkeypatch.setenv("HASHCENTERS_NOTEBOOKS", str(results_elsewhere))
    return results_elsewhere / "smoke"
