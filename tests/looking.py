"""What a reader would stumble over in a picture: words that are too small, cut off, or printed over each other."""

from __future__ import annotations

from itertools import combinations

from matplotlib.text import Text

from helpers.pictures import look
from helpers.pictures.live import LiveFigure

NARROW = 370
"""Pixels to which a picture is shrunk on a narrow page."""
TOUCHING = 2.5
"""Pixels by which the boxes of words may reach into each other: boxes hold room for tails that few letters have."""


def written(live: LiveFigure) -> list[Text]:
    """Every piece of text that is drawn."""
    live.paint()
    live.canvas.draw()
    axes = live.figure.axes
    hidden = {text for one in axes if not one.axison for text in one.findobj(Text) if text not in one.texts}
    drawn = [text for text in live.figure.findobj(Text) if text.get_text().strip() and text.get_visible()]
    return [text for text in drawn if text not in hidden]


def troubles(live: LiveFigure) -> list[str]:
    """What is wrong with the words of a picture, a sentence each."""
    found, boxes = [], []
    for text in written(live):
        words = text.get_text().replace("\n", " ")
        if text.get_fontsize() * NARROW / look.WIDTH < 11:
            found.append(f"{words!r} is too small")
        box = text.get_window_extent(live.canvas.get_renderer())
        left, bottom, right, top = (end / live.sharpness for end in (box.x0, box.y0, box.x1, box.y1))
        if left < 0 or bottom < 0 or right > live.width or top > live.height:
            found.append(f"{words!r} is cut off")
        boxes.append((words, left, bottom, right, top))
    for (one, *a), (other, *b) in combinations(boxes, 2):
        across, down = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        if across > TOUCHING and down > TOUCHING:
            found.append(f"{one!r} lies over {other!r}")
    return found
