"""The bank: every question of the course, kept as data in ``data/exercises/<notebook>.toml``.

How to write a question
=======================

One file a notebook, named like it (``03_grading_severity.toml``). It begins with its prefix, a word of its name::

    prefix = "grading"
    retired = []          # ids once used and taken out; never used again
    moved_here = []       # (optional) ids that began in another notebook, whose prefix they keep

Then one ``[[exercise]]`` after another, each with these keys. All texts are light markdown: paragraphs, ``**bold**``,
``*italic*``, lists, ``code``, links; HTML in them is shown, not run.

id            ``"grading-03"``: the prefix, a dash, two digits. For ever: learners' records hold on to it.
kind          choice, several, number ...: a file of :mod:`helpers.questions.kinds`, which says its other keys.
objective     what the learner shows, as a verb phrase: "grade a platelet count in CTCAE 6".
prompt        the question.
sources       keys of ``data/sources.csv`` that the answer rests on.
hints         exactly three: a nudge, the principle, a worked step. (None in a test: it measures.)
solution      the whole way to the answer; shown only after an attempt.
right         (optional) what to say to the right answer; without it the solution is said.
phase         (optional) ``"predict"`` (a guess before one can know: it stands apart from all figures) or ``"exit"``;
              these, and tests, ask "How sure are you?".
fixed         (optional) ``true``: the options are a natural scale and keep their order; all else is shuffled.
family        (optional) what is drawn anew for each round: see :mod:`helpers.questions.rounds`.
misconceptions  at least three (of ``choice`` they sit on the options), each with a ``name`` (the same words wherever a
              slip is the same: "used total WBC for ANC"), its own ``feedback`` (what probably happened, what to look
              at; never only "wrong"), and what a learner with that slip would answer (as its kind says). The first that
              fits is the one that speaks.

Answers come from rules
-----------------------

Wherever a value stands, so can a text that begins with ``=``: ``answer = "= anc(2.1, 38)"``. It is worked out by the
rules the course teaches; :mod:`helpers.questions.answers` lists the names it may use. Type a bare answer only where no
rule of blood can give it (an order of steps, a matter of meaning).

Tests
-----

The files of ``forms`` are forms A, B and C of one test, made after one blueprint and handed in whole, with nothing said
before. Their names are those of an earlier course, since ids never change; each says which ``form`` it is. Their
questions are parallel: the first of one has the kind and the ``objective`` of the first of the others, and so on, with
other values. A question has ``area``, the part of the course it asks about, ``level`` (``understand``, ``apply`` or
``decide``), ``new_context = true`` where it leads to a place that no notebook shows (a third of them), and no hints.

Versions
--------

``versions.json`` holds for each question the name of its wording, which every answer keeps, and a fingerprint of what a
learner sees and what is right. A question that was changed no longer fits its fingerprint, and a test says so:
``python -m helpers.questions.check_questions --renew`` gives it a new name, so that those who answered it are asked
again; ``--same ID`` keeps the name, where only the words are better.

A complete example of each kind stands in ``tests/data/exercises_example.toml``. Try what you wrote with
``python -m helpers.questions.check_questions``: it says in sentences what is wrong.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from functools import cache, lru_cache
from typing import Any

from helpers import evidence
from helpers.questions.exercise import TEST, Exercise
from helpers.questions.kinds import KINDS
from helpers.questions.rounds import believable, filled, first_values
from helpers.questions.rounds import drawn as values_drawn

FORMS = ("forms/before", "forms/after", "forms/late")
"""Forms A, B and C of the test."""


class BankError(ValueError):
    """A file of questions that cannot be used; the message says where and why."""


def version(exercise: Exercise) -> str:
    """Which wording of an exercise this is; kept with every answer, so that it is known what was answered."""
    return exercise.version or fingerprint(exercise)


@cache
def fingerprint(exercise: Exercise) -> str:
    """What a learner sees of a question, and what is right, as a short text.

    Explanations, hints and sources do not count; nor does how the right answer is worked out.
    """
    seen = {"kind": exercise.kind, "prompt": exercise.prompt.strip(), **exercise.asks.seen()}
    text = json.dumps(_steady(seen), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _steady(part: Any) -> Any:
    """The same text on every computer: numbers to nine digits."""
    if isinstance(part, Mapping):
        return {str(key): _steady(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_steady(value) for value in part]
    if isinstance(part, int | float) and not isinstance(part, bool):
        return f"{part:.9g}"
    return part if isinstance(part, str | bool) or part is None else str(part)


def _exercise(raw: Mapping[str, Any], notebook: str, version: str, values: Mapping[str, Any] | None = None) -> Exercise:
    whole = raw
    values = first_values(raw.get("family", {})) if values is None else values
    raw = filled(raw, values) | {"drawn": values}
    if notebook.startswith("forms/"):
        raw = {**raw, "phase": TEST}
    kind = KINDS[raw["kind"]]
    own = {field.name for field in fields(kind)}
    asks = kind.read({key: part for key, part in raw.items() if key in own})
    rest = {key: tuple(part) if isinstance(part, list) else part for key, part in raw.items() if key not in own}
    del rest["kind"]
    slips = asks.slips(rest.pop("misconceptions", ()))
    return Exercise(notebook=notebook, asks=asks, misconceptions=slips, version=version, raw=whole, **rest)


def read(contents: Mapping[str, Any], notebook: str) -> dict[str, Exercise]:
    """The exercises of one parsed file, by id.

    Only what would mislead is checked here (ids, kinds, keys); the whole schema is checked by
    :func:`helpers.questions.check_questions.faults` in the tests, where its cost does not matter.

    Args:
        contents: the parsed TOML.
        notebook: the file's name without ``.toml``.

    Raises:
        BankError: an id that is double, retired or of another file; an unknown kind; an unknown or a missing key.
    """
    prefix = contents.get("prefix", "")
    if prefix not in notebook.rpartition("/")[2].split("_"):
        raise BankError(f"{notebook}.toml: prefix = {prefix!r}; expected one word of the file's name.")
    versions = evidence.question_versions()
    found: dict[str, Exercise] = {}
    for raw in contents.get("exercise", []):
        name = raw.get("id", "(an exercise without id)")
        if raw.get("kind") not in KINDS:
            raise BankError(f"{name} is of the kind {raw.get('kind')!r}; known kinds: {', '.join(KINDS)}.")
        try:
            exercise = _exercise(raw, notebook, versions.get(name, ("", ""))[0])
        except TypeError as error:
            raise BankError(f"{name} in {notebook}.toml has a key too many or too few: {error}") from error
        if name.rpartition("-")[0] != prefix and name not in contents.get("moved_here", []):
            raise BankError(f"{name} stands in {notebook}.toml, whose ids begin with {prefix!r}.")
        if name in found or name in contents.get("retired", []):
            raise BankError(
                f"The id {name} is used twice in {notebook}.toml (or retired). Give the new one a new number."
            )
        found[name] = exercise
    return found


def round_of(exercise: Exercise, learner: str, number: int, drawn: Any = None) -> Exercise:
    """A question as it stands in a round: with the values drawn for it, where it draws any.

    Args:
        learner: a random name; "" gives the first wording.
        number: of the round; 0 is the first wording.
        drawn: the values that a record says it had; the first wording where they are none that it can have.
    """
    if not exercise.family:
        return exercise
    if drawn is not None:
        values = drawn if believable(exercise.family, drawn) else first_values(exercise.family)
    else:
        values = values_drawn(exercise.family, f"{learner}/{exercise.id}", number if learner else 0)
    return with_values(exercise, values)


def with_values(exercise: Exercise, values: Mapping[str, Any]) -> Exercise:
    """A question of a family with these values."""
    return exercise if values == exercise.drawn else _with_values(exercise, json.dumps(values, sort_keys=True))


@lru_cache(maxsize=256)
def _with_values(exercise: Exercise, values: str) -> Exercise:
    return _exercise(exercise.raw, exercise.notebook, exercise.version, json.loads(values))


@cache
def _bank(notebook: str) -> dict[str, Exercise]:
    return read(evidence.questions(notebook), notebook)


def notebooks() -> list[str]:
    """The notebooks that have exercises, in order."""
    return [name for name in evidence.question_files() if "/" not in name]


def forms() -> list[str]:
    """The forms of the test (:data:`FORMS`), as far as their files are there."""
    return [name for name in FORMS if name in evidence.question_files()]


def exercises(notebook: str) -> list[Exercise]:
    """The exercises of one notebook, in the order of its file.

    Raises:
        FileNotFoundError: no questions for that notebook.
        BankError: its file cannot be used.
    """
    return list(_bank(notebook).values())


def exercise(id: str) -> Exercise:
    """The exercise with this id, e.g. ``exercise("grading-03")``.

    Raises:
        KeyError: there is none; the message says which there are.
        BankError: its file cannot be used.
    """
    prefix = str(id).rpartition("-")[0]
    files = notebooks() + forms()
    own = [notebook for notebook in files if prefix in notebook.rpartition("/")[2].split("_")]
    for notebook in own + [notebook for notebook in files if notebook not in own]:  # it may have moved
        if id in _bank(notebook):
            return _bank(notebook)[id]
    near = [known for notebook in own for known in _bank(notebook)]
    known = (
        f"Those that begin like it: {', '.join(near)}."
        if near
        else f"Notebooks with questions: {', '.join(notebooks()) or 'none'}."
    )
    raise KeyError(f"There is no exercise {id!r}. {known}")
