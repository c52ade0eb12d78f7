"""How deep JSON from outside may be nested: looked at before it is decoded.

>>> shallow('{"hb": [7.2]}')
'{"hb": [7.2]}'

What is nested without end raises ``RecursionError`` in an installed Python; it ends the Python of a page.
"""

from __future__ import annotations

import re
from itertools import accumulate

DEEPEST = 500
"""Brackets within each other. A record has about five, a FHIR bundle about fifteen."""
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}


def shallow(text: str) -> str:
    """The same text, where it is nested no deeper than :data:`DEEPEST`; it may break off anywhere.

    Raises:
        RecursionError: it is nested deeper.
    """
    brackets = _BRACKET.findall(_STRING.sub("", text))
    if max(accumulate(map(_STEP.__getitem__, brackets)), default=0) > DEEPEST:
        raise RecursionError(f"nested deeper than {DEEPEST} brackets")
    return text
