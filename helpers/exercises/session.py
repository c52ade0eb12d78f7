"""What a learner has done so far in this kernel: one :class:`Work` an exercise, one :class:`Answered` event an answer.

It lives in memory. :meth:`Session.answered` is the one place through which every answer passes, before its feedback is
shown; what keeps answers for longer listens there, and what remembers them fills :attr:`Session.recall`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from helpers.exercises.judge import NOT_YET, RIGHT, UNANSWERED, Verdict


@dataclass(frozen=True)
class Answered:
    """One answer, judged."""

    exercise: str
    """Id of the exercise."""
    answer: Any
    """As the learner gave it, made of text, numbers, lists and dicts; for code the source of the cell."""
    verdict: str
    """``right``, ``not yet`` or ``cannot tell``."""
    misconception: str
    """Name of the slip that was recognised, or ""."""
    hints: int
    """Hints seen before answering."""
    confidence: float | None
    """How sure the learner was before, 0 to 1; None where it was not said."""
    time: datetime
    """UTC."""


@dataclass(frozen=True)
class Work:
    """Where a learner stands with one exercise."""

    draft: Any = None
    """What is typed or chosen now, answered or not."""
    confidence: float | None = None
    hints: int = 0
    attempts: int = 0
    """Answers that could be judged."""
    verdict: Verdict | None = None
    """The last verdict, while it still belongs to what is shown."""
    revealed: bool = False
    """The solution was asked for."""


@dataclass
class Session:
    """The exercises of one kernel."""

    works: dict[str, Work] = field(default_factory=dict)
    events: list[Answered] = field(default_factory=list)
    listeners: list[Callable[[Answered], None]] = field(default_factory=list)
    """Called with each event, in order, before the learner sees the feedback."""
    recall: Callable[[str], Work] = lambda id: Work()
    """Asked once for each exercise when it is first opened."""

    def work(self, id: str) -> Work:
        """Where the learner stands with an exercise."""
        if id not in self.works:
            self.works[id] = self.recall(id)
        return self.works[id]

    def change(self, id: str, **parts: Any) -> Work:
        """Note a change: ``change("grading-03", hints=1)``."""
        self.works[id] = replace(self.work(id), **parts)
        return self.works[id]

    def answered(self, id: str, answer: Any, verdict: Verdict) -> None:
        """Note a judged answer, and tell the listeners.

        What is unanswered leaves no event, nor does the same answer again (a button pressed twice, a cell run again).
        """
        work = self.work(id)
        event = Answered(
            id, answer, verdict.status, verdict.misconception, work.hints, work.confidence, datetime.now(UTC)
        )
        last = next((past for past in reversed(self.events) if past.exercise == id), None)
        again = last is not None and (last.answer, last.verdict, last.misconception) == (
            event.answer,
            event.verdict,
            event.misconception,
        )
        if again or verdict.status == UNANSWERED:
            self.change(id, verdict=verdict)
            return
        self.events.append(event)
        for listener in self.listeners:
            listener(event)
        attempt = verdict.status in (RIGHT, NOT_YET)
        self.change(id, verdict=verdict, attempts=work.attempts + attempt)


SESSION = Session()
"""The session of this kernel."""
