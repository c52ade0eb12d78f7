"""The file of a learner's record: where it lies, how it is opened and built, and what becomes of a damaged one.

It is a SQLite file. It is looked at before SQLite touches it, so that a file of another program is never changed.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

FOLDER = "PANCYTOPENIA_RECORD"
"""The environment variable that names the folder of the record."""

NAME = "record.sqlite"
APPLICATION = 0x70616E63
"""Marks a SQLite file as a record of this course."""

WAIT = 10.0
"""Seconds to wait for another kernel that writes."""

STEPS = (
    """
    CREATE TABLE events (
        id INTEGER PRIMARY KEY,
        uid TEXT NOT NULL UNIQUE,
        place INTEGER NOT NULL,
        exercise TEXT NOT NULL,
        did TEXT NOT NULL,
        answer TEXT NOT NULL,
        verdict TEXT NOT NULL,
        misconception TEXT NOT NULL,
        hints INTEGER NOT NULL,
        confidence REAL,
        time INTEGER NOT NULL,
        version TEXT NOT NULL
    );
    CREATE INDEX events_in_order ON events (place);
    CREATE INDEX events_of_an_exercise ON events (exercise, did, place, verdict);
    CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
    """,
    """
    CREATE TABLE drafts (exercise TEXT PRIMARY KEY, draft TEXT NOT NULL, confidence REAL);
    CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    """,
)
"""How the file is made, step by step: a file of an earlier course gets the steps it lacks."""

COLUMNS = "uid, place, exercise, did, answer, verdict, misconception, hints, confidence, time, version"
KEEP = f"INSERT OR IGNORE INTO events ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

Row = tuple[Any, ...]
"""The values of :data:`COLUMNS`."""

T = TypeVar("T")


class Unusable(Exception):
    """Why a record file cannot be used, as a sentence."""


class Damaged(Unusable):
    """The file is no record, or no whole one: it is to be set aside."""


def usual_folder() -> Path:
    """Where the record lies: as ``PANCYTOPENIA_RECORD`` says, else in the user's data folder.

    Raises:
        Unusable: this computer knows no home folder of the user.
    """
    from platformdirs import user_data_path

    named = os.environ.get(FOLDER, "").strip()
    try:
        folder = Path(named).expanduser() if named else user_data_path("pancytopenia-course", appauthor=False)
    except RuntimeError:
        folder = Path("~")
    if not folder.is_absolute() and str(folder).startswith("~"):
        raise Unusable(
            "this computer knows no home folder of yours. Your answers are kept while this notebook runs; to keep them "
            f"longer, name a folder in the environment variable {FOLDER} and start again."
        )
    return folder.absolute()


# --- opening a file ---------------------------------------------------------------------------------------------------


def file_number(path: Path) -> tuple[int, int] | None:
    """Device and number of a file; None if there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def open_file(path: Path) -> sqlite3.Connection:
    """Open the file of a record, or make it.

    Raises:
        Damaged: it is to be set aside.
        Unusable: a newer course made it.
        OSError, sqlite3.Error: the disk does not let us.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.is_file():
        raise Damaged("something else has its name")
    _look_at(path)
    db = sqlite3.connect(path, timeout=WAIT, isolation_level=None, check_same_thread=False)
    try:
        _prepare(db)
    except sqlite3.Error as error:
        db.close()
        if is_damage(error):
            raise Damaged(f"it is damaged ({error})") from error
        raise
    except Unusable:
        db.close()
        raise
    return db


def _look_at(path: Path) -> None:
    """Look at the beginning of a file, without SQLite: is it a record, and is all of it there?"""
    if not path.exists() or not path.stat().st_size:
        return
    with path.open("rb") as file:
        head = file.read(100)
    if len(head) < 100 or not head.startswith(b"SQLite format 3\0"):
        raise Damaged("it is not a record of this course")
    if int.from_bytes(head[68:72]) not in (0, APPLICATION):
        raise Damaged("it belongs to another program")
    page, pages = int.from_bytes(head[16:18]), int.from_bytes(head[28:32])
    whole = head[24:28] == head[92:96] and not _size(Path(f"{path}-wal"))
    if whole and path.stat().st_size < pages * (65536 if page == 1 else page):
        raise Damaged("a part of it is missing")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _prepare(db: sqlite3.Connection) -> None:
    """Make a connection ready: other kernels may write, an event is on the disk when it is kept, no step is missing."""
    application, version = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
    if version > len(STEPS) and application == APPLICATION:
        raise Unusable("the record was made by a newer version of the course. Use that version, or update this one.")
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if application != APPLICATION and (tables or application):
        raise Damaged("it belongs to another program")
    _patiently(lambda: db.execute("PRAGMA journal_mode = WAL"))
    db.execute("PRAGMA synchronous = FULL")
    if version < len(STEPS):
        build(db)
    elif not tables >= {"events", "drafts", "facts"}:
        raise Damaged("a part of it is missing")
    db.execute("SELECT uid, version FROM events ORDER BY id DESC LIMIT 1").fetchone()


def build(db: sqlite3.Connection) -> None:
    """Take the steps a file lacks, in one go; another kernel may do the same at the same time."""
    with at_once(db):
        done = db.execute("PRAGMA user_version").fetchone()[0]
        for step in STEPS[done:]:
            for statement in _statements(step):
                db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION}")
        db.execute(f"PRAGMA user_version = {len(STEPS)}")


def _statements(script: str) -> Iterator[str]:
    """The single statements of a script."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _patiently(action: Callable[[], T]) -> T:
    """Do what SQLite does not wait for by itself while another kernel is busy."""
    end = time.monotonic() + WAIT
    while True:
        try:
            return action()
        except sqlite3.OperationalError as error:
            if error_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.01)


@contextmanager
def at_once(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; no other kernel writes in between."""
    _patiently(lambda: db.execute("BEGIN IMMEDIATE"))
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise


def error_code(error: sqlite3.Error) -> int:
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def is_damage(error: sqlite3.Error) -> bool:
    odd = "no such" in str(error) or "Could not decode" in str(error)
    return odd or error_code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)


def why_unusable(reason: Exception, folder: Path | None) -> str:
    """What is wrong with the disk and what to do, for a learner."""
    code = error_code(reason) if isinstance(reason, sqlite3.Error) else 0
    number = reason.errno if isinstance(reason, OSError) else 0
    if isinstance(reason, Unusable):
        return str(reason)
    if code == sqlite3.SQLITE_FULL or number in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG):
        return f"the disk is full. Free some space; your answers are kept while this notebook runs. ({folder})"
    if code == sqlite3.SQLITE_BUSY:
        return f"another program holds the record ({folder}). Your answers are kept while this notebook runs."
    if code == sqlite3.SQLITE_IOERR:
        return f"the disk gives an error ({folder}). Your answers are kept while this notebook runs."
    return (
        f"the folder {folder} cannot be written to. Your answers are kept while this notebook runs; "
        f"to keep them longer, name another folder in the environment variable {FOLDER} and start again."
    )


# --- a file that is set aside, or cannot be written to ----------------------------------------------------------------


def set_aside(path: Path) -> Path | None:
    """Rename a file and what belongs to it; the new name, or None if it was gone. Never overwrites."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    names = (f"record-set-aside-{stamp}{f'-{number}' if number else ''}.sqlite" for number in range(1000))
    aside = next(path.with_name(name) for name in names if not path.with_name(name).exists())
    for end in ("-shm", "-wal", ""):  # the file itself last, so that its log never meets a new file
        with suppress(FileNotFoundError):
            os.rename(f"{path}{end}", f"{aside}{end}")
    return aside if aside.exists() else None


def take_over(db: sqlite3.Connection, path: Path) -> int:
    """Copy what can be read of another record into this one; how many entries."""
    if not path.is_file():
        return 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / NAME
        try:
            for end in ("", "-wal"):
                with suppress(FileNotFoundError):
                    shutil.copyfile(f"{path}{end}", f"{copy}{end}")
            address = str(copy)
        except OSError:  # no space for a copy
            address = f"{path.as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, isolation_level=None, uri=address.startswith("file:"))) as old:
            old.text_factory = lambda letters: letters.decode("utf-8", "replace")
            if old.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
                return 0
            with at_once(db):
                return _copy(old, db)


def _copy(old: sqlite3.Connection, db: sqlite3.Connection) -> int:
    before = db.total_changes
    for order in ("ASC", "DESC"):  # from both ends up to what is damaged
        with suppress(sqlite3.DatabaseError, UnicodeError):
            for row in old.execute(f"SELECT {COLUMNS} FROM events ORDER BY id {order}"):
                with suppress(sqlite3.Error):
                    db.execute(KEEP, row)
    saved = db.total_changes - before
    with suppress(sqlite3.DatabaseError, UnicodeError):
        db.executemany("INSERT OR IGNORE INTO drafts VALUES (?, ?, ?)", old.execute("SELECT * FROM drafts"))
        db.executemany("INSERT OR IGNORE INTO facts VALUES (?, ?)", old.execute("SELECT * FROM facts"))
    return saved
