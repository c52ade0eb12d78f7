"""What published figures say together: sentences of ``data/conclusions.csv``, drawn only from rows that are shown.

>>> conclude("trials", "donors", ["devillier_up"])
'A matched relative at once: 77 of 100 well at 5 years'
>>> conclude("trials", "after", ["tichelli_relapse"])            # one registry does not carry the range of three
''
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from string import Formatter
from typing import Any

from helpers.evidence import records

_SHARES = {1 / 4: "a quarter", 1 / 3: "a third", 1 / 2: "half", 2 / 3: "two thirds", 3 / 4: "three quarters"}
_NEAR = 0.01
"""A share is said in words where it lies no further from them."""


@cache
def _rows(of: str) -> Mapping[str, Mapping[str, Any]]:
    return {next(iter(row.values())): row for row in records(of)}


class _Slots(Formatter):
    def format_field(self, value: float, spec: str) -> str:
        if spec != "share":
            return format(value, spec or "g")
        near = min(_SHARES, key=lambda share: abs(share - value / 100))
        return _SHARES[near] if abs(near - value / 100) <= _NEAR else f"{value:.0f} of 100"


def filled(row: Mapping[str, Any]) -> str:
    """A conclusion with its slots filled from the rows it names."""
    return _Slots().vformat(row["text"], (), {name: found.get("value") for name, found in _rows(row["of"]).items()})


def concluded(of: str, subject: str, shown: Collection[str], place: str = "title") -> tuple[str, ...]:
    """Every sentence on a subject whose rows are all shown, in the order of the table.

    Args:
        of: the table they are rows of, such as ``"trials"``.
        subject: a question or topic of that table.
        shown: ids of the rows that are shown.
        place: ``"title"``; ``"unknown"`` for what is not known; ``"told"`` for a figure in words.
    """
    rows = (row for row in records("conclusions") if (row["of"], row["subject"], row["place"]) == (of, subject, place))
    return tuple(filled(row) for row in rows if set((row["needs"] or "").split()) <= set(shown))


def conclude(of: str, subject: str, shown: Collection[str]) -> str:
    """What the shown rows say on a subject; "" where they do not carry a conclusion."""
    return next(iter(concluded(of, subject, shown)), "")


def caution(of: str, subject: str) -> str:
    """What to beware of with the figures of a subject.

    >>> caution("findings", "bleeding_experiments")
    'Healthy people at rest, for hours: not a limit that would be safe for a patient.'
    """
    return " ".join(concluded(of, subject, _rows(of), "caution"))


def subject_words(of: str, subject: str) -> str:
    """What the figures of a subject are about."""
    rows = (row["label"] for row in records("conclusions") if (row["of"], row["subject"]) == (of, subject))
    return next(rows, subject.replace("_", " ").capitalize())


def title_of(of: str, subject: str, rows: Collection[Mapping[str, Any]]) -> str:
    """A title for figures: what they say together, or else what they are and how many."""
    said = conclude(of, subject, [row["id"] for row in rows])
    figures, studies = len(rows), len({row["study"] for row in rows})
    counted = f"{figures} figure{'s' * (figures > 1)} from {studies} stud{'ies' if studies > 1 else 'y'}"
    return said or f"{subject_words(of, subject)}: {counted}"
