"""A CSV: one row a result (long) or one row a count (wide), as portals, databases and spreadsheets export it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

from helpers.blood.core import units
from helpers.blood.core.amount import Result, decimal_style
from helpers.blood.core.count import BloodCount
from helpers.blood.core.pieces import lex
from helpers.blood.core.units import ANALYTES, NAME
from helpers.blood.core.value import Assume, cannot_tell, check_assume
from helpers.blood.core.words import meant, tokens_of
from helpers.blood.reports.contexts import is_withdrawn
from helpers.blood.reports.draft import Draft
from helpers.blood.reports.fhir import BY_CODE
from helpers.blood.reports.files import text_of
from helpers.blood.reports.layout import heading_of, kind_of_heading
from helpers.blood.reports.person import read_trait, trait_of
from helpers.blood.reports.results import Named, Said, name_of, printed_with, read_cell
from helpers.evidence import records

MOST_ROWS = 200_000
_NO_MARK = ("name", "result", "unit", "date", "patient")
_EMPTY = {"", "-", "--", "na", "n/a", "nan", "#n/a", "null", "none", ".", "___"}


def read_csv(source: Any, assume: Assume = None) -> list[BloodCount]:
    """Every count of a CSV.

    Two forms are read. Long: columns test, value, unit and perhaps date, patient, specimen and LOINC code, one row a
    result; rows of one patient and date are one count. Wide: one row a count, header cells such as ``Hb (g/L)``,
    ``WBC [10^9/L]`` or the course's own columns (``hb_g_per_l``). Separated by comma, semicolon, tab or |.

    Args:
        source: the text of the file, or its path.
        assume: the units of numbers without one, ``"si"`` or ``"conventional"``; None: they cannot be told.

    Returns:
        The counts in the file's order, labeled by patient and date. What the file says never raises: if no count can be
        found, one empty count says so in its notes.

    Raises:
        FileNotFoundError: there is no such file. TypeError: ``source`` is neither text nor a path.
        ValueError: another ``assume``.
    """
    check_assume(assume)
    text, notes = text_of(source, "a CSV")
    mark, rows = _rows(text)
    if len(rows) > MOST_ROWS:
        notes.append(f"The file has {len(rows)} rows; only the first {MOST_ROWS} were read.")
        rows = rows[:MOST_ROWS]
    style = "" if mark == "," else decimal_style(" ".join(cell for row in rows[:500] for cell in row))
    counts = _counts(rows, mark, style, assume)
    if not counts:
        notes.append(
            "No blood count was found. A CSV needs a header line: either test,value,unit with one row a result, "
            "or columns such as Hb (g/L) with one row a count."
        )
        return [BloodCount({}, notes=tuple(notes))]
    if notes:
        first = counts[0]
        counts[0] = BloodCount(first.values, first.person, (*first.notes, *notes), first.label)
    return counts


def _counts(rows: list[list[str]], mark: str, style: str, assume: Assume) -> list[BloodCount]:
    if not rows:
        return []
    kinds = [kind_of_heading(cell) for cell in rows[0]]
    titles = [_title(cell) for cell in rows[0]]
    if any(title is not None and title.analyte for title in titles) and not _is_headless(rows):
        return _wide(rows, titles, kinds, mark, style, assume)
    if "result" not in kinds and (dated := heading_of("\t".join(rows[0]))) and len(dated.kinds) == len(kinds):
        kinds = dated.kinds  # a column for each date: the latest holds the results
    if not rows[0][0] and not {"name", "code"} & set(kinds):
        kinds = ["name", *kinds[1:]]
    if "result" in kinds and ("name" in kinds or "code" in kinds):
        return _long(kinds, rows, style, assume)
    if _is_headless(rows):
        return _long(["name", "result", "unit"], [[], *rows], style, assume)
    return []


def _rows(text: str) -> tuple[str, list[list[str]]]:
    """The delimiter and the rows: the mark that divides the first line, and the next ones into as many cells."""
    declared = re.match(r"\s*sep=(.)[ \t]*\r?\n", text)
    if declared:
        mark, text = declared[1], text[declared.end() :]
    else:
        lines = [line for line in text[:100_000].splitlines() if line.strip()][:6]
        counts = {each: [_outside(line).count(each) for line in lines] for each in "\t;|,"}
        mark = max(
            "\t;|,",
            key=lambda each: (
                bool(lines) and counts[each][0] > 0 and len(set(counts[each])) == 1 and each != ",",
                _outside(lines[0]).count(each) if lines else 0,
                each != ",",
            ),
        )
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=mark))
    except csv.Error:
        rows = [line.split(mark) for line in text.splitlines()]
    return mark, [row for row in ([_cell(cell) for cell in row] for row in rows) if any(row)]


def _outside(line: str) -> str:
    return re.sub(r'"[^"]*"|\([^()]*\)|\[[^\[\]]*\]', "", line)


def _cell(text: str) -> str:
    """A cell without what a spreadsheet adds: ``="2.1"``, a leading apostrophe."""
    text = text.strip().strip("\ufeff")
    formula = re.fullmatch(r'="?(.*?)"?', text)
    return (formula[1] if formula else text.removeprefix("'"))[:300]


def _is_headless(rows: list[list[str]]) -> bool:
    first, named = rows[0], name_of(rows[0][0])
    return (
        len(first) >= 2 and named is not None and bool(named.analyte) and bool(re.match(r"[<>]?\s*[0-9.,]", first[1]))
    )


def _title(cell: str) -> Named | None:
    """The quantity a header cell names with its unit: a name, a column of the course, or a code of an export."""
    low = cell.strip().lower()
    if low in NAME:
        return Named(NAME[low], unit=ANALYTES[NAME[low]].unit)
    for row in records("report_codes"):
        if row["code"].lower() == low:
            return Named(row["analyte"], unit=row["unit"])
    if trait_of(cell) or (kind_of_heading(cell) and len(cell) > 2):
        return None
    return name_of(cell)


def specimen_of(text: str) -> str:
    """The specimen a cell names, "" for this person's blood (or where it names none)."""
    found = [piece.meaning for piece in lex(text[:200].replace("^", " , ")) if piece.kind == "specimen"]
    return next((meaning for meaning in found if meaning != "blood"), "") if "blood" not in found else ""


def keep(draft: Draft, named: Named, printed: str, read: Callable[..., Said], **options: Any) -> None:
    """Take the amount of a named quantity into the draft."""
    if named.other_cell:
        if "%" in printed:
            said = read(Named("blast_pct"), printed, **options)
            draft.other_cells += sum(each.value.amount or 0.0 for each in said.results[:1])
        return
    said = read(named, printed, **options)
    for result in said.results:
        draft.add(result)
    for result in said.older:
        draft.add_older(result)
    if said.why_not:
        draft.note(f"Not read: {units.clip(printed)} ({said.why_not})")


# --- one row a result --------------------------------------------------------------------------------------------


def _cells(kinds: list[str], row: list[str], kind: str) -> list[str]:
    return [cell for cell_kind, cell in zip(kinds, row, strict=False) if cell_kind == kind and cell]


def _long(kinds: list[str], rows: list[list[str]], style: str, assume: Assume) -> list[BloodCount]:
    drafts: dict[tuple[str, str], Draft] = {}
    traits = {place: trait_of(cell) for place, cell in enumerate(rows[0]) if trait_of(cell)}
    for row in rows[1:]:
        key = (" ".join(_cells(kinds, row, "patient")[:1]), " ".join(_cells(kinds, row, "date")[:1]))
        draft = drafts.setdefault(key, Draft())
        for place, trait in traits.items():
            if place < len(row) and row[place]:
                read_trait(draft, trait, row[place], rows[0][place])
        _long_row(draft, kinds, row, style, assume)
        for title, cell in zip(rows[0], row, strict=False):
            if tokens_of(title) in meant("lead", "a comment"):
                draft.comment(cell, next(iter(_cells(kinds, row, "name")), "a result"))
    _share_person(drafts)
    return [
        draft.finish(" ".join(part for part in key if part))
        for key, draft in drafts.items()
        if draft.results or draft.notes
    ]


def _long_row(draft: Draft, kinds: list[str], row: list[str], style: str, assume: Assume) -> None:
    titles, values = _cells(kinds, row, "name"), _cells(kinds, row, "result")
    title, value = next(iter(titles), ""), next(iter(values), "")
    unit = next(iter(_cells(kinds, row, "unit")), "")
    if trait := trait_of(title):
        read_trait(draft, trait, f"{value} {unit}".strip() if trait in ("age", "pregnant") else value, title)
        return
    codes = [BY_CODE[cell] for cell in _cells(kinds, row, "code") if cell in BY_CODE]
    named = Named(codes[0]) if codes else _title(title) or name_of(title)
    specimen = next((specimen_of(cell) for cell in _cells(kinds, row, "specimen")), "") or (
        named.specimen if named else ""
    )
    if named is None or not (named.analyte or named.other_cell) or specimen:
        draft.not_read(" ".join(cell for cell in row if cell) + (f" (of {specimen})" if specimen else ""))
        return
    marks = [cell for kind, cell in zip(kinds, row, strict=False) if kind not in _NO_MARK and is_withdrawn(cell)]
    if marks:
        draft.not_read(f"{' '.join(cell for cell in row if cell)} (marked in the file as {marks[0]!r})")
        return
    if len(row) > len(kinds) and any(row[len(kinds) :]):
        draft.add(_shifted(named, row))
        return
    for earlier in _cells(kinds, row, "previous"):
        printed = printed_with(earlier, unit or named.unit)
        for result in read_cell(named, printed, style=style, assume=assume).results if named.analyte else ():
            draft.add_older(result)
    if value.lower() not in _EMPTY:
        limits = next(iter(_cells(kinds, row, "range")), "")
        printed = printed_with(value, unit or named.unit)
        if limits and re.fullmatch(r"[0-9.,]+\s*[-–]\s*[0-9.,]+", limits) and (unit or named.unit):
            printed = f"{printed} {limits}"
        keep(draft, named, printed, read_cell, style=style, assume=assume)


def _shifted(named: Named, row: list[str]) -> Result:
    """A row with more cells than the header: a decimal comma may have cut a number in two."""
    said = units.clip(",".join(row))
    label = ANALYTES[named.analyte or "blast_pct"].label
    why = (
        f'{label}: the row "{said}" has more cells than the header. Where the comma divides cells and decimals alike, '
        "numbers cannot be told: save the file with semicolons, or put quotes around the numbers."
    )
    return Result(named.analyte or "blast_pct", cannot_tell(said, "", why))


def _share_person(drafts: dict[tuple[str, str], Draft]) -> None:
    """Facts printed once for a patient hold for all the patient's dates."""
    for (patient, date), draft in list(drafts.items()):
        if date == "" and not draft.results and draft.about and len(drafts) > 1:
            for (other, _), target in drafts.items():
                if other == patient and target is not draft:
                    for trait, value in draft.about.items():
                        target.tell(trait, value)
            del drafts[patient, date]


# --- one row a count ---------------------------------------------------------------------------------------------


def _wide(
    rows: list[list[str]], titles: list[Named | None], kinds: list[str], mark: str, style: str, assume: Assume
) -> list[BloodCount]:
    header, counts = rows[0], []
    traits = [trait_of(cell) for cell in header]
    for row in rows[1:]:
        draft, labels = Draft(), []
        shifted = len(row) > len(header) and any(row[len(header) :])
        for place, cell in enumerate(row[: len(header)]):
            named = titles[place]
            if cell.lower() in _EMPTY:
                continue
            if traits[place]:
                read_trait(draft, traits[place], cell, header[place])
            elif kinds[place] in ("patient", "date") and (named is None or not named.analyte):
                labels.append(cell)
            elif named is None or named.specimen or not (named.analyte or named.other_cell):
                if len(draft.notes) < 60:
                    draft.not_read(f"{header[place]} {cell}")
            elif shifted:
                draft.add(_shifted(named, row))
            else:
                keep(draft, named, printed_with(cell, named.unit), read_cell, style=style, assume=assume)
        if shifted:
            draft.note("A row has more cells than the header. Is the separator also a decimal comma?")
        counts.append(draft.finish(" ".join(labels)))
    return counts
