"""Controls that say whose count it is, and the published patients whose counts can be loaded."""

from __future__ import annotations

from helpers import page
from helpers.blood.core.count import BloodCount, Value
from helpers.blood.core.criteria import short_name
from helpers.blood.core.units import System
from helpers.blood.grading.multi_line import NOT_KNOWN, blood_criteria, retic_methods
from helpers.blood.grading.reference import may_be_pregnant
from helpers.blood.search.patients import Patient, patients
from helpers.evidence import source
from helpers.panels.controls import Choice, Slider
from helpers.panels.traits import OneOf
from helpers.wording import links, person_words

PREGNANCY = {"not stated": None, "not pregnant": 0, "1st trimester": 1, "2nd trimester": 2, "3rd trimester": 3}
SEX = {"not stated": None, "female": "female", "male": "male"}
YES_NO = {"not known": None, "yes": True, "no": False}
OWN = {"none: your own": None}

_COUNTED_BY = {
    "automated": "a machine", "manual": "eye", "intermediate": "a machine, by a textbook",
    "ash2010": "a machine, by ASH 2010",
}  # fmt: skip
"""How reticulocytes are counted, as the choice says it."""
_LONGEST = 69
"""Letters of a patient's line in a list."""


def age_slider(age_y: float | None, label: str = "Age") -> Slider:
    """A slider for an age in years; "not known" can be said."""
    years = [float(year) for year in range(101)]
    texts = [f"{year:.0f} years" for year in years]
    return Slider(
        label, years, texts, amount=age_y, may_be_unknown=True, describe=lambda age: (f"{age:.3g} years",) * 2
    )


def cellularity_slider(percent: float | None) -> Slider:
    """A slider for the share of the marrow that is cells; "not known" can be said."""
    percents = [float(share) for share in range(101)]
    texts = [f"{share:.0f} %" for share in percents]
    return Slider("Marrow cellularity", percents, texts, amount=percent, may_be_unknown=True)


def retic_method() -> OneOf:
    """A trait: how reticulocytes were counted."""
    return OneOf(retic_methods, "way of counting reticulocytes", "automated")


def retic_choice(method: str) -> Choice:
    """How reticulocytes were counted, which changes the limit."""
    rows = [row for row in blood_criteria("severe", NOT_KNOWN) if row["analyte"] == "retic"]
    ways = {f"{_COUNTED_BY[row['choice']]} (severe below {row['limit']:g})": row["choice"] for row in rows}
    return Choice("Reticulocytes counted by", ways | {NOT_KNOWN: NOT_KNOWN}, method)


def published_patient(diagnosis_group: str | None = None) -> OneOf:
    """A trait: the published patient loaded last, of one group of diagnoses or all."""
    what = f"published patient{f' with {diagnosis_group}' if diagnosis_group else ''}".replace("_", " ")
    return OneOf(lambda: patients(diagnosis_group), what, help="the published patient loaded last")


def published(diagnosis_group: str | None = None, coded: bool = False) -> dict[str, str]:
    """The published patients that can be loaded: what is shown -> patient.

    Args:
        diagnosis_group: only those of one group of diagnoses, whose diagnosis is shown; all unless given, and then it
            is not shown, so that one can look for it.
        coded: only those whose reports say something beside the count.
    """
    chosen = {key: one for key, one in patients(diagnosis_group).items() if one.said or not coded}
    return {f"{one.number}: {_patient_words(one, told=bool(diagnosis_group))}": key for key, one in chosen.items()}


def _patient_words(one: Patient, told: bool) -> str:
    words = person_words(one.count.person)
    words = f"{words}, {one.diagnosis}" if told else words
    return words if len(words) <= _LONGEST else words[:_LONGEST].rsplit(" ", 1)[0] + " …"


def report_link(one: Patient, told: bool) -> str:
    """The report of a published patient as a link; named once the diagnosis is told: a title may tell it."""
    if told:
        return links(one.source)
    return f"({page.link('the published report', source(one.source.split()[0]).link)})"


def fitting(count: BloodCount) -> BloodCount:
    """The count without what cannot be: a pregnancy for this sex and age, more neutrophils than white cells."""
    who = count.person
    if who.trimester is not None and not may_be_pregnant(who.sex, who.age_y):
        count = count.change(trimester=None)
    too_many = neutrophils_too_many(count)
    return count.with_values(count.values | {"anc": Value(None, reason=too_many)}) if too_many else count


def gives_way(count: BloodCount, begun: BloodCount, hidden: str) -> bool:
    """Whether the white count that is not shown is left out: the one that is was moved beyond it."""
    return bool(hidden and neutrophils_too_many(count) and not neutrophils_too_many(begun))


def left_out(count: BloodCount, hidden: str, system: System = "si") -> str:
    """That it is, in a sentence."""
    below, more = "cannot be below neutrophils: it is", "cannot be more than all white cells: they are"
    why = below if hidden == "wbc" else more
    return f"{short_name(hidden)} {count.shown(hidden, system)}, not shown here, {why} left out."


def neutrophils_too_many(count: BloodCount, system: System = "si") -> str:
    """That more neutrophils are told than white cells, in a sentence; "" where they are not."""
    if not count.anc > count.wbc or count.is_below("anc"):
        return ""
    neutrophils, white = (count.shown(name, system) for name in ("anc", "wbc"))
    return f"Neutrophils {neutrophils} cannot be more than all white cells {white}: one of the two is wrong."
