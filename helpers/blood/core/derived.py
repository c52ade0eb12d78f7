"""What can be worked out from a report: neutrophils, red-cell indices, reticulocytes.

Every function takes plain numbers, arrays or Series alike and returns the same kind; a missing input (NaN) gives NaN.
Units are the course's: Hb g/L, hematocrit L/L, red cells 10^12/L, other cells 10^9/L, MCV fL, percentages 0-100.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd

from helpers.blood.core.count import BloodCount, Value
from helpers.blood.core.criteria import holds
from helpers.blood.core.known import Answer, Column
from helpers.blood.core.units import COLUMN, show
from helpers.blood.core.value import COMPUTED
from helpers.evidence import constant, table

Numbers = TypeVar("Numbers", float, np.ndarray, pd.Series)


def anc(wbc: Numbers, segmented_pct: Numbers, band_pct: Numbers | float = 0.0) -> Numbers:
    """Absolute neutrophil count, 10^9/L: white cells times the share of segmented and band neutrophils."""
    return wbc * (segmented_pct + band_pct) / 100


def mcv(hct: Numbers, rbc: Numbers) -> Numbers:
    """Mean cell volume, fL, from hematocrit (L/L) and red cells (10^12/L)."""
    return hct / rbc * 1000


def mch(hb: Numbers, rbc: Numbers) -> Numbers:
    """Mean cell hemoglobin, pg, from hemoglobin (g/L) and red cells (10^12/L)."""
    return hb / rbc


def mchc(hb: Numbers, hct: Numbers) -> Numbers:
    """Mean cell hemoglobin concentration, g/L, from hemoglobin (g/L) and hematocrit (L/L)."""
    return hb / hct


def absolute_retic(retic_pct: Numbers, rbc: Numbers) -> Numbers:
    """Absolute reticulocyte count, 10^9/L, from their share of red cells (%) and red cells (10^12/L)."""
    return retic_pct / 100 * rbc * 1000


def corrected_retic(retic_pct: Numbers, hct: Numbers) -> Numbers:
    """Reticulocytes (%) corrected for anemia: scaled by hematocrit (L/L) over the conventional normal of 45 %."""
    return retic_pct * (hct * 100) / constant("normal_hct_pct")


def maturation_days(hct: Numbers, scheme: str = "merck") -> Numbers:
    """Days a reticulocyte matures in the blood at this hematocrit (L/L).

    Args:
        scheme: a scheme of ``data/maturation.csv``; they differ, and so does the index.

    Raises:
        ValueError: no such scheme.
    """
    rows = table("maturation")
    chosen = rows[rows["scheme"] == scheme].sort_values("hct_low_pct")
    if chosen.empty:
        raise ValueError(
            f"There is no maturation scheme {scheme!r}. Choose one of: {', '.join(rows['scheme'].unique())}."
        )
    percent = np.asarray(hct, dtype=float) * 100
    low, high, days = (chosen[name].to_numpy() for name in ("hct_low_pct", "hct_high_pct", "factor"))
    if (low == high).all():
        found = np.interp(percent, low, days)
    else:
        place = np.searchsorted(np.nan_to_num(low, nan=0.0), percent, side="right") - 1
        found = np.where(np.isnan(percent) | (place < 0), np.nan, days[np.clip(place, 0, None)])
        found = np.where(percent >= np.nan_to_num(high[-1], nan=np.inf), days[-1], found)
    found = np.where(np.isnan(percent), np.nan, found)
    if isinstance(hct, pd.Series):
        return pd.Series(found, index=hct.index)
    return found if isinstance(hct, np.ndarray) else float(found)


def retic_index(retic_pct: Numbers, hct: Numbers, scheme: str = "merck") -> Numbers:
    """Reticulocyte production index: the corrected percentage over the days of maturation.

    Below the constant ``rpi_inadequate_below`` the marrow's answer is too weak for the anemia, above
    ``rpi_adequate_above`` it is adequate; between, it is borderline.

    Args:
        scheme: how maturation depends on the hematocrit; see :func:`maturation_days`.
    """
    return corrected_retic(retic_pct, hct) / maturation_days(hct, scheme)


def corrected_wbc(wbc: Numbers, nrbc: Numbers) -> Numbers:
    """White cells (10^9/L) without the nucleated red cells (per 100 white cells) an analyzer counted among them."""
    return wbc * 100 / (100 + nrbc)


@dataclass(frozen=True)
class RuleOfThree:
    """Three times the red cells should be the hemoglobin (g/dL), three times that the hematocrit (%)."""

    hb_expected: Numbers
    """g/L."""
    hb_holds: Answer | Column
    """Unknown where an input is missing."""
    hct_expected: Numbers
    """L/L."""
    hct_holds: Answer | Column


def rule_of_three(rbc: Numbers, hb: Numbers, hct: Numbers) -> RuleOfThree:
    """Check a count against itself. Valid only for red cells of normal size and filling.

    Args:
        rbc: 10^12/L. hb: g/L. hct: L/L. NaN where unknown.
    """
    three = constant("rule_of_three_factor")
    hb_expected, hct_expected = rbc * three * 10, hb / 10 * three / 100
    hb_gap, hct_gap = abs(hb - hb_expected) / 10, abs(hct - hct_expected) * 100
    return RuleOfThree(
        hb_expected,
        holds(np.round(hb_gap, 9), "<=", constant("rule_of_three_hb_tolerance_g_per_dl")),
        hct_expected,
        holds(np.round(hct_gap, 9), "<=", constant("rule_of_three_hct_tolerance_pct")),
    )


def _share(wbc: Numbers, percent: Numbers) -> Numbers:
    return wbc * percent / 100


_DERIVED = (
    ("neut_pct", ("seg_pct", "band_pct"), lambda seg, band: seg + band, "segmented + bands"),
    ("neut_pct", ("seg_pct",), lambda seg: seg, "segmented alone, as no bands are printed"),
    ("anc", ("wbc", "neut_pct"), anc, "WBC × neutrophils %"),
    ("alc", ("wbc", "lymph_pct"), _share, "WBC × lymphocytes %"),
    ("amc", ("wbc", "mono_pct"), _share, "WBC × monocytes %"),
    ("aec", ("wbc", "eos_pct"), _share, "WBC × eosinophils %"),
    ("abc", ("wbc", "baso_pct"), _share, "WBC × basophils %"),
    ("hct", ("mcv", "rbc"), lambda size, rbc: size * rbc / 1000, "MCV × RBC"),
    ("rbc", ("hct", "mcv"), lambda hct, size: hct / size * 1000, "hematocrit / MCV"),
    ("mcv", ("hct", "rbc"), mcv, "hematocrit / RBC"),
    ("mch", ("hb", "rbc"), mch, "Hb / RBC"),
    ("mchc", ("hb", "hct"), mchc, "Hb / hematocrit"),
    ("retic", ("retic_pct", "rbc"), absolute_retic, "reticulocytes % × RBC"),
)
"""What is derived, from what, by which rule, and how that is said."""

FIVE_PARTS = ("lymph_pct", "mono_pct", "eos_pct", "baso_pct")
"""The shares of a differential in five parts, beside the neutrophils."""


def bands_beside(
    neut_pct: Numbers,
    band_pct: Numbers,
    others_pct: Numbers,
    whole: bool | pd.Series = True,
    seg_pct: Numbers | float = math.nan,
) -> Numbers:
    """The bands that "neutrophils" leave out, %: all or 0; NaN: not told.

    The segmented cells tell it where they are printed too; else whichever makes the differential whole.

    Args:
        neut_pct: neutrophils as printed, %.
        band_pct: bands that are printed beside them, %; NaN for none.
        others_pct: all other white cells that are printed, together, %.
        whole: whether every kind is printed; where one is not, only a sum that has no room for the bands tells.
        seg_pct: segmented neutrophils, %; NaN where they are not printed.
    """
    bands, over = np.nan_to_num(band_pct), neut_pct + others_pct - 100
    by_sum = np.where(whole, _by_what_fits(over, over + bands, bands), np.nan)
    no_room = np.isnan(by_sum) & (over + bands > constant("differential_sum_tolerance_pct"))
    beside = neut_pct - seg_pct
    by_segmented = _by_what_fits(beside - bands, beside, bands)
    told = np.where(np.isnan(by_segmented), np.where(no_room, 0.0, by_sum), by_segmented)
    return np.where(bands == 0, 0.0, told)


def _by_what_fits(off_if_within: Numbers, off_if_beside: Numbers, bands: Numbers) -> Numbers:
    """The bands to add, %, by how far off a sum is with either meaning; NaN where neither fits, or both alike."""
    within, beside = abs(off_if_within), abs(off_if_beside)
    fits = (np.minimum(within, beside) <= constant("differential_sum_tolerance_pct")) & (within != beside)
    return np.where(fits, np.where(within < beside, 0.0, bands), np.nan)


_RATIOS = ("rbc", "mcv", "mch", "mchc")
"""Those whose last input divides."""


def complete(counts: BloodCount | pd.DataFrame) -> BloodCount | pd.DataFrame:
    """Add what the report leaves out but its other values settle (ANC, indices, absolute reticulocytes).

    What is printed is never replaced. In a :class:`BloodCount` an added value says how it was computed in ``printed``.

    Args:
        counts: one count, or a frame with the course's columns, one row a count.

    Returns:
        The same kind, with the added values.
    """
    if isinstance(counts, BloodCount):
        values = dict(counts.values)
        if "anc" not in values and (anc_with_bands := neutrophils_with_bands(values)):
            values["anc"] = anc_with_bands
        for name, inputs, rule, how in _DERIVED:
            # A value that was printed but cannot be told stays so; only one that is absent is worked out.
            found = [values.get(needed) for needed in inputs]
            if name in values or any(value is None or value.amount is None for value in found):
                continue
            # A divisor known only as "less than" would leave a lower bound, which a Value cannot say.
            if name in _RATIOS and found[-1].below:
                continue
            # Segmented cells stand alone where no bands are printed; bands that cannot be told are not none.
            if inputs == ("seg_pct",) and "band_pct" in values:
                continue
            with np.errstate(divide="ignore", invalid="ignore"):
                amount = float(rule(*(np.float64(value.amount) for value in found)))
            if np.isfinite(amount):
                below = any(value.below for value in found)
                values[name] = Value(round(amount, 6), printed=f"{COMPUTED}: {how}", below=below)
        return counts.with_values(values)
    frame = counts.copy(deep=False)
    left_out = _bands_left_out(frame)
    for name, inputs, rule, _ in _DERIVED:
        needed = [COLUMN[item] for item in inputs]
        if not all(column in frame for column in needed):
            continue
        more = [left_out] if name == "anc" else []
        found = rule(*(frame[column] for column in needed), *more).replace([np.inf, -np.inf], np.nan).round(6)
        frame[COLUMN[name]] = frame[COLUMN[name]].fillna(found) if COLUMN[name] in frame else found
    return frame


def neutrophils_with_bands(values: Mapping[str, Value], others: bool = False) -> Value | None:
    """The absolute neutrophils where bands are printed beside "neutrophils"; None where they make no difference.

    Where it is not told whether the bands are within, the lower count is taken, which asks for more, and says so.

    Args:
        values: the count's values by short name.
        others: whether white cells of yet another kind are printed, so that no sum tells whether the bands are within.
    """
    wbc, neut, band = (values.get(name) for name in ("wbc", "neut_pct", "band_pct"))
    told = all(value is not None and value.amount is not None and not value.below for value in (wbc, neut, band))
    if not told or band.amount == 0 or neut.printed.startswith(COMPUTED):
        return None
    parts = {name: values[name].amount for name in (*FIVE_PARTS, "blast_pct") if name in values}
    rest = [amount for amount in parts.values() if amount is not None]
    whole = not others and set(FIVE_PARTS) <= set(parts) and len(rest) == len(parts)
    seg = values["seg_pct"].amount if "seg_pct" in values else None
    added = float(bands_beside(neut.amount, band.amount, sum(rest), whole, math.nan if seg is None else seg))
    if added == 0:
        return None
    low, high = (round(float(anc(wbc.amount, neut.amount, more)), 6) for more in (0.0, band.amount))
    if added == band.amount:
        return Value(high, printed=f"{COMPUTED}: WBC × (neutrophils + bands) %")
    if_not = f"{show(high, 'anc')} if the {band.amount:g} % of bands are not among them"
    total, rounding = neut.amount + band.amount + sum(rest), 0.5 * (len(rest) + 2)
    fits = not others and abs(total - 100) <= rounding
    adds = "with which the printed percentages add up to 100" if fits else "which is not printed"
    return Value(low, printed=f"{COMPUTED}: WBC × neutrophils %; {if_not}, {adds}")


def _bands_left_out(frame: pd.DataFrame) -> pd.Series | float:
    """Of many counts, the bands that printed neutrophils leave out, %; 0 where that is not told."""
    neut, band, blast = (COLUMN[name] for name in ("neut_pct", "band_pct", "blast_pct"))
    if neut not in frame or band not in frame:
        return 0.0
    parts = frame.reindex(columns=[COLUMN[name] for name in FIVE_PARTS])
    rest = parts.sum(axis=1) + (frame[blast].fillna(0) if blast in frame else 0)
    seg = frame.get(COLUMN["seg_pct"], math.nan)
    added = bands_beside(frame[neut], frame[band], rest, parts.notna().all(axis=1), seg)
    return pd.Series(added, index=frame.index).fillna(0.0)
