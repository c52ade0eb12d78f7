"""The pictures of treatment: do they show what the rules say, in words and in ink, and can everything be read?"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from looking import troubles

from helpers.blood.care.candidate import TIERS, Candidate
from helpers.blood.care.guidelines import OPEN, advise, choices, guideline, guidelines, stretches
from helpers.blood.care.response import ranked_systems, respond
from helpers.blood.care.support import TOPICS, indications, thresholds
from helpers.blood.care.trials import compared, figures
from helpers.blood.core.confidence_limits import share_limits
from helpers.blood.core.count import BloodCount
from helpers.evidence import table
from helpers.pictures import look
from helpers.pictures.forest import ROOMY, USUAL
from helpers.pictures.guidelines import GuidelinesPicture
from helpers.pictures.response import ResponsePicture
from helpers.pictures.support import RecoveryPicture, ThresholdsPicture
from helpers.pictures.trials import TrialsPicture, arms

PERSON = Candidate("severe", 34, sibling=True, unrelated=False, half_matched=True, fit=True, transfused=True)
maybe = st.sampled_from([True, False, None])
people = st.builds(
    Candidate,
    severity=st.sampled_from([None, "not_met", *TIERS]),
    age_y=st.none() | st.floats(0, 130),
    sibling=maybe,
    unrelated=maybe,
    half_matched=maybe,
    fit=maybe,
    transfused=maybe,
)
COUNT = dict(hb=125, anc=1.6, plt=120, retic=70, age_y=34, sex="female", trimester=0)


# --- guidelines along the ages ----------------------------------------------------------------------------------------


@given(person=people)
def test_a_strip_says_at_each_age_what_the_guideline_says(person):
    for name in guidelines():
        found = stretches(person, name)
        assert [one.first for one in found] == [0, *(one.end for one in found[:-1])] and found[-1].end == 100
        for one in found:
            for age in {one.first, one.end - 1}:
                assert (advise(replace(person, age_y=float(age)), name).choice or OPEN) == one.choice
        assert all(one.choice != other.choice for one, other in pairwise(found))


@settings(max_examples=25)
@given(person=people)
def test_every_person_can_be_drawn_and_read(person):
    picture = GuidelinesPicture(person)
    assert len(picture.lines(picture.point())) <= 2
    assert troubles(picture.live) == []
    assert person.words() in picture.describe()
    assert all(f"{guideline(name)['short']}:" in picture.describe() for name in guidelines())


def test_the_key_explains_the_letters_in_the_bands_and_nothing_else():
    for person in (PERSON, replace(PERSON, sibling=True), Candidate("non_severe", 34), Candidate("severe")):
        picture = GuidelinesPicture(person)
        letters = {choice.letter for choice in choices().values()}
        bands = {text.get_text() for text in picture.axes.texts} & letters
        assert {choice.letter for choice in picture.coded} == bands, person
    assert [choice.letter for choice in GuidelinesPicture(replace(PERSON, sibling=True)).coded], "some band is narrow"
    assert GuidelinesPicture(Candidate("non_severe", 34)).coded == []


def test_a_text_without_an_age_has_a_verb_of_its_own_in_the_title():
    names = ("bsh2024", "astct2024", "ebmt2018", "ash2013", "japan", "us2017")
    picture = GuidelinesPicture(replace(PERSON, age_y=39.0, sibling=True), names)
    assert picture.point() == "5 of 6 name the sibling transplant, 1 gives no age"
    assert "says younger and older without giving an age" in picture.describe()


def test_only_the_line_moves_when_the_age_does():
    picture = GuidelinesPicture(PERSON)
    before = picture.live
    picture.update(replace(PERSON, age_y=45.0))
    assert picture.live is before and set(picture._line.get_xdata()) == {45}
    assert picture._label.get_text() == "45 years" and "different answers" in picture._title.get_text()
    picture.update(replace(PERSON, sibling=False))
    assert picture.live is not before


def test_the_age_at_which_an_answer_changes_stands_below_its_edge():
    picture = GuidelinesPicture(PERSON)
    written = [text for text in picture.axes.texts if text.get_text().isdigit()]
    limits = [(place, one.first) for place, strip in enumerate(picture.strips.values()) for one in strip[1:]]
    assert len(limits) > 8 and [int(text.get_text()) for text in written] == [age for _, age in limits]
    for text, (place, age) in zip(written, limits, strict=True):
        assert abs(text.get_position()[0] - age) < 3, "near its edge"
        assert place * 47 + 26 <= text.get_position()[1] < (place + 1) * 47
    assert "A number is the first year of age" in picture.caption()


@pytest.mark.parametrize("age", [17, 18, 20, 40, 41, 42, 51])
def test_the_line_of_the_person_crosses_no_age(age):
    picture = GuidelinesPicture(replace(PERSON, age_y=float(age)))
    to_pixels = picture.axes.transData.transform
    ys = list(picture._line.get_ydata())
    pieces = [(ys[at], ys[at + 1]) for at in range(0, len(ys), 3)]
    picture.live.paint()
    for text in (text for text in picture.axes.texts if text.get_text().isdigit()):
        box = text.get_window_extent(picture.live.canvas.get_renderer())
        for low, high in pieces:
            (x, one), (_, other) = to_pixels((age, low)), to_pixels((age, high))
            crosses = box.x0 < x < box.x1 and min(one, other) < box.y1 - 4 and max(one, other) > box.y0 + 4
            assert not crosses, (age, text.get_text())


def test_an_unknown_or_impossible_age_has_no_line():
    for age in (None, 300):
        picture = GuidelinesPicture(replace(PERSON, age_y=age))
        assert all(math.isnan(x) for x in picture._line.get_xdata()) and picture._label.get_text() == ""


def test_words_can_be_read_on_every_shade():
    for choice in choices().values():
        assert look.contrast(look.text_on(choice.shade), choice.shade) >= 4.5


# --- thresholds -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("topic", "indication"), [(t, i) for t in TOPICS for i in indications(t)])
def test_every_situation_can_be_drawn_and_read(topic, indication):
    picture = ThresholdsPicture(topic, indication)
    assert troubles(picture.live) == []
    for amount in (0, 9, 45, 118, 400):
        count = BloodCount.of(plt=amount, hb=min(max(amount, 20), 200))
        picture.update(count)
        assert troubles(picture.live) == []
        advice = [one.advice for one in thresholds(count, topic, indication)]
        assert f"{advice.count('give')} of {len(picture.found)} would give" in picture.point()
        assert (f", {advice.count('consider')} consider" in picture.point()) == ("consider" in advice)
        for one in picture.found:
            assert one.label in picture.describe()


def test_the_count_stands_at_its_place_and_at_the_edge_beyond():
    picture = ThresholdsPicture("platelets", "lumbar_puncture", BloodCount.of(plt=30))
    assert picture._head.get_xdata() == [30]
    picture.update(BloodCount.of(plt=400))
    assert picture._head.get_xdata() == [120] and "400" in picture._label.get_text()


# --- responses --------------------------------------------------------------------------------------------------------


def test_the_response_picture_says_what_the_rules_say():
    now = BloodCount.of(**COUNT)
    picture = ResponsePicture(now, transfusion_free=True)
    assert picture.point() == "A complete response in 2 of 4 systems"
    for place, system in enumerate(ranked_systems()):
        found = respond(now, system, transfusion_free=True)
        assert found.text in picture.describe()
        assert found.text.removesuffix(" response") in picture._verdicts[place].get_text()
    assert [text.get_text() for text in picture._asked["plt"]] == ["✓ ≥ 100", "✗ > 150", "✓ > 100", "✓ > 100"]


def test_a_title_of_two_lines_stands_above_the_names_of_the_columns():
    picture = ResponsePicture(BloodCount.of(**COUNT | {"hb": 105}))
    assert "\n" in picture.live.titled.get_text()
    head = next(text for text in picture.live.figure.texts if text.get_text().endswith("Hemoglobin"))
    assert picture.live.titled.get_window_extent().y0 >= head.get_window_extent().y1


@pytest.mark.parametrize("gone", ["hb", "anc", "plt", "retic", "age_y"])
def test_what_is_not_known_is_drawn_as_not_known(gone):
    picture = ResponsePicture(BloodCount.of(**{name: value for name, value in COUNT.items() if name != gone}))
    assert troubles(picture.live) == []
    if gone in ("hb", "anc", "plt"):
        assert picture._amounts[gone].get_text() == "not known"
        assert all(math.isnan(x) for x in picture._marks[gone].get_xdata())
    if gone == "age_y":
        assert "? not known" in picture._asked["hb"][1].get_text()


# --- recovery ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cause", ["b12", "alcohol", "copper", "drug"])
def test_recovery_times_can_be_drawn_and_read(cause):
    picture = RecoveryPicture(cause)
    assert troubles(picture.live) == []
    rows = table("recovery_times").query("cause == @cause")
    assert all(says in picture.describe() for says in rows["says"])


def test_a_cause_without_times_is_told():
    with pytest.raises(ValueError, match="no recovery times for 'mds'"):
        RecoveryPicture("mds")


# --- trials -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", list(table("trials")["question"].unique()))
def test_every_question_can_be_drawn_and_read(question):
    picture, roomy = TrialsPicture(question), TrialsPicture(question)
    roomy.draw(ROOMY)
    assert troubles(picture.live) == troubles(roomy.live) == []
    assert 'media="(min-width: 900px)"' in picture.kept() and f'width="{ROOMY.width}"' in picture.kept()
    for row in figures(question):
        assert row["study"] in picture.describe()
        assert f"{row['value']:g}".replace("-", "−") in picture.describe()
    randomized = all("randomized" in row["design"] for row in figures(question))
    assert ("nobody drew lots" in picture.caption()) is not randomized


def test_arms_of_one_comparison_stand_together():
    marks = TrialsPicture("horse_rabbit", studies=["Scheinberg 2011"]).sections[0][1][0].marks
    assert [mark.words for mark in marks] == ["horse ATG", "rabbit ATG"] * 2
    assert [mark.heading for mark in marks] == ["response at 6 months", "", "alive at 3 years", ""]
    for layout in (USUAL, ROOMY):
        assert layout.height(marks[0]) < layout.height(marks[1])
    by_age = TrialsPicture("donor_age").sections[0][1][0].marks
    assert [mark.words for mark in by_age] == ["marrow", "blood stem cells"] * 3
    assert by_age[2].heading == "sibling transplants, over 20 years"
    alone = TrialsPicture("growth_factors").sections[0][1][0].marks
    assert not any(mark.compared or mark.heading for mark in alone)


def test_letters_are_of_one_size_whatever_the_question():
    shown = {TrialsPicture(question).shown_width for question in table("trials")["question"].unique()}
    assert shown == {look.WIDTH}


def test_limits_that_nobody_printed_are_computed_or_said_to_be_missing():
    race = TrialsPicture("eltrombopag")
    low, high = share_limits(41, 101)
    assert f"41 % (computed: {low:.0f}–{high:.0f})" in race.describe()
    assert "computed from the share and the number of people" in race.caption()
    assert "followed for less than the whole time" in race.caption()
    assert race.sources.split()[-1] == "WILSON1927"
    exact = TrialsPicture("moderate_course")
    assert exact.sources.split()[-1] == "CLOPPER1934"
    assert "less than the whole time" not in exact.caption()
    ages = TrialsPicture("donor_age")
    assert ages.describe().count("(no limits)") == len(ages.rows)
    assert "*No limits*: none were printed" in ages.caption() and "computed*:" not in ages.caption()
    assert "no limits" not in TrialsPicture("growth_factors").describe()


def test_a_picture_of_nothing_is_refused():
    with pytest.raises(ValueError, match="Nothing to show"):
        TrialsPicture("horse_rabbit", outcome=["height"])


def test_two_arms_as_people():
    picture = arms(compared("race_or6_e", "race_or6_c"))
    assert picture.point() == "27 more of 100: one more for every 3.7 treated"
    assert "41 any response at 6 months; 59 not" in picture.describe()
    three = "41 any response at 6 months, as without it; 27 any response at 6 months, because of it; 32 not"
    assert three in picture.describe()
    assert "95 % limits 2.5 to 7.6" in picture.caption() and troubles(picture.live) == []


def test_without_drawing_lots_no_number_needed_to_treat_is_shown():
    picture = arms(compared("graft20_bm", "graft20_pb"))
    assert "nobody drew lots" in picture.point() and "treated" not in picture.point()
    assert "because of it" not in picture.describe()
