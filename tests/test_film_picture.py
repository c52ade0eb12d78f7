"""Can the cells of a film be told apart, do they lie where they should, and do the words say what is drawn?"""

from __future__ import annotations

import io
import itertools
import subprocess
import sys

import numpy as np
import pytest
from looking import NARROW
from PIL import Image

from helpers.blood.cells.film import RED, WHITE, Cells, Film, cell_kinds, cell_name, six_films, teaching_films
from helpers.blood.core.count import BloodCount
from helpers.evidence import constant, records
from helpers.pictures import look, painted, stain
from helpers.pictures.family import FamilyPicture
from helpers.pictures.film import FIELD, CellPicture, FieldPicture, WhiteCellsPicture, spread
from helpers.pictures.painted import SHARPNESS, Pen
from helpers.pictures.portraits import PortraitsPicture
from helpers.pictures.six_films import SixFilmsPicture
from helpers.pictures.stain import KINDS, lay_on, shine, sprite

WHOLE = dict(hb=143, rbc=4.8, mcv=90, rdw=13, wbc=7, seg_pct=55, lymph_pct=35, mono_pct=10, plt=250, retic=50)
SIZE = {kind: row["drawn_um"] for kind, row in cell_kinds().items()} | {"megakaryocyte": 30, "stem_cell": 10}


def opened(picture: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(picture)))


# --- cells ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scale", [3.15, 8.0])
def test_every_kind_can_be_painted(kind, scale):
    for turn in range(4):
        dye = sprite(kind, SIZE[kind], scale, turn)
        assert dye.shape[0] == dye.shape[1] and dye.shape[0] % 2 == 1 and dye.shape[2] == 3
        assert np.isfinite(dye).all() and dye.min() > -1e-4
        assert dye.max() > 0.3, "it can be seen"
        edge = np.concatenate([dye[0], dye[-1], dye[:, 0], dye[:, -1]])
        assert edge.max() < 0.02, "the whole cell is on its glass"


def test_every_cell_of_a_film_can_be_painted():
    assert set(cell_kinds()) <= set(KINDS)


def test_a_kind_nobody_knows_is_refused():
    with pytest.raises(KeyError, match="neutrophil"):
        sprite("unicorn", 10, 4)


def _fingerprint(kind: str) -> np.ndarray:
    """A cell at its own size on a common glass, averaged over its looks and turns: what stays when it is turned."""
    glass = np.zeros((241, 241, 3), dtype=np.float32)
    lay_on(glass, [(sprite(kind, SIZE[kind], 7.0, 3), 120, 120)])
    far = np.hypot(*np.meshgrid(np.arange(-120, 121), np.arange(-120, 121)))
    rings = np.digitize(far, np.arange(0, 121, 4))
    means = [glass[rings == ring].mean(axis=0) for ring in range(1, 31)]
    rough = [glass[rings == ring].std(axis=0) for ring in range(1, 31)]
    return np.concatenate([np.array(means).ravel(), np.array(rough).ravel()])


def test_no_two_kinds_look_alike():
    """Dye and its unevenness by distance from the middle: a turned cell stays itself, another kind does not."""
    kinds = [kind for kind in KINDS if kind not in ("platelet_clump", "megakaryocyte", "stem_cell")]
    prints = {kind: _fingerprint(kind) for kind in kinds}
    for one, other in itertools.combinations(kinds, 2):
        assert np.abs(prints[one] - prints[other]).max() > 0.12, (one, other)


def test_the_pale_middle_can_be_wider():
    narrow, wide = (sprite("red_cell", 7.5, 8, 1, pallor).sum() for pallor in (1 / 3, 0.6))
    assert wide < 0.9 * narrow


def test_a_clump_holds_as_many_platelets_as_it_stands_for():
    """What is drawn is counted: the dye of a clump is that of so many platelets."""
    stands_for = constant("film_clump_platelets")
    one = np.mean([sprite("platelet", 2.4, 6, turn).sum() for turn in range(12)])
    many = [sprite("platelet_clump", SIZE["platelet_clump"], 6, turn).sum() / one for turn in range(12)]
    assert np.mean(many) == pytest.approx(stands_for, rel=0.15)


def test_dye_adds_up_and_darkens():
    glass = np.zeros((61, 61, 3), dtype=np.float32)
    cell = sprite("red_cell", 7.5, 4)
    lay_on(glass, [(cell, 30, 30)])
    once = shine(glass).astype(int)
    lay_on(glass, [(cell, 30, 30)])
    assert (shine(glass).astype(int) <= once).all() and shine(glass).sum() < once.sum()


def test_what_hangs_over_the_edge_is_cut_off():
    glass, cell = np.zeros((40, 40, 3), dtype=np.float32), sprite("monocyte", 17, 3)
    lay_on(glass, [(cell, 0, 0), (cell, 39, 39), (cell, -500, 20), (cell, 20, 900)])
    half = cell.shape[0] // 2
    assert glass[0, 0] == pytest.approx(cell[half, half]) and glass[39, 39] == pytest.approx(cell[half, half])


# --- where they lie -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(teaching_films()))
def test_every_cell_has_a_place_in_the_field(name):
    shown = Film.of(name)
    for seed in range(5):
        cells = shown.field(seed)
        places = spread(cells, shown.diameter_um, seed)
        assert places.shape == (len(cells), 2)
        assert (np.hypot(*places.T) <= shown.diameter_um / 2).all()


def _overlaps(cells: Cells, places: np.ndarray) -> float:
    """The share of cells that lie on another by more than a tenth of their width."""
    gaps = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    room = (cells.diameter_um[:, None] + cells.diameter_um[None]) / 2
    np.fill_diagonal(gaps, np.inf)
    return float((gaps < 0.9 * room).any(axis=1).mean())


def test_cells_do_not_lie_on_each_other_while_there_is_room():
    few = Film.of("aplastic_severe")
    assert max(_overlaps(cells, spread(cells, 200, seed)) for seed in range(5) for cells in [few.field(seed)]) == 0
    many = Film.of("normal")
    assert max(_overlaps(cells, spread(cells, 200, seed)) for seed in range(5) for cells in [many.field(seed)]) < 0.2


def test_cells_are_spread_over_the_whole_field():
    shown = Film.of("aplastic_severe")
    places = np.concatenate([spread(shown.field(seed), 200, seed) for seed in range(40)])
    far = np.hypot(*places.T)
    assert (far < 70).mean() == pytest.approx((70 / 97.5) ** 2, abs=0.03)
    assert abs(places.mean(axis=0)).max() < 3


def test_cells_stay_where_they_are_while_others_come():
    few, more = (Film(BloodCount.of(**(WHOLE | {"plt": plt}))) for plt in (60, 250))
    one, other = spread(few.field(3), 200, 3), spread(more.field(3), 200, 3)
    assert len(other) > len(one) and (other[: len(one)] == one).all()


# --- the field ------------------------------------------------------------------------------------------------------


def test_a_platelet_more_changes_the_picture_only_where_it_lies():
    few, more = (FieldPicture(Film(BloodCount.of(**(WHOLE | {"plt": plt}))), 3) for plt in (60, 250))
    changed = (few.paint() != more.paint()).any(axis=2)
    platelets = more.cells.tally()["platelet"] - few.cells.tally()["platelet"]
    assert 0 < changed.sum() <= platelets * (4 * 3.15) ** 2


def test_the_field_is_round_on_white_paper():
    painted = FieldPicture(Film.of("normal"), 1).paint()
    assert painted.shape == (round(FIELD * SHARPNESS),) * 2 + (3,)
    for corner in ((0, 0), (0, -1), (-1, 0)):
        assert (painted[corner] == 255).all()
    assert painted[315, 315].max() < 255


def test_a_title_stands_above_the_field():
    bare, titled = (FieldPicture(Film.of("normal"), 1, title) for title in ("", "Normal blood"))
    assert titled.paint().shape[0] > bare.paint().shape[0]
    drop = titled.marks()[0][1] - bare.marks()[0][1]
    assert (titled.paint()[round(drop * SHARPNESS) + 60 :][:300] == bare.paint()[60:][:300]).mean() > 0.99


def test_pictures_are_jpeg_and_small_enough_for_a_notebook():
    field = FieldPicture(Film.of("normal"), 1)
    assert opened(field.image()).shape == field.paint().shape
    most = 3.5 if sys.platform == "emscripten" else 3  # a page has another Pillow
    assert np.abs(opened(field.image()).astype(int) - field.paint()).mean() < most
    assert len(field.image(small=True)) < 110_000
    assert "data:image/jpeg;base64," in field._repr_html_()


def test_magnified_shows_the_middle_twice_as_large():
    whole, middle = (FieldPicture(Film.of("normal"), 1, magnified=large) for large in (False, True))
    assert len(middle.marks()) < len(whole.marks()) / 2
    assert max(mark[2] for mark in middle.marks()) == pytest.approx(2 * max(m[2] for m in whole.marks()), rel=0.25)
    assert "twice as large" in middle.describe()
    platelets = [mark[4] for mark in middle.marks()].count("platelet")
    assert f"{platelets} platelet" in middle.point() and "in the middle of this field" in middle.point()
    assert middle.point() != whole.point()


def test_names_are_written_on_the_picture():
    bare, named = (FieldPicture(Film.of("megaloblastic"), 1, names=names) for names in (False, True))
    assert (bare.paint() != named.paint()).any(axis=2).sum() > 2000
    written = {name for *_, name in named._named()}
    assert {"large oval", "red cell", "platelet"} <= written


def test_the_alt_text_says_what_is_in_the_field():
    for name in teaching_films():
        field = FieldPicture(Film.of(name), 2)
        words, tally = field.describe(), field.cells.tally()
        red = sum(many for kind, many in tally.items() if kind in RED)
        white = sum(many for kind, many in tally.items() if kind in WHITE)
        assert f"{red} red cells" in words and f"{white or 'no'} white cell" in words
        for kind, many in tally.items():
            if kind not in ("red_cell", "platelet"):
                assert f"{cell_name(kind)} {many}" in words
        assert "µm wide on average" in words


def test_what_is_left_out_is_in_the_alt_text():
    words = FieldPicture(Film(BloodCount.of(hb=72, mcv=90, plt=20)), 1).describe()
    assert "White cells are left out." in words and "white cells not known" in words
    assert "differ in size (RDW) is not known" in words
    assert "µm wide on average" not in FieldPicture(Film(BloodCount.of(rbc=2, hb=70, plt=20)), 1).describe()


def test_an_empty_film_is_an_empty_field():
    field = FieldPicture(Film(BloodCount.of()), 1)
    assert len(field.cells) == 0 and field.marks() == []
    assert field.point() == "Red cells not known, white cells not known and platelets not known in this field"
    assert field.paint().shape[2] == 3


def test_clumps_are_counted_apart():
    field = FieldPicture(Film.of("edta_clumps"), 2)
    tally = field.cells.tally()
    assert (
        f"{tally['platelet']} platelets and {tally['platelet_clump']} clumps of about 20 in this field" in field.point()
    )


def test_marks_name_what_is_seen_rarest_first():
    field = FieldPicture(Film.of("ttp"), 5)
    marks = field.marks()
    assert len(marks) == len(field.cells)
    many = field.cells.tally()
    order = [many[mark[4]] for mark in marks]
    assert order == sorted(order)
    assert all(0 <= x <= FIELD and 0 <= y <= FIELD for x, y, *_ in marks)


# --- the strip, one cell, portraits -----------------------------------------------------------------------------------


def test_the_strip_holds_the_next_white_cells():
    strip = WhiteCellsPicture(Film.of("acute_leukemia"), 2)
    assert len(strip.search.cells) == len(strip.marks()) == 10
    for kind in strip.search.cells.kinds:
        assert cell_name(kind) in strip.describe()
    assert f"{strip.search.fields[-1]} fields" in strip.point()
    painted = strip.paint()
    assert painted.shape[1] == look.WIDTH * SHARPNESS
    for x, y, *_ in strip.marks():
        assert painted[round(y * SHARPNESS), round(x * SHARPNESS)].min() < 200, "a cell is where its mark is"


def test_a_strip_without_white_cells_says_so():
    strip = WhiteCellsPicture(Film(BloodCount.of(**(WHOLE | {"wbc": 0}))), 2)
    assert strip.point() == "There are no white cells to meet"
    assert strip.marks() == [] and strip.paint().shape == WhiteCellsPicture(Film.of("normal"), 2).paint().shape
    unknown = WhiteCellsPicture(Film(BloodCount.of(**(WHOLE | {"wbc": None}))), 2)
    assert unknown.point() == "Which white cells there are is not known"


def test_a_cell_to_be_told_is_described_not_named():
    search = Film.of("aplastic_severe").search(30, 1)
    for number, kind in enumerate(search.cells.kinds):
        picture = CellPicture(search.cells, number)
        assert cell_kinds()[kind]["label"].split(",")[0].lower() not in picture.caption().lower()
        assert cell_kinds()[kind]["look"] in picture.describe()
    assert CellPicture(search.cells, None).describe() == "No cell on the glass."


def test_portraits_name_every_cell_and_its_width():
    picture = PortraitsPicture(["neutrophil", "schistocyte"], "Two cells")
    words = picture.describe()
    assert "Segmented neutrophil, 12–15 µm" in words and "≈ 4.5 µm" in words
    assert not any(letter.isdigit() for letter in "".join(picture.shelf.below)), "no micrometers in the picture"
    assert picture.paint().shape[1] == look.WIDTH * SHARPNESS


@pytest.mark.parametrize(("kinds", "says"), [([], "nothing"), (["unicorn"], "unicorn"), (["microcyte"], "microcyte")])
def test_portraits_of_what_cannot_be_drawn(kinds, says):
    with pytest.raises(ValueError, match=says):
        PortraitsPicture(kinds, "None")


# --- six films ------------------------------------------------------------------------------------------------------


def test_the_six_films_show_what_tells_them():
    picture = SixFilmsPicture()
    seen = {letter: [mark[4] for mark in field.marks()] for letter, field in picture.fields.items()}
    for letter, (film, _) in six_films().items():
        kinds, met = seen[letter], picture.met[letter].kinds
        assert (kinds.count("schistocyte") >= 5) == (film == "ttp"), letter
        assert (kinds.count("macro_ovalocyte") >= 5) == (film == "megaloblastic"), letter
        assert ("platelet_clump" in kinds) == (film == "edta_clumps"), letter
        assert ("blast" in met) == (film == "acute_leukemia"), letter
        assert ("hypersegmented" in met) == (film == "megaloblastic"), letter
        assert (kinds.count("platelet") >= 5) == (film == "normal"), letter
    lonely = next(letter for letter, (film, _) in six_films().items() if film == "aplastic_severe")
    assert set(seen[lonely]) == {"red_cell"} and set(picture.met[lonely].kinds) == {"lymphocyte"}


def test_the_letters_of_the_six_films_can_be_read_on_a_narrow_page(monkeypatch):
    sizes = []
    write = Pen.write

    def noted(self, *args, size=look.SMALL, **more):
        sizes.append(size)
        return write(self, *args, size=size, **more)

    monkeypatch.setattr(Pen, "write", noted)
    picture = SixFilmsPicture()
    picture.paint()
    assert len(sizes) == 7 and min(sizes) * NARROW / picture.width >= 11


def test_the_six_films_do_not_give_their_names_away():
    picture = SixFilmsPicture()
    for film, _ in six_films().values():
        assert teaching_films()[film]["label"].lower() not in picture.describe().lower()
    assert all(f"Film {letter}: " in picture.describe() for letter in six_films())
    painted = picture.paint()
    assert painted.shape[1] == picture.width * SHARPNESS and len(picture.image(small=True)) < 350_000


# --- the family -------------------------------------------------------------------------------------------------------


def test_the_family_is_that_of_the_table():
    family = FamilyPicture()
    every = {row["cell"]: row for row in records("cells")}
    for parent, child in family.links_drawn():
        assert parent in family.ancestors(child)
    children = [child for _, child in family.links_drawn()]
    assert sorted(children) == sorted(set(family.places) - {"stem_cell"}), "everybody but the stem cell has one parent"
    for cell, (x, _) in family.places.items():
        assert family.ancestors(cell)[-1:] in ([], ["stem_cell"])
        assert (x > 308) == (every[cell]["where"] != "marrow"), cell
    for leaf in ("Red cell", "Platelet", "Monocyte", "B lymphocyte"):
        assert leaf.lower() in family.describe()


def test_the_family_fits_its_paper():
    family = FamilyPicture()
    painted = family.paint()
    assert painted.shape[1] == look.WIDTH * SHARPNESS
    for x, y in family.places.values():
        assert 20 < x < look.WIDTH - 20 and y * SHARPNESS < painted.shape[0] - 20


def test_a_painted_picture_loads_no_other_format_than_its_own():
    """All that Pillow knows are 6 MB of a learner's kernel."""
    show = "from helpers.pictures.film import *; FieldPicture(Film.of('normal')).kept()"
    told = subprocess.run(
        [sys.executable, "-c", f"{show}; import sys; print('PIL.FitsImagePlugin' in sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == "False"


def test_a_painted_picture_lets_its_large_cells_go(monkeypatch):
    given_back = []
    monkeypatch.setattr(painted, "give_back", lambda: given_back.append(stain._large.cache_info().currsize))
    field = FieldPicture(Film.of("normal"), 1, magnified=True)
    for show in (field.kept, field._repr_html_):
        field.image()
        assert stain._large.cache_info().currsize
        show()
    assert given_back == [0, 0]
