"""A picture that stands still: shown in a notebook with its title, its alt text and its sources."""

from __future__ import annotations

import textwrap
from abc import abstractmethod

from helpers.evidence import cite, source
from helpers.pictures import look, page
from helpers.pictures.live import LivePicture

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
        return "; ".join(page.link(source(key).short, source(key).link) for key in self.sources.split())

    @staticmethod
    def lines(title: str) -> list[str]:
        """A title in lines that fit."""
        return textwrap.wrap(title, TITLE_LETTERS)

    def write_title(self) -> None:
        """Put the title at the top of the figure."""
        self.live.text(
            12, 8, "\n".join(self.lines(self.point())), fontsize=look.TITLE, fontweight="bold", linespacing=1.2
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}: {self.point()}"

    def _repr_html_(self) -> str:
        cite(self.sources)
        return self.kept()
