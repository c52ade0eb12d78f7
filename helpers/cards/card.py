"""The card: one question on the page, with its controls, its hints and what the judge says.

The model is plain traits and works without a kernel or a browser; ``card.js`` only shows it. The page is never told the
right answer, the hints or the solution before they are due: they travel when they are asked for.

>>> card = Card(exercise("start-01"), Session())
>>> card.check("iron")
>>> card.verdict["status"]
'not yet'
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import traitlets
from IPython import get_ipython

from helpers import page
from helpers.cards.on_page import keep_up
from helpers.cards.static_fallback import RUN, StaticFallback
from helpers.evidence import cite, source
from helpers.questions.bank import exercise, version, with_values
from helpers.questions.exercise import (
    CONFIDENCE,
    EXIT,
    MARKS_SAID,
    RIGHT,
    SIGNS,
    TEST,
    UNANSWERED,
    WORDS,
    Exercise,
    Verdict,
    mark,
    step_of,
)  # fmt: skip
from helpers.questions.judge import judge
from helpers.questions.kinds import KINDS
from helpers.questions.rounds import arranged, first_values, order
from helpers.record import restore
from helpers.record.restore import SESSION
from helpers.record.session import Session, Work

HERE = Path(__file__).parent


def view(name: str) -> str:
    """The page's half of a widget as one script: the controls of each kind of question, and its own file."""
    kinds = [kind for kind in KINDS if not KINDS[kind].in_code]
    files = (HERE / "kinds" / f"{kind}.js" for kind in kinds)
    return page.module(*files, f"const KINDS = {{ {', '.join(kinds)} }};", HERE / f"{name}.js")


class Card(StaticFallback):
    """One exercise on the page.

    Args:
        exercise: the question.
        session: where the learner's work is kept; a new card of the same exercise takes up what is there.
        part: ``"whole"``, or for code ``"task"`` (the question above the cell) or ``"check"`` (the feedback below it).
    """

    _esm = view("card")
    _css = HERE / "card.css"

    question = traitlets.Dict().tag(sync=True)
    """What is asked, as the page shows it; holds no answer."""
    draft = traitlets.Any(None, allow_none=True).tag(sync=True)
    """What is typed or chosen now, in the shape the judge takes; None: untouched."""
    confidence = traitlets.Float(None, allow_none=True).tag(sync=True)
    hints = traitlets.List(traitlets.Unicode()).tag(sync=True)
    """The hints asked for so far, as HTML."""
    attempts = traitlets.Int(0).tag(sync=True)
    solved = traitlets.Int(0).tag(sync=True)
    """At which attempt it was right first; it stays so, whatever is tried out afterwards. 0: at none."""
    verdict = traitlets.Dict().tag(sync=True)
    """``status``, ``word``, ``sign``, ``html`` and ``notes`` (HTML by key); empty before the first check."""
    checked = traitlets.Any(None, allow_none=True).tag(sync=True)
    """The answer that the verdict is about; over another one the page shows none."""
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
        self._download = restore.Download("", b"")
        super().__init__(**self._shown(session.work(exercise.id)))
        if part == "whole":
            self.observe(lambda _: session.drafted(exercise.id, draft=self.draft), "draft")
            self.observe(lambda _: session.drafted(exercise.id, confidence=self.confidence), "confidence")
        self.on_msg(self._asked)

    def _shown(self, work: Work) -> dict[str, Any]:
        self.exercise = self.session.round_of(self.exercise)
        return {
            "question": in_order(self.exercise, asked(self.exercise, self.part), self.session.seed(self.exercise)),
            "draft": work.draft if self.part == "whole" else None,
            "confidence": work.confidence,
            "hints": [page.text(hint) for hint in self.exercise.hints[: work.hints]],
            "attempts": work.attempts,
            "solved": work.solved,
            "verdict": said(work.verdict, _marked(self.exercise, work)) if work.verdict else {},
            "checked": work.checked if self.part == "whole" else None,
            "solution": solution(self.exercise) if work.revealed else "",
            "before": _before(work, self.part),
            "trouble": page.escape(self.session.trouble()),
        }

    def refresh(self) -> None:
        """Show what the record holds now."""
        self.session.look_again(self.exercise.id)
        self._show()

    def _show(self) -> None:
        """Show what the session holds."""
        with self.hold_sync(), self.hold_trait_notifications():
            for name, shown in self._shown(self.session.work(self.exercise.id)).items():
                setattr(self, name, shown)

    def check(self, answer: Any, confidence: float | None = None, kept: Any = None) -> None:
        """Judge an answer, record it, then show the feedback.

        Args:
            answer: in the shape :func:`helpers.questions.judge.judge` takes.
            confidence: how sure the learner is, 0 to 1.
            kept: what the record keeps in place of the answer (code: the cell's source).
        """
        id = self.exercise.id
        if self.exercise.asks.in_code:
            self.session.change(id, draft=kept)
        else:
            self.session.change(id, draft=answer, confidence=probability(confidence))
        verdict = judge(self.exercise, answer)
        if self.exercise.asks.in_code and verdict.status != RIGHT:
            verdict = replace(verdict, feedback=f"{verdict.feedback}{_spoiled(self.exercise)}")
        kept = answer if kept is None else kept
        shown = shown_in(self.exercise, self.question, self.session.work(id))
        self.session.answered(id, kept, verdict, version(self.exercise), shown)
        self._show()
        if verdict.status != UNANSWERED and self.session is SESSION and restore.remind():
            self.reminder = page.text(restore.BEFORE_LEAVING)
        self.send({"checked": verdict.status})

    def hint(self) -> None:
        """Show the next hint."""
        self.session.hint(self.exercise.id, most=len(self.exercise.hints))
        self._show()

    def reveal(self) -> None:
        """Show the solution; nothing happens before an attempt."""
        if self.session.work(self.exercise.id).attempts:
            self.session.reveal(self.exercise.id)
            self._show()

    def again(self) -> None:
        """Begin anew, from an untouched card; what was answered stays in the record."""
        self.session.again(self.exercise.id)
        self._show()

    def _asked(self, _: Any, message: Any, __: Any) -> None:
        """Do what the page asks for; each is answered by a message, for which the page waits."""
        match message:
            case {"do": "check", "answer": answer}:
                self.check(answer, message.get("confidence"))
            case {"do": "hint" | "solution" | "again" as asked_for}:
                {"hint": self.hint, "solution": self.reveal, "again": self.again}[asked_for]()
                self.send({"done": asked_for})
            case {"do": "take along", "at": int(at)}:
                if at == 0:
                    self._download = restore.download("json")
                self._download.send(self, at)

    def twin(self) -> str:
        """The question as plain HTML: what is asked and what there is to choose from, without answers."""
        first = exercise_of_bank(self.exercise)
        return _twin(first, asked(first, self.part), self.part)

    def __repr__(self) -> str:
        return f"Card({self.exercise.id}, {self.exercise.kind}{'' if self.part == 'whole' else ', ' + self.part})"


def exercise_of_bank(exercise: Exercise) -> Exercise:
    """A question in its first wording."""
    return with_values(exercise, first_values(exercise.family)) if exercise.family else exercise


def _spoiled(exercise: Exercise) -> str:
    """What to say where a learner's cells have changed what an answer is worked out from."""
    shell = get_ipython()
    names = exercise.asks.spoiled(shell.user_ns) if shell else []
    if not names:
        return ""
    words = " and ".join(f"`{name}`" for name in names)
    return f" Besides, {words} {'is' if len(names) == 1 else 'are'} not what the page made: run that cell above again."


def probability(confidence: Any) -> float | None:
    """What a page sends as a confidence, if it is one."""
    known = isinstance(confidence, int | float) and 0 <= confidence <= 1
    return float(confidence) if known else None


def asked(exercise: Exercise, part: str) -> dict[str, Any]:
    """What the page is told about an exercise. Built key by key, so that no answer slips in."""
    return {
        "id": exercise.id,
        "kind": exercise.kind,
        "part": part,
        "version": version(exercise),
        "prompt": page.text(exercise.prompt),
        "how": exercise.asks.how,
        "shown": exercise.asks.shown(),
        "hints": len(exercise.hints),
        "confidence": CONFIDENCE if exercise.confidence else {},
        "marks": page.inline(MARKS_SAID) if exercise.phase in (EXIT, TEST) else "",
        **exercise.asks.asked(),
    }


def in_order(exercise: Exercise, question: dict[str, Any], seed: str) -> dict[str, Any]:
    """What the page is told, in the order of a round; an ordering is never shown in its right order."""
    return arranged(question, seed, fixed=exercise.fixed, avoid=exercise.asks.never_first())


def shown_in(exercise: Exercise, question: dict[str, Any], work: Work) -> dict[str, Any]:
    """What an event keeps of how a question was shown: the round, the values drawn, the order."""
    drawn = {"drawn": dict(exercise.drawn)} if exercise.drawn else {}
    return {"round": work.round, **drawn, "order": order(question)}


def said(verdict: Verdict, marked: str = "") -> dict[str, Any]:
    """What the page is told of a verdict; ``marked`` stands below its words."""
    words = verdict.feedback
    if verdict.status == UNANSWERED:
        words = words.removeprefix("Not answered yet.").strip()
    return {
        "status": verdict.status,
        "word": WORDS[verdict.status],
        "sign": SIGNS[verdict.status],
        "html": page.text(words) + page.text(marked),
        "notes": {key: page.inline(note) for key, note in verdict.notes.items()},
    }


def _marked(exercise: Exercise, work: Work) -> str:
    """Of the first answer to an exit ticket: what its certainty earned."""
    last = work.last
    if exercise.phase != EXIT or work.attempts != 1 or last is None or last.confidence is None:
        return ""
    earned = mark(last.verdict == RIGHT, last.confidence)
    what = f"earns {earned} of 3 marks" if earned > 0 else f"costs {-earned} marks" if earned else "earns no mark"
    return f"You were *{[*CONFIDENCE.values()][step_of(last.confidence)]}*: that {what}."


def solution(exercise: Exercise) -> str:
    lines = getattr(exercise.asks, "code", "").strip()
    code = f"\n\n```python\n{lines}\n```" if lines else ""
    sources = [source(key) for key in exercise.sources]
    links = ", ".join(page.link(one.label, one.link) if one.link else one.label for one in sources)
    return page.text(f"{exercise.solution.strip()}{code}\n\nSource: {links}")


def _before(work: Work, part: str) -> str:
    """What the record holds of an answer that the card does not show."""
    if work.last is None:
        return ""
    day = f"{work.last.time.astimezone():%d %B %Y}"
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
        words = f"<p><strong>Not answered yet</strong> ({name}). {RUN}</p>"
        return f'<section class="course-card">{words}</section>'
    lines = exercise.asks.offered()
    listed = f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>" if lines else ""
    return (
        f'<section class="course-card"><p><strong>Question</strong> {name}</p>'
        f"{question['prompt']}{question['shown']}{listed}"
        f"<p><em>{page.escape(question['how'])} {RUN}</em></p></section>"
    )


_cards: dict[tuple[str, str], Card] = {}


def _card(id: str, part: str) -> Card:
    """The card of an exercise in this kernel: the same one whenever it is asked for again."""
    SESSION.look_again(id)
    card = _cards.get((id, part))
    if card is None or card.comm is None:
        card = _cards[id, part] = keep_up(Card(exercise(id), SESSION, part))
    else:
        card.refresh()
    cite(" ".join(card.exercise.sources))
    return card


def ask(id: str) -> Card:
    """A question as a card. Asking again shows it as it was left.

    Args:
        id: e.g. ``"grading-03"``.

    Raises:
        KeyError: there is no such exercise.
    """
    return _card(id, "task" if exercise(id).asks.in_code else "whole")


def check(id: str, value: Any) -> Card:
    """Feedback on an answer worked out in code.

    Args:
        id: an exercise of the kind code.
        value: the learner's answer; ``...`` (as the cell comes) means not answered yet.

    Raises:
        KeyError: there is no such exercise.
        ValueError: the exercise is answered on its card, not in code.
    """
    if not exercise(id).asks.in_code:
        raise ValueError(f"{id} is answered on its card: ask({id!r}) shows it.")
    card = _card(id, "check")
    card.check(value, kept=_cell_source(value))
    return card


def _cell_source(value: Any) -> str:
    """The source of the cell that runs now; where there is none, the start of the value as text."""
    shell = get_ipython()
    cells = shell.user_ns.get("In", []) if shell else []
    return str(cells[-1]) if cells else type(value).__name__
