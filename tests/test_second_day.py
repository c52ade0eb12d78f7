"""What never may look broken: coming back the next day, a kernel that is gone or busy, an output shown twice.

The notebook of these tests imports nothing: whichever of its cells is run first finds what it needs.
"""

from __future__ import annotations

import json
import re
import signal
from contextlib import nullcontext
from pathlib import Path

import nbformat
import pytest
from conftest import LAB, NOTEBOOK, Lab, OpenNotebook, opening, serving
from in_browser import ALIVE, RUN_IT, fill, kept_panels, kernels, settles, until
from playwright.sync_api import Locator, expect

from helpers.pictures import look
from helpers.questions import bank
from helpers.questions.bank import exercise
from helpers.record.journey import order_of_forms
from helpers.record.log import Record

pytestmark = pytest.mark.browser

CELLS = [
    "where_you_stand()",
    'ask("start-01")',
    'CountExplorer(BloodCount.of(hb=135, age_y=34, sex="female"), show=["hb"], systems=[], person=False)',
    'how_many = len(patients)\n\ncheck("start-10", how_many)',
    "import time\n\ntime.sleep(6)",
    'ask("start-04")',
]
STAND, CARD, PANEL, CODE, SLEEP, LATER = range(1, 7)
APPS = [LAB, NOTEBOOK]
LOST = "lost its connection to Python. Run the cell again: click on it, press Shift+Enter."
BROKEN = "Error displaying widget|model not found|Loading widget|Traceback"


def notebook(*cells: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])


def press(one: OpenNotebook, number: int) -> Locator:
    """Click on a cell and press Shift+Enter, as its twin says; what it then shows, alive."""
    cell = one.cell(number)
    cell.locator(".course-live").evaluate_all("old => old.forEach(one => one.classList.add('old'))")
    cell.locator(".jp-InputArea-prompt").click()
    one.page.keyboard.press("Shift+Enter")
    expect(cell.locator(".old")).to_have_count(0, timeout=30_000)
    return alive(one, number)


def alive(one: OpenNotebook, number: int) -> Locator:
    """What a cell shows, once it is alive and the cell is done."""
    one.page.wait_for_function(
        f"""at => {{
            const cell = window.jupyterapp.shell.currentWidget.content.widgets[at];
            return cell.model.executionState === 'idle' && ({ALIVE})(cell.node);
        }}""",
        arg=number - 1,
    )
    return one.cell(number).locator(".course-live")


def kernel(one: OpenNotebook, does: str) -> None:
    one.page.evaluate(f"async () => {{ await {one._SESSION}.kernel.{does}() }}")


@pytest.mark.parametrize("app", APPS)
def test_the_second_day(tmp_path: Path, browser, app: str) -> None:
    wrong = exercise("start-01").asks.options[3].text
    with serving(tmp_path, tmp_path / "record", app) as lab, opening(lab, browser) as open_it:
        one = open_it(notebook(*CELLS))
        panel = press(one, PANEL)
        panel.get_by_role("slider").press("Home")
        expect(panel.locator(".status")).to_contain_text("Hemoglobin is low")
        low = panel.get_by_role("slider").input_value()
        card = press(one, CARD)
        card.get_by_label(wrong).check()
        card.get_by_role("button", name="Check", exact=True).click()
        card.get_by_text("Not yet", exact=True).wait_for()
        press(one, STAND)
        press(one, LATER)
        assert one.errors() == []
        one.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        name = one.path.name
    stored = (lab.folder / "notebooks" / name).read_text()
    kinds = {kind for cell in json.loads(stored)["cells"] for out in cell["outputs"] for kind in out["data"]}
    assert kinds == {"text/html", "text/plain"} and "widget-view" not in stored and "widget-state" not in stored

    (tmp_path / "data" / "nbsignatures.db").unlink()  # the next day on another computer: nothing is trusted
    with serving(tmp_path, tmp_path / "record", app) as lab, opening(lab, browser) as open_it:
        two = open_it(name)
        page = two.page.locator(".jp-Notebook")
        expect(page.get_by_text("click on it, press Shift+Enter")).to_have_count(4)
        expect(page).not_to_contain_text(re.compile(BROKEN))
        assert page.locator("[data-live], .course-lost").count() == 0
        expect(two.cell(PANEL).locator("img")).to_have_attribute("alt", re.compile("^Blood count of a woman of 34"))
        card = press(two, CARD)
        expect(card.get_by_label(wrong)).to_be_checked()
        card.get_by_text("Not yet", exact=True).wait_for()
        panel = press(two, PANEL)
        assert panel.get_by_role("slider").input_value() == low, "the panel is as it was left"
        expect(panel.locator(".status")).to_contain_text("Hemoglobin is low")
        panel.get_by_role("button", name="Reset", exact=True).click()
        expect(panel.locator(".status")).not_to_contain_text("Hemoglobin is low")
        panel.get_by_role("slider").press("Home")
        expect(panel.locator(".status")).to_contain_text("Hemoglobin is low")
        link = press(two, STAND).get_by_role("link").first
        assert two.errors() == []
        there = link.get_attribute("data-notebook")
        if app == NOTEBOOK:  # a page for each notebook
            with two.page.context.expect_page() as new:
                link.click()
            expect(new.value).to_have_url(re.compile(f"/notebooks/{there}"))
            return
        link.click()
        path = "window.jupyterapp.shell.currentWidget?.context?.path"
        two.page.wait_for_function(f"there => {path} === `notebooks/${{there}}`", arg=there)
        assert two.page.locator(".jp-Dialog").count() == 0, "no question, though a cell is not trusted yet"
        two.idle()


def test_on_a_narrow_page_a_tall_panel_stands_whole_and_its_letters_can_be_read(tmp_path: Path, browser) -> None:
    """Notebook 7 puts what is taller than a hundred lines into a low box of its own."""
    with serving(tmp_path, tmp_path / "record", NOTEBOOK) as lab, opening(lab, browser) as open_it:
        one = open_it(notebook("CountExplorer(BloodCount.of(hb=72, anc=0.4, plt=20))"))
        one.page.set_viewport_size({"width": 400, "height": 850})
        panel = press(one, 1)
        expect(one.cell(1)).to_have_class(re.compile("jp-mod-outputsScrolled"))
        box = one.cell(1).locator(".jp-Cell-outputArea")
        hidden = "box => box.scrollHeight - box.clientHeight"
        until(one.page, lambda: box.evaluate(hidden) == 0, "all of it is shown, without a box to scroll in")
        assert panel.locator("img").evaluate("one => one.width") / look.WIDTH * look.SMALL > 10.7


CHOSEN = """() => {
    const cells = window.jupyterapp.shell.currentWidget.content;
    const chosen = cells.widgets.filter(one => cells.isSelectedOrActive(one));
    return [cells.activeCell?.model.id, chosen.map(one => one.model.id)];
}"""


def test_a_link_chooses_the_one_cell_that_it_leads_to(lab: Lab, browser) -> None:
    """JupyterLab marks it beside the cell marked before, and Shift+Enter would run both."""
    with opening(lab, browser) as open_it:
        one = open_it(notebook(*CELLS[:3]))
        link = press(one, STAND).get_by_role("link").first
        cell = link.get_attribute("href").partition("#cell-id=")[2]
        link.click()
        settles(one.page, CHOSEN, [cell, [cell]])
        two = open_it("00_start_here.ipynb")
        cells = nbformat.read(two.path, as_version=4).cells
        here = next(at for at, one in enumerate(cells) if one.source.endswith("where_you_stand()"))
        two.page.evaluate(RUN_IT, here)
        link = alive(two, here + 1).get_by_role("link").first
        assert link.get_attribute("href").endswith(cell)
        two.page.set_viewport_size({"width": 1200, "height": 3000})  # the whole way is in view: nothing scrolls
        link.click()
        settles(two.page, CHOSEN, [cell, [cell]])


def test_a_slider_is_where_it_was_after_the_kernel_began_anew(tmp_path: Path, browser) -> None:
    with serving(tmp_path, tmp_path / "record") as lab, opening(lab, browser) as open_it:
        one = open_it(notebook(CELLS[PANEL - 1]))
        panel = press(one, 1)
        begun = panel.get_by_role("slider").input_value()
        panel.get_by_role("slider").press("Home")
        expect(panel.locator(".status")).to_contain_text("Hemoglobin is low")
        low = panel.get_by_role("slider").input_value()
        while not kept_panels(tmp_path / "record"):
            one.page.wait_for_timeout(20)
        kernel(one, "restart")
        expect(one.cell(1).locator(".course-lost")).to_contain_text(LOST)
        panel = press(one, 1)
        assert panel.get_by_role("slider").input_value() == low != begun
        expect(panel.locator(".status")).to_contain_text("Hemoglobin is low")
        panel.get_by_role("button", name="Reset", exact=True).click()
        expect(panel.locator(".status")).not_to_contain_text("Hemoglobin is low")
        assert panel.get_by_role("slider").input_value() == begun, "Reset goes back to what the text says"
        while kept_panels(tmp_path / "record"):
            one.page.wait_for_timeout(20)
        assert one.errors() == []


def test_a_cell_is_run_alone_though_it_needs_one_above(lab: Lab, browser) -> None:
    with opening(lab, browser) as open_it:
        one = open_it(notebook("low = 72", "print(low + 1)"))
        one.cell(2).locator(".jp-InputArea-prompt").click()
        one.page.keyboard.press("Shift+Enter")
        expect(one.cell(2).locator(".jp-OutputArea-output")).to_have_text("73")


def test_a_name_that_no_cell_made_is_told_in_a_sentence(lab: Lab, browser) -> None:
    with opening(lab, browser) as open_it:
        one = open_it(notebook(*CELLS))
        one.cell(CODE).locator(".jp-InputArea-prompt").click()
        one.page.keyboard.press("Shift+Enter")
        expect(one.cell(CODE)).to_contain_text("patients is not there yet")


def test_dollar_signs_are_shown_as_they_are_written(lab: Lab, browser) -> None:
    frame = r"pd.DataFrame({'words': [r'$x^2$ and $$y_1$$', r'\(a\) and \[b\]', r'\begin{equation}c\end{equation}']})"
    math = "from IPython.display import HTML\nHTML('<p>$z^2$</p>')"
    with opening(lab, browser) as open_it:
        one = open_it(notebook(frame, f"show_tables_plainly()\n{frame}", math))
        one.run_all()
        expect(one.cell(3).locator("mjx-container")).to_have_count(1)  # by then the frames above would be set as well
        for number in (1, 2):
            expect(one.cell(number).locator("td").first).to_have_text("$x^2$ and $$y_1$$")
            assert one.cell(number).locator("mjx-container").count() == 0


@pytest.mark.parametrize("app", APPS)
def test_a_kernel_that_is_gone_is_told_and_comes_back_cell_by_cell(lab: Lab, browser, tmp_path: Path, app: str) -> None:
    running_here = nullcontext(lab) if app == LAB else serving(tmp_path, tmp_path / "record", app)
    with running_here as here, opening(here, browser) as open_it:
        one, other = open_it(notebook(*CELLS[:3])), open_it(notebook(*CELLS[:3]))
        for each in (one, other):
            each.page.bring_to_front()
            for number in (STAND, CARD, PANEL):
                press(each, number)
        one.page.bring_to_front()
        card, panel = alive(one, CARD), alive(one, PANEL)
        chosen, another = (exercise("start-01").asks.options[at].text for at in (1, 2))
        card.get_by_label(chosen).check()
        panel.get_by_role("slider").press("Home")
        expect(panel.locator(".status")).to_contain_text("Hemoglobin is low")
        low = panel.get_by_role("slider").input_value()

        kernel(one, "restart")
        for number in (STAND, CARD, PANEL):
            expect(one.cell(number).locator(".course-lost")).to_contain_text(LOST)
        assert one.page.get_by_role("alert").filter(has_text=LOST).count() == 0, "said aloud at the next touch only"
        card.get_by_label(another).click(force=True)
        expect(card.get_by_role("alert")).to_contain_text(LOST)
        expect(card.get_by_label(chosen)).to_be_checked()
        card.get_by_role("button", name="Check", exact=True).click(force=True)
        expect(card.locator(".feedback")).to_be_empty()
        panel.get_by_role("slider").press("End")
        assert panel.get_by_role("slider").input_value() == low
        expect(panel.locator(".status")).to_contain_text("Hemoglobin is low")
        one.page.keyboard.press("Shift+Enter")  # whoever touched it is on its cell
        panel = alive(one, PANEL)
        expect(panel.locator(".course-lost")).to_have_count(0)
        expect(card.locator(".course-lost")).to_have_count(1)
        panel.get_by_role("slider").press("Home")
        expect(panel.locator(".status")).to_contain_text("Hemoglobin is low")

        mine = one.page.evaluate(f"() => {one._SESSION}.kernel.id")
        for process in kernels(mine):
            process.send_signal(signal.SIGKILL)
        expect(panel.locator(".course-lost")).to_contain_text(LOST, timeout=60_000)
        one.page.locator(".jp-Dialog").get_by_role("button").first.click()  # Jupyter says it too
        expect(press(one, CARD).locator(".course-lost")).to_have_count(0)

        other.page.bring_to_front()
        assert other.page.locator(".course-lost").count() == 0, "the other notebook's kernel is well"
        alive(other, PANEL).get_by_role("slider").press("Home")
        expect(alive(other, PANEL).locator(".status")).to_contain_text("Hemoglobin is low")


def test_over_another_choice_stands_no_verdict_with_python_and_without(lab: Lab, browser) -> None:
    asked = exercise("start-01").asks
    right, wrong = (
        next(one.text for one in asked.options if (one.key == asked.right) is said) for said in (True, False)
    )
    with opening(lab, browser) as open_it:
        one = open_it(notebook(*CELLS[:2]))
        card = press(one, CARD)
        card.get_by_label(right, exact=True).check()
        card.get_by_role("button", name="Check", exact=True).click()
        feedback = card.locator(".feedback")
        expect(feedback).to_contain_text("Right")
        card.get_by_label(wrong, exact=True).check()
        expect(feedback).to_have_text("Changed since you checked.")
        card.get_by_label(right, exact=True).check()
        expect(feedback).to_contain_text("Right")

        kernel(one, "restart")
        expect(one.cell(CARD).locator(".course-lost")).to_contain_text(LOST)
        card.get_by_label(wrong, exact=True).click(force=True)
        expect(card.get_by_role("alert")).to_contain_text(LOST)
        expect(card.get_by_label(right, exact=True)).to_be_checked()
        expect(feedback).to_contain_text("Right")


def test_a_test_that_is_handed_in_without_python_is_neither_taken_nor_lost(lab: Lab, browser) -> None:
    with opening(lab, browser) as open_it:
        one = open_it(notebook("before()"))
        test = press(one, 1)
        test.get_by_role("button", name="Begin").click()
        learner = Record(lab.record).learner()
        first, *_, last = (
            bank.round_of(question, learner, 1, None) for question in bank.exercises(order_of_forms(learner)[0])
        )
        fill(test, first, first.asks.right)
        test.get_by_role("button", name="Question 24").click()
        fill(test, last, last.asks.right)
        chosen = last.asks.right
        until(one.page, lambda: Record(lab.record).past(last.id).draft == chosen, "Python has all that was chosen")

        kernel(one, "restart")
        expect(one.cell(1).locator(".course-lost")).to_contain_text(LOST)
        test.get_by_role("button", name="Hand in").click(force=True)
        expect(test.get_by_role("alert")).to_contain_text(LOST)
        assert Record(lab.record).past(first.id).last is None

        test = press(one, 1)
        test.get_by_role("button", name="Go on").click()
        for number in (1, 24):
            expect(test.get_by_role("button", name=f"Question {number}, answered")).to_be_visible()
        test.get_by_role("button", name="Question 24, answered").click()
        for _ in range(2):  # what is not answered is said first
            test.get_by_role("button", name="Hand in").press("Enter")
        expect(test).to_contain_text("2 of 24 are right")


def test_a_page_that_lost_python_is_still_read_by_keyboard(lab: Lab, browser) -> None:
    with opening(lab, browser) as open_it:
        one = open_it(notebook(*CELLS[:2]))
        stand = press(one, STAND)
        kernel(one, "restart")
        expect(one.cell(STAND).locator(".course-lost")).to_contain_text(LOST)
        fold = stand.locator("summary").first
        fold.focus()
        fold.press("Enter")
        expect(stand.locator("details").first).to_have_attribute("open", "")
        link = stand.get_by_role("link").first
        there = link.get_attribute("data-notebook")
        link.press("Enter")
        path = "window.jupyterapp.shell.currentWidget?.context?.path"
        one.page.wait_for_function(f"there => {path} === `notebooks/${{there}}`", arg=there)


CUT = """card => [...card.querySelectorAll('.pair')].filter(pair => {
    const [menu, spelled] = [pair.querySelector('select'), pair.querySelector('.spelled')];
    const words = menu.selectedOptions[0].text, style = getComputedStyle(menu);
    const pen = document.createElement('canvas').getContext('2d');
    pen.font = `${style.fontSize} ${style.fontFamily}`;
    const fits = pen.measureText(words).width + 34 <= menu.clientWidth;
    return !fits && !(spelled.offsetHeight && spelled.textContent === words);
}).map(pair => pair.innerText)"""
"""The pairs of a card whose chosen words are cut, and stand nowhere whole."""


@pytest.mark.parametrize("width", [360, 600, 1000])
def test_chosen_words_are_never_cut(lab: Lab, browser, width: int) -> None:
    matching = [one for name in bank.notebooks() for one in bank.exercises(name) if one.kind == "matching"]
    longest = max(matching, key=lambda one: max(len(option.text) for option in one.asks.options))
    words = max((option.text for option in longest.asks.options), key=len)
    with opening(lab, browser) as open_it:
        one = open_it(notebook(f'ask("{longest.id}")'))
        card = press(one, 1)
        one.page.set_viewport_size({"width": width, "height": 900})
        for menu in card.get_by_role("combobox").all():
            if words in menu.locator("option").all_text_contents():
                menu.select_option(words)
        settles(one.page, f"() => ({CUT})(document.querySelector('.course-card'))", [])


def test_an_output_may_be_drawn_again_shown_twice_or_reloaded(lab: Lab, browser) -> None:
    with opening(lab, browser) as open_it:
        one = open_it(notebook(*CELLS[:3]))
        run = one.page.evaluate
        for _ in range(3):
            panel = press(one, PANEL)
        assert panel.count() == 1
        press(one, CARD)
        command = "name => window.jupyterapp.commands.execute(name)"
        one.cell(PANEL).locator(".jp-InputArea-prompt").click()
        for name in ("notebook:hide-cell-outputs", "notebook:show-cell-outputs", "notebook:create-output-view"):
            run(command, name)
        twice = one.page.locator(".course-live[data-live]").filter(has=one.page.get_by_role("slider"))
        expect(twice).to_have_count(2)
        twice.first.get_by_role("slider").press("Home")
        for at in range(2):
            expect(twice.nth(at).locator(".status")).to_contain_text("Hemoglobin is low")
        run(command, "docmanager:save")
        one.page.reload()
        one.page.locator(".jp-Notebook").wait_for()
        one.idle()
        panel = alive(one, PANEL)
        expect(panel.locator(".status")).to_contain_text("Hemoglobin is low")
        panel.get_by_role("slider").press("End")
        expect(panel.locator(".status")).not_to_contain_text("Hemoglobin is low")
        alive(one, CARD)
        one.cell(CARD).locator(".jp-InputArea-prompt").click()
        run(command, "notebook:clear-cell-output")
        expect(one.cell(CARD).locator(".course-live")).to_have_count(0)
        press(one, CARD)
        assert one.errors() == []


def test_a_busy_kernel_is_told_and_hears_it_afterwards(lab: Lab, browser) -> None:
    with opening(lab, browser) as open_it:
        one = open_it(notebook(*CELLS))
        panel = press(one, PANEL)
        one.cell(SLEEP).locator(".jp-InputArea-prompt").click()
        one.page.keyboard.press("Shift+Enter")
        one.page.wait_for_function(f"() => {one._SESSION}.kernel.status === 'busy'")
        panel.get_by_role("slider").press("Home")
        expect(panel.get_by_role("alert")).to_contain_text("Python is busy with another cell")
        expect(panel.locator(".status")).to_contain_text("Hemoglobin is low")
        expect(panel.locator(".course-lost")).to_have_count(0)


def test_a_page_reloaded_while_a_cell_runs_comes_alive_when_python_answers(lab: Lab, browser) -> None:
    waits = "import time\nfrom pathlib import Path\n\nwhile not Path('go').exists():\n    time.sleep(0.1)"
    with opening(lab, browser) as open_it:
        one = open_it(notebook(CELLS[CARD - 1], CELLS[PANEL - 1], waits))
        for number in (1, 2):
            press(one, number)
        one.cell(3).locator(".jp-InputArea-prompt").click()
        one.page.keyboard.press("Shift+Enter")
        one.page.wait_for_function(f"() => {one._SESSION}.kernel.status === 'busy'")
        one.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        one.page.reload()
        expect(one.page.locator(".jp-Notebook").get_by_text("click on it, press Shift+Enter")).to_have_count(2)
        (one.path.parent / "go").touch()
        panel = alive(one, 2)
        panel.get_by_role("slider").press("Home")
        expect(panel.locator(".status")).to_contain_text("Hemoglobin is low")
        alive(one, 1)


REPLAYED = """() => {
    const kernel = window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
    window.courseOpened = [];
    kernel.iopubMessage.connect((_, message) => {
        const opened = message.header.msg_type === 'comm_open' && message.content.data.state;
        if (opened && !('shows' in opened)) window.courseOpened.push(message);
    });
}"""
DOUBLED = """async () => {
    const kernel = window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
    for (const message of window.courseOpened) await kernel._handleCommOpen(message);
    for (const view of document.querySelectorAll('.course-live > *')) view.classList.add('old');
    await kernel.reconnect();
}"""
"""Tells the page again of every widget, as a server does after a break; what is on the page is then a double."""


def test_a_connection_that_breaks_and_brings_widgets_twice_leaves_none_dead(lab: Lab, browser) -> None:
    with opening(lab, browser) as open_it:
        one = open_it(notebook(*CELLS))
        one.page.evaluate(REPLAYED)
        panel, card = press(one, PANEL), press(one, CARD)
        one.page.evaluate(DOUBLED)
        expect(one.page.locator(".course-live > .old")).to_have_count(0, timeout=60_000)
        alive(one, PANEL).get_by_role("slider").press("Home")
        expect(panel.locator(".status")).to_contain_text("Hemoglobin is low")
        card, asked = alive(one, CARD), exercise("start-01")
        for answer, word in (
            (next(one.key for one in asked.asks.options if one.key != asked.asks.right), "Not yet"),
            (asked.asks.right, "Right"),
        ):
            fill(card, asked, answer)
            card.get_by_role("button", name="Check", exact=True).click()
            expect(card.locator(".feedback")).to_contain_text(word)
        expect(one.page.locator(".course-lost")).to_have_count(0)
