"""Six films to be told apart: one field of each, magnified, and the next white cells met on it.

>>> SixFilmsPicture()
SixFilmsPicture: Six films: what tells one from the other?
"""

from __future__ import annotations

import numpy as np

from helpers.blood.cells.film import Cells, Film, cell_name, six_films
from helpers.pictures.film import FieldPicture
from helpers.pictures.painted import SHARPNESS, PaintedPicture, Pen, written
from helpers.pictures.stain import forget, lay_cells, shine

_COLUMNS, _SIDE, _STRIP, _GAP, _TOP = 3, 218, 62, 18, 34
"""Pixels as shown: a field's diameter, the room of its white cells, between rows, above the first row."""
_LETTER = 22
"""Pixels of a letter: wider than other pictures, this one is shrunk more on a narrow page, to 11 pixels there."""
_WHITE = 3
"""White cells shown of each film."""


class SixFilmsPicture(PaintedPicture):
    """Six films under letters, without their names."""

    sources = FieldPicture.sources
    width = _COLUMNS * (_SIDE + 22)

    def __init__(self) -> None:
        self.fields: dict[str, FieldPicture] = {}
        self.met: dict[str, Cells] = {}
        for letter, (film, seed) in six_films().items():
            named = Film.of(film)
            shown = Film(named.count, named.signs)
            self.fields[letter] = FieldPicture(shown, seed, magnified=True)
            self.met[letter] = shown.search(_WHITE, seed).cells

    def _corner(self, place: int) -> tuple[float, float]:
        """Left and top of a film's field."""
        row = _SIDE + _STRIP + _GAP
        return (place % _COLUMNS) * (_SIDE + 22) + 3, _TOP + (place // _COLUMNS) * row

    def paint(self) -> np.ndarray:
        """The picture: uint8 of (height, width, 3)."""
        from PIL import Image

        rows = -(-len(self.fields) // _COLUMNS)
        height = _TOP + rows * (_SIDE + _STRIP + _GAP)
        paper = np.full((round(height * SHARPNESS), round(self.width * SHARPNESS), 3), 255, np.uint8)
        side = round(_SIDE * SHARPNESS)
        for place, letter in enumerate(self.fields):
            left, top = (round(part * SHARPNESS) for part in self._corner(place))
            field = Image.fromarray(self.fields[letter].paint_field()).resize((side, side), Image.Resampling.LANCZOS)
            paper[top : top + side, left : left + side] = np.asarray(field)
            self._white_cells(paper, letter, left, top + side)
            forget()
        return written(paper, SHARPNESS, self._write)

    def _white_cells(self, paper: np.ndarray, letter: str, left: int, top: int) -> None:
        """The next white cells met, on a strip of glass below the field."""
        glass = np.zeros((round((_STRIP - 6) * SHARPNESS), round(_SIDE * SHARPNESS), 3), dtype=np.float32)
        step, middle = glass.shape[1] / _WHITE, glass.shape[0] / 2
        lay_cells(glass, self.met[letter], [(step * (at + 0.5), middle) for at in range(_WHITE)], 2.9 * SHARPNESS)
        top += round(6 * SHARPNESS)
        paper[top : top + glass.shape[0], left : left + glass.shape[1]] = shine(glass)

    def _write(self, pen: Pen) -> None:
        pen.write(12, 4, self.point(), "la", bold=True, size=_LETTER)
        for place, letter in enumerate(self.fields):
            left, top = self._corner(place)
            pen.write(left + 4, top + 2, letter, "la", bold=True, size=_LETTER)

    # --- the words ---

    def point(self) -> str:
        """The picture's title."""
        return "Six films: what tells one from the other?"

    def describe(self) -> str:
        """Each film in words: what lies in its field, and the next white cells."""
        said = []
        for letter, field in self.fields.items():
            met = ", ".join(map(cell_name, self.met[letter].kinds))
            said.append(f"Film {letter}: {field.describe()} The next white cells: {met}.")
        return f"{self.point()} {' '.join(said)}"

    def caption(self) -> str:
        """How the films were chosen."""
        return (
            "The middle of one field of each, twice as large, and below it the next three white cells met. Fields were "
            f"chosen that hold what tells them. Drawn by the course. Sources: {self.links()}."
        )
