"""A built site holds and escapes everything recorded, links only to what exists, and is the same again."""

import re
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from shutil import copytree
from urllib.parse import unquote, urldefrag

import pytest

from basics.errors import InputError
from basics.frames import MISSING
from basics.paths import project_root
from workbook import beside, scoreboard
from workbook.catalogue import workbook
from workbook.claims import catalogue
from workbook.discrepancies import register
from workbook.literature import published_tables
from workbook.report import exhibits
from workbook.report.content import on_front, read_content
from workbook.report.site import build

CELLS = '{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [{"cell_type": "code"}]}'
ELSEWHERE = tuple(address for links in workbook().links.values() for address in (links.paper, links.code))
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Parsed(HTMLParser):
    """Links, pictures, ids and scripts of a page; complains about tags that do not match."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.handlers: list[str] = []
        self.scripts: list[str | None] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.links += [values[name] or "" for name in ("href", "src") if name in values]
        self.ids += [values["id"] or ""] if "id" in values else []
        self.handlers += [name for name in values if name.startswith("on")]
        self.scripts += [values.get("src")] if tag == "script" else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def site(built: Path) -> dict[str, Parsed]:
    """The parsed pages of the synthetic report by relative path."""
    pages = [built / "index.html", *(built / "html").glob("*.html")]
    return {path.relative_to(built).as_posix(): Parsed(path) for path in pages}


def test_there_is_a_page_a_notebook(site):
    assert set(site) == {"index.html", "html/01_first.html", "html/02_second.html", "html/compare.html"}


def test_every_link_and_anchor_resolves(site, built: Path):
    checked = 0
    for name, page in site.items():
        for link in page.links:
            if link.startswith(("data:image/", "https://example.org/", *ELSEWHERE)):
                continue
            path, anchor = urldefrag(link)
            target = ((built / name).parent / unquote(path)).resolve() if path else built / name
            assert target.is_file(), (name, link)
            if anchor:
                assert anchor in site[target.relative_to(built).as_posix()].ids, (name, link)
            checked += 1
    assert checked > 80


def test_ids_are_unique(site):
    for name, page in site.items():
        assert len(page.ids) == len(set(page.ids)), name


def test_nothing_hostile_survives_and_all_of_it_is_shown_as_text(site):
    for name, page in site.items():
        assert not page.handlers, name
        assert set(page.scripts) == {"html/site.js" if name == "index.html" else "../html/site.js"}
        assert not [link for link in page.links if link.lower().startswith("javascript:")], name
        assert "x" not in page.links
    shown = "".join(site["html/01_first.html"].text)
    assert shown.count('<script>alert("2")</script>') >= 6


def test_nothing_is_loaded_from_elsewhere(built: Path):
    for path in built.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.findall(r"(?:src|srcset|@import|url)\s*[=(]\s*[\"']?(?:https?:)?//", text)
        assert not re.findall(r"<link[^>]+href=[\"']?(?:https?:)?//", text)
    for asset in ("style.css", "site.js"):
        assert "//" not in re.sub(r"/\*.*?\*/", "", (built / "html" / asset).read_text(), flags=re.S)


def test_nothing_but_the_style_sheet_holds_up_the_front_page(built: Path):
    text = (built / "index.html").read_text(encoding="utf-8")
    loaded = {tag: re.findall(rf"<{tag} [^>]+>", text) for tag in ("script", "img")}
    assert loaded["script"] and all(" defer" in script for script in loaded["script"])
    assert loaded["img"] and all(' loading="lazy"' in picture for picture in loaded["img"])
    assert len(re.findall(r'<link rel="stylesheet"', text)) == 1


def test_the_front_page_says_whose_time_it_tells(site):
    text = " ".join(" ".join(site["index.html"].text).split())
    assert re.search(r"notebooks in [\d.]+ (?:s|min|h)\b[^;]*, what was trained before them apart, on ", text)


def test_every_claim_stands_on_the_front_page_with_a_link_to_its_cell(site):
    text = " ".join(site["index.html"].text)
    assert all(claim in text for claim in catalogue())
    assert {"html/02_second.html#claim-csq-s1-half", "html/01_first.html#claim-csq-lq-binarises"} <= set(
        site["index.html"].links
    )
    assert "claim-csq-s1-half" in site["html/02_second.html"].ids


def test_every_discrepancy_stands_on_the_front_page(site):
    assert {f"discrepancy-{entry.id}" for entry in register()} <= set(site["index.html"].ids)


def test_figures_are_shown_from_their_files_in_the_documents_order(site):
    pictures = [link for link in site["index.html"].links if link.startswith("figures/") and link.endswith(".svg")]
    assert list(dict.fromkeys(pictures)) == ["figures/01-matrix.svg", "figures/01-later.svg"]
    page = site["html/01_first.html"]
    assert {"../figures/01-matrix.svg", "../figures/01-later.svg"} <= set(page.links)
    assert not [link for link in page.links if link.startswith("data:image/png")]


def test_a_large_svg_is_shown_as_png(results_folder: Path):
    svg = results_folder / "figures" / "01-later.svg"
    svg.write_text(svg.read_text() + f"<!--{'x' * 400_000}-->")
    build("smoke")
    assert 'src="../figures/01-later.png"' in (results_folder / "html" / "01_first.html").read_text()


def test_a_failed_notebook_is_shown_as_failed(site):
    assert "html/02_second.html#cell-3" in site["index.html"].links
    assert "Notebook 02 failed." in "".join(site["index.html"].text)
    assert "ValueError: <i>no</i>" in "".join(site["html/02_second.html"].text)
    assert "not run" in site["index.html"].text


@pytest.mark.parametrize("content", ["", "{", "[]", '{"nbformat": 4, "cells": 3}', '{"cells": [{}]}', CELLS])
def test_a_broken_notebook_is_shown_as_failed(results_folder: Path, content):
    (results_folder / "notebooks" / "02_second.ipynb").write_text(content)
    assert "Notebook 02 failed." in build("smoke").read_text()
    assert "This notebook cannot be read." in (results_folder / "html" / "02_second.html").read_text()


def test_run_facts_come_from_the_manifest(site):
    text = " ".join(site["index.html"].text)
    for fact in (
        "Some processor, 2 cores",
        "0123456789ab with changes",
        "1 min 18 s",
        "torch 2.11.0",
        "1, 2",
    ):
        assert fact in text


def test_without_a_manifest_the_rest_is_there(results_folder: Path):
    (results_folder / "manifest.json").unlink()
    assert "The run left no manifest." in build("smoke").read_text()


@pytest.mark.parametrize("manifest", ["{}", "[]", "", "{", '{"notebooks": {}}'])
def test_an_edited_manifest_is_refused(results_folder: Path, manifest):
    (results_folder / "manifest.json").write_text(manifest)
    with pytest.raises(InputError, match=r"manifest\.json"):
        build("smoke")


def test_numbers_are_subtracted_only_where_the_data_is_the_same(results_folder: Path):
    frame = scoreboard.comparisons("smoke")
    assert frame[["published", "ours"]].to_numpy().tolist() == [[0.579, 0.5767]]
    assert frame["difference"].tolist() == pytest.approx([-0.0023])
    assert frame["claim"].tolist() == ["csq-table1"]


def test_formulas_are_shown(built: Path):
    text = (built / "html" / "01_first.html").read_text()
    assert text.count("<math") == 5
    assert "<msub><mi>λ</mi><mn>1</mn></msub>" in text
    assert "$$" not in text


def test_code_is_folded_but_where_it_is_a_definition_that_the_page_speaks_of(built: Path):
    text = (built / "html" / "01_first.html").read_text()
    unfolded = re.findall(r'<details class="code" id="[^"]*"( open)?>', text)
    assert unfolded == ["", "", "", "", " open", "", ""]
    assert re.search(r'" open><summary>Code, 1 line</summary>.{,80}def.{,60}square', text, re.S)


def test_links_of_notebooks_lead_to_pages_or_nowhere(site):
    links = site["html/01_first.html"].links
    assert "02_second.html#results" in links
    assert "https://example.org/x" in links
    assert not [link for link in links if "gone" in link]


def test_building_again_gives_the_same_bytes_and_removes_old_pages(results_folder: Path):
    def content() -> dict[str, bytes]:
        paths = [
            results_folder / "index.html",
            results_folder / "README.md",
            *(results_folder / "html").iterdir(),
        ]
        return {path.name: path.read_bytes() for path in paths}

    build("smoke")
    first = content()
    (results_folder / "html" / "99_old.html").touch()
    build("smoke")
    assert content() == first


def test_a_profile_without_results_is_one_line(results_elsewhere: Path):
    with pytest.raises(InputError, match="run it first"):
        build("unheard-of")


def test_an_empty_profile_builds(results_elsewhere: Path):
    (results_elsewhere / "smoke").mkdir(parents=True)
    text = build("smoke").read_text()
    assert "No figure has been recorded" in text
    assert text.count('data-verdict="not-judged"') == 1 + len(catalogue())
    assert "No verdict of this profile makes a finding yet." in text


def test_findings_stand_before_anything_else(site, built: Path):
    text = (built / "index.html").read_text()
    assert text.index('id="findings"') < text.index('id="papers"') < text.index('id="scoreboard"')


def test_every_published_number_of_the_joint_table_is_on_the_front_page(site):
    text = " ".join(site["index.html"].text)
    for entry in beside.listed():
        assert f"beside-{published_tables()[entry.source].key}" in site["index.html"].ids
        same = [
            other.group for other in beside.listed() if (other.source, other.columns) == (entry.source, entry.columns)
        ]
        assert sum(group in text for group in same) >= 1


def test_figures_say_what_they_show_in_the_first_sentence_of_their_reading(built: Path):
    text = (built / "index.html").read_text()
    shown = re.findall(r'<span class="shows">(.*?)</span>', text)
    assert shown == ["The matrix has L<sub>Q</sub> = −0.5 (<code>a. B</code>)."]


def test_a_page_opens_with_what_was_found(built: Path):
    text = (built / "html" / "01_first.html").read_text()
    assert text.index('id="found-here"') < text.index("Parameters, 1 line")
    glimpse = text[text.index('id="found-here"') : text.index("Parameters, 1 line")]
    assert 'href="#claim-csq-lq-binarises"' in glimpse and 'href="#reading"' in glimpse
    assert "<script" not in glimpse


def test_a_term_is_marked_once_a_page_with_its_meaning(built: Path):
    marked = re.findall(
        r'<a class="term" href="../index.html#(term-[\w-]+)"', (built / "html" / "01_first.html").read_text()
    )
    assert len(marked) == len(set(marked)) and "term-hash-center" in marked


def test_no_style_or_script_is_inline(built: Path):
    for path in built.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|<[^>]+ style=|<script(?![^>]* src=)", re.sub(r"&lt;.*?&gt;", "", text)), path.name


def test_headings_and_long_numbers_are_for_people(built: Path):
    text = (built / "html" / "01_first.html").read_text()
    assert "below half" in text and "below_half" not in text
    assert "0.3333" in text and "0.33333" not in text


def test_embedded_puts_the_photographs_numbers_beside_the_papers(tmp_path, monkeypatch):
    """Its own stand below; a verdict on photographs is not linked to a page about digits."""
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(tmp_path))
    monkeypatch.setenv("HASHCENTERS_COMMITTED", str(project_root() / "results"))
    content = read_content("embedded")
    front = on_front(content)
    assert (content.profile, front.profile) == ("embedded", "photographs")
    assert on_front(front) == front  # which leaves it to nobody
    cells = partial(exhibits.read_cells, front)
    joint = beside.groups(front.claims, front.exhibits, cells)
    for entry in beside.listed():  # whatever stands beside has numbers where its table has such rows
        same = [group for group in joint if (group.entry.source, group.entry.columns) == (entry.source, entry.columns)]
        assert len(same) == 1
        assert same[0].data or entry.ours not in front.exhibits or entry.group in ("Stanford Cars", "NABirds"), entry
    rows = beside.frame(joint)
    shown = rows.loc[rows["ours on"] != MISSING, "ours on"]
    assert not shown.str.contains("digits").any() and shown.str.contains("tiny-imagenet").sum() >= 7
    folder = tmp_path / "embedded"
    copytree(content.folder, folder)
    page = build("embedded").read_text(encoding="utf-8")
    table = page.split('<table class="joint">')[1].split("</table>")[0]
    assert "digits" not in table and "tiny-imagenet" in table and "<a " not in table
    assert "Ours are those of the profile <b>photographs</b>" in page
    assert "Ours are those of the profile `photographs`" in (folder / "README.md").read_text(encoding="utf-8")
