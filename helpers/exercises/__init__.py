"""Questions: the bank (what is asked), the rules (what is true), the judge (what to say), the card (what is seen), and
the learner's record (what was done).

>>> from helpers.exercises import ask, check, where_you_stand, your_record
>>> ask("grading-03")            # a question as a card
>>> check("grading-07", answer)  # feedback on an answer worked out in code
>>> where_you_stand()            # how far, what next, what to revisit
>>> your_record()                # what is recorded: see it, take it along, delete it
"""

from typing import Any

from helpers.exercises.card import ask, check

__all__ = ["after", "ask", "before", "check", "where_you_stand", "your_record"]


def __getattr__(name: str) -> Any:
    """The start page's own rooms are loaded where they are used: most notebooks only ask."""
    from importlib import import_module

    rooms = {"where_you_stand": "desk", "your_record": "desk", "after": "forms", "before": "forms"}
    if name not in rooms:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"helpers.exercises.{rooms[name]}"), name)
