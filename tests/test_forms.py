"""The tests before and after: are they parallel and sound, and do they keep silent until all is handed in?"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from conftest import wrong_answer_to
from execute import kept

from helpers.cards import forms
from helpers.cards.forms import FIRST, SECOND, THIRD, TITLES, Form
from helpers.cards.record_panel import standing
from helpers.evidence import questions, source
from helpers.questions import bank
from helpers.questions.bank import FORMS
from helpers.questions.check_questions import schema_faults
from helpers.questions.exercise import Exercise
from helpers.questions.slips import slip
from helpers.record.journey import ORDERS, frame, order_of_forms, sittings
from helpers.record.log import Record
from helpers.record.restore import remember
from helpers.record.session import Event, Session, plain

PLACES = list(zip(*(bank.exercises(form) for form in FORMS), strict=True))
places = pytest.mark.parametrize("three", PLACES, ids=lambda three: three[0].id)
sittings_of_it = pytest.mark.parametrize("sitting", list(TITLES))
ALL_FORMS = pytest.mark.parametrize("name", FORMS)


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record(tmp_path)


def form(record: Record, sitting: str = FIRST) -> Form:
    """The test as a new kernel shows it."""
    return Form(sitting, remember(Session(), Record(record.folder)))


def drafts(of: Form, right: bool = True) -> dict:
    """Answers to the values drawn for a form."""
    given = {}
    for one in of.exercises:
        answer = one.asks.handed_in(one.asks.right) if right else wrong_answer_to(one)[0]
        given[one.id] = plain(answer)
    return given


# --- parallel ---------------------------------------------------------------------------------------------------------


def test_three_forms_follow_one_blueprint() -> None:
    assert bank.forms() == list(FORMS) and [questions(name)["form"] for name in FORMS] == ["A", "B", "C"]
    assert len(PLACES) == 24
    for form in FORMS:
        asked = bank.exercises(form)
        assert sum(one.new_context for one in asked) == 8, "a third leads to a place no notebook shows"
        cells = {(one.area, one.level) for one in asked}
        assert len(cells) == 15, f"five parts of the course, each to understand, to apply and to decide: {cells}"
        assert len({one.kind for one in asked}) >= 6


@places
def test_each_has_its_parallels(three: tuple[Exercise, ...]) -> None:
    parts = {(one.kind, one.objective, one.area, one.level, one.new_context) for one in three}
    assert len(parts) == 1
    same = set.intersection(*({slip(one.name).key for one in each.misconceptions} for each in three))
    of_a_line = three[0].kind in ("for_and_against", "find_error")  # these name each line of their own
    assert same or of_a_line, "a slip can be seen each time"
    asked = [json.dumps([one.prompt, one.asks.seen()], default=str) for one in three]
    assert len(set(asked)) == 3, "the same question twice measures memory"
    assert all(source(key) for one in three for key in one.sources)
    assert not any(one.hints for one in three)


def test_no_form_prints_the_limits_it_asks_for() -> None:
    for one in (one for form in FORMS for one in bank.exercises(form)):
        assert not re.search(r"grade \d (is )?below|anemia below|moderate below", one.prompt), one.id


@ALL_FORMS
def test_the_right_answer_has_no_favorite_place(name: str) -> None:
    choices = [one for one in bank.exercises(name) if one.kind == "choice"]
    at = [[option.key for option in one.asks.options].index(one.asks.right) for one in choices]
    assert len(set(at)) >= 3 and max(map(at.count, at)) <= len(at) / 2 + 1


@pytest.mark.parametrize(
    "wrong", [{"hints": ["a" * 20] * 3}, {"confidence": True}, {"level": "know"}, {"area": None}], ids=str
)
def test_what_a_test_must_not_have_is_refused(wrong: dict) -> None:
    contents = json.loads(json.dumps(questions(FORMS[0])))
    contents["exercise"][0] |= wrong
    if wrong.get("area", "") is None:
        del contents["exercise"][0]["area"]
    assert schema_faults(contents) and not schema_faults(questions(FORMS[0]))


# --- three times, in six orders ---------------------------------------------------------------------------------------


def test_which_form_comes_first_is_drawn_from_the_name() -> None:
    names = [f"learner {number}" for number in range(600)]
    counts = Counter(order_of_forms(name) for name in names)
    assert len(counts) == 6 and min(counts.values()) > 60
    assert all(order_of_forms(name) == order_of_forms(name) for name in names[:9])


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: " ".join(form[6] for form in order))
def test_the_test_is_taken_three_times_in_each_of_the_six_orders(tmp_path: Path, order: tuple, monkeypatch) -> None:
    record = Record(tmp_path / "record")
    record.setting("learner", next(name for name in map(str, range(99)) if order_of_forms(name) == order))
    first, second, third = (form(record, sitting) for sitting in TITLES)
    assert [one.exercises[0].notebook for one in (first, second, third)] == list(order)
    assert not first.closed and not second.closed and third.closed
    first.hand_in(drafts(first, right=False))
    first = form(record)
    assert "0 of 24 are right" in first.report and "<details>" not in first.report, "it measures, and does not teach"
    assert not any(one.solution[:30] in first.report for one in first.exercises)
    second = form(record, SECOND)
    second.hand_in(drafts(second))
    assert "24 of 24 are right" in second.report and second.report.count("<details>") == 24
    assert form(record).report.count("<details>") == 24, "the solutions of the first come with those of the second"
    third = form(record, THIRD)
    assert third.closed and "it is offered from" in third.intro
    third.hand_in(drafts(third))
    assert third.report == "", "it is not taken before it is offered"
    monkeypatch.setattr(forms, "constant", lambda name: {"late_test_after_d": 0}[name])
    third = form(record, THIRD)
    assert not third.closed
    third.hand_in(drafts(third))
    assert "24 of 24 are right" in third.report and third.report.count("<details>") == 24
    assert sittings(frame(record)) == list(order)
    page = standing(frame(record)).html()
    assert "The test, first: 0 of 24 right; second: 24 of 24 right; third: 24 of 24 right" in page
    assert "up to 6 more or fewer may be chance, and only 7 or more" in page
    assert len(record.events()) == 72


def test_what_was_taken_under_another_name_stays_what_it_was(record: Record) -> None:
    taken = form(record)
    taken.hand_in(drafts(taken))
    name = taken.exercises[0].notebook
    other = next(name_ for name_ in map(str, range(99)) if order_of_forms(name_)[1] == name)
    record.setting("learner", other)
    assert form(record).exercises[0].notebook == name and form(record).report
    assert form(record, SECOND).exercises[0].notebook != name and form(record, SECOND).report == ""


def test_answers_of_an_earlier_test_are_kept_where_the_question_is_the_same(record: Record) -> None:
    kept = [bank.exercise("before-09"), bank.exercise("before-12")]
    record.append(
        *(Event(one.id, answer=one.asks.right, verdict="right", version=bank.version(one)) for one in kept),
        Event("before-02", answer="two", verdict="right"),
    )
    record.setting("learner", next(name for name in map(str, range(99)) if order_of_forms(name)[0] == "forms/before"))
    shown = form(record)
    assert shown.drafts == {one.id: one.asks.right for one in kept} and shown.report == ""
    assert "2 of these questions you answered in an earlier test" in shown.intro
    assert "In a test of an earlier course, kept apart: 3 of 3 right" in standing(frame(record)).html()


# --- silent until handed in -------------------------------------------------------------------------------------------


@sittings_of_it
def test_the_page_is_told_nothing_before_all_is_handed_in(record: Record, sitting: str) -> None:
    shown = form(record, sitting)
    state = shown.get_state()
    words = json.dumps({key: part for key, part in state.items() if key not in ("_esm", "_css", "layout")})
    for one in shown.exercises:
        secrets = [
            one.solution,
            *(option.says for option in getattr(one.asks, "options", ())),
            *(slip.name for slip in one.misconceptions),
        ]
        assert not [secret for secret in secrets if secret and json.dumps(secret)[1:30] in words], one.id
    assert shown.report == "" and not {"answer", "solution", "misconceptions"} & set(shown.questions[0])
    shown.drafts = {shown.exercises[0].id: {"breath": "plt"}}
    assert shown.report == "" and record.events() == []


def test_what_is_chosen_is_there_again_after_a_restart(record: Record) -> None:
    first = form(record)
    one, two = (next(one.id for one in first.exercises if one.kind == kind) for kind in ("choice", "number"))
    first.drafts = {one: "week"}
    first.drafts = first.drafts | {two: {"amount": "0.7", "unit": ""}}
    assert form(record).drafts == {one: "week", two: {"amount": "0.7", "unit": ""}}
    first.drafts = {one: None}
    assert form(record).drafts == {}


@pytest.mark.parametrize("right", [True, False])
def test_all_answers_are_recorded_together_and_then_explained(record: Record, right: bool) -> None:
    shown = form(record, SECOND)
    kept = []
    shown.observe(lambda _: kept.append(len(Record(record.folder).events())), "report")
    shown.hand_in(drafts(shown, right))
    assert kept == [24], "recorded before anything is said"
    for one in (shown, form(record, SECOND)):
        assert f"{24 if right else 0} of 24 are right" in one.report
        assert one.report.count("Source:") == 24 and one.report.count("Your answer:") == 24
    events = record.events()
    assert {event.verdict for event in events} == {"right" if right else "not yet"}
    assert all(bool(event.misconception) is not right and event.version for event in events)


def test_a_test_is_handed_in_once(record: Record) -> None:
    shown = form(record, SECOND)
    choice = next(one for one in shown.exercises if one.kind == "choice")
    shown.hand_in({choice.id: choice.asks.right})
    first = shown.report
    shown.hand_in(drafts(shown))
    form(record, SECOND).hand_in(drafts(shown))
    shown.drafts = {choice.id: "strange"}
    assert len(record.events()) == 24 and form(record, SECOND).report == first


def test_what_was_left_open_is_not_right_and_said_so(record: Record) -> None:
    shown = form(record, SECOND)
    choice, number = (next(one for one in shown.exercises if one.kind == kind) for kind in ("choice", "number"))
    shown.hand_in({choice.id: choice.asks.right, number.id: {"amount": "many", "unit": ""}, "gone-01": "x"})
    verdicts = [event.verdict for event in record.events()]
    assert (verdicts.count("unanswered"), verdicts.count("right"), verdicts.count("cannot tell")) == (22, 1, 1)
    assert "1 of 24 are right" in shown.report and shown.report.count("Not answered") == 22


def test_what_is_open_or_cannot_be_read_is_said_before_it_is_handed_in(record: Record, monkeypatch) -> None:
    shown, heard = form(record), []
    monkeypatch.setattr(shown, "send", lambda content, buffers=None: heard.append(content["doubts"]))
    number = next(at for at, one in enumerate(shown.exercises) if one.kind == "number")
    given = drafts(shown) | {shown.exercises[number].id: {"amount": "0,75", "unit": ""}, shown.exercises[0].id: {}}
    given.pop(shown.exercises[-1].id)
    message = {"do": "hand in", "drafts": given}
    shown._asked(shown, message | {"sure": False}, [])
    assert "Not answered: 1, 24." in heard[-1] and f"Cannot be read: {number + 1}: 0.75 of which unit?" in heard[-1]
    assert "Press Hand in once more" in heard[-1] and record.events() == [] and shown.report == ""
    shown._asked(shown, message | {"sure": True}, [])
    assert heard[-1] == "" and len(record.events()) == 24 and shown.report


def test_the_test_after_the_course_says_not_yet_while_the_course_is_open(record: Record) -> None:
    assert "Not yet" not in form(record).intro
    every = [one for name in bank.notebooks() for one in bank.exercises(name)]
    assert (
        f"<strong>Not yet:</strong> these are for after the course, and {len(every)} of its"
        in form(record, SECOND).intro
    )
    record.append(*(Event(one.id, answer="x", verdict="right") for one in every[1:]))
    assert f"and 1 of its {len(every)} questions" in form(record, SECOND).intro
    assert "Not yet" not in form(record, SECOND).twin(), "the twin knows no record"
    record.append(Event(every[0].id, answer="x", verdict="right"))
    record.append(Event(every[1].id, answer="y", verdict="not yet"))  # tried out afterwards
    assert "Not yet" not in form(record, SECOND).intro


def test_the_start_page_follows_what_is_handed_in_and_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from helpers.cards import record_panel
    from helpers.cards.on_page import keep_up

    record = Record(tmp_path)
    session = remember(Session(), record)
    monkeypatch.setattr(record_panel, "SESSION", session)
    test, stand = keep_up(Form(FIRST, session)), keep_up(record_panel.WhereYouStand(record))
    assert "twenty-four questions before you begin" in stand.html
    test._asked(test, {"do": "hand in", "drafts": drafts(test), "sure": True}, [])
    assert "The test, first: 24 of 24 right" in stand.html and "may be chance" not in stand.html
    record_panel.YourRecord(record).delete()
    assert test.report == "" and "twenty-four questions before you begin" in stand.html


@pytest.mark.parametrize(
    "message", [None, {}, {"do": "hand in"}, {"do": "hand in", "drafts": 7}, {"do": "hand in", "drafts": []}], ids=str
)
def test_a_strange_message_hands_nothing_in(record: Record, message: object) -> None:
    shown = form(record)
    shown._asked(shown, message, [])
    assert record.events() == [] and shown.report == ""


def test_html_in_an_answer_stays_text(record: Record) -> None:
    shown = form(record, SECOND)
    strange = {"number": {"amount": "<img src=x onerror=alert(1)>", "unit": "<b>"}, "choice": "<script>"}
    shown.hand_in({one.id: strange[one.kind] for one in shown.exercises if one.kind in strange})
    assert "<img src=x" not in shown.report and "<script>" not in shown.report


@sittings_of_it
def test_a_test_has_a_still_twin_and_a_steady_name(record: Record, sitting: str) -> None:
    fresh, done = form(record, sitting), form(record, sitting)
    done.hand_in(drafts(done))
    bundles = [kept(one) for one in (fresh, done)]
    assert bundles[0]["text/html"] == bundles[1]["text/html"] and "Run this cell to answer" in bundles[0]["text/html"]
    assert bundles[0]["text/plain"] == bundles[1]["text/plain"]


@pytest.mark.parametrize(
    ("id", "answer", "words"),
    [
        ("before-05", "drip", "The blood was thinned by a drip"),
        ("before-05", "strange", "strange"),
        (
            "before-01",
            {"breath": "red"},
            "She has to rest on the stairs to get her breath, and her heart races: red cells",
        ),
        ("before-18", {"amount": "6.9", "unit": "10^9/L"}, "6.9 10^9/L"),
        ("start-04", {"amount": "41", "unit": ""}, "41 g/L"),
        ("before-21", {"plt": "3"}, "Platelets, CTCAE v6.0: grade 3"),
        ("start-08", ["unit", "low"], "Which value, in which unit, and can it be true?; Is it low for this person?"),
        ("start-04", "7", "7"),
        ("start-04", [1, {}], "1; {}"),
    ],
)
def test_an_answer_in_words(id: str, answer: object, words: str) -> None:
    assert bank.exercise(id).asks.words(answer) == words
