"""Are limits those of the named set, for this person, and is what no set covers said so?"""

import numpy as np
import pandas as pd
import pytest

from helpers.blood.core.count import BloodCount, Person
from helpers.blood.grading.reference import DEFAULT_REFERENCE, flag, interval, limits
from helpers.evidence import table

WOMAN, MAN = Person(age_y=40, sex="female", trimester=0), Person(age_y=40, sex="male")


@pytest.mark.parametrize(
    ("analyte", "person", "reference", "low", "high"),
    [
        ("hb", WOMAN, "dorset", 120, 150),
        ("hb", MAN, "dorset", 130, 170),
        ("hb", MAN, "merck", 140, 170),
        ("plt", WOMAN, "dorset", 150, 410),
        ("anc", WOMAN, "hoffbrand", 2.5, 7.5),
        ("hb", Person(age_y=30, sex="female", trimester=3), DEFAULT_REFERENCE, 95, 150),
        ("anc", Person(age_y=30, sex="male", duffy_null=True), DEFAULT_REFERENCE, 1.21, 5.39),
        ("wbc", Person(age_y=4, sex="male"), "dorset", 5, 15),
    ],
)
def test_intervals_of_named_sets(analyte, person, reference, low, high):
    found = interval(analyte, person, reference)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.set
    assert found.source


def test_an_age_no_set_covers_is_said_not_guessed():
    found = interval("wbc", Person(age_y=14, sex="male"), "dorset")
    assert not found.known
    assert np.isnan(found.low)
    assert "No interval" in found.reason


def test_unknown_sex_is_asked_for_where_it_matters():
    assert "give both" in interval("hb", Person(age_y=40), "dorset").reason
    assert interval("plt", Person(age_y=40), "dorset").known


def test_unknown_set_lists_what_there_is():
    with pytest.raises(ValueError, match="dorset"):
        interval("hb", WOMAN, "my lab")


def test_flags_of_one_patient_say_why():
    count = BloodCount.of(hb=72, plt=200, wbc=12, mcv=90, age_y=40, sex="female", trimester=0)
    found = {item.analyte: item for item in flag(count)}
    assert {name: item.verdict for name, item in found.items()} == {
        "hb": "low",
        "plt": "normal",
        "wbc": "high",
        "mcv": "normal",
    }
    assert "120" in found["hb"].reason
    assert "Dorset" in found["hb"].reason


def test_the_same_value_is_flagged_by_one_set_and_not_by_another():
    count = BloodCount.of(anc=2.2, age_y=40, sex="female")
    assert flag(count, "dorset")["anc"].verdict == "normal"
    assert flag(count, "hoffbrand")["anc"].verdict == "low"


def test_pregnancy_is_not_assumed_and_that_is_said():
    unstated = flag(BloodCount.of(hb=112, age_y=30, sex="female"))["hb"]
    assert unstated.verdict == "low"
    assert "Pregnancy is not stated" in unstated.reason
    assert flag(BloodCount.of(hb=112, age_y=30, sex="female", trimester=2))["hb"].verdict == "normal"


def test_elevation_is_mentioned_for_red_cells():
    assert "elevation" in flag(BloodCount.of(hb=160, age_y=30, sex="male", elevation_m=3800))["hb"].reason


def test_a_frame_is_flagged_as_each_patient_alone():
    patients = table("patients")
    together = flag(patients).frame()
    for place in range(0, len(patients), 7):
        alone = flag(BloodCount.from_row(patients.iloc[place]))
        for item in alone:
            assert together[item.analyte].iloc[place] == item.verdict


def test_limits_of_a_frame():
    frame = pd.DataFrame({"age_y": [40.0, 40.0, np.nan], "sex": ["female", "male", "male"]})
    low, high = limits(frame, "hb", "dorset")
    assert low[:2].tolist() == [120, 130]
    assert high[:2].tolist() == [150, 170]
    assert np.isnan(low[2])


def test_a_misspelled_value_is_named_with_its_nearest():
    with pytest.raises(ValueError, match="Did you mean 'hb'"):
        interval("hbb", WOMAN)


def test_a_value_printed_only_as_less_than_a_limit_is_below_it():
    count = BloodCount.of(plt="<150 x10^9/L", age_y=40, sex="female", trimester=0)
    assert flag(count, "dorset")["plt"].verdict == "low"
