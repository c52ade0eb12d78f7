"""The panels on causes: do they follow what a learner says, put red flags first, and stand without a kernel?"""

from __future__ import annotations

import re

import pytest
from conftest import raised
from execute import kept

from helpers import page
from helpers.blood.core.count import BloodCount
from helpers.blood.search.accuracy import accuracies, accuracy
from helpers.blood.search.base_rates import base_rates, cause_names, doors
from helpers.blood.search.causes import Findings, asked, causes, clues, features, film_signs, weigh
from helpers.blood.search.red_flags import red_flags
from helpers.blood.search.workup import Walk, steps
from helpers.evidence import source, table
from helpers.panels.accuracy import BASE_RATES, TestPanel, pictured, usual_base_rate
from helpers.panels.causes import GROUPS, CauseBoard
from helpers.panels.controls import Checkboxes
from helpers.panels.explorer import CountExplorer
from helpers.panels.person import published
from helpers.panels.red_flags import HasRedFlags, spoken
from helpers.panels.report import ReportReader
from helpers.panels.response import ResponsePanel
from helpers.panels.series import BaseRates
from helpers.panels.support import SupportPanel
from helpers.panels.workup import WorkUp
from helpers.pictures.board import BoardPicture
from helpers.pictures.series import SeriesPicture

MAN = BloodCount.of(hb=90, wbc=2.6, plt=88, mcv=105, age_y=62, sex="male")
FEVER = BloodCount.of(hb=120, wbc=2.0, anc=0.3, plt=160, age_y=40, sex="female", trimester=0)


# --- a control ---


def test_ticks_know_whether_anybody_looked():
    ticks = Checkboxes("Film", {"blasts": "b", "fragments": "f"}, "looked")
    assert ticks.value is None and not ticks.known
    ticks.set_state({"known": True, "marked": []})
    assert ticks.value == ()
    ticks.set_state({"known": True, "marked": [1]})
    assert ticks.value == ("f",)
    ticks.set_state({"known": False, "marked": []})
    assert ticks.value is None
    ticks.value = ("b",)
    assert ticks.known and ticks.marked == [0]
    ticks.set_state({"known": True, "marked": [0, 7]})
    assert ticks.value == ("b",), "a place there is none of is left out"
    ticks.show(None, ["f"])
    assert ticks.value is None and (ticks.known, ticks.marked) == (False, [1]), "found, although not all was looked for"
    ticks.set_state({"known": True})
    assert ticks.value == ("f",)
    assert "0x" not in repr(ticks)


# --- the banner ---


def banner(found: Findings) -> str:
    """The banner of a panel on which this was found."""
    panel = HasRedFlags()
    panel.flagged = lambda: (found.count, dict(found.said))
    return raised(panel)


def test_the_banner_says_what_why_what_to_do_and_where_from():
    found = Findings(FEVER, {"fever": "yes"})
    html = banner(found)
    for words in ("Fever with very few neutrophils", "emergency", "below 0.50", "antibiotics within the hour"):
        assert words in html
    assert html.count("<a href=") >= 1 and spoken(red_flags(found)) == "Red flag: fever with very few neutrophils."


def test_what_one_question_would_raise_is_asked_and_what_a_test_would_raise_is_not():
    html = banner(Findings(FEVER))
    assert "Ask now" in html and "A fever of 38\N{NO-BREAK SPACE}°C or more?" in html and "Red flag" not in html
    assert "fibrinogen" not in banner(Findings(FEVER.change(plt=60)))
    calm = Findings(FEVER, {"fever": "no", "alarm": "none"})
    assert "Signs of sepsis?" in banner(calm) and "Chemotherapy or radiotherapy, methotrexate or" in banner(calm)
    assert banner(calm.change(unwell="no", medicine="none")) == "" == spoken(red_flags(Findings(FEVER)))


def test_a_notice_shows_words_and_runs_nothing():
    html = page.notice("<b>Now</b>", ["a <script>alert(1)</script> and **bold**"])
    assert "<script" not in html and "&lt;b&gt;Now" in html and "<strong>bold</strong>" in html


def test_the_banner_stands_in_every_panel_that_shows_a_count():
    explorer = CountExplorer(BloodCount.of(hb=70, plt=10, age_y=40, sex="male"))
    assert "Platelets below 20" in explorer.static_html() and "Platelets below 20" in raised(explorer)
    explorer.plt = 60
    assert "Platelets below 20" not in raised(explorer)
    view = explorer.widgets
    explorer.plt = 5
    assert view.words.alert == page.unparted(explorer.alert()) and "Platelets below 20" in view.words.alert
    reader = ReportReader("PLT 9 x10^9/L, Hb 60 g/L")
    assert "Platelets below 20" in reader.static_html()
    assert "Platelets below 20" in (reader.widgets.words.alert)
    board = CauseBoard(BloodCount.of(plt=9))
    assert board.headline() in board.static_html() and "platelets below 20" in board.headline()


def test_where_urgency_is_not_the_matter_flags_fold_behind_a_line_that_names_them():
    folding = [
        CauseBoard(BloodCount.of(plt=9)),
        SupportPanel("platelets", plt=9),
        ResponsePanel(BloodCount.of(plt=9)),
        CountExplorer(BloodCount.of(hb=70, plt=10)),
    ]
    for panel in folding:
        words, twin = panel.widgets.words, panel.static_html()
        assert words.folds and not panel.urgent and "platelets below 20 (emergency)" in words.headline
        line = f"{page.escape(panel.headline())}</strong></summary>"
        assert twin.index(line) < twin.index(panel.alert()), "the line stands before what it opens"
        before, _ = twin.split(line)
        folded = before[before.rindex("<details") :]
        assert page.FRAMED in folded and " open" not in folded and panel.alert() not in before, type(panel)
    for panel in (
        CountExplorer(BloodCount.of(plt=9), urgent=True),
        ReportReader("PLT 9 x10^9/L"),
        SupportPanel("fever", anc=0.2, temperature=38.5),
    ):
        assert panel.urgent and not panel.widgets.words.folds, type(panel)
        assert panel.alert() in panel.static_html() and page.escape(panel.headline()) not in panel.static_html()


def test_the_line_says_how_many_flags_how_soon_and_that_more_is_asked():
    explorer = CountExplorer(BloodCount.of(hb=70, anc=0.3, plt=10, age_y=40, sex="male"))
    assert explorer.headline() == (
        "Two red flags: two or three lines very low (emergency); platelets below 20 (emergency). "
        f"{explorer.still_open()}"
    )
    explorer.answers = {one.key: "no" for one in explorer.asked()}
    assert explorer.still_open() == "" and explorer.headline().endswith("(emergency).")
    assert explorer.warning().startswith("Two red flags: ") and explorer.warning().count("platelets below 20") == 1
    assert CountExplorer().headline() == "" == CountExplorer().what_cannot_wait()
    board = CauseBoard(BloodCount.of(hb=140))
    assert board.headline() == "No red flag in what is known so far." and "<details" not in board.what_cannot_wait()


def test_a_flag_is_announced_once():
    """By the warning alone: the sentence that is read aloud beside it does not name it again."""
    board = CauseBoard(BloodCount.of(plt=9))
    assert "platelets below 20" in board.widgets.words.warning and "Red flag" not in board.widgets.words.status


def test_a_healthy_count_has_no_banner():
    assert raised(CountExplorer()) == "" and "course-notice" not in CountExplorer().static_html()


# --- the board's picture ---


def marks(picture: BoardPicture, cause: str) -> dict[str, int]:
    return {kind: len(line.get_xdata()) for kind, line in picture._rows[cause]["marks"].items()}


def test_the_picture_shows_each_clue_once():
    picture = BoardPicture()
    found = Findings(MAN, {"b12": "low", "spleen": "large", "marrow": "empty", "adamts13": "above_20"})
    picture.update(weigh(found))
    for one in weigh(found):
        shown = marks(picture, one.cause.key)
        defining = sum(clue.strength == "clinches" for clue in one.speaks_for)
        excluding = sum(clue.strength == "excludes" for clue in one.against)
        assert (shown["clinches"], shown["for"]) == (defining, len(one.speaks_for) - defining)
        assert (shown["excludes"], shown["against"]) == (excluding, len(one.against) - excluding)
        assert picture._rows[one.cause.key]["open"].get_text() == (str(len(one.open)) or "none")


def test_what_speaks_for_a_cause_stands_right_and_what_speaks_against_it_left():
    picture = BoardPicture()
    picture.update(weigh(Findings(MAN, {"b12": "low", "spleen": "large", "nodes": "yes", "fever": "no"})))
    middle = picture.live.width * 0.576
    for row in picture._rows.values():
        for kind, line in row["marks"].items():
            right = kind in ("for", "clinches")
            assert all((x > middle) == right for x in line.get_xdata())


def test_no_row_can_hold_more_marks_than_there_is_room():
    """Even if everything spoke, marks stay between the name and the open ones."""
    for cause in causes():
        by_feature = {(clue.feature, clue.side) for clue in clues() if clue.cause == cause}
        for side, room in (("for", 10), ("against", 8)):
            assert sum(one == side for _, one in by_feature) <= room, cause


def test_rows_stay_where_they_are_and_the_title_counts():
    picture = BoardPicture()
    before = {key: row["middle"] for key, row in picture._rows.items()}
    assert picture.point() == f"Nothing speaks for any of {len(causes())} causes yet"
    picture.update(weigh(Findings(MAN, {"hiv": "positive", "medicine": "none"})))
    assert {key: row["middle"] for key, row in picture._rows.items()} == before
    assert "1 is clinched, 2 are excluded" in picture.point()
    assert "HIV: clinched. For it:" in picture.describe()


def test_kinds_of_clues_differ_in_more_than_color():
    from helpers.pictures.board import _STYLES

    assert len({(marker, size) for marker, _, size in _STYLES.values()}) == len(_STYLES)


# --- the board ---


def test_saying_a_finding_moves_picture_words_and_tables():
    board = CauseBoard(MAN)
    before = board.picture.describe()
    board.say(hiv="positive")
    assert "Clinched: HIV." in board.status
    assert board.picture.describe() != before
    assert "(clinches)" in board.table().loc["HIV: clinched", "for"]
    assert "Known: large red cells; few white cells; few platelets; 60 or older; a positive HIV test" in board.words()
    board.say(hiv=None)
    assert board.picture.describe() == before


def test_every_clue_of_the_told_cause_shows_its_source_within_one_choice():
    board = CauseBoard(MAN, {"b12": "low", "marrow": "megaloblastic", "ldh": "very_high"})
    for key in causes():
        board.about = key
        told = board.told()
        assert told.cause.key == key
        words = board.words()
        for clue in (*told.speaks_for, *told.against, *told.silent):
            assert page.escape(source(clue.source.split()[0]).link) in words or clue.source == "COURSE", clue.id
        assert page.inline(page.literal(told.cause.first_action)) in words


def test_what_says_little_is_told_as_such():
    board = CauseBoard(MAN.change(mcv=90), {"b12": "borderline"})
    board.about = "b12"
    assert "says little" in board.words() and "A normal MCV does not rule it out" in board.words()


def test_one_move_is_one_update():
    board = CauseBoard(MAN)
    changes = board.changes
    board.plt = 20.0
    assert board.changes == changes + 1
    board.load("CRS-005")
    assert board.changes == changes + 2
    board.reset()
    assert board.changes == changes + 3


def test_a_published_patient_is_loaded_without_the_diagnosis_and_revealed_on_demand():
    board = CauseBoard()
    diagnoses = table("patients").set_index("patient")["diagnosis"]
    for shown, patient in published(coded=True).items():
        board.patient = patient
        assert dict(board.said) == dict(Findings.of_patient(patient).said)
        assert "the published report</a>" in board.words(), "its title may tell the diagnosis"
        assert "The authors' diagnosis" not in board.words() and diagnoses[patient] not in shown
        board.revealed = True
        assert f"The authors' diagnosis: {page.inline(page.literal(diagnoses[patient]))}." in board.words()


def test_no_panel_where_a_diagnosis_is_looked_for_tells_it_before_it_is_asked_for():
    """In one way: not in the menu, not in the words, and not in the title of the report that is cited."""
    diagnoses = table("patients").set_index("patient")["diagnosis"]
    menu = {patient: shown for shown, patient in published().items()}
    explorer = CountExplorer()
    assert set(menu) == set(diagnoses.index)
    for patient, shown in menu.items():
        explorer.load(patient)
        told = page.inline(page.literal(diagnoses[patient]))
        assert diagnoses[patient] not in shown and told not in explorer.words(), patient
        assert f"Published patient {patient.removeprefix('CRS-')}," in explorer.words(), "by the number of the menu"
        explorer.revealed = True
        assert f"The authors' diagnosis: {told}." in explorer.words()
    explorer.load("CRS-014")
    assert not explorer.revealed and "Aplastic Anemia" not in explorer.words(), "nor does the report's title"
    assert "Aplastic Anemia" not in CauseBoard(patient="CRS-014").words() + WorkUp(patient="CRS-014").words()
    assert all(", " in shown for shown in published("aplastic_anemia")), "where it is known to all it is shown"


def test_the_walk_tells_with_which_count_the_person_comes():
    walk = WorkUp(patient="CRS-014")
    assert "<strong>The count:</strong> hemoglobin 112" in walk.words() and "platelets 2" in walk.words()
    assert "The count:" not in WorkUp().words(), "nobody walks along"


def test_the_board_shows_the_causes_of_which_something_is_known_and_all_when_asked():
    board = CauseBoard(MAN, {"b12": "low"})
    known = [one.cause.key for one in board.weighed if one.speaks_for or one.against]
    assert 0 < len(known) < len(causes()) and list(board.picture._rows) == known
    rest = len(causes()) - len(known)
    assert board.status.endswith(f"{rest} causes, for or against which nothing found speaks, are not shown.")
    assert f"of {len(causes())} causes" in board.status, "the sentence counts every cause"
    whole = BoardPicture().live.height
    assert board.picture.live.height < whole
    state = board.state()
    board.widgets.every.set_state({"on": True})
    assert board.every and list(board.picture._rows) == list(causes()) and "not shown" not in board.status
    assert board.widgets.picture.alt == board.picture.describe() and board.picture.live.height == whole
    board.patient = "CRS-041"
    assert board.every, "another patient is looked at in the same way"
    board.restore(state)
    assert not board.every and list(board.picture._rows) == known
    assert list(CauseBoard(BloodCount.of()).picture._rows) == list(causes()), "where nothing is known all are shown"


def test_what_the_board_asks_is_answered_where_it_is_asked():
    board = CauseBoard(BloodCount.of(plt=9))
    words = board.widgets.words
    assert "Platelets below 20" in words.alert and [one["key"] for one in words.questions] == ["bleeding=major"]
    assert words.headline.endswith("One question is open: a yes would raise a red flag.")
    words.set_state({"answers": {"bleeding=major": "yes"}})
    assert board.said["bleeding"] == "major" and "Bleeding that matters" in words.alert
    assert "bleeding that matters (emergency)" in words.headline


def test_reset_and_unknown_patients():
    board = CauseBoard(MAN, {"fever": "yes"})
    status = board.status
    board.load("CRS-086")
    loaded = board.status
    board.say(fever="no", spleen="large")
    board.reset()
    assert (board.status, board.patient) == (loaded, "CRS-086")
    assert dict(board.said) == dict(Findings.of_patient("CRS-086").said)
    board.patient = None
    assert (board.status, dict(board.said), board.patient) == (status, {"fever": "yes"}, None)
    with pytest.raises(KeyError, match="no published patient"):
        board.load("CRS-999")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [({"groups": ("palm",)}, "cannot look at 'palm'"), ({"groups": ()}, "nothing"), ({"said": {"b12": "?"}}, "Choose")],
)
def test_what_the_board_cannot_do_is_told(wrong, told):
    with pytest.raises(ValueError, match=told):
        CauseBoard(MAN, **wrong)


def test_the_widgets_follow_the_model_and_the_model_the_widgets():
    board = CauseBoard(MAN)
    view = board.widgets
    assert set(view.choices) | set(film_signs()) == set(asked())
    for key, control in view.choices.items():
        control.set_state({"index": 1})
        assert board.said[key] == next(iter(features()[key].answers)), key
        control.set_state({"index": 0})
        assert key not in board.said
    view.film.set_state({"known": True, "marked": [film_signs().index("film_blasts")]})
    assert board.said["film_blasts"] == "yes" and board.said["film_fragments"] == "no"
    assert "Blasts in the blood" in view.words.alert
    board.say(**dict.fromkeys(film_signs()))
    assert view.film.value is None and not any(key in board.said for key in film_signs())
    board.load("CRS-041")
    assert view.sliders["plt"].texts[view.sliders["plt"].index] == "25 ×10⁹/L"
    assert view.choices["fibrinogen"].value == "low"
    board.shown = "marrow"
    assert [group for group, box in view.boxes.items() if box.layout.display == ""] == ["marrow"]
    assert view.picture.alt == board.picture.describe() and view.words.status == page.unparted(board.status)


def test_a_film_of_which_one_sign_only_is_known_is_kept():
    """A published report that names blasts says nothing of the rest: the box stays open and loses nothing."""
    board = CauseBoard(patient="CRS-041")
    view = board.widgets
    assert view.film.value is None and board.said["film_blasts"] == "yes"
    board.say(fever="no")
    assert board.said["film_blasts"] == "yes"
    assert view.film.marked == [film_signs().index("film_blasts")], "what the report names is seen to be ticked"
    view.film.set_state({"known": True})
    assert board.said["film_blasts"] == "yes" and board.said["film_fragments"] == "no"


def test_every_group_can_be_shown_and_has_controls():
    board = CauseBoard()
    view = board.widgets
    assert list(GROUPS.values()) == list(view.boxes)
    assert all(box.children for box in view.boxes.values())


# --- base rates ---


@pytest.mark.parametrize("cause", list(cause_names()))
def test_every_cause_has_a_picture_that_says_its_shares(cause):
    picture = SeriesPicture(cause)
    rows = base_rates(cause)
    for row in rows.itertuples():
        assert f"{row.label}: {row.cases} of {row.n}" in picture.describe()
    assert picture.image().startswith(b"<svg")


def test_a_door_without_the_cause_shows_all_and_says_so():
    panel = BaseRates("aplastic", "marrow referral")
    assert set(panel.picture.rows["door"]) == {"marrow referral"}
    panel.door = "all counts"
    assert panel.status.startswith("No series of this choice counts aplastic anemia, so every")
    assert len(panel.picture.rows) == len(base_rates("aplastic"))
    with pytest.raises(ValueError, match="Choose another one"):
        SeriesPicture("aplastic", "all counts")


def test_traps_of_the_series_stand_below_the_picture():
    panel = BaseRates("hypersplenism")
    words = panel.words().replace("\N{NO-BREAK SPACE}", " ")
    assert "the printed shares of single causes are shares of the non-hematological 77.7 %" in words
    assert "14.5 % of 595" in words


def test_the_base_rate_widgets_follow():
    panel = BaseRates()
    view = panel.widgets
    view.cause.set_state({"index": list(cause_names()).index("aplastic")})
    assert panel.cause == "aplastic" and "Aplastic anemia" in view.words.status
    view.door.set_state({"index": 1 + list(doors()).index("marrow referral")})
    assert panel.door == "marrow referral"
    view.door.set_state({"index": 0})
    view.region.value, view.people.value = "India", "children"
    assert set(panel.picture.rows["people"]) == {"children"} and set(panel.picture.rows["country"]) == {"India"}
    assert view.picture.alt == panel.picture.describe()


# --- a test told as people ---


@pytest.mark.parametrize("name", list(accuracies()))
def test_every_test_that_gives_people_can_be_pictured(name):
    if name not in pictured().values():
        with pytest.raises(ValueError, match="likelihood ratio"):
            TestPanel(name)
        return
    panel = TestPanel(name)
    assert sum(group.many for group in panel.picture.crowds[0].groups) == 1000
    assert panel.status in panel.static_html() or page.escape(panel.status) in panel.static_html()
    one = accuracy(name)
    assert ("ity not printed" in panel.words()) == (None in (one.sensitivity_pct, one.specificity_pct))


def test_the_slider_changes_people_and_not_the_test():
    panel = TestPanel("ferritin_children", 3)
    view = panel.widgets
    view.base_rate.set_state({"index": BASE_RATES.index(30.0), "known": True})
    assert panel.status == "Of 298 people with a positive test, 270 have HLH."
    assert "sensitivity 90\N{NO-BREAK SPACE}%, specificity 96\N{NO-BREAK SPACE}%" in panel.words()
    assert view.picture.alt == panel.picture.describe()
    view.test.value = "lobes_b12"
    assert "how many others it alarms is not known" in panel.status and panel.base_rate_pct == 30


def test_the_slider_starts_at_the_studys_own_base_rate_where_there_is_one():
    assert usual_base_rate(accuracy("plasmic_li")) == 19
    assert usual_base_rate(accuracy("b12_200")) == usual_base_rate(accuracy("hscore")) == 10
    with pytest.raises(ValueError, match="between 0 and 100"):
        TestPanel("hscore", 120)


def test_no_panel_combines_two_tests():
    for name in pictured().values():
        assert "One test at a time." in TestPanel(name).words()


# --- the path ---


def test_the_path_is_walked_back_and_anew():
    path = WorkUp()
    view = path.widgets
    assert view.back.disabled and view.go_on.disabled, "an answer is chosen first"
    for step, way, then in (("flags", "no", "repeat"), ("repeat", "same", "history")):
        assert path.walk.here.key == step and view.go_on.disabled
        view.choice.set_state({"index": view.choice.labels.index(path.walk.here.ways[way].label)})
        assert not view.go_on.disabled
        view._go_on()
        assert path.answers[-1] == way and path.walk.here.key == then
    assert view.go_on.disabled and "2 blood tests" not in path.status
    path.back()
    assert path.walk.here.key == "repeat"
    path.restart()
    assert path.answers == ()


def test_an_end_offers_no_answer_and_says_what_it_cost():
    path = WorkUp(("no", "same", "obvious", "yes"))
    view = path.widgets
    assert view.go_on.disabled and view.choice.disabled and not view.back.disabled
    view._go_on()
    assert path.status.startswith("The end: Found without a needle.") and "no needle" in path.status
    assert "a needle into the marrow" in WorkUp(("no", "same", "nothing", "blasts", "full")).status
    with pytest.raises(ValueError, match="cannot answer"):
        WorkUp(("perhaps",))


def test_each_step_tells_tests_costs_and_sources():
    for answers in ((), ("no",), ("no", "same"), ("no", "same", "nothing"), ("no", "same", "nothing", "blasts")):
        path = WorkUp(answers)
        step = Walk(answers).here
        assert path.words().count("<a href=") >= 1 + len(step.tests) + len(answers)
        assert all(page.escape(way.label) in path.static_html() for way in step.ways.values())
    assert len(steps()) == len(table("workup"))


# --- twins ---


@pytest.mark.parametrize(
    "make", [lambda: CauseBoard(MAN, {"b12": "low"}), BaseRates, lambda: TestPanel("mma"), WorkUp], ids=lambda make: ""
)
def test_twins_are_the_same_in_every_run_and_load_nothing(make):
    one, two = (kept(make()) for _ in range(2))
    assert one["text/html"] == two["text/html"] and one["text/plain"] == two["text/plain"]
    words = re.sub(r"base64,[A-Za-z0-9+/=]+", "", one["text/html"])
    assert "0x" not in one["text/plain"] and "<script" not in words and "cdn" not in words
    for alt in re.findall(r'<img [^>]*alt="([^"]*)"', one["text/html"]):
        assert len(alt) > 40
    assert len(one["text/html"]) < 120_000


def test_an_empty_choice_is_said_by_the_picture():
    panel = BaseRates("drugs", people="children")
    point = panel.picture.point()
    assert panel.trouble and point.startswith("Medicines: ") and point.endswith("none is of this choice")
    assert panel.status == panel.trouble, "the picture says the rest, and it is not said twice"
    panel.people = None
    assert not panel.trouble and panel.picture.point().startswith("Medicines: ")


def test_the_name_of_an_enzyme_keeps_its_capitals():
    board = CauseBoard(MAN)
    assert not re.search(r"\baDAMTS13", board.words()) and "ADAMTS13 activity" in "".join(
        board._in_full(one) for one in board.weighed
    )


# --- a question that cannot wait is answered where it is asked ---


def test_a_question_is_asked_once_answered_in_place_and_kept():
    explorer = CountExplorer(FEVER.change(hb=150, age_y=40, sex="male"))
    words = explorer.widgets.words
    keys = [one["key"] for one in words.questions]
    assert keys[0] == "fever=yes" and len(set(keys)) == len(keys)
    assert words.warning.startswith("A fever of 38 °C or more? ") and "Red flag" not in words.alert
    words.answers = {"fever=yes": "yes"}
    assert "antibiotics within the hour" in words.alert and explorer.answers == {"fever=yes": "yes"}
    assert words.warning.startswith("Red flag: fever with very few neutrophils.")
    assert [one["key"] for one in words.questions] == keys, "the answer can still be changed"
    words.answers = dict.fromkeys(keys, "no")
    assert (words.alert, words.warning) == ("", "")
    explorer.anc = 2.0
    assert words.questions == []
    explorer.anc = 0.3
    assert words.answers == dict.fromkeys(keys, "no") and words.warning == "", "it is not asked anew"
    explorer.reset()
    assert words.answers == {} and words.warning


def test_a_warning_stays_the_same_while_its_value_moves():
    explorer = CountExplorer(BloodCount.of(hb=75, plt=250, age_y=40, sex="male"))
    words = explorer.widgets.words
    heard, seen = words.warning, words.alert
    explorer.hb = 74.0
    assert words.warning == heard != "" and words.alert != seen
    explorer.hb = 150.0
    assert words.warning == "" == words.alert


def test_nothing_is_asked_over_a_value_that_is_normal():
    mother = CountExplorer(BloodCount.of(hb=118, age_y=30, sex="female", trimester=3), show=("hb",), systems=())
    assert mother.status == "Hemoglobin is not low." and raised(mother) == ""
    mother.hb = 78.0
    assert mother.status == "Hemoglobin is low.", "no grade is spoken of where nothing is graded"
    assert "Very low hemoglobin" in raised(mother)


def test_a_no_that_a_feature_has_no_word_for_denies_nothing_else():
    board = CauseBoard(BloodCount.of(hb=100, age_y=40, sex="female"))
    board.answers = {"alarm=heart": "no"}
    assert "alarm" not in board.said and "heart" not in board.warning()
    board.answers = {"alarm=heart": "yes"}
    assert board.said["alarm"] == "heart" and board.answers == {} and "Red flag" in board.headline()


def test_the_menu_of_tests_has_a_heading_for_each_purpose_once():
    choice = TestPanel("mma").widgets.test
    groups = [accuracy(test).group for test in pictured().values()]
    assert choice.groups == groups and len(choice.labels) == len(groups)
    begun = [one for at, one in enumerate(groups) if at == 0 or groups[at - 1] != one]
    assert len(begun) == len(set(groups)) >= 4, "a heading that comes twice would be two lists"


def test_the_boards_table_and_its_untouched_causes_are_folded_in_the_panel_and_in_its_twin():
    for board in (CauseBoard(), CauseBoard(patient="CRS-002")):
        told = board.words().partition(page.BELOW)[2]
        assert told.startswith("<details><summary>The same in words</summary>") and told.endswith("</details>")
        assert "Nothing is known yet of" in told and told in board.static_html()
