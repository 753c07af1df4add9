"""Foreign HTML loses everything that runs or loads; Markdown keeps prose, anchors and links inside the site."""

import pytest

from workbook.report.markup import Anchors, render_code, render_markdown, safe_html


def _render(source: str) -> str:
    return render_markdown(source, resolve=lambda url: url if url.startswith("#") else None, anchors=Anchors())[0]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
        "<script>alert(1)",
        "<img src=x onerror=alert(1)>",
        "<img src=https://evil.example/pixel.png>",
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href=' jAvAsCrIpT:alert(1)'>x</a>",
        "<iframe src=https://evil.example></iframe>",
        "<style>body{background:url(//evil.example)}</style>",
        "<div style='background:url(//evil.example)'>x</div>",
        "<object data=x></object><embed src=x><base href=//evil.example>",
        "<form action=//evil.example><input onfocus=alert(1) autofocus></form>",
        "<math><mtext><script>alert(1)</script></mtext></math>",
        "<meta http-equiv=refresh content='0;url=//evil.example'>",
        "<details ontoggle=alert(1) open>x</details>",
    ],
)
@pytest.mark.parametrize("show", [safe_html, _render])
def test_hostile_markup_is_disarmed(show, hostile):
    shown = show(f"before {hostile} after").lower()
    assert "before" in shown
    for sign in (
        "<script",
        "onerror",
        "onload",
        "onfocus",
        "ontoggle",
        "javascript:",
        "evil.example",
        "<svg",
        "<form",
    ):
        assert sign not in shown


def test_harmless_markup_stays():
    assert safe_html('<b>x</b> <table class="t"><tr><td colspan="2">1</td></tr></table>').startswith("<b>x</b>")
    assert "data:image/png;base64,AAAA" in safe_html('<img alt="a" src="data:image/png;base64,AAAA">')


def test_headings_get_anchors_that_are_unique_on_the_page():
    anchors = Anchors()
    first, headings = render_markdown("# A `b` $x$\n\n## Same\n\n## Same", resolve=lambda url: None, anchors=anchors)
    assert [(h.level, h.text, h.anchor) for h in headings] == [
        (1, "A b", "a-b"),
        (2, "Same", "same"),
        (2, "Same", "same-2"),
    ]
    assert '<h2 id="same-2">' in first
    again = render_markdown("## Same", resolve=lambda url: None, anchors=anchors)[1]
    assert again[0].anchor == "same-3"


def test_formulas_cannot_be_forged_by_private_signs():
    assert _render("\ue0000\ue001 no formula $x$").count("<math") == 1
    assert _render("\ue0005\ue001") == "<p>5</p>\n"


def test_formulas_cannot_be_forged_by_entities():
    text, _ = render_markdown("$x$ &#xe000;99&#xe001;", resolve=lambda url: url, anchors=Anchors())
    assert text.count("<math") == 1


def test_dollars_in_code_are_no_formulas():
    shown = _render("`$a$` and\n\n```python\nprice = '$5'  # $x$\n```\n")
    assert "<math" not in shown
    assert "$a$" in shown


def test_links_follow_the_site_and_others_become_text():
    assert _render("[a](#b) [c](../gone.md)") == '<p><a href="#b">a</a> c</p>\n'


def test_code_is_escaped_and_marked():
    shown = render_code('x = "<script>"  # why')
    assert "&lt;script&gt;" in shown
    assert '<span class="c1"># why</span>' in shown
