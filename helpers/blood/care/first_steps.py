"""What comes first once a cause is known, and by when it should show.

>>> treatment_of("b12")["urgency"]
'soon'
"""

from __future__ import annotations

from collections.abc import Mapping

from helpers.blood.core.criteria import Row
from helpers.evidence import keyed, picked, records


def treated_causes() -> Mapping[str, Row]:
    """The causes whose treatment is told, by key: rows of ``data/treatment_by_cause.csv``."""
    return keyed("treatment_by_cause", "cause")


def treatment_of(cause: str) -> Row:
    """What comes first when a cause is known.

    Raises:
        ValueError: no such cause; the message lists those there are.
    """
    return picked(cause, treated_causes(), "cause")


def recovery_of(cause: str) -> tuple[Row, ...]:
    """What is to be expected by which day of treatment: rows of ``data/recovery_times.csv``; none for many causes."""
    return tuple(row for row in records("recovery_times") if row["cause"] == cause)
