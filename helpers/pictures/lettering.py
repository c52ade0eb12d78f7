"""How wide words are drawn, and how they are broken into lines: measured before a picture's height is settled."""

from __future__ import annotations

from functools import cache

from helpers.pictures import look

_SHARP = 1.5
"""Letters are fitted to pixels, so that they are measured at the sharpness at which they are painted."""


@cache
def _renderer():
    from matplotlib.backends.backend_agg import RendererAgg

    return RendererAgg(1, 1, look.DPI * _SHARP)


@cache
def width_of(words: str, weight: str = "normal") -> float:
    """How wide words are drawn in the course's font and size, pixels as shown."""
    from matplotlib.font_manager import FontProperties

    font = FontProperties(family=look.FONT, size=look.BODY, weight=weight)
    return _renderer().get_text_width_height_descent(words, font, ismath=False)[0] / _SHARP


def lines_of(words: str, room: float) -> list[str]:
    """Words in lines that are no wider than the room, in pixels; a word that is wider stands alone."""
    lines: list[str] = []
    for word in words.split(" ") if words else []:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
