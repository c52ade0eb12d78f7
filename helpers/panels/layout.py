"""How a panel lies on the page: controls beside the picture where there is room, above it where there is not."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets

WITH_PICTURE, WITHOUT_PICTURE = "1 1 740px", "1 1 300px"
"""The room of controls with a picture beside them, and alone; ``controls.css`` knows how wide that makes a panel."""
NO_PICTURE = "course-no-picture"
"""The class of a panel that shows no picture at the moment."""
_VISIBLE = {"overflow": "visible"}


def beside(
    controls: Sequence[ipywidgets.Widget], shown: Sequence[ipywidgets.Widget], words: ipywidgets.Widget
) -> ipywidgets.Box:
    """Controls at the left, what they move at their right, the words beside both where there is room, else below.

    The words' own box is none on the page (see ``controls.css``), so that what cannot wait, and the words' tables, have
    the whole width below.
    """
    column = ipywidgets.VBox(
        list(controls),
        layout={"flex": "1 1 230px", "min_width": "0", "max_width": "500px", "grid_gap": "7px"} | _VISIBLE,
    )
    frame = ipywidgets.VBox(list(shown), layout={"flex": "0 1 500px", "min_width": "0"} | _VISIBLE)
    moved = {"flex_flow": "row wrap", "grid_gap": "8px 20px", "flex": WITH_PICTURE, "max_width": "800px"}
    top = ipywidgets.HBox([column, frame], layout=moved | {"min_width": "0"} | _VISIBLE)
    return in_rows([top, words], align_items="flex-start", max_width="1300px").add_class("course-beside")


def stacked(*shown: ipywidgets.Widget) -> ipywidgets.VBox:
    """One below the other."""
    return ipywidgets.VBox(shown, layout={"max_width": "800px", "grid_gap": "8px"} | _VISIBLE)


def in_rows(shown: Sequence[ipywidgets.Widget], **more: str) -> ipywidgets.Box:
    """One beside the other, in as many rows as it takes."""
    return ipywidgets.Box(list(shown), layout={"flex_flow": "row wrap", "grid_gap": "7px 12px"} | _VISIBLE | more)


def folded(controls: Sequence[ipywidgets.Widget]) -> ipywidgets.VBox:
    """Controls that are hidden until :func:`unfold` shows them."""
    return ipywidgets.VBox(list(controls), layout={"display": "none", "grid_gap": "7px"} | _VISIBLE)


def unfold(widget: ipywidgets.Widget, shown: bool) -> None:
    """Show a widget, or hide it so that Tab does not stop there."""
    widget.layout.display = "" if shown else "none"
