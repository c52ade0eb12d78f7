"""The course in a link: the built site in a real browser, from the index page to a day without a network.

The site is built once and visited once: the tests share its browser, as a learner's visit does, in this order.
"""

from __future__ import annotations

import functools
import http.server
import json
import os
import random
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import ROOT, is_outside
from in_browser import fill, settles, until
from playwright.sync_api import BrowserContext, Page, expect
from pyodide_for_tests import Unreachable, fetched

from helpers.questions.bank import exercise, version

SITE = ROOT / "build" / "site"
SOURCES = "() => window.jupyterapp.shell.currentWidget.content.widgets.map(one => one.model.sharedModel.getSource())"
OF_A_TASK = """() => (window.jupyterapp?.shell.currentWidget?.content?.widgets ?? [])
    .map(one => one.model.sharedModel.getSource()).filter(source => source.includes("start-09"))"""
"""The cells of a question, once the notebook is there."""
NAMES = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
RUN_ALWAYS = ("04_finding_the_cause",)
"""Run to its end in every visit; the others before the site is published."""
RUN_ALL = """async () => {
    await window.jupyterapp.commands.execute('notebook:run-all-cells');
    return window.jupyterapp.shell.currentWidget.content.widgets.flatMap((cell, at) =>
        cell.model.type !== 'code' ? [] : cell.model.outputs.toJSON()
            .filter(output => output.output_type === 'error' || output.name === 'stderr')
            .map(output => `cell ${at + 1}: ${output.evalue ?? output.text}`));
}"""
START_MS = 240_000
"""So long may one step take where other tests have the computer."""


@pytest.fixture(scope="module")
def built() -> Path:
    """The site, built from files that were held against Pyodide's own hashes."""
    try:
        pyodide = fetched()
    except Unreachable as reason:
        pytest.fail(str(reason)) if os.environ.get("CI") else pytest.skip(str(reason))
    command = [sys.executable, str(ROOT / "website" / "build.py"), "--pyodide", str(pyodide)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return SITE


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


class Listening(http.server.ThreadingHTTPServer):
    request_queue_size = 128


class Server:
    """Python's own server of plain files, which can be cut off."""

    def __init__(self, folder: Path) -> None:
        self._serve = functools.partial(Quiet, directory=str(folder))
        self._port = 0
        self.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        self._server = Listening(("127.0.0.1", self._port), self._serve)
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Visit:
    """One learner's browser on the site."""

    context: BrowserContext
    server: Server
    outside: list[str] = field(default_factory=list)
    """What was asked of other hosts."""
    broken: list[str] = field(default_factory=list)
    """Errors that the pages' own scripts threw."""
    told: list[str] = field(default_factory=list)
    """What the pages wrote in the browser's console."""
    start: Page | None = None
    """Notebook 00."""

    def page(self, path: str) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.broken.append(str(error)))
        page.on("console", lambda message: self.told.append(message.text))
        page.goto(f"{self.server.address}/{path}")
        return page

    def notebook(self, name: str) -> Page:
        """A notebook with Python up and its first card live."""
        page = self.page(f"notebooks/index.html?path={name}.ipynb")
        up(page)
        return page


HOW_FAR = """() => document.body.dataset.course === "up"
    ? "up" : document.querySelector("#course-bar progress")?.value"""


def up(page: Page) -> None:
    """Wait until the first card is live: as long as the start gets on, however slow the computer is."""
    far = None
    while far != "up":
        page.wait_for_function(f"far => ({HOW_FAR})() !== far", arg=far, timeout=START_MS)
        far = page.evaluate(HOW_FAR)


@pytest.fixture(scope="module")
def visit(built: Path, browser) -> Iterator[Visit]:
    server = Server(built)
    context = browser.new_context(viewport={"width": 1400, "height": 900}, accept_downloads=True)
    context.set_default_timeout(START_MS)
    visit = Visit(context, server)

    def asked(request) -> None:
        if is_outside(request.url, server.address):
            visit.outside.append(request.url)

    context.on("request", asked)
    visit.start = visit.notebook("00_start_here")
    yield visit
    context.close()
    server.stop()


def cards(page: Page, id: str):
    card = page.get_by_role("region", name=f"Question {id}", exact=True)
    card.scroll_into_view_if_needed()
    return card


def give(card, id: str, answer) -> None:
    fill(card, exercise(id), answer)
    card.get_by_role("button", name="Check", exact=True).click()


def run_cell(page: Page, source: str) -> None:
    """Run the first cell whose code holds these words; wait until Python is done with it and what it shows is live."""
    page.evaluate(
        """async source => {
            const notebook = window.jupyterapp.shell.currentWidget.content;
            const at = notebook.widgets.findIndex(cell => cell.model.sharedModel.getSource().includes(source));
            notebook.activeCellIndex = at;
            window.courseCell = notebook.widgets[at].node;
            await window.jupyterapp.commands.execute('notebook:run-cell');
        }""",
        source,
    )
    page.wait_for_function("() => window.courseCell.querySelector('[data-live] > *')", timeout=START_MS)


def hemoglobin(page: Page):
    """The slider of the first panel of notebook 00."""
    panel = page.locator(".jp-Cell", has_text="woman = BloodCount.of(").locator("[data-live]")
    return panel.get_by_role("slider", name=re.compile("Hemoglobin"))


IN_THE_RECORD = """async what => {
    const { session } = window.jupyterapp.shell.currentWidget.context.sessionContext;
    const asked = session.kernel.requestExecute({ store_history: false, code: `
from helpers.record.restore import RECORD
print(RECORD._with(lambda db: db.execute("SELECT ${what}").fetchone()[0]))`,
    });
    let said = "";
    asked.onIOPub = message => { said += message.content.text ?? ""; };
    await asked.done;
    return said.trim();
}"""
"""What Python finds in the record."""
PANELS = "count(*) FROM drafts WHERE exercise LIKE 'panel %'"
ANSWERS = "count(*) FROM events WHERE did = 'answered'"
LAST = "answer FROM events WHERE did = 'answered' AND exercise = 'start-01' ORDER BY place DESC, id DESC LIMIT 1"


def panel_is_left(page: Page) -> str:
    """Run the first panel of notebook 00 and move it; what it then says, once the record keeps it."""
    run_cell(page, "woman = BloodCount.of(")
    hemoglobin(page).press("ArrowRight")
    until(page, lambda: page.evaluate(IN_THE_RECORD, PANELS) == "1", "the record keeps how the panel was left")
    return hemoglobin(page).get_attribute("aria-valuetext")


def last_answer(page: Page) -> object:
    """The last answer to question start-01 in the record; None where there is none."""
    said = page.evaluate(IN_THE_RECORD, LAST)
    return json.loads(said) if said else None


def answered_wrong(page: Page) -> None:
    """Answer start-01 right, then wrong, each until Python has taken it: the same answer shows its old verdict."""
    for answer in (exercise("start-01").asks.right, wrong("start-01")):
        give(cards(page, "start-01"), "start-01", answer)
        until(page, lambda answer=answer: last_answer(page) == answer, "Python has taken the answer")
    expect(cards(page, "start-01").locator(".feedback .word")).to_contain_text("Not yet", timeout=START_MS)


def desk(page: Page):
    desk = page.get_by_role("region", name="Your record", exact=True)
    desk.scroll_into_view_if_needed()
    return desk


def wrong(id: str) -> str:
    asks = exercise(id).asks
    return next(option.key for option in asks.options if option.key != asks.right)


def grave(page: Page) -> list[str]:
    found = Axe().run(page, context="body").response["violations"]
    return [
        f"{rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in found if rule["impact"] in ("serious", "critical")
    ]


# --- in front ---------------------------------------------------------------------------------------------------------


@pytest.mark.site
def test_the_site_is_small_and_whole(built: Path) -> None:
    files = [path for path in built.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 70e6
    assert not [path for path in files if path.suffix == ".map"]
    kept = json.loads((built / "files.json").read_text())
    assert {path.relative_to(built).as_posix() for path in files} == {*kept, "files.json", "service-worker.js"}


@pytest.mark.site
def test_the_index_page_leads_everywhere_without_python(visit: Visit) -> None:
    page = visit.page("index.html")
    links = page.locator("a[href]").evaluate_all("links => links.map(link => link.href)")
    here = [link for link in links if link.startswith(visit.server.address)]
    for link in here:
        assert page.request.get(link).ok, link
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        assert any(f"path={notebook.name}" in link for link in here)
        assert any(link.endswith(f"read/{notebook.stem}.html") for link in here)
    assert grave(page) == []
    page.get_by_role("link", name=re.compile("Read only.*03 Grading")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Grading severity", timeout=START_MS)
    expect(page.locator("body")).not_to_contain_text("Run this cell")
    assert page.get_by_role("link", name="Open this notebook live").count() > 10
    page.close()


# --- live -------------------------------------------------------------------------------------------------------------


@pytest.mark.site
def test_the_first_card_is_answered_wrong_and_right(visit: Visit) -> None:
    card = cards(visit.start, "start-01")
    give(card, "start-01", wrong("start-01"))
    expect(card.locator(".feedback .word")).to_contain_text("Not yet", timeout=START_MS)
    give(card, "start-01", exercise("start-01").asks.right)
    expect(card.locator(".feedback .word")).to_contain_text("Right", timeout=START_MS)


@pytest.mark.site
def test_a_slider_moves_the_picture(visit: Visit) -> None:
    run_cell(visit.start, "woman = BloodCount.of(")
    panel = visit.start.locator(".jp-Cell", has_text="woman = BloodCount.of(").locator("[data-live]")
    picture = panel.locator("img").first
    before = picture.get_attribute("alt")
    hemoglobin(visit.start).press("ArrowRight")
    expect(picture).not_to_have_attribute("alt", before, timeout=START_MS)


@pytest.mark.publish
def test_links_between_notebooks_lead_to_their_pages(visit: Visit) -> None:
    page = visit.notebook("00_start_here")
    page.get_by_role("link", name="01 What each blood cell does").last.click(timeout=30_000)
    page.wait_for_url("**/index.html?path=01_blood_cell_roles.ipynb*", timeout=START_MS)
    up(page)
    page.goto(f"{visit.server.address}/notebooks/index.html?path=00_start_here.ipynb")
    up(page)
    page.get_by_role("link", name="one page to keep").last.click()
    page.wait_for_url("**path=06b_living_with_low_counts.ipynb#cell-id=05b-022", timeout=START_MS)
    up(page)
    expect(page.get_by_role("heading", name="One page to keep")).to_be_in_viewport(timeout=START_MS)
    page.get_by_role("button", name="To the first question").click()
    expect(page.locator("section.course-card").first).to_be_in_viewport(timeout=START_MS)
    page.close()


@pytest.mark.site
def test_two_notebooks_write_into_one_record(visit: Visit) -> None:
    other = visit.notebook("01_blood_cell_roles")
    card = other.locator(".jp-Cell section.course-card").first
    id = card.get_attribute("aria-label").removeprefix("Question ")
    give(cards(other, id), id, exercise(id).asks.right)
    expect(card.locator(".feedback .word")).to_be_visible(timeout=START_MS)
    give(cards(visit.start, "start-01"), "start-01", wrong("start-01"))
    expect(cards(visit.start, "start-01").locator(".feedback .word")).to_contain_text("Not yet", timeout=START_MS)
    run_cell(visit.start, "your_record()")
    shown = desk(visit.start)
    expect(shown).to_contain_text("It lies in this browser", timeout=START_MS)
    expect(shown).to_contain_text("4 entries", timeout=START_MS)
    shown.locator("summary").first.click()
    expect(shown.locator("table")).to_contain_text(id, timeout=START_MS)
    expect(shown.locator("table")).to_contain_text("start-01", timeout=START_MS)
    other.close()


@pytest.mark.site
def test_the_record_is_taken_along_deleted_and_brought_in(visit: Visit, tmp_path: Path) -> None:
    page = visit.start
    with page.expect_download(timeout=START_MS) as download:
        desk(page).get_by_role("button", name="Download my record").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert len(json.loads(file.read_text())) == 4
    desk(page).get_by_role("button", name="Delete everything …").click()
    desk(page).get_by_role("button", name="Delete everything now").click()
    expect(desk(page)).to_contain_text("Nothing is recorded yet", timeout=START_MS)
    desk(page).get_by_label("Bring in a file").set_input_files(file)
    expect(desk(page).locator(".said")).to_contain_text("4 entries are new", timeout=START_MS)
    expect(desk(page)).to_contain_text("4 entries since", timeout=START_MS)


@pytest.mark.site
def test_what_is_wrong_is_copied_and_not_sent(visit: Visit) -> None:
    page = visit.start
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card = page.locator(".course-live", has=cards(page, "start-01"))
    card.get_by_role("button", name="Report a mistake of the course").click()
    expect(card.locator(".course-wrong [role=status]")).to_contain_text("Copied", timeout=START_MS)
    words = page.evaluate("() => navigator.clipboard.readText()")
    assert f"question: start-01, wording {version(exercise('start-01'))}" in words
    assert "where: 00_start_here.ipynb, cell" in words and f'answered: "{wrong("start-01")}"' in words
    panel = page.locator(".jp-Cell", has_text="woman = BloodCount.of(")
    panel.get_by_role("button", name="Report a mistake of the course").click()
    expect(panel.locator(".course-wrong [role=status]")).to_contain_text("Copied", timeout=START_MS)
    words = page.evaluate("() => navigator.clipboard.readText()")
    assert "panel: CountExplorer" in words and "shown: " in words


@pytest.mark.site
def test_nothing_grave_is_found_by_axe(visit: Visit) -> None:
    found = Axe().run(visit.start, context=".jp-OutputArea-output").response["violations"]
    bar = Axe().run(visit.start, context="#course-bar").response["violations"]
    assert [rule["id"] for rule in [*found, *bar] if rule["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=pytest.mark.site if one in RUN_ALWAYS else pytest.mark.publish) for one in NAMES]
)
def test_a_notebook_runs_to_its_end_without_a_traceback(visit: Visit, name: str) -> None:
    page = visit.notebook(name)
    assert page.evaluate(RUN_ALL) == []
    page.close()


@pytest.mark.publish
def test_after_python_was_restarted_in_the_page_card_and_panel_come_back(visit: Visit) -> None:
    page = visit.start
    answered_wrong(page)
    left = panel_is_left(page)
    page.evaluate("() => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.restart()")
    shown = page.locator(".jp-Cell", has_text="woman = BloodCount.of(")
    shown.get_by_role("slider", name=re.compile("Hemoglobin")).press("ArrowRight")
    expect(shown).to_contain_text("lost its connection to Python. Run the cell again", timeout=START_MS)
    run_cell(page, "woman = BloodCount.of(")
    expect(hemoglobin(page)).to_have_attribute("aria-valuetext", left, timeout=START_MS)
    run_cell(page, 'ask("start-01")')
    expect(cards(page, "start-01").locator(".feedback .word")).to_contain_text("Not yet", timeout=START_MS)


@pytest.mark.site
def test_without_a_network_it_opens_again_and_remembers(visit: Visit) -> None:
    page = visit.start
    page.wait_for_selector("body[data-kept=all]", state="attached", timeout=START_MS)
    shipped = page.evaluate(OF_A_TASK)
    typed = 'platelets = "mine"\n\ncheck("start-09", platelets)'
    page.evaluate(
        """async typed => {
            const panel = window.jupyterapp.shell.currentWidget;
            const cell = panel.content.widgets.find(one => one.model.sharedModel.getSource().includes('"start-09", p'));
            cell.model.sharedModel.setSource(typed);
            panel.content.widgets[0].model.sharedModel.setSource("not as shipped");
            await panel.context.save();
        }""",
        typed,
    )
    answered_wrong(page)
    left = panel_is_left(page)
    visit.server.stop()
    try:
        page.reload()
        up(page)
        expect(cards(page, "start-01").locator(".feedback .word")).to_contain_text("Not yet", timeout=START_MS)
        sources = page.evaluate(SOURCES)
        assert typed in sources and sources[0].startswith("# Start here")
        run_cell(page, "woman = BloodCount.of(")
        expect(hemoglobin(page)).to_have_attribute("aria-valuetext", left, timeout=START_MS)
        page.once("dialog", lambda dialog: dialog.accept())
        with page.expect_navigation():
            page.get_by_role("button", name="Put this page back as it was").click()
        settles(page, OF_A_TASK, shipped)
        index = visit.page("index.html")
        expect(index.get_by_role("heading", level=1)).to_have_text("Pancytopenia", timeout=START_MS)
        index.close()
    finally:
        visit.server.start()


@pytest.mark.publish
def test_no_answer_that_was_acknowledged_is_lost_by_a_reload(visit: Visit) -> None:
    """The page is reloaded at once, or at any moment while the next answer is on its way.

    Each answer is another one than the last that was taken: over the same one its verdict would stand at once.
    """
    page, moments = visit.start, random.Random(7)
    answers = {exercise("start-01").asks.right: "Right", wrong("start-01"): "Not yet"}
    for turn in range(50):
        card, taken = cards(page, "start-01"), int(page.evaluate(IN_THE_RECORD, ANSWERS)) + 1
        last = last_answer(page)
        answer, other = sorted(answers, key=lambda one, last=last: one == last)
        give(card, "start-01", answer)
        expect(card.locator(".feedback .word")).to_contain_text(answers[answer], timeout=START_MS)
        on_its_way = turn % 3 == 0
        if on_its_way:
            give(card, "start-01", other)
            page.evaluate("ms => new Promise(done => setTimeout(done, ms))", moments.randrange(300))
        page.reload()
        up(page)
        assert int(page.evaluate(IN_THE_RECORD, ANSWERS)) >= taken, turn
        wanted = [*answers.values(), "Changed since you checked"] if on_its_way else [answers[answer]]
        shown = cards(page, "start-01").get_by_role("status").first
        expect(shown).to_contain_text(re.compile("|".join(wanted)), timeout=START_MS)


@pytest.mark.site
def test_nothing_was_asked_of_another_host_and_nothing_broke(visit: Visit) -> None:
    assert visit.outside == []
    assert visit.broken == []


@pytest.mark.site
def test_a_page_that_is_opened_ends_no_worker_of_the_others(visit: Visit) -> None:
    assert any("ServiceWorker" in line for line in visit.told)
    assert not [line for line in visit.told if "unregister" in line]
