"""Published figures on what low counts do, as they are: points with their limits, grouped by study.

>>> FindingsPicture("infection")
FindingsPicture: Infections come when neutrophils are low, and often after a fall
>>> FindingsPicture("bleeding", units="%")
FindingsPicture: Many people bleed although platelets are given
>>> FindingsPicture("bleeding", units=("odds ratio", "hazard ratio"))
FindingsPicture: A very low platelet count is one risk of bleeding among several
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from helpers import page
from helpers.blood.core.conclusions import concluded, title_of
from helpers.blood.core.published import Figure, by_study, findings, limits_of, notes_of, number, shared_number
from helpers.blood.core.units import pretty
from helpers.pictures.forest import ForestPicture, Mark, Scale, Study
from helpers.wording import capital, sources_of

_INK_LINE = {"oxygen": "red", "infection": "white", "bleeding": "platelets"}
_UNIT_WORDS = {"1/min": "a minute", "L/min/m2": "L/min/m²", "d": "days"}
_RATIOS = ("odds ratio", "hazard ratio")
_PERCENT = Scale("", 0, 100, (0, 25, 50, 75, 100), ("0", "25", "50", "75", "100 %"), "percent")
_RATIO = Scale(
    "how many times the odds or the hazard",
    0.5,
    8,
    (0.5, 1, 2, 4, 8),
    ("half", "1: no difference", "2", "4", "8 times"),
    log=True,
    still=1,
)


def unit_words(unit: str) -> str:
    """A unit of the table as it is shown."""
    return _UNIT_WORDS.get(unit, pretty(unit))


def amount_words(row: Figure) -> str:
    """A finding's figure as it is written: "34.4 % (18.6–53.2)"."""
    low, high, computed = limits_of(row)
    unit = "" if row["unit"] in _RATIOS else unit_words(row["unit"])
    if math.isnan(number(row["value"])):
        return ""
    said = f"{row['value']:g} {unit}".strip()
    if math.isnan(low):
        return said
    if computed:
        return f"{said} ({_computed_end(low)}–{_computed_end(high)})"
    decimals = max(len(f"{end:g}".partition(".")[2]) for end in (low, high))
    return f"{said} ({low:.{decimals}f}–{high:.{decimals}f})"


def mark_of(row: Figure, words: str) -> Mark:
    """A finding as a point with its limits."""
    low, high, computed = limits_of(row)
    return Mark(words, amount_words(row), number(row["value"]), low, high, computed)


def study_of(rows: Sequence[Figure], marks: Sequence[Mark], what: str = "") -> Study:
    """The marks of one study under its name, the number of people, who they were, and what all the figures are of."""
    who = first_capital("; ".join(filter(None, (rows[0]["who"], what))))
    return Study(rows[0]["study"], shared_number(rows), who, tuple(marks))


def number_words(row: Figure, rows: Sequence[Figure]) -> str:
    """How many a figure was counted in, where that does not stand beside the study's name: ", n 117"."""
    counted = number(row["n"])
    return "" if math.isnan(counted) or counted == shared_number(rows) else f", n\u00a0{counted:g}"


class FindingsPicture(ForestPicture):
    """Published findings, one axis a kind of figure, with what is not known said below.

    Args:
        shown: a topic, or rows of the table ``findings`` as a DataFrame.
        units: keep only figures in these units, e.g. ``"%"`` or ``("odds ratio", "hazard ratio")``; ``"words"`` are
            findings printed without a figure.
        studies: keep only these studies.
        point: the title in a sentence without its full stop; what the topic's figures say unless given.

    Raises:
        ValueError: no such topic, or nothing to show; the message says what there is.
    """

    def __init__(
        self,
        shown: str | pd.DataFrame,
        units: str | Sequence[str] | None = None,
        studies: str | Sequence[str] | None = None,
        point: str | None = None,
    ) -> None:
        rows = findings(shown) if isinstance(shown, str) else tuple(shown.to_dict("records"))
        kept = [row for row in rows if _wanted(row["unit"], units) and _wanted(row["study"], studies)]
        in_words = [row for row in kept if math.isnan(number(row["value"]))]
        drawn = [row for row in kept if row not in in_words]
        if not drawn:
            there = (", ".join(dict.fromkeys(str(row[name]) for row in rows)) for name in ("unit", "study"))
            raise ValueError(
                "There is no figure to draw. Units: {}. Studies: {}.".format(*(one or "none" for one in there))
            )
        self.rows, self.topic = [*drawn, *in_words], drawn[0]["topic"]
        self.ink_line = _INK_LINE.get(self.topic, "other")
        self.sources = sources_of(self.rows)
        kinds: dict[str, list[Figure]] = {}
        for row in drawn:
            kinds.setdefault("ratio" if row["unit"] in _RATIOS else row["unit"], []).append(row)
        first = next(iter(kinds))
        self.sections = tuple(
            (_scale(unit, some), _studies([*some, *(in_words if unit == first else ())]))
            for unit, some in kinds.items()
        )
        self._point = point or title_of("findings", self.topic, drawn)
        self.draw()

    def point(self) -> str:
        """The picture's title, in a sentence."""
        return self._point

    def describe(self) -> str:
        """The picture in words: each study with each figure, and what is not known."""
        return f"{super().describe()} {self.not_known()}".strip()

    def not_known(self) -> str:
        """What nobody should read into these figures."""
        return " ".join(concluded("findings", self.topic, [row["id"] for row in self.rows], "unknown"))

    def caption(self) -> str:
        """How to read it, what is not known, and the sources, in light markdown."""
        computed = any(mark.computed for _, studies in self.sections for study in studies for mark in study.marks)
        how = "Line through a point: confidence limits as printed (95 % unless said)."
        how += " Broken line: exact 95 % limits computed by the course from the printed counts." if computed else ""
        how += " No line: none printed."
        notes = " ".join(page.literal(words) for words in notes_of(self.rows))
        return " ".join(filter(None, (how, notes, self.not_known(), f"Sources: {self.links()}.")))


def _wanted(word: str, wanted: str | Sequence[str] | None) -> bool:
    return wanted is None or word in ((wanted,) if isinstance(wanted, str) else wanted)


def _computed_end(end: float) -> str:
    """In whole percents, but never rounded to none or all."""
    return f"{end:.0f}" if round(end) not in (0, 100) or end in (0, 100) else f"{end:.3g}"


def first_capital(words: str) -> str:
    """Words at the start of a line; "aPTT" stays as it is."""
    return words if words[1:2].isupper() else capital(words)


def _scale(unit: str, rows: Sequence[Figure]) -> Scale:
    if unit == "%":
        return _PERCENT
    if unit == "ratio":
        return _RATIO
    most = max(end for row in rows for end in (row["value"], *limits_of(row)[:2]) if not math.isnan(end))
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if most / step <= 5)
    ticks = tuple(range(0, step * (int(most / step) + 1) + 1, step))
    return Scale(unit_words(unit), 0, ticks[-1], ticks, tuple(map(str, ticks)), f"figures in {unit_words(unit)}")


def _studies(rows: Sequence[Figure]) -> tuple[Study, ...]:
    found = []
    for some in by_study(rows).values():
        outcomes = {row["outcome_label"] for row in some if not math.isnan(number(row["value"]))}
        shared = outcomes.pop() if len(outcomes) == 1 else ""
        found.append(study_of(some, [mark_of(row, _mark_words(row, some, shared)) for row in some], shared))
    return tuple(found)


def _mark_words(row: Figure, rows: Sequence[Figure], shared: str) -> str:
    """The group, how many were counted, and the outcome where the study's figures do not all share it."""
    group = first_capital(row["group"]) + number_words(row, rows)
    return group if row["outcome_label"] == shared else f"{group}: {row['outcome_label']}"
