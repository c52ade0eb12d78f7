"""One page to keep, to print and to take along: who cannot wait, what a count asks for, what each cause asks for.

>>> PocketSheet()
PocketSheet: who cannot wait, what a count asks for, and what each cause asks for, on one page.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import traitlets

from helpers import page
from helpers.blood.care.pocket import Line, by_cause, by_count, path, who_cannot_wait
from helpers.cards.static_fallback import StaticFallback
from helpers.wording import small

HERE = Path(__file__).parent
FILE = "pancytopenia_one_page.html"
_CAUTION = (
    "This page teaches; it does not advise. In an emergency call your local emergency number. Doses, and the source of "
    "every line, are not here: the sources stand in the tables of the course."
)


def sheet() -> str:
    """The page as HTML, without its style. What can be planned is left out: there is time to look it up."""
    steps = " → ".join(page.escape(step) for step in path())
    pressing = [one for one in by_cause() if one.how_soon != "planned"]
    return page.unparted(
        '<article class="pocket"><h2>Low counts: one page to keep</h2>'
        f"<p><strong>The path.</strong> {steps} → the cause → its first step → blood and cover until the marrow "
        "returns → did it work? <em>Counts in ×10⁹/L, hemoglobin in g/L.</em></p>"
        + _table(
            "Who cannot wait",
            ("emergency", "what leads to it", "first", "avoid", "call", "how soon"),
            [(one.label, one.when, one.first, one.avoid, one.call, one.how_soon) for one in who_cannot_wait()],
        )
        + '<div class="columns">'
        + _list("What a count asks for", by_count())
        + "".join(
            _list(f"The cause is known: {urgency}", [one for one in pressing if one.how_soon == urgency])
            for urgency in dict.fromkeys(one.how_soon for one in pressing)
        )
        + f'</div><p class="caution">{page.escape(_CAUTION)}</p></article>'
    )


def _list(title: str, lines: Sequence[Line]) -> str:
    return f"<h3>{page.escape(title)}</h3><ul>{''.join(f'<li>{_said(one)}</li>' for one in lines)}</ul>"


def _said(one: Line) -> str:
    avoid = one.avoid and f' <span class="avoid">Avoid: {page.escape(small(one.avoid))}.</span>'
    return f"<strong>{page.escape(one.label)}.</strong> {page.escape(one.first.rstrip('.'))}.{avoid}"


def _table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{page.escape(one)}</th>' for one in heads)
    body = "".join(
        f'<tr><th scope="row">{page.escape(first)}</th>{"".join(map(_cell, heads[1:], rest))}</tr>'
        for first, *rest in rows
    )
    return (
        f"<table><caption>{page.escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cell(head: str, words: str) -> str:
    """A cell that knows its heading: on a narrow page the rows are lists."""
    return f'<td data-head="{page.escape(head)}">{page.escape(words)}</td>'


def document() -> str:
    """The page as a file of its own, that prints on one sheet of A4 or Letter."""
    files = ("pocket.css", "pocket_print.css", "pocket_fit.js")
    look, paper, fit = ((HERE / name).read_text(encoding="utf-8") for name in files)
    return page.document("Low counts: one page to keep", sheet(), look + paper, fit)


class PocketSheet(StaticFallback):
    """The page in a notebook: to read, to print, and to download as a file that needs no course."""

    _css = HERE / "pocket.css"
    _esm = page.module(HERE / "pocket.js")
    sheet = traitlets.Unicode().tag(sync=True)
    file = traitlets.Unicode().tag(sync=True)
    name = traitlets.Unicode(FILE).tag(sync=True)

    def __init__(self) -> None:
        super().__init__(sheet=sheet(), file=document())

    def twin(self) -> str:
        """The page where there is no kernel."""
        return self.sheet

    def __repr__(self) -> str:
        return "PocketSheet: who cannot wait, what a count asks for, and what each cause asks for, on one page."
