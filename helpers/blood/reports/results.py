"""What a name and its numbers amount to: the results, judged, with the interval, specimen and time printed beside."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from helpers.blood.core import units
from helpers.blood.core.amount import LONGEST_AMOUNT, Result, also_wrong, judge, no_number, number_readings, several
from helpers.blood.core.pieces import Piece, lex
from helpers.blood.core.units import ANALYTES
from helpers.blood.core.value import Assume, Value, cannot_tell
from helpers.blood.core.words import ABSOLUTE, SHARE, meant, tokens_of
from helpers.blood.reports.assign import claims_of
from helpers.blood.reports.atoms import Claim, Number, is_weak
from helpers.blood.reports.contexts import OF_MARROW
from helpers.blood.reports.dates import latest
from helpers.blood.reports.layout import Line
from helpers.blood.reports.limits import LIMIT


@dataclass(frozen=True)
class Said:
    """What was made of one claim."""

    results: tuple[Result, ...] = ()
    older: tuple[Result, ...] = ()
    """Earlier results, kept as such."""
    why_not: str = ""
    """Why nothing of it is this person's result now: a limit, another specimen, another quantity."""


def results_of(claim: Claim, style: str, assume: Assume, empty: bool = False, mine: bool = False) -> Said:
    """The results of a name.

    Args:
        claim: the name with its numbers. style: the report's decimal mark.
        assume: the units of numbers without one. empty: the table has a column of results, and here it is empty.
        mine: somebody said that this is a result of this person's blood, whatever stands beside it.
    """
    own, label = claim.analyte, ANALYTES[claim.analyte].label
    here = [n for n in claim.numbers if not elsewhere(n.specimen, own)]
    if here and not mine:
        claim.numbers = here  # "Hb 7.2 g/dL (donor 14 g/dL)"
    section = claim.specimen if elsewhere(claim.specimen, own) else ""
    specimen = next((n.specimen for n in claim.numbers if elsewhere(n.specimen, own)), section)
    if specimen not in ("", "blood") and not mine:
        return Said(why_not=f"{label}: this is of {specimen}, not of this person's blood.")
    if claim.reason:
        return Said((Result(own, _unknown(claim, claim.reason)),))
    numbers = [n for n in claim.numbers if mine or not (n.condition or _is_legend(n, claim))]
    if claim.numbers and not numbers:
        return Said(why_not=f"{label}: this is {next((n.condition for n in claim.numbers if n.condition), LIMIT)}.")
    if any(n.foreign for n in numbers[:1]) and not units.find_unit(numbers[0].printed.unit, own):
        return Said(why_not=f'{label}: "{numbers[0].printed.text}" is not an amount of it.')
    if _is_something_else(own, numbers):
        return Said(why_not=f'{label}: "{numbers[0].printed.text}" is in a unit of another test.')
    for number in (n for n in numbers if n.column == "result" and not n.printed.unit):
        number.printed.unit = next((n.printed.unit for n in numbers if n.printed.unit), "")
    _date(numbers)
    current = [n for n in numbers if mine or not (n.older or claim.older)]
    older = [n for n in numbers if not mine and (n.older or claim.older)]
    if empty or claim.gap:
        why = f"{label}: the column of results is empty. An earlier result or a limit beside it is not taken."
        return Said((Result(own, _unknown(claim, why)),), _older(claim, older, style, assume))
    if not current and not older:
        return _without_number(claim)
    if is_weak(claim.name) and not _fits(claim, (current or older)[0]):
        return Said(why_not=f'{label}: "{claim.name.text}" has a second meaning, and no unit of it is printed.')
    return Said(tuple(_judged(claim, current, style, assume)), _older(claim, older, style, assume))


def _date(numbers: list[Number]) -> None:
    """ "Hb g/dL: 9.6 (1 Mar), 7.2 (14 Mar)": of numbers that all have a date, the latest is of now."""
    if len(numbers) < 2 or not all(number.time for number in numbers):
        return
    now = latest([number.time for number in numbers])
    for place, number in enumerate(numbers):
        number.older |= now is not None and place != now


def elsewhere(specimen: str, analyte: str) -> bool:
    """Whether a result of this quantity is of another specimen; marrow has no hemoglobin or platelet count."""
    return specimen not in ("", "blood") and (specimen != "marrow" or analyte in OF_MARROW)


def _older(claim: Claim, older: list[Number], style: str, assume: Assume) -> tuple[Result, ...]:
    return tuple(_judged(claim, older, style, assume)) if older else ()


def _unknown(claim: Claim, why: str) -> Value:
    last = claim.numbers[-1].printed.end if claim.numbers else claim.name.end
    return replace(
        cannot_tell(claim.said or claim.name.text, "", why), span=(claim.name.start, max(claim.name.end, last))
    )


def _is_legend(number: Number, claim: Claim) -> bool:
    """Whether a limit is being explained ("<0.5 x10^9/L = severe")."""
    if not number.printed.sign:
        return False
    after = [piece for piece in claim.rest if piece.start >= number.printed.end]
    return bool(after) and after[0].text in ("=", ":")


def _is_something_else(own: str, numbers: list[Number]) -> bool:
    """Folate or glucose in a unit of another test (serum folate, a urine strip)."""
    other = ANALYTES[own].line == "other" and own != "nrbc" and bool(numbers)
    return other and bool(numbers[0].printed.unit) and not units.find_unit(numbers[0].printed.unit, own)


def _fits(claim: Claim, number: Number) -> bool:
    unit = number.printed.unit or claim.unit_before
    return bool(unit) and units.find_unit(unit, which(claim, unit)) is not None


def which(claim: Claim, unit: str) -> str:
    """The count or the percentage of the same name, as the unit tells."""
    own = claim.analyte
    twin = SHARE.get(own) or ABSOLUTE.get(own)
    either = claim.name.either and twin and not units.find_unit(unit, own)
    return twin if either and twin and units.find_unit(unit, twin) else own


def _without_number(claim: Claim) -> Said:
    own, printed = claim.analyte, claim.said
    if (ANALYTES[own].line == "other" and own != "nrbc") or is_weak(claim.name):
        return Said(why_not=f'{ANALYTES[own].label}: no number is printed beside "{claim.name.text}".')
    why = no_number(own, claim.rest, claim.unit_before, printed)
    value = replace(cannot_tell(units.clip(printed), claim.unit_before, why), span=(claim.name.start, claim.name.end))
    return Said((Result(own, value),))


def _judged(claim: Claim, numbers: list[Number], style: str, assume: Assume) -> list[Result]:
    """The results of the numbers that are no limits; usually one, two where a percentage and a count stand together."""
    numbers = [n for n in numbers if not n.change] or numbers
    if not numbers:
        return []
    numbers, limits = _apart(numbers)
    if not numbers:
        return []
    first = numbers[0]
    results = [n for n in numbers if n.column == "result"]
    if len(results) > 1 or (len(numbers) > 1 and not first.printed.unit and not results):
        return [Result(claim.analyte, several(claim.analyte, [n.printed for n in numbers]))]
    if not first.printed.unit:
        first.printed.unit = claim.unit_before
    if first.change:
        return [_change(claim, first)]
    if why := _word_for_unit(claim, first):
        return [Result(claim.analyte, replace(cannot_tell(first.printed.text, "", why), span=_span(first)))]
    if claim.name.either and not first.printed.unit:
        return _count_or_share(claim.analyte, first, style)
    found = [_one(claim, number, limits if place == 0 else [], style, assume) for place, number in enumerate(numbers)]
    return found


def _apart(numbers: list[Number]) -> tuple[list[Number], list[Number]]:
    """Results, and the ends of an interval printed without a dash: "7.2 g/dL 12.0 16.0 g/dL", "0.05 <0.2 K/uL"."""
    results = [n for n in numbers if n.column == "result"]
    if results:
        return results, [n for n in numbers if n.column in ("low", "high", "range")]
    numbers = [n for n in numbers if n.column not in ("low", "high", "range")]
    first, rest, limits = numbers[:1], numbers[1:], []
    if _falls(numbers):
        return numbers, []
    kept, bare = first, 0
    for number in rest:
        if number.printed.sign and not first[0].printed.sign:
            limits.append(number)
            first[0].printed.unit = first[0].printed.unit or number.printed.unit
        elif not first[0].printed.unit:
            kept = [*kept, number]
        elif not number.printed.unit:
            bare += 1
            limits.append(number)
        else:
            ends = bare and number.where - limits[-1].where <= 2 and _rises(limits[-1], number)
            kept, limits = (kept, [*limits, number]) if ends else ([*kept, number], limits)
            bare = 0
    return kept, limits


def _rises(low: Number, high: Number) -> bool:
    """Whether two numbers may be the ends of an interval: "7.2 g/dL 12.0 16.0 g/dL", and no year before a result."""
    ends = [number_readings(each.printed.number)[:1] for each in (low, high)]
    return all(ends) and ends[0] <= ends[1]


def _falls(numbers: list[Number]) -> bool:
    """Whether "60 > 41 > 18" or "40 > 18 K/uL" is a course and no limit (">12.0"): each is larger than the next."""
    later = [each for each in numbers[1:] if each.printed.sign == ">" and each.piece.start > numbers[0].piece.end]
    course = [*numbers[:1], *later]
    told = [number_readings(each.printed.number)[:1] for each in course]
    falling = len(told) > 1 and all(told) and all(one > other for one, other in pairwise(told))
    apart = len(later) > 1 or all(re.match(r">\s", each.piece.text) for each in later)
    return falling and apart and not any(each.printed.unit for each in course[:-1])


def _span(number: Number) -> tuple[int, int]:
    return number.printed.start, number.printed.end


def _one(claim: Claim, number: Number, limits: list[Number], style: str, assume: Assume) -> Result:
    name = which(claim, number.printed.unit)
    result = judge(number.printed, name, style, assume)
    low, high = _interval(claim, number, limits, name, style)
    if (
        result.value.known
        and result.value.below
        and ANALYTES[name].line == "red"
        and name not in ("retic", "retic_pct")
    ):
        result = replace(result, value=_limit(result.value, name))
    value = replace(result.value, span=_span(number), specimen="blood", time=number.time, own_low=low, own_high=high)
    return replace(result, value=value)


def _limit(value: Value, name: str) -> Value:
    """A number after "<" where no analyzer prints one: red cells never vanish, so it is a limit somebody wrote."""
    why = (
        f'{ANALYTES[name].label} "{value.printed}" reads like a limit, not a result: analyzers print "<" only for what '
        "can vanish. Ask for the number itself."
    )
    return cannot_tell(value.printed, value.unit, why)


def _interval(
    claim: Claim, number: Number, limits: list[Number], name: str, style: str
) -> tuple[float | None, float | None]:
    """The interval printed beside a result, in the course's unit; None at an open end."""
    text = number.interval or claim.interval
    unit = number.printed.unit
    ends = (
        [piece for piece in lex(re.sub(r"\s*(?:[-–—−~]|\bto\b|\ba\b)\s*", " ; ", text)) if piece.kind == "number"]
        if text
        else []
    )
    bounds = [replace_unit(piece.text, unit, name, style) for piece in ends]
    if len(bounds) == 2 and None not in bounds and bounds[0] <= bounds[1]:
        return bounds[0], bounds[1]
    if len(limits) == 2 and not any(each.printed.sign for each in limits):
        low, high = (replace_unit(each.printed.number, unit, name, style) for each in limits)
        return (low, high) if low is not None and high is not None and low <= high else (None, None)
    signed = {
        each.printed.sign: replace_unit(each.printed.number, unit, name, style) for each in limits if each.printed.sign
    }
    return signed.get(">", signed.get("≥")), signed.get("<", signed.get("≤"))


def replace_unit(number: str, unit: str, name: str, style: str) -> float | None:
    """The end of an interval in the course's unit."""
    readings = number_readings(re.sub(r"[^0-9.,]", "", number), style)
    known = units.find_unit(unit, name) if unit else units.course_unit(name)
    return units.rounded(readings[0] * known.factor) if readings and known else None


def _change(claim: Claim, number: Number) -> Result:
    label = ANALYTES[claim.analyte].label
    said = next((piece.text for piece in claim.rest if piece.kind == "change"), "")
    printed = f"{said} {number.printed.text}".strip()
    why = f'{label}: "{printed}" tells a change, not a result. '
    why += also_wrong(claim.analyte, number.printed.text, number.printed.unit)
    return Result(claim.analyte, replace(cannot_tell(printed, "", why.strip()), span=_span(number)))


def _word_for_unit(claim: Claim, number: Number) -> str:
    """Why a number followed at once by a word that is no unit says nothing: "MCH 25 boxes"."""
    if number.printed.unit or number.column:
        return ""
    after = next((piece for piece in claim.rest if piece.start >= number.printed.end), None)
    if after is None or after.start - number.printed.end > 1:
        return ""
    if after.kind != "word" and tokens_of(after.text) not in meant("lead", "a dose"):
        return ""
    label = ANALYTES[claim.analyte].label
    return f'{label} "{number.printed.text} {after.text}" has no unit: "{after.text}" is none. Look at the report.'


def _count_or_share(own: str, number: Number, style: str) -> list[Result]:
    both = (own, SHARE.get(own) or ABSOLUTE[own])
    share = both[0] if both[0] in ABSOLUTE else both[1]
    readings = number_readings(number.printed.number, style)
    if not readings or not 0 <= readings[0] < float("inf") or number.printed.broken:
        result = judge(number.printed, share, style)
        return [replace(result, value=replace(result.value, span=_span(number)))]
    told = [
        (name, phrase, amount)
        for name in (share, ABSOLUTE[share])
        for phrase, amount in units.meanings(readings[0], name)
    ][:4]
    options = f" It could be {' or '.join(dict.fromkeys(phrase for _, phrase, _ in told))}." if told else ""
    label = ANALYTES[own].label.split(",")[0]
    why = f'{label} "{number.printed.text}" has no unit.{options} Look at the report for the unit.'
    return [
        Result(
            name,
            replace(
                cannot_tell(number.printed.text, "", why, tuple((p, a) for n, p, a in told if n == name)),
                span=_span(number),
            ),
            either=True,
        )
        for name in both
    ]


def rest_said(text: str, pieces: list[Piece], name: Piece) -> str:
    """What is printed after a name up to the next, without what leads to it."""
    if not pieces:
        return ""
    end = next((piece.start for piece in pieces if piece.meaning == "stop" or piece.text == "\n"), pieces[-1].end)
    return text[name.end : end].strip(" :=|-()[]*,\t")


# --- a cell: a name and its amount apart -------------------------------------------------------------------------


@dataclass(frozen=True)
class Named:
    """The quantity a cell names."""

    analyte: str
    """Its short name; "" for something the course does not read."""
    either: bool = False
    unit: str = ""
    other_cell: bool = False
    """A kind of white cell that the course does not keep."""
    specimen: str = ""


_BESIDE_A_NAME = ("name", "filler", "unit", "sep", "punct", "open", "close", "flag", "specimen", "foreign")


def name_of(text: str) -> Named | None:
    """The one quantity that a cell names as a whole; None when it names none, an empty name when it is another one."""
    pieces = lex(text[:300].strip(" -*.\"'"))
    names = [piece for piece in pieces if piece.kind in ("name", "other", "cell")]
    if not names:
        return None
    first = names[0]
    specimen = next((piece.meaning for piece in pieces if piece.kind == "specimen" and piece.meaning != "blood"), "")
    if first.kind == "cell":
        return Named("", other_cell=True)
    strange = [
        p for p in pieces if p.kind not in _BESIDE_A_NAME and not (p.kind == "number" and p.text.strip(" x") == "1000")
    ]
    same_name = all(piece.kind == "name" and piece.meaning == first.meaning for piece in names)
    if strange or not same_name:
        return Named("")
    either = all(piece.either for piece in names)
    unit = next((piece.text for piece in pieces if piece.kind in ("unit", "foreign")), "")
    if not unit and (inside := re.search(r"[(\[,]\s*([^()\[\],]*[/%][^()\[\],]*?)\s*[)\]]?$", text)):
        unit = "" if name_like(inside[1]) else inside[1]
    percent = "%" if first.text.endswith("%") and not unit else ""
    return Named(first.meaning, either, (unit or percent).strip(), specimen=specimen)


def name_like(text: str) -> bool:
    """Whether a bracket of a name holds words of a LOINC name and no unit ("[#/volume]")."""
    return bool(re.search(r"volume|entitic|fraction|ratio", text, re.IGNORECASE))


@lru_cache(maxsize=4096)
def read_cell(named: Named, printed: str, style: str = "", assume: Assume = None) -> Said:
    """The results of a cell that holds the amount of a named quantity."""
    start = Piece("name", 0, 0, named.analyte, named.analyte, named.either)
    claim = claims_of([Line(0, printed, [start, *lex(printed[:LONGEST_AMOUNT])])])[0]
    claim.said = units.clip(printed.strip())
    if claim.numbers and claim.apart:
        claim.numbers = []
    for number in claim.numbers:
        number.specimen = ""
    return results_of(claim, style, assume)


def printed_with(value: str, unit: str) -> str:
    """A value with its unit, where the value does not print it."""
    if not unit or not re.search("[0-9]", value) or value.endswith(unit):
        return value
    own = [piece for piece in lex(value) if piece.kind in ("unit", "foreign")]
    return value if own else f"{value} {unit}"
