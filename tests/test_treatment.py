"""Which treatment, under which guideline: does everybody get an answer, is unknown one of them, what changes it?"""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.blood.care.candidate import NOT_MET, TIERS, Candidate, columns, facts, yes_no
from helpers.blood.care.first_steps import recovery_of, treated_causes, treatment_of
from helpers.blood.care.guidelines import (
    NOT_ABOUT,
    OPEN,
    SAYS,
    advise,
    advise_all,
    agreement,
    changes,
    choices,
    compare,
    decision_faults,
    drugs,
    first_choices,
    guideline,
    guidelines,
)
from helpers.blood.core.count import BloodCount
from helpers.evidence import records, source, table
from helpers.pictures.guidelines import GuidelinesPicture

THESE = ("bsh2024", "astct2024", "ebmt2018", "ash2013", "us2017", "japan", "aieop2024", "nonsevere")
"""The texts of which is known here what they say together; one that is added says what it says."""
YOUNG = Candidate("severe", 30, sibling=True, unrelated=False, half_matched=True, fit=True, transfused=True)
maybe = st.sampled_from([True, False, None])
people = st.builds(
    Candidate,
    severity=st.sampled_from([None, NOT_MET, *TIERS]),
    age_y=st.none() | st.floats(0, 100),
    sibling=maybe,
    unrelated=maybe,
    half_matched=maybe,
    fit=maybe,
    transfused=maybe,
    siblings=st.none() | st.integers(0, 9),
)
odd = st.builds(
    Candidate,
    severity=st.sampled_from([None, *TIERS]),
    age_y=st.floats(),
    sibling=maybe,
    siblings=st.none() | st.floats(),
)


# --- the rows share out everybody -------------------------------------------------------------------------------------


def test_the_rows_of_each_guideline_share_out_everybody():
    assert decision_faults() == []


def decisions(**spoiled: dict) -> list[dict]:
    """The table's rows, some of them changed; a row given as None is left out."""
    return [
        dict(row) | spoiled.get(row["id"].replace("-", "_"), {})
        for row in records("decisions")
        if spoiled.get(row["id"].replace("-", "_"), {}) is not None
    ]


@pytest.mark.parametrize(
    ("spoiled", "told"),
    [
        ({"BSH24_3": None}, "bsh2024: no row fits severe disease at 18"),
        ({"ASH_4": {"age_from": 41}}, "ash2013: no row fits severe disease at 40"),
        ({"ASH_2": {"age_to": 40}}, "ASH-2 and ASH-4 both fit severe disease at 40"),
        ({"ASTCT_4": {"fit": "any"}}, "ASTCT-2 and ASTCT-4 both fit"),
        ({"AIEOP_7": {"other": "any"}}, "AIEOP-5 and AIEOP-7 both fit"),
        ({"NSAA_3": {"transfused": "yes"}}, "nonsevere: no row fits non-severe disease at 0, .* if no transfusions"),
        ({"JP_5": {"severity": "severe"}}, "japan: no row fits very severe disease at 0"),
    ],
)
def test_a_gap_and_an_overlap_are_found(spoiled, told):
    found = decision_faults(decisions(**spoiled))
    assert any(re.search(told, fault) for fault in found), found


# --- everybody gets an answer -----------------------------------------------------------------------------------------


@given(person=people | odd)
def test_the_comparison_is_total(person):
    """Ages 0 to 100 and impossible ones, all severities, donors, fitness, known or not: an answer, or why not."""
    found = advise_all(person)
    assert [advice.guideline for advice in found] == list(guidelines())
    for advice in found:
        assert advice.because.endswith(".") and advice.source and source(advice.source.split()[0])
        assert (advice.confidence in "ABCD" and advice.rows) or advice.status == NOT_ABOUT
        if advice.status == OPEN:
            assert advice.missing and set(advice.missing) <= set(facts()) and len(advice.would) >= 2
            assert advice.text == "cannot tell yet" and advice.choice == ""
            assert all(facts()[fact]["label"] in advice.because for fact in advice.missing)
        else:
            assert advice.choice in choices() and not advice.missing
            assert bool(advice.first_line) == (advice.choice != "not_said")
            assert set(advice.drugs) <= set(drugs())
        if advice.confidence == "C":
            assert advice.caution.startswith("Caution")
    assert agreement(found).endswith(".")
    assert len(compare(person)) == len(guidelines())


@given(
    person=people, others=st.tuples(*[st.booleans()] * 5), severity=st.sampled_from(list(TIERS)), age=st.floats(0, 100)
)
def test_what_is_said_without_a_fact_holds_whatever_the_fact_turns_out_to_be(person, others, severity, age):
    """No silent default: a settled answer is the same for every way in which the unknown can turn out."""
    facts = person.facts()
    names = ("sibling", "unrelated", "half_matched", "fit", "transfused")
    filled = {name: value if facts[name] is None else facts[name] for name, value in zip(names, others, strict=True)}
    whole = Candidate(facts["severity"] or severity, age if facts["age_y"] is None else facts["age_y"], **filled)
    for name in guidelines():
        before, after = advise(person, name), advise(whole, name)
        assert after.status in (SAYS, NOT_ABOUT)
        if before.status == SAYS:
            assert (before.choice, before.first_line) == (after.choice, after.first_line)


@given(person=people)
def test_a_fact_that_is_called_missing_decides(person):
    for advice in advise_all(person):
        for fact in advice.missing:
            values = {"severity": list(TIERS), "age_y": [5, 30, 45, 60]}.get(fact, [True, False])
            answers = {
                (told.choice, told.first_line, told.missing)
                for value in values
                for told in [advise(replace(person, siblings=None, **{fact: value}), advice.guideline)]
            }
            assert len(answers) > 1 or len(advice.missing) > 1, (advice, fact)


@given(person=people)
def test_a_change_that_is_named_changes_the_answer(person):
    for name in guidelines():
        now = advise(person, name)
        for change in changes(person, name):
            assert now.status == SAYS
            assert (change.choice, change.text) != (now.choice, now.text)
            assert change.fact in facts() and change.words


# --- what guidelines say ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "age", "choice"),
    [
        ("bsh2024", 17, "not_said"),
        ("bsh2024", 18, "sibling_transplant"),
        ("bsh2024", 40, "sibling_transplant"),
        ("bsh2024", 40.9, "sibling_transplant"),
        ("bsh2024", 41, "either"),
        ("bsh2024", 50, "either"),
        ("bsh2024", 51, "immunosuppression"),
        ("ebmt2018", 40, "sibling_transplant"),
        ("ebmt2018", 41, "either"),
        ("ebmt2018", 51, "immunosuppression"),
        ("ash2013", 39, "sibling_transplant"),
        ("ash2013", 40, "immunosuppression"),
        ("astct2024", 5, "sibling_transplant"),
        ("astct2024", 75, "sibling_transplant"),
        ("us2017", 17, "sibling_transplant"),
        ("us2017", 30, "unclear"),
        ("japan", 39, "sibling_transplant"),
        ("japan", 40, "immunosuppression"),
        ("aieop2024", 10, "sibling_transplant"),
        ("aieop2024", 18, "not_said"),
    ],
)
def test_the_age_limits_with_a_matched_sibling(name, age, choice):
    assert advise(replace(YOUNG, age_y=age), name).choice == choice


def test_without_a_sibling_the_two_newest_guidelines_disagree():
    person = Candidate("severe", 30, sibling=False, unrelated=True, half_matched=False, fit=True, transfused=True)
    assert advise(person, "bsh2024").choice == "immunosuppression"
    assert advise(person, "astct2024").choice == "other_transplant"
    assert agreement(advise_all(person, THESE)).startswith(
        "They disagree: 5 name immunosuppressive drugs and 1 names a trans"
    )


def test_a_half_matched_donor_is_another_donor():
    person = Candidate("severe", 30, sibling=False, unrelated=False, half_matched=True, fit=True)
    assert advise(person, "astct2024").choice == "other_transplant"
    assert advise(replace(person, half_matched=False), "astct2024").choice == "not_said"
    assert advise(replace(person, half_matched=None), "astct2024").missing == ("half_matched",)


def test_non_severe_disease():
    person = Candidate("non_severe", 30, sibling=False, unrelated=False, half_matched=False, fit=True, transfused=False)
    chosen = {advice.guideline: advice.choice for advice in advise_all(person, THESE) if advice.choice != "not_said"}
    assert chosen == {"japan": "cyclosporine", "nonsevere": "observe"}
    needy = replace(person, transfused=True)
    chosen = {advice.guideline: advice.choice for advice in advise_all(needy, THESE) if advice.choice != "not_said"}
    assert chosen == {"japan": "immunosuppression", "nonsevere": "immunosuppression"}


def test_the_nearest_boundaries_of_a_man_of_40():
    man = replace(YOUNG, age_y=40, transfused=False)
    assert [(change.fact, change.words, change.choice) for change in changes(man, "bsh2024")] == [
        ("severity", "if non-severe", "not_said"),
        ("age_y", "up to 17 years", "not_said"),
        ("age_y", "from 41 years on", "either"),
        ("sibling", "without a matched sibling", "immunosuppression"),
        ("fit", "if not fit for a transplant", "not_said"),
    ]


def test_nothing_is_named_as_a_change_while_the_answer_is_open():
    assert changes(Candidate("severe", 30), "bsh2024") == []


# --- bad input says what is missing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("age", [300, -1, 121, float("inf")])
def test_an_impossible_age_is_told_and_left_open(age):
    person = replace(YOUNG, age_y=age)
    assert re.search(r"An age of \S+ years cannot be: give 0 to 120\.", " ".join(person.trouble().values()))
    found = advise(person, "bsh2024")
    assert found.missing == ("age_y",)
    assert [would.split(":")[0] for would in found.would] == [
        "at 0 to 17", "at 18 to 40", "at 41 to 50", "from 51 years on",
    ]  # fmt: skip
    assert not advise(person, "astct2024").missing, "a guideline without an age limit does not ask"


def test_a_matched_sibling_and_no_sibling_do_not_go_together():
    person = replace(YOUNG, siblings=0)
    assert "do not go together" in " ".join(person.trouble().values())
    found = advise(person, "ash2013")
    assert found.missing == ("sibling",)
    assert found.would == (
        "with a matched sibling: transplant of marrow from the matched sibling",
        "without a matched sibling: ATG and cyclosporine",
    )


@pytest.mark.parametrize("siblings", [-1, 1.5, float("inf"), float("nan")])
def test_an_impossible_number_of_siblings_is_told(siblings):
    assert "brothers and sisters cannot be" in " ".join(replace(YOUNG, siblings=siblings).trouble().values())


def test_no_brothers_and_sisters_means_no_matched_sibling():
    person = Candidate("severe", 30, siblings=0, fit=True)
    assert person.trouble() == {} and person.facts()["sibling"] is False
    assert advise(person, "bsh2024").choice == "immunosuppression"


def test_severity_without_a_marrow_is_open_and_says_what_a_marrow_would_decide():
    count = BloodCount.of(hb=70, anc=0.3, plt=10, retic=15, age_y=34, sex="female")
    person = Candidate.of_count(count, {"sibling": False, "unrelated": True, "half_matched": True, "fit": True})
    assert person.severity is None and "marrow must settle it" in person.why_severity
    assert person.age_y == 34
    found = advise(person, "astct2024")
    assert found.missing == ("severity",)
    assert found.would[-1] == "if severe or very severe: transplant from a matched unrelated or half-matched donor"
    known = Candidate.of_count(count, {"sibling": False}, marrow_cellularity_pct=5)
    assert known.severity == "severe"


def test_counts_that_do_not_meet_the_criteria_are_not_about_this():
    count = BloodCount.of(hb=130, anc=3, plt=200, retic=60, age_y=34)
    person = Candidate.of_count(count, {}, marrow_cellularity_pct=60)
    assert person.severity == NOT_MET
    assert {advice.status for advice in advise_all(person)} == {NOT_ABOUT}
    assert agreement(advise_all(person)).startswith("The criteria of aplastic anemia are not met")


@pytest.mark.parametrize(("field", "wrong"), [("severity", "grade 4"), ("fit", "yes"), ("sibling", 2)])
def test_a_word_that_is_no_fact_is_refused(field, wrong):
    with pytest.raises(ValueError, match=r"no severity 'grade 4'\. Choose|should be True, False or None"):
        replace(YOUNG, **{field: wrong})


@pytest.mark.parametrize("name", ["nobody", "bsh2016"])
def test_a_guideline_that_was_not_read_is_told(name):
    with pytest.raises(ValueError, match=r"There is no guideline|has no decisions here: Its text .* could not be read"):
        advise(YOUNG, name)


# --- many people ------------------------------------------------------------------------------------------------------


def test_many_people_are_asked_like_one():
    rows = [
        {"severity": "severe", "age_y": 30.0, "sibling": True, "fit": True},
        {"severity": "severe", "age_y": None, "sibling": True, "fit": True},
        {"severity": None, "age_y": 60.0, "sibling": None, "fit": False},
    ]
    people = pd.DataFrame(rows, index=["a", "b", "c"])
    found = first_choices(people)
    assert list(found.columns) == list(guidelines()) and list(found.index) == ["a", "b", "c"]
    for label, row in zip(found.index, rows, strict=True):
        for name in found.columns:
            assert found.loc[label, name] == (advise(Candidate(**row), name).choice or OPEN)
    assert found.loc["b", "bsh2024"] == OPEN


@settings(max_examples=20)
@given(crowd=st.lists(people | odd, min_size=1, max_size=12))
def test_one_by_one_equals_the_columns(crowd):
    """The answer, its reason and what would change it, of a frame of people and of each of them."""
    frame = pd.DataFrame(
        [{**{name: getattr(one, name) for name in facts()}, "siblings": one.siblings} for one in crowd]
    )
    frame.index = [f"person {place}" for place in range(len(crowd))]
    together, chosen = compare(frame), first_choices(frame)
    for label, one in zip(frame.index, crowd, strict=True):
        pd.testing.assert_frame_equal(together.loc[label], compare(one))
        assert list(chosen.loc[label]) == [advice.choice or OPEN for advice in advise_all(one)]


@pytest.mark.parametrize(
    ("column", "wrong", "told"),
    [("severity", "grade 4", "no severity 'grade 4'. Choose"), ("fit", "yes", "should be True, False or None")],
)
def test_a_cell_that_cannot_be_is_refused_among_many(column, wrong, told):
    with pytest.raises(ValueError, match=told):
        first_choices(pd.DataFrame({column: [None, wrong]}))


def test_columns_of_many_are_those_of_one():
    frame = pd.DataFrame(
        {"severity": ["severe", None], "age_y": [40.9, 300], "sibling": [True, None], "siblings": [0, 0]}
    )
    found = columns(frame)
    assert found["severity"][0] == list(TIERS).index("severe") and math.isnan(found["severity"][1])
    assert found["age_y"][0] == 40 and math.isnan(found["age_y"][1])
    assert math.isnan(found["sibling"][0]) and found["sibling"][1] == 0, "a matched sibling and none is not known"
    assert np.isnan(found["fit"]).all(), "a column that is missing is not known"


def test_a_column_that_is_no_fact_is_refused():
    with pytest.raises(ValueError, match="'donor' is no fact that decides"):
        first_choices(pd.DataFrame({"donor": ["sibling"]}))


# --- how far they agree -----------------------------------------------------------------------------------------------


def test_a_text_without_an_age_is_no_dissent():
    """Five name the sibling transplant; the review that prints no age contradicts none of them."""
    for age in (20, 39):
        said = agreement(advise_all(replace(YOUNG, age_y=age), THESE))
        assert said == ("5 of 6 name a transplant from the sibling; 1 gives no age; 2 do not speak of this person.")
    assert agreement(advise_all(replace(YOUNG, age_y=45))).startswith("They disagree: ")


def test_a_new_guideline_is_rows_alone(other_data):
    """It is compared, drawn and counted with the others, in the panel and in the question that counts them."""
    from helpers.panels.treatment import GuidelinePanel
    from helpers.questions.bank import exercise

    woman = Candidate("very_severe", 53, sibling=True, fit=True)
    before, prompt = advise_all(woman), exercise("treatment-09").prompt
    row = dict(source="COURSE", confidence="B")
    other_data("guidelines", guideline="new", label="A new guideline", short="New 2027", year=2027, kind="guideline",
               about="all ages", decides="true", **row)  # fmt: skip
    facts_open = dict.fromkeys(("sibling", "unrelated", "other", "fit", "transfused"), "any")
    other_data("decisions", id="N1", guideline="new", severity="non_severe severe very_severe", **facts_open,
               choice="immunosuppression", first_line="drugs for everybody", because="It is new.", **row)  # fmt: skip
    found = advise_all(woman)
    assert found[:-1] == before and (found[-1].guideline, found[-1].choice) == ("new", "immunosuppression")
    assert "They disagree: 5 name immunosuppressive drugs, 1 names" in agreement(advise_all(woman, (*THESE, "new")))
    assert GuidelinePanel(woman).table().index[-1] == "New 2027"
    assert "New 2027:" in GuidelinesPicture(woman).describe()
    many, speak = re.search(r"compares (\d+) texts .* (\d+) of them", prompt).groups()
    now = exercise("treatment-09").prompt
    assert f"compares {int(many) + 1} texts" in now and f"{int(speak) + 1} of them" in now


def test_who_can_tell_already_are_not_all_who_speak_of_the_person():
    """Six speak of a man of 41 of whom nothing else is known; the two that can tell are not "all" of them."""
    found = advise_all(Candidate("severe", age_y=41))
    assert agreement(found) == (
        "Both guidelines that can tell already name immunosuppressive drugs; 2 do not speak of this person; "
        "4 cannot tell yet."
    )
    assert GuidelinesPicture(Candidate("severe", age_y=41)).point() in agreement(found)


def test_no_row_is_named_like_a_severity():
    """The row of 1999 is a trial; the controls beside it say "non-severe" of the person."""
    assert not {str(guideline(name)["short"]).lower() for name in guidelines()} & {
        "non-severe",
        "severe",
        "very severe",
    }


def test_no_brothers_and_sisters_stay_none_when_the_age_turns():
    """What would change the answer is one thing at a time: an only child has no sibling donor at any age."""
    only = Candidate("severe", 47, siblings=0, unrelated=True, half_matched=True, fit=True, transfused=True)
    assert [change for change in changes(only, "ash2013") if change.fact == "age_y"] == []


def test_a_second_line_says_what_holds_in_any_case():
    found = advise(Candidate("severe", 53), "japan")
    assert (found.rows, found.second_line) == (("JP-7", "JP-8"), "transplant")
    assert advise(Candidate("severe", 53, sibling=False), "japan").second_line.endswith("from a half-matched donor")


def test_choices_and_facts_are_rows():
    assert list(choices()) == list(table("choices")["choice"]) and choices()[OPEN].stance == "open"
    used = set(table("decisions")["choice"])
    assert used == {key for key, one in choices().items() if one.stance != "open"}
    for one in choices().values():
        assert (one.stance in ("names", "vague")) == bool(one.phrase and one.title)
    assert set(facts()) <= set(Candidate.__annotations__)
    asked = {row["fact"] for row in records("facts") if row["kind"] == "yes_no"}
    assert asked - {"half_matched"} <= set(table("decisions").columns)
    assert all(row[name] for row in yes_no().values() for name in ("label", "if_yes", "if_no", "has", "has_not"))
    needed = {drug for cell in table("decisions")["drugs"].dropna() for drug in cell.split()}
    assert needed <= set(drugs())


# --- causes -----------------------------------------------------------------------------------------------------------


def test_every_cause_has_a_first_action_and_a_source():
    for cause, row in treated_causes().items():
        assert row == treatment_of(cause) and row["first_action"].endswith(".") and row["source"]


def test_recovery_times_belong_to_their_cause():
    assert {row["cause"] for row in recovery_of("b12")} == {"b12"} and recovery_of("mds_lower") == ()


def test_an_unknown_cause_is_told():
    with pytest.raises(ValueError, match="no cause 'bad luck'"):
        treatment_of("bad luck")


# --- the tables keep their rules --------------------------------------------------------------------------------------

DOSE = re.compile(r"\d\s*(mg|µg|g|mL)\s*(/|per|a|daily)")


def unread_guidelines_that_decide(tables):
    rows = tables["guidelines"].set_index("guideline")["decides"]
    return [name for name in tables["decisions"]["guideline"].unique() if not rows[name]]


def silence_without_a_reason(tables):
    rows = tables["decisions"]
    said = rows["choice"] != "not_said"
    return list(rows.loc[(said != rows["first_line"].notna()) | ~rows["because"].str.endswith("."), "id"])


def derived_is_not_called_so(tables):
    rows = tables["decisions"]
    own = rows["source"].str.contains("COURSE")
    said = rows["note"].fillna("").str.startswith("Derived")
    return list(rows.loc[(own != (rows["confidence"] == "D")) | (own != said), "id"])


def doses_from_weak_sources(tables):
    return [
        next(iter(row.values()))
        for name in ("support", "treatment_by_cause", "decisions", "safety_traps")
        for row in tables[name].query("confidence == 'C'").to_dict("records")
        if DOSE.search(" ".join(str(cell) for cell in row.values()))
    ]


def thresholds_without_a_limit(tables):
    rows = tables["support"]
    wanted = rows["advice"].isin(["give", "consider"])
    bare = wanted & (rows["limit"].isna() | rows["operator"].isna() | rows["analyte"].isna())
    loose = (rows["advice"] == "none") & rows["limit"].notna()
    return list(rows.loc[bare | loose, "id"])


def limits_that_turn_around(tables):
    rows = tables["trials"]
    crossed = (rows["low"] > rows["value"]) | (rows["value"] > rows["high"])
    lone = rows["low"].isna() != rows["high"].isna()
    beyond = (rows["unit"] == "%") & (rows[["value", "low", "high"]].max(axis=1) > 100)
    return list(rows.loc[crossed | lone | beyond, "id"])


def percentages_that_are_not_events_over_people(tables):
    rows = tables["trials"].query("unit == '%'").dropna(subset=["n", "events"])
    off = (100 * rows["events"].astype(float) / rows["n"].astype(float) - rows["value"]).abs()
    return list(rows.loc[off > 0.6, "id"])


def days_that_turn_around(tables):
    rows = tables["recovery_times"]
    return list(rows.loc[rows["day_low"] > rows["day_high"], "id"])


def responses_without_a_limit(tables):
    rows = tables["response_criteria"]
    numbered = rows["rule"].isin(["number", "rise", "rise_or_double"])
    return list(rows.loc[numbered != rows["limit"].notna(), "id"])


RULES = (
    unread_guidelines_that_decide,
    silence_without_a_reason,
    derived_is_not_called_so,
    doses_from_weak_sources,
    thresholds_without_a_limit,
    limits_that_turn_around,
    percentages_that_are_not_events_over_people,
    days_that_turn_around,
    responses_without_a_limit,
)
NAMES = (
    "guidelines", "decisions", "support", "treatment_by_cause", "safety_traps", "trials", "recovery_times",
    "response_criteria",
)  # fmt: skip


@pytest.mark.parametrize("broken", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_of_the_treatment_tables(broken):
    assert broken({name: table(name) for name in NAMES}) == []


@pytest.mark.parametrize(
    ("broken", "name", "where", "column", "wrong"),
    [
        (unread_guidelines_that_decide, "decisions", "BSH24-1", "guideline", "bsh2016"),
        (silence_without_a_reason, "decisions", "BSH24-1", "first_line", "drugs"),
        (silence_without_a_reason, "decisions", "BSH24-3", "first_line", None),
        (derived_is_not_called_so, "decisions", "AIEOP-7", "confidence", "B"),
        (derived_is_not_called_so, "decisions", "AIEOP-7", "note", None),
        (doses_from_weak_sources, "support", "PL-proph-B17", "says", "Give 5 mg/kg."),
        (thresholds_without_a_limit, "support", "PL-lp-A25", "limit", None),
        (thresholds_without_a_limit, "support", "PL-fail-A25", "limit", 10),
        (limits_that_turn_around, "trials", "scheinberg_or_h", "low", 70),
        (limits_that_turn_around, "trials", "scheinberg_or_h", "high", None),
        (limits_that_turn_around, "trials", "race_or6_e", "value", 168),
        (percentages_that_are_not_events_over_people, "trials", "desmond", "events", 27),
        (days_that_turn_around, "recovery_times", "b12_wbc", "day_low", 11),
        (responses_without_a_limit, "response_criteria", "NIH-C-plt", "limit", None),
    ],
)
def test_the_rule_notices(broken, name, where, column, wrong):
    """Every rule above is seen to fail."""
    tables = {other: table(other) for other in NAMES}
    rows = tables[name].copy()
    rows.loc[rows[rows.columns[0]] == where, column] = wrong
    assert broken(tables | {name: rows})


def test_every_guideline_is_shown_or_said_to_be_unread():
    assert set(guidelines()) | set(guidelines(decide=False)) == set(table("guidelines")["guideline"])
    for name in guidelines(decide=False):
        assert guideline(name)["note"].endswith("so nothing is said for it.")


def test_treatments_are_of_causes_the_board_knows():
    known = set(table("causes")["cause"])
    finer = {"methotrexate"} | {f"mds_{risk}" for risk in ("lower", "higher")}
    finer |= {f"aplastic_{stage}" for stage in ("refractory", "older", "relapse", "late", "unrelated")}
    assert set(treated_causes()) - known == finer


def test_every_cause_that_is_new_on_the_board_has_its_treatment():
    """What is not told has no treatment of its own: it is treated as another row says."""
    told = set(treated_causes()) | {"mds"}
    assert set(table("causes")["cause"]) - told == {"pseudo_tma", "marrow_cancer"}
