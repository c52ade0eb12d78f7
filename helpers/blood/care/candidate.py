"""A person with aplastic anemia, as far as a guideline asks. One person or many are the same columns.

>>> person = Candidate("severe", 34, sibling=False, unrelated=True, half_matched=True, fit=True)
>>> person.words()
'a person of 34; severe disease; no matched sibling; ...; not known: need of transfusions'

What may be asked is a row of ``data/facts.csv``. Nothing is assumed: what is not known stays open.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from helpers.blood.core.count import BloodCount
from helpers.blood.core.criteria import Row
from helpers.blood.grading.severity import grade
from helpers.evidence import constant, records
from helpers.wording import age_words

TIERS = {"non_severe": "non-severe", "severe": "severe", "very_severe": "very severe"}
"""Severity of aplastic anemia (Camitta), as the table writes it and in words."""
NOT_MET = "not_met"
"""What a severity is called when the criteria of aplastic anemia are not met."""


@cache
def facts() -> Mapping[str, Row]:
    """What decides, by key, in the order in which it is asked: rows of ``data/facts.csv``."""
    return MappingProxyType({row["fact"]: row for row in records("facts") if not row["any_of"]})


@cache
def yes_no() -> Mapping[str, Row]:
    """The facts that are yes or no."""
    return MappingProxyType({name: row for name, row in facts().items() if row["kind"] == "yes_no"})


@dataclass(frozen=True)
class Candidate:
    """One person with aplastic anemia, as far as a guideline asks. None is "not known".

    Raises:
        ValueError: a severity that does not exist, or no yes or no where one is asked for. What cannot be (an age of
            300, a matched sibling where there is no sibling) is no error: :meth:`trouble` says it, and it counts as not
            known.
    """

    severity: str | None = None
    """A key of :data:`TIERS`, or :data:`NOT_MET`."""
    age_y: float | None = None
    sibling: bool | None = None
    """Whether a brother or sister has the same tissue type."""
    unrelated: bool | None = None
    """Whether a stranger of the register has the same tissue type."""
    half_matched: bool | None = None
    """Whether a relative shares half of it."""
    fit: bool | None = None
    """Whether those who treat judge the person fit for a transplant."""
    transfused: bool | None = None
    """Whether transfusions are needed."""
    siblings: int | None = None
    """How many brothers and sisters there are."""
    why_severity: str = ""
    """Where the severity comes from, or why it is not known."""

    def __post_init__(self) -> None:
        for name in facts():
            _number(name, getattr(self, name))

    @classmethod
    def of_count(cls, count: BloodCount, about: Mapping[str, Any] | None = None, **marrow: Any) -> Candidate:
        """A candidate whose severity is graded from a count.

        Args:
            count: the blood count; the person's age is taken from it unless ``about`` gives one.
            about: the other facts, as :class:`Candidate` takes them.
            marrow: ``marrow_cellularity_pct``, ``hematopoietic_pct``, ``hypocellular``, ``retic_method``, as
                :func:`helpers.blood.grading.severity.grade` takes them.
        """
        found = grade(count, "aplastic_anemia", **marrow)["aplastic_anemia"]
        severity = None if found.grade is None else (NOT_MET, *TIERS)[found.grade]
        why = found.unsettled or found.reason if severity is None else found.reason
        why = f"{why} {found.caution}".strip()
        return cls(severity, **({"age_y": count.person.age_y} | dict(about or {})), why_severity=why)

    def trouble(self) -> dict[str, str]:
        """What cannot be or does not go together, a sentence each by its fact; it counts as not known."""
        found = {}
        if self.age_y is not None and not math.isnan(self.age_y) and self.facts()["age_y"] is None:
            most = f"{constant('decision_age_limit_y'):g}"
            cannot = f"An age of {self.age_y:g} years cannot be: give 0 to {most}."
            found["age_y"] = f"{cannot} The age is taken as not known."
        if self.siblings is not None and (self.siblings < 0 or not float(self.siblings).is_integer()):
            cannot = f"{self.siblings:g} brothers and sisters cannot be"
            found["siblings"] = f"{cannot}: give 0, 1, 2 and so on, or leave it open."
        elif self.siblings == 0 and self.sibling:
            found["sibling"] = (
                "A matched sibling and no brothers or sisters do not go together: one of the two is wrong. The matched "
                "sibling is taken as not known."
            )
        return found

    def facts(self) -> dict[str, Any]:
        """What can be used: every fact by name; None where it is not known or cannot be."""
        found = {name: values[0] for name, values in columns(self).items()}
        known = {name: None if math.isnan(value) else value for name, value in found.items()}
        yes = {name: None if known[name] is None else bool(known[name]) for name in yes_no()}
        age = None if known["age_y"] is None else int(known["age_y"])
        severity = None if known["severity"] is None else (*TIERS, NOT_MET)[int(known["severity"])]
        return {"severity": severity, "age_y": age} | yes

    def words(self) -> str:
        """The person in words, as far as is known."""
        known = self.facts()
        age = known["age_y"]
        if age is None:
            said = ["a person of unknown age"]
        else:
            said = [f"a person of {age_words(age)}" if age >= 1 else "a child under one year"]
        if known["severity"] == NOT_MET:
            said.append("criteria of aplastic anemia not met")
        elif known["severity"]:
            said.append(f"{TIERS[known['severity']]} disease")
        said += [row["has" if known[fact] else "has_not"] for fact, row in yes_no().items() if known[fact] is not None]
        open_ = [row["label"].removeprefix("the ") for fact, row in facts().items() if known[fact] is None]
        open_ = open_ if known["age_y"] is not None else [label for label in open_ if label != "age"]
        return "; ".join([*said, *([f"not known: {', '.join(open_)}"] if open_ else [])])


def columns(people: Candidate | pd.DataFrame) -> dict[str, np.ndarray]:
    """What can be used of one person or of many: one float array a fact, NaN where it is not known or cannot be.

    Args:
        people: a candidate, or a frame with columns named like its fields; a missing column or cell is not known.

    Returns:
        Severity as the place in :data:`TIERS`, :data:`NOT_MET` one beyond; completed years; 1 yes, 0 no.

    Raises:
        ValueError: a column that is no fact, or a cell that cannot be one.
    """
    if isinstance(people, Candidate):
        given, size = {name: [getattr(people, name)] for name in (*facts(), "siblings")}, 1
    else:
        known = [item.name for item in fields(Candidate) if item.name != "why_severity"]
        strange = [column for column in people.columns if column not in known]
        if strange:
            raise ValueError(f"{strange[0]!r} is no fact that decides. The columns can be: {', '.join(known)}.")
        given, size = {name: people[name] for name in people.columns}, len(people)
    found = {
        name: _column(name, given[name]) if name in given else np.full(size, np.nan) for name in (*facts(), "siblings")
    }
    age, siblings = found["age_y"], found.pop("siblings")
    found["age_y"] = np.where((age >= 0) & (age <= constant("decision_age_limit_y")), np.floor(age), np.nan)
    found["sibling"] = np.where(siblings == 0, np.where(found["sibling"] == 1, np.nan, 0), found["sibling"])
    return found


def _column(name: str, cells: list | pd.Series) -> np.ndarray:
    """The cells of one fact as floats."""
    whose, different = (slice(None), cells) if isinstance(cells, list) else pd.factorize(cells, use_na_sentinel=False)
    return np.array([_number(name, cell) for cell in different], dtype=float)[whose]


def _number(name: str, cell: Any) -> float:
    if cell is None or cell is pd.NA or cell != cell:
        return math.nan
    if name == "severity":
        if cell not in (*TIERS, NOT_MET):
            known = ", ".join((*TIERS, NOT_MET))
            raise ValueError(f"There is no severity {cell!r}. Choose among: {known}, or None (not known).")
        return (*TIERS, NOT_MET).index(cell)
    if name in yes_no() and cell not in (True, False):
        raise ValueError(f"{name} should be True, False or None (not known); it is {cell!r}.")
    return float(cell)
