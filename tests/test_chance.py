"""Are the limits of a counted share the exact ones?"""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.blood.core.confidence_limits import as_people, difference_limits, exact_limits, wilson_limits


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


# scipy 1.17.1: scipy.stats.binomtest(events, of).proportion_ci(inside_pct / 100, method), times 100, to 8 decimals.
SCIPY = [
    ("exact", 0, 1, 95, 0.0, 97.5),
    ("wilson", 0, 1, 95, 0.0, 79.34506856),
    ("exact", 1, 1, 95, 2.5, 100.0),
    ("wilson", 1, 1, 95, 20.65493144, 100.0),
    ("exact", 0, 10, 95, 0.0, 30.84971078),
    ("wilson", 0, 10, 95, 0.0, 27.75327999),
    ("exact", 1, 10, 95, 0.25285785, 44.5016117),
    ("wilson", 1, 10, 95, 1.78762131, 40.41500268),
    ("exact", 3, 10, 95, 6.67395112, 65.24528501),
    ("wilson", 3, 10, 95, 10.77912674, 60.32218525),
    ("exact", 3, 10, 90, 8.72644339, 60.66242161),
    ("wilson", 3, 10, 90, 12.68765839, 55.83002041),
    ("exact", 3, 10, 99, 3.70072211, 73.51139853),
    ("wilson", 3, 10, 99, 7.95663165, 67.99753208),
    ("exact", 5, 10, 95, 18.70860284, 81.29139716),
    ("wilson", 5, 10, 95, 23.65930905, 76.34069095),
    ("exact", 10, 10, 95, 69.15028922, 100.0),
    ("wilson", 10, 10, 95, 72.24672001, 100.0),
    ("exact", 2, 17, 95, 1.45793168, 36.44091621),
    ("wilson", 2, 17, 95, 3.28797738, 34.33635059),
    ("exact", 39, 117, 95, 24.88994128, 42.64341513),
    ("wilson", 39, 117, 95, 25.44154628, 42.28476191),
    ("exact", 39, 117, 90, 26.12160752, 41.19254943),
    ("wilson", 39, 117, 90, 26.61300007, 40.80705511),
    ("exact", 39, 117, 99, 22.56455233, 45.49792539),
    ("wilson", 39, 117, 99, 23.27074344, 45.18476461),
    ("exact", 1, 98, 95, 0.02583116, 5.55449717),
    ("wilson", 1, 98, 95, 0.18035478, 5.55548099),
    ("exact", 6, 6, 95, 54.07418736, 100.0),
    ("wilson", 6, 6, 95, 60.96657121, 100.0),
    ("exact", 97, 98, 95, 94.44550283, 99.97416884),
    ("wilson", 97, 98, 95, 94.44451901, 99.81964522),
    ("exact", 250, 1000, 95, 22.34304063, 27.80500062),
    ("wilson", 250, 1000, 95, 22.4153099, 27.77602803),
    ("exact", 999, 1000, 95, 99.44410757, 99.99746825),
    ("wilson", 999, 1000, 95, 99.43574414, 99.98234536),
    ("exact", 13, 40, 95, 18.57289668, 49.12948755),
    ("wilson", 13, 40, 95, 20.08450223, 47.98225381),
]


@pytest.mark.parametrize(("method", "events", "of", "inside_pct", "low", "high"), SCIPY)
def test_limits_are_those_of_scipy(method, events, of, inside_pct, low, high):
    limits = {"exact": exact_limits, "wilson": wilson_limits}[method]
    assert limits(events, of, inside_pct) == pytest.approx((low, high), abs=1e-7)


# statsmodels 0.15.0: confint_proportions_2indep(a, b, c, d, method="newcomb", compare="diff"), times 100.
@pytest.mark.parametrize(
    ("counted", "low", "high"),
    [
        ((68, 96, 41, 101), 16.44773818, 42.42687573),
        ((5, 10, 0, 10), 11.73674675, 76.34069095),
        ((56, 70, 48, 80), 5.24314724, 33.38726540),
        ((9, 10, 3, 10), 17.05227239, 80.90179735),
    ],
)
def test_limits_of_a_difference_are_those_of_statsmodels(counted, low, high):
    events, of, others, other_of = counted
    found = difference_limits(100 * events / of, of, 100 * others / other_of, other_of)
    assert found == pytest.approx((low, high), abs=1e-7)


@pytest.mark.parametrize("wrong", [(-1, 10, 5, 10), (5, 10, 101, 10), (5, 0, 5, 10), (5, 10, 5, 10, 100)])
def test_a_difference_of_shares_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="two shares from 0 to 100"):
        difference_limits(*wrong)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=8).filter(any), st.integers(1, 2000))
def test_people_add_up_and_none_is_off_by_one_or_more(parts, people):
    shares = [part / sum(parts) for part in parts]
    found = as_people(shares, people)
    assert sum(found) == people
    assert all(abs(one - share * people) < 1 for one, share in zip(found, shares, strict=True))


@pytest.mark.parametrize("wrong", [([0.5, 0.4],), ([],), ([1.2, -0.2],), ([1.0], 0)])
def test_shares_that_are_no_whole_are_refused(wrong):
    with pytest.raises(ValueError, match="add up to 1"):
        as_people(*wrong)
