"""The scoreboard as a picture: how many statements of each document have which verdict."""

import pandas as pd
from matplotlib.figure import Figure

from workbook import style
from workbook.catalogue import documents
from workbook.claims import LOOKS


@style.look()
def verdict_bars(frame: pd.DataFrame) -> Figure:
    """One stacked bar a document, a part a verdict, with its number of statements.

    Args:
        frame: columns `document`, `verdict`, `statements` (a number).
    """
    drawn, axes = style.figure(columns=2, height=1.7)
    table = frame.pivot(index="document", columns="verdict", values="statements")
    table = table.reindex([name for name in documents() if name in table.index])
    left = 0
    for verdict in [verdict for verdict in LOOKS if verdict in table]:
        widths, colour = table[verdict].fillna(0), LOOKS[verdict].colour
        look = {"color": colour, "edgecolor": "white", "height": 0.62}
        bars = axes.barh(table.index, widths, left=left, label=verdict, **look)
        labels = [f"{width:g}" if width else "" for width in widths]
        axes.bar_label(bars, labels, label_type="center", color=style.ink_on(colour))
        left = left + widths
    axes.invert_yaxis()
    axes.grid(False)
    axes.set(xlabel="statements")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    style.legend_below(drawn)
    return drawn
