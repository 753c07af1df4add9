"""Formulas become pictures in the colour of the text; what cannot be drawn stays readable."""

import re

import pytest
from hashcenters.report.mathematics import block_math, inline_math

DOCUMENTS = [
    r"z \in \{-1, 1\}^q \Leftrightarrow z \in [-1, 1]^q \cap \{z : \|z\|_p^p = q\}",
    r"w_i^T w_j = -q + 2q \frac{w_i^T w_j - \min(w_i^T w_{\sim i})}{\max(w_i^T w_{\sim i}) - \min(w_i^T w_{\sim i})}",
    r"P(\mathcal{C}', \mathcal{S}|\mathcal{H}) \propto P(\mathcal{S}|\mathcal{H})P(\mathcal{C}'|\mathcal{H})",
    r"D_H(h_i, h_j) = \frac{1}{2}(K - \langle 2h_i - \mathbf{1}, 2h_j - \mathbf{1} \rangle)",
    r"L_P = \sum_{s_{ij} \in S} (\log(1 + \exp(\theta_{ij})) - s_{ij} \theta_{ij})",
    r"\Delta c_i = \frac{\sum_{j=1}^m \delta(l_j = i)(c_i - x_j)}{1 + \sum_{j=1}^m \delta(l_j = i)}",
    r"c_i = \arg\min_{c_i} \sum_{k=1}^{K} \|c_i - \mu_k^c\|^2",
    r"L_{RC} = |\min D_H(u_k, c_i) - \min_{j \neq i} D_H(u_k, c_j) + \alpha|_+",
    r"a \le b \ge c \ne d \iff \lVert x \rVert \implies \tfrac12 \bmod 2",
]


@pytest.mark.parametrize("tex", DOCUMENTS)
def test_the_documents_formulas_are_drawn(tex):
    drawn = inline_math(tex)
    assert re.fullmatch(
        r'<svg class="tex" role="img" aria-label="[^"]*" viewBox=".*"><path d="[^"]+"/></svg>', drawn
    )


@pytest.mark.parametrize(
    ("tex", "columns", "formulas"),
    [
        (r"x = \begin{cases} 1 & a \\ 2 & b \end{cases}", 2, 5),
        (r"\begin{aligned} a &= b \\ &= c \end{aligned}", 2, 3),
        (r"A = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}, \quad B", 2, 6),
        (r"a = b \\ c = d", 1, 2),
    ],
)
def test_rows_become_a_grid(tex, columns, formulas):
    drawn = block_math(tex)
    assert f"--columns:{columns}" in drawn
    assert drawn.count('<svg class="tex"') == formulas


def test_a_matrix_may_stand_in_a_line():
    drawn = inline_math(r"H_{2} = \begin{pmatrix} 1 & 1 \\ 1 & -1 \end{pmatrix}")
    assert drawn.startswith('<span class="inline-math"')
    assert drawn.count('<svg class="tex"') == 5


def test_fences_stand_where_they_belong():
    assert block_math(r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}").count('class="fence"') == 2
    assert block_math(r"\begin{cases} 1 \\ 2 \end{cases}").count('class="fence"') == 1


@pytest.mark.parametrize("draw", [inline_math, block_math])
def test_what_cannot_be_drawn_stays_as_escaped_source(draw):
    drawn = draw(r"\underbrace{x}_{<b>}")
    assert "&lt;b&gt;" in drawn
    assert "<svg" not in drawn


def test_the_source_is_escaped_in_the_label():
    assert 'aria-label="a &lt; b &gt; c"' in inline_math("a < b > c")


def test_descenders_hang_below_the_line():
    depth = [
        float(re.search(r"vertical-align:(-[\d.]+)em", inline_math(tex)).group(1)) for tex in ("x", "x_j")
    ]
    assert depth[1] < depth[0] < 0
