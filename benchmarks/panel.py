"""How quick is the explorer? From a slider key to the new picture, in a real browser.

Three things side by side in one notebook of one JupyterLab, key by key in turn:

- an empty round trip: the course's slider answered with a one-pixel picture;
- the count explorer;
- the blood film;
- the same picture by ``interact`` and ``plt.show``.

    python benchmarks/panel.py [--rounds 5] [--keys 10]

Prints medians and 95th percentiles in milliseconds, and the ratios the course promises.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
from playwright.sync_api import Page, sync_playwright

SETUP = """
import io
import ipywidgets, matplotlib.pyplot as plt
from matplotlib.patches import Rectangle
from PIL import Image
from helpers.blood.core.count import BloodCount
from helpers.panels.controls import Picture, Slider
from helpers.panels.explorer import CountExplorer
from helpers.panels.film import FilmPanel
from helpers.pictures import look
from helpers.pictures.count import CountPicture
COUNT = BloodCount.of(hb=72, anc=0.8, plt=18, retic=12, mcv=104, age_y=34, sex="female", trimester=0)
"""

EMPTY = """
def dot(shade):
    file = io.BytesIO()
    Image.new("RGB", (1, 1), (shade % 256, 0, 0)).save(file, "png")
    return file.getvalue()

amounts = list(range(20, 201))
slider, picture = Slider("Empty", amounts, [str(amount) for amount in amounts], amount=72), Picture(width=1)
picture.show(dot(0), "one pixel")
slider.observe(lambda change: picture.show(dot(int(change["new"])), "one pixel"), "amount")
ipywidgets.VBox([slider, picture])
"""

EXPLORER = """
CountExplorer(COUNT)
"""

FILM = """
FilmPanel("normal")
"""

INTERACT = """
still = CountPicture(COUNT)
bands = {
    name: [(patch.get_bbox(), patch.get_facecolor()) for patch in strip.axes.patches]
    for name, strip in still.strips.items()
}

def draw(hb=72):
    count = COUNT.change(hb=float(hb))
    figure = plt.figure(figsize=(still.live.width / 72, still.live.height / 72), dpi=72 * still.live.sharpness)
    figure.suptitle(still.point(), fontsize=look.TITLE, fontweight="bold")
    for name, strip in still.strips.items():
        axes = figure.add_axes(strip.axes.get_position())
        axes.set_xscale(strip.axes.get_xscale())
        axes.set_xlim(strip.axes.get_xlim())
        axes.set_ylim(strip.axes.get_ylim())
        axes.set_yticks([])
        for box, color in bands[name]:
            axes.add_patch(Rectangle((box.x0, box.y0), box.width, box.height, facecolor=color))
        for number in strip.numbers:
            axes.text(0.5, 0.5, number.text.get_text(), transform=axes.transAxes, fontsize=look.SMALL)
        axes.plot([strip.place(getattr(count, name))], [0], "o", markersize=13)
        axes.set_title(f"{name} {getattr(count, name):g}", fontsize=look.BODY, loc="left")
    plt.show()

ipywidgets.interact(draw, hb=ipywidgets.IntSlider(72, 20, 200))
None
"""

KINDS = {"empty round trip": 1, "explorer": 2, "film": 3, "interact + plt.show": 4}
"""What is measured -> its cell."""

WATCH = """
() => {
  window.began = 0; window.took = null; window.cell = null;
  document.addEventListener("keydown", () => { window.began = performance.now(); window.took = null; }, true);
  document.addEventListener("load", (event) => {
    if (window.took === null && window.began && event.target.tagName === "IMG" && window.cell?.contains(event.target))
      window.took = performance.now() - window.began;
  }, true);
}
"""


def notebook(path: Path) -> None:
    """Write the notebook that holds the three things."""
    cells = [nbformat.v4.new_code_cell(code.strip()) for code in (SETUP, EMPTY, EXPLORER, FILM, INTERACT)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)


def serve(folder: Path, notebook: str = "panel.ipynb") -> tuple[subprocess.Popen, str]:
    """Start JupyterLab on a free port; returns the process and the notebook's address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--allow-root",
        "--LabApp.expose_app_in_browser=True", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}",
    ]  # fmt: skip
    own = os.environ | {"PANCYTOPENIA_RECORD": str(folder / "record")}  # not the record of whoever measures
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=own)
    for _ in range(120):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api?token={token}", timeout=1)
            return process, f"http://127.0.0.1:{port}/doc/tree/{notebook}?reset&token={token}"
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    process.terminate()
    raise TimeoutError("JupyterLab did not start within a minute.")


def open_notebook(page: Page, address: str) -> None:
    """Open the notebook, run all of it and wait until everything stands."""
    page.goto(address)
    page.wait_for_selector(".jp-Notebook", timeout=60_000)
    page.wait_for_timeout(2000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator(".jp-CodeCell").nth(len(KINDS)).locator("img").first.wait_for(timeout=90_000)
    page.wait_for_timeout(3000)
    page.evaluate(WATCH)


def press(page: Page, kind: str, keys: int) -> list[float]:
    """Press an arrow key on a slider several times; returns milliseconds from key to new picture."""
    cell = page.locator(".jp-CodeCell").nth(KINDS[kind])
    handle = cell.locator(".noUi-handle" if "interact" in kind else "input[type=range]").first
    handle.scroll_into_view_if_needed()
    handle.focus()
    handle.evaluate("(handle) => { window.cell = handle.closest('.jp-Cell'); }")
    found = []
    for _ in range(keys):
        page.keyboard.press("ArrowRight")
        page.wait_for_function("() => window.took !== null", timeout=10_000)
        found.append(page.evaluate("() => window.took"))
        page.wait_for_timeout(350)
    return found


def measure(rounds: int, keys: int) -> dict[str, list[float]]:
    """All times of each kind, in milliseconds; the kinds take turns."""
    found: dict[str, list[float]] = {kind: [] for kind in KINDS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        notebook(folder / "panel.ipynb")
        server, address = serve(folder)
        try:
            with sync_playwright() as playwright:
                options = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
                browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
                page = browser.new_page(viewport={"width": 1200, "height": 1000})
                open_notebook(page, address)
                for kind in KINDS:
                    press(page, kind, 3)
                for _ in range(rounds):
                    for kind, times in found.items():
                        times += press(page, kind, keys)
                browser.close()
        finally:
            server.terminate()
            server.wait(timeout=20)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keys", type=int, default=10)
    chosen = parser.parse_args()
    found = measure(chosen.rounds, chosen.keys)
    medians = {kind: statistics.median(times) for kind, times in found.items()}
    for kind, times in found.items():
        p95 = sorted(times)[int(len(times) * 0.95)]
        print(f"{kind:20} median {medians[kind]:6.1f} ms   p95 {p95:6.1f} ms   ({len(times)} keys)")
    empty, explorer, film, interact = medians.values()
    print(f"explorer / empty round trip    {explorer / empty:.2f}   (at most 2)")
    print(f"film / empty round trip        {film / empty:.2f}   (at most 2.5)")
    print(f"interact / explorer            {interact / explorer:.2f}   (at least 4)")


if __name__ == "__main__":
    main()
