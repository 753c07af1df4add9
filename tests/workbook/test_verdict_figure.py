"""The bars of the scoreboard hold every statement once."""

import pandas as pd
from matplotlib.colors import to_rgba

from workbook.claims import LOOKS, VERDICTS
from workbook.verdict_figure import verdict_bars


def test_bars_add_up_and_carry_their_numbers():
    frame = pd.DataFrame(
        [("SHC", "trend", 1), ("CSQ", "proved", 3), ("CSQ", "trend", 2)],
        columns=["document", "verdict", "statements"],
    )
    (axes,) = verdict_bars(frame).axes
    assert sum(bar.get_width() for bar in axes.patches) == 6
    assert [text.get_text() for text in axes.texts] == ["3", "", "2", "1"]
    assert axes.patches[0].get_facecolor() == to_rgba(LOOKS["proved"].colour)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["CSQ", "SHC"]


def test_every_verdict_has_a_colour_of_its_own():
    assert list(LOOKS) == [*VERDICTS, "not-judged"]
    assert len({look.colour for look in LOOKS.values()}) == len(LOOKS)
