"""Drugs that do it: what each does to the blood, how fast, what proves it, what is done besides stopping, and again?

>>> drug("methotrexate").besides_stopping.partition(" (")[0]
'Folinic acid as soon as it is suspected'

Each is a row of ``data/drugs.csv``. It holds no doses. A drug that is not in it may do it as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from helpers.blood.core.conclusions import concluded
from helpers.evidence import keyed, picked


def not_said() -> str:
    """What stands where nothing that was read settles whether a drug may be given again."""
    return " ".join(concluded("drugs", "again", (), "unknown"))


@dataclass(frozen=True)
class Drug:
    """One drug, or a family of drugs that do the same."""

    key: str
    label: str
    group: str
    what_it_does: str
    how_fast: str
    """"" where nothing that was read says so."""
    what_proves_it: str
    besides_stopping: str
    again: str
    """:func:`not_said` where nothing that was read says so."""
    source: str
    confidence: str
    note: str


@cache
def drugs() -> Mapping[str, Drug]:
    """Every drug by its key, in the order of the table."""
    return keyed("drugs", "drug", Drug, again=lambda row: row["again"] or not_said())


def drug(name: str) -> Drug:
    """One drug.

    Raises:
        ValueError: no such drug; the message lists those there are.
    """
    return picked(name, drugs(), "drug")
