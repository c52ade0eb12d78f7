"""The bank: does it hold what it promises, and does it refuse what would mislead a learner?"""

from __future__ import annotations

import copy
import doctest
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers import evidence
from helpers.cards.card import view
from helpers.questions import bank
from helpers.questions import check_questions as trial
from helpers.questions.judge import judge
from helpers.questions.kinds import KINDS

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
            assert all(option.says for option in exercise.asks.options), exercise.id
        if exercise.kind == "choice":
            right = exercise.asks.right
            for option in exercise.asks.options:
                assert option.says in judge(exercise, option.key).feedback, (exercise.id, option.key)
                assert (judge(exercise, option.key).status == "right") == (option.key == right)


def test_ids_are_unique_over_all_files_and_never_reused() -> None:
    ids = [raw["id"] for name in ALL for raw in evidence.questions(name)["exercise"]]
    retired = [id for name in ALL for id in evidence.questions(name).get("retired", [])]
    assert len(ids) == len(set(ids))
    assert not set(ids) & set(retired)


def test_a_prefix_belongs_to_one_file_or_to_a_notebook_and_its_second_half() -> None:
    sharing: dict[str, set[str]] = {}
    for name in ALL:
        sharing.setdefault(evidence.questions(name)["prefix"], set()).add(name.partition("_")[0].rstrip("b"))
    assert {prefix: names for prefix, names in sharing.items() if len(names) > 1} == {}


def test_a_question_that_moved_keeps_its_name_and_is_found_where_it_stands_now() -> None:
    moved = {id: name for name in ALL for id in evidence.questions(name).get("moved_here", [])}
    assert moved
    for id, name in moved.items():
        assert bank.exercise(id).notebook == name
        assert id.rpartition("-")[0] not in name.split("_"), f"{id} has the prefix of {name}: it need not be listed"


def test_the_example_shows_every_kind() -> None:
    assert {raw["kind"] for raw in EXAMPLE["exercise"]} == set(KINDS)


# --- kinds ------------------------------------------------------------------------------------------------------------

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_is_one_file_and_its_script(name: str) -> None:
    kind = KINDS[name]
    assert kind.name() == name and kind.how and kind.ask and kind.interaction and kind.schema["required"]
    assert (ROOT / "helpers" / "cards" / "kinds" / f"{name}.js").exists() is not kind.in_code
    assert re.search(rf"const KINDS = .*\b{name}\b", view("card")) or kind.in_code


def test_no_other_file_asks_which_kind_a_question_is() -> None:
    """A new kind would otherwise touch it: only the registry knows the names."""
    rooms = [path for room in ("questions", "record", "cards") for path in (ROOT / "helpers" / room).rglob("*.py")]
    named = re.compile(
        rf"""kind\b[^\n]*(?:==|!=|\bin\b)[^\n]*["'](?:{"|".join(KINDS)})["']|case ["'](?:{"|".join(KINDS)})["']"""
    )
    assert named.search('if one.kind == "code":') and named.search('case "grade":')
    others = [path for path in rooms if path.parent.name != "kinds"]
    assert [path.name for path in others if named.search(path.read_text(encoding="utf-8"))] == []


TRIAL = '''
"""True or false, made for this test."""
from dataclasses import dataclass
from typing import Any
from helpers.questions.exercise import NOT_YET, Exercise, Kind, Verdict, named, ref, shape

@dataclass(frozen=True, eq=False)
class TrueFalse(Kind):
    answer: Any
    how = "True or false?"
    ask = "Say true or false."
    interaction = "true-false"
    schema = shape("answer misconceptions", answer=ref("key"))
    slip_schema = shape("answer", answer=ref("key"))
    def compute(self) -> str:
        return str(self.answer)
    def judge(self, exercise: Exercise, answer: Any) -> Verdict:
        if answer == self.right:
            return exercise.praise()
        slip = next((one for one in exercise.misconceptions if one.answer == answer), None)
        return named(slip) if slip else Verdict(NOT_YET, "No.")
'''


def test_a_new_kind_touches_one_file_and_one_script(tmp_path: Path) -> None:
    """A copy of the house with two new files asks, checks, keeps, shows and takes along a question of a new kind."""
    shutil.copytree(ROOT / "helpers", tmp_path / "helpers", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "data", tmp_path / "data")
    (tmp_path / "helpers/questions/kinds/truefalse.py").write_text(TRIAL, encoding="utf-8")
    (tmp_path / "helpers/cards/kinds/truefalse.js").write_text(
        "export const truefalse = () => ({});\n", encoding="utf-8"
    )
    raw = {key: part for key, part in of(EXAMPLE, "example-03").items() if key not in ("analyte", "units", "tolerance")}
    slips = [{"name": f"slip {at}", "feedback": f"This is number {at}.", "answer": f"no{at}"} for at in range(3)]
    raw |= {"kind": "truefalse", "answer": "true", "misconceptions": slips}
    code = f"""
import json
from pathlib import Path
from helpers.cards.card import Card, view
from helpers.questions import bank, check_questions
from helpers.record import exchange
from helpers.record.log import Record
from helpers.record.restore import remember
from helpers.record.session import Session
contents = json.loads({json.dumps(json.dumps({"prefix": "example", "exercise": [raw]}))})
assert check_questions.faults(contents, {NAME!r}) == [], check_questions.faults(contents, {NAME!r})
contents["exercise"][0]["answer"] = 7
assert check_questions.schema_faults(contents)
contents["exercise"][0]["answer"] = "true"
[one] = bank.read(contents, {NAME!r}).values()
bank.exercise = lambda id: one
record = Record(Path({str(tmp_path / "record")!r}))
card = Card(one, remember(Session(), record))
card.check("no1")
card.check("true")
assert card.verdict["status"] == "right" and [event.misconception for event in record.events()] == ["slip 1", ""]
statement = json.loads(exchange.to_xapi(record.rows(), "x"))[0]
assert statement["object"]["definition"]["interactionType"] == "true-false"
assert Card(one, remember(Session(), record)).verdict["status"] == "right"
assert "truefalse" in view("card").partition("const KINDS")[2].partition("}}")[0]
"""
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)}, capture_output=True,
        text=True,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr


# --- versions ---------------------------------------------------------------------------------------------------------


def test_every_question_has_a_version_that_fits_what_it_asks() -> None:
    assert trial.version_faults() == []


@pytest.fixture
def spoiled_bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the questions, free to be changed."""
    folder = shutil.copytree(evidence.DATA, tmp_path / "data") / "exercises"
    caches = (evidence.questions, bank._bank)
    monkeypatch.setattr(evidence, "DATA", tmp_path / "data")
    for cached in caches:
        cached.cache_clear()
    yield folder
    for cached in caches:
        cached.cache_clear()


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("that word alone tell you?", "this word alone tell you?", True),
        ('answer = "finding"', 'answer = "iron"', True),
        ('\'= convert(case[1], "g/dL", "hb")\'', '"= 70 + 6"', False),
        ('\'= convert(case[1], "g/dL", "hb")\'', '"= 70 + 7"', True),
        ("solution = ", 'right = "Other words for the right answer."\nsolution = ', False),
    ],
)
def test_a_question_that_asks_something_else_is_told(spoiled_bank: Path, before: str, after: str, told: bool) -> None:
    path = spoiled_bank / "00_start_here.toml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    found = trial.version_faults()
    assert bool(found) is told and all("has changed; its version has not" in fault for fault in found)
    old = dict(evidence.question_versions())
    assert trial.renew(same=[found[0].partition(":")[0]] if told else []) == []
    assert trial.version_faults() == [] and {id: one[0] for id, one in old.items()} == {
        id: one[0] for id, one in evidence.question_versions().items()
    }, "the same question in better words keeps its name"


def test_a_new_wording_gets_a_new_name_and_a_new_question_its_first(spoiled_bank: Path) -> None:
    path = spoiled_bank / "00_start_here.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('answer = "finding"', 'answer = "iron"', 1), encoding="utf-8")
    named = {id: one for id, one in evidence.question_versions().items() if id != "start-02"}
    evidence.keep_question_versions(named)
    assert [fault.partition(":")[0] for fault in trial.version_faults()] == ["start-02", "start-01"]
    assert trial.main(["--renew"]) == 0 and trial.version_faults() == []
    bank._bank.cache_clear()
    assert bank.version(bank.exercise("start-01")) != named["start-01"][0]
    assert bank.version(bank.exercise("start-03")) == named["start-03"][0]


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


def spoil_unknown_name(contents: dict) -> None:
    of(contents, "example-03")["answer"] = "= guess(3)"


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
    spoil_unknown_name,
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


# --- the examples in docstrings ---------------------------------------------------------------------------------------

EXAMPLES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for room in ("questions", "record", "cards")
    for path in (ROOT / "helpers" / room).rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_in_a_docstring_hold(name: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried and not failed


def test_there_are_examples_and_a_wrong_one_is_found() -> None:
    wrong = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, None)
    assert len(EXAMPLES) >= 9 and doctest.DocTestRunner(verbose=False).run(wrong, out=lambda _: None).failed == 1
