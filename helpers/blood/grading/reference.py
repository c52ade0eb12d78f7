"""Low for this person? Reference intervals by sex, age, pregnancy and Duffy status, and the flags they give.

A reference interval holds the middle 95 % of healthy people measured by one laboratory or study. Outside it is a flag,
not an illness; the set is always named, because another set may flag differently.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from helpers.blood.core import units
from helpers.blood.core.count import BloodCount, Person
from helpers.blood.core.count import may_be_pregnant as may_be_pregnant
from helpers.blood.core.units import ANALYTES, COLUMN, show
from helpers.blood.grading.cohort import Cohort, Kinds
from helpers.evidence import cite, constant, records
from helpers.wording import capital, person_words

VERDICTS = ("low", "normal", "high", "cannot tell")

Reference = str | Sequence[str]


def default_reference() -> tuple[str, ...]:
    """The sets used unless another is named, tried in this order: the first that covers the person wins."""
    ranked = sorted(
        (row["default_rank"], row["set"]) for row in records("reference_sets") if row["default_rank"] is not None
    )
    return tuple(name for _, name in ranked)


DEFAULT_REFERENCE = "default"
"""Stands for :func:`default_reference`."""


@dataclass(frozen=True)
class Interval:
    """The reference interval for one person and one value."""

    analyte: str
    low: float
    """In the course's unit; NaN where the interval has no lower end or none is known."""
    high: float
    set: str
    """The reference set it comes from; "" where none covers this person."""
    source: str
    reason: str
    """Why this interval, or why there is none."""

    @property
    def known(self) -> bool:
        """Whether some set covers this person."""
        return bool(self.set)

    def words(self, system: units.System = "si") -> str:
        """The interval in words: "reference interval 120 g/L to 158 g/L", or that there is none."""
        if not self.known:
            return "no reference interval for this person"
        low, high = (show(end, self.analyte, system, beside=False) for end in (self.low, self.high))
        if math.isnan(self.low):
            return f"reference interval up to {high}"
        return f"reference interval from {low}" if math.isnan(self.high) else f"reference interval {low} to {high}"

    def verdict(self, amount: float, upper_bound: bool = False) -> str:
        """low, normal, high or cannot tell, for an amount in the course's unit.

        Args:
            upper_bound: the value is printed only as "less than" the amount.

        >>> platelets = interval("plt", Person(34, "female"))
        >>> platelets.verdict(200), platelets.verdict(200, upper_bound=True), platelets.verdict(150, upper_bound=True)
        ('normal', 'cannot tell', 'low')
        """
        if not self.known or np.isnan(amount):
            return "cannot tell"
        return VERDICTS[_verdicts(np.array([amount]), np.array([self.low]), np.array([self.high]), upper_bound)[0]]


def _verdicts(value: np.ndarray, low: np.ndarray, high: np.ndarray, upper_bound: bool) -> np.ndarray:
    """The place in :data:`VERDICTS` of each known value; an end that is NaN is open."""
    is_low, is_high = value < low, value > high
    if not upper_bound:
        return np.select([is_low, is_high], [VERDICTS.index("low"), VERDICTS.index("high")], VERDICTS.index("normal"))
    is_low = value <= low  # whatever lies below the bound lies below the limit
    is_open = ~is_low & (is_high | (low > 0))
    return np.select(
        [is_low, is_open], [VERDICTS.index("low"), VERDICTS.index("cannot tell")], VERDICTS.index("normal")
    )


@dataclass(frozen=True)
class Flag:
    """One value held against the reference interval of that person."""

    analyte: str
    verdict: str
    """One of low, normal, high, cannot tell."""
    value: float
    interval: Interval
    reason: str


def _sets(reference: Reference) -> tuple[str, ...]:
    given = (reference,) if isinstance(reference, str) else tuple(reference)
    names = default_reference() if given == (DEFAULT_REFERENCE,) else given
    for name in names:
        if name not in _set_labels():
            raise ValueError(f"There is no reference set {name!r}. Choose among: {', '.join(_set_labels())}.")
    return names


@cache
def _set_labels() -> dict[str, str]:
    return {row["set"]: row["label"] for row in records("reference_sets")}


@cache
def _rows(analyte: str, name: str) -> list[tuple[int, Mapping[str, Any]]]:
    rows = enumerate(records("reference_intervals"))
    return [(place, row) for place, row in rows if row["analyte"] == analyte and row["set"] == name]


def kind_limits(kinds: Kinds, analyte: str, reference: Reference) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Low end, high end and row of ``reference_intervals`` (-1: none covers) for each kind of person."""
    units.analyte(analyte)
    low, high = np.full(len(kinds), np.nan), np.full(len(kinds), np.nan)
    row_of = np.full(len(kinds), -1)
    for name in _sets(reference):
        for place, row in _rows(analyte, name):
            fits = kinds.match(row) & (row_of < 0)
            low[fits] = np.nan if row["low"] is None else row["low"]
            high[fits] = np.nan if row["high"] is None else row["high"]
            row_of[fits] = place
    return low, high, row_of


def highest_low_end(kinds: Kinds, analyte: str) -> np.ndarray:
    """The highest lower limit that any set of the course prints for anybody, for each kind of person.

    A value not below it is not below the limit of any of them. NaN for people younger than all whose limits are
    printed, or of unknown age: their limits may be higher still.
    """
    rows = [row for row in records("reference_intervals") if row["analyte"] == analyte and row["low"] is not None]
    highest = max((row["low"] for row in rows), default=math.nan)
    youngest = min((row["age_low_y"] or 0.0 for row in rows if not row["trimester"]), default=math.inf)
    return np.where(np.nan_to_num(kinds.age_y, nan=0.0) >= youngest, highest, math.nan)


def printed_low_end(count: BloodCount, analyte: str) -> float:
    """The lower limit that the report itself prints beside a value, in the course's unit; NaN where it prints none."""
    value = count.values.get(analyte)
    return math.nan if value is None or value.own_low is None else value.own_low


def limits(
    patients: BloodCount | pd.DataFrame, analyte: str, reference: Reference = DEFAULT_REFERENCE
) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper reference limits of one analyte for every row.

    Args:
        patients: one count or a frame, as for :class:`~helpers.blood.grading.cohort.Cohort`.
        analyte: short name (``"hb"``).
        reference: a set, or several in order of preference.

    Returns:
        Two float arrays in the course's unit; NaN where no set covers the person or the interval is open at that end.
    """
    cohort = Cohort(patients)
    low, high, _ = kind_limits(cohort.kinds, analyte, reference)
    return low[cohort.kind], high[cohort.kind]


def interval(analyte: str, person: Person, reference: Reference = DEFAULT_REFERENCE) -> Interval:
    """The reference interval of one analyte for one person, and why it is that one.

    Args:
        analyte: short name (``"plt"``).
        reference: a set, or several in order of preference: the first that covers the person is used.

    Raises:
        ValueError: no such reference set.
    """
    kinds = Cohort(BloodCount(values={}, person=person)).kinds
    return _interval(analyte, person, kinds, reference)


def _interval(analyte: str, person: Person, kinds: Kinds, reference: Reference) -> Interval:
    low, high, row_of = kind_limits(kinds, analyte, reference)
    label = ANALYTES[analyte].label
    if row_of[0] < 0:
        sets = "; ".join(_set_labels()[name] for name in _sets(reference))
        reason = f"No interval for {label} ({person_words(person)}) in: {sets}."
        if person.age_y is None or person.sex is None:
            reason += " Intervals depend on age and often on sex: give both."
        return Interval(analyte, math.nan, math.nan, "", "", reason)
    row = records("reference_intervals")[row_of[0]]
    reason = f"{_set_labels()[row['set']]} for a {person_words(person)}."
    if pregnancy_is_open(person.sex, person.age_y, person.trimester):
        reason += " Pregnancy is not stated; this interval is for people who are not pregnant."
    if person.elevation_m and analyte in ("hb", "hct", "rbc"):
        reason += " It was made near sea level and is not adjusted for elevation."
    return Interval(analyte, float(low[0]), float(high[0]), row["set"], row["source"], reason)


def pregnancy_is_open(sex: str | None, age_y: float | None, trimester: float | None) -> bool:
    """Whether a person of this sex and age might be pregnant and nothing says whether she is."""
    if sex != "female" or pd.isna(age_y) or not pd.isna(trimester):
        return False
    return constant("reproductive_age_low_y") <= age_y < constant("reproductive_age_high_y")


def own_interval(count: BloodCount, analyte: str) -> Interval | None:
    """The interval that the report itself prints beside a known value; None where it prints none."""
    value = count.values.get(analyte)
    if value is None or not value.known or (value.own_low is None and value.own_high is None):
        return None
    low, high = (np.nan if end is None else end for end in (value.own_low, value.own_high))
    return Interval(analyte, low, high, "report", "", "The interval printed on the report itself was used.")


def _why(found: Interval, verdict: str, amount: str) -> str:
    """Why a known value, in words, has its verdict."""
    if verdict == "cannot tell":
        return f"Printed only as {amount}, with a {found.words()}: {found.reason}"
    ends = {"low": ("below", found.low), "high": ("above", found.high)}
    side, end = ends.get(verdict, ("", np.nan))
    place = f"{side} {show(end, found.analyte)}" if side else "inside the interval"
    return f"{capital(amount)} is {place}: {found.reason}"


class Flags:
    """The flags of one count or of many.

    For one count: iterate to get each :class:`Flag`, or ask ``flags["hb"]``. For many: :meth:`frame`.
    """

    def __init__(self, patients: BloodCount | pd.DataFrame, reference: Reference, own_limits: bool = False) -> None:
        self._cohort = Cohort(patients)
        self._own_limits = own_limits and self._cohort.single
        self.reference = _sets(reference)
        covered = {row["analyte"] for row in records("reference_intervals")}
        if self._cohort.single:
            self.analytes = [name for name in patients.values if name in covered]
        else:
            self.analytes = [name for name in ANALYTES if name in covered and COLUMN[name] in patients]

    def _codes(self, analyte: str) -> np.ndarray:
        cohort = self._cohort
        low, high, row_of = (part[cohort.kind] for part in kind_limits(cohort.kinds, analyte, self.reference))
        value = cohort.value(analyte)
        codes = _verdicts(value, low, high, cohort.upper_bound(analyte)).astype(np.int8)
        codes[np.isnan(value) | (row_of < 0)] = VERDICTS.index("cannot tell")
        return codes

    def frame(self) -> pd.DataFrame:
        """One row a count, one categorical column an analyte: low, normal, high or cannot tell."""
        columns = {name: pd.Categorical.from_codes(self._codes(name), categories=VERDICTS) for name in self.analytes}
        return pd.DataFrame(columns, index=self._cohort.index)

    def __getitem__(self, analyte: str) -> Flag | pd.Series:
        units.analyte(analyte)
        if not self._cohort.single:
            if analyte not in self.analytes:
                raise KeyError(f"No {analyte!r} is flagged here. Flagged are: {', '.join(self.analytes) or 'none'}.")
            return self.frame()[analyte]
        count: BloodCount = self._cohort.patients
        if self._own_limits and (own := own_interval(count, analyte)):
            return self._own_flag(count, own)
        found = _interval(analyte, count.person, self._cohort.kinds, self.reference)
        verdict = VERDICTS[self._codes(analyte)[0]]
        value = getattr(count, analyte)
        if np.isnan(value):
            reason = count.why(analyte)
        elif not found.known:
            reason = found.reason
        else:
            reason = _why(found, verdict, show(value, analyte, upper_bound=count.is_below(analyte)))
        return Flag(analyte, verdict, value, found, reason)

    def _own_flag(self, count: BloodCount, own: Interval) -> Flag:
        value, bound = getattr(count, own.analyte), count.is_below(own.analyte)
        amount = capital(show(value, own.analyte, upper_bound=bound))
        return Flag(own.analyte, own.verdict(value, bound), value, own, f"{amount}: {own.reason}")

    def __iter__(self) -> Iterator[Flag]:
        if not self._cohort.single:
            raise TypeError("These flags are of many counts: ask .frame(), or flag one BloodCount.")
        return (self[name] for name in self.analytes)

    def table(self) -> pd.DataFrame:
        """For one count: value, verdict, interval and reason, one row a value. For many: :meth:`frame`."""
        if not self._cohort.single:
            return self.frame()
        rows = [
            (ANALYTES[f.analyte].label, show(f.value, f.analyte), f.verdict, f.reason, cite(f.interval.source))
            for f in self
        ]
        return pd.DataFrame(rows, columns=["value", "result", "flag", "because", "source"]).set_index("value")


def flag(
    patients: BloodCount | pd.DataFrame, reference: Reference = DEFAULT_REFERENCE, own_limits: bool = False
) -> Flags:
    """Hold counts against a named reference set.

    Args:
        patients: one count, or a frame with the course's columns, one row a count.
        reference: a set of ``data/reference_sets.csv``, or several in order of preference.
        own_limits: for one count, take the interval that the report prints beside a value, where it prints one; the
            flag says which was used.

    Returns:
        :class:`Flags`: one :class:`Flag` a value for one patient, a frame for many.

    Raises:
        ValueError: no such reference set.
    """
    return Flags(patients, reference, own_limits)
