"""Questions: the bank (what is asked), the rules (what is true), the judge (what to say), the card (what is seen).

>>> from helpers.exercises import ask, check
>>> ask("grading-03")            # a question as a card
>>> check("grading-07", answer)  # feedback on an answer worked out in code
"""

from helpers.exercises.card import ask, check

__all__ = ["ask", "check"]
