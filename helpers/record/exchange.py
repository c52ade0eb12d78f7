"""A record as one file to take along, and back: xAPI statements (JSON), or a table (CSV). Pure: no disk, no widget.

xAPI is the field's standard for what a learner did (https://xapi.com); each event is one statement, with the learner
under a random name. What comes back is checked piece by piece: what is not a statement of this course, or not a
believable one, is left out and counted; nothing in it is run.

>>> read_file(to_xapi([], "a-random-name").encode())
Traceback (most recent call last):
helpers.record.exchange.Unreadable: There is nothing in this file.
"""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO, TextIO

from helpers.nesting import shallow
from helpers.questions import bank
from helpers.questions.exercise import CANNOT_TELL, KEPT, RIGHT, TRIES, UNANSWERED, Exercise, response
from helpers.record.log import Row, moment, read_json
from helpers.record.session import AGAIN, ANSWERED, HINT, SOLUTION, Event, plain

HOME = "https://github.com/pancytopenia-course/pancytopenia-course"
ACTIVITY = f"{HOME}/exercises/"
EXTENSION = f"{HOME}/xapi/"
VERB = {
    ANSWERED: "http://adlnet.gov/expapi/verbs/answered",
    HINT: "http://adlnet.gov/expapi/verbs/interacted",
    SOLUTION: "http://adlnet.gov/expapi/verbs/interacted",
    AGAIN: "http://adlnet.gov/expapi/verbs/attempted",
}
MOST_EVENTS = 300_000
MOST_BYTES = 400_000_000
"""What can be brought in; so many events of the size that a learner's have fit into it when they are taken along."""
MOST_STRANGE = 10_000
"""Entries that are none of this course, before the file is taken for another one."""
LONGEST_ENTRY, CHUNK = 8_000_000, 1_000_000
"""Letters of one entry at most, and of what is read at once."""
LONGEST_NAME = 200
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

_ID = re.compile(r"[a-z]{1,30}-[0-9]{2,3}")
_VERSION = re.compile(r"[0-9a-f]{0,64}")
_VERDICTS = (*TRIES, CANNOT_TELL, UNANSWERED)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute."""

CSV_COLUMNS = (
    "id", "time", "exercise", "objective", "did", "answer", "verdict", "misconception", "hints", "confidence",
    "version", "shown", "order",
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
        rows: as :meth:`helpers.record.log.Record.rows` gives them.
        learner: a random name.
    """
    lines = (json.dumps(_statement(row, learner), separators=(",", ":")) for row in rows if row[3] in VERB)
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _statement(row: Row, learner: str) -> dict[str, Any]:
    uid, place, exercise, did, answer, verdict, misconception, hints, confidence, ms, version, shown = row
    found = _known(exercise)
    extensions: dict[str, Any] = {f"{EXTENSION}did": did, f"{EXTENSION}order": place}
    result: dict[str, Any] = {}
    if did == ANSWERED:
        given = read_json(answer)
        extensions |= {f"{EXTENSION}hints": hints, f"{EXTENSION}confidence": confidence}
        extensions |= {f"{EXTENSION}shown": read_json(shown)} if shown else {}
        result = {
            "completion": verdict != UNANSWERED,
            "response": found.asks.response(given) if found else response(given),
            "extensions": {
                f"{EXTENSION}answer": given,
                f"{EXTENSION}verdict": verdict,
                f"{EXTENSION}misconception": misconception,
            },
        }
        if verdict not in (CANNOT_TELL, KEPT):
            result["success"] = verdict == RIGHT
    definition: dict[str, Any] = {"type": "http://adlnet.gov/expapi/activities/cmi.interaction"}
    if found:
        definition |= {"interactionType": found.asks.interaction, "name": {"en-US": found.objective}}
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


def _known(id: str) -> Exercise | None:
    try:
        return bank.exercise(id)
    except (KeyError, bank.BankError):
        return None


def to_csv(rows: Iterable[Row]) -> str:
    """A record as a table, one event a row; answers as JSON. No cell is a formula to a spreadsheet."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for uid, place, exercise, did, answer, verdict, slip, hints, confidence, ms, version, shown in rows:
        found, sure = _known(exercise), "" if confidence is None else f"{confidence:g}"
        about = (uid, _timestamp(ms), exercise, found.objective if found else "", did)
        cells = (*about, answer, verdict, slip, hints, sure, version, shown)
        writer.writerow([*(f"'{cell}" if str(cell).startswith(_FORMULA) else cell for cell in cells), place])
    return file.getvalue()


# --- in ---------------------------------------------------------------------------------------------------------------


def read_file(data: bytes | BinaryIO) -> Taken:
    """The events in a file that was taken along, JSON or CSV; read piece by piece, so that it costs what it holds.

    Raises:
        Unreadable: it is too large, or neither of the two; the message says what was expected.
    """
    file = io.BytesIO(data) if isinstance(data, bytes | bytearray) else data
    if file.seek(0, io.SEEK_END) > MOST_BYTES:
        raise Unreadable(f"The file is larger than {MOST_BYTES // 1_000_000} MB; a record is not so large.")
    file.seek(0)
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    try:
        return _taken(_statements(text) if _begins(text) in ("[", "{") else _lines(text))
    except UnicodeDecodeError:
        raise Unreadable("This is no text. Choose the file that the button for downloading gave you.") from None
    finally:
        text.detach()


def _begins(text: TextIO) -> str:
    """The first letter that is no blank."""
    start = text.read(CHUNK).lstrip()[:1]
    text.seek(0)
    return start


def _taken(entries: Iterable[Mapping[str, Any]]) -> Taken:
    events: list[tuple[Event, int | None]] = []
    left_out: Counter[str] = Counter()
    for entry in entries:
        try:
            events.append(_checked(entry))
        except (Unreadable, RecursionError) as reason:
            left_out[str(reason) if isinstance(reason, Unreadable) else "nested too deep"] += 1
        if len(events) > MOST_EVENTS:
            raise Unreadable(f"The file holds more than {MOST_EVENTS:,} entries; a record does not hold so many.")
        if left_out.total() > MOST_STRANGE + len(events):
            raise Unreadable(f"This is no file of a record: the first {MOST_STRANGE:,} entries are nothing it holds.")
    if not events and not left_out:
        raise Unreadable("There is nothing in this file.")
    return Taken(events, left_out)


_LIST = re.compile(r"""\s*(?P<named>\{\s*"statements"\s*:\s*)?\[""")
_BETWEEN = re.compile(r"[\s,]*")
_CUT_SHORT = "This is no JSON of a record. Was the file cut short?"


def _statements(text: TextIO) -> Iterator[dict[str, Any]]:
    """The entries of a file of xAPI statements, one after the other: field to value, not yet checked.

    A file may hold one statement a line, a list of them, or several downloads that were put one after the other.
    """
    decoder, rest = json.JSONDecoder(), text.read(CHUNK)
    while rest := _from_here(rest, text):
        start = _LIST.match(rest)
        if start is None:
            found, rest = _first(decoder, rest, text)
            listed = _part(found, "statements")
            yield from map(_fields, listed if isinstance(listed, list) else [found])
            continue
        rest = yield from _of_list(decoder, rest[start.end() :], text)
        if start["named"]:  # what else stands beside the list
            _, rest = _first(decoder, '{"statements": 0' + rest, text)


def _from_here(rest: str, text: TextIO) -> str:
    """What is left from the next sign that is no blank and no comma on; "" at the end."""
    while not (left := rest[_BETWEEN.match(rest).end() :]):
        rest = text.read(CHUNK)
        if not rest:
            return ""
    return left


def _of_list(decoder: json.JSONDecoder, rest: str, text: TextIO) -> Generator[dict[str, Any], None, str]:
    """The entries of a list whose bracket was read; returns what follows its end."""
    while rest := _from_here(rest, text):
        if rest[0] == "]":
            return rest[1:]
        at = 0
        while (at := _BETWEEN.match(rest, at).end()) < len(rest) and rest[at] != "]":
            try:
                found, at = decoder.raw_decode(shallow(rest, at), at)
            except (ValueError, RecursionError):
                break
            yield _fields(found)
        rest = rest[at:]
        if rest and rest[0] != "]":
            found, rest = _first(decoder, rest, text)
            yield _fields(found)
    raise Unreadable(_CUT_SHORT)


def _first(decoder: json.JSONDecoder, rest: str, text: TextIO) -> tuple[Any, str]:
    """The value at the start of what is left, read on until it is whole; and what follows it."""
    while len(rest) <= LONGEST_ENTRY:
        try:
            found, end = decoder.raw_decode(shallow(rest.lstrip()))
            return found, rest.lstrip()[end:]
        except RecursionError:
            break
        except ValueError:
            more = text.read(CHUNK)
            if not more:
                break
            rest += more
    raise Unreadable(_CUT_SHORT)


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
        **{name: _part(extensions, EXTENSION + name) for name in ("did", "order", "hints", "confidence", "shown")},
        **{name: _part(result, EXTENSION + name) for name in ("answer", "verdict", "misconception")},
    }


def _lines(text: TextIO) -> Iterator[dict[str, Any]]:
    """The entries of a CSV file: field to value, not yet checked."""
    csv.field_size_limit(LONGEST_ENTRY)
    reader = csv.DictReader(text)
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
    for name in ("answer", "hints", "confidence", "shown", "order"):
        try:
            found[name] = json.loads(shallow(cells.get(name) or "null"))
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
    version, order, shown = entry.get("version") or "", entry.get("order"), entry.get("shown")
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
        plain(shown) if isinstance(shown, dict) and did == ANSWERED else {},
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
