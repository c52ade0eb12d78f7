"""Red flags on a panel: what cannot wait stands first, and the one question that would raise a flag can be answered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import traitlets

from helpers import page
from helpers.blood.core.count import BloodCount
from helpers.blood.grading.reference import DEFAULT_REFERENCE, Reference
from helpers.blood.search.causes import Findings, features
from helpers.blood.search.red_flags import URGENCIES, RedFlag, red_flags
from helpers.evidence import records
from helpers.wording import capital, links, small

TITLE = "Red flag: this cannot wait for the cause"
ASK = "Ask now"
YES, NO = "yes", "no"


@dataclass(frozen=True)
class Question:
    """One question to the person, whose answer yes would raise a red flag."""

    key: str
    """Feature and answer: "fever=yes"."""
    text: str
    why: str
    """What a yes would mean, and why it is asked."""

    @property
    def said(self) -> tuple[str, str]:
        """The feature, and its answer where the question is answered with yes."""
        feature, _, value = self.key.partition("=")
        return feature, value


def to_ask(flags: Iterable[RedFlag]) -> list[Question]:
    """What one question to the person would raise, each question once; none for what a test has to show."""
    asked: dict[str, Question] = {}
    for one in flags:
        if one.raised or len(one.missing) != 1 or getattr(features().get(one.missing[0]), "group", "") != "history":
            continue
        means = f"{one.label} ({URGENCIES[one.urgency]}), with {one.because}."
        key = f"{one.missing[0]}={_raising(one)}"
        before = asked.get(key)
        why = f"{before.why} {means}" if before else f"If yes: {small(means)}"
        several = f" or {features()[one.missing[0]].phrases[_raising(one)]}" in one.needs
        text = features()[one.missing[0]].question if several else one.needs
        asked[key] = Question(key, f"{capital(text)}?", why)
    return list(asked.values())


def _raising(flag: RedFlag) -> str:
    """The answer that would raise a flag which lacks one finding."""
    rows = (row for row in records("red_flag_rules") if (row["flag"], row["name"]) == (flag.flag, flag.missing[0]))
    return next(row["value"].split()[0] for row in rows)


def notice(flags: Iterable[RedFlag]) -> str:
    """What is raised as HTML: why, in one sentence, and all that is done at once; "" when there is nothing.

    What else is known of the danger stands in ``data/red_flags.csv``: a notice is read in a hurry.
    """
    lines = [
        f"**{page.literal(one.label)}** ({URGENCIES[one.urgency]}), because: {page.literal(one.because)}. "
        f"{page.literal(f'{_first(one.why)} {one.at_once}')} {links(one.source)}"
        for one in flags
        if one.raised
    ]
    return page.notice(TITLE, lines) if lines else ""


def _first(words: str) -> str:
    """The first sentence.

    >>> _first("Falls to 0.5 or less. It may go on falling."), _first("Bleeding.")
    ('Falls to 0.5 or less.', 'Bleeding.')
    """
    return re.split(r"(?<=[.!?]) (?=[A-Z])", words, maxsplit=1)[0]


def spoken(flags: Iterable[RedFlag]) -> str:
    """What is raised, in a sentence for a panel's status; "" when nothing is."""
    names = [small(one.label) for one in flags if one.raised]
    return f"Red flag{'s' if len(names) > 1 else ''}: {'; '.join(names)}." if names else ""


@dataclass(frozen=True)
class _Judged:
    """What is known of a person, the answers included, and what follows."""

    questions: list[Question]
    findings: Findings
    flags: tuple[RedFlag, ...]


class HasRedFlags(traitlets.HasTraits):
    """A panel that shows a count: its red flags, and the answers to the questions that would raise one."""

    answers = traitlets.Dict(help="question -> yes or no; what was not answered is not in it")
    reference: Reference = DEFAULT_REFERENCE
    _last: tuple[tuple, _Judged] | None = None

    def flagged(self) -> tuple[BloodCount, dict[str, str]]:
        """The count whose flags are shown, and what is known beside it."""
        raise TypeError(f"{type(self).__name__} shows no count: a panel with red flags defines flagged.")

    def asked(self) -> list[Question]:
        """The questions, answered or not."""
        return self._judged().questions

    def findings(self) -> Findings:
        """What is known, with what was answered."""
        return self._judged().findings

    def red_flags(self) -> tuple[RedFlag, ...]:
        """The red flags, with what was answered: raised ones first."""
        return self._judged().flags

    def _judged(self) -> _Judged:
        """All of it, worked out once for each count and answer."""
        state = (*self.flagged(), dict(self.answers))
        if self._last is None or self._last[0] != state:
            self._last = state, self._judge(*state)
        return self._last[1]

    def _judge(self, count: BloodCount, said: dict[str, str], answers: dict[str, str]) -> _Judged:
        found = Findings(count, said, self.reference)
        flags = red_flags(found)
        asked = to_ask(flags)
        told: dict[str, str] = {}
        for one in asked:
            feature, value = one.said
            answer = value if answers.get(one.key) == YES else answers.get(one.key)
            if answer in features()[feature].answers:
                told[feature] = answer
        if told:
            found = Findings(count, said | told, self.reference)
            flags = red_flags(found)
        return _Judged(asked, found, flags)

    def alert(self) -> str:
        """What is raised, as HTML."""
        return notice(self.red_flags())

    def warning(self) -> str:
        """What is raised and asked, in words that stay while a value moves: they are read aloud when they change."""
        ask = [one.text for one in self.asked() if not self.answers.get(one.key)]
        return " ".join(filter(None, (spoken(self.red_flags()), *ask)))

    def banner(self) -> str:
        """What is raised and what is still to be asked, as HTML for where there is no kernel."""
        ask = [page.literal(f"{one.text} {one.why}") for one in self.asked() if not self.answers.get(one.key)]
        return self.alert() + (page.notice(ASK, ask, "?") if ask else "")

    def alarm(self) -> dict[str, Any]:
        """What is raised and what is asked, as :meth:`helpers.panels.controls.Words.show` takes it."""
        questions = [asdict(one) for one in self.asked()]
        return {"alert": self.alert(), "warning": self.warning(), "questions": questions}
