"""Do the panels of treatment follow what a learner does, say it in words, and stand without kernel, mouse or sight?"""

from __future__ import annotations

import re
from html import unescape

import nbformat
import pytest
from conftest import raised
from execute import kept
from hypothesis import given, settings
from hypothesis import strategies as st
from in_browser import complaints

from helpers import page
from helpers.blood.care.candidate import TIERS, Candidate
from helpers.blood.care.first_steps import KINDS, treated_causes
from helpers.blood.care.guidelines import advise_all, agreement, guideline, guidelines
from helpers.blood.care.response import respond_all
from helpers.blood.care.support import TOPICS, edition_of, indications, thresholds
from helpers.blood.core.count import BloodCount
from helpers.evidence import records, source, table
from helpers.panels.explorer import CountExplorer
from helpers.panels.layout import WITH_PICTURE
from helpers.panels.person import published
from helpers.panels.response import ResponsePanel
from helpers.panels.support import VIEWS, SupportPanel
from helpers.panels.treatment import _CANNOT_WAIT, FROM_COUNT, CausePanel, GuidelinePanel
from helpers.pictures.follow_up import FollowUpCards

PERSON = Candidate("severe", 34, sibling=False, unrelated=True, half_matched=True, fit=True, transfused=True)
NOW = BloodCount.of(hb=125, anc=1.6, plt=120, retic=70, age_y=34, sex="female", trimester=0)


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


# --- the guideline comparator -----------------------------------------------------------------------------------------


def test_moving_a_fact_moves_picture_words_and_tables():
    panel = GuidelinePanel(PERSON)
    assert panel.status.startswith(agreement(advise_all(PERSON))) and "name immunosuppressive drugs" in panel.status
    panel.sibling = True
    assert panel.table().loc["ASH 2013", "names first"].startswith("**transplant of marrow from the matched sibling**")
    assert "sibling" in panel.picture.describe()
    panel.age_y = 45.0
    assert panel.table().loc["ASH 2013", "names first"].startswith("**ATG and cyclosporine**")
    assert panel.picture.age == 45


def test_one_move_is_one_update():
    panel = GuidelinePanel(PERSON)
    for move in (lambda: panel.set_trait("fit", False), lambda: panel.load("CRS-014"), panel.reset):
        before = panel.changes
        move()
        assert panel.changes == before + 1


@settings(max_examples=30)
@given(
    severity=st.sampled_from([None, FROM_COUNT, *TIERS]),
    age=st.none() | st.floats(-5, 400),
    siblings=st.none() | st.integers(0, 8),
    facts=st.tuples(*[st.sampled_from([True, False, None])] * 5),
    anc=st.none() | st.floats(0, 5),
    marrow=st.none() | st.floats(0, 100),
)
def test_every_state_has_an_answer_with_its_source_beside_it(severity, age, siblings, facts, anc, marrow):
    panel = GuidelinePanel()
    names = ("sibling", "unrelated", "half_matched", "fit", "transfused")
    given_ = dict(zip(names, facts, strict=True)) | {"severity": severity, "age_y": age, "siblings": siblings}
    for name, value in (given_ | {"anc": anc, "marrow_cellularity_pct": marrow}).items():
        setattr(panel, name, value)
    assert panel.status.endswith(".")
    shown = panel.table()
    assert list(shown.index) == [guideline(name)["short"] for name in guidelines()]
    assert all("](<https" in cell and "Confidence" in cell for cell in shown["because"])
    assert len(panel.words()) > 1000


def test_every_row_of_the_decisions_can_be_reached():
    """Every A and B row of the table, and the weaker ones, is the answer for somebody, with its source."""
    spoken = {}
    for row in records("decisions"):
        if row["confidence"] in "AB":
            spoken[row["id"]] = row
    for severity in TIERS:
        for age in (5, 18, 30, 45, 60):
            for bits in range(32):
                facts = [bool(bits >> place & 1) for place in range(5)]
                names = ("sibling", "unrelated", "half_matched", "fit", "transfused")
                person = Candidate(severity, age, **dict(zip(names, facts, strict=True)))
                for one in advise_all(person):
                    for id in one.rows:
                        spoken.pop(id, None)
    assert spoken == {}


def test_severity_comes_from_the_count_and_the_marrow():
    panel = GuidelinePanel(Candidate(sibling=True, fit=True), BloodCount.of(hb=70, anc=0.3, plt=10, retic=12, age_y=20))
    assert panel.severity == FROM_COUNT
    assert "A marrow must settle it" in plain(panel.words())
    assert "cannot tell yet" in panel.table()["names first"].tolist()
    panel.marrow_cellularity_pct = 5.0
    assert panel.candidate.severity == "severe"
    panel.marrow_cellularity_pct = 80.0
    assert panel.candidate.severity is None, "not severe; whether hypocellular for the age is not said"
    panel.anc = 0.1
    panel.marrow_cellularity_pct = 5.0
    assert panel.candidate.severity == "very_severe"


def test_what_cannot_be_is_said_and_left_open():
    panel = GuidelinePanel(PERSON)
    panel.siblings, panel.sibling = 0.0, True
    assert "do not go together" in panel.status
    assert panel.table().loc["ASH 2013", "names first"] == "cannot tell yet"
    assert "With a matched sibling: " in panel.table().loc["ASH 2013", "because"]
    panel.sibling = None
    assert "do not go together" not in panel.status
    assert panel.table().loc["ASH 2013", "names first"].startswith("**ATG and cyclosporine**")
    panel.age_y = 300.0
    assert "An age of 300 years cannot be" in panel.status and panel.picture.age is None


def test_a_drug_that_cannot_be_had_says_what_a_trial_found_without_it():
    panel = GuidelinePanel(PERSON)
    assert "cannot be had" not in plain(panel.words())
    panel.eltrombopag = False
    words = plain(panel.words())
    assert "Eltrombopag cannot be had" in words and "41 of 100" in words and "68 of 100" in words
    panel.horse_atg = False
    assert "37 of 100 with rabbit ATG" in plain(panel.words())


def test_the_second_line_and_the_caution_are_said():
    cells = GuidelinePanel(PERSON).table()
    assert "If that fails: transplant from a well-matched unrelated donor" in cells.loc["ASH 2013", "names first"]
    assert "Caution" in cells.loc["BSH 2024", "because"] and "Confidence C" in cells.loc["BSH 2024", "because"]


def test_what_would_change_the_answer_is_shown():
    panel = GuidelinePanel(Candidate("severe", 40, sibling=True, fit=True))
    shown = panel.changes_table()
    assert "**from 41 years on**" in shown.loc["BSH 2024", "what would change its answer"]
    panel.severity = None
    assert len(panel.changes_table()) == 0


def test_a_published_patient_is_loaded_and_what_was_done_waits_to_be_asked_for():
    panel = GuidelinePanel(PERSON)
    for patient in published("aplastic_anemia").values():
        panel.load(patient)
        row = table("patients").set_index("patient").loc[patient]
        assert panel.fit is panel.sibling is None and panel.severity == FROM_COUNT
        number = patient.removeprefix("CRS-")
        assert f"Published patient {number}:" in plain(panel.words()) and "What was done" not in plain(panel.words())
        panel.reveal = True
        words = plain(panel.words())
        assert "What was done" in words and source(row["source"]).short in words
    panel.fit, panel.eltrombopag = True, False
    panel.reset()
    assert (panel.patient, panel.reveal, panel.fit, panel.eltrombopag) == (patient, False, None, True)
    panel.patient = None
    assert panel.candidate == PERSON
    with pytest.raises(KeyError, match="no published patient with aplastic anemia 'CRS-001'"):
        panel.load("CRS-001")


def test_what_was_not_read_is_named():
    words = plain(GuidelinePanel().words())
    assert all(guideline(name)["label"] in words for name in guidelines(decide=False))


# --- other causes -----------------------------------------------------------------------------------------------------


def test_every_cause_is_shown_with_its_sources():
    panel = CausePanel()
    for cause in treated_causes():
        panel.cause = cause
        words = plain(panel.words())
        row = next(row for row in records("treatment_by_cause") if row["cause"] == cause)
        assert row["label"] in panel.status and "Confidence" in words
        for key in row["source"].split():
            assert source(key).short in words
        assert (panel.picture is None) == all(time["cause"] != cause for time in records("recovery_times"))
    with pytest.raises(ValueError, match="no cause 'luck'"):
        CausePanel("luck")


@pytest.mark.parametrize("cause", ["ttp", "acute_leukemia", "b12"])
def test_what_cannot_wait_is_told_first_in_words(cause):
    panel = CausePanel(cause)
    urgent = panel.row["urgency"] in ("same hour", "same day")
    assert urgent == (cause != "b12") == bool(panel.alert())
    words = panel.widgets.words
    assert words.alert == page.unparted(panel.alert()) and bool(words.in_title) == urgent, "it is not written twice"
    if urgent:
        html = unescape(panel.static_html())
        how = "the same hour" if cause == "ttp" else "the same day"
        assert html.index(f"This cannot wait: it is begun {how}") < html.index("<strong>Then:</strong>")
        assert panel.row["first_action"] in html and panel.row["urgency"] in panel.status


@pytest.mark.parametrize("cause", treated_causes())
def test_what_comes_first_for_a_cause_is_written_once(cause):
    panel = CausePanel(cause)
    first = " ".join(panel.row["first_action"].split())[1:]
    seen = plain(panel.alert()) if panel.in_title() else panel.status
    assert first in seen and plain(panel.static_html()).count(first) == 1
    for words in panel.rest().values():
        assert plain(page.inline(words)) in plain(panel.words())


def test_causes_are_chosen_by_what_is_done():
    shown = CausePanel().widgets.choice
    kinds = [row["kind"] for row in treated_causes().values()]
    assert list(dict.fromkeys(kinds)) == list(KINDS)
    assert shown.groups == [KINDS[kind] for kind in kinds]
    for kind in KINDS:
        labels = [row["label"].casefold() for row in treated_causes().values() if row["kind"] == kind]
        assert labels == sorted(labels)
    assert treated_causes()["copper"]["kind"] == "replace" and treated_causes()["methotrexate"]["kind"] == "stop"


@pytest.mark.parametrize("view", VIEWS.values())
def test_every_statement_of_support_begins_with_what_is_done(view):
    panel = SupportPanel(view)
    html = unescape(panel.words())
    for row in (row for rows in panel.known().values() for row in rows):
        assert row["done"] and len(row["done"]) < 60 and not row["done"].endswith(".")
        start = html.index(f"<strong>{page.inline(row['done'])}.</strong><br>{page.inline(row['says'])} <small>")
        end = html.index("</small>", start)
        assert f"Confidence {row['confidence']}" in html[start:end]
        assert edition_of(row["guideline"], row["year"])[1:] in html[start:end]


def test_a_plan_of_follow_up_begins_with_who_says_it():
    html = FollowUpCards("pnh")._repr_html_()
    assert "<strong>MSD Manual 2024:</strong>" in html and "<br>" not in html.split("MSD Manual")[1].split("</p>")[0]


def test_every_urgency_that_cannot_wait_has_its_words():
    assert {row["urgency"] for row in treated_causes().values()} - {"soon", "planned", *_CANNOT_WAIT} == set()


# --- support ----------------------------------------------------------------------------------------------------------


def test_every_row_of_the_support_table_can_be_reached():
    panel, seen = SupportPanel(), []
    for view in VIEWS.values():
        panel.view_shown = view
        for indication in indications(view) if view in TOPICS else [panel.indication]:
            panel.indication = indication
            words = plain(panel.words())
            seen += [row["id"] for row in records("support") if row["says"] in words]
    elsewhere = {row["id"] for row in records("support") if row["topic"] == "follow_up"}
    assert {row["id"] for row in records("support")} - set(seen) == elsewhere, "follow-up has cards of its own"


def test_thresholds_follow_the_slider():
    panel = SupportPanel("platelets", plt=30.0, indication="lumbar_puncture")
    assert panel.status == "At 30 ×10⁹/L, 4 of 5 would give platelets: a lumbar puncture."
    panel.plt = 45.0
    assert "3 of 5" in panel.status and panel.table().loc["BSH 2017", "advice"] == "do not give"
    panel.plt = None
    assert panel.table().loc["BSH 2017", "advice"] == "cannot tell" and panel.status.startswith(
        "Thresholds of 20 to 50"
    )


def test_a_view_keeps_to_its_own_situations():
    panel = SupportPanel("platelets", indication="dengue")
    panel.view_shown = "red_cells"
    assert panel.indication in indications("red_cells") and "red cells" in panel.status


def test_increments_and_iron_and_fever():
    panel = SupportPanel("increment")
    assert panel.status.startswith("Corrected count increment: 12\u202f000, not below 7\u202f500.")
    panel.after, panel.last_increment = 10.0, 3000.0
    assert panel.status.endswith("with the dose before that is refractory.")
    panel.view_shown, panel.units = "iron", 20.0
    assert panel.status == "20 units bring about 4\u202f000 to 5\u202f000 mg of iron."
    panel.view_shown = "fever"
    assert "3 cannot tell" in panel.status
    panel.hours = 2.0
    assert "cannot tell" not in panel.status and "emergency whatever a definition says" in panel.status


def test_a_view_that_does_not_exist_is_told():
    with pytest.raises(ValueError, match="no view 'magic'"):
        SupportPanel("magic")


# --- response ---------------------------------------------------------------------------------------------------------


def test_the_response_panel_says_what_the_rules_say():
    panel = ResponsePanel(NOW, transfusion_free=True)
    more = " 3 more systems judge line by line or know no complete response."
    assert panel.status == f"A complete response in 2 of 4 systems.{more}"
    assert len(panel.table()) == 4 + 3, "the sentence and the table speak of as many"
    before = BloodCount.of()
    for one in respond_all(NOW, transfusion_free=True, before=before):
        assert panel.table().loc[one.label, "response"] == one.text
    panel.plt = 160.0
    assert panel.status.startswith("A complete response in 3 of 4 systems.")
    panel.hb_before, panel.plt_before = 60.0, 8.0
    assert "8 ×10⁹/L before, 160 ×10⁹/L now" in panel.table().loc["Refractory disease, by line (NIH)", "because"]
    panel.reset()
    assert panel.plt == 120 and panel.hb_before is None


def test_sex_moves_the_limit_of_hemoglobin():
    panel = ResponsePanel(NOW)
    panel.plt = 200.0
    assert panel.table().loc["BSH 2024", "response"] == "complete response"
    panel.sex = "male"
    assert panel.table().loc["BSH 2024", "response"] == "cannot tell"


# --- every panel ------------------------------------------------------------------------------------------------------

PANELS = (
    lambda: GuidelinePanel(PERSON),
    lambda: CausePanel("b12"),
    lambda: CausePanel("ttp"),
    lambda: SupportPanel(),
    lambda: SupportPanel("fever"),
    lambda: ResponsePanel(NOW),
)


@pytest.mark.parametrize("make", PANELS)
def test_a_panel_has_a_twin_that_is_the_same_in_every_run(make):
    one, two = (kept(make()) for _ in range(2))
    assert one["text/html"] == two["text/html"] and one["text/plain"] == two["text/plain"]
    assert "0x" not in one["text/plain"] and "<script" not in one["text/html"] and "cdn" not in one["text/html"]
    assert "https://" in one["text/html"] and len(one["text/html"]) < 80_000


@pytest.mark.parametrize("make", PANELS)
def test_the_widgets_follow_the_model(make):
    panel = make()
    view = panel.widgets
    assert view.words.status == page.unparted(panel.status)
    beside, _, below = panel.words().partition(page.BELOW)
    assert (view.words.html, view.words.below) == (page.unparted(beside), page.unparted(below))


def test_the_controls_move_the_model():
    panel = GuidelinePanel(PERSON)
    view = panel.widgets
    view.facts["sibling"].set_state({"index": 1})
    assert panel.sibling is True and "sibling" in view.words.html
    view.age.set_state({"index": 50, "known": True})
    assert panel.age_y == 50 and view.picture.alt == panel.picture.describe()
    view.severity.set_state({"index": 1})
    assert panel.severity == FROM_COUNT and view.counted.layout.display == ""
    view.severity.set_state({"index": 3})
    assert view.counted.layout.display == "none"
    other = CausePanel("b12")
    picked = other.widgets
    picked.choice.set_state({"index": list(treated_causes()).index("ttp")})
    assert other.cause == "ttp" and picked.words.status == other.status
    assert picked.picture.layout.display == "none"
    support = SupportPanel()
    shown = support.widgets
    assert shown.moved["plt"].layout.display == "" and shown.moved["hb"].layout.display == "none"
    shown.choose.set_state({"index": 1})
    assert support.view_shown == "red_cells" and shown.moved["hb"].layout.display == ""
    shown.situations["red_cells"].set_state({"index": 2})
    assert support.indication == "chronic"


# --- red flags ---


@pytest.mark.parametrize(
    ("temperature", "says"),
    [(38.0, "Hospital at once"), (37.9, "Signs of sepsis?"), (None, "A fever of 38\N{NO-BREAK SPACE}°C or more?")],
)
def test_fever_with_few_neutrophils_stands_first(temperature, says):
    panel = SupportPanel("fever", anc=0.4, temperature=temperature)
    assert says in raised(panel) and ("Red flag" in raised(panel)) == (temperature == 38.0)
    html = panel.static_html()
    said = html.index("<strong>Febrile neutropenia in")
    assert html.index(panel.alert() + panel.to_be_asked()) < said, "what cannot wait first"
    panel.view_shown = "iron"
    assert raised(panel) == "", "iron is no matter of this count"


def test_the_count_of_a_patient_raises_red_flags_and_a_chosen_severity_does_not():
    panel = GuidelinePanel(Candidate("severe"))
    assert raised(panel) == ""
    panel.load("CRS-014")
    assert "Platelets below 20" in raised(panel) and panel.alert() in panel.static_html()
    assert "Very low hemoglobin" in raised(ResponsePanel(BloodCount.of(hb=60)))


def test_a_panel_does_not_ask_about_what_it_is_about_and_keeps_what_is_raised():
    response = ResponsePanel(NOW.change(hb=105))
    assert [one.key for one in response.asked()] == ["unwell=yes"], "her neutrophils are below her own limit"
    assert ResponsePanel(NOW.change(hb=105, anc=2.5)).asked() == [] and ResponsePanel(NOW.change(hb=55)).alert()
    asked = {view: [one.key for one in SupportPanel(view).asked()] for view in ("platelets", "red_cells", "fever")}
    assert asked["platelets"] == asked["red_cells"] == [] and "unwell=yes" in asked["fever"]
    assert "Platelets below 20" in SupportPanel("platelets").alert()
    support = SupportPanel("fever")
    assert support.still_open().startswith("Three questions are open") and support.widgets.words.still_open
    support.answers = dict.fromkeys(("unwell=yes", "medicine=cytotoxic", "travel=yes"), "no")
    assert support.still_open() == "" == support.to_be_asked() and support.widgets.words.still_open == ""


def test_a_sentence_that_is_the_pictures_title_is_written_once_and_read_aloud_all_the_same():
    for panel in (SupportPanel(), CountExplorer(NOW), GuidelinePanel()):
        words = panel.widgets.words
        assert words.in_title == words.status == page.unparted(panel.status), type(panel)
        assert f"<strong>{page.escape(panel.status)}" not in panel.static_html()
        assert page.escape(panel.picture.point()) in panel.static_html(), "its alternative text says it"
    odd = CountExplorer(NOW.change(sex="male"))
    odd.trimester = 2
    assert odd.status != odd.in_title() and odd.status.startswith(odd.in_title())
    rest = odd.status.removeprefix(odd.in_title()).strip()
    assert f"<p><strong>{page.escape(rest)}</strong></p>" in odd.static_html(), "what the title does not say stays"
    cut = CountExplorer(BloodCount.of(hb=70, plt=10, anc=0.3, age_y=34, sex="female"))
    assert cut.in_title() == "" and page.escape(cut.status) in cut.static_html(), "a title that is cut says less"
    assert SupportPanel("fever").in_title() == "" == CausePanel("b12").in_title()


# --- in a real browser ------------------------------------------------------------------------------------------------


def notebook(*cells: str):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])


CELLS = (
    "from helpers import Candidate, CausePanel, GuidelinePanel\n"
    "GuidelinePanel(Candidate('severe', 34, sibling=False, unrelated=True, half_matched=True, fit=True))",
    "from helpers.panels.support import SupportPanel\nSupportPanel()",
    "from helpers.blood.core.count import BloodCount\nfrom helpers.panels.response import ResponsePanel\n"
    "ResponsePanel(BloodCount.of(hb=125, anc=1.6, plt=120, retic=70, age_y=34, sex='female', trimester=0))",
    "CausePanel('b12')",
)


@pytest.mark.browser
def test_the_panels_work_by_keyboard_and_are_clean_for_axe(open_notebook):
    from playwright.sync_api import expect

    opened = open_notebook(notebook(*CELLS))
    opened.run_all()
    page = opened.page
    first, second, third, fourth = (opened.cell(number).locator(".jp-OutputArea-output") for number in (1, 2, 3, 4))

    model = GuidelinePanel(Candidate("severe", 34, sibling=False, unrelated=True, half_matched=True, fit=True))
    sibling = first.get_by_role("combobox", name="Matched sibling")
    sibling.focus()
    page.keyboard.press("ArrowUp")
    model.sibling = True
    expect(first.locator(".status")).to_have_text(model.status)
    expect(first.locator("img")).to_have_attribute("alt", model.picture.describe())
    age = first.get_by_role("slider", name="Age", exact=True)
    age.focus()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    model.age_y = 41.0
    expect(first.locator("img")).to_have_attribute("alt", model.picture.describe())
    expect(first.locator(".status")).to_have_text(model.status)
    first.get_by_role("combobox", name="Severity").select_option("from the count and the marrow")
    expect(first.get_by_role("slider", name="Neutrophils")).to_be_visible()

    support = SupportPanel()
    second.get_by_role("combobox", name="Situation").select_option("a lumbar puncture")
    support.indication = "lumbar_puncture"
    platelets = second.get_by_role("slider", name="Platelets", exact=True)
    platelets.focus()
    page.keyboard.press("ArrowRight")
    support.plt = 16.0
    expect(second.locator(".status")).to_have_text(support.status)
    second.get_by_role("combobox", name="Look at").select_option("Fever with few neutrophils")
    expect(second.get_by_role("slider", name="Temperature")).to_be_visible()
    expect(platelets).to_be_hidden()

    response = ResponsePanel(NOW)
    third.get_by_role("combobox", name="Free of transfusions").select_option("yes")
    response.transfusion_free = True
    expect(third.locator(".status")).to_have_text(response.status)
    third.get_by_role("switch").press("Space")
    expect(third.get_by_role("slider", name="Platelets before treatment")).to_be_visible()

    fourth.get_by_role("combobox", name="Cause").select_option("Thrombotic thrombocytopenic purpura (TTP)")
    expect(fourth.locator(".status")).to_have_text(CausePanel("ttp").status)
    expect(fourth.locator("img")).to_be_hidden()
    assert complaints(page) == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [440, 800])
def test_the_panels_fit_a_narrow_page(open_notebook, width):
    opened = open_notebook(notebook(*CELLS))
    opened.page.set_viewport_size({"width": width, "height": 900})
    opened.run_all()
    for number in range(1, len(CELLS) + 1):
        output = opened.cell(number).locator(".jp-OutputArea-output")
        output.locator(".course-words .status").first.wait_for()
        wide = output.evaluate(
            "(box) => [...box.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > innerWidth).length"
        )
        assert wide == 0, f"cell {number}"


def test_long_tables_stand_below_and_what_is_short_beside_the_picture():
    panel = SupportPanel("platelets", plt=15)
    beside, _, below = panel.words().partition(page.BELOW)
    assert "<table" not in beside and "expect a count of" in plain(beside)
    assert all(one.label in plain(below) for one in thresholds(panel.count, "platelets", panel.indication))


def test_a_view_without_a_picture_leaves_no_room_for_one():
    panel = SupportPanel("person", views=("person", "platelets"))
    top = panel.widgets.box.children[0]
    _, frame = top.children
    assert frame.layout.display == "none" and top.layout.display == ""
    panel.view_shown = "platelets"
    assert frame.layout.display == "" and top.layout.flex == WITH_PICTURE
    alone = SupportPanel("person", views=("person",))
    assert alone.widgets.box.children[0].layout.display == "none", "nothing to choose, nothing to move"


def test_what_is_known_stands_by_what_it_is_about_each_with_who_says_so():
    panel = SupportPanel("person", views=("person",))
    rows = [row for row in records("support") if row["topic"] == "person" and row["advice"] == "know"]
    shown = [row["id"] for found in panel.known().values() for row in found]
    assert sorted(shown) == sorted(row["id"] for row in rows)
    words = plain(panel.words())
    for label in {row["indication_label"] for row in rows}:
        assert words.lower().count(label.lower()) >= 1, label
    for row in rows:
        assert plain(row["says"])[:40] in words, row["id"]


def test_many_units_are_told_by_their_iron_and_not_by_an_impossible_hemoglobin():
    panel = SupportPanel("red_cells", hb=75.0, units=2.0, weight=70.0)
    assert "expect hemoglobin of about 95 g/L" in plain(panel.words())
    panel.units, panel.weight = 40.0, 45.0
    words = plain(panel.words())
    assert "expect hemoglobin" not in words and "8 000 to 10 000 mg of iron" in words
