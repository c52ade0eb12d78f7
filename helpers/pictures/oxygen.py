"""Oxygen in pictures: what the blood brings against what the body needs, and what was seen when hemoglobin fell.

>>> from helpers.blood.cells.oxygen import balance
>>> picture = DeliveryPicture(balance(hb=150))
>>> picture.update(balance(hb=70))              # only what moves is drawn again
>>> picture.point()
'98 % saturated, and yet only 475 mL of oxygen a minute: less than half of normal'
>>> BleedingExperimentPicture()
BleedingExperimentPicture: When hemoglobin falls, the heart pumps more; delivery falls all the same
>>> MortalityPicture().gaps()[0]
(51.0, 70.0)
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from helpers import page
from helpers.blood.cells.oxygen import NEAR, Balance, normal_delivery
from helpers.blood.core.conclusions import caution, title_of
from helpers.blood.core.published import Figure, by_study, findings, limits_of, notes_of
from helpers.blood.core.units import show
from helpers.evidence import constant, constant_sources
from helpers.pictures import look
from helpers.pictures.findings import first_capital, mark_of, number_words, study_of, unit_words
from helpers.pictures.forest import ForestPicture, Mark, Scale
from helpers.pictures.lettering import width_of
from helpers.pictures.live import LiveFigure, LivePicture, quiet, rectangle
from helpers.pictures.still import TITLE_LETTERS
from helpers.wording import linked, listed, sources, sources_of

if TYPE_CHECKING:
    from matplotlib.patches import Rectangle

USED, BROUGHT = look.INK["red"], "#F2C3B6"
"""Fill of the oxygen that is used, and of all that is brought."""

_MOST = 2000
"""Right end of the axis of delivery, mL/min."""
_MOST_HB = 200
_LEFT, _WIDE = 62, 414
_WHOLE = look.WIDTH
_TITLE, _HELD, _AREA = (0, 0, _WHOLE, 62), (0, 62, _WHOLE, 26), (0, 88, _WHOLE, 154)
_PUMPED, _AMOUNT, _BAR, _USE = (0, 286, _WHOLE, 24), (0, 312, _WHOLE, 22), (0, 336, _WHOLE, 36), (0, 394, _WHOLE, 28)
"""Boxes of what moves: what has not changed is not drawn again."""
_OF_OXYGEN, _A_MINUTE = "mL of oxygen", "mL of oxygen a minute"
_DASHES = dict(edgecolor=look.TEXT, linewidth=1.5, linestyle=(0, (4, 3)), zorder=4)
_SHARES = ((0.25, "a quarter"), (1 / 3, "a third"), (0.5, "half"), (2 / 3, "two thirds"), (0.75, "three quarters"))


def share_words(share: float) -> str:
    """A share of the normal delivery in words: "less than half of normal"."""
    if abs(share - 1) <= NEAR:
        return "as much as normal"
    if share > 1:
        return "more than normal"
    below = next((words for limit, words in _SHARES if share < limit), "")
    return f"less than {below} of normal" if below else "less than normal"


def delivery_point(found: Balance) -> str:
    """What a balance of oxygen says, in a sentence without its full stop."""
    if found.untold:
        return f"Cannot tell the oxygen delivered, because {listed(found.untold)}"
    full, brought = f"{found.saturation_pct:g} % saturated", f"{found.delivery:.0f} mL of oxygen a minute"
    if not found.enough:
        brought = f"{brought}: less than the {found.need:g} mL the body needs"
        return f"{full}, and yet only {brought}" if found.culprit != "saturation" else f"Only {full}: {brought}"
    if found.share_of_normal < 1 - NEAR:
        if found.culprit == "saturation":
            return f"Only {full}: {brought}, {share_words(found.share_of_normal)}"
        return f"{full}, and yet only {brought}: {share_words(found.share_of_normal)}"
    if found.culprit in ("hemoglobin", "saturation") and found.output > constant("oxygen_normal_output_l_per_min"):
        return f"The heart makes up for the low {found.culprit}: {brought}, {share_words(found.share_of_normal)}"
    return f"{full}, and {brought}: {share_words(found.share_of_normal)}"


class DeliveryPicture(LivePicture):
    """A liter of blood as an area (hemoglobin wide, saturation high), and what the body gets and uses each minute.

    Args:
        found: the balance of oxygen to show.
    """

    def __init__(self, found: Balance) -> None:
        self.live = LiveFigure(look.WIDTH, 426)
        self._title = self.live.title(_TITLE[3])
        self._draw_liter()
        self._draw_minute()
        self.update(found)

    # --- what stands still ---

    def _draw_liter(self) -> None:
        live, bold = self.live, dict(color=USED, fontweight="bold")
        live.text(12, 66, "In a liter of blood", fontweight="bold")
        live.text(look.WIDTH - 12, 66, _OF_OXYGEN, ha="right", **bold)
        right = look.WIDTH - 18 - width_of(_OF_OXYGEN, "bold")
        self._held = live.moving(live.text(right, 66, ha="right", **bold), _HELD)
        axes = self.liter = live.axes(_LEFT, 92, _WIDE, 146, xlim=(0, _MOST_HB), ylim=(0, 100))
        quiet(axes, "left", "bottom")
        axes.set_yticks([0, 50, 100], ["0", "50", "100 %"])
        axes.set_xticks([0, 50, 100, 150, 200])
        live.text(_LEFT + _WIDE, 260, "g hemoglobin (width); % of it full (height)", ha="right", color=look.QUIET)
        normal = constant("normal_hb_g_per_l"), constant("oxygen_normal_saturation_pct")
        axes.text(normal[0] + 3, 6, "normal", color=look.TEXT, va="bottom", **look.LETTERS)
        self.area = live.moving(axes.add_patch(rectangle((0, 0), 0, 0, facecolor=BROUGHT, edgecolor=USED)), _AREA)
        self._frame = live.moving(axes.add_patch(rectangle((0, 0), *normal, facecolor="none", **_DASHES)), _AREA)

    def _draw_minute(self) -> None:
        live, bold = self.live, dict(color=USED, fontweight="bold")
        axes = self.minute = live.axes(12, 340, look.WIDTH - 24, 30, xlim=(0, _MOST), ylim=(0, 1))
        quiet(axes, "left", "bottom")
        normal = normal_delivery()
        ticks = [0, 500, 1500, _MOST]
        axes.set_yticks([])
        axes.set_xticks([*ticks, normal], [*map(str, ticks), f"{normal:.0f} normal"])
        axes.get_xticklabels()[0].set_ha("left")
        axes.get_xticklabels()[3].set_ha("right")
        self._pumped = live.moving(live.text(12, 290, fontweight="bold"), _PUMPED)
        live.text(62, 316, _A_MINUTE, **bold)
        self._amount = live.moving(live.text(56, 316, ha="right", **bold), _AMOUNT)
        off = live.text(70 + width_of(_A_MINUTE, "bold"), 316, **bold)
        self._off = live.moving(off, _AMOUNT)
        self.brought = live.moving(axes.add_patch(rectangle((0, 0), 0, 1, facecolor=BROUGHT, edgecolor=USED)), _BAR)
        self.used = live.moving(axes.add_patch(rectangle((0, 0), 0, 1, facecolor=USED)), _BAR)
        lack = dict(facecolor="none", edgecolor=look.TEXT, linewidth=1.5, hatch="////")
        self.lacking = live.moving(axes.add_patch(rectangle((0, 0), 0, 1, **lack)), _BAR)
        live.moving(axes.add_patch(rectangle((0, 0), normal, 1, facecolor="none", **_DASHES)), _BAR)
        self._use = live.moving(live.text(12, 398), _USE)

    # --- what moves ---

    def update(self, found: Balance) -> None:
        """Show another balance."""
        self.found = found
        known = not found.untold
        self._title.set_text("\n".join(textwrap.wrap(self.point(), TITLE_LETTERS)[:2]))
        _place(self.area, 0, min(found.hb, _MOST_HB) if known else 0, found.saturation_pct if known else 0)
        self._held.set_text(f"{found.content:.0f}" if known else "? ")
        self._pumped.set_text(f"Pumped to the body: {found.output:g} L of it a minute" if known else "Pumped a minute")
        brought = min(found.delivery, _MOST) if known else 0
        used = min(found.need, brought) if known else 0
        _place(self.brought, 0, brought)
        _place(self.used, 0, used)
        _place(self.lacking, brought, max(min(found.need, _MOST) - brought, 0) if known else 0)
        self._amount.set_text(f"{found.delivery:.0f}" if known else "? ")
        self._off.set_text("off the axis" if found.delivery > _MOST else "")
        self._use.set_text(self._use_words())
        ink = USED if found.enough else look.TEXT
        if self._use.get_color() != ink:
            self._use.set_color(ink)

    def _brought_words(self) -> str:
        off = " (off the axis)" if self.found.delivery > _MOST else ""
        return f"{self.found.delivery:.0f} {_A_MINUTE}{off}"

    def _use_words(self) -> str:
        found = self.found
        if found.untold:
            return ""
        if not found.enough:
            return f"▨ {found.need - found.delivery:.0f} lacking: the body needs {found.need:g}"
        return f"■ {found.need:g} used: {found.extraction_pct:.0f} % of it"

    # --- the words ---

    def point(self) -> str:
        """The picture's title, in a sentence."""
        return delivery_point(self.found)

    def describe(self) -> str:
        """The picture in words, for those who do not see it."""
        found = self.found
        if found.untold:
            return f"{self.point()}."
        normal = constant("normal_hb_g_per_l"), constant("oxygen_normal_saturation_pct")
        use = f"uses {found.need:g}, {found.extraction_pct:.0f} % of it"
        lack = f"needs {found.need:g}: {found.need - found.delivery:.0f} mL a minute are lacking"
        return (
            f"{self.point()}. A liter of blood as an area: hemoglobin {show(found.hb, 'hb')} wide and "
            f"{found.saturation_pct:g} % of it full holds {found.content:.0f} mL of oxygen; normal is {normal[0]:g} "
            f"g/L and {normal[1]:g} %. Below it a bar: {found.output:g} L pumped a minute bring "
            f"{self._brought_words()}; normal is {normal_delivery():.0f}. The body {use if found.enough else lack}."
        )

    def caption(self) -> str:
        """How to read it, and where the rule comes from, in light markdown."""
        return (
            "Broken line: normal. The area is the oxygen in a liter of blood; in the bar, light is all that is brought "
            "and dark what is used. Computed by the course from the published rule, for a body at rest: a real heart "
            f"and body answer to anemia, a slider does not. Sources: {linked(rule_sources())}."
        )


def rule_sources() -> str:
    """Keys of the sources of the rule and of its normal values."""
    names = ("oxygen_per_g_hb_ml", "oxygen_dissolved_ml_per_l_mmhg", "oxygen_normal_output_l_per_min")
    need = constant_sources("oxygen_normal_need_low_ml_per_min", "oxygen_normal_need_high_ml_per_min")
    return sources(constant_sources(*names), need, without="COURSE")


def _place(patch: Rectangle, left: float, width: float, height: float = 1) -> None:
    """Put a rectangle there; what stands there already is left alone, and what has no width is not seen."""
    if (patch.get_x(), patch.get_width(), patch.get_height()) != (left, width, height):
        patch.set_bounds(left, 0, width, height)
    if patch.get_visible() != (width > 0):
        patch.set_visible(width > 0)


# --- what was seen when hemoglobin fell ---

_BLED = ("heart_rate", "cardiac_index", "oxygen_use", "oxygen_delivery")
_SLOWER = "reaction_time_change"
_DRUGS = {"esmolol": "heart slowed by a drug"}


class BleedingExperimentPicture(ForestPicture):
    """Healthy people bled on purpose while their blood volume was kept up: each figure against what it was before.

    The share of the value before is computed by the course; the values are as printed. Nothing is drawn between the two
    measurements but an arrow: what happens on the way was not printed.
    """

    ink_line = "red"

    def __init__(self) -> None:
        self.rows = findings("oxygen", outcome=(*_BLED, _SLOWER))
        self.sources = sources_of(self.rows)
        ticks = (0, 50, 100, 150, 200)
        scale = Scale("% of what it was before", 0, 200, ticks, ("0", "50", "100: as before", "150", "200"), still=100)
        studies = []
        for rows in by_study(self.rows).values():
            marks = _slower(rows) if rows[0]["outcome"] == _SLOWER else [_hemoglobin(rows), *_before_and_after(rows)]
            studies.append(study_of(rows, marks))
        self.sections = ((scale, tuple(studies)),)
        self.draw()

    def point(self) -> str:
        """The picture's title, in a sentence."""
        return title_of("findings", "bleeding_experiments", self.rows)

    def caption(self) -> str:
        """How to read it, with what caution, and the sources, in light markdown."""
        return (
            "Arrow: from before the bleeding to after it; what happened on the way is not shown. Line through a point: "
            "95 % limits as printed; no line: none printed. Shares of the value before are computed by the course. "
            f"{caution('findings', 'bleeding_experiments')} Sources: {self.links()}."
        )


def _hemoglobin(rows: Sequence[Figure]) -> Mark:
    before, after = (pick(row["exposure_low"] for row in rows) for pick in (max, min))
    return _change("Hemoglobin", before, after, "g/L")


def _before_and_after(rows: Sequence[Figure]) -> list[Mark]:
    """Each outcome after the bleeding as a share of the outcome before it."""
    marks = []
    for outcome in dict.fromkeys(row["outcome"] for row in rows):
        before, *rest = (row for row in rows if row["outcome"] == outcome)
        for after in rest:
            unit = unit_words(before["unit"])
            drug = after["group"].partition(", ")[2]
            how = f", {_DRUGS.get(drug, drug)}" if drug else ""
            marks.append(_change(first_capital(before["outcome_label"]) + how, before["value"], after["value"], unit))
    return marks


def _change(words: str, before: float, after: float, unit: str) -> Mark:
    share = 100 * after / before
    decimals = max(len(f"{value:g}".partition(".")[2]) for value in (before, after))
    return Mark(words, f"{before:.{decimals}f} → {after:.{decimals}f} {unit}, {share:.0f} %", share, start=100)


def _slower(rows: Sequence[Figure]) -> list[Mark]:
    """More time for a task, as a share of the time before."""
    marks = []
    for row in rows:
        low, high, _ = limits_of(row)
        label, limited = first_capital(row["outcome_label"]), not math.isnan(low)
        ends = f" ({low:+g} to {high:+g})" if limited else ""
        shown = f"{row['value']:+g} %{ends}" if row["value"] else "no change found"
        marks.append(Mark(f"{label}, Hb {row['group']}", shown, 100 + row["value"], 100 + low, 100 + high))
    return marks


_DEATHS = ("death_30d", "death_in_hospital")


class MortalityPicture(ForestPicture):
    """How many of those who declined transfusion died, by hemoglobin, with confidence limits; the gaps are said."""

    ink_line = "red"

    def __init__(self) -> None:
        rows = findings("oxygen", outcome=_DEATHS)
        self.rows = [row for row in rows if row["exposure_low"] is not None or row["exposure_high"] is not None]
        self.sources = sources_of(self.rows)
        scale = Scale("", 0, 60, (0, 20, 40, 60), ("0", "20", "40", "60 % died"), "percent who died")
        studies = []
        for some in by_study(self.rows).values():
            ordered = sorted(some, key=lambda row: -(row["exposure_low"] or 0))
            marks = [
                mark_of(row, f"Hemoglobin {band_words(row)}{_when(row)}{number_words(row, some)}") for row in ordered
            ]
            studies.append(study_of(some, marks, some[0]["outcome_label"]))
        self.sections = ((scale, tuple(studies)),)
        self.draw()

    def point(self) -> str:
        """The picture's title: how many died with the least hemoglobin and with the most, in one study."""
        same = max(by_study(self.rows).values(), key=lambda some: max(row["exposure_low"] or 0 for row in some))
        least, *_, most = sorted(same, key=lambda row: row["exposure_low"] or 0)
        return (
            f"Surgery without transfusion: of 100 who began {band_words(least)} g/L {least['value']:.0f} died, "
            f"of 100 who began at {band_words(most)} {most['value']:.0f}"
        )

    def gaps(self) -> list[tuple[float, float]]:
        """The hemoglobin values, g/L, between the bands: first and last one without a figure of its own."""
        bands = sorted((row["exposure_low"], row["exposure_high"]) for row in self.rows if row["exposure_low"])
        pairs = [(low_end[1] + 1, high_end[0] - 1) for low_end, high_end in pairwise(bands)]
        return [(first, last) for first, last in pairs if first <= last]

    def not_known(self) -> str:
        """What nobody should read into these figures."""
        gaps = listed([f"{first:g} to {last:g} g/L" for first, last in self.gaps()])
        return f"Not known here: how many died at {gaps}; no figure of their own was found, so no curve is drawn."

    def caption(self) -> str:
        """How to read it, with what caution, and the sources, in light markdown."""
        notes = " ".join(map(page.literal, notes_of(self.rows)))
        return (
            "Line through a point: 95 % limits as printed; broken: exact limits computed by the course from the "
            f"printed counts; no line: none. {self.not_known()} "
            f"{caution('findings', 'deaths_without_transfusion')} {notes} Sources: {self.links()}."
        )

    def describe(self) -> str:
        """The picture in words: each study with each figure, and what is not known."""
        return f"{super().describe()} {self.not_known()}"


def band_words(row: Figure) -> str:
    """The stretch of hemoglobin a finding is for: "41 to 50", "below 60", "120 or more"."""
    low, high = row["exposure_low"], row["exposure_high"]
    if low is None:
        return f"{high:g} or less" if "or less" in row["group"] else f"below {high:g}"
    return f"{low:g} or more" if high is None else f"{low:g} to {high:g}"


def _when(row: Figure) -> str:
    group = row["group"]
    return ", before surgery" if "before" in group else ", lowest value" if "lowest" in group else ""
