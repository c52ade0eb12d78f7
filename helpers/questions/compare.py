"""How a value differs from the one that was expected, in words a learner can act on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

TINY = 1e-9


def difference(given: Any, expected: Any, tolerance: float = 1e-6) -> str:
    """Say how ``given`` differs from ``expected``.

    Tables are compared by their labels where both have the same ones, else by position; columns beyond the expected
    ones do no harm. Lists keep their order, sets have none; letter case and outer blanks of text do not count.

    Args:
        given: the learner's value, anything at all.
        expected: a number, text, yes/no, list, set, dict, Series or DataFrame.
        tolerance: relative, for numbers.

    Returns:
        One or two sentences, or ``""`` when they are the same.
    """
    try:
        return _difference(given, expected, tolerance)
    except Exception as error:  # a learner's object may do anything when it is compared
        return (
            f"Your answer is {kind(given)} that could not be compared with {kind(expected)} ({type(error).__name__})."
        )


def kind(value: Any) -> str:
    """What a value is, as a learner would call it: "a table (DataFrame)", "a number"."""
    if value is None:
        return "nothing (None)"
    if isinstance(value, bool | np.bool_):
        return "yes or no (True/False)"
    if isinstance(value, Real):
        return "a number"
    for type_, words in (
        (str, "text"),
        (pd.DataFrame, "a table (DataFrame)"),
        (pd.Series, "a column (Series)"),
        (Mapping, "a dictionary"),
        (Set, "a set"),
        (list | tuple | np.ndarray | pd.Index, "a list"),
    ):
        if isinstance(value, type_):
            return words
    if callable(value):
        return "a function"
    return f"an object ({type(value).__name__})"


def _difference(given: Any, expected: Any, tolerance: float) -> str:
    if isinstance(expected, pd.DataFrame):
        return _tables(given, expected, tolerance)
    if isinstance(expected, pd.Series):
        return _columns(given, expected, tolerance)
    if isinstance(expected, Mapping):
        return _dictionaries(given, expected, tolerance)
    if isinstance(expected, Set):
        return _sets(given, expected)
    if isinstance(expected, list | tuple | np.ndarray | pd.Index):
        return _lists(given, list(expected), tolerance)
    return _single(given, expected, tolerance)


def _wrong_kind(given: Any, expected: Any) -> str:
    words = f"Your answer is {kind(given)}; {kind(expected)} was expected."
    if callable(given):
        return words + " Call the function: put parentheses after its name."
    if isinstance(given, pd.Series) and len(given) == 1 and isinstance(expected, Real | str):
        return words + " Take the one value out of it with `.iloc[0]`."
    if isinstance(given, pd.DataFrame) and isinstance(expected, pd.Series):
        return words + ' Take the one column out of the table: `table["name"]`.'
    if _yes_no(given) and isinstance(expected, Real):
        return words + " Did you mean how many are True? `.sum()` counts them."
    if isinstance(given, pd.DataFrame) and isinstance(expected, Real):
        return words + " Did you mean how many there are? `len(...)` counts them."
    if isinstance(given, pd.Series | list | tuple | np.ndarray) and isinstance(expected, Real):
        return words + " One value is asked for; yours holds several."
    if isinstance(given, str) and isinstance(expected, Real):
        return words + " Write the number without quotation marks."
    return words


def _yes_no(value: Any) -> bool:
    """Whether a column or list holds only True and False."""
    return isinstance(value, pd.Series | np.ndarray) and value.dtype in (bool, "boolean") and value.size > 0


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, Real) and math.isnan(value))


def _same(given: Any, expected: Any, tolerance: float) -> bool:
    if _missing(given) or _missing(expected):
        return _missing(given) and _missing(expected)
    if isinstance(given, bool | np.bool_) != isinstance(expected, bool | np.bool_):
        return False
    if isinstance(given, Real) and isinstance(expected, Real):
        return math.isclose(given, expected, rel_tol=tolerance, abs_tol=TINY)
    if isinstance(given, str) and isinstance(expected, str):
        return given.strip().casefold() == expected.strip().casefold()
    return type(given) is type(expected) and bool(given == expected)


def _single(given: Any, expected: Any, tolerance: float) -> str:
    if isinstance(given, np.ndarray) and given.ndim == 0:
        given = given.item()
    if _same(given, expected, tolerance):
        return ""
    if kind(given) != kind(expected):
        return _wrong_kind(given, expected)
    if isinstance(expected, Real) and not isinstance(expected, bool | np.bool_):
        if _missing(given):
            return "Your number is missing (NaN). Which step lost it?"
        return f"Your number, {given:.6g}, is too {'high' if given > expected else 'low'}."
    return "That is not it yet."


def _lists(given: Any, expected: list, tolerance: float) -> str:
    if not isinstance(given, list | tuple | np.ndarray | pd.Index | pd.Series | Set):
        return _wrong_kind(given, expected)
    given = list(given)
    if len(given) != len(expected):
        return f"Your list has {len(given)} entries; {len(expected)} were expected."
    if all(_same(one, other, tolerance) for one, other in zip(given, expected, strict=True)):
        return ""
    left = list(expected)
    for one in given:
        place = next((at for at, other in enumerate(left) if _same(one, other, tolerance)), None)
        if place is not None:
            del left[place]
    if not left:
        return "Your list has the right entries, in another order than was asked."
    return f"{len(expected) - len(left)} of your {len(given)} entries are right."


def _sets(given: Any, expected: Set) -> str:
    if not isinstance(given, list | tuple | np.ndarray | pd.Index | pd.Series | Set):
        return _wrong_kind(given, expected)
    given = set(given)
    missing, more = len(expected - given), len(given - expected)
    parts = [f"{missing} missing"] * bool(missing) + [f"{more} too many"] * bool(more)
    return f"Your set has {' and '.join(parts)}; {len(expected)} were expected." if parts else ""


def _dictionaries(given: Any, expected: Mapping, tolerance: float) -> str:
    if isinstance(given, pd.Series):
        given = given.to_dict()
    if not isinstance(given, Mapping):
        return _wrong_kind(given, expected)
    missing = [str(key) for key in expected if key not in given]
    if missing:
        return f"Your dictionary lacks {', '.join(missing[:5])}."
    if len(given) > len(expected):
        return f"Your dictionary has {len(given)} entries; {len(expected)} were expected."
    wrong = [str(key) for key in expected if _difference(given[key], expected[key], tolerance)]
    return f"Look again at {', '.join(wrong[:5])}." if wrong else ""


def _rows(index: pd.Index) -> str:
    return ", ".join(str(label) for label in index[:3])


def _aligned(given: Any, expected: Any, what: str) -> tuple[Any, str]:
    """The given rows in the order of the expected ones, or why that cannot be."""
    if len(given) != len(expected):
        gap = "missing" if len(given) < len(expected) else "too many"
        return given, (
            f"Your {what} has {len(given)} rows; {len(expected)} were expected "
            f"({abs(len(given) - len(expected))} {gap}). "
            "Did a missing value drop some, or a condition keep too many?"
        )
    if given.index.equals(expected.index):
        return given, ""
    if given.index.is_unique and expected.index.is_unique and given.index.isin(expected.index).all():
        return given.loc[expected.index], ""
    if any(isinstance(one.index, pd.RangeIndex) for one in (given, expected)):
        return given, ""
    return given, f"Your rows are labelled {_rows(given.index)} ...; expected were {_rows(expected.index)} ..."


def _values(given: pd.Series, expected: pd.Series, tolerance: float) -> list[int]:
    """The positions at which two columns differ."""
    numeric = [pd.api.types.is_numeric_dtype(one) and not pd.api.types.is_bool_dtype(one) for one in (given, expected)]
    if all(numeric):
        one, other = (column.to_numpy(dtype=float, na_value=np.nan) for column in (given, expected))
        return np.flatnonzero(~np.isclose(one, other, rtol=tolerance, atol=TINY, equal_nan=True)).tolist()
    pairs = zip(given.tolist(), expected.tolist(), strict=True)
    return [at for at, (one, other) in enumerate(pairs) if not _same(one, other, tolerance)]


def _told(wrong: list[int], given: pd.Series, where: str) -> str:
    at = wrong[0]
    value = given.iloc[at]
    shown = "missing" if _missing(value) else f"{value:.6g}" if isinstance(value, float) else str(value)[:40]
    row = given.index[at]
    return f"{len(wrong)} of {len(given)} values{where} differ; the first is in row {row}, where yours is {shown}."


def _columns(given: Any, expected: pd.Series, tolerance: float) -> str:
    if isinstance(given, Mapping | list | tuple | np.ndarray | pd.Index):
        given = pd.Series(given)
    if not isinstance(given, pd.Series):
        return _wrong_kind(given, expected)
    given, problem = _aligned(given, expected, "column")
    if problem:
        return problem
    wrong = _values(given, expected, tolerance)
    return _told(wrong, given, "") if wrong else ""


def _tables(given: Any, expected: pd.DataFrame, tolerance: float) -> str:
    if not isinstance(given, pd.DataFrame):
        return _wrong_kind(given, expected)
    missing = [str(name) for name in expected.columns if name not in given.columns]
    if missing:
        return f"Your table has no column {', '.join(missing[:5])}. It has: {', '.join(map(str, given.columns[:12]))}."
    given, problem = _aligned(given, expected, "table")
    if problem:
        return problem
    for name in expected.columns:
        wrong = _values(given[name], expected[name], tolerance)
        if wrong:
            return _told(wrong, given[name], f" in the column {name}")
    return ""
