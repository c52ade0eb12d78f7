"""How well the bank is made: what gives an answer away, and what one gets who knows nothing.

The figures of ``data/exercises/README.md`` are written by ``python -m tests.craft``.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from math import comb, prod
from pathlib import Path

from helpers import evidence
from helpers.questions import bank
from helpers.questions.exercise import NOT_YET, RIGHT, Exercise
from helpers.questions.judge import judge
from helpers.questions.rounds import arranged

FOLDER = Path(evidence.DATA) / "exercises"
LONGER, SHORTER, MOST_LONGEST, MOST_FIRST, POINTS = 1.3, 1.5, 0.35, 0.65, 0.05
"""A key may be so much longer than the longest distractor, and the shortest distractor so much longer than a key; the
share of keys that are the longest option, or the shortest, and of first boxes that are right; what a know-nothing may
get above blind chance."""
UNITS = {"10", "12"}
"""Numbers that units are made of (×10⁹/L, ×10¹²/L)."""
ROUNDS = 20
"""Learners for whom the know-nothing answers."""


def whole_bank() -> list[Exercise]:
    """Every question, in order."""
    return [one for name in evidence.question_files() for one in bank.exercises(name)]


# --- what gives an answer away ----------------------------------------------------------------------------------------


def _texts(one: Exercise) -> tuple[str, list[str]]:
    """The key's words and the distractors', of a question with one right option."""
    options = getattr(one.asks, "options", ())
    key = next(option.text for option in options if option.key == one.asks.right)
    return key, [option.text for option in options if option.key != one.asks.right]


def _has_one_key(one: Exercise) -> bool:
    return isinstance(one.asks.right, str) and bool(getattr(one.asks, "options", ()))


def longest(one: Exercise) -> bool:
    """Whether its key is the longest option."""
    key, others = _texts(one)
    return len(key) > max(map(len, others))


def shortest(one: Exercise) -> bool:
    """Whether its key is the shortest option."""
    key, others = _texts(one)
    return len(key) < min(map(len, others))


def long_key(one: Exercise) -> bool:
    """Whether its key is longer than :data:`LONGER` times the longest distractor, and not by a word or two alone."""
    if not _has_one_key(one):
        return False
    key, others = _texts(one)
    return len(key) > LONGER * max(map(len, others)) and len(key) > 20


def short_key(one: Exercise) -> bool:
    """Whether every distractor is so much longer than its key (:data:`SHORTER` times) that the key stands out."""
    if not _has_one_key(one):
        return False
    key, others = _texts(one)
    return min(map(len, others)) > SHORTER * len(key)


def told_by_its_title(one: Exercise) -> bool:
    """Whether a word of the objective, which is read before the card is opened, stands in the key alone."""
    if not _has_one_key(one) or one.phase in ("test", "exit"):  # those are read when the notebook is done
        return False
    key, others = _texts(one)
    words = [set(re.findall(r"[a-z]{5,}", text.lower())) for text in (one.objective, key, one.prompt, " ".join(others))]
    return bool((words[0] & words[1]) - words[2] - words[3])


def clang(one: Exercise) -> bool:
    """Whether a word of six letters or more stands in the question and in the key, and in no distractor."""
    if not _has_one_key(one):
        return False
    key, others = _texts(one)
    words = {name: set(re.findall(r"[a-z]{6,}", text.lower())) for name, text in (("asked", one.prompt), ("key", key))}
    return bool(words["asked"] & words["key"] - set(re.findall(r"[a-z]{6,}", " ".join(others).lower())))


def menus_from_the_top(one: Exercise) -> bool:
    """Whether a one-to-one match is right when its menus are filled in the order of the options."""
    right, options = one.asks.right, [option.key for option in getattr(one.asks, "options", ())]
    items = [item.key for item in getattr(one.asks, "items", ())]
    if not isinstance(right, dict) or set(right) != set(items) or len(set(right.values())) < len(items):
        return False
    return [right[key] for key in items] == [key for key in options if key in right.values()]


def printed_elsewhere(one: Exercise) -> bool:
    """Whether a number's answer (three digits or more, or decimals) stands in another question or in a cell."""
    if not isinstance(one.asks.right, float) or one.phase == "test":
        return False
    text = f"{one.asks.right:.3g}"
    if len(text.replace(".", "")) < 3 and "." not in text:
        return False
    path = evidence.DATA.parent / "notebooks" / f"{one.notebook}.ipynb"
    cells = ["".join(cell["source"]) for cell in evidence.notebook_cells(path)] if path.is_file() else []
    others = [other.prompt for other in bank.exercises(one.notebook) if other.id != one.id]
    alone = re.compile(rf"(?<![\d.,]){re.escape(text)}(?![\d]|[.,]\d)")
    return any(alone.search(words) for words in [*cells, *others])


def unsaid_precision(one: Exercise) -> bool:
    """Whether a number must be given to more digits than clinicians say, and nothing tells so."""
    if not isinstance(one.asks.right, float) or re.search(r"decimal|whole number|nearest", one.prompt):
        return False
    bold = [found for text in re.findall(r"\*\*(.+?)\*\*", one.solution) for found in re.findall(r"\d+\.(\d+)", text)]
    if not bold:
        return False
    short = round(one.asks.right, len(bold[0]) - 1)
    return judge(one, one.asks.handed_in(short)).status != RIGHT


def grave_and_unsaid(one: Exercise) -> bool:
    """Whether leaving out a grave option of several has no words of its own."""
    right = one.asks.right
    graves = [option.key for option in getattr(one.asks, "options", ()) if option.grave]
    answers = [[key for key in right if key != grave] for grave in graves]
    return any(not judge(one, answer).misconception for answer in answers)


def leaks_to_another_form(one: Exercise) -> bool:
    """Whether what is said to a question of a test holds the key of the same place in another form, in words."""
    if one.phase != "test" or not _has_one_key(one):
        return False
    place = [other.id for other in bank.exercises(one.notebook)].index(one.id)
    said = " ".join([one.solution, *(option.says for option in getattr(one.asks, "options", ()))]).lower()
    others = [bank.exercises(form)[place] for form in bank.forms() if form != one.notebook]
    keys = [_texts(other)[0].lower() for other in others if _has_one_key(other)]
    return any(key == _texts(one)[0].lower() or (len(key.split()) > 2 and key in said) for key in keys)


def _people_and_numbers(one: Exercise) -> tuple[set[str], set[str]]:
    """Who a question tells of, as "woman 44", and the numbers of two digits or more in it."""
    text = f"{one.prompt} {json.dumps(one.asks.asked(), default=str, ensure_ascii=False)}"
    who = r"\b(man|woman|boy|girl)(?:,| of) \**(\d+)"
    people = {" ".join(found) for found in re.findall(who, text.lower())}
    return people, set(re.findall(r"(?<![\d.])(?:\d\.\d+|\d{2,}(?:\.\d+)?)", text)) - UNITS


@cache
def _met(name: str) -> list[tuple[set[str], set[str]]]:
    return [_people_and_numbers(one) for one in bank.exercises(name)]


def met_before(one: Exercise) -> bool:
    """Whether a test tells of somebody of a notebook: of the same sex and age, with three of the same numbers."""
    if one.phase != "test":
        return False
    people, numbers = _people_and_numbers(one)
    told = [other for name in bank.notebooks() for other in _met(name)]
    return any(people & others and len(numbers & theirs) >= 3 for others, theirs in told)


CHECKS: dict[str, Callable[[Exercise], bool]] = {
    check.__name__: check
    for check in (
        long_key,
        short_key,
        told_by_its_title,
        clang,
        menus_from_the_top,
        printed_elsewhere,
        unsaid_precision,
        grave_and_unsaid,
        leaks_to_another_form,
        met_before,
    )
}


def flaws() -> dict[str, list[str]]:
    """Check to the questions that fail it."""
    asked = whole_bank()
    return {name: [one.id for one in asked if check(one)] for name, check in CHECKS.items()}


def faults() -> list[str]:
    """What is wrong with the bank as a whole, in sentences."""
    told = [
        f"{id}: {CHECKS[name].__doc__.partition('.')[0].removeprefix('Whether ')}."
        for name, ids in flaws().items()
        for id in ids
    ]
    share, first, bare = share_of(longest), share_of_first_boxes(), share_of(shortest)
    told += [f"{share:.0%} of keys are the longest option; at most {MOST_LONGEST:.0%}."] * (share > MOST_LONGEST)
    told += [f"{bare:.0%} of keys are the shortest option; at most {MOST_LONGEST:.0%}."] * (bare > MOST_LONGEST)
    told += [f"{first:.0%} of first boxes are right; at most {MOST_FIRST:.0%}."] * (first > MOST_FIRST)
    return told


def share_of(how: Callable[[Exercise], bool]) -> float:
    """How often the key of a choice stands out: is the longest option, or the shortest."""
    asked = [one for one in whole_bank() if _has_one_key(one)]
    return sum(map(how, asked)) / len(asked)


def share_of_first_boxes() -> float:
    """How often the first of several boxes is right."""
    asked = _several()
    return sum(one.asks.options[0].key in one.asks.right for one in asked) / len(asked)


def is_several(one: Exercise) -> bool:
    """Whether boxes are ticked."""
    return isinstance(one.asks.right, list) and bool(getattr(one.asks, "options", ()))


def _several() -> list[Exercise]:
    return [one for one in whole_bank() if is_several(one)]


# --- where a question stands ------------------------------------------------------------------------------------------


def _cells(name: str) -> list[dict]:
    return evidence.notebook_cells(evidence.DATA.parent / "notebooks" / f"{name}.ipynb")


def places(name: str) -> Iterator[tuple[str, str, str]]:
    """Of each question of a notebook: its section, the step in it ("Predict", "Practice" or ""), its id."""
    section = step = ""
    for cell in _cells(name):
        text = "".join(cell["source"])
        if cell["cell_type"] == "code":
            yield from ((section, step, id) for id in re.findall(r'ask\("([\w-]+)"\)', text))
            continue
        for marks, title in re.findall(r"^(##+) (.*)", text, re.M):
            section, step = (title, "") if len(marks) == 2 else (section, title)


def sections(number: str) -> dict[str, str]:
    """The numbered sections of a notebook ("04b"): number to title, in small letters."""
    [name] = [one for one in bank.notebooks() if one.startswith(f"{number}_")]
    text = "\n".join("".join(cell["source"]) for cell in _cells(name) if cell["cell_type"] == "markdown")
    return {at: title.lower() for at, title in re.findall(r"^## (\d+)\W+(.*)", text, re.M)}


def sections_named(text: str) -> list[tuple[str, str, str]]:
    """The sections that a text names: what is said to be there ("board" or ""), the notebook or "", the number."""
    return re.findall(r"(?:(board) of )?(?:notebook (\d+b?), )?[Ss]ection (\d+)", text)


# --- one who knows nothing --------------------------------------------------------------------------------------------


def expected_share(options: int, right: int) -> float:
    """How often one hits by ticking as many of the options as are right, blindly."""
    return 1 / comb(options, right)


def chance(one: Exercise) -> float | None:
    """How often blind chance is right; None where something has to be typed, written or ordered."""
    right, options = one.asks.right, getattr(one.asks, "options", ())
    if isinstance(right, str) and options:
        return expected_share(len(options), 1)
    if isinstance(right, list) and options:
        return expected_share(len(options), len(right))
    if isinstance(right, dict) and hasattr(one.asks, "menu"):
        return prod(1 / len(one.asks.menu(key)) for key in right)
    return None


def know_nothing(one: Exercise, learner: str) -> bool:
    """Whether one is right who takes the longest option, fills menus from the top and ticks the first three boxes."""
    asked = arranged(one.asks.asked(), f"{learner}/{one.id}/0", fixed=one.fixed)
    if isinstance(one.asks.right, dict):
        items = asked["items"]
        places = {item["key"]: item["choices"][min(at, len(item["choices"]) - 1)][0] for at, item in enumerate(items)}
        return judge(one, places).status == RIGHT
    keys = [option["key"] for option in asked["options"]]
    if isinstance(one.asks.right, list):
        return judge(one, keys[:3]).status == RIGHT
    texts = {option.key: option.text for option in one.asks.options}
    return judge(one, max(keys, key=lambda key: len(texts[key]))).status == RIGHT


def know_nothing_shares() -> tuple[float, float, int]:
    """What a know-nothing gets, what blind chance gets (as shares), and of how many questions."""
    asked = [one for one in whole_bank() if chance(one) is not None]
    got = sum(know_nothing(one, str(learner)) for one in asked for learner in range(ROUNDS)) / ROUNDS
    return got / len(asked), sum(chance(one) or 0 for one in asked) / len(asked), len(asked)


# --- figures ----------------------------------------------------------------------------------------------------------


def named_single_faults(one: Exercise) -> tuple[int, int]:
    """Of a match or a grade: how many wrong choices of one line have a name, and how many there are."""
    right, told = one.asks.right, []
    for key, truth in right.items():
        told += [judge(one, right | {key: other}) for other in one.asks.menu(key) if other != truth]
    return sum(bool(verdict.misconception) for verdict in told if verdict.status == NOT_YET), len(told)


def named_single_boxes(one: Exercise) -> tuple[int, int]:
    """Of several: how many boxes, ticked or left out wrongly, have a name, and how many boxes there are."""
    truth = set(one.asks.right)
    told = [judge(one, sorted(truth ^ {option.key})) for option in one.asks.options]
    return sum(bool(verdict.misconception) for verdict in told), len(told)


def _lines() -> Iterator[str]:
    asked = whole_bank()
    kinds = sorted({one.kind for one in asked})
    yield "# The questions in figures\n"
    yield "Written by `python -m tests.craft`; a test holds it against the bank.\n"
    yield f"| | {' | '.join(kinds)} | all |\n|{'---|' * (len(kinds) + 2)}"
    for name in evidence.question_files():
        counts = Counter(one.kind for one in bank.exercises(name))
        yield f"| {name} | {' | '.join(str(counts[kind]) for kind in kinds)} | {counts.total()} |"
    counts = Counter(one.kind for one in asked)
    yield f"| **all** | {' | '.join(str(counts[kind]) for kind in kinds)} | {counts.total()} |\n"
    choices, several = [one for one in asked if _has_one_key(one)], _several()
    pairs = [one for one in asked if isinstance(one.asks.right, dict) and hasattr(one.asks, "menu")]
    named, faults_there = (sum(part) for part in zip(*map(named_single_faults, pairs), strict=True))
    boxes, all_boxes = (sum(part) for part in zip(*map(named_single_boxes, several), strict=True))
    got, blind, of = know_nothing_shares()
    words = sorted(len(one.prompt.split()) for one in asked)
    slips = {slip.name for one in asked for slip in one.misconceptions}
    places = Counter([option.key for option in one.asks.options].index(one.asks.right) + 1 for one in choices)
    phases = Counter(one.phase for one in asked)
    yield "| measure | found |\n|---|---|"
    rows = {
        "questions with numbers of their own in each round": sum(bool(one.family) for one in asked),
        "questions that keep the order of a natural scale": sum(one.fixed for one in asked),
        "predictions, exit tickets, test questions": f"{phases['predict']}, {phases['exit']}, {phases['test']}",
        "not scored (own words)": sum(not one.asks.scored for one in asked),
        "place of the key among the options, in the file": ", ".join(f"{at}: {n}" for at, n in sorted(places.items())),
        "keys that are the longest option": f"{sum(map(longest, choices))} of {len(choices)}",
        "keys that are the shortest option": f"{sum(map(shortest, choices))} of {len(choices)}",
        "several: first box right, in the file": f"{share_of_first_boxes() * len(several):.0f} of {len(several)}",
        "several: all right, none right": f"{sum(len(one.asks.right) == len(one.asks.options) for one in several)}, "
        f"{sum(not one.asks.right for one in several)}",
        "wrong choices of one line with a name": f"{named} of {faults_there}",
        "several: wrong boxes with a name": f"{boxes} of {all_boxes}",
        "right by the longest option, menus from the top, first three boxes": f"{got:.1%} of {of}",
        "right by blind chance": f"{blind:.1%} of {of}",
        "words of a question: median, nine of ten, most": f"{words[len(words) // 2]}, {words[len(words) * 9 // 10]}, "
        f"{words[-1]}",
        "names of slips in the bank, slips of the closed list": f"{len(slips)}, {len(evidence.records('slips'))}",
        "hints": sum(len(one.hints) for one in asked),
    }
    yield from (f"| {name} | {value} |" for name, value in rows.items())


def readme() -> str:
    """The figures as a page."""
    return "\n".join(_lines()) + "\n"


def main() -> int:
    """Write the figures, and say what is wrong with the bank as a whole."""
    (FOLDER / "README.md").write_text(readme(), encoding="utf-8")
    told = faults()
    print("\n".join(told) or "fine")
    return int(bool(told))


if __name__ == "__main__":
    sys.exit(main())
