"""Transfuse or not? Each guideline's threshold for one situation, with a count held against all of them.

>>> ThresholdsPicture("platelets", "lumbar_puncture", BloodCount.of(plt=30))
ThresholdsPicture: At 30 ×10⁹/L, 4 of 5 would give platelets
>>> RecoveryPicture("b12")
RecoveryPicture: Vitamin B12 deficiency, treated: first signs by day 1, the last by day 56
"""

from __future__ import annotations

import math

from helpers.blood.care.first_steps import recovery_of, treatment_of
from helpers.blood.care.support import CANNOT_TELL, CONSIDER, GIVE, NOT_GIVE, TOPICS, Threshold, indications, thresholds
from helpers.blood.core.conclusions import caution
from helpers.blood.core.count import BloodCount
from helpers.blood.core.criteria import short_name
from helpers.blood.core.units import ANALYTES, course_unit, plain, show
from helpers.evidence import records
from helpers.pictures import look
from helpers.pictures.live import LiveFigure, line, plain_axis, rectangle
from helpers.pictures.still import StillPicture
from helpers.wording import capital, sources, sources_of

_LEFT, _RIGHT, _TOP, _ROW, _BAR, _AXIS = 12, 12, 92, 46, 16, 44
_AXIS_OF = {"plt": (0, 120, (0, 20, 40, 60, 80, 100, 120)), "hb": (20, 130, (20, 40, 60, 80, 100, 120))}
_FILL = {"plt": "#EADCFC", "hb": "#F6D9D2"}
_HERE = {GIVE: "yes", CONSIDER: "to be considered", NOT_GIVE: "no"}


class ThresholdsPicture(StillPicture):
    """Thresholds of transfusion by guideline; the band below a threshold is where it says "give".

    Args:
        topic: ``"red_cells"`` or ``"platelets"``.
        indication: the situation, a key of :func:`helpers.blood.care.support.indications`.
        count: the count to hold against them; none unless given.

    Raises:
        ValueError: no such topic or situation.
    """

    def __init__(self, topic: str, indication: str, count: BloodCount | None = None) -> None:
        self.topic, self.indication = topic, indication
        self.analyte = TOPICS.get(topic, "")
        self.update(count or BloodCount.of())

    def update(self, count: BloodCount) -> None:
        """Hold another count against the same thresholds."""
        self.found: list[Threshold] = thresholds(count, self.topic, self.indication)
        self.sources = sources(*(one.source for one in self.found))
        self.amount, self.shown = getattr(count, self.analyte), count.shown(self.analyte, beside=False)
        if not hasattr(self, "live"):
            self._draw()
        self._move()

    def _draw(self) -> None:
        height = _ROW * len(self.found)
        self.live = LiveFigure(look.WIDTH, _TOP + height + _AXIS)
        low, high, ticks = _AXIS_OF[self.analyte]
        axes = self.axes = self.live.axes(_LEFT, _TOP, look.WIDTH - _LEFT - _RIGHT, height, xlim=(low, high))
        axes.set_ylim(height, 0)
        plain_axis(axes, ticks, f"{short_name(self.analyte).lower()}, {course_unit(self.analyte)}")
        axes.get_xticklabels()[0].set_ha("left")
        if ticks[-1] == high:
            axes.get_xticklabels()[-1].set_ha("right")
        for place, one in enumerate(self.found):
            self._row(one, place * _ROW, low, high)
        self._make_moving(height)

    def _row(self, one: Threshold, at: float, low: float, high: float) -> None:
        ink, bar = look.INK[ANALYTES[self.analyte].line], at + _ROW - _BAR - 6
        weak = " *" if one.confidence == "C" else ""
        self.live.text(_LEFT, _TOP + at + 3, one.label + weak, fontweight="bold")
        self.axes.add_patch(
            rectangle((low, bar), high - low, _BAR, facecolor=look.PAPER, edgecolor=look.NEUTRAL_EDGE, linewidth=0.8)
        )
        if math.isnan(one.limit):
            return
        self.axes.add_patch(rectangle((low, bar), one.limit - low, _BAR, facecolor=_FILL[self.analyte], linewidth=0))
        self.axes.add_line(line([one.limit] * 2, [bar, bar + _BAR], color=ink, linewidth=3, solid_capstyle="butt"))

    def _make_moving(self, height: float) -> None:
        live, ink = self.live, look.INK[ANALYTES[self.analyte].line]
        self._title = live.title(29)
        live.text(12, 30, capital(self.situation), color=look.QUIET)
        box = (0, _TOP - 35, look.WIDTH, height + 35)
        bars = [((place + 1) * _ROW - _BAR - 8, (place + 1) * _ROW - 4) for place in range(len(self.found))]
        self._ticks = [y for ends in bars for y in (*ends, math.nan)]
        self._line = line([], [], color=ink, linewidth=2, linestyle=(0, (2, 1)), clip_on=False)
        self._head = line([], [], color=ink, marker=look.MARKER[ANALYTES[self.analyte].line], markersize=11)
        self._head.set(linestyle="none", clip_on=False, markeredgecolor=look.PAPER)
        for artist in (self._line, self._head):
            self.axes.add_line(live.moving(artist, box))
        self._label = live.moving(live.text(0, _TOP - 33, ha="center", fontweight="bold", color=ink), box)
        self._said = [
            live.moving(live.text(look.WIDTH - _RIGHT, _TOP + place * _ROW + 3, ha="right"), box)
            for place in range(len(self.found))
        ]

    def _move(self) -> None:
        low, high, _ = _AXIS_OF[self.analyte]
        known = not math.isnan(self.amount)
        at = min(max(self.amount, low), high) if known else math.nan
        self._line.set_data([at] * len(self._ticks), self._ticks)
        self._head.set_data([at], [-8])
        x = _LEFT + (look.WIDTH - _LEFT - _RIGHT) * ((at if known else low) - low) / (high - low)
        self._label.set_x(min(max(x, 62), look.WIDTH - 62) / look.WIDTH)
        self._label.set_text(self.shown if known else "")
        for text, one in zip(self._said, self.found, strict=True):
            text.set_text(self._said_of(one))
            text.set_fontweight("bold" if one.advice in (GIVE, CONSIDER) else "normal")
        self._title.set_text(self.point())

    def _said_of(self, one: Threshold) -> str:
        if math.isnan(one.limit):
            return "none routinely"
        edge = f"gives {'≤' if one.operator == '<=' else '<'} {plain(one.limit)}"
        return edge if math.isnan(self.amount) else f"{edge} · here: {_HERE.get(one.advice, one.advice)}"

    # --- the words ---

    @property
    def situation(self) -> str:
        """The situation in words."""
        return indications(self.topic)[self.indication]

    def point(self) -> str:
        """The picture's title: how many would give; the situation stands below it."""
        what = "platelets" if self.topic == "platelets" else "red cells"
        if math.isnan(self.amount):
            limits = sorted({one.limit for one in self.found if not math.isnan(one.limit)})
            if not limits:
                return f"No routine {what}"
            span = plain(limits[0]) if len(limits) == 1 else f"{plain(limits[0])} to {plain(limits[-1])}"
            none = sum(math.isnan(one.limit) for one in self.found)
            return f"Thresholds of {span}{f', none from {none}' if none else ''}"
        giving, considering = (sum(one.advice == advice for one in self.found) for advice in (GIVE, CONSIDER))
        more = f", {considering} consider{'s' if considering == 1 else ''} it" if considering else ""
        open_ = sum(one.advice == CANNOT_TELL for one in self.found)
        more += f", {open_} cannot tell" if open_ else ""
        return f"At {self.shown}, {giving} of {len(self.found)} would give {what}{more}"

    def describe(self) -> str:
        """The picture in words: its point, then each guideline's threshold and what it says of this count."""
        parts = [f"{self.point()}: {self.situation}."]
        for one in self.found:
            edge = "no routine transfusion"
            if not math.isnan(one.limit):
                limit = show(one.limit, self.analyte, beside=False)
                edge = f"gives {'at or ' if one.operator == '<=' else ''}below {limit}"
            said = "" if math.isnan(self.amount) else f"; here: {_HERE.get(one.advice, one.advice)}"
            parts.append(f"{one.label}: {edge}{said}.")
        return " ".join(parts)

    def caption(self) -> str:
        """How to read it."""
        weak = any(one.confidence == "C" for one in self.found)
        star = " * Read in a weak source only." if weak else ""
        return (
            f"In the shaded band the guideline says give. {caution('support', 'thresholds')}{star} They advise nobody. "
            f"Sources: {self.links()}."
        )


class RecoveryPicture(StillPicture):
    """What is to be expected by which day once a treatable cause is treated.

    Args:
        cause: a cause of ``data/recovery_times.csv``: b12, alcohol, copper, drug.

    Raises:
        ValueError: a cause without such times; the message lists those there are.
    """

    def __init__(self, cause: str) -> None:
        self.rows = recovery_of(cause)
        if not self.rows:
            known = ", ".join(dict.fromkeys(row["cause"] for row in records("recovery_times")))
            raise ValueError(f"There are no recovery times for {cause!r}. Choose among: {known}.")
        self.cause = treatment_of(cause)
        self.sources = sources_of(self.rows)
        self._draw()

    def _draw(self) -> None:
        top, row, last = self.title_end + 2, 44, max(one["day_high"] for one in self.rows)
        height = row * len(self.rows)
        self.live = LiveFigure(look.WIDTH, top + height + 46)
        self.write_title()
        step = next(days for days in (1, 2, 7, 14, 28) if last / days <= 9)
        end = step * math.ceil(last / step)
        axes = self.axes = self.live.axes(_LEFT, top, look.WIDTH - _LEFT - _RIGHT, height, xlim=(0, end))
        axes.set_ylim(height, 0)
        plain_axis(axes, range(0, end + 1, step), "days of treatment")
        axes.get_xticklabels()[0].set_ha("left")
        axes.get_xticklabels()[-1].set_ha("right")
        for place, one in enumerate(self.rows):
            self._row(one, place * row, top, end)

    def _row(self, one, at: float, top: float, end: int) -> None:
        self.live.text(_LEFT, top + at + 2, one["sign"])
        self.live.text(look.WIDTH - _RIGHT, top + at + 2, _days(one), ha="right", fontweight="bold")
        bar, ink = at + 24, look.INK[one["line"]]
        self.axes.add_patch(rectangle((0, bar), end, 12, facecolor="#F0F1F3", zorder=0.5))
        width = max(one["day_high"] - one["day_low"], end / 90)
        left = one["day_low"] if one["day_high"] > one["day_low"] else one["day_low"] - width / 2
        self.axes.add_patch(rectangle((left, bar), width, 12, facecolor=ink, label=one["id"]))

    def point(self) -> str:
        """The picture's title."""
        first, last = min(one["day_low"] for one in self.rows), max(one["day_high"] for one in self.rows)
        return f"{self.cause['label']}, treated: first signs by day {first}, the last by day {last}"

    def describe(self) -> str:
        """The picture in words."""
        return " ".join([f"{self.point()}.", *(f"{_days(one)}: {one['says']}" for one in self.rows)])

    def caption(self) -> str:
        """Where it comes from."""
        return f"Bar: when it is to be expected. Sources: {self.links()}."


def _days(one) -> str:
    low, high = one["day_low"], one["day_high"]
    return f"Day {low}" if low == high else f"Day {low} to {high}"
