"""Counting as a lab does it: white cells met one by one, named by the learner or by a button, with what chance allows.

>>> bench = CountingBench("aplastic_severe")
>>> bench.name("lymphocytes")              # what the learner takes the cell on the glass for
>>> bench.count_on(99)                     # the course counts on
>>> bench.status, bench.table()
"""

from __future__ import annotations

import ipywidgets
import pandas as pd
import traitlets

from helpers.blood.differential import CLASSES, Differential, class_of
from helpers.blood.film import WHITE, Film, cell_kinds, teaching_films
from helpers.blood.units import show
from helpers.evidence import constant
from helpers.panels.amounts import amount_slider
from helpers.panels.controls import Button, Choice, Picture, Switch, Words, tie
from helpers.panels.panel import Later, Panel
from helpers.pictures import look, page
from helpers.pictures.counting import DifferentialPicture
from helpers.pictures.film import CellPicture

MOST = 1000
"""Cells a bench can count."""
CELLS = (25, 50, 100, 200, 500, 1000)
"""How many cells one can set out to count."""


class CountingBench(Panel):
    """A differential on simulated fields of a film.

    Args:
        film: a teaching film of ``data/films.csv``.
        cells: how many cells to count.
        seed: which stretch of the film; the same seed meets the same cells.
        films: whether another film can be chosen.

    Raises:
        KeyError: no such film. ValueError: a number of cells the bench does not offer.
    """

    film = traitlets.Unicode()
    wbc = traitlets.Float(None, allow_none=True, help="10^9/L")
    cells = traitlets.Int(100)
    counted = traitlets.Int(0, help="how many of the cells met so far were counted")
    named = traitlets.Dict(help="what the learner took a cell for, by its place in the line")
    truth = traitlets.Bool(False, help="whether the real shares are shown")
    seed = traitlets.Int(0)

    def __init__(self, film: str = "aplastic_severe", cells: int = 100, seed: int = 1, films: bool = True) -> None:
        if cells not in CELLS:
            raise ValueError(f"The bench counts {', '.join(map(str, CELLS))} cells; {cells} was asked for.")
        super().__init__(cells=cells, seed=seed)
        self.with_films, self.picture, self.said = films, DifferentialPicture(), ""
        self.observe(lambda change: self._new_film(), "film")
        self.observe(lambda change: None if self._quiet else self._new_glass(), ["wbc", "seed"])
        self.observe(self._moved, ["cells", "counted", "truth"])
        self.film = film

    # --- the model ---

    def _new_film(self) -> None:
        self._base = Film.of(self.film)
        with self._together():
            self.wbc, self.truth = self._base.count.wbc, False
            self._new_glass()

    def _new_glass(self) -> None:
        """Begin a new count: other cells, nothing counted."""
        with self._together():
            self.shown = Film(self._base.count.change(wbc=self.wbc), self._base.signs, label=self._base.label)
            self.search = self.shown.search(MOST, self.seed)
            self.named, self.said, self.counted = {}, "", 0

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
        row = cell_kinds()[self.kind]
        found = class_of(self.kind)
        label = f"{row['label']}: {row['look']}"
        wrong = f"✎ Not one of the {name}. {label} It is counted among the {found}."
        self.said = f"Cell {self.counted + 1}: " + (f"✓ {label}" if found == name else wrong)
        self.named = self.named | {self.counted: name}
        self.counted += 1

    def count_on(self, many: int) -> None:
        """Let the course count on, at most to the goal."""
        self.said = ""
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
        return sum(class_of(self.search.cells.kinds[place]) == name for place, name in self.named.items())

    def real_shares(self) -> dict[str, float]:
        """The share of each class in the blood the film was made from, in percent."""
        every = sum(self.shown.expected.get(kind, 0.0) for kind in WHITE)
        return {
            name: 100 * sum(self.shown.expected.get(kind, 0.0) for kind in kinds) / every if every else 0.0
            for name, kinds in CLASSES.items()
        }

    def _update(self) -> None:
        self.picture.update(self.seen, self.real_shares() if self.truth else None)
        self.status = self._say()
        self.changes += 1

    def _say(self) -> str:
        if not self.goal:
            why = "There are no white cells" if self.wbc == 0 else "The white cell count is not known"
            return f"{why}, so there is nothing to count."
        seen = self.seen
        if not seen.total:
            return f"0 of {self.goal} cells counted. What is the cell on the glass?"
        fields = int(self.search.fields[seen.total - 1])
        parts = [f"{seen.total} of {self.goal} cells counted, in {fields} field{'' if fields == 1 else 's'}."]
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

    # --- showing it ---

    def static_html(self) -> str:
        """The twin for where there is no kernel: the picture, the sentence and the table."""
        return f"{self.picture.kept()}<p><strong>{page.escape(self.status)}</strong></p>{self.words()}"

    def make_view(self) -> _View:
        """Build the widgets."""
        return _View(self)


def _between(amount: float, low: float, high: float) -> str:
    """An amount of cells with its limits, in 10^9/L: "0.21 (0.10 to 0.36)"."""
    shown = [show(part, "anc", beside=False).partition(" ")[0] for part in (amount, low, high)]
    return "{} ({} to {})".format(*shown)


class _View:
    """The bench's widgets: they hold nothing of their own and follow the model."""

    def __init__(self, model: CountingBench) -> None:
        self.model = model
        self.cell, self.picture = Picture(width=CellPicture.width), Picture(width=look.WIDTH)
        self.reply, self.words = Words(), Words()
        wrap = {"flex_flow": "row wrap", "grid_gap": "7px 10px", "overflow": "visible"}
        film = Choice("Film", {row["label"]: key for key, row in teaching_films().items()}, model.film)
        cells = Choice("Cells to count", {str(many): many for many in CELLS}, model.cells)
        self.wbc = amount_slider("wbc", model.wbc)
        self.truth = Switch("Show the truth")
        tie(model, film=film, cells=cells, wbc=self.wbc, truth=self.truth)
        self.names = {
            name: self._button(name.removesuffix("s"), lambda name=name: model.name(name)) for name in CLASSES
        }
        self.ten = self._button("Count 10 for me", lambda: model.count_on(10))
        self.rest = self._button("Count the rest for me", lambda: model.count_on(MOST))
        again = self._button("Start again elsewhere", model.restart)
        for widget in (self.wbc, film):
            widget.layout.flex, widget.layout.min_width, widget.layout.max_width = "1 1 230px", "0", "370px"
        top = ipywidgets.Box([*([film] if model.with_films else []), self.wbc, cells], layout=wrap)
        names = ipywidgets.Box(list(self.names.values()), layout=wrap)
        help_ = ipywidgets.Box([self.ten, self.rest, again, self.truth], layout=wrap)
        right = ipywidgets.VBox(
            [names, help_, self.reply],
            layout={"flex": "1 1 300px", "min_width": "0", "grid_gap": "8px", "overflow": "visible"},
        )
        middle = ipywidgets.Box([self.cell, right], layout=wrap)
        self.box = ipywidgets.VBox(
            [top, middle, self.picture, self.words],
            layout={"max_width": "800px", "grid_gap": "8px", "overflow": "visible"},
        )
        self._tell_later = Later(self._tell)
        model.observe(lambda change: self._follow(), "changes")
        self._follow()

    def _button(self, label: str, do) -> Button:
        button = Button(label)
        button.when_pressed(do)
        return button

    def _follow(self) -> None:
        model = self.model
        glass = CellPicture(model.search.cells, model.counted if not model.done else None)
        self.cell.show(glass.image(), glass.describe(), page.inline(glass.caption()))
        self.picture.show(model.picture.image(), model.picture.describe())
        self.reply.show(model.said, "")
        for button in (*self.names.values(), self.ten, self.rest):
            button.disabled = model.done
        self._tell_later()

    def _tell(self) -> None:
        self.picture.caption = page.inline(self.model.picture.caption())
        self.words.show(self.model.status, self.model.words())
