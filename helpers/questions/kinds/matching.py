"""Lines, each to be given one of several options.

In the bank: ``items`` ``{key, text}`` and ``options`` ``{key, text}``; ``answer = {item = option}``. A misconception's
``answer`` holds the pairs that betray it; it speaks when all of them are there. An answer is item to option.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from helpers import page
from helpers.questions.answers import value
from helpers.questions.exercise import (
    CANNOT_TELL,
    NOT_YET,
    Exercise,
    Item,
    Kind,
    Option,
    Verdict,
    named,
    quoted,
    ref,
    rows,
    said,
    shape,
)  # fmt: skip

AT_A_GLANCE = 120
"""Characters of the wrong lines that are still repeated below; longer ones speak by their own notes."""
TAKEN = "took one thing for another of the list"
"""The slip of a line that was given another line's option, where the bank has no name for it."""


@dataclass(frozen=True, eq=False)
class Pairs(Kind):
    """What matching has in common with other kinds that give each line one choice of a menu."""

    @abstractmethod
    def texts(self) -> Mapping[str, str]:
        """The lines: key to words."""

    @abstractmethod
    def menu(self, key: str) -> Mapping[str, str]:
        """What can be chosen for one line: key to words."""

    @abstractmethod
    def notes(self) -> Mapping[str, str]:
        """What is explained once all is right."""

    @abstractmethod
    def fault(self, key: str, choice: str) -> tuple[str, str]:
        """What is wrong with this choice for this line, worked out: the name of the slip, and words."""

    def betraying(self, slip: Any) -> dict[str, str]:
        """The right pairs with this slip in them.

        Raises:
            ValueError: the slip changes nothing.
        """
        telling = self.wrong(slip)
        if not telling:
            raise ValueError("it leads to the right answer")
        return self.right | telling

    def judge(self, exercise: Exercise, answer: Any) -> Verdict:
        """Every wrong line has its own words; a slip the bank knows speaks first."""
        given = self._pairs(answer)
        if isinstance(given, Verdict):
            return given
        if given == self.right:
            return exercise.praise(self.notes())
        texts = self.texts()
        wrong = {key: self.fault(key, given[key]) for key in texts if given[key] != self.right[key]}
        notes, part = {key: words for key, (_, words) in wrong.items()}, 1 - len(wrong) / len(given)
        for slip in exercise.misconceptions:
            telling = self.wrong(slip)
            if telling and all(given[key] == str(choice) for key, choice in telling.items()):
                return named(slip, {key: words for key, words in notes.items() if key not in telling}, part)
        right = len(given) - len(wrong)
        start = f"{right} of {len(given)} {'is' if right == 1 else 'are'} right. " if right else ""
        if len(wrong) > 1:
            lines = "; ".join(texts[key] for key in wrong)
            where = (
                f": {lines}. Each of them" if len(lines) <= AT_A_GLANCE else f" the {len(wrong)} lines with a note: it"
            )
            return Verdict(NOT_YET, f"{start}Look again at{where} says why.", notes=notes, part=part)
        [(key, (name, words))] = wrong.items()
        return Verdict(NOT_YET, f"{start}{texts[key]}: {words}", name, part=part)

    def _pairs(self, answer: Any) -> dict[str, str] | Verdict:
        """The answer as item to choice, or the verdict on why it cannot be."""
        texts = self.texts()
        if not isinstance(answer, Mapping):
            return self.unreadable(answer)
        strange = [key for key in answer if str(key) not in texts]
        if strange:
            return Verdict(CANNOT_TELL, f"There is no line {quoted(strange[0])} here. {self.ask}")
        chosen = {key: one for key, one in answer.items() if isinstance(one, str | int) and str(one).strip()}
        given = {str(key): str(one) for key, one in chosen.items()}
        for key, choice in given.items():
            if choice not in self.menu(key):
                return Verdict(CANNOT_TELL, f"{quoted(choice)} is not one of the choices for {texts[key]}.")
        open_lines = [text for key, text in texts.items() if key not in given]
        return self.unanswered(f"Choose one for: {'; '.join(open_lines)}.") if open_lines else given

    def asked(self) -> dict[str, Any]:
        """The lines, each with its menu."""
        items = [
            {"key": key, "html": page.inline(text), "text": text, "choices": list(map(list, self.menu(key).items()))}
            for key, text in self.texts().items()
        ]
        return {"items": items}

    def offered(self) -> list[str]:
        """The lines."""
        return [page.inline(text) for text in self.texts().values()]

    def words(self, answer: Any) -> str:
        """Each line with what was chosen for it."""
        if not isinstance(answer, Mapping):
            return super().words(answer)
        lines = {key: text for key, text in self.texts().items() if key in answer}
        return "; ".join(f"{text}: {said(self.menu(key), answer[key])}" for key, text in lines.items())


@dataclass(frozen=True, eq=False)
class Matching(Pairs):
    """An option for each line."""

    items: tuple[Item, ...]
    options: tuple[Option, ...]
    answer: Mapping[str, Any]

    how = "Choose one for each line."
    ask = "Choose one for each line."
    interaction = "matching"
    schema = shape(
        "items options answer misconceptions",
        items=rows(2, "item"),
        options=rows(2, "option", "blameless"),
        answer=ref("pairs"),
    )
    slip_schema = shape("answer", answer=ref("pairs"))

    def compute(self) -> dict[str, str]:
        """Item to option."""
        return {key: str(option) for key, option in value(self.answer).items()}

    def texts(self) -> dict[str, str]:
        """The items."""
        return {item.key: item.text for item in self.items}

    def menu(self, key: str) -> dict[str, str]:
        """The same options for every line."""
        return {option.key: option.text for option in self.options}

    def notes(self) -> dict[str, str]:
        """What the options say."""
        return {option.key: option.says for option in self.options if option.says}

    def fault(self, key: str, choice: str) -> tuple[str, str]:
        """What the chosen option says of itself, or where it belongs."""
        chosen = next(one for one in self.options if one.key == choice)
        of = [f"“{text}”" for item, text in self.texts().items() if self.right[item] == choice]
        where = f"belongs to {' and '.join(of)}" if of else "belongs to none of these lines"
        return TAKEN, " ".join(filter(None, (f"“{chosen.text}” {where}.", chosen.says)))

    def faults(self) -> Iterator[str]:
        """Every item has one of the options."""
        if set(self.right) != set(self.texts()) or not set(self.right.values()) <= set(self.menu("")):
            yield "the answer must give every item one of the options."

    offered = Kind.offered
