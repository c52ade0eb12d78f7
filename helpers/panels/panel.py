"""What every panel is: a model of plain traits that runs without a kernel, its widgets, and a still twin.

A panel's traits are its whole state: :meth:`Panel.state` gives them as JSON has them, :meth:`Panel.restore` takes them
back. What follows from them (a picture, a sentence, words) is worked out once a move.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import ipywidgets
import traitlets

from helpers import kernel, live_output, page
from helpers.panels.controls import Button, Control, Switch
from helpers.panels.layout import folded, unfold
from helpers.panels.traits import Measured

if TYPE_CHECKING:
    import asyncio

SETTLES_S = 0.06
"""Words follow a picture when nothing has moved for so long, so that they never hold it up."""


_FRAME = "border:1px solid rgba(128,128,128,.4);border-radius:10px;padding:10px 12px;margin:2px"
"""Of the twin: as :mod:`controls.css <helpers.panels.controls>` draws it around the live panel, in any theme."""


class Debounce:
    """Does something once the learner rests: each call puts it off; without an event loop it is done at once."""

    def __init__(self, do: Callable[[], None]) -> None:
        self._do = do
        self._waiting: asyncio.TimerHandle | None = None

    def __call__(self) -> None:
        import asyncio  # a kernel has it; a bare import of the helpers need not pay for it

        self.cancel()
        try:
            self._waiting = asyncio.get_running_loop().call_later(SETTLES_S, self._do)
        except RuntimeError:
            self._do()

    def cancel(self) -> None:
        """Do not do it any more."""
        if self._waiting:
            self._waiting.cancel()


class View:
    """A panel's widgets; they hold nothing of their own and follow the model until they are closed."""

    box: ipywidgets.Widget

    def __init_subclass__(cls, of: type[Panel] | None = None) -> None:
        """A view says which panel it is a view of."""
        if of is not None:
            of.view_class = cls

    def __init__(self, model: Panel) -> None:
        self.model = model
        self._ties: list[Callable[[], None]] = []

    def on(self, names: str | list[str], do: Callable[[], None]) -> None:
        """Do something when traits of the model change."""

        def follow(change: dict) -> None:
            do()

        self.model.observe(follow, names)
        self._ties.append(lambda: self.model.unobserve(follow, names))

    def link(self, **controls: Control) -> None:
        """Link what the model calls so to the controls: when one moves, so does the other."""
        for name, control in controls.items():
            self._link(name, control)

    def _link(self, name: str, control: Control) -> None:
        measured = getattr(type(self.model), name, None)

        def show() -> None:
            control.set_trait(control.carries, getattr(self.model, name))

        def tell(change: dict) -> None:
            setattr(self.model, name, change["new"])
            show()  # what the model made of it

        show()
        self.on(measured.count if isinstance(measured, Measured) else name, show)
        control.observe(tell, control.carries)

    def button(self, label: str, do: Callable[[], None]) -> Button:
        """A button that does something."""
        button = Button(label)
        button.when_pressed(do)
        return button

    def fold(self, label: str, controls: Sequence[ipywidgets.Widget]) -> list[ipywidgets.Widget]:
        """Controls that are shown once the switch before them is on, which is the model's ``more``."""
        self.more, box = Switch(label), folded(controls)
        self.link(more=self.more)
        unfold(box, self.model.more)
        self.on("more", lambda: unfold(box, self.model.more))
        return [self.more, box]

    def close(self) -> None:
        """Close every widget with its comm, and follow the model no more."""
        for untie in self._ties:
            untie()
        self._ties.clear()
        for widget in _widgets(vars(self).values()):
            widget.unobserve_all()
            widget.close()


def _widgets(things: Iterable[Any]) -> Iterator[ipywidgets.Widget]:
    """The widgets among things, with what they are made of."""
    for thing in things:
        if isinstance(thing, dict):
            yield from _widgets(thing.values())
        elif isinstance(thing, list):
            yield from _widgets(thing)
        elif isinstance(thing, ipywidgets.Widget):
            yield from _widgets(
                [*(getattr(thing, part, None) for part in ("layout", "style")), *getattr(thing, "children", ())]
            )
            yield thing


class Panel(traitlets.HasTraits):
    """The model of a panel: shown live where there is a kernel, and as :meth:`static_html` where there is none."""

    status: str
    """The present state in a sentence."""
    changes = traitlets.Int(0, help="counts the updates; what shows the panel watches this").tag(state=False)
    LOADS: tuple[str, ...] = ()
    """Traits that name something to load, e.g. a published patient: everything else then begins anew."""
    STAYS: tuple[str, ...] = ()
    """Traits that are left as they are when something is loaded: what is looked at, not what is looked at it in."""
    _quiet = _setting = False
    RUN = "<p><em>Run this cell to move it: click on it, press Shift+Enter.</em></p>"
    """What its twin says to do."""
    view_class: type[View]
    _view: View | None = None
    _leaving: Debounce | None = None
    """Keeps how the learner leaves it; None until it is shown in a cell."""

    # --- its state ---

    def begin(self) -> None:
        """What an initializer ends with: the state now is the one to return to, and every trait is watched."""
        self._start = {name: getattr(self, name) for name in self._state_names()}
        moving = self.traits(moves=lambda moving: moving is not False)
        watched = [name for name in self._start if name in moving and name not in self.LOADS]
        if watched:  # an empty list would watch every trait there is
            self.observe(self.on_change, watched)
        if self.LOADS:
            self.observe(self._load, list(self.LOADS))
        self.on_change()

    def _state_names(self) -> list[str]:
        return sorted(self.traits(state=lambda kept: kept is not False))

    def state(self) -> dict[str, Any]:
        """The whole state, of text, numbers, lists and dicts, as JSON has them."""
        found = {name: getattr(self, name) for name in self._state_names()}
        return {name: self._codec(name, "pack")(value) for name, value in found.items()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go to a state of :meth:`state`; what is not in it begins anew.

        Raises:
            ValueError: it is no state of such a panel; the panel is left as it was.
        """
        names = self._state_names()
        try:
            values = {name: self._codec(name, "unpack")(state[name]) for name in names if name in state}
            self._set(self._start | values)
        except (traitlets.TraitError, AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"This is no state of a {type(self).__name__}: {error}") from error

    def _codec(self, name: str, way: str) -> Callable[[Any], Any]:
        """How a trait is turned into JSON and back."""
        trait = self.traits()[name]
        if isinstance(trait, traitlets.Tuple):
            return list if way == "pack" else tuple
        return getattr(trait, way, lambda value: dict(value) if isinstance(value, dict) else value)

    def loaded(self) -> dict[str, Any]:
        """What the thing that is loaded brings: trait -> value; nothing where nothing is."""
        return {}

    def load(self, thing: Any) -> None:
        """Load something else, or the same once more as it was when it was loaded.

        Raises:
            KeyError: there is no such thing; the message lists those there are.
        """
        [name] = self.LOADS
        if thing == getattr(self, name):
            self.reset()
        try:
            setattr(self, name, thing)
        except traitlets.TraitError as error:
            raise KeyError(str(error)) from error

    def reset(self) -> None:
        """Back to what was loaded last, e.g. a published patient, or to where the panel started."""
        chosen = {name: getattr(self, name) for name in self.LOADS}
        self._set(self._start | chosen | (self.loaded() if chosen != self._begun() else {}))

    def _begun(self) -> dict[str, Any]:
        return {name: self._start[name] for name in self.LOADS}

    def _load(self, change: dict | None = None) -> None:
        """Something else is to be loaded: nothing of what was there before reaches it."""
        if not self._setting:
            stays = {name: getattr(self, name) for name in self.STAYS}
            with self.batch():
                self.reset()
                self._set(stays)

    def _set(self, values: Mapping[str, Any]) -> None:
        """Set traits in one update, all or none; what they would load is not loaded."""
        outer, self._setting = self._setting, True
        try:
            with self.batch():
                for name, value in values.items():
                    setattr(self, name, value)
        finally:
            self._setting = outer

    # --- what follows from it ---

    def _update(self) -> None:
        """Work out anew what follows from the traits."""
        raise TypeError(f"{type(self).__name__} does not update: a panel that moves defines _update.")

    def on_change(self, change: dict | None = None) -> None:
        """Something moved: what follows is worked out, unless more is about to move; what cannot be is taken back."""
        if self._quiet:
            return
        try:
            self._update()
        except Exception:
            if change:
                self._set({change["name"]: change["old"]})
            raise
        self.changes += 1

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Several changes, one update, all or none; one inside another counts as one."""
        if self._quiet:
            yield
            return
        before = {name: getattr(self, name) for name in self._start}
        try:
            with self._silence(), self.hold_trait_notifications():
                yield
            self.on_change()
        except Exception:
            outer, self._setting = self._setting, True
            with self._silence(), self.hold_trait_notifications():
                for name, value in before.items():
                    setattr(self, name, value)
            self._setting = outer
            self.on_change()
            raise

    @contextmanager
    def _silence(self) -> Iterator[None]:
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False

    # --- showing it ---

    def words(self) -> str:
        """What it says beside its status, as HTML."""
        raise TypeError(f"{type(self).__name__} says nothing: a panel defines words.")

    def in_title(self) -> str:
        """How the status begins where a picture's title says the same, so that it is not written twice; else ""."""
        return ""

    def static_html(self) -> str:
        """The twin for where there is no kernel: what no picture says of the sentence, and the words."""
        seen = self.status.removeprefix(self.in_title()).strip()
        return (f"<p><strong>{page.escape(seen)}</strong></p>" if seen else "") + self.words()

    @property
    def view(self) -> ipywidgets.Widget:
        """The widgets, built when first shown."""
        if self._view is None:
            self._view = self.view_class(self)
        return self._view.box

    @property
    def widgets(self) -> View:
        """The widgets by their names, built when first asked for."""
        return self.view and self._view

    def __repr__(self) -> str:
        return f"{type(self).__name__}: {self.status}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        place = kernel.place()
        self.view.add_class("course-panel")
        still = f'<div style="{_FRAME}">{page.unparted(self.static_html())}{self.RUN}</div>'
        twin = live_output.bundle(self, self.view, still)
        self._come_back(place)  # after its twin was made: what a notebook keeps knows nothing of the learner
        return twin

    def _come_back(self, place: str) -> None:
        """Go to where the learner left the panel of this place, and let the record follow from now on."""
        if not place or self._leaving:
            return
        from helpers.record.panel_states import leave, left  # where a learner is, not with the first import

        place, begun = f"{place} {type(self).__name__}", self.state()
        if state := left(place, begun):
            try:
                self.restore(state)
                self.static_html()
            except Exception:  # of whatever kind: nothing that was kept may hinder a panel from being shown
                self.restore(begun)
        self._leaving = Debounce(lambda: leave(place, begun, self.state()))
        self.observe(self._leave, "changes")

    def _leave(self, change: dict) -> None:
        if self._leaving:
            self._leaving()

    def close(self) -> None:
        """Give back the widgets with their comms; the panel lives on, and builds them anew when it is shown again."""
        if self._leaving:
            self._leaving.cancel()
            self.unobserve(self._leave, "changes")
            self._leaving = None
        if self._view is not None:
            self._view.close()
            self._view = None
