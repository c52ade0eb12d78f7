"""Traps: when a count says something about the sample, not about the blood.

A trap is a reason to look again. It is never proof, and it never changes a value. What is said of each is a row of
``data/traps.csv``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Any

import numpy as np
import pandas as pd

from helpers.blood.core.count import BloodCount
from helpers.blood.core.derived import complete, rule_of_three
from helpers.blood.core.known import any_of, column
from helpers.blood.core.units import ANALYTES, COLUMN, show
from helpers.blood.grading.cohort import Cohort
from helpers.blood.grading.reference import limits
from helpers.evidence import constant, keyed
from helpers.wording import listed, sentence

LINES = {"red": ("hb", "rbc", "hct"), "white": ("wbc", "anc", "alc"), "platelets": ("plt",)}
"""What falls together when drip fluid thins a sample."""
_CLUMPED = re.compile(r"\bclump|\baggregat|\bsatellit|\bcitrate\b", re.IGNORECASE)
_NOT_CLUMPED = re.compile(
    r"\b(?:no|not(?! read)|without|excluded|absent|negative)\b[^.;,]{0,30}(?:clump|aggregat|satellit)", re.I
)


@dataclass(frozen=True)
class Trap:
    """A sign that a count may mislead."""

    name: str
    """As ``data/traps.csv`` calls it, e.g. "EDTA clumps"."""
    sentence: str
    """What is seen."""
    reason: str
    """Why that suggests the trap, with the threshold."""
    what_to_do: str
    source: str
    """Keys of data/sources.csv."""


def traps(
    count: BloodCount | pd.DataFrame, previous: BloodCount | pd.DataFrame | None = None
) -> list[Trap] | pd.DataFrame:
    """The traps a count shows, or many.

    Args:
        count: the count in question; or a frame with the course's columns, one row a count.
        previous: an earlier count of the same person, if there is one; some traps are only seen against it. Of many a
            frame with the same rows.

    Returns:
        The traps found, [] when none is; of many a frame, one row a count and trap. Thresholds are from
        ``data/constants.csv``.

    Raises:
        TypeError: neither a BloodCount nor a frame.
        ValueError: other rows before than now.
    """
    now, before = _Counts(count), None if previous is None else _Counts(previous)
    if before and (before.cohort.single != now.cohort.single or not before.cohort.index.equals(now.cohort.index)):
        raise ValueError("The earlier counts should be those of the same people, in the same rows.")
    found: list[list[Trap]] = [[] for _ in range(len(now.cohort))]
    for seen, tell in _CHECKS:
        for at in np.flatnonzero(seen(now, before)).tolist():
            found[at].append(tell(_One(now, at), _One(before, at) if before else None))
    if now.cohort.single:
        return found[0]
    told = [(whose, trap) for whose, some in zip(now.cohort.index, found, strict=True) for trap in some]
    index = pd.MultiIndex.from_tuples([(whose, trap.name) for whose, trap in told], names=["count", "trap"])
    columns = ["sentence", "reason", "what_to_do", "source"]
    return pd.DataFrame([[getattr(trap, name) for name in columns] for _, trap in told], index, columns, dtype="str")


class _Counts:
    """One count or many, with what their values settle, as columns."""

    def __init__(self, given: BloodCount | pd.DataFrame) -> None:
        if not isinstance(given, BloodCount | pd.DataFrame):
            raise TypeError(
                f"traps() looks at a BloodCount; it was given {type(given).__name__}. BloodCount.of(...) makes one."
            )
        self.cohort = Cohort(given)
        if self.cohort.single:
            printed = _amounts(given)
        else:  # what no living person has is not known
            printed = {name: self.cohort.value(name) for name in ANALYTES if COLUMN[name] in given}
            given = given.assign(**{COLUMN[name]: values for name, values in printed.items()})
        whole = complete(given)
        self._amounts, self._whole = _amounts(whole), Cohort(whole)
        self._nothing = np.full(len(self.cohort), np.nan)
        self.trimester = self.cohort.trait("trimester")
        self.said_clumps = np.full(len(self.cohort), _said_clumps(whole) if self.cohort.single else "", dtype=object)
        self.verdicts = {name: self._verdict(whole, name) for name in ("rbc", "mcv", "mch", "mchc")}
        """Low, normal, high or cannot tell."""
        self.printed = {name: ~np.isnan(printed.get(name, self._nothing)) for name in self.verdicts}
        """Whether a value is known and was not worked out."""

    def _verdict(self, whole: BloodCount | pd.DataFrame, name: str) -> np.ndarray:
        value = Cohort(whole).value(name) if self.cohort.single else getattr(self, name)
        low, high = limits(whole, name)
        unknown = np.isnan(value) | (np.isnan(low) & np.isnan(high))
        return np.select([unknown, value < low, value > high], ["cannot tell", "low", "high"], "normal")

    def __getattr__(self, name: str) -> np.ndarray:
        """The values of an analyte, NaN where unknown or printed only as "less than"."""
        if name not in ANALYTES:
            raise AttributeError(name)
        return self._amounts.get(name, self._nothing)

    def at_most(self, name: str) -> np.ndarray:
        """The same, where "less than 20" counts as just below 20: what is low or has fallen by it is so for certain."""
        return self._whole.value(name) if self._whole.single else getattr(self, name)

    def amount(self, name: str, at: int) -> str:
        """One of these in words."""
        return show(self.at_most(name)[at], name, upper_bound=self._whole.upper_bound(name))


@dataclass(frozen=True)
class _One:
    """One of the counts."""

    counts: _Counts
    at: int

    def __getattr__(self, name: str) -> Any:
        return getattr(self.counts, name)[self.at]

    def verdict(self, name: str) -> str:
        """Low, normal, high or cannot tell."""
        return self.counts.verdicts[name][self.at]

    def at_most(self, name: str) -> float:
        """The most a value can be."""
        return self.counts.at_most(name)[self.at]

    def amount(self, name: str) -> str:
        """The same in words."""
        return self.counts.amount(name, self.at)


def _amounts(given: BloodCount | pd.DataFrame) -> dict[str, np.ndarray]:
    """The amounts there are; what is printed only as "less than" is not known."""
    if isinstance(given, BloodCount):
        return {name: np.array([np.nan if given.is_below(name) else getattr(given, name)]) for name in given.values}
    there = [name for name in ANALYTES if COLUMN[name] in given]
    return {name: given[COLUMN[name]].to_numpy(dtype=float, na_value=np.nan) for name in there}


def _said_clumps(count: BloodCount) -> str:
    value = count.values.get("plt")
    texts = [*count.notes, *((value.printed, value.reason) if value else ())]
    said = next((text for text in texts if _CLUMPED.search(text) and not _NOT_CLUMPED.search(text)), "")
    return said.removeprefix("Not read: ")


class _Slots(Formatter):
    """Fills words from ``data/constants.csv`` and from what is given beside."""

    def get_value(self, key: str, args: Sequence[Any], given: Mapping[str, float]) -> float:
        """What stands in a slot."""
        return given[key] if key in given else constant(key)

    def format_field(self, value: float, spec: str) -> str:
        """How it is written: a number, a share in percent, or an amount of an analyte, "alone" or in both units."""
        analyte, _, alone = spec.partition(" ")
        if analyte in ANALYTES:
            return show(value, analyte, beside=not alone)
        return f"{100 * value:g}" if spec == "%" else format(value, spec)


@cache
def _said() -> Mapping[str, Mapping[str, Any]]:
    return keyed("traps", "trap")


def _trap(key: str, seen: str, **values: float) -> Trap:
    """A trap of ``data/traps.csv`` with what is seen of it."""
    row, slots = _said()[key], _Slots()
    reason, what_to_do = (slots.vformat(row[name], (), values) for name in ("reason", "what_to_do"))
    return Trap(row["name"], seen, reason, what_to_do, row["source"])


def _has_clumps(now: _Counts, before: _Counts | None) -> np.ndarray:
    low = constant("thrombocytopenia_e9_per_l")
    said, is_low = now.said_clumps != "", now.at_most("plt") < low
    if before is None:
        return said & (is_low | np.isnan(now.plt))
    said = said | (before.said_clumps != "")
    fell, white_rose = (before.plt >= low) & is_low, now.wbc > before.wbc
    return (said & (is_low | np.isnan(now.plt))) | (fell & white_rose)


def _edta_clumps(now: _One, before: _One | None) -> Trap:
    said = now.said_clumps or (before.said_clumps if before else "")
    if said:
        low = now.at_most("plt") < constant("thrombocytopenia_e9_per_l")
        beside = f", and the platelets are {now.amount('plt')}." if low else "."
        return _trap("edta", f'The report speaks of clumps ("{said}"){beside}')
    return _trap(
        "edta",
        f"Platelets fell from {show(before.plt, 'plt')} to {now.amount('plt')} while white cells rose from "
        f"{show(before.wbc, 'wbc')} to {show(now.wbc, 'wbc')}.",
    )


def _mchc_too_high(now: _Counts, before: _Counts | None) -> np.ndarray:
    return now.mchc > constant("cold_agglutinin_mchc_g_per_l")


def _cold_agglutinin(now: _One, before: _One | None) -> Trap:
    seen = f"The MCHC is {show(now.mchc, 'mchc')}"
    said = {"rbc": f"red cells are low ({show(now.rbc, 'rbc')})", "mcv": f"the MCV is high ({show(now.mcv, 'mcv')})"}
    fits = [said[name] for name, side in (("rbc", "low"), ("mcv", "high")) if now.verdict(name) == side]
    return _trap("cold", f"{seen}, and {listed(fits)}.") if fits else _trap("turbid", f"{seen}.")


def _is_sweet(now: _Counts | _One) -> Any:
    return now.glucose >= constant("drip_glucose_5_mmol_per_l")


def _fell_together(now: _Counts | _One, before: _Counts | _One) -> Any:
    """Whether each line fell, and most of the values that can be compared."""
    left = 1 - constant("drip_fall_fraction")
    comparable = {name: _comparable(now, before, name) for names in LINES.values() for name in names}
    fallen = {
        name: both & (now.at_most(name) <= np.round(getattr(before, name) * left, 9))
        for name, both in comparable.items()
    }
    every_line = np.logical_and.reduce(
        [np.logical_or.reduce([fallen[name] for name in names]) for names in LINES.values()]
    )
    return every_line & (sum(fallen.values()) >= constant("drip_analyte_share") * sum(comparable.values()))


def _comparable(now: _Counts | _One, before: _Counts | _One, name: str) -> Any:
    return (getattr(before, name) > 0) & ~np.isnan(now.at_most(name))


def _is_thinned(now: _Counts, before: _Counts | None) -> np.ndarray:
    return _is_sweet(now) if before is None else _is_sweet(now) | _fell_together(now, before)


def _drip_arm(now: _One, before: _One | None) -> Trap:
    seen = []
    if before and _fell_together(now, before):
        changes = [
            f"{ANALYTES[name].label} from {show(getattr(before, name), name)} to {now.amount(name)}"
            for names in LINES.values()
            for name in names
            if _comparable(now, before, name)
        ]
        seen.append(f"All three cell lines fell together: {'; '.join(changes)}.")
    if _is_sweet(now):
        seen.append(f"The glucose is {show(now.glucose, 'glucose')}.")
    return _trap("drip", " ".join(seen))


def _fell_in_pregnancy(now: _Counts, before: _Counts | None) -> np.ndarray:
    if before is None:
        return np.zeros(len(now.cohort), dtype=bool)
    fall = before.hb - now.hb
    small = (fall > 0) & (fall <= constant("pregnancy_hb_fall_g_per_l"))
    return (now.trimester > 0) & small & ~(before.trimester >= now.trimester)


def _pregnancy(now: _One, before: _One | None) -> Trap:
    return _trap(
        "pregnancy",
        f"In trimester {now.trimester:g} the hemoglobin is {show(before.hb - now.hb, 'hb', beside=False)} lower than "
        f"before ({show(before.hb, 'hb')}, now {show(now.hb, 'hb')}).",
    )


def _breaks_the_rule(now: _Counts, before: _Counts | None) -> np.ndarray:
    """The rule is broken in red cells of normal size, and what is printed of their filling is normal too."""
    check = rule_of_three(now.rbc, now.hb, now.hct)
    normal = {name: now.verdicts[name] == "normal" for name in ("mcv", "mch", "mchc")}
    normocytic = np.logical_and.reduce([normal["mcv"], *(normal[name] | ~now.printed[name] for name in normal)])
    broken = any_of([column(check.hb_holds) == False, column(check.hct_holds) == False])  # noqa: E712 (cell by cell)
    return normocytic & broken.to_numpy(dtype=bool, na_value=False)


def _rule_of_three(now: _One, before: _One | None) -> Trap:
    check = rule_of_three(now.rbc, now.hb, now.hct)
    broken = []
    if check.hb_holds is False:
        expected = f"three times the red cells would be a hemoglobin of {show(check.hb_expected, 'hb')}"
        broken.append(f"{expected}; {show(now.hb, 'hb')} is printed")
    if check.hct_holds is False:
        expected = f"three times the hemoglobin would be a hematocrit of {show(check.hct_expected, 'hct')}"
        broken.append(f"{expected}; {show(now.hct, 'hct')} is printed")
    return _trap("rule", sentence("; and ".join(broken)), mcv=now.mcv)


_CHECKS: tuple[tuple[Callable[..., np.ndarray], Callable[..., Trap]], ...] = (
    (_has_clumps, _edta_clumps),
    (_mchc_too_high, _cold_agglutinin),
    (_is_thinned, _drip_arm),
    (_fell_in_pregnancy, _pregnancy),
    (_breaks_the_rule, _rule_of_three),
)
"""Whose count shows a trap, and the trap in words."""
