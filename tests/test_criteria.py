"""One value against one limit: what is met, what cannot be told, and how it is said."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.blood.core.count import BloodCount
from helpers.blood.core.criteria import OPERATORS, Comparison, holds, word
from helpers.blood.core.known import one


@pytest.mark.parametrize(
    ("operator", "under", "at", "over"),
    [("<", True, False, False), ("<=", True, True, False), (">", False, False, True), (">=", False, True, True)],
)
def test_each_operator_on_each_side_of_its_limit(operator, under, at, over):
    for value, met in ((9.9, under), (10.0, at), (10.1, over)):
        assert holds(value, operator, 10.0) is met
        assert Comparison("plt", value, operator, 10.0).met is met
    assert holds(math.nan, operator, 10.0) is None
    assert holds(10.0, operator, math.nan) is None, "a limit that is not known settles nothing"


@pytest.mark.parametrize(
    ("bound", "operator", "limit", "met"),
    [
        (20, "<", 20, True), (20, "<", 50, True), (20, "<", 10, None),
        (20, "<=", 20, True), (20, "<=", 10, None),
        (20, ">", 20, False), (20, ">=", 20, False), (20, ">=", 50, False), (20, ">", 10, None), (20, ">=", 10, None),
    ],
)  # fmt: skip
def test_less_than_a_value_settles_only_what_lies_above(bound, operator, limit, met):
    """A report prints "<20": below 50, not at least 50, and perhaps below 10."""
    assert holds(bound, operator, limit, upper_bound=True) is met


@given(st.lists(st.one_of(st.floats(0, 100), st.just(math.nan)), min_size=1, max_size=8), st.sampled_from([*OPERATORS]))
def test_a_column_is_judged_as_its_values_are(values, operator):
    found = holds(np.array(values), operator, 50.0)
    assert [one(found, place) for place in range(len(values))] == [holds(value, operator, 50.0) for value in values]


def test_the_words_are_made_from_the_parts():
    low = Comparison("hb", 72.0, "<", 100.0)
    assert low.words() == "hemoglobin 72 g/L (7.2 g/dL), below 100 g/L"
    assert low.words(beside=False) == "hemoglobin 72 g/L, below 100 g/L"
    assert low.asked == "hemoglobin below 100 g/L"
    assert Comparison("plt", 110.0, "<=", 110.0).words() == "platelets 110 ×10⁹/L, at or below 110 ×10⁹/L"
    assert Comparison("plt", 120.0, "<=", 110.0).words() == "platelets 120 ×10⁹/L, not at or below 110 ×10⁹/L"
    assert Comparison("anc", math.nan, "<", 0.5).words() == "neutrophils not known (limit 0.50 ×10⁹/L)"
    assert [word(name) for name in ("hb", "mcv", "plt")] == ["hemoglobin", "mean cell volume", "platelets"]


def test_a_value_printed_as_less_than_is_said_so():
    count = BloodCount.of(plt="<20 x10^9/L")
    row = {"analyte": "plt", "operator": "<", "limit": 20.0}
    assert Comparison.of(count, row).words() == "platelets less than 20 ×10⁹/L, below 20 ×10⁹/L"
    assert Comparison.of(count, row | {"limit": 10.0}).words().endswith("perhaps below 10 ×10⁹/L")
    assert Comparison.of(count, row | {"operator": ">=", "limit": 50.0}).words().endswith("not at least 50 ×10⁹/L")
