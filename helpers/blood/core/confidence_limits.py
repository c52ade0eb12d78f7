"""What chance allows: the limits of a share that was counted, and shares told as people.

>>> exact_limits(39, 117)
(24.8..., 42.6...)
>>> wilson_limits(39, 117)
(25.4..., 42.2...)
>>> difference_limits(68, 96, 41, 101)        # 68 % of 96 people against 41 % of 101: 27 points more
(13.1..., 39.4...)
>>> as_people([0.027, 0.003, 0.0388, 0.9312])
[27, 3, 39, 931]
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np


def exact_limits(events: int, of: int, inside_pct: float = 95) -> tuple[float, float]:
    """Exact (Clopper-Pearson) confidence limits of a counted share, in percent.

    The lower limit is the share from which so many events or more would be rare, the upper the one from which so many
    or fewer would be; "rare" is half of what ``inside_pct`` leaves out. Source: CLOPPER1934.

    Args:
        events: how many had it, 0 to ``of``.
        of: how many were counted, 1 or more.
        inside_pct: above 0 and below 100.

    Raises:
        ValueError: counts that cannot be, or a share that is not between 0 and 100 %.
    """
    events, of, rare = _checked(events, of, inside_pct)
    low = 0.0 if events == 0 else _share_where(lambda share: 1 - _at_most(events - 1, of, share), rare)
    high = 1.0 if events == of else _share_where(lambda share: -_at_most(events, of, share), -rare)
    return 100 * low, 100 * high


def wilson_limits(events: int, of: int, inside_pct: float = 95) -> tuple[float, float]:
    """Wilson's (score) confidence limits of a counted share, in percent; source: ``WILSON1927``.

    All true shares from which the counted one is not further away than chance usually takes it. Mostly a little
    narrower than the exact limits, which promise at least ``inside_pct``, and, unlike the share plus or minus twice its
    error, never outside 0 to 100 %. Takes and refuses what :func:`exact_limits` does.
    """
    events, of, rare = _checked(events, of, inside_pct)
    low, high = _wilson(events / of, of, rare)
    return (0.0 if events == 0 else low), (100.0 if events == of else high)


def share_limits(share_pct: float, of: int, inside_pct: float = 95) -> tuple[float, float]:
    """Wilson's limits of a share as it is printed, in percent, where the number behind it is not; ``WILSON1927``.

    >>> share_limits(41, 101)
    (31.9..., 50.7...)

    Args:
        share_pct: percent of ``of`` people. of: how many, 1 or more.
        inside_pct: above 0 and below 100.

    Raises:
        ValueError: a share outside 0 to 100 %, or nobody counted.
    """
    if not (0 <= share_pct <= 100 and of >= 1 and 0 < inside_pct < 100):
        raise ValueError(f"Give a share from 0 to 100 percent of 1 or more people: here {share_pct:g} % of {of:g}.")
    return _wilson(share_pct / 100, of, (1 - inside_pct / 100) / 2)


def difference_limits(
    share_pct: float, of: int, other_pct: float, other_of: int, inside_pct: float = 95
) -> tuple[float, float]:
    """Limits of the difference between two shares, in points of percent; source: ``NEWCOMBE1998`` (its method 10).

    Wilson's limits of each share are combined. Shares are taken as printed, so that a paper that prints percentages and
    not the numbers behind them can be used too.

    Args:
        share_pct: percent of ``of`` people. other_pct: percent of ``other_of`` people; it is taken off.
        of: how many, 1 or more. other_of: the same.
        inside_pct: above 0 and below 100.

    Raises:
        ValueError: shares outside 0 to 100 %, or nobody counted.
    """
    if not (0 <= share_pct <= 100 and 0 <= other_pct <= 100 and of >= 1 and other_of >= 1 and 0 < inside_pct < 100):
        raise ValueError(
            "Give two shares from 0 to 100 percent, each of 1 or more people: "
            f"here {share_pct:g} % of {of:g} and {other_pct:g} % of {other_of:g}."
        )
    rare = (1 - inside_pct / 100) / 2
    low, high = _wilson(share_pct / 100, of, rare)
    other_low, other_high = _wilson(other_pct / 100, other_of, rare)
    difference = share_pct - other_pct
    down = math.hypot(share_pct - low, other_high - other_pct)
    up = math.hypot(high - share_pct, other_pct - other_low)
    return difference - down, difference + up


def _wilson(share: float, of: int, rare: float) -> tuple[float, float]:
    """Wilson's limits of a share between 0 and 1, in percent."""
    z = NormalDist().inv_cdf(1 - rare)
    middle = share + z**2 / (2 * of)
    half = z * math.sqrt(share * (1 - share) / of + z**2 / (4 * of**2))
    low, high = (100 * (middle + side * half) / (1 + z**2 / of) for side in (-1, 1))
    return low, high


def as_people(shares: Sequence[float], people: int = 1000) -> list[int]:
    """Shares of a whole told as whole people, so that they add up: the largest remainders are rounded up.

    Args:
        shares: each 0 to 1; together 1.
        people: how many people are meant, 1 or more.

    Raises:
        ValueError: shares that do not make up a whole, or no people.
    """
    if people < 1 or min(shares, default=-1) < 0 or not math.isclose(sum(shares), 1, abs_tol=1e-6):
        raise ValueError(f"Give shares of 0 or more that add up to 1, and 1 person or more; here {list(shares)}.")
    exact = [share * people for share in shares]
    found = [math.floor(one + 1e-9) for one in exact]
    largest_first = sorted(range(len(exact)), key=lambda place: found[place] - exact[place])
    for place in largest_first[: people - sum(found)]:
        found[place] += 1
    return found


def _checked(events: int, of: int, inside_pct: float) -> tuple[int, int, float]:
    """The counts as whole numbers, and what ``inside_pct`` leaves out on each side, 0 to 0.5."""
    if not (float(of).is_integer() and float(events).is_integer() and 0 <= events <= of and of >= 1):
        raise ValueError(f"Give whole numbers: 0 to {of:g} events of 1 or more counted; here {events:g} of {of:g}.")
    if not 0 < inside_pct < 100:
        raise ValueError(f"inside_pct should be between 0 and 100 percent; it is {inside_pct:g}.")
    return int(events), int(of), (1 - inside_pct / 100) / 2


def _share_where(rising, wanted: float) -> float:
    """The share between 0 and 1 at which a rising function has the wanted value, by halving."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return (low + high) / 2


def _at_most(events: int, of: int, share: float) -> float:
    """The chance of so many events or fewer among so many (binomial)."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, of + 1)))])
    some = np.arange(events + 1)
    ways = logs[of] - logs[some] - logs[of - some]
    return float(np.exp(ways + some * np.log(share) + (of - some) * np.log1p(-share)).sum())
