"""Which of several printed dates is the latest, where that can be told whoever wrote day or month first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, product

from helpers.blood.core.pieces import MONTHS
from helpers.blood.core.words import fold, meant, tokens_of

_TIME = re.compile(r"(?:^|[\sT,])([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?\s?([ap]m)?", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_YEAR_LAST = re.compile(r"(?<![0-9])([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?![0-9])")
_NAMED = re.compile(
    r"(?<![0-9])([0-9]{1,2})?[-. /]*([a-z]{3})[a-z]*[-. /,]*(?:([0-9]{1,2})(?:st|nd|rd|th)?[ ,]+)?"
    r"([0-9]{4}|[0-9]{1,2}(?![0-9:]))?(?![0-9])"
)
_MONTH = re.compile(r"(?<![0-9/])([0-9]{1,2})/((?:19|20)[0-9]{2})(?![0-9/])")
_DAY_MONTH = re.compile(r"^([0-9]{1,2})\.([0-9]{1,2})\.$")
_SHORT = re.compile(r"^\s*([0-9]{1,2})/([0-9]{1,2})\s*$")
SHORT_DAY = re.compile(
    rf"[0-9]{{1,2}}/[0-9]{{1,2}}|[0-9]{{1,2}}\.[0-9]{{1,2}}\.|[0-9]{{1,2}}[-. ]{{0,2}}(?:{'|'.join(MONTHS)})[a-z]*\.?"
    rf"|(?:{'|'.join(MONTHS)})[a-z]*[-. ]{{1,2}}[0-9]{{1,2}}"
)
"""A day without its year, in a folded text."""
_YEAR = re.compile(r"(?<![0-9./-])((?:19|20)[0-9]{2})(?![0-9./-])")
_ONE_DIGIT = re.compile(r"[a-z]{3}[-. ]+[1-9](?![0-9:])")
_NO_YEAR = 2000
_PARTS = {"day": ("year", "month", "day"), "month": ("year", "month"), "year": ("year",), "no year": ("month", "day")}
"""What two moments have in common to be held against each other, by what the vaguer one tells."""
_SAME_YEAR_D = 180
"""Two dates without a year that lie further apart may be of two years."""


@dataclass(frozen=True)
class _Moment:
    """A date as far as it is printed."""

    at: datetime
    whole: str = "day"
    """What it tells: a day, only its month, only its year, or a day without its year."""

    def before(self, other: _Moment) -> bool | None:
        """Whether it is earlier than another; None where that is open."""
        if (self.whole == "no year") != (other.whole == "no year"):
            return None
        if self.whole == "no year" and abs((self.at - other.at).days) > _SAME_YEAR_D:
            return None
        wholes = {self.whole, other.whole}
        if ("year" in wholes or "month" in wholes) and self.at.year == other.at.year:
            return None if "year" in wholes or self.at.month == other.at.month else self.at < other.at
        return None if self.at == other.at else self.at < other.at


def latest(texts: Sequence[str]) -> int | None:
    """The place of the latest of some dates; None where one is no date, two are the same, or the order is open.

    >>> latest(["01.03.2024", "08.03.2024"]), latest(["01/02/2024", "02/01/2024"]), latest(["2019", "today"])
    (1, None, 1)
    """
    today = [place for place, text in enumerate(texts) if tokens_of(text) in meant("now", "today")]
    others = [text for place, text in enumerate(texts) if place not in today]
    if today:
        dated = all(_moment(text, True, True) or _moment(text, False, True) for text in others)
        return today[0] if len(today) == 1 and dated and others else None
    found = set()
    days = any(_ONE_DIGIT.search(fold(text)) for text in texts)  # no year is written "Mar 1"
    for day_first, year_named in product((True, False), repeat=2):
        if year_named and days:
            continue
        told = [moment for text in texts if (moment := _moment(text, day_first, year_named)) is not None]
        if len(told) == len(texts):
            found.add(_last(told))
    return found.pop() if len(found) == 1 else None


def of_one_day(texts: Sequence[str]) -> bool:
    """Whether what is printed as times may all be of one day; a text that tells no day may be of any.

    >>> of_one_day(["01.03.2024 06:00", "01.03.2024", "14:00"]), of_one_day(["01.03.2024", "08.03.2024"])
    (True, False)
    """
    readings = [_moments(texts, day_first, year_named) for day_first, year_named in product((True, False), repeat=2)]
    most = max(map(len, readings))
    return any(
        not any(_other_day(one, other) for one, other in combinations(told, 2))
        for told in readings
        if len(told) == most
    )


def _moments(texts: Sequence[str], day_first: bool, year_named: bool) -> list[_Moment]:
    """The moments that some texts tell; what tells none is left out."""
    return [moment for text in texts if (moment := _moment(text, day_first, year_named)) is not None]


def _other_day(one: _Moment, other: _Moment) -> bool:
    """Whether two moments cannot be of one day."""
    parts = min((_PARTS[each.whole] for each in (one, other)), key=len)
    return any(getattr(one.at, part) != getattr(other.at, part) for part in parts)


def _last(told: list[_Moment]) -> int | None:
    """The place of the one that all others are before."""
    for place, moment in enumerate(told):
        if all(other.before(moment) for at, other in enumerate(told) if at != place):
            return place
    return None


def _moment(text: str, day_first: bool, year_named: bool) -> _Moment | None:
    """The moment that a text tells; ``year_named``: the two digits of "Mar 14" are a year, else a day."""
    low = fold(text)
    try:
        if found := _YEAR_FIRST.search(low):
            year, month, day = (int(part) for part in found.groups())
            return _Moment(datetime(year, month, day, *_hour(low)))
        if found := _YEAR_LAST.search(low):
            if not day_first and found[2] == ".":
                return None  # nobody writes 03.12. for the 12th of March
            day, month = (int(found[1]), int(found[3])) if day_first else (int(found[3]), int(found[1]))
            return _Moment(datetime(_full(found[4]), month, day, *_hour(low)))
        if found := _MONTH.search(low):
            return _Moment(datetime(int(found[2]), int(found[1]), 1), "month")
        if found := _DAY_MONTH.search(low):
            return _Moment(datetime(_NO_YEAR, int(found[2]), int(found[1])), "no year")
        if found := _SHORT.search(low):
            day, month = (found[1], found[2]) if day_first else (found[2], found[1])
            return _Moment(datetime(_NO_YEAR, int(month), int(day)), "no year")
        if (found := _NAMED.search(low)) and found[2] in MONTHS:
            return _named(found, _hour(low), year_named)
        found = _YEAR.search(low)
        return _Moment(datetime(int(found[1]), 1, 1), "year") if found else None
    except ValueError:  # there is no such day
        return None


def _named(found: re.Match[str], hour: tuple[int, int], year_named: bool) -> _Moment | None:
    """A date whose month is named."""
    month, day, last = MONTHS.index(found[2]) + 1, found[1] or found[3], found[4]
    if day and last:
        return _Moment(datetime(_full(last), month, int(day), *hour))
    if last and (len(last) == 4 or (len(last) == 2 and year_named)):
        return _Moment(datetime(_full(last), month, 1), "month")
    day = day or last
    return _Moment(datetime(_NO_YEAR, month, int(day), *hour), "no year") if day else None


def _full(year: str) -> int:
    return int(year) + 2000 * (len(year) < 3)


def _hour(text: str) -> tuple[int, int]:
    found = _TIME.search(text)
    if not found:
        return 0, 0
    hour = int(found[1]) % 12 + 12 * (found[3].lower() == "pm") if found[3] else int(found[1])
    return hour, int(found[2])
