"""What a cell that shows a widget leaves in the notebook's file: its still twin, and nothing else.

How Jupyter was started does not matter: the file never holds a widget's model, which the next day does not know. While
the kernel runs, ``live_output.js`` puts the live widget in the twin's place wherever the output stands on the page, and
says so when the connection to Python is lost.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import anywidget
import ipywidgets
import traitlets

from helpers import kernel

HERE = Path(__file__).parent


class Attendant(anywidget.AnyWidget):
    """The one model of a kernel that puts all others into their places on the page."""

    _esm = HERE / "live_output.js"
    _css = HERE / "live_output.css"
    version = traitlets.Unicode("").tag(sync=True)
    """Of the course, for a text that says what is wrong."""
    issues = traitlets.Unicode("").tag(sync=True)
    """Where such a text is read."""
    shows = traitlets.Dict().tag(sync=True)
    """Id of a live widget to what it shows: "CountExplorer"."""


def _told() -> dict[str, str]:
    """The version of the course and where it is kept, as the installed course says."""
    try:
        known = metadata("pancytopenia-course")
    except PackageNotFoundError:
        return {}
    addresses = dict(line.split(", ", 1) for line in known.get_all("Project-URL") or [])
    return {"version": known["Version"], "issues": addresses.get("Issues", "")}


@cache
def _attendant() -> Attendant:
    return Attendant(**_told())


def bundle(shown: kernel.Shown, widget: ipywidgets.Widget, twin: str) -> dict[str, str]:
    """What a cell shows of something live, by MIME type.

    Args:
        shown: what the learner's cell made; it is closed when the cell runs again and shows another.
        widget: its live widget.
        twin: what stands here where there is no kernel, as HTML.
    """
    attendant = _attendant()
    attendant.shows = {**attendant.shows, widget.model_id: type(shown).__name__}
    kernel.shown(shown)
    place = f"course-live course-live-{widget.model_id}"
    return {"text/plain": repr(shown), "text/html": f'<div class="{place}">{twin}</div>'}
