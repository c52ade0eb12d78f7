"""One count after treatment, many verdicts: where each system puts the limits of a complete response.

>>> ResponsePicture(BloodCount.of(hb=125, anc=1.6, plt=120, age_y=34, sex="female", trimester=0))
ResponsePicture: A complete response in 2 of 4 systems, 2 cannot tell
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from helpers.blood.care.response import BORROWED, COMPLETE, LEVELS, Response, ranked_systems, respond_all, response_rows
from helpers.blood.core.count import BloodCount
from helpers.blood.core.criteria import short_name
from helpers.blood.core.units import ANALYTES, plain
from helpers.blood.grading.reference import interval
from helpers.pictures import look
from helpers.pictures.live import LiveFigure, line, rectangle
from helpers.pictures.still import StillPicture
from helpers.wording import sources

_VALUES = {"hb": (60, 150), "anc": (0, 2.5), "plt": (0, 180)}
"""Short name to the ends of its axis."""
_LEFT, _COLUMN, _GAP, _TOP, _HEAD, _ROW, _BAR = 12, 112, 14, 58, 50, 62, 13
_AT = 40
"""Pixels from the top of a row to its bars."""
_SIGN = {True: "✓", False: "✗", None: "?"}
_VERDICT = {COMPLETE: "complete", "partial": "partial", "none": "no response", "cannot tell": "cannot tell"}


class ResponsePicture(StillPicture):
    """Each system a row, each line of the blood a column: the limit of a complete response, and the count.

    Args:
        now: the count to judge.
        systems: systems that know a complete response; all of them unless given.
        known: what else is known, as :func:`helpers.blood.care.response.respond` takes it.
    """

    def __init__(self, now: BloodCount, systems: Sequence[str] | None = None, **known: Any) -> None:
        self.systems = ranked_systems() if systems is None else tuple(systems)
        self._still: object = None
        self.update(now, **known)

    def update(self, now: BloodCount, **known: Any) -> None:
        """Judge another count."""
        self.now = now
        self.found: list[Response] = respond_all(now, self.systems, **known)
        self.sources = sources(*(one.source for one in self.found))
        still = str([(self.limits(system), one.borrowed) for system, one in zip(self.systems, self.found, strict=True)])
        if still != self._still:
            self._still = still
            self._draw()
        self._move()

    def limits(self, system: str) -> dict[str, tuple[float, str]]:
        """Limit and operator of a complete response by short name; NaN where the person's own cannot be told."""
        found = {}
        for row in response_rows(system):
            if row["response"] != COMPLETE:
                continue
            if row["rule"] == "lower_limit_normal":
                found[row["analyte"]] = (interval(row["analyte"], self.now.person).low, ">=")
            else:
                found[row["analyte"]] = (row["limit"], row["operator"])
        return found

    def _draw(self) -> None:
        height = _ROW * len(self.systems)
        self.live = LiveFigure(look.WIDTH, _TOP + _HEAD + height + 8)
        self.axes = {}
        for place, (analyte, (low, high)) in enumerate(_VALUES.items()):
            left = _LEFT + place * (_COLUMN + _GAP)
            ink = look.INK[ANALYTES[analyte].line]
            sign = look.SIGN[ANALYTES[analyte].line]
            self.live.text(left, _TOP, f"{sign} {short_name(analyte)}", color=ink)
            self.axes[analyte] = self.live.sheet(left, _TOP + _HEAD, _COLUMN, height, xlim=(low, high))
        for place, (system, one) in enumerate(zip(self.systems, self.found, strict=True)):
            top = place * _ROW
            marks = (" *" if one.confidence == "C" else "") + (" †" if one.borrowed else "")
            self.live.text(_LEFT, _TOP + _HEAD + top, one.label + marks, fontweight="bold")
            for analyte, (limit, _) in self.limits(system).items():
                self._limit(analyte, limit, top + _AT)
        self._make_moving(height)

    def _limit(self, analyte: str, limit: float, at: float) -> None:
        axes, (low, high) = self.axes[analyte], _VALUES[analyte]
        style = dict(facecolor=look.PAPER, edgecolor=look.NEUTRAL_EDGE, linewidth=0.8)
        axes.add_patch(rectangle((low, at), high - low, _BAR, **style))
        if not math.isnan(limit):
            axes.add_patch(rectangle((limit, at), high - limit, _BAR, facecolor=look.NEUTRAL, linewidth=0))
            axes.add_line(line([limit] * 2, [at, at + _BAR], color=look.TEXT, linewidth=2))

    def _make_moving(self, height: float) -> None:
        live = self.live
        self._title = live.title(_TOP - 8)
        box = (0, _TOP - 7, look.WIDTH, _HEAD + height + 15)
        self._amounts, self._marks = {}, {}
        for place, analyte in enumerate(_VALUES):
            ink, left = look.INK[ANALYTES[analyte].line], _LEFT + place * (_COLUMN + _GAP)
            self._amounts[analyte] = live.moving(live.text(left, _TOP + 21, color=ink), box)
            marks = line([], [], color=ink, marker=look.MARKER[ANALYTES[analyte].line], markersize=9, linestyle="none")
            marks.set(clip_on=False, markeredgecolor=look.PAPER)
            self.axes[analyte].add_line(live.moving(marks, box))
            self._marks[analyte] = marks
        rows = [_TOP + _HEAD + place * _ROW for place in range(len(self.systems))]
        self._verdicts = [live.moving(live.text(look.WIDTH - 12, top + 19, ha="right"), box) for top in rows]
        self._asked = {
            analyte: [live.moving(live.text(_LEFT + place * (_COLUMN + _GAP), top + 19), box) for top in rows]
            for place, analyte in enumerate(_VALUES)
        }

    def _move(self) -> None:
        for analyte, (low, high) in _VALUES.items():
            amount = getattr(self.now, analyte)
            self._amounts[analyte].set_text(self.now.shown(analyte, beside=False))
            at = math.nan if math.isnan(amount) else min(max(amount, low), high)
            rows = [place * _ROW + _AT + _BAR / 2 for place in range(len(self.systems))]
            self._marks[analyte].set_data([at] * len(rows), rows)
            for text, system, one in zip(self._asked[analyte], self.systems, self.found, strict=True):
                text.set_text(self._edge(analyte, system, one))
        for text, one in zip(self._verdicts, self.found, strict=True):
            sign = {COMPLETE: "✓ ", "cannot tell": "? "}.get(one.level, "")
            text.set_text(f"{sign}{_VERDICT[one.level]}")
            text.set_fontweight("bold" if one.level == COMPLETE else "normal")
        self._title.set_text("\n".join(self.lines(self.point())))

    def _edge(self, analyte: str, system: str, one: Response) -> str:
        """What a system asks of a value and whether it is so: "✓ ≥ 100"."""
        limit, operator = self.limits(system)[analyte]
        judged = next(c.met for c in one.criteria if c.analyte == analyte and c.level == COMPLETE)
        edge = "not known" if math.isnan(limit) else f"{'≥' if operator == '>=' else '>'} {plain(limit)}"
        return f"{_SIGN[judged]} {edge}"

    # --- the words ---

    def point(self) -> str:
        """The picture's title: in how many systems the response is complete."""
        complete = sum(one.level == COMPLETE for one in self.found)
        open_ = sum(one.level == "cannot tell" for one in self.found)
        many = len(self.found)
        if open_ == many:
            return "No system can tell yet whether this is a response"
        start = f"A complete response in {complete or 'none'} of {many} systems"
        return f"{start}, {open_} cannot tell" if open_ else start

    def describe(self) -> str:
        """The picture in words: its point, the count, then each system's verdict and why."""
        values = ", ".join(f"{short_name(name).lower()} {self.now.shown(name)}" for name in _VALUES)
        parts = [f"{self.point()}.", f"The count: {values}."]
        parts += [
            f"{one.label}: {LEVELS[one.level]}. {one.reason}{f' {BORROWED}' if one.borrowed else ''}"
            for one in self.found
        ]
        return " ".join(parts)

    def caption(self) -> str:
        """How to read it."""
        weak = any(one.confidence == "C" for one in self.found)
        star = " * Read in a weak source only." if weak else ""
        child = f" † {BORROWED}" if any(one.borrowed for one in self.found) else ""
        return (
            "Gray: where the system asks the value to be for a complete response; the marks are the count. Hemoglobin "
            f"in g/L, cells in ×10⁹/L.{star}{child} Sources: {self.links()}."
        )
