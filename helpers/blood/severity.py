"""How low? Grades of a blood count under each system, each with the reason it was given.

    grade(count, "ctcae", edition="6.0").table()        # one patient: grade, criterion and source, line by line
    grade(patients, "ctcae", edition="6.0").frame()     # many: one row a patient, one column a line

A criterion is a row of ``data/`` (``severity``, ``definitions``, ``aplastic``, ``ipss_r``); this module holds none.
What a count cannot settle is said: grade ``None`` with the reason, or "grade 3 or more" where the next grade is clinical.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from helpers.blood.cohort import Cohort, Kinds
from helpers.blood.count import BloodCount, Person
from helpers.blood.reference import DEFAULT_REFERENCE, Reference, kind_limits
from helpers.blood.units import ANALYTES, show
from helpers.evidence import cite, records

NOT_LOW, MISSING, NO_LIMIT, NO_GROUP = -1, -2, -3, -4
"""Codes beside the bands: above every band; value missing; lower limit of normal unknown; no group for this person."""

CURRENT = {
    "ctcae": "6.0",
    "who_anemia": "2024",
    "neutropenia": "general",
    "thrombocytopenia": "msd",
    "pancytopenia": "statpearls",
}
"""The edition meant when none is named."""

BANDED = ("ctcae", "who_anemia", "neutropenia", "thrombocytopenia")


@dataclass(frozen=True)
class Grade:
    """One grade and everything that made it."""

    system: str
    edition: str
    item: str
    """What is graded: anemia, neutrophils, platelets ..."""
    grade: int | None
    """None where it cannot be told; 0 where the value is not low enough for a grade."""
    at_least: bool
    """True where only the patient, not the count, can tell whether it is higher still."""
    label: str
    """The grade in the system's own words."""
    value: float
    """The value judged, in the course's unit (NaN: unknown)."""
    threshold: str
    """The criterion in numbers, e.g. "10 ≤ platelets < 50 ×10⁹/L"."""
    criterion: str
    """Id of the row of ``data/`` that applied; "" where none did."""
    source: str
    """Source keys of that row."""
    reason: str
    """One sentence: which rule, which value, which threshold."""
    unsettled: str = ""
    """What the count alone cannot settle."""

    @property
    def title(self) -> str:
        """System and edition as one writes them."""
        return title(self.system, self.edition)

    @property
    def text(self) -> str:
        """The grade in a few words: "grade 3 or more", "cannot tell"."""
        return self.label + (" or more" if self.at_least else "")


@dataclass(frozen=True)
class Band:
    """One grade's stretch of values, for drawing."""

    grade: int
    label: str
    lower: float
    """Included; 0 where the grade has no lower end."""
    upper: float
    """Excluded."""


def title(system: str, edition: str) -> str:
    """System and edition as one writes them, e.g. "CTCAE v6.0"."""
    if system == "pancytopenia":
        return f"Pancytopenia: {_definitions(edition)[0]['label']}"
    names = {
        "ctcae": f"CTCAE v{edition}",
        "who_anemia": f"WHO anemia {edition}",
        "neutropenia": "Neutropenia bands",
        "thrombocytopenia": "Platelets and bleeding risk",
        "aplastic_anemia": "Aplastic anemia (Camitta)",
        "ipss_r": "IPSS-R",
    }
    return names[system]


@cache
def editions(system: str) -> tuple[str, ...]:
    """The editions there are of a system.

    Raises:
        ValueError: no such system; the message lists those there are.
    """
    if system in ("aplastic_anemia", "ipss_r"):
        return ("",)
    if system == "pancytopenia":
        return tuple(dict.fromkeys(row["definition"] for row in records("definitions")))
    if system not in BANDED:
        raise ValueError(f"There is no grading system {system!r}. Choose among: {', '.join(SYSTEMS)}.")
    return tuple(dict.fromkeys(row["edition"] for row in records("severity") if row["system"] == system))


SYSTEMS = (*BANDED, "pancytopenia", "aplastic_anemia", "ipss_r")


# --- systems made of bands of one value: CTCAE, WHO anemia, neutropenia, platelets ---


@dataclass(frozen=True)
class _Ladder:
    """The bands of one item for each kind of person, mildest first."""

    analyte: str
    upper: np.ndarray
    """Kinds x bands: excluded upper ends; inf where open, NaN where the lower limit of normal is unknown."""
    row: np.ndarray
    """Kinds x bands: row of ``severity``; -1 where this kind has no such band."""

    def bands(self, value: np.ndarray, kind: np.ndarray) -> np.ndarray:
        """Band number of each value (0 mildest), or one of the codes beside the bands."""
        found = np.full(len(value), NOT_LOW, dtype=np.int8)
        for place in range(self.upper.shape[1]):
            upper = self.upper[:, place]
            limit = upper[0] if len(upper) == 1 or (upper == upper[0]).all() else upper[kind]
            np.putmask(found, value < limit, place)
        no_limit = np.isnan(self.upper).any(axis=1)
        if no_limit.any():
            np.putmask(found, (found == NOT_LOW) & no_limit[kind], NO_LIMIT)
        no_group = (self.row < 0).all(axis=1)
        if no_group.any() and self.row.shape[1]:
            np.putmask(found, no_group[kind], NO_GROUP)
        np.putmask(found, np.isnan(value), MISSING)
        return found


Row = Mapping[str, Any]


@cache
def _banded_items(system: str, edition: str) -> tuple[str, ...]:
    _check_edition(system, edition)
    rows = (row for row in records("severity") if (row["system"], row["edition"]) == (system, edition))
    return tuple(dict.fromkeys(row["item"] for row in rows))


def _check_edition(system: str, edition: str) -> None:
    if edition not in editions(system):
        raise ValueError(f"There is no edition {edition!r} of {system}. Choose among: {', '.join(editions(system))}.")


@cache
def _criteria(system: str, edition: str, item: str) -> list[tuple[int, Row]]:
    """The rows of one item, each with its place in the table."""
    here = (system, edition, item)
    return [
        (place, row)
        for place, row in enumerate(records("severity"))
        if (row["system"], row["edition"], row["item"]) == here
    ]


@cache
def _numeric(system: str, edition: str, item: str) -> list[tuple[int, Row]]:
    """Those a count can meet."""
    return [
        (place, row)
        for place, row in _criteria(system, edition, item)
        if row["grade"] is not None and (row["lower"] is not None or row["upper"] is not None)
    ]


@cache
def _clinical(system: str, edition: str, item: str) -> list[Row]:
    """Those that name something only the patient can show."""
    return [row for _, row in _criteria(system, edition, item) if row["grade"] is not None and row["clinical"]]


@cache
def _groups(system: str, edition: str) -> list[Row]:
    return [row for row in records("groups") if (row["system"], row["edition"]) == (system, edition)]


def _group_of(kinds: Kinds, system: str, edition: str) -> np.ndarray:
    """Name of the group each kind of person belongs to; "" where none. Pregnancy not stated counts as not pregnant."""
    stated = Kinds(kinds.age_y, kinds.sex, np.nan_to_num(kinds.trimester), kinds.duffy)
    names = np.full(len(kinds), "", dtype=object)
    for group in _groups(system, edition):
        names[stated.match(group) & (names == "")] = group["group"]
    return names


def _ladder(system: str, edition: str, item: str, kinds: Kinds, reference: Reference) -> _Ladder:
    rows = _numeric(system, edition, item)
    analyte = _criteria(system, edition, item)[0][1]["analyte"]
    groups = _group_of(kinds, system, edition)
    grades = sorted({int(row["grade"]) for _, row in rows})
    upper = np.full((len(kinds), len(grades)), -np.inf)
    row_of = np.full((len(kinds), len(grades)), -1)
    lower_limit = None
    for place, row in rows:
        fits = groups == (row["group"] or "")
        column = grades.index(int(row["grade"]))
        if row["lower_limit_normal"]:
            lower_limit = kind_limits(kinds, analyte, reference)[0] if lower_limit is None else lower_limit
            ends = lower_limit[fits]
        else:
            ends = np.inf if row["upper"] is None else row["upper"]
        upper[fits, column], row_of[fits, column] = ends, place
    return _Ladder(analyte, upper, row_of)


# --- the grades of a cohort ---


@dataclass
class _Item:
    """The result for one line of a system, kept as small codes; words are made only when asked for."""

    name: str
    codes: np.ndarray
    """int8, one a row of the cohort."""
    grades: dict[int, int | None]
    """Code to grade."""
    labels: dict[int, str]
    """Code to words."""
    explain: object = field(repr=False)
    """Function of the row number giving the full :class:`Grade`."""


class Grades:
    """The grades of one patient or of many, under one system and edition.

    One patient: iterate over each :class:`Grade`, or ask ``grades["platelets"]``.
    Many: :meth:`frame`, :meth:`labels`, and :meth:`why` for the full reasons of one row.
    """

    def __init__(self, cohort: Cohort, system: str, edition: str, items: list[_Item]) -> None:
        self.system, self.edition = system, edition
        self._cohort, self._items = cohort, {item.name: item for item in items}

    @property
    def items(self) -> tuple[str, ...]:
        """The lines this system grades."""
        return tuple(self._items)

    def frame(self) -> pd.DataFrame:
        """One row a patient, one column a line: the grade as Int8; missing where it cannot be told."""
        return pd.DataFrame({name: self._lookup(item) for name, item in self._items.items()}, index=self._cohort.index)

    def _lookup(self, item: _Item) -> pd.arrays.IntegerArray:
        first, last = min(item.grades), max(item.grades)
        wanted = [item.grades.get(code) for code in range(first, last + 1)]
        numbers = np.array([grade or 0 for grade in wanted], dtype=np.int8)
        unknown = np.array([grade is None for grade in wanted])
        place = item.codes - np.int8(first)
        return pd.arrays.IntegerArray(numbers[place], unknown[place])

    def labels(self) -> pd.DataFrame:
        """One row a patient, one categorical column a line: the grade in the system's own words."""
        columns = {}
        for name, item in self._items.items():
            words = sorted(item.labels)
            categories = list(dict.fromkeys(item.labels[code] for code in words))
            place = np.zeros(words[-1] - words[0] + 1, dtype=np.int8)
            for code in words:
                place[code - words[0]] = categories.index(item.labels[code])
            columns[name] = pd.Categorical.from_codes(place[item.codes - np.int8(words[0])], categories=categories)
        return pd.DataFrame(columns, index=self._cohort.index)

    def why(self, row: int = 0) -> list[Grade]:
        """The full grades of one patient.

        Args:
            row: position of the patient in the frame (0 for a single count).
        """
        return [item.explain(row) for item in self._items.values()]

    def __getitem__(self, item: str) -> Grade | pd.Series:
        if item not in self._items:
            raise KeyError(
                f"{title(self.system, self.edition)} has no line {item!r}. It grades: {', '.join(self._items)}."
            )
        return self._items[item].explain(0) if self._cohort.single else self.frame()[item]

    def __iter__(self) -> Iterator[Grade]:
        if not self._cohort.single:
            raise TypeError("These are the grades of many patients: ask .frame(), or .why(row) for one of them.")
        return iter(self.why())

    def table(self) -> pd.DataFrame:
        """To show: for one patient one row a line with the reason; for many the labels, one row a patient."""
        return grades_table(self.why()) if self._cohort.single else self.labels()


def grades_table(grades: list[Grade]) -> pd.DataFrame:
    """Grades side by side, to show: system, line, grade, reason and source (which is thereby cited)."""
    rows = [
        (g.title, g.item.replace("_", " "), g.text, " ".join(filter(None, (g.reason, g.unsettled))), cite(g.source))
        for g in grades
    ]
    return pd.DataFrame(rows, columns=["system", "line", "grade", "because", "source"]).set_index(["system", "line"])


def grade(
    patients: BloodCount | pd.DataFrame,
    system: str,
    edition: str | None = None,
    *,
    reference: Reference = DEFAULT_REFERENCE,
    elevation_method: str | None = None,
    marrow_cellularity_pct: float | np.ndarray | None = None,
    hematopoietic_pct: float | np.ndarray | None = None,
    hypocellular: bool | None = None,
    retic_method: str = "automated",
    cytogenetics: str | None = None,
    blasts_pct: float | None = None,
) -> Grades:
    """Grade one patient, or a whole frame of them, under one system.

    Args:
        patients: one count, or a frame with the course's columns, one row a patient.
        system: one of :data:`SYSTEMS`.
        edition: "5.0" or "6.0" for CTCAE, "2011" or "2024" for WHO anemia, a definition for pancytopenia ...;
            without it, the current one.
        reference: reference set(s) that give the lower limit of normal where CTCAE needs it.
        elevation_method: how WHO adjusts hemoglobin for elevation: "equation" or "steps"; without it, the equation
            where the edition has one.
        marrow_cellularity_pct: aplastic anemia: cellularity of the marrow section, %; one number or one a patient.
        hematopoietic_pct: aplastic anemia: share of the remaining cells that are hematopoietic, %.
        hypocellular: aplastic anemia: whether the pathologist calls the marrow hypocellular for age.
        retic_method: aplastic anemia: how reticulocytes were counted; the limit differs ("manual", "automated" ...).
        cytogenetics: IPSS-R: the karyotype group ("very good" ... "very poor").
        blasts_pct: IPSS-R: blasts in the marrow, %.

    Returns:
        :class:`Grades`.

    Raises:
        ValueError: an unknown system, edition or choice; the message lists what there is.
    """
    edition = CURRENT.get(system, "") if edition is None else edition
    _check_edition(system, edition)
    cohort = Cohort(patients)
    if system in BANDED:
        items = [
            _grade_band(cohort, system, edition, item, reference, elevation_method)
            for item in _banded_items(system, edition)
        ]
    elif system == "pancytopenia":
        items = [_grade_definition(cohort, edition)]
    elif system == "aplastic_anemia":
        items = _grade_aplastic(cohort, marrow_cellularity_pct, hematopoietic_pct, hypocellular, retic_method)
    else:
        items = [_grade_ipss_r(cohort, cytogenetics, blasts_pct)]
    return Grades(cohort, system, edition, items)


def grade_all(count: BloodCount, *, reference: Reference = DEFAULT_REFERENCE, **choices: object) -> list[Grade]:
    """One patient under every system, side by side; both editions of CTCAE and of WHO anemia.

    Args:
        count: one blood count.
        reference: reference set(s) for the lower limit of normal.
        choices: the keyword arguments of :func:`grade` (marrow, reticulocyte method, karyotype ...).
    """
    wanted = [
        ("ctcae", "6.0"), ("ctcae", "5.0"), ("who_anemia", "2024"), ("who_anemia", "2011"),
        ("neutropenia", None), ("thrombocytopenia", None), ("pancytopenia", None), ("aplastic_anemia", None),
    ]  # fmt: skip
    if "cytogenetics" in choices or "blasts_pct" in choices:
        wanted.append(("ipss_r", None))
    return [
        found for system, edition in wanted for found in grade(count, system, edition, reference=reference, **choices)
    ]


def bands(system: str, edition: str, item: str, person: Person, reference: Reference = DEFAULT_REFERENCE) -> list[Band]:
    """The bands of one line for one person, mildest first, for drawing; empty where the system does not grade it."""
    if item not in _banded_items(system, edition):
        return []
    kinds = Cohort(BloodCount(values={}, person=person)).kinds
    ladder = _ladder(system, edition, item, kinds, reference)
    found = []
    ends = [*ladder.upper[0], 0.0]
    for place, row in enumerate(ladder.row[0]):
        below = max((end for end in ends[place + 1 :] if np.isfinite(end)), default=0.0)
        if row >= 0 and not np.isnan(ends[place]) and below < ends[place]:
            criterion = records("severity")[row]
            found.append(Band(int(criterion["grade"]), criterion["label"], below, float(ends[place])))
    return found


def _grade_band(
    cohort: Cohort, system: str, edition: str, item: str, reference: Reference, elevation_method: str | None
) -> _Item:
    ladder = _ladder(system, edition, item, cohort.kinds, reference)
    value, adjustment = cohort.value(ladder.analyte), None
    if system == "who_anemia":
        adjustment = hemoglobin_adjustment(cohort, edition, elevation_method)
        value = value - adjustment
    codes = ladder.bands(value, cohort.kind)
    here = [row for _, row in _numeric(system, edition, item)]
    names = {int(row["grade"]): row["label"] for row in here}
    order = sorted(names)
    unknown = dict.fromkeys((MISSING, NO_LIMIT, NO_GROUP), "cannot tell")
    graded = bool(order)
    labels = {place: names[number] for place, number in enumerate(order)}
    grades: dict[int, int | None] = dict(enumerate(order))
    grades |= {NOT_LOW: 0 if graded else None, MISSING: None, NO_LIMIT: None, NO_GROUP: None}
    labels |= {NOT_LOW: "no grade" if graded else "not graded", **unknown}

    def explain(row: int) -> Grade:
        code, kind = int(codes[row]), int(cohort.kind[row])
        amount = float(value[row])
        criterion = records("severity")[ladder.row[kind, code]] if code >= 0 else None
        found = _explain_band(
            system,
            edition,
            item,
            ladder,
            kind,
            code,
            amount,
            criterion,
            labels,
            grades,
            _notes(cohort, system, row, adjustment),
            _why_missing(cohort, ladder.analyte),
        )
        if cohort.single and cohort.patients.is_below(ladder.analyte) and code != len(order) - 1:
            return replace(
                found, at_least=True, unsettled=f"It is printed only as less than {show(amount, ladder.analyte)}."
            )
        return found

    return _Item(item, codes, grades, labels, explain)


def _notes(cohort: Cohort, system: str, row: int, adjustment: np.ndarray | None) -> list[str]:
    notes = []
    if adjustment is not None and adjustment[row]:
        notes.append(f"Hemoglobin is judged after taking off {adjustment[row]:.1f} g/L for elevation and smoking.")
    kind = cohort.kind[row]
    age, sex = cohort.kinds.age_y[kind], cohort.kinds.sex[kind]
    if system == "who_anemia" and sex == "female" and np.isnan(cohort.kinds.trimester[kind]) and 12 <= age < 55:
        notes.append("Pregnancy is not stated; graded as not pregnant.")
    return notes


def _why_missing(cohort: Cohort, analyte: str) -> str:
    if cohort.single:
        return cohort.patients.why(analyte)
    return f"{ANALYTES[analyte].label} is missing, or not one a living person could have."


def _explain_band(
    system, edition, item, ladder, kind, code, amount, criterion, labels, grades, notes, missing
) -> Grade:
    name = ANALYTES[ladder.analyte].label
    where = title(system, edition)
    threshold = source = criterion_id = unsettled = ""
    at_least = False
    first = criterion or _criteria(system, edition, item)[0][1]
    source = first["source"]
    if criterion is not None:
        threshold = _threshold(ladder, kind, code)
        criterion_id = criterion["id"]
        reason = f"{show(amount, ladder.analyte)}: {where} says {criterion['label']} for {threshold}."
        higher = [
            row for row in _clinical(system, edition, item) if row["grade"] > criterion["grade"] and row["grade"] < 5
        ]
        at_least = any(row["lower"] is None and row["upper"] is None for row in higher)
        if higher:
            unsettled = (
                "The count alone cannot tell: "
                + "; ".join(f"{row['label']} is {row['clinical']}" for row in higher)
                + "."
            )
    elif code == NOT_LOW and not grades.get(NOT_LOW, None) is None:
        limit = np.nanmax(ladder.upper[kind])
        reason = (
            f"{show(amount, ladder.analyte)} is not below {show(limit, ladder.analyte)}, where {where} begins to grade."
        )
    elif code == MISSING:
        reason = missing
    elif code == NO_LIMIT:
        reason = (
            f"Cannot tell: the mildest grade of {where} begins at the laboratory's lower limit of normal, "
            f"and no reference set in use has one for this person. State age and sex, or another set."
        )
    elif code == NO_GROUP:
        reason = (
            f"Cannot tell: {where} has groups by age, sex and pregnancy, and none fits what is known of this person."
        )
    else:
        reason = f"{where} does not grade this line: {first['clinical']}."
    return Grade(
        system, edition, item, grades[code], at_least, labels[code], amount, threshold, criterion_id, source,
        " ".join([reason, *notes]), unsettled,
    )  # fmt: skip


def _threshold(ladder: _Ladder, kind: int, code: int) -> str:
    name = ANALYTES[ladder.analyte].label
    upper = ladder.upper[kind, code]
    lower = max((end for end in ladder.upper[kind, code + 1 :] if np.isfinite(end)), default=None)
    if not np.isfinite(upper):
        return f"{name} of {show(lower, ladder.analyte)} or more"
    if lower is None:
        return f"{name} below {show(upper, ladder.analyte)}"
    return f"{name} below {show(upper, ladder.analyte)} and not below {show(lower, ladder.analyte)}"


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
    total = np.zeros(len(cohort))
    elevation = cohort.trait("elevation_m")
    if not np.isnan(elevation).all():
        rules = [row for row in rows if row["quantity"] == "elevation"]
        known = sorted({row["method"] for row in rules})
        method = known[0] if method is None else method
        if method not in known:
            raise ValueError(
                f"WHO {edition} has no elevation method {method!r} here. Choose among: {', '.join(known)}."
            )
        for row in (rule for rule in rules if rule["method"] == method):
            inside = (elevation >= row["low"]) & (elevation < (np.inf if row["high"] is None else row["high"]))
            if method == "equation":
                total[inside] += row["per_m"] * elevation[inside] + row["per_m2"] * elevation[inside] ** 2
            else:
                total[inside] += row["subtract_g_per_l"]
    smoker = cohort.trait("smoker")
    if (smoker == 1).any():
        total[smoker == 1] += next(
            row["subtract_g_per_l"] for row in rows if row["quantity"] == "smoking" and row["low"] is None
        )
    return np.maximum(total, 0.0)


# --- several lines at once: definitions of pancytopenia, aplastic anemia, IPSS-R ---


@cache
def _definitions(definition: str) -> list[Row]:
    return [row for row in records("definitions") if row["definition"] == definition]


def _below(value: np.ndarray, operator: str, limit: np.ndarray | float) -> np.ndarray:
    return value <= limit if operator == "<=" else value < limit


def _grade_definition(cohort: Cohort, definition: str) -> _Item:
    rows = _definitions(definition)
    required = rows[0]["required"]
    low_lines, open_lines = np.zeros(len(cohort), dtype=np.int8), np.zeros(len(cohort), dtype=np.int8)
    parts: list[tuple[str, dict, np.ndarray, np.ndarray]] = []
    for lineage in dict.fromkeys(row["lineage"] for row in rows):
        low, known = np.zeros(len(cohort), dtype=bool), np.zeros(len(cohort), dtype=bool)
        for row in (row for row in rows if row["lineage"] == lineage):
            value = cohort.value(row["analyte"])
            concerned = (
                np.ones(len(cohort), dtype=bool)
                if row["sex"] == "any"
                else (cohort.kinds.sex == row["sex"])[cohort.kind]
            )
            is_low = concerned & _below(value, row["operator"], row["limit"])
            low |= is_low
            known |= concerned & ~np.isnan(value)
            parts.append((row["lineage"], row, concerned, is_low))
        low_lines += low
        open_lines += ~known
    codes = np.full(len(cohort), MISSING, dtype=np.int8)
    codes[low_lines >= required] = 1
    codes[low_lines + open_lines < required] = 0
    labels = {1: "met", 0: "not met", MISSING: "cannot tell"}

    def explain(row: int) -> Grade:
        code = int(codes[row])
        said = []
        for _, criterion, concerned, is_low in parts:
            if not concerned[row]:
                continue
            analyte = criterion["analyte"]
            value = float(cohort.value(analyte)[row])
            name, limit = ANALYTES[analyte].label, show(criterion["limit"], analyte)
            if np.isnan(value):
                said.append(f"{name} not known")
            else:
                verdict = "is" if is_low[row] else "is not"
                said.append(
                    f"{name} {show(value, analyte)} {verdict} {'at or ' if criterion['operator'] == '<=' else ''}below {limit}"
                )
        if not any(concerned[row] for _, criterion, concerned, _ in parts if criterion["lineage"] == "red"):
            said.append("the hemoglobin limit depends on sex, which is not known")
        lines = int(low_lines[row])
        reason = f"{lines} of the {required} lines needed {'is' if lines == 1 else 'are'} low: " + "; ".join(said) + "."
        threshold = f"{required} low lines"
        return Grade("pancytopenia", definition, "pancytopenia", {1: 1, 0: 0}.get(code), False, labels[code], np.nan, threshold,
                     definition, rows[0]["source"], reason)  # fmt: skip

    return _Item("pancytopenia", codes, {1: 1, 0: 0, MISSING: None}, labels, explain)


_TIERS = {
    0: "criteria for aplastic anemia not met",
    1: "non-severe",
    2: "severe",
    3: "very severe",
    MISSING: "cannot tell",
}


def _tally(cohort: Cohort, rows: list[Row]) -> tuple[np.ndarray, np.ndarray]:
    """How many of the blood criteria are met, and how many cannot be told."""
    met, unknown = np.zeros(len(cohort), dtype=np.int8), np.zeros(len(cohort), dtype=np.int8)
    for row in rows:
        value = cohort.value(row["analyte"])
        met += _below(value, row["operator"], row["limit"])
        unknown += np.isnan(value)
    return met, unknown


def _at_least(cohort: Cohort, rows: list[Row]) -> np.ndarray:
    """1 enough blood criteria are met, 0 they cannot be, NaN cannot tell."""
    met, unknown = _tally(cohort, rows)
    required = rows[0]["required"]
    return np.where(met >= required, 1.0, np.where(met + unknown < required, 0.0, np.nan))


def _grade_aplastic(cohort, cellularity, hematopoietic, hypocellular, retic_method) -> list[_Item]:
    rows = records("aplastic")
    methods = [row["choice"] for row in rows if row["analyte"] == "retic"]
    if retic_method not in methods:
        raise ValueError(
            f"Reticulocytes cannot be counted by {retic_method!r} here. Choose among: {', '.join(methods)}."
        )
    blood = [
        row for row in rows if row["part"] == "blood" and (row["analyte"] != "retic" or row["choice"] == retic_method)
    ]
    entry, severe, very = ([row for row in blood if row["tier"] == tier] for tier in ("entry", "severe", "very_severe"))
    entry_met, severe_met, very_met = (_at_least(cohort, part) for part in (entry, severe, very))
    severe_marrow = _severe_marrow(
        len(cohort), [row for row in rows if row["part"] == "marrow"], cellularity, hematopoietic
    )
    entry_marrow = np.where(severe_marrow == 1, 1.0, np.nan if hypocellular is None else float(hypocellular))
    by_blood = _tier(entry_met, severe_met, very_met)
    with_marrow = _tier(_both(entry_met, entry_marrow), _both(severe_met, severe_marrow), very_met)

    def explain(item: str, codes: np.ndarray):
        def of_row(row: int) -> Grade:
            code = int(codes[row])
            shown = severe if code in (2, 3, MISSING) or severe_met[row] == 1 else entry
            shown = [*shown, *very] if code == 3 else shown
            said = [_said(cohort, criterion, row) for criterion in shown]
            reason = f"{'; '.join(said)} (reticulocytes counted by the {retic_method} method)."
            unsettled = ""
            if item == "aplastic_anemia":
                reason = f"Marrow: {_marrow_words(severe_marrow[row], entry_marrow[row], cellularity)}. Blood: {reason}"
                if code == MISSING:
                    unsettled = f"By blood alone it would be: {_TIERS[int(by_blood[row])]}. A marrow must settle it, and other causes be ruled out."
            else:
                unsettled = (
                    "These are limits for aplastic anemia; a low count from another cause meets them just as well."
                )
            source = " ".join(dict.fromkeys(" ".join(criterion["source"] for criterion in shown).split()))
            return Grade("aplastic_anemia", "", item, None if code == MISSING else code, False, _TIERS[code], np.nan,
                         f"{shown[0]['required']} of {len(severe)}", " ".join(criterion["id"] for criterion in shown), source, reason, unsettled)  # fmt: skip

        return of_row

    tiers = {code: (None if code == MISSING else code) for code in _TIERS}
    return [
        _Item(name, codes, tiers, _TIERS, explain(name, codes))
        for name, codes in (("blood_criteria", by_blood), ("aplastic_anemia", with_marrow))
    ]


def _both(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """And, where NaN is "cannot tell"."""
    return np.where((left == 0) | (right == 0), 0.0, left * right)


def _tier(entry: np.ndarray, severe: np.ndarray, very: np.ndarray) -> np.ndarray:
    """0 not met, 1 non-severe, 2 severe, 3 very severe, MISSING where an open question could change the tier."""
    codes = np.full(len(entry), MISSING, dtype=np.int8)
    codes[(entry == 0) & (severe == 0)] = 0
    codes[(entry == 1) & (severe == 0)] = 1
    codes[(severe == 1) & (very == 0)] = 2
    codes[(severe == 1) & (very == 1)] = 3
    return codes


def _severe_marrow(size: int, rows: list[Row], cellularity, hematopoietic) -> np.ndarray:
    """1 the marrow meets the severe rule, 0 it does not, NaN cannot tell."""
    cells = np.broadcast_to(np.nan if cellularity is None else np.asarray(cellularity, dtype=float), size)
    share = np.broadcast_to(np.nan if hematopoietic is None else np.asarray(hematopoietic, dtype=float), size)
    for values, name in ((cells, "marrow cellularity"), (share, "hematopoietic share")):
        if (values < 0).any() or (values > 100).any():
            raise ValueError(f"The {name} is a percentage between 0 and 100.")
    residual = next(row for row in rows if row["analyte"] == "hematopoietic_pct")
    empty, between = sorted((row for row in rows if row["analyte"] == "cellularity_pct"), key=lambda row: row["limit"])
    low = _below(cells, empty["operator"], empty["limit"])
    middle = (cells >= between["low"]) & _below(cells, between["operator"], between["limit"])
    few = _below(share, residual["operator"], residual["limit"])
    answer = np.where(low | (middle & few), 1.0, 0.0)
    return np.where(np.isnan(cells) | (middle & np.isnan(share)), np.nan, answer)


def _marrow_words(severe: float, entry: float, cellularity) -> str:
    if severe == 1:
        return "meets the severe rule"
    if severe == 0:
        return "does not meet the severe rule" + (", hypocellular for age" if entry == 1 else "")
    return "not known" if cellularity is None else "the share of hematopoietic cells is needed too"


def _said(cohort: Cohort, criterion: dict, row: int) -> str:
    analyte = criterion["analyte"]
    value = float(cohort.value(analyte)[row])
    name, limit = ANALYTES[analyte].label, show(criterion["limit"], analyte)
    if np.isnan(value):
        return f"{name} not known (limit {limit})"
    return f"{name} {show(value, analyte)} {'is' if _below(value, criterion['operator'], criterion['limit']) else 'is not'} below {limit}"


def _points(values: np.ndarray, rows: list[Row]) -> np.ndarray:
    """IPSS-R points of each value; NaN where unknown."""
    points = np.full(len(values), np.nan)
    for row in rows:
        low = -np.inf if row["low"] is None else row["low"]
        high = np.inf if row["high"] is None else row["high"]
        inside = (values >= low) if row["low_included"] else (values > low)
        inside &= (values <= high) if row["high_included"] else (values < high)
        points[inside] = row["points"]
    return points


_IPSS_R_PARTS = ("hb", "plt", "anc", "blasts", "cytogenetics", "category")


def _grade_ipss_r(cohort: Cohort, cytogenetics: str | None, blasts_pct: float | None) -> _Item:
    rows = {item: [row for row in records("ipss_r") if row["item"] == item] for item in _IPSS_R_PARTS}
    karyotypes = {row["code"].replace("_", " "): row["points"] for row in rows["cytogenetics"]}
    if cytogenetics is not None and cytogenetics not in karyotypes:
        raise ValueError(
            f"There is no karyotype group {cytogenetics!r} in IPSS-R. Choose among: {', '.join(karyotypes)}."
        )
    if blasts_pct is not None and not 0 <= blasts_pct <= 100:
        raise ValueError("Marrow blasts are a percentage between 0 and 100.")
    size = len(cohort)
    scored = {name: _points(cohort.value(name), rows[name]) for name in ("hb", "plt", "anc")}
    scored["blasts"] = _points(np.full(size, np.nan if blasts_pct is None else blasts_pct), rows["blasts"])
    scored["cytogenetics"] = np.full(size, karyotypes.get(cytogenetics, np.nan))
    least = sum(np.nan_to_num(part) for part in scored.values())
    most = least + sum(np.isnan(part) * max(row["points"] for row in rows[name]) for name, part in scored.items())
    categories = sorted(rows["category"], key=lambda row: -np.inf if row["low"] is None else row["low"])
    category_of = [{**row, "points": place} for place, row in enumerate(categories, start=1)]
    lowest, highest = _points(least, category_of), _points(most, category_of)
    codes = np.where(lowest == highest, lowest, MISSING).astype(np.int8)
    labels = dict(enumerate((row["label"] for row in categories), start=1)) | {MISSING: "cannot tell"}

    def explain(row: int) -> Grade:
        code = int(codes[row])
        said = [
            f"{_part_name(name)} {'not known' if np.isnan(part[row]) else f'{part[row]:g}'}"
            for name, part in scored.items()
        ]
        low, high = float(least[row]), float(most[row])
        total = f"{low:g}" if low == high else f"between {low:g} and {high:g}"
        reason = f"Points: {', '.join(said)}; total {total}."
        unsettled = (
            ""
            if low == high
            else "Karyotype and marrow blasts decide as much as the counts; a count alone cannot give IPSS-R."
        )
        category = categories[max(code, 1) - 1]
        return Grade("ipss_r", "", "ipss_r", None if code == MISSING else code, False, labels[code], low if low == high else np.nan,
                     f"total {total}", category["code"] if code > 0 else "", category["source"], reason, unsettled)  # fmt: skip

    grades: dict[int, int | None] = {code: (None if code == MISSING else code) for code in labels}
    return _Item("ipss_r", codes, grades, labels, explain)


def _part_name(name: str) -> str:
    return ANALYTES[name].label if name in ANALYTES else f"marrow {name}" if name == "blasts" else "karyotype"
