"""Fonts for signs that the common one lacks, such as class names in other scripts, where they are installed."""

import logging
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, fontManager
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

log = logging.getLogger(__name__)
NAMED = 5  # texts that the line on missing signs names
INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})


@cache
def signs_of(file: str) -> frozenset[str]:
    """The signs that a font file can draw; none where it cannot be read or holds pixels."""
    try:
        font = FT2Font(file)
    except (OSError, RuntimeError, ValueError):
        return frozenset()
    return frozenset(map(chr, font.get_charmap())) if font.scalable else frozenset()


def lacking(text: str, have: Iterable[str]) -> set[str]:
    """The visible signs of a text that are not among those there are.

    >>> lacking("röd\\n", "rd")
    {'ö'}
    """
    return {sign for sign in set(text).difference(have) if unicodedata.category(sign) not in INVISIBLE}


def families_with(signs: set[str]) -> tuple[list[str], set[str]]:
    """Installed font families that have the signs together, fewest first, and the signs that none has."""
    own = Path(mpl.get_data_path())  # matplotlib's other fonts draw boxes or number their signs in their own way
    installed = sorted({(font.name, font.fname) for font in fontManager.ttflist if own not in Path(font.fname).parents})
    chosen = []
    while signs and installed:
        name, file = max(installed, key=lambda font: len(signs & signs_of(font[1])))
        if not signs & signs_of(file):
            break
        chosen.append(name)
        signs = signs - signs_of(file)
    return chosen, signs


def complete(drawn: Figure) -> bool:
    """Give every text whose font lacks signs the fonts that have them; log one line on those that none has.

    Args:
        drawn: a figure that has been laid out, so that all its texts are there.

    Returns:
        whether a text has other fonts now, and the figure must be laid out again.
    """
    texts = [(text, signs) for text in drawn.findobj(Text) if (signs := _missing(text))]
    chosen, nowhere = families_with(set().union(*(signs for _, signs in texts)))
    for text, _ in texts:
        text.set_fontfamily([*text.get_fontfamily(), *chosen])
    if nowhere:
        names = list(dict.fromkeys(" ".join(text.get_text().split()) for text, signs in texts if signs & nowhere))
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        log.warning(
            "no installed font has the signs of %s%s, which are drawn as boxes; a font of that script, "
            "such as one of Noto, mends it",
            ", ".join(map(repr, names[:NAMED])),
            more,
        )
    return bool(chosen)


def _missing(text: Text) -> set[str]:
    return lacking(text.get_text(), signs_of(findfont(text.get_fontproperties())))
