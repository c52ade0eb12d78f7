"""Film rounds: twenty cells or fields, a few seconds each, told right or wrong at once; speed and accuracy drawn.

The model is plain traits and can be driven without a notebook:

>>> rounds = FilmRounds("danger")
>>> rounds.go_on()                             # the first cell lies on the glass
>>> rounds.name("blast", seconds=2.1)          # right or wrong at once
>>> rounds.status
'✎ Not: blast. It is: hairy cell.'
>>> rounds.go_on()                             # the next one
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from statistics import median
from typing import Any

import ipywidgets
import pandas as pd
import traitlets

from helpers import page
from helpers.blood.cells.film import cell_kinds
from helpers.blood.cells.rounds import MANY, Look, Pair, RoundSet, looks, round_set, round_sets, seen_as
from helpers.blood.core.units import plain
from helpers.evidence import cite
from helpers.panels.controls import Choice, Control, Switch, script
from helpers.panels.layout import stacked
from helpers.panels.pictured import PicturedPanel, PicturedView
from helpers.panels.traits import OneOf
from helpers.pictures.rounds import LookPicture, RoundPicture, Told, confused
from helpers.questions.exercise import NOT_YET, RIGHT, Verdict
from helpers.record.restore import SESSION
from helpers.record.session import Session
from helpers.wording import counted, links, small

READY, ASKED, TOLD, DONE = "ready", "asked", "told", "done"
"""Nothing on the glass yet; something to be named; it was named, and is still seen; all were named."""
LONGEST_S = 600.0
"""A look that took longer was left lying: its time says nothing."""
SLIP = "took one cell for another"
_KEPT = 30
"""Rounds of which the panel keeps what came of them."""


class FilmRounds(PicturedPanel):
    """Quick looks, and what came of them.

    Each judged look of a cell or a field is kept in the learner's record, under ``round-<set>-<name>``.

    Args:
        set: key of ``data/round_sets.csv``.
        seed: which round comes first; the next one has the next number, and there is no last one.
        session: where looks are kept.

    Raises:
        KeyError: no such set.
    """

    set = OneOf(round_sets, "round", "counted")
    seed = traitlets.Int(1, min=0)
    phase = traitlets.Enum([READY, ASKED, TOLD, DONE], READY)
    named = traitlets.List(help="look by look what it was named, '' where time was over, and seconds or None")
    before = traitlets.List(help="of each round finished: set, right, median of the seconds or None")
    unlimited = traitlets.Bool(False, help="whether there is no time limit")
    described = traitlets.Bool(False, help="whether each look is told in words that do not name it")
    LOADS, STAYS = ("set",), ("unlimited", "described", "before")

    def __init__(self, set: str = "counted", seed: int = 1, session: Session = SESSION) -> None:
        round_set(set)
        super().__init__(seed=seed)
        self.session, self.set = session, set
        self.begin()

    # --- the model ---

    @property
    def task(self) -> RoundSet:
        """What is told apart."""
        return round_set(self.set)

    @property
    def looks(self) -> tuple[Look, ...]:
        """The looks of this round."""
        return looks(self.set, self.seed)

    @property
    def at(self) -> int:
        """Number of the look on the glass, from 0 on; MANY when there is none any more."""
        return len(self.named) - (self.phase == TOLD)

    @property
    def look(self) -> Look | None:
        """What lies on the glass; None where nothing does."""
        return self.looks[self.at] if self.phase in (ASKED, TOLD) else None

    @property
    def limit(self) -> float:
        """Seconds a look may take; 0: as long as one likes. Who has it told in words is not hurried."""
        return 0.0 if self.unlimited or self.described else float(self.task.seconds)

    def go_on(self) -> None:
        """Begin, go on to the next look, on to what came of them, or to another round; nothing while one is asked."""
        if self.phase == ASKED:
            return
        with self.batch():
            if self.phase == DONE:
                self.seed, self.named = self.seed + 1, []
            self.phase = DONE if len(self.named) == MANY else ASKED
            if self.phase == DONE:
                self.before = [*self.before, [self.set, self.right, self.seconds()]][-_KEPT:]

    def name(self, name: str, seconds: float | None = None) -> None:
        """Say what lies on the glass; nothing where it was named already.

        Args:
            name: one of the names of the set; "" where time was over.
            seconds: how long it took; None where that was not measured.

        Raises:
            KeyError: a name that is not asked for.
        """
        if name and name not in self.task.names:
            raise KeyError(f"{name!r} is not asked for here. The names are: {', '.join(self.task.names)}.")
        if self.phase != ASKED:
            return
        look = self.looks[len(self.named)]
        took = None if seconds is None or not 0 <= seconds <= LONGEST_S else round(float(seconds), 1)
        with self.batch():
            self.named, self.phase = [*self.named, [name, took]], TOLD
        self._keep(look, name, took)

    def _keep(self, look: Look, name: str, took: float | None) -> None:
        """Let the learner's record know."""
        right = look.name == name
        verdict = Verdict(RIGHT if right else NOT_YET, "", "" if right or not name else SLIP)
        answer = {"named": name, "seconds": took, "round": self.seed, "look": len(self.named)}
        self.session.answered(f"round-{self.set}-{look.name}", answer, verdict)

    def stop(self) -> None:
        """Begin this round again from its first look."""
        with self.batch():
            self.named, self.phase = [], READY

    def met(self) -> list[tuple[str, str, float | None]]:
        """Look by look so far: what it was, what it was named, and the seconds or None."""
        return [(look.name, name, took) for look, (name, took) in zip(self.looks, self.named, strict=False)]

    @property
    def right(self) -> int:
        """How many were told rightly so far."""
        return sum(what == name for what, name, _ in self.met())

    def seconds(self, of: str = "") -> float | None:
        """The median of the seconds taken, of one name or of all; None where none was measured."""
        known = [took for what, _, took in self.met() if took is not None and of in ("", what)]
        return round(median(known), 1) if known else None

    def results(self) -> list[Told]:
        """One row for each that was met so far, in the order in which they are offered."""
        found = []
        for what in self.task.names:
            told = tuple(name == what for was, name, _ in self.met() if was == what)
            took = self.seconds(what)
            if told:
                found.append(Told(self.task.label_of(what), told, math.nan if took is None else took))
        return found

    def taken(self) -> list[tuple[str, str, int]]:
        """What was taken for what, and how often; the most frequent first."""
        wrong = Counter((what, name) for what, name, _ in self.met() if name not in ("", what))
        return [(*pair, many) for pair, many in wrong.most_common()]

    # --- what follows ---

    def _update(self) -> None:
        self._check()
        look = self.look
        self.picture = LookPicture(self.set, look, self.at + 1 if look else 0, self.phase == TOLD, self.described)
        self.status = self._say()

    def _check(self) -> None:
        """What does not go together is refused."""
        names = ("", *self.task.names)
        for one in self.named:
            match one:
                case [str(name), None | int() | float()] if name in names:
                    continue
            raise ValueError(f"A look is named by one of the names of the set, with its seconds; {one!r} is not.")
        for one in self.before:
            match one:
                case [str(name), int(), None | int() | float()] if name in round_sets():
                    continue
            raise ValueError(f"A round that is over has a set, how many were right, and seconds; {one!r} is none.")
        many = {READY: range(MANY), ASKED: range(MANY), TOLD: range(1, MANY + 1), DONE: range(MANY, MANY + 1)}
        if len(self.named) not in many[self.phase]:
            raise ValueError(f"{counted(len(self.named), 'look')} named does not go with a round that is {self.phase}.")

    def _say(self) -> str:
        one, many = self.task.one, len(self.named)
        if self.phase == READY:
            begun = f"{many} of {MANY} are named. Go on" if many else f"{MANY} {self.task.shows} to name. Begin"
            return f"{begun} when you like."
        if self.phase == ASKED:
            return f"{one.capitalize()} {many + 1} of {MANY}: name it."
        if self.phase == TOLD:
            return self._told()
        took = self.seconds()  # every look has its own; the median is not moved by one that was left lying
        fast = "" if took is None else f", half of them within {plain(took)} seconds"
        wrong = self.taken()
        said = confused([(self.task.label_of(a), self.task.label_of(b), n) for a, b, n in wrong[:2]])
        return f"{self.right} of {MANY} told rightly{fast}." + (
            f" Most often taken for another: {said}." if said else ""
        )

    def _told(self) -> str:
        """Right or wrong, what it is, and by what it is told."""
        what, name, took = self.met()[-1]
        label = self.task.label_of(what)
        if name == what:
            fast = "" if took is None else f" In {plain(took)} seconds."
            return f"✓ {label}.{fast}"
        why = f"Not: {small(self.task.label_of(name))}" if name else "Time is over"
        return f"✎ {why}. It is: {small(label)}."

    def words(self) -> str:
        """What stands below: how it goes, by what the cell is told, or what came of the round."""
        if self.phase == TOLD:
            return self._why()
        if self.phase == DONE:
            return self._summary()
        return "" if self.phase == ASKED else f"<p>{page.escape(self.task.says)}</p>{_HOW}"

    def _why(self) -> str:
        """By what it is told, and what it was taken for."""
        what, name, _ = self.met()[-1]
        row = cell_kinds()[what] if self.task.shows == "cells" else None
        found = [" ".join(filter(None, (row["look"], row["sign"]))) if row else self.picture.seen()]
        pair = self.task.pair(what, name)
        if pair:
            found.append(f"**How to tell the two apart:** {page.literal(pair.told)}")
        return "".join(f"<p>{page.inline(words)}</p>" for words in found)

    def _summary(self) -> str:
        picture = self.result()
        drawn = page.figure(picture.image(), picture.describe(), picture.caption(), picture.width)
        rows = []
        for one, other, many in self.taken():
            pair, seen = self.task.pair(one, other), seen_as().get(one, "Look at all three lines.")
            rows.append((self.task.label_of(one), self.task.label_of(other), many, pair.told if pair else seen))
        frame = pd.DataFrame(rows, columns=["it was", "you took it for", "times", "by what it is told"])
        wrong = page.table(frame.set_index("it was"), "What was taken for what") if rows else ""
        late = sum(name == "" for _, name, _ in self.met())
        said = f"<p>Not named in time: {late}. A switch takes the time limit away.</p>" if late else ""
        return drawn + wrong + said + self._rounds() + _printed(self.task.pairs)

    def result(self) -> RoundPicture:
        """What came of the looks so far, drawn."""
        return RoundPicture(self.results(), self.limit or float(self.task.seconds))

    def _rounds(self) -> str:
        """Rounds finished with this panel, in order."""
        rows = [
            (number, round_set(name).label, f"{right} of {MANY}", "not measured" if took is None else plain(took))
            for number, (name, right, took) in enumerate(self.before, start=1)
        ]
        columns = ["round", "of", "told rightly", "median, seconds"]
        if len(rows) < 2:
            return ""
        return page.table(pd.DataFrame(rows, columns=columns).set_index("round"), "Your rounds so far")

    # --- showing it ---

    def static_html(self) -> str:
        """The twin for where there is no kernel: a look as it is asked, and by what those of the set are told apart."""
        first = LookPicture(self.set, self.looks[0], 1)
        names = "; ".join(small(self.task.label_of(name)) for name in self.task.names)
        return (
            f"{first.kept()}<p><strong>{MANY} {self.task.shows} to name, one after the other. Each is one of these: "
            f"{page.escape(names)}.</strong></p><p>{page.escape(self.task.says)}</p>{_printed(self.task.pairs)}"
        )


_HOW = (
    "<p>Press a name, or its number on the keyboard; Enter goes on. You are told at once whether it was right. "
    "Where your computer asks for less motion, and where the switch says so, there is no time limit.</p>"
)


def _printed(pairs: tuple[Pair, ...]) -> str:
    """By what the pairs of a set are told apart, and what is printed on taking one for the other, folded."""
    cite(" ".join(pair.source for pair in pairs))
    said = (
        " ".join([*(page.literal(words) for words in (pair.told, pair.printed, pair.note)), links(pair.source)])
        for pair in pairs
    )
    told = "".join(f"<li>{page.inline(words)}</li>" for words in said)
    return f"<details><summary>What is taken for what, and who says so</summary><ul>{told}</ul></details>"


class RoundGlass(Control):
    """What lies on the glass, the names beside it, and one button to go on; it measures the time and keeps the focus.

    Right and wrong are the model's: the page sends what was pressed, for which look, and after how many seconds.
    """

    _esm = script("round_glass")
    image = traitlets.Bytes(b"").tag(sync=True)
    media = traitlets.Unicode("image/jpeg").tag(sync=True)
    alt = traitlets.Unicode("").tag(sync=True)
    caption = traitlets.Unicode("").tag(sync=True)
    width = traitlets.Int(240).tag(sync=True)
    names = traitlets.List(traitlets.Unicode(), help="what can be pressed, in order").tag(sync=True)
    look = traitlets.Unicode("", help="which look is asked for; '' where none is").tag(sync=True)
    limit = traitlets.Float(0.0, help="seconds; 0 for none").tag(sync=True)
    given = traitlets.Int(-1, help="the name that was pressed, -1 for none").tag(sync=True)
    right = traitlets.Int(-1, help="the name that is right, once it was told; -1 before").tag(sync=True)
    over = traitlets.Bool(False, help="whether the round is over, and nothing is there to be named").tag(sync=True)
    on = traitlets.Unicode("", help="what the button that goes on is called").tag(sync=True)

    def __repr__(self) -> str:
        return f"RoundGlass({self.alt!r})"


class _View(PicturedView, of=FilmRounds):
    """The widgets of the rounds."""

    def build(self) -> None:
        """Make the controls, and lay everything out."""
        model = self.model
        self.glass = RoundGlass()
        self.glass.on_msg(self._asked)
        self.sets = Choice("Round", {one.label: key for key, one in round_sets().items()}, model.set)
        self.unlimited = Switch("No time limit", model.unlimited)
        self.described = Switch("Describe each in words, without its name", model.described)
        self.link(set=self.sets, unlimited=self.unlimited, described=self.described)
        self.again = self.button("Begin this round again", model.stop)
        wrap = {"flex_flow": "row wrap", "grid_gap": "7px 18px", "align_items": "center", "overflow": "visible"}
        above = ipywidgets.Box([self.sets, self.unlimited, self.described], layout=wrap)
        self.box = stacked(above, self.glass, self.words, self.again)

    def _asked(self, _: object, message: object, __: object) -> None:
        """Something was pressed; what is not of the look on the glass (a page drawn twice) is left."""
        model = self.model
        match message:
            case {"go": str(phase)} if phase == self._place():
                model.go_on()
            case {"look": str(look), "named": int(place), "seconds": seconds} if look and look == self._place():
                names = model.task.names
                name = names[place] if 0 <= place < len(names) else ""
                measured = isinstance(seconds, int | float) and not isinstance(seconds, bool)
                model.name(name, seconds if measured else None)

    def _place(self) -> str:
        """Which look of which round it is, and how far it is."""
        model = self.model
        return f"{model.set} {model.seed} {len(model.named)} {model.phase}"

    def follow(self) -> None:
        """What lies on the glass at once; the words when the learner rests."""
        model, picture = self.model, self.model.picture
        names = list(model.task.names)
        told = model.phase == TOLD
        on = {READY: "Go on" if model.named else "Begin", ASKED: "Next", TOLD: "Next", DONE: "Another round"}
        last = told and len(model.named) == MANY
        state: Mapping[str, Any] = {
            "image": picture.image(),
            "alt": picture.describe(),
            "caption": page.inline(picture.caption()),
            "width": picture.width,
            "names": [model.task.label_of(name) for name in names],
            "limit": model.limit,
            "given": names.index(model.named[-1][0]) if told and model.named[-1][0] else -1,
            "right": names.index(model.look.name) if told else -1,
            "over": model.phase == DONE,
            "on": "What came of it" if last else on[model.phase],
            "look": self._place(),
        }
        with self.glass.hold_sync():
            for trait, value in state.items():
                self.glass.set_trait(trait, value)
            self.glass.disabled = model.phase != ASKED
        self.tell_later()

    def tell(self) -> None:
        """What waits until the learner rests."""
        self.words.show(self.model.status, self.model.words())
