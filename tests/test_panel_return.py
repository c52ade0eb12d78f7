"""A panel comes back as it was left when its cell runs again: from the record, never broken, and never in the way."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from test_panel_states import PANELS, every_panel, seen, shake

from helpers import kernel
from helpers.panels.explorer import CountExplorer
from helpers.panels.oxygen import OxygenPanel
from helpers.panels.panel import Panel
from helpers.record import panel_states
from helpers.record.log import Record
from helpers.record.restore import RECORD

_number = itertools.count()


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Panel]]:
    """A function that runs a cell which shows a panel; every test has cells of its own."""
    cells = f"cell {next(_number)}"
    monkeypatch.setattr(kernel, "_showing", {})
    shown: list[Panel] = []

    def run(*panels: Panel, cell: str = "a") -> Panel:
        monkeypatch.setattr(kernel, "_cell", f"{cells} {cell}")
        kernel._showing.pop(f"{cells} {cell}", None)
        for panel in panels:
            panel._repr_mimebundle_()
        shown.extend(panels)
        monkeypatch.setattr(kernel, "_cell", None)
        return panels[0]

    yield run
    for panel in shown:
        panel.close()


def drafts() -> dict[str, object]:
    with RECORD._lock:
        rows = RECORD._with(lambda db: db.execute("SELECT exercise, draft FROM drafts").fetchall())
    return {name: json.loads(draft) for name, draft in rows}


@every_panel
def test_a_panel_comes_back_as_it_was_left(make, show):
    panel = show(make())
    shake(panel, 11, times=5)
    again = show(make())
    assert again.state() == panel.state() and seen(again) == seen(panel)
    assert make().state() != panel.state(), "one that is not shown is as its text makes it"


@pytest.mark.parametrize("make", [PANELS[name] for name in ("explorer", "board", "film", "path", "report")])
def test_reset_goes_back_to_the_text_and_leaves_nothing(make, show):
    panel = show(make())
    begun = panel.state()
    shake(panel, 12, times=5)
    again = show(make())
    with again.batch():
        for name in again.LOADS:
            setattr(again, name, begun[name])
    again.reset()
    assert again.state() == begun
    assert show(make()).state() == begun
    assert None in drafts().values()


def test_what_a_notebook_keeps_knows_nothing_of_the_learner(show, monkeypatch):
    first = OxygenPanel(hb=70)
    kept = first._repr_mimebundle_()
    show(first).hb = 40
    again = OxygenPanel(hb=70)
    bundles: list[dict[str, str]] = []
    made = OxygenPanel._repr_mimebundle_
    monkeypatch.setattr(OxygenPanel, "_repr_mimebundle_", lambda panel: bundles.append(made(panel)))
    assert show(again).hb == 40 and again.widgets.sliders["hb"].amount == 40
    assert bundles[0]["text/plain"] == kept["text/plain"] != repr(again)
    alike = [bundle["text/html"].split(">", 1)[1] for bundle in (kept, bundles[0])]
    assert alike[0] == alike[1]


def test_another_text_begins_anew(show):
    show(OxygenPanel(hb=70)).hb = 40
    assert show(OxygenPanel(hb=90)).hb == 90, "the learner changed the cell"
    assert show(OxygenPanel(hb=70)).hb == 40, "and changed it back"
    built = OxygenPanel(hb=70)
    built.hb = 60  # the text of the cell goes on after it was made
    assert show(built).hb == 60


def test_each_cell_and_each_panel_of_a_cell_has_its_own(show):
    first, second = OxygenPanel(hb=70), OxygenPanel(hb=70)
    show(first, second)
    first.hb, second.hb = 40, 50
    show(OxygenPanel(hb=70), cell="b").hb = 60
    first, second = OxygenPanel(hb=70), OxygenPanel(hb=70)
    show(first, second)
    assert (first.hb, second.hb) == (40, 50)
    assert show(OxygenPanel(hb=70), cell="b").hb == 60
    assert show(CountExplorer()).state() == CountExplorer().state(), "another panel at the same place"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda state: {name: "nothing" for name in state},
        lambda state: state | {"hb": "a lot"},
        lambda state: state | {"saturation_pct": 1e9},
        lambda state: [1, 2],
        lambda state: "cut off",
        lambda state: None,
    ],
)
def test_a_state_that_is_none_is_passed_over(spoil, show):
    panel = show(OxygenPanel(hb=70))
    begun = panel.state()
    panel.hb = 40
    name, draft = next((name, draft) for name, draft in reversed(drafts().items()) if draft)
    RECORD.save_draft(name, draft | {"state": spoil(draft["state"])})
    again = show(OxygenPanel(hb=70))
    assert again.state() == begun and again.status == OxygenPanel(hb=70).status
    again.hb = 50
    assert show(OxygenPanel(hb=70)).hb == 50, "and it is kept from now on"


def test_what_cannot_be_shown_with_a_state_begins_anew(show, monkeypatch):
    show(OxygenPanel(hb=70)).hb = 40
    told = OxygenPanel.static_html

    def break_below_50(panel: OxygenPanel) -> str:
        if panel.hb < 50:
            raise ZeroDivisionError
        return told(panel)

    monkeypatch.setattr(OxygenPanel, "static_html", break_below_50)
    assert show(OxygenPanel(hb=70)).hb == 70


def test_outside_of_a_cell_and_after_it_was_closed_nothing_is_kept(show):
    before = drafts()
    panel = OxygenPanel(hb=70)
    panel._repr_mimebundle_()
    panel.hb = 40
    panel.close()
    assert drafts() == before
    shown = show(OxygenPanel(hb=70))
    shown.hb = 50
    shown.close()
    shown.hb = 60
    assert show(OxygenPanel(hb=70)).hb == 50


def test_it_is_no_event_and_goes_with_the_record(tmp_path: Path):
    record = Record(tmp_path)
    panel_states.leave("here", {"hb": 70}, {"hb": 40}, record)
    assert (record.count(), record.rows(), record.since()) == (0, [], None)
    record.close()
    assert panel_states.left("here", {"hb": 70}, Record(tmp_path)) == {"hb": 40}, "from the disk"
    record.erase()
    assert panel_states.left("here", {"hb": 70}, record) is None


def test_a_record_that_cannot_be_written_is_no_hindrance(tmp_path: Path, monkeypatch, show):
    (tmp_path / "file").write_text("in the way")
    record = Record(tmp_path / "file")
    for function in (panel_states.leave, panel_states.left):
        monkeypatch.setattr(function, "__defaults__", (record,))
    show(OxygenPanel(hb=70)).hb = 40
    assert record.trouble.startswith("Nothing is being saved")
    assert show(OxygenPanel(hb=70)).hb == 40, "while this kernel lives"


def test_every_kind_of_panel_is_tried():
    assert {type(make()).__name__ for make in PANELS.values()} >= {"CountExplorer", "ReportReader", "WorkUp"}
