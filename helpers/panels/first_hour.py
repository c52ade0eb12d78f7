"""The first hour: choose an emergency and read what is done in order, what must not be done, why, and whom to call.

>>> panel = FirstHourPanel("apl")
>>> panel.status
'Suspected acute promyelocytic leukemia. How soon: Within the hour, on suspicion.'
"""

from __future__ import annotations

from helpers import page
from helpers.blood.care.first_hour import FirstHour, emergencies
from helpers.panels.told import ChosenPanel
from helpers.wording import links


class FirstHourPanel(ChosenPanel):
    """What is done in the first hour of an emergency: a row of ``data/first_hour.csv``."""

    question, things = "Emergency", staticmethod(emergencies)

    def __init__(self, emergency: str = "neutropenic_sepsis_fever") -> None:
        super().__init__(emergency)

    def say(self) -> str:
        """The emergency and how soon."""
        one = self.one
        return f"{one.label}. How soon: {one.how_soon}."

    def words(self) -> str:
        """How it is recognized, what is done in order, what is not done, why, whom to call, and the sources."""
        one = self.one
        steps = "".join(f"<li>{page.inline(page.literal(step))}</li>" for step in one.do)
        return "".join(
            [
                _part("Recognize it", f"<p>{page.inline(page.literal(one.recognize))}</p>"),
                _part("Do, in this order", f"<ol>{steps}</ol>"),
                page.notice("What must not be done", [page.literal(step) for step in one.do_not]),
                _part("Why", f"<p>{page.inline(page.literal(one.why))}</p>"),
                _part("Call", f"<p>{page.inline(page.literal(one.call))}</p>"),
                _part("How well it is known", f"<p>{page.inline(_known(one))}</p>"),
            ]
        )


def _part(title: str, html: str) -> str:
    return f'<p style="margin:8px 0 0"><strong>{page.escape(title)}</strong></p>{html}'


def _known(one: FirstHour) -> str:
    return " ".join(filter(None, (page.literal(one.note), links(one.source, most=8), f"Confidence {one.confidence}.")))
