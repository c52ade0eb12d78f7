"""Guidelines side by side along the ages: what each names first for people who are like this one in all but age.

Each guideline is a strip from birth to 100 years. Where its answer changes, the strip changes, and the age stands below
the edge; the person stands at a line. So it is seen at a glance who agrees, and how far the next limit is.

>>> GuidelinesPicture(Candidate("severe", 34, sibling=False, unrelated=True, half_matched=True, fit=True))
GuidelinesPicture: 5 of 6 name immunosuppressive drugs, 1 another donor's transplant
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from helpers.blood.care.candidate import NOT_MET, Candidate
from helpers.blood.care.guidelines import (
    LAST_AGE,
    NOT_MET_WORDS,
    Choice,
    Stretch,
    advise_all,
    agreement_words,
    choices,
    covering,
    guideline,
    guidelines,
    spoken,
    stretches,
    unsettled_of,
)
from helpers.pictures import look
from helpers.pictures.lettering import width_of
from helpers.pictures.live import LiveFigure, line, plain_axis, rectangle
from helpers.pictures.still import StillPicture
from helpers.wording import sources_of, spelled

_LEFT, _RIGHT, _TOP, _BAND, _PITCH, _AXIS, _KEY = 144, 14, 88, 26, 47, 54, 22
_KEY_COLUMNS, _KEY_COLUMN, _TICK = 2, 264, 6
_ASIDE = 4
"""Pixels at least between two ages below a strip, and between one of them and the person's line."""
_YEARS = LAST_AGE / (look.WIDTH - _LEFT - _RIGHT)
"""Years a pixel."""


class GuidelinesPicture(StillPicture):
    """What each guideline names first, along the ages.

    Args:
        person: as far as is known; the age only places the line.
        names: keys of ``data/guidelines.csv``; all that decide unless given.
    """

    strips: Mapping[str, list[Stretch]] | None = None
    """Guideline to its stretches, top to bottom."""

    def __init__(self, person: Candidate, names: Sequence[str] | None = None) -> None:
        self.names = tuple(names or guidelines())
        self.sources = sources_of(map(guideline, self.names))
        self.update(person)

    def update(self, person: Candidate) -> None:
        """Show another person; where only the age is another one, only the line moves."""
        self.person = person
        strips = {name: stretches(person, name) for name in self.names}
        if strips != self.strips:
            self.strips = strips
            self._draw()
        self._move()

    @property
    def age(self) -> float | None:
        """Where the line stands; None where the age is not known or cannot be."""
        return self.person.facts()["age_y"]

    def _draw(self) -> None:
        height = _PITCH * len(self.names)
        self.coded = self._without_a_word()
        self.limits = [_apart([one.first for one in self.strips[name][1:]]) for name in self.names]
        rows = max(1, math.ceil(len(self.coded) / _KEY_COLUMNS))
        self.live = LiveFigure(look.WIDTH, _TOP + height + _AXIS + _KEY * rows + 6)
        self.axes = self.live.axes(_LEFT, _TOP, look.WIDTH - _LEFT - _RIGHT, height, xlim=(0, LAST_AGE))
        self.axes.set_ylim(height, 0)
        self._axis()
        for place, name in enumerate(self.names):
            weak = " *" if guideline(name)["confidence"] == "C" else ""
            middle = _TOP + place * _PITCH + _BAND / 2
            self.live.text(12, middle, guideline(name)["short"] + weak, va="center_baseline")
            for stretch in self.strips[name]:
                self._band(stretch, place * _PITCH)
            for at, age in self.limits[place]:
                style = look.LETTERS | {"ha": "center", "va": "top", "color": look.QUIET}
                self.axes.text(at, place * _PITCH + _BAND + 1, f"{age}", **style)
        self._make_moving(height)
        self._key(_TOP + height + _AXIS, rows)

    def _without_a_word(self) -> list[Choice]:
        """The choices that stand in a band too narrow for their word, in the order of the table."""
        short = {one.choice for strip in self.strips.values() for one in strip if not _has_room(one)}
        return [choice for key, choice in choices().items() if key in short]

    def _axis(self) -> None:
        plain_axis(self.axes, range(0, LAST_AGE + 1, 20), "age, years")
        self.axes.get_xticklabels()[-1].set_ha("right")

    def _band(self, stretch: Stretch, at: float) -> None:
        choice = choices()[stretch.choice]
        fill, silent = choice.shade, choice.stance == "silent"
        style = dict(facecolor=fill, edgecolor=look.NEUTRAL_EDGE, linewidth=0.8, zorder=1)
        if choice.hatch:
            style |= {"hatch": choice.hatch, "edgecolor": "#9FBDB7"}
        if silent:
            style |= {"linestyle": (0, (2, 2))}
        self.axes.add_patch(rectangle((stretch.first, at), stretch.end - stretch.first, _BAND, **style))
        word = choice.word if _has_room(stretch) else choice.letter
        text = self.axes.text(
            (stretch.first + stretch.end) / 2, at + _BAND / 2, word, ha="center", va="center_baseline", zorder=5,
            color=look.QUIET if silent else look.text_on(fill), **look.LETTERS,
        )  # fmt: skip
        text.set_bbox({"facecolor": fill, "edgecolor": "none", "pad": 1.5})

    def _make_moving(self, height: float) -> None:
        """The title, and the line that stands at the person: in ticks, so that it crosses no word."""
        live = self.live
        self._title = live.title(_TOP - 32)
        box = (0, _TOP - 31, look.WIDTH, height + 31)
        self._line = line([], [], color=look.TEXT, linewidth=2.5, clip_on=False)
        self._head = line([], [], color=look.TEXT, marker="v", markersize=10, linestyle="none", clip_on=False)
        for artist in (self._line, self._head):
            self.axes.add_line(live.moving(artist, box))
        self._label = live.moving(live.text(0, _TOP - 29, ha="center", fontweight="bold"), box)

    def _move(self) -> None:
        known = self.age is not None and self.person.severity != NOT_MET
        age = min(self.age, LAST_AGE) if known else math.nan
        ticks = self._ticks(age)
        self._line.set_data([age] * len(ticks), ticks)
        self._head.set_data([age], [-5])
        words = f"{self.age:g} years" if known else ""
        room = width_of(words, "bold") / 2 + 4
        x = _LEFT + (look.WIDTH - _LEFT - _RIGHT) * (age if known else 0) / LAST_AGE
        self._label.set_x(min(max(x, _LEFT + room), look.WIDTH - room) / look.WIDTH)
        self._label.set_text(words)
        self._title.set_text("\n".join(self.lines(self.point())))

    def _ticks(self, age: float) -> list[float]:
        """Where the person's line is drawn: at the edges of the strips, and between them where no age stands there."""
        pieces = [(-4.0, float(_TICK))]
        for place, limits in enumerate(self.limits[:-1]):
            low, high = place * _PITCH + _BAND, (place + 1) * _PITCH
            near = any(abs(at - age) < _half(limit) + _ASIDE * _YEARS for at, limit in limits)
            whole = (low - _TICK, high + _TICK)
            pieces += [(low - _TICK, low), (high, high + _TICK)] if near else [whole]
        return [y for piece in pieces for y in (*piece, math.nan)]

    def _key(self, top: float, rows: int) -> None:
        """What the letters mean that stand where there was no room for a word."""
        axes = self.live.sheet(0, top, look.WIDTH, _KEY * rows)
        for place, choice in enumerate(self.coded):
            left, at = 12 + _KEY_COLUMN * (place // rows), place % rows * _KEY
            style = dict(facecolor=choice.shade, edgecolor=look.NEUTRAL_EDGE, linewidth=0.8)
            axes.add_patch(rectangle((left, at + 1.5), 25, _KEY - 3, **style))
            middle, letters = at + _KEY / 2, look.LETTERS | {"va": "center_baseline"}
            axes.text(left + 12.5, middle, choice.letter, ha="center", color=look.text_on(choice.shade), **letters)
            axes.text(left + 34, middle, choice.key, color=look.TEXT, **letters)

    # --- the words ---

    def point(self) -> str:
        """The picture's title, in two lines at most: how far the guidelines agree on this person."""
        found = advise_all(self.person, self.names)
        said = [(choice, len(names)) for choice, names in spoken(found).items()]
        many, named = sum(number for _, number in said), sum(choice.stance == "names" for choice, _ in said)
        if not said:
            return NOT_MET_WORDS if self.person.severity == NOT_MET else agreement_words(found)
        if named > 2:
            return f"{many} guidelines speak of this person, and give {spelled(named)} different answers"
        (first, most), *others = said
        if not others:
            return f"{covering(many, unsettled_of(found))} {first.of(many, first.title)}"
        told = [
            choice.title if choice.stance == "names" else choice.of(number, choice.title) for choice, number in others
        ]
        if many == 2:
            return f"One {first.of(1, first.title)}, one {told[0]}"
        rest = ", ".join(f"{number} {one}" for (_, number), one in zip(others, told, strict=True))
        return f"{most} of {many} {first.of(most, first.title)}, {rest}"

    def describe(self) -> str:
        """The picture in words: its point, who the person is, and each guideline's answers along the ages."""
        parts = [f"{self.point()}.", f"For {self.person.words()}."]
        for name in self.names:
            said = [f"{_ages(one)} {choices()[one.choice].label}" for one in self.strips[name]]
            parts.append(f"{guideline(name)['short']}: {'; '.join(said)}.")
        return " ".join(parts)

    def caption(self) -> str:
        """How to read it."""
        weak = [guideline(name)["short"] for name in self.names if guideline(name)["confidence"] == "C"]
        star = f" * {', '.join(weak)}: read in a weak source only." if weak else ""
        return (
            "Each strip is one guideline, from birth to 100 years, for people like this one in all but age; the line "
            "is this person. A number is the first year of age of which the guideline says something else."
            f"{star} It shows what guidelines say and advises nobody. Sources: {self.links()}."
        )


def _has_room(stretch: Stretch) -> bool:
    """Whether its word fits into a band."""
    pixels = (look.WIDTH - _LEFT - _RIGHT) * (stretch.end - stretch.first) / LAST_AGE
    return width_of(choices()[stretch.choice].word) <= pixels - 6


def _half(age: int) -> float:
    """Half of the width of an age as it is drawn, in years."""
    return width_of(f"{age}") / 2 * _YEARS


def _apart(ages: Sequence[int]) -> list[tuple[float, int]]:
    """Where ages are written below a strip, each at its edge or as near to it as the others let it."""
    found: list[tuple[float, int]] = []
    for age in ages:
        least = found[-1][0] + _half(found[-1][1]) + _half(age) + _ASIDE * _YEARS if found else 0
        found.append((max(age, least), age))
    over = max((at + _half(age) - LAST_AGE for at, age in found[-1:]), default=0)
    return [(at - max(over, 0), age) for at, age in found]


def _ages(stretch: Stretch) -> str:
    if stretch.first == 0 and stretch.end >= LAST_AGE:
        return "at every age"
    if stretch.end >= LAST_AGE:
        return f"from {stretch.first} years"
    return f"up to {stretch.end - 1} years" if not stretch.first else f"{stretch.first} to {stretch.end - 1} years"
