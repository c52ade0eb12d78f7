"""The road on the page: each box a link to its place, stacked where there is little room, one's own way marked."""

from __future__ import annotations

import re

import pytest
from in_browser import Read, complaints
from playwright.sync_api import expect

from helpers.blood.care.road import station, stations
from helpers.panels.workup import WorkUp

pytestmark = pytest.mark.browser


def road(read: Read):
    """The live road of the last notebook that grows it."""
    number = read.number("Road: ")
    read.run_again(number)
    return read.output(number)


def test_every_box_leads_to_its_place_and_the_road_stacks_on_a_narrow_page(opened) -> None:
    read = opened("06b_living_with_low_counts.ipynb")
    read.page.set_viewport_size({"width": 1400, "height": 900})
    output = road(read)
    wide, narrow = output.locator(".road .wide"), output.locator(".road .narrow")
    expect(wide).to_be_visible()
    expect(narrow).to_be_hidden()
    for one in stations():
        link = wide.get_by_role("link", name=f"{one.title} (notebook {one.number})", exact=True)
        expect(link).to_have_attribute("href", re.compile(f"{one.notebook}.ipynb#cell-id={one.cell}$"))
    read.page.set_viewport_size({"width": 700, "height": 900})
    expect(narrow).to_be_visible()
    expect(wide).to_be_hidden()
    letters = narrow.locator("img").evaluate("image => 13 * image.clientWidth / 360")
    assert letters >= 11
    read.page.set_viewport_size({"width": 1400, "height": 900})
    assert complaints(read.page, output) == []


def test_a_box_opens_its_notebook_at_its_cell(opened) -> None:
    read = opened("06b_living_with_low_counts.ipynb")
    output = road(read)
    words = output.get_by_text("The road in words, with links")
    words.click()
    output.locator("li").get_by_role("link", name=station("why").title, exact=True).click()
    path = "window.jupyterapp.shell.currentWidget?.context?.path"
    read.page.wait_for_function(f"() => {path} === 'notebooks/04b_settling_the_cause.ipynb'")


def test_the_walk_tells_a_patients_results_when_they_are_asked_for(opened) -> None:
    read = opened("04b_settling_the_cause.ipynb")
    number = next(
        at for at, cell in enumerate(read.committed.cells, start=1) if cell.id == "one-person-04-walk"
    )  # fmt: skip
    read.run_again(number)
    output, model = read.output(number), WorkUp(patient="CRS-014")
    on, ask = (output.get_by_role("button", name=name) for name in ("Go on", "Ask for all tests of this step"))
    expect(on).to_be_disabled()
    output.get_by_role("combobox", name=re.compile("^The next test")).select_option(label="Ferritin")
    this_one = output.get_by_role("button", name="Ask for this test")
    expect(this_one).to_be_enabled()
    this_one.press("Enter")
    model.ask("ferritin")
    expect(output.get_by_text("Asked, not in the report: ferritin.")).to_be_visible()
    expect(on).to_be_disabled()
    ask.press("Enter")
    expect(output.get_by_text("Asked, not in the report: ferritin; blood film")).to_be_visible()
    expect(on).to_be_disabled()
    model.ask_for()
    output.get_by_role("combobox", name=re.compile("Your answer")).select_option(label="No")
    expect(on).to_be_enabled()
    on.press("Enter")
    model.answer("no")
    expect(output.locator(".status").last).to_have_text(model.status)
    expect(on).to_be_disabled()
