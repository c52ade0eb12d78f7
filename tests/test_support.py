"""Support until the marrow returns: thresholds by guideline, what a transfusion does, when fever is an emergency."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from helpers.blood.care.support import (
    CANNOT_TELL,
    CONSIDER,
    GIVE,
    NOT_GIVE,
    TOPICS,
    corrected_increment,
    expected_hemoglobin,
    expected_platelets,
    febrile_neutropenia,
    indications,
    iron_load,
    is_refractory,
    thresholds,
    thresholds_table,
)
from helpers.blood.core.count import BloodCount
from helpers.evidence import records, source


def advice(topic, indication, **values):
    return {one.label: one.advice for one in thresholds(BloodCount.of(**values), topic, indication)}


# --- thresholds -------------------------------------------------------------------------------------------------------


def test_every_threshold_can_be_reached_and_says_its_source():
    for topic in TOPICS:
        shown = 0
        for indication in indications(topic):
            found = thresholds(BloodCount.of(hb=75, plt=15), topic, indication)
            shown += len(found)
            assert found and all(source(key) for one in found for key in one.source.split())
            assert all(one.caution.startswith("Caution") for one in found if one.confidence == "C")
        assert shown == sum(row["topic"] == topic for row in records("support"))


def test_one_count_and_guidelines_that_disagree_on_it():
    assert advice("platelets", "lumbar_puncture", plt=30) == {
        "AABB 2015": GIVE, "AABB and ICTMG 2025": NOT_GIVE, "BSH 2017": GIVE, "NICE 2015": GIVE, "NHSBT 2012": GIVE,
    }  # fmt: skip
    failing = advice("platelets", "marrow_failure", plt=8)
    assert failing["AABB and ICTMG 2025"] == NOT_GIVE and failing["Aplastic Anemia Trust (UK)"] == GIVE


@pytest.mark.parametrize(
    ("plt", "below_or_at", "below"), [(9, GIVE, GIVE), (10, GIVE, NOT_GIVE), (11, NOT_GIVE, NOT_GIVE)]
)
def test_at_the_limit_the_operator_decides(plt, below_or_at, below):
    found = advice("platelets", "prophylaxis", plt=plt)
    assert (found["AABB 2015"], found["AABB and ICTMG 2025"]) == (below_or_at, below)


def test_what_is_printed_as_below_counts_as_below():
    count = BloodCount.of(plt="< 10 x10^9/L")
    assert {one.advice for one in thresholds(count, "platelets", "prophylaxis")} == {GIVE}


def test_a_weaker_word_stays_weaker():
    assert advice("platelets", "bleeding", plt=20) == {"BSH 2017": CONSIDER, "NICE 2015": GIVE}


def test_an_unknown_count_cannot_be_told_but_none_is_none():
    found = advice("platelets", "marrow_failure")
    assert found["Aplastic Anemia Trust (UK)"] == CANNOT_TELL and found["AABB and ICTMG 2025"] == NOT_GIVE


def test_red_cells_by_situation():
    assert set(advice("red_cells", "stable", hb=75).values()) == {NOT_GIVE}
    assert set(advice("red_cells", "chronic", hb=75).values()) == {GIVE}


@pytest.mark.parametrize(("topic", "indication"), [("plasma", "stable"), ("platelets", "flying")])
def test_an_unknown_topic_or_situation_is_told(topic, indication):
    with pytest.raises(ValueError, match="Choose among"):
        thresholds(BloodCount.of(), topic, indication)


def test_every_row_of_the_table_is_a_threshold_or_a_statement():
    told = sum(row["advice"] == "know" for row in records("support"))
    asked = sum(len(thresholds(BloodCount.of(), t, i)) for t in TOPICS for i in indications(t))
    assert told + asked == len(records("support"))


@pytest.mark.parametrize(("topic", "column"), [("platelets", "plt_e9_per_l"), ("red_cells", "hb_g_per_l")])
def test_one_by_one_equals_the_columns(topic, column):
    """Advice, reason and source of a frame of counts and of each of them; unknown and at the limit among them."""
    amounts = [float("nan"), 5.0, 10.0, 50.0, 70.0, 80.0, 110.0, 50.0]
    frame = pd.DataFrame({column: amounts}, index=[f"count {place}" for place in range(len(amounts))])
    for indication in indications(topic):
        together = thresholds_table(frame, topic, indication)
        for label, row in frame.iterrows():
            alone = thresholds(BloodCount.from_row(row), topic, indication)
            assert list(together.loc[label, "advice"]) == [one.advice for one in alone]
            assert list(together.loc[label, "because"]) == [f"{one.reason} {one.caution}".strip() for one in alone]
            pd.testing.assert_frame_equal(
                together.loc[label], thresholds_table(BloodCount.from_row(row), topic, indication)
            )


def test_no_counts_have_no_thresholds():
    assert thresholds_table(pd.DataFrame({"plt_e9_per_l": []}), "platelets", "prophylaxis").empty


# --- what a transfusion does ------------------------------------------------------------------------------------------


def test_one_unit_raises_by_ten_at_seventy_kilograms_and_more_in_a_child():
    assert expected_hemoglobin(62, 1, 70) == 72
    assert expected_hemoglobin(62, 1, 35) == 82
    assert expected_hemoglobin(62, 0, 70) == 62


def test_platelets_and_iron():
    assert expected_platelets(5) == (25, 45) and expected_platelets(5, 2) == (45, 85)
    assert iron_load(20) == (4000, 5000)


def test_the_corrected_increment_of_two_worked_examples():
    assert corrected_increment(before=5, after=25, surface_m2=1.8, dose_e11=3) == pytest.approx(12_000)
    assert corrected_increment(before=10, after=50, surface_m2=2, dose_e11=4) == pytest.approx(20_000)


def test_refractory_needs_two_failures_in_a_row():
    assert is_refractory([5000]) is None
    assert is_refractory([5000, 6000]) is True
    assert is_refractory([5000, 9000]) is False and is_refractory([9000, 5000, 7400]) is True
    assert is_refractory([7500, 7499]) is False, "below, not at"
    assert is_refractory([6000, 6000], limit=5000) is False


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        (expected_hemoglobin, dict(hb=60, units=1, weight_kg=0)),
        (expected_hemoglobin, dict(hb=60, units=-1, weight_kg=70)),
        (corrected_increment, dict(before=5, after=25, surface_m2=0, dose_e11=3)),
        (corrected_increment, dict(before=5, after=25, surface_m2=1.8, dose_e11=math.nan)),
    ],
)
def test_numbers_that_cannot_be_are_refused(rule, wrong):
    with pytest.raises(ValueError, match="should be"):
        rule(**wrong)


# --- fever ------------------------------------------------------------------------------------------------------------


def met(temperature, anc, **known):
    return {one.label: one.met for one in febrile_neutropenia(temperature, anc, **known)}


def test_six_definitions_and_one_patient():
    found = met(38.2, 0.4, hours=0)
    assert found == {
        "IDSA 2002": False, "IDSA 2011": False, "NICE 2012": True, "ESMO 2016": False, "SEOM 2018 (Spain)": True,
        "NHS Lothian (Scotland)": True,
    }  # fmt: skip
    assert met(38.2, 0.4, hours=1)["IDSA 2002"] is True
    assert met(38.2, 0.4, hours=1)["ESMO 2016"] is False and met(38.2, 0.4, hours=2)["ESMO 2016"] is True
    assert met(38.2, 0.4)["IDSA 2002"] is None, "how long is not known"


@pytest.mark.parametrize(
    ("temperature", "idsa", "esmo"), [(38.2, False, False), (38.3, True, False), (38.4, True, True)]
)
def test_a_single_temperature_at_the_limit(temperature, idsa, esmo):
    found = met(temperature, 0.4, hours=0)
    assert (found["IDSA 2002"], found["ESMO 2016"]) == (idsa, esmo)


def test_neutrophils_at_the_limit_and_falling_ones():
    at = met(39, 0.5, falling=False)
    assert at["NHS Lothian (Scotland)"] is True and at["IDSA 2002"] is False
    falling = met(39, 0.8, falling=True)
    assert falling["IDSA 2002"] and falling["SEOM 2018 (Spain)"] and falling["ESMO 2016"]
    assert met(39, 1.2, falling=True)["IDSA 2002"] is False and met(39, 1.2, falling=True)["ESMO 2016"] is True
    assert met(39, 0.8)["IDSA 2002"] is None and met(39, 0.8, falling=True)["NHS Lothian (Scotland)"] is False


def test_what_is_not_known_is_open_unless_it_does_not_matter():
    assert met(math.nan, 0.1)["IDSA 2002"] is None
    assert met(39, math.nan)["IDSA 2002"] is None
    assert met(37, math.nan)["IDSA 2002"] is False
