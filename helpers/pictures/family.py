"""Where blood cells come from: from the stem cell in the marrow to the cells of the blood.

>>> FamilyPicture()
FamilyPicture: One stem cell, 9 kinds of cells in the blood
"""

from __future__ import annotations

import numpy as np

from helpers.evidence import keyed
from helpers.pictures import look
from helpers.pictures.painted import SHARPNESS, PaintedPicture, Pen, written
from helpers.pictures.stain import lay_on, shine, sprite
from helpers.wording import sources_of

_TOP, _ROW, _BOTTOM = 64, 68, 14
_LEFT = {"stem": 40, "progenitor": 118, "stage": 246, "blood": 352}
_NAME = 382
"""Pixels from the left: where each generation stands, and the names of the cells of the blood."""
_BORDER = 308
"""Where the marrow ends and the blood begins."""
_MARROW = "#FCF3E4"


class FamilyPicture(PaintedPicture):
    """The family tree of the blood cells, as ``data/cells.csv`` tells it. Simplified: real paths branch and cross.

    Which cells are drawn, and as what, are rows of ``data/family_tree.csv``.
    """

    def __init__(self) -> None:
        self.cells, self.drawn = keyed("cells", "cell"), keyed("family_tree", "cell")
        self.leaves = self._generation("blood")
        """Cells of the blood, top to bottom."""
        self.sources = sources_of(self.cells[cell] for cell in self.drawn)
        self.places = self._lay_out()
        """Middle of each cell drawn, pixels from the top left corner."""

    def ancestors(self, cell: str) -> list[str]:
        """The cells it comes from, the nearest first."""
        found: list[str] = []
        while cell := self.cells[cell]["descends_from"] or "":
            found.append(cell)
        return found

    def _generation(self, name: str) -> list[str]:
        return [cell for cell, row in self.drawn.items() if row["generation"] == name]

    def _lay_out(self) -> dict[str, tuple[float, float]]:
        places = {leaf: (_LEFT["blood"], _TOP + _ROW * (row + 0.5)) for row, leaf in enumerate(self.leaves)}
        for name in ("stage", "progenitor"):
            for cell in self._generation(name):
                rows = [places[leaf][1] for leaf in self.leaves if cell in self.ancestors(leaf)]
                places[cell] = (_LEFT[name], float(np.mean(rows)))
        rows = [places[cell][1] for cell in self._generation("progenitor")]
        return places | {cell: (_LEFT["stem"], float(np.mean(rows))) for cell in self._generation("stem")}

    def links_drawn(self) -> list[tuple[str, str]]:
        """Pairs of parent and child joined by a line: each cell and its nearest ancestor that is drawn."""
        found = []
        for cell in self.places:
            above = next((one for one in self.ancestors(cell) if one in self.places), None)
            found += [(above, cell)] if above else []
        return found

    def paint(self) -> np.ndarray:
        """The picture: uint8 of (height, width, 3)."""
        ruled = self._ruled(_TOP + _ROW * len(self.leaves) + _BOTTOM)
        glass = np.zeros(ruled.shape, dtype=np.float32)
        painted = ((self.drawn[cell], place) for cell, place in self.places.items())
        lay_on(
            glass,
            (
                (
                    sprite(row["painted_as"], row["painted_um"], row["px_per_um"] * SHARPNESS, 2),
                    x * SHARPNESS,
                    y * SHARPNESS,
                )
                for row, (x, y) in painted
            ),
        )
        return written(shine(glass, ruled.astype(np.float32)), SHARPNESS, self._write)

    def _ruled(self, height: float) -> np.ndarray:
        """The marrow, the blood and the lines between generations, drawn twice as large and shrunk to be smooth."""
        from PIL import Image

        size = round(look.WIDTH * SHARPNESS), round(height * SHARPNESS)
        fine = np.full((2 * size[1], 2 * size[0], 3), 255, np.uint8)
        large = Image.fromarray(written(fine, 2 * SHARPNESS, self._rule))
        return np.asarray(large.resize(size, Image.Resampling.LANCZOS))

    def _radius(self, cell: str) -> float:
        return self.drawn[cell]["painted_um"] * self.drawn[cell]["px_per_um"] / 2 + 5

    def _rule(self, pen: Pen) -> None:
        pen.fill((0, _TOP - 26, _BORDER, 2000), _MARROW)
        pen.stroke([(_BORDER, _TOP - 26), (_BORDER, 2000)], look.NEUTRAL_EDGE, 1.5)
        for parent, child in self.links_drawn():
            (x0, y0), (x1, y1) = self.places[parent], self.places[child]
            start, end = x0 + self._radius(parent), x1 - self._radius(child)
            part = np.linspace(0, 1, 40)
            bent = np.clip(part * (end - start) / min(end - start, 46), 0, 1)  # soon level, clear of the names
            ease = bent * bent * (3 - 2 * bent)
            pen.stroke(list(zip(start + (end - start) * part, y0 + (y1 - y0) * ease, strict=True)), look.QUIET, 1.8)

    def _write(self, pen: Pen) -> None:
        for line, words in enumerate(self.lines(self.point())):
            pen.write(12, 8 + 20 * line, words, "la", bold=True)
        pen.write(_BORDER / 2, _TOP - 16, "in the marrow", ink=look.QUIET)
        pen.write((_BORDER + look.WIDTH) / 2, _TOP - 16, "in the blood", ink=look.QUIET)
        for leaf in self.leaves:
            row, (_, y) = self.cells[leaf], self.places[leaf]
            pen.write(_NAME, y, f"{look.SIGN[row['line']]} {self._name(leaf)}", "lm", ink=look.INK[row["line"]])
        for cell, (x, y) in self.places.items():
            if cell not in self.leaves:
                for line, words in enumerate(self._name(cell).split(" ")):
                    pen.write(x, y + self._radius(cell) + 6 + 16 * line, words, halo=_MARROW)

    def _name(self, cell: str) -> str:
        return self.drawn[cell]["name"] or self.cells[cell]["label"].lower()

    # --- the words ---

    def point(self) -> str:
        """The picture's title."""
        return f"One stem cell, {len(self.leaves)} kinds of cells in the blood"

    def describe(self) -> str:
        """The tree in words, branch by branch."""
        said = []
        for leaf in self.leaves:
            path = [self.cells[cell]["label"].split(" (")[0].lower() for cell in reversed(self.ancestors(leaf))]
            said.append(f"{' → '.join([*path, self.cells[leaf]['label'].lower()])}.")
        return f"{self.point()}. {' '.join(said)}"

    def caption(self) -> str:
        """What is simplified, and the sources."""
        return (
            "Not to scale, and simplified: not every stage is drawn, and real paths branch and cross. The stem cell "
            f"and the progenitors cannot be told by eye. Sources: {self.links()}."
        )
