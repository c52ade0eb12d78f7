"""What a blood film of this count would show: how many of each cell lie in a field under the oil lens, and how large.

One field holds a fixed small volume of blood, so a count divided by one number (``per_cell``: the count that one cell a
field stands for) is the number of cells to expect; what a field really holds varies around it by chance. The same
number serves red cells, white cells and platelets, or the picture would break the ratios between them.

>>> film = Film.of("megaloblastic")            # a teaching film of data/films.csv
>>> film = Film(BloodCount.of(hb=72, mcv=112, rdw=20, wbc=2.1, neut_pct=38, lymph_pct=62, plt=18), {"teardrop": 3})
>>> film.expected["platelet"]                  # cells a field
1.2
>>> tally = film.field(seed=7).tally()         # what one field held
>>> film.left_out                              # what could not be drawn, and why
('Reticulocytes are not known: young red cells are not told from the others.',)

Sizes and factors are from ``data/film_cells.csv`` and ``data/constants.csv``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from helpers.blood.core.count import BloodCount
from helpers.blood.core.derived import complete
from helpers.blood.core.units import ANALYTES, plain
from helpers.evidence import constant, keyed, records
from helpers.wording import capital, small

Crowding = Literal["same volume", "same crowding"]

DIFFERENTIAL = {
    "neutrophil": "seg_pct",
    "band": "band_pct",
    "lymphocyte": "lymph_pct",
    "monocyte": "mono_pct",
    "eosinophil": "eos_pct",
    "basophil": "baso_pct",
    "blast": "blast_pct",
}
"""White cells of a report's differential, and the percentage that counts them."""


@cache
def cell_kinds() -> Mapping[str, Mapping[str, Any]]:
    """The cells a film can show: rows of ``data/film_cells.csv`` by kind."""
    return MappingProxyType({row["kind"]: row for row in records("film_cells") if row["of"]})


@cache
def six_films() -> Mapping[str, tuple[str, int]]:
    """The films of the picture of six: letter -> the film and the field of it that is shown."""
    return MappingProxyType({row["letter"]: (row["film"], row["field"]) for row in records("six_films")})


def cell_name(kind: str) -> str:
    """What a kind is called inside a sentence."""
    label = cell_kinds()[kind]["label"]
    return small(label)


def kinds_of(group: str) -> tuple[str, ...]:
    """The kinds counted among the red_cells, white_cells, neutrophils or platelets."""
    return tuple(kind for kind, row in cell_kinds().items() if row["of"] == group)


def field_diameter_um(field_number_mm: float) -> float:
    """How wide the field under the oil lens is, µm: the eyepiece's field number over the objective."""
    return field_number_mm / constant("film_objective") * 1000


def red_cell_diameter_um(mcv_fl: float | np.ndarray) -> float | np.ndarray:
    """How wide a red cell of this volume (fL) dries on glass, µm: a disc of constant thickness.

    Source: the constants ``film_red_cell_diameter_um`` and ``film_red_cell_mcv_fl`` fix one point of the square root;
    dried cells of pernicious anemia, 1 µm wider than normal, agree with it and not with a constant shape.
    """
    return constant("film_red_cell_diameter_um") * (mcv_fl / constant("film_red_cell_mcv_fl")) ** 0.5


LOOKS = 12
"""How many cells of a kind and size differ from each other."""


@dataclass(frozen=True)
class Cells:
    """Cells in the order in which they were found."""

    kinds: tuple[str, ...]
    diameter_um: np.ndarray
    """Float array, one a cell."""
    looks: np.ndarray
    """Integers below :data:`LOOKS`: which of many alike each cell is."""

    def __len__(self) -> int:
        return len(self.kinds)

    def __iter__(self) -> Iterator[tuple[str, float, int]]:
        """Kind, diameter (µm) and look of each cell."""
        return zip(self.kinds, self.diameter_um.tolist(), self.looks.tolist(), strict=True)

    def tally(self) -> dict[str, int]:
        """How many of each kind, the most frequent first."""
        return dict(Counter(self.kinds).most_common())


@dataclass(frozen=True)
class Search:
    """White cells met one after the other, and how far one had to look."""

    cells: Cells
    fields: np.ndarray
    """Number of the field in which each was met, counted from 1."""


@dataclass(frozen=True, eq=False)
class Film:
    """The film of one count.

    Args:
        count: what was measured. What is missing is left out, and said in :attr:`left_out`.
        signs: what is unusual, as a share in percent by kind of ``data/film_cells.csv``: of red cells
            (``macro_ovalocyte``, ``schistocyte`` ...), of neutrophils (``hypersegmented``, ``pelgeroid``), of white
            cells (``hairy_cell`` ...) or of platelets (``platelet_clump``: the share that sticks together, and that the
            printed count misses).
        per_cell: the count (10^9/L) that one cell a field stands for, with an eyepiece of the usual field number.
        field_number_mm: of the eyepiece; the cells in a field go with its square.
        crowding: "same volume": every field holds the same volume of blood. "same crowding": one looks where the red
            cells lie as close as on a normal film, as a technologist does, and meets more of the other cells.
        crowded_red_cells: red cells in a field where one looks for the "same crowding".
        mchc_g_per_l: how densely red cells are filled, to work out their number where the report has none.
        label: what the film is called.

    Raises:
        ValueError: a sign the course does not know, a share that is not one, or a factor or field that cannot be.
    """

    count: BloodCount
    signs: Mapping[str, float] = field(default_factory=dict)
    per_cell: float = field(default_factory=lambda: constant("film_count_per_cell_e9_per_l"))
    field_number_mm: float = field(default_factory=lambda: constant("film_field_number_mm"))
    crowding: Crowding = "same volume"
    crowded_red_cells: float = field(default_factory=lambda: constant("film_crowded_red_cells"))
    mchc_g_per_l: float = field(default_factory=lambda: constant("film_assumed_mchc_g_per_l"))
    label: str = ""

    expected: Mapping[str, float] = field(init=False)
    """Cells of each kind to expect in one field."""
    left_out: tuple[str, ...] = field(init=False)
    """What could not be drawn, and why, a sentence each."""
    assumed: tuple[str, ...] = field(init=False)
    """What was worked out or taken as usual, a sentence each."""
    unknown: frozenset[str] = field(init=False)
    """Of "red cells", "white cells" and "platelets", those whose number cannot be told, which is not none."""

    def __post_init__(self) -> None:
        self._check()
        count, said = complete(self.count), _Said()
        red = _red_count(count, self.mchc_g_per_l, said)
        per_cell = self._count_per_cell(red)
        expected = _red_kinds(red, count, self.signs, said, per_cell)
        expected |= _white_kinds(count, self.signs, said, per_cell)
        expected |= _platelet_kinds(count, self.signs, said, per_cell)
        _size_known(count, said)
        _said_to_be_fewer(count, said)
        for name, value in (
            ("count", count),
            ("signs", MappingProxyType({kind: share for kind, share in self.signs.items() if share})),
            ("expected", MappingProxyType({kind: many for kind, many in expected.items() if many > 0})),
            ("left_out", tuple(said.left_out)),
            ("assumed", tuple(said.assumed)),
            ("unknown", frozenset(said.unknown)),
        ):
            object.__setattr__(self, name, value)

    @classmethod
    def of(cls, film: str, **choices: Any) -> Film:
        """A teaching film of ``data/films.csv`` with its morphology from ``data/film_signs.csv``.

        Args:
            film: its key, e.g. ``"normal"``, ``"megaloblastic"``, ``"ttp"``.
            **choices: as :class:`Film` takes them.

        Raises:
            KeyError: no such film; the message lists those there are.
        """
        row = teaching_films().get(film)
        if row is None:
            raise KeyError(
                f"There is no film {film!r} in data/films.csv. The films are: {', '.join(teaching_films())}."
            )
        given = {name: row[name] for name in row if name in ANALYTES and row[name] is not None}
        signs = {sign["sign"]: sign["share_pct"] for sign in records("film_signs") if sign["film"] == film}
        if row["other_kind"]:
            signs[row["other_kind"]] = row["other_pct"]
        return cls(BloodCount.of(**given), signs, label=row["label"], **choices)

    def _check(self) -> None:
        for kind, share in self.signs.items():
            if kind not in cell_kinds():
                raise ValueError(f"A film has no {kind!r}. It can show: {', '.join(cell_kinds())}.")
            if not 0 <= share <= 100:
                raise ValueError(f"{kind} should be a share in percent, 0 to 100; it is {share!r}.")
        if self.signs.get(CLUMP, 0) == 100:
            raise ValueError("Not all platelets can be in clumps, or the count would be 0. Give less than 100 %.")
        for name in ("per_cell", "field_number_mm", "crowded_red_cells", "mchc_g_per_l"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name} should be a number above 0; it is {getattr(self, name)!r}.")
        if self.crowding not in ("same volume", "same crowding"):
            raise ValueError(f'crowding should be "same volume" or "same crowding"; it is {self.crowding!r}.')

    def _count_per_cell(self, red: float) -> float:
        area = (self.field_number_mm / constant("film_field_number_mm")) ** 2
        if self.crowding == "same crowding" and red:
            return red * 1000 / (self.crowded_red_cells * area)
        return self.per_cell / area

    @property
    def diameter_um(self) -> float:
        """How wide the field is."""
        return field_diameter_um(self.field_number_mm)

    @property
    def mcv_fl(self) -> float:
        """Mean volume of the red cells drawn: the count's, or a normal cell's where it is not known."""
        return constant("film_red_cell_mcv_fl") if math.isnan(self.count.mcv) else self.count.mcv

    @property
    def mch_pg(self) -> float:
        """Hemoglobin in a red cell: the count's, or what the assumed filling gives."""
        return self.mchc_g_per_l * self.mcv_fl / 1000 if math.isnan(self.count.mch) else self.count.mch

    @property
    def pallor(self) -> float:
        """Width of a red cell's pale middle, as a share of its diameter: a third, and more where hemoglobin is short.

        That it grows is known; by how much is a drawing choice of the course.
        """
        return min(constant("film_pallor_share") * max(1.0, constant("film_full_mch_pg") / self.mch_pg) ** 1.3, 0.75)

    # --- what chance makes of it ---

    def field(self, seed: int) -> Cells:
        """The cells of one field; the same seed gives the same field.

        Of one seed, a count that changes a little changes the field a little: cells come or go at the end of the line.
        """
        groups = [self._draw(kinds, [seed, place]) for place, kinds in enumerate(GROUPS)]
        return Cells(
            sum((group.kinds for group in groups), ()),
            np.concatenate([group.diameter_um for group in groups]),
            np.concatenate([group.looks for group in groups]),
        )

    def search(self, many: int, seed: int) -> Search:
        """The next white cells one meets, field after field; none where the film has none.

        Args:
            many: how many to look for.
            seed: the same seed gives the same cells.
        """
        mean = sum(self.expected.get(kind, 0.0) for kind in WHITE)
        cells = self._draw(WHITE, [seed, 9], many if mean else 0)
        gaps = np.random.default_rng([seed, 9, 3]).exponential(size=len(cells)) / (mean or 1)
        return Search(cells, np.floor(np.cumsum(gaps)).astype(int) + 1)

    def _draw(self, kinds: tuple[str, ...], seed: list[int], many: int | None = None) -> Cells:
        here = [kind for kind in kinds if kind in self.expected]
        means = np.array([self.expected[kind] for kind in here])
        chance, which, size, look = (np.random.default_rng([*seed, stream]) for stream in range(4))
        if many is None:
            many = _poisson(means.sum(), chance.random())
        if not len(here):
            many = 0
        places = np.searchsorted(np.cumsum(means[:-1]) / means.sum(), which.random(many), side="right") if many else []
        found = tuple(here[place] for place in places)
        deviates = size.standard_normal(many)
        diameters = np.empty(many)
        for place, kind in enumerate(here):
            if many:
                alike = places == place
                diameters[alike] = self._diameters(kind, deviates[alike])
        return Cells(found, diameters, look.integers(0, LOOKS, many))

    def _diameters(self, kind: str, deviates: np.ndarray) -> np.ndarray:
        """How wide cells of a kind are, µm, given how far each is off the mean, in standard deviations."""
        if kind in ("red_cell", "macro_ovalocyte"):
            spread = 0.0 if math.isnan(self.count.rdw) else self.count.rdw / 100
            sigma = math.sqrt(math.log1p(spread**2))
            upward = np.abs(deviates) if kind == "macro_ovalocyte" else deviates
            found = red_cell_diameter_um(self.mcv_fl * np.exp(sigma * upward - sigma**2 / 2))
            return np.maximum(found, constant("film_macrocyte_over_um")) if kind == "macro_ovalocyte" else found
        row = cell_kinds()[kind]
        mean, share = row["drawn_um"], row["spread_pct"] / 100
        if row["of"] == "red_cells":
            mean *= red_cell_diameter_um(self.mcv_fl) / constant("film_red_cell_diameter_um")
        return mean * (1 + share * np.clip(deviates, -2, 2))


@cache
def teaching_films() -> Mapping[str, Mapping[str, Any]]:
    """The teaching films: rows of ``data/films.csv`` by key."""
    return keyed("films", "film")


# --- how many of each kind ------------------------------------------------------------------------------------------


@dataclass
class _Said:
    """What a film has to say of itself, gathered while it is made."""

    left_out: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)

    def unknown_number(self, group: str, count: BloodCount, analyte: str, more: str = "") -> None:
        """The number of a group of cells cannot be told."""
        self.unknown.add(group)
        why = count.why(analyte) if analyte in count.values else "Their number is not known."
        self.left_out.append(f"{capital(group)} are left out. {why}{more}")


def _red_count(count: BloodCount, mchc_g_per_l: float, said: _Said) -> float:
    """Red cells, 10^12/L; 0 where they cannot be told."""
    if not math.isnan(count.rbc):
        return count.rbc
    if not math.isnan(count.hb) and "rbc" not in count.values:
        mcv = constant("film_red_cell_mcv_fl") if math.isnan(count.mcv) else count.mcv
        rbc = count.hb / (mchc_g_per_l * mcv / 1000)
        usual = f", their size as usual (MCV {plain(mcv)} fL)" if math.isnan(count.mcv) else ""
        said.assumed.append(
            f"The number of red cells, {rbc:.2f} ×10¹²/L, is worked out from hemoglobin{'' if usual else ' and MCV'}; "
            f"their filling is taken as usual (MCHC {plain(mchc_g_per_l)} g/L){usual}."
        )
        return rbc
    more = "" if "rbc" in count.values else " Hemoglobin would do as well."
    said.unknown_number("red cells", count, "rbc", more)
    return 0.0


def _red_kinds(
    red: float, count: BloodCount, signs: Mapping[str, float], said: _Said, per_cell: float
) -> dict[str, float]:
    shares = {kind: signs[kind] for kind in RED if kind in signs and kind != "red_cell"}
    if "polychromatic" not in shares and red:
        of_red = count.retic_pct if math.isnan(count.retic) else count.retic / (10 * red)
        shares |= {} if math.isnan(of_red) else {"polychromatic": of_red}
    if sum(shares.values()) > 100:
        said.left_out.append(
            f"The unusual red cells, young ones among them, add up to {plain(round(sum(shares.values()), 1))} %, more "
            "than there are: all are drawn as usual ones. Check the shares."
        )
        shares = {}
    cells = red * 1000 / per_cell
    usual = {"red_cell": cells * (1 - sum(shares.values()) / 100)}
    return usual | {kind: cells * share / 100 for kind, share in shares.items()}


def _white_kinds(count: BloodCount, signs: Mapping[str, float], said: _Said, per_cell: float) -> dict[str, float]:
    if math.isnan(count.wbc):
        said.unknown_number("white cells", count, "wbc")
        return {}
    cells = count.wbc / per_cell
    nucleated = {} if math.isnan(count.nrbc) else {"nucleated_red_cell": cells * count.nrbc / 100}
    shares = _differential(count, signs)
    total, slack = sum(shares.values()), constant("differential_sum_tolerance_pct")
    if total > 100 + slack:
        said.unknown.add("white cells")
        said.left_out.append(
            f"White cells are left out: the differential adds up to {plain(round(total, 1))} %, and no blood can. "
            "Check the percentages."
        )
        return nucleated
    if total < 100 - slack and cells:
        missing = f"{plain(round(100 - total, 1))} % of the white cells are" if total else "White cells are"
        said.unknown |= set() if total else {"white cells"}
        said.left_out.append(f"{missing} left out: the report does not say of which kind they are.")
    whole = max(total, 100) if total < 100 - slack else total
    return nucleated | {kind: cells * share / whole for kind, share in shares.items()}


def _differential(count: BloodCount, signs: Mapping[str, float]) -> dict[str, float]:
    """Percent of the white cells by kind."""
    shares = {kind: getattr(count, name) for kind, name in DIFFERENTIAL.items()}
    if math.isnan(shares["neutrophil"]):
        all_of_them = count.neut_pct
        if math.isnan(all_of_them) and count.wbc > 0:
            all_of_them = 100 * count.anc / count.wbc
        bands = 0.0 if math.isnan(shares["band"]) else shares["band"]
        shares["neutrophil"] = all_of_them - bands
    shares = {kind: share for kind, share in shares.items() if share > 0}
    shares |= {kind: signs[kind] for kind in WHITE if kind in signs and kind not in NEUTROPHILS}
    segmented = shares.pop("neutrophil", 0.0)
    odd = {kind: segmented * signs[kind] / 100 for kind in NEUTROPHILS if kind in signs}
    return shares | odd | {"neutrophil": max(segmented - sum(odd.values()), 0.0)}


def _platelet_kinds(count: BloodCount, signs: Mapping[str, float], said: _Said, per_cell: float) -> dict[str, float]:
    if math.isnan(count.plt):
        said.unknown_number("platelets", count, "plt")
        return {}
    single, clumped = count.plt / per_cell, signs.get(CLUMP, 0) / 100
    large = {kind: single * signs[kind] / 100 for kind in ("large_platelet", "giant_platelet") if kind in signs}
    clumps = single * clumped / (1 - clumped) / constant("film_clump_platelets")
    if clumps:
        both = plain(round(count.plt / (1 - clumped)))
        said.assumed.append(
            f"The printed {plain(count.plt)} ×10⁹/L platelets are those that lie single; with those in clumps there "
            f"are about {both}."
        )
    return {"platelet": max(single - sum(large.values()), 0.0), CLUMP: clumps} | large


def _said_to_be_fewer(count: BloodCount, said: _Said) -> None:
    """What is printed as "less than" is drawn at its limit, and said to be."""
    for group, name in (("red cells", "rbc"), ("white cells", "wbc"), ("platelets", "plt")):
        if count.is_below(name) and group not in said.unknown:
            said.assumed.append(f"{capital(group)} are {count.shown(name)}: as many as that are drawn, and are fewer.")


def _size_known(count: BloodCount, said: _Said) -> None:
    """What of the looks of red cells is not known."""
    if "red cells" in said.unknown:
        return
    if math.isnan(count.mcv):
        usual = f"{plain(constant('film_red_cell_diameter_um'))} µm"
        said.left_out.append(f"The size of the red cells is not known: they are drawn as wide as usual, {usual}.")
    if math.isnan(count.rdw):
        said.left_out.append("How much red cells differ in size (RDW) is not known: they are drawn alike.")
    if math.isnan(count.retic) and math.isnan(count.retic_pct):
        said.left_out.append("Reticulocytes are not known: young red cells are not told from the others.")


def _poisson(mean: float, chance: float) -> int:
    """The number that a Poisson count of this mean stays at or below with this chance; it grows with the mean."""
    if mean <= 0:
        return 0
    many = np.arange(int(mean + 12 * math.sqrt(mean) + 30))
    log_chance = many * math.log(mean) - mean - np.cumsum(np.log(np.maximum(many, 1)))
    return int(np.searchsorted(np.cumsum(np.exp(log_chance)), chance))


RED, NEUTROPHILS = kinds_of("red_cells"), kinds_of("neutrophils")
WHITE = kinds_of("white_cells") + NEUTROPHILS
CLUMP = "platelet_clump"
SINGLE_PLATELETS = tuple(kind for kind in kinds_of("platelets") if kind != CLUMP)
GROUPS = (WHITE, (CLUMP,), kinds_of("per_100_white_cells"), RED, SINGLE_PLATELETS)
"""Kinds drawn by lot together; each group has chances of its own, so that one can change without the others."""
