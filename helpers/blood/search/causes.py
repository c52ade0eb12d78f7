"""Why are they low? What was found, and what each finding says for and against each cause, with its source.

>>> found = Findings(BloodCount.of(hb=76, wbc=2.6, plt=88, mcv=105, age_y=62, sex="male"), {"b12": "low"})
>>> weighed = {one.cause.key: one for one in weigh(found)}
>>> weighed["b12"].verdict
'speaks for it'
>>> weighed["b12"].reason
'For it: large red cells; a low vitamin B12. Against it: nothing known.'

Clues are rows of ``data/clues.csv``. They are never added up or multiplied: strengths are words, the order of the
causes is fixed, and what speaks for a cause and what speaks against it stand side by side. A cause nothing is known
about is not an improbable one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import compress
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from helpers.blood.core.count import BloodCount
from helpers.blood.core.known import Column, any_that_is_known
from helpers.blood.grading.cohort import Cohort
from helpers.blood.grading.reference import DEFAULT_REFERENCE, Reference, flag
from helpers.blood.search.patients import patient as published
from helpers.evidence import constant, keyed, records

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
    order = list(keyed("mechanisms", "mechanism"))
    every = keyed("causes", "cause", Cause, clinching_tests=lambda row: tuple(row["clinching_tests"].split()))
    return MappingProxyType(dict(sorted(every.items(), key=lambda item: order.index(item[1].mechanism))))


@cache
def clues() -> tuple[Clue, ...]:
    """Every clue."""
    return tuple(
        Clue(**{name: row[name] or "" for name in Clue.__annotations__ if name in row}) for row in records("clues")
    )


@cache
def asked() -> tuple[str, ...]:
    """What has to be asked or examined; the rest is computed."""
    return tuple(key for key, feature in features().items() if feature.group != "count" and key != "film_bland")


@cache
def film_signs() -> tuple[str, ...]:
    """The signs one looks for on a film."""
    return tuple(key for key in asked() if key.startswith("film_"))


Answers = Mapping[str, np.ndarray]
"""Feature -> the answer of each person; None where it is not known."""


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
            _check(key, value)
        object.__setattr__(self, "said", MappingProxyType(dict(self.said)))

    @classmethod
    def of_patient(cls, patient: str, reference: Reference = DEFAULT_REFERENCE) -> Findings:
        """What the report of a published patient says: the count, and ``data/patient_findings.csv``.

        Raises:
            KeyError: no such patient.
        """
        one = published(patient)
        return cls(one.count, one.said, reference)

    def change(self, **said: str | None) -> Findings:
        """The same with other answers; None takes an answer back."""
        merged = {key: value for key, value in {**self.said, **said}.items() if value is not None}
        return Findings(self.count, merged, self.reference)

    @cached_property
    def known(self) -> Mapping[str, str]:
        """Every feature that is known, computed or said -> the answer."""
        return MappingProxyType({key: cell[0] for key, cell in self.answers().items() if cell[0] is not None})

    def answers(self) -> Answers:
        """The same as a column of one, as :func:`known_of` gives it for many."""
        said = {key: np.array([value], dtype=object) for key, value in self.said.items()}
        return _known(self.count, self.reference, said)

    def words(self) -> list[str]:
        """What is known, in words; of a film that was looked at, what was seen."""
        whole = "film_bland" in self.known
        unsaid = {key for key in film_signs() if whole and self.known.get(key) == "no"}
        unsaid |= {"film_bland"} if self.known.get("film_bland") == "no" else set()
        return [features()[key].phrases[value] for key, value in self.known.items() if key not in unsaid]


def _check(key: str, value: str) -> None:
    if key not in asked():
        why = "It is computed from the count." if key in features() else f"There are: {', '.join(asked())}."
        raise ValueError(f"{key!r} is nothing one can say here. {why}")
    if value not in features()[key].answers:
        known = ", ".join(map(repr, features()[key].answers))
        raise ValueError(f"{key} has no answer {value!r}. Choose among: {known}; leave it out if not known.")


def _known(counts: BloodCount | pd.DataFrame, reference: Reference, said: Answers) -> Answers:
    """What is known of one person or many: what was said, what the count computes, and whether the film is bland."""
    found = _computed(counts, reference) | {key: said[key] for key in asked() if key in said}
    if (printed := _blasts_counted(counts)).any():
        found["film_blasts"] = np.where(printed, "yes", found.get("film_blasts", np.full(len(printed), None)))
    if any(key in found for key in film_signs()):
        nothing = np.full(len(next(iter(found.values()))), None, dtype=object)
        signs = np.array([found.get(key, nothing) for key in film_signs()])
        seen, whole = (signs == "yes").any(axis=0), (signs != None).all(axis=0)  # noqa: E711 (cell by cell)
        found["film_bland"] = np.where(seen, "no", np.where(whole, "yes", None))
    return {key: found[key] for key in features() if key in found}


def _blasts_counted(counts: BloodCount | pd.DataFrame) -> np.ndarray:
    """Who has blasts in the printed differential. None printed is not none seen, and "below 1 %" may be none."""
    cohort = Cohort(counts)
    return (np.nan_to_num(cohort.value("blast_pct")) > 0) & (not cohort.upper_bound("blast_pct"))


def known_of(people: pd.DataFrame, reference: Reference = DEFAULT_REFERENCE) -> Answers:
    """What is known of many people, as :attr:`Findings.known` has it of one.

    Raises:
        ValueError: an answer there is none of.
    """
    said = {key: people[key].astype(object).where(people[key].notna(), None) for key in people if key in asked()}
    for key, answers in said.items():
        for value in answers.dropna().unique():
            _check(key, value)
    return _known(people, reference, {key: answers.to_numpy() for key, answers in said.items()})


def _computed(counts: BloodCount | pd.DataFrame, reference: Reference) -> dict[str, np.ndarray]:
    """The features of the count itself."""
    verdicts, ages = flag(counts, reference).frame(), Cohort(counts).trait("age_y")
    of = {name: verdicts[name].to_numpy(dtype=object) for name in verdicts}
    found = {name: np.where(of[name] == "cannot tell", None, of[name]) for name in ("mcv", "retic") if name in of}
    for name, analytes in (("white", ("wbc", "anc")), ("platelets", ("plt",))):
        seen = [Column(of[one] == "low", of[one] == "cannot tell") for one in analytes if one in of]
        if seen:
            low = any_that_is_known(seen)
            found[name] = np.where(
                low.isna(), None, np.where(low.to_numpy(dtype=bool, na_value=False), "low", "not_low")
            )
    older = np.where(ages >= constant("older_from_y"), "older", "adult")
    grown = np.where(ages < constant("adult_from_y"), "child", older)
    return found | {"age": np.where(np.isnan(ages), None, grown)}


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


def weigh_table(people: pd.DataFrame, reference: Reference = DEFAULT_REFERENCE) -> pd.DataFrame:
    """Every cause held against many people at once.

    Args:
        people: one row a person: columns of the count as the course has them, and columns named like the features of
            :func:`asked` with the keys of their answers; a missing column or cell is not known.
        reference: reference set(s) by which a count is low or high.

    Returns:
        Verdict and reason, one row a person and cause: what :func:`weigh` says of each alone.

    Raises:
        ValueError: an answer there is none of.
    """
    known = known_of(people, reference)
    found = np.empty((len(people), len(causes()), 2), dtype=object)
    for place, cause in enumerate(causes().values()):
        own, nobody = _clues_of(cause.key), np.zeros(len(people), dtype=bool)
        met = [known[clue.feature] == clue.value if clue.feature in known else nobody for clue in own]
        alike, whose = np.unique(np.array([nobody, *met]).T, axis=0, return_inverse=True)
        each = [_weighed(cause, list(compress(own, row[1:]))) for row in alike]
        words = np.array([(one.verdict, one.reason) for one in each], dtype=object).reshape(-1, 2)
        found[:, place] = words[whose.reshape(-1)]
    index = pd.MultiIndex.from_product([people.index, causes()], names=["person", "cause"])
    return pd.DataFrame(found.reshape(-1, 2), index, ["verdict", "because"], dtype="str")


@cache
def _clues_of(cause: str) -> tuple[Clue, ...]:
    return tuple(clue for clue in clues() if clue.cause == cause)


def _weigh(cause: Cause, known: Mapping[str, str]) -> Weighed:
    own = _clues_of(cause.key)
    defining = [clue.feature for clue in own if clue.strength in ("clinches", "excludes")]
    telling = [*defining, *(clue.feature for clue in own if clue.side != "neither")]
    still_open = tuple(dict.fromkeys(name for name in telling if name not in known))
    return _weighed(cause, [clue for clue in own if known.get(clue.feature) == clue.value], still_open)


def _weighed(cause: Cause, met: Sequence[Clue], still_open: tuple[str, ...] = ()) -> Weighed:
    sides = (tuple(clue for clue in met if clue.side == side) for side in ("for", "against", "neither"))
    return Weighed(cause, *sides, still_open)
