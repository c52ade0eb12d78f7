"""A picture that stands still: shown in a notebook with its title, its alt text and its sources."""

from __future__ import annotations

import textwrap
from abc import abstractmethod

from helpers.evidence import cite
from helpers.pictures import look
from helpers.pictures.live import LivePicture
from helpers.wording import linked

ROOM, TALL = 640, 560
"""Pixels: a drawing may be shown so wide where the page has room, as long as it is then no taller than this."""
TITLE_LETTERS = 46
"""Letters of a title that fit on one line."""


class StillPicture(LivePicture):
    """One point, said in its title, in its alt text and in what is drawn."""

    sources: str
    """Keys of ``data/sources.csv``, separated by spaces."""

    @abstractmethod
    def point(self) -> str:
        """The picture's title: its one point, in a sentence."""

    def links(self) -> str:
        """The sources as links in light markdown."""
        return linked(self.sources)

    @staticmethod
    def lines(title: str, letters: int = TITLE_LETTERS) -> list[str]:
        """A title in lines that fit."""
        return textwrap.wrap(title, letters)

    def write_title(self, letters: int = TITLE_LETTERS) -> None:
        """Put the title at the top of the figure, in lines of so many letters at most."""
        self.live.titled = self.live.text(
            12, 8, "\n".join(self.lines(self.point(), letters)), fontsize=look.TITLE, fontweight="bold", linespacing=1.2
        )

    @property
    def title_end(self) -> int:
        """Pixels from the top to where the title ends."""
        return 20 + 20 * len(self.lines(self.point()))

    @property
    def shown_width(self) -> int:
        """Pixels as shown at most: a drawing grows with the page, a painting keeps its size."""
        live = getattr(self, "live", None)
        return self.width if live is None else max(self.width, min(ROOM, self.width * TALL // live.height))

    def __repr__(self) -> str:
        return f"{type(self).__name__}: {self.point()}"

    def kept(self) -> str:
        """The picture as HTML that is kept in a notebook's file; its sources are then cited."""
        cite(self.sources)
        return super().kept()

    def _repr_html_(self) -> str:
        return self.kept()
