"""Speed of the rules of care and of the search: many people at once, as a ratio to a bare pandas operation of the run.

    python benchmarks/treatment.py

The yardstick turns the same columns into categories, joins them into one key and groups by it: the least that a table
of reasons for many people can cost. Every rule gives its reasons.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from helpers.blood.care.guidelines import compare, first_choices
from helpers.blood.care.response import respond
from helpers.blood.care.support import thresholds_table
from helpers.blood.search.causes import features, weigh_table
from helpers.blood.search.red_flags import red_flags
from helpers.blood.search.traps import traps

PEOPLE, REPEATS = 10_000, 5


def candidates(unknown: float, seed: int = 1) -> pd.DataFrame:
    """Made-up people with aplastic anemia, for timing only; a share of the cells is not known."""
    random = np.random.default_rng(seed)
    facts = ("sibling", "unrelated", "half_matched", "fit", "transfused")
    people = pd.DataFrame({fact: pd.array(random.random(PEOPLE) < 0.5, dtype="boolean") for fact in facts})
    people.insert(0, "severity", random.choice(["non_severe", "severe", "very_severe"], PEOPLE))
    people.insert(1, "age_y", random.uniform(0, 90, PEOPLE))
    return people.mask(random.random(people.shape) < unknown)


def findings(seed: int = 1) -> pd.DataFrame:
    """Made-up answers to a third of what can be found out."""
    random = np.random.default_rng(seed)
    columns = {name: random.choice(list(feature.answers), PEOPLE) for name, feature in features().items()}
    people = pd.DataFrame(columns, dtype="str")
    return people.mask(random.random(people.shape) < 2 / 3)


def counts(seed: int = 1) -> pd.DataFrame:
    """Made-up platelets, for timing only."""
    return pd.DataFrame({"plt_e9_per_l": np.random.default_rng(seed).integers(0, 150, PEOPLE).astype(float)})


def measured(seed: int = 1) -> pd.DataFrame:
    """Made-up counts, as round as a laboratory prints them, for timing only."""
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "hb_g_per_l": random.integers(40, 160, PEOPLE).astype(float),
            "wbc_e9_per_l": random.gamma(2, 2, PEOPLE).round(2),
            "anc_e9_per_l": random.gamma(1.5, 1, PEOPLE).round(2),
            "plt_e9_per_l": random.integers(1, 300, PEOPLE).astype(float),
            "retic_e9_per_l": random.integers(1, 100, PEOPLE).astype(float),
            "rbc_e12_per_l": random.uniform(1.5, 5, PEOPLE).round(2),
            "mcv_fl": random.integers(70, 120, PEOPLE).astype(float),
            "age_y": random.integers(1, 90, PEOPLE).astype(float),
            "sex": random.choice(["female", "male"], PEOPLE),
        }
    )


def seconds(action: Callable[[], object]) -> float:
    """Median time of an action."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def grouped(people: pd.DataFrame) -> None:
    """The yardstick."""
    keys = [people[column].astype("category").cat.codes for column in people]
    people.groupby(keys, sort=False).ngroup()


def main() -> None:
    whole, open_, found, bled = candidates(0), candidates(0.25), findings(), counts()
    now, before = measured(1), measured(2)
    print(f"{PEOPLE:,} people, with every reason{'seconds':>35}{'/ pandas':>12}")
    for name, people, rule in (
        ("first choices of 8 guidelines", whole, first_choices),
        ("guidelines compared, all known", whole, compare),
        ("guidelines compared, a quarter open", open_, compare),
        ("platelets, every threshold", bled, lambda people: thresholds_table(people, "platelets", "marrow_failure")),
        ("every cause weighed", found, weigh_table),
        ("response, the system with most criteria", now, lambda people: respond(people, "bsh2024")),
        ("response, a rise of each line", now, lambda people: respond(people, "refractory", before=before)),
        ("red flags", pd.concat([now, found], axis=1), red_flags),
        ("traps, against an earlier count", now, lambda people: traps(people, before)),
    ):
        taken, yardstick = seconds(lambda rule=rule, people=people: rule(people)), seconds(lambda p=people: grouped(p))
        print(f"{name:<45}{taken:>18.2f}{taken / yardstick:>12.1f}")
    print("limit: at most 1 second each")


if __name__ == "__main__":
    main()
