"""Oxygen by hand: move hemoglobin, saturation and cardiac output, and see whether the body gets what it needs.

The model is plain traits and can be driven without a notebook:

>>> oxygen = OxygenPanel(hb=150)
>>> oxygen.hb = 70
>>> oxygen.status
'98 % saturated, and yet only 475 mL of oxygen a minute: less than half of normal.'
"""

from __future__ import annotations

import math

import ipywidgets
import traitlets

from helpers import page
from helpers.blood.cells.oxygen import balance, content
from helpers.blood.core.conclusions import caution
from helpers.blood.core.units import show
from helpers.evidence import constant, constant_sources
from helpers.panels.amounts import amount_slider, unit_slider
from helpers.panels.pictured import PicturedPanel, PicturedView
from helpers.panels.traits import Amount
from helpers.pictures.oxygen import DeliveryPicture, rule_sources
from helpers.wording import links

_SATURATIONS = [float(percent) for percent in range(40, 101)]
_OUTPUTS = [tenth / 10 for tenth in range(20, 151)]
_MOST = "oxygen_extraction_most_pct"
_NEEDS = [float(amount) for amount in range(100, 801, 10)]


class OxygenPanel(PicturedPanel):
    """How much oxygen reaches the body, moved by hand, against what the body needs.

    Args:
        hb: hemoglobin it starts with and "reset" returns to, g/L; normal unless given, NaN for not known.
        saturation_pct: %; normal unless given.
        output: cardiac output, L/min; that of an adult at rest unless given.
        need: oxygen used, mL/min; that of an adult at rest unless given.
    """

    hb = Amount(low=-1000, high=1000, help="g/L")
    saturation_pct = Amount(constant("oxygen_normal_saturation_pct"), -1000, 1000, help="%")
    output = Amount(constant("oxygen_normal_output_l_per_min"), -1000, 1000, help="L/min")
    need = Amount(constant("oxygen_normal_need_ml_per_min"), -10_000, 10_000, help="mL/min")
    more = traitlets.Bool(False, help="whether further controls are shown")

    def __init__(
        self,
        hb: float | None = None,
        saturation_pct: float | None = None,
        output: float | None = None,
        need: float | None = None,
    ) -> None:
        super().__init__()
        given = {"saturation_pct": saturation_pct, "output": output, "need": need}
        self.hb = constant("normal_hb_g_per_l") if hb is None else hb
        for name, amount in given.items():
            if amount is not None:
                setattr(self, name, amount)
        self.begin()

    # --- the model ---

    def _update(self) -> None:
        hb = math.nan if self.hb is None else self.hb
        self.found = balance(hb, self.saturation_pct, self.output, self.need)
        self.draw(lambda: DeliveryPicture(self.found), self.found)
        self.status = f"{self.picture.point()}."

    # --- the words ---

    def words(self) -> str:
        """The words below the picture as HTML: the rule with its numbers, what the body takes, and the sources."""
        return "".join(f"<p>{page.inline(said)}</p>" for said in (self._rule(), *self._consequences()))

    def _rule(self) -> str:
        holds, dissolved = constant("oxygen_per_g_hb_ml"), constant("oxygen_dissolved_ml_per_l_mmhg")
        pressure = constant("oxygen_normal_pressure_mmhg")
        rule = (
            f"**The rule.** Oxygen in a liter of blood = {holds:g} mL × grams of hemoglobin × saturation, and a little "
            f"that is dissolved ({dissolved:g} mL for each mmHg of oxygen pressure). Delivery = that, times the liters "
            "pumped a minute."
        )
        if self.found.untold:
            return f"{rule} {links(rule_sources())}"
        found = self.found
        return (
            f"{rule} Here: {holds:g} × {found.hb:g} × {found.saturation_pct / 100:g} + {dissolved:g} × {pressure:g} = "
            f"**{found.content:.0f} mL in a liter**; × {found.output:g} L a minute = **{found.delivery:.0f} mL a "
            f"minute**. {links(rule_sources())}"
        )

    def _consequences(self) -> list[str]:
        found = self.found
        if found.untold:
            return ["What is not known is not guessed: without it there is no delivery, no share and no verdict."]
        said = []
        normal = constant("oxygen_normal_need_low_ml_per_min"), constant("oxygen_normal_need_high_ml_per_min")
        if found.enough:
            most = constant(_MOST)
            rest = "the rest is the reserve."
            if found.extraction_pct > most:
                known = f"{caution('constants', 'oxygen_extraction')} {links(constant_sources(_MOST))}"
                rest = f"here hardly any is left. {known}"
            said.append(
                f"**What the body takes.** {found.need:g} of {found.delivery:.0f} mL: {found.extraction_pct:.0f} %. An "
                f"adult at rest uses {normal[0]:g} to {normal[1]:g} mL a minute; {rest}"
            )
        else:
            said.append(
                f"**More is needed than is brought.** {found.need:g} mL against {found.delivery:.0f}: "
                f"{caution('constants', 'oxygen_lacking')}"
            )
        if found.culprit == "hemoglobin":
            more = (
                f"With {show(found.hb, 'hb')}, a saturation of 100 % instead of {found.saturation_pct:g} % would add "
                f"{content(found.hb, 100.0) - found.content:.0f} mL to a liter."
                if found.saturation_pct < 100
                else "It is as full as it can be."
            )
            said.append(
                f"**Why the saturation does not show it.** {caution('constants', 'saturation')} {more} "
                f"For a normal delivery the heart would have to pump {found.output_for_normal:.1f} L a minute."
            )
        return said


class _View(PicturedView, of=OxygenPanel):
    """The panel's widgets."""

    def controls(self) -> list[ipywidgets.Widget]:
        """What brings oxygen; folded, what the body needs."""
        model = self.model
        self.sliders = {
            "hb": amount_slider("hb", model.hb),
            "saturation_pct": unit_slider("Saturation", _SATURATIONS, "%", "percent", model.saturation_pct),
            "output": unit_slider("Cardiac output", _OUTPUTS, "L/min", "liters a minute", model.output),
            "need": unit_slider("Oxygen needed", _NEEDS, "mL/min", "milliliters a minute", model.need),
        }
        self.link(**self.sliders)
        self.reset = self.button("Reset", model.reset)
        *moved, need = self.sliders.values()
        return [*moved, *self.fold("More: what the body needs", [need]), self.reset]
