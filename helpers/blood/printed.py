"""What a printed piece of a report says: which quantity it names, which number it gives, in which unit.

A report prints more than results: flags (``L``, ``*``), reference intervals, earlier values, dates. None of these may
be taken for the result. Where more than one reading is possible the answer is "cannot tell".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from helpers.blood import units
from helpers.blood.count import Assume, Value, cannot_tell, measure
from helpers.blood.names import ABSOLUTE, SHARE, Name, name_of
from helpers.blood.units import ANALYTES

FILLERS = frozenset(
    re.findall(
        r"\w+",
        """of was is at to the a an level levels count counts value result total fell dropped rose measured blood whole
        venous capillary auto automated manual by in on with and absolute mass volume estimated concentration conc test
        calc calculated about approximately approx ca circa around only serum plasma estimation estimate today now
        current""",
    )
)
"""Words that may stand between a name and its number."""
_FLAGS = frozenset(re.findall(r"\w+", "l h n ll hh lo hi low high normal abnormal abn critical crit panic a c r"))

NUMBER = (
    r"(?:[0-9]{1,3}(?:[ \u00a0\u2009\u202f'’][0-9]{3})+(?![0-9])(?:[.,][0-9]+)?|[0-9]+(?:[.,][0-9]+)*|[.,][0-9]+)"
    r"(?:[eE][+-]?[0-9]+(?![0-9]*\s*/))?"  # not the E of the unit in 2.1E9/L
)
_PLAIN_SPACE = re.compile(r"(?<=[0-9]) (?=[0-9]{3}(?![0-9]))")
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]+Z?)?|[0-9]{1,2}([/.])[0-9]{1,2}\1[0-9]{2,4}(?![0-9.,])"
    r"|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
)
_MONTH = re.compile(
    r"(?:[0-9]{1,2}[-. ]?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-. ][0-9]{1,4})(?![\w])",
    re.IGNORECASE,
)
_RANGE = re.compile(rf"(?:[<>≤≥]\s*)?{NUMBER}\s*(?:-|–|—|−|\bto\b|\.\.\.?)\s*{NUMBER}")
_RATIO = re.compile(rf"{NUMBER}\s*/\s*{NUMBER}")
_COMPARED = re.compile(
    rf"(?P<sign><=|>=|=<|=>|[<>≤≥~≈]|less than or equal to|less than|fewer than|below|under|up to|more than"
    rf"|greater than|above|over)?\s*(?P<number>(?<![\w])[+\-−]?{NUMBER})",
    re.IGNORECASE,
)
_NO_RANGE = re.compile(
    r"not\s+estab(?:lished)?\b\.?|below (?:low )?reference(?: limit)?\b|above (?:high )?reference(?: limit)?\b",
    re.IGNORECASE,
)
_SKIP = re.compile(r"[\s:=|;,.*!↓↑▼▲→←\-–—_\"'`)\]}+]+")
_GROUP = re.compile(r"\(([^()]{0,80})\)|\[([^\[\]]{0,80})\]")
_WORD = re.compile(r"[^\W\d_][^\s,;:()\[\]|=]*")
_UNIT_LIKE = re.compile(
    r"(?:[x×*]\s*)?10\s*[\^*]*\s*\d+(?:\s*/\s*[A-Za-zµμ]+\d?)?|[A-Za-zµμ%]*\s?/\s?[A-Za-zµμ]+\d?"
    r"|(?:[µμumk]?g|gm|mmol|µmol|umol|nmol|fL|pg|cells?|units?|IU|mL|cm|kg|[KkMG])(?![\w])"
)
_UNIT_TOKENS = re.compile(r"[A-Za-zÀ-ÿµμ]+|[0-9]+|[⁰¹²³⁴-⁹]+|[%‰/^*×·.(){}#°-]|\s+")
_HAS_UNIT_SIGN = re.compile(r"[A-Za-zµμ%‰万/]")


def tidy(text: str) -> str:
    """One space between words, and a point where an old journal prints a raised one (2·1)."""
    return re.sub(r"(?<=[0-9])·(?=[0-9])(?!10\s*[\^*⁰-⁹¹²³])", ".", " ".join(text.split()))


# --- numbers -----------------------------------------------------------------------------------------------------


def decimal_style(text: str) -> str:
    """ "," or "." when every decimal mark of a report that can be told is that one; "" when none or both are seen."""
    commas = re.search(
        r"(?<![0-9.,])(?:[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|0,[0-9]{3}|[0-9]{1,3}\.[0-9]{3},[0-9]+)(?![0-9.,])", text
    )
    points = re.search(
        r"(?<![0-9.,])(?:[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})|0\.[0-9]{3}|[0-9]{1,3},[0-9]{3}\.[0-9]+)(?![0-9.,])", text
    )
    return "," if commas and not points else "." if points and not commas else ""


def number_readings(printed: str, style: str = "", whole: bool = False) -> list[float]:
    """What a printed number may mean, most usual reading first.

    ``7,2`` can only be 7.2 and ``1,234.5`` only 1234.5; ``18,000`` is eighteen thousand (or 18.0 where the report
    writes decimal commas); ``18.000`` is 18.0 or eighteen thousand. No reading: [].

    Args:
        printed: digits with their marks.
        style: what :func:`decimal_style` found in the report.
        whole: the unit counts single cells, which have no thousandths.
    """
    body = re.sub(r"[ \u00a0\u2009\u202f'’]", "", printed.replace("−", "-"))
    sign = -1.0 if body.startswith("-") else 1.0
    body, _, power = body.lstrip("+-").lower().partition("e")
    if len(re.sub(r"[^0-9]", "", body)) > 30 or len(power) > 4:
        return [float("inf")]
    marks = re.findall(r"[.,]", body)
    thousands = re.fullmatch(r"[1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*", body) is not None
    readings = []
    if not marks:
        readings = [body]
    elif len(set(marks)) == 2:
        if marks.count(marks[-1]) == 1 and re.fullmatch(r"[0-9]{1,3}(?:[.,][0-9]{3})+[.,][0-9]+", body):
            readings = [body.replace(marks[0], "").replace(marks[-1], ".")]
    elif len(marks) > 1:
        readings = [body.replace(marks[0], "")] if thousands else []
    elif not thousands:
        readings = [body.replace(",", ".")]
    elif whole or (marks[0] == "," and style != ","):
        readings = [body.replace(marks[0], "")]
    else:
        readings = [body.replace(",", "."), body.replace(marks[0], "")]
    return [sign * float(f"{reading}e{power or 0}") for reading in readings]


def _step(printed: str, amount: float) -> float:
    """The size of the last printed digit."""
    body = re.sub(r"[^0-9.,eE]", "", printed)
    decimals = next((n for n in range(12) if abs(round(amount, n) - amount) < 1e-12 * max(1.0, abs(amount))), 12)
    mark = max(body.rfind("."), body.rfind(","))
    written = len(body) - mark - 1 if mark >= 0 and "e" not in body.lower() else 0
    return 10.0 ** -(written if decimals and written >= decimals else decimals)


# --- one result --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Printed:
    """One number of a report with the unit that belongs to it."""

    number: str
    unit: str = ""
    sign: str = ""

    @property
    def text(self) -> str:
        """As printed."""
        return f"{self.sign}{self.number} {self.unit}".strip()


@dataclass
class Piece:
    """What follows a name, taken apart."""

    numbers: list[Printed] = field(default_factory=list)
    unit_before: str = ""
    ranges: list[str] = field(default_factory=list)
    words: str = ""
    """What stands where a number should."""
    left: list[str] = field(default_factory=list)
    """What was not read."""


def unit_at(text: str, start: int) -> int:
    """Where the unit that begins here ends; ``start`` when none does. The longest spelling wins."""
    ends, place = [], start
    while place < len(text) and len(ends) < 16 and place - start < 32:
        token = _UNIT_TOKENS.match(text, place) or re.compile("万").match(text, place)
        if not token:
            break
        place = token.end()
        if not token[0].isspace():
            ends.append(place)
    for end in reversed(ends):
        candidate = text[start:end]
        if _HAS_UNIT_SIGN.search(candidate) and units.is_unit(candidate) and not text[end : end + 1].isalnum():
            return end
    return start


def take_apart(text: str, spaces: bool = True) -> Piece:
    """Sort what follows a name into numbers with units, flags, ranges and words.

    Args:
        text: the rest of the line up to the next name.
        spaces: whether a plain space may stand between thousands ("18 000").
    """
    piece, place = Piece(), 0
    if not spaces:
        text = _PLAIN_SPACE.sub("  ", text)
    text = text[:2000]
    while place < len(text):
        if skipped := _SKIP.match(text, place):
            minus = text[skipped.end() - 1 : skipped.end()] in ("-", "−")
            follows = text[skipped.end() : skipped.end() + 1].isdigit()
            attached = skipped.start() == 0 and len(skipped[0]) == 1
            place = skipped.end() - 1 if minus and follows and not attached else skipped.end()
            if place == skipped.start():
                found = _COMPARED.match(text, place)
                place = _take_number(piece, text, found) if found else place + 1
            continue
        if group := _GROUP.match(text, place):
            _take_group(piece, (group[1] or group[2] or "").strip())
            place = group.end()
            continue
        if (found := _DATE.match(text, place)) and not text[found.end() : found.end() + 1].isalnum():
            place = found.end()
            continue
        if not piece.numbers and (found := _MONTH.match(text, place)):
            piece.words = piece.words or found[0]
            place = found.end()
            continue
        if (found := _RANGE.match(text, place)) and unit_at(text, place) == place:
            piece.ranges.append(found[0])
            place = found.end()
            continue
        unit_end = unit_at(text, place)
        before_number = not piece.numbers
        if unit_end > place and not (
            before_number and text[place].isdigit() and not re.match(r"10\s*[\^*eE⁰-⁹¹²³]", text[place:])
        ):
            _take_unit(piece, text[place:unit_end])
            place = unit_end
            continue
        if (found := _COMPARED.match(text, place)) and found["number"]:
            ratio = _RATIO.match(text, found.start("number"))
            if ratio and unit_at(text, found.end()) == found.end():
                piece.words = piece.words or ratio[0]
                place = ratio.end()
                continue
            place = _take_number(piece, text, found)
            continue
        if found := _NO_RANGE.match(text, place):
            place = found.end()
            continue
        word = _WORD.match(text, place)
        if word and word[0].lower().strip(".*!") in _FLAGS:
            place = word.end()
            continue
        if (
            piece.numbers
            and not piece.numbers[-1].unit
            and not piece.unit_before
            and (like := _UNIT_LIKE.match(text, place))
        ):
            _take_unit(piece, like[0])
            place = like.end()
            continue
        if not piece.numbers and word and word[0].lower().strip(".") in FILLERS:
            place = word.end()
            continue
        rest = text[place:].strip()
        if piece.numbers or (piece.words and not rest):
            piece.left.append(rest)
        elif rest:
            piece.words = piece.words or rest
        break
    return piece


def _take_number(piece: Piece, text: str, found: re.Match[str]) -> int:
    sign = {
        "less than": "<",
        "fewer than": "<",
        "below": "<",
        "under": "<",
        "up to": "≤",
        "less than or equal to": "≤",
    }.get((found["sign"] or "").lower(), found["sign"] or "")
    sign = {"more than": ">", "greater than": ">", "above": ">", "over": ">"}.get(sign.lower(), sign)
    piece.numbers.append(Printed(found["number"], sign=sign))
    return found.end()


def _take_group(piece: Piece, inside: str) -> None:
    beside = re.fullmatch(r"([0-9][0-9.,]*)\s*([^0-9\s].*)", inside.strip())
    if beside and piece.numbers and units.is_unit(beside[2]) and ("%" in piece.numbers[-1].unit) != ("%" in beside[2]):
        # "3.5 % (107 K/µL)": the share and the count side by side.
        piece.numbers.append(Printed(beside[1], beside[2]))
    elif inside and units.is_unit(inside) and _HAS_UNIT_SIGN.search(inside):
        _take_unit(piece, inside)
    elif re.search(r"[^\W\d_]{3}", inside) and not re.search(r"[0-9]", inside):
        words = [word for word in re.findall(r"[^\W\d_]+", inside.lower()) if word not in FILLERS | _FLAGS]
        if words:
            piece.left.append(inside)


def _take_unit(piece: Piece, unit: str) -> None:
    if not piece.numbers:
        piece.unit_before = piece.unit_before or unit
    elif not piece.numbers[-1].unit:
        piece.numbers[-1] = Printed(piece.numbers[-1].number, unit.strip(), piece.numbers[-1].sign)


@dataclass(frozen=True)
class Result:
    """One result of a report, judged."""

    analyte: str
    value: Value
    step: float = 0.0
    """The size of the last printed digit in the course's unit."""
    either: bool = False
    """It is not told whether this is the count or the percentage of the same name."""


def judge(printed: Printed, name: str, style: str = "", assume: Assume = None, number: float | None = None) -> Result:
    """The value of one printed number: known when its unit and what a living person could have leave one reading.

    Args:
        printed: the number, its sign and its unit. name: the analyte's short name.
        style: the report's decimal mark. assume: the units of a number without one.
        number: the number itself, where it comes from data and not from print.
    """
    unit, _ = units.read_unit(printed.unit, name) if printed.unit else (None, "")
    whole = unit is not None and unit.name.startswith("/") and unit.dimension in ("count", "red_count")
    label, quoted = ANALYTES[name].label, f'{ANALYTES[name].label} "{units.clip(printed.text)}"'
    readings = number_readings(printed.number, style, whole) if number is None else [number]
    if not readings:
        why = f"{quoted} has more points or commas than a number can have. Look at the report again."
        return Result(name, cannot_tell(name, printed.text, printed.unit, why))
    if printed.sign in (">", "≥", ">=", "=>"):
        why = (
            f"{quoted} says only that {label} is more than a number, not what it is. Ask the laboratory for the result."
        )
        return Result(name, cannot_tell(name, printed.text, printed.unit, why))
    below = printed.sign in ("<", "≤", "<=", "=<")
    values = [measure(reading, printed.unit, name, printed.text, below, assume) for reading in readings]
    known = [(reading, value) for reading, value in zip(readings, values, strict=True) if value.known]
    amounts = {value.amount for _, value in known}
    if len(amounts) > 1:
        could = " or ".join(units.plain(reading) for reading, _ in known)
        why = f"{quoted}: its point or comma may stand for decimals or for thousands ({could}); both are possible. Ask."
        return Result(name, cannot_tell(name, printed.text, printed.unit, why))
    if not known:
        return Result(name, values[0])
    reading, value = known[0]
    return Result(name, value, _step(printed.number, reading) * (value.amount / reading if reading else 1.0))


def results(
    piece: Piece, name: Name, style: str = "", assume: Assume = None, column: int | None = None
) -> list[Result]:
    """The results in what follows a name; usually one, two where a percentage and a count stand side by side.

    Args:
        piece: from :func:`take_apart`.
        name: the quantity it is about.
        style: the report's decimal mark.
        assume: the units of a number without one.
        column: which of several numbers is the result, where a table's header tells; None where it does not.
    """
    own = name.analyte
    if not piece.numbers:
        return [Result(own, _no_number(own, piece))]
    numbers = piece.numbers
    first = numbers[0]
    if column is not None and column < len(numbers):
        unit = numbers[column].unit or next((each.unit for each in numbers if each.unit), "")
        first, numbers = Printed(numbers[column].number, unit, numbers[column].sign), []
    elif len(numbers) > 1 and not first.unit:
        shown = ", ".join(each.text for each in numbers[:6])
        why = (
            f"{ANALYTES[own].label}: several numbers are printed ({shown}), and which is the result cannot be told. "
            "Leave only that one."
        )
        return [Result(own, cannot_tell(own, shown, "", why))]
    first = Printed(first.number, first.unit or piece.unit_before, first.sign)
    if name.either and not first.unit:
        return _count_or_share(own, first, style)
    found = [judge(first, _which(name, first.unit), style, assume)]
    unitless = 0
    for each in numbers[1:]:
        if not each.unit:
            unitless += 1
        else:
            # "7.2 g/dL 12.0 16.0 g/dL": the two before the second unit are the ends of an interval.
            if not unitless:
                found.append(judge(each, _which(name, each.unit), style, assume))
            unitless = 0
    return found


def _which(name: Name, unit: str) -> str:
    """The count or the percentage, as the unit tells."""
    twin = SHARE.get(name.analyte) or ABSOLUTE.get(name.analyte)
    if name.either and twin and not units.find_unit(unit, name.analyte) and units.find_unit(unit, twin):
        return twin
    return name.analyte


def _count_or_share(own: str, printed: Printed, style: str) -> list[Result]:
    both = (own, SHARE.get(own) or ABSOLUTE[own])
    share = both[0] if both[0] in ABSOLUTE else both[1]
    readings = number_readings(printed.number, style)
    if not readings or not 0 <= readings[0] < float("inf"):
        return [judge(printed, share, style)]
    could = [phrase for name in (share, ABSOLUTE[share]) for phrase, _ in units.meanings(readings[0], name)][:4]
    options = f" It could be {' or '.join(dict.fromkeys(could))}." if could else ""
    why = f'{ANALYTES[own].label.split(",")[0]} "{printed.text}" has no unit.{options} Look at the report for the unit.'
    return [Result(name, cannot_tell(name, printed.text, "", why), either=True) for name in both]


def _no_number(name: str, piece: Piece) -> Value:
    label = ANALYTES[name].label
    words = units.clip(piece.words or " ".join(piece.left))
    lower = words.lower()
    if lower in ("nan", "na", "n/a", "none", "null", "-nan"):
        why = f'{label}: "{words}" stands for a missing result. Ask the laboratory for it.'
    elif re.match(r"[-+−]?(?:inf|∞)", lower):
        why = f"{label} is printed as infinite, which no amount is. Look at the report again."
    elif _RATIO.fullmatch(words):
        why = f'{label}: "{words}" is two numbers in one, and which is the result cannot be told.'
    elif _MONTH.fullmatch(words):
        why = f'{label}: "{words}" looks like a date; a spreadsheet may have changed it. Look at the original report.'
    elif re.search(r"\b(?:rise|rose|fall|fell|drop|increase|decrease|change)", lower):
        why = f'{label}: "{words}" tells a change, not a result.'
    elif words:
        why = f'{label} is printed as "{words}", not as a number. Ask the laboratory for the result.'
    elif piece.ranges:
        why = f'{label}: only a range is printed ("{units.clip(piece.ranges[0])}"), no result.'
    else:
        why = f"{label} is named, but nothing is printed beside it. Look at the report again."
    return cannot_tell(
        name, words or " ".join(piece.ranges[:1]), piece.unit_before, f"{why} {_also_wrong(name, piece)}".strip()
    )


def _also_wrong(name: str, piece: Piece) -> str:
    """What is wrong with the number in a range or a phrase, where something is."""
    inside = take_apart(re.sub(r"^[^0-9]*", " ", piece.words)) if piece.words else Piece()
    number = inside.numbers[0] if inside.numbers else None
    if piece.ranges and piece.unit_before:
        number = Printed(re.findall(NUMBER, piece.ranges[0])[-1], piece.unit_before)
    return judge(number, name).value.reason if number and number.unit else ""


def read_piece(
    text: str, name: Name, style: str = "", assume: Assume = None, columns: list[str] | None = None
) -> tuple[list[Result], list[str]]:
    """The results in the text after a name, and what was not read of it.

    Args:
        text: the rest of the line up to the next name.
        name: the quantity. style: the report's decimal mark. assume: the units of a number without one.
        columns: the kinds of numbers a table's header announces (``result previous low high``), in order.
    """
    piece = take_apart(text)
    found = results(piece, name, style, assume, _result_column(piece, columns))
    if _PLAIN_SPACE.search(text) and not found[0].value.known:
        split = take_apart(text, spaces=False)
        apart = results(split, name, style, assume, _result_column(split, columns))
        if apart[0].value.known or len(split.numbers) > 2:
            piece, found = split, apart
    return found, [left for left in piece.left if left]


def _result_column(piece: Piece, columns: list[str] | None) -> int | None:
    if not columns or len(columns) < 2 or len(piece.numbers) != len(columns):
        return None
    return columns.index("result")


def read_value(text: str, name: str, assume: Assume = None) -> Value:
    """One value from its printed text.

    Args:
        text: as printed, e.g. ``"7.2 g/dL"``, ``"<0.1 x10^9/L"``, ``"18,000 /µL (L)"``; the name may precede it.
        name: the analyte's short name.
        assume: the units of a number without one, ``"si"`` or ``"conventional"``; None leaves it "cannot tell".

    Returns:
        A :class:`Value`; what cannot be told says why. Never raises for what the text says.

    Raises:
        ValueError: no such analyte, or another ``assume``.
    """
    units.analyte(name)
    check_assume(assume)
    text = tidy(text[:2000])
    if re.search(r"[0-9]{31}", text):
        why = (
            f'{ANALYTES[name].label} "{units.clip(text)}" has far more digits than a result. Look at the report again.'
        )
        return cannot_tell(name, units.clip(text), "", why)
    named = name_of(text)
    own = named and name in (named.analyte, SHARE.get(named.analyte), ABSOLUTE.get(named.analyte))
    rest = text[named.end :] if own else " " + text
    found, _ = read_piece(rest, Name(0, 0, name), decimal_style(text), assume)
    different = {result.value.amount for result in found}
    if len(different) > 1:
        return twice(name, [result.value for result in found])
    return found[0].value


def twice(name: str, values: list[Value]) -> Value:
    """A quantity that is printed twice with different values: cannot tell, both shown."""
    shown = " and ".join(f'"{units.clip(value.printed)}"' for value in values[:2])
    why = (
        f"{ANALYTES[name].label} is printed twice with different values ({shown}), and which is right cannot be told. "
        "Ask the laboratory."
    )
    return cannot_tell(name, " / ".join(value.printed for value in values[:2]), "", why)


def check_assume(assume: Assume) -> None:
    """Refuse another choice than the two.

    Raises:
        ValueError: always for another choice.
    """
    if assume not in (None, "si", "conventional"):
        raise ValueError(
            f"assume should be 'si', 'conventional' or None (a number without a unit cannot be told); it is {assume!r}."
        )
