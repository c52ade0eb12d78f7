"""Are the limits of a counted share the exact ones?"""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.blood.chance import exact_limits


# Published: 0 of 98 (Carson 2002 prints an upper limit of 3.7 %), 39 of 117; 11 of 32 and 15 of 26 fit printed limits.
@pytest.mark.parametrize(
    ("events", "of", "low", "high"), [(0, 98, 0, 3.7), (11, 32, 18.6, 53.2), (15, 26, 36.9, 76.6), (26, 26, 86.8, 100)]
)
def test_limits_that_are_printed(events, of, low, high):
    assert tuple(round(end, 1) for end in exact_limits(events, of)) == (low, high)


@given(st.integers(1, 300).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_beyond_a_limit_the_count_would_be_rare(counted):
    events, of = counted
    low, high = (end / 100 for end in exact_limits(events, of))
    assert low <= events / of <= high
    chance = lambda share, some: sum(comb(of, k) * share**k * (1 - share) ** (of - k) for k in some)  # noqa: E731
    if events:
        assert chance(low, range(events, of + 1)) == pytest.approx(0.025, rel=1e-6)
    if events < of:
        assert chance(high, range(events + 1)) == pytest.approx(0.025, rel=1e-6)


def test_wider_limits_hold_more():
    narrow, wide = exact_limits(5, 100, 90), exact_limits(5, 100, 99)
    assert wide[0] < narrow[0] < 5 < narrow[1] < wide[1]


@pytest.mark.parametrize("wrong", [(-1, 10), (11, 10), (0, 0), (1.5, 10)])
def test_counts_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValueError, match="whole numbers"):
        exact_limits(*wrong)


@pytest.mark.parametrize("wrong", [0, 100, -5])
def test_a_share_outside_0_to_100_is_refused(wrong):
    with pytest.raises(ValueError, match="between 0 and 100"):
        exact_limits(1, 10, wrong)
