"""A blood count in words: each value against this person's interval and grades, and the one thing the count says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from helpers.blood.core.count import BloodCount
from helpers.blood.core.criteria import Row, short_name
from helpers.blood.core.units import ANALYTES
from helpers.blood.grading import systems
from helpers.blood.grading.reference import VERDICTS, Interval, Reference, interval
from helpers.blood.grading.severity import Band, Grade, bands, grade, hemoglobin_adjustment
from helpers.wording import capital, listed, noun_of

_LINE_NAME = {"hb": "red cells", "anc": "neutrophils", "wbc": "white cells", "plt": "platelets"}


def lanes() -> tuple[tuple[str, str], ...]:
    """The systems and editions drawn as lanes of a strip, where they grade that value."""
    return tuple((row["system"], row["edition"]) for row in systems.lanes())


@dataclass
class Lane:
    """One system's grades along a value."""

    label: str
    bands: list[Band]
    systems: list[tuple[str, str]]
    """System and edition; two where two editions draw the same bands."""


class CountWords:
    """What a count says, value by value and in one sentence.

    Args:
        show: short names of the values, the most telling first.
        reference: reference set(s) for the intervals and the lower limit of normal.
        lanes: systems and editions by which it is graded.
    """

    count: BloodCount
    units: str

    def __init__(self, show: Sequence[str], reference: Reference, lanes: Sequence[tuple[str, str]]) -> None:
        self.show, self.reference = tuple(show), reference
        self.wanted_lanes = tuple(systems.about(*lane) for lane in lanes)

    def meet(self, count: BloodCount) -> None:
        """Another person: look up the intervals and the bands of the grades."""
        self.count = count
        self._known_grades: dict[object, Grade] = {}
        self.intervals: dict[str, Interval] = {
            analyte: interval(analyte, count.person, self.reference) for analyte in self.show
        }
        self.lanes = {analyte: self._lanes(analyte, count) for analyte in self.show}

    def _lanes(self, analyte: str, count: BloodCount) -> list[Lane]:
        lanes: list[Lane] = []
        for row in self.wanted_lanes:
            lane = (row["system"], row["edition"])
            item = systems.items().get(analyte)
            found = bands(*lane, item, count, self.reference) if item else []
            if row["adjusted"] and found:
                shift = float(hemoglobin_adjustment(count, row["edition"])[0])
                found = [Band(b.grade, b.label, b.lower + shift if b.lower else 0.0, b.upper + shift) for b in found]
            if not found:
                continue
            if lanes and row["paired"] and lanes[-1].bands == found:
                lanes[-1].label = row["name"]
                lanes[-1].systems.append(lane)
            else:
                lanes.append(Lane(row["lane"] or row["title"], found, [lane]))
        return lanes

    def verdict(self, analyte: str) -> str:
        """low, normal, high or cannot tell, against the gray band that is drawn."""
        return self.intervals[analyte].verdict(getattr(self.count, analyte), self.count.is_below(analyte))

    def grade(self, system: str, edition: str, analyte: str) -> Grade | None:
        """The grade of the band the marker stands in; None where that system does not grade the value.

        Within one band a grade and its words stay the same, so each band is graded once.
        """
        lane = next((lane for lane in self.lanes[analyte] if (system, edition) in lane.systems), None)
        if lane is None:
            return None
        amount = self.count.compared(analyte)
        band = None if math.isnan(amount) else sum(amount < band.upper for band in lane.bands)
        key = (system, edition, analyte, band, self.count.is_below(analyte))
        if key not in self._known_grades:
            found = grade(self.count, system, edition, reference=self.reference)
            self._known_grades[key] = found[systems.items()[analyte]]
        return self._known_grades[key]

    @staticmethod
    def off_axis(analyte: str, amount: float) -> bool:
        """Whether an amount lies beyond the ends of its axis."""
        return amount > ANALYTES[analyte].axis_high or 0 < amount < ANALYTES[analyte].axis_low

    def point(self, graded: bool = True) -> str:
        """The title: the one thing this count says, in a sentence; of several lines with or without grades."""
        lines = [name for name in self.show if name in _LINE_NAME] or list(self.show)
        by_verdict = {verdict: [n for n in lines if self.verdict(n) == verdict] for verdict in VERDICTS}
        low, high, untold = by_verdict["low"], by_verdict["high"], by_verdict["cannot tell"]
        if len(untold) == len(lines):
            return self._point_without_intervals(lines, graded)
        if low:
            first = f"{self._names(low)} {self._are(low)} low"
            first = (
                "All three lines are low" if len(low) == 3 else f"Only {first}" if len(lines) > 1 == len(low) else first
            )
            worst = self._worst(low)
            if len(low) == 1:
                grades = self._grade_words(low[0])
                said = f"{first}: {grades}" if grades else first
            else:
                said = f"{first}. Hit hardest: {self._worst_words(worst, graded)}" if worst else first
        elif high:
            said = f"Nothing is low, but {self._names(high)} {self._are(high)} high"
        else:
            said = (
                f"Nothing {'that is known ' if untold else ''}is low for this {noun_of(self.count.person)}"
                if len(lines) > 1
                else f"{self._names(lines)} {self._are(lines)} not low"
            )
        if untold:
            said += f"; {listed(self._untold_name(name) for name in untold)}: cannot tell"
        return capital(said)

    def _worst_words(self, worst: list[str], graded: bool) -> str:
        return self._names(worst) + (f" ({self._shared_words(worst)})" if graded else "")

    def _point_without_intervals(self, lines: list[str], graded: bool) -> str:
        known = [name for name in lines if not math.isnan(getattr(self.count, name))]
        if not known:
            return "No value is known yet"
        told = [name for name in known if self._tops_of(name)]
        worst = (self._worst(told) or told) if told else []
        grades = f"; highest grade: {self._worst_words(worst, graded)}" if worst else ""
        return f"No reference interval fits this {noun_of(self.count.person)}{grades}"

    def _names(self, analytes: Sequence[str]) -> str:
        return listed(self._name(analyte) for analyte in analytes)

    def _untold_name(self, analyte: str) -> str:
        """The line, or only the value where the report has another one of the same line."""
        others = [name for name in _LINE_NAME if name != analyte and ANALYTES[name].line == ANALYTES[analyte].line]
        known = any(not math.isnan(getattr(self.count, name)) for name in others)
        return short_name(analyte).lower() if known else self._name(analyte)

    def _are(self, analytes: Sequence[str]) -> str:
        return "are" if len(analytes) > 1 or self._name(analytes[0]).endswith("s") else "is"

    def _name(self, analyte: str) -> str:
        return (
            _LINE_NAME.get(analyte, short_name(analyte).lower()) if len(self.show) > 1 else short_name(analyte).lower()
        )

    def _graded(self, analyte: str, paired: bool) -> list[tuple[Row, Grade]]:
        """The grades by the lanes: those whose editions are shown against each other, or the others."""
        found = [
            (row, self.grade(row["system"], row["edition"], analyte))
            for row in self.wanted_lanes
            if row["paired"] is paired
        ]
        return [(row, given) for row, given in found if given is not None]

    def _grade_words(self, analyte: str) -> str:
        """The grade where the editions agree ("CTCAE grade 3"), else each with its edition; "" where none is."""
        found = [(row, given) for row, given in self._graded(analyte, True) if given.grade is not None]
        if not found:
            return ", ".join(given.text for _, given in self._graded(analyte, False))
        words = [f"{given.grade or 'no grade'}{' or more' if given.at_least else ''}" for _, given in found]
        if len(set(words)) == 1:
            return words[0] if words[0] == "no grade" else f"{found[0][0]['name']} grade {words[0]}"
        return "grade " + ", ".join(f"{said} in {row['lane']}" for said, (row, _) in zip(words, found, strict=True))

    def _shared_words(self, analytes: Sequence[str]) -> str:
        words = self._grade_words(analytes[0])
        return words if len(analytes) == 1 else words.removesuffix(" or more")

    def _tops_of(self, analyte: str) -> tuple[int, ...]:
        """The grades in each edition; empty where all are 0 or unknown."""
        grades = tuple(given.grade or 0 for _, given in self._graded(analyte, True))
        return grades if any(grades) else ()

    def _worst(self, low: list[str]) -> list[str]:
        """The lines with the highest grade; none where all have the same or none is graded."""
        tops = {name: self._tops_of(name) for name in low}
        highest = max(tops.values(), default=())
        worst = [name for name, grades in tops.items() if grades == highest]
        return worst if highest and len(worst) < len(low) else []

    def value_words(self, analyte: str) -> str:
        """One value with its interval and grades, a sentence."""
        name, amount = short_name(analyte), getattr(self.count, analyte)
        found = self.intervals[analyte]
        compared = found.words(self.units)
        if math.isnan(amount):
            return f"{name}: cannot tell ({self.count.why(analyte).rstrip('.')}); {compared}."
        where = " (off the axis)" if self.off_axis(analyte, amount) else ""
        said = [f"{name} {self.count.shown(analyte, self.units)}{where}: {self.verdict(analyte)}", compared]
        if self._graded(analyte, True):
            said.append(self._grade_words(analyte))
        said += [f"{row['name']} {given.edition}: {given.text}" for row, given in self._graded(analyte, False)]
        return "; ".join(said) + "."
