"""What trials found, in pictures: published figures with their limits, and two arms as 100 people each.

>>> TrialsPicture("horse_rabbit")
TrialsPicture: Horse ATG did better where lots were drawn; elsewhere studies differ
>>> from helpers import compared
>>> arms(compared("race_or6_e", "race_or6_c"))
FrequencyPicture: 27 more of 100: one more for every 3.7 treated
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from helpers.blood.care.trials import WILSON, Comparison, arms_compared, figures, limits_shown
from helpers.blood.core.conclusions import title_of
from helpers.blood.core.criteria import Row
from helpers.blood.core.published import by_study, shared_number
from helpers.pictures import look
from helpers.pictures.forest import ROOMY, ForestPicture, Mark, Place, Scale, Study
from helpers.pictures.frequencies import Crowd, FrequencyPicture, Group
from helpers.wording import capital, sources_of

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


class TrialsPicture(ForestPicture):
    """The figures that answer one question, study by study.

    Its title is what those shown say together (a row of ``data/conclusions.csv``), or what they are.

    Args:
        question: a question of ``data/trials.csv``.
        outcome: keep only these outcomes.
        studies: keep only these studies.

    Raises:
        ValueError: no such question, or nothing to show.
    """

    def __init__(self, question: str, outcome: Sequence[str] = (), studies: Sequence[str] = ()) -> None:
        rows = [row for row in figures(question, outcome) if not studies or row["study"] in studies]
        if not rows:
            raise ValueError(f"Nothing to show: no figure on {question!r} has these outcomes and studies.")
        self.question, self.rows, self._point = question, tuple(rows), title_of("trials", question, rows)
        self.sources = " ".join([sources_of(rows), *self._methods()])
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
        limits = [limits_shown(row) for row in self.rows]
        printed = "Full line: 95 % limits as printed. " if any(row["low"] is not None for row in self.rows) else ""
        shares = _SHARES if WILSON in self._methods() else ""
        broken = f"{_COMPUTED}{shares}. " if self._methods() else ""
        none = _NONE if any(math.isnan(low) for low, *_ in limits) else ""
        chance = "" if all("randomized" in design for design in designs) else _CAUTION
        return f"{printed}{broken}{none}{chance}Sources: {self.links()}."

    def roomy(self) -> tuple[bytes, int]:
        """The picture as a wide page shows it: each strip beside its words."""
        return self.drawn_as(ROOMY), ROOMY.width

    def _methods(self) -> list[str]:
        """Sources of the ways in which limits were computed."""
        return list(dict.fromkeys(filter(None, (limits_shown(row)[2] for row in self.rows))))


_COMPUTED = "Broken line, *computed*: 95 % limits that the course computed from the share and the number of people (n)"
_SHARES = "; they are a little too narrow where some were followed for less than the whole time"
_NONE = "*No limits*: none were printed, and the course cannot compute them (no number of people, or not a share). "
_CAUTION = "Where nobody drew lots, the groups may differ in more than the treatment. "


def _study(rows: Sequence[Row]) -> Study:
    same = len({row["who"] for row in rows}) == 1
    who = f"{rows[0]['design']}; {rows[0]['who']}" if same else rows[0]["design"]
    outcomes = {row["outcome_label"] for row in rows}
    if len(outcomes) == 1:
        who = f"{who}; {rows[0]['outcome_label']}"
    marks = [mark for some in arms_compared(rows) for mark in _marks(some, rows)]
    return Study(rows[0]["study"], shared_number(rows), who, tuple(marks))


def _marks(some: Sequence[Row], rows: Sequence[Row]) -> list[Mark]:
    """The figures of one comparison: what they share that others of the study do not stands above them."""
    differ = [name for name in ("outcome_label", "who") if len({row[name] for row in rows}) > 1]
    if len(some) == 1:
        return [_mark(some[0], rows, differ)]
    own = [name for name in differ if len({row[name] for row in some}) > 1]
    heading = ", ".join(some[0][name] for name in differ if name not in own)
    places = [Place.FIRST, *[Place.INSIDE] * (len(some) - 2), Place.LAST]
    return [
        _mark(row, rows, own, heading if place is Place.FIRST else "", place)
        for row, place in zip(some, places, strict=True)
    ]


def _mark(row: Row, rows: Sequence[Row], own: Sequence[str], heading: str = "", place: Place = Place.ALONE) -> Mark:
    """One figure, named by its arm and by what it does not share."""
    low, high, method = limits_shown(row)
    computed = bool(method)
    parts = [row["arm"] or "", *(row[name] for name in ("who", "outcome_label") if name in own)]
    words = ", ".join(filter(None, parts)) or row["outcome_label"]
    counted = row["n"] and math.isnan(shared_number(rows))
    number = f", n\u00a0{row['n']:g}" if counted else ""
    shown = _shown(row, low, high, computed)
    return Mark(f"{words}{number}", shown, row["value"], low, high, computed, heading=heading, place=place)


def _shown(row: Row, low: float, high: float, computed: bool) -> str:
    unit = {"%": " %", "months": " months", "points": "", "ratio": ""}[row["unit"]]
    value = f"{row['value']:g}{unit}".replace("-", "−")
    if math.isnan(low):
        return f"{value} (no limits)"
    if computed:
        return f"{value} (computed: {low:.0f}–{high:.0f})"
    ends = "–".join(f"{end:.3g}" for end in (low, high)) if low >= 0 else f"{low:g} to {high:g}".replace("-", "−")
    return f"{value} ({ends})"


_YES, _NO = (look.INK["other"], "o", True), (look.NEUTRAL_EDGE, "o", False)
_MORE = (look.GRADE_SHADE[3], "s", True)
"""Those who have the outcome because of the treatment."""


def arms(found: Comparison, people: int = 100) -> FrequencyPicture:
    """Two arms of a trial as people; where lots were drawn, who of the treated had the outcome because of it.

    Args:
        found: two arms compared.
        people: how many marks each arm has, 50 or more.
    """
    few, many = (round(row["value"] * people / 100) for row in (found.less, found.more))
    outcome = found.more["outcome_label"]
    without, with_it = (capital(row["arm"]) for row in (found.less, found.more))
    seen = [Group(outcome, many, *_YES)]
    if found.randomized:
        seen = [Group(f"{outcome}, as without it", few, *_YES), Group(f"{outcome}, because of it", many - few, *_MORE)]
    crowds = [
        Crowd(without, [Group(outcome, few, *_YES), Group("not", people - few, *_NO)]),
        Crowd(with_it, [*seen, Group("not", people - many, *_NO)]),
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
