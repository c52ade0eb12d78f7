"""Red flags: what cannot wait until the cause is known, recognized from a count and what was found beside it.

>>> found = Findings(BloodCount.of(hb=135, anc=0.2, plt=250))
>>> [(one.flag, one.raised) for one in red_flags(found)]
[('neutropenic_fever', False)]
>>> red_flags(found)[0].needs
'a fever of 38 °C or more'
>>> red_flags(found.change(fever="yes"))[0].because
'neutrophils 0.20 ×10⁹/L, below 0.50 ×10⁹/L; fever'

Rules are rows of ``data/red_flag_rules.csv``. A flag whose rule holds is raised; one that lacks a finding nobody has
asked for yet is open, and says what it needs. Not known is not "no".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from helpers.blood.causes import Findings, features
from helpers.blood.grades import below, compared
from helpers.evidence import records

URGENCIES = {"emergency": "emergency", "same_day": "the same day"}
"""How urgent, key -> in words."""


@dataclass(frozen=True)
class RedFlag:
    """One red flag that is raised, or would be with one finding more."""

    flag: str
    label: str
    urgency: str
    """emergency or same_day."""
    why: str
    at_once: str
    raised: bool
    because: str
    """What was found that raises it, or the part of it that is there."""
    needs: str
    """What is not known yet and would raise it; "" when it is raised."""
    missing: tuple[str, ...]
    """Names of the analytes and features that are not known."""
    source: str
    note: str


@cache
def _ways(flag: str) -> tuple[tuple[Mapping[str, Any], ...], ...]:
    """The ways in which a flag is raised, each its rows."""
    rows = [row for row in records("red_flag_rules") if row["flag"] == flag]
    return tuple(tuple(row for row in rows if row["way"] == way) for way in dict.fromkeys(row["way"] for row in rows))


def red_flags(found: Findings) -> tuple[RedFlag, ...]:
    """The red flags of what was found: raised ones first, emergencies first among them.

    Returns:
        Those that are raised, and those of which a part is there and the rest is not known.
    """
    flags = [one for row in records("red_flags") if (one := _judge(row, found))]
    order = list(URGENCIES)
    return tuple(sorted(flags, key=lambda one: (not one.raised, order.index(one.urgency))))


def _judge(row: Mapping[str, Any], found: Findings) -> RedFlag | None:
    best: tuple[int, list[Mapping[str, Any]], list[Mapping[str, Any]]] | None = None
    for rules in _ways(row["flag"]):
        holds = [_holds(rule, found) for rule in rules]
        if False in holds or True not in holds:
            continue
        missing = [rule for rule, held in zip(rules, holds, strict=True) if held is None]
        there = [rule for rule, held in zip(rules, holds, strict=True) if held]
        if best is None or len(missing) < best[0]:
            best = (len(missing), there, missing)
    if best is None:
        return None
    _, there, missing = best
    return RedFlag(
        **{name: row[name] for name in ("flag", "label", "urgency", "why", "at_once")},
        raised=not missing,
        because="; ".join(_said(rule, found) for rule in there),
        needs=" and ".join(_needed(rule) for rule in missing),
        missing=tuple(rule["name"] for rule in missing),
        source=" ".join(dict.fromkeys(key for one in (row, *there) for key in one["source"].split())),
        note=row["note"] or "",
    )


def _holds(rule: Mapping[str, Any], found: Findings) -> bool | None:
    """Whether a row of the rules holds; None where it cannot be told."""
    if rule["kind"] == "finding":
        answer = found.known.get(rule["name"])
        return None if answer is None else answer in rule["value"].split()
    amount = found.count.compared(rule["name"])
    if (
        rule["name"] == "anc"
        and math.isnan(amount)
        and below(found.count.compared("wbc"), rule["operator"], rule["limit"])
    ):
        return True  # neutrophils cannot be more than all white cells
    if math.isnan(amount):
        return None
    if below(amount, rule["operator"], rule["limit"]):
        return True
    return None if found.count.is_below(rule["name"]) else False


def _said(rule: Mapping[str, Any], found: Findings) -> str:
    if rule["kind"] == "finding":
        return features()[rule["name"]].phrases[found.known[rule["name"]]]
    amount = getattr(found.count, rule["name"])
    name = "wbc" if math.isnan(amount) else rule["name"]
    return compared(name, getattr(found.count, name), rule["operator"], rule["limit"])


def _needed(rule: Mapping[str, Any]) -> str:
    if rule["kind"] == "finding":
        feature = features()[rule["name"]]
        if rule["name"] == "fever":
            return "a " + feature.question[0].lower() + feature.question[1:]
        return " or ".join(feature.phrases[value] for value in rule["value"].split())
    return compared(rule["name"], math.nan, rule["operator"], rule["limit"]).replace(" not known (limit ", " below ")[
        :-1
    ]
