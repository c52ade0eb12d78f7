"""What comes first once a cause is known, and by when it should show.

>>> treatment_of("b12")["urgency"]
'soon'
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from helpers.blood.core.criteria import Row
from helpers.evidence import keyed, picked, records

KINDS = {
    "stop": "Stop what does it",
    "replace": "Replace what is missing",
    "treat": "Treat what stands behind it",
    "marrow": "The marrow itself is empty or fails",
}
"""What is done, by the ``kind`` of ``data/treatment_by_cause.csv``, in the order in which it is taught."""


@cache
def treated_causes() -> Mapping[str, Row]:
    """The causes whose treatment is told, by key: rows of ``data/treatment_by_cause.csv``, by kind and then by name.

    >>> list(treated_causes())[:3]
    ['drug', 'alcohol', 'methotrexate']
    """
    kinds = list(KINDS)
    rows = sorted(
        keyed("treatment_by_cause", "cause").items(),
        key=lambda one: (kinds.index(one[1]["kind"]), one[1]["label"].casefold()),
    )
    return dict(rows)


def treatment_of(cause: str) -> Row:
    """What comes first when a cause is known.

    Raises:
        ValueError: no such cause; the message lists those there are.
    """
    return picked(cause, treated_causes(), "cause")


def recovery_of(cause: str) -> tuple[Row, ...]:
    """What is to be expected by which day of treatment: rows of ``data/recovery_times.csv``; none for many causes."""
    return tuple(row for row in records("recovery_times") if row["cause"] == cause)
