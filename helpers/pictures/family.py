"""Where blood cells come from: from the stem cell in the marrow to the cells of the blood.

>>> FamilyPicture()
"""

from __future__ import annotations

import numpy as np

from helpers.evidence import records
from helpers.pictures import look
from helpers.pictures.painted import SHARPNESS, PaintedPicture, Pen, written
from helpers.pictures.stain import lay_on, shine, sprite
from helpers.wording import sources_of

_TOP, _ROW, _BOTTOM = 64, 68, 14
_STEM, _PROGENITOR, _STAGE, _BLOOD, _NAME = 40, 118, 246, 352, 382
"""Pixels from the left: where each generation stands, and the names of the cells of the blood."""
_BORDER = 308
"""Where the marrow ends and the blood begins."""
_MARROW = "#FCF3E4"

_LEAVES = (
    ("red_cell", "erythroblast"),
    ("platelet", "megakaryocyte"),
    ("neutrophil", "myelocyte"),
    ("eosinophil", ""),
    ("basophil", ""),
    ("monocyte", ""),
    ("b_cell", ""),
    ("t_cell", ""),
    ("nk_cell", ""),
)
"""Cells of the blood, top to bottom, and the one stage on their way that is drawn."""
_LOOKS = {
    "stem_cell": ("stem_cell", 10, 3.4),
    "myeloid_progenitor": ("blast", 15, 2.4),
    "lymphoid_progenitor": ("blast", 13, 2.4),
    "erythroblast": ("nucleated_red_cell", 11, 3.0),
    "megakaryocyte": ("megakaryocyte", 34, 1.4),
    "myelocyte": ("immature_granulocyte", 15, 2.6),
    "red_cell": ("red_cell", 7.5, 3.4),
    "platelet": ("platelet", 2.5, 5.0),
    "neutrophil": ("neutrophil", 13, 3.2),
    "eosinophil": ("eosinophil", 13, 3.2),
    "basophil": ("basophil", 12, 3.2),
    "monocyte": ("monocyte", 16, 2.9),
    "b_cell": ("lymphocyte", 9, 3.6),
    "t_cell": ("lymphocyte", 9.2, 3.6),
    "nk_cell": ("large_lymphocyte", 12, 3.2),
}
"""What is painted for a cell, how wide (µm), and at how many pixels a µm: the tree is not to scale."""
_SHORT = {
    "b_cell": "B cell",
    "t_cell": "T cell",
    "nk_cell": "NK cell",
    "platelet": "platelets",
    "stem_cell": "stem cell",
    "erythroblast": "erythroblast",
    "myelocyte": "myelocyte",
}


class FamilyPicture(PaintedPicture):
    """The family tree of the blood cells, as ``data/cells.csv`` tells it. Simplified: real paths branch and cross."""

    def __init__(self) -> None:
        self.cells = {row["cell"]: row for row in records("cells")}
        drawn = [cell for cell in _LOOKS if cell in self.cells]
        self.sources = sources_of(self.cells[cell] for cell in drawn)
        self.places = self._lay_out()
        """Middle of each cell drawn, pixels from the top left corner."""

    def ancestors(self, cell: str) -> list[str]:
        """The cells it comes from, the nearest first."""
        found: list[str] = []
        while cell := self.cells[cell]["descends_from"] or "":
            found.append(cell)
        return found

    def _lay_out(self) -> dict[str, tuple[float, float]]:
        places = {leaf: (_BLOOD, _TOP + _ROW * (row + 0.5)) for row, (leaf, _) in enumerate(_LEAVES)}
        places |= {stage: (_STAGE, places[leaf][1]) for leaf, stage in _LEAVES if stage}
        for parent in ("myeloid_progenitor", "lymphoid_progenitor"):
            rows = [places[leaf][1] for leaf, _ in _LEAVES if parent in self.ancestors(leaf)]
            places[parent] = (_PROGENITOR, float(np.mean(rows)))
        rows = [places[parent][1] for parent in ("myeloid_progenitor", "lymphoid_progenitor")]
        return places | {"stem_cell": (_STEM, float(np.mean(rows)))}

    def links_drawn(self) -> list[tuple[str, str]]:
        """Pairs of parent and child joined by a line: each cell and its nearest ancestor that is drawn."""
        found = []
        for cell in self.places:
            above = next((one for one in self.ancestors(cell) if one in self.places), None)
            found += [(above, cell)] if above else []
        return found

    def paint(self) -> np.ndarray:
        """The picture: uint8 of (height, width, 3)."""
        height = _TOP + _ROW * len(_LEAVES) + _BOTTOM
        ruled = self._ruled(height)
        glass = np.zeros(ruled.shape, dtype=np.float32)
        lay_on(
            glass,
            (
                (sprite(kind, wide, scale * SHARPNESS, 2), x * SHARPNESS, y * SHARPNESS)
                for (x, y), (kind, wide, scale) in ((place, _LOOKS[cell]) for cell, place in self.places.items())
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
        _, wide, scale = _LOOKS[cell]
        return wide * scale / 2 + 5

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
        for leaf, _ in _LEAVES:
            row, (_, y) = self.cells[leaf], self.places[leaf]
            pen.write(_NAME, y, f"{look.SIGN[row['line']]} {self._name(leaf)}", "lm", ink=look.INK[row["line"]])
        for cell, (x, y) in self.places.items():
            if x != _BLOOD:
                for line, words in enumerate(self._name(cell).split(" ")):
                    pen.write(x, y + self._radius(cell) + 6 + 16 * line, words, halo=_MARROW)

    def _name(self, cell: str) -> str:
        return _SHORT.get(cell, self.cells[cell]["label"].lower())

    # --- the words ---

    def point(self) -> str:
        """The picture's title."""
        return f"One stem cell, {len(_LEAVES)} kinds of cells in the blood"

    def describe(self) -> str:
        """The tree in words, branch by branch."""
        said = []
        for leaf, _ in _LEAVES:
            path = [self.cells[cell]["label"].split(" (")[0].lower() for cell in reversed(self.ancestors(leaf))]
            said.append(f"{' → '.join([*path, self.cells[leaf]['label'].lower()])}.")
        return f"{self.point()}. {' '.join(said)}"

    def caption(self) -> str:
        """What is simplified, and the sources."""
        return (
            "Not to scale, and simplified: not every stage is drawn, and real paths branch and cross. The stem cell "
            f"and the progenitors cannot be told by eye. Sources: {self.links()}."
        )
