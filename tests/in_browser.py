"""What the tests in a browser do with a notebook: read it, move about in it by keyboard, answer its questions."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import psutil
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError as TimedOut
from playwright.sync_api import expect

from helpers import page as html
from helpers.blood.core.units import ANALYTES
from helpers.questions.exercise import NOT_YET, RIGHT, WORDS, Exercise
from helpers.questions.judge import judge
from helpers.record.record_file import NAME

if TYPE_CHECKING:
    from conftest import OpenNotebook

DRAWN_ANEW = 5
"""JupyterLab may draw an output anew under the first keys: so often it is tried."""
_SOURCE = "at => window.jupyterapp.shell.currentWidget.content.widgets[at].model.sharedModel.getSource()"


RUN_IT = """async at => {
    window.jupyterapp.shell.currentWidget.content.activeCellIndex = at;
    await window.jupyterapp.commands.execute('notebook:run-cell');
}"""
"""Runs a cell by its place."""


@dataclass
class Read:
    """One notebook, as committed, in a browser: first only opened, then run."""

    notebook: OpenNotebook
    committed: nbformat.NotebookNode
    before: list[dict] = field(default_factory=list)
    """What each output of each cell showed before anything was run."""

    @property
    def page(self):
        return self.notebook.page

    def number(self, shows: str) -> int:
        """The number of the first cell whose committed output begins with these words."""
        for number, cell in enumerate(self.committed.cells, start=1):
            if any(out.get("data", {}).get("text/plain", "").startswith(shows) for out in cell.get("outputs", [])):
                return number
        raise LookupError(f"no cell of {self.notebook.path.name} shows {shows!r}")

    def output(self, number: int):
        """What cell `number` shows, scrolled into view."""
        return self.notebook.cell(number).locator(".jp-OutputArea-output")

    def run_again(self, number: int) -> None:
        """Run one cell once more, as on a first day, and wait until what it shows is there anew."""
        record = self.notebook.path.parents[2] / "record"
        forget_panels(record)
        self._run_again(number)
        while forget_panels(record):  # a panel that was just moved is kept a moment later
            self._run_again(number)

    def _run_again(self, number: int) -> None:
        self.notebook.cell(number).evaluate(
            "cell => cell.querySelectorAll('.jp-OutputArea-output').forEach(output => { output.dataset.old = true })"
        )
        self.page.evaluate(RUN_IT, number - 1)
        self.page.wait_for_function(
            f"""at => {{
                const node = window.jupyterapp.shell.currentWidget.content.widgets[at].node;
                const outputs = [...node.querySelectorAll('.jp-OutputArea-output')];
                return outputs.length && outputs.every(output => !output.dataset.old) && ({ALIVE})(node);
            }}""",
            arg=number - 1,
        )

    def write(self, number: int, source: str) -> None:
        """Replace by keyboard what stands in cell `number`, and wait until the notebook has it."""
        editor = self.notebook.cell(number).locator(".cm-content")
        for _ in range(DRAWN_ANEW):  # one that has only just scrolled into view may get its editor anew
            editor.focus()
            self.page.keyboard.press("ControlOrMeta+a")
            self.page.keyboard.insert_text(source)
            if self.page.evaluate(_SOURCE, number - 1) == source:
                return
        raise AssertionError(f"Cell {number} does not take what is typed: {self.page.evaluate(_SOURCE, number - 1)!r}")

    def card(self, exercise: Exercise):
        """The card of a question, scrolled into view."""
        part = "Feedback on" if exercise.asks.in_code else "Question"
        card = self.page.get_by_role("region", name=f"{part} {exercise.id}", exact=True)
        card.scroll_into_view_if_needed()
        return card

    def alts(self, html: str) -> list[str]:
        """The alternative texts of the images in a piece of HTML."""
        return self.page.evaluate(
            """html => [...new DOMParser().parseFromString(html, 'text/html').images].map(image => image.alt)""", html
        )

    def words(self, html: str) -> str:
        """The words of a piece of HTML, as this browser reads it."""
        return squeezed(
            self.page.evaluate(
                """html => {
                    const body = new DOMParser().parseFromString(html, 'text/html').body;
                    body.querySelectorAll('style').forEach(style => style.remove());
                    return body.textContent;
                }""",
                html,
            )
        )


def kept_panels(record: Path) -> int:
    """How many panels a record knows to stand otherwise than their cells make them."""
    with closing(sqlite3.connect(record / NAME, timeout=30)) as db:
        return db.execute(f"SELECT count(*) FROM drafts {_PANELS} AND draft != 'null'").fetchone()[0]


def kernels(of: str = "") -> list[psutil.Process]:
    """The kernels that this test process's servers run; the one ``of`` an id where it is given."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it may end while it is asked
            words = " ".join(child.cmdline())
            found += [child] if "ipykernel_launcher" in words and of in words else []
    return found


def forget_panels(record: Path) -> int:
    """Let panels be as their cells make them; how many were not."""
    if not (record / NAME).exists():
        return 0
    kept = kept_panels(record)
    with closing(sqlite3.connect(record / NAME, timeout=30)) as db, db:
        db.execute(f"DELETE FROM drafts {_PANELS}")
    return kept


_PANELS = "WHERE exercise LIKE 'panel %'"


def squeezed(words: str | None) -> str:
    return " ".join((words or "").split())


def settles(page, script: str, wanted) -> None:
    """Wait until a script of the page gives this; say what it gives where it does not."""
    try:
        page.wait_for_function(f"wanted => JSON.stringify(({script})()) === JSON.stringify(wanted)", arg=wanted)
    except TimedOut:
        assert page.evaluate(script) == wanted


def until(page, true: Callable[[], bool], why: str) -> None:
    """Wait until something outside of the page is true; say why it had to be where it does not become so."""
    for _ in range(300):
        if true():
            return
        page.wait_for_timeout(100)
    raise AssertionError(why)


ALL_THERE = """() => window.jupyterapp.shell.currentWidget.content.widgets.every(cell =>
    cell.model.type !== 'code' || cell.outputHidden
    || cell.node.querySelectorAll('.jp-OutputArea-output').length === cell.model.outputs.length)"""
"""Whether JupyterLab, which fills a long notebook bit by bit, has put every stored output that is not folded onto the
page."""

SHOWN = """async () => {
    const cells = window.jupyterapp.shell.currentWidget.content.widgets;
    const found = [];
    for (const [at, cell] of cells.entries()) {
        if (cell.model.type !== 'code') continue;
        for (const output of cell.node.querySelectorAll('.jp-OutputArea-output')) {
            const words = output.cloneNode(true);
            words.querySelectorAll('style').forEach(style => style.remove());
            const images = [];
            for (const image of output.querySelectorAll('img')) {
                await image.decode().catch(() => 0);
                images.push({ alt: image.alt, width: image.naturalWidth, shown: image.getBoundingClientRect().width });
            }
            found.push({ cell: at + 1, kind: output.dataset.mimeType, words: words.textContent, images,
                tables: output.querySelectorAll('table').length, height: output.getBoundingClientRect().height });
        }
    }
    return found;
}"""

ALIVE = """node => {
    const places = [...node.querySelectorAll('.course-live')];
    const views = [...node.querySelectorAll('.course-card, .course-desk, .course')];
    return places.length && places.every(place => 'live' in place.dataset)
        && views.length && views.every(view => view.childElementCount);
}"""
"""Whether something live stands in a piece of the page, and nothing but twins in the place of none."""

LIVE = f"""() => window.jupyterapp.shell.currentWidget.content.widgets.every(cell =>
    cell.model.type !== 'code' || !JSON.stringify(cell.model.outputs.toJSON()).includes('course-live')
    || ({ALIVE})(cell.node))"""
"""Whether every cell that shows something live shows it alive."""


def complaints(page, shown=None) -> list[str]:
    """What axe has to say about what the cells show, or one output of them: its best practices too, of any impact."""
    where = ".jp-OutputArea-output"
    if shown is not None:
        page.evaluate("document.querySelector('[data-looked-at]')?.removeAttribute('data-looked-at')")
        shown.first.evaluate("place => place.setAttribute('data-looked-at', '')")
        where = "[data-looked-at]"
    found = Axe().run(page, context=where).response["violations"]
    return [f"{rule['id']} ({rule['impact']}): {node['html'][:200]}" for rule in found for node in rule["nodes"]]


@contextmanager
def theme(read: Read, name: str) -> Iterator[None]:
    """JupyterLab in another theme, until it is left."""
    change = "name => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})"
    put_on = "name => document.body.dataset.jpThemeName === name && !document.getElementById('jupyterlab-splash')"
    for one in (name, "JupyterLab Light"):
        read.page.evaluate(change, one)
        read.page.wait_for_function(put_on, arg=one)
        if one == name:
            yield


# --- by keyboard ---


def choose(box, place: int) -> None:
    """Choose from a list by keyboard: its first entry, then so many down."""
    for _ in range(DRAWN_ANEW):
        box.focus()
        box.press("Home")
        for _ in range(place):
            box.press("ArrowDown")
        if box.evaluate("select => select.selectedIndex") == place:
            return
    raise AssertionError(f"The list does not take its entry {place}.")


def push(button, shown, words: str) -> None:
    """Press a button by keyboard until this text is shown: JupyterLab, laying a page out anew, may take the focus away
    between the focus and the key."""
    for left in reversed(range(DRAWN_ANEW)):
        button.press("Enter")
        try:
            expect(shown).to_have_text(words, timeout=10_000)
        except AssertionError:
            if not left:
                raise
        else:
            return


def pick(output, label: str, words: str) -> None:
    """Choose from a list by keyboard, by the words of the option."""
    box = output.get_by_role("combobox", name=label, exact=True)
    expect(box).to_have_count(1)
    texts = box.evaluate("select => [...select.options].map(option => option.textContent)")
    choose(box, texts.index(words))


FOCUSABLE = "input, select, textarea, button, summary, a[href]"


def tab_through(read: Read, output) -> list[str]:
    """Press Tab from the first control of an output to beyond its last; the names of what was reached, all in order."""
    names = output.evaluate(
        """(output, which) => [...output.querySelectorAll(which)]
            .filter(one => one.checkVisibility() && !one.disabled)
            .filter((one, at, all) => {
                const group = all.filter(other => other.type === "radio" && other.name === one.name);
                return one.type !== "radio" || one === (group.find(other => other.checked) ?? group[0]);
            })
            .map((one, at) => { one.dataset.at = at; return one.labels?.[0]?.textContent || one.textContent; })""",
        FOCUSABLE,
    )
    assert all(names)
    output.locator("[data-at='0']").focus()
    reached = []
    for _ in range(len(names) + 1):
        reached.append(read.page.evaluate("() => document.activeElement.dataset.at"))
        read.page.keyboard.press("Tab")
    assert reached[:-1] == [str(at) for at in range(len(names))], names
    assert reached[-1] is None, "Tab does not leave the panel"
    return names


CELLS = """() => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    const cells = notebook.widgets.map(cell => [cell.model.id, cell.model.type, cell.model.executionCount ?? null]);
    return [cells, notebook.activeCellIndex, document.querySelectorAll('.jp-Dialog').length];
}"""
SHORTCUTS = [*"abcxvzymrjkddii00", "ArrowDown", "ArrowUp"]
"""What JupyterLab acts on while the notebook, not a cell's editor, has the focus."""


def shortcuts_do_nothing(read: Read) -> None:
    before, focused = read.page.evaluate(CELLS), read.page.evaluate_handle("document.activeElement")
    for key in SHORTCUTS:
        read.page.keyboard.press(key)
    assert read.page.evaluate(CELLS) == before
    assert read.page.evaluate("one => one === document.activeElement", focused)


# --- a panel and its model beside the page ---


def shown(read: Read, model):
    """The output of the first cell that shows this panel, run afresh, and nothing of before beside it."""
    number = read.number(repr(model))
    read.run_again(number)
    output = read.output(number)
    expect(output).to_have_count(1)
    return output


def agree(read: Read, output, model) -> None:
    """Alt text, sentence and words are those of the model."""
    if hasattr(model, "picture"):
        expect(output.locator("img")).to_have_attribute("alt", model.picture.describe())
    expect(output.locator(".status").last).to_have_text(model.status)
    tells(read, output, model)


def tells(read: Read, output, model) -> None:
    """The words beside the picture, and those below it, are those of the model."""
    beside, _, below = model.words().partition(html.BELOW)
    told, apart = output.locator(".course-words:not(.course-so-far)").last, output.locator(".course-so-far")
    expect(told.locator(".body")).to_have_text(read.words(beside))
    expect(apart.last.locator(".widget-html-content") if apart.count() else told.locator(".below")).to_have_text(
        read.words(below)
    )


# --- a card ---


ANSWERED_HERE = {"choice", "several", "number", "ordering", "matching", "grade"}


def one_of_each(exercises: Iterable[Exercise]) -> list[Exercise]:
    """The first question of each kind that is answered on its card, and the first number that needs a unit."""
    backwards = reversed([one for one in exercises if one.kind in ANSWERED_HERE])
    return list({(one.kind, bool(getattr(one.asks, "analyte", ""))): one for one in backwards}.values())


"""The kinds of questions that :func:`answer` can answer; the others have a test of their own."""


def offered(card) -> list[str]:
    """The keys of the boxes of a card, in the order in which this learner sees them."""
    return card.locator(".option input").evaluate_all("boxes => boxes.map(one => one.value)")


def bare(words: str) -> str:
    """Words without what markdown and HTML add to them."""
    return re.sub(r"<[^>]+>|[*\s]", "", words)


def fill(card, exercise: Exercise, wanted) -> None:
    """Choose an answer on its card, or in a test, by keyboard."""
    keys = card.page.keyboard
    match exercise.kind:
        case "choice":
            card.get_by_role("radio").first.focus()
            keys.press("Space")
            for _ in range(offered(card).index(wanted)):
                keys.press("ArrowDown")
        case "several":
            card.get_by_role("checkbox").first.focus()
            for key in offered(card):
                if card.locator("input:focus").is_checked() != (key in wanted):
                    keys.press("Space")
                keys.press("Tab")
        case "number":
            amount = wanted["amount"] if isinstance(wanted, dict) else repr(wanted)
            card.get_by_role("textbox").focus()
            keys.press("ControlOrMeta+a")
            keys.type(amount)
            if exercise.asks.analyte:
                unit = wanted["unit"] if isinstance(wanted, dict) else ANALYTES[exercise.asks.analyte].unit
                choose(card.get_by_role("combobox", name="Unit"), 1 + exercise.asks.units.index(unit))
        case "ordering":
            shown = [squeezed(row) for row in card.get_by_role("listitem").all_text_contents()]
            now = [item.key for item in exercise.asks.items]
            texts = {item.key: item.text for item in exercise.asks.items}
            now.sort(key=lambda key: next(at for at, row in enumerate(shown) if squeezed(texts[key]) in row))
            moved = False
            for place, key in enumerate(wanted):
                card.get_by_role("button", name=f"Move up: {texts[key]}", exact=True).focus()
                for _ in range(now.index(key) - place):
                    keys.press("Enter")
                moved |= now.index(key) > place
                now.insert(place, now.pop(now.index(key)))
            as_it_stands = card.get_by_role("button", name="In order as it stands", exact=True)
            if not moved and as_it_stands.is_visible():  # chance has shown what is wanted
                as_it_stands.press("Enter")
        case "term":
            card.locator("input[list]").focus()
            keys.press("ControlOrMeta+a")
            keys.type(wanted)
        case "find_error":
            for part in ("line", "what"):
                card.locator(f"input[type=radio][name$='-{part}'][value='{wanted[part]}']").focus()
                keys.press("Space")
        case "matching" | "grade" | "for_and_against":
            texts = {key: squeezed(html.text(text)) for key, text in exercise.asks.texts().items()}
            for pair in card.locator(".pair").all():
                label = squeezed(pair.locator("label").text_content())
                key = max((key for key in texts if bare(texts[key]) in bare(label)), key=lambda key: len(texts[key]))
                box = pair.get_by_role("combobox")
                choose(box, box.evaluate("box => [...box.options].map(one => one.value)").index(wanted[key]))


def answer(card, exercise: Exercise, wanted) -> None:
    """Give an answer on its card by keyboard, and press Check."""
    keys = card.page.keyboard
    check = card.get_by_role("button", name="Check", exact=True)
    for _ in range(DRAWN_ANEW):
        fill(card, exercise, wanted)
        for _ in range(2 * len(getattr(exercise.asks, "items", ())) + 3):
            if check.evaluate("button => button === document.activeElement"):
                keys.press("Enter")
                return
            keys.press("Tab")
    raise AssertionError(f"Tab does not lead from the answer to Check on the card of {exercise.id}.")


def solve_in_its_cell(read: Read, exercise: Exercise) -> None:
    """Type every slip of a code task into its cell, then the solution, and hear what each of them is told."""
    number = read.number(f"Card({exercise.id}, code, check)")
    source = read.committed.cells[number - 1].source
    for slip in [*exercise.misconceptions, None]:
        code = slip.code if slip else exercise.asks.code
        read.write(number, source.replace(f"{exercise.asks.result} = ...", code.strip()))
        read.page.keyboard.press("Shift+Enter")
        said = slip.feedback if slip else judge(exercise, exercise.asks.right).feedback
        hears(read, exercise, NOT_YET if slip else RIGHT, said)


def hears(read: Read, exercise: Exercise, status: str, feedback: str) -> None:
    """The card says this status and these words."""
    said = read.card(exercise).locator(".feedback")
    expect(said.locator(".word strong")).to_have_text(WORDS[status])
    expect(said.locator(":scope > div")).to_have_text(read.words(html.text(feedback)))
