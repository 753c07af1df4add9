"""One bit of a center, one code, one printed number, one sign of an equation: each is seen where it is judged."""

import re
from collections import deque
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from notebook_code import HOLDS, Sign, cells_of, names_before, signs, with_sign_changed

from basics.errors import InputError
from basics.paths import project_root
from chapters import n06_released, n07_backbones
from chapters.n02_proofs import learned_centers, linear_extension
from chapters.n03_centers import wider
from chapters.n03_centers.text_against_files import first_rows, held_against_text, judge_files
from chapters.n08_retrieval.ties import StudiedSet
from hashcenters.centers.hadamard import double_hadamard, hadamard_rows
from hashcenters.metrics.code_files import CodeSet
from workbook.literature import find_number, numbers_of

WIDER = numbers_of(wider.SOURCE)
DRAWN = np.random.default_rng(0)

# one bit of a center


@pytest.mark.parametrize(("row", "bit"), DRAWN.integers((100, 64), size=(6, 2)).tolist())
def test_a_bit_of_a_center(row: int, bit: int):
    centers = double_hadamard(64)[:100].copy()
    table = {"ImageNet": centers, "NUS-WIDE": hadamard_rows(64, 21, seed=0)}
    rows = [held_against_text(name, made) for name, made in table.items()]
    assert first_rows(centers)["verdict"] == judge_files(pd.DataFrame(rows))["verdict"] == "reproduced"
    centers[row, bit] *= -1
    assert first_rows(centers)["verdict"] == "contradicted"
    assert judge_files(pd.DataFrame([held_against_text("ImageNet", centers)]))["verdict"] == "contradicted"
    table["NUS-WIDE"][row % 21, bit] *= -1
    assert judge_files(pd.DataFrame([held_against_text("NUS-WIDE", table["NUS-WIDE"])]))["verdict"] == "contradicted"


# one code


@pytest.mark.parametrize(("part", "row"), [("query_codes", 3), ("query_codes", 8), ("database_codes", 17)])
def test_a_code(part: str, row: int, monkeypatch):
    """Every query finds its own class first, as the printed number says; with one code of another class it does not."""
    centers, labels = (
        hadamard_rows(16, 10, seed=0),
        {"query_codes": np.arange(10), "database_codes": np.arange(80) % 10},
    )
    codes = {name: centers[found].astype(np.int8) for name, found in labels.items()}
    printed = find_number("csq-table1/mAP/HMDB51")
    monkeypatch.setattr(n06_released, "find_number", lambda _: replace(printed, value=1.0, plus_minus=0.0))

    def verdict() -> str:
        given = CodeSet(codes["query_codes"], labels["query_codes"], codes["database_codes"], labels["database_codes"])
        scores = n06_released.order_scores(StudiedSet(given, "made up", 70))
        return n06_released.judge_released("HMDB51", scores)["verdict"]

    assert verdict() == "reproduced"
    codes[part][row] = centers[(row + 1) % 10]
    assert verdict() == "contradicted"


# one printed number


def ranked(table) -> str:
    return n07_backbones.judge_printed(table, best="ResNet50")["verdict"]


def test_a_printed_number_of_shc():
    """Lifted above its column's best, any of the other numbers refutes the sentence below the table; the tie does."""
    table = numbers_of("SHC Table 1")
    tie = next(place for place, number in enumerate(table) if number.key.endswith("ResNet50/ImageNet 64"))
    table[tie] = replace(table[tie], value=table[tie].value + 0.0001)
    assert ranked(table) == "reproduced"
    for place, number in enumerate(table):
        if "ResNet50" not in number.row:
            wrong = replace(number, value=number.value + 0.05)
            assert ranked([*table[:place], wrong, *table[place + 1 :]]) == "contradicted", number.key


@pytest.mark.parametrize("place", [place for place, number in enumerate(WIDER) if number.row in wider.PUBLISHED])
def test_a_printed_number_of_shc_2025(place: int, monkeypatch):
    """Raised to what a textbook code reaches, where the code was farther apart, it refutes the count; above it, too."""
    reached = dict(zip([number.column for number in WIDER[:9]], [6, 14, 32, 6, 13, 29, 4, 12, 28], strict=True))
    made = {tuple(map(int, re.findall(r"\d+", column))): value for column, value in reached.items()}
    monkeypatch.setattr(wider, "_minimum", lambda _, bits, count, seed: made[count, bits])

    def verdict(value: float) -> str:
        wrong = [*WIDER[:place], replace(WIDER[place], value=float(value)), *WIDER[place + 1 :]]
        monkeypatch.setattr(wider, "numbers_of", lambda _: wrong)
        return wider.judge_width(wider.width_table(seed=0))["verdict"]

    column = WIDER[place].column
    assert verdict(WIDER[place].value) == "finding"
    tied = column == "100 classes, 64 bits"  # by MDS, as printed
    assert verdict(reached[column]) == ("finding" if tied else "not-shown")
    assert verdict(reached[column] + 1) == "not-shown"
    if WIDER[place].value == reached[column]:
        assert verdict(reached[column] - 1) == "not-shown"  # in nine cells, not in eight


@pytest.mark.parametrize(
    ("dataset", "depth", "stable"), [("HMDB51", "mAP@70", 0.576748), ("UCF101", "mAP@100", 0.873988)]
)
@pytest.mark.parametrize("change", [{"value": 0.02}, {"value": -0.02}, {"plus_minus": -0.13}])
def test_a_printed_number_of_csq(dataset: str, depth: str, stable: float, change: dict, monkeypatch):
    scores = pd.DataFrame({"rule": [*n06_released.ORDERS], depth: stable})
    assert n06_released.judge_released(dataset, scores)["verdict"] == "reproduced"
    (field, by) = next(iter(change.items()))

    def wrong(key: str):
        number = find_number(key)
        if not key.startswith("csq-table1"):
            return number
        return replace(number, **{field: 0.0 if field == "plus_minus" else number.value + by})

    monkeypatch.setattr(n06_released, "find_number", wrong)
    assert n06_released.judge_released(dataset, scores)["verdict"] == "contradicted"


# one sign of an equation

NOTEBOOKS = (
    "01_hadamard",
    "02_proofs",
    "03_centers",
    "04_training",
    "05_center_learning",
    "07_backbones",
    "08_retrieval",
    "10_beyond",
)
SIGNS = [sign for notebook in NOTEBOOKS for sign in signs(notebook)]
BY_CHECKS = {  # what the library has no function for: the checks that give the verdict
    "Eq_3": lambda found: all(check.holds for check in linear_extension.check_extension(found)),
    "cost": lambda found: learned_centers.check_mean_minimises(found, 3).holds,
}


def test_every_notebook_with_equations_is_here():
    names = sorted(path.stem for path in (project_root() / "notebooks").glob("*.ipynb"))
    assert tuple(name for name in names if any(HOLDS in cell for cell in cells_of(name))) == NOTEBOOKS
    assert len(SIGNS) > 60


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_with_their_own_signs_the_definitions_pass(notebook: str):
    assert callable(names_before(notebook, len(cells_of(notebook)))["same_as_library"])


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: f"{sign.notebook[:2]} {sign.function}, {sign.text}"[:60])
def test_a_sign_of_an_equation(sign: Sign):
    """The notebook stops, or the checks that the verdict follows from no longer hold."""
    cells = with_sign_changed(sign)
    if sign.function in BY_CHECKS:
        assert not BY_CHECKS[sign.function](next(cells)[sign.function])
        return
    with pytest.raises((InputError, ValueError, RuntimeError)):  # another value, another shape, or no end
        deque(cells, maxlen=0)
