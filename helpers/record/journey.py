"""Where a learner stands: pure functions of what the record holds, of the questions there are, and of the time.

All of it is computed from columns: one row an event, in order, as :func:`frame` makes them. What belongs to no question
of this course is ignored.

>>> nothing_yet = pd.DataFrame(columns=COLUMNS)
>>> Journey.of(nothing_yet, datetime.now().astimezone()).exercises.loc["start-01", "state"]    # one row a question
'open'
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import permutations

import numpy as np
import pandas as pd

from helpers.evidence import records
from helpers.questions import bank
from helpers.questions.bank import version
from helpers.questions.exercise import (
    CONFIDENCE,
    KEPT,
    NOT_YET,
    PREDICT,
    RIGHT,
    TRIES,
    UNANSWERED,
    Exercise,
    mark,
    step_of,
)
from helpers.questions.slips import slip
from helpers.record.log import Record
from helpers.record.session import AGAIN, ANSWERED, HINT, SOLUTION

AT_ONCE, HELPED, UNSCORED, OPEN = "right at once", "right in the end", "not scored", "open"
"""How a question can stand, beside *not yet*: right at the first try without help; right after hints, the solution or
another try; a prediction that was made or words of one's own, which are not scored; not answered. Only the first
counts in any figure."""
STATES = [AT_ONCE, HELPED, UNSCORED, NOT_YET, OPEN]
COLUMNS = ["exercise", "did", "verdict", "misconception", "confidence", "time", "version"]
DAY_MS = 86_400_000
A_DAY = 10
"""So many questions fall due on a day at most."""


def frame(record: Record) -> pd.DataFrame:
    """What was done with questions in a record, in order, with :data:`COLUMNS`; ``time`` in ms since 1970 UTC."""
    rows = record.select(", ".join(COLUMNS), ANSWERED, AGAIN, HINT, SOLUTION)
    return short(pd.DataFrame(rows, columns=COLUMNS, dtype=object))


def short(events: pd.DataFrame) -> pd.DataFrame:
    """The same with the few different texts of a long record held once, so that comparing them is quick."""
    texts = ("exercise", "did", "verdict", "misconception", "version")
    return events.assign(**{name: pd.Categorical(events[name]) for name in texts})


def revisits() -> tuple[int, ...]:
    """After how many days a question is due again, the first, the second time, and so on."""
    steps = [row for row in records("constants") if row["name"].startswith("revisit_after_")]
    return tuple(int(row["value"]) for row in sorted(steps, key=lambda row: row["name"]))


@dataclass(frozen=True, eq=False)
class Journey:
    """One learner's way through some questions."""

    events: pd.DataFrame
    """Of these questions alone, without what was tried out on one that was right already."""
    exercises: pd.DataFrame
    """One row a question (index ``id``): ``notebook``, ``objective``, ``phase``, ``in_code``, ``state``,
    ``attempts``, ``hints`` (seen), ``solved`` (the solution was seen), ``level`` (successful revisits, plus one),
    ``due`` (a date, or None where nothing is to be revisited), ``last`` (the day of the last answer), ``changed`` (the
    question was answered in an earlier wording)."""
    today: date

    @classmethod
    def of(cls, events: pd.DataFrame, now: datetime, asked: Sequence[Exercise] | None = None) -> Journey:
        """What the events say at a time.

        Args:
            events: as :func:`frame` gives them.
            now: with its time zone: a day ends at midnight there. What lies after it (a clock was set back) counts as
                done now.
            asked: the questions; those of all notebooks unless given.
        """
        asked = [one for name in bank.notebooks() for one in bank.exercises(name)] if asked is None else asked
        known = events[events["exercise"].isin([one.id for one in asked])]
        trying = tried_out(known)
        tries, known = known.loc[trying, "exercise"].value_counts(), short(known[~trying])
        days = _days(known["time"], now)
        rows = {one.id: _standing(one, [], []) for one in asked}
        judged = known["verdict"].isin(TRIES) & (known["did"] == ANSWERED)
        done = np.where(known["did"] == ANSWERED, known["verdict"].astype(object), known["did"].astype(object))
        counts = known.assign(day=days, done=done)[judged | known["did"].isin([AGAIN, HINT, SOLUTION])]
        wanted = {one.id: one for one in asked}
        for id, part in counts.groupby("exercise", sort=False, observed=True):
            rows[id] = _standing(wanted[id], part["done"].tolist(), part["day"].tolist(), part["version"].iloc[-1])
            rows[id]["attempts"] += int(tries.get(id, 0))
        return cls(known, pd.DataFrame(rows.values(), index=pd.Index(rows, name="id")), now.date())

    # --- how far ---

    def counts(self) -> pd.DataFrame:
        """One row a notebook: how many questions are in each of :data:`STATES`."""
        table = self.exercises.groupby(["notebook", "state"], sort=False).size().unstack(fill_value=0)
        return table.reindex(columns=STATES, fill_value=0)

    @property
    def begun(self) -> bool:
        """Whether anything was answered."""
        return bool((self.exercises["attempts"] > 0).any())

    @property
    def finished(self) -> bool:
        """Whether nothing is open or not yet right."""
        return not self.exercises["state"].isin([OPEN, NOT_YET]).any()

    def due(self) -> pd.DataFrame:
        """The questions to be revisited today, the longest due first; no more than :data:`A_DAY`, the rest waits."""
        waiting = self.exercises[self.exercises["state"].isin([AT_ONCE, HELPED])].dropna(subset=["due"])
        late = [id for id, day in waiting["due"].items() if day <= self.today]
        return waiting.loc[late].sort_values("due", kind="stable").head(A_DAY)

    def next_due(self) -> date | None:
        """The next day after today on which something is due; None if there is none."""
        days = [day for day in self.exercises["due"].dropna() if day > self.today]
        return min(days, default=None)

    def _judged(self) -> pd.DataFrame:
        return self.events[self.events["verdict"].isin([RIGHT, NOT_YET]) & (self.events["did"] == ANSWERED)]

    # --- slips ---

    def slips(self) -> pd.DataFrame:
        """The slips shown, as the closed list names them: one row a name, with ``says``, ``times``, ``exercise`` (where
        it was shown last) and ``mended`` (that question was right afterwards); what is not mended comes first, then the
        frequent."""
        named = self.events["misconception"].notna() & (self.events["misconception"] != "")
        shown = self.events[(self.events["did"] == ANSWERED) & named]
        if shown.empty:
            return pd.DataFrame(columns=["says", "times", "exercise", "mended"]).rename_axis("name")
        names = shown["misconception"].astype(str).map(lambda name: slip(name).name)
        last = shown.assign(misconception=names).drop_duplicates("misconception", keep="last")
        last = last.set_index("misconception")["exercise"].astype(str)
        times, says = names.value_counts(), [slip(name).says for name in last.index]
        found = pd.DataFrame({"says": says, "times": times.loc[last.index].to_numpy(), "exercise": last})
        found = found.rename_axis("name")
        verdicts = self._judged().drop_duplicates("exercise", keep="last").set_index("exercise")["verdict"]
        found["mended"] = [verdicts.get(id) == RIGHT for id in found["exercise"]]
        return found.sort_values(["mended", "times"], ascending=[True, False], kind="stable")

    # --- how sure ---

    def _first(self) -> pd.DataFrame:
        """The first answer to each question that was given without a hint, where its confidence was said."""
        tries = self.events[self.events["did"].isin([HINT]) | self.events["verdict"].isin([RIGHT, NOT_YET])]
        first = tries.drop_duplicates("exercise")
        return first[first["did"] == ANSWERED].dropna(subset=["confidence"])

    def calibration(self, *, predictions: bool = False) -> Calibration:
        """How sure the learner was, against how often the first answer was right: of what was known, or predicted."""
        first = self._first()
        first = first[first["exercise"].isin(self._of(PREDICT)) == predictions]
        right, sure = first["verdict"].eq(RIGHT), first["confidence"].astype(float)
        step = sure.map(step_of).map(dict(enumerate(map(float, CONFIDENCE)))).astype(float)
        by = pd.DataFrame({"right": right.groupby(step).sum(), "answers": right.groupby(step).size()})
        brier = float(((sure - right) ** 2).mean()) if len(first) else None
        marks = sum(mark(*pair) for pair in zip(right, sure, strict=True))
        return Calibration(brier, by.rename_axis("confidence"), marks)

    def _of(self, phase: str) -> list[str]:
        return self.exercises.index[self.exercises["phase"] == phase].tolist()

    def sure_and_wrong(self) -> list[str]:
        """The questions that were first answered wrong and surely, and are not right since; the newest first."""
        first, last = self._first(), self._judged().drop_duplicates("exercise", keep="last")
        wrong = first[(first["verdict"] == NOT_YET) & ~first["exercise"].isin(self._of(PREDICT))]
        open_ones = set(last.loc[last["verdict"] == NOT_YET, "exercise"])
        surest = wrong[wrong["confidence"].astype(float).map(step_of) == len(CONFIDENCE) - 1]
        return [str(id) for id in reversed(surest["exercise"].tolist()) if id in open_ones]


@dataclass(frozen=True, eq=False)
class Calibration:
    """How well a learner knows what they know."""

    brier: float | None
    """Mean squared distance of confidence and outcome: 0 at best, 0.25 for one who always says one half."""
    levels: pd.DataFrame
    """One row a step of confidence: how many answers, and how many of them right."""
    marks: int = 0
    """The certainty-based marks of all of them."""

    @property
    def answers(self) -> int:
        """How many answers it rests on."""
        return int(self.levels["answers"].sum())


def tried_out(events: pd.DataFrame) -> pd.Series:
    """Which answers only try something out: a wrong one to a question that is right already, and those after it, until
    the question is begun again or asks something else. They take nothing away and add nothing.

    Args:
        events: in order, with :data:`COLUMNS`.
    """
    answered = events["did"] == ANSWERED
    right, wrong = answered & (events["verdict"] == RIGHT), answered & (events["verdict"] == NOT_YET)
    exercise = events["exercise"].astype(object)
    begun = (events["did"] == AGAIN).groupby(exercise, sort=False).cumsum()
    asked = [exercise, begun, events["version"].astype(object)]
    solved = right.groupby(asked, sort=False, dropna=False).cumsum() > 0
    trying = (wrong & solved).groupby(asked, sort=False, dropna=False).cumsum() > 0
    return trying & (right | wrong)


def _days(ms: pd.Series, now: datetime) -> pd.Series:
    """The day of each moment, as days since 1970 where ``now`` is; what lies in the future counts as now."""
    offset = now.utcoffset() or timedelta()
    latest = now.timestamp() * 1000
    local = pd.to_numeric(ms, errors="coerce").fillna(latest).clip(0, latest) + offset.total_seconds() * 1000
    return (local // DAY_MS).astype("int64")


def _standing(one: Exercise, done: Sequence[str], days: Sequence[int], wording: str = "") -> dict[str, object]:
    """Where a learner stands with one question.

    Args:
        done: ``right``, ``not yet``, ``again``, ``hint`` or ``solution``, in order.
        days: the day of each.
        wording: the version of the last.
    """
    state, level, due, last, attempts = OPEN, 0, None, None, 0
    steps, helped, told = revisits(), False, None
    for what, day in zip(done, days, strict=True):
        if what == AGAIN:  # what was told today is no first try, unless the numbers are new
            state, helped = OPEN, told == day and not one.family
            continue
        if what in (HINT, SOLUTION):
            helped, told = True, day
            continue
        attempts += 1
        last = day
        if what in (NOT_YET, KEPT):
            state, level, due, helped, told = NOT_YET, 0, None, True, day
            continue
        if due is None and level == 0:
            level, due = 1, day + steps[0]
        elif due is not None and day >= due:
            level += not helped
            due = day + steps[level - 1] if level <= len(steps) else None
        if state != AT_ONCE:
            state = HELPED if helped else AT_ONCE
    if (one.phase == PREDICT or not one.asks.scored) and attempts:
        state, due = UNSCORED, None
    changed = bool(wording) and wording != version(one) and attempts > 0
    if changed and state in (AT_ONCE, HELPED):
        due = last
    if one.asks.in_code:  # its answer stands in the notebook
        due = None
    return {
        "notebook": one.notebook,
        "objective": one.objective,
        "phase": one.phase,
        "in_code": one.asks.in_code,
        "state": state,
        "hints": list(done).count(HINT),
        "solved": SOLUTION in done,
        "attempts": attempts,
        "level": level,
        "due": _date(due),
        "last": _date(last),
        "changed": changed,
    }


def _date(day: int | None) -> date | None:
    return None if day is None else date(1970, 1, 1) + timedelta(days=day)


# --- the test, before and after ---------------------------------------------------------------------------------------

ORDERS = tuple(permutations(bank.FORMS))
"""The six orders in which the three forms can be taken."""
WHOLE = 0.75
"""The share of a form's questions that have to be in a record, for the form to have been handed in."""


def order_of_forms(learner: str) -> tuple[str, ...]:
    """Which form a learner takes first, second and third, drawn from their random name: so a form that is harder than
    another does not look like learning in a class."""
    return ORDERS[int(hashlib.sha256(learner.encode()).hexdigest(), 16) % len(ORDERS)]


def sittings(events: pd.DataFrame) -> list[str]:
    """The forms that were handed in, in the order in which that was."""
    done = [form for form in bank.forms() if handed_in(events, form) is not None]
    last = {form: events.index[events["exercise"] == bank.exercises(form)[-1].id].min() for form in done}
    return sorted(done, key=lambda form: (pd.isna(last[form]), last[form]))


def handed_in(events: pd.DataFrame, form: str) -> pd.Series | None:
    """The verdicts of a form as it was handed in, by question; None if it was not, or only some of its questions were,
    in a test of an earlier course.

    Args:
        form: one of :data:`helpers.questions.bank.FORMS`.
    """
    ids = [one.id for one in bank.exercises(form)] if form in bank.forms() else []
    answers = events[(events["did"] == ANSWERED) & events["exercise"].isin(ids)]
    first = answers.drop_duplicates("exercise").set_index("exercise")["verdict"].astype(object)
    return first.reindex(ids).fillna(UNANSWERED) if ids and len(first) >= WHOLE * len(ids) else None


def earlier_test(events: pd.DataFrame, form: str) -> tuple[int, int]:
    """Of the test of an earlier course, whose questions had ids like this form's: how many were right, of how many."""
    ids = events["exercise"].astype(str)
    kept = events[(events["did"] == ANSWERED) & ids.str.fullmatch(rf"{form.rpartition('/')[2]}-\d\d")]
    first = kept.drop_duplicates("exercise")
    return int((first["verdict"] == RIGHT).sum()), len(first)


def minutes_left(journey: Journey, chapters: Iterable[tuple[str, float]]) -> dict[str, float]:
    """What is left of each notebook, in minutes: its time, by the share of its open or not yet right questions.

    Args:
        chapters: each notebook with the minutes all of it takes.
    """
    counts = journey.counts()
    share = (counts[NOT_YET] + counts[OPEN]) / counts.sum(axis=1)
    return {notebook: float(minutes * share.get(notebook, 1.0)) for notebook, minutes in chapters}
