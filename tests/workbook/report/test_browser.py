"""The report in a real browser: nothing fails to load, search and filters work, text is readable, phones fit."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")]
PATIENCE = 120_000
PAGES = ("index.html", "html/01_first.html", "html/02_second.html", "html/compare.html")
CONTRAST = """() => {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => { context.clearRect(0, 0, 1, 1); context.fillStyle = color; context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => { for (let e = element; e; e = e.parentElement) {
    const color = rgba(getComputedStyle(e).backgroundColor); if (color[3] > 200) return color; } };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const bad = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (!text || !element.checkVisibility() || element.closest(".anchor, .skip")) continue;
    const [a, b] = [light(rgba(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.push(`${ratio.toFixed(2)} ${element.className} ${text.slice(0, 40)}`);
  }
  return bad;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator:
    """Debian's chromium without a window."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with playwright.sync_playwright() as player:
        started = player.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield started
        started.close()


def test_the_pages_own_policy_lets_nothing_foreign_run(browser, built: Path) -> None:
    with browser.new_page() as page:
        page.goto((built / "index.html").as_uri())
        page.evaluate("""() => {
          const script = document.createElement("script"); script.textContent = "window.ran = 'script'";
          document.body.append(script);
          document.body.insertAdjacentHTML("beforeend", "<img src='data:,x' onerror='window.ran = 1'>");
        }""")
        page.wait_for_timeout(200)
        assert page.evaluate("window.ran") is None
        assert page.evaluate("fetch('https://example.org').catch(() => 'refused')") == "refused"


@pytest.fixture
def open_page(browser, built: Path) -> Iterator:
    """Opens a page of the report and fails on any error, missing file or request that leaves the disk."""
    contexts, troubles = [], []

    def opened(name: str, *, width: int = 1280, scheme: str = "light"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on(
            "console",
            lambda message: troubles.append(message.text) if message.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
        page.on(
            "requestfailed",
            lambda request: None if "ABORTED" in (request.failure or "") else troubles.append(request.url),
        )
        page.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else troubles.append(r.url))
        page.goto((built / name).as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []


def until(page, expression):
    """What an expression comes to; the policy of the pages forbids what `wait_for_function` waits with."""
    for _ in range(2400):
        if found := page.evaluate(expression):
            return found
        page.wait_for_timeout(50)
    raise AssertionError(f"it stays false: {expression}")


@pytest.mark.parametrize("name", PAGES)
def test_everything_loads(open_page, name):
    page = open_page(name)
    page.evaluate("document.querySelectorAll('img').forEach((image) => { image.loading = 'eager'; })")
    until(page, "[...document.images].every((image) => image.complete)")
    assert page.evaluate("[...document.images].filter((image) => !image.naturalWidth).map((image) => image.src)") == []
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "16px"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_text_has_contrast(open_page, name, scheme):
    page = open_page(name, scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(21, 24, 27)") == (scheme == "dark")
    assert page.evaluate(CONTRAST) == []


@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways_on_a_phone(open_page, name):
    page = open_page(name, width=380)
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    page.evaluate("scrollTo(1000, 0)")
    assert page.evaluate("scrollX") == 0


def test_the_theme_button_switches_and_is_remembered(open_page):
    page = open_page("index.html")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.click("#theme")
    assert page.evaluate(background) != light
    page.reload()
    assert page.evaluate(background) != light
    page.click("#theme")
    assert page.evaluate(background) == light


def test_claims_filter_by_verdict_document_and_data(open_page):
    page = open_page("index.html")
    shown = page.locator("#claims .entry:visible")
    assert shown.count() == 0, "groups are folded"
    page.click(".share[data-verdict=proved]")
    assert shown.count() == 1
    page.click(".share[data-verdict=trend]")
    assert shown.count() == 2
    page.select_option("#data", "substitute")
    assert shown.count() == 1
    assert page.inner_text("#matches").startswith("1 of ")
    page.select_option("#data", "")
    page.click(".share[data-verdict=proved]")
    page.click(".share[data-verdict=trend]")
    page.select_option("#document", "SHC")
    names = page.locator("#claims .entry:visible .place code").all_inner_texts()
    assert names and all(name.startswith("shc-") for name in names)
    assert set(page.locator("#claims h3:visible").all_inner_texts()) == {"SHC"}


def test_a_claim_reads_from_what_is_claimed_to_why(open_page):
    page = open_page("index.html")
    page.click("#unfold")
    entry = page.locator("#csq-s1-half")
    assert entry.locator("dt").all_inner_texts() == ["Expected", "Found", "Because", "Data"]
    assert entry.locator("p").first.get_attribute("class") == "statement"


def test_discrepancies_filter_and_open_at_once(open_page):
    page = open_page("index.html")
    shown = page.locator(".discrepancy:visible")
    everything = shown.count()
    page.focus("#party")  # what is off the screen has no layout yet
    page.select_option("#party", "SHC")
    assert 0 < shown.count() < everything
    assert page.inner_text("#disagreements") == f"{shown.count()} of {everything} discrepancies"
    page.select_option("#party", "")
    page.select_option("#measured", "yes")
    assert 0 < shown.count() < everything
    page.select_option("#measured", "")
    page.click("#unfold-discrepancies")
    assert page.locator(".discrepancy dl:visible").count() == everything
    address = page.locator("#discrepancy-ties a", has_text="video/hash_test.py").get_attribute("href")
    assert re.fullmatch(r"https://github.com/.+/blob/[0-9a-f]{7,40}/video/hash_test.py#L\d+", address)


@pytest.mark.parametrize(
    ("asked", "kind", "link"),
    [
        ("Fig. S.2", "figure", "#figure-01-matrix"),
        ("Fig S.2", "figure", "#figure-01-matrix"),
        ("fig s.4", "claim", "#csq-fig-s4"),
        ("Table 1", "table", "#table-01-losses"),
        ("timm:tf_efficientnet_lite0@192", "table", "#table-01-wide"),
        ("EfficientNet-Lite0, 192 px", "table", "#table-01-wide"),
        ("gpu", "how to", "#way-2"),
        ("equal distances", "discrepancy", "#discrepancy-ties"),
        ("hamming distance", "term", "#term-hamming-distance"),
    ],
)
def test_search_finds_what_there_is_of_every_kind(open_page, asked, kind, link):
    page = open_page("index.html")
    page.fill("#search", asked)
    assert any(heading.startswith(f"{kind} (") for heading in page.locator("#hits h3").all_inner_texts())
    page.locator(f"#hits a[href='{link}']").click()
    assert page.locator(link).is_visible()
    assert page.evaluate("location.hash") == link


def test_search_says_when_nothing_is_there_and_tells_numbers_apart(open_page):
    page = open_page("index.html")
    page.fill("#search", "Fig. S.22")
    assert page.inner_text("#hits") == "Nothing has these words."
    page.fill("#search", "")
    assert page.inner_text("#hits") == ""


def test_a_figure_is_enlarged_and_put_back(open_page):
    page = open_page("index.html", width=390)
    picture = page.locator("#figure-01-matrix .enlarge img")
    picture.scroll_into_view_if_needed()
    small = picture.bounding_box()["width"]
    picture.click()
    large = page.locator("#large img")
    assert large.is_visible() and large.bounding_box()["width"] > 2 * small
    assert page.url.split("#")[0].endswith("index.html")
    page.keyboard.press("Escape")
    assert not large.is_visible()


def test_a_term_says_what_it_means_on_hover_and_leads_to_the_list(open_page):
    page = open_page("html/01_first.html")
    term = page.locator("a.term", has_text="hash centers")
    shown = "(term) => getComputedStyle(term, '::after').display"
    assert term.evaluate(shown) == "none"
    term.hover()
    assert term.evaluate(shown) == "block"
    term.click()
    page.wait_for_url("**/index.html#term-hash-center")
    assert page.locator("#term-hash-center").is_visible()


@pytest.mark.parametrize("width", [1440, 1100, 390, 360])
def test_no_column_of_the_joint_table_is_hidden(open_page, width):
    page = open_page("index.html", width=width)
    page.evaluate(
        "document.querySelectorAll('.joint .ours small').forEach((one) => (one.textContent = '± below 0.01 pp'))"
    )
    table, section = (page.locator(found).first.bounding_box() for found in (".joint", "section:has(.joint)"))
    assert table["x"] >= section["x"] and table["x"] + table["width"] <= section["x"] + section["width"] <= width
    cells = page.evaluate(
        "[...document.querySelectorAll('.joint td, .joint th')].map((c) => c.scrollWidth - c.clientWidth)"
    )
    assert len(cells) > 100 and max(cells) <= 1


def test_on_paper_no_table_runs_off_the_page(open_page):
    page = open_page("index.html", width=720)  # A4 with its margins
    page.click(".more-numbers > summary")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".joint").evaluate("(table) => table.getBoundingClientRect().right") <= 720
    published = page.locator(".beside table").evaluate_all("(all) => all.map((t) => t.getBoundingClientRect().right)")
    assert published and max(published) <= 720


def test_long_tables_unfold(open_page):
    page = open_page("html/01_first.html")
    rows = page.locator("#table-01-long tbody tr:visible")
    assert rows.count() == 12
    page.click("#table-01-long .more-rows")
    assert rows.count() == 30


# What readers come for, each in two clicks from the front page; the numbers are those of the made-up results.
TASKS = {
    "the first table beside ours": (["nav >> text=Tables"], "#beside-csq-table1"),
    "the second table and whether it held": (["nav >> text=Tables"], "#beside-shc-table1"),
    "a figure of a document": (["nav >> text=Figures"], "#figure-01-matrix"),
    "why a claim has its verdict": ([".share[data-verdict=proved]", "#csq-s1-half .judged a"], "#claim-csq-s1-half"),
    "what the authors' code does differently": (
        ["nav >> text=Discrepancies", "#unfold-discrepancies"],
        "#discrepancy-ties dl",
    ),
    "the papers' numbers on my GPU": (["nav >> text=Do it"], "#way-2 pre"),
    "score my own codes": (["nav >> text=Do it"], "#way-3 pre"),
}


@pytest.mark.parametrize("width", [1440, 1100, 390])
def test_what_readers_come_for_is_two_clicks_away(open_page, width):
    page = open_page("index.html", width=width)
    front = page.url
    for task, (clicks, target) in TASKS.items():
        page.goto(front)
        for click in clicks:
            page.locator(click).first.click()
        found = page.locator(target).first
        assert found.is_visible(), task
        box = found.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width, task


def test_tables_sort_by_number(open_page):
    page = open_page("html/01_first.html")
    cells = "[...document.querySelectorAll('#table-01-losses tbody tr')].map((row) => row.cells[%d].textContent)"
    page.locator("#table-01-losses th", has_text="bits").click()
    assert page.evaluate(cells % 2) == ["8", "16", "64"]
    page.locator("#table-01-losses th", has_text="mAP").click()
    assert page.evaluate(cells % 1) == ["0.25", "0.50", "–"]


def test_links_lead_to_the_very_cell(open_page):
    page = open_page("index.html")
    page.click("#unfold")
    page.click("#claims a[href$='#claim-csq-s1-half']")
    page.wait_for_url("**/02_second.html#claim-csq-s1-half")
    assert page.locator("#claim-csq-s1-half").is_visible()
    page.click("a[href='#cell-3']")
    assert page.locator("#cell-3").get_attribute("open") is not None


def test_code_folds(open_page):
    page = open_page("html/01_first.html")
    assert not page.locator("details.code pre").first.is_visible()
    page.click("#fold")
    assert page.locator("details.code pre").first.is_visible()
    assert page.inner_text("#fold") == "Hide all code"


def test_printing_shows_what_is_folded(open_page):
    page = open_page("index.html")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#discrepancy-ties dl").is_visible()
    assert not page.locator(".bar").is_visible()


def test_without_script_everything_can_be_read(browser, built: Path):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((built / "index.html").as_uri())
    page.locator("#verdict-not-judged > summary").click()
    assert page.locator("#claims .entry:visible").count() > 30
    context.close()
