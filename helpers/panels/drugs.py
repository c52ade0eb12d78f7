"""Drugs that do it: choose a drug and read what it does, how fast, what proves it, what helps besides stopping, again?

>>> DrugPanel("methotrexate").status
'Methotrexate. How fast: Within days of an error or of a second folate blocker; at any time when kidneys fail.'
"""

from __future__ import annotations

import pandas as pd

from helpers import page
from helpers.blood.search.drugs import drugs
from helpers.panels.told import ChosenPanel
from helpers.wording import links


class DrugPanel(ChosenPanel):
    """One drug, or a family of drugs: a row of ``data/drugs.csv``."""

    question, things = "Drug", staticmethod(drugs)

    def __init__(self, name: str = "methotrexate") -> None:
        super().__init__(name)

    def say(self) -> str:
        """The drug, and how fast."""
        one = self.one
        return f"{one.label}. How fast: {one.how_fast or 'not said in what was read.'}"

    def table(self) -> pd.DataFrame:
        """What is known of it, to show; the cells are light markdown."""
        one = self.one
        told = {
            "what it does": one.what_it_does,
            "what points to it": one.what_proves_it,
            "besides stopping": one.besides_stopping,
            "again?": one.again,
            "to know": one.note,
        }
        cells = {name: page.literal(words) for name, words in told.items() if words}
        cells["sources"] = f"{links(one.source, most=6)} Confidence {one.confidence}."
        return pd.DataFrame({"what is known": cells}).rename_axis("question")

    def words(self) -> str:
        """The table as HTML."""
        shown = self.table()
        return page.table(shown, page.literal(self.one.label), markdown=list(shown.columns))
