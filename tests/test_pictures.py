"""Do the pictures say what the rules say, stay still where nothing moved, and can everybody read them?"""

from __future__ import annotations

import io
import math
import re
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from matplotlib.text import Text
from PIL import Image

from helpers import page
from helpers.blood.core.count import BloodCount
from helpers.blood.core.units import plain
from helpers.blood.grading.reference import flag
from helpers.blood.grading.severity import bands, grade
from helpers.pictures import look
from helpers.pictures.count import STRIPS, CountPicture
from helpers.pictures.count_words import lanes
from helpers.pictures.live import LiveFigure
from helpers.wording import person_words

ITEM = {"hb": "anemia", "anc": "neutrophils", "wbc": "white_cells", "plt": "platelets"}
WOMAN = {"age_y": 34, "sex": "female", "trimester": 0}


def count(**given_values) -> BloodCount:
    values = {"hb": 72, "anc": 0.8, "plt": 18, "retic": 12, "mcv": 104} | WOMAN | given_values
    return BloodCount.of(**{name: value for name, value in values.items() if value is not None})


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


# --- the look ---


def test_every_ink_reads_on_the_paper_and_every_number_on_its_band():
    for ink in (*look.INK.values(), look.TEXT, look.QUIET):
        assert look.contrast(ink, look.PAPER) >= 4.5
    for step in look.GRADE_SHADE:
        assert look.contrast(look.text_on(step), step) >= 4.5


def test_grades_darken_step_by_step_in_one_hue():
    light = [look.luminance(step) for step in look.GRADE_SHADE]
    assert light == sorted(light, reverse=True)
    assert look.shade(5) == look.shade(4) and look.shade(-1) == look.shade(0)


def test_lines_differ_in_marker_as_well_as_ink():
    assert len(set(look.MARKER.values())) == len(look.MARKER) == len(set(look.INK.values()))


# --- the page ---


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "![x](https://example.org/x.png)",
        "[x](data:text/html,<script>alert(1)</script>)",
        '[x](https://example.org/"onmouseover="alert(1))',
        "<a href='javascript:alert(1)'>x</a>",
    ],
)
def test_nothing_given_becomes_a_script_or_a_request(hostile):
    frame = pd.DataFrame({hostile: [hostile], "md": [hostile]}, index=pd.Index([hostile], name=hostile))
    made = [
        page.text(hostile),
        page.inline(hostile),
        page.table(frame, hostile, markdown=["md"]),
        page.figure(b"png", hostile, hostile),
    ]
    for html in made:
        tags = _tags(html)
        assert not {"script", "iframe", "object"} & {tag for tag, _ in tags}
        for tag, attributes in tags:
            assert not [name for name in attributes if name.startswith("on")]
            address = attributes.get("href") or attributes.get("src") or ""
            assert not address.startswith(("javascript:", "data:text")), address
            assert tag != "img" or address.startswith("data:image/")


def _tags(html: str) -> list[tuple[str, dict[str, str]]]:
    from html.parser import HTMLParser

    found = []
    reader = HTMLParser()
    reader.handle_starttag = lambda tag, attributes: found.append((tag, dict(attributes)))
    reader.feed(html)
    return found


def test_a_table_has_a_caption_and_headers_for_rows_and_columns():
    html = page.table(pd.DataFrame({"grade": [3, None]}, index=pd.Index(["hb", "plt"], name="line")), "Grades *now*")
    assert "Grades <em>now</em></caption>" in html
    assert html.count('scope="col"') == 2 and html.count('scope="row"') == 2
    assert "cannot tell" in html


def test_a_link_needs_a_web_address():
    assert page.inline(page.link("Smith *2020*", "https://doi.org/10.1/a(b)")).startswith('<a href="https://doi.org/')
    assert page.inline(page.link("x", "javascript:alert(1)")) == "x"


def test_a_long_address_in_a_table_may_break_after_each_slash_and_short_words_never():
    shown = page.table(pd.DataFrame({"source": ["10 g/L: https://example.org/one/page/of/many."]}))
    assert "10\N{NO-BREAK SPACE}g/L: https://<wbr>example.org/<wbr>one/<wbr>page/<wbr>of/<wbr>many." in shown


# --- the live figure ---


def test_a_moved_picture_is_the_same_as_a_fresh_one():
    picture = CountPicture(count())
    picture.image()
    for given_values in (
        {"hb": 130},
        {"hb": 20, "plt": 0},
        {"anc": None},
        {"sex": "male", "trimester": None},
        {"mcv": 90},
    ):
        picture.update(count(**given_values))
        fresh = CountPicture(count(**given_values))
        assert (picture.live.paint() == fresh.live.paint()).all(), given_values
        assert drawing(picture) == drawing(fresh), given_values


def test_only_what_changed_is_drawn(monkeypatch):
    picture = CountPicture(count())
    picture.live.paint()
    drawn = []
    monkeypatch.setattr(picture.live.figure, "draw_artist", drawn.append)
    monkeypatch.setattr(picture.live.canvas, "draw", lambda: drawn.append("everything"))
    picture.update(count(mcv=103))
    picture.live.paint()
    mcv = picture.strips["mcv"]
    assert set(drawn) == {mcv.stem, mcv.marker, mcv.value}


def test_a_live_figure_without_moving_parts_paints():
    live = LiveFigure(100, 50, sharpness=2)
    live.text(5, 5, "still")
    assert live.paint().shape == (100, 200, 3)
    assert live.paint().min() < 100


def drawing(picture: CountPicture) -> list[str]:
    """What a picture's SVG draws, each with its style written out."""
    svg = picture.image().decode()
    styles = dict(re.findall(r"[.](c[0-9]+)[{](.*?)[}]", svg))
    return [
        re.sub("class='(c[0-9]+)'", lambda one: styles[one[1]], part) for part in svg.split("</style>")[1].split("<")
    ]


def test_a_drawing_is_sharp_small_and_keeps_its_words():
    picture = CountPicture(count())
    svg = ElementTree.fromstring(picture.image())
    words = {text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")}
    assert words >= {"CTCAE 6", "×10⁹/L", "72 g/L (7.2 g/dL) · low"}
    assert all(float(text.get("textLength")) > 0 for text in svg.iter("{http://www.w3.org/2000/svg}text"))
    assert page.media_type(picture.image()) == "image/svg+xml"
    assert len(picture.image()) < 20_000


def test_what_moves_in_a_panel_weighs_little_on_the_wire():
    """At 1.5 Mbit/s a fifth of a second for each picture."""
    from helpers import CauseBoard, CountExplorer, GuidelinePanel, OxygenPanel, SupportPanel, TestPanel

    for panel in (CauseBoard(patient="CRS-002"), CountExplorer(count()), GuidelinePanel(), OxygenPanel()):
        assert 0 < len(panel.widgets.picture.image) < 40_000, type(panel).__name__
    for panel in (SupportPanel(), TestPanel("plasmic_li")):
        assert 0 < len(panel.widgets.picture.image) < 40_000, type(panel).__name__


def test_a_drawing_with_too_many_parts_is_kept_as_pixels():
    live = LiveFigure(100, 100)
    for at in range(400):
        live.text(at % 100, at // 4, "x" if at else "", color=f"#{at:06x}")
    assert page.media_type(live.small()) == "image/webp"
    assert pixels(live.small()).shape == (150, 150, 3)


def test_a_moved_picture_is_painted_anew_after_it_was_drawn():
    picture = CountPicture(count())
    before = picture.live.paint().copy()
    picture.update(count(hb=20))
    picture.image()
    assert (picture.live.paint() != before).any()


# --- the picture of a count ---


def test_axes_stay_where_they_are_while_a_value_moves():
    picture = CountPicture(count())
    before = {name: (strip.axes.get_xlim(), strip.axes.get_position().bounds) for name, strip in picture.strips.items()}
    for hb, plt, anc in ((30, 0, 0), (199, 900, 15), (5, 3000, 200)):
        picture.update(count(hb=hb, plt=plt, anc=anc))
        now = {
            name: (strip.axes.get_xlim(), strip.axes.get_position().bounds) for name, strip in picture.strips.items()
        }
        assert now == before


def test_the_marker_stands_at_the_value():
    picture = CountPicture(count())
    for name in STRIPS:
        assert picture.strips[name].marker.get_xdata() == [getattr(count(), name)]


def test_zero_has_a_place_of_its_own_on_a_log_axis():
    picture = CountPicture(count(plt=0, anc=0))
    for name in ("plt", "anc"):
        strip = picture.strips[name]
        place = strip.marker.get_xdata()[0]
        assert strip.axes.get_xlim()[0] < place < strip.place(0.0001)
        assert strip.axes.get_xticklabels()[0].get_text() == "0"
        assert strip.axes.get_xticks()[0] == place
    assert "Platelets 0 ×10⁹/L: low" in picture.describe()


def test_a_value_alone_has_the_ends_of_its_interval_in_numbers():
    for person in ({"sex": "female", "age_y": 34}, {"sex": "male", "age_y": 40}, {"sex": "female", "age_y": 3}):
        picture = CountPicture(BloodCount.of(hb=110, **person), ["hb"], lanes=[])
        found, axes = picture.intervals["hb"], picture.strips["hb"].axes
        numbers = [tick.get_text() for tick in axes.get_xticklabels()]
        assert {plain(found.low), plain(found.high)} <= set(numbers), person
        places = sorted(axes.transData.transform([(tick, 0) for tick in axes.get_xticks()])[:, 0])
        assert min(b - a for a, b in pairwise(places)) / picture.live.sharpness > 28, "no number over another"
    several = CountPicture(BloodCount.of(hb=110, plt=200, sex="female", age_y=34), ["hb", "plt"], lanes=[])
    assert "120" not in [tick.get_text() for tick in several.strips["hb"].axes.get_xticklabels()]


def test_what_is_off_the_axis_says_so():
    picture = CountPicture(count(plt=2500))
    assert picture.strips["plt"].marker.get_xdata()[0] == picture.strips["plt"].axes.get_xlim()[1]
    assert "off the axis" in picture.describe() and "off the axis" in picture.strips["plt"].value.get_text()


def test_an_unknown_value_is_said_and_has_no_marker():
    picture = CountPicture(count(anc=None))
    assert picture.strips["anc"].value.get_text() == "cannot tell"
    assert len(picture.strips["anc"].marker.get_xdata()) == 0
    assert "Neutrophils: cannot tell" in picture.describe()
    assert "neutrophils: cannot tell" in picture.point()


def test_nobody_known_and_nothing_known_still_makes_a_picture():
    picture = CountPicture(BloodCount.of())
    assert picture.point() == "No value is known yet"
    assert page.media_type(picture.image()) == "image/svg+xml"
    assert "no reference interval for this person" in picture.describe()
    known = CountPicture(BloodCount.of(plt=18))
    assert known.point().startswith("No reference interval fits this person")
    assert "platelets" in known.point()


def test_two_editions_lie_one_above_the_other_where_they_differ():
    picture = CountPicture(count(plt=18))
    labels = [lane.label for lane in picture.strips["plt"].lanes]
    assert labels == ["CTCAE 5", "CTCAE 6"]
    assert [lane.label for lane in picture.strips["hb"].lanes] == ["CTCAE", "WHO"]
    assert picture.strips["mcv"].lanes == []
    assert picture.grade("ctcae", "5.0", "plt").grade != picture.grade("ctcae", "6.0", "plt").grade
    assert "in CTCAE 5" in picture.point() and "in CTCAE 6" in picture.point()


def test_bands_and_gray_stand_where_the_tables_say():
    picture = CountPicture(count())
    strip = picture.strips["plt"]
    edges = {
        round(edge, 6) for patch in strip.axes.patches for edge in (patch.get_x(), patch.get_x() + patch.get_width())
    }
    person = count().person
    for band in bands("ctcae", "5.0", "platelets", person) + bands("ctcae", "6.0", "platelets", person):
        assert round(band.upper, 6) in edges
    interval = flag(count())["plt"].interval
    assert {round(interval.low, 6), round(interval.high, 6)} <= edges


def test_elevation_moves_the_who_bands_only():
    low, high = CountPicture(count()), CountPicture(count(elevation_m=3500))
    (ctcae, who), (ctcae_high, who_high) = low.strips["hb"].lanes, high.strips["hb"].lanes
    assert ctcae.bands == ctcae_high.bands
    assert all(
        above.upper > below.upper for above, below in zip(who_high.bands, who.bands, strict=True) if below.upper < 1e9
    )


def agrees(picture: CountPicture, now: BloodCount, names: tuple[str, ...]) -> None:
    """The moved picture flags and grades as the rules do."""
    picture.update(now)
    flags = flag(now)
    for name in names:
        assert picture.verdict(name) == flags[name].verdict, (name, now)
        for system, edition in lanes():
            drawn = picture.grade(system, edition, name)
            if drawn is not None:
                ruled = grade(now, system, edition)[ITEM[name]]
                assert (drawn.grade, drawn.at_least, drawn.label) == (ruled.grade, ruled.at_least, ruled.label), (
                    name,
                    now,
                )


@pytest.mark.parametrize("name", ITEM)
def test_across_every_edge_the_picture_grades_and_flags_as_the_rules_do(name):
    start = count()
    picture = CountPicture(start, show=(name,))
    interval = flag(start)[name].interval if name in start.values else flag(start.change(**{name: 1.0}))[name].interval
    edges = {band.upper for lane in picture.strips[name].lanes for band in lane.bands if math.isfinite(band.upper)}
    for edge in sorted({interval.low, interval.high} | edges):
        for amount in (edge * 0.999, edge, edge * 1.001):
            agrees(picture, start.change(**{name: amount}), (name,))


amounts = {
    "hb": st.floats(16, 200),
    "anc": st.just(0) | st.floats(0.01, 20),
    "wbc": st.just(0) | st.floats(0.01, 90),
    "plt": st.just(0) | st.floats(1, 900),
    "age_y": st.sampled_from([0.5, 3, 8, 13, 17, 34, 70]),
    "sex": st.sampled_from(["female", "male", None]),
    "duffy_null": st.sampled_from([True, None]),
}


@limits(max_examples=12)
@given(st.lists(st.fixed_dictionaries(amounts), min_size=2, max_size=3))
def test_whoever_comes_next_the_picture_grades_and_flags_as_the_rules_do(states):
    picture = CountPicture(BloodCount.of(), show=tuple(ITEM))
    for state in states:
        agrees(picture, BloodCount.of(**state), tuple(ITEM))


@pytest.mark.parametrize(
    ("given_values", "said"),
    [
        ({"hb": 139, "anc": 3, "plt": 290, "mcv": 88}, "Nothing is low for this woman"),
        ({"hb": 139, "anc": 3, "plt": 60}, "Only platelets are low: CTCAE grade 2"),
        ({"hb": 75, "anc": 3, "plt": 290}, "Only red cells are low: CTCAE grade 3 or more"),
        ({"plt": 18}, "All three lines are low. Hit hardest: platelets (grade 4 in CTCAE 5, 3 in CTCAE 6)"),
        ({"hb": 139, "anc": 3, "plt": 900}, "Nothing is low, but platelets are high"),
    ],
)
def test_the_title_states_the_point(given_values, said):
    assert CountPicture(count(**given_values)).point() == said


def test_one_value_alone_has_a_title_of_its_own():
    assert CountPicture(count(hb=95), show=("hb",)).point() == "Hemoglobin is low: CTCAE grade 2"
    assert CountPicture(count(plt=300), show=("plt",)).point() == "Platelets are not low"


def test_units_are_on_the_axes_and_can_be_switched():
    picture = CountPicture(count())
    assert picture.strips["hb"].axes.get_xlabel() == "g/L"
    picture.update(count(), units="conventional")
    strip = picture.strips["hb"]
    assert strip.axes.get_xlabel() == "g/dL"
    assert strip.value.get_text().startswith("7.2 g/dL (72 g/L)")
    ticks = dict(
        zip([label.get_text() for label in strip.axes.get_xticklabels()], strip.axes.get_xticks(), strict=True)
    )
    assert ticks["10"] == 100


def test_text_can_be_read_and_stays_inside_when_the_page_is_narrow():
    states = [count(), count(hb=None), count(plt=2500, hb=215, age_y=3, sex=None, trimester=None, duffy_null=True)]
    for state in states:
        for units in ("si", "conventional", "mmol"):
            live = CountPicture(state, units=units).live
            live.paint()
            renderer = live.canvas.get_renderer()
            for text in live.figure.findobj(Text):
                if text.get_text() and text.get_visible():
                    assert text.get_fontsize() * 370 / look.WIDTH >= 11, text
                    box = text.get_window_extent(renderer)
                    assert box.x0 >= 0 and box.x1 <= live.figure.bbox.width, text


def test_the_caption_names_systems_and_sources():
    caption = CountPicture(count()).caption()
    assert "CTCAE v5.0" in caption and "CTCAE v6.0" in caption and "https://" in caption


def test_a_value_that_does_not_exist_is_told():
    with pytest.raises(ValueError, match="Cannot draw hemo"):
        CountPicture(count(), show=("hemo",))
    with pytest.raises(ValueError, match="Cannot draw nothing"):
        CountPicture(count(), show=())


def test_people_are_named_in_words():
    assert person_words(count(trimester=2, duffy_null=True).person) == "woman of 34, 2nd trimester, Duffy-null"
    assert person_words(count(age_y=5, sex="male", trimester=None).person) == "boy of 5"
    assert person_words(BloodCount.of().person) == "person, age and sex not stated"


def test_nan_never_reaches_the_words():
    for name in STRIPS:
        said = CountPicture(count(**{name: None})).describe()
        assert "nan" not in said.lower().replace("not an", "")
        assert math.isnan(getattr(count(**{name: None}), name))


def test_a_frame_in_a_notebook_names_its_rows_and_keeps_numbers_to_the_right():
    frame = pd.DataFrame({"hb": [72.0, math.nan], "because": ["<b>low</b>", "x"]}, index=["CRS-001", "CRS-002"])
    html = page.frame_html(frame)
    assert html.count('scope="row"') == 2 and "&lt;b&gt;low" in html and ">NaN<" in html
    assert 'style="text-align:right' in html and 'style="text-align:left' in html


def test_nothing_in_a_table_is_taken_for_math():
    html = page.table(pd.DataFrame({"paid": ["$5 and $6"]}), "From $1 to $2.")
    assert html.startswith('<table class="course-table tex2jax_ignore mathjax_ignore"') and "$5 and $6" in html


def test_a_long_frame_is_shortened_and_says_so():
    with pd.option_context("display.max_rows", 60):
        html = page.frame_html(pd.DataFrame({"row": range(1000)}))
    assert html.count("<tr>") == 61 and "of 1000 rows" in html


def test_several_levels_of_rows_are_several_headers():
    index = pd.MultiIndex.from_tuples([("CTCAE", "anemia")], names=["system", "line"])
    assert page.table(pd.DataFrame({"grade": ["3"]}, index=index)).count('scope="row"') == 2


def test_lists_in_cells_and_large_numbers_are_shown_whole():
    html = page.frame_html(pd.DataFrame({"words": [["a", "b"]], "cells": [1234567.0]}))
    assert "[&#x27;a&#x27;, &#x27;b&#x27;]" in html and ">1234567<" in html


def test_only_words_too_long_for_a_column_break_and_their_column_stays_wide_enough_to_read():
    html = page.frame_html(pd.DataFrame({"words": ["promyelocytic leukemia", "https://example.org/a/long/address"]}))
    ordinary, long = html.split("<tr>")[2:]
    assert "anywhere" not in ordinary and "anywhere;min-width" in long
