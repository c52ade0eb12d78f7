"""What the panels' words have in common."""

from __future__ import annotations

from helpers.evidence import source
from helpers.pictures import page


def links(keys: object, most: int = 2) -> str:
    """The first sources of a row's ``source`` column, as links in light markdown."""
    found = [source(key) for key in dict.fromkeys(str(keys).split()) if key != "COURSE"][:most]
    return f"({'; '.join(page.link(item.short, item.link) for item in found)})" if found else ""
