"""The judge: what to say to an answer. Pure: it knows no page, no kernel and no record.

Whatever is handed in (nothing, text for a number, another unit, HTML, an object of any kind), a verdict comes back
and nothing is raised. All words of a verdict are markdown-light.

>>> judge(exercise("grading-03"), "b").status
'not yet'
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from numbers import Real
from typing import Any

from helpers.exercises import rules
from helpers.exercises.bank import Exercise, Misconception
from helpers.exercises.compare import difference, kind

RIGHT, NOT_YET, CANNOT_TELL, UNANSWERED = "right", "not yet", "cannot tell", "unanswered"

UNIT_SLIP = "unit off by a power of ten"
"""The one misconception every number with a unit has without being listed."""


@dataclass(frozen=True)
class Verdict:
    """What the judge says."""

    status: str
    """``right``, ``not yet``, ``cannot tell`` (the answer could not be read) or ``unanswered``."""
    feedback: str
    """Words first: what happened, what to look at."""
    misconception: str = ""
    """Name of the slip that was recognised; "" where none was."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """Explanations by option or item key, as far as the answer has earned them."""


def judge(exercise: Exercise, answer: Any) -> Verdict:
    """Judge an answer.

    Args:
        exercise: the question.
        answer: by kind. choice: an option's key. several: a list of keys. number: text, a plain number or
            ``{"amount": "0.8", "unit": "10^9/L"}``. ordering: all keys. matching: item to option. grade: item to
            grade (``"3"``, ``"3+"``, ``"-"``, ``"?"``). code: the value itself. ``None`` or ``...``: not answered.

    Returns:
        A :class:`Verdict`; never an exception that the answer could cause.
    """
    if (answer is None and exercise.kind != "code") or answer is ...:
        return _unanswered(exercise)
    return _JUDGES[exercise.kind](exercise, answer)


@cache
def right_answer(exercise: Exercise) -> Any:
    """The right answer as :func:`judge` takes it: a number in the course's unit, for code the value itself."""
    match exercise.kind:
        case "choice":
            return str(rules.value(exercise.answer))
        case "number":
            return float(rules.value(exercise.answer))
        case "grade":
            return _grades(exercise)
        case "code" if exercise.answer is None:
            return rules.run(exercise.code, exercise.result, exercise.given)
        case "matching":
            return {key: str(option) for key, option in rules.value(exercise.answer).items()}
        case "several" | "ordering":
            return [str(key) for key in rules.value(exercise.answer)]
    return rules.value(exercise.answer)


def wrong_answer(exercise: Exercise, slip: Misconception) -> Any:
    """What a learner with this misconception would answer (for matching and grade: the telling part of it)."""
    match exercise.kind:
        case "number":
            return float(rules.value(slip.answer))
        case "grade" if slip.instead:
            truth, other = right_answer(exercise), _grades(exercise, slip.instead)
            return {key: other[key] for key in truth if other[key] != truth[key]}
        case "code":
            return rules.run(slip.code, exercise.result, exercise.given)
    return rules.value(slip.answer)


_ASK = {
    "choice": "Choose one of the answers.",
    "several": "Tick every answer that is right.",
    "number": "Type a number.",
    "ordering": "Move the lines into order first.",
    "matching": "Choose one for each line.",
    "grade": "Choose a grade for each line.",
    "code": "Put your own code in place of `...` and run the cell again.",
}


def _unanswered(exercise: Exercise, words: str = "") -> Verdict:
    return Verdict(UNANSWERED, f"Not answered yet. {words or _ASK[exercise.kind]}")


def _right(exercise: Exercise, notes: Mapping[str, str] | None = None) -> Verdict:
    return Verdict(RIGHT, exercise.right or exercise.solution, notes=notes or {})


def _named(slip: Misconception, notes: Mapping[str, str] | None = None) -> Verdict:
    return Verdict(NOT_YET, slip.feedback, slip.name, notes or {})


def _quoted(text: object) -> str:
    """A learner's own words, short and with nothing in them that markdown would act on."""
    words = " ".join(re.sub(r"[\[\]()*_`#<>!\\|~]", " ", str(text)[:200]).split())
    return f"“{words[:40]}{'…' if len(words) > 40 else ''}”"


def _keys(answer: Any) -> list[str] | None:
    """An answer as a list of keys, or None where it is nothing of the sort."""
    if isinstance(answer, str):
        return [answer]
    if isinstance(answer, list | tuple | Set) and all(isinstance(key, str) for key in answer):
        return list(answer)
    return None


def _unreadable(exercise: Exercise, answer: Any) -> Verdict:
    return Verdict(CANNOT_TELL, f"This answer could not be read: it is {kind(answer)}. {_ASK[exercise.kind]}")


# --- choice, several ------------------------------------------------------------------------------------------------


def _choice(exercise: Exercise, answer: Any) -> Verdict:
    options = {option.key: option for option in exercise.options}
    if not isinstance(answer, str):
        return _unreadable(exercise, answer)
    if not answer.strip():
        return _unanswered(exercise)
    if answer not in options:
        return Verdict(CANNOT_TELL, f"There is no answer {_quoted(answer)} here. {_ASK['choice']}")
    chosen = options[answer]
    if answer == right_answer(exercise):
        notes = {key: option.says for key, option in options.items() if key != answer}
        return Verdict(RIGHT, " ".join(filter(None, (chosen.says, exercise.right))), notes=notes)
    return Verdict(NOT_YET, chosen.says, chosen.misconception)


def _several(exercise: Exercise, answer: Any) -> Verdict:
    options = {option.key: option for option in exercise.options}
    keys = _keys(answer)
    if keys is None:
        return _unreadable(exercise, answer)
    if not keys:
        return _unanswered(exercise)
    strange = [key for key in keys if key not in options]
    if strange:
        return Verdict(CANNOT_TELL, f"There is no answer {_quoted(strange[0])} here. {_ASK['several']}")
    taken, truth = set(keys), set(right_answer(exercise))
    if taken == truth:
        return _right(exercise, {key: option.says for key, option in options.items()})
    notes = {key: options[key].says for key in options if key in taken}
    for slip in exercise.misconceptions:
        exact = slip.answer is not None and set(rules.value(slip.answer)) == taken
        took = bool(slip.took) and set(slip.took) <= taken - truth
        missed = bool(slip.missed) and set(slip.missed) <= truth - taken
        if exact or (took and (missed or not slip.missed)) or (missed and not slip.took):
            return _named(slip, notes)
    return Verdict(NOT_YET, _tally(len(taken & truth), len(taken - truth), len(truth - taken)), notes=notes)


def _tally(right: int, more: int, missing: int) -> str:
    parts = []
    if more:
        parts.append("one you ticked does not belong" if more == 1 else f"{more} you ticked do not belong")
    if missing:
        parts.append("one is still missing" if missing == 1 else f"{missing} are still missing")
    start = f"{right} of your ticks {'is' if right == 1 else 'are'} right; " if right else "None of these yet: "
    return start + " and ".join(parts) + "."


# --- number -----------------------------------------------------------------------------------------------------------

_BLANK_IN_THOUSANDS = re.compile(r"(?<=\d)[\s\u2009\u202f\u00a0'’](?=\d{3}(?!\d))")
_NUMBER = re.compile(r"^\s*([+\-−–]?(?:\d+(?:[.,]\d+)*|[.,]\d+)(?:[eE][+\-]?\d+)?)\s*(.*)$", re.DOTALL)


def read_number(text: str) -> tuple[float, str] | str:
    """The number at the start of a text and what follows it, or a sentence that says why there is none.

    A decimal comma is understood; ``1,200``, which could be 1.2 or 1200, is asked about.
    """
    found = _NUMBER.match(_BLANK_IN_THOUSANDS.sub("", text))
    if not found:
        return f"{_quoted(text)} is not a number. Write digits, for example 0.8."
    digits, rest = found.groups()
    digits = digits.replace("−", "-").replace("–", "-")
    if re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", digits):
        plain = digits.replace(",", "")
        return f"{_quoted(digits)} could be {digits.replace(',', '.')} or {plain}. Write it without a comma."
    if digits.count(",") == 1 and "." not in digits:
        digits = digits.replace(",", ".")
    elif "," in digits and digits.count(".") <= 1 and digits.rfind(",") < (digits + ".").find("."):
        digits = digits.replace(",", "")
    try:
        return float(digits), rest.strip()
    except ValueError:
        return f"{_quoted(text)} is not one number. Write digits and one decimal point, for example 0.8."


def _parts(answer: Any) -> tuple[Any, str] | None:
    """Amount and unit as they were given, or None where the answer has no such shape."""
    if isinstance(answer, Mapping):
        return answer.get("amount", ""), str(answer.get("unit") or "").strip()
    if isinstance(answer, list | tuple):
        return (answer[0], str(answer[1] or "").strip()) if len(answer) == 2 else None
    return answer, ""


def _number(exercise: Exercise, answer: Any) -> Verdict:
    parts = _parts(answer)
    if parts is None:
        return _unreadable(exercise, answer)
    amount, unit = parts
    if isinstance(amount, str):
        if not amount.strip():
            return _unanswered(exercise)
        read = read_number(amount)
        if isinstance(read, str):
            return Verdict(CANNOT_TELL, read)
        amount, written = read
        if written and unit and written != unit and exercise.analyte:
            return Verdict(
                CANNOT_TELL, f"You wrote {_quoted(written)} and chose {_quoted(unit)}. Leave one of the two units."
            )
        if written and not exercise.analyte and written.casefold() not in (exercise.unit.casefold(), ""):
            return Verdict(CANNOT_TELL, f"Write the number only: {_quoted(written)} was not expected behind it.")
        unit = unit or written
    elif isinstance(amount, bool) or not isinstance(amount, Real):
        return _unreadable(exercise, amount)
    try:
        amount = float(amount)
    except (OverflowError, ValueError, TypeError):
        amount = math.inf
    if not math.isfinite(amount):
        return Verdict(CANNOT_TELL, "That is not a number a count could have. Write digits, for example 0.8.")
    if exercise.analyte:
        found = _in_course_unit(exercise, amount, unit)
        if isinstance(found, Verdict):
            return found
        amount = found
    return _judged_number(exercise, amount)


def _in_course_unit(exercise: Exercise, amount: float, unit: str) -> float | Verdict:
    if amount < 0:
        return Verdict(CANNOT_TELL, "This value cannot be negative. Check the sign.")
    if not unit:
        return Verdict(
            CANNOT_TELL, f"{amount:g} of which unit? The same digits mean something else in another unit: choose one."
        )
    from helpers.blood.units import convert

    try:
        found = convert(amount, unit[:60], exercise.analyte)
    except ValueError as error:
        return Verdict(CANNOT_TELL, _plain(str(error)))
    return (
        found
        if math.isfinite(found)
        else Verdict(CANNOT_TELL, "That is far beyond what a count could have. Check the digits.")
    )


def _plain(words: str) -> str:
    """A sentence from another room, with nothing in it that markdown would act on."""
    return re.sub(r"[\[\]<>`*_!\\]", " ", words)[:300]


def slack(exercise: Exercise, near: float) -> float:
    """How far from ``near`` a number may be and still be it.

    The tolerance is meant around the right answer; around a wrong one it shrinks or grows in proportion.
    """
    right = right_answer(exercise)
    allowed = exercise.tolerance if exercise.tolerance is not None else abs(right) * (exercise.tolerance_pct or 0) / 100
    if near != right and right:
        allowed *= abs(near / right)
    return allowed + 1e-9 * max(abs(near), 1e-6)


def _judged_number(exercise: Exercise, amount: float) -> Verdict:
    right = right_answer(exercise)
    if abs(amount - right) <= slack(exercise, right):
        return _right(exercise)
    for slip in exercise.misconceptions:
        wrong = wrong_answer(exercise, slip)
        if abs(amount - wrong) <= slack(exercise, wrong):
            return _named(slip)
    times = amount / right if right else 0.0
    power = round(math.log10(times)) if times > 0 else 0
    if exercise.analyte and power and abs(amount - right * 10.0**power) <= slack(exercise, right * 10.0**power):
        size = f"{10 ** abs(power):,} times too {'large' if power > 0 else 'small'}" if abs(power) < 13 else "far off"
        return Verdict(
            NOT_YET, f"The digits are right, but with this unit the value is {size}. Check the unit.", UNIT_SLIP
        )
    return Verdict(NOT_YET, f"Your value is too {'high' if amount > right else 'low'}. Hint 1 says where to begin.")


# --- ordering, matching, grade ----------------------------------------------------------------------------------------


def _ordering(exercise: Exercise, answer: Any) -> Verdict:
    texts = {item.key: item.text for item in exercise.items}
    keys = _keys(answer)
    if keys is None or isinstance(answer, Set):
        return _unreadable(exercise, answer)
    if not keys:
        return _unanswered(exercise)
    if sorted(keys) != sorted(texts):
        return Verdict(CANNOT_TELL, f"Put all {len(texts)} lines into order, each once.")
    truth = right_answer(exercise)
    if keys == truth:
        return _right(exercise)
    for slip in exercise.misconceptions:
        whole = slip.answer is not None and rules.value(slip.answer) == keys
        if whole or (slip.before and keys.index(slip.before[0]) < keys.index(slip.before[1])):
            return _named(slip)
    place = {key: at for at, key in enumerate(truth)}
    first, second = next((x, y) for x, y in pairwise(keys) if place[x] > place[y])
    return Verdict(
        NOT_YET,
        f"From the top, the first pair that is the wrong way round: “{texts[first]}” stands before “{texts[second]}”.",
    )


def _pairs(exercise: Exercise, answer: Any, allowed: Callable[[str], Mapping[str, str]]) -> dict[str, str] | Verdict:
    """The answer as item to choice, or the verdict on why it cannot be."""
    texts = {item.key: item_text(exercise, item.key) for item in exercise.items}
    if not isinstance(answer, Mapping):
        return _unreadable(exercise, answer)
    given = {
        str(key): str(choice) for key, choice in answer.items() if isinstance(choice, str | int) and str(choice).strip()
    }
    strange = [key for key in answer if str(key) not in texts]
    if strange:
        return Verdict(CANNOT_TELL, f"There is no line {_quoted(strange[0])} here. {_ASK[exercise.kind]}")
    for key, choice in given.items():
        if choice not in allowed(key):
            return Verdict(CANNOT_TELL, f"{_quoted(choice)} is not one of the choices for {texts[key]}.")
    open_lines = [texts[key] for key in texts if key not in given]
    if open_lines:
        return _unanswered(exercise, f"Choose one for: {'; '.join(open_lines)}.")
    return given


def item_text(exercise: Exercise, key: str) -> str:
    """What a line to be matched or graded is called; a grade without text of its own: by item, system and edition."""
    item = next(item for item in exercise.items if item.key == key)
    if item.text or exercise.kind != "grade":
        return item.text
    from helpers.blood import severity

    edition = item.edition or severity.CURRENT.get(item.system, "")
    words = item.item.replace("_", " ")
    title = severity.title(item.system, edition)
    return title if words in title.lower() else f"{words.capitalize()}, {title}"


def _part_right(exercise: Exercise, given: Mapping[str, str], truth: Mapping[str, str]) -> Verdict:
    wrong = [item_text(exercise, key) for key in truth if given[key] != truth[key]]
    right = len(truth) - len(wrong)
    start = f"{right} of {len(truth)} {'is' if right == 1 else 'are'} right. " if right else ""
    return Verdict(NOT_YET, f"{start}Look again at: {'; '.join(wrong)}.")


def _betrayed(exercise: Exercise, given: Mapping[str, str]) -> Misconception | None:
    for slip in exercise.misconceptions:
        telling = wrong_answer(exercise, slip)
        if telling and all(given[key] == str(choice) for key, choice in telling.items()):
            return slip
    return None


def _matching(exercise: Exercise, answer: Any) -> Verdict:
    choices = {option.key: option.text for option in exercise.options}
    given = _pairs(exercise, answer, lambda _: choices)
    if isinstance(given, Verdict):
        return given
    truth = right_answer(exercise)
    if given == truth:
        return _right(exercise, {option.key: option.says for option in exercise.options if option.says})
    slip = _betrayed(exercise, given)
    return _named(slip) if slip else _part_right(exercise, given, truth)


def menu(exercise: Exercise, key: str) -> Mapping[str, str]:
    """The grades a learner can choose for one line: key to words."""
    item = next(item for item in exercise.items if item.key == key)
    return _menu(item.system, item.item, item.edition)


_menu = cache(rules.grade_menu)


def _found_grades(exercise: Exercise, instead: Mapping[str, Any]) -> dict[str, Any]:
    from helpers.blood.severity import SYSTEMS, editions, grade

    choices = {name: rules.value(part) for name, part in instead.items() if name in grade.__kwdefaults__}
    changes = {name: part for name, part in instead.items() if name not in (*choices, "system", "edition")}
    count = dict(exercise.count) | changes
    found = {}
    for item in exercise.items:
        if item.system not in SYSTEMS:
            raise ValueError(f"{exercise.id}: there is no grading system {item.system!r}.")
        meant = instead.get("system", item.system) == item.system and instead.get("edition") in editions(item.system)
        found[item.key] = rules.find_grade(
            count=count,
            patient=exercise.patient,
            system=item.system,
            edition=instead["edition"] if meant else item.edition,
            item=item.item,
            **{**item.choices, **choices},
        )
    return found


def _grades(exercise: Exercise, instead: Mapping[str, Any] | None = None) -> dict[str, str]:
    return {key: rules.grade_key(found) for key, found in _found_grades(exercise, instead or {}).items()}


def _grade(exercise: Exercise, answer: Any) -> Verdict:
    given = _pairs(exercise, answer, lambda key: menu(exercise, key))
    if isinstance(given, Verdict):
        return given
    truth = right_answer(exercise)
    if given == truth:
        return _right(exercise, {key: _plain(found.reason) for key, found in _found_grades(exercise, {}).items()})
    slip = _betrayed(exercise, given)
    return _named(slip) if slip else _part_right(exercise, given, truth)


# --- code -------------------------------------------------------------------------------------------------------------


def _code(exercise: Exercise, answer: Any) -> Verdict:
    if answer is None:
        return Verdict(
            CANNOT_TELL,
            "Your answer is nothing (None). A call such as `.sort_values()` gives a new table: keep it in the name.",
        )
    tolerance = (exercise.tolerance_pct or 1e-4) / 100
    told = difference(answer, right_answer(exercise), tolerance)
    if not told:
        return _right(exercise)
    for slip in exercise.misconceptions:
        if not difference(answer, _wrong_value(exercise, slip.name), tolerance):
            return _named(slip)
    return Verdict(NOT_YET, told)


@cache
def _wrong_value(exercise: Exercise, name: str) -> Any:
    return wrong_answer(exercise, next(slip for slip in exercise.misconceptions if slip.name == name))


_JUDGES: dict[str, Callable[[Exercise, Any], Verdict]] = {
    "choice": _choice,
    "several": _several,
    "number": _number,
    "ordering": _ordering,
    "matching": _matching,
    "grade": _grade,
    "code": _code,
}
