"""The virtual blood film as a panel: move a count and the field under the oil lens changes at once.

The model is plain traits and can be driven without a notebook:

>>> panel = FilmPanel("megaloblastic")
>>> panel.plt = 20
>>> panel.next_field()
>>> panel.status, panel.table()
"""

from __future__ import annotations

from typing import Any

import ipywidgets
import pandas as pd
import traitlets

from helpers.blood.count import BloodCount
from helpers.blood.film import CLUMP, RED, Film, cell_kinds, teaching_films
from helpers.evidence import constant
from helpers.panels.amounts import amount_slider, known
from helpers.panels.controls import Button, Choice, Picture, Slider, Switch, Words, tie
from helpers.panels.layout import unfold
from helpers.panels.panel import Later, Panel
from helpers.panels.words import links
from helpers.pictures import page
from helpers.pictures.film import FieldPicture, WhiteCellsPicture

COUNTS = ("hb", "mcv", "rdw", "wbc", "neut_pct", "blast_pct", "plt", "retic")
"""Values of the count with a slider."""
SIGNS = (
    "macro_ovalocyte", "schistocyte", "teardrop", "target_cell", "nucleated_red_cell", "hypersegmented",
    "platelet_clump",
)  # fmt: skip
"""Unusual cells with a slider."""
_REST = ("lymph_pct", "mono_pct", "eos_pct", "baso_pct")
"""White cells that share what neutrophils and blasts leave, in the proportion of the film that was chosen."""
NORMAL, NUCLEATED = "normal", "nucleated_red_cell"
_OF = {
    "red_cells": "% of red cells",
    "neutrophils": "% of neutrophils",
    "white_cells": "% of white cells",
    "platelets": "% of platelets",
    "per_100_white_cells": "per 100 white cells",
}
_CROWDING = {"a field holds the same volume": "same volume", "red cells lie as close as usual": "same crowding"}
_LABEL = {"mcv": "Size (MCV)", "rdw": "Spread (RDW)", "wbc": "White cells", "blast_pct": "Blasts"}
_ALWAYS = ("red_cell", "polychromatic", "neutrophil", "lymphocyte", "platelet")
"""Kinds that are listed whatever the film holds, so that the words below do not jump."""
_MOST = {"hypersegmented": 60, "platelet_clump": 95}
"""Where a sign's slider ends; 40 unless given."""


class FilmPanel(Panel):
    """A blood film that can be moved, a normal field beside it, and the next white cells met.

    Args:
        film: the teaching film it starts with.
        counts: the values with a slider, of :data:`COUNTS`.
        signs: the unusual cells with a slider, of :data:`SIGNS`; they stand under "More".
        films: whether another teaching film can be chosen.
        white_cells: whether the strip of white cells is shown.

    Raises:
        KeyError: no such film. ValueError: a slider the panel does not have.
    """

    film = traitlets.Unicode(NORMAL)
    hb = traitlets.Float(None, allow_none=True, help="g/L")
    mcv = traitlets.Float(None, allow_none=True, help="fL")
    rdw = traitlets.Float(None, allow_none=True, help="%")
    wbc = traitlets.Float(None, allow_none=True, help="10^9/L")
    neut_pct = traitlets.Float(None, allow_none=True, help="% of white cells")
    blast_pct = traitlets.Float(None, allow_none=True, help="% of white cells")
    plt = traitlets.Float(None, allow_none=True, help="10^9/L")
    retic = traitlets.Float(None, allow_none=True, help="10^9/L")
    signs = traitlets.Dict(help="share in percent by kind of cell")
    mchc_g_per_l = traitlets.Float(help="how densely red cells are filled")
    per_cell = traitlets.Float(help="the count (10^9/L) one cell a field stands for")
    crowding = traitlets.Enum(["same volume", "same crowding"], "same volume")
    magnified = traitlets.Bool(False)
    names = traitlets.Bool(False)
    seed = traitlets.Int(0)

    def __init__(
        self,
        film: str = NORMAL,
        counts: tuple[str, ...] = COUNTS,
        signs: tuple[str, ...] = SIGNS,
        films: bool = True,
        white_cells: bool = True,
    ) -> None:
        strange = [name for name in (*counts, *signs) if name not in (*COUNTS, *SIGNS)]
        if strange:
            raise ValueError(f"The film has no slider {strange[0]!r}. It has: {', '.join((*COUNTS, *SIGNS))}.")
        super().__init__(per_cell=constant("film_count_per_cell_e9_per_l"))
        self.with_counts, self.with_signs, self.with_films, self.with_white = counts, signs, films, white_cells
        self.load(film)
        moving = [*COUNTS, "signs", "mchc_g_per_l", "per_cell", "crowding", "magnified", "names", "seed"]
        self.observe(self._moved, moving)
        self.observe(lambda change: self.load(change["new"]), "film")

    # --- the model ---

    def load(self, film: str) -> None:
        """Show a teaching film of ``data/films.csv``, at a field that shows what tells it.

        Raises:
            KeyError: no such film.
        """
        chosen = Film.of(film)
        count = chosen.count
        with self._together():
            self._base = count
            for name in COUNTS:
                setattr(self, name, known(count, name))
            self.signs = dict.fromkeys(SIGNS, 0.0) | dict(chosen.signs) | {NUCLEATED: known(count, "nrbc") or 0.0}
            self._chosen = self.signs
            self.mchc_g_per_l = round(count.mchc)
            self.seed = teaching_films()[film]["first_seed"]
            self.film = film

    def reset(self) -> None:
        """Back to the film as it was chosen, and to the usual view."""
        with self._together():
            self.per_cell, self.crowding = constant("film_count_per_cell_e9_per_l"), "same volume"
            self.magnified, self.names = False, False
            self.load(self.film)

    def next_field(self) -> None:
        """Move the glass: another field of the same film."""
        self.seed += 1

    def set_sign(self, kind: str, share: float | None) -> None:
        """Change how many cells are of an unusual kind, in percent; None takes them away.

        Platelets that clump are lost to the machine: the printed count falls, the true one stays.
        """
        if self.signs.get(kind) == (share or 0.0):
            return
        with self._together():
            if kind == CLUMP and self.plt is not None:
                single, before = (1 - (part or 0.0) / 100 for part in (share, self.signs.get(kind)))
                self.plt = round(self.plt * single / before, 1)
            self.signs = self.signs | {kind: share or 0.0}

    @property
    def moved(self) -> bool:
        """Whether counts or shapes are no longer those of the film that was chosen."""
        return self.signs != self._chosen or any(getattr(self, name) != known(self._base, name) for name in COUNTS)

    @property
    def count(self) -> BloodCount:
        """The count as the sliders have it."""
        given = {name: getattr(self, name) for name in ("hb", "mcv", "rdw", "wbc", "plt", "retic")}
        given |= {"nrbc": self.signs[NUCLEATED]} | self._differential()
        return BloodCount.of(**given)

    def _differential(self) -> dict[str, float | None]:
        """Percent of the white cells: what was moved, and the rest in the proportion of the film that was chosen."""
        if self.neut_pct is None or self.blast_pct is None:
            return {"neut_pct": self.neut_pct, "blast_pct": self.blast_pct}
        band, segmented = (known(self._base, name) or 0.0 for name in ("band_pct", "seg_pct"))
        bands = self.neut_pct * band / (band + segmented) if band + segmented else 0.0
        rest = {name: known(self._base, name) or 0.0 for name in _REST}
        other = sum(share for kind, share in self.signs.items() if cell_kinds()[kind]["of"] == "white_cells")
        left = max(100 - self.neut_pct - self.blast_pct - other, 0) / (sum(rest.values()) or 1)
        moved = {"seg_pct": self.neut_pct - bands, "band_pct": bands, "blast_pct": self.blast_pct}
        return moved | {name: share * left for name, share in rest.items()}

    def trouble(self) -> str:
        """What does not go together among the white cells; "" where all does."""
        given = (self.neut_pct or 0) + (self.blast_pct or 0)
        return f"Neutrophils and blasts add up to {given:g} %." if given > 100 else ""

    def _update(self) -> None:
        label = teaching_films()[self.film]["label"] + (", moved" if self.moved else "")
        usual = Film.of(NORMAL, per_cell=self.per_cell)
        signs = {kind: share for kind, share in self.signs.items() if kind != NUCLEATED}
        self.shown = Film(
            self.count, signs, self.per_cell, crowding=self.crowding, mchc_g_per_l=self.mchc_g_per_l, label=label,
            crowded_red_cells=sum(usual.expected.get(kind, 0.0) for kind in RED),
        )  # fmt: skip
        view = dict(magnified=self.magnified, names=self.names)
        self.field = FieldPicture(self.shown, self.seed, "This count", **view)
        beside = (self.per_cell, self.seed, *view.values())
        if beside != getattr(self, "_beside", None):
            self.normal = FieldPicture(usual, self.seed + 1000, "Normal blood", **view)
            self._beside = beside
        white = {kind: share for kind, share in self.shown.expected.items() if cell_kinds()[kind]["line"] == "white"}
        if (white, self.seed) != getattr(self, "_met", None):
            self.strip = WhiteCellsPicture(self.shown, self.seed)
            self._met = white, self.seed
        self.status = f"{label}: {self.field.point()[0].lower()}{self.field.point()[1:]}."
        self.changes += 1

    # --- the words ---

    def _listed(self) -> list[str]:
        """The kinds in the words below: those that can be met on this film, and the usual ones."""
        return [kind for kind in cell_kinds() if kind in _ALWAYS or kind in self.shown.expected]

    def table(self) -> pd.DataFrame:
        """What lies in the field, what to expect of this count, and of normal blood; one row a kind."""
        here, expected, usual = self.field.cells.tally(), self.shown.expected, self.normal.film.expected
        rows = [
            (cell_kinds()[kind]["label"], here.get(kind, 0), *(_digits(one.get(kind, 0)) for one in (expected, usual)))
            for kind in self._listed()
        ]
        return pd.DataFrame(rows, columns=["cell", "here", "expected", "normal"]).set_index("cell")

    def _how_to_know(self, kind: str) -> str:
        """How a kind is known and what it points to, in light markdown."""
        row, usual = cell_kinds()[kind], self.normal.film.expected.get(kind, 0)
        sign = ""
        if row["sign"]:
            more = self.shown.expected.get(kind, 0) > 2 * usual
            sign = f" *Points to:* {page.literal(row['sign'])}" if more else " A few are normal."
        return f"**{page.literal(row['label'])}:** {page.literal(row['look'])}{sign} {links(row['source'], 1)}"

    def words(self) -> str:
        """The words below the pictures as HTML: what was left out, the table, and how each cell is known."""
        said = [*self.shown.left_out, *self.shown.assumed]
        parts = [f"<p>{page.escape(sentence)}</p>" for sentence in said]
        caption = "Cells in this field, expected in a field of this count, and of normal blood"
        parts.append(page.table(self.table(), caption))
        known_by = "".join(f"<li>{page.inline(self._how_to_know(kind))}</li>" for kind in self._listed())
        return "".join([*parts, f"<ul>{known_by}</ul><p>{page.inline(self.field.caption())}</p>"])

    # --- showing it ---

    def static_html(self) -> str:
        """The twin for where there is no kernel: the pictures, the sentence and the table."""
        pictures = [self.field, self.normal] + ([self.strip] if self.with_white else [])
        figures = "".join(picture._repr_html_() for picture in pictures)
        return f"{figures}<p><strong>{page.escape(self.status)}</strong></p>{self.words()}"

    def make_view(self) -> _View:
        """Build the widgets."""
        return _View(self)


def _digits(many: float) -> float:
    """Cells to expect, with as many digits as they deserve."""
    return round(many, 0 if many >= 10 else 1 if many >= 1 else 2)


class _View:
    """The panel's widgets: they hold nothing of their own and follow the model."""

    def __init__(self, model: FilmPanel) -> None:
        self.model = model
        self.field, self.normal = (Picture(width=model.field.width) for _ in range(2))
        self.strip, self.words = Picture(width=model.strip.width), Words()
        wrap = {"flex_flow": "row wrap", "grid_gap": "7px 20px", "overflow": "visible"}
        grid = {"display": "grid", "grid_template_columns": "repeat(auto-fill, minmax(205px, 1fr))"} | wrap
        boxes = [ipywidgets.Box(group, layout=grid if len(group) > 4 else wrap) for group in self._controls()]
        for picture in (self.field, self.normal):
            picture.layout.flex, picture.layout.min_width = "0 1 360px", "300px"
        fields = ipywidgets.Box([self.field, self.normal], layout={"flex_flow": "row wrap", "grid_gap": "7px 12px"})
        strip = [self.strip] if model.with_white else []
        self.box = ipywidgets.VBox(
            [*boxes, fields, *strip, self.words],
            layout={"max_width": "800px", "grid_gap": "8px", "overflow": "visible"},
        )
        self._shown: dict[str, Any] = {}
        self._tell_later = Later(self._tell)
        model.observe(lambda change: self._follow(), "changes")
        self._follow()

    def _controls(self) -> list[list[ipywidgets.Widget]]:
        model = self.model
        choose = Choice("Film", {row["label"]: film for film, row in teaching_films().items()}, model.film)
        self.sliders = {
            name: amount_slider(name, getattr(model, name), label=_LABEL.get(name, "")) for name in model.with_counts
        }
        self.signs = {kind: self._sign_slider(kind) for kind in model.with_signs}
        self.next = Button("Next field")
        self.next.when_pressed(model.next_field)
        self.reset = Button("Reset")
        self.reset.when_pressed(model.reset)
        self.names, self.magnified = Switch("Write names"), Switch("Magnify the middle")
        self.more = Switch("More: unusual cells, how the field is taken")
        factor = [float(step) for step in range(10, 26)]
        texts = [f"{step:g} ×10⁹/L" for step in factor]
        self.per_cell = Slider("One cell in a field stands for", factor, texts, amount=model.per_cell)
        self.crowding = Choice("Look where", _CROWDING)
        tie(model, film=choose, names=self.names, magnified=self.magnified)
        tie(model, per_cell=self.per_cell, crowding=self.crowding, **self.sliders)
        further = [*self.signs.values(), self.per_cell, self.crowding]
        for widget in (choose, *self.sliders.values(), *further):
            widget.layout.min_width, widget.layout.max_width = "0", "100%"
        self.further = further
        self._fold()
        self.more.observe(lambda change: self._fold(), "on")
        buttons = [self.next, self.names, self.magnified, self.reset]
        films = [choose] if model.with_films else []
        return [films, list(self.sliders.values()), buttons, [self.more], further]

    def _fold(self) -> None:
        for widget in self.further:
            unfold(widget, self.more.on)

    def _sign_slider(self, kind: str) -> Slider:
        row = cell_kinds()[kind]
        amounts = [
            0.0,
            *(step / 4 for step in range(1, 8)),
            *(float(step) for step in range(2, _MOST.get(kind, 40) + 1)),
        ]
        of = _OF[row["of"]]
        texts = [f"{step:g} {of}" for step in amounts]
        slider = Slider(
            row["label"], amounts, texts, [text.replace("%", "percent") for text in texts],
            amount=self.model.signs.get(kind, 0.0), describe=lambda share: (f"{share:g} {of}",) * 2,
        )  # fmt: skip
        slider.observe(lambda change: self.model.set_sign(kind, change["new"]), "amount")
        self.model.observe(lambda change: slider.set_trait("amount", change["new"].get(kind, 0.0)), "signs")
        return slider

    def _follow(self) -> None:
        """The pictures that changed at once; the words when the learner rests."""
        for name, control in (("field", self.field), ("strip", self.strip), ("normal", self.normal)):
            picture = getattr(self.model, name)
            if picture is not self._shown.get(name):
                marks = [(round(x, 1), round(y, 1), round(wide, 1), said) for x, y, wide, said, _ in picture.marks()]
                control.show(picture.image(), picture.describe(), page.inline(f"{picture.point()}."), marks)
                self._shown[name] = picture
        for name in ("neut_pct", "blast_pct"):
            if name in self.sliders:
                self.sliders[name].note = self.model.trouble()
        self._tell_later()

    def _tell(self) -> None:
        self.words.show(self.model.status, self.model.words())
