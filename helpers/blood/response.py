"""And then? Whether the counts after treatment of aplastic anemia are a response, under each system of criteria.

>>> now = BloodCount.of(hb=118, anc=1.6, plt=120, age_y=34, sex="female")
>>> respond(now, "nih").level, respond(now, "bsh2024").level
('complete', 'cannot tell')
>>> respond_all(now, transfusion_free=True)          # the same counts under every system

A criterion is a row of ``data/response_criteria.csv``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from helpers.blood.count import BloodCount
from helpers.blood.grades import Row, below, notes_of, word
from helpers.blood.reference import DEFAULT_REFERENCE, Reference, interval
from helpers.blood.severity import grade
from helpers.blood.units import show
from helpers.evidence import cite, records

COMPLETE, PARTIAL, NONE, CANNOT_TELL, BY_LINE = "complete", "partial", "none", "cannot tell", "by line"

LEVELS = {
    COMPLETE: "complete response",
    PARTIAL: "partial response",
    NONE: "no response",
    CANNOT_TELL: "cannot tell",
    BY_LINE: "response of some lines",
}


@dataclass(frozen=True)
class Criterion:
    """One condition, judged."""

    level: str
    """For which level it is asked: complete, partial, line."""
    words: str
    """The condition and the value, in words."""
    met: bool | None
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

    @property
    def text(self) -> str:
        """The level in words."""
        return LEVELS[self.level]


def response_systems() -> tuple[str, ...]:
    """The systems of ``data/response_criteria.csv``."""
    return tuple(dict.fromkeys(row["system"] for row in records("response_criteria")))


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
    now: BloodCount,
    system: str,
    *,
    before: BloodCount | None = None,
    severity_before: str | None = None,
    transfusion_free: bool | None = None,
    retic_method: str = "automated",
    reference: Reference = DEFAULT_REFERENCE,
) -> Response:
    """Judge one count under one system.

    Args:
        now: the count to judge.
        system: one of :func:`response_systems`.
        before: the count before treatment; systems that judge a rise need it.
        severity_before: ``"severe"`` (very severe too) or ``"non_severe"``; a system that asks for it needs it.
        transfusion_free: whether no transfusions are needed any more.
        retic_method: how reticulocytes were counted, for "no longer severe".
        reference: reference set(s), for "hemoglobin normal for this person".

    Raises:
        ValueError: no such system, or a severity that is neither.
    """
    if severity_before not in (None, "severe", "non_severe"):
        raise ValueError(f"severity_before should be 'severe', 'non_severe' or None; it is {severity_before!r}.")
    rows = response_rows(system)
    judge = _Judge(now, before, transfusion_free, retic_method, reference)
    judged = [judge.judge(row) for row in rows]
    if rows[0]["response"] == "line":
        level, reason = _by_line(judged)
    else:
        asked = [
            (row, one)
            for row, one in zip(rows, judged, strict=True)
            if severity_before is None or row["severity"] in ("any", severity_before)
        ]
        judged = [one for _, one in asked]
        level, reason = _ranked(asked)
    return Response(
        system,
        rows[0]["label"],
        level,
        reason,
        tuple(judged),
        " ".join(dict.fromkeys(" ".join(row["source"] for row in rows).split())),
        max(row["confidence"] for row in rows),
        notes_of(rows),
    )


def respond_all(now: BloodCount, systems: Sequence[str] | None = None, **known: Any) -> list[Response]:
    """One count under every system (or those named); ``known`` are the keyword arguments of :func:`respond`."""
    return [respond(now, system, **known) for system in systems or response_systems()]


def responses_table(found: Sequence[Response]) -> pd.DataFrame:
    """Judgments side by side, to show: system, level, reason and source."""
    rows = [(one.label, one.text, " ".join(filter(None, (one.reason, one.caution))), cite(one.source)) for one in found]
    return pd.DataFrame(rows, columns=["system", "response", "because", "source"]).set_index("system")


def _all(met: Sequence[bool | None]) -> bool | None:
    """And, where None is "cannot tell"; None for nothing asked."""
    if not met or (None in met and False not in met):
        return None
    return False not in met


def _ranked(asked: Sequence[tuple[Row, Criterion]]) -> tuple[str, str]:
    """The level of a system that asks for all rows of a level, and why."""
    by_level = {level: [pair for pair in asked if pair[1].level == level] for level in (COMPLETE, PARTIAL)}
    complete, partial = (_level_met(pairs) for pairs in by_level.values())
    said = {level: _words(pairs) for level, pairs in by_level.items()}
    if complete:
        return COMPLETE, f"{_capital(said[COMPLETE])}."
    if complete is None:
        start = "A partial response at least. " if partial else ""
        return CANNOT_TELL, f"{start}For a complete response: {_words(by_level[COMPLETE], None)}."
    start = f"Not complete: {_words(by_level[COMPLETE], False)}. " if said[COMPLETE] else ""
    if partial:
        return PARTIAL, f"{start}Partial: {said[PARTIAL]}."
    if partial is None:
        return CANNOT_TELL, f"{start}For a partial response: {said[PARTIAL]}."
    return NONE, f"{start}Not partial either: {said[PARTIAL]}.".replace("Not partial either: .", "").strip()


def _level_met(pairs: Sequence[tuple[Row, Criterion]]) -> bool | None:
    """Whether a level is reached; a system that has no such level never reaches it.

    Where the severity before treatment is not known and its rows differ, only what all of them say is said.
    """
    kinds = dict.fromkeys(row["severity"] for row, _ in pairs)
    each = {_all([one.met for row, one in pairs if row["severity"] == kind]) for kind in kinds}
    return each.pop() if len(each) == 1 else None if each else False


def _words(pairs: Sequence[tuple[Row, Criterion]], *met: bool | None) -> str:
    """The conditions in words, each once; only those judged so, if ``met`` is given."""
    return "; ".join(dict.fromkeys(one.words for _, one in pairs if not met or one.met is met[0]))


def _by_line(judged: Sequence[Criterion]) -> tuple[str, str]:
    said = f"{_capital('; '.join(one.words for one in judged))}."
    if any(one.met for one in judged):
        return BY_LINE, said
    return (CANNOT_TELL if any(one.met is None for one in judged) else NONE), said


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


class _Judge:
    """Judges the rows of a system for one person."""

    def __init__(self, now: BloodCount, before: BloodCount | None, free: bool | None, method: str, reference: Any):
        self.now, self.before, self.free, self.method, self.reference = now, before, free, method, reference

    def judge(self, row: Row) -> Criterion:
        words, met = getattr(self, "_" + row["rule"])(row)
        if row["clinical"]:
            words = f"{words} ({row['clinical']})"
        return Criterion(row["response"], words, met, row["analyte"] or "", row["source"])

    def _number(self, row: Row) -> tuple[str, bool | None]:
        analyte, limit = row["analyte"], row["limit"]
        edge = f"{'above' if row['operator'] == '>' else 'at least'} {show(limit, analyte, beside=False)}"
        amount = self.now.compared(analyte)
        if math.isnan(amount):
            return f"{word(analyte)} not known ({edge} is asked)", None
        met = amount > limit if row["operator"] == ">" else amount >= limit
        return f"{word(analyte)} {show(amount, analyte, beside=False)}, {'' if met else 'not '}{edge}", met

    def _lower_limit_normal(self, row: Row) -> tuple[str, bool | None]:
        analyte, found = row["analyte"], interval(row["analyte"], self.now.person, self.reference)
        amount = self.now.compared(analyte)
        if math.isnan(amount) or math.isnan(found.low):
            why = "it is not on the report" if math.isnan(amount) else found.reason.rstrip(".")
            return f"{word(analyte)} normal for this person cannot be told: {why}", None
        met = amount >= found.low
        edge = f"normal for this person from {show(found.low, analyte, beside=False)}"
        return f"{word(analyte)} {show(amount, analyte, beside=False)}, {'' if met else 'not '}{edge}", met

    def _no_longer_severe(self, row: Row) -> tuple[str, bool | None]:
        found = grade(self.now, "aplastic_anemia", retic_method=self.method)["blood_criteria"]
        if found.grade is None:
            why = found.reason.rstrip(".")
            return f"whether the blood criteria of severe disease are still met cannot be told ({why})", None
        met = found.grade < 2
        return f"the blood criteria of severe disease are {'no longer' if met else 'still'} met", met

    def _transfusion_free(self, row: Row) -> tuple[str, bool | None]:
        said = {None: "whether transfusions are needed is not known", True: "no transfusions are needed"}
        return said.get(self.free, "transfusions are needed"), self.free

    def _rise(self, row: Row) -> tuple[str, bool | None]:
        analyte = row["analyte"]
        old = math.nan if self.before is None else getattr(self.before, analyte)
        new = getattr(self.now, analyte)
        asked = f"a rise by {show(row['limit'], analyte, beside=False)} is asked"
        if math.isnan(old) or math.isnan(new):
            which = "before treatment" if math.isnan(old) else "now"
            return f"{word(analyte)} {which} not known ({asked})", None
        if row["before_limit"] is not None and not below(old, row["before_operator"], row["before_limit"]):
            edge = f"{'at or ' if row['before_operator'] == '<=' else ''}below"
            limit = show(row["before_limit"], analyte, beside=False)
            said = f"{word(analyte)} {show(old, analyte, beside=False)} before, not {edge} {limit}"
            return f"{said}: this line is not judged", False
        doubled = row["rule"] == "rise_or_double" and old > 0 and new >= 2 * old
        met = new - old >= row["limit"] or doubled
        said = f"{show(old, analyte, beside=False)} before, {show(new, analyte, beside=False)} now"
        return f"{word(analyte)} {said}: {'' if met else 'no '}response of this line ({asked})", met

    _rise_or_double = _rise
