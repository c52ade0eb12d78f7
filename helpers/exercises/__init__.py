"""Questions: the bank (what is asked), the rules (what is true), the judge (what to say), the card (what is seen), and
the learner's record (what was done).

>>> from helpers.exercises import ask, check, where_you_stand, your_record
>>> ask("grading-03")            # a question as a card
>>> check("grading-07", answer)  # feedback on an answer worked out in code
>>> where_you_stand()            # how far, what next, what to revisit
>>> your_record()                # what is recorded: see it, take it along, delete it
"""

from helpers.exercises.card import ask, check
from helpers.exercises.desk import where_you_stand, your_record
from helpers.exercises.forms import after, before

__all__ = ["after", "ask", "before", "check", "where_you_stand", "your_record"]
