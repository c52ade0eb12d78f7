"""The bank: does it hold what it promises, and does it refuse what would mislead a learner?"""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path

import pytest

from helpers import evidence
from helpers.exercises import bank, trial
from helpers.exercises.judge import judge, right_answer

EXAMPLE = tomllib.loads((Path(__file__).parent / "data" / "exercises_example.toml").read_text(encoding="utf-8"))
ALL = bank.notebooks() + bank.forms()
FILES = {"exercises_example": EXAMPLE} | {name: evidence.questions(name) for name in ALL}
NAME = "00_example"


@pytest.fixture
def contents() -> dict:
    """The example file, free to be spoiled."""
    return copy.deepcopy(EXAMPLE)


def of(contents: dict, id: str) -> dict:
    """One raw exercise."""
    return next(raw for raw in contents["exercise"] if raw["id"] == id)


# --- every file there is ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("notebook", FILES)
def test_every_file_is_sound(notebook: str) -> None:
    """Schema, sources, untouched neutral, right passes, each misconception gets its own feedback."""
    name = NAME if notebook == "exercises_example" else notebook
    assert trial.faults(FILES[notebook], name) == []


@pytest.mark.parametrize("notebook", FILES)
def test_every_option_of_a_question_is_explained(notebook: str) -> None:
    name = NAME if notebook == "exercises_example" else notebook
    for exercise in bank.read(FILES[notebook], name).values():
        if exercise.kind in ("choice", "several"):
            assert all(option.says for option in exercise.options), exercise.id
        if exercise.kind == "choice":
            right = right_answer(exercise)
            for option in exercise.options:
                assert option.says in judge(exercise, option.key).feedback, (exercise.id, option.key)
                assert (judge(exercise, option.key).status == "right") == (option.key == right)


def test_ids_are_unique_over_all_files_and_never_reused() -> None:
    ids = [raw["id"] for name in ALL for raw in evidence.questions(name)["exercise"]]
    retired = [id for name in ALL for id in evidence.questions(name).get("retired", [])]
    assert len(ids) == len(set(ids))
    assert not set(ids) & set(retired)


def test_prefixes_belong_to_one_file_each() -> None:
    prefixes = [evidence.questions(name)["prefix"] for name in ALL]
    assert len(prefixes) == len(set(prefixes))


def test_the_example_shows_every_kind() -> None:
    assert {raw["kind"] for raw in EXAMPLE["exercise"]} == set(bank.KINDS)


# --- finding an exercise ----------------------------------------------------------------------------------------------


@pytest.fixture
def one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data folder whose only questions are the example's."""
    (tmp_path / "exercises").mkdir()
    text = (Path(__file__).parent / "data" / "exercises_example.toml").read_text(encoding="utf-8")
    (tmp_path / "exercises" / "00_example.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(evidence, "DATA", tmp_path)
    evidence.questions.cache_clear()
    bank._bank.cache_clear()
    yield
    evidence.questions.cache_clear()
    bank._bank.cache_clear()


def test_an_exercise_is_found_by_its_id(one_file: None) -> None:
    found = bank.exercise("example-03")
    assert (found.id, found.notebook, found.kind) == ("example-03", "00_example", "number")
    assert repr(found) == "Exercise(example-03, number)"


@pytest.mark.parametrize(
    ("id", "words"), [("example-77", "example-01"), ("nowhere-01", "00_example"), ("", "00_example")]
)
def test_an_unknown_id_is_told_with_what_there_is(one_file: None, id: str, words: str) -> None:
    with pytest.raises(KeyError, match=words):
        bank.exercise(id)


# --- what is refused --------------------------------------------------------------------------------------------------


def spoil_few_misconceptions(contents: dict) -> None:
    del of(contents, "example-03")["misconceptions"][2:]


def spoil_few_misconceptions_in_choice(contents: dict) -> None:
    del of(contents, "example-01")["options"][0]["misconception"]


def spoil_no_misconceptions(contents: dict) -> None:
    del of(contents, "example-08")["misconceptions"]


def spoil_unknown_kind(contents: dict) -> None:
    of(contents, "example-01")["kind"] = "essay"


def spoil_unknown_key(contents: dict) -> None:
    of(contents, "example-01")["awnser"] = "3"


def spoil_unexplained_option(contents: dict) -> None:
    del of(contents, "example-02")["options"][1]["says"]


def spoil_two_hints(contents: dict) -> None:
    of(contents, "example-01")["hints"].pop()


def spoil_no_source(contents: dict) -> None:
    of(contents, "example-01")["sources"] = []


def spoil_no_solution(contents: dict) -> None:
    del of(contents, "example-01")["solution"]


def spoil_no_tolerance(contents: dict) -> None:
    del of(contents, "example-03")["tolerance"]


def spoil_number_without_unit(contents: dict) -> None:
    del of(contents, "example-04")["unit"]


def spoil_bad_id(contents: dict) -> None:
    of(contents, "example-01")["id"] = "Example 1"


SCHEMA_SPOILERS = [
    spoil_few_misconceptions,
    spoil_few_misconceptions_in_choice,
    spoil_no_misconceptions,
    spoil_unknown_kind,
    spoil_unknown_key,
    spoil_unexplained_option,
    spoil_two_hints,
    spoil_no_source,
    spoil_no_solution,
    spoil_no_tolerance,
    spoil_number_without_unit,
    spoil_bad_id,
]


@pytest.mark.parametrize("spoil", SCHEMA_SPOILERS)
def test_the_schema_refuses(contents: dict, spoil) -> None:
    assert trial.schema_faults(contents) == []
    spoil(contents)
    found = trial.schema_faults(contents)
    assert found and "example" in found[0].lower()
    assert trial.faults(contents, NAME) == found


def spoil_double_id(contents: dict) -> None:
    of(contents, "example-02")["id"] = "example-01"


def spoil_retired_id(contents: dict) -> None:
    of(contents, "example-02")["id"] = "example-09"


def spoil_other_prefix(contents: dict) -> None:
    of(contents, "example-02")["id"] = "sample-02"


@pytest.mark.parametrize(
    "spoil", [spoil_double_id, spoil_retired_id, spoil_other_prefix, spoil_unknown_kind, spoil_unknown_key]
)
def test_the_bank_itself_refuses_what_would_mislead(contents: dict, spoil) -> None:
    spoil(contents)
    with pytest.raises(bank.BankError, match=r"example-0\d|sample-02"):
        bank.read(contents, NAME)
    assert trial.faults(contents, NAME)


def test_a_file_must_be_named_after_its_prefix(contents: dict) -> None:
    with pytest.raises(bank.BankError, match="file's name"):
        bank.read(contents, "03_grading_severity")


def spoil_unknown_source(contents: dict) -> None:
    of(contents, "example-01")["sources"] = ["NOBODY1900"]


def spoil_unknown_rule(contents: dict) -> None:
    of(contents, "example-03")["answer"] = {"rule": "guess"}


def spoil_answer_is_no_option(contents: dict) -> None:
    of(contents, "example-01")["answer"] = "7"


def spoil_misconception_is_right(contents: dict) -> None:
    of(contents, "example-03")["misconceptions"][0]["answer"] = 0.8


def spoil_misconceptions_alike(contents: dict) -> None:
    of(contents, "example-03")["misconceptions"][1]["answer"] = 2.1


def spoil_same_feedback(contents: dict) -> None:
    slips = of(contents, "example-04")["misconceptions"]
    slips[0]["feedback"] = slips[1]["feedback"]


def spoil_shown_in_order(contents: dict) -> None:
    of(contents, "example-05")["answer"] = [item["key"] for item in of(contents, "example-05")["items"]]


def spoil_match_left_out(contents: dict) -> None:
    del of(contents, "example-06")["answer"]["plt"]


def spoil_instead_changes_nothing(contents: dict) -> None:
    of(contents, "example-07")["misconceptions"][0]["instead"] = {"edition": "6.0"}


def spoil_unknown_system(contents: dict) -> None:
    of(contents, "example-07")["items"][0]["system"] = "horoscope"


def spoil_code_that_fails(contents: dict) -> None:
    of(contents, "example-08")["code"] = "answer = counts['nothing']"


def spoil_wrong_code_is_right(contents: dict) -> None:
    of(contents, "example-08")["misconceptions"][0]["code"] = of(contents, "example-08")["code"]


TRIAL_SPOILERS = [
    spoil_unknown_source,
    spoil_unknown_rule,
    spoil_answer_is_no_option,
    spoil_misconception_is_right,
    spoil_misconceptions_alike,
    spoil_same_feedback,
    spoil_shown_in_order,
    spoil_match_left_out,
    spoil_instead_changes_nothing,
    spoil_unknown_system,
    spoil_code_that_fails,
    spoil_wrong_code_is_right,
]


@pytest.mark.parametrize("spoil", TRIAL_SPOILERS)
def test_the_trial_finds(contents: dict, spoil) -> None:
    """What the schema cannot see, trying the exercise does."""
    spoil(contents)
    assert trial.schema_faults(contents) == []
    found = trial.faults(contents, NAME)
    assert found and all(fault.startswith("example-0") for fault in found)


def test_writers_get_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "00_example.toml"
    broken.write_text("prefix = ", encoding="utf-8")
    assert trial.main([str(broken)]) == 1
    assert "no TOML" in capsys.readouterr().out
