"""Guidelines side by side along the ages: what each names first for people who are like this one in all but age.

Each guideline is a strip from birth to 100 years. Where its answer changes, the strip changes; the person stands at a
line. So it is seen at a glance who agrees, and how far the next limit is.

>>> GuidelinesPicture(Candidate("severe", 34, sibling=False, unrelated=True, half_matched=True, fit=True))
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from helpers.blood.treatment import (
    CHOICES,
    FACTS,
    NOT_MET,
    OPEN,
    TIERS,
    Candidate,
    advise,
    advise_all,
    age_limits,
    agreement,
    guideline,
    guidelines,
)
from helpers.pictures import look
from helpers.pictures.lettering import width_of
from helpers.pictures.live import LiveFigure, line, rectangle
from helpers.pictures.still import StillPicture

_LEFT, _RIGHT, _TOP, _BAND, _PITCH, _AXIS, _KEY = 144, 14, 88, 26, 33, 54, 22
_KEY_ROWS, _KEY_COLUMN, _TICK = 5, 264, 6
_LAST_AGE = 100

_SHADE = {
    "sibling_transplant": "#17504A",
    "other_transplant": "#63A79C",
    "either": "#CDE6E0",
    "immunosuppression": "#E3E7F6",
    "cyclosporine": "#E3E7F6",
    "observe": "#F6F6F6",
    "unclear": "#F6F6F6",
    "not_said": look.PAPER,
    OPEN: look.PAPER,
}
"""From a sure transplant (dark) to no drug at all (light); silence is white."""
_HATCH = {"either": "///", "unclear": "...", OPEN: "xx"}
_LETTER = {
    "sibling_transplant": "S",
    "other_transplant": "O",
    "either": "E",
    "immunosuppression": "D",
    "cyclosporine": "C",
    "observe": "W",
    "unclear": "?",
    "not_said": "–",
    OPEN: "…",
}
"""Stands in a stretch that is too short for its word."""
_WORD = {
    "sibling_transplant": "sibling transplant",
    "other_transplant": "another donor's transplant",
    "either": "either",
    "immunosuppression": "drugs",
    "cyclosporine": "cyclosporine",
    "observe": "watch closely",
    "unclear": "no age printed",
    "not_said": "does not say",
    OPEN: "open",
}
_EXPLAINED = {
    "sibling_transplant": "sibling transplant",
    "other_transplant": "another donor's transplant",
    "either": "drugs or transplant",
    "immunosuppression": "immunosuppressive drugs",
    "cyclosporine": "cyclosporine early",
    "observe": "watch closely",
    "unclear": "no age printed",
    "not_said": "does not say",
    OPEN: "a fact is missing",
}
_NAMED = {
    "sibling_transplant": "the sibling transplant",
    "other_transplant": "another donor's transplant",
    "either": "drugs or transplant",
    "immunosuppression": "immunosuppressive drugs",
    "cyclosporine": "early cyclosporine",
    "observe": "close watching",
    "unclear": "both and no age",
}
_MANY = {3: "three", 4: "four", 5: "five", 6: "six"}


@dataclass(frozen=True)
class Stretch:
    """Ages over which one guideline says one thing."""

    first: int
    """First completed year."""
    end: int
    """First year no longer in it."""
    choice: str


def stretches(person: Candidate, name: str) -> list[Stretch]:
    """What a guideline names at each age, for people who are like this one in all else."""
    starts = [start for start in age_limits(name) if start < _LAST_AGE]
    said = [(start, advise(replace(person, age_y=float(start)), name).choice or OPEN) for start in starts]
    firsts = [next(group)[0] for _, group in groupby(said, key=lambda pair: pair[1])]
    choices = [choice for choice, _ in groupby(choice for _, choice in said)]
    ends = [*firsts[1:], _LAST_AGE]
    return [Stretch(*found) for found in zip(firsts, ends, choices, strict=True)]


class GuidelinesPicture(StillPicture):
    """What each guideline names first, along the ages.

    Args:
        person: as far as is known; the age only places the line.
        names: keys of ``data/guidelines.csv``; all that decide unless given.
    """

    def __init__(self, person: Candidate, names: Sequence[str] | None = None) -> None:
        self.names = tuple(names or guidelines())
        self.sources = " ".join(dict.fromkeys(" ".join(guideline(name)["source"] for name in self.names).split()))
        self.update(person)

    def update(self, person: Candidate) -> None:
        """Show another person; where only the age is another one, only the line moves."""
        self.person = person
        strips = {name: stretches(person, name) for name in self.names}
        if strips != getattr(self, "strips", None):
            self.strips = strips
            """Guideline to its stretches, top to bottom."""
            self._draw()
        self._move()

    @property
    def age(self) -> float | None:
        """Where the line stands; None where the age is not known or cannot be."""
        return self.person.facts()["age_y"]

    def _draw(self) -> None:
        height = _PITCH * len(self.names)
        self.live = LiveFigure(look.WIDTH, _TOP + height + _AXIS + _KEY * _KEY_ROWS + 6)
        self.axes = self.live.axes(_LEFT, _TOP, look.WIDTH - _LEFT - _RIGHT, height, xlim=(0, _LAST_AGE))
        self.axes.set_ylim(height, 0)
        self._axis()
        for place, name in enumerate(self.names):
            weak = " *" if guideline(name)["confidence"] == "C" else ""
            middle = _TOP + place * _PITCH + _BAND / 2
            self.live.text(12, middle, guideline(name)["short"] + weak, va="center_baseline")
            for stretch in self.strips[name]:
                self._band(stretch, place * _PITCH)
        self._make_moving(height)
        self._key(_TOP + height + _AXIS)

    def _axis(self) -> None:
        axes = self.axes
        axes.set_yticks([])
        axes.set_xticks(range(0, _LAST_AGE + 1, 20))
        axes.spines[["left", "right", "top"]].set_visible(False)
        axes.spines["bottom"].set_color(look.NEUTRAL_EDGE)
        axes.patch.set_visible(False)
        axes.tick_params(labelsize=look.SMALL, labelcolor=look.QUIET, color=look.QUIET, labelfontfamily=look.FONT)
        axes.get_xticklabels()[-1].set_ha("right")
        axes.set_xlabel("age, years", fontsize=look.SMALL, fontfamily=look.FONT, color=look.QUIET, labelpad=1)

    def _band(self, stretch: Stretch, at: float) -> None:
        fill = _SHADE[stretch.choice]
        silent = stretch.choice == "not_said"
        style = dict(facecolor=fill, edgecolor=look.NEUTRAL_EDGE, linewidth=0.8, zorder=1)
        if stretch.choice in _HATCH:
            style |= {"hatch": _HATCH[stretch.choice], "edgecolor": "#9FBDB7"}
        if silent:
            style |= {"linestyle": (0, (2, 2))}
        self.axes.add_patch(rectangle((stretch.first, at), stretch.end - stretch.first, _BAND, **style))
        pixels = (look.WIDTH - _LEFT - _RIGHT) * (stretch.end - stretch.first) / _LAST_AGE
        word = _WORD[stretch.choice]
        if width_of(word) > pixels - 6:
            word = _LETTER[stretch.choice]
        text = self.axes.text(
            (stretch.first + stretch.end) / 2, at + _BAND / 2, word, ha="center", va="center_baseline",
            fontsize=look.SMALL, fontfamily=look.FONT, color=look.QUIET if silent else look.text_on(fill), zorder=5,
        )  # fmt: skip
        text.set_bbox({"facecolor": fill, "edgecolor": "none", "pad": 1.5})

    def _make_moving(self, height: float) -> None:
        """The title, and the line that stands at the person: in ticks, so that it crosses no word."""
        live = self.live
        title = live.text(12, 8, fontsize=look.TITLE, fontweight="bold", linespacing=1.2)
        self._title = live.moving(title, (0, 0, look.WIDTH, _TOP - 32))
        box = (0, _TOP - 31, look.WIDTH, height + 31)
        ends = [(place * _PITCH + _BAND - _TICK, (place + 1) * _PITCH + _TICK) for place in range(len(self.names) - 1)]
        self._ticks = [y for low, high in [(-4, _TICK), *ends] for y in (low, high, math.nan)]
        self._line = line([], [], color=look.TEXT, linewidth=2.5, clip_on=False)
        self._head = line([], [], color=look.TEXT, marker="v", markersize=10, linestyle="none", clip_on=False)
        for artist in (self._line, self._head):
            self.axes.add_line(live.moving(artist, box))
        self._label = live.moving(live.text(0, _TOP - 29, ha="center", fontweight="bold"), box)

    def _move(self) -> None:
        known = self.age is not None and self.person.severity != NOT_MET
        age = min(self.age, _LAST_AGE) if known else math.nan
        self._line.set_data([age] * len(self._ticks), self._ticks)
        self._head.set_data([age], [-5])
        words = f"{self.age:g} years" if known else ""
        room = width_of(words, "bold") / 2 + 4
        x = _LEFT + (look.WIDTH - _LEFT - _RIGHT) * (age if known else 0) / _LAST_AGE
        self._label.set_x(min(max(x, _LEFT + room), look.WIDTH - room) / look.WIDTH)
        self._label.set_text(words)
        self._title.set_text("\n".join(self.lines(self.point())))

    def _key(self, top: float) -> None:
        axes = self.live.axes(0, top, look.WIDTH, _KEY * _KEY_ROWS)
        axes.set(xlim=(0, look.WIDTH), ylim=(_KEY * _KEY_ROWS, 0))
        axes.axis("off")
        for place, (choice, fill) in enumerate(_SHADE.items()):
            left, at = 12 + _KEY_COLUMN * (place // _KEY_ROWS), place % _KEY_ROWS * _KEY
            style = dict(facecolor=fill, edgecolor=look.NEUTRAL_EDGE, linewidth=0.8)
            axes.add_patch(rectangle((left, at + 1.5), 25, _KEY - 3, **style))
            letters = dict(va="center_baseline", fontsize=look.SMALL, fontfamily=look.FONT)
            axes.text(left + 12.5, at + _KEY / 2, _LETTER[choice], ha="center", color=look.text_on(fill), **letters)
            axes.text(left + 34, at + _KEY / 2, _EXPLAINED[choice], color=look.TEXT, **letters)

    # --- the words ---

    def point(self) -> str:
        """The picture's title, in two lines at most: how far the guidelines agree on this person."""
        found = advise_all(self.person, self.names)
        spoken = Counter(advice.choice for advice in found if advice.choice not in ("", "not_said")).most_common()
        many = sum(number for _, number in spoken)
        if not spoken:
            return agreement(found).split(":")[0].rstrip(".")
        if len(spoken) > 2:
            return f"{many} texts speak of this person, and give {_MANY[len(spoken)]} different answers"
        if len(spoken) == 1:
            return f"{'All ' if many > 1 else ''}{many} that speak{'' if many > 1 else 's'}: {_NAMED[spoken[0][0]]}"
        (first, most), (second, least) = spoken
        if most == 1:
            return f"One names {_NAMED[first]}, one {_NAMED[second]}"
        return f"{most} of {many} name {_NAMED[first]}, {least} {_NAMED[second]}"

    def describe(self) -> str:
        """The picture in words: its point, who the person is, and each guideline's answers along the ages."""
        parts = [f"{self.point()}.", f"For {person_words(self.person)}."]
        for name in self.names:
            said = [f"{_ages(one)} {CHOICES.get(one.choice, _EXPLAINED[OPEN])}" for one in self.strips[name]]
            parts.append(f"{guideline(name)['short']}: {'; '.join(said)}.")
        return " ".join(parts)

    def caption(self) -> str:
        """How to read it."""
        weak = [guideline(name)["short"] for name in self.names if guideline(name)["confidence"] == "C"]
        star = f" * {', '.join(weak)}: read in a weak source only." if weak else ""
        return (
            "Each strip is one text, from birth to 100 years, for people like this one in all but age; the line is "
            f"this person.{star} It shows what texts say and advises nobody. Sources: {self.links()}."
        )


def person_words(person: Candidate) -> str:
    """A candidate in words, as far as is known."""
    facts = person.facts()
    said = [f"a person of {facts['age_y']:g}" if facts["age_y"] is not None else "a person of unknown age"]
    if facts["severity"] == NOT_MET:
        said.append("criteria of aplastic anemia not met")
    elif facts["severity"]:
        said.append(f"{TIERS[facts['severity']]} disease")
    known = {
        "sibling": ("a matched sibling", "no matched sibling"),
        "unrelated": ("a matched unrelated donor", "no matched unrelated donor"),
        "half_matched": ("a half-matched donor", "no half-matched donor"),
        "fit": ("fit for a transplant", "not fit for a transplant"),
        "transfused": ("in need of transfusions", "no transfusions needed"),
    }
    said += [words[0 if facts[fact] else 1] for fact, words in known.items() if facts[fact] is not None]
    unknown = [FACTS[fact].removeprefix("the ") for fact in FACTS if facts[fact] is None and fact != "age_y"]
    said += [f"not known: {', '.join(unknown)}"] if unknown else []
    return "; ".join(said)


def _ages(stretch: Stretch) -> str:
    if stretch.first == 0 and stretch.end >= _LAST_AGE:
        return "at every age"
    if stretch.end >= _LAST_AGE:
        return f"from {stretch.first} years"
    return f"up to {stretch.end - 1} years" if not stretch.first else f"{stretch.first} to {stretch.end - 1} years"
