"""Counting as a lab does it: white cells met one by one, named by the learner or by a button, with what chance allows.

>>> bench = CountingBench("aplastic_severe")
>>> bench.name("lymphocytes")              # what the learner takes the cell on the glass for
>>> bench.count_on(99)                     # the course counts on
>>> bench.status.partition(".")[0]
'100 of 100 cells counted, in 1122 fields'
"""

from __future__ import annotations

from functools import partial
from typing import Any

import ipywidgets
import pandas as pd
import traitlets

from helpers import page
from helpers.blood.cells.differential import CLASSES, Differential, class_of
from helpers.blood.cells.film import WHITE, Film, cell_kinds, teaching_films
from helpers.blood.core.units import show
from helpers.evidence import constant
from helpers.panels.amounts import amount_slider
from helpers.panels.controls import Choice, Picture, Switch, Words
from helpers.panels.layout import stacked
from helpers.panels.pictured import PicturedPanel, PicturedView
from helpers.panels.traits import Amount, OneOf
from helpers.pictures import look
from helpers.pictures.counting import DifferentialPicture
from helpers.pictures.film import CellPicture
from helpers.wording import counted

MOST = 1000
"""Cells a bench can count."""
CELLS = (25, 50, 100, 200, 500, 1000)
"""How many cells one can set out to count."""


class CountingBench(PicturedPanel):
    """A differential on simulated fields of a film.

    Args:
        film: a teaching film of ``data/films.csv``.
        cells: how many cells to count.

    Raises:
        KeyError: no such film. ValueError: a number of cells the bench does not offer.
    """

    film = OneOf(teaching_films, "film", "aplastic_severe")
    wbc = Amount(low=0, help="10^9/L")
    cells = OneOf(lambda: CELLS, "number of cells to count:", 100)
    counted = traitlets.Int(0, min=0, max=MOST, help="how many of the cells met so far were counted")
    named = traitlets.Dict(help="what the learner took a cell for, by its place in the line (text)")
    truth = traitlets.Bool(False, help="whether the real shares are shown")
    seed = traitlets.Int(1, min=0, help="which stretch of the film; the same one meets the same cells")
    LOADS = ("film",)

    def __init__(self, film: str = "aplastic_severe", cells: int = 100) -> None:
        if cells not in CELLS:
            raise ValueError(f"The bench counts {', '.join(map(str, CELLS))} cells; {cells} was asked for.")
        super().__init__(cells=cells)
        Film.of(film)
        self.picture, self._met = DifferentialPicture(), None
        self.film, self.wbc = film, Film.of(film).count.wbc
        self.observe(lambda change: self._new_glass(), ["wbc", "seed"])
        self.begin()

    # --- the model ---

    def loaded(self) -> dict[str, Any]:
        """The white cell count of the film chosen."""
        return {"wbc": Film.of(self.film).count.wbc}

    def _new_glass(self) -> None:
        """Begin a new count: other cells, nothing counted."""
        if not self._setting:
            with self._silence():
                self.named, self.counted = {}, 0

    @property
    def said(self) -> str:
        """What is said of the cell the learner named last; "" where the last one was not named."""
        name = self.named.get(str(self.counted - 1))
        if name is None:
            return ""
        kind = self.search.cells.kinds[self.counted - 1]
        row, found = cell_kinds()[kind], class_of(kind)
        label = f"{row['label']}: {row['look']}"
        wrong = f"✎ Not one of the {name}. {label} It is counted among the {found}."
        return f"Cell {self.counted}: " + (f"✓ {label}" if found == name else wrong)

    @property
    def goal(self) -> int:
        """How many cells there are to count: none where no white cell can be drawn."""
        return min(self.cells, len(self.search.cells))

    @property
    def done(self) -> bool:
        """Whether all are counted."""
        return self.counted >= self.goal

    @property
    def kind(self) -> str:
        """The kind of the cell on the glass; "" when all are counted."""
        return "" if self.done else self.search.cells.kinds[self.counted]

    def name(self, name: str) -> None:
        """Say what the cell on the glass is, one of the classes of a differential. It is counted as what it is.

        Raises:
            KeyError: no such class.
        """
        if name not in CLASSES:
            raise KeyError(f"There is no class {name!r}. The classes are: {', '.join(CLASSES)}.")
        if self.done:
            return
        with self.batch():
            self.named = self.named | {str(self.counted): name}
            self.counted += 1

    def count_on(self, many: int) -> None:
        """Let the course count on, at most to the goal."""
        self.counted = min(self.counted + many, self.goal)

    def restart(self) -> None:
        """A new stretch of the same film."""
        self.seed += 1

    @property
    def seen(self) -> Differential:
        """What was counted so far."""
        return Differential.of(self.search.cells.kinds[: min(self.counted, self.goal)], self.shown.count.wbc)

    @property
    def hits(self) -> int:
        """How many of the cells the learner named were named rightly."""
        return sum(class_of(self.search.cells.kinds[int(place)]) == name for place, name in self.named.items())

    def real_shares(self) -> dict[str, float]:
        """The share of each class in the blood the film was made from, in percent."""
        every = sum(self.shown.expected.get(kind, 0.0) for kind in WHITE)
        return {
            name: 100 * sum(self.shown.expected.get(kind, 0.0) for kind in kinds) / every if every else 0.0
            for name, kinds in CLASSES.items()
        }

    def _update(self) -> None:
        met = (self.film, self.wbc, self.seed)
        if met != self._met:
            film = Film.of(self.film)
            self.shown = Film(film.count.change(wbc=self.wbc), film.signs, label=film.label)
            self.search, self._met = self.shown.search(MOST, self.seed), met
        self.picture.update(self.seen, self.real_shares() if self.truth else None)
        self.status = self._say()

    def _say(self) -> str:
        if not self.goal:
            why = "There are no white cells" if self.wbc == 0 else "The white cell count is not known"
            return f"{why}, so there is nothing to count."
        seen = self.seen
        if not seen.total:
            return f"0 of {self.goal} cells counted. What is the cell on the glass?"
        fields = int(self.search.fields[seen.total - 1])
        parts = [f"{seen.total} of {self.goal} cells counted, in {counted(fields, 'field')}."]
        limit = constant("febrile_neutropenia_anc_e9_per_l")
        low, high = seen.absolute_limits("neutrophils")
        verdict = {
            "below": f"below {limit:g} within the 95 % limits",
            "not below": f"not below {limit:g} within the 95 % limits",
            "not settled": f"whether it is below {limit:g} is not settled",
        }[seen.decides("neutrophils", limit)]
        amount = _between(seen.absolute("neutrophils"), low, high)
        parts.append(f"Neutrophils {amount} ×10⁹/L: {verdict}.")
        if self.named:
            parts.append(f"You named {self.hits} of {len(self.named)} cells rightly.")
        return " ".join(parts)

    # --- the words ---

    def table(self) -> pd.DataFrame:
        """One row a class: counted, percent and 10^9/L with their 95 % limits, and the truth when it is shown."""
        found = self.seen.table()
        real = self.real_shares()
        rows = []
        for name, row in found.iterrows():
            share = f"{row['percent']:.1f} ({row['from']:.1f} to {row['to']:.1f})" if self.counted else ""
            amount = _between(*(row[part] for part in ("e9_per_l", "e9_per_l_from", "e9_per_l_to")))
            amount = amount if self.counted else ""
            rows.append((name, int(row["counted"]), share, amount, *([round(real[name], 1)] if self.truth else [])))
        columns = ["class", "counted", "percent, with limits", "×10⁹/L, with limits"] + ["in truth, %"] * self.truth
        return pd.DataFrame(rows, columns=columns).set_index("class")

    def words(self) -> str:
        """The words below the picture as HTML."""
        caption = f"The differential of {self.shown.label.lower()}, {self.seen.total} cells"
        return page.table(self.table(), page.literal(caption))


def _between(amount: float, low: float, high: float) -> str:
    """An amount of cells with its limits, in 10^9/L: "0.21 (0.10 to 0.36)"."""
    shown = [show(part, "anc", beside=False).partition(" ")[0] for part in (amount, low, high)]
    return "{} ({} to {})".format(*shown)


class _View(PicturedView, of=CountingBench):
    """The bench's widgets."""

    def build(self) -> None:
        """Make the controls, and lay everything out."""
        model = self.model
        self.cell, self.picture, self.reply = Picture(width=CellPicture.width), Picture(width=look.WIDTH), Words()
        wrap = {"flex_flow": "row wrap", "grid_gap": "7px 10px", "overflow": "visible"}
        self.films = Choice("Film", {row["label"]: key for key, row in teaching_films().items()}, model.film)
        self.cells = Choice("Cells to count", {str(many): many for many in CELLS}, model.cells)
        self.wbc, self.truth = amount_slider("wbc", model.wbc), Switch("Show the truth", model.truth)
        self.link(film=self.films, cells=self.cells, wbc=self.wbc, truth=self.truth)
        self.names = {name: self.button(name.removesuffix("s"), partial(model.name, name)) for name in CLASSES}
        self.ten = self.button("Count 10 for me", lambda: model.count_on(10))
        self.rest = self.button("Count the rest for me", lambda: model.count_on(MOST))
        again, reset = self.button("Start again elsewhere", model.restart), self.button("Reset", model.reset)
        for widget in (self.wbc, self.films):
            widget.layout.flex, widget.layout.min_width, widget.layout.max_width = "1 1 230px", "0", "370px"
        top = ipywidgets.Box([self.films, self.wbc, self.cells], layout=wrap)
        names = ipywidgets.Box(list(self.names.values()), layout=wrap)
        help_ = ipywidgets.Box([self.ten, self.rest, again, reset, self.truth], layout=wrap)
        right = ipywidgets.VBox(
            [names, help_, self.reply],
            layout={"flex": "1 1 300px", "min_width": "0", "grid_gap": "8px", "overflow": "visible"},
        )
        middle = ipywidgets.Box([self.cell, right], layout=wrap)
        self.box = stacked(top, middle, self.picture, self.words)

    def follow(self) -> None:
        """The cell on the glass and what is said of the last one; the rest when the learner rests."""
        model = self.model
        glass = CellPicture(model.search.cells, model.counted if not model.done else None)
        self.cell.show(glass.image(), glass.describe(), page.inline(glass.caption()))
        self.reply.show(model.said, "")
        for button in (*self.names.values(), self.ten, self.rest):
            button.disabled = model.done
        super().follow()
