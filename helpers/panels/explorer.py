"""The count explorer: move a blood count and see, at once, what every system says of it and why.

The model is plain traits and can be driven without a notebook:

>>> explorer = CountExplorer(BloodCount.of(hb="7.2 g/dL", anc=0.8, plt=18, age_y=34, sex="female"))
>>> explorer.plt = 60
>>> explorer.status, explorer.ctcae_table(), explorer.other_table()
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import ipywidgets
import pandas as pd
import traitlets

from helpers.blood.causes import Findings
from helpers.blood.count import BloodCount, Person, Value
from helpers.blood.reference import DEFAULT_REFERENCE, Reference, interval, may_be_pregnant
from helpers.blood.severity import Grade, grade_all
from helpers.blood.units import show
from helpers.evidence import table
from helpers.panels.amounts import amount_slider, amount_text, amount_texts, known, steps
from helpers.panels.controls import Button, Choice, Slider, Switch, tie
from helpers.panels.layout import folded, unfold
from helpers.panels.person import PREGNANCY, SEX, YES_NO, age_slider, cellularity_slider, published, retic_choice
from helpers.panels.pictured import PicturedPanel, PicturedView
from helpers.panels.red_flags import banner
from helpers.panels.words import links
from helpers.pictures import page
from helpers.pictures.count import LANES, CountPicture, person_words, short_name

VALUES = ("hb", "wbc", "anc", "plt", "retic", "mcv")
"""What can be moved."""

SYSTEMS = ("ctcae", "who_anemia", "neutropenia", "thrombocytopenia", "pancytopenia", "aplastic_anemia")
"""What is graded unless fewer systems are asked for."""

_ABOUT = ("age_y", "sex", "trimester", "duffy_null", "elevation_m")
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


class CountExplorer(PicturedPanel):
    """A blood count that can be moved, with its picture and every system's grades.

    Args:
        count: where it starts and what "reset" returns to; a healthy adult unless given.
        systems: the systems graded in the tables.
        show: the values with a slider and a strip, e.g. ``("hb",)`` for a first slider; "white" stands for a choice of
            neutrophils or white cells.
        person: whether the learner can change age, sex, pregnancy and Duffy status.
        patients: whether a published patient can be loaded.
        tables: whether the tables of grades are shown below the picture.
        reference: reference set(s).

    Raises:
        ValueError: ``show`` or ``systems`` names something the explorer does not have.
    """

    hb = traitlets.Float(None, allow_none=True, help="g/L")
    wbc = traitlets.Float(None, allow_none=True, help="10^9/L")
    anc = traitlets.Float(None, allow_none=True, help="10^9/L")
    plt = traitlets.Float(None, allow_none=True, help="10^9/L")
    retic = traitlets.Float(None, allow_none=True, help="10^9/L")
    mcv = traitlets.Float(None, allow_none=True, help="fL")
    age_y = traitlets.Float(None, allow_none=True)
    sex = traitlets.Enum(["female", "male"], None, allow_none=True)
    trimester = traitlets.Enum([0, 1, 2, 3], None, allow_none=True)
    duffy_null = traitlets.Bool(None, allow_none=True)
    elevation_m = traitlets.Float(None, allow_none=True)
    marrow_cellularity_pct = traitlets.Float(None, allow_none=True)
    retic_method = traitlets.Unicode("automated")
    units = traitlets.Enum(list(_UNITS.values()), "si")
    white = traitlets.Enum(["anc", "wbc"], "anc", help="which white count has the slider and the strip")
    patient = traitlets.Unicode(None, allow_none=True, help="the published patient loaded last")

    def __init__(
        self,
        count: BloodCount | None = None,
        systems: Sequence[str] = SYSTEMS,
        show: Sequence[str] = ("hb", "white", "plt", "retic", "mcv"),
        person: bool = True,
        patients: bool = True,
        tables: bool = True,
        reference: Reference = DEFAULT_REFERENCE,
    ) -> None:
        super().__init__()
        strange = [name for name in show if name not in (*VALUES, "white")]
        strange += [name for name in systems if name not in SYSTEMS]
        if strange or not show:
            raise ValueError(
                f"The explorer cannot show {strange[0] if strange else 'nothing'!r}. "
                f"Values: {', '.join(VALUES)}, white; systems: {', '.join(SYSTEMS)}."
            )
        self.show, self.systems, self.reference = tuple(show), tuple(systems), reference
        self.with_person, self.with_patients, self.with_tables = person, patients, tables
        self._start = count or healthy_adult(reference)
        self._base, self._patient_row = self._start, None
        self.observe(self._moved, [*VALUES, *_ABOUT, "marrow_cellularity_pct", "retic_method", "units", "white"])
        self.observe(lambda change: self._show_patient(), "patient")
        self.reset()

    # --- the model ---

    def set_count(self, count: BloodCount) -> None:
        """Show this count: its values, its person, and what else it holds (lymphocytes, hematocrit ...)."""
        with self._together():
            self._base = count
            for name in VALUES:
                setattr(self, name, known(count, name))
            for name in _ABOUT:
                setattr(self, name, getattr(count.person, name))
            if "white" in self.show and (self.anc is None) != (self.wbc is None):
                self.white = "wbc" if self.anc is None else "anc"

    def load(self, patient: str) -> None:
        """Show a published patient of ``data/patients.csv`` by its id.

        Raises:
            KeyError: no such patient.
        """
        if patient not in table("patients")["patient"].tolist():
            raise KeyError(f"There is no published patient {patient!r}. table('patients') lists them.")
        if patient == self.patient:
            self._show_patient()
        self.patient = patient

    def _show_patient(self) -> None:
        if self.patient is None:
            self._patient_row = None
            self._moved()
        else:
            rows = table("patients")
            self._patient_row = rows[rows["patient"] == self.patient].iloc[0]
            self.set_count(BloodCount.from_row(self._patient_row, label=self.patient))

    def reset(self) -> None:
        """Back to the count it started with."""
        with self._together():
            self.patient, self._patient_row = None, None
            self.marrow_cellularity_pct, self.retic_method = None, "automated"
            self.set_count(self._start)

    @property
    def strips(self) -> tuple[str, ...]:
        """The values drawn, top to bottom."""
        return tuple(self.white if name == "white" else name for name in self.show)

    @property
    def may_be_pregnant(self) -> bool:
        """Whether a pregnancy can be chosen for this sex and age."""
        return may_be_pregnant(self.sex, self.age_y)

    def trouble(self) -> list[str]:
        """What does not go together, a sentence each: it is said, and left out of the grades."""
        found = []
        if self.trimester and not self.may_be_pregnant:
            why = "the sex is male" if self.sex == "male" else f"the age is {self.age_y:g}"
            found.append(f"Pregnancy is left out, because {why}.")
        elif self.trimester and self.sex is None:
            found.append("Pregnancy is chosen but the sex is not: intervals for pregnancy need the sex to be female.")
        if self.anc is not None and self.wbc is not None and self.anc > self.wbc:
            found.append(
                f"Neutrophils {show(self.anc, 'anc', self.units)} cannot be more than all white cells "
                f"{show(self.wbc, 'wbc', self.units)}: one of the two is wrong."
            )
        return found

    def _update(self) -> None:
        about = {name: getattr(self, name) for name in _ABOUT}
        if not self.may_be_pregnant:
            about["trimester"] = None
        given = {name: getattr(self, name) for name in VALUES}
        changed = {name: amount for name, amount in given.items() if amount != known(self._base, name)}
        person = Person(**about, smoker=self._base.person.smoker)
        if changed or person != self._base.person:
            self._base = self._base.change(**changed, **about)
        untold = {name: Value(None, reason=f"{short_name(name)}: marked as not known.") for name in self.strips}
        self.count = self._base.with_values(untold | dict(self._base.values))
        picture = getattr(self, "picture", None)
        if picture is None or picture.show != self.strips:
            lanes = [lane for lane in LANES if lane[0] in self.systems]
            self.picture = CountPicture(self.count, self.strips, self.reference, lanes, self.units)
        else:
            picture.update(self.count, self.units)
        self.status = " ".join([self.picture.point() + ".", *self.trouble()])
        self.changes += 1

    # --- the words ---

    def banner(self) -> str:
        """The red flags of the count as HTML, and what to ask because of it; "" when there is nothing."""
        return banner(Findings(self.count, reference=self.reference))

    def grades(self) -> list[Grade]:
        """Every system's grades of the count as it stands; lines nobody asked for and nobody measured are left out."""
        shown = {"hb": "anemia", "anc": "neutrophils", "wbc": "white_cells", "plt": "platelets"}
        asked = {shown[name] for name in self.strips if name in shown}
        choices = {"marrow_cellularity_pct": self.marrow_cellularity_pct, "retic_method": self.retic_method}
        every = grade_all(self.count, reference=self.reference, **choices)
        lines = {"anemia", "neutrophils", "white_cells", "platelets", "lymphocytes", "cd4"}
        return [
            g
            for g in every
            if g.system in self.systems and (g.item not in lines or g.item in asked or not math.isnan(g.value))
        ]

    def ctcae_table(self, grades: list[Grade] | None = None) -> pd.DataFrame:
        """CTCAE 5 and 6 on this patient, side by side: one row a line."""
        found: dict[str, dict[str, Grade]] = {}
        for given in grades or self.grades():
            if given.system == "ctcae":
                found.setdefault(given.item, {})[given.edition] = given
        rows = []
        for item, by_edition in found.items():
            five, six = by_edition["5.0"], by_edition["6.0"]
            differ = (five.grade, five.label) != (six.grade, six.label)
            rows.append((item.replace("_", " ") + (" (they differ)" if differ else ""), _cell(five), _cell(six)))
        return pd.DataFrame(rows, columns=["line", "CTCAE 5", "CTCAE 6"]).set_index("line")

    def other_table(self, grades: list[Grade] | None = None) -> pd.DataFrame:
        """Every other system: result, reason and source, one row each."""
        rows = []
        for given in grades or self.grades():
            if given.system != "ctcae":
                name = "Aplastic anemia: blood alone" if given.item == "blood_criteria" else given.title
                because = page.literal(" ".join(filter(None, (given.reason, given.unsettled))))
                rows.append((name, given.text, f"{because} {links(given.source)}".strip()))
        return pd.DataFrame(rows, columns=["system", "result", "because"]).set_index("system")

    def words(self) -> str:
        """The words below the picture as HTML: who this is, the tables, and their sources."""
        parts = [f"<p>{page.inline(self._who())}</p>"]
        if self.with_tables:
            grades = self.grades()
            ctcae, others = self.ctcae_table(grades), self.other_table(grades)
            if len(ctcae):
                sources = links(" ".join(g.source.split()[0] for g in grades if g.system == "ctcae"))
                parts.append(page.table(ctcae, f"CTCAE 5 and 6 on this patient {sources}", markdown=ctcae.columns))
            if len(others):
                caption = "Other systems, each with its reason" if len(ctcae) else "With its reason"
                parts.append(page.table(others, caption, markdown=["because"]))
        return "".join(parts)

    def _who(self) -> str:
        row = self._patient_row
        if row is None:
            return f"A {person_words(self.count.person)}."
        said = [f"Published patient {row['patient']}: {page.literal(str(row['diagnosis']))}."]
        words = row["severity_as_stated"] if pd.isna(row["severity_in_english"]) else row["severity_in_english"]
        if not pd.isna(words):
            said.append(f"In the authors' words: {page.literal(str(words))}.")
        moved = [name for name in VALUES if known(self.count, name) != known(BloodCount.from_row(row), name)]
        if moved:
            said.append(f"You have moved: {', '.join(short_name(name).lower() for name in moved)}.")
        return " ".join([*said, links(row["source"])])

    # --- showing it ---

    def make_view(self) -> _View:
        """Build the widgets."""
        return _View(self)


def _cell(given: Grade) -> str:
    if given.grade is None:
        return f"{given.text}: {page.literal(given.reason)}"
    if not given.grade:
        return given.text
    number = f"grade {given.grade}" if str(given.grade) not in given.text else given.text
    number += " or more" if given.at_least and "or more" not in number else ""
    return f"**{number}**: {page.literal(given.threshold)}"


class _View(PicturedView):
    """The explorer's widgets."""

    def __init__(self, model: CountExplorer) -> None:
        names = [part for name in model.show for part in (("anc", "wbc") if name == "white" else (name,))]
        self.sliders = {name: self._slider(model, name) for name in dict.fromkeys(names)}
        super().__init__(model, self._controls(model))

    @staticmethod
    def _slider(model: CountExplorer, analyte: str) -> Slider:
        return amount_slider(analyte, getattr(model, analyte), lambda amount: amount_text(analyte, amount, model.units))

    def _controls(self, model: CountExplorer) -> list[ipywidgets.Widget]:
        controls: list[ipywidgets.Widget] = []
        if model.with_patients:
            self.patients = Choice("Published patient", {"none: your own": None} | published())
            tie(model, patient=self.patients)
            controls.append(self.patients)
        if "white" in model.show:
            self.white = Choice("White cells shown as", {"neutrophils (ANC)": "anc", "white cell count (WBC)": "wbc"})
            tie(model, white=self.white)
        for name, slider in self.sliders.items():
            if name == "anc" and "white" in model.show:
                controls.append(self.white)
            controls.append(slider)
        if model.with_person:
            controls += self._about(model)
        self.units = Choice("Units", _UNITS)
        tie(model, **self.sliders, units=self.units)
        model.observe(self._new_units, "units")
        self.reset = Button("Reset")
        self.reset.when_pressed(model.reset)
        return [*controls, self.units, self.reset]

    def _about(self, model: CountExplorer) -> list[ipywidgets.Widget]:
        self.age = age_slider(model.age_y)
        self.sex, self.pregnancy = Choice("Sex", SEX), Choice("Pregnancy", PREGNANCY)
        self.duffy = Choice("Duffy-null", YES_NO)
        meters = [float(height) for height in range(0, 5001, 250)]
        self.elevation = Slider(
            "Lives at",
            meters,
            [f"{height:.0f} m" for height in meters],
            [f"{height:.0f} meters above the sea" for height in meters],
            may_be_unknown=True,
            describe=lambda height: (f"{height:g} m", f"{height:g} meters above the sea"),
        )
        self.marrow = cellularity_slider(model.marrow_cellularity_pct)
        self.method = retic_choice(model.retic_method)
        tie(model, age_y=self.age, sex=self.sex, trimester=self.pregnancy, duffy_null=self.duffy)
        tie(model, elevation_m=self.elevation, marrow_cellularity_pct=self.marrow, retic_method=self.method)
        self.more = Switch("More: blood group, elevation, marrow")
        rest = [self.duffy, self.elevation] + ([self.marrow, self.method] if "aplastic_anemia" in model.systems else [])
        further = folded(rest)
        self.more.observe(lambda change: unfold(further, change["new"]), "on")
        return [self.age, self.sex, self.pregnancy, self.more, further]

    def _new_units(self, change: dict) -> None:
        for analyte, slider in self.sliders.items():
            slider.steps(*amount_texts(analyte, self.model.units))

    def _tell(self) -> None:
        model = self.model
        for name in ("anc", "wbc"):
            if "white" in model.show:
                unfold(self.sliders[name], model.white == name)
        if model.with_person:
            self.pregnancy.disabled = not model.may_be_pregnant
            self.pregnancy.note = next((said for said in model.trouble() if said.startswith("Pregnancy")), "")
        super()._tell()
