"""Systems made of bands of one value: CTCAE, WHO anemia, neutropenia, platelets and bleeding risk.

The bands are rows of ``data/severity.csv``; those of WHO depend on the group of the person (``data/groups.csv``), and
the mildest of CTCAE begins at the laboratory's lower limit of normal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd

from helpers.blood.cohort import Cohort, Kinds
from helpers.blood.count import BloodCount, Person
from helpers.blood.grades import MISSING, NOT_GRADED, Band, Grade, Line, Row, title, word
from helpers.blood.reference import Reference, kind_limits, pregnancy_is_open
from helpers.blood.units import show
from helpers.evidence import records

LADDERS = ("ctcae", "who_anemia", "neutropenia", "thrombocytopenia")

NOT_LOW, NO_LIMIT, NO_GROUP = -1, -3, -4
"""Codes beside the bands: above every band; lower limit of normal unknown; no group for this person."""


@cache
def ladder_editions(system: str) -> tuple[str, ...]:
    """The editions of one of :data:`LADDERS`."""
    return tuple(dict.fromkeys(row["edition"] for row in records("severity") if row["system"] == system))


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
    return [(place, row) for place, row in rows if row["lower"] is not None or row["upper"] is not None]


@cache
def _clinical(system: str, edition: str, item: str) -> list[Row]:
    """Those, short of death, that name something only the patient can show."""
    rows = [row for _, row in _criteria(system, edition, item)]
    return [row for row in rows if row["clinical"] and row["grade"] is not None and row["grade"] < 5]


@cache
def _groups(system: str, edition: str) -> list[Row]:
    return [row for row in records("groups") if (row["system"], row["edition"]) == (system, edition)]


def _group_of(kinds: Kinds, system: str, edition: str) -> np.ndarray:
    """Name of the group each kind of person belongs to; "" where none. Pregnancy not stated counts as not pregnant."""
    stated = replace(kinds, trimester=np.nan_to_num(kinds.trimester))
    names = np.full(len(kinds), "", dtype=object)
    for group in _groups(system, edition):
        names[stated.match(group) & (names == "")] = group["group"]
    return names


@dataclass(frozen=True)
class Ladder:
    """The bands of one item for each kind of person, mildest first."""

    analyte: str
    upper: np.ndarray
    """Kinds x bands: excluded upper ends; inf where open, NaN where the lower limit of normal is unknown."""
    row: np.ndarray
    """Kinds x bands: row of ``severity``; -1 where this kind has no such band."""

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
            np.putmask(found, (found == NOT_LOW) & no_limit[kind], NO_LIMIT)
        no_group = (self.row < 0).all(axis=1)
        if no_group.any():
            np.putmask(found, no_group[kind], NO_GROUP)
        np.putmask(found, np.isnan(value), MISSING)
        return found

    def lower(self, kind: int, code: int) -> float:
        """Where the band ends below (0: open)."""
        return max((end for end in self.upper[kind, code + 1 :] if np.isfinite(end)), default=0.0)

    def threshold(self, kind: int, code: int) -> str:
        """The band in words: "below 50 ×10⁹/L and not below 10 ×10⁹/L"."""
        upper, lower = self.upper[kind, code], self.lower(kind, code)
        if not np.isfinite(upper):
            return f"not below {show(lower, self.analyte, beside=False)}"
        words = f"below {show(upper, self.analyte, beside=False)}"
        return words + (f" and not below {show(lower, self.analyte, beside=False)}" if lower else "")


def ladder(system: str, edition: str, item: str, kinds: Kinds, reference: Reference) -> Ladder:
    """The bands of one item for these kinds of person."""
    analyte = ladder_items(system, edition)[item]
    rows = _numeric(system, edition, item)
    groups = _group_of(kinds, system, edition)
    grades = sorted({row["grade"] for _, row in rows})
    upper = np.full((len(kinds), len(grades)), -np.inf)
    row_of = np.full((len(kinds), len(grades)), -1)
    for place, row in rows:
        fits, column = groups == (row["group"] or ""), grades.index(row["grade"])
        if row["lower_limit_normal"]:
            upper[fits, column] = kind_limits(kinds, analyte, reference)[0][fits]
        else:
            upper[fits, column] = np.inf if row["upper"] is None else row["upper"]
        row_of[fits, column] = place
    return Ladder(analyte, upper, row_of)


def ladder_bands(system: str, edition: str, item: str, person: Person, reference: Reference) -> list[Band]:
    """The bands of one line for one person, mildest first; those that are empty or unknown are left out."""
    found = ladder(system, edition, item, Cohort(BloodCount({}, person)).kinds, reference)
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
    rungs = ladder(system, edition, item, cohort.kinds, reference)
    value = cohort.value(rungs.analyte)
    taken_off = np.zeros(len(cohort))
    if system == "who_anemia":
        taken_off = hemoglobin_adjustment(cohort, edition, elevation_method)
        value = value - taken_off
    codes = rungs.codes(value, cohort.kind)
    named = {row["grade"]: row["label"] for _, row in _numeric(system, edition, item)}
    grades: dict[int, int | None] = dict(enumerate(sorted(named)))
    labels = {code: named[grade] for code, grade in grades.items()}
    highest = len(grades) - 1
    beside = {MISSING: "cannot tell", NO_LIMIT: "cannot tell", NO_GROUP: "cannot tell"}
    grades |= dict.fromkeys(beside) | {NOT_LOW: 0 if named else None}
    labels |= beside | {NOT_LOW: "no grade" if named else NOT_GRADED}

    def explain(row: int) -> Grade:
        code, kind, amount = int(codes[row]), int(cohort.kind[row]), float(value[row])
        first = _criteria(system, edition, item)[0][1]
        criterion = records("severity")[rungs.row[kind, code]] if code >= 0 else None
        found = Grade(
            system,
            edition,
            item,
            grades[code],
            at_least=False,
            label=labels[code],
            value=amount,
            threshold=f"{word(rungs.analyte)} {rungs.threshold(kind, code)}" if criterion else "",
            criterion=criterion["id"] if criterion else "",
            source=(criterion or first)["source"],
            reason=" ".join(_reason(cohort, row, rungs, code, amount, first, taken_off)),
        )
        if criterion is None:
            return found
        higher = [rule for rule in _clinical(system, edition, item) if rule["grade"] > found.grade]
        if higher:
            rules = "; ".join(f"{rule['label']} if {rule['clinical'].removeprefix('or ')}" for rule in higher)
            found = replace(found, at_least=code == highest, unsettled=f"The count does not settle it: {rules}.")
        if cohort.single and cohort.patients.is_below(rungs.analyte) and code != highest:
            printed = f"The value is printed only as less than {show(amount, rungs.analyte)}."
            found = replace(found, at_least=True, unsettled=f"{printed} {found.unsettled}".strip())
        return found

    return Line(item, codes, grades, labels, explain)


def _reason(
    cohort: Cohort, row: int, rungs: Ladder, code: int, amount: float, first: Row, taken_off: np.ndarray
) -> list[str]:
    """The sentences that say why a row got its code."""
    where, name = title(first["system"], first["edition"]), word(rungs.analyte)
    kind = int(cohort.kind[row])
    subject = f"{name[0].upper()}{name[1:]} {show(amount, rungs.analyte)}"
    if code >= 0:
        label = records("severity")[rungs.row[kind, code]]["label"]
        said = [f"{subject}: {rungs.threshold(kind, code)}, so {label} ({where})."]
    elif code == MISSING:
        known = cohort.single
        said = [cohort.patients.why(rungs.analyte) if known else f"The {name} is missing, or not a living person's."]
    elif code == NO_LIMIT:
        said = [
            f"Cannot tell: the mildest grade of {where} begins at the laboratory's lower limit of normal, and no "
            "reference set in use has one for this person. State age and sex, or name another set."
        ]
    elif code == NO_GROUP:
        said = [
            f"Cannot tell: {where} has groups by age, sex and pregnancy, and none fits what is known of this person."
        ]
    elif rungs.upper.shape[1]:
        begins = show(np.nanmax(rungs.upper[kind]), rungs.analyte, beside=False)
        said = [f"{subject}: not below {begins}, where {where} begins."]
    else:
        said = [f"{where} does not grade the {name}: {first['clinical']}."]
    if taken_off[row]:
        said.append(f"It is judged after taking off {taken_off[row]:.1f} g/L for elevation or smoking.")
    person = (cohort.kinds.sex[kind], cohort.trait("age_y")[row], cohort.kinds.trimester[kind])
    if first["system"] == "who_anemia" and pregnancy_is_open(*person):
        said.append("Pregnancy is not stated; graded as not pregnant.")
    return said


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
