"""Of 1,000 people like this: shares drawn as people, each of whom is one mark.

People understand "9 of 1,000" better than "0.9 %", and better still what becomes of two shares together (which of those
with a positive test have the disease?). So each person is a mark, people of one kind stand together, and below stands
how many they are and what they have in common.

>>> found = Group("have it, and the test finds it", 27, *SEEN)
>>> rest = Group("do not have it", 973, *SPARED)
>>> FrequencyPicture([Crowd("", [found, rest])], "Of 1,000 people 27 have it", "ALLEN2008")
FrequencyPicture: Of 1,000 people 27 have it
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from helpers.blood.core.units import plain
from helpers.pictures import look
from helpers.pictures.live import LiveFigure, line
from helpers.pictures.still import TITLE_LETTERS, StillPicture

SEEN, MISSED = (look.INK["other"], "o", True), (look.INK["other"], "o", False)
ALARMED, SPARED = (look.GRADE_SHADE[3], "s", True), (look.NEUTRAL_EDGE, "s", False)
"""Ink, marker and whether it is filled: has it and was seen, has it and was missed; has it not and was alarmed, or
was spared. Any other ink and marker will do, if the kinds differ in marker or in filling too."""

_LEFT, _TOP, _LINE, _GAP = 12, 56, 22, 14
_COLUMNS = 50
_STEP = (look.WIDTH - 2 * _LEFT) / _COLUMNS


@dataclass(frozen=True)
class Group:
    """People of one kind."""

    words: str
    """What they have in common, to be read after their number: ``"have it, and the test finds it"``."""
    many: int
    ink: str
    marker: str
    """Matplotlib's letter."""
    filled: bool


@dataclass(frozen=True)
class Crowd:
    """All people of one picture, or of one of the pictures that are compared."""

    words: str
    """What this crowd got, a few words above it; "" where there is one crowd only."""
    groups: Sequence[Group]

    @property
    def people(self) -> int:
        """How many they are."""
        return sum(group.many for group in self.groups)


class FrequencyPicture(StillPicture):
    """One crowd or several, each person a mark; a panel may call :meth:`update` as a slider moves.

    Args:
        crowds: of the same number of people each, 50 at least.
        point: the picture's one point, in a sentence.
        sources: keys of ``data/sources.csv``.
        note: what a reader should know, in light markdown; stands before the sources.

    Raises:
        ValueError: no people, or crowds that cannot be compared.
    """

    def __init__(self, crowds: Sequence[Crowd], point: str, sources: str, note: str = "") -> None:
        sizes = {crowd.people for crowd in crowds}
        if len(sizes) != 1 or min(sizes) < _COLUMNS or any(group.many < 0 for c in crowds for group in c.groups):
            raise ValueError(
                f"Give crowds of the same number of people, {_COLUMNS} or more each; these have "
                f"{', '.join(map(str, sorted(sizes))) or 'none'}."
            )
        self.people = sizes.pop()
        self._rows = -(-self.people // _COLUMNS)
        heights = [self._height(crowd) for crowd in crowds]
        self.live = LiveFigure(look.WIDTH, round(_TOP + sum(heights)))
        self._title = self.live.title(_TOP - 2, _LEFT)
        top, self._marks, self._words = float(_TOP), [], []
        for crowd, height in zip(crowds, heights, strict=True):
            self._lay_out(crowd, top, height)
            top += height
        self.update(crowds, point, sources, note)

    def _height(self, crowd: Crowd) -> float:
        heading = _LINE if crowd.words else 0
        return heading + self._rows * _STEP + 8 + _LINE * len(crowd.groups) + _GAP

    def _lay_out(self, crowd: Crowd, top: float, height: float) -> None:
        live = self.live
        if crowd.words:
            live.text(_LEFT, top, crowd.words, fontweight="bold")
            top, height = top + _LINE, height - _LINE
        axes = live.sheet(0, top, look.WIDTH, height)
        box = (0, top, look.WIDTH, height)
        below = self._rows * _STEP + 8
        for place, group in enumerate(crowd.groups):
            middle = below + _LINE * (place + 0.5)
            fill = group.ink if group.filled else look.PAPER
            style = dict(
                linestyle="none", marker=group.marker, markersize=6.6, color=group.ink, markerfacecolor=fill,
                markeredgewidth=1.1,
            )  # fmt: skip
            self._marks.append(live.moving(axes.add_line(line([], [], **style)), box))
            axes.add_line(line([_LEFT + 5], [middle], **(style | {"markersize": 9})))
            words = live.text(_LEFT + 20, top + middle, va="center_baseline")
            self._words.append(live.moving(words, box))

    def update(self, crowds: Sequence[Crowd], point: str, sources: str = "", note: str = "") -> None:
        """Show other numbers of the same kinds of people.

        Raises:
            ValueError: other kinds, or another number of people, than the picture was made for.
        """
        groups = [group for crowd in crowds for group in crowd.groups]
        if len(groups) != len(self._marks) or any(crowd.people != self.people for crowd in crowds):
            raise ValueError(f"This picture shows {len(self._marks)} kinds among {self.people} people; give as many.")
        self.crowds, self._point, self.sources = tuple(crowds), point, sources or self.sources
        self._note = note
        at = iter(range(len(groups)))
        for crowd in crowds:
            first = 0
            for group in crowd.groups:
                place = next(at)
                places = range(first, first + group.many)
                first += group.many
                self._marks[place].set_data(
                    [_LEFT + (one // self._rows + 0.5) * _STEP for one in places],
                    [(one % self._rows + 0.5) * _STEP for one in places],
                )
                self._words[place].set_text(f"{plain(group.many)} {group.words}")
        self._title.set_text("\n".join(textwrap.wrap(point, TITLE_LETTERS)))

    def point(self) -> str:
        """The picture's title."""
        return self._point

    def describe(self) -> str:
        """The picture in words: its point, and how many of each kind there are in each crowd."""
        said = [f"{self._point}."]
        for crowd in self.crowds:
            counted = "; ".join(f"{plain(group.many)} {group.words}" for group in crowd.groups)
            who = f"{crowd.words}, of" if crowd.words else "Of"
            said.append(f"{who} {plain(self.people)} people: {counted}.")
        return " ".join(said)

    def caption(self) -> str:
        """How to read it."""
        said = f"Each mark is one of {plain(self.people)} people. {self._note}".strip()
        return f"{said} Sources: {self.links()}."
