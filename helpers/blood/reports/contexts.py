"""What a line says of each of its numbers: a limit, an earlier result, a change, a time, a specimen."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise

from helpers.blood.core import units
from helpers.blood.core.pieces import Piece
from helpers.blood.core.words import meant, tokens_of
from helpers.blood.reports.atoms import NAMES, Atom, Claim, Number, Row, unit_of
from helpers.blood.reports.layout import ONLY_BLOOD
from helpers.blood.reports.limits import LIMIT, Limits, as_limits, is_disorder, leads

_SPANISH_PAST = re.compile("(?:ó|aron|ieron)$")
_DOSE = ("filler", "foreign", "qualifier")
_NO_MORE = (":", "-", "'", "’", "s")
"""What may stand between a word for somebody and what is said of them: "my wife's is 130 g/l"."""
_ARROWS = (">", "→", "⇒", "➔")
_NOTHING = {
    "condition": "",
    "older": False,
    "change": False,
    "specimen": "",
    "time": "",
    "limits": False,
    "critical": "",
}
"""What a sentence begins with."""
_WHOSE = ("a relative", "a newborn or a fetus", "cerebrospinal fluid")
_FLUIDS = ("urine", "cerebrospinal fluid", "another fluid", "a lesion")
_BEHIND_A_RESULT = (
    "unit", "foreign", "flag", "range", "punct", "open", "close", "sep", "filler", "skip", "specimen", "date", "time"
)  # fmt: skip
WITHDRAWN = 'marked on the report as "{}"'
MAYBE_LIMIT = 'behind "{}" and may be the limit from which one calls, not a result'
OF_SEVERAL = "of several people, not of this person"
OF_MARROW = (
    "neut_pct",
    "seg_pct",
    "band_pct",
    "lymph_pct",
    "mono_pct",
    "eos_pct",
    "baso_pct",
    "blast_pct",
    "nrbc",
    "anc",
    "alc",
    "wbc",
)


@dataclass(frozen=True)
class _Here:
    """A word that may say something of the numbers around it."""

    piece: Piece
    place: int
    now: dict[str, object]
    """What is said so far, until the end of the sentence."""
    clause: list[Atom]
    """Names and numbers of this clause, before it."""
    following: str
    """The text of the piece after it."""
    named: bool
    """Whether a name follows."""

    @property
    def last(self) -> Atom | None:
        """What stands before it in its clause."""
        return self.clause[-1] if self.clause else None

    def leads(self, where: str) -> bool:
        """Whether it leads there."""
        return leads(self.piece, where)


class Contexts:
    """Reads a row from left to right; what it finds reaches to the end of the sentence."""

    def __init__(self, row: Row) -> None:
        self.row, self.lines, self.pieces, self.atoms = row, row.lines, row.pieces, row.atoms
        self.starts = [line.start for line in row.lines]
        self.limits = Limits(row)
        self.by_place, self.wheres = self.limits.by_place, self.limits.wheres
        self.comment = row.lines[0].explains  # the line is one that explains
        self.called = any(leads(piece, "was called") for piece in row.pieces)

    def tell(self) -> None:
        """Mark every name and number with what is said of it."""
        self._contexts()
        self.limits.of_instructions()
        self._arrows()
        self._withdrawn()

    def _contexts(self) -> None:
        """Conditions, older results, times and specimens reach from where they stand to the end of the sentence."""
        now: dict[str, object] = dict(_NOTHING)
        clause: list[Atom] = []
        sentence: list[Atom] = []
        outside: list[dict[str, object]] = []
        seen: Atom | None = None
        label, of_before = "", False
        for place, piece in enumerate(self.pieces):
            atom = self.by_place.get(place)
            self.comment = piece.text != "\n" and (self.comment or self._begins_a_comment(place))
            if piece.kind == "open":
                outside.append(now | {"seen": seen, "begin": place})
            elif piece.kind == "close" and outside:
                inside, now = now, outside.pop()
                begin = now.pop("begin")
                if now.pop("seen") is seen:
                    now["specimen"] = inside["specimen"]  # "Flow cytometry (marrow): blasts 30 %"
                    now["time"] = inside["time"]
                    self._older_by_bracket(seen, begin, place)
            if self.limits.follows(place):
                now["condition"] = LIMIT
            elif atom is not None:
                self._mark(atom, now, seen)
                clause.append(atom)
                sentence.append(atom)
                seen = atom
            elif (piece.kind == "sep" and piece.text == "\n") or piece.meaning in ("stop", "break"):
                of_before = bool(label) and piece.text != "\n" and self._goes_on(label, sentence, place)
                label = label if of_before else ""
                now.update(_NOTHING | {"specimen": label})
                clause, sentence = [], []
            elif piece.text == ":" and not sentence:
                label = "" if of_before else str(now["specimen"])  # "Donor: Hb 13 g/dL. WBC 6 K/uL."
                now["specimen"], of_before = label, False
            elif piece.meaning == "cohort" or (piece.text == "n" and self.row.text_at(place + 1) == "="):
                now["condition"] = OF_SEVERAL
                as_limits(sentence, OF_SEVERAL)
            elif piece.text in (",", "(", ")", "[", "]") or piece.kind in ("and", "sep"):
                kept = now["time"] if piece.kind == "close" and not sentence else ""  # "CBC (14 March): Hb 7.2 g/dL"
                now.update(change=bool(now["change"]) and piece.kind == "sep", time=kept)
                clause = []
            elif piece.kind == "specimen":
                of_before = False
                self._note_specimen(piece, place, now, seen)
            else:
                named = place + 1 < len(self.pieces) and self.pieces[place + 1].kind in NAMES
                self._note(_Here(piece, place, now, clause, self.row.text_at(place + 1), named))

    def _goes_on(self, label: str, sentence: list[Atom], place: int) -> bool:
        """Whether a label holds for the next sentence: it had results before, or is of a fluid and they may be too."""
        if label not in (*_FLUIDS, "marrow"):
            return bool(sentence)
        follow = self.atoms[bisect_left(self.wheres, place) :]
        claim = next((atom for atom in follow if isinstance(atom, Claim)), None)
        number = next((atom for atom in follow if isinstance(atom, Number)), None)
        blood = claim is not None and number is not None and _counts_blood(claim, number)
        return not blood and (bool(sentence) or label in _FLUIDS)

    def _begins_a_comment(self, place: int) -> bool:
        """ "Comment: platelets <20 x10^9/L are ..."."""
        return self.row.text_at(place + 1) == ":" and leads(self.pieces[place], "a comment")

    def _before(self, place: int, many: int) -> list[Atom]:
        """The last atoms before a piece."""
        end = bisect_left(self.wheres, place)
        return self.atoms[max(end - many, 0) : end]

    def _older_by_bracket(self, seen: Atom | None, begin: int, place: int) -> None:
        """ "Hb 8.1 g/dL (yesterday)", "Hb (2 months ago): 9 g/dL": a bracket that tells no more than a time."""
        inside = [piece for piece in self.pieces[begin + 1 : min(place, begin + 9)] if piece.kind != "filler"]
        times = ("older", "time", "date", "month", "number")
        told = any(piece.meaning == "earlier" for piece in inside) and all(piece.kind in times for piece in inside)
        if told and seen is not None and not any(leads(piece, "versus") for piece in inside):
            seen.older = not (isinstance(seen, Number) and seen.column == "result")

    def _arrows(self) -> None:
        """ "7.2 g/dL -> 2 units -> 8.9 g/dL": what stands before an arrow to a later result is the earlier one."""
        for place, (one, other) in enumerate(pairwise(self.atoms)):
            if not isinstance(one, Number) or not isinstance(other, Number):
                continue
            between = "".join(piece.text for piece in self.pieces[one.where + 1 : other.where])
            if other.printed.sign == "=>":
                other.printed.sign = ""  # an arrow, no limit
            elif one.printed.unit and re.search("[-=]>|[→⇒➔]", between) and unit_of(other) != one.printed.unit:
                later = self.atoms[place + 2 : place + 4]
                one.older |= any(
                    unit_of(atom) == one.printed.unit
                    for atom in later
                    if isinstance(atom, Number) and not atom.condition
                )

    def _withdrawn(self) -> None:
        """ "Hb 7.2 g/dL (12-16) cancelled": a result that is taken back."""
        for place, piece in enumerate(self.pieces):
            last = next(iter(self._before(place, 1)), None) if piece.meaning == "withdrawn" else None
            if isinstance(last, Number) and all(
                each.kind in _BEHIND_A_RESULT and each.text != "\n" and each.meaning not in ("stop", "break")
                for each in self.pieces[last.where + 1 : place]
            ):
                last.condition = last.condition or WITHDRAWN.format(piece.text)

    def _mark(self, atom: Atom, now: dict[str, object], seen: Atom | None) -> None:
        if isinstance(atom, Claim):
            atom.specimen = self._specimen(atom, str(now["specimen"]))
            atom.older = atom.older or bool(now["older"])
        else:
            atom.condition = atom.condition or str(now["condition"])
            atom.change = bool(now["change"]) or self._changes_too(seen, atom)
            atom.older = (atom.older or bool(now["older"])) and atom.column != "result"
            named = seen.time if isinstance(seen, Claim) else ""
            defines = isinstance(seen, Claim) and is_disorder(seen.name)
            if atom.printed.sign and (defines or now["limits"] or now["critical"] or self.comment):
                atom.condition = atom.condition or LIMIT  # "Thrombocytopenia <150 x10^9/L": what the word means
            if now["critical"] and not self.called:
                atom.condition = atom.condition or MAYBE_LIMIT.format(now["critical"])
            atom.specimen, atom.time = str(now["specimen"]), str(now["time"]) or named or self._day_of(atom)
            now.update(change=False)

    def _changes_too(self, last: Atom | None, number: Number) -> bool:
        """ "Hb and platelets fell by 2 g/dL and 20 K/uL": "and" carries a change on to the next number."""
        between = self.pieces[last.where + 1 : number.where] if isinstance(last, Number) and last.change else []
        joined = any(piece.kind == "and" for piece in between)
        return joined and all(piece.kind in ("and", "unit", "foreign") for piece in between)

    def _day_of(self, number: Number) -> str:
        line = self.lines[max(bisect_right(self.starts, number.piece.start) - 1, 0)]
        first = line.pieces[0] if line.pieces else None
        return first.text if first is not None and first.kind in ("date", "month") else line.time

    def _specimen(self, claim: Claim, inline: str) -> str:
        if inline == "blood":
            return ""
        if inline == "marrow" and claim.analyte not in OF_MARROW:
            return claim.specimen
        return inline or claim.specimen

    def _note(self, here: _Here) -> None:
        """What a word says of the numbers around it: the first rule whose matter it is speaks."""
        here.now["limits"] = here.now["limits"] or here.leads("goes with")
        if here.leads("a critical value") and (here.last is None or self._leads_to_number(here.place)):
            here.now["critical"] = here.piece.text
        if not self._goes_no_further(here):
            any(rule(self, here) for rule in self._RULES)

    def _leads_to_number(self, place: int) -> bool:
        """ "Hb 7.2 g/dL, critical value: 7.0 g/dL"."""
        rest = [
            each for each in self.pieces[place + 1 : place + 5] if each.kind != "filler" and each.text not in (":", "=")
        ]
        return bool(rest) and rest[0].kind == "number"

    def _goes_no_further(self, here: _Here) -> bool:
        """What is no longer said from here on; whether the word itself says nothing more."""
        now, place = here.now, here.place
        if here.leads("to") and self._went_from(place):
            here.piece.kind, now["older"] = "filler", False  # "fell from 9.1 to 7.2 g/dL"
            return True
        if now["specimen"] == "a blood product" and here.leads("after"):
            now["specimen"] = ""  # "2 units PRBC, post-transfusion Hb 8.1 g/dL"
        if self.limits.is_graded(place) or (here.piece.meaning == "from" and not self._from_a_result(place)):
            return True
        if now["older"] and here.leads("after") and any(each.older for each in self._before(place, 6)):
            now["older"] = False  # "Pre-op Hb 11 g/dL, post-op Hb 7 g/dL"
        return False

    # --- rules: each says whether the word was its matter ---

    def _limits_before(self, here: _Here) -> bool:
        """ "150 or less"."""
        if here.piece.meaning != "limit":
            return False
        as_limits([each for each in here.clause[-1:] if here.place - each.where <= 2])
        return True

    def _spanish_past(self, here: _Here) -> bool:
        """ "Se transfundió con Hb de 6,8 g/dL": no condition."""
        return here.leads("if or oneself") and bool(_SPANISH_PAST.search(here.following))

    def _condition(self, here: _Here) -> bool:
        """ "If Hb 7", "Normal: Hb 12", "Anemia = Hb 13"."""
        piece, begins = here.piece, here.last is None
        normal = piece.text.lower() == "normal" and here.following == ":" and begins
        defines = piece.text == "=" and here.named and begins
        if piece.kind != "condition" and not normal and not defines:
            return False
        here.now["condition"] = LIMIT
        goal = self.limits.said_to_be(here.place) if piece.kind == "condition" else None
        as_limits([each for each in here.clause if isinstance(each, Number) and (each.printed.sign or each is goal)])
        return True

    def _of_somebody(self, here: _Here) -> bool:
        """ "Son: Hb 14", else it is Spanish or French."""
        whose = next((each for each in _WHOSE if here.leads(each)), "") if here.following == ":" else ""
        here.now["specimen"] = whose or here.now["specimen"]
        return bool(whose)

    def _change(self, here: _Here) -> bool:
        """ "Hb fell by 2 g/dL"; "2 g/dL lower"."""
        if here.piece.kind != "change":
            return False
        if here.piece.meaning == "relative" and isinstance(here.last, Number):
            here.last.change = True
        else:
            here.now["change"] = True
        return True

    def _was(self, here: _Here) -> bool:
        """ "Hb 7.2 g/dL (was 9.1 g/dL)"."""
        if not here.leads("was") or not self._tells_what_was(here.place):
            return False
        here.now["older"] = here.now["older"] or self.pieces[here.place - 1].kind == "open"
        self.by_place[here.place + 1].older = True
        return True

    def _now(self, here: _Here) -> bool:
        """ "now", "today"."""
        if here.piece.kind != "now":
            return False
        here.now.update(older=False, time=here.piece.text if here.piece.meaning == "today" else here.now["time"])
        return True

    def _older(self, here: _Here) -> bool:
        """ "previous", "from", "last month"."""
        piece, last = here.piece, here.last
        if piece.kind != "older":
            return False
        follows = next((each for each in self.pieces[here.place + 1 : here.place + 4] if each.text != ":"), piece)
        if not isinstance(last, Number) or piece.meaning == "from":
            here.now["older"] = True
        elif follows.kind == "number":
            pass  # "7.2 g/dL previous 9.1 g/dL": which of the two is the earlier one is not told
        elif here.named:
            here.now["older"] = True
        else:
            last.older = last.column != "result"
        return True

    def _time(self, here: _Here) -> bool:
        """A time, a date or a month."""
        piece, place, now, last = here.piece, here.place, here.now, here.last
        if piece.kind not in ("time", "date", "month"):
            return False
        if last is None and place and self.pieces[place - 1].kind == "open":
            last = next((each for each in self._before(place - 1, 2) if each.where > place - 4), None)
        if last is None and piece.kind != "time":
            last = self._in_another_cell(place)
        if isinstance(last, Number) or (isinstance(last, Claim) and piece.kind != "time"):
            last.time = f"{last.time} {piece.text}".strip()
        else:
            now["time"] = f"{now['time']} {piece.text}".strip()
        return True

    def _in_another_cell(self, place: int) -> Number | None:
        """The one number of a row that ends with the cell of its date ("Hb | 7.2 g/dL | 12 Nov 2024"); else None."""
        numbers = [atom for atom in self.atoms if isinstance(atom, Number)]
        if len(numbers) != 1 or self.atoms[-1] is not numbers[0] or self.pieces[place - 1].kind != "sep":
            return None
        if not numbers[0].where < place or numbers[0].time not in ("", self._day_of(numbers[0])):
            return None
        numbers[0].time = ""
        return numbers[0]

    _RULES = (_limits_before, _spanish_past, _condition, _of_somebody, _change, _was, _now, _older, _time)
    """In the order in which they are asked."""

    def _from_a_result(self, place: int) -> bool:
        """Whether "from" leads to an earlier result, and not to a sender ("Call from lab: Hb 6.8 g/dL")."""
        rest = [each for each in self.pieces[place + 1 : place + 5] if each.kind != "filler" and each.text != ":"]
        return not rest or rest[0].kind != "word"

    def _went_from(self, place: int) -> bool:
        """Whether a number that is an earlier one, or that follows "fell", stands before this place."""
        last = next(iter(self._before(place, 1)), None)
        between = self.pieces[last.where + 1 : place] if last is not None else []
        if (
            not isinstance(last, Number)
            or last.condition
            or any(piece.kind not in ("unit", "flag", "filler") for piece in between)
        ):
            return False
        last.older |= not last.change and last.where > 0 and leads(self.pieces[last.where - 1], "from")
        return last.older or last.change

    def _was_given(self, place: int) -> bool:
        """ "After 2 units of red cells, Hb 8.9 g/dL": what was given to this person, no specimen."""
        before = [piece for piece in self.pieces[max(place - 5, 0) : place] if piece.kind not in _DOSE]
        counted = bool(before) and before[-1].kind == "number"
        given = (leads(piece, "after") or leads(piece, "an instruction") or piece.text in _ARROWS for piece in before)
        return counted and any(given)

    def _tells_what_was(self, place: int) -> bool:
        """ "Hb 7.2 g/dL (was 9.1 g/dL)": a clause that begins with "was" and a number, after a result with its unit."""
        before = next(iter(self._before(place, 1)), None)
        follows = place + 1 < len(self.pieces) and self.pieces[place + 1].kind == "number"
        begins = place > 0 and self.pieces[place - 1].kind in ("open", "punct", "and")
        result = isinstance(before, Number) and bool(before.printed.unit) and not before.older
        return follows and begins and result and place + 1 in self.by_place

    def _of_blood_beside(self, last: Atom, place: int, beside: Piece) -> bool:
        """ "Hb 7.2 g/dL, urine negative": after a comma something else is told of the specimen, not of the result."""
        comma = any(each.text == "," for each in self.pieces[last.where + 1 : place])
        told = beside is not self.pieces[place] and beside.kind in ("absent", "flag", "word", "time", "specimen")
        claim = next((each for each in reversed(self._before(place, 6)) if isinstance(each, Claim)), None)
        return comma and told and isinstance(last, Number) and claim is not None and _counts_blood(claim, last)

    def _note_specimen(self, piece: Piece, place: int, now: dict[str, object], last: Atom | None) -> None:
        if self.row.columns[place] == "specimen" and piece.meaning != "blood":
            for claim in (each for each in self.atoms if isinstance(each, Claim)):
                claim.specimen = self._specimen(claim, piece.meaning)
            return
        beside = next(
            (each for each in self.pieces[place + 1 :] if each.kind != "filler" and each.text not in _NO_MORE), piece
        )
        if piece.meaning == "a blood product" and self._was_given(place):
            return
        if piece.meaning == "a lesion" and beside.kind not in NAMES:
            return  # somebody with a hematoma has a blood count too
        leads_on = beside.kind in NAMES or (beside.kind == "number" and isinstance(last, Number))
        joined = (
            last is not None
            and not leads_on
            and not self._of_blood_beside(last, place, beside)
            and all(
                each.kind in ("filler", "unit", "foreign", "open") or each.text in (",", "-")
                for each in self.pieces[last.where + 1 : place]
            )
        )
        if joined and isinstance(last, Claim):
            last.specimen = self._specimen(last, piece.meaning)
        elif joined and isinstance(last, Number):
            last.specimen = piece.meaning
        now["specimen"] = piece.meaning


def is_withdrawn(cell: str) -> bool:
    """Whether a cell beside a result says no more than that it is taken back."""
    return tokens_of(cell) in meant("word", "withdrawn")


def _counts_blood(claim: Claim, number: Number) -> bool:
    """Whether only blood has this quantity, or a count in this unit."""
    unit = units.find_unit(number.printed.unit, "wbc") if number.printed.unit else None
    return claim.analyte in (*ONLY_BLOOD, "hct") or (unit is not None and unit.factor >= 1)
