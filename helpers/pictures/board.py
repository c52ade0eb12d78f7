"""The cause board drawn: each cause one row, what speaks against it to the left, what speaks for it to the right.

The rows never change their order, so that a finding can be seen to move a cause; they are no ranking.

>>> picture = BoardPicture()
>>> picture.update(weigh(Findings(BloodCount.of(mcv=110), {"b12": "low"})))
>>> picture.point()
'Something speaks for 2 of 43 causes'
"""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence
from itertools import groupby

from helpers.blood.core.count import BloodCount
from helpers.blood.search.causes import CLINCHED, EXCLUDED, Clue, Findings, Weighed, causes, weigh
from helpers.evidence import records
from helpers.pictures import look
from helpers.pictures.live import LiveFigure, LivePicture, line, rectangle
from helpers.pictures.still import TITLE_LETTERS

_LEFT, _TOP, _ROW, _HEADING = 12, 84, 20, 27
_MIDDLE, _OPEN = 295, 440
"""Pixels: where a cause's clues part to the left and right, and where the open ones begin."""
_STEP = 13
"""Pixels from one clue's mark to the next."""
FOR, AGAINST = look.INK["other"], look.GRADE_SHADE[3]
_STYLES = {
    "for": ("o", FOR, 8), "clinches": ("D", FOR, 9), "against": ("x", AGAINST, 8), "excludes": ("X", AGAINST, 11),
}  # fmt: skip
"""Marker, ink and size of each kind of clue."""


class BoardPicture(LivePicture):
    """A live picture of what speaks for and against each cause.

    Args:
        keys: the causes that have a row; all unless given.
        weighed: every cause, weighed; nothing is known unless given.
    """

    def __init__(self, keys: Collection[str] = (), weighed: Sequence[Weighed] = ()) -> None:
        rows = [cause for key, cause in causes().items() if key in keys or not keys]
        groups = [(key, list(same)) for key, same in groupby(rows, key=lambda cause: cause.mechanism)]
        height = _TOP + _HEADING * len(groups) + _ROW * len(rows) + 8
        self.live = LiveFigure(look.WIDTH, height)
        self._title = self.live.title(_TOP - 30, _LEFT)
        for x, words, side in ((_MIDDLE - 10, "against ×", "right"), (_MIDDLE + 10, "● for", "left")):
            self.live.text(x, _TOP - 24, words, ha=side, color=AGAINST if side == "right" else FOR, fontweight="bold")
        self.live.text(look.WIDTH - _LEFT, _TOP - 24, "open", ha="right", color=look.QUIET)
        self.axes = self.live.sheet(0, 0, look.WIDTH, height)
        self._rows: dict[str, dict] = {}
        names = {row["mechanism"]: row["label"] for row in records("mechanisms")}
        top = float(_TOP)
        for mechanism, same in groups:
            self.live.text(_LEFT, top + 6, names[mechanism], color=look.QUIET)
            top += _HEADING
            for place, cause in enumerate(same):
                self._lay_out(cause.key, cause.short, top, place % 2 == 0)
                top += _ROW
        self.update(weighed or weigh(Findings(BloodCount.of())))

    def _lay_out(self, key: str, short: str, top: float, shaded: bool) -> None:
        middle = top + _ROW / 2
        if shaded:
            self.axes.add_patch(rectangle((0, top), look.WIDTH, _ROW, facecolor="#F3F4F6", zorder=0))
        self.axes.add_line(line([_MIDDLE] * 2, [top, top + _ROW], color=look.NEUTRAL_EDGE, linewidth=1))
        box = (0, top, look.WIDTH, _ROW)
        name = self.live.moving(self.live.text(_LEFT, middle, short, va="center_baseline"), box)
        still = self.live.text(look.WIDTH - _LEFT, middle, ha="right", va="center_baseline", color=look.QUIET)
        marks = {}
        for kind, (marker, ink, size) in _STYLES.items():
            style = dict(linestyle="none", marker=marker, color=ink, markersize=size, markeredgewidth=2)
            marks[kind] = self.live.moving(self.axes.add_line(line([], [], **style)), box)
        still = self.live.moving(still, box)
        self._rows[key] = {"name": name, "open": still, "middle": middle, "marks": marks, "shown": None}

    def update(self, weighed: Sequence[Weighed]) -> None:
        """Show what was weighed; the title counts every cause, also those that have no row."""
        self.weighed = tuple(weighed)
        for one in weighed:
            row = self._rows.get(one.cause.key)
            if row and row["shown"] != one:
                row["shown"] = one
                self._put(row, one.speaks_for, ("for", "clinches"), 1)
                self._put(row, one.against, ("against", "excludes"), -1)
                row["open"].set_text(str(len(one.open)) if one.open else "none")
                row["name"].set_color(look.TEXT if one.speaks_for or one.against else look.QUIET)
                row["name"].set_fontweight("bold" if one.verdict == CLINCHED else "normal")
        self._title.set_text("\n".join(textwrap.wrap(self.point(), TITLE_LETTERS)))

    def _put(self, row: dict, found: Sequence[Clue], kinds: tuple[str, str], side: int) -> None:
        usual, defining = kinds
        places: dict[str, list[float]] = {usual: [], defining: []}
        for at, clue in enumerate(sorted(found, key=lambda clue: clue.strength != defining)):
            kind = defining if clue.strength == defining else usual
            places[kind].append(_MIDDLE + side * (12 + _STEP * at))
        for kind, x in places.items():
            row["marks"][kind].set_data(x, [row["middle"]] * len(x))

    def point(self) -> str:
        """The picture's title: for how many causes something speaks, and how many are ruled out."""
        many = {verdict: sum(one.verdict == verdict for one in self.weighed) for verdict in (CLINCHED, EXCLUDED)}
        spoken = sum(bool(one.speaks_for) for one in self.weighed)
        if not spoken and not many[EXCLUDED]:
            return f"Nothing speaks for any of {len(self.weighed)} causes yet"
        said = [f"Something speaks for {spoken} of {len(self.weighed)} causes"]
        said += [f"{count} {'is' if count == 1 else 'are'} {verdict}" for verdict, count in many.items() if count]
        return ", ".join(said)

    def describe(self) -> str:
        """The picture in words: each cause something is known about, with both sides."""
        said = [f"{self.point()}."]
        for one in self.weighed:
            if one.speaks_for or one.against:
                said.append(f"{one.cause.label}: {one.verdict}. {one.reason}")
        return " ".join(said)

    def caption(self) -> str:
        """How to read it."""
        return (
            "● a finding that speaks for the cause, ◆ one that clinches it, × one against it, ✖ one that excludes it. "
            "*open*: how many findings are not known and would say something. The order is fixed and no ranking; marks "
            "are not weighed against each other."
        )
