"""Units: what a printed unit means, and how an amount is written.

The course keeps each quantity in one unit (``ANALYTES[name].unit``: Hb in g/L, cells in 10^9/L, hematocrit in L/L).
Which other units a laboratory may print, and their factors, is ``data/units.csv``.

>>> convert(7.2, "g/dL", "hb")
72.0
>>> show(72, "hb")
'72 g/L (7.2 g/dL)'
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Literal, TypeVar

from helpers.evidence import records
from helpers.wording import listed

System = Literal["si", "conventional", "mmol"]


@dataclass(frozen=True)
class Unit:
    """A unit a laboratory may print."""

    name: str
    """As ``data/units.csv`` writes it, e.g. ``10^9/L``."""
    dimension: str
    factor: float
    """Amount in the course's unit = printed number * factor."""
    ucum: str
    conventional: bool
    """Whether this is the conventional (US) unit shown beside the SI one."""
    spellings: tuple[str, ...]

    def __str__(self) -> str:
        return pretty(self.name)


@dataclass(frozen=True)
class Analyte:
    """A quantity of the blood count."""

    name: str
    label: str
    british: str
    dimension: str
    unit: str
    """The course's unit."""
    column: str
    """Its column in a DataFrame."""
    decimals: int
    """Digits after the point that an analyzer gives in the course's unit."""
    line: str
    """red, white, platelets or other."""
    loinc: tuple[str, ...]
    names: tuple[str, ...]
    """Spellings found on reports."""
    plausible_low: float
    plausible_high: float
    """Limits of what a living person could have, in the course's unit: wide, and used only to say "cannot tell"."""
    lowest: float | None
    """Taken down to here in the conventional unit, where the number cannot be a slip for the other unit."""
    axis_low: float
    axis_high: float
    axis_scale: str
    source: str

    @property
    def may_be_zero(self) -> bool:
        """Whether an analyzer can find none at all (cells that can vanish, shares of cells)."""
        return self.line in ("white", "platelets") or self.name in ("retic", "retic_pct", "nrbc")


def split(phrases: str | None) -> tuple[str, ...]:
    """The cell of a table that lists phrases."""
    return tuple(part.strip() for part in (phrases or "").split("|") if part.strip())


@cache
def _load() -> tuple[dict[str, Analyte], dict[str, dict[str, Unit]]]:
    units: dict[str, dict[str, Unit]] = {}
    for row in records("units"):
        about = (row["ucum"] or "", bool(row["conventional"]), split(row["spellings"]))
        unit = Unit(row["unit"], row["dimension"], row["factor"], *about)
        units.setdefault(unit.dimension, {})[unit.name] = unit
    analytes = {}
    for row in records("analytes"):
        codes = " ".join(str(row[field]) for field in ("loinc", "loinc_other") if isinstance(row[field], str))
        analytes[row["name"]] = Analyte(
            **{field: row[field] for field in ("name", "label", "british", "dimension", "unit", "column", "line")},
            decimals=int(row["decimals"]),
            loinc=tuple(re.findall(r"\d+-\d", codes)),
            names=split(row["names"]),
            **{field: row[field] for field in ("plausible_low", "plausible_high", "lowest", "axis_low", "axis_high")},
            axis_scale=row["axis_scale"],
            source=row["source"],
        )
    return analytes, units


K, V = TypeVar("K"), TypeVar("V")


class _Read(Mapping[K, V]):
    """A mapping that is read when it is first asked, so that importing the course reads nothing."""

    def __init__(self, read: Callable[[], Mapping[K, V]]) -> None:
        self._read = cache(read)

    def __getitem__(self, key: K) -> V:
        return self._read()[key]

    def __contains__(self, key: object) -> bool:
        return key in self._read()

    def __iter__(self) -> Iterator[K]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())


ANALYTES: Mapping[str, Analyte] = _Read(lambda: _load()[0])
"""Analytes by name."""
UNITS: Mapping[str, dict[str, Unit]] = _Read(lambda: _load()[1])
"""Units by dimension and name."""
COLUMN: Mapping[str, str] = _Read(lambda: {name: analyte.column for name, analyte in ANALYTES.items()})
"""Analyte name to DataFrame column."""
NAME: Mapping[str, str] = _Read(lambda: {column: name for name, column in COLUMN.items()})
"""DataFrame column to analyte name."""


def analyte(name: str) -> Analyte:
    """The analyte with this short name.

    Raises:
        ValueError: no such analyte; the message suggests the nearest.
    """
    if name not in ANALYTES:
        near = get_close_matches(str(name).lower(), ANALYTES, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"There is no analyte {name!r}.{hint} The names are: {', '.join(ANALYTES)}.")
    return ANALYTES[name]


@cache
def units_of(name: str) -> list[Unit]:
    """The units an analyte is reported in: the course's own, the conventional one, then the others."""
    item = analyte(name)
    return sorted(UNITS[item.dimension].values(), key=lambda unit: (unit.name != item.unit, not unit.conventional))


def course_unit(name: str) -> Unit:
    """The unit in which the course keeps an analyte."""
    return units_of(name)[0]


def conventional_unit(name: str) -> Unit:
    """The conventional (US) unit of an analyte; the course's own where there is no other."""
    return next((unit for unit in units_of(name) if unit.conventional), course_unit(name))


# --- how a unit is written ---------------------------------------------------------------------------------------

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_REWRITES = (  # pattern, replacement, whether capitals are forgiven
    (r"\{[^}]*\}|#(?=/)", "", False),  # UCUM annotations
    (r"\bper\b", "/", True),
    (r"\ban?\s+(?=day\b)", "/", True),
    (r"\bpercent\b", "%", True),
    (r"\bgiga", "G", True),
    (r"\btera", "T", True),
    (r"\bx\s*1[,.  ]?000\b", "10^3", True),
    (r"\b(?:thousands?|thou|tsd)\b", "10^3", True),
    (r"\b(?:millions?|mill)\b", "10^6", True),
    (r"\blakhs?\b", "10^5", True),
    (r"\b(?:lit(?:er|re)s?|ltr)\b", "L", True),
    (r"\bmicrolit(?:er|re)s?\b", "uL", True),
    (r"\bdecilit(?:er|re)s?\b", "dL", True),
    (r"\bmillilit(?:er|re)s?\b", "mL", True),
    (r"\bcubic\s*(?:millimet(?:er|re)s?|mm)\b", "uL", True),
    (r"\b(?:cells?|wbcs?|leukocytes|platelets|cubic)\b", "", True),
    (r"\b(?:grams?|gms?)\b", "g", True),
    (r"\s+", "", False),
    (r"(?<=[a-z0-9])\.(?=/)", "", True),
    (r"^x?1000(?=/)", "10^3", True),
    (r"^[x*×]?10[x×](?=[0-9]/)", "10^", True),
    (r"(?<=10)\.e(?=\d)", "e", True),
    (r"mc(?=[gl]\b)", "u", True),
    (r"(?:cu\.?mm|cmm|c\.mm|mm\^?3)\.?", "uL", True),
    (r"^[x*×·•]?10(?:\^|\*\*?|e\+?|exp)?\(?(\d{1,2})\)?(?![\d])\*?(?=\D|$)", r"10^\1", True),
    (r"^[x*×·•]?e\+?(\d{1,2})(?=/)", r"10^\1", True),
    (r"^K(?=/)", "10^3", True),
    (r"^M(?=/u?L)", "10^6", True),
    (r"\^(\d+)[*·x×](?=/)", r"^\1", False),
    (r"^[x×*·]", "", False),
    (r"(?<![A-Za-z])([dmunfpck]?)l(?![A-Za-z])", r"\1L", False),
    (r"[.,;:]+$", "", False),
)


@cache
def _rewrites() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern, re.IGNORECASE if forgiven else 0), into) for pattern, into, forgiven in _REWRITES]


@lru_cache(maxsize=4096)
def canonical(text: str) -> str:
    """One spelling for the many ways of typing a unit: ``x 10³/mm³``, ``K/µl`` and ``10*3/uL`` all give ``10^3/uL``."""
    text = re.sub(r"[⁰¹²³⁴-⁹]+", lambda run: "^" + run[0].translate(_SUPERSCRIPTS), text.strip().strip("[]"))
    text = unicodedata.normalize("NFKC", text).replace("μ", "u")
    for pattern, into in _rewrites():
        text = pattern.sub(into, text)
    return text


def pretty(unit: str) -> str:
    """A unit as it is printed: ``10^9/L`` becomes ``×10⁹/L``, ``uL`` becomes ``µL``."""
    digits = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
    text = re.sub(r"(?:×\s*)?10\^(\d+)", lambda power: "×10" + power[1].translate(digits), unit)
    return re.sub(r"\bu(?=[gL])", "µ", text)


@cache
def _spelled() -> dict[str, list[Unit]]:
    known: dict[str, list[Unit]] = {}
    for units in UNITS.values():
        for unit in units.values():
            for spelling in {canonical(word) for word in (unit.name, unit.ucum, *unit.spellings) if word}:
                known.setdefault(spelling, []).append(unit)
    return known


@cache
def _folded() -> dict[str, list[tuple[str, Unit]]]:
    folded: dict[str, list[tuple[str, Unit]]] = {}
    for spelling, units in _spelled().items():
        for unit in units:
            folded.setdefault(spelling.lower(), []).append((spelling, unit))
    return folded


def is_unit(text: str) -> bool:
    """Whether the text is a unit of any analyte, in any spelling."""
    return canonical(text).lower() in _folded()


@lru_cache(maxsize=4096)
def find_unit(text: str, name: str) -> Unit | None:
    """The unit of this analyte that the text spells, or None.

    Capitals are forgiven (``G/DL``, ``k/ul``) except where a small letter means another unit: "g/L" is grams per liter
    and never giga per liter.
    """
    dimension, spelling = analyte(name).dimension, canonical(text)
    for unit in _spelled().get(spelling, ()):
        if unit.dimension == dimension:
            return unit
    elsewhere = spelling in _spelled()
    for known, unit in _folded().get(spelling.lower(), ()):
        raised = any(mine.islower() and theirs.isupper() for mine, theirs in zip(spelling, known, strict=False))
        if unit.dimension == dimension and not (elsewhere and raised):
            return unit
    return None


def read_unit(text: str, name: str) -> tuple[Unit | None, str]:
    """What unit of this analyte a text means.

    Args:
        text: the unit as printed, e.g. ``"x10^3/mm3"``.
        name: the analyte's short name, e.g. ``"wbc"``.

    Returns:
        The unit and "", or None and a sentence saying why it cannot be told.

    Raises:
        ValueError: no such analyte.
    """
    item = analyte(name)
    if not text.strip():
        return None, f"No unit is printed. {item.label} is reported in {_in_words(name)}."
    unit = find_unit(text, name)
    if unit:
        return unit, ""
    printed = clip(text)
    if canonical(text) == "g/L":
        return None, (
            f'"{printed}" means grams per liter, and cells are not weighed. '
            "Giga per liter is written G/L, with a capital G."
        )
    return None, f'"{printed}" is not a unit for this. {item.label} is reported in {_in_words(name)}.'


def _in_words(name: str) -> str:
    return listed([str(unit) for unit in units_of(name)][:3], "or")


def clip(text: str, longest: int = 60) -> str:
    """A printed text, shortened for a sentence."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


# --- amounts -----------------------------------------------------------------------------------------------------


def rounded(amount: float, digits: int = 9) -> float:
    """The amount to nine significant digits, so that 10.0 g/dL is exactly 100.0 g/L."""
    return float(f"{amount:.{digits - 1}e}") if math.isfinite(amount) else amount


def convert(amount: float, from_unit: str, name: str) -> float:
    """An amount in the course's unit.

    Args:
        amount: the printed number.
        from_unit: its unit in any spelling, e.g. ``"g/dL"``.
        name: the analyte's short name, e.g. ``"hb"``.

    Raises:
        ValueError: the analyte is unknown, or the unit is not one it is reported in.
    """
    unit, reason = read_unit(from_unit, name)
    if unit is None:
        raise ValueError(reason)
    return rounded(amount * unit.factor)


def plausible(amount: float, name: str) -> bool:
    """Whether a living person could have this amount (course's unit), by the wide limits of ``data/analytes.csv``."""
    item = analyte(name)
    return (amount == 0 and item.may_be_zero) or item.plausible_low <= amount <= item.plausible_high


def sure_unit(number: float, name: str) -> Unit | None:
    """The unit of a number without one, where only one is possible: SI and conventional reports print the same (fL, pg,
    % ...), or it is a hematocrit or a red cell count, whose units lie far apart.

    A share of cells up to 1 may be a percentage or a fraction, so it needs its unit; nothing is nothing in every unit.
    """
    course, known = course_unit(name), units_of(name)
    if number == 0 and plausible(0, name):
        return course
    if course.dimension == "volume_fraction" or (course.dimension == "red_count" and number != int(number)):
        possible = [unit for unit in known if plausible(number * unit.factor, name)]
        return possible[0] if len({unit.factor for unit in possible}) == 1 else None
    if conventional_unit(name).name != course.name:
        return None
    larger = any(plausible(number * unit.factor, name) for unit in known if unit.factor > course.factor)
    return None if larger else course


def in_family(number: float, name: str, family: str) -> list[Unit]:
    """The units of a family in which a living person could have this number: ``"si"``, or ``"conventional"``, which
    counts cells by the thousand and one by one. Of units that give the same amount, the first."""
    course, usual = course_unit(name), conventional_unit(name)
    units = [course] if family == "si" else [unit for unit in units_of(name) if unit is usual or unit.name == "/µL"]
    found: dict[float, Unit] = {}
    for unit in units:
        if plausible(number * unit.factor, name):
            found.setdefault(rounded(number * unit.factor), unit)
    return list(found.values())


def meanings(number: float, name: str) -> list[tuple[str, float]]:
    """What a number would mean in each unit in which a living person could have it.

    Args:
        number: the printed number.
        name: the analyte's short name.

    Returns:
        Pairs of a phrase and the amount in the course's unit, e.g. for a hemoglobin of 72:
        ``[("72 g/L", 72.0), ("7.2 g/dL with a lost decimal point", 72.0)]``. Of units that give the same amount, the
        first is named.
    """
    return list(_meanings(number, name))


@lru_cache(maxsize=4096)
def _meanings(number: float, name: str) -> tuple[tuple[str, float], ...]:
    course = course_unit(name)
    found: dict[float, str] = {}
    lost: dict[float, str] = {}
    for unit in units_of(name):
        if unit.name == "‰":  # nobody prints it without its sign
            continue
        amount = rounded(number * unit.factor)
        beside = "" if unit.factor == 1 else f" ({plain(rounded(amount, 3))} {course})"
        if plausible(amount, name):
            found.setdefault(amount, f"{plain(number)} {unit}{beside}")
        elif unit.conventional and unit.factor == 10 and number == int(number) and plausible(number, name):
            lost.setdefault(number, f"{plain(number / 10)} {unit} with a lost decimal point")
    return tuple((phrase, amount) for group in (found, lost) for amount, phrase in group.items())


def plain(number: float) -> str:
    """A number without superfluous digits and with thin spaces between thousands."""
    text = f"{rounded(number):,.9f}".rstrip("0").rstrip(".")
    return text.replace(",", THIN) if abs(number) < 1e15 else f"{number:.3g}"


THIN = "\N{NARROW NO-BREAK SPACE}"


_MORE_DIGITS = 3
"""So many more than an analyzer gives are tried where a value would read like the limit beside it."""


def _written(amount: float, unit: Unit, name: str, apart_from: float | None = None) -> str:
    """An amount with its unit; with more digits where it would read like another that it is not."""
    as_printed = _with_digits(amount, unit, name)
    if apart_from in (None, amount):
        return as_printed
    digits = range(_MORE_DIGITS + 1)
    pairs = ([_with_digits(each, unit, name, more) for each in (amount, apart_from)] for more in digits)
    return next((mine for mine, other in pairs if mine != other), as_printed)


def _with_digits(amount: float, unit: Unit, name: str, more: int = 0) -> str:
    decimals = ANALYTES[name].decimals + round(math.log10(unit.factor)) + more
    number = rounded(amount / unit.factor)
    if number and round(number, decimals) == 0:
        decimals = -math.floor(math.log10(abs(number)))
    text = f"{round(number, decimals):,.{max(decimals, 0)}f}".replace(",", THIN)
    return f"{text} {unit}"


@lru_cache(maxsize=8192)
def show(
    amount: float,
    name: str,
    system: System = "si",
    beside: bool = True,
    upper_bound: bool = False,
    apart_from: float | None = None,
) -> str:
    """An amount as a report would print it.

    Args:
        amount: in the course's unit; NaN is "not known".
        name: the analyte's short name.
        system: which unit comes first: ``"si"``, ``"conventional"`` (g/dL, /µL) or ``"mmol"`` (Hb in mmol/L).
        beside: whether to add the other one in brackets where it differs.
        upper_bound: whether the report prints the value as "less than" the amount.
        apart_from: a limit that stands beside it: there are as many digits more as tell the two apart.

    Returns:
        E.g. ``"72 g/L (7.2 g/dL)"``, with as many digits as an analyzer gives.

    Raises:
        ValueError: the analyte or the system is unknown.
    """
    item, si, conventional = analyte(name), course_unit(name), conventional_unit(name)
    mmol = next((unit for unit in units_of(name) if unit.name.startswith("mmol")), si)
    choices = {"si": (si, conventional), "conventional": (conventional, si), "mmol": (mmol, conventional)}
    if system not in choices:
        raise ValueError(f"There is no system of units {system!r}. Choose among: {', '.join(choices)}.")
    if amount is None or math.isnan(amount):
        return "not known"
    if math.isinf(amount):
        return f"{'−' if amount < 0 else ''}∞ {si}"
    first, second = choices[system]
    text = ("less than " if upper_bound else "") + _written(amount, first, item.name, apart_from)
    if beside and second.name != first.name and second.factor != first.factor:
        text += f" ({_written(amount, second, item.name, apart_from)})"
    return text
