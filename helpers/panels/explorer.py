"""The count explorer: move a blood count and see, at once, what every system says of it and why.

The model is plain traits and can be driven without a notebook:

>>> explorer = CountExplorer(BloodCount.of(hb="7.2 g/dL", anc=0.8, plt=18, age_y=34, sex="female"))
>>> explorer.plt = 60
>>> explorer.status
'All three lines are low. Hit hardest: red cells (CTCAE grade 3 or more).'
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import ipywidgets
import pandas as pd
import traitlets

from helpers import page
from helpers.blood.core.count import BloodCount, Person, Value
from helpers.blood.core.criteria import short_name
from helpers.blood.core.units import show
from helpers.blood.grading import systems as grading_systems
from helpers.blood.grading.reference import DEFAULT_REFERENCE, Reference, interval, may_be_pregnant
from helpers.blood.grading.severity import Grade, grade_all
from helpers.blood.search.patients import patient as find
from helpers.panels.amounts import amount_slider, amount_text, amount_texts, steps, unit_slider
from helpers.panels.controls import Choice, Slider, Switch
from helpers.panels.layout import unfold
from helpers.panels.person import (
    OWN,
    PREGNANCY,
    SEX,
    YES_NO,
    age_slider,
    cellularity_slider,
    fitting,
    gives_way,
    left_out,
    neutrophils_too_many,
    published,
    published_patient,
    report_link,
    retic_choice,
    retic_method,
)
from helpers.panels.pictured import PicturedPanel, PicturedView
from helpers.panels.red_flags import HasRedFlags
from helpers.panels.traits import Amount, HasCount, Measured, known
from helpers.pictures.count import CountPicture
from helpers.pictures.count_words import lanes
from helpers.wording import links, person_words

VALUES = ("hb", "wbc", "anc", "plt", "retic", "mcv")
"""What can be moved."""
_PERSON = {
    "age_y": "age",
    "sex": "sex",
    "trimester": "pregnancy",
    "duffy_null": "Duffy status",
    "elevation_m": "elevation",
}

_UNITS = {"SI (g/L, ×10⁹/L)": "si", "conventional (g/dL, ×10³/µL)": "conventional", "mmol/L for hemoglobin": "mmol"}


def healthy_adult(reference: Reference = DEFAULT_REFERENCE) -> BloodCount:
    """Where the explorer starts: a woman of 34 with each value in the middle of her reference interval."""
    person = Person(age_y=34, sex="female", trimester=0)
    found = {name: interval(name, person, reference) for name in VALUES}
    middles = {name: _nearest(name, (ends.low + ends.high) / 2) for name, ends in found.items() if ends.known}
    known = {name: amount for name, amount in middles.items() if not math.isnan(amount)}
    return BloodCount.of(**known, age_y=34, sex="female", trimester=0)


def _nearest(analyte: str, amount: float) -> float:
    return amount if math.isnan(amount) else min(steps(analyte), key=lambda step: abs(step - amount))


class CountExplorer(HasCount, HasRedFlags, PicturedPanel):
    """A blood count that can be moved, with its picture and every system's grades.

    Args:
        count: where it starts; a healthy adult unless given. "Reset" returns to it, or to the patient loaded last.
        systems: the systems graded in the tables; all that stand side by side unless fewer are asked for.
        show: the values with a slider and a strip, e.g. ``("hb",)`` for a first slider; "white" stands for a choice of
            neutrophils or white cells.
        person: whether the learner can change age, sex, pregnancy and Duffy status.
        patients: whether a published patient can be loaded.
        tables: whether the tables of grades are shown below the picture.
        urgent: whether it is about what cannot wait, which then stands open below the picture.
        reference: reference set(s).

    Raises:
        ValueError: ``show`` or ``systems`` names something the explorer does not have.
    """

    marrow_cellularity_pct = Amount(low=0, high=100)
    retic_method = retic_method()
    units = traitlets.Enum(list(_UNITS.values()), "si")
    white = traitlets.Enum(["anc", "wbc"], "anc", help="which white count has the slider and the strip")
    patient = published_patient()
    revealed = traitlets.Bool(False, help="whether it is shown what the authors call it")
    more = traitlets.Bool(False, help="whether further controls are shown")
    LOADS, STAYS = ("patient",), ("more",)
    trimester, duffy_null, elevation_m = map(Measured, ("trimester", "duffy_null", "elevation_m"))

    def __init__(
        self,
        count: BloodCount | None = None,
        systems: Sequence[str] | None = None,
        show: Sequence[str] = ("hb", "white", "plt", "retic", "mcv"),
        person: bool = True,
        patients: bool = True,
        tables: bool = True,
        urgent: bool = False,
        reference: Reference = DEFAULT_REFERENCE,
    ) -> None:
        super().__init__()
        strange = [name for name in show if name not in (*VALUES, "white")]
        every = tuple(dict.fromkeys(row["system"] for row in grading_systems.side_by_side()))
        systems = every if systems is None else systems
        strange += [name for name in systems if name not in every]
        if strange or not show:
            raise ValueError(
                f"The explorer cannot show {strange[0] if strange else 'nothing'!r}. "
                f"Values: {', '.join(VALUES)}, white; systems: {', '.join(every)}."
            )
        self.show, self.systems, self.reference, self.urgent = tuple(show), tuple(systems), reference, urgent
        self.with_person, self.with_patients, self.with_tables = person, patients, tables
        self.count = count or healthy_adult(reference)
        self.white = self._white_of(self.count, self.white)
        self.begin()

    # --- the model ---

    def _white_of(self, count: BloodCount, otherwise: str) -> str:
        """Which white count is shown of a count: the one that is known, where it is one."""
        if "white" in self.show and (known(count, "anc") is None) != (known(count, "wbc") is None):
            return "wbc" if known(count, "anc") is None else "anc"
        return otherwise

    def loaded(self) -> dict[str, Any]:
        """The count of the patient chosen."""
        if self.patient is None:
            return {}
        count = find(self.patient).count
        return {"count": count, "white": self._white_of(count, self._start["white"])}

    @property
    def strips(self) -> tuple[str, ...]:
        """The values drawn, top to bottom."""
        return tuple(self.white if name == "white" else name for name in self.show)

    @property
    def may_be_pregnant(self) -> bool:
        """Whether a pregnancy can be chosen for this sex and age."""
        return may_be_pregnant(self.sex, self.age_y)

    def trouble(self) -> dict[str, str]:
        """What does not go together, a sentence each by what it is about: it is said, and left out of the grades."""
        found = {}
        if self.trimester and not self.may_be_pregnant:
            why = "the sex is male" if self.sex == "male" else f"the age is {self.age_y:g}"
            found["trimester"] = f"Pregnancy is left out, because {why}."
        elif self.trimester and self.sex is None:
            found["trimester"] = (
                "Pregnancy is chosen but the sex is not: intervals for pregnancy need the sex to be female."
            )
        if self.white == "wbc" in self.strips and self.wbc is None and self.anc is not None:
            found["anc"] = f"Neutrophils, not shown here, are {show(self.anc, 'anc', self.units)}."
        if hidden := self._gives_way():
            found["wbc"] = left_out(self.count, hidden, self.units)
        elif too_many := neutrophils_too_many(self.count, self.units):
            found["wbc"] = too_many
        elif "white" in self.show and "wbc" not in self.strips and self._is_low("wbc") and not self._is_low("anc"):
            found["wbc"] = f"White cell count {self.count.shown('wbc', self.units)}, not shown here, is low."
        return found

    def _is_low(self, analyte: str) -> bool:
        own = interval(analyte, fitting(self.count).person, self.reference)
        return own.verdict(getattr(self.count, analyte), self.count.is_below(analyte)) == "low"

    def _gives_way(self) -> str:
        """The white count that is not shown, where it is left out; "" where none is."""
        hidden = next((name for name in ("wbc", "anc") if name not in self.strips), "")
        return hidden if gives_way(self.count, (self._start | self.loaded())["count"], hidden) else ""

    def _update(self) -> None:
        untold = {name: Value(None, reason=f"{short_name(name)}: marked as not known.") for name in self.strips}
        hidden = self._gives_way()
        count = fitting(self.count.change(**{hidden: None}) if hidden else self.count)
        self.shown = count.with_values(untold | dict(count.values))
        drawn = [lane for lane in lanes() if lane[0] in self.systems]
        make = partial(CountPicture, self.shown, self.strips, self.reference, drawn, self.units)
        self.draw(make, self.shown, self.units, key=self.strips)
        self.status = " ".join([self.picture.point() + ".", *self.trouble().values()])

    def flagged(self) -> tuple[BloodCount, dict[str, str]]:
        """The count as it is shown."""
        return self.shown, {}

    # --- the words ---

    def grades(self) -> list[Grade]:
        """Every system's grades of the count as it stands; lines nobody asked for and nobody measured are left out."""
        lines = grading_systems.items()
        asked = {lines[name] for name in self.strips if name in lines}
        choices = {"marrow_cellularity_pct": self.marrow_cellularity_pct, "retic_method": self.retic_method}
        every = grade_all(self.shown, among=self.systems, reference=self.reference, **choices)
        return [g for g in every if g.item not in lines.values() or g.item in asked or not math.isnan(g.value)]

    def ctcae_table(self, grades: list[Grade] | None = None) -> pd.DataFrame:
        """The editions that are compared (CTCAE 5 and 6) on this patient, side by side: one row a line."""
        found: dict[str, dict[str, Grade]] = {}
        heads = {(row["system"], row["edition"]): row["lane"] or row["title"] for row in grading_systems.paired()}
        for given in self.grades() if grades is None else grades:
            if (given.system, given.edition) in heads:
                found.setdefault(given.item, {})[heads[given.system, given.edition]] = given
        rows = []
        for item, by_edition in found.items():
            differ = len({(given.grade, given.label) for given in by_edition.values()}) > 1
            cells = [_cell(by_edition[head]) if head in by_edition else "" for head in heads.values()]
            rows.append((item.replace("_", " ") + (" (they differ)" if differ else ""), *cells))
        return pd.DataFrame(rows, columns=["what is graded", *heads.values()]).set_index("what is graded")

    def other_table(self, grades: list[Grade] | None = None) -> pd.DataFrame:
        """Every other system: result, reason and source, one row each."""
        rows = []
        for given in self.grades() if grades is None else grades:
            if not grading_systems.about(given.system, given.edition)["paired"]:
                name = "Aplastic anemia: blood alone" if given.item == "blood_criteria" else given.title
                rows.append((name, given.text, f"{page.literal(given.because)} {links(given.source)}".strip()))
        return pd.DataFrame(rows, columns=["system", "result", "because"]).set_index("system")

    def words(self) -> str:
        """The words as HTML: who this is, and the tables with their sources, the longer one below."""
        parts = [f"<p>{page.inline(self._who())}</p>"]
        if self.with_tables:
            grades = self.grades()
            ctcae, others = self.ctcae_table(grades), self.other_table(grades)
            if len(ctcae):
                paired = {row["system"] for row in grading_systems.paired()}
                sources = links(" ".join(g.source.split()[0] for g in grades if g.system in paired))
                caption = f"{grading_systems.paired_words()} on this patient {sources}"
                parts.append(page.table(ctcae, caption, markdown=ctcae.columns))
            if len(others):
                caption = "Other systems, each with its reason" if len(ctcae) else "With its reason"
                parts += [page.BELOW] if len(ctcae) else []
                parts.append(page.table(others, caption, markdown=["because"]))
        return "".join(parts)

    def _who(self) -> str:
        if self.patient is None:
            return f"A {person_words(self.shown.person)}."
        one = find(self.patient)
        said = [f"Published patient {one.number}, a {person_words(self.shown.person)}."]
        if self.revealed:
            said.append(f"**The authors' diagnosis: {page.literal(one.diagnosis)}.**")
        if self.revealed and one.severity:
            said.append(f"In their words: {page.literal(one.severity)}.")
        moved = [name for name in VALUES if known(self.count, name) != known(one.count, name)]
        if moved:
            said.append(f"You have moved: {', '.join(short_name(name).lower() for name in moved)}.")
        other = [word for fact, word in _PERSON.items() if getattr(self, fact) != getattr(one.count.person, fact)]
        if other:
            said.append(f"You have changed: {', '.join(other)}.")
        return " ".join([*said, report_link(one, self.revealed)])


def _cell(given: Grade) -> str:
    if given.grade is None:
        return f"{given.text}: {page.literal(given.reason)}"
    said = given.text
    if given.grade:
        number = f"grade {given.grade}" if str(given.grade) not in given.text else given.text
        number += " or more" if given.at_least and "or more" not in number else ""
        said = f"**{number}**: {page.literal(given.threshold)}"
    return f"{said}. {page.literal(given.caution)}" if given.caution else said


class _View(PicturedView, of=CountExplorer):
    """The explorer's widgets."""

    def controls(self) -> list[ipywidgets.Widget]:
        """What the learner moves, from top to bottom."""
        model = self.model
        controls: list[ipywidgets.Widget] = []
        if model.with_patients:
            self.patients = Choice("Published patient", OWN | published(), model.patient)
            self.reveal = Switch("Show the authors' diagnosis", model.revealed)
            self.link(patient=self.patients, revealed=self.reveal)
            unfold(self.reveal, model.patient is not None)
            controls += [self.patients, self.reveal]
        names = [part for name in model.show for part in (("anc", "wbc") if name == "white" else (name,))]
        self.sliders = {name: self._slider(name) for name in dict.fromkeys(names)}
        self.link(**self.sliders)
        for name, slider in self.sliders.items():
            if name == "anc" and "white" in model.show:
                controls.append(self._white())
            controls.append(slider)
        if model.with_person:
            controls += self._about()
        self.units = Choice("Units", _UNITS, model.units)
        self.link(units=self.units)
        self.on("units", self._new_units)
        self.reset = self.button("Reset", model.reset)
        return [*controls, self.units, self.reset]

    def _slider(self, analyte: str) -> Slider:
        model = self.model
        slider = amount_slider(
            analyte, getattr(model, analyte), lambda amount: amount_text(analyte, amount, model.units)
        )
        slider.steps(*amount_texts(analyte, model.units))
        return slider

    def _white(self) -> Choice:
        options = {"neutrophils (ANC)": "anc", "white cell count (WBC)": "wbc"}
        self.white = Choice("White cells shown as", options, self.model.white)
        self.link(white=self.white)
        return self.white

    def _about(self) -> list[ipywidgets.Widget]:
        model = self.model
        self.age = age_slider(model.age_y)
        self.sex, self.pregnancy = Choice("Sex", SEX, model.sex), Choice("Pregnancy", PREGNANCY, model.trimester)
        self.duffy = Choice("Duffy-null", YES_NO, model.duffy_null)
        meters = [float(height) for height in range(0, 5001, 250)]
        self.elevation = unit_slider("Lives at", meters, "m", "meters above the sea", model.elevation_m, unknown=True)
        self.link(age_y=self.age, sex=self.sex, trimester=self.pregnancy)
        self.link(duffy_null=self.duffy, elevation_m=self.elevation)
        further = [self.duffy, self.elevation]
        label = "More: blood group, elevation"
        if "aplastic_anemia" in model.systems:
            self.marrow = cellularity_slider(model.marrow_cellularity_pct)
            self.method = retic_choice(model.retic_method)
            self.link(marrow_cellularity_pct=self.marrow, retic_method=self.method)
            further, label = [*further, self.marrow, self.method], f"{label}, marrow"
        return [self.age, self.sex, self.pregnancy, *self.fold(label, further)]

    def _new_units(self) -> None:
        for analyte, slider in self.sliders.items():
            slider.steps(*amount_texts(analyte, self.model.units))

    def tell(self) -> None:
        """The words, and which controls there are."""
        model = self.model
        for name in ("anc", "wbc"):
            if "white" in model.show:
                unfold(self.sliders[name], model.white == name)
        if model.with_patients:
            unfold(self.reveal, model.patient is not None)
        if model.with_person:
            self.pregnancy.disabled = not model.may_be_pregnant
            self.pregnancy.note = model.trouble().get("trimester", "")
        super().tell()
