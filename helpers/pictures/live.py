"""A figure that stays alive: what stands still is drawn once, what moves is drawn over it.

>>> live = LiveFigure(500, 300)
>>> axes = live.axes(60, 20, 420, 240)           # pixels from the top left corner
>>> line = live.moving(axes.plot([], [])[0], (60, 20, 420, 240))
>>> line.set_data([0, 7], [0.2, 0.9])            # only the line is drawn again
>>> live.small().startswith(b"<svg")
True
"""

from __future__ import annotations

import ctypes
import io
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from helpers import page
from helpers.pictures import look

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox
    from PIL import Image

    from helpers.pictures.vector import Vector

A = TypeVar("A", bound="Artist")
Box = tuple[float, float, float, float]
"""Left, top, width and height in pixels as shown, from the top left corner."""
ENOUGH = 20_000
"""Bytes of an SVG that are few enough for no other way to be tried."""


@dataclass
class _Region:
    """A part of the picture whose moving artists are drawn together, and only when one of them has changed."""

    bbox: Bbox
    artists: list[Artist] = field(default_factory=list)
    background: object = None
    drawn: bool = False


class LiveFigure:
    """A matplotlib figure without pyplot, measured in pixels as shown.

    Args:
        width: pixels as shown.
        height: pixels as shown.
        sharpness: pixels painted for each pixel shown (1.5 stays crisp on fine screens and is quick to encode).
    """

    def __init__(self, width: int, height: int, sharpness: float = 1.5) -> None:
        # Matplotlib's drawing half is loaded with the first picture, not with the import of the helpers.
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.width, self.height, self.sharpness = width, height, sharpness
        size = (width / look.DPI, height / look.DPI)
        self.figure = Figure(figsize=size, dpi=look.DPI * sharpness, facecolor=look.PAPER)
        self.canvas = FigureCanvasAgg(self.figure)
        self._regions: dict[Box, _Region] = {}
        self._vector: Vector | None = None
        self.titled: Text | None = None
        """The title, once there is one."""

    def axes(self, left: float, top: float, width: float, height: float, **options) -> Axes:
        """New axes whose box is given in pixels from the top left corner; ``options`` go to ``Figure.add_axes``."""
        box = (left / self.width, 1 - (top + height) / self.height, width / self.width, height / self.height)
        return self.figure.add_axes(box, **options)

    def sheet(self, left: float, top: float, width: float, height: float, **options) -> Axes:
        """The same without a frame; unless ``xlim`` and ``ylim`` are given, its units are pixels from its top left."""
        axes = self.axes(left, top, width, height, **({"xlim": (0, width), "ylim": (height, 0)} | options))
        axes.axis("off")
        return axes

    def text(self, x: float, y: float, words: str = "", **options) -> Text:
        """Text at pixels from the top left corner, in the course's font; ``options`` go to ``Figure.text``."""
        options = {"fontsize": look.BODY, "fontfamily": look.FONT, "color": look.TEXT, "va": "top"} | options
        return self.figure.text(x / self.width, 1 - y / self.height, words, **options)

    def moving(self, artist: A, within: Box | None = None) -> A:
        """Say that an artist moves: it is drawn anew, over the still background, when it has changed.

        Args:
            artist: a line, text, patch or image already in the figure.
            within: the box it never leaves, shared by artists that overlap; the whole figure unless given. Boxes must
                not overlap each other. The smaller the box, the less is drawn.
        """
        from matplotlib.transforms import Bbox

        left, top, width, height = box = within or (0, 0, self.width, self.height)
        if box not in self._regions:
            shown = Bbox.from_bounds(left, self.height - top - height, width, height)
            self._regions[box] = _Region(Bbox(shown.get_points() * self.sharpness))
        artist.set_animated(True)
        self._regions[box].artists.append(artist)
        return artist

    def remove(self, artist: Artist) -> None:
        """Take a moving artist away."""
        for region in self._regions.values():
            region.artists = [other for other in region.artists if other is not artist]
        artist.remove()

    def title(self, height: float, left: float = 12) -> Text:
        """The title, which may move; it has so many pixels from the top."""
        self.titled = self.text(left, 8, fontsize=look.TITLE, fontweight="bold", linespacing=1.2)
        return self.moving(self.titled, (0, 0, look.WIDTH, height))

    def still_changed(self) -> None:
        """Say that something that stands still has changed, so that the background is drawn once more."""
        self._vector = None
        for region in self._regions.values():
            region.background = None

    def rest(self) -> None:
        """Let go of all painted pixels (some 6 MB); the next :meth:`paint` draws everything once more."""
        from matplotlib.text import Text

        self.still_changed()
        for name in ("renderer", "_lastKey"):
            self.canvas.__dict__.pop(name, None)
        for text in self.figure.findobj(Text):
            text._renderer = None  # each holds the one it was drawn with
        give_back()

    def paint(self) -> np.ndarray:
        """Draw what has changed; the picture as uint8 of (height x sharpness, width x sharpness, 3), red green blue."""
        if any(region.background is None for region in self._regions.values()) or not self._regions:
            self.canvas.draw()
            for region in self._regions.values():
                region.background = self.canvas.copy_from_bbox(region.bbox)
                region.drawn = False
        for region in self._regions.values():
            if not region.drawn or any(artist.stale for artist in region.artists):
                self.canvas.restore_region(region.background)
                for artist in region.artists:
                    self.figure.draw_artist(artist)
                    artist.stale = False
                region.drawn = True
        return np.asarray(self.canvas.buffer_rgba())[..., :3]

    def small(self) -> bytes:
        """The picture in few bytes: as SVG, or as pixels of few colors where those are fewer."""
        from helpers.pictures.vector import Vector

        if self._vector is None:
            self._vector = Vector(self.figure)
        for region in self._regions.values():
            region.drawn = region.drawn and not any(artist.stale for artist in region.artists)
        drawn = self._vector.svg([artist for region in self._regions.values() for artist in region.artists])
        return drawn if len(drawn) < ENOUGH else min(drawn, self._few_colors(), key=len)

    def _few_colors(self) -> bytes:
        from PIL import Image

        image = Image.fromarray(np.ascontiguousarray(self.paint()))
        few = image.quantize(colors=24, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        return webp(few.convert("RGB"), lossless=True, method=4)


def webp(image: Image.Image, **how: Any) -> bytes:
    """A picture as WebP, in the way that :meth:`PIL.Image.Image.save` is told."""
    from PIL import WebPImagePlugin  # noqa: F401 (with it, Pillow need not load every format it knows: 6 MB)

    file = io.BytesIO()
    image.save(file, "webp", **how)
    return file.getvalue()


def plain_axis(axes: Axes, ticks: Sequence[float], label: str = "", words: Sequence[str] | None = None) -> None:
    """Only the axis below, in quiet small type: its ticks, what stands at them, and what stands below them."""
    axes.set_yticks([])
    axes.set_xticks(ticks, words)
    quiet(axes, "bottom")
    if label:
        axes.set_xlabel(label, color=look.QUIET, labelpad=1, **look.LETTERS)


def quiet(axes: Axes, *sides: str, **ticks: float) -> None:
    """A frame at these sides only, no paper of its own, and ticks in quiet small type."""
    axes.spines[:].set_visible(False)
    for side in sides:
        axes.spines[side].set(visible=True, color=look.NEUTRAL_EDGE)
    axes.patch.set_visible(False)
    style = dict(labelsize=look.SMALL, labelcolor=look.QUIET, color=look.QUIET, labelfontfamily=look.FONT)
    axes.tick_params(**style | ticks)


def rectangle(corner: tuple[float, float], width: float, height: float, **options) -> Rectangle:
    """A matplotlib rectangle, to be added to axes."""
    from matplotlib.patches import Rectangle

    return Rectangle(corner, width, height, **options)


def line(x: list[float], y: list[float], **options) -> Line2D:
    """A matplotlib line (or a single marker), to be added to axes or to a figure."""
    from matplotlib.lines import Line2D

    return Line2D(x, y, **options)


def give_back() -> None:
    """Give freed memory back to the computer; glibc keeps it otherwise: some 30 MB after a notebook."""
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)


class LivePicture(ABC):
    """A picture drawn on a :class:`LiveFigure`: its bytes, and itself in words."""

    live: LiveFigure
    """The figure, drawn when the picture is made."""
    width: int = look.WIDTH
    """Pixels as shown."""

    @property
    def shown_width(self) -> int:
        """Pixels as shown at most."""
        return self.width

    @property
    def titled(self) -> str:
        """The title as it is drawn, without its spaces and line ends; "" where none is."""
        live = getattr(self, "live", None)
        return "".join(live.titled.get_text().split()) if live and live.titled else ""

    @abstractmethod
    def describe(self) -> str:
        """The picture in words, for those who do not see it."""

    @abstractmethod
    def caption(self) -> str:
        """How to read it and where it comes from, in light markdown: the small type below the picture."""

    def image(self, small: bool = False) -> bytes:
        """The picture's bytes, as :func:`helpers.page.media_type` knows them.

        Args:
            small: fewer of them, for a notebook's file and while a picture moves; a drawing is always small and sharp.
        """
        return self.live.small()

    def kept(self) -> str:
        """The picture as HTML that is kept in a notebook's file, with its words; it then rests until it moves."""
        shown = page.figure(self.image(small=True), self.describe(), self.caption(), self.shown_width, *self.roomy())
        self.rest()
        return shown

    def roomy(self) -> tuple[bytes, int] | tuple[()]:
        """The same picture as a wide page shows it, and its pixels across, where it has such a form."""
        return ()

    def rest(self) -> None:
        """Let go of what it was drawn with, until it moves."""
        self.live.rest()
