"""How well a test does, told as people: of 1,000 like this, whom does it find, miss, alarm and clear?

>>> ferritin = accuracy("ferritin_children")
>>> seen = ferritin.among(base_rate_pct=3)
>>> seen.found, seen.missed, seen.alarmed, seen.spared
(27, 3, 39, 931)
>>> seen.sentence
'Of 66 people with a positive test, 27 have HLH.'

One test at a time. Likelihood ratios of several tests are never multiplied together here: tests of the same patient
overlap (ferritin is part of the HScore, cell size is part of PLASMIC), and nobody has published what they say together.
Figures are rows of ``data/accuracy.csv``; what a page does not print stays unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from helpers.blood.core.confidence_limits import as_people
from helpers.blood.core.units import plain
from helpers.evidence import records
from helpers.wording import sentence

PEOPLE = 1000


@dataclass(frozen=True)
class Seen:
    """What a test does among so many people; None where the source does not say."""

    people: int
    base_rate_pct: float
    target: str
    found: int | None
    """Have it, and the test finds it."""
    missed: int | None
    alarmed: int | None
    """Do not have it, and the test says they do."""
    spared: int | None
    least: tuple[int, int] | None = None
    """Of a test that alarmed nobody in its study: how many of how many positive tests are right by its limits."""

    @property
    def with_target(self) -> int:
        """How many have it."""
        return as_people([self.base_rate_pct / 100, 1 - self.base_rate_pct / 100], self.people)[0]

    @property
    def positive(self) -> int | None:
        """How many have a positive test."""
        return None if self.found is None or self.alarmed is None else self.found + self.alarmed

    @property
    def sentence(self) -> str:
        """What one wants to know, in a sentence: its point, and what is not known."""
        return sentence(self.point, self.untold)

    @property
    def untold(self) -> str:
        """What the source leaves open; "" where nothing."""
        if self.positive is not None or (self.found is None and self.alarmed is None):
            return ""
        return f"how many {'it finds' if self.found is None else 'others it alarms'} is not known"

    @property
    def point(self) -> str:
        """The one thing it says, without a full stop."""
        who = f"{plain(self.people)} people"
        if self.positive is not None:
            if not self.positive:
                return f"Of {who}, nobody has a positive test"
            if self.least and not self.alarmed:
                right, most = map(plain, self.least)
                every = f"All {plain(self.positive)} with a positive test have {self.target}"
                return f"{every}, or only {right} of {most} by its limits"
            have = "has" if self.found == 1 else "have"
            return f"Of {plain(self.positive)} people with a positive test, {plain(self.found)} {have} {self.target}"
        if self.found is not None:
            return f"Of {plain(self.with_target)} people with {self.target}, the test finds {plain(self.found)}"
        if self.alarmed is not None:
            without = self.alarmed + self.spared
            return f"Of {plain(without)} people without {self.target}, the test alarms {plain(self.alarmed)}"
        return f"How many of {who} it finds or alarms is not known"


@dataclass(frozen=True)
class Accuracy:
    """One test at one limit in one study: a row of ``data/accuracy.csv``."""

    id: str
    test: str
    cutoff: str
    """From which result it is positive; "" where the source does not say."""
    target: str
    group: str
    """What is looked for, in words: the heading under which a menu has it."""
    setting: str
    sensitivity_pct: float | None
    specificity_pct: float | None
    sensitivity_low_pct: float | None
    """Lower 95 % limits."""
    specificity_low_pct: float | None
    lr_printed: float | None
    """A printed likelihood ratio, where neither of the two is printed."""
    with_target: int | None
    n: int | None
    source: str
    confidence: str
    note: str

    @property
    def name(self) -> str:
        """Test, limit, target and setting."""
        limit = f", {self.cutoff}" if self.cutoff and self.cutoff not in ("present", "flag", "flagged", "felt") else ""
        return f"{self.test}{limit}: {self.target} ({self.setting})"

    @property
    def own_base_rate_pct(self) -> float | None:
        """How many of the study's own people had it, in percent; None where the page does not say."""
        return 100 * self.with_target / self.n if self.n and self.with_target is not None else None

    @property
    def lr_positive(self) -> float | None:
        """How many times likelier a positive test is in somebody who has it; infinite if it alarmed nobody."""
        if self.sensitivity_pct is None or self.specificity_pct is None:
            return self.lr_printed
        alarmed = 100 - self.specificity_pct
        return self.sensitivity_pct / alarmed if alarmed else float("inf")

    @property
    def lr_negative(self) -> float | None:
        """How many times likelier a negative test is in somebody who has it; 0: no misses in this sample."""
        if self.sensitivity_pct is None or not self.specificity_pct:
            return None
        return (100 - self.sensitivity_pct) / self.specificity_pct

    def among(self, base_rate_pct: float, people: int = PEOPLE) -> Seen:
        """What the test does among people of whom so many percent have it.

        Args:
            base_rate_pct: share who have it before the test, 0 to 100.
            people: how many.

        Raises:
            ValueError: a base rate that is not between 0 and 100 %.
        """
        if not 0 <= base_rate_pct <= 100:
            raise ValueError(f"A base rate lies between 0 and 100 %; this one is {base_rate_pct:g}.")
        have = base_rate_pct / 100
        with_it, without = as_people([have, 1 - have], people)
        found, missed = _split(with_it, self.sensitivity_pct)
        spared, alarmed = _split(without, self.specificity_pct)
        return Seen(people, base_rate_pct, self.target, found, missed, alarmed, spared, self._least(with_it, without))

    def _least(self, with_it: int, without: int) -> tuple[int, int] | None:
        """Right and all positive tests at the lower limits, where none was false in the study."""
        if self.specificity_pct != 100 or None in (self.sensitivity_low_pct, self.specificity_low_pct):
            return None
        found, alarmed = _split(with_it, self.sensitivity_low_pct)[0], _split(without, self.specificity_low_pct)[1]
        return found, found + alarmed


def _split(people: int, pct: float | None) -> tuple[int | None, int | None]:
    if pct is None:
        return None, None
    if not people:
        return 0, 0
    first, second = as_people([pct / 100, 1 - pct / 100], people)
    return first, second


@cache
def accuracies() -> dict[str, Accuracy]:
    """Every row of ``data/accuracy.csv`` by its name."""

    def made(row: Any) -> Accuracy:
        same = {name: row[name] for name in Accuracy.__annotations__ if name in row}
        return Accuracy(**same | {name: row[name] or "" for name in ("cutoff", "note")}, lr_printed=row["lr_positive"])

    return {row["id"]: made(row) for row in records("accuracy")}


def accuracy(id: str) -> Accuracy:
    """One row of ``data/accuracy.csv``.

    Raises:
        KeyError: there is none of that name; the message lists those there are.
    """
    if id not in accuracies():
        raise KeyError(f"data/accuracy.csv has no {id!r}. It has: {', '.join(accuracies())}.")
    return accuracies()[id]
