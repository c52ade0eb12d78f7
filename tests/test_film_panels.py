"""The film and the counting bench, driven without a kernel."""

from __future__ import annotations

import io
import re

import nbformat
import numpy as np
import pytest
from PIL import Image

from helpers import page
from helpers.blood.cells.differential import CLASSES, class_of
from helpers.blood.cells.film import WHITE, Film, cell_kinds, teaching_films
from helpers.panels.counting import CELLS, CountingBench
from helpers.panels.film import COUNTS, SIGNS, FilmPanel
from helpers.wording import small


def opened(picture: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(picture)))


# --- the film -------------------------------------------------------------------------------------------------------


def test_it_starts_with_a_film_and_a_normal_one_beside_it():
    panel = FilmPanel("ttp")
    assert panel.shown.expected == pytest.approx(dict(Film.of("ttp").expected), rel=0.01)
    assert panel.normal.film.expected == pytest.approx(dict(Film.of("normal").expected))
    assert panel.normal.seed != panel.field.seed
    assert panel.status.endswith(panel.field.point()[1:] + ".") and panel.status.startswith("TTP (thrombotic")


@pytest.mark.parametrize("name", list(teaching_films()))
def test_every_film_can_be_loaded(name):
    panel = FilmPanel()
    panel.film = name
    wanted = Film.of(name).expected
    assert set(panel.shown.expected) == set(wanted)
    for kind, many in wanted.items():
        assert panel.shown.expected[kind] == pytest.approx(many, rel=0.02), kind
    assert panel.shown.left_out == ()


@pytest.mark.parametrize("name", list(teaching_films()))
def test_every_film_opens_on_a_usual_strip_of_white_cells(name):
    film, seed = FilmPanel(name).shown, teaching_films()[name]["first_seed"]
    met = film.search(10, seed).cells.tally()
    usual = {kind: film.expected.get(kind, 0) for kind in WHITE}
    parts = {kind: 10 * many / sum(usual.values()) for kind, many in usual.items()}
    strangers = sum(max(0, met.get(kind, 0) - part) for kind, part in parts.items())
    assert strangers <= 1.5, "of ten cells, more than one stands for another kind"


HALLMARKS = {
    "megaloblastic": ("macro_ovalocyte", "hypersegmented"), "acute_leukemia": ("blast",), "apl": ("promyelocyte",),
    "hairy_cell": ("hairy_cell",), "ttp": ("schistocyte",), "myelofibrosis": ("teardrop",), "mds": ("pelgeroid",),
    "hypersplenism": ("target_cell",), "edta_clumps": ("platelet_clump",), "iron_lack": ("elliptocyte",),
}  # fmt: skip


@pytest.mark.parametrize("name", list(HALLMARKS))
def test_a_film_opens_at_a_field_that_shows_what_tells_it(name):
    here = FilmPanel(name).field.cells.tally()
    assert all(here.get(kind) for kind in HALLMARKS[name]), here


def test_moving_a_count_changes_what_it_counts():
    panel = FilmPanel("normal")
    for name, amount, kind in (("plt", 20.0, "platelet"), ("hb", 70.0, "red_cell"), ("wbc", 1.0, "lymphocyte")):
        before = panel.shown.expected[kind]
        setattr(panel, name, amount)
        assert panel.shown.expected[kind] < before, name
    panel.mcv = 120.0
    assert panel.shown.mcv_fl == 120
    assert ", moved" in panel.shown.label


def test_hemoglobin_takes_the_red_cells_with_it():
    panel = FilmPanel("normal")
    full = panel.shown
    panel.hb = full.count.hb / 2
    assert panel.shown.expected["red_cell"] == pytest.approx(full.expected["red_cell"] / 2, rel=0.02)
    assert panel.shown.pallor == pytest.approx(full.pallor, abs=0.01), "filled as before"


def test_the_rest_of_the_white_cells_keeps_its_proportion():
    panel = FilmPanel("normal")
    ratio = panel.shown.expected["lymphocyte"] / panel.shown.expected["monocyte"]
    panel.neut_pct, panel.blast_pct = 10.0, 40.0
    assert panel.shown.expected["lymphocyte"] / panel.shown.expected["monocyte"] == pytest.approx(ratio)
    assert panel.shown.expected["blast"] / sum(panel.shown.expected.get(kind, 0) for kind in WHITE) == pytest.approx(
        0.40, abs=0.005
    )
    assert panel.shown.left_out == ()


def test_more_than_all_white_cells_is_said():
    panel = FilmPanel("normal")
    panel.neut_pct, panel.blast_pct = 90.0, 60.0
    assert "adds up to 150 %" in panel.words()
    assert panel.strip.point() == "Which white cells there are is not known"
    assert "white cells not known" in panel.status and panel.trouble() == "Neutrophils and blasts add up to 150 %."
    panel.blast_pct = 0.0
    assert "adds up to" not in panel.words() and panel.trouble() == ""


@pytest.mark.parametrize("name", COUNTS)
def test_what_is_not_known_is_left_out_and_said(name):
    panel = FilmPanel("normal")
    setattr(panel, name, None)
    assert panel.shown.left_out, name
    assert panel.field.paint().shape[2] == 3
    panel.reset()
    assert panel.shown.left_out == () and getattr(panel, name) is not None


def test_signs_are_set_one_by_one():
    panel = FilmPanel("normal")
    for kind in SIGNS:
        panel.set_sign(kind, 20)
        assert panel.shown.expected[kind] > 0, kind
    panel.set_sign("teardrop", None)
    assert "teardrop" not in panel.shown.expected


def test_next_field_is_another_field_of_the_same_film():
    panel = FilmPanel("normal")
    first, beside, strip = panel.field, panel.normal, panel.strip
    panel.next_field()
    assert panel.field.cells.tally() != first.cells.tally() or (panel.field.places != first.places).any()
    assert panel.normal is not beside and panel.strip is not strip
    assert panel.shown.expected == pytest.approx(dict(Film.of("normal").expected), rel=0.001)


def test_what_does_not_change_is_not_made_again():
    panel = FilmPanel("normal")
    beside, strip = panel.normal, panel.strip
    panel.plt = 20.0
    assert panel.normal is beside and panel.strip is strip
    panel.wbc = 2.0
    assert panel.normal is beside and panel.strip is not strip


def test_a_film_is_one_update():
    panel, counted = FilmPanel("normal"), []
    panel.observe(lambda change: counted.append(change["new"]), "changes")
    panel.film = "megaloblastic"
    assert len(counted) == 1
    panel.plt = 12.0
    assert len(counted) == 2


def test_reset_brings_the_chosen_film_back():
    panel = FilmPanel("normal")
    panel.film = "ttp"
    before, seed = panel.field.paint(), panel.seed
    panel.plt, panel.magnified, panel.names, panel.per_cell, panel.crowding = 3.0, True, True, 20.0, "same crowding"
    panel.set_sign("teardrop", 10)
    panel.next_field()
    assert panel.moved and ", moved: " in panel.status
    panel.reset()
    assert panel.film == "ttp" and panel.seed == seed and not panel.moved
    assert (panel.field.paint() == before).all()


def test_a_film_opens_where_its_sign_can_be_seen():
    """In the field or among the next white cells: what tells a film is there before anything is pressed."""
    for name in teaching_films():
        panel = FilmPanel(name)
        there = {*panel.field.cells.kinds, *panel.strip.search.cells.kinds}
        signs = {kind for kind, share in panel.signs.items() if share >= 5 or cell_kinds()[kind]["of"] == "white_cells"}
        assert {kind for kind in signs if panel.signs[kind]} <= there, name
        assert ("blast" in there) >= (name == "acute_leukemia")


def test_clumping_hides_platelets_from_the_machine():
    panel = FilmPanel("normal")
    truth = panel.shown.expected["platelet"]
    panel.set_sign("platelet_clump", 80)
    assert panel.plt == pytest.approx(50)
    hidden = panel.shown.expected["platelet_clump"] * 20
    assert panel.shown.expected["platelet"] + hidden == pytest.approx(truth)
    panel.set_sign("platelet_clump", 0)
    assert panel.plt == pytest.approx(250)


def test_looking_where_cells_lie_closer_changes_this_count_only():
    panel = FilmPanel("aplastic_severe")
    beside, platelets = panel.normal.cells.tally(), panel.shown.expected["platelet"]
    panel.crowding = "same crowding"
    assert panel.normal.cells.tally() == beside
    red = sum(panel.shown.expected.get(kind, 0) for kind in ("red_cell", "polychromatic"))
    assert red == pytest.approx(320, rel=0.01), "as many as in normal blood"
    assert panel.shown.expected["platelet"] == pytest.approx(platelets * 2, rel=0.01)


def test_the_table_says_here_expected_and_normal():
    panel = FilmPanel("megaloblastic")
    table = panel.table()
    ovals, platelets = (cell_kinds()[kind]["label"] for kind in ("macro_ovalocyte", "platelet"))
    assert table.loc[ovals, "expected"] == 36 and table.loc[ovals, "normal"] == 0
    assert table.loc[platelets, "normal"] == 17
    here = panel.field.cells.tally()
    for kind, many in here.items():
        assert table.loc[cell_kinds()[kind]["label"], "here"] == many
    assert "<em>Points to:</em> Lack of vitamin B12 or folate." in panel.words()


def test_the_tally_is_folded_behind_what_it_comes_to():
    panel = FilmPanel("megaloblastic")
    (headline, rest) = panel.words().split("<details><summary>")[1].split("</summary>")
    label = cell_kinds()["macro_ovalocyte"]["label"]
    assert f"{small(label)} {panel.field.cells.tally()['macro_ovalocyte']}" in headline
    assert rest.startswith("<table") and "</table></details><ul>" in rest
    assert FilmPanel("normal").headline() == "No kind is more than in normal blood here"


def test_what_is_normal_points_nowhere():
    words = FilmPanel("normal").words()
    assert "Points to:" not in words and "A few are normal." in words


def test_the_words_keep_their_rows_while_a_count_moves():
    panel = FilmPanel("normal")
    rows = list(panel.table().index)
    for amount in (200.0, 20.0, 3.0, 0.0):
        panel.plt = amount
        assert list(panel.table().index) == rows


def test_a_strange_slider_is_refused():
    with pytest.raises(ValueError, match="glucose"):
        FilmPanel(counts=("glucose",))
    with pytest.raises(KeyError, match="normal"):
        FilmPanel("rainbow")


def test_the_view_follows_and_leads():
    panel = FilmPanel("normal")
    view = panel.widgets
    old, beside = view.field.image, view.normal.image
    place = view.sliders["plt"].amounts.index(20.0)
    view.sliders["plt"].set_state({"index": place, "known": True})
    assert panel.plt == 20.0
    assert view.field.image != old and view.normal.image == beside
    assert view.field.alt == panel.field.describe() and view.field.media == "image/jpeg"
    assert [mark[3] for mark in view.field.marks] == [mark[3] for mark in panel.field.marks()]
    assert (view.words.status, view.words.html) == (page.unparted(panel.status), page.unparted(panel.words()))
    assert opened(view.field.image).shape == panel.field.paint().shape
    view.signs["schistocyte"].set_state({"index": 8})
    assert panel.signs["schistocyte"] == view.signs["schistocyte"].amounts[8]
    panel.film = "ttp"
    assert view.signs["schistocyte"].amount == pytest.approx(8.35)
    assert view.sliders["plt"].amount == panel.plt


def test_a_step_sends_a_light_picture_then_words_then_the_sharp_picture(monkeypatch):
    panel = FilmPanel("normal")
    view = panel.widgets
    sent, weights = [], []

    def keep(name: str, key: object) -> None:
        sent.append((name, set(key or ())))
        if name == "field" and "image" in (key or ()):
            weights.append((len(view.field.image) + len(str(view.field.marks)), view.field.media))

    for name in ("field", "normal", "strip", "words"):
        monkeypatch.setattr(getattr(view, name), "send_state", lambda key=None, name=name: keep(name, key))
    view.sliders["plt"].set_state({"index": 30, "known": True})
    filled = [(name, keys) for name, keys in sent if keys]
    assert [name for name, _ in filled] == ["field", "words", "field"]
    assert filled[0][1] == {"image", "media", "alt", "marks", "caption"}
    (light, _), (sharp, media) = weights
    assert light < 40_000 < sharp and media == "image/jpeg"


def test_further_sliders_are_folded_away():
    panel = FilmPanel("normal")
    view = panel.widgets
    assert all(widget.layout.display == "none" for widget in view.further)
    view.more.on = True
    assert all(widget.layout.display == "" for widget in view.further)


def test_the_twin_holds_pictures_alt_texts_and_the_table():
    panel = FilmPanel("ttp")
    html = panel._repr_mimebundle_()["text/html"]
    assert html.count("data:image/webp") == 3 and html.count("<table") == 1
    for picture in (panel.field, panel.normal, panel.strip):
        assert picture.describe() in html.replace("&#x27;", "'")
    assert FilmPanel("ttp", white_cells=False).static_html().count("data:image/webp") == 2
    assert repr(panel) == f"FilmPanel: {panel.status}"


# --- the counting bench -----------------------------------------------------------------------------------------------


def test_naming_a_cell_counts_it_and_says_what_it_was():
    bench = CountingBench("aplastic_severe")
    truth = class_of(bench.kind)
    bench.name(truth)
    assert bench.counted == 1 and bench.said.startswith("Cell 1: ✓ ")
    wrong = next(name for name in CLASSES if name != class_of(bench.kind))
    kind = bench.kind
    bench.name(wrong)
    assert bench.said.startswith(f"Cell 2: ✎ Not one of the {wrong}.") and cell_kinds()[kind]["look"] in bench.said
    assert bench.seen.counted[class_of(kind)] >= 1, "it is counted as what it is"
    assert "You named 1 of 2 cells rightly." in bench.status


def test_the_course_counts_on_to_the_goal_and_no_further():
    bench = CountingBench("aplastic_severe", cells=25)
    bench.count_on(10)
    assert bench.counted == 10 and not bench.done
    bench.count_on(1000)
    assert bench.counted == 25 and bench.done and bench.kind == ""
    bench.name("blasts")
    assert bench.counted == 25, "nothing is left to name"
    bench.cells = 100
    assert not bench.done
    bench.count_on(1000)
    bench.cells = 25
    assert "25 of 25 cells counted" in bench.status and bench.seen.total == 25 and bench.done


def test_the_status_says_what_the_count_settles():
    bench = CountingBench("aplastic_severe", cells=25)
    bench.count_on(4)
    assert "whether it is below 0.5 is not settled" in bench.status
    bench.cells = 1000
    bench.count_on(1000)
    assert "below 0.5 within the 95 % limits" in bench.status
    assert f"in {bench.search.fields[-1]} fields" in bench.status


def test_the_truth_is_shown_when_asked_for():
    bench = CountingBench("aplastic_severe")
    bench.count_on(50)
    assert "in truth, %" not in bench.table().columns and bench.picture.truth is None
    bench.truth = True
    assert bench.table()["in truth, %"].sum() == pytest.approx(100, abs=0.3)
    assert bench.table().loc["neutrophils", "in truth, %"] == pytest.approx(15)
    assert bench.picture.truth["lymphocytes"] == pytest.approx(80)


def test_another_film_or_count_begins_again():
    bench = CountingBench("aplastic_severe")
    bench.count_on(20)
    bench.truth = True
    bench.film = "acute_leukemia"
    assert bench.counted == 0 and bench.wbc == 2.2 and not bench.truth
    bench.count_on(20)
    bench.wbc = 0.8
    assert bench.counted == 0 and "0 of 100" in bench.status
    bench.count_on(100)
    far = bench.search.fields[99]
    first = bench.search.cells.kinds
    bench.restart()
    assert bench.counted == 0 and bench.search.cells.kinds != first
    bench.wbc = 8.0
    bench.count_on(100)
    assert bench.search.fields[99] < far / 5, "ten times the cells take a tenth of the fields"


@pytest.mark.parametrize(
    ("wbc", "why"), [(0.0, "There are no white cells"), (None, "The white cell count is not known")]
)
def test_no_white_cells_is_nothing_to_count(wbc, why):
    bench = CountingBench("aplastic_severe")
    bench.wbc = wbc
    assert bench.goal == 0 and bench.done and bench.status == f"{why}, so there is nothing to count."
    bench.name("blasts")
    bench.count_on(10)
    assert bench.counted == 0
    assert bench.view is not None and bench.static_html()


def test_a_class_nobody_knows_is_refused():
    with pytest.raises(KeyError, match="neutrophils"):
        CountingBench().name("unicorns")
    with pytest.raises(ValueError, match=str(CELLS[0])):
        CountingBench(cells=3)


def test_the_bench_can_be_used_by_its_buttons():
    bench = CountingBench("acute_leukemia")
    view = bench.widgets
    first = view.cell.image
    view.names[class_of(bench.kind)].presses += 1
    assert bench.counted == 1 and view.cell.image != first
    assert view.reply.status == bench.said and "Cell 2 on the glass" in view.cell.alt
    view.ten.presses += 1
    assert bench.counted == 11 and view.words.status == bench.status
    view.rest.presses += 1
    assert bench.done and all(button.disabled for button in view.names.values())
    assert view.picture.alt == bench.picture.describe()


def test_the_bench_has_a_twin():
    html = CountingBench("acute_leukemia")._repr_mimebundle_()["text/html"]
    assert "What is the cell on the glass?" in html and len(re.findall("<tr>", html)) == len(CLASSES) + 1


@pytest.mark.browser
def test_the_film_is_seen_where_the_page_is_narrow(open_notebook):
    cell = nbformat.v4.new_code_cell("from helpers.panels.film import FilmPanel\nFilmPanel()")
    opened = open_notebook(nbformat.v4.new_notebook(cells=[cell]))
    opened.page.set_viewport_size({"width": 760, "height": 900})
    opened.run_all()
    panel = opened.cell(1).locator(".course-panel")
    panel.locator(".course-figure img").first.wait_for()
    top, film = (one.bounding_box()["y"] for one in (panel, panel.locator(".course-figure img").first))
    assert film - top <= 330
    heads = panel.locator(".course-slider .head")
    tall = heads.evaluate_all("(all) => all.filter((one) => one.clientHeight > 24).map((one) => one.textContent)")
    assert "Reticulocytes" not in "".join(tall), "a word is not broken"
    beyond = (
        "(box) => [...box.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > innerWidth).length"
    )
    wide = panel.evaluate(beyond)
    assert wide == 0
