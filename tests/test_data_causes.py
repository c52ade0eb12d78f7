"""The tables of causes, clues, tests, series and the work-up: do they keep their rules, and would it be noticed?"""

from __future__ import annotations

import re

import pandas as pd
import pytest
from test_data import put, spoil

from helpers.blood.search.accuracy import accuracies
from helpers.blood.search.base_rates import could_be
from helpers.evidence import records, table

NAMES = (
    "mechanisms", "tests", "causes", "features", "clues", "red_flags", "red_flag_rules", "cause_series", "cause_shares",
    "accuracy", "workup", "workup_ways", "patient_findings", "patients", "analytes",
)  # fmt: skip
Tables = dict[str, pd.DataFrame]
STRENGTHS = {"for": {"clinches", "typical", "possible"}, "against": {"excludes", "unusual"}, "neither": {"silent"}}


def side_and_strength_disagree(tables: Tables) -> list[str]:
    rows = tables["clues"]
    return [row.id for row in rows.itertuples() if row.strength not in STRENGTHS[row.side]]


def clue_says_two_things(tables: Tables) -> list[str]:
    rows = tables["clues"]
    return list(rows.loc[rows.duplicated(["cause", "feature", "value"]), "id"])


def cause_nothing_speaks_for(tables: Tables) -> list[str]:
    spoken = tables["clues"].query("side == 'for'")["cause"]
    return sorted(set(tables["causes"]["cause"]) - set(spoken))


def unknown_test(tables: Tables) -> list[str]:
    known = set(tables["tests"]["test"])
    asked = [*tables["causes"]["clinching_tests"], *tables["workup"]["tests"].dropna()]
    return sorted({name for names in asked for name in names.split()} - known)


def answer_nobody_uses(tables: Tables) -> list[str]:
    """A feature that neither a clue nor a red flag asks for is only a burden."""
    used = set(tables["clues"]["feature"]) | set(tables["red_flag_rules"]["name"])
    return sorted(set(tables["features"]["feature"]) - used)


def rule_of_nothing(tables: Tables) -> list[str]:
    answers = set(zip(tables["features"]["feature"], tables["features"]["value"], strict=True))
    wrong = []
    for row in tables["red_flag_rules"].itertuples():
        count = row.kind == "count"
        known = row.name in set(tables["analytes"]["name"]) if count else False
        if count:
            good = (
                known
                and row.operator != "is"
                and pd.notna(row.limit)
                and (pd.isna(row.value) or row.value in ("own", "without_anc"))
            )
        else:
            values = str(row.value).split()
            good = row.operator == "is" and pd.isna(row.limit) and all((row.name, value) in answers for value in values)
        wrong += [] if good else [f"{row.flag} {row.way} {row.name}"]
    return wrong


def flag_without_a_rule(tables: Tables) -> list[str]:
    return sorted(set(tables["red_flags"]["flag"]) ^ set(tables["red_flag_rules"]["flag"]))


def share_of_more_than_all(tables: Tables) -> list[str]:
    n = tables["cause_series"].set_index("series")["n"]
    rows = tables["cause_shares"]
    return [f"{row.series} {row.cause}" for row in rows.itertuples() if not row.cases <= row.of_n <= n[row.series]]


def share_that_cannot_be_and_does_not_say_so(tables: Tables) -> list[str]:
    wrong = []
    for row in tables["cause_shares"].itertuples():
        fits = could_be(row.pct_printed, row.of_n, row.decimals, row.cases)
        told = isinstance(row.note, str) and re.search(r"Printed error|As printed|Nearest", row.note)
        wrong += [] if fits or told else [f"{row.series} {row.cause}"]
    return wrong


def limits_do_not_hold_their_share(tables: Tables) -> list[str]:
    rows, wrong = tables["accuracy"], []
    for side in ("sensitivity", "specificity"):
        low, value, high = (rows[f"{side}{end}_pct"] for end in ("_low", "", "_high"))
        wrong += list(rows.loc[(low > value) | (value > high) | (low.isna() != high.isna()), "id"])
    both = rows[["sensitivity_pct", "specificity_pct"]].notna().any(axis=1)
    wrong += list(rows.loc[both == rows["lr_positive"].notna(), "id"])
    return wrong + list(rows.loc[rows["with_target"] > rows["n"], "id"])


def words_are_not_in_the_report(tables: Tables) -> list[str]:
    """What a published patient's finding quotes stands in that patient's row."""
    patients = tables["patients"].astype("str").fillna("").agg(" | ".join, axis=1)
    patients.index = tables["patients"]["patient"]
    rows = tables["patient_findings"]
    return [f"{row.patient} {row.feature}" for row in rows.itertuples() if row.printed not in patients[row.patient]]


def step_without_a_way_or_a_way_in(tables: Tables) -> list[str]:
    steps, ways = tables["workup"].set_index("step"), tables["workup_ways"]
    ends = set(steps.index[steps["kind"] == "outcome"])
    wrong = ends & set(ways["step"]) | (set(steps.index) - ends - set(ways["step"]))
    return sorted(wrong | (set(steps.index) - set(ways["next"]) - {steps["order"].idxmin()}))


def does_not_fit_its_label(tables: Tables) -> list[str]:
    return [row.cause for row in tables["causes"].itertuples() if len(row.short) > 22]


RULES = (
    side_and_strength_disagree, clue_says_two_things, cause_nothing_speaks_for, unknown_test, answer_nobody_uses,
    rule_of_nothing, flag_without_a_rule, share_of_more_than_all, share_that_cannot_be_and_does_not_say_so,
    limits_do_not_hold_their_share, words_are_not_in_the_report, step_without_a_way_or_a_way_in, does_not_fit_its_label,
)  # fmt: skip


@pytest.fixture
def tables() -> Tables:
    return {name: table(name) for name in NAMES}


@pytest.mark.parametrize("broken", RULES, ids=lambda rule: rule.__name__)
def test_the_tables_keep_the_rule(tables, broken):
    assert broken(tables) == []


@pytest.mark.parametrize(
    ("broken", "name", "key", "where", "column", "wrong"),
    [
        (side_and_strength_disagree, "clues", "id", "b12_b12_low", "side", "against"),
        (clue_says_two_things, "clues", "id", "b12_b12_low", "value", "normal"),
        (cause_nothing_speaks_for, "clues", "cause", "cytotoxic", "side", "against"),
        (unknown_test, "causes", "cause", "ttp", "clinching_tests", "crystal_ball"),
        (unknown_test, "workup", "step", "marrow", "tests", "needle"),
        (answer_nobody_uses, "features", "feature", "fever", "feature", "mood"),
        (rule_of_nothing, "red_flag_rules", "name", "anc", "limit", None),
        (rule_of_nothing, "red_flag_rules", "name", "anc", "name", "neutros"),
        (rule_of_nothing, "red_flag_rules", "name", "anc", "value", "low"),
        (rule_of_nothing, "red_flag_rules", "name", "fever", "value", "high"),
        (flag_without_a_rule, "red_flag_rules", "flag", "cord", "flag", "marked"),
        (share_of_more_than_all, "cause_shares", "series", "karachi_2020", "cases", 25),
        (share_of_more_than_all, "cause_series", "series", "turkey_2020", "n", 500),
        (share_that_cannot_be_and_does_not_say_so, "cause_shares", "series", "east_india", "note", None),
        (share_that_cannot_be_and_does_not_say_so, "cause_shares", "series", "wardha", "cases", 12),
        (limits_do_not_hold_their_share, "accuracy", "id", "mma", "sensitivity_pct", 50),
        (limits_do_not_hold_their_share, "accuracy", "id", "mma", "n", 20),
        (limits_do_not_hold_their_share, "accuracy", "id", "hscore", "lr_positive", 6.6),
        (words_are_not_in_the_report, "patient_findings", "patient", "CRS-002", "printed", "B12 900"),
        (step_without_a_way_or_a_way_in, "workup", "step", "retic_film", "kind", "outcome"),
        (step_without_a_way_or_a_way_in, "workup_ways", "next", "inherited", "next", "open"),
        (does_not_fit_its_label, "causes", "cause", "hlh", "short", "hemophagocytic lymphohistiocytosis"),
    ],
)
def test_the_rule_notices(tables, broken, name, key, where, column, wrong):
    """Every rule above is seen to fail."""
    rows = tables[name].copy()
    rows.loc[rows[key] == where, column] = wrong
    assert broken(tables | {name: rows})


@pytest.mark.parametrize(
    ("name", "change", "error"),
    [
        pytest.param("clues", put("cause", "bad_luck"), "foreign-key", id="a clue to an unknown cause"),
        pytest.param("clues", put("value", "purple"), "foreign-key", id="a clue of an unknown answer"),
        pytest.param("clues", put("strength", "0.9"), "constraint-error", id="a number for a strength"),
        pytest.param("causes", put("mechanism", "magic"), "foreign-key", id="an unknown mechanism"),
        pytest.param("cause_shares", put("pct_printed", "140"), "constraint-error", id="more than all"),
        pytest.param("cause_shares", put("series", "atlantis"), "foreign-key", id="a share of an unknown series"),
        pytest.param("accuracy", put("specificity_pct", "101"), "constraint-error", id="more than perfect"),
        pytest.param("red_flag_rules", put("flag", "boredom"), "foreign-key", id="a rule of no flag"),
        pytest.param("workup_ways", put("next", "nowhere"), "foreign-key", id="a way to nowhere"),
        pytest.param("patient_findings", put("patient", "CRS-999"), "foreign-key", id="a finding of nobody"),
        pytest.param("tests", put("sample", "urine"), "constraint-error", id="a sample of another kind"),
    ],
)
def test_the_schema_rejects(tmp_path, name, change, error):
    kinds = [kind for _, kind in spoil(tmp_path, name, change)]
    assert error in kinds, f"expected {error}, found {kinds}"


def test_how_much_there_is():
    assert len(accuracies()) == 34
    assert len(table("cause_series")) >= 17
    assert len(table("causes")) >= 21 and len(table("mechanisms")) == 6
    assert set(table("patient_findings")["feature"]) <= set(table("features")["feature"])


def test_no_dose_is_given():
    """Causes and red flags say what is done first, never how much of it."""
    dose = re.compile(r"\d\s*(?:mg|µg|mcg|g/d|units?|mL/kg)\b", re.I)
    for name, columns in (("causes", ["first_action"]), ("red_flags", ["at_once"]), ("workup", ["why"])):
        for column in columns:
            assert not table(name)[column].str.contains(dose).any()
    assert dose.search("hydroxocobalamin 1 mg three times a week")


def test_a_low_line_speaks_for_no_cause():
    """It is what is to be explained: it counts for all causes that lower it, or, as here, for none of them."""
    low = [row for row in records("clues") if row["feature"] in ("white", "platelets") and row["value"] == "low"]
    assert {row["cause"] for row in low} >= {"malaria", "dengue", "sfts", "ttp"}, "what sources say of it is kept"
    assert [row["id"] for row in low if row["side"] == "for"] == []
