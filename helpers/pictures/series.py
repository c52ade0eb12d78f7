"""How often is it which cause? Published series as points with their limits, those of one door together.

>>> SeriesPicture("megaloblastic")
SeriesPicture: Megaloblastic anemia: 2.3 to 68 % of pancytopenia, depending on where one looks
"""

from __future__ import annotations

import math

from helpers.blood.search.base_rates import base_rates, cause_names, doors
from helpers.pictures.forest import ForestPicture, Mark, Scale, Study
from helpers.wording import capital, sources

_STEPS = (10, 20, 50, 80, 100)


class SeriesPicture(ForestPicture):
    """The share of one cause in each series that counts it.

    Args:
        cause: key of :func:`helpers.blood.search.base_rates.cause_names`.
        door: key of :func:`helpers.blood.search.base_rates.doors`; without it all, the widest first.
        region: one of :func:`helpers.blood.search.base_rates.regions`; without it all.
        people: "adults", "children" or "all ages"; without it all.
        instead: whether it stands in for a choice that no series fits; the title then says so.

    Raises:
        ValueError: no such choice, or no series of that choice counts the cause.
    """

    def __init__(
        self,
        cause: str,
        door: str | None = None,
        region: str | None = None,
        people: str | None = None,
        instead: bool = False,
    ) -> None:
        self.cause, self.instead = cause, instead
        self.rows = base_rates(cause, door, region, people)
        if self.rows.empty:
            chosen = ", ".join(filter(None, (door, region, people)))
            raise ValueError(f"No series of this choice ({chosen}) counts {cause_names()[cause]}. Choose another one.")
        self.sources = sources(*self.rows["source"], "WILSON1927")
        top = next(step for step in _STEPS if step >= self.rows["high_pct"].max() or step == 100)
        ticks = tuple(float(tick) for tick in range(0, top + 1, 5 if top <= 20 else 10 if top <= 50 else 20))
        scale = Scale(
            "", 0, top, ticks, tuple(f"{tick:g} %" for tick in ticks), said="share of all people of the series"
        )
        self.sections = ((scale, tuple(self._door(name) for name in doors() if name in set(self.rows["door"]))),)
        self.draw()

    def _door(self, door: str) -> Study:
        about = doors()[door]
        marks = []
        for row in self.rows[self.rows["door"] == door].itertuples():
            shown = f"{_whole(row.share_pct)} % ({_whole(row.low_pct)}–{_whole(row.high_pct)})"
            words = f"{row.label}: {row.cases} of {row.n}"
            marks.append(Mark(words, shown, row.share_pct, row.low_pct, row.high_pct, computed=True))
        return Study(capital(about["label"]), math.nan, about["caution"] or "", tuple(marks))

    def point(self) -> str:
        """The picture's title."""
        name = cause_names()[self.cause]
        low, high = (_whole(pct) for pct in (self.rows["share_pct"].min(), self.rows["share_pct"].max()))
        if self.instead:
            span = low if low == high else f"{low} to {high}"
            return f"{capital(name)}: {span} % in every series that counts this cause; none is of this choice"
        if len(self.rows) == 1:
            return f"{capital(name)}: {low} % in the one series that counts it"
        return f"{capital(name)}: {low} to {high} % of pancytopenia, depending on where one looks"

    def traps(self) -> list[str]:
        """What to know before comparing, a line of light markdown for each series that has something to say."""
        told = self.rows[self.rows["note"] != ""]
        return [f"*{row.label}*: {row.note}" for row in told.itertuples()]

    def caption(self) -> str:
        """How to read it."""
        return (
            "Share of all people of a series, with Wilson's 95 % limits (broken line, computed by the course). They "
            f"allow for chance alone, not for the door. Sources: {self.links()}."
        )


def _whole(share: float) -> str:
    return f"{share:.1f}" if 0 < share < 9.95 else f"{share:.0f}"
