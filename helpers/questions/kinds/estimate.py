"""A value set with a slider, and the range one is 90 % sure of. The key is computed.

In the bank: as of a number without an analyte (``unit``, ``answer``, ``tolerance`` or ``tolerance_pct``), and ``low``,
``high``, ``step`` of the slider. An answer is ``{"amount": 6, "low": 4, "high": 9}``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from helpers.questions.answers import value
from helpers.questions.exercise import CANNOT_TELL, NOT_YET, RIGHT, Exercise, Kind, Verdict, named, quoted, ref, shape
from helpers.wording import capital, listed

PARTS = {
    "amount": "the value on the slider",
    "low": "the lower end of your range",
    "high": "the upper end of your range",
}
"""What an answer is made of, in words."""
NARROW = "gave too narrow a range"
"""The slip of one whose range does not hold the answer."""


@dataclass(frozen=True, eq=False)
class Estimate(Kind):
    """A value with a range."""

    answer: Any
    unit: str
    low: float
    high: float
    step: float
    tolerance: float = 0.0
    """How far the value may be off."""

    how = (
        "Give your best guess, then the lowest and the highest value that you would believe: so wide that nine of ten "
        "of your ranges hold the truth."
    )
    ask = "Move the slider to your answer, and type the two ends of your range."
    interaction = "numeric"
    schema = shape(
        "answer unit low high step tolerance misconceptions",
        answer=ref("number_or_answer"),
        unit={"type": "string"},
        low={"type": "number"},
        high={"type": "number"},
        step={"type": "number", "exclusiveMinimum": 0},
        tolerance={"type": "number", "minimum": 0},
    )
    slip_schema = shape("answer", answer=ref("number_or_answer"))

    def compute(self) -> dict[str, float]:
        """The value, and the narrowest range that holds it."""
        found = float(value(self.answer))
        return {"amount": found, "low": found, "high": found}

    def betraying(self, slip: Any) -> dict[str, float]:
        """The wrong value with a range around it and the right one."""
        wrong, right = float(value(slip.answer)), self.right["amount"]
        return {"amount": wrong, "low": min(wrong, right), "high": max(wrong, right)}

    def judge(self, exercise: Exercise, answer: Any) -> Verdict:
        """The value decides; of the range it is said whether it holds the answer."""
        if isinstance(answer, (int, float)) and not isinstance(answer, bool):
            answer = {"amount": answer}
        if not isinstance(answer, Mapping):
            return self.unreadable(answer)
        given = {name: answer.get(name) for name in PARTS}
        missing = [words for name, words in PARTS.items() if given[name] is None or not str(given[name]).strip()]
        if missing:
            verb = "is" if len(missing) == 1 else "are"
            return self.unanswered("" if len(missing) == len(PARTS) else f"Still missing {verb} {listed(missing)}.")
        numbers = {name: self._number(one) for name, one in given.items()}
        strange = next((one for name, one in given.items() if numbers[name] is None), None)
        if strange is not None:
            return Verdict(CANNOT_TELL, f"{capital(quoted(strange))} could not be read as a number. {self.ask}")
        amount, low, high = numbers.values()
        if not low <= amount <= high:
            return Verdict(CANNOT_TELL, "Your range does not hold your own value. Give its lower end first.")
        right = self.right["amount"]
        inside = low - self.tolerance <= right <= high + self.tolerance
        verdict = self._valued(exercise, amount, right)
        if verdict.status == RIGHT:
            return replace(verdict, feedback=f"{verdict.feedback} Your range, {low:g} to {high:g}, holds it.")
        words = "Your range holds the answer." if inside else "Your range does not hold the answer: make it wider."
        part = 0.5 if inside else 0.0
        name = verdict.misconception or ("" if inside else NARROW)
        return replace(verdict, notes={"range": words}, part=part, misconception=name)

    def _valued(self, exercise: Exercise, amount: float, right: float) -> Verdict:
        if abs(amount - right) <= self.tolerance + 1e-9:
            return exercise.praise()
        for slip in exercise.misconceptions:
            if abs(amount - float(value(slip.answer))) <= self.tolerance + 1e-9:
                return named(slip)
        return Verdict(NOT_YET, f"Your value is too {'high' if amount > right else 'low'}.")

    def faults(self) -> Iterator[str]:
        """The slider reaches the answer, and its ends do not tell it."""
        right = self.right["amount"]
        if not self.low < right < self.high:
            yield f"the slider reaches from {self.low:g} to {self.high:g}, and the answer is {right:g}."

    def asked(self) -> dict[str, Any]:
        """The slider."""
        return {"unit": self.unit, "low": self.low, "high": self.high, "step": self.step}

    def words(self, answer: Any) -> str:
        """The value and its range."""
        if not isinstance(answer, Mapping):
            return super().words(answer)
        return f"{answer.get('amount')} {self.unit}, from {answer.get('low')} to {answer.get('high')}"

    def _number(self, given: Any) -> float | None:
        """A number as it was typed, with its unit or without; None where it is none."""
        try:
            number = float(str(given).strip().removesuffix(self.unit).replace(",", "."))
        except ValueError:
            return None
        return number if math.isfinite(number) and not isinstance(given, bool) else None
