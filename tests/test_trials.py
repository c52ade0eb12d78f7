"""What trials found: are arms compared only where they may be, and do the numbers follow their rules?"""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.blood.care.trials import compared, figures, trial, without
from helpers.blood.core.confidence_limits import difference_limits
from helpers.evidence import table
from helpers.pictures.trials import TrialsPicture


def test_newcombes_own_example():
    """56 of 70 against 48 of 80: his method 10 gives 0.0524 to 0.3339."""
    assert difference_limits(80, 70, 60, 80) == pytest.approx((5.24, 33.39), abs=0.005)


@given(st.floats(0, 100), st.integers(1, 2000), st.floats(0, 100), st.integers(1, 2000))
def test_the_limits_hold_the_difference_and_mirror(share, of, other, other_of):
    low, high = difference_limits(share, of, other, other_of)
    assert -100 - 1e-6 <= low <= share - other + 1e-9 and share - other - 1e-9 <= high <= 100 + 1e-6
    assert difference_limits(other, other_of, share, of) == pytest.approx((-high, -low))


@pytest.mark.parametrize("wrong", [(101, 10, 5, 10), (50, 0, 5, 10), (50, 10, -1, 10), (50, 10, 5, 10, 100)])
def test_shares_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValueError, match="Give two shares from 0 to 100 percent"):
        difference_limits(*wrong)


def test_race_in_natural_frequencies():
    found = compared("race_or6_e", "race_or6_c")
    assert (found.of_100, found.difference) == ((41, 68), 27)
    assert found.needed_to_treat == pytest.approx(100 / 27)
    low, high = found.needed_limits
    assert low < found.needed_to_treat < high
    assert found.sentence() == (
        "Any response at 6 months: 41 of 100 with horse ATG and cyclosporine, 68 of 100 with the same with "
        "eltrombopag (RACE 2022)."
    )


def test_a_difference_that_may_be_none_has_no_upper_limit():
    found = compared("child_or_e", "child_or_c")
    assert found.limits[0] < 0 and found.needed_limits[1] == math.inf


@pytest.mark.parametrize(("more", "less"), [("vallejo_12_r", "vallejo_12_h"), ("graft20_bm", "graft20_pb")])
def test_without_randomization_there_is_no_number_needed_to_treat(more, less):
    found = compared(more, less)
    assert not found.randomized
    for name in ("needed_to_treat", "needed_limits"):
        with pytest.raises(ValueError, match="did not randomize"):
            getattr(found, name)


def test_without_numbers_of_people_there_are_no_limits():
    assert all(map(math.isnan, compared("graft20_bm", "graft20_pb").limits))


@pytest.mark.parametrize(
    ("more", "less", "told"),
    [
        ("race_or6_e", "scheinberg_or_r", "cannot be compared"),
        ("race_or6_e", "race_cr3_c", "cannot be compared"),
        ("gurion_100", "gurion_12", "cannot be compared"),
        ("graft1_bm", "graft50_pb", "cannot be compared"),
        ("race_or6_c", "race_or6_e", "Turn them around"),
        ("race_or6_e", "nothing", "There is no figure 'nothing'"),
    ],
)
def test_what_cannot_be_compared_is_told(more, less, told):
    with pytest.raises(ValueError, match=told):
        compared(more, less)


def test_what_a_country_loses_without_a_drug():
    assert without("epag").of_100 == (41, 68) and without("hatg").of_100 == (37, 68)
    with pytest.raises(ValueError, match="No trial here compared with and without 'csa'"):
        without("csa")


def test_every_question_has_figures_and_unknown_ones_are_told():
    for question in table("trials")["question"].unique():
        rows = figures(question)
        assert rows and all(row["question"] == question for row in rows)
        assert trial(rows[0]["id"]) == rows[0]
    assert {row["outcome"] for row in figures("horse_rabbit", outcome=["alive"])} == {"alive"}
    with pytest.raises(ValueError, match="no figures on 'luck'"):
        figures("luck")


def test_a_number_of_people_says_whether_it_is_that_of_each_group():
    assert "Scheinberg 2011 (n 60 in each group" in TrialsPicture("horse_rabbit").describe()
    assert "Howard 2004 (n 24;" in TrialsPicture("moderate_course").describe()
