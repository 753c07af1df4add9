"""The scoreboard as a picture: how many statements of each document have which verdict."""

import pandas as pd
from matplotlib.figure import Figure

from hashcenters.claims import DOCUMENTS, VERDICTS
from hashcenters.plots import style
from hashcenters.scoreboard import NOT_JUDGED

__all__ = ["verdict_bars"]

COLOURS = {
    "proved": style.GREEN,
    "reproduced": "#66C2A4",
    "trend": style.BLUE,
    "inconclusive": style.YELLOW,
    "not-shown": style.ORANGE,
    "contradicted": style.VERMILION,
    "finding": style.PURPLE,
    "needs-data": "#999999",
    NOT_JUDGED: "#DDDDDD",
}
_DARK = {"proved", "trend", "contradicted"}


def verdict_bars(frame: pd.DataFrame) -> Figure:
    """One stacked bar a document, a part a verdict, with its number of statements.

    Args:
        frame: columns `document`, `verdict`, `statements` (a number).
    """
    drawn, axes = style.figure(columns=2, height=1.7)
    names = [name for name in DOCUMENTS if name in set(frame["document"])]
    left = dict.fromkeys(names, 0)
    for verdict in (*VERDICTS, NOT_JUDGED):
        part = frame[frame["verdict"] == verdict].set_index("document")["statements"]
        widths = [int(part.get(name, 0)) for name in names]
        if any(widths):
            bars = axes.barh(
                names,
                widths,
                left=[left[name] for name in names],
                label=verdict,
                color=COLOURS[verdict],
                edgecolor="white",
                height=0.62,
            )
            labels = [str(width) if width else "" for width in widths]
            axes.bar_label(bars, labels, label_type="center", color="white" if verdict in _DARK else "black")
        left = {name: left[name] + width for name, width in zip(names, widths, strict=True)}
    axes.invert_yaxis()
    axes.grid(False)
    axes.set(xlabel="statements")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    drawn.legend(loc="outside lower center", ncols=5)
    return drawn
