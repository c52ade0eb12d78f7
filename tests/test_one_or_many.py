"""One rule for one person and for many: a table gets, row for row, what each count gets alone."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from helpers.blood.care.response import respond, response_systems
from helpers.blood.core.count import BloodCount
from helpers.blood.core.units import COLUMN
from helpers.blood.search.causes import Findings, asked, features
from helpers.blood.search.red_flags import red_flags
from helpers.blood.search.traps import traps
from helpers.evidence import constant, table

PEOPLE = 120


def made_up(seed: int) -> pd.DataFrame:
    """Counts around every limit, a quarter of the cells unknown; for tests only."""
    random = np.random.default_rng(seed)
    edges = {
        "hb": (60, 75, 80, 90, 100, 110, 119, 120, 121, 135),
        "wbc": (0.4, 0.9, 1.0, 3.9, 4.0, 6.0),
        "anc": (0.1, 0.2, 0.49, 0.5, 0.51, 1.0, 1.5, 1.6, 2.1),
        "plt": (5, 15, 20, 21, 49, 50, 100, 101, 149, 150, 151, 250),
        "retic": (10, 20, 21, 60, 61, 90),
        "rbc": (1.8, 3.0, 4.5),
        "hct": (0.2, 0.3, 0.4),
        "mcv": (70, 90, 112),
        "mchc": (330, 371, 450),
        "glucose": (5, constant("drip_glucose_5_mmol_per_l"), 40),
    }
    columns = {COLUMN[name]: random.choice(values, PEOPLE).astype(float) for name, values in edges.items()}
    people = pd.DataFrame(columns, index=[f"person {number}" for number in range(PEOPLE)])
    people = people.mask(random.random(people.shape) < 0.25)
    people["age_y"] = random.choice([0.5, 9, 17, 34, 70, math.nan], PEOPLE)
    people["sex"] = random.choice(["female", "male", ""], PEOPLE)
    people["trimester"] = np.where(people["sex"] == "female", random.choice([0, 1, 3, math.nan], PEOPLE), math.nan)
    return people


def answers(seed: int) -> pd.DataFrame:
    """Answers to half of what can be asked."""
    random = np.random.default_rng(seed)
    said = {name: random.choice(list(features()[name].answers), PEOPLE) for name in asked()}
    frame = pd.DataFrame(said, index=made_up(seed).index, dtype=object)
    return frame.where(random.random(frame.shape) < 0.5, None)


def alone(people: pd.DataFrame) -> list[BloodCount]:
    return [BloodCount.from_row(row) for _, row in people.iterrows()]


@pytest.mark.parametrize("system", response_systems())
@pytest.mark.parametrize("known", [False, True])
def test_a_table_of_counts_is_a_response_as_each_count_is(system, known):
    now, before, random = made_up(1), made_up(2), np.random.default_rng(3)
    free = pd.Series(random.choice([True, False, None], PEOPLE), now.index, dtype="boolean") if known else None
    severity = pd.Series(random.choice(["severe", "non_severe", ""], PEOPLE), now.index) if known else None
    found = respond(now, system, before=before, transfusion_free=free, severity_before=severity)
    assert list(found.index) == list(now.index) and (not known or set(found["level"]) > {"cannot tell"})
    for place, (one, old) in enumerate(zip(alone(now), alone(before), strict=True)):
        about = (
            {} if free is None else {"transfusion_free": None if pd.isna(free.iloc[place]) else bool(free.iloc[place])}
        )
        about |= {} if severity is None else {"severity_before": severity.iloc[place] or None}
        single = respond(one, system, before=old, **about)
        assert tuple(found.iloc[place]) == (single.level, single.reason), (place, one)


def test_a_table_has_the_red_flags_each_person_has():
    counts, said = made_up(4), answers(4)
    found = red_flags(pd.concat([counts, said], axis=1))
    assert found["raised"].any() and not found["raised"].all()
    for (whose, words), one in zip(said.iterrows(), alone(counts), strict=True):
        single = red_flags(Findings(one, {name: value for name, value in words.items() if pd.notna(value)}))
        rows = found.loc[[whose]] if whose in found.index.get_level_values("person") else found.iloc[:0]
        assert list(rows.index.get_level_values("flag")) == [flag.flag for flag in single], whose
        for (_, row), flag in zip(rows.iterrows(), single, strict=True):
            assert all(row[name] == getattr(flag, name) for name in row.index), (whose, flag)


def test_a_table_shows_the_traps_each_count_shows():
    counts, earlier = made_up(5), made_up(6)
    for previous in (None, earlier):
        found = traps(counts, previous)
        names = set(found.index.get_level_values("trap"))
        assert {"cold agglutinin", "drip-arm dilution"} <= names and ("EDTA clumps" in names) == (previous is not None)
        befores = [None] * PEOPLE if previous is None else alone(previous)
        told = [
            (whose, trap.name, trap.sentence, trap.reason, trap.what_to_do, trap.source)
            for whose, one, before in zip(counts.index, alone(counts), befores, strict=True)
            for trap in traps(one, before)
        ]
        assert [(*index, *row) for index, row in zip(found.index, found.to_numpy().tolist(), strict=True)] == told


def test_the_published_patients_as_a_table_and_one_by_one():
    patients = table("patients").set_index("patient", drop=False)
    counts = [BloodCount.from_row(row) for _, row in patients.iterrows()]
    for system in response_systems():
        assert respond(patients, system)["because"].tolist() == [respond(one, system).reason for one in counts]
    flags = red_flags(patients.drop(columns=["spleen", "marrow"]))
    for whose, one in zip(patients.index, counts, strict=True):
        own = flags.xs(whose, level="person") if whose in flags.index.get_level_values("person") else flags.iloc[:0]
        assert own["because"].tolist() == [flag.because for flag in red_flags(Findings(one))]


def test_nobody_is_no_trouble():
    empty = made_up(7).iloc[:0]
    assert respond(empty, "nih").empty and red_flags(empty).empty and traps(empty).empty


def test_counts_of_other_people_are_refused():
    now = made_up(8)
    with pytest.raises(ValueError, match="same people, in the same rows"):
        respond(now, "refractory", before=now.iloc[::-1])
    with pytest.raises(ValueError, match="same people, in the same rows"):
        traps(now, BloodCount.of(hb=80))
    with pytest.raises(ValueError, match="it is 'bad'"):
        respond(now, "nih", severity_before=["bad"] * PEOPLE)
    with pytest.raises(ValueError, match="has no answer 'perhaps'"):
        red_flags(now.assign(fever="perhaps"))
