"""The road through the course: from three low lines to whether the treatment worked, station by station.

>>> [one.title for one in stations() if one.row == 2 and one.on_the_way]
['Is it urgent?', 'Is it real?']
>>> station("red_cells").says
'Below 70 g/L in a stable adult.'

Stations are rows of ``data/road.csv``; figures in their words are filled from the tables they stand in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Any

from helpers.evidence import keyed, picked, records

WHOLE = "06b"
"""The notebook at whose end the road is whole."""


@dataclass(frozen=True)
class Station:
    """One box of the road."""

    key: str
    row: int
    on_the_way: bool
    """Whether it lies on the way; else it goes along beside it."""
    when: str
    """What leads here; "" where everybody comes by."""
    title: str
    says: str
    then: str
    """The station that comes next where that is not one of the row below; "" elsewhere."""
    grown: str
    """Number of the notebook that adds it."""
    notebook: str
    """Where it is taught."""
    cell: str
    questions: tuple[str, ...]
    """What shows that a learner has been there."""
    source: str

    @property
    def number(self) -> str:
        """``"05b"`` of ``"05b_judging_a_treatment"``."""
        return self.notebook.partition("_")[0]


class _Tables(Mapping[str, Any]):
    """Tables by name, each a mapping from its first column to the row, read when a slot asks for one."""

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        return keyed(name, next(iter(records(name)[0])))

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def filled(words: str | None) -> str:
    """Words with each slot ``{table[key][column]}`` filled from that table; "" for none.

    Raises:
        KeyError: a slot names a table, a row or a column there is none of.
    """
    return Formatter().vformat(words or "", (), _Tables())


@cache
def stations() -> tuple[Station, ...]:
    """All stations, in the order of the table.

    Raises:
        KeyError: a slot names a table, a row or a column there is none of.
    """
    return tuple(
        Station(
            row["station"], row["row"], row["track"] == "main", row["when"] or "", filled(row["title"]),
            filled(row["says"]), row["then"] or "", row["grown"], row["notebook"], row["cell"],
            tuple(row["questions"].split()), row["source"],
        )
        for row in records("road")
    )  # fmt: skip


def station(key: str) -> Station:
    """One station.

    Raises:
        ValueError: there is none of that name.
    """
    return picked(key, {one.key: one for one in stations()}, "station")


def grown(upto: str) -> tuple[Station, ...]:
    """What the road holds at the end of a notebook.

    Args:
        upto: the notebook's number, ``"03"``; from ``"06b"`` on the road is whole.

    Raises:
        ValueError: no notebook of this number is on the road.
    """
    numbers = sorted({one.grown for one in stations()} | {one.number for one in stations()})
    if upto not in numbers:
        raise ValueError(f"Notebook {upto!r} is not on the road. Choose among: {', '.join(numbers)}.")
    return tuple(one for one in stations() if one.grown <= upto)
