"""A test told as people: choose a published test, move how common the disease is, and see whom it finds and alarms.

>>> panel = TestPanel("ferritin_children", base_rate_pct=3)
>>> panel.status
'Of 66 people with a positive test, 27 have HLH.'
"""

from __future__ import annotations

import math

import ipywidgets

from helpers import page
from helpers.blood.core.units import plain
from helpers.blood.search.accuracy import PEOPLE, Accuracy, accuracies, accuracy
from helpers.panels.controls import Choice, Slider, by_group
from helpers.panels.pictured import PicturedPanel, PicturedView
from helpers.panels.traits import Amount, OneOf
from helpers.pictures import look
from helpers.pictures.frequencies import ALARMED, MISSED, SEEN, SPARED, Crowd, FrequencyPicture, Group
from helpers.wording import links

BASE_RATES = [0.0, *(tenth / 10 for tenth in range(1, 10)), *map(float, range(1, 101))]
"""Where the slider stops, percent."""
_HIDDEN, _UNTOLD = (look.INK["other"], "D", True), (look.NEUTRAL_EDGE, ".", True)
"""Ink, marker and filling of people of whom the source does not say what the test does."""
_ONE_TEST = (
    "**One test at a time.** A second test of the same patient is not like a second toss of a coin: the two often turn "
    "out alike, so what they say together has to be studied. Nobody has published it for these, so it is not shown."
)


def pictured() -> dict[str, str]:
    """The tests a picture of people can be made of, those for one purpose together: what is shown -> id."""
    tests = [test for test in accuracies().values() if test.lr_printed is None]
    return {test.name: test.id for test in by_group(tests)}


class TestPanel(PicturedPanel):
    """One published test among 1,000 people.

    Args:
        test: id of a row of ``data/accuracy.csv``.
        base_rate_pct: how many of 100 have the disease before the test; the study's own unless given, or 10 where the
            study does not say.
        choose: whether the learner can choose another test.

    Raises:
        KeyError: no such test.
        ValueError: a base rate that is not between 0 and 100 %, or a test of which no picture can be made.
    """

    __test__ = False  # it is not one of pytest's

    test = OneOf(lambda: pictured().values(), "test a picture can be made of:", "ferritin_children")
    base_rate_pct = Amount(10.0, 0, 100)

    def __init__(self, test: str, base_rate_pct: float | None = None, choose: bool = True) -> None:
        super().__init__()
        if accuracy(test).lr_printed is not None:
            raise ValueError(f"Of {test!r} only a likelihood ratio is printed: it gives no numbers of people.")
        if base_rate_pct is not None:
            accuracy(test).among(base_rate_pct)
        self.with_choice = choose
        self.test = test
        self.base_rate_pct = usual_base_rate(accuracy(test)) if base_rate_pct is None else base_rate_pct
        self.begin()

    # --- the model ---

    def _update(self) -> None:
        self.shown = accuracy(self.test)
        self.seen = self.shown.among(self.base_rate_pct)
        groups = self._groups()
        shown = ([Crowd("", groups)], self.seen.point, self.shown.source, self._note())
        self.draw(lambda: FrequencyPicture(*shown), *shown, key=[group.marker for group in groups])
        self.status = self.seen.sentence

    def _groups(self) -> list[Group]:
        seen, target = self.seen, self.shown.target
        with_it, without = seen.with_target, PEOPLE - seen.with_target
        groups = []
        if seen.found is None:
            groups.append(Group(f"have {target}; how many the test finds is not known", with_it, *_HIDDEN))
        else:
            groups.append(Group(f"have {target}, and the test finds it", seen.found, *SEEN))
            groups.append(Group("have it, and the test misses it", seen.missed, *MISSED))
        if seen.alarmed is None:
            groups.append(Group("do not have it; how many are alarmed is not known", without, *_UNTOLD))
        else:
            groups.append(Group("do not have it, and the test is positive", seen.alarmed, *ALARMED))
            groups.append(Group("do not have it, and the test is negative", seen.spared, *SPARED))
        return groups

    def _note(self) -> str:
        caution = f" {self.shown.note}" if self.shown.note else ""
        return f"{page.literal(self.shown.name)}.{page.literal(caution)}"

    # --- the words ---

    def words(self) -> str:
        """The words below the picture as HTML: what was printed, what follows from it, and the caution."""
        return "".join(f"<p>{page.inline(said)}</p>" for said in (self._printed(), self._follows(), _ONE_TEST))

    def _printed(self) -> str:
        one = self.shown
        parts = []
        for name, pct in (("sensitivity", one.sensitivity_pct), ("specificity", one.specificity_pct)):
            parts.append(f"{name} {'not printed' if pct is None else f'{pct:g} %'}")
        people = f", in {plain(one.n)} people" if one.n else ", in a number of people that is not printed"
        had = f", of whom {plain(one.with_target)} had it" if one.n and one.with_target is not None else ""
        return f"**As published:** {', '.join(parts)}{people}{had}. {links(one.source)}"

    def _follows(self) -> str:
        one, own = self.shown, self.shown.own_base_rate_pct
        said = [f"**Here** {self.base_rate_pct:g} of 100 people have it before the test."]
        if own is not None and 0 < own < 100 and abs(own - self.base_rate_pct) >= 1:
            said.append(f"In the study it was {own:.0f} of 100: move the slider there and compare.")
        if one.lr_positive is not None:
            times = (
                "never seen in anybody without it" if math.isinf(one.lr_positive) else f"{one.lr_positive:.1f} times"
            )
            more = times if math.isinf(one.lr_positive) else f"{times} likelier in somebody who has it"
            said.append(f"A positive test is {more} (computed by the course).")
        if one.lr_negative == 0 or (one.lr_positive is not None and math.isinf(one.lr_positive)):
            said.append("None means none in this sample; it is no promise.")
        return " ".join(said)


def usual_base_rate(test: Accuracy) -> float:
    """Where a test's slider starts, percent: the study's own base rate, or 10 where it says nothing of use."""
    own = test.own_base_rate_pct
    return float(round(own)) if own is not None and 0 < own < 100 else 10.0


class _View(PicturedView, of=TestPanel):
    """The panel's widgets."""

    def controls(self) -> list[ipywidgets.Widget]:
        """The test, how common the disease is, and the way back."""
        model = self.model
        self.base_rate = Slider(
            "How common it is before the test",
            BASE_RATES,
            [f"{pct:g} of 100" for pct in BASE_RATES],
            amount=model.base_rate_pct,
            describe=lambda pct: (f"{pct:.3g} of 100",) * 2,
        )
        self.link(base_rate_pct=self.base_rate)
        controls: list[ipywidgets.Widget] = [self.base_rate, self.button("Reset", model.reset)]
        if model.with_choice:
            groups = [accuracy(test).group for test in pictured().values()]
            self.test = Choice("Test", pictured(), model.test, groups=groups)
            self.link(test=self.test)
            controls.insert(0, self.test)
        return controls
