"""Lines to be put into order.

In the bank: ``items``: three or more ``{key, text}``, as first shown (not the right one); ``answer``: all keys in the
right order, or pairs ``[[x, y], ...]`` (x before y), where more than one order is right.
A misconception has ``answer = [keys]`` (that whole order) or ``before = [x, y]`` (x put before y). An
answer is a list of all keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from itertools import pairwise
from typing import Any

from helpers.questions.answers import value
from helpers.questions.exercise import (
    CANNOT_TELL,
    NOT_YET,
    Answered,
    Exercise,
    Item,
    Kind,
    Verdict,
    keys_of,
    named,
    ref,
    rows,
    shape,
)  # fmt: skip

EXCHANGED = "exchanged two neighbors of an order"
"""The slip of one pair the wrong way round, where the bank has no name for it."""


@dataclass(frozen=True)
class Misplaced(Answered):
    """A slip known by a whole order, or by one line before another."""

    before: Sequence[str] = ()

    def shows(self, keys: list[str]) -> bool:
        """Whether an order betrays it."""
        if self.answer is not None and value(self.answer) == keys:
            return True
        return bool(self.before) and keys.index(self.before[0]) < keys.index(self.before[1])


@dataclass(frozen=True, eq=False)
class Ordering(Kind):
    """An order."""

    items: tuple[Item, ...]
    answer: Any

    how = "Move the lines up and down."
    ask = "Move the lines into order first, or press “In order as it stands”."
    interaction = "sequencing"
    Slip = Misplaced
    schema = shape("items answer misconceptions", items=rows(3, "item"), answer=ref("order_or_answer"))
    slip_schema = shape(
        "", one_of=("answer", "before"), answer=ref("keys"), before=ref("keys") | {"minItems": 2, "maxItems": 2}
    )

    @cached_property
    def before(self) -> list[tuple[str, str]]:
        """Which line must stand before which."""
        found = value(self.answer)
        partial = all(isinstance(part, list | tuple) for part in found)
        return [(str(x), str(y)) for x, y in (found if partial else pairwise(found))]

    def compute(self) -> list[str]:
        """All keys in an order that is right: the only one, or the one nearest to the bank's.

        Raises:
            graphlib.CycleError: the pairs contradict each other.
        """
        left = {item.key: {x for x, y in self.before if y == item.key} for item in self.items}
        list(TopologicalSorter(left).static_order())
        found: list[str] = []
        while left:
            ready = next(key for key, others in left.items() if others <= set(found))
            del left[ready]
            found.append(ready)
        return found

    def betraying(self, slip: Misplaced) -> list[str]:
        """The right order with this slip in it."""
        if not slip.before:
            return value(slip.answer)
        first, second = slip.before
        rest = [key for key in self.right if key != first]
        return [*rest[: rest.index(second)], first, *rest[rest.index(second) :]]

    def judge(self, exercise: Exercise, answer: Any) -> Verdict:
        """Without a known slip, the first pair that is the wrong way round."""
        texts = {item.key: item.text for item in self.items}
        keys = keys_of(answer)
        if keys is None or isinstance(answer, Set):
            return self.unreadable(answer)
        if not keys:
            return self.unanswered()
        if sorted(keys) != sorted(texts):
            return Verdict(CANNOT_TELL, f"Put all {len(texts)} lines into order, each once.")
        wrong = self.wrong_pairs(keys)
        if not wrong:
            return exercise.praise()
        part = 1 - len(wrong) / len(self._must)
        slip = next((slip for slip in exercise.misconceptions if slip.shows(keys)), None)
        if slip:
            return named(slip, part=part)
        second, first = min(wrong, key=lambda pair: (keys.index(pair[1]), keys.index(pair[0])))
        pair = f"“{texts[first]}” stands before “{texts[second]}”"
        words = f"From the top, the first pair that is the wrong way round: {pair}."
        return Verdict(NOT_YET, words, EXCHANGED if len(wrong) == 1 else "", part=part)

    @cached_property
    def _must(self) -> list[tuple[str, str]]:
        """All pairs that follow from those of the key."""
        after = {item.key: {y for x, y in self.before if x == item.key} for item in self.items}
        for key in reversed(self.right):
            after[key] = after[key].union(*(after[other] for other in after[key]))
        return [(key, other) for key, others in after.items() for other in others]

    def wrong_pairs(self, keys: list[str]) -> list[tuple[str, str]]:
        """The pairs that an order has the wrong way round: each as it should be."""
        place = {key: at for at, key in enumerate(keys)}
        return [(x, y) for x, y in self._must if place[x] > place[y]]

    def faults(self) -> Iterator[str]:
        """Every line stands in the answer, and the order shown is not right."""
        items = {item.key for item in self.items}
        held = [key for pair in self.before for key in pair]
        if set(held) != items or (len(self.before) < len(items) - 1 and isinstance(value(self.answer)[0], str)):
            yield "the answer must hold the key of every item once."
        elif not self.wrong_pairs([item.key for item in self.items]):
            yield "the items already stand in the right order; write them in another."

    def never_first(self) -> list[str]:
        """The right one."""
        return self.right
