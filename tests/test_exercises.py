"""Exercises: what the judge says to right, wrong and odd answers, and what a card does without a kernel."""

from __future__ import annotations

import json
import math
import re
import tomllib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import code_tasks
import nbformat
import numpy as np
import pandas as pd
import pytest
from conftest import forget_citations
from execute import kept
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.blood.cells.film import six_films
from helpers.cards import card
from helpers.cards.card import Card
from helpers.questions import bank
from helpers.questions.answers import FRONT_DOOR, ROOMS, AnswerError, run, value
from helpers.questions.compare import difference
from helpers.questions.exercise import EXIT, PRACTICE, Exercise, Verdict
from helpers.questions.judge import judge
from helpers.questions.kinds.number import UNIT_SLIP, read_number
from helpers.record.session import Session, Work

HERE = Path(__file__).parent
EXAMPLES = bank.read(
    tomllib.loads((HERE / "data" / "exercises_example.toml").read_text(encoding="utf-8")), "00_example"
)
CHOICE, SEVERAL, ANC, LINES, ORDER, MATCH, GRADE, CODE, *NEW = EXAMPLES.values()
NOTEBOOKS = sorted((HERE.parent / "notebooks").glob("*.ipynb"))
ODD = [0, -1, True, "", " ", "x" * 100_000, "<script>alert(1)</script>", b"b", [], {}, set(), [None], {"a": None}, 1j]
ODD += [
    float("nan"),
    float("inf"),
    10**400,
    Decimal("0.8"),
    np.array([1, 2]),
    pd.DataFrame(),
    pd.NA,
    object(),
    print,
    [[1]],
    {1: 2},
]


@pytest.fixture
def session() -> Session:
    return Session()


# --- every kind -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("exercise", EXAMPLES.values(), ids=repr)
def test_untouched_is_neutral(exercise: Exercise) -> None:
    verdict = judge(exercise, ... if exercise is CODE else None)
    assert verdict.status == "unanswered" and verdict.feedback.startswith("Not answered yet.")


@pytest.mark.parametrize("exercise", EXAMPLES.values(), ids=repr)
@pytest.mark.parametrize("answer", ODD, ids=lambda odd: f"{type(odd).__name__} {str(odd)[:12]}")
def test_an_odd_answer_gets_a_sentence(exercise: Exercise, answer: object) -> None:
    verdict = judge(exercise, answer)
    assert verdict.status in ("cannot tell", "unanswered", "not yet")
    assert verdict.feedback.endswith((".", "?")) and len(verdict.feedback) < 700
    assert "<script" not in verdict.feedback


def anything() -> st.SearchStrategy:
    """Whatever a page or a cell could hand over."""
    atoms = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text()
        | st.binary()
        | st.sampled_from(["plt6", "3", "a", "hb"])
    )
    return st.recursive(
        atoms,
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["amount", "unit", "plt6", "hb"]), inner)
        ),
    )


@pytest.mark.parametrize("exercise", EXAMPLES.values(), ids=repr)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(answer=anything())
def test_no_answer_raises(exercise: Exercise, answer: object) -> None:
    assert isinstance(judge(exercise, answer), Verdict)


# --- choice and several -----------------------------------------------------------------------------------------------


def test_a_wrong_choice_is_named_and_explained_alone() -> None:
    verdict = judge(CHOICE, "4")
    assert (verdict.status, verdict.misconception) == ("not yet", "used CTCAE 5 for CTCAE 6")
    assert "version 5.0" in verdict.feedback and verdict.notes == {}


def test_a_right_choice_explains_the_others() -> None:
    verdict = judge(CHOICE, "3")
    assert verdict.status == "right" and set(verdict.notes) == {"1", "2", "4"}


@pytest.mark.parametrize(
    ("ticked", "misconception", "words"),
    [
        (["plt", "hb", "wbc"], "", "All three lines"),
        (["hb", "wbc"], "called two low lines pancytopenia", "bicytopenia"),
        (["hb", "wbc", "plt", "mcv"], "took red-cell size for a line of cells", "size"),
        (["hb", "plt"], "", "one is still missing"),
        (["plt"], "", "2 are still missing"),
    ],
)
def test_several_tells_which_kind_of_slip(ticked: list[str], misconception: str, words: str) -> None:
    verdict = judge(SEVERAL, ticked)
    assert verdict.misconception == misconception and words in verdict.feedback
    explained = set(ticked) if len(ticked) <= 3 else set()  # who ticks everything is not told which belong
    assert set(verdict.notes) == (explained if verdict.status != "right" else {"hb", "mcv", "wbc", "plt", "retic"})


def test_several_counts_ticks_that_do_not_belong() -> None:
    slipless = replace(SEVERAL, misconceptions=())
    assert "2 you ticked do not belong" in judge(slipless, ["hb", "wbc", "plt", "mcv", "retic"]).feedback
    assert judge(slipless, ["mcv"]).feedback.startswith("None of these yet: one you ticked does not belong and 3")


# --- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        {"amount": "0.8", "unit": "10^9/L"},
        {"amount": "800", "unit": "/uL"},
        {"amount": "800000", "unit": "/mL"},
        ("0,8", "×10⁹/L"),
        (0.8, "G/L"),
        "0.798 x10^9/L",
        "800/µL",
        "8e2 cells/µL",
    ],
    ids=str,
)
def test_a_number_is_right_in_any_unit(answer: object) -> None:
    assert judge(ANC, answer).status == "right"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("0.8", "which unit?"),
        (0.8, "which unit?"),
        ({"amount": "many", "unit": "10^9/L"}, "is not a number"),
        ({"amount": "0.8", "unit": "g/L"}, "grams per liter"),
        ({"amount": "0.8", "unit": "potatoes"}, "potatoes"),
        ({"amount": "0.8 G/L", "unit": "/uL"}, "Leave one of the two units"),
        ("1,200 /µL", "could be 1.200 or 1200"),
        ("-0.8 G/L", "negative"),
        ("1e999 G/L", "not a number a count could have"),
        ("nan G/L", "is not a number"),
        ("<b>0.8</b>", "is not a number"),
    ],
)
def test_a_number_that_cannot_be_told(answer: object, words: str) -> None:
    verdict = judge(ANC, answer)
    assert verdict.status == "cannot tell" and words in verdict.feedback and "<" not in verdict.feedback


@pytest.mark.parametrize(
    ("answer", "misconception"),
    [
        ("2.1 G/L", "used total WBC for ANC"),
        ("2100 /µL", "used total WBC for ANC"),
        ("800 G/L", "mixed /µL with 10⁹/L"),
        ("80 G/L", "forgot to divide by 100"),
        ("8 G/L", UNIT_SLIP),
        ("0.8 /µL", UNIT_SLIP),
        ("5 G/L", ""),
    ],
)
def test_a_wrong_number_is_known_by_its_slip(answer: str, misconception: str) -> None:
    verdict = judge(ANC, answer)
    assert (verdict.status, verdict.misconception) == ("not yet", misconception)


def test_digits_that_are_nearly_right_in_another_unit_are_sent_to_the_unit_first() -> None:
    """The sharper answer of a slip by a power of ten is for digits that are right."""
    near, far = judge(ANC, "8.3 G/L"), judge(ANC, "5 G/L")
    assert (near.misconception, far.misconception) == ("", "")
    assert "check the unit first" in near.feedback and "far too high" in near.feedback
    assert "unit" not in far.feedback and "too high" in far.feedback


def test_the_tolerance_ends_where_it_says() -> None:
    assert judge(ANC, "0.807 G/L").status == "right"
    assert judge(ANC, "0.809 G/L").status == "not yet"


def test_a_number_without_an_analyte_takes_its_own_word() -> None:
    assert judge(LINES, "2").status == judge(LINES, "2 lines").status == judge(LINES, 2).status == "right"
    assert "number only" in judge(LINES, "2 apples").feedback


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1 200/µL", (1200.0, "/µL")),
        ("1\u202f200", (1200.0, "")),
        (".5", (0.5, "")),
        ("−3", (-3.0, "")),
        ("1,234.5", (1234.5, "")),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, read: tuple[float, str]) -> None:
    assert read_number(text) == read


# --- ordering, matching, grade ----------------------------------------------------------------------------------------


def test_an_order_names_the_first_misplaced_pair() -> None:
    verdict = judge(ORDER, ["units", "low", "cause", "grade"])
    assert verdict.misconception == "exchanged two neighbors of an order" and verdict.credit == 5 / 6
    assert "“Look for a cause” stands before “Grade how low it is”" in verdict.feedback


def test_an_order_needs_every_line_once() -> None:
    assert judge(ORDER, ["units", "units", "low", "grade"]).status == "cannot tell"


def test_a_half_done_match_says_what_is_open() -> None:
    verdict = judge(MATCH, {"hb": "red"})
    assert verdict.status == "unanswered" and "Neutrophils; Platelets" in verdict.feedback


def test_a_partly_right_match_says_where_to_look() -> None:
    verdict = judge(MATCH, {"hb": "red", "anc": "platelets", "plt": "platelets"})
    assert verdict.feedback == "2 of 3 are right. Neutrophils: “platelets” belongs to “Platelets”."
    assert verdict.misconception == "took one thing for another of the list" and verdict.credit == pytest.approx(2 / 3)


def test_a_grade_is_computed_and_reasoned() -> None:
    truth = GRADE.asks.right
    assert truth == {"plt6": "3", "anc6": "3", "hb6": "3+", "who": "3"}
    verdict = judge(GRADE, truth)
    assert verdict.status == "right" and "18" in verdict.notes["plt6"]


def test_the_other_edition_is_a_misconception() -> None:
    verdict = judge(GRADE, GRADE.asks.right | {"plt6": "4", "anc6": "4"})
    assert verdict.misconception == "used CTCAE 5 for CTCAE 6"


# --- the language of answers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("= 2 * anc(10, 30) - 1", 5),
        ('= convert(7.2, "g/dL", "hb")', 72),
        ("= mcv(0.3, 3.0)", 100),
        ('= constant("normal_hct_pct")', 45),
        ('= look_up("constants", "value", name="normal_hct_pct")', 45),
        ('= grade_key(grade(BloodCount.of(plt=18), "ctcae", "5.0")["platelets"])', "4"),
        ('= grade_key(grade(patient("CRS-014"), "who_anemia", "2024")["anemia"])', "1"),
        ('=\nsizes = {"a": 3, "b": 1, "c": 2}\nsorted(sizes, key=sizes.get)\n', ["b", "c", "a"]),
        ("= {2: 'two'}[round(2.3)]", "two"),
        ("= pd.Series([1, 2]).sum()", 3),
        ('= transfusion("prophylaxis", "AABB and ICTMG", 2025, plt=14)', "do not give"),
        ({"a": "= 1 + 1", "b": ["= 3", "4"]}, {"a": 2, "b": [3, "4"]}),
        ("3+", "3+"),
    ],
    ids=str,
)
def test_an_answer_is_worked_out(given: object, expected: object) -> None:
    found = value(given)
    assert found == pytest.approx(expected) if isinstance(expected, int | float) else found == expected


def test_a_flag_depends_on_the_person() -> None:
    for sex, expected in (("female", "normal"), ("male", "low")):
        assert value(f'= flag_of("hb", BloodCount.of(hb=125, age_y=40, sex="{sex}"))') == expected
    assert value('= flag_of("hb", BloodCount.of(plt=12))') == "cannot tell"


def test_the_age_at_which_a_guideline_turns_is_found_or_never() -> None:
    person = 'severity="severe", age_y=38, sibling=True, fit=True'
    assert value(f'= turns_at("ash2013", {person})') == "40"
    assert value(f'= turns_at("ash2013", {person.replace("38", "80")})') == "never"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("= guess(3)", "no 'guess' for answers. The names are: .*anc"),
        ("= open('x')", "no 'open'"),
        ("= __import__('os')", "no '__import__'"),
        ("= import os", "last line"),
        ("=\nimport os\nos", "imports and defines nothing"),
        ("=\nfrom helpers import grade\ngrade", "imports and defines nothing"),
        ("= ().__class__", "does not reach for '__class__'"),
        ("= pd.__builtins__", "does not reach"),
        ("=\nanswer = 3", "last line"),
        ("=", "last line"),
        ("= 1 +", "no Python"),
    ],
)
def test_an_answer_that_leaves_the_language_says_why(given: str, words: str) -> None:
    with pytest.raises(AnswerError, match=words):
        value(given)


@pytest.mark.parametrize("name", FRONT_DOOR.split() + [name for names in ROOMS.values() for name in names.split()])
def test_every_name_of_the_language_is_there(name: str) -> None:
    assert value(f"= {name}") is not None


@pytest.mark.parametrize("asked_for", ["check", "hint", "solution", "again"])
def test_whatever_a_card_is_asked_it_answers_with_a_message(monkeypatch: pytest.MonkeyPatch, asked_for: str) -> None:
    """The page waits for one, and would say that Python may have stopped."""
    card, sent = Card(bank.exercise("start-01"), Session()), []
    monkeypatch.setattr(card, "send", lambda content, *_: sent.append(content))
    card._asked(card, {"do": asked_for, "answer": None}, [])
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [('= patient("CRS-999")', "no published patient"), ('= look_up("constants", "value", name="?")', "0 rows")],
)
def test_a_row_that_is_not_there_is_not_guessed(given: str, said: str) -> None:
    with pytest.raises(KeyError, match=said):
        value(given)


def test_code_that_leaves_nothing_says_so() -> None:
    with pytest.raises(AnswerError, match="leaves nothing"):
        run("x = 1", "answer")


def test_the_letters_of_the_six_films_are_those_of_the_picture() -> None:
    """The one answer that is typed because it is a matter of where a film hangs."""
    assert bank.exercise("roles-13").asks.right == {letter: film for letter, (film, _) in six_films().items()}


# --- comparing values worked out in code ------------------------------------------------------------------------------

FRAME = pd.DataFrame({"anc": [0.8, 0.2, np.nan], "grade": ["3", "4", "?"]}, index=["A", "B", "C"])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (3, 3.0000000001),
        (np.int64(3), 3),
        (float("nan"), math.nan),
        (" Severe ", "severe"),
        (np.array([1, 2]), [1, 2]),
        (["b", "a"], {"a", "b"}),
        (FRAME.loc[["C", "A", "B"]], FRAME),
        (FRAME.assign(more=1)[["grade", "more", "anc"]], FRAME),
        (FRAME["anc"].rename("else"), FRAME["anc"]),
        (FRAME["anc"].astype("Float64"), FRAME["anc"]),
        (FRAME["anc"].to_dict(), FRAME["anc"]),
        (FRAME.reset_index(drop=True), FRAME),
        (pd.Series({"a": 1}), {"a": 1}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_the_same_is_the_same(given: object, expected: object) -> None:
    assert difference(given, expected) == ""


@pytest.mark.parametrize(
    ("given", "expected", "words"),
    [
        (4, 3, "too high"),
        (math.nan, 3, "missing"),
        ("3", 3, "without quotation marks"),
        (FRAME, 3, "how many"),
        (FRAME["anc"].head(1), 3, "iloc"),
        (FRAME["anc"] > 0.5, 2, "`.sum()` counts them"),
        (FRAME["anc"].astype(bool).to_numpy(), 2, "`.sum()` counts them"),
        (FRAME["anc"], 3, "yours holds several"),
        ([1, 2], 3, "yours holds several"),
        (len, 3, "Call the function"),
        (True, 1, "yes or no"),
        ([1, 2], [1, 2, 3], "2 entries; 3 were expected"),
        ([2, 1], [1, 2], "another order"),
        ([1, 5], [1, 2], "1 of your 2"),
        ({"a", "c"}, {"a", "b"}, "1 missing and 1 too many"),
        ({"a": 1}, {"a": 1, "b": 2}, "lacks b"),
        ({"a": 1, "b": 3}, {"a": 1, "b": 2}, "Look again at b"),
        (FRAME.head(2), FRAME, "2 rows; 3 were expected"),
        (FRAME[["anc"]], FRAME, "no column grade"),
        (FRAME.assign(anc=[0.8, 0.3, np.nan]), FRAME, "in row B, where yours is 0.3"),
        (FRAME["anc"].fillna(0), FRAME["anc"], "1 of 3 values"),
        (FRAME, FRAME["anc"], "Take the one column"),
        (FRAME["anc"].set_axis(["X", "Y", "Z"]), FRAME["anc"], "labelled X, Y, Z"),
        (None, FRAME, "nothing"),
    ],
)
def test_a_difference_is_told_in_words(given: object, expected: object, words: str) -> None:
    assert words in difference(given, expected)


def test_an_object_that_cannot_be_compared_is_told() -> None:
    class Hostile(dict):
        def __contains__(self, key: object) -> bool:
            raise RuntimeError("no")

    assert "could not be compared" in difference(Hostile(), {"a": 1})


def _said(exercise: Exercise) -> list[str]:
    return [option.says for option in getattr(exercise.asks, "options", ())]


# --- the card, without a kernel ---------------------------------------------------------------------------------------


def test_the_page_is_never_told_the_answer_before_an_attempt(session: Session) -> None:
    for exercise in EXAMPLES.values():
        shown = Card(exercise, session).get_state()
        words = json.dumps({name: part for name, part in shown.items() if name not in ("_esm", "_css", "layout")})
        secrets = [exercise.solution, exercise.right, *exercise.hints, *_said(exercise)]
        secrets += [slip.feedback for slip in exercise.misconceptions] + [slip.name for slip in exercise.misconceptions]
        assert not [secret for secret in secrets if secret and json.dumps(secret)[1:30] in words], exercise.id
        assert not {"answer", "misconceptions", "solution", "code"} & set(shown["question"])


def test_a_card_is_answered(session: Session) -> None:
    shown = Card(CHOICE, session)
    assert (shown.verdict, shown.attempts) == ({}, 0)
    shown.check("4", confidence=0.9)
    assert (shown.verdict["status"], shown.verdict["word"], shown.verdict["sign"]) == ("not yet", "Not yet", "✎")
    shown.check("3", confidence=0.9)
    assert (shown.verdict["sign"], shown.attempts) == ("✓", 2)


@pytest.mark.parametrize(
    ("answer", "confidence", "told"),
    [
        ("3", 0.9, "You were <em>sure</em>: that earns 3 of 3 marks."),
        ("3", 0.5, "You were <em>not sure</em>: that earns 1 of 3 marks."),
        ("4", 0.9, "You were <em>sure</em>: that costs 6 marks."),
        ("4", 0.5, "You were <em>not sure</em>: that earns no mark."),
    ],
)
def test_the_first_answer_to_an_exit_ticket_says_what_its_certainty_earned(
    session: Session, answer: str, confidence: float, told: str
) -> None:
    shown = Card(replace(CHOICE, phase=EXIT), session)
    shown.check(answer, confidence=confidence)
    assert told in shown.verdict["html"]
    shown.check("3", confidence=0.9)
    assert ("You were" in shown.verdict["html"]) == (shown.attempts == 1)


def test_no_certainty_is_marked_where_none_is_asked_for_or_said(session: Session) -> None:
    shown = Card(replace(CHOICE, phase=EXIT), session)
    shown.check("4")
    assert "You were" not in shown.verdict["html"]
    practice = Card(replace(CHOICE, phase=PRACTICE), Session())
    practice.check("4", confidence=0.9)
    assert "You were" not in practice.verdict["html"]


def test_a_verdict_is_about_the_answer_that_was_checked(session: Session) -> None:
    """The page compares the two: over another answer it shows no verdict."""
    shown = Card(CHOICE, session)
    shown.check("3")
    assert (shown.draft, shown.checked) == ("3", "3")
    shown.draft = "4"
    assert (shown.checked, Card(CHOICE, session).checked, Card(CHOICE, session).draft) == ("3", "3", "4")
    shown.check(None)
    assert (shown.checked, shown.verdict["status"]) == (None, "unanswered")
    shown.again()
    assert (shown.checked, shown.verdict) == (None, {})


def test_each_check_is_answered_even_where_its_words_are_the_same(session: Session, monkeypatch) -> None:
    shown, heard = Card(LINES, session), []
    monkeypatch.setattr(shown, "send", lambda content, buffers=None: heard.append(content))
    for answer in ("7", "8"):
        shown.check(answer)
    assert heard == [{"checked": "not yet"}] * 2 and shown.attempts == 2


def test_an_untouched_card_leaves_no_event(session: Session) -> None:
    shown = Card(CHOICE, session)
    shown.check(None)
    assert shown.verdict["status"] == "unanswered" and session.events == [] and shown.attempts == 0


def test_every_answer_leaves_one_event_before_its_feedback(session: Session) -> None:
    shown = Card(CHOICE, session)
    seen = []
    session.listeners.append(lambda event: seen.append((event, dict(shown.verdict))))
    shown.hint()
    shown.check("4", confidence=0.5)
    shown.check("4", confidence=0.5)
    [(event, verdict_then)] = [(event, verdict) for event, verdict in seen if event.did == "answered"]
    assert verdict_then == {}
    assert (event.exercise, event.answer, event.verdict) == ("example-01", "4", "not yet")
    assert (event.misconception, event.hints, event.confidence) == ("used CTCAE 5 for CTCAE 6", 1, 0.5)
    assert event.time.tzinfo is not None and session.events == [event for event, _ in seen]
    assert event.version == bank.version(CHOICE)


def test_hints_come_one_by_one_and_end(session: Session) -> None:
    shown = Card(ANC, session)
    for seen in (1, 2, 3, 3):
        shown.hint()
        assert len(shown.hints) == seen


def test_the_solution_waits_for_an_attempt(session: Session) -> None:
    shown = Card(ANC, session)
    for not_an_attempt in (None, {"amount": "?", "unit": ""}):
        shown.check(not_an_attempt)
        shown.reveal()
        assert shown.solution == "" and shown.attempts == 0
    shown.check({"amount": "2.1", "unit": "10^9/L"})
    shown.reveal()
    assert "0.80" in shown.solution and "href" in shown.solution


def test_a_new_card_takes_up_what_was_there(session: Session) -> None:
    first = Card(ANC, session)
    first.draft = {"amount": "0.", "unit": ""}
    first.hint()
    assert Card(ANC, session).draft == {"amount": "0.", "unit": ""}
    first.check({"amount": "2.1", "unit": "10^9/L"})
    second = Card(ANC, session)
    assert (second.draft, len(second.hints), second.attempts) == ({"amount": "2.1", "unit": "10^9/L"}, 1, 1)
    assert second.verdict == first.verdict


def test_work_can_be_recalled_from_elsewhere() -> None:
    shown = Card(CHOICE, Session(recall=lambda id: Work(draft="2", hints=2, attempts=1)))
    assert (shown.draft, len(shown.hints), shown.attempts) == ("2", 2, 1)


@pytest.mark.parametrize(
    "message",
    [{}, None, "check", [], {"do": "check"}, {"do": "check", "answer": {"x": []}, "confidence": "high"}, {"do": "fly"}],
    ids=str,
)
def test_a_strange_message_from_the_page_does_nothing_bad(session: Session, message: object) -> None:
    shown = Card(CHOICE, session)
    shown._asked(shown, message, [])
    assert shown.attempts == 0 and shown.confidence is None


def test_messages_from_the_page_are_obeyed(session: Session) -> None:
    shown = Card(CHOICE, session)
    for message in ({"do": "hint"}, {"do": "check", "answer": "3", "confidence": 0.75}, {"do": "solution"}):
        shown._asked(shown, message, [])
    assert (len(shown.hints), shown.verdict["status"], shown.confidence) == (1, "right", 0.75) and shown.solution


def test_html_in_an_answer_stays_text(session: Session) -> None:
    shown = Card(ANC, session)
    shown.check({"amount": "<img src=x onerror=alert(1)>[a](javascript:b)", "unit": "<b>"})
    assert "<img" not in shown.verdict["html"] and "href" not in shown.verdict["html"]


@pytest.mark.parametrize("exercise", EXAMPLES.values(), ids=repr)
def test_a_card_has_a_still_twin_and_a_steady_name(exercise: Exercise) -> None:
    bundles = [kept(Card(exercise, Session())) for _ in range(2)]
    assert bundles[0]["text/html"] == bundles[1]["text/html"]
    assert bundles[0]["text/plain"] == bundles[1]["text/plain"] == f"Card({exercise.id}, {exercise.kind})"
    assert "Run this cell to answer: click on it, press Shift+Enter" in bundles[0]["text/html"]
    assert exercise.prompt.replace("*", "")[:5] in re.sub("<[^>]+>", "", bundles[0]["text/html"])


# --- ask and check ----------------------------------------------------------------------------------------------------


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch, session: Session) -> Session:
    """A fresh kernel whose bank is the example."""
    monkeypatch.setattr(card, "SESSION", session)
    monkeypatch.setattr(card, "_cards", {})
    monkeypatch.setattr(card, "exercise", EXAMPLES.__getitem__)
    return session


def test_asking_again_gives_the_same_card(kernel: Session) -> None:
    assert card.ask("example-01") is card.ask("example-01")


def test_code_is_asked_above_and_checked_below(kernel: Session) -> None:
    assert repr(card.ask("example-08")) == "Card(example-08, code, task)"
    below = card.check("example-08", ...)
    assert (repr(below), below.verdict["status"]) == ("Card(example-08, code, check)", "unanswered")
    counts = pd.DataFrame({"wbc": [2.1, 0.9, 6.4], "neut": [38.0, 20.0, 61.0]}, index=["A", "B", "C"])
    assert card.check("example-08", counts.wbc * counts.neut).verdict["html"].startswith("<p>A percentage")
    assert card.check("example-08", counts.wbc * counts.neut / 100).verdict["status"] == "right"
    below.reveal()
    assert "<code" in below.solution
    assert [event.verdict or event.did for event in kernel.events] == ["not yet", "right", "solution"]


class Shell:
    """A kernel's cells and names."""

    def __init__(self, **names: object) -> None:
        self.user_ns = names


def test_a_task_whose_table_was_overwritten_says_so(kernel: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """`how_many = patients["pancytopenia"] = "yes"` spoils the table; the right code is wrong from then on."""
    counts = run("", "counts", CODE.asks.given)
    monkeypatch.setattr(card, "get_ipython", lambda: Shell(counts=counts.assign(neut_pct="yes"), In=["cell"]))
    assert "Besides, <code>counts</code> is not what the page made" in card.check("example-08", 3).verdict["html"]
    monkeypatch.setattr(card, "get_ipython", lambda: Shell(counts=counts.assign(more=1), In=["cell"]))
    assert "Besides" not in card.check("example-08", 4).verdict["html"], "a column of one's own does no harm"
    assert CODE.asks.spoiled({}) == [] and CODE.asks.spoiled({"counts": None}) == ["counts"]


def test_checking_what_is_answered_on_a_card_is_refused(kernel: Session) -> None:
    with pytest.raises(ValueError, match="ask"):
        card.check("example-01", "3")


def test_asking_cites_the_sources(kernel: Session) -> None:
    from helpers.evidence import cited

    forget_citations()
    card.ask("example-07")
    assert set(cited().index) == {"CTCAE6", "WHO2024"}
    forget_citations()


# --- the notebooks' code tasks ----------------------------------------------------------------------------------------


def written(path: Path, *cells: str) -> Path:
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]), path)
    return path


TASK = 'answer = ...\ncheck("example-08", answer)'
BEFORE = f"import pandas as pd\nfrom helpers import ask, check\n{CODE.asks.given}\nfactor = 1"


def test_a_task_is_tried_inside_its_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank, "exercise", EXAMPLES.__getitem__)
    notebook = written(tmp_path / "a.ipynb", BEFORE, TASK)
    assert code_tasks.asked(notebook) == [("check", "example-08")]
    assert code_tasks.notebook_faults(notebook) == []
    statuses = [
        verdict.status
        for verdict in code_tasks.judged_in_notebook(
            notebook, CODE, "", CODE.asks.code, "answer = factor", "answer = 1 / 0"
        )
    ]
    assert statuses == ["unanswered", "right", "not yet", "failed"]


def test_an_answered_task_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank, "exercise", EXAMPLES.__getitem__)
    fault, *_ = code_tasks.notebook_faults(written(tmp_path / "a.ipynb", BEFORE, TASK.replace("...", "1")))
    assert "as the cell comes it is 'not yet'" in fault


def test_a_task_whose_check_takes_another_name_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank, "exercise", EXAMPLES.__getitem__)
    notebook = written(tmp_path / "a.ipynb", BEFORE, 'mine = ...\ncheck("example-08", mine)')
    assert any("NameError: name 'mine' is not defined" in fault for fault in code_tasks.notebook_faults(notebook))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_asks_every_exercise_of_its_file_once(notebook: Path) -> None:
    if notebook.stem not in bank.notebooks():
        pytest.skip("this notebook has no exercises")
    asked = code_tasks.asked(notebook)
    mine = {exercise.id: exercise.kind for exercise in bank.exercises(notebook.stem)}
    assert len(asked) == len(set(asked))
    assert {id for function, id in asked if function == "ask"} >= set(mine)
    assert {id for function, id in asked if function == "check"} == {id for id, kind in mine.items() if kind == "code"}


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebooks_code_tasks_can_be_solved_where_they_stand(notebook: Path) -> None:
    """The reference solution passes in the cell, and each wrong way fails with the feedback written for it."""
    assert code_tasks.notebook_faults(notebook) == []


# --- in a real browser ------------------------------------------------------------------------------------------------

SHOW = """
import tomllib
from pathlib import Path
from helpers.questions import bank
from helpers.cards.card import Card
example = tomllib.loads(Path("../tests/data/exercises_example.toml").read_text(encoding="utf-8"))
cards = {name: Card(one) for name, one in bank.read(example, "00_example").items()}
"""


@pytest.mark.browser
def test_a_card_is_answered_by_keyboard_alone_and_keeps_its_keys(open_notebook) -> None:
    """JupyterLab's own keys (d d deletes a cell, arrows leave it) must not act while a control has the focus."""
    from playwright.sync_api import expect

    cells = [SHOW, 'cards["example-01"]', 'cards["example-03"]', 'cards["example-05"]']
    notebook = open_notebook(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]))
    notebook.run_all()
    keyboard = notebook.page.keyboard

    choice = notebook.cell(2).get_by_role("region", name="Question example-01")
    choice.get_by_label("Grade 1").focus()
    for key in ("Space", "ArrowDown", "ArrowDown", "d", "d", "x", "b", "Enter"):
        keyboard.press(key)
    choice.get_by_text("Right", exact=True).wait_for()

    number = notebook.cell(3).get_by_role("region", name="Question example-03")
    number.get_by_label("Type your result.").focus()
    keyboard.type("800 /µL")
    keyboard.press("Enter")
    number.get_by_text("Right", exact=True).wait_for()

    order = notebook.cell(4).get_by_role("region", name="Question example-05")
    order.get_by_role("button", name="Check", exact=True).press("Enter")
    expect(order.locator(".feedback")).to_contain_text("press “In order as it stands”")
    as_it_stands = order.get_by_role("button", name="In order as it stands")
    as_it_stands.press("Enter")
    expect(order.get_by_role("button", name="Taken as it stands.")).to_be_visible()
    assert order.evaluate("card => card.contains(document.activeElement)"), "no key goes to JupyterLab from here"
    order.get_by_role("button", name="Check", exact=True).press("Enter")
    expect(order.locator(".feedback strong")).to_have_text(re.compile("Right|Not yet"))
    order.get_by_role("button", name="Move up: Check the units").focus()
    for _ in range(4):  # the lines are shuffled: up to the top, and once more
        keyboard.press("Enter")
    order.get_by_text("Check the units is already first.").wait_for(state="attached")
    assert "Check the units" in notebook.page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert notebook.page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.length") == len(cells)

    notebook.page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    notebook.idle()
    again = notebook.cell(2).get_by_role("region", name="Question example-01")
    again.wait_for()
    assert again.get_by_label("Grade 3").is_checked(), "what was answered is there when the cell runs again"
    again.get_by_text("Right", exact=True).wait_for()


def test_what_an_earlier_question_asks_for_is_not_shown_by_the_next():
    asked, graded = bank.exercise("treatment-01"), bank.exercise("treatment-02")
    assert "8.4" not in graded.asks.shown() and asked.asks.right == pytest.approx(8.44)
    assert graded.asks.right["tier"] == "3", "the value is graded with all the same"
