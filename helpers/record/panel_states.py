"""How a learner left the panels, kept beside the drafts of the record: no event, but it comes back with the page.

What is kept belongs to one place in a notebook and to the panel that its text makes there. Where the text makes another
one by now, or the course has changed what such a panel is made of, nothing comes back.

>>> from pathlib import Path
>>> from tempfile import mkdtemp
>>> record = Record(Path(mkdtemp()))
>>> leave("cell-0", {"hb": 72}, {"hb": 60}, record)
>>> left("cell-0", {"hb": 72}, record), left("cell-0", {"hb": 90}, record)
({'hb': 60}, None)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from helpers.record.log import Record
from helpers.record.restore import RECORD

State = Mapping[str, Any]
"""As JSON has it: text, numbers, lists and dicts."""


def leave(place: str, begun: State, state: State, record: Record = RECORD) -> None:
    """Keep how a panel stands; one that stands as its text makes it leaves nothing.

    Args:
        place: where it is shown.
        begun: its state as the notebook's text makes it.
        state: its state now.
    """
    record.save_draft(_name(place), None if state == begun else {"begun": _print_of(begun), "state": dict(state)})


def left(place: str, begun: State, record: Record = RECORD) -> dict[str, Any] | None:
    """How the panel there was left; None where nothing is kept of it, or of another one than this."""
    match record.past(_name(place)).draft:
        case {"begun": kept, "state": dict(state)} if kept == _print_of(begun):
            return state
    return None


def _name(place: str) -> str:
    return f"panel {place}"


def _print_of(state: State) -> str:
    """A short text that differs where states differ."""
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()[:16]
