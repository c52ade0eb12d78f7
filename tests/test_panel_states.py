"""Every panel: its state can be kept and given back, odd values are answered in a sentence, nothing stays open."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import traitlets
from ipywidgets.widgets import widget as every_widget

import helpers
from helpers.blood.care.candidate import Candidate
from helpers.blood.core.count import BloodCount
from helpers.panels import controls
from helpers.panels.accuracy import TestPanel
from helpers.panels.causes import CauseBoard
from helpers.panels.claims import ChecklistPanel, ClaimBench, RebuiltArticle
from helpers.panels.controls import Checkboxes, Choice, Slider, Switch, TextArea
from helpers.panels.counting import CountingBench
from helpers.panels.drugs import DrugPanel
from helpers.panels.explorer import CountExplorer
from helpers.panels.film import FilmPanel
from helpers.panels.first_hour import FirstHourPanel
from helpers.panels.oxygen import OxygenPanel
from helpers.panels.panel import Panel
from helpers.panels.report import ReportReader
from helpers.panels.response import ResponsePanel
from helpers.panels.rounds import FilmRounds
from helpers.panels.series import BaseRates
from helpers.panels.support import SupportPanel
from helpers.panels.traits import Measured
from helpers.panels.treatment import CausePanel, GuidelinePanel
from helpers.panels.workup import WorkUp
from helpers.pictures.live import LivePicture
from helpers.pictures.painted import PaintedPicture
from helpers.record.session import Session

COUNT = BloodCount.of(hb=72, wbc=2.1, anc=0.3, plt=18, retic=12, mcv=104, age_y=34, sex="female", trimester=0)
PANELS: dict[str, Callable[[], Panel]] = {
    "explorer": lambda: CountExplorer(COUNT),
    "small explorer": lambda: CountExplorer(COUNT, show=("hb",), systems=(), person=False, patients=False),
    "board": lambda: CauseBoard(COUNT, {"b12": "low"}),
    "board of a patient": lambda: CauseBoard(patient="CRS-002", groups=("history", "film")),
    "film": FilmPanel,
    "counting": CountingBench,
    "rounds": lambda: FilmRounds("nuclei", session=Session()),
    "oxygen": OxygenPanel,
    "report": lambda: ReportReader("WBC 2.1 K/uL, Hgb 10.2 g/dL, PLT 18 x10^3/mm3\n34 F"),
    "series": BaseRates,
    "test": lambda: TestPanel("ferritin_children"),
    "path": WorkUp,
    "guidelines": lambda: GuidelinePanel(Candidate("severe", 34, sibling=False, fit=True)),
    "cause": CausePanel,
    "support": SupportPanel,
    "fever": lambda: SupportPanel("fever"),
    "response": lambda: ResponsePanel(COUNT, BloodCount.of(hb=60)),
    "claims": lambda: ClaimBench(session=Session()),
    "checklist": ChecklistPanel,
    "claim worked through": lambda: ChecklistPanel.worked("comment-10"),
    "first hour": lambda: FirstHourPanel("apl"),
    "drugs": lambda: DrugPanel("methotrexate"),
}
every_panel = pytest.mark.parametrize("make", PANELS.values(), ids=PANELS)


@pytest.fixture(autouse=True)
def nothing_is_drawn(monkeypatch):
    """What a panel shows is told by its words and by what its pictures say of themselves; drawing has its own tests."""
    for kind in (LivePicture, PaintedPicture):
        monkeypatch.setattr(kind, "image", lambda self, small=False: b"<svg/>")


def test_no_panel_of_the_front_door_is_missing_here():
    names = [name for room, names in helpers._ROOMS.items() if room.startswith("panels.") for name in names.split()]
    there = {thing for thing in (getattr(helpers, name) for name in names) if isinstance(thing, type)}
    tried = {type(make()) for make in PANELS.values()} | {RebuiltArticle}  # which has no state
    assert {one for one in there if issubclass(one, Panel)} == tried


def seen(panel: Panel) -> tuple[str, str, list[str]]:
    """What a learner sees of it: sentence, words, and every picture as it describes itself."""
    pictures = getattr(panel, "pictures", dict)()
    return panel.status, panel.words(), [picture.describe() for picture in pictures.values()]


def named(view: object) -> list[object]:
    """The controls of a panel, in the order in which they were made."""
    found: list[object] = []
    for thing in vars(view).values():
        found += thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else [thing]
    return [one for one in found if isinstance(one, Slider | Choice | Switch | Checkboxes | TextArea)]


def move(control: object, chance: random.Random) -> None:
    """Move a control as the page would."""
    if isinstance(control, Slider):
        control.set_state(
            {
                "index": chance.randrange(len(control.texts)),
                "known": not control.may_be_unknown or chance.random() > 0.1,
            }
        )
    elif isinstance(control, Choice):
        control.set_state({"index": chance.randrange(len(control.labels))})
    elif isinstance(control, Switch):
        control.set_state({"on": chance.random() > 0.5})
    elif isinstance(control, Checkboxes):
        control.set_state({"known": True, "marked": [chance.randrange(len(control.labels))]})
    else:
        control.set_state({"text": "Hgb 9.1 g/dL, PLT 40 K/uL"})


def shake(panel: Panel, seed: int, times: int = 12) -> None:
    """Move controls at random, and answer a question that is asked."""
    chance, there = random.Random(seed), named(panel.widgets)
    for _ in range(times):
        move(chance.choice(there), chance)
        if isinstance(panel, WorkUp) and panel.walk.here.ways:
            panel.answer(chance.choice(list(panel.walk.here.ways)))
        if isinstance(panel, CountingBench):
            panel.count_on(chance.randrange(5))
            panel.name("lymphocytes")
        if isinstance(panel, FilmRounds):
            panel.go_on()
            panel.name(chance.choice(panel.task.names), chance.random() * 9)
        if isinstance(panel, ClaimBench):
            chance.choice([panel.next, panel.back])()
        for asked in getattr(panel, "asked", list)():
            panel.answers = {**panel.answers, asked.key: chance.choice(["yes", "no"])}
    if isinstance(panel, ReportReader):
        panel.read()


# --- its state ---


@every_panel
@pytest.mark.parametrize("seed", [1])
def test_a_state_that_was_kept_comes_back_whole(make, seed):
    panel, other = make(), make()
    start = panel.state()
    shake(panel, seed)
    kept = json.loads(json.dumps(panel.state()))
    assert panel.state() != start
    other.restore(kept)
    assert seen(other) == seen(panel) and other.state() == panel.state()
    shake(other, seed + 10)
    other.restore(kept)
    assert seen(other) == seen(panel), "whatever was there before"


@every_panel
def test_the_controls_come_back_with_the_state(make):
    panel, other = make(), make()
    shake(panel, 4)
    other.widgets  # noqa: B018 (they are built, and follow)
    other.restore(panel.state())
    pairs = zip(named(panel.widgets), named(other.widgets), strict=True)
    for mine, theirs in ((mine, theirs) for mine, theirs in pairs if mine.layout.display != "none"):
        for trait in ("amount", "value", "on", "text"):
            if mine.has_trait(trait):
                assert getattr(mine, trait) == getattr(theirs, trait), mine.label


@every_panel
def test_what_is_no_state_is_refused_and_leaves_the_panel_whole(make):
    panel = make()
    shake(panel, 5)
    before, state = seen(panel), panel.state()
    for name in state:
        for wrong in ([1, 2], "nothing"):
            try:
                panel.restore(state | {name: wrong})
            except ValueError as error:
                assert str(error).startswith(f"This is no state of a {type(panel).__name__}: "), name
            else:
                panel.restore(state)
            assert seen(panel) == before and panel.state() == state, (name, wrong)


@every_panel
def test_reset_returns_to_the_start_with_every_box_and_unit(make):
    panel = make()
    start, status = panel.state(), panel.status
    shake(panel, 6)
    for name in panel.LOADS:
        setattr(panel, name, start[name])
    panel.reset()
    assert (panel.state(), panel.status) == (start, status)
    changes = panel.changes
    panel.reset()
    assert panel.changes <= changes + 1


LOADED = {
    "explorer": "CRS-014",
    "board": "CRS-086",
    "guidelines": "CRS-014",
    "film": "ttp",
    "counting": "acute_leukemia",
    "path": "CRS-002",
    "rounds": "counted",
    "claims": 2,
}
"""What each kind of panel is given to load."""


def test_each_kind_of_panel_that_loads_something_is_given_something_to_load():
    assert {type(make()) for make in PANELS.values() if make().LOADS} == {type(PANELS[name]()) for name in LOADED}


@pytest.mark.parametrize(("kind", "thing"), LOADED.items(), ids=LOADED)
def test_what_was_loaded_is_what_reset_returns_to_also_after_the_page_was_closed(kind, thing):
    make = PANELS[kind]
    panel, fresh = make(), make()
    [name] = panel.LOADS
    setattr(fresh, name, thing)
    shake(panel, 7)
    setattr(panel, name, thing)
    keep = {trait: getattr(panel, trait) for trait in panel.STAYS}
    assert panel.state() == fresh.state() | keep, "nothing of what was there before reaches it"
    shake(panel, 8, times=6)
    later, fresh = make(), make()
    later.restore(json.loads(json.dumps(panel.state())))
    later.reset()
    setattr(fresh, name, getattr(panel, name))
    assert later.state() == fresh.state(), "as it was when it was loaded last, units too"


@pytest.mark.parametrize("amount", [-5, math.nan, math.inf, "low"])
def test_a_state_with_an_amount_that_cannot_be_is_refused(amount):
    panel = CountExplorer(COUNT)
    state, status = panel.state(), panel.status
    kept = panel.state()
    kept["count"]["values"]["hb"]["amount"] = amount
    with pytest.raises(ValueError, match="This is no state of a CountExplorer"):
        panel.restore(kept)
    assert (panel.state(), panel.status) == (state, status)


# --- odd values ---

ODD = (math.nan, math.inf, -1.0, 1e308, "nothing", None, [], {"a": 1})


@every_panel
def test_odd_values_are_answered_in_a_sentence_and_leave_the_panel_whole(make):
    panel = make()
    panel.widgets  # noqa: B018 (it is shown)
    names = [*panel.state(), *(name for name in dir(type(panel)) if isinstance(getattr(type(panel), name), Measured))]
    start = panel.state()
    for name in names:
        for odd in ODD:
            before = panel.state()
            try:
                setattr(panel, name, odd)
            except (traitlets.TraitError, ValueError, TypeError, KeyError) as error:
                assert len(str(error).split()) > 3, (name, odd, error)
                assert panel.state() == before, (name, odd)
            asks = make in (CountingBench, ChecklistPanel)
            assert panel.status.endswith((".", "?") if asks else "."), (name, odd)
            json.dumps(panel.state(), allow_nan=False)
            if panel.state() != start:
                quoted = rf"&quot;{re.escape(str(odd))}[^&]*&quot;"  # what was given, with its unit
                said = re.sub(quoted, "", f"{panel.status} {panel.words()}").lower()
                assert not {"nan", "inf"} & set(re.findall(r"[a-z]+", said)), (name, odd)
                panel.restore(start)
                assert panel.state() == start, (name, odd)


@pytest.mark.parametrize("make", [CountExplorer, CauseBoard, SupportPanel, OxygenPanel, GuidelinePanel, FilmPanel])
def test_what_is_not_a_number_is_not_known(make):
    panel = make()
    slider = next(one for one in named(panel.widgets) if isinstance(one, Slider) and one.label == "Hemoglobin")
    panel.hb = 90.0
    assert slider.amount == 90
    panel.hb = math.nan
    assert panel.hb is None and slider.amount is None and not slider.known


def test_a_value_that_cannot_be_says_why():
    explorer = CountExplorer(COUNT)
    explorer.hb = -5.0
    assert explorer.hb is None and "is negative" in explorer.shown.why("hb")
    with pytest.raises(traitlets.TraitError, match=r"saturation_pct cannot be inf: give a number"):
        OxygenPanel().saturation_pct = math.inf
    with pytest.raises(traitlets.TraitError, match=r"base_rate_pct cannot be 120: give a number from 0 to 100"):
        TestPanel("ferritin_children").base_rate_pct = 120
    with pytest.raises(traitlets.TraitError, match=r"There is no published patient 'b12'\. Choose among: CRS-001"):
        CountExplorer().patient = "b12"
    with pytest.raises(traitlets.TraitError, match="cannot answer"):
        WorkUp().answers = ("nothing",)


def test_a_panel_without_a_state_is_kept_and_given_back_too():
    panel = RebuiltArticle()
    said = panel.status, panel.words()
    panel.restore(panel.state())
    panel.reset()
    assert panel.state() == {} and (panel.status, panel.words()) == said


# --- what stays open ---


@every_panel
def test_a_closed_panel_leaves_no_widget_open_and_can_be_shown_again(make):
    open_before = set(every_widget._instances)
    panel = make()
    shake(panel, 8, times=4)
    panel.close()
    assert set(every_widget._instances) == open_before
    status = panel.status
    panel.close()
    panel.reset()
    again = named(panel.widgets)
    assert again and panel.status and status
    panel.close()
    assert set(every_widget._instances) == open_before


@every_panel
def test_a_closed_view_follows_no_more(make):
    panel = make()
    old = named(panel.widgets)
    panel.close()
    sent = [(one, name) for one in old for name in ("amount", "value", "on") if one.has_trait(name)]
    before = [getattr(one, name) for one, name in sent]
    shake(panel, 9)
    assert [getattr(one, name) for one, name in sent] == before


# --- its files ---


def test_each_control_runs_one_file_and_what_all_share():
    files = {path.stem for path in controls.STATIC.glob("*.js")} - {"dom"}
    shared = {"button", "checkboxes", "choice", "picture", "slider", "switch", "text_area", "words"}
    assert files == shared | {"judge_form", "keep_page", "report", "round_glass"}
    for name in files:
        script = controls.script(name)
        assert not re.findall("^(?:import|export (?!default)) .*", script, re.MULTILINE)
        once = ("function make(", "const add =", "export default")
        assert [script.count(part) for part in once] == [1, 1, 1]
    assert str(Slider("a", [1], ["1"])._esm) == controls.script("slider")


def test_the_files_of_the_controls_are_installed_with_the_course():
    tomllib = pytest.importorskip("tomllib")
    settings = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]
    for path in (Path(__file__).parent.parent / "helpers").rglob("*.*s*"):
        if path.suffix in (".js", ".css"):
            assert any(path.match(pattern) for pattern in patterns["*"]), path


def test_another_reason_why_a_value_cannot_be_told_reaches_the_words():
    """Two values that cannot be told are equal, and yet not the same to read."""
    panel = PANELS["small explorer"]()
    panel.hb = 0.0001
    panel.hb = 7.0
    again = PANELS["small explorer"]()
    again.restore(json.loads(json.dumps(panel.state())))
    assert seen(panel) == seen(again) and "0.0001" not in panel.words()
