"""Red flags on a panel: what cannot wait stands first, and the one question that would raise a flag can be answered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import traitlets

from helpers import page
from helpers.blood.core.count import BloodCount
from helpers.blood.core.criteria import word
from helpers.blood.grading.reference import DEFAULT_REFERENCE, Reference
from helpers.blood.search.causes import Findings, features
from helpers.blood.search.red_flags import URGENCIES, RedFlag, not_told, red_flags
from helpers.evidence import records
from helpers.wording import capital, links, listed, small, spelled

TITLE = "Red flag: this cannot wait for the cause"
ASK = "Ask now"
NO_FLAG = "No red flag in what is known so far."
YES, NO = "yes", "no"
_PLAIN = "border:1px solid rgba(128,128,128,.6);border-radius:4px;padding:5px 12px"
"""The frame of the line behind which questions are folded while nothing is raised."""


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
        key = f"{one.missing[0]}={_raising(one)}"
        before, means = asked.get(key), one.yes_means()
        if before and means in before.why:
            continue
        why = f"{before.why.rstrip('.')}; {means}." if before else f"If yes, {means}."
        several = f" or {features()[one.missing[0]].phrases[_raising(one)]}" in one.needs
        text = features()[one.missing[0]].question if several else one.needs
        asked[key] = Question(key, f"{capital(re.sub('^has ', 'has the person ', text))}?", why)
    return list(asked.values())


def _raising(flag: RedFlag) -> str:
    """The answer that would raise a flag which lacks one finding."""
    rows = (row for row in records("red_flag_rules") if (row["flag"], row["name"]) == (flag.flag, flag.missing[0]))
    return next(row["value"].split()[0] for row in rows)


def notice(flags: Iterable[RedFlag]) -> str:
    """What is raised as HTML: its value, how soon, the danger in one sentence, what is done; "" when there is nothing.

    The limits are folded away. What else is known of the danger stands in ``data/red_flags.csv``: a notice is read in
    a hurry.
    """
    raised = [one for one in flags if one.raised]
    if not raised:
        return ""
    lines = [
        f"**{page.literal(one.label)}**{_bracketed(one)}: **{URGENCIES[one.urgency]}**. "
        f"{page.literal(f'Danger: {small(_first(one.why))} {one.at_once}')} {links(one.source)}"
        for one in raised
    ]
    limits = [page.inline(page.literal(f"{one.label}: {one.because}.")) for one in raised if any(dict(one.found))]
    return page.notice(TITLE, lines) + (_folded("The values and their limits", limits) if limits else "")


def _bracketed(one: RedFlag) -> str:
    values = one.values(one.label)
    return f" ({page.literal(values)})" if values else ""


def _folded(title: str, items: Iterable[str]) -> str:
    lines = "".join(f"<li>{item}</li>" for item in items)
    return f"<details><summary>{page.escape(title)}</summary><ul>{lines}</ul></details>"


def _first(words: str) -> str:
    """The first sentence.

    >>> _first("Falls to 0.5 or less. It may go on falling."), _first("Bleeding.")
    ('Falls to 0.5 or less.', 'Bleeding.')
    """
    return re.split(r"(?<=[.!?]) (?=[A-Z])", words, maxsplit=1)[0]


def spoken(flags: Iterable[RedFlag], soon: bool = False) -> str:
    """What is raised, in a sentence, with how ``soon`` where that is asked for; "" when nothing is."""
    names = [f"{small(one.label)}{f' ({URGENCIES[one.urgency]})' if soon else ''}" for one in flags if one.raised]
    many = f"{capital(spelled(len(names)))} red flags" if len(names) > 1 else "Red flag"
    return f"{many}: {'; '.join(names)}." if names else ""


@dataclass(frozen=True)
class _Judged:
    """What is known of a person, the answers included, and what follows."""

    questions: list[Question]
    findings: Findings
    flags: tuple[RedFlag, ...]


class HasRedFlags(traitlets.HasTraits):
    """A panel that shows a count: its red flags, and the answers to the questions that would raise one."""

    answers = traitlets.Dict(help="question -> yes or no; what was not answered is not in it")
    urgent: bool = False
    """Whether what cannot wait is what the panel is about: it stands open. Else its headline stands, and opens it."""
    reference: Reference = DEFAULT_REFERENCE
    _last: tuple[tuple, _Judged] | None = None

    def flagged(self) -> tuple[BloodCount, dict[str, str]]:
        """The count whose flags are shown, and what is known beside it."""
        raise TypeError(f"{type(self).__name__} shows no count: a panel with red flags defines flagged.")

    def not_asked(self) -> tuple[str, ...]:
        """Keys of questions that the panel leaves out: what it is about, or another matter than its own."""
        return ()

    def asked(self) -> list[Question]:
        """The questions, answered or not."""
        return self._judged().questions

    def _open(self) -> list[Question]:
        return [one for one in self.asked() if not self.answers.get(one.key)]

    def findings(self) -> Findings:
        """What is known, with what was answered."""
        return self._judged().findings

    def red_flags(self) -> tuple[RedFlag, ...]:
        """The red flags, with what was answered: raised ones first."""
        return self._judged().flags

    def _judged(self) -> _Judged:
        """All of it, worked out once for each count and answer."""
        state = (*self.flagged(), dict(self.answers))
        seen = (*state, self.not_asked())
        if self._last is None or self._last[0] != seen:
            self._last = seen, self._judge(*state)
        return self._last[1]

    def _judge(self, count: BloodCount, said: dict[str, str], answers: dict[str, str]) -> _Judged:
        found = Findings(count, said, self.reference)
        flags = red_flags(found)
        asked = to_ask(flags)
        asked = [one for one in asked if one.key not in self.not_asked()]
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
        ask = [one.text for one in self._open()]
        return " ".join(filter(None, (spoken(self.red_flags()), *ask)))

    def no_warning(self) -> str:
        """What is read aloud once nothing is raised and asked any more: never more than what is known allows."""
        unknown = listed([word(name) for name in not_told(self.findings())])
        return f"{NO_FLAG} Not known: {unknown}." if unknown else NO_FLAG

    def to_be_asked(self) -> str:
        """What is still to be asked, as HTML for where there is no kernel; "" when there is nothing."""
        ask = [page.literal(f"{one.text} {one.why}") for one in self._open()]
        return page.notice(ASK, ask, "?") if ask else ""

    def what_cannot_wait(self) -> str:
        """What is raised and asked, as HTML for where there is no kernel: folded behind its headline, or open."""
        told, headline = f"{self.alert()}{self.to_be_asked()}", page.escape(self.headline())
        if self.urgent:
            return told
        if not told:
            return f"<p>{headline}</p>" if headline else ""
        sign, frame = ("\N{WARNING SIGN} ", page.FRAMED) if self.alert() else ("", _PLAIN)
        line = f'<strong><span aria-hidden="true">{sign}</span>{headline}</strong>'
        return f'<details style="{frame};margin:8px 0"><summary>{line}</summary>{told}</details>'

    def still_open(self) -> str:
        """That there are questions, in a sentence; "" when none is open."""
        many = len(self._open())
        if many < 2:
            return "One question is open: a yes would raise a red flag." if many else ""
        return f"{capital(spelled(many))} questions are open: a yes to one of them would raise a red flag."

    def headline(self) -> str:
        """What is raised by its name, how soon, and that there are questions, in one line; "" when there is nothing."""
        return " ".join(filter(None, (spoken(self.red_flags(), soon=True), self.still_open())))

    def alarm(self) -> dict[str, Any]:
        """What is raised and what is asked, as :meth:`helpers.panels.controls.Words.show` takes it."""
        questions, warning = [asdict(one) for one in self.asked()], self.warning()
        return {
            "alert": self.alert(),
            "warning": warning,
            "no_warning": "" if warning else self.no_warning(),
            "questions": questions,
            "still_open": self.still_open(),
            "headline": self.headline(),
        }
