"""A blood count: what was measured, in whom, and what could not be told.

>>> count = BloodCount.of(hb="7.2 g/dL", wbc=(2.1, "10^9/L"), plt=18, age_y=34, sex="female")
>>> count.hb
72.0
>>> count.change(plt=60).plt
60.0
>>> BloodCount.of(wbc="2100").why("wbc")
'White cell count "2100" has no unit. ...'
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

from helpers.blood.core import units
from helpers.blood.core.units import ANALYTES, COLUMN, NAME
from helpers.blood.core.value import Assume, Value, measure
from helpers.evidence import constant
from helpers.wording import person_words

_NO_PLACE_M = 100_000.0
"""Nobody lives so many meters above the sea or below it."""


@dataclass(frozen=True)
class Person:
    """What limits and grades need to know about the person; None where it is not known. Never inferred."""

    age_y: float | None = None
    """Years; for small children with a fraction."""
    sex: Literal["female", "male"] | None = None
    trimester: int | None = None
    """0 not pregnant, 1 to 3, None not stated."""
    duffy_null: bool | None = None
    elevation_m: float | None = None
    """Meters above sea level of the place where the person lives."""
    smoker: bool | None = None

    def __post_init__(self) -> None:
        for name in ("age_y", "elevation_m"):
            given = getattr(self, name)
            if given is None:
                continue
            if isinstance(given, bool) or not isinstance(given, numbers.Real):
                raise TypeError(f"{name} should be a number or None; it is {type(given).__name__}.")
            object.__setattr__(self, name, None if math.isnan(given) else float(given))
        if self.age_y is not None and not 0 <= self.age_y <= constant("age_limit_y"):
            raise ValueError(f"An age of {self.age_y:g} years is not a living person's. Give age_y in years, or None.")
        if self.elevation_m is not None and abs(self.elevation_m) > _NO_PLACE_M:
            raise ValueError(
                "elevation_m should be meters above sea level, or None; it is infinite or no place on Earth."
            )
        if self.sex not in ("female", "male", None):
            raise ValueError(f"sex should be 'female', 'male' or None (not stated); it is {self.sex!r}.")
        if self.trimester not in (None, 0, 1, 2, 3) or isinstance(self.trimester, bool):
            raise ValueError(f"trimester should be 0 (not pregnant), 1, 2, 3 or None; it is {self.trimester!r}.")
        if self.trimester is not None:
            object.__setattr__(self, "trimester", int(self.trimester))
        for name in ("duffy_null", "smoker"):
            if getattr(self, name) not in (True, False, None):
                raise ValueError(f"{name} should be True, False or None (not known); it is {getattr(self, name)!r}.")

    def __str__(self) -> str:
        return person_words(self, fully=True)


PERSON = tuple(item.name for item in fields(Person))
"""The names of what is known about a person, in order."""


def may_be_pregnant(sex: str | None, age_y: float | None) -> bool:
    """Whether a stated pregnancy can be taken as it stands; wide on purpose, a check and no clinical limit."""
    low, high = constant("pregnancy_offered_low_y"), constant("pregnancy_offered_high_y")
    return sex != "male" and (age_y is None or low <= age_y < high)


def trimester_of(days: float) -> int | None:
    """The trimester of a day of gestation (0, the first day of the last period); None when it cannot be."""
    if not 0 <= days <= constant("gestation_limit_days"):
        return None
    return 1 + (days >= constant("trimester_2_from_day")) + (days >= constant("trimester_3_from_day"))


@dataclass(frozen=True, repr=False)
class BloodCount:
    """One blood count of one person.

    A value is read as an attribute in the course's unit (``count.hb`` in g/L; NaN when it is not known), and
    :meth:`why` says why it is not known. A count never changes: :meth:`change` gives a new one.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    """By analyte short name; what was not measured is not in it."""
    person: Person = field(default_factory=Person)
    notes: tuple[str, ...] = field(default=(), compare=False)
    """What was on the report and was not read, and what the reader should know."""
    label: str = field(default="", compare=False)
    """A name for it: a date, a patient's number."""

    def __post_init__(self) -> None:
        for name, value in self.values.items():
            units.analyte(name)
            if not isinstance(value, Value):
                raise TypeError(
                    f"values[{name!r}] should be a Value; it is {type(value).__name__}. BloodCount.of() makes them."
                )
        ordered = {name: self.values[name] for name in ANALYTES if name in self.values}
        object.__setattr__(self, "values", MappingProxyType(ordered))
        object.__setattr__(self, "notes", tuple(self.notes))

    # --- making one ---

    @classmethod
    def of(cls, *, notes: tuple[str, ...] = (), label: str = "", assume: Assume = None, **given: Any) -> BloodCount:
        """A count from values and facts about the person.

        Args:
            **given: analytes (``hb wbc plt ...``) as text with a unit (``"7.2 g/dL"``), as a pair ``(7.2, "g/dL")``,
                as a bare number in the course's unit, or None; and ``age_y sex trimester duffy_null elevation_m
                smoker``.
            assume: the units of a text without one, ``"si"`` or ``"conventional"``; None leaves it "cannot tell".
            notes: anything to keep with the count. label: a name for it.

        Raises:
            TypeError: a name that is neither an analyte nor about the person, or a value of another kind.
            ValueError: a fact about the person that cannot be.
        """
        return cls({}, notes=notes, label=label).change(assume=assume, **given)

    @classmethod
    def from_row(cls, row: Mapping[str, Any] | pd.Series, label: str = "") -> BloodCount:
        """A count from a table's row with the course's columns (``hb_g_per_l``, ``age_y`` ...); others are ignored.

        Raises:
            TypeError: a column holds text where a number belongs.
            ValueError: a fact about the person that cannot be.
        """
        items = {str(name): _plain_or_none(value) for name, value in row.items()}
        given = {NAME[column]: value for column, value in items.items() if column in NAME and value is not None}
        for name, value in given.items():
            if not isinstance(value, numbers.Real):
                raise TypeError(f"The column {COLUMN[name]!r} should hold a number; it holds {value!r}.")
        about = {name: items[name] for name in PERSON if items.get(name) not in (None, "")}
        return cls.of(label=label or str(items.get("patient") or ""), **given, **about)

    def change(self, *, assume: Assume = None, **given: Any) -> BloodCount:
        """A new count with some values or facts changed; None takes one away. Takes what :meth:`of` takes."""
        values, about = dict(self.values), {}
        for name, value in given.items():
            if name in PERSON:
                about[name] = value
            elif name not in ANALYTES:
                try:
                    units.analyte(name)
                except ValueError as error:
                    raise TypeError(f"{error} About the person: {', '.join(PERSON)}.") from None
            elif value is None:
                values.pop(name, None)
            else:
                values[name] = _value(name, value, assume)
        return replace(self, values=values, person=replace(self.person, **about))

    def with_values(self, values: Mapping[str, Value]) -> BloodCount:
        """The same person's count with these values in place of its own."""
        return replace(self, values=values)

    def only(self, names: Collection[str]) -> BloodCount:
        """These values alone, as the report prints them, of nobody in particular."""
        return BloodCount({name: value for name, value in self.values.items() if name in names})

    # --- asking it ---

    def __getattr__(self, name: str) -> float:
        if name in ANALYTES:
            value = self.values.get(name)
            return math.nan if value is None or value.amount is None else value.amount
        raise AttributeError(f"A blood count has no {name!r}. It has {', '.join(ANALYTES)}; the person is in .person.")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *ANALYTES]

    def why(self, name: str) -> str:
        """Why a value is not known; "" when it is.

        Raises:
            ValueError: no such analyte.
        """
        item = units.analyte(name)
        value = self.values.get(name)
        return f"Not on the report: {item.label}." if value is None else value.reason

    def is_below(self, name: str) -> bool:
        """Whether the report prints "<" for this analyte, so that its amount is only an upper bound."""
        return name in self.values and self.values[name].below

    def compared(self, name: str) -> float:
        """The amount to hold against a limit: what is printed as "<0.1" counts as just below 0.1; NaN where unknown."""
        amount = getattr(self, name)
        return math.nextafter(amount, -math.inf) if self.is_below(name) else amount

    def shown(self, name: str, system: units.System = "si", beside: bool = True) -> str:
        """A value in words, also one that is printed as "less than"; "not known" where it is not.

        >>> BloodCount.of(anc="<0.1 10^9/L").shown("anc", beside=False)
        'less than 0.10 ×10⁹/L'
        """
        return units.show(getattr(self, name), name, system, beside, upper_bound=self.is_below(name))

    def to_frame(self) -> pd.DataFrame:
        """One row: every analyte in the course's unit (NaN where unknown), and the columns about the person."""
        amounts = {column: [getattr(self, name)] for name, column in COLUMN.items()}
        who = self.person
        about = {
            "age_y": pd.Series([who.age_y], dtype="float64"),
            "sex": pd.Series([who.sex], dtype="str"),
            "trimester": pd.Series([who.trimester], dtype="Int64"),
            "duffy_null": pd.Series([who.duffy_null], dtype="boolean"),
            "elevation_m": pd.Series([who.elevation_m], dtype="float64"),
            "smoker": pd.Series([who.smoker], dtype="boolean"),
        }
        return pd.DataFrame(amounts | about)

    def table(self, system: units.System = "si") -> pd.DataFrame:
        """How the report was read, to be shown: one row a value, with what is printed, what it means, or why not."""
        rows = [
            (ANALYTES[name].label, value.printed, _in_short(name, value, system), value.reason)
            for name, value in self.values.items()
        ]
        return pd.DataFrame(rows, columns=["what", "printed", "value", "why not"])

    def __repr__(self) -> str:
        said = [f"{name} {_in_short(name, value, 'si', beside=False)}" for name, value in self.values.items()]
        return f"BloodCount({', '.join(said) or 'empty'}; {self.person})"

    def __hash__(self) -> int:
        return hash((tuple(self.values.items()), self.person))

    def __reduce__(self) -> tuple:
        return type(self), (dict(self.values), self.person, self.notes, self.label)


def _in_short(name: str, value: Value, system: units.System, beside: bool = True) -> str:
    if value.amount is None:
        return "cannot tell"
    return ("< " if value.below else "") + units.show(value.amount, name, system, beside)


def _plain_or_none(value: Any) -> Any:
    """A cell as a plain Python value; None where it is missing."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, numbers.Real) and math.isnan(value)):
        return None
    return value.item() if hasattr(value, "item") else value


def _value(name: str, given: Any, assume: Assume) -> Value:
    if isinstance(given, Value):
        return given
    if isinstance(given, str):
        from helpers.blood.core.amount import read_value  # with the first text: numbers need no lexer

        return read_value(given, name, assume=assume)
    if isinstance(given, numbers.Real) and not isinstance(given, bool):
        return measure(float(given), units.course_unit(name).name, name)
    if isinstance(given, tuple) and len(given) == 2:
        number, unit = given
        if isinstance(number, numbers.Real) and not isinstance(number, bool) and isinstance(unit, str):
            return measure(float(number), unit, name, assume=assume)
    raise TypeError(
        f"{name} should be text with a unit ('7.2 g/dL'), a pair (7.2, 'g/dL'), a number in "
        f"{units.course_unit(name)}, or None; it is {given!r}."
    )
