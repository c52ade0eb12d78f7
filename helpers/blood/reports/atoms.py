"""Atoms of a line: whole names, and numbers with the units and intervals that belong to them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from helpers.blood.core import units
from helpers.blood.core.amount import Printed, printed_of
from helpers.blood.core.pieces import Piece
from helpers.blood.core.units import ANALYTES
from helpers.blood.core.words import ABSOLUTE, SHARE, meant, tokens_of, words_for
from helpers.blood.reports.layout import Line

NAMES = ("name", "other", "cell")


@dataclass
class Number:
    """A number with its unit, its interval and what the line says of it."""

    piece: Piece
    printed: Printed
    interval: str = ""
    column: str = ""
    where: int = 0
    condition: str = ""
    """Why it is no result: "a limit or a condition", "of several people"."""
    change: bool = False
    older: bool = False
    foreign: bool = False
    time: str = ""
    specimen: str = ""


@dataclass
class Claim:
    """A name with the numbers that belong to it."""

    name: Piece
    numbers: list[Number] = field(default_factory=list)
    unit_before: str = ""
    specimen: str = ""
    interval: str = ""
    reason: str = ""
    """Why nothing can be told, where that is so."""
    said: str = ""
    """What stands where a number should."""
    where: int = 0
    """Place among the line's pieces."""
    older: bool = False
    time: str = ""
    """The date that stands in a bracket beside it."""
    gap: bool = False
    """An empty cell stands between the name and its first number, and no heading tells what belongs there."""
    rest: list[Piece] = field(default_factory=list)
    """What stands between it and the next name."""
    apart: bool = False
    """A word that says something else stands between it and its first number."""

    @property
    def analyte(self) -> str:
        """The short name; "" for a quantity that is not read."""
        return self.name.meaning if self.name.kind == "name" else ""


Atom = Claim | Number


def unit_of(atom: Atom) -> str:
    """The unit of a number; "" of a name."""
    return atom.printed.unit if isinstance(atom, Number) else ""


def groups_of(run: list[Atom]) -> list[list[Atom]]:
    """Names side by side, and numbers side by side."""
    groups: list[list[Atom]] = []
    for atom in run:
        if groups and type(groups[-1][0]) is type(atom):
            groups[-1].append(atom)
        else:
            groups.append([atom])
    return groups


def fits(claim: Atom, number: Atom) -> int:
    """1 where the number's unit is one of this name, -1 where it is not, 0 where nothing tells."""
    if not isinstance(claim, Claim) or not isinstance(number, Number) or not claim.analyte or not number.printed.unit:
        return 0
    twin = SHARE.get(claim.analyte) or ABSOLUTE.get(claim.analyte)
    names = (claim.analyte, twin) if claim.name.either and twin else (claim.analyte,)
    return 1 if any(units.find_unit(number.printed.unit, name) for name in names) else -1


class Row:
    """One line, or names and numbers on lines of their own that belong together."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.pieces: list[Piece] = []
        self.columns: list[str] = []
        for line in lines:
            if self.pieces:
                self._append(Piece("sep", line.start, line.start, "\n"), "")
            for place, piece in enumerate(line.pieces):
                self._append(piece, line.columns[place] if line.columns else "")
        self.cells = self._cells()
        self.atoms: list[Atom] = []
        self._gather()

    def _append(self, piece: Piece, column: str) -> None:
        self.pieces.append(piece)
        self.columns.append(column)

    def _cells(self) -> list[int]:
        cell, found = 0, []
        for piece in self.pieces:
            cell += piece.kind == "sep" and piece.text != "  "
            found.append(cell)
        return found

    # --- the atoms ---

    def _gather(self) -> None:
        """Names, and numbers with the units and intervals that belong to them."""
        for place, piece in enumerate(self.pieces):
            last = self.atoms[-1] if self.atoms else None
            if piece.kind in NAMES:
                if not self._is_name(place):
                    piece.kind, piece.meaning = "other", "other quantity"
                if (
                    isinstance(last, Claim)
                    and last.analyte == piece.meaning != ""
                    and not self.words_between(last.where, place)
                    and not any(between.meaning in ("break", "stop") for between in self.pieces[last.where : place])
                ):
                    last.name = piece if last.name.either and not piece.either else last.name
                    last.where = place
                    continue
                self.atoms.append(Claim(piece, where=place, specimen=self.lines[0].specimen, older=self.lines[0].older))
                self.atoms[-1].unit_before = (
                    "%" if piece.kind == "name" and (piece.text.endswith("%") or len(piece.text) == 1) else ""
                )
            elif piece.kind == "number" and self._counts_time(place):
                piece.kind = "time"
            elif piece.kind == "number" and self.columns[place] in ("", "result", "previous", "low", "high", "range"):
                self._add_number(place, piece, last)
            elif piece.kind in ("unit", "foreign") or piece.meaning == "counted":
                self._add_unit(place, piece, last)
            elif piece.kind in ("range", "ratio") and last is not None:
                last.interval = last.interval or (piece.text if piece.kind == "range" else "")

    def _counts_time(self, place: int) -> bool:
        """Whether the number is that of a day or a week ("on day 8", "2 months ago")."""
        before = self.pieces[place - 1] if place else None
        after = self.pieces[place + 1] if place + 1 < len(self.pieces) else None
        if after is not None and after.kind == "older" and tokens_of(after.text)[:1] in meant("time", "counted"):
            return re.fullmatch(r"[0-9]{1,3}", self.pieces[place].text) is not None
        return (
            before is not None
            and before.meaning == "counted"
            and re.fullmatch(r"[0-9]{1,3}", self.pieces[place].text) is not None
        )

    def _add_number(self, place: int, piece: Piece, last: Atom | None) -> None:
        column = self.columns[place]
        number = Number(piece, printed_of(piece), column=column, where=place, older=column == "previous")
        site = isinstance(last, Number) and re.fullmatch(r"0[0-9]", last.printed.number) and not last.printed.unit
        beside = self.cells[last.where] in (self.cells[place], self.cells[max(last.where - 1, 0)]) if site else False
        if beside:
            self.atoms.pop()  # the number of the laboratory that measured it: "Platelets 01 250"
        self.atoms.append(number)

    def _add_unit(self, place: int, piece: Piece, last: Atom | None) -> None:
        unit = piece.text.strip()
        if piece.kind == "time" and not (isinstance(last, Number) and last.where == place - 1):
            return
        before = self.pieces[place - 1] if place else piece
        if before.kind == "number" and before.end == piece.start and last is not None and last.where != place - 1:
            return  # the rest of a misread unit: "1O*3/uL"
        now = self._before_bracket(place)
        if now is not None and not now.printed.unit:
            now.printed.unit, now.foreign = unit, piece.kind != "unit"
        if isinstance(last, Number) and not last.printed.unit and not self.words_between(last.where, place):
            last.printed.unit = unit
            last.foreign = piece.kind != "unit"
            if not last.interval and self.cells[last.where] == self.cells[place] and place - last.where <= 2:
                last.printed.end = max(last.printed.end, piece.end)
        elif isinstance(last, Claim) and piece.kind == "unit" and not last.unit_before:
            last.unit_before = unit
        elif isinstance(last, Claim) and piece.kind == "unit" and last.analyte and last.unit_before != unit:
            last.reason = (
                f"{ANALYTES[last.analyte].label}: two units are printed before any number. Look at the report."
            )

    def _before_bracket(self, place: int) -> Number | None:
        """The number before a bracket of earlier ones that ends here: "Hb 8.1 (prev 10.9, 12.4) g/dL"."""
        if not place or self.pieces[place - 1].kind != "close":
            return None
        for begin in range(place - 2, max(place - 14, 0), -1):
            if self.pieces[begin].kind == "open":
                inside = [piece for piece in self.pieces[begin + 1 : place - 1] if piece.kind != "filler"]
                told = bool(inside) and inside[0].kind == "older" and inside[0].meaning == "earlier"
                marks = (",", ";", ":", ".", "/", "then")
                plain = all(piece.kind in ("older", "number", "and") or piece.text in marks for piece in inside)
                beside = [atom for atom in self.atoms if begin - 2 <= atom.where < begin]
                return beside[-1] if told and plain and beside and isinstance(beside[-1], Number) else None
        return None

    def words_between(self, start: int, end: int) -> bool:
        """Whether between two places stands a word that is neither small nor in a cell by itself."""
        taken = {self.cells[start], self.cells[end] if end < len(self.cells) else -1}
        skipping = -1
        for place in range(start + 1, end):
            piece = self.pieces[place]
            if piece.kind == "skip":
                skipping = self.cells[place]
            strange = piece.kind in ("qualifier", "absent") or (piece.kind == "word" and self.cells[place] in taken)
            if strange and self.cells[place] != skipping:
                return True
        return False

    def _is_name(self, place: int) -> bool:
        """Whether the name is whole: no word beside it makes it another quantity."""
        return not (self._changed_before(place) or self._changed_after(place))

    def _changed_before(self, place: int) -> bool:
        """ "Immature platelets", "Met-Hb", "Estimated average | glucose"."""
        before = place - 1
        while before >= 0 and self.pieces[before].text in ("-", "/", "of", "the", "+"):
            before -= 1
        if before < 0:
            return False
        if self.pieces[place - 1].text == "+" and self.pieces[before].kind in NAMES:
            return True  # "Segmented + bands 21 %" is their sum
        piece = self.pieces[before]
        if self.cells[before] == self.cells[place]:
            glued = (
                before < place - 1
                and self.pieces[before + 1].text == "-"
                and piece.end == self.pieces[before + 1].start
            )
            changes = piece.kind == "qualifier" and not (piece.text == "met" and not glued and self._amounts(place))
            return changes or (glued and piece.kind == "word")
        alone = before == 1 or self.pieces[before - 2].kind in ("sep", "qualifier")
        return (
            piece.text.strip(" \t") in ("", "|")
            and before > 0
            and alone
            and self.pieces[before - 1].kind == "qualifier"
        )

    def _amounts(self, place: int) -> bool:
        """Whether a unit other than % follows: "met Hb 4,5 mmol/l" is Dutch, "met Hb 2 %" is methemoglobin."""
        unit = next((each.text for each in self.pieces[place + 1 : place + 5] if each.kind == "unit"), "%")
        return unit.strip() != "%"

    def _changed_after(self, place: int) -> bool:
        """ "Platelet aggregation", "Hemoglobin, glycated"."""
        for after in range(place + 1, min(place + 6, len(self.pieces))):
            piece = self.pieces[after]
            if piece.kind == "qualifier":
                return self.cells[after] == self.cells[place]
            if piece.kind not in ("filler", "and", "open", "flag", "specimen") and piece.text not in (
                ",",
                "-",
                "/",
                "[",
            ):
                break
        return False

    def text_at(self, place: int) -> str:
        """The text of a piece; "" behind the last."""
        return self.pieces[place].text if place < len(self.pieces) else ""


@cache
def _weak() -> frozenset[tuple[str, ...]]:
    return frozenset(tokens_of(word) for word in words_for("weak"))


def is_weak(piece: Piece) -> bool:
    """Whether the name is a short one with a second meaning, which counts only with its unit."""
    return tokens_of(piece.text) in _weak()
