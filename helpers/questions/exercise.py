"""What a question is: an :class:`Exercise` has what all questions have, its :class:`Kind` what only some have.

A kind is one file of :mod:`helpers.questions.kinds` (and one of ``helpers/cards/kinds``, which draws its controls).
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any, ClassVar

from helpers import page
from helpers.questions.answers import value
from helpers.questions.compare import kind

RIGHT, NOT_YET, KEPT, CANNOT_TELL, UNANSWERED = "right", "not yet", "kept", "cannot tell", "unanswered"
TRIES = (RIGHT, NOT_YET, KEPT)
"""The verdicts on what could be read; ``kept`` is said to words of one's own, which nobody scores."""

WORDS = {
    RIGHT: "Right",
    NOT_YET: "Not yet",
    KEPT: "Kept",
    CANNOT_TELL: "Could not be read",
    UNANSWERED: "Not answered yet",
}
SIGNS = {RIGHT: "✓", NOT_YET: "✎", KEPT: "•", CANNOT_TELL: "?", UNANSWERED: "…"}

PREDICT, PRACTICE, EXIT, TEST = "predict", "practice", "exit", "test"
"""What a question is for: to guess before one knows, to learn by, to show at the end what was learned, to measure."""

CONFIDENCE = {"0.5": "not sure", "0.75": "fairly sure", "0.9": "sure"}
"""How sure one can be of an answer, in three steps: the probability that it is right, and the words."""
MARKS = ((0.67, 1, 0), (0.8, 2, -2), (1.0, 3, -6))
"""Certainty-based marks: up to which probability, the mark if right, the mark if wrong."""
MARKS_SAID = (
    "Marks by how sure you are: right counts 1, 2 or 3; wrong counts 0, −2 or −6. Say *sure* above 80 %, "
    "*fairly sure* from 67 %, else *not sure*: an honest answer gains most."
)


def step_of(confidence: float) -> int:
    """Which of the three steps a probability is: 0, 1 or 2. Records of an earlier course hold five."""
    return next((at for at, (most, _, _) in enumerate(MARKS) if confidence <= most), len(MARKS) - 1)


def mark(right: bool, confidence: float | None) -> int:
    """The certainty-based mark of an answer; one without a confidence counts as not sure."""
    return MARKS[step_of(confidence or 0.0)][1 if right else 2]


@dataclass(frozen=True)
class Verdict:
    """What is said to an answer. All words are markdown-light."""

    status: str
    """``right``, ``not yet``, ``cannot tell`` (the answer could not be read) or ``unanswered``."""
    feedback: str
    """Words first: what happened, what to look at."""
    misconception: str = ""
    """Name of the slip that was recognized; "" where none was."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """Explanations by option or item key, as far as the answer has earned them."""
    part: float = 0.0
    """How much of the answer is right, 0 to 1; a right answer is 1."""

    @property
    def credit(self) -> float:
        """What it counts where parts count."""
        return 1.0 if self.status == RIGHT else self.part if self.status == NOT_YET else 0.0


@dataclass(frozen=True)
class Option:
    """One thing a learner can choose."""

    key: str
    """Stable short name; this is what an answer holds."""
    text: str
    says: str = ""
    """Why it is right or wrong."""
    misconception: str = ""
    """The name of the slip that leads here (choice only)."""
    grave: bool = False
    """Leaving it out is grave, and has words of its own (several only)."""


@dataclass(frozen=True)
class Item:
    """One thing to put in order or to match."""

    key: str
    text: str


@dataclass(frozen=True)
class Misconception:
    """A slip with a name, and what to say to it. A kind adds how it is known."""

    name: str
    feedback: str


@dataclass(frozen=True)
class Answered(Misconception):
    """A slip known by what it answers."""

    answer: Any = None


@dataclass(frozen=True, eq=False)
class Kind(ABC):
    """How a question is asked, what is right, and what is said to an answer.

    Its fields are the keys of the bank that only this kind has. Nothing here knows a page, a kernel or a record.
    """

    how: ClassVar[str]
    """What a card says above the controls."""
    ask: ClassVar[str]
    """What is said to one who has not answered."""
    interaction: ClassVar[str]
    """The type xAPI has for it."""
    schema: ClassVar[Mapping[str, Any]]
    """JSON schema of its own keys (:func:`shape`), put into the common one of ``data/exercises/schema.json``."""
    slip_schema: ClassVar[Mapping[str, Any] | None] = None
    """The same of a misconception's."""
    Slip: ClassVar[type[Misconception]] = Answered
    """What its misconceptions hold."""
    scored: ClassVar[bool] = True
    """Whether an answer is right or wrong; what is not scored counts in no figure."""
    in_code: ClassVar[bool] = False
    """Whether it is answered in a cell of the notebook, and not on its card."""

    @classmethod
    def name(cls) -> str:
        """What the bank calls it: the name of its file."""
        return cls.__module__.rpartition(".")[2]

    @classmethod
    def read(cls, own: Mapping[str, Any]) -> Kind:
        """The kind of one question, from its keys in the bank."""
        shapes = {"options": Option, "items": Item, "points": Item}
        made = {key: tuple(shapes[key](**part) for part in given) for key, given in own.items() if key in shapes}
        return cls(**dict(own) | made)

    def slips(self, given: Sequence[Mapping[str, Any]]) -> tuple[Misconception, ...]:
        """Its misconceptions: the bank's, and those that stand on its options."""
        on_options = (one for one in getattr(self, "options", ()) if one.misconception)
        own = (Answered(one.misconception, one.says, one.key) for one in on_options)
        return (*(self.Slip(**slip) for slip in given), *own)

    # --- what is right, what is wrong ---

    @abstractmethod
    def compute(self) -> Any:
        """The right answer, worked out."""

    @cached_property
    def right(self) -> Any:
        """The right answer as :meth:`judge` takes it."""
        return self.compute()

    def wrong(self, slip: Any) -> Any:
        """What a learner with this misconception would answer."""
        return value(slip.answer)

    def handed_in(self, answer: Any) -> Any:
        """An answer of :attr:`right` or :meth:`wrong` as a card would hand it in."""
        return answer

    def betraying(self, slip: Any) -> Any:
        """A whole answer, as a learner would hand it in, that shows this misconception and is otherwise right."""
        return self.handed_in(self.wrong(slip))

    def untouched(self, answer: Any) -> bool:
        """Whether nothing was answered."""
        return answer is None or answer is ...

    @abstractmethod
    def judge(self, exercise: Exercise, answer: Any) -> Verdict:
        """The verdict on whatever was handed in; never an exception that the answer could cause."""

    def faults(self) -> Iterator[str]:
        """What a writer of such a question may have got wrong, in sentences."""
        yield from ()

    # --- for a page, a file, a reader ---

    def asked(self) -> dict[str, Any]:
        """What the page is told beside the prompt: lines and options, key by key, so that no answer slips in."""
        lines = [
            {"key": one.key, "html": page.inline(one.text), "text": one.text} for one in getattr(self, "items", ())
        ]
        options = [{"key": one.key, "html": page.inline(one.text)} for one in getattr(self, "options", ())]
        return ({"items": lines} if lines else {}) | ({"options": options} if options else {})

    def never_first(self) -> list[str] | None:
        """An order in which its lines are never shown at first, because it is the right one."""
        return None

    def shown(self) -> str:
        """What stands below the prompt, as HTML."""
        return ""

    def offered(self) -> list[str]:
        """Lines, and what there is to choose from, as HTML lines, for where there is no kernel."""
        lines, options = ([page.inline(one.text) for one in getattr(self, name, ())] for name in ("items", "options"))
        if not lines or not options:
            return lines or options
        return [*lines, f"To choose from:<ul>{''.join(f'<li>{one}</li>' for one in options)}</ul>"]

    def words(self, answer: Any) -> str:
        """An answer as one would say it."""
        names = {part.key: part.text for name in ("options", "items") for part in getattr(self, name, ())}
        return "; ".join(said(names, key) for key in (answer if isinstance(answer, list) else [answer]))

    def response(self, answer: Any) -> str:
        """An answer as xAPI writes it."""
        return response(answer)

    def seen(self) -> dict[str, Any]:
        """What makes it this question and no other: all a learner sees, and how much is judged right."""
        parts = {name.name: getattr(self, name.name) for name in fields(self) if name.name != "answer"}
        parts |= {"options": [(one.key, one.text) for one in parts["options"]]} if "options" in parts else {}
        parts |= {"items": [asdict(one) for one in parts["items"]]} if "items" in parts else {}
        return parts | {"right": self.right}

    # --- verdicts ---

    def unanswered(self, words: str = "") -> Verdict:
        """Nothing, or not all, was answered."""
        return Verdict(UNANSWERED, f"Not answered yet. {words or self.ask}")

    def unreadable(self, answer: Any) -> Verdict:
        """What came is no answer to such a question."""
        return Verdict(CANNOT_TELL, f"This answer could not be read: it is {kind(answer)}. {self.ask}")

    def no_option(self, answer: Any) -> Verdict | None:
        """The verdict on what is the key of none of its options; None where it is one's."""
        if not isinstance(answer, str):
            return self.unreadable(answer)
        if not answer.strip():
            return self.unanswered()
        if any(answer == one.key for one in getattr(self, "options", ())):
            return None
        return Verdict(CANNOT_TELL, f"There is no answer {quoted(answer)} here. {self.ask}")


@dataclass(frozen=True, eq=False)
class Exercise:
    """One question, as the bank holds it: what is asked, never what was answered."""

    id: str
    notebook: str
    asks: Kind
    objective: str
    prompt: str
    solution: str
    sources: tuple[str, ...]
    misconceptions: tuple[Misconception, ...]
    hints: tuple[str, ...] = ()
    area: str = ""
    """Of a question in a test: the part of the course it asks about."""
    level: str = ""
    """Of a question in a test: understand, apply or decide."""
    new_context: bool = False
    """Of a question in a test: it asks about somebody or something that the notebooks do not show."""
    right: str = ""
    """What to say to the right answer; the solution if empty."""
    phase: str = PRACTICE
    """What it is for: predict, practice, exit or test."""
    fixed: bool = False
    """Its options are a natural scale (numbers, grades) and are shown as the bank has them."""
    family: Mapping[str, Any] = field(default_factory=dict)
    """What is drawn anew for each round (:mod:`helpers.questions.rounds`); empty if nothing is."""
    drawn: Mapping[str, Any] = field(default_factory=dict)
    """The values drawn."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What the bank's file holds of it."""
    version: str = ""
    """The name of this wording (:func:`helpers.questions.bank.version`)."""

    @property
    def confidence(self) -> bool:
        """Whether it asks how sure one is: predictions, exit tickets and tests do."""
        return self.phase != PRACTICE

    @property
    def kind(self) -> str:
        """The name of its kind."""
        return self.asks.name()

    def praise(self, notes: Mapping[str, str] | None = None) -> Verdict:
        """The verdict on the right answer."""
        return Verdict(RIGHT, self.right or self.solution, notes=notes or {})

    def __repr__(self) -> str:
        return f"Exercise({self.id}, {self.kind})"


def named(slip: Misconception, notes: Mapping[str, str] | None = None, part: float = 0.0) -> Verdict:
    """The verdict on an answer with a known slip, ``part`` of which is right."""
    return Verdict(NOT_YET, slip.feedback, slip.name, notes or {}, part)


def quoted(text: object) -> str:
    """A learner's own words, short and with nothing in them that markdown would act on."""
    words = " ".join(re.sub(r"[\[\]()*_`#<>!\\|~]", " ", str(text)[:200]).split())
    return f"“{words[:40]}{'…' if len(words) > 40 else ''}”"


def plain_words(words: str) -> str:
    """A sentence from another room, with nothing in it that markdown would act on."""
    return re.sub(r"[\[\]<>`*_!\\]", " ", words)[:300]


def keys_of(answer: Any) -> list[str] | None:
    """An answer as a list of keys, or None where it is nothing of the sort."""
    if isinstance(answer, str):
        return [answer]
    if isinstance(answer, list | tuple | Set) and all(isinstance(key, str) for key in answer):
        return list(answer)
    return None


def said(names: Mapping[str, str], key: Any) -> str:
    """The words of a key, or the key itself where it has none."""
    return str(names.get(key, key) if isinstance(key, str) else key)


def response(answer: Any) -> str:
    """An answer of any kind as xAPI writes it."""
    if isinstance(answer, Mapping):
        return "[,]".join(f"{item}[.]{choice}" for item, choice in answer.items())
    if isinstance(answer, list):
        return "[,]".join(map(str, answer))
    return "" if answer is None else str(answer)


# --- the shape of its keys --------------------------------------------------------------------------------------------


def shape(required: str, *, one_of: Sequence[str] = (), any_of: Sequence[str] = (), **keys: Any) -> dict[str, Any]:
    """A JSON schema of keys: those required, and of each group in ``one_of`` or ``any_of`` one or more."""
    groups = {
        name: [{"required": group.split()} for group in some] for name, some in (("oneOf", one_of), ("anyOf", any_of))
    }
    return {"required": required.split(), "properties": keys} | {name: some for name, some in groups.items() if some}


def ref(name: str) -> dict[str, str]:
    """One of the definitions of ``data/exercises/schema.json``."""
    return {"$ref": f"#/$defs/{name}"}


def rows(least: int, *names: str) -> dict[str, Any]:
    """A list of at least so many things that fit all of these definitions."""
    return {"type": "array", "minItems": least, "items": {"allOf": [ref(name) for name in names]}}
