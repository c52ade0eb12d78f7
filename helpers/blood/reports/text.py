"""A pasted report: layout, pieces, who says what, one count; and what was made of every stretch of it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace

from helpers.blood.core import units
from helpers.blood.core.amount import Result, decimal_style, judge
from helpers.blood.core.count import BloodCount
from helpers.blood.core.pieces import Piece
from helpers.blood.core.units import ANALYTES
from helpers.blood.core.value import Assume, check_assume
from helpers.blood.reports.assign import claims_of
from helpers.blood.reports.atoms import Claim
from helpers.blood.reports.draft import Draft
from helpers.blood.reports.hl7 import is_hl7, read_hl7
from helpers.blood.reports.layout import LONGEST_LINE, Line, blocks, lines_of, normal, tabbed, unmarked
from helpers.blood.reports.person import read_person
from helpers.blood.reports.results import rest_said, results_of

NEWBORN = "a newborn or a fetus"
_OLDER = "It is an earlier result."
_UNEVEN = "{}: one of several columns of numbers is empty here, and no heading tells which one holds the results."
_PUSHED = (
    "{}: there are not as many numbers here as columns of numbers, and which is the result cannot be told. "
    "Write -- in an empty place."
)
LONGEST_TEXT = 100_000
"""Characters of a pasted report that are read."""


@dataclass(frozen=True)
class Mark:
    """What was made of one stretch of a report."""

    start: int
    end: int
    kind: str
    """read, declined, person; older for an earlier result until it is known whether there is one of now."""
    analyte: str = ""
    reason: str = ""
    name_at: int = -1
    """Where the name begins, if it can be said that the result is this person's after all."""


@dataclass(frozen=True)
class Reading:
    """A report as it was read."""

    text: str
    """With composed accents: what the marks refer to."""
    count: BloodCount
    marks: tuple[Mark, ...]
    """In order, none over another; what lies between was not read."""


def read_report(text: str, assume: Assume = None, label: str = "") -> BloodCount:
    """A count from a pasted laboratory report, in whatever lines and spellings it comes.

    Args:
        text: e.g. ``"WBC 2.1 K/uL, Hgb 7.2 g/dL, PLT 18 x10^3/mm3, Neut 38 %"``; tables with columns or tabs too.
        assume: the units of numbers without one: ``"si"``, ``"conventional"``, or None: they cannot be told.
        label: a name for the count.

    Returns:
        The count; ``why(name)`` says what could not be told, ``notes`` what was not read, and each value's ``span``
        where it stands. Never raises for what a text says.

    Raises:
        TypeError: ``text`` is not text. ValueError: another ``assume``.
    """
    return annotate(text, assume, label).count


def annotate(text: str, assume: Assume = None, label: str = "", mine: frozenset[int] = frozenset()) -> Reading:
    """The count of a pasted report with what was made of every stretch of the text.

    Takes what :func:`read_report` takes, and in ``mine`` where those names begin whose results somebody said are this
    person's, though they stand beside another specimen or a limit.
    """
    if not isinstance(text, str):
        raise TypeError(f"A pasted report should be text; this is {type(text).__name__}. For a file: read_csv(path).")
    check_assume(assume)
    text, draft = normal(text), Draft()
    if len(text) > LONGEST_TEXT:
        draft.note(
            f"The text is too long for a report: only its first {units.plain(LONGEST_TEXT)} characters were read."
        )
    if is_hl7(text):
        return _of_hl7(text, draft)
    if any(len(line) > LONGEST_LINE for line in text[:LONGEST_TEXT].splitlines()):
        draft.note(f"A line is too long for a report: only its first {units.plain(LONGEST_LINE)} characters were read.")
    style = decimal_style(text[:LONGEST_TEXT])
    marks: list[Mark] = []
    cells = tabbed(unmarked(text[:LONGEST_TEXT]))
    lines = lines_of(cells)
    _newborn_patient(lines)
    for block in blocks(lines):
        _read_block(draft, block, style, assume, cells, marks, mine)
    if not draft.results:
        draft.note("No value of a blood count was found. A line should give a name, a number and a unit: Hb 7.2 g/dL.")
    count = draft.finish(label)
    return Reading(text, count, _settled(count, marks))


def _newborn_patient(lines: list[Line]) -> None:
    """Where the report states an age below one year, a newborn is this person."""
    told = [line for line in lines if line.has("specimen") and any(p.meaning == NEWBORN for p in line.pieces)]
    if not told:
        return
    draft = Draft()
    for line in lines:
        read_person(draft, line.text, alone=False)
    if draft.about.get("age_y", 1) >= 1:
        return
    for line in lines:
        line.specimen = "" if line.specimen == NEWBORN else line.specimen
        for piece in line.pieces:
            if piece.meaning == NEWBORN:
                piece.kind, piece.meaning = "filler", ""


def _of_hl7(text: str, draft: Draft) -> Reading:
    """A pasted HL7 version 2 message, where it holds one count."""
    counts = read_hl7(text)
    if len(counts) > 1:
        draft.note(f"This message holds {len(counts)} counts. helpers.read_hl7() gives them all, as a list.")
    return Reading(text, counts[0] if len(counts) == 1 else draft.finish(), ())


def _settled(count: BloodCount, marks: list[Mark]) -> tuple[Mark, ...]:
    """The marks with what became of each value in the end, in order and apart."""
    found: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.start, mark.end)):
        value = count.values.get(mark.analyte)
        if mark.kind == "older" and value is not None and value.span == (mark.start, mark.end):
            mark = replace(mark, kind="read")
        if mark.kind == "read" and value is not None and not value.known:
            mark = replace(mark, kind="declined", reason=value.reason)
        elif mark.kind == "older":
            mark = Mark(mark.start, mark.end, "declined", reason=_OLDER)
        if not found or mark.start >= found[-1].end:
            found.append(mark)
    return tuple(found)


def _read_block(
    draft: Draft, block: list[Line], style: str, assume: Assume, text: str, marks: list[Mark], mine: frozenset[int]
) -> None:
    persons = [_person_first(draft, line) for line in block]
    claims = claims_of(block)
    used: list[tuple[int, int]] = []
    for claim in claims:
        if claim.analyte:
            used += _read_claim(draft, claim, block, style, assume, text, marks, mine)
        elif claim.name.kind == "cell":
            _keep_other(draft, claim, style)
    for line, told, results in zip(block, persons, _by_line(block, used), strict=True):
        inside = [*results, *told]
        if not line.pieces and not told:
            continue
        alone = not _is_table(line, bool(results))
        spans = [
            (line.start + a, line.start + b) for a, b in read_person(draft, _blank(line, inside), alone, bool(told))
        ]
        marks += [Mark(start, end, "person") for start, end in [*told, *spans]]
        _note_rest(draft, line, [*inside, *spans])


def _person_first(draft: Draft, line: Line) -> list[tuple[int, int]]:
    """Where labels and sentences tell of the person; their numbers are no results."""
    spans = [(line.start + start, line.start + end) for start, end in read_person(draft, line.text, alone=False)]
    if spans and line.pieces:
        kept = [not any(start <= piece.start < end for start, end in spans) for piece in line.pieces]
        line.columns = [column for column, keep in zip(line.columns, kept, strict=False) if keep]
        line.pieces = [piece for piece, keep in zip(line.pieces, kept, strict=True) if keep] or line.pieces[:0]
    return spans


def _by_line(block: list[Line], used: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Of each line the stretches that were read of it."""
    starts = [line.start for line in block]
    found: list[list[tuple[int, int]]] = [[] for _ in block]
    for start, end in used:
        for place in range(max(bisect_right(starts, start) - 1, 0), bisect_left(starts, end)):
            found[place].append((start, end))
    return found


def _blank(line: Line, used: list[tuple[int, int]]) -> str:
    """The line with what was read of it taken out, every character in its place."""
    chars = list(line.text)
    for start, end in used:
        for place in range(max(start - line.start, 0), min(end - line.start, len(chars))):
            chars[place] = ";"
    return "".join(chars)


def _is_table(line: Line, results: bool) -> bool:
    """Whether a line holds limits or intervals, so that a sex or an age in it may be a column's."""
    return any(
        piece.kind in ("range", "condition") or (piece.kind == "number" and piece.meaning) for piece in line.pieces
    ) and (not results or line.has("condition"))


def _read_claim(
    draft: Draft,
    claim: Claim,
    block: list[Line],
    style: str,
    assume: Assume,
    text: str,
    marks: list[Mark],
    mine: frozenset[int],
) -> list[tuple[int, int]]:
    """Take a name's results into the draft; where what was read stands."""
    claim.said = rest_said(text, claim.rest, claim.name)
    claim.gap = _has_gap(claim, text)
    if len(block) == 1 and block[0].uneven:
        why = _UNEVEN if re.search(r"[\t|]", block[0].text) else _PUSHED
        claim.reason = claim.reason or why.format(ANALYTES[claim.analyte].label)
    empty = len(block) == 1 and block[0].empty_result
    said = results_of(claim, style, assume, empty, claim.name.start in mine)
    span = _span_of(claim)
    if said.why_not:
        if claim.numbers:
            draft.note(f"Not read: {units.clip(text[span[0] : span[1]], 200)} ({said.why_not})")
            marks.append(Mark(*span, "declined", "", said.why_not, claim.name.start))
            return [span]
        return []
    if not claim.numbers and not empty and not claim.reason and _is_prose(claim, block, text):
        return []
    for result in said.results:
        draft.add(result)
        marks.append(_mark(result, span))
    for result in said.older:
        draft.add_older(result)
        if not said.results:
            marks.append(replace(_mark(result, span), kind="older"))
    if not claim.numbers and claim.said:
        return [(claim.name.start, claim.name.end + text[claim.name.end :].index(claim.said) + len(claim.said))]
    return [span]


def _span_of(claim: Claim) -> tuple[int, int]:
    ends = [place for n in claim.numbers for place in (n.printed.start, n.printed.end)]
    return min([claim.name.start, *ends]), max([claim.name.end, *ends])


def _has_gap(claim: Claim, text: str) -> bool:
    """Whether an empty cell stands between a name and its first number, and no heading tells what belongs there."""
    first = claim.numbers[0] if claim.numbers else None
    if first is None or first.column or first.printed.start < claim.name.end:
        return False
    between = text[claim.name.end : first.printed.start]
    return "\n" not in between and bool(re.search(r"[\t|]\s*[-–]?\s*[\t|]", between))


def _mark(result: Result, span: tuple[int, int]) -> Mark:
    kind = "read" if result.value.known else "declined"
    start, end = result.value.span or span
    return Mark(start, end, kind, result.analyte, result.value.reason)


def _is_prose(claim: Claim, block: list[Line], text: str) -> bool:
    """A quantity mentioned in a sentence ("no blasts seen") without a result."""
    line = block[max(bisect_right(block, claim.name.start, key=lambda line: line.start) - 1, 0)]
    before = re.search(r"\w", text[line.start : claim.name.start])
    digits = re.search(r"[0-9]", claim.said)
    return bool(before) and not digits and not re.match(r"\s*[:=|\t]", text[claim.name.end : claim.name.end + 3])


def _keep_other(draft: Draft, claim: Claim, style: str) -> None:
    """Add the share of another kind of white cell to the sum of the differential."""
    for number in claim.numbers[:1]:
        if number.printed.unit == "%" or claim.unit_before == "%":
            draft.other_cells += judge(replace(number.printed, unit="%"), "blast_pct", style).value.amount or 0.0


def _note_rest(draft: Draft, line: Line, used: list[tuple[int, int]]) -> None:
    """Note what was not read of a line: the whole of it, or the stretches between what was."""
    if not used:
        if line.pieces and any(
            piece.kind not in ("sep", "punct", "unit", "range", "flag", "specimen") for piece in line.pieces
        ):
            draft.not_read(line.text + _NAMELESS * any(piece.text.count("/") > 1 for piece in _ratios(line)))
        return
    for ratio in _ratios(line):
        if ratio.text.count("/") > 1 and not any(start <= ratio.start < end for start, end in used):
            draft.not_read(ratio.text + _NAMELESS)
    beyond = line.start + len(line.text) + 1
    ends = iter([*sorted(used), (beyond, beyond)])
    start, end = next(ends)
    left: list[list[Piece]] = [[]]
    for piece in line.pieces:
        while piece.start >= end:
            start, end = next(ends)
            left += [[]] if left[-1] else []
        if start <= piece.start < end or piece.kind == "sep" or piece.meaning == "stop":
            left.append([])
        elif left[-1] or piece.kind not in ("punct", "open", "close"):
            left[-1].append(piece)
    for pieces in left:
        if any(piece.kind in _SAYS for piece in pieces):
            draft.not_read(line.text[pieces[0].start - line.start : pieces[-1].end - line.start].strip(" :-*•([|"))


def _ratios(line: Line) -> list[Piece]:
    return [piece for piece in line.pieces if piece.kind == "ratio"]


_NAMELESS = " (numbers side by side, and no names tell what they are)"
_SAYS = ("word", "qualifier", "other", "cell", "name", "absent")
