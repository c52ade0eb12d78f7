"""A panel around one picture: the picture moves at once, its words when the learner rests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets

from helpers import page
from helpers.panels.controls import Picture, Words
from helpers.panels.layout import NO_PICTURE, WITH_PICTURE, WITHOUT_PICTURE, beside, unfold
from helpers.panels.panel import Debounce, Panel, View
from helpers.panels.red_flags import HasRedFlags
from helpers.pictures.live import LivePicture


class PicturedPanel(Panel):
    """A model whose state is a picture, a sentence and words."""

    picture: LivePicture | None = None
    """The present state, drawn."""
    _key: object = None

    def draw(self, make: Callable[[], LivePicture], *shown: Any, key: object = None, **more: Any) -> None:
        """Let the picture show something else; it is made anew where there is none, or one of another ``key``."""
        if self.picture is None or key != self._key:
            self.picture, self._key = make(), key
        else:
            self.picture.update(*shown, **more)

    @property
    def has_picture(self) -> bool:
        """Whether there is a picture of the present state."""
        return self.picture is not None

    def pictures(self) -> Mapping[str, LivePicture]:
        """Every picture of the present state by its name, in the order in which they stand."""
        return {"picture": self.picture} if self.has_picture else {}

    def alert(self) -> str:
        """What cannot wait, as HTML; "" when there is nothing."""
        return ""

    def what_cannot_wait(self) -> str:
        """The same for the twin, with what is still to be asked."""
        return self.alert()

    def in_title(self) -> str:
        """How the status begins where the picture's title says the same; else ""."""
        if not self.picture or not self.picture.titled:
            return ""
        begins = f"{self.picture.point()}."
        whole = self.picture.titled == "".join(begins[:-1].split())
        return begins if whole and f"{self.status} ".startswith(f"{begins} ") else ""

    def static_html(self) -> str:
        """The twin for where there is no kernel: pictures, what cannot wait and is to be asked, the words."""
        figures = "".join(one.kept() for one in self.pictures().values())
        return f"{figures}{self.what_cannot_wait()}{super().static_html()}"

    def alarm(self) -> dict[str, Any]:
        """What cannot wait, as :meth:`helpers.panels.controls.Words.show` takes it."""
        return {}


class PicturedView(View):
    """The widgets of such a panel; they hold nothing of their own and follow the model.

    Args:
        model: the panel.
        controls: what the learner moves, from top to bottom.
    """

    def __init__(self, model: PicturedPanel) -> None:
        super().__init__(model)
        has_flags = isinstance(model, HasRedFlags)
        self.words = Words(folds=has_flags and not model.urgent)
        self.build()
        if has_flags:
            self.link(answers=self.words)
        self.tell_later = Debounce(self.tell)
        self.on("changes", self.follow)
        self.follow()

    def build(self) -> None:
        """Make the controls, and lay everything out in ``box``."""
        self.lay_out(self.controls())

    def controls(self) -> Sequence[ipywidgets.Widget]:
        """What the learner moves, from top to bottom."""
        raise TypeError(f"{type(self).__name__} has nothing to move: a view defines controls.")

    def lay_out(self, controls: Sequence[ipywidgets.Widget]) -> None:
        """Controls beside the picture, words below."""
        self.picture = Picture()
        self.box = beside(controls, [self.picture], self.words)

    def show_picture(self, shown: bool, moved: bool = True) -> None:
        """Show the picture, or give its place to the words; ``moved``: whether there is anything to move."""
        top = self.box.children[0]
        unfold(top.children[1], shown)
        unfold(top, shown or moved)
        top.layout.flex = WITH_PICTURE if shown else WITHOUT_PICTURE
        (self.box.remove_class if shown else self.box.add_class)(NO_PICTURE)

    def follow(self) -> None:
        """The picture at once; the words when the learner rests."""
        for name, picture in self.model.pictures().items():
            getattr(self, name).show(picture.image(small=True), picture.describe())
        self.tell_later()

    def tell(self) -> None:
        """What waits until the learner rests."""
        for name, picture in self.model.pictures().items():
            getattr(self, name).caption = page.inline(picture.caption())
        self.words.show(self.model.status, self.model.words(), **self.model.alarm(), in_title=self.model.in_title())

    def close(self) -> None:
        """Close every widget, and say nothing more."""
        self.tell_later.cancel()
        super().close()
