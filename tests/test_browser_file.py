"""The record on a browser's drive, without a browser: files beside each other, merged, deleted, damaged, no space."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from helpers.record import browser_file, log, place, record_file
from helpers.record.browser_file import InBrowser, files
from helpers.record.log import Record
from helpers.record.session import Event


@pytest.fixture(autouse=True)
def in_a_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (place, log):
        monkeypatch.setattr(module, "in_browser", lambda: True)
    monkeypatch.setattr(browser_file, "LOOK_EVERY_S", 0.0)
    monkeypatch.delenv(record_file.FOLDER, raising=False)


def answer(id: str) -> Event:
    return Event(id, answer="a", verdict="right")


def ids(record: Record) -> list[str]:
    return sorted(event.exercise for event in record.events())


def test_an_answer_is_there_after_the_page_was_closed(tmp_path: Path) -> None:
    first = Record(tmp_path)
    first.append(answer("start-01"))
    first.save_draft("start-02", "b", 0.5)
    assert first.trouble == "" and first.place() == "in this browser"
    again = Record(tmp_path)
    assert ids(again) == ["start-01"]
    assert (again.past("start-02").draft, again.past("start-02").confidence) == ("b", 0.5)
    assert again.learner() == Record(tmp_path).learner()


def test_a_page_that_is_closed_while_it_writes_loses_no_answer_that_was_kept(tmp_path: Path) -> None:
    """The file that is being written is cut short; what it is written anew for may be gone, and nothing else."""
    record = Record(tmp_path)
    for number in range(1, 4):
        record.append(answer(f"start-{number:02d}"))
    record.save_draft("start-04", "b")
    last = max(files(tmp_path).items(), key=lambda one: one[1])[0]
    for left in (b"", (tmp_path / last).read_bytes()[:5000]):
        (tmp_path / last).write_bytes(left)
        assert ids(Record(tmp_path)) == ["start-01", "start-02", "start-03"]


def test_two_notebooks_never_overwrite_each_other(tmp_path: Path) -> None:
    one, other = Record(tmp_path), Record(tmp_path)
    for number in range(1, 6):
        one.append(answer(f"start-{number:02d}"))
        other.append(answer(f"roles-{number:02d}"))
    assert ids(one) == ids(other) == ids(Record(tmp_path))
    assert len(ids(one)) == 10 and len(files(tmp_path)) == 4, "each writes two in turn"


def test_a_draft_that_was_answered_in_another_notebook_does_not_come_back(tmp_path: Path) -> None:
    one, other = Record(tmp_path), Record(tmp_path)
    one.append(answer("roles-01"))
    one.save_draft("start-01", "b")
    other.append(answer("roles-02"))
    other.append(answer("start-01"))
    assert other.past("start-01").draft is None
    assert one.past("start-01").last.answer == "a" and one.past("start-01").draft is None
    assert Record(tmp_path).past("start-01").draft is None


def test_what_one_notebook_deletes_the_other_does_not_bring_back(tmp_path: Path) -> None:
    one, other = Record(tmp_path), Record(tmp_path)
    one.append(answer("start-01"))
    other.append(answer("start-02"))
    assert one.erase()
    other.append(answer("start-03"))
    assert ids(one) == ids(other) == ids(Record(tmp_path)) == ["start-03"]


def test_files_of_earlier_days_are_taken_into_one(tmp_path: Path) -> None:
    for number in range(1, 4):
        Record(tmp_path).append(answer(f"start-{number:02d}"))
    for name in files(tmp_path):
        os.utime(tmp_path / name, (time.time() - 2 * browser_file.FOLD_AFTER_S,) * 2)
    today = Record(tmp_path)
    assert len(ids(today)) == 3 and len(files(tmp_path)) == 3
    today.append(answer("start-04"))
    assert len(files(tmp_path)) == 1
    assert ids(Record(tmp_path)) == ["start-01", "start-02", "start-03", "start-04"]


def test_a_damaged_file_is_set_aside_and_the_others_count(tmp_path: Path) -> None:
    Record(tmp_path).append(answer("start-01"))
    (whole,) = files(tmp_path)
    Record(tmp_path).append(answer("start-02"))
    (tmp_path / whole).write_bytes(b"no record")
    after = Record(tmp_path)
    assert ids(after) == ["start-01", "start-02"] and "set aside" in after.was_set_aside
    assert [path.read_bytes() for path in after.files_set_aside()] == [b"no record"]
    assert after.erase() and list(tmp_path.glob("record-set-aside-*")) == []


def test_a_full_browser_is_said_and_nothing_of_the_page_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = Record(tmp_path)
    record.append(answer("start-01"))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as while_full:
        while_full.setattr(InBrowser, "_write", full)
        record.append(answer("start-02"))
        assert "keeps no more" in record.trouble and ids(record) == ["start-01", "start-02"]
    record.append(answer("start-03"))
    assert record.trouble == ""
    assert ids(Record(tmp_path)) == ["start-01", "start-02", "start-03"]


def test_a_window_that_keeps_nothing_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_file, "DRIVE", tmp_path / "nowhere")
    record = Record()
    record.append(answer("start-01"))
    assert "keeps nothing" in record.trouble and ids(record) == ["start-01"]


def test_a_store_that_was_cleared_begins_anew(tmp_path: Path) -> None:
    record = Record(tmp_path)
    record.append(answer("start-01"))
    for name in files(tmp_path):
        (tmp_path / name).unlink()
    assert Record(tmp_path).count() == 0
    record.append(answer("start-02"))
    assert ids(Record(tmp_path)) == ["start-01", "start-02"], "what a page still holds is written again"


def test_a_file_of_a_later_version_of_the_course_is_read_as_far_as_it_goes_and_never_deleted(tmp_path: Path) -> None:
    Record(tmp_path).append(answer("start-01"))
    (name,) = files(tmp_path)
    later = tmp_path / "later"
    later.write_bytes((tmp_path / name).read_bytes())
    with closing(sqlite3.connect(later)) as db:
        db.execute("ALTER TABLE drafts RENAME TO notes")
        db.execute("PRAGMA user_version = 99")
        db.commit()
    later.replace(tmp_path / name)
    os.utime(tmp_path / name, (time.time() - 2 * browser_file.FOLD_AFTER_S,) * 2)
    today = Record(tmp_path)
    today.append(answer("start-02"))
    assert ids(today) == ["start-01", "start-02"] and today.trouble == ""
    assert name in files(tmp_path), "what this version does not know of it is still there"
