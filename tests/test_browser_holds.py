"""What holds for everybody: what is read aloud."""

from __future__ import annotations

import nbformat
import pytest
from playwright.sync_api import expect

from helpers.panels.explorer import CountExplorer
from helpers.panels.red_flags import NO_FLAG

pytestmark = pytest.mark.browser

PANELS = {
    CountExplorer: 'CountExplorer(BloodCount.of(hb=140, anc=3.0, plt=250, age_y=40, sex="male"))',
}


def notebook(*cells: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])


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
