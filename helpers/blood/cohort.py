"""One patient or a million, seen as columns: the shape in which every criterion is written once.

People who are alike in age band, sex, pregnancy and Duffy status share their limits, so limits are looked up for each
*kind of person* (a few hundred at most) and handed to the rows by an index.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from helpers.blood.count import BloodCount
from helpers.blood.units import ANALYTES, COLUMN
from helpers.evidence import table

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
                "BloodCount.from_csv reads printed values with their units."
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


def _level(values: np.ndarray, highest: int) -> np.ndarray:
    """0 for unknown, else 1 + the whole number, as a small integer."""
    known = (values >= 0) & (values <= highest)
    return np.where(known, np.nan_to_num(values, nan=-1.0) + 1, 0).astype(np.int8)
