"""Files and texts: what is given is a path, a text or bytes; a text comes out, in whatever encoding it was saved."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from helpers.blood.core import units

LONGEST_FILE = 200_000_000
_PATH = re.compile(r"[^\n\r{}<>|]{1,1000}\.(?:csv|tsv|txt|json|ndjson|jsonl|hl7|oru)\s*", re.IGNORECASE)


def decoded(data: bytes) -> str:
    """The text of a file: UTF-16 (every other byte is nothing) or UTF-8, else the usual Windows code page."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    start = data[:4000]
    for first, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if (
            len(start) > 3
            and start[first::2].count(0) > 0.4 * len(start[first::2])
            and not start[1 - first :: 2].count(0)
        ):
            return data.decode(name, errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def is_path(source: Any) -> bool:
    """Whether this is the path of a file and not its text."""
    return isinstance(source, os.PathLike) or (isinstance(source, str) and bool(_PATH.fullmatch(source.strip())))


def text_of(source: Any, what: str) -> tuple[str, list[str]]:
    """The text of a source, and what must be said of it.

    Raises:
        FileNotFoundError: there is no such file. TypeError: the source is neither text nor a path.
    """
    if is_path(source):
        path = Path(str(source).strip())
        if not path.is_file():
            raise FileNotFoundError(f"There is no file {str(path)!r}. Give the path of {what}, or its text.")
        with path.open("rb") as file:
            source = file.read(LONGEST_FILE + 1)
    if isinstance(source, (bytes, bytearray, memoryview)):
        source = decoded(bytes(source))
    if not isinstance(source, str):
        raise TypeError(
            f"{what[:1].upper()}{what[1:]} should be given as its text or its path; this is {type(source).__name__}."
        )
    notes = []
    if len(source) > LONGEST_FILE:
        source = source[:LONGEST_FILE]
        notes.append(f"The file is too long: only its first {units.plain(LONGEST_FILE)} characters were read.")
    return source.lstrip("\ufeff"), notes
