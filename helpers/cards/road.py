"""The road through the course on the page: each station a link to its place, with the learner's own way marked.

What is a learner's own is only sent to the live page; the twin in a notebook's file is the road that everybody sees.

>>> Road("02")
Road: open the notebook live to see your own
"""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

from helpers import page
from helpers.blood.care.road import WHOLE, Station, grown, stations
from helpers.cards.on_page import keep_up
from helpers.cards.record_panel import LIVE, Desk
from helpers.evidence import cite
from helpers.pictures.road import NARROW, WIDE, RoadPicture, parts_of
from helpers.record.journey import AT_ONCE, HELPED, Journey, frame
from helpers.record.log import Record
from helpers.record.restore import RECORD

_OVER = "position:absolute;left:{:.2f}%;top:{:.2f}%;width:{:.2f}%;height:{:.2f}%"


class Road(Desk):
    """The road at the end of a notebook.

    Args:
        upto: the notebook's number, ``"03"``: what it adds stands out. from ``"06b"`` on the road is whole.

    Raises:
        ValueError: no notebook of this number is on the road.
    """

    def __init__(self, upto: str, record: Record = RECORD) -> None:
        self.upto = upto
        cite(" ".join(one.source for one in grown(upto)))
        super().__init__(record, label="The road through the course")
        keep_up(self)

    def show(self) -> str:
        """The road with the learner's own way, as HTML."""
        right = standing(Journey.of(frame(self.record), datetime.now().astimezone()))
        figures = "".join(_figure(RoadPicture(self.upto, right, width)) for width in (WIDE, NARROW))
        return f'<div class="road">{figures}</div>{self._words(right)}'

    def without_record(self) -> str:
        """The road as everybody sees it."""
        narrow = RoadPicture(self.upto, width=NARROW)
        wide = RoadPicture(self.upto, width=WIDE).image() if self.upto >= WHOLE else b""  # a file is to stay small
        words = f"{narrow.point()}. Its words stand below the picture, with links."
        shown = page.figure(narrow.image(), words, narrow.caption(), wide=wide)
        return f"{shown}{self._words({})}{LIVE}"

    def _words(self, right: dict[str, tuple[int, int]]) -> str:
        """The twin of the picture in words: every station that is reached, with its link."""
        reached = grown(self.upto)
        rows = groupby(sorted(reached, key=lambda one: (not one.on_the_way, one.row)), lambda one: one.on_the_way)
        lists = [
            f"{'' if on_the_way else '<p>Meanwhile, all the way:</p>'}"
            f"<ol>{''.join(f'<li>{_said(one, right)}</li>' for one in row)}</ol>"
            for on_the_way, row in rows
        ]
        return f"<details><summary>The road in words, with links</summary>{''.join(lists)}</details>"


def standing(journey: Journey) -> dict[str, tuple[int, int]]:
    """Station to how many of its questions are right, and of how many."""
    states = journey.exercises["state"]
    return {
        one.key: (int(states.loc[list(one.questions)].isin([AT_ONCE, HELPED]).sum()), len(one.questions))
        for one in stations()
    }


def _said(one: Station, right: dict[str, tuple[int, int]]) -> str:
    done, of = right.get(one.key, (0, 0))
    own = f" <small>{done} of {of} right</small>" if done else ""
    lead, title, rest = parts_of(one)
    return f"{page.escape(lead)}{page.link_to_cell(title, one.notebook, one.cell)}{page.escape(rest)}{own}"


def _figure(picture: RoadPicture) -> str:
    """A picture with a link over each of its boxes."""
    wide, tall = picture.width, picture.live.height
    links = "".join(
        page.link_to_cell(
            "", one.notebook, one.cell, aria_label=f"{one.title} (notebook {one.number})",
            style=_OVER.format(100 * left / wide, 100 * top / tall, 100 * across / wide, 100 * down / tall),
        )
        for one in stations()
        for left, top, across, down in [picture.boxes[one.key]]
    )  # fmt: skip
    shown = page.figure(picture.image(), picture.describe(), picture.caption(), wide, over=links)
    return f'<div class="{"wide" if wide == WIDE else "narrow"}">{shown}</div>'
