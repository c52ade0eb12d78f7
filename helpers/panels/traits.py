"""What a panel's state is made of: numbers, choices and counts that refuse, in a sentence, what they cannot be."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import asdict, fields
from itertools import islice
from typing import Any

import traitlets

from helpers.blood.core.count import BloodCount, Person, Value
from helpers.blood.core.units import ANALYTES

_LISTED = 30
"""How many choices a sentence lists."""


class Amount(traitlets.Float):
    """A number between two ends; NaN is what it is elsewhere in the course, "not known", where that can be said.

    Args:
        default: where it starts; None is "not known" and lets that be said later.
        low: the least it can be.
        high: the most it can be.
        help: what it is, with its unit.
    """

    def __init__(self, default: float | None = None, low: float = -math.inf, high: float = math.inf, help: str = ""):
        super().__init__(default, allow_none=default is None, help=help)
        self.low, self.high = low, high

    def validate(self, obj: Any, value: Any) -> float | None:
        """The number; None for NaN.

        Raises:
            TraitError: no number, not a finite one, or one beyond the ends.
        """
        amount = super().validate(obj, value)
        if math.isnan(amount) and self.allow_none:
            return None
        if not math.isfinite(amount) or not self.low <= amount <= self.high:
            ends = f" from {self.low:g}" if math.isfinite(self.low) else ""
            ends += f" to {self.high:g}" if math.isfinite(self.high) else ""
            unknown = ", or None for not known" if self.allow_none else ""
            raise traitlets.TraitError(f"{self.name} cannot be {value!r}: give a number{ends}{unknown}.")
        return amount


class OneOf(traitlets.TraitType):
    """One of what the course knows, looked up when it is needed.

    Args:
        known: gives all there are.
        what: what they are called, in the singular.
        default: where it starts; None is none of them, and can be chosen later.
        help: what it is.
    """

    def __init__(self, known: Callable[[], Collection[Any]], what: str, default: Any = None, help: str = "") -> None:
        super().__init__(default, allow_none=default is None, help=help)
        self.known, self.what = known, what

    def validate(self, obj: Any, value: Any) -> Any:
        """The value.

        Raises:
            TraitError: it is none of them; the message lists those there are.
        """
        if not any(value == one for one in self.known()):
            there = ", ".join([*map(str, islice(self.known(), _LISTED)), "..."][: len(self.known())])
            raise traitlets.TraitError(f"There is no {self.what} {value!r}. Choose among: {there}.")
        return value


class Count(traitlets.Instance):
    """A blood count: the one place where a panel keeps what was measured and in whom."""

    def __init__(self, help: str = "") -> None:
        super().__init__(BloodCount, (), help=help)

    def set(self, obj: Any, value: Any) -> None:
        """Take a count; one that says something else is another one, also where it is equal: two may be unknown."""
        before = obj._trait_values.get(self.name)
        super().set(obj, value)
        after = obj._trait_values[self.name]
        if before is not None and before == after and self.pack(before) != self.pack(after):
            obj._notify_trait(self.name, before, after)

    def pack(self, count: BloodCount) -> dict[str, Any]:
        """The count as JSON has it."""
        values = {name: asdict(value) for name, value in count.values.items()}
        return {"values": values, "person": asdict(count.person), "notes": list(count.notes), "label": count.label}

    def unpack(self, packed: dict[str, Any]) -> BloodCount:
        """The count from :meth:`pack`; ValueError or TypeError where it is none."""
        values = {name: Value(**parts | _tuples(parts)) for name, parts in packed["values"].items()}
        for name, value in values.items():
            if value.amount is not None and not 0 <= value.amount < math.inf:
                raise ValueError(f"{ANALYTES[name].label} of {value.amount:g} cannot be.")
        return BloodCount(values, Person(**packed["person"]), tuple(packed["notes"]), packed["label"])


def _tuples(parts: dict[str, Any]) -> dict[str, Any]:
    """What a value has in tuples and JSON in lists."""
    span = parts.get("span")
    return {"span": span and tuple(span), "choices": tuple(map(tuple, parts.get("choices", ())))}


class Measured:
    """A value of a panel's count as an attribute of the panel: None where it is not known; setting it moves the count.

    Args:
        analyte: its short name, or what is known of the person (``age_y``, ``sex`` ...).
        count: the trait that holds the count.
    """

    def __init__(self, analyte: str, count: str = "count") -> None:
        self.analyte, self.count = analyte, count
        self.of_person = analyte in {item.name for item in fields(Person)}

    def __get__(self, panel: Any, owner: type) -> Any:
        if panel is None:
            return self
        count = getattr(panel, self.count)
        return getattr(count.person, self.analyte) if self.of_person else known(count, self.analyte)

    def __set__(self, panel: Any, value: Any) -> None:
        if isinstance(value, float) and math.isnan(value):
            value = None
        if value != self.__get__(panel, type(panel)):
            setattr(panel, self.count, getattr(panel, self.count).change(**{self.analyte: value}))


class HasCount(traitlets.HasTraits):
    """A panel that moves a blood count: what is usually measured, and of whom, as attributes of the panel."""

    count = Count(help="the count and the person")
    hb, wbc, anc, plt = Measured("hb"), Measured("wbc"), Measured("anc"), Measured("plt")
    retic, mcv = Measured("retic"), Measured("mcv")
    age_y, sex = Measured("age_y"), Measured("sex")


def known(count: BloodCount, analyte: str) -> float | None:
    """An amount of a count as a slider takes it: None where it is not known."""
    amount = getattr(count, analyte)
    return None if math.isnan(amount) else amount
