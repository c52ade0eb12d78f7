"""Grades, responses, guidelines and causes held against their tables, read row by row in the plainest way.

The course's rules weigh columns of many people at once; here each table is read again for one person, with no code of
the rules, at every limit and a hair to both sides of it. What is not known is tried out: whatever it could be is put in
its place.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.blood.care.candidate import TIERS, Candidate
from helpers.blood.care.first_hour import first_hours
from helpers.blood.care.guidelines import OPEN, SAYS, advise, age_limits, guidelines
from helpers.blood.care.response import CANNOT_TELL as NO_LEVEL
from helpers.blood.care.response import COMPLETE, NONE, PARTIAL, ranked_systems, respond, response_rows
from helpers.blood.care.support import CANNOT_TELL, CONSIDER, GIVE, NOT_GIVE, TOPICS, indications, thresholds_table
from helpers.blood.core.count import BloodCount
from helpers.blood.core.units import ANALYTES, COLUMN
from helpers.blood.grading.reference import flag, interval
from helpers.blood.grading.severity import editions, grade, systems
from helpers.blood.grading.systems import family
from helpers.blood.search.causes import (
    AGAINST,
    CLINCHED,
    EXCLUDED,
    FOR,
    MIXED,
    NOTHING,
    Findings,
    asked,
    features,
    weigh,
)
from helpers.evidence import constant, records, table

Row = Mapping[str, Any]
COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
PEOPLE = [
    dict(age_y=34, sex="female", trimester=0),
    dict(age_y=34, sex="male"),
    dict(age_y=30, sex="female", trimester=1),
    dict(age_y=30, sex="female", trimester=3),
    dict(age_y=1.0, sex="male"),
    dict(age_y=4, sex="female", trimester=0),
    dict(age_y=8, sex="male"),
    dict(age_y=13, sex="male"),
    dict(age_y=80, sex="female", trimester=0),
    dict(age_y=40, sex="male", duffy_null=True),
]
LADDERS = [(system, edition) for system in systems() if family(system) == "ladder" for edition in editions(system)]


def around(limits: Iterable[float]) -> list[float]:
    """Each limit, and a hair to both sides of it."""
    found = sorted({float(limit) for limit in limits if limit is not None and not math.isnan(limit)})
    return [amount for limit in found for amount in (limit * 0.999, limit, limit * 1.001) if amount > 0]


def possible(analyte: str, amounts: Iterable[float]) -> list[float]:
    item = ANALYTES[analyte]
    return [amount for amount in amounts if item.plausible_low <= amount <= item.plausible_high]


# --- bands of one value -----------------------------------------------------------------------------------------------


def is_about(group: Row, person: Row) -> bool:
    """Whether a group of people is about this one; pregnancy that is not stated is none."""
    age, trimester = person["age_y"], person.get("trimester", 0)
    return (
        (group["age_low_y"] is None or age >= group["age_low_y"])
        and (group["age_high_y"] is None or age < group["age_high_y"])
        and group["sex"] in ("any", person["sex"])
        and group["trimester"] in (None, trimester)
    )


def grade_by_rows(rows: list[Row], amount: float, low_end: float) -> int:
    """The highest grade below whose upper end the amount lies; 0 where it lies below none."""
    ends = [(row["grade"], low_end if row["lower_limit_normal"] else row["upper"]) for row in rows]
    return max((number for number, end in ends if number and end is not None and amount < end), default=0)


@pytest.mark.parametrize("person", PEOPLE, ids=str)
@pytest.mark.parametrize(("system", "edition"), LADDERS)
def test_every_band_is_the_one_its_row_prints(system, edition, person):
    rows = [row for row in records("severity") if (row["system"], row["edition"]) == (system, edition)]
    groups = [row for row in records("groups") if (row["system"], row["edition"]) == (system, edition)]
    own = next((row["group"] for row in groups if is_about(row, person)), None)
    for item in dict.fromkeys(row["item"] for row in rows):
        mine = [row for row in rows if row["item"] == item and row["group"] in (None, own)]
        counted = [row for row in mine if row["lower_limit_normal"] or row["lower"] or row["upper"]]
        analyte = mine[0]["analyte"] if mine else ""
        if not counted:
            continue  # this edition has dropped the line, or has no such group
        low_end = interval(analyte, BloodCount.of(**person).person).low
        limits = [row[end] for row in counted for end in ("lower", "upper")] + [low_end]
        amounts = possible(analyte, around(limits))
        found = grade(pd.DataFrame({COLUMN[analyte]: amounts}).assign(**person), system, edition)[item]
        for amount, given_ in zip(amounts, found, strict=True):
            fixed = grade_by_rows(counted, amount, -math.inf)
            wanted = grade_by_rows(counted, amount, low_end)
            if math.isnan(low_end) and not fixed and any(row["lower_limit_normal"] for row in counted):
                assert pd.isna(given_) or given_ == 0, (item, amount)
            else:
                assert given_ == wanted, (item, amount)
        assert len(amounts) >= 3 or math.isnan(low_end), "a line that begins at a limit nobody has for this person"


def test_the_rows_of_every_group_are_tried():
    groups = [row for row in records("groups") if row["system"] == "who_anemia"]
    tried = {row["group"] for row in groups for person in PEOPLE if is_about(row, person)}
    assert len(tried) > 2 * len(groups) // 3, set(row["group"] for row in groups) - tried


# --- flags ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(table("reference_sets")["set"]))
def test_every_interval_flags_as_its_row_prints(name):
    """Somebody in the middle of each row's people: below its low end is low, above its high end is high."""
    rows = [row for row in records("reference_intervals") if row["set"] == name]
    assert rows
    for row in rows:
        low_age, high_age = row["age_low_y"] or 0, row["age_high_y"] or 90
        person = {
            "age_y": (low_age + min(high_age, 110)) / 2,
            "sex": row["sex"] if row["sex"] != "any" else "female" if row["trimester"] else None,
            "trimester": row["trimester"],
            "duffy_null": row["duffy"] == "null" or None,
        }
        amounts = possible(row["analyte"], around([row["low"], row["high"]]))
        frame = pd.DataFrame({COLUMN[row["analyte"]]: amounts}).assign(
            **{key: value for key, value in person.items() if value is not None}
        )
        found = flag(frame, name)[row["analyte"]].astype(str).tolist()
        if "trimester" not in frame and row["sex"] != "male":
            found = flag(frame.assign(trimester=0.0), name)[row["analyte"]].astype(str).tolist()
        below = [row["low"] is not None and amount < row["low"] for amount in amounts]
        above = [row["high"] is not None and amount > row["high"] for amount in amounts]
        wanted = ["low" if less else "high" if more else "normal" for less, more in zip(below, above, strict=True)]
        assert found == wanted, (row["id"], person, dict(zip(amounts, found, strict=True)))


# --- systems of several values ----------------------------------------------------------------------------------------

CELLS = ("hb", "wbc", "anc", "plt", "retic")
NEAR = {
    name: possible(
        name,
        around(
            row["limit"]
            for tables in ("definitions", "aplastic", "response_criteria")
            for row in records(tables)
            if row["analyte"] == name and row["operator"] in COMPARE
        ),
    )
    for name in CELLS
}
ENDS = {name: (ANALYTES[name].plausible_low or 1e-3, ANALYTES[name].plausible_high) for name in CELLS}
counts = st.fixed_dictionaries({}, optional={name: st.sampled_from(amounts) for name, amounts in NEAR.items()})
people = st.sampled_from(PEOPLE)


def filled(values: Mapping[str, float], names: Iterable[str]) -> Iterator[dict[str, float]]:
    """The count with every value it could have where one is not known: very few and very many."""
    unknown = [name for name in names if name not in values]
    for ends in product(*(ENDS[name] for name in unknown)):
        yield dict(values) | dict(zip(unknown, ends, strict=True))


def told(found: Iterable[Any]) -> Any:
    """The one answer that all have; None where they differ."""
    answers = set(found)
    return answers.pop() if len(answers) == 1 else None


def meets(row: Row, values: Mapping[str, float]) -> bool:
    return COMPARE[row["operator"]](values[row["analyte"]], row["limit"])


@settings(max_examples=60)
@given(counts, people, st.sampled_from(editions("pancytopenia")))
def test_a_definition_counts_the_lines_that_its_rows_call_low(values, person, definition):
    """Rows of one line are alternatives, of which one that is known suffices."""
    rows = [row for row in records("definitions") if row["definition"] == definition]
    rows = [row for row in rows if row["sex"] in ("any", person["sex"])]
    lines = dict.fromkeys(row["lineage"] for row in rows)
    low: dict[str, bool | None] = {}
    for line in lines:
        known = [meets(row, values) for row in rows if row["lineage"] == line and row["analyte"] in values]
        low[line] = any(known) if known else None
    sure, open_ = sum(one is True for one in low.values()), sum(one is None for one in low.values())
    needed = rows[0]["required"]
    found = grade(BloodCount.of(**values, **person), "pancytopenia", definition)["pancytopenia"]
    assert found.grade == (1 if sure >= needed else None if sure + open_ >= needed else 0)
    assert found.label == {1: "met", 0: "not met", None: "cannot tell"}[found.grade]
    assert f"{sure} of {len(lines)} lines {'is' if sure == 1 else 'are'} low, {needed} are needed" in found.reason


def tier_by_rows(values: Mapping[str, float], method: str) -> int:
    """Without the entry rule none; then how many of the three tiers are met, each with the one before."""
    met = []
    for tier in ("entry", "severe", "very_severe"):
        rows = [row for row in records("aplastic") if (row["part"], row["tier"]) == ("blood", tier)]
        rows = [row for row in rows if row["choice"] in ("any", method)]
        met.append(sum(meets(row, values) for row in rows) >= rows[0]["required"])
    return 0 if not met[0] else 1 if not met[1] else 3 if met[2] else 2


@settings(max_examples=60)
@given(counts, st.sampled_from(["automated", "manual", "intermediate", "ash2010"]))
def test_a_tier_of_aplastic_anemia_is_what_its_rows_say(values, method):
    wanted = told(tier_by_rows(one, method) for one in filled(values, ("hb", "anc", "plt", "retic")))
    count = BloodCount.of(**values)
    found = grade(count, "aplastic_anemia", retic_method=method)["blood_criteria"]
    assert found.grade == wanted and method in found.reason
    # A marrow that is nearly empty settles the same tier, a full one none.
    empty = grade(count, "aplastic_anemia", retic_method=method, marrow_cellularity_pct=10)["aplastic_anemia"]
    full = grade(count, "aplastic_anemia", retic_method=method, marrow_cellularity_pct=80)["aplastic_anemia"]
    assert empty.grade == wanted and full.grade in (0, None, 3)


def points_by_rows(item: str, amount: float) -> float:
    """The points of the one row an amount lies in."""
    fitting = [
        row["points"]
        for row in records("ipss_r")
        if row["item"] == item
        and (row["low"] is None or (amount >= row["low"] if row["low_included"] else amount > row["low"]))
        and (row["high"] is None or (amount <= row["high"] if row["high_included"] else amount < row["high"]))
    ]
    assert len(fitting) == 1, "the rows share out every amount"
    return fitting[0]


SCORED = ("hb", "plt", "anc")
scored = st.fixed_dictionaries(
    {
        name: st.sampled_from(
            around(row[end] for row in records("ipss_r") if row["item"] == name for end in ("low", "high"))
        )
        for name in (*SCORED, "blasts")
    }
)


@settings(max_examples=60)
@given(scored, st.sampled_from([row["code"] for row in records("ipss_r") if row["item"] == "cytogenetics"]))
def test_a_score_is_the_sum_of_its_rows_and_its_category_the_row_it_lies_in(values, karyotype):
    by_code = {row["code"]: row["points"] for row in records("ipss_r") if row["item"] == "cytogenetics"}
    total = by_code[karyotype] + sum(points_by_rows(name, amount) for name, amount in values.items())
    count = BloodCount.of(**{name: values[name] for name in SCORED})
    known = dict(cytogenetics=karyotype.replace("_", " "), blasts_pct=values["blasts"])
    found = grade(count, "ipss_r", **known)["ipss_r"]
    category = next(
        row
        for row in records("ipss_r")
        if row["item"] == "category"
        and (row["low"] is None or total > row["low"])
        and (row["high"] is None or total <= row["high"])
    )
    assert (found.value, found.label, found.criterion) == (total, category["label"], category["code"])
    assert found.unsettled == "" and f"total {total:g}" in found.reason
    for name in SCORED:
        left = grade(count.change(**{name: None}), "ipss_r", **known)["ipss_r"]
        most = max(row["points"] for row in records("ipss_r") if row["item"] == name)
        rest = total - points_by_rows(name, values[name])
        assert f"between {rest:g} and {rest + most:g}" in left.reason and math.isnan(left.value)
        assert f"may add up to {most:g} points" in left.unsettled


# --- response ---------------------------------------------------------------------------------------------------------


def level_by_rows(system: str, values: Mapping[str, float], free: bool, severity: str, low_end: float) -> str:
    """Complete where all its rows are met, else partial where all of its are, else none."""

    def met(row: Row) -> bool:
        match row["rule"]:
            case "number":
                return meets(row, values)
            case "lower_limit_normal":
                return values[row["analyte"]] >= low_end
            case "transfusion_free":
                return free
            case "no_longer_severe":
                rows = [row for row in records("aplastic") if (row["part"], row["tier"]) == ("blood", "severe")]
                rows = [row for row in rows if row["choice"] in ("any", "automated")]
                return sum(meets(row, values) for row in rows) < rows[0]["required"]
        raise AssertionError(row["rule"])

    rows = [row for row in response_rows(system) if row["severity"] in ("any", severity)]
    for level in (COMPLETE, PARTIAL):
        asked = [row for row in rows if row["response"] == level]
        if asked and all(map(met, asked)):
            return level
    return NONE


@settings(max_examples=60)
@given(
    counts,
    st.sampled_from(PEOPLE[:2]),
    st.sampled_from([True, False, None]),
    st.sampled_from(["severe", "non_severe", None]),
    st.sampled_from(ranked_systems()),
)
def test_a_response_is_what_its_rows_say(values, person, free, severity, system):
    """What is not known is tried out: where every way gives one level it is that one, else it cannot be told."""
    count = BloodCount.of(**values, **person)
    low_end = interval("hb", count.person).low
    ways = product(
        filled(values, ("hb", "anc", "plt", "retic")),
        [free] if free is not None else [True, False],
        [severity] if severity else ["severe", "non_severe"],
    )
    wanted = told(level_by_rows(system, one, so, was, low_end) for one, so, was in ways)
    found = respond(count, system, transfusion_free=free, severity_before=severity)
    assert found.level in (wanted, NO_LEVEL), found.reason
    if len(values) == len(CELLS) and free is not None and severity:
        assert found.level == wanted, found.reason


# --- transfusions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("topic", TOPICS)
def test_every_threshold_advises_as_its_row_prints(topic):
    analyte = TOPICS[topic]
    rows = [row for row in records("support") if row["topic"] == topic]
    amounts = possible(analyte, around(row["limit"] for row in rows))
    frame = pd.DataFrame({COLUMN[analyte]: [*amounts, math.nan]})
    for situation in indications(topic):
        mine = [row for row in rows if row["indication"] == situation]
        found = thresholds_table(frame, topic, situation)
        assert len(found) == len(mine) * len(frame)
        for place, amount in enumerate([*amounts, math.nan]):
            for row, advice in zip(mine, found.loc[place, "advice"], strict=True):
                if row["advice"] == "none":
                    wanted = NOT_GIVE
                elif math.isnan(amount):
                    wanted = CANNOT_TELL
                else:
                    low = CONSIDER if row["advice"] == "consider" else GIVE
                    wanted = low if COMPARE[row["operator"]](amount, row["limit"]) else NOT_GIVE
                assert advice == wanted, (row["id"], amount)


# --- guidelines -------------------------------------------------------------------------------------------------------

YES_NO = [row["fact"] for row in records("facts") if row["kind"] == "yes_no" and not row["any_of"]]
DERIVED = {row["fact"]: row["any_of"].split() for row in records("facts") if row["any_of"]}
maybe = st.sampled_from([True, False, None])


def row_for(name: str, case: Mapping[str, Any]) -> Row:
    """The one row of a guideline that fits somebody of whom everything is known."""
    so = {fact: case[fact] for fact in YES_NO} | {fact: any(case[of] for of in ofs) for fact, ofs in DERIVED.items()}
    fitting = [
        row
        for row in records("decisions")
        if row["guideline"] == name
        and case["severity"] in row["severity"].split()
        and (row["age_from"] or 0) <= case["age_y"] <= (math.inf if row["age_to"] is None else row["age_to"])
        and all(row.get(fact, "any") in ("any", "yes" if is_so else "no") for fact, is_so in so.items())
    ]
    assert len(fitting) == 1, (name, case)
    return fitting[0]


@settings(max_examples=40)
@given(
    st.none() | st.sampled_from(list(TIERS)),
    st.none() | st.sampled_from([0, 9, 17, 18, 20, 39, 40, 41, 50, 51, 60, 65, 80]),
    st.fixed_dictionaries({fact: maybe for fact in YES_NO}),
)
def test_a_guideline_says_what_its_row_says_whatever_is_not_known(severity, age, facts):
    """Every way in which the unknown can turn out: one answer is said, several leave it open and name what decides."""
    person = Candidate(severity, age, **facts)
    for name in guidelines():
        starts = age_limits(name)
        ways = product(
            [severity] if severity else list(TIERS),
            [age] if age is not None else starts,
            *([facts[fact]] if facts[fact] is not None else [True, False] for fact in YES_NO),
        )
        rows = [row_for(name, dict(zip(("severity", "age_y", *YES_NO), way, strict=True))) for way in ways]
        answers = {(row["choice"], row["first_line"] or "") for row in rows}
        found = advise(person, name)
        assert set(found.rows) == {row["id"] for row in rows}
        if len(answers) == 1:
            assert found.status == SAYS and {(found.choice, found.first_line)} == answers
            assert all(row["because"] in found.because for row in rows) and not found.missing
            assert ("whatever is still unknown" in found.because) is (len(found.rows) > 1)
        else:
            assert found.status == OPEN and found.choice == "" and found.missing and len(found.would) > 1
            assert not {fact for fact in found.missing if person.facts()[fact] is not None}, (
                "what is known is not asked"
            )
        assert found.confidence == max(row["confidence"] for row in rows)
        assert {key for row in rows for key in row["source"].split()} == set(found.source.split())


# --- causes -----------------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(counts, people, st.dictionaries(st.sampled_from(asked()), st.integers(0, 5), max_size=8))
def test_a_cause_is_weighed_by_the_clues_whose_finding_is_there(values, person, places):
    said = {key: list(features()[key].answers)[place % len(features()[key].answers)] for key, place in places.items()}
    found = Findings(BloodCount.of(**values, **person), said)
    for one in weigh(found):
        rows = [row for row in records("clues") if row["cause"] == one.cause.key]
        met = [row for row in rows if found.known.get(row["feature"]) == row["value"]]
        sides = {side: [row["says"] for row in met if row["side"] == side] for side in ("for", "against", "neither")}
        assert [clue.says for clue in one.speaks_for] == sides["for"]
        assert [clue.says for clue in one.against] == sides["against"]
        assert [clue.says for clue in one.silent] == sides["neither"]
        strengths = {row["strength"] for row in met}
        if "excludes" in strengths:
            assert one.verdict == EXCLUDED
        elif "clinches" in strengths:
            assert one.verdict == CLINCHED
        else:
            words = {(True, True): MIXED, (True, False): FOR, (False, True): AGAINST, (False, False): NOTHING}
            assert one.verdict == words[bool(sides["for"]), bool(sides["against"])]
        assert ("contradict each other" in one.reason) is ({"excludes", "clinches"} <= strengths)
        assert (found.known.keys() & set(one.open)) == set()
        telling = {row["feature"] for row in rows if row["side"] != "neither"}
        defining = {row["feature"] for row in rows if row["strength"] in ("clinches", "excludes")}
        assert set(one.open) == (telling | defining) - found.known.keys()
        first = [name in defining for name in one.open]
        assert first == sorted(first, reverse=True), "what defines is asked first"


@settings(max_examples=40)
@given(counts, people)
def test_what_a_count_tells_is_computed_from_its_flags(values, person):
    count = BloodCount.of(**values, **person)
    known, flags = Findings(count).known, {one.analyte: one.verdict for one in flag(count)}
    for feature, analytes in (("white", ("wbc", "anc")), ("platelets", ("plt",))):
        verdicts = [flags[name] for name in analytes if flags.get(name, "cannot tell") != "cannot tell"]
        wanted = None if not verdicts else "low" if "low" in verdicts else "not_low"
        assert known.get(feature) == wanted
    assert known.get("retic") == (None if flags.get("retic", "cannot tell") == "cannot tell" else flags["retic"])
    grown, old = constant("adult_from_y"), constant("older_from_y")
    assert known["age"] == ("child" if person["age_y"] < grown else "older" if person["age_y"] >= old else "adult")


# --- the first hour ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", records("first_hour"), ids=lambda row: row["emergency"])
def test_each_flag_of_an_emergency_leads_to_its_first_hour(row):
    """A person who just meets the first way of the flag; what is done comes in the order of the table."""
    for name in row["flags"].split():
        way = [rule for rule in records("red_flag_rules") if rule["flag"] == name]
        way = [rule for rule in way if rule["way"] == way[0]["way"]]
        amounts = {rule["name"]: rule["limit"] * 0.9 for rule in way if rule["kind"] == "count"}
        said = {rule["name"]: rule["value"].split()[0] for rule in way if rule["kind"] == "finding"}
        told_ = first_hours(Findings(BloodCount.of(**amounts), said))
        assert row["emergency"] in [one.key for one in told_] and len(set(told_)) == len(told_)
        mine = next(one for one in told_ if one.key == row["emergency"])
        assert (" | ".join(mine.do), " | ".join(mine.do_not)) == (row["do"], row["do_not"])


def test_nothing_found_leads_to_no_first_hour():
    assert first_hours(Findings(BloodCount.of())) == ()
    healthy = BloodCount.of(hb=140, wbc=6, anc=4, plt=250, **PEOPLE[0])
    assert first_hours(Findings(healthy, {"fever": "no", "unwell": "no", "bleeding": "none"})) == ()
