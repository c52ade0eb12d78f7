"""Shares told as people and drawn as marks: do they add up, stay in their places, and say themselves in words?"""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.blood.core.confidence_limits import as_people, exact_limits, wilson_limits
from helpers.pictures.frequencies import ALARMED, MISSED, SEEN, SPARED, Crowd, FrequencyPicture, Group

FOUND = Group("have it, and the test finds it", 27, *SEEN)
OTHERS = (
    Group("have it, and the test misses it", 3, *MISSED),
    Group("do not have it, and the test says they do", 39, *ALARMED),
    Group("do not have it, and the test says so", 931, *SPARED),
)


# --- chance ---


def test_wilson_limits_are_those_of_a_worked_example():
    low, high = wilson_limits(39, 117)
    assert (round(low, 2), round(high, 2)) == (25.44, 42.28)
    low, high = wilson_limits(0, 20)
    assert (low, round(high, 1)) == (0, 16.1)
    assert wilson_limits(20, 20) == (pytest.approx(83.9, abs=0.05), 100)


@given(st.integers(1, 800), st.data())
def test_wilson_limits_hold_the_share_and_lie_inside_0_to_100(of, data):
    events = data.draw(st.integers(0, of))
    low, high = wilson_limits(events, of)
    assert 0 <= low <= 100 * events / of <= high <= 100
    for limit in (low / 100, high / 100):
        if 0 < limit < 1:
            away = abs(events / of - limit) / math.sqrt(limit * (1 - limit) / of)
            assert away == pytest.approx(1.959964, abs=1e-4), "the share is as far away as chance usually takes it"


def test_more_certainty_makes_wider_limits():
    assert wilson_limits(5, 50, 99)[0] < wilson_limits(5, 50)[0] < wilson_limits(5, 50)[1] < wilson_limits(5, 50, 99)[1]


@pytest.mark.parametrize("limits", [wilson_limits, exact_limits])
@pytest.mark.parametrize("wrong", [(5, 3), (-1, 3), (0, 0), (1.5, 3)])
def test_counts_that_cannot_be_are_told(limits, wrong):
    with pytest.raises(ValueError, match="whole numbers"):
        limits(*wrong)


def test_shares_become_whole_people_that_add_up():
    assert as_people([0.027, 0.003, 0.0388, 0.9312]) == [27, 3, 39, 931]
    assert as_people([1 / 3] * 3, 100) == [34, 33, 33]


@given(st.lists(st.floats(0, 1), min_size=2, max_size=6).filter(lambda parts: sum(parts) > 0.1), st.integers(1, 5000))
def test_people_always_add_up_and_are_off_by_less_than_one(parts, people):
    shares = [part / sum(parts) for part in parts]
    found = as_people(shares, people)
    assert sum(found) == people
    assert all(abs(many - share * people) < 1 + 1e-6 for many, share in zip(found, shares, strict=True))


@pytest.mark.parametrize("wrong", [[0.5, 0.4], [1.2, -0.2], []])
def test_shares_that_make_no_whole_are_told(wrong):
    with pytest.raises(ValueError, match="add up to 1"):
        as_people(wrong)


# --- the picture ---


def drawn(picture: FrequencyPicture) -> list[int]:
    return [len(mark.get_xdata()) for mark in picture._marks]


def places(picture: FrequencyPicture) -> list[tuple[float, float]]:
    return [place for mark in picture._marks for place in mark.get_xydata().round(3).tolist()]


def test_each_person_is_one_mark_in_a_place_of_its_own():
    picture = FrequencyPicture([Crowd("", (FOUND, *OTHERS))], "27 of 66 have it", "FARDET2014")
    assert drawn(picture) == [27, 3, 39, 931]
    assert len({tuple(place) for place in places(picture)}) == 1000


def test_kinds_differ_in_more_than_color():
    kinds = (SEEN, MISSED, ALARMED, SPARED)
    assert len({(marker, filled) for _, marker, filled in kinds}) == len(kinds)


def test_it_says_itself():
    picture = FrequencyPicture([Crowd("", (FOUND, *OTHERS))], "27 of 66 have it", "FARDET2014", "One study.")
    assert picture.describe().startswith(
        "27 of 66 have it. Of 1\u202f000 people: 27 have it, and the test finds it; 3 "
    )
    assert "One study. Sources: [Fardet et al. 2014](" in picture.caption()
    assert 0 < len(picture.image()) < 40_000


def test_two_crowds_stand_one_above_the_other():
    crowds = [Crowd(name, (Group("respond", many, *SEEN), Group("do not", 100 - many, *SPARED))) for name, many in
              (("Without", 41), ("With", 68))]  # fmt: skip
    picture = FrequencyPicture(crowds, "27 more of 100 respond", "FARDET2014")
    assert drawn(picture) == [41, 59, 68, 32]
    assert "Without, of 100 people: 41 respond; 59 do not. With, of 100 people: 68 respond" in picture.describe()


def test_it_follows_new_numbers():
    picture = FrequencyPicture([Crowd("", (FOUND, *OTHERS))], "27 of 66 have it", "FARDET2014")
    before = picture.image()
    more = [Group(group.words, many, *SEEN) for group, many in zip((FOUND, *OTHERS), (90, 10, 36, 864), strict=True)]
    picture.update([Crowd("", more)], "90 of 126 have it")
    assert drawn(picture) == [90, 10, 36, 864] and picture.image() != before
    assert "90 of 126" in picture.describe()


@pytest.mark.parametrize(
    "crowds",
    [
        [],
        [Crowd("", (FOUND,))],
        [Crowd("a", (FOUND, *OTHERS)), Crowd("b", (FOUND, *OTHERS, Group("more", 5, *SEEN)))],
    ],
)
def test_crowds_that_cannot_be_compared_are_told(crowds):
    with pytest.raises(ValueError, match="same number of people"):
        FrequencyPicture(crowds, "x", "FARDET2014")


def test_an_update_keeps_its_people():
    picture = FrequencyPicture([Crowd("", (FOUND, *OTHERS))], "27 of 66 have it", "FARDET2014")
    with pytest.raises(ValueError, match="give as many"):
        picture.update([Crowd("", (FOUND,))], "x")
