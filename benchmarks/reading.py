"""Reading a pasted report: time and memory against its length, each as a ratio against the shortest.

    python benchmarks/reading.py

Prints, for reports of 1,000 to 100,000 characters, the processor time of reading one and its growth (1.0 is in
proportion to the length), and the peak of memory against the text; then the same for shapes that are hard to read.
"""

from __future__ import annotations

import time
import tracemalloc

from helpers import read_report

LINES = """Hemoglobin   7.2 L   g/dL   12.0 - 16.0
White cell count   1.9   x10^9/L   4.0 - 10.0
Sodium   140   mmol/L   135 - 145
Comment: seen by the night shift, to be repeated
Platelets 18 K/uL (150-400)
Neutrophils 21 %, lymphocytes 71 %
"""
HARD = {
    "one name, many flags": "Hb\n" + "L\n" * 50_000,
    "one name, many intervals": "Hb\n" + "12-16\n" * 17_000,
    "names and numbers": "Hb\n7\n" * 20_000,
    "one line of names": "Hb, " * 25_000,
    "one line of numbers": "7, " * 33_000,
    "brackets": "(" * 100_000,
    "an age again and again": "34-year-old " * 8_300,
}


def spent(text: str) -> float:
    """Processor time of one reading, seconds: the least of three."""
    times = []
    for _ in range(3):
        start = time.process_time()
        read_report(text)
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    """Print the figures."""
    read_report(LINES)
    base = spent((LINES * 5)[:1_000])
    for length in (1_000, 5_000, 20_000, 50_000, 100_000):
        text = (LINES * (length // len(LINES) + 1))[:length]
        took = spent(text)
        tracemalloc.start()
        read_report(text)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        growth = took / base / (length / 1000)
        print(f"{length:>7} characters: {took:6.3f} s, growth {growth:4.2f}, memory {peak / length:5.0f} x the text")
    for name, text in HARD.items():
        print(f"{name} ({len(text)} characters): {spent(text[:100_000]):6.3f} s")


if __name__ == "__main__":
    main()
