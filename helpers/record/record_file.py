"""The file of a learner's record on a disk: where it lies, how it is opened and built, what becomes of a damaged one.

It is a SQLite file. It is looked at before SQLite touches it, so that a file of another program is never changed. Of
browsers it knows nothing (``place`` says which of the two keeps a record).
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
OWN_FOLDER = "pancytopenia-course"
APPLICATION = 0x70616E63
"""Marks a SQLite file as a record of this course."""

WAIT = 10.0
"""Seconds to wait for another kernel that writes."""

LARGEST_CHECKED = 50_000_000
"""Bytes up to which a file is read through before it is opened."""

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
    "ALTER TABLE events ADD COLUMN shown TEXT NOT NULL DEFAULT '';\n",
)
"""How the file is made, step by step: a file of an earlier course gets the steps it lacks."""

COLUMNS = "uid, place, exercise, did, answer, verdict, misconception, hints, confidence, time, version, shown"
KEEP = f"INSERT OR IGNORE INTO events ({COLUMNS}) VALUES ({', '.join('?' * 12)})"

_LATEST_MS = 253_402_300_799_999
"""The last millisecond of the year 9999."""


def _sound(column: str, otherwise: str) -> str:
    believable = f"typeof({column}) = 'integer' AND {column} BETWEEN 0 AND {_LATEST_MS}"
    return f"CASE WHEN {believable} THEN {column} ELSE {otherwise} END"


READ = {name: f"CAST({name} AS TEXT)" for name in COLUMNS.split(", ")} | {
    "place": _sound("place", "id"),
    "time": _sound("time", _sound("place", "0")),
    "hints": _sound("hints", "0"),
    "confidence": "CASE WHEN typeof(confidence) IN ('real', 'integer') THEN confidence END",
}
"""How each column is read, so that what a damaged file holds there is of its type; a time that is none is its place."""

ALL = ", ".join(READ.values())

Row = tuple[Any, ...]
"""The values of :data:`COLUMNS`."""

T = TypeVar("T")


class Unusable(Exception):
    """Why a record file cannot be used, as a sentence."""


class Damaged(Unusable):
    """The file is no record, or no whole one: it is to be set aside."""


def named_folder() -> str:
    """The folder that ``PANCYTOPENIA_RECORD`` names; "" where it names none."""
    return os.environ.get(FOLDER, "").strip()


def usual_folder() -> Path:
    """Where the record lies: as ``PANCYTOPENIA_RECORD`` says, else in the user's data folder.

    Raises:
        Unusable: this computer knows no home folder of the user.
    """
    from platformdirs import user_data_path

    named = named_folder()
    try:
        folder = Path(named).expanduser() if named else user_data_path(OWN_FOLDER, appauthor=False)
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
    _make_folder(path.parent)
    if path.exists() and not path.is_file():
        raise Damaged("something else has its name")
    look_at(path)
    _keep_to_owner(path)
    db = sqlite3.connect(path, timeout=WAIT, isolation_level=None, check_same_thread=False)
    try:
        _prepare(db)
    except (sqlite3.Error, UnicodeError) as error:
        db.close()
        if is_damage(error):
            raise Damaged(f"it is damaged ({error})") from error
        raise
    except Unusable:
        db.close()
        raise
    return db


def open_numbered(path: Path) -> tuple[sqlite3.Connection, tuple[int, int] | None]:
    """The same, with the number of the very file that is open: another kernel may set one aside at any moment.

    Raises:
        Damaged, Unusable, OSError, sqlite3.Error: as :func:`open_file`.
    """
    for _ in range(5):
        seen = file_number(path)
        db = open_file(path)
        if file_number(path) == seen:
            return db, seen
        db.close()  # it was just made, or exchanged
    raise OSError(f"{path} does not stay the same file")


def look_at(path: Path) -> None:
    """Look at the beginning of a file, without SQLite: is it a record, and is all of it there?

    Raises:
        Damaged: it is not.
    """
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
    if path.stat().st_size <= LARGEST_CHECKED:
        _read_through(path)


def is_newer(path: Path) -> bool:
    """Whether a later version of this course wrote the file, and may keep in it what this one does not know."""
    with path.open("rb") as file:
        head = file.read(64)
    return int.from_bytes(head[60:64]) > len(STEPS)


def _read_through(path: Path) -> None:
    """Let SQLite look for damage before it may write: a file that is set aside is the very file that was found."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=WAIT)) as db:
            found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    except (sqlite3.Error, UnicodeError) as error:
        if is_damage(error):
            raise Damaged(f"it is damaged ({error})") from error
        return  # what else there is shows when it is opened
    if found != "ok":
        raise Damaged(f"it is damaged ({' '.join(found.split())[:80]})")


def _make_folder(folder: Path) -> None:
    """The folder, for its owner alone where it is made here; one that was there before is another's to close."""
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name != "nt" and folder.name == OWN_FOLDER:
        with suppress(OSError):
            folder.chmod(0o700)


def _keep_to_owner(path: Path) -> None:
    """The file is made, and stays, for its owner alone; SQLite gives its own files beside it the same rights."""
    if os.name == "nt":
        return
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_RDONLY, 0o600))
        path.chmod(0o600)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _prepare(db: sqlite3.Connection) -> None:
    """Make a connection ready: other kernels may write, an event is on the disk when it is kept, no step is missing."""
    application, version, tables = _at_one_moment(db)
    if version > len(STEPS) and application == APPLICATION:
        raise Unusable("the record was made by a newer version of the course. Use that version, or update this one.")
    if application != APPLICATION and (tables or application):
        raise Damaged("it belongs to another program")
    _patiently(lambda: db.execute("PRAGMA journal_mode = WAL"))
    db.execute("PRAGMA synchronous = FULL")
    if version < len(STEPS):
        build(db)
    elif not tables >= {"events", "drafts", "facts"}:
        raise Damaged("a part of it is missing")
    db.execute("SELECT uid, version FROM events ORDER BY id DESC LIMIT 1").fetchone()
    first, last = db.execute("SELECT min(place), max(place) FROM events").fetchone()
    whole = isinstance(first, int) and isinstance(last, int) and 0 <= first <= last <= _LATEST_MS
    if first is not None and not whole:
        raise Damaged("the order of its entries is damaged")


def _at_one_moment(db: sqlite3.Connection) -> tuple[int, int, set[str]]:
    """The file's mark, its version and its tables, as they are together: another kernel may just be building it."""

    def look() -> tuple[int, int, set[str]]:
        db.execute("BEGIN")
        try:
            mark, version = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
            found = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            return mark, version, {name for (name,) in found}
        finally:
            if db.in_transaction:
                db.execute("ROLLBACK")

    return _patiently(look)


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


def error_code(error: Exception) -> int:
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def is_damage(error: Exception) -> bool:
    odd = isinstance(error, UnicodeError) or "no such" in str(error) or "Could not decode" in str(error)
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
    log = Path(f"{path}-wal")
    for empty in (Path(f"{path}-shm"), *([] if _size(log) else [log])):  # what SQLite makes by only looking
        empty.unlink(missing_ok=True)
    for end in ("-wal", ""):  # the file itself last, so that its log never meets a new file
        with suppress(FileNotFoundError):
            os.rename(f"{path}{end}", f"{aside}{end}")
    return aside if aside.exists() else None


def take_over(db: sqlite3.Connection, path: Path, drafts: bool = True) -> int:
    """Copy what can be read of another record into this one, with or without its drafts; how many entries."""
    if not path.is_file():
        return 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / NAME
        try:
            _copied_as_one(path, copy)
            address = str(copy)
        except OSError:  # no space for a copy
            address = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, isolation_level=None, uri=address.startswith("file:"))) as old:
            old.text_factory = lambda letters: letters.decode("utf-8", "replace")
            old.execute("PRAGMA writable_schema = ON")  # a damaged entry in its list of tables hides no other table
            if old.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
                return 0
            with at_once(db):
                return _copy(old, db, drafts)


def _copied_as_one(path: Path, copy: Path) -> None:
    """Copy a file and its log as they are together: again, if another kernel wrote to one of them meanwhile."""

    def state() -> list[tuple[int, int] | None]:
        found = [Path(f"{path}{end}") for end in ("", "-wal")]
        return [(one.stat().st_mtime_ns, one.stat().st_size) if one.exists() else None for one in found]

    for _ in range(5):
        before = state()
        for end in ("", "-wal"):
            with suppress(FileNotFoundError):
                shutil.copyfile(f"{path}{end}", f"{copy}{end}")
        if state() == before:
            return


def _copy(old: sqlite3.Connection, db: sqlite3.Connection, drafts: bool) -> int:
    before = db.total_changes
    there = {row[1] for row in old.execute("PRAGMA table_info(events)")}
    read = ", ".join(how if name in there else "''" for name, how in READ.items())  # an earlier course had fewer
    for order in ("ASC", "DESC"):  # from both ends up to what is damaged
        with suppress(sqlite3.DatabaseError, UnicodeError):
            for row in old.execute(f"SELECT {read} FROM events ORDER BY id {order}"):
                with suppress(sqlite3.Error):
                    db.execute(KEEP, row)
    saved = db.total_changes - before
    with suppress(sqlite3.DatabaseError, UnicodeError):
        if drafts:
            db.executemany("INSERT OR IGNORE INTO drafts VALUES (?, ?, ?)", old.execute("SELECT * FROM drafts"))
        db.executemany("INSERT OR IGNORE INTO facts VALUES (?, ?)", old.execute("SELECT * FROM facts"))
    return saved
