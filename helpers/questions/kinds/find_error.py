"""One line of several is wrong: mark it, and say what is wrong with it.

In the bank: ``items``: the lines of a report or of somebody's reasoning ``{key, text}``, in order; ``answer``: the
wrong line's key; ``options``: what may be wrong, as of a choice, with a ``misconception`` on each that is not;
``fault``: the key of what is. An answer is ``{"line": key, "what": key}``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.questions.answers import value
from helpers.questions.exercise import (
    CANNOT_TELL,
    NOT_YET,
    Answered,
    Exercise,
    Item,
    Kind,
    Option,
    Verdict,
    ref,
    rows,
    said,
    shape,
)  # fmt: skip

MARKED_RIGHT = "marked a line that is right"
"""The slip of one who takes another line for the wrong one."""


@dataclass(frozen=True, eq=False)
class FindError(Kind):
    """A wrong line, and what is wrong with it."""

    items: tuple[Item, ...]
    options: tuple[Option, ...]
    answer: Any
    fault: Any

    how = "Mark the line that is wrong."
    ask = "Mark one line, and choose what is wrong with it."
    interaction = "matching"
    schema = shape(
        "items options answer fault",
        items=rows(4, "item"),
        options=rows(4, "option", "explained") | {"contains": {"required": ["misconception"]}, "minContains": 3},
        answer=ref("key_or_answer"),
        fault=ref("key_or_answer"),
    )

    def compute(self) -> dict[str, str]:
        """The line and what is wrong with it."""
        return {"line": str(value(self.answer)), "what": str(value(self.fault))}

    def betraying(self, slip: Answered) -> dict[str, str]:
        """The right line, and something else said of it."""
        return self.right | {"what": str(value(slip.answer))}

    def judge(self, exercise: Exercise, answer: Any) -> Verdict:
        """First the line; what is said of it counts only where it is the right one."""
        if not isinstance(answer, Mapping):
            return self.unreadable(answer)
        lines, options = {one.key: one.text for one in self.items}, {one.key: one for one in self.options}
        line, what = answer.get("line") or "", answer.get("what") or ""
        if (line and line not in lines) or (what and what not in options):
            return Verdict(CANNOT_TELL, f"There is no such line or answer here. {self.ask}")
        if not line or not what:
            return self.unanswered()
        if line != self.right["line"]:
            words = f"“{lines[line]}” is right as it stands. Check each line against the others."
            return Verdict(NOT_YET, words, MARKED_RIGHT)
        if what != self.right["what"]:
            return Verdict(NOT_YET, options[what].says, options[what].misconception, part=0.5)
        return exercise.praise({key: option.says for key, option in options.items()})

    def faults(self) -> Iterator[str]:
        """The line and the fault are there, and the fault is no slip."""
        if self.right["line"] not in {one.key for one in self.items}:
            yield f"the wrong line {self.right['line']!r} is no line's key."
        if self.right["what"] not in {one.key for one in self.options if not one.misconception}:
            yield f"what is wrong, {self.right['what']!r}, is no option's key, or has a misconception."

    def asked(self) -> dict[str, Any]:
        """The lines, which keep their order, and what may be wrong."""
        return super().asked() | {"in_order": True, "then": "What is wrong?"}

    def words(self, answer: Any) -> str:
        """The line and what was said of it."""
        if not isinstance(answer, Mapping):
            return super().words(answer)
        lines, options = ({one.key: one.text for one in part} for part in (self.items, self.options))
        return f"{said(lines, answer.get('line'))}: {said(options, answer.get('what'))}"
