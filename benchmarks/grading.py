"""Speed and memory of the helpers, each as a ratio against something measured in the same run.

    python benchmarks/grading.py

Prints: import of the helpers against the bare import of their libraries; grading 1,000,000 patients under every system
against ``pandas.cut`` of the same columns, its growth from 250,000 rows, and its peak memory against the input.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from helpers.blood.core.units import COLUMN
from helpers.blood.grading.severity import editions, grade, systems

ROWS, REPEATS = 1_000_000, 5
READS = {
    "ctcae": ("hb", "anc", "wbc", "alc", "plt", "cd4"),
    "who_anemia": ("hb",),
    "neutropenia": ("anc",),
    "thrombocytopenia": ("plt",),
    "pancytopenia": ("hb", "wbc", "anc", "plt"),
    "aplastic_anemia": ("hb", "anc", "plt", "retic"),
    "ipss_r": ("hb", "plt", "anc"),
}
CHOICES = {"aplastic_anemia": {"marrow_cellularity_pct": 15.0}, "ipss_r": {"cytogenetics": "good", "blasts_pct": 3.0}}


def cohort(rows: int, seed: int = 1) -> pd.DataFrame:
    """A made-up cohort for timing only: counts spread over every band, people of every kind."""
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "hb_g_per_l": random.uniform(30, 180, rows),
            "wbc_e9_per_l": random.lognormal(1, 1, rows),
            "anc_e9_per_l": random.lognormal(0, 1.2, rows),
            "alc_e9_per_l": random.lognormal(0, 1, rows),
            "cd4_e9_per_l": random.lognormal(-1, 1, rows),
            "plt_e9_per_l": random.lognormal(4, 1.2, rows),
            "retic_e9_per_l": random.lognormal(3.5, 1, rows),
            "age_y": random.uniform(0, 95, rows),
            "sex": pd.Categorical.from_codes(random.integers(0, 2, rows), ["female", "male"]),
            "trimester": np.zeros(rows),
        }
    )


def seconds(action: Callable[[], object], repeats: int = REPEATS) -> float:
    """Median time of an action."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def import_ratio(runs: int = 7) -> float:
    """Fresh interpreters in turn: everything a notebook imports, against the libraries alone."""
    bare = "import pandas, matplotlib, ipywidgets"
    ours = bare + "; from helpers import CountExplorer, ReportReader, ask, check, grade"
    times: dict[str, list[float]] = {bare: [], ours: []}
    with TemporaryDirectory() as compiled:  # by the first run, as on any computer
        known = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        for _ in range(runs + 1):
            for code, found in times.items():
                start = time.perf_counter()
                environment = known | {"PYTHONPYCACHEPREFIX": compiled}
                subprocess.run([sys.executable, "-c", code], check=True, env=environment)
                found.append(time.perf_counter() - start)
    return statistics.median(ours / bare for bare, ours in list(zip(*times.values(), strict=True))[1:])


def cut(frame: pd.DataFrame, analytes: tuple[str, ...]) -> None:
    """The yardstick: pandas.cut of the columns a system reads, into five bands."""
    for analyte in analytes:
        column = frame[COLUMN[analyte]]
        pd.cut(column, [-np.inf, *np.quantile(column[:1000], [0.2, 0.4, 0.6, 0.8]), np.inf])


def graded(system: str, edition: str, patients: pd.DataFrame) -> pd.DataFrame:
    """What is timed: every line of a system for every patient."""
    return grade(patients, system, edition, **CHOICES.get(system, {})).frame()


def main() -> None:
    print(f"import of the helpers / bare import of pandas, matplotlib, ipywidgets: {import_ratio():.2f} (at most 1.15)")
    frame, quarter = cohort(ROWS), cohort(ROWS // 4)
    size = frame.memory_usage(deep=True).sum()
    print(f"\n{ROWS:,} patients, input {size / 1e6:.0f} MB")
    print(f"{'system':<34}{'/ pandas.cut':>14}{'/ a quarter':>14}{'peak / input':>14}")
    for system in systems():
        for edition in editions(system):
            if system == "pancytopenia" and edition != "statpearls":
                continue

            run = partial(graded, system, edition)
            whole, part = seconds(partial(run, frame)), seconds(partial(run, quarter))
            yardstick = seconds(partial(cut, frame, READS[system]))
            tracemalloc.start()
            run(frame)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            name = f"{system} {edition}".strip()
            print(f"{name:<34}{whole / yardstick:>14.2f}{whole / part:>14.2f}{(peak + size) / size:>14.2f}")
    print("limits: at most 5 times pandas.cut; about 4 times a quarter (linear); at most 4 times the input")


if __name__ == "__main__":
    main()
