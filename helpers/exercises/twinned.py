"""A widget that leaves a still twin in the notebook's file, for where there is no kernel."""

from __future__ import annotations

from typing import Any

import anywidget


class Twinned(anywidget.AnyWidget):
    """A live widget with its twin."""

    def twin(self) -> str:
        """What stands here where there is no kernel, as HTML; knows no answer and no record."""
        raise TypeError(f"{type(self).__name__} has no twin: a widget beside one defines twin.")

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        return {**data, "text/plain": repr(self), "text/html": self.twin()}, metadata
