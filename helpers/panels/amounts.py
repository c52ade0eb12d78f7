"""A slider for an amount of the blood count: where it stops, and what it shows and says there."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from helpers.blood.core.criteria import short_name
from helpers.blood.core.units import ANALYTES, plain, show
from helpers.panels.controls import Slider
from helpers.pictures import look

SPOKEN = {
    "g/L": "grams per liter",
    "g/dL": "grams per deciliter",
    "mmol/L": "millimoles per liter",
    "×10⁹/L": "times ten to the nine per liter",
    "×10³/µL": "thousand per microliter",
    "fL": "femtoliters",
    "%": "percent",
}
"""Units as they are read aloud."""


@cache
def steps(analyte: str) -> list[float]:
    """Where a slider stops, course's unit: each unit of a linear axis, 40 round numbers a decade of a log one."""
    item = ANALYTES[analyte]
    low, high = item.axis_low, item.axis_high
    if item.axis_scale == "linear":
        unit = 10.0**-item.decimals
        first = math.ceil(max(low, item.plausible_low) / unit)
        return [round(place * unit, item.decimals) for place in range(first, math.floor(high / unit) + 1)]
    tenths = [*range(10, 30), *range(30, 60, 2), *range(60, 100, 5)]
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    amounts = {round(tenth * 10.0 ** (power - 1), item.decimals) for power in powers for tenth in tenths}
    zero = [0.0] if item.may_be_zero else []
    return zero + sorted(amount for amount in amounts if low <= amount <= high)


def amount_text(analyte: str, amount: float, units: str = "si") -> tuple[str, str]:
    """An amount as a slider shows it, and as it is read aloud."""
    shown = show(amount, analyte, units, beside=False)
    number, _, unit = shown.partition(" ")
    return shown, f"{number} {SPOKEN.get(unit, unit)}"


def amount_texts(analyte: str, units: str = "si") -> tuple[list[float], list[str], list[str]]:
    """Every step of an analyte's slider: the amounts, what is shown and what is read aloud."""
    pairs = [amount_text(analyte, amount, units) for amount in steps(analyte)]
    return steps(analyte), [shown for shown, _ in pairs], [spoken for _, spoken in pairs]


def amount_slider(analyte: str, amount: float | None, describe: Any = None, label: str = "", **traits: Any) -> Slider:
    """A slider for an analyte, in its line's ink and with its marker; "not known" can be said.

    Args:
        analyte: short name.
        amount: where it stands, course's unit; None is "not known".
        describe: makes the texts of an amount that is not a step; the course's units unless given.
        label: what it is called; the analyte's short name unless given.
    """
    line = ANALYTES[analyte].line
    describe = describe or (lambda given: amount_text(analyte, given))
    look_of_line = {"tag": look.SIGN[line], "ink": look.INK[line], "may_be_unknown": True}
    return Slider(
        label or short_name(analyte),
        *amount_texts(analyte),
        amount=amount,
        describe=describe,
        **(look_of_line | traits),
    )


def unit_slider(
    label: str,
    amounts: list[float],
    unit: str,
    spoken: str,
    amount: float | None,
    decimals: int | None = None,
    unknown: bool = False,
) -> Slider:
    """A slider for an amount that is no value of the count, with one unit at every step; None is "not known".

    Args:
        label: what it is called.
        amounts: where it stops.
        unit: as shown; "" for none.
        spoken: as read aloud.
        amount: where it stands.
        decimals: how many are always shown; as many as it needs unless given.
        unknown: whether "not known" can be said.
    """

    def words(value: float) -> tuple[str, str]:
        number = plain(value) if decimals is None else f"{value:.{decimals}f}"
        return f"{number} {unit}".strip(), f"{number} {spoken}".strip()

    texts, said = zip(*map(words, amounts), strict=True)
    return Slider(label, amounts, texts, said, amount, words, may_be_unknown=unknown)
