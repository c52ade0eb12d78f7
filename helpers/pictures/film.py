"""The virtual blood film: one field under the oil lens, the next white cells met, and a cell to be told.

>>> field = FieldPicture(Film.of("megaloblastic"), seed=3)
>>> field.point()                              # field.image() are its bytes, field.describe() says all of it
'106 red cells, no white cells and 8 platelets in this field'
>>> WhiteCellsPicture(Film.of("aplastic_severe"), seed=3)
WhiteCellsPicture: To meet 10 white cells, one looks at 60 fields
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from helpers.blood.cells.film import CLUMP, GROUPS, RED, SINGLE_PLATELETS, WHITE, Cells, Film, cell_kinds, cell_name
from helpers.blood.core.units import plain
from helpers.evidence import constant
from helpers.pictures import look
from helpers.pictures.painted import SHARPNESS, PaintedPicture, Pen, written
from helpers.pictures.portraits import Shelf
from helpers.pictures.stain import LIGHT, lay_cells, shine
from helpers.wording import capital

FIELD = 360
"""Pixels as shown: the field's diameter. Two stand side by side in 760 px."""

_TITLE = 26
"""Pixels as shown above the field, for its title."""
_TRIES = 24
"""Places tried for a cell before it has to touch another."""
_GRAIN_UM = 0.5
"""How finely free room is measured."""


# --- where the cells lie --------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _distances(reach: int) -> np.ndarray:
    """Distance of each grain of a square from its middle, µm."""
    axis = np.arange(-reach, reach + 1, dtype=np.float32) * _GRAIN_UM
    return np.hypot(*np.meshgrid(axis, axis))


def spread(cells: Cells, field_um: float, seed: int) -> np.ndarray:
    """A place for each cell of a field: none on another while there is room, all of them in the field.

    Args:
        cells: what the field holds.
        field_um: the field's diameter.
        seed: the same seed tries the same places, so that a cell stays where it is while others come and go.

    Returns:
        Float array (cells, 2): µm right of and below the field's middle.
    """
    radius, reach = field_um / 2, round(11 / _GRAIN_UM)
    half = math.ceil(radius / _GRAIN_UM) + reach
    free = np.full((2 * half + 1, 2 * half + 1), 99, dtype=np.float32)
    distances = _distances(reach)
    beside = np.empty_like(distances)
    places = np.empty((len(cells), 2))
    kinds = np.array(cells.kinds, dtype=object)
    for number, group in enumerate(GROUPS):
        members = np.flatnonzero(np.isin(kinds, group)) if len(kinds) else []
        tried = np.random.default_rng([seed, 20 + number]).random((len(members), _TRIES, 2))
        sizes = cells.diameter_um[members] / 2
        # Evenly over the disc; large cells stay whole inside it.
        far = (radius - 0.6 * sizes)[:, None] * np.sqrt(tried[..., 0])
        turn = 2 * math.pi * tried[..., 1]
        x, y = far * np.cos(turn), far * np.sin(turn)
        columns, rows = (np.rint(part / _GRAIN_UM).astype(int) + half for part in (x, y))
        for place, (cell, size) in enumerate(zip(members, sizes.astype(np.float32), strict=True)):
            room = free[rows[place], columns[place]]
            fits = room >= size
            chosen = fits.argmax()
            if not fits[chosen]:
                chosen = room.argmax()
            places[cell] = x[place, chosen], y[place, chosen]
            row, column = rows[place, chosen], columns[place, chosen]
            window = free[row - reach : row + reach + 1, column - reach : column + reach + 1]
            np.minimum(window, np.subtract(distances, size, out=beside), out=window)
    return places


# --- one field ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _lamp(side: int) -> tuple[np.ndarray, np.ndarray]:
    """The light of a round field in a square of white paper, and where the field is (0 outside, 1 inside)."""
    axis = (np.arange(side, dtype=np.float32) - (side - 1) / 2) / (side / 2 - 2)
    far = np.hypot(*np.meshgrid(axis, axis))
    inside = np.clip((1 - far) * side / 2 + 0.5, 0, 1)
    light = LIGHT * (1 - 0.09 * np.minimum(far, 1) ** 4)[..., None]
    light *= inside[..., None]
    light += 255 * (1 - inside[..., None])
    light *= 1 - np.exp(-(((far - 1) * side / 2 / 1.6) ** 2))[..., None] * 0.55
    return light, np.broadcast_to(inside[..., None], light.shape)


class FieldPicture(PaintedPicture):
    """One field of a film.

    Args:
        film: the film.
        seed: which field; the next number is the next field.
        title: words over the field.
        magnified: show the middle of the field twice as large.
        names: write the names of cells beside them.
    """

    width = FIELD
    sources = "TIWARI2022 HARRISON_SMEARS WHO_LABMANUAL"

    def __init__(
        self, film: Film, seed: int = 0, title: str = "", magnified: bool = False, names: bool = False
    ) -> None:
        self.film, self.seed, self.title, self.magnified, self.names = film, seed, title, magnified, names
        self.cells = film.field(seed)
        self.places = spread(self.cells, film.diameter_um, seed)
        """µm right of and below the middle, one row a cell."""
        self.scale = FIELD / film.diameter_um * (2 if magnified else 1)
        """Pixels as shown, a µm."""
        self.middle = (FIELD / 2, FIELD / 2 + (_TITLE if title else 0))
        """The field's middle, in pixels as shown."""

    # --- the picture ---

    def paint(self) -> np.ndarray:
        """The picture: uint8 of (height, width, 3)."""
        painted = self.paint_field()
        if self.title:
            above = np.full((round(_TITLE * SHARPNESS), painted.shape[1], 3), 255, np.uint8)
            painted = np.concatenate([above, painted])
        return written(painted, SHARPNESS, self._write)

    def paint_field(self) -> np.ndarray:
        """The round field alone, without words: uint8 of (side, side, 3)."""
        side = round(FIELD * SHARPNESS)
        scale = round(self.scale * SHARPNESS, 3)
        glass = np.zeros((side, side, 3), dtype=np.float32)
        middles = (self.places * scale + side / 2).tolist()
        lay_cells(glass, self.cells, middles, scale, round(self.film.pallor, 2))
        light, inside = _lamp(side)
        glass *= inside
        return shine(glass, light)

    def _write(self, pen: Pen) -> None:
        bottom = self.middle[1] + FIELD / 2
        pen.bar(FIELD - 6, bottom - 26, 10 if self.magnified else 20, self.scale)
        if self.title:
            pen.write(FIELD / 2, 3, self.title, "ma", bold=True)
        if not self.names:
            return
        taken: list[tuple[float, float, float]] = []
        for mark in self._named():
            x, y, radius, name = mark
            half = 4.7 * len(name)
            x, below = min(max(x, half + 2), FIELD - half - 2), min(y + radius + 9, bottom - 9)
            if all(abs(below - other) > 17 or abs(x - there) > half + wide for there, other, wide in taken):
                pen.write(x, below, name, halo=look.PAPER)
                taken.append((x, below, half))

    def _named(self) -> Iterable[tuple[float, float, float, str]]:
        """Marks that are written out: at most three of a kind."""
        written: dict[str, int] = {}
        for x, y, radius, _, kind in self.marks():
            written[kind] = written.get(kind, 0) + 1
            if written[kind] <= 3:
                yield x, y, radius, cell_kinds()[kind]["short"]

    # --- the words ---

    def marks(self) -> list[tuple[float, float, float, str, str]]:
        """What lies where, rarer kinds first: x, y and radius in pixels as shown, name and kind of each cell seen."""
        x, y = (self.places * self.scale + self.middle).T.tolist()
        radius = (self.cells.diameter_um / 2 * self.scale).tolist()
        seen = np.hypot(*(self.places * self.scale).T) < FIELD / 2
        many = self.cells.tally()
        order = sorted(np.flatnonzero(seen).tolist(), key=lambda cell: many[self.cells.kinds[cell]])
        kinds = self.cells.kinds
        return [(x[i], y[i], radius[i], cell_kinds()[kinds[i]]["label"], kinds[i]) for i in order]

    def point(self) -> str:
        """What the field holds, in a sentence; when magnified, what of it is seen."""
        tally = Counter(mark[4] for mark in self.marks()) if self.magnified else self.cells.tally()
        groups = {"red cells": RED, "white cells": WHITE, "platelets": SINGLE_PLATELETS}
        said = [
            f"{group} not known"
            if group in self.film.unknown
            else _many(sum(tally.get(kind, 0) for kind in kinds), group)
            for group, kinds in groups.items()
        ]
        if CLUMP in tally:
            said[-1] += f" and {_many(tally[CLUMP], 'clumps')} of about {constant('film_clump_platelets'):g}"
        where = "in the middle of this field" if self.magnified else "in this field"
        words = f"{said[0]}, {said[1]} and {said[2]} {where}"
        return capital(words)

    def describe(self) -> str:
        """The field in words, for those who do not see it."""
        name = f"{self.film.label}: one" if self.film.label else "One"
        parts = [
            f"{name} field of a blood film under the oil lens, {self.film.diameter_um:.0f} µm wide.",
            self.point() + ".",
        ]
        odd = {kind: many for kind, many in self.cells.tally().items() if kind not in ("red_cell", "platelet")}
        if odd:
            said = [f"{cell_name(kind)} {many}" for kind, many in odd.items()]
            parts.append(f"In the whole field, among others: {', '.join(said)}.")
        parts.append(self._sizes())
        if self.magnified:
            parts.append("The picture shows the middle of the field, twice as large.")
        return " ".join([*filter(None, parts), *self.film.left_out])

    def _sizes(self) -> str:
        wide = self.cells.diameter_um[np.isin(np.array(self.cells.kinds, dtype=object), RED)]
        if not len(wide) or math.isnan(self.film.count.mcv):
            return ""
        over, under = constant("film_macrocyte_over_um"), constant("film_microcyte_under_um")
        return (
            f"The red cells are {wide.mean():.1f} µm wide on average; {100 * np.mean(wide > over):.0f} % are wider "
            f"than {over:g} µm and {100 * np.mean(wide < under):.0f} % narrower than {under:g} µm."
        )

    def caption(self) -> str:
        """How the field is drawn, and from what."""
        cell = f"{plain(self.film.per_cell)} ×10⁹/L"
        how = (
            "as many red cells as on a normal film" if self.film.crowding == "same crowding" else f"one cell for {cell}"
        )
        drawn = "drawn by the course, not a photograph"
        return f"The field is {self.film.diameter_um:.0f} µm wide, {how}; {drawn}. Sources: {self.links()}."


class WhiteCellsPicture(PaintedPicture):
    """The next white cells one meets on a film, field after field.

    Args:
        film: the film.
        seed: the same seed meets the same cells.
        many: how many to look for.
    """

    width = 500
    sources = FieldPicture.sources

    def __init__(self, film: Film, seed: int = 0, many: int = 10) -> None:
        self.film, self.seed = film, seed
        self.search = film.search(many, seed)
        below = [cell_kinds()[kind]["short"] for kind in self.search.cells.kinds]
        self.shelf = Shelf(self.search.cells, below, ["The next white cells met"], 5, 84, 3.8, self.width, many // 5)

    def paint(self) -> np.ndarray:
        """The picture: uint8 of (height, width, 3); plain glass where there is no white cell."""
        return self.shelf.paint()

    def marks(self) -> list[tuple[float, float, float, str, str]]:
        """What lies where, as :meth:`FieldPicture.marks` gives it."""
        cells = zip(self.shelf.places(), self.search.cells.kinds, strict=True)
        return [(x, y, 40.0, cell_kinds()[kind]["label"], kind) for (x, y), kind in cells]

    def point(self) -> str:
        """How far one had to look."""
        many = len(self.search.cells)
        if "white cells" in self.film.unknown:
            return "Which white cells there are is not known"
        if not many:
            return "There are no white cells to meet"
        fields = int(self.search.fields[-1])
        return f"To meet {_many(many, 'white cells')}, one looks at {_many(fields, 'fields')}"

    def describe(self) -> str:
        """The cells in words, in the order in which they were met."""
        kinds = self.search.cells.kinds
        met = ", ".join(map(cell_name, kinds))
        return f"{self.point()}." + (f" In order: {met}." if kinds else "")

    def caption(self) -> str:
        """How the strip is to be read."""
        return f"{self.point()}. Drawn larger than in the field. Sources: {self.links()}."


class CellPicture(PaintedPicture):
    """One white cell on the glass, not named: the cell to be told.

    Args:
        cells: the cells met.
        number: which of them; None for an empty glass.
    """

    width = 200
    sources = FieldPicture.sources

    def __init__(self, cells: Cells, number: int | None) -> None:
        self.cells, self.number = cells, number

    def paint(self) -> np.ndarray:
        """The picture: uint8 of (side, side, 3), a few red cells around as a measure."""
        side = round(self.width * SHARPNESS)
        glass = np.zeros((side, side, 3), dtype=np.float32)
        if self.number is not None:
            white = list(self.cells)[self.number]
            red = [("red_cell", constant("film_red_cell_diameter_um"), turn) for turn in range(4)]
            around = ((0.12, 0.16), (0.9, 0.2), (0.86, 0.9), (0.1, 0.84), (0.5, 0.5))
            lay_cells(glass, [*red, white], [(x * side, y * side) for x, y in around], 7.0 * SHARPNESS)
        return shine(glass)

    def point(self) -> str:
        """Which cell it is, not what."""
        return "No cell on the glass" if self.number is None else f"Cell {self.number + 1} on the glass"

    def describe(self) -> str:
        """The cell in words: how it looks, not what it is called."""
        if self.number is None:
            return f"{self.point()}."
        row = cell_kinds()[self.cells.kinds[self.number]]
        return f"{self.point()}, about {self.cells.diameter_um[self.number]:.0f} µm wide. {row['look']}"

    def caption(self) -> str:
        """Which cell it is, with the red cells as a measure."""
        return f"{self.point()}." if self.number is None else f"{self.point()}, red cells beside it."


def _many(number: int, what: str) -> str:
    """So many of what is named in the plural: "no red cells", "1 red cell", "2 red cells"."""
    return f"{number or 'no'} {what.removesuffix('s') if number == 1 else what}"
