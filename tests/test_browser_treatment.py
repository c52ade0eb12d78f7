"""Notebooks 05, 05b and 06 as a learner meets them: guidelines, support, responses and questions, in a browser.

What must appear is never typed here a second time: the same model runs beside the page and says what it should show.
"""

from __future__ import annotations

import pytest
from in_browser import (
    Read,
    agree,
    answer,
    choose,
    complaints,
    hears,
    one_of_each,
    pick,
    shortcuts_do_nothing,
    shown,
    tab_through,
    tells,
)
from playwright.sync_api import expect

from helpers.blood.care.candidate import Candidate
from helpers.blood.care.first_steps import treated_causes
from helpers.blood.care.support import indications
from helpers.blood.core.count import BloodCount
from helpers.evidence import table
from helpers.panels.amounts import steps
from helpers.panels.person import published
from helpers.panels.response import ResponsePanel
from helpers.panels.support import VIEWS, SupportPanel
from helpers.panels.treatment import FROM_COUNT, CausePanel, GuidelinePanel
from helpers.pictures.trials import TrialsPicture
from helpers.questions import bank
from helpers.questions.exercise import NOT_YET, RIGHT, Exercise
from helpers.questions.judge import judge

pytestmark = pytest.mark.browser

NAME, JUDGED, CARRIED = "05_choosing_a_treatment", "05b_judging_a_treatment", "06_carrying_the_person"
LIVING = "06b_living_with_low_counts"
VIEWED = tuple(view for view in VIEWS.values() if view not in ("prevention", "vaccines", "person", "advice"))
"""What the first panel of support shows; the other views have panels of their own further down."""
WOMAN = Candidate("very_severe", 53, sibling=True, unrelated=False, half_matched=False, fit=True)
QUESTIONS = one_of_each(one for name in (NAME, JUDGED, CARRIED, LIVING) for one in bank.exercises(name))


@pytest.fixture
def read(run) -> Read:
    return run(f"{NAME}.ipynb")


@pytest.fixture
def judged(run) -> Read:
    return run(f"{JUDGED}.ipynb")


@pytest.fixture
def guidelines(read: Read):
    model = GuidelinePanel(WOMAN)
    return read, shown(read, model), model


# --- the guideline comparator ---


def test_the_woman_of_the_prediction_grows_younger_by_keyboard(guidelines) -> None:
    read, output, model = guidelines
    agree(read, output, model)
    age = output.get_by_role("slider", name="Age", exact=True)
    age.focus()
    for key, times in (("PageDown", 1), ("ArrowLeft", 4), ("ArrowRight", 1)):
        for _ in range(times):
            read.page.keyboard.press(key)
        model.age_y = float(age.get_attribute("aria-valuetext").split()[0])
        agree(read, output, model)
    assert model.age_y < WOMAN.age_y


def test_what_cannot_be_and_what_cannot_be_had_is_said_by_mouse(guidelines) -> None:
    read, output, model = guidelines
    output.get_by_role("combobox", name="Matched sibling", exact=True).select_option("yes")
    output.get_by_role("checkbox", name="not known").nth(1).click()
    slider = output.get_by_role("slider", name="Brothers and sisters", exact=True)
    slider.fill("0")
    with model.batch():
        model.sibling, model.siblings = True, 0.0
    agree(read, output, model)
    assert "do not go together" in output.locator(".status").last.text_content()
    output.get_by_role("combobox", name="Eltrombopag can be had").select_option("no")
    model.eltrombopag = False
    agree(read, output, model)
    output.get_by_role("combobox", name="Matched sibling", exact=True).select_option("no")
    model.sibling = False
    agree(read, output, model)
    assert "cannot be had" in output.text_content()
    assert complaints(read.page, output) == []


def test_a_published_patient_is_chosen_for_before_it_is_shown_what_was_done(guidelines) -> None:
    read, output, model = guidelines
    done = table("patients").set_index("patient").loc["CRS-014", "treatment"]
    pick(
        output,
        "Published patient",
        next(words for words, key in published("aplastic_anemia").items() if key == "CRS-014"),
    )
    model.load("CRS-014")
    agree(read, output, model)
    assert done[1:] not in output.text_content()
    assert model.severity == FROM_COUNT and model.candidate.severity is None
    banner = output.locator(".course-words section.alarm").first
    expect(banner).to_have_text(read.words(model.alert()))
    assert "Platelets below 20" in banner.text_content()
    output.get_by_role("slider", name="Marrow cellularity").fill("4")
    model.marrow_cellularity_pct = 4.0
    agree(read, output, model)
    assert model.candidate.severity == "severe"
    output.get_by_role("switch", name="Show what was done").press("Space")
    model.reveal = True
    agree(read, output, model)
    assert done[1:] in output.text_content()
    output.get_by_role("button", name="Reset").press("Enter")
    model.reset()
    agree(read, output, model)


def test_tab_reaches_every_control_of_the_comparator_and_leaves(guidelines) -> None:
    read, output, _ = guidelines
    assert len(tab_through(read, output)) > 15
    output.get_by_role("combobox", name="Severity").focus()
    shortcuts_do_nothing(read)


# --- causes, support, responses ---


def test_a_cause_tells_what_comes_first(read: Read) -> None:
    """One of every few: the words of all are read without a browser."""
    model = CausePanel("b12")
    output = shown(read, model)
    box = output.get_by_role("combobox", name="Cause", exact=True)
    for place, cause in list(enumerate(treated_causes()))[::5]:
        box.select_option(index=place)
        model.cause = cause
        expect(output.locator(".status").last).to_have_text(model.status)
        tells(read, output, model)
        assert output.locator(".course-words a").count() > 0, f"{cause} shows no source"
        if model.picture:
            expect(output.locator("img")).to_have_attribute("alt", model.picture.describe())
        else:
            expect(output.locator("img")).to_be_hidden()
    assert complaints(read.page, output) == []


@pytest.fixture
def support(run):
    read, model = run(f"{CARRIED}.ipynb"), SupportPanel(plt=15, views=VIEWED)
    return read, shown(read, model), model


def test_every_view_of_support_shows_its_words_and_sources(support) -> None:
    read, output, model = support
    for words, view in model.views.items():
        pick(output, "Look at", words)
        model.view_shown = view
        expect(output.locator(".status").last).to_have_text(model.status)
        tells(read, output, model)
        assert output.locator(".course-words a").count() > 0, f"{view} shows no source"
        assert complaints(read.page, output) == [], view


def test_editions_differ_on_a_lumbar_puncture_by_keyboard(support) -> None:
    read, output, model = support
    indication = indications("platelets")["lumbar_puncture"]
    pick(output, "Situation", indication)
    model.indication = "lumbar_puncture"
    agree(read, output, model)
    slider = output.get_by_role("slider", name="Platelets", exact=True)
    slider.focus()
    for _ in range(12):
        read.page.keyboard.press("ArrowRight")
    model.plt = sorted({*steps("plt"), 15.0})[int(slider.input_value())]
    assert model.plt > 20
    agree(read, output, model)
    assert {*model.table()["advice"]} == {"give", "do not give"}


def test_fever_is_an_emergency_whatever_a_definition_says(support) -> None:
    read, output, model = support
    pick(output, "Look at", next(words for words, view in VIEWS.items() if view == "fever"))
    model.view_shown = "fever"
    banner = output.locator(".course-words section.alarm").first
    expect(banner).to_have_text(read.words(model.alert()))
    assert "Hospital at once" in banner.text_content()
    temperature = output.get_by_role("slider", name="Temperature")
    temperature.focus()
    read.page.keyboard.press("Home")
    model.temperature = 36.0
    expect(banner).to_have_text(read.words(model.alert()))
    assert "Hospital" not in banner.text_content()


def test_a_response_depends_on_the_system(judged: Read) -> None:
    after = BloodCount.of(hb=105, anc=1.2, plt=110, retic=70, age_y=40, sex="female", trimester=0)
    before = BloodCount.of(hb=71, anc=0.3, plt=8, retic=12)
    model = ResponsePanel(after, before, severity_before="severe", transfusion_free=True)
    output = shown(judged, model)
    agree(judged, output, model)
    slider = output.get_by_role("slider", name="Neutrophils", exact=True)
    slider.focus()
    for _ in range(8):
        judged.page.keyboard.press("ArrowRight")
    model.anc = steps("anc")[int(slider.input_value())]
    agree(judged, output, model)
    choose(output.get_by_role("combobox", name="Free of transfusions"), 2)
    model.transfusion_free = False
    agree(judged, output, model)
    assert complaints(judged.page, output) == []


def test_every_picture_of_trials_is_said_in_words(judged: Read) -> None:
    pictures = [cell.source for cell in judged.committed.cells if cell.source.startswith("TrialsPicture(")]
    assert len(pictures) >= 8
    for source in pictures:
        picture = eval(source, {"TrialsPicture": TrialsPicture})
        number = next(at for at, cell in enumerate(judged.committed.cells, start=1) if cell.source == source)
        expect(judged.output(number).locator("img")).to_have_attribute("alt", picture.describe())
        assert judged.output(number).locator("figcaption a").count() > 0


# --- questions ---


@pytest.mark.parametrize("exercise", QUESTIONS, ids=lambda one: one.id)
def test_every_question_is_answered_by_keyboard(run, exercise: Exercise) -> None:
    read = run(f"{exercise.notebook}.ipynb")
    slip = exercise.misconceptions[0]
    answer(read.card(exercise), exercise, exercise.asks.betraying(slip))
    hears(read, exercise, NOT_YET, slip.feedback)
    right = exercise.asks.right
    given = exercise.asks.handed_in(right)
    answer(read.card(exercise), exercise, right)
    hears(read, exercise, RIGHT, judge(exercise, given).feedback)
