"""Do the panels follow what a learner does, say it in words, and stand without a kernel, a mouse or sight?"""

from __future__ import annotations

import math
import re

import nbformat
import pandas as pd
import pytest
from execute import kept
from in_browser import complaints
from playwright.sync_api import expect

from helpers import page
from helpers.blood.core.count import BloodCount
from helpers.blood.grading.severity import grade
from helpers.blood.search.patients import patient
from helpers.evidence import table
from helpers.panels.amounts import steps
from helpers.panels.controls import Button, Choice, Slider, Switch, TextArea
from helpers.panels.explorer import CountExplorer, healthy_adult
from helpers.panels.person import published
from helpers.panels.report import ReportReader
from helpers.panels.report_shown import as_html, in_words

START = BloodCount.of(hb=72, wbc=2.1, anc=0.8, plt=18, retic=12, mcv=104, age_y=34, sex="female", trimester=0)
REPORT = "WBC 2.1 K/uL, Hgb 7.2 g/dL, PLT 18 x10^3/mm3, Neut 38 %\n34 F"


# --- controls ---


def test_a_slider_steps_along_its_amounts():
    slider = Slider("Platelets", [0, 10, 100], ["none", "ten", "hundred"], amount=10)
    assert (slider.index, slider.known) == (1, True)
    slider.set_state({"index": 2, "known": True})
    assert slider.amount == 100
    slider.set_state({"known": False})
    assert slider.amount is None
    slider.set_state({"index": 0, "known": True})
    assert slider.amount == 0


def test_an_amount_between_two_steps_becomes_a_step_of_its_own():
    slider = Slider("Hb", [70, 80], ["70", "80"], amount=None, describe=lambda amount: (f"{amount} exactly", "said"))
    slider.amount = 72.5
    assert slider.texts == ["70", "72.5 exactly", "80"] and slider.index == 1 and slider.known
    assert slider.spoken[1] == "said"


def test_a_slider_keeps_its_amount_when_its_words_change():
    slider = Slider("Hb", [70, 72, 80], ["70 g/L", "72 g/L", "80 g/L"], amount=72)
    slider.steps([70, 72, 80], ["7.0 g/dL", "7.2 g/dL", "8.0 g/dL"])
    assert slider.amount == 72 and slider.texts[slider.index] == "7.2 g/dL"


def test_a_slider_needs_a_text_for_each_step():
    with pytest.raises(ValueError, match="as many texts"):
        Slider("Hb", [1, 2], ["one"])


def test_a_choice_gives_the_value_behind_its_words():
    choice = Choice("Sex", {"not stated": None, "female": "female"})
    choice.set_state({"index": 1})
    assert choice.value == "female"
    choice.value = None
    assert choice.index == 0
    choice.set_state({"index": 99})
    assert choice.value == "female"


def test_a_button_counts_and_a_switch_switches():
    pressed = []
    button, switch = Button("Reset"), Switch("More")
    button.when_pressed(lambda: pressed.append(1))
    button.set_state({"presses": 1})
    switch.set_state({"on": True})
    assert pressed == [1] and switch.on


@pytest.mark.parametrize(
    "control", [Slider("a", [1], ["1"]), Choice("b", {"c": 1}), Switch("d"), Button("e"), TextArea("f")]
)
def test_controls_have_a_name_that_is_the_same_in_every_run(control):
    assert "0x" not in repr(control) and control.label in repr(control)


# --- the explorer's model ---


def test_the_explorer_starts_with_a_healthy_adult():
    explorer = CountExplorer()
    assert explorer.status == "Nothing is low for this woman."
    assert explorer.count == healthy_adult()


def test_moving_a_value_moves_count_picture_words_and_tables():
    explorer = CountExplorer(START)
    assert explorer.ctcae_table().loc["platelets (they differ)", "CTCAE 5"].startswith("**grade 4**")
    explorer.plt = 160
    assert explorer.count.plt == 160
    assert explorer.picture.strips["plt"].marker.get_xdata() == [160]
    assert explorer.ctcae_table().loc["platelets", "CTCAE 5"] == "no grade"
    assert "platelets" not in explorer.status.lower()
    assert "Platelets 160 ×10⁹/L: normal" in explorer.picture.describe()


def test_one_move_is_one_update():
    explorer = CountExplorer(START)
    before = explorer.changes
    explorer.hb = 80
    assert explorer.changes == before + 1
    explorer.load("CRS-005")
    assert explorer.changes == before + 2
    explorer.reset()
    assert explorer.changes == before + 3


def test_the_tables_say_what_the_rules_say():
    explorer = CountExplorer(START)
    ctcae = explorer.ctcae_table()
    for edition, column in (("5.0", "CTCAE 5"), ("6.0", "CTCAE 6")):
        for item in ("anemia", "neutrophils", "platelets"):
            ruled = grade(START, "ctcae", edition)[item]
            row = next(label for label in ctcae.index if label.startswith(item))
            assert ctcae.loc[row, column].startswith(f"**grade {ruled.grade}")
    others = explorer.other_table()
    assert others.loc["WHO anemia 2024", "result"] == grade(START, "who_anemia", "2024")["anemia"].text
    assert all("](<" in because for because in others["because"])


def test_every_published_patient_can_be_loaded():
    explorer = CountExplorer()
    assert list(published().values()) == table("patients")["patient"].tolist()
    for key in published().values():
        explorer.patient = key
        row = table("patients").set_index("patient").loc[key]
        assert explorer.count.hb == row["hb_g_per_l"] or math.isnan(row["hb_g_per_l"])
        assert explorer.status
        assert f"Published patient {key.removeprefix('CRS-')}," in explorer.words()


def test_a_patient_without_neutrophils_shows_the_white_count():
    explorer = CountExplorer()
    explorer.load("CRS-001")
    assert explorer.white == "wbc" and "wbc" in explorer.picture.strips


def test_what_was_moved_since_loading_is_said():
    explorer = CountExplorer()
    explorer.load("CRS-005")
    assert "You have moved" not in explorer.words()
    explorer.plt = 300
    assert "You have moved: platelets" in explorer.words()


def test_reset_returns_to_the_patient_loaded_last_and_her_own_brings_the_start_back():
    explorer = CountExplorer(START)
    start = explorer.state()
    explorer.load("CRS-005")
    loaded = explorer.state()
    explorer.plt, explorer.duffy_null, explorer.more = 3.0, True, True
    explorer.marrow_cellularity_pct, explorer.retic_method, explorer.units = 10, "manual", "mmol"
    explorer.reset()
    assert explorer.state() == loaded and explorer.count.plt == patient("CRS-005").count.plt
    explorer.patient = None
    assert explorer.state() == start and explorer.count == START


def test_nothing_of_one_patient_reaches_the_next():
    """The marrow of a man with aplastic anemia says nothing of a boy with leukemia."""
    explorer = CountExplorer()
    explorer.load("CRS-014")
    explorer.marrow_cellularity_pct, explorer.retic_method, explorer.units = 4.0, "manual", "conventional"
    assert explorer.other_table().loc["Aplastic anemia (Camitta)", "result"] != "cannot tell"
    explorer.more = True
    explorer.load("CRS-037")
    assert (explorer.marrow_cellularity_pct, explorer.retic_method, explorer.units) == (None, "automated", "si")
    assert "Marrow: meets" not in explorer.words()
    assert explorer.more, "which controls are shown is not the patient's"


def test_an_unknown_patient_is_told():
    with pytest.raises(KeyError, match="no published patient"):
        CountExplorer().load("CRS-999")


@pytest.mark.parametrize("wrong", [{"show": ("hemo",)}, {"show": ()}, {"systems": ("ctcaex",)}])
def test_what_the_explorer_cannot_show_is_told(wrong):
    with pytest.raises(ValueError, match="cannot show"):
        CountExplorer(**wrong)


def test_a_pregnant_man_is_said_and_left_out():
    explorer = CountExplorer(START)
    explorer.trimester = 2
    assert explorer.shown.person.trimester == 2
    explorer.sex = "male"
    assert "Pregnancy is left out, because the sex is male." in explorer.status
    assert explorer.shown.person.trimester is None
    explorer.sex = "female"
    assert explorer.shown.person.trimester == 2, "what was chosen is not lost"


def test_a_pregnant_child_is_said_and_left_out():
    explorer = CountExplorer(START)
    explorer.trimester, explorer.age_y = 1, 5.0
    assert "Pregnancy is left out, because the age is 5." in explorer.status
    assert "girl of 5" in explorer.picture.describe()


def test_more_neutrophils_than_white_cells_is_said():
    explorer = CountExplorer(START)
    explorer.anc = 3.0
    assert "cannot be below neutrophils" in explorer.status


def test_nothing_is_low_only_if_the_white_count_that_is_not_shown_is_not_low():
    explorer = CountExplorer(BloodCount.of(hb=130, wbc=2.5, anc=2.1, plt=250, age_y=34, sex="female", trimester=0))
    assert "White cell count 2.50 ×10⁹/L, not shown here, is low." in explorer.status
    explorer.white = "wbc"
    assert "not shown here" not in explorer.status


def test_unknown_is_cannot_tell_everywhere():
    explorer = CountExplorer(START)
    explorer.plt = None
    assert "platelets: cannot tell" in explorer.status
    assert explorer.ctcae_table().loc["platelets", "CTCAE 5"].startswith("cannot tell")
    assert "Platelets: cannot tell" in explorer.picture.describe()


def test_units_change_words_and_picture_but_no_count():
    explorer = CountExplorer(START)
    explorer.units = "conventional"
    assert explorer.count == START
    assert "Hemoglobin 7.2 g/dL (72 g/L)" in explorer.picture.describe()


def test_marrow_and_method_reach_the_grades():
    explorer = CountExplorer(START)
    assert explorer.other_table().loc["Aplastic anemia (Camitta)", "result"] == "cannot tell"
    explorer.marrow_cellularity_pct = 5.0
    assert explorer.other_table().loc["Aplastic anemia (Camitta)", "result"] == "severe"


def test_a_small_explorer_shows_only_what_was_asked():
    explorer = CountExplorer(START, show=("hb",), person=False, patients=False, tables=False)
    assert list(explorer.picture.strips) == ["hb"]
    assert "<table" not in explorer.static_html()
    assert explorer.status == "Hemoglobin is low: CTCAE grade 3 or more."


def test_sliders_stop_at_the_thresholds():
    for analyte, thresholds in {
        "plt": (0, 10, 20, 25, 50, 75, 100, 150),
        "anc": (0, 0.1, 0.5, 1.0, 1.5, 1.8, 2.0),
    }.items():
        assert set(thresholds) <= set(steps(analyte))
    assert steps("hb")[0] >= 16 and 120 in steps("hb")
    for analyte in ("hb", "wbc", "anc", "plt", "retic", "mcv"):
        assert steps(analyte) == sorted(set(steps(analyte))) and len(steps(analyte)) < 200


# --- its view and its twin ---


def test_the_widgets_follow_the_model_and_the_model_the_widgets():
    explorer = CountExplorer(START)
    view = explorer.widgets
    explorer.hb = 95.0
    assert view.sliders["hb"].texts[view.sliders["hb"].index] == "95 g/L"
    assert view.sliders["hb"].spoken[view.sliders["hb"].index] == "95 grams per liter"
    view.sliders["plt"].set_state({"index": 0, "known": True})
    assert explorer.plt == 0
    assert view.picture.alt == explorer.picture.describe()
    assert view.words.status == explorer.status and "<table" in view.words.html
    explorer.sex = "male"
    assert view.pregnancy.disabled
    explorer.units = "conventional"
    assert view.sliders["hb"].texts[view.sliders["hb"].index] == "9.5 g/dL"
    explorer.white = "wbc"
    assert view.sliders["anc"].layout.display == "none" and view.sliders["wbc"].layout.display == ""


def test_a_step_is_one_picture_and_one_message_of_words(monkeypatch):
    explorer = CountExplorer(START)
    view = explorer.widgets
    sent = []
    for name, widget in {"picture": view.picture, "words": view.words, **view.sliders}.items():
        monkeypatch.setattr(widget, "send_state", lambda key=None, name=name: sent.append((name, set(key or ()))))
    view.sliders["hb"].set_state({"index": 3, "known": True})
    filled = [(name, keys) for name, keys in sent if keys]
    assert [name for name, _ in filled] == ["picture", "words"], "the picture goes first, each in one message"
    assert filled[0][1] == {"image", "alt"}


def test_the_twin_holds_picture_alt_text_and_tables():
    explorer = CountExplorer(START)
    bundle = kept(explorer)
    html = bundle["text/html"]
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/plain"] == repr(explorer) and "0x" not in repr(explorer)
    assert re.search(r'<img src="data:image/svg\+xml;base64,[^"]+" alt="Blood count of a woman of 34\.', html)
    assert html.count("<caption") == 2 and 'scope="row"' in html
    assert "https://doi.org" in html and "cdn" not in html and "<script" not in html
    assert len(html) < 60_000


def test_the_twin_is_the_same_in_every_run():
    one, two = (kept(CountExplorer(START)) for _ in range(2))
    assert one["text/html"] == two["text/html"] and one["text/plain"] == two["text/plain"]


# --- the report reader ---


def test_a_report_is_read_line_by_line():
    reader = ReportReader(REPORT)
    found = reader.table()
    assert found.loc["Hemoglobin", ["as printed", "result", "flag"]].tolist() == [
        "7.2 g/dL",
        "72 g/L (7.2 g/dL)",
        "low",
    ]
    assert found.loc["Neutrophils, absolute (ANC)", "as printed"].startswith("computed")
    assert reader.status.startswith("4 values read, 1 worked out from them, 4 low.")
    assert reader.words().count("<strong>L</strong> (low)") == 4 and reader.widgets.writing.rows == 12
    assert reader.count.person.sex == "female"


def test_what_cannot_be_told_says_why():
    reader = ReportReader("WBC 2100, Hgb 7.2 g/dL", age_y=34, sex="female")
    row = reader.table().loc["White cell count"]
    assert row["result"] == "cannot tell" and "no unit" in row["because"]
    assert "1 cannot be told" in reader.status
    reader.assume = "conventional"
    assert "1 cannot be told" not in reader.status or reader.table().loc["White cell count", "because"]


def test_without_age_and_sex_there_is_no_flag_and_it_says_so():
    reader = ReportReader("Hgb 7.2 g/dL")
    assert reader.table().loc["Hemoglobin", "flag"] == "cannot tell"
    reader.age_y, reader.sex = 34.0, "female"
    assert reader.table().loc["Hemoglobin", "flag"] == "low"


def test_where_age_and_sex_are_not_known_the_report_s_own_intervals_flag_and_it_says_so():
    printed = "Hemoglobin 7.2 g/dL (12.0-16.0) L\nPlatelets 18 x10^3/uL 150-400 L\nWBC 5.1 K/uL"
    reader = ReportReader(printed)
    assert reader.table()["flag"].to_dict() == {
        "Hemoglobin": "low", "White cell count": "cannot tell", "Platelets": "low",
    }  # fmt: skip
    assert "Age and sex are not known" in reader.status, "one line has no interval of its own"
    reader = ReportReader(printed.replace("WBC 5.1 K/uL", ""))
    assert "by the report's own intervals where age and sex would have to be known" in reader.status
    reader.age_y, reader.sex = 34.0, "female"
    assert "own intervals" not in reader.status


def test_a_number_that_cannot_be_told_says_which_red_flag_it_may_hide():
    reader = ReportReader("Hb 8.1\nPlatelets 9\nWBC 3.1")
    said = 'Platelets "9" read as 9 ×10⁹/L'
    assert list(reader.hidden()) == [said]
    shown = page.unparted(page.inline(page.literal(said)))
    assert f"{shown} would be one: platelets below 20 (emergency)." in reader.alert()
    assert reader.warning() == f"Whether a red flag stands here cannot be told: {said} would be one."
    assert reader.alarm()["no_warning"] == "" and shown in reader.static_html()
    reader.assume = "si"
    assert reader.hidden() == {} and "Platelets below 20" in reader.alert()
    assert reader.alert().startswith("<p><strong>If this is your own count"), "first what the reader does"
    reader = ReportReader("Platelets 210")
    assert reader.hidden() == {} and not reader.alert()
    assert ReportReader("no value").alarm()["no_warning"] == "", "nothing is known, so nothing is excluded"


def test_the_report_wins_over_the_choice_and_says_so():
    reader = ReportReader(REPORT, age_y=70, sex="female")
    assert reader.count.person.age_y == 34
    assert "another age" in reader.status


def test_a_pregnancy_that_cannot_be_is_left_out():
    reader = ReportReader("Hgb 7.2 g/dL", age_y=34, sex="male", trimester=2)
    assert reader.count.person.trimester is None and "Pregnancy is left out" in reader.status


def test_traps_and_what_was_not_read_are_shown():
    reader = ReportReader("Hgb 9.0 g/dL RBC 2.0 10^12/L MCHC 390 g/L\nBilirubin 3", age_y=60, sex="male")
    assert "cold agglutinin" in reader.status and "Ask the laboratory" in reader.words()
    assert "Bilirubin" in reader.words()


@pytest.mark.parametrize("text", ["", "   ", "hello", "NaN", "Hgb -3 g/dL, PLT inf", "x" * 100_000])
def test_any_text_gives_a_sentence(text):
    reader = ReportReader(text)
    assert reader.status.endswith(".") and reader.text == text


def test_reading_again_never_loses_what_was_typed():
    reader = ReportReader()
    view = reader.widgets
    view.writing.set_state({"text": REPORT})
    assert reader.changed and "press Read it" in view.writing.note
    view.button_read.set_state({"presses": 1})
    assert view.writing.text == reader.text == REPORT
    assert "press Read it" not in view.writing.note and " low" in view.words.status


def test_the_text_is_shown_back_with_what_was_read_of_it():
    reader = ReportReader("Age: 34 Sex: F\nHb 7.2 g/dL, PLT 18 K/uL\nWBC 2100\nUrine: WBC 5 /uL\nhello <b>")
    html = as_html(reader.shown_back())
    assert html.count("<mark") == 6 and "● 7.2 g/dL" in html and "▲ 18 K/uL" in html and "has no unit" in html
    assert "hello &lt;b&gt;" in html and html.startswith("<pre")  # its lines, where styles are taken away
    said = in_words(reader.reading, reader.printed)
    assert [line.split(":")[0] for line in said][2:4] == ['"7.2 g/dL"', '"18 K/uL"']
    assert any("not of this person's blood" in line for line in said)
    assert "".join(one.text for one in reader.shown_back()) == reader.text


def test_one_answer_settles_a_declined_number_and_stays_with_the_count():
    reader = ReportReader("WBC 2100\nHb 7.2 g/dL\nHb 8.2 g/dL", age_y=34, sex="female")
    view = reader.view and reader._view
    asked = reader.questions()
    assert "what does it mean" in asked["wbc"][0] and "which of the two" in asked["hb"][0]
    shown = view.shown
    assert [one["text"] for one in shown.stretches if one["key"] == "wbc"] == ["2100"]
    first = shown.questions["wbc"]["answers"][1][1]
    shown.settled = {"wbc": first}
    assert reader.count.wbc == 2.1 and any("Settled by you" in note for note in reader.count.notes)
    assert next(one for one in shown.stretches if one["key"] == "wbc")["kind"] == "read", "it stays a button"
    shown.settled = {"wbc": first, "hb": "8.2 g/dL"}
    assert reader.count.hb == 82 and "hb" in shown.questions, "the answer can be changed"
    shown.settled = {"wbc": "", "hb": "8.2 g/dL"}
    assert reader.count.wbc != reader.count.wbc


def test_whose_a_result_is_can_be_settled():
    reader = ReportReader("Donor Hb 12 g/dL")
    ((key, (question, answers)),) = reader.questions().items()
    assert "whose" in question and reader.count.hb != reader.count.hb
    reader.settled = {key: answers["this person's, now"]}
    assert reader.count.hb == 120 and any("Settled by you" in note for note in reader.count.notes)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"test,value,unit\nHb,7.2,g/dL\n"),
        ("a.txt", b"Hb 7.2 g/dL"),
        ("a.hl7", b"OBX|1|NM|718-7^Hemoglobin^LN||7.2|g/dL|12.0-16.0|L|||F"),
        (
            "a.json",
            b'{"resourceType": "Observation", "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]},'
            b' "valueQuantity": {"value": 7.2, "unit": "g/dL"}}',
        ),
    ],
)
def test_a_file_is_opened(name, content):
    reader = ReportReader()
    reader.open_file(name, content)
    assert reader.count.hb == 72 and "1 value read" in reader.status


def test_the_report_s_own_interval_is_shown_and_can_be_the_limit():
    reader = ReportReader("Hb 11.5 g/dL (11.0-16.0)", age_y=34, sex="female")
    assert "110 g/L" in reader.table().loc["Hemoglobin", "the report's own interval"]
    assert reader.table().loc["Hemoglobin", "flag"] == "low"
    reader.own_limits = True
    assert reader.table().loc["Hemoglobin", "flag"] == "normal"
    assert "printed on the report" in reader.flags()["hb"].reason


def test_a_script_in_a_report_is_shown_as_text():
    reader = ReportReader(
        "Hgb 7.2 g/dL <script>alert(1)</script>\n<img src=x onerror=alert(1)> 3\n[x](javascript:alert(1))"
    )
    html = reader.static_html()
    assert "<script" not in html and "<img" not in html and 'javascript:alert(1)"' not in html
    assert "&lt;script&gt;" in html


def test_the_reader_has_a_stable_twin():
    one, two = (kept(ReportReader(REPORT)) for _ in range(2))
    assert one["text/html"] == two["text/html"] and "<table" in one["text/html"]
    assert one["text/plain"].startswith("ReportReader: 4 values read, 1 worked out from them, 4 low")


# --- in a real browser ---


def _notebook(*cells: str):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])


EXPLORER = (
    "from helpers.blood.core.count import BloodCount\n"
    "from helpers.panels.explorer import CountExplorer\n"
    "CountExplorer(BloodCount.of(hb=72, anc=0.8, plt=18, retic=12, mcv=104, age_y=34, sex='female', trimester=0))"
)


@pytest.mark.browser
def test_the_explorer_works_by_keyboard_and_is_clean_for_axe(open_notebook):
    notebook = open_notebook(_notebook(EXPLORER))
    notebook.run_all()
    page = notebook.page
    platelets = page.get_by_role("slider", name="Platelets", exact=True)
    platelets.focus()
    assert platelets.get_attribute("aria-valuetext") == "18 times ten to the nine per liter"
    old = page.locator(".course-figure img").get_attribute("src")
    page.keyboard.press("Home")
    page.wait_for_function("(old) => document.querySelector('.course-figure img').src !== old", arg=old)
    page.locator(".course-words .status", has_text="platelets").wait_for()
    assert platelets.get_attribute("aria-valuetext").startswith("0 ")
    assert "Platelets 0 ×10⁹/L: low" in page.locator(".course-figure img").get_attribute("alt")
    for key in ("ArrowRight", "ArrowUp", "ArrowLeft", "PageUp"):
        before = platelets.input_value()
        page.keyboard.press(key)
        assert platelets.input_value() != before, key
    expect(page.locator(".course-words [aria-live=polite]")).to_contain_text("low")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.locator(".course-words .status", has_text="platelets: cannot tell").wait_for()
    page.get_by_role("combobox", name="Published patient").select_option(index=5)
    page.locator(".course-words", has_text="Published patient 005").wait_for()
    sex = page.get_by_role("combobox", name="Sex")
    published = sex.input_value()
    sex.select_option("male" if published != "male" else "female")
    page.locator(".course-words", has_text="You have changed: sex").wait_for()
    page.get_by_role("button", name="Reset").press("Enter")
    expect(sex).to_have_value(published)
    assert complaints(page) == []


@pytest.mark.browser
def test_the_explorer_fits_a_narrow_page(open_notebook):
    notebook = open_notebook(_notebook(EXPLORER))
    notebook.page.set_viewport_size({"width": 440, "height": 900})
    notebook.run_all()
    output = notebook.page.locator(".jp-OutputArea-output").first
    output.locator("table").first.wait_for()
    wide = output.evaluate(
        "(box) => [...box.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > innerWidth)"
    )
    assert wide == []


@pytest.mark.browser
def test_a_report_is_typed_and_read_in_the_browser(open_notebook):
    notebook = open_notebook(_notebook("from helpers.panels.report import ReportReader\nReportReader()"))
    notebook.run_all()
    page = notebook.page
    area = page.get_by_role("textbox", name="Your report")
    area.focus()
    page.keyboard.type("Hgb 7.2 g/dL")
    page.keyboard.press("Enter")
    page.keyboard.type("PLT 18 K/uL <script>document.title = 'taken'</script> 34 F")
    page.locator(".course-note", has_text="press Read it").wait_for()
    page.get_by_role("button", name="Read it").press("Enter")
    page.get_by_role("rowheader", name="Platelets").wait_for()
    assert area.input_value().count("\n") == 1
    assert page.locator(".course-words script").count() == 0 and page.title() != "taken"
    assert complaints(page) == []


@pytest.mark.browser
def test_the_picture_in_the_page_is_the_picture_of_the_model(open_notebook):
    notebook = open_notebook(_notebook(EXPLORER))
    notebook.run_all()
    page = notebook.page
    got = page.evaluate(
        """async () => {
            const image = document.querySelector('.course-figure img');
            const bytes = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
            return Array.from(bytes);
        }"""
    )
    start = BloodCount.of(hb=72, anc=0.8, plt=18, retic=12, mcv=104, age_y=34, sex="female", trimester=0)
    assert bytes(got) == CountExplorer(start).picture.image(small=False)
    painted = page.locator(".course-figure img").evaluate(
        """async image => {
            await image.decode();
            const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
            const pen = canvas.getContext("2d");
            pen.drawImage(image, 0, 0);
            return new Set(new Uint32Array(pen.getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size;
        }"""
    )
    assert painted > 20, "the browser paints it in its colors"


# --- tables in a notebook ---


def test_frames_are_shown_plainly_once_asked_for(monkeypatch):
    from IPython.core.interactiveshell import InteractiveShell

    from helpers.panels import tables

    shell = InteractiveShell.instance()
    monkeypatch.setattr(tables, "get_ipython", lambda: shell)
    tables.show_tables_plainly()
    html = shell.display_formatter.format(pd.DataFrame({"because": ["<i>x</i>"]}))[0]["text/html"]
    assert "course-table" in html and "&lt;i&gt;" in html
    monkeypatch.setattr(tables, "get_ipython", lambda: None)
    tables.show_tables_plainly()
    InteractiveShell.clear_instance()


@pytest.mark.parametrize(
    ("person", "said"),
    [
        ("", "Age and sex are not known: flags depend on age and often on sex."),
        ("Age 34", "Sex is not known: flags depend on age and often on sex."),
        ("Sex: F", "Age is not known: flags depend on age and often on sex."),
        ("Age 34\nSex: F", ""),
    ],
)
def test_what_is_not_known_of_the_person_is_said_where_a_flag_needs_it(person, said):
    status = ReportReader(f"Hb 72 g/L\nPLT 18 x10^9/L\n{person}").status
    assert said in status and ("not known" in status) == bool(said)
    alone = ReportReader("PLT 18 x10^9/L\nAge 34").status
    assert "not known" not in alone, "each flag can be told without it"
