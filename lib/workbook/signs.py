"""Plain text as people read it: names with an index and powers, set for pages and for figures.

The texts of a workbook are plain: `H_2K`, `λ1`, `‖z‖_p^p`. Here they become HTML, or TeX for matplotlib, wherever they
are shown.
"""

import re
from collections.abc import Callable
from itertools import zip_longest

from markupsafe import Markup, escape

from workbook.catalogue import workbook

_BASE, _SMALL = r"([A-Za-zλαμ]|‖[^‖\s]+‖)", r"([A-Za-z0-9]{1,2}|\d{3})"
_INDEX = re.compile(rf"(?:(?<![A-Za-z_])|(?<=\bd)(?=[A-Z])){_BASE}_{_SMALL}(?![A-Za-z0-9_])")
_GREEK = re.compile(r"(?<![A-Za-z0-9_])([λα])([0-9])(?![A-Za-z0-9_])")
_POWER = re.compile(r"(?<=[\w\])‖}>|])\^(\|[^|]+\||[−-]?(?:\d+(?:\.\d+)?|[A-Za-z0-9]{1,2}))(?![A-Za-z0-9])")
_MINUS = re.compile(r"(?<![\w&#;.-])-(?=\d)")
_TEX_POWER = re.compile(r"(?<=[\w\])‖}|$])\^(\|[^|]+\||[−-]?(?:\d+(?:\.\d+)?|[A-Za-z0-9]{1,2}))(?![A-Za-z0-9])")
_NAMED = re.compile(r"(?<![\w/.])[a-z]+:([A-Za-z](?:\w|\\_)*)@(\d+)\b")
_GREEK_TEX = {"λ": r"\lambda", "α": r"\alpha", "μ": r"\mu"}


def with_signs(text: str) -> Markup:
    """A string, escaped, with code between backticks, and names with their index as mathematicians set them.

    >>> with_signs("H_2K in {−1, 1}^q, λ1, not top_k or `a_b`")
    Markup('H<sub>2K</sub> in {−1, 1}<sup>q</sup>, λ<sub>1</sub>, not top_k or <code>a_b</code>')
    >>> with_signs("‖z‖_p^p = |z₁|^p, (−1)^|i ∧ j|")
    Markup('‖z‖<sub>p</sub><sup>p</sup> = |z₁|<sup>p</sup>, (−1)<sup>|i ∧ j|</sup>')
    """
    parts = re.split(r"`([^`]+)`", str(escape(text)))
    prose = [_set(part) for part in parts[::2]]
    code = [f"<code>{part}</code>" for part in parts[1::2]]
    return Markup("".join(part for pair in zip_longest(prose, code, fillvalue="") for part in pair))


def signs_in(html: str) -> str:
    """Safe HTML with the same signs in its text, outside code and formulas.

    >>> signs_in('<p title="L_Q">L_Q is <code>L_Q</code>, -0.4</p>')
    '<p title="L_Q">L<sub>Q</sub> is <code>L_Q</code>, −0.4</p>'
    """
    return on_text(html, _set, outside={"code", "pre", "math"})


def on_text(html: str, change: Callable[[str], str], *, outside: set[str]) -> str:
    """HTML in which the text between tags is changed, but not inside some elements.

    Args:
        html: well-formed HTML.
        change: a function of a piece of text, as HTML.
        outside: names of the elements whose text stays.
    """
    parts, inside = re.split(r"(<[^>]*>)", html), 0
    for place, part in enumerate(parts):
        if place % 2 == 0:
            parts[place] = part if inside else change(part)
        elif re.match(r"</?([a-z0-9]+)", part) and re.match(r"</?([a-z0-9]+)", part)[1] in outside:
            inside += -1 if part.startswith("</") else 1
    return "".join(parts)


def _set(text: str) -> str:
    """Escaped text with all signs; a name as readers write it keeps the one that stands in files, for the search."""
    names = [(found[0], spelled(found[0])) for found in _NAMED.finditer(text)]
    written = "".join(f"{_raised(_lowered(part))}\0" for part in _NAMED.sub("\0", text).split("\0"))[:-1]
    for name, shown in names:
        written = written.replace("\0", f'<span class="spelled" title="{name}">{shown}</span>', 1)
    return written


def spelled(text: str) -> str:
    """Plain text or Markdown with names of networks as readers write them.

    >>> spelled("shc on timm:tf_efficientnet_lite0@192: +0.1"), spelled(r"timm:tf\\_efficientnet\\_lite2@96")
    ('shc on EfficientNet-Lite0, 192 px: +0.1', 'EfficientNet-Lite2, 96 px')
    """
    return _NAMED.sub(lambda found: f"{_spelled(found[1])}, {found[2]} px", text)


def _spelled(name: str) -> str:
    plain = name.replace("\\", "")
    for begins, written in workbook().spelled.items():
        if plain.startswith(begins):
            return written + plain.removeprefix(begins).replace("_", " ")
    return plain.replace("_", " ")


def _lowered(text: str) -> str:
    return _MINUS.sub("−", _GREEK.sub(r"\1<sub>\2</sub>", _INDEX.sub(r"\1<sub>\2</sub>", text)))


def _raised(text: str) -> str:
    return _POWER.sub(r"<sup>\1</sup>", text)


def with_mathtext(text: str) -> str:
    """A string with the same signs in matplotlib's TeX; one that holds a dollar already stays as it is.

    >>> print(with_mathtext("L_C + λ1 L_Q at [H_64; −H_64]"))
    $L_{C}$ + $\\lambda_{1}$ $L_{Q}$ at [$H_{64}$; −$H_{64}$]
    >>> print(with_mathtext("1 − |z_i|^p"), with_mathtext("top_k, 5 $ or H_2"))
    1 − |$z_{i}$|$^{p}$ top_k, 5 $ or H_2
    """
    if "$" in text:
        return text
    lowered = _INDEX.sub(lambda found: f"${_tex(found[1])}_{{{found[2]}}}$", text)
    lowered = _GREEK.sub(lambda found: f"${_tex(found[1])}_{{{found[2]}}}$", lowered)
    return _TEX_POWER.sub(r"$^{\1}$", lowered)


def _tex(letter: str) -> str:
    return _GREEK_TEX.get(letter, letter)
