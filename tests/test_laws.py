"""Laws that every rule keeps, whatever its limits: fewer cells are never better, a unit, an order of rows or of answers
changes nothing, and what is not known only leaves open what it would decide."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.blood.care.response import CANNOT_TELL as NO_LEVEL
from helpers.blood.care.response import COMPLETE, NONE, PARTIAL, ranked_systems, respond, respond_all
from helpers.blood.care.support import (
    CANNOT_TELL,
    CONSIDER,
    GIVE,
    NOT_GIVE,
    TOPICS,
    febrile_neutropenia,
    indications,
    thresholds_table,
)
from helpers.blood.core.count import BloodCount
from helpers.blood.core.units import ANALYTES, COLUMN, units_of
from helpers.blood.grading.reference import VERDICTS, flag
from helpers.blood.grading.severity import editions, grade, grade_all, karyotypes, systems
from helpers.blood.grading.single_value import ladder_items
from helpers.blood.grading.systems import family
from helpers.blood.search.causes import Findings, asked, features, weigh, weigh_table
from helpers.blood.search.red_flags import red_flags
from helpers.evidence import records, table

WOMAN = dict(age_y=34, sex="female", trimester=0)
PEOPLE = [
    WOMAN,
    dict(age_y=70, sex="male"),
    dict(age_y=30, sex="female", trimester=2),
    dict(age_y=0.75),
    dict(age_y=8, sex="female"),
    dict(age_y=40, sex="male", elevation_m=3000, smoker=True),
    dict(age_y=40, sex="male", duffy_null=True),
    {},
]
LADDERS = [(system, edition) for system in systems() if family(system) == "ladder" for edition in editions(system)]
FEVERS = [row["label"] for row in records("fever_definitions")]


@cache
def limits_of(analyte: str) -> list[float]:
    """Every number of the tables that a value of this analyte is held against, and one in between each two."""
    found: set[float] = set()
    for name, columns in {
        "severity": ("lower", "upper"),
        "definitions": ("limit",),
        "aplastic": ("limit",),
        "support": ("limit",),
        "response_criteria": ("limit", "before_limit"),
        "reference_intervals": ("low", "high"),
    }.items():
        rows = table(name)
        own = rows[rows["analyte"] == analyte]
        found |= {float(limit) for column in columns for limit in own[column].dropna()}
    rules = table("red_flag_rules")
    found |= set(rules[rules["name"] == analyte]["limit"].dropna().astype(float))
    ordered = sorted(limit for limit in found if limit > 0)
    every = {*ordered, *((low + high) / 2 for low, high in pairwise(ordered)), ordered[0] / 2, ordered[-1] * 1.5}
    item = ANALYTES[analyte]
    return sorted(limit for limit in every if item.plausible_low <= limit <= item.plausible_high)


def column_of(analyte: str, person: dict) -> tuple[np.ndarray, pd.DataFrame]:
    """Rising values of one analyte in one person, as a frame."""
    values = np.array(limits_of(analyte))
    return values, pd.DataFrame({COLUMN[analyte]: values}).assign(**person)


# --- fewer cells are never better -------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", PEOPLE, ids=str)
@pytest.mark.parametrize(("system", "edition"), LADDERS)
def test_a_lower_value_is_graded_no_milder_by_any_system(system, edition, person):
    for item, analyte in ladder_items(system, edition).items():
        values, frame = column_of(analyte, person)
        found = grade(frame, system, edition)[item].astype(float).to_numpy()
        known = found[~np.isnan(found)]
        assert len(values) > 3 and (np.diff(known) <= 0).all(), (item, dict(zip(values, found, strict=True)))


@pytest.mark.parametrize("analyte", ["hb", "wbc", "anc", "plt", "mcv", "retic", "alc"])
def test_flags_go_from_low_by_normal_to_high_and_each_once(analyte):
    for person in PEOPLE[:5]:
        values, frame = column_of(analyte, person)
        found = flag(frame)[analyte].astype(str).tolist()
        if "cannot tell" in found:
            assert set(found) == {"cannot tell"}, "an interval fits this person or none does"
        else:
            assert found == sorted(found, key=VERDICTS.index) and {"low", "normal"} <= set(found), (values, found)


CELLS = ("hb", "anc", "wbc", "plt", "retic")
counts = st.fixed_dictionaries({name: st.sampled_from(limits_of(name)) for name in CELLS})
some_counts = st.fixed_dictionaries({}, optional={name: st.sampled_from(limits_of(name)) for name in CELLS})
shares = st.fixed_dictionaries({name: st.sampled_from([0.1, 0.5, 0.9, 1.0]) for name in CELLS})


def fewer(values: dict[str, float], parts: dict[str, float]) -> dict[str, float]:
    """A share of each, and no less than a living person can have."""
    return {name: max(values[name] * parts[name], ANALYTES[name].plausible_low) for name in values}


@settings(max_examples=20)
@given(counts, shares)
def test_fewer_cells_never_undo_a_definition_or_a_tier(values, parts):
    many, few = BloodCount.of(**values, **WOMAN), BloodCount.of(**fewer(values, parts), **WOMAN)
    for system, item, choices in (
        ("pancytopenia", "pancytopenia", {}),
        ("aplastic_anemia", "blood_criteria", {}),
        ("aplastic_anemia", "aplastic_anemia", {"marrow_cellularity_pct": 10}),
        ("ipss_r", "ipss_r", {"cytogenetics": "good", "blasts_pct": 3}),
    ):
        better, worse = (grade(count, system, **choices)[item].grade for count in (many, few))
        if better is not None and worse is not None:
            assert worse >= better, (system, item)


def test_more_blasts_and_worse_chromosomes_never_lower_a_risk():
    count = BloodCount.of(hb=95, plt=80, anc=0.9, **WOMAN)
    points = sorted(karyotypes(), key=karyotypes().get)
    for karyotype in points:
        risks = [
            grade(count, "ipss_r", cytogenetics=karyotype, blasts_pct=blasts)["ipss_r"].value
            for blasts in (0, 2, 2.1, 4.9, 5, 10, 10.1, 30)
        ]
        assert risks == sorted(risks) and len(set(risks)) > 2
    assert [grade(count, "ipss_r", cytogenetics=one, blasts_pct=1)["ipss_r"].value for one in points] == sorted(
        grade(count, "ipss_r", cytogenetics=one, blasts_pct=1)["ipss_r"].value for one in points
    )


@settings(max_examples=20)
@given(counts, shares, st.sampled_from([True, False, None]), st.sampled_from(["severe", "non_severe"]))
def test_fewer_cells_are_never_a_better_response(values, parts, free, severity):
    order = [NONE, PARTIAL, COMPLETE]
    many, few = BloodCount.of(**values, **WOMAN), BloodCount.of(**fewer(values, parts), **WOMAN)
    for system in ranked_systems():
        better, worse = (
            respond(count, system, transfusion_free=free, severity_before=severity).level for count in (many, few)
        )
        if NO_LEVEL not in (better, worse):
            assert order.index(worse) <= order.index(better), system


@pytest.mark.parametrize("topic", TOPICS)
def test_fewer_cells_never_turn_a_transfusion_into_none(topic):
    _, frame = column_of(TOPICS[topic], {})
    for situation in indications(topic):
        found = thresholds_table(frame, topic, situation)["advice"].unstack("guideline", sort=False)
        assert len(found) == len(frame)
        for guideline in found:
            said = found[guideline].tolist()
            assert CANNOT_TELL not in said
            assert said == sorted(said, key=[GIVE, CONSIDER, NOT_GIVE].index), (guideline, said)


@settings(max_examples=20)
@given(some_counts, shares, st.sampled_from([{}, {"fever": "yes"}, {"fever": "no", "bleeding": "minor"}]))
def test_fewer_cells_never_take_a_red_flag_back(values, parts, said):
    """White cells fall no further than neutrophils, which are among them."""
    many, few = values, fewer(values, parts)
    if "wbc" in values and "anc" in values:
        many["wbc"], few["wbc"] = max(many["wbc"], many["anc"]), max(few["wbc"], few["anc"])
    raised = [{one.flag for one in red_flags(Findings(BloodCount.of(**one, **WOMAN), said)) if one.raised}
              for one in (many, few)]  # fmt: skip
    within = {row["flag"]: row["within"] for row in records("red_flags")}
    assert all(lost in raised[1] or within[lost] in raised[1] for lost in raised[0])


@settings(max_examples=20)
@given(
    st.sampled_from([37.9, 38.0, 38.1, 38.2, 38.3, 38.4, 38.5, 39.5]),
    st.sampled_from([0.1, 0.49, 0.5, 0.51, 0.99, 1.0, 1.01, 3]),
    st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0, 5.0]),
    st.booleans(),
    st.sampled_from([0, 0.1, 0.3, 2]),
    st.sampled_from([1, 0.9, 0.5]),
    st.sampled_from([0, 0.5, 2]),
)
def test_hotter_longer_and_fewer_is_never_less_of_an_emergency(temperature, anc, hours, falling, hotter, less, longer):
    before = febrile_neutropenia(temperature, anc, hours, falling)
    after = febrile_neutropenia(temperature + hotter, anc * less, hours + longer, True)
    for one, other in zip(before, after, strict=True):
        assert other.met or not one.met, one.label


# --- what is not known leaves open only what it would decide ----------------------------------------------------------


def answers_of(one: float | None, unknown: list) -> list:
    return unknown if one is None else [one]


@settings(max_examples=20)
@given(
    st.none() | st.sampled_from([38.0, 38.2, 38.4, 39]),
    st.none() | st.sampled_from([0.3, 0.5, 0.8, 1.2]),
    st.none() | st.sampled_from([0.0, 1.0, 2.0]),
    st.none() | st.booleans(),
)
def test_fever_is_open_where_and_only_where_what_is_not_known_decides(temperature, anc, hours, falling):
    """Held against every way in which the unknown can turn out, one at a time and all together."""
    given_ = [math.nan if one is None else one for one in (temperature, anc)]
    found = {one.label: one for one in febrile_neutropenia(*given_, hours, falling)}
    ends: dict[str, set] = {label: set() for label in FEVERS}
    for warm in answers_of(temperature, [35.0, 41.0]):
        for few in answers_of(anc, [0.01, 20.0]):
            for long in answers_of(hours, [0.0, 100.0]):
                for falls in answers_of(falling, [True, False]):
                    for one in febrile_neutropenia(warm, few, long, falls):
                        ends[one.label].add(one.met)
    for label, one in found.items():
        assert one.met is (ends[label].pop() if len(ends[label]) == 1 else None), label
        assert ("cannot tell" in one.reason) or one.met is not None, one.reason


@settings(max_examples=20)
@given(counts, st.sets(st.sampled_from(CELLS), min_size=1), st.sampled_from([True, False]))
def test_a_level_that_is_told_without_a_value_is_told_with_it(values, left_out, free):
    whole = BloodCount.of(**values, **WOMAN)
    part = whole.change(**dict.fromkeys(left_out))
    known = dict(severity_before="severe", before=BloodCount.of(hb=60, anc=0.3, plt=8))
    everything = {one.system: one.level for one in respond_all(whole, transfusion_free=free, **known)}
    for some in (
        respond_all(part, transfusion_free=free, **known),
        respond_all(whole, **known),
        respond_all(whole, transfusion_free=free, before=known["before"]),
    ):
        told = {one.system: one.level for one in some if one.level not in (NO_LEVEL, "by line")}
        assert told == {system: everything[system] for system in told}


@settings(max_examples=20)
@given(counts, st.sets(st.sampled_from(CELLS), min_size=1))
def test_a_tier_or_a_risk_that_is_told_without_a_value_is_told_with_it(values, left_out):
    whole = BloodCount.of(**values, **WOMAN)
    part = whole.change(**dict.fromkeys(left_out))
    for system, choices in (
        ("aplastic_anemia", {"marrow_cellularity_pct": 10}),
        ("aplastic_anemia", {}),
        ("ipss_r", {"cytogenetics": "good", "blasts_pct": 3}),
    ):
        for less, more in zip(grade(part, system, **choices), grade(whole, system, **choices), strict=True):
            assert less.grade in (None, more.grade), (system, less.item)


@settings(max_examples=20)
@given(counts)
def test_a_marrow_never_makes_a_tier_worse_than_the_blood(values):
    """A marrow settles or softens what the blood says; very severe is said by blood alone."""
    count = BloodCount.of(**values, **WOMAN)
    for choices in ({}, {"marrow_cellularity_pct": 10}, {"marrow_cellularity_pct": 60}, {"hypocellular": True}):
        found = grade(count, "aplastic_anemia", **choices)
        blood, marrow = found["blood_criteria"].grade, found["aplastic_anemia"].grade
        assert marrow is None or blood is None or marrow <= blood
        assert marrow is not None or blood != 0, "counts that do not meet the entry rule need no marrow"


@settings(max_examples=20)
@given(counts)
def test_the_range_of_a_score_holds_the_score(values):
    """From a count alone IPSS-R gives a range: whatever blasts and chromosomes turn out to be, the total is in it."""
    count = BloodCount.of(**values, **WOMAN)
    reason = grade(count, "ipss_r")["ipss_r"].reason
    low, high = map(float, reason.rpartition("between ")[2].rstrip(".").split(" and "))
    totals = [
        grade(count, "ipss_r", cytogenetics=karyotype, blasts_pct=blasts)["ipss_r"].value
        for karyotype, blasts in (("very good", 0), ("very good", 11), ("good", 3), ("very poor", 0), ("very poor", 11))
    ]
    assert (min(totals), max(totals)) == (low, high)


@settings(max_examples=20)
@given(
    some_counts,
    st.dictionaries(
        st.sampled_from(["fever", "unwell", "bleeding", "medicine", "travel", "spleen"]), st.integers(0, 3)
    ),
    st.sampled_from(["fever", "unwell", "bleeding", "medicine", "travel"]),
)
def test_a_flag_that_is_open_is_raised_by_the_answer_it_asks_for_and_not_without_need(values, places, name):
    """An open flag with one question is raised by one of its answers and not by all; less knowledge raises none."""
    said = {key: list(features()[key].answers)[place % len(features()[key].answers)] for key, place in places.items()}
    found = Findings(BloodCount.of(**values, **WOMAN), said)
    for one in red_flags(found):
        if one.raised or len(one.missing) != 1 or one.missing[0] not in asked():
            continue
        (feature,) = one.missing
        raised = [
            {other.flag for other in red_flags(found.change(**{feature: answer})) if other.raised}
            for answer in features()[feature].answers
        ]
        assert any(one.flag in some for some in raised), one
        assert not all(one.flag in some for some in raised), f"{one.flag} asks although every answer raises it"
    without = {one.flag for one in red_flags(found.change(**{name: None})) if one.raised}
    assert without <= {one.flag for one in red_flags(found) if one.raised}


# --- a unit changes nothing -------------------------------------------------------------------------------------------


SPELLED = [
    (name, unit.name, unit.factor)
    for name, wanted in {"hb": {"g/dL", "kg/L"}, "anc": {"/µL", "10^3/µL"}, "plt": {"/µL", "10^4/µL", "10^6/L"}}.items()
    for unit in units_of(name)
    if unit.name in wanted
]
"""Units in which the limits of an analyte are round numbers too."""


@pytest.mark.parametrize(("name", "unit", "factor"), SPELLED)
def test_a_limit_printed_in_another_unit_is_the_same_limit(name, unit, factor):
    """At each limit, a hair to either side would change the verdict: 8.0 g/dL is 80 g/L, and 500 per µL is 0.5."""
    limits = [limit for limit in limits_of(name) if limit > ANALYTES[name].lowest] if ANALYTES[name].lowest else []
    for limit in (limits or limits_of(name))[::4]:
        printed = f"{round(limit / factor, 9):.9f}".rstrip("0").rstrip(".")
        other, own = BloodCount.of(**{name: f"{printed} {unit}"}, **WOMAN), BloodCount.of(**{name: limit}, **WOMAN)
        assert getattr(other, name) == pytest.approx(limit, rel=1e-9), f"{printed} {unit}"
        assert flag(other)[name].verdict == flag(own)[name].verdict
        for system in ("ctcae", "who_anemia", "neutropenia", "thrombocytopenia", "aplastic_anemia"):
            grades = [[(one.item, one.grade, one.reason) for one in grade(count, system)] for count in (other, own)]
            assert grades[0] == grades[1]


def test_the_units_that_are_tried_are_there():
    assert {name: sum(one == name for one, *_ in SPELLED) for name, *_ in SPELLED} == {"hb": 2, "anc": 2, "plt": 3}


# --- an order changes nothing -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def patients() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The published patients, and the same with rows and columns in another order."""
    own = table("patients").set_index("patient").drop(columns=["spleen", "marrow"])
    return own, own.sample(frac=1, random_state=3)[list(reversed(own.columns))]


@pytest.mark.parametrize("system", systems())
def test_the_order_of_rows_and_columns_changes_no_grade(patients, system):
    own, turned = patients
    pd.testing.assert_frame_equal(grade(turned, system).frame().loc[own.index], grade(own, system).frame())
    place = turned.index.get_loc(own.index[5])
    assert [one.reason for one in grade(turned, system).why(place)] == [one.reason for one in grade(own, system).why(5)]


def test_the_order_of_rows_and_columns_changes_no_flag_no_response_and_no_cause(patients):
    own, turned = patients
    pd.testing.assert_frame_equal(flag(turned).frame().loc[own.index, flag(own).analytes], flag(own).frame())
    pd.testing.assert_frame_equal(respond(turned, "nih").loc[own.index], respond(own, "nih"))
    alarms, turned_alarms = red_flags(own), red_flags(turned)
    assert len(alarms) > 20
    pd.testing.assert_frame_equal(turned_alarms.sort_index(), alarms.sort_index())
    weighed = weigh_table(own)
    pd.testing.assert_frame_equal(weigh_table(turned).loc[weighed.index], weighed)


@settings(max_examples=20)
@given(st.dictionaries(st.sampled_from(asked()), st.integers(0, 5), min_size=2, max_size=6), st.randoms())
def test_the_order_of_answers_changes_no_cause(places, random):
    said = {key: list(features()[key].answers)[place % len(features()[key].answers)] for key, place in places.items()}
    turned = list(said.items())
    random.shuffle(turned)
    count = BloodCount.of(hb=80, wbc=2, plt=60, **WOMAN)
    one, other = Findings(count, said), Findings(count, dict(turned))
    assert weigh(one) == weigh(other) and red_flags(one) == red_flags(other) and one.words() == other.words()


def test_a_count_is_what_it_holds_in_whatever_order_it_was_given():
    turned = BloodCount.of(sex="female", plt=60, hb=80, age_y=34)
    assert turned == BloodCount.of(age_y=34, hb=80, plt=60, sex="female") and list(turned.values) == ["hb", "plt"]
    assert [one.item for one in grade_all(turned)] == [one.item for one in grade_all(turned.change(hb=80))]


# --- there and back ---------------------------------------------------------------------------------------------------


@settings(max_examples=20)
@given(some_counts, st.sampled_from(PEOPLE))
def test_a_count_as_a_row_and_back_is_the_same_count(values, person):
    count = BloodCount.of(**values, **person)
    (row,) = (row for _, row in count.to_frame().iterrows())
    assert BloodCount.from_row(row) == count
    assert BloodCount.of(**{name: count.values[name] for name in count.values}, **person) == count
