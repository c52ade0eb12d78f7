"""What a hematologist would not let pass: each value that was once wrong, unsafe or out of date stays right."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest

from helpers import dictionary
from helpers.blood.care.support import GIVE, febrile_neutropenia, thresholds
from helpers.blood.core.confidence_limits import exact_limits
from helpers.blood.core.count import BloodCount
from helpers.blood.search.causes import AGAINST, CLINCHED, EXCLUDED, MIXED, Findings, weigh
from helpers.blood.search.red_flags import red_flags
from helpers.blood.search.workup import Walk, steps
from helpers.evidence import DATA, records, source, table
from helpers.questions import bank
from helpers.questions.exercise import NOT_YET
from helpers.questions.judge import judge

CLINICAL = (
    "causes", "clues", "red_flags", "red_flag_rules", "treatment_by_cause", "support", "safety_traps", "decisions",
    "guidelines", "fever_definitions", "response_criteria", "severity", "definitions", "aplastic", "ipss_r", "accuracy",
    "trials",
)  # fmt: skip
FEW = BloodCount.of(hb=110, anc=0.4, plt=200)


def row(name: str, key: str) -> pd.Series:
    """One row of a table by its first column; empty cells are empty words."""
    rows = table(name)
    return rows.set_index(rows.columns[0]).loc[key].fillna("")


def raised(found: Findings) -> dict[str, str]:
    return {one.flag: one.urgency for one in red_flags(found) if one.raised}


def verdict(cause: str, count: BloodCount | None = None, **said: str) -> str:
    found = Findings(count or BloodCount.of(), said)
    return next(one.verdict for one in weigh(found) if one.cause.key == cause)


def exercise(key: str) -> bank.Exercise:
    return bank.exercise(key)


def words(key: str) -> str:
    """Everything a learner can read in one exercise."""
    one = exercise(key)
    told = [one.prompt, *one.hints, one.solution]
    told += [f"{option.text} {option.says}" for option in getattr(one.asks, "options", ())]
    told += [wrong.feedback for wrong in one.misconceptions if wrong.feedback]
    return " ".join(told)


# --- red flags come first, and none is missing ------------------------------------------------------------------------


def test_red_flags_come_before_the_second_tube_everywhere():
    order = [step.key for step in steps().values()]
    assert order[:3] == ["flags", "repeat", "history"]
    assert Walk().here.key == "flags" and Walk().answer("yes").here.key == "emergency"
    assert exercise("cause-16").asks.right[0] == "flags"
    tube_first = ["repeat", "flags", "history", "retic_film", "blood_tests", "marrow"]
    assert judge(exercise("cause-16"), tube_first).status == NOT_YET
    assert "nothing delays what a red flag asks for" in exercise("cause-16").solution
    waited = next(one for one in exercise("cause-16").misconceptions if "waited for a second tube" in one.name)
    assert list(waited.before) == ["repeat", "flags"]


@pytest.mark.parametrize(
    ("count", "said", "flag", "urgency"),
    [
        pytest.param(FEW, {"unwell": "yes", "fever": "no"}, "sepsis_no_fever", "emergency", id="sepsis, no fever"),
        pytest.param(FEW.change(anc=0.5), {"unwell": "yes"}, "sepsis_no_fever", "emergency", id="sepsis at 0.5"),
        pytest.param(FEW.change(anc=0.5), {"fever": "yes"}, "neutropenic_fever", "emergency", id="fever at 0.5: NICE"),
        pytest.param(
            FEW.change(anc=0.8), {"fever": "yes", "medicine": "cytotoxic"}, "neutropenic_fever", "emergency",
            id="fever, and the count will fall",
        ),
        pytest.param(
            FEW.change(anc=0.8), {"unwell": "yes", "medicine": "cytotoxic"}, "sepsis_no_fever", "emergency",
            id="sepsis, and the count will fall",
        ),
        pytest.param(
            FEW.change(anc=0.8), {"fever": "no", "medicine": "cytotoxic"}, "falling_count", "same_day",
            id="a falling count",
        ),
        pytest.param(
            FEW.change(anc=0.8), {"fever": "yes", "medicine": "other"}, "neutropenic_fever", "emergency",
            id="fever on a drug that stops the marrow",
        ),
        pytest.param(
            FEW.change(anc=0.8), {"unwell": "yes", "fever": "no", "medicine": "methotrexate"}, "sepsis_no_fever",
            "emergency", id="sepsis on methotrexate",
        ),
        pytest.param(BloodCount.of(plt=200), {"bleeding": "major"}, "bleeding", "emergency", id="bleeding"),
        pytest.param(BloodCount.of(plt=12), {"bleeding": "minor"}, "bleeding", "emergency", id="any bleeding below 20"),
        pytest.param(BloodCount.of(), {"fever": "yes", "travel": "yes"}, "fever_travel", "emergency", id="malaria"),
        pytest.param(
            BloodCount.of(), {"fever": "no", "unwell": "yes", "travel": "yes"}, "fever_travel", "emergency",
            id="malaria without a fever",
        ),
        pytest.param(
            FEW.change(anc=0.8), {"fever": "yes", "medicine": "none"}, "neutropenic_fever", "emergency",
            id="fever, and nobody knows that the count is stable",
        ),
    ],
)  # fmt: skip
def test_what_cannot_wait_is_flagged(count, said, flag, urgency):
    assert raised(Findings(count, said))[flag] == urgency


@pytest.mark.parametrize(
    ("count", "said", "flag"),
    [
        (FEW, {"unwell": "no", "fever": "no"}, "sepsis_no_fever"),
        (FEW.change(anc=1.0), {"fever": "yes"}, "neutropenic_fever"),
        (FEW.change(anc=0.8), {"fever": "no", "medicine": "none"}, "neutropenic_fever"),
        (FEW.change(anc=1.0), {"medicine": "cytotoxic"}, "falling_count"),
        (BloodCount.of(plt=25), {"bleeding": "minor"}, "bleeding"),
        (BloodCount.of(), {"fever": "yes", "travel": "no"}, "fever_travel"),
    ],
)
def test_what_is_no_red_flag_is_not_raised(count, said, flag):
    assert flag not in raised(Findings(count, said))


def test_sepsis_is_asked_for_when_there_is_no_fever():
    asked = {one.flag: one.needs for one in red_flags(Findings(FEW, {"fever": "no"})) if not one.raised}
    assert asked["sepsis_no_fever"] == "signs of sepsis"


def test_one_negative_sample_does_not_rule_malaria_out():
    assert "one sample does not rule it out" in row("red_flags", "fever_travel")["at_once"]
    assert "repeated" in row("treatment_by_cause", "malaria")["then"]


def test_fever_has_the_definition_of_the_advice_that_is_taught():
    at = {one.label: one for one in febrile_neutropenia(38.1, 0.5, hours=0, falling=False)}
    assert at["NICE 2012"].met is True and at["IDSA 2002"].met is False
    assert {one.label: one.met for one in febrile_neutropenia(38.0, 0.4)}["NICE 2012"] is False
    falling = {one.label: one for one in febrile_neutropenia(39, 0.9, falling=True)}["IDSA 2011"]
    assert falling.met is True and "below 1.0" not in falling.reason and "48 hours" in falling.note


# --- promyelocytic leukemia -------------------------------------------------------------------------------------------


def test_four_signs_foretell_early_death_and_the_white_count_is_one():
    told = [row("red_flags", "apl")["why"], row("treatment_by_cause", "apl")["expect"], exercise("cause-05").hints[1]]
    for sentence in told:
        assert all(sign in sentence for sign in ("Four things", "male sex", "white cells of 10 or more", "fibrinogen"))
        assert re.search(r"24 hours|later than a day", sentence)
    assert "differentiation syndrome" in exercise("cause-05").solution
    assert 25 + 23 + 8 == 56 and all(n in row("red_flags", "apl")["why"] for n in ("25 bled", "23 died", "8 of"))
    assert "dexamethasone at the first sign" in row("treatment_by_cause", "apl")["then"]
    assert "6 of bleeding into the brain, 4 of differentiation" in row("safety_traps", "atra_wait")["why"]
    assert row("glossary", "differentiation syndrome")["source"] == "SANZ2014"


# --- aplastic anemia and its neighbors --------------------------------------------------------------------------------


@pytest.mark.parametrize("said", [{"marrow": "dysplastic"}, {"marrow": "full"}, {"marrow": "megaloblastic"},
                                  {"spleen": "large"}, {"spleen": "massive"}, {"nodes": "yes"},
                                  {"film_young_cells": "yes"}])  # fmt: skip
def test_what_does_not_exclude_aplastic_anemia(said):
    assert verdict("aplastic", **said) == AGAINST


@pytest.mark.parametrize("said", [{"film_blasts": "yes"}, {"marrow": "blasts"}, {"marrow": "foreign"}])
def test_what_excludes_aplastic_anemia(said):
    assert verdict("aplastic", **said) == EXCLUDED


def test_a_pnh_clone_was_found_in_none_of_29_with_inherited_failure():
    said = [*table("clues").query("feature == 'pnh_clone' and value == 'yes'")["says"], words("cause-21")]
    assert sum("none of 29" in one for one in said) == 4 and not any("42" in one for one in said)
    figures = row("accuracy", "pnh_clone")
    assert figures["n"] - figures["with_target"] == 20 + 9 and figures["with_target"] == 132 + 126
    assert figures["specificity_low_pct"] == pytest.approx(exact_limits(29, 29)[0], abs=0.06)
    assert "tiny ones occur in inherited failure too" in words("cause-21")


def test_an_empty_marrow_is_treated_as_one_today():
    assert exercise("treatment-24").asks.right == "immune"
    assert "horse ATG with cyclosporine, often with eltrombopag" in exercise("treatment-24").solution
    assert {option.key for option in exercise("treatment-24").asks.options} == {"more", "immune", "platelets", "spleen"}


def test_relapse_came_although_cyclosporine_went_on():
    assert "although they were kept on cyclosporine" in row("safety_traps", "stop_drugs")["why"]
    assert "postpone" in row("safety_traps", "stop_drugs")["instead"]
    assert "prefers rabbit ATG in the conditioning" in row("safety_traps", "rabbit_first")["instead"]
    assert row("support", "GF-aa")["says"].startswith("G-CSF, GM-CSF and erythropoietin")


def test_the_reference_of_marrow_is_people_from_1_to_93():
    assert "1 to 93" in source("WONG2024").note and "570 adults" not in words("grading-13")


# --- what clinches and what excludes ----------------------------------------------------------------------------------

CLINCHING = {
    "acute_leukemia_marrow_blasts", "apl_pml_rara_yes", "marrow_cancer_marrow_foreign",
    "fanconi_inherited_tests_breakage", "kala_azar_marrow_parasites", "malaria_parasite_test_malaria",
    "ttp_adamts13_below_10", "hiv_hiv_positive",
    "vexas_blood_genes_uba1", "germline_inherited_tests_gene", "tuberculosis_infection_test_tuberculosis",
    "typhoid_infection_test_typhoid", "gaucher_enzyme_low",
}  # fmt: skip
"""Each is the definition of its cause, or the test that defines it."""

EXCLUDING = {
    "pseudo_tma_film_fragments_no", "pseudo_tma_adamts13_below_10", "aplastic_film_blasts_yes",
    "aplastic_marrow_blasts", "aplastic_marrow_foreign", "cytotoxic_medicine_none",
    "drug_medicine_none", "pnh_pnh_clone_no", "ttp_platelets_not_low", "alcohol_alcohol_no",
    "ccus_marrow_dysplastic", "ccus_marrow_blasts", "felty_rheumatoid_no",
    "endocrine_hormone_tests_normal",
}  # fmt: skip
"""Each contradicts the definition of its cause."""


def test_only_what_defines_clinches_or_excludes():
    strengths = table("clues").set_index("id")["strength"]
    assert set(strengths.index[strengths == "clinches"]) == CLINCHING
    assert set(strengths.index[strengths == "excludes"]) == EXCLUDING


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ("b12", {"b12": "low"}),
        ("copper", {"copper": "low"}),
        ("pnh", {"pnh_clone": "yes"}),
        ("folate", {"folate": "low"}),
        ("myelofibrosis", {"marrow": "fibrosis"}),
        ("hairy_cell", {"marrow": "hairy"}),
        ("telomere", {"inherited_tests": "telomeres"}),
        ("kala_azar", {"parasite_test": "leishmania"}),
        ("malaria", {"film_parasites": "yes"}),
    ],
)
def test_what_is_typical_and_proves_nothing_alone(cause, said):
    assert verdict(cause, **said) not in (CLINCHED, EXCLUDED, MIXED)


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ("hiv", {"hiv": "negative"}),
        ("copper", {"copper": "normal"}),
        ("fanconi", {"inherited_tests": "none"}),
        ("ttp", {"adamts13": "above_20"}),
        ("apl", {"pml_rara": "no"}),
        ("hypersplenism", {"spleen": "not_large"}),
    ],
)
def test_a_normal_test_that_can_be_wrong_does_not_exclude(cause, said):
    assert verdict(cause, **said) == AGAINST


# --- HLH, ferritin, B12 -----------------------------------------------------------------------------------------------


def test_hlh_goes_by_the_criteria_of_2004_and_says_what_the_revision_is_for():
    hlh = row("causes", "hlh")
    assert "HLH-2004" in hlh["clinched_by"] and "familial form in children" in hlh["clinched_by"]
    assert "triglycerides" in hlh["note"] and "soluble CD25" in hlh["note"]
    says = table("clues").query("cause == 'hlh'")["says"]
    assert not says.str.contains("eight criteria|mostly is HLH").any() and says.str.contains("HLH-2004").any()


def test_ferritin_was_studied_in_children_who_had_much_of_it():
    assert row("accuracy", "ferritin_children")["setting"] == "children whose ferritin is above 500 µg/L"
    assert "children whose ferritin is above 500" in exercise("cause-14").prompt
    assert "healthy" not in exercise("cause-14").solution


def test_weak_and_quoted_figures_are_not_called_sure():
    assert {row("accuracy", key)["confidence"] for key in ("lobes_b12", "mcv_43", "rdw_43")} == {"C"}
    for name, column in (("causes", "first_action"), ("safety_traps", "why")):
        misread = row(name, "pseudo_tma")
        assert "38.8" not in misread[column] and misread["confidence"] == "B"
    assert "kidneys fail" in row("tests", "mma")["leaves_open"] and "creatinine" in words("cause-22")
    intervals = table("reference_intervals").query("set == 'dorset' and analyte == 'alc' and age_low_y == 2")
    assert intervals.empty


# --- treatments -------------------------------------------------------------------------------------------------------


def test_methotrexate_has_one_antidote_and_it_is_not_folic_acid():
    option = next(one for one in exercise("treatment-04").asks.options if one.key == "antidote")
    assert "folinic" in option.text and "folic acid does not" in option.says
    methotrexate = row("treatment_by_cause", "methotrexate")
    assert "not folic acid" in methotrexate["first_action"] and "rimethoprim" in methotrexate["avoid"]


def test_an_infection_stays_treated_when_its_drug_is_stopped():
    option = next(one for one in exercise("treatment-04").asks.options if one.key == "stop")
    assert "another antibiotic" in option.text and "nothing else" not in option.text


def test_nobody_stops_drinking_suddenly_alone():
    alcohol = row("treatment_by_cause", "alcohol")
    assert "must not stop suddenly alone" in alcohol["first_action"] and "Thiamine" in alcohol["then"]
    assert "thiamine" in exercise("treatment-05").solution


def test_a_complement_inhibitor_comes_with_cover():
    pnh = row("treatment_by_cause", "pnh")
    assert "never without cover against meningococci" in pnh["first_action"] and "Fever" in pnh["expect"]
    assert "meningococci" in row("causes", "pnh")["first_action"]


@pytest.mark.parametrize(
    ("cause", "column", "says"),
    [
        ("ttp", "expect", "2.2 of 100 were dead or not better"),
        ("mds_lower", "then", "with or without ring sideroblasts"),
        ("myelofibrosis", "first_action", "often worsens anemia"),
        ("hairy_cell", "expect", "97 of 100"),
        ("hlh", "avoid", "One scheme for all"),
        ("acute_leukemia", "then", "No steroid before the samples"),
    ],
)
def test_treatments_are_those_of_today(cause, column, says):
    assert says in row("treatment_by_cause", cause)[column]


def test_a_heart_attack_is_given_blood_earlier_than_other_hearts():
    at_90 = {one.label: one.advice for one in thresholds(BloodCount.of(hb=90), "red_cells", "ami")}
    assert at_90["AABB 2025"] == GIVE and at_90["NICE 2015"] != GIVE
    assert {one.label for one in thresholds(BloodCount.of(hb=90), "red_cells", "heart")} == {"AABB 2023"}


def test_old_advice_says_that_it_is_old():
    assert "replaced in 2011" in row("support", "FN-us")["says"]
    assert "restricts" in row("support", "FN-quin")["says"]
    assert "three relapsed" in row("support", "VX-atg")["says"]


def prose(notebook: str) -> str:
    """All markdown of a notebook in one line."""
    cells = json.loads((DATA.parent / "notebooks" / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
    return " ".join(" ".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown").split())


def test_what_the_notebooks_say_of_a_trial_is_what_its_row_says():
    told = prose("05b_judging_a_treatment")
    clonal, romiplostim = row("trials", "patel_clonal"), row("trials", "lee2025")
    assert f"{clonal['value']:g} of 100 had such a change within {clonal['months'] / 12:g} years" in told
    assert re.search(r"kinds in ([\d.]+) %", clonal["note"])[1] + " of a dangerous kind" in told
    assert (
        f"{romiplostim['events']} of {romiplostim['n']} responded" in told and "Very severe 0 %" in romiplostim["note"]
    )
    share = re.search(r"46 %", source("SAUTA2023").note)[0]
    assert f"moved {share} of 2,876 people into another group" in prose("03_grading_severity")


def test_the_notebooks_say_what_is_safe():
    first, fourth, fifth = (
        prose(name) for name in ("03b_who_cannot_wait", "04_finding_the_cause", "05_choosing_a_treatment")
    )
    judged, carried = prose("05b_judging_a_treatment"), prose("06_carrying_the_person")
    assert "A red flag comes before the second tube." in first and "*no sepsis*" in first
    assert "myelodysplastic syndrome with an empty marrow" in fourth and "sick children" not in fourth
    assert "stops suddenly alone" in fifth and "inherited failure must be ruled out" in fifth
    assert "prefers rabbit ATG" in judged and "G-CSF, GM-CSF and erythropoietin" in judged
    assert "sepsis may come without a fever" in carried and "what the **person wants**" in fifth


# --- read once more by eyes that had not written it ------------------------------------------------------------------


def test_sepsis_does_not_wait_for_the_day():
    infection = row("treatment_by_cause", "infection")
    assert infection["urgency"] == "same hour" and "within the hour" in infection["first_action"]


@pytest.mark.parametrize("cause", ["drug", "cytotoxic"])
def test_a_marrow_that_is_stopped_comes_with_a_word_on_fever(cause):
    first = row("treatment_by_cause", cause)["first_action"]
    assert "any fever" in first and "hospital at once" in first


def test_what_leads_to_leukostasis_and_tumor_lysis_is_said_before_what_is_done():
    hours = table("first_hour").set_index("emergency")
    assert hours.loc["leukostasis", "short_do"].startswith("White cells near 100 or above, with signs:")
    assert hours.loc["tumor_lysis", "short_do"].startswith("Potassium, phosphate, urate high:")


def test_platelets_are_kept_from_ttp_and_not_from_a_leukemia_that_uses_up_fibrinogen():
    bleeding = Findings(BloodCount.of(plt=25), {"film_blasts": "yes", "fibrinogen": "low"})
    assert {"apl", "fragments"} <= set(raised(bleeding)), "both notices are read together"
    at_once = row("red_flags", "fragments")["at_once"]
    assert (
        "Low fibrinogen points to DIC or promyelocytic leukemia: there platelets and fibrinogen are kept up" in at_once
    )
    assert "avoided, unless bleeding threatens life" in at_once
    assert verdict("ttp", film_fragments="yes", fibrinogen="low") == MIXED
    told = [row("treatment_by_cause", "ttp")["avoid"], row("first_hour", "ttp")["do_not"]]
    assert all("unless bleeding threatens life" in words for words in told)
    assert "only for bleeding that threatens life" in row("safety_traps", "plt_ttp")["instead"]


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("cause-28", "does not prove it"),
        ("cause-30", "the breakage test settles it"),
        ("cause-31", "excludes neither"),
        ("cause-32", "a companion of aplastic anemia"),
        ("cause-27", "one of folate"),
    ],
)
def test_a_solution_claims_no_more_than_the_board(key, says):
    assert says in exercise(key).solution
    assert "clinches aplastic" not in words(key)


def test_what_is_told_of_platelets_in_a_lasting_failure_names_those_who_give_them():
    told = (DATA.parent / "notebooks" / "06_carrying_the_person.ipynb").read_text(encoding="utf-8")
    assert "among the British texts the guidelines give none" in told
    assert "patient leaflet and an audit give them below 10, and below 20 with fever" in told
    given = {key: row("support", key)["limit"] for key in ("PL-fail-UK", "PL-atg-UK", "PL-risk-AAT")}
    assert given == {"PL-fail-UK": 10, "PL-atg-UK": 20, "PL-risk-AAT": 20}


def test_calcium_is_kept_from_a_low_calcium_and_not_from_a_high_potassium():
    hour = table("first_hour").set_index("emergency").loc["tumor_lysis"]
    assert "changes in the ECG that includes calcium" in hour["do"]
    assert "for a high potassium" in hour["do_not"] and hour["short_do_not"].endswith("calcium for a low calcium alone")


def test_major_bleeding_asks_for_anticoagulants():
    hour = table("first_hour").set_index("emergency").loc["major_bleeding"]
    assert "Stop anticoagulants and reverse them" in hour["do"] and "reverse anticoagulants" in hour["short_do"]


def test_a_text_for_others_says_so_before_it_says_when_to_stop():
    stop = row("support", "FN-stop")
    assert stop["says"].startswith("In people without a blood disease or cancer:")
    assert "written for people *without* a blood disease" in prose("06_carrying_the_person")
    assert "here the hematologist decides" in exercise("carrying-02").solution


def test_live_vaccines_are_kept_from_weak_defenses():
    assert "Live vaccines are contraindicated in most" in row("support", "VX-live")["says"]
    assert "contraindicated in most" in row("safety_traps", "live_vaccine")["why"]
    assert "oral polio vaccine is not given to them" in row("support", "VX-house")["says"]


def test_hepatitis_b_is_settled_before_atg():
    assert "hepatitis B are settled" in row("treatment_by_cause", "aplastic")["avoid"]
    says = row("support", "IP-hbv-aa")["says"]
    assert "5 of 5" in says and "4.76 %" in says and "none of 7" in says
    assert "disagree on prevention" in exercise("carrying-01").solution


@pytest.mark.parametrize(
    ("cause", "column", "says"),
    [
        ("starvation", "first_action", "thiamine before it begins"),
        ("acute_leukemia", "first_action", "clotting and fibrinogen at once"),
        ("aplastic_refractory", "then", "between 3 and 6 months"),
        ("aplastic_unrelated", "then", "the risk that the graft fails"),
        ("hairy_cell", "then", "in three people vemurafenib"),
        ("ttp", "then", "The inherited form lacks the enzyme itself"),
        ("ttp", "note", "blocking antibodies and one death"),
        ("b12", "then", "nitrous oxide"),
        ("hlh", "then", "Emapalumab"),
        ("mds_higher", "then", "cedazuridine"),
        ("ttp", "then", "strongly prefers"),
        ("evans", "avoid", "Splenectomy in ALPS"),
        ("kala_azar", "then", "HIV is tested"),
        ("dengue", "avoid", "steroids"),
        ("sle", "then", "spare steroids"),
        ("copper", "avoid", "Wilson's disease"),
        ("aplastic", "note", "avatrombopag"),
        ("aplastic_late", "then", "30 of 207"),
    ],
)
def test_what_was_missing_is_said(cause, column, says):
    assert says in row("treatment_by_cause", cause)[column]


def test_what_was_missing_is_said_of_prevention_and_watching():
    assert "liver tests before it" in row("support", "MO-epag")["says"]
    assert "It can damage the liver" in prose("05b_judging_a_treatment")
    assert "acyclovir" in row("support", "IP-viral-gc")["says"] and "above 6 %" in row("support", "IP-mold-gc")["says"]
    assert "injection into a muscle" in row("support", "AD-card")["says"]
    assert "letermovir" in row("support", "IP-cmv")["says"] and "rituximab" in row("support", "IP-ebv")["says"]
    assert "dentist" in row("support", "AD-mouth")["says"] and "contraception" in row("support", "FE-menses")["says"]
    assert "hepatitis" in row("causes", "aplastic")["note"] and "SBDS" in row("causes", "germline")["what"]
    assert "sarcoidosis" in row("causes", "marrow_cancer")["what"]
    assert "homocysteine" in row("tests", "b12")["leaves_open"]
    assert "TPMT" in exercise("treatment-06").solution and "allopurinol" in exercise("treatment-06").solution


def test_the_names_of_2022_are_given():
    assert "myelodysplastic neoplasms" in prose("03_grading_severity")
    assert "myelodysplastic neoplasms" in row("glossary", "myelodysplastic syndromes (MDS)")["meaning"]


def test_no_dose_is_given_in_what_is_done_first():
    dose = re.compile(r"\d\s*(?:mg|µg|mcg|g/d|mL/kg)\b", re.I)
    for name, columns in {
        "treatment_by_cause": ["first_action", "then", "avoid", "expect"],
        "first_hour": ["do", "do_not", "short_do", "short_do_not"],
        "drugs": ["besides_stopping", "again"],
        "safety_traps": ["instead"],
        "red_flags": ["at_once"],
        "causes": ["first_action"],
    }.items():
        rows = table(name)[columns].fillna("")
        assert not rows.apply(lambda column: column.str.contains(dose)).any(axis=None), name
    given = table("support").set_index("id")["says"]
    told = set(given.index[given.str.replace("µg/L", "").str.contains(dose)])
    assert told == {"IR-unit"}, "200 to 250 mg of iron in a unit of blood is what it brings, not what is given"
    assert dose.search("folinic acid 15 mg")


# --- every item of the two reviews, once more ------------------------------------------------------------------------


def test_a_drug_for_pnh_has_its_limits_told():
    pnh = row("treatment_by_cause", "pnh")
    assert "do not help it" in pnh["then"] and "break through on every one" in pnh["then"]
    assert pnh["expect"].startswith("A clot is the most feared complication")
    assert "10 to 15 of 100 within 6 months on eculizumab, crovalimab and pegcetacoplan" in pnh["note"]


def test_a_young_child_and_a_pregnant_woman_get_no_tetracycline_for_brucellosis():
    brucellosis = row("treatment_by_cause", "brucellosis")
    assert "tetracycline" in brucellosis["first_action"]
    assert "below the age of 8" in brucellosis["avoid"] and "pregnancy rifampicin" in brucellosis["avoid"]


def test_who_needs_isolation_is_said():
    assert "spread through the air" in row("treatment_by_cause", "tuberculosis")["then"]
    assert "catching" in row("treatment_by_cause", "sfts")["first_action"]
    assert "isolate the person" in row("first_hour", "malaria")["do"]


def test_a_normal_vitamin_b12_and_a_high_ferritin_have_other_reasons():
    for says in (row("tests", "b12")["leaves_open"], row("clues", "b12_b12_normal")["says"]):
        assert "intrinsic factor" in says and "liver disease" in says and "myeloproliferative disease" in says
    ferritin = row("tests", "ferritin")
    assert "many transfusions" in ferritin["leaves_open"] and "transfusions did not explain" in ferritin["note"]


def test_few_neutrophils_are_defined_in_2011_as_the_guideline_itself_has_it():
    definition = row("fever_definitions", "idsa2011")
    assert definition["falling_anc"] == "" and "expected to fall below 0.5 within 48 hours" in definition["note"]
    falling = [one.met for one in febrile_neutropenia(38.5, 1.4, falling=True) if one.label == "IDSA 2011"]
    assert falling == [True], "what counts is where the neutrophils are expected to go, not from where"


def test_what_a_marrow_sample_costs_and_needs_is_said():
    marrow = row("tests", "marrow")
    assert "20 mm at least" in marrow["note"] and "bleeding behind the belly" in marrow["note"]
    assert "one person died of it, behind the belly" in words("treatment-18")
    told = prose("03_grading_severity")
    assert "a core of at least 2 cm is asked for" in told and "**The day must be known.**" in told


def test_few_neutrophils_mean_another_risk_in_a_disease_of_the_blood():
    told = prose("03_grading_severity")
    assert "Duffy-null adult may have few neutrophils and has no more infections" in told
    assert "from a disease of the blood are far more serious" in told
    assert "far more serious than as a normal trait" in row("glossary", "neutropenia")["meaning"]


def test_where_blood_loss_begins_to_rise_is_told_beside_no_platelets():
    loss = table("constants").set_index("name").loc["stool_blood_rises_at_plt_e9_per_l", "value"]
    told = f"blood lost in the stool did not rise substantially until platelets were {loss:g} or fewer"
    assert told in row("support", "PL-fail-A25")["note"] and told in exercise("treatment-17").solution


def test_counts_are_looked_at_when_azathioprine_is_begun():
    assert "every week or every two" in exercise("treatment-06").solution
    assert "every week for four weeks" in row("drugs", "thiopurines")["note"]


def test_what_adds_to_methotrexate_is_told_with_what_is_known_of_it():
    assert "rimethoprim" in row("drugs", "methotrexate")["besides_stopping"]
    assert "no more major toxicity" in row("drugs", "methotrexate")["note"]
    assert "hold it back in the kidney" in row("treatment_by_cause", "methotrexate")["then"]


def test_what_no_count_grades_is_named():
    terms = ("aplastic anemia", "hemolytic anemia", "thrombotic microangiopathy")
    note = table("systems").query("system == 'ctcae' and edition == '6.0'")["note"].iloc[0]
    assert all(term in note.lower() and term in prose("03_grading_severity").lower() for term in terms)
    assert "not reported in addition" in note


def test_an_inherited_lack_of_megakaryocytes_is_named():
    assert "MPL (few platelets from birth, then all lines)" in row("causes", "germline")["what"]


def test_what_could_not_be_read_is_called_so():
    assert "could not be read" in source("BABUSHOK2024").note and "could not be opened" in source("BSH2024").note
    assert set(table("decisions").query("guideline == 'bsh2024'")["confidence"]) == {"C"}
    assert set(table("support").query("guideline == 'BSH'").query("year == 2017")["confidence"]) == {"C"}
    assert "no clear guidelines for non-severe disease" in row("decisions", "BSH24-2")["note"]


# --- what was read when -----------------------------------------------------------------------------------------------


def test_every_source_and_every_clinical_row_has_its_day():
    assert table("sources")["read_on"].str.fullmatch(r"20\d\d-\d\d-\d\d").all()
    for name in CLINICAL:
        assert table(name)["reviewed_on"].str.fullmatch(r"20\d\d-\d\d-\d\d").all(), name
    tables = {name: table(name) for name in (*CLINICAL, "sources", "films")}
    assert set(dictionary.dated(tables)) == {*CLINICAL, "sources"}


def test_what_is_superseded_names_its_successor_and_why_it_stays():
    rows = table("sources").set_index("key")
    old = rows.dropna(subset="superseded_by")
    assert rows["superseded_by"].notna().equals(rows["why_still_cited"].notna())
    assert set(old["superseded_by"]) <= set(rows.index) and {"CTCAE5", "HUGHES2002", "BCSH_HCL2012"} <= set(old.index)
    years = old["superseded_by"].map(rows["year"]).dropna().astype(int)
    assert (years >= old["year"].reindex(years.index).astype(float).fillna(0)).all()


def test_what_is_due_is_counted_from_the_data_not_from_the_clock():
    sources = pd.DataFrame(
        {
            "key": ["NEW", "EDGE", "OLD"], "read_on": ["2030-03-31", "2028-03-31", "2028-03-30"],
            "superseded_by": [None, None, "NEW"], "why_still_cited": [None, None, "It shows | what moved."],
        }
    )  # fmt: skip
    rows = pd.DataFrame({"id": ["a"], "source": ["OLD EDGE"], "reviewed_on": ["2029-01-01"]})
    tables = {"sources": sources, "rows": rows}
    late = dictionary.due(dictionary.dated(tables))
    assert list(late["sources"].index) == ["OLD"] and late["rows"].empty
    page = dictionary.reviewed(tables)
    assert "**2030-03-31**" in page and "- sources: OLD (2028-03-30)" in page
    assert r"| OLD | NEW | It shows \| what moved. | rows |" in page
    fresh = dictionary.reviewed({"sources": sources.head(2), "rows": rows})
    assert "Nothing." in fresh and "OLD (" not in fresh


# --- what readers of the whole course found ---------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["CRS-031", "CRS-038", "CRS-058"])
def test_a_fever_that_a_report_tells_is_a_finding_and_with_few_neutrophils_a_flag(key):
    found = Findings.of_patient(key)
    assert found.known["fever"] == "yes"
    few = found.count.anc is not None and found.count.anc <= 0.5
    assert few == any(one.flag == "neutropenic_fever" and one.raised for one in red_flags(found))


def test_large_red_cells_speak_for_alcohol_too():
    clues = {(row["cause"], row["feature"], row["value"]): row["side"] for row in records("clues")}
    assert clues["alcohol", "mcv", "high"] == "for"


def test_watching_without_treatment_tells_of_no_drug():
    rows = [row for row in records("support") if row["indication"] == "watching"]
    assert rows and not [row["id"] for row in rows if re.search("drug|ATG|prednis|cyclosporine", row["says"])]
