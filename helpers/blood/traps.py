"""Traps: when a count says something about the sample, not about the blood.

A trap is a reason to look again. It is never proof, and it never changes a value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from helpers.blood.count import BloodCount
from helpers.blood.derived import complete, rule_of_three
from helpers.blood.reference import flag
from helpers.blood.units import ANALYTES, show
from helpers.evidence import constant, records

LINES = {"red": ("hb", "rbc", "hct"), "white": ("wbc", "anc", "alc"), "platelets": ("plt",)}
"""What falls together when drip fluid thins a sample."""
EDTA, COLD, TURBID = "EDTA clumps", "cold agglutinin", "MCHC too high"
DRIP, PREGNANCY, RULE = "drip-arm dilution", "pregnancy dilution", "broken rule of three"
_CLUMPED = re.compile(r"\bclump|\baggregat|\bsatellit|\bcitrate\b", re.IGNORECASE)
_NOT_CLUMPED = re.compile(
    r"\b(?:no|not(?! read)|without|excluded|absent|negative)\b[^.;,]{0,30}(?:clump|aggregat|satellit)", re.I
)


@dataclass(frozen=True)
class Trap:
    """A sign that a count may mislead."""

    name: str
    """One of "EDTA clumps", "cold agglutinin", "MCHC too high", "drip-arm dilution", "pregnancy dilution",
    "broken rule of three"."""
    sentence: str
    """What is seen."""
    reason: str
    """Why that suggests the trap, with the threshold."""
    what_to_do: str
    source: str
    """Keys of data/sources.csv."""


def traps(count: BloodCount, previous: BloodCount | None = None) -> list[Trap]:
    """The traps a count shows.

    Args:
        count: the count in question.
        previous: an earlier count of the same person, if there is one; some traps are only seen against it.

    Returns:
        The traps found, [] when none is; thresholds and sources are from ``data/constants.csv``.

    Raises:
        TypeError: not a BloodCount.
    """
    for given in (count, previous):
        if given is not None and not isinstance(given, BloodCount):
            raise TypeError(
                f"traps() looks at a BloodCount; it was given {type(given).__name__}. BloodCount.of(...) makes one."
            )
    now, before = complete(count), None if previous is None else complete(previous)
    checks: tuple[Callable[[BloodCount, BloodCount | None], Trap | None], ...] = (
        _edta_clumps, _cold_agglutinin, _drip_arm, _pregnancy, _rule_of_three,
    )  # fmt: skip
    return [trap for trap in (check(now, before) for check in checks) if trap is not None]


def _source(*names: str) -> str:
    """The source keys of some constants, each once."""
    rows = {row["name"]: row["source"] for row in records("constants")}
    return " ".join(dict.fromkeys(key for name in names for key in rows[name].split()))


def _said_clumps(count: BloodCount) -> str:
    value = count.values.get("plt")
    texts = [*count.notes, *((value.printed, value.reason) if value else ())]
    return next((text for text in texts if _CLUMPED.search(text) and not _NOT_CLUMPED.search(text)), "")


def _edta_clumps(now: BloodCount, before: BloodCount | None) -> Trap | None:
    low = constant("thrombocytopenia_e9_per_l")
    said = _said_clumps(now) or (_said_clumps(before) if before else "")
    is_low = now.plt < low
    fell = before is not None and before.plt >= low and is_low
    white_rose = before is not None and now.wbc > before.wbc
    if not ((said and (is_low or math.isnan(now.plt))) or (fell and white_rose)):
        return None
    if said:
        seen = f'The report speaks of clumps ("{said}")' + (
            f", and the platelets are {show(now.plt, 'plt')}." if is_low else "."
        )
    else:
        seen = (
            f"Platelets fell from {show(before.plt, 'plt')} to {show(now.plt, 'plt')} while white cells rose from "
            f"{show(before.wbc, 'wbc')} to {show(now.wbc, 'wbc')}."
        )
    share = constant("edta_clumps_share_pct")
    edta, citrate = constant("edta_clumps_mean_edta_e9_per_l"), constant("edta_clumps_mean_citrate_e9_per_l")
    return Trap(
        EDTA,
        seen,
        f"In about {share:g} % of hospital samples the anticoagulant EDTA makes platelets clump. The analyzer then "
        f"misses them (in one series it gave {edta:g} ×10⁹/L where citrate gave {citrate:g}, on average) and may take "
        f"clumps for white cells. Here platelets below {show(low, 'plt')} are asked about. A count alone "
        "cannot prove it.",
        "Ask the laboratory to look at the film, and to count again from a citrate tube (times "
        f"{constant('citrate_factor'):g} for the fluid in it). Clumps can persist in citrate.",
        _source("edta_clumps_share_pct", "edta_clumps_mean_edta_e9_per_l")
        + " "
        + _source("edta_clumps_wbc_high_share_pct", "citrate_factor", "thrombocytopenia_e9_per_l"),
    )


def _cold_agglutinin(now: BloodCount, before: BloodCount | None) -> Trap | None:
    limit = constant("cold_agglutinin_mchc_g_per_l")
    if not now.mchc > limit:
        return None
    flags = flag(now)
    fits = [
        name for name, side in (("rbc", "low"), ("mcv", "high")) if name in now.values and flags[name].verdict == side
    ]
    seen = f"The MCHC is {show(now.mchc, 'mchc')}"
    over = f"A red cell cannot hold much more hemoglobin than {show(limit, 'mchc')}"
    if not fits:
        return Trap(
            TURBID,
            f"{seen}.",
            f"{over}. Turbid plasma (fat, bilirubin) or broken cells make the hemoglobin, and so the MCHC, read too "
            "high. Red cells that are too few or too large would point to cold agglutinins; here that is not so, or "
            "not known.",
            "Ask the laboratory whether the plasma was turbid or red, and for a count after replacing the plasma.",
            _source("cold_agglutinin_mchc_g_per_l"),
        )
    said = {"rbc": f"red cells are low ({show(now.rbc, 'rbc')})", "mcv": f"the MCV is high ({show(now.mcv, 'mcv')})"}
    return Trap(
        COLD,
        f"{seen}, and {' and '.join(said[name] for name in fits)}.",
        f"{over}. Antibodies that glue red cells together in the cold make the analyzer count clusters as single "
        "large cells: red cells too few, MCV too high, hematocrit too low. The hemoglobin is measured after the cells "
        "are burst and is near the truth.",
        "Ask the laboratory to warm the tube to body temperature, count again at once, and look at the film.",
        _source("cold_agglutinin_mchc_g_per_l") + " COLD_PATTERN",
    )


def _drip_arm(now: BloodCount, before: BloodCount | None) -> Trap | None:
    glucose = constant("drip_glucose_5_mmol_per_l")
    sweet = now.glucose >= glucose
    fraction, share = constant("drip_fall_fraction"), constant("drip_analyte_share")
    fallen: dict[str, bool] = {}
    if before is not None:
        for name in (name for names in LINES.values() for name in names):
            if getattr(before, name) > 0 and not math.isnan(getattr(now, name)):
                fallen[name] = getattr(now, name) <= round(getattr(before, name) * (1 - fraction), 9)
    together = all(any(fallen.get(name, False) for name in names) for names in LINES.values())
    together = together and sum(fallen.values()) >= share * len(fallen)
    if not (sweet or together):
        return None
    seen = []
    if together:
        changes = [
            f"{ANALYTES[name].label} from {show(getattr(before, name), name)} to {show(getattr(now, name), name)}"
            for name in fallen
        ]
        seen.append(f"All three cell lines fell together: {'; '.join(changes)}.")
    if sweet:
        seen.append(f"The glucose is {show(now.glucose, 'glucose')}.")
    specificity, sensitivity = constant("drip_rule_specificity_pct"), constant("drip_rule_sensitivity_pct")
    return Trap(
        DRIP,
        " ".join(seen),
        "A sample drawn above a running drip is thinned by it, so every line is low at once, as in pancytopenia. A "
        f"published rule suspects it when at least {share * 100:g} % of the values fell by {fraction * 100:g} % or "
        f"more (specificity {specificity:g} %, sensitivity {sensitivity:g} %; it was made with other values too, not "
        f"blood cells alone). Little glucose drip in a sample was enough for a glucose of {show(glucose, 'glucose')}. "
        "Diabetes can do that too.",
        "Ask from which arm the blood was drawn and whether a drip was running; draw from the other arm before acting.",
        _source("drip_fall_fraction", "drip_analyte_share", "drip_glucose_5_mmol_per_l"),
    )


def _pregnancy(now: BloodCount, before: BloodCount | None) -> Trap | None:
    expected = constant("pregnancy_hb_fall_g_per_l")
    if before is None or not now.person.trimester:
        return None
    earlier = before.person.trimester
    fall = before.hb - now.hb
    if not 0 < fall <= expected or (earlier is not None and earlier >= now.person.trimester):
        return None
    return Trap(
        PREGNANCY,
        f"In trimester {now.person.trimester} the hemoglobin is {show(fall, 'hb', beside=False)} lower than before "
        f"({show(before.hb, 'hb')}, now {show(now.hb, 'hb')}).",
        "In pregnancy the plasma grows more than the red cells, so the hemoglobin falls without any being lost: by "
        f"{show(expected, 'hb', beside=False)} on average from the first to the third trimester in a large English "
        "series. A fall up to that size can be dilution alone; that does not exclude a lack of iron.",
        "Use the limits for this trimester; iron stores (ferritin) and the MCV tell more than the hemoglobin.",
        _source("pregnancy_hb_fall_g_per_l"),
    )


def _rule_of_three(now: BloodCount, before: BloodCount | None) -> Trap | None:
    check = rule_of_three(now.rbc, now.hb, now.hct)
    flags = flag(now)
    indices = {name: flags[name].verdict for name in ("mcv", "mch", "mchc") if not math.isnan(getattr(now, name))}
    printed = {name: verdict for name, verdict in indices.items() if not now.values[name].computed}
    normocytic = indices.get("mcv") == "normal" and all(verdict == "normal" for verdict in printed.values())
    if check.holds is not False or not normocytic:
        return None
    broken = []
    if check.hb_holds is False:
        expected = f"three times the red cells would be a hemoglobin of {show(check.hb_expected, 'hb')}"
        broken.append(f"{expected}; {show(now.hb, 'hb')} is printed")
    if check.hct_holds is False:
        expected = f"three times the hemoglobin would be a hematocrit of {show(check.hct_expected, 'hct')}"
        broken.append(f"{expected}; {show(now.hct, 'hct')} is printed")
    sentence = "; and ".join(broken)
    hb_within = constant("rule_of_three_hb_tolerance_g_per_dl")
    hct_within = constant("rule_of_three_hct_tolerance_pct")
    return Trap(
        RULE,
        f"{sentence[0].upper()}{sentence[1:]}.",
        "In red cells of normal size and filling, hemoglobin (g/dL) is about three times the red cells (10¹²/L), "
        f"within {hb_within:g}, and hematocrit (%) three times the hemoglobin, within {hct_within:g}. The MCV here is "
        f"normal ({show(now.mcv, 'mcv')}), so a misprint or a fault of the measurement is possible. It is a rule "
        "of thumb.",
        "Compare hemoglobin, red cells and hematocrit with the original report; ask the laboratory to repeat them.",
        _source("rule_of_three_factor", "rule_of_three_hb_tolerance_g_per_dl", "rule_of_three_hct_tolerance_pct"),
    )
