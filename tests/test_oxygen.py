"""Is oxygen counted as the published rule says, and is what cannot be told never guessed?"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.blood.cells import oxygen
from helpers.blood.cells.oxygen import balance, content, delivery, extraction, normal_delivery, output_for

HB, SATURATION, OUTPUT = st.floats(1, 250), st.floats(1, 100), st.floats(0.5, 20)


# Published check values, at an output of 5 L/min, a saturation of 98 % and a need of 230 mL/min.
@pytest.mark.parametrize(
    ("hb", "delivered", "taken", "for_500"),
    [
        (150, 1000, 23, 2.5), (120, 803, 29, 3.1), (100, 672, 34, 3.7), (80, 540, 43, 4.6),
        (70, 475, 48, 5.3), (50, 343, 67, 7.3), (30, 212, 109, 11.8),
    ],
)  # fmt: skip
def test_the_published_check_values(hb, delivered, taken, for_500):
    found = balance(hb)
    assert (round(found.delivery), round(found.extraction_pct)) == (delivered, taken)
    assert round(output_for(500.0, hb, 98.0), 1) == for_500
    assert found.enough == (taken <= 100)


def test_a_liter_of_normal_blood_holds_about_200_ml():
    assert content(150.0, 98.0) == pytest.approx(200, abs=0.1)
    assert normal_delivery() == pytest.approx(1000, abs=1)


def test_the_dissolved_part_is_counted_per_liter():
    """0.003 is per dL; per liter it is 0.03: without hemoglobin 3 mL are left at 100 mmHg."""
    assert content(0.0, 98.0, 100.0) == pytest.approx(3.0)
    assert content(0.0, 98.0, 600.0) == pytest.approx(18.0)


@given(HB, SATURATION, OUTPUT, st.floats(0.1, 4))
def test_delivery_is_linear_in_hemoglobin_saturation_and_output(hb, saturation, output, times):
    dissolved = delivery(0.0, saturation, output)
    bound = delivery(hb, saturation, output) - dissolved
    assert delivery(hb * times, saturation, output) - dissolved == pytest.approx(times * bound)
    assert delivery(hb, saturation, output * times) == pytest.approx(times * (bound + dissolved))
    assert delivery(hb, saturation / 2, output) - dissolved == pytest.approx(bound / 2)


@given(HB, SATURATION, OUTPUT, st.floats(50, 800))
def test_the_output_that_is_asked_for_brings_what_was_asked_for(hb, saturation, output, need):
    wanted = delivery(hb, saturation, output)
    assert output_for(wanted, hb, saturation) == pytest.approx(output)
    assert extraction(need, wanted) * wanted == pytest.approx(100 * need)


@pytest.mark.parametrize(
    "impossible",
    [
        (-1.0, 98.0, 5.0), (math.nan, 98.0, 5.0), (math.inf, 98.0, 5.0), (70.0, 140.0, 5.0), (70.0, -1.0, 5.0),
        (70.0, math.nan, 5.0), (70.0, 98.0, 0.0), (70.0, 98.0, -5.0), (70.0, 98.0, math.nan),
    ],
)  # fmt: skip
def test_what_is_unknown_or_impossible_gives_nothing(impossible):
    assert math.isnan(delivery(*impossible))
    one_by_one = delivery(*(np.array([part]) for part in impossible))
    assert np.isnan(one_by_one).all()


def test_the_ends_of_what_is_possible_are_kept():
    assert delivery(70.0, 100.0, 5.0) > delivery(70.0, 0.0, 5.0) == pytest.approx(15)
    assert extraction(0.0, 500.0) == 0
    assert math.isnan(extraction(-1.0, 500.0)) and math.isnan(extraction(230.0, 0.0))
    assert math.isnan(output_for(500.0, 0.0, 100.0)) is False, "the dissolved oxygen is left"
    assert math.isnan(output_for(-1.0, 70.0, 98.0))


def test_numbers_arrays_and_series_give_their_own_kind():
    hb = pd.Series([150.0, 70.0, None], index=["a", "b", "c"])
    found = delivery(hb, 98.0, 5.0)
    assert isinstance(found, pd.Series) and found.index.tolist() == ["a", "b", "c"]
    assert found.round().tolist()[:2] == [1000, 475] and math.isnan(found["c"])
    assert isinstance(delivery(hb.to_numpy(), 98.0, 5.0), np.ndarray)
    assert isinstance(delivery(70.0, 98.0, 5.0), float)
    shared = delivery(70.0, 98.0, pd.Series([5.0, 0.0], index=["x", "y"]))
    assert shared.notna().tolist() == [True, False]
    nullable = delivery(hb.astype("Float64"), 98.0, 5.0)
    assert nullable.isna().tolist() == [False, False, True]
    assert extraction(230.0, found).round().tolist()[:2] == [23, 48]


def test_a_balance_says_why_it_cannot_tell():
    assert balance(70).untold == ()
    found = balance(math.nan, 140, 0, -1)
    assert math.isnan(found.delivery) and found.enough is None and found.culprit == ""
    assert found.untold[0] == "hemoglobin is not known"
    assert [word in said for word, said in zip(("140", "L/min", "below 0"), found.untold[1:], strict=True)] == [
        True
    ] * 3


def test_the_culprit_is_what_lies_farthest_below_normal():
    assert balance(70).culprit == "hemoglobin"
    assert balance(150, 70).culprit == "saturation"
    assert balance(150, 98, 3).culprit == "output"
    assert balance(150).culprit == ""


def test_the_rule_stands_in_the_tables(monkeypatch):
    monkeypatch.setattr(oxygen, "constant", lambda name: 0.0)
    assert content(150.0, 98.0) == 0
