"""Film rounds: what comes in a round, what is said before and after naming it, what came of it; without a kernel."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traitlets import TraitError

from helpers.blood.cells.film import Film, cell_kinds, teaching_films
from helpers.blood.cells.rounds import MANY, field_of, looks, round_set, round_sets, seen_as
from helpers.evidence import DATA, notebook_cells, records
from helpers.panels.rounds import ASKED, DONE, READY, SLIP, TOLD, FilmRounds
from helpers.pictures.rounds import FilmToTell, LookPicture, RoundPicture, Told, confused
from helpers.questions import slips
from helpers.record.session import Session

every_set = pytest.mark.parametrize("name", list(round_sets()))


def rounds(name: str = "danger", seed: int = 1) -> FilmRounds:
    return FilmRounds(name, seed=seed, session=Session())


def play(panel: FilmRounds, answer=lambda at, look: look.name, seconds: float | None = 2.0) -> FilmRounds:
    """Name the whole round."""
    for at, look in enumerate(panel.looks):
        panel.go_on()
        panel.name(answer(at, look), seconds)
    panel.go_on()
    return panel


# --- what comes in a round ------------------------------------------------------------------------------------------


@every_set
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_a_round_is_the_same_for_its_seed_and_mixes_what_is_confused(name, seed):
    asked, found = round_set(name), looks(name, seed)
    assert len(found) == MANY and found == looks.__wrapped__(name, seed)
    many = Counter(look.name for look in found)
    assert set(many) == set(asked.names), "all of them come"
    assert min(many.values()) >= 2 and max(many.values()) <= 0.35 * MANY, "naming one each time does not pay"
    kinds = [look.name for look in found]
    assert not any(len(set(kinds[at : at + 3])) == 1 for at in range(MANY - 2)), "never three alike"
    blocks = sum(one == other for one, other in pairwise(kinds))
    assert blocks <= MANY / 3, "in between each other, not in blocks"


def test_there_is_no_last_round():
    several = {tuple(look.name for look in looks("danger", seed)) for seed in range(40)}
    assert len(several) == 40


@every_set
def test_pairs_are_of_what_the_course_can_draw_and_each_has_its_source(name):
    asked = round_set(name)
    assert 4 <= len(asked.names) <= 6, "as many as number keys are at hand"
    known = cell_kinds() if asked.shows == "cells" else teaching_films()
    assert set(asked.names) <= set(known) and asked.seconds >= 5
    for pair in asked.pairs:
        assert pair.source and pair.told.endswith(".") and pair.printed.endswith(".")
        assert asked.pair(pair.other, pair.one) is pair
    assert asked.pair(asked.names[0], asked.names[0]) is None
    with pytest.raises(KeyError, match="The rounds are: counted, nuclei"):
        round_set("nothing")


def test_a_field_holds_what_tells_its_film():
    must = {row["film"]: (row["kind"], row["at_least"]) for row in records("round_fields")}
    for look in looks("fields", 3):
        kind, least = must[look.name]
        assert Film.of(look.name).field(field_of(look)).tally().get(kind, 0) >= least


# --- what is said before it is named, and after ---------------------------------------------------------------------


def told(name: str, words: str) -> bool:
    """Whether words name a cell or a film, or say what it is a sign of."""
    row = cell_kinds().get(name) or teaching_films()[name]
    given = [row["label"].lower(), name, name.replace("_", " "), (row.get("short") or row["label"]).lower()]
    return any(word in words.lower() for word in given)


@every_set
@pytest.mark.parametrize("described", [False, True])
def test_nothing_gives_the_answer_away_before_it_is_named(name, described):
    panel = rounds(name)
    panel.described = described
    panel.go_on()
    seen = []
    while panel.phase != DONE:
        asked = " ".join([panel.picture.describe(), panel.picture.caption(), panel.status, panel.words(), repr(panel)])
        free = {"neutrophil"} if name == "nuclei" else set()
        others = [one for one in panel.task.names if one not in free]
        if panel.task.shows == "cells":
            assert not any(told(one, asked) for one in others), asked
        else:
            assert not any(teaching_films()[one]["label"].lower() in asked.lower() for one in others), asked
        assert described == (len(panel.picture.describe()) > 90)
        seen.append(panel.picture.describe().partition("glass")[2])
        panel.name(panel.look.name)
        label = panel.task.label_of(panel.look.name)
        assert label in panel.picture.describe() and label in panel.status and panel.picture.seen()
        panel.go_on()
    assert len(set(seen)) == 1 or described, "without being told in words, all look alike to those who do not see"


def test_each_kind_in_a_round_or_a_field_can_be_told_in_words():
    drawn = {name for one in round_sets().values() if one.shows == "cells" for name in one.names}
    for film in round_set("fields").names:
        drawn |= set(Film.of(film).expected) | set(Film.of(film).field(1).tally())
    assert drawn <= set(seen_as())
    for kind, words in seen_as().items():
        assert not told(kind, words), (kind, words)


def test_the_static_twin_asks_and_does_not_tell():
    panel = rounds()
    twin = panel.static_html()
    assert "Cell 1 of 20 on the glass" in twin and "20 cells to name" in twin and "<details>" in twin
    assert panel.looks[0].width_um and "µm wide" not in twin, "no size, no look"


# --- naming ---------------------------------------------------------------------------------------------------------


def test_right_and_wrong_are_told_at_once_and_kept_in_the_record():
    panel = rounds()
    assert (panel.phase, panel.look, panel.at) == (
        READY,
        None,
        0,
    ) and panel.status == "20 cells to name. Begin when you like."
    panel.name("blast")
    assert panel.named == [], "nothing lies on the glass"
    panel.go_on()
    right = panel.look.name
    panel.name(right, 2.34)
    assert panel.status == f"✓ {panel.task.label_of(right)}. In 2.3 seconds." and panel.phase == TOLD
    panel.name("blast")
    assert len(panel.named) == 1, "once a look"
    panel.go_on()
    panel.go_on()
    assert panel.phase == ASKED and len(panel.named) == 1, "one cannot go on past what is asked"
    pair = next(pair for pair in panel.task.pairs if panel.look.name in pair.both)
    (other,) = pair.both - {panel.look.name}
    panel.name(other, 700.0)
    assert panel.status.startswith("✎ Not: ") and pair.told.split(":")[0] in panel.words()
    panel.go_on()
    panel.name("")
    assert panel.status.startswith("✎ Time is over. It is: ")
    events = panel.session.events
    assert [event.verdict for event in events] == ["right", "not yet", "not yet"]
    assert [event.misconception for event in events] == ["", SLIP, ""] and slips.known(SLIP)
    assert events[0].exercise == f"round-danger-{right}" and events[0].answer["seconds"] == 2.3
    assert events[1].answer["seconds"] is None, "it was left lying"
    with pytest.raises(KeyError, match="'band' is not asked for here"):
        panel.name("band")


def test_the_same_answer_in_another_look_is_kept_too():
    panel = play(rounds())
    assert len(panel.session.events) == MANY


def test_what_came_of_a_round_is_drawn_and_said():
    names = round_set("nuclei").names
    panel = play(rounds("nuclei"), lambda at, look: "" if at == 0 else names[0], 3.0)
    hits = sum(look.name == names[0] for look in panel.looks[1:])
    assert panel.right == hits and panel.phase == DONE
    assert panel.status.startswith(f"{hits} of 20 told rightly, half of them within 3 seconds. Most often taken")
    said, picture = panel.words(), panel.result()
    assert "What was taken for what" in said and "Not named in time: 1." in said and "<figure" in said
    assert "least often" in picture.point() and picture.describe().count("half of them within 3 seconds") == 4
    assert sum(len(one.right) for one in panel.results()) == MANY
    panel.go_on()
    assert (panel.seed, panel.phase, panel.named) == (2, ASKED, [])
    play(panel.__class__("nuclei", seed=2, session=panel.session))
    assert panel.before == [["nuclei", hits, 3.0]]


def test_rounds_so_far_are_listed():
    panel = play(rounds())
    assert "Your rounds so far" not in panel.words()
    for at in range(MANY):
        panel.go_on()
        panel.name(panel.look.name if at else "")
    panel.go_on()
    assert "Your rounds so far" in panel.words() and "19 of 20" in panel.words() and "not measured" in panel.words()


def test_there_is_no_time_limit_where_none_is_wanted():
    panel = rounds()
    glass = panel.widgets.glass
    assert panel.limit == glass.limit == 8
    panel.unlimited = True
    assert panel.limit == glass.limit == 0
    panel.unlimited, panel.described = False, True
    assert glass.limit == 0, "who has it told in words is not hurried"


def test_what_does_not_belong_to_the_look_on_the_glass_is_left():
    panel = rounds()
    view = panel.widgets
    view._asked(None, {"go": "danger 1 7 ready"}, None)
    assert panel.phase == READY
    view._asked(None, {"go": view.glass.look}, None)
    place = view.glass.look
    odd = (
        {},
        [],
        "x",
        None,
        {"look": place},
        {"look": place, "named": "blast", "seconds": 1},
        {"look": "", "named": 1},
    )
    for message in (*odd, {"look": "danger 1 9 asked", "named": 1, "seconds": 2}):
        view._asked(None, message, None)
        assert panel.phase == ASKED
    view._asked(None, {"look": place, "named": 0, "seconds": True}, None)
    assert panel.named == [["blast", None]] and view.glass.right >= 0 and view.glass.disabled
    view._asked(None, {"look": place, "named": 1, "seconds": 2}, None)
    assert panel.named == [["blast", None]]


def test_the_page_is_told_what_is_right_only_once_it_was_named():
    panel = rounds()
    glass = panel.widgets.glass
    panel.go_on()
    for _ in range(3):
        assert (glass.right, glass.given) == (-1, -1)
        name = panel.look.name
        panel.name("")
        assert glass.right == panel.task.names.index(name) and glass.given == -1
        panel.go_on()


def test_another_set_begins_anew_and_keeps_what_is_wanted():
    panel = rounds()
    panel.unlimited = True
    panel.go_on()
    panel.name("blast")
    panel.set = "red"
    assert (panel.phase, panel.named, panel.unlimited) == (READY, [], True)
    panel.go_on()
    panel.name(panel.look.name)
    panel.stop()
    assert (panel.phase, panel.named, panel.seed) == (READY, [], 1)


@pytest.mark.parametrize(
    "state",
    [{"named": [["band", 1]]}, {"named": [["blast", 1]] * 21}, {"phase": DONE}, {"before": [["x", 1, 2]]}],
)
def test_what_cannot_be_is_refused(state):
    panel = rounds()
    before = panel.state()
    with pytest.raises(ValueError, match="This is no state of a FilmRounds"):
        panel.restore(before | state)
    assert panel.state() == before
    with pytest.raises((TraitError, ValueError)):
        panel.phase = TOLD


# --- the pictures ---------------------------------------------------------------------------------------------------


@every_set
def test_looks_are_painted_and_differ(name):
    pictures = [LookPicture(name, look, 1) for look in looks(name, 2)[:4]]
    painted = [picture.paint() for picture in pictures]
    assert all(one.shape[0] == one.shape[1] and one.shape[2] == 3 for one in painted)
    assert (painted[0] != painted[1]).any()
    empty = LookPicture(name, None)
    assert empty.describe() == "Nothing on the glass yet." and empty.caption() == ""


def test_the_picture_of_a_round_says_all_it_shows():
    with pytest.raises(ValueError, match="Give at least one"):
        RoundPicture([], 8)
    one = RoundPicture([Told("Blast", (True, True), math.nan)], 8)
    assert one.point() == "All 2 were told rightly" and one.describe().endswith("Blast: 2 of 2.")
    two = RoundPicture([Told("Blast", (True, False), 12.2), Told("Monocyte", (True,), 3.0)], 8)
    assert two.most == 13 and two.point() == "2 of 3 were told rightly, least often: blast"
    assert two.image() and "12.2 seconds" in two.describe()
    assert (
        confused([("Band", "Blast", 1), ("Blast", "Band", 3)]) == "band for blast (once) and blast for band (3 times)"
    )


# --- a film to be told, with a question below it --------------------------------------------------------------------


@pytest.mark.parametrize("magnified", [False, True])
@pytest.mark.parametrize("film", list(teaching_films()))
def test_a_film_to_be_told_names_nothing_and_says_what_is_seen(film, magnified):
    picture = FilmToTell(film, seed=5, title="Her film", magnified=magnified)
    words = f"{picture.point()} {picture.describe()} {picture.caption()}".lower()
    assert teaching_films()[film]["label"].lower() not in words
    assert not any(row["label"].lower() in words for row in cell_kinds().values() if row["kind"] != "red_cell")
    assert "red cell" in words and picture.paint().shape[2] == 3


def test_a_magnified_film_tells_of_its_middle_alone():
    whole, middle = (FilmToTell("normal", 5, "His film", magnified).describe() for magnified in (False, True))
    many = [int(words.split("oil lens. ")[1].split()[0]) for words in (whole, middle)]
    assert many[1] < many[0] / 2 and "the middle of a field" in middle


def test_each_of_the_first_notebooks_asks_of_a_film():
    for name in ("01", "02", "03", "04", "05"):
        (path,) = (DATA.parent / "notebooks").glob(f"{name}_*.ipynb")
        cells = ["".join(cell["source"]) for cell in notebook_cells(path) if cell["cell_type"] == "code"]
        shown = [at for at, source in enumerate(cells) if "FilmToTell(" in source or "SixFilmsPicture()" in source]
        assert shown and all(cells[at + 1].startswith("ask(") for at in shown), name
