"""Causes: does each finding speak where its table says so, and is "not known" never taken for "no"?"""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.blood.core.count import BloodCount
from helpers.blood.core.units import COLUMN
from helpers.blood.search.causes import (
    AGAINST,
    CLINCHED,
    EXCLUDED,
    FOR,
    MIXED,
    NOTHING,
    Findings,
    Weighed,
    asked,
    causes,
    clues,
    features,
    film_signs,
    weigh,
    weigh_table,
)
from helpers.evidence import table

MAN = BloodCount.of(hb=76, wbc=2.6, plt=88, mcv=105, age_y=62, sex="male")
NOBODY = BloodCount.of()


def board(found: Findings) -> dict[str, Weighed]:
    return {one.cause.key: one for one in weigh(found)}


answers = st.dictionaries(st.sampled_from(asked()), st.integers(0, 20), max_size=12).map(
    lambda given: {
        key: list(features()[key].answers)[place % len(features()[key].answers)] for key, place in given.items()
    }
)


# --- what is known ---


def test_the_count_says_what_it_can():
    known = Findings(MAN).known
    assert known == {"mcv": "high", "white": "low", "platelets": "low", "age": "older"}


@pytest.mark.parametrize(
    ("age", "band"), [(0, "child"), (17.9, "child"), (18, "adult"), (59.9, "adult"), (60, "older")]
)
def test_ages_have_bands(age, band):
    assert Findings(BloodCount.of(age_y=age)).known == {"age": band}


def test_neutrophils_alone_can_make_the_white_line_low_or_not():
    person = {"age_y": 40, "sex": "female", "trimester": 0}
    assert Findings(BloodCount.of(anc=0.4, **person)).known["white"] == "low"
    assert Findings(BloodCount.of(wbc=6, anc=0.4, **person)).known["white"] == "low"
    assert Findings(BloodCount.of(wbc=6, **person)).known["white"] == "not_low"


def test_an_unknown_person_or_value_is_not_known_and_not_normal():
    assert Findings(BloodCount.of(mcv=120, plt=10)).known == {}
    assert Findings(NOBODY).known == {}


def test_a_film_is_bland_only_when_all_of_it_was_looked_at():
    clean = dict.fromkeys(film_signs(), "no")
    assert Findings(NOBODY, clean).known["film_bland"] == "yes"
    assert Findings(NOBODY, clean | {"film_blasts": "yes"}).known["film_bland"] == "no"
    assert "film_bland" not in Findings(NOBODY, {"film_blasts": "no"}).known


def test_a_film_that_was_looked_at_is_told_by_what_was_seen():
    clean = dict.fromkeys(film_signs(), "no")
    assert Findings(NOBODY, clean).words() == ["a bland film: few cells, none abnormal"]
    assert Findings(NOBODY, clean | {"film_blasts": "yes"}).words() == ["blasts"]
    assert Findings(NOBODY, {"film_blasts": "no"}).words() == ["no blasts"]


def test_an_answer_can_be_changed_and_taken_back():
    found = Findings(MAN, {"b12": "low"}).change(b12="normal", fever="yes")
    assert dict(found.said) == {"b12": "normal", "fever": "yes"}
    assert dict(found.change(b12=None).said) == {"fever": "yes"}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"mcv": "high"}, "computed from the count"),
        ({"film_bland": "yes"}, "computed from the count"),
        ({"moon": "full"}, "There are: fever"),
        ({"b12": "quite low"}, "Choose among: 'low', 'borderline', 'normal'"),
    ],
)
def test_what_cannot_be_said_is_told(said, told):
    with pytest.raises(ValueError, match=told):
        Findings(MAN, said)


# --- weighing ---


def test_every_clue_speaks_for_its_cause_when_its_finding_is_there():
    """Whatever the count, a finding speaks on the side its row says, for that cause and with that source."""
    for clue in clues():
        if clue.feature not in asked():
            continue
        one = board(Findings(NOBODY, {clue.feature: clue.value}))[clue.cause]
        side = {"for": one.speaks_for, "against": one.against, "neither": one.silent}[clue.side]
        assert side == (clue,), clue.id


def test_nothing_known_says_nothing():
    assert {one.verdict for one in weigh(Findings(NOBODY))} == {NOTHING}
    assert all(one.open for one in weigh(Findings(NOBODY)))


@pytest.mark.parametrize(
    ("said", "cause", "verdict"),
    [
        ({"hiv": "positive"}, "hiv", CLINCHED),
        ({"b12": "low"}, "b12", FOR),
        ({}, "b12", FOR),
        ({"b12": "normal"}, "b12", MIXED),
        ({"b12": "borderline"}, "b12", FOR),
        ({"spleen": "large"}, "aplastic", AGAINST),
        ({"marrow": "empty", "spleen": "massive"}, "aplastic", MIXED),
        ({"film_young_cells": "yes"}, "aplastic", AGAINST),
        ({"marrow": "empty", "film_blasts": "yes"}, "aplastic", EXCLUDED),
        ({"marrow": "empty"}, "aplastic", FOR),
        ({"marrow": "empty"}, "acute_leukemia", NOTHING),
        ({"medicine": "none"}, "drug", EXCLUDED),
        ({"fever": "no"}, "hlh", AGAINST),
        ({}, "ttp", AGAINST),
    ],
)
def test_the_verdict_follows_the_strengths(said, cause, verdict):
    assert board(Findings(MAN, said))[cause].verdict == verdict


def test_a_normal_cell_size_does_not_speak_against_vitamin_b12():
    normal = board(Findings(MAN.change(mcv=90), {}))["b12"]
    assert not normal.against and [clue.feature for clue in normal.silent] == ["mcv"]
    assert normal.verdict == NOTHING


def test_the_reason_names_both_sides():
    one = board(Findings(MAN, {"marrow": "empty", "spleen": "large", "film_blasts": "yes"}))["aplastic"]
    assert one.reason == "For it: an empty marrow. Against it: blasts (excludes); an enlarged spleen."


def test_two_defining_findings_that_contradict_each_other_are_to_be_repeated():
    one = board(Findings(MAN, {"pml_rara": "yes"}))["apl"]
    assert "contradict" not in one.reason
    both = board(Findings(MAN, {"parasite_test": "malaria", "travel": "no", "copper": "low"}))
    assert both["malaria"].verdict == CLINCHED and "contradict" not in both["malaria"].reason
    odd = board(Findings(MAN, {"inherited_tests": "breakage", "pnh_clone": "yes"}))["fanconi"]
    assert odd.verdict == CLINCHED and odd.against
    clash = board(Findings(MAN.change(plt=300), {"adamts13": "below_10"}))["ttp"]
    assert clash.verdict == EXCLUDED and clash.reason.endswith("one of the two results is to be repeated.")


def test_what_is_open_begins_with_what_defines():
    one = board(Findings(MAN))["ttp"]
    assert one.open[0] == "adamts13" and "platelets" not in one.open
    assert "adamts13" not in board(Findings(MAN, {"adamts13": "to_20"}))["ttp"].open


@given(answers)
def test_no_finding_is_lost_and_none_speaks_twice(said):
    found = Findings(MAN, said)
    for one in weigh(found):
        spoken = [*one.speaks_for, *one.against, *one.silent]
        assert len({clue.feature for clue in spoken}) == len(spoken)
        assert all(found.known[clue.feature] == clue.value for clue in spoken)
        assert not {clue.feature for clue in spoken} & set(one.open)
        assert one.reason.startswith("For it: ")


@given(answers, st.sampled_from(asked()))
def test_the_order_of_causes_never_changes(said, key):
    found = Findings(MAN, said)
    assert [one.cause.key for one in weigh(found)] == list(causes())
    more = found.change(**{key: next(iter(features()[key].answers))})
    assert [one.cause.key for one in weigh(more)] == list(causes())


def test_every_published_patient_can_be_weighed():
    for patient in table("patients")["patient"]:
        assert len(weigh(Findings.of_patient(patient))) == len(causes())
    with pytest.raises(KeyError, match="no published patient"):
        Findings.of_patient("CRS-999")


@pytest.mark.parametrize(
    ("patient", "cause"),
    [
        ("CRS-035", "acute_leukemia"),
        ("CRS-042", "apl"),
        ("CRS-061", "kala_azar"),
        ("CRS-061", "hiv"),
        ("CRS-087", "marrow_cancer"),
    ],
)
def test_the_board_clinches_what_the_authors_found(patient, cause):
    assert board(Findings.of_patient(patient))[cause].verdict == CLINCHED


@pytest.mark.parametrize(("patient", "cause"), [("CRS-002", "b12"), ("CRS-010", "copper"), ("CRS-030", "pnh")])
def test_the_board_leans_where_only_time_or_size_can_prove(patient, cause):
    """A lack is proven by the counts that return, PNH by more than a clone."""
    assert board(Findings.of_patient(patient))[cause].verdict == FOR


def test_no_published_patient_is_ruled_out_of_what_they_had():
    """A clue that excludes the diagnosis of a published patient would be wrong, or the finding would be."""
    group = {
        "megaloblastic": {"b12", "folate"}, "copper_deficiency": {"copper"}, "aplastic_anemia": {"aplastic"},
        "acute_leukemia": {"acute_leukemia"}, "hlh": {"hlh"}, "hypersplenism": {"hypersplenism"}, "pnh": {"pnh"},
        "hairy_cell_leukemia": {"hairy_cell"}, "marrow_infiltration": {"marrow_cancer"}, "autoimmune": {"sle"},
    }  # fmt: skip
    for row in table("patients").itertuples():
        own = group.get(row.diagnosis_group, set())
        weighed = board(Findings.of_patient(row.patient))
        assert not own or {weighed[key].verdict for key in own} - {EXCLUDED}, row.patient


# --- many people ---


def people_of(found: list[Findings]) -> pd.DataFrame:
    """Findings as a frame: the columns of the count, and one for each answer."""
    counts = pd.DataFrame(
        [
            {COLUMN[name]: one.count.compared(name) for name in one.count.values}
            | {name: getattr(one.count.person, name) for name in ("age_y", "sex", "trimester", "duffy_null")}
            for one in found
        ]
    )
    said = pd.DataFrame([dict(one.said) for one in found]) if any(one.said for one in found) else pd.DataFrame()
    return pd.concat([counts, said.reindex(range(len(found)))], axis=1)


@settings(max_examples=15, deadline=None)
@given(said=st.lists(answers, min_size=1, max_size=4))
def test_one_by_one_equals_the_columns(said):
    """Verdict and reason of a frame of people and of each of them."""
    found = [Findings((MAN, NOBODY)[place % 2], some) for place, some in enumerate(said)]
    together = weigh_table(people_of(found))
    for place, one in enumerate(found):
        for weighed in weigh(one):
            row = together.loc[(place, weighed.cause.key)]
            assert (row["verdict"], row["because"]) == (weighed.verdict, weighed.reason)


def test_the_published_patients_one_by_one_and_together():
    found = [Findings.of_patient(patient) for patient in table("patients")["patient"][:40]]
    together = weigh_table(people_of(found))
    alone = [(one.verdict, one.reason) for some in found for one in weigh(some)]
    assert list(together.itertuples(index=False, name=None)) == alone


@pytest.mark.parametrize(("column", "wrong"), [("b12", "lowish"), ("fever", "maybe")])
def test_an_answer_there_is_none_of_is_told_among_many(column, wrong):
    with pytest.raises(ValueError, match=f"{column} has no answer '{wrong}'. Choose among"):
        weigh_table(pd.DataFrame({column: [None, wrong]}))
