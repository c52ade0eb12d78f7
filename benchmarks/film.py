"""How quick is the blood film? A new field of normal blood, from the count to the bytes that are sent.

Side by side in one process, in turn:

- a new field: cells drawn by lot, given places, painted, made a JPEG;
- the same with four times as many cells, to see whether the time grows as the cells do;
- as many points as there are cells, scattered by matplotlib and saved as PNG: what a plain plot of them costs.

    python benchmarks/film.py [--rounds 40]

Prints medians in milliseconds and the ratios the course promises.
"""

from __future__ import annotations

import argparse
import io
import statistics
import time
from collections.abc import Callable

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from helpers.blood.cells.film import Film
from helpers.blood.core.count import BloodCount
from helpers.pictures.film import FIELD, FieldPicture

MOST_MS = 60


def normal(times: float = 1.0) -> Film:
    """The film of about 333 red cells and 17 platelets a field, or so many times as many."""
    count = dict(hb=150, rbc=5.0, mcv=90, rdw=13, wbc=7, seg_pct=60, lymph_pct=40, plt=250)
    return Film(BloodCount.of(**count), per_cell=Film.of("normal").per_cell / times)


def scattered(cells: int, seed: int) -> bytes:
    """A plain plot of as many points."""
    figure = Figure(figsize=(FIELD / 72, FIELD / 72), dpi=126)
    canvas, axes = FigureCanvasAgg(figure), figure.add_axes((0, 0, 1, 1))
    x, y = np.random.default_rng(seed).random((2, cells))
    axes.scatter(x, y, 120, color="#df968d")
    file = io.BytesIO()
    canvas.print_png(file)
    return file.getvalue()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40)
    rounds = parser.parse_args().rounds
    one, four = normal(), normal(4)
    kinds: dict[str, Callable[[int], object]] = {
        "a new field": lambda seed: FieldPicture(one, seed).image(),
        "four times the cells": lambda seed: FieldPicture(four, seed).image(),
        "a scatter plot of as many points": lambda seed: scattered(350, seed),
    }
    took: dict[str, list[float]] = {kind: [] for kind in kinds}
    for seed in range(rounds + 5):
        for kind, make in kinds.items():
            began = time.process_time()
            make(seed)
            if seed >= 5:
                took[kind].append(1000 * (time.process_time() - began))
    medians = {kind: statistics.median(times) for kind, times in took.items()}
    for kind, median in medians.items():
        print(f"{kind:34} median {median:6.1f} ms   most {max(took[kind]):6.1f} ms")
    field, larger, plot = medians.values()
    print(f"a new field                        {field:.0f} ms   (at most {MOST_MS})")
    print(f"four times the cells / one field   {larger / field:.2f}   (at most 4: no faster than the cells)")
    print(f"a new field / a scatter plot       {field / plot:.2f}")


if __name__ == "__main__":
    main()
