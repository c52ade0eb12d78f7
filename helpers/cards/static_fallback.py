"""A widget that leaves a still twin in the notebook's file, for where there is no kernel."""

from __future__ import annotations

from typing import Any

import anywidget

from helpers import live_output, page

RUN = "Run this cell to answer: click on it, press Shift+Enter."
"""What the twin of a question says to do."""


class StaticFallback(anywidget.AnyWidget):
    """A live widget with its twin."""

    def twin(self) -> str:
        """What stands here where there is no kernel, as HTML; knows no answer and no record."""
        raise TypeError(f"{type(self).__name__} has no twin: a widget beside one defines twin.")

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        return live_output.bundle(self, self, page.unparted(self.twin()))
