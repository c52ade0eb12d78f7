"""Rounds under the lens: cells, or whole fields, that are taken for each other, drawn one after the other to be named.

>>> found = round_set("danger")
>>> [found.label_of(name) for name in found.names][:2]
['Blast', 'Lymphocyte, large']
>>> len(looks("danger", seed=1)), looks("danger", seed=1) == looks("danger", seed=1)
(20, True)

Pairs are rows of ``data/round_pairs.csv``. A round takes them in turn, so that no pair comes twice running: what is
confused is met in between, not in a block.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np

from helpers.blood.cells.film import LOOKS, Film, cell_kinds, teaching_films
from helpers.evidence import keyed, records

MANY = 20
"""Looks in a round."""
_SHARE = 0.35
"""No name is right more often than in this share of a round, or naming it each time would pay."""
_FIELDS = 400
"""Fields tried for one that holds what tells its film."""


@dataclass(frozen=True)
class Pair:
    """Two that are taken for each other."""

    one: str
    other: str
    told: str
    """By what they are told apart."""
    printed: str
    """What the source says of taking one for the other."""
    source: str
    confidence: str
    note: str

    @property
    def both(self) -> frozenset[str]:
        """The two."""
        return frozenset((self.one, self.other))


@dataclass(frozen=True)
class RoundSet:
    """What is told apart in a round."""

    set: str
    label: str
    shows: str
    """``cells`` or ``fields``."""
    seconds: float
    """How long a look may take where time is limited."""
    says: str
    pairs: tuple[Pair, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What a look can be: kinds of cells, or films; always in this order."""
        return tuple(dict.fromkeys(name for pair in self.pairs for name in (pair.one, pair.other)))

    @property
    def one(self) -> str:
        """What is looked at, in the singular."""
        return self.shows.removesuffix("s")

    def label_of(self, name: str) -> str:
        """What one of them is called."""
        return (cell_kinds() if self.shows == "cells" else teaching_films())[name]["label"]

    def pair(self, one: str, other: str) -> Pair | None:
        """The pair of these two; None where they are none."""
        return next((pair for pair in self.pairs if pair.both == {one, other}), None)


@dataclass(frozen=True)
class Look:
    """One look: what it is, and which of many alike is drawn."""

    name: str
    """A kind of cell, or a film."""
    width_um: float
    """Of a cell; 0 for a field."""
    which: int
    """The look of a cell, or the number of the field from which on one is looked for."""


@cache
def round_sets() -> Mapping[str, RoundSet]:
    """The sets by key, in the order of the table."""
    pairs = records("round_pairs")
    names = Pair.__annotations__
    found = {}
    for row in records("round_sets"):
        mine = tuple(Pair(*(pair[name] or "" for name in names)) for pair in pairs if pair["set"] == row["set"])
        found[row["set"]] = RoundSet(row["set"], row["label"], row["shows"], row["seconds"], row["says"], mine)
    return MappingProxyType(found)


def round_set(name: str) -> RoundSet:
    """A set by its key.

    Raises:
        KeyError: no such set; the message lists those there are.
    """
    if name not in round_sets():
        raise KeyError(f"There is no round {name!r}. The rounds are: {', '.join(round_sets())}.")
    return round_sets()[name]


@cache
def seen_as() -> Mapping[str, str]:
    """What is seen of a kind of cell, in words that do not name it."""
    return MappingProxyType({row["kind"]: row["seen"] for row in records("round_cells")})


@cache
def looks(name: str, seed: int) -> tuple[Look, ...]:
    """The looks of one round.

    Args:
        name: key of a set.
        seed: the same seed gives the same round; there is no last one.
    """
    asked = round_set(name)
    rng = np.random.default_rng([zlib.crc32(name.encode()), seed])
    order = _names(asked, rng)
    return tuple(_look(asked, what, rng) for what in order)


def _names(asked: RoundSet, rng: np.random.Generator) -> list[str]:
    """What is shown, look by look: pairs in turn, each of the two by chance, until all of them come and none too often.

    One that is in several pairs is drawn less often in each.
    """
    pairs_of = Counter(name for pair in asked.pairs for name in (pair.one, pair.other))
    while True:
        order: list[str] = []
        for pair in _in_turn(asked.pairs, rng):
            odds = pairs_of[pair.other] / (pairs_of[pair.one] + pairs_of[pair.other])
            order.append(pair.one if rng.random() < odds else pair.other)
        many = Counter(order)
        thrice = any(len(set(order[at : at + 3])) == 1 for at in range(MANY - 2))
        if not thrice and min(many[name] for name in asked.names) >= 2 and max(many.values()) <= _SHARE * MANY:
            return order


def _in_turn(pairs: tuple[Pair, ...], rng: np.random.Generator) -> list[Pair]:
    """Pairs shuffled anew each time all have come, none of them twice running."""
    found: list[Pair] = []
    while len(found) < MANY:
        turn = [pairs[place] for place in rng.permutation(len(pairs))]
        if not found or turn[0] is not found[-1]:
            found += turn
    return found[:MANY]


def _look(asked: RoundSet, name: str, rng: np.random.Generator) -> Look:
    if asked.shows == "fields":
        return Look(name, 0.0, int(rng.integers(1, 10_000)))
    row = cell_kinds()[name]
    width = row["drawn_um"] * (1 + row["spread_pct"] / 100 * rng.uniform(-1, 1))
    return Look(name, width, int(rng.integers(LOOKS)))


@cache
def field_of(look: Look) -> int:
    """Which field of the film is shown: from the look's number on the first that holds what tells the film."""
    row, film = keyed("round_fields", "film")[look.name], Film.of(look.name)
    fields = range(look.which, look.which + _FIELDS)
    return next(seed for seed in fields if film.field(seed).tally().get(row["kind"], 0) >= row["at_least"])
