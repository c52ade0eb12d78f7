"""The judge: what to say to an answer. Pure: it knows no page, no kernel and no record.

Whatever is handed in (nothing, text for a number, another unit, HTML, an object of any kind), a verdict comes back
and nothing is raised.

>>> from helpers.questions.bank import exercise
>>> judge(exercise("start-01"), "iron").status
'not yet'
"""

from __future__ import annotations

from typing import Any

from helpers.questions.exercise import Exercise, Verdict


def judge(exercise: Exercise, answer: Any) -> Verdict:
    """Judge an answer.

    Args:
        exercise: the question.
        answer: as the file of its kind says. ``None`` or ``...``: not answered.

    Returns:
        A :class:`Verdict`; never an exception that the answer could cause.
    """
    asks = exercise.asks
    return asks.unanswered() if asks.untouched(answer) else asks.judge(exercise, answer)
