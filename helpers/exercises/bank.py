"""The bank: every question of the course, kept as data in ``data/exercises/<notebook>.toml``.

How to write a question
=======================

One file a notebook, named like it (``03_grading_severity.toml``). It begins with its prefix, a word of its name::

    prefix = "grading"
    retired = []          # ids once used and taken out; never used again

Then one ``[[exercise]]`` after another, each with these keys. All texts are light markdown: paragraphs, ``**bold**``,
``*italic*``, lists, ``code``, links; HTML in them is shown, not run.

id            ``"grading-03"``: the prefix, a dash, two digits. For ever: learners' records hold on to it.
kind          choice, several, number, ordering, matching, grade or code.
objective     what the learner shows, as a verb phrase: "grade a platelet count in CTCAE 6".
prompt        the question.
sources       keys of ``data/sources.csv`` that the answer rests on.
hints         exactly three: a nudge, the principle, a worked step. (None in a test: it measures.)
solution      the whole way to the answer; shown only after an attempt.
right         (optional) what to say to the right answer; without it the solution is said.
confidence    (optional) ``true`` asks "How sure are you?" first: for predictions and exit tickets.
misconceptions  at least three (of ``choice`` they sit on the options), each with a ``name`` (the same words wherever a
              slip is the same: "used total WBC for ANC"), its own ``feedback`` (what probably happened, what to look
              at; never only "wrong"), and what a learner with that slip would answer (below, by kind). The first that
              fits is the one that speaks.

Answers come from rules
-----------------------

Wherever a value stands below, so can ``{rule = "anc", wbc = 2.1, neut_pct = 38}``: it is then computed by the rules the
course teaches; :mod:`helpers.exercises.rules` lists them all. Rules nest. Type a bare answer only where no rule of
blood can give it (an order of steps, a matter of meaning).

Tests
-----

``forms/before.toml`` and ``forms/after.toml`` ask before and after the course, with nothing said until all is handed
in. Each begins with ``pairs_with``, the other's name; their questions are parallel: the first of one has the kind and
the ``objective`` of the first of the other, and so on, with other values. A question has ``area``, the part of the
course it asks about, and no hints.

By kind
-------

choice    ``options``: at least four of ``{key, text, says}``, ``says`` telling why it is right or wrong; at least
          three wrong ones have a ``misconception`` (its name). ``answer``: the right option's key, or a rule that gives
          it (keys may be grades: ``"3"``).
several   the same options without ``misconception``; ``answer``: list of the right keys. A misconception has
          ``answer = [keys]`` (exactly these ticked), or ``took = [keys]`` (all of these wrongly ticked), or
          ``missed = [keys]`` (all of these left out).
number    ``analyte``: then the learner gives a unit too, and any unit of that analyte is right (0.8 ×10⁹/L = 800 /µL);
          ``units``: what the menu offers, some wrong on purpose. Or else ``unit``: words printed after the box
          ("patients", "%"). ``answer``, each misconception's ``answer`` and ``tolerance`` are in the course's unit;
          ``tolerance_pct`` instead is in percent. A value off by a power of ten is recognised without being listed.
ordering  ``items``: three or more ``{key, text}``, as first shown (not the right one); ``answer``: all keys in
          the right order. A misconception has ``answer = [keys]`` (that whole order) or ``before = [x, y]`` (x put
          before y).
matching  ``items`` ``{key, text}``, each to be given one of ``options``: ``{key, text}``; ``answer = {item = option}``.
          A misconception's ``answer`` holds the pairs that betray it; it speaks when all of them are there.
grade     ``patient = "CRS-014"`` or ``count = {plt = 18, age_y = 34}`` (or both: that patient with these values);
          ``items``: ``{key, system, edition, item}``, with ``text`` if it should be called otherwise, and any choice
          that :func:`helpers.blood.severity.grade` takes. Menus and answers are computed. A misconception has
          ``answer = {item = "3"}`` (``"3+"``: 3 or more, ``"-"``: not graded, ``"?"``: cannot be told), or
          ``instead = {edition = "5.0"}``: what one would say who grades with that edition (of the systems that have
          it; ``system`` names one), sex, age, other choice or other value (``instead = {anc = 2.1}``).
code      ``given``: lines run first (``patients = table("patients")``); ``code``: the reference lines; ``result``: the
          name in which they leave the answer; ``tolerance_pct`` if numbers may differ. ``given`` and ``code`` find
          ``pd``, ``table`` and the names of :mod:`helpers.blood`, and must run alone. A misconception has ``code``: a
          wrong way, known by the value it gives. In the notebook ``ask(id)`` stands in one cell; the cell below has
          ``name = ...`` and ends with ``check(id, name)``, where ``name`` is ``result``; what ``given`` makes, an
          earlier cell has made under the same names.

A complete example of each kind stands in ``tests/data/exercises_example.toml``. Try what you wrote with
``python -m helpers.exercises.trial``: it says in sentences what is wrong.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from typing import Any

from helpers import evidence

KINDS = ("choice", "several", "number", "ordering", "matching", "grade", "code")


@dataclass(frozen=True)
class Option:
    """One thing a learner can choose."""

    key: str
    """Stable short name; this is what an answer holds."""
    text: str
    says: str = ""
    """Why it is right or wrong."""
    misconception: str = ""
    """The name of the slip that leads here (choice only)."""


@dataclass(frozen=True)
class Item:
    """One thing to put in order, to match, or to grade."""

    key: str
    text: str = ""
    system: str = ""
    edition: str = ""
    item: str = ""
    choices: Mapping[str, Any] = field(default_factory=dict)
    """What else the grading takes: marrow cellularity, reticulocyte method, reference set ..."""


@dataclass(frozen=True)
class Misconception:
    """A slip with a name: how to know it, and what to say to it. Which keys are used depends on the kind."""

    name: str
    feedback: str
    answer: Any = None
    took: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    instead: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""


@dataclass(frozen=True, eq=False)
class Exercise:
    """One question, as the bank holds it: what is asked, never what was answered."""

    id: str
    notebook: str
    kind: str
    objective: str
    prompt: str
    solution: str
    sources: tuple[str, ...]
    misconceptions: tuple[Misconception, ...]
    hints: tuple[str, ...] = ()
    area: str = ""
    """Of a question in a test: the part of the course it asks about."""
    answer: Any = None
    """The right answer, or a rule that gives it (see :func:`helpers.exercises.judge.right_answer`)."""
    right: str = ""
    confidence: bool = False
    options: tuple[Option, ...] = ()
    items: tuple[Item, ...] = ()
    analyte: str = ""
    unit: str = ""
    units: tuple[str, ...] = ()
    tolerance: float | None = None
    """How far a number may be off: in the course's unit."""
    tolerance_pct: float | None = None
    """How far a number may be off: in percent of the right answer."""
    patient: str = ""
    count: Mapping[str, Any] = field(default_factory=dict)
    given: str = ""
    code: str = ""
    result: str = ""

    def __repr__(self) -> str:
        return f"Exercise({self.id}, {self.kind})"


_WORDING = ("notebook", "objective", "area", "solution", "hints", "sources", "right", "confidence", "misconceptions")
"""What may be put better without making another question of it."""


@cache
def version(exercise: Exercise) -> str:
    """Which wording of an exercise this is: changes when what is asked, offered or judged changes.

    Explanations, hints and sources do not count. Kept with every answer, so that it is known what was answered.
    """
    asked = {name: part for name, part in asdict(exercise).items() if name not in _WORDING}
    asked["options"] = [(option.key, option.text) for option in exercise.options]
    text = json.dumps(asked, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


class BankError(ValueError):
    """A file of questions that cannot be used; the message says where and why."""


def _item(raw: Mapping[str, Any]) -> Item:
    known = {name.name for name in fields(Item)} - {"choices"}
    return Item(
        **{key: value for key, value in raw.items() if key in known},
        choices={key: value for key, value in raw.items() if key not in known},
    )


def _exercise(raw: Mapping[str, Any], notebook: str) -> Exercise:
    raw = {key: tuple(value) if isinstance(value, list) and key != "answer" else value for key, value in raw.items()}
    raw["options"] = tuple(Option(**option) for option in raw.get("options", ()))
    raw["items"] = tuple(_item(item) for item in raw.get("items", ()))
    slips = [
        Misconception(
            **{key: tuple(value) if key in ("took", "missed", "before") else value for key, value in slip.items()}
        )
        for slip in raw.get("misconceptions", ())
    ]
    if raw.get("kind") == "choice":
        slips += [Misconception(o.misconception, o.says, o.key) for o in raw["options"] if o.misconception]
    raw["misconceptions"] = tuple(slips)
    return Exercise(notebook=notebook, **raw)


def read(contents: Mapping[str, Any], notebook: str) -> dict[str, Exercise]:
    """The exercises of one parsed file, by id.

    Only what would mislead is checked here (ids, kinds, keys); the whole schema is checked by
    :func:`helpers.exercises.trial.faults` in the tests, where its cost does not matter.

    Args:
        contents: the parsed TOML.
        notebook: the file's name without ``.toml``.

    Raises:
        BankError: an id that is double, retired or of another file; an unknown kind; an unknown or a missing key.
    """
    prefix = contents.get("prefix", "")
    if prefix not in notebook.rpartition("/")[2].split("_"):
        raise BankError(f"{notebook}.toml: prefix = {prefix!r}; expected one word of the file's name.")
    found: dict[str, Exercise] = {}
    for raw in contents.get("exercise", []):
        name = raw.get("id", "(an exercise without id)")
        try:
            exercise = _exercise(raw, notebook)
        except TypeError as error:
            raise BankError(f"{name} in {notebook}.toml has a key too many or too few: {error}") from error
        if name.rpartition("-")[0] != prefix:
            raise BankError(f"{name} stands in {notebook}.toml, whose ids begin with {prefix!r}.")
        if exercise.kind not in KINDS:
            raise BankError(f"{name} is of the kind {exercise.kind!r}; known kinds: {', '.join(KINDS)}.")
        if name in found or name in contents.get("retired", []):
            raise BankError(
                f"The id {name} is used twice in {notebook}.toml (or retired). Give the new one a new number."
            )
        found[name] = exercise
    return found


@cache
def _bank(notebook: str) -> dict[str, Exercise]:
    return read(evidence.questions(notebook), notebook)


def notebooks() -> list[str]:
    """The notebooks that have exercises, in order."""
    return sorted(path.stem for path in (evidence.DATA / "exercises").glob("*.toml"))


def forms() -> list[str]:
    """The tests, each with questions of its own that stand in no notebook: ``forms/after``, ``forms/before``."""
    return sorted(f"forms/{path.stem}" for path in (evidence.DATA / "exercises" / "forms").glob("*.toml"))


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
    near: list[str] = []
    for notebook in notebooks() + forms():
        if prefix in notebook.rpartition("/")[2].split("_"):
            found = _bank(notebook)
            if id in found:
                return found[id]
            near += found
    known = (
        f"Those that begin like it: {', '.join(near)}."
        if near
        else f"Notebooks with questions: {', '.join(notebooks()) or 'none'}."
    )
    raise KeyError(f"There is no exercise {id!r}. {known}")
