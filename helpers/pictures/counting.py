"""What a differential says, and how surely: the share of each class with its exact limits.

>>> picture = DifferentialPicture()
>>> picture.update(Differential.of(["neutrophil"] * 3 + ["lymphocyte"] * 17, wbc=1.4), truth={"neutrophils": 15.0})
>>> picture.point().splitlines()[0]
'3 of 20 cells are neutrophils:'
>>> LimitsPicture()                            # how far the truth may lie from what was counted
LimitsPicture: 5 % of 100 cells may mean 1.6 to 11 %
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from helpers.blood.cells.differential import CLASSES, Differential
from helpers.blood.core.conclusions import caution
from helpers.blood.core.confidence_limits import exact_limits
from helpers.blood.core.units import plain
from helpers.pictures import look
from helpers.pictures.forest import ForestPicture, Mark, Scale, Study
from helpers.pictures.live import LiveFigure, LivePicture, line, plain_axis, rectangle

_LEFT, _RIGHT, _TOP, _ROW = 116, 156, 62, 34
_SHADE = "#F0F1F3"


class DifferentialPicture(LivePicture):
    """A live picture of a differential: what was counted, its limits, and, when asked for, the truth."""

    def __init__(self) -> None:
        self.live = LiveFigure(look.WIDTH, _TOP + _ROW * len(CLASSES) + 30)
        self._title = self.live.title(_TOP - 6)
        wide = look.WIDTH - _LEFT - _RIGHT
        self.axes = self.live.axes(_LEFT, _TOP, wide, _ROW * len(CLASSES), xlim=(0, 100), ylim=(len(CLASSES), 0))
        plain_axis(self.axes, (0, 25, 50, 75, 100), words=("0", "25", "50", "75", "100 %"))
        self._rows = {name: self._row(name, place) for place, name in enumerate(CLASSES)}
        self.update(Differential.of([]))

    def _row(self, name: str, place: int) -> tuple:
        """The artists of a class: whisker, point, truth and what is written at the right."""
        middle, ink = place + 0.5, look.INK["white"]
        top = _TOP + _ROW * place
        self.live.text(12, top + _ROW / 2, name, va="center_baseline")
        self.axes.add_patch(rectangle((0, place + 0.22), 100, 0.56, facecolor=_SHADE, zorder=0.5))
        box = (_LEFT - 10, top, look.WIDTH - _LEFT + 10, _ROW)
        moving = [
            line([], [], color=ink, linewidth=3, solid_capstyle="butt"),
            line([], [], color=ink, marker="s", markersize=9, markeredgecolor=look.PAPER, clip_on=False),
            line(
                [], [], color=look.TEXT, marker="D", markersize=9, markerfacecolor="none", markeredgewidth=2,
                clip_on=False,
            ),
        ]  # fmt: skip
        for artist in moving:
            self.axes.add_line(artist)
        written = self.live.text(look.WIDTH - 12, top + _ROW / 2, ha="right", va="center_baseline")
        found = tuple(self.live.moving(artist, box) for artist in (*moving, written))
        for artist in moving:
            artist.set_ydata([middle] * len(artist.get_xdata()))
        return found

    def update(self, seen: Differential, truth: Mapping[str, float] | None = None) -> None:
        """Show a differential.

        Args:
            seen: what was counted.
            truth: the real share of each class in percent, to be marked; None keeps it hidden.
        """
        self.seen, self.truth = seen, truth
        for place, (name, (whisker, point, real, written)) in enumerate(self._rows.items()):
            low, high = seen.limits(name)
            known, middle = seen.total > 0, place + 0.5
            whisker.set_data([low, high] if known else [], [middle] * 2 if known else [])
            point.set_data([seen.share(name)] if known else [], [middle] if known else [])
            shown = truth is not None and name in truth
            real.set_data([truth[name]] if shown else [], [middle] if shown else [])
            words = f"{seen.counted[name]}: {_percent(low)}–{_percent(high)} %" if known else ""
            written.set_text(words)
        self._title.set_text(self.point())

    def point(self) -> str:
        """The picture's title: what was counted of the neutrophils, and what that leaves open."""
        if not self.seen.total:
            return "Nothing counted yet"
        low, high = self.seen.limits("neutrophils")
        counted, total = self.seen.counted["neutrophils"], self.seen.total
        return f"{counted} of {total} cells are neutrophils:\nthe blood may hold {_percent(low)} to {_percent(high)} %"

    def describe(self) -> str:
        """The picture in words."""
        if not self.seen.total:
            return "Nothing counted yet: no class of white cells has a share."
        said = [f"{self.point()}.".replace("\n", " ")]
        for name in CLASSES:
            low, high = self.seen.limits(name)
            real = f", in truth {_percent(self.truth[name])} %" if self.truth and name in self.truth else ""
            said.append(f"{name} {self.seen.counted[name]}, 95 % limits {_percent(low)} to {_percent(high)} %{real};")
        return " ".join(said).rstrip(";") + "."

    def caption(self) -> str:
        """How to read it."""
        return (
            "Square: the share counted. Line: exact 95 % limits of chance alone (Clopper-Pearson, in the manner of "
            "Rümke's table), computed by the course. Open diamond: the truth, when shown."
        )


def _percent(share: float) -> str:
    """A share with one digit where it is near none or all."""
    if 0 < share < 0.05:
        return f"{share:.2f}"
    return f"{share:.1f}" if 0 < share < 9.95 or 98.95 < share < 100 else f"{share:.0f}"


class LimitsPicture(ForestPicture):
    """How far the truth may lie from what was counted: exact limits for several shares and numbers of cells.

    Args:
        shares: percent seen.
        cells: how many cells were counted; a pair that gives no whole number of cells is left out.
    """

    ink_line = "white"

    def __init__(self, shares: Sequence[float] = (1, 5, 20), cells: Sequence[int] = (100, 200, 500, 1000)) -> None:
        self.shares, self.cells = tuple(shares), tuple(cells)
        self.sources = "CYTOLOGY_ATLAS_18 GORCZYCA_BLASTS"
        top = 10 * math.ceil(exact_limits(round(max(shares) * min(cells) / 100), min(cells))[1] / 10)
        ticks = tuple(float(tick) for tick in range(0, top + 1, 10))
        scale = Scale("", 0, top, ticks, tuple(f"{tick:g} %" for tick in ticks), said="the truth, in percent")
        studies = tuple(self._study(share) for share in self.shares)
        self.sections = ((scale, studies),)
        self.draw()

    def _study(self, share: float) -> Study:
        marks = []
        for many in self.cells:
            events = share * many / 100
            if events == round(events):
                low, high = exact_limits(round(events), many)
                shown = f"{_percent(low)} to {_percent(high)} %"
                marks.append(Mark(f"{plain(events)} of {plain(many)} cells", shown, share, low, high))
        return Study(f"{plain(share)} % seen", math.nan, "", tuple(marks))

    def point(self) -> str:
        """The picture's title."""
        share, few = self.shares[len(self.shares) // 2], self.cells[0]
        low, high = exact_limits(round(share * few / 100), few)
        return f"{plain(share)} % of {few} cells may mean {_percent(low)} to {_percent(high)} %"

    def caption(self) -> str:
        """How it is computed."""
        return (
            "Exact binomial 95 % limits (Clopper-Pearson), computed by the course in the manner of Rümke's table. They "
            f"allow for chance alone. {caution('constants', 'blasts')} Sources: {self.links()}."
        )
