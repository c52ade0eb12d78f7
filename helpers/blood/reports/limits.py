"""What stands on a report as a limit, a goal, a definition or an instruction: numbers that are nobody's results."""

from __future__ import annotations

import re
from bisect import bisect_left

from helpers.blood.core.pieces import Piece
from helpers.blood.core.words import fold, meant, tokens_of
from helpers.blood.reports.atoms import NAMES, Atom, Claim, Number, Row

LIMIT = "a limit or a condition, not a result"


class Limits:
    """Tells of a row which of its numbers are limits."""

    def __init__(self, row: Row) -> None:
        self.pieces, self.atoms = row.pieces, row.atoms
        self.by_place = {atom.where: atom for atom in row.atoms}
        self.wheres = [atom.where for atom in row.atoms]

    def of_instructions(self) -> None:
        """ "Resume at ANC 1.0", "At Hb 7 g/dL transfuse": what is to be done at a number is no result.

        Nor is a number with a sign in one sentence with what is to be done: "Call with platelets <10". Where the
        sentence has ended ("Platelets <10. Call hematology"), a result was told, and then what follows from it: so do
        laboratories print a result that is too low to be counted.
        """
        begin, told, limited, asked = 0, "", False, False
        first: int | None = None
        for place, piece in enumerate(self.pieces):
            atom = self.by_place.get(place)
            if piece.text == "\n" or piece.meaning in ("stop", "break"):
                begin, told, limited, asked, first = place + 1, "", False, False, None
            elif piece.text == ",":
                asked = False
            elif isinstance(atom, Claim):
                before = self._leader(place)
                limited |= told != "" and before is not None and leads(self.pieces[before], "at")
                first = place if first is None and before == begin and leads(self.pieces[begin], "where") else first
            elif isinstance(atom, Number):
                atom.condition = atom.condition or LIMIT * (limited or (asked and bool(atom.printed.sign)))
            elif piece.kind == "now":
                limited, first = False, None
            elif leads(piece, "an instruction") or (leads(piece, "a measure") and first is None):
                told = piece.text
                asked = leads(piece, "an instruction") and not self._leads_on_from(place)
                if first is not None:
                    as_limits(self.atoms[bisect_left(self.wheres, first) : bisect_left(self.wheres, place)])
                    first = None

    def _leads_on_from(self, place: int) -> bool:
        """ "Call from lab: platelets <10": nothing is to be done."""
        after = next(iter(self.pieces[place + 1 : place + 2]), None)
        return after is not None and (after.meaning == "from" or leads(after, "from"))

    def _leader(self, place: int) -> int | None:
        """Where the word stands that leads to a name ("at an Hb"), small words between them left out."""
        before = place - 1
        while before > 0 and self.pieces[before].kind == "filler" and not leads(self.pieces[before], "at"):
            before -= 1
        return before if before >= 0 else None

    def follows(self, place: int) -> bool:
        """ "Meta: Hb 8", "Neutropenic fever is ANC 0.5", "Norm: Hb 12": a goal, a definition or a limit follows."""
        piece = self.pieces[place]
        ahead = [each for each in self.pieces[place + 1 : place + 7] if each.kind not in ("open", "flag")]
        ahead = [each for each in ahead if each.kind != "sep" or each.text.strip(" ")]
        steps = next((at for at, each in enumerate(ahead) if each.kind in NAMES), None)
        if steps is None:
            return False
        between, rest = ahead[:steps], ahead[steps + 1 :]
        if not all(
            each.kind in ("filler", "skip") or each.text in (":", "=", "-") or is_disorder(each) for each in between
        ):
            return False
        if piece.meaning in ("goal or cell", "an interval", "authority") or (piece.meaning == "response" and between):
            return True
        if leads(piece, "to a limit") and all(each.kind == "filler" for each in between):
            return True
        if piece.meaning == "normal" and not between:
            return not (rest and (rest[0].start > ahead[steps].end + 1 or leads(rest[0], "of")))
        defines = any(each.meaning == "is" or each.text in ("=", "é", "è") for each in between)
        limits = any(each.kind == "number" and each.meaning for each in rest[:2])
        graded = leads(piece, "a grade")
        return (is_disorder(piece) and (defines or limits)) or (graded and limits and bool(between))

    def said_to_be(self, place: int) -> Atom | None:
        """ "Hb 8 g/dL is our target": the number of which a goal is said, where a goal stands here."""
        before = place - 1
        while before > 0 and place - before < 4 and leads(self.pieces[before], "a determiner"):
            before -= 1
        told = before > 0 and leads(self.pieces[before], "is")
        at = bisect_left(self.wheres, before) - 1
        near = at >= 0 and before - self.wheres[at] <= 2
        return self.atoms[at] if told and near else None

    def is_graded(self, place: int) -> bool:
        """ "severe <0.5 x10^9/L": what a grade means."""
        follows = self.by_place.get(place + 1)
        told = isinstance(follows, Number) and bool(follows.printed.sign) and leads(self.pieces[place], "a grade")
        if told and isinstance(follows, Number):
            follows.condition = LIMIT
        return told


def explained(claims: list[Claim]) -> None:
    """ "ANC <0.5 and platelets <20 K/uL are severe": a sentence behind numbers with a sign explains them."""
    follows = False
    for claim in reversed(claims):
        last = claim.numbers[-1] if claim.numbers else None
        if last is None or not last.printed.sign:
            follows = False
            continue
        after = [each for each in claim.rest if each.start >= last.printed.end and each.kind not in _BESIDE_A_NUMBER]
        after = [each for each in after if each.text not in (",", "-", "–") and not leads(each, "please")]
        told = leads(after[0], "of a limit") if after else False
        follows = told or (follows and all(each.kind == "and" for each in after))
        if follows:
            as_limits([each for each in claim.numbers if each.printed.sign])


_BESIDE_A_NUMBER = ("unit", "foreign", "flag", "close")


def leads(piece: Piece, where: str) -> bool:
    """Whether a piece leads there: the rows of the kind "lead" say so."""
    return tokens_of(piece.text) in meant("lead", where)


def is_disorder(piece: Piece) -> bool:
    """Whether it names a disease that is defined by a limit of a count."""
    return piece.meaning == "disorder" or bool(re.search("peni[ae]s?$", fold(piece.text)))


def as_limits(atoms: list[Atom], why: str = LIMIT) -> None:
    """What is said of a group of people or with "or less" is no result of this person."""
    for atom in atoms:
        if isinstance(atom, Number):
            atom.condition = why
