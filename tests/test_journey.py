"""Where a learner stands: is it computed right from what was recorded, for whatever questions there are?"""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from conftest import NOTEBOOKS, ROOT
from execute import kept

from helpers import evidence
from helpers.cards import question_index
from helpers.cards.progress_page import day, duration
from helpers.cards.record_panel import WhereYouStand, YourRecord, standing
from helpers.pictures.progress import CalibrationPicture, Level, Part, ProgressPicture, may_be_chance
from helpers.questions import bank
from helpers.questions.bank import FORMS, exercise, version
from helpers.record.journey import (
    AT_ONCE,
    COLUMNS,
    HELPED,
    UNSCORED,
    Journey,
    frame,
    handed_in,
    minutes_left,
    revisits,
    sittings,
)
from helpers.record.log import Record
from helpers.record.session import AGAIN, Event, plain

NOW = datetime(2026, 5, 20, 9, tzinfo=UTC)
ALL = [one for notebook in bank.notebooks() for one in bank.exercises(notebook)]
RIGHT, NOT_YET, HINT, SOLUTION = "right", "not yet", "hint", "solution"


def row(id: str, what: str, days_ago: float = 0, slip: str = "", confidence: float | None = None) -> tuple:
    """One event: what is a verdict, or what else was done."""
    did = what if what in (AGAIN, HINT, SOLUTION) else "answered"
    when = (NOW - timedelta(days=days_ago)).timestamp() * 1000
    try:
        wording = version(exercise(id))
    except KeyError:
        wording = ""
    return id, did, "" if did == what else what, slip, confidence, round(when), wording


def events(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS)


def journey(*rows: tuple, now: datetime = NOW) -> Journey:
    return Journey.of(events(*rows), now)


# --- how far ----------------------------------------------------------------------------------------------------------


def test_one_who_has_not_begun() -> None:
    found = journey()
    assert len(found.exercises) == len(ALL) and (found.exercises["state"] == "open").all()
    assert not found.begun and not found.finished and not len(found.due()) and found.next_due() is None


def test_the_last_verdict_counts_and_what_could_not_be_read_does_not() -> None:
    found = journey(
        row("start-04", NOT_YET), row("start-04", RIGHT), row("start-04", "cannot tell"),
        row("start-05", RIGHT), row("start-05", AGAIN), row("start-05", NOT_YET), row("start-06", "cannot tell"),
    )  # fmt: skip
    assert found.exercises.loc[["start-04", "start-05", "start-06"], "state"].tolist() == [HELPED, NOT_YET, "open"]
    assert found.counts().loc["00_start_here"].tolist() == [0, 1, 0, 1, len(bank.exercises("00_start_here")) - 2]


def test_what_belongs_to_no_question_is_ignored() -> None:
    odd = [("gone-01", "answered", RIGHT, "", None, 0, ""), (None, None, None, None, None, None, None)]
    odd += [("start-04", "danced", RIGHT, "", 2, "x", 3), ("before-01", "answered", RIGHT, "", None, 0, "")]
    found = journey(*odd)
    assert not found.begun and len(found.exercises) == len(ALL)


@pytest.mark.parametrize(
    ("done", "state"),
    [
        ([RIGHT], AT_ONCE),
        ([HINT, RIGHT], HELPED),
        ([NOT_YET, RIGHT], HELPED),
        ([NOT_YET, SOLUTION, RIGHT], HELPED),
        ([RIGHT, SOLUTION], AT_ONCE),
        ([RIGHT, HINT, RIGHT], AT_ONCE),
        ([NOT_YET, AGAIN, RIGHT], HELPED),  # told today, so no first try
        ([RIGHT, AGAIN, RIGHT], AT_ONCE),
        ([RIGHT, AGAIN], "open"),
        ([RIGHT, NOT_YET], AT_ONCE),  # tried out afterwards
        ([HINT, RIGHT, NOT_YET, NOT_YET], HELPED),
        ([RIGHT, NOT_YET, RIGHT, NOT_YET], AT_ONCE),
        ([RIGHT, NOT_YET, AGAIN, NOT_YET], NOT_YET),
    ],
)
def test_only_a_first_try_without_help_is_right_at_once(done: list[str], state: str) -> None:
    found = journey(*(row("start-05", what) for what in done))
    assert found.exercises.loc["start-05", "state"] == state


def test_what_is_tried_out_after_a_question_was_right_takes_nothing_away() -> None:
    slip = "read the wrong line"
    tried = journey(row("start-05", RIGHT), row("start-05", NOT_YET, 0, slip, 0.9), row("start-04", NOT_YET, 0, slip))
    assert tried.slips().loc[slip, ["times", "exercise"]].tolist() == [1, "start-04"]
    assert tried.exercises.loc["start-05", "attempts"] == 2 and tried.exercises.loc["start-05", "due"] is not None
    mended = journey(row("start-05", NOT_YET, 0, slip, 0.9), row("start-05", RIGHT), row("start-05", NOT_YET, 0, slip))
    assert mended.slips()["mended"].all() and mended.sure_and_wrong() == []
    other = [*row("start-05", RIGHT)[:-1], "0123456789ab"]  # right was an answer to another wording
    assert journey(tuple(other), row("start-05", NOT_YET)).exercises.loc["start-05", "state"] == NOT_YET


def test_a_new_day_or_new_numbers_make_a_first_try_again() -> None:
    later = journey(row("start-04", NOT_YET, 2), row("start-04", AGAIN, 1), row("start-04", RIGHT, 1))
    assert later.exercises.loc["start-04", "state"] == AT_ONCE
    family = next(one.id for one in ALL if one.family and one.phase != "predict" and not one.asks.in_code)
    anew = journey(row(family, NOT_YET), row(family, AGAIN), row(family, RIGHT))
    assert anew.exercises.loc[family, "state"] == AT_ONCE


def test_a_prediction_stands_apart() -> None:
    found = journey(row("start-01", RIGHT, confidence=0.9), row("start-03", NOT_YET, confidence=0.9))
    assert found.exercises.loc[["start-01", "start-03"], "state"].tolist() == [UNSCORED, UNSCORED]
    assert not len(found.due()) and found.calibration().brier is None and found.sure_and_wrong() == []
    assert found.calibration(predictions=True).levels.loc[0.9].tolist() == [1, 2]


def test_sure_and_wrong_comes_first_until_it_is_right() -> None:
    slip = row("start-05", NOT_YET, 0, "read the wrong line")
    wrong = [row("start-04", NOT_YET, confidence=0.9), slip, row("start-11", NOT_YET, confidence=0.75)]
    assert journey(*wrong).sure_and_wrong() == ["start-04"]
    page = standing_of(*wrong).html()
    assert page.index("Sure, and wrong") < page.index("read the wrong line")
    assert journey(*wrong, row("start-04", RIGHT)).sure_and_wrong() == []


def test_all_right_is_finished() -> None:
    assert journey(*(row(one.id, RIGHT) for one in ALL)).finished


def test_beginning_again_opens_a_question_and_keeps_its_spacing() -> None:
    found = journey(row("start-04", RIGHT, 5), row("start-04", RIGHT, 4), row("start-04", AGAIN, 0))
    assert found.exercises.loc["start-04", ["state", "level"]].tolist() == ["open", 2]
    assert not len(found.due())


# --- when again -------------------------------------------------------------------------------------------------------


def test_the_days_are_those_of_the_table() -> None:
    assert revisits() == (1, 3, 7, 21)
    prose = (ROOT / "notebooks" / "00_start_here.ipynb").read_text(encoding="utf-8")
    words = dict(zip((1, 3, 7, 21), ("a day", "three", "seven", "twenty-one"), strict=True))
    said = "after {}, then {}, {} and {}".format(*(words[days] for days in revisits()))
    assert said in re.sub(r"\\n\",\s*\"", " ", prose)


@pytest.mark.parametrize(
    ("course", "level", "due_in"),
    [
        ([(0, RIGHT)], 1, 1),
        ([(0, NOT_YET), (0, NOT_YET), (0, RIGHT)], 1, 1),
        ([(1, RIGHT)], 1, 0),
        ([(1, RIGHT), (0, RIGHT)], 2, 3),
        ([(4, RIGHT), (3, RIGHT)], 2, 0),
        ([(4, RIGHT), (3, RIGHT), (2, RIGHT), (1, RIGHT)], 2, 0),  # too early does not count
        ([(4, RIGHT), (3, RIGHT), (0, RIGHT)], 3, 7),
        ([(11, RIGHT), (10, RIGHT), (7, RIGHT), (0, RIGHT)], 4, 21),
        ([(99, RIGHT), (90, RIGHT), (80, RIGHT), (70, RIGHT), (20, RIGHT)], 5, None),  # settled
        ([(4, RIGHT), (3, RIGHT), (0, AGAIN), (0, NOT_YET)], 0, None),  # to be mended, not revisited
        ([(4, RIGHT), (3, RIGHT), (0, AGAIN), (0, NOT_YET), (0, RIGHT)], 1, 1),
        ([(4, RIGHT), (3, RIGHT), (0, NOT_YET)], 2, 0),  # tried out beside the right answer: no revisit
        ([(4, RIGHT), (3, RIGHT), (0, NOT_YET), (0, RIGHT)], 2, 0),
        ([(4, RIGHT), (0, AGAIN), (0, RIGHT)], 2, 3),
    ],
)
def test_a_question_is_due_again(course: list, level: int, due_in: int | None) -> None:
    found = journey(*(row("start-04", what, ago) for ago, what in course))
    one = found.exercises.loc["start-04"]
    assert one["level"] == level
    assert one["due"] == (None if due_in is None else NOW.date() + timedelta(days=due_in))
    assert list(found.due().index) == (["start-04"] if due_in == 0 and one["state"] != NOT_YET else [])


def test_a_day_ends_at_midnight_where_the_learner_is() -> None:
    evening, morning = datetime(2026, 5, 19, 23, 50), datetime(2026, 5, 20, 0, 10)
    for hours in (-9, 0, 9):
        zone = timezone(timedelta(hours=hours))
        when = evening.replace(tzinfo=zone).timestamp() * 1000
        done = events(("start-04", "answered", RIGHT, "", None, when, version(exercise("start-04"))))
        assert list(Journey.of(done, morning.replace(tzinfo=zone)).due().index) == ["start-04"]
        assert not len(Journey.of(done, evening.replace(tzinfo=zone)).due())


def test_what_lies_in_the_future_counts_as_now() -> None:
    """The clock was set back after the answer."""
    found = journey(row("start-04", RIGHT, -4000), row("start-05", RIGHT, -0.1))
    assert found.exercises.loc["start-04", "due"] == NOW.date() + timedelta(days=1)
    assert found.next_due() == NOW.date() + timedelta(days=1)


def test_a_question_answered_in_an_earlier_wording_is_due_today() -> None:
    old = [*row("start-04", RIGHT)[:-1], "0123456789ab"]
    found = journey(tuple(old), row("start-05", RIGHT))
    assert list(found.due().index) == ["start-04"]
    assert found.exercises["changed"].sum() == 1
    assert "changed since you answered it" in standing_of(tuple(old)).html()


def test_code_is_not_revisited() -> None:
    code = next(one for one in ALL if one.asks.in_code)
    assert not len(journey(row(code.id, RIGHT, 9)).due())


# --- slips ------------------------------------------------------------------------------------------------------------


def test_slips_are_counted_across_notebooks_and_mended_where_the_question_was_right_later() -> None:
    slip = "used total WBC for ANC"
    found = journey(
        row("reading-08", NOT_YET, 3, slip), row("reading-08", RIGHT, 3), row("grading-06", NOT_YET, 2, slip),
        row("start-04", NOT_YET, 9, "took pancytopenia for cancer"), row("start-04", RIGHT, 9),
    ).slips()  # fmt: skip
    part = "took the whole for a part"
    assert found.index.tolist() == [part, "took a finding for a disease"]
    assert found["says"].str.len().min() > 30
    assert found.loc[part, ["times", "exercise", "mended"]].tolist() == [2, "grading-06", False]
    assert found["mended"].tolist() == [False, True]


def test_every_slip_leads_to_a_page_that_exists() -> None:
    for one in ALL:
        where = question_index.place(one.id)
        cells = nbformat.read(question_index.NOTEBOOKS / f"{where.chapter.notebook}.ipynb", as_version=4).cells
        assert any(re.search(rf"^##? {re.escape(where.heading)}$", cell.source, re.MULTILINE) for cell in cells), one.id


# --- how sure ---------------------------------------------------------------------------------------------------------


def test_the_brier_score_of_first_answers() -> None:
    given = [
        ("start-04", NOT_YET, 0.9),
        ("start-04", RIGHT, 0.99),
        ("start-05", RIGHT, 0.75),
        ("start-03", RIGHT, 0.75),
        ("start-11", RIGHT, None),
    ]
    given += [("start-12", NOT_YET, 0.25), ("start-13", RIGHT, 0.75)]
    found = journey(*(row(id, verdict, confidence=sure) for id, verdict, sure in given)).calibration()
    assert found.brier == pytest.approx(np.mean([0.9**2, 0.25**2, 0.25**2, 0.25**2]))
    assert found.answers == 4 and found.levels.loc[0.75].tolist() == [2, 2] and found.levels.loc[0.5].tolist() == [0, 1]
    assert found.marks == -6 + 2 + 0 + 2, "sure and wrong; fairly sure and right, twice; not sure and wrong"
    assert journey().calibration().brier is None


# --- before and after -------------------------------------------------------------------------------------------------


def test_a_test_counts_as_it_was_first_handed_in() -> None:
    first, second, *others = [one.id for one in bank.exercises(FORMS[0])]
    done = events(row(first, RIGHT), *(row(id, "unanswered") for id in (second, *others)), row(first, NOT_YET))
    verdicts = handed_in(done, FORMS[0])
    assert verdicts[first] == RIGHT and (verdicts == RIGHT).sum() == 1 and len(verdicts) == 24
    assert handed_in(done, FORMS[1]) is None and handed_in(done, "forms/none") is None
    assert sittings(done) == [FORMS[0]]


def test_a_test_that_gained_a_question_or_came_in_partly_is_still_shown(tmp_path: Path) -> None:
    record = Record(tmp_path)
    answered = bank.exercises(FORMS[1])[:-1]
    record.append(*(Event(one.id, answer="x", verdict=RIGHT) for one in answered))
    assert (handed_in(frame(record), FORMS[1]) == RIGHT).sum() == len(answered)
    assert handed_in(frame(record), FORMS[1]).iloc[-1] == "unanswered"
    assert "The test, first: 23 of 24 right" in WhereYouStand(record).html


def test_a_test_of_twelve_of_an_earlier_course_stands_apart() -> None:
    rows = [row(f"before-{number:02d}", RIGHT if number > 4 else NOT_YET) for number in range(1, 13)]
    page = standing_of(*rows).html()
    assert "In a test of an earlier course, kept apart: 8 of 12 right" in page and "The test, first" not in page
    assert sittings(events(*rows)) == []


# --- time -------------------------------------------------------------------------------------------------------------


def test_minutes_left_shrink_with_what_is_right() -> None:
    chapters = [("00_start_here", 40.0), ("99_not_there", 7.0)]
    assert minutes_left(journey(), chapters) == {"00_start_here": 40, "99_not_there": 7}
    half = bank.exercises("00_start_here")[::2]
    left = minutes_left(journey(*(row(one.id, RIGHT) for one in half)), chapters)["00_start_here"]
    assert left == pytest.approx(40 * (1 - len(half) / len(bank.exercises("00_start_here"))))


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "about 2 minutes"), (7.4, "about 7 minutes"), (38, "about 40 minutes"), (89, "about 1½ hours"),
     (60, "about 60 minutes"), (120, "about 2 hours"), (170, "about 3 hours")],
)  # fmt: skip
def test_durations_in_words(minutes: float, words: str) -> None:
    assert duration(minutes) == words


def test_a_day_in_words() -> None:
    assert day(date(2026, 5, 3)) == "3 May"


# --- where questions stand --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_notebook_says_its_title_and_its_time(path: Path) -> None:
    if path.stem not in bank.notebooks():
        pytest.skip("this notebook has no questions")
    found = question_index.chapter(path.stem)
    first = nbformat.read(path, as_version=4).cells[0].source
    assert first.startswith(f"# {found.title}\n") and question_index._TIME.search(first), (
        "its first cell says '45 to 60 minutes'"
    )
    assert 20 <= found.minutes <= 100 and set(found.headings) == {one.id for one in bank.exercises(path.stem)}


def test_a_notebook_that_is_not_there_goes_by_its_name(tmp_path: Path) -> None:
    found = question_index.chapter("02_reading_a_blood_count", tmp_path)
    assert (found.name, found.headings) == ("02 Reading a blood count", {})
    assert found.minutes == 4 * len(bank.exercises("02_reading_a_blood_count"))
    (tmp_path / "03_grading_severity.ipynb").write_text("{")
    assert question_index.chapter("03_grading_severity", tmp_path).title == "Grading severity"


def test_a_link_opens_at_the_cell_of_its_question() -> None:
    html = question_index.link("<b>", "grading-05")
    [cell] = re.findall(r'href="03_grading_severity.ipynb#cell-id=([^"]+)"', html)
    cells = nbformat.read(question_index.NOTEBOOKS / "03_grading_severity.ipynb", as_version=4).cells
    assert [one.source for one in cells if one.id == cell] == ['ask("grading-05")']
    assert "&lt;b&gt;" in html


# --- the page ---------------------------------------------------------------------------------------------------------


def standing_of(*rows: tuple):
    found = events(*rows)
    return replace(standing(found), journey=Journey.of(found, NOW))


def test_the_page_of_one_who_has_not_begun() -> None:
    page = standing_of().html()
    assert "You have not answered a question yet" in page and "twenty-four questions before you begin" in page
    assert "start-01" in page and "<img" not in page and page.count("<details>") == len(bank.notebooks())


def test_the_page_of_one_half_way() -> None:
    rows = [row(one.id, RIGHT, 2) for one in bank.exercises("00_start_here")]
    rows += [
        row("reading-01", NOT_YET, 0, "took flagged for ill"),
        *(row(one.id, RIGHT) for one in bank.exercises(FORMS[0])),
    ]
    page = standing_of(*rows).html()
    known = sum(one.phase != "predict" and one.asks.scored for one in bank.exercises("00_start_here"))
    said = f"Of {len(ALL)} questions, {known} were right at the first try without help, 0 later or with help, 1 not yet"
    scored = [one for one in bank.exercises("00_start_here") if one.asks.scored and one.phase != "predict"]
    again = sum(not one.asks.in_code for one in scored)
    for words in (said, f"Revisit {again} questions", "Go on with", "reading-01"):
        assert words in page
    assert "took a flag for danger or illness (once)" in page and "The test, first: 24 of 24 right" in page
    assert page.count("<img") == 1


def test_one_of_a_kind_is_told_in_the_singular() -> None:
    page = standing_of(row("start-04", RIGHT)).html()
    assert "1 was right at the first try" in page and "You made 1 try, saw 0 hints and 0 solutions." in page


def test_the_page_of_one_who_has_finished() -> None:
    rows = [row(one.id, RIGHT, 0, confidence=0.5) for one in ALL]
    assert "Answer the <strong>twenty-four questions after the course" in standing_of(*rows).html()
    rows += [
        row(one.id, NOT_YET if at % 2 else RIGHT)
        for form in bank.forms()
        for at, one in enumerate(bank.exercises(form))
    ]
    page = standing_of(*rows).html()
    assert f"All {len(ALL)} questions are answered" in page and "the next time is 21 May" in page
    assert (
        "second: 12 of 24 right; third: 12 of 24 right" in page
        and "more often than you thought" in page
        and page.count("<img") == 2
    )
    settled = [row(one.id, RIGHT, ago) for one in ALL for ago in (99, 90, 80, 70, 20)]
    assert "Nothing is left to be revisited" in standing_of(*settled).html()


def test_html_in_a_name_is_shown_as_text() -> None:
    page = standing_of(row("start-01", NOT_YET, 0, "<img src=x onerror=alert(1)><script>alert(2)</script>")).html()
    assert "<script" not in page and "onerror=alert(1)&gt;" in page


def test_a_notebook_that_comes_later_is_taken_up_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = shutil.copytree(ROOT / "data", tmp_path / "data")
    shutil.copy(ROOT / "tests" / "data" / "exercises_example.toml", data / "exercises" / "07_example.toml")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setattr(evidence, "DATA", data)
    caches = (evidence.questions, bank._bank, question_index.chapter)
    for cached in caches:
        cached.cache_clear()
    try:
        record = Record(tmp_path / "record")
        record.append(Event("example-01", answer="4", verdict=NOT_YET, misconception="used CTCAE 5 for CTCAE 6"))
        page = WhereYouStand(record).html
        assert "07 Example" in page and "used another edition" in page and "Go on with" in page
        assert ["07_example", "07 Example"] in YourRecord(record).actions[3]["choices"]
    finally:
        for cached in caches:
            cached.cache_clear()


def test_the_page_comes_from_a_record(tmp_path: Path) -> None:
    record = Record(tmp_path)
    one = exercise("start-04")
    record.append(Event(one.id, answer=plain(one.asks.betraying(one.misconceptions[0])), verdict=NOT_YET))
    record.append(Event(one.id, answer=one.asks.right, verdict=RIGHT, version=version(one)))
    assert list(frame(record).columns) == COLUMNS
    assert "0 were right at the first try without help, 1 later or with help" in WhereYouStand(record).html


# --- pictures ---------------------------------------------------------------------------------------------------------


def test_the_progress_picture_says_itself_and_draws_what_it_says() -> None:
    picture = ProgressPicture([Part("00 Start here", 3, 1, 2, 1, 0), Part("02 Reading", 0, 0, 0, 0, 5)])
    assert (
        picture.describe() == "3 of 12 questions were right at once. 00 Start here: 3 right at once, "
        "1 right in the end, 2 not scored, 1 not yet; 02 Reading: 5 open."
    )
    widths = {axes.get_label(): [patch.get_width() for patch in axes.patches] for axes in picture.live.figure.axes}
    assert widths == {"00 Start here": [3, 1, 2, 1], "02 Reading": [5]}
    assert ProgressPicture([Part("x", 2, 0, 1, 0, 0)]).point() == "All 2 questions were right at the first try"
    with pytest.raises(ValueError, match="no notebook"):
        ProgressPicture([])


def test_what_a_change_can_mean_is_computed_from_the_number_of_questions() -> None:
    assert [may_be_chance(of) for of in (12, 24, 48)] == [5, 6, 9]


@pytest.mark.parametrize(
    ("right", "words"), [(9, "about as often right"), (2, "surer than you were right"), (10, "about as often")]
)
def test_the_picture_of_how_sure(right: int, words: str) -> None:
    picture = CalibrationPicture([Level("guessing", 0.25, 0, 0), Level("sure", 0.9, right, 10)], 0.1)
    assert words in picture.point() and f"sure (90%): {right} of 10 right" in picture.describe()
    dots = [line for line in picture.live.figure.axes[0].lines if line.get_marker() == "o"]
    assert [(list(dot.get_xdata()), list(dot.get_ydata())) for dot in dots] == [([0.9], [right / 10])]


# --- what a notebook keeps --------------------------------------------------------------------------------------------


def test_a_learners_own_never_gets_into_a_notebook(tmp_path: Path) -> None:
    """The twin and the words of a desk are those of an empty record, whatever was recorded."""
    record = Record(tmp_path / "mine")
    empty = Record(tmp_path / "empty")
    for one in ALL[:5]:
        record.append(Event(one.id, answer="private", verdict=NOT_YET, misconception="private slip"))
    for desk in (WhereYouStand, YourRecord):
        mine, theirs = (kept(desk(which)) for which in (record, empty))
        assert mine["text/html"] == theirs["text/html"] and mine["text/plain"] == theirs["text/plain"]
        assert "private" not in mine["text/html"] and "private" in desk(record).html
