"""The look: one visual language for every picture of the course.

Three cell lines, three inks, three markers; grades are one hue from light to dark with their number; the reference
interval is a neutral band; the paper is always white. A picture is laid out in pixels as shown: at ``DPI`` 72 a font of
size 15 is 15 px.
"""

from __future__ import annotations

from matplotlib.colors import to_rgb

INK = {"red": "#CD3819", "white": "#273D4D", "platelets": "#9D43EF", "other": "#3F4347"}
"""Ink of each cell line (the ``line`` column of ``data/analytes.csv``)."""

MARKER = {"red": "o", "white": "s", "platelets": "^", "other": "D"}
"""Marker of each cell line, so that color is never the only carrier."""

SIGN = {"red": "●", "white": "■", "platelets": "▲", "other": "◆"}
"""The marker of each cell line as a letter, for words."""

GRADE_SHADE = ("#FFFFFF", "#F8E3B4", "#E6B95C", "#946310", "#573809")
"""Grade 0 to 4 (and above): ochre from light to dark. Red is not "bad": red is red cells."""

DONE = "#1F6B3A"
"""What a learner has right; no blood line has it."""

PAPER, TEXT, QUIET, NEUTRAL, NEUTRAL_EDGE = "#FFFFFF", "#1B1D20", "#55595E", "#DFE2E5", "#8B9197"

DPI = 72
WIDTH = 500
"""Pixels. Shown whole beside the controls in 760 px, and its text is still 11 px when it is shrunk to 370 px."""

SMALL, BODY, TITLE = 15, 15, 16
"""Font sizes in pixels as shown."""

FONT = "DejaVu Sans"
"""Comes with matplotlib, so that a picture is the same on every machine; it has the superscripts of 10⁹/L."""

LETTERS = {"fontsize": SMALL, "fontfamily": FONT}
"""Of words in axes."""


def shade(grade: int) -> str:
    """Fill color of a grade's band; grades above 4 share the darkest."""
    return GRADE_SHADE[max(0, min(grade, len(GRADE_SHADE) - 1))]


def signed(line: str) -> str:
    """The sign of a line in its ink, as HTML: on white in a dark theme too, and not read aloud."""
    ink = f"color:{INK[line]};background:#fff;border-radius:3px;padding:0 2px"
    return f'<span aria-hidden="true" style="{ink}">{SIGN[line]}</span>'


def luminance(color: str) -> float:
    """Relative luminance, 0 (black) to 1 (white), by WCAG 2."""
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colors, 1 to 21, by WCAG 2."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def text_on(fill: str) -> str:
    """The text color, dark or white, that reads best on a fill."""
    return max((TEXT, PAPER), key=lambda ink: contrast(ink, fill))
