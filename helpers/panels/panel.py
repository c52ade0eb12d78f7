"""What every panel is: a model of plain traits that runs without a kernel, its widgets, and a still twin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import ipywidgets
import traitlets

if TYPE_CHECKING:
    import asyncio

SETTLES_S = 0.06
"""Words follow a picture when nothing has moved for so long, so that they never hold it up."""


class Later:
    """Does something once the learner rests: each call puts it off; without an event loop it is done at once."""

    def __init__(self, do: Callable[[], None]) -> None:
        self._do = do
        self._waiting: asyncio.TimerHandle | None = None

    def __call__(self) -> None:
        import asyncio  # a kernel has it; a bare import of the helpers need not pay for it

        if self._waiting:
            self._waiting.cancel()
        try:
            self._waiting = asyncio.get_running_loop().call_later(SETTLES_S, self._do)
        except RuntimeError:
            self._do()


class View(Protocol):
    """A panel's widgets; they hold nothing of their own and follow the model."""

    box: ipywidgets.Widget


class Panel(traitlets.HasTraits):
    """The model of a panel: shown live where there is a kernel, and as :meth:`static_html` where there is none."""

    status: str
    """The present state in a sentence."""
    changes = traitlets.Int(0, help="counts the updates; what shows the panel watches this")
    _quiet = False
    _view: View | None = None

    def _update(self) -> None:
        """Work out anew what follows from the traits."""
        raise TypeError(f"{type(self).__name__} does not update: a panel that moves defines _update.")

    def _moved(self, change: dict | None = None) -> None:
        """Something moved: what follows from it is worked out, unless more is about to move."""
        if not self._quiet:
            self._update()

    @contextmanager
    def _together(self) -> Iterator[None]:
        """Several changes, one update; one inside another counts as one."""
        outer, self._quiet = self._quiet, True
        try:
            with self.hold_trait_notifications():
                yield
        finally:
            self._quiet = outer
        self._moved()

    def make_view(self) -> View:
        """Build the widgets."""
        raise TypeError(f"{type(self).__name__} has no widgets: a panel defines make_view.")

    def static_html(self) -> str:
        """The twin for where there is no kernel."""
        raise TypeError(f"{type(self).__name__} has no twin: a panel defines static_html.")

    @property
    def view(self) -> ipywidgets.Widget:
        """The widgets, built when first shown."""
        if self._view is None:
            self._view = self.make_view()
        return self._view.box

    def __repr__(self) -> str:
        return f"{type(self).__name__}: {self.status}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, object]:
        bundle = dict(self.view._repr_mimebundle_())
        return bundle | {"text/plain": repr(self), "text/html": self.static_html()}
