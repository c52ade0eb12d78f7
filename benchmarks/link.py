"""How quick and how heavy is the course in a link? Beside the installed course, in one real browser, turn by turn.

- start: from the click to the first card that can be answered; the link cold (nothing kept by the browser) and warm;
- move: from a slider key of the explorer in notebook 00 to the new picture;
- keep: from *Check* to the verdict of an answer, which is kept before it is shown;
- weight: the site on disk, and what crosses the wire where a host sends gzip, for a first card and for all of it.

    python course.py site && python benchmarks/link.py [--keys 20] [--answers 10]

Prints medians, and ratios to the installed course of the same run.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from panel import WATCH, serve
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "build" / "site"
NOTEBOOK = "00_start_here"
PATIENCE_MS = 240_000
RUN = """
async source => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    const at = notebook.widgets.findIndex(cell => cell.model.sharedModel.getSource().includes(source));
    notebook.activeCellIndex = at;
    window.courseCell = notebook.widgets[at].node;
    await window.jupyterapp.commands.execute("notebook:run-cell");
}
"""
"""Runs the first cell whose code holds these words."""
VERDICT = """
card => {
    window.verdictTook = null;
    let began = 0;
    card.addEventListener("click", () => { began = performance.now(); }, {capture: true, once: true});
    const seen = new MutationObserver(() => {
        if (!began || !card.querySelector(".feedback .word")) return;
        window.verdictTook = performance.now() - began;
        seen.disconnect();
    });
    seen.observe(card, {subtree: true, childList: true, characterData: true});
}
"""
"""Measures from the next click on a card to the verdict that it shows."""
LIVE = "() => window.courseCell.querySelector('[data-live] > *')"
CARD, PANEL = 'ask("start-01")', "woman = BloodCount.of("


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


@contextmanager
def site() -> Iterator[str]:
    """The built site, served as plain files; its address."""
    handler = functools.partial(Quiet, directory=str(SITE))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@contextmanager
def installed() -> Iterator[str]:
    """The installed course in JupyterLab, on a copy of its notebook; the notebook's address."""
    with tempfile.TemporaryDirectory() as name:
        shutil.copy(ROOT / "notebooks" / f"{NOTEBOOK}.ipynb", name)
        process, address = serve(Path(name), f"{NOTEBOOK}.ipynb")
        try:
            yield address
        finally:
            process.terminate()
            process.wait(timeout=20)


def run_cell(page: Page, source: str) -> None:
    page.evaluate(RUN, source)
    page.wait_for_function(LIVE, timeout=PATIENCE_MS)


def start_site(page: Page, address: str) -> float:
    """Seconds from the click to a first card that can be answered, of the link."""
    began = time.perf_counter()
    page.goto(f"{address}/notebooks/index.html?path={NOTEBOOK}.ipynb")
    page.wait_for_selector("body[data-course=up]", state="attached", timeout=PATIENCE_MS)
    return time.perf_counter() - began


def start_installed(page: Page, address: str) -> float:
    """The same where JupyterLab runs already; the first card's cell is run as soon as the notebook takes it."""
    began = time.perf_counter()
    page.goto(address)
    page.wait_for_function(
        "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel", timeout=PATIENCE_MS
    )
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=PATIENCE_MS)
    run_cell(page, CARD)
    return time.perf_counter() - began


def move(page: Page, keys: int) -> list[float]:
    """Milliseconds from a slider key to the new picture."""
    run_cell(page, PANEL)
    page.evaluate(WATCH)
    page.evaluate("() => { window.cell = window.courseCell; }")
    slider = page.locator(".jp-Cell", has_text=PANEL).locator("[data-live] input[type=range]").first
    slider.focus()
    found = []
    for _ in range(keys + 3):
        page.keyboard.press("ArrowRight")
        page.wait_for_function("() => window.took !== null", timeout=30_000)
        found.append(page.evaluate("() => window.took"))
        page.wait_for_timeout(350)
    return found[3:]


def keep(page: Page, answers: int) -> list[float]:
    """Milliseconds from the click on *Check* to the verdict, as the page itself sees them."""
    card = page.get_by_role("region", name="Question start-01", exact=True).first
    card.scroll_into_view_if_needed()
    options, word = card.locator("input[type=radio]"), card.locator(".feedback .word")
    check = card.get_by_role("button", name="Check", exact=True)
    found = []
    for turn in range(answers + 1):
        options.nth(turn % 2).check()
        word.wait_for(state="detached", timeout=30_000)
        card.evaluate(VERDICT)
        check.click()
        word.wait_for(timeout=30_000)
        page.wait_for_function("() => window.verdictTook !== null", timeout=30_000)
        found.append(page.evaluate("() => window.verdictTook"))
    return found[1:]


def weight(paths: list[Path]) -> tuple[float, float]:
    """Megabytes of these files as they are, and as a host sends them that packs with gzip what gets smaller."""
    plain = packed = 0
    for path in paths:
        content = path.read_bytes()
        plain += len(content)
        packed += min(len(content), len(gzip.compress(content, 6)))
    return plain / 1e6, packed / 1e6


def measure(browser: Browser, keys: int, answers: int) -> tuple[dict[str, dict[str, list[float]]], set[str]]:
    """Times by what was done and where; and the files that the first card of the link asked for."""
    asked: set[str] = set()
    with site() as link, installed() as lab:
        cold = browser.new_context(viewport={"width": 1400, "height": 900})
        cold.on("request", lambda request: asked.add(unquote(urlsplit(request.url).path)))
        there = cold.new_page()
        starts = {"cold": [start_site(there, link)]}
        first = set(asked)
        there.wait_for_selector("body[data-kept=all]", state="attached", timeout=PATIENCE_MS)
        again = cold.new_page()
        starts["warm"] = [start_site(again, link)]
        again.close()
        here = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
        starts["installed"] = [start_installed(here, lab)]
        moves = {"link": move(there, keys), "installed": move(here, keys)}
        kept = {"link": keep(there, answers), "installed": keep(here, answers)}
    return {"start": starts, "move": moves, "keep": kept}, first


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keys", type=int, default=20)
    parser.add_argument("--answers", type=int, default=10)
    chosen = parser.parse_args()
    if not (SITE / "index.html").is_file():
        parser.error("There is no site yet: python course.py site builds it.")
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        found, first = measure(browser, chosen.keys, chosen.answers)
        browser.close()
    units = {"start": "s", "move": "ms", "keep": "ms"}
    for what, times in found.items():
        medians = {where: statistics.median(some) for where, some in times.items()}
        for where, median in medians.items():
            ratio = f"   {median / medians['installed']:.2f} of the installed course" if where != "installed" else ""
            print(f"{what:6} {where:10} {median:8.1f} {units[what]}{ratio}")
    everything = [path for path in SITE.rglob("*") if path.is_file()]
    needed = [path for name in first if (path := SITE / name.lstrip("/")).is_file()]
    for label, paths in (("a first card", needed), ("all of it", everything)):
        plain, packed = weight(paths)
        print(f"weight {label:14} {plain:6.1f} MB, {packed:6.1f} MB over the wire with gzip")


if __name__ == "__main__":
    main()
