"""How often is it which cause? Published series, with their limits, doors and denominators.

>>> found = base_rates("aplastic")             # one row a series: cases, people, share, limits, door, source
>>> slips = printed_slips()                    # printed shares that no whole number of people gives

A series is a count of the people who came through one door: every low count of a laboratory, a ward, or those who were
sent for a marrow examination. Shares of different doors answer different questions and are never pooled here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from helpers.blood.core.confidence_limits import wilson_limits
from helpers.evidence import records, table

_COLUMNS = [
    "series", "label", "people", "door", "country", "cases", "n", "share_pct", "low_pct", "high_pct", "pct_printed",
    "of_n", "note", "source",
]  # fmt: skip

PEOPLE = ("adults", "children", "all ages")
"""Whom a series counts, where it says so."""


def doors() -> dict[str, Mapping[str, Any]]:
    """How people came into a series, from the widest door to the narrowest: rows of ``data/doors.csv`` by door."""
    return {row["door"]: row for row in records("doors")}


def cause_names() -> dict[str, str]:
    """The kinds of cause the series count, key -> in words, the most often counted first."""
    names = {row["cause"]: row["label"] for row in records("counted_causes")}
    return {key: names[key] for key in table("cause_shares")["cause"].value_counts().index}


def regions() -> tuple[str, ...]:
    """The parts of the world the series come from, in alphabetical order."""
    return tuple(sorted({row["region"] for row in records("cause_series")}))


def base_rates(
    cause: str, door: str | None = None, region: str | None = None, people: str | None = None, inside_pct: float = 95
) -> pd.DataFrame:
    """How many people of each series had a cause, as a share of all its people.

    Args:
        cause: key of :func:`cause_names`.
        door: key of :func:`doors`; without it, all, the widest first.
        region: one of :func:`regions`; without it, all.
        people: "adults", "children" or "all ages", as the series says; without it, all.
        inside_pct: of the Wilson limits.

    Returns:
        One row a series, none where no series fits: label, people, door, country, cases, n, share_pct, low_pct,
        high_pct, pct_printed, of_n, note, source. Counts that a paper does not print are the whole number nearest to
        its percentage.

    Raises:
        ValueError: no such cause, door, region or people.
    """
    if cause not in cause_names():
        raise ValueError(f"No series counts {cause!r}. They count: {', '.join(cause_names())}.")
    wanted = {"door": door, "region": region, "people": people}
    for name, known in (("door", doors()), ("region", regions()), ("people", PEOPLE)):
        if wanted[name] not in (None, *known):
            raise ValueError(f"There is no {name} {wanted[name]!r}. Choose among: {', '.join(known)}.")
    series = {row["series"]: row for row in records("cause_series")}
    rows = []
    for share in records("cause_shares"):
        one = series[share["series"]]
        if share["cause"] != cause or any(want not in (None, one[name]) for name, want in wanted.items()):
            continue
        low, high = wilson_limits(share["cases"], one["n"], inside_pct)
        pct, note = 100 * share["cases"] / one["n"], " ".join(filter(None, (share["note"], one["note"])))
        named = {name: one[name] for name in ("series", "label", "people", "door", "country")}
        counted = {"cases": share["cases"], "n": one["n"], "share_pct": pct, "low_pct": low, "high_pct": high}
        printed = {"pct_printed": share["pct_printed"], "of_n": share["of_n"], "note": note, "source": one["source"]}
        rows.append(named | counted | printed)
    found = pd.DataFrame(rows, columns=_COLUMNS)
    order = found["door"].map(list(doors()).index)
    return found.assign(order=order).sort_values(["order", "share_pct"], kind="stable").drop(columns="order")


def could_be(pct: float, of: int, decimals: int, cases: int | None = None) -> bool:
    """Whether a whole number of people gives this percentage, rounded or cut off to so many decimals.

    Args:
        pct: the printed percentage.
        of: how many people it is a share of, 1 or more.
        decimals: with how many decimals it is printed.
        cases: how many people had it, where that is printed too; without it, any number will do.
    """
    unit, nearest = 10**decimals, math.floor(pct * of / 100)
    numbers = range(max(nearest - 1, 0), min(nearest + 2, of) + 1) if cases is None else [cases]
    exact = [100 * number / of * unit for number in numbers]
    wanted = round(pct * unit)
    return any(wanted in (math.floor(one + 0.5), math.floor(one + 1e-9)) for one in exact)


def printed_slips() -> pd.DataFrame:
    """The printed shares that cannot be: the people they are a share of do not give them."""
    rows = table("cause_shares")
    printed = rows["cases"].where(rows["cases_from"] == "printed")
    fits = [
        could_be(row.pct_printed, row.of_n, row.decimals, None if pd.isna(cases) else int(cases))
        for row, cases in zip(rows.itertuples(), printed, strict=True)
    ]
    return rows[[not one for one in fits]]
