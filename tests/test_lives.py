"""Do the lines fall as their published lives say, in the closed forms and in the pictures of them?"""

from __future__ import annotations

import html
import math

import numpy as np
import pandas as pd
import pytest
from conftest import forget_citations
from hypothesis import given
from hypothesis import strategies as st
from looking import troubles

from helpers.blood.cells.kinetics import (
    LINES,
    day_below,
    hours,
    left,
    lives,
    neutrophils_left,
    platelets_left,
    red_cells_left,
    time_words,
)  # fmt: skip
from helpers.evidence import cited, constant, records, source
from helpers.pictures import look
from helpers.pictures.lives import LivesPicture, StoppedPicture, blocks

DAYS = np.linspace(0, 200, 2001)


# Percent left by day, of the closed form as it was worked out from each published transit time.
@pytest.mark.parametrize(
    ("transit_h", "percent"),
    [
        (84.18, {1: 99.4, 2: 91.8, 3: 74.0, 4: 52.0, 5: 32.7, 7: 10.1, 10: 1.1}),
        (88.7, {1: 99.5, 2: 93.1, 3: 77.2, 4: 56.5, 5: 37.1, 7: 12.7, 10: 1.7}),
        (124, {1: 99.9, 2: 97.9, 3: 91.4, 4: 79.9, 5: 65.4, 7: 37.0, 10: 11.5}),
    ],
)
def test_neutrophils_that_the_reserve_still_delivers(transit_h, percent):
    for day, expected in percent.items():
        assert neutrophils_left(float(day), transit_h) == pytest.approx(expected, abs=0.051)


def test_neutrophils_without_the_marrow_fall_by_halves():
    half_life = math.log(2) * constant("neutrophil_chain_mtt_h") / 4 / 24
    assert 13 <= 24 * half_life <= 19, "inside the published range"
    for halves in (1, 2, 5):
        assert neutrophils_left(halves * half_life, delivers=False) == pytest.approx(100 / 2**halves)


def test_red_cells_fall_as_the_fitted_life_spans_say():
    """Hemoglobin of 150 g/L with no marrow at all."""
    for day, hb in {7: 141, 14: 132, 28: 114, 60: 72, 90: 35, 120: 10}.items():
        assert 1.5 * red_cells_left(float(day), delivers=False) == pytest.approx(hb, abs=0.51)


def test_red_cells_with_the_marrow_still_delivering():
    """Hemoglobin of 150 g/L in a model that follows the marrow stage by stage."""
    for day, hb in {7: 147, 14: 139, 28: 120, 60: 79}.items():
        assert 1.5 * red_cells_left(float(day)) == pytest.approx(hb, abs=1.0)


def test_platelets_are_gone_between_the_two_published_days():
    gone = next(day for day in DAYS if platelets_left(float(day), delivers=False) == 0)
    gone_late = next(day for day in DAYS if platelets_left(float(day)) == 0)
    absent = ("after_stop_gone_d", "after_10gy_absent_d")
    seen = [row["value"] for row in records("lives") if row["cell"] == "platelet" and row["quantity"] in absent]
    assert gone == pytest.approx(min(seen), abs=0.5) and gone_late == pytest.approx(max(seen), abs=0.6)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("delivers", [True, False])
def test_all_are_there_at_first_and_none_at_last_and_never_more_than_before(line, delivers):
    curve = left(line, DAYS, delivers)
    assert curve[0] == 100 and curve[-1] < 0.1
    assert (np.diff(curve) <= 1e-9).all() and ((curve >= 0) & (curve <= 100)).all()
    assert left(line, -3.0, delivers) == 100


@pytest.mark.parametrize("line", LINES)
def test_the_marrow_s_reserve_only_helps(line):
    assert (left(line, DAYS) >= left(line, DAYS, delivers=False) - 1e-9).all()


@given(st.floats(1, 99), st.booleans())
def test_neutrophils_fall_first_then_platelets_then_red_cells(percent, delivers):
    days = [day_below(line, percent, delivers) for line in LINES]
    assert days == sorted(days)


@given(st.sampled_from(LINES), st.floats(1, 99))
def test_the_day_is_the_first_on_which_no_more_is_left(line, percent):
    day = day_below(line, percent)
    assert left(line, day) <= percent + 1e-9
    assert day == 0 or left(line, day - 0.1) > percent - 1e-9


def test_numbers_arrays_and_series_give_their_own_kind():
    days = pd.Series([0.0, 4.0, math.nan], index=["a", "b", "c"])
    for line in LINES:
        found = left(line, days)
        assert found.index.tolist() == ["a", "b", "c"] and math.isnan(found["c"])
        assert isinstance(left(line, 4.0), float) and isinstance(left(line, DAYS), np.ndarray)
        assert left(line, 4.0) == pytest.approx(found["b"])


def test_what_cannot_be_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match=r"no line 'blue'.*white, platelets, red"):
        left("blue", 1.0)
    with pytest.raises(ValueError, match="time in hours above 0"):
        neutrophils_left(1.0, transit_h=0)
    with pytest.raises(ValueError, match="life span in days above 0"):
        platelets_left(1.0, life_d=-1)
    for percent in (0, 100, math.nan):
        with pytest.raises(ValueError, match="above 0 and below 100"):
            day_below("red", percent)


# --- the pictures ---


def test_every_life_is_drawn_where_the_table_has_it():
    picture = LivesPicture()
    for block in blocks():
        drawn = {mark.get_label(): mark for mark in picture.axes[block.line].lines}
        for name, _ in block.lanes:
            low, middle, high = hours(lives()[name])
            places = [middle] if lives()[name]["value"] is not None else [low, high]
            assert list(drawn[name].get_xdata()) == pytest.approx(places)
            assert drawn[name].get_color() in (look.INK[block.line], look.PAPER)


def test_the_disputed_lives_of_neutrophils_stand_side_by_side():
    said = LivesPicture().describe()
    for row in records("lives"):
        if row["id"] in ("neutrophil_half_classic", "neutrophil_half_modern", "neutrophil_life_long"):
            assert time_words(row) in said
    assert "disputed" in said and "disputed" in LivesPicture().caption()


def test_the_words_hold_every_figure_that_is_drawn():
    said = LivesPicture().describe()
    for block in blocks():
        for name, words in block.lanes:
            assert f"{words} {time_words(lives()[name])}" in said
        assert f"{lives()[block.production]['value'] / 1e9:.0f} billion made a day" in said
        assert not block.pool or f"{lives()[block.pool]['value']:g} % rest" in said


def test_pools_are_drawn_to_scale():
    picture = LivesPicture()
    for block in blocks():
        if block.pool:
            whole, part = picture.axes[f"{block.line} pool"].patches
            share = part.get_width() / whole.get_width()
            assert 100 * share == pytest.approx(lives()[block.pool]["value"])


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (dict(value=115.0, low=70.0, high=140.0, unit="d"), "115 days (70–140)"),
        (dict(value=None, low=13.0, high=19.0, unit="h"), "13–19 hours"),
        (dict(value=5.4, low=None, high=None, unit="d"), "5.4 days"),
    ],
)
def test_times_in_words(figure, words):
    assert time_words(figure) == words


def test_the_curves_are_those_of_the_rules():
    picture = StoppedPicture()
    for line in LINES:
        days, percent = picture.curves[line].get_data()
        drawn = ~np.isnan(percent)
        assert percent[drawn] == pytest.approx(left(line, days)[drawn])
        assert (left(line, days)[~drawn] < 0.5).all()
        assert picture.curves[line].get_marker() == look.MARKER[line]


def test_what_was_seen_in_people_is_marked_and_said():
    picture = StoppedPicture()
    seen = [row for row in records("lives") if row["quantity"].startswith(("after_stop", "after_10gy"))]
    drawn = {mark.get_label(): set(mark.get_xdata()) for mark in picture.seen_axes.lines}
    for row in seen:
        line = {"neutrophil": "white", "platelet": "platelets"}.get(row["cell"])
        assert line is None or row["value"] in drawn[line]
    said = picture.describe()
    for words in (
        "neutrophils kept up for about 4 days",
        "platelets gone by about day 10",
        "platelets absent by day 15",
    ):
        assert words in said


def test_it_says_that_the_course_computed_it():
    picture = StoppedPicture()
    assert "neutrophils fall first" in picture.point()
    assert "computed by the course" in picture.describe() and "Computed by the course" in picture.caption()
    for line in LINES:
        for percent in (50, 10):
            assert f"{day_below(line, percent):g}" in picture.describe()


@pytest.mark.parametrize("picture", [LivesPicture(), StoppedPicture()], ids=["lives", "stopped"])
def test_the_pictures_can_be_read_and_show_their_words_and_sources(picture):
    assert troubles(picture.live) == []
    forget_citations()
    page = html.unescape(picture._repr_html_())
    assert f'alt="{picture.describe()}"' in page and "<figcaption>" in page
    assert set(picture.sources.split()) == set(cited().index) and "COURSE" not in picture.sources
    assert all(source(key).link in page for key in picture.sources.split())
    assert len(picture.image(small=True)) < 20_000
    forget_citations()


def test_words_that_are_cut_off_small_or_over_others_are_seen():
    picture = StoppedPicture()
    picture.live.text(look.WIDTH - 20, 100, "too far right")
    picture.live.text(100, 100, "too small", fontsize=9)
    picture.live.text(14, 10, "over the title")
    assert len(troubles(picture.live)) == 3
