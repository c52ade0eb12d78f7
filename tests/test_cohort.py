"""Many as columns: who is who, what is known of each, and one word for those who are alike."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.blood.core.count import BloodCount, Person
from helpers.blood.grading.cohort import Cohort, each
from helpers.blood.grading.multi_line import severe_by_blood

ROW = {"analyte": "plt", "operator": "<", "limit": 20.0}
FRAME = pd.DataFrame(
    {
        "plt_e9_per_l": [15.0, 20.0, math.nan, -1.0, 90_000.0],
        "age_y": [34.0, math.nan, 300.0, -1.0, 0.5],
        "sex": ["female", "", "male", "male", "female"],
        "trimester": [2.0, 1.0, math.nan, 7.0, math.nan],
        "duffy_null": [True, None, False, None, None],
        "elevation_m": [1500.0, math.nan, math.nan, math.nan, 0.0],
    },
    index=list("abcde"),
)


def test_a_value_that_no_living_person_has_is_not_known():
    assert np.array_equal(Cohort(FRAME).value("plt"), [15, 20, math.nan, math.nan, math.nan], equal_nan=True)


def test_who_each_is_and_what_cannot_be_is_not_known():
    assert Cohort(FRAME).people() == [
        Person(34.0, "female", 2, True, 1500.0), Person(trimester=1), Person(sex="male", duffy_null=False),
        Person(sex="male"), Person(0.5, "female", elevation_m=0.0),
    ]  # fmt: skip
    one = BloodCount.of(plt=15, age_y=34, sex="female")
    assert Cohort(one).people() == [one.person]


def test_a_criterion_is_met_not_met_or_unknown():
    assert Cohort(FRAME).met(ROW).to_numpy(dtype=object, na_value=None).tolist() == [True, False, None, None, None]
    assert [Cohort(FRAME).compared(ROW, row).met for row in range(3)] == [True, False, None]


@pytest.mark.parametrize(
    ("printed", "met"),
    [("<20 x10^9/L", True), ("<10 x10^9/L", True), ("<30 x10^9/L", None), ("20 x10^9/L", False)],
)
def test_of_one_count_less_than_is_an_upper_bound(printed, met):
    cohort = Cohort(BloodCount.of(plt=printed))
    assert cohort.compared(ROW, 0).met is met
    assert cohort.met(ROW).to_numpy(dtype=object, na_value=None).tolist() == [met]


def test_alike_rows_are_asked_about_once():
    asked = []

    def say(amount: float, name: str) -> str:
        asked.append(amount)
        return f"{name} {amount:g}"

    amounts, names = np.array([1.0, math.nan, 1.0, math.nan]), np.array(["a", "b", "a", "b"], dtype=object)
    assert each([amounts, names], say) == ["a 1", "b nan", "a 1", "b nan"]
    assert len(asked) == 2, "one unknown value is like another"
    assert each([np.array([])], say) == []


@given(st.lists(st.one_of(st.floats(allow_infinity=False), st.just(math.nan)), max_size=20))
def test_each_row_gets_what_it_would_get_alone(amounts):
    said = each([np.array(amounts, dtype=float)], repr)
    assert said == [repr(amount) if amount == amount else "nan" for amount in amounts]


def test_severe_by_blood_of_many_is_that_of_each():
    random = np.random.default_rng(1)
    counts = pd.DataFrame(
        {
            "anc_e9_per_l": random.choice([0.1, 0.5, 2.0, math.nan], 40),
            "plt_e9_per_l": random.choice([10.0, 20.0, 90.0, math.nan], 40),
            "retic_e9_per_l": random.choice([10.0, 60.0, 90.0, math.nan], 40),
        }
    )
    answers, words = severe_by_blood(Cohort(counts))
    for place, (_, row) in enumerate(counts.iterrows()):
        alone, alone_words = severe_by_blood(Cohort(BloodCount.from_row(row)))
        assert (answers[place] is pd.NA) == (alone[0] is pd.NA)
        assert alone[0] is pd.NA or answers[place] == alone[0]
        assert words(place) == alone_words(0)
    assert set(answers.to_numpy(dtype=object, na_value=None).tolist()) == {True, False, None}
    with pytest.raises(ValueError, match="no limit for reticulocytes counted by 'eye'"):
        severe_by_blood(Cohort(counts), "eye")


def test_what_is_no_count_is_refused_in_a_sentence():
    with pytest.raises(TypeError, match="Expected one BloodCount or a DataFrame of counts, got list"):
        Cohort([BloodCount()])
    with pytest.raises(ValueError, match="should hold female, male or nothing; it holds 'F'"):
        Cohort(FRAME.assign(sex="F"))
    with pytest.raises(ValueError, match="should hold numbers"):
        Cohort(FRAME.assign(plt_e9_per_l="many")).value("plt")
