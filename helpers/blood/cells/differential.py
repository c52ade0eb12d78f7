"""The differential: white cells counted one by one under the microscope, and what chance makes of such a count.

>>> seen = Differential.of(["neutrophil", "lymphocyte", "lymphocyte"], wbc=1.4)
>>> seen.share("lymphocytes"), seen.limits("lymphocytes")     # in percent, and what the truth may be
(66.6..., (9.4..., 99.1...))
>>> seen.absolute_limits("neutrophils")                       # in 10^9/L
(0.0..., 1.2...)
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from helpers.blood.core.confidence_limits import exact_limits

CLASSES: Mapping[str, tuple[str, ...]] = {
    "neutrophils": ("neutrophil", "band", "hypersegmented", "pelgeroid"),
    "lymphocytes": ("lymphocyte", "large_lymphocyte"),
    "monocytes": ("monocyte",),
    "eosinophils": ("eosinophil",),
    "basophils": ("basophil",),
    "blasts": ("blast",),
    "others": ("promyelocyte", "immature_granulocyte", "hairy_cell"),
}
"""The classes of a differential, and the kinds of ``data/film_cells.csv`` counted in each. Bands are neutrophils."""

_CLASS_OF = {kind: name for name, kinds in CLASSES.items() for kind in kinds}


def class_of(kind: str) -> str:
    """The class a kind of white cell is counted in.

    Raises:
        KeyError: it is no white cell of the course.
    """
    if kind not in _CLASS_OF:
        raise KeyError(f"{kind!r} is no white cell of a differential. These are: {', '.join(_CLASS_OF)}.")
    return _CLASS_OF[kind]


@dataclass(frozen=True)
class Differential:
    """White cells counted by class."""

    counted: Mapping[str, int]
    """How many of each of :data:`CLASSES`."""
    wbc: float = math.nan
    """The white cell count, 10^9/L; NaN where it is not known."""

    @classmethod
    def of(cls, kinds: Iterable[str], wbc: float = math.nan) -> Differential:
        """The differential of cells met one after the other, given by kind.

        Raises:
            KeyError: a kind that is no white cell.
        """
        found = Counter(map(class_of, kinds))
        return cls({name: found.get(name, 0) for name in CLASSES}, wbc)

    @property
    def total(self) -> int:
        """How many cells were counted."""
        return sum(self.counted.values())

    def share(self, name: str) -> float:
        """The share of a class, in percent; NaN before anything is counted."""
        return 100 * self.counted[name] / self.total if self.total else math.nan

    def limits(self, name: str) -> tuple[float, float]:
        """Exact 95 % limits of that share, in percent: what the blood may really hold. NaN before anything is counted.

        They allow for chance alone: that the cells on the glass are a sample. Uneven spreading and slips of the eye
        come on top.
        """
        return exact_limits(self.counted[name], self.total) if self.total else (math.nan, math.nan)

    def absolute(self, name: str) -> float:
        """The class in 10^9/L of blood."""
        return self.wbc * self.share(name) / 100

    def absolute_limits(self, name: str) -> tuple[float, float]:
        """Its 95 % limits in 10^9/L, taking the white cell count as exact."""
        low, high = self.limits(name)
        return self.wbc * low / 100, self.wbc * high / 100

    def decides(self, name: str, limit: float) -> str:
        """On which side of a limit (10^9/L) a class lies: "below", "not below", or "not settled" by this count."""
        low, high = self.absolute_limits(name)
        if math.isnan(low):
            return "not settled"
        return "below" if high < limit else "not below" if low >= limit else "not settled"

    def table(self) -> pd.DataFrame:
        """One row a class: counted, percent with limits, and 10^9/L with limits."""
        rows = []
        for name, counted in self.counted.items():
            low, high = self.limits(name)
            lowest, highest = self.absolute_limits(name)
            rows.append((name, counted, self.share(name), low, high, self.absolute(name), lowest, highest))
        columns = ["class", "counted", "percent", "from", "to", "e9_per_l", "e9_per_l_from", "e9_per_l_to"]
        return pd.DataFrame(rows, columns=columns).set_index("class")
