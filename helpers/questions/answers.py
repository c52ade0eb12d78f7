"""The language of answers: a text that begins with ``=`` is worked out, by the rules the course teaches.

It is Python over a closed list of names (:data:`FRONT_DOOR`, :data:`ROOMS`, :data:`PLAIN` and the functions of this
file). It may take several lines; the last one is the value. All numbers are in the course's units.

>>> round(value("= anc(2.1, 38)"), 3)
0.798
>>> value('= {"low": "man", "normal": "neither"}[flag_of("hb", BloodCount.of(hb=125, age_y=34, sex="male"))]')
'man'
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

import pandas as pd

import helpers
from helpers.blood.grading.grades import NOT_GRADED
from helpers.blood.search.patients import patient as published
from helpers.evidence import table

FRONT_DOOR = (
    "BloodCount Candidate Film Findings Person absolute_retic anc compare compared complete constant convert "
    "corrected_wbc first_choices flag grade grade_all hemoglobin_adjustment interval limits mcv read_report red_flags "
    "retic_index rule_of_three show table traps weigh wilson_limits"
)
"""Names of :mod:`helpers` that an answer may use."""

ROOMS = {
    "blood.care.response": "respond respond_all",
    "blood.care.support": "corrected_increment expected_hemoglobin thresholds",
    "blood.care.guidelines": "advise advise_all guidelines",
    "blood.care.trials": "figures trial",
    "blood.cells.differential": "CLASSES Differential",
    "blood.cells.kinetics": "day_below",
    "blood.core.confidence_limits": "as_people",
    "blood.core.derived": "corrected_retic mch mchc",
    "blood.core.units": "COLUMN NAME",
    "blood.grading.severity": "bands",
    "blood.search.accuracy": "accuracy",
    "blood.search.base_rates": "base_rates",
    "blood.search.workup": "Walk",
}
"""Where the other names stand that an answer may use."""

PLAIN = "abs all any dict enumerate float int len list max min next range round set sorted str sum tuple zip"
"""What of Python itself an answer may call."""

_REFUSED = (ast.Import, ast.ImportFrom, ast.While, ast.FunctionDef, ast.ClassDef, ast.Global, ast.With, ast.Try)


class AnswerError(ValueError):
    """An answer that cannot be worked out; the message says what is wrong with its text."""


def value(given: Any) -> Any:
    """What the bank means: texts that begin with ``=`` worked out, also inside lists and tables; the rest as it stands.

    Raises:
        AnswerError: a text that is no expression over the names there are; the message lists them.
    """
    if isinstance(given, str) and given.startswith("="):
        return _worked_out(given[1:])
    if isinstance(given, Mapping):
        return {key: value(part) for key, part in given.items()}
    if isinstance(given, list | tuple):
        return [value(part) for part in given]
    return given


def _worked_out(text: str) -> Any:
    try:
        tree = ast.parse(text.strip())
    except SyntaxError as error:
        raise AnswerError(f"This is no Python: {text.strip()[:60]!r} ({error.msg}).") from error
    if not tree.body or not isinstance(tree.body[-1], ast.Expr):
        raise AnswerError("The last line of an answer must be the value itself, not `name = value`.")
    space = {"__builtins__": {}} | {name: _named(name) for name in _used(tree)}
    *before, last = tree.body
    exec(compile(ast.Module(before, []), "<answer>", "exec"), space)
    return eval(compile(ast.Expression(last.value), "<answer>", "eval"), space)


def _used(tree: ast.Module) -> set[str]:
    """The names an answer takes from the list."""
    nodes = list(ast.walk(tree))
    if any(isinstance(node, _REFUSED) for node in nodes):
        raise AnswerError("An answer is worked out from the names there are; it imports and defines nothing.")
    hidden = [node.attr for node in nodes if isinstance(node, ast.Attribute) and node.attr.startswith("_")]
    if hidden:
        raise AnswerError(f"An answer does not reach for {hidden[0]!r}.")
    names = [node for node in nodes if isinstance(node, ast.Name)]
    own = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    own |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    used = {node.id for node in names} - own
    unknown = sorted(used - _known())
    if unknown:
        raise AnswerError(f"There is no {unknown[0]!r} for answers. The names are: {', '.join(sorted(_known()))}.")
    return used


@cache
def _known() -> frozenset[str]:
    rooms = " ".join(ROOMS.values())
    return frozenset(f"{FRONT_DOOR} {rooms} {PLAIN} {' '.join(_HERE)}".split())


@cache
def _named(name: str) -> Any:
    """What stands behind a name: loaded where it is first used."""
    if name in _HERE:
        return _HERE[name]
    if name in PLAIN.split():
        return getattr(builtins, name)
    if name in FRONT_DOOR.split():
        return getattr(helpers, name)
    room = next(room for room, names in ROOMS.items() if name in names.split())
    return getattr(import_module(f"helpers.{room}"), name)


@cache
def run(code: str, result: str, given: str = "") -> Any:
    """What a learner's lines leave in ``result``; they find all names there are for answers, and all of Python.

    Raises:
        AnswerError: they leave nothing there.
    """
    space = {name: _named(name) for name in _known() if name in f"{given}\n{code}"}
    exec(compile(f"{given}\n{code}", "<code of a question>", "exec"), space)
    if result not in space:
        raise AnswerError(f"The code leaves nothing in {result!r}.")
    return space[result]


# --- what answers often ask -------------------------------------------------------------------------------------------


def patient(key: str) -> Any:
    """The count of a published patient, as a ``BloodCount``.

    Raises:
        KeyError: no such patient.
    """
    return published(key).count


def _one(name: str, where: Mapping[str, Any]) -> pd.Series:
    rows = table(name)
    for column, wanted in where.items():
        rows = rows[(rows[column] == wanted).fillna(False)]
    if len(rows) != 1:
        raise KeyError(f"{len(rows)} rows of data/{name}.csv fit {dict(where)}; exactly one was expected.")
    return rows.iloc[0]


def look_up(name: str, column: str, /, **where: Any) -> Any:
    """The value in ``column`` of the one row of the table ``name`` where every named column has the given value.

    Raises:
        KeyError: no row, or more than one, fits.
    """
    return _one(name, where)[column]


def flag_of(analyte: str, count: Any) -> str:
    """A value of a ``BloodCount`` against its reference interval: "low", "normal", "high" or "cannot tell"."""
    return next((one.verdict for one in helpers.flag(count) if one.analyte == analyte), "cannot tell")


def grade_key(found: Any) -> str:
    """A grade as an answer: ``"3"``, ``"3+"`` for "3 or more", ``"-"`` for "not graded", ``"?"`` for "cannot tell"."""
    if found.grade is None or pd.isna(found.grade):
        return "-" if found.label == NOT_GRADED else "?"
    return f"{int(found.grade)}{'+' if found.at_least else ''}"


def turns_at(guideline: str, **person: Any) -> str:
    """The first completed year, after the person's age, at which a guideline says something else; "never".

    Args:
        person: the fields of ``Candidate``.
    """
    from helpers.blood.care.candidate import Candidate
    from helpers.blood.care.guidelines import advise, age_limits

    now = advise(Candidate(**person), guideline)
    for years in age_limits(guideline):
        later = advise(Candidate(**(person | {"age_y": years})), guideline)
        if years > person["age_y"] and later.choice != now.choice:
            return str(years)
    return "never"


def transfusion(indication: str, guideline: str, year: int, **count: Any) -> str:
    """Whether a guideline's edition gives platelets: "give", "consider", "do not give", "cannot tell"."""
    from helpers.blood.care.support import thresholds

    found = thresholds(helpers.BloodCount.of(**count), "platelets", indication)
    return next(one.advice for one in found if (one.guideline, one.year) == (guideline, year))


_HERE = {"pd": pd} | {
    function.__name__: function for function in (patient, look_up, flag_of, grade_key, turns_at, transfusion)
}
