"""Reading a report: a pasted text or a CSV becomes a :class:`BloodCount`. (HL7 FHIR is read in ``fhir.py``.)

Unknown is an answer here: a value that cannot be told says why, and the rest of the report is still read. Nothing is
guessed; what was not read is kept in ``notes``.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

from helpers.blood import units
from helpers.blood.count import Assume, BloodCount
from helpers.blood.draft import PERSON_COLUMNS, Draft, read_person, read_trait
from helpers.blood.fhir import counts_from_fhir
from helpers.blood.names import Name, find_names, name_of
from helpers.blood.printed import Result, check_assume, decimal_style, read_piece, read_value, take_apart, tidy
from helpers.blood.units import ANALYTES, NAME

__all__ = ["counts_from_csv", "counts_from_fhir", "read_text", "read_value", "the_only"]

LONGEST_TEXT = 50_000
"""Characters of a pasted report that are read."""
LONGEST_FILE = 5_000_000
MOST_ROWS = 5_000

# --- a pasted report ---------------------------------------------------------------------------------------------

_HEADER_WORDS = {
    word: kind
    for kind, words in {
        "name": "test analyte component parameter name investigation",
        "result": "result results value values current observed",
        "previous": "previous prior last earlier",
        "low": "low min lower",
        "high": "high max upper",
        "unit": "unit units",
        "flag": "flag flags status",
        "range": "reference range ranges interval normal ref biological limits",
        "date": "date time",
    }.items()
    for word in words.split()
}


def read_text(text: str, assume: Assume = None, label: str = "") -> BloodCount:
    """A count from a pasted laboratory report, in whatever lines and spellings it comes.

    Args:
        text: e.g. ``"WBC 2.1 K/uL, Hgb 7.2 g/dL, PLT 18 x10^3/mm3, Neut 38 %"``; tables with columns or tabs too.
        assume: the units of numbers without one: ``"si"``, ``"conventional"``, or None: they cannot be told.
        label: a name for the count.

    Returns:
        The count; ``why(name)`` says what could not be told, ``notes`` what was not read. Never raises for what a text
        says.

    Raises:
        TypeError: ``text`` is not text. ValueError: another ``assume``.
    """
    if not isinstance(text, str):
        raise TypeError(
            f"A pasted report should be text; this is {type(text).__name__}. For a file: BloodCount.from_csv(path)."
        )
    check_assume(assume)
    draft = Draft()
    if len(text) > LONGEST_TEXT:
        draft.note(
            f"The text is too long for a report: only its first {units.plain(LONGEST_TEXT)} characters were read."
        )
        text = text[:LONGEST_TEXT]
    style, columns = decimal_style(text), None
    for line in _joined(text):
        header = _header(line)
        if header:
            columns = header
            continue
        _read_line(draft, line, style, assume, columns)
    if not draft.results:
        draft.note("No value of a blood count was found. A line should give a name, a number and a unit: Hb 7.2 g/dL.")
    return draft.finish(label)


def _joined(text: str) -> Iterator[str]:
    """The lines; a name, its number and its unit on lines of their own (a copied PDF) are put together."""
    waiting = ""
    for raw in re.split(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+", text):
        line = tidy(raw.replace("\t", " | "))
        if not line:
            continue
        if waiting and not find_names(line) and _continues(waiting, line):
            waiting = f"{waiting} {line}"
            continue
        if waiting:
            yield waiting
        waiting = line
    if waiting:
        yield waiting


def _continues(line: str, following: str) -> bool:
    names = find_names(line)
    if not names or not names[-1].analyte:
        return False
    have, more = take_apart(line[names[-1].end :]), take_apart(following)
    if have.words or more.words or more.left or have.left:
        return False
    if not have.numbers:
        return True
    return not more.numbers and not (have.numbers[0].unit and more.unit_before)


def _header(line: str) -> list[str] | None:
    """The kinds of number columns of a table's header line, in order; None when the line is not one."""
    words = [word.lower() for word in re.findall(r"[^\W\d_]+", line)]
    kinds = [_HEADER_WORDS.get(word) for word in words]
    if len(kinds) < 2 or sum(kind is not None for kind in kinds) < max(2, len(kinds) - 1) or re.search(r"[0-9]", line):
        return None
    if "result" not in kinds:
        return None
    order = [kind for kind in kinds if kind in ("result", "previous", "low", "high")]
    return [kind for place, kind in enumerate(order) if place == 0 or kind != order[place - 1]]


def _read_line(draft: Draft, line: str, style: str, assume: Assume, columns: list[str] | None) -> None:
    names = find_names(line)
    unread = line[: names[0].start] if names else line
    for place, name in enumerate(names):
        end = names[place + 1].start if place + 1 < len(names) else len(line)
        rest, said = line[name.end : end], line[name.start : end]
        if not name.analyte:
            unread += said
            _keep_other(draft, name, rest, style)
            continue
        if not rest.strip(" (/,:[|-)") and place + 1 < len(names) and names[place + 1].analyte == name.analyte:
            continue  # "Hemoglobin (Hgb) 7.2 g/dL"
        found, left = read_piece(rest, name, style, assume, columns)
        if _is_prose(found[0], line[: name.start], rest) or _is_something_else(found[0]):
            unread += said
            continue
        for result in found:
            draft.add(result)
        unread = _put_away(draft, unread)
        for words in left:
            _put_away(draft, words)
    _put_away(draft, unread)


def _put_away(draft: Draft, unread: str) -> str:
    """Look for the person in what was not read, and keep the rest as a note."""
    draft.not_read(read_person(draft, unread).strip(" :-*•([|"))
    return ""


def _is_prose(result: Result, before: str, rest: str) -> bool:
    """A quantity mentioned in a sentence ("no blasts seen") without a result."""
    without = not result.value.known and not re.search(r"[0-9]", result.value.printed)
    return without and bool(re.search(r"\w", before)) and not re.match(r"\s*[:=|]", rest)


def _is_something_else(result: Result) -> bool:
    """Folate or glucose in a unit of another test (serum folate, a urine strip)."""
    name, value = result.analyte, result.value
    return (
        ANALYTES[name].line == "other"
        and name != "nrbc"
        and not value.known
        and not units.find_unit(value.unit or "?", name)
    )


def _keep_other(draft: Draft, name: Name, rest: str, style: str) -> None:
    """Add the share of another kind of white cell to the sum of the differential."""
    if name.other_cell and "%" in rest:
        found, _ = read_piece(rest, Name(0, 0, "blast_pct"), style)
        draft.other_cells += found[0].value.amount or 0.0


# --- CSV ---------------------------------------------------------------------------------------------------------

_NAME_COLUMNS = {
    "test",
    "analyte",
    "name",
    "parameter",
    "component",
    "investigation",
    "test name",
    "item",
    "measurement",
}
_VALUE_COLUMNS = {"value", "result", "results", "reported", "observation", "amount", "measured"}
_UNIT_COLUMNS = {"unit", "units", "uom"}
_DATE_COLUMNS = {"date", "datetime", "time", "collected", "collection date", "sample date", "drawn", "day"}
_LABEL_COLUMNS = {"patient", "patient id", "patient_id", "id", "case", "case_id", "label", "sample", "mrn"}
_EMPTY_CELLS = {"", "-", "--", "na", "n/a", "nan", "#n/a", "null", "none", "."}


def counts_from_csv(source: str | os.PathLike[str], assume: Assume = None) -> list[BloodCount]:
    """Every count of a CSV.

    Two forms are read. Long: columns test, value, unit and perhaps date and patient, one row a result; rows of one
    patient and date are one count. Wide: one row a count, header cells such as ``Hb (g/L)``, ``WBC [10^9/L]`` or the
    course's own columns (``hb_g_per_l``). Separated by comma, semicolon or tab.

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
    text, notes = _text_of(source)
    rows = _rows(text)
    if len(rows) > MOST_ROWS:
        notes.append(f"The file has {len(rows)} rows; only the first {MOST_ROWS} were read.")
        rows = rows[:MOST_ROWS]
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    if not rows:
        counts = []
    elif set(header) & _NAME_COLUMNS and set(header) & _VALUE_COLUMNS:
        counts = _long(header, rows[1:], decimal_style(text), assume)
    elif _is_headless(rows):
        counts = _long(["test", "value", "unit"], rows, decimal_style(text), assume)
    else:
        counts = _wide(rows, assume)
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


def _text_of(source: object) -> tuple[str, list[str]]:
    if isinstance(source, str) and ("\n" in source or "\r" in source or not _looks_like_path(source)):
        if len(source) > LONGEST_FILE:
            return source[:LONGEST_FILE], [
                f"The text is too long: only its first {units.plain(LONGEST_FILE)} characters were read."
            ]
        return source.lstrip("\ufeff"), []
    if not isinstance(source, (str, os.PathLike)):
        raise TypeError(f"A CSV should be given as its text or its path; this is {type(source).__name__}.")
    path = Path(source)
    if not path.is_file():
        raise FileNotFoundError(
            f"There is no file {str(path)!r}. Give the path of a CSV file, or its text with a header line."
        )
    with path.open("rb") as file:
        data = file.read(LONGEST_FILE + 1)
    notes = []
    if len(data) > LONGEST_FILE:
        data = data[:LONGEST_FILE]
        notes.append(f"The file is too long: only its first {units.plain(LONGEST_FILE)} bytes were read.")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace"), notes
    try:
        return data.decode("utf-8-sig"), notes
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), notes


def _looks_like_path(text: str) -> bool:
    return len(text) < 1000 and bool(re.search(r"\.(?:csv|tsv|txt)$", text.strip(), re.IGNORECASE))


def _rows(text: str) -> list[list[str]]:
    declared = re.match(r"\s*sep=(.)[ \t]*\r?\n", text)
    if declared:
        mark, text = declared[1], text[declared.end() :]
    else:
        lines = [line for line in text.splitlines() if line.strip()][:1]
        outside = re.sub(r'"[^"]*"|\([^()]*\)|\[[^\[\]]*\]', "", lines[0]) if lines else ""
        mark = max("\t;,", key=lambda candidate: (outside.count(candidate), candidate != ","))
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=mark))
    except csv.Error:
        rows = [line.split(mark) for line in text.splitlines()]
    return [row for row in ([_cell(cell) for cell in row] for row in rows) if any(row)]


def _cell(text: str) -> str:
    """A cell without what a spreadsheet adds: ``="2.1"``, a leading apostrophe."""
    text = text.strip().strip("\ufeff")
    formula = re.fullmatch(r'="?(.*?)"?', text)
    return (formula[1] if formula else text.removeprefix("'"))[:300]


def _is_headless(rows: list[list[str]]) -> bool:
    first = rows[0]
    name = name_of(first[0])
    return len(first) >= 2 and name is not None and bool(name.analyte) and bool(re.match(r"[<>]?\s*[0-9.,]", first[1]))


def _cells(header: list[str], row: list[str], kind: set[str]) -> str:
    return next((cell for title, cell in zip(header, row, strict=False) if title in kind and cell), "")


def _long(header: list[str], rows: list[list[str]], style: str, assume: Assume) -> list[BloodCount]:
    drafts: dict[tuple[str, str], Draft] = {}
    for row in rows:
        key = (_cells(header, row, _LABEL_COLUMNS), _cells(header, row, _DATE_COLUMNS))
        draft = drafts.setdefault(key, Draft())
        title = _cells(header, row, _NAME_COLUMNS)
        value, unit = _cells(header, row, _VALUE_COLUMNS), _cells(header, row, _UNIT_COLUMNS)
        for column, cell in zip(header, row, strict=False):
            if column in PERSON_COLUMNS and cell:
                read_trait(draft, PERSON_COLUMNS[column], cell)
        trait = PERSON_COLUMNS.get(title.lower())
        if trait:
            read_trait(draft, trait, f"{value} {unit}" if trait == "age_y" or trait == "pregnant" else value)
            continue
        name = _course_name(title) or name_of(title)
        if name is None or not name.analyte:
            if name is not None:
                _keep_other(draft, name, f" {value} {unit}", style)
            draft.not_read(" ".join(cell for cell in row if cell))
            continue
        has_unit = bool(unit) and value.endswith(unit)
        printed = value if has_unit or not re.search("[0-9]", value) else f"{value} {unit}"
        if not unit and _course_name(title):
            printed = f"{value} {ANALYTES[name.analyte].unit}"
        if value.lower() not in _EMPTY_CELLS:
            _add_cell(draft, name, printed, style, assume)
    _share_person(drafts)
    return [
        draft.finish(" ".join(part for part in key if part))
        for key, draft in drafts.items()
        if draft.results or draft.notes
    ]


def _share_person(drafts: dict[tuple[str, str], Draft]) -> None:
    """Facts printed once for a patient hold for all the patient's dates; age may not."""
    for (patient, date), draft in list(drafts.items()):
        if date == "" and not draft.results and draft.about and len(drafts) > 1:
            for (other, _), target in drafts.items():
                if other == patient and target is not draft:
                    for trait, value in draft.about.items():
                        target.tell(trait, value)
            del drafts[patient, date]


def _course_name(title: str) -> Name | None:
    """The analyte whose DataFrame column this is; its unit is the course's."""
    known = NAME.get(title.strip().lower())
    return Name(0, len(title), known) if known else None


def _add_cell(draft: Draft, name: Name, printed: str, style: str, assume: Assume) -> None:
    if re.search(r"[0-9]{31}", printed):
        draft.add(Result(name.analyte, read_value(printed, name.analyte)))
        return
    found, left = read_piece(f" {tidy(printed)}", name, style, assume)
    for result in found:
        draft.add(result)
    for words in left:
        draft.not_read(words)


def _wide(rows: list[list[str]], assume: Assume) -> list[BloodCount]:
    header, counts = rows[0], []
    titles = [_title(cell) for cell in header]
    if not any(name for name, _ in titles):
        return []
    for row in rows[1:]:
        draft, labels = Draft(), []
        style = decimal_style(" ".join(row))
        for cell, title, (name, unit) in zip(row, header, titles, strict=False):
            plain = title.strip().lower()
            if cell.lower() in _EMPTY_CELLS:
                continue
            if plain in PERSON_COLUMNS:
                read_trait(draft, PERSON_COLUMNS[plain], cell)
            elif plain in _LABEL_COLUMNS or plain in _DATE_COLUMNS:
                labels.append(cell)
            elif name is not None and name.analyte:
                own_unit = take_apart(f" {tidy(cell)}").numbers[:1]
                printed = cell if not own_unit or own_unit[0].unit else f"{cell} {unit}"
                _add_cell(draft, name, printed, style, assume)
            else:
                draft.not_read(f"{title} {cell}")
        if len(row) > len(header) and any(row[len(header) :]):
            draft.note(
                "A row has more cells than the header; the last were not read. Is the separator also a decimal comma?"
            )
        counts.append(draft.finish(" ".join(labels)))
    return counts


def _title(cell: str) -> tuple[Name | None, str]:
    """The quantity a header cell names and its unit."""
    course = _course_name(cell)
    if course:
        return course, ANALYTES[course.analyte].unit
    name = name_of(cell)
    if name is None or not name.analyte:
        return name, ""
    rest = cell[name.end :]
    return name, take_apart(f" {tidy(rest)}").unit_before or _bare_unit(rest) or (
        "%" if cell[name.start : name.end].endswith("%") else ""
    )


def _bare_unit(rest: str) -> str:
    """A unit of a header that is none of the analyte's, kept so that the reason can name it."""
    inside = re.search(r"[(\[]\s*([^()\[\]]*[/%][^()\[\]]*)\s*[)\]]", rest)
    return inside[1].strip() if inside else ""


def the_only(counts: list[BloodCount], many: str) -> BloodCount:
    """The count of a file that holds one.

    Raises:
        ValueError: it holds several; the message names the function that gives them all.
    """
    if len(counts) > 1:
        raise ValueError(
            f"This holds {len(counts)} counts, not one. helpers.blood.reading.{many}() gives them all, as a list."
        )
    return counts[0]
