"""A result says why: the words of a reason, not only its level."""

from __future__ import annotations

import math

import pytest
from drawn import MEASURED
from hypothesis import given
from hypothesis import strategies as st

from helpers.blood.care.response import (
    CANNOT_TELL,
    COMPLETE,
    NONE,
    PARTIAL,
    respond,
    respond_all,
    response_rows,
    response_systems,
)
from helpers.blood.care.support import febrile_neutropenia
from helpers.blood.core.count import BloodCount, Person
from helpers.blood.grading.reference import interval
from helpers.blood.grading.severity import grade
from helpers.blood.search.causes import Findings
from helpers.blood.search.red_flags import red_flags
from helpers.evidence import records
from helpers.pictures.count import CountPicture

ADULT = dict(age_y=40, sex="female", trimester=0)
WOMAN = dict(age_y=34, sex="female", trimester=0)


# --- response ---


def test_the_case_that_once_gave_no_reason():
    found = respond(BloodCount.of(hb=105, anc=1.6, plt=200, **WOMAN), "bsh2024", transfusion_free=True)
    assert found.level == PARTIAL
    assert found.reason == (
        "Not complete: hemoglobin 105 g/L, not normal for this person from 120 g/L. "
        "Partial: no transfusions are needed."
    )


@given(
    MEASURED,
    st.sampled_from([{}, WOMAN, {"age_y": 15, "sex": "male"}]),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, "severe", "non_severe"]),
)
def test_a_level_other_than_complete_names_every_criterion_that_is_not_met(values, person, free, severity):
    before = BloodCount.of(hb=60, anc=0.3, plt=8)
    for found in respond_all(
        BloodCount.of(**values, **person), transfusion_free=free, severity_before=severity, before=before
    ):
        if found.level == COMPLETE:
            assert all(one.met for one in found.criteria if one.level == COMPLETE)
            continue
        reached = {one.level for one in found.criteria if found.level == one.level}
        for one in found.criteria:
            assert one.met in (True, False, None) and (one.met is None or isinstance(one.met, bool))
            if one.met is False and one.level not in reached:
                assert one.words.lower() in found.reason.lower()
        assert ": ." not in found.reason and ":." not in found.reason


def test_every_answer_of_a_response_is_plain():
    now = BloodCount.of(hb=105, anc=1.6, plt=200, retic=70, **WOMAN)
    for system in response_systems():
        for one in respond(now, system, transfusion_free=True, before=now).criteria:
            assert one.met is None or type(one.met) is bool
    found = interval("hb", Person(**WOMAN))
    assert type(found.low) is float and type(found.high) is float


def test_an_unknown_severity_is_named_where_it_decides():
    now = BloodCount.of(hb=90, anc=0.7, plt=25)
    assert "the severity before treatment is not known" in respond(now, "japan_child").reason
    assert "severity before" not in respond(now, "japan_child", severity_before="severe").reason


def test_severe_disease_is_no_longer_met_by_its_own_rule_not_by_the_tier():
    """Neutrophils alone are low: no aplastic anemia, and yet one of the two criteria of severe disease is met."""
    now = BloodCount.of(hb=158, anc=0.03, plt=308, **WOMAN)
    assert respond(now, "nih").level == CANNOT_TELL
    assert respond(now.change(retic=70), "nih").level == PARTIAL
    assert respond(now.change(retic=30), "nih").level == NONE


def test_a_value_printed_as_less_than_does_not_settle_a_response():
    wide = respond(BloodCount.of(hb=130, anc=3, plt="<200 x10^9/L", **WOMAN), "nih")
    assert wide.level == CANNOT_TELL and "platelets less than 200 ×10⁹/L, perhaps at least 100" in wide.reason
    low = respond(BloodCount.of(hb=130, anc=3, plt="<90 x10^9/L", **WOMAN), "nih")
    assert "platelets less than 90 ×10⁹/L, not at least 100" in low.reason


@pytest.mark.parametrize("system", ["nih", "bsh2024", "japan_child", "ratg"])
def test_a_complete_response_names_each_of_its_criteria(system):
    found = respond(BloodCount.of(hb=150, anc=5, plt=300, retic=90, **WOMAN), system)
    asked = [row["analyte"] for row in response_rows(system) if row["response"] == COMPLETE]
    assert found.level == COMPLETE
    assert found.reason.count(";") == len(asked) - 1


# --- aplastic anemia ---


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"marrow_cellularity_pct": 10}, "Marrow: meets the severe rule. "),
        ({"marrow_cellularity_pct": 60}, "Marrow: does not meet the severe rule. "),
        ({"marrow_cellularity_pct": 60, "hypocellular": True}, "Marrow: does not meet the severe rule, hypocellular"),
        ({"marrow_cellularity_pct": 30}, "Marrow: the share of hematopoietic cells is needed too. "),
        ({"marrow_cellularity_pct": 30, "hematopoietic_pct": 20}, "Marrow: meets the severe rule. "),
        ({"marrow_cellularity_pct": 30, "hematopoietic_pct": 30}, "Marrow: does not meet the severe rule. "),
        ({"marrow_cellularity_pct": 50, "hematopoietic_pct": 20}, "Marrow: meets the severe rule. "),
        ({"marrow_cellularity_pct": 51, "hematopoietic_pct": 20}, "Marrow: does not meet the severe rule. "),
        ({}, "Marrow: not known. "),
    ],
)
def test_what_is_said_of_the_marrow(choices, said):
    count = BloodCount.of(hb=70, anc=0.3, plt=12, retic=15, **ADULT)
    assert grade(count, "aplastic_anemia", **choices)["aplastic_anemia"].reason.startswith(said)


@pytest.mark.parametrize("marrow", [{}, {"marrow_cellularity_pct": 20}])
def test_no_severity_without_the_entry_rule(marrow):
    """Agranulocytosis: neutrophils and reticulocytes meet the severe rule, but two of three lines are not low."""
    count = BloodCount.of(hb=130, plt=250, anc=0.06, retic=55, **ADULT)
    for found in grade(count, "aplastic_anemia", **marrow):
        assert (found.grade, found.label) == (0, "criteria for aplastic anemia not met")
        assert "hemoglobin 130 g/L (13.0 g/dL), not below 100 g/L; platelets 250" in found.reason.lower().replace(
            "g/l", "g/L"
        ).replace("g/dl", "g/dL")
        assert found.criterion == "AA-E1 AA-E2 AA-E3"


def test_an_open_entry_rule_leaves_the_tier_open_and_is_quoted():
    found = grade(BloodCount.of(anc=0.06, retic=10, **ADULT), "aplastic_anemia")["blood_criteria"]
    assert found.grade is None and found.criterion == "AA-E1 AA-E2 AA-E3"
    assert "Hemoglobin not known (limit 100 g/L)" in found.reason


def test_severe_at_least_is_said_where_the_neutrophils_are_not_known():
    found = grade(BloodCount.of(hb=70, plt=12, retic=15, **ADULT), "aplastic_anemia")["blood_criteria"]
    assert found.grade is None
    assert found.unsettled.startswith("Severe at least, by blood: the neutrophils must tell")


# --- bands of one value ---


@pytest.mark.parametrize(
    ("count", "item", "text", "unsettled"),
    [
        ({"hb": 75}, "anemia", "grade 3 or more", "The count does not settle it: grade 4 if life-threatening"),
        ({"hb": 85}, "anemia", "grade 2 by the count", "Whatever the count: grade 3 if transfusion indicated; grade 4"),
        ({"hb": 130}, "anemia", "no grade", ""),
        ({"plt": 30}, "platelets", "grade 3 by the count", "Whatever the count: grade 4 if life-threatening"),
        ({"plt": 60}, "platelets", "grade 2 by the count", "Whatever the count: grade 3 if transfusion indicated"),
        ({"plt": 5}, "platelets", "grade 4", ""),
        ({"anc": 0.4}, "neutrophils", "grade 3", ""),
    ],
)
def test_a_semicolon_of_ctcae_means_or(count, item, text, unsettled):
    """Where a higher grade is given for what the patient shows, each grade below it says so."""
    found = grade(BloodCount.of(**count, **ADULT), "ctcae", "6.0")[item]
    assert found.text == text
    assert found.unsettled.startswith(unsettled) and bool(found.unsettled) is bool(unsettled)
    assert f"so {text.removesuffix(' by the count')} (CTCAE" in found.reason or found.grade == 0


@pytest.mark.parametrize(("age", "said"), [(65, False), (65.9, False), (66, True), (83, True), (40, False)])
@pytest.mark.parametrize("sex", ["female", "male"])
def test_who_2024_says_that_it_names_no_limit_above_65(age, sex, said):
    person = dict(age_y=age, sex=sex, hb=115)
    found = grade(BloodCount.of(**person), "who_anemia", "2024")["anemia"]
    assert found.grade == 1
    assert ("none of its own above 65" in found.reason) is said
    assert "above 65" not in grade(BloodCount.of(**person), "who_anemia", "2011")["anemia"].reason


@pytest.mark.parametrize(
    ("system", "item", "printed"),
    [
        ("ctcae", "platelets", {"plt": "<200 x10^9/L"}),
        ("who_anemia", "anemia", {"hb": "<150 g/L"}),
        ("neutropenia", "neutrophils", {"anc": "<2 x10^9/L"}),
    ],
)
def test_less_than_a_value_above_every_band_cannot_be_told(system, item, printed):
    found = grade(BloodCount.of(**printed, **ADULT), system)[item]
    assert found.grade is None and not found.at_least
    assert "printed only as less than" in found.reason and found.reason.endswith("cannot be told.")


def test_cannot_tell_is_not_said_twice():
    for count in (BloodCount.of(plt=120), BloodCount.of(hb=110)):
        for system in ("ctcae", "who_anemia"):
            for found in grade(count, system):
                assert not found.reason.lower().startswith("cannot tell")


def test_a_bound_does_not_settle_a_definition_or_a_score():
    """Less than 160: low or not is open; less than 90 in IPSS-R: a point, or more."""
    open_ = BloodCount.of(hb="<160 g/L", wbc=2, plt=60, **ADULT)
    assert grade(open_, "pancytopenia")["pancytopenia"].label == "cannot tell"
    assert (
        "hemoglobin less than 160 g/L (16.0 g/dL), perhaps below 120 g/L"
        in grade(open_, "pancytopenia")["pancytopenia"].reason
    )
    scored = dict(cytogenetics="good", blasts_pct=1)
    exact = grade(BloodCount.of(hb=90, plt=120, anc=1, **ADULT), "ipss_r", **scored)["ipss_r"]
    bound = grade(BloodCount.of(hb="<90 g/L", plt=120, anc=1, **ADULT), "ipss_r", **scored)["ipss_r"]
    assert exact.value == 2 and math.isnan(bound.value)
    assert "between 1 and 2.5" in bound.reason


# --- red flags and fever ---


def test_a_red_flag_names_what_it_needs_in_its_own_words():
    (flag,) = [one for one in red_flags(Findings(BloodCount.of(), {"fever": "yes"})) if one.flag == "neutropenic_fever"]
    assert flag.needs == "neutrophils below 0.50 ×10⁹/L"
    printed = red_flags(Findings(BloodCount.of(anc="<0.5 x10^9/L"), {"fever": "yes"}))[0]
    assert printed.raised and printed.because.startswith("neutrophils less than 0.50 ×10⁹/L, below 0.50 ×10⁹/L")


def test_few_white_cells_stand_for_neutrophils_that_are_not_known():
    found = red_flags(Findings(BloodCount.of(wbc=0.4), {"fever": "yes"}))[0]
    assert found.raised and found.because.startswith("white cell count 0.40 ×10⁹/L, below 0.50 ×10⁹/L")
    unsure = red_flags(Findings(BloodCount.of(wbc=1.1), {"fever": "yes"}))[0]
    assert unsure.because == "white cell count 1.10 ×10⁹/L, below 2.00 ×10⁹/L; neutrophils not known; fever"
    assert not red_flags(Findings(BloodCount.of(wbc=2.4), {"fever": "yes"}))[0].raised


def test_a_fever_threshold_says_whether_the_limit_itself_counts():
    for row, found in zip(records("fever_definitions"), febrile_neutropenia(38.3, 0.3), strict=True):
        first = {">": "above", ">=": "from"}[row["single_operator"]]
        assert found.reason.startswith(f"Fever ({first} {row['single_c']:.1f} °C once")
        at_limit = febrile_neutropenia(row["single_c"], 0.3, hours=0)[list(records("fever_definitions")).index(row)]
        assert at_limit.met is (row["single_operator"] == ">=")


# --- the title of a picture ---


def test_no_grade_is_not_said_where_nothing_is_graded():
    low = BloodCount.of(hb=78, anc=3, plt=250, **ADULT)
    assert CountPicture(low, ("hb", "anc", "plt"), lanes=()).point() == "Only red cells are low"
    assert CountPicture(low, ("hb",), lanes=()).point() == "Hemoglobin is low"
    assert CountPicture(low, ("hb", "anc", "plt")).point() == "Only red cells are low: CTCAE grade 3 or more"
    mild = low.change(hb=119, age_y=8, trimester=0)
    assert "grade" not in CountPicture(mild.change(mcv=60), ("mcv",)).point(), "no system grades the size of red cells"


def test_a_value_that_is_not_known_does_not_speak_for_its_line():
    """White cells are not on the report, neutrophils are low: the line is low, only that one value cannot be told."""
    count = BloodCount.of(hb=80, anc=0.5, plt=30, **ADULT)
    assert grade(count, "pancytopenia")["pancytopenia"].label == "met"
    assert CountPicture(count, ("hb", "wbc", "plt")).point().endswith("; white cell count: cannot tell")
    nothing = BloodCount.of(hb=80, plt=30, **ADULT)
    assert CountPicture(nothing, ("hb", "wbc", "plt")).point().endswith("; white cells: cannot tell")
