"""Red flags: what cannot wait until the cause is known, recognized from a count and what was found beside it.

>>> from helpers.blood.core.count import BloodCount
>>> found = Findings(BloodCount.of(hb=135, anc=0.2, plt=250))
>>> [one.flag for one in red_flags(found) if not one.raised]
['neutropenic_fever', 'sepsis_no_fever', 'sepsis', 'falling_count']
>>> red_flags(found)[0].needs
'a fever of 38 °C or more'
>>> red_flags(found.change(fever="yes"))[0].because
'neutrophils 0.20 ×10⁹/L, below 0.50 ×10⁹/L; fever'

Rules are rows of ``data/red_flag_rules.csv``. A flag whose rule holds is raised; one that lacks a finding nobody has
asked for yet is open, and says what it needs. Not known is not "no".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pandas as pd

from helpers.blood.core.criteria import Comparison, Row, holds, word
from helpers.blood.core.derived import complete
from helpers.blood.core.known import Answer, Column, all_of, any_of, both, one
from helpers.blood.grading.cohort import Cohort
from helpers.blood.grading.reference import DEFAULT_REFERENCE, Reference, limits
from helpers.blood.search.causes import Findings, features, known_of
from helpers.evidence import records
from helpers.wording import listed, small, sources_of

URGENCIES = {"emergency": "emergency", "same_day": "the same day"}
"""How urgent, key -> in words."""
OWN_LIMIT = "own"
"""In a rule's ``value``: below this person's own lower limit of normal; below ``limit`` where that is not known."""
NO_ANC = "without_anc"
"""In a rule's ``value``: only where neutrophils are not known; few white cells may hide that they are very few."""


@dataclass(frozen=True)
class RedFlag:
    """One red flag that is raised, or would be with one finding more."""

    flag: str
    label: str
    urgency: str
    """emergency or same_day."""
    why: str
    at_once: str
    raised: bool
    because: str
    """What was found that raises it, or the part of it that is there, each value with its limit."""
    found: tuple[tuple[str, str], ...]
    """The same in short: the name of each value and its amount; a finding has no name."""
    needs: str
    """What is not known yet and would raise it; "" when it is raised."""
    missing: tuple[str, ...]
    """Names of the analytes and features that are not known."""
    source: str
    note: str
    if_yes: str
    """What a yes to the one open question would mean, after "If yes,", with a slot for what was found; "" for most."""

    def values(self, beside: str) -> str:
        """What was found in short, to stand in brackets after words; what these say already is left out.

        >>> from helpers.blood.core.count import BloodCount
        >>> flag = red_flags(Findings(BloodCount.of(anc=0.2), {"fever": "yes"}))[0]
        >>> flag.values("Fever with very few neutrophils"), flag.values("An emergency")
        ('0.20 ×10⁹/L', 'neutrophils 0.20 ×10⁹/L; fever')
        """
        said = beside.lower()
        short = (amount if name in said else f"{name} {amount}" for name, amount in self.found)
        return "; ".join(dict.fromkeys(one for one in short if one not in said))

    def yes_means(self) -> str:
        """What a yes to its one open question would mean, after "If yes,"; "" where no person can answer it."""
        counted = tuple(one for one in self.found if one[0])
        said = self.if_yes if counted else self.if_yes.replace(" ({found})", "")
        return said.format(found=replace(self, found=counted).values(said))


@cache
def _ways(flag: str) -> tuple[tuple[Row, ...], ...]:
    """The ways in which a flag is raised, each its rows."""
    rows = [row for row in records("red_flag_rules") if row["flag"] == flag]
    return tuple(tuple(row for row in rows if row["way"] == way) for way in dict.fromkeys(row["way"] for row in rows))


def red_flags(
    found: Findings | pd.DataFrame, reference: Reference = DEFAULT_REFERENCE
) -> tuple[RedFlag, ...] | pd.DataFrame:
    """The red flags of what was found: raised ones first, emergencies first among them.

    Args:
        found: one person's findings; or a frame as :func:`helpers.blood.search.causes.weigh_table` takes it.
        reference: for many, the reference set(s) of "below the own limit"; one person's findings have theirs.

    Returns:
        Those that are raised, and those of which a part is there and the rest is not known; of many a frame of them,
        one row a person and flag.

    Raises:
        ValueError: an answer there is none of.
    """
    people = _People(found, reference)
    flags: list[list[RedFlag]] = [[] for _ in range(len(people.counts))]
    for row in records("red_flags"):
        ways = [[people.held(rule) for rule in rules] for rules in _ways(row["flag"])]
        for person, flag in _raised(row, ways, len(flags)):
            flags[person].append(flag)
    order = list(URGENCIES)
    flags = [_most_urgent(some) for some in flags]
    ordered = [tuple(sorted(some, key=lambda one: (not one.raised, order.index(one.urgency)))) for some in flags]
    if people.counts.single:
        return ordered[0]
    told = [(whose, one) for whose, some in zip(people.counts.index, ordered, strict=True) for one in some]
    index = pd.MultiIndex.from_tuples([(whose, one.flag) for whose, one in told], names=["person", "flag"])
    return pd.DataFrame({name: [getattr(one, name) for _, one in told] for name in _SHOWN}, index)


def not_told(found: Findings) -> tuple[str, ...]:
    """The values that are not known and may raise a red flag, by name in the order of the rules.

    >>> from helpers.blood.core.count import BloodCount
    >>> not_told(Findings(BloodCount.of(hb=140, plt=250)))
    ('anc',)
    """
    people = _People(found, found.reference)
    ways = [way for row in records("red_flags") for way in _ways(row["flag"]) if any(map(_is_value, way))]
    held = [[people.held(rule) for rule in way] for way in ways]
    possible = [each for way in held if one(all_of(each.met for each in way), 0) is not False for each in way]
    unknown = [each.rule for each in possible if one(each.met, 0) is None]
    return tuple(dict.fromkeys(rule["name"] for rule in unknown if _is_value(rule)))


def _is_value(rule: Row) -> bool:
    """Whether it is about a value of its own; white cells only stand in for neutrophils."""
    return rule["kind"] == "count" and rule["value"] != NO_ANC


def _most_urgent(some: Sequence[RedFlag]) -> list[RedFlag]:
    """Without the flags that another one, which is raised, says as well."""
    within = {row["flag"]: set((row["within"] or "").split()) for row in records("red_flags")}
    raised = {one.flag for one in some if one.raised}
    return [one for one in some if raised.isdisjoint(within[one.flag])]


_SHOWN = ("label", "urgency", "raised", "because", "needs", "source")


@dataclass(frozen=True)
class _Held:
    """One rule held against everybody."""

    rule: Row
    met: Column
    there: Callable[[int], str]
    """What was found of a person, in words."""
    short: Callable[[int], tuple[str, str]]
    """The same in short: the name of a value and its amount; a finding has no name."""
    asked: Callable[[int], str]
    """What would meet it, in words."""


def _raised(row: Row, ways: Sequence[Sequence[_Held]], size: int) -> Iterator[tuple[int, RedFlag]]:
    """Whose flag is raised or open, and the flag: by the way of which the least is missing."""
    best: dict[int, tuple[int, tuple[Answer, ...]]] = {}
    for place, way in enumerate(ways):
        possible = all_of(held.met for held in way).to_numpy(dtype=bool, na_value=True)
        begun = any_of(held.met for held in way).to_numpy(dtype=bool, na_value=False)
        concerned = np.flatnonzero(possible & begun)
        each = [held.met[concerned].to_numpy(dtype=object, na_value=None) for held in way]
        for person, *met in zip(concerned.tolist(), *each, strict=True):
            if person not in best or met.count(None) < best[person][1].count(None):
                best[person] = place, tuple(met)
    about = {name: row[name] or "" for name in ("flag", "label", "urgency", "why", "at_once", "note", "if_yes")}

    @cache
    def parts(place: int, met: tuple[Answer, ...]) -> tuple[list[_Held], list[_Held], dict[str, Any]]:
        there, missing = (
            [held for held, known in zip(ways[place], met, strict=True) if known is so] for so in (True, None)
        )
        names = tuple(held.rule["name"] for held in missing)
        source = sources_of((row, *(held.rule for held in there)))
        return there, missing, about | {"raised": not missing, "missing": names, "source": source}

    for person, way in best.items():
        there, missing, same = parts(*way)
        because = "; ".join([held.there(person) for held in there])
        found = tuple([held.short(person) for held in there])
        needs = " and ".join([held.asked(person) for held in missing])
        yield person, RedFlag(**same, because=because, found=found, needs=needs)


class _People:
    """What is known of one person or of many, as columns."""

    def __init__(self, found: Findings | pd.DataFrame, reference: Reference) -> None:
        single = isinstance(found, Findings)
        self.counts = Cohort(complete(found.count if single else found))
        self.reference = found.reference if single else reference
        self.known = found.answers() if single else known_of(found, reference)
        self.nothing = np.full(len(self.counts), None, dtype=object)

    def held(self, rule: Row) -> _Held:
        """Whether a rule holds; unknown where it cannot be told."""
        return self._finding(rule) if rule["kind"] == "finding" else self._value(rule)

    def _finding(self, rule: Row) -> _Held:
        answers, feature = self.known.get(rule["name"], self.nothing), features()[rule["name"]]
        met = Column(np.isin(answers.astype(str), rule["value"].split()), pd.isna(answers))
        needed = listed((feature.phrases[value] for value in rule["value"].split()), "or")
        needed = f"a {small(feature.question)}" if rule["name"] == "fever" else needed

        def there(person: int) -> str:
            return feature.phrases[answers[person]]

        return _Held(rule, met, there, lambda person: ("", there(person)), lambda person: needed)

    def _value(self, rule: Row) -> _Held:
        """The value a rule is about, against its limit."""
        name, limit = rule["name"], self._limit(rule)
        value, upper = self.counts.value(name), self.counts.upper_bound(name)
        whole = np.zeros(len(limit), dtype=bool)
        if name == "anc":
            # Where the white cells alone are known, they may settle it.
            value = self._neutrophils()
            white, white_upper = self.counts.value("wbc"), self.counts.upper_bound("wbc")
            settled = holds(white, rule["operator"], limit, white_upper).to_numpy(dtype=bool, na_value=False)
            whole = np.isnan(value) & settled
        met = any_of([holds(value, rule["operator"], limit, upper), whole])
        if rule["value"] == NO_ANC:
            met = both(met, np.isnan(self._neutrophils()))
        beside = "; neutrophils not known" if rule["value"] == NO_ANC else ""

        def compared(person: int) -> Comparison:
            analyte, amount, bound = ("wbc", white, white_upper) if whole[person] else (name, value, upper)
            return Comparison(analyte, float(amount[person]), rule["operator"], float(limit[person]), bound)

        def short(person: int) -> tuple[str, str]:
            one = compared(person)
            return word(one.analyte), one.amount(beside=False)

        return _Held(
            rule, met, lambda person: _words(compared(person)) + beside, short, lambda person: compared(person).asked
        )

    def _neutrophils(self) -> np.ndarray:
        """The neutrophils; what is printed as more than all white cells is not known."""
        value = self.counts.value("anc")
        return value if self.counts.upper_bound("anc") else np.where(value > self.counts.value("wbc"), np.nan, value)

    def _limit(self, rule: Row) -> np.ndarray:
        """The limit of a rule: where it asks for it, the person's own lower limit of normal, if that is known."""
        limit = math.nan if rule["limit"] is None else rule["limit"]
        if rule["value"] != OWN_LIMIT:
            return np.full(len(self.counts), limit)
        own, _ = limits(self.counts.patients, rule["name"], self.reference)
        return np.where(np.isnan(own), limit, own)


@lru_cache(maxsize=4096)
def _words(compared: Comparison) -> str:
    return compared.words()
