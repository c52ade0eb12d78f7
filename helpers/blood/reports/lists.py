"""Lists: names side by side, then as many numbers in their order ("Hb/Hct 7.2/21", "WBC and platelets of 2 and 18").

Where names and numbers are as many and no unit speaks against it, each name takes its own. Where a list with slashes
has more or fewer numbers than names, none is taken, and each says so.
"""

from __future__ import annotations

from itertools import pairwise

from helpers.blood.core.pieces import LONGEST_LIST, is_list_mark, leads_to_number
from helpers.blood.core.units import ANALYTES
from helpers.blood.reports.atoms import Atom, Claim, Number, Row, fits

_UNEVEN = "{}: {} names stand here before {}, and which belongs to which cannot be told. Look at the report."
_TOLD = ("older", "change", "condition", "time")
"""What may be said of all the numbers before the first of them: they know it."""
_BESIDE = ("unit", "foreign", "flag", "range", "filler", "open", "close")
"""What may stand beside a number."""


class Lists:
    """Assigns the numbers of lists to their names, and gives what is left of the line, in stretches."""

    def __init__(self, row: Row) -> None:
        self.row, self.pieces, self.atoms = row, row.pieces, row.atoms

    def bind(self) -> list[list[Atom]]:
        """Bind the lists; the other atoms, those between two lists together."""
        rest: list[list[Atom]] = [[]]
        place = 0
        while place < len(self.atoms):
            names = self._names(place)
            numbers = self._numbers(place + len(names)) if len(names) > 1 else []
            taken = self._pair(place, names, numbers) if len(names) > 1 and not self._in_columns(numbers) else 0
            if taken:
                rest.append([])
            else:
                taken = max(len(names), 1)
                rest[-1] += self.atoms[place : place + taken]
            place += taken
        return [atoms for atoms in rest if atoms]

    def _in_columns(self, numbers: list[Number]) -> bool:
        return any(number.column not in ("", "result") for number in numbers)

    def _names(self, place: int) -> list[Claim]:
        """The names from here on that only commas, slashes or "and" divide."""
        found: list[Claim] = []
        for atom in self.atoms[place : place + LONGEST_LIST]:
            if not isinstance(atom, Claim) or not atom.analyte or (found and not self._joined(found[-1], atom, ())):
                break
            found.append(atom)
        return found

    def _numbers(self, place: int) -> list[Number]:
        """The numbers from here on that are divided in the same way, after what leads from a name to its number."""
        found: list[Number] = []
        for atom in self.atoms[place : place + LONGEST_LIST]:
            if not isinstance(atom, Number):
                break
            if not found and not self._leads_to(self.atoms[place - 1], atom):
                break
            if found and not self._joined(found[-1], atom, _BESIDE):
                break
            found.append(atom)
        return found

    def _leads_to(self, name: Atom, number: Atom) -> bool:
        between = self.pieces[name.where + 1 : number.where]
        return all(piece.kind in _TOLD or leads_to_number(piece) for piece in between)

    def _joined(self, one: Atom, other: Atom, beside: tuple[str, ...]) -> bool:
        """Whether one mark of a list, and no other word, divides two atoms."""
        between = [piece for piece in self.pieces[one.where + 1 : other.where] if piece.kind not in beside]
        marks = [piece for piece in between if is_list_mark(piece)]
        others = [piece for piece in between if piece not in marks and piece.kind != "filler"]
        return 1 <= len(marks) <= 2 and not others

    def _slashed(self, names: list[Claim]) -> bool:
        return all(
            any(piece.text == "/" for piece in self.pieces[one.where + 1 : other.where])
            for one, other in pairwise(names)
        )

    def _pair(self, place: int, names: list[Claim], numbers: list[Number]) -> int:
        """Give each name its number, or each the same reason; how many atoms were dealt with."""
        slashed, printed = self._slashed(names), len(numbers) + self._more(numbers[-1] if numbers else names[-1])
        if len(names) == printed == len(numbers):
            self._share_unit(names, numbers)
            fit = [fits(name, number) for name, number in zip(names, numbers, strict=True)]
            if min(fit) >= 0 and (slashed or not self._turns_round(place, len(names) + len(numbers))):
                self._share_time(numbers)
                for name, number in zip(names, numbers, strict=True):
                    name.numbers = [number]
                return len(names) + len(numbers)
        if not slashed or not printed:
            return 0
        why = f"{printed} number{'s' * (printed > 1)}" if printed != len(names) else "numbers that do not fit in order"
        for name in names:
            name.reason = _UNEVEN.format(ANALYTES[name.analyte].label, len(names), why)
        return len(names) + len(numbers)

    def _more(self, last: Atom) -> int:
        """How many numbers follow that no mark of a list divides from the last atom."""
        for piece in self.pieces[last.where + 1 : last.where + LONGEST_LIST]:
            if piece.kind == "ratio" or (piece.kind == "date" and "/" in piece.text and isinstance(last, Claim)):
                return piece.text.count("/") + 1
            if piece.kind == "number":
                return 1
            if piece.kind not in _BESIDE and piece.text != "/" and not leads_to_number(piece):
                return 0
        return 0

    def _turns_round(self, place: int, many: int) -> bool:
        """Whether numbers may stand before their names here: "12 % blasts, platelets 18 K/uL, 38 % neutrophils"."""
        pairs = [(place - 1, place)] * (place > 0) + [(place + many - 1, place + many)]
        ends = [(self.atoms[one], self.atoms[other]) for one, other in pairs if other < len(self.atoms)]
        return not all(self._is_apart(one, other) for one, other in ends if isinstance(one, Number))

    def _is_apart(self, one: Atom, other: Atom) -> bool:
        return any(piece.kind in ("punct", "and", "sep", "close") for piece in self.pieces[one.where + 1 : other.where])

    def _share_time(self, numbers: list[Number]) -> None:
        """What is said behind a list holds for all of it: "H/H 9.1/27 yesterday"."""
        last = numbers[-1]
        for number in numbers[:-1]:
            number.older, number.time = number.older or last.older, number.time or last.time
            number.condition, number.specimen = number.condition or last.condition, number.specimen or last.specimen

    def _share_unit(self, names: list[Claim], numbers: list[Number]) -> None:
        """ "WBC and platelets of 2.1 and 18 x10^9/L", "WBC/plt (K/uL) 2.1/18": one unit for quantities of one kind."""
        units = [number.printed.unit for number in numbers if number.printed.unit]
        last = names[-1].unit_before if not units and not any(name.unit_before for name in names[:-1]) else ""
        shared = last or (numbers[-1].printed.unit if len(units) == 1 else "")
        kinds = {ANALYTES[name.analyte].dimension for name in names}
        if not shared or (len(kinds) > 1 and not all(name.name.either for name in names)):
            return
        for number in numbers:
            number.printed.unit = number.printed.unit or shared
