"""What the panels' controls and words have in common."""

from __future__ import annotations

from helpers.evidence import source
from helpers.pictures import page

PREGNANCY = {"not stated": None, "not pregnant": 0, "1st trimester": 1, "2nd trimester": 2, "3rd trimester": 3}
SEX = {"not stated": None, "female": "female", "male": "male"}
YEARS = [float(year) for year in range(101)], [f"{year} years" for year in range(101)]
"""The steps of an age slider and what is shown at each."""


def links(keys: object, most: int = 2) -> str:
    """The first sources of a row's ``source`` column, as links in light markdown."""
    found = [source(key) for key in dict.fromkeys(str(keys).split()) if key != "COURSE"][:most]
    return f"({'; '.join(page.link(item.short, item.link) for item in found)})" if found else ""
