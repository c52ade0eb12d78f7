"""The closed list of slips: which of them a name is, so that a misconception can be followed across notebooks.

Questions, and the records of earlier courses, name a slip in words of their own; ``data/slip_names.csv`` says which
slip of ``data/slips.csv`` each of them is.

>>> slip("used total WBC for ANC").name
'took the whole for a part'
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from helpers.evidence import records


@dataclass(frozen=True)
class Slip:
    """One slip of the list."""

    key: str
    name: str
    """What was done, as a phrase."""
    says: str
    """What to know about it, in a sentence; "" for a name that is not on the list."""


@cache
def _named() -> dict[str, Slip]:
    slips = {row["slip"]: Slip(row["slip"], row["name"], row["says"]) for row in records("slips")}
    own = {one.name: one for one in slips.values()}
    return own | {row["name"]: slips[row["slip"]] for row in records("slip_names")}


def known(name: str) -> bool:
    """Whether a name is one of the list."""
    return name in _named()


def slip(name: str) -> Slip:
    """The slip that a name stands for; a name that the list does not know stands for itself."""
    return _named().get(name) or Slip(name, name, "")
