"""Does the oxygen panel follow what a learner does, say it in words, and stand without a kernel, a mouse or sight?"""

from __future__ import annotations

import math
import re

import nbformat
import numpy as np
import pytest
from execute import kept
from hypothesis import given, settings
from hypothesis import strategies as st
from in_browser import complaints
from looking import troubles

from helpers.blood.cells.oxygen import balance
from helpers.evidence import source
from helpers.page import unparted
from helpers.panels.oxygen import OxygenPanel
from helpers.pictures.oxygen import DeliveryPicture, rule_sources, share_words

STATES = {
    "anemia": balance(70),
    "too little": balance(30),
    "unknown": balance(math.nan),
    "impossible": balance(70, 140, 0),
    "most of all": balance(200, 100, 15, 800),
    "lungs": balance(150, 60),
    "weak heart": balance(150, 98, 2),
}


def pixels(picture) -> np.ndarray:
    return picture.live.paint().copy()


# --- the picture ---


def test_the_area_is_hemoglobin_times_saturation_and_the_bar_is_the_delivery():
    picture = DeliveryPicture(balance(70))
    assert (picture.area.get_width(), picture.area.get_height()) == (70, 98)
    assert picture.brought.get_width() == pytest.approx(balance(70).delivery)
    assert picture.used.get_width() == 230
    assert not picture.lacking.get_visible()


def test_what_is_lacking_is_drawn():
    picture = DeliveryPicture(balance(30))
    found = balance(30)
    assert picture.lacking.get_visible()
    assert picture.lacking.get_x() == pytest.approx(found.delivery)
    assert picture.lacking.get_x() + picture.lacking.get_width() == pytest.approx(230)
    assert "18 mL a minute are lacking" in picture.describe()


def test_what_is_unknown_is_not_drawn():
    picture = DeliveryPicture(balance(70))
    picture.update(balance(math.nan))
    assert picture.area.get_width() == picture.brought.get_width() == picture.used.get_width() == 0
    assert picture.point() == "Cannot tell the oxygen delivered, because hemoglobin is not known"
    assert "nan" not in picture.describe()


def test_axes_stay_where_they_are():
    picture = DeliveryPicture(balance(150))
    ends = picture.liter.get_xlim(), picture.liter.get_ylim(), picture.minute.get_xlim()
    for found in STATES.values():
        picture.update(found)
        assert (picture.liter.get_xlim(), picture.liter.get_ylim(), picture.minute.get_xlim()) == ends
        assert picture.brought.get_width() <= ends[2][1]


def test_a_moved_picture_is_the_same_as_a_fresh_one():
    picture = DeliveryPicture(balance(150))
    picture.image()
    for found in STATES.values():
        picture.update(found)
        assert (pixels(picture) == pixels(DeliveryPicture(found))).all()


def test_only_what_changed_is_drawn(monkeypatch):
    picture = DeliveryPicture(balance(150))
    picture.live.paint()
    drawn = []
    monkeypatch.setattr(picture.live.figure, "draw_artist", drawn.append)
    monkeypatch.setattr(picture.live.canvas, "draw", lambda: drawn.append("everything"))
    picture.update(balance(150, need=240))
    picture.live.paint()
    assert "everything" not in drawn and picture.area not in drawn and picture.used in drawn


@pytest.mark.parametrize("found", STATES.values(), ids=STATES)
def test_it_can_be_read_in_every_state(found):
    picture = DeliveryPicture(found)
    assert troubles(picture.live) == []
    assert picture.describe().startswith(picture.point())


def test_every_figure_drawn_is_said():
    said = DeliveryPicture(balance(70)).describe()
    for words in ("70 g/L (7.0 g/dL)", "98 %", "95 mL", "5 L", "475 mL", "1000", "230", "48 %"):
        assert words in said


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (balance(70), "98 % saturated, and yet only 475 mL of oxygen a minute: less than half of normal"),
        (balance(30), "98 % saturated, and yet only 212 mL of oxygen a minute: less than the 230 mL the body needs"),
        (balance(150), "98 % saturated, and 1000 mL of oxygen a minute: as much as normal"),
        (balance(150, 60), "Only 60 % saturated: 618 mL of oxygen a minute, less than two thirds of normal"),
        (
            balance(70, 98, 10.6),
            "The heart makes up for the low hemoglobin: 1006 mL of oxygen a minute, as much as normal",
        ),
        (balance(190, 99, 14), "99 % saturated, and 3571 mL of oxygen a minute: more than normal"),
    ],
)
def test_the_title_says_the_point(found, sentence):
    assert DeliveryPicture(found).point() == sentence


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.2, "less than a quarter of normal"), (0.3, "less than a third of normal"),
        (0.49, "less than half of normal"), (0.5, "less than two thirds of normal"),
        (0.7, "less than three quarters of normal"),
        (0.9, "less than normal"), (0.97, "as much as normal"), (1.5, "more than normal"),
    ],
)  # fmt: skip
def test_shares_in_words(share, words):
    assert share_words(share) == words


# --- the model ---


def test_it_starts_normal_and_follows_the_model():
    panel = OxygenPanel()
    assert (panel.hb, panel.saturation_pct, panel.output, panel.need) == (150, 98, 5, 230)
    panel.hb = 70
    assert panel.status == "98 % saturated, and yet only 475 mL of oxygen a minute: less than half of normal."
    assert panel.picture.found == balance(70)
    assert (
        unparted("1.34 × 70 × 0.98 + 0.03 × 100") in panel.words() and unparted("230 of 475 mL: 48 %") in panel.words()
    )
    assert unparted("10.5 L a minute") in panel.words()


def test_one_move_is_one_update_and_reset_returns_to_the_start():
    panel = OxygenPanel(hb=70, output=6)
    before, status = panel.changes, panel.status
    panel.hb = 90
    assert panel.changes == before + 1
    panel.saturation_pct, panel.need = 80, 400
    panel.reset()
    assert (panel.status, panel.changes, panel.hb, panel.need) == (status, before + 4, 70, 230)


def test_unknown_is_cannot_tell_everywhere():
    panel = OxygenPanel()
    panel.hb = None
    assert panel.status == "Cannot tell the oxygen delivered, because hemoglobin is not known."
    assert "not guessed" in panel.words() and "nan" not in panel.words() + panel.picture.describe()
    assert OxygenPanel(hb=math.nan).hb is None


def test_what_is_impossible_is_said_and_not_computed():
    panel = OxygenPanel(saturation_pct=140, output=0)
    assert "between 0 and 100 % (here 140)" in panel.status and "above 0 L/min" in panel.status
    assert panel.picture.brought.get_width() == 0


@settings(max_examples=20)
@given(st.none() | st.floats(-10, 300), st.floats(-10, 150), st.floats(-1, 20), st.floats(-10, 900))
def test_whatever_is_moved_there_is_a_sentence(hb, saturation, output, need):
    panel = OxygenPanel(hb=math.nan if hb is None else hb, saturation_pct=saturation, output=output, need=need)
    assert panel.status.endswith(".") and "nan" not in panel.status + panel.words() + panel.picture.describe()
    assert panel.status.startswith("Cannot tell") == (panel.found.enough is None)


# --- its view and its twin ---


def test_the_widgets_follow_the_model_and_the_model_the_widgets():
    panel = OxygenPanel()
    view = panel.widgets
    panel.hb = 95.0
    assert view.sliders["hb"].texts[view.sliders["hb"].index] == "95 g/L"
    view.sliders["saturation_pct"].set_state({"index": 0, "known": True})
    assert panel.saturation_pct == 40
    view.sliders["hb"].set_state({"known": False})
    assert panel.hb is None and view.words.status == panel.status
    assert view.picture.alt == panel.picture.describe()
    view.reset.set_state({"presses": 1})
    assert panel.hb == 150 and view.sliders["hb"].known


def test_controls_have_names_and_spoken_amounts():
    view = OxygenPanel().widgets
    assert [slider.label for slider in view.sliders.values()] == [
        "Hemoglobin",
        "Saturation",
        "Cardiac output",
        "Oxygen needed",
    ]
    for slider in view.sliders.values():
        assert len(slider.spoken) == len(slider.texts) == len(set(slider.texts))
    assert view.sliders["output"].spoken[view.sliders["output"].index] == "5 liters a minute"


def test_a_step_is_one_picture_and_one_message_of_words(monkeypatch):
    panel = OxygenPanel()
    view = panel.widgets
    sent = []
    for name, widget in {"picture": view.picture, "words": view.words, **view.sliders}.items():
        monkeypatch.setattr(widget, "send_state", lambda key=None, name=name: sent.append((name, set(key or ()))))
    view.sliders["hb"].set_state({"index": 3, "known": True})
    assert [name for name, keys in sent if keys] == ["picture", "words"]


def test_the_twin_holds_picture_sentence_rule_and_sources_and_is_the_same_in_every_run():
    one, two = (kept(OxygenPanel(hb=70)) for _ in range(2))
    page = one["text/html"]
    assert (
        page == two["text/html"]
        and one["text/plain"] == two["text/plain"] == f"OxygenPanel: {OxygenPanel(hb=70).status}"
    )
    assert re.search(r'<img src="data:image/svg\+xml;base64,[^"]+" alt="98 % saturated, and yet only 475 mL', page)
    assert "<p><strong>98" not in page and "The rule" in page, "the picture's title is not written twice"
    assert all(source(key).link.split("?")[0] in page for key in rule_sources().split())
    assert "<script" not in page and len(page) < 45_000


# --- in a real browser ---


@pytest.mark.browser
def test_it_works_by_keyboard_is_clean_for_axe_and_fits_a_narrow_page(open_notebook):
    cell = "from helpers.panels.oxygen import OxygenPanel\nOxygenPanel()"
    notebook = open_notebook(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)]))
    notebook.run_all()
    page = notebook.page
    slider = page.get_by_role("slider", name="Hemoglobin", exact=True)
    slider.focus()
    assert slider.get_attribute("aria-valuetext") == "150 grams per liter"
    page.keyboard.press("Home")
    page.locator(".course-words .status", has_text="less than the 230 mL").wait_for()
    assert "are lacking" in page.locator(".course-figure img").get_attribute("alt")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.locator(".course-words .status", has_text="hemoglobin is not known").wait_for()
    page.get_by_role("switch", name="More").press("Space")
    page.get_by_role("slider", name="Oxygen needed").wait_for()
    page.get_by_role("button", name="Reset").press("Enter")
    page.locator(".course-words .status", has_text="as much as normal").wait_for()
    assert complaints(page) == []
    page.set_viewport_size({"width": 440, "height": 900})
    wide = page.locator(".jp-OutputArea-output").first.evaluate(
        "(box) => [...box.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > innerWidth).length"
    )
    assert wide == 0


def test_a_full_saturation_is_not_compared_with_itself():
    panel = OxygenPanel(hb=70, saturation_pct=100)
    assert "instead of" not in panel.words() and "as full as it can be" in panel.words()
    panel.saturation_pct = 90
    assert unparted("a saturation of 100 % instead of 90 %") in panel.words()
