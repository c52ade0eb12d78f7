"""Are published findings drawn and said as the table has them, with the limits they have and no others?"""

from __future__ import annotations

import html
import math

import pandas as pd
import pytest
from conftest import forget_citations
from looking import troubles

from helpers.blood.core.confidence_limits import exact_limits
from helpers.blood.core.published import findings, limits_of
from helpers.evidence import cited, records, source, table
from helpers.pictures import look
from helpers.pictures.findings import FindingsPicture, amount_words
from helpers.pictures.oxygen import BleedingExperimentPicture, MortalityPicture, band_words

RATIOS = ("odds ratio", "hazard ratio")


def finding(**cells):
    empty = dict.fromkeys(table("findings").columns) | dict(
        topic="bleeding", study="Someone 2001", who="people", group="all", outcome="x", outcome_label="bled",
        value=50.0, unit="%", source="COURSE", confidence="A",
    )  # fmt: skip
    return empty | cells


def drawn_points(picture):
    """Value of each point that is drawn, and its limits where it has any; top to bottom."""
    found = []
    for axes in picture.axes:
        lines = axes.lines
        for point in (one for one in lines if one.get_marker() == look.MARKER[picture.ink_line]):
            at = point.get_ydata()[0]
            ends = [
                list(one.get_xdata())
                for one in lines
                if list(one.get_ydata()) == [at, at] and len(one.get_xdata()) == 2
            ]
            found.append((point.get_xdata()[0], tuple(ends[0]) if ends else None))
    return found


# --- the figures and their limits ---


@pytest.mark.parametrize(
    ("topic", "units"), [("infection", "%"), ("infection", RATIOS), ("bleeding", "%"), ("bleeding", RATIOS)]
)
def test_every_figure_of_the_table_is_drawn_and_said_with_its_limits(topic, units):
    picture = FindingsPicture(topic, units=units)
    rows = [
        row
        for row in records("findings")
        if row["topic"] == topic and row["unit"] in ((units,) if units == "%" else units)
    ]
    expected = []
    for row in rows:
        low, high, _ = limits_of(row)
        expected.append((row["value"], None if math.isnan(low) else (low, high)))
        assert amount_words(row) in picture.describe() and row["study"] in picture.describe()
    assert sorted(drawn_points(picture), key=str) == sorted(expected, key=str)


def test_printed_limits_are_never_replaced():
    row = finding(low=40.0, high=60.0, n=100.0, events=50.0)
    assert limits_of(row) == (40, 60, False) and amount_words(row) == "50 % (40–60)"


def test_limits_are_computed_only_from_printed_counts_and_said_so():
    row = finding(n=100.0, events=50.0)
    assert limits_of(row) == (*exact_limits(50, 100), True)
    picture = FindingsPicture(pd.DataFrame([row]))
    assert "computed by the course" in picture.caption()
    (whisker,) = [one for one in picture.axes[0].lines if one.get_linestyle() == "--"]
    assert list(whisker.get_xdata()) == list(exact_limits(50, 100))


@pytest.mark.parametrize(
    "cells", [{"n": 52.0}, {"events": 50.0}, {"n": 100.0, "events": 50.0, "unit": "odds ratio"}, {}]
)
def test_without_counts_there_are_no_limits(cells):
    row = finding(**cells)
    assert all(math.isnan(end) for end in limits_of(row)[:2])
    picture = FindingsPicture(pd.DataFrame([row]))
    assert drawn_points(picture) == [(50.0, None)] and "computed" not in picture.caption()


def test_people_of_bodey_are_not_taken_for_episodes():
    for row in findings("infection"):
        if row["study"] == "Bodey 1966" and row["value"] is not None:
            assert all(math.isnan(end) for end in limits_of(row)[:2])
    assert "Bodey's figures for each level were not found" in FindingsPicture("infection", units="%").describe()


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (dict(value=3.1, low=2.0, high=4.8, unit="odds ratio"), "3.1 (2.0–4.8)"),
        (dict(value=94.4, n=18.0, events=17.0), "94.4 % (73–99.9)"),
        (dict(value=0.0, n=98.0, events=0.0), "0 % (0–4)"),
        (dict(value=58.0, unit="1/min"), "58 a minute"),
        (dict(value=None, unit="words"), ""),
    ],
)
def test_figures_in_words(cells, words):
    assert amount_words(finding(**cells)) == words


def test_what_is_printed_only_in_words_is_shown_in_words():
    picture = FindingsPicture("bleeding", units=("%", "words"))
    assert "does not rise substantially until platelets are 5 or fewer" in picture.describe()
    assert len(drawn_points(picture)) == len(drawn_points(FindingsPicture("bleeding", units="%")))


def test_how_many_were_counted_is_said_once():
    rows = [
        finding(group="low", n=58.0),
        finding(group="high", n=61.0),
        finding(study="Other 2002", n=9.0, group="one"),
    ]
    said = FindingsPicture(pd.DataFrame(rows)).describe()
    assert "Low, n\u00a058" in said and "High, n\u00a061" in said and "One, n\u00a09" in said
    same = FindingsPicture(pd.DataFrame([finding(group="low", n=58.0), finding(group="high", n=58.0)])).describe()
    assert "(n 58; People" in same and "n\u00a0" not in same


def test_a_line_of_no_difference_stands_at_one():
    picture = FindingsPicture("bleeding", units=RATIOS)
    (axes,) = picture.axes
    assert axes.get_xscale() == "log"
    still = {one.get_xdata()[0] for one in axes.lines if one.get_color() == look.TEXT}
    assert still == {1}


def test_kinds_of_figures_have_axes_of_their_own():
    rows = pd.DataFrame([finding(), finding(unit="odds ratio", value=2.0), finding(unit="1/min", value=58.0)])
    assert len(FindingsPicture(rows).axes) == 3


def test_studies_can_be_chosen_and_a_point_given():
    picture = FindingsPicture("infection", units="%", studies="Bodey 1966", point="Falling counts are watched")
    assert {row["study"] for row in picture.rows} == {"Bodey 1966"}
    assert (
        picture.point() == "Falling counts are watched"
        and repr(picture) == "FindingsPicture: Falling counts are watched"
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (dict(shown="money"), "no findings on 'money'.*oxygen"),
        (dict(shown="bleeding", units="dollars"), "no figure to draw. Units: .*odds ratio"),
        (dict(shown="bleeding", studies="Nobody 1900"), "Studies: .*Uhl 2017"),
        (dict(shown="bleeding", units="words"), "no figure to draw"),
    ],
)
def test_what_cannot_be_shown_is_told(arguments, told):
    with pytest.raises(ValueError, match=told):
        FindingsPicture(**arguments)


# --- bleeding experiments ---


def test_each_measurement_is_a_share_of_the_one_before():
    picture = BleedingExperimentPicture()
    said = picture.describe()
    for words in (
        "131 → 50 g/L, 38 %",
        "58 → 92 a minute, 159 %",
        "3.0 → 5.7 L/min/m², 190 %",
        "14.0 → 9.9 mL/kg/min, 71 %",
    ):
        assert words in said
    assert "heart slowed by a drug: 14.0 → 7.3 mL/kg/min, 52 %" in said
    values = [value for value, _ in drawn_points(picture)]
    assert values[0] == pytest.approx(100 * 50 / 131) and 143 in values and 100 in values


def test_reaction_times_have_their_printed_limits():
    picture = BleedingExperimentPicture()
    assert (143, (106, 179)) in drawn_points(picture)
    assert "no change found" in picture.describe() and "+43 % (+6 to +79)" in picture.describe()


def test_nothing_but_points_limits_and_arrows_is_drawn():
    """No curve through what was not measured: every line joins at most two ends on one level."""
    for picture in (BleedingExperimentPicture(), MortalityPicture()):
        for axes in picture.axes:
            for one in axes.lines:
                assert len(one.get_xdata()) <= 2
                assert len(set(one.get_ydata())) == 1 or len(set(one.get_xdata())) == 1


# --- mortality ---


def test_every_band_of_hemoglobin_has_its_deaths_and_limits():
    picture = MortalityPicture()
    assert (34.4, (18.6, 53.2)) in drawn_points(picture) and (0, (0, 3.7)) in drawn_points(picture)
    assert "Hemoglobin 41 to 50, lowest value: 34.4 % (18.6–53.2)" in picture.describe()
    assert "33.3 % (25–43)" in picture.describe(), "computed from 39 of 117"
    said = "Surgery without transfusion: of 100 who began below 60 g/L 33 died, of 100 who began at 120 or more 1"
    assert picture.point() == said


def test_the_gaps_between_the_bands_are_said():
    picture = MortalityPicture()
    assert picture.gaps() == [(51, 70), (81, 119)]
    assert "51 to 70 g/L and 81 to 119 g/L" in picture.not_known()
    assert picture.not_known() in picture.describe() and picture.not_known() in picture.caption()


def test_the_caption_warns_of_cause_and_of_the_same_people():
    caption = MortalityPicture().caption()
    assert "observed, not assigned" in caption and "no independent evidence" in caption


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (dict(exposure_low=41.0, exposure_high=50.0), "41 to 50"),
        (dict(exposure_low=120.0), "120 or more"),
        (dict(exposure_high=60.0, group="below 60 g/L"), "below 60"),
        (dict(exposure_high=60.0, group="60 g/L or less"), "60 or less"),
    ],
)
def test_bands_in_words(cells, words):
    assert band_words(finding(**cells)) == words


# --- all of them ---

PICTURES = {
    "infection": lambda: FindingsPicture("infection", units="%"),
    "infection, everything": lambda: FindingsPicture("infection"),
    "bleeding": lambda: FindingsPicture("bleeding", units=("%", "words")),
    "bleeding risks": lambda: FindingsPicture("bleeding", units=RATIOS),
    "bleeding, everything": lambda: FindingsPicture("bleeding"),
    "oxygen, everything": lambda: FindingsPicture("oxygen"),
    "experiments": BleedingExperimentPicture,
    "mortality": MortalityPicture,
}


@pytest.mark.parametrize("make", PICTURES.values(), ids=PICTURES)
def test_it_can_be_read_and_shows_itself_with_its_words_and_sources(make):
    picture = make()
    assert troubles(picture.live) == []
    forget_citations()
    page = html.unescape(picture._repr_html_())
    assert f'alt="{picture.describe()}"' in page and "<figcaption>" in page
    assert set(picture.sources.split()) == set(cited().index)
    assert all(source(key).link in page for key in picture.sources.split())
    assert "nan" not in picture.describe().lower().split()
    assert len(picture.image(small=True)) < 30 * picture.live.height
    forget_citations()


def test_words_from_a_table_are_shown_and_not_run():
    row = finding(study="<script>alert(1)</script>", who="<img src=x>", note="<b>x</b>")
    page = FindingsPicture(pd.DataFrame([row]))._repr_html_()
    assert "<script>" not in page and "<img src=x>" not in page and "<b>" not in page
