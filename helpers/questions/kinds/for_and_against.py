"""Findings held against causes: does each speak for it, against it, or say little? The key comes from ``weigh``, and
only pairs are asked of which ``data/clues.csv`` says something.

In the bank: ``count`` and ``facts``: the person, as ``Findings`` takes them; ``items``: findings ``{key, text}``, each
key a feature of ``data/features.csv``; ``options``: causes ``{key, text}`` of ``data/causes.csv``. A misconception's
``answer`` holds the pairs that betray it, ``"finding.cause" = "for"``, ``"against"`` or ``"little"``. An answer is such
pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from helpers.blood.core.count import BloodCount
from helpers.questions.answers import value
from helpers.questions.exercise import Item, Option, ref, rows, shape
from helpers.questions.kinds.matching import Pairs

SIDES = {"for": "speaks for it", "against": "speaks against it", "little": "says little"}


@dataclass(frozen=True, eq=False)
class ForAndAgainst(Pairs):
    """A side for each finding and cause."""

    items: tuple[Item, ...]
    options: tuple[Option, ...]
    count: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)

    how = "For each finding and each cause: for, against, or says little."
    ask = "Choose a side for each finding and each cause."
    interaction = "matching"
    schema = shape(
        "items options",
        any_of=("count", "facts"),
        items=rows(2, "item"),
        options=rows(2, "option", "blameless"),
        count=ref("filled"),
        facts=ref("filled"),
    )
    slip_schema = shape("answer", answer=ref("pairs"))

    @cached_property
    def clues(self) -> dict[str, tuple[str, str]]:
        """Pair to its side and the sentence that says why."""
        from helpers.blood.search.causes import Findings, weigh

        weighed = {one.cause.key: one for one in weigh(Findings(BloodCount.of(**value(self.count)), dict(self.facts)))}
        found = {}
        for item in self.items:
            for cause in self.options:
                one = weighed[cause.key]
                sides = (("for", one.speaks_for), ("against", one.against), ("little", one.silent))
                told = [(side, clue.says) for side, clues in sides for clue in clues if clue.feature == item.key]
                found |= {f"{item.key}.{cause.key}": one for one in told[:1]}
        return found

    def compute(self) -> dict[str, str]:
        """Pair to side."""
        return {pair: side for pair, (side, _) in self.clues.items()}

    def texts(self) -> dict[str, str]:
        """The pairs."""
        words = {f"{item.key}.{one.key}": f"{item.text}: {one.text}" for item in self.items for one in self.options}
        return {pair: words[pair] for pair in self.clues}

    def menu(self, key: str) -> dict[str, str]:
        """The sides."""
        return SIDES

    def notes(self) -> dict[str, str]:
        """Why each is what it is."""
        return {pair: says for pair, (_, says) in self.clues.items()}

    def fault(self, key: str, choice: str) -> tuple[str, str]:
        """What the clue says."""
        name = "took what says little for a clue" if self.right[key] == "little" else "overlooked or turned a clue"
        return name, self.clues[key][1]

    def faults(self) -> Iterator[str]:
        """Not all pairs are on one side, and each finding and cause is in one."""
        if len(set(self.right.values())) < 2:
            yield "every finding is on the same side."
        asked = {part for pair in self.clues for part in pair.split(".")}
        for one in (*self.items, *self.options):
            if one.key not in asked:
                yield f"data/clues.csv says nothing of {one.key!r} here."

    def asked(self) -> dict[str, Any]:
        """The pairs; the sides keep their order, and the findings stay together."""
        return super().asked() | {"scale": True, "in_order": True}
