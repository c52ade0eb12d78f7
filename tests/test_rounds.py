"""Rounds: what is drawn and shuffled anew, what an event keeps of it, whether an old record still means the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from helpers.cards.card import Card
from helpers.cards.forms import SECOND, Form
from helpers.questions import bank
from helpers.questions.answers import AnswerError
from helpers.questions.bank import exercise, fingerprint, round_of, version
from helpers.questions.judge import judge
from helpers.questions.rounds import arranged, believable, drawn, draws, filled, first_values, values_of
from helpers.record.log import Record
from helpers.record.restore import remember
from helpers.record.session import Event, Session

FAMILIES = [one for name in bank.notebooks() + bank.forms() for one in bank.exercises(name) if one.family]


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record(tmp_path / "record")


def kernel(record: Record) -> Session:
    return remember(Session(), record)


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_at_least_forty_questions_draw_their_numbers() -> None:
    assert len(FAMILIES) >= 40


@pytest.mark.parametrize("one", FAMILIES, ids=lambda one: one.id)
def test_the_first_round_is_the_first_wording_and_the_next_has_other_numbers(one) -> None:
    assert one.drawn == first_values(one.family) and round_of(one, "a learner", 0) is one
    second, third = round_of(one, "a learner", 1), round_of(one, "a learner", 2)
    assert second.drawn != one.drawn and fingerprint(second) != fingerprint(one)
    assert version(second) == version(one), "the wording has one name, whatever is drawn"
    assert third.drawn != second.drawn or len(draws(one.family, "", 9)) == 2
    assert "{{" not in f"{second.prompt}{second.solution}{second.hints}{second.asks.seen()}"
    shown = second.asks.handed_in(second.asks.right)
    assert judge(second, shown).status == "right"


def test_a_range_and_a_list_and_what_is_neither() -> None:
    assert values_of({"range": [1, 2], "step": 0.5, "first": 1.5}) == [1.5, 1.0, 2.0]
    assert values_of({"draw": ["a", "b"]}) == ["a", "b"]
    for wrong in ({}, {"range": [1]}, {"range": [1, 2]}):
        with pytest.raises(AnswerError, match="draw"):
            values_of(wrong)


def test_only_draws_that_hold_are_drawn() -> None:
    family = {"wbc": {"range": [1, 9], "step": 1}, "holds": "wbc > 6"}
    assert {one["wbc"] for one in draws(family, "x", 50)[1:]} == {7, 8, 9}
    assert drawn(family, "x", 1)["wbc"] > 6


def test_a_record_can_put_nothing_else_into_an_answer() -> None:
    family = {"wbc": {"draw": [2.1, 1.8]}}
    assert believable(family, {"wbc": 1.8}) and not believable(family, {"wbc": 1.9})
    for odd in (None, [], {"wbc": "1.8"}, {"wbc": True}, {"wbc": 1.8, "x": 1}, {"wbc": "__import__('os')"}):
        assert not believable(family, odd)
    one = FAMILIES[0]
    assert round_of(one, "a learner", 3, {"odd": "value"}).drawn == one.drawn


def test_holes_are_filled_and_answers_know_the_names() -> None:
    raw = {"id": "x-{{a}}", "prompt": "{{a}}, {{a * 2:.1f}}", "items": [{"text": "{{a}}"}], "answer": "= a + 1"}
    found = filled(raw, {"a": 3})
    assert found["prompt"] == "3, 6.0" and found["items"] == [{"text": "3"}] and found["id"] == "x-{{a}}"
    assert bank.filled is filled and found["answer"].endswith("a + 1") and "a = 3" in found["answer"]
    assert filled({"prompt": "{{len('abc')}}", "answer": "=  1 "}, {}) == {"prompt": "3", "answer": "=  1 "}


# --- order ------------------------------------------------------------------------------------------------------------


def test_without_a_learner_the_order_of_the_file_stands() -> None:
    one = exercise("start-02") if exercise("start-02").kind == "choice" else exercise("start-01")
    assert arranged(one.asks.asked(), "", fixed=False) == one.asks.asked()
    keys = [option.key for option in one.asks.options]
    assert [option["key"] for option in Card(one, Session()).question["options"]] == keys


def test_learners_see_different_orders_and_a_scale_is_kept() -> None:
    one = exercise("start-01")
    orders = {tuple(o["key"] for o in arranged(one.asks.asked(), str(n), fixed=False)["options"]) for n in range(40)}
    assert len(orders) > 20 and {order[0] for order in orders} == {option.key for option in one.asks.options}
    kept = {tuple(o["key"] for o in arranged(one.asks.asked(), str(n), fixed=True)["options"]) for n in range(40)}
    assert len(kept) == 1


def test_menus_of_a_match_are_shuffled_alike_and_those_of_grades_are_not() -> None:
    match = next(one for one in bank.exercises("01_blood_cell_roles") if one.kind == "matching")
    shown = arranged(match.asks.asked(), "seed", fixed=False)["items"]
    menus = {tuple(choice[0] for choice in item["choices"]) for item in shown}
    assert len(menus) == 1 and menus != {tuple(match.asks.menu(""))}
    grade = exercise("grading-06")
    for item in arranged(grade.asks.asked(), "seed", fixed=False)["items"]:
        assert [choice[0] for choice in item["choices"]] == list(grade.asks.menu(item["key"]))


def test_an_ordering_is_never_shown_in_its_right_order() -> None:
    one = exercise("roles-03")
    for seed in map(str, range(60)):
        shown = arranged(one.asks.asked(), seed, fixed=False, avoid=one.asks.right)["items"]
        assert [item["key"] for item in shown] != one.asks.right


# --- what an event keeps ----------------------------------------------------------------------------------------------


def test_the_event_holds_the_round_the_values_and_the_order(record: Record) -> None:
    one = next(one for one in FAMILIES if one.kind == "choice" and one.notebook.startswith("0"))
    card = Card(one, kernel(record))
    card.check(one.asks.right)
    card.again()
    fresh = card.exercise
    assert fresh.drawn != one.drawn and card.question["prompt"] != ""
    card.check(fresh.asks.right)
    first, second = (event for event in record.events() if event.did == "answered")
    assert (first.shown["round"], second.shown["round"]) == (0, 1)
    assert first.shown["drawn"] == dict(one.drawn) and second.shown["drawn"] == dict(fresh.drawn)
    assert second.shown["order"]["options"] == [option["key"] for option in card.question["options"]]
    again = Card(one, kernel(record))
    assert again.exercise.drawn == fresh.drawn and again.verdict["status"] == "right"
    assert again.question == card.question


def test_an_answer_of_an_earlier_course_is_judged_by_the_first_wording(record: Record) -> None:
    one = exercise("cause-01")
    record.append(Event(one.id, "again"))
    given = one.asks.handed_in(one.asks.right)
    record.append(Event(one.id, answer=given, verdict="right", version=version(one)))
    shown = Card(one, kernel(record))
    assert shown.exercise.drawn == one.drawn and shown.verdict["status"] == "right"


def test_a_test_has_numbers_of_its_own_for_each_learner_and_asks_how_sure(record: Record) -> None:
    form = Form(SECOND, kernel(record))
    assert any(one.drawn != exercise(one.id).drawn for one in form.exercises)
    assert all(question["confidence"] and question["marks"] for question in form.questions)
    right = {one.id: one.asks.handed_in(one.asks.right) for one in form.exercises}
    form.hand_in(right, dict.fromkeys(right, 0.9))
    assert "24 of 24 are right" in form.report and "72 of 72 marks" in form.report
    assert {event.confidence for event in record.events()} == {0.9}
    later = Form(SECOND, kernel(record))
    assert [one.drawn for one in later.exercises] == [one.drawn for one in form.exercises]
    assert "24 of 24 are right" in later.report


def test_partly_right_counts_in_parts() -> None:
    match = exercise("reading-01")
    wrong = match.asks.right | {"retic": "platelets"}
    verdict = judge(match, wrong)
    assert (verdict.status, verdict.credit) == ("not yet", 0.75) and judge(match, match.asks.right).credit == 1
    several = exercise("reading-05")
    assert judge(several, several.asks.right[1:]).credit == pytest.approx(5 / 6)


def test_an_order_may_be_right_in_more_than_one_way() -> None:
    one = exercise("roles-03")
    keys = one.asks.right
    partial = replace(one, asks=replace(one.asks, answer=[[keys[0], keys[1]], [keys[0], keys[2]]]))
    assert judge(partial, keys).status == judge(partial, [keys[0], keys[2], keys[1]]).status == "right"
    verdict = judge(partial, [keys[1], keys[0], keys[2]])
    assert verdict.status == "not yet" and verdict.credit == 0.5
    assert judge(one, [keys[0], keys[2], keys[1]]).status == "not yet"
