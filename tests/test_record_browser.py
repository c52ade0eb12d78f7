"""The record as a learner meets it: in a real browser, across a restart of kernel and server, with real files."""

from __future__ import annotations

import json
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import nbformat
import pytest
from conftest import Lab, OpenNotebook, opening, serving
from in_browser import complaints, fill, kernels, settles, until
from playwright.sync_api import expect

from helpers.cards.forms import FIRST
from helpers.questions import bank
from helpers.questions.bank import FORMS, exercise
from helpers.record.exchange import MOST_BYTES
from helpers.record.journey import order_of_forms
from helpers.record.log import Record
from helpers.record.record_file import NAME
from helpers.record.session import Event, plain

pytestmark = pytest.mark.browser

CELLS = (
    "from helpers.evidence import table\n"
    "from helpers import after, ask, before, check, where_you_stand, your_record\n"
    'patients = table("patients")',
    "where_you_stand()",
    'ask("start-01")',
    'ask("start-04")',
    'ask("start-08")',
    'platelets = ...\n\ncheck("start-09", platelets)',
    "before()",
    "your_record()",
)
STAND, CHOICE, NUMBER, ORDER, CODE, TEST, RECORD = range(2, 9)


def notebook(*changed: tuple[int, str]) -> nbformat.NotebookNode:
    """A notebook with a bit of everything that is recorded; ``changed`` cells have other sources."""
    sources = list(CELLS)
    for number, source in changed:
        sources[number - 1] = source
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])


WRONG = (CODE, 'platelets = patients["wbc_e9_per_l"]\n\ncheck("start-09", platelets)')


@contextmanager
def learning(lab: Lab, browser, record: Path, *changed: tuple[int, str], binder: str = "") -> Iterator[OpenNotebook]:
    """That notebook, open and run, with a record in a folder of its own."""
    own = f'import os\nos.environ["PANCYTOPENIA_RECORD"] = {str(record)!r}\n'
    own += f'os.environ["BINDER_SERVICE_HOST"] = {binder!r}\n' if binder else ""
    with opening(lab, browser) as open_it:
        one = open_it(notebook((1, own + CELLS[0]), *changed))
        one.run_all()
        one.page.wait_for_function(SHOWN)
        yield one


SHOWN = "() => document.querySelectorAll('[data-live] .course-card > *, [data-live] .course-desk > *').length >= 8"


def card(one: OpenNotebook, id: str):
    return one.page.locator(f"section.course-card[aria-label$=' {id}']")


def desk(one: OpenNotebook, label: str):
    found = one.page.get_by_role("region", name=label, exact=True)
    found.scroll_into_view_if_needed()
    return found


def is_kept(one: OpenNotebook, record: Path, draft: str) -> None:
    """Wait until a record holds what was typed or chosen last; Python takes it in the order in which it was sent."""

    def holds() -> bool:
        with closing(sqlite3.connect(record / NAME, timeout=30)) as db:
            return bool(db.execute("SELECT count(*) FROM drafts WHERE draft LIKE ?", (f"%{draft}%",)).fetchone()[0])

    until(one.page, holds, f"The record does not hold {draft}.")


# --- across a restart -------------------------------------------------------------------------------------------------


@contextmanager
def restarted(home: Path, browser, record: Path, *changed: tuple[int, str]) -> Iterator[OpenNotebook]:
    """The same on a server of its own, just started."""
    home.mkdir()
    with serving(home, home / "other") as lab, learning(lab, browser, record, *changed) as one:
        yield one


def test_everything_is_there_after_kernel_and_server_were_killed(tmp_path: Path, browser) -> None:
    record = tmp_path / "record"
    with restarted(tmp_path / "first", browser, record, WRONG) as one:
        iron = exercise("start-01").asks.options[3].text
        choice = card(one, "start-01")
        choice.get_by_label(iron).check()
        choice.get_by_label("How sure are you?").select_option("0.75")
        choice.get_by_role("button", name="Check", exact=True).click()
        choice.get_by_text("Not yet", exact=True).wait_for()
        card(one, "start-04").get_by_role("textbox").fill("7")
        order = card(one, "start-08")
        order.get_by_role("button", name="Hint 1").click()
        order.locator(".hint").wait_for()
        card(one, "start-09").get_by_text("Not yet", exact=True).wait_for()
        test = desk(one, "Twenty-four questions before you begin")
        test.get_by_role("button", name="Begin").click()
        test.get_by_role("combobox").first.select_option("red")
        is_kept(one, record, '"red"')
        one.idle()
        said = choice.locator(".feedback").text_content()
        before = {child.pid for child in kernels()}
        for child in kernels():
            child.send_signal(signal.SIGKILL)
        # JupyterLab may lay its word on the death of the kernel over the page: it is pressed below that.
        choice.get_by_label(exercise("start-01").asks.options[0].text).evaluate("radio => radio.click()")
        choice.get_by_role("button", name="Check", exact=True).evaluate("button => button.click()")
        silent = choice.locator(".feedback", has_text="No reply yet")
        lost = one.cell(CHOICE).locator(".course-lost", has_text="lost its connection to Python")
        expect(silent.or_(lost).first).to_be_visible()  # as it is pressed before or after the page knows

    kept = [(event.exercise, event.did) for event in Record(record).events()]
    assert sorted(kept) == [("start-01", "answered"), ("start-08", "hint"), ("start-09", "answered")]
    with restarted(tmp_path / "second", browser, record) as two:
        assert before.isdisjoint(child.pid for child in kernels())
        choice = card(two, "start-01")
        assert choice.get_by_label(iron).is_checked() and choice.locator(".feedback").text_content() == said
        expect(choice.get_by_label("How sure are you?")).to_have_value("0.75")
        expect(card(two, "start-04").get_by_role("textbox")).to_have_value("7")
        assert card(two, "start-08").locator(".hint").count() == 1
        expect(card(two, "start-09")).to_contain_text("Your code of")
        expect(card(two, "start-09").locator("pre")).to_contain_text('platelets = patients["wbc_e9_per_l"]')
        test = desk(two, "Twenty-four questions before you begin")
        test.get_by_role("button", name="Go on").click()
        test.get_by_role("button", name="Question 1, answered").click()
        expect(test.get_by_role("combobox").first).to_have_value("red")
        assert complaints(two.page) == []

        choice.get_by_role("button", name="Answer again").click()
        expect(choice.locator(".feedback")).to_be_empty()
        assert not choice.get_by_label(iron).is_checked()
        choice.get_by_label(exercise("start-01").asks.options[0].text).check()
        choice.get_by_role("button", name="Check", exact=True).click()
        choice.get_by_text("Right", exact=True).wait_for()
        expect(desk(two, "Where you stand")).to_contain_text("Worth another look")
    assert [event.did for event in Record(record).events() if event.exercise == "start-01"] == [
        "answered",
        "again",
        "answered",
    ]


# --- take it along ----------------------------------------------------------------------------------------------------


def filled(folder: Path) -> Record:
    """A record with the first notebook answered and the test before the course handed in."""
    record = Record(folder)
    for name, shown in (("00_start_here", {}), (FORMS[0], {"sitting": FIRST})):
        for one in bank.exercises(name):
            answer = one.asks.code if one.asks.in_code else plain(one.asks.right)
            record.append(Event(one.id, answer=answer, verdict="right", version=bank.version(one), shown=shown))
    record.close()
    return record


@pytest.fixture(scope="module")
def taken(lab: Lab, browser, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The files a browser keeps when a record is downloaded: kind to path; and ``record``, the folder they are of."""
    home = tmp_path_factory.mktemp("taken")
    filled(home / "record")
    files = {"record": home / "record"}
    with learning(lab, browser, home / "record") as one:
        for kind, name, label in (
            ("json", "Download my record", "Your record"),
            ("csv", "Download it as a table", "Your record"),
            ("html", "Save this page to print it", "Where you stand"),
        ):
            with one.page.expect_download() as download:
                desk(one, label).get_by_role("button", name=name).click()
            files[kind] = home / download.value.suggested_filename
            download.value.save_as(files[kind])
        assert complaints(one.page) == []
    return files


def test_the_files_are_what_they_say(taken: dict[str, Path]) -> None:
    rows = Record(taken["record"]).rows()
    assert len(json.loads(taken["json"].read_text())) == len(rows)
    assert taken["csv"].read_text().count("\n") == len(rows) + 1
    page = taken["html"].read_text()
    assert "<h1>Where you stand</h1>" in page and page.count("<img") == 1 and "<details open>" in page
    assert {path.suffix for name, path in taken.items() if name != "record"} == {".json", ".csv", ".html"}


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_a_record_is_brought_into_another_folder_once(
    lab: Lab, browser, tmp_path: Path, taken: dict[str, Path], kind: str
) -> None:
    with learning(lab, browser, tmp_path / "record") as one:
        mine = desk(one, "Your record")
        number = len(Record(taken["record"]).rows())
        for new in (number, 0):
            mine.get_by_label("Bring in a file").set_input_files(taken[kind])
            there = "" if new else f"; {number} were there already"
            expect(mine.locator(".said")).to_have_text(f"From {taken[kind].name}: {new} entries are new{there}.")
        expect(card(one, "start-01").locator(".word")).to_contain_text("Right")
        desk(one, "Where you stand").scroll_into_view_if_needed()
        expect(desk(one, "Where you stand")).to_contain_text(
            "12 were right at the first try without help, 0 later or with help"
        )
    rows = {row[0]: row for row in Record(tmp_path / "record").rows()}
    assert all(rows[row[0]] == row for row in Record(taken["record"]).rows()), "bytes for bytes what was taken along"


def test_a_hostile_file_is_shown_as_text(lab: Lab, browser, tmp_path: Path, taken: dict[str, Path]) -> None:
    bad = json.loads(taken["json"].read_text())
    for statement in bad:
        result = statement["result"]["extensions"]
        for name in result:
            if name.endswith("misconception"):
                result[name] = "<img src=x onerror=\"window.taken='slip'\"><script>window.taken='slip'</script>"
            if name.endswith("verdict"):
                result[name] = "not yet"
    path = tmp_path / "<img src=x onerror=alert(1)>.json"
    path.write_text(json.dumps(bad))
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with learning(lab, browser, tmp_path / "record") as one:
        mine = desk(one, "Your record")
        mine.get_by_label("Bring in a file").set_input_files(path)
        expect(mine.locator(".said")).to_contain_text(f"From {path.name}: ")
        stand = desk(one, "Where you stand")
        stand.scroll_into_view_if_needed()
        expect(stand).to_contain_text("<script>")
        mine.get_by_label("Bring in a file").set_input_files(huge)
        expect(mine.locator(".said")).to_contain_text(f"larger than {MOST_BYTES // 1_000_000} MB")
        assert one.page.evaluate("window.taken") is None and one.dialogs == []
        assert one.page.locator(".course-desk script, .course-desk [onerror]").count() == 0


def test_everything_is_deleted_after_being_asked_twice(lab: Lab, browser, tmp_path: Path) -> None:
    filled(tmp_path / "record")
    with learning(lab, browser, tmp_path / "record") as one:
        mine = desk(one, "Your record")
        mine.get_by_role("button", name="Delete everything …").press("Enter")
        expect(mine.get_by_role("button", name="Keep it")).to_be_focused()
        one.page.keyboard.press("Enter")
        assert Record(tmp_path / "record").count() > 0
        mine.get_by_role("button", name="Delete everything …").press("Enter")
        mine.get_by_role("button", name="Delete everything now").press("Enter")
        expect(mine.locator(".said")).to_contain_text("Everything is deleted")
        expect(card(one, "start-01").locator(".feedback")).to_be_empty()
    assert Record(tmp_path / "record").count() == 0


# --- a test, by keyboard ----------------------------------------------------------------------------------------------

SHORTCUTS = [*"abcxvzymrjkdd", "ArrowDown", "ArrowUp"]


def test_a_test_is_taken_by_keyboard_alone(lab: Lab, browser, tmp_path: Path) -> None:
    with learning(lab, browser, tmp_path / "record") as one:
        keys, page = one.page.keyboard, one.page
        test = desk(one, "Twenty-four questions before you begin")
        test.get_by_role("button", name="Begin").press("Enter")
        learner = Record(tmp_path / "record").learner()
        questions = [
            bank.round_of(question, learner, 1, None) for question in bank.exercises(order_of_forms(learner)[0])
        ]
        left = [number for number, question in enumerate(questions, start=1) if question.kind == "grade"]
        for number, question in enumerate(questions, start=1):
            expect(test.get_by_role("heading")).to_have_text(f"Question {number} of 24")
            expect(test.get_by_role("heading")).to_be_focused()
            cells = page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.length")
            for key in SHORTCUTS:
                keys.press(key)
            assert page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.length") == cells
            if number not in left:
                fill(test, question, question.asks.right)
            if number == 5:
                assert complaints(one.page) == []
            if number < 24:
                test.get_by_role("button", name="Next").press("Enter")
        assert not any(word in test.text_content() for word in ("Right", "Not yet"))
        test.get_by_role("button", name="Hand in").press("Enter")
        expect(test.get_by_role("status").first).to_contain_text(f"Not answered: {', '.join(map(str, left))}.")
        assert Record(tmp_path / "record").past(questions[0].id).last is None
        test.get_by_role("button", name="Hand in").press("Enter")
        expect(test).to_contain_text(f"{24 - len(left)} of 24 are right")
        expect(test.locator("details")).to_have_count(0)
        assert complaints(one.page) == []
        stand = desk(one, "Where you stand")
        expect(stand).to_contain_text(f"{24 - len(left)} of 24")


# --- narrow, linked, reminded -----------------------------------------------------------------------------------------

BEYOND = """() => [...document.querySelectorAll('.course-desk, .course-card')].flatMap(output => {
    const edge = output.getBoundingClientRect();
    return [...output.querySelectorAll('*')].filter(one => {
        const box = one.getBoundingClientRect();
        return box.width && !one.closest('.scrolls') && (box.right > edge.right + 1 || box.left < edge.left - 1);
    }).map(one => one.outerHTML.slice(0, 150));
})"""


UNFOLD = "desks => desks.forEach(desk => desk.querySelectorAll('details').forEach(one => { one.open = true }))"


def test_desks_and_tests_fit_a_narrow_page_and_links_lead_to_their_question(lab: Lab, browser, tmp_path: Path) -> None:
    filled(tmp_path / "record")
    with learning(lab, browser, tmp_path / "record") as one:
        for width in (400, 760):
            one.page.set_viewport_size({"width": width + 150, "height": 900})
            one.page.locator(".course-desk").evaluate_all(UNFOLD)
            settles(one.page, BEYOND, [])
        one.page.set_viewport_size({"width": 1200, "height": 900})
        stand = desk(one, "Where you stand")
        link = stand.get_by_role("link", name="grade a count in CTCAE 6, with the first step given")
        link.click()
        path = "window.jupyterapp.shell.currentWidget?.context?.path"
        one.page.wait_for_function(f"() => {path} === 'notebooks/03_grading_severity.ipynb'")
        question = one.page.locator(".jp-CodeCell:visible").filter(has_text='ask("grading-06")')
        expect(question).to_be_in_viewport(timeout=30_000)
        one.idle()


def test_a_link_leads_on_whatever_the_address_says_and_wherever_one_was(lab: Lab, browser, tmp_path: Path) -> None:
    """While JupyterLab opens, and beside its file browser, the address may name the folder alone."""
    with learning(lab, browser, tmp_path / "record") as one:
        page = one.page
        panel = ".jp-NotebookPanel:not(.lm-mod-hidden)"
        here = page.evaluate("() => window.jupyterapp.shell.currentWidget.context.path")
        for at, words, shows in [
            (None, "grade a count in CTCAE 6, with the first step given", 'ask("grading-06")'),
            (5, "grade a count in CTCAE 6, with the first step given", 'ask("grading-06")'),
            (-1, "compute the absolute neutrophil count from a printed report", 'ask("grading-01")'),
        ]:
            if at is not None:  # it is open already, and somebody was at another of its cells
                page.evaluate(
                    """async at => {
                        const notebook = window.jupyterapp.shell.currentWidget.content;
                        notebook.activeCellIndex = at < 0 ? notebook.widgets.length + at : at;
                        await notebook.scrollToItem(notebook.activeCellIndex);
                    }""",
                    at,
                )
                page.evaluate(
                    "async path => { await window.jupyterapp.commands.execute('docmanager:open', {path}) }", here
                )
            page.evaluate("() => history.replaceState(null, '', '/lab/tree/notebooks')")
            stand = desk(one, "Where you stand")
            stand.evaluate_all(UNFOLD)
            stand.get_by_role("link", name=words).click()
            path = "window.jupyterapp.shell.currentWidget?.context?.path"
            page.wait_for_function(f"() => {path} === 'notebooks/03_grading_severity.ipynb'")
            one.idle()
            question = page.locator(f"{panel} .jp-CodeCell").filter(has_text=shows)
            expect(question).to_be_in_viewport()
            page.wait_for_timeout(1500)  # and there it stays
            expect(question).to_be_in_viewport()


def test_a_card_that_was_solved_stays_so_while_other_answers_are_tried_out(lab: Lab, browser, tmp_path: Path) -> None:
    asked = exercise("start-04")
    answers = {"Right": asked.asks.right, "Not yet": asked.asks.right + 1}
    with learning(lab, browser, tmp_path) as one:
        shown = card(one, asked.id)
        solved = shown.locator(".solved")
        expect(solved).to_be_hidden()
        for word, answer in answers.items():
            fill(shown, asked, answer)
            shown.get_by_role("button", name="Check", exact=True).click()
            expect(shown.locator(".word strong")).to_have_text(word)
            says = "" if word == "Right" else "✓ Solved at the first try: what you try out now takes nothing away."
            expect(solved).to_have_text(says)
        expect(desk(one, "Where you stand")).to_contain_text(
            "1 was right at the first try without help, 0 later or with help. You made 2 tries"
        )
        assert complaints(one.page) == []


def test_on_binder_one_is_reminded_once_and_asked_on_leaving(lab: Lab, browser, tmp_path: Path) -> None:
    asked = []
    with learning(lab, browser, tmp_path / "record", binder="hub") as one:
        shown, page = card(one, "start-04"), one.page
        for amount in range(1, 7):
            expect(shown.locator(".reminder")).to_be_hidden()
            shown.get_by_role("textbox").fill(f"{amount}.5")
            shown.get_by_role("button", name="Check", exact=True).click()
            expect(shown.locator(".feedback")).to_contain_text("low")
            one.idle()
            if amount == 5:
                expect(shown.locator(".reminder")).to_contain_text("everything here is gone")
                assert complaints(one.page) == []
                with page.expect_download() as download:
                    shown.get_by_role("button", name="Download my record").click()
                download.value.save_as(tmp_path / "mine.json")
                assert len(json.loads((tmp_path / "mine.json").read_text())) == 5
                shown.get_by_role("button", name="Not now").click()
        page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        page.on("dialog", lambda dialog: asked.append(dialog.type))
        page.evaluate("() => { setTimeout(() => location.reload(), 0) }")
        page.wait_for_timeout(1000)
    assert asked == ["beforeunload"]


def test_a_folder_that_cannot_be_written_to_is_said_on_the_card(lab: Lab, browser, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with learning(lab, browser, tmp_path / "file" / "record") as one:
        choice = card(one, "start-01")
        question = exercise("start-01")
        choice.get_by_label(next(one.text for one in question.asks.options if one.key == question.asks.right)).check()
        choice.get_by_role("button", name="Check", exact=True).click()
        choice.get_by_text("Right", exact=True).wait_for()
        expect(choice.locator(".trouble")).to_contain_text("Nothing is being saved")
        expect(desk(one, "Where you stand")).to_contain_text("Nothing is being saved")
        assert complaints(one.page) == []
