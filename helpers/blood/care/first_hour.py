"""The first hour: what is done, in order, in the emergencies that come with low counts, and what must not be done.

>>> emergencies()["ttp"].do[0].split(",")[0]
'Take blood for ADAMTS13 (activity and antibody)'
>>> from helpers.blood.core.count import BloodCount
>>> [one.key for one in first_hours(Findings(BloodCount.of(anc=0.2), {"fever": "yes"}))]
['neutropenic_sepsis_fever']

Each emergency is a row of ``data/first_hour.csv``. It teaches the order of things; it holds no doses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from helpers.blood.search.causes import Findings
from helpers.blood.search.red_flags import red_flags
from helpers.evidence import keyed

STEPS = " | "
"""What parts the steps of a cell."""


@dataclass(frozen=True)
class FirstHour:
    """One emergency and its first hour."""

    key: str
    label: str
    flags: tuple[str, ...]
    """Red flags that are signs of it."""
    ruled_out_after: tuple[str, ...]
    """Red flags that are no sign of it and yet lead to it, because it must not be missed."""
    recognize: str
    do: tuple[str, ...]
    """In order."""
    do_not: tuple[str, ...]
    why: str
    call: str
    how_soon: str
    short_do: str
    short_do_not: str
    source: str
    confidence: str
    note: str


@cache
def emergencies() -> Mapping[str, FirstHour]:
    """Every emergency by its key, in the order of the table."""
    split = {"do": STEPS, "do_not": STEPS, "flags": None, "ruled_out_after": None}
    parts = {name: lambda row, name=name, at=at: tuple((row[name] or "").split(at)) for name, at in split.items()}
    return keyed("first_hour", "emergency", FirstHour, **parts)


def first_hours(found: Findings) -> tuple[FirstHour, ...]:
    """The first hours that the raised red flags lead to, the most urgent flag first."""
    raised = [one.flag for one in red_flags(found) if one.raised]
    led = [one for flag in raised for one in emergencies().values() if flag in one.flags + one.ruled_out_after]
    return tuple(dict.fromkeys(led))
