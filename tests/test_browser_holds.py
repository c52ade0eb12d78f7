"""What holds for everybody: on a slow line, and what is read aloud."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import nbformat
import pytest
from playwright.sync_api import expect

from helpers.blood.core.count import BloodCount
from helpers.panels.explorer import CountExplorer
from helpers.panels.film import FilmPanel
from helpers.panels.red_flags import NO_FLAG

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
"""Keeps what Python sends: of a picture how many bytes it has, of words that they are words."""
TOLD = "() => window.courseTold"
MOVE = """([slider, places]) => {
    for (const place of places) {
        slider.value = place;
        slider.dispatchEvent(new Event('input', { bubbles: true }));
    }
}"""
BURSTS, MOVES = 6, 15
LIGHT = 40_000
"""Bytes of a picture at most while a slider moves; a sharper one may follow its words."""


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
    slow = {"offline": False, "latency": 150, "downloadThroughput": 625_000, "uploadThroughput": 625_000}
    line.send("Network.emulateNetworkConditions", slow)
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
    pictures = [size for size in told if size != "words"]
    assert 0 < sum(size <= LIGHT for size in pictures) <= 2 * BURSTS, told
    # Words that are the same are not sent again; those that are sent never come after their sharp picture.
    after_sharp = [after for size, after in pairwise(told) if size != "words" and size > LIGHT]
    assert "words" not in after_sharp, f"words first: {told}"


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
