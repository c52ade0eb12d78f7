"""Is it a response? The same counts under every system, with what is not known left open."""

from __future__ import annotations

import pytest
from drawn import MEASURED
from hypothesis import given
from hypothesis import strategies as st

from helpers.blood.care.response import (
    BORROWED,
    BY_LINE,
    CANNOT_TELL,
    COMPLETE,
    LEVELS,
    NONE,
    PARTIAL,
    respond,
    respond_all,
    response_systems,
)
from helpers.blood.core.count import BloodCount
from helpers.evidence import records, source
from helpers.pictures.response import ResponsePicture

WOMAN = dict(age_y=34, sex="female", trimester=0)


def count(**values):
    return BloodCount.of(**values, **WOMAN)


def test_one_patient_is_a_complete_response_here_and_not_there():
    now = count(hb=125, anc=1.6, plt=120, retic=70)
    found = {one.system: one.level for one in respond_all(now, transfusion_free=True)}
    assert found["nih"] == found["japan_child"] == COMPLETE
    assert found["bsh2024"] == PARTIAL
    assert "platelets 120 ×10⁹/L, not above 150 ×10⁹/L" in respond(now, "bsh2024", transfusion_free=True).reason


@pytest.mark.parametrize(
    ("system", "values", "level"),
    [
        ("nih", dict(anc=1.0, hb=100, plt=100), COMPLETE),
        ("nih", dict(anc=0.99, hb=100, plt=100, retic=70), PARTIAL),
        ("nih", dict(anc=0.4, hb=80, plt=15, retic=70), NONE),
        ("nih", dict(anc=0.4, hb=80, plt=25, retic=70), PARTIAL),
        ("japan_child", dict(anc=1.5, hb=120, plt=150), PARTIAL),
        ("japan_child", dict(anc=1.6, hb=120, plt=100), PARTIAL),
        ("japan_child", dict(anc=1.6, hb=110, plt=150), PARTIAL),
        ("ratg", dict(anc=2.0, hb=120, plt=150), NONE),
        ("ratg", dict(anc=2.1, hb=111, plt=101), COMPLETE),
        ("bsh2024", dict(anc=1.6, hb=120, plt=151), COMPLETE),
        ("bsh2024", dict(anc=1.6, hb=119, plt=151), NONE),
        ("manual", dict(anc=0.6, plt=21, retic=21), PARTIAL),
        ("manual", dict(anc=0.5, plt=21, retic=21), NONE),
    ],
)
def test_the_limits_with_the_operator_they_print(system, values, level):
    assert respond(count(**values), system, transfusion_free=False).level == level


def test_hemoglobin_normal_is_that_of_the_person():
    values = dict(hb=125, anc=2, plt=200)
    woman, man = BloodCount.of(**values, **WOMAN), BloodCount.of(**values, age_y=34, sex="male")
    assert respond(woman, "bsh2024").level == COMPLETE
    assert respond(man, "bsh2024", transfusion_free=False).level == NONE
    unknown = respond(BloodCount.of(**values), "bsh2024", transfusion_free=True)
    assert unknown.level == CANNOT_TELL and "A partial response at least" in unknown.reason


def test_a_partial_response_in_japan_depends_on_the_severity_before():
    now = count(hb=90, anc=0.7, plt=25)
    assert respond(now, "japan_child", severity_before="severe").level == PARTIAL
    assert respond(now, "japan_child", severity_before="non_severe").level == NONE
    assert respond(now, "japan_child").level == CANNOT_TELL
    assert respond(count(hb=90, anc=1.2, plt=40), "japan_child").level == PARTIAL, "both say so"


def test_what_is_missing_is_not_guessed():
    assert respond(count(hb=120, plt=200), "nih").level == CANNOT_TELL
    assert respond(count(hb=90, plt=200), "nih").level == CANNOT_TELL, "not complete; still severe?"
    open_ = respond(count(hb=120, anc=1.6, plt=120), "bsh2024")
    assert open_.level == CANNOT_TELL and "whether transfusions are needed is not known" in open_.reason


def test_a_response_of_single_lines():
    before = count(hb=60, anc=0.3, plt=8)
    found = respond(count(hb=74, anc=0.65, plt=27), "refractory", before=before)
    assert found.level == BY_LINE
    assert [(one.analyte, one.met) for one in found.criteria] == [("plt", False), ("hb", False), ("anc", True)]
    assert respond(count(hb=60, anc=0.3, plt=8), "refractory", before=before).level == NONE
    assert respond(count(hb=80, anc=0.8, plt=28), "refractory").level == CANNOT_TELL
    assert all(one.met for one in respond(count(hb=75, anc=0.8, plt=28), "refractory", before=before).criteria)


@pytest.mark.parametrize(
    ("hb", "system", "judged"),
    [(89, "refractory", True), (90, "refractory", False), (85, "moderate", True), (86, "moderate", False)],
)
def test_a_rise_counts_only_from_a_low_value(hb, system, judged):
    found = respond(count(hb=hb + 20, plt=20, anc=1), system, before=count(hb=hb, plt=20, anc=1))
    line = next(one for one in found.criteria if one.analyte == "hb")
    assert line.met is judged and ("this line is not judged" in line.words) is not judged


@given(
    MEASURED,
    st.sampled_from([None, True, False]),
    st.sampled_from([None, "severe", "non_severe"]),
)
def test_every_count_gets_a_level_and_a_reason(values, free, severity):
    now = BloodCount.of(**values)
    for one in respond_all(now, transfusion_free=free, severity_before=severity):
        assert one.level in LEVELS and one.reason.endswith(".") and ".." not in one.reason
        assert all(source(key) for key in one.source.split())
        if one.level == CANNOT_TELL:
            assert "not known" in one.reason or "cannot be told" in one.reason
    assert [one.system for one in respond_all(now)] == list(response_systems())


def test_more_blood_never_makes_a_response_worse():
    order = [NONE, PARTIAL, COMPLETE]
    for system in ("nih", "bsh2024", "japan_child", "ratg"):
        levels = []
        for share in (0.2, 0.5, 0.8, 1.0, 1.5):
            now = count(hb=125 * share, anc=2.2 * share, plt=160 * share, retic=70 * share)
            levels.append(respond(now, system, transfusion_free=share >= 0.8, severity_before="severe").level)
        assert levels == sorted(levels, key=order.index), (system, levels)


def test_unknown_systems_and_words_are_told():
    with pytest.raises(ValueError, match="no response criteria 'who'"):
        respond(count(), "who")
    with pytest.raises(ValueError, match="severity_before should be"):
        respond(count(), "nih", severity_before="bad")


def test_no_longer_severe_by_a_weak_limit_says_so():
    """The limit for reticulocytes that only a textbook excerpt prints is said to be one, as the grade says it."""
    system = next(row["system"] for row in records("response_criteria") if row["rule"] == "no_longer_severe")
    now = BloodCount.of(hb=105, anc=0.8, plt=40, retic=50)
    usual, weak = (respond(now, system, retic_method=method) for method in ("automated", "intermediate"))
    assert "excerpt" not in usual.caution and "printed in a textbook excerpt only" in weak.caution
    assert weak.confidence == "C" and "RETIC40" in weak.source


@pytest.mark.parametrize(("age", "borrowed"), [(8, False), (17.5, False), (18, True), (40, True), (None, False)])
def test_criteria_for_children_are_said_to_be_borrowed_for_an_adult(age, borrowed):
    now = BloodCount.of(hb=105, anc=1.2, plt=110, age_y=age, sex="female")
    found = respond(now, "japan_child", severity_before="severe")
    assert found.borrowed == borrowed == (BORROWED in found.caution)
    assert not any(one.borrowed for one in respond_all(now) if one.system != "japan_child")
    picture = ResponsePicture(now, severity_before="severe")
    drawn = [text.get_text() for text in picture.live.figure.texts]
    assert (
        (f"{found.label} †" in drawn) == (BORROWED in picture.caption()) == (BORROWED in picture.describe()) == borrowed
    )
    picture.update(now.change(age_y=8), severity_before="severe")
    assert not any("†" in text.get_text() for text in picture.live.figure.texts)
