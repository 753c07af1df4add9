"""The report in a real browser: nothing fails to load, the scoreboard works, text is readable, phones fit."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")]
PATIENCE = 120_000
PAGES = ("index.html", "html/01_first.html", "html/02_second.html")
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


@pytest.mark.parametrize("name", PAGES)
def test_everything_loads(open_page, name):
    page = open_page(name)
    page.evaluate("document.querySelectorAll('img').forEach((image) => { image.loading = 'eager'; })")
    page.wait_for_function("[...document.images].every((image) => image.complete)")
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


def test_the_front_page_draws_at_once(open_page):
    page = open_page("index.html")
    painted = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    times = []
    for _ in range(3):
        page.reload()
        page.wait_for_function(painted)
        times.append(page.evaluate(painted))
    assert min(times) < 2000


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


def test_the_scoreboard_sorts(open_page):
    page = open_page("index.html")
    orders = "[...document.querySelectorAll('#claims tbody tr')].map((row) => +row.cells[%d].dataset.order)"
    heading = page.locator("#claims th", has_text="Verdict")
    documents_order = page.evaluate(orders % 0)
    assert documents_order == sorted(documents_order)
    heading.click()
    assert page.evaluate(orders % 1) == sorted(page.evaluate(orders % 1))
    assert heading.get_attribute("aria-sort") == "ascending"
    heading.press("Enter")
    assert page.evaluate(orders % 1) == sorted(page.evaluate(orders % 1), reverse=True)
    assert page.evaluate(orders % 0) != documents_order
    page.locator("#claims th", has_text="Claim").click()
    assert page.evaluate(orders % 0) == documents_order


def test_the_scoreboard_filters(open_page):
    page = open_page("index.html")
    shown = page.locator("#claims tbody tr:visible")
    everything = shown.count()
    page.click(".share[data-verdict=proved]")
    assert shown.count() == 1
    page.click(".share[data-verdict=trend]")
    assert shown.count() == 2
    page.select_option("#data", "substitute")
    assert shown.count() == 1
    page.select_option("#data", "")
    page.click(".share[data-verdict=proved]")
    page.click(".share[data-verdict=trend]")
    page.select_option("#document", "SHC")
    assert 0 < shown.count() < everything
    page.fill("#search", "Table 1")
    found = page.locator("#claims tbody tr:visible code").all_inner_texts()
    assert "shc-table1" in found and all(name.startswith("shc-") for name in found)
    assert page.inner_text("#matches") == f"{len(found)} of {everything} claims"


def test_tables_sort_by_number(open_page):
    page = open_page("html/01_first.html")
    cells = "[...document.querySelectorAll('#table-01-losses tbody tr')].map((row) => row.cells[%d].textContent)"
    page.locator("#table-01-losses th", has_text="bits").click()
    assert page.evaluate(cells % 2) == ["8", "16", "64"]
    page.locator("#table-01-losses th", has_text="mAP").click()
    assert page.evaluate(cells % 1) == ["0.25", "0.50", "–"]


def test_links_lead_to_the_very_cell(open_page):
    page = open_page("index.html")
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
    assert page.locator("#claims tbody tr:visible").count() > 30
    context.close()
