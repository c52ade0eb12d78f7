"""A panel around one picture: the picture moves at once, its words when the learner rests."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets

from helpers.panels.controls import Picture, Words
from helpers.panels.layout import beside
from helpers.panels.panel import Later, Panel
from helpers.pictures import page
from helpers.pictures.live import LivePicture


class PicturedPanel(Panel):
    """A model whose state is a picture, a sentence and words."""

    picture: LivePicture
    """The present state, drawn."""
    has_picture = True
    """Whether there is a picture of the present state."""

    def words(self) -> str:
        """What stands below the picture, as HTML."""
        raise TypeError(f"{type(self).__name__} says nothing: a panel with a picture defines words.")

    def banner(self) -> str:
        """What cannot wait, as HTML; "" when there is nothing."""
        return ""

    def static_html(self) -> str:
        """The twin for where there is no kernel: picture, what cannot wait, sentence and words."""
        figure = self.picture.kept() if self.has_picture else ""
        return f"{figure}{self.banner()}<p><strong>{page.escape(self.status)}</strong></p>{self.words()}"


class PicturedView:
    """The widgets of such a panel; they hold nothing of their own and follow the model.

    Args:
        model: the panel.
        controls: what the learner moves, from top to bottom.
        above: what stands above the picture.
    """

    def __init__(
        self, model: PicturedPanel, controls: Sequence[ipywidgets.Widget], above: Sequence[ipywidgets.Widget] = ()
    ) -> None:
        self.model = model
        self.picture, self.words = Picture(), Words()
        self.box = beside(controls, [*above, self.picture], self.words)
        self._tell_later = Later(self._tell)
        model.observe(lambda change: self._follow(), "changes")
        self._follow()

    def _follow(self) -> None:
        """The picture at once; the words when the learner rests."""
        if self.model.has_picture:
            picture = self.model.picture
            self.picture.show(picture.image(), picture.describe())
        self._tell_later()

    def _tell(self) -> None:
        if self.model.has_picture:
            self.picture.caption = page.inline(self.model.picture.caption())
        self.words.show(self.model.status, self.model.words(), self.model.banner())
