"""A record as a file: does it come back whole, and is a hostile file harmless?"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import wrong_answer_to
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.cards.card import Card
from helpers.cards.record_panel import YourRecord
from helpers.nesting import shallow
from helpers.questions import bank
from helpers.questions.judge import judge
from helpers.record import exchange, restore
from helpers.record.exchange import ACTIVITY, EXTENSION, MOST_BYTES, Unreadable, read_file, to_csv, to_xapi
from helpers.record.log import Record, read_json
from helpers.record.restore import PART, Download, remember
from helpers.record.session import AGAIN, HINT, SOLUTION, Event, Session, plain

ALL = [one for notebook in bank.notebooks() + bank.forms() for one in bank.exercises(notebook)]


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """A record with an answer of every exercise, right and wrong, and everything else that can be recorded."""
    made = Record(tmp_path / "record")
    for one in ALL:
        wrong, _, slip = wrong_answer_to(one)
        answers = (wrong, one.asks.code if one.asks.in_code else one.asks.right)
        made.append(
            Event(one.id, answer=plain(answers[0]), verdict="not yet", misconception=slip, version=bank.version(one)),
            Event(one.id, HINT),
            Event(one.id, SOLUTION),
            Event(one.id, AGAIN),
            Event(one.id, answer=plain(answers[1]), verdict="right", hints=1, confidence=0.75),
        )
    made.append(Event("gone-01", answer={"µ": ["\ud800", None, True, 1.5]}, verdict="cannot tell"))
    return made


FORMS = {"json": lambda record: to_xapi(record.rows(), "somebody"), "csv": lambda record: to_csv(record.rows())}
both = pytest.mark.parametrize("kind", FORMS)


# --- out and in again -------------------------------------------------------------------------------------------------


@both
def test_a_record_comes_back_whole(record: Record, tmp_path: Path, kind: str) -> None:
    taken = read_file(FORMS[kind](record).encode())
    other = Record(tmp_path / "other")
    assert other.merge(taken.events) == len(record.events()) and not taken.left_out
    assert other.rows() == record.rows()


@both
def test_bringing_it_in_twice_changes_nothing(record: Record, tmp_path: Path, kind: str) -> None:
    data = FORMS[kind](record).encode()
    before = record.rows()
    assert record.merge(read_file(data).events) == 0 and record.rows() == before
    other = Record(tmp_path / "other")
    for new in (len(before), 0, 0):
        assert other.merge(read_file(data).events) == new


def test_two_records_become_one_in_the_order_of_time(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    home, binder = Record(tmp_path / "home"), Record(tmp_path / "binder")
    for days, record, answer in ((-3, home, "first"), (-2, binder, "second"), (-1, home, "third")):
        record.append(Event("start-01", answer=answer, verdict="not yet", time=now + timedelta(days=days)))
    home.merge(read_file(to_xapi(binder.rows(), "x").encode()).events)
    assert [event.answer for event in home.events()] == ["first", "second", "third"]
    home.append(Event("start-01", answer="fourth", verdict="right"))
    assert home.past("start-01").last.answer == "fourth"


def test_what_was_brought_in_is_shown_on_the_cards(record: Record, tmp_path: Path) -> None:
    other = Record(tmp_path / "other")
    other.merge(read_file(to_xapi(record.rows(), "x").encode()).events)
    one = bank.exercise("reading-01")
    shown = Card(one, remember(Session(), other))
    assert shown.draft == one.asks.right and shown.verdict["status"] == "right"


def test_with_a_byte_order_mark_and_as_statements_of_a_server_it_is_read_too(record: Record) -> None:
    text = to_xapi(record.rows(), "x")
    all_of_them = read_file(text.encode()).events
    assert read_file(b"\xef\xbb\xbf" + text.encode()).events == all_of_them
    assert read_file(json.dumps({"statements": json.loads(text), "more": ""}).encode()).events == all_of_them
    assert read_file(json.dumps(json.loads(text)[0]).encode()).events == all_of_them[:1]


@pytest.mark.parametrize("piece", [100, 1 << 16])
def test_several_downloads_in_one_and_one_statement_a_line_are_all_read(record, monkeypatch, piece) -> None:
    statements = json.loads(to_xapi(record.rows(), "x"))[:4]
    events = read_file(json.dumps(statements).encode()).events
    monkeypatch.setattr(exchange, "CHUNK", piece)
    of_a_server = json.dumps({"more": "", "statements": statements[2:], "next": {"of": []}})
    for whole in (
        json.dumps(statements[:2]) + "\n" + json.dumps(statements[2:]),
        json.dumps(statements[:2]) + of_a_server,
        json.dumps({"statements": statements[:2], "more": {"at": ["", 1]}}) + "\n\n" + of_a_server + " ",
        "\n".join(map(json.dumps, statements)),
    ):
        taken = read_file(whole.encode())
        assert taken.events == events and not taken.left_out
    with pytest.raises(Unreadable):
        read_file((json.dumps(statements) + json.dumps(statements)[:-9]).encode())


def test_however_a_list_of_statements_is_laid_out_and_wherever_a_piece_ends_it_is_read(record, monkeypatch) -> None:
    text = to_xapi(record.rows(), "x")
    events = read_file(text.encode()).events
    for size in (7, 100, 1_000_003):
        monkeypatch.setattr(exchange, "CHUNK", size)
        for laid_out in (text if size > 7 else text[:3000], json.dumps(json.loads(text)[:9], indent=1)):
            try:
                found = read_file(laid_out.encode()).events
            except Unreadable as reason:
                assert "cut short" in str(reason) and laid_out == text[:3000]
            else:
                assert found == events[: len(found)] and len(found) in (9, len(events))
    with pytest.raises(Unreadable, match="cut short"):
        read_file(text[:-9].encode())


def test_as_many_entries_as_can_be_taken_along_can_be_brought_in(record: Record) -> None:
    rows = record.rows()
    for kind in FORMS:
        size = len(FORMS[kind](record).encode()) / len(rows)
        assert size * exchange.MOST_EVENTS < MOST_BYTES, "the average over all questions, each answered"


JUNK = """
import resource, sys
from helpers.record.exchange import Unreadable, read_file
data = (b"[" if sys.argv[1] != "csv" else b"id,time,exercise,did\\n") + (
    {"json": b'{"a":1},', "deep": b"[", "text": b"x", "csv": b"a,b,c,d\\n", "numbers": b"1,"}[sys.argv[1]]
    * (100_000_000 // (8 if sys.argv[1] in ("json", "csv") else 2 if sys.argv[1] == "numbers" else 1)))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_file(data)
except Unreadable as reason:
    print(reason, "|", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(os.name == "nt", reason="asks the system how much memory was used")
@pytest.mark.parametrize("kind", ["json", "deep", "text", "csv", "numbers"])
def test_a_hundred_megabytes_of_something_else_cost_little(kind: str) -> None:
    told = subprocess.run([sys.executable, "-c", JUNK, kind], capture_output=True, text=True)
    words, _, more = told.stdout.rpartition(" | ")
    early = kind in ("json", "csv", "numbers")
    assert words.startswith("This is no file of a record: the first" if early else "This is no"), told.stderr
    assert int(more) < 100_000, "kilobytes beyond the file itself"


# --- the standard -----------------------------------------------------------------------------------------------------

INTERACTIONS = {"true-false", "choice", "fill-in", "long-fill-in", "matching", "performance", "sequencing", "likert"}
INTERACTIONS |= {"numeric", "other"}


def test_every_line_is_an_xapi_statement(record: Record) -> None:
    """The rules of xAPI 1.0.3, part 2, as far as these statements touch them."""
    learner = record.learner()
    for one in json.loads(to_xapi(record.rows(), learner)):
        assert set(one) <= {"id", "actor", "verb", "object", "result", "context", "timestamp", "version"}
        assert str(uuid.UUID(one["id"])) == one["id"]
        assert set(one["actor"]) == {"objectType", "account"} and one["actor"]["account"]["name"] == learner
        assert one["verb"]["id"].startswith("http") and one["verb"]["display"]["en-US"]
        activity = one["object"]
        assert activity["objectType"] == "Activity" and activity["id"].startswith("https://")
        assert activity["definition"]["interactionType"] in INTERACTIONS
        moment = datetime.fromisoformat(one["timestamp"])
        assert moment.tzinfo is not None and one["timestamp"].endswith("Z")
        assert set(one["context"]) <= {"revision", "extensions"} and one["version"] == "1.0.3"
        result = one.get("result", {})
        assert set(result) <= {"success", "completion", "response", "extensions"}
        assert isinstance(result.get("response", ""), str) and isinstance(result.get("success", True), bool)
        for extensions in (one["context"]["extensions"], result.get("extensions", {})):
            assert all(key.startswith("https://") for key in extensions)


def test_answers_are_written_as_the_standard_writes_them(record: Record) -> None:
    statements = json.loads(to_xapi(record.rows(), "x"))
    said = {one["object"]["id"].rpartition("/")[2]: one["result"] for one in statements if "result" in one}
    order, match = bank.exercise("start-08"), bank.exercise("start-02")
    assert said["start-08"]["response"] == "[,]".join(order.asks.right)
    assert said["start-02"]["response"] == "[,]".join(f"{key}[.]{part}" for key, part in match.asks.right.items())
    assert (said["start-01"]["response"], said["start-01"]["success"]) == ("finding", True)
    assert "success" not in said["gone-01"]


def test_no_cell_is_a_formula_to_a_spreadsheet(tmp_path: Path) -> None:
    record = Record(tmp_path)
    record.append(Event("start-01", answer=-5, verdict="not yet", misconception='=HYPERLINK("http://x")'))
    text = to_csv(record.rows())
    assert not any(cell[:1] in ("=", "+", "-", "@") for line in csv.reader(io.StringIO(text)) for cell in line)
    [(event, _)] = read_file(text.encode()).events
    assert (event.answer, event.misconception) == (-5, '=HYPERLINK("http://x")')


def test_the_largest_record_still_comes_in_again(record: Record) -> None:
    size = len(to_xapi(record.rows(), record.learner())) / len(record.rows())
    assert 100_000 * size < MOST_BYTES


# --- hostile ----------------------------------------------------------------------------------------------------------


def statement(**changes: object) -> dict:
    """A good statement with some of it replaced: ``verdict`` and the like by their short names."""
    parts = {"id": str(uuid.uuid4()), "exercise": "start-01", "timestamp": "2026-05-01T10:00:00Z", "did": "answered"}
    parts |= {"order": 7, "hints": 0, "confidence": None, "answer": "iron", "verdict": "not yet", "misconception": ""}
    parts |= {"revision": "abc"} | changes
    context = {EXTENSION + name: parts[name] for name in ("did", "order", "hints", "confidence")}
    result = {EXTENSION + name: parts[name] for name in ("answer", "verdict", "misconception")}
    return {
        "id": parts["id"],
        "object": {"id": f"{ACTIVITY}{parts['exercise']}"},
        "timestamp": parts["timestamp"],
        "context": {"revision": parts["revision"], "extensions": context},
        "result": {"extensions": result},
    }


def test_a_good_statement_is_taken() -> None:
    taken = read_file(json.dumps([statement()]).encode())
    assert len(taken.events) == 1 and not taken.left_out


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": 7}, "without an id"),
        ({"id": "not-a-uuid"}, "without an id"),
        ({"exercise": "<script>alert(1)</script>-01"}, "not of this course"),
        ({"exercise": "../../etc/passwd"}, "not of this course"),
        ({"exercise": "x" * 10_000 + "-01"}, "not of this course"),
        ({"did": "danced"}, "nothing that this course records"),
        ({"did": ["answered"]}, "nothing that this course records"),
        ({"did": {"answered": 1}}, "nothing that this course records"),
        ({"verdict": "perfect"}, "an answer without a verdict"),
        ({"verdict": None}, "an answer without a verdict"),
        ({"verdict": {}}, "an answer without a verdict"),
        ({"timestamp": "yesterday"}, "without a believable time"),
        ({"timestamp": 1e300}, "without a believable time"),
        ({"timestamp": "9999-01-01T00:00:00Z"}, "without a believable time"),
        ({"timestamp": "1066-10-14T09:00:00Z"}, "without a believable time"),
    ],
    ids=str,
)
def test_what_is_not_believable_is_left_out_and_told(changes: dict, reason: str) -> None:
    taken = read_file(json.dumps([statement(**changes), statement()]).encode())
    assert len(taken.events) == 1 and taken.left_out == {reason: 1}
    assert reason in exchange.words(taken, 1)


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"hints": -1}, {"hints": 0}),
        ({"hints": 1e9}, {"hints": 0}),
        ({"hints": 10**6}, {"hints": 99}),
        ({"confidence": 7}, {"confidence": None}),
        ({"confidence": True}, {"confidence": None}),
        ({"confidence": "high"}, {"confidence": None}),
        ({"misconception": ["x"]}, {"misconception": ""}),
        ({"misconception": "x" * 5000}, {"misconception": "x" * 200}),
        ({"misconception": "a\ud800\n b"}, {"misconception": "a? b"}),
        ({"revision": "<b>"}, {"version": ""}),
        ({"revision": 9}, {"version": ""}),
        ({"answer": {"a": [1, {"b": None}]}}, {"answer": {"a": [1, {"b": None}]}}),
    ],
    ids=str,
)
def test_what_is_odd_but_harmless_is_put_right(changes: dict, kept: dict) -> None:
    [(event, _)] = read_file(json.dumps([statement(**changes)]).encode()).events
    assert {name: getattr(event, name) for name in kept} == kept


@pytest.mark.parametrize("order", [-1, 2**53, 1e18, "7", None, [], True, 2**70], ids=str)
def test_an_odd_place_in_the_order_is_replaced_by_the_time(tmp_path: Path, order: object) -> None:
    record = Record(tmp_path)
    record.merge(read_file(json.dumps([statement(order=order)]).encode()).events)
    record.append(Event("start-01", answer="finding", verdict="right"))
    assert [event.answer for event in record.events()] == ["iron", "finding"]


DEEP = b"[" * 200_000 + b"]" * 200_000
BAD = {
    "empty": b"",
    "blanks": b"   \n ",
    "a picture": bytes(range(256)) * 9,
    "a text": b"Dear diary",
    "cut short": json.dumps([statement()]).encode()[:-40],
    "deeper than Python can go": DEEP,
    "a table of something else": b"name,age\nAnn,7\n",
    "an empty list": b"[]",
    "a cell without end": b"id,time,exercise,did\n" + b'"' + b"x" * 9_000_000,
}


NESTED = st.recursive(st.text() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(NESTED)
def test_what_is_nested_like_a_file_is_shallow_also_where_it_breaks_off(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    for end in range(len(text) + 1):
        assert shallow(text[:end]) == text[:end]


@pytest.mark.parametrize("deep", ["[" * 501, '{"a":' * 501, '[1,"]]]",' * 501, '"[[", ' + "[{}," * 501])
def test_what_is_nested_deeper_is_not_decoded(deep: str) -> None:
    with pytest.raises(RecursionError):
        shallow(deep)
    assert shallow(json.dumps("[" * 500)) and shallow("[]" * 500) and read_json(deep) is None


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_record_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(Unreadable) as told:
        read_file(BAD[name])
    assert str(told.value).endswith((".", "?")) and len(str(told.value)) < 200


@pytest.mark.parametrize(
    "found", ["x", 7, None, True, [], {}, [[[]]], {"object": {"id": ACTIVITY}}, [1, "x", {}]], ids=str
)
def test_statements_of_the_wrong_shape_are_left_out(found: object) -> None:
    taken = read_file(json.dumps([found, statement()]).encode())
    assert len(taken.events) == 1 and sum(taken.left_out.values()) == 1


def test_an_answer_that_nests_too_deep_is_cut_or_left_out(tmp_path: Path) -> None:
    deep: list = []
    for _ in range(400):
        deep = [deep]
    taken = read_file(json.dumps([statement(answer=deep)]).encode())
    Record(tmp_path).merge(taken.events)
    assert len(json.dumps(taken.events[0][0].answer)) < 200


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "MOST_BYTES", 1000)
    with pytest.raises(Unreadable, match="larger than"):
        read_file(b"[" + b" " * 1001)
    monkeypatch.setattr(exchange, "MOST_BYTES", 10**6)
    monkeypatch.setattr(exchange, "MOST_EVENTS", 3)
    with pytest.raises(Unreadable, match="more than 3 entries"):
        read_file(json.dumps([statement() for _ in range(5)]).encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
PARTS = ("id", "exercise", "timestamp", "did", "order", "hints", "confidence", "answer", "verdict", "misconception")


@settings(max_examples=150)
@given(changes=st.dictionaries(st.sampled_from((*PARTS, "revision")), JSON, max_size=4))
def test_whatever_a_statement_holds_nothing_breaks(changes: dict, tmp_path_factory: pytest.TempPathFactory) -> None:
    taken = read_file(json.dumps([statement(**changes)]).encode())
    assert len(taken.events) + sum(taken.left_out.values()) == 1
    record = Record(tmp_path_factory.mktemp("record"))
    record.merge(taken.events)
    for text in (to_xapi(record.rows(), "x"), to_csv(record.rows())):
        if taken.events:
            assert len(read_file(text.encode()).events) == 1
    for event in record.events():
        if event.did == "answered":
            judge(bank.exercise("start-01"), event.answer)
    record.close()


@settings(max_examples=200)
@given(data=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_whatever_a_file_holds_nothing_breaks(data: bytes) -> None:
    try:
        read_file(data)
    except Unreadable as told:
        assert str(told).endswith((".", "?"))


# --- the desk, without a browser --------------------------------------------------------------------------------------

HOSTILE = "<img src=x onerror=alert(1)>.json"


class Page:
    """What a page would get from a desk, and what it sends to it."""

    def __init__(self, desk: YourRecord) -> None:
        self.desk, self.heard = desk, []
        desk.send = lambda content, buffers=None: self.heard.append((content, buffers))

    def ask(self, message: object, *buffers: bytes) -> None:
        self.desk._asked(self.desk, message, list(buffers))

    def file(self, kind: str) -> bytes:
        import gzip

        self.heard.clear()
        at, packed = 0, b""
        while at is not None:
            self.ask({"do": kind, "at": at})
            content, buffers = next(part for part in reversed(self.heard) if "file" in part[0])
            packed, at = packed + buffers[0], content["next"]
        return gzip.decompress(packed)


def test_a_record_goes_to_the_page_and_comes_in_elsewhere(record: Record, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(restore, "PART", 3000)
    data = Page(YourRecord(record)).file("json")
    other = Record(tmp_path / "other")
    page = Page(YourRecord(other))
    for at in range(0, len(data), 50_000):
        page.ask({"do": "bring in", "name": "mine.json", "at": at, "size": len(data)}, data[at : at + 50_000])
    assert other.rows() == record.rows()
    assert page.desk.said == f"From mine.json: {len(record.rows())} entries are new."
    assert Page(YourRecord(record)).file("csv").decode().count("\r\n") == len(record.rows()) + 1


def test_a_file_name_that_is_html_stays_text(tmp_path: Path) -> None:
    page = Page(YourRecord(Record(tmp_path)))
    hostile = json.dumps([statement(misconception="<script>alert(1)</script>", answer="<b>bold</b>")]).encode()
    page.ask({"do": "bring in", "name": HOSTILE, "at": 0, "size": len(hostile)}, hostile)
    assert page.desk.said.startswith(f"From {HOSTILE}: 1 entry is new"), "said is shown as text, never as HTML"
    assert "<script" not in page.desk.html and "&lt;script&gt;" in page.desk.html and "<b>" not in page.desk.html


@pytest.mark.parametrize(
    "message",
    [None, [], "delete", {}, {"do": "delete"}, {"do": "delete", "sure": "yes"}, {"do": "bring in", "name": 1},
     {"do": "bring in", "name": "x", "at": 5, "size": 9}, {"do": "begin again", "choice": "../x"},
     {"do": "json", "at": [0]}, {"do": "json", "at": "x"}, {"do": "json", "at": -1}, {"do": "json", "at": 10**9}],
    ids=str,
)  # fmt: skip
def test_a_strange_message_changes_nothing(record: Record, message: object) -> None:
    before = record.rows()
    Page(YourRecord(record)).ask(message)
    assert record.rows() == before


def test_everything_is_deleted_only_when_one_is_sure(record: Record) -> None:
    page = Page(YourRecord(record))
    page.ask({"do": "delete", "sure": True})
    assert record.rows() == [] and "Everything is deleted" in page.desk.said
    assert "Nothing is recorded yet" in page.desk.html


def test_a_notebook_is_begun_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from helpers.cards import record_panel as desk

    record = Record(tmp_path)
    session = remember(Session(), record)
    monkeypatch.setattr(desk, "SESSION", session)
    for id in ("reading-01", "start-01"):
        Card(bank.exercise(id), session).check(bank.exercise(id).asks.betraying(bank.exercise(id).misconceptions[0]))
    page = Page(YourRecord(record))
    page.ask({"do": "begin again", "choice": "02_reading_a_blood_count"})
    assert [(event.exercise, event.did) for event in record.events()][-1] == ("reading-01", "again")
    assert Card(bank.exercise("reading-01"), session).verdict == {}
    assert Card(bank.exercise("start-01"), session).verdict != {}


def test_a_download_is_sent_in_parts_a_server_lets_pass() -> None:
    import random

    text = random.Random(1).randbytes(2 * PART).hex()
    download, sent = Download.of("x.json", text), []

    class Widget:
        def send(self, content, buffers):
            sent.append((content, buffers[0]))

    at = 0
    while at is not None:
        download.send(Widget(), at)
        at = sent[-1][0]["next"]
    assert b"".join(part for _, part in sent) == download.packed and all(len(part) <= PART for _, part in sent)
    assert len(sent) > 1


# --- reminded, once ---------------------------------------------------------------------------------------------------


def test_on_binder_one_is_reminded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from helpers.cards import card

    record = Record(tmp_path)
    session = remember(Session(), record)
    monkeypatch.setattr(card, "SESSION", session)
    monkeypatch.setattr(restore, "RECORD", record)
    monkeypatch.setattr(restore.remind, "__defaults__", (record,))
    shown = Card(bank.exercise("start-04"), session)

    def answer(times: int) -> list[bool]:
        said = []
        for _ in range(times):
            answer.number += 1
            shown.reminder = ""
            shown.check({"amount": str(answer.number), "unit": ""})
            said.append("Binder" in shown.reminder)
        return said

    answer.number = 0
    assert not any(answer(9)), "at home there is nothing to remind of"
    monkeypatch.setenv("BINDER_SERVICE_HOST", "x")
    assert sum(answer(9)) == 1
    record.erase()
    assert answer(6) == [False] * 4 + [True, False]
