"""A figure that stays alive: what stands still is drawn once, what moves is drawn over it.

>>> live = LiveFigure(500, 300)
>>> axes = live.axes(60, 20, 420, 240)           # pixels from the top left corner
>>> line = live.moving(axes.plot([], [])[0], (60, 20, 420, 240))
>>> line.set_data(days, counts); live.png()      # only the line is drawn again
"""

from __future__ import annotations

import io
import struct
import zlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from helpers.pictures import look, page

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

A = TypeVar("A", bound="Artist")
Box = tuple[float, float, float, float]
"""Left, top, width and height in pixels as shown, from the top left corner."""


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
        self._encoder = _Encoder()

    def axes(self, left: float, top: float, width: float, height: float, **options) -> Axes:
        """New axes whose box is given in pixels from the top left corner; ``options`` go to ``Figure.add_axes``."""
        box = (left / self.width, 1 - (top + height) / self.height, width / self.width, height / self.height)
        return self.figure.add_axes(box, **options)

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

    def still_changed(self) -> None:
        """Say that something that stands still has changed, so that the background is drawn once more."""
        for region in self._regions.values():
            region.background = None

    def paint(self) -> np.ndarray:
        """Draw what has changed; the picture as uint8 of (height x sharpness, width x sharpness, 3), red green blue."""
        if any(region.background is None for region in self._regions.values()) or not self._regions:
            self.canvas.draw()
            self._encoder.forget()
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
                self._encoder.forget(
                    round(self.figure.bbox.height - region.bbox.y1), round(self.figure.bbox.height - region.bbox.y0)
                )
        return np.asarray(self.canvas.buffer_rgba())[..., :3]

    def png(self, small: bool = False) -> bytes:
        """The picture as PNG.

        Args:
            small: few colors and full compression, for a picture kept in a notebook's file; otherwise made for speed.
        """
        painted = self.paint()
        if not small:
            return self._encoder.encode(painted)
        from PIL import Image

        file = io.BytesIO()
        image = Image.fromarray(np.ascontiguousarray(painted))
        image.quantize(colors=48, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            file, "png", optimize=True
        )
        return file.getvalue()


def rectangle(corner: tuple[float, float], width: float, height: float, **options) -> Rectangle:
    """A matplotlib rectangle, to be added to axes."""
    from matplotlib.patches import Rectangle

    return Rectangle(corner, width, height, **options)


def line(x: list[float], y: list[float], **options) -> Line2D:
    """A matplotlib line (or a single marker), to be added to axes or to a figure."""
    from matplotlib.lines import Line2D

    return Line2D(x, y, **options)


class _Encoder:
    """Makes a PNG of a picture that changes little: only the bands of rows that changed are compressed again.

    A PNG's pixels are one zlib stream (RFC 1950, 2083), and a deflate stream may be put together from flushed parts.
    """

    BAND = 40
    """Rows compressed together."""

    def __init__(self) -> None:
        self._bands: dict[int, bytes] = {}
        self._rows = np.zeros((0, 0), dtype=np.uint8)

    def forget(self, first: int = 0, end: int | None = None) -> None:
        """Rows from ``first`` to before ``end`` (all, unless given) have changed."""
        last = len(self._rows) if end is None else end
        for band in range(max(first, 0) // self.BAND, last // self.BAND + 1):
            self._bands.pop(band, None)

    def encode(self, painted: np.ndarray) -> bytes:
        """The PNG of (height, width, 3) pixels, of which only forgotten rows are looked at."""
        height, width, _ = painted.shape
        if self._rows.shape != (height, 1 + 3 * width):
            self._rows, self._bands = np.zeros((height, 1 + 3 * width), dtype=np.uint8), {}
        for band in range(-(-height // self.BAND)):
            if band not in self._bands:
                rows = slice(band * self.BAND, (band + 1) * self.BAND)
                self._rows[rows, 1:].reshape(-1, width, 3)[...] = painted[rows]
                deflate = zlib.compressobj(level=1, wbits=-15)
                self._bands[band] = deflate.compress(self._rows[rows]) + deflate.flush(zlib.Z_FULL_FLUSH)
        pixels = b"\x78\x01" + b"".join(self._bands[band] for band in sorted(self._bands)) + b"\x03\x00"
        header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        parts = ((b"IHDR", header), (b"IDAT", pixels + struct.pack(">I", zlib.adler32(self._rows))), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in parts
        )


class LivePicture(ABC):
    """A picture drawn on a :class:`LiveFigure`: its bytes, and itself in words."""

    live: LiveFigure
    """The figure, drawn when the picture is made."""
    width: int = look.WIDTH
    """Pixels as shown."""

    @abstractmethod
    def describe(self) -> str:
        """The picture in words, for those who do not see it."""

    @abstractmethod
    def caption(self) -> str:
        """How to read it and where it comes from, in light markdown: the small type below the picture."""

    def image(self, small: bool = False) -> bytes:
        """The picture's bytes, PNG or JPEG; ``small`` for one that is kept in a notebook's file."""
        return self.live.png(small)

    def kept(self) -> str:
        """The picture as HTML that is kept in a notebook's file, with its words."""
        return page.figure(self.image(small=True), self.describe(), self.caption(), self.width)
