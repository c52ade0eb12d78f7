"""Where each question stands: the notebooks as a learner sees them, read from the notebooks themselves.

>>> place("grading-03").heading
'Warm-up'
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from helpers import page
from helpers.evidence import DATA, notebook_cells
from helpers.questions import bank

NOTEBOOKS = DATA.parent / "notebooks"

MINUTES_A_QUESTION = 4.0
"""What a question with the reading around it takes, where a notebook does not say how long it takes."""

_ASKED = re.compile(r"""\bask\(\s*["']([a-z]+-\d+)["']""")
_TIME = re.compile(r"(\d+) to (\d+) minutes")


@dataclass(frozen=True)
class Chapter:
    """A notebook with questions."""

    notebook: str
    """Its file's name without ``.ipynb``."""
    title: str
    minutes: float
    """What all of it takes, the middle of what its first cell says."""
    headings: dict[str, str] = field(default_factory=dict)
    """Question to the heading it stands under."""
    cells: dict[str, str] = field(default_factory=dict)
    """Question to the id of its cell."""

    @property
    def number(self) -> str:
        """``"03"``."""
        return self.notebook.partition("_")[0]

    @property
    def name(self) -> str:
        """``"03 Grading severity"``."""
        return f"{self.number} {self.title}"


@dataclass(frozen=True)
class Place:
    """Where one question stands."""

    chapter: Chapter
    heading: str

    @property
    def name(self) -> str:
        """``"03 Grading severity, 2 · Two editions"``."""
        return f"{self.chapter.name}, {self.heading}" if self.heading else self.chapter.name


@cache
def chapter(notebook: str, folder: Path = NOTEBOOKS) -> Chapter:
    """A notebook with questions; where its file is missing or says nothing, what its name and its questions tell."""
    try:
        cells = notebook_cells(folder / f"{notebook}.ipynb")
        found = [("".join(cell["source"]), cell["cell_type"] == "markdown", cell.get("id", "")) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError):
        found = []
    first = found[0][0] if found else ""
    title = re.search(r"^# (.+)$", first, re.MULTILINE)
    time = _TIME.search(first)
    return Chapter(
        notebook,
        title.group(1).strip() if title else notebook.partition("_")[2].replace("_", " ").capitalize(),
        sum(map(int, time.groups())) / 2 if time else MINUTES_A_QUESTION * len(bank.exercises(notebook)),
        *_where(found),
    )


def _where(cells: list[tuple[str, bool, str]]) -> tuple[dict[str, str], dict[str, str]]:
    """Question to the last heading of the first or second rank above it, and to the id of its cell."""
    heading: str = ""
    headings: dict[str, str] = {}
    ids: dict[str, str] = {}
    for source, prose, cell in cells:
        if prose:
            heading = (re.findall(r"^##? (.+)$", source, re.MULTILINE) or [heading])[-1].strip()
        for id in () if prose else _ASKED.findall(source):
            headings.setdefault(id, heading)
            ids.setdefault(id, cell)
    return headings, ids


def chapters() -> list[Chapter]:
    """Every notebook with questions, in order."""
    return [chapter(notebook) for notebook in bank.notebooks()]


def place(id: str) -> Place:
    """Where a question stands.

    Raises:
        KeyError: there is no such question.
    """
    found = chapter(bank.exercise(id).notebook)
    return Place(found, found.headings.get(id, ""))


def link(words: str, id: str) -> str:
    """A link to a question where it stands, as HTML.

    Raises:
        KeyError: there is no such question.
    """
    found = place(id).chapter
    return page.link_to_cell(words, found.notebook, found.cells.get(id, ""))
