"""Pictures of a learner's own way: how far, what changed between two tests, how well one knows what one knows.

They are functions of plain numbers, know no exercise, and use none of the inks of the blood lines. On white paper, so
that they print.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from helpers.pictures import look
from helpers.pictures.live import LiveFigure, line, rectangle
from helpers.pictures.still import StillPicture

LEFT, RIGHT_EDGE = 12, look.WIDTH - 12


@dataclass(frozen=True)
class Part:
    """One notebook's questions by how they stand."""

    name: str
    right: int
    """At the first try without help."""
    helped: int
    """Right with hints, the solution or another try."""
    unscored: int
    not_yet: int
    open: int

    @property
    def all(self) -> int:
        """How many questions there are."""
        return self.right + self.helped + self.unscored + self.not_yet + self.open

    @property
    def words(self) -> str:
        """``"5 right at once, 2 right in the end, 1 not yet, 7 open"``."""
        parts = (
            (self.right, "right at once"),
            (self.helped, "right in the end"),
            (self.unscored, "not scored"),
            (self.not_yet, "not yet"),
            (self.open, "open"),
        )
        return ", ".join(f"{number} {word}" for number, word in parts if number)


class OwnPicture(StillPicture):
    """A picture of a learner's own numbers; it has no source but them."""

    sources = ""

    def caption(self) -> str:
        """How to read it."""
        return ""


class ProgressPicture(OwnPicture):
    """How far one is: one bar a notebook, by how its questions stand.

    Args:
        parts: one a notebook, in order.

    Raises:
        ValueError: there is none.
    """

    _ROW, _BAR = 68, 22

    def __init__(self, parts: Sequence[Part]) -> None:
        if not parts:
            raise ValueError("There is no notebook to show. Give at least one.")
        self.parts = tuple(parts)
        top = self.title_end
        self.live = LiveFigure(look.WIDTH, top + 4 + self._ROW * len(parts))
        self.write_title()
        for place, part in enumerate(self.parts):
            self._draw(part, top + place * self._ROW)

    def point(self) -> str:
        """How many questions are right."""
        right = sum(part.right for part in self.parts)
        if right == sum(part.all - part.unscored for part in self.parts):
            return f"All {right} questions were right at the first try"
        known = sum(part.all for part in self.parts)
        return f"{right} of {known} questions {'was' if right == 1 else 'were'} right at once"

    def describe(self) -> str:
        """Every bar in words."""
        return f"{self.point()}. " + "; ".join(f"{part.name}: {part.words}" for part in self.parts) + "."

    def caption(self) -> str:
        """How to read it."""
        return "Green: right at once. Dotted: right in the end. Gray: not scored. Hatched: not yet. Empty: open."

    def _draw(self, part: Part, top: float) -> None:
        self.live.text(LEFT, top, part.name, fontweight="bold")
        sides = dict(xlim=(0, part.all), ylim=(0, 1), label=part.name)
        axes = self.live.sheet(LEFT, top + 22, RIGHT_EDGE - LEFT, self._BAR, **sides)
        styles = (
            (part.right, {"facecolor": look.DONE}, look.PAPER),
            (part.helped, {"facecolor": look.NEUTRAL, "hatch": "..."}, look.TEXT),
            (part.unscored, {"facecolor": look.NEUTRAL}, look.TEXT),
            (part.not_yet, {"facecolor": look.PAPER, "hatch": "////"}, look.TEXT),
            (part.open, {"facecolor": look.PAPER}, look.TEXT),
        )
        start = 0
        for number, style, ink in styles:
            if number:
                axes.add_patch(rectangle((start, 0), number, 1, edgecolor=look.QUIET, linewidth=1, **style))
                box = {"facecolor": style["facecolor"], "edgecolor": "none", "pad": 1.5}
                style = look.LETTERS | dict(ha="center", va="center", color=ink, bbox=box)
                axes.text(start + number / 2, 0.47, str(number), **style)
            start += number


def may_be_chance(of: int) -> int:
    """By how many right answers two tests of one length may differ by chance alone, in 95 of 100 learners.

    By Lord's formula one test of ``of`` questions has a standard error of at most √(of²/4 / (of − 1)) right answers,
    half of them being right; a difference of two has √2 times that.
    """
    return int(1.96 * math.sqrt(2 * of**2 / 4 / (of - 1)))


@dataclass(frozen=True)
class Level:
    """Answers given with one confidence."""

    name: str
    """``"fairly sure"``."""
    confidence: float
    right: int
    answers: int


class CalibrationPicture(OwnPicture):
    """How sure one was, against how often one was right: on the diagonal the two agree.

    Args:
        levels: one a confidence, the least sure first.
        brier: mean squared distance of confidence and outcome.

    Raises:
        ValueError: there is no answer.
    """

    _SIDE, _PLOT_LEFT, _TOP = 280, 78, 44

    def __init__(self, levels: Sequence[Level], brier: float) -> None:
        if not any(level.answers for level in levels):
            raise ValueError("There is no answer with a confidence to show.")
        self.levels, self.brier = tuple(level for level in levels if level.answers), brier
        self.live = LiveFigure(look.WIDTH, self._TOP + self._SIDE + 62)
        self.write_title()
        axes = self.live.axes(self._PLOT_LEFT, self._TOP, self._SIDE + 110, self._SIDE)
        axes.set_label("calibration")
        axes.set_xlim(0.15, 1.05)
        axes.set_ylim(-0.06, 1.06)
        axes.add_line(line([0.15, 1], [0.15, 1], color=look.NEUTRAL_EDGE, linewidth=1.5, linestyle="--"))
        for side in ("right", "top"):
            axes.spines[side].set_visible(False)
        ticks = [0, 0.25, 0.5, 0.75, 1]
        axes.set_yticks(ticks, [f"{tick:.0%}" for tick in ticks])
        axes.set_xticks(ticks[1:], [f"{tick:.0%}" for tick in ticks[1:]])
        axes.tick_params(labelsize=look.SMALL, labelfontfamily=look.FONT, labelcolor=look.QUIET)
        axes.set_xlabel("how sure you were", color=look.TEXT, **look.LETTERS)
        axes.set_ylabel("how often right", color=look.TEXT, **look.LETTERS)
        for level in self.levels:
            share = level.right / level.answers
            axes.plot([level.confidence], [share], "o", color=look.INK["other"], markersize=10, clip_on=False)
            self._label(axes, level, share)

    def _label(self, axes, level: Level, share: float) -> None:
        below = 0.1 < share < level.confidence or share > 0.95
        axes.annotate(
            f"{level.right}/{level.answers}", (level.confidence, share), xytext=(0, -9 if below else 9),
            textcoords="offset points", ha="center", va="top" if below else "bottom", color=look.TEXT, **look.LETTERS,
        )  # fmt: skip

    def point(self) -> str:
        """Whether one was surer than right."""
        answers = sum(level.answers for level in self.levels)
        sure = sum(level.confidence * level.answers for level in self.levels) / answers
        right = sum(level.right for level in self.levels) / answers
        if abs(sure - right) < 0.1:
            return "You were about as often right as you were sure"
        if sure > right:
            return "You were surer than you were right"
        return "You were right more often than you thought"

    def describe(self) -> str:
        """Every level in words."""
        said = [f"{one.name} ({one.confidence:.0%}): {one.right} of {one.answers} right" for one in self.levels]
        return f"{self.point()}. {'; '.join(said)}. Brier score {self.brier:.2f}."

    def caption(self) -> str:
        """How to read it."""
        return (
            "First answers only, without a hint; beside each dot, how many of how many were right. "
            "Dashed: as often right as sure. "
            f"Brier score {self.brier:.2f} (0 is best; always saying one half gives 0.25)."
        )
