"""The banner of red flags: what cannot wait, first on every panel that shows a count."""

from __future__ import annotations

from helpers.blood.causes import Findings, features
from helpers.blood.red_flags import URGENCIES, RedFlag, red_flags
from helpers.panels.words import links
from helpers.pictures import page

TITLE = "Red flag: this cannot wait for the cause"
ASK = "Ask now"


def raised(found: Findings) -> list[RedFlag]:
    """The red flags that are raised, emergencies first."""
    return [one for one in red_flags(found) if one.raised]


def to_ask(found: Findings) -> list[RedFlag]:
    """Those that one question to the person would raise; none for what a test has to show."""
    return [
        one
        for one in red_flags(found)
        if not one.raised and all(name in features() and features()[name].group == "history" for name in one.missing)
    ]


def banner(found: Findings) -> str:
    """The banner as HTML: what is raised, why, what is done at once, and what to ask; "" when there is nothing."""
    flags, open_ones = raised(found), to_ask(found)
    lines = [
        f"**{page.literal(one.label)}** ({URGENCIES[one.urgency]}), because: {page.literal(one.because)}. "
        f"{page.literal(f'{one.why} {one.at_once}')} {links(one.source)}"
        for one in flags
    ]
    ask = [
        f"{page.literal(one.needs[0].upper() + one.needs[1:])}? With {page.literal(one.because)} it would be: "
        f"{page.literal(one.label[0].lower() + one.label[1:])} ({URGENCIES[one.urgency]}). {links(one.source, 1)}"
        for one in open_ones
    ]
    return (page.notice(TITLE, lines) if lines else "") + (page.notice(ASK, ask, "?") if ask else "")


def spoken(found: Findings) -> str:
    """The red flags in a sentence, for a panel's status; "" when none is raised."""
    flags = raised(found)
    if not flags:
        return ""
    names = "; ".join(one.label[0].lower() + one.label[1:] for one in flags)
    return f"Red flag{'s' if len(flags) > 1 else ''}: {names}."
