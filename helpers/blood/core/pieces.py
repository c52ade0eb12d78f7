"""Pieces: every stretch of a line is exactly one thing, a name, a number, a unit, an interval, a date, a word ...

This is the one lexer of printed amounts. It decides what stands where, never what belongs to what.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from helpers.blood.core import units, words

_APART = "\u00a0\u2009\u202f'’"
NUMBER = (
    rf"(?:[0-9]{{1,3}}(?:[{_APART}][0-9]{{3}})+(?![0-9])(?:[.,][0-9]+)?|[0-9]+(?:[.,·][0-9]+)*"
    r"|(?<![\w)\].,])\.[0-9]+|(?<=[\s<>≤≥=])[.,][0-9]+|(?<=,)\.[0-9]+)"
    r"(?:e[+-]?[0-9]+(?![0-9]*\s*/|[0-9]))?"  # not the E of the unit in 2.1E9/L
)
_SIGNS = {
    "less than or equal to": "≤",
    "less than": "<",
    "fewer than": "<",
    "lower than": "<",
    "below": "<",
    "under": "<",
    "up to": "≤",
    "more than": ">",
    "greater than": ">",
    "higher than": ">",
    "above": ">",
    "over": ">",
    "menor de": "<",
    "inferior a": "<",
    "unter": "<",
    "über": ">",
}
_SIGN = "|".join(["<=", ">=", "=<", "=>", "(?<!-)[<>≤≥~≈]", *(rf"{word}(?=\s)" for word in _SIGNS)])
_COMPARED = re.compile(rf"(?P<sign>{_SIGN})?\s{{0,3}}(?P<number>[+\-−]?{NUMBER})")
_SPACED = re.compile(r"[1-9][0-9]{0,2}(?: [0-9]{3})+(?![0-9])(?![.,][0-9]{3})(?:[.,][0-9]+)?")
_DASH = r"(?:\s{0,2}(?:-|–|—|−|‑|~|〜|～|\.\.\.?)\s{0,2}|\s{1,2}(?:to|a|à|bis|al|tot|até|hasta)\s{1,2})"
_RANGE = re.compile(rf"(?P<low>{NUMBER}){_DASH}(?P<high>{NUMBER})(?![0-9])")
_RATIO = re.compile(rf"{NUMBER}(?:\s?/\s?{NUMBER})+(?![0-9])")
DATE = re.compile(
    r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[t ][0-9:.]+z?)?|[0-9]{1,2}([/.-])[0-9]{1,2}\1(?:[0-9]{4}|[0-9]{2})(?![0-9.,])"
    r"|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\s?[ap]m)?)(?![\w])"
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""How the names of the months begin in English."""
_ANY_MONTH = f"(?:{'|'.join(MONTHS)})"
_MONTH = re.compile(
    rf"(?:[0-9]{{1,2}}[-. /]?{_ANY_MONTH}[a-z]*(?:[-. /,]{{1,2}}[0-9]{{2,4}})?|"
    rf"{_ANY_MONTH}[a-z]*[-. ][0-9]{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)[0-9]{{2}}|"
    rf"{_ANY_MONTH}[a-z]*[-. ][0-9]{{1,4}})(?!\w|[.,/][0-9])"
)
DAY = re.compile(
    rf"{DATE.pattern}|(?<![0-9a-z])[0-9]{{1,2}}[-. /]{{1,2}}{_ANY_MONTH}[a-z]*"
    r"[-. /,]{1,2}(?:[0-9]{4}|[0-9]{2})(?![0-9])"
)
"""A date with its day, month and year in a folded text."""
_YEAR = re.compile(
    r"(?:(?:in|en|im|em|nel|since|seit|depuis|desde)\s(?:19|20)[0-9]{2}(?![\w/%]|[.,][0-9])|(?:19|20)[0-9]{2}(?=:\s)"
    r"|(?<=\()(?:0?[1-9]|[12][0-9]|3[01])\.(?:0?[1-9]|1[0-2])\.(?=\))"
    r"|(?<=\bon )[0-9]{1,2}/[0-9]{1,2}(?![0-9/])"
    r"|(?<=\()(?:19|20)[0-9]{2}(?=\)\s?:?\s[0-9])|(?:0[1-9]|1[0-2])/(?:19|20)[0-9]{2}(?![\w.,/%]))"
)
_AGO = re.compile(r"vor\s[0-9]{1,3}\s(?:tag|woche|monat|jahr)\w*")
_CELL = re.compile(r"\s*\|\s*|[^\S\t]*\t[^\S\t]*| {2,}")
_POWER = re.compile(r"(?:[x×*]\s?)?10\s?(?:[\^*e⁰¹²³⁴-⁹]|exp|\()|[x×]\s?10", re.IGNORECASE)
_POWER_ALONE = re.compile(r"[x×*]?\s?10(?:\^|\*\*?)[0-9]{1,2}|[x×*]?\s?10[⁰¹²³⁴-⁹]{1,2}", re.IGNORECASE)
_LOST_CARET = re.compile(r"10(?:3|6|9|12)\s?/\s?[a-zµμ]")
_UNIT_TOKENS = re.compile(r"[A-Za-zÀ-ÿµμ]+|[0-9]+|[⁰¹²³⁴-⁹]+|[%‰/^*×·.(){}#°+'-]|\s+|万")
_HAS_UNIT_SIGN = re.compile(r"[A-Za-zµμ%‰万/]")
_COUNTED = re.compile(r"(?:^|[^0f/%\s]|%\s)\s*(?:wbcs?|leukocytes|leucocytes|platelets)$", re.IGNORECASE)
_PER_VOLUME = re.compile(
    r"\s?(?:/|\bper\b)\s?(?:[0-9]{1,4}\s?)?"
    r"(?:(?:micro|milli|deci|centi|nano|pico|deca|hecto|kilo|mega|mc|da|[µμumdcnpfhk])?(?:l|lit(?:er|re)s?)|"
    r"(?:cu(?:bic)?\.?\s?)?(?:mm|cm|m|millimet(?:er|re)s?)\s?[3³]?|c(?:u|m)?mm|cc)(?![^\W⁰¹²⁴-⁹])",
    re.IGNORECASE,
)
"""A volume behind what is a unit without it: "x10^3/L" is no "x10^3"."""
_UNIT_LIKE = re.compile(
    r"[A-Za-zµμ%.]{1,12}/\s?(?:[A-Za-zµμ]+\d?|100)|/\s?(?:[hl]pf|HPF|LPF|campo|field|champ|camp|GF)(?![\w])|(?:[µμumk]?g|gm|mmol|µmol|umol|nmol|IU|mL|cm|kg)(?![\w])"
)
_WORD = re.compile(r"[^\W\d_][\w'’]*")
_MISREAD = re.compile(r"[.,·](?:[^\W\d_](?![^\W\d_])|[^\W\d_]?[0-9])\w*")
_RUN = re.compile(r"\w+(?:[.,][0-9]\w*)*")
_LETTERS = {"p": "neut_pct", "n": "neut_pct", "l": "lymph_pct", "m": "mono_pct", "e": "eos_pct", "b": "baso_pct"}
"""The letters of a differential written short: polymorphs or neutrophils, lymphocytes, monocytes ..."""
_SHARE = r"[pnlmeb]\s?[-:=.]?\s?[0-9]{1,3}(?:[.,][0-9])?\s?%?"
_DIFFERENTIAL = re.compile(rf"(?<!\w){_SHARE}(?:[\s,;/|+]{{0,3}}{_SHARE}){{1,4}}(?![\w.,]?[0-9%])")
_FISHBONE = re.compile(r"\s?[<>]\s?".join([rf"({NUMBER})", rf"({NUMBER})\s?/\s?({NUMBER})", rf"({NUMBER})(?![\w/])"]))
_H_AND_H = re.compile(r"h\s?([/&]|and)\s?h(?=\s?(?:[:=]|is|was|of|now|today)?\s*[0-9])")
LONGEST_LIST = 60
"""Pieces of a list of names, or of numbers, that are looked back upon."""
_PLURAL = re.compile(r"['’]s(?!\w)")
_GROUP = re.compile(r"[0-9]{3}(?![0-9.,])")
_STOP = re.compile(r"(?<![.])\.(?:\s+[^\W\d_a-zà-ÿ]|\s*$)")
_PLUSES = re.compile(r"[1-4]\+(?![\w+])")
"""How much of something a strip or a film shows: no count."""
_FLAG_BEHIND = re.compile(r"(?:HH?|LL?)(?![\w/])")
_FLAG_GLUED = re.compile(r"[hn](?=[0-9])")  # an L may be a 1


@dataclass(slots=True)
class Piece:
    """One stretch of a line."""

    kind: str
    """number, unit, range, ratio, date, month, sep, open, close, punct, word, or the kind of a phrase."""
    start: int
    end: int
    text: str
    meaning: str = ""
    """Of a name: the short name of the analyte. Of a number: its sign. Of a phrase: what it means."""
    either: bool = False
    """A name that does not tell whether a count or a percentage follows."""
    broken: bool = False
    """A number that letters run into ("2O"): it may be misread."""


def is_list_mark(piece: Piece) -> bool:
    """Whether a piece divides the members of a list: "Hb/Hct", "WBC, platelets and Hb"."""
    return piece.text in ("/", ",", "&") or piece.kind == "and"


def leads_to_number(piece: Piece) -> bool:
    """Whether a piece may stand between the last name of a list and its first number."""
    kinds = ("filler", "open", "close", "unit", "flag", "now", "sep")
    return piece.kind in kinds or piece.text in (":", "=", "-", "–")


def _falls(found: re.Match[str]) -> bool:
    """Whether a word leads from a larger number to a smaller one ("9,1 a 7,2"): a course, no interval."""
    joined = found[0][len(found["low"]) : -len(found["high"])].strip()
    ends = [re.fullmatch(r"([0-9]+)[.,]?([0-9]{0,2})", found[end]) for end in ("low", "high")]
    low, high = (float(f"{end[1]}.{end[2]}") if end else 0.0 for end in ends)
    return joined.isalpha() and all(ends) and low > high


@cache
def _unit_starts() -> frozenset[str]:
    every = (unit for of in units.UNITS.values() for unit in of.values())
    known = [name for unit in every for name in (unit.name, *unit.spellings)]
    firsts = (_UNIT_TOKENS.match(name.strip()) for name in (*known, "x10", "×10", "percent", "giga"))
    others = "micro cells cell per / ( 10 x × * g cubic thousands millions e µ μ"
    return frozenset(found[0].lower() for found in firsts if found) | frozenset(others.split())


def unit_at(text: str, start: int) -> int:
    """Where the unit that begins here ends; ``start`` when none does. The longest spelling wins.

    A volume that belongs to no known spelling is part of it: the unit is then an unknown one.
    """
    first = _UNIT_TOKENS.match(text, start)
    if not first or first[0].lower() not in _unit_starts():
        return start
    if first[0] == "*" and not text[first.end() :].lstrip().startswith("10"):
        return start  # a flag: "2720* K/mL"
    ends, place = [], start
    while place < len(text) and len(ends) < 12 and place - start < 32:
        token = _UNIT_TOKENS.match(text, place)
        if not token or (token[0].isspace() and (len(token[0]) > 1 or token[0] in "\t\n")):
            break
        place = token.end()
        if not token[0].isspace():
            ends.append(place)
    for end in reversed(ends):
        candidate = text[start:end]
        if _COUNTED.search(candidate) or candidate.endswith("."):
            continue  # "5 % leukocytes": the last word is a name
        if (
            (_HAS_UNIT_SIGN.search(candidate) or _POWER_ALONE.fullmatch(candidate))
            and not text[end : end + 1].isalnum()
            and units.is_unit(candidate)
        ):
            volume = None if "/" in candidate else _PER_VOLUME.match(text, end)  # "K/uL / L": a flag
            return volume.end() if volume else end
    return start


class Lexer:
    """Reads one line from left to right, each place once."""

    def __init__(self, text: str, base: int = 0, apart: bool = False) -> None:
        self.text, self.base, self.apart = text, base, apart
        self.folded = words.mended(text, words.fold(text))
        self.tokens = words.tokens(self.folded)
        self.place_of = {start: place for place, (_, start, _) in enumerate(self.tokens)}
        self.pieces: list[Piece] = []
        self.wants_unit = False
        """A number was read and no unit for it yet."""

    def read(self) -> list[Piece]:
        """The pieces, in order."""
        place = 0
        steps: tuple[Callable[[int], int], ...] = (
            self._cell, self._differential, self._fishbone, self._unit_after, self._when, self._range, self._number,
            self._phrase, self._unit, self._rest,
        )  # fmt: skip
        while place < len(self.text):
            blank, following = self.text[place], self.text[place + 1 : place + 2]
            if blank.isspace() and blank != "\t" and (blank != " " or following not in (" ", "\t", "|")):
                place += 1
                continue
            place = next(end for step in steps if (end := step(place)) > place)
        return self.pieces

    def _add(
        self, kind: str, start: int, end: int, meaning: str = "", either: bool = False, broken: bool = False
    ) -> int:
        text = self.text[start:end]
        self.pieces.append(Piece(kind, start + self.base, end + self.base, text, meaning, either, broken))
        if kind in ("number", "range"):
            self.wants_unit = True
        elif kind in ("unit", "name", "other", "cell", "word", "foreign"):
            self.wants_unit = False
        return end

    def _cell(self, place: int) -> int:
        found = _CELL.match(self.text, place)
        return self._add("sep", place, found.end()) if found else place

    def _unit_after(self, place: int) -> int:
        """A unit where one is due: after a number, or after its flag or its interval."""
        if not self.wants_unit:
            return place
        end = unit_at(self.text, place)
        if end == place and self.pieces[-1].kind == "number" and (like := _UNIT_LIKE.match(self.text, place)):
            end = like.end()
        return self._add("unit", place, end) if end > place else place

    def _differential(self, place: int) -> int:
        """ "P 22, L 70, M 6, E 2": letters whose numbers add up to a hundred, or "N: 38 %, L: 55 %"."""
        found = _DIFFERENTIAL.match(self.folded, place)
        if not found:
            return place
        parts = list(re.finditer(r"([pnlmeb])\W*?([0-9]+(?:[.,][0-9])?)\s?%?", found[0]))
        letters = [_LETTERS[part[1]] for part in parts]
        total = sum(float(part[2].replace(",", ".")) for part in parts)
        told = all(part[0].endswith("%") for part in parts) and total <= 101
        if len(set(letters)) < len(letters) or not {"neut_pct", "lymph_pct"} <= set(letters):
            return place
        if not told and not (len(parts) > 2 and 99 <= total <= 101):
            return place
        for letter, part in zip(letters, parts, strict=True):
            self._add("name", place + part.start(1), place + part.end(1), letter)
            self._add("number", place + part.start(2), place + part.end(2))
            if part[0].endswith("%"):
                self._add("unit", place + part.end() - 1, place + part.end())
        self.wants_unit = False
        return found.end()

    def _fishbone(self, place: int) -> int:
        """ "2.1>7.2/21.6<18": white cells, hemoglobin, hematocrit and platelets as a picture of lines in one line."""
        if self.wants_unit or self.folded[place - 1 : place].isalnum():
            return place
        if both := _H_AND_H.match(self.folded, place):  # hemoglobin and hematocrit, said short
            self._add("name", place, place, "hb")
            self._add("punct" if both[1] != "and" else "and", both.start(1), both.end(1))
            return self._add("name", both.end(), both.end(), "hct")
        found = _FISHBONE.match(self.folded, place)
        if not found:
            return place
        for part, name in enumerate(("wbc", "hb", "hct", "plt"), start=1):
            self._add("name", found.start(part), found.start(part), name)
            self._add("number", found.start(part), found.end(part))
        self.wants_unit = False
        return found.end()

    def _when(self, place: int) -> int:
        if (found := _AGO.match(self.folded, place)) and not self.folded[place - 1 : place].isalnum():
            return self._add("older", place, found.end(), "earlier")
        if found := DATE.match(self.folded, place):
            return self._add("date", place, found.end())
        found = _YEAR.match(self.folded, place)
        if (
            found
            and not self.folded[place - 1 : place].isalnum()
            and unit_at(self.text, found.end() + 1) <= found.end() + 1
        ):
            return self._add("date", place, found.end())
        found = _MONTH.match(self.folded, place)
        if found and not self.folded[place - 1 : place].isalnum():
            return self._add("month", place, found.end())
        return place

    def _range(self, place: int) -> int:
        found = _RANGE.match(self.folded, place)
        if not found or (self.pieces and self.pieces[-1].kind == "older") or _falls(found):
            return place
        if unit_at(self.text, place) > place or self._glued(found.end()):
            return place
        return self._add("range", place, found.end())

    def _number(self, place: int) -> int:
        bracketed = bool(self.pieces) and self.pieces[-1].kind == "open" and _LOST_CARET.match(self.folded, place)
        power = bracketed or (_POWER.match(self.folded, place) and not self.wants_unit)
        if power and (end := unit_at(self.text, place)) > place:
            return self._add("unit", place, end)
        if (graded := _PLUSES.match(self.folded, place)) and not self.folded[place - 1 : place].isalnum():
            return self._add("word", place, graded.end())
        found = _COMPARED.match(self.folded, place)
        if not found:
            return place
        start = found.start("number")
        if (
            self.folded[start] in "+-−"
            and (place or self.base)
            and self.text[start - 1 : start] not in (" ", "\t", "<", "|", "(")
        ):
            return place  # the dash of "Hb-7.2"
        ratio = _RATIO.match(self.folded, start)
        slash = self.folded.find("/", found.end()) if ratio else 0
        if ratio and unit_at(self.text, slash) == slash and not found["sign"]:
            return self._ratio(place, ratio.end())
        sign = _SIGNS.get(found["sign"] or "", found["sign"] or "")
        end, spaced = found.end(), _SPACED.match(self.folded, start)
        if (
            spaced
            and not self.apart
            and not found["sign"]
            and spaced.end() > end
            and not self._lost_caret(spaced.end(), end)
            and not self._range_beside(spaced.end(), end)
        ):
            end = spaced.end()
        glued = self._glued(end)
        cut = place > 1 and self.folded[place - 1] in ".,·" and not self.folded[place - 2].isspace()
        cut = cut and (self.folded[place - 2].isalnum() and self.folded[place - 1] != ",")
        return self._add("number", place, glued or end, sign, broken=bool(glued or cut or self._cut_off(place)))

    def _ratio(self, place: int, end: int) -> int:
        """Numbers with slashes between: one each of as many names, "Hb/Hct 7.2/21", else a ratio."""
        if self._names_in_list() != self.folded.count("/", place, end) + 1:
            return self._add("ratio", place, end)
        for part in re.finditer(rf"{NUMBER}|/", self.folded[place:end]):
            self._add("punct" if part[0] == "/" else "number", place + part.start(), place + part.end())
        return end

    def _list_has_commas(self, decimals: bool) -> bool:
        """Whether the numbers that stand last follow names with commas between; as many, where none has decimals."""
        place = len(self.pieces)
        first = max(place - LONGEST_LIST, 0)
        while place > first and (
            self.pieces[place - 1].text == "," or self.pieces[place - 1].kind in ("number", "unit", "and")
        ):
            place -= 1
        names = self._names_in_list(place)
        printed = sum(piece.kind == "number" for piece in self.pieces[place:])
        if names < 2 or printed >= names or not any(piece.text == "," for piece in self.pieces[first:place]):
            return False
        return decimals or len(re.findall(NUMBER, self.folded[self.pieces[place].start - self.base :])) == names

    def _names_in_list(self, place: int | None = None) -> int:
        """How many names with slashes, commas or "and" between stand last; 0 where other words do."""
        names, marked, last = 0, False, len(self.pieces) if place is None else place
        for piece in reversed(self.pieces[max(last - LONGEST_LIST, 0) : last]):
            if piece.kind == "name" and (marked or not names):
                names, marked = names + 1, False
            elif names and not marked and is_list_mark(piece):
                marked = True
            elif piece.kind != "filler" and (names or not leads_to_number(piece)):
                break
        return names if names > 1 else 0

    def _lost_caret(self, end: int, first: int) -> bool:
        """Whether the last group of "18 103/uL" is the unit 10³/µL without its caret."""
        last = self.folded.rfind(" ", first - 1, end) + 1
        return bool(_LOST_CARET.match(self.folded, last)) and unit_at(self.text, last) > end

    def _range_beside(self, end: int, first: int) -> bool:
        """Whether the last group of "18 150-400" is the lower end of an interval."""
        found = _RANGE.match(self.folded, self.folded.rfind(" ", first - 1, end) + 1)
        if not found or self.folded[found.end() : found.end() + 1] in (".", ",") or not found["low"].isdigit():
            return False
        apart = not re.compile(r" [0-9]{3}(?![0-9])").match(self.folded, found.end())
        return apart and found["high"].isdigit() and int(found["low"]) < int(found["high"])

    def _cut_off(self, place: int) -> bool:
        """Whether the number is the rest of something misread: of "x1O^3", of "l4 521"."""
        if place and re.search(r"[0-9ox)]\s?[\^*]$|\^$", self.folded[max(place - 3, 0) : place]):
            return True  # but "**7.2**" is whole
        if self.pieces and self.pieces[-1].text in (",", ".", "·"):
            return self._after_mark(place)
        before = self.pieces[-1] if self.pieces else None
        if before is not None and before.text == "l":
            return True  # "l 7.8"
        rest = before is not None and before.kind == "word" and before.text[-1].isdigit()
        return bool(rest) and place + self.base - before.end == 1 and bool(_GROUP.match(self.folded, place))

    def _after_mark(self, place: int) -> bool:
        """Whether a point or comma before it is a decimal mark whose digits were lost: "l,93", "13, 8", ". 248"."""
        mark, others = self.pieces[-1], self.pieces[:-1]
        gap = place + self.base - mark.end
        if not others or others[-1].kind == "sep":
            return gap > 0
        before = others[-1]
        if before.end != mark.start:
            return False
        day = len(others) > 1 and others[-2].meaning == "counted"
        if before.kind == "number":
            decimals = bool(re.search(r"[.,]", before.text + self.folded[place : place + 4]))
            day = day or self._list_has_commas(decimals)  # "WBC, plt, Hb: 2.1, 18, 7.2"
        letter = len(before.text) == 1 and before.text.isalpha()
        return (gap < 2 and (letter or (before.kind == "word" and before.text[-1].isdigit()))) or (
            gap == 1 and before.kind == "number" and not day
        )

    def _glued(self, end: int) -> int:
        """Where the letters end that run into a number; 0 when it stands by itself, or its unit or flag follows."""
        if misread := _MISREAD.match(self.folded, end):
            return misread.end()
        after = self.folded[end : end + 1]
        if after == "_" and not self.folded[end + 1 : end + 2].isalnum():
            return 0  # "_7.2_"
        if not (after.isalpha() or after == "_") or unit_at(self.text, end) > end or after in "×µ":
            return 0
        run = _RUN.match(self.folded, end)
        if run and re.compile(r"[.,]?[0-9]").match(self.folded, run.end()):
            return run.end()
        if run and run[0] == "l" and self.text[end] == "l":
            return run.end()  # "6l": a 1
        if run and (run[0] in ("h", "l", "n", "hh", "ll", "c", "a", "r") or re.match(r"x10|x\b", run[0])):
            return 0
        if run and _UNIT_LIKE.match(self.text, end):
            return 0
        return run.end() if run else 0

    def _phrase(self, place: int) -> int:
        if place not in self.place_of or (self.folded[place - 1 : place].isalnum() and place):
            return self._flag_glued(place)
        first = self.place_of[place]
        word, size = words.phrase_at(self.folded, self.tokens, first)
        if word and word.kind == "other" and self._ends_in_to(first, size):
            word, size = words.phrase_at(self.folded, self.tokens[: first + size - 1], first)
        if word is None:
            return self._flag_glued(place)
        end = self.tokens[self.place_of[place] + size - 1][2]
        after = self.folded[end : end + 1]
        if after.isalpha() or after == "_" or (after.isdigit() and word.kind != "name"):
            return self._flag_glued(place)
        if word.capitals and not self.text[place:end].isupper():
            return place  # "who" is no WHO
        if word.kind == "name" and (plural := _PLURAL.match(self.folded, end)):
            end = plural.end()
        if after == ":" and words.listed("heading").get(words.tokens_of(self.text[place:end])) == "unit":
            return self._add("filler", place, end)  # "Unit: g/dL"
        if word.kind in ("foreign", "flag", "filler", "time") and (unit_end := unit_at(self.text, place)) > end:
            return self._add("unit", place, unit_end)
        return self._add(word.kind, place, end, word.meaning, word.either)

    def _ends_in_to(self, first: int, size: int) -> bool:
        """Whether the last word of "Hb a 7,2 g/dL", "Hb è 7,2" is the small one of a language: "Hb A" has a capital."""
        begin, last = self.tokens[first][1], self.tokens[first + size - 1]
        word = self.text[last[1] : last[2]]
        return size > 1 and (word in ("à", "è", "é") or (word in ("a", "e") and self.text[begin].isupper()))

    def _flag_glued(self, place: int) -> int:
        """The flag of "H52", where a name stands before, and of "7.2L"."""
        last = self.pieces[-1] if self.pieces else None
        if last is not None and last.kind == "number" and last.end == place + self.base:
            behind = _FLAG_BEHIND.match(self.text, place)
            return self._add("flag", place, behind.end()) if behind else place
        named = self.pieces and self.pieces[-1].kind in ("name", "sep", "punct", "filler")
        if named and _FLAG_GLUED.match(self.folded, place) and not self.folded[place - 1 : place].isalnum():
            return self._add("flag", place, place + 1)
        return place

    def _unit(self, place: int) -> int:
        last = self.pieces[-1] if self.pieces else None
        if last and last.kind == "word" and last.end == place + self.base and re.search(r"[\d⁰¹²³⁴-⁹]", last.text):
            return place  # the rest of a misread unit: "I0³/µL"
        end = unit_at(self.text, place)
        return self._add("unit", place, end) if end > place else place

    def _rest(self, place: int) -> int:
        char = self.text[place]
        if char in "([{":
            return self._add("open", place, place + 1)
        if char in ")]}":
            return self._add("close", place, place + 1)
        if found := _WORD.match(self.text, place):
            return self._add("word", place, found.end())
        stop = (char in "!?" and not self.text[place + 1 : place + 2].isdigit()) or (
            char == "." and bool(_STOP.match(self.text, place))
        )
        return self._add("punct", place, place + 1, "stop" if stop else "break" if char == ";" else "")


def lex(text: str, base: int = 0, apart: bool = False) -> list[Piece]:
    """The pieces of one line.

    Args:
        text: the line. base: where it begins in its text.
        apart: a heading announces several columns of numbers, so that no space stands between thousands.
    """
    return Lexer(text, base, apart).read()
