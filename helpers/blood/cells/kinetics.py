"""How long the stock of each line lasts when the marrow stops: published life spans, run on by the course.

Nothing here was measured in a patient. Each closed form takes its figures from ``data/constants.csv`` and is labelled
"computed by the course"; what was seen in people stands in ``data/lives.csv`` and need not lie between the two ends
that are told apart:

``delivers=True``   no new cell is begun, but the marrow still hands over those it had begun (its reserve).
``delivers=False``  nothing leaves the marrow any more; only what is in the blood is left.

Every function takes plain numbers, arrays or Series of days alike and returns the same kind.

>>> neutrophils_left(4)
56.4...
>>> day_below("platelets", 50)
10.7
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from helpers.evidence import constant, records

Days = TypeVar("Days", float, np.ndarray, pd.Series)

LINES = ("white", "platelets", "red")
"""The lines in the order in which they fall; the words of the ``line`` column of ``data/analytes.csv``."""

_A_LIFE_D = 400
"""Days after which nothing is left of any line."""


def neutrophils_left(days: Days, transit_h: float | None = None, delivers: bool = True) -> Days:
    """Neutrophils left in the blood, % of before, so many days after the last one was begun.

    The chain of Friberg's model: equal stages in a row, the last of them the blood, passed at one rate. With the marrow
    still delivering, what is left is the share of cells that have not yet passed all stages.

    Args:
        days: days since the marrow stopped; before that, all are there.
        transit_h: mean time from the first stage to the blood, h; the constant ``neutrophil_chain_mtt_h`` unless given.
            Published figures differ by drug.
        delivers: whether the marrow still hands over the cells it had begun.

    Raises:
        ValueError: a transit time that is not above 0.
    """
    transit_h = constant("neutrophil_chain_mtt_h") if transit_h is None else transit_h
    if not transit_h > 0:
        raise ValueError(f"transit_h is a time in hours above 0; it is {transit_h:g}.")
    stages = int(constant("neutrophil_chain_stages"))
    passed = _since(days) * 24 * (stages - 1) / transit_h
    return _percent(_fewer_than(stages if delivers else 1, passed), days)


def red_cells_left(days: Days, delivers: bool = True) -> Days:
    """Red cells left, % of before. Their life spans spread a little: equal stages in a row, all in the blood.

    Args:
        days: days since the marrow stopped; before that, all are there.
        delivers: whether the marrow still hands over the cells it had begun (at its usual pace, for
            ``red_cell_marrow_d``).
    """
    stages = int(constant("red_cell_chain_stages"))
    passed = _since(days, constant("red_cell_marrow_d") if delivers else 0) / constant("red_cell_chain_stage_d")
    return _percent(sum(_fewer_than(stage, passed) for stage in range(1, stages + 1)) / stages, days)


def platelets_left(days: Days, life_d: float | None = None, delivers: bool = True) -> Days:
    """Platelets left, % of before, if each lived for exactly the same time.

    Args:
        days: days since the marrow stopped; before that, all are there.
        life_d: life span, d; the constant ``platelet_life_d`` unless given.
        delivers: whether the megakaryocytes there are still shed platelets (at their usual pace, for
            ``platelet_marrow_d``).

    Raises:
        ValueError: a life span that is not above 0.
    """
    life_d = constant("platelet_life_d") if life_d is None else life_d
    if not life_d > 0:
        raise ValueError(f"life_d is a life span in days above 0; it is {life_d:g}.")
    gone = _since(days, constant("platelet_marrow_d") if delivers else 0) / life_d
    return _percent(1 - np.minimum(gone, 1), days)


_LEFT: dict[str, Callable] = {"white": neutrophils_left, "platelets": platelets_left, "red": red_cells_left}


def left(line: str, days: Days, delivers: bool = True) -> Days:
    """What is left of a line, % of before; see the function of that line.

    Args:
        line: ``"white"`` (neutrophils), ``"platelets"`` or ``"red"``.

    Raises:
        ValueError: no such line.
    """
    if line not in _LEFT:
        raise ValueError(f"There is no line {line!r}. The lines are: {', '.join(LINES)}.")
    return _LEFT[line](days, delivers=delivers)


def day_below(line: str, percent: float, delivers: bool = True) -> float:
    """The day, to a tenth, from which on no more than this share of a line is left.

    Raises:
        ValueError: no such line, or a share that is not above 0 and below 100 %.
    """
    if not 0 < percent < 100:
        raise ValueError(f"percent is a share above 0 and below 100; it is {percent:g}.")
    days = np.arange(0, _A_LIFE_D, 0.1)
    return round(float(days[np.argmax(left(line, days, delivers) <= percent)]), 1)


def _since(days: Days, start: float = 0) -> np.ndarray:
    """Days since a start, 0 before it."""
    return np.maximum(np.asarray(days, dtype=float) - start, 0)


def _fewer_than(stages: int, passed: np.ndarray) -> np.ndarray:
    """The share of cells that have passed fewer than so many stages when this many are passed on average (Poisson)."""
    return np.exp(-passed) * sum(passed**stage / math.factorial(stage) for stage in range(stages))


def _percent(share: np.ndarray, days: Days) -> Days:
    if isinstance(days, pd.Series):
        return pd.Series(100 * share, index=days.index, name=days.name)
    return 100 * share if isinstance(days, np.ndarray) else float(100 * share)


# --- published lives -------------------------------------------------------------------------------------------------

Figure = Mapping[str, Any]
"""A row of ``data/lives.csv``."""

_HOURS = {"h": 1, "d": 24, "days": 24}
_UNIT = {"h": "hours", "d": "days", "days": "days"}
_SEEN_RANGE = 1.2
"""A range can be seen where its high end is more than so many times its low end."""


def lives() -> dict[str, Figure]:
    """The published lives of cells: id -> figure, a row of ``data/lives.csv``."""
    return {row["id"]: row for row in records("lives")}


def hours(found: Figure) -> tuple[float, float, float]:
    """A time as low end, middle and high end, in hours; the middle is NaN where only a range is printed."""
    factor = _HOURS[found["unit"]]
    low, middle, high = (found[name] for name in ("low", "value", "high"))
    return (low or middle) * factor, math.nan if middle is None else middle * factor, (high or middle) * factor


def time_words(found: Figure, narrow: bool = True) -> str:
    """A time as it is printed: "115 days (70–140)", "13–19 hours".

    Args:
        found: the figure.
        narrow: whether a range too narrow to be seen on a log axis is written, too.
    """
    value, low, high = found["value"], found["low"], found["high"]
    unit = _UNIT[found["unit"]]
    if value is None:
        return f"{low:g}–{high:g} {unit}"
    written = low is not None and high is not None and (narrow or high > _SEEN_RANGE * low)
    ends = f" ({low:g}–{high:g})" if written else ""
    return f"{value:g} {unit}{ends}"
