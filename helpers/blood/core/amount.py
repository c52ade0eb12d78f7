"""One printed amount: what its digits may mean, and the value it is where only one reading is left.

>>> read_value("18,000 /µL (L)", "plt").amount
18.0
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from helpers.blood.core import units
from helpers.blood.core.pieces import Piece, lex
from helpers.blood.core.units import ANALYTES
from helpers.blood.core.value import Assume, Value, cannot_tell, check_assume, measure
from helpers.blood.core.words import ABSOLUTE, SHARE, fold

_COMMAS = re.compile(
    r"(?<![0-9.,])(?:[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|0,[0-9]{3}|[0-9]{1,3}\.[0-9]{3},[0-9]+)(?![0-9.,])"
)
_POINTS = re.compile(
    r"(?<![0-9.,])(?:[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})|0\.[0-9]{3}|[0-9]{1,3},[0-9]{3}\.[0-9]+)(?![0-9.,])"
)
_SPACES = re.compile(r"[\s\u00a0\u2009\u202f'’]")
LONGEST_AMOUNT = 2000


def decimal_style(text: str) -> str:
    """ "," or "." when every decimal mark of a report that can be told is that one; "" when none or both are seen."""
    commas, points = _COMMAS.search(text), _POINTS.search(text)
    return "," if commas and not points else "." if points and not commas else ""


def number_readings(printed: str, style: str = "", whole: bool = False) -> list[float]:
    """What a printed number may mean, most usual reading first.

    ``7,2`` can only be 7.2 and ``1,234.5`` only 1234.5; ``18,000`` is eighteen thousand (or 18.0 where the report
    writes decimal commas); ``18.000`` is 18.0 or eighteen thousand; ``1,50,000`` is Indian.
    No reading: [].

    Args:
        printed: digits with their marks.
        style: what :func:`decimal_style` found in the report.
        whole: the unit counts single cells, which have no thousandths.
    """
    body = _SPACES.sub("", fold(printed)).replace("−", "-").replace("·", ".")
    sign = -1.0 if body.startswith("-") else 1.0
    if not re.fullmatch(r"[+-]?[0-9.,]*[0-9](?:e[+-]?[0-9]+)?", body):
        return []
    body, _, power = body.lstrip("+-").lower().partition("e")
    if len(re.sub(r"[^0-9]", "", body)) > 30 or len(power) > 4:
        return [float("inf")]
    return [sign * float(f"{reading}e{power or 0}") for reading in _marks_read(body, style, whole)]


def _marks_read(body: str, style: str, whole: bool) -> list[str]:
    marks = re.findall(r"[.,]", body)
    thousands = re.fullmatch(r"[1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*", body) is not None
    if not marks:
        return [body]
    if re.fullmatch(r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}", body):  # lakh and crore
        return [body.replace(",", "")]
    if len(set(marks)) == 2:
        apart = marks.count(marks[-1]) == 1 and re.fullmatch(r"[0-9]{1,3}(?:[.,][0-9]{3})+[.,][0-9]+", body)
        return [body.replace(marks[0], "").replace(marks[-1], ".")] if apart else []
    if len(marks) > 1:
        return [body.replace(marks[0], "")] if thousands else []
    if not thousands:
        return [body.replace(",", ".")]
    if whole or (marks[0] == "," and style != ","):
        return [body.replace(marks[0], "")]
    return [body.replace(",", "."), body.replace(marks[0], "")]


def step_of(printed: str, amount: float) -> float:
    """The size of the last printed digit."""
    body = re.sub(r"[^0-9.,eE]", "", printed)
    decimals = next((n for n in range(12) if abs(round(amount, n) - amount) < 1e-12 * max(1.0, abs(amount))), 12)
    mark = max(body.rfind("."), body.rfind(","))
    written = len(body) - mark - 1 if mark >= 0 and "e" not in body.lower() else 0
    return 10.0 ** -(written if decimals and written >= decimals else decimals)


@dataclass
class Printed:
    """One number of a report with what belongs to it."""

    number: str
    unit: str = ""
    sign: str = ""
    start: int = 0
    end: int = 0
    broken: bool = False

    @property
    def text(self) -> str:
        """As printed."""
        return f"{self.sign}{self.number} {self.unit}".strip()


@dataclass(frozen=True)
class Result:
    """One result of a report, judged."""

    analyte: str
    value: Value
    step: float = 0.0
    """The size of the last printed digit in the course's unit."""
    either: bool = False
    """It is not told whether this is the count or the percentage of the same name."""


def printed_of(piece: Piece) -> Printed:
    """The number of a piece."""
    body = re.sub(r"^[^0-9.,+\-−]*", "", fold(piece.text))
    return Printed(body, "", piece.meaning, piece.start, piece.end, piece.broken)


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
    if number is None and (why := _unreadable(printed, quoted)):
        return Result(name, cannot_tell(printed.text, printed.unit, why))
    if number is None and " " in printed.number and (why := _two_numbers(printed, name, style, whole)):
        return Result(name, cannot_tell(printed.text, printed.unit, f"{quoted}: {why}"))
    readings = number_readings(printed.number, style, whole) if number is None else [number]
    if not readings:
        why = f"{quoted} has more points or commas than a number can have. Look at the report again."
        return Result(name, cannot_tell(printed.text, printed.unit, why))
    if printed.sign in (">", "≥", ">=", "=>"):
        why = (
            f"{quoted} says only that {label} is more than a number, not what it is. Ask the laboratory for the result."
        )
        return Result(name, cannot_tell(printed.text, printed.unit, why))
    below = printed.sign in ("<", "≤", "<=", "=<")
    values = [measure(reading, printed.unit, name, printed.text, below, assume) for reading in readings]
    known = [(reading, value) for reading, value in zip(readings, values, strict=True) if value.known]
    if unit is not None and unit.name.endswith("/mL") and len(known) < len(values):
        known = []  # a doubtful unit is no reason to prefer one reading
    if len({value.amount for _, value in known}) > 1:
        could = " or ".join(units.plain(reading) for reading, _ in known)
        choices = tuple((f"{units.plain(reading)} {printed.unit}".strip(), value.amount) for reading, value in known)
        why = f"{quoted}: its point or comma may stand for decimals or for thousands ({could}); both are possible. Ask."
        return Result(name, cannot_tell(printed.text, printed.unit, why, choices))
    reading, value = known[0] if known else (0.0, values[0])
    step = step_of(printed.number, reading) * (value.amount / reading if reading else 1.0) if known else 0.0
    return Result(name, value, step)


def _unreadable(printed: Printed, quoted: str) -> str:
    if printed.broken:
        return f"{quoted}: letters run into the number, so it may be misread. Look at the report again."
    if re.search(r"[0-9]{31}", printed.number):
        return f"{quoted} has far more digits than a result. Look at the report again."
    return ""


def _two_numbers(printed: Printed, name: str, style: str, whole: bool) -> str:
    """Why digits with a plain space between may be two numbers; "" when only the joined number is possible."""
    groups = printed.number.split(" ")
    parts = [part for part in groups if not (len(part) > 1 and part.startswith("0") and "." not in part)]
    if len(parts) < len(groups):
        return ""  # "18 000", "2 050": the second is no number by itself
    cells = 2 if name in ("wbc", "plt") else 1  # a few dozen cells per µL is no usual count
    small = (whole and len(groups) > 1 and len(groups[0]) <= cells) or len(groups) > 2
    alone = [replace(printed, number=part) for part in (groups[:1] if whole else parts)]
    joined = judge(replace(printed, number="".join(groups)), name, style).value.known
    apart = any(judge(replace(printed, number=part), name, style).value.known for part in parts)
    if not joined and (apart or len(groups) > 2):
        shown = ", ".join(groups)
        return f"several numbers are printed ({shown}), and which is the result cannot be told. Leave only that one."
    if small or not any(judge(each, name, style).value.known for each in alone):
        return ""
    return "this may be one number with a space between thousands, or two numbers side by side; both are possible."


# --- a text that is one amount -----------------------------------------------------------------------------------


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
    text = " ".join(text[:LONGEST_AMOUNT].split(" "))
    pieces = lex(text)
    own = (name, SHARE.get(name), ABSOLUTE.get(name))
    while pieces and (pieces[0].kind in ("sep", "open", "filler") or pieces[0].meaning in own):
        pieces.pop(0)
    numbers, unit_before, strays = amounts_in(pieces)
    if not numbers:
        return cannot_tell(units.clip(text), unit_before, no_number(name, pieces, unit_before, text))
    if not numbers[0].unit:
        numbers[0].unit = unit_before
    if len(numbers) > 1 and not numbers[0].unit:
        return several(name, numbers)
    found = [judge(numbers[0], name, decimal_style(text), assume)]
    found += [
        judge(each, name, decimal_style(text), assume)
        for each in numbers[1:]
        if units.find_unit(each.unit or "?", name)
    ]
    if strays and not found[0].value.unit:
        why = f'{ANALYTES[name].label} is printed as "{units.clip(text)}", not as a number with its unit.'
        return cannot_tell(units.clip(text), "", why)
    if len(found) > 1 and not same(found):
        return twice(name, [result.value for result in found])
    return replace(found[0].value, span=(numbers[0].start, numbers[0].end))


def amounts_in(pieces: list[Piece]) -> tuple[list[Printed], str, list[Piece]]:
    """The numbers of some pieces with their units, a unit before the first, and words that say something else."""
    numbers: list[Printed] = []
    unit_before, strays, pair = "", [], 0
    for piece in pieces:
        if piece.kind == "number":
            numbers.append(printed_of(piece))
        elif piece.kind in ("unit", "foreign") and numbers and not numbers[-1].unit:
            last = len(numbers) - 1
            if last >= 2 and numbers[0].unit and not numbers[last - 1].unit:
                del numbers[last - 1 :]  # "7.2 g/dL 12.0 16.0 g/dL": the ends of an interval
            elif pair == last:
                numbers[-1].unit = piece.text.strip()
                numbers[-1].end = max(numbers[-1].end, piece.end) if pair == last else numbers[-1].end
            pair = len(numbers)
        elif piece.kind == "unit" and not numbers:
            unit_before = unit_before or piece.text.strip()
        elif piece.kind in ("word", "qualifier", "condition", "change") and not numbers:
            strays.append(piece)
        if piece.kind == "number" and (len(numbers) == 1 or numbers[-2].unit):
            pair = len(numbers) - 1
    return numbers, unit_before, strays


def same(found: list[Result]) -> bool:
    """Whether known results are one amount within their printed digits."""
    first, *others = [each for each in found if each.value.known] or [None]
    for each in others:
        steps = (first.step, each.step)
        margin = max(steps) if first.value.unit == each.value.unit else sum(steps)
        if (
            first.value.below != each.value.below
            or abs(first.value.amount - each.value.amount) > 0.5001 * margin + 1e-9
        ):
            return False
    return True


def twice(name: str, values: list[Value]) -> Value:
    """A quantity that is printed twice with different values: cannot tell, both shown."""
    shown = " and ".join(f'"{units.clip(value.printed)}"' for value in values[:2])
    why = (
        f"{ANALYTES[name].label} is printed twice with different values ({shown}), and which is right cannot be told. "
        "Ask the laboratory."
    )
    choices = tuple((value.printed, value.amount) for value in values if value.known)
    return replace(
        cannot_tell(" / ".join(value.printed for value in values[:2]), "", why, choices), span=values[-1].span
    )


def several(name: str, numbers: list[Printed]) -> Value:
    """Several numbers, none of them marked as the result."""
    shown = ", ".join(each.text for each in numbers[:6])
    why = (
        f"{ANALYTES[name].label}: several numbers are printed ({shown}), and which is the result cannot be told. "
        "Leave only that one."
    )
    return replace(cannot_tell(shown, "", why), span=(numbers[0].start, numbers[-1].end))


def no_number(name: str, pieces: list[Piece], unit: str, said: str) -> str:
    """Why no number was found in what follows a name."""
    label, kinds = ANALYTES[name].label, {piece.kind: piece for piece in pieces}
    said = units.clip(said.strip(" :=|-()[]*"))
    low = fold(said)
    if low in ("nan", "na", "n/a", "none", "null", "-nan"):
        why = f'{label}: "{said}" stands for a missing result. Ask the laboratory for it.'
    elif re.match(r"[-+−]?(?:inf|∞)", low):
        why = f"{label} is printed as infinite, which no amount is. Look at the report again."
    elif "ratio" in kinds:
        why = f'{label}: "{kinds["ratio"].text}" is two numbers in one, and which is the result cannot be told.'
    elif "month" in kinds:
        why = f'{label}: "{kinds["month"].text}" looks like a date; a spreadsheet may have changed it.'
        why += " Look at the original report."
    elif "change" in kinds:
        why = f'{label}: "{said}" tells a change, not a result.'
    elif {"range", "number"} <= set(kinds):
        why = f'{label}: other words are printed between the name and "{kinds["number"].text}", '
        why += "so whether this is the result cannot be told."
    elif "range" in kinds:
        why = f'{label}: only a range is printed ("{kinds["range"].text}"), no result. '
        why += also_wrong(name, kinds["range"].text, unit)
    elif re.search(r"\w", said):
        why = f'{label} is printed as "{said}", not as a number. Ask the laboratory for the result.'
    else:
        why = f"{label} is named, but nothing is printed beside it. Look at the report again."
    return why.strip()


def also_wrong(name: str, text: str, unit: str) -> str:
    """What is wrong with the last number of a range or a phrase in this unit, where something is."""
    numbers = [piece for piece in lex(re.sub(r"[-–—−]", " ", text)) if piece.kind == "number"]
    if not numbers or not unit:
        return ""
    return judge(replace(printed_of(numbers[-1]), unit=unit), name).value.reason
