"""A panel without a picture: one thing is chosen from a list, and told in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import traitlets

from helpers.evidence import picked
from helpers.panels.controls import Choice, Words
from helpers.panels.layout import stacked
from helpers.panels.panel import Panel, View


class ChosenPanel(Panel):
    """One of several, told in full.

    Args:
        chosen: the key to begin with.

    Raises:
        ValueError: no such key; the message lists those there are.
    """

    chosen = traitlets.Unicode()
    question: str
    """The label of the list to choose from."""

    def __init__(self, chosen: str) -> None:
        super().__init__(chosen=chosen)
        self.begin()

    @staticmethod
    def things() -> Mapping[str, Any]:
        """What can be chosen, by key; each has a ``label``."""
        raise TypeError("A panel that tells defines things, say and words.")

    @property
    def one(self) -> Any:
        """What is chosen."""
        return self.things()[self.chosen]

    @traitlets.validate("chosen")
    def _there_is(self, proposal: dict) -> str:
        picked(proposal["value"], self.things(), self.question.lower())
        return proposal["value"]

    def say(self) -> str:
        """What was chosen, in a sentence."""
        return self.one.label

    def _update(self) -> None:
        self.status = self.say()


class _ChosenView(View, of=ChosenPanel):
    """The widgets of such a panel; they hold nothing of their own and follow the model."""

    def __init__(self, model: ChosenPanel) -> None:
        super().__init__(model)
        options = {one.label: key for key, one in model.things().items()}
        self.choice = Choice(model.question, options, model.chosen)
        self.link(chosen=self.choice)
        self.words = Words()
        self.box = stacked(self.choice, self.words, self.button("Reset", model.reset))
        self.on("changes", self._follow)
        self._follow()

    def _follow(self) -> None:
        self.words.show(self.model.status, self.model.words())
