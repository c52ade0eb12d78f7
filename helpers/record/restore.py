"""This kernel's session and the learner's record, tied together: what is done is kept, what was kept is shown again.

The session asks the record when an exercise is first shown; nothing is read or written before.
"""

from __future__ import annotations

import gzip
import os
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from helpers.questions import bank
from helpers.questions.exercise import RIGHT, Exercise, Verdict
from helpers.questions.judge import judge
from helpers.record.log import Record
from helpers.record.session import ANSWERED, Event, Session, Work, drawn_in


def remember(session: Session, record: Record) -> Session:
    """Let a session keep everything in a record and begin with what is there; gives the session back."""
    session.recall = lambda id: recall(record, id)
    session.listeners.append(record.append)
    session.save_draft = record.save_draft
    session.solved = lambda: {id for id, verdict in record.select("exercise, verdict", ANSWERED) if verdict == RIGHT}
    session.learner = record.learner
    session.trouble = lambda: record.trouble or record.was_set_aside
    return session


def recall(record: Record, id: str) -> Work:
    """Where the record says a learner stands with an exercise.

    The last answer is judged again, so that its feedback is that of today's course. Where the question has changed
    and today's verdict is another one, the answer is not shown: it was an answer to another question.
    """
    past = record.past(id)
    work = Work(
        past.draft,
        past.confidence,
        past.hints,
        past.attempts,
        revealed=past.revealed,
        last=past.last,
        round=past.round,
        solved=past.solved,
    )
    if past.last is None:
        return work
    try:
        exercise = bank.round_of(bank.exercise(id), "", past.round, drawn_in(past.last))
    except (KeyError, bank.BankError):
        return work
    verdict = _judged_again(exercise, past.last)
    if verdict is None:
        return Work(past.draft, past.confidence, last=past.last, changed=True, round=past.round)
    draft = past.last.answer if past.draft is None else past.draft
    confidence = past.last.confidence if past.draft is None else past.confidence
    return replace(work, draft=draft, confidence=confidence, verdict=verdict, checked=past.last.answer)


def _judged_again(exercise: Exercise, last: Event) -> Verdict | None:
    """Today's verdict on an answer; None where it is another one than it was then."""
    same = last.version in ("", bank.version(exercise))
    if exercise.asks.in_code:  # judged anew when its cell runs
        return Verdict(last.verdict, "", last.misconception) if same else None
    verdict = judge(exercise, last.answer)
    return verdict if verdict.status == last.verdict else None


RECORD = Record()
"""The record of this user."""

SESSION = remember(Session(), RECORD)
"""The session of this kernel."""


# --- taking it along --------------------------------------------------------------------------------------------------

BINDER = ("BINDER_SERVICE_HOST", "BINDER_LAUNCH_HOST", "BINDER_REQUEST")
"""Variables that are set on a computer lent by Binder."""

REMIND_AFTER = 5
"""Answers, before one is reminded."""

BEFORE_LEAVING = (
    "**This is Binder: when you leave, or after a while without a click, everything here is gone.** "
    "Take your record along before that; at home or at your next visit you bring it in again, in notebook 00."
)

PART = 1_000_000
"""Bytes sent to the page at once: a server stops what is larger."""

TYPES = {"json": "application/json", "csv": "text/csv", "html": "text/html"}


class Sender(Protocol):
    """A widget that can send to its page."""

    def send(self, content: dict[str, object], buffers: list[bytes] | None = None) -> None:
        """Send a message with bytes beside it."""


def on_binder() -> bool:
    """Whether this is a computer that forgets."""
    return any(name in os.environ for name in BINDER)


def remind() -> bool:
    """Whether to say, now and only once, that the record should be taken along."""
    if not on_binder() or RECORD.setting("reminded") or RECORD.count() < REMIND_AFTER:
        return False
    RECORD.setting("reminded", "yes")
    return True


@dataclass(frozen=True)
class Download:
    """A file on its way to the page: packed, and sent in parts."""

    name: str
    packed: bytes

    @classmethod
    def of(cls, name: str, text: str) -> Download:
        """A text under the name it shall have."""
        return cls(name, gzip.compress(text.encode("utf-8"), 6))

    def send(self, widget: Sender, at: int = 0) -> None:
        """Send the part that begins at byte ``at``, if there is one; the page asks for the next."""
        if not 0 <= at < len(self.packed):
            return
        following = at + PART if at + PART < len(self.packed) else None
        kind = TYPES[self.name.rpartition(".")[2]]
        part = self.packed[at : at + PART]
        widget.send({"file": self.name, "type": kind, "at": at, "next": following}, buffers=[part])


def as_file(kind: str, record: Record = RECORD) -> str:
    """The record as the text of a file to take along: ``json`` (xAPI) or ``csv``."""
    from helpers.record import exchange  # with the first file, not with the first question

    rows = record.rows()
    return exchange.to_csv(rows) if kind == "csv" else exchange.to_xapi(rows, record.learner())


def download(kind: str) -> Download:
    """The same, on its way to the page."""
    from helpers.record import exchange

    return Download.of(exchange.file_name(datetime.now(), kind), as_file(kind))
