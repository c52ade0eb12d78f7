"""One value against one limit, as parts; words are made last.

>>> Comparison("hb", 72.0, "<", 100.0).met
True
>>> Comparison("hb", 72.0, "<", 100.0).words()
'hemoglobin 72 g/L (7.2 g/dL), below 100 g/L'
>>> Comparison("plt", float("nan"), "<", 20.0).words(), Comparison("plt", float("nan"), "<", 20.0).asked
('platelets not known (limit 20 ×10⁹/L)', 'platelets below 20 ×10⁹/L')
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from helpers.blood.core.count import BloodCount
from helpers.blood.core.known import Answer, Column
from helpers.blood.core.units import ANALYTES, show
from helpers.wording import small

Row = Mapping[str, Any]
"""A row of a table of ``data/``; missing cells are None."""

OPERATORS = {"<": "below", "<=": "at or below", ">": "above", ">=": "at least"}
"""How a criterion compares, and in words."""


def short_name(analyte: str) -> str:
    """The name that stands beside a strip or a slider: "Neutrophils" for "Neutrophils, absolute (ANC)"."""
    return ANALYTES[analyte].label.split(",")[0].split(" (")[0]


def word(analyte: str) -> str:
    """The analyte in the middle of a sentence: "hemoglobin", "neutrophils", "MCV"."""
    return small(short_name(analyte))


def holds(value: np.ndarray | float, operator: str, limit: float, upper_bound: bool = False) -> Answer | Column:
    """Whether a value meets a criterion; unknown where the value is.

    Args:
        value: in the unit of the limit, NaN where unknown; one or a column.
        operator: a key of :data:`OPERATORS`.
        upper_bound: the value is printed as "less than" it, so that only this much is known.
    """
    met = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[operator](value, limit)
    unknown = np.isnan(value) | np.isnan(limit)
    if upper_bound:  # a value under its bound is below every limit from the bound up; of lower limits it says nothing
        met, unknown = np.full(np.shape(value), operator.startswith("<")), ~np.less_equal(value, limit)
    if np.ndim(value):
        return pd.arrays.BooleanArray(np.asarray(met), np.asarray(unknown))
    return None if unknown else bool(met)


@dataclass(frozen=True)
class Comparison:
    """One value of a count held against one limit."""

    analyte: str
    value: float
    """In the course's unit; NaN where it is not known."""
    operator: str
    limit: float
    upper_bound: bool = False
    """The report prints the value as "less than" this."""

    @classmethod
    def of(cls, count: BloodCount, row: Row) -> Comparison:
        """A count's value against a row with ``analyte``, ``operator`` and ``limit``."""
        name = row["analyte"]
        return cls(name, getattr(count, name), row["operator"], row["limit"], count.is_below(name))

    @property
    def met(self) -> Answer:
        """None where the value is not known."""
        return holds(self.value, self.operator, self.limit, self.upper_bound)

    @property
    def edge(self) -> str:
        """The criterion without the value: "below 100 g/L"."""
        return f"{OPERATORS[self.operator]} {show(self.limit, self.analyte, beside=False)}"

    @property
    def asked(self) -> str:
        """What would meet it: "hemoglobin below 100 g/L"."""
        return f"{word(self.analyte)} {self.edge}"

    def amount(self, beside: bool = True) -> str:
        """The value in words; ``beside``: with the conventional unit."""
        return show(self.value, self.analyte, beside=beside, upper_bound=self.upper_bound, apart_from=self.limit)

    def words(self, beside: bool = True) -> str:
        """Value and verdict: "hemoglobin 72 g/L (7.2 g/dL), below 100 g/L"."""
        if math.isnan(self.value):
            return f"{word(self.analyte)} not known (limit {show(self.limit, self.analyte, beside=False)})"
        verdict = {True: self.edge, False: f"not {self.edge}", None: f"perhaps {self.edge}"}[self.met]
        return f"{word(self.analyte)} {self.amount(beside)}, {verdict}"


def notes_of(rows: Iterable[Row]) -> str:
    """What a reader must know before using the rows, each once; a note that begins another is left out."""
    notes = dict.fromkeys(row["note"] for row in rows if row["note"])
    return " ".join(note for note in notes if not any(other != note and other.startswith(note) for other in notes))


def weak(rows: Iterable[Row]) -> list[Row]:
    """The rows that have one weak source alone (confidence C): what rests on them is shown with their notes."""
    return [row for row in rows if row["confidence"] == "C"]
