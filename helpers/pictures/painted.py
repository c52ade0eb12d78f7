"""A picture made of painted pixels, with words on it: for what no axes can show, such as cells on glass."""

from __future__ import annotations

import io
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from helpers import page
from helpers.evidence import cite
from helpers.pictures import look
from helpers.pictures.stain import forget
from helpers.pictures.still import StillPicture

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

SHARPNESS = 1.75
"""Pixels painted for each pixel shown."""


class PaintedPicture(StillPicture):
    """A still picture that is painted pixel by pixel."""

    @abstractmethod
    def paint(self) -> np.ndarray:
        """The picture: uint8 of (height, width, 3), :data:`SHARPNESS` times as large as shown."""

    def kept(self) -> str:
        """The picture as HTML that is kept in a notebook's file; the large cells it was made of are let go."""
        shown = super().kept()
        forget()
        return shown

    def _repr_html_(self) -> str:
        sharp = page.figure(self.image(), self.describe(), self.caption(), self.width)
        cite(self.sources)
        forget()
        return sharp

    def image(self, small: bool = False) -> bytes:
        """The picture as JPEG; ``small`` as WebP no larger than shown, for a file or while it moves."""
        return photograph(self.paint(), self.width if small else None)


def photograph(painted: np.ndarray, width: int | None = None) -> bytes:
    """A picture as JPEG, or of this many pixels across as WebP of few bytes."""
    from PIL import Image

    file, image = io.BytesIO(), Image.fromarray(painted)
    if width is None:
        image.save(file, "jpeg", quality=85)
    else:
        size = width, round(image.height * width / image.width)
        image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2).save(file, "webp", quality=32, method=6)
    return file.getvalue()


@cache
def _font(size: float, bold: bool = False) -> FreeTypeFont:
    """The course's font at a size in painted pixels."""
    from matplotlib import font_manager
    from PIL import ImageFont

    weight = "bold" if bold else "normal"
    found = font_manager.findfont(font_manager.FontProperties(family=look.FONT, weight=weight))
    return ImageFont.truetype(found, size)


@dataclass
class Pen:
    """Writes on a painted picture, in pixels as shown."""

    draw: ImageDraw
    sharpness: float

    def write(
        self,
        x: float,
        y: float,
        words: str,
        anchor: str = "mm",
        bold: bool = False,
        halo: str = "",
        ink: str = "",
        size: float = look.SMALL,
    ) -> None:
        """Words at a place; ``anchor`` as Pillow has it; a halo of this color keeps them readable on cells."""
        self.draw.text(
            (x * self.sharpness, y * self.sharpness),
            words,
            ink or look.TEXT,
            _font(size * self.sharpness, bold),
            anchor,
            stroke_width=round(2.5 * self.sharpness) if halo else 0,
            stroke_fill=halo or None,
        )

    def fill(self, box: tuple[float, float, float, float], ink: str) -> None:
        """A filled rectangle: left, top, right, bottom."""
        self.draw.rectangle([part * self.sharpness for part in box], ink)

    def stroke(self, points: Sequence[tuple[float, float]], ink: str, width: float = 2) -> None:
        """A line through points."""
        self.draw.line(
            [(x * self.sharpness, y * self.sharpness) for x, y in points],
            ink,
            round(width * self.sharpness),
            joint="curve",
        )

    def bar(self, right: float, y: float, micrometers: float, scale: float) -> None:
        """A scale bar that ends at ``right``, its length below it."""
        left = right - micrometers * scale
        self.stroke([(left, y), (right, y)], look.TEXT, 2.5)
        self.write((left + right) / 2, y + 5, f"{micrometers:g} µm", "ma")


def written(painted: np.ndarray, sharpness: float, write: Callable[[Pen], None]) -> np.ndarray:
    """The picture with words on it: ``write`` gets a :class:`Pen`."""
    from PIL import Image, ImageDraw

    image = Image.fromarray(painted)
    write(Pen(ImageDraw.Draw(image), sharpness))
    return np.asarray(image)
