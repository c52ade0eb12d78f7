"""A value printed only as "less than" is an upper bound: nothing is settled that some value below it would unsettle."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.blood.care.candidate import Candidate
from helpers.blood.care.response import BY_LINE, NONE, respond, respond_all
from helpers.blood.care.response import CANNOT_TELL as NO_LEVEL
from helpers.blood.care.support import (
    CANNOT_TELL,
    GIVE,
    NOT_GIVE,
    TOPICS,
    febrile_neutropenia,
    indications,
    thresholds,
    thresholds_table,
)
from helpers.blood.cells.film import Film
from helpers.blood.core.count import BloodCount
from helpers.blood.core.value import Value
from helpers.blood.grading.reference import flag
from helpers.blood.grading.severity import grade
from helpers.blood.search.causes import CLINCHED, EXCLUDED, Findings, weigh
from helpers.blood.search.red_flags import red_flags
from helpers.evidence import records
from helpers.panels.lab_report import LabReport
from helpers.panels.support import SupportPanel
from helpers.panels.treatment import GuidelinePanel
from helpers.pictures.count import CountPicture

WOMAN = dict(age_y=34, sex="female", trimester=0)
BEFORE = BloodCount.of(hb=60, anc=0.3, plt=8, retic=10)
EDGES = {
    "hb": [60, 70, 80, 90, 100, 110, 120, 130, 158],
    "anc": [0.1, 0.2, 0.3, 0.5, 0.8, 1, 1.5, 2, 7.5],
    "plt": [5, 10, 20, 25, 28, 50, 75, 100, 150, 410],
    "wbc": [0.5, 1, 2, 4, 11],
    "retic": [10, 20, 30, 60, 120],
}
"""Amounts around which rules change their mind."""
Settled = Mapping[object, object]
"""What is settled, by what it is about; what is open is not in it."""


def flags(count: BloodCount) -> Settled:
    return {one.analyte: one.verdict for one in flag(count) if one.verdict != "cannot tell"}


def features(count: BloodCount) -> Settled:
    return dict(Findings(count).known)


def advice(count: BloodCount) -> Settled:
    return {
        (topic, situation, one.label): one.advice
        for topic in TOPICS
        for situation in indications(topic)
        for one in thresholds(count, topic, situation)
        if one.advice != CANNOT_TELL
    }


def levels(count: BloodCount) -> Settled:
    found = respond_all(count, transfusion_free=False, severity_before="severe", before=BEFORE)
    settled = {one.system: one.level for one in found if one.level not in (NO_LEVEL, BY_LINE)}
    lines = {(one.system, line.analyte): line.met for one in found for line in one.criteria if line.level == "line"}
    return settled | {key: met for key, met in lines.items() if met is not None}


def alarms(count: BloodCount) -> Settled:
    """Flags that are raised; one that another says more urgently is raised with it."""
    found = [one.flag for one in red_flags(Findings(count, {"fever": "yes", "bleeding": "minor"})) if one.raised]
    covered = [row["flag"] for row in records("red_flags") if set((row["within"] or "").split()) & set(found)]
    return dict.fromkeys([*found, *covered], True)


def grades(count: BloodCount) -> Settled:
    every = [grade(count, "pancytopenia"), grade(count, "aplastic_anemia", marrow_cellularity_pct=10)]
    every.append(grade(count, "ipss_r", cytogenetics="good", blasts_pct=3))
    every += [grade(count, system) for system in ("ctcae", "who_anemia", "neutropenia")]
    return {
        (one.system, one.item): one.grade
        for some in every
        for one in some
        if one.grade is not None and not one.at_least
    }


@st.composite
def bounds(draw: st.DrawFn) -> tuple[dict[str, float], str, float, float]:
    """Values of a count, the one that is only a bound, that bound, and an amount below it."""
    values = {
        name: draw(st.sampled_from(edges)) * draw(st.sampled_from([1, 1, 0.99, 1.01]))
        for name, edges in EDGES.items()
        if draw(st.booleans())
    }
    name = draw(st.sampled_from(list(EDGES)))
    bound = draw(st.sampled_from(EDGES[name])) * draw(st.sampled_from([1, 1, 0.99, 1.01, 2]))
    return values, name, bound, bound * draw(st.sampled_from([0.999, 0.9, 0.5, 0.1, 0.01]))


@pytest.mark.parametrize("settled", [flags, features, advice, levels, alarms, grades], ids=lambda one: one.__name__)
@settings(max_examples=60)
@given(case=bounds())
def test_what_is_settled_holds_for_every_value_below_the_bound(settled: Callable[[BloodCount], Settled], case):
    values, name, bound, below = case
    count = BloodCount.of(**values, **WOMAN)
    printed = settled(count.change(**{name: Value(bound, below=True)}))
    exact = settled(count.change(**{name: Value(below)}))
    wrong = {key: (said, exact.get(key)) for key, said in printed.items() if exact.get(key) != said}
    assert not wrong, f"{name} less than {bound:g} was taken as settled; {below:g} says otherwise"


# --- flags ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "verdict", "said"),
    [
        ("<100 x10^9/L", "low", "Less than 100 ×10⁹/L is below 150 ×10⁹/L"),
        ("<150 x10^9/L", "low", "Less than 150 ×10⁹/L is below 150 ×10⁹/L"),
        ("<200 x10^9/L", "cannot tell", "Printed only as less than 200 ×10⁹/L"),
        ("<600 x10^9/L", "cannot tell", "Printed only as less than 600 ×10⁹/L"),
    ],
)
def test_a_bound_is_flagged_only_where_every_value_below_it_would_be(printed, verdict, said):
    found = flag(BloodCount.of(plt=printed, **WOMAN))["plt"]
    assert found.verdict == verdict and found.reason.startswith(said)
    assert ("reference interval 150 ×10⁹/L to 410 ×10⁹/L" in found.reason) is (verdict == "cannot tell")
    assert "Dorset" in found.reason and "inside" not in found.reason


def test_a_bound_inside_an_interval_without_a_lower_end_is_normal():
    """Of basophils, none is normal by one set: less than its upper end is too, less than more may be high."""
    count = BloodCount.of(**WOMAN)
    of = {bound: flag(count.change(abc=Value(bound, below=True)), "merck")["abc"] for bound in (0.1, 0.3, 0.6)}
    assert of[0.3].interval.low == 0 and of[0.3].interval.high == 0.3
    assert [one.verdict for one in of.values()] == ["normal", "normal", "cannot tell"]
    assert of[0.1].reason.startswith("Less than 0.10 ×10⁹/L is inside the interval")
    assert flag(count.change(abc=Value(0.1, below=True)), "dorset")["abc"].verdict == "cannot tell", "0.01 is low there"


@pytest.mark.parametrize(("bound", "verdict"), [(4.8, "low"), (5.0, "cannot tell"), (20, "cannot tell")])
def test_the_interval_of_the_report_itself_does_not_settle_a_bound_either(bound, verdict):
    value = Value(bound, below=True, own_low=4.8, own_high=10.8)
    found = flag(BloodCount.of(**WOMAN).change(wbc=value), own_limits=True)["wbc"]
    assert found.verdict == verdict and "less than" in found.reason.lower()


def test_a_bound_excludes_no_cause():
    """Platelets that are only known to be less than 300 may be few: nothing is excluded by their being normal."""
    normal, bound = (Findings(BloodCount.of(plt=plt, **WOMAN)) for plt in (299, "<300 x10^9/L"))
    said = {one.cause.key: one.verdict for one in weigh(normal)}
    assert said["ttp"] == EXCLUDED
    assert not {EXCLUDED, CLINCHED} & {one.verdict for one in weigh(bound)}
    assert "platelets" not in bound.known and "platelets" in Findings(BloodCount.of(plt="<90 x10^9/L", **WOMAN)).known


def test_picture_and_report_say_that_it_is_a_bound():
    count = BloodCount.of(hb=130, plt="<200 x10^9/L", **WOMAN)
    words = CountPicture(count, ("hb", "plt")).describe()
    assert "Platelets less than 200 ×10⁹/L: cannot tell" in words
    assert (
        CountPicture(count, ("hb", "plt")).point()
        == "Nothing that is known is low for this woman; platelets: cannot tell"
    )
    assert repr(LabReport(count)).endswith(". Nothing is flagged")


# --- transfusions -----------------------------------------------------------------------------------------------------


def test_a_bound_above_a_threshold_does_not_say_that_nothing_is_given():
    for one in thresholds(BloodCount.of(plt="<50 x10^9/L"), "platelets", "prophylaxis"):
        assert one.advice == CANNOT_TELL
        assert "Here: platelets less than 50 ×10⁹/L, perhaps" in one.reason and "not known" not in one.reason


def test_a_bound_at_a_threshold_settles_it():
    for one in thresholds(BloodCount.of(plt="<10 x10^9/L"), "platelets", "prophylaxis"):
        assert one.advice == GIVE and "platelets less than 10 ×10⁹/L" in one.reason
    shown = thresholds_table(BloodCount.of(plt="<50 x10^9/L"), "platelets", "prophylaxis")
    assert set(shown["advice"]) == {CANNOT_TELL}


def test_a_guideline_that_gives_none_says_so_whatever_is_printed():
    found = {
        one.label: one.advice for one in thresholds(BloodCount.of(plt="<50 x10^9/L"), "platelets", "marrow_failure")
    }
    assert found["AABB and ICTMG 2025"] == NOT_GIVE


# --- response ---------------------------------------------------------------------------------------------------------


def line(analyte: str, now: BloodCount, before: BloodCount = BEFORE, system: str = "refractory"):
    return next(one for one in respond(now, system, before=before).criteria if one.analyte == analyte)


@pytest.mark.parametrize(
    ("before", "now", "met"),
    [
        ("8 x10^9/L", "<28 x10^9/L", False),
        ("8 x10^9/L", "<29 x10^9/L", None),
        ("<10 x10^9/L", "30 x10^9/L", True),
        ("<10 x10^9/L", "29 x10^9/L", None),
        ("<10 x10^9/L", "19 x10^9/L", False),
        ("<10 x10^9/L", "<19 x10^9/L", False),
        ("<10 x10^9/L", "<40 x10^9/L", None),
    ],
)
def test_a_rise_from_or_to_a_bound(before, now, met):
    found = line("plt", BEFORE.change(plt=now), BEFORE.change(plt=before))
    assert found.met is met and "less than" in found.words
    assert ("cannot be told" in found.words) is (met is None)


def test_doubling_from_a_bound_is_open():
    """Less than 0.4 may have been 0.2: 0.45 is then more than twice as much, though it rose by less than 0.5."""
    assert line("anc", BEFORE.change(anc=0.45), BEFORE.change(anc="<0.4 x10^9/L")).met is None
    assert line("anc", BEFORE.change(anc=0.8), BEFORE.change(anc="<0.4 x10^9/L")).met is True


def test_whether_a_line_was_low_enough_before_is_open_too():
    found = line("hb", BEFORE.change(hb=110), BEFORE.change(hb="<95 g/L"))
    assert found.met is None and "hemoglobin less than 95 g/L before, perhaps below 90 g/L" in found.words


def test_no_line_is_called_a_response_by_its_bound_alone():
    found = respond(BloodCount.of(hb=60, anc=0.3, plt="<50 x10^9/L"), "refractory", before=BEFORE)
    assert found.level == NO_LEVEL
    assert respond(BEFORE.change(plt="<20 x10^9/L"), "refractory", before=BEFORE).level == NONE


@pytest.mark.parametrize(
    ("hb", "said"),
    [
        ("<110 g/L", "hemoglobin less than 110 g/L, not normal for this person from 120 g/L"),
        ("<150 g/L", "hemoglobin less than 150 g/L, perhaps normal for this person from 120 g/L"),
    ],
)
def test_hemoglobin_normal_for_this_person_says_what_is_printed(hb, said):
    found = respond(BloodCount.of(hb=hb, anc=3, plt=200, **WOMAN), "bsh2024", transfusion_free=True)
    assert said in found.reason and "Dorset" not in found.reason


# --- panels hold what is printed as "less than" ---

LOW = BloodCount.of(anc="<0.2 10^9/L", plt="<20 10^9/L", retic="<20 10^9/L")


def test_guidelines_are_chosen_by_the_severity_that_is_graded():
    panel = GuidelinePanel(Candidate(None), LOW)
    panel.marrow_cellularity_pct = 10
    found = grade(LOW, "aplastic_anemia", marrow_cellularity_pct=10)["aplastic_anemia"]
    assert (found.label, panel.candidate.severity) == ("very severe", "very_severe")
    open_ = LOW.change(anc="<0.5 10^9/L", hb=72)
    panel = GuidelinePanel(Candidate(None), open_)
    panel.marrow_cellularity_pct = 10
    assert grade(open_, "aplastic_anemia", marrow_cellularity_pct=10)["aplastic_anemia"].grade is None
    assert panel.candidate.severity is None


def test_support_raises_the_flag_that_the_count_raises():
    panel = SupportPanel("platelets", count=LOW)
    there = [one.flag for one in red_flags(Findings(LOW.only({"plt"}))) if one.raised]
    assert there and [one.flag for one in panel.red_flags() if one.raised] == there
    assert panel.status.startswith("At less than 20 ")


@pytest.mark.parametrize("row", records("fever_definitions"), ids=lambda row: row["label"])
def test_a_definition_of_fever_is_met_by_every_count_below_the_bound_or_is_open(row):
    def met(anc, upper):
        found = febrile_neutropenia(39, anc, hours=2, falling=False, anc_upper_bound=upper)
        return next(one.met for one in found if one.label == row["label"])

    assert met(row["anc"], True) is True
    assert met(row["anc"] + 0.01, True) is None
    assert met(row["anc"] + 0.01, False) is False


def test_support_says_how_many_cannot_tell():
    panel = SupportPanel("platelets", count=BloodCount.of(plt="<50 10^9/L"))
    open_ = sum(one.advice == CANNOT_TELL for one in thresholds(panel.count, "platelets", panel.indication))
    assert open_ and f", {open_} cannot tell" in panel.status


def test_a_grade_says_less_than_and_claims_no_lower_end():
    found = grade(LOW, "ctcae", edition="6.0")["platelets"]
    assert "less than 20" in found.reason and "not below" not in f"{found.reason} {found.threshold}"


def test_a_film_says_that_there_are_fewer_than_it_draws():
    count = BloodCount.of(hb=72, neut_pct=40, lymph_pct=60).change(
        wbc=Value(0.5, below=True), plt=Value(50, below=True)
    )
    said = " ".join(Film(count).assumed)
    assert "White cells are less than 0.50 ×10⁹/L: as many as that are drawn, and are fewer." in said
    assert "Platelets are less than 50 ×10⁹/L: as many as that are drawn, and are fewer." in said
    assert "fewer" not in " ".join(Film(BloodCount.of(hb=72, wbc=0.5, plt=50)).assumed)


@pytest.mark.parametrize(("view", "says"), [("platelets", "at most about"), ("red_cells", "at most about")])
def test_what_is_expected_of_a_transfusion_is_then_at_most(view, says):
    panel = SupportPanel(view)
    assert says not in panel.words()
    panel.count = panel.count.change(hb=Value(75, below=True), plt=Value(15, below=True))
    assert says in panel.words()


def test_guidelines_of_a_person_without_the_disease_ask_for_the_count():
    with pytest.raises(ValueError, match="Give the count that says so"):
        GuidelinePanel(Candidate("not_met"))
    assert GuidelinePanel(Candidate("not_met"), BloodCount.of(hb=120, plt=200)).severity == "count"
