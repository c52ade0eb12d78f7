"""Cards of search and safety: what cannot wait, what misleads, what does harm, five ways to a low count, their causes.

>>> WaysCards().point()
'Five ways to three low lines: look into the marrow, and count young red cells'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from helpers import page
from helpers.blood.core.conclusions import conclude
from helpers.blood.core.count import BloodCount
from helpers.blood.search.red_flags import URGENCIES
from helpers.blood.search.traps import traps
from helpers.evidence import cite, keyed, picked, records
from helpers.pictures import look
from helpers.pictures.criteria import CARD, GRID, THREE_COLUMNS, Criteria
from helpers.pictures.live import LiveFigure, rectangle
from helpers.wording import capital, counted, links, listed, sources, spelled

Row = Mapping[str, Any]


def _asks(title: str, why: str, do: str, source: str, style: str, asked: str = "Do") -> str:
    """A card of what asks for something to be done."""
    return (
        f'<section style="{style}"><p style="margin:0 0 4px"><strong>{page.escape(title)}</strong></p>'
        f'<p style="margin:0 0 4px">{page.escape(why)}</p>'
        f'<p style="margin:0"><strong>{asked}:</strong> {page.escape(do)} '
        f"<small>{page.inline(links(source))}</small></p></section>"
    )


# --- what cannot wait ---


class RedFlagCards(Criteria):
    """The red flags, by how soon one must act: what is feared, and what is done.

    Args:
        first: rows of ``data/red_flags.csv`` that stand first, in the order wanted, with all others folded behind one
            line; all stand open unless given.

    Raises:
        ValueError: no such flag; the message lists those there are.
    """

    sourced_each = True
    width = THREE_COLUMNS

    def __init__(self, *first: str) -> None:
        known = keyed("red_flags", "flag")
        self.first = [picked(name, known, "red flag") for name in first]
        self.rows = {urgency: [row for row in known.values() if row["urgency"] == urgency] for urgency in URGENCIES}
        self.sources = sources(*(row["source"] for rows in self.rows.values() for row in rows))

    def point(self) -> str:
        """How many cannot wait."""
        emergencies, rest = (len(rows) for rows in self.rows.values())
        first = f"{capital(spelled(len(self.first)))} of {emergencies + rest} red flags first: " if self.first else ""
        return f"{first}{emergencies} flags are emergencies, {rest} more do not wait for another day"

    def cards(self) -> str:
        """A card a flag: those named first, then, or folded, all others, those of one urgency together."""
        if not self.first:
            return self._by_urgency(self.rows)
        others = {urgency: [row for row in rows if row not in self.first] for urgency, rows in self.rows.items()}
        many = counted(sum(map(len, others.values())), "other")
        return (
            f"{self._grid(self.first, soon=True)}<details><summary><strong>Open the {many}</strong></summary>"
            f"{self._by_urgency(others)}</details>"
        )

    def _by_urgency(self, grouped: Mapping[str, list[Row]]) -> str:
        return "".join(
            f'<p style="margin:8px 0 4px"><strong>{capital(URGENCIES[urgency])}</strong></p>{self._grid(rows)}'
            for urgency, rows in grouped.items()
            if rows
        )

    def _grid(self, rows: list[Row], soon: bool = False) -> str:
        cards = "".join(self._card(row, soon) for row in rows)
        return f'<div style="{GRID.format(least=320)};margin:0 0 8px">{cards}</div>'

    @staticmethod
    def _card(row: Row, soon: bool) -> str:
        """A flag; with how ``soon`` in its title where it stands under no such heading."""
        edge = look.shade(4 if row["urgency"] == "emergency" else 2)
        style = f"{CARD};border-left:8px solid {edge};margin:0"
        title = f"{row['label']} ({URGENCIES[row['urgency']]})" if soon else row["label"]
        return _asks(title, row["why"], row["at_once"], row["source"], style)

    def table(self) -> pd.DataFrame:
        """One row a flag."""
        rows = [
            (row["label"], URGENCIES[urgency], row["why"], row["at_once"], cite(row["source"]))
            for urgency, found in self.rows.items()
            for row in found
        ]
        return pd.DataFrame(rows, columns=["red flag", "how soon", "why", "what is done", "source"]).set_index(
            "red flag"
        )


# --- what misleads ---


class TrapCards(Criteria):
    """The traps a count shows: what each is called, what is seen, why it misleads, and what to do.

    Args:
        count: the count in question.
        previous: an earlier count of the same person; some traps are only seen against it.
    """

    sourced_each = True

    def __init__(self, count: BloodCount, previous: BloodCount | None = None) -> None:
        self.found = traps(count, previous=previous)
        self.sources = sources(*(one.source for one in self.found))

    def point(self) -> str:
        """Which traps there may be."""
        return f"Look again: {listed([one.name for one in self.found])}?" if self.found else "No trap is seen"

    def cards(self) -> str:
        """A card a trap."""
        return "".join(
            _asks(capital(one.name), f"{one.sentence} {one.reason}", one.what_to_do, one.source, CARD)
            for one in self.found
        )

    def table(self) -> pd.DataFrame:
        """One row a trap."""
        rows = [(one.name, one.sentence, one.reason, one.what_to_do, cite(one.source)) for one in self.found]
        return pd.DataFrame(rows, columns=["trap", "what is seen", "why", "what to do", "source"]).set_index("trap")


# --- what does harm ---


class SafetyCards(Criteria):
    """Treatments that are well meant and do harm: why, and what is done instead.

    Args:
        traps: rows of ``data/safety_traps.csv``, in the order wanted; all but the weak ones unless given.

    Raises:
        ValueError: no such trap; the message lists those there are.
    """

    sourced_each = True
    width = THREE_COLUMNS

    def __init__(self, *traps: str) -> None:
        known = keyed("safety_traps", "trap")
        chosen = [picked(name, known, "trap") for name in traps]
        self.rows = chosen or [row for row in known.values() if row["confidence"] != "C"]
        self.sources = sources(*(row["source"] for row in self.rows))

    def point(self) -> str:
        """How many there are."""
        return f"{capital(counted(len(self.rows), 'trap'))}: well meant, and wrong"

    def cards(self) -> str:
        """A card a trap."""
        return f'<div style="{GRID.format(least=320)}">{"".join(map(self._card, self.rows))}</div>'

    @staticmethod
    def _card(row: Row) -> str:
        style = f"{CARD};margin:0"
        return _asks(row["label"], row["why"], row["instead"], row["source"], style, asked="Instead")

    def table(self) -> pd.DataFrame:
        """One row a trap."""
        rows = [(row["label"], row["why"], row["instead"], cite(row["source"])) for row in self.rows]
        return pd.DataFrame(rows, columns=["trap", "why", "what is done instead", "source"]).set_index("trap")


# --- five ways ---


@dataclass(frozen=True)
class _Way:
    """How a way is drawn: how full the marrow is of blood-forming cells, what else is in it, what becomes of cells."""

    cells: int
    others: int = 0
    dying: bool = False
    spleen: bool = False
    broken: bool = False


_DRAWN = {
    "production": _Way(cells=3),
    "ineffective": _Way(cells=24, dying=True),
    "infiltration": _Way(cells=4, others=20),
    "sequestration": _Way(cells=18, spleen=True),
    "destruction": _Way(cells=24, broken=True),
}
_ICON_WIDTH, _ICON_HEIGHT = 150, 84


@cache
def _icon(way: _Way) -> bytes:
    """Marrow (a box), vessel (a tube) and, where it holds cells back, the spleen (a circle)."""
    from matplotlib.patches import Ellipse

    live = LiveFigure(_ICON_WIDTH, _ICON_HEIGHT)
    axes = live.sheet(0, 0, _ICON_WIDTH, _ICON_HEIGHT)
    axes.add_patch(rectangle((4, 8), 64, 66, facecolor="#FBF3DF", edgecolor=look.QUIET, linewidth=1.5))
    axes.add_patch(rectangle((82, 28), 66, 26, facecolor="#FBEAEA", edgecolor=look.QUIET, linewidth=1.5))
    inks = [look.INK[line] for line in ("red", "white", "platelets")]
    marks = [look.MARKER[line] for line in ("red", "white", "platelets")]
    for place in range(way.cells + way.others):
        x, y = 12 + place % 5 * 12, 15 + place // 5 * 13
        if place < way.others:
            axes.plot(x, y, "s", color=look.NEUTRAL_EDGE, markersize=8)
            continue
        axes.plot(x, y, marks[place % 3], color=inks[place % 3], markersize=5.5)
        if way.dying and place % 4:
            axes.plot(x, y, "x", color=look.TEXT, markersize=8, markeredgewidth=1.6)
    for place in range(3):
        axes.plot(94 + place * 21, 41, marks[place], color=inks[place], markersize=5.5)
        if way.broken:
            axes.plot(94 + place * 21, 41, "x", color=look.TEXT, markersize=10, markeredgewidth=1.8)
    if way.spleen:
        axes.add_patch(Ellipse((118, 69), 56, 26, facecolor="#EBDDF5", edgecolor=look.QUIET, linewidth=1.5))
        for place in range(8):
            axes.plot(99 + place % 4 * 12.5, 65 + place // 4 * 9, marks[place % 3], color=inks[place % 3], markersize=5)
    return live.small()


class WaysCards(Criteria):
    """The ways in which all three lines become low: what happens, the marrow, how many young red cells come."""

    width = THREE_COLUMNS

    def __init__(self) -> None:
        self.rows = list(records("mechanisms"))
        self.sources = sources(*(row["source"] for row in self.rows))

    def point(self) -> str:
        """Marrow and reticulocytes tell them apart."""
        many = sum(row["mechanism"] in _DRAWN for row in self.rows)
        return f"{capital(spelled(many))} {conclude('mechanisms', 'ways', ())}"

    def cards(self) -> str:
        """A card a way, with a small drawing of marrow and blood."""
        return f'<div style="{GRID.format(least=320)}">{"".join(map(self._card, self.rows))}</div>'

    def _card(self, row: Row) -> str:
        way = _DRAWN.get(row["mechanism"])
        icon = way and (
            f'<img src="{page.address(_icon(way))}" alt="{page.escape(self._seen(way))}" width="{_ICON_WIDTH}" '
            f'height="{_ICON_HEIGHT}" style="background:#fff;display:block;margin:0 0 4px;max-width:100%">'
        )
        return (
            f'<section style="{CARD}"><p style="margin:0 0 4px"><strong>{page.escape(row["label"])}</strong></p>'
            f'{icon or ""}<p style="margin:0 0 4px">{page.escape(row["what"])}</p>'
            f'<ul style="margin:0;padding-left:18px"><li><strong>Marrow:</strong> {page.escape(row["marrow"])}</li>'
            f"<li><strong>Reticulocytes:</strong> {page.escape(row['retic'])}</li></ul></section>"
        )

    @staticmethod
    def _seen(way: _Way) -> str:
        """The drawing in words, for those who do not see it."""
        marrow = "taken by other cells" if way.others else "nearly empty" if way.cells < 6 else "full of cells"
        dying = ", most of them crossed out" if way.dying else ""
        blood = "few cells in the vessel" + (", all crossed out" if way.broken else "")
        return f"Marrow {marrow}{dying}; {blood}{'; many cells in the spleen' if way.spleen else ''}."

    def table(self) -> pd.DataFrame:
        """One row a way."""
        rows = [(row["label"], row["what"], row["marrow"], row["retic"], cite(row["source"])) for row in self.rows]
        return pd.DataFrame(rows, columns=["way", "what happens", "marrow", "reticulocytes", "source"]).set_index("way")

    def caption(self) -> str:
        """What is drawn."""
        signs = ", ".join(f"{look.SIGN[line]} {name}" for line, name in _SIGNS.items())
        return (
            f"Left the marrow, right the blood: {signs}; crossed out: dies or is destroyed; gray: what does not belong "
            "there."
        )


_SIGNS = {"red": "red cells", "white": "white cells", "platelets": "platelets"}


class CausesByWay(Criteria):
    """Every cause the course knows, folded under the way that is mostly at work, with what settles it."""

    sourced_each = True

    def __init__(self) -> None:
        self.ways = list(records("mechanisms"))
        self.rows = {
            way["mechanism"]: [row for row in records("causes") if row["mechanism"] == way["mechanism"]]
            for way in self.ways
        }
        self.sources = sources(*(row["source"] for rows in self.rows.values() for row in rows))

    def point(self) -> str:
        """How many causes."""
        return f"{sum(map(len, self.rows.values()))} causes, by the way that is mostly at work: open one"

    def cards(self) -> str:
        """A folded list a way."""
        return "".join(map(self._card, self.ways))

    def _card(self, way: Row) -> str:
        rows = self.rows[way["mechanism"]]
        lines = "".join(
            f"<li><strong>{page.escape(row['label'])}</strong>: {page.escape(row['clinched_by'])} "
            f"<small>{page.inline(links(row['source']))}</small></li>"
            for row in rows
        )
        return (
            f'<details style="{CARD}"><summary><strong>{page.escape(way["label"])}</strong> '
            f"({counted(len(rows), 'cause')})</summary>"
            f'<ul style="margin:6px 0 0;padding-left:18px">{lines}</ul></details>'
        )

    def table(self) -> pd.DataFrame:
        """One row a cause."""
        rows = [
            (way["label"], row["label"], row["clinched_by"], cite(row["source"]))
            for way in self.ways
            for row in self.rows[way["mechanism"]]
        ]
        return pd.DataFrame(rows, columns=["way", "cause", "settled by", "source"]).set_index("way")
