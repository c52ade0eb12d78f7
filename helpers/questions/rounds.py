"""One round of a question: the numbers drawn for it, and the order in which it is shown.

Both are drawn from the learner's random name, the question and the number of the round, so that a card shows the same
whenever it is looked at again. Without a learner the file's numbers and the file's order stand.

A question whose key is computed may be a *family*: ``[exercise.family]`` names the values that are drawn, ``{draw =
[...]}`` or ``{range = [lo, hi], step = ...}``; the first wording has the first of the list, or ``first`` of the range.
All answers that begin with ``=`` know the names; in texts ``{{name}}`` stands for the value and
``{{anc(wbc, share):.2f}}`` for what comes of it. ``holds`` (an expression) says which draws will do. A question that
draws nothing may have such places in its texts, too: what a table holds is then not typed.

>>> dose = {"wbc": {"draw": [2.1, 1.8]}, "share": {"range": [30, 40], "step": 5, "first": 35}}
>>> first_values(dose)
{'wbc': 2.1, 'share': 35}
>>> drawn(dose, "a learner", 0) == first_values(dose), drawn(dose, "a learner", 1) == first_values(dose)
(True, False)
>>> filled({"prompt": "{{wbc}} and {{wbc * share:.1f}}", "answer": "= wbc * share"}, {"wbc": 2.1, "share": 35})
{'prompt': '2.1 and 73.5', 'answer': '= wbc = 2.1\\nshare = 35\\nwbc * share'}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random
from typing import Any

from helpers.questions.answers import AnswerError, value

HOLDS = "holds"
POOL = 60
"""Draws of a family between which its rounds go, at most."""
_TRIES = 400
"""How often values are drawn for them, at most."""

_HOLE = re.compile(r"\{\{(.+?)(?::([^:{}\[\]()'\"]+))?\}\}", re.DOTALL)
_KEPT = ("id", "kind", "family", "sources")


# --- numbers ----------------------------------------------------------------------------------------------------------


def values_of(part: Mapping[str, Any]) -> list[Any]:
    """All values one name of a family can have, the first wording's first.

    Raises:
        AnswerError: it says neither what to draw from nor a range with a step.
    """
    if part.get("draw"):
        return list(part["draw"])
    try:
        (low, high), step = part["range"], part["step"]
    except (KeyError, TypeError, ValueError) as error:
        raise AnswerError(
            f"A family draws from {{draw = [...]}} or {{range = [lo, hi], step = ...}}: {part}."
        ) from error
    digits = len(f"{step}".partition(".")[2])
    numbers = [round(low + at * step, digits) for at in range(int((high - low) / step + 1e-9) + 1)]
    first = part.get("first", low)
    return [first, *(number for number in numbers if number != first)]


def first_values(family: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the first wording."""
    return {name: values_of(part)[0] for name, part in family.items() if name != HOLDS}


def drawn(family: Mapping[str, Any], seed: str, number: int) -> dict[str, Any]:
    """The values of a round; round 0 is the first wording, and no two rounds in a row are the same.

    Args:
        seed: the learner and the question.
        number: of the round.
    """
    first = first_values(family)
    pool = draws(family, seed, POOL)[1:] if number else []
    return pool[(number - 1) % len(pool)] if pool else first


def draws(family: Mapping[str, Any], seed: str, most: int) -> list[dict[str, Any]]:
    """Different draws that hold, the first wording first."""
    choices = {name: values_of(part) for name, part in family.items() if name != HOLDS}
    found, random = [first_values(family)], Random(seed)
    for _ in range(_TRIES):
        if len(found) >= most:
            break
        values = {name: random.choice(some) for name, some in choices.items()}
        if values not in found and holds(family, values):
            found.append(values)
    return found


def holds(family: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether a draw will do."""
    return HOLDS not in family or bool(value(f"={_known(values)}{family[HOLDS]}"))


def believable(family: Mapping[str, Any], values: Any) -> bool:
    """Whether a record's values are some that this family can have: nothing else may stand in an expression."""
    names = [name for name in family if name != HOLDS]
    return isinstance(values, Mapping) and set(values) == set(names) and all(
        any(values[name] == one and type(values[name]) in (type(one), int, float) for one in values_of(family[name]))
        for name in names
    )  # fmt: skip


def filled(raw: Any, values: Mapping[str, Any]) -> Any:
    """A question's texts with the values in them: answers know their names, holes are filled."""
    if isinstance(raw, Mapping):
        return {key: part if key in _KEPT else filled(part, values) for key, part in raw.items()}
    if isinstance(raw, list):
        return [filled(part, values) for part in raw]
    if not isinstance(raw, str):
        return raw
    if raw.startswith("="):
        return f"= {_known(values)}{raw[1:].strip()}" if values else raw
    return _HOLE.sub(lambda hole: _written(hole[1].strip(), hole[2] or "", values), raw)


def _known(values: Mapping[str, Any]) -> str:
    return "".join(f"{name} = {one!r}\n" for name, one in values.items())


def _written(expression: str, form: str, values: Mapping[str, Any]) -> str:
    found = values[expression] if expression in values else value(f"={_known(values)}{expression}")
    if not form and isinstance(found, float):
        return f"{found:.10g}"
    return format(found, form)


# --- order ------------------------------------------------------------------------------------------------------------


def arranged(question: Mapping[str, Any], seed: str, *, fixed: bool, avoid: Any = None) -> dict[str, Any]:
    """What a page is told of a question, in the order of this round.

    Args:
        question: with ``options``, or with ``items`` that may each have a menu (``choices``).
        seed: the learner, the question and the round; "" leaves all as the file has it.
        fixed: the options are a natural scale, and stay.
        avoid: an order of the lines that must not be shown (the right one).
    """
    told = dict(question)
    if not seed:
        return told
    random = Random(seed)
    if "options" in told and not fixed:
        told["options"] = _mixed(told["options"], random)
    if "items" in told:
        items = told["items"] if told.get("in_order") else _mixed(told["items"], random)
        if [one["key"] for one in items] == avoid:
            items = [*items[1:], items[0]]
        if not fixed and not told.get("scale"):
            places: dict[str, float] = {}
            for one in items:
                for choice in one.get("choices", ()):
                    places.setdefault(choice[0], random.random())
            menus = [sorted(one.get("choices", ()), key=lambda choice: places[choice[0]]) for one in items]
            items = [one | ({"choices": menu} if menu else {}) for one, menu in zip(items, menus, strict=True)]
        told["items"] = items
    return told


def _mixed(parts: list[Any], random: Random) -> list[Any]:
    return random.sample(parts, len(parts))


def order(question: Mapping[str, Any]) -> dict[str, list[str]]:
    """The order in which a page was told to show the options, the lines and their menus."""
    found = {name: [one["key"] for one in question[name]] for name in ("options", "items") if question.get(name)}
    menus = [one["choices"] for one in question.get("items", ()) if one.get("choices")]
    return found | ({"menu": [choice[0] for choice in menus[0]]} if menus else {})
