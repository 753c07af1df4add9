"""Plain texts become signs in HTML and in figures, and nothing else changes or gets through."""

import pytest

from workbook.signs import signs_in, with_mathtext, with_signs


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("L_C + L_Q (text)", "L<sub>C</sub> + L<sub>Q</sub> (text)"),
        ("‖z‖_p^p = q", "‖z‖<sub>p</sub><sup>p</sup> = q"),
        ("(−1)^|i ∧ j|", "(−1)<sup>|i ∧ j|</sup>"),
        ("|z₁|^p, [−1, 1]^q", "|z₁|<sup>p</sup>, [−1, 1]<sup>q</sup>"),
        ("10^-36, -0.0043 [-0.0121, +0.0034]", "10<sup>−36</sup>, −0.0043 [−0.0121, +0.0034]"),
        ("‖x_j − 2c_i‖, dL_P/dθ, ±H_128", "‖x<sub>j</sub> − 2c<sub>i</sub>‖, dL<sub>P</sub>/dθ, ±H<sub>128</sub>"),
        ("size^0.82 to 10^64.", "size<sup>0.82</sup> to 10<sup>64</sup>."),
        ("λ1 = 0.05", "λ<sub>1</sub> = 0.05"),
        ("2026-11-26, csq-s1-half, --jobs 2, below_half", "2026-11-26, csq-s1-half, --jobs 2, below_half"),
        (
            "on `timm:a_b@64` timm:resnet18d@64: -0.1",
            'on <code>timm:a_b@64</code> <span class="spelled" title="timm:resnet18d@64">ResNet18d, 64 px</span>: −0.1',
        ),
        ("`a_b` <b>", "<code>a_b</code> &lt;b&gt;"),
    ],
)
def test_texts(text, html):
    assert with_signs(text) == html


def test_in_html_only_the_text_changes():
    html = '<p id="L_C"><a href="#L_Q">L_Q</a> <pre>L_P</pre> <math><mi>L_P</mi></math> &#-1;</p>'
    assert signs_in(html) == html.replace(">L_Q<", ">L<sub>Q</sub><")


@pytest.mark.parametrize(
    "text", ["L_C + L_Q", "[H_64; −H_64]", "1 − |z_i|^p", "λ1 (quantization)", "D_H / K", "t_ij", "10^-3"]
)
def test_figures_can_draw_what_they_are_given(text):
    from matplotlib.mathtext import MathTextParser

    shown = with_mathtext(text)
    assert "$" in shown and with_mathtext(shown) == shown
    assert MathTextParser("path").parse(shown).width > 0
