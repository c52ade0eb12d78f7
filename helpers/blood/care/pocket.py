"""One page to keep: from a count and findings to what is done, drawn from the tables of the course.

>>> who_cannot_wait()[0].when.split("; or ")[0]
'neutrophils below 1 + fever'
>>> by_count()[0].how_soon
'same day'
"""

from __future__ import annotations

from dataclasses import dataclass

from helpers.blood.care.first_hour import emergencies
from helpers.blood.core.criteria import Row, word
from helpers.blood.search.causes import features
from helpers.blood.search.red_flags import NO_ANC
from helpers.evidence import keyed, records

URGENCIES = ("same hour", "same day", "soon", "planned")
"""How soon a treatment begins, the soonest first."""

LIMITS = ("RC-AABB-adult", "PL-proph-A25", "PL-fail-A25", "PL-risk-AAT")
"""Rows of ``data/support.csv`` that say when blood is given to somebody who does not bleed."""


@dataclass(frozen=True)
class Line:
    """One line of the page."""

    label: str
    how_soon: str
    first: str
    source: str
    when: str = ""
    """From which count and findings."""
    avoid: str = ""
    call: str = ""


def who_cannot_wait() -> tuple[Line, ...]:
    """The emergencies: what leads to each, the first step, what is avoided, whom to call; last red flags alone."""
    lines = [
        Line(one.label, one.how_soon, one.short_do, one.source, _leads(*one.flags), one.short_do_not, one.call)
        for one in emergencies().values()
    ]
    return (*lines, *_alone("emergency"))


def by_count() -> tuple[Line, ...]:
    """What a count asks for that is no emergency: red flags of the same day, and the limits at which blood is given."""
    return (*_alone("same_day"), *(_given(keyed("support", "id")[name]) for name in LIMITS))


def _alone(urgency: str) -> tuple[Line, ...]:
    """The red flags of an urgency that are signs of no emergency of the table."""
    signs = {flag for one in emergencies().values() for flag in one.flags}
    rows = [row for row in records("red_flags") if row["urgency"] == urgency and row["flag"] not in signs]
    soon = {"emergency": "At once", "same_day": "same day"}[urgency]
    return tuple(Line(row["label"], soon, row["at_once"], row["source"], _leads(row["flag"])) for row in rows)


def _leads(*flags: str) -> str:
    return "; or ".join(dict.fromkeys(way for flag in flags for way in ways(flag)))


def _given(row: Row) -> Line:
    what = "Platelets" if row["analyte"] == "plt" else "Red cells"
    said = f"{row['says']} ({' '.join(map(str, filter(None, (row['guideline'], row['year']))))})"
    return Line(f"{what} given: {row['indication_label']}", "", said, row["source"])


def by_cause() -> tuple[Line, ...]:
    """The causes that are no emergency of their own: the first step and what does harm, the most urgent first."""
    others = [row for row in records("treatment_by_cause") if row["cause"] not in emergencies()]
    rows = sorted(others, key=lambda row: URGENCIES.index(row["urgency"]))
    return tuple(
        Line(row["label"], row["urgency"], first_sentence(row["first_action"]), row["source"],
             avoid=first_sentence(row["avoid"] or ""))
        for row in rows
    )  # fmt: skip


def path() -> tuple[str, ...]:
    """The steps of the search, in order; what is asked of an emergency stands aside."""
    ends = [row["order"] for row in records("workup") if row["kind"] == "outcome"]
    steps = [row for row in records("workup") if row["kind"] == "step" and row["order"] < min(ends)]
    return tuple(row["title"] for row in sorted(steps, key=lambda row: row["order"]))


def ways(flag: str) -> tuple[str, ...]:
    """What raises a red flag, in words, one for each way that no wider one holds; counts in 10^9/L, hemoglobin in g/L.

    Raises:
        ValueError: a red flag there are no rules for.
    """
    rules = [row for row in records("red_flag_rules") if row["flag"] == flag]
    if not rules:
        raise ValueError(f"No rule raises {flag!r}.")
    numbers = dict.fromkeys(row["way"] for row in rules)
    every = [[row for row in rules if row["way"] == way] for way in numbers]
    widest = [mine for mine in every if not any(one is not mine and _holds(one, mine) for one in every)]
    return tuple(" + ".join(map(_said, way)) for way in widest)


def _holds(wide: list[Row], narrow: list[Row]) -> bool:
    """Whether who meets the narrow rules meets the wide ones too."""
    return all(any(_follows(rule, one) for one in narrow) for rule in wide)


def _follows(rule: Row, given: Row) -> bool:
    if rule["name"] != given["name"]:
        return False
    if rule["kind"] == "finding":
        return set(given["value"].split()) <= set(rule["value"].split())
    return (given["limit"], given["operator"] == "<=") <= (rule["limit"], rule["operator"] == "<=")


def _said(rule: Row) -> str:
    if rule["kind"] == "finding":
        phrases = features()[rule["name"]].phrases
        return " or ".join(phrases[value] for value in rule["value"].split())
    edge = "at or below" if rule["operator"] == "<=" else "below"
    beside = ", neutrophils not known" if rule["value"] == NO_ANC else ""
    return f"{word(rule['name'])} {edge} {rule['limit']:g}{beside}"


def first_sentence(words: str) -> str:
    """What stands before the first full stop that ends a sentence."""
    return words.split(". ")[0].rstrip(".")
