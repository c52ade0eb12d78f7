"""What now? What each guideline names first for people with aplastic anemia, why, and what would change it.

>>> person = Candidate("severe", age_y=34, sibling=False, unrelated=True, half_matched=True, fit=True, transfused=True)
>>> advise(person, "astct2024").choice
'other_transplant'
>>> compare(person, ["astct2024"])["first line"].tolist()    # side by side; of a frame, for every row of it
['transplant from a matched unrelated or half-matched donor']

A decision is a row of ``data/decisions.csv``. The rows of a guideline share out every person: none fits two of them,
and where a guideline is silent, a row says so (:func:`decision_faults` finds what breaks this). So a guideline is a
box with a side for each fact and one row in each cell; what is not known leaves a slice of it, and if the slice holds
one answer, the guideline says it. One rule for one person and for many: people who are alike share a slice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import combinations, groupby

import numpy as np
import pandas as pd

from helpers.blood.care.candidate import TIERS, Candidate, columns, facts, yes_no
from helpers.blood.core.criteria import Row, notes_of
from helpers.evidence import cite, keyed, picked, records
from helpers.wording import listed, sources_of

SAYS, OPEN, NOT_ABOUT = "says", "open", "not about this"
_UNKNOWN = -1
NOT_MET_WORDS = "The criteria of aplastic anemia are not met"
LAST_AGE = 100
"""Where strips along the ages end, years."""

_Slice = tuple[int, ...]
"""What is known, a place on each side of the box; :data:`_UNKNOWN` where nothing is."""


@dataclass(frozen=True)
class Choice:
    """What a decision comes to: a row of ``data/choices.csv``, with its words and its look."""

    choice: str
    stance: str
    """names, vague, silent or open."""
    label: str
    verb: str
    verbs: str
    phrase: str
    title: str
    word: str
    key: str
    letter: str
    shade: str
    hatch: str

    def of(self, number: int, words: str) -> str:
        """What so many guidelines do: "names drugs", "name drugs", "gives no age"."""
        return f"{self.verb if number == 1 else self.verbs} {words}"


@dataclass(frozen=True)
class Advice:
    """What one guideline names for one person. It teaches what texts say; it does not advise."""

    guideline: str
    status: str
    """:data:`SAYS` (also that it is silent), :data:`OPEN` (something must be known first) or :data:`NOT_ABOUT`."""
    because: str
    source: str
    confidence: str
    choice: str = ""
    """A key of :func:`choices`; "" where it is open."""
    first_line: str = ""
    """In light markdown."""
    second_line: str = ""
    drugs: tuple[str, ...] = ()
    """What the first line needs: keys of :func:`drugs`."""
    rows: tuple[str, ...] = ()
    """Ids of the rows of ``data/decisions.csv`` that speak."""
    caution: str = ""
    missing: tuple[str, ...] = ()
    """Facts that must be known before it can say one thing."""
    would: tuple[str, ...] = ()
    """What would be decided, a phrase for each value of a missing fact."""

    @property
    def label(self) -> str:
        """The guideline's name."""
        return str(guideline(self.guideline)["short"])

    @property
    def answer(self) -> Choice:
        """What it comes to; an open one is a choice of its own."""
        return choices()[self.choice or OPEN]

    @property
    def text(self) -> str:
        """The answer in a few words."""
        return self.first_line or self.answer.label


@dataclass(frozen=True)
class Change:
    """One thing that would have to be otherwise for a guideline to say something else."""

    fact: str
    words: str
    """``"from 41 years on"``, ``"without a matched sibling"``."""
    choice: str
    text: str


@dataclass(frozen=True)
class Stretch:
    """Ages over which one guideline says one thing."""

    first: int
    """First completed year."""
    end: int
    """First year no longer in it."""
    choice: str


# --- the tables ------------------------------------------------------------------------------------------------------


@cache
def choices() -> Mapping[str, Choice]:
    """What a decision can come to, by key; the last is :data:`OPEN`, which no row of a guideline says."""
    return keyed("choices", "choice", Choice, key=lambda row: row["key"] or "")


@cache
def drugs() -> Mapping[str, Row]:
    """The drugs that first lines need, by key: rows of ``data/first_line_drugs.csv``."""
    return keyed("first_line_drugs", "drug")


def guidelines(decide: bool = True) -> tuple[str, ...]:
    """The guidelines that have rows in ``data/decisions.csv``; with ``decide=False`` those whose text was not read."""
    return tuple(row["guideline"] for row in records("guidelines") if row["decides"] == decide)


@cache
def guideline(name: str) -> Row:
    """One guideline, as ``data/guidelines.csv`` has it.

    Raises:
        ValueError: no such guideline; the message lists those there are.
    """
    return picked(name, keyed("guidelines", "guideline"), "guideline")


class _Box:
    """The rows of one guideline, laid out: a side for each fact, one row in each cell."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = tuple(rows)
        last = {row["age_to"] + 1 for row in rows if row["age_to"] is not None}
        self.starts = sorted({0} | {row["age_from"] for row in rows if row["age_from"] is not None} | last)
        """The first completed years of the age regions inside which nothing changes."""
        self.sides = (len(TIERS), len(self.starts), *(2 for _ in yes_no()))
        said = [(row["choice"], row["first_line"] or "") for row in rows]
        self._answer_of = np.array([said.index(one) for one in said])

    @cached_property
    def fits(self) -> np.ndarray:
        """Which row fits which case: bool, a row first, then the sides."""
        tier, age, *given = np.indices(self.sides)
        is_so = {fact: place == 0 for fact, place in zip(yes_no(), given, strict=True)}
        for row in records("facts"):
            if row["any_of"]:
                is_so[row["fact"]] = np.logical_or.reduce([is_so[name] for name in row["any_of"].split()])
        starts, tiers = np.array(self.starts)[age], np.array(list(TIERS))[tier]
        fitting = []
        for row in self.rows:
            fit = np.isin(tiers, row["severity"].split()) & (starts >= (row["age_from"] or 0))
            fit = fit & (starts <= (math.inf if row["age_to"] is None else row["age_to"]))
            for fact, so in is_so.items():
                if row.get(fact, "any") != "any":
                    fit = fit & (so == (row[fact] == "yes"))
            fitting.append(fit)
        return np.array(fitting)

    @cached_property
    def row_of(self) -> np.ndarray:
        """The one row that fits each case.

        Raises:
            ValueError: the rows do not share out everybody.
        """
        faults = list(self.faults())
        if faults:
            raise ValueError(f"The rows of data/decisions.csv do not share out everybody: {faults[0]}")
        return self.fits.argmax(axis=0)

    def faults(self) -> Iterator[str]:
        """Where rows overlap or leave a gap."""
        for one, other in combinations(range(len(self.rows)), 2):
            both = np.argwhere(self.fits[one] & self.fits[other])
            if len(both):
                yield f"{self.rows[one]['id']} and {self.rows[other]['id']} both fit {self.case_words(both[0])}."
        gaps = {tuple(case[:2]): case for case in np.argwhere(~self.fits.any(axis=0))[::-1]}
        for _, case in sorted(gaps.items()):
            yield f"no row fits {self.case_words(case)}."

    def case_words(self, case: Sequence[int]) -> str:
        tier, age, *given = case
        said = [row["if_no" if place else "if_yes"] for row, place in zip(yes_no().values(), given, strict=True)]
        return f"{list(TIERS.values())[tier]} disease at {self.starts[age]}, {', '.join(said)}"

    @cached_property
    def asks(self) -> np.ndarray:
        """Which facts change the row at all."""
        axes = range(len(self.sides))
        return np.array([(self.row_of.max(axis=axis) != self.row_of.min(axis=axis)).any() for axis in axes])

    def slices(self, known: Mapping[str, np.ndarray]) -> np.ndarray:
        """What is known of each person: int8 (people, facts); what the guideline does not ask for is all one."""
        region = np.searchsorted(self.starts, known["age_y"], side="right") - 1.0
        ages = np.where(np.isnan(known["age_y"]), np.nan, region)
        places = [known["severity"], ages, *(1 - known[fact] for fact in yes_no())]
        found = np.nan_to_num(np.column_stack(places), nan=_UNKNOWN).astype(np.int8)
        met = found[:, 0] != len(TIERS)
        found[:, 1:][:, ~self.asks[1:]] = 0
        found[~met, 1:] = 0
        return found

    def cells(self, known: _Slice) -> np.ndarray:
        """Rows of the cases that are left, with a side of one for what is known."""
        return self.row_of[tuple(slice(None) if at == _UNKNOWN else slice(at, at + 1) for at in known)]

    def answers(self, rows: np.ndarray) -> np.ndarray:
        """Cases whose rows give the same first line have the same number."""
        return self._answer_of[rows]

    def value_words(self, side: int, at: int) -> str:
        """One value of one fact as a condition."""
        if side == 0:
            return f"if {list(TIERS.values())[at]}"
        if side == 1:
            first, *later = self.starts[at:]
            return f"at {first} to {later[0] - 1}" if later else f"from {first} years on"
        return list(yes_no().values())[side - 2]["if_no" if at else "if_yes"]


@cache
def _box(name: str) -> _Box:
    if not guideline(name)["decides"]:
        raise ValueError(
            f"{guideline(name)['short']} has no decisions here: {guideline(name)['note']} "
            f"Choose among: {', '.join(guidelines())}."
        )
    return _Box([row for row in records("decisions") if row["guideline"] == name])


def age_limits(name: str) -> list[int]:
    """The completed years at which a guideline may begin to say something else, 0 first.

    Raises:
        ValueError: no such guideline, or one whose text was not read.
    """
    return _box(name).starts


def decision_faults(rows: Sequence[Row] | None = None) -> list[str]:
    """Where the rows of a guideline overlap or leave a gap, a sentence each; empty when they share out everybody.

    Args:
        rows: rows as ``data/decisions.csv`` has them; that table unless given.
    """
    every = list(records("decisions") if rows is None else rows)
    boxes = {
        name: _Box([row for row in every if row["guideline"] == name])
        for name in dict.fromkeys(row["guideline"] for row in every)
    }
    return [f"{name}: {fault}" for name, box in boxes.items() for fault in box.faults()]


# --- one slice -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def _advise(name: str, known: _Slice) -> Advice:
    about, box = guideline(name), _box(name)
    if known[0] == len(TIERS):
        return Advice(
            name, NOT_ABOUT, f"{NOT_MET_WORDS}; these decisions are for that disease.",
            about["source"], about["confidence"], choice="not_said",
            caution=about["note"] if about["confidence"] == "C" else "",
        )  # fmt: skip
    cells = box.cells(known)
    rows = [box.rows[place] for place in dict.fromkeys(cells.ravel().tolist())]
    answers = box.answers(cells)
    said = dict(
        guideline=name,
        source=sources_of(rows),
        confidence=max(row["confidence"] for row in rows),
        rows=tuple(row["id"] for row in rows),
        caution=notes_of(rows),
    )
    if answers.min() < answers.max():
        missing = _telling(answers)
        why = f"It depends on what is not known: {listed(_label(side) for side in missing)}."
        names = tuple(list(facts())[side] for side in missing)
        return Advice(status=OPEN, because=why, missing=names, would=tuple(_branches(box, cells, missing)), **said)
    reasons = list(dict.fromkeys(row["because"] for row in rows))
    if len(rows) > 1:
        reasons.append("So it says the same whatever is still unknown.")
    first = rows[0]
    return Advice(
        status=SAYS, because=" ".join(reasons), choice=first["choice"], first_line=first["first_line"] or "",
        second_line=_seconds(rows), drugs=tuple((first["drugs"] or "").split()), **said,
    )  # fmt: skip


def _seconds(rows: Sequence[Row]) -> str:
    """The second lines of rows, each once; of "transplant" and "transplant, also ..." what holds in any case."""
    said = dict.fromkeys(row["second_line"] for row in rows if row["second_line"])
    return "; or ".join(one for one in said if not any(one != other and one.startswith(other) for other in said))


def _label(side: int) -> str:
    return list(facts().values())[side]["label"]


def _telling(answers: np.ndarray) -> list[int]:
    """The sides along which the answer changes while all the others stand still."""
    return [side for side in range(answers.ndim) if (answers.min(axis=side) != answers.max(axis=side)).any()]


def _branches(box: _Box, cells: np.ndarray, missing: Sequence[int]) -> Iterator[str]:
    """What would be decided for each value of a missing fact, or of two where one alone tells nothing."""
    every = [_would(box, cells, (side,), missing) for side in missing]
    if max(map(len, every)) < 2:
        every = [_would(box, cells, pair, missing) for pair in combinations(missing, 2)]
    for said, (first, *others) in max(every, key=len).items():
        same = [words.removeprefix("if ").removeprefix("at ") for words in others]
        yield f"{listed([first, *same], 'or')}: {said}"


def _would(box: _Box, cells: np.ndarray, sides: Sequence[int], missing: Sequence[int]) -> dict[str, list[str]]:
    """What would be decided, in words, and the values of the facts that lead there."""
    would: dict[str, list[str]] = {}
    for values in np.ndindex(*(cells.shape[side] for side in sides)):
        at = dict(zip(sides, values, strict=True))
        part = cells[tuple(slice(at[s], at[s] + 1) if s in at else slice(None) for s in range(cells.ndim))]
        answers = box.answers(part)
        if answers.min() == answers.max():
            row = box.rows[part.flat[0]]
            said = row["first_line"] or choices()[row["choice"]].label
        else:
            still = [side for side in _telling(answers) if side in missing and side not in sides]
            said = f"it depends on {listed(_label(side) for side in still)}"
        would.setdefault(said, []).append(" ".join(box.value_words(side, value) for side, value in at.items()))
    return would


@lru_cache(maxsize=8192)
def _changes(name: str, known: _Slice) -> tuple[Change, ...]:
    box, now = _box(name), _advise(name, known)
    if now.status != SAYS:
        return ()
    found = []
    for side, fact in enumerate(facts()):
        at = known[side]
        if at == _UNKNOWN or not box.asks[side]:
            continue
        below, above = range(at - 1, -1, -1), range(at + 1, box.sides[side])
        for steps in (below, above):
            for step in steps[:1] if fact == "severity" else steps:
                other = _advise(name, (*known[:side], step, *known[side + 1 :]))
                if other.status == SAYS and (other.choice, other.first_line) != (now.choice, now.first_line):
                    found.append(Change(fact, _turned(box, side, step, step < at), other.choice, other.text))
                    break
    return tuple(found)


def _turned(box: _Box, side: int, step: int, lower: bool) -> str:
    """A value to which a fact would have to turn, in words."""
    if side != 1:
        return box.value_words(side, step)
    return f"up to {box.starts[step + 1] - 1} years" if lower else f"from {box.starts[step]} years on"


# --- one person, many people -----------------------------------------------------------------------------------------


def _slice(person: Candidate, name: str) -> _Slice:
    return tuple(_box(name).slices(columns(person))[0].tolist())


def _alike(known: Mapping[str, np.ndarray], name: str) -> tuple[list[_Slice], np.ndarray]:
    """The slices that people leave, each once, and which of them is whose."""
    slices = _box(name).slices(known)
    different, whose = np.unique(slices, axis=0, return_inverse=True)
    return [tuple(one) for one in different.tolist()], whose.reshape(-1)


def advise(person: Candidate, name: str) -> Advice:
    """What one guideline names for one person; total: every person gets an answer, and unknown is one.

    Args:
        person: as far as is known.
        name: a guideline of ``data/guidelines.csv`` that decides.

    Raises:
        ValueError: no such guideline, or one whose text was not read.
    """
    return _advise(name, _slice(person, name))


def advise_all(person: Candidate, names: Sequence[str] | None = None) -> list[Advice]:
    """One person under every guideline that decides."""
    known = columns(person)
    return [_advise(name, _alike(known, name)[0][0]) for name in names or guidelines()]


def changes(person: Candidate, name: str) -> list[Change]:
    """What would have to be otherwise, one thing at a time, for a guideline to say something else.

    The nearest ages at which the answer changes; every other fact turned around; the neighboring severities. Empty
    where the answer is still open.
    """
    return list(_changes(name, _slice(person, name)))


def stretches(person: Candidate, name: str) -> list[Stretch]:
    """What a guideline names at each age, for people who are like this one in all else."""
    starts, known = [start for start in age_limits(name) if start < LAST_AGE], _slice(person, name)
    age = range(len(starts)) if _box(name).asks[1] and known[0] != len(TIERS) else [0] * len(starts)
    said = [
        (start, _advise(name, (known[0], at, *known[2:])).choice or OPEN) for start, at in zip(starts, age, strict=True)
    ]
    groups = [list(group) for _, group in groupby(said, key=lambda pair: pair[1])]
    ends = [*(group[0][0] for group in groups[1:]), LAST_AGE]
    return [Stretch(group[0][0], end, group[0][1]) for group, end in zip(groups, ends, strict=True)]


_COLUMNS = ["first line", "because", "what would change it", "source"]


def _shown(name: str, known: _Slice) -> tuple[str, ...]:
    found = _advise(name, known)
    because = " ".join(filter(None, (found.because, " · ".join(found.would), found.caution)))
    turned = "; ".join(f"{change.words}: {change.text}" for change in _changes(name, known))
    return found.text.replace("*", ""), because, turned, cite(found.source)


def compare(people: Candidate | pd.DataFrame, names: Sequence[str] | None = None) -> pd.DataFrame:
    """Guidelines side by side, to show: what each names first, why, what would change it, and the source.

    Args:
        people: one person, or a frame as :func:`first_choices` takes it.
        names: guidelines; all that decide unless given.

    Returns:
        One row a guideline; of many people one row a person and guideline, in the order of the people.
    """
    chosen = list(names or guidelines())
    known = columns(people)
    cells = np.empty((len(known["age_y"]), len(chosen), len(_COLUMNS)), dtype=object)
    for place, name in enumerate(chosen):
        different, whose = _alike(known, name)
        cells[:, place] = np.array([_shown(name, one) for one in different], dtype=object).reshape(-1, 4)[whose]
    labels = [guideline(name)["short"] for name in chosen]
    index = pd.Index(labels, name="guideline")
    if not isinstance(people, Candidate):
        index = pd.MultiIndex.from_product([people.index, labels], names=["person", "guideline"])
    return pd.DataFrame(cells.reshape(-1, len(_COLUMNS)), index, _COLUMNS, dtype="str")


def first_choices(people: pd.DataFrame, names: Sequence[str] | None = None) -> pd.DataFrame:
    """Many people under many guidelines: one row a person, one column a guideline, each a key of :func:`choices`.

    Args:
        people: columns named like the fields of :class:`Candidate`; a missing one, or a missing cell, is not known.
        names: guidelines; all that decide unless given.

    Returns:
        A DataFrame with the index of ``people``; "open" where something must be known first.

    Raises:
        ValueError: a column that is no fact, or a cell that cannot be one; the message lists what can.
    """
    known, found = columns(people), {}
    for name in names or guidelines():
        different, whose = _alike(known, name)
        found[name] = np.array([_advise(name, one).choice or OPEN for one in different], dtype=object)[whose]
    return pd.DataFrame(found, index=people.index, dtype="str")


# --- how far they agree ----------------------------------------------------------------------------------------------


def spoken(found: Sequence[Advice]) -> dict[Choice, list[str]]:
    """The choices that guidelines name, the most often named first, and who names each; the vague ones last."""
    by: dict[Choice, list[str]] = {}
    for advice in found:
        if advice.answer.stance in ("names", "vague"):
            by.setdefault(advice.answer, []).append(advice.label)
    return dict(sorted(by.items(), key=lambda item: (item[0].stance == "vague", -len(item[1]))))


def agreement(found: Sequence[Advice]) -> str:
    """How far guidelines agree, in a sentence. Silence, and a word without a number, is no dissent."""
    return f"{agreement_words(found)}."


def covering(number: int, unsettled: int = 0) -> str:
    """So many guidelines that speak of a person and agree, as the subject of a sentence.

    Args:
        number: how many say one thing.
        unsettled: how many more speak of the person once a fact is known.
    """
    if number == 1:
        return f"The one guideline that {'can tell already' if unsettled else 'covers this person'}"
    many = "Both" if number == 2 else f"All {number}"
    return f"{many} guidelines that {'can tell already' if unsettled else 'cover this person'}"


def unsettled_of(found: Sequence[Advice]) -> int:
    """How many guidelines cannot tell before a fact is known."""
    return sum(advice.status == OPEN for advice in found)


def agreement_words(found: Sequence[Advice]) -> str:
    """The same without the full stop, for a title."""
    if all(advice.status == NOT_ABOUT for advice in found):
        return f"{NOT_MET_WORDS}: these decisions are for that disease"
    said = spoken(found)
    silent = sum(advice.answer.stance == "silent" for advice in found)
    unsettled = unsettled_of(found)
    if not said:
        return "None can tell yet" if unsettled else "None of them speaks of this person"
    parts = [f"{len(names)} {choice.of(len(names), choice.phrase)}" for choice, names in said.items()]
    (first, most), *_ = ((choice, len(names)) for choice, names in said.items())
    if len(said) == 1:
        start = f"{covering(most, unsettled)} {first.of(most, first.phrase)}"
    elif sum(choice.stance == "names" for choice in said) > 1:
        start = f"They disagree: {listed(parts)}"
    else:
        many = sum(map(len, said.values()))
        start = "; ".join([f"{most} of {many} {first.of(most, first.phrase)}", *parts[1:]])
    rest = [f"{silent} {'do' if silent > 1 else 'does'} not speak of this person"] if silent else []
    rest += [f"{unsettled} cannot tell yet"] if unsettled else []
    return "; ".join([start, *rest])
