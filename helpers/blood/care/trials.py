"""What trials found: a figure of ``data/trials.csv``, two arms compared, and how many must be treated for one more.

>>> found = compared("race_or6_e", "race_or6_c")
>>> found.difference, found.needed_to_treat, found.limits
(27.0, 3.7..., (13.1..., 39.4...))
>>> found.of_100
(41, 68)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from helpers.blood.core.confidence_limits import difference_limits, share_limits
from helpers.blood.core.criteria import Row
from helpers.blood.core.published import limits_of
from helpers.evidence import records
from helpers.wording import capital

RANDOMIZED = "randomized"
EXACT, WILSON = "CLOPPER1934", "WILSON1927"
"""Sources of the two ways in which limits are computed."""


@cache
def _by_id() -> dict[str, Row]:
    return {row["id"]: row for row in records("trials")}


def trial(id: str) -> Row:
    """One figure of ``data/trials.csv``.

    Raises:
        ValueError: no such figure.
    """
    if id not in _by_id():
        raise ValueError(f"There is no figure {id!r} in data/trials.csv. table('trials') lists them.")
    return _by_id()[id]


def figures(question: str, outcome: Sequence[str] = ()) -> tuple[Row, ...]:
    """All figures that answer a question, in the order of the table.

    Args:
        question: e.g. ``"horse_rabbit"``.
        outcome: keep only these outcomes.

    Raises:
        ValueError: no such question; the message lists those there are.
    """
    questions = dict.fromkeys(row["question"] for row in records("trials"))
    if question not in questions:
        raise ValueError(f"There are no figures on {question!r}. The questions are: {', '.join(questions)}.")
    return tuple(
        row for row in records("trials") if row["question"] == question and (not outcome or row["outcome"] in outcome)
    )


def limits_shown(row: Row) -> tuple[float, float, str]:
    """95 % limits of a figure, and the source of the way in which the course computed them; "" where it did not.

    As printed; else exact ones where it is printed how many had the outcome; else, of a share of so many people,
    Wilson's limits of the share as printed, as :attr:`Comparison.limits` takes it. Those are a little too narrow where
    some people were followed for less than the whole time. NaN where there are none.

    >>> limits_shown(trial("race_or6_c"))
    (31.9..., 50.7..., 'WILSON1927')
    """
    low, high, computed = limits_of(row)
    if math.isnan(low) and row["unit"] == "%" and row["n"]:
        return *share_limits(row["value"], row["n"]), WILSON
    return low, high, EXACT if computed else ""


def arms_compared(rows: Sequence[Row]) -> list[list[Row]]:
    """The figures of one study, those of one comparison together: one outcome, the same people where arms repeat.

    >>> [[row["arm"] for row in some] for some in arms_compared(figures("horse_rabbit")[:4])]
    [['horse ATG', 'rabbit ATG'], ['horse ATG', 'rabbit ATG']]
    """
    found: list[list[Row]] = []
    for outcome in dict.fromkeys(row["outcome_label"] for row in rows):
        same = [row for row in rows if row["outcome_label"] == outcome]
        arms = [row["arm"] for row in same if row["arm"]]
        people = [[row for row in same if row["who"] == who] for who in dict.fromkeys(row["who"] for row in same)]
        repeated = len(set(arms)) < len(arms) and any(len(some) > 1 for some in people)
        found += people if repeated else [same]
    return found


@dataclass(frozen=True)
class Comparison:
    """Two arms of one trial, the same outcome counted in both."""

    more: Row
    """The arm in which more people had the outcome."""
    less: Row

    @property
    def difference(self) -> float:
        """Points of percent between the two."""
        return self.more["value"] - self.less["value"]

    @property
    def limits(self) -> tuple[float, float]:
        """95 % limits of the difference, computed by the course from the percentages and the numbers of people.

        NaN where the numbers of people are not printed.
        """
        if not (self.more["n"] and self.less["n"]):
            return math.nan, math.nan
        return difference_limits(self.more["value"], self.more["n"], self.less["value"], self.less["n"])

    @property
    def of_100(self) -> tuple[int, int]:
        """How many of 100 people had the outcome, the smaller number first."""
        return round(self.less["value"]), round(self.more["value"])

    @property
    def randomized(self) -> bool:
        """Whether chance alone decided who was given what."""
        return self.more["design"] == self.less["design"] == RANDOMIZED

    @property
    def needed_to_treat(self) -> float:
        """How many must be treated the one way rather than the other so that one more has the outcome.

        Raises:
            ValueError: the arms were not randomized, so that the difference is not the work of the treatment alone.
        """
        if not self.randomized:
            raise ValueError(
                f"{self.more['study']} did not randomize ({self.more['design']}): people in the two groups differ in "
                "more than the treatment, so a number needed to treat would mislead."
            )
        return 100 / self.difference

    @property
    def needed_limits(self) -> tuple[float, float]:
        """Limits of the number needed to treat; the upper is infinite where no difference is possible as well.

        Raises:
            ValueError: the arms were not randomized.
        """
        self.needed_to_treat  # noqa: B018 (it says why there is none)
        low, high = self.limits
        return 100 / high, 100 / low if low > 0 else math.inf

    def sentence(self) -> str:
        """The comparison in natural frequencies."""
        few, many = self.of_100
        outcome = self.more["outcome_label"]
        return (
            f"{capital(outcome)}: {few} of 100 with {self.less['arm']}, {many} of 100 with "
            f"{self.more['arm']} ({self.more['study']})."
        )


def compared(more: str, less: str) -> Comparison:
    """Two figures of one study and one outcome, compared.

    Args:
        more: id of the arm in which more people had the outcome.
        less: id of the other.

    Raises:
        ValueError: no such figure, or two that cannot be compared.
    """
    one, other = trial(more), trial(less)
    if (one["study"], one["outcome"], one["who"], one["unit"]) != (
        other["study"], other["outcome"], other["who"], "%",
    ):  # fmt: skip
        raise ValueError(
            f"{more!r} and {less!r} cannot be compared: they should be percentages of one study, one outcome and the "
            "same kind of people."
        )
    if one["value"] <= other["value"]:
        raise ValueError(f"Turn them around: {less!r} has {other['value']:g} %, {more!r} has {one['value']:g} %.")
    return Comparison(one, other)


def without(drug: str) -> Comparison:
    """What a randomized trial found without a drug that a country may lack: eltrombopag, or horse ATG.

    Args:
        drug: a row of ``data/first_line_drugs.csv`` that names the two arms, such as ``"epag"`` or ``"hatg"``.

    Raises:
        ValueError: no trial here compared with and without it.
    """
    arms = {row["drug"]: (row["with_it"], row["without_it"]) for row in records("first_line_drugs") if row["with_it"]}
    if drug not in arms:
        raise ValueError(f"No trial here compared with and without {drug!r}. There are: {', '.join(arms)}.")
    return compared(*arms[drug])
