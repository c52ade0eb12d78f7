"""A blood count as a picture: each value on its own strip, against this person's reference interval and grade bands.

Each strip is one value. The gray band is the reference interval; the ochre bands are grades, light to dark, with their
number; where two editions differ they lie one above the other. The marker, in its line's ink, is the patient.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from helpers.blood.count import BloodCount, Person
from helpers.blood.reference import DEFAULT_REFERENCE, VERDICTS, Interval, Reference, interval
from helpers.blood.severity import Band, Grade, bands, grade, hemoglobin_adjustment, title
from helpers.blood.units import ANALYTES, Unit, conventional_unit, course_unit, plain, show, units_of
from helpers.evidence import constant, source
from helpers.pictures import look, page
from helpers.pictures.live import Box, LiveFigure, LivePicture, rectangle
from helpers.pictures.live import line as draw_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from matplotlib.text import Text

STRIPS = ("hb", "anc", "plt", "retic", "mcv")
"""The values drawn unless others are asked for, top to bottom."""

LANES = (("ctcae", "5.0"), ("ctcae", "6.0"), ("who_anemia", "2024"))
"""The systems drawn as lanes of a strip, where they grade that value."""

_ITEM = {"hb": "anemia", "anc": "neutrophils", "wbc": "white_cells", "plt": "platelets", "alc": "lymphocytes"}
_LINE_NAME = {"hb": "red cells", "anc": "neutrophils", "wbc": "white cells", "plt": "platelets"}

_LEFT, _RIGHT = 78, 26
_HEADER, _LANE, _MARGIN, _TICKS, _GAP = 27, 18, 5, 20, 9
_TOP = 76


def short_name(analyte: str) -> str:
    """The name that stands beside a strip or a slider: "Neutrophils" for "Neutrophils, absolute (ANC)"."""
    return ANALYTES[analyte].label.split(",")[0].split(" (")[0]


def shown_unit(analyte: str, units: str) -> Unit:
    """The unit of an axis: the course's (SI), the conventional one, or mmol/L where hemoglobin is given so."""
    if units == "conventional":
        return conventional_unit(analyte)
    mmol = [unit for unit in units_of(analyte) if units == "mmol" and unit.name == "mmol/L"]
    return mmol[0] if mmol else course_unit(analyte)


def interval_words(found: Interval, units: str = "si") -> str:
    """A reference interval in words: "reference interval 120 g/L to 158 g/L", or that there is none."""
    if not found.known:
        return "no reference interval for this person"
    low, high = (show(end, found.analyte, units, beside=False) for end in (found.low, found.high))
    if math.isnan(found.low):
        return f"reference interval up to {high}"
    return f"reference interval from {low}" if math.isnan(found.high) else f"reference interval {low} to {high}"


def person_words(person: Person) -> str:
    """Who this is, in words: "woman of 34, 2nd trimester, Duffy-null"."""
    adult = person.age_y is None or person.age_y >= constant("adult_from_y")
    noun = {"female": ("girl", "woman"), "male": ("boy", "man"), None: ("child", "person")}[person.sex][adult]
    unstated = [name for name, value in (("age", person.age_y), ("sex", person.sex)) if value is None]
    parts = [noun if person.age_y is None else f"{noun} of {person.age_y:.3g}"]
    parts += [f"{' and '.join(unstated)} not stated"] if unstated else []
    if person.trimester:
        parts.append(f"{('1st', '2nd', '3rd')[person.trimester - 1]} trimester")
    if person.duffy_null:
        parts.append("Duffy-null")
    return ", ".join(parts)


@dataclass
class _Lane:
    """One system's grades along a strip."""

    label: str
    bands: list[Band]
    systems: list[tuple[str, str]]
    """System and edition; two where two editions draw the same bands."""


@dataclass
class _Number:
    """A grade's number, and the pixels from the left between which its band lies."""

    text: Text
    left: float
    right: float

    def make_room(self, marker: float | None) -> None:
        """Stand in the middle of the band, or beside the marker where that would be hidden."""
        left, right = self.left, self.right
        if marker is not None and abs((left + right) / 2 - marker) < 11:
            left, right = (left, marker) if marker - left > right - marker else (marker, right)
        self.text.set_x((left + right) / 2 / look.WIDTH)


@dataclass
class Strip:
    """One value's axes and the artists that move in it."""

    analyte: str
    axes: Axes
    name: Text
    value: Text
    stem: Line2D
    marker: Line2D
    lanes: list[_Lane] = field(default_factory=list)
    left_of_value: float = 0.0
    """Pixels from the left edge where the value may begin: behind the name."""
    numbers: list[_Number] = field(default_factory=list)
    said: str = ""
    """The strip in words, kept until its value changes."""
    shown: tuple[float, str] | None = None
    """The amount and words as they stand, so that only what changed is drawn."""

    @property
    def log(self) -> bool:
        """Whether the axis is logarithmic."""
        return ANALYTES[self.analyte].axis_scale == "log"

    @property
    def zero(self) -> float:
        """Where zero stands: on a log axis at a place of its own, left of the smallest amount."""
        low, high = ANALYTES[self.analyte].axis_low, ANALYTES[self.analyte].axis_high
        return low / (high / low) ** 0.085 if self.log else 0.0

    @property
    def ends(self) -> tuple[float, float]:
        """The fixed ends of the axis, in the course's unit."""
        low, high = ANALYTES[self.analyte].axis_low, ANALYTES[self.analyte].axis_high
        return (low / (high / low) ** 0.125, high) if self.log else (low, high)

    def place(self, amount: float) -> float:
        """Where an amount stands on the axis: zero at its own place, what is off the axis at its end."""
        if self.log and amount <= 0:
            return self.zero
        return min(max(amount, ANALYTES[self.analyte].axis_low), ANALYTES[self.analyte].axis_high)


class CountPicture(LivePicture):
    """The picture of one blood count.

    Args:
        count: the patient's count.
        show: short names of the values to draw, top to bottom.
        reference: reference set(s) for the gray bands and the lower limit of normal.
        lanes: systems and editions to draw as grade bands.
        units: ``"si"``, ``"conventional"`` or ``"mmol"``: which comes first; the other stands beside it.

    Raises:
        ValueError: a name in ``show`` that the course does not know, or nothing to show.
    """

    def __init__(
        self,
        count: BloodCount,
        show: Sequence[str] = STRIPS,
        reference: Reference = DEFAULT_REFERENCE,
        lanes: Sequence[tuple[str, str]] = LANES,
        units: str = "si",
    ) -> None:
        unknown = [name for name in show if name not in ANALYTES]
        if unknown or not show:
            known = ", ".join(ANALYTES)
            raise ValueError(f"Cannot draw {unknown[0] if unknown else 'nothing'}. Choose among: {known}.")
        self.show, self.reference, self.wanted_lanes, self.units = tuple(show), reference, tuple(lanes), units
        self._build()
        self._met: object = None
        self._still: object = None
        self.update(count)

    def _build(self) -> None:
        self._tops, top = {}, _TOP
        for analyte in self.show:
            self._tops[analyte] = top
            top += _HEADER + self._lanes_height(analyte) + _TICKS + _GAP
        self.live = LiveFigure(look.WIDTH, top)
        title = self.live.text(12, 8, fontsize=look.TITLE, fontweight="bold", linespacing=1.2)
        self._title = self.live.moving(title, (0, 0, look.WIDTH, 50))
        subtitle = self.live.text(12, 51, fontsize=look.SMALL, color=look.QUIET)
        self._subtitle = self.live.moving(subtitle, (0, 50, look.WIDTH, _TOP - 50))
        self.strips = {analyte: self._strip(analyte) for analyte in self.show}

    def _box(self, analyte: str) -> Box:
        """Where a strip's moving artists stay."""
        return (0, self._tops[analyte], look.WIDTH, _HEADER + self._lanes_height(analyte) + 8)

    def _lanes_height(self, analyte: str) -> int:
        graded = any(system == "ctcae" for system, _ in self.wanted_lanes) and analyte in _ITEM
        return (2 if graded else 1) * _LANE + 2 * _MARGIN

    def _strip(self, analyte: str) -> Strip:
        live, line, top, box = self.live, ANALYTES[analyte].line, self._tops[analyte], self._box(analyte)
        ink, marker = look.INK[line], look.MARKER[line]
        width, height = look.WIDTH - _LEFT - _RIGHT, self._lanes_height(analyte)
        axes = live.axes(_LEFT, top + _HEADER, width, height)
        axes.set_label(analyte)
        sign = draw_line([18 / live.width], [1 - (top + 8.5) / live.height], marker=marker, color=ink, markersize=9)
        live.figure.add_artist(sign)
        name = live.text(30, top + 1, short_name(analyte), fontweight="bold", color=ink)
        value = live.moving(live.text(200, top + 1, color=ink), box)
        from matplotlib.patheffects import withStroke

        halo = [withStroke(linewidth=5, foreground="white")]
        stem = live.moving(
            axes.plot([], [], color=ink, linewidth=2.5, clip_on=False, zorder=5, path_effects=halo)[0], box
        )
        dot = axes.plot(
            [], [], marker, color=ink, markersize=13, markeredgecolor="white", markeredgewidth=2, clip_on=False
        )[0]
        live.moving(dot, box)
        strip = Strip(analyte, axes, name, value, stem, dot)
        strip.left_of_value = name.get_window_extent(live.canvas.get_renderer()).x1 / live.sharpness + 10
        return strip

    # --- what stands still while the count moves ---

    def _meet(self, count: BloodCount) -> None:
        """Another person or other units: look up what stands still, and draw it anew where it differs."""
        self._known_grades: dict[object, Grade] = {}
        self._intervals = {analyte: interval(analyte, count.person, self.reference) for analyte in self.show}
        some = any(found.known for found in self._intervals.values())
        gray = "Gray: reference interval," if some else "No reference interval for this"
        self._subtitle.set_text(f"{gray} {person_words(count.person)}")
        lanes = {analyte: self._lanes(analyte, count) for analyte in self.show}
        ends = {analyte: (str(found.low), str(found.high)) for analyte, found in self._intervals.items()}
        still = (self.units, ends, lanes)
        for strip in self.strips.values():
            strip.said = ""
        if still != self._still:
            self._still = still
            for strip in self.strips.values():
                strip.lanes = lanes[strip.analyte]
                self._draw_strip(strip)
            self.live.still_changed()

    def _draw_strip(self, strip: Strip) -> None:
        axes, analyte = strip.axes, strip.analyte
        for artist in [*axes.patches, *axes.texts]:
            artist.remove()
        for number in strip.numbers:
            self.live.remove(number.text)
        strip.numbers, strip.shown = [], None
        axes.set_xscale("log" if strip.log else "linear")
        axes.set_xlim(*strip.ends)
        height = self._lanes_height(analyte)
        axes.set_ylim(height, 0)
        axes.set_yticks([])
        axes.spines[:].set_visible(False)
        axes.patch.set_visible(False)
        inner = height - 2 * _MARGIN
        self._fill(strip, -math.inf, math.inf, _MARGIN, inner, "#F4F5F6", zorder=0.5)
        found = self._intervals[analyte]
        if found.known:
            self._fill(strip, found.low, found.high, 0, height, look.NEUTRAL, zorder=1)
        for place, lane in enumerate(strip.lanes):
            thick = inner / len(strip.lanes)
            self._draw_lane(strip, lane, _MARGIN + place * thick, thick)
        if strip.log:
            cut = strip.zero * (ANALYTES[analyte].axis_low / strip.zero) ** 0.55
            axes.add_patch(rectangle((cut, -1), cut * 0.12, height + 2, facecolor="white", zorder=4, clip_on=False))
        self._ticks(strip)

    def _fill(
        self, strip: Strip, low: float, high: float, top: float, height: float, color: str, zorder: float
    ) -> tuple[float, float]:
        left, right = strip.ends
        start = left if not low > 0 else max(strip.place(low), left)
        end = right if not high < right else strip.place(high)
        edge = dict(edgecolor="white", linewidth=1) if zorder > 1 else {}
        strip.axes.add_patch(rectangle((start, top), end - start, height, facecolor=color, zorder=zorder, **edge))
        return start, end

    def _draw_lane(self, strip: Strip, lane: _Lane, top: float, height: float) -> None:
        axes = strip.axes
        for band in lane.bands:
            if not band.grade or band.upper <= strip.ends[0]:
                continue
            fill = look.shade(band.grade)
            start, end = self._fill(strip, band.lower, band.upper, top, height, fill, zorder=2)
            left, right = axes.transData.transform([(start, 0), (end, 0)])[:, 0] / self.live.sharpness
            if right - left > 12:
                y = self._tops[strip.analyte] + _HEADER + top + height / 2 + 0.5
                text = self.live.text(
                    0, y, str(band.grade), ha="center", va="center_baseline", color=look.text_on(fill)
                )
                strip.numbers.append(_Number(self.live.moving(text, self._box(strip.analyte)), left, right))
        axes.text(-0.012, top + height / 2 + 0.5, lane.label, transform=axes.get_yaxis_transform(), ha="right",
                  va="center_baseline", fontsize=look.SMALL, color=look.QUIET, fontfamily=look.FONT)  # fmt: skip

    def _lanes(self, analyte: str, count: BloodCount) -> list[_Lane]:
        lanes: list[_Lane] = []
        for system, edition in self.wanted_lanes:
            found = bands(system, edition, _ITEM[analyte], count.person, self.reference) if analyte in _ITEM else []
            if system == "who_anemia" and found:
                shift = float(hemoglobin_adjustment(count, edition)[0])
                found = [Band(b.grade, b.label, b.lower + shift if b.lower else 0.0, b.upper + shift) for b in found]
            if not found:
                continue
            label = {"ctcae": f"CTCAE {edition[0]}", "who_anemia": "WHO"}[system]
            if lanes and system == "ctcae" and lanes[-1].bands == found:
                lanes[-1].label = "CTCAE"
                lanes[-1].systems.append((system, edition))
            else:
                lanes.append(_Lane(label, found, [(system, edition)]))
        return lanes

    def _ticks(self, strip: Strip) -> None:
        unit = shown_unit(strip.analyte, self.units)
        low, high = ANALYTES[strip.analyte].axis_low / unit.factor, ANALYTES[strip.analyte].axis_high / unit.factor
        ticks = _round_ticks(low, high, strip.log)
        places, words = [tick * unit.factor for tick in ticks], [plain(tick) for tick in ticks]
        if strip.log:
            places, words = [strip.zero, *places], ["0", *words]
        strip.axes.set_xticks(places, words, fontsize=look.SMALL, fontfamily=look.FONT, color=look.QUIET)
        strip.axes.set_xticks([], minor=True)
        strip.axes.tick_params(length=3, pad=2, color=look.QUIET)
        strip.axes.set_xlabel(
            str(unit), fontsize=look.SMALL, fontfamily=look.FONT, color=look.QUIET, ha="right", va="top"
        )
        strip.axes.xaxis.set_label_coords(-0.02 if strip.log else -0.04, -5 / self._lanes_height(strip.analyte))

    # --- what moves ---

    def update(self, count: BloodCount, units: str | None = None) -> None:
        """Show another count; what stands still is drawn again only if the person or the units changed."""
        self.count = count
        self.units = units or self.units
        if (count.person, self.units) != self._met:
            self._met = (count.person, self.units)
            self._meet(count)
        for strip in self.strips.values():
            self._move(strip)
        point = self.point()
        title = textwrap.wrap(point, 48)
        if len(title) > 2:
            title = textwrap.wrap(re.sub(r" \(.*?\)", "", point), 48)
        self._title.set_text("\n".join(title[:2]))

    def verdict(self, analyte: str) -> str:
        """low, normal, high or cannot tell, against the gray band that is drawn."""
        return self._intervals[analyte].verdict(self.count.compared(analyte))

    def grade(self, system: str, edition: str, analyte: str) -> Grade | None:
        """The grade of the band the marker stands in; None where that system does not grade the value.

        Within one band a grade and its words stay the same, so each band is graded once.
        """
        lane = next((lane for lane in self.strips[analyte].lanes if (system, edition) in lane.systems), None)
        if lane is None:
            return None
        amount = self.count.compared(analyte)
        band = None if math.isnan(amount) else sum(amount < band.upper for band in lane.bands)
        key = (system, edition, analyte, band, self.count.is_below(analyte))
        if key not in self._known_grades:
            found = grade(self.count, system, edition, reference=self.reference)
            self._known_grades[key] = found[_ITEM[analyte]]
        return self._known_grades[key]

    @staticmethod
    def _off_axis(analyte: str, amount: float) -> bool:
        return amount > ANALYTES[analyte].axis_high or 0 < amount < ANALYTES[analyte].axis_low

    def _move(self, strip: Strip) -> None:
        amount = getattr(self.count, strip.analyte)
        known = not math.isnan(amount)
        verdict = self.verdict(strip.analyte)
        words = show(amount, strip.analyte, self.units) if known else "cannot tell"
        words += f" · {verdict}" if verdict in ("low", "high") else ""
        words += ", off the axis" if known and self._off_axis(strip.analyte, amount) else ""
        if strip.shown == (amount, words):
            return
        strip.shown, strip.said = (amount, words), ""
        places = [strip.place(amount)] if known else []
        strip.stem.set_data(places * 2, [0, self._lanes_height(strip.analyte) + 2] if known else [])
        strip.marker.set_data(places, [0] if known else [])
        strip.value.set_text(words)
        width = strip.value.get_window_extent(self.live.canvas.get_renderer()).width / self.live.sharpness
        middle = strip.axes.transData.transform((places[0], 0))[0] / self.live.sharpness if known else None
        left = strip.left_of_value if middle is None else min(middle - width / 2, self.live.width - width - 6)
        strip.value.set_x(max(strip.left_of_value, left) / self.live.width)
        for number in strip.numbers:
            number.make_room(middle)

    # --- the words ---

    def point(self) -> str:
        """The picture's title: the one thing this count says, in a sentence."""
        lines = [name for name in self.show if name in _LINE_NAME] or list(self.show)
        by_verdict = {verdict: [n for n in lines if self.verdict(n) == verdict] for verdict in VERDICTS}
        low, high, untold = by_verdict["low"], by_verdict["high"], by_verdict["cannot tell"]
        if len(untold) == len(lines):
            return self._point_without_intervals(lines)
        if low:
            first = f"{self._names(low)} {self._are(low)} low"
            first = (
                "All three lines are low" if len(low) == 3 else f"Only {first}" if len(lines) > 1 == len(low) else first
            )
            worst = self._worst(low)
            if len(low) == 1:
                said = f"{first}: {self._grade_words(low[0])}"
            else:
                said = f"{first}. Hit hardest: {self._names(worst)} ({self._shared_words(worst)})" if worst else first
        elif high:
            said = f"Nothing is low, but {self._names(high)} {self._are(high)} high"
        else:
            said = (
                f"Nothing is low for this {self._noun()}"
                if len(lines) > 1
                else f"{self._names(lines)} {self._are(lines)} not low"
            )
        if untold:
            said += f"; {self._names(untold)}: cannot tell"
        return said[0].upper() + said[1:]

    def _point_without_intervals(self, lines: list[str]) -> str:
        known = [name for name in lines if not math.isnan(getattr(self.count, name))]
        if not known:
            return "No value is known yet"
        graded = [name for name in known if self._tops_of(name)]
        worst = (self._worst(graded) or graded) if graded else []
        grades = f"; highest grade: {self._names(worst)} ({self._shared_words(worst)})" if worst else ""
        return f"No reference interval fits this {self._noun()}{grades}"

    def _names(self, analytes: Sequence[str]) -> str:
        return _and([self._name(analyte) for analyte in analytes])

    def _are(self, analytes: Sequence[str]) -> str:
        return "are" if len(analytes) > 1 or self._name(analytes[0]).endswith("s") else "is"

    def _noun(self) -> str:
        return person_words(self.count.person).split(" ")[0].rstrip(",")

    def _name(self, analyte: str) -> str:
        return (
            _LINE_NAME.get(analyte, short_name(analyte).lower()) if len(self.show) > 1 else short_name(analyte).lower()
        )

    def _ctcae(self, analyte: str) -> dict[str, Grade]:
        found = {
            edition: self.grade(system, edition, analyte) for system, edition in self.wanted_lanes if system == "ctcae"
        }
        return {edition: grade for edition, grade in found.items() if grade is not None}

    def _grade_words(self, analyte: str) -> str:
        """The grade where the editions agree ("CTCAE grade 3"), else each with its edition; WHO's where it is alone."""
        found = {edition: g for edition, g in self._ctcae(analyte).items() if g.grade is not None}
        if not found:
            others = [self.grade(*lane, analyte) for lane in self.wanted_lanes if lane[0] == "who_anemia"]
            return ", ".join(other.text for other in others if other is not None) or "no grade"
        words = {edition: f"{g.grade or 'no grade'}{' or more' if g.at_least else ''}" for edition, g in found.items()}
        if len(set(words.values())) == 1:
            word = next(iter(words.values()))
            return word if word == "no grade" else f"CTCAE grade {word}"
        return "grade " + ", ".join(f"{word} in CTCAE {edition[0]}" for edition, word in words.items())

    def _shared_words(self, analytes: Sequence[str]) -> str:
        words = self._grade_words(analytes[0])
        return words if len(analytes) == 1 else words.removesuffix(" or more")

    def _tops_of(self, analyte: str) -> tuple[int, ...]:
        """The grades in each edition; empty where all are 0 or unknown."""
        grades = tuple(found.grade or 0 for found in self._ctcae(analyte).values())
        return grades if any(grades) else ()

    def _worst(self, low: list[str]) -> list[str]:
        """The lines with the highest grade; none where all have the same or none is graded."""
        tops = {name: self._tops_of(name) for name in low}
        highest = max(tops.values(), default=())
        worst = [name for name, grades in tops.items() if grades == highest]
        return worst if highest and len(worst) < len(low) else []

    def describe(self) -> str:
        """The picture in words, for those who do not see it: its point, then each value with interval and grades."""
        parts = [f"Blood count of a {person_words(self.count.person)}. {self.point()}."]
        for strip in self.strips.values():
            strip.said = strip.said or self._describe_strip(strip)
        return " ".join(parts + [strip.said for strip in self.strips.values()])

    def _describe_strip(self, strip: Strip) -> str:
        analyte, name = strip.analyte, short_name(strip.analyte)
        amount = getattr(self.count, analyte)
        found = self._intervals[analyte]
        compared = interval_words(found, self.units)
        if math.isnan(amount):
            return f"{name}: cannot tell ({self.count.why(analyte).rstrip('.')}); {compared}."
        where = " (off the axis)" if self._off_axis(analyte, amount) else ""
        said = [f"{name} {show(amount, analyte, self.units)}{where}: {self.verdict(analyte)}", compared]
        if self._ctcae(analyte):
            said.append(self._grade_words(analyte))
        who = [self.grade(*lane, analyte) for lane in self.wanted_lanes if lane[0] == "who_anemia"]
        said += [f"WHO {found.edition}: {found.text}" for found in who if found is not None]
        return "; ".join(said) + "."

    def caption(self) -> str:
        """What the bands are and where they come from, in light markdown: the small type below the picture."""
        drawn = [
            lane
            for lane in self.wanted_lanes
            if any(lane in part.systems for s in self.strips.values() for part in s.lanes)
        ]
        keys = [found.source for found in self._intervals.values() if found.known]
        keys += [found.source for lane in drawn for name in self.show if (found := self.grade(*lane, name))]
        first = dict.fromkeys(key.split()[0] for key in keys if key)
        names = "; ".join(page.link(source(key).short, source(key).link) for key in first)
        ochre = f" Ochre: grades by {_and([title(*lane) for lane in drawn])}, the number inside." if drawn else ""
        return f"Gray: reference interval.{ochre} Sources: {names or 'none apply to this person'}."


def _and(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""


def _round_ticks(low: float, high: float, log: bool) -> list[float]:
    """A few round numbers between low and high."""
    if log:
        return [10.0**power for power in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]
    step = next(step for step in (0.5, 1, 2, 2.5, 5, 10, 20, 25, 50, 100, 250) if (high - low) / step <= 5)
    return list(np.arange(math.ceil(low / step), math.floor(high / step) + 1) * step)
