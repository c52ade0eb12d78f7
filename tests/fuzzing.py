"""What the fuzzers of the reader share: many made-up reports are read, and it is said what came of them."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable


def read_many(read_one: Callable[[int], tuple[str, list[str], int, int]], what: str, many: int, first: int) -> None:
    """Read made-up reports and print the faults, the slowest, and how many values of each kind were declined.

    Args:
        read_one: seed of a report to its kind, its faults, how many of its values were declined, and how many it has.
        what: what they are called.
        many: how many are read, unless the command line says how many.
        first: the first seed, unless the command line says which after that.
    """
    asked = [int(word) for word in sys.argv[1:3]]
    many, first = [*asked, *(many, first)[len(asked) :]]
    faults, kinds, declined, there, slowest = [], Counter(), Counter(), Counter(), (0.0, 0)
    for seed in range(first, first + many):
        start = time.perf_counter()
        kind, found, missing, values = read_one(seed)
        slowest = max(slowest, (time.perf_counter() - start, seed))
        faults += found
        kinds[kind] += 1
        declined[kind] += missing
        there[kind] += values
    print(*faults[:60], sep="\n")
    print(f"{many} {what}: {len(faults)} faults; slowest {slowest[0]:.2f} s (seed {slowest[1]})")
    for kind in sorted(kinds):
        print(f"  {kind:10} {kinds[kind]:6} read, {declined[kind]:6} of {there[kind]} values declined")
