"""Text of notebooks as HTML that is safe to show: Markdown with formulas and anchors, code, and foreign HTML."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors.sanitize import SanitizeHTML
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from hashcenters.report.mathematics import block_math, inline_math

_TAGS = re.findall(
    r"\w+",
    "a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 "
    "hr i img input kbd li ol p pre q s small span strong sub summary sup table tbody td tfoot th thead tr u ul",
)
_ATTRIBUTES = {
    "class",
    "id",
    "title",
    "colspan",
    "rowspan",
    "alt",
    "align",
    "start",
    "open",
    "checked",
    "disabled",
}
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=]+")
_OPEN, _CLOSE = "\ue000", "\ue001"


@dataclass(frozen=True)
class Heading:
    """A heading of a page: its level, its text and the anchor it can be reached by."""

    level: int
    text: str
    anchor: str


@dataclass
class Anchors:
    """The anchors of one page, each given out once."""

    taken: set[str] = field(default_factory=set)

    def claim(self, wish: str) -> str:
        """The wished anchor, numbered if it is taken already."""
        number, anchor = 1, wish
        while anchor in self.taken:
            number += 1
            anchor = f"{wish}-{number}"
        self.taken.add(anchor)
        return anchor


def slug(text: str) -> str:
    """A heading as an anchor.

    >>> slug("Loss ablation: L_C & L_P")
    'loss-ablation-l-c-l-p'
    """
    return re.sub(r"[^\w]+|_", "-", text.lower()).strip("-") or "section"


def _allowed(tag: str, name: str, value: str) -> bool:
    """Harmless attributes; pictures only when they are inside the page; links only to anchors and web pages."""
    if name == "src":
        return tag == "img" and re.fullmatch(r"#picture-\d+", value) is not None
    if name == "href":
        return tag == "a" and (value.startswith(("#", "https://", "http://")) or _is_page(value))
    return name in _ATTRIBUTES


def _is_page(url: str) -> bool:
    return bool(re.fullmatch(r"(\.\./)?[\w.-]+\.html(#[\w.:-]*)?", url))


@cache
def _sanitizer() -> SanitizeHTML:
    return SanitizeHTML(tags=_TAGS, attributes=_allowed, styles=[], strip=True)


def safe_html(text: str) -> str:
    """Foreign HTML without scripts, styles, event handlers, frames, or anything loaded from elsewhere."""
    dropped = re.sub(r"<(script|style|iframe|object|template)\b.*?(</\1\s*>|$)", "", text, flags=re.S | re.I)
    pictures: list[str] = []

    def keep(found: re.Match[str]) -> str:
        pictures.append(found.group(0))
        return f"#picture-{len(pictures) - 1}"

    clean = _sanitizer().sanitize_html_tags(_PICTURE.sub(keep, dropped))
    clean = re.sub(r"<img(?![^>]*\ssrc=)[^>]*>", "", clean)
    return re.sub(
        r'(?<=src=")#picture-(\d+)', lambda found: "".join(pictures[int(found.group(1)) :][:1]), clean
    )


class _Renderer(IPythonRenderer):
    """Markdown with drawn formulas, anchors at headings, and links that stay inside the site."""

    def __init__(
        self, resolve: Callable[[str], str | None], anchors: Anchors, attachments: dict[str, Any]
    ) -> None:
        super().__init__(escape=False, allow_harmful_protocols=False, attachments=attachments)
        self.resolve = resolve
        self.anchors = anchors
        self.headings: list[Heading] = []
        self.formulas: list[str] = []

    def _keep(self, drawn: str) -> str:
        self.formulas.append(drawn)
        return f"{_OPEN}{len(self.formulas) - 1}{_CLOSE}"

    def inline_math(self, body: str) -> str:
        return self._keep(inline_math(body))

    def block_math(self, body: str) -> str:
        return self._keep(block_math(body))

    def latex_environment(self, name: str, body: str) -> str:
        return self._keep(block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}"))

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        words = html.unescape(re.sub(rf"<[^>]*>|{_OPEN}\d+{_CLOSE}", "", text)).strip()
        anchor = self.anchors.claim(slug(words))
        self.headings.append(Heading(level, words, anchor))
        link = f'<a class="anchor" href="#{anchor}" title="Link to this section">#</a>'
        return f'<h{level} id="{anchor}">{text} {link}</h{level}>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        target = self.resolve(url)
        return text if target is None else super().link(text, target, title)


def render_markdown(
    source: str,
    *,
    resolve: Callable[[str], str | None],
    anchors: Anchors,
    attachments: dict[str, Any] | None = None,
) -> tuple[str, list[Heading]]:
    """Markdown as safe HTML, and its headings.

    Args:
        source: Markdown with `$…$`, `$$…$$` and LaTeX environments.
        resolve: gives a link's target on the site, or None where there is nothing to link to.
        anchors: those of the page so far.
        attachments: pictures that a notebook cell carries.
    """
    renderer = _Renderer(resolve, anchors, attachments or {})
    text = MarkdownWithMath(renderer).render(re.sub(f"[{_OPEN}{_CLOSE}]", "", source))
    safe = safe_html(re.sub(r'style="text-align:right"', 'class="num"', text))
    drawn = re.sub(f"{_OPEN}(\\d+){_CLOSE}", lambda found: renderer.formulas[int(found.group(1))], safe)
    return re.sub(
        r"<p>(<div class=\"math\".*?</div></div>)\s*</p>", r"\1", drawn, flags=re.S
    ), renderer.headings


def render_code(source: str) -> str:
    """Python source with its syntax marked by classes."""
    return highlight(source, PythonLexer(), HtmlFormatter(cssclass="source"))
