"""The views of this kernel's record that are on the page: they show the same, whichever of them changed it."""

from __future__ import annotations

from typing import Any, TypeVar
from weakref import WeakSet

T = TypeVar("T")

_views: WeakSet[Any] = WeakSet()


def keep_up(view: T) -> T:
    """Have a view (a widget with ``refresh``) shown anew when the record changes elsewhere; gives it back."""
    _views.add(view)
    return view


def refresh_all(but: type | tuple[()] = ()) -> None:
    """Let every view show what the record holds now, except those of one class."""
    for view in list(_views):
        if view.comm is not None and not isinstance(view, but):
            view.refresh()
