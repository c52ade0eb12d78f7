"""Follow-up on cards: whom one sees again, what is checked, how often, and what brings it forward.

>>> FollowUpCards("pnh").point()
'2 texts on 1 situation: what is checked, and how often'
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from helpers import page
from helpers.blood.care.support import edition_of
from helpers.evidence import cite, records
from helpers.pictures.criteria import CARD, GRID, THREE_COLUMNS, Criteria
from helpers.wording import capital, counted, links, sources

Row = Mapping[str, Any]

WHOLE_ROW = ";grid-column:1/-1"
"""Of the card that stands open; of those a learner opens it is said in ``live_output.css``."""
_COLUMNS, _ONE = "columns:320px;column-gap:30px", "max-width:60em"
"""How the texts of a situation lie on a card that has the whole row: several, or one."""
_TEXT = "margin:6px 0 10px;break-inside:avoid"


def situations() -> dict[str, list[Row]]:
    """What each text says, by the situation in which somebody is followed (rows of ``data/support.csv``)."""
    found: dict[str, list[Row]] = {}
    for row in records("support"):
        if row["topic"] == "follow_up":
            found.setdefault(row["indication"], []).append(row)
    return found


class FollowUpCards(Criteria):
    """How people are followed, a card a situation, with each text beside the other.

    Args:
        chosen: keys of :func:`situations`; all unless given.

    Raises:
        ValueError: no such situation.
    """

    sourced_each = True
    width = THREE_COLUMNS

    def __init__(self, *chosen: str) -> None:
        known = situations()
        strange = [name for name in chosen if name not in known]
        if strange:
            raise ValueError(f"Nobody is followed for {strange[0]!r}. Choose among: {', '.join(known)}.")
        self.rows = {name: known[name] for name in chosen or known}
        self.sources = sources(*(row["source"] for rows in self.rows.values() for row in rows))

    def point(self) -> str:
        """How many texts on how many situations."""
        texts = sum(map(len, self.rows.values()))
        return f"{counted(texts, 'text')} on {counted(len(self.rows), 'situation')}: what is checked, and how often"

    def cards(self) -> str:
        """A fold a situation, the first of them open; one that is open has the whole row."""
        shown = "".join(self._card(rows, not at) for at, rows in enumerate(self.rows.values()))
        return f'<div style="{GRID.format(least=320)};grid-auto-flow:dense">{shown}</div>'

    @staticmethod
    def _card(rows: list[Row], opened: bool) -> str:
        said = "".join(map(statement, rows))
        title = f"<strong>{page.escape(capital(rows[0]['indication_label']))}</strong>"
        many = "" if len(rows) == 1 else f" · {counted(len(rows), 'text')}"
        state = " open" if opened else ""
        style = f"{CARD};margin:0{WHOLE_ROW if opened else ''}"
        return (
            f'<details style="{style}"{state}><summary>{title}{many}</summary>'
            f'<div style="{_COLUMNS if len(rows) > 1 else _ONE}">{said}</div></details>'
        )

    def table(self) -> pd.DataFrame:
        """One row a text."""
        rows = [
            (row["indication_label"], _who(row), row["says"], row["note"] or "", cite(row["source"]))
            for found in self.rows.values()
            for row in found
        ]
        return pd.DataFrame(rows, columns=["who is followed", "who says so", "what", "note", "source"]).set_index(
            "who is followed"
        )


def statement(row: Row) -> str:
    """What one text says (a row of ``data/support.csv``) as HTML.

    What is done stands first, in bold on a line of its own; then the sentence; who says so, and what limits it, in
    small letters at its end. Where the row says nothing of what is done, it begins with who says so.
    """
    said, limits, sources = page.inline(row["says"]), page.escape(row["note"] or ""), page.inline(links(row["source"]))
    if not row["done"]:
        who = f"<strong>{page.escape(_who(row))}:</strong> "
        return f'<p style="{_TEXT}">{who}{said} <small>{limits} {sources}</small></p>'
    small = f"{page.escape(_who(row))}. {limits} {sources} Confidence {row['confidence']}."
    return f'<p style="{_TEXT}"><strong>{page.inline(row["done"])}.</strong><br>{said} <small>{small}</small></p>'


def _who(row: Row) -> str:
    return capital(edition_of(row["guideline"], row["year"]))
