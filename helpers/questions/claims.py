"""Claims on blood counts that people meet: judged by the course, corrected, with a source and where it is taught.

Claims are rows of ``data/claims.csv``; adding one is adding a row. What a learner judges is kept under the claim's id.

>>> claims()["comment-10"].verdict
'red flag'
>>> [len(sitting) for sitting in sittings()]
[13, 13, 13, 13, 12]
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from types import MappingProxyType

from helpers import page
from helpers.evidence import DATA, keyed, notebook_cells, records, source
from helpers.wording import linked, sources

MOST = 15
"""Claims in one sitting, at most."""
YES, PARTLY, NO = "yes", "partly", "no"
"""How a question of the checklist is answered."""


@dataclass(frozen=True)
class Place:
    """A place in the course: a question, or a heading."""

    notebook: str
    """Name without ``.ipynb``."""
    place: str
    """Id of a question, or a heading without its number."""

    @property
    def cell(self) -> str:
        """Id of the cell it stands in; "" where there is none."""
        return _places(self.notebook)[1].get(self.place, "")

    @property
    def name(self) -> str:
        """``"notebook 05 Choosing a treatment, under What does harm"``."""
        where = "question" if re.fullmatch(r"[a-z]+-\d\d", self.place) else "under"
        title = _places(self.notebook)[0]
        return f"notebook {self.notebook.partition('_')[0]} {title}, {where} {self.place}"

    def link(self) -> str:
        """A link to it as HTML; it opens in a tab of its own."""
        return page.link_to_cell(self.name, self.notebook, self.cell, rel="noopener")


@cache
def _places(notebook: str) -> tuple[str, dict[str, str]]:
    """Title of a notebook, and the cell of each of its questions and headings; empty where it is not there."""
    try:
        cells = notebook_cells(DATA.parent / "notebooks" / f"{notebook}.ipynb")
    except (OSError, ValueError):
        return "", {}
    found: dict[str, str] = {}
    for cell in cells:
        words = "".join(cell["source"])
        prose = cell["cell_type"] == "markdown"
        names = re.findall(r"^#+ (?:\d+ ?[·.] )?(.+)$" if prose else r"\bask\(\"([a-z]+-\d\d)\"", words, re.MULTILINE)
        for name in names:
            found.setdefault(name.strip(), cell.get("id", ""))
    return next(iter(found), ""), found


@dataclass(frozen=True)
class Claim:
    """What somebody says, and what the course says to it: a row of ``data/claims.csv``."""

    claim: str
    group: str
    says: str
    who: str
    verdict: str
    correction: str
    source: str
    confidence: str
    harm: str
    settles: str
    check: str
    notebook: str
    place: str
    note: str

    @property
    def id(self) -> str:
        """Under which a learner's judgment is kept; no question has such an id."""
        return f"claim{self.claim}"

    @property
    def version(self) -> str:
        """Of its wording and verdict, as a record keeps it."""
        return hashlib.sha256(f"{self.says}\n{self.verdict}".encode()).hexdigest()[:8]

    @property
    def taught(self) -> Place:
        """Where the course teaches it."""
        return Place(self.notebook, self.place)


@cache
def claims() -> Mapping[str, Claim]:
    """The claims by key, in the order of the table."""
    return keyed("claims", "claim", Claim)


@cache
def verdicts() -> Mapping[str, str]:
    """Each verdict and when it is given."""
    return MappingProxyType({row["verdict"]: row["means"] for row in records("claim_verdicts")})


@cache
def harms() -> Mapping[str, tuple[int, str]]:
    """Each word for harm: its rank, 0 is least, and what it stands for."""
    return MappingProxyType({row["harm"]: (row["rank"], row["means"]) for row in records("claim_harms")})


@dataclass(frozen=True)
class Check:
    """A question to put to a claim: a row of ``data/claim_checks.csv``."""

    check: str
    ask: str
    look_for: str
    warning: str


@cache
def checks() -> Mapping[str, Check]:
    """The questions of the checklist by key, in order."""
    rows = sorted(records("claim_checks"), key=lambda row: row["order"])
    return MappingProxyType({row["check"]: Check(*(row[n] for n in Check.__annotations__)) for row in rows})


def _shuffled(claim: Claim) -> str:
    """A place in an order that is always the same and tells nothing."""
    return hashlib.sha256(claim.claim.encode()).hexdigest()


@cache
def sittings() -> tuple[tuple[Claim, ...], ...]:
    """The claims in sittings of nearly the same size: those of which most harm can come first, each one shuffled."""
    ordered = sorted(claims().values(), key=lambda one: (-harms()[one.harm][0], _shuffled(one)))
    number = -(-len(ordered) // MOST)
    size, more = divmod(len(ordered), number)
    ends = [at * size + min(at, more) for at in range(number + 1)]
    return tuple(tuple(sorted(ordered[start:end], key=_shuffled)) for start, end in pairwise(ends))


@dataclass(frozen=True)
class Worked:
    """One question of the checklist put to one claim."""

    check: str
    answer: str
    """yes, partly or no."""
    note: str
    source: str


def worked(claim: str) -> tuple[Worked, ...]:
    """A claim taken through the checklist.

    Raises:
        KeyError: this claim was not worked through; the message says which were.
    """
    found = [row for row in records("worked_claims") if row["claim"] == claim]
    if not found:
        known = ", ".join(sorted({row["claim"] for row in records("worked_claims")}))
        raise KeyError(f"The claim {claim!r} was not worked through. These were: {known}.")
    return tuple(Worked(row["check"], row["answer"], row["note"], row["source"]) for row in found)


@dataclass(frozen=True)
class Sentence:
    """A sentence of the article as it should have been, and where the course teaches it."""

    says: str
    taught: Place
    source: str


def rebuilt() -> Mapping[str, tuple[Sentence, ...]]:
    """The article rebuilt: title of each paragraph to its sentences, in order."""
    found: dict[str, list[Sentence]] = {}
    for row in sorted(records("rebuilt_article"), key=lambda row: row["paragraph"]):
        sentence = Sentence(row["says"], Place(row["notebook"], row["place"]), row["source"])
        found.setdefault(row["title"], []).append(sentence)
    return MappingProxyType({title: tuple(sentences) for title, sentences in found.items()})


def links(keys: str) -> str:
    """Sources as links in light markdown; "" where the course alone stands behind it."""
    return linked(sources(keys, without="COURSE"))


def names(keys: str) -> str:
    """The same sources as plain words, for paper."""
    return "; ".join(source(key).label for key in keys.split() if key != "COURSE")
