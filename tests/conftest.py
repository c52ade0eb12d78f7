"""What the tests share: a clean copy of the course, and a learner's JupyterLab in a real browser.

For a test in a browser:

    @pytest.mark.browser
    def test_slider(open_notebook):
        notebook = open_notebook("02_reading_a_blood_count.ipynb")   # JupyterLab, one notebook, kernel idle
        notebook.run_all()                                           # every cell has run; fails with the cell's error
        notebook.page.get_by_label("Hemoglobin").press("ArrowRight") # the Playwright page
        notebook.idle()                                              # the kernel has answered

`open_notebook` also takes a notebook made in the test: `open_notebook(nbformat.v4.new_notebook(cells=[...]))`.
Notebooks are served from a copy, so the committed ones never change. At the end of each test the page must have asked
nothing of any other host (`notebook.outside` lists what it asked) and thrown no error of its own.
"""

from __future__ import annotations

import atexit
import csv
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
from execute import NOTEBOOK_METADATA
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
import course  # noqa: E402
from helpers import evidence  # noqa: E402

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
RECORD = tempfile.mkdtemp(prefix="course-record-")
"""Every test runs on an empty learner's record, and on none of a person's."""
atexit.register(shutil.rmtree, RECORD, ignore_errors=True)
os.environ["PANCYTOPENIA_RECORD"] = RECORD

pytest.register_assert_rewrite("in_browser")
from in_browser import ALL_THERE, LIVE, SHOWN, Read  # noqa: E402

LEFT_BEHIND = (".git", ".venv", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis", ".ipynb_checkpoints", "build")

settings.register_profile("course", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("course")


def project_files() -> list[Path] | None:
    """Every file a clean clone of this checkout would hold; None where this is no git checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        return None
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def clean_copy(target: Path) -> Path:
    """Copy to `target` what a fresh clone of this checkout would hold: what git tracks or would add; returns it."""
    files = project_files()
    if files is None:
        return shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*LEFT_BEHIND), dirs_exist_ok=True)
    for path in files:
        copy = target / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
    return target


def free_port() -> int:
    """A port on 127.0.0.1 that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


LAB, NOTEBOOK = "jupyterlab", "notebook"
"""The two pages in which Jupyter shows a notebook, by the module that serves them."""
OF_NOTEBOOK = "Cannot read properties of undefined (reading 'schema')"
"""What Notebook 7.6 throws by itself while it opens any notebook, with no course in it."""


OF_A_STARTING_KERNEL = re.compile(r"status of 500 .*/api/kernels\?\d+$")
"""Jupyter's server falls over where it lists kernels while one has only begun to start (it has no last activity yet).
JupyterLab asks again a moment later; nobody sees more of it than a line in the console."""


@dataclass
class Lab:
    """A running JupyterLab, or Notebook, that serves a clean copy of the course."""

    folder: Path
    address: str
    token: str
    record: Path
    app: str = LAB

    def notebook(self, name: str) -> str:
        """The address that opens one notebook alone (in JupyterLab its single-document mode)."""
        opens = "doc/tree" if self.app == LAB else "notebooks"
        return f"{self.address}/{opens}/notebooks/{name}?token={self.token}&reset"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright keeps an event loop running, and what comes before is quicker to fail."""
    items.sort(key=lambda item: any(item.get_closest_marker(mark) for mark in ("browser", "site", "publish")))


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab of this Python, on its own port, with settings and files of its own."""
    home = tmp_path_factory.mktemp("lab")
    with serving(home, home / "record") as served:
        yield served


@pytest.fixture(scope="module")
def lab(served: Lab) -> Lab:
    """That JupyterLab, with an empty record: what one file of tests answers is nothing to the next."""
    shutil.rmtree(served.record, ignore_errors=True)
    return served


@contextmanager
def serving(home: Path, record: Path, app: str = LAB, **variables: str) -> Iterator[Lab]:
    """JupyterLab or Notebook on a clean copy of the course, with a learner's record elsewhere, until it is left."""
    folder = clean_copy(home / "course")
    served = Lab(folder, f"http://127.0.0.1:{free_port()}", secrets.token_hex(16), record, app)
    own = {f"JUPYTER_{what}_DIR": str(home / what.lower()) for what in ("CONFIG", "DATA", "RUNTIME")}
    own |= {"JUPYTER_TOKEN": served.token, "IPYTHONDIR": str(home / "ipython"), "PANCYTOPENIA_RECORD": str(record)}
    course.settle_lab(home / "config")
    profile = home / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    shutil.copy(folder / "etc" / "ipython" / "ipython_config.py", profile)  # installed with the course, not always here
    with (home / "lab.log").open("wb") as log:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", app, "--no-browser"),
                *course.lab_options(folder, urlsplit(served.address).port),
                "--LabApp.expose_app_in_browser=True",
                "--JupyterNotebookApp.expose_app_in_browser=True",
            ],
            env=os.environ | own | variables,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
        )
        try:
            _wait_for(f"{served.address}/api", server, home / "lab.log")
            yield served
        finally:
            server.terminate()
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()


def _wait_for(address: str, server: subprocess.Popen, log: Path, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not answer at {address}:\n{log.read_text(errors='replace')[-3000:]}")


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """One Chromium of this computer for all tests; without one they are skipped, or fail where CI is set."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        reason = "no Chromium on this computer: install chromium or google-chrome to run the browser tests"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)  # a state is waited for, however busy the computer is
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"]
        )
        yield chromium
        chromium.close()


@dataclass
class OpenNotebook:
    """A notebook open in JupyterLab. `page` is the Playwright page."""

    page: object
    path: Path
    asked: list[str] = field(default_factory=list)
    """Every address the page asked for."""
    outside: list[str] = field(default_factory=list)
    """Addresses on other hosts that the page asked for."""
    broken: list[str] = field(default_factory=list)
    """Errors the page's own scripts threw."""
    console: list[str] = field(default_factory=list)
    """Errors written to the page's console, by whomever."""
    dialogs: list[str] = field(default_factory=list)
    """What `alert`, `confirm` and `prompt` said; they are dismissed."""

    _SESSION = "window.jupyterapp.shell.currentWidget?.context?.sessionContext?.session"

    def idle(self, timeout: float = 60) -> None:
        """Wait until the kernel has nothing to do, at most `timeout` seconds."""
        self.page.wait_for_function(f"() => {self._SESSION}?.kernel?.status === 'idle'", timeout=timeout * 1000)

    def run_all(self, timeout: float = 180) -> None:
        """Run every cell and wait for the last one, at most `timeout` seconds; fail with the first cell's error."""
        self.page.evaluate(
            """async () => {
                const run = name => window.jupyterapp.commands.execute(`notebook:${name}`);
                window.courseHasRun = false;
                await run('clear-all-cell-outputs');
                run('run-all-cells').finally(() => { window.courseHasRun = true });
            }"""
        )
        self.page.wait_for_function("() => window.courseHasRun", timeout=timeout * 1000)
        self.idle(timeout)
        assert not self.errors(), "\n".join(self.errors())

    def outputs(self) -> list[list[dict]]:
        """The outputs of each cell as the notebook format writes them; an empty list for prose."""
        return self.page.evaluate(
            """() => window.jupyterapp.shell.currentWidget.content.widgets
                .map(cell => cell.model.type === 'code' ? cell.model.outputs.toJSON() : [])"""
        )

    def errors(self) -> list[str]:
        """What went wrong in cells: errors and whatever was written to stderr, one text each."""
        return [
            f"cell {number}: " + (output.get("evalue") or "".join(output.get("text", "")))
            for number, outputs in enumerate(self.outputs(), start=1)
            for output in outputs
            if output["output_type"] == "error" or output.get("name") == "stderr"
        ]

    def cell(self, number: int):
        """The locator of cell `number`, counted from 1, scrolled into view."""
        cell = self.page.locator(".jp-Notebook .jp-Cell").nth(number - 1)
        cell.scroll_into_view_if_needed()
        return cell


@pytest.fixture
def open_notebook(lab: Lab, browser) -> Iterator[Callable[..., OpenNotebook]]:
    """A function that opens a notebook, by its file name or as made in the test, and waits until its kernel is idle."""
    with opening(lab, browser) as open_it:
        yield open_it


@contextmanager
def opening(lab: Lab, browser) -> Iterator[Callable[..., OpenNotebook]]:
    """What `open_notebook` does, for fixtures that keep a notebook open for longer than one test."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    context.set_default_timeout(30_000)
    opened: list[OpenNotebook] = []

    def open_it(notebook: str | nbformat.NotebookNode, timeout: float = 90) -> OpenNotebook:
        name = notebook if isinstance(notebook, str) else f"made_{secrets.token_hex(4)}.ipynb"
        path = lab.folder / "notebooks" / name
        if not isinstance(notebook, str):
            path.parent.mkdir(exist_ok=True)
            nbformat.write(nbformat.from_dict(notebook | {"metadata": NOTEBOOK_METADATA}), path)
        page = context.new_page()
        one = OpenNotebook(page, path)

        def ask(request) -> None:
            one.asked.append(request.url)
            if is_outside(request.url, lab.address):
                one.outside.append(request.url)

        def dismiss(dialog) -> None:
            one.dialogs.append(dialog.message)
            dialog.dismiss()

        page.on("request", ask)
        page.on("websocket", ask)
        page.on("pageerror", lambda error: one.broken.append(error.stack or str(error)))

        def says(said) -> None:
            told = " ".join(filter(None, (said.text, said.location.get("url"))))
            if said.type == "error" and not OF_A_STARTING_KERNEL.search(told):
                one.console.append(told)

        page.on("console", says)
        page.on("dialog", dismiss)
        page.goto(lab.notebook(name))
        page.locator(".jp-Notebook").wait_for(timeout=timeout * 1000)
        one.idle(timeout)
        opened.append(one)
        return one

    yield open_it
    for one in opened:
        one.page.evaluate(
            f"""async () => {{
                const id = {one._SESSION}?.id;
                // A test that killed the kernel leaves a session that may be gone by itself meanwhile.
                if (id) await window.jupyterapp.serviceManager.sessions.shutdown(id).catch(() => null);
            }}"""
        )
    outside = [address for one in opened for address in one.outside]
    broken = [error for one in opened for error in one.broken if not (lab.app == NOTEBOOK and OF_NOTEBOOK in error)]
    context.close()
    assert not outside, f"the page asked other hosts: {outside}"
    assert not broken, f"the page's scripts threw: {broken}"


def is_outside(address: str, home: str) -> bool:
    """Whether an address is on another host than the page's own."""
    parts = urlsplit(address)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != urlsplit(home).netloc


# --- committed notebooks that stay open for all tests of a file -------------------------------------------------------


@pytest.fixture(scope="module")
def opened(lab, browser) -> Iterator[Callable[[str], Read]]:
    """A function that gives a committed notebook, opened once, with nothing run."""
    with opening(lab, browser) as open_it:

        @cache
        def read(name: str) -> Read:
            committed = nbformat.read(lab.folder / "notebooks" / name, as_version=4)
            one = Read(open_it(name), committed)
            one.page.wait_for_function(ALL_THERE, timeout=60_000)
            one.before = one.page.evaluate(SHOWN)
            return one

        def again(name: str) -> Read:
            one = read(name)
            one.page.bring_to_front()
            return one

        yield again


@pytest.fixture(scope="module")
def run(opened) -> Callable[[str], Read]:
    """A function that gives a committed notebook after all of it was run, once."""

    @cache
    def all_of_it(name: str) -> Read:
        one = opened(name)
        one.notebook.run_all()
        one.page.wait_for_function(LIVE, timeout=60_000)
        return one

    def again(name: str) -> Read:
        one = all_of_it(name)
        one.page.bring_to_front()
        return one

    return again


def wrong_answer_to(one):
    """An answer that is not right to any question, with its verdict and the name of its slip (own words: kept)."""
    from helpers.questions.judge import judge

    asks = one.asks
    if one.misconceptions:
        slip = one.misconceptions[0]
        return (slip.code if asks.in_code else asks.betraying(slip)), "not yet", slip.name
    if not asks.scored:
        return asks.right, "kept", ""
    if isinstance(asks.right, dict):
        [key, *_], truth = asks.right, next(iter(asks.right.values()))
        answer = asks.right | {key: next(choice for choice in asks.menu(key) if choice != truth)}
    else:
        answer = next(option.key for option in asks.options if option.key != asks.right)
    verdict = judge(one, answer)
    return answer, verdict.status, verdict.misconception


# --- red flags --------------------------------------------------------------------------------------------------------


def raised(panel) -> str:
    """What is raised and what is still to be asked, as a page without a kernel shows it."""
    return panel.alert() + panel.to_be_asked()


# --- sources cited ----------------------------------------------------------------------------------------------------


def forget_citations() -> None:
    """Start the list of cited sources afresh, as a kernel does."""
    evidence._cited.clear()


# --- other tables than those of the course ----------------------------------------------------------------------------


def forget() -> None:
    """Empty every memory of what was read."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "helpers":
            for value in vars(module).values():
                getattr(value, "cache_clear", lambda: None)()


@pytest.fixture
def other_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """A copy of the tables, and how a row is added to one of them."""
    folder = tmp_path / "data"
    shutil.copytree(evidence.DATA, folder)

    def add(name: str, /, **cells: object) -> None:
        path = folder / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            columns = next(csv.reader(file))
        assert set(cells) <= set(columns)
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, columns).writerow(cells)
        forget()

    def edit(name: str, old: str, new: str) -> None:
        path = folder / f"{name}.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        forget()

    add.edit = edit
    monkeypatch.setattr(evidence, "DATA", folder)
    forget()
    yield add
    monkeypatch.undo()
    forget()
