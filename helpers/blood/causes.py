"""Why are they low? What was found, and what each finding says for and against each cause, with its source.

>>> found = Findings(BloodCount.of(hb=76, wbc=2.6, plt=88, mcv=105, age_y=62, sex="male"), {"b12": "low"})
>>> weighed = {one.cause.key: one for one in weigh(found)}
>>> weighed["b12"].verdict
'clinched'
>>> weighed["b12"].reason
'For it: large red cells; a low vitamin B12 (clinches). Against it: nothing known.'

Clues are rows of ``data/clues.csv``. They are never added up or multiplied: strengths are words, the order of the
causes is fixed, and what speaks for a cause and what speaks against it stand side by side. A cause nothing is known
about is not an improbable one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any

from helpers.blood.count import BloodCount
from helpers.blood.reference import DEFAULT_REFERENCE, Reference, flag
from helpers.evidence import constant, records

CLINCHED, EXCLUDED, FOR, MIXED = "clinched", "excluded", "speaks for it", "for and against"
AGAINST, NOTHING = "speaks against it", "nothing known yet"
VERDICTS = (CLINCHED, FOR, MIXED, NOTHING, AGAINST, EXCLUDED)
"""What is known of a cause, in words; no ranks, and no probabilities."""


@dataclass(frozen=True)
class Feature:
    """One thing that can be found out."""

    key: str
    question: str
    group: str
    """count, history, examination, film, blood or marrow; those of the count are computed."""
    answers: Mapping[str, str]
    """Key of each answer -> as a control shows it."""
    phrases: Mapping[str, str]
    """Key of each answer -> what was found, to stand in a sentence."""
    source: str


@dataclass(frozen=True)
class Cause:
    """One cause: a row of ``data/causes.csv``."""

    key: str
    label: str
    short: str
    mechanism: str
    what: str
    clinching_tests: tuple[str, ...]
    clinched_by: str
    first_action: str
    source: str
    confidence: str
    note: str


@dataclass(frozen=True)
class Clue:
    """What one answer says about one cause."""

    cause: str
    feature: str
    value: str
    side: str
    """for, against, or neither (a warning that it says little)."""
    strength: str
    """clinches, typical, possible; excludes, unusual; silent."""
    says: str
    source: str
    confidence: str
    note: str

    @property
    def phrase(self) -> str:
        """What was found, to stand in a sentence; a defining finding says so."""
        words = features()[self.feature].phrases[self.value]
        return f"{words} ({self.strength})" if self.strength in ("clinches", "excludes") else words


@cache
def features() -> Mapping[str, Feature]:
    """Everything that can be found out, by key, in the order in which it is asked."""
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for row in records("features"):
        rows.setdefault(row["feature"], []).append(row)
    return MappingProxyType(
        {
            key: Feature(
                key,
                same[0]["question"],
                same[0]["group"],
                MappingProxyType({row["value"]: row["answer"] for row in same}),
                MappingProxyType({row["value"]: row["phrase"] for row in same}),
                same[0]["source"],
            )
            for key, same in rows.items()
        }
    )


@cache
def causes() -> Mapping[str, Cause]:
    """The causes by key, those of one mechanism together."""
    order = [row["mechanism"] for row in records("mechanisms")]
    rows = sorted(records("causes"), key=lambda row: order.index(row["mechanism"]))
    return MappingProxyType(
        {
            row["cause"]: Cause(
                key=row["cause"],
                **{name: row[name] for name in ("label", "short", "mechanism", "what", "clinched_by", "first_action")},
                clinching_tests=tuple(row["clinching_tests"].split()),
                source=row["source"],
                confidence=row["confidence"],
                note=row["note"] or "",
            )
            for row in rows
        }
    )


@cache
def clues() -> tuple[Clue, ...]:
    """Every clue."""
    return tuple(
        Clue(**{name: row[name] or "" for name in Clue.__annotations__ if name in row}) for row in records("clues")
    )


ASKED = tuple(key for key, feature in features().items() if feature.group != "count" and key != "film_bland")
"""What has to be asked or examined; the rest is computed."""
FILM = tuple(key for key in ASKED if key.startswith("film_"))
"""The signs one looks for on a film."""


@dataclass(frozen=True)
class Findings:
    """What is known about a person: the count, and what was asked, seen and measured beside it.

    Args:
        count: the blood count; cell size, reticulocytes, low lines and age are taken from it.
        said: key of a feature -> key of the answer. What is not in it is not known, which is not "no".
        reference: reference set(s) by which the count is low or high.

    Raises:
        ValueError: a feature or an answer there is none of, or one that is computed from the count.
    """

    count: BloodCount
    said: Mapping[str, str] = field(default_factory=dict)
    reference: Reference = DEFAULT_REFERENCE

    def __post_init__(self) -> None:
        for key, value in self.said.items():
            if key not in ASKED:
                why = "It is computed from the count." if key in features() else f"There are: {', '.join(ASKED)}."
                raise ValueError(f"{key!r} is nothing one can say here. {why}")
            if value not in features()[key].answers:
                known = ", ".join(map(repr, features()[key].answers))
                raise ValueError(f"{key} has no answer {value!r}. Choose among: {known}; leave it out if not known.")
        object.__setattr__(self, "said", MappingProxyType(dict(self.said)))

    @classmethod
    def of_patient(cls, patient: str, reference: Reference = DEFAULT_REFERENCE) -> Findings:
        """What the report of a published patient says: the count, and ``data/patient_findings.csv``.

        Raises:
            KeyError: no such patient.
        """
        row = next((row for row in records("patients") if row["patient"] == patient), None)
        if row is None:
            raise KeyError(f"There is no published patient {patient!r}. table('patients') lists them.")
        said = {row["feature"]: row["value"] for row in records("patient_findings") if row["patient"] == patient}
        return cls(BloodCount.from_row(row, label=patient), said, reference)

    def change(self, **said: str | None) -> Findings:
        """The same with other answers; None takes an answer back."""
        merged = {key: value for key, value in {**self.said, **said}.items() if value is not None}
        return Findings(self.count, merged, self.reference)

    @cached_property
    def known(self) -> Mapping[str, str]:
        """Every feature that is known, computed or said -> the answer."""
        found = self._from_count()
        found |= {key: value for key in ASKED if (value := self.said.get(key))}
        signs = [found.get(key) for key in FILM]
        if "yes" in signs:
            found["film_bland"] = "no"
        elif None not in signs:
            found["film_bland"] = "yes"
        return MappingProxyType({key: found[key] for key in features() if key in found})

    def _from_count(self) -> dict[str, str]:
        verdicts = {one.analyte: one.verdict for one in flag(self.count, self.reference)}
        found = {
            name: verdicts[name] for name in ("mcv", "retic") if verdicts.get(name, "cannot tell") != "cannot tell"
        }
        for name, analytes in (("white", ("wbc", "anc")), ("platelets", ("plt",))):
            seen = {verdicts.get(analyte, "cannot tell") for analyte in analytes}
            if "low" in seen:
                found[name] = "low"
            elif seen - {"cannot tell"}:
                found[name] = "not_low"
        age = self.count.person.age_y
        if age is not None:
            older = age >= constant("older_from_y")
            found["age"] = "child" if age < constant("adult_from_y") else "older" if older else "adult"
        return found

    def words(self) -> list[str]:
        """What is known, in words; of a film that was looked at, what was seen."""
        whole = "film_bland" in self.known
        unsaid = {key for key in FILM if whole and self.known.get(key) == "no"}
        unsaid |= {"film_bland"} if self.known.get("film_bland") == "no" else set()
        return [features()[key].phrases[value] for key, value in self.known.items() if key not in unsaid]


@dataclass(frozen=True)
class Weighed:
    """One cause held against what was found."""

    cause: Cause
    speaks_for: tuple[Clue, ...]
    against: tuple[Clue, ...]
    silent: tuple[Clue, ...]
    """What was found and says little, although one might think so."""
    open: tuple[str, ...]
    """Keys of features that are not known and would say something, the defining ones first."""

    @property
    def verdict(self) -> str:
        """One of :data:`VERDICTS`."""
        if any(clue.strength == "excludes" for clue in self.against):
            return EXCLUDED
        if any(clue.strength == "clinches" for clue in self.speaks_for):
            return CLINCHED
        if self.speaks_for:
            return MIXED if self.against else FOR
        return AGAINST if self.against else NOTHING

    @property
    def reason(self) -> str:
        """Why: what speaks for it and what against it."""
        sides = (("For it", self.speaks_for), ("Against it", self.against))
        said = [f"{side}: {'; '.join(clue.phrase for clue in found) or 'nothing known'}." for side, found in sides]
        both = self.verdict == EXCLUDED and any(clue.strength == "clinches" for clue in self.speaks_for)
        return " ".join(said) + (
            " These contradict each other: one of the two results is to be repeated." if both else ""
        )


def weigh(found: Findings) -> tuple[Weighed, ...]:
    """Each cause with what speaks for it, against it, and what is still open, in the fixed order of :func:`causes`.

    Source: ``data/clues.csv``, each clue with its own.
    """
    return tuple(_weigh(cause, found.known) for cause in causes().values())


def _weigh(cause: Cause, known: Mapping[str, str]) -> Weighed:
    own = [clue for clue in clues() if clue.cause == cause.key]
    here = {"for": [], "against": [], "neither": []}
    for clue in own:
        if known.get(clue.feature) == clue.value:
            here[clue.side].append(clue)
    defining = [clue.feature for clue in own if clue.strength in ("clinches", "excludes")]
    telling = [*defining, *(clue.feature for clue in own if clue.side != "neither")]
    still_open = tuple(dict.fromkeys(name for name in telling if name not in known))
    return Weighed(cause, *(tuple(here[side]) for side in ("for", "against", "neither")), still_open)
