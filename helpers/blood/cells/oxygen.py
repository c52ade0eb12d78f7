"""Oxygen: how much the blood holds, how much the heart delivers, and whether that is enough.

A normal saturation says that the hemoglobin there is, is full; it does not say that there is enough of it.

Every function takes plain numbers, arrays or Series alike and returns the same kind. What is missing (NaN) or
impossible (a saturation above 100 %, a heart that pumps nothing) gives NaN; :func:`balance` says why.

>>> delivery(hb=70, saturation_pct=98, output=5)
474.62...
>>> balance(hb=70).extraction_pct
48.4...
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd

from helpers.blood.core.criteria import holds
from helpers.blood.core.known import Answer
from helpers.evidence import constant

Numbers = TypeVar("Numbers", float, np.ndarray, pd.Series)

NEAR = 0.05
"""What is this near to normal (a fraction of it) is called normal."""


def content(hb: Numbers, saturation_pct: Numbers | float, pressure: Numbers | float | None = None) -> Numbers:
    """Oxygen in a liter of arterial blood, mL/L: what the hemoglobin holds, and the little that is dissolved.

    Args:
        hb: hemoglobin, g/L.
        saturation_pct: share of the hemoglobin that is full, %; 0 to 100.
        pressure: oxygen pressure in arterial blood (PaO2), mmHg; normal unless given.
    """
    pressure = constant("oxygen_normal_pressure_mmhg") if pressure is None else pressure
    bound = constant("oxygen_per_g_hb_ml") * hb * saturation_pct / 100
    dissolved = constant("oxygen_dissolved_ml_per_l_mmhg") * pressure
    possible = (hb >= 0) & (saturation_pct >= 0) & (saturation_pct <= 100) & (pressure >= 0)
    return _where(possible, bound + dissolved)


def delivery(
    hb: Numbers, saturation_pct: Numbers | float, output: Numbers | float, pressure: Numbers | float | None = None
) -> Numbers:
    """Oxygen that reaches the body, mL/min: what a liter of blood holds, times the liters pumped a minute.

    Args:
        hb: hemoglobin, g/L.
        saturation_pct: %.
        output: cardiac output, L/min; above 0.
        pressure: PaO2, mmHg; normal unless given.
    """
    held = content(hb, saturation_pct, pressure)
    return _where((output > 0) & (held >= 0), held * output)


def extraction(need: Numbers, delivered: Numbers | float) -> Numbers:
    """Share of the delivered oxygen that the body takes out, %: above 100 the need is not met.

    Args:
        need: oxygen used, mL/min; 0 or more.
        delivered: oxygen delivered, mL/min; above 0.
    """
    possible = (need >= 0) & (delivered > 0)
    return _where(possible, 100 * need / _where(possible, delivered))


def output_for(delivered: Numbers, hb: Numbers | float, saturation_pct: Numbers | float) -> Numbers:
    """Cardiac output that brings this much oxygen, L/min.

    Args:
        delivered: the delivery wanted, mL/min; 0 or more.
        hb: hemoglobin, g/L.
        saturation_pct: %.
    """
    held = content(hb, saturation_pct)
    possible = (delivered >= 0) & (held > 0)
    return _where(possible, delivered / _where(possible, held))


def normal_delivery() -> float:
    """Oxygen delivered with a normal hemoglobin, saturation and output at rest, mL/min."""
    return delivery(
        constant("normal_hb_g_per_l"),
        constant("oxygen_normal_saturation_pct"),
        constant("oxygen_normal_output_l_per_min"),
    )


def _where(possible: Numbers, amount: Numbers) -> Numbers:
    """The amount where it is possible and finite, NaN elsewhere; of the same kind."""
    possible = possible & np.isfinite(amount)
    if isinstance(amount, pd.Series):
        return amount.where(pd.Series(possible, index=amount.index).astype("boolean").fillna(False).astype(bool))
    found = np.where(possible, amount, np.nan)
    return found if isinstance(amount, np.ndarray) else float(found)


@dataclass(frozen=True)
class Balance:
    """Oxygen delivered and needed by one person, and why something cannot be told. Amounts are NaN where unknown."""

    hb: float
    """g/L."""
    saturation_pct: float
    output: float
    """Cardiac output, L/min."""
    need: float
    """mL/min."""
    content: float
    """mL/L of arterial blood."""
    delivery: float
    """mL/min."""
    extraction_pct: float
    output_for_normal: float
    """Cardiac output that would bring as much oxygen as normal blood does, L/min."""
    untold: tuple[str, ...] = ()
    """What is unknown or impossible, a reason each."""

    @property
    def share_of_normal(self) -> float:
        """The delivery over the normal one: 1 is normal."""
        return self.delivery / normal_delivery()

    @property
    def enough(self) -> Answer:
        """Whether the delivery covers the need; None where that cannot be told."""
        return holds(self.extraction_pct, "<=", 100)

    @property
    def culprit(self) -> str:
        """What lowers the delivery most: hemoglobin, saturation or output; "" where none is clearly below normal."""
        if math.isnan(self.delivery):
            return ""
        normal = {
            "hemoglobin": self.hb / constant("normal_hb_g_per_l"),
            "saturation": self.saturation_pct / constant("oxygen_normal_saturation_pct"),
            "output": self.output / constant("oxygen_normal_output_l_per_min"),
        }
        lowest = min(normal, key=normal.get)
        return lowest if normal[lowest] < 1 - NEAR else ""


def balance(
    hb: float, saturation_pct: float | None = None, output: float | None = None, need: float | None = None
) -> Balance:
    """Whether one person gets the oxygen that is needed. What is not given is that of a healthy adult at rest.

    Args:
        hb: hemoglobin, g/L; NaN where it is not known.
        saturation_pct: %.
        output: cardiac output, L/min.
        need: oxygen used, mL/min.
    """
    saturation_pct = constant("oxygen_normal_saturation_pct") if saturation_pct is None else saturation_pct
    output = constant("oxygen_normal_output_l_per_min") if output is None else output
    need = constant("oxygen_normal_need_ml_per_min") if need is None else need
    delivered = delivery(hb, saturation_pct, output)
    return Balance(
        hb,
        saturation_pct,
        output,
        need,
        content(hb, saturation_pct),
        delivered,
        extraction(need, delivered),
        output_for(normal_delivery(), hb, saturation_pct),
        _untold(hb, saturation_pct, output, need),
    )


def _untold(hb: float, saturation_pct: float, output: float, need: float) -> tuple[str, ...]:
    wrong = (
        ("hemoglobin", hb, hb < 0, "cannot be below 0 g/L"),
        ("the saturation", saturation_pct, not 0 <= saturation_pct <= 100, "is a share and lies between 0 and 100 %"),
        ("the cardiac output", output, output <= 0, "must be above 0 L/min"),
        ("the need", need, need < 0, "cannot be below 0 mL/min"),
    )
    return tuple(
        f"{name} is not known" if math.isnan(amount) else f"{name} {rule} (here {amount:g})"
        for name, amount, impossible, rule in wrong
        if math.isnan(amount) or impossible
    )
