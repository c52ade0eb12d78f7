"""A published patient on a card, as one tells of a person: who, what was found, what was done, what came of it.

>>> PersonCard("CRS-014")
PersonCard: Man of 38, published patient 014
"""

from __future__ import annotations

import pandas as pd

from helpers import page
from helpers.blood.core.count import BloodCount
from helpers.blood.core.criteria import word
from helpers.blood.search.patients import patient
from helpers.evidence import cite, keyed
from helpers.pictures.criteria import CARD, Criteria
from helpers.wording import capital, listed, person_words

_COUNTED = ("hb", "wbc", "anc", "plt", "retic")
_LINE = "margin:0 0 6px;max-width:60em"


class PersonCard(Criteria):
    """One published patient, told from the first count to the end of the report.

    Args:
        key: a patient of ``data/patients.csv``.

    Raises:
        KeyError: no such patient.
    """

    def __init__(self, key: str) -> None:
        self.patient = patient(key)
        self.row = keyed("patients", "patient")[key]
        self.sources = self.patient.source

    def point(self) -> str:
        """Who it is."""
        return f"{capital(person_words(self.patient.count.person))}, published patient {self.patient.number}"

    def told(self) -> dict[str, str]:
        """What is told of the person, in order; what the report does not tell is said as well."""
        row, one = self.row, self.patient
        said = {
            "The first count": _counted(one.count),
            "The marrow": row["marrow"],
            "What else was looked at": row["other_labs"],
            "What the doctors called it": one.severity or one.diagnosis,
            "What was done": one.treatment,
            "What came of it": one.outcome,
            "To know": row["note"],
        }
        asked = ("What was done", "What came of it")
        return {name: words or "The report does not tell" for name, words in said.items() if words or name in asked}

    def cards(self) -> str:
        """A paragraph a part, its name in bold."""
        said = "".join(
            f'<p style="{_LINE}"><strong>{name}.</strong> {page.escape(capital(words).rstrip("."))}.</p>'
            for name, words in self.told().items()
        )
        return f'<div style="{CARD}">{said}</div>'

    def table(self) -> pd.DataFrame:
        """The same, a row a part."""
        told = pd.DataFrame({"what": self.told()}).rename_axis("part")
        return told.assign(source=cite(self.sources))


def _counted(count: BloodCount) -> str:
    """The values that were measured, in words."""
    return listed([f"{word(name)} {count.shown(name)}" for name in _COUNTED if count.values.get(name)])
