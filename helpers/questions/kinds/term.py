"""One term, typed, with the course's own vocabulary to complete it; spelling is forgiven.

In the bank: ``answer``: the term as ``data/glossary.csv`` or another list of names has it; ``also``: other words that
are right. A misconception has ``answer``: another term. An answer is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import Any

from helpers.evidence import records
from helpers.questions.answers import value
from helpers.questions.exercise import CANNOT_TELL, NOT_YET, Exercise, Kind, Verdict, named, quoted, ref, shape

NEAR = 0.84
"""How much of its letters a word must share with a term to be it, misspelled."""
LONGEST = 80


@cache
def vocabulary() -> tuple[str, ...]:
    """What can be completed: the glossary, the causes, the tests, the drugs and the cells of the course."""
    names = [row["term"] for row in records("glossary")]
    names += [row["label"] for name in ("causes", "tests", "first_line_drugs", "cells") for row in records(name)]
    kept: dict[str, str] = {}
    for name in names:
        kept.setdefault(plain(name), name)
    return tuple(sorted(kept.values(), key=str.casefold))


@cache
def forms_of(term: str) -> frozenset[str]:
    """How a term may be written: whole, without its brackets, what stands in them, and as it is spelled in Britain."""
    british = [row["british"] for row in records("glossary") if row["term"] == term and row["british"]]
    inside = re.findall(r"\(([^)]+)\)", term)
    outside = re.sub(r"\s*\([^)]*\)", "", term)
    return frozenset(filter(None, map(plain, [term, outside, *inside, *british])))


def plain(words: str) -> str:
    """Words without case, accents of print or a plural's s."""
    letters = " ".join(re.sub(r"[^a-z0-9]+", " ", words.casefold()).split())
    return (
        letters[:-1] if len(letters) > 4 and letters.endswith("s") and not letters.endswith(("ss", "is")) else letters
    )


def near(typed: str, forms: frozenset[str]) -> float:
    """How near typed words are to a term: 1 where it is one of its forms; short words must be exact."""
    if typed in forms:
        return 1.0
    return max((SequenceMatcher(None, typed, form).ratio() for form in forms if len(form) > 5), default=0.0)


@dataclass(frozen=True, eq=False)
class Term(Kind):
    """A term."""

    answer: Any
    also: Sequence[str] = ()

    how = "Type one term."
    ask = "Type one term; a list of the course's own words helps to complete it."
    interaction = "fill-in"
    schema = shape(
        "answer misconceptions",
        answer={"type": "string", "minLength": 2},
        also={"type": "array", "items": {"type": "string", "minLength": 2}, "uniqueItems": True},
    )
    slip_schema = shape("answer", answer=ref("words"))

    def compute(self) -> str:
        """The term."""
        return str(value(self.answer))

    def judge(self, exercise: Exercise, answer: Any) -> Verdict:
        """The nearest of the terms known here decides; what is near to none is told so."""
        if not isinstance(answer, str):
            return self.unreadable(answer)
        typed = plain(answer[:LONGEST])
        if not typed:
            return self.unanswered()
        right = forms_of(self.right).union(*(forms_of(other) for other in self.also))
        found = near(typed, right)
        slips = {slip: near(typed, forms_of(str(self.wrong(slip)))) for slip in exercise.misconceptions}
        slip = max(slips, key=slips.__getitem__, default=None)
        others = [one for one in vocabulary() if not forms_of(one) & right]
        other = max((near(typed, forms_of(one)) for one in others), default=0.0) if found < 1 else 0.0
        if found >= NEAR and found > max([other, *slips.values()]):
            spelled = "" if typed in right else f" It is written *{self.right}*."
            return Verdict(exercise.praise().status, f"{exercise.praise().feedback}{spelled}")
        if slip is not None and slips[slip] >= max(NEAR, other):
            return named(slip)
        if other >= NEAR:
            return Verdict(NOT_YET, f"{quoted(answer)} is a term of this course, but not the one asked for.", NEIGHBOR)
        if any(form.startswith(f"{typed} ") for one in vocabulary() for form in forms_of(one)):
            return Verdict(CANNOT_TELL, f"{quoted(answer)} begins a term of this course. Type all of its words.")
        return Verdict(CANNOT_TELL, f"{quoted(answer)} is near to no term of this course. Type more of it, or another.")

    def faults(self) -> Iterator[str]:
        """The term is one that can be completed."""
        if self.right not in vocabulary():
            yield f"{self.right!r} is no term of the course's vocabulary."

    def asked(self) -> dict[str, Any]:
        """The vocabulary."""
        return {"words": list(vocabulary())}

    def seen(self) -> dict[str, Any]:
        """The vocabulary grows and is no part of the question."""
        return {"right": self.right, "also": sorted(self.also)}


NEIGHBOR = "named a neighboring term"
"""The slip of one who types another term of the course."""
