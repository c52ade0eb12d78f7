"""Published figures as points with their limits, one below the other, grouped by study: what forest plots do.

Each figure has a line of words and a strip on which its point stands. Limits as printed are a full line, limits
computed by the course a broken one; where there is no line there are none. Figures to be compared, such as the arms of
a trial, stand close together beside one upright line, and what they are figures of stands above them.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from helpers.pictures import look
from helpers.pictures.lettering import lines_of, width_of
from helpers.pictures.live import LiveFigure, line, plain_axis, rectangle
from helpers.pictures.still import TITLE_LETTERS, StillPicture
from helpers.wording import capital

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEFT, _RIGHT = 12, 12
_APART = 16
"""Pixels at least between a figure's words and the figure."""
_LINE, _STRIP, _GAP, _AXIS = 19, 14, 9, 27
_BELOW, _CLOSE, _ABOVE, _ASIDE = 8, 4, 6, 10
"""Pixels between a strip and the next words, between two that are compared, above what these are figures of, and how
far these stand to the right."""
STRIP_SHADE = "#F0F1F3"


class Place(Enum):
    """Where a figure stands among those it is compared with."""

    ALONE, FIRST, INSIDE, LAST = "alone", "first", "inside", "last"


@dataclass(frozen=True)
class Mark:
    """One published figure."""

    words: str
    """What it is a figure of."""
    shown: str
    """The figure as it is written; "" where the words say it all."""
    value: float
    """Where its point stands; NaN where no figure was printed."""
    low: float = math.nan
    high: float = math.nan
    computed: bool = False
    """Whether the course computed the limits."""
    start: float = math.nan
    """Where the value stood before; an arrow leads from there."""
    heading: str = ""
    """What it and those compared with it are figures of; it stands above the first of them."""
    place: Place = Place.ALONE

    @property
    def compared(self) -> bool:
        """Whether it stands beside others that it is compared with."""
        return self.place is not Place.ALONE

    @property
    def height(self) -> float:
        """Pixels from its words to the next ones, without its heading."""
        below = _CLOSE if self.place in (Place.FIRST, Place.INSIDE) else _BELOW
        return _LINE * len(_mark_lines(self)) + (below / 2 if math.isnan(self.value) else _STRIP + below)

    @property
    def limited(self) -> bool:
        """Whether it has limits."""
        return not (math.isnan(self.low) or math.isnan(self.high))


@dataclass(frozen=True)
class Study:
    """The figures of one study."""

    name: str
    people: float
    """How many stand behind each of its figures; NaN where that differs from figure to figure or is not known."""
    who: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Scale:
    """The axis that several studies share."""

    label: str
    """What stands below it; "" where the ticks say it all."""
    low: float
    high: float
    ticks: tuple[float, ...]
    words: tuple[str, ...]
    """What stands at each tick."""
    said: str = ""
    """What the axis is called in the alt text; its label unless given."""
    log: bool = False
    still: float = math.nan
    """Where a line stands that means "no difference"."""


class ForestPicture(StillPicture):
    """A picture of published figures; a kind of it says its point and lays out its studies."""

    sections: tuple[tuple[Scale, tuple[Study, ...]], ...]
    """Top to bottom: an axis and the studies on it."""
    ink_line: str = "other"
    """The line whose ink and marker the points have."""
    shown_width = look.WIDTH
    """The same for all, so that their letters are of one size whatever their height."""

    def draw(self) -> None:
        """Paint the figure."""
        title = len(textwrap.wrap(self.point(), TITLE_LETTERS))
        top = 18 + 20 * title
        self.live = LiveFigure(look.WIDTH, top + sum(_section_height(*section) for section in self.sections))
        self.write_title()
        self.axes: list[Axes] = []
        for scale, studies in self.sections:
            height = _section_height(scale, studies)
            self._draw_section(scale, studies, top, height - _axis_height(scale))
            top += height

    def _draw_section(self, scale: Scale, studies: Sequence[Study], top: float, height: float) -> None:
        live = self.live
        axes = live.axes(_LEFT, top, look.WIDTH - _LEFT - _RIGHT, height)
        axes.set_xscale("log" if scale.log else "linear")
        axes.set_xlim(scale.low, scale.high)
        axes.set_ylim(height, 0)
        plain_axis(axes, scale.ticks, words=scale.words)
        axes.set_xticks([], minor=True)
        first, last = axes.get_xticklabels()[0], axes.get_xticklabels()[-1]
        first.set_ha("left" if scale.ticks[0] == scale.low else "center")
        last.set_ha("right" if scale.ticks[-1] == scale.high else "center")
        live.text(look.WIDTH - _RIGHT, top + height + 23, scale.label, ha="right", color=look.QUIET)
        self.axes.append(axes)
        at = 0.0
        for study in studies:
            live.text(_LEFT, top + at, study.name, fontweight="bold")
            live.text(look.WIDTH - _RIGHT, top + at, _people(study), ha="right", color=look.QUIET)
            at += _LINE
            for words in _who_lines(study):
                live.text(_LEFT, top + at, words, color=look.QUIET)
                at += _LINE
            first = at
            for mark in study.marks:
                for place, words in enumerate(_heading_lines(mark)):
                    live.text(_LEFT, top + at + _ABOVE + _LINE * place, words)
                at += _heading_height(mark)
                first = at if mark.place is Place.FIRST else first
                self._draw_words(mark, top + at)
                if not math.isnan(mark.value):
                    self._draw_point(axes, scale, mark, at + _LINE * len(_mark_lines(mark)) + 1)
                at += mark.height
                if mark.place is Place.LAST:
                    self._draw_together(axes, first + 2, at - _BELOW)
            at += _GAP

    def _draw_together(self, axes: Axes, first: float, last: float) -> None:
        """The upright line beside figures that are compared."""
        ends = ([-_LEFT / 2 / (look.WIDTH - _LEFT - _RIGHT)] * 2, [first, last])
        style = dict(color=look.NEUTRAL_EDGE, linewidth=3, solid_capstyle="butt", clip_on=False)
        axes.add_line(line(*ends, transform=axes.get_yaxis_transform(), **style))

    def _draw_words(self, mark: Mark, top: float) -> None:
        ink = look.INK[self.ink_line]
        self.live.text(look.WIDTH - _RIGHT, top, mark.shown, ha="right", color=ink, fontweight="bold")
        for place, words in enumerate(_mark_lines(mark)):
            self.live.text(_LEFT + (_ASIDE if mark.compared else 0), top + _LINE * place, words)

    def _draw_point(self, axes: Axes, scale: Scale, mark: Mark, at: float) -> None:
        """The strip from ``at`` on, with the point, its limits, and where it came from."""
        ink, middle = look.INK[self.ink_line], at + _STRIP / 2
        strip = rectangle((scale.low, at), scale.high - scale.low, _STRIP, facecolor=STRIP_SHADE, zorder=0.5)
        axes.add_patch(strip)
        if not math.isnan(scale.still):
            axes.add_line(line([scale.still] * 2, [at, at + _STRIP], color=look.TEXT, linewidth=1.5, zorder=1))
        if mark.limited:
            dashes = dict(linestyle=(0, (3, 2))) if mark.computed else {}
            whisker = dict(color=ink, linewidth=2.5, solid_capstyle="butt", zorder=2)
            axes.add_line(line([mark.low, mark.high], [middle] * 2, **whisker, **dashes))
            for end in (mark.low, mark.high):
                axes.add_line(line([end] * 2, [middle - 5, middle + 5], color=ink, linewidth=2, zorder=2))
        if not math.isnan(mark.start):
            arrow = dict(arrowstyle="-|>", color=ink, linewidth=1.5, shrinkA=0, shrinkB=5)
            axes.annotate("", (mark.value, middle), (mark.start, middle), arrowprops=arrow)
        point = dict(marker=look.MARKER[self.ink_line], markersize=10, markeredgecolor=look.PAPER, color=ink, zorder=3)
        axes.add_line(line([mark.value], [middle], linestyle="none", clip_on=False, label=mark.words, **point))

    # --- the words ---

    def describe(self) -> str:
        """The picture in words: its point, then each study with each of its figures."""
        said = [f"{self.point()}."]
        for scale, studies in self.sections:
            label = scale.said or scale.label
            said.append(f"{capital(label)}:")
            for study in studies:
                figures = "; ".join(
                    ": ".join(filter(None, (mark.heading, mark.words, mark.shown))) for mark in study.marks
                )
                who = "; ".join(filter(None, (_people(study), study.who)))
                said.append(f"{study.name}{f' ({who})' if who else ''}: {figures}.")
        return " ".join(said)


def _people(study: Study) -> str:
    if math.isnan(study.people):
        return ""
    apart = any(mark.compared for mark in study.marks)
    return f"n {study.people:g}{' in each group' if apart else ''}"


def _who_lines(study: Study) -> list[str]:
    return lines_of(study.who, look.WIDTH - _LEFT - _RIGHT - 8)


def _mark_lines(mark: Mark) -> list[str]:
    """The words beside the figure, in lines that do not run into it."""
    aside = _ASIDE if mark.compared else 0
    return lines_of(mark.words, look.WIDTH - _LEFT - _RIGHT - aside - _APART - width_of(mark.shown, "bold"))


def _heading_lines(mark: Mark) -> list[str]:
    return lines_of(capital(mark.heading), look.WIDTH - _LEFT - _RIGHT)


def _heading_height(mark: Mark) -> float:
    return _ABOVE + _LINE * len(_heading_lines(mark)) if mark.heading else 0


def _section_height(scale: Scale, studies: Sequence[Study]) -> float:
    height = 0.0
    for study in studies:
        height += _LINE * (1 + len(_who_lines(study))) + _GAP
        height += sum(_heading_height(mark) + mark.height for mark in study.marks)
    return height + _axis_height(scale)


def _axis_height(scale: Scale) -> float:
    return _AXIS + (_LINE if scale.label else 0)
