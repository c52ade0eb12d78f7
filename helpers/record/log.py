"""The learner's record: everything done with the exercises, in a log on this computer that only grows.

It is one SQLite file in the user's data folder; the environment variable ``PANCYTOPENIA_RECORD`` names another folder.
Several kernels may write at once. An event is on the disk when :meth:`Record.append` returns. Nothing leaves the
machine.

Where the file cannot be used, the record goes on in memory and :attr:`Record.trouble` says so; it tries the disk again
with each event, and what was kept in memory is then written. A file that is damaged or of another program is set aside
under another name, never overwritten, and what can still be read of it is taken over.

>>> from tempfile import mkdtemp
>>> record = Record(Path(mkdtemp()))
>>> record.append(Event("start-01", answer="finding", verdict="right"))
>>> record.count()
1
"""

from __future__ import annotations

import atexit
import json
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from helpers.nesting import shallow
from helpers.questions.exercise import RIGHT, TRIES
from helpers.record.place import (
    file_number,
    in_browser,
    open_numbered,
    set_aside,
    take_over,
    usual_folder,
    why_unusable,
)
from helpers.record.record_file import (
    ALL,
    COLUMNS,
    KEEP,
    NAME,
    READ,
    WAIT,
    Damaged,
    Row,
    Unusable,
    at_once,
    build,
    error_code,
    is_damage,
)  # fmt: skip
from helpers.record.session import AGAIN, ANSWERED, HINT, SOLUTION, Event, as_text, plain

_LAST_PLACE = f"SELECT coalesce(max({READ['place']}), 0) FROM events"

T = TypeVar("T")


@dataclass(frozen=True)
class Past:
    """What a record holds of one exercise since it was begun, or begun again."""

    last: Event | None = None
    attempts: int = 0
    """Answers that could be judged."""
    hints: int = 0
    revealed: bool = False
    draft: Any = None
    """What was typed or chosen after the last answer."""
    confidence: float | None = None
    round: int = 0
    """How often it was begun again."""
    solved: int = 0
    """At which of the attempts it was right first, in the wording of the last answer; 0: at none."""


class Record:
    """A learner's record.

    Args:
        folder: where its file lies; :func:`usual_folder` when it is first used, unless given.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._db: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        """Which file is open (device and number); None while the record is kept in memory."""
        self._process = 0
        self._patience = 0.0
        """When to try the disk again."""
        self._lock = threading.RLock()
        self.trouble = ""
        """A sentence on why nothing is being saved; "" while all is well."""
        self.was_set_aside = ""
        """A sentence on a file that was set aside since this kernel began; "" if none was."""

    @property
    def folder(self) -> Path:
        """Where the file lies.

        Raises:
            Unusable: there is no place for it.
        """
        if self._folder is None:
            self._folder = usual_folder()
        return self._folder

    @property
    def path(self) -> Path:
        """The file.

        Raises:
            Unusable: there is no place for it.
        """
        return self.folder / NAME

    def place(self) -> str:
        """Where the record lies, in words."""
        if in_browser() and self._file is not None:
            return "in this browser"
        return "in memory only" if self._file is None else str(self.path)

    # --- writing ---

    def append(self, *events: Event) -> None:
        """Keep events, all or none; they are on the disk when this returns, or :attr:`trouble` says why not.

        An event that is there already (by its ``uid``) is passed over.
        """

        def write(db: sqlite3.Connection) -> None:
            with at_once(db):
                place = max(db.execute(_LAST_PLACE).fetchone()[0] + 1, *(_ms(event.time) for event in events))
                for number, event in enumerate(events):
                    db.execute(KEEP, _row(event, place + number))
                    if event.did in (ANSWERED, AGAIN):
                        db.execute("DELETE FROM drafts WHERE exercise = ?", (event.exercise,))

        if events:
            self._with(write, writes=True)

    def merge(self, rows: Iterable[tuple[Event, int | None]]) -> int:
        """Take over events from another record, with their places in its order where known; how many were new."""

        def write(db: sqlite3.Connection) -> int:
            before = db.total_changes
            with at_once(db):
                db.executemany(KEEP, [_row(event, place or _ms(event.time)) for event, place in found])
            return db.total_changes - before

        found = list(rows)
        return self._with(write, writes=True)

    def save_draft(self, exercise: str, draft: Any, confidence: float | None = None) -> None:
        """Keep what is typed or chosen but not checked yet, in place of what was there before."""

        def write(db: sqlite3.Connection) -> None:
            db.execute("PRAGMA synchronous = NORMAL")
            try:
                db.execute("INSERT OR REPLACE INTO drafts VALUES (?, ?, ?)", (exercise, as_text(draft), confidence))
            finally:
                db.execute("PRAGMA synchronous = FULL")

        self._with(write)

    def erase(self) -> bool:
        """Delete everything, also files that were set aside; whether nothing is left on the disk.

        The emptied file stays, so that other kernels may go on writing to it.
        """

        def write(db: sqlite3.Connection) -> None:
            with at_once(db):
                for table in ("events", "drafts", "facts"):
                    db.execute(f"DELETE FROM {table}")
            with suppress(sqlite3.OperationalError):  # another kernel is reading: the space is given back later
                db.execute("VACUUM")
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if isinstance(db, _OnADrive):
                db.erased()

        with self._lock:
            self._with(write, writes=True)
            for path in self.files_set_aside():
                with suppress(OSError):
                    path.unlink()
            self.was_set_aside = ""
            return not self.trouble and not self.files_set_aside()

    # --- reading ---

    def past(self, exercise: str) -> Past:
        """What is known of one exercise since it was begun, or begun again."""
        return self._with(lambda db: _past(db, exercise))

    def rows(self) -> list[Row]:
        """All events in order, as rows of :data:`COLUMNS`; answers as JSON, times in ms since 1970 UTC."""
        return self._with(lambda db: db.execute(f"SELECT {ALL} FROM events ORDER BY place, id").fetchall())

    def events(self) -> list[Event]:
        """All events in order."""
        return [_event(row) for row in self.rows()]

    def select(self, columns: str, *did: str) -> list[Row]:
        """Some columns of the events of some kinds in order: ``select("exercise, verdict", ANSWERED)``."""
        kinds = f"WHERE did IN ({', '.join('?' * len(did))})"
        read = ", ".join(READ[name] for name in columns.split(", "))
        wanted = f"SELECT {read} FROM events {kinds} ORDER BY place, id"
        return self._with(lambda db: db.execute(wanted, did).fetchall())

    def latest(self, most: int) -> list[Row]:
        """The last events, the newest first."""
        wanted = f"SELECT {ALL} FROM events ORDER BY place DESC, id DESC LIMIT ?"
        return self._with(lambda db: db.execute(wanted, (most,)).fetchall())

    def since(self) -> datetime | None:
        """When the first event was; None if there is none."""
        first = f"SELECT {READ['time']} FROM events ORDER BY place, id LIMIT 1"
        found = self._with(lambda db: db.execute(first).fetchone())
        return moment(found[0]) if found else None

    def count(self) -> int:
        """How many events there are."""
        return self._with(lambda db: db.execute("SELECT count(*) FROM events").fetchone()[0])

    def setting(self, name: str, value: str | None = None) -> str:
        """A setting of this record (``learner``, ``exported`` ...); with a value it is set. "" if unknown."""

        def read(db: sqlite3.Connection) -> str:
            if value is not None:
                db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))
            found = db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
            return found[0] if found else ""

        return self._with(read)

    def learner(self) -> str:
        """The name of this record's learner for exports: random, and no name of a person."""
        return self.setting("learner") or self.setting("learner", str(uuid.uuid4()))

    def files_set_aside(self) -> list[Path]:
        """Files that were set aside because they were damaged or of another program."""
        try:
            return sorted(self.folder.glob("record-set-aside-*"))
        except (OSError, Unusable):
            return []

    # --- the file ---

    def _with(self, action: Callable[[sqlite3.Connection], T], writes: bool = False) -> T:
        """Do something with the database; what writes an event first tries whether the disk works again."""
        with self._lock:
            if writes:
                self._try_disk_again()
            return self._done(action)

    def _done(self, action: Callable[[sqlite3.Connection], T]) -> T:
        """Do something with the database; where the disk fails, do it in memory."""
        for _ in range(3):
            db = self._database()
            try:
                with _kept(db):
                    done = action(db)
                if self._file is None or self._file == file_number(self.path):
                    return done
                # Another kernel set the file aside meanwhile: what was written is not in the record.
            except (sqlite3.Error, UnicodeError, OSError, Damaged) as error:
                if self._file is None:
                    raise
                if is_damage(error) or isinstance(error, Damaged):
                    seen = self._file
                    self._close()
                    self._set_aside_and_begin(f"it is damaged ({error})", seen)
                else:
                    self._fall_back(error)
        self._fall_back(OSError("the record cannot be used"))
        return action(self._database())

    def _database(self) -> sqlite3.Connection:
        stale = self._process != os.getpid() or (self._file is not None and self._file != file_number(self.path))
        if self._db is None or stale:
            if self._process == os.getpid():
                self._close()
            else:
                _abandoned.append(self._db)
                self._db, self._file, self._process = None, None, os.getpid()
            self._begin()
        assert self._db is not None
        return self._db

    def _close(self) -> None:
        if self._db is not None:
            with suppress(sqlite3.Error):
                self._db.close()
        self._db, self._file = None, None

    def close(self) -> None:
        """Close the file; the next use opens it again. What waits in memory is brought to the disk first, if it can be.

        A kernel that ends does the same by itself.
        """
        with self._lock:
            self._patience = 0.0
            self._try_disk_again()
            if self._file is not None:
                self._close()

    def _begin(self) -> None:
        seen = None
        try:
            seen = file_number(self.path)
            self._db, self._file = open_numbered(self.path)
            self.trouble = ""
        except Damaged as reason:
            self._set_aside_and_begin(str(reason), seen)
        except (Unusable, OSError, sqlite3.Error) as reason:
            self._fall_back(reason)

    def _fall_back(self, reason: Exception) -> None:
        """Go on in memory, with what can be read of the file."""
        self._close()
        self.trouble = f"Nothing is being saved: {why_unusable(reason, self._folder)}"
        busy = isinstance(reason, sqlite3.Error) and error_code(reason) == sqlite3.SQLITE_BUSY
        self._patience = time.monotonic() + (3 * WAIT if busy else 0)
        self._db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        atexit.register(self.close)
        build(self._db)
        with suppress(OSError, sqlite3.Error, Unusable):
            take_over(self._db, self.path)

    def _try_disk_again(self) -> None:
        """While the record is in memory: move it to the disk if that works now."""
        on_disk = self._db is None or self._file is not None
        if on_disk or self._process != os.getpid() or time.monotonic() < self._patience:
            return
        try:
            disk, number = open_numbered(self.path)
        except (Unusable, OSError, sqlite3.Error):
            return
        try:
            with _kept(disk), at_once(disk):
                disk.executemany(KEEP, self._db.execute(f"SELECT {COLUMNS} FROM events ORDER BY place, id"))
                for table, holes in (("drafts", "?, ?, ?"), ("facts", "?, ?")):
                    disk.executemany(
                        f"INSERT OR REPLACE INTO {table} VALUES ({holes})", self._db.execute(f"SELECT * FROM {table}")
                    )
        except (sqlite3.Error, OSError, Damaged):
            disk.close()
            return
        self._close()
        atexit.unregister(self.close)
        self._db, self._file, self.trouble = disk, number, ""

    def _set_aside_and_begin(self, why: str, seen: tuple[int, int] | None) -> None:
        """Rename the file that was seen, begin a new one, and take over what can be read of the old one."""
        try:
            another = file_number(self.path) != seen  # another kernel was quicker
            aside = None if another else set_aside(self.path)
            self._db, self._file = open_numbered(self.path)
        except (Unusable, OSError, sqlite3.Error) as reason:
            self._fall_back(reason)
            return
        self.trouble = ""
        saved = 0
        if aside is not None:
            with suppress(OSError, sqlite3.Error, Unusable):
                saved = take_over(self._db, aside)
            taken = f" {saved} of its entries could be read and were taken over." if saved else ""
            self.was_set_aside = f"The file of your record was set aside as {aside.name}, because {why}.{taken}"


@runtime_checkable
class _OnADrive(Protocol):
    """A record in memory that is written out after each change (:mod:`helpers.record.browser_file`)."""

    def kept(self) -> AbstractContextManager[None]: ...

    def erased(self) -> None: ...


def _kept(db: sqlite3.Connection) -> AbstractContextManager[None]:
    """Around what is done with a record, so that it is kept when it is done."""
    return db.kept() if isinstance(db, _OnADrive) else nullcontext()


_abandoned: list[object] = []
"""Connections of a parent process: closing them here would disturb it."""


# --- rows and events --------------------------------------------------------------------------------------------------


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _row(event: Event, place: int) -> Row:
    return (
        event.uid,
        place,
        event.exercise,
        event.did,
        as_text(event.answer),
        event.verdict,
        event.misconception,
        event.hints,
        event.confidence,
        _ms(event.time),
        event.version,
        as_text(plain(event.shown)) if event.shown else "",
    )


def _event(row: Row) -> Event:
    uid, _, exercise, did, answer, verdict, misconception, hints, confidence, ms, version, shown = row
    told = read_json(shown)
    told = told if isinstance(told, dict) else {}
    when = moment(ms)
    return Event(exercise, did, read_json(answer), verdict, misconception, hints, confidence, when, version, told, uid)


def moment(ms: float) -> datetime:
    """A time in ms since 1970 as a datetime in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def read_json(text: str) -> Any:
    """What a JSON text holds; None where it cannot be read."""
    try:
        return json.loads(shallow(text))
    except (TypeError, ValueError, RecursionError):
        return None


def _past(db: sqlite3.Connection, exercise: str) -> Past:
    def found(what: str, did: str, after: int = -1, more: str = "", *values: Any) -> Any:
        where = f"SELECT {what} FROM events WHERE exercise = ? AND did = ? AND place > ? {more}"
        return db.execute(where, (exercise, did, after, *values)).fetchone()

    tries = f"AND verdict IN {TRIES}"
    begun = found("coalesce(max(place), -1)", AGAIN)[0]
    last = found(ALL, ANSWERED, begun, "ORDER BY place DESC, id DESC LIMIT 1")
    last = _event(last) if last else None
    draft = db.execute("SELECT draft, confidence FROM drafts WHERE exercise = ?", (exercise,)).fetchone()
    right = "AND verdict = ? AND version = ?"
    solved = found("min(place)", ANSWERED, begun, right, RIGHT, last.version)[0] if last else None
    return Past(
        last,
        found("count(*)", ANSWERED, begun, tries)[0],
        found("count(*)", HINT, begun)[0],
        found("count(*)", SOLUTION, begun)[0] > 0,
        read_json(draft[0]) if draft else None,
        draft[1] if draft else None,
        found("count(*)", AGAIN)[0],
        found("count(*)", ANSWERED, begun, f"{tries} AND place <= ?", solved)[0] if solved is not None else 0,
    )
