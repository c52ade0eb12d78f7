"""Published figures as the tables have them: by topic, by study, with the limits they have and no others.

>>> len(findings("bleeding")) > 1
True
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from helpers.blood.core.confidence_limits import exact_limits
from helpers.evidence import records

Figure = Mapping[str, Any]
"""A row of ``data/findings.csv`` or ``data/trials.csv``."""


def findings(topic: str | None = None, outcome: Sequence[str] = ()) -> tuple[Figure, ...]:
    """The published findings of a topic (all, unless given), in the order of the table.

    Args:
        topic: ``"oxygen"``, ``"infection"`` or ``"bleeding"``.
        outcome: keep only these outcomes.

    Raises:
        ValueError: no such topic; the message lists those there are.
    """
    topics = dict.fromkeys(row["topic"] for row in records("findings"))
    if topic is not None and topic not in topics:
        raise ValueError(f"There are no findings on {topic!r}. The topics are: {', '.join(topics)}.")
    found = [row for row in records("findings") if topic is None or row["topic"] == topic]
    return tuple(row for row in found if not outcome or row["outcome"] in outcome)


def limits_of(row: Figure) -> tuple[float, float, bool]:
    """The limits of a finding and whether the course computed them: as printed, else exact 95 % limits of a share.

    A share gets computed limits only where the paper prints how many were counted and how many had it. NaN where there
    are none.
    """
    low, high = number(row["low"]), number(row["high"])
    if not (math.isnan(low) or math.isnan(high)):
        return low, high, False
    counted, events = number(row["n"]), number(row["events"])
    if row["unit"] == "%" and not (math.isnan(counted) or math.isnan(events)):
        return *exact_limits(int(events), int(counted)), True
    return math.nan, math.nan, False


def shared_number(rows: Sequence[Figure]) -> float:
    """The number that all the figures of a study were counted in; NaN where it is not the same, or one stands alone."""
    counted = {number(row["n"]) for row in rows if not math.isnan(number(row["value"]))}
    return counted.pop() if len(counted) == 1 and len(rows) > 1 else math.nan


def by_study(rows: Sequence[Figure]) -> dict[str, list[Figure]]:
    """The findings of each study, in order."""
    found: dict[str, list[Figure]] = {}
    for row in rows:
        found.setdefault(row["study"], []).append(row)
    return found


def notes_of(rows: Sequence[Figure]) -> list[str]:
    """The first note of each study, with its name."""
    found: dict[str, str] = {}
    for row in rows:
        if isinstance(row["note"], str):
            found.setdefault(row["study"], row["note"])
    return [f"{study}: {words}" for study, words in found.items()]


def number(cell: Any) -> float:
    """A cell as a float; NaN where it is empty."""
    return math.nan if cell is None or pd.isna(cell) else float(cell)
