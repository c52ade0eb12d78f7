"""Which one fact, changed, makes a guideline, or another rule, say something else? Key and feedback come from it.

In the bank: ``guideline``, and ``person``: the fields of ``Candidate``; or ``rule``: an answer over the names that
``person`` gives values to, and ``results``: in words, what it can say (``"3" = "grade 3"``). ``options``: facts
``{key, text}``; ``changes``: each option's key with what it changes, ``{age_y = 51}``. Exactly one turns what is said.
An answer is an option's key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from helpers.questions.answers import value
from helpers.questions.exercise import NOT_YET, Exercise, Kind, Option, Verdict, plain_words, ref, rows, shape

UNTURNED = "thought a fact matters that changes nothing"
"""The slip of one who takes a fact that leaves the guideline as it is."""


@dataclass(frozen=True, eq=False)
class Turn(Kind):
    """The fact that turns a guideline, or a rule."""

    person: Mapping[str, Any]
    options: tuple[Option, ...]
    changes: Mapping[str, Mapping[str, Any]]
    guideline: str = ""
    rule: str = ""
    results: Mapping[str, str] = field(default_factory=dict)

    how = "Choose the one change that makes it say something else."
    ask = "Choose one of the changes."
    interaction = "choice"
    schema = shape(
        "person options changes",
        any_of=("guideline", "rule"),
        guideline={"type": "string"},
        rule={"type": "string", "pattern": "^="},
        results=ref("filled"),
        person=ref("filled"),
        options=rows(4, "option", "blameless"),
        changes=ref("filled"),
    )

    @cached_property
    def advice(self) -> dict[str, tuple[str, str]]:
        """What is said, and why: of the person under ``""``, and with each change under its key."""
        given = value(self.person)
        people = {key: {**given, **change} for key, change in ({"": {}} | dict(self.changes)).items()}
        return {key: self._guided(one) if self.guideline else self._ruled(one) for key, one in people.items()}

    def _guided(self, person: Mapping[str, Any]) -> tuple[str, str]:
        from helpers.blood.care.candidate import Candidate
        from helpers.blood.care.guidelines import advise

        said = advise(Candidate(**person), self.guideline)
        return said.choice, plain_words(said.because)

    def _ruled(self, person: Mapping[str, Any]) -> tuple[str, str]:
        names = "\n".join(f"{name} = {one!r}" for name, one in person.items())
        found = str(value(f"={names}\n{self.rule[1:].strip()}"))
        return found, f"{self.results.get(found, found)}."

    def compute(self) -> str:
        """The option that turns it.

        Raises:
            ValueError: none does, or several do.
        """
        before = self.advice[""][0]
        turned = [key for key, (choice, _) in self.advice.items() if choice != before]
        if len(turned) != 1:
            raise ValueError(f"{len(turned)} of the changes turn what is said ({', '.join(turned) or 'none'})")
        return turned[0]

    def judge(self, exercise: Exercise, answer: Any) -> Verdict:
        """What the guideline says with this change."""
        if untold := self.no_option(answer):
            return untold
        why = "Its reason then" if self.guideline else "It then says"
        says = {option.key: f"{why}: {self.advice[option.key][1]}" for option in self.options}
        if answer == self.right:
            return exercise.praise(says)
        return Verdict(NOT_YET, f"With this change its answer stays the same. {says[answer]}", UNTURNED)

    def faults(self) -> Iterator[str]:
        """Every option changes something."""
        if set(self.changes) != {option.key for option in self.options}:
            yield "every option needs its change, and every change its option."
