"""The tests before and after the course: twelve questions one by one, with nothing said until all are handed in.

They measure, so there are no hints, and each is handed in once. What is chosen is kept as it is typed; all answers of a
test are recorded together, before anything is said to them.

>>> before()
>>> after()
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import traitlets

from helpers.evidence import cite, questions
from helpers.exercises import bank, card
from helpers.exercises.bank import Exercise
from helpers.exercises.card import SIGNS, WORDS
from helpers.exercises.judge import RIGHT, UNANSWERED, item_text, judge, menu
from helpers.exercises.resume import SESSION
from helpers.exercises.session import ANSWERED, Event, Session, plain
from helpers.exercises.standing import AFTER, BEFORE
from helpers.exercises.twinned import Twinned
from helpers.pictures import page

HERE = Path(__file__).parent
MINUTES = 15


class Form(Twinned):
    """A test.

    Args:
        name: ``"forms/before"`` or another of :func:`helpers.exercises.bank.forms`.
        session: where the answers go.
    """

    _esm = card.view("kinds.js", "form.js")
    _css = HERE / "card.css"

    label = traitlets.Unicode("").tag(sync=True)
    intro = traitlets.Unicode("").tag(sync=True)
    """HTML above the button that begins."""
    questions = traitlets.List().tag(sync=True)
    """What is asked, as cards show it; holds no answer."""
    drafts = traitlets.Dict().tag(sync=True)
    """Question to what is chosen now."""
    report = traitlets.Unicode("").tag(sync=True)
    """HTML: what is said to the answers; empty until they are handed in."""
    trouble = traitlets.Unicode("").tag(sync=True)

    def __init__(self, name: str, session: Session = SESSION) -> None:
        self.name, self.session = name, session
        self.exercises = bank.exercises(name)
        self.title = str(questions(name)["title"])
        super().__init__(
            label=self.title,
            intro=page.text(self.words()),
            questions=[card.asked(one, "test") for one in self.exercises],
        )
        self.look_again()
        self.observe(self._drafted, "drafts")
        self.on_msg(self._asked)

    def words(self) -> str:
        """What it is, before it begins."""
        areas = ", ".join(dict.fromkeys(one.area.lower() for one in self.exercises))
        return (
            f"**{self.title}**, about {MINUTES} minutes: {areas}. Nothing is said until you hand in all of them; then "
            "each is explained. Leave open what you do not know. You can stop and go on later."
        )

    def look_again(self) -> None:
        """Show what the record holds now."""
        works = {one.id: self.session.look_again(one.id) for one in self.exercises}
        self.drafts = {id: work.draft for id, work in works.items() if work.draft is not None}
        self.report = self._report() if any(work.last for work in works.values()) else ""
        self.trouble = page.escape(self.session.trouble())

    def hand_in(self, drafts: Mapping[str, Any]) -> None:
        """Judge all answers, record them together, then show what is said to them; nothing happens a second time."""
        if self.report:
            return
        events, verdicts = [], {}
        for one in self.exercises:
            draft = plain(drafts.get(one.id))
            verdict = judge(one, draft)
            verdicts[one.id] = (draft, verdict)
            version = bank.version(one)
            events.append(Event(one.id, ANSWERED, draft, verdict.status, verdict.misconception, version=version))
        self.session.tell(*events)
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
            if draft != self.session.work(one.id).draft:
                self.session.drafted(one.id, draft=draft)

    def _asked(self, _: Any, message: Any, __: Any) -> None:
        match message:
            case {"do": "hand in", "drafts": dict(drafts)}:
                cite(" ".join(key for one in self.exercises for key in one.sources))
                self.hand_in(drafts)

    # --- what is said ---

    def _report(self) -> str:
        said = [self._said(one) for one in self.exercises]
        right = sum(status == RIGHT for status, _ in said)
        lead = f"{right} of {len(said)} are right. Open a line to see why; where you stand, above, shows it too."
        return f"<p><strong>{page.escape(lead)}</strong></p>{''.join(html for _, html in said)}"

    def _said(self, one: Exercise) -> tuple[str, str]:
        work = self.session.work(one.id)
        verdict, status = work.verdict, work.last.verdict if work.last else UNANSWERED
        words = "Not answered" if status == UNANSWERED else WORDS[status]
        sign = f'<span class="sign" aria-hidden="true">{SIGNS[status]}</span>'
        feedback = page.text(verdict.feedback) if verdict and status not in (UNANSWERED, RIGHT) else ""
        answer = f"<p>Your answer: {page.escape(answer_words(one, work.draft))}</p>" if status != UNANSWERED else ""
        changed = "<p>This question has changed since you handed it in.</p>" if work.changed else ""
        return status, (
            f"<details><summary>{sign} <strong>{words}</strong>: {page.inline(one.objective)}</summary>"
            f"{page.text(one.prompt)}{card.count_table(one)}{changed}{answer}{feedback}{card.solution(one)}</details>"
        )

    # --- showing it ---

    def twin(self) -> str:
        """What it is, for where there is no kernel; neither questions nor answers."""
        live = "<p><em>Open the notebook live to answer.</em></p>"
        return f'<section class="course-card">{page.text(self.words())}{live}</section>'

    def __repr__(self) -> str:
        return f"Form({self.title}: {len(self.exercises)} questions)"


def answer_words(exercise: Exercise, answer: Any) -> str:
    """An answer as one would say it: the words of what was chosen."""
    options = {option.key: option.text for option in exercise.options}
    if isinstance(answer, Mapping) and exercise.kind == "number":
        return " ".join(str(part) for part in (answer.get("amount"), answer.get("unit") or exercise.unit) if part)
    if isinstance(answer, Mapping):
        keys = [item.key for item in exercise.items if item.key in answer]
        offered = {key: menu(exercise, key) if exercise.kind == "grade" else options for key in keys}
        return "; ".join(f"{item_text(exercise, key)}: {_named(offered[key], answer[key])}" for key in keys)
    names = options | {item.key: item.text for item in exercise.items}
    return "; ".join(_named(names, key) for key in (answer if isinstance(answer, list) else [answer]))


def _named(names: Mapping[str, str], key: Any) -> str:
    return str(names.get(key, key) if isinstance(key, str) else key)


_forms: dict[str, Form] = {}


def _form(name: str) -> Form:
    form = _forms.get(name)
    if form is None or form.comm is None:
        form = _forms[name] = Form(name)
    else:
        form.look_again()
    return form


def before() -> Form:
    """The test before the course."""
    return _form(BEFORE)


def after() -> Form:
    """The test after the course, parallel to the one before."""
    return _form(AFTER)
