"""Layout: a text becomes lines of pieces that know their column, their section and what kind of line they are."""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from itertools import takewhile

from helpers.blood.core import words
from helpers.blood.core.pieces import DAY, Piece, lex
from helpers.blood.core.words import fold
from helpers.blood.reports.dates import SHORT_DAY, latest

_LINE = re.compile(r"[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NAMED_DAY = re.compile(rf"[^\W\d_]:\s*(?={DAY.pattern})")
_AMOUNT = re.compile(r"[<>≤≥]?\s?[0-9][0-9.,]*(?:\s?[HL*]{1,2}(?![\w/]))?\s?([^\s0-9–−-].{0,14})?")
"""A cell with one amount, and its unit."""
LONGEST_LINE = 20_000
"""Characters of a line that are read."""
FLUIDS = ("urine", "cerebrospinal fluid", "another fluid", "a lesion")
ONLY_BLOOD = ("hb", "mcv", "mch", "mchc", "rdw", "plt")
_NEUTRAL = {"unit", "flag", "range", "punct", "open", "close", "sep", "date", "skip", "time", "now"}


@dataclass
class Line:
    """One printed line."""

    start: int
    text: str
    pieces: list[Piece]
    specimen: str = ""
    """Of the section it stands in; "" is this person's blood."""
    older: bool = False
    """It stands under a heading that says "previous"."""
    columns: list[str] = field(default_factory=list)
    """Of each piece: the kind of its column, where a heading tells; "" where it does not."""
    empty_result: bool = False
    """A heading announces a column of results, and this line has nothing in it."""
    time: str = ""
    """The date on a line of its own above it."""
    uneven: bool = False
    """Lines like it hold several numbers, no heading tells which is the result, and this one has an empty cell."""

    explains: bool = False
    """It stands under a heading of its own that says "comment" or "critical values"."""

    def has(self, *kinds: str) -> bool:
        """Whether a piece of one of these kinds stands on it."""
        return any(piece.kind in kinds for piece in self.pieces)


@dataclass
class Heading:
    """The kinds of a table's columns, with where each begins."""

    kinds: list[str]
    starts: list[int]
    ends: list[int]
    """Where each ends; empty where the columns are not told apart by two blanks or more."""
    exact: bool
    """Tabs or | divide the cells, so that they can be counted."""
    numbers: list[str]
    """The columns that hold numbers, in order."""


def normal(text: str) -> str:
    """The text with composed accents: what the places of values refer to."""
    return unicodedata.normalize("NFC", text)


def lines_of(text: str) -> list[Line]:
    """The lines of a report, each with its section and its columns."""
    lines: list[Line] = []
    heading: Heading | None = None
    over: list[str] = []
    specimen, older, time = "", False, ""
    headed, above, explains = -1, "", False
    for found in _LINE.finditer(text):
        raw = found[0][:LONGEST_LINE].rstrip()
        if not raw.strip():
            continue
        shift = len(raw) - len(raw.lstrip()) if "\t" not in raw and "|" not in raw else 0
        start, raw = found.start() + shift, raw[shift:]
        if new := heading_of(raw):
            new = _under_words(new, heading) if heading and len(lines) == headed else new
            heading = replace(new, starts=[at + shift for at in new.starts], ends=[at + shift for at in new.ends])
            lines.append(Line(start, raw, []))
            older, headed = older and not {"result", "previous"} <= set(new.kinds), len(lines)
            continue
        under = _under_headings_of(raw, shift, heading) if heading else None
        apart = heading is not None and len(heading.numbers) > 1 and not under and not re.search(r"[\t|]", raw)
        line = Line(start, raw, lex(raw, start, apart))
        above = _broken_off(lines, text, start, above)
        if above:
            _join(lines, line, above)
        elif lines and _goes_on(lines[-1], line, text):
            _carry_over(lines, line, heading is not None)
            under = under if line.start == start else None
        section = _section(line)
        if section is not None and section[1] and lines and lines[-1].has("date") and _tells_dates(lines[-1], line):
            section = None  # "Collected: 14.03.2024", and below "Prior: 12.03.2024"
        if section is not None and not (specimen in FLUIDS and section[0] == "" and _tells_of_blood(line)):
            specimen, older = section
        if specimen and _only_of_blood(line, specimen):
            specimen = ""
        time = _day_of_its_own(line) or time
        line.specimen, line.older, line.time = specimen, older, time
        goes_on = bool(lines) and text[lines[-1].start + len(lines[-1].text) : line.start].count("\n") == 1
        line.explains = goes_on and explains
        explains = line.explains or words.tokens_of(raw) in _explaining()
        if heading:
            _into_columns(line, heading, under)
        elif over:
            _under_units(line, over)
        if not (lines and lines[-1].has("name") and not lines[-1].has("number")):
            over = units_over(raw) or over
        lines.append(line)
    _mark_uneven(lines)
    return lines


def _explaining() -> frozenset[tuple[str, ...]]:
    """What, alone on a line, says that limits and remarks follow."""
    return words.meant("lead", "a comment") | words.meant("lead", "a critical value")


def _mark_uneven(lines: list[Line]) -> None:
    """Mark lines with one number where others of the same table have more, and nothing tells which is the result."""
    tables: dict[int, list[tuple[Line, dict[int, str], set[int]]]] = {}
    for line in lines:
        cells = [cell.strip(" *") for _, cell in cells_of(line.text)] if re.search(r"[\t|]", line.text) else []
        found = {place: each[1] for place, cell in enumerate(cells) if (each := _AMOUNT.fullmatch(cell))}
        if found and not line.columns and line.has("name"):
            empty = {place for place, cell in enumerate(cells) if cell in ("", "-", "–", "--")}
            tables.setdefault(len(cells), []).append((line, found, empty))
    for rows in tables.values():
        alike = (found for _, found, _ in rows if len(found) > 1 and len(set(found.values())) == 1)
        several: set[int] = set().union(*alike)
        for line, found, empty in rows:
            line.uneven = len(found) == 1 and set(found) <= several and bool(empty & several)


def cells_of(text: str) -> list[tuple[int, str]]:
    """The cells of a line with where each begins: divided by tabs or |, else by two blanks or more."""
    mark = r"\t|\|" if re.search(r"[\t|]", text) else r" {2,}"
    cells, place = [], 0
    for found in re.finditer(mark, text):
        cells.append((place, text[place : found.start()]))
        place = found.end()
    return [*cells, (place, text[place:])]


def kind_of_heading(cell: str) -> str:
    """The kind of column a heading's cell announces; "" when it is none."""
    cell = cell.strip(" :.*")
    known = words.listed("heading")
    return known.get(words.tokens_of(cell), "") or known.get(words.tokens_of(_CAMEL.sub(" ", cell)), "")


def heading_of(text: str) -> Heading | None:
    """The heading of a table, or None when the line is not one."""
    if not 6 <= len(text) <= 300:
        return None
    if re.search(r"[0-9]", text):
        return _dated_heading(text)
    cells = _heading_cells(text)
    kinds = [kind_of_heading(cell) for _, cell in cells]
    named = sum(bool(cell.strip()) for _, cell in cells)
    ends = [start + len(cell) for start, cell in cells]
    if len(kinds) < 2 or sum(bool(kind) for kind in kinds) < max(2, named - 1):
        ends = []
        cells = [(found.start(), found[0]) for found in re.finditer(r"[^\W\d_]+", text)]
        kinds = [kind_of_heading(cell) for _, cell in cells]
        pairs = [place for place in range(1, len(kinds)) if kinds[place] != kinds[place - 1]]
        cells, kinds = (
            [cells[place] for place in [0, *pairs]] if cells else [],
            [kinds[place] for place in [0, *pairs]] if kinds else [],
        )
        named = len(kinds)
    if "result" not in kinds or sum(bool(kind) for kind in kinds) < max(2, named - 1):
        return None
    numbers = [kind for kind in kinds if kind in ("result", "previous", "low", "high")]
    return Heading(kinds, [start for start, _ in cells], ends, bool(re.search(r"[\t|]", text)), numbers)


def _heading_cells(text: str) -> list[tuple[int, str]]:
    """The cells of a heading; two headings with one blank between them are two cells."""
    exact = bool(re.search(r"[\t|]", text))
    found: list[tuple[int, str]] = []
    cells = cells_of(text)
    for start, cell in cells:
        if cell.strip() or exact:
            parts = [] if exact or len(cells) < 2 or kind_of_heading(cell) or _is_day(cell) else _headings_in(cell)
            found += [(start + at, part) for at, part in parts] or [(start, cell)]
    return found


def _headings_in(cell: str) -> list[tuple[int, str]]:
    """The headings that a stretch is made of, the longest first; empty where something else is in it."""
    ends = [each.span() for each in re.finditer(r"\S+", cell)]
    found, place = [], 0
    while place < len(ends):
        parts = ((size, cell[ends[place][0] : ends[place + size - 1][1]]) for size in range(len(ends) - place, 0, -1))
        size, part = next(((size, part) for size, part in parts if kind_of_heading(part) or _is_day(part)), (0, ""))
        if not size:
            return []
        found.append((ends[place][0], part))
        place += size
    return found


def _dated_heading(text: str) -> Heading | None:
    """A heading of dates, one column each: the latest holds the result, the others are earlier ones."""
    if len(_NAMED_DAY.findall(fold(text))) > 1:
        return None  # "Collected: 11/02/2026   Prior: 10/01/2026" tells of days, and heads nothing
    cells, exact = _heading_cells(text), bool(re.search(r"[\t|]", text))
    dates = [_is_day(cell) for _, cell in cells]
    if sum(dates) == 1 and not exact:
        found = list(DAY.finditer(fold(text)))
        cells = [(0, text[: found[0].start()]), *((each.start(), text[slice(*each.span())]) for each in found)]
        cells = cells if cells[0][1].strip() else cells[1:]
        dates = [_is_day(cell) for _, cell in cells]
        if re.search(r"\w", DAY.sub("", fold(text[found[0].start() :]))):
            return None
    first = int(bool(re.match(r"\s*\|", text)))  # a mark before the first cell makes an empty one
    others = [cell for (_, cell), dated in zip(cells, dates, strict=True) if not dated and cell.strip()]
    named = bool(cells[first][1].strip())
    if sum(dates) < 2 or not all(map(kind_of_heading, others)):
        return None
    newest = latest([cell for (_, cell), dated in zip(cells, dates, strict=True) if dated])
    if newest is None:
        return None
    at = [place for place, dated in enumerate(dates) if dated]
    kinds = [
        ("result" if place == at[newest] else "previous") if dated else kind_of_heading(cell)
        for place, ((_, cell), dated) in enumerate(zip(cells, dates, strict=True))
    ]
    if not dates[first] and "name" not in kinds and (exact or named):
        kinds[first] = "name"
    ends = [] if exact else [start + len(cell) for start, cell in cells]
    numbers = [kind for kind in kinds if kind in ("result", "previous", "low", "high")]
    return Heading(kinds, [start for start, _ in cells], ends, exact, numbers)


def _under_words(new: Heading, words_: Heading) -> Heading:
    """A heading of dates under one of words: which column holds the results is told by the words."""
    if not {"result", "previous"} <= set(words_.numbers) or set(new.numbers) - {"result", "previous"}:
        return new
    if len(new.numbers) != len(words_.numbers):
        return words_
    told = iter(words_.numbers)
    kinds = [next(told) if kind in _OF_NUMBERS else kind for kind in new.kinds]
    return replace(new, kinds=kinds, numbers=words_.numbers)


_LONGEST_BREAK = 40
"""Characters of a line that may be the beginning of a name."""


def _broken_off(lines: list[Line], text: str, start: int, above: str) -> str:
    """What stands alone on the line above, and on those before it, if it may be the beginning of a name; else ""."""
    last = lines[-1] if lines else None
    if last is None or not last.pieces or len(last.text) > _LONGEST_BREAK or len(last.pieces) > 3:
        return ""
    words_only = all(piece.kind in _OF_A_NAME for piece in last.pieces)
    of = [piece.meaning for piece in last.pieces if piece.kind == "specimen"]
    heads = len(of) == len(last.pieces) or not set(of) <= {"blood"}
    if not words_only or heads or text[last.start + len(last.text) : start].count("\n") != 1:
        return ""
    return f"{above} {last.text}".strip()[-2 * _LONGEST_BREAK :]


_OF_A_NAME = ("word", "qualifier", "filler", "name", "specimen")
"""What the beginning of a name may be made of: "White Blood"."""
_LONGEST_SENTENCE = 200
"""Characters to which lines of one sentence are put together."""
_HYPHENS = ("-", "\u00ad", "‐")


def _goes_on(last: Line, line: Line, text: str) -> bool:
    """Whether a sentence, or a word with a hyphen, goes on in the next line."""
    first, end = line.text[:1], last.text[-1:]
    if (
        not last.pieces
        or len(last.text) > _LONGEST_SENTENCE
        or not first.isalpha()
        or text[last.start + len(last.text) : line.start].count("\n") != 1
    ):
        return False
    if end in _HYPHENS:
        return last.text[-2:-1].isalpha() and (first.islower() or last.text[-2].isupper())
    return first.islower() and last.pieces[-1].kind in _OF_A_NAME


def _is_known(piece: Piece) -> bool:
    """Whether a piece is in the tables of words."""
    return piece.kind in ("name", "other", "cell", "qualifier", "specimen", "condition", "older", "change") or (
        piece.kind == "word" and (bool(piece.meaning) or words.tokens_of(piece.text) in words.listed("sex"))
    )


def _close_up(lines: list[Line], line: Line) -> None:
    """Make one line of two that a hyphen divides: the first half of the word moves up to the second."""
    last = lines.pop()
    half = re.search(r"[^\W\d_]*.$", last.text)
    begun = half[0] if half else ""
    whole = f"{begun[:-1]}{line.text}"
    known = any(piece.start < len(begun) - 1 < piece.end and _is_known(piece) for piece in lex(whole))
    joined = whole if known else f"{begun[:-1]}-{line.text}"
    end = line.start + len(line.text)
    line.text = last.text[: len(last.text) - len(begun)].ljust(end - last.start - len(joined)) + joined
    line.start = last.start
    line.pieces = lex(line.text, line.start)


def _carry_over(lines: list[Line], line: Line, in_columns: bool) -> None:
    """Read a name that the end of a line cuts within a sentence, or with a hyphen, as the one it is.

    What else stands on the line above is said of it too ("Her mother's white / cell count"): the two become one.
    """
    last = lines[-1]
    tail, first = last.text[-_LONGEST_BREAK:], line.pieces[0] if line.pieces else None
    hyphen = tail[-1] in _HYPHENS
    if hyphen and (not in_columns or " " in last.text):
        _close_up(lines, line)
        return
    for above in (tail[:-1], f"{tail[:-1]}-") if hyphen else (f"{tail} ",):
        pieces = lex(f"{above}{line.text[:_LONGEST_BREAK]}")
        over = next((piece for piece in pieces if piece.start < len(above) < piece.end), None)
        if over is None or not _is_known(over):
            continue
        begin, end = last.start + len(last.text) - len(tail) + over.start, line.start + over.end - len(above)
        line.pieces = [
            Piece(over.kind, line.start, end, over.text, over.meaning, over.either),
            *(piece for piece in line.pieces if piece.start >= end),
        ]
        last.pieces, last.columns = [piece for piece in last.pieces if piece.start < begin], []
        if last.pieces:
            line.pieces = [*last.pieces, *line.pieces]
            line.text = last.text.ljust(line.start - last.start) + line.text
            line.start = lines.pop().start
        return
    before = last.pieces[-2 if hyphen and len(last.pieces) > 1 else -1]
    if (
        first is not None
        and first.kind == "name"
        and (before.kind == "qualifier" or (hyphen and before.kind == "word"))
    ):
        first.kind, first.meaning = "other", "other quantity"


def _join(lines: list[Line], line: Line, above: str) -> None:
    """Read a name that a line end has cut in two ("Mean Corpuscular / Hemoglobin 26 pg") as the one it is."""
    cut, first = len(above) + 1, line.pieces[0] if line.pieces else None
    if first is None or first.kind in ("number", "unit", "sep", "punct"):
        return
    pieces = lex(f"{above} {line.text[:_LONGEST_BREAK]}")
    over = next((piece for piece in pieces if piece.start < cut < piece.end), None)
    if over is not None and over.kind in ("name", "other", "cell"):
        end = line.start + over.end - cut
        inside = [piece for piece in line.pieces if piece.start < end]
        if [(piece.kind, piece.meaning) for piece in inside] != [(over.kind, over.meaning)]:
            joined = Piece(over.kind, line.start, end, over.text, over.meaning, over.either)
            line.pieces[: len(inside)] = [joined]
        for part in lines[-1:-4:-1]:
            if part.text not in above:
                break
            part.pieces = []
        return
    before = next((piece for piece in reversed(pieces) if piece.end < cut), None)
    own = before is None or words.tokens_of(before.text) in words.meant("lead", "a heading of its own")
    if before is not None and not own and before.kind == "qualifier" and first.kind == "name":
        first.kind, first.meaning = "other", "other quantity"


def _is_day(cell: str) -> bool:
    """Whether a cell is a date, perhaps with its hour, and no more."""
    if SHORT_DAY.fullmatch(fold(cell).strip()):
        return True
    return bool(DAY.search(fold(cell))) and not re.search(r"[^\W\d_]{2}", DAY.sub("", fold(cell)))


def _day_of_its_own(line: Line) -> str:
    """The date of a line that says nothing else ("Collected: 12.03.2024")."""
    only = all(piece.kind in ("date", "month", "time", "punct", "open", "close") for piece in line.pieces)
    dates = [piece.text for piece in line.pieces if piece.kind in ("date", "month")]
    return " ".join(dates) if only else ""


def units_over(text: str) -> list[str]:
    """The units of a heading that has one over each column of numbers ("%" and "Abs (10^9/L)"); else empty."""
    if "%" not in text or re.search(r"[0-9]\s*%", text):
        return []
    cells = [cell.strip() for _, cell in cells_of(text) if cell.strip()]
    cells = cells[bool(cells) and "unit" not in {piece.kind for piece in lex(cells[0])} :]  # over the names
    found = [_unit_in(cell) for cell in cells]
    return found if len(found) == 2 and all(found) and len(set(found)) == 2 else []


def _unit_in(cell: str) -> str:
    """The unit that is all a cell of a heading says, besides "absolute" and the like."""
    pieces = [piece for piece in lex(cell) if piece.kind not in ("open", "close", "filler", "sep", "punct")]
    return pieces[0].text.strip() if len(pieces) == 1 and pieces[0].kind == "unit" else ""


def _under_units(line: Line, over: list[str]) -> None:
    """Put the units that stand over the columns beside their numbers, where a line has as many and prints none."""
    numbers = [piece for piece in line.pieces if piece.kind == "number"]
    if len(numbers) != len(over) or not line.has("name") or line.has("unit"):
        return
    for number, unit in zip(numbers, over, strict=True):
        line.pieces.insert(line.pieces.index(number) + 1, Piece("unit", number.end, number.end, unit))


def _tells_dates(above: Line, line: Line) -> bool:
    """Whether two lines name a date each and no more: the head of a report."""
    only = ("date", "month", "time", "older", "now", "punct", "open", "close", "filler")
    return line.has("date") and all(piece.kind in only for piece in [*above.pieces, *line.pieces])


def _into_columns(line: Line, heading: Heading, under: list[tuple[int, str, str]] | None) -> None:
    """Give every piece the kind of its column; ``under`` are cells that stand under their headings."""
    exact = heading.exact and bool(re.search(r"[\t|]", line.text))
    if exact:
        cells, kinds = cells_of(line.text), heading.kinds
        fits = len(cells) <= len(kinds) + 1
        under = [(*cell, kind) for cell, kind in zip(cells, [*kinds, ""], strict=False)] if fits else None
    if under is None:
        _by_number(line, heading)
        return
    starts = [start + line.start for start, _, _ in under]
    of = [under[max(bisect_right(starts, piece.start) - 1, 0)][2] for piece in line.pieces]
    elsewhere = ("flag",) if exact or "result" in of else ("flag", "name", "unit")
    if any(piece.kind == "number" and kind in elsewhere for piece, kind in zip(line.pieces, of, strict=True)):
        _by_number(line, heading)
        return
    line.columns = of
    filled = any(kind == "result" and re.search(r"\w", cell) for _, cell, kind in under)
    reaches = "result" in [kind for _, _, kind in under] or heading.kinds[len(under) :].count("result") > 0
    line.empty_result = line.has("name") and not filled and (not exact or reaches)


def _by_number(line: Line, heading: Heading) -> None:
    """The columns of the numbers alone, where the line has as many as the heading."""
    for last, piece in zip([None, *line.pieces], line.pieces, strict=False):
        of_a_site = "site" in heading.kinds or (last and last.kind == "name")
        if piece.kind == "number" and re.fullmatch("0[0-9]", piece.text) and of_a_site:
            piece.kind = "punct"  # the number of the laboratory that measured it
    numbers = [piece for piece in line.pieces if piece.kind == "number"]
    if not _beside_its_unit(line, heading):
        line.uneven = {"result", "previous"} <= set(heading.numbers) and not re.search(r"[\t|]", line.text)
        return
    missing = [line.start + found.start() for found in _MISSING.finditer(line.text)]
    slots = sorted([*(piece.start for piece in numbers), *missing])
    if missing and len(slots) == len(heading.numbers) > 1:
        kind_of = dict(zip(slots, heading.numbers, strict=True))
        line.columns = [kind_of.get(piece.start, "") if piece.kind == "number" else "" for piece in line.pieces]
        line.empty_result = line.has("name") and "result" not in line.columns
    elif len(numbers) == len(heading.numbers) > 1:
        kind_of = dict(zip([piece.start for piece in numbers], heading.numbers, strict=True))
        line.columns = [kind_of.get(piece.start, "") for piece in line.pieces]
    elif 0 < len(numbers) != len(heading.numbers) and {"result", "previous"} <= set(heading.numbers):
        line.uneven = not re.search(r"[\t|]", line.text)


def _beside_its_unit(line: Line, heading: Heading) -> bool:
    """Whether as many numbers stand before the one unit of a line as the heading announces before its column."""
    units_ = [piece.start for piece in line.pieces if piece.kind == "unit"]
    if len(units_) != 1 or heading.kinds.count("unit") != 1:
        return True
    announced = sum(kind in _OF_NUMBERS for kind in heading.kinds[: heading.kinds.index("unit")])
    slots = [piece.start for piece in line.pieces if piece.kind == "number"]
    slots += [line.start + found.start() for found in _MISSING.finditer(line.text)]
    before = sum(start < units_[0] for start in slots)
    return before == announced or len(slots) != len(heading.numbers)


def _under_headings_of(text: str, indent: int, heading: Heading) -> list[tuple[int, str, str]] | None:
    """The cells of a line between blanks, with where each begins and its kind; None where that cannot be told.

    Cells that stand at the edges of their headings are where they belong. Others are counted, where there are as many
    as headings: a long name pushes what follows it to the right ("White Cell Count  3.1  1.9" below "Test  Previous
    Result"). Where they can be neither seen nor counted, nothing is told of their place.
    """
    cells = [(start, cell) for start, cell in cells_of(text) if cell.strip()]
    if len(cells) < 2 or heading.exact or not heading.ends or re.search(r"[\t|]", text):
        return None
    seen, counted = _aligned(cells, indent, heading), _counted(cells, heading)
    at_edges = seen is not None and _at_edges(cells, indent, heading)
    return seen if at_edges or (counted is None and not _pushed(cells, indent, heading, heading.starts)) else counted


def _counted(cells: list[tuple[int, str]], heading: Heading) -> list[tuple[int, str, str]] | None:
    """Cells in the order of the headings, where there are as many and each may be what its heading announces."""
    if len(cells) != len(heading.kinds) or "name" not in heading.kinds:
        return None
    pairs = [(cell, kind) for (_, cell), kind in zip(cells, heading.kinds, strict=True)]
    if not all(_may_hold(kind, cell) for cell, kind in pairs) or not any(
        kind in _OF_NUMBERS and re.search("[0-9]", cell) for cell, kind in pairs
    ):
        return None
    return [(start, cell, kind) for (start, cell), kind in zip(cells, heading.kinds, strict=True)]


def _may_hold(kind: str, cell: str) -> bool:
    """Whether a cell may stand under such a heading: where a number should, no unit, flag or interval alone."""
    kinds = [piece.kind for piece in lex(cell)]
    if kind in _OF_NUMBERS:
        alone = "number" not in kinds and not _MISSING.fullmatch(cell.strip())
        return kinds.count("number") < 2 and "range" not in kinds and not (alone and {"unit", "flag"} & set(kinds))
    if kind == "range":
        return kinds.count("number") != 1 or bool(re.search("[<>≤≥]", cell))
    return kind not in ("unit", "flag") or "number" not in kinds


def _at_edges(cells: list[tuple[int, str]], indent: int, heading: Heading) -> bool:
    """Whether every number begins or ends where a heading does.

    A name that reaches below the next heading has pushed what begins behind it, one that reaches beyond it everything.
    """
    amounts = [(start + indent, start + indent + len(cell.rstrip())) for start, cell in cells if _is_amount(cell)]
    ends = all(end in heading.ends for _, end in amounts) and not _pushed(cells, indent, heading, heading.ends)
    return ends or (
        all(start in heading.starts for start, _ in amounts) and not _pushed(cells, indent, heading, heading.starts)
    )


def _pushed(cells: list[tuple[int, str]], indent: int, heading: Heading, edges: list[int]) -> bool:
    """Whether what stands before the numbers reaches over this edge of the next heading."""
    for start, cell in takewhile(lambda cell: not _is_amount(cell[1]), cells):
        place = bisect_right(heading.starts, start + indent)
        if place < len(edges) and start + indent + len(cell.rstrip()) >= edges[place]:
            return True
    return False


def _aligned(cells: list[tuple[int, str]], indent: int, heading: Heading) -> list[tuple[int, str, str]] | None:
    """Cells that stand under their headings; None where that cannot be told."""
    found: list[tuple[int, str, int]] = []
    for start, cell in cells:
        parts = _under_headings(start, cell, indent, heading)
        if not parts:
            return None
        found += parts
    order = [place for _, _, place in found if place < len(heading.kinds)]
    kinds = [_kind_at(place, heading) for _, _, place in found]
    fits = all(_may_hold(kind, cell) for (_, cell, _), kind in zip(found, kinds, strict=True))
    if order != sorted(order) or "name" not in kinds or not fits or _crowded(found, kinds):
        return None
    return [(start, cell, kind) for (start, cell, _), kind in zip(found, kinds, strict=True)]


def _crowded(found: list[tuple[int, str, int]], kinds: list[str]) -> bool:
    """Whether two results stand under one heading, or one stands behind a name: the line is not in columns."""
    amounts = [(place, kind) for (_, cell, place), kind in zip(found, kinds, strict=True) if _is_amount(cell)]
    twice = len(amounts) > len(set(amounts)) and any(kind in _OF_NUMBERS for _, kind in amounts)
    names = [cell for (_, cell, _), kind in zip(found, kinds, strict=True) if kind == "name"]
    return (
        twice
        or any(_is_amount(cell) for cell in names[1:])
        or any(_NAME_AND_NUMBER.search(cell[-2 * _LONGEST_BREAK :]) for cell in names)
    )


_OF_NUMBERS = ("result", "previous", "low", "high")
_MISSING = re.compile(r"(?<!\S)(?:-{2,3}|[–—]|-(?=\s{2}|$))(?!\S)")
"""What stands in a column in the place of a number."""
_NAME_AND_NUMBER = re.compile(r"[^\W\d_]{2}[^0-9]* (?:[0-9]+(?:[.,][0-9]+)?|-{2,3}|[–—])\s*$")


def _is_amount(cell: str) -> bool:
    return bool(_AMOUNT.fullmatch(cell.strip()) or _MISSING.fullmatch(cell.strip()))


def _under_headings(start: int, cell: str, indent: int, heading: Heading) -> list[tuple[int, str, int]]:
    """A cell with its column, or its words where each stands under a heading of its own; empty where none is told."""
    place = _column_over(start + indent, start + indent + len(cell), heading)
    words_: list[tuple[int, str, int | None]] = []
    for each in re.finditer(r"\S+", cell):
        at = start + each.start()
        over = _column_over(at + indent, at + indent + len(each[0]), heading)
        before = words_[-1][2] if words_ else None
        if over is None and place is None and before is not None:
            over = before if at + indent < [*heading.starts, 10**6][before + 1] else None
        words_.append((at, each[0], over))
    told = [(at, word, over) for at, word, over in words_ if over is not None]
    if len(told) == len(words_) and (place is None or len({over for _, _, over in told}) == len(told)):
        return told
    return [(start, cell, place)] if place is not None else []


def _kind_at(place: int, heading: Heading) -> str:
    """The kind of a column: left of all headings stand the names, right of them something without a heading."""
    if place < 0:
        return "" if "name" in heading.kinds else "name"
    return heading.kinds[place] if place < len(heading.kinds) else ""


def _column_over(start: int, end: int, heading: Heading) -> int | None:
    """The column of a cell: that under whose heading it begins or ends, else the only one it stands under."""
    edges = list(zip(heading.starts, heading.ends, strict=True))
    if end <= edges[0][0]:
        return -1
    if start >= edges[-1][1]:
        return len(edges)
    exact = [place for place, (left, right) in enumerate(edges) if start == left or end == right]
    under = exact or [place for place, (left, right) in enumerate(edges) if start < right and left < end]
    return under[0] if len(under) == 1 else None


def _section(line: Line) -> tuple[str, bool] | None:
    """The specimen (and whether it is an earlier sample) of a heading of a section; None when the line is none."""
    marks = [piece for piece in line.pieces if piece.kind in ("specimen", "older")]
    if not marks or line.has("number", "name", "range", "absent", "ratio"):
        return None
    if (line.has("skip") and not _names_its_sample(line)) or _is_about_none(line, marks):
        return None  # "Next of kin: wife", "Urine culture: no growth"
    if _mentions(line, marks):
        return None  # "Mother: Jane", "Packed red cells transfused"
    if any(_names_both(line, mark) for mark in marks if mark.kind == "older"):
        return None
    strange = _strange(line, ("word", "condition", "change"))
    if len(strange) > 3 or (strange and strange[0].start < marks[0].start and not line.text.rstrip().endswith(":")):
        return None
    found = [piece.meaning for piece in marks if piece.kind == "specimen"]
    others = [meaning for meaning in found if meaning != "blood"]
    return (others[0] if others else "", any(piece.kind == "older" for piece in marks))


def _tells_of_blood(line: Line) -> bool:
    """ "Blood: trace", in a strip: no heading of blood."""
    _, mark, after = line.text.partition(":")
    return bool(mark) and any(piece.kind in ("word", "absent", "flag") for piece in lex(after))


def _names_both(line: Line, older: Piece) -> bool:
    """ "Collected: 11/02/2026   Prior: 10/01/2026": a line on both samples is the heading of neither."""
    before, after = fold(line.text[: older.start - line.start]), fold(line.text[older.end - line.start :])
    this, that = DAY.search(before), DAY.match(after.lstrip(" :\t"))
    return bool(this and that) and latest([this[0], that[0]]) == 0


def _names_its_sample(line: Line) -> bool:
    """ "Specimen: urine"."""
    first = next((piece for piece in line.pieces if piece.kind != "punct"), None)
    return first is not None and first.kind == "skip" and kind_of_heading(first.text) == "specimen"


def _mentions(line: Line, marks: list[Piece]) -> bool:
    """Whether a line only mentions somebody or something else: a heading has no more than its own words beside it."""
    named = [piece for piece in marks if piece.meaning not in (*FLUIDS, "marrow", "blood") and piece.kind == "specimen"]
    if not named:
        return False
    label = re.match(r"\s*:", line.text[named[0].end - line.start :]) and named[0].meaning != "a relative"
    return not label and bool(_strange(line, ("word", "condition", "change", "qualifier", "absent")))


def _strange(line: Line, kinds: tuple[str, ...]) -> list[Piece]:
    """The pieces of these kinds that are no words of a heading."""
    known = words.listed("section")
    told = [piece for piece in line.pieces if piece.kind in kinds]
    return [piece for piece in told if known.get(words.tokens_of(piece.text)) != "a heading"]


def _is_about_none(line: Line, marks: list[Piece]) -> bool:
    """ "Urine culture: no growth", "Pleural effusion: none", "Bone marrow biopsy scheduled": no heading."""
    known, after = words.listed("section"), line.text[marks[-1].end - line.start :]
    if any(known.get(key) == "a culture" for key in _pairs(words.tokens_of(line.text))):
        return True
    told = words.tokens_of(after)
    ends = [told[:1], told[:2]] if re.match(r"[^\w]*:", after) else [told[-1:], told[-2:]]
    return marks[0].meaning != "urine" and any(known.get(key) == "nothing there" for key in ends)


def _pairs(tokens: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Every word, and every two side by side."""
    return [tokens[place : place + size] for place in range(len(tokens)) for size in (1, 2)]


def _only_of_blood(line: Line, specimen: str) -> bool:
    """Whether a section of another fluid is over: a line gives what only blood has."""
    named = any(piece.kind == "name" and piece.meaning in ONLY_BLOOD for piece in line.pieces)
    return specimen in (*FLUIDS, "cells sorted by their markers") and named and line.has("number") and line.has("unit")


_TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]{0,500})?/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]{1,5}|#x[0-9a-f]{1,4}|[a-z]{2,8});", re.IGNORECASE)
_ROW = re.compile(r"(<tr\b[^<>]{0,500}>|</tr\s{0,9}>)", re.IGNORECASE)
_FIRST_CELL = re.compile(r"<tr\b[^<>]{0,500}>\s*<t[dh]\b[^<>]{0,500}>", re.IGNORECASE)
_RAISED = re.compile(r"<sup>\s*([0-9]{1,2})\s*</sup>([^<>\s|]{0,16})", re.IGNORECASE)
_ENDS_A_LINE = re.compile(r"</(?:tr|p|div|li|h[1-6]|table)|<br", re.IGNORECASE)


def unmarked(text: str) -> str:
    """A pasted web page without its tags: cells divided by tabs, rows by line ends, every character where it was."""
    if not _TAG.search(text) and not _ENTITY.search(text):
        return text
    text = _RAISED.sub(lambda found: _of_width(f"^{found[1]}{html.unescape(found[2])}", found), text)
    parts = _ROW.split(text)
    for place in range(2, len(parts), 2):  # what follows the opening of a row is one line
        if parts[place - 1][1] != "/":
            parts[place] = re.sub(r"[\r\n\t]", " ", parts[place])
    text = _FIRST_CELL.sub(lambda first: " " * len(first[0]), "".join(parts))
    return _ENTITY.sub(lambda found: _of_width(html.unescape(found[0]), found), _TAG.sub(_without_tag, text))


def _without_tag(found: re.Match[str]) -> str:
    if _ENDS_A_LINE.match(found[0]):
        return _of_width("\n", found)
    return _of_width("\t" if re.match(r"<t[dh]\b", found[0], re.IGNORECASE) else "", found)


def _of_width(shown: str, found: re.Match[str]) -> str:
    """What is shown in the place of a stretch, with blanks up to its length."""
    return shown.ljust(len(found[0])) if len(shown) <= len(found[0]) else found[0]


def tabbed(text: str) -> str:
    """A pasted comma- or semicolon-separated table with tabs in their place, every character where it was."""
    lines = [line for line in text.splitlines() if line.strip()]
    for mark in ",;":
        many = lines[0].count(mark) if lines else 0
        even = many and '"' not in text and len(lines) > 1 and all(line.count(mark) == many for line in lines)
        named = even and (heading_of(lines[0].replace(mark, "\t")) or _names_columns(lines[0].split(mark)))
        if even and (named or all(_is_row(line.split(mark)) for line in lines)):
            return text.replace(mark, "\t")
    return text


def _is_row(cells: list[str]) -> bool:
    """ "Hb,72,g/L": a name, its number, and its unit or nothing; "Hb,7,2,g/L" may be 7.2."""
    name, number, *rest = [cell.strip() for cell in cells]
    alone = [piece.kind for piece in lex(number)] == ["number"]
    whole = bool(rest) and (not re.match(r"[0-9]", rest[0]) or [piece.kind for piece in lex(rest[0])] == ["unit"])
    return alone and whole and any(piece.kind == "name" for piece in lex(name)) and not re.search("[0-9]$", name)


def _names_columns(cells: list[str]) -> bool:
    """Whether the first line of a table names a quantity in each column, or in each after the date or the person."""
    named = [any(piece.kind == "name" for piece in lex(cell)) for cell in cells]
    numbers = any(piece.kind == "number" for cell in cells for piece in lex(cell))
    return len(cells) > 2 and all(named[1:]) and (bool(kind_of_heading(cells[0])) or (named[0] and not numbers))


def kind_of_line(line: Line) -> str:
    """complete (a name and a number), names, numbers, neutral, or words."""
    names = line.has("name", "other", "cell")
    if names and line.has("number", "ratio", "absent", "month"):
        return "complete"
    strange = [
        piece
        for piece in line.pieces
        if piece.kind in ("word", "condition", "change", "qualifier", "older", "specimen")
    ]
    if names:
        return "names" if not strange else "complete"
    if line.has("skip") and not line.columns:
        return "neutral" if not line.has("number") else "numbers" if line.has("unit") else "words"
    if strange or (line.pieces and line.pieces[0].kind == "foreign"):
        return "words"
    return "numbers" if line.has("number") else "neutral"


def blocks(lines: list[Line]) -> list[list[Line]]:
    """Lines that belong together: a complete line alone; names, numbers and units on lines of their own as one."""
    found: list[list[Line]] = []
    open_block = False
    for line in lines:
        kind = kind_of_line(line)
        joins = kind in ("names", "numbers", "neutral") and bool(line.pieces)
        neutral = set(p.kind for p in line.pieces) <= _NEUTRAL or kind_of_heading(line.text) == "result"
        if joins and open_block and (kind != "neutral" or neutral):
            found[-1].append(line)
        else:
            found.append([line])
            open_block = joins
    return found
