"""The lives of blood cells in pictures: how long each lives, and in what order the lines fall when the marrow stops.

>>> LivesPicture()
LivesPicture: Neutrophils live for hours or days, platelets for days, red cells for months
>>> StoppedPicture()
StoppedPicture: When the marrow stops, neutrophils fall first, then platelets, and red cells last
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from helpers.blood.cells.kinetics import LINES, Figure, day_below, hours, left, lives, time_words
from helpers.blood.core.conclusions import caution, conclude, concluded, subject_words
from helpers.evidence import constant_sources, records
from helpers.pictures import look
from helpers.pictures.lettering import width_of
from helpers.pictures.live import LiveFigure, line, plain_axis, quiet, rectangle
from helpers.pictures.still import StillPicture
from helpers.wording import capital, sources

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BILLION = 1e9
_LEFT, _RIGHT, _TOP, _HEADER, _LANE, _GAP = 12, 12, 84, 22, 24, 12
_FIRST_H, _LAST_H = 4, 24 * 420
_TICKS = {6: "6 hours", 24: "1 day", 24 * 7: "1 week", 24 * 30: "1 month", 24 * 365: "1 year"}


@dataclass(frozen=True)
class Block:
    """What is drawn of one line."""

    line: str
    name: str
    production: str
    """Id of the figure of cells made a day."""
    pool: str
    """Id of the figure of a share that rests out of the stream; "" where there is none."""
    pool_words: str
    lanes: tuple[tuple[str, str], ...]
    """Id of a figure, and what it is a figure of; ``marrow`` figures have hollow marks."""


@cache
def blocks() -> tuple[Block, ...]:
    """What is drawn, top to bottom: rows of ``data/lives_drawn.csv``."""
    found = []
    for which, same in groupby(records("lives_drawn"), key=lambda row: row["line"]):
        made, *rest = same
        lanes = tuple((row["figure"], row["words"]) for row in rest if row["part"] == "lane")
        pool = next(((row["figure"], row["words"]) for row in rest if row["part"] == "pool"), ("", ""))
        found.append(Block(which, made["words"], made["figure"], *pool, lanes))
    return tuple(found)


class LivesPicture(StillPicture):
    """How long each cell takes to be made and lives, how many are made a day, and how many rest out of the stream."""

    def __init__(self) -> None:
        self.figures = lives()
        self.used = [name for block in blocks() for name in (block.production, block.pool, *dict(block.lanes)) if name]
        self.sources = sources(*(self.figures[name]["source"] for name in self.used), without="COURSE")
        self._draw()

    # --- the picture ---

    def _draw(self) -> None:
        heights = [_block_height(block) for block in blocks()]
        self.live = LiveFigure(look.WIDTH, _TOP + sum(heights) + _GAP * (len(blocks()) - 1) + 12)
        self.write_title()
        top = _TOP
        self.axes: dict[str, Axes] = {}
        self._ruler(sum(heights) + _GAP * (len(blocks()) - 1))
        for block, height in zip(blocks(), heights, strict=True):
            self._draw_block(block, top)
            top += height + _GAP

    def _ruler(self, height: float) -> None:
        """Times that one can feel, above all blocks, with thin lines through them."""
        axes = self.live.axes(_LEFT, _TOP, look.WIDTH - _LEFT - _RIGHT, height, zorder=-1)
        _time_axis(axes, height)
        axes.xaxis.set_ticks_position("top")
        axes.set_xticks(list(_TICKS), list(_TICKS.values()))
        axes.set_xticks([], minor=True)
        quiet(axes, length=0, pad=2)
        axes.get_xticklabels()[-1].set_ha("right")

    def _draw_block(self, block: Block, top: float) -> None:
        live, ink = self.live, look.INK[block.line]
        height = _block_height(block)
        axes = self.axes[block.line] = live.axes(_LEFT, top, look.WIDTH - _LEFT - _RIGHT, height)
        _time_axis(axes, height)
        header = dict(fontweight="bold", color=ink)
        live.text(_LEFT + 3, top + 2, f"{look.SIGN[block.line]} {block.name}", **header)
        made = f"{self.figures[block.production]['value'] / _BILLION:.0f} billion made a day"
        live.text(look.WIDTH - _RIGHT, top + 2, made, ha="right", color=ink)
        at = _HEADER + 4
        axes.vlines(list(_TICKS), at, at + _LANE * len(block.lanes), color=look.NEUTRAL, linewidth=1, zorder=0)
        for name, words in block.lanes:
            self._draw_lane(axes, block.line, self.figures[name], words, at + _LANE / 2)
            at += _LANE
        if block.pool:
            self._draw_pool(block, top + at)

    def _draw_lane(self, axes: Axes, which: str, found: Figure, words: str, at: float) -> None:
        ink = look.INK[which]
        low, middle, high = hours(found)
        if high > low:
            axes.add_line(line([low, high], [at, at], color=ink, linewidth=5, solid_capstyle="butt", alpha=0.35))
        fill = look.PAPER if _in_marrow(found) else ink
        if found["value"] is not None:
            mark = dict(marker=look.MARKER[which], markersize=9, color=fill, markeredgecolor=ink, markeredgewidth=2)
            axes.add_line(line([middle], [at], linestyle="none", label=found["id"], **mark))
        else:
            ends = dict(marker="|", markersize=11, color=ink, markeredgewidth=2.5)
            axes.add_line(line([low, high], [at, at], linestyle="none", label=found["id"], **ends))
        said = f"{words}: {time_words(found, narrow=False)}"
        fits = axes.transData.transform((high, 0))[0] / self.live.sharpness + 20 + width_of(said) < look.WIDTH
        place, shift, side = (high, 11, "left") if fits else (low, -11, "right")
        style = look.LETTERS | dict(color=look.TEXT, va="center_baseline", textcoords="offset points")
        axes.annotate(said, (place, at), (shift, -0.5), ha=side, **style)

    def _draw_pool(self, block: Block, top: float) -> None:
        """A bar of all its cells in blood and pool; the dark end is the share that rests."""
        live, ink, share = self.live, look.INK[block.line], self.figures[block.pool]["value"] / 100
        axes = live.sheet(_LEFT + 3, top + 5, 150, 14, xlim=(0, 1), ylim=(0, 1))
        axes.add_patch(rectangle((0, 0), 1, 1, facecolor=look.PAPER, edgecolor=ink, linewidth=2))
        axes.add_patch(rectangle((1 - share, 0), share, 1, facecolor=ink))
        self.axes[f"{block.line} pool"] = axes
        words = f"{100 * share:.0f} % {block.pool_words}"
        live.text(_LEFT + 164, top + 12.5, words, va="center_baseline")

    # --- the words ---

    def point(self) -> str:
        """The picture's title, in a sentence."""
        return conclude("lives", "blood", self.used) or subject_words("lives", "blood")

    def describe(self) -> str:
        """The picture in words: each line with every figure drawn."""
        said = [f"{self.point()}. Times on a log axis from hours to a year."]
        for block in blocks():
            parts = [f"{self.figures[block.production]['value'] / _BILLION:.0f} billion made a day"]
            parts += [f"{words} {time_words(self.figures[name])}" for name, words in block.lanes]
            if block.pool:
                parts.append(f"{self.figures[block.pool]['value']:g} % {block.pool_words}")
            said.append(f"{block.name}: {'; '.join(parts)}.")
        return " ".join(said)

    def caption(self) -> str:
        """How to read it, what is disputed, and the sources, in light markdown."""
        return (
            f"Hollow: in the marrow; filled: in blood; pale bar: the range as printed. {caution('lives', 'blood')} A "
            "half-life is the time in which half are gone, shorter than a life. Shares, reserve and platelets a day "
            f"are computed by the course from published figures. Sources: {self.links()}."
        )


def _in_marrow(found: Figure) -> bool:
    return found["quantity"] in ("marrow_transit_d", "reserve_days")


def _time_axis(axes: Axes, height: float) -> None:
    axes.set_xscale("log")
    axes.set_xlim(_FIRST_H, _LAST_H)
    axes.set_ylim(height, 0)
    axes.set_yticks([])
    axes.set_xticks([])
    axes.set_xticks([], minor=True)
    quiet(axes)


def _block_height(block: Block) -> float:
    return _HEADER + 4 + _LANE * (len(block.lanes) + bool(block.pool))


# --- when the marrow stops ---

_DAYS = 21
_CHART_LEFT, _CHART_WIDE, _CHART_TOP, _CHART, _SEEN = 58, 428, 66, 250, 24
_NAME = {"red": "red cells", "platelets": "platelets", "white": "neutrophils"}
_NAMED_AT = {"red": (14.2, 96), "platelets": (11.2, 60), "white": (1.9, 3)}
"""Day and percent where each line's name stands."""
_MARKED = {"red": (9, 14, 19), "platelets": (8, 11, 14), "white": (3, 5, 7)}
"""Days on which each line has its marker."""
_CHAINS = (
    "neutrophil_chain_mtt_h", "neutrophil_chain_stages", "red_cell_chain_stages", "red_cell_chain_stage_d",
    "red_cell_marrow_d", "platelet_life_d", "platelet_marrow_d",
)  # fmt: skip


class StoppedPicture(StillPicture):
    """What is left of each line, day by day, once the marrow has stopped; below it, what was seen in people."""

    def __init__(self) -> None:
        lines = {"neutrophil": "white", "platelet": "platelets"}
        self.seen = [(lines[row["cell"]], row) for row in _anchors() if row["cell"] in lines]
        keys = (row["source"] for _, row in self.seen)
        self.sources = sources(constant_sources(*_CHAINS), *keys, without="COURSE")
        self._draw()

    def _draw(self) -> None:
        rows = 2 * _SEEN
        self.live = LiveFigure(look.WIDTH, _CHART_TOP + _CHART + rows + 78)
        self.write_title()
        self._draw_left()
        self._draw_seen(_CHART_TOP + _CHART + 14, rows)

    def _draw_left(self) -> None:
        axes = self.axes = self.live.axes(_CHART_LEFT, _CHART_TOP, _CHART_WIDE, _CHART)
        axes.set_xlim(0, _DAYS)
        axes.set_ylim(0, 103)
        axes.set_yticks([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100 %"])
        axes.set_xticks([])
        axes.grid(axis="y", color=look.NEUTRAL, linewidth=1)
        axes.set_axisbelow(True)
        quiet(axes, length=0)
        from matplotlib.patheffects import withStroke

        days = np.linspace(0, _DAYS, 10 * _DAYS + 1)
        self.curves: dict[str, Any] = {}
        for name in LINES:
            ink, with_marrow, without = look.INK[name], left(name, days), left(name, days, delivers=False)
            axes.fill_between(days, without, with_marrow, color=ink, alpha=0.12, linewidth=0)
            axes.plot(days, _until_gone(without), color=ink, linewidth=1.5, linestyle=(0, (4, 3)))
            marks = dict(marker=look.MARKER[name], markersize=9, markevery=[10 * day for day in _MARKED[name]])
            self.curves[name] = axes.plot(
                days, _until_gone(with_marrow), color=ink, linewidth=2.5, label=name, **marks
            )[0]
            day, percent = _NAMED_AT[name]
            style = look.LETTERS | dict(color=ink, fontweight="bold")
            axes.text(day, percent, _NAME[name], path_effects=[withStroke(linewidth=4, foreground=look.PAPER)], **style)

    def _draw_seen(self, top: float, height: float) -> None:
        """The published days, on the same axis as the curves."""
        live = self.live
        axes = self.seen_axes = live.axes(_CHART_LEFT, top + 20, _CHART_WIDE, height)
        axes.set_xlim(0, _DAYS)
        axes.set_ylim(2, 0)
        plain_axis(axes, range(0, _DAYS + 1, 7))
        live.text(12, top, "Seen in people", fontweight="bold")
        live.text(look.WIDTH - 12, top + height + 41, "days since the marrow stopped", ha="right", color=look.QUIET)
        for row, name in enumerate(("white", "platelets")):
            style = dict(marker=look.MARKER[name], markersize=9, linestyle="none", color=look.INK[name])
            found = [figure for which, figure in self.seen if which == name]
            axes.add_line(line([figure["value"] for figure in found], [row + 0.5] * len(found), label=name, **style))
            for figure in found:
                style = look.LETTERS | dict(va="center_baseline", color=look.INK[name])
                words, at = _said(figure, "mark"), (figure["value"], row + 0.5)
                axes.annotate(words, at, (8, -0.5), textcoords="offset points", **style)

    # --- the words ---

    def point(self) -> str:
        """The picture's title, in a sentence."""
        first, second, last = sorted(LINES, key=lambda name: day_below(name, 50))
        return f"When the marrow stops, {_NAME[first]} fall first, then {_NAME[second]}, and {_NAME[last]} last"

    def describe(self) -> str:
        """The picture in words: when each line is half and nearly gone, both ways, and what was seen in people."""
        said = [f"{self.point()}. What is left of each line, in percent, over {_DAYS} days, computed by the course."]
        for name in LINES:
            slow, fast = ([day_below(name, share, delivers) for share in (50, 10)] for delivers in (True, False))
            said.append(
                f"{capital(_NAME[name])}: half are left on day {slow[0]:g} and a tenth on day {slow[1]:g} if the "
                f"marrow still delivers what it had begun; on days {fast[0]:g} and {fast[1]:g} if nothing leaves it."
            )
        seen = [f"{_NAME[which]} {_said(figure, 'told')}" for which, figure in self.seen]
        return " ".join([*said, f"Seen in people: {'; '.join(seen)}."])

    def caption(self) -> str:
        """How to read it, what was computed, and the sources, in light markdown."""
        kept = next(row["value"] for row in _anchors() if row["quantity"] == "after_stop_kept_d")
        return (
            "Full line: the marrow still delivers the cells it had begun; broken: nothing leaves it any more. "
            "**Computed by the course** from published life spans, not measured; bleeding and infection, which use up "
            "cells, are left out. Below, in full marks, what was published; Gy: after such a dose of radiation. What "
            "was seen need not lie between the lines: "
            f"granulocytes were kept up for about {kept:g} days, where the full line has already fallen to "
            f"{left('white', kept):.0f} %. Sources: {self.links()}."
        )


def _anchors() -> list[Figure]:
    return [row for row in records("lives") if _said(row, "mark")]


def _said(figure: Figure, place: str) -> str:
    """What was seen when the marrow stopped: "told" in words, or as the "mark" of a picture; "" of another figure."""
    return next(iter(concluded("lives", "stopped", [figure["id"]], place)), "")


def _until_gone(percent: np.ndarray) -> np.ndarray:
    """A curve that ends where less than half a percent is left."""
    return np.where(percent >= 0.5, percent, np.nan)
