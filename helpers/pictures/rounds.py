"""What a round under the lens shows: one cell or one field to be named, and what came of twenty of them.

>>> from helpers.blood.cells.rounds import looks
>>> LookPicture("danger", looks("danger", 1)[0], number=1)
LookPicture: Cell 1 of 20 on the glass
>>> RoundPicture([Told("Blast", (True, True, False), 2.4)], limit=8)
RoundPicture: 2 of 3 were told rightly, least often: blast
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from helpers.blood.cells.film import LOOKS, Cells, Film, cell_kinds
from helpers.blood.cells.rounds import MANY, Look, field_of, round_set, seen_as
from helpers.blood.core.units import plain
from helpers.evidence import constant
from helpers.pictures import look as style
from helpers.pictures.film import FIELD, FieldPicture
from helpers.pictures.live import LiveFigure, line, plain_axis
from helpers.pictures.painted import SHARPNESS, PaintedPicture
from helpers.pictures.progress import OwnPicture
from helpers.pictures.stain import lay_cells, shine
from helpers.wording import counted, listed, small

_AROUND = ((0.14, 0.17), (0.88, 0.2), (0.85, 0.86), (0.12, 0.83))
"""Where red cells of the usual size lie around a cell, as shares of the glass."""
_UM = 7.5
"""Pixels as shown that a µm has around a single cell."""


class LookPicture(PaintedPicture):
    """One look of a round; its words do not name it before it is named.

    Args:
        of: key of the set.
        look: what is on the glass; None for an empty one.
        number: which look it is, from 1 on.
        named: whether it was named already: then the words say what it is.
        described: whether the words say how it looks, for those who do not see it.
    """

    width = 240
    sources = FieldPicture.sources

    def __init__(
        self, of: str, look: Look | None, number: int = 0, named: bool = False, described: bool = False
    ) -> None:
        self.set, self.look, self.number = round_set(of), look, number
        self.named, self.described = named, described
        self.width = FIELD if self.set.shows == "fields" else LookPicture.width

    # --- the picture ---

    def paint(self) -> np.ndarray:
        """The picture: uint8 of (side, side, 3)."""
        if self.look and self.set.shows == "fields":
            return FieldPicture(Film.of(self.look.name), field_of(self.look)).paint()
        side = round(self.width * SHARPNESS)
        glass = np.zeros((side, side, 3), dtype=np.float32)
        if self.look:
            beside = [("red_cell", constant("film_red_cell_diameter_um"), turn % LOOKS) for turn in range(len(_AROUND))]
            cells = [*beside, (self.look.name, self.look.width_um, self.look.which)]
            lay_cells(glass, cells, [(x * side, y * side) for x, y in (*_AROUND, (0.5, 0.5))], _UM * SHARPNESS)
        return shine(glass)

    # --- the words ---

    def point(self) -> str:
        """Which look it is; what it is once it was named."""
        if not self.look:
            return "Nothing on the glass yet"
        which = f"{self.set.one.capitalize()} {self.number} of {MANY}"
        return f"{which}: {self.set.label_of(self.look.name)}" if self.named else f"{which} on the glass"

    def describe(self) -> str:
        """The picture in words: no name before it was named, and how it looks only where that was asked for."""
        if not self.look:
            return f"{self.point()}."
        around = ", four red cells of the usual size around it" if self.set.shows == "cells" else ""
        said = [f"{self.point()}{around}."]
        if self.named or self.described:
            said.append(self.seen())
        return " ".join(said)

    def seen(self) -> str:
        """What is seen, in words that name neither the cell nor the film."""
        if self.set.shows == "cells":
            return f"About {self.look.width_um:.0f} µm wide. {seen_as()[self.look.name]}"
        cells = Film.of(self.look.name).field(field_of(self.look))
        return f"{_whole(cells)} {_others(cells)}"

    def caption(self) -> str:
        """Which look it is, and that it is drawn."""
        if not self.look:
            return ""
        told = f" {self.seen()}" if self.described and not self.named else ""
        return f"{self.point()}. Drawn by the course, not a photograph.{told}"


def _whole(cells: Cells) -> str:
    """How many red cells a field holds, and how wide they are."""
    kinds = np.array(cells.kinds, dtype=object)
    red = [kind for kind in cells.tally() if cell_kinds()[kind]["of"] == "red_cells"]
    wide = cells.diameter_um[np.isin(kinds, red)]
    if not len(wide):
        return "No red cells."
    return f"{counted(len(wide), 'red cell')}, {plain(round(float(wide.mean()), 1))} µm wide on average."


def _others(cells: Cells) -> str:
    """What else a field holds, by how it looks."""
    odd = {kind: many for kind, many in cells.tally().items() if kind != "red_cell"}
    said = [f"{counted(many, 'time')}: {seen_as()[kind]}" for kind, many in odd.items()]
    return "Among them and beside them, " + " ".join(said) if said else "Nothing else."


@dataclass(frozen=True)
class Told:
    """How one cell, or one film, was told in a round."""

    name: str
    """What it is called."""
    right: tuple[bool, ...]
    """Each time it was met, in order."""
    seconds: float
    """The median of the times taken; NaN where none was measured."""


class RoundPicture(OwnPicture):
    """How often, and how fast, each was told: a mark for each time it was met, and the median of the seconds.

    Args:
        told: one a cell or a film.
        limit: where the axis of seconds ends at the least.

    Raises:
        ValueError: there is none.
    """

    _ROW, _TOP = 46, 66
    _MARKS, _STEP, _LEFT = 24, 18, 318

    def __init__(self, told: Sequence[Told], limit: float) -> None:
        if not told:
            raise ValueError("There is nothing to show. Give at least one cell.")
        self.told = tuple(told)
        known = [one.seconds for one in told if not math.isnan(one.seconds)]
        self.most = max([limit, *(math.ceil(one) for one in known)])
        high = self._ROW * len(self.told)
        self.live = LiveFigure(style.WIDTH, self._TOP + high + 44)
        self.write_title()
        self.axes = self.live.axes(
            self._LEFT, self._TOP, style.WIDTH - self._LEFT - 18, high, xlim=(0, self.most), ylim=(len(self.told), 0)
        )
        plain_axis(self.axes, (0, self.most / 2, self.most), "median, seconds")
        for place, one in enumerate(self.told):
            self._draw(place, one)

    def _draw(self, place: int, one: Told) -> None:
        top = self._TOP + place * self._ROW
        self.live.text(12, top + 2, one.name, fontweight="bold")
        for number, right in enumerate(one.right):
            sign, ink = ("✓", style.INK["other"]) if right else ("✗", style.QUIET)
            self.live.text(self._MARKS + number * self._STEP, top + 22, sign, ha="center", color=ink)
        self.live.text(self._LEFT - 14, top + 22, f"{sum(one.right)} of {len(one.right)}", ha="right")
        if not math.isnan(one.seconds):
            self.axes.add_line(line([0, one.seconds], [place + 0.62] * 2, color=style.NEUTRAL_EDGE, linewidth=2))
            self.axes.add_line(
                line([one.seconds], [place + 0.62], color=style.INK["other"], marker="D", markersize=8, clip_on=False)
            )

    def point(self) -> str:
        """How many were told rightly, and which of them never missed."""
        right, met = sum(sum(one.right) for one in self.told), sum(len(one.right) for one in self.told)
        weak = min(self.told, key=lambda one: sum(one.right) / len(one.right))
        if right == met:
            return f"All {met} were told rightly"
        return f"{right} of {met} were told rightly, least often: {small(weak.name)}"

    def describe(self) -> str:
        """Every row in words."""
        rows = []
        for one in self.told:
            time = "" if math.isnan(one.seconds) else f", half of them within {plain(round(one.seconds, 1))} seconds"
            rows.append(f"{one.name}: {sum(one.right)} of {len(one.right)}{time}")
        return f"{self.point()}. {'; '.join(rows)}."

    def caption(self) -> str:
        """How to read it."""
        return (
            "A mark for each time it was met, in order: ✓ told, ✗ taken for another or not told in time. Diamond: the "
            "median of the seconds taken, where they were measured."
        )


def confused(taken: Sequence[tuple[str, str, int]]) -> str:
    """What was taken for what, in words: ``band for neutrophil (twice)``; names as they are called.

    Args:
        taken: what it was, what it was taken for, and how often.
    """
    times = {1: "once", 2: "twice"}
    return listed(f"{small(one)} for {small(other)} ({times.get(many, f'{many} times')})" for one, other, many in taken)


class FilmToTell(FieldPicture):
    """One field of a film without its name, for a question below it: the words say what is seen, and name nothing.

    Args:
        film: key of ``data/films.csv``, or a film.
        seed: which field.
        title: whose film it is.
        magnified: show the middle of the field twice as large.
    """

    def __init__(self, film: str | Film, seed: int, title: str, magnified: bool = False) -> None:
        super().__init__(Film.of(film) if isinstance(film, str) else film, seed, title, magnified)

    def point(self) -> str:
        """Whose film it is."""
        return self.title

    def describe(self) -> str:
        """What is seen of the field."""
        seen = np.flatnonzero(np.hypot(*(self.places * self.scale).T) < FIELD / 2)
        cells = Cells(
            tuple(self.cells.kinds[place] for place in seen), self.cells.diameter_um[seen], self.cells.looks[seen]
        )
        part = "the middle of a field" if self.magnified else "one field"
        return f"{self.title}: {part} under the oil lens. {_whole(cells)} {_others(cells)}"

    def caption(self) -> str:
        """That it is drawn."""
        wide = self.film.diameter_um / (2 if self.magnified else 1)
        return f"{wide:.0f} µm of a film; drawn by the course, not a photograph. {self.links()}."
