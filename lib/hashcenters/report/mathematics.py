"""Formulas as inline SVG, drawn by matplotlib's mathtext, so that pages need neither network nor script."""

import html
import re
from functools import cache

import matplotlib as mpl
import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path as Outline
from matplotlib.textpath import TextPath, text_to_path

UNITS = 500
SPACE = 0.08
_COMMANDS = {
    "le": r"\leq",
    "ge": r"\geq",
    "ne": r"\neq",
    "iff": r"\Longleftrightarrow",
    "implies": r"\Longrightarrow",
    "lVert": r"\|",
    "rVert": r"\|",
    "lvert": "|",
    "rvert": "|",
    "land": r"\wedge",
    "lor": r"\vee",
    "tfrac": r"\frac",
    "bmod": r"\;\mathrm{mod}\;",
    "argmin": r"\mathrm{arg\,min}",
    **dict.fromkeys(
        ("big", "Big", "bigl", "bigr", "Bigl", "Bigr", "displaystyle", "textstyle", "nolimits"), ""
    ),
}
_ENVIRONMENT = re.compile(r"\\begin\{([a-z]+\*?)\}(?:\{[lcr|]+\})?(.*?)\\end\{\1\}", re.DOTALL)
_FENCES = {"cases": ("{", ""), "pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "vmatrix": ("|", "|")}
_VERBS = {
    Outline.MOVETO: "m",
    Outline.LINETO: "l",
    Outline.CURVE3: "q",
    Outline.CURVE4: "c",
    Outline.CLOSEPOLY: "z",
}


def inline_math(tex: str) -> str:
    """A formula inside a line of text; what mathtext cannot draw stays readable as its source."""
    source = tex.strip()
    if _ENVIRONMENT.search(source):
        parts = _pieces(source)
        drawn = (
            f'<span class="inline-math" role="math" aria-label="{_label(source)}">{parts}</span>'
            if parts
            else None
        )
    else:
        drawn = _svg(source)
    return drawn or f'<code class="tex">{html.escape(source)}</code>'


def block_math(tex: str) -> str:
    """A formula on lines of its own; rows of `cases`, matrices and aligned equations are set as a grid."""
    source = re.sub(r"\\(label|tag)\{[^}]*\}", "", tex).strip()
    body = _pieces(source) if _ENVIRONMENT.search(source) or r"\\" in source else _svg(_display(source))
    if not body:
        return f'<pre class="tex">{html.escape(source)}</pre>'
    return f'<div class="math" role="math" aria-label="{_label(source)}"><div>{body}</div></div>'


def _label(source: str) -> str:
    return html.escape(" ".join(source.split()), quote=True)


def _pieces(source: str) -> str | None:
    """The parts before, inside and after an environment side by side; None where one cannot be drawn."""
    found = _ENVIRONMENT.search(source)
    if not found:
        return _grid("aligned", _display(source))
    before, after = source[: found.start()].strip(), source[found.end() :].strip()
    parts = [
        _svg(_display(before)) if before else "",
        _grid(found.group(1), found.group(2) if "cases" in found.group(1) else _display(found.group(2))),
        (_pieces(after) if _ENVIRONMENT.search(after) else _svg(_display(after))) if after else "",
    ]
    return None if None in parts else "".join(part or "" for part in parts)


def _display(tex: str) -> str:
    """Fractions at full size, as on a line of their own."""
    return re.sub(r"\\frac(?![A-Za-z])", r"\\dfrac", tex)


def _grid(environment: str, body: str) -> str | None:
    rows = [
        [cell.strip() for cell in row.split("&")]
        for row in re.split(r"\\\\(?:\[[^]]*\])?", body)
        if row.strip()
    ]
    width = max(map(len, rows))
    drawn = [[_svg(cell) if cell else "" for cell in row + [""] * (width - len(row))] for row in rows]
    if any(cell is None for row in drawn for cell in row):
        return None
    cells = "".join(f"<span>{cell}</span>" for row in drawn for cell in row)
    kind = environment.rstrip("*") if environment.rstrip("*") in _FENCES else "aligned"
    left, right = (_fence(fence, len(rows)) for fence in _FENCES.get(kind, ("", "")))
    return f'{left}<span class="grid {kind}" style="--columns:{width}">{cells}</span>{right}'


def _fence(sign: str, rows: int) -> str:
    """A bracket as tall as the rows beside it, drawn once and stretched."""
    if not sign:
        return ""
    paths = {
        "{": "M8 0Q4 0 4 6V42Q4 50 0 50Q4 50 4 58V94Q4 100 8 100",
        "(": "M8 0Q0 50 8 100",
        ")": "M0 0Q8 50 0 100",
        "[": "M8 0H1V100H8",
        "]": "M0 0H7V100H0",
        "|": "M4 0V100",
    }
    return (
        f'<svg class="fence" viewBox="-1 -1 10 102" preserveAspectRatio="none" aria-hidden="true" '
        f'style="height:{1.75 * rows:.2f}em"><path d="{paths[sign]}"/></svg>'
    )


def _plain(tex: str) -> str:
    """TeX in the words that mathtext knows."""
    tex = re.sub(r"\\(tfrac|dfrac|frac)\s*(\d)\s*(\d)", r"\\frac{\2}{\3}", tex)
    tex = re.sub(r"\\([A-Za-z]+)", lambda found: _COMMANDS.get(found.group(1), found.group(0)) + " ", tex)
    return re.sub(r"(\\[A-Za-z]+) (?=[{_^\[(|\\])", r"\1", " ".join(tex.split()))


@cache
def _svg(tex: str) -> str | None:
    """One line of mathematics as SVG in the colour of the text around it, or None if it cannot be drawn."""
    source = f"${_plain(tex)}$"
    with mpl.rc_context({"mathtext.fontset": "stix"}):
        font = FontProperties(size=UNITS)
        try:
            outline = TextPath((0, 0), source, size=UNITS, prop=font)
            width, height, depth = text_to_path.get_text_width_height_descent(source, font, ismath=True)
        except (ValueError, RuntimeError):
            return None
    pad = SPACE * UNITS
    box = f"{-pad:.0f} {depth - height - pad:.0f} {width + 2 * pad:.0f} {height + 2 * pad:.0f}"
    size = f"width:{(width + 2 * pad) / UNITS:.3f}em;height:{(height + 2 * pad) / UNITS:.3f}em"
    return (
        f'<svg class="tex" role="img" aria-label="{_label(tex)}" viewBox="{box}" '
        f'style="{size};vertical-align:{-(depth + pad) / UNITS:.3f}em"><path d="{_path_data(outline)}"/></svg>'
    )


def _path_data(outline: Outline) -> str:
    """SVG path commands with relative integer coordinates, y pointing down."""
    commands, at, start = [], np.zeros(2, dtype=int), np.zeros(2, dtype=int)
    for points, code in outline.iter_segments(curves=True, simplify=False):
        if code == Outline.CLOSEPOLY:
            commands.append("z")
            at = start
            continue
        ends = np.rint(np.reshape(points, (-1, 2)) * (1, -1)).astype(int)
        numbers = " ".join(map(str, (ends - at).ravel()))
        commands.append(f"{_VERBS[code]}{numbers}".replace(" -", "-"))
        at = ends[-1]
        start = at if code == Outline.MOVETO else start
    return "".join(commands)
