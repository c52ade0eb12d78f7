"""The learner's desk: where you stand, and your record to look at, to take along, to bring in, and to delete.

What is a learner's own is only ever sent to the live page: the twin that a notebook keeps knows no record.

>>> your_record()
YourRecord: open the notebook live to see your own
"""

from __future__ import annotations

import io
import re
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
import traitlets

from helpers import page
from helpers.cards import question_index
from helpers.cards.on_page import keep_up, refresh_all
from helpers.cards.progress_page import ProgressPage
from helpers.cards.static_fallback import StaticFallback
from helpers.questions import bank
from helpers.record import exchange, restore
from helpers.record.journey import Journey, frame
from helpers.record.log import Record, Row, moment, read_json
from helpers.record.place import in_browser
from helpers.record.restore import RECORD, SESSION
from helpers.record.session import AGAIN, ANSWERED, HINT, SOLUTION

HERE = Path(__file__).parent
LIVE = "<p><em>Run this cell to see your own: click on it, press Shift+Enter.</em></p>"
IN_BROWSER = (
    "It lies in this browser, on this computer, and nowhere else. It is gone when you clear what the browser keeps for "
    "this site, and a browser that is short of space may clear it; a private window forgets it when it is closed. "
    "<strong>Download it now and then</strong>: the file can be brought in again, here or where the course is "
    "installed."
)
LAST_SHOWN, LONGEST_SHOWN = 30, 120

_DID = {ANSWERED: "answered", HINT: "saw a hint", SOLUTION: "saw the solution", AGAIN: "began again"}


class Desk(StaticFallback):
    """A page of the learner's own, with what can be done."""

    _esm = page.module(HERE / "record_panel.js")
    _css = HERE / "record_panel.css"

    label = traitlets.Unicode("").tag(sync=True)
    html = traitlets.Unicode("").tag(sync=True)
    """What is shown, escaped."""
    actions = traitlets.List().tag(sync=True)
    """What can be done: ``do``, ``label``, ``kind`` (button, file, choice, confirm) and what the kind needs."""
    said = traitlets.Unicode("").tag(sync=True)
    """What came of the last action, as text."""

    def __init__(self, record: Record = RECORD, **traits: Any) -> None:
        self.record = record
        self._download = restore.Download("", b"")
        super().__init__(**traits)
        self.refresh()
        self.on_msg(self._asked)

    def refresh(self) -> None:
        """Show what the record holds now."""
        shown = self.show()  # reading the record may bring trouble to light
        notices = [notice for notice in (self.record.trouble, self.record.was_set_aside) if notice]
        words = "".join(f'<p class="notice">{page.escape(notice)}</p>' for notice in notices)
        self.html = words + shown

    def show(self) -> str:
        """The page as HTML."""
        raise TypeError(f"{type(self).__name__} shows nothing: a desk defines show.")

    def without_record(self) -> str:
        """What stands here where there is no kernel, as HTML."""
        raise TypeError(f"{type(self).__name__} says nothing: a desk defines without_record.")

    def twin(self) -> str:
        """What stands here where there is no kernel, in a frame."""
        return f'<section class="course-desk">{self.without_record()}</section>'

    def do(self, message: dict[str, Any], buffers: list[Any]) -> None:
        """Do what the page asks for."""

    def send_download(self, message: dict[str, Any], name: str, text: Any) -> None:
        """Send a file in parts; ``text`` gives it when the first part is asked for."""
        at = message.get("at", 0)
        if at == 0:
            self._download = restore.Download.of(name, text())
        if isinstance(at, int):
            self._download.send(self, at)

    def _asked(self, _: Any, message: Any, buffers: Any) -> None:
        if not isinstance(message, dict):
            return
        if message.get("do") == "look again":
            self.refresh()
        else:
            self.do(message, list(buffers or []))
        self.send({"done": True})

    def __repr__(self) -> str:
        return f"{type(self).__name__}: open the notebook live to see your own"


# --- where you stand --------------------------------------------------------------------------------------------------


class WhereYouStand(Desk):
    """How far, what next, what to revisit."""

    def __init__(self, record: Record = RECORD) -> None:
        actions = [{"do": "keep page", "label": "Save this page to print it", "kind": "button"}]
        super().__init__(record, label="Where you stand", actions=actions)

    def show(self) -> str:
        """The page as HTML."""
        return standing(frame(self.record)).html()

    def without_record(self) -> str:
        """What stands here, in words that no record and no other notebook changes."""
        return (
            "<p>Here stands how many questions of each notebook you have answered, what to do next, what to revisit, "
            "which slips are worth another look, how many minutes are left, and what the test says: before the course, "
            f"after it, and three weeks later.</p>{LIVE}"
        )

    def do(self, message: dict[str, Any], buffers: list[Any]) -> None:
        """Send the page as a file."""
        if message.get("do") == "keep page":
            now = datetime.now()
            body = f"<h1>Where you stand</h1><p>Pancytopenia course, {now:%d %B %Y}</p>{_unfolded(self.html)}"
            style = (HERE / "printed_page.css").read_text(encoding="utf-8")
            name = f"pancytopenia-where-you-stand-{now:%Y-%m-%d}.html"
            self.send_download(message, name, lambda: page.document("Where you stand", body, style))


def _unfolded(html: str) -> str:
    """The same page with everything that is folded open, and without links that lead nowhere on paper."""
    return re.sub(r"<a [^>]*>|</a>", "", html).replace("<details>", "<details open>")


def standing(events: pd.DataFrame) -> ProgressPage:
    """Where a learner stands now."""
    own = "|".join(form.rpartition("/")[2] for form in bank.FORMS)
    tests = events[events["exercise"].astype(str).str.fullmatch(rf"({own})-[0-9]+")]
    journey = Journey.of(events, datetime.now().astimezone())
    return ProgressPage(journey, question_index.chapters(), tests)


def where_you_stand() -> WhereYouStand:
    """How far you are, what to do next, what to revisit, which slips to look at, what has changed."""
    return keep_up(WhereYouStand())


# --- your record ------------------------------------------------------------------------------------------------------


class YourRecord(Desk):
    """What is kept, where, and everything one may do with it."""

    def __init__(self, record: Record = RECORD) -> None:
        self._coming = io.BytesIO()
        super().__init__(record, label="Your record", actions=_actions())

    def show(self) -> str:
        """What is kept, as HTML."""
        since, number = self.record.since(), self.record.count()
        if self.record.trouble:
            where = "It is kept in the memory of this notebook only."
        elif in_browser():
            where = IN_BROWSER
        else:
            where = f"It lies on this computer, in <code>{page.escape(self.record.place())}</code>, and nowhere else."
        if since is None:
            return f"<p>Nothing is recorded yet. {where}</p>"
        many = f"{number:,} {'entry' if number == 1 else 'entries'}".replace(",", " ")
        shown = [_entry(row) for row in self.record.latest(LAST_SHOWN)]
        columns = ["question", "when", "what", "answer", "slip"]
        table = page.table(pd.DataFrame(shown, columns=columns).set_index("question"))
        return (
            f"<p>{many} since {since.astimezone():%d %B %Y}. {where}</p>"
            f"<details><summary>See the last {len(shown)}</summary>"
            f'<div class="scrolls" tabindex="0" role="group" aria-label="The last entries">{table}</div></details>'
        )

    def without_record(self) -> str:
        """What an empty record shows."""
        return f"<p>Nothing is recorded yet.</p>{LIVE}"

    def do(self, message: dict[str, Any], buffers: list[Any]) -> None:
        """Download, bring in, begin again, delete."""
        match message:
            case {"do": "json" | "csv" as kind}:
                name = exchange.file_name(datetime.now(), kind)
                self.send_download(message, name, lambda: restore.as_file(kind, self.record))
                self.said = f"Your browser keeps the file as {name}."
            case {"do": "bring in", "name": str(name), "at": int(at), "size": int(size)}:
                self._bring(name, at, size, buffers)
            case {"do": "begin again", "choice": str(notebook)}:
                self.begin_again(notebook)
            case {"do": "delete", "sure": True}:
                self.delete()

    def _bring(self, name: str, at: int, size: int, buffers: list[Any]) -> None:
        if at == 0:
            self._coming = io.BytesIO()
        if at != self._coming.tell() or not buffers:
            self.said = f"{name} did not arrive whole. Try once more."
            return
        self._coming.write(buffers[0])
        come = self._coming.tell()
        if max(size, come) > exchange.MOST_BYTES:
            self.said = f"{name} is larger than {exchange.MOST_BYTES // 1_000_000} MB; a record is not so large."
        elif come < size:
            self.send({"next": come})
            return
        else:
            self.bring_in(name, self._coming)
        self._coming = io.BytesIO()

    def bring_in(self, name: str, data: bytes | BinaryIO) -> None:
        """Add what a file holds to the record; what is there already stays as it is."""
        try:
            taken = exchange.read_file(data)
        except exchange.Unreadable as reason:
            self.said = f"{name} was not brought in. {reason}"
            return
        new = self.record.merge(taken.events)
        self._refresh()
        self.said = f"From {name}: {exchange.words(taken, new)}"

    def begin_again(self, notebook: str) -> None:
        """Begin the questions of a notebook from nothing; what was answered stays in the record."""
        if notebook not in bank.notebooks():
            return
        for one in bank.exercises(notebook):
            SESSION.look_again(one.id)
            SESSION.again(one.id)
        self._refresh()
        name = question_index.chapter(notebook).name
        self.said = f"The questions of {name} are open again; what you answered before stays in your record."

    def delete(self) -> None:
        """Delete everything."""
        gone = self.record.erase()
        SESSION.works.clear()
        self._refresh()
        if gone:
            self.said = "Everything is deleted. What your browser has saved of it elsewhere is yours to delete."
        else:
            self.said = f"Not everything could be deleted. {self.record.trouble or 'Delete the folder by hand.'}"

    def _refresh(self) -> None:
        refresh_all()
        self.refresh()


def _entry(row: Row) -> tuple[str, ...]:
    """One entry as a row for a reader."""
    _, _, id, did, answer, verdict, slip, _, _, ms, *_ = row
    when, given = f"{moment(ms).astimezone():%d %b %Y, %H:%M}", read_json(answer)
    try:
        words = bank.exercise(id).asks.words(given) if given is not None else ""
    except (KeyError, bank.BankError):
        words = answer
    shown = words if len(words) <= LONGEST_SHOWN else f"{words[:LONGEST_SHOWN]} …"
    return id, when, f"{_DID.get(did, did)}{f', {verdict}' if verdict else ''}", shown, slip


def _actions() -> list[dict[str, Any]]:
    return [
        {"do": "json", "label": "Download my record", "kind": "button"},
        {"do": "csv", "label": "Download it as a table (CSV)", "kind": "button"},
        {"do": "bring in", "label": "Bring in a file", "kind": "file", "most": exchange.MOST_BYTES},
        {
            "do": "begin again",
            "label": "Begin a notebook again",
            "kind": "choice",
            "choices": [[one.notebook, one.name] for one in question_index.chapters()],
            "confirm": "Begin again",
        },
        {
            "do": "delete",
            "label": "Delete everything …",
            "kind": "confirm",
            "ask": "Every answer will be gone from this computer, for good. You can download your record first.",
            "confirm": "Delete everything now",
        },
    ]


def your_record() -> YourRecord:
    """What is recorded and where; to download it, to bring in a file, to begin again, to delete everything."""
    return keep_up(YourRecord())
