"""Where you stand, as a page: how far, what to do next, what to revisit, which slips to look at, what has changed.

A function of a :class:`~helpers.record.journey.Journey` and of the tests handed in; it reads no record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd

from helpers import page
from helpers.cards import question_index
from helpers.pictures.progress import CalibrationPicture, Level, OwnPicture, Part, ProgressPicture, may_be_chance
from helpers.questions import bank
from helpers.questions.exercise import CONFIDENCE, MARKS_SAID, NOT_YET, RIGHT, SIGNS
from helpers.record.journey import (
    AT_ONCE,
    HELPED,
    OPEN,
    UNSCORED,
    Journey,
    earlier_test,
    handed_in,
    minutes_left,
    sittings,
)
from helpers.wording import counted

ENOUGH = 5
"""Answers with a confidence, before a picture is made of them."""
MINUTES_A_REVISIT = 2
MOST_LISTED = 5

_SIGN = {AT_ONCE: SIGNS[RIGHT], HELPED: "½", UNSCORED: "◇", NOT_YET: SIGNS[NOT_YET], OPEN: "○"}


@dataclass(frozen=True, eq=False)
class ProgressPage:
    """What the page is made of."""

    journey: Journey
    chapters: list[question_index.Chapter]
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
        stand = f"{counted(counts[AT_ONCE], 'was', 'were')} right at the first try without help, "
        stand += f"{counts[HELPED]} later or with help"
        if self.journey.finished:
            free = f"{counts[UNSCORED]} are not scored (predictions, and words of your own)"
            return f"All {total} questions are answered: {stand}; {free}."
        not_yet = f", {counts[NOT_YET]} not yet" if counts[NOT_YET] else ""
        asked = self.journey.exercises
        return (
            f"Of {total} questions, {stand}{not_yet}. You made {counted(asked['attempts'].sum(), 'try', 'tries')}, saw "
            f"{counted(asked['hints'].sum(), 'hint')} and {counted(asked['solved'].sum(), 'solution')}. "
            f"{left.capitalize()} are left."
        )

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
        taken = len(sittings(self.tests))
        if not self.journey.begun and not taken and bank.forms():
            yield "If you like, answer the <strong>twenty-four questions before you begin</strong>, in notebook 00."
        if first:
            where = question_index.place(first)
            verb = "Go on" if self.journey.begun else "Begin"
            yield f"{verb} with {question_index.link(where.name, first)} ({page.escape(first)})."
        elif taken < len(bank.forms()):
            which = "after the course" if taken < 2 else "three weeks later"
            yield f"Answer the <strong>twenty-four questions {which}</strong>, at the end of this page."
        later = self.journey.next_due()
        if later and not len(due):
            yield f"Nothing is to be revisited today; the next time is {day(later)}."
        elif self.journey.finished and not len(due):
            yield "Nothing is left to be revisited. What stays is to use it."

    def _first_open(self) -> str | None:
        """The first question that is open or not yet right: in the first notebook that is begun, or else in any."""
        waiting = self.journey.exercises[self.journey.exercises["state"].isin([OPEN, NOT_YET])]
        begun = set(self.journey.exercises.query("attempts > 0")["notebook"])
        started = waiting[waiting["notebook"].isin(begun)]
        found = started if len(started) else waiting
        codes = self.journey.exercises.query("in_code and attempts > 0")
        plain = found[~found["in_code"].astype(bool)]
        found = found if len(codes) or plain.empty else plain  # who has left "In code" out is not sent there
        return found.index[0] if len(found) else None

    def _question(self, id: str) -> str:
        return f"{question_index.link(bank.exercise(id).objective, id)} <small>{page.escape(id)}</small>"

    # --- how far ---

    def _progress(self) -> ProgressPicture:
        counts = self.journey.counts()
        return ProgressPicture([Part(one.name, *map(int, counts.loc[one.notebook])) for one in self.chapters])

    def _notebooks(self) -> str:
        counts, minutes = self.journey.counts(), self.minutes
        return "".join(self._notebook(one, counts.loc[one.notebook], minutes[one.notebook]) for one in self.chapters)

    def _notebook(self, chapter: question_index.Chapter, counts: pd.Series, minutes: float) -> str:
        part = Part(chapter.name, *map(int, counts)).words
        left = f", {duration(minutes)} left" if minutes else ""
        lines = []
        for id, row in self.journey.exercises.query("notebook == @chapter.notebook").iterrows():
            objective = question_index.link(row["objective"], id)
            sign = f'<span aria-hidden="true">{_SIGN[row["state"]]}</span> <span class="aside">{row["state"]}: </span>'
            lines.append(f"<li>{sign}{objective} <small>{page.escape(id)}{self._when(row)}</small></li>")
        summary = f"<summary><strong>{page.escape(chapter.name)}</strong>: {part}{left}</summary>"
        return f'<details>{summary}<ul class="plain">{"".join(lines)}</ul></details>'

    def _when(self, row: pd.Series) -> str:
        if row["changed"]:
            return ", changed since you answered it"
        if row["state"] not in (AT_ONCE, HELPED) or row["due"] is None:
            return ""
        return f", to revisit {'today' if row['due'] <= self.journey.today else day(row['due'])}"

    # --- slips ---

    def _slips(self) -> str:
        slips, sure = self.journey.slips(), self.journey.sure_and_wrong()
        open_ones, mended = slips[~slips["mended"].astype(bool)], slips[slips["mended"].astype(bool)]
        parts = []
        if sure or len(open_ones):
            surest = "".join(f"<li><strong>Sure, and wrong:</strong> {self._question(id)}.</li>" for id in sure)
            lines = "".join(self._slip(name, row) for name, row in open_ones.iterrows())
            parts.append(f"<p><strong>Worth another look</strong></p><ul>{surest}{lines}</ul>")
        if len(mended):
            lines = "".join(self._slip(name, row) for name, row in mended.iterrows())
            many = f"{len(mended)} slip{'s' if len(mended) > 1 else ''}"
            parts.append(f"<details><summary>{many} put right since</summary><ul>{lines}</ul></details>")
        return "".join(parts)

    def _slip(self, name: str, row: pd.Series) -> str:
        where = question_index.place(row["exercise"])
        times = "once" if row["times"] == 1 else f"{row['times']} times"
        link = question_index.link(where.name, row["exercise"])
        said = f"{page.escape(name)} ({times}). {page.escape(row['says'])}"
        return f"<li>{said} See {link}, question {page.escape(row['exercise'])}.</li>"

    # --- the tests ---

    def _tests(self) -> str:
        taken = [handed_in(self.tests, form) for form in sittings(self.tests)]
        right = [f"{(one == RIGHT).sum()} of {len(one)}" for one in taken if one is not None]
        told = [f"{number}: {share} right" for number, share in zip(("first", "second", "third"), right, strict=False)]
        chance = may_be_chance(len(taken[0])) if len(taken) > 1 and taken[0] is not None else 0
        means = (
            f" So few questions measure roughly: up to {chance} more or fewer may be chance, and only {chance + 1} or "
            "more say that something has changed."
            if chance
            else ""
        )
        said = f"<p><strong>The test, {'; '.join(told)}.</strong>{means}</p>" if told else ""
        return said + self._earlier_tests()

    def _earlier_tests(self) -> str:
        """Tests of an earlier course, which had other questions: they stand apart."""
        found = [earlier_test(self.tests, form) for form in bank.forms() if handed_in(self.tests, form) is None]
        told = [f"{right} of {of} right" for right, of in found if of]
        return f"<p>In a test of an earlier course, kept apart: {'; '.join(told)}.</p>" if told else ""

    def _sure(self) -> str:
        guesses = self.journey.calibration(predictions=True)
        guessed = ""
        if guesses.answers:
            right = int(guesses.levels["right"].sum())
            guessed = f"<p>Predictions stand apart: {right} of {guesses.answers} came true.</p>"
        found = self.journey.calibration()
        if found.brier is None or found.answers < ENOUGH:
            return guessed
        marks = f"<p>By how sure you were: {found.marks} of {3 * found.answers} marks. {page.inline(MARKS_SAID)}</p>"
        names = {float(level): words for level, words in CONFIDENCE.items()}
        levels = [
            Level(names.get(sure, f"{sure:.0%} sure"), sure, int(row["right"]), int(row["answers"]))
            for sure, row in found.levels.iterrows()
        ]
        return f"{_picture(CalibrationPicture(levels, found.brier))}{marks}{guessed}"


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
