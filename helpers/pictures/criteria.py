"""Criteria as one sees them at a glance: Camitta's steps, and two editions of a system (CTCAE) side by side.

Cards of words in the course's inks and shades, made from the tables; they wrap where the page is narrow, and are read
aloud as they stand.

>>> EditionsGrid().point()
'8 limits of CTCAE changed from 5.0 to 6.0'
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from helpers import page
from helpers.blood.core.conclusions import caution, conclude, subject_words
from helpers.blood.core.criteria import word
from helpers.blood.core.units import ANALYTES, course_unit
from helpers.blood.grading.systems import about, paired
from helpers.evidence import cite, records
from helpers.pictures import look
from helpers.wording import capital, counted, linked, small, sources

Row = Mapping[str, Any]

CARD = f"border:1px solid {look.NEUTRAL_EDGE};border-radius:4px;padding:8px 12px;margin:0 0 8px;box-sizing:border-box"
_CELL = "padding:5px 6px;border:2px solid #fff;text-align:left;vertical-align:top;white-space:normal"
_SMALL = "font-size:max(11px,.83em)"
_FRAME = f"box-shadow:inset 0 0 0 3px {look.TEXT},inset 0 0 0 5px #fff;padding:9px 10px"
"""Dark within the white between the cells, and white within the dark: it is seen on every shade."""
THREE_COLUMNS = 1160
"""Pixels at most of many small cards: they stand in three columns where the page is wide."""
GRID = "display:grid;gap:8px 14px;grid-template-columns:repeat(auto-fit,minmax(min(100%,{least}px),1fr))"


class Criteria(ABC):
    """Cards with one point, said in their title, and the sources below."""

    sources: str = ""
    """Keys of ``data/sources.csv``, cited when the cards are shown."""
    sourced_each: bool = False
    """Whether each card names its own sources, and the foot none."""
    width: int = 760
    """Pixels at most."""

    @abstractmethod
    def point(self) -> str:
        """The title: what the cards show, in a sentence."""

    @abstractmethod
    def cards(self) -> str:
        """The cards as HTML."""

    @abstractmethod
    def table(self) -> pd.DataFrame:
        """The same as a table one can compute with."""

    def caption(self) -> str:
        """What one must know to read them, in light markdown."""
        return ""

    def _repr_html_(self) -> str:
        cite(self.sources)
        named = "" if self.sourced_each else f"Sources: {linked(self.sources)}."
        below = " ".join(filter(None, (self.caption(), named)))
        return page.unparted(
            f'<figure class="course-criteria" style="margin:6px 0 12px;max-width:{self.width}px">'
            f'<p style="margin:0 0 8px"><strong>{page.escape(self.point())}</strong></p>{self.cards()}'
            f"<figcaption><small>{page.inline(below)}</small></figcaption></figure>"
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}: {self.point()}"


def _signed(analyte: str) -> str:
    """The sign of an analyte's line, and a blank; "" for what is not of the blood."""
    return f"{look.signed(ANALYTES[analyte].line)} " if analyte in ANALYTES else ""


def _shaded(grade: int) -> str:
    """The style of something in the shade of a grade."""
    return f"background-color:{look.shade(grade)};color:{look.text_on(look.shade(grade))}"


# --- Camitta ---

_STEPS = {"entry": "Aplastic anemia", "severe": "Severe", "very_severe": "Very severe"}
_COUNTED = {"manual": "counted by eye", "automated": "counted by a machine"}
_OF_MARROW = {"cellularity_pct": "cells in the marrow", "hematopoietic_pct": "blood-forming among them"}


class CamittaSteps(Criteria):
    """Camitta's criteria of aplastic anemia: three steps, and what each asks of blood and marrow."""

    def __init__(self) -> None:
        self.rows = {tier: [row for row in records("aplastic") if row["tier"] == tier] for tier in _STEPS}
        self.sources = sources(*(row["source"].split()[0] for rows in self.rows.values() for row in rows))

    def point(self) -> str:
        """Blood and marrow, in steps."""
        shown = [row["id"] for rows in self.rows.values() for row in rows]
        return conclude("aplastic", "criteria", shown) or subject_words("aplastic", "criteria")

    def criterion(self, row: Row) -> str:
        """One row in words: "neutrophils below 0.5 ×10⁹/L"."""
        sign = {"<": "below", "<=": "at most"}[row["operator"]]
        if row["analyte"] in _OF_MARROW:
            low = f"{row['low']:g} to " if row["low"] is not None else f"{sign} "
            return f"{_OF_MARROW[row['analyte']]} {low}{row['limit']:g} %"
        how = f" ({_COUNTED[row['choice']]})" if row["choice"] in _COUNTED else ""
        return f"{word(row['analyte'])} {sign} {row['limit']:g} {course_unit(row['analyte'])}{how}"

    def blood(self, tier: str) -> list[tuple[str, str]]:
        """Analyte and words of each blood criterion; the limits of one analyte, by how it was counted, are one."""
        rows = [row for row in self.rows[tier] if row["part"] == "blood" and row["choice"] in ("any", *_COUNTED)]
        said: dict[str, list[str]] = {}
        for row in rows:
            said.setdefault(row["analyte"], []).append(self.criterion(row))
        return [(analyte, _joined(parts)) for analyte, parts in said.items()]

    def marrow(self, tier: str) -> str:
        """What the step asks of the marrow, in words; "" where its row says it in its note."""
        rows = [row for row in self.rows[tier] if row["part"] == "marrow"]
        alone = [row for row in rows if row["low"] is None and row["analyte"] == "cellularity_pct"]
        together = [self.criterion(row) for row in rows if row not in alone]
        return f"{self.criterion(alone[0])}, or {' with '.join(together)}" if rows else ""

    def cards(self) -> str:
        """Three cards, one a step, darker as they get worse."""
        return "".join(self._card(place, tier) for place, tier in enumerate(_STEPS))

    def _card(self, place: int, tier: str) -> str:
        blood, marrow = self.blood(tier), self.marrow(tier)
        points = "".join(f"<li>{_signed(name)}{page.escape(said)}</li>" for name, said in blood)
        first = next(row for row in self.rows[tier] if row["part"] == "blood")
        needs = f", <strong>{first['required']:g} of {len(blood)}</strong>" if len(blood) > 1 else ""
        asks = f"<strong>Marrow:</strong> {page.escape(marrow)}" if marrow else page.escape(first["note"])
        badge = f"{_shaded(place + 1)};padding:2px 8px;border-radius:3px"
        return (
            f'<section style="{CARD};border-left:12px solid {look.shade(place + 1)};margin-left:{place * 14}px">'
            f'<span style="{badge}"><strong>{_STEPS[tier]}</strong></span>'
            f'<p style="margin:6px 0 2px">{asks}</p><p style="margin:2px 0"><strong>Blood</strong>{needs}:</p>'
            f'<ul style="margin:2px 0;padding-left:20px;list-style:none">{points}</ul></section>'
        )

    def table(self) -> pd.DataFrame:
        """One row a criterion: step, part, how many of the part are needed, the criterion, its source."""
        rows = [
            (_STEPS[tier], row["part"], f"{row['required']:g}", self.criterion(row), cite(row["source"].split()[0]))
            for tier, found in self.rows.items()
            for row in found
        ]
        columns = ["step", "part", "at least", "criterion", "first source"]
        return pd.DataFrame(rows, columns=columns).set_index(["step", "part"])

    def caption(self) -> str:
        """The limits for reticulocytes that other texts print."""
        others = [row for row in self.rows["severe"] if row["choice"] not in ("any", *_COUNTED)]
        whence = [small(row["note"].rstrip(".")) if row["confidence"] == "C" else cite(row["source"]) for row in others]
        said = "; ".join(f"{row['limit']:g} ({where})" for row, where in zip(others, whence, strict=True))
        return f"{caution('aplastic', 'retic')} Also printed: {said}."


def _joined(parts: Sequence[str]) -> str:
    """The criteria of one analyte in one: what they begin with alike is said once."""
    first = parts[0]
    begin = " ".join(first.split(" ")[:2])
    return ", or ".join([first, *(part.removeprefix(begin).strip() for part in parts[1:])])


# --- two editions ---

_LINES = ("anemia", "neutrophils", "lymphocytes", "platelets")
_NONE = "no such grade"


class EditionsGrid(Criteria):
    """The grades of a system in two editions, one above the other; what moved is framed and says from where.

    Args:
        items: lines of the system, top to bottom; those in neither edition are left out.
        editions: the older one, then the newer one; the last two that ``data/systems.csv`` pairs, unless given.
        system: the system; the one whose editions are paired there, unless given.
    """

    def __init__(
        self, items: Sequence[str] = _LINES, editions: tuple[str, str] | None = None, system: str | None = None
    ) -> None:
        shown_in_pairs = [(row["system"], row["edition"]) for row in paired()]
        system = system or shown_in_pairs[-1][0]
        self.editions = editions or tuple(edition for name, edition in shown_in_pairs if name == system)[-2:]
        self.name = about(system, self.editions[-1])["name"]
        self.rows = {
            (row["item"], row["edition"], row["grade"]): row
            for row in records("severity")
            if row["system"] == system and row["item"] in items and row["edition"] in self.editions
            if row["grade"] is not None and row["grade"] < 5
        }
        graded = {item for item, _, _ in self.rows}
        self.items = tuple(item for item in items if item in graded)
        self.sources = sources(*(row["source"] for row in self.rows.values()))

    def criterion(self, item: str, edition: str, grade: int) -> str:
        """When a grade is given, in words: "below 1.5"."""
        row = self.rows.get((item, edition, grade))
        if row is None:
            return _NONE
        if row["lower_limit_normal"]:
            return "below the LLN"
        return "" if row["upper"] is None else f"below {row['upper']:g}"

    def moved(self, item: str, grade: int) -> bool:
        """Whether the newer edition gives the grade by another number."""
        return self.criterion(item, self.editions[0], grade) != self.criterion(item, self.editions[1], grade)

    def point(self) -> str:
        """How many limits moved."""
        moved = sum(self.moved(item, grade) for item in self.items for grade in (1, 2, 3, 4))
        return f"{counted(moved, 'limit')} of {self.name} changed from {' to '.join(self.editions)}"

    def cards(self) -> str:
        """A small table for each line."""
        return "".join(self._card(item) for item in self.items)

    def _card(self, item: str) -> str:
        analyte = next(row["analyte"] for (name, _, _), row in self.rows.items() if name == item)
        unit = page.escape(str(course_unit(analyte)))
        head = "".join(f'<th scope="col" style="{_CELL};{_shaded(grade)}">grade {grade}</th>' for grade in (1, 2, 3, 4))
        body = "".join(
            f'<tr style="background:none"><th scope="row" style="{_CELL}">{edition}</th>'
            + "".join(self._cell(item, edition, grade) for grade in (1, 2, 3, 4))
            + "</tr>"
            for edition in self.editions
        )
        letters = "font-size:clamp(11px,2.9vw,1em)"  # whole words on a telephone
        style = f"table-layout:fixed;width:100%;border-collapse:separate;border-spacing:0;margin:0;{letters}"
        return (
            f'<table class="course-table course-keeps" style="{style}"><caption style="text-align:left">'
            f"{_signed(analyte)}<strong>{capital(item)}</strong>, {unit}</caption><thead><tr>"
            f'<th scope="col" style="{_CELL};width:3.2em"><small style="{_SMALL}">{page.escape(self.name)}</small></th>'
            f"{head}</tr></thead><tbody>{body}</tbody></table>"
            f'<p style="margin:0 0 12px"><small>{page.escape(self.also(item))}</small></p>'
        )

    def clinical(self, item: str, edition: str, grade: int) -> str:
        """What gives a grade beside a number, as printed; "" where nothing does."""
        return (self.rows.get((item, edition, grade)) or {}).get("clinical") or ""

    def also(self, item: str) -> str:
        """What gives a grade of a line beside its numbers, by edition; "" where nothing does."""
        said: dict[str, list[str]] = {}
        for edition in self.editions:
            words = [f"grade {grade}: {one}" for grade in (1, 2, 3, 4) if (one := self.clinical(item, edition, grade))]
            if words:
                said.setdefault("; ".join(words), []).append(edition)
        return " ".join(f"* {' and '.join(editions)}, {words}." for words, editions in said.items())

    def _cell(self, item: str, edition: str, grade: int) -> str:
        star = " *" if self.clinical(item, edition, grade) else ""
        said = f"{self.criterion(item, edition, grade) or 'no number'}{star}"
        if edition == self.editions[0] or not self.moved(item, grade):
            return f'<td style="{_CELL};{_shaded(grade)}">{page.escape(said)}</td>'
        before = self.criterion(item, self.editions[0], grade)
        return (
            f'<td style="{_CELL};{_shaded(grade)};{_FRAME}"><strong>{page.escape(said)}</strong><br>'
            f'<small style="{_SMALL}">was {page.escape(before)}</small></td>'
        )

    def table(self) -> pd.DataFrame:
        """One row a line and grade, one column an edition."""
        rows = [
            (capital(item), grade, *(self._said(item, edition, grade) for edition in self.editions))
            for item in self.items
            for grade in (1, 2, 3, 4)
        ]
        columns = ["line", "grade", *(f"{self.name} {edition}" for edition in self.editions)]
        return pd.DataFrame(rows, columns=columns).set_index(["line", "grade"])

    def _said(self, item: str, edition: str, grade: int) -> str:
        return ", ".join(filter(None, (self.criterion(item, edition, grade), self.clinical(item, edition, grade))))

    def caption(self) -> str:
        """How to read it."""
        return (
            "A value gets the highest grade whose limit it lies below. "
            "Framed: changed in the newer edition, with what it was. LLN: the laboratory’s lower limit of normal."
        )
