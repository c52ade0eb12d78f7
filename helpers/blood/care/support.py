"""Help until the marrow returns: when to transfuse by which guideline, what that does, when fever is an emergency.

>>> found = thresholds(BloodCount.of(plt=15), "platelets", "marrow_failure")    # who would give, who not, and why
>>> expected_hemoglobin(62, units=1, weight_kg=70), iron_load(20)
(72.0, (4000.0, 5000.0))
>>> corrected_increment(before=5, after=25, surface_m2=1.8, dose_e11=3)
12000.0
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.blood.core.count import BloodCount
from helpers.blood.core.criteria import Comparison, Row, holds, word
from helpers.blood.core.known import Answer, all_of, any_of, both
from helpers.blood.core.units import show
from helpers.blood.grading.cohort import Cohort
from helpers.evidence import cite, constant, records
from helpers.wording import capital

GIVE, CONSIDER, NOT_GIVE, CANNOT_TELL = "give", "consider", "do not give", "cannot tell"

TOPICS = {"red_cells": "hb", "platelets": "plt"}
"""What can be transfused, and the value that decides."""


@dataclass(frozen=True)
class Threshold:
    """What one guideline says for one count in one situation."""

    guideline: str
    year: int | None
    advice: str
    """:data:`GIVE`, :data:`CONSIDER`, :data:`NOT_GIVE` or :data:`CANNOT_TELL`."""
    limit: float
    """In the course's unit; NaN where it gives none (no routine transfusion)."""
    operator: str
    reason: str
    source: str
    confidence: str
    caution: str

    @property
    def label(self) -> str:
        """Guideline and edition."""
        return edition_of(self.guideline, self.year)


def edition_of(guideline: str, year: int | None) -> str:
    """Who says it, with the year of the edition where one is printed.

    >>> edition_of("AABB", 2023), edition_of("ECIL", None)
    ('AABB 2023', 'ECIL')
    """
    return f"{guideline} {year}" if year else guideline


def indications(topic: str) -> dict[str, str]:
    """The situations there are thresholds for, by key, in words.

    Raises:
        ValueError: no such topic.
    """
    return {row["indication"]: row["indication_label"] for row in _thresholds(topic)}


def _thresholds(topic: str) -> list[Row]:
    if topic not in TOPICS:
        raise ValueError(f"There are no thresholds for {topic!r}. Choose among: {', '.join(TOPICS)}.")
    return [row for row in records("support") if row["topic"] == topic]


def thresholds(count: BloodCount, topic: str, indication: str) -> list[Threshold]:
    """What each guideline says for this count in this situation; guidelines without a line for it are left out.

    Args:
        count: the blood count.
        topic: ``"red_cells"`` or ``"platelets"``.
        indication: a key of :func:`indications`.

    Raises:
        ValueError: no such topic or situation; the message lists those there are.
    """
    rows, analyte = _situation(topic, indication), TOPICS[topic]
    return [_threshold(row, getattr(count, analyte), count.is_below(analyte)) for row in rows]


def _situation(topic: str, indication: str) -> list[Row]:
    rows = [row for row in _thresholds(topic) if row["indication"] == indication]
    if not rows:
        known = ", ".join(indications(topic))
        raise ValueError(f"There is no situation {indication!r} for {topic}. Choose among: {known}.")
    return rows


def _threshold(row: Row, amount: float, upper_bound: bool) -> Threshold:
    analyte, limit = row["analyte"], row["limit"]
    if row["advice"] == "none":
        advice, reason, limit = NOT_GIVE, row["says"], math.nan
    else:
        here = Comparison(analyte, amount, row["operator"], limit, upper_bound)
        low = CONSIDER if row["advice"] == "consider" else GIVE
        advice = {True: low, False: NOT_GIVE, None: CANNOT_TELL}[here.met]
        known = capital(word(analyte)) + " not known" if math.isnan(amount) else f"Here: {here.words()}"
        reason = f"{row['says']} {known}."
    given = {name: row[name] for name in ("guideline", "year", "source", "confidence")}
    return Threshold(
        **given, advice=advice, limit=limit, operator=row["operator"] or "", reason=reason, caution=row["note"] or ""
    )


def thresholds_table(counts: BloodCount | pd.DataFrame, topic: str, indication: str) -> pd.DataFrame:
    """Thresholds side by side for one count or many, to show.

    Args:
        counts: one count, or a frame with the course's columns, one row a count.
        topic, indication: as :func:`thresholds` takes them.

    Returns:
        Advice, why and source; one row a guideline, of many counts one row a count and guideline.

    Raises:
        ValueError: no such topic or situation.
    """
    rows, cohort = _situation(topic, indication), Cohort(counts)
    upper_bound = cohort.upper_bound(TOPICS[topic])
    amounts, whose = np.unique(cohort.value(TOPICS[topic]), return_inverse=True)
    found = [[_threshold(row, amount, upper_bound) for row in rows] for amount in amounts.tolist()]
    shown = [[(one.advice, f"{one.reason} {one.caution}".strip(), cite(one.source)) for one in some] for some in found]
    cells = np.array(shown, dtype=object).reshape(-1, len(rows), 3)[whose].reshape(-1, 3)
    labels = [one.label for one in found[0]] if found else []
    index = pd.Index(labels, name="guideline")
    if not cohort.single:
        index = pd.MultiIndex.from_product([cohort.index, labels], names=["count", "guideline"])
    return pd.DataFrame(cells, index, ["advice", "because", "source"], dtype="str")


# --- what a transfusion does -----------------------------------------------------------------------------------------


def _positive(**given: float) -> None:
    for name, amount in given.items():
        if not (math.isfinite(amount) and amount > 0):
            raise ValueError(f"{name} should be a number above 0; it is {amount:g}.")


def expected_hemoglobin(hb: float, units: float, weight_kg: float) -> float:
    """Hemoglobin to expect after red cells, g/L; a rule of thumb, and nothing if somebody bleeds.

    One unit raises it by 10 g/L at 70 kg, and by more in a lighter person. Source: ``JPAC_HANDBOOK``, ``NBTC2016``.

    Args:
        hb: before, g/L. units: 0 or more. weight_kg: above 0.

    Raises:
        ValueError: a number that cannot be.
    """
    _positive(weight_kg=weight_kg)
    if not units >= 0:
        raise ValueError(f"units should be 0 or more; it is {units:g}.")
    return hb + units * constant("red_cells_rise_g_per_l") * constant("red_cells_unit_kg") / weight_kg


def expected_platelets(plt: float, doses: float = 1) -> tuple[float, float]:
    """Platelets to expect after adult doses, lower and upper printed figure, 10^9/L. Source: ``JPAC_HANDBOOK``."""
    return tuple(plt + doses * constant(f"platelet_dose_{end}_e9_per_l") for end in ("low", "high"))


def iron_load(units: float) -> tuple[float, float]:
    """Iron that red cells bring, mg: the lower and the upper printed figure. Source: ``HOFFBRAND2012``."""
    return tuple(units * constant(f"iron_per_unit_{end}_mg") for end in ("low", "high"))


def corrected_increment(before: float, after: float, surface_m2: float, dose_e11: float) -> float:
    """Corrected count increment (CCI) after platelets. Source: ``WISCONSIN_CCI``.

    Args:
        before: platelets before, 10^9/L. after: within an hour afterwards, 10^9/L (not per µL: a thousand times more).
        surface_m2: body surface, m². dose_e11: platelets given, 10^11.

    Returns:
        The rise per µL, times the body surface, over the dose: about 10,000 or more where platelets do as they should.

    Raises:
        ValueError: a surface or a dose that cannot be.
    """
    _positive(surface_m2=surface_m2, dose_e11=dose_e11)
    return (after - before) * 1000 * surface_m2 / dose_e11


def is_refractory(increments: Sequence[float], limit: float | None = None) -> Answer:
    """Whether corrected count increments say "refractory to platelets": the last two below a limit; None before two.

    Args:
        increments: in order of time.
        limit: below it an increment counts as none; that of ``WISCONSIN_CCI`` unless given.
    """
    limit = constant("cci_refractory_below") if limit is None else limit
    if len(increments) < 2:
        return None
    return all_of(holds(one, "<", limit) for one in increments[-2:])


# --- fever -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fever:
    """Whether one definition of febrile neutropenia is met."""

    label: str
    met: Answer
    reason: str
    source: str
    note: str


def febrile_neutropenia(
    temperature_c: float, anc: float, hours: float | None = None, falling: Answer = None, anc_upper_bound: bool = False
) -> list[Fever]:
    """Fever with few neutrophils under each printed definition. Whatever they say: it is urgent.

    Args:
        temperature_c: oral temperature, °C; NaN: not known.
        anc: neutrophils, 10^9/L; NaN: not known.
        hours: how long it has lasted; None: not known.
        falling: whether neutrophils are expected to fall further; None: not known.
        anc_upper_bound: the report prints neutrophils as "less than" this.
    """
    return [
        _fever(row, temperature_c, hours, _few(row, anc, falling, anc_upper_bound))
        for row in records("fever_definitions")
    ]


def _fever(row: Row, temperature: float, hours: float | None, few: Answer) -> Fever:
    hot = _hot(row, temperature, hours)
    asked = f"{_at(row['single_operator'])} {row['single_c']:.1f} °C once"
    if row["lasting_c"]:
        asked += f", or {_at(row['lasting_operator'])} {row['lasting_c']:.1f} °C for {row['lasting_h']:g} h"
    edge = f"neutrophils {'at or ' if row['anc_operator'] == '<=' else ''}below {show(row['anc'], 'anc')}"
    if row["falling"]:
        now = f"below {show(row['falling_anc'], 'anc')} and " if row["falling_anc"] else ""
        edge += f", or {now}expected to fall below it"
    said = {True: "met", False: "not met", None: "cannot tell"}
    reason = f"Fever ({asked}): {said[hot]}. Count ({edge}): {said[few]}."
    return Fever(row["label"], both(hot, few), reason, row["source"], row["note"] or "")


def _at(operator: str) -> str:
    return "above" if operator == ">" else "from"


def _hot(row: Row, temperature: float, hours: float | None) -> Answer:
    ways = [holds(temperature, row["single_operator"], row["single_c"])]
    if row["lasting_c"]:
        lasts = holds(math.nan if hours is None else hours, ">=", row["lasting_h"])
        ways.append(both(holds(temperature, row["lasting_operator"], row["lasting_c"]), lasts))
    return any_of(ways)


def _few(row: Row, anc: float, falling: Answer, upper_bound: bool) -> Answer:
    ways = [holds(anc, row["anc_operator"], row["anc"], upper_bound)]
    if row["falling"]:
        low_now = not row["falling_anc"] or holds(anc, "<", row["falling_anc"], upper_bound)
        ways.append(both(low_now, falling))
    return any_of(ways)
