"""What a grading system is: the rows of ``data/systems.csv``.

>>> current("ctcae"), title("ctcae", "6.0"), [row["edition"] for row in lanes()]
('6.0', 'CTCAE v6.0', ['5.0', '6.0', '2024'])
"""

from __future__ import annotations

from functools import cache

from helpers.blood.core.criteria import Row
from helpers.evidence import records
from helpers.wording import listed


@cache
def systems() -> tuple[str, ...]:
    """The grading systems of the course."""
    return tuple(dict.fromkeys(row["system"] for row in records("systems")))


@cache
def _rows(system: str) -> tuple[Row, ...]:
    rows = tuple(row for row in records("systems") if row["system"] == system)
    if not rows:
        raise ValueError(f"There is no grading system {system!r}. Choose among: {', '.join(systems())}.")
    return rows


def family(system: str) -> str:
    """How a system grades: "ladder", "definitions", "camitta" or "points".

    Raises:
        ValueError: no such system; the message lists those there are.
    """
    return _rows(system)[0]["family"]


def current(system: str) -> str:
    """The edition meant when none is named. Raises: ValueError: no such system."""
    return next(row["edition"] or "" for row in _rows(system) if row["current"])


@cache
def editions(system: str) -> tuple[str, ...]:
    """The editions there are of a system (of pancytopenia, its definitions).

    Raises:
        ValueError: no such system; the message lists those there are.
    """
    if family(system) == "definitions":
        return tuple(dict.fromkeys(row["definition"] for row in records("definitions")))
    return tuple(row["edition"] or "" for row in _rows(system))


def edition_of(system: str, edition: str | float | None) -> str:
    """The edition meant; 6.0 and 2024 are understood as "6.0" and "2024".

    Raises:
        ValueError: no such system or edition; the message lists those there are.
    """
    known = editions(system)
    edition = current(system) if edition is None else str(edition)
    if edition not in known:
        raise ValueError(f"There is no edition {edition!r} of {system}. Choose among: {', '.join(map(repr, known))}.")
    return edition


def about(system: str, edition: str) -> Row:
    """The row of one edition; of a definition, that of its system."""
    rows = _rows(system)
    return next((row for row in rows if (row["edition"] or "") == edition), rows[0])


@cache
def title(system: str, edition: str) -> str:
    """System and edition as one writes them, e.g. "CTCAE v6.0"."""
    if family(system) == "definitions":
        return next(row["label"] for row in records("definitions") if row["definition"] == edition)
    return about(system, edition)["title"]


@cache
def side_by_side() -> tuple[Row, ...]:
    """The editions under which one patient is graded beside each other, in order."""
    rows = [row for row in records("systems") if row["side_by_side"]]
    return tuple(sorted(rows, key=lambda row: row["side_by_side"]))


@cache
def lanes() -> tuple[Row, ...]:
    """The editions drawn as lanes of a picture, top to bottom."""
    return tuple(row for row in records("systems") if row["lane"])


@cache
def paired() -> tuple[Row, ...]:
    """The editions that are shown against each other, line by line, in order."""
    return tuple(row for row in records("systems") if row["paired"])


def paired_words() -> str:
    """What they are called together: "CTCAE 5 and 6"."""
    by_name: dict[str, list[str]] = {}
    for row in paired():
        by_name.setdefault(row["name"], []).append((row["lane"] or row["title"]).removeprefix(row["name"]).strip())
    return listed(f"{name} {listed(which)}" for name, which in by_name.items())


@cache
def items() -> dict[str, str]:
    """The value that is graded -> what its line is called: ``{"hb": "anemia", ...}``."""
    return {row["analyte"]: row["item"] for row in records("severity")}
