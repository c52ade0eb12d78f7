"""How a panel lies on the page: controls beside the picture where there is room, above it where there is not."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets

_VISIBLE = {"overflow": "visible"}


def beside(
    controls: Sequence[ipywidgets.Widget], shown: Sequence[ipywidgets.Widget], words: ipywidgets.Widget
) -> ipywidgets.VBox:
    """Controls at the left, what they move at their right, the words below both."""
    column = ipywidgets.VBox(
        list(controls),
        layout={"flex": "1 1 230px", "min_width": "0", "max_width": "500px", "grid_gap": "7px"} | _VISIBLE,
    )
    frame = ipywidgets.VBox(list(shown), layout={"flex": "0 1 500px", "min_width": "0"} | _VISIBLE)
    top = ipywidgets.HBox([column, frame], layout={"flex_flow": "row wrap", "grid_gap": "8px 20px"} | _VISIBLE)
    return ipywidgets.VBox([top, words], layout={"max_width": "800px"} | _VISIBLE)


def folded(controls: Sequence[ipywidgets.Widget]) -> ipywidgets.VBox:
    """Controls that are hidden until :func:`unfold` shows them."""
    return ipywidgets.VBox(list(controls), layout={"display": "none", "grid_gap": "7px"} | _VISIBLE)


def unfold(widget: ipywidgets.Widget, shown: bool) -> None:
    """Show a widget, or hide it so that Tab does not stop there."""
    widget.layout.display = "" if shown else "none"
