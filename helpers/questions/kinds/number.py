"""A number, with its unit where it has one.

In the bank: ``analyte``: then the learner gives a unit too, and any unit of that analyte is right (0.8 ×10⁹/L =
800 /µL); ``units``: what the menu offers, some wrong on purpose. Or else ``unit``: words printed after the box
("patients", "%"). ``answer``, each misconception's ``answer`` and ``tolerance`` are in the course's unit;
``tolerance_pct`` instead is in percent. A value off by a power of ten is recognized without being listed. An answer is
text, a number, or ``{"amount": "0.8", "unit": "10^9/L"}``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

from helpers.blood.core.units import ANALYTES, convert, pretty, read_unit
from helpers.questions.answers import value
from helpers.questions.exercise import (
    CANNOT_TELL,
    NOT_YET,
    Exercise,
    Kind,
    Verdict,
    named,
    plain_words,
    quoted,
    ref,
    shape,
)

UNIT_SLIP = "unit off by a power of ten"
"""The one misconception every number with a unit has without being listed."""

_NEARLY = 0.1
"""How far digits may be from the right ones for the unit, rather than the value, to be looked at first."""

_BLANK_IN_THOUSANDS = re.compile(r"(?<=\d)[\s\u2009\u202f\u00a0'’](?=\d{3}(?!\d))")
_NUMBER = re.compile(r"^\s*([+\-−–]?(?:\d+(?:[.,]\d+)*|[.,]\d+)(?:[eE][+\-]?\d+)?)\s*(.*)$", re.DOTALL)


def read_number(text: str) -> tuple[float, str] | str:
    """The number at the start of a text and what follows it, or a sentence that says why there is none.

    A decimal comma is understood; ``1,200``, which could be 1.2 or 1200, is asked about.
    """
    found = _NUMBER.match(_BLANK_IN_THOUSANDS.sub("", text))
    if not found:
        return f"{quoted(text)} is not a number. Write digits, for example 0.8."
    digits, rest = found.groups()
    digits = digits.replace("−", "-").replace("–", "-")
    if re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", digits):
        plain = digits.replace(",", "")
        return f"{quoted(digits)} could be {digits.replace(',', '.')} or {plain}. Write it without a comma."
    if digits.count(",") == 1 and "." not in digits:
        digits = digits.replace(",", ".")
    elif "," in digits and digits.count(".") <= 1 and digits.rfind(",") < (digits + ".").find("."):
        digits = digits.replace(",", "")
    try:
        return float(digits), rest.strip()
    except ValueError:
        return f"{quoted(text)} is not one number. Write digits and one decimal point, for example 0.8."


def _parts(answer: Any) -> tuple[Any, str] | None:
    """Amount and unit as they were given, or None where the answer has no such shape."""
    if isinstance(answer, Mapping):
        return answer.get("amount", ""), str(answer.get("unit") or "").strip()
    if isinstance(answer, list | tuple):
        return (answer[0], str(answer[1] or "").strip()) if len(answer) == 2 else None
    return answer, ""


@dataclass(frozen=True, eq=False)
class Number(Kind):
    """A number."""

    answer: Any
    analyte: str = ""
    unit: str = ""
    units: Sequence[str] = ()
    tolerance: float | None = None
    """How far a number may be off: in the course's unit."""
    tolerance_pct: float | None = None
    """How far a number may be off: in percent of the right answer."""

    how = "Type your result."
    ask = "Type a number."
    interaction = "fill-in"
    schema = shape(
        "answer misconceptions",
        one_of=("analyte units", "unit"),
        any_of=("tolerance", "tolerance_pct"),
        analyte={"type": "string"},
        unit={"type": "string"},
        units={"type": "array", "items": {"type": "string"}, "minItems": 2, "uniqueItems": True},
        answer=ref("number_or_answer"),
        tolerance={"type": "number", "minimum": 0},
        tolerance_pct=ref("percent_off"),
    )
    slip_schema = shape("answer", answer=ref("number_or_answer"))

    def compute(self) -> float:
        """In the course's unit."""
        return float(value(self.answer))

    def wrong(self, slip: Any) -> float:
        """In the course's unit."""
        return float(value(slip.answer))

    def handed_in(self, answer: float) -> dict[str, str]:
        """The number with the course's unit."""
        return {"amount": repr(answer), "unit": ANALYTES[self.analyte].unit if self.analyte else ""}

    def slack(self, near: float) -> float:
        """How far from ``near`` a number may be and still be it.

        The tolerance is meant around the right answer; around a wrong one it shrinks or grows in proportion.
        """
        right = self.right
        allowed = self.tolerance if self.tolerance is not None else abs(right) * (self.tolerance_pct or 0) / 100
        if near != right and right:
            allowed *= abs(near / right)
        return allowed + 1e-9 * max(abs(near), 1e-6)

    def judge(self, exercise: Exercise, answer: Any) -> Verdict:
        """Read the number, bring it into the course's unit, and compare it with what is right and what is not."""
        found = self.amount(answer)
        return found if isinstance(found, Verdict) else self._compared(exercise, found)

    def amount(self, answer: Any) -> float | Verdict:
        """The number in the course's unit, or why it cannot be told."""
        parts = _parts(answer)
        if parts is None:
            return self.unreadable(answer)
        amount, unit = parts
        if isinstance(amount, str):
            if not amount.strip():
                return self.unanswered()
            read = read_number(amount)
            if isinstance(read, str):
                return Verdict(CANNOT_TELL, read)
            amount, written = read
            if written and unit and written != unit and self.analyte:
                return Verdict(
                    CANNOT_TELL, f"You wrote {quoted(written)} and chose {quoted(unit)}. Leave one of the two units."
                )
            if written and not self.analyte and written.casefold() not in (self.unit.casefold(), ""):
                return Verdict(CANNOT_TELL, f"Write the number only: {quoted(written)} was not expected behind it.")
            unit = unit or written
        elif isinstance(amount, bool) or not isinstance(amount, Real):
            return self.unreadable(amount)
        try:
            amount = float(amount)
        except (OverflowError, ValueError, TypeError):
            amount = math.inf
        if not math.isfinite(amount):
            return Verdict(CANNOT_TELL, "That is not a number a count could have. Write digits, for example 0.8.")
        return self._in_course_unit(amount, unit) if self.analyte else amount

    def _in_course_unit(self, amount: float, unit: str) -> float | Verdict:
        if amount < 0:
            return Verdict(CANNOT_TELL, "This value cannot be negative. Check the sign.")
        if not unit:
            words = f"{amount:g} of which unit? The same digits mean something else in another unit: choose one."
            return Verdict(CANNOT_TELL, words)
        try:
            found = convert(amount, unit[:60], self.analyte)
        except ValueError as error:
            return Verdict(CANNOT_TELL, plain_words(str(error)))
        if math.isfinite(found):
            return found
        return Verdict(CANNOT_TELL, "That is far beyond what a count could have. Check the digits.")

    def _compared(self, exercise: Exercise, amount: float) -> Verdict:
        right = self.right
        if abs(amount - right) <= self.slack(right):
            return exercise.praise()
        for slip in exercise.misconceptions:
            wrong = self.wrong(slip)
            if abs(amount - wrong) <= self.slack(wrong):
                return named(slip)
        times = amount / right if right else 0.0
        power = round(math.log10(times)) if times > 0 else 0
        if self.analyte and power and abs(amount - right * 10.0**power) <= self.slack(right * 10.0**power):
            size = f"{10 ** abs(power):,} times too {'large' if power > 0 else 'small'}"
            size = size if abs(power) < 13 else "far off"
            words = f"The digits are right, but with this unit the value is {size}. Check the unit."
            return Verdict(NOT_YET, words, UNIT_SLIP)
        side = "high" if amount > right else "low"
        if self.analyte and power and abs(times / 10.0**power - 1) < _NEARLY:
            words = f"With this unit your value is far too {side}: check the unit first. Hint 1 says where to begin."
            return Verdict(NOT_YET, words)
        return Verdict(NOT_YET, f"Your value is too {side}. Hint 1 says where to begin.")

    def faults(self) -> Iterator[str]:
        """One unit of the menu is right."""
        if self.analyte and not any(read_unit(unit, self.analyte)[0] for unit in self.units):
            yield "no unit in its menu is a unit of its analyte."

    def asked(self) -> dict[str, Any]:
        """The units."""
        units = [[unit, pretty(unit)] for unit in self.units]
        return {"needs_unit": bool(self.analyte), "units": units, "unit": self.unit}

    def words(self, answer: Any) -> str:
        """The number and its unit."""
        if not isinstance(answer, Mapping):
            return super().words(answer)
        return " ".join(str(part) for part in (answer.get("amount"), answer.get("unit") or self.unit) if part)

    def response(self, answer: Any) -> str:
        """The number and its unit."""
        if not isinstance(answer, Mapping):
            return super().response(answer)
        return " ".join(str(answer.get(part) or "") for part in ("amount", "unit")).strip()
