"""Notebooks 03b, 04 and 04b as a learner meets them: red flags, the board, base rates, a test, the path, in a browser.

What must appear is never typed here a second time: the same model runs beside the page and says what it should show.
"""

from __future__ import annotations

import re

import pytest
from in_browser import Read, agree, choose, complaints, pick, shortcuts_do_nothing, shown, tab_through, theme
from playwright.sync_api import expect

from helpers.blood.core.count import BloodCount
from helpers.blood.search.base_rates import cause_names, doors
from helpers.blood.search.causes import Findings, features, film_signs
from helpers.evidence import keyed, table
from helpers.page import BELOW
from helpers.panels.accuracy import BASE_RATES, TestPanel
from helpers.panels.amounts import steps
from helpers.panels.causes import GROUPS, CauseBoard
from helpers.panels.explorer import CountExplorer
from helpers.panels.person import published
from helpers.panels.series import BaseRates
from helpers.panels.workup import WorkUp

pytestmark = pytest.mark.browser

FIRST, NAME, SECOND = "03b_who_cannot_wait.ipynb", "04_finding_the_cause.ipynb", "04b_settling_the_cause.ipynb"


@pytest.fixture
def read(run) -> Read:
    return run(NAME)


@pytest.fixture
def urgent(run) -> Read:
    return run(FIRST)


# --- red flags in the explorer ---


def test_the_banner_follows_the_sliders_and_is_read_aloud(urgent: Read) -> None:
    low = BloodCount.of(hb=96, wbc=0.9, anc=0.36, plt=62, retic=15, mcv=94, age_y=58, sex="male")
    model = CountExplorer(low, systems=("pancytopenia",), show=("hb", "white", "plt"), patients=False)
    output = shown(urgent, model)
    alert = output.locator(".course-words section.alarm").first
    expect(alert).to_have_text(urgent.words(model.alert()))
    assert "Red flag" not in alert.text_content()
    fever = output.get_by_role("group", name="A fever of 38 °C or more?")
    fever.get_by_role("radio", name="No", exact=True).check()
    expect(output.locator("legend", has_text="A fever of 38 °C or more?")).to_be_visible()
    slider = output.get_by_role("slider", name="Platelets", exact=True)
    slider.focus()
    for _ in range(60):
        urgent.page.keyboard.press("ArrowLeft")
    model.plt = sorted({*steps("plt"), 62.0})[int(slider.input_value())]
    assert model.plt < 20
    expect(alert).to_have_text(urgent.words(model.alert()))
    assert "Platelets below 20" in alert.text_content()
    assert complaints(urgent.page, output) == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1500, 1000, 420])
def test_what_cannot_wait_has_the_whole_width_below_the_picture(urgent: Read, width: int, dark: bool) -> None:
    low = BloodCount.of(hb=96, wbc=0.9, anc=0.36, plt=62, retic=15, mcv=94, age_y=58, sex="male")
    model = CountExplorer(low, systems=("pancytopenia",), show=("hb", "white", "plt"), patients=False)
    usual = urgent.page.viewport_size
    urgent.page.set_viewport_size({"width": width, "height": 900})
    try:
        output = shown(urgent, model)
        question = output.get_by_role("group", name="A fever of 38 °C or more?")
        expect(question).to_be_visible()
        panel, picture, flags, side = (
            output.locator(which).first.bounding_box()
            for which in (".course-beside", "img", ".course-words > .flags", ".course-words > .side")
        )
        assert flags["y"] >= picture["y"] + picture["height"] and flags["width"] > 0.85 * panel["width"]
        wide = panel["width"] > 1180
        assert wide == (width == 1500)
        if wide:
            assert side["x"] >= picture["x"] + picture["width"] and side["y"] < picture["y"] + picture["height"]
            expect(output.locator(".headline")).to_have_text(urgent.words(model.headline()))
            expect(output.locator(".headline")).to_be_visible()
        else:
            assert side["y"] >= flags["y"] + flags["height"]
            expect(output.locator(".headline")).not_to_be_visible()
        assert question.bounding_box()["width"] <= panel["width"]
        if dark:
            with theme(urgent, "JupyterLab Dark"):
                assert complaints(urgent.page, output) == []
    finally:
        urgent.page.set_viewport_size(usual)


# --- the cause board ---


@pytest.fixture
def board(read: Read):
    model = CauseBoard(patient="CRS-002")
    model.about = "b12"
    return read, shown(read, model), model


def test_the_board_by_keyboard(board) -> None:
    read, output, model = board
    agree(read, output, model)
    group = next(words for words, key in GROUPS.items() if key == "examination")
    pick(output, "Look at", group)
    spleen = features()["spleen"]
    pick(output, spleen.question, spleen.answers["large"])
    model.say(spleen="large")
    agree(read, output, model)
    assert "speaks against it" in output.text_content() and "excluded" not in output.text_content()
    pick(output, spleen.question, "not known")
    model.say(spleen=None)
    agree(read, output, model)
    pick(output, "Tell in full", "Thrombotic thrombocytopenic purpura (TTP)")
    model.about = "ttp"
    agree(read, output, model)


def test_the_film_by_keyboard_and_by_mouse(board) -> None:
    read, output, model = board
    pick(output, "Look at", next(words for words, key in GROUPS.items() if key == "film"))
    looked = output.get_by_role("checkbox", name="The film was looked at", exact=True)
    looked.press("Space")
    model.say(**dict.fromkeys(film_signs(), "no"))
    agree(read, output, model)
    assert "bland film" in output.text_content()
    output.get_by_role("checkbox", name=features()["film_ovals"].question, exact=True).click()
    model.say(film_ovals="yes")
    agree(read, output, model)
    looked.click()
    model.say(**dict.fromkeys(film_signs()))
    agree(read, output, model)


def test_red_flags_come_with_a_finding_are_named_in_a_line_and_opened(board) -> None:
    read, output, model = board
    pick(output, "Look at", next(words for words, key in GROUPS.items() if key == "history"))
    nerves = features()["nerves"]
    pick(output, nerves.question, nerves.answers["yes"])
    model.say(nerves="yes")
    banner, line = output.locator(".course-words section.alarm"), output.locator(".flags summary").first
    expect(banner).to_have_text(read.words(model.alert()))
    label = keyed("red_flags", "flag")["b12_nerves"]["label"]
    assert label in banner.text_content() and label[1:] in line.text_content()
    expect(line).to_have_text(read.words(model.headline()))
    expect(line).to_be_visible()
    expect(banner).not_to_be_visible()
    assert label[1:] in output.locator(".warned").text_content(), "it is announced although it is folded"
    table_ = output.locator(".below .course-table")
    expect(table_.first).not_to_be_visible()
    same = output.locator(".below summary")
    expect(same).to_have_text("The same in words")
    same.press("Enter")
    expect(table_.first).to_be_visible()
    tops = [one.bounding_box()["y"] for one in (output.locator("img"), line, table_.first)]
    assert tops == sorted(tops)
    line.press("Enter")
    expect(banner).to_be_visible()
    pick(output, "Look at", next(words for words, key in GROUPS.items() if key == "examination"))
    pick(output, features()["spleen"].question, features()["spleen"].answers["large"])
    model.say(spleen="large")
    expect(output.locator(".below")).to_have_text(read.words(model.words().partition(BELOW)[2]))
    expect(banner).to_be_visible()
    assert complaints(read.page, output) == []


def test_a_published_patient_is_judged_first_and_revealed_after(read: Read) -> None:
    model = CauseBoard()
    output = shown(read, model)
    for shown_as, patient in published(coded=True).items():
        if patient == "CRS-058":
            pick(output, "Published patient", shown_as)
            model.load(patient)
    agree(read, output, model)
    diagnosis = table("patients").set_index("patient").loc["CRS-058", "diagnosis"]
    assert diagnosis not in output.text_content()
    output.get_by_role("switch", name="Show the authors' diagnosis").press("Space")
    model.revealed = True
    agree(read, output, model)
    assert diagnosis in output.text_content()
    output.get_by_role("button", name="Reset").press("Enter")
    model.reset()
    agree(read, output, model)


def test_tab_reaches_every_control_of_the_board_and_leaves(board) -> None:
    read, output, _ = board
    pick(output, "Look at", next(words for words, key in GROUPS.items() if key == "film"))
    expect(output.get_by_role("checkbox", name="The film was looked at")).to_be_visible()
    assert len(tab_through(read, output)) > 15
    output.get_by_role("checkbox", name="The film was looked at").focus()
    shortcuts_do_nothing(read)


# --- base rates, tests, the path ---


@pytest.fixture
def settling(run) -> Read:
    return run(SECOND)


def test_base_rates_by_keyboard(settling: Read) -> None:
    model = BaseRates("megaloblastic")
    output = shown(settling, model)
    agree(settling, output, model)
    choose(output.get_by_role("combobox", name="Cause", exact=True), list(cause_names()).index("aplastic"))
    model.cause = "aplastic"
    agree(settling, output, model)
    choose(output.get_by_role("combobox", name="How people came in"), 1 + list(doors()).index("all counts"))
    model.door = "all counts"
    agree(settling, output, model)
    assert "No series of this choice" in output.text_content()


def test_a_test_is_moved_by_keyboard(settling: Read) -> None:
    model = TestPanel("ferritin_children", base_rate_pct=3, choose=False)
    output = shown(settling, model)
    agree(settling, output, model)
    slider = output.get_by_role("slider")
    slider.focus()
    for key in ("PageUp", "ArrowRight", "End", "ArrowLeft"):
        settling.page.keyboard.press(key)
        model.base_rate_pct = BASE_RATES[int(slider.input_value())]
        agree(settling, output, model)
    assert slider.get_attribute("aria-valuetext") == "99 of 100"


@pytest.mark.parametrize("hand", ["keyboard", "mouse"])
def test_the_path_is_walked_to_its_end(settling: Read, hand: str) -> None:
    model = WorkUp(patients=True)
    output = shown(settling, model)
    agree(settling, output, model)
    on, back = (output.get_by_role("button", name=name) for name in ("Go on", "One step back"))
    expect(back).to_be_disabled()
    for answer in ("no", "same", "nothing", "low", "found", "yes"):
        way = model.walk.here.ways[answer]
        box = output.get_by_role("combobox", name=re.compile("Your answer$"))
        expect(box.locator("option")).to_have_text(
            ["choose your answer", *(one.label for one in model.walk.here.ways.values())]
        )
        expect(on).to_be_disabled()
        if hand == "keyboard":
            choose(box, 1 + list(model.walk.here.ways).index(answer))
            expect(on).to_be_enabled()
            on.press("Enter")
        else:
            box.select_option(label=way.label)
            expect(on).to_be_enabled()
            on.click()
        model.answer(answer)
        agree(settling, output, model)
    assert model.walk.here.is_end
    expect(on).to_be_disabled()
    back.press("Enter")
    model.back()
    agree(settling, output, model)
    output.get_by_role("button", name="Begin anew").press("Enter")
    model.restart()
    agree(settling, output, model)
    assert complaints(settling.page, output) == []


def test_the_woman_of_the_half_done_example_is_shown_without_her_marrow(read: Read) -> None:
    woman = Findings.of_patient("CRS-086").change(marrow=None)
    model = CauseBoard(woman.count, woman.said, groups=("film", "examination", "blood", "history"), patients=False)
    output = shown(read, model)
    agree(read, output, model)
    assert "Clinched" not in output.locator(".status").last.text_content()
