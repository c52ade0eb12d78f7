"""How deep JSON from outside may be nested: looked at before it is decoded.

>>> shallow('{"hb": [7.2]}')
'{"hb": [7.2]}'

What is nested without end raises ``RecursionError`` in an installed Python; it ends the Python of a page.
"""

from __future__ import annotations

import re

DEEPEST = 500
"""Brackets within each other. A record has about five, a FHIR bundle about fifteen."""
_MARK = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}


def shallow(text: str, value: int | None = None) -> str:
    """The same text, where it is nested no deeper than :data:`DEEPEST`; it may break off anywhere.

    Args:
        value: look at the one value that begins at this letter; at the whole text unless given.

    Raises:
        RecursionError: it is nested deeper.
    """
    depth = 0
    for mark in _MARK.finditer(text, value or 0):
        depth += _STEP.get(mark[0], 0)
        if depth > DEEPEST:
            raise RecursionError(f"nested deeper than {DEEPEST} brackets")
        if depth <= 0 and value is not None:
            break
    return text
