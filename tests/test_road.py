"""The road through the course: does every box lead somewhere, is every figure a table's, can it be read?"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import nbformat
import pandas as pd
import pytest
from conftest import ROOT
from looking import troubles

from helpers import page
from helpers.blood.care import road
from helpers.blood.care.road import WHOLE, grown, station, stations
from helpers.cards.road import Road, standing
from helpers.evidence import table
from helpers.pictures.road import NARROW, WIDE, RoadPicture
from helpers.questions import bank
from helpers.questions.exercise import PREDICT, RIGHT
from helpers.record.journey import COLUMNS, Journey
from helpers.record.session import ANSWERED
from helpers.wording import capital

NUMBERS = ["00", "01", "02", "03", "03b", "04", "04b", "05", "05b", "06", "06b"]
NOBODY = pd.DataFrame(columns=COLUMNS)


def test_every_station_is_a_cell_that_is_there():
    for one in stations():
        notebook = nbformat.read(ROOT / "notebooks" / f"{one.notebook}.ipynb", as_version=4)
        assert one.cell in {cell.id for cell in notebook.cells}, one


def test_every_station_is_marked_by_questions_that_can_be_right():
    for one in stations():
        for id in one.questions:
            asked = bank.exercise(id)
            assert asked.phase != PREDICT and asked.asks.scored, f"{one.key}: {id} is not scored"


def test_figures_are_those_of_the_tables():
    support = table("support").set_index("id")["limit"]
    assert f"Below {support['RC-AABB-adult']:g} g/L" in station("red_cells").says
    for id in ("PL-proph-A25", "PL-lp-A25", "PL-surg-A25"):
        assert re.search(rf"\b{support[id]:g}\b", station("platelets").says)
    # No figure of a station is typed: what is left when the slots are taken out holds none (B12 is a name).
    for row in table("road").itertuples():
        assert not re.search(r"\d", re.sub(r"\{[^}]*\}|B12", "", f"{row.title}{row.says}{row.when}")), row.station


def test_a_figure_that_changes_in_its_table_changes_on_the_road(monkeypatch):
    def another(name):
        rows = [dict(row) for row in _records(name)]
        if name == "constants":
            next(row for row in rows if row["name"] == "response_judged_months")["value"] = 9.0
        return tuple(rows)

    _records = road.records
    monkeypatch.setattr(road, "keyed", lambda name, column: {row[column]: row for row in another(name)})
    assert "month 9." in road.filled(table("road").set_index("station").loc["look", "says"])


def test_the_order_is_that_of_the_work_up():
    workup = table("workup").set_index("step")["order"]
    assert workup["flags"] < workup["repeat"] < workup["history"]
    assert station("urgent").row == station("real").row < station("why").row < station("empty").row


def test_it_grows_and_is_whole_at_the_end_of_06b():
    sizes = [len(grown(number)) for number in NUMBERS]
    assert sizes == sorted(sizes) and len(set(sizes)) == NUMBERS.index(WHOLE) + 1
    assert grown(WHOLE) == stations()
    with pytest.raises(ValueError, match="not on the road"):
        grown("09")


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("number", NUMBERS)
def test_it_can_be_read(number, width):
    everything_right = {one.key: (len(one.questions),) * 2 for one in stations()}
    for right in (None, everything_right, {"why": (1, 3)}):
        picture = RoadPicture(number, right, width)
        assert [fault for fault in troubles(picture.live) if "too small" not in fault] == []
        assert {text.get_fontsize() >= 13 for text in picture.live.figure.texts} == {True}
        for left, top, wide, tall in picture.boxes.values():
            assert left >= 0 and left + wide <= width and top >= 0 and top + tall <= picture.live.height


@pytest.mark.parametrize("number", NUMBERS[: NUMBERS.index(WHOLE)])
def test_what_is_still_to_come_does_not_answer(number):
    words = RoadPicture(number).describe()
    for one in stations():
        assert (capital(one.says) in words) == (one in grown(number)) or not one.says


def test_each_box_is_a_link_to_its_place():
    html = Road("06b").html
    for one in stations():
        assert html.count(f'href="{one.notebook}.ipynb#cell-id={page.escape(one.cell)}"') >= 2, one.key


def test_the_twin_knows_no_record_and_says_all_in_words():
    twin = Road("06b").twin()
    assert "right</small>" not in twin and "all right" not in twin
    for one in stations():
        assert page.escape(one.says) in re.sub(r"<[^>]+>", "", twin) or one.says[:1].islower()


def test_ones_own_way_is_what_was_answered_right():
    now = datetime(2026, 11, 29, 12, tzinfo=UTC)
    rows = [(id, ANSWERED, RIGHT, "", None, now.timestamp() * 1000, "") for id in station("why").questions[:2]]
    own = standing(Journey.of(pd.DataFrame(rows, columns=COLUMNS), now))
    assert own["why"] == (2, 3) and own["look"] == (0, 3)
    assert "2 of 3 right" in " ".join(line.words for line in RoadPicture("06b", own)._lines(station("why"), 500))
    assert standing(Journey.of(NOBODY, now))["why"] == (0, 3)
