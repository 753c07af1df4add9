"""Formulas become MathML that holds nothing but text; what is unknown stays readable as its source."""

from xml.etree import ElementTree

import nbformat
import pytest

from basics.paths import notebooks_root
from workbook.report import markup
from workbook.report.markup import Anchors, formula, render_markdown

NOTEBOOKS = sorted(notebooks_root().glob("*.ipynb"))
MATHML = "{http://www.w3.org/1998/Math/MathML}"


def _tags(shown: str) -> list[str]:
    return [node.tag.removeprefix(MATHML) for node in ElementTree.fromstring(shown).iter()]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_formula_of_the_notebooks_is_converted(path, monkeypatch):
    shown = []
    monkeypatch.setattr(markup, "formula", lambda tex, **options: shown.append((tex, formula(tex, **options))) or "")
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            render_markdown(cell.source, resolve=lambda url: url, anchors=Anchors())
    assert [tex for tex, result in shown if "<math" not in result] == []
    assert shown or "$" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("tex", "parts"),
    [
        (r"\frac{K}{2}", ["mfrac"]),
        (r"\|c_i - \mu_k^c\|^2", ["msub", "msubsup", "msup"]),
        (r"x = \begin{cases} 1 & a \\ 2 & b \end{cases}", ["mtable", "mtr"]),
        (r"A = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}, \quad B", ["mtable", "mspace"]),
        (r"\begin{aligned} a &= b \\ &= c \end{aligned}", ["mtable"]),
        (r"a = b \\ c = d", ["mtable"]),
        (r"c_i = \arg\min_{c_i} \sum_{k=1}^{K} x", ["msub", "mo"]),
        (r"a \le b \ge c \ne d \iff \lVert x \rVert \implies \tfrac12 \bmod 2", ["mfrac"]),
    ],
)
def test_the_forms_that_the_documents_use(tex, parts):
    assert set(parts) <= set(_tags(formula(tex)))


def test_a_formula_on_its_own_line_is_displayed():
    assert formula("x", display="block").startswith('<div class="math"><math')
    assert 'display="block"' in formula("x", display="block")
    assert 'display="inline"' in formula("x")


@pytest.mark.parametrize("tex", [r"\unheardof{x}_{<b>}", r"\left( <b>", r"\text{a & <b>}"])
def test_what_is_unknown_stays_as_escaped_source(tex):
    shown = formula(tex)
    assert shown.startswith('<code class="tex">')
    assert "&lt;b&gt;" in shown


@pytest.mark.parametrize(
    "tex",
    [
        r"\text{<img src=x onerror=alert(1)>}",
        r"\mathrm{<script>alert(1)</script>}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{background:url(x)}{x}",
        r"\color{red\"><script>}{x}",
        r"\operatorname{<b>}",
    ],
)
def test_nothing_hostile_passes_through_a_formula(tex):
    tree = ElementTree.fromstring(formula(tex))
    assert not {"script", "img", "b"} & set(_tags(formula(tex)))
    assert not {"href", "style"} & {name for node in tree.iter() for name in node.attrib}


def test_labels_are_left_out():
    assert formula(r"x \label{eq:1} \tag{1}") == formula("x")
