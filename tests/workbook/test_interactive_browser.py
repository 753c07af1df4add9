"""A slider in a real JupyterLab, moved by a real browser, draws its figure again."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from waiting import SECONDS, jupyter_server

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
RUN_ALL = """async () => {
  const context = window.jupyterapp.shell.currentWidget.sessionContext;
  await context.ready;
  await context.session.kernel.info;
  window.jupyterapp.commands.execute("notebook:run-all-cells");
}"""
CODE = """
from workbook import interactive as live
from workbook import style

def draw(level=1):
    drawn, axes = style.figure()
    axes.bar([0], [level])
    axes.set_ylim(0, 3)
    return drawn

live.sliders(draw, level=[1, 2, 3])
"""


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    """The address of a JupyterLab on loopback, with a notebook that has a slider."""
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[new_code_cell(CODE)], metadata=metadata), tmp_path / "x.ipynb")
    folders = {f"JUPYTER_{kind}_DIR": str(tmp_path / kind.lower()) for kind in ("RUNTIME", "CONFIG")}
    options = [
        f"--ServerApp.root_dir={tmp_path}",
        "--ip=127.0.0.1",
        "--port=0",
        "--IdentityProvider.token=secret",
    ]
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--allow-root",
            "--expose-app-in-browser",
            *options,
        ],
        env={**os.environ, **folders, "IPYTHONDIR": str(tmp_path / "ipython"), "HASHCENTERS_BATCH": ""},
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"{jupyter_server(server, tmp_path / 'runtime')['url']}lab/tree/x.ipynb?token=secret&reset"
    finally:
        server.terminate()
        server.wait(120)


def test_moving_a_slider_draws_the_figure_again(lab: str):
    with playwright.sync_playwright() as player:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = player.chromium.launch(executable_path=CHROMIUM, args=arguments)
        page = browser.new_page()
        page.set_default_timeout(SECONDS * 1000)
        page.goto(lab)
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.evaluate(RUN_ALL)
        picture = page.locator(".jp-OutputArea img").first
        picture.wait_for()
        first = picture.get_attribute("src")
        page.locator(".noUi-handle").first.press("ArrowRight")
        page.wait_for_function("(old) => document.querySelector('.jp-OutputArea img')?.src !== old", arg=first)
        page.wait_for_selector(".jp-OutputArea img")
        assert page.locator(".jp-OutputArea img").first.get_attribute("src") != first
        assert page.locator(".widget-readout").first.inner_text() == "2"
        browser.close()
