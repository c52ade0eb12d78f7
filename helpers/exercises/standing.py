"""Where you stand, as a page: how far, what to do next, what to revisit, which slips to look at, what has changed.

A function of a :class:`~helpers.exercises.journey.Journey` and of the tests handed in; it reads no record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd

from helpers.exercises import bank, places
from helpers.exercises.card import CONFIDENCE, SIGNS
from helpers.exercises.journey import OPEN, Journey, areas, handed_in, minutes_left
from helpers.exercises.judge import NOT_YET, RIGHT
from helpers.pictures import page
from helpers.pictures.progress import CalibrationPicture, ChangePicture, Level, OwnPicture, Pair, Part, ProgressPicture

BEFORE, AFTER = "forms/before", "forms/after"
ENOUGH = 5
"""Answers with a confidence, before a picture is made of them."""
MINUTES_A_REVISIT = 2
MOST_LISTED = 5

_SIGN = {RIGHT: SIGNS[RIGHT], NOT_YET: SIGNS[NOT_YET], OPEN: "○"}


@dataclass(frozen=True, eq=False)
class Standing:
    """What the page is made of."""

    journey: Journey
    chapters: list[places.Chapter]
    tests: pd.DataFrame
    """The events of the tests."""

    @property
    def minutes(self) -> dict[str, float]:
        """What is left of each notebook, in minutes."""
        return minutes_left(self.journey, [(one.notebook, one.minutes) for one in self.chapters])

    def lead(self) -> str:
        """The whole of it in a sentence or two."""
        counts = self.journey.counts().sum()
        total, left = int(counts.sum()), duration(sum(self.minutes.values()))
        if not self.journey.begun:
            return (
                f"You have not answered a question yet. There are {total} in {len(self.chapters)} notebooks; "
                f"all of it takes {left}."
            )
        if self.journey.finished:
            return f"All {total} questions are right."
        not_yet = f", {counts[NOT_YET]} not yet" if counts[NOT_YET] else ""
        return f"{counts[RIGHT]} of {total} questions are right{not_yet}. {left.capitalize()} are left."

    def html(self) -> str:
        """The page."""
        return "".join(
            (
                f'<p class="lead"><strong>{page.escape(self.lead())}</strong></p>',
                self._next(),
                _picture(self._progress()) if self.journey.begun else "",
                self._notebooks(),
                self._slips(),
                self._tests(),
                self._sure(),
            )
        )

    # --- what next ---

    def _next(self) -> str:
        items = list(self._steps())
        return f"<p><strong>Next</strong></p><ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>" if items else ""

    def _steps(self) -> Iterator[str]:
        due = self.journey.due()
        if len(due):
            many = f"{len(due)} question{'s' if len(due) > 1 else ''}"
            minutes = duration(len(due) * MINUTES_A_REVISIT)
            listed = "; ".join(self._question(id) for id in due.index[:MOST_LISTED])
            more = f"; and {len(due) - MOST_LISTED} more" if len(due) > MOST_LISTED else ""
            yield (
                f"<strong>Revisit {many}</strong> ({minutes}; press <em>Answer again</em> on the card): {listed}{more}."
            )
        first = self._first_open()
        if not self.journey.begun and handed_in(self.tests, BEFORE) is None and BEFORE in bank.forms():
            yield "If you like, answer the <strong>twelve questions before you begin</strong>, below on this page."
        if first:
            where = places.place(first)
            verb = "Go on" if self.journey.begun else "Begin"
            yield f"{verb} with {places.link(where.name, first)} ({page.escape(first)})."
        elif handed_in(self.tests, AFTER) is None and AFTER in bank.forms():
            yield "Answer the <strong>twelve questions after the course</strong>, at the end of this page."
        later = self.journey.next_due()
        if later and not len(due):
            yield f"Nothing is to be revisited today; the next time is {day(later)}."
        elif self.journey.finished and not len(due):
            yield "Nothing is left to be revisited. What stays is to use it."

    def _first_open(self) -> str | None:
        """The first question that is not right in the first notebook that is begun, or else in the first there is."""
        waiting = self.journey.exercises[self.journey.exercises["state"] != RIGHT]
        begun = set(self.journey.exercises.query("attempts > 0")["notebook"])
        started = waiting[waiting["notebook"].isin(begun)]
        found = started if len(started) else waiting
        return found.index[0] if len(found) else None

    def _question(self, id: str) -> str:
        return f"{places.link(bank.exercise(id).objective, id)} <small>{page.escape(id)}</small>"

    # --- how far ---

    def _progress(self) -> ProgressPicture:
        counts = self.journey.counts()
        return ProgressPicture([Part(one.name, *map(int, counts.loc[one.notebook])) for one in self.chapters])

    def _notebooks(self) -> str:
        counts, minutes = self.journey.counts(), self.minutes
        return "".join(self._notebook(one, counts.loc[one.notebook], minutes[one.notebook]) for one in self.chapters)

    def _notebook(self, chapter: places.Chapter, counts: pd.Series, minutes: float) -> str:
        part = Part(chapter.name, *map(int, counts)).words
        left = f", {duration(minutes)} left" if minutes else ""
        lines = []
        for id, row in self.journey.exercises.query("notebook == @chapter.notebook").iterrows():
            objective = places.link(row["objective"], id)
            sign = f'<span aria-hidden="true">{_SIGN[row["state"]]}</span> <span class="aside">{row["state"]}: </span>'
            lines.append(f"<li>{sign}{objective} <small>{page.escape(id)}{self._when(row)}</small></li>")
        summary = f"<summary><strong>{page.escape(chapter.name)}</strong>: {part}{left}</summary>"
        return f'<details>{summary}<ul class="plain">{"".join(lines)}</ul></details>'

    def _when(self, row: pd.Series) -> str:
        if row["changed"]:
            return ", changed since you answered it"
        if row["state"] != RIGHT or row["due"] is None:
            return ""
        return f", to revisit {'today' if row['due'] <= self.journey.today else day(row['due'])}"

    # --- slips ---

    def _slips(self) -> str:
        slips = self.journey.slips()
        if not len(slips):
            return ""
        open_ones, mended = slips[~slips["mended"].astype(bool)], slips[slips["mended"].astype(bool)]
        parts = []
        if len(open_ones):
            lines = "".join(self._slip(name, row) for name, row in open_ones.iterrows())
            parts.append(f"<p><strong>Worth another look</strong></p><ul>{lines}</ul>")
        if len(mended):
            lines = "".join(self._slip(name, row) for name, row in mended.iterrows())
            many = f"{len(mended)} slip{'s' if len(mended) > 1 else ''}"
            parts.append(f"<details><summary>{many} put right since</summary><ul>{lines}</ul></details>")
        return "".join(parts)

    def _slip(self, name: str, row: pd.Series) -> str:
        where = places.place(row["exercise"])
        times = "once" if row["times"] == 1 else f"{row['times']} times"
        return (
            f"<li>{page.escape(name)} ({times}): see {places.link(where.name, row['exercise'])}, "
            f"question {page.escape(row['exercise'])}.</li>"
        )

    # --- the tests ---

    def _tests(self) -> str:
        before, after = handed_in(self.tests, BEFORE), handed_in(self.tests, AFTER)
        if before is None and after is None:
            return ""
        if before is not None and after is not None:
            return _picture(self._change(before, after))
        verdicts, form, words = (before, BEFORE, "before") if before is not None else (after, AFTER, "after")
        found = areas(verdicts, form)
        parts = "; ".join(f"{page.escape(area)}: {row['right']} of {row['of']}" for area, row in found.iterrows())
        return (
            f"<p><strong>Twelve questions {words} the course:</strong> {found['right'].sum()} of {found['of'].sum()} "
            f"right ({parts}).</p>"
        )

    def _change(self, before: pd.Series, after: pd.Series) -> ChangePicture:
        first, then = areas(before, BEFORE), areas(after, AFTER)
        then = then.reindex(first.index, fill_value=0)
        return ChangePicture(
            [Pair(str(name), int(row["right"]), int(then.loc[name, "right"]), int(row["of"])) for name, row in
             first.iterrows()]
        )  # fmt: skip

    def _sure(self) -> str:
        found = self.journey.calibration()
        if found.brier is None or found.answers < ENOUGH:
            return ""
        names = {float(level): words for level, words in CONFIDENCE.items()}
        levels = [
            Level(names.get(sure, f"{sure:.0%} sure"), sure, int(row["right"]), int(row["answers"]))
            for sure, row in found.levels.iterrows()
        ]
        return _picture(CalibrationPicture(levels, found.brier))


def _picture(picture: OwnPicture) -> str:
    return page.figure(picture.image(), picture.describe(), picture.caption(), picture.width)


def duration(minutes: float) -> str:
    """Minutes as one says them: ``"about 25 minutes"``, ``"about 2½ hours"``."""
    if minutes < 2.5:
        return "about 2 minutes"
    if minutes < 85:
        step = 5 if minutes >= 12 else 1
        return f"about {round(minutes / step) * step} minutes"
    halves = round(minutes / 30)
    whole, half = divmod(halves, 2)
    return f"about {whole}{'½' if half else ''} hour{'s' if halves > 2 else ''}"


def day(when: date) -> str:
    """``"12 May"``."""
    return f"{when.day} {when:%B}"
