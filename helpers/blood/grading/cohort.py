"""One patient or a million, seen as columns: the shape in which every criterion is written once.

People who are alike in age band, sex, pregnancy and Duffy status share their limits, so limits are looked up for each
*kind of person* (a few hundred at most) and handed to the rows by an index.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from helpers.blood.core.count import BloodCount, Person
from helpers.blood.core.criteria import Comparison, Row, holds
from helpers.blood.core.known import Column
from helpers.blood.core.units import ANALYTES, COLUMN
from helpers.evidence import constant, table

T = TypeVar("T")

SEX = ("", "female", "male")
TRIMESTERS = (np.nan, 0.0, 1.0, 2.0, 3.0)
DUFFY = (np.nan, 0.0, 1.0)


@cache
def _age_edges() -> np.ndarray:
    ages = [table(name)[column] for name in ("reference_intervals", "groups") for column in ("age_low_y", "age_high_y")]
    return np.unique(np.append(pd.concat(ages).dropna().to_numpy(), 0.0))


@dataclass(frozen=True)
class Kinds:
    """The kinds of people in a cohort, one entry each."""

    age_y: np.ndarray
    """Lower edge of the age band, years (NaN: age unknown); within a band no limit of the course changes."""
    sex: np.ndarray
    """"female", "male" or "" (unknown)."""
    trimester: np.ndarray
    """0 not pregnant, 1-3, NaN not stated."""
    duffy: np.ndarray
    """1 Duffy-null, 0 not, NaN not stated."""

    def __len__(self) -> int:
        return len(self.age_y)

    def match(self, row: Mapping[str, Any]) -> np.ndarray:
        """Which kinds a table row with ``age_low_y age_high_y sex trimester [duffy]`` is about (boolean array)."""
        fits = np.ones(len(self), dtype=bool)
        if row["age_low_y"] is not None:
            fits &= self.age_y >= row["age_low_y"]
        if row["age_high_y"] is not None:
            fits &= self.age_y < row["age_high_y"]
        if row["sex"] != "any":
            fits &= self.sex == row["sex"]
        if row["trimester"] is not None:
            fits &= self.trimester == row["trimester"]
        if row.get("duffy", "any") == "null":
            fits &= self.duffy == 1
        return fits


class Cohort:
    """Counts as columns.

    Args:
        patients: one :class:`BloodCount`, or a DataFrame with the course's columns (``hb_g_per_l`` ...; ``age_y``,
            ``sex``, ``trimester``, ``duffy_null``, ``elevation_m``, ``smoker`` where known), one row a count.

    Raises:
        TypeError: something else was given.
        ValueError: a column holds what it cannot (text for a number, a sex that is neither female nor male).
    """

    def __init__(self, patients: BloodCount | pd.DataFrame) -> None:
        if isinstance(patients, BloodCount):
            self.single, self.index = True, pd.RangeIndex(1)
        elif isinstance(patients, pd.DataFrame):
            self.single, self.index = False, patients.index
        else:
            raise TypeError(
                f"Expected one BloodCount or a DataFrame of counts, got {type(patients).__name__}. "
                "BloodCount.of(hb='72 g/L', ...) makes one; table('patients') gives a frame."
            )
        self.patients = patients
        self.kind, self.kinds = self._sort_into_kinds()

    def __len__(self) -> int:
        return len(self.index)

    def value(self, analyte: str) -> np.ndarray:
        """The values of one analyte in the course's unit, float64, NaN where unknown or not a living person's.

        A value printed as "<0.1" counts as just below 0.1.
        """
        if self.single:
            return np.array([self.patients.compared(analyte)])
        values, item = self._numbers(COLUMN[analyte]), ANALYTES[analyte]
        possible = (values >= item.plausible_low) & (values <= item.plausible_high)
        if item.may_be_zero:
            possible |= values == 0
        return values if possible.all() else np.where(possible, values, np.nan)

    def upper_bound(self, analyte: str) -> bool:
        """Whether the value is printed as "less than", so that it is only an upper bound; of columns never known."""
        return self.single and self.patients.is_below(analyte)

    def met(self, row: Row) -> Column:
        """Whether each patient meets a row with ``analyte``, ``operator`` and ``limit``."""
        analyte = row["analyte"]
        return holds(self.value(analyte), row["operator"], row["limit"], self.upper_bound(analyte))

    def compared(self, row: Row, patient: int) -> Comparison:
        """One patient's value against such a row, as parts."""
        analyte = row["analyte"]
        value = float(self.value(analyte)[patient])
        return Comparison(analyte, value, row["operator"], row["limit"], self.upper_bound(analyte))

    def people(self) -> list[Person]:
        """Who each is; what cannot be is not known."""
        if self.single:
            return [self.patients.person]
        age, trimester, duffy = (self.trait(name) for name in ("age_y", "trimester", "duffy_null"))
        columns = (
            np.where((age >= 0) & (age <= constant("age_limit_y")), age, np.nan),
            self._sex(),
            np.where(np.isin(trimester, TRIMESTERS[1:]), trimester, np.nan),
            np.where(np.isin(duffy, DUFFY[1:]), duffy, np.nan),
            self.trait("elevation_m"),
        )
        return each(columns, _person)

    def trait(self, name: str) -> np.ndarray:
        """A number about the person (``age_y``, ``elevation_m``, ``trimester``; yes/no as 1/0), NaN where unknown."""
        if self.single:
            answer = getattr(self.patients.person, name)
            return np.array([np.nan if answer is None else float(answer)])
        return self._numbers(name)

    def _numbers(self, column: str) -> np.ndarray:
        if column not in self.patients:
            return np.full(len(self), np.nan)
        try:
            return self.patients[column].to_numpy(dtype=float, na_value=np.nan)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"The column {column!r} should hold numbers (missing: NaN), but it does not: {error}. "
                "helpers.read_csv reads printed values with their units."
            ) from error

    def _sex(self) -> np.ndarray:
        if self.single:
            return np.array([SEX.index(self.patients.person.sex or "")], dtype=np.int8)
        if "sex" not in self.patients:
            return np.zeros(len(self), dtype=np.int8)
        codes, words = pd.factorize(self.patients["sex"])
        known = {"female": 1, "male": 2, "": 0}
        strange = [word for word in words if word not in known]
        if strange:
            raise ValueError(f"The column 'sex' should hold female, male or nothing; it holds {strange[0]!r}.")
        return np.array([known[word] for word in words] + [0], dtype=np.int8)[codes]

    def _sort_into_kinds(self) -> tuple[np.ndarray, Kinds]:
        edges = _age_edges()
        age = self.trait("age_y")
        band = np.searchsorted(edges, age, side="right").astype(np.int16)
        band[np.isnan(age) | (age < 0)] = 0
        trimester, duffy = self.trait("trimester"), self.trait("duffy_null")
        shape = (len(edges) + 1, len(SEX), len(TRIMESTERS), len(DUFFY))
        code = band
        for size, part in ((shape[1], self._sex()), (shape[2], _level(trimester, 3)), (shape[3], _level(duffy, 1))):
            code = code * np.int16(size) + part.astype(np.int16)
        present = np.flatnonzero(np.bincount(code, minlength=1))
        place = np.zeros(int(present[-1]) + 1 if len(present) else 1, dtype=np.int16)
        place[present] = np.arange(len(present), dtype=np.int16)
        bands, sexes, trimesters, duffys = np.unravel_index(present, shape)
        ages = np.concatenate([[np.nan], edges])[bands]
        kinds = Kinds(ages, np.array(SEX)[sexes], np.array(TRIMESTERS)[trimesters], np.array(DUFFY)[duffys])
        return place[code], kinds


def each(columns: Iterable[np.ndarray], say: Callable[..., T]) -> list[T]:
    """What is said of each row, worked out once for the rows that are alike.

    Args:
        columns: what decides; arrays of one length.
        say: takes one value of each column, unknown numbers as NaN.
    """
    said: dict[tuple[Any, ...], T] = {}
    cells = [[math.nan if cell != cell else cell for cell in column.tolist()] for column in columns]
    rows = list(zip(*cells, strict=True))  # one NaN is all others' NaN here, so that rows without a value are alike
    for row in rows:
        if row not in said:
            said[row] = say(*row)
    return [said[row] for row in rows]


def _person(age: float, sex: int, trimester: float, duffy: float, elevation: float) -> Person:
    given = (None if math.isnan(value) else value for value in (age, trimester, duffy, elevation))
    age_y, weeks, null, meters = given
    return Person(age_y, SEX[sex] or None, weeks, None if null is None else bool(null), meters)


def _level(values: np.ndarray, highest: int) -> np.ndarray:
    """0 for unknown, else 1 + the whole number, as a small integer."""
    known = (values >= 0) & (values <= highest)
    return np.where(known, np.nan_to_num(values, nan=-1.0) + 1, 0).astype(np.int8)
