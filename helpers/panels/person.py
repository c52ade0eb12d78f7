"""Controls that say whose count it is, and the published patients whose counts can be loaded."""

from __future__ import annotations

import pandas as pd

from helpers.blood.count import Person
from helpers.blood.severity import retic_methods
from helpers.evidence import table
from helpers.panels.controls import Choice, Slider
from helpers.pictures.count import person_words

PREGNANCY = {"not stated": None, "not pregnant": 0, "1st trimester": 1, "2nd trimester": 2, "3rd trimester": 3}
SEX = {"not stated": None, "female": "female", "male": "male"}
YES_NO = {"not known": None, "yes": True, "no": False}

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


def retic_choice(method: str) -> Choice:
    """How reticulocytes were counted, which changes the limit."""
    return Choice("Reticulocytes counted by", {name: name for name in retic_methods()}, method)


def published(diagnosis_group: str | None = None) -> dict[str, str]:
    """The published patients that can be loaded, of one group of diagnoses or all: what is shown -> patient."""
    rows = table("patients")
    if diagnosis_group is not None:
        rows = rows[rows["diagnosis_group"] == diagnosis_group]
    return {f"{row.patient[4:]}: {_patient_words(row)}": row.patient for row in rows.itertuples()}


def _patient_words(row) -> str:
    who = Person(age_y=None if pd.isna(row.age_y) else row.age_y, sex=None if pd.isna(row.sex) else row.sex)
    words = f"{person_words(who)}, {row.diagnosis}"
    return words if len(words) <= _LONGEST else words[:_LONGEST].rsplit(" ", 1)[0] + " …"
