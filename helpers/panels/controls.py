"""Controls that can be named, read aloud and used by keyboard alone: native elements with native labels.

Each is a small anywidget: what a learner sees is HTML's own ``<label>``, ``<input>``, ``<select>``, ``<button>``.
They follow Jupyter's light and dark themes. Python sees plain traits (``amount``, ``value``, ``on``, ``presses``).
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import anywidget
import traitlets

from helpers import page
from helpers.panels.traits import Amount

STATIC = Path(__file__).parent / "static"
"""What the page runs: a file of JavaScript a control, what they share, and the look of all."""


class Grouped(Protocol):
    """What is offered under a heading."""

    group: str


G = TypeVar("G", bound=Grouped)


def by_group(offered: Iterable[G]) -> list[G]:
    """What is offered, that of one heading together, in the order in which the headings first come."""
    some = list(offered)
    groups = list(dict.fromkeys(one.group for one in some))
    return sorted(some, key=lambda one: groups.index(one.group))


def script(name: str) -> str:
    """The JavaScript of a control."""
    return page.module(STATIC / f"{name}.js")


class Control(anywidget.AnyWidget):
    """What all controls share: the quiet look, and a name that does not change from run to run."""

    _css = STATIC / "controls.css"
    carries: str
    """The trait that holds what the learner chose."""
    label = traitlets.Unicode(help="What the control is called.").tag(sync=True)
    disabled = traitlets.Bool(False).tag(sync=True)
    note = traitlets.Unicode("", help="A sentence below the control, e.g. why it is disabled.").tag(sync=True)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.label!r})"


class Slider(Control):
    """A slider over a list of steps, equal or not: what is shown at each step is known to the page before it moves.

    Args:
        label: what is moved.
        amounts: the amount at each step, ascending.
        texts: what is shown at each step, as long as ``amounts``.
        spoken: what is read aloud at each step; ``texts`` unless given.
        amount: where it stands; ``None`` is "not known". An amount between two steps becomes a step of its own.
        may_be_unknown: whether the learner can say "not known".
        describe: makes ``(text, spoken)`` of an amount that is not a step.
    """

    carries = "amount"
    _esm = script("slider")
    tag = traitlets.Unicode("", help="A short sign before the label, e.g. the line's marker.").tag(sync=True)
    ink = traitlets.Unicode("", help="The line's ink.").tag(sync=True)
    texts = traitlets.List(traitlets.Unicode()).tag(sync=True)
    spoken = traitlets.List(traitlets.Unicode()).tag(sync=True)
    index = traitlets.Int(0).tag(sync=True, echo_update=False)
    known = traitlets.Bool(True).tag(sync=True, echo_update=False)
    may_be_unknown = traitlets.Bool(False).tag(sync=True)
    amount = Amount()

    def __init__(
        self,
        label: str,
        amounts: Sequence[float],
        texts: Sequence[str],
        spoken: Sequence[str] | None = None,
        amount: float | None = None,
        describe=lambda amount: (f"{amount:g}", f"{amount:g}"),
        **traits: Any,
    ) -> None:
        self._describe = describe
        super().__init__(label=label, **traits)
        self.steps(amounts, texts, spoken)
        self._set_amount(amount)
        self.observe(self._moved, ["index", "known"])
        self.observe(lambda change: self._set_amount(change["new"]), "amount")

    def steps(self, amounts: Sequence[float], texts: Sequence[str], spoken: Sequence[str] | None = None) -> None:
        """Give the slider other steps (or the same ones in other units); it stays at its amount."""
        if not len(amounts) == len(texts) == len(spoken or texts) or not len(amounts):
            raise ValueError("A slider needs as many texts as amounts, and at least one.")
        self.amounts = [float(step) for step in amounts]
        with self.hold_sync():
            self.texts, self.spoken = list(texts), list(spoken or texts)
            self._set_amount(self.amount)

    def _moved(self, change: dict) -> None:
        self.amount = self.amounts[min(self.index, len(self.amounts) - 1)] if self.known else None

    def _set_amount(self, amount: float | None) -> None:
        with self.hold_sync(), self.hold_trait_notifications():
            if amount is not None:
                place = bisect_left(self.amounts, amount)
                if place == len(self.amounts) or self.amounts[place] != amount:
                    shown, said = self._describe(amount)
                    self.amounts = [*self.amounts[:place], amount, *self.amounts[place:]]
                    self.texts = [*self.texts[:place], shown, *self.texts[place:]]
                    self.spoken = [*self.spoken[:place], said, *self.spoken[place:]]
                self.index = place
            self.known = amount is not None
            self.amount = amount


class Choice(Control):
    """One of several, in a native list to choose from.

    Args:
        label: what is chosen.
        options: what is shown -> the value it stands for, in order.
        value: the value chosen; the first unless given.
        groups: the heading under which each option stands; options of one heading follow each other.
    """

    carries = "value"
    _esm = script("choice")
    labels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    groups = traitlets.List(traitlets.Unicode()).tag(sync=True)
    index = traitlets.Int(0).tag(sync=True, echo_update=False)
    value = traitlets.Any(None, allow_none=True)

    def __init__(self, label: str, options: Mapping[str, Any], value: Any = None, **traits: Any) -> None:
        self._values = list(options.values())
        super().__init__(label=label, labels=list(options), **traits)
        self.value = value if value in self._values else self._values[0]
        self.index = self._values.index(self.value)
        self.observe(lambda change: self.set_trait("value", self._values[change["new"]]), "index")
        self.observe(lambda change: self.set_trait("index", self._place(change["new"])), "value")

    def offer(self, options: Mapping[str, Any], groups: Sequence[str] = ()) -> None:
        """Offer something else to choose from, under headings if there are any; the first of it is chosen."""
        self._values = list(options.values())
        with self.hold_sync():
            self.groups, self.labels, self.index = list(groups), list(options), 0
        self.value = self._values[0]

    def _place(self, value: Any) -> int:
        """Where a value stands in the list; where it is not offered, the list stays where it is."""
        return self._values.index(value) if value in self._values else self.index

    @traitlets.validate("index")
    def _inside(self, proposal: dict) -> int:
        return max(0, min(proposal["value"], len(self._values) - 1))


class Switch(Control):
    """On or off: a native checkbox with the role of a switch."""

    carries = "on"
    _esm = script("switch")
    on = traitlets.Bool(False).tag(sync=True, echo_update=False)

    def __init__(self, label: str, on: bool = False, **traits: Any) -> None:
        super().__init__(label=label, on=on, **traits)


class Checkboxes(Control):
    """Any of several, as native checkboxes in a fieldset; the first says whether anybody looked at all.

    Args:
        label: what is looked for.
        options: what is shown -> the value it stands for, in order.
        looked: what the first box is called, e.g. "the film was looked at".
        value: the values that were found; None when nobody has looked, or not for everything.
    """

    carries = "value"
    _esm = script("checkboxes")
    labels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    looked = traitlets.Unicode("").tag(sync=True)
    marked = traitlets.List(traitlets.Int()).tag(sync=True, echo_update=False)
    known = traitlets.Bool(False).tag(sync=True, echo_update=False)
    value = traitlets.Any(None, allow_none=True)

    def __init__(
        self, label: str, options: Mapping[str, Any], looked: str, value: Sequence[Any] | None = None, **traits: Any
    ) -> None:
        self._values = list(options.values())
        super().__init__(label=label, labels=list(options), looked=looked, **traits)
        self._set(value)
        self.observe(lambda change: self._told(), ["known", "marked"])
        self.observe(lambda change: self._set(change["new"]), "value")

    def _told(self) -> None:
        inside = [place for place in self.marked if 0 <= place < len(self._values)]
        self.value = tuple(self._values[place] for place in inside) if self.known else None

    def _set(self, value: Sequence[Any] | None) -> None:
        if value is not None or self.known:
            self.show(value)

    def show(self, value: Sequence[Any] | None, found: Sequence[Any] = ()) -> None:
        """Mark the values that were found: `value`, or `found` where not everything was looked for."""
        with self.hold_sync(), self.hold_trait_notifications():
            self.known = value is not None
            self.marked = sorted(self._values.index(one) for one in (found if value is None else value))
            self.value = None if value is None else tuple(self._values[place] for place in self.marked)


class Button(Control):
    """A native button; ``presses`` counts, ``when_pressed(do)`` calls ``do()`` at each press."""

    _esm = script("button")
    presses = traitlets.Int(0).tag(sync=True, echo_update=False)

    def __init__(self, label: str, **traits: Any) -> None:
        super().__init__(label=label, **traits)

    def when_pressed(self, do) -> None:
        """Call ``do()`` at each press."""
        self.observe(lambda change: do(), "presses")


class TextArea(Control):
    """Several lines to write or paste into. ``text`` follows while the learner types; nothing ever empties it."""

    carries = "text"
    _esm = script("text_area")
    text = traitlets.Unicode("").tag(sync=True, echo_update=False)
    example = traitlets.Unicode("").tag(sync=True)
    rows = traitlets.Int(6).tag(sync=True)

    def __init__(self, label: str, text: str = "", **traits: Any) -> None:
        super().__init__(label=label, text=text, **traits)


class Picture(anywidget.AnyWidget):
    """A picture that is replaced without a flicker: one ``<img>`` that stays, with its words.

    Picture, words and marks are sent together by :meth:`show`; ``caption`` is HTML of :mod:`helpers.page`.
    Where there are marks, pointing at one shows its name, and so do the arrow keys, which also say it.
    """

    _css = STATIC / "controls.css"
    _esm = script("picture")
    image = traitlets.Bytes(b"").tag(sync=True)
    media = traitlets.Unicode("image/png").tag(sync=True)
    alt = traitlets.Unicode("").tag(sync=True)
    caption = traitlets.Unicode("").tag(sync=True)
    width = traitlets.Int(500).tag(sync=True)
    marks = traitlets.List().tag(sync=True, to_json=lambda marks, picture: json.dumps(marks))
    """What lies where: ``[x, y, radius, name]`` in pixels as shown, those worth a look first."""

    def show(
        self, image: bytes, alt: str, caption: str | None = None, marks: Sequence[Sequence[Any]] | None = None
    ) -> None:
        """Replace the picture (PNG or JPEG) and its words in one message."""
        with self.hold_sync():
            self.alt, self.media = alt, page.media_type(image)
            if marks is not None:
                self.marks = [list(mark) for mark in marks]
            self.image = image
            if caption is not None:
                self.caption = caption

    def __repr__(self) -> str:
        return f"Picture({self.alt!r})"


class Words(anywidget.AnyWidget):
    """The words of a panel: what cannot wait with its questions, a status sentence that is read aloud, then ``html``.

    ``html`` and ``alert`` come from :mod:`helpers.page` only. The spoken copy of the sentence waits until the learner
    rests, so that a screen reader is not flooded while a slider moves; ``warning`` is spoken when it changes, which is
    when something that cannot wait appears or goes. Where it ``folds``, all of what cannot wait but its ``headline``
    is opened by the learner.
    """

    _css = STATIC / "controls.css"
    _esm = script("words")
    carries = "answers"
    status = traitlets.Unicode("").tag(sync=True)
    html = traitlets.Unicode("").tag(sync=True)
    below = traitlets.Unicode("").tag(sync=True)
    """What stands after the questions, over the whole width of the panel."""
    alert = traitlets.Unicode("").tag(sync=True)
    warning = traitlets.Unicode("").tag(sync=True)
    no_warning = traitlets.Unicode("").tag(sync=True)
    """What is spoken once there is no warning any more."""
    in_title = traitlets.Unicode("").tag(sync=True)
    """How the status begins where the picture's title says the same: it is read aloud and not written again."""
    folds = traitlets.Bool(False).tag(sync=True)
    """Whether only the headline of what cannot wait is shown until the learner opens it; it does not change."""
    headline = traitlets.Unicode("").tag(sync=True)
    """What is raised by its name, and how many questions are open; it is never folded away."""
    still_open = traitlets.Unicode("").tag(sync=True)
    """That questions are open, in a sentence; "" where none is."""
    questions = traitlets.List(traitlets.Dict()).tag(sync=True)
    """What is asked: ``key``, ``text``, and ``why`` it is asked."""
    answers = traitlets.Dict().tag(sync=True, echo_update=False)
    """Key of a question -> "yes", "no" or "" (not known)."""

    def show(
        self,
        status: str,
        html: str,
        alert: str = "",
        warning: str = "",
        no_warning: str = "",
        questions: Sequence[Mapping[str, str]] = (),
        in_title: str = "",
        still_open: str = "",
        headline: str = "",
    ) -> None:
        """Replace all of them in one message; ``alert``, from the page as well, stands first, then the questions.

        What follows :data:`helpers.page.BELOW` in ``html`` stands last, over the whole width.
        """
        html, _, below = html.partition(page.BELOW)
        with self.hold_sync():
            self.status, self.html, self.alert, self.in_title = map(page.unparted, (status, html, alert, in_title))
            self.below = page.unparted(below)
            self.warning, self.no_warning = warning, no_warning
            self.still_open, self.headline = still_open, page.unparted(headline)
            self.questions = [dict(one) for one in questions]

    def __repr__(self) -> str:
        return f"Words({self.status!r})"
