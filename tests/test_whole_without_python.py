"""Whether the notebooks as committed are whole where no Python runs: as HTML, on paper, and as GitHub shows them."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import NOTEBOOKS
from nbconvert import HTMLExporter

import helpers
from helpers import page
from helpers.cards.card import exercise_of_bank
from helpers.cards.static_fallback import RUN
from helpers.panels.panel import Panel
from helpers.questions.bank import exercise
from helpers.questions.exercise import Exercise

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
DROPPED = ("script", "style", "link", "iframe", "object", "input", "button", "select", "textarea", "form")
"""Elements that GitHub takes out of what a notebook shows, with all that is in them."""
KEPT = {"alt", "title", "width", "height", "href", "src", "srcset", "colspan", "rowspan", "scope", "open", "start"}
"""Attributes that it leaves: no style, no class, no id."""
BROKEN = re.compile("Error displaying widget|model not found|Loading widget|Traceback|<Figure|object at 0x")
PANELS = {
    name: getattr(helpers, name)
    for name, room in helpers._ROOM_OF.items()
    if room.startswith("panels.")
    and isinstance(getattr(helpers, name), type)
    and issubclass(getattr(helpers, name), Panel)
}
ONLY_LIVE = " Begin when you like."
"""What a panel says only where it can be begun."""


def as_github(html: str) -> BeautifulSoup:
    """HTML of an output without what GitHub's sanitizer takes out of it."""
    left = BeautifulSoup(html, "html.parser")
    for element in left.find_all(DROPPED):
        element.decompose()
    for element in left.find_all(True):
        element.attrs = {name: value for name, value in element.attrs.items() if name in KEPT}
    return left


def outputs(path: Path) -> list[tuple[nbformat.NotebookNode, nbformat.NotebookNode]]:
    """Each cell of code with each of its outputs."""
    cells = nbformat.read(path, as_version=4).cells
    return [(cell, output) for cell in cells if cell.cell_type == "code" for output in cell.outputs]


def bare(words: str) -> str:
    """Words without markup and spaces."""
    return re.sub(r"[*_`\s]", "", BeautifulSoup(words, "html.parser").get_text())


def told(left: BeautifulSoup) -> str:
    """What it says, bare: its words and those of its pictures."""
    return bare(" ".join([left.get_text(" "), *(image.get("alt", "") for image in left.find_all("img"))]))


def asked(cell: nbformat.NotebookNode) -> list[Exercise]:
    """The questions that a cell shows, in their first wording."""
    ids = re.findall(r"^ask\(\"([a-z0-9-]+)\"", cell.source, re.MULTILINE)
    return [exercise_of_bank(exercise(one)) for one in ids]


@every_notebook
def test_without_styles_classes_and_scripts_every_output_still_says_all(path: Path) -> None:
    shown = outputs(path)
    assert shown
    for cell, output in shown:
        assert output.output_type in ("display_data", "execute_result"), cell.source
        html = output.data.get("text/html") or f"<pre>{output.data['text/plain']}</pre>"
        left, whole = as_github(html), BeautifulSoup(html, "html.parser")
        assert told(left), cell.source
        assert not BROKEN.search(html), cell.source
        assert left.get_text() == whole.get_text(), f"a word stands in what GitHub takes out: {cell.source}"
        for image in left.find_all("img"):
            assert image["alt"] and re.match("data:image/(png|webp|jpeg|svg[+]xml);base64,", image["src"]), cell.source


@every_notebook
def test_every_card_shows_its_question_and_all_its_answers(path: Path) -> None:
    cards = [(one, output) for cell, output in outputs(path) for one in asked(cell)]
    assert len({one.id for one, _ in cards}) > 5
    for one, output in cards:
        said = told(as_github(output.data["text/html"]))
        lines = [line.text for name in ("items", "options") for line in getattr(one.asks, name, ())]
        for words in (page.text(one.prompt), *map(page.inline, lines), RUN):
            assert bare(words) in said, (one.id, words)


@every_notebook
def test_every_panel_says_what_it_shows(path: Path) -> None:
    for cell, output in outputs(path):
        name, _, status = output.data["text/plain"].partition(": ")
        if name in PANELS:
            said = told(as_github(output.data["text/html"]))
            parts = re.split("; |[.] ", re.sub("^Red flags?: ", "", status.removesuffix(ONLY_LIVE).removesuffix(".")))
            for words in (*parts, PANELS[name].RUN):
                assert bare(words).lower() in said.lower(), (cell.source, words)


def test_what_is_shown_by_class_or_style_alone_is_seen() -> None:
    html = '<style>.a{}</style><p class="a" style="color:red">low</p><input value="x"><img src="data:," alt="seen">'
    assert str(as_github(html)) == '<p>low</p><img alt="seen" src="data:,"/>'


NOT_SEEN = """async () => {
    const unseen = [];
    for (const output of document.querySelectorAll('.jp-OutputArea-output')) {
        for (const image of output.querySelectorAll('img')) await image.decode().catch(() => unseen.push(image.alt));
        const { width, height } = output.getBoundingClientRect();
        if (width < 10 || height < 10 || !output.checkVisibility()) unseen.push(output.textContent.slice(0, 80));
    }
    return unseen;
}"""
"""What of the outputs takes no place on the page, and pictures that are none."""


@pytest.mark.browser
@every_notebook
def test_as_html_and_on_paper_every_output_is_there(path: Path, browser) -> None:
    html, _ = HTMLExporter().from_filename(str(path))
    with browser.new_context(offline=True) as context:
        one = context.new_page()
        one.set_content(html, wait_until="domcontentloaded")
        assert one.locator(".jp-OutputArea-output").count() == len(outputs(path))
        for medium in ("screen", "print"):
            one.emulate_media(media=medium)
            assert one.evaluate(NOT_SEEN) == [], medium
        assert not BROKEN.search(one.locator("body").inner_text())
        assert one.pdf(format="A4").startswith(b"%PDF")
