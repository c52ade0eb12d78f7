"""HL7 version 2: the OBX lines of an ORU message become counts, the PID line the person.

A segment is a line of fields divided by |, a field has parts divided by ^. That is all a reader needs, and it must read
a few OBX lines copied without their header, which a parser of whole messages refuses: so no library is used.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from helpers.blood.core import units
from helpers.blood.core.count import BloodCount
from helpers.blood.reports.draft import Draft
from helpers.blood.reports.fhir import BY_CODE, age_on
from helpers.blood.reports.files import text_of
from helpers.blood.reports.person import sex_of
from helpers.blood.reports.results import Named, name_of, printed_with, read_cell
from helpers.blood.reports.tables import keep, specimen_of

_RANK = {"C": 3, "F": 2, "": 2, "R": 1, "P": 1, "S": 1, "I": 0}
"""Of OBX-11: a corrected result stands before a final one, a final one before a preliminary one."""
_WITHDRAWN = ("D", "X", "W", "N")
_ESCAPES = {"\\F\\": "|", "\\S\\": "^", "\\T\\": "&", "\\R\\": "~", "\\E\\": "\\"}


def is_hl7(text: str) -> bool:
    """Whether a text holds segments of HL7 version 2."""
    return bool(re.search(r"^\s*(?:MSH\||OBX\|[0-9]*\|)", text[:5000], re.MULTILINE))


def read_hl7(source: Any) -> list[BloodCount]:
    """Every count of HL7 version 2 messages.

    Args:
        source: the text of one or more messages (or some of their lines), or the path of a file.

    Returns:
        One count for each patient and time of the sample, labeled by the day. What a message says never raises: if no
        count can be found, one empty count says so in its notes.

    Raises:
        FileNotFoundError: there is no such file. TypeError: neither text nor a path.
    """
    text, notes = text_of(source, "an HL7 version 2 message")
    drafts: dict[tuple[str, str], Draft] = {}
    person: list[str] = []
    patient, when, specimen, beside, ranks = "", "", "", "", {}
    draft = Draft()
    for line in re.split(r"[\r\n]+", text):
        fields = [part.strip() for part in line.strip().split("|")]
        fields += [""] * (25 - len(fields))
        if fields[0] == "PID":
            person, when, specimen = fields, "", ""
            patient = _part(fields[3]) or _part(fields[2])
        elif fields[0] in ("OBR", "SPM"):
            when = fields[7][:8] if fields[0] == "OBR" else when
            specimen = specimen_of(fields[15]) if fields[0] == "OBR" else ""
            specimen = specimen or specimen_of(fields[4])
            beside = ""
        elif fields[0] == "OBX":
            key = (patient, when or fields[14][:8])
            draft = drafts.setdefault(key, Draft())
            _tell_person(draft, person, key[1])
            _read_obx(draft, fields, specimen, ranks.setdefault(key, {}))
            beside = units.clip(_part(fields[3], 1) or _part(fields[3]))
        elif fields[0] == "NTE" and beside:
            draft.comment(_plain(fields[3]), beside)
    counts = [draft.finish(_day(when)) for (_, when), draft in drafts.items() if draft.results or draft.notes]
    if not any(count.values for count in counts):
        said = [note for count in counts for note in count.notes]
        return [
            BloodCount({}, notes=(*notes, *said, "No blood count was found: no OBX line names a value that is read."))
        ]
    return counts


def _part(field: str, place: int = 0) -> str:
    parts = field.split("^")
    return parts[place].strip() if place < len(parts) else ""


def _plain(text: str) -> str:
    """A text with the marks of HL7 for its own separators written out."""
    for mark, char in _ESCAPES.items():
        text = text.replace(mark, char)
    return text


def _day(when: str) -> str:
    return f"{when[:4]}-{when[4:6]}-{when[6:8]}" if re.match(r"[0-9]{8}", when) else ""


def _tell_person(draft: Draft, fields: list[str], when: str) -> None:
    if not fields or draft.about:
        return
    if sex := sex_of(fields[8]):
        draft.tell("sex", sex)
    try:
        born, then = date.fromisoformat(_day(fields[7])), date.fromisoformat(_day(when))
    except ValueError:
        return
    years = age_on(born, then)
    if years is not None:
        draft.tell_age(years)


def _read_obx(draft: Draft, fields: list[str], specimen: str, ranks: dict[str, int]) -> None:
    code, said, value = _part(fields[3]), _part(fields[3], 1), fields[5]
    named = Named(BY_CODE[code]) if code in BY_CODE else name_of(said or code)
    title = units.clip(f"{said or code} {value} {_part(fields[6])}")
    if named is None or not (named.analyte or named.other_cell) or named.specimen or specimen:
        draft.not_read(f"{title}{f' (of {specimen})' if specimen else ''}")
        return
    if fields[11] in _WITHDRAWN:
        draft.note(f"Not read: {title}, which the laboratory has withdrawn")
        return
    rank = _RANK.get(fields[11], 2)
    if named.analyte in ranks and rank != ranks[named.analyte]:
        draft.note(f"{title}: of a preliminary and a later result of the same sample, the later one is taken.")
        if rank < ranks[named.analyte]:
            return
        draft.results.pop(named.analyte, None)
        draft.twice.discard(named.analyte)
    ranks[named.analyte] = rank
    if fields[2] == "SN":
        value = " ".join(part for part in value.split("^") if part)
    value = _plain(value)
    unit = _part(fields[6]).replace("\\S\\", "^")
    for repeat in value.split("~")[:1]:
        printed = printed_with(repeat, unit)
        keep(draft, named, f"{printed} {_part(fields[7])}".strip() if unit else printed, read_cell)
