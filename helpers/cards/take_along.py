"""What one takes along from a notebook: three lines, the slips put right, and a card to print; and the sources used.

>>> TakeAlong("02")
TakeAlong: open the notebook live to see your own
>>> references()
The sources used above
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from helpers import page
from helpers.blood.care.road import filled
from helpers.cards.on_page import keep_up
from helpers.cards.record_panel import HERE, LIVE, Desk
from helpers.evidence import cite, cited, records, source
from helpers.questions import bank
from helpers.record.journey import AT_ONCE, HELPED, Journey, frame
from helpers.record.log import Record
from helpers.record.restore import RECORD
from helpers.wording import counted


class TakeAlong(Desk):
    """The end of a notebook.

    Args:
        number: the notebook's, ``"03"``.

    Raises:
        ValueError: no notebook of this number has lines to keep.
    """

    def __init__(self, number: str, record: Record = RECORD) -> None:
        self.number = number
        self.lines = [row for row in records("takeaways") if row["notebook"] == number]
        if not self.lines:
            known = ", ".join(dict.fromkeys(row["notebook"] for row in records("takeaways")))
            raise ValueError(f"Nothing is kept of a notebook {number!r}. Choose among: {known}.")
        cite(" ".join(row["source"] for row in self.lines))
        self.notebook = next(name for name in bank.notebooks() if name.startswith(f"{number}_"))
        actions = [{"do": "keep page", "label": "Save this card to print it", "kind": "button"}]
        super().__init__(record, label="What you take along", actions=actions)
        keep_up(self)

    def show(self) -> str:
        """Three lines, how far, and the slips put right, as HTML."""
        journey = self._journey()
        states = journey.exercises["state"]
        right = int(states.isin([AT_ONCE, HELPED]).sum())
        return f"{self._three()}<p><strong>{right} of {len(states)}</strong> questions are right.</p>{_mended(journey)}"

    def without_record(self) -> str:
        """The three lines."""
        return f"{self._three()}<p>Here stand the slips that you put right in this notebook.</p>{LIVE}"

    def _journey(self) -> Journey:
        """Where the learner stands in this notebook now."""
        return Journey.of(frame(self.record), datetime.now().astimezone(), bank.exercises(self.notebook))

    def _three(self) -> str:
        said = [page.escape(filled(row["says"])) for row in self.lines]
        return f"<ol>{''.join(f'<li>{one}</li>' for one in said)}</ol>"

    def document(self) -> str:
        """The card as a page of its own."""
        title = f"Pancytopenia, notebook {self.number}"
        foot = f"<p><small>This card teaches; it does not advise. {datetime.now():%d %B %Y}</small></p>"
        body = f"<h1>{title}: what to keep</h1>{self._three()}{_mended(self._journey())}\n{foot}"
        return page.document(title, body, (HERE / "printed_card.css").read_text(encoding="utf-8"))

    def do(self, message: dict[str, Any], buffers: list[Any]) -> None:
        """Send the card as a file."""
        if message.get("do") == "keep page":
            self.send_download(message, f"pancytopenia-card-{self.number}.html", self.document)


def _mended(journey: Journey) -> str:
    slips = journey.slips()
    mended = slips[slips["mended"].astype(bool)]
    if mended.empty:
        return "<p>No slip was put right here yet: where one is, it will stand here.</p>"
    listed = "".join(f"<li>{page.escape(name)}: {page.escape(row['says'])}</li>" for name, row in mended.iterrows())
    return f"<p>You put {counted(len(mended), 'slip')} right:</p><ul>{listed}</ul>"


class References:
    """The sources cited so far in a notebook, folded, each with its confidence and a link to where it stands."""

    def _repr_html_(self) -> str:
        lines = "".join(f"<li>{_reference(key)}</li>" for key in cited().index)
        many = counted(len(cited()), "source")
        shown = f"<details><summary>The {many} used above: open to read</summary><ul>{lines}</ul></details>"
        return page.unparted(shown)

    def __repr__(self) -> str:
        return "The sources used above"


def _reference(key: str) -> str:
    found = source(key)
    words = found.text.removesuffix(f" {found.link}.") if found.link else found.text
    address = page.inline(page.link(urlsplit(found.link).netloc, found.link)) if found.link else ""
    return f"{page.escape(key)} ({page.escape(found.confidence)}): {page.escape(words)} {address}"


def references() -> References:
    """The sources used so far in this notebook, folded: citation, link and confidence."""
    return References()
