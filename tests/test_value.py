"""One number with its unit: known in the course's unit, or why it cannot be told; never a guess."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.blood.core.units import ANALYTES, units_of
from helpers.blood.core.value import Value, check_assume, measure

numbers = st.floats(allow_nan=True, allow_infinity=True)


@pytest.mark.parametrize(
    ("number", "unit", "name", "amount"),
    [
        (7.2, "g/dL", "hb", 72),
        (72, "g/L", "hb", 72),
        (4.5, "mmol/L", "hb", 4.5 * 16.114),
        (18, "x10^3/mm3", "plt", 18),
        (18000, "/µL", "plt", 18),
        (0.3, "10^9/L", "anc", 0.3),
        (104, "fL", "mcv", 104),
        (0, "10^9/L", "anc", 0),
    ],
)
def test_a_number_with_its_unit_is_told_in_the_unit_of_the_course(number, unit, name, amount):
    found = measure(number, unit, name)
    assert found.known and found.amount == pytest.approx(amount, rel=1e-3) and found.reason == ""
    assert not found.assumed and not found.computed


@pytest.mark.parametrize(
    ("number", "unit", "name", "said"),
    [
        (math.nan, "g/L", "hb", "is not a number"),
        (math.inf, "g/L", "hb", "is infinite or too large"),
        (-1, "g/L", "hb", "is negative, and no amount is"),
        (72, "", "hb", "has no unit"),
        (72, "bananas", "hb", "cannot be told"),
        (45, "%", "hb", "percent may be the share of another hemoglobin"),
        (72, "g/dL", "hb", "far more than a living person could have"),
    ],
)
def test_what_cannot_be_told_says_why_and_what_to_do(number, unit, name, said):
    found = measure(number, unit, name)
    assert found.amount is None and not found.known
    assert said in found.reason and ANALYTES[name].label in found.reason and found.reason.endswith(".")


def test_per_milliliter_is_asked_about_where_per_microliter_may_be_meant():
    assert measure(150_000_000, "/mL", "plt").amount == 150
    found = measure(500_000, "/mL", "wbc")
    assert not found.known and "/mL is often printed where /µL is meant" in found.reason
    assert "0.5 or 500 ×10⁹/L" in found.reason


def test_a_number_without_a_unit_takes_the_one_of_the_chosen_family():
    assert measure(7.2, "", "hb", assume="conventional").amount == 72
    assert measure(72, "", "hb", assume="si").amount == 72
    assert measure(7.2, "", "hb", assume="conventional").assumed
    assert not measure(7.2, "g/dL", "hb", assume="conventional").assumed, "its unit is printed"
    assert measure(720, "", "hb", assume="conventional").amount is None, "no living person has it in any"


def test_what_it_could_be_is_named_with_its_amounts():
    found = measure(7.2, "", "hb")
    assert found.choices and all(phrase in found.reason for phrase, _ in found.choices)
    assert 72 in [pytest.approx(amount) for _, amount in found.choices]


def test_an_upper_bound_stays_one_and_values_compare_by_what_they_mean():
    bound, exact = measure(20, "10^9/L", "plt", below=True), measure(20, "10^9/L", "plt")
    assert bound.below and bound != exact
    assert measure(7.2, "g/dL", "hb") == measure(72, "g/L", "hb"), "the print is not the value"


def test_only_the_two_families_can_be_assumed():
    for sound in (None, "si", "conventional"):
        check_assume(sound)
    with pytest.raises(ValueError, match="assume should be 'si', 'conventional' or None"):
        check_assume("american")


@given(numbers, st.sampled_from(sorted(ANALYTES)), st.data())
def test_every_number_is_possible_or_told_why_not(number, name, data):
    units = [unit.name for unit in units_of(name)]
    found = measure(number, data.draw(st.sampled_from([*units, "", "nonsense"])), name)
    assert isinstance(found, Value) and found.known is (found.reason == "")
    item = ANALYTES[name]
    if found.known:
        assert 0 <= found.amount <= item.plausible_high
    else:
        assert found.reason.endswith(".") and "nan" not in found.reason.split()


@given(st.floats(0.001, 1e6), st.sampled_from(sorted(ANALYTES)))
def test_the_same_amount_is_the_same_in_each_of_its_units(amount, name):
    found = {
        round(measure(amount / unit.factor, unit.name, name).amount / amount, 3)
        for unit in units_of(name)
        if measure(amount / unit.factor, unit.name, name).known
    }
    assert found <= {1.0}
