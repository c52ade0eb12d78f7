"""What holds for everybody: on a slow line, read aloud, in high contrast, beside an open list of files."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from helpers.blood.core.count import BloodCount
from helpers.panels.explorer import CountExplorer
from helpers.panels.film import FilmPanel
from helpers.panels.red_flags import NO_FLAG
from helpers.questions.bank import exercise

pytestmark = pytest.mark.browser

COUNT = BloodCount.of(hb=140, anc=3.0, plt=250, age_y=40, sex="male")
PANELS = {
    CountExplorer: 'CountExplorer(BloodCount.of(hb=140, anc=3.0, plt=250, age_y=40, sex="male"))',
    FilmPanel: "FilmPanel()",
}


def notebook(*cells: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])


# --- a slow line ---

LISTEN = """() => {
    const kernel = window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
    window.courseTold = [];
    kernel.iopubMessage.connect((_, message) => {
        const data = message.content.data;
        if (message.header.msg_type !== 'comm_msg' || data?.method !== 'update') return;
        const image = (data.buffer_paths ?? []).findIndex(path => path[0] === 'image');
        if (image >= 0) window.courseTold.push(message.buffers[image].byteLength);
        else if ('status' in data.state || 'html' in data.state) window.courseTold.push('words');
    });
}"""
"""Keeps what Python tells the page: of a picture its bytes, of words that they are words."""
TOLD = "() => window.courseTold"
WORDS = "words"
MOVE = """([slider, places]) => {
    for (const place of places) {
        slider.value = place;
        slider.dispatchEvent(new Event('input', { bubbles: true }));
    }
}"""
BURSTS, MOVES = 6, 15
LIGHT = 40_000
"""Bytes of a picture at most while a slider moves; a sharper one may follow the words."""


@pytest.mark.parametrize("make", [partial(CountExplorer, COUNT), FilmPanel], ids=["drawn", "painted"])
def test_on_a_slow_line_ninety_moves_of_a_slider_are_few_light_pictures(open_notebook, make) -> None:
    model = make()
    one = open_notebook(notebook(PANELS[type(model)]))
    one.run_all()
    slider = one.page.get_by_role("slider", name="Platelets", exact=True)
    expect(slider).to_have_count(1)
    one.page.evaluate(LISTEN)
    line = one.page.context.new_cdp_session(one.page)
    line.send("Network.enable")
    line.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 150, "downloadThroughput": 625_000, "uploadThroughput": 625_000},
    )
    steps = int(slider.get_attribute("max"))
    for burst in range(BURSTS):
        before = len(one.page.evaluate(TOLD))
        places = [steps * (burst * MOVES + move + 1) // (BURSTS * MOVES) for move in range(MOVES)]
        one.page.evaluate(MOVE, [slider.element_handle(), places])
        one.page.wait_for_function(f"before => ({TOLD})().length > before", arg=before)
    model.widgets.sliders["plt"].set_state({"index": places[-1], "known": True})
    expect(one.page.locator(".course-words .status").last).to_have_text(model.status)
    for image, picture in zip(one.page.locator(".course-figure img").all(), model.pictures().values(), strict=True):
        expect(image).to_have_attribute("alt", picture.describe())
    told = one.page.evaluate(TOLD)
    heavy = [before for before, size in pairwise(["", *told]) if size != WORDS and size > LIGHT]
    assert set(heavy) <= {WORDS}, f"words go before a sharp picture: {told}"
    light = [size for size in told if size != WORDS and size <= LIGHT]
    assert BURSTS <= len(light) <= 2 * BURSTS, told


# --- read aloud ---


def test_when_a_red_flag_goes_no_more_is_read_aloud_than_is_known(open_notebook) -> None:
    one = open_notebook(notebook(PANELS[CountExplorer]))
    one.run_all()
    warned = one.page.locator(".course-words .warned")
    platelets = one.page.get_by_role("slider", name="Platelets", exact=True)
    expect(warned).to_have_text("")
    platelets.press("Home")
    expect(warned).to_contain_text("Red flag")
    platelets.press("End")
    expect(warned).to_have_text(NO_FLAG)
    one.page.get_by_role("checkbox", name="Platelets not known", exact=True).press("Space")
    expect(warned).to_have_text(f"{NO_FLAG} Not known: platelets.")
    platelets.press("Home")
    expect(warned).to_contain_text("Red flag")


# --- in view ---

PLACES = """() => [...document.querySelectorAll('.course-beside > :first-child > *, .course-beside > :last-child')]
    .map(one => one.getBoundingClientRect().toJSON())"""


@pytest.mark.parametrize(("width", "beside_both"), [(1116, False), (1400, True)], ids=["files open", "files closed"])
def test_words_and_tables_stand_beside_the_controls(open_notebook, width: int, beside_both: bool) -> None:
    """JupyterLab's list of files takes 284 of 1,400 pixels; the words then follow the picture, beside the controls."""
    one = open_notebook(notebook(PANELS[CountExplorer]))
    one.page.set_viewport_size({"width": width, "height": 900})
    one.run_all()
    expect(one.page.locator(".course-words table").first).to_be_visible()
    controls, picture, words = one.page.evaluate(PLACES)
    assert words["left"] >= controls["right"] and words["right"] <= width
    assert (words["left"] >= picture["right"]) is beside_both
    assert words["top"] < (picture["top"] + 20 if beside_both else picture["bottom"] + 20)


# --- high contrast ---

UNSEEN = """() => [...document.querySelectorAll(
        '.course-panel, .course-card, .feedback, .sign, .course-live :is(button, select, textarea)'
    )].filter(one => one.checkVisibility()).filter(one => {
        const style = getComputedStyle(one);
        const lines = ['Top', 'Left'].filter(side => parseFloat(style[`border${side}Width`]) > 0);
        return !lines.some(side => style[`border${side}Color`] !== getComputedStyle(document.body).backgroundColor);
    }).map(one => one.outerHTML.slice(0, 120))"""
"""What of the course has no line around it, or one in the color of the page."""
INKS = """clock => new Set([getComputedStyle(clock, '::before'), getComputedStyle(document.body)]
    .map(style => style.backgroundColor)).size"""
"""How many colors the bar of the time that is left and the page have."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_high_contrast_lines_signs_and_words_are_seen(open_notebook, scheme: str) -> None:
    asked = exercise("start-01").asks
    wrong = next(one.text for one in asked.options if one.key != asked.right)
    one = open_notebook(notebook('ask("start-01")', PANELS[CountExplorer], 'FilmRounds("nuclei")'))
    one.run_all()
    one.page.emulate_media(forced_colors="active", color_scheme=scheme)
    card = one.cell(1)
    card.get_by_label(wrong, exact=True).check()
    card.get_by_role("button", name="Check", exact=True).click()
    expect(card.locator(".feedback")).to_contain_text("Not yet")
    assert one.page.evaluate(UNSEEN) == []
    clock = one.cell(3).locator(".clock")
    clock.evaluate("clock => clock.classList.add('runs')")
    assert clock.evaluate(INKS) == 2, "the time that is left"
    found = Axe().run(one.page, context=".jp-OutputArea-output").response["violations"]
    assert [rule["id"] for rule in found] == []
