"""Published figures on what low counts do, as they are: points with their limits, grouped by study.

>>> FindingsPicture("infection")
>>> FindingsPicture("bleeding", units="%")
>>> FindingsPicture("bleeding", units=("odds ratio", "hazard ratio"))
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from helpers.blood.chance import exact_limits
from helpers.blood.units import pretty
from helpers.evidence import records
from helpers.pictures import page
from helpers.pictures.forest import ForestPicture, Mark, Scale, Study

Finding = Mapping[str, Any]
"""A row of ``data/findings.csv``."""

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


def findings(topic: str | None = None, outcome: Sequence[str] = ()) -> tuple[Finding, ...]:
    """The published findings of a topic (all, unless given), in the order of the table.

    Args:
        topic: ``"oxygen"``, ``"infection"`` or ``"bleeding"``.
        outcome: keep only these outcomes.

    Raises:
        ValueError: no such topic; the message lists those there are.
    """
    topics = dict.fromkeys(row["topic"] for row in records("findings"))
    if topic is not None and topic not in topics:
        raise ValueError(f"There are no findings on {topic!r}. The topics are: {', '.join(topics)}.")
    found = [row for row in records("findings") if topic is None or row["topic"] == topic]
    return tuple(row for row in found if not outcome or row["outcome"] in outcome)


def limits_of(row: Finding) -> tuple[float, float, bool]:
    """The limits of a finding and whether the course computed them: as printed, else exact 95 % limits of a share.

    A share gets computed limits only where the paper prints how many were counted and how many had it. NaN where there
    are none.
    """
    low, high = _number(row["low"]), _number(row["high"])
    if not (math.isnan(low) or math.isnan(high)):
        return low, high, False
    counted, events = _number(row["n"]), _number(row["events"])
    if row["unit"] == "%" and not (math.isnan(counted) or math.isnan(events)):
        return *exact_limits(int(events), int(counted)), True
    return math.nan, math.nan, False


def unit_words(unit: str) -> str:
    """A unit of the table as it is shown."""
    return _UNIT_WORDS.get(unit, pretty(unit))


def amount_words(row: Finding) -> str:
    """A finding's figure as it is written: "34.4 % (18.6–53.2)"."""
    low, high, computed = limits_of(row)
    unit = "" if row["unit"] in _RATIOS else unit_words(row["unit"])
    if math.isnan(_number(row["value"])):
        return ""
    said = f"{row['value']:g} {unit}".strip()
    if math.isnan(low):
        return said
    if computed:
        return f"{said} ({_computed_end(low)}–{_computed_end(high)})"
    decimals = max(len(f"{end:g}".partition(".")[2]) for end in (low, high))
    return f"{said} ({low:.{decimals}f}–{high:.{decimals}f})"


def mark_of(row: Finding, words: str) -> Mark:
    """A finding as a point with its limits."""
    low, high, computed = limits_of(row)
    return Mark(words, amount_words(row), _number(row["value"]), low, high, computed)


def study_of(rows: Sequence[Finding], marks: Sequence[Mark], what: str = "") -> Study:
    """The marks of one study under its name, the number of people, who they were, and what all the figures are of."""
    who = first_capital("; ".join(filter(None, (rows[0]["who"], what))))
    return Study(rows[0]["study"], shared_number(rows), who, tuple(marks))


def shared_number(rows: Sequence[Finding]) -> float:
    """The number that all the figures of a study were counted in; NaN where it is not the same, or one stands alone."""
    counted = {_number(row["n"]) for row in rows if not math.isnan(_number(row["value"]))}
    return counted.pop() if len(counted) == 1 and len(rows) > 1 else math.nan


def number_words(row: Finding, rows: Sequence[Finding]) -> str:
    """How many a figure was counted in, where that does not stand beside the study's name: ", n 117"."""
    counted = _number(row["n"])
    return "" if math.isnan(counted) or counted == shared_number(rows) else f", n\u00a0{counted:g}"


def by_study(rows: Sequence[Finding]) -> dict[str, list[Finding]]:
    """The findings of each study, in order."""
    found: dict[str, list[Finding]] = {}
    for row in rows:
        found.setdefault(row["study"], []).append(row)
    return found


def keys_of(rows: Sequence[Finding]) -> str:
    """The sources of findings, each once, separated by spaces."""
    return " ".join(dict.fromkeys(" ".join(row["source"] for row in rows).split()))


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
        in_words = [row for row in kept if math.isnan(_number(row["value"]))]
        drawn = [row for row in kept if row not in in_words]
        if not drawn:
            there = (", ".join(dict.fromkeys(str(row[name]) for row in rows)) for name in ("unit", "study"))
            raise ValueError(
                "There is no figure to draw. Units: {}. Studies: {}.".format(*(one or "none" for one in there))
            )
        self.rows, self.topic = [*drawn, *in_words], drawn[0]["topic"]
        self.ink_line = _INK_LINE.get(self.topic, "other")
        self.sources = keys_of(self.rows)
        kinds: dict[str, list[Finding]] = {}
        for row in drawn:
            kinds.setdefault("ratio" if row["unit"] in _RATIOS else row["unit"], []).append(row)
        first = next(iter(kinds))
        self.sections = tuple(
            (_scale(unit, some), _studies([*some, *(in_words if unit == first else ())]))
            for unit, some in kinds.items()
        )
        self._point = point or _point(self.topic, drawn)
        self.draw()

    def point(self) -> str:
        """The picture's title, in a sentence."""
        return self._point

    def describe(self) -> str:
        """The picture in words: each study with each figure, and what is not known."""
        return f"{super().describe()} {self.not_known()}".strip()

    def not_known(self) -> str:
        """What nobody should read into these figures."""
        if self.topic == "infection":
            bodey = any(row["study"].startswith("Bodey") for row in self.rows)
            why = " Bodey's figures for each level were not found." if bodey else ""
            return f"Not known here: the risk of infection at each neutrophil count, so no curve is drawn.{why}"
        if self.topic == "bleeding":
            return "Not known here: the risk of bleeding at each platelet count, so no curve is drawn."
        return ""

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


def _number(cell: Any) -> float:
    return math.nan if cell is None or pd.isna(cell) else float(cell)


def first_capital(words: str) -> str:
    """Words at the start of a line; "aPTT" stays as it is."""
    return words if words[1:2].isupper() else words[:1].upper() + words[1:]


def _scale(unit: str, rows: Sequence[Finding]) -> Scale:
    if unit == "%":
        return _PERCENT
    if unit == "ratio":
        return _RATIO
    most = max(end for row in rows for end in (row["value"], *limits_of(row)[:2]) if not math.isnan(end))
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if most / step <= 5)
    ticks = tuple(range(0, step * (int(most / step) + 1) + 1, step))
    return Scale(unit_words(unit), 0, ticks[-1], ticks, tuple(map(str, ticks)), f"figures in {unit_words(unit)}")


def _studies(rows: Sequence[Finding]) -> tuple[Study, ...]:
    found = []
    for some in by_study(rows).values():
        outcomes = {row["outcome_label"] for row in some if not math.isnan(_number(row["value"]))}
        shared = outcomes.pop() if len(outcomes) == 1 else ""
        found.append(study_of(some, [mark_of(row, _mark_words(row, some, shared)) for row in some], shared))
    return tuple(found)


def _mark_words(row: Finding, rows: Sequence[Finding], shared: str) -> str:
    """The group, how many were counted, and the outcome where the study's figures do not all share it."""
    group = first_capital(row["group"]) + number_words(row, rows)
    return group if row["outcome_label"] == shared else f"{group}: {row['outcome_label']}"


def notes_of(rows: Sequence[Finding]) -> list[str]:
    """The first note of each study, with its name."""
    found: dict[str, str] = {}
    for row in rows:
        if isinstance(row["note"], str):
            found.setdefault(row["study"], row["note"])
    return [f"{study}: {words}" for study, words in found.items()]


def _point(topic: str, rows: Sequence[Finding]) -> str:
    """What the figures of a topic say."""
    ratios = all(row["unit"] in _RATIOS for row in rows)
    if topic == "infection":
        often = "Infections come when neutrophils are low, and often after a fall"
        return "Low counts of white cells go with more infections" if ratios else often
    if topic == "bleeding" and ratios:
        return "A very low platelet count is one risk of bleeding among several"
    if topic == "bleeding":
        return "Many people bleed although platelets are given"
    studies = list(by_study(rows))
    return f"Published figures on {topic}: {len(rows)} from {len(studies)} stud{'y' if len(studies) == 1 else 'ies'}"
