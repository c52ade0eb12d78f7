"""The notebooks as a learner meets them: opened, run, moved and answered in a real browser, by keyboard alone.

What must appear (grades, alt texts, feedback) is never typed here a second time: the same model runs beside the page
and says what it should show.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from conftest import NOTEBOOKS
from in_browser import (
    ANSWERED_HERE,
    Read,
    answer,
    choose,
    complaints,
    hears,
    one_of_each,
    settles,
    shortcuts_do_nothing,
    solve_in_its_cell,
    squeezed,
    tab_through,
    tells,
    theme,
)
from playwright.sync_api import expect

from helpers import page as html
from helpers.blood.cells.film import cell_kinds, teaching_films
from helpers.blood.core.count import BloodCount
from helpers.blood.core.criteria import short_name
from helpers.blood.core.units import ANALYTES, show
from helpers.panels.amounts import steps
from helpers.panels.counting import CountingBench
from helpers.panels.explorer import VALUES, CountExplorer
from helpers.panels.film import FilmPanel
from helpers.panels.oxygen import OxygenPanel
from helpers.panels.person import published
from helpers.panels.report import ReportReader
from helpers.questions import bank
from helpers.questions.exercise import NOT_YET, RIGHT, Exercise
from helpers.questions.judge import judge

pytestmark = pytest.mark.browser

LABELS = {name: short_name(name) for name in VALUES}
"""What each slider of the explorer is called."""

BROKEN = re.compile(r"Error displaying widget|model not found|Loading widget|No reply yet", re.IGNORECASE)

every_notebook = pytest.mark.parametrize(
    "name", [path.name for path in NOTEBOOKS], ids=lambda name: name.partition("_")[0]
)


# --- opened, before anything is run -----------------------------------------------------------------------------------


@every_notebook
def test_what_was_committed_is_shown_before_anything_is_run(opened, name: str) -> None:
    read = opened(name)
    stored = [
        (number, output.data["text/html"])
        for number, cell in enumerate(read.committed.cells, start=1)
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {}) and not folded(cell)
    ]
    shown = [output for output in read.before if output["kind"] == "text/html"]
    assert [number for number, _ in stored] == [output["cell"] for output in shown]
    for (number, twin), output in zip(stored, shown, strict=True):
        assert squeezed(output["words"]) == read.words(twin), f"cell {number}"
        assert output["tables"] == twin.count("<table"), f"cell {number}"
        assert output["height"] > 10, f"cell {number} shows nothing"
        alts = read.alts(twin)  # JupyterLab writes "Image" where there is none, so that axe would not mind
        assert [image["alt"] for image in output["images"]] == alts and all(map(str.strip, alts)), f"cell {number}"
        for image in output["images"]:
            assert image["width"] > 100 and image["shown"] > 100, f"cell {number}: {image}"
    optional = " ".join(cell.source for cell in read.committed.cells if folded(cell))
    asked = {one.id for one in bank.exercises(read.notebook.path.stem) if f'"{one.id}"' not in optional}
    assert asked and all(any(id in output["words"] for output in shown) for id in asked)
    assert not [output for output in read.before if BROKEN.search(output["words"])]


@every_notebook
def test_every_notebook_shows_its_pictures_its_tables_and_a_card_without_a_kernel(opened, name: str) -> None:
    read = opened(name)
    shown = read.before
    kept = "".join(twin_of(cell) for cell in read.committed.cells if not folded(cell))
    for what, tag in (("images", "<img"), ("tables", "<table")):
        assert any(output[what] for output in shown) is (tag in kept), what
    assert "<img" in kept or "<table" in kept
    assert any("Run this cell to answer: click on it, press Shift+Enter" in output["words"] for output in shown)


@every_notebook
def test_axe_is_content_before_anything_is_run(opened, name: str) -> None:
    assert complaints(opened(name).page) == []


def folded(cell) -> bool:
    """Whether what a cell shows is folded until it runs, because it would answer a prediction."""
    return bool(cell.metadata.get("jupyter", {}).get("outputs_hidden"))


def twin_of(cell) -> str:
    """What a cell's file keeps as HTML."""
    return "".join(output.get("data", {}).get("text/html", "") for output in cell.get("outputs", []))


@every_notebook
def test_what_would_answer_a_prediction_is_folded_until_it_runs(run, name: str) -> None:
    read = run(name)
    hidden = [number for number, cell in enumerate(read.committed.cells, start=1) if folded(cell)]
    assert not {output["cell"] for output in read.before} & set(hidden)
    for number in hidden:
        expect(read.output(number).first).to_be_visible()


def is_live(output: dict) -> bool:
    """Whether an output is something live; it is stored as its twin alone."""
    data = output.get("data", {})
    assert set(data) <= {"text/plain", "text/html", "image/png"}, "what is stored depends on no running kernel"
    return "course-live-" in "".join(data.get("text/html", ""))


# --- run from top to bottom -------------------------------------------------------------------------------------------


@every_notebook
def test_it_runs_from_top_to_bottom(run, name: str) -> None:
    read = run(name)
    assert read.notebook.errors() == []
    now = read.notebook.outputs()
    for number, (cell, outputs) in enumerate(zip(read.committed.cells, now, strict=True), start=1):
        assert len(outputs) == len(cell.get("outputs", [])), f"cell {number}"
    words = read.page.locator(".jp-Notebook").text_content()
    assert not BROKEN.search(words), BROKEN.search(words)
    live = sum(is_live(output) for outputs in now for output in outputs)
    assert live > len(bank.exercises(read.notebook.path.stem))


@every_notebook
def test_every_panel_and_card_had_a_still_twin(run, name: str) -> None:
    read = run(name)
    twins = {output["cell"] for output in read.before if output["kind"] == "text/html"}
    twins |= {number for number, cell in enumerate(read.committed.cells, start=1) if folded(cell) and twin_of(cell)}
    outputs = enumerate(read.notebook.outputs(), start=1)
    live = {number for number, shown in outputs for output in shown if is_live(output)}
    assert live and live <= twins


@every_notebook
def test_the_page_asks_no_other_host_and_throws_nothing(run, name: str) -> None:
    notebook = run(name).notebook
    assert any(address.startswith("ws://127.0.0.1") for address in notebook.asked), "nothing was recorded"
    assert (notebook.outside, notebook.broken, notebook.console) == ([], [], [])


@every_notebook
def test_axe_is_content_with_what_cells_show(run, name: str) -> None:
    assert complaints(run(name).page) == []


@pytest.mark.parametrize("name", ["04_finding_the_cause.ipynb"])
def test_axe_is_content_in_the_colors_of_the_computer(run, name: str) -> None:
    """High contrast as Windows has it: what a color says must be said in another way, too."""
    page = run(name).page
    page.emulate_media(forced_colors="active")
    try:
        assert complaints(page) == []
    finally:
        page.emulate_media(forced_colors="none")


# --- the count explorer -----------------------------------------------------------------------------------------------


@dataclass
class Beside:
    """An explorer on the page, and the same one in this process, which says what the page should show."""

    read: Read
    number: int
    model: CountExplorer

    def __post_init__(self) -> None:
        self.read.run_again(self.number)
        self.output = self.read.output(self.number)
        self.image = self.output.locator("img")
        self.status = self.output.locator(".status")
        self.tables = self.output.locator(".course-words").last
        self.keys = self.read.page.keyboard
        # A value between two steps of a slider is a step of its own.
        self.amounts = {name: sorted({*steps(name), getattr(self.model, name)} - {None}) for name in LABELS}
        self.agree()

    def agree(self) -> None:
        """Alt text, status sentence and tables are those of the model (at once or after the panel has settled)."""
        expect(self.image).to_have_attribute("alt", self.model.picture.describe())
        expect(self.status).to_have_text(self.model.status)
        tells(self.read, self.output, self.model)

    def picture(self) -> str:
        """The picture's bytes."""
        return self.image.evaluate(
            """async image => {
                await image.decode();
                return new Uint8Array(await (await fetch(image.src)).arrayBuffer()).join();
            }"""
        )

    def leaves(self, old: str) -> None:
        """Wait until the picture is another one: its words come first."""
        self.read.page.wait_for_function(
            """async ([image, old]) => {
                await image.decode().catch(() => 0);
                return new Uint8Array(await (await fetch(image.src)).arrayBuffer()).join() !== old;
            }""",
            arg=[self.image.element_handle(), old],
        )

    def slider(self, analyte: str):
        return self.output.get_by_role("slider", name=LABELS[analyte], exact=True)

    def beside_slider(self, analyte: str):
        """The amount that is written beside a slider."""
        slider = self.read.page.get_by_role("slider", name=LABELS[analyte], exact=True)
        return self.output.locator(".course-slider").filter(has=slider).locator("output")

    def press(self, analyte: str, key: str) -> tuple[int, int]:
        """A key on a slider; its place before and after. The model moves with it."""
        slider = self.slider(analyte)
        slider.focus()
        before = int(slider.input_value())
        self.keys.press(key)
        after = int(slider.input_value())
        setattr(self.model, analyte, self.amounts[analyte][after])
        return before, after

    def choose(self, label: str, down: int) -> str:
        """The option so many below the one that stands, by arrow keys; its words."""
        box = self.output.get_by_role("combobox", name=label, exact=True)
        choose(box, box.evaluate("select => select.selectedIndex") + down)
        return box.evaluate("select => select.selectedOptions[0].textContent")


@pytest.fixture
def explorer(run) -> Beside:
    """The whole explorer of notebook 03, as its cell makes it."""
    model = CountExplorer()
    model.load("CRS-014")
    read = run("03_grading_severity.ipynb")
    return Beside(read, read.number(repr(model)), model)


def test_sliders_move_the_picture_the_words_and_the_tables_by_keyboard(explorer: Beside) -> None:
    for analyte in ("plt", "hb", "anc"):
        old, words = explorer.picture(), explorer.tables.text_content()
        for key, moves in (("Home", -1), ("ArrowRight", 1), ("PageUp", 1), ("PageDown", -1), ("ArrowLeft", -1)):
            if key == "ArrowLeft":
                explorer.press(analyte, "ArrowUp")
            before, after = explorer.press(analyte, key)
            assert (after - before) * moves > 0, f"{key} on {LABELS[analyte]}: from step {before} to {after}"
            shown = show(getattr(explorer.model, analyte), analyte, beside=False)
            expect(explorer.beside_slider(analyte)).to_have_text(shown)
        explorer.leaves(old)
        expect(explorer.tables).not_to_have_text(words)
        explorer.agree()


def test_units_switch_by_keyboard(explorer: Beside) -> None:
    old = explorer.picture()
    assert "g/dL" in explorer.choose("Units", 1)
    explorer.model.units = "conventional"
    explorer.agree()
    explorer.leaves(old)
    expect(explorer.beside_slider("hb")).to_have_text(show(explorer.model.hb, "hb", "conventional", beside=False))
    assert explorer.slider("hb").get_attribute("aria-valuetext").endswith("grams per deciliter")
    explorer.press("hb", "ArrowRight")
    explorer.agree()


def test_a_published_patient_is_loaded_moved_and_reset_by_keyboard(explorer: Beside) -> None:
    old = explorer.picture()
    chosen = explorer.choose("Published patient", 3)
    explorer.model.load(published()[chosen])
    explorer.agree()
    explorer.leaves(old)
    assert f"Published patient {explorer.model.patient.removeprefix('CRS-')}" in explorer.tables.text_content()
    explorer.output.get_by_role("button", name="Reset").press("Enter")
    explorer.model.reset()
    explorer.agree()
    patients = explorer.output.get_by_role("combobox", name="Published patient")
    assert patients.evaluate("select => select.selectedOptions[0].text") == chosen, "to the patient loaded last"


def test_the_person_and_what_is_not_known_by_keyboard(explorer: Beside) -> None:
    explorer.choose("White cells shown as", 1)
    explorer.model.white = "wbc"
    explorer.agree()
    expect(explorer.slider("wbc")).to_be_visible()
    expect(explorer.slider("anc")).to_be_hidden()
    explorer.output.get_by_role("checkbox", name=f"{LABELS['plt']} not known").press("Space")
    explorer.model.plt = None
    explorer.agree()
    pregnancy = explorer.output.get_by_role("combobox", name="Pregnancy")
    expect(pregnancy).to_be_disabled()
    explorer.choose("Sex", -1)
    explorer.model.sex = "female"
    explorer.agree()
    expect(pregnancy).to_be_enabled()
    choose(pregnancy, 3)
    explorer.model.trimester = 2
    explorer.agree()


def test_tab_reaches_every_control_in_order_and_leaves(explorer: Beside) -> None:
    explorer.output.get_by_role("switch", name="More").press("Space")
    expect(explorer.output.get_by_role("combobox", name="Duffy-null")).to_be_visible()
    assert len(tab_through(explorer.read, explorer.output)) > 20
    assert complaints(explorer.read.page, explorer.output) == [], "with everything unfolded"


def test_shortcuts_of_the_notebook_do_not_act_on_controls(explorer: Beside) -> None:
    for role in ("slider", "checkbox", "combobox", "switch", "button"):
        explorer.output.get_by_role(role).first.focus()
        shortcuts_do_nothing(explorer.read)


def test_the_first_slider(run) -> None:
    model = CountExplorer(
        BloodCount.of(hb=135, age_y=34, sex="female"), show=["hb"], systems=[], person=False, patients=False
    )
    read = run("00_start_here.ipynb")
    first = Beside(read, read.number("CountExplorer"), model)
    assert first.output.get_by_role("slider").count() == 1
    start, old = model.status, first.picture()
    for _ in range(20):
        first.press("hb", "ArrowLeft")
    first.agree()
    assert model.status != start
    first.leaves(old)


# --- films and oxygen -------------------------------------------------------------------------------------------------


@dataclass
class Panelled:
    """A panel of notebook 01 on the page, and the same one in this process."""

    read: Read
    model: FilmPanel | CountingBench | OxygenPanel

    def __post_init__(self) -> None:
        self.number = self.read.number(repr(self.model))
        self.read.run_again(self.number)
        self.output = self.read.output(self.number)
        self.keys = self.read.page.keyboard

    def agree(self) -> None:
        """The status sentence and the words below it are the model's."""
        expect(self.output.locator(".course-words").last.locator(".status")).to_have_text(self.model.status)
        tells(self.read, self.output, self.model)

    def press(self, label: str, key: str) -> int:
        """A key on a slider; the place at which it then stands."""
        slider = self.output.get_by_role("slider", name=label, exact=True)
        slider.focus()
        self.keys.press(key)
        return int(slider.input_value())


@pytest.fixture
def film(run) -> Panelled:
    return Panelled(run("01_blood_cell_roles.ipynb"), FilmPanel("normal"))


def test_the_film_follows_its_sliders_by_keyboard(film: Panelled) -> None:
    model, image = film.model, film.output.locator("img")
    expect(image.first).to_have_attribute("alt", model.field.describe())
    for label, name, key in (
        ("Platelets", "plt", "Home"),
        ("Hemoglobin", "hb", "PageDown"),
        ("Size (MCV)", "mcv", "PageUp"),
    ):
        place = film.press(label, key)
        amounts = sorted({*steps(name), getattr(model, name)} - {None})
        setattr(model, name, amounts[place])
        film.agree()
        expect(image.first).to_have_attribute("alt", model.field.describe())
    expect(image.nth(1)).to_have_attribute("alt", model.normal.describe())
    film.output.get_by_role("button", name="Next field").press("Enter")
    model.next_field()
    film.agree()
    expect(image.nth(2)).to_have_attribute("alt", model.strip.describe())
    film.output.get_by_role("checkbox", name="White cells not known").press("Space")
    model.wbc = None
    film.agree()
    expect(image.first).to_have_attribute("alt", model.field.describe())
    expect(image.nth(2)).to_have_attribute("alt", model.strip.describe())
    box = film.output.get_by_role("combobox", name="Film", exact=True)
    choose(box, 1)
    model.film = list(teaching_films())[1]
    film.agree()
    film.output.get_by_role("button", name="Reset").press("Enter")
    model.reset()
    film.agree()
    expect(image.first).to_have_attribute("alt", model.field.describe())


def test_unusual_cells_are_unfolded_and_set_by_keyboard(film: Panelled) -> None:
    film.output.get_by_role("switch", name="More").press("Space")
    place = film.press(cell_kinds()["schistocyte"]["label"], "PageUp")
    film.model.set_sign("schistocyte", film.model.widgets.signs["schistocyte"].amounts[place])
    film.agree()
    assert "Schistocyte" in film.output.text_content()
    assert complaints(film.read.page, film.output) == [], "with everything unfolded"


def test_cells_are_named_by_pointing_and_by_arrow_keys(film: Panelled) -> None:
    image = film.output.locator("img").first
    marks = film.model.field.marks()
    tip = film.output.locator(".tip").first
    image.scroll_into_view_if_needed()
    expect(tip).to_be_hidden()
    shrunk = image.bounding_box()["width"] / film.model.field.width
    x, y, _, name, _ = next(mark for mark in marks if mark[4] == "platelet")
    image.hover(position={"x": x * shrunk, "y": y * shrunk})
    expect(tip).to_have_text(name)
    film.read.page.mouse.move(0, 0)
    expect(tip).to_be_hidden()
    film.output.get_by_role("application").first.focus()
    last = len(marks) - 1
    for key, place in (
        ("ArrowRight", 0),
        ("ArrowRight", 1),
        ("ArrowLeft", 0),
        ("ArrowLeft", last),
        ("Home", 0),
        ("End", last),
    ):
        film.keys.press(key)
        expect(tip).to_have_text(marks[place][3])
        expect(film.output.locator(".said").first).to_have_text(f"{marks[place][3]}, {place + 1} of {len(marks)}")
    shortcuts_do_nothing(film.read)
    film.keys.press("Escape")
    expect(tip).to_be_hidden()


def test_cells_are_named_and_counted_by_keyboard(run) -> None:
    bench = Panelled(run("01_blood_cell_roles.ipynb"), CountingBench("aplastic_severe", cells=100))
    model, image = bench.model, bench.output.locator("img")
    reply = bench.output.locator(".course-words").first.locator(".status")
    for name in ("lymphocyte", "blast"):
        bench.output.get_by_role("button", name=name, exact=True).press("Enter")
        model.name(f"{name}s")
        expect(reply).to_have_text(model.said)
        bench.agree()
    expect(image.first).to_have_attribute("alt", "Cell 3 on the glass" + image.first.get_attribute("alt")[19:])
    bench.output.get_by_role("button", name="Count the rest for me").press("Enter")
    model.count_on(1000)
    bench.agree()
    expect(image.nth(1)).to_have_attribute("alt", model.picture.describe())
    expect(bench.output.get_by_role("button", name="blast", exact=True)).to_be_disabled()
    bench.output.get_by_role("switch", name="Show the truth").press("Space")
    model.truth = True
    bench.agree()
    assert complaints(bench.read.page, bench.output) == []


def test_oxygen_follows_its_sliders_by_keyboard(run) -> None:
    oxygen = Panelled(run("01_blood_cell_roles.ipynb"), OxygenPanel(hb=150))
    before = oxygen.model.status
    place = oxygen.press("Hemoglobin", "Home")
    oxygen.model.hb = oxygen.model.widgets.sliders["hb"].amounts[place]
    oxygen.agree()
    assert oxygen.model.status != before
    expect(oxygen.output.locator("img")).to_have_attribute("alt", oxygen.model.picture.describe())


# --- a report, pasted -------------------------------------------------------------------------------------------------

PASTED = """WBC 2.1 K/uL <img src="pasted.png" onerror="window.taken = 'image'; alert('image')">
Hb 72
<script>window.taken = 'script'; alert('script')</script>
PLT 18 x10^9/L  **MCV** 104 fL [here](javascript:alert('link'))
Lymphocytes <img src="pasted.png" onerror="alert('cell')"> K/uL
<b onclick="alert('bold')">34 years, F</b>"""
"""Markup reaches the page both as a value's words in the table and as what could not be read below it."""


def test_a_pasted_report_is_read_and_nothing_in_it_is_run(run) -> None:
    read = run("02_reading_a_blood_count.ipynb")
    page, number = read.page, read.number("ReportReader")
    read.run_again(number)
    output = read.output(number)
    area = output.get_by_role("textbox", name="Your report")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", PASTED)
    area.focus()
    for keys in ("ControlOrMeta+a", "ControlOrMeta+v"):
        page.keyboard.press(keys)
    expect(area).to_have_value(PASTED)
    output.get_by_role("button", name="Read it").press("Enter")

    reader = ReportReader(PASTED)
    expect(output.locator(".status")).to_have_text(reader.status)
    tells(read, output, reader)
    for value, row in reader.table().iterrows():
        shown = output.get_by_role("row").filter(has=page.get_by_role("rowheader", name=value, exact=True))
        assert [squeezed(cell) for cell in shown.get_by_role("cell").all_text_contents()] == list(row), value
    untold = reader.count.why("hb")
    assert untold and reader.table().loc[ANALYTES["hb"].label, "result"] == "cannot tell"
    assert untold in output.text_content()
    assert reader.count.wbc and reader.count.plt and reader.count.mcv, "the rest of the report is read"

    expect(area).to_have_value(PASTED)
    assert read.notebook.dialogs == []
    assert page.evaluate("window.taken") is None
    assert not any("pasted.png" in address for address in read.notebook.asked)
    assert output.locator("script, img, b, [onclick], [onerror], a[href^=javascript]").count() == 0
    assert complaints(page, output) == []


# --- questions --------------------------------------------------------------------------------------------------------

ALL = [exercise for notebook in bank.notebooks() for exercise in bank.exercises(notebook)]
ONE_OF_EACH = one_of_each(ALL)


def test_there_is_one_of_each_kind() -> None:
    assert {one.kind for one in ONE_OF_EACH} == ANSWERED_HERE
    assert any(getattr(one.asks, "analyte", "") for one in ONE_OF_EACH)


GIVEN = """card => [...card.querySelectorAll('input, select, li')].map(one =>
    one.tagName === 'LI' ? one.textContent : ['radio', 'checkbox'].includes(one.type) ? one.checked : one.value)"""
"""What is typed, chosen and moved on a card."""


@pytest.mark.parametrize("exercise", ONE_OF_EACH, ids=lambda one: f"{one.kind}-{one.id}")
def test_a_question_is_answered_by_keyboard_and_kept_when_its_cell_runs_again(run, exercise: Exercise) -> None:
    read = run(f"{exercise.notebook}.ipynb")
    number = read.number(f"Card({exercise.id},")
    untouched = read.card(exercise).evaluate(GIVEN)
    for slip in exercise.misconceptions[:2]:
        wrong = exercise.asks.betraying(slip)
        answer(read.card(exercise), exercise, wrong)
        hears(read, exercise, NOT_YET, slip.feedback)
        given = read.card(exercise).evaluate(GIVEN)
        assert given != untouched
        read.run_again(number)
        hears(read, exercise, NOT_YET, slip.feedback)
        assert read.card(exercise).evaluate(GIVEN) == given
    right = exercise.asks.right
    answer(read.card(exercise), exercise, right)
    verdict = judge(exercise, exercise.asks.handed_in(right))
    assert verdict.status == RIGHT
    hears(read, exercise, RIGHT, verdict.feedback)
    for note in verdict.notes.values():
        assert read.words(html.inline(note)) in squeezed(read.card(exercise).text_content())


def test_what_is_typed_but_not_checked_is_kept_too(run) -> None:
    exercise = next(one for one in reversed(ALL) if getattr(one.asks, "analyte", "") and one not in ONE_OF_EACH)
    read = run(f"{exercise.notebook}.ipynb")
    card = read.card(exercise)
    card.get_by_role("textbox").focus()
    read.page.keyboard.type("0.1 a<b>b")
    given = card.evaluate(GIVEN)
    read.notebook.idle()
    read.run_again(read.number(f"Card({exercise.id},"))
    assert read.card(exercise).evaluate(GIVEN) == given
    assert read.card(exercise).locator(".feedback").text_content() == ""


def test_hints_come_one_by_one_and_the_solution_after_an_attempt(run) -> None:
    exercise = next(one for one in reversed(ALL) if one.kind == "choice" and one not in ONE_OF_EACH)
    read = run(f"{exercise.notebook}.ipynb")
    card = read.card(exercise)
    solution = card.get_by_role("button", name="Show the solution")
    whole = read.words(html.text(exercise.solution.strip()))
    expect(solution).to_be_hidden()
    for place in range(len(exercise.hints)):
        assert card.locator(".hint").count() == place
        card.get_by_role("button", name=f"Hint {place + 1} of {len(exercise.hints)}").press("Enter")
        expect(card.locator(".hint > div").nth(place)).to_have_text(read.words(html.text(exercise.hints[place])))
    expect(card.get_by_role("button", name="Hint")).to_be_hidden()
    expect(solution).to_be_hidden()
    assert whole not in squeezed(card.inner_html())
    slip = exercise.misconceptions[0]
    answer(card, exercise, exercise.asks.betraying(slip))
    hears(read, exercise, NOT_YET, slip.feedback)
    assert whole not in squeezed(card.text_content())
    solution.press("Enter")
    expect(card.locator(".solution > div")).to_contain_text(whole)
    expect(solution).to_be_hidden()


@every_notebook
def test_every_code_task_is_solved_in_its_cell(run, name: str) -> None:
    read = run(name)
    tasks = [one for one in bank.exercises(read.notebook.path.stem) if one.asks.in_code]
    if not tasks:
        pytest.skip("this notebook has no task in code")
    for exercise in tasks:
        solve_in_its_cell(read, exercise)
    assert read.notebook.errors() == []
    assert complaints(read.page) == [], "with answers and feedback on the cards"


@pytest.mark.parametrize("dark", ["JupyterLab Dark", "JupyterLab Dark High Contrast"])
@every_notebook
def test_axe_is_content_in_the_dark_and_with_answers(run, name: str, dark: str) -> None:
    read = run(name)
    with theme(read, dark):
        assert complaints(read.page) == []


def test_shortcuts_of_the_notebook_do_not_act_on_cards_and_reports(run) -> None:
    for exercise in ONE_OF_EACH:
        read = run(f"{exercise.notebook}.ipynb")
        card = read.card(exercise)
        for control in ("input", "select", "button:not([hidden])"):
            if card.locator(control).count():
                card.locator(control).first.focus()
                shortcuts_do_nothing(read)
    read = run("02_reading_a_blood_count.ipynb")
    read.output(read.number("ReportReader")).get_by_role("textbox").focus()
    shortcuts_do_nothing(read)


# --- narrow pages -----------------------------------------------------------------------------------------------------

BEYOND = """() => {
  const ours = '.jp-OutputArea-output:has(.course, .course-card, .course-desk, .course-table)';
  return [...document.querySelectorAll(ours)].flatMap(output => {
    const edge = output.getBoundingClientRect();
    const beyond = [...output.querySelectorAll('*')].filter(one => {
        const box = one.getBoundingClientRect();
        return box.width && (box.right > edge.right + 1 || box.left < edge.left - 1);
    });
    if (output.scrollWidth > output.clientWidth + 1) beyond.push(output);
    return beyond.map(one => one.outerHTML.slice(0, 150));
});
}"""
"""What sticks out of a panel's, a card's or a table's output."""


SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }"""
"""The spacing of WCAG 2.1, 1.4.12, under which nothing may be lost."""


@every_notebook
def test_wider_spacing_pushes_nothing_out(run, name: str) -> None:
    page = run(name).page
    style = page.add_style_tag(content=SPACED)
    try:
        settles(page, BEYOND, [])
    finally:
        style.evaluate("style => style.remove()")


@pytest.mark.parametrize("width", [320, 400, 760])
@every_notebook
def test_panels_and_cards_fit_a_narrow_page(run, name: str, width: int) -> None:
    read = run(name)
    page = read.page
    usual = page.viewport_size
    try:
        wide = width + 150
        for _ in range(4):
            page.set_viewport_size({"width": wide, "height": 900})
            page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            is_wide = read.output(read.number("Card(")).evaluate("output => output.clientWidth")
            if is_wide == width:
                break
            wide += width - is_wide
        assert is_wide == width
        settles(page, BEYOND, [])
        for image in page.locator(".course-figure img:visible").all():
            own = int(image.get_attribute("width") or 500)
            assert image.bounding_box()["width"] > 0.7 * min(width, own), "the picture is too small to read"
    finally:
        page.set_viewport_size(usual)


BROKEN_WORDS = """() => {
  const broken = [];
  for (const table of document.querySelectorAll('.jp-OutputArea-output table')) {
    const texts = document.createTreeWalker(table, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      if (text.parentElement.closest('thead')?.clientWidth === 1) continue; // read aloud only
      for (const word of text.data.matchAll(/\\S+/g)) {
        if (word[0].length > 12 || /[-–/]/.test(word[0])) continue;
        const range = document.createRange();
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        const lines = [...range.getClientRects()].filter(box => box.width).map(box => box.top);
        if (lines.some(top => Math.abs(top - lines[0]) > 4)) broken.push(word[0]);
      }
    }
  }
  return broken;
}"""
"""Words of ordinary length that a table breaks in the middle."""


@pytest.mark.parametrize("width", [900, 1400])
@every_notebook
def test_a_table_breaks_no_word(run, name: str, width: int) -> None:
    page = run(name).page
    usual = page.viewport_size
    try:
        page.set_viewport_size({"width": width, "height": 900})
        settles(page, BROKEN_WORDS, [])
        settles(page, BEYOND, [])
    finally:
        page.set_viewport_size(usual)
