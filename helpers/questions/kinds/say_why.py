"""Two sentences of one's own; then a model answer, whose points the learner ticks. Never scored.

In the bank: ``model``: a model answer; ``points``: three or more ``{key, text}`` that a good answer holds. An answer is
``{"text": ..., "points": [keys]}``; it is kept in the record and judged by the learner alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.questions.exercise import KEPT, Exercise, Item, Kind, Verdict, keys_of, ref, rows, shape

FEWEST = 5
"""Words, before the model answer is shown."""


@dataclass(frozen=True, eq=False)
class SayWhy(Kind):
    """Words of one's own."""

    model: str
    points: tuple[Item, ...]

    how = "Write two sentences of your own. They stay in your record, and nobody scores them."
    ask = "Write a sentence or two first; then a model answer is shown."
    interaction = "long-fill-in"
    scored = False
    schema = shape("model points", model=ref("sentence"), points=rows(3, "item"))

    def compute(self) -> dict[str, Any]:
        """The model answer, with all its points."""
        return {"text": self.model, "points": [point.key for point in self.points]}

    def judge(self, exercise: Exercise, answer: Any) -> Verdict:
        """What was written is kept; the points are shown, and how many of them the learner ticked."""
        text = answer.get("text") if isinstance(answer, Mapping) else answer
        if not isinstance(text, str):
            return self.unreadable(answer)
        if len(text.split()) < FEWEST:
            return self.unanswered()
        ticked = keys_of(answer.get("points") or []) if isinstance(answer, Mapping) else []
        known = {point.key: point.text for point in self.points}
        had = len(set(ticked or ()) & set(known))
        count = (
            f"You ticked {had} of {len(known)} points." if had else "Tick the points that you had, then check again."
        )
        return Verdict(KEPT, f"**A model answer:** {self.model}\n\n{count}", notes=known, part=had / len(known))

    def faults(self) -> Iterator[str]:
        """The model is longer than what a learner must write."""
        if len(self.model.split()) < 3 * FEWEST:
            yield "the model answer is too short to be one."

    def asked(self) -> dict[str, Any]:
        """The keys of the points alone: their words come with the model answer."""
        return {"points": [point.key for point in self.points]}

    def words(self, answer: Any) -> str:
        """What was written."""
        return str(answer.get("text", "")) if isinstance(answer, Mapping) else super().words(answer)

    def response(self, answer: Any) -> str:
        """What was written."""
        return self.words(answer)

    def seen(self) -> dict[str, Any]:
        """The prompt and the points."""
        return {"points": [(point.key, point.text) for point in self.points]}
