"""Rows of tables: which number belongs to which name where headings, cells or turns of lines tell it."""

from __future__ import annotations

from helpers.blood.core.units import ANALYTES
from helpers.blood.reports.atoms import Atom, Claim, Number, Row, fits, groups_of
from helpers.blood.reports.dates import latest

COLUMNS = "{}: names and numbers are printed in separate columns, and which belongs to which cannot be told."

MOST_COLUMNS = 60
"""Names, or lines of numbers, of one table."""


class Columns:
    """Assigns the numbers of a row of a table to its names."""

    def __init__(self, row: Row) -> None:
        self.pieces, self.columns, self.cells, self.atoms = row.pieces, row.columns, row.cells, row.atoms

    def under_headings(self, numbers: list[Number]) -> bool:
        """A line of a table whose heading tells what each number is, with one name anywhere on it."""
        names = [atom for atom in self.atoms if isinstance(atom, Claim)]
        if len(names) != 1 or not numbers or not all(number.column for number in numbers):
            return False
        names[0].numbers = numbers
        beside = [
            piece
            for piece, column in zip(self.pieces, self.columns, strict=True)
            if column == "unit" and piece.kind not in ("sep", "open", "close")
        ]
        unit = beside[0] if len(beside) == 1 and beside[0].kind in ("unit", "foreign") else None
        for number in numbers:
            if unit and not number.printed.unit:
                number.printed.unit, number.foreign = unit.text.strip(), unit.kind == "foreign"
        return True

    def under_names(self, numbers: list[Number]) -> bool:
        """A line of names over lines of numbers, cell by cell between tabs or |; of several dates the latest is now."""
        breaks = [place for place, piece in enumerate(self.pieces) if piece.text == "\n"]
        names = [atom for atom in self.atoms if isinstance(atom, Claim)]
        if (
            not 2 <= len(names) <= MOST_COLUMNS
            or len(breaks) > MOST_COLUMNS
            or any(name.where > breaks[0] for name in names)
        ):
            return False
        over = {self.cells[name.where]: name for name in names}
        ends = [*breaks[1:], len(self.pieces)]
        rows = [self._under(numbers, start, end) for start, end in zip(breaks, ends, strict=True)]
        widths = {self.cells[end - 1] - self.cells[start] for start, end in zip(breaks, ends, strict=True)}
        whole = len(over) == len(names) and sum(map(len, rows)) == len(numbers) and all(rows)
        if widths != {self.cells[breaks[0] - 1]} or not whole or any(set(row) - set(over) for row in rows):
            return False
        dates = [
            " ".join(p.text for p in self.pieces[start:end] if p.kind in ("date", "month"))
            for start, end in zip(breaks, ends, strict=True)
        ]
        now = 0 if len(rows) == 1 else latest(dates)
        if now is None:
            return False
        for place, row in enumerate(rows):
            for cell, number in row.items():
                number.older = number.older or place != now
                over[cell].numbers.append(number)
        return True

    def _under(self, numbers: list[Number], start: int, end: int) -> dict[int, Number]:
        """The numbers of one line by their cell, counted from its beginning."""
        first = self.cells[start]
        return {self.cells[number.where] - first: number for number in numbers if start < number.where < end}

    def by_turns(self) -> None:
        """Names and numbers on lines of their own: only where they take turns can it be told."""
        groups = groups_of(self.atoms)
        alternates = all(len(group) == 1 for group in groups if isinstance(group[0], Claim))
        if alternates and isinstance(groups[0][0], Claim) and isinstance(groups[-1][0], Number):
            for names, numbers in zip(groups[::2], groups[1::2], strict=True):
                names[-1].numbers.extend(numbers)
            return
        turned = len(groups) == 2 and isinstance(groups[0][0], Number) and len(self.atoms) == 2
        if not turned and by_units(self.atoms):  # a number over one name may be that of the name above it
            return
        for name in (atom for atom in self.atoms if isinstance(atom, Claim) and atom.analyte):
            name.reason = COLUMNS.format(ANALYTES[name.analyte].label)


def by_units(run: list[Atom]) -> bool:
    """Names and numbers apart, where the units leave one way: what has only one name left takes it, until none is."""
    names = [atom for atom in run if isinstance(atom, Claim)]
    open_ = [atom for atom in run if isinstance(atom, Number)]
    if len(names) != len(open_) or len(names) > MOST_COLUMNS or not all(name.analyte for name in names):
        return False
    left, pairs = list(names), []
    while open_:
        could = [(number, [name for name in left if fits(name, number) > 0]) for number in open_]
        sure = next(((number, only[0]) for number, only in could if len(only) == 1), None)
        if sure is None:
            return False
        pairs.append(sure)
        open_ = [number for number in open_ if number is not sure[0]]
        left = [name for name in left if name is not sure[1]]
    for number, name in pairs:
        name.numbers = [number]
    return True
