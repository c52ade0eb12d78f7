"""One measured value: known, or "cannot tell, because ..."; and the judgment of one number with its unit."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from helpers.blood.core import units
from helpers.blood.core.units import ANALYTES

Assume = Literal["si", "conventional"] | None


COMPUTED = "computed"
"""The first word of what stands for the print of a value that was worked out."""


@dataclass(frozen=True)
class Value:
    """One measured value: known, or "cannot tell, because ..."."""

    amount: float | None
    """In the course's unit; None when it cannot be told."""
    printed: str = field(default="", compare=False)
    """What the report says, word for word."""
    unit: str = field(default="", compare=False)
    """The unit as the report prints it."""
    reason: str = field(default="", compare=False)
    """Why it cannot be told, and what to do; "" when it is known."""
    below: bool = False
    """The report prints "<": the amount is an upper bound."""
    span: tuple[int, int] | None = field(default=None, compare=False)
    """Where in the text it stands (start, end); None where there is no text."""
    specimen: str = field(default="", compare=False)
    """What was examined, where the report says it."""
    time: str = field(default="", compare=False)
    """When, as the report prints it."""
    own_low: float | None = field(default=None, compare=False)
    own_high: float | None = field(default=None, compare=False)
    """The interval that the report prints beside it, in the course's unit."""
    choices: tuple[tuple[str, float], ...] = field(default=(), compare=False)
    """What it could be, where it cannot be told: a phrase and an amount in the course's unit each."""
    assumed: bool = field(default=False, compare=False)
    """Its unit is not printed: it is the one of the chosen family in which the number is possible."""

    @property
    def known(self) -> bool:
        """Whether there is an amount."""
        return self.amount is not None

    @property
    def computed(self) -> bool:
        """Whether it was worked out from other values, not printed."""
        return self.printed.startswith(COMPUTED)


def cannot_tell(printed: str, unit: str, why: str, choices: tuple[tuple[str, float], ...] = ()) -> Value:
    """A value that is there but cannot be told."""
    return Value(None, printed, unit, why, choices=choices)


@lru_cache(maxsize=4096)
def measure(
    number: float, unit: str, name: str, printed: str = "", below: bool = False, assume: Assume = None
) -> Value:
    """Judge one number with its unit.

    Args:
        number: as printed.
        unit: as printed; "" when none is.
        name: the analyte's short name.
        printed: the report's own words for it, quoted in the reason.
        below: the report prints "<".
        assume: the units of a number without one: ``"si"``, ``"conventional"``, or None (cannot tell).

    Returns:
        A known value in the course's unit, or one that says why it cannot be told. Never raises for what is printed.
    """
    label, printed = ANALYTES[name].label, printed or f"{number:.12g} {unit}".strip()
    quoted = f'{label} "{units.clip(printed)}"'
    if why := _no_amount(number):
        return cannot_tell(printed, unit, f"{quoted} {why}")
    sure = None if unit else units.sure_unit(number, name)
    read, why = units.read_unit(unit, name) if unit else (sure, "") if sure else _of_family(number, name, assume)
    if read is None:
        why = f"{quoted} {why}" if not unit else f"{quoted} cannot be told: {why}"
        why = f"{why} {_could_be(number, name)} Look at the report for the unit."
        return cannot_tell(printed, unit, why, tuple(units.meanings(number, name)))
    amount = units.rounded(number * read.factor)
    if why := _doubtful_unit(amount, read, name):
        return cannot_tell(printed, unit, f"{quoted}: {why}")
    rare = ANALYTES[name].lowest
    if units.plausible(amount, name) or (rare is not None and read.conventional and rare <= amount < 2 * rare):
        return Value(amount, printed, unit or read.name, below=below, assumed=not (unit or sure))
    choices = tuple(units.meanings(number, name))
    return cannot_tell(printed, unit, _implausible(number, amount, read, name, quoted), choices)


def _no_amount(number: float) -> str:
    """Why a number is no amount; "" when it may be one."""
    if math.isnan(number):
        return "is not a number. Ask the laboratory for the result."
    if math.isinf(number):
        return "is infinite or too large to be a count. Look at the report again."
    return "is negative, and no amount is. Look at the report again." if number < 0 else ""


def _doubtful_unit(amount: float, read: units.Unit, name: str) -> str:
    """Why a unit that is printed may not be the one that was meant; "" when nothing speaks against it."""
    if name == "hb" and read.name == "%":
        return (
            "percent may be the share of another hemoglobin, grams per 100 mL, or percent of a normal hemoglobin. "
            "Ask the laboratory for g/L or g/dL."
        )
    if read.name.endswith("/mL") and amount and units.plausible(amount, name) and units.plausible(amount * 1000, name):
        return (
            "blood cells are reported per µL or per liter, and /mL is often printed where /µL is meant. It could be "
            f"{units.plain(amount)} or {units.plain(amount * 1000)} {units.course_unit(name)}. Ask the laboratory."
        )
    return ""


def _of_family(number: float, name: str, assume: Assume) -> tuple[units.Unit | None, str]:
    """The one unit of the chosen family in which this bare number is possible."""
    if assume is None:
        return None, "has no unit."
    found = units.in_family(number, name, assume)
    if len(found) > 1:
        return None, f"has no unit, and {' and '.join(str(unit) for unit in found)} are both possible."
    family = {"si": units.course_unit, "conventional": units.conventional_unit}[assume]
    return (found or [family(name)])[0], ""


def check_assume(assume: Assume) -> None:
    """Refuse another choice than the two.

    Raises:
        ValueError: always for another choice.
    """
    if assume not in (None, "si", "conventional"):
        raise ValueError(
            f"assume should be 'si', 'conventional' or None (a number without a unit cannot be told); it is {assume!r}."
        )


def _could_be(number: float, name: str) -> str:
    found = [phrase for phrase, _ in units.meanings(number, name)]
    if not found:
        return f"{units.plain(number)} is possible for a living person in none of its units."
    if len(found) == 1:
        return f"It could be {found[0]}."
    return f"It could be {', '.join(found[:-1])}, or {found[-1]}."


def _implausible(number: float, amount: float, read: units.Unit, name: str, quoted: str) -> str:
    item = ANALYTES[name]
    side = "far more" if amount > item.plausible_high else "far less"
    edge = item.plausible_high if amount > item.plausible_high else item.plausible_low
    said = (
        f"{quoted} would be {units.plain(amount)} {units.course_unit(name)}, {side} than a living person could have "
        f"(this course stops at {units.plain(edge)})."
    )
    meant = [phrase for phrase, _ in units.meanings(number, name)]
    if not meant:
        return f"{said} No unit in use makes it possible: look at the report again."
    return f"{said} Perhaps {' or '.join(meant)} was meant. Look at the report, or ask the laboratory."
