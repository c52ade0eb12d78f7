"""The record in a browser: SQLite in memory, written as a plain file onto the browser's drive with each change.

SQLite cannot work on that drive itself. Every notebook is a Python of its own and writes two files of its own in turn,
so that none overwrites another's; each reads what the others wrote and takes it over by event id. Deleting
everything begins a new generation: whoever sees a higher one in the folder drops what it holds.
"""

from __future__ import annotations

import os
import re
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from helpers.record import record_file
from helpers.record.record_file import NAME, Damaged, Unusable

DRIVE = Path("/drive")
"""What the page keeps for this site; there is none where the browser keeps nothing."""

FULL = (
    "this browser keeps no more: its space for this site is full, or was closed to it. Your answers are kept while "
    "this page is open; download your record (notebook 00) before you close it."
)

LOOK_EVERY_S = 1.0
FOLD_AFTER_S = 86_400
"""A file that nobody wrote to for so long is taken into the next one that is written."""

_FILE = re.compile(r"record-(\d{4})-([0-9a-f]{32})\.sqlite")

Seen = tuple[float, int]
"""When a file was written, and its size."""


def folder() -> Path:
    """Where the record lies in a browser.

    Raises:
        Unusable: this window keeps nothing.
    """
    if not DRIVE.is_dir():
        raise Unusable(
            "this window of your browser keeps nothing, as a private window does. Your answers are kept while this "
            "page is open; download your record before you close it, or open the course in an ordinary window."
        )
    return DRIVE / "record"


def files(where: Path) -> dict[str, Seen]:
    """The files of the newest generation, the last written first."""
    try:
        found = {one.name: one.stat() for one in where.iterdir() if _FILE.fullmatch(one.name)}
    except FileNotFoundError:
        return {}
    newest = max(map(generation, found), default=0)
    seen = {name: (stat.st_mtime, stat.st_size) for name, stat in found.items() if generation(name) == newest}
    return dict(sorted(seen.items(), key=lambda one: one[1], reverse=True))


def generation(name: str) -> int:
    """How often everything had been deleted when this file was begun."""
    return int(_FILE.fullmatch(name).group(1))


def _is_to_stay(path: Path) -> bool:
    """Whether a file is not to be taken into another one and deleted: what it holds may be more than is known here."""
    try:
        return record_file.is_newer(path)
    except FileNotFoundError:
        return False


@contextmanager
def off_the_drive(path: Path) -> Iterator[Path]:
    """A copy of a file that SQLite can open.

    Raises:
        Damaged: it is no whole record.
    """
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / NAME
        copy.write_bytes(path.read_bytes())
        record_file.look_at(copy)
        yield copy


def set_aside(where: Path) -> Path | None:
    """Rename the files that are damaged; the new name of one, or None if there was none."""
    aside = None
    for name in files(where):
        try:
            with off_the_drive(where / name):
                pass
        except Damaged:
            aside = where / f"record-set-aside-{name.removeprefix('record-')}"
            os.rename(where / name, aside)
    return aside


class InBrowser(sqlite3.Connection):
    """A record in memory that is kept in a folder."""

    where: Path
    generation = 0
    _seen: dict[str, Seen]
    _old: dict[str, Seen]
    _looked = 0.0
    _kept = 0
    _turn = 1
    """Which of its files was written last."""

    @classmethod
    def begin(cls, where: Path) -> InBrowser:
        """A record with all that lies in a folder.

        Raises:
            Damaged: a file there is to be set aside.
            OSError: the browser does not let us.
        """
        where.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(":memory:", factory=cls, isolation_level=None, check_same_thread=False)
        record_file.build(db)
        db.where, db.uid, db._seen = where, uuid.uuid4().hex[:-1], {}
        try:
            db._look(drafts=True)
        except BaseException:
            db.close()
            raise
        db._old = {
            name: seen
            for name, seen in db._seen.items()
            if time.time() - seen[0] > FOLD_AFTER_S and not _is_to_stay(where / name)
        }
        return db

    @property
    def names(self) -> tuple[str, str]:
        """The two files of this kernel, written in turn: where the page goes while one is written, one is whole."""
        first, second = (f"record-{self.generation:04d}-{self.uid}{turn}.sqlite" for turn in (0, 1))
        return first, second

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Around what is done with the record: what others wrote is there before, what changed is written after.

        Raises:
            OSError: it could not be written.
        """
        if time.monotonic() - self._looked > LOOK_EVERY_S:
            self._look()
        yield
        if self.total_changes != self._kept:
            self._write()

    def erased(self) -> None:
        """Everything was deleted: no file of before counts any more."""
        gone = [one for one in self.where.iterdir() if _FILE.fullmatch(one.name)]
        self.generation = max([self.generation, *(generation(one.name) for one in gone)]) + 1
        self._seen, self._old = {}, {}
        self._write()
        for one in gone:
            one.unlink(missing_ok=True)

    def _write(self) -> None:
        self._turn = 1 - self._turn
        (self.where / self.names[self._turn]).write_bytes(self.serialize())
        self._kept = self.total_changes
        for name, seen in self._old.items():
            if files(self.where).get(name) == seen:
                (self.where / name).unlink(missing_ok=True)
        self._old = {}

    def _look(self, drafts: bool = False) -> None:
        """Take over what other kernels wrote; of drafts only those of the last one, and only at the start."""
        there = files(self.where)
        newest = max(map(generation, there), default=0)
        if newest > self.generation:
            self._drop(newest)
        mine = self.total_changes == self._kept
        (last,) = self.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()
        for name, seen in there.items():
            if name not in self.names and generation(name) == self.generation and self._seen.get(name) != seen:
                with suppress(FileNotFoundError), off_the_drive(self.where / name) as copy:
                    record_file.take_over(self, copy, drafts)
                    drafts = False
                self._seen[name] = seen
        new = "SELECT exercise FROM events WHERE id > ? AND did IN ('answered', 'again')"
        if last:
            self.execute(f"DELETE FROM drafts WHERE exercise IN ({new})", (last,))
        self._looked = time.monotonic()
        if mine:
            self._kept = self.total_changes

    def _drop(self, newest: int) -> None:
        for table in ("events", "drafts", "facts"):
            self.execute(f"DELETE FROM {table}")
        self.generation, self._seen, self._old, self._kept = newest, {}, {}, self.total_changes
