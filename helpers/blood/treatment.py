"""What now? What each guideline names first for one person with aplastic anemia, why, and what would change it.

>>> person = Candidate("severe", age_y=34, sibling=False, unrelated=True, half_matched=True, fit=True, transfused=True)
>>> advise(person, "astct2024").choice
'other_transplant'
>>> compare(person)                           # every guideline side by side

A decision is a row of ``data/decisions.csv``. The rows of a guideline share out every person: none fits two of them,
and where a guideline is silent, a row says so (:func:`decision_faults` finds what breaks this). Nothing is assumed:
what is not known stays open, and the answer says what would be decided either way.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd

from helpers.blood.count import BloodCount
from helpers.blood.grades import Row, notes_of
from helpers.blood.severity import grade
from helpers.evidence import cite, constant, records

TIERS = {"non_severe": "non-severe", "severe": "severe", "very_severe": "very severe"}
"""Severity of aplastic anemia (Camitta), as the table writes it and in words."""
NOT_MET = "not_met"
"""What a severity is called when the criteria of aplastic anemia are not met."""

CHOICES = {
    "sibling_transplant": "transplant from the sibling",
    "other_transplant": "transplant from another donor",
    "either": "either: not ranked, or a judgment",
    "immunosuppression": "immunosuppressive drugs",
    "cyclosporine": "cyclosporine early",
    "observe": "watch closely",
    "unclear": "depends on a word",
    "not_said": "does not say",
}
"""What a decision comes to, for comparing guidelines."""

DRUGS = {"hatg": "horse ATG", "atg": "ATG", "csa": "cyclosporine", "epag": "eltrombopag"}

FACTS = {
    "severity": "the severity",
    "age_y": "the age",
    "sibling": "a matched sibling",
    "unrelated": "a matched unrelated donor",
    "half_matched": "a half-matched donor",
    "fit": "fitness for a transplant",
    "transfused": "the need of transfusions",
}
"""What decides, in words."""

_YES_NO = {
    "sibling": ("with a matched sibling", "without a matched sibling"),
    "unrelated": ("with a matched unrelated donor", "without a matched unrelated donor"),
    "half_matched": ("with a half-matched donor", "without a half-matched donor"),
    "fit": ("if fit for a transplant", "if not fit for a transplant"),
    "transfused": ("if transfusions are needed", "if no transfusions are needed"),
}

SAYS, OPEN, NOT_ABOUT = "says", "open", "not about this"


@dataclass(frozen=True)
class Candidate:
    """One person with aplastic anemia, as far as a guideline asks. None is "not known".

    Raises:
        ValueError: a severity that does not exist, or no yes or no where one is asked for. What cannot be (an age of
            300, a matched sibling where there is no sibling) is no error: :meth:`trouble` says it, and it counts as not
            known.
    """

    severity: str | None = None
    """A key of :data:`TIERS`, or :data:`NOT_MET`."""
    age_y: float | None = None
    sibling: bool | None = None
    """Whether a brother or sister has the same tissue type."""
    unrelated: bool | None = None
    """Whether a stranger of the register has the same tissue type."""
    half_matched: bool | None = None
    """Whether a relative shares half of it."""
    fit: bool | None = None
    """Whether those who treat judge the person fit for a transplant."""
    transfused: bool | None = None
    """Whether transfusions are needed."""
    siblings: int | None = None
    """How many brothers and sisters there are."""
    why_severity: str = ""
    """Where the severity comes from, or why it is not known."""

    def __post_init__(self) -> None:
        if self.severity not in (None, NOT_MET, *TIERS):
            known = ", ".join((*TIERS, NOT_MET))
            raise ValueError(f"There is no severity {self.severity!r}. Choose among: {known}, or None (not known).")
        for name in _YES_NO:
            if getattr(self, name) not in (True, False, None):
                raise ValueError(f"{name} should be True, False or None (not known); it is {getattr(self, name)!r}.")

    @classmethod
    def of_count(cls, count: BloodCount, about: Mapping[str, Any] | None = None, **marrow: Any) -> Candidate:
        """A candidate whose severity is graded from a count.

        Args:
            count: the blood count; the person's age is taken from it unless ``about`` gives one.
            about: the other facts, as :class:`Candidate` takes them.
            marrow: ``marrow_cellularity_pct``, ``hematopoietic_pct``, ``hypocellular``, ``retic_method``, as
                :func:`helpers.blood.severity.grade` takes them.
        """
        found = grade(count, "aplastic_anemia", **marrow)["aplastic_anemia"]
        severity = None if found.grade is None else (NOT_MET, *TIERS)[found.grade]
        why = found.unsettled or found.reason if severity is None else found.reason
        return cls(severity, **({"age_y": count.person.age_y} | dict(about or {})), why_severity=why)

    def trouble(self) -> list[str]:
        """What cannot be or does not go together, a sentence each; it counts as not known."""
        found = []
        if self.age_y is not None and not math.isnan(self.age_y) and self._years() is None:
            most = f"{constant('decision_age_limit_y'):g}"
            found.append(f"An age of {self.age_y:g} years cannot be: give 0 to {most}. The age is taken as not known.")
        if self.siblings is not None and (self.siblings < 0 or not float(self.siblings).is_integer()):
            found.append(f"{self.siblings:g} brothers and sisters cannot be: give 0, 1, 2 and so on, or leave it open.")
        elif self.siblings == 0 and self.sibling:
            found.append(
                "A matched sibling and no brothers or sisters do not go together: one of the two is wrong. The matched "
                "sibling is taken as not known."
            )
        return found

    def facts(self) -> dict[str, Any]:
        """What can be used: every fact by name; None where it is not known or cannot be."""
        found = {name: getattr(self, name) for name in FACTS} | {"age_y": self._years()}
        if self.siblings == 0:
            found["sibling"] = None if self.sibling else False
        return found

    def _years(self) -> int | None:
        """The age in completed years."""
        known = self.age_y is not None and 0 <= self.age_y <= constant("decision_age_limit_y")
        return int(self.age_y) if known else None


@dataclass(frozen=True)
class Advice:
    """What one guideline names for one person. It teaches what texts say; it does not advise."""

    guideline: str
    status: str
    """:data:`SAYS` (also that it is silent), :data:`OPEN` (something must be known first) or :data:`NOT_ABOUT`."""
    choice: str
    """A key of :data:`CHOICES`; "" where it is open."""
    first_line: str
    """In light markdown."""
    second_line: str
    because: str
    drugs: tuple[str, ...]
    """What the first line needs: keys of :data:`DRUGS`."""
    rows: tuple[str, ...]
    """Ids of the rows of ``data/decisions.csv`` that speak."""
    source: str
    confidence: str
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
    def text(self) -> str:
        """The answer in a few words."""
        if self.status == OPEN:
            return "cannot tell yet"
        return self.first_line or CHOICES[self.choice]


@dataclass(frozen=True)
class Change:
    """One thing that would have to be otherwise for a guideline to say something else."""

    fact: str
    words: str
    """``"from 41 years on"``, ``"without a matched sibling"``."""
    choice: str
    text: str


# --- the table -------------------------------------------------------------------------------------------------------


def guidelines(decide: bool = True) -> tuple[str, ...]:
    """The guidelines that have rows in ``data/decisions.csv``; with ``decide=False`` those whose text was not read."""
    return tuple(row["guideline"] for row in records("guidelines") if row["decides"] == decide)


@cache
def guideline(name: str) -> Row:
    """One guideline, as ``data/guidelines.csv`` has it.

    Raises:
        ValueError: no such guideline; the message lists those there are.
    """
    found = {row["guideline"]: row for row in records("guidelines")}
    if name not in found:
        raise ValueError(f"There is no guideline {name!r}. Choose among: {', '.join(found)}.")
    return found[name]


@cache
def _rows(name: str) -> tuple[Row, ...]:
    if not guideline(name)["decides"]:
        raise ValueError(
            f"{guideline(name)['short']} has no decisions here: {guideline(name)['note']} "
            f"Choose among: {', '.join(guidelines())}."
        )
    return tuple(row for row in records("decisions") if row["guideline"] == name)


def _starts(rows: Sequence[Row]) -> list[int]:
    """The first completed years of the age regions inside which nothing changes."""
    ends = {row["age_from"] for row in rows} | {row["age_to"] + 1 for row in rows if row["age_to"] is not None}
    return sorted({0} | {end for end in ends if end is not None})


def age_limits(name: str) -> list[int]:
    """The completed years at which a guideline may begin to say something else, 0 first.

    Raises:
        ValueError: no such guideline, or one whose text was not read.
    """
    return _starts(_rows(name))


_Case = tuple[str, int, bool, bool, bool, bool, bool]
"""Everything known: severity, completed years, sibling, unrelated, half-matched, fit, transfused."""


def _fits(row: Row, case: _Case) -> bool:
    severity, years, sibling, unrelated, half, fit, transfused = case
    low, high = row["age_from"] or 0, math.inf if row["age_to"] is None else row["age_to"]
    asked = (
        ("sibling", sibling), ("unrelated", unrelated), ("other", unrelated or half), ("fit", fit),
        ("transfused", transfused),
    )  # fmt: skip
    return (
        severity in row["severity"].split()
        and low <= years <= high
        and all(row[name] == "any" or (row[name] == "yes") == given for name, given in asked)
    )


def _cases(rows: Sequence[Row], facts: Mapping[str, Any]) -> Iterator[_Case]:
    """Every way in which what is not known could turn out."""
    severity = [facts["severity"]] if facts.get("severity") else list(TIERS)
    years = _starts(rows) if facts.get("age_y") is None else [facts["age_y"]]
    either = [(True, False) if facts.get(name) is None else (facts[name],) for name in _YES_NO]
    yield from product(severity, years, *either)


@cache
def _row(name: str, case: _Case) -> Row:
    """The one row that fits a case."""
    fitting = [row for row in _rows(name) if _fits(row, case)]
    if len(fitting) != 1:
        raise ValueError(f"{len(fitting)} rows of data/decisions.csv fit {case} under {name!r}; exactly one must.")
    return fitting[0]


def decision_faults(rows: Sequence[Row] | None = None) -> list[str]:
    """Where the rows of a guideline overlap or leave a gap, a sentence each; empty when they share out everybody.

    Args:
        rows: rows as ``data/decisions.csv`` has them; that table unless given.
    """
    every = list(records("decisions") if rows is None else rows)
    found = []
    for name in dict.fromkeys(row["guideline"] for row in every):
        own = [row for row in every if row["guideline"] == name]
        overlapping: dict[tuple[str, str], _Case] = {}
        gaps: dict[tuple[str, int], _Case] = {}
        for case in _cases(own, {}):
            fitting = [row["id"] for row in own if _fits(row, case)]
            for pair in combinations(fitting, 2):
                overlapping.setdefault(pair, case)
            if not fitting:
                gaps.setdefault(case[:2], case)
        found += [f"{name}: {one} and {two} both fit {_case_words(case)}." for (one, two), case in overlapping.items()]
        found += [f"{name}: no row fits {_case_words(case)}." for case in gaps.values()]
    return found


def _case_words(case: _Case) -> str:
    severity, years, *given = case
    said = [_YES_NO[name][0 if value else 1] for name, value in zip(_YES_NO, given, strict=True)]
    return f"{TIERS[severity]} disease at {years}, {', '.join(said)}"


# --- one person, one guideline ---------------------------------------------------------------------------------------


def advise(person: Candidate, name: str) -> Advice:
    """What one guideline names for one person; total: every person gets an answer, and unknown is one.

    Args:
        person: as far as is known.
        name: a guideline of ``data/guidelines.csv`` that decides.

    Raises:
        ValueError: no such guideline, or one whose text was not read.
    """
    rows, facts = _rows(name), person.facts()
    if facts["severity"] == NOT_MET:
        about = guideline(name)
        why = "The criteria of aplastic anemia are not met; these decisions are for that disease."
        caution = about["note"] if about["confidence"] == "C" else ""
        return Advice(name, NOT_ABOUT, "not_said", "", "", why, (), (), about["source"], about["confidence"], caution)
    found = {case: _row(name, case) for case in _cases(rows, facts)}
    answers = {_answer(row): row for row in found.values()}
    if len(answers) == 1:
        return _settled(name, list({row["id"]: row for row in found.values()}.values()), facts)
    missing = _missing(found, facts)
    spoken = list({row["id"]: row for row in found.values()}.values())
    return Advice(
        name,
        OPEN,
        "",
        "",
        "",
        f"It depends on what is not known: {_list([FACTS[fact] for fact in missing])}.",
        (),
        tuple(row["id"] for row in spoken),
        _keys(spoken),
        max(row["confidence"] for row in spoken),
        notes_of(spoken),
        missing,
        tuple(_branches(found, missing, rows)),
    )


def _answer(row: Row) -> tuple[str, str]:
    return row["choice"], row["first_line"] or ""


def _settled(name: str, rows: list[Row], facts: Mapping[str, Any]) -> Advice:
    first = rows[0]
    seconds = list(dict.fromkeys(row["second_line"] for row in rows if row["second_line"]))
    unknown = [fact for fact, value in facts.items() if value is None]
    reasons = list(dict.fromkeys(row["because"] for row in rows))
    if len(rows) > 1 and unknown:
        reasons.append("So it says the same whatever is still unknown.")
    return Advice(
        name,
        SAYS,
        first["choice"],
        first["first_line"] or "",
        "; or ".join(seconds),
        " ".join(reasons),
        tuple((first["drugs"] or "").split()),
        tuple(row["id"] for row in rows),
        _keys(rows),
        max(row["confidence"] for row in rows),
        notes_of(rows),
    )


def _keys(rows: Sequence[Row]) -> str:
    return " ".join(dict.fromkeys(" ".join(row["source"] for row in rows).split()))


def _missing(found: Mapping[_Case, Row], facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Unknown facts that change the answer while all the others stand still."""
    needed = []
    for place, fact in enumerate(FACTS):
        if facts[fact] is not None:
            continue
        rest: dict[tuple, set] = {}
        for case, row in found.items():
            rest.setdefault(case[:place] + case[place + 1 :], set()).add(_answer(row))
        if any(len(answers) > 1 for answers in rest.values()):
            needed.append(fact)
    return tuple(needed)


def _branches(found: Mapping[_Case, Row], missing: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
    """What would be decided for each value of a missing fact, or of two where one alone tells nothing."""
    every = [_would(found, (fact,), missing, rows) for fact in missing]
    if max(map(len, every)) < 2:
        every = [_would(found, pair, missing, rows) for pair in combinations(missing, 2)]
    for said, (first, *others) in max(every, key=len).items():
        same = [words.removeprefix("if ").removeprefix("at ") for words in others]
        yield f"{_list([first, *same], 'or')}: {said}"


def _would(
    found: Mapping[_Case, Row], facts: Sequence[str], missing: Sequence[str], rows: Sequence[Row]
) -> dict[str, list[str]]:
    """What would be decided, in words, and the values of the facts that lead there."""
    places = [list(FACTS).index(fact) for fact in facts]
    inside: dict[tuple, dict[_Case, Row]] = {}
    for case, row in found.items():
        inside.setdefault(tuple(case[place] for place in places), {})[case] = row
    would: dict[str, list[str]] = {}
    for values, cases in inside.items():
        answers = {_answer(row): row for row in cases.values()}
        if len(answers) == 1:
            row = next(iter(answers.values()))
            said = row["first_line"] or CHOICES[row["choice"]]
        else:
            still = {fact: None if fact in missing and fact not in facts else "known" for fact in FACTS}
            said = f"it depends on {_list([FACTS[fact] for fact in _missing(cases, still)])}"
        words = " ".join(_value_words(fact, value, rows) for fact, value in zip(facts, values, strict=True))
        would.setdefault(said, []).append(words)
    return would


def _value_words(fact: str, value: Any, rows: Sequence[Row]) -> str:
    if fact == "severity":
        return f"if {TIERS[value]}"
    if fact == "age_y":
        later = [start for start in _starts(rows) if start > value]
        return f"at {value} to {later[0] - 1}" if later else f"from {value} years on"
    return _YES_NO[fact][0 if value else 1]


def _list(words: Sequence[str], last: str = "and") -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


# --- what would change it --------------------------------------------------------------------------------------------


def changes(person: Candidate, name: str) -> list[Change]:
    """What would have to be otherwise, one thing at a time, for a guideline to say something else.

    The nearest ages at which the answer changes; every other fact turned around; the neighboring severities. Empty
    where the answer is still open.
    """
    now = advise(person, name)
    if now.status != SAYS:
        return []
    facts, rows, found = person.facts(), _rows(name), []
    tiers = list(TIERS)
    if facts["severity"]:
        at = tiers.index(facts["severity"])
        for tier in tiers[max(at - 1, 0) : at + 2]:
            found += _changed(person, now, "severity", tier, f"if {TIERS[tier]}")
    if facts["age_y"] is not None:
        found += _age_changes(person, now, rows)
    for fact, words in _YES_NO.items():
        if facts[fact] is not None:
            found += _changed(person, now, fact, not facts[fact], words[1 if facts[fact] else 0])
    return found


def _changed(person: Candidate, now: Advice, fact: str, value: Any, words: str) -> list[Change]:
    other = advise(replace(person, siblings=None, **{fact: value}), now.guideline)
    if other.status != SAYS or (other.choice, other.first_line) == (now.choice, now.first_line):
        return []
    return [Change(fact, words, other.choice, other.text)]


def _age_changes(person: Candidate, now: Advice, rows: Sequence[Row]) -> Iterator[Change]:
    years, starts = int(person.age_y), _starts(rows)
    older = [(start, f"from {start} years on") for start in starts if start > years]
    younger = [(start - 1, f"up to {start - 1} years") for start in reversed(starts) if 0 < start <= years]
    for steps in (younger, older):
        for age, words in steps:
            change = _changed(person, now, "age_y", float(age), words)
            if change:
                yield from change
                break


# --- many guidelines, many people ------------------------------------------------------------------------------------


def advise_all(person: Candidate, names: Sequence[str] | None = None) -> list[Advice]:
    """One person under every guideline that decides."""
    return [advise(person, name) for name in names or guidelines()]


def compare(person: Candidate, names: Sequence[str] | None = None) -> pd.DataFrame:
    """Guidelines side by side, to show: what each names first, why, what would change it, and the source."""
    rows = []
    for found in advise_all(person, names):
        because = " ".join(filter(None, (found.because, " · ".join(found.would), found.caution)))
        turned = "; ".join(f"{change.words}: {change.text}" for change in changes(person, found.guideline))
        rows.append((found.label, found.text.replace("*", ""), because, turned, cite(found.source)))
    columns = ["guideline", "first line", "because", "what would change it", "source"]
    return pd.DataFrame(rows, columns=columns).set_index("guideline")


def first_choices(people: pd.DataFrame, names: Sequence[str] | None = None) -> pd.DataFrame:
    """Many people under many guidelines: one row a person, one column a guideline, each a key of :data:`CHOICES`.

    Args:
        people: columns named like the fields of :class:`Candidate`; a missing one, or a missing cell, is not known.
        names: guidelines; all that decide unless given.

    Returns:
        A DataFrame with the index of ``people``; "open" where something must be known first.

    Raises:
        ValueError: a column that is no fact; the message lists them.
    """
    facts = [item.name for item in fields(Candidate) if item.name != "why_severity"]
    strange = [column for column in people.columns if column not in facts]
    if strange:
        raise ValueError(f"{strange[0]!r} is no fact that decides. The columns can be: {', '.join(facts)}.")
    chosen = list(names or guidelines())
    found = []
    for row in people.to_dict("records"):
        person = Candidate(**{fact: _known(value) for fact, value in row.items()})
        found.append([advice.choice or OPEN for advice in advise_all(person, chosen)])
    return pd.DataFrame(found, index=people.index, columns=chosen, dtype="str")


def _known(value: Any) -> Any:
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value


def agreement(found: Sequence[Advice]) -> str:
    """How far guidelines agree, in a sentence."""
    spoken: dict[str, list[str]] = {}
    for advice in found:
        if advice.status == SAYS and advice.choice != "not_said":
            spoken.setdefault(advice.choice, []).append(advice.label)
    if all(advice.status == NOT_ABOUT for advice in found):
        return "The criteria of aplastic anemia are not met: these decisions are for that disease."
    silent = sum(advice.status == SAYS and advice.choice == "not_said" for advice in found)
    unsettled = sum(advice.status == OPEN for advice in found)
    if not spoken:
        start = "None can tell yet" if unsettled else "None of them speaks of this person"
    elif len(spoken) == 1:
        choice, names = next(iter(spoken.items()))
        who = f"All {len(names)} that speak name" if len(names) > 1 else "One speaks and names"
        start = f"{who} {_choice_words(choice)}"
    else:
        parts = [
            f"{len(names)} {'name' if len(names) > 1 else 'names'} {_choice_words(choice)}"
            for choice, names in sorted(spoken.items(), key=lambda item: -len(item[1]))
        ]
        start = f"They disagree: {_list(parts)}"
    rest = [f"{silent} {'do' if silent > 1 else 'does'} not speak of this person"] if silent and spoken else []
    rest += [f"{unsettled} cannot tell yet"] if unsettled and spoken else []
    return f"{'; '.join([start, *rest])}."


def _choice_words(choice: str) -> str:
    return {
        "sibling_transplant": "a transplant from the sibling",
        "other_transplant": "a transplant from another donor",
        "either": "drugs or a transplant without ranking them",
        "immunosuppression": "immunosuppressive drugs",
        "cyclosporine": "early cyclosporine",
        "observe": "close watching",
        "unclear": "one of two by a word without a number",
    }[choice]


# --- other causes ----------------------------------------------------------------------------------------------------


def causes() -> dict[str, str]:
    """The causes whose treatment is told: what they are called, and their keys."""
    return {row["label"]: row["cause"] for row in records("treatment_by_cause")}


def treatment_of(cause: str) -> Row:
    """What comes first when a cause is known: a row of ``data/treatment_by_cause.csv``.

    Raises:
        ValueError: no such cause; the message lists those there are.
    """
    found = {row["cause"]: row for row in records("treatment_by_cause")}
    if cause not in found:
        raise ValueError(f"There is no cause {cause!r} here. Choose among: {', '.join(found)}.")
    return found[cause]
