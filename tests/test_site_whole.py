"""The course in a link, all of it: every notebook to its end, and a browser that is reloaded at any moment.

Python starts anew for each: they are run by `python3 course.py test --site`, before the site is published.
"""

from __future__ import annotations

import random

import pytest
from conftest import ROOT
from playwright.sync_api import expect
from test_site import START_MS, Visit, built, cards, give, up, visit, wrong  # noqa: F401 (fixtures)

from helpers.questions.bank import exercise
from helpers.questions.judge import right_answer

pytestmark = pytest.mark.publish

NAMES = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
RELOADS = 50
RUN_ALL = """async () => {
    await window.jupyterapp.commands.execute('notebook:run-all-cells');
    return window.jupyterapp.shell.currentWidget.content.widgets.flatMap((cell, at) =>
        cell.model.type !== 'code' ? [] : cell.model.outputs.toJSON()
            .filter(output => output.output_type === 'error' || output.name === 'stderr')
            .map(output => `cell ${at + 1}: ${output.evalue ?? output.text}`));
}"""


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_to_its_end_without_a_traceback(visit: Visit, name: str) -> None:  # noqa: F811
    page = visit.notebook(name)
    assert page.evaluate(RUN_ALL) == []
    page.close()


def test_no_answer_that_was_acknowledged_is_lost_by_a_reload(visit: Visit) -> None:  # noqa: F811
    """The page is reloaded at once, or at any moment while the next answer is on its way."""
    page, moments, asked = visit.start, random.Random(7), exercise("start-01")
    answers = [right_answer(asked), wrong("start-01")]
    words = ["Right", "Not yet"]
    for turn in range(RELOADS):
        card = cards(page, "start-01")
        give(card, "start-01", answers[turn % 2])
        expect(card.locator(".feedback .word")).to_contain_text(words[turn % 2], timeout=START_MS)
        on_its_way = turn % 3 == 0
        if on_its_way:
            give(card, "start-01", answers[1 - turn % 2])
            page.evaluate("ms => new Promise(done => setTimeout(done, ms))", moments.randrange(300))
        page.reload()
        up(page)
        shown = cards(page, "start-01").locator(".feedback .word strong")
        expect(shown).to_be_visible(timeout=START_MS)
        assert shown.text_content() in (words if on_its_way else [words[turn % 2]]), turn
