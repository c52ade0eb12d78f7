"""The one figure of the whole course: the road from three low lines to whether the treatment worked.

>>> RoadPicture("02").point()
'The road so far: what 02 adds stands in dark frames'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from helpers.blood.care.road import WHOLE, Station, grown, station, stations
from helpers.pictures import look
from helpers.pictures.lettering import lines_of, width_of
from helpers.pictures.live import LiveFigure, line, rectangle
from helpers.pictures.still import StillPicture
from helpers.wording import capital, sources

WIDE, NARROW = 740, 360
"""Widths, pixels as shown: for a page with room, and for a telephone."""
LETTERS = 13
"""Size of the lettering in pixels: 11 still where a narrow page shrinks the narrow road a little."""

_LINE, _PAD, _GAP, _ARROW, _MARGIN = 16, 6, 7, 15, 20
_BESIDE = 178
_NUMBER = 30
"""Room for the number of a notebook."""
_TITLE_END = 40
_OWN, _FAINT = "#FFF6DF", "#F4F5F6"
_MEANWHILE = "Meanwhile, all the way"

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Line:
    """A line of lettering in a box."""

    words: str
    color: str = look.TEXT
    weight: str = "normal"
    style: str = "normal"


def _wrapped(words: str, room: float) -> list[str]:
    return lines_of(words, (room - 2 * _PAD) * look.BODY / LETTERS)


def _bold(words: str, room: float) -> list[str]:
    found: list[str] = []
    for word in words.split(" "):
        longer = f"{found[-1]} {word}" if found else word
        fits = width_of(longer, "bold") * LETTERS / look.BODY <= room - 2 * _PAD
        if found and fits:
            found[-1] = longer
        else:
            found.append(word)
    return found


def parts_of(one: Station) -> tuple[str, str, str]:
    """A station in words, as parts: what leads there, its name, what is done and what comes next."""
    end = "" if one.title.endswith("?") else "."
    then = f" Then: {station(one.then).title}" if one.then else ""
    return f"{one.when}: " if one.when else "", one.title, f"{end} {capital(one.says)}".rstrip() + then


class RoadPicture(StillPicture):
    """The road at the end of a notebook: what it adds in dark frames, what came before in thin ones, the rest faint.

    Args:
        upto: the notebook's number; from ``"06b"`` on the road is whole and no part stands out.
        right: station to how many of its questions a learner has right, and of how many; None: nobody's own road.
        width: :data:`WIDE` or :data:`NARROW`.

    Raises:
        ValueError: no notebook of this number is on the road.
    """

    def __init__(self, upto: str, right: Mapping[str, tuple[int, int]] | None = None, width: int = WIDE) -> None:
        self.upto, self.right, self.width = upto, right, width
        self.reached = {one.key for one in grown(upto)}
        self.sources = sources(*(one.source for one in grown(upto)), without="COURSE")
        self.boxes: dict[str, Box] = {}
        """Station to its left, top, width and height, in pixels."""
        self._places()
        self.live = LiveFigure(width, round(self._bottom + 8))
        self._axes = self.live.sheet(0, 0, width, self.live.height)
        self._draw()

    # --- words ---

    def point(self) -> str:
        """What the road shows now."""
        if self.upto >= WHOLE:
            return "The road through the course, whole"
        return f"The road so far: what {self.upto} adds stands in dark frames"

    def describe(self) -> str:
        """Every station that is reached, in order, with what leads there; then what is still to come."""
        return f"{self.point()}. {' '.join(self._said())}"

    def _said(self) -> Iterator[str]:
        for one in stations():
            if one.key in self.reached:
                where = "" if one.on_the_way else f"{_MEANWHILE.lower()}: "
                yield f"{where}{''.join(parts_of(one))}"
        later = [one.title for one in stations() if one.key not in self.reached]
        if later:
            yield f"Still to come: {'; '.join(later)}."

    def caption(self) -> str:
        """How to read it, and where it comes from."""
        faint = "" if self.upto >= WHOLE else " Gray and dashed: still to come."
        own = " ✓ or a number: how many questions of a station you have right." if self.right is not None else ""
        return f"From top to bottom; each station is taught in the notebook whose number it carries.{faint}{own}"

    # --- where everything stands ---

    def _rows(self) -> list[list[Station]]:
        way = [one for one in stations() if one.on_the_way]
        return [[one for one in way if one.row == row] for row in dict.fromkeys(one.row for one in way)]

    @property
    def _stacked(self) -> bool:
        return self.width < WIDE

    @property
    def _way(self) -> tuple[float, float]:
        """Left and right end of the way."""
        return _MARGIN, self.width - 8 - (0 if self._stacked else _BESIDE + 14)

    def _places(self) -> None:
        left, right = self._way
        along = [one for one in stations() if not one.on_the_way]
        top: float = _TITLE_END
        first = min(one.row for one in along)
        *rows, last = self._rows()
        self._arrows: list[tuple[float, float]] = []
        """Where an arrow leads down to the next row: its middle, from the left and from the top."""
        before: Sequence[Station] = ()
        for row in rows:
            if row[0].row == first:
                begin = top
            self._lead(before, top)
            top, before = self._row(row, left, right, top) + _ARROW, row
        if self._stacked:
            self._meanwhile = (left, top)
            top = self._row(along, left, right, top + _LINE + 4) + _ARROW
        else:
            beside = self.width - 8 - _BESIDE
            self._meanwhile = (beside, begin)
            down = begin + _LINE + 4
            for one in along:
                down = self._row([one], beside, beside + _BESIDE, down) + _GAP
            top = max(top, down + _ARROW)
        self._lead(before, top)
        self._bottom = self._row(last, left, right, top)

    def _lead(self, above: Sequence[Station], top: float) -> None:
        """The arrow to a row: below the middle of the way, or of those stations above from which one comes."""
        if above:
            ways_on = [self.boxes[one.key] for one in above if not one.then]
            left, right = self._way
            if len(ways_on) < len(above):
                left, right = min(box[0] for box in ways_on), max(box[0] + box[2] for box in ways_on)
            self._arrows.append(((left + right) / 2, top - _ARROW / 2))

    def _row(self, row: Sequence[Station], left: float, right: float, top: float) -> float:
        """Give a row its boxes, as many side by side as their longest words allow; its bottom."""
        widest = max(
            width_of(word, "bold") * LETTERS / look.BODY for one in row for word in one.title.split(" ")
        ) + 2 * _PAD  # fmt: skip
        most = max(1, int((right - left + _GAP) // (max(widest, 118) + _GAP)))
        lines = -(-len(row) // most)
        across = -(-len(row) // lines)
        for start in range(0, len(row), across):
            part = row[start : start + across]
            wide = (right - left - _GAP * (len(part) - 1)) / len(part)
            tall = max(len(self._lines(one, wide)) for one in part) * _LINE + 2 * _PAD
            for place, one in enumerate(part):
                self.boxes[one.key] = (left + place * (wide + _GAP), top, wide, tall)
            top += tall + _GAP
        return top - _GAP

    def _lines(self, one: Station, wide: float) -> list[Line]:
        if one.key not in self.reached:
            return [Line(words, look.QUIET) for words in _wrapped(one.title, wide - _NUMBER)]
        lead = [Line(words, look.QUIET, style="italic") for words in _wrapped(one.when, wide - _NUMBER)]
        title = [Line(words, weight="bold") for words in _bold(one.title, wide - _NUMBER)]
        rest = [Line(words) for words in _wrapped(capital(one.says), wide)]
        if one.then:
            rest += [Line(words, style="italic") for words in _wrapped(f"Then: {station(one.then).title}", wide)]
        right, of = (self.right or {}).get(one.key, (0, 1))
        if not right:
            return [*lead, *title, *rest]
        done = Line("✓ all right", look.DONE, "bold") if right == of else Line(f"{right} of {of} right", look.QUIET)
        return [*lead, *title, *rest, done]

    # --- drawing ---

    def _draw(self) -> None:
        title = self.point().split(":")[0] if self._stacked else self.point()
        self._write(12, 10, Line(title, weight="bold"), 15)
        for across, middle in self._arrows:
            self._arrow(across, middle)
        self._back()
        left, top = self._meanwhile
        self._write(left, top, Line(_MEANWHILE, look.QUIET, "bold"))
        for one in stations():
            self._box(one)

    def _box(self, one: Station) -> None:
        left, top, wide, tall = self.boxes[one.key]
        faint, own = one.key not in self.reached, one.grown == self.upto < WHOLE
        style = dict(facecolor=_FAINT if faint else _OWN if own else look.PAPER, edgecolor=look.TEXT, linewidth=1)
        if own:
            style |= {"linewidth": 2.5}
        if faint:
            style |= {"edgecolor": look.NEUTRAL_EDGE, "linestyle": (0, (3, 3))}
        self._axes.add_patch(rectangle((left, top), wide, tall, **style))
        number = Line(one.number, look.QUIET)
        self._write(left + wide - _PAD, top + _PAD, number, ha="right")
        for place, words in enumerate(self._lines(one, wide)):
            self._write(left + _PAD, top + _PAD + place * _LINE, words)

    def _write(self, left: float, top: float, words: Line, size: int = LETTERS, ha: str = "left") -> None:
        style = dict(color=words.color, fontweight=words.weight, fontstyle=words.style)
        self.live.text(left, top, words.words, fontsize=size, ha=ha, **style)

    def _arrow(self, center: float, middle: float) -> None:
        self._axes.add_line(line([center, center], [middle - 6, middle], color=look.QUIET, linewidth=1.5))
        self._axes.add_line(line([center], [middle + 2], color=look.QUIET, marker="v", markersize=7, linestyle=""))

    def _back(self) -> None:
        """The way back from the last station to *why*."""
        if "look" not in self.reached:
            return
        (start, low, _, tall), (end, high, _, height) = self.boxes["look"], self.boxes["why"]
        x, down, up = 8, low + tall / 2, high + height / 2
        self._axes.add_line(line([start, x, x, end - 6], [down, down, up, up], color=look.QUIET, linewidth=1.5))
        self._axes.add_line(line([end - 5], [up], color=look.QUIET, marker=">", markersize=7, linestyle=""))
