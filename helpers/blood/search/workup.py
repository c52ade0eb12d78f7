"""The work-up as a path: from a low count to its cause, step by step, each with what it costs and what it settles.

>>> walk = Walk().answer("no").answer("same").answer("obvious").answer("yes")
>>> walk.here.title
'Found without a needle'
>>> [test.key for test in walk.done if test.sample == "marrow"]
[]

Steps and ways are rows of ``data/workup.csv`` and ``data/workup_ways.csv``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from helpers.blood.core.criteria import word
from helpers.blood.search.causes import Findings, features
from helpers.blood.search.patients import patient as published
from helpers.blood.search.red_flags import red_flags
from helpers.evidence import keyed, records
from helpers.wording import small


@dataclass(frozen=True)
class Test:
    """Something that is done to find out: a row of ``data/tests.csv``."""

    key: str
    label: str
    settles: str
    leaves_open: str
    costs: str
    sample: str
    """none, blood, imaging or marrow."""
    group: str
    """What it is looked for with, in words: the heading under which a list has it."""
    source: str
    note: str


@dataclass(frozen=True)
class Way:
    """One answer to a step, and where it leads."""

    key: str
    label: str
    next: str
    says: str
    source: str
    fits: tuple[tuple[str, str], ...] = ()
    """Findings that speak for this answer, and against the others: feature and value."""
    allows: tuple[tuple[str, str], ...] = ()
    """Findings with which this answer can be given, although they speak against no other."""

    @property
    def claims(self) -> bool:
        """Whether this answer says that something was found."""
        return any(value != "none" for _, value in (*self.fits, *self.allows))


@dataclass(frozen=True)
class Step:
    """One step of the path, or one of its ends."""

    key: str
    title: str
    ask: str
    why: str
    tests: tuple[str, ...]
    ways: MappingProxyType[str, Way]
    """Key of each answer -> where it leads; none at an end."""
    source: str
    note: str

    @property
    def is_end(self) -> bool:
        """Whether the path ends here."""
        return not self.ways


@cache
def tests() -> MappingProxyType[str, Test]:
    """The tests by key."""
    return keyed("tests", "test", Test)


@cache
def steps() -> MappingProxyType[str, Step]:
    """The steps by key, in their order."""
    ways: dict[str, dict[str, Way]] = {}
    for row in records("workup_ways"):
        fits, allows = (
            tuple(tuple(one.split("=")) for one in (row[name] or "").split()) for name in ("fits", "allows")
        )
        way = Way(row["answer"], row["label"], row["next"], row["says"], row["source"], fits, allows)
        ways.setdefault(row["step"], {})[row["answer"]] = way
    return MappingProxyType(
        {
            row["step"]: Step(
                row["step"], row["title"], row["ask"], row["why"], tuple((row["tests"] or "").split()),
                MappingProxyType(ways.get(row["step"], {})), row["source"], row["note"] or "",
            )
            for row in sorted(records("workup"), key=lambda row: row["order"])
        }
    )  # fmt: skip


@cache
def _tells() -> Mapping[str, tuple[str, ...]]:
    """What each test tells: features of ``data/features.csv``."""
    told: dict[str, list[str]] = {}
    for row in records("test_features"):
        told.setdefault(row["test"], []).append(row["feature"])
    return {test: tuple(names) for test, names in told.items()}


def results(patient: str, test: str) -> str:
    """What a published report says to a test, in words; "" where it does not say.

    Raises:
        KeyError: no such patient.
    """
    if test == COUNT:
        count = published(patient).count
        known = [name for name in _SHOWN if not math.isnan(getattr(count, name))]
        return "; ".join(f"{word(name)} {count.shown(name, beside=False)}" for name in known)
    return _phrases(_told_by(Findings.of_patient(patient), test))


def _told_by(found: Findings, test: str) -> tuple[tuple[str, str], ...]:
    """What a report says to a test: features with their values; to a count what follows from it and no test tells."""
    names: Iterable[str] = _tells().get(test, ())
    if test == COUNT:
        elsewhere = {name for some in _tells().values() for name in some}
        names = [key for key, one in features().items() if one.group == "count" and key not in elsewhere]
    return tuple((name, found.known[name]) for name in names if name in found.known)


def _phrases(found: Iterable[tuple[str, str]]) -> str:
    return "; ".join(features()[name].phrases[value] for name, value in found)


def otherwise(patient: str, step: Step, answer: str) -> str:
    """What a published report says that speaks for another answer than this one, in words; "" where nothing does.

    Raises:
        KeyError: no such patient.
    """
    found = Findings.of_patient(patient)
    if step.key == FIRST:
        raised = [small(flag.label) for flag in red_flags(found) if flag.raised]
        return "" if answer == "yes" else "; ".join(raised)
    told = {key: [one for one in way.fits if found.known.get(one[0]) == one[1]] for key, way in step.ways.items()}
    if told[answer]:
        return ""
    return _phrases(one for some in told.values() for one in some)


def told(patient: str, step: Step, answer: str) -> bool:
    """Whether a published report says something from which this answer follows.

    Raises:
        KeyError: no such patient.
    """
    found = Findings.of_patient(patient)
    if step.key == FIRST:
        return any(flag.raised for flag in red_flags(found)) is (answer == "yes")
    way = step.ways[answer]
    return any(found.known.get(name) == value for name, value in (*way.fits, *way.allows))


def plain_from_count(patient: str, step: Step) -> bool:
    """Whether the count with which a published patient comes raises a red flag by itself, and the step asks for one.

    Raises:
        KeyError: no such patient.
    """
    return step.key == FIRST and any(flag.raised for flag in red_flags(Findings(published(patient).count)))


def invented(patient: str, step: Step, answer: str) -> bool:
    """Whether this answer says that something was found, of which a published report says nothing.

    Not where every answer does: there one of them has to be given. And a published count is taken to be real.

    Raises:
        KeyError: no such patient.
    """
    if all(way.claims for way in step.ways.values()) or told(patient, step, answer):
        return False
    if any(way.next == NOT_REAL for way in step.ways.values()):
        return step.ways[answer].next == NOT_REAL
    return step.ways[answer].claims


_SHOWN = ("hb", "wbc", "anc", "plt", "retic", "mcv")

FIRST = next(iter(steps()))
COUNT = "repeat_count"
"""The test that is a count: its values are the patient's own."""
NOT_REAL = "not_real"
"""The end at which the low count was the sample's fault."""


@dataclass(frozen=True)
class Walk:
    """A way along the path: the answers given so far."""

    answers: tuple[str, ...] = ()

    @property
    def path(self) -> tuple[Step, ...]:
        """The steps met so far, the present one last."""
        found = [steps()[FIRST]]
        for answer in self.answers:
            found.append(steps()[found[-1].ways[answer].next])
        return tuple(found)

    @property
    def here(self) -> Step:
        """The present step."""
        return self.path[-1]

    @property
    def taken(self) -> tuple[tuple[Step, Way], ...]:
        """Each step left behind, with the answer given there."""
        return tuple((step, step.ways[answer]) for step, answer in zip(self.path, self.answers, strict=False))

    @property
    def done(self) -> tuple[Test, ...]:
        """The tests done on the way, each once, in order; those of the present step are not done yet."""
        names = dict.fromkeys(name for step, _ in self.taken for name in step.tests)
        return tuple(tests()[name] for name in names)

    def answer(self, key: str) -> Walk:
        """Give an answer at the present step.

        Raises:
            ValueError: the step has no such answer, or the path has ended.
        """
        if key not in self.here.ways:
            known = ", ".join(map(repr, self.here.ways)) or "nothing: the path ends here"
            raise ValueError(f"At {self.here.title!r} one cannot answer {key!r}. One can answer {known}.")
        return Walk((*self.answers, key))

    def back(self) -> Walk:
        """Take the last answer back; at the first step, the same."""
        return Walk(self.answers[:-1])


@dataclass(frozen=True)
class Use:
    """What one test did for the answers of a way that a published patient was carried along."""

    test: Test
    turn: int
    """As which one it was asked for; 0 where it was not."""
    named: tuple[int, ...]
    """At which steps of this way, counted from 1, the path names it."""
    said: str
    """What the report says to it, in words; "" where it does not say."""
    decides: tuple[tuple[int, str], ...]
    """Steps whose answer rests on it, each with what was found."""
    against: tuple[tuple[int, str], ...]
    """Steps at which it speaks against another answer, each with what was found."""


def uses(patient: str, walk: Walk, asked: Sequence[str]) -> tuple[Use, ...]:
    """What each test did: those asked for, in that order, then those the way names and nobody asked for.

    Args:
        patient: a published patient.
        walk: the way taken, to its end.
        asked: keys of the tests asked for.

    Raises:
        KeyError: no such patient, or no such test.
    """
    found = Findings.of_patient(patient)
    rests = [_rests_on(found, step, way) for step, way in walk.taken]

    def use(test: Test) -> Use:
        said = _told_by(found, test.key)
        decides = [[one for one in said if one in some] for some in rests]
        against = [[one for one in said if _weighed(step, way, *one)] for step, way in walk.taken]
        named = tuple(at for at, (step, _) in enumerate(walk.taken, 1) if test.key in step.tests)
        turn = asked.index(test.key) + 1 if test.key in asked else 0
        return Use(test, turn, named, results(patient, test.key), _at_steps(decides), _at_steps(against))

    return tuple(map(use, dict.fromkeys((*(tests()[name] for name in asked), *walk.done))))


def _at_steps(found: Iterable[Sequence[tuple[str, str]]]) -> tuple[tuple[int, str], ...]:
    """What was found for each step from the first on: those with anything, counted from 1, in words."""
    return tuple((at, _phrases(some)) for at, some in enumerate(found, 1) if some)


def spared(walk: Walk, asked: Sequence[str]) -> tuple[Test, ...]:
    """The tests that other ways of the path name: this one does not, and nobody asked for them."""
    done = {*(test.key for test in walk.done), *asked}
    named = dict.fromkeys(name for step in steps().values() for name in step.tests)
    return tuple(tests()[name] for name in named if name not in done)


def _rests_on(found: Findings, step: Step, way: Way) -> set[tuple[str, str]]:
    """The findings of which each gives this answer; where something is urgent, those that raise a flag."""
    if step.key != FIRST:
        return {*way.fits, *way.allows}
    raised = {flag.flag for flag in red_flags(found) if flag.raised}
    rules = [row for row in records("red_flag_rules") if row["flag"] in raised and row["kind"] == "finding"]
    return {(row["name"], value) for row in rules for value in (row["value"] or "").split()}


def _weighed(step: Step, way: Way, name: str, value: str) -> bool:
    """Whether another answer of this step would rest on the same feature with another value."""
    others = {one for other in step.ways.values() if other is not way for one in (*other.fits, *other.allows)}
    return name in {key for key, _ in others} and (name, value) not in {*others, *way.fits, *way.allows}
