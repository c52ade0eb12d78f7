"""Film rounds in a browser: named by mouse and by keyboard, the focus kept, no time limit where none is wanted."""

from __future__ import annotations

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from helpers.blood.cells.rounds import MANY
from helpers.panels.rounds import DONE, READY, FilmRounds
from helpers.record.session import Session

pytestmark = pytest.mark.browser
SET = "danger"
_CELL = f'from helpers import FilmRounds\n\nFilmRounds("{SET}")'


@pytest.fixture
def shown(open_notebook):
    """A notebook with one panel of rounds, run, and the same panel driven beside it."""
    cell = nbformat.v4.new_code_cell(_CELL)
    notebook = open_notebook(nbformat.v4.new_notebook(cells=[cell]))
    notebook.run_all()
    notebook.page.locator(".course-round .names button").first.wait_for()
    return notebook, FilmRounds(SET, session=Session())


def names_right(model: FilmRounds) -> int:
    return model.task.names.index(model.look.name)


def agree(notebook, model: FilmRounds) -> None:
    """The page says what the model says; times differ."""
    said = model.status.partition(" In ")[0].partition(". Most")[0].rstrip(".")
    expect(notebook.page.locator(".course-words .status")).to_contain_text(said)
    if model.phase not in (READY, DONE):
        expect(notebook.page.locator(".course-round img")).to_have_attribute("alt", model.picture.describe())


def test_a_round_is_named_by_mouse_and_by_keyboard_with_the_focus_kept(shown) -> None:
    notebook, model = shown
    page, glass = notebook.page, notebook.page.locator(".course-round")
    buttons, on = glass.locator(".names button"), glass.locator(".on")
    agree(notebook, model)

    on.click()  # by mouse: begin, one right, one wrong
    model.go_on()
    agree(notebook, model)
    alt = glass.locator("img").get_attribute("alt").lower()
    assert not any(model.task.label_of(name).lower() in alt for name in model.task.names)
    for wrong in (0, 1):
        place = (names_right(model) + wrong) % len(model.task.names)
        buttons.nth(place).click()
        model.name(model.task.names[place])
        agree(notebook, model)
        expect(buttons.nth(names_right(model)).locator("b")).to_have_text("✓ this one")
        buttons.nth(place).dispatch_event("click")  # a second press does nothing
        on.click()
        model.go_on()
        agree(notebook, model)

    on.focus()  # by keyboard: the focus stays on one button through the whole round
    while model.phase != DONE:
        page.keyboard.press(str(names_right(model) + 1))
        model.name(model.look.name)
        agree(notebook, model)
        page.keyboard.press("Enter")
        model.go_on()
        agree(notebook, model)
        expect(on).to_be_focused()
    assert model.right == MANY - 1
    expect(page.locator(".course-words figure img")).to_be_visible()
    expect(page.locator(".course-words")).to_contain_text("What was taken for what")
    assert page.evaluate("document.querySelectorAll('.jp-Cell').length") == 1, "number keys were the panel's"
    page.keyboard.press("Enter")
    expect(page.locator(".course-words .status")).to_contain_text("Cell 1 of 20")
    assert Axe().run(page, context=".jp-OutputArea-output").response["violations"] == []


def test_the_time_is_limited_and_is_not_where_less_motion_or_the_switch_asks_for_none(shown) -> None:
    notebook, model = shown
    page, glass = notebook.page, notebook.page.locator(".course-round")
    clock, help_, on = glass.locator(".clock"), glass.locator(".course-note"), glass.locator(".on")
    expect(help_).to_contain_text("8 seconds each")
    on.click()
    expect(clock).to_have_class("clock runs")
    expect(page.locator(".course-words .status")).to_contain_text("Time is over", timeout=12_000)
    expect(glass.locator(".names b", has_text="✓ this one")).to_have_count(1)

    page.emulate_media(reduced_motion="reduce")
    expect(help_).to_contain_text("No time limit")
    on.click()
    expect(page.locator(".course-words .status")).to_contain_text("Cell 2 of 20")
    expect(clock).to_be_hidden()
    page.emulate_media(reduced_motion="no-preference")
    expect(help_).to_contain_text("8 seconds each")
    page.get_by_role("switch", name="No time limit").press("Space")
    expect(help_).to_contain_text("No time limit")
    expect(clock).to_have_class("clock")

    page.get_by_role("switch", name="Describe each in words").press("Space")
    model.described = True
    for name in (model.looks[0].name, model.looks[1].name):
        model.go_on()
        last = name
        if model.phase == "asked" and len(model.named) == 0:
            model.name("")
    assert last == model.look.name
    expect(glass.locator("img")).to_have_attribute("alt", model.picture.describe())
    expect(glass.locator("figcaption")).to_contain_text(model.picture.seen())
