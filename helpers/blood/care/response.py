"""And then? Whether the counts after treatment of aplastic anemia are a response, under each system of criteria.

>>> now = BloodCount.of(hb=118, anc=1.6, plt=120, age_y=34, sex="female")
>>> respond(now, "nih").level, respond(now, "bsh2024").level
('complete', 'cannot tell')
>>> [one.level for one in respond_all(now, ("nih", "bsh2024", "ratg"), transfusion_free=True)]
['complete', 'partial', 'partial']

A criterion is a row of ``data/response_criteria.csv``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from helpers.blood.core.count import BloodCount, Person
from helpers.blood.core.criteria import Comparison, Row, holds, notes_of, weak, word
from helpers.blood.core.known import Answer, all_of, any_of, column, one
from helpers.blood.core.units import show
from helpers.blood.grading.cohort import Cohort, each
from helpers.blood.grading.multi_line import blood_criteria, severe_by_blood
from helpers.blood.grading.reference import DEFAULT_REFERENCE, Reference, interval
from helpers.evidence import constant, records
from helpers.wording import sentence, sources_of

COMPLETE, PARTIAL, NONE, CANNOT_TELL, BY_LINE = "complete", "partial", "none", "cannot tell", "by line"

LEVELS = {
    COMPLETE: "complete response",
    PARTIAL: "partial response",
    NONE: "no response",
    CANNOT_TELL: "cannot tell",
    BY_LINE: "response of some lines",
}


BORROWED = "Written for children: held against an adult only to compare."

_Said = tuple[str, Answer]
"""A condition with a person's value in words, and whether it is met."""


@dataclass(frozen=True)
class Criterion:
    """One condition, judged."""

    level: str
    """For which level it is asked: complete, partial, line."""
    words: str
    """The condition and the value, in words."""
    met: Answer
    """None where it cannot be told."""
    analyte: str
    source: str


@dataclass(frozen=True)
class Response:
    """How one system judges a count after treatment."""

    system: str
    label: str
    level: str
    """A key of :data:`LEVELS`."""
    reason: str
    criteria: tuple[Criterion, ...]
    source: str
    confidence: str
    caution: str = ""
    borrowed: bool = False
    """Whether it was written for children, and this is an adult."""

    @property
    def text(self) -> str:
        """The level in words."""
        return LEVELS[self.level]


def response_systems() -> tuple[str, ...]:
    """The systems of ``data/response_criteria.csv``."""
    return tuple(dict.fromkeys(row["system"] for row in records("response_criteria")))


def ranked_systems() -> tuple[str, ...]:
    """Those that know a complete response."""
    return tuple(dict.fromkeys(row["system"] for row in records("response_criteria") if row["response"] == COMPLETE))


def response_rows(system: str) -> tuple[Row, ...]:
    """The criteria of one system.

    Raises:
        ValueError: no such system; the message lists those there are.
    """
    found = tuple(row for row in records("response_criteria") if row["system"] == system)
    if not found:
        known = ", ".join(response_systems())
        raise ValueError(f"There are no response criteria {system!r}. Choose among: {known}.")
    return found


def respond(
    now: BloodCount | pd.DataFrame,
    system: str,
    *,
    before: BloodCount | pd.DataFrame | None = None,
    severity_before: str | pd.Series | None = None,
    transfusion_free: Answer | pd.Series = None,
    retic_method: str = "automated",
    reference: Reference = DEFAULT_REFERENCE,
) -> Response | pd.DataFrame:
    """Judge one count, or many, under one system.

    Args:
        now: the count to judge; or a frame with the course's columns, one row a count.
        before: before treatment, as ``now`` and with the same rows; systems that judge a rise need it.
        severity_before: ``"severe"`` (very severe too) or ``"non_severe"``; a system that asks for it needs it.
        transfusion_free: whether no transfusions are needed any more. Of many, both can be one for all or a column.
        retic_method: how reticulocytes were counted, for "no longer severe".
        reference: reference set(s), for "hemoglobin normal for this person".

    Returns:
        The response; of many a frame of ``level`` and ``because``, one row a count.

    Raises:
        ValueError: no such system, a severity that is neither, or other rows before than now.
    """
    rows, judge = response_rows(system), _Judge(now, before, transfusion_free, retic_method, reference)
    criteria = [judge.judge(row) for row in rows]
    severities = _severities(severity_before, len(judge.now))

    def told(person: int) -> tuple[str, str, tuple[Criterion, ...]]:
        severity = severities[person]
        asked = [
            (row, judged[person])
            for row, judged in zip(rows, criteria, strict=True)
            if severity is None or row["severity"] in ("any", severity)
        ]
        judged = tuple(one for _, one in asked)
        return *(_by_line(judged) if rows[0]["response"] == "line" else _ranked(asked)), judged

    if not judge.now.single:
        said = [told(person)[:2] for person in range(len(judge.now))]
        return pd.DataFrame(said, judge.now.index, ["level", "because"], dtype="str")
    by_blood = any(row["rule"] == "no_longer_severe" for row in rows)
    rests_on = [*rows, *(weak(blood_criteria("severe", retic_method)) if by_blood else [])]
    confidence = max(row["confidence"] for row in rests_on)
    age = judge.now.people()[0].age_y
    borrowed = rows[0]["people"] == "children" and age is not None and age >= constant("adult_from_y")
    caution = " ".join(filter(None, (BORROWED if borrowed else "", notes_of(rests_on))))
    return Response(system, rows[0]["label"], *told(0), sources_of(rests_on), confidence, caution, borrowed)


def _severities(given: str | pd.Series | None, size: int) -> list[str | None]:
    given_each = [given] * size if given is None or isinstance(given, str) else list(given)
    found = [None if pd.isna(one) or one == "" else one for one in given_each]
    strange = [one for one in dict.fromkeys(found) if one not in (None, "severe", "non_severe")]
    if strange:
        raise ValueError(f"severity_before should be 'severe', 'non_severe' or None; it is {strange[0]!r}.")
    return found


def respond_all(now: BloodCount, systems: Sequence[str] | None = None, **known: Any) -> list[Response]:
    """One count under every system (or those named); ``known`` are the keyword arguments of :func:`respond`."""
    return [respond(now, system, **known) for system in systems or response_systems()]


def _ranked(asked: Sequence[tuple[Row, Criterion]]) -> tuple[str, str]:
    """The level of a system that asks for all rows of a level, and why: what is not met is always named."""
    complete, partial = (_Level([pair for pair in asked if pair[1].level == level]) for level in (COMPLETE, PARTIAL))
    if complete.met:
        return COMPLETE, sentence(*complete.words())
    not_complete = _after("Not complete", complete.words(False))
    if complete.met is None:
        start = "A partial response at least." if partial.met else _after("Not partial", partial.words(False))
        return CANNOT_TELL, f"{start} {_after('For a complete response', complete.words(None))}".strip()
    if partial.met:
        return PARTIAL, f"{not_complete} {_after('Partial', partial.words())}".strip()
    level, start = (CANNOT_TELL, "For a partial response") if partial.met is None else (NONE, "Not partial either")
    return level, f"{not_complete} {_after(start, partial.words())}".strip()


@cache
def _reached(judged: tuple[tuple[str, Answer], ...]) -> Answer:
    kinds = dict.fromkeys(severity for severity, _ in judged)
    each_kind = {all_of(met for severity, met in judged if severity == kind) for kind in kinds}
    return each_kind.pop() if len(each_kind) == 1 else None if each_kind else False


@dataclass(frozen=True)
class _Level:
    """The rows of one level, judged."""

    pairs: Sequence[tuple[Row, Criterion]]

    @cached_property
    def met(self) -> Answer:
        """Whether it is reached; a level that a system does not have never is.

        Where the severity before treatment is not known and its rows differ, only what all of them say is said.
        """
        return _reached(tuple((row["severity"], one.met) for row, one in self.pairs))

    def words(self, *met: Answer) -> list[str]:
        """The conditions in words, each once; only those judged so, if ``met`` is given."""
        said = dict.fromkeys(one.words for _, one in self.pairs if not met or one.met is met[0])
        if self.met is None and not met and len({row["severity"] for row, _ in self.pairs}) > 1:
            said["the severity before treatment is not known, and its limits differ"] = None
        return list(said)


def _after(start: str, words: Iterable[str]) -> str:
    """ "Not complete: hemoglobin ...; platelets ..."; "" where there is nothing to name."""
    said = "; ".join(words)
    return f"{start}: {said}." if said else ""


def _by_line(judged: Sequence[Criterion]) -> tuple[str, str]:
    any_line = any_of(one.met for one in judged)
    level = {True: BY_LINE, False: NONE, None: CANNOT_TELL}[any_line]
    return level, sentence(*(one.words for one in judged))


class _Judge:
    """Judges the rows of a system for each person; what decides alike is put in words once."""

    def __init__(
        self,
        now: BloodCount | pd.DataFrame,
        before: BloodCount | pd.DataFrame | None,
        free: Any,
        method: str,
        reference: Reference,
    ) -> None:
        self.now, self.before = Cohort(now), None if before is None else Cohort(before)
        if self.before and (self.before.single != self.now.single or not self.before.index.equals(self.now.index)):
            raise ValueError("The counts before treatment should be those of the same people, in the same rows.")
        self.free = column(free) if pd.api.types.is_list_like(free) else free
        self.method, self.reference = method, reference

    def judge(self, row: Row) -> list[Criterion]:
        clinical = f" ({row['clinical']})" if row["clinical"] else ""
        made = cache(
            lambda words, met: Criterion(row["response"], words + clinical, met, row["analyte"] or "", row["source"])
        )
        return [made(*said) for said in getattr(self, "_" + row["rule"])(row)]

    def _number(self, row: Row) -> list[_Said]:
        upper_bound = self.now.upper_bound(row["analyte"])

        def say(value: float) -> _Said:
            found = Comparison(row["analyte"], value, row["operator"], row["limit"], upper_bound)
            if math.isnan(value):
                return f"{word(found.analyte)} not known ({found.edge} is asked)", None
            return found.words(beside=False), found.met

        return each([self.now.value(row["analyte"])], say)

    def _lower_limit_normal(self, row: Row) -> list[_Said]:
        analyte = row["analyte"]
        upper_bound = self.now.upper_bound(analyte)
        own = cache(lambda person: interval(analyte, person, self.reference))

        def say(amount: float, person: Person) -> _Said:
            found = own(person)
            met = holds(amount, ">=", found.low, upper_bound)
            if math.isnan(amount) or math.isnan(found.low):
                why = "it is not on the report" if math.isnan(amount) else found.reason.rstrip(".")
                return f"{word(analyte)} normal for this person cannot be told: {why}", None
            verdict = {True: "", False: "not ", None: "perhaps "}[met]
            edge = f"{verdict}normal for this person from {show(found.low, analyte, beside=False)}"
            shown = show(amount, analyte, beside=False, upper_bound=upper_bound, apart_from=found.low)
            return f"{word(analyte)} {shown}, {edge}", met

        return each([self.now.value(analyte), np.array(self.now.people(), dtype=object)], say)

    def _no_longer_severe(self, row: Row) -> list[_Said]:
        answers, words = severe_by_blood(self.now, self.method)
        told = {
            True: ("the blood criteria of severe disease are still met", False),
            False: ("the blood criteria of severe disease are no longer met", True),
        }
        unknown = "whether the blood criteria of severe disease are still met cannot be told"
        severe = (one(answers, person) for person in range(len(answers)))
        return [
            (f"{unknown} ({words(person)})", None) if known is None else told[known]
            for person, known in enumerate(severe)
        ]

    def _transfusion_free(self, row: Row) -> list[_Said]:
        said = {
            None: "whether transfusions are needed is not known",
            True: "no transfusions are needed",
            False: "transfusions are needed",
        }
        return [(said[free], free) for free in (one(self.free, person) for person in range(len(self.now)))]

    def _rise(self, row: Row) -> list[_Said]:
        analyte = row["analyte"]
        asked = f"a rise by {show(row['limit'], analyte, beside=False)} is asked"

        bounds = bool(self.before and self.before.upper_bound(analyte)), self.now.upper_bound(analyte)

        def say(old: float, new: float) -> _Said:
            if math.isnan(old) or math.isnan(new):
                which = "before treatment" if math.isnan(old) else "now"
                return f"{word(analyte)} {which} not known ({asked})", None
            if row["before_limit"] is not None:
                start = Comparison(analyte, old, row["before_operator"], row["before_limit"], bounds[0])
                if not start.met:
                    told = "not" if start.met is False else "perhaps"
                    said = f"{word(analyte)} {start.amount(beside=False)} before, {told} {start.edge}"
                    verdict = "this line is not judged" if start.met is False else "whether it is judged cannot be told"
                    return f"{said}: {verdict}", start.met
            ends = {_has_risen(row, *pair) for pair in product(_ends(old, bounds[0]), _ends(new, bounds[1]))}
            met = ends.pop() if len(ends) == 1 else None
            before = show(old, analyte, beside=False, upper_bound=bounds[0])
            now = show(new, analyte, beside=False, upper_bound=bounds[1])
            verdict = {True: "response of this line", False: "no response of this line"}
            said = verdict.get(met, "whether this line has responded cannot be told")
            return f"{word(analyte)} {before} before, {now} now: {said} ({asked})", met

        new = self.now.value(analyte)
        return each([self.before.value(analyte) if self.before else np.full(len(new), math.nan), new], say)

    _rise_or_double = _rise


def _ends(amount: float, upper_bound: bool) -> tuple[float, ...]:
    """The least and the most that a value can be: of an upper bound next to nothing, and all but the bound."""
    return (math.nextafter(0.0, 1.0), amount) if upper_bound else (amount,)


def _has_risen(row: Row, old: float, new: float) -> bool:
    """Whether a line rose by what is asked, or doubled where that counts too."""
    doubled = row["rule"] == "rise_or_double" and old > 0 and new >= 2 * old
    return new - old >= row["limit"] or doubled
