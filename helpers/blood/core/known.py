"""Yes, no or unknown: the one place where three answers are weighed, for one person or for a column of many.

One answer is True, False or None. Many are a pandas ``boolean`` array, which holds the same three. Whatever else a
library makes of an answer (``np.bool_``, NaN, ``pd.NA``, an array of 1, 0 and NaN) is taken, and never handed on.

>>> both(True, None), both(False, None)
(None, False)
>>> at_least(2, [True, None, True]), at_least(2, [False, None, False]), at_least(2, [True, None])
(True, False, None)
>>> any_of([False, [True, False, None]])
<BooleanArray>
[True, False, <NA>]
Length: 3, dtype: boolean
>>> one(any_of([False, [True, False, None]]), 2) is None
True
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

Answer = bool | None
Column = pd.arrays.BooleanArray
"""Answers of many, one a row."""


def plain(given: Any) -> Answer:
    """One answer as True, False or None, whatever a library made of it.

    Raises:
        TypeError: neither yes nor no nor unknown.
    """
    if given is None or given is pd.NA or (isinstance(given, float | np.floating) and np.isnan(given)):
        return None
    if isinstance(given, bool | np.bool_) or (isinstance(given, int | float | np.number) and given in (0, 1)):
        return bool(given)
    raise TypeError(f"An answer is True, False or None (unknown); it is {given!r}.")


def column(given: Any) -> Column:
    """Answers of many as a pandas ``boolean`` array.

    Args:
        given: a list, array or Series of answers; as numbers 1, 0 and NaN.

    Raises:
        TypeError, ValueError: something in it is neither yes nor no nor unknown.
    """
    return given if isinstance(given, Column) else pd.array(given, dtype="boolean")


def one(answers: Any, row: int) -> Answer:
    """The answer of one row, plain; one answer for all is every row's."""
    return plain(answers[row]) if _many(answers) else plain(answers)


def _many(given: Any) -> bool:
    return isinstance(given, list | tuple | np.ndarray | pd.Series | pd.api.extensions.ExtensionArray)


def at_least(number: int, answers: Iterable[Any]) -> Answer | Column:
    """Whether at least so many of the answers are yes; unknown where the unknown ones decide.

    Args:
        number: how many are asked for; 0 is always met.
        answers: each one answer, or a column of them; columns have the same length.

    Returns:
        True, False or None; a column where any of the answers is one.
    """
    given = list(answers)
    if not any(_many(each) for each in given):
        met = [plain(each) for each in given]
        yes, unknown = met.count(True), met.count(None)
        return True if yes >= number else None if yes + unknown >= number else False
    columns = [column(each) if _many(each) else plain(each) for each in given]
    size = next(len(each) for each in columns if isinstance(each, Column))
    yes, unknown = np.zeros(size, dtype=np.int8), np.zeros(size, dtype=np.int8)
    for each in columns:
        if isinstance(each, Column):
            yes += each.to_numpy(dtype=bool, na_value=False)
            unknown += each.isna()
        else:
            yes += each is True
            unknown += each is None
    return Column(yes >= number, (yes < number) & (yes + unknown >= number))


def all_of(answers: Iterable[Any]) -> Answer | Column:
    """And: no as soon as one is no, unknown while one is unknown; yes where nothing is asked."""
    given = list(answers)
    return at_least(len(given), given)


def any_of(answers: Iterable[Any]) -> Answer | Column:
    """Or: yes as soon as one is yes, unknown while one is unknown; no where nothing is asked."""
    return at_least(1, answers)


def any_that_is_known(answers: Iterable[Any]) -> Answer | Column:
    """Or, of alternatives of which one that is known suffices: unknown only where all are.

    >>> any_that_is_known([False, None]), any_that_is_known([True, None]), any_that_is_known([None, None])
    (False, True, None)
    """
    given = list(answers)
    if not any(_many(each) for each in given):
        told = [each for each in map(plain, given) if each is not None]
        return any(told) if told else None
    columns = [column(each) for each in given]
    yes = np.logical_or.reduce([each.to_numpy(dtype=bool, na_value=False) for each in columns])
    return Column(yes, np.logical_and.reduce([each.isna() for each in columns]))


def agreed(answers: Iterable[Any]) -> Answer | Column:
    """What all of the answers say; unknown where two differ, or while one is unknown.

    >>> agreed([True, True]), agreed([False, False]), agreed([True, False]), agreed([True, None])
    (True, False, None, None)
    """
    given = list(answers)
    no = at_least(1, given)
    if not any(_many(each) for each in given):
        return True if all_of(given) else False if no is False else None
    yes, no = all_of(given), column(no)
    every = yes.to_numpy(dtype=bool, na_value=False)
    return Column(every, ~(every | ~no.to_numpy(dtype=bool, na_value=True)))


def both(left: Any, right: Any) -> Answer | Column:
    """And, of two."""
    return all_of((left, right))
