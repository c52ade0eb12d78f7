"""One person's count as a laboratory prints it: a line a value, its sign, and the interval it is held against.

>>> from helpers.blood.core.count import BloodCount
>>> LabReport(BloodCount.of(hb=72, plt=300, age_y=75, sex="female"))
LabReport: Woman of 75. Low: hemoglobin
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

from helpers import page
from helpers.blood.core.count import BloodCount
from helpers.blood.core.criteria import word
from helpers.blood.core.units import ANALYTES, show
from helpers.blood.grading.reference import DEFAULT_REFERENCE, Flag, Interval, Reference, flag
from helpers.blood.search.patients import patient as find
from helpers.evidence import cite, keyed, records
from helpers.pictures import look
from helpers.wording import capital, counted, linked, listed, person_words, small, sources

SIGN = {"low": "L", "high": "H"}
"""What a laboratory prints beside a value outside its interval."""

_PAPER = (
    "border:1px solid #8a8a8a;border-top:5px solid #273d4d;border-radius:3px;padding:8px 8px 10px;margin:6px 0 12px;"
    "max-width:46em;box-sizing:border-box;overflow-x:auto"
)
_CELL = "text-align:left;vertical-align:top;padding:3px 6px 3px 0"
_PRINTED = ("hb", "wbc", "anc", "plt", "retic", "mcv")
"""What ``data/patients.csv`` holds as printed, in columns of these names."""


class _Paper(ABC):
    """A sheet with a head, lines of named columns, and a foot."""

    sources: str = ""
    """Keys of ``data/sources.csv``, cited when the sheet is shown."""

    @abstractmethod
    def head(self) -> str:
        """Whose it is."""

    @abstractmethod
    def columns(self) -> tuple[str, ...]:
        """What stands above the columns."""

    @abstractmethod
    def lines(self) -> list[tuple[str, ...]]:
        """One tuple a value: its short name, then the cells as HTML."""

    def called(self, name: str) -> str:
        """What a value is called; "" for its full name."""
        return ""

    def foot(self) -> str:
        """What one must know to read it, in light markdown."""
        return ""

    def _repr_html_(self) -> str:
        cite(self.sources)
        head = "".join(f'<th scope="col" style="{_CELL}">{one}</th>' for one in self.columns())
        body = "".join(
            f'<tr><th scope="row" style="{_CELL};font-weight:400">{_named(name, self.called(name))}</th>'
            + "".join(f'<td style="{_CELL}">{cell}</td>' for cell in cells)
            + "</tr>"
            for name, *cells in self.lines()
        )
        foot = self.foot() and f'<p style="margin:6px 0 0"><small>{page.inline(self.foot())}</small></p>'
        return page.unparted(
            f'<section class="course-lab-report" style="{_PAPER}"><p style="margin:0 0 4px"><strong>'
            f"{page.escape(self.head())}</strong></p>"
            '<table class="course-table course-keeps" style="table-layout:auto;width:100%">'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{foot}</section>"
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}: {self.head()}"


def _named(name: str, words: str = "") -> str:
    """A value's name, or other words for it, after the sign of its line: in the line's ink, on white in any theme."""
    item = ANALYTES[name]
    return f"{look.signed(item.line)}\N{NO-BREAK SPACE}{page.escape(words or item.label)}"


def _amount(name: str, amount: float, below: bool = False) -> tuple[str, str]:
    """An amount with its unit; and in small type what stands behind it, the conventional one where it is another."""
    first = show(amount, name, beside=False)
    other = show(amount, name).removeprefix(first).strip()
    beside = f" <small>{page.escape(other)}</small>" if other else ""
    return f"{'&lt; ' if below else ''}{page.escape(first)}", beside


class LabReport(_Paper):
    """A count held against the reference intervals of its person: result, L or H, interval.

    Args:
        count: one person's count.
        reference: a reference set, or several in order of preference.

    Raises:
        ValueError: no such reference set.
    """

    def __init__(self, count: BloodCount, reference: Reference = DEFAULT_REFERENCE) -> None:
        self.count = count
        self.flags = list(flag(count, reference))
        self.sources = sources(*(one.interval.source for one in self.flags))

    def head(self) -> str:
        """Whose it is, and which patient of the course."""
        number = self.count.label.partition("-")[2] if self.count.label.startswith("CRS-") else ""
        return capital(person_words(self.count.person)) + (f" · published patient {number}" if number else "")

    def columns(self) -> tuple[str, ...]:
        """As on a laboratory's sheet."""
        return "value", "result", '<abbr title="L low, H high">flag</abbr>', "reference interval"

    def lines(self) -> list[tuple[str, ...]]:
        """A line a value: what lies outside its interval is bold; some values have no interval in any set."""
        flags = {one.analyte: one for one in self.flags}
        return [(name, *self._cells(flags.get(name) or self._unheld(name))) for name in self.count.values]

    def _unheld(self, name: str) -> Flag:
        """A value for which no set prints an interval."""
        none = Interval(name, math.nan, math.nan, "", "", "")
        return Flag(name, "cannot tell", getattr(self.count, name), none, self.count.why(name))

    def _cells(self, one: Flag) -> tuple[str, str, str]:
        if math.isnan(one.value):
            return f"cannot tell <small>({page.escape(one.reason)})</small>", "", _range(one.interval)
        first, beside = _amount(one.analyte, one.value, self.count.is_below(one.analyte))
        sign = SIGN.get(one.verdict, "")
        if not sign:
            return first + beside, "", _range(one.interval)
        return f"<strong>{first}</strong>{beside}", f"<strong>{sign}</strong>", _range(one.interval)

    def foot(self) -> str:
        """What the signs mean, and whose intervals these are."""
        sets = {row["set"]: row["label"] for row in records("reference_sets")}
        used = dict.fromkeys(sets[one.interval.set] for one in self.flags if one.interval.known)
        whose = f" Intervals: {page.literal(listed(used))} ({linked(self.sources)})." if used else ""
        return f"**L** below, **H** above the interval of this person; both are bold.{whose}"

    def __repr__(self) -> str:
        found = {
            word: [small(ANALYTES[one.analyte].label) for one in self.flags if one.verdict == verdict]
            for verdict, word in (("low", "Low"), ("high", "High"))
        }
        said = "; ".join(f"{word}: {listed(names)}" for word, names in found.items() if names) or "Nothing is flagged"
        return f"{super().__repr__()}. {said}"


def _range(found: Interval) -> str:
    """An interval with its unit, once."""
    if not found.known:
        return "none for this person"
    low, high = ("" if math.isnan(end) else show(end, found.analyte, beside=False) for end in (found.low, found.high))
    if low and high:
        return f"{low.partition(' ')[0]} to {high}"
    return f"from {low}" if low else f"up to {high}"


class AsRead(_Paper):
    """How a report was read: what is printed, and what the course takes it for, or why it cannot tell.

    Args:
        count: a count, as the readers of reports give it.
        computed: only the values that were worked out from others.
    """

    def __init__(self, count: BloodCount, computed: bool = False) -> None:
        self.count = count
        self.values = {name: value for name, value in count.values.items() if value.computed or not computed}
        self._computed = computed

    def head(self) -> str:
        """Whose it is, and how much could be read."""
        read = sum(value.known for value in self.values.values())
        whose = capital(person_words(self.count.person))
        open_ = len(self.values) - read
        unread = f", {open_} cannot be told" if open_ else ""
        return f"{whose} · {counted(read, 'value')} {'worked out' if self._computed else 'read'}{unread}"

    def columns(self) -> tuple[str, ...]:
        """What stands there beside what it means."""
        return ("value", "worked out from" if self._computed else "as printed", "the course reads")

    def lines(self) -> list[tuple[str, ...]]:
        """A line a value."""
        lines = []
        for name, value in self.values.items():
            if value.amount is None:
                read = f"cannot tell <small>({page.escape(value.reason)})</small>"
            else:
                first, beside = _amount(name, value.amount, value.below)
                read = f"<strong>{first}</strong>{beside}"
            lines.append((name, page.escape(value.printed), read))
        return lines


class AsPrinted(_Paper):
    """A published patient's count as the article prints it: their own numbers, units and marks, untouched.

    Args:
        patient: a key of ``data/patients.csv``.

    Raises:
        KeyError: no such patient.
    """

    def __init__(self, patient: str) -> None:
        found = find(patient)
        self.row, self.number = keyed("patients", "patient")[found.key], found.number
        self.sources = found.source

    def head(self) -> str:
        """Whose it is."""
        age = f"age {self.row['age_printed']}" if self.row["age_printed"] else "age not printed"
        return f"{capital(age)} · {self.row['sex'] or 'sex not printed'} · published patient {self.number}"

    def called(self, name: str) -> str:
        """Its short name: what is printed may be a share or an index."""
        return capital(word(name))

    def columns(self) -> tuple[str, ...]:
        """Two of them: an article seldom prints more."""
        return "value", "as the article prints it"

    def lines(self) -> list[tuple[str, ...]]:
        """A line for each value that is printed."""
        printed = {name: self.row[f"{name}_printed"] for name in _PRINTED}
        return [(name, f"<strong>{page.escape(words)}</strong>") for name, words in printed.items() if words]

    def foot(self) -> str:
        """Where it was published."""
        return f"Published in {linked(self.sources)}."
