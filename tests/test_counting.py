"""Does a differential say what it saw, and how far the truth may lie from it?"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.blood.cells.differential import CLASSES, Differential, class_of
from helpers.blood.cells.film import WHITE, Film
from helpers.pictures import look
from helpers.pictures.counting import DifferentialPicture, LimitsPicture


def seen(wbc=math.nan, **counted) -> Differential:
    return Differential({name: counted.get(name, 0) for name in CLASSES}, wbc)


def test_every_white_cell_has_one_class():
    assert sorted(kind for kinds in CLASSES.values() for kind in kinds) == sorted(WHITE)
    assert class_of("band") == class_of("hypersegmented") == "neutrophils"
    with pytest.raises(KeyError, match="lymphocyte"):
        class_of("red_cell")


def test_cells_are_counted_by_class():
    found = Differential.of(["neutrophil", "band", "lymphocyte", "blast"], wbc=2.0)
    assert found.counted["neutrophils"] == 2 and found.total == 4
    assert found.share("neutrophils") == 50 and found.absolute("neutrophils") == 1.0


@pytest.mark.parametrize(
    ("events", "of", "low", "high"),
    [(5, 100, 1.64, 11.28), (0, 100, 0, 3.62), (10, 1000, 0.48, 1.83), (9, 100, 4.2, 16.4)],
)
def test_limits_are_the_exact_ones(events, of, low, high):
    found = seen(blasts=events, lymphocytes=of - events)
    assert found.limits("blasts") == pytest.approx((low, high), abs=0.05)


def test_a_count_of_1_0_is_not_decided_by_100_cells():
    half = seen(1.0, neutrophils=50, lymphocytes=50)
    assert half.absolute_limits("neutrophils") == pytest.approx((0.398, 0.602), abs=0.001)
    assert half.decides("neutrophils", 0.5) == "not settled"
    assert half.decides("neutrophils", 0.7) == "below"
    assert half.decides("neutrophils", 0.3) == "not below"
    assert seen(1.0).decides("neutrophils", 0.5) == "not settled"


def test_before_anything_is_counted_nothing_is_known():
    nothing = Differential.of([])
    assert math.isnan(nothing.share("blasts")) and all(map(math.isnan, nothing.limits("blasts")))
    assert nothing.table()["counted"].sum() == 0


@given(st.lists(st.sampled_from(WHITE), min_size=1, max_size=60), st.floats(0.01, 50))
def test_limits_hold_the_share(kinds, wbc):
    found = Differential.of(kinds, wbc)
    for name in CLASSES:
        low, high = found.limits(name)
        assert 0 <= low <= found.share(name) + 1e-9 and found.share(name) - 1e-9 <= high <= 100
    assert sum(found.counted.values()) == len(kinds)
    assert found.table()["percent"].sum() == pytest.approx(100)


def test_limits_hold_the_truth_as_often_as_they_say():
    """Of many differentials of one film, the limits miss the real share in at most about 5 of 100."""
    shown, misses = Film.of("acute_leukemia"), 0
    for seed in range(200):
        low, high = Differential.of(shown.search(100, seed).cells.kinds).limits("blasts")
        misses += not low <= 30 <= high
    assert misses <= 20, misses


# --- the pictures ---------------------------------------------------------------------------------------------------


def test_the_picture_follows_the_count():
    picture = DifferentialPicture()
    assert "Nothing counted yet" in picture.describe()
    empty = picture.live.paint().copy()
    picture.update(seen(1.0, neutrophils=13, lymphocytes=87))
    assert (picture.live.paint() != empty).any()
    assert "13 of 100 cells are neutrophils" in picture.point() and "7.1 to 21 %" in picture.point()
    whisker, point, real, written = picture._rows["neutrophils"]
    assert list(point.get_xdata()) == [13] and whisker.get_xdata() == pytest.approx([7.1, 21.2], abs=0.1)
    assert list(real.get_xdata()) == [] and written.get_text() == "13: 7.1–21 %"
    picture.update(seen(1.0, neutrophils=13, lymphocytes=87), {"neutrophils": 15.0})
    assert list(real.get_xdata()) == [15.0] and "in truth 15 %" in picture.describe()
    picture.update(Differential.of([]))
    assert (picture.live.paint() == empty).all()


def test_the_alt_text_says_every_class():
    picture = DifferentialPicture()
    picture.update(seen(1.0, neutrophils=13, lymphocytes=87))
    for name in CLASSES:
        assert name in picture.describe()


def test_what_is_written_fits():
    picture = DifferentialPicture()
    picture.update(seen(1.0, lymphocytes=1000))
    picture.live.paint()
    for *_, written in picture._rows.values():
        box = written.get_window_extent()
        left = picture.axes.get_window_extent().x1
        assert left < box.x0 and box.x1 < look.WIDTH * picture.live.sharpness


def test_limits_narrow_with_more_cells():
    picture = LimitsPicture()
    for study in picture.sections[0][1]:
        widths = [mark.high - mark.low for mark in study.marks]
        assert widths == sorted(widths, reverse=True) and len(widths) == 4
    assert picture.point() == "5 % of 100 cells may mean 1.6 to 11 %"
    assert "1.6 to 11 %" in picture.describe() and "3.7 to 6.5 %" in picture.describe()
    assert np.asarray(picture.live.paint()).shape[2] == 3
