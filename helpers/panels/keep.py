"""A page to keep: made here, handed to the browser as a file, printed from there. Nothing leaves the computer."""

from __future__ import annotations

import traitlets

from helpers import page
from helpers.blood.core.conclusions import caution
from helpers.panels.controls import STATIC, Control, script

_FOOT = (
    "From the open course on pancytopenia. It teaches; it does not advise: what it means for one person, only somebody "
    "who knows them can say."
)


def document(title: str, body: str) -> str:
    """A whole page that can be printed.

    Args:
        title: plain text.
        body: HTML made with :mod:`helpers.page`.
    """
    foot = page.escape(f"{_FOOT} {caution('red_flags', 'call')}")
    whole = f'<h1>{page.escape(title)}</h1>{body}<p class="small">{foot}</p>'
    return page.document(title, whole, (STATIC / "kept_page.css").read_text(encoding="utf-8"))


class KeepPage(Control):
    """A native button that gives a page to the browser as a file."""

    _esm = script("keep_page")
    label = traitlets.Unicode("Keep this page to print it").tag(sync=True)
    name = traitlets.Unicode("pancytopenia-page.html").tag(sync=True)
    html = traitlets.Unicode("").tag(sync=True)

    def __repr__(self) -> str:
        return f"KeepPage({self.name!r})"
