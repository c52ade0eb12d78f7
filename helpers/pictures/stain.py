"""How stained blood cells look under the oil lens, painted as a microscope sees them: by the light they swallow.

Every stain is an optical density for red, green and blue light. A cell is a small map of densities; cells that lie on
each other add up, and light falls off with the exponential of the sum. So a nucleus is dark because much dye lies
there, and overlapping red cells are darker, as on glass.

Sizes come from ``data/film_cells.csv``. The hues are a drawing choice of the course, after the words in which makers
of Romanowsky stains describe them: hemoglobin pink, chromatin purple, RNA blue, eosinophil granules red-orange.

>>> sprite("neutrophil", 13.0, scale=4).shape  # densities of one neutrophil, 4 pixels a µm
(77, 77, 3)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np

Dots = Sequence[tuple[float, float, float]]
"""Center and radius of each dot, µm from the middle of the cell."""
Wobble = Sequence[tuple[int, float]]
"""How an outline leaves the circle: waves around it, and how high each is as a share of the radius."""


def _ink(red: int, green: int, blue: int) -> np.ndarray:
    """The density that turns white light into this color."""
    return -np.log(np.array([red, green, blue], dtype=np.float32) / 255)


HEMOGLOBIN = _ink(223, 150, 141)
CHROMATIN, OPEN_CHROMATIN, FINE_CHROMATIN, DENSE_CHROMATIN = (
    _ink(96, 52, 138), _ink(132, 84, 166), _ink(160, 102, 182), _ink(58, 30, 88),
)  # fmt: skip
SKY, DEEP_BLUE, GRAY_BLUE = _ink(170, 196, 234), _ink(104, 138, 208), _ink(180, 186, 212)
ROSE, MAUVE = _ink(243, 218, 223), _ink(228, 209, 228)
VIOLET_GRAIN, RED_GRAIN, ORANGE_GRAIN, BLACK_GRAIN = (
    _ink(160, 110, 185), _ink(165, 50, 120), _ink(236, 112, 68), _ink(56, 28, 90),
)  # fmt: skip
LILAC, PURPLE_GRAIN = _ink(196, 166, 208), _ink(120, 62, 150)

LIGHT = np.array([251, 246, 236], dtype=np.float32)
"""The lamp behind the glass: what is seen where no cell lies."""

_EDGE_UM = 0.22
"""How soft an edge is; never sharper than a pixel."""


class _Cell:
    """The glass a cell is painted on: a square grid around its middle, in µm, and the dye laid on it so far."""

    def __init__(self, width_um: float, diameter_um: float, scale: float, rng: np.random.Generator) -> None:
        half = math.ceil(width_um * scale / 2)
        axis = (np.arange(-half, half + 1) / scale).astype(np.float32)
        self.x, self.y = np.meshgrid(axis, axis)
        self.half, self.scale, self.rng = half, scale, rng
        self.radius = diameter_um / 2
        self.turn = rng.uniform(0, 2 * math.pi)
        self.dye = np.zeros((*self.x.shape, 3), dtype=np.float32)

    # --- places ---

    def at(self, along: float, across: float = 0.0) -> tuple[float, float]:
        """A place given along and across the cell's own direction."""
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        return along * cos - across * sin, along * sin + across * cos

    def around(self, place: tuple[float, float] = (0.0, 0.0), turn: float | None = None) -> tuple[np.ndarray, ...]:
        """Every pixel's place along and across a direction (the cell's own unless given), seen from a place."""
        turn = self.turn if turn is None else turn
        cos, sin = math.cos(turn), math.sin(turn)
        x, y = self.x - place[0], self.y - place[1]
        return x * cos + y * sin, y * cos - x * sin

    # --- shapes: how far inside each pixel lies, in µm ---

    def blob(self, radius: float, wobble: Wobble = (), place: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
        """A disc whose outline is not quite a circle."""
        x, y = self.x - place[0], self.y - place[1]
        edge = np.float32(radius)
        if wobble:
            angle = np.arctan2(y, x)
            waves = (
                high * self.rng.uniform(0.4, 1) * np.cos(many * angle + self.rng.uniform(0, 2 * math.pi))
                for many, high in wobble
            )
            edge = radius * (1 + sum(waves))
        return edge - np.hypot(x, y)

    def oval(self, radius: float, longer: float, place: tuple[float, float], turn: float | None = None) -> np.ndarray:
        """An ellipse, ``longer`` times as long as it is wide, of about the area of a disc of this radius."""
        along, across = self.around(place, turn)
        return radius - np.hypot(along / math.sqrt(longer), across * math.sqrt(longer))

    def thread(self, start: tuple[float, float], end: tuple[float, float], half_width: float) -> np.ndarray:
        """A strand between two places."""
        dx, dy = end[0] - start[0], end[1] - start[1]
        part = ((self.x - start[0]) * dx + (self.y - start[1]) * dy) / (dx * dx + dy * dy + 1e-9)
        part = np.clip(part, 0, 1)
        return half_width - np.hypot(self.x - start[0] - part * dx, self.y - start[1] - part * dy)

    # --- cover: 0 where nothing lies, 1 where all is covered ---

    def cover(self, inside: np.ndarray, edge_um: float = _EDGE_UM) -> np.ndarray:
        """A shape with a soft edge."""
        return np.clip(inside / max(edge_um, 0.9 / self.scale) + 0.5, 0, 1).astype(np.float32)

    def dots(self, dots: Dots, edge_um: float = 0.3) -> np.ndarray:
        """Many small round things."""
        covered = np.zeros(self.x.shape, dtype=np.float32)
        for x, y, radius in dots:
            column, row = round(x * self.scale) + self.half, round(y * self.scale) + self.half
            reach = math.ceil((radius + edge_um) * self.scale) + 1
            there = (slice(max(row - reach, 0), row + reach + 1), slice(max(column - reach, 0), column + reach + 1))
            one = self.cover(radius - np.hypot(self.x[there] - x, self.y[there] - y), edge_um)
            covered[there] = np.maximum(covered[there], one)
        return covered

    def mottle(self, grain_um: float) -> np.ndarray:
        """Cloudy unevenness between 0 and 1, clouds about so large."""
        from PIL import Image

        width = 2 * self.half / self.scale
        many = max(3, math.ceil(1.5 * width / grain_um))
        noise = Image.fromarray((self.rng.random((many, many)) * 255).astype(np.uint8))
        turned = self.rng.uniform(20, 70)
        size = self.x.shape[0]
        large = noise.resize((round(size * 1.5),) * 2, Image.Resampling.BICUBIC).rotate(
            turned, Image.Resampling.BILINEAR
        )
        first = (large.width - size) // 2
        return np.asarray(large.crop((first, first, first + size, first + size)), dtype=np.float32) / 255

    # --- dots in places ---

    def strewn(self, many: int, size_um: tuple[float, float], where: Callable[[float, float], bool] | None = None):
        """Dots strewn over the cell, as many as find room where they may lie."""
        found: list[tuple[float, float, float]] = []
        for _ in range(many * 12):
            angle, far = self.rng.uniform(0, 2 * math.pi), 0.92 * self.radius * math.sqrt(self.rng.random())
            x, y, size = far * math.cos(angle), far * math.sin(angle), self.rng.uniform(*size_um)
            if where is None or where(x, y):
                found.append((x, y, size))
                if len(found) == many:
                    break
        return found

    def packed(self, size_um: float, apart: float = 1.5):
        """Dots packed over the whole cell, about ``apart`` times their size from one to the next."""
        step = apart * size_um
        many = math.ceil(self.radius / step) + 1
        rows, columns = np.mgrid[-many : many + 1, -many : many + 1]
        along = (columns + 0.5 * (rows % 2)).ravel() * step
        across = rows.ravel() * step * 0.87
        jitter = self.rng.normal(0, 0.22 * size_um, (2, along.size))
        x, y = self.at(1.0), self.at(0.0, 1.0)
        places = np.stack([along * x[0] + across * y[0], along * x[1] + across * y[1]]) + jitter
        sizes = size_um * self.rng.uniform(0.82, 1.15, along.size)
        kept = np.hypot(*places) < 0.95 * self.radius - size_um
        return [(float(a), float(b), float(size)) for a, b, size in zip(*places[:, kept], sizes[kept], strict=True)]

    # --- laying dye ---

    def lay(self, cover: np.ndarray, ink: np.ndarray, strength: float = 1.0) -> None:
        """Lay dye where there is cover."""
        self.dye += (cover * np.float32(strength))[..., None] * ink

    def clear(self, cover: np.ndarray, share: float) -> None:
        """Take dye away where there is cover: vacuoles, nucleoli, and what a nucleus displaces."""
        self.dye *= 1 - np.float32(share) * cover[..., None]

    def cytoplasm(self, ink: np.ndarray, inside: np.ndarray, strength: float = 0.9, rim: float = 0.25) -> np.ndarray:
        """The body of a white cell, a little cloudy and a little darker at its rim; returns its cover."""
        body = self.cover(inside, 0.35)
        self.lay(body * (0.85 + 0.3 * self.mottle(2.2)), ink, strength)
        self.lay(body * np.exp(-((np.clip(inside, 0, None) / 0.5) ** 2)), ink, rim)
        return body

    def nucleus(
        self, inside: np.ndarray, ink: np.ndarray, clumps: float, grain_um: float = 1.5, base: float = 0.72
    ) -> None:
        """A nucleus: chromatin more or less clumped, a membrane a little darker, the cytoplasm pushed aside."""
        body = self.cover(inside, 0.3)
        self.clear(body, 0.85)
        self.lay(body * (base + clumps * self.mottle(grain_um)), ink)
        self.lay(self.cover(0.35 - np.abs(inside - 0.15), 0.4), ink, 0.16)

    def bean(self, radius: float, dent: float, wide: float, place: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
        """A disc with a dent on one side: ``dent`` deep as a share of the radius, ``wide`` in radians."""
        along, across = self.around(place)
        angle = np.arctan2(across, along)
        return radius * (1 - dent * np.exp(-((angle / wide) ** 2))) - np.hypot(along, across * 0.95)

    def lobes(
        self, many: int, size_um: float, ring: float, arc: float, thread_um: float, loose: float = 0.1
    ) -> np.ndarray:
        """A nucleus of several lobes on an arc, joined by threads."""
        middle = 0.35 * ring if arc < 4.2 else 0.0
        places = []
        for lobe in range(many):
            angle = (lobe - (many - 1) / 2) * arc / max(many - 1, 1) + self.rng.normal(0, loose)
            far = ring * self.rng.uniform(1 - 1.4 * loose, 1 + 1.2 * loose)
            places.append(self.at(far * math.cos(angle) - middle, far * math.sin(angle)))
        inside = np.full(self.x.shape, -9, dtype=np.float32)
        for place in places:
            size, longer = size_um * self.rng.uniform(0.9, 1.1), self.rng.uniform(1.0, 1.5)
            inside = np.maximum(inside, self.oval(size, longer, place, self.rng.uniform(0, math.pi)))
        for one, next_one in pairwise(places):
            inside = np.maximum(inside, self.thread(one, next_one, thread_um))
        return inside


_ROUND: Wobble = ((2, 0.035), (3, 0.03), (4, 0.02), (7, 0.008))


# --- red cells ------------------------------------------------------------------------------------------------------


def _disc_profile(share: np.ndarray, pallor: float) -> np.ndarray:
    """How much hemoglobin lies at each place of a red cell: thick near the rim, thin in the middle.

    Args:
        share: the place, as a share of the radius.
        pallor: width of the pale middle as a share of the diameter; 0 for none.
    """
    depth = 0.68 * min(1.0, pallor / 0.3)
    middle = np.exp(-((np.clip(share, 0, None) / max(pallor * 1.3, 0.05)) ** 2.8))
    return (1 - depth * middle) * (0.93 + 0.13 * share**3)


def _red_cell(cell: _Cell, pallor: float, longer: float = 1.0) -> None:
    along, across = cell.around()
    along, across = along / math.sqrt(longer), across * math.sqrt(longer)
    angle, far = np.arctan2(across, along), np.hypot(along, across)
    waves = ((2, 0.03), (3, 0.016), (5, 0.007))
    edge = 1 + sum(
        high * cell.rng.uniform(0.3, 1) * np.cos(many * angle + cell.rng.uniform(0, 6.28)) for many, high in waves
    )
    share = far / (cell.radius * edge)
    body = cell.cover(cell.radius * edge - far)
    cell.lay(body * _disc_profile(share, pallor), HEMOGLOBIN)


def _macro_ovalocyte(cell: _Cell, pallor: float) -> None:
    _red_cell(cell, 0.0, cell.rng.uniform(1.2, 1.45))


def _elliptocyte(cell: _Cell, pallor: float) -> None:
    _red_cell(cell, 0.8 * pallor, cell.rng.uniform(2.2, 3.0))


def _spherocyte(cell: _Cell, pallor: float) -> None:
    cell.lay(cell.cover(cell.blob(cell.radius, ((2, 0.015),))), HEMOGLOBIN, 1.35)


def _target_cell(cell: _Cell, pallor: float) -> None:
    inside = cell.blob(cell.radius, ((2, 0.03), (3, 0.015)))
    share = np.clip(1 - inside / cell.radius, 0, None)
    bull = np.exp(-((share / 0.32) ** 2.6))
    rim = np.exp(-((np.abs(share - 0.88) / 0.2) ** 2.4))
    cell.lay(cell.cover(inside) * (0.26 + 0.84 * bull + 0.8 * rim), HEMOGLOBIN)


def _teardrop(cell: _Cell, pallor: float) -> None:
    along, across = cell.around()
    body, bend = 0.9 * cell.radius, cell.rng.uniform(-0.4, 0.4)
    share = np.hypot(along, across) / body
    inside = body * (1 - share)
    for part in np.linspace(0.08, 1, 26):
        far = np.hypot(along - 1.95 * cell.radius * part, across - bend * cell.radius * part**2)
        inside = np.maximum(inside, 0.98 * body * (1 - part) ** 1.45 + 0.22 - far)
    profile = np.where(share < 1, _disc_profile(np.minimum(share, 1), pallor), 1)
    cell.lay(cell.cover(inside) * profile, HEMOGLOBIN)


def _schistocyte(cell: _Cell, pallor: float) -> None:
    along, across = cell.around()
    far = np.hypot(along, across)
    radius = cell.radius
    match cell.rng.integers(3):
        case 0:  # helmet: cut straight, the corners drawn out to two horns
            inside = np.minimum(radius * 1.25 - far, along + 0.12 * radius)
            inside = np.minimum(inside, np.hypot(along + 0.42 * radius, across / 1.15) - 0.5 * radius)
        case 1:  # triangle, no two alike
            turns = np.array([0.0, 2.1, 4.2]) + cell.rng.uniform(-0.35, 0.35, 3)
            reach = radius * cell.rng.uniform(0.9, 1.35, 3)
            corners = list(zip(reach * np.cos(turns), reach * np.sin(turns), strict=True))
            sides = []
            for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
                long = math.hypot(x1 - x0, y1 - y0)
                sides.append(((along - x0) * (y0 - y1) + (across - y0) * (x1 - x0)) / long)
            inside = -np.log(sum(np.exp(-5 * side) for side in sides)) / 5 + 0.15
        case _:  # crescent
            inside = np.minimum(radius * 1.1 - far, np.hypot(along + 0.55 * radius, across) - 0.8 * radius)
    cell.lay(cell.cover(inside), HEMOGLOBIN, 1.12)


def _polychromatic(cell: _Cell, pallor: float) -> None:
    """The younger, the bluer: how blue is drawn by lot, since in this stain only the youngest show it."""
    inside = cell.blob(cell.radius, ((2, 0.04), (3, 0.02)))
    body, blue = cell.cover(inside), cell.rng.uniform(0.5, 0.95)
    profile = _disc_profile(1 - inside / cell.radius, 0.5 * pallor)
    cell.lay(body * profile, HEMOGLOBIN, 0.95 - 0.35 * blue)
    cell.lay(body * (0.85 + 0.3 * cell.mottle(1.6)), GRAY_BLUE, 0.6 * blue)


def _nucleated_red_cell(cell: _Cell, pallor: float) -> None:
    body = cell.cover(cell.blob(cell.radius, ((2, 0.04), (3, 0.03))))
    cell.lay(body, HEMOGLOBIN, 0.8)
    cell.lay(body, GRAY_BLUE, 0.5)
    place = cell.at(cell.rng.uniform(0, 0.25) * cell.radius)
    cell.nucleus(cell.blob(0.48 * cell.radius, ((2, 0.02),), place), DENSE_CHROMATIN, 0.4, 1.2, 0.8)


# --- white cells ----------------------------------------------------------------------------------------------------


def _granulocyte(cell: _Cell, ink: np.ndarray = ROSE, grains: int = 60) -> None:
    body = cell.cytoplasm(ink, cell.blob(cell.radius, _ROUND))
    cell.lay(body * cell.dots(cell.strewn(grains, (0.12, 0.2)), 0.2), VIOLET_GRAIN, 0.55)


_LOBES = {2: (2.5, 2.4), 3: (2.2, 3.3), 4: (1.95, 4.3), 5: (1.75, 5.0)}
"""Lobes -> size of each in a cell of 13 µm, and the arc they lie on."""


def _neutrophil(cell: _Cell, pallor: float) -> None:
    _granulocyte(cell)
    many = int(cell.rng.choice([2, 3, 4, 5], p=[0.15, 0.5, 0.31, 0.04]))
    size, arc = _LOBES[many]
    grown = cell.radius / 6.5
    lobes = cell.lobes(many, size * grown, 0.47 * cell.radius, arc, 0.24)
    if many == 2:  # one lobe larger and drawn out, or it would be taken for a pelgeroid cell
        lobes = np.maximum(lobes, cell.oval(1.5 * grown, 1.7, cell.at(-0.12 * cell.radius, -0.5 * cell.radius)))
    cell.nucleus(lobes, CHROMATIN, 0.5)


def _hypersegmented(cell: _Cell, pallor: float) -> None:
    _granulocyte(cell)
    many = int(cell.rng.choice([6, 7], p=[0.7, 0.3]))
    cell.nucleus(cell.lobes(many, 1.6 * cell.radius / 7.5, 0.55 * cell.radius, 5.5, 0.22, 0.24), CHROMATIN, 0.5)


def _pelgeroid(cell: _Cell, pallor: float) -> None:
    """Dense, clumped chromatin in one round lobe or two alike, pale cytoplasm almost without granules."""
    body = cell.cytoplasm(ROSE, cell.blob(cell.radius, _ROUND), 0.55, 0.3)
    cell.lay(body * cell.dots(cell.strewn(8, (0.12, 0.18)), 0.2), VIOLET_GRAIN, 0.5)
    if cell.rng.random() < 0.25:
        inside = cell.blob(0.46 * cell.radius, ((2, 0.04),))
    else:
        apart = 0.44 * cell.radius
        ends = cell.at(0, -apart), cell.at(0, apart)
        inside = np.maximum(cell.blob(2.25, ((2, 0.03),), ends[0]), cell.blob(2.25, ((2, 0.03),), ends[1]))
        inside = np.maximum(inside, cell.thread(*ends, 0.28))
    cell.nucleus(inside, DENSE_CHROMATIN, 0.75, 1.1, 0.45)


def _band(cell: _Cell, pallor: float) -> None:
    _granulocyte(cell)
    along, across = cell.around(cell.at(-0.08 * cell.radius))
    angle, ring, width = np.arctan2(across, along), 0.5 * cell.radius, 0.2 * cell.radius
    inside = np.where(np.abs(angle) < 2.0, width - np.abs(np.hypot(along, across) - ring), -9)
    for side in (-2.0, 2.0):
        inside = np.maximum(inside, width - np.hypot(along - ring * math.cos(side), across - ring * math.sin(side)))
    cell.nucleus(inside, CHROMATIN, 0.5)


def _lymphocyte(cell: _Cell, pallor: float) -> None:
    small = cell.radius < 5.3
    cell.cytoplasm(DEEP_BLUE if small else SKY, cell.blob(cell.radius, _ROUND), 0.85)
    part = 0.87 if small else 0.7
    place = cell.at((1 - part) * 0.5 * cell.radius)
    if not small:
        far_from_nucleus = lambda x, y: math.hypot(x - place[0], y - place[1]) > part * cell.radius  # noqa: E731
        cell.lay(cell.dots(cell.strewn(6, (0.2, 0.3), far_from_nucleus)), RED_GRAIN, 0.9)
    cell.nucleus(cell.blob(part * cell.radius, ((1, 0.02), (2, 0.05), (3, 0.03)), place), CHROMATIN, 0.75, 2.4, 0.55)


def _monocyte(cell: _Cell, pallor: float) -> None:
    body = cell.cytoplasm(GRAY_BLUE, cell.blob(cell.radius, _ROUND), 1.1, 0.15)
    cell.lay(body * cell.dots(cell.strewn(60, (0.1, 0.16)), 0.2), RED_GRAIN, 0.3)
    beside = lambda x, y: x * math.cos(cell.turn) + y * math.sin(cell.turn) > 0.3 * cell.radius  # noqa: E731
    cell.clear(cell.dots(cell.strewn(6, (0.4, 0.75), beside), 0.5), 0.75)
    place = cell.at(-0.12 * cell.radius)
    inside = cell.bean(0.76 * cell.radius, cell.rng.uniform(0.5, 0.72), 0.62, place)
    cell.nucleus(inside, OPEN_CHROMATIN, 0.7, 1.7, 0.6)


def _eosinophil(cell: _Cell, pallor: float) -> None:
    body = cell.cytoplasm(ROSE, cell.blob(cell.radius, _ROUND))
    cell.lay(body * cell.dots(cell.packed(0.6, 1.72)), ORANGE_GRAIN, 0.9)
    cell.nucleus(cell.lobes(2, 2.5 * cell.radius / 6.75, 0.46 * cell.radius, 2.3, 0.35), CHROMATIN, 0.45)


def _basophil(cell: _Cell, pallor: float) -> None:
    cell.cytoplasm(MAUVE, cell.blob(cell.radius, _ROUND))
    cell.nucleus(cell.lobes(3, 2.3, 0.3 * cell.radius, 3.2, 0.9), OPEN_CHROMATIN, 0.3, base=0.5)
    cell.lay(cell.dots(cell.packed(0.66, 1.75)), BLACK_GRAIN, 0.85)


def _blast(cell: _Cell, pallor: float) -> None:
    cell.cytoplasm(DEEP_BLUE, cell.blob(cell.radius, _ROUND), 0.95)
    part = 0.925
    place = cell.at((1 - part) * 0.7 * cell.radius)
    inside = cell.blob(0.98 * part * cell.radius, ((2, 0.04), (3, 0.03)), place)
    cell.nucleus(inside, FINE_CHROMATIN, 0.3, 1.1, 0.88)
    for _ in range(int(cell.rng.integers(2, 5))):
        angle, far = cell.rng.uniform(0, 6.28), 0.55 * cell.radius * math.sqrt(cell.rng.random())
        spot = (place[0] + far * math.cos(angle), place[1] + far * math.sin(angle))
        nucleolus = cell.cover(cell.blob(cell.rng.uniform(0.85, 1.3), (), spot), 0.6)
        cell.clear(nucleolus, 0.62)
        cell.lay(nucleolus, SKY, 0.9)


def _promyelocyte(cell: _Cell, pallor: float) -> None:
    body = cell.cytoplasm(SKY, cell.blob(cell.radius, _ROUND), 0.9)
    cell.nucleus(cell.lobes(2, 0.43 * cell.radius, 0.38 * cell.radius, 2.6, 1.4), OPEN_CHROMATIN, 0.4, base=0.8)
    cell.lay(body * cell.dots(cell.strewn(260, (0.2, 0.34))), RED_GRAIN, 0.7)
    for _ in range(int(cell.rng.integers(0, 4))):  # a bundle of Auer rods
        start = cell.at(0.62 * cell.radius, cell.rng.uniform(-1.5, 1.5))
        end = cell.at(0.62 * cell.radius + cell.rng.uniform(1.5, 2.5), cell.rng.uniform(-2.5, 2.5))
        cell.lay(body * cell.cover(cell.thread(start, end, 0.16)), RED_GRAIN, 1.2)


def _immature_granulocyte(cell: _Cell, pallor: float) -> None:
    _granulocyte(cell, MAUVE, 100)
    dent = cell.rng.choice([0.0, 0.0, 0.3, 0.45])  # a myelocyte is round, a metamyelocyte dented
    inside = cell.bean(0.68 * cell.radius, dent, 0.7, cell.at(-0.14 * cell.radius))
    cell.nucleus(inside, OPEN_CHROMATIN, 0.6, 1.6, 0.72)


def _hairy_cell(cell: _Cell, pallor: float) -> None:
    angle = np.arctan2(cell.y, cell.x)
    hairs = np.zeros_like(angle)
    for _ in range(46):
        off = np.angle(np.exp(1j * (angle - cell.rng.uniform(0, 2 * math.pi))))
        hair = cell.rng.uniform(0.3, 1.3) * np.exp(-((off / cell.rng.uniform(0.02, 0.06)) ** 2))
        hairs = np.maximum(hairs, hair)
    cell.cytoplasm(SKY, cell.blob(cell.radius - 1.1, ((2, 0.06), (3, 0.05), (5, 0.03))) + hairs, 0.9, 0.1)
    place = cell.at(0.12 * cell.radius)
    if cell.rng.random() < 0.4:
        inside = cell.bean(0.58 * cell.radius, 0.3, 0.6, place)
    else:
        inside = cell.oval(0.56 * cell.radius, 1.25, place)
    cell.nucleus(inside, OPEN_CHROMATIN, 0.5)


# --- platelets ------------------------------------------------------------------------------------------------------


def _platelet(cell: _Cell, pallor: float) -> None:
    size = 2 * cell.radius
    inside = cell.oval(cell.radius, cell.rng.uniform(1, 1.5), (0.0, 0.0))
    near = np.hypot(cell.x, cell.y) / (0.33 * size)
    body = cell.cover(inside, 0.35)
    cell.lay(body, LILAC, 0.75)
    cell.lay(body * np.exp(-(near**2)), PURPLE_GRAIN, 0.4)
    many = round(5 + 3 * size**2)
    angles, far = cell.rng.uniform(0, 2 * math.pi, many), 0.34 * size * np.sqrt(cell.rng.random(many))
    grains = zip(far * np.cos(angles), far * np.sin(angles), cell.rng.uniform(0.15, 0.27, many), strict=True)
    cell.lay(body * cell.dots(list(grains), 0.35), PURPLE_GRAIN, 0.6)


def _platelet_clump(cell: _Cell, pallor: float) -> None:
    """Platelets one against the other, as many as an oval of this length has room for."""
    long, wide, apart = cell.radius, cell.radius / 1.6, 1.75
    places: list[tuple[float, float]] = []
    for _ in range(1200):
        along, across = cell.rng.uniform(-long, long), cell.rng.uniform(-wide, wide)
        place = cell.at(along, across)
        inside = math.hypot(along / long, across / wide) < 1 - 0.3 * cell.rng.random()
        if inside and all(math.hypot(place[0] - x, place[1] - y) > apart for x, y in places):
            places.append(place)
    looks = cell.rng.integers(0, 12, len(places))
    lay_on(
        cell.dye,
        (
            (sprite("platelet", 2.4, cell.scale, int(look)), cell.half + x * cell.scale, cell.half + y * cell.scale)
            for look, (x, y) in zip(looks, places, strict=True)
        ),
    )


def _megakaryocyte(cell: _Cell, pallor: float) -> None:
    """The giant of the marrow: one nucleus folded into many lobes, cytoplasm full of what will be platelets."""
    radius = cell.radius
    body = cell.cytoplasm(LILAC, cell.blob(radius, ((3, 0.05), (5, 0.04), (8, 0.02))), 0.75)
    cell.lay(body * cell.dots(cell.strewn(420, (0.02 * radius, 0.03 * radius)), 0.3), PURPLE_GRAIN, 0.5)
    cell.nucleus(cell.lobes(6, 0.26 * radius, 0.36 * radius, 5.4, 0.2 * radius), CHROMATIN, 0.5, 0.14 * radius, 0.6)


def _stem_cell(cell: _Cell, pallor: float) -> None:
    """Nothing tells it by eye: it looks like a small lymphocyte."""
    cell.cytoplasm(DEEP_BLUE, cell.blob(cell.radius, _ROUND), 0.7)
    cell.nucleus(cell.blob(0.86 * cell.radius, ((2, 0.03), (3, 0.02))), OPEN_CHROMATIN, 0.35, 1.8, 0.75)


_PAINT: dict[str, Callable[[_Cell, float], None]] = {
    "red_cell": _red_cell,
    "macro_ovalocyte": _macro_ovalocyte,
    "elliptocyte": _elliptocyte,
    "spherocyte": _spherocyte,
    "target_cell": _target_cell,
    "teardrop": _teardrop,
    "schistocyte": _schistocyte,
    "polychromatic": _polychromatic,
    "nucleated_red_cell": _nucleated_red_cell,
    "neutrophil": _neutrophil,
    "hypersegmented": _hypersegmented,
    "band": _band,
    "pelgeroid": _pelgeroid,
    "lymphocyte": _lymphocyte,
    "large_lymphocyte": _lymphocyte,
    "monocyte": _monocyte,
    "eosinophil": _eosinophil,
    "basophil": _basophil,
    "blast": _blast,
    "promyelocyte": _promyelocyte,
    "immature_granulocyte": _immature_granulocyte,
    "hairy_cell": _hairy_cell,
    "platelet": _platelet,
    "large_platelet": _platelet,
    "giant_platelet": _platelet,
    "platelet_clump": _platelet_clump,
    "megakaryocyte": _megakaryocyte,
    "stem_cell": _stem_cell,
}

KINDS = tuple(_PAINT)
"""The cells that can be painted: those of a film (``data/film_cells.csv``), and two that stay in the marrow."""

_ROOM = {"teardrop": 2.6, "elliptocyte": 1.9, "schistocyte": 1.5}
"""Width of the glass a kind needs, in diameters."""


_LARGE = 56
"""Pixels of a side from which on a painted cell is large: 38 kB and more."""


def sprite(kind: str, diameter_um: float, scale: float, look: int = 0, pallor: float = 1 / 3) -> np.ndarray:
    """One cell as optical densities.

    Args:
        kind: one of :data:`KINDS`.
        diameter_um: how wide it is.
        scale: pixels a µm.
        look: which of many alike: another number is another cell of the same kind.
        pallor: the pale middle of a red cell as a share of its diameter.

    Returns:
        Float32 of (side, side, 3), side odd, the cell's middle in the middle; read only.

    Raises:
        KeyError: a kind the course cannot paint.
    """
    if kind not in _PAINT:
        raise KeyError(f"The course cannot paint {kind!r}. It paints: {', '.join(KINDS)}.")
    room = diameter_um * _ROOM.get(kind, 1.35) + 1
    painted = _large if room * scale >= _LARGE else _small
    return painted(kind, diameter_um, room, scale, look, pallor)


def _paint(kind: str, diameter_um: float, room: float, scale: float, look: int, pallor: float) -> np.ndarray:
    cell = _Cell(room, diameter_um, scale, np.random.default_rng([look, KINDS.index(kind)]))
    _PAINT[kind](cell, pallor)
    cell.dye.setflags(write=False)
    return cell.dye


_small, _large = lru_cache(maxsize=320)(_paint), lru_cache(maxsize=256)(_paint)
"""Painted cells that are kept: some 5 MB of small ones, and 25 MB of large ones while a magnified film is moved."""


def forget() -> None:
    """Let go of the large cells: a picture that stands still needs them no more."""
    _large.cache_clear()


def lay_on(glass: np.ndarray, cells: Iterable[tuple[np.ndarray, float, float]]) -> None:
    """Lay cells on a glass: add their densities, each with its middle at a pixel; what lies outside is cut off.

    Args:
        glass: densities, float32 of (height, width, 3), changed in place.
        cells: each cell's densities, and the pixel of its middle from the left and from the top.
    """
    height, width, _ = glass.shape
    for dye, x, y in cells:
        half = dye.shape[0] // 2
        left, top = round(x) - half, round(y) - half
        right, bottom = left + dye.shape[1], top + dye.shape[0]
        if left >= 0 and top >= 0 and right <= width and bottom <= height:
            glass[top:bottom, left:right] += dye
        elif right > 0 and bottom > 0 and left < width and top < height:
            part = dye[max(-top, 0) : height - top, max(-left, 0) : width - left]
            glass[max(top, 0) : max(top, 0) + part.shape[0], max(left, 0) : max(left, 0) + part.shape[1]] += part


def lay_cells(
    glass: np.ndarray,
    cells: Iterable[tuple[str, float, int]],
    middles: Iterable[tuple[float, float]],
    scale: float,
    pallor: float = 1 / 3,
) -> None:
    """Paint cells and lay them on a glass.

    Args:
        glass: densities, changed in place.
        cells: kind, diameter (µm) and look of each; diameters are rounded to a fifth of a µm, so that cells repeat.
        middles: the pixel of each cell's middle, from the left and from the top.
        scale: pixels a µm.
        pallor: as :func:`sprite` has it.
    """
    dyed = (sprite(kind, round(wide * 5) / 5, scale, turn, pallor) for kind, wide, turn in cells)
    lay_on(glass, ((dye, x, y) for dye, (x, y) in zip(dyed, middles, strict=True)))


def shine(glass: np.ndarray, light: np.ndarray = LIGHT) -> np.ndarray:
    """What the eye sees when light falls through the glass: uint8 of (height, width, 3).

    Args:
        glass: densities.
        light: the light that falls on it, 0-255, of a shape that fits the glass.
    """
    seen = np.empty(glass.shape, dtype=np.uint8)
    light = np.broadcast_to(light, glass.shape)
    for first in range(0, len(glass), 64):  # in strips, so that little memory is asked for at a time
        rows = slice(first, first + 64)
        seen[rows] = np.exp(-glass[rows]) * light[rows]
    return seen
