"""The test, taken three times: before the course, after it, and three weeks later; each time another form of it.

It measures, so there are no hints, and each form is handed in once. Which form comes first is drawn from the
learner's random name. What is chosen is kept as it is typed, so that it can be stopped and gone on with; all answers
are recorded together, before anything is said to them. The first time it is only said how many are right: its
solutions come with those of the second time, so that it measures and does not teach.

>>> after()
Form(Twenty-four questions after the course: 24 questions)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import traitlets

from helpers import page
from helpers.cards import card
from helpers.cards.card import Card
from helpers.cards.on_page import keep_up, refresh_all
from helpers.cards.progress_page import day
from helpers.cards.static_fallback import RUN, StaticFallback
from helpers.evidence import cite, constant
from helpers.questions import bank
from helpers.questions.exercise import CANNOT_TELL, MARKS_SAID, RIGHT, SIGNS, TEST, UNANSWERED, WORDS, Exercise, mark
from helpers.questions.judge import judge
from helpers.record.journey import order_of_forms
from helpers.record.restore import SESSION
from helpers.record.session import ANSWERED, Event, Session, Work, drawn_in, plain

HERE = Path(__file__).parent
MINUTES = 30

FIRST, SECOND, THIRD = "first", "second", "third"
"""The three times the test is taken."""
TITLES = {
    FIRST: "Twenty-four questions before you begin",
    SECOND: "Twenty-four questions after the course",
    THIRD: "Twenty-four questions three weeks later",
}
WHEN_EXPLAINED = {
    FIRST: "How many are right is said then; each is explained after the second time, so that this one only measures.",
    SECOND: "Each is explained then, and those of the first time with them.",
    THIRD: "Each is explained then. What is left after three weeks is what was learned.",
}


def form_of(sitting: str, session: Session) -> str:
    """Which form a learner takes at a sitting: the one handed in then, or else the next that their name draws."""
    kept = {form: session.work(bank.exercises(form)[-1].id).last for form in bank.FORMS}
    sat = {form: last.shown.get("sitting") for form, last in kept.items() if last is not None}
    taken = {sitting: form for form, sitting in sat.items() if sitting in TITLES}  # not in a test of an earlier course
    rest = [form for form in order_of_forms(session.learner()) if form not in taken.values()]
    return {name: taken[name] if name in taken else rest.pop(0) for name in TITLES}[sitting]


class Form(StaticFallback):
    """The test, taken once.

    Args:
        sitting: :data:`FIRST`, :data:`SECOND` or :data:`THIRD`.
        session: where the answers go.
    """

    _esm = card.view("form")
    _css = HERE / "card.css"

    label = traitlets.Unicode("").tag(sync=True)
    intro = traitlets.Unicode("").tag(sync=True)
    """HTML above the button that begins."""
    questions = traitlets.List().tag(sync=True)
    """What is asked, as cards show it; holds no answer."""
    drafts = traitlets.Dict().tag(sync=True)
    """Question to what is chosen now."""
    confidences = traitlets.Dict().tag(sync=True)
    """Question to how sure the learner is of it, 0 to 1."""
    report = traitlets.Unicode("").tag(sync=True)
    """HTML: what is said to the answers; empty until they are handed in."""
    closed = traitlets.Bool(False).tag(sync=True)
    """It is not offered yet."""
    trouble = traitlets.Unicode("").tag(sync=True)

    def __init__(self, sitting: str, session: Session = SESSION) -> None:
        self.sitting, self.session = sitting, session
        self.exercises = bank.exercises(form_of(sitting, session))
        self.title = TITLES[sitting]
        super().__init__(label=self.title)
        self.refresh()
        self.observe(self._drafted, ["drafts", "confidences"])
        self.on_msg(self._asked)

    def words(self) -> str:
        """What it is, before it begins."""
        areas = ", ".join(dict.fromkeys(one.area.lower() for one in self.exercises))
        return (
            f"**{self.title}**, about {MINUTES} minutes: {areas}. Nothing is said until you hand in all of them. "
            f"{WHEN_EXPLAINED[self.sitting]} Leave open what you do not know. You can stop and go on later."
            f"\n\n{MARKS_SAID}"
        )

    def refresh(self) -> None:
        """Show what the record holds now."""
        for form in bank.FORMS:
            self.session.look_again(bank.exercises(form)[-1].id)
        self.exercises = [self._of_form(one) for one in bank.exercises(form_of(self.sitting, self.session))]
        works = {one.id: self.session.look_again(one.id) for one in self.exercises}
        self.questions = [card.in_order(one, card.asked(one, TEST), self.session.seed(one)) for one in self.exercises]
        self.confidences = {id: work.confidence for id, work in works.items() if work.confidence is not None}
        self.drafts = {id: work.draft for id, work in works.items() if work.draft is not None}
        self.report = self._report() if self.handed_in(self.sitting) else ""
        opens = self.opens()
        late = self.sitting == THIRD and not self.report
        self.closed = late and (opens is None or opens > datetime.now(UTC))
        self.intro = page.text(f"{self.words()}{self.too_early()}{self.kept_before()}")
        self.trouble = page.escape(self.session.trouble())

    def _of_form(self, one: Exercise) -> Exercise:
        """A question with the values of this learner's form: drawn, so that no two learners need have the same."""
        last = self.session.work(one.id).last
        return bank.round_of(one, self.session.learner(), 1, drawn_in(last))

    def handed_in(self, sitting: str) -> bool:
        """Whether the test was handed in at a sitting."""
        return self._last(sitting) is not None

    def _last(self, sitting: str) -> Event | None:
        """The last answer of a sitting that was handed in."""
        last = self.session.work(bank.exercises(form_of(sitting, self.session))[-1].id).last
        return last if last is not None and last.shown.get("sitting") == sitting else None

    def opens(self) -> datetime | None:
        """From when on it is offered: the third time some weeks after the second; None: now, or not known yet."""
        second = self._last(SECOND)
        return second.time + timedelta(days=constant("late_test_after_d")) if self.sitting == THIRD and second else None

    def kept_before(self) -> str:
        """How many of its questions were answered in a test of an earlier course; "" if none was."""
        kept = sum(self.session.work(one.id).last is not None for one in self.exercises)
        if self.report or not kept:
            return ""
        return f"\n\n{kept} of these questions you answered in an earlier test of this course: your answers are kept."

    def too_early(self) -> str:
        """For the later times: what comes before, how much of the course is still open, or when it is offered."""
        if self.sitting == FIRST:
            return ""
        if self.sitting == THIRD:
            opens = self.opens()
            if opens is None:
                return "\n\n**Not yet:** this comes three weeks after the questions at the end of the course."
            return f"\n\n**Not yet:** it is offered from {day(opens.astimezone().date())} on." if self.closed else ""
        asked = [one.id for name in bank.notebooks() for one in bank.exercises(name)]
        left = len(set(asked) - self.session.solved())
        if not left:
            return ""
        return (
            f"\n\n**Not yet:** these are for after the course, and {left} of its {len(asked)} questions are not right "
            "so far. Answered now, they tell nothing about what you learned."
        )

    def doubts(self, drafts: Mapping[str, Any]) -> str:
        """Which questions are open, and which answers cannot be read; "" if there are none."""
        verdicts = [judge(one, plain(drafts.get(one.id))) for one in self.exercises]
        numbered = list(enumerate(verdicts, start=1))
        open_ones = [str(at) for at, one in numbered if one.status == UNANSWERED]
        odd = [f"{at}: {one.feedback}" for at, one in numbered if one.status == CANNOT_TELL]
        said = [f"Not answered: {', '.join(open_ones)}."] if open_ones else []
        said += [f"Cannot be read: {' '.join(odd)}"] if odd else []
        return " ".join([*said, "Press Hand in once more to hand in all the same."]) if said else ""

    def hand_in(self, drafts: Mapping[str, Any], confidences: Mapping[str, Any] | None = None) -> None:
        """Judge all answers, record them together, then show what is said to them; nothing happens a second time."""
        if self.report or self.closed:
            return
        events, verdicts, sure = [], {}, confidences or {}
        for one, question in zip(self.exercises, self.questions, strict=True):
            draft = plain(drafts.get(one.id))
            verdict = judge(one, draft)
            verdicts[one.id] = (draft, verdict)
            shown = card.shown_in(one, question, self.session.work(one.id)) | {"sitting": self.sitting}
            said, confidence = (verdict.status, verdict.misconception), card.probability(sure.get(one.id))
            events.append(
                Event(one.id, ANSWERED, draft, *said, confidence=confidence, version=bank.version(one), shown=shown)
            )
        self.session.publish(*events)
        for event in events:
            draft, verdict = verdicts[event.exercise]
            self.session.change(event.exercise, draft=draft, verdict=verdict, last=event)
        self.drafts = {id: draft for id, (draft, _) in verdicts.items() if draft is not None}
        self.report = self._report()
        self.trouble = page.escape(self.session.trouble())

    def _drafted(self, _: Any) -> None:
        if self.report:
            return
        for one in self.exercises:
            draft = self.drafts.get(one.id)
            parts = {"draft": draft, "confidence": card.probability(self.confidences.get(one.id))}
            work = self.session.work(one.id)
            if (work.draft, work.confidence) != tuple(parts.values()):
                self.session.drafted(one.id, **parts)

    def _asked(self, _: Any, message: Any, __: Any) -> None:
        match message:
            case {"do": "hand in", "drafts": dict(drafts)}:
                doubts = "" if message.get("sure") is True else self.doubts(drafts)
                if not doubts:
                    cite(" ".join(key for one in self.exercises for key in one.sources))
                    sure = message.get("confidences")
                    self.hand_in(drafts, sure if isinstance(sure, dict) else {})
                    refresh_all(but=Card)
                self.send({"doubts": doubts})

    # --- what is said ---

    def _report(self) -> str:
        said = [self._said(one) for one in self.exercises]
        right = sum(status == RIGHT for status, _ in said)
        works = [self.session.work(one.id) for one in self.exercises]
        parts = sum(work.verdict.credit for work in works if work.verdict)
        with_parts = f" ({parts:.1f} with what is partly right)" if parts - right >= 0.05 else ""
        marks = [mark(work.last.verdict == RIGHT, work.last.confidence) for work in works if _counts(work)]
        certain = f" By how sure you were: {sum(marks)} of {3 * len(said)} marks." if any(marks) else ""
        score = f"{right} of {len(said)} are right{with_parts}.{certain}"
        if self.sitting == FIRST and not self.handed_in(SECOND):
            later = "Each is explained after the second time, so that this one measures what you brought along."
            return f"<p><strong>{page.escape(score)}</strong> {page.escape(later)}</p>"
        why = "Click a line to see why. *Where you stand*, above, keeps the result."
        return f"<p><strong>{page.escape(score)}</strong> {page.inline(why)}</p>{''.join(html for _, html in said)}"

    def _said(self, one: Exercise) -> tuple[str, str]:
        work = self.session.work(one.id)
        verdict, status = work.verdict, work.last.verdict if work.last else UNANSWERED
        words = "Not answered" if status == UNANSWERED else WORDS[status]
        sign = f'<span class="sign" aria-hidden="true">{SIGNS[status]}</span>'
        feedback = page.text(verdict.feedback) if verdict and status not in (UNANSWERED, RIGHT) else ""
        answer = f"<p>Your answer: {page.escape(one.asks.words(work.draft))}</p>" if status != UNANSWERED else ""
        changed = "<p>This question has changed since you handed it in.</p>" if work.changed else ""
        return status, (
            f"<details><summary>{sign} <strong>{words}</strong>: {page.inline(one.objective)}</summary>"
            f"{page.text(one.prompt)}{one.asks.shown()}{changed}{answer}{feedback}{card.solution(one)}</details>"
        )

    # --- showing it ---

    def twin(self) -> str:
        """What it is, for where there is no kernel; neither questions nor answers."""
        live = f"<p><em>{RUN}</em></p>"
        return f'<section class="course-card">{page.text(self.words())}{live}</section>'

    def __repr__(self) -> str:
        return f"Form({self.title}: {len(self.exercises)} questions)"


def _counts(work: Work) -> bool:
    """Whether an answer that was handed in is marked: one that was left open is not."""
    return work.last is not None and work.last.verdict != UNANSWERED


_forms: dict[str, Form] = {}


def _form(sitting: str) -> Form:
    form = _forms.get(sitting)
    if form is None or form.comm is None:
        form = _forms[sitting] = keep_up(Form(sitting))
    else:
        form.refresh()
    return form


def before() -> Form:
    """The test before the course."""
    return _form(FIRST)


def after() -> Form:
    """The test after the course: a parallel form."""
    return _form(SECOND)


def later() -> Form:
    """The test three weeks after that: the third form."""
    return _form(THIRD)
