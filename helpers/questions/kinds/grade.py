"""Grades of a count, under one system or several; menus and answers are computed.

In the bank: ``patient = "CRS-014"`` or ``count = {plt = 18, age_y = 34}`` (or both: that patient with these values);
``items``: ``{key, system, edition, item}``, with ``text`` if it should be called otherwise, and any choice that
:func:`helpers.blood.grading.severity.grade` takes. A misconception has ``answer = {item = "3"}`` (``"3+"``: 3 or more,
``"-"``: not graded, ``"?"``: cannot be told), or ``instead = {edition = "5.0"}``: what one would say who grades with
that edition (of the systems that have it; ``system`` names one), sex, age, other choice or other value (``instead =
{anc = 2.1}``). ``hidden``: values that are graded with and not shown, since an earlier question asks for them. An
answer is item to grade.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

import pandas as pd

from helpers import page
from helpers.blood.core.count import BloodCount
from helpers.blood.core.units import ANALYTES, plain, pretty, rounded, show
from helpers.blood.grading import severity
from helpers.blood.grading.grades import NOT_GRADED, Grade
from helpers.blood.grading.systems import about, family
from helpers.blood.search.patients import patient as published
from helpers.evidence import table
from helpers.questions.answers import grade_key, patient, value
from helpers.questions.exercise import Answered, plain_words, ref, rows, shape
from helpers.questions.kinds.matching import Pairs


@dataclass(frozen=True)
class Line:
    """One thing to grade."""

    key: str
    system: str
    item: str
    edition: str = ""
    text: str = ""
    choices: Mapping[str, Any] = field(default_factory=dict)
    """What else the grading takes: marrow cellularity, reticulocyte method, reference set ..."""

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Line:
        """A line of the bank."""
        own = {key: part for key, part in raw.items() if key in {one.name for one in fields(cls)}}
        return cls(**own, choices={key: part for key, part in raw.items() if key not in own})

    def words(self) -> str:
        """What it is called: without words of its own, by item, system and edition."""
        if self.text:
            return self.text
        words = self.item.replace("_", " ")
        title = severity.title(self.system, self.edition or severity.current(self.system))
        return title if words in title.lower() else f"{words.capitalize()}, {title}"


@dataclass(frozen=True)
class GradedOtherwise(Answered):
    """A slip known by its grades, or by what one graded with instead."""

    instead: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class GradeLines(Pairs):
    """A grade for each line."""

    items: tuple[Line, ...]
    patient: str = ""
    count: Mapping[str, Any] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()

    how = "Choose a grade for each line."
    ask = "Choose a grade for each line."
    interaction = "matching"
    Slip = GradedOtherwise
    schema = shape(
        "items misconceptions",
        any_of=("patient", "count"),
        patient={"type": "string"},
        count=ref("filled"),
        items=rows(1, "graded"),
        hidden=ref("keys"),
    )
    slip_schema = shape("", one_of=("answer", "instead"), answer=ref("pairs"), instead=ref("filled"))

    @classmethod
    def read(cls, own: Mapping[str, Any]) -> GradeLines:
        """Its lines hold what the grading takes."""
        return cls(**dict(own) | {"items": tuple(map(Line.read, own.get("items", ())))})

    def blood_count(self, changes: Mapping[str, Any] | None = None) -> BloodCount:
        """What is graded: the patient's count, the count of the bank, or the first with the second laid over it."""
        given = {**value(self.count), **(changes or {})}
        values = {name: tuple(part) if isinstance(part, list) else part for name, part in given.items()}
        if not self.patient:
            return BloodCount.of(**values)
        return patient(self.patient).change(**values) if values else patient(self.patient)

    def grades(self, instead: Mapping[str, Any] | None = None) -> dict[str, Grade]:
        """Line to its grade; with something else instead, as one would grade who took that."""
        instead = value(instead or {})
        choices = {name: part for name, part in instead.items() if name in severity.grade.__kwdefaults__}
        changes = {name: part for name, part in instead.items() if name not in (*choices, "system", "edition")}
        count, found = self.blood_count(changes), {}
        graded: dict[tuple[Any, ...], Mapping[str, Grade]] = {}  # a system grades all its lines at once
        for line in self.items:
            meant = instead.get("system", line.system) == line.system
            meant = meant and instead.get("edition") in severity.editions(line.system)
            edition = instead["edition"] if meant else line.edition
            chosen = {**line.choices, **choices}
            way = (line.system, edition, *chosen.items())
            if way not in graded:
                graded[way] = severity.grade(count, line.system, edition or None, **chosen)
            found[line.key] = graded[way][line.item]
        return found

    def compute(self) -> dict[str, str]:
        """Line to grade."""
        return {key: grade_key(found) for key, found in self.grades().items()}

    def wrong(self, slip: GradedOtherwise) -> dict[str, str]:
        """The lines that would be graded otherwise."""
        if not slip.instead:
            return value(slip.answer)
        other = {key: grade_key(found) for key, found in self.grades(slip.instead).items()}
        return {key: other[key] for key, truth in self.right.items() if other[key] != truth}

    def texts(self) -> dict[str, str]:
        """What the lines are called."""
        return {line.key: line.words() for line in self.items}

    def menu(self, key: str) -> Mapping[str, str]:
        """The grades one can choose for a line: key to words."""
        line = next(line for line in self.items if line.key == key)
        return grade_menu(line.system, line.item, line.edition)

    def notes(self) -> dict[str, str]:
        """Why each grade is what it is."""
        return {key: plain_words(found.reason) for key, found in self.grades().items()}

    def fault(self, key: str, choice: str) -> tuple[str, str]:
        """The limit of the grade that was chosen, beside the value; where there is none, which way it is off."""
        line, truth = next(line for line in self.items if line.key == key), self.right[key]
        chosen = f"You chose “{self.menu(key)[choice]}”"
        if choice == "?":
            return "gave up where it can be told", f"{chosen}, but every value that the rule needs is here."
        if truth == "?":
            return "graded what cannot be told", f"{chosen}, but a value that the rule needs is missing or not certain."
        if choice == "-":
            return "took a graded line for ungraded", f"{chosen}, but this edition has limits for it."
        if truth == "-":
            return "graded what the edition has dropped", f"{chosen}, but this edition has no limits for it."
        if choice.rstrip("+") == truth.rstrip("+"):
            words = (
                "no count alone says whether it is higher still" if truth.endswith("+") else "a limit ends this grade"
            )
            return "missed what a count leaves open", f"{chosen}: the grade is met, and {words}."
        high = int(choice.rstrip("+")) > int(truth.rstrip("+"))
        name = "graded too high" if high else "graded too low"
        return name, f"{chosen}, {self._limit(line, int(choice.rstrip('+')), high)}."

    def _limit(self, line: Line, chosen: int, high: bool) -> str:
        """Why a value does not have a grade: the grade's limit on the side on which the value lies."""
        grades = severity.grade(self.blood_count(), line.system, line.edition or None, **line.choices)
        edition = line.edition or severity.current(line.system)
        bands = {one.grade: one for one in severity.bands(line.system, edition, line.item, self.blood_count())}
        band, amount = bands.get(chosen), grades[line.item].value
        limit = band and (band.upper if high else band.lower)
        if not limit or not math.isfinite(limit) or not math.isfinite(amount):
            return f"but this count {'does not meet all it asks for' if high else 'meets more than that'}"
        rows = table("severity")
        analyte = rows.loc[(rows["system"] == line.system) & (rows["item"] == line.item), "analyte"].iloc[0]
        if high:
            return f"which begins below {show(limit, analyte)}; {show(amount, analyte)} is not below it"
        return f"which ends at {show(limit, analyte)}; {show(amount, analyte)} is below it"

    def faults(self) -> Iterator[str]:
        """Every grade is in its menu."""
        strange = [key for key, grade in self.right.items() if grade not in self.menu(key)]
        if strange:
            yield f"the grades of {', '.join(strange)} are not in their menus."

    def shown(self) -> str:
        """The count as a table, in the course's units with the conventional ones beside them; not what is hidden."""
        count = self.blood_count()
        rows = [
            (ANALYTES[name].label, _exactly(one.amount, name))
            for name, one in count.values.items()
            if one.amount is not None and name not in self.hidden
        ]
        frame = pd.DataFrame(rows, columns=["", "value"]).set_index("").rename_axis("measured")
        return page.table(frame, caption=self._whose(count))

    def _whose(self, count: BloodCount) -> str:
        """Whose count it is, a published patient by the number of the panels' menus."""
        number = published(self.patient).number if self.patient else ""
        return f"Published patient {number}, {count.person}" if number else str(count.person)

    def on_limits(self) -> list[str]:
        """The lines whose value is exactly a limit: a question about limits may want that, a draw must not."""
        count, found = self.blood_count(), []
        for line in self.items:
            edition = line.edition or severity.current(line.system)
            value = severity.grade(count, line.system, edition, **line.choices)[line.item].value
            bands = severity.bands(line.system, edition, line.item, count)
            found += [line.words()] * any(value in (band.lower, band.upper) for band in bands)
        return found

    def asked(self) -> dict[str, Any]:
        """The lines; their menus are a scale."""
        return super().asked() | {"scale": True}

    def seen(self) -> dict[str, Any]:
        """The count is seen, and each line with its menu."""
        lines = {key: [text, dict(self.menu(key))] for key, text in self.texts().items()}
        known = {name: one.amount for name, one in self.blood_count().values.items() if one.amount is not None}
        return {"count": known, "lines": lines, "right": self.right}


@cache
def grade_menu(system: str, item: str, edition: str = "") -> dict[str, str]:
    """Every answer one can give for an item of a system: key (as ``grade_key`` writes it) to words, mildest first.

    CTCAE's grade 5, death, is left out: no count is graded so.

    Raises:
        ValueError: no such system or edition. KeyError: the system has no such item.
    """
    grades = severity.grade(BloodCount.of(), system, edition or None)
    words = grades.labels()[grades[item].item].cat.categories
    rows = table("severity")
    rows = rows[(rows["system"] == system) & (rows["edition"] == grades.edition) & (rows["item"] == item)]
    menu: dict[str, str] = {}
    if len(rows):
        alive = (rows["grade"] < 5).fillna(False)
        rows = rows[alive].drop_duplicates("grade").sort_values("grade").set_index("grade")
        clinical = rows["lower"].isna() & rows["upper"].isna() & rows["clinical"].notna()
        menu = {} if 0 in rows.index else {"0": "no grade"}
        for number, label in rows["label"].items():
            menu[str(number)] = label
            if clinical.get(number + 1, False) and not clinical[number]:
                menu[f"{number}+"] = f"{label} or more"
    else:
        first = 1 if family(system) == "points" else 0
        menu = {str(place): word for place, word in enumerate((w for w in words if w != "cannot tell"), start=first)}
    not_graded = {"-": f"{NOT_GRADED} in this edition"} if about(system, grades.edition)["paired"] else {}
    return menu | not_graded | {"?": "cannot tell from this count"}


def _exactly(amount: float, name: str) -> str:
    """An amount as an analyzer prints it; with all its digits where that would be another number than the prompt's."""
    item = ANALYTES[name]
    printed = round(rounded(amount), item.decimals)
    return show(amount, name) if math.isclose(printed, amount) else f"{plain(amount)} {pretty(item.unit)}"
