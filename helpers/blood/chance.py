"""What chance allows: the limits of a share that was counted.

>>> exact_limits(39, 117)
(24.8..., 42.6...)
"""

from __future__ import annotations

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
    if not (float(of).is_integer() and float(events).is_integer() and 0 <= events <= of and of >= 1):
        raise ValueError(f"Give whole numbers: 0 to {of:g} events of 1 or more counted; here {events:g} of {of:g}.")
    if not 0 < inside_pct < 100:
        raise ValueError(f"inside_pct should be between 0 and 100 percent; it is {inside_pct:g}.")
    events, of, rare = int(events), int(of), (1 - inside_pct / 100) / 2
    low = 0.0 if events == 0 else _share_where(lambda share: 1 - _at_most(events - 1, of, share), rare)
    high = 1.0 if events == of else _share_where(lambda share: -_at_most(events, of, share), -rare)
    return 100 * low, 100 * high


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
