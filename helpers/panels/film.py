"""The virtual blood film as a panel: move a count and the field under the oil lens changes at once.

The model is plain traits and can be driven without a notebook:

>>> panel = FilmPanel("megaloblastic")
>>> panel.plt = 20
>>> panel.next_field()
>>> panel.status
'Lack of vitamin B12 or folate, moved: 108 red cells, no white cells and 2 platelets in this field.'
"""

from __future__ import annotations

from typing import Any

import ipywidgets
import pandas as pd
import traitlets

from helpers import page
from helpers.blood.cells.film import CLUMP, RED, Film, cell_kinds, teaching_films
from helpers.blood.core.count import BloodCount
from helpers.evidence import constant
from helpers.panels.amounts import amount_slider, unit_slider
from helpers.panels.controls import Choice, Picture, Slider, Switch
from helpers.panels.layout import stacked, unfold
from helpers.panels.pictured import PicturedPanel, PicturedView
from helpers.panels.traits import Amount, HasCount, Measured, OneOf, known
from helpers.pictures.film import FieldPicture, WhiteCellsPicture
from helpers.pictures.live import LivePicture
from helpers.wording import links, listed, small

COUNTS = ("hb", "mcv", "rdw", "wbc", "neut_pct", "blast_pct", "plt", "retic")
"""Values of the count with a slider."""
SIGNS = (
    "macro_ovalocyte", "schistocyte", "teardrop", "target_cell", "nucleated_red_cell", "hypersegmented",
    "platelet_clump",
)  # fmt: skip
"""Unusual cells with a slider; they stand under "More"."""
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


class _Signs(traitlets.Dict):
    """How many cells are of an unusual kind, in percent: a share of every kind that has a slider, and of others."""

    def validate(self, obj: Any, value: Any) -> dict[str, float]:
        """The shares; TraitError where a kind or a share cannot be."""
        for kind, share in super().validate(obj, value).items():
            if kind not in cell_kinds():
                raise traitlets.TraitError(f"A film has no {kind!r}. It can show: {', '.join(cell_kinds())}.")
            if not isinstance(share, int | float) or not 0 <= share <= 100:
                raise traitlets.TraitError(f"A share of {kind} should be from 0 to 100 %; it is {share!r}.")
        return dict.fromkeys((*SIGNS, NUCLEATED), 0.0) | value


class FilmPanel(HasCount, PicturedPanel):
    """A blood film that can be moved, a normal field beside it, and the next white cells met.

    Args:
        film: the teaching film it starts with.
        counts: the values with a slider, of :data:`COUNTS`.
        white_cells: whether the strip of white cells is shown.

    Raises:
        KeyError: no such film. ValueError: a slider the panel does not have.
    """

    film = OneOf(teaching_films, "film", NORMAL)
    signs = _Signs(help="share in percent by kind of cell")
    mchc_g_per_l = Amount(335.0, 100, 600, help="how densely red cells are filled")
    per_cell = Amount(constant("film_count_per_cell_e9_per_l"), 1, 100, "the count (10^9/L) one cell stands for")
    crowding = traitlets.Enum(["same volume", "same crowding"], "same volume")
    magnified = traitlets.Bool(False)
    names = traitlets.Bool(False)
    seed = traitlets.Int(0, min=0)
    more = traitlets.Bool(False, help="whether further controls are shown")
    LOADS, STAYS = ("film",), ("more",)
    rdw, neut_pct, blast_pct = map(Measured, ("rdw", "neut_pct", "blast_pct"))

    def __init__(
        self,
        film: str = NORMAL,
        counts: tuple[str, ...] = COUNTS,
        white_cells: bool = True,
    ) -> None:
        strange = [name for name in counts if name not in COUNTS]
        if strange:
            raise ValueError(f"The film has no slider {strange[0]!r}. It has: {', '.join(COUNTS)}.")
        super().__init__()
        self.with_counts, self.with_white = counts, white_cells
        Film.of(film)
        self.film = film
        for name, value in self.loaded().items():
            setattr(self, name, value)
        self.begin()

    _beside: object = None
    _met: object = None

    # --- the model ---

    def loaded(self) -> dict[str, Any]:
        """The count and the shapes of the film chosen, and where to look at it first."""
        chosen = Film.of(self.film)
        return {
            "count": chosen.count.only(COUNTS),
            "signs": dict(chosen.signs) | {NUCLEATED: known(chosen.count, "nrbc") or 0.0},
            "mchc_g_per_l": float(round(chosen.count.mchc)),
            "seed": teaching_films()[self.film]["first_seed"],
        }

    def next_field(self) -> None:
        """Move the glass: another field of the same film."""
        self.seed += 1

    def set_sign(self, kind: str, share: float | None) -> None:
        """Change how many cells are of an unusual kind, in percent; None takes them away.

        Platelets that clump are lost to the machine: the printed count falls, the true one stays.
        """
        if self.signs.get(kind) == (share or 0.0):
            return
        with self.batch():
            if kind == CLUMP and self.plt is not None:
                single, before = (1 - (part or 0.0) / 100 for part in (share, self.signs.get(kind)))
                self.plt = round(self.plt * single / before, 1)
            self.signs = self.signs | {kind: share or 0.0}

    @property
    def moved(self) -> bool:
        """Whether counts or shapes are no longer those of the film that was chosen."""
        chosen = self.loaded()
        shares = {kind: share for kind, share in self.signs.items() if share or kind in chosen["signs"]}
        return (shares, self.count) != (chosen["signs"], chosen["count"])

    def _whole_count(self) -> BloodCount:
        """The count as the sliders have it, with every kind of white cell."""
        given = {name: getattr(self, name) for name in ("hb", "mcv", "rdw", "wbc", "plt", "retic")}
        given |= {"nrbc": self.signs[NUCLEATED]} | self._differential()
        return BloodCount.of(**given)

    def _differential(self) -> dict[str, float | None]:
        """Percent of the white cells: what was moved, and the rest in the proportion of the film that was chosen."""
        if self.neut_pct is None or self.blast_pct is None:
            return {"neut_pct": self.neut_pct, "blast_pct": self.blast_pct}
        chosen = Film.of(self.film).count
        band, segmented = (known(chosen, name) or 0.0 for name in ("band_pct", "seg_pct"))
        bands = self.neut_pct * band / (band + segmented) if band + segmented else 0.0
        rest = {name: known(chosen, name) or 0.0 for name in _REST}
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
            self._whole_count(), signs, self.per_cell, crowding=self.crowding, mchc_g_per_l=self.mchc_g_per_l,
            label=label, crowded_red_cells=sum(usual.expected.get(kind, 0.0) for kind in RED),
        )  # fmt: skip
        view = dict(magnified=self.magnified, names=self.names)
        self.field = FieldPicture(self.shown, self.seed, "This count", **view)
        beside = (self.per_cell, self.seed, *view.values())
        if beside != self._beside:
            self.normal = FieldPicture(usual, self.seed + 1000, "Normal blood", **view)
            self._beside = beside
        white = {kind: share for kind, share in self.shown.expected.items() if cell_kinds()[kind]["line"] == "white"}
        if (white, self.seed) != self._met:
            self.strip = WhiteCellsPicture(self.shown, self.seed)
            self._met = white, self.seed
        self.status = f"{label}: {small(self.field.point())}."

    def pictures(self) -> dict[str, LivePicture]:
        """This field, a normal one beside it, and the next white cells."""
        strip = {"strip": self.strip} if self.with_white else {}
        return {"field": self.field, "normal": self.normal} | strip

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

    def _points(self, kind: str) -> bool:
        """Whether there are more of a kind than in normal blood, and that says something."""
        usual = self.normal.film.expected.get(kind, 0)
        return bool(cell_kinds()[kind]["sign"]) and self.shown.expected.get(kind, 0) > 2 * usual

    def headline(self) -> str:
        """What the tally comes to, in a sentence: the unusual kinds, with how many of them lie here."""
        here = self.field.cells.tally()
        more = [kind for kind in self._listed() if self._points(kind)]
        names = {kind: small(cell_kinds()[kind]["label"]) for kind in more}
        found = [f"{name} {here[kind]}" for kind, name in names.items() if here.get(kind)]
        away = [name for kind, name in names.items() if not here.get(kind)]
        said = f"More than in normal blood: {listed(found)}" if found else "No kind is more than in normal blood here"
        return said + (f"; expected, and none in this field: {listed(away)}" if away else "")

    def _how_to_know(self, kind: str) -> str:
        """How a kind is known and what it points to, in light markdown."""
        row, sign = cell_kinds()[kind], ""
        if row["sign"]:
            sign = f" *Points to:* {page.literal(row['sign'])}" if self._points(kind) else " A few are normal."
        return f"**{page.literal(row['label'])}:** {page.literal(row['look'])}{sign} {links(row['source'], 1)}"

    def words(self) -> str:
        """The words below the pictures as HTML: what was left out, the table, and how each cell is known."""
        said = [*self.shown.left_out, *self.shown.assumed]
        parts = [f"<p>{page.escape(sentence)}</p>" for sentence in said]
        caption = "Cells in this field, expected in a field of this count, and of normal blood"
        tally = page.table(self.table(), caption)
        parts.append(
            f"<details><summary>{page.escape(self.headline())}. The tally of all kinds</summary>{tally}</details>"
        )
        known_by = "".join(f"<li>{page.inline(self._how_to_know(kind))}</li>" for kind in self._listed())
        return "".join([*parts, f"<ul>{known_by}</ul><p>{page.inline(self.field.caption())}</p>"])


def _digits(many: float) -> float:
    """Cells to expect, with as many digits as they deserve."""
    return round(many, 0 if many >= 10 else 1 if many >= 1 else 2)


_COLUMNS = "repeat(auto-fill, minmax(min(190px, 100%), 1fr))"
"""Of the sliders: three where the page is 760 pixels wide, so that the film is seen below them; two on a phone."""


class _View(PicturedView, of=FilmPanel):
    """The panel's widgets: three pictures, each sent when it has changed."""

    def build(self) -> None:
        """Make the controls, and lay everything out."""
        model = self.model
        self._shown: dict[str, LivePicture] = {}
        self._sharp: dict[str, LivePicture] = {}
        for name, picture in model.pictures().items():
            setattr(self, name, Picture(width=picture.width))
        wrap = {"flex_flow": "row wrap", "grid_gap": "7px 20px", "overflow": "visible"}
        grid = wrap | {"display": "grid", "grid_template_columns": _COLUMNS, "grid_gap": "5px 16px"}
        boxes = [
            ipywidgets.Box(group, layout=wrap if self.next in group else grid).add_class("course-compact")
            for group in self._groups()
        ]
        for picture in (self.field, self.normal):
            picture.layout.flex, picture.layout.min_width = "0 1 360px", "300px"
        fields = ipywidgets.Box([self.field, self.normal], layout={"flex_flow": "row wrap", "grid_gap": "7px 12px"})
        strip = [self.strip] if model.with_white else []
        self.box = stacked(*boxes, fields, *strip, self.words)

    def _groups(self) -> list[list[ipywidgets.Widget]]:
        model = self.model
        self.films = Choice("Film", {row["label"]: film for film, row in teaching_films().items()}, model.film)
        self.sliders = {
            name: amount_slider(name, getattr(model, name), label=_LABEL.get(name, "")) for name in model.with_counts
        }
        self.signs = {kind: self._sign_slider(kind) for kind in SIGNS}
        self.next, self.reset = self.button("Next field", model.next_field), self.button("Reset", model.reset)
        self.names = Switch("Write names", model.names)
        self.magnified = Switch("Magnify the middle", model.magnified)
        self.more = Switch("More: unusual cells, how the field is taken", model.more)
        factors = [float(step) for step in range(10, 26)]
        spoken = "times ten to the nine per liter"
        self.per_cell = unit_slider("One cell in a field stands for", factors, "×10⁹/L", spoken, model.per_cell)
        self.crowding = Choice("Look where", _CROWDING, model.crowding)
        self.link(film=self.films, names=self.names, magnified=self.magnified, more=self.more)
        self.link(per_cell=self.per_cell, crowding=self.crowding, **self.sliders)
        self.further = [*self.signs.values(), self.per_cell, self.crowding]
        for widget in (self.films, *self.sliders.values(), *self.further):
            widget.layout.min_width, widget.layout.max_width = "0", "100%"
        self._fold()
        self.on("more", self._fold)
        buttons = [self.next, self.names, self.magnified, self.reset]
        return [[self.films, *self.sliders.values()], [*buttons, self.more], self.further]

    def _fold(self) -> None:
        for widget in self.further:
            unfold(widget, self.model.more)

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
        self.on("signs", lambda: slider.set_trait("amount", self.model.signs.get(kind, 0.0)))
        return slider

    def follow(self) -> None:
        """The pictures that changed at once, in few bytes; words and sharp pictures when the learner rests."""
        for name, picture in self.model.pictures().items():
            if picture is not self._shown.get(name):
                marks = [(round(x, 1), round(y, 1), round(wide, 1), said) for x, y, wide, said, _ in picture.marks()]
                control = getattr(self, name)
                control.show(picture.image(small=True), picture.describe(), page.inline(f"{picture.point()}."), marks)
                self._shown[name] = picture
        for name in ("neut_pct", "blast_pct"):
            if name in self.sliders:
                self.sliders[name].note = self.model.trouble()
        self.tell_later()

    def tell(self) -> None:
        """The words, then each picture that has moved, sharp."""
        self.words.show(self.model.status, self.model.words())
        for name, picture in self._shown.items():
            if picture is not self._sharp.get(name):
                getattr(self, name).show(picture.image(), picture.describe())
        self._sharp = dict(self._shown)
