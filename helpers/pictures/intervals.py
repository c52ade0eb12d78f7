"""What "normal" means, in two pictures: reference sets side by side, and how many healthy people are flagged.

>>> people = {"woman": Person(age_y=34, sex="female", trimester=0), "man": Person(age_y=34, sex="male")}
>>> SetsPicture("hb", people, value=118)
SetsPicture: 118 g/L (11.8 g/dL) is low for a woman in 5 of 7 sets and for a man in 7 of 7 sets
>>> ChancePicture((1, 5, 10, 20))
ChancePicture: With 20 independent values, 64 of 100 healthy people have at least one flag
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from helpers.blood.core.count import Person
from helpers.blood.core.criteria import short_name
from helpers.blood.core.units import ANALYTES, course_unit, plain, show
from helpers.blood.grading.reference import Interval, interval
from helpers.evidence import constant, table
from helpers.pictures import look
from helpers.pictures.live import LiveFigure, quiet, rectangle
from helpers.pictures.live import line as draw_line
from helpers.pictures.still import StillPicture
from helpers.wording import counted, listed, sources

_LEFT, _RIGHT, _TOP = 74, 92, 62
_HEADER, _BAR, _GAP, _AXIS = 23, 20, 10, 44
_HEADING_LETTERS = 44


class SetsPicture(StillPicture):
    """One value's reference interval in several reference sets, for one person or more: the same blood, other limits.

    Args:
        analyte: short name, e.g. ``"hb"``.
        people: a word for each person (``"woman"``) and the person.
        sets: keys of ``data/reference_sets.csv``; every set that covers all the people unless given.
        value: an amount in the course's unit to hold against every interval.

    Raises:
        ValueError: nobody to show, or no set that covers the people.
    """

    def __init__(
        self, analyte: str, people: Mapping[str, Person], sets: Sequence[str] | None = None, value: float | None = None
    ) -> None:
        if not people:
            raise ValueError(
                "There is nobody to show intervals for. Give a word and a Person: {'woman': Person(age_y=34, ...)}."
            )
        self.analyte, self.people, self.value = analyte, dict(people), value
        labels = {row.set: row.label for row in table("reference_sets").itertuples()}
        self.rows: dict[str, dict[str, Interval]] = {}
        """Interval by the set's label and the person's word, top to bottom."""
        for name in sets or labels:
            found = {word: interval(analyte, person, name) for word, person in self.people.items()}
            if all(one.known for one in found.values()):
                self.rows[labels[name]] = found
        if not self.rows:
            raise ValueError(
                f"No reference set has an interval of {short_name(analyte).lower()} for {listed(self.people)}."
            )
        self.sources = sources(*(one.source for found in self.rows.values() for one in found.values()))
        self._draw()

    def verdict(self, found: Interval) -> str:
        """low, normal or high for the value; "" where no value is shown."""
        return "" if self.value is None else found.verdict(self.value)

    def _draw(self) -> None:
        block = _HEADER + _BAR * len(self.people) + _GAP
        top = _TOP + (_BAR if self.value is not None else 0)
        self.live = LiveFigure(look.WIDTH, top + block * len(self.rows) + _AXIS)
        self.write_title()
        ink = look.INK[ANALYTES[self.analyte].line]
        self.axes = self.live.axes(_LEFT, top, look.WIDTH - _LEFT - _RIGHT, block * len(self.rows))
        self._axis(block)
        for place, (label, found) in enumerate(self.rows.items()):
            here = top + place * block
            heading = label if len(label) <= _HEADING_LETTERS else label.split(" (")[0]
            self.live.text(12, here, heading, fontsize=look.SMALL, fontweight="bold")
            for line, (word, one) in enumerate(found.items()):
                self._bar(word, one, place * block + _HEADER + line * _BAR, top, ink)
        if self.value is not None:
            words, bold = show(self.value, self.analyte, beside=False), look.LETTERS | {"fontweight": "bold"}
            self.axes.text(self.value, -4, words, ha="center", va="bottom", color=ink, **bold)

    def _ends(self) -> list[float]:
        ends = [end for found in self.rows.values() for one in found.values() for end in (one.low, one.high)]
        return [end for end in (*ends, *([] if self.value is None else [self.value])) if not math.isnan(end)]

    def _axis(self, block: int) -> None:
        axes, ends = self.axes, self._ends()
        room = (max(ends) - min(ends)) * 0.16
        axes.set_xlim(min(ends) - room, max(ends) + room * 0.4)
        axes.set_ylim(block * len(self.rows), 0)
        axes.set_yticks([])
        quiet(axes, "bottom")
        axes.locator_params(axis="x", nbins=5)
        axes.set_xticks([tick for tick in axes.get_xticks() if axes.get_xlim()[0] <= tick <= axes.get_xlim()[1]])
        axes.set_xlabel(str(course_unit(self.analyte)), color=look.QUIET, labelpad=2, **look.LETTERS)

    def _bar(self, word: str, one: Interval, at: float, top: float, ink: str) -> None:
        left, right = self.axes.get_xlim()
        low, high = (left if math.isnan(one.low) else one.low), (right if math.isnan(one.high) else one.high)
        bar = rectangle(
            (low, at + 3), high - low, _BAR - 6, facecolor=look.NEUTRAL, edgecolor=look.NEUTRAL_EDGE, linewidth=0.8
        )
        self.axes.add_patch(bar)
        middle = at + _BAR / 2
        style = look.LETTERS | {"va": "center_baseline"}
        beside = dict(textcoords="offset points", color=look.TEXT, **style)
        if not math.isnan(one.low):
            self.axes.add_line(draw_line([low, low], [at + 1, at + _BAR - 1], color=ink, linewidth=3))
            outside = self.value is not None and self.value >= low
            self.axes.annotate(
                plain(low), (low, middle), (-5 if outside else 6, 0), ha="right" if outside else "left", **beside
            )
        if not math.isnan(one.high):
            self.axes.annotate(plain(high), (high, middle), (-5, 0), ha="right", **beside)
        if self.value is not None:
            self.axes.add_line(
                draw_line([self.value] * 2, [at - 1, at + _BAR + 1], color=ink, linewidth=2, linestyle=(0, (2, 1)))
            )
        self.live.text(16, top + middle, word, **style)
        verdict = self.verdict(one)
        weight = "bold" if verdict in ("low", "high") else "normal"
        self.live.text(look.WIDTH - 12, top + middle, verdict, ha="right", fontweight=weight, **style)

    def point(self) -> str:
        """The picture's title: what the value is called in how many sets, or how far the lower limits lie apart."""
        many = len(self.rows)
        if self.value is None:
            parts = []
            for word in self.people:
                lows = [found[word].low for found in self.rows.values() if not math.isnan(found[word].low)]
                parts.append(f"for {_a(word)} {_span(lows)}")
            count = f"{many} sets put" if many > 1 else "One set puts"
            name, unit = short_name(self.analyte).lower(), course_unit(self.analyte)
            return f"{count} the lower limit of {name} {listed(parts)} {unit}"
        parts = []
        for word in self.people:
            low = sum(self.verdict(found[word]) == "low" for found in self.rows.values())
            parts.append(f"for {_a(word)} in {low or 'none'} of {many} sets")
        return f"{show(self.value, self.analyte)} is low {listed(parts)}"

    def describe(self) -> str:
        """The picture in words: its point, then each set with each person's interval."""
        parts = [f"Reference intervals of {short_name(self.analyte).lower()} side by side. {self.point()}."]
        unit = course_unit(self.analyte)
        for label, found in self.rows.items():
            said = [f"{word} {_interval_words(one)} {unit}{_comma(self.verdict(one))}" for word, one in found.items()]
            parts.append(f"{label}: {'; '.join(said)}.")
        return " ".join(parts)

    def caption(self) -> str:
        """How to read the bars, and their sources."""
        line = "" if self.value is None else " The broken line is the value; at the right, what each set calls it."
        return f"Gray bar: reference interval, its lower limit marked.{line} Sources: {self.links()}."


class ChancePicture(StillPicture):
    """How many of 100 healthy people have at least one flag when several independent values are measured.

    Args:
        measured: how many values are measured, one field of 100 people for each.
        inside_pct: the share of healthy people an interval is made to hold, in percent; without it, what
            laboratories agree on.
        sources: keys of sources that say so.

    Raises:
        ValueError: no number of values, one below 1, or a share that is not between 0 and 100.
    """

    def __init__(
        self, measured: Sequence[int] = (1, 5, 10, 20), inside_pct: float | None = None, sources: str = "HIBBS2025"
    ) -> None:
        if not measured or min(measured) < 1:
            raise ValueError("Say how many values are measured: one or more whole numbers from 1 on, e.g. (1, 5, 20).")
        inside_pct = constant("reference_interval_share_pct") if inside_pct is None else inside_pct
        if not 0 < inside_pct < 100:
            raise ValueError(f"inside_pct should be a share between 0 and 100 percent; it is {inside_pct:g}.")
        self.measured, self.inside_pct, self.sources = tuple(measured), inside_pct, sources
        self._draw()

    def flagged_of_100(self, values: int) -> float:
        """How many of 100 healthy people have at least one flag among so many independent values."""
        return 100 * (1 - (self.inside_pct / 100) ** values)

    def _draw(self) -> None:
        self.live = LiveFigure(look.WIDTH, 236)
        self.write_title()
        room = (look.WIDTH - 24) / len(self.measured)
        side = min(room - 12, 104)
        for place, values in enumerate(self.measured):
            middle = 12 + room * (place + 0.5)
            self._field(middle - side / 2, side, values)
            center = dict(ha="center", fontsize=look.BODY)
            flagged = f"{round(self.flagged_of_100(values))} of 100"
            self.live.text(middle, 64, _values(values), **center)
            self.live.text(middle, 96 + side, flagged, fontweight="bold", **center)

    def _field(self, left: float, side: float, values: int) -> None:
        axes = self.live.sheet(left, 88, side, side, xlim=(-0.6, 9.6), ylim=(9.6, -0.6))
        person = np.arange(100)
        flagged = person < round(self.flagged_of_100(values))
        size = (side / 10.2 * 0.74) ** 2
        dark, light = person[flagged], person[~flagged]
        axes.scatter(dark % 10, dark // 10, size, color=look.TEXT, marker="s", linewidth=0)
        ring = dict(color=look.PAPER, edgecolor=look.NEUTRAL_EDGE, linewidth=1)
        axes.scatter(light % 10, light // 10, size * 0.7, marker="o", **ring)

    def point(self) -> str:
        """The picture's title."""
        most, flagged = max(self.measured), round(self.flagged_of_100(max(self.measured)))
        return f"With {_values(most, 'independent ')}, {flagged} of 100 healthy people have at least one flag"

    def describe(self) -> str:
        """The picture in words."""
        said = [f"{_values(values)}: {round(self.flagged_of_100(values))} of 100" for values in self.measured]
        return f"{self.point()}. Healthy people with a flag, by how many values are measured. {'; '.join(said)}."

    def caption(self) -> str:
        """How it is computed, and from what."""
        inside = self.inside_pct / 100
        return (
            "Each mark is a healthy person; dark squares have at least one flag. "
            f"One value flags {100 - self.inside_pct:g} of 100; n independent values leave 100 × {inside:g} to the "
            f"power of n without a flag. Computed from the meaning of the interval: {self.links()}."
        )


def _values(number: int, which: str = "") -> str:
    return counted(number, f"{which}value")


def _a(word: str) -> str:
    return f"{'an' if word[:1] in 'aeiou' else 'a'} {word}"


def _span(amounts: Sequence[float]) -> str:
    low, high = min(amounts), max(amounts)
    return f"at {plain(low)}" if low == high else f"from {plain(low)} to {plain(high)}"


def _interval_words(one: Interval) -> str:
    if math.isnan(one.low):
        return f"up to {plain(one.high)}"
    return f"from {plain(one.low)}" if math.isnan(one.high) else f"{plain(one.low)} to {plain(one.high)}"


def _comma(word: str) -> str:
    return f", {word}" if word else ""
