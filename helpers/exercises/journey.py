"""Where a learner stands: pure functions of what the record holds, of the questions there are, and of the time.

All of it is computed from columns: one row an event, in order, as :func:`frame` makes them. What belongs to no question
of this course is ignored.

>>> journey = Journey.of(frame(record), now=datetime.now().astimezone())
>>> journey.exercises          # one row a question: open, not yet or right; when it is due again
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from helpers.evidence import records
from helpers.exercises import bank
from helpers.exercises.bank import Exercise, version
from helpers.exercises.judge import NOT_YET, RIGHT, UNANSWERED
from helpers.exercises.record import Record
from helpers.exercises.session import AGAIN, ANSWERED

OPEN = "open"
COLUMNS = ["exercise", "did", "verdict", "misconception", "confidence", "time", "version"]
DAY_MS = 86_400_000


def frame(record: Record) -> pd.DataFrame:
    """What was answered and begun again in a record, in order, with :data:`COLUMNS`; ``time`` in ms since 1970 UTC."""
    rows = record.select(", ".join(COLUMNS), ANSWERED, AGAIN)
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
    """Of these questions alone."""
    exercises: pd.DataFrame
    """One row a question (index ``id``): ``notebook``, ``objective``, ``state`` (open, not yet, right), ``attempts``,
    ``level`` (successful revisits, plus one), ``due`` (a date, or None where nothing is to be revisited), ``last`` (the
    day of the last answer), ``changed`` (the question was answered in an earlier wording)."""
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
        known = short(events[events["exercise"].isin([one.id for one in asked])])
        days = _days(known["time"], now)
        rows = {one.id: _standing(one, [], []) for one in asked}
        judged = known["verdict"].isin([RIGHT, NOT_YET]) & (known["did"] == ANSWERED)
        done = np.where(known["did"] == AGAIN, AGAIN, known["verdict"].astype(object))
        counts = known.assign(day=days, done=done)[judged | (known["did"] == AGAIN)]
        wanted = {one.id: one for one in asked}
        for id, part in counts.groupby("exercise", sort=False, observed=True):
            rows[id] = _standing(wanted[id], part["done"].tolist(), part["day"].tolist(), part["version"].iloc[-1])
        return cls(known, pd.DataFrame(rows.values(), index=pd.Index(rows, name="id")), now.date())

    # --- how far ---

    def counts(self) -> pd.DataFrame:
        """One row a notebook: how many questions are ``right``, ``not yet`` and ``open``."""
        table = self.exercises.groupby(["notebook", "state"], sort=False).size().unstack(fill_value=0)
        return table.reindex(columns=[RIGHT, NOT_YET, OPEN], fill_value=0)

    @property
    def begun(self) -> bool:
        """Whether anything was answered."""
        return bool((self.exercises["attempts"] > 0).any())

    @property
    def finished(self) -> bool:
        """Whether everything is right."""
        return bool((self.exercises["state"] == RIGHT).all())

    def due(self) -> pd.DataFrame:
        """The questions to be revisited today, the longest due first."""
        waiting = self.exercises[self.exercises["state"] == RIGHT].dropna(subset=["due"])
        late = [id for id, day in waiting["due"].items() if day <= self.today]
        return waiting.loc[late].sort_values("due", kind="stable")

    def next_due(self) -> date | None:
        """The next day after today on which something is due; None if there is none."""
        days = [day for day in self.exercises["due"].dropna() if day > self.today]
        return min(days, default=None)

    def _judged(self) -> pd.DataFrame:
        return self.events[self.events["verdict"].isin([RIGHT, NOT_YET]) & (self.events["did"] == ANSWERED)]

    # --- slips ---

    def slips(self) -> pd.DataFrame:
        """The named slips shown: one row a name, with ``times``, ``exercise`` (where it was shown last), ``last`` (the
        day) and ``mended`` (that question was right afterwards); what is not mended comes first, then the frequent."""
        named = self.events["misconception"].notna() & (self.events["misconception"] != "")
        shown = self.events[(self.events["did"] == ANSWERED) & named]
        if shown.empty:
            return pd.DataFrame(columns=["times", "exercise", "mended"]).rename_axis("name")
        last = shown.drop_duplicates("misconception", keep="last").set_index("misconception")["exercise"].astype(str)
        times = shown["misconception"].value_counts()
        found = pd.DataFrame({"times": times.loc[last.index].to_numpy(), "exercise": last}).rename_axis("name")
        found.index = found.index.astype(str)
        verdicts = self._judged().drop_duplicates("exercise", keep="last").set_index("exercise")["verdict"]
        found["mended"] = [verdicts.get(id) == RIGHT for id in found["exercise"]]
        return found.sort_values(["mended", "times"], ascending=[True, False], kind="stable")

    # --- how sure ---

    def calibration(self) -> Calibration:
        """How sure the learner was, against how often the first answer was right."""
        first = self._judged().drop_duplicates("exercise").dropna(subset=["confidence"])
        right, sure = first["verdict"].eq(RIGHT), first["confidence"].astype(float)
        by = pd.DataFrame({"right": right.groupby(sure).sum(), "answers": right.groupby(sure).size()})
        brier = float(((sure - right) ** 2).mean()) if len(first) else None
        return Calibration(brier, by.rename_axis("confidence"))


@dataclass(frozen=True, eq=False)
class Calibration:
    """How well a learner knows what they know."""

    brier: float | None
    """Mean squared distance of confidence and outcome: 0 at best, 0.25 for one who always says one half."""
    levels: pd.DataFrame
    """One row a confidence stated: how many answers, and how many of them right."""

    @property
    def answers(self) -> int:
        """How many answers it rests on."""
        return int(self.levels["answers"].sum())


def _days(ms: pd.Series, now: datetime) -> pd.Series:
    """The day of each moment, as days since 1970 where ``now`` is; what lies in the future counts as now."""
    offset = now.utcoffset() or timedelta()
    latest = now.timestamp() * 1000
    local = pd.to_numeric(ms, errors="coerce").fillna(latest).clip(0, latest) + offset.total_seconds() * 1000
    return (local // DAY_MS).astype("int64")


def _standing(one: Exercise, done: Sequence[str], days: Sequence[int], wording: str = "") -> dict[str, object]:
    """Where a learner stands with one question.

    Args:
        done: ``right``, ``not yet`` or ``again``, in order.
        days: the day of each.
        wording: the version of the last.
    """
    state, level, due, last, attempts = OPEN, 0, None, None, 0
    steps = revisits()
    for what, day in zip(done, days, strict=True):
        if what == AGAIN:
            state = OPEN
            continue
        attempts += 1
        last = day
        if what == NOT_YET:
            state, level, due = NOT_YET, 0, None
            continue
        if due is None and level == 0:
            level, due = 1, day + steps[0]
        elif due is not None and day >= due:
            due = day + steps[level] if level < len(steps) else None
            level += 1
        state = RIGHT
    changed = bool(wording) and wording != version(one) and attempts > 0
    if changed and state == RIGHT:
        due = last
    if one.kind == "code":  # its answer stands in the notebook
        due = None
    return {
        "notebook": one.notebook,
        "objective": one.objective,
        "state": state,
        "attempts": attempts,
        "level": level,
        "due": _date(due),
        "last": _date(last),
        "changed": changed,
    }


def _date(day: int | None) -> date | None:
    return None if day is None else date(1970, 1, 1) + timedelta(days=day)


# --- before and after -------------------------------------------------------------------------------------------------


def handed_in(events: pd.DataFrame, form: str) -> pd.Series | None:
    """The verdicts of a test as it was handed in, by question; None if it was not.

    Args:
        form: ``"forms/before"`` or another name of :func:`helpers.exercises.bank.forms`.
    """
    ids = [one.id for one in bank.exercises(form)] if form in bank.forms() else []
    answers = events[(events["did"] == ANSWERED) & events["exercise"].isin(ids)]
    first = answers.drop_duplicates("exercise").set_index("exercise")["verdict"]
    return first.reindex(ids).fillna(UNANSWERED) if len(first) else None


def areas(verdicts: pd.Series, form: str) -> pd.DataFrame:
    """How many questions of each area are ``right``, ``of`` how many, in the order of the test."""
    area = pd.Series({one.id: one.area for one in bank.exercises(form)})
    right = verdicts.eq(RIGHT).groupby(area, sort=False)
    return pd.DataFrame({"right": right.sum(), "of": right.size()}).rename_axis("area")


def minutes_left(journey: Journey, chapters: Iterable[tuple[str, float]]) -> dict[str, float]:
    """What is left of each notebook, in minutes: its time, by the share of its questions that are not right yet.

    Args:
        chapters: each notebook with the minutes all of it takes.
    """
    counts = journey.counts()
    share = (counts[NOT_YET] + counts[OPEN]) / counts.sum(axis=1)
    return {notebook: float(minutes * share.get(notebook, 1.0)) for notebook, minutes in chapters}
