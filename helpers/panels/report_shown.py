"""A pasted report shown back: each stretch with what was made of it, and the question that settles it at its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import traitlets

from helpers import page
from helpers.blood.core.count import BloodCount
from helpers.blood.core.units import ANALYTES, show
from helpers.blood.core.value import Value
from helpers.blood.grading.reference import Flag
from helpers.panels.controls import Control, script
from helpers.pictures.look import INK, SIGN

if TYPE_CHECKING:
    from helpers.blood.reports.text import Mark, Reading

LONGEST_REST = 20_000
"""Characters shown after the last stretch that was read."""
_AS_TYPED = "white-space:pre-wrap;overflow-wrap:anywhere;font-family:monospace;padding-bottom:8px"
_FRAME = {"person": "border-bottom:1px solid currentColor", "declined": "border:1px dashed currentColor"}


@dataclass(frozen=True)
class Stretch:
    """One stretch of the report as it is shown back."""

    text: str
    kind: str = ""
    """read, declined or person; "" for what was not read."""
    line: str = ""
    """The line of the blood of what was read: its ink and sign."""
    reason: str = ""
    key: str = ""
    """Of the question that settles it, where there is one."""


def stretches(reading: Reading, count: BloodCount, questions: Iterable[str]) -> list[Stretch]:
    """The whole report in order.

    Args:
        reading: the report as it was read. count: its count with what the learner settled.
        questions: keys of the questions: the short name of a quantity, or the place of a name.
    """
    found, place, text, keys = [], 0, reading.text, set(questions)
    for mark in reading.marks:
        found += [Stretch(text[place : mark.start])] if mark.start > place else []
        found.append(_stretch(mark, text[mark.start : mark.end], count, _key(mark, place, keys)))
        place = mark.end
    return [*found, Stretch(text[place : place + LONGEST_REST])]


def _key(mark: Mark, last: int, keys: set[str]) -> str:
    """The key of the question about a stretch; ``last`` is where the stretch before it ends."""
    if mark.kind == "person":
        return ""
    here = [key for key in keys if key.isdigit() and last <= int(key) < mark.end]
    return here[0] if here else mark.analyte if mark.analyte in keys else ""


def _stretch(mark: Mark, text: str, count: BloodCount, key: str) -> Stretch:
    value = count.values.get(mark.analyte)
    if mark.kind == "person":
        return Stretch(text, "person")
    if value is not None and value.known:
        return Stretch(text, "read", ANALYTES[mark.analyte].line, key=key)
    return Stretch(text, "declined", reason=mark.reason, key=key)


def as_html(report: Iterable[Stretch]) -> str:
    """The report where there is no kernel: the marks and reasons, without the questions.

    Its lines are kept by the element: JupyterLab takes styles from a notebook that is not trusted.
    """
    return f'<pre style="{_AS_TYPED}">{"".join(map(_marked, report))}</pre>'


def _marked(one: Stretch) -> str:
    if not one.kind:
        return page.escape(one.text)
    frame = _FRAME.get(one.kind) or f"border-bottom:3px solid {INK[one.line]}"
    sign = f"{SIGN[one.line]} " if one.line else ""
    why = f"<small> ({page.escape(one.reason)})</small>" if one.reason else ""
    return f'<mark style="background:none;color:inherit;{frame}">{sign}{page.escape(one.text)}</mark>{why}'


def in_words(reading: Reading, count: BloodCount) -> list[str]:
    """The same as sentences, for those who do not see the marks."""
    said = []
    for mark in reading.marks:
        words = " ".join(reading.text[mark.start : mark.end].split())
        value = count.values.get(mark.analyte)
        if mark.kind == "person":
            said.append(f'"{words}": about the person.')
        elif value is not None and value.known:
            said.append(f'"{words}": {ANALYTES[mark.analyte].label}, {show(value.amount, mark.analyte)}.')
        else:
            said.append(f'"{words}": not taken. {mark.reason}')
    return said


def as_table(count: BloodCount, flags: Mapping[str, Flag]) -> pd.DataFrame:
    """One row a value: as printed, what it is in SI and conventional units, the flag, and the reason."""
    rows = []
    for name, value in count.values.items():
        found = flags.get(name)
        amount = "cannot tell" if not value.known else ("below " if value.below else "") + show(value.amount, name)
        verdict = found.verdict if found and value.known else "cannot tell" if not value.known else "not flagged"
        compared = found.interval.words() if found else "no reference interval in this course"
        rows.append(
            (
                ANALYTES[name].label,
                value.printed or "",
                amount,
                verdict,
                value.reason or compared,
                _own(name, value),
            )
        )
    columns = ["value", "as printed", "result", "flag", "because", "the report's own interval"]
    frame = pd.DataFrame(rows, columns=columns).set_index("value")
    return frame if frame[columns[-1]].any() else frame.drop(columns=columns[-1])


def _own(name: str, value: Value) -> str:
    """The interval printed beside a value."""
    low, high = value.own_low, value.own_high
    if low is None and high is None:
        return ""
    return (
        f"below {show(high, name)}"
        if low is None
        else f"above {show(low, name)}"
        if high is None
        else f"{show(low, name)} to {show(high, name)}"
    )


class ShownBack(Control):
    """The report on the page. A stretch that an answer settles is a button; pressed, it asks its question right there.

    Questions about what stands in no text (a file's) follow below.
    """

    _esm = script("report")
    carries = "settled"
    stretches = traitlets.List(traitlets.Dict()).tag(sync=True)
    """The fields of each :class:`Stretch`, with ``ink`` and ``sign``."""
    questions = traitlets.Dict().tag(sync=True)
    """Key -> ``question``, and ``answers``: pairs of what is shown and what is kept."""
    settled = traitlets.Dict().tag(sync=True, echo_update=False)

    def tell(self, report: Iterable[Stretch], questions: Mapping[str, tuple[str, Mapping[str, str]]]) -> None:
        """Show a report and its questions in one message."""
        with self.hold_sync():
            self.questions = {
                key: {"question": question, "answers": [list(pair) for pair in answers.items()]}
                for key, (question, answers) in questions.items()
            }
            self.stretches = [_fields(one) for one in report]


def _fields(one: Stretch) -> dict[str, Any]:
    look = {"ink": INK[one.line], "sign": SIGN[one.line]} if one.line else {}
    return vars(one) | look
