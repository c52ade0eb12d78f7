"""Where each question stands: the notebooks as a learner sees them, read from the notebooks themselves.

>>> place("grading-03").heading
'Warm-up'
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import quote

from helpers.evidence import DATA
from helpers.exercises import bank
from helpers.pictures import page

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
        cells = json.loads((folder / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
        sources = [("".join(cell["source"]), cell["cell_type"] == "markdown") for cell in cells]
    except (OSError, ValueError, KeyError, TypeError):
        sources = []
    first = sources[0][0] if sources else ""
    title = re.search(r"^# (.+)$", first, re.MULTILINE)
    time = _TIME.search(first)
    return Chapter(
        notebook,
        title.group(1).strip() if title else notebook.partition("_")[2].replace("_", " ").capitalize(),
        sum(map(int, time.groups())) / 2 if time else MINUTES_A_QUESTION * len(bank.exercises(notebook)),
        _headings(sources),
    )


def _headings(sources: list[tuple[str, bool]]) -> dict[str, str]:
    """Question to the last heading of the first or second rank above it."""
    heading, found = "", {}
    for source, prose in sources:
        if prose:
            heading = (re.findall(r"^##? (.+)$", source, re.MULTILINE) or [heading])[-1].strip()
        else:
            found |= {id: heading for id in _ASKED.findall(source) if id not in found}
    return found


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


def link(words: str, chapter: Chapter, heading: str = "") -> str:
    """A link to a notebook, at a heading, as HTML; JupyterLab opens it in a tab of its own."""
    file = page.escape(f"{chapter.notebook}.ipynb")
    anchor = f"#{quote(heading.replace(' ', '-'))}" if heading else ""
    return f'<a href="{file}{page.escape(anchor)}" data-notebook="{file}" target="_blank">{page.escape(words)}</a>'
