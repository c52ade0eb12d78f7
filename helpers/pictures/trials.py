"""What trials found, in pictures: published figures with their limits, and two arms as 100 people each.

>>> TrialsPicture("horse_rabbit", outcome=["response"])
>>> arms(compared("race_or6_e", "race_or6_c"))
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from helpers.blood.grades import Row
from helpers.blood.trials import Comparison, figures
from helpers.pictures import look
from helpers.pictures.findings import by_study, keys_of, limits_of, shared_number
from helpers.pictures.forest import ForestPicture, Mark, Scale, Study
from helpers.pictures.frequencies import Crowd, FrequencyPicture, Group

_PERCENT = Scale("", 0, 100, (0, 25, 50, 75, 100), ("0", "25", "50", "75", "100 %"), said="percent of people")
_RATIO = Scale(
    "how many times the risk", 0.25, 4, (0.25, 0.5, 1, 2, 4), ("¼", "half", "1: no difference", "2", "4"), log=True,
    still=1,
)  # fmt: skip
_MONTHS = Scale("months", 0, 10, (0, 2, 4, 6, 8, 10), ("0", "2", "4", "6", "8", "10"))
_POINTS = Scale(
    "points of percent more with the low limit", -5, 15, (-5, 0, 5, 10, 15), ("−5", "0", "5", "10", "15"), still=0
)
_SCALES = {"%": _PERCENT, "ratio": _RATIO, "months": _MONTHS, "points": _POINTS}
_POINT = {
    "eltrombopag": "Eltrombopag added: more respond, and more completely",
    "eltrombopag_time": "With eltrombopag the first response comes months earlier",
    "eltrombopag_start": "Eltrombopag from day 1: the most complete responses",
    "horse_rabbit": "Horse ATG did better in the trial; looking back it did not",
    "after": "After a response: relapse in 16 to 39 of 100",
    "second_line": "When the first treatment fails, many still respond",
    "donor_age": "Marrow beats blood at every age, and age counts",
    "ist_age": "Drugs: fewer are alive after 5 years the older they were",
    "fitness": "Other illnesses count",
    "donors": "A matched relative at once: 77 of 100 well at 5 years",
    "donors_gvhd": "Unrelated donors: more graft-versus-host disease",
    "haploidentical": "Half-matched transplants in small groups",
    "children": "Children: more live without failure after a transplant",
    "children_eltrombopag": "Children: complete responses more often with eltrombopag",
    "predictors": "Some respond more often than others",
    "moderate": "Non-severe: ATG with cyclosporine beats cyclosporine",
    "moderate_course": "Moderate and only supported: two thirds became severe",
    "growth_factors": "Growth factors added: no lives saved",
    "tpo": "Other drugs that raise platelets",
    "platelet_policy": "A low limit for platelets: more bleeding, not more severe",
    "history": "1976: an early sibling transplant against waiting",
    "setting": "Results from western India",
}
"""What the figures of a question say together."""


class TrialsPicture(ForestPicture):
    """The figures that answer one question, study by study.

    Args:
        question: a question of ``data/trials.csv``.
        outcome: keep only these outcomes.
        studies: keep only these studies.
        point: the title in a sentence without its full stop; what the figures say together unless given.

    Raises:
        ValueError: no such question, or nothing to show.
    """

    def __init__(
        self, question: str, outcome: Sequence[str] = (), studies: Sequence[str] = (), point: str = ""
    ) -> None:
        rows = [row for row in figures(question, outcome) if not studies or row["study"] in studies]
        if not rows:
            raise ValueError(f"Nothing to show: no figure on {question!r} has these outcomes and studies.")
        self.question, self.rows, self._point = question, tuple(rows), point or _POINT[question]
        self.sources = keys_of(rows)
        self.sections = tuple(
            (_SCALES[unit], tuple(_study(found) for found in by_study(own).values()))
            for unit in dict.fromkeys(row["unit"] for row in rows)
            for own in [[row for row in rows if row["unit"] == unit]]
        )
        self.draw()

    def point(self) -> str:
        """The picture's title."""
        return self._point

    def caption(self) -> str:
        """How to read it, and what to beware of."""
        designs = dict.fromkeys(row["design"] for row in self.rows)
        own = any(limits_of(row)[2] for row in self.rows)
        printed = "Full line: 95 % limits as printed. " if any(row["low"] is not None for row in self.rows) else ""
        broken = "Broken line: exact limits computed by the course. " if own else ""
        chance = "" if all("randomized" in design for design in designs) else _CAUTION
        return f"{printed}{broken}{chance}Sources: {self.links()}."


_CAUTION = "Where nobody drew lots, the groups may differ in more than the treatment. "


def _study(rows: Sequence[Row]) -> Study:
    same = len({row["who"] for row in rows}) == 1
    who = f"{rows[0]['design']}; {rows[0]['who']}" if same else rows[0]["design"]
    outcomes = {row["outcome_label"] for row in rows}
    if len(outcomes) == 1:
        who = f"{who}; {rows[0]['outcome_label']}"
    return Study(rows[0]["study"], shared_number(rows), who, tuple(_mark(row, rows, same, outcomes) for row in rows))


def _mark(row: Row, rows: Sequence[Row], same: bool, outcomes: set[str]) -> Mark:
    low, high, computed = limits_of(row)
    parts = [row["arm"] or "", "" if same else row["who"], row["outcome_label"] if len(outcomes) > 1 else ""]
    words = ", ".join(filter(None, parts)) or row["outcome_label"]
    counted = row["n"] and math.isnan(shared_number(rows))
    number = f", n\u00a0{row['n']:g}" if counted else ""
    return Mark(f"{words}{number}", _shown(row, low, high), row["value"], low, high, computed)


def _shown(row: Row, low: float, high: float) -> str:
    unit = {"%": " %", "months": " months", "points": "", "ratio": ""}[row["unit"]]
    value = f"{row['value']:g}{unit}".replace("-", "−")
    if math.isnan(low):
        return value
    ends = "–".join(f"{end:.3g}" for end in (low, high)) if low >= 0 else f"{low:g} to {high:g}".replace("-", "−")
    return f"{value} ({ends})"


_YES, _NO = (look.INK["other"], "o", True), (look.NEUTRAL_EDGE, "o", False)


def arms(found: Comparison, people: int = 100) -> FrequencyPicture:
    """Two arms of a trial as people: in each so many of 100 had the outcome.

    Args:
        found: two arms compared.
        people: how many marks each arm has, 50 or more.
    """
    few, many = (round(row["value"] * people / 100) for row in (found.less, found.more))
    outcome = found.more["outcome_label"]
    crowds = [
        Crowd(
            f"{row['arm'][0].upper()}{row['arm'][1:]}",
            [Group(f"{outcome}", number, *_YES), Group("not", people - number, *_NO)],
        )
        for row, number in ((found.less, few), (found.more, many))
    ]
    if found.randomized:
        low, high = found.needed_limits
        top = "no limit" if math.isinf(high) else f"{high:.1f}" if high < 10 else f"{high:.0f}"
        point = f"{many - few} more of {people}: one more for every {found.needed_to_treat:.1f} treated"
        note = f"Number needed to treat {found.needed_to_treat:.1f} (95 % limits {low:.1f} to {top}), computed. "
    else:
        point = f"{few} and {many} of {people}, but nobody drew lots: the groups may differ in more"
        note = _CAUTION
    sources = f"{found.more['source']} NEWCOMBE1998" if found.randomized else found.more["source"]
    return FrequencyPicture(crowds, point, sources, f"{found.more['study']}. {note}".strip())
