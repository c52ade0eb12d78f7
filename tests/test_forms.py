"""The tests before and after: are they parallel and sound, and do they keep silent until all is handed in?"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from helpers.evidence import questions, source, table
from helpers.exercises import bank
from helpers.exercises.forms import Form, answer_words
from helpers.exercises.judge import right_answer
from helpers.exercises.record import Record
from helpers.exercises.resume import remember
from helpers.exercises.session import Session, plain
from helpers.exercises.standing import AFTER, BEFORE
from helpers.exercises.trial import betraying_answer, schema_faults

PAIRS = list(zip(bank.exercises(BEFORE), bank.exercises(AFTER), strict=True))
pairs = pytest.mark.parametrize(("before", "after"), PAIRS, ids=lambda one: one.id)
forms = pytest.mark.parametrize("name", [BEFORE, AFTER])


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record(tmp_path)


def form(record: Record, name: str = BEFORE) -> Form:
    """A test as a new kernel shows it."""
    return Form(name, remember(Session(), Record(record.folder)))


def drafts(name: str, right: bool = True) -> dict:
    given = {}
    for one in bank.exercises(name):
        answer = right_answer(one) if right else betraying_answer(one, one.misconceptions[0])
        if one.kind == "number" and right:
            answer = {"amount": repr(answer), "unit": "10^9/L" if one.analyte else ""}
        given[one.id] = plain(answer)
    return given


# --- parallel ---------------------------------------------------------------------------------------------------------


def test_there_are_twelve_of_each_and_they_name_each_other() -> None:
    assert bank.forms() == [AFTER, BEFORE] and len(PAIRS) == 12
    assert {questions(name)["pairs_with"] for name in bank.forms()} == {"before", "after"}


@pairs
def test_each_has_its_parallel(before: bank.Exercise, after: bank.Exercise) -> None:
    assert (before.kind, before.objective, before.area) == (after.kind, after.objective, after.area)
    same = {slip.name for slip in before.misconceptions} & {slip.name for slip in after.misconceptions}
    assert len(same) >= 1, "a slip can be seen before and after"
    asked = [(one.prompt, one.options, one.items, one.count, one.answer) for one in (before, after)]
    assert asked[0] != asked[1], "the same question twice measures memory"
    assert all(source(key) for one in (before, after) for key in one.sources)
    assert before.hints == after.hints == ()


@forms
def test_the_right_answer_has_no_favorite_place(name: str) -> None:
    choices = [one for one in bank.exercises(name) if one.kind == "choice"]
    at = [[option.key for option in one.options].index(right_answer(one)) for one in choices]
    assert len(set(at)) >= 3 and max(map(at.count, at)) <= len(at) / 2 + 1


@pytest.mark.parametrize("wrong", [{"hints": ["a" * 20] * 3}, {"confidence": True}, {"area": None}], ids=str)
def test_what_a_test_must_not_have_is_refused(wrong: dict) -> None:
    contents = json.loads(json.dumps(questions(BEFORE)))
    contents["exercise"][0] |= wrong
    if wrong.get("area", "") is None:
        del contents["exercise"][0]["area"]
    assert schema_faults(contents) and not schema_faults(questions(BEFORE))


LIMIT = re.compile(r"(?:grade (\d)|(anemia|moderate|severe)(?: anemia)?) below ([\d.]+)")


@pairs
def test_the_limits_printed_in_a_question_are_those_of_the_tables(before: bank.Exercise, after: bank.Exercise) -> None:
    severity, intervals = table("severity"), table("reference_intervals").query("set == 'dorset'")
    printed = {(low, high) for low, high in zip(intervals["low"], intervals["high"], strict=True)}
    for one in (before, after):
        for low, high in re.findall(r"(\d+)–(\d+)", one.prompt):
            assert (float(low), float(high)) in printed, one.id
        edition = {"who_anemia": "2024", "ctcae": "6.0"}["who_anemia" if "WHO2024" in one.sources else "ctcae"]
        known = severity[severity["edition"] == edition]
        for grade, word, limit in LIMIT.findall(one.prompt):
            level = int(grade) if grade else {"anemia": 1, "moderate": 2, "severe": 3}[word]
            uppers = set(known.loc[known["grade"] == level, "upper"].dropna())
            assert float(limit) in uppers | ({1.5} if level == 1 else set()), (one.id, grade or word, limit)


# --- silent until handed in -------------------------------------------------------------------------------------------


@forms
def test_the_page_is_told_nothing_before_all_is_handed_in(record: Record, name: str) -> None:
    shown = form(record, name)
    state = shown.get_state()
    words = json.dumps({key: part for key, part in state.items() if key not in ("_esm", "_css", "layout")})
    for one in bank.exercises(name):
        secrets = [one.solution, *(option.says for option in one.options), *(slip.name for slip in one.misconceptions)]
        assert not [secret for secret in secrets if secret and json.dumps(secret)[1:30] in words], one.id
    assert shown.report == "" and not {"answer", "solution", "misconceptions"} & set(shown.questions[0])
    shown.drafts = {bank.exercises(name)[0].id: {"breath": "plt"}}
    assert shown.report == "" and record.events() == []


def test_what_is_chosen_is_there_again_after_a_restart(record: Record) -> None:
    first = form(record)
    first.drafts = {"before-03": "two"}
    first.drafts = first.drafts | {"before-05": {"amount": "0.7", "unit": ""}}
    assert form(record).drafts == {"before-03": "two", "before-05": {"amount": "0.7", "unit": ""}}
    first.drafts = {"before-03": None}
    assert form(record).drafts == {}


@forms
@pytest.mark.parametrize("right", [True, False])
def test_all_answers_are_recorded_together_and_then_explained(record: Record, name: str, right: bool) -> None:
    shown = form(record, name)
    kept = []
    shown.observe(lambda _: kept.append(len(Record(record.folder).events())), "report")
    shown.hand_in(drafts(name, right))
    assert kept == [12], "recorded before anything is said"
    for one in (shown, form(record, name)):
        assert f"{12 if right else 0} of 12 are right" in one.report
        assert one.report.count("Source:") == 12 and one.report.count("Your answer:") == 12
    events = record.events()
    assert {event.verdict for event in events} == {"right" if right else "not yet"}
    assert all(bool(event.misconception) is not right and event.version for event in events)


def test_a_test_is_handed_in_once(record: Record) -> None:
    shown = form(record)
    shown.hand_in({"before-03": "two"})
    first = shown.report
    shown.hand_in(drafts(BEFORE))
    form(record).hand_in(drafts(BEFORE))
    shown.drafts = {"before-03": "three"}
    assert len(record.events()) == 12 and form(record).report == first


def test_what_was_left_open_is_not_right_and_said_so(record: Record) -> None:
    shown = form(record)
    shown.hand_in({"before-03": "two", "before-05": {"amount": "many", "unit": ""}, "gone-01": "x"})
    verdicts = [event.verdict for event in record.events()]
    assert (verdicts.count("unanswered"), verdicts.count("right"), verdicts.count("cannot tell")) == (10, 1, 1)
    assert "1 of 12 are right" in shown.report and shown.report.count("Not answered") == 10


@pytest.mark.parametrize(
    "message", [None, {}, {"do": "hand in"}, {"do": "hand in", "drafts": 7}, {"do": "hand in", "drafts": []}], ids=str
)
def test_a_strange_message_hands_nothing_in(record: Record, message: object) -> None:
    shown = form(record)
    shown._asked(shown, message, [])
    assert record.events() == [] and shown.report == ""


def test_html_in_an_answer_stays_text(record: Record) -> None:
    shown = form(record)
    shown.hand_in({"before-05": {"amount": "<img src=x onerror=alert(1)>", "unit": "<b>"}, "before-03": "<script>"})
    assert "<img src=x" not in shown.report and "<script>" not in shown.report


@forms
def test_a_test_has_a_still_twin_and_a_steady_name(record: Record, name: str) -> None:
    fresh, done = form(record, name), form(record, name)
    done.hand_in(drafts(name))
    bundles = [one._repr_mimebundle_()[0] for one in (fresh, done)]
    assert bundles[0]["text/html"] == bundles[1]["text/html"] and "Open the notebook live" in bundles[0]["text/html"]
    assert bundles[0]["text/plain"] == bundles[1]["text/plain"]


@pytest.mark.parametrize(
    ("id", "answer", "words"),
    [
        ("before-03", "two", "Bicytopenia"),
        ("before-03", "strange", "strange"),
        (
            "before-01",
            {"breath": "red"},
            "She has to rest on the stairs to get her breath, and her heart races: red cells",
        ),
        ("before-05", {"amount": "0.7", "unit": "10^9/L"}, "0.7 10^9/L"),
        ("before-04", {"amount": "41", "unit": ""}, "41 ×10⁹/L"),
        ("before-09", {"plt": "3"}, "Platelets, CTCAE v6.0: grade 3"),
        ("start-08", ["unit", "low"], "Which value, in which unit, and can it be true?; Is it low for this person?"),
        ("start-04", "7", "7"),
        ("start-04", [1, {}], "1; {}"),
    ],
)
def test_an_answer_in_words(id: str, answer: object, words: str) -> None:
    assert answer_words(bank.exercise(id), answer) == words
