"""Base rates by hand: choose a cause and a door, and see how often published series found it.

>>> BaseRates("aplastic").status
'Aplastic anemia: 3.0 to 49 % of pancytopenia, depending on where one looks.'
"""

from __future__ import annotations

from helpers import page
from helpers.blood.search.base_rates import PEOPLE, base_rates, cause_names, doors, regions
from helpers.panels.controls import Choice
from helpers.panels.pictured import PicturedPanel, PicturedView
from helpers.panels.traits import OneOf
from helpers.pictures.series import SeriesPicture
from helpers.wording import capital, links

_PEOPLE = {"adults": "adults", "children": "children", "all ages": "people of all ages"}


class BaseRates(PicturedPanel):
    """How often published series found a cause, by the door through which people came.

    Args:
        cause: key of :func:`helpers.blood.search.base_rates.cause_names`.
        door: key of :func:`helpers.blood.search.base_rates.doors`; without it, all.
        region: one of :func:`helpers.blood.search.base_rates.regions`; without it, all.
        people: "adults", "children" or "all ages"; without it, all.

    Raises:
        ValueError: no such cause, door, region or people.
    """

    cause = OneOf(cause_names, "cause", "megaloblastic")
    door = OneOf(doors, "door")
    region = OneOf(regions, "region")
    people = OneOf(lambda: PEOPLE, "group of people")

    def __init__(
        self,
        cause: str = "megaloblastic",
        door: str | None = None,
        region: str | None = None,
        people: str | None = None,
    ) -> None:
        super().__init__()
        base_rates(cause, door, region, people)
        self.cause, self.door, self.region, self.people = cause, door, region, people
        self.begin()

    def _update(self) -> None:
        chosen = (self.door, self.region, self.people)
        empty = base_rates(self.cause, *chosen).empty
        self.trouble = ""
        if empty:
            name = cause_names()[self.cause]
            self.trouble = f"No series of this choice counts {name}, so every series that does is shown."
        self.picture = SeriesPicture(self.cause, instead=True) if empty else SeriesPicture(self.cause, *chosen)
        self.status = self.trouble or f"{self.picture.point()}."

    def words(self) -> str:
        """The words below the picture as HTML: what to know before comparing, and each series as a table."""
        rows = self.picture.rows
        shown = rows.assign(
            found=[f"{row.cases} of {row.n} {_PEOPLE.get(row.people, 'people')}" for row in rows.itertuples()],
            printed=[_printed(row) for row in rows.itertuples()],
            source=[links(keys) for keys in rows["source"]],
        )[["label", "found", "printed", "source"]]
        shown = shown.rename(columns={"label": "series", "printed": "as printed"}).set_index("series")
        caption = "What the series say; shares of different doors answer different questions and are never averaged"
        lines = "".join(f"<li>{page.inline(one)}</li>" for one in self.picture.traps())
        traps = f"<p><strong>Before you compare</strong></p><ul>{lines}</ul>" if lines else ""
        return traps + page.BELOW + page.table(shown, caption, markdown=["source"])


def _printed(row) -> str:
    base = "" if row.of_n == row.n else f" of {row.of_n}"
    return f"{row.pct_printed:g} %{base}"


class _View(PicturedView, of=BaseRates):
    """The panel's widgets."""

    def controls(self) -> list[Choice]:
        """What is chosen, and the way back."""
        model = self.model
        self.cause = Choice("Cause", {capital(name): key for key, name in cause_names().items()}, model.cause)
        shown = {"all doors": None} | {row["label"]: door for door, row in doors().items()}
        self.door = Choice("How people came in", shown, model.door)
        self.region = Choice("Where", {"everywhere": None} | {name: name for name in regions()}, model.region)
        self.people = Choice("Whom they count", {"everybody": None} | {name: name for name in PEOPLE}, model.people)
        self.link(cause=self.cause, door=self.door, region=self.region, people=self.people)
        return [self.cause, self.door, self.region, self.people, self.button("Reset", model.reset)]
