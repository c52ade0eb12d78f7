"""What a grading gives back: the grade of one line with its reason, and the grades of a cohort."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.blood.grading.cohort import Cohort
from helpers.blood.grading.systems import title
from helpers.evidence import cite

NOT_GRADED = "not graded"
"""What an edition says of a line that it has dropped."""

MISSING = -2
"""Code of "cannot tell, because a value is missing"; codes from 0 up are the system's own."""


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
    """True where no number separates it from the next grade: only the patient can tell whether it is higher still."""
    label: str
    """The grade in the system's own words."""
    value: float
    """The value judged, in the course's unit (NaN: unknown, or several values)."""
    threshold: str
    """The criterion in numbers, e.g. "platelets below 50 and not below 10 ×10⁹/L"."""
    criterion: str
    """Ids of the rows of ``data/`` that applied; "" where none did."""
    source: str
    """Source keys of those rows."""
    reason: str
    """Which rule, which value, which threshold, in a sentence or two."""
    unsettled: str = ""
    """What the count alone cannot settle."""
    by_count: bool = False
    """True where the next grade has a number, and yet a higher one is given for what only the patient shows."""
    caution: str = ""
    """What to beware of, where a row that the grade rests on has one weak source alone."""

    @property
    def title(self) -> str:
        """System and edition as one writes them."""
        return title(self.system, self.edition)

    @property
    def because(self) -> str:
        """All that is said of it: why, what the count alone cannot settle, what to beware of."""
        return " ".join(filter(None, (self.reason, self.unsettled, self.caution)))

    @property
    def text(self) -> str:
        """The grade in a few words: "grade 3 or more", "grade 2 by the count", "cannot tell"."""
        return self.label + (" or more" if self.at_least else " by the count" if self.by_count else "")


@dataclass(frozen=True)
class Band:
    """One grade's stretch of values, for drawing."""

    grade: int
    label: str
    lower: float
    """Included; 0 where the grade has no lower end."""
    upper: float
    """Excluded; infinite where the grade has no upper end."""


@dataclass(frozen=True)
class Line:
    """One line of a system graded for a whole cohort, kept as small codes; words are made only when asked for."""

    name: str
    codes: np.ndarray
    """int8, one a row of the cohort."""
    grades: Mapping[int, int | None]
    """Code to grade."""
    labels: Mapping[int, str]
    """Code to words."""
    explain: Callable[[int], Grade]
    """The full grade of one row."""


class Grades:
    """The grades of one patient or of many, under one system and edition.

    One patient: iterate over each :class:`Grade`, or ask ``grades["platelets"]``.
    Many: :meth:`frame`, :meth:`labels`, and :meth:`why` for the full reasons of one row.
    """

    def __init__(self, cohort: Cohort, system: str, edition: str, lines: list[Line]) -> None:
        self.system, self.edition = system, edition
        self._cohort, self._lines = cohort, {line.name: line for line in lines}

    @property
    def items(self) -> tuple[str, ...]:
        """The lines this system grades."""
        return tuple(self._lines)

    def frame(self) -> pd.DataFrame:
        """One row a patient, one column a line: the grade as Int8; missing where it cannot be told."""
        return pd.DataFrame({name: _numbers(line) for name, line in self._lines.items()}, index=self._cohort.index)

    def labels(self) -> pd.DataFrame:
        """One row a patient, one categorical column a line: the grade in the system's own words."""
        return pd.DataFrame({name: _words(line) for name, line in self._lines.items()}, index=self._cohort.index)

    def why(self, row: int = 0) -> list[Grade]:
        """The full grades of one patient.

        Args:
            row: position of the patient in the frame (0 for a single count).
        """
        return [line.explain(row) for line in self._lines.values()]

    def __getitem__(self, item: str) -> Grade | pd.Series:
        if item not in self._lines:
            raise KeyError(
                f"{title(self.system, self.edition)} has no line {item!r}. It grades: {', '.join(self._lines)}."
            )
        return self._lines[item].explain(0) if self._cohort.single else self.frame()[item]

    def __iter__(self) -> Iterator[Grade]:
        if not self._cohort.single:
            raise TypeError("These are the grades of many patients: ask .frame(), or .why(row) for one of them.")
        return iter(self.why())

    def table(self) -> pd.DataFrame:
        """To show: for one patient one row a line with the reason; for many the labels, one row a patient."""
        return grades_table(self.why()) if self._cohort.single else self.labels()


def grades_table(grades: list[Grade]) -> pd.DataFrame:
    """Grades side by side, to show: system, line, grade, reason and source (which is thereby cited)."""
    rows = [(g.title, g.item.replace("_", " "), g.text, g.because, cite(g.source)) for g in grades]
    return pd.DataFrame(rows, columns=["system", "line", "grade", "because", "source"]).set_index(["system", "line"])


def _numbers(line: Line) -> pd.arrays.IntegerArray:
    codes = range(min(line.grades), max(line.grades) + 1)
    grades = [line.grades.get(code) for code in codes]
    place = line.codes - np.int8(codes[0])
    known = np.array([grade or 0 for grade in grades], dtype=np.int8)
    unknown = np.array([grade is None for grade in grades])
    return pd.arrays.IntegerArray(known[place], unknown[place])


def _words(line: Line) -> pd.Categorical:
    codes = range(min(line.labels), max(line.labels) + 1)
    words = [line.labels.get(code, "") for code in codes]
    categories = list(dict.fromkeys(filter(None, words)))
    of_code = np.array([categories.index(label) if label else 0 for label in words], dtype=np.int8)
    return pd.Categorical.from_codes(of_code[line.codes - np.int8(codes[0])], categories=categories)
