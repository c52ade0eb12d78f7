"""Support by hand: when each guideline transfuses, what a transfusion does, and when fever is an emergency.

The model is plain traits and can be driven without a notebook:

>>> panel = SupportPanel("platelets", plt=15)
>>> panel.indication = "lumbar_puncture"
>>> panel.status
'At 15 ×10⁹/L, 5 of 5 would give platelets: a lumbar puncture.'
"""

from __future__ import annotations

import math

import pandas as pd
import traitlets

from helpers import page
from helpers.blood.care.support import (
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
from helpers.blood.core.conclusions import caution
from helpers.blood.core.count import BloodCount
from helpers.blood.core.units import plain, show
from helpers.evidence import constant, constant_sources, records
from helpers.panels.amounts import amount_slider, unit_slider
from helpers.panels.controls import Choice, Slider
from helpers.panels.layout import unfold
from helpers.panels.person import YES_NO
from helpers.panels.pictured import PicturedPanel, PicturedView
from helpers.panels.red_flags import HasRedFlags
from helpers.panels.traits import Amount, HasCount, OneOf
from helpers.pictures.follow_up import Row, statement
from helpers.pictures.support import ThresholdsPicture
from helpers.wording import capital, counted, links

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
    "Watching, and during drugs": "monitoring",
    "Preventing infection": "prevention",
    "Vaccines": "vaccines",
    "The person: pregnancy, fertility, alcohol, refusing blood": "person",
    "What to tell, and how fast to refer": "advice",
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
_COLUMNS = "columns:3 330px;column-gap:28px"
_SUBJECT = "font-size:17px;margin:0 0 4px;padding-top:6px;border-top:2px solid rgba(128,128,128,.5);break-after:avoid"
_ITS_OWN = {"platelets": ("bleeding=major",), "red_cells": ("alarm=heart", "exhausted=yes")}
"""Questions that a view does not ask, because its limits are about them."""
_RISE, _IRON, _DOSE = "red_cells_rise_g_per_l", "iron_per_unit_low_mg", "platelet_dose_low_e9_per_l"
_REFRACTORY = "cci_refractory_below"
"""Names of the constants behind what is expected."""
_WEIGHTS = [float(kilos) for kilos in range(10, 131)]
_UNITS = [float(units) for units in range(0, 61)]
_COUNTS = [float(count) for count in range(0, 101)]
_SURFACES = [tenth / 10 for tenth in range(5, 26)]
_DOSES = [tenth / 10 for tenth in range(5, 81)]
_TEMPERATURES = [tenth / 10 for tenth in range(360, 411)]
_HOURS = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 12.0, 24.0]
_INCREMENTS = [float(hundred * 500) for hundred in range(0, 51)]


class SupportPanel(HasCount, HasRedFlags, PicturedPanel):
    """Support until the marrow returns, one question at a time.

    Args:
        view: what to look at first, a value of :data:`VIEWS`.
        views: which views can be chosen; all unless given.
        values: traits to start with (``plt=15``, ``indication="lumbar_puncture"`` ...).

    Raises:
        ValueError: no such view.
    """

    view_shown = traitlets.Enum(list(VIEWS.values()), "platelets")
    indication = OneOf(lambda: [key for topic in TOPICS for key in indications(topic)], "situation",
                       _FIRST["platelets"])  # fmt: skip
    units = Amount(1.0, 0, 1000, "units of red cells")
    weight = Amount(70.0, 1, 500, "kg")
    before = Amount(5.0, 0, 10_000, "platelets before, 10^9/L")
    after = Amount(25.0, 0, 10_000, "platelets within an hour afterwards, 10^9/L")
    surface = Amount(1.8, 0.1, 5, "body surface, m2")
    dose = Amount(3.0, 0.1, 100, "platelets given, 10^11")
    last_increment = Amount(low=-1e6, high=1e6, help="the corrected increment of the dose before")
    temperature = Amount(low=20, high=45, help="°C")
    hours = Amount(low=0, high=1000)
    falling = traitlets.Bool(None, allow_none=True)

    def __init__(self, view: str = "platelets", views: tuple[str, ...] = tuple(VIEWS.values()), **values) -> None:
        strange = [name for name in (view, *views) if name not in VIEWS.values()]
        if strange:
            raise ValueError(f"There is no view {strange[0]!r}. Choose among: {', '.join(VIEWS.values())}.")
        super().__init__(view_shown=view)
        self.urgent = view == "fever"
        self.views = {words: key for words, key in VIEWS.items() if key in views}
        self.count, self.temperature = BloodCount.of(plt=15, hb=75, anc=0.4), 38.2
        self.indication = _FIRST.get(view, self.indication)
        for name, amount in values.items():
            setattr(self, name, amount)
        self.observe(lambda change: self._fit_situation(), "view_shown")
        self.begin()

    # --- the model ---

    def _fit_situation(self) -> None:
        """A view keeps to its own situations."""
        wanted = _FIRST.get(self.view_shown)
        if wanted and self.indication not in indications(self.view_shown):
            with self._silence():
                self.indication = wanted

    def _update(self) -> None:
        topic = self.view_shown
        if topic in TOPICS:
            if self.indication not in indications(topic):
                raise ValueError(f"{self.indication!r} is no situation of {topic}.")
            key = (topic, self.indication)
            self.draw(lambda: ThresholdsPicture(*key, self.count), self.count, key=key)
        else:
            self.picture = None
        self.status = self._say()

    def _say(self) -> str:
        view = self.view_shown
        if view in TOPICS:
            return f"{self.picture.point()}: {self.picture.situation}."
        if view == "increment":
            return self._increment_words()
        if view == "iron":
            low, high = iron_load(self.units)
            return (
                f"{counted(self.units, 'unit brings', 'units bring')} about {plain(low)} to {plain(high)} mg of iron."
            )
        if view == "fever":
            return self._fever_words()
        return f"{next(words for words, key in VIEWS.items() if key == view)}: what the sources say."

    @property
    def increment(self) -> float:
        """The corrected count increment of this dose."""
        return corrected_increment(self.before, self.after, self.surface, self.dose)

    def _increment_words(self) -> str:
        now, limit = self.increment, constant(_REFRACTORY)
        shown = plain(round(now, -1)).replace("-", "−")
        start = f"Corrected count increment: {shown}"
        edge = f"{'below' if now < limit else 'not below'} {plain(limit)}"
        if self.last_increment is None:
            return f"{start}, {edge}. {caution('constants', 'refractory')}"
        verdict = is_refractory([self.last_increment, now])
        return f"{start}, {edge}; with the dose before that is {'refractory' if verdict else 'not refractory'}."

    def _fever_words(self) -> str:
        found = self.fever()
        met = [one.label for one in found if one.met]
        open_ = sum(one.met is None for one in found)
        start = f"Febrile neutropenia in {len(met) or 'none'} of {len(found)} definitions"
        rest = f", {open_} cannot tell" if open_ else ""
        return f"{start}{rest}. {caution('fever_definitions', 'fever')}"

    def fever(self) -> list:
        """Every definition of febrile neutropenia on these values."""
        temperature = math.nan if self.temperature is None else self.temperature
        return febrile_neutropenia(temperature, self.count.anc, self.hours, self.falling, self.count.is_below("anc"))

    def flagged(self) -> tuple[BloodCount, dict[str, str]]:
        """The values that the view asks for, and a fever where it asks for one."""
        return self.count.only({"hb", "plt", "anc"} & {*_CONTROLS.get(self.view_shown, ())}), self._said()

    def _said(self) -> dict[str, str]:
        """Fever, by the lowest temperature that any definition calls so; not said where nobody asks for it."""
        if self.view_shown != "fever" or self.temperature is None:
            return {}
        lowest = min(row["lasting_c"] or row["single_c"] for row in records("fever_definitions"))
        return {"fever": "yes" if self.temperature >= lowest else "no"}

    def not_asked(self) -> tuple[str, ...]:
        """What the limits of the view are about already: bleeding, and signs that hemoglobin is too low."""
        return _ITS_OWN.get(self.view_shown, ())

    # --- the words ---

    def in_title(self) -> str:
        """The whole sentence where a picture shows it: its title, and the situation below it."""
        return self.status if self.view_shown in TOPICS else ""

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

    def known(self) -> dict[str, list[Row]]:
        """The statements that belong to the view by what they are about, in the order of ``data/support.csv``."""
        topics = _KNOWN_TOPICS.get(self.view_shown, (self.view_shown,))
        found: dict[str, list[Row]] = {}
        for row in records("support"):
            if (
                row["topic"] in topics
                and row["advice"] == "know"
                and (row["topic"] != "increment" or row["indication"] == _ONLY.get(self.view_shown, row["indication"]))
            ):
                found.setdefault(row["indication_label"], []).append(row)
        return found

    def words(self) -> str:
        """The words as HTML: what is expected; below it guidelines side by side, and what else is known."""
        parts = [f"<p>{page.inline(said)}</p>" for said in self._expected()] + [page.BELOW]
        shown = self.table()
        if len(shown):
            parts.append(page.table(shown, "Side by side", markdown=["because"]))
        parts.append(f'<div style="{_COLUMNS}">{"".join(map(_told, self.known().items()))}</div>')
        return "".join(parts)

    def _expected(self) -> list[str]:
        if self.view_shown == "red_cells" and self.hb is not None and self.units:
            return [f"{self._expected_of_units()} {links(constant_sources(_RISE, _IRON), most=3)}"]
        if self.view_shown == "platelets" and self.plt is not None:
            low, high = expected_platelets(self.plt)
            about = "at most about" if self.count.is_below("plt") else f"about {plain(low)} to"
            expected = f"**One adult dose:** expect a count of {about} {plain(high)} ×10⁹/L afterwards."
            return [f"{expected} {links(constant_sources(_DOSE))}"]
        if self.view_shown == "increment":
            rise = plain(round((self.after - self.before) * 1000)).replace("-", "−")
            return [
                f"**The rule:** rise per µL × body surface / platelets given in 10¹¹. Here {rise} × {self.surface:g} / "
                f"{self.dose:g} = **{plain(round(self.increment))}**. Per µL a count is a thousand times that in "
                f"×10⁹/L. {links(constant_sources(_REFRACTORY))}"
            ]
        return []

    def _expected_of_units(self) -> str:
        """What units of red cells do; no hemoglobin where so many would bring it above normal at once."""
        after = expected_hemoglobin(self.hb, self.units, self.weight)
        low, high = iron_load(self.units)
        many = counted(self.units, "unit")
        iron = f"{plain(low)} to {plain(high)} mg of iron"
        if after > constant("normal_hb_g_per_l"):
            return f"**{many}** bring {iron}. {caution('constants', 'red_cells_many')}"
        most = "at most " if self.count.is_below("hb") else ""
        return (
            f"**{many} at {self.weight:g} kg:** expect hemoglobin of {most}about {show(after, 'hb')}, and {iron}. "
            f"{caution('constants', 'red_cells_rise')}"
        )


def _sourced(words: str, source: str) -> str:
    return f"{page.literal(words.strip())} {links(source)}"


def _told(about: tuple[str, list[Row]]) -> str:
    """What is said of one thing: its name, then each text with its edition, what limits it in small letters."""
    label, rows = about
    return f'<h3 style="{_SUBJECT}">{page.escape(capital(label))}</h3>{"".join(map(statement, rows))}'


class _View(PicturedView, of=SupportPanel):
    """The panel's widgets."""

    def build(self) -> None:
        """Make the controls, and lay everything out."""
        model = self.model
        self.choose = Choice("Look at", model.views, model.view_shown)
        unfold(self.choose, len(model.views) > 1)
        self.situations = {topic: self._situation(topic) for topic in TOPICS}
        self.moved = self._moved(model)
        self.link(view_shown=self.choose, **self.moved)
        self.reset = self.button("Reset", model.reset)
        self.lay_out([self.choose, *self.situations.values(), *self.moved.values(), self.reset])

    def _situation(self, topic: str) -> Choice:
        model = self.model
        choice = Choice("Situation", {words: key for key, words in indications(topic).items()}, model.indication)

        def tell(change: dict) -> None:
            if model.view_shown == topic:
                model.indication = change["new"]

        choice.observe(tell, "value")

        def follow() -> None:
            if model.indication in indications(topic):
                choice.value = model.indication

        self.on("indication", follow)
        return choice

    @staticmethod
    def _moved(model: SupportPanel) -> dict[str, Slider | Choice]:
        e9 = "×10⁹/L", "times ten to the nine per liter"
        return {
            "plt": amount_slider("plt", model.plt),
            "hb": amount_slider("hb", model.hb),
            "units": unit_slider("Units of red cells", _UNITS, "", "", model.units),
            "weight": unit_slider("Body weight", _WEIGHTS, "kg", "kilograms", model.weight),
            "before": unit_slider("Platelets before", _COUNTS, *e9, model.before),
            "after": unit_slider("Platelets after, within an hour", _COUNTS, *e9, model.after),
            "surface": unit_slider("Body surface", _SURFACES, "m²", "square meters", model.surface),
            "dose": unit_slider("Platelets given", _DOSES, "×10¹¹", "times ten to the eleven", model.dose),
            "last_increment": unit_slider(
                "Increment of the dose before", _INCREMENTS, "", "", model.last_increment, unknown=True
            ),
            "temperature": unit_slider(
                "Temperature", _TEMPERATURES, "°C", "degrees Celsius", model.temperature, decimals=1, unknown=True
            ),
            "hours": unit_slider("It has lasted", _HOURS, "hours", "hours", model.hours, unknown=True),
            "anc": amount_slider("anc", model.anc),
            "falling": Choice("Neutrophils expected to fall", YES_NO, model.falling),
        }

    def tell(self) -> None:
        """The words, and the controls of the view."""
        model = self.model
        asked = _CONTROLS.get(model.view_shown, ())
        for name, control in self.moved.items():
            unfold(control, name in asked)
        for topic, choice in self.situations.items():
            unfold(choice, topic == model.view_shown)
        unfold(self.reset, bool(asked))
        self.show_picture(model.has_picture, bool(asked) or len(model.views) > 1)
        super().tell()
