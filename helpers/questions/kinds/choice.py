"""One of several options is right.

In the bank: ``options``, at least four of ``{key, text, says}``, ``says`` telling why it is right or wrong; at least
three wrong ones have a ``misconception`` (its name). ``answer``: the right option's key. An answer is an option's key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from helpers.questions.answers import value
from helpers.questions.exercise import NOT_YET, RIGHT, Exercise, Kind, Option, Verdict, ref, rows, shape


@dataclass(frozen=True, eq=False)
class Choice(Kind):
    """One option."""

    options: tuple[Option, ...]
    answer: Any

    how = "Choose one."
    ask = "Choose one of the answers."
    interaction = "choice"
    schema = shape(
        "options answer",
        options=rows(4, "option", "explained") | {"contains": {"required": ["misconception"]}, "minContains": 3},
        answer=ref("key_or_answer"),
    )

    def compute(self) -> str:
        """The right option's key."""
        return str(value(self.answer))

    def judge(self, exercise: Exercise, answer: Any) -> Verdict:
        """A wrong option speaks for itself; with the right one all others are explained."""
        if untold := self.no_option(answer):
            return untold
        options = {option.key: option for option in self.options}
        chosen = options[answer]
        if answer == self.right:
            notes = {key: option.says for key, option in options.items() if key != answer}
            return Verdict(RIGHT, " ".join(filter(None, (chosen.says, exercise.right))), notes=notes)
        return Verdict(NOT_YET, chosen.says, chosen.misconception)

    def faults(self) -> Iterator[str]:
        """The answer is an option, and no slip."""
        keys = {option.key for option in self.options}
        if self.right not in keys:
            yield f"the answer is {self.right!r}, which is no option's key ({', '.join(sorted(keys))})."
        elif any(option.misconception for option in self.options if option.key == self.right):
            yield "the right option has a misconception."
