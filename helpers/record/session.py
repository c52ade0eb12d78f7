"""What a learner does in this kernel: one :class:`Work` an exercise, one :class:`Event` for each thing done.

It lives in memory. :meth:`Session.answered` is the one place through which every answer passes, before its feedback is
shown; what keeps answers for longer listens there, and what remembers them fills :attr:`Session.recall`
(:mod:`helpers.record.restore` does both).
"""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from numbers import Integral, Real
from typing import Any

from helpers.questions import bank
from helpers.questions.exercise import RIGHT, TRIES, UNANSWERED, Exercise, Verdict

ANSWERED, HINT, SOLUTION, AGAIN = "answered", "hint", "solution", "again"
"""What can be done with an exercise: give an answer, see a hint, see the solution, start again from nothing."""

DEEPEST, LONGEST = 20, 1_000_000
"""How deep an answer may nest and how many letters it may have; what is beyond is cut off."""


def _new_id() -> str:
    return str(uuid.uuid4())


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Event:
    """One thing done with one exercise."""

    exercise: str
    """Id of the exercise."""
    did: str = ANSWERED
    """``answered``, ``hint``, ``solution`` or ``again``."""
    answer: Any = None
    """As the learner gave it, made of text, numbers, lists and dicts; for code the source of the cell."""
    verdict: str = ""
    """Of an answer: ``right``, ``not yet`` or ``cannot tell``; in a test handed in also ``unanswered``."""
    misconception: str = ""
    """Name of the slip that was recognised, or ""."""
    hints: int = 0
    """Hints seen before answering."""
    confidence: float | None = None
    """How sure the learner was before, 0 to 1; None where it was not said."""
    time: datetime = field(default_factory=_now)
    """UTC, as this computer's clock had it."""
    version: str = ""
    """Which wording of the exercise it was (:func:`helpers.questions.bank.version`)."""
    shown: Mapping[str, Any] = field(default_factory=dict)
    """Of an answer: the ``round``, the values ``drawn`` and the ``order`` of options, lines and menus it was shown in;
    empty in records of an earlier course."""
    uid: str = field(default_factory=_new_id)
    """Unlike any other event's, on any computer."""

    @property
    def says(self) -> tuple[Any, ...]:
        """What of an answer makes it another one."""
        return self.answer, self.verdict, self.misconception, self.version


@dataclass(frozen=True)
class Work:
    """Where a learner stands with one exercise, since it was begun or begun again."""

    draft: Any = None
    """What is typed or chosen now, answered or not."""
    confidence: float | None = None
    hints: int = 0
    attempts: int = 0
    """Answers that could be judged."""
    verdict: Verdict | None = None
    """The last verdict, while it still belongs to what is shown."""
    checked: Any = None
    """The answer that the last verdict is about."""
    revealed: bool = False
    """The solution was asked for."""
    last: Event | None = None
    """The last answer."""
    changed: bool = False
    """The question has changed since the last answer, which is not shown any more."""
    round: int = 0
    """How often it was begun again."""
    solved: int = 0
    """At which attempt it was right first: it stays solved, whatever is tried out afterwards. 0: at none."""

    @property
    def untouched(self) -> bool:
        """Whether nothing was done in this round."""
        return self == Work(round=self.round)


@dataclass
class Session:
    """The exercises of one kernel."""

    works: dict[str, Work] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    listeners: list[Callable[..., None]] = field(default_factory=list)
    """Called with each event (or several that belong together), before the learner sees what comes of it."""
    recall: Callable[[str], Work] | None = None
    """What was done with an exercise before this kernel, or beside it; None: nothing is remembered."""
    save_draft: Callable[[str, Any, float | None], None] | None = None
    """Told what is typed or chosen on a card before it is checked: exercise, draft, confidence."""
    solved: Callable[[], Set[str]] = frozenset
    """The questions that were right at some time, also before this kernel."""
    learner: Callable[[], str] = str
    """The learner's random name, from which rounds and orders are drawn; "" if there is none."""
    trouble: Callable[[], str] = str
    """A sentence on why nothing is being saved, or on what happened to what was; "" while all is well."""

    def work(self, id: str) -> Work:
        """Where the learner stands with an exercise."""
        if id not in self.works:
            self.works[id] = self.recall(id) if self.recall else Work()
        return self.works[id]

    def look_again(self, id: str) -> Work:
        """The same, with what was done in other kernels since."""
        if self.recall:
            self.works.pop(id, None)
        return self.work(id)

    def change(self, id: str, **parts: Any) -> Work:
        """Note a change for this kernel alone: ``change("grading-03", hints=1)``."""
        self.works[id] = replace(self.work(id), **parts)
        return self.works[id]

    def drafted(self, id: str, **parts: Any) -> None:
        """Note what is typed or chosen: ``drafted("grading-03", draft="b")``."""
        before = self.work(id)
        now = self.change(id, **parts)
        if self.save_draft and (now.draft, now.confidence) != (before.draft, before.confidence):
            self.save_draft(id, plain(now.draft), now.confidence)

    def answered(
        self, id: str, answer: Any, verdict: Verdict, version: str = "", shown: Mapping[str, Any] | None = None
    ) -> None:
        """Note a judged answer, and tell the listeners.

        What is unanswered leaves no event, nor does the same answer again (a button pressed twice, a cell run again).
        """
        work, answer = self.work(id), plain(answer)
        judged, before = (verdict.status, verdict.misconception), (work.hints, work.confidence)
        event = Event(id, ANSWERED, answer, *judged, *before, version=version, shown=shown or {})
        again = work.last is not None and work.last.says == event.says
        if again or verdict.status == UNANSWERED:
            self.change(id, verdict=verdict, checked=answer)
            return
        self.publish(event)
        attempts = work.attempts + (verdict.status in TRIES)
        solved = work.solved if work.last is None or work.last.version == version else 0
        solved = solved or (attempts if verdict.status == RIGHT else 0)
        self.change(id, verdict=verdict, checked=answer, last=event, changed=False, attempts=attempts, solved=solved)

    def hint(self, id: str, most: int) -> None:
        """Note that one more hint was seen; there are ``most``."""
        seen = self.work(id).hints
        if seen < most:
            self.publish(Event(id, HINT))
            self.change(id, hints=seen + 1)

    def reveal(self, id: str) -> None:
        """Note that the solution was seen."""
        if not self.work(id).revealed:
            self.publish(Event(id, SOLUTION))
            self.change(id, revealed=True)

    def again(self, id: str) -> None:
        """Begin an exercise again from nothing; what was done stays in the record."""
        if not self.work(id).untouched:
            self.publish(Event(id, AGAIN))
            self.works[id] = Work(round=self.work(id).round + 1)

    def round_of(self, exercise: Exercise) -> Exercise:
        """The question as this learner's round has it."""
        work = self.work(exercise.id)
        return bank.round_of(exercise, self.learner(), work.round, drawn_in(work.last))

    def seed(self, exercise: Exercise) -> str:
        """What the order of a round is drawn from."""
        learner = self.learner()
        return f"{learner}/{exercise.id}/{self.work(exercise.id).round}" if learner else ""

    def publish(self, *events: Event) -> None:
        """Note events and tell the listeners of each."""
        self.events += events
        for listener in self.listeners:
            listener(*events)


def drawn_in(last: Event | None) -> Any:
    """The values a family had when it was answered; {} (the first wording) in records of an earlier course."""
    return None if last is None else last.shown.get("drawn", {})


def plain(value: Any, depth: int = 0) -> Any:
    """A value as JSON can hold it: text, numbers, yes and no, nothing, lists, and dicts with text for keys."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value[:LONGEST]
    if isinstance(value, Real):
        return _plain_number(value)
    if depth < DEEPEST and isinstance(value, Mapping):
        return {str(key): plain(part, depth + 1) for key, part in list(value.items())[:LONGEST]}
    if depth < DEEPEST and isinstance(value, Sequence | Set) and not isinstance(value, bytes | bytearray):
        return [plain(part, depth + 1) for part in list(value)[:LONGEST]]
    return type(value).__name__


def _plain_number(value: Real) -> int | float | str:
    if isinstance(value, Integral) and abs(int(value)) < 2**53:
        return int(value)
    try:
        number = float(value)
    except (OverflowError, ValueError, TypeError):
        return type(value).__name__
    return number if math.isfinite(number) else str(number)


def as_text(value: Any) -> str:
    """A plain value as JSON in ASCII, cut to a length a record can hold."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text if len(text) <= 6 * LONGEST else json.dumps(text[:LONGEST])
