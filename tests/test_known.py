"""Yes, no and unknown: the tables of three-valued logic, for one answer and for columns."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.blood.core.known import all_of, any_of, any_that_is_known, at_least, both, column, one, plain

ANSWERS = (True, False, None)
SPELLED = {
    True: (True, np.True_, 1, 1.0, np.float64(1), np.int8(1)),
    False: (False, np.False_, 0, 0.0, np.float64(0), np.int8(0)),
    None: (None, np.nan, float("nan"), pd.NA),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_however_a_library_spells_an_answer_it_comes_out_plain(answer):
    for spelled in SPELLED[answer]:
        assert plain(spelled) is answer
        assert all_of([spelled]) is answer
        assert any_of([spelled]) is answer
        assert both(spelled, True) is answer


@pytest.mark.parametrize("strange", [2, "yes", 0.5, [True]])
def test_what_is_no_answer_is_refused(strange):
    with pytest.raises(TypeError, match="True, False or None"):
        plain(strange)


@pytest.mark.parametrize(
    ("left", "right", "and_", "or_"),
    [
        (True, True, True, True),
        (True, False, False, True),
        (True, None, None, True),
        (False, False, False, False),
        (False, None, False, None),
        (None, None, None, None),
    ],
)
def test_the_tables_of_and_and_or(left, right, and_, or_):
    for one_, other in ((left, right), (right, left)):
        assert both(one_, other) is and_
        assert any_of([one_, other]) is or_


def test_nothing_asked_is_met_by_all_and_by_none_of_it():
    assert all_of([]) is True
    assert any_of([]) is False
    assert at_least(0, []) is True


@given(st.lists(st.sampled_from(ANSWERS), max_size=5), st.integers(0, 5))
def test_unknown_means_that_what_is_not_known_would_decide(answers, number):
    settled = [answer for answer in answers if answer is not None]
    ends = {
        settled.count(True) + sum(rest) >= number for rest in product((True, False), repeat=len(answers) - len(settled))
    }
    assert at_least(number, answers) is (ends.pop() if len(ends) == 1 else None)


@given(st.lists(st.tuples(*[st.sampled_from(ANSWERS)] * 3), min_size=1, max_size=6), st.integers(0, 4))
def test_a_column_is_judged_as_its_rows_are(rows, number):
    for spell in (list, lambda answers: np.array([np.nan if a is None else float(a) for a in answers])):
        columns = [spell(answers) for answers in zip(*rows, strict=True)]
        for judge in (lambda given: at_least(number, given), all_of, any_of):
            found = judge(columns)
            assert [one(found, place) for place in range(len(rows))] == [judge(row) for row in rows]


def test_one_answer_stands_beside_a_column_for_every_row():
    found = both(None, [True, False, None])
    assert [one(found, place) for place in range(3)] == [None, False, None]
    assert one(None, 2) is None
    assert one(True, 7) is True


def test_and_with_yes_leaves_every_answer_as_it_is():
    assert [both(answer, True) for answer in ANSWERS] == list(ANSWERS)
    assert both(column([True, None]), True).tolist() == [True, pd.NA]


@given(st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=5))
def test_of_alternatives_one_that_is_known_suffices(answers):
    found = any_that_is_known(answers)
    told = [answer for answer in answers if answer is not None]
    assert found is (any(told) if told else None)
    many = any_that_is_known([column([answer, True, None]) for answer in answers])
    assert [one(many, row) for row in range(3)] == [found, True, None]
