"""The card: one question on the page, with its controls, its hints and what the judge says.

The model is plain traits and works without a kernel or a browser; ``card.js`` only shows it. The page is never told the
right answer, the hints or the solution before they are due: they travel when they are asked for.

>>> card = Card(exercise("grading-03"), Session())
>>> card.check("b")
>>> card.verdict["status"]
'not yet'
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import traitlets

from helpers.blood.units import ANALYTES, pretty, show
from helpers.evidence import cite, source
from helpers.exercises import resume
from helpers.exercises.bank import Exercise, exercise, version
from helpers.exercises.judge import CANNOT_TELL, NOT_YET, RIGHT, UNANSWERED, Verdict, item_text, judge, menu
from helpers.exercises.resume import SESSION
from helpers.exercises.rules import blood_count
from helpers.exercises.session import Session, Work
from helpers.exercises.twinned import Twinned
from helpers.pictures import page

HERE = Path(__file__).parent


def view(*names: str) -> str:
    """The page's half of a widget: what all of them share, then its own files."""
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in ("paper.js", *names))


WORDS = {RIGHT: "Right", NOT_YET: "Not yet", CANNOT_TELL: "Cannot tell", UNANSWERED: "Not answered yet"}
SIGNS = {RIGHT: "✓", NOT_YET: "✎", CANNOT_TELL: "?", UNANSWERED: "…"}

CONFIDENCE = {"0.25": "guessing", "0.5": "half sure", "0.75": "fairly sure", "0.9": "sure", "0.99": "certain"}
"""How sure one can be of an answer, as the probability that it is right."""

HOW = {
    "choice": "Choose one.",
    "several": "More than one may be right.",
    "number": "Type your result.",
    "ordering": "Move the lines up and down.",
    "matching": "Choose one for each line.",
    "grade": "Choose a grade for each line.",
    "code": "Write your code in the cell below, then run it.",
}


class Card(Twinned):
    """One exercise on the page.

    Args:
        exercise: the question.
        session: where the learner's work is kept; a new card of the same exercise takes up what is there.
        part: ``"whole"``, or for code ``"task"`` (the question above the cell) or ``"check"`` (the feedback below it).
    """

    _esm = view("kinds.js", "card.js")
    _css = HERE / "card.css"

    question = traitlets.Dict().tag(sync=True)
    """What is asked, as the page shows it; holds no answer."""
    draft = traitlets.Any(None, allow_none=True).tag(sync=True)
    """What is typed or chosen now, in the shape the judge takes; None: untouched."""
    confidence = traitlets.Float(None, allow_none=True).tag(sync=True)
    hints = traitlets.List(traitlets.Unicode()).tag(sync=True)
    """The hints asked for so far, as HTML."""
    attempts = traitlets.Int(0).tag(sync=True)
    verdict = traitlets.Dict().tag(sync=True)
    """``status``, ``word``, ``sign``, ``html`` and ``notes`` (HTML by key); empty before the first check."""
    solution = traitlets.Unicode("").tag(sync=True)
    """HTML; empty until it may be seen and was asked for."""
    before = traitlets.Unicode("").tag(sync=True)
    """HTML: what was answered in earlier days, where the card does not show it by itself."""
    trouble = traitlets.Unicode("").tag(sync=True)
    """HTML: why nothing is being saved; empty while all is well."""
    reminder = traitlets.Unicode("").tag(sync=True)
    """HTML: to take the record along before leaving; empty while there is no need."""

    def __init__(self, exercise: Exercise, session: Session = SESSION, part: str = "whole") -> None:
        self.exercise, self.session, self.part = exercise, session, part
        self._parcel = resume.Parcel("", b"")
        super().__init__(question=asked(exercise, part), **self._shown(session.work(exercise.id)))
        if part == "whole":
            self.observe(lambda _: session.drafted(exercise.id, draft=self.draft), "draft")
            self.observe(lambda _: session.drafted(exercise.id, confidence=self.confidence), "confidence")
        self.on_msg(self._asked)

    def _shown(self, work: Work) -> dict[str, Any]:
        return {
            "draft": work.draft if self.part == "whole" else None,
            "confidence": work.confidence,
            "hints": [page.text(hint) for hint in self.exercise.hints[: work.hints]],
            "attempts": work.attempts,
            "verdict": said(work.verdict) if work.verdict else {},
            "solution": solution(self.exercise) if work.revealed else "",
            "before": _before(work, self.part),
            "trouble": page.escape(self.session.trouble()),
        }

    def refresh(self) -> None:
        """Show what the session holds."""
        with self.hold_trait_notifications():
            for name, shown in self._shown(self.session.work(self.exercise.id)).items():
                setattr(self, name, shown)

    def check(self, answer: Any, confidence: float | None = None, kept: Any = None) -> None:
        """Judge an answer, record it, then show the feedback.

        Args:
            answer: in the shape :func:`helpers.exercises.judge.judge` takes.
            confidence: how sure the learner is, 0 to 1.
            kept: what the record keeps in place of the answer (code: the cell's source).
        """
        id = self.exercise.id
        if self.exercise.kind == "code":
            self.session.change(id, draft=kept)
        else:
            self.session.change(id, draft=answer, confidence=_probability(confidence))
        verdict = judge(self.exercise, answer)
        self.session.answered(id, answer if kept is None else kept, verdict, version(self.exercise))
        self.refresh()
        if verdict.status != UNANSWERED and self.session is SESSION and resume.remind():
            self.reminder = page.text(resume.BEFORE_LEAVING)
        self.send({"checked": verdict.status})

    def hint(self) -> None:
        """Show the next hint."""
        self.session.hint(self.exercise.id, most=len(self.exercise.hints))
        self.refresh()

    def reveal(self) -> None:
        """Show the solution; nothing happens before an attempt."""
        if self.session.work(self.exercise.id).attempts:
            self.session.reveal(self.exercise.id)
            self.refresh()

    def again(self) -> None:
        """Begin anew, from an untouched card; what was answered stays in the record."""
        self.session.again(self.exercise.id)
        self.refresh()

    def _asked(self, _: Any, message: Any, __: Any) -> None:
        match message:
            case {"do": "check", "answer": answer}:
                self.check(answer, message.get("confidence"))
            case {"do": "hint"}:
                self.hint()
            case {"do": "solution"}:
                self.reveal()
            case {"do": "again"}:
                self.again()
            case {"do": "take along", "at": int(at)}:
                if at == 0:
                    self._parcel = resume.parcel("json")
                self._parcel.send(self, at)

    def twin(self) -> str:
        """The question as plain HTML: what is asked and what there is to choose from, without answers."""
        return _twin(self.exercise, self.question, self.part)

    def __repr__(self) -> str:
        return f"Card({self.exercise.id}, {self.exercise.kind}{'' if self.part == 'whole' else ', ' + self.part})"


def _probability(confidence: Any) -> float | None:
    known = isinstance(confidence, int | float) and 0 <= confidence <= 1
    return float(confidence) if known else None


def asked(exercise: Exercise, part: str) -> dict[str, Any]:
    """What the page is told about an exercise. Built key by key, so that no answer slips in."""
    return {
        "id": exercise.id,
        "kind": exercise.kind,
        "part": part,
        "prompt": page.text(exercise.prompt),
        "how": HOW[exercise.kind],
        "count": count_table(exercise),
        "options": [{"key": option.key, "html": page.inline(option.text)} for option in exercise.options],
        "items": [_asked_item(exercise, item.key) for item in exercise.items],
        "needs_unit": bool(exercise.analyte),
        "units": [[unit, pretty(unit)] for unit in exercise.units],
        "unit": exercise.unit,
        "hints": len(exercise.hints),
        "confidence": CONFIDENCE if exercise.confidence else {},
    }


def _asked_item(exercise: Exercise, key: str) -> dict[str, Any]:
    text = item_text(exercise, key)
    if exercise.kind == "grade":
        choices = dict(menu(exercise, key))
    else:
        choices = {option.key: option.text for option in exercise.options}
    return {
        "key": key,
        "html": page.inline(text),
        "text": text,
        "choices": [[key, words] for key, words in choices.items()],
    }


def count_table(exercise: Exercise) -> str:
    """The count to be graded, as a table, in the course's units with the conventional ones beside them."""
    if exercise.kind != "grade":
        return ""
    count = blood_count(exercise.count, exercise.patient)
    rows = [
        (ANALYTES[name].label, show(value.amount, name))
        for name, value in count.values.items()
        if value.amount is not None
    ]
    words = ", ".join(count.person.words()) or "age and sex not stated"
    caption = f"{exercise.patient + ', ' if exercise.patient else ''}{words}"
    return page.table(pd.DataFrame(rows, columns=["", "value"]).set_index("").rename_axis("measured"), caption=caption)


def said(verdict: Verdict) -> dict[str, Any]:
    words = verdict.feedback
    if verdict.status == UNANSWERED:
        words = words.removeprefix("Not answered yet.").strip()
    return {
        "status": verdict.status,
        "word": WORDS[verdict.status],
        "sign": SIGNS[verdict.status],
        "html": page.text(words),
        "notes": {key: page.inline(note) for key, note in verdict.notes.items()},
    }


def solution(exercise: Exercise) -> str:
    code = f"\n\n```python\n{exercise.code.strip()}\n```" if exercise.code else ""
    sources = [source(key) for key in exercise.sources]
    links = ", ".join(page.link(one.short, one.link) if one.link else one.short for one in sources)
    return page.text(f"{exercise.solution.strip()}{code}\n\nSource: {links}")


_AGES_AGO = "%d %B %Y"


def _before(work: Work, part: str) -> str:
    """What the record holds of an answer that the card does not show."""
    if work.last is None:
        return ""
    day = f"{work.last.time.astimezone():{_AGES_AGO}}"
    if work.changed:
        return (
            f"<p>This question has changed since you answered it on {day}. Your answer then stays in your record.</p>"
        )
    if part != "check" or work.verdict is None or work.verdict.status != UNANSWERED:
        return ""
    word = WORDS.get(work.last.verdict, "").lower()
    return f"<p>Your code of {day} ({word}):</p><pre><code>{page.escape(work.last.answer)}</code></pre>"


def _twin(exercise: Exercise, question: dict[str, Any], part: str) -> str:
    name = page.escape(exercise.id)
    if part == "check":
        words = f"<p><strong>Not answered yet</strong> ({name}). Open the notebook live to answer.</p>"
        return f'<section class="course-card">{words}</section>'
    lines = [option["html"] for option in question["options"]]
    if exercise.kind in ("ordering", "matching", "grade"):
        lines = [item["html"] for item in question["items"]] + (
            [f"to choose from: {'; '.join(lines)}"] if lines else []
        )
    if exercise.kind == "number":
        lines = []
    listed = f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>" if lines else ""
    return (
        f'<section class="course-card"><p><strong>Question</strong> {name}</p>'
        f"{question['prompt']}{question['count']}{listed}"
        f"<p><em>{page.escape(question['how'])} Open the notebook live to answer.</em></p></section>"
    )


_cards: dict[tuple[str, str], Card] = {}


def _card(id: str, part: str) -> Card:
    """The card of an exercise in this kernel: the same one whenever it is asked for again."""
    SESSION.look_again(id)
    card = _cards.get((id, part))
    if card is None or card.comm is None:
        card = _cards[id, part] = Card(exercise(id), SESSION, part)
    else:
        card.refresh()
    cite(" ".join(card.exercise.sources))
    return card


def refresh_all() -> None:
    """Let every card of this kernel show what the record holds now."""
    for (id, _), card in _cards.items():
        SESSION.look_again(id)
        card.refresh()


def ask(id: str) -> Card:
    """A question as a card. Asking again shows it as it was left.

    Args:
        id: e.g. ``"grading-03"``.

    Raises:
        KeyError: there is no such exercise.
    """
    return _card(id, "task" if exercise(id).kind == "code" else "whole")


def check(id: str, value: Any) -> Card:
    """Feedback on an answer worked out in code.

    Args:
        id: an exercise of the kind code.
        value: the learner's answer; ``...`` (as the cell comes) means not answered yet.

    Raises:
        KeyError: there is no such exercise.
        ValueError: the exercise is answered on its card, not in code.
    """
    if exercise(id).kind != "code":
        raise ValueError(f"{id} is answered on its card: ask({id!r}) shows it.")
    card = _card(id, "check")
    card.check(value, kept=_cell_source(value))
    return card


def _cell_source(value: Any) -> str:
    """The source of the cell that runs now; where there is none, the start of the value as text."""
    from IPython import get_ipython

    shell = get_ipython()
    cells = shell.user_ns.get("In", []) if shell else []
    return str(cells[-1]) if cells else type(value).__name__
