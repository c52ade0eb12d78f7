"""What the learner's record costs, with 100,000 events already in it, each against the same without.

    python benchmarks/record.py [--events 100000] [--rounds 5]

Prints: an answer on a card, judged and recorded, against one that is only judged; running a whole notebook with that
record against running it with an empty one; the start page; the size of the file and of what is taken along.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from helpers.cards.card import Card
from helpers.questions import bank
from helpers.questions.bank import version
from helpers.questions.exercise import Exercise
from helpers.record import exchange
from helpers.record.log import Record
from helpers.record.restore import remember
from helpers.record.session import AGAIN, HINT, Event, Session, plain

ROOT = Path(__file__).resolve().parent.parent
ANSWERS = 300


def filled(folder: Path, number: int) -> Record:
    """A record with so many events, made up: answers to every question, right and wrong, hints, new beginnings."""
    record, chance = Record(folder), random.Random(1)
    asked = [one for notebook in bank.notebooks() for one in bank.exercises(notebook) if one.misconceptions]
    made = {one.id: _answers(one) for one in asked}
    start = datetime.now(UTC) - timedelta(days=300)
    for at in range(0, number, 1000):
        batch = []
        for place in range(at, min(at + 1000, number)):
            one = chance.choice(asked)
            did = chance.choices(("answered", HINT, AGAIN), (8, 1, 1))[0]
            answer, verdict, slip = chance.choice(made[one.id]) if did == "answered" else (None, "", "")
            when = start + timedelta(minutes=4 * place)
            sure = chance.choice((None, 0.5, 0.9))
            batch.append(Event(one.id, did, answer, verdict, slip, 0, sure, min(when, datetime.now(UTC)), version(one)))
        record.append(*batch)
    return record


def _answers(one: Exercise) -> list[tuple[object, str, str]]:
    slip = one.misconceptions[0]
    if one.asks.in_code:
        return [(one.asks.code, "right", ""), (slip.code, "not yet", slip.name)]
    right, wrong = plain(one.asks.right), plain(one.asks.betraying(slip))
    return [(right, "right", ""), (wrong, "not yet", slip.name)]


def answering(record: Record) -> tuple[float, float]:
    """Median milliseconds from a press on Check to the feedback: without and with a record, in turn."""
    number = bank.exercise("start-04")
    bare, kept = Card(number, Session()), Card(number, remember(Session(), record))
    times: dict[Card, list[float]] = {bare: [], kept: []}
    for at in range(ANSWERS):
        for card, found in times.items():
            start = time.perf_counter()
            card.check({"amount": f"{at}.5", "unit": ""})
            found.append(time.perf_counter() - start)
    return tuple(1000 * statistics.median(found[10:]) for found in times.values())


def running(path: Path, folders: dict[str, Path], rounds: int) -> dict[str, list[float]]:
    """Seconds to start a kernel and run every cell of a notebook, with each record in turn."""
    times: dict[str, list[float]] = {name: [] for name in folders}
    for number in range(rounds + 1):
        for name, folder in folders.items():
            notebook = nbformat.read(path, as_version=4)
            client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}})
            start = time.perf_counter()
            client.execute(env=os.environ | {"PANCYTOPENIA_RECORD": str(folder)})
            if number:
                times[name].append(time.perf_counter() - start)
    return times


def milliseconds(action: Callable[[], object]) -> float:
    """Median time of an action."""
    found = []
    for _ in range(5):
        start = time.perf_counter()
        action()
        found.append(time.perf_counter() - start)
    return 1000 * statistics.median(found)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        full, empty = Path(name) / "full", Path(name) / "empty"
        record = filled(full, chosen.events)
        bare, kept = answering(record)
        added = f"{kept - bare:.2f} ms added (at most 5 at the median)"
        print(f"an answer, judged and recorded / only judged: {kept / bare:.2f}; {added}")
        text = exchange.to_xapi(record.rows(), "x")
        size = record.path.stat().st_size
        print(f"{record.count():,} events: file {size / 1e6:.0f} MB, taken along {len(text) / size:.2f} times that")
        from helpers.cards.record_panel import WhereYouStand

        page, blank = WhereYouStand(record), WhereYouStand(Record(empty))
        pages = milliseconds(page.look_again), milliseconds(blank.look_again)
        print(f"start page / the same of an empty record: {pages[0] / pages[1]:.1f} ({pages[0]:.0f} ms)")
        record.close()
        for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
            times = running(path, {"full": full, "empty": empty}, chosen.rounds)
            ratio = min(times["full"]) / min(times["empty"])  # the quickest run of each: other programs only slow down
            print(f"{path.stem:<28} run with this record / with an empty one: {ratio:.2f} (at most 1.2)")


if __name__ == "__main__":
    main()
