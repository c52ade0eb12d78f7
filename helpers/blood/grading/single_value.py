"""Systems made of bands of one value: CTCAE, WHO anemia, neutropenia, platelets and bleeding risk.

The bands are rows of ``data/severity.csv``; some depend on the group of the person (``data/groups.csv``), and the
mildest of CTCAE begins at the lower limit of normal: the one the report prints, else that of the reference set.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd

from helpers.blood.core.count import BloodCount, Person
from helpers.blood.core.criteria import Row, notes_of, weak, word
from helpers.blood.core.units import show
from helpers.blood.grading.cohort import Cohort, Kinds
from helpers.blood.grading.grades import MISSING, NOT_GRADED, Band, Grade, Line
from helpers.blood.grading.reference import Reference, highest_low_end, kind_limits, pregnancy_is_open, printed_low_end
from helpers.blood.grading.systems import about, title
from helpers.evidence import records
from helpers.wording import capital

NOT_LOW, NO_LIMIT, NO_GROUP, OPEN_END = -1, -3, -4, -5
"""Codes beside the bands: above every band; lower limit of normal unknown; no group for this person; printed only as
less than a value that is above every band."""


@cache
def ladder_items(system: str, edition: str) -> dict[str, str]:
    """The lines it grades, each with the analyte it reads."""
    rows = (row for row in records("severity") if (row["system"], row["edition"]) == (system, edition))
    return {row["item"]: row["analyte"] for row in rows}


@cache
def _criteria(system: str, edition: str, item: str) -> list[tuple[int, Row]]:
    """The rows of one item, each with its place in the table."""
    rows = enumerate(records("severity"))
    return [
        (place, row) for place, row in rows if (row["system"], row["edition"], row["item"]) == (system, edition, item)
    ]


@cache
def _numeric(system: str, edition: str, item: str) -> list[tuple[int, Row]]:
    """Those a count can meet."""
    rows = _criteria(system, edition, item)
    return [(at, row) for at, row in rows if row["lower_limit_normal"] or {row["lower"], row["upper"]} != {None}]


@cache
def _clinical(system: str, edition: str, item: str) -> list[Row]:
    """Those, short of death, that name something only the patient can show."""
    rows = [row for _, row in _criteria(system, edition, item)]
    return [row for row in rows if row["clinical"] and row["grade"] is not None and row["grade"] < 5]


@cache
def _groups(system: str, edition: str) -> list[Row]:
    return [row for row in records("groups") if (row["system"], row["edition"]) == (system, edition)]


def _group_rows(kinds: Kinds, system: str, edition: str) -> list[Row | None]:
    """The row of ``groups`` of each kind of person; None where none. Pregnancy not stated counts as not pregnant."""
    stated = replace(kinds, trimester=np.nan_to_num(kinds.trimester))
    found = np.full(len(kinds), -1)
    groups = _groups(system, edition)
    for place, group in enumerate(groups):
        found[stated.match(group) & (found < 0)] = place
    return [groups[place] if place >= 0 else None for place in found]


@dataclass(frozen=True)
class Ladder:
    """The bands of one item for each kind of person, mildest first."""

    analyte: str
    upper: np.ndarray
    """Kinds x bands: excluded upper ends; inf where open, NaN where the lower limit of normal is unknown."""
    row: np.ndarray
    """Kinds x bands: row of ``severity``; -1 where this kind has no such band."""
    says: tuple[str, ...]
    """What is said beside every grade of each kind; "" mostly."""
    safe: np.ndarray
    """The highest lower limit of normal in any set, for each kind of person; NaN where theirs may be higher still."""
    printed: bool = False
    """Whether the lower limit of normal is the one the report prints."""

    def codes(self, value: np.ndarray, kind: np.ndarray) -> np.ndarray:
        """Band number of each value (0 mildest), or one of the codes beside the bands."""
        found = np.full(len(value), NOT_LOW, dtype=np.int8)
        if not self.row.size:
            return found
        for place in range(self.upper.shape[1]):
            upper = self.upper[:, place]
            limit = upper[0] if (upper == upper[0]).all() else upper[kind]
            np.putmask(found, value < limit, place)
        no_limit = np.isnan(self.upper).any(axis=1)
        if no_limit.any():
            np.putmask(found, (found == NOT_LOW) & no_limit[kind] & ~(value >= self.safe[kind]), NO_LIMIT)
        no_group = (self.row < 0).all(axis=1)
        if no_group.any():
            np.putmask(found, no_group[kind], NO_GROUP)
        np.putmask(found, np.isnan(value), MISSING)
        return found

    def lower(self, kind: int, code: int) -> float:
        """Where the band ends below (0: open)."""
        return max((end for end in self.upper[kind, code + 1 :] if np.isfinite(end)), default=0.0)

    def threshold(self, kind: int, code: int, upper_bound: bool = False) -> str:
        """The band in words: "below 50 ×10⁹/L and not below 10 ×10⁹/L"; of an upper bound alone, its upper end."""
        upper, lower = self.upper[kind, code], self.lower(kind, code)
        if not np.isfinite(upper):
            return f"not below {show(lower, self.analyte, beside=False)}"
        words = f"below {show(upper, self.analyte, beside=False)}"
        if not lower or upper_bound:
            return words
        return f"{words} and not below {show(lower, self.analyte, beside=False)}"


def ladder(system: str, edition: str, item: str, cohort: Cohort, reference: Reference) -> Ladder:
    """The bands of one item for the kinds of person in a cohort."""
    kinds, analyte = cohort.kinds, ladder_items(system, edition)[item]
    rows = _numeric(system, edition, item)
    groups = _group_rows(kinds, system, edition)
    names = np.array([(group or {}).get("group", "") for group in groups], dtype=object)
    grades = sorted({row["grade"] for _, row in rows})
    upper = np.full((len(kinds), len(grades)), -np.inf)
    row_of = np.full((len(kinds), len(grades)), -1)
    printed = printed_low_end(cohort.patients, analyte) if cohort.single else np.nan
    leans = any(row["lower_limit_normal"] for _, row in rows)
    for place, row in rows:
        fits, column = names == (row["group"] or ""), grades.index(row["grade"])
        if row["lower_limit_normal"]:
            limits = kind_limits(kinds, analyte, reference)[0] if np.isnan(printed) else np.full(len(kinds), printed)
            upper[fits, column] = limits[fits]
        else:
            upper[fits, column] = np.inf if row["upper"] is None else row["upper"]
        row_of[fits, column] = place
    says = tuple((group or {}).get("says") or "" for group in groups)
    safe = highest_low_end(kinds, analyte) if leans else np.full(len(kinds), np.nan)
    return Ladder(analyte, upper, row_of, says, safe, leans and not np.isnan(printed))


def ladder_bands(
    system: str, edition: str, item: str, patient: Person | BloodCount, reference: Reference
) -> list[Band]:
    """The bands of one line for one person, mildest first; those that are empty or unknown are left out."""
    count = BloodCount({}, patient) if isinstance(patient, Person) else patient
    found = ladder(system, edition, item, Cohort(count), reference)
    bands = []
    for code, place in enumerate(found.row[0]):
        upper, lower = float(found.upper[0, code]), float(found.lower(0, code))
        if place >= 0 and lower < upper:
            row = records("severity")[place]
            bands.append(Band(row["grade"], row["label"], lower, upper))
    return bands


def grade_ladder(
    cohort: Cohort, system: str, edition: str, item: str, reference: Reference, elevation_method: str | None
) -> Line:
    """Grade one line of a cohort."""
    rungs = ladder(system, edition, item, cohort, reference)
    value = cohort.value(rungs.analyte)
    taken_off = np.zeros(len(cohort))
    if about(system, edition)["adjusted"]:
        taken_off = hemoglobin_adjustment(cohort, edition, elevation_method)
        value = value - taken_off
    codes = rungs.codes(value, cohort.kind)
    named = {row["grade"]: row["label"] for _, row in _numeric(system, edition, item)}
    beside = dict.fromkeys((MISSING, NO_LIMIT, NO_GROUP, OPEN_END))
    grades: dict[int, int | None] = dict(enumerate(sorted(named))) | beside | {NOT_LOW: 0 if named else None}
    labels = {code: "cannot tell" if grade is None else named.get(grade, "") for code, grade in grades.items()}
    labels[NOT_LOW] = "no grade" if named else NOT_GRADED
    if cohort.upper_bound(rungs.analyte) and grades[int(codes[0])] == 0:
        codes[0] = OPEN_END

    def explain(row: int) -> Grade:
        said = _Said(cohort, row, rungs, int(codes[row]), float(value[row]), system, edition, item)
        return said.grade(grades[said.code], labels[said.code], float(taken_off[row]))

    return Line(item, codes, grades, labels, explain)


@dataclass(frozen=True)
class _Said:
    """One row of a line, to be put into words."""

    cohort: Cohort
    row: int
    rungs: Ladder
    code: int
    amount: float
    """The value as judged."""
    system: str
    edition: str
    item: str

    @property
    def kind(self) -> int:
        return int(self.cohort.kind[self.row])

    @property
    def upper_bound(self) -> bool:
        """Whether the report prints the value as "less than" what it is judged by."""
        return self.cohort.upper_bound(self.rungs.analyte)

    def grade(self, grade: int | None, label: str, taken_off: float) -> Grade:
        """The full grade."""
        rungs, code = self.rungs, self.code
        first = _criteria(self.system, self.edition, self.item)[0][1]
        criterion = records("severity")[rungs.row[self.kind, code]] if code >= 0 else None
        higher = [row for row in _clinical(self.system, self.edition, self.item) if criterion and row["grade"] > grade]
        last = code == rungs.upper.shape[1] - 1
        bound = code >= 0 and not last and self.upper_bound
        open_ends = ['The report prints only "less than", not how low it is.'] if bound else []
        if higher:
            rules = "; ".join(f"{row['label']} if {row['clinical'].removeprefix('or ')}" for row in higher)
            open_ends.append(f"The count does not settle it: {rules}." if last else f"Whatever the count: {rules}.")
        at_least = bound or bool(higher and last)
        band = rungs.threshold(self.kind, code, self.upper_bound) if criterion else ""
        return Grade(
            self.system,
            self.edition,
            self.item,
            grade,
            at_least=at_least,
            label=label,
            value=self.amount,
            threshold=f"{word(rungs.analyte)} {band}" if criterion else "",
            criterion=criterion["id"] if criterion else "",
            source=(criterion or first)["source"],
            reason=" ".join(self._reason(first, f"{label}{' or more' if at_least else ''}", taken_off)),
            unsettled=" ".join(open_ends),
            by_count=bool(higher) and not at_least,
            caution=notes_of(weak([*self._rests_on(), *higher])),
        )

    def _rests_on(self) -> list[Row]:
        """The row that applied and the next, where its band ends; of a value above all bands the mildest; else none."""
        rows = self.rungs.row[self.kind, max(self.code, 0) : max(self.code + 2, 0)]
        return [records("severity")[place] for place in rows if place >= 0]

    def _reason(self, first: Row, label: str, taken_off: float) -> list[str]:
        """The sentences that say why."""
        cohort, rungs, kind = self.cohort, self.rungs, self.kind
        said = [self._why(first, label)]
        if rungs.printed and self.code in (NOT_LOW, 0):
            limit = show(rungs.upper[kind, 0], rungs.analyte, beside=False)
            said.append(f"The lower limit of normal is the one the report prints, {limit}.")
        if self.code >= 0 and rungs.upper.shape[1] == 1:
            said.append(f"{capital(label)} is the only grade of this line, however low the value.")
        if taken_off:
            said.append(f"It is judged after taking off {taken_off:.1f} g/L for elevation or smoking.")
        person = (cohort.kinds.sex[kind], cohort.trait("age_y")[self.row], cohort.kinds.trimester[kind])
        if _groups(self.system, self.edition) and pregnancy_is_open(*person):
            said.append("Pregnancy is not stated; graded as not pregnant.")
        if self.code > MISSING and rungs.says[kind]:
            said.append(rungs.says[kind])
        return said

    def _shown(self) -> str:
        """The value as the report prints it, told apart from the limit it is next to."""
        limits = [float(limit) for limit in self.rungs.upper[self.kind] if not np.isnan(limit)]
        nearest = min(limits, key=lambda limit: abs(limit - self.amount), default=None)
        return show(self.amount, self.rungs.analyte, upper_bound=self.upper_bound, apart_from=nearest)

    def _why(self, first: Row, label: str) -> str:
        """The sentence of the code."""
        rungs, kind, where = self.rungs, self.kind, title(self.system, self.edition)
        name = word(rungs.analyte)
        subject = f"{capital(name)} {self._shown()}"
        if self.code >= 0:
            return f"{subject}: {rungs.threshold(kind, self.code, self.upper_bound)}, so {label} ({where})."
        if self.code == MISSING and self.cohort.single:
            return self.cohort.patients.why(rungs.analyte)
        if self.code == NOT_LOW and not rungs.upper.shape[1]:
            return f"{where} does not grade the {name}: {first['clinical']}."
        if self.code == NOT_LOW and np.isnan(rungs.upper[kind, 0]):
            highest = show(rungs.safe[kind], rungs.analyte, beside=False)
            return (
                f"{subject}: {where} begins at the lower limit of normal. No reference set in use has one for this "
                f"person, but none of the course puts it above {highest}."
            )
        if self.code == NOT_LOW:
            begins = show(np.nanmax(rungs.upper[kind]), rungs.analyte, beside=False)
            return f"{subject}: not below {begins}, where {where} begins."
        return {
            MISSING: f"{capital(name)}: missing, or not a living person's.",
            NO_LIMIT: f"The mildest grade of {where} begins at the laboratory's lower limit of normal, and no "
            "reference set in use has one for this person. State age and sex, or name another set.",
            NO_GROUP: f"{where} has groups by age, sex and pregnancy, and none fits what is known of this person.",
            OPEN_END: f"The {name} is printed only as less than {show(self.amount, rungs.analyte)}, which is not below "
            f"where {where} begins: how low it is cannot be told.",
        }[self.code]


@cache
def elevation_methods(edition: str) -> tuple[str, ...]:
    """How an edition of WHO adjusts hemoglobin for elevation; the first is used unless another is named."""
    rows = (row for row in records("adjustments") if (row["edition"], row["quantity"]) == (edition, "elevation"))
    return tuple(dict.fromkeys(row["method"] for row in rows))


def hemoglobin_adjustment(
    patients: Cohort | BloodCount | pd.DataFrame, edition: str = "2024", method: str | None = None
) -> np.ndarray:
    """What WHO takes off the measured hemoglobin for elevation and smoking, g/L, one number a row.

    Args:
        patients: counts with ``elevation_m`` (meters) and ``smoker`` where known; unknown takes nothing off.
        edition: "2011" or "2024".
        method: "equation" or "steps" for elevation; without it, the equation where the edition has one.

    Raises:
        ValueError: this edition has no such method.
    """
    cohort = patients if isinstance(patients, Cohort) else Cohort(patients)
    rows = [row for row in records("adjustments") if row["edition"] == edition]
    rules = [row for row in rows if row["quantity"] == "elevation"]
    known = elevation_methods(edition)
    method = known[0] if method is None else method
    if method not in known:
        raise ValueError(f"WHO {edition} has no elevation method {method!r} here. Choose among: {', '.join(known)}.")
    total = np.zeros(len(cohort))
    elevation = cohort.trait("elevation_m")
    if not np.isnan(elevation).all():
        for row in (rule for rule in rules if rule["method"] == method):
            inside = (elevation >= row["low"]) & (elevation < (np.inf if row["high"] is None else row["high"]))
            meters = elevation[inside]
            by_equation = method == "equation"
            total[inside] += (
                row["per_m"] * meters + row["per_m2"] * meters**2 if by_equation else row["subtract_g_per_l"]
            )
    smokers = cohort.trait("smoker") == 1
    if smokers.any():
        total[smokers] += next(
            row["subtract_g_per_l"] for row in rows if row["quantity"] == "smoking" and row["low"] is None
        )
    return total
