"""Cells side by side on plain glass, each with its name below it.

>>> PortraitsPicture(["neutrophil", "lymphocyte", "monocyte"], "Three white cells")
PortraitsPicture: Three white cells
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from helpers.blood.cells.film import Cells, cell_kinds, cell_name
from helpers.blood.core.units import plain
from helpers.pictures import look
from helpers.pictures.painted import SHARPNESS, PaintedPicture, Pen, written
from helpers.pictures.stain import lay_cells, shine
from helpers.wording import sources_of

_LINE = 18
"""Pixels from one line of words to the next."""


@dataclass(frozen=True)
class Shelf:
    """Cells in rows under a title, with words below each. All measures are pixels as shown."""

    cells: Cells
    below: Sequence[str]
    """Words below each cell, one line or more; all of them as many."""
    title: Sequence[str]
    """Lines of the title."""
    columns: int
    room: float
    """Pixels from top to bottom that a cell has."""
    scale: float
    """Pixels a µm."""
    width: int = look.WIDTH
    rows: int = 1
    """Rows at the least, so that a shelf with fewer cells is as high as a full one."""

    @property
    def _top(self) -> float:
        return 10 + 20 * len(self.title)

    @property
    def _row(self) -> float:
        lines = max((words.count("\n") + 1 for words in self.below), default=1)
        return self.room + _LINE * lines + 12

    def places(self) -> list[tuple[float, float]]:
        """The middle of each cell."""
        tile = self.width / self.columns
        return [
            ((number % self.columns + 0.5) * tile, self._top + number // self.columns * self._row + self.room / 2 + 4)
            for number in range(len(self.cells))
        ]

    def paint(self) -> np.ndarray:
        """The picture: uint8 of (height, width, 3)."""
        rows = max(self.rows, math.ceil(len(self.cells) / self.columns))
        height = self._top + rows * self._row
        glass = np.zeros((round(height * SHARPNESS), round(self.width * SHARPNESS), 3), dtype=np.float32)
        middles = [(x * SHARPNESS, y * SHARPNESS) for x, y in self.places()]
        lay_cells(glass, self.cells, middles, self.scale * SHARPNESS)
        painted = shine(glass)
        painted[: round((self._top - 4) * SHARPNESS)] = 255
        return written(painted, SHARPNESS, self._write)

    def _write(self, pen: Pen) -> None:
        for number, words in enumerate(self.title):
            pen.write(12, 4 + 20 * number, words, "la", bold=True)
        for words, (x, y) in zip(self.below, self.places(), strict=True):
            for number, line in enumerate(words.split("\n")):
                pen.write(x, y + self.room / 2 + 4 + _LINE * number, line, "ma")


class PortraitsPicture(PaintedPicture):
    """Cells side by side, at one scale, each with its name; in words also how wide it is.

    Args:
        kinds: keys of ``data/film_cells.csv``.
        title: the picture's one point, in a sentence.
        columns: how many stand in a row.

    Raises:
        ValueError: nothing to draw, or a kind that is not in the table.
    """

    def __init__(self, kinds: Sequence[str], title: str, columns: int = 4) -> None:
        unknown = [kind for kind in kinds if kind not in cell_kinds()]
        if unknown or not kinds:
            known = ", ".join(cell_kinds())
            raise ValueError(f"Cannot draw {unknown[0] if unknown else 'nothing'}. Choose among: {known}.")
        self.kinds, self.title = tuple(kinds), title
        self.sources = sources_of(cell_kinds()[kind] for kind in kinds)
        wide = np.array([cell_kinds()[kind]["drawn_um"] for kind in kinds])
        columns = min(columns, len(kinds))
        scale = min(6.0, (self.width / columns - 22) / (wide.max() * 1.1))
        cells = Cells(self.kinds, wide, np.arange(len(kinds)) % 3)
        names = [textwrap.wrap(cell_name(kind), round(13 * 4 / columns)) for kind in kinds]
        lines = max(map(len, names))
        below = ["\n".join([*name, *[""] * (lines - len(name))]) for name in names]
        self.shelf = Shelf(cells, below, self.lines(title), columns, wide.max() * 1.15 * scale, scale)

    def paint(self) -> np.ndarray:
        """The picture: uint8 of (height, width, 3)."""
        return self.shelf.paint()

    def point(self) -> str:
        """The picture's title."""
        return self.title

    def describe(self) -> str:
        """Each cell in words: its name, how wide it is, and how to know it."""
        rows = [cell_kinds()[kind] for kind in self.kinds]
        said = (f"{row['label']}, {_range(row['kind'])}: {row['look']}" for row in rows)
        return f"{self.title}. {' '.join(said)}"

    def caption(self) -> str:
        """How they are drawn, and their sources."""
        return f"All at one scale. Sources: {self.links()}."


def _printed(kind: str) -> tuple[float, float] | None:
    """The smallest and the largest printed diameter, µm; None where there is none."""
    low, high = (cell_kinds()[kind][f"diameter_{end}_um"] for end in ("low", "high"))
    return None if low is None or high is None else (low, high)


def _range(kind: str) -> str:
    ends = _printed(kind)
    return f"{plain(ends[0])}–{plain(ends[1])} µm" if ends else f"≈ {plain(cell_kinds()[kind]['drawn_um'])} µm"
