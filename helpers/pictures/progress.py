"""Pictures of a learner's own way: how far, what changed between two tests, how well one knows what one knows.

They are functions of plain numbers, know no exercise, and use none of the inks of the blood lines. On white paper, so
that they print.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from helpers.pictures import look
from helpers.pictures.live import LiveFigure, line, rectangle
from helpers.pictures.still import StillPicture

LEFT, RIGHT_EDGE = 12, look.WIDTH - 12
_TITLE_END = 62


@dataclass(frozen=True)
class Part:
    """One notebook's questions by how they stand."""

    name: str
    right: int
    not_yet: int
    open: int

    @property
    def words(self) -> str:
        """``"5 right, 1 not yet, 7 open"``."""
        parts = ((self.right, "right"), (self.not_yet, "not yet"), (self.open, "open"))
        return ", ".join(f"{number} {word}" for number, word in parts if number)


class OwnPicture(StillPicture):
    """A picture of a learner's own numbers; it has no source but them."""

    sources = ""

    def caption(self) -> str:
        """How to read it."""
        return ""


class ProgressPicture(OwnPicture):
    """How far one is: one bar a notebook, dark right, hatched not yet, empty open.

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
        self.live = LiveFigure(look.WIDTH, _TITLE_END - 18 + self._ROW * len(parts))
        self.write_title()
        for place, part in enumerate(self.parts):
            self._draw(part, _TITLE_END - 22 + place * self._ROW)

    def point(self) -> str:
        """How many questions are right."""
        right = sum(part.right for part in self.parts)
        all_of_them = sum(part.right + part.not_yet + part.open for part in self.parts)
        if right == all_of_them:
            return f"All {right} questions are right"
        return f"{right} of {all_of_them} questions {'is' if right == 1 else 'are'} right so far"

    def describe(self) -> str:
        """Every bar in words."""
        return f"{self.point()}. " + "; ".join(f"{part.name}: {part.words}" for part in self.parts) + "."

    def caption(self) -> str:
        """How to read it."""
        return "Dark: right. Hatched: not yet. Empty: open."

    def _draw(self, part: Part, top: float) -> None:
        total = part.right + part.not_yet + part.open
        self.live.text(LEFT, top, part.name, fontweight="bold")
        axes = self.live.axes(LEFT, top + 22, RIGHT_EDGE - LEFT, self._BAR)
        axes.set_label(part.name)
        axes.set_xlim(0, total)
        axes.set_ylim(0, 1)
        axes.axis("off")
        styles = (
            (part.right, {"facecolor": look.INK["other"]}, look.PAPER),
            (part.not_yet, {"facecolor": look.NEUTRAL, "hatch": "////"}, look.TEXT),
            (part.open, {"facecolor": look.PAPER}, look.TEXT),
        )
        start = 0
        for number, style, ink in styles:
            if number:
                axes.add_patch(rectangle((start, 0), number, 1, edgecolor=look.QUIET, linewidth=1, **style))
                box = {"facecolor": style["facecolor"], "edgecolor": "none", "pad": 1.5}
                axes.text(
                    start + number / 2, 0.47, str(number), ha="center", va="center", color=ink, fontsize=look.SMALL,
                    fontfamily=look.FONT, bbox=box,
                )  # fmt: skip
            start += number


@dataclass(frozen=True)
class Pair:
    """One area's questions in two parallel tests."""

    name: str
    before: int
    after: int
    of: int


class ChangePicture(OwnPicture):
    """What changed between two parallel tests: one line an area, from a ring (before) to a dot (after).

    Args:
        pairs: one an area.

    Raises:
        ValueError: there is none.
    """

    _ROW, _PLOT_LEFT = 40, 150

    def __init__(self, pairs: Sequence[Pair]) -> None:
        if not pairs:
            raise ValueError("There is no area to show. Give at least one.")
        self.pairs = tuple(pairs)
        most = max(pair.of for pair in pairs)
        height = self._ROW * len(pairs)
        self.live = LiveFigure(look.WIDTH, _TITLE_END + height + 78)
        self.write_title()
        axes = self.live.axes(self._PLOT_LEFT, _TITLE_END - 6, RIGHT_EDGE - 18 - self._PLOT_LEFT, height)
        axes.set_label("change")
        axes.set_xlim(-0.15, most + 0.15)
        axes.set_ylim(len(pairs) - 0.5, -0.5)
        for side in ("left", "right", "top"):
            axes.spines[side].set_visible(False)
        axes.set_yticks([])
        axes.set_xticks(range(most + 1), [str(number) for number in range(most + 1)])
        axes.tick_params(labelsize=look.SMALL, labelfontfamily=look.FONT, labelcolor=look.QUIET)
        for place, pair in enumerate(self.pairs):
            self._draw(axes, pair, place)
            words = f"{pair.name}\n(of {pair.of})"
            self.live.text(LEFT, _TITLE_END - 3 + place * self._ROW, words, fontsize=look.SMALL, linespacing=1.1)
        self.live.text(self._PLOT_LEFT, _TITLE_END + height + 22, "questions right", fontsize=look.SMALL)
        legend = "○ before   ● after   ◉ the same"
        self.live.text(self._PLOT_LEFT, _TITLE_END + height + 46, legend, fontsize=look.SMALL)

    def point(self) -> str:
        """The whole change."""
        before, after, of = (sum(getattr(pair, name) for pair in self.pairs) for name in ("before", "after", "of"))
        if before == after:
            return f"{after} of {of} right, as before"
        return f"{after} of {of} right after the course, {before} before"

    def describe(self) -> str:
        """Every area in words."""
        parts = (f"{pair.name}: {pair.before} before, {pair.after} after, of {pair.of}" for pair in self.pairs)
        return f"{self.point()}. {'; '.join(parts)}."

    def caption(self) -> str:
        """What it is and what it is not."""
        return (
            "Two tests of twelve parallel questions. So few questions measure roughly: one more or less may be chance."
        )

    def _draw(self, axes, pair: Pair, place: int) -> None:
        ink = look.INK["other"]
        axes.add_line(line([0, pair.of], [place, place], color=look.NEUTRAL, linewidth=1))
        axes.add_line(line([pair.before, pair.after], [place, place], color=ink, linewidth=3))
        ring = {"marker": "o", "markersize": 13, "linestyle": "", "markeredgecolor": ink, "markeredgewidth": 2}
        axes.add_line(line([pair.before], [place], markerfacecolor=look.PAPER, **ring))
        same = pair.before == pair.after
        axes.add_line(line([pair.after], [place], markerfacecolor=ink, **(ring | {"markersize": 6 if same else 13})))


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
        axes.set_xlabel("how sure you were", fontsize=look.SMALL, fontfamily=look.FONT, color=look.TEXT)
        axes.set_ylabel("how often right", fontsize=look.SMALL, fontfamily=look.FONT, color=look.TEXT)
        for level in self.levels:
            share = level.right / level.answers
            axes.plot([level.confidence], [share], "o", color=look.INK["other"], markersize=10, clip_on=False)
            self._label(axes, level, share)

    def _label(self, axes, level: Level, share: float) -> None:
        below = 0.1 < share < level.confidence or share > 0.95
        axes.annotate(
            f"{level.right}/{level.answers}", (level.confidence, share), xytext=(0, -9 if below else 9),
            textcoords="offset points", ha="center", va="top" if below else "bottom", fontsize=look.SMALL,
            fontfamily=look.FONT, color=look.TEXT,
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
            "First answers only; beside each dot, how many of how many were right. Dashed: as often right as sure. "
            f"Brier score {self.brier:.2f} (0 is best; always saying one half gives 0.25)."
        )
