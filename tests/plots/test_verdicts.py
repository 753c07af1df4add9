"""The bars of the scoreboard hold every statement once."""

import pandas as pd
from hashcenters.claims import VERDICTS
from hashcenters.plots.verdicts import COLOURS, verdict_bars
from hashcenters.scoreboard import NOT_JUDGED


def test_bars_add_up_and_carry_their_numbers():
    frame = pd.DataFrame(
        [("SHC", "trend", 1), ("CSQ", "proved", 3), ("CSQ", "trend", 2)],
        columns=["document", "verdict", "statements"],
    )
    (axes,) = verdict_bars(frame).axes
    assert sum(bar.get_width() for bar in axes.patches) == 6
    assert [text.get_text() for text in axes.texts] == ["3", "", "2", "1"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["CSQ", "SHC"]


def test_every_verdict_has_a_colour_of_its_own():
    assert set(COLOURS) == {*VERDICTS, NOT_JUDGED}
    assert len(set(COLOURS.values())) == len(COLOURS)
