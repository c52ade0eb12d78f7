"""A record as one file to take along, and back: xAPI statements (JSON), or a table (CSV). Pure: no disk, no widget.

xAPI is the field's standard for what a learner did (https://xapi.com); each event is one statement, with the learner
under a random name. What comes back is checked piece by piece: what is not a statement of this course, or not a
believable one, is left out and counted; nothing in it is run.

>>> taken = read_file(to_xapi(record.rows(), "a-random-name").encode())
>>> record.merge(taken.events)
"""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from helpers.exercises import bank
from helpers.exercises.judge import CANNOT_TELL, NOT_YET, RIGHT, UNANSWERED
from helpers.exercises.record import Row, moment, read_json
from helpers.exercises.session import AGAIN, ANSWERED, HINT, SOLUTION, Event, plain

HOME = "https://github.com/pancytopenia-course/pancytopenia-course"
ACTIVITY = f"{HOME}/exercises/"
EXTENSION = f"{HOME}/xapi/"
VERB = {
    ANSWERED: "http://adlnet.gov/expapi/verbs/answered",
    HINT: "http://adlnet.gov/expapi/verbs/interacted",
    SOLUTION: "http://adlnet.gov/expapi/verbs/interacted",
    AGAIN: "http://adlnet.gov/expapi/verbs/attempted",
}
INTERACTION = {
    "choice": "choice",
    "several": "choice",
    "number": "fill-in",
    "ordering": "sequencing",
    "matching": "matching",
    "grade": "matching",
    "code": "long-fill-in",
}

MOST_BYTES = 150_000_000
MOST_EVENTS = 500_000
LONGEST_NAME = 200
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

_ID = re.compile(r"[a-z]{1,30}-[0-9]{2,3}")
_VERSION = re.compile(r"[0-9a-f]{0,64}")
_VERDICTS = (RIGHT, NOT_YET, CANNOT_TELL, UNANSWERED)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute."""

CSV_COLUMNS = (
    "id", "time", "exercise", "objective", "did", "answer", "verdict", "misconception", "hints", "confidence",
    "version", "order",
)  # fmt: skip


class Unreadable(ValueError):
    """Why a file cannot be brought in, as a sentence."""


@dataclass(frozen=True)
class Taken:
    """What was found in a file."""

    events: list[tuple[Event, int | None]]
    """Events, each with its place in the order of the record it comes from."""
    left_out: Mapping[str, int]
    """Reason to number of entries that were not taken."""


# --- out --------------------------------------------------------------------------------------------------------------


def to_xapi(rows: Iterable[Row], learner: str) -> str:
    """A record as a JSON array of xAPI statements, one a line.

    Args:
        rows: as :meth:`helpers.exercises.record.Record.rows` gives them.
        learner: a random name.
    """
    lines = (json.dumps(_statement(row, learner), separators=(",", ":")) for row in rows if row[3] in VERB)
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _statement(row: Row, learner: str) -> dict[str, Any]:
    uid, place, exercise, did, answer, verdict, misconception, hints, confidence, ms, version = row
    found = _known(exercise)
    extensions: dict[str, Any] = {f"{EXTENSION}did": did, f"{EXTENSION}order": place}
    result: dict[str, Any] = {}
    if did == ANSWERED:
        given = read_json(answer)
        extensions |= {f"{EXTENSION}hints": hints, f"{EXTENSION}confidence": confidence}
        result = {
            "completion": verdict != UNANSWERED,
            "response": _response(found.kind if found else "", given),
            "extensions": {
                f"{EXTENSION}answer": given,
                f"{EXTENSION}verdict": verdict,
                f"{EXTENSION}misconception": misconception,
            },
        }
        if verdict != CANNOT_TELL:
            result["success"] = verdict == RIGHT
    definition: dict[str, Any] = {"type": "http://adlnet.gov/expapi/activities/cmi.interaction"}
    if found:
        definition |= {"interactionType": INTERACTION[found.kind], "name": {"en-US": found.objective}}
    else:
        definition |= {"interactionType": "other"}
    return {
        "id": uid,
        "actor": {"objectType": "Agent", "account": {"homePage": HOME, "name": learner}},
        "verb": {"id": VERB[did], "display": {"en-US": VERB[did].rpartition("/")[2]}},
        "object": {"objectType": "Activity", "id": ACTIVITY + exercise, "definition": definition},
        **({"result": result} if result else {}),
        "context": {**({"revision": version} if version else {}), "extensions": extensions},
        "timestamp": _timestamp(ms),
        "version": "1.0.3",
    }


def _timestamp(ms: int) -> str:
    return moment(ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _known(id: str) -> bank.Exercise | None:
    try:
        return bank.exercise(id)
    except (KeyError, bank.BankError):
        return None


def _response(kind: str, answer: Any) -> str:
    """An answer as xAPI writes it for this kind of interaction."""
    if isinstance(answer, Mapping):
        if kind == "number":
            return " ".join(str(answer.get(part) or "") for part in ("amount", "unit")).strip()
        return "[,]".join(f"{item}[.]{choice}" for item, choice in answer.items())
    if isinstance(answer, list):
        return "[,]".join(map(str, answer))
    return "" if answer is None else str(answer)


def to_csv(rows: Iterable[Row]) -> str:
    """A record as a table, one event a row; answers as JSON. No cell is a formula to a spreadsheet."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for uid, place, exercise, did, answer, verdict, misconception, hints, confidence, ms, version in rows:
        found = _known(exercise)
        objective = found.objective if found else ""
        shown = "" if confidence is None else f"{confidence:g}"
        cells = (uid, _timestamp(ms), exercise, objective, did, answer, verdict, misconception, hints, shown, version)
        writer.writerow([*(f"'{cell}" if str(cell).startswith(_FORMULA) else cell for cell in cells), place])
    return file.getvalue()


# --- in ---------------------------------------------------------------------------------------------------------------


def read_file(data: bytes) -> Taken:
    """The events in a file that was taken along, JSON or CSV.

    Raises:
        Unreadable: it is too large, or neither of the two; the message says what was expected.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable(f"The file is larger than {MOST_BYTES // 1_000_000} MB; a record is not so large.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("This is no text. Choose the file that the button for downloading gave you.") from None
    entries = _statements(text) if text.lstrip()[:1] in ("[", "{") else _lines(text)
    events: list[tuple[Event, int | None]] = []
    left_out: Counter[str] = Counter()
    for entry in entries:
        if len(events) >= MOST_EVENTS:
            raise Unreadable(f"The file holds more than {MOST_EVENTS:,} entries; a record does not hold so many.")
        try:
            events.append(_checked(entry))
        except (Unreadable, RecursionError) as reason:
            left_out[str(reason) if isinstance(reason, Unreadable) else "nested too deep"] += 1
    if not events and not left_out:
        raise Unreadable("There is nothing in this file.")
    return Taken(events, left_out)


def _statements(text: str) -> Iterator[dict[str, Any]]:
    """The entries of a file of xAPI statements: field to value, not yet checked."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"This is no JSON of a record ({type(error).__name__}). Was the file cut short?") from None
    if isinstance(found, dict):
        found = found.get("statements", [found])
    for statement in found if isinstance(found, list) else []:
        yield _fields(statement)


def _part(value: Any, *names: str) -> Any:
    """A part of nested dicts; None where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _fields(statement: Any) -> dict[str, Any]:
    of, extensions = _part(statement, "object", "id"), _part(statement, "context", "extensions") or {}
    result = _part(statement, "result", "extensions") or {}
    ours = isinstance(of, str) and of.startswith(ACTIVITY)
    return {
        "id": _part(statement, "id"),
        "time": _part(statement, "timestamp"),
        "exercise": of[len(ACTIVITY) :] if ours else None,
        "version": _part(statement, "context", "revision") or "",
        **{name: _part(extensions, EXTENSION + name) for name in ("did", "order", "hints", "confidence")},
        **{name: _part(result, EXTENSION + name) for name in ("answer", "verdict", "misconception")},
    }


def _lines(text: str) -> Iterator[dict[str, Any]]:
    """The entries of a CSV file: field to value, not yet checked."""
    csv.field_size_limit(8_000_000)
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        if not {"id", "time", "exercise", "did"} <= set(reader.fieldnames or ()):
            raise Unreadable("This is no file of a record. Choose the one that the button for downloading gave you.")
        for line in reader:
            cells = {key: cell.removeprefix("'") for key, cell in line.items() if isinstance(cell, str) and key}
            yield cells | _typed(cells)
    except csv.Error as error:
        raise Unreadable(f"This table cannot be read ({error}).") from None


def _typed(cells: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("answer", "hints", "confidence", "order"):
        try:
            found[name] = json.loads(cells.get(name) or "null")
        except (ValueError, RecursionError):
            found[name] = cells.get(name)
    return found


def _checked(entry: Mapping[str, Any]) -> tuple[Event, int | None]:
    """An event and its place, from fields that may hold anything.

    Raises:
        Unreadable: why it is not taken, in a few words.
    """
    exercise, did = entry.get("exercise"), entry.get("did")
    if not isinstance(exercise, str) or not _ID.fullmatch(exercise):
        raise Unreadable("not of this course")
    if not isinstance(did, str) or did not in VERB:
        raise Unreadable("nothing that this course records")
    verdict = entry.get("verdict")
    if did == ANSWERED and verdict not in _VERDICTS:
        raise Unreadable("an answer without a verdict")
    version, order = entry.get("version") or "", entry.get("order")
    event = Event(
        exercise,
        did,
        plain(entry.get("answer")) if did == ANSWERED else None,
        verdict if did == ANSWERED else "",
        _name(entry.get("misconception")) if did == ANSWERED else "",
        min(_whole(entry.get("hints")) or 0, 99),
        _share(entry.get("confidence")),
        _time(entry.get("time")),
        version if isinstance(version, str) and _VERSION.fullmatch(version) else "",
        _uid(entry.get("id")),
    )
    place = _whole(order)
    believable = place is not None and place < LATEST.timestamp() * 1000
    return event, place if believable else None


def _uid(value: Any) -> str:
    try:
        return str(uuid.UUID(value)) if isinstance(value, str) and len(value) <= 40 else _no_id()
    except ValueError:
        return _no_id()


def _no_id() -> str:
    raise Unreadable("without an id")


def _time(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= 40 else None
        if found is not None and EARLIEST <= (found if found.tzinfo else found.replace(tzinfo=UTC)) < LATEST:
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Unreadable("without a believable time")


def _name(value: Any) -> str:
    """A name as text that a file can hold."""
    words = value if isinstance(value, str) else ""
    return " ".join(words[:LONGEST_NAME].encode("utf-8", "replace").decode().split())


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None


def _share(value: Any) -> float | None:
    known = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
    return float(value) if known else None


def file_name(now: datetime, kind: str) -> str:
    """What the file is called: ``pancytopenia-record-2026-05-12.json``."""
    return f"pancytopenia-record-{now:%Y-%m-%d}.{kind}"


def words(taken: Taken, new: int) -> str:
    """What came of bringing a file in, in a sentence."""
    there = len(taken.events) - new
    parts = [f"{new} {'entry is' if new == 1 else 'entries are'} new"]
    parts += [f"{there} {'was' if there == 1 else 'were'} there already"] if there else []
    parts += [f"{number} left out ({reason})" for reason, number in taken.left_out.items()]
    return "; ".join(parts) + "."
