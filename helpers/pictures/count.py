"""A blood count as a picture: each value on its own strip, against this person's reference interval and grade bands.

Each strip is one value. The gray band is the reference interval; the ochre bands are grades, light to dark, with their
number; where two editions differ they lie one above the other. The marker, in its line's ink, is the patient.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from helpers.blood.core.count import BloodCount
from helpers.blood.core.criteria import short_name
from helpers.blood.core.units import ANALYTES, Unit, conventional_unit, course_unit, plain, show, units_of
from helpers.blood.grading import systems
from helpers.blood.grading.reference import DEFAULT_REFERENCE, Reference, printed_low_end
from helpers.blood.grading.severity import title
from helpers.pictures import look
from helpers.pictures.count_words import CountWords, Lane
from helpers.pictures.count_words import lanes as _lanes
from helpers.pictures.live import Box, LiveFigure, LivePicture, quiet, rectangle
from helpers.pictures.live import line as draw_line
from helpers.wording import linked, listed, person_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from matplotlib.text import Text

STRIPS = ("hb", "anc", "plt", "retic", "mcv")
"""The values drawn unless others are asked for, top to bottom."""

_LEFT, _RIGHT = 78, 26
_HEADER, _LANE, _MARGIN, _TICKS, _GAP = 27, 18, 5, 20, 9
_TOP = 76
_NUMBER_ROOM = 36
"""Pixels between two numbers below an axis, at least."""


def shown_unit(analyte: str, units: str) -> Unit:
    """The unit of an axis: the course's (SI), the conventional one, or mmol/L where hemoglobin is given so."""
    if units == "conventional":
        return conventional_unit(analyte)
    mmol = [unit for unit in units_of(analyte) if units == "mmol" and unit.name == "mmol/L"]
    return mmol[0] if mmol else course_unit(analyte)


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
    lanes: list[Lane] = field(default_factory=list)
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


class CountPicture(CountWords, LivePicture):
    """The picture of one blood count.

    Args:
        count: the patient's count.
        show: short names of the values to draw, top to bottom.
        reference: reference set(s) for the gray bands and the lower limit of normal.
        lanes: systems and editions to draw as grade bands; those of :func:`lanes` unless given.
        units: ``"si"``, ``"conventional"`` or ``"mmol"``: which comes first; the other stands beside it.

    Raises:
        ValueError: a name in ``show`` that the course does not know, or nothing to show.
    """

    def __init__(
        self,
        count: BloodCount,
        show: Sequence[str] = STRIPS,
        reference: Reference = DEFAULT_REFERENCE,
        lanes: Sequence[tuple[str, str]] | None = None,
        units: str = "si",
    ) -> None:
        unknown = [name for name in show if name not in ANALYTES]
        if unknown or not show:
            known = ", ".join(ANALYTES)
            raise ValueError(f"Cannot draw {unknown[0] if unknown else 'nothing'}. Choose among: {known}.")
        super().__init__(show, reference, _lanes() if lanes is None else lanes)
        self.units = units
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
        self._title = self.live.title(50)
        subtitle = self.live.text(12, 51, fontsize=look.SMALL, color=look.QUIET)
        self._subtitle = self.live.moving(subtitle, (0, 50, look.WIDTH, _TOP - 50))
        self.strips = {analyte: self._strip(analyte) for analyte in self.show}

    def _box(self, analyte: str) -> Box:
        """Where a strip's moving artists stay."""
        return (0, self._tops[analyte], look.WIDTH, _HEADER + self._lanes_height(analyte) + 8)

    def _lanes_height(self, analyte: str) -> int:
        paired = sum(row["paired"] for row in self.wanted_lanes) if analyte in systems.items() else 0
        return max(1, paired) * _LANE + 2 * _MARGIN

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
        self.meet(count)
        some = any(found.known for found in self.intervals.values())
        gray = "Gray: reference interval," if some else "No reference interval for this"
        self._subtitle.set_text(f"{gray} {person_words(count.person)}")
        ends = {analyte: (str(found.low), str(found.high)) for analyte, found in self.intervals.items()}
        still = (self.units, ends, self.lanes)
        for strip in self.strips.values():
            strip.said = ""
        if still != self._still:
            self._still = still
            for strip in self.strips.values():
                strip.lanes = self.lanes[strip.analyte]
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
        quiet(axes, length=3, pad=2)
        inner = height - 2 * _MARGIN
        self._fill(strip, -math.inf, math.inf, _MARGIN, inner, "#F4F5F6", zorder=0.5)
        found = self.intervals[analyte]
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

    def _draw_lane(self, strip: Strip, lane: Lane, top: float, height: float) -> None:
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
                  va="center_baseline", color=look.QUIET, **look.LETTERS)  # fmt: skip

    def _ticks(self, strip: Strip) -> None:
        unit = shown_unit(strip.analyte, self.units)
        low, high = ANALYTES[strip.analyte].axis_low / unit.factor, ANALYTES[strip.analyte].axis_high / unit.factor
        ticks = self._with_ends(strip, _round_ticks(low, high, strip.log), unit.factor)
        places, words = [tick * unit.factor for tick in ticks], [plain(tick) for tick in ticks]
        if strip.log:
            places, words = [strip.zero, *places], ["0", *words]
        strip.axes.set_xticks(places, words)
        strip.axes.set_xticks([], minor=True)
        strip.axes.set_xlabel(str(unit), color=look.QUIET, ha="right", va="top", **look.LETTERS)
        strip.axes.xaxis.set_label_coords(-0.02 if strip.log else -0.04, -5 / self._lanes_height(strip.analyte))

    def _with_ends(self, strip: Strip, ticks: list[float], factor: float) -> list[float]:
        """The ticks of a value that stands alone, without grades: the ends of its interval take the nearest places."""
        found = self.intervals[strip.analyte]
        if len(self.show) > 1 or strip.lanes or strip.log or not found.known:
            return ticks
        ends = [end / factor for end in (found.low, found.high) if math.isfinite(end)]
        pixels = (look.WIDTH - _LEFT - _RIGHT) * factor / (strip.ends[1] - strip.ends[0])
        kept = [tick for tick in ticks if all(abs(tick - end) * pixels > _NUMBER_ROOM for end in ends)]
        return sorted([*kept, *ends])

    # --- what moves ---

    def update(self, count: BloodCount, units: str | None = None) -> None:
        """Show another count; what stands still is drawn again only if the person or the units changed."""
        self.count = count
        self.units = units or self.units
        met = (count.person, self.units, [printed_low_end(count, analyte) for analyte in self.show])
        if met != self._met:
            self._met = met
            self._meet(count)
        for strip in self.strips.values():
            self._move(strip)
        title = textwrap.wrap(self.point(), 48)
        if len(title) > 2:
            title = textwrap.wrap(self.point(graded=False), 48)
        self._title.set_text("\n".join(title[:2]))

    def _move(self, strip: Strip) -> None:
        amount = getattr(self.count, strip.analyte)
        known = not math.isnan(amount)
        verdict = self.verdict(strip.analyte)
        words = show(amount, strip.analyte, self.units) if known else "cannot tell"
        words += f" · {verdict}" if verdict in ("low", "high") else ""
        words += ", off the axis" if known and self.off_axis(strip.analyte, amount) else ""
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

    def describe(self) -> str:
        """The picture in words, for those who do not see it: its point, then each value with interval and grades."""
        parts = [f"Blood count of a {person_words(self.count.person)}. {self.point()}."]
        for strip in self.strips.values():
            strip.said = strip.said or self.value_words(strip.analyte)
        return " ".join(parts + [strip.said for strip in self.strips.values()])

    def caption(self) -> str:
        """What the bands are and where they come from, in light markdown: the small type below the picture."""
        shown = {lane for strip in self.strips.values() for part in strip.lanes for lane in part.systems}
        wanted = [(row["system"], row["edition"]) for row in self.wanted_lanes]
        drawn = [lane for lane in wanted if lane in shown]
        keys = [found.source for found in self.intervals.values() if found.known]
        keys += [found.source for lane in drawn for name in self.show if (found := self.grade(*lane, name))]
        names = linked(*(key.split()[0] for key in keys if key))
        ochre = f" Ochre: grades by {listed(title(*lane) for lane in drawn)}, the number inside." if drawn else ""
        return f"Gray: reference interval.{ochre} Sources: {names or 'none apply to this person'}."


def _round_ticks(low: float, high: float, log: bool) -> list[float]:
    """A few round numbers between low and high."""
    if log:
        return [10.0**power for power in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]
    step = next(step for step in (0.5, 1, 2, 2.5, 5, 10, 20, 25, 50, 100, 250) if (high - low) / step <= 5)
    return list(np.arange(math.ceil(low / step), math.floor(high / step) + 1) * step)
