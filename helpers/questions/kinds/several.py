"""Some of several options are right.

In the bank: ``options`` as of a choice, without ``misconception``; ``answer``: the list of the right keys. A
misconception has ``answer = [keys]`` (exactly these ticked), or ``took = [keys]`` (all of these wrongly ticked), or
``missed = [keys]`` (all of these left out). An answer is a list of keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.questions.answers import value
from helpers.questions.exercise import (
    CANNOT_TELL,
    NOT_YET,
    Answered,
    Exercise,
    Kind,
    Option,
    Verdict,
    keys_of,
    named,
    quoted,
    ref,
    rows,
    shape,
)  # fmt: skip


@dataclass(frozen=True)
class Ticked(Answered):
    """A slip known by what is ticked or left out."""

    took: Sequence[str] = ()
    missed: Sequence[str] = ()

    def shows(self, taken: set[str], truth: set[str]) -> bool:
        """Whether ticks betray it."""
        if self.answer is not None and set(value(self.answer)) == taken:
            return True
        took, missed = set(self.took) <= taken - truth, set(self.missed) <= truth - taken
        return bool(self.took or self.missed) and took and missed


@dataclass(frozen=True, eq=False)
class Several(Kind):
    """Any number of options."""

    options: tuple[Option, ...]
    answer: Any

    how = "More than one may be right."
    ask = "Tick every answer that is right."
    interaction = "choice"
    Slip = Ticked
    schema = shape(
        "options answer misconceptions",
        options=rows(3, "option", "explained", "blameless"),
        answer=ref("keys_or_answer"),
    )
    slip_schema = shape(
        "", any_of=("answer", "took", "missed"), answer=ref("keys_or_answer"), took=ref("keys"), missed=ref("keys")
    )

    def compute(self) -> list[str]:
        """The right keys."""
        return [str(key) for key in value(self.answer)]

    def betraying(self, slip: Ticked) -> list[str]:
        """The right ticks with this slip in them."""
        if slip.answer is not None:
            return value(slip.answer)
        return [key for key in self.right if key not in slip.missed] + list(slip.took)

    def judge(self, exercise: Exercise, answer: Any) -> Verdict:
        """What is ticked is explained, if it is no more than belongs; without a known slip, how many belong or miss."""
        options = {option.key: option for option in self.options}
        keys = keys_of(answer)
        if keys is None:
            return self.unreadable(answer)
        if not keys:
            return self.unanswered()
        strange = [key for key in keys if key not in options]
        if strange:
            return Verdict(CANNOT_TELL, f"There is no answer {quoted(strange[0])} here. {self.ask}")
        taken, truth = set(keys), set(self.right)
        if taken == truth:
            return exercise.praise({key: option.says for key, option in options.items()})
        # Who ticks more than belong is not told about each: ticking everything would open the key.
        notes = {key: options[key].says for key in options if key in taken} if len(taken) <= len(truth) else {}
        part = 1 - len(taken ^ truth) / len(options)
        slip = next((slip for slip in exercise.misconceptions if slip.shows(taken, truth)), None)
        if slip:
            return named(slip, notes, part)
        words = _tally(len(taken & truth), len(taken - truth), len(truth - taken))
        return Verdict(NOT_YET, words, notes=notes, part=part)

    def faults(self) -> Iterator[str]:
        """Every right key is an option's."""
        if not set(self.right) <= {option.key for option in self.options}:
            yield f"the answer {self.right} holds what is no option's key."

    def seen(self) -> Mapping[str, Any]:
        """The right keys have no order."""
        return super().seen() | {"right": sorted(self.right)}


def _tally(right: int, more: int, missing: int) -> str:
    parts = []
    if more:
        parts.append("one you ticked does not belong" if more == 1 else f"{more} you ticked do not belong")
    if missing:
        parts.append("one is still missing" if missing == 1 else f"{missing} are still missing")
    start = f"{right} of your ticks {'is' if right == 1 else 'are'} right; " if right else "None of these yet: "
    return start + " and ".join(parts) + "."
