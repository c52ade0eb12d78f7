"""A matplotlib figure as a short SVG: sharp at any size, a quarter of the bytes of its pixels.

Words stay words, each held to the width that matplotlib gave it, so that nothing runs over where the course's font is
not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.backend_bases import RendererBase
from matplotlib.colors import to_hex
from matplotlib.transforms import Affine2D

from helpers import page
from helpers.pictures import look

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.backend_bases import GraphicsContextBase
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.path import Path
    from matplotlib.transforms import Transform

_LETTERS = {1: "M", 2: "L", 3: "Q", 4: "C", 79: "Z"}
_FAMILY = f"{look.FONT},Verdana,sans-serif"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0").replace("-0.", "-.")


class Vector(RendererBase):
    """Collects what artists draw, as SVG.

    Args:
        figure: the figure; its pixels are the SVG's units. What stands still in it is drawn at once.
    """

    def __init__(self, figure: Figure) -> None:
        super().__init__()
        self.width, self.height = figure.bbox.size
        self.dpi = figure.dpi
        self._drawn: list[str] = []
        self._styles: dict[str, str] = {}
        self._marks: dict[str, str] = {}
        figure.draw(self)

    # --- what matplotlib asks for ---

    def get_canvas_width_height(self) -> tuple[float, float]:
        """Width and height in pixels."""
        return self.width, self.height

    def points_to_pixels(self, points: float) -> float:
        """Pixels of so many points."""
        return points * self.dpi / 72

    def draw_path(
        self, gc: GraphicsContextBase, path: Path, transform: Transform, rgbFace: Sequence[float] | None = None
    ) -> None:
        """A line or a filled shape."""
        style = self._fill(gc, rgbFace) + self._stroke(gc)
        data = self._data(path, transform, None if rgbFace is not None else (0, 0, self.width, self.height))
        if data and style:
            self._drawn.append(f"<path{self._classed(style)}{self._clip(gc, path, transform)} d='{data}'/>")

    def draw_markers(
        self,
        gc: GraphicsContextBase,
        marker_path: Path,
        marker_trans: Transform,
        path: Path,
        trans: Transform,
        rgbFace: Sequence[float] | None = None,
    ) -> None:
        """The same mark at every point of a path."""
        shape = self._data(marker_path, marker_trans, None, top=0)
        style = self._classed(self._fill(gc, rgbFace) + self._stroke(gc))
        name = self._marks.setdefault(f"<path id='{{}}'{style} d='{shape}'/>", f"m{len(self._marks)}")
        for points, _ in path.iter_segments(trans, simplify=False):
            x, y = _number(points[-2]), _number(self.height - points[-1])
            self._drawn.append(f"<use href='#{name}' x='{x}' y='{y}'/>")

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        """Words, from the left end of their base line."""
        wide = self.get_text_width_height_descent(s, prop, ismath)[0]
        size = _number(self.points_to_pixels(prop.get_size_in_points()))
        weight = ";font-weight:700" if prop.get_weight() in ("bold", 700) else ""
        slope = ";font-style:italic" if prop.get_style() == "italic" else ""
        style = f"font-size:{size}px{weight}{slope};fill:{to_hex(gc.get_rgb())}{self._alpha(gc, 'fill')}"
        turn = f" transform='rotate({_number(-angle)} {_number(x)} {_number(y)})'" if angle else ""
        at = f" x='{_number(x)}' y='{_number(y)}' textLength='{_number(wide)}'"
        self._drawn.append(f"<text{self._classed(style)}{at}{turn}>{page.escape(s)}</text>")

    # --- how it is written ---

    def _data(self, path: Path, transform: Transform, clip: tuple[float, ...] | None, top: float | None = None) -> str:
        top = self.height if top is None else top
        parts = []
        for points, code in path.iter_segments(transform, clip=clip, simplify=clip is not None):
            pairs = zip(points[::2], points[1::2], strict=True)
            where = [f"{_number(x)} {_number(top - y)}" for x, y in pairs]
            parts.append("Z" if code == path.CLOSEPOLY else _LETTERS[int(code)] + " ".join(where))
        return "".join(parts)

    def _fill(self, gc: GraphicsContextBase, face: Sequence[float] | None) -> str:
        if gc.get_hatch():
            return f"fill:url(#{self._hatched(gc, face)})"
        if face is None or (len(face) > 3 and face[3] == 0):
            return ""
        alpha = gc.get_alpha() if gc.get_forced_alpha() else face[3] if len(face) > 3 else 1
        return f"fill:{to_hex(face[:3])}" + (f";fill-opacity:{alpha:g}" if alpha < 1 else "")

    def _hatched(self, gc: GraphicsContextBase, face: Sequence[float] | None) -> str:
        """The name of a pattern: the hatch over its fill, as large as matplotlib's own."""
        side = self.points_to_pixels(72)
        lines = self._data(gc.get_hatch_path(6.0), Affine2D().scale(side), None, top=side)
        ink, wide = to_hex(gc.get_hatch_color()), _number(self.points_to_pixels(gc.get_hatch_linewidth()))
        under = (
            f"<path fill='{to_hex(face[:3])}' d='M0 0H{side:g}V{side:g}H0Z'/>" if face is not None and face[-1] else ""
        )
        size = f"patternUnits='userSpaceOnUse' width='{side:g}' height='{side:g}'"
        pattern = f"<pattern id='{{}}' {size}>{under}<path stroke='{ink}' stroke-width='{wide}' d='{lines}'/></pattern>"
        return self._marks.setdefault(pattern, f"m{len(self._marks)}")

    def _stroke(self, gc: GraphicsContextBase) -> str:
        if not gc.get_linewidth() or gc.get_rgb()[3] == 0:
            return ""
        offset, dashes = gc.get_dashes()
        style = f";stroke:{to_hex(gc.get_rgb())};stroke-width:{_number(self.points_to_pixels(gc.get_linewidth()))}"
        if dashes is not None:
            style += ";stroke-dasharray:" + " ".join(_number(self.points_to_pixels(one)) for one in dashes)
            style += f";stroke-dashoffset:{_number(self.points_to_pixels(offset))}" if offset else ""
        cap = {"projecting": "square"}.get(gc.get_capstyle(), gc.get_capstyle())
        style += f";stroke-linecap:{cap}" if cap != "butt" else ""
        return style + f";stroke-linejoin:{gc.get_joinstyle()}" + self._alpha(gc, "stroke")

    @staticmethod
    def _alpha(gc: GraphicsContextBase, what: str) -> str:
        alpha = gc.get_alpha() if gc.get_forced_alpha() else gc.get_rgb()[3]
        return f";{what}-opacity:{alpha:g}" if alpha < 1 else ""

    def _classed(self, style: str) -> str:
        style = style.removeprefix(";")
        name = self._styles.setdefault(style, f"c{len(self._styles)}")
        return f" class='{name}'"

    def _clip(self, gc: GraphicsContextBase, path: Path, transform: Transform) -> str:
        box = gc.get_clip_rectangle()
        if box is None:
            return ""
        within = path.get_extents(transform)
        if box.x0 <= within.x0 and box.y0 <= within.y0 and within.x1 <= box.x1 and within.y1 <= box.y1:
            return ""
        left, top, right, bottom = box.x0, self.height - box.y1, box.x1, self.height - box.y0
        corners = f"{_number(left)}px {_number(top)}px,{_number(right)}px {_number(top)}px"
        corners += f",{_number(right)}px {_number(bottom)}px,{_number(left)}px {_number(bottom)}px"
        return f" style='clip-path:view-box polygon({corners})'"

    def svg(self, moving: Sequence[Artist]) -> bytes:
        """What was drawn so far, and over it what moves, as one SVG."""
        still = len(self._drawn), dict(self._styles), dict(self._marks)
        for artist in moving:
            artist.draw(self)
        styles = "".join(f".{name}{{{style}}}" for style, name in self._styles.items())
        size = f"{self.width:.0f}", f"{self.height:.0f}"
        head = f"<svg xmlns='http://www.w3.org/2000/svg' width='{size[0]}' height='{size[1]}' "
        head += f"viewBox='0 0 {size[0]} {size[1]}' fill='none' font-family='{_FAMILY}'><style>{styles}</style>"
        marks = "".join(mark.format(name) for mark, name in self._marks.items())
        body = f"<defs>{marks}</defs>{''.join(self._drawn)}" if marks else "".join(self._drawn)
        self._drawn, self._styles, self._marks = self._drawn[: still[0]], *still[1:]
        return f"{head}{body}</svg>".encode()
