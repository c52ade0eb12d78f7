"""Where a record is kept: in a file on a disk, or in a browser. The one place that knows both ways."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

from helpers.record import browser_file, record_file
from helpers.record.record_file import Unusable

_THE_ONE_IN_A_BROWSER = 0, 0
"""Stands for the number of a file: in a browser a record is always the same."""


def in_browser() -> bool:
    """Whether this Python runs in a browser."""
    return sys.platform == "emscripten"


def usual_folder() -> Path:
    """Where the record lies: as ``PANCYTOPENIA_RECORD`` says, else in the user's data folder or on the browser's drive.

    Raises:
        Unusable: this computer knows no home folder of the user, or this browser keeps nothing.
    """
    if in_browser() and not record_file.named_folder():
        return browser_file.folder()
    return record_file.usual_folder()


def file_number(path: Path) -> tuple[int, int] | None:
    """Device and number of a file; None if there is none."""
    return _THE_ONE_IN_A_BROWSER if in_browser() else record_file.file_number(path)


def open_numbered(path: Path) -> tuple[sqlite3.Connection, tuple[int, int] | None]:
    """Open a record, or make it; with the number of the very file that is open.

    Raises:
        Damaged: it is to be set aside.
        Unusable: a newer course made it.
        OSError, sqlite3.Error: the disk, or the browser, does not let us.
    """
    if in_browser():
        return browser_file.InBrowser.begin(path.parent), _THE_ONE_IN_A_BROWSER
    return record_file.open_numbered(path)


def set_aside(path: Path) -> Path | None:
    """Rename what is damaged; the new name, or None if it was gone. Never overwrites."""
    return browser_file.set_aside(path.parent) if in_browser() else record_file.set_aside(path)


def take_over(db: sqlite3.Connection, path: Path, drafts: bool = True) -> int:
    """Copy what can be read of another record into this one, with or without its drafts; how many entries."""
    if in_browser() and not path.is_file():
        there = [path.parent / name for name in browser_file.files(path.parent)]
        return sum(record_file.take_over(db, one, drafts) for one in there)
    return record_file.take_over(db, path, drafts)


def why_unusable(reason: Exception, folder: Path | None) -> str:
    """What is wrong and what to do, for a learner."""
    if in_browser() and not isinstance(reason, Unusable):
        return browser_file.FULL
    return record_file.why_unusable(reason, folder)
