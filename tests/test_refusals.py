"""What cannot be is refused in a sentence: what is wrong with it, and what there is instead."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import pandas as pd
import pytest

import helpers
from helpers.blood.care.candidate import Candidate, columns
from helpers.blood.care.first_steps import treated_causes, treatment_of
from helpers.blood.care.guidelines import advise, guidelines, stretches
from helpers.blood.care.response import respond, response_systems
from helpers.blood.care.support import TOPICS, expected_hemoglobin, indications, thresholds
from helpers.blood.care.trials import compared, figures, trial, without
from helpers.blood.core.confidence_limits import difference_limits, exact_limits, wilson_limits
from helpers.blood.core.count import BloodCount, Person
from helpers.blood.core.derived import maturation_days
from helpers.blood.core.known import column, plain
from helpers.blood.core.units import ANALYTES, analyte, convert, show
from helpers.blood.grading.cohort import Cohort
from helpers.blood.grading.reference import flag, interval
from helpers.blood.grading.severity import editions, grade, hemoglobin_adjustment, karyotypes, retic_methods, systems
from helpers.blood.reports.fhir import read_fhir
from helpers.blood.search.accuracy import accuracy
from helpers.blood.search.base_rates import base_rates, cause_names, doors
from helpers.blood.search.causes import Findings, asked, features
from helpers.blood.search.patients import patient
from helpers.blood.search.traps import traps
from helpers.blood.search.workup import Walk, otherwise, results
from helpers.evidence import cite, constant, source
from helpers.panels.accuracy import TestPanel
from helpers.panels.claims import ClaimBench
from helpers.panels.explorer import CountExplorer
from helpers.pictures.stain import KINDS, sprite
from helpers.questions.answers import AnswerError, run, value
from helpers.questions.rounds import values_of

COUNT = BloodCount.of(hb=80, wbc=2, anc=0.6, plt=30, age_y=40, sex="female")
MANY = COUNT.to_frame()


def refused(call: Callable[[], object], kind: type[Exception] = ValueError) -> str:
    """The sentence with which something is refused."""
    with pytest.raises(kind) as caught:
        call()
    return str(caught.value.args[0])


# --- a name there is none of: the sentence lists those there are ------------------------------------------------------

NAMES = {
    "a system": (lambda: grade(COUNT, "apache"), systems),
    "an edition": (lambda: grade(COUNT, "ctcae", "4.0"), lambda: editions("ctcae")),
    "a definition": (lambda: grade(COUNT, "pancytopenia", "mine"), lambda: editions("pancytopenia")),
    "a reticulocyte method": (lambda: grade(COUNT, "aplastic_anemia", retic_method="eye"), retic_methods),
    "a karyotype": (lambda: grade(COUNT, "ipss_r", cytogenetics="bad"), karyotypes),
    "a reference set": (lambda: flag(COUNT, "my lab"), lambda: ["dorset", "merck"]),
    "one of several sets": (lambda: interval("hb", COUNT.person, ["dorset", "my lab"]), lambda: ["dorset", "merck"]),
    "an elevation method": (lambda: hemoglobin_adjustment(COUNT, "2011", "equation"), lambda: ["steps"]),
    "response criteria": (lambda: respond(COUNT, "who"), response_systems),
    "a topic": (lambda: indications("plasma"), lambda: TOPICS),
    "a situation": (lambda: thresholds(COUNT, "platelets", "flying"), lambda: indications("platelets")),
    "a guideline": (lambda: advise(Candidate("severe"), "nobody"), guidelines),
    "a guideline for ages": (lambda: stretches(Candidate("severe"), "nobody"), guidelines),
    "a treated cause": (lambda: treatment_of("bad luck"), treated_causes),
    "a question of trials": (lambda: figures("luck"), lambda: ["horse_rabbit"]),
    "a drug without a trial": (lambda: without("water"), lambda: ["hatg", "epag"]),
    "a counted cause": (lambda: base_rates("bad luck"), cause_names),
    "a door": (lambda: base_rates("aplastic", "window"), doors),
    "a feature": (lambda: Findings(COUNT, {"mood": "low"}), asked),
    "an answer": (lambda: Findings(COUNT, {"fever": "perhaps"}), lambda: features()["fever"].answers),
    "an answer of a step": (lambda: Walk().answer("perhaps"), lambda: Walk().here.ways),
    "a scheme of maturation": (lambda: maturation_days(0.3, "mine"), lambda: ["merck"]),
    "a system of units": (lambda: show(72, "hb", "imperial"), lambda: ["si", "conventional", "mmol"]),
    "a unit": (lambda: convert(1, "furlongs", "plt"), lambda: ["×10⁹/L"]),
    "a value to explore": (lambda: CountExplorer(COUNT, show=("mood",)), lambda: ["hb", "plt", "ctcae"]),
}


@pytest.mark.parametrize("what", NAMES)
def test_the_refusal_of_a_name_lists_what_there_is(what):
    call, known = NAMES[what]
    said = refused(call)
    assert len(list(known())) and all(str(name) in said for name in known()), said
    assert said.endswith(".") and "nan" not in said.split()


NO_PATIENT = "There is no published patient 'CRS-999'. table('patients') lists them."
KEYS = {
    "a patient": (lambda: patient("CRS-999"), NO_PATIENT),
    "findings of a patient": (lambda: Findings.of_patient("CRS-999"), NO_PATIENT),
    "results of a patient": (lambda: results("CRS-999", "repeat_count"), NO_PATIENT),
    "other answers of a patient": (lambda: otherwise("CRS-999", Walk().here, "yes"), NO_PATIENT),
    "a test": (lambda: accuracy("crystal_ball"), "ferritin_children"),
    "a line of a system": (lambda: grade(COUNT, "ctcae")["mood"], "CTCAE v6.0 has no line 'mood'. It grades: anemia"),
    "a line of many": (lambda: grade(MANY, "ctcae")["mood"], "platelets"),
    "a flag of many": (lambda: flag(MANY[["hb_g_per_l", "age_y"]])["plt"], "Flagged are: hb."),
    "a flag of nothing": (lambda: flag(MANY[["age_y"]])["plt"], "Flagged are: none."),
}


@pytest.mark.parametrize("what", KEYS)
def test_the_refusal_of_a_key_says_what_there_is(what):
    call, known = KEYS[what]
    assert known in refused(call, KeyError)


def test_a_figure_that_is_not_in_the_table_says_where_to_look():
    assert "table('trials') lists them" in refused(lambda: trial("nothing"))
    for name in (cite, source, constant):
        assert "nothing_like_it" in str(refused(lambda name=name: name("nothing_like_it"), (KeyError, ValueError)))


def test_a_near_name_of_a_value_is_suggested():
    assert "Did you mean 'plt'" in refused(lambda: analyte("plts"))
    assert "Did you mean 'hb'" in refused(lambda: BloodCount.of(hbb=7), TypeError)
    assert "age_y, sex, trimester" in refused(lambda: BloodCount.of(weight=70), TypeError)
    assert all(name in refused(lambda: COUNT.weight, AttributeError) for name in ANALYTES)


# --- an amount that cannot be: the sentence says the amount -----------------------------------------------------------

AMOUNTS = {
    "an age": (lambda: Person(age_y=300), "An age of 300 years is not a living person's"),
    "a negative age": (lambda: Person(age_y=-1), "An age of -1 years"),
    "a sex": (lambda: Person(sex="F"), "sex should be 'female', 'male' or None (not stated); it is 'F'"),
    "a trimester": (lambda: Person(trimester=4), "trimester should be 0 (not pregnant), 1, 2, 3 or None; it is 4"),
    "yes as a trimester": (lambda: Person(trimester=True), "trimester should be 0"),
    "a smoker": (lambda: Person(smoker="often"), "smoker should be True, False or None (not known); it is 'often'"),
    "Duffy": (lambda: Person(duffy_null=2), "duffy_null should be True, False or None"),
    "a place": (lambda: Person(elevation_m=math.inf), "meters above sea level"),
    "a place below the sea": (lambda: Person(elevation_m=-200_000), "no place on Earth"),
    "a marrow": (lambda: grade(COUNT, "aplastic_anemia", marrow_cellularity_pct=101), "marrow cellularity is a perc"),
    "a share": (lambda: grade(COUNT, "aplastic_anemia", hematopoietic_pct=-1), "hematopoietic share is a percentage"),
    "blasts": (lambda: grade(COUNT, "ipss_r", blasts_pct=120), "share of marrow blasts is a percentage between 0 and"),
    "a base rate": (lambda: accuracy("mma").among(-1), "A base rate lies between 0 and 100 %; this one is -1"),
    "a weight": (lambda: expected_hemoglobin(60, 1, 0), "weight_kg should be a number above 0; it is 0"),
    "units of blood": (lambda: expected_hemoglobin(60, -1, 70), "should be"),
    "events": (lambda: exact_limits(11, 10), "0 to 10 events of 1 or more counted; here 11 of 10"),
    "people": (lambda: wilson_limits(0, 0), "Give whole numbers"),
    "confidence": (lambda: wilson_limits(1, 10, 100), "between 0 and 100"),
    "a printed share": (lambda: difference_limits(101, 10, 5, 10), "here 101 % of 10 and 5 % of 10"),
    "how sure": (lambda: ClaimBench().judge("", 2), "How sure one is goes from 0 to 1; 2 was given"),
    "a verdict": (lambda: ClaimBench().judge("maybe", 1), "'maybe' is no verdict. The verdicts are: "),
    "an answer": (lambda: plain("yes"), "An answer is True, False or None (unknown); it is 'yes'"),
    "severity": (lambda: Candidate("grade 4"), "There is no severity 'grade 4'. Choose among: non_severe, severe"),
    "a fact": (lambda: Candidate(fit="yes"), "fit should be True, False or None (not known); it is 'yes'"),
    "severity before": (lambda: respond(COUNT, "nih", severity_before="mild"), "'severe', 'non_severe' or None; it is"),
    "a picture of a ratio": (lambda: TestPanel("spleen_palpation"), "only a likelihood ratio is printed"),
}  # fmt: skip


@pytest.mark.parametrize("what", AMOUNTS)
def test_the_refusal_of_an_amount_says_which_and_what_can_be(what):
    call, told = AMOUNTS[what]
    assert told in refused(call, (ValueError, TypeError))


@pytest.mark.parametrize("edge", [0, 1, 3, 17.99, 119.9])
def test_what_just_can_be_is_taken(edge):
    assert Person(age_y=edge).age_y == edge
    assert exact_limits(0, 10)[0] == 0 and exact_limits(10, 10)[1] == 100
    assert accuracy("mma").among(0).with_target == 0 and accuracy("mma").among(100).with_target == 1000
    assert grade(COUNT, "aplastic_anemia", marrow_cellularity_pct=0)["aplastic_anemia"].grade is not None
    assert grade(COUNT, "ipss_r", cytogenetics="good", blasts_pct=100)["ipss_r"].grade is not None


# --- things of another kind -------------------------------------------------------------------------------------------

KINDS_OF_THINGS = {
    "counts as a list": (lambda: Cohort([COUNT]), "got list"),
    "a count as a mapping": (lambda: grade({"hb": 80}, "ctcae"), "got dict"),
    "traps of a number": (lambda: traps(72), "it was given int"),
    "a value that is none": (lambda: BloodCount({"hb": 72}), "values['hb'] should be a Value; it is int"),
    "a list as a value": (lambda: BloodCount.of(hb=[72]), "a pair (7.2, 'g/dL'), a number in g/L"),
    "yes as a value": (lambda: BloodCount.of(hb=True), "it is True"),
    "a pair without a unit": (lambda: BloodCount.of(hb=(72, 3)), "hb should be text with a unit"),
    "an age in words": (lambda: Person(age_y="40"), "age_y should be a number or None; it is str"),
    "text in a column": (lambda: BloodCount.from_row({"hb_g_per_l": "7.2"}), "The column 'hb_g_per_l' should hold"),
    "the flags of many, one by one": (lambda: iter(flag(MANY)), "ask .frame(), or flag one BloodCount"),
    "the grades of many, one by one": (lambda: iter(grade(MANY, "ctcae")), "ask .frame(), or .why(row) for one"),
    "FHIR as a number": (lambda: read_fhir(3), "as a dict, as JSON text or as a path; this is int"),
}  # fmt: skip


@pytest.mark.parametrize("what", KINDS_OF_THINGS)
def test_the_refusal_of_another_kind_of_thing_says_what_was_given_or_is_wanted(what):
    call, told = KINDS_OF_THINGS[what]
    assert told in refused(call, TypeError)


def test_a_column_of_answers_takes_nothing_else():
    with pytest.raises((TypeError, ValueError)):
        column(["yes", "no"])
    assert column([True, None]).isna().tolist() == [False, True]


def test_a_frame_is_refused_by_the_column_that_is_wrong():
    assert "'donor' is no fact that decides" in refused(lambda: columns(pd.DataFrame({"donor": [1]})))
    assert "it holds 'F'" in refused(lambda: flag(MANY.assign(sex="F")))
    assert "'plt_e9_per_l' should hold numbers" in refused(lambda: grade(MANY.assign(plt_e9_per_l="few"), "ctcae"))


# --- two that do not go together --------------------------------------------------------------------------------------


def test_two_arms_that_cannot_be_compared_say_why():
    rows = helpers.table("trials").set_index("id")
    other = rows[(rows["study"] != rows.loc["race_or6_e", "study"]) & (rows["unit"] == "%")].index[0]
    assert "percentages of one study, one outcome" in refused(lambda: compared("race_or6_e", other))
    turned = refused(lambda: compared("race_or6_c", "race_or6_e"))
    assert turned.startswith("Turn them around: 'race_or6_e' has 68 %, 'race_or6_c' has 41 %")
    assert "Turn them around" in refused(lambda: compared("race_or6_e", "race_or6_e"))


def test_no_number_needed_to_treat_without_a_die():
    rows = helpers.table("trials").query("unit == '%' and design != 'randomized'")
    pairs = [
        (one, other)
        for _, same in rows.groupby(["study", "outcome", "who"])
        for one in same.itertuples()
        for other in same.itertuples()
        if one.value > other.value
    ]
    assert pairs
    for one, other in pairs:
        found = compared(one.id, other.id)
        for what in ("needed_to_treat", "needed_limits"):
            said = refused(lambda found=found, what=what: getattr(found, what))
            assert said.startswith(f"{one.study} did not randomize") and "would mislead" in said
        assert not found.randomized and found.difference > 0


def test_the_path_ends_and_says_so():
    end = Walk().answer("yes")
    while end.here.ways:
        end = end.answer(next(iter(end.here.ways)))
    assert "nothing: the path ends here" in refused(lambda: end.answer("yes"))
    assert end.back().here.ways and Walk().back() == Walk()


# --- what writers of questions are told -------------------------------------------------------------------------------

ANSWERS = {
    "no Python": ("= anc(", "This is no Python: 'anc(' ("),
    "a name that is not there": ("= nobody(1)", "There is no 'nobody' for answers. The names are: "),
    "an import": ("= __import__('os')", "There is no '__import__' for answers"),
    "an import on a line": ("= import os\nos", "it imports and defines nothing"),
    "something hidden": ("= anc.__globals__", "An answer does not reach for '__globals__'"),
    "no value at the end": ("= x = 1", "The last line of an answer must be the value itself, not `name = value`"),
    "nothing at all": ("= ", "The last line of an answer must be the value itself"),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_an_answer_that_cannot_be_worked_out_says_why(what):
    given, told = ANSWERS[what]
    assert told in refused(lambda: value(given), AnswerError)
    assert told in refused(lambda: value({"inside": [given]}), AnswerError), "inside a list and a table too"


def test_what_is_no_expression_stands_as_it_is():
    kept = {"text": "a = b", "number": 3, "list": ["x", None], "worked": "= anc(1.5, 52)"}
    assert value(kept) == {"text": "a = b", "number": 3, "list": ["x", None], "worked": pytest.approx(0.78)}


def test_code_that_leaves_nothing_is_told():
    assert "The code leaves nothing in 'answer'" in refused(lambda: run("other = 1", "answer"), AnswerError)
    assert run("answer = start + 1", "answer", "start = 2") == 3


@pytest.mark.parametrize(
    "part", [{}, {"range": [1, 2]}, {"range": [1], "step": 1}, {"step": 1}, {"range": 3, "step": 1}]
)
def test_a_family_without_numbers_is_told(part):
    assert "A family draws from {draw = [...]} or {range = [lo, hi], step = ...}" in refused(
        lambda: values_of(part), AnswerError
    )


@pytest.mark.parametrize(
    ("part", "values"),
    [
        ({"draw": [3, 1, 2]}, [3, 1, 2]),
        ({"range": [1, 2], "step": 0.5}, [1, 1.5, 2]),
        ({"range": [0.1, 0.3], "step": 0.1}, [0.1, 0.2, 0.3]),
        ({"range": [1, 4], "step": 2}, [1, 3]),
        ({"range": [1, 3], "step": 1, "first": 2}, [2, 1, 3]),
    ],
)
def test_a_family_has_every_step_of_its_range_and_begins_with_its_first(part, values):
    assert values_of(part) == values


# --- the front door ---------------------------------------------------------------------------------------------------


def test_a_name_the_front_door_does_not_have_is_no_attribute():
    assert "has no attribute 'treat'" in refused(lambda: helpers.treat, AttributeError)
    assert "grade" in dir(helpers) and "treat" not in dir(helpers)


def test_a_kind_of_cell_that_cannot_be_painted_lists_those_that_can():
    said = refused(lambda: sprite("unicorn", 7, 4), KeyError)
    assert "'unicorn'" in said and all(kind in said for kind in KINDS)


def test_every_refusal_is_a_sentence():
    """Of those above: it ends with a full stop and shows no type or address of the code."""
    calls = [call for call, *_ in (*NAMES.values(), *AMOUNTS.values(), *KINDS_OF_THINGS.values())]
    said = [refused(call, Exception) for call in calls]
    assert len(said) > 50 and not [one for one in said if not one.endswith(".")]
    assert not [one for one in said if re.search(r"<(class|function|lambda)|object at 0x|\bNaN\b", one)]
