"""Figures of video: every frame in its place, and a line a loss."""

import numpy as np
import pandas as pd
from hashcenters import plots
from hashcenters.experiments.video import LOSSES, bit_losses


def test_every_frame_of_a_clip_is_shown():
    clips = [np.full((16, 4, 4), number, np.uint8) for number in (10, 200)]
    drawn = plots.clip_strips(pd.DataFrame({"name": ["0 up", "1 left"]}), clips)
    assert len(drawn.axes) == 2 * 16
    assert [drawn.axes[place].get_ylabel() for place in (0, 16)] == ["0 up", "1 left"]
    assert drawn.axes[15].get_title(loc="center") == "16"


def test_a_line_is_drawn_for_each_form():
    drawn = plots.bit_loss_curves(bit_losses(64, points=21))
    assert [text.get_text() for text in drawn.legends[0].get_texts()] == list(LOSSES)
    assert len(drawn.axes[0].lines) == 2
