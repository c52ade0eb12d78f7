"""What the tests in a browser do with a notebook: read it, move about in it by keyboard, answer its questions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import nbformat
from axe_playwright_python.sync_playwright import Axe
from execute import WIDGET_VIEW
from playwright.sync_api import expect

from helpers.blood.units import ANALYTES
from helpers.exercises.bank import Exercise
from helpers.exercises.card import WORDS
from helpers.exercises.judge import item_text, menu
from helpers.pictures import page as html

if TYPE_CHECKING:
    from conftest import OpenNotebook


@dataclass
class Read:
    """One notebook, as committed, in a browser: first only opened, then run."""

    notebook: OpenNotebook
    committed: nbformat.NotebookNode
    before: list[dict] = field(default_factory=list)
    """What each output of each cell showed before anything was run."""
    axe_before: list[str] = field(default_factory=list)

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
        """Run one cell once more and wait until what it shows is there anew."""
        self.output(number).evaluate("output => { output.dataset.old = true }")
        self.page.evaluate(
            """async at => {
                window.jupyterapp.shell.currentWidget.content.activeCellIndex = at;
                await window.jupyterapp.commands.execute('notebook:run-cell');
            }""",
            number - 1,
        )
        self.page.wait_for_function(
            """at => {
                const node = window.jupyterapp.shell.currentWidget.content.widgets[at].node;
                const outputs = [...node.querySelectorAll('.jp-OutputArea-output')];
                const views = [...node.querySelectorAll('.course-card, .course-desk, .course')];
                return outputs.length && outputs.every(output => !output.dataset.old)
                    && views.length && views.every(view => view.childElementCount);
            }""",
            arg=number - 1,
        )

    def card(self, exercise: Exercise):
        """The card of a question, scrolled into view."""
        part = "Feedback on" if exercise.kind == "code" else "Question"
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


def squeezed(words: str | None) -> str:
    return " ".join((words or "").split())


ALL_THERE = """() => window.jupyterapp.shell.currentWidget.content.widgets.every(cell =>
    cell.model.type !== 'code'
    || cell.node.querySelectorAll('.jp-OutputArea-output').length === cell.model.outputs.length)"""
"""Whether JupyterLab, which fills a long notebook bit by bit, has put every stored output onto the page."""

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

LIVE = f"""() => window.jupyterapp.shell.currentWidget.content.widgets.every(cell => {{
    const outputs = cell.model.type === 'code' ? cell.model.outputs.toJSON() : [];
    const wanted = outputs.filter(output => output.data?.['{WIDGET_VIEW}']).length;
    const views = cell.node.querySelectorAll('.course-card, .course-desk, .course');
    return !wanted || (views.length && [...views].every(view => view.childElementCount));
}})"""
"""Whether every cell that shows a widget shows a live one."""


def complaints(read: Read) -> list[str]:
    """What axe has to say about what the cells show, of serious or critical impact."""
    found = Axe().run(read.page, context=".jp-OutputArea-output").response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:200]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


# --- by keyboard ---


def choose(box, place: int) -> None:
    """Choose from a list by keyboard: its first entry, then so many down."""
    box.focus()
    box.press("Home")
    for _ in range(place):
        box.press("ArrowDown")
    assert box.evaluate("select => select.selectedIndex") == place


def pick(output, label: str, words: str) -> None:
    """Choose from a list by keyboard, by the words of the option."""
    box = output.get_by_role("combobox", name=label, exact=True)
    texts = box.evaluate("select => [...select.options].map(option => option.textContent)")
    choose(box, texts.index(words))


FOCUSABLE = "input, select, textarea, button, a[href]"


def tab_through(read: Read, output) -> list[str]:
    """Press Tab from the first control of an output to beyond its last; the names of what was reached, all in order."""
    names = output.evaluate(
        """(output, which) => [...output.querySelectorAll(which)]
            .filter(one => one.checkVisibility() && !one.disabled)
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
    """The output of the first cell that shows this panel, run afresh."""
    number = read.number(repr(model))
    read.run_again(number)
    return read.output(number)


def agree(read: Read, output, model) -> None:
    """Alt text, sentence and words are those of the model."""
    if hasattr(model, "picture"):
        expect(output.locator("img")).to_have_attribute("alt", model.picture.describe())
    expect(output.locator(".status").last).to_have_text(model.status)
    expect(output.locator(".course-words > div").last).to_have_text(read.words(model.words()))


# --- a card ---


def answer(card, exercise: Exercise, wanted) -> None:
    """Give an answer on its card by keyboard, and press Check."""
    keys = card.page.keyboard
    match exercise.kind:
        case "choice":
            card.get_by_role("radio").first.focus()
            keys.press("Space")
            for _ in range([option.key for option in exercise.options].index(wanted)):
                keys.press("ArrowDown")
        case "several":
            card.get_by_role("checkbox").first.focus()
            for option in exercise.options:
                if card.locator("input:focus").is_checked() != (option.key in wanted):
                    keys.press("Space")
                keys.press("Tab")
        case "number":
            amount = wanted["amount"] if isinstance(wanted, dict) else repr(wanted)
            card.get_by_role("textbox").focus()
            keys.press("ControlOrMeta+a")
            keys.type(amount)
            if exercise.analyte:
                unit = wanted["unit"] if isinstance(wanted, dict) else ANALYTES[exercise.analyte].unit
                choose(card.get_by_role("combobox", name="Unit"), 1 + exercise.units.index(unit))
        case "ordering":
            shown = card.get_by_role("listitem").all_text_contents()
            now = [item.key for item in exercise.items]
            now.sort(key=lambda key: next(at for at, row in enumerate(shown) if item_text(exercise, key) in row))
            for place, key in enumerate(wanted):
                card.get_by_role("button", name=f"Move up: {item_text(exercise, key)}", exact=True).focus()
                for _ in range(now.index(key) - place):
                    keys.press("Enter")
                now.insert(place, now.pop(now.index(key)))
        case "matching" | "grade":
            boxes = card.locator(".pair").get_by_role("combobox")
            for box, item in zip(boxes.all(), exercise.items, strict=True):
                offered = [option.key for option in exercise.options] or list(menu(exercise, item.key))
                choose(box, 1 + offered.index(wanted[item.key]))
    check = card.get_by_role("button", name="Check", exact=True)
    for _ in range(2 * len(exercise.items) + 3):
        if check.evaluate("button => button === document.activeElement"):
            break
        keys.press("Tab")
    expect(check).to_be_focused()
    keys.press("Enter")


def hears(read: Read, exercise: Exercise, status: str, feedback: str) -> None:
    """The card says this status and these words."""
    said = read.card(exercise).locator(".feedback")
    expect(said.locator(".word strong")).to_have_text(WORDS[status])
    expect(said.locator(":scope > div")).to_have_text(read.words(html.text(feedback)))
