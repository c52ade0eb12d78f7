"""Runs of a line: does each number stand after its name or before it? Decided from the evidence in that line.

Commas, brackets, "and" cut the names and numbers of a line into runs; in a run that begins with a name and ends with a
number the numbers follow their names, in one that begins with a number and ends with a name they stand before them.
Where both are possible, neither is taken.
"""

from __future__ import annotations

from helpers.blood.core.units import ANALYTES
from helpers.blood.reports.atoms import Atom, Claim, Number, Row, fits, groups_of, unit_of
from helpers.blood.reports.columns import COLUMNS, by_units

_BOTH = "{}: this number may belong to {}, and both are possible. Look at the report."


class Runs:
    """Assigns the numbers of a line, or of a part of it, to its names."""

    def __init__(self, row: Row, atoms: list[Atom]) -> None:
        self.row, self.pieces, self.atoms = row, row.pieces, atoms

    def bind(self) -> None:
        runs: list[list[Atom]] = []
        gaps: list[str] = []
        for place, atom in enumerate(self.atoms):
            gap = self._gap(self.atoms[place - 1], atom) if place else "start"
            if gap == "":
                runs[-1].append(atom)
            else:
                runs.append([atom])
                gaps.append(gap)
        runs, gaps = self._divided(runs, gaps)
        ways = [self._way(run) for run in runs]
        before = 0
        for place, (run, way) in enumerate(zip(runs, ways, strict=True)):
            linked = place > 0 and gaps[place] == "cross"
            if way == "numbers":
                self._to_name_before(runs, ways, place, before if linked else -1)
            elif way == "before" and linked and ways[place - 1] == "names" and fits(runs[place - 1][-1], run[0]) > 0:
                self._doubt([runs[place - 1][-1], *run])
            elif (
                way == "before"
                and self._numbers_follow(ways, gaps, place)
                and fits(run[-1], runs[place + 1][0]) >= 0
                and place + 2 >= len(runs)
            ):
                self._doubt(run)
            elif way in ("after", "before"):
                self._bind(run, way)
            elif way == "doubt":
                self._doubt(run)
            before = before if way == "numbers" and linked else place
            if way == "columns" and not by_units(run):
                for name in (atom for atom in run if isinstance(atom, Claim) and atom.analyte):
                    name.reason = COLUMNS.format(ANALYTES[name.analyte].label)

    def _divided(self, runs: list[list[Atom]], gaps: list[str]) -> tuple[list[list[Atom]], list[str]]:
        """Runs that turn from numbers after to numbers before their names: "WBC 1.2 K/uL 12 % neutrophils"."""
        found, between = [], []
        for run, gap in zip(runs, gaps, strict=True):
            turn = next((place for place in range(2, len(run) - 1) if self._turns(run, place)), 0)
            found += [run[:turn], run[turn:]] if turn else [run]
            between += [gap, "cross"] if turn else [gap]
        return found, between

    def _turns(self, run: list[Atom], place: int) -> bool:
        before, one, other, after = run[place - 2 : place + 2]
        return (
            isinstance(run[0], Claim)
            and isinstance(run[-1], Claim)
            and fits(before, one) > 0
            and fits(after, other) > 0
            and fits(before, other) < 1
        )

    def _numbers_follow(self, ways: list[str], gaps: list[str], place: int) -> bool:
        return place + 1 < len(ways) and ways[place + 1] == "numbers" and gaps[place + 1] == "cross"

    def _gap(self, one: Atom, other: Atom) -> str:
        """What divides two atoms: nothing within a run (""), a comma or the like ("cross"), or more ("words")."""
        if self.row.words_between(one.where, other.where):
            return "words"
        said = one.name.text if isinstance(one, Claim) else ""  # "Neutrophils (%" ends within its bracket
        level, crossed = said.count("(") - said.count(")"), False
        for piece in self.pieces[one.where + 1 : other.where]:
            if piece.meaning == "stop":
                return "words"
            level += (piece.kind == "open") - (piece.kind == "close")
            crossed |= piece.text in (",", ";") or piece.kind == "and" or level < 0
        return "cross" if crossed or level else ""

    def _way(self, run: list[Atom]) -> str:
        """How a run is to be read: names, numbers, after, before, columns or doubt."""
        groups = groups_of(run)
        names_first, names_last = isinstance(groups[0][0], Claim), isinstance(groups[-1][0], Claim)
        if len(groups) == 1:
            return "names" if names_first else "numbers"
        if len(groups) == 2 and len(groups[0]) > 1 and len(groups[1]) > 1 and len(groups[0 if names_first else 1]) > 1:
            return "columns"
        ended = names_last and self._told_absent(run[-1])
        if names_first and (not names_last or ended):
            return "after"
        if names_last and not names_first:
            return self._before(run, groups)
        if not names_first and not unit_of(groups[0][0]) and len(groups[0]) == 1:
            return "after"  # the number of the line, or a part of an interval
        after, before = self._score(groups, "after"), self._score(groups, "before")
        if after != before:
            return "after" if after > before else "before"
        between = self.pieces[run[-2].where + 1 : run[-1].where] if names_last else []
        ended = any(piece.kind in ("range", "flag", "sep") for piece in between)
        return "after" if names_first and ended and run[0].where == 0 else "doubt"

    def _told_absent(self, last: Atom) -> bool:
        """Whether a word stands where the number of the last name should be ("plt clumped")."""
        return last.where + 1 < len(self.pieces) and self.pieces[last.where + 1].kind == "absent"

    def _before(self, run: list[Atom], groups: list[list[Atom]]) -> str:
        """Numbers before their names, unless the first is of an unknown word ("Zorg 18 Hb 7.2 plt clumped")."""
        place = run[0].where
        word = (
            place > 0 and self.pieces[place - 1].kind == "word" and self.row.cells[place - 1] == self.row.cells[place]
        )
        if not word or self._score(groups, "before") > 0:
            return "before"
        return "after" if self._score(groups, "after") > 0 else "doubt"

    def _score(self, groups: list[list[Atom]], way: str) -> int:
        score = 0
        for place, group in enumerate(groups):
            if isinstance(group[0], Claim):
                continue
            beside = place - 1 if way == "after" else place + 1
            if 0 <= beside < len(groups):
                name = groups[beside][-1 if way == "after" else 0]
                score += sum(fits(name, number) for number in group)
        return score

    def _bind(self, run: list[Atom], way: str) -> None:
        if way == "before":
            waiting: list[Number] = []
            for atom in run:
                if isinstance(atom, Number):
                    waiting.append(atom)
                else:
                    atom.numbers.extend(waiting)
                    waiting = []
            return
        claim: Claim | None = None
        for atom in run:
            if isinstance(atom, Claim):
                claim = atom
            elif claim is not None:
                claim.numbers.append(atom)

    def _to_name_before(self, runs: list[list[Atom]], ways: list[str], place: int, before: int) -> None:
        """A number by itself ("(38 %)") belongs to the name before it, where that run reads forward."""
        if before < 0 or not place:
            return
        last = (
            runs[before][-1]
            if ways[before] == "names"
            else next((a for a in reversed(runs[before]) if isinstance(a, Claim)), None)
        )
        if ways[before] in ("names", "after") and isinstance(last, Claim) and not last.reason:
            if (
                ways[0] == "numbers"
                and ways[-1] == "names"
                and len(runs) > 2
                and ways.count("numbers") == ways.count("names")
            ):
                self._doubt([last, *runs[place]])
            else:
                last.numbers.extend(atom for atom in runs[place] if isinstance(atom, Number))

    def _doubt(self, run: list[Atom]) -> None:
        names = [atom for atom in run if isinstance(atom, Claim)]
        labels = " or ".join(
            dict.fromkeys(ANALYTES[name.analyte].label if name.analyte else name.name.text for name in names)
        )
        labels += "" if " or " in labels else " or to something else"
        for name in names:
            name.numbers = []
            if name.analyte:
                name.reason = _BOTH.format(ANALYTES[name.analyte].label, labels)
