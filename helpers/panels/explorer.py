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
from helpers.panels.controls import Button, Choice, Picture, Slider, Switch, Words
from helpers.panels.panel import Later, Panel
from helpers.panels.red_flags import banner
from helpers.panels.words import PREGNANCY, SEX, YEARS, links
from helpers.pictures import look, page
from helpers.pictures.count import LANES, CountPicture, person_words, short_name

VALUES = ("hb", "wbc", "anc", "plt", "retic", "mcv")
"""What can be moved."""

SYSTEMS = ("ctcae", "who_anemia", "neutropenia", "thrombocytopenia", "pancytopenia", "aplastic_anemia")
"""What is graded unless fewer systems are asked for."""

_ABOUT = ("age_y", "sex", "trimester", "duffy_null", "elevation_m")
_DUFFY = {"not known": None, "yes": True, "no": False}
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


def published() -> dict[str, str]:
    """The published patients that can be loaded: what is shown -> patient."""
    rows = table("patients")
    return {f"{row.patient[4:]}: {_patient_words(row)}": row.patient for row in rows.itertuples()}


def _patient_words(row) -> str:
    who = Person(age_y=None if pd.isna(row.age_y) else row.age_y, sex=None if pd.isna(row.sex) else row.sex)
    words = f"{person_words(who)}, {row.diagnosis}"
    return words if len(words) < 70 else words[:69].rsplit(" ", 1)[0] + " …"


class CountExplorer(Panel):
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

    def static_html(self) -> str:
        """The twin for where there is no kernel: picture, red flags, sentence and tables."""
        picture = self.picture
        figure = page.figure(picture.png(small=True), picture.describe(), picture.caption(), look.WIDTH)
        return f"{figure}{self.banner()}<p><strong>{page.escape(self.status)}</strong></p>{self.words()}"

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


class _View:
    """The explorer's widgets: they hold nothing of their own and follow the model."""

    def __init__(self, model: CountExplorer) -> None:
        self.model = model
        self.sliders = {name: self._slider(name) for name in dict.fromkeys(self._slider_names())}
        self.picture = Picture(width=look.WIDTH)
        self.words = Words()
        column = ipywidgets.VBox(
            self._controls(),
            layout={
                "flex": "1 1 230px",
                "min_width": "0",
                "max_width": "500px",
                "grid_gap": "7px",
                "overflow": "visible",
            },
        )
        frame = ipywidgets.Box([self.picture], layout={"flex": "0 1 500px", "min_width": "0", "overflow": "visible"})
        top = ipywidgets.HBox(
            [column, frame], layout={"flex_flow": "row wrap", "grid_gap": "8px 20px", "overflow": "visible"}
        )
        self.box = ipywidgets.VBox([top, self.words], layout={"max_width": "800px", "overflow": "visible"})
        self._tell_later = Later(self._tell)
        model.observe(self._follow, "changes")
        self._follow(None)

    def _slider_names(self) -> list[str]:
        return [part for name in self.model.show for part in (("anc", "wbc") if name == "white" else (name,))]

    def _slider(self, analyte: str) -> Slider:
        slider = amount_slider(
            analyte, getattr(self.model, analyte), lambda amount: amount_text(analyte, amount, self.model.units)
        )
        traitlets.link((self.model, analyte), (slider, "amount"))
        return slider

    def _controls(self) -> list[ipywidgets.Widget]:
        model, controls = self.model, []
        if model.with_patients:
            self.patients = Choice("Published patient", {"none: your own": None} | published())
            traitlets.link((model, "patient"), (self.patients, "value"))
            controls.append(self.patients)
        if "white" in model.show:
            self.white = Choice("White cells shown as", {"neutrophils (ANC)": "anc", "white cell count (WBC)": "wbc"})
            traitlets.link((model, "white"), (self.white, "value"))
        for name, slider in self.sliders.items():
            if name == "anc" and "white" in model.show:
                controls.append(self.white)
            controls.append(slider)
        if model.with_person:
            controls += self._about()
        self.units = Choice("Units", _UNITS)
        traitlets.link((model, "units"), (self.units, "value"))
        model.observe(self._new_units, "units")
        self.reset = Button("Reset")
        self.reset.when_pressed(model.reset)
        return [*controls, self.units, self.reset]

    def _about(self) -> list[ipywidgets.Widget]:
        model = self.model
        self.age = Slider(
            "Age", *YEARS, amount=model.age_y, may_be_unknown=True, describe=lambda age: (f"{age:.3g} years",) * 2
        )
        self.sex, self.pregnancy = Choice("Sex", SEX), Choice("Pregnancy", PREGNANCY)
        self.duffy = Choice("Duffy-null", _DUFFY)
        meters = [float(height) for height in range(0, 5001, 250)]
        self.elevation = Slider(
            "Lives at",
            meters,
            [f"{height:.0f} m" for height in meters],
            [f"{height:.0f} meters above the sea" for height in meters],
            may_be_unknown=True,
            describe=lambda height: (f"{height:g} m", f"{height:g} meters above the sea"),
        )
        percents = [float(share) for share in range(0, 101)]
        self.marrow = Slider(
            "Marrow cellularity", percents, [f"{share:.0f} %" for share in percents], may_be_unknown=True
        )
        methods = [
            method
            for method in table("aplastic").query("analyte == 'retic'")["choice"].unique()
            if isinstance(method, str)
        ]
        self.method = Choice("Reticulocytes counted by", {method: method for method in methods}, model.retic_method)
        for trait, control, name in (
            ("age_y", self.age, "amount"), ("sex", self.sex, "value"), ("trimester", self.pregnancy, "value"),
            ("duffy_null", self.duffy, "value"), ("elevation_m", self.elevation, "amount"),
            ("marrow_cellularity_pct", self.marrow, "amount"), ("retic_method", self.method, "value"),
        ):  # fmt: skip
            traitlets.link((model, trait), (control, name))
        self.more = Switch("More: blood group, elevation, marrow")
        rest = [self.duffy, self.elevation] + ([self.marrow, self.method] if "aplastic_anemia" in model.systems else [])
        further = ipywidgets.VBox(rest, layout={"display": "none", "overflow": "visible"})
        self.more.observe(lambda change: setattr(further.layout, "display", "" if change["new"] else "none"), "on")
        return [self.age, self.sex, self.pregnancy, self.more, further]

    def _new_units(self, change: dict) -> None:
        for analyte, slider in self.sliders.items():
            slider.steps(*amount_texts(analyte, self.model.units))

    def _follow(self, change: dict | None) -> None:
        """Picture and sentence at once; the tables when the learner rests."""
        self.picture.show(self.model.picture.png(), self.model.picture.describe())
        self._tell_later()

    def _tell(self) -> None:
        model = self.model
        for name in ("anc", "wbc"):
            if "white" in model.show:
                self.sliders[name].layout.display = "" if model.white == name else "none"
        if model.with_person:
            self.pregnancy.disabled = not model.may_be_pregnant
            self.pregnancy.note = next((said for said in model.trouble() if said.startswith("Pregnancy")), "")
        self.picture.caption = page.inline(model.picture.caption())
        self.words.show(model.status, model.words(), model.banner())
