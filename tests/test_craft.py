"""The bank as a whole: nothing gives an answer away, and who knows nothing gets no more than chance."""

from __future__ import annotations

from dataclasses import replace

import craft
import pytest

from helpers.blood.care.response import respond
from helpers.blood.core.count import BloodCount
from helpers.questions import bank
from helpers.questions.bank import exercise
from helpers.questions.check_questions import slip_faults
from helpers.questions.exercise import mark, step_of
from helpers.questions.slips import known, slip


def test_the_bank_has_no_flaw() -> None:
    assert craft.faults() == [] and slip_faults() == []


def test_one_who_knows_nothing_gets_no_more_than_chance_and_five_points() -> None:
    got, blind, of = craft.know_nothing_shares()
    assert of > 100 and got <= blind + craft.POINTS
    assert 0.05 < blind < 0.25


def test_the_figures_are_those_of_the_bank() -> None:
    assert (craft.FOLDER / "README.md").read_text(encoding="utf-8") == craft.readme()


def option(one, key: str, text: str):
    options = tuple(replace(part, text=text) if part.key == key else part for part in one.asks.options)
    return replace(one, asks=replace(one.asks, options=options))


CHOICE = exercise("start-01")
MATCH = exercise("roles-04")


def diagonal():
    right = MATCH.asks.right
    order = [right[item.key] for item in MATCH.asks.items]
    options = sorted(MATCH.asks.options, key=lambda one: order.index(one.key) if one.key in order else len(order))
    return replace(MATCH, asks=replace(MATCH.asks, options=tuple(options)))


def grave():
    one = exercise("treatment-06")
    return replace(one, misconceptions=tuple(slip for slip in one.misconceptions if slip.name != "let the drug go on"))


def printed():
    """A number whose answer stands in a cell of its notebook: the neutrophils of a patient of notebook 03."""
    one = exercise("grading-01")
    return replace(one, asks=replace(one.asks, answer="= anc(1.5, 52)"))


def leaking():
    """A question of a form whose solution holds the key of the same place in another form."""
    return replace(exercise("after-12"), solution="In another place: No, not before they are below 10.")


def copied():
    """A question of a form that tells of a woman of notebook 04."""
    one = exercise("before-09")
    return option(one, "stable", "Woman, 44: hemoglobin 104 g/L, neutrophils 1.3, platelets 96 ×10⁹/L, tired")


@pytest.mark.parametrize(
    ("check", "sound", "flawed"),
    [
        ("long_key", CHOICE, option(CHOICE, CHOICE.asks.right, "x" * 200)),
        ("short_key", CHOICE, option(CHOICE, CHOICE.asks.right, "x")),
        (
            "told_by_its_title",
            exercise("cause-15"),
            replace(exercise("cause-15"), objective="say that two findings come from the same disturbance"),
        ),
        ("met_before", exercise("before-09"), copied()),
        ("clang", CHOICE, replace(option(CHOICE, CHOICE.asks.right, "hypersplenism"), prompt="Is it hypersplenism?")),
        ("menus_from_the_top", MATCH, diagonal()),
        ("printed_elsewhere", exercise("reading-15"), printed()),
        (
            "unsaid_precision",
            exercise("cause-01"),
            replace(exercise("cause-01"), prompt="What is his absolute neutrophil count?"),
        ),
        ("grave_and_unsaid", exercise("treatment-06"), grave()),
        ("leaks_to_another_form", exercise("after-12"), leaking()),
    ],
)
def test_every_check_is_seen_to_fail(check: str, sound, flawed) -> None:
    assert not craft.CHECKS[check](sound) and craft.CHECKS[check](flawed)


def test_shares_are_refused_when_they_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(craft, "MOST_LONGEST", 0.01)
    monkeypatch.setattr(craft, "MOST_FIRST", 0.01)
    assert [words for words in craft.faults() if "longest option" in words]
    assert [words for words in craft.faults() if "shortest option" in words]
    assert [words for words in craft.faults() if "first boxes" in words]


def test_a_flaw_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(craft, "whole_bank", lambda: [leaking(), exercise("roles-10")])
    assert any(words.startswith("after-12: what is said") for words in craft.faults())


def test_every_wrong_line_of_a_match_or_a_grade_has_a_name() -> None:
    pairs = [one for one in craft.whole_bank() if isinstance(one.asks.right, dict) and hasattr(one.asks, "menu")]
    for one in pairs:
        named, all_of_them = craft.named_single_faults(one)
        assert named == all_of_them > 0, one.id


def test_every_wrong_box_has_words_of_its_own() -> None:
    several = [one for one in craft.whole_bank() if craft.is_several(one)]
    for one in several:
        named, boxes = craft.named_single_boxes(one)
        assert named == boxes, one.id
    assert any(len(one.asks.right) == len(one.asks.options) for one in several), "else all boxes are never right"


def test_what_is_said_of_a_family_holds_for_each_draw() -> None:
    """The European trial is missed by the neutrophils alone, as hint, feedback and solution say."""
    whole = exercise("treatment-21")
    for learner in range(60):
        one = bank.round_of(whole, str(learner), 1)
        plt, hb = one.drawn["plt"], one.drawn["hb"]
        count = BloodCount.of(hb=hb, anc=1.2, plt=plt, age_y=40, sex="female")
        judged = respond(count, "ratg", transfusion_free=True, severity_before="severe")
        assert [part.analyte for part in judged.criteria if part.level == "complete" and not part.met] == ["anc"]
        assert "more than 110, 2.0 and 100" in one.hints[1]


PLACES = [(name, section, step, id) for name in bank.notebooks() for section, step, id in craft.places(name)]


def test_a_question_is_of_the_part_of_the_notebook_in_which_it_stands() -> None:
    """A guess before one can know is no knowledge, and an exit ticket asks how sure one is."""
    assert len(PLACES) > 150
    for name, section, step, id in PLACES:
        phase = exercise(id).phase
        assert (phase == "exit") == section.startswith("Exit ticket"), f"{id} in “{section}” of {name}"
        assert phase == "predict" or not step.startswith("Predict"), f"{id} under “{step}” of {name}"


def test_a_section_that_a_question_names_is_there() -> None:
    """After a notebook was split, too: by its number, and where it is said what stands there, by that."""
    for name, _, _, id in PLACES:
        one = exercise(id)
        said = [one.prompt, one.solution, *one.hints, *(slip.feedback for slip in one.misconceptions)]
        said += [option.says for option in getattr(one.asks, "options", ())]
        for text in said:
            for thing, other, at in craft.sections_named(text):
                title = craft.sections(other or name[: name.index("_")]).get(at, "")
                assert title and (not thing or thing in title), f"{id}: {text}"


def test_a_wrong_grade_is_told_its_limit() -> None:
    one = exercise("after-21")
    told = one.asks.fault("plt", "3")
    assert told == ("graded too high", "You chose “grade 3”, which begins below 50 ×10⁹/L; 61 ×10⁹/L is not below it.")
    assert one.asks.fault("plt", "1")[0] == "graded too low" and "is below it" in one.asks.fault("plt", "1")[1]


def test_slips_are_one_closed_list() -> None:
    names = {one.name for exercise in craft.whole_bank() for one in exercise.misconceptions}
    keys = {slip(name).key for name in names}
    assert len(names) > 300 and len(keys) <= 62 and all(slip(name).says.endswith((".", "?")) for name in names)
    assert not known("a slip of another course") and slip("a slip of another course").says == ""


def test_marks_reward_honesty() -> None:
    assert [step_of(sure) for sure in (0.25, 0.5, 0.67, 0.75, 0.8, 0.9, 0.99)] == [0, 0, 0, 1, 1, 2, 2]
    assert [mark(True, sure) for sure in (None, 0.5, 0.75, 0.9)] == [1, 1, 2, 3]
    assert [mark(False, sure) for sure in (None, 0.5, 0.75, 0.9)] == [0, 0, -2, -6]
    for chance in (0.3, 0.6, 0.7, 0.78, 0.85, 0.99):
        gains = [chance * right + (1 - chance) * wrong for _, right, wrong in craft_marks()]
        assert gains.index(max(gains)) == step_of(chance)


def craft_marks():
    from helpers.questions.exercise import MARKS

    return MARKS


def test_tests_and_exit_tickets_ask_how_sure_and_practice_does_not() -> None:
    for name in bank.notebooks() + bank.forms():
        for one in bank.exercises(name):
            assert one.confidence == (one.phase != "practice")
            assert (one.phase == "test") == name.startswith("forms/")
    assert sum(one.phase == "exit" for one in craft.whole_bank()) >= 18
