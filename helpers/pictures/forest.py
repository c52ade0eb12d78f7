"""Published figures as points with their limits, one below the other, grouped by study: what forest plots do.

Each figure has a line of words and a strip on which its point stands. Limits as printed are a full line, limits
computed by the course a broken one; where there is no line there are none. Figures to be compared, such as the arms of
a trial, stand close together beside one upright line, and what they are figures of stands above them. Where the page
has room for the roomy layout, each strip stands beside its words and not below them.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

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


@dataclass(frozen=True)
class Layout:
    """How wide a forest is, and where its words and its strips stand, in pixels."""

    width: int
    letters: int
    """Letters of a title that fit on one line."""
    begin: float = _LEFT
    """Where strips begin."""

    @property
    def beside(self) -> bool:
        """Whether strips stand between their words and the figure, and not below them."""
        return self.begin > _LEFT

    def end(self, studies: Sequence[Study]) -> float:
        """Where the strips of one axis end."""
        figures = [width_of(mark.shown, "bold") for study in studies for mark in study.marks] if self.beside else []
        return self.width - _RIGHT - (_APART + max(figures) if figures else 0)

    def who_lines(self, study: Study) -> list[str]:
        """Who stands behind the figures of a study, in lines."""
        return lines_of(study.who, self.width - _LEFT - _RIGHT - 8)

    def heading_lines(self, mark: Mark) -> list[str]:
        """What it and those compared with it are figures of, in lines."""
        return lines_of(capital(mark.heading), self.width - _LEFT - _RIGHT)

    def mark_lines(self, mark: Mark) -> list[str]:
        """The words beside the figure, in lines that do not run into it."""
        drawn_beside = self.beside and not math.isnan(mark.value)
        end = self.begin if drawn_beside else self.width - _RIGHT - width_of(mark.shown, "bold")
        return lines_of(mark.words, end - _APART - _LEFT - (_ASIDE if mark.compared else 0))

    def heading_height(self, mark: Mark) -> float:
        """Pixels that the heading of a figure takes."""
        return _ABOVE + _LINE * len(self.heading_lines(mark)) if mark.heading else 0

    def height(self, mark: Mark) -> float:
        """Pixels from a figure's words to the next ones, without its heading."""
        below = _CLOSE if mark.place in (Place.FIRST, Place.INSIDE) else _BELOW
        bare = self.beside or math.isnan(mark.value)
        return _LINE * len(self.mark_lines(mark)) + (below / 2 if bare else _STRIP + below)

    def section_height(self, scale: Scale, studies: Sequence[Study]) -> float:
        """Pixels that the studies of one axis take, with it."""
        height = 0.0
        for study in studies:
            height += _LINE * (1 + len(self.who_lines(study))) + _GAP
            height += sum(self.heading_height(mark) + self.height(mark) for mark in study.marks)
        return height + _axis_height(scale)


USUAL, ROOMY = Layout(look.WIDTH, TITLE_LETTERS), Layout(840, 80, begin=330)


class ForestPicture(StillPicture):
    """A picture of published figures; a kind of it says its point and lays out its studies."""

    sections: tuple[tuple[Scale, tuple[Study, ...]], ...]
    """Top to bottom: an axis and the studies on it."""
    ink_line: str = "other"
    """The line whose ink and marker the points have."""
    shown_width = look.WIDTH
    """The same for all, so that their letters are of one size whatever their height."""

    def draw(self, layout: Layout = USUAL) -> None:
        """Paint the figure."""
        self.layout = layout
        top = 18 + 20 * len(self.lines(self.point(), layout.letters))
        self.live = LiveFigure(layout.width, top + sum(layout.section_height(*section) for section in self.sections))
        self.write_title(layout.letters)
        self.axes: list[Axes] = []
        for scale, studies in self.sections:
            height = layout.section_height(scale, studies)
            self._draw_section(scale, studies, top, height - _axis_height(scale))
            top += height

    def drawn_as(self, layout: Layout) -> bytes:
        """The same picture in another layout, in few bytes."""
        other = copy.copy(self)
        other.draw(layout)
        image = other.image(small=True)
        other.rest()
        return image

    def _draw_section(self, scale: Scale, studies: Sequence[Study], top: float, height: float) -> None:
        live, layout = self.live, self.layout
        begin, end = layout.begin, layout.end(studies)
        axes = live.axes(begin, top, end - begin, height)
        axes.set_xscale("log" if scale.log else "linear")
        axes.set_xlim(scale.low, scale.high)
        axes.set_ylim(height, 0)
        plain_axis(axes, scale.ticks, words=scale.words)
        axes.set_xticks([], minor=True)
        first, last = axes.get_xticklabels()[0], axes.get_xticklabels()[-1]
        first.set_ha("left" if scale.ticks[0] == scale.low else "center")
        last.set_ha("right" if scale.ticks[-1] == scale.high else "center")
        live.text(end, top + height + 23, scale.label, ha="right", color=look.QUIET)
        self.axes.append(axes)
        at = 0.0
        for study in studies:
            live.text(_LEFT, top + at, study.name, fontweight="bold")
            live.text(layout.width - _RIGHT, top + at, _people(study), ha="right", color=look.QUIET)
            at += _LINE
            for words in layout.who_lines(study):
                live.text(_LEFT, top + at, words, color=look.QUIET)
                at += _LINE
            first = at
            for mark in study.marks:
                for place, words in enumerate(layout.heading_lines(mark)):
                    live.text(_LEFT, top + at + _ABOVE + _LINE * place, words)
                at += layout.heading_height(mark)
                first = at if mark.place is Place.FIRST else first
                self._draw_words(mark, top + at)
                if not math.isnan(mark.value):
                    self._draw_point(axes, scale, mark, at + self._to_strip(mark))
                at += layout.height(mark)
                if mark.place is Place.LAST:
                    ends = [first + 2, at - _BELOW]
                    axes.add_line(line([(_LEFT / 2 - begin) / (end - begin)] * 2, ends, **_together(axes)))
            at += _GAP

    def _to_strip(self, mark: Mark) -> float:
        """Pixels from the top of a figure's words to its strip."""
        return 2 if self.layout.beside else _LINE * len(self.layout.mark_lines(mark)) + 1

    def _draw_words(self, mark: Mark, top: float) -> None:
        ink = look.INK[self.ink_line]
        self.live.text(self.layout.width - _RIGHT, top, mark.shown, ha="right", color=ink, fontweight="bold")
        for place, words in enumerate(self.layout.mark_lines(mark)):
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


def _together(axes: Axes) -> dict[str, Any]:
    """The upright line beside figures that are compared."""
    style = dict(color=look.NEUTRAL_EDGE, linewidth=3, solid_capstyle="butt", clip_on=False)
    return style | {"transform": axes.get_yaxis_transform()}


def _people(study: Study) -> str:
    if math.isnan(study.people):
        return ""
    apart = any(mark.compared for mark in study.marks)
    return f"n {study.people:g}{' in each group' if apart else ''}"


def _axis_height(scale: Scale) -> float:
    return _AXIS + (_LINE if scale.label else 0)
