"""The learner's record: is every answer kept, shown again, and safe from what may befall it?"""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import ROOT, wrong_answer_to

import course
from helpers import page
from helpers.cards import card
from helpers.cards.card import Card
from helpers.cards.record_panel import WhereYouStand, YourRecord
from helpers.questions import bank
from helpers.questions.bank import exercise, fingerprint, version
from helpers.questions.exercise import Exercise
from helpers.questions.judge import judge
from helpers.record import exchange, record_file, restore
from helpers.record.journey import HELPED, Journey, earlier_test, frame, handed_in
from helpers.record.log import Record
from helpers.record.record_file import APPLICATION, FOLDER, NAME, STEPS
from helpers.record.restore import recall, remember
from helpers.record.session import AGAIN, HINT, Event, Session, Work, plain

posix = pytest.mark.skipif(os.name == "nt", reason="forks processes and ends them with SIGKILL")

CHOICE, MATCHING, NUMBER = exercise("start-01"), exercise("start-02"), exercise("start-04")
ALL = [one for notebook in bank.notebooks() for one in bank.exercises(notebook)]
SCORED = next(one for one in ALL if one.kind == "choice" and one.phase != "predict")


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record(tmp_path / "record")


def kernel(record: Record) -> Session:
    """A session as a new kernel begins it on this record's folder."""
    return remember(Session(), Record(record.folder))


def answers(record: Record) -> list[object]:
    return [event.answer for event in record.events() if event.did == "answered"]


# --- kept and shown again ---------------------------------------------------------------------------------------------


def test_an_event_comes_back_as_it_was(record: Record) -> None:
    event = Event(
        "start-04", answer={"amount": "7,6 µ \ud800", "unit": None}, verdict="not yet", confidence=0.75, hints=2
    )
    record.append(event, Event("start-04", HINT))
    again = Record(record.folder).events()
    assert [one.did for one in again] == ["answered", "hint"]
    assert replace(again[0], time=event.time) == event
    assert abs(again[0].time - event.time) < timedelta(milliseconds=1)


def test_an_event_is_kept_once_and_never_changed(record: Record) -> None:
    event = Event("start-01", answer="iron", verdict="not yet")
    record.append(event)
    record.append(replace(event, answer="finding"))
    assert answers(record) == ["iron"]
    with closing(sqlite3.connect(record.path)) as file, pytest.raises(sqlite3.IntegrityError, match="never changed"):
        file.execute("UPDATE events SET verdict = 'right'")


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
def test_every_exercise_is_recorded_and_resumed(record: Record, one: Exercise) -> None:
    """Also those of notebooks that come later: the bank says which there are."""
    code, (wrong, status, slip) = one.asks.in_code, wrong_answer_to(one)
    first = Card(one, kernel(record), "check" if code else "whole")
    first.hint()
    first.check(one.asks.betraying(one.misconceptions[0]) if code else wrong, 0.5, wrong if code else None)
    first.reveal()
    second = Card(one, kernel(record), "check" if code else "whole")
    assert (second.attempts, len(second.hints), second.solution) == (1, 1, first.solution) and first.solution
    if not code:
        assert (second.draft, second.verdict, second.confidence) == (first.draft, first.verdict, first.confidence)
    [event] = [event for event in record.events() if event.did == "answered"]
    assert (event.exercise, event.verdict, event.misconception) == (one.id, status, slip)
    assert (event.hints, event.version) == (1, version(one))
    if code:
        assert event.answer == wrong
        second.check(...)
        assert page.escape(wrong) in second.before and "not yet" in second.before


def test_what_is_typed_but_not_checked_comes_back(record: Record) -> None:
    Card(NUMBER, kernel(record)).draft = {"amount": "7", "unit": ""}
    shown = Card(NUMBER, kernel(record))
    assert (shown.draft, shown.verdict) == ({"amount": "7", "unit": ""}, {})
    shown.check({"amount": "76", "unit": ""})
    shown.draft = {"amount": "1", "unit": ""}
    later = Card(NUMBER, kernel(record))
    assert later.draft == {"amount": "1", "unit": ""} and later.verdict["status"] == "right"


def test_beginning_again_empties_the_card_and_keeps_the_history(record: Record) -> None:
    shown = Card(CHOICE, kernel(record))
    shown.hint()
    shown.check("finding", confidence=0.9)
    shown.again()
    shown.again()
    for one in (shown, Card(CHOICE, kernel(record))):
        assert (one.draft, one.verdict, one.attempts, one.hints, one.confidence) == (None, {}, 0, [], None)
    shown.check("finding")
    assert [event.did for event in record.events()] == ["hint", "answered", "again", "answered"]
    assert Card(CHOICE, kernel(record)).attempts == 1


def test_what_was_solved_stays_solved_while_other_answers_are_tried_out(record: Record) -> None:
    right = SCORED.asks.right
    wrong = [option.key for option in SCORED.asks.options if option.key != right]
    shown = Card(SCORED, kernel(record))
    for answer, solved in ((wrong[0], 0), (right, 2), (wrong[1], 2), (right, 2), (wrong[0], 2)):
        shown.check(answer)
        for one in (shown, Card(SCORED, kernel(record))):
            status = "right" if answer == right else "not yet"
            assert (one.solved, one.verdict["status"], one.checked) == (solved, status, answer)
    assert [event.verdict for event in record.events()] == ["not yet", "right", "not yet", "right", "not yet"]
    assert Journey.of(frame(record), datetime.now(UTC)).exercises.loc[SCORED.id, "state"] == HELPED
    shown.again()
    assert shown.solved == Card(SCORED, kernel(record)).solved == 0


def test_what_was_solved_in_another_wording_is_not_solved_in_this_one(record: Record) -> None:
    right = SCORED.asks.right
    wrong = next(option.key for option in SCORED.asks.options if option.key != right)
    record.append(Event(SCORED.id, answer=right, verdict="right", version="0123456789ab"))
    shown = Card(SCORED, kernel(record))
    assert (shown.solved, shown.verdict["status"]) == (1, "right")
    shown.check(wrong)
    assert (shown.solved, Card(SCORED, kernel(record)).solved) == (0, 0)


def test_the_same_answer_again_after_a_restart_leaves_no_second_event(record: Record) -> None:
    for _ in range(2):
        Card(MATCHING, kernel(record)).check(MATCHING.asks.right)
    assert len(record.events()) == 1


def test_an_answer_is_on_the_disk_before_its_feedback_shows(record: Record) -> None:
    shown = Card(CHOICE, kernel(record))
    seen = []
    shown.observe(lambda _: seen.append(answers(Record(record.folder))), "verdict")
    shown.check("iron")
    assert seen == [["iron"]]


def test_a_card_shows_what_another_kernel_did_when_it_is_asked_again(record: Record, monkeypatch) -> None:
    monkeypatch.setattr(card, "SESSION", kernel(record))
    monkeypatch.setattr(card, "_cards", {})
    shown = card.ask("start-01")
    Card(CHOICE, kernel(record)).check("iron")
    assert shown.verdict == {}
    assert card.ask("start-01") is shown and (shown.draft, shown.verdict["status"]) == ("iron", "not yet")


@pytest.mark.parametrize(
    "odd", [float("nan"), 10**5000, {"a": {1, 2}}, object(), b"x", [[[]]] * 3, 1j], ids=lambda odd: type(odd).__name__
)
def test_an_odd_answer_can_be_kept(record: Record, odd: object) -> None:
    record.append(Event("start-01", answer=plain(odd), verdict="cannot tell"))
    [event] = record.events()
    json.dumps(event.answer, allow_nan=False)


def test_what_nests_without_end_is_cut() -> None:
    endless: list = []
    endless.append(endless)
    assert "list" in json.dumps(plain(endless))


# --- content that changes ---------------------------------------------------------------------------------------------


def test_the_version_of_an_exercise_changes_with_what_is_asked_and_not_with_what_is_said() -> None:
    same = (replace(CHOICE, hints=("a", "b", "c")), replace(CHOICE, solution="Other words."))
    option = replace(CHOICE.asks.options[0], text="Other words.")
    other = (
        replace(CHOICE, prompt="Another question?"),
        replace(CHOICE, asks=replace(CHOICE.asks, options=(option, *CHOICE.asks.options[1:]))),
        replace(CHOICE, asks=replace(CHOICE.asks, answer="iron")),
        replace(NUMBER, asks=replace(NUMBER.asks, tolerance=5)),
        replace(NUMBER, asks=replace(NUMBER.asks, answer="= 77")),
    )
    same += (replace(NUMBER, asks=replace(NUMBER.asks, answer="= 70 + 6")),)
    assert {fingerprint(one) for one in same} == {fingerprint(CHOICE), fingerprint(NUMBER)}
    assert len({fingerprint(one) for one in (*other, CHOICE, NUMBER)}) == 7


def test_the_record_of_an_earlier_course_resumes(record: Record) -> None:
    """Every question of the notebooks, answered in the course whose versions the bank still names."""
    record.folder.mkdir()
    shutil.copy(ROOT / "tests" / "data" / "record_of_an_earlier_course.sqlite", record.path)
    session, events = kernel(record), record.events()
    last = {event.exercise: event for event in events if event.did == "answered"}
    forms = {f"before-{number:02d}" for number in range(1, 13)}
    asked = [one for one in ALL if one.id in last]
    same = [one for one in asked if last[one.id].version == version(one)]
    assert set(last) == {one.id for one in asked} | forms and len(same) > 80
    for one in (one for one in asked if one not in same):
        shown = Card(one, session, "check" if one.asks.in_code else "whole")
        assert shown.verdict.get("status") in (None, last[one.id].verdict), one.id
        assert shown.verdict or "has changed" in shown.before, one.id
    for one in same:
        shown = Card(one, session, "check" if one.asks.in_code else "whole")
        kept = last[one.id]
        assert (kept.version, shown.attempts) == (version(one), 1 + (kept.verdict == "right")), one.id
        assert shown.verdict["status"] == kept.verdict and "has changed" not in shown.before, one.id
        assert len(shown.hints) == 1 and bool(shown.solution) is (kept.verdict == "right")
        if not one.asks.in_code:
            assert shown.draft == shown.checked == kept.answer
            assert judge(one, kept.answer).misconception == kept.misconception, one.id
    found = Journey.of(frame(record), datetime.now(UTC))
    assert not found.exercises.loc[[one.id for one in same], "changed"].any()
    assert (found.exercises.loc[list({one.id for one in asked}), "state"] != "open").all()
    assert handed_in(frame(record), "forms/before") is None, "twelve questions were another test"
    assert earlier_test(frame(record), "forms/before") == (12, 12)


def change(monkeypatch: pytest.MonkeyPatch, changed: Exercise) -> None:
    monkeypatch.setattr(bank, "exercise", lambda id: {changed.id: changed}[id])


def test_an_answer_that_still_means_the_same_is_shown_after_a_change(record: Record, monkeypatch) -> None:
    Card(CHOICE, kernel(record)).check("finding")
    changed = replace(CHOICE, prompt="The same question, in other words?")
    change(monkeypatch, changed)
    shown = Card(changed, kernel(record))
    assert (shown.draft, shown.verdict["status"], shown.before) == ("finding", "right", "")


def test_an_answer_to_a_question_that_is_another_now_is_kept_and_not_shown(record: Record, monkeypatch) -> None:
    Card(CHOICE, kernel(record)).check("finding")
    changed = replace(CHOICE, asks=replace(CHOICE.asks, answer="iron"), version="")
    change(monkeypatch, changed)
    shown = Card(changed, kernel(record))
    assert (shown.draft, shown.verdict, shown.attempts) == (None, {}, 0) and "has changed" in shown.before
    shown.check("finding")
    assert shown.verdict["status"] == "not yet" and shown.before == ""
    assert [(event.answer, event.verdict) for event in record.events()] == [
        ("finding", "right"),
        ("finding", "not yet"),
    ]
    assert len({event.version for event in record.events()}) == 2


def test_unknown_exercises_are_kept_and_ignored(record: Record) -> None:
    record.append(Event("gone-01", answer="x", verdict="right"))
    assert recall(Record(record.folder), "gone-01").verdict is None
    assert [event.exercise for event in record.events()] == ["gone-01"]


# --- the clock --------------------------------------------------------------------------------------------------------


def test_the_order_holds_when_the_clock_is_set_back(record: Record) -> None:
    now = datetime.now(UTC)
    for day, answer in ((0, "iron"), (-400, "one"), (-3, "finding")):
        record.append(Event("start-01", answer=answer, verdict="not yet", time=now + timedelta(days=day)))
    assert answers(record) == ["iron", "one", "finding"]
    assert Record(record.folder).past("start-01").last.answer == "finding"
    record.append(Event("start-01", AGAIN, time=now - timedelta(days=999)))
    assert recall(record, "start-01") == Work(round=1)


# --- killed and crowded -----------------------------------------------------------------------------------------------

FORKS = """
import os, random, signal, sys, time
from itertools import takewhile
from pathlib import Path
from helpers.questions.bank import exercise
from helpers.cards.card import Card
from helpers.questions.judge import judge
from helpers.record.log import Record
from helpers.record.restore import remember
from helpers.record.session import Event, Session

folder, task, times, number = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), exercise("start-04")
judge(number, "1")


def learner(kernel, most, out):
    record = Record(folder)
    shown = Card(number, remember(Session(), record))
    for answer in range(most):
        amount = f"{kernel}.{answer:06d}"
        shown.check({"amount": amount, "unit": ""})
        assert shown.verdict["status"] in ("not yet", "right")
        os.write(out, f"{amount}\\n".encode())
    record.close()
    return 2 if record.trouble else 3 if record.files_set_aside() else 0


def fork(kernel, most, out):
    child = os.fork()
    if not child:
        code = 1
        try:
            code = learner(kernel, most, out)
        finally:
            os._exit(code)
    return child
"""

KILLED = f"""{FORKS}
random.seed(5)
for kernel in range(1000, 1000 + times):
    back, out = os.pipe()
    child = fork(kernel, 10**6, out)
    os.close(out)
    acknowledged, wanted = b"", random.randint(1, 11)
    while acknowledged.count(b"\\n") < wanted:
        acknowledged += os.read(back, 65536)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while more := os.read(back, 65536):
        acknowledged += more
    os.close(back)
    sys.stdout.write(acknowledged[: acknowledged.rfind(b"\\n") + 1].decode())
"""

CROWDED = f"""{FORKS}
null = os.open(os.devnull, os.O_WRONLY)
children = [fork(kernel, times, null) for kernel in range(1000, 1008)]
ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
assert not any(ends), f"1: an error, 2: in memory only, 3: a sound file set aside: {{ends}}"
"""


def forked(code: str, folder: Path, times: int) -> str:
    """What a process says that forks kernels."""
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(folder), "x", str(times)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert told.returncode == 0, told.stderr
    return told.stdout


@posix
def test_no_acknowledged_answer_is_lost_when_the_kernel_is_killed_200_times(record: Record) -> None:
    acknowledged = forked(KILLED, record.folder, 200).split()
    assert len({amount[:4] for amount in acknowledged}) == 200, "each is killed after some answers, not by time"
    kept = [answer["amount"] for answer in answers(record)]
    assert set(acknowledged) <= set(kept) and len(kept) == len(set(kept))
    assert (record.trouble, record.was_set_aside, record.files_set_aside()) == ("", "", [])
    with closing(sqlite3.connect(record.path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@posix
def test_eight_kernels_write_at_once_and_nothing_is_lost_or_doubled(record: Record) -> None:
    forked(CROWDED, record.folder, 300)
    kept = [answer["amount"] for answer in answers(record)]
    assert sorted(kept) == sorted(f"{kernel}.{answer:06d}" for kernel in range(1000, 1008) for answer in range(300))
    mine = [amount for amount in kept if amount.startswith("1003.")]
    assert mine == sorted(mine), "a kernel's own answers stay in their order"


FIRST_USE = f"""{FORKS}
null = os.open(os.devnull, os.O_WRONLY)
whole = folder
for turn in range(times):
    folder = whole / str(turn)
    children = [fork(kernel, 3, null) for kernel in range(1000, 1008)]
    ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert not any(ends), f"1: an error, 2: in memory only, 3: a sound file set aside: {{ends}}"
"""


@posix
def test_eight_kernels_make_the_file_at_once_and_none_sets_it_aside(tmp_path: Path) -> None:
    forked(FIRST_USE, tmp_path, 25)
    for turn in range(25):
        record = Record(tmp_path / str(turn))
        assert (len(record.events()), record.files_set_aside()) == (24, []), turn
        record.close()


def test_a_file_that_is_half_built_when_it_is_looked_at_is_no_other_programs(record: Record, monkeypatch) -> None:
    """Another kernel builds the file between this one's looks at its mark and at its tables."""
    built: list[bool] = []
    too_early = suppress(sqlite3.OperationalError)  # one look sees one file: the other has to wait

    class Slow(sqlite3.Connection):
        def execute(self, wanted: str, *given):
            found = super().execute(wanted, *given)
            if wanted != "PRAGMA application_id" or built:
                return found
            seen = found.fetchone()
            built.append(True)
            with closing(sqlite3.connect(record.path, isolation_level=None, timeout=0)) as db, too_early:
                record_file.build(db)
            return SimpleNamespace(fetchone=lambda: seen)

    record.folder.mkdir()
    record.path.touch()
    connect = sqlite3.connect
    monkeypatch.setattr(record_file, "WAIT", 0.05)
    monkeypatch.setattr(record_file.sqlite3, "connect", lambda *a, **k: connect(*a, **({"factory": Slow} | k)))
    record.append(Event("start-01", answer="first", verdict="right"))
    assert built and answers(record) == ["first"] and record.files_set_aside() == []


def test_what_is_written_while_the_file_is_set_aside_is_written_again(record: Record) -> None:
    """The file is renamed after the kernel saw that it is its own, and before the answer is in it."""
    record.append(Event("start-01", answer="before", verdict="right"))
    inside, aside = record._database, record.path.with_name("record-set-aside-by-another.sqlite")

    def just_before() -> sqlite3.Connection:
        db = inside()
        if not aside.exists():
            os.rename(record.path, aside)
        return db

    record._database = just_before
    record.append(Event("start-01", answer="acknowledged", verdict="right"))
    assert answers(Record(record.folder)) == ["acknowledged"] and record.trouble == ""


def test_a_kernel_that_ends_brings_what_waits_in_memory_to_the_disk(record: Record, monkeypatch) -> None:
    monkeypatch.setattr(record_file, "WAIT", 0.05)
    record.append(Event("start-01", answer="saved", verdict="right"))
    record.close()
    held = sqlite3.connect(record.path, isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    record.append(Event("start-01", answer="waiting", verdict="right"))
    assert "another program holds the record" in record.trouble
    record.close()
    assert "waiting" in answers(record), "while the disk is held, closing throws nothing away"
    held.execute("ROLLBACK")
    held.close()
    record.close()
    assert record.trouble == "" and answers(Record(record.folder)) == ["saved", "waiting"]


@posix
def test_a_forked_process_opens_the_file_anew(record: Record) -> None:
    record.append(Event("start-01", answer="parent", verdict="right"))
    child = os.fork()
    if not child:
        record.append(Event("start-01", answer="child", verdict="right"))
        os._exit(0)
    os.waitpid(child, 0)
    record.append(Event("start-01", answer="parent again", verdict="right"))
    assert answers(record) == ["parent", "child", "parent again"]


# --- damaged, foreign, older, newer -----------------------------------------------------------------------------------


def filled(folder: Path, number: int = 400) -> bytes:
    """A whole record with so many answers, closed; its bytes."""
    record = Record(folder)
    record.append(*(Event(f"start-{at % 90:02d}", answer="x" * 99, verdict="right") for at in range(number)))
    record.close()
    return record.path.read_bytes()


def damage(data: bytes, kind: str) -> bytes:
    middle = len(data) // 2
    return {
        "truncated": data[: middle + 77],
        "cut to its first page": data[:4096],
        "cut inside its head": data[:60],
        "zeros in the middle": data[:middle] + bytes(9000) + data[middle + 9000 :],
        "noise from the first page on": data[:100] + random.Random(1).randbytes(len(data) - 100),
        "noise": random.Random(2).randbytes(5000),
        "a text": b"Dear diary, today I learned what pancytopenia is.",
        "a page of HTML": b"<!doctype html><title>404</title>" * 99,
    }[kind]


KINDS = ("truncated", "cut to its first page", "cut inside its head", "zeros in the middle")
KINDS += ("noise from the first page on", "noise", "a text", "a page of HTML")


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_set_aside_and_the_course_goes_on(record: Record, kind: str) -> None:
    broken = damage(filled(record.folder), kind)
    record.path.write_bytes(broken)
    shown = Card(CHOICE, remember(Session(), record))
    shown.check("iron")
    before = len(record.events())
    assert shown.verdict["status"] == "not yet" and before >= 1
    [aside] = record.files_set_aside()
    assert aside.read_bytes() == broken, "what was there is untouched"
    assert "iron" in answers(record)
    assert aside.name in record.was_set_aside and "set aside" in record.was_set_aside
    shown.refresh()
    assert record.trouble == "" and "set aside" in shown.trouble and aside.name in WhereYouStand(record).html
    assert len(Record(record.folder).events()) == before, "and it is kept from now on"


def test_what_can_be_read_of_a_damaged_file_is_taken_over(record: Record) -> None:
    whole = filled(record.folder)
    record.path.write_bytes(damage(whole, "zeros in the middle"))
    record.events()
    record.append(Event("start-01", answer="new", verdict="right"))
    assert len(record.events()) > 100 and "taken over" in record.was_set_aside


@pytest.mark.parametrize("seed", range(25))
def test_wherever_a_byte_is_wrong_an_answer_is_kept(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "record"
    data, chance = bytearray(filled(folder, 150)), random.Random(seed)
    for _ in range(chance.choice((1, 30, 400))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    (folder / NAME).write_bytes(data)
    record = Record(folder)
    shown = Card(CHOICE, remember(Session(), record))
    shown.check("iron")
    record.events()
    assert shown.verdict["status"] == "not yet" and record.trouble == ""
    assert Record(folder).past("start-01").last.answer == "iron"


@pytest.mark.parametrize("seed", range(25))
def test_what_is_set_aside_is_the_file_that_was_found_to_the_byte(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "record"
    data, chance = bytearray(filled(folder, 150)), random.Random(seed)
    at = chance.randrange(4096, len(data) - 600)
    data[at : at + 500] = chance.choice((bytes(500), chance.randbytes(500)))
    (folder / NAME).write_bytes(data)
    record = Record(folder)
    Card(CHOICE, remember(Session(), record)).check("iron")
    record.events()
    assert [path.read_bytes() for path in record.files_set_aside()] in ([], [bytes(data)])
    assert "iron" in answers(record)


def test_a_wrong_byte_in_the_list_of_tables_is_damage_and_no_exception(record: Record) -> None:
    data = filled(record.folder)
    assert b"tabledrafts" in data
    broken = data.replace(b"tabledrafts", b"table\xd4rafts", 1)
    record.path.write_bytes(broken)
    shown = Card(CHOICE, remember(Session(), record))
    shown.check("iron")
    assert (shown.verdict["status"], record.trouble) == ("not yet", "") and "iron" in answers(record)
    [aside] = record.files_set_aside()
    assert aside.read_bytes() == broken and len(record.events()) == 401, "all of it was taken over"


@pytest.mark.parametrize(
    "odd",
    ["time = -9999999999999999", "time = 'noon'", "time = 1e300", "time = x'00ff'", "place = 'first'", "place = -5",
     "place = 9223372036854775807", "hints = 'many'", "hints = -1", "confidence = 'sure'", "confidence = x'ff'",
     "answer = 'no JSON'", "answer = x'7b'", "verdict = x'414243'", "misconception = 7"],
)  # fmt: skip
def test_a_damaged_value_stops_nothing(record: Record, odd: str) -> None:
    filled(record.folder, 3)
    with closing(sqlite3.connect(record.path)) as file:
        file.execute("DROP TRIGGER events_stay")
        file.execute(f"UPDATE events SET {odd} WHERE id = 2")
        file.commit()
    assert record.since().year >= 1970 and len(record.events()) == len(record.latest(9)) == 3
    record.append(Event("start-01", answer="after", verdict="right"))
    assert record.events()[-1].answer == "after" and record.past("start-01").last.answer == "after"
    for text in (exchange.to_xapi(record.rows(), "x"), exchange.to_csv(record.rows())):
        taken = exchange.read_file(text.encode())
        assert len(taken.events) + sum(taken.left_out.values()) == 4 and len(taken.events) >= 3
    assert "questions" in WhereYouStand(record).html and "4 entries" in YourRecord(record).html
    assert record.trouble == "" and ("order of its entries" in record.was_set_aside) is odd.startswith("place")


@posix
def test_the_record_is_its_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    old = os.umask(0o022)
    try:
        record = Record()
        record.append(Event("start-01", answer="mine", verdict="right"))
        files = list(record.folder.iterdir())
        assert NAME in {path.name for path in files} and len(files) > 1
        assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}
        assert record.folder.stat().st_mode & 0o777 == 0o700
        record.close()
        record.folder.chmod(0o755)
        record.path.chmod(0o644)
        assert len(record.events()) == 1, "one made by an earlier course is closed when it is opened"
        assert (record.folder.stat().st_mode & 0o777, record.path.stat().st_mode & 0o777) == (0o700, 0o600)
        theirs = tmp_path / "Documents"
        theirs.mkdir(mode=0o755)
        Record(theirs).append(Event("start-01"))
        assert theirs.stat().st_mode & 0o777 == 0o755, "a folder that was there keeps its rights"
        assert (theirs / NAME).stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(old)


def test_a_folder_named_from_here_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for answer in ("one", "two"):
        record = Record(Path("mine") / "a $x ? # %20")
        record.append(Event("start-01", answer=answer, verdict="right"))
        record.close()
    assert answers(record) == ["one", "two"] and (record.trouble, record.was_set_aside) == ("", "")


def foreign(path: Path, application: int = 0, wal: bool = False) -> bytes:
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as file:
        file.execute(f"PRAGMA application_id = {application}")
        if wal:
            file.execute("PRAGMA journal_mode = WAL")
        file.execute("CREATE TABLE events (photo BLOB)")
        file.execute("INSERT INTO events VALUES ('mine')")
        file.commit()
    return path.read_bytes()


@pytest.mark.parametrize(("application", "wal"), [(0, False), (0, True), (7, False), (7, True)])
def test_a_database_of_another_program_is_set_aside_unchanged(record: Record, application: int, wal: bool) -> None:
    theirs = foreign(record.path, application, wal)
    record.append(Event("start-01", answer="mine", verdict="right"))
    assert answers(Record(record.folder)) == ["mine"]
    [aside] = record.files_set_aside()
    assert aside.read_bytes() == theirs and "another program" in record.was_set_aside


def test_a_database_of_another_program_that_was_killed_is_not_even_opened(record: Record, tmp_path: Path) -> None:
    """Opening it would move what stands in its log into its file."""
    foreign(tmp_path / "theirs" / NAME, 7, wal=True)
    record.folder.mkdir()
    with closing(sqlite3.connect(tmp_path / "theirs" / NAME)) as theirs:
        theirs.execute("INSERT INTO events VALUES ('not yet in the file itself')")
        theirs.commit()
        files = {end: (tmp_path / "theirs" / f"{NAME}{end}").read_bytes() for end in ("", "-wal")}
    for end, data in files.items():
        Path(f"{record.path}{end}").write_bytes(data)
    record.append(Event("start-01", answer="mine", verdict="right"))
    asides = {path.name.partition(".sqlite")[2]: path.read_bytes() for path in record.files_set_aside()}
    assert asides == files and files["-wal"]


def test_files_set_aside_in_the_same_second_do_not_meet(record: Record) -> None:
    for text in (b"one", b"two", b"three"):
        record.folder.mkdir(exist_ok=True)
        record.path.write_bytes(text)
        record.close()
        record.append(Event("start-01"))
        record.close()
    assert {path.read_bytes() for path in record.files_set_aside()} == {b"one", b"two", b"three"}


def test_a_file_damaged_while_it_is_open_is_set_aside(record: Record) -> None:
    filled(record.folder)
    first = Record(record.folder)
    first.append(Event("start-01", answer="before", verdict="right"))
    for end in ("", "-wal"):
        path = Path(f"{record.path}{end}")
        if path.exists():
            path.write_bytes(bytes(len(path.read_bytes())))
    second = Record(record.folder)
    second.append(Event("start-01", answer="second", verdict="right"))
    first.append(Event("start-01", answer="first", verdict="right"))
    assert {"first", "second"} <= set(answers(Record(record.folder)))
    assert len([path for path in record.files_set_aside() if path.suffix == ".sqlite"]) == 1


def test_a_file_that_is_deleted_or_replaced_while_it_is_open_is_begun_anew(record: Record) -> None:
    record.append(Event("start-01", answer="before", verdict="right"))
    for path in record.folder.iterdir():
        path.unlink()
    record.append(Event("start-01", answer="after", verdict="right"))
    assert answers(Record(record.folder)) == ["after"] and record.trouble == ""


def test_a_file_of_an_earlier_course_gets_the_steps_it_lacks(record: Record) -> None:
    record.folder.mkdir()
    with closing(sqlite3.connect(record.path)) as file:
        file.executescript(STEPS[0])
        file.execute(f"PRAGMA application_id = {APPLICATION}")
        file.execute("PRAGMA user_version = 1")
        old = ("a-uid", 7, "start-01", "answered", '"iron"', "not yet", "", 0, None, 7, "")
        file.execute("INSERT INTO events VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", old)
        file.commit()
    Card(NUMBER, kernel(record)).draft = {"amount": "1", "unit": ""}
    assert answers(record) == ["iron"] and record.files_set_aside() == []
    with closing(sqlite3.connect(record.path)) as file:
        assert file.execute("PRAGMA user_version").fetchone()[0] == len(STEPS)


def test_a_file_of_a_newer_course_is_left_alone(record: Record) -> None:
    filled(record.folder, 3)
    with closing(sqlite3.connect(record.path)) as file:
        file.execute("PRAGMA user_version = 99")
    newer = record.path.read_bytes()
    shown = Card(CHOICE, remember(Session(), record))
    shown.check("iron")
    assert shown.verdict["status"] == "not yet" and "newer version of the course" in shown.trouble
    assert record.path.read_bytes() == newer and record.files_set_aside() == []


# --- no place to write ------------------------------------------------------------------------------------------------


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the rights of the superuser, whom nothing stops from writing."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def works_without_saving(record: Record, words: str) -> None:
    shown = Card(CHOICE, remember(Session(), record))
    assert words in record.trouble
    shown.check("iron")
    assert (shown.verdict["status"], shown.attempts) == ("not yet", 1)
    assert "Nothing is being saved" in shown.trouble and words in shown.trouble
    shown.again()
    shown.check("finding")
    assert [event.did for event in record.events()][-3:] == ["answered", "again", "answered"]


@posix
def test_a_read_only_folder(record: Record) -> None:
    filled(record.folder, 3)
    record.path.chmod(0o644)  # one who may read it, and may not write
    record.folder.chmod(0o555)
    record.folder.parent.chmod(0o755)
    for parent in takewhile(lambda parent: parent != Path(tempfile.gettempdir()), record.folder.parents):
        parent.chmod(parent.stat().st_mode | 0o055)
    try:
        with as_nobody():
            works_without_saving(record, "cannot be written to")
            assert len(record.events()) == 3 + 3, "what was there is still shown"
    finally:
        record.folder.chmod(0o755)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    works_without_saving(Record(tmp_path / "file" / "record"), "cannot be written to")


def test_a_folder_in_the_place_of_the_file_is_set_aside(record: Record) -> None:
    record.path.mkdir(parents=True)
    record.append(Event("start-01", answer="mine", verdict="right"))
    assert answers(Record(record.folder)) == ["mine"] and record.files_set_aside()[0].is_dir()


@posix
def test_no_home(tmp_path: Path) -> None:
    code = (
        "import os, pwd\n"
        "def nobody(*_): raise KeyError\n"
        "pwd.getpwuid = nobody\n"
        "from helpers import ask\n"
        "card = ask('start-01')\n"
        "card.check('iron')\n"
        "print(card.verdict['status'], '|', card.trouble)\n"
    )
    kept = {name: value for name, value in os.environ.items() if name not in ("HOME", "XDG_DATA_HOME", FOLDER)}
    kept["PYTHONDONTWRITEBYTECODE"] = "1"
    told = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=kept, capture_output=True, text=True)
    assert told.stdout.startswith("not yet | Nothing is being saved: this computer knows no home"), told.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_and_space_again(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's own word for a full disk, brought about by a limit on the file's pages."""
    shown = Card(NUMBER, remember(Session(), record))
    shown.check({"amount": "1", "unit": ""})
    full = True
    prepared = record_file._prepare

    def prepare(db: sqlite3.Connection) -> None:
        prepared(db)
        if full:
            db.execute("PRAGMA max_page_count = 1")

    monkeypatch.setattr(record_file, "_prepare", prepare)
    record.close()
    number = 2
    while not record.trouble and number < 200:
        shown.check({"amount": f"{number}." + "1" * 3000, "unit": ""})
        number += 1
    assert "the disk is full" in shown.trouble and shown.verdict["status"] == "not yet"
    assert len(answers(record)) == number - 1, "nothing is lost while the kernel runs"
    full = False
    shown.check({"amount": "76", "unit": ""})
    assert (shown.trouble, record.trouble) == ("", "")
    assert len(answers(Record(record.folder))) == number, "with space again all of it is written"


@posix
def test_a_disk_that_takes_no_more(tmp_path: Path) -> None:
    """The operating system refuses to let the file grow."""
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from helpers.questions.bank import exercise\n"
        "from helpers.cards.card import Card\n"
        "from helpers.record.log import Record\n"
        "from helpers.record.restore import remember\n"
        "from helpers.record.session import Session\n"
        "record = Record(Path(sys.argv[1]))\n"
        "card = Card(exercise('start-04'), remember(Session(), record))\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))\n"
        "for number in range(200):\n"
        "    card.check({'amount': f'{number}.' + '1' * 3000, 'unit': ''})\n"
        "    assert card.verdict['status'] == 'not yet'\n"
        "print(len(record.events()), '|', card.trouble)\n"
    )
    folder = tmp_path / "record"
    told = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True)
    kept, _, words = told.stdout.partition(" | ")
    assert words.startswith("Nothing is being saved"), told.stdout + told.stderr
    assert int(kept) == 200
    saved = len(Record(folder).events())
    assert 0 < saved < 200, "what was acknowledged before is on the disk"


def test_another_program_holds_the_file(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_file, "WAIT", 0.2)
    record.append(Event("start-01", answer="before", verdict="right"))
    record.close()
    with closing(sqlite3.connect(record.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        record.append(Event("start-01", answer="meanwhile", verdict="right"))
        assert "another program holds" in record.trouble
        other.execute("ROLLBACK")
    record._patience = 0
    record.append(Event("start-01", answer="after", verdict="right"))
    assert answers(Record(record.folder)) == ["before", "meanwhile", "after"] and record.trouble == ""


# --- seen and deleted -------------------------------------------------------------------------------------------------


def test_everything_can_be_deleted(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = record_file._prepare
    # Some builds of SQLite overwrite what is deleted by themselves; ours must not rest on that.
    monkeypatch.setattr(record_file, "_prepare", lambda db: (prepared(db), db.execute("PRAGMA secure_delete = OFF")))
    other = Record(record.folder)
    secret = "a very private answer"
    record.folder.mkdir()
    record.path.write_bytes(b"an old " + secret.encode())
    Card(NUMBER, remember(Session(), record)).check({"amount": secret, "unit": ""})
    other.save_draft("start-01", secret)
    learner = record.learner()
    assert record.erase()
    assert (record.events(), other.events(), record.past("start-01").draft) == ([], [], None)
    record.close()
    other.close()
    assert not [path for path in record.folder.iterdir() if secret.encode() in path.read_bytes()]
    assert [path.name for path in record.folder.iterdir()] == [NAME] and record.learner() != learner
    other.append(Event("start-01", answer="new", verdict="right"))
    assert answers(record) == ["new"]


def test_what_is_deleted_while_another_kernel_reads_is_gone_too(record: Record, monkeypatch) -> None:
    monkeypatch.setattr(record_file, "WAIT", 0.2)
    secret = "a very private answer"
    record.append(*(Event("start-01", answer=f"{secret} {at}", verdict="right") for at in range(50)))
    with closing(sqlite3.connect(record.path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM events").fetchone()
        record.erase()
        other.execute("COMMIT")
        assert record.events() == []
        record.close()
    assert secret.encode() not in record.path.read_bytes()


def test_the_folder_is_the_users_own_unless_a_variable_names_another(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.delenv(FOLDER)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert record_file.usual_folder().name == "pancytopenia-course"
    monkeypatch.setenv(FOLDER, str(tmp_path / "mine"))
    assert record_file.usual_folder() == tmp_path / "mine"


def test_the_tests_themselves_run_on_an_empty_record_of_their_own() -> None:
    assert "course-record-" in os.environ[FOLDER]
    assert restore.RECORD.folder == Path(os.environ[FOLDER])


def test_what_a_learner_did_does_not_change_what_a_notebook_shows(record: Record) -> None:
    """The check of all outputs passes on a full record as on an empty one."""
    for one in ALL:
        answer = one.asks.code if one.asks.in_code else plain(wrong_answer_to(one)[0])
        record.append(Event(one.id, HINT), Event(one.id, answer=answer, verdict="not yet", version=version(one)))
    record.close()
    strict = next(words for _, words in course.CHECKS if "--nbval" in words)
    told = subprocess.run(
        [sys.executable, *strict[:-1], "-n0", "notebooks/00_start_here.ipynb", "-p", "no:cacheprovider"],
        cwd=ROOT,
        env=os.environ | {FOLDER: str(record.folder)},
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stdout[-3000:]
    assert len(record.events()) == 2 * len(ALL), "and nothing was recorded by running it"


def test_nothing_is_read_or_written_before_a_question_is_asked(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", "import helpers.cards.card, helpers.record.restore"],
        env=os.environ | {FOLDER: str(tmp_path / "record")},
        check=True,
    )
    assert not (tmp_path / "record").exists()
