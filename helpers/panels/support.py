"""Support by hand: when each guideline transfuses, what a transfusion does, and when fever is an emergency.

The model is plain traits and can be driven without a notebook:

>>> panel = SupportPanel("platelets", plt=15)
>>> panel.indication = "lumbar_puncture"
>>> panel.status, panel.table()
"""

from __future__ import annotations

import math

import pandas as pd
import traitlets

from helpers.blood.causes import Findings
from helpers.blood.count import BloodCount
from helpers.blood.support import (
    TOPICS,
    corrected_increment,
    expected_hemoglobin,
    expected_platelets,
    febrile_neutropenia,
    indications,
    iron_load,
    is_refractory,
    thresholds,
)
from helpers.blood.units import plain, show
from helpers.evidence import constant, records
from helpers.panels.amounts import amount_slider
from helpers.panels.controls import Choice, Slider, tie
from helpers.panels.layout import unfold
from helpers.panels.person import YES_NO
from helpers.panels.pictured import PicturedPanel, PicturedView
from helpers.panels.red_flags import banner
from helpers.panels.words import links
from helpers.pictures import page
from helpers.pictures.support import ThresholdsPicture

VIEWS = {
    "Platelets: when to give": "platelets",
    "Red cells: when to give": "red_cells",
    "Platelets given: did they rise?": "increment",
    "Iron from red cells": "iron",
    "Fever with few neutrophils": "fever",
    "Special blood: irradiated, relatives": "special_blood",
    "G-CSF and other growth factors": "growth_factors",
    "Tranexamic acid": "bleeding",
    "Vitamin B12 and folate": "b12",
    "Watching without treatment": "monitoring",
    "Vaccines": "vaccines",
}
"""What can be looked at: in words, and its key."""

_KNOWN_TOPICS = {
    "platelets": ("increment", "refractory"),
    "red_cells": ("increment",),
    "increment": ("refractory",),
    "iron": ("iron",),
    "fever": ("infection",),
}
"""Topics of ``data/support.csv`` told below a view; a view without an entry tells its own."""
_ONLY = {"platelets": "platelets", "red_cells": "red_cells"}
"""Of the increments, those told below a view."""
_FIRST = {"platelets": "marrow_failure", "red_cells": "stable"}
_CONTROLS = {
    "platelets": ("indication", "plt"),
    "red_cells": ("indication", "hb", "units", "weight"),
    "increment": ("before", "after", "surface", "dose", "last_increment"),
    "iron": ("units",),
    "fever": ("temperature", "hours", "anc", "falling"),
}
_WEIGHTS = [float(kilos) for kilos in range(10, 131)]
_UNITS = [float(units) for units in range(0, 61)]
_COUNTS = [float(count) for count in range(0, 101)]
_SURFACES = [tenth / 10 for tenth in range(5, 26)]
_DOSES = [tenth / 10 for tenth in range(5, 81)]
_TEMPERATURES = [tenth / 10 for tenth in range(360, 411)]
_HOURS = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 12.0, 24.0]
_INCREMENTS = [float(hundred * 500) for hundred in range(0, 51)]


class SupportPanel(PicturedPanel):
    """Support until the marrow returns, one question at a time.

    Args:
        view: what to look at first, a value of :data:`VIEWS`.
        views: which views can be chosen; all unless given.
        values: traits to start with (``plt=15``, ``indication="lumbar_puncture"`` ...).

    Raises:
        ValueError: no such view.
    """

    view_shown = traitlets.Enum(list(VIEWS.values()), "platelets")
    indication = traitlets.Unicode(_FIRST["platelets"])
    plt = traitlets.Float(15.0, allow_none=True, help="10^9/L")
    hb = traitlets.Float(75.0, allow_none=True, help="g/L")
    anc = traitlets.Float(0.4, allow_none=True, help="10^9/L")
    units = traitlets.Float(1.0, help="units of red cells")
    weight = traitlets.Float(70.0, help="kg")
    before = traitlets.Float(5.0, help="platelets before, 10^9/L")
    after = traitlets.Float(25.0, help="platelets within an hour afterwards, 10^9/L")
    surface = traitlets.Float(1.8, help="body surface, m2")
    dose = traitlets.Float(3.0, help="platelets given, 10^11")
    last_increment = traitlets.Float(None, allow_none=True, help="the corrected increment of the dose before")
    temperature = traitlets.Float(38.2, allow_none=True, help="°C")
    hours = traitlets.Float(None, allow_none=True)
    falling = traitlets.Bool(None, allow_none=True)

    def __init__(self, view: str = "platelets", views: tuple[str, ...] = tuple(VIEWS.values()), **values) -> None:
        strange = [name for name in (view, *views) if name not in VIEWS.values()]
        if strange:
            raise ValueError(f"There is no view {strange[0]!r}. Choose among: {', '.join(VIEWS.values())}.")
        super().__init__(view_shown=view)
        self.views = {words: key for words, key in VIEWS.items() if key in views}
        self.indication = _FIRST.get(view, self.indication)
        for name, amount in values.items():
            setattr(self, name, amount)
        moving = [name for names in _CONTROLS.values() for name in names]
        self.observe(lambda change: self._switch(), "view_shown")
        self.observe(self._moved, list(dict.fromkeys(moving)))
        self._update()

    # --- the model ---

    def _switch(self) -> None:
        wanted = _FIRST.get(self.view_shown)
        if wanted and self.indication not in indications(self.view_shown).values():
            self.indication = wanted
        self._update()

    @property
    def count(self) -> BloodCount:
        """The count as the sliders have it."""
        return BloodCount.of(hb=self.hb, plt=self.plt, anc=self.anc)

    def _update(self) -> None:
        topic = self.view_shown
        if topic in TOPICS and self.indication not in indications(topic).values():
            return
        if topic in TOPICS:
            picture = getattr(self, "picture", None)
            if picture is None or (picture.topic, picture.indication) != (topic, self.indication):
                self.picture = ThresholdsPicture(topic, self.indication, self.count)
            else:
                picture.update(self.count)
        self.status = self._say()
        self.changes += 1

    def _say(self) -> str:
        view = self.view_shown
        if view in TOPICS:
            return f"{self.picture.point()}: {self.picture.situation}."
        if view == "increment":
            return self._increment_words()
        if view == "iron":
            low, high = iron_load(self.units)
            many = "unit brings" if self.units == 1 else "units bring"
            return f"{self.units:g} {many} about {plain(low)} to {plain(high)} mg of iron."
        if view == "fever":
            return self._fever_words()
        return f"{next(words for words, key in VIEWS.items() if key == view)}: what the sources say."

    @property
    def increment(self) -> float:
        """The corrected count increment of this dose."""
        return corrected_increment(self.before, self.after, self.surface, self.dose)

    def _increment_words(self) -> str:
        now, limit = self.increment, constant("cci_refractory_below")
        shown = plain(round(now, -1)).replace("-", "−")
        start = f"Corrected count increment: {shown}"
        edge = f"{'below' if now < limit else 'not below'} {plain(limit)}"
        if self.last_increment is None:
            return f"{start}, {edge}. Whether it is refractory needs two doses in a row."
        verdict = is_refractory([self.last_increment, now])
        return f"{start}, {edge}; with the dose before that is {'refractory' if verdict else 'not refractory'}."

    def _fever_words(self) -> str:
        found = self.fever()
        met = [one.label for one in found if one.met]
        open_ = sum(one.met is None for one in found)
        start = f"Febrile neutropenia in {len(met) or 'none'} of {len(found)} definitions"
        rest = f", {open_} cannot tell" if open_ else ""
        return f"{start}{rest}. Fever with few neutrophils is an emergency whatever a definition says."

    def fever(self) -> list:
        """Every definition of febrile neutropenia on these values."""
        temperature = math.nan if self.temperature is None else self.temperature
        anc = math.nan if self.anc is None else self.anc
        return febrile_neutropenia(temperature, anc, self.hours, self.falling)

    @property
    def has_picture(self) -> bool:
        """Whether there is a picture of the view: thresholds have one."""
        return self.view_shown in TOPICS

    def banner(self) -> str:
        """The red flags of what the view asks for, as HTML: they stand before everything else."""
        asked = _CONTROLS.get(self.view_shown, ())
        shown = BloodCount.of(**{name: getattr(self, name) for name in ("hb", "plt", "anc") if name in asked})
        return banner(Findings(shown, self._said()))

    def _said(self) -> dict[str, str]:
        """Fever, by the lowest temperature that any definition calls so; not said where nobody asks for it."""
        if self.view_shown != "fever" or self.temperature is None:
            return {}
        lowest = min(row["lasting_c"] or row["single_c"] for row in records("fever_definitions"))
        return {"fever": "yes" if self.temperature >= lowest else "no"}

    # --- the words ---

    def table(self) -> pd.DataFrame:
        """What the view compares, to show; empty where it compares nothing. The last column is light markdown."""
        if self.view_shown in TOPICS:
            rows = [
                (one.label, one.advice, _sourced(f"{one.reason} {one.caution}", one.source))
                for one in thresholds(self.count, self.view_shown, self.indication)
            ]
            return pd.DataFrame(rows, columns=["guideline", "advice", "because"]).set_index("guideline")
        if self.view_shown == "fever":
            said = {True: "met", False: "not met", None: "cannot tell"}
            rows = [
                (one.label, said[one.met], _sourced(f"{one.reason} {one.note}", one.source)) for one in self.fever()
            ]
            return pd.DataFrame(rows, columns=["definition", "met?", "because"]).set_index("definition")
        return pd.DataFrame()

    def known(self) -> pd.DataFrame:
        """The statements that belong to the view, to show; the second column is light markdown."""
        topics = _KNOWN_TOPICS.get(self.view_shown, (self.view_shown,))
        rows = [
            (row["guideline"] + (f" {row['year']}" if row["year"] else ""), _sourced(_statement(row), row["source"]))
            for row in records("support")
            if row["topic"] in topics
            and row["advice"] == "know"
            and (row["topic"] != "increment" or row["indication"] == _ONLY.get(self.view_shown, row["indication"]))
        ]
        return pd.DataFrame(rows, columns=["who says so", "what"]).set_index("who says so")

    def words(self) -> str:
        """The words below the picture as HTML."""
        parts = [f"<p>{page.inline(said)}</p>" for said in self._expected()]
        shown = self.table()
        if len(shown):
            parts.append(page.table(shown, "Side by side", markdown=["because"]))
        parts.append(page.table(self.known(), "To know", markdown=["what"]))
        return "".join(parts)

    def _expected(self) -> list[str]:
        if self.view_shown == "red_cells" and self.hb is not None and self.units:
            after = expected_hemoglobin(self.hb, self.units, self.weight)
            low, high = iron_load(self.units)
            many = "unit" if self.units == 1 else "units"
            return [
                f"**{self.units:g} {many} at {self.weight:g} kg:** expect hemoglobin of about {show(after, 'hb')} if "
                f"nobody bleeds, and {plain(low)} to {plain(high)} mg of iron. The cells are the donor's; the cause "
                f"stays. {links('JPAC_HANDBOOK HOFFBRAND2012')}"
            ]
        if self.view_shown == "platelets" and self.plt is not None:
            low, high = expected_platelets(self.plt)
            return [
                f"**One adult dose:** expect about {plain(low)} to {plain(high)} ×10⁹/L, for days. "
                f"{links('JPAC_HANDBOOK')}"
            ]
        if self.view_shown == "increment":
            rise = plain(round((self.after - self.before) * 1000)).replace("-", "−")
            return [
                f"**The rule:** rise per µL × body surface / platelets given in 10¹¹. Here {rise} × {self.surface:g} / "
                f"{self.dose:g} = **{plain(round(self.increment))}**. Per µL a count is a thousand times that in "
                f"×10⁹/L. {links('WISCONSIN_CCI')}"
            ]
        return []

    # --- showing it ---

    def make_view(self) -> _View:
        """Build the widgets."""
        return _View(self)


def _sourced(words: str, source: str) -> str:
    return f"{page.literal(words.strip())} {links(source)}"


def _statement(row) -> str:
    about = f"{row['indication_label'][0].upper()}{row['indication_label'][1:]}"
    return f"{about}. {row['says']} {row['note'] or ''}".strip()


class _View(PicturedView):
    """The panel's widgets."""

    def __init__(self, model: SupportPanel) -> None:
        self.choose = Choice("Look at", model.views, model.view_shown)
        self.situations = {topic: self._situation(model, topic) for topic in TOPICS}
        self.controls = self._controls(model)
        tie(model, view_shown=self.choose, **self.controls)
        super().__init__(model, [self.choose, *self.situations.values(), *self.controls.values()])

    @staticmethod
    def _situation(model: SupportPanel, topic: str) -> Choice:
        choice = Choice("Situation", indications(topic), model.indication)
        choice.observe(lambda change: model.set_trait("indication", change["new"]), "value")

        def follow(change: dict) -> None:
            if change["new"] in indications(topic).values():
                choice.value = change["new"]

        model.observe(follow, "indication")
        return choice

    @staticmethod
    def _controls(model: SupportPanel) -> dict[str, Slider | Choice]:
        return {
            "plt": amount_slider("plt", model.plt),
            "hb": amount_slider("hb", model.hb),
            "units": _slider("Units of red cells", _UNITS, "", model.units),
            "weight": _slider("Body weight", _WEIGHTS, "kg", model.weight),
            "before": _slider("Platelets before", _COUNTS, "×10⁹/L", model.before),
            "after": _slider("Platelets after, within an hour", _COUNTS, "×10⁹/L", model.after),
            "surface": _slider("Body surface", _SURFACES, "m²", model.surface),
            "dose": _slider("Platelets given", _DOSES, "×10¹¹", model.dose),
            "last_increment": _slider("Increment of the dose before", _INCREMENTS, "", model.last_increment, True),
            "temperature": _slider("Temperature", _TEMPERATURES, "°C", model.temperature, True),
            "hours": _slider("It has lasted", _HOURS, "hours", model.hours, True),
            "anc": amount_slider("anc", model.anc),
            "falling": Choice("Neutrophils expected to fall", YES_NO, model.falling),
        }

    def _tell(self) -> None:
        model = self.model
        asked = _CONTROLS.get(model.view_shown, ())
        for name, control in self.controls.items():
            unfold(control, name in asked)
        for topic, choice in self.situations.items():
            unfold(choice, topic == model.view_shown)
        unfold(self.picture, model.has_picture)
        super()._tell()


_SPOKEN = {"×10⁹/L": "times ten to the nine per liter", "×10¹¹": "times ten to the eleven", "°C": "degrees Celsius",
           "m²": "square meters", "kg": "kilograms"}  # fmt: skip


def _slider(label: str, amounts: list[float], unit: str, amount: float | None, unknown: bool = False) -> Slider:
    def words(value: float) -> tuple[str, str]:
        number = f"{value:.1f}" if unit == "°C" else plain(value)
        return f"{number} {unit}".strip(), f"{number} {_SPOKEN.get(unit, unit)}".strip()

    texts = [words(value) for value in amounts]
    return Slider(
        label, amounts, [shown for shown, _ in texts], [said for _, said in texts], amount=amount,
        may_be_unknown=unknown, describe=words,
    )  # fmt: skip
