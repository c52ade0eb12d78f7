"""Do the pictures of what "normal" means show what the tables hold, and say what they show?"""

from __future__ import annotations

import html
import math

import pytest
from conftest import forget_citations
from matplotlib.text import Text

from helpers.blood.core.count import Person
from helpers.blood.grading.reference import interval
from helpers.evidence import cited, source, table
from helpers.pictures import look
from helpers.pictures.intervals import ChancePicture, SetsPicture

WOMAN, MAN = Person(age_y=34, sex="female", trimester=0), Person(age_y=34, sex="male")


def lower_limits(analyte, person):
    found = [interval(analyte, person, name) for name in table("reference_sets")["set"]]
    return [one.low for one in found if one.known]


def texts_outside(picture):
    """The words that are cut off by the edge of the picture."""
    live = picture.live
    live.canvas.draw()
    box = live.figure.bbox
    drawn = [text for text in live.figure.findobj(Text) if text.get_text() and text.get_visible()]
    extents = [(text.get_text(), text.get_window_extent(live.canvas.get_renderer())) for text in drawn]
    return [words for words, at in extents if at.x0 < box.x0 or at.x1 > box.x1 or at.y0 < box.y0 or at.y1 > box.y1]


def test_every_set_that_covers_both_is_shown_with_its_own_limits():
    picture = SetsPicture("hb", {"woman": WOMAN, "man": MAN})
    labels = table("reference_sets").set_index("label")["set"]
    covering = [name for name in labels if interval("hb", WOMAN, name).known and interval("hb", MAN, name).known]
    assert [labels[label] for label in picture.rows] == covering
    for label, found in picture.rows.items():
        assert found["woman"] == interval("hb", WOMAN, labels[label])
        assert found["man"] == interval("hb", MAN, labels[label])


def test_a_set_that_does_not_cover_somebody_is_left_out():
    for_women = [row.label for row in table("reference_sets").itertuples() if not interval("hb", MAN, row.set).known]
    alone = SetsPicture("hb", {"woman": WOMAN})
    assert set(alone.rows) & set(for_women)
    assert not set(SetsPicture("hb", {"woman": WOMAN, "man": MAN}).rows) & set(for_women)


def test_the_title_counts_the_sets_that_call_the_value_low():
    limits = lower_limits("plt", WOMAN)
    for value in (min(limits) - 1, (min(limits) + max(limits)) / 2, max(limits) + 1):
        low = sum(value < limit for limit in limits)
        assert f"in {low or 'none'} of {len(limits)} sets" in SetsPicture("plt", {"woman": WOMAN}, value=value).point()


def test_a_value_on_the_limit_is_not_low():
    limit = interval("hb", WOMAN, "dorset").low
    picture = SetsPicture("hb", {"woman": WOMAN}, sets=["dorset"], value=limit)
    assert "in none of 1 sets" in picture.point()
    assert "in 1 of 1 sets" in SetsPicture("hb", {"woman": WOMAN}, sets=["dorset"], value=limit - 1).point()


def test_without_a_value_the_title_says_how_far_the_limits_lie_apart():
    limits = lower_limits("anc", MAN)
    said = SetsPicture("anc", {"adult": MAN}).point()
    assert "for an adult" in said
    assert f"from {min(limits):g} to {max(limits):g}" in said


def test_the_words_hold_every_set_person_and_limit():
    picture = SetsPicture("hb", {"woman": WOMAN, "man": MAN}, value=118)
    said = picture.describe()
    for label, found in picture.rows.items():
        for word, one in found.items():
            assert label in said
            assert f"{word} {one.low:g} to {one.high:g} g/L, {picture.verdict(one)}" in said


def test_an_interval_open_at_one_end_is_drawn_and_said():
    picture = SetsPicture("rdw", {"woman": WOMAN})
    assert any(math.isnan(found["woman"].low) for found in picture.rows.values())
    assert "up to" in picture.describe()
    assert texts_outside(picture) == []


@pytest.mark.parametrize("analyte", ["hb", "hct", "rbc", "mcv", "wbc", "anc", "plt", "retic"])
def test_no_word_is_cut_off(analyte):
    value = interval(analyte, WOMAN).low
    assert texts_outside(SetsPicture(analyte, {"woman": WOMAN, "man": MAN}, value=value)) == []


def test_a_word_that_is_cut_off_would_be_noticed():
    picture = ChancePicture()
    picture.live.text(look.WIDTH - 10, 20, "too far right")
    assert texts_outside(picture) == ["too far right"]


def test_nobody_and_nothing_to_show_is_said_in_a_sentence():
    with pytest.raises(ValueError, match="nobody to show"):
        SetsPicture("hb", {})
    with pytest.raises(ValueError, match="No reference set has an interval of hemoglobin"):
        SetsPicture("hb", {"stranger": Person()})
    with pytest.raises(ValueError, match="no reference set 'nowhere'"):
        SetsPicture("hb", {"woman": WOMAN}, sets=["nowhere"])


def test_flags_of_the_healthy_add_up_as_chances_do():
    picture = ChancePicture((1, 2, 20))
    assert picture.flagged_of_100(1) == pytest.approx(5)
    assert picture.flagged_of_100(2) == pytest.approx(9.75)
    assert picture.flagged_of_100(20) == pytest.approx(100 - 100 * 0.95**20)
    assert ChancePicture((1,), inside_pct=90).flagged_of_100(1) == pytest.approx(10)


def test_as_many_people_are_dark_as_the_number_below_says():
    picture = ChancePicture((1, 5, 10, 20))
    fields = [axes.collections for axes in picture.live.figure.axes]
    assert [len(field[0].get_offsets()) for field in fields] == [5, 23, 40, 64]
    assert all(len(dark.get_offsets()) + len(light.get_offsets()) == 100 for dark, light in fields)
    assert "1 value: 5 of 100; 5 values: 23 of 100; 10 values: 40 of 100; 20 values: 64 of 100" in picture.describe()
    assert texts_outside(picture) == []


@pytest.mark.parametrize("wrong", [dict(measured=()), dict(measured=(0,)), dict(inside_pct=100), dict(inside_pct=0)])
def test_impossible_chances_are_refused(wrong):
    with pytest.raises(ValueError, match=r"Say how many|share between"):
        ChancePicture(**wrong)


def shown():
    return [ChancePicture(), SetsPicture("hb", {"woman": WOMAN, "man": MAN}, value=118)]


@pytest.mark.parametrize("picture", shown(), ids=["chance", "sets"])
def test_it_shows_itself_with_its_words_and_remembers_its_sources(picture):
    forget_citations()
    page = html.unescape(picture._repr_html_())
    assert f'alt="{picture.describe()}"' in page
    assert "<figcaption>" in page
    assert set(picture.sources.split()) == set(cited().index)
    assert all(source(key).link in page for key in picture.sources.split())
    assert len(picture.image(small=True)) < 20_000
    forget_citations()


def test_words_from_outside_are_shown_and_not_run():
    page = SetsPicture("hb", {"<script>alert(1)</script>": WOMAN})._repr_html_()
    assert "<script>" not in page
