"""Red flags: raised when their rule holds, asked for when a part is missing, silent otherwise, never guessed."""

from __future__ import annotations

import html
import itertools
import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.blood.core.count import BloodCount
from helpers.blood.core.criteria import Comparison
from helpers.blood.core.derived import complete
from helpers.blood.core.units import ANALYTES, show
from helpers.blood.grading.reference import interval
from helpers.blood.reports.text import read_report
from helpers.blood.search.causes import Findings, features
from helpers.blood.search.red_flags import URGENCIES, not_told, red_flags
from helpers.evidence import records, table
from helpers.panels.explorer import CountExplorer
from helpers.panels.red_flags import notice, to_ask
from helpers.panels.response import ResponsePanel
from helpers.wording import small


def flags(found: Findings, raised: bool = True) -> list[str]:
    return [one.flag for one in red_flags(found) if one.raised == raised]


def ways() -> list[tuple[str, tuple]]:
    rows = sorted(records("red_flag_rules"), key=lambda row: (row["flag"], row["way"]))
    return [(key[0], tuple(same)) for key, same in itertools.groupby(rows, key=lambda row: (row["flag"], row["way"]))]


def meeting(rules: tuple) -> Findings:
    """Findings that just meet these rules."""
    amounts = {
        row["name"]: row["limit"] - 10.0 ** -ANALYTES[row["name"]].decimals for row in rules if row["kind"] == "count"
    }
    said = {row["name"]: row["value"].split()[0] for row in rules if row["kind"] == "finding"}
    count = BloodCount.of(**amounts)
    if said.pop("age", ""):
        count = count.change(age_y=6, sex="female")
    return Findings(count, said)


def _within(rules: tuple, other: tuple) -> bool:
    """Whether whoever meets these rules meets the other ones, which ask for less."""
    asked = [{(row["name"], row["operator"], row["limit"], row["value"]) for row in some} for some in (other, rules)]
    return asked[0] <= asked[1]


@pytest.mark.parametrize(("flag", "rules"), ways(), ids=lambda part: part if isinstance(part, str) else "")
def test_each_way_raises_its_flag_and_no_part_of_it_alone_does(flag, rules):
    found = meeting(rules)
    assert flag in flags(found)
    others = [other for name, other in ways() if name == flag and other != rules]
    for left_out in rules:
        fewer = (
            meeting(tuple(row for row in rules if row is not left_out)) if len(rules) > 1 else Findings(BloodCount.of())
        )
        if not any(_within(rules, other) for other in others):
            assert flag not in flags(fewer), left_out


COUNTED = [(flag, rules, row) for flag, rules in ways() for row in rules if row["kind"] == "count"]


@pytest.mark.parametrize(
    ("flag", "rules", "row"), COUNTED, ids=lambda part: part["name"] if isinstance(part, dict) else str(part)[:20]
)
def test_a_limit_itself_raises_only_where_its_rule_or_a_wider_one_says_so(flag, rules, row):
    """Each rule at its limit: what the operator says, unless another way of the same flag takes the value in."""
    found = meeting(rules)
    at_limit = Findings(found.count.change(**{row["name"]: limit_for(row, found)}), found.said)
    assert flag in flags(found) and (flag in flags(at_limit)) is (flag in by_the_rules(at_limit)[0])
    wider = [one for name, _, one in COUNTED if name == flag and one["name"] == row["name"] and one is not row]
    takes_in = [one for one in wider if (one["limit"], one["operator"] == "<=") > (row["limit"], False)]
    uncounted = any(name == flag and _within(rules, other) for name, other in ways() if other != rules)
    if row["operator"] == "<" and not takes_in and not uncounted:
        assert flag not in flags(at_limit)


def limit_for(rule: dict, found: Findings) -> float:
    """The limit of a rule for this person: their own lower limit where the rule asks for it and there is one."""
    own = interval(rule["name"], found.count.person).low if rule["value"] == "own" else math.nan
    return rule["limit"] if math.isnan(own) else own


def holds(rule: dict, found: Findings) -> bool | None:
    """One rule held against one person, as the table has it: in the plainest way."""
    if rule["kind"] == "finding":
        said = found.known.get(rule["name"])
        return None if said is None else said in rule["value"].split()
    limit = limit_for(rule, found)
    below = {"<": lambda amount: amount < limit, "<=": lambda amount: amount <= limit}[rule["operator"]]
    whole = complete(found.count)
    amount, white = getattr(whole, rule["name"]), whole.wbc
    cannot_be = rule["name"] == "anc" and amount > white
    if rule["value"] == "without_anc" and not (math.isnan(whole.anc) or whole.anc > white):
        return False
    if not math.isnan(amount) and not cannot_be:
        return below(amount)
    return True if rule["name"] == "anc" and not math.isnan(white) and below(white) else None


def by_the_rules(found: Findings) -> tuple[set[str], set[str]]:
    """The flags that are raised and those that are open, straight from the table."""
    raised, open_ = set(), set()
    for flag, rules in ways():
        answers = [holds(rule, found) for rule in rules]
        if all(answers):
            raised.add(flag)
        elif False not in answers and True in answers:
            open_.add(flag)
    covered = {row["flag"] for row in records("red_flags") if raised & set((row["within"] or "").split())}
    return raised - covered, open_ - raised - covered


@settings(max_examples=40)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            row["name"]: st.sampled_from([row["limit"] * part for part in (0.5, 0.99, 1, 1.01, 2)])
            for _, _, row in COUNTED
        },
    ),
    st.dictionaries(
        st.sampled_from([row["name"] for row in records("red_flag_rules") if row["kind"] == "finding"]).filter(
            lambda name: features()[name].group != "count"
        ),
        st.integers(0, 5),
        max_size=6,
    ),
    st.sampled_from([{}, {"age_y": 34, "sex": "female", "trimester": 0}, {"age_y": 70, "sex": "male"}, {"age_y": 3}]),
)
def test_flags_are_those_of_the_table_read_rule_by_rule(values, places, person):
    said = {key: list(features()[key].answers)[place % len(features()[key].answers)] for key, place in places.items()}
    found = Findings(BloodCount.of(**values, **person), said)
    told = red_flags(found)
    assert (set(flags(found)), set(flags(found, raised=False))) == by_the_rules(found)
    order = [(not one.raised, list(URGENCIES).index(one.urgency)) for one in told]
    assert order == sorted(order) and len({one.flag for one in told}) == len(told)
    for one in told:
        every = [rules for flag, rules in ways() if flag == one.flag]
        unknown = [tuple(row["name"] for row in rules if holds(row, found) is None) for rules in every]
        possible = [names for names, rules in zip(unknown, every, strict=True) if begun(rules, found)]
        assert len(one.missing) == min(map(len, possible)) and one.missing in possible, "of all ways the nearest"
        assert one.because.count("; ") >= len(one.found) - 1 and one.because


def begun(rules: tuple, found: Findings) -> bool:
    answers = [holds(rule, found) for rule in rules]
    return True in answers and False not in answers


def test_fever_is_asked_for_when_neutrophils_are_very_low():
    found = Findings(BloodCount.of(hb=135, anc=0.2, plt=250))
    assert flags(found) == []
    assert flags(found, raised=False) == ["neutropenic_fever", "sepsis_no_fever", "sepsis", "falling_count"]
    asked = red_flags(found)[0]
    assert asked.needs == "a fever of 38 °C or more" and asked.missing == ("fever",)
    assert "below 0.5" in asked.because
    assert flags(found.change(fever="yes")) == ["neutropenic_fever"]
    calm = found.change(fever="no")
    assert "neutropenic_fever" not in flags(calm, raised=False) and "sepsis_no_fever" in flags(calm, raised=False)
    assert red_flags(calm.change(unwell="no", medicine="none")) == ()


@pytest.mark.parametrize(
    ("about", "hb", "asked"),
    [
        ({"sex": "female", "trimester": 3}, 118, False),
        ({"sex": "female", "trimester": 0}, 118, True),
        ({"sex": "male"}, 125, True),
        ({}, 119, True),
        ({}, 120, False),
    ],
)
def test_anemia_is_asked_about_below_the_persons_own_limit_only(about, hb, asked):
    count = BloodCount.of(hb=hb, **({"age_y": 30} | about if about else {}))
    found = red_flags(Findings(count))
    assert [one.flag for one in found] == ["anemia_signs", "anemia"] * asked
    if about and asked:
        own = interval("hb", count.person).low
        assert f"below {show(own, 'hb', beside=False)}" in found[0].because
    assert ("anemia_signs" in flags(Findings(count, {"alarm": "heart"}))) == asked


def test_fever_alone_with_unknown_neutrophils_asks_for_them():
    asked = next(
        one for one in red_flags(Findings(BloodCount.of(), {"fever": "yes"})) if one.flag == "neutropenic_fever"
    )
    assert not asked.raised and asked.needs == "neutrophils below 0.50 ×10⁹/L"


def test_neutrophils_cannot_be_more_than_all_white_cells():
    raised = red_flags(Findings(BloodCount.of(wbc=0.3), {"fever": "yes"}))[0]
    assert raised.flag == "neutropenic_fever" and raised.raised and "white" in raised.because
    assert "neutropenic_fever" in flags(Findings(BloodCount.of(wbc=0.8), {"fever": "yes"}))
    assert "neutropenic_fever" not in flags(Findings(BloodCount.of(wbc=1.2, anc=1.1), {"fever": "yes"}))


def test_few_white_cells_stand_in_for_neutrophils_that_nobody_counted():
    """Not known is not no: fever and sepsis are asked for, and a fever is acted on until a count shows otherwise."""
    low = Findings(BloodCount.of(hb=140, wbc=1.9, plt=250))
    assert {("neutropenic_fever", ("fever",)), ("sepsis", ("unwell",))} <= {
        (one.flag, one.missing) for one in red_flags(low)
    }
    raised = red_flags(low.change(fever="yes"))[0]
    assert (raised.flag, raised.raised) == ("neutropenic_fever", True)
    assert raised.because == "white cell count 1.90 ×10⁹/L, below 2.00 ×10⁹/L; neutrophils not known; fever"
    for count in (dict(wbc=1.9, anc=1.1), dict(wbc=2.0)):
        assert "neutropenic_fever" not in flags(Findings(BloodCount.of(**count), {"fever": "yes"}))


def test_a_value_printed_as_less_than_is_an_upper_bound():
    below = read_report("ANC <0.5 x10^9/L")
    assert flags(Findings(below, {"fever": "yes"})) == ["neutropenic_fever"]
    looser = read_report("ANC <1.5 x10^9/L")
    assert flags(Findings(looser, {"fever": "yes"})) == []
    assert "neutropenic_fever" in flags(Findings(looser, {"fever": "yes"}), raised=False)


def test_emergencies_come_first():
    found = Findings(BloodCount.of(hb=60, plt=10, anc=0.1, mcv=110), {"fever": "yes", "nerves": "yes"})
    urgencies = [one.urgency for one in red_flags(found) if one.raised]
    assert urgencies == sorted(urgencies, key=["emergency", "same_day"].index) and len(set(urgencies)) == 2


def test_a_healthy_count_raises_and_asks_nothing():
    healthy = BloodCount.of(hb=135, wbc=6, anc=3.5, plt=250, mcv=90, age_y=34, sex="female", trimester=0)
    assert red_flags(Findings(healthy)) == ()
    assert red_flags(Findings(BloodCount.of())) == ()


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "hb": st.floats(20, 180), "wbc": st.floats(0.1, 20), "anc": st.floats(0, 15), "plt": st.floats(1, 500),
        },
    ),
    st.dictionaries(st.sampled_from(["fever", "film_blasts", "spleen", "ferritin", "alarm"]), st.integers(0, 5)),
)  # fmt: skip
def test_more_knowledge_settles_and_never_lowers_a_flag(amounts, places):
    """What is raised stays raised whatever else is learned; what is open says what it needs."""
    said = {key: list(features()[key].answers)[place % len(features()[key].answers)] for key, place in places.items()}
    found = Findings(BloodCount.of(**amounts), said)
    for one in red_flags(found):
        assert one.because and bool(one.needs) != one.raised
        assert one.raised or all(name not in found.known for name in one.missing)
    more = found.change(nerves="no", creatinine="normal", calcium="normal")
    assert set(flags(found)) <= set(flags(more))


@pytest.mark.parametrize(("anc", "asked"), [(0.3, True), (0.6, True), (1.2, True), (1.7, True), (2.6, False)])
def test_signs_of_sepsis_are_asked_for_at_every_low_neutrophil_count(anc, asked):
    """Sepsis is an emergency at any count: the question never disappears while the neutrophils are low."""
    man = BloodCount.of(hb=150, wbc=5, anc=anc, plt=250, age_y=58, sex="male")
    questions = [one for one in to_ask(red_flags(Findings(man))) if one.key == "unwell=yes"]
    assert bool(questions) is asked
    assert all(one.why.count("signs of sepsis") == 1 for one in questions), "what a yes means is said once"
    assert "sepsis" in flags(Findings(man, {"unwell": "yes"}))


@pytest.mark.parametrize(
    ("amounts", "open_"),
    [
        (dict(hb=140, anc=3.0, plt=250), ()),
        (dict(hb=140, plt=250), ("anc",)),
        (dict(hb=140, wbc=0.3, plt=250), ()),
        (dict(anc=3.0, plt=250), ("hb",)),
        (dict(hb=70, anc=3.0, plt=40), ("wbc",)),
        ({}, ("anc", "plt", "hb", "wbc")),
    ],
)
def test_a_value_that_may_raise_a_flag_and_is_not_known_is_named(amounts, open_):
    assert not_told(Findings(BloodCount.of(**amounts))) == open_


def test_what_is_read_aloud_when_a_flag_goes_names_the_values_that_are_not_known():
    explorer = CountExplorer(BloodCount.of(hb=140, anc=3.0, plt=10, age_y=40, sex="male"))
    words = explorer.widgets.words
    assert words.warning
    explorer.plt = 250.0
    assert (words.warning, words.no_warning) == ("", "No red flag in what is known so far.")
    explorer.plt = None
    assert (words.warning, words.no_warning) == ("", "No red flag in what is known so far. Not known: platelets.")


def test_every_flag_can_be_raised_and_names_its_source():
    assert {flag for flag, _ in ways()} == set(table("red_flags")["flag"])
    for _, rules in ways():
        for one in red_flags(meeting(rules)):
            assert one.source and one.at_once and one.why


def test_a_notice_says_the_danger_in_one_sentence_and_all_that_is_done():
    for _, rules in ways():
        for one in red_flags(meeting(rules)):
            if not one.raised:
                continue
            shown = html.unescape(notice([one])).replace("\N{NO-BREAK SPACE}", " ")
            first, _, rest = one.why.partition(". ")
            assert f"Danger: {small(first)}" in shown and one.at_once in shown, one.flag
            assert f"<strong>{URGENCIES[one.urgency]}</strong>. Danger:" in shown, "how soon is told before the danger"
            assert not rest or rest not in shown, one.flag


def test_a_notice_begins_with_the_flag_and_its_value_and_folds_the_limit():
    shown = notice(red_flags(Findings(BloodCount.of(plt=15)))).replace("\N{NO-BREAK SPACE}", " ")
    said, folded = shown.split("<details>")
    assert (
        "<strong>Platelets below 20</strong> (15 ×10⁹/L): <strong>emergency</strong>. Danger: bleeding, also without"
        in said
    )
    assert "platelets 15 ×10⁹/L, below 20 ×10⁹/L" in folded and "below 20 ×10⁹/L" not in said
    assert "<details>" not in notice(red_flags(Findings(BloodCount.of(), {"unwell": "yes"}))), (
        "there is no limit to fold"
    )


def test_a_question_says_in_one_sentence_what_a_yes_means():
    def asked(found: Findings) -> dict[str, str]:
        return {one.key: f"{one.text} {one.why}" for one in to_ask(red_flags(found))}

    woman = BloodCount.of(hb=118, anc=0.5, plt=15, age_y=34, sex="female", trimester=0)
    assert asked(Findings(woman)) == {
        "fever=yes": "A fever of 38 °C or more? If yes, fever with so low a count (neutrophils 0.50 ×10⁹/L) is an "
        "emergency.",
        "unwell=yes": "Signs of sepsis? If yes, signs of sepsis with so low a count (neutrophils 0.50 ×10⁹/L) are an "
        "emergency.",
        "bleeding=major": "Bleeding now? If yes, bleeding with so few platelets (15 ×10⁹/L) is an emergency.",
        "alarm=heart": "Chest pain, breathlessness at rest or confusion? If yes, with this anemia (hemoglobin 118 g/L) "
        "it is an emergency.",
        "exhausted=yes": "Severe exhaustion? If yes, this anemia (hemoglobin 118 g/L) is seen today.",
        "medicine=cytotoxic": "Chemotherapy or radiotherapy, methotrexate or a medicine that is known to lower counts? "
        "If yes, these neutrophils (0.50 ×10⁹/L) may go on falling, and the treatment is looked at today.",
    }
    assert "(white cell count 0.30 ×10⁹/L)" in asked(Findings(BloodCount.of(wbc=0.3)))["fever=yes"]
    assert asked(Findings(BloodCount.of(), {"fever": "yes"}))["travel=yes"].startswith("Has the person been where")


def test_every_flag_that_can_be_asked_for_has_its_words_and_an_emergency_is_called_one():
    for flag, rules in ways():
        row = next(row for row in records("red_flags") if row["flag"] == flag)
        history = [rule for rule in rules if rule["kind"] == "finding" and features()[rule["name"]].group == "history"]
        if history and len(rules) > 1:
            assert row["if_yes"], f"{flag} is asked for, and no words say what a yes means"
        if row["if_yes"]:
            assert ("emergency" in row["if_yes"]) or row["urgency"] != "emergency", flag
            assert row["urgency"] == "emergency" or "today" in row["if_yes"], flag


def test_no_notice_is_a_page_of_its_own():
    for row in records("red_flags"):
        said = f"{row['label']} {row['why'].partition('. ')[0]} {row['at_once']}"
        assert len(said) <= 370, f"{row['flag']}: {len(said)} letters; four lines are read, more are skipped"


@pytest.mark.parametrize(
    ("hb", "told", "signs"),
    [
        (24, ["very_low_hb"], ["very_low_hb"]),
        (59.9, ["very_low_hb"], ["very_low_hb"]),
        (60, ["anemia"], ["anemia_signs"]),
        (79, ["anemia"], ["anemia_signs"]),
    ],
)
def test_one_hemoglobin_is_not_told_as_two_urgencies(hb, told, signs):
    woman = BloodCount.of(hb=hb, age_y=40, sex="female")
    for said, expected in (({}, told), ({"alarm": "heart"}, signs), ({"alarm": "heart", "exhausted": "yes"}, signs)):
        assert [one.flag for one in red_flags(Findings(woman, said)) if one.raised] == expected, said
    many = red_flags(pd.DataFrame({"hb_g_per_l": [hb], "age_y": [40], "sex": ["female"]}))
    assert many[many["raised"]].index.get_level_values("flag").tolist() == told


def test_a_hemoglobin_known_as_a_limit_alone_is_still_flagged():
    assert [one.flag for one in red_flags(Findings(BloodCount.of(hb="<70 g/L"), {})) if one.raised] == ["anemia"]


def test_what_lies_within_a_flag_is_no_more_urgent_than_it():
    rows, urgencies = {row["flag"]: row for row in records("red_flags")}, list(URGENCIES)
    for row in rows.values():
        for wider in (row["within"] or "").split():
            assert urgencies.index(rows[wider]["urgency"]) <= urgencies.index(row["urgency"]), row["flag"]
            assert wider != row["flag"]


def test_one_yes_means_one_urgency():
    """A question whose yes was the same day for one of its signs, and at once for another, was no question."""
    asked = {one.key: one.why for one in to_ask(red_flags(Findings(BloodCount.of(hb=100, age_y=40, sex="female"))))}
    assert "emergency" in asked["alarm=heart"] and "today" not in asked["alarm=heart"]
    assert "today" in asked["exhausted=yes"] and "emergency" not in asked["exhausted=yes"]
    for row in records("red_flags"):
        assert not ("today" in (row["if_yes"] or "") and "emergency" in row["if_yes"]), row["flag"]


def test_breathlessness_is_among_the_signs_that_anemia_is_asked_for():
    asked = {one.key: one.text for one in to_ask(red_flags(Findings(BloodCount.of(hb=100, age_y=40, sex="female"))))}
    assert "breathless" in asked["alarm=heart"]


@pytest.mark.parametrize(
    ("amounts", "raised"),
    [
        (dict(hb=78, anc=0.4, plt=90), True),
        (dict(hb=78, anc=0.6, plt=29), True),
        (dict(hb=110, anc=0.4, plt=29), True),
        (dict(hb=78, wbc=0.9, plt=49), True),
        (dict(hb=80, anc=0.5, plt=29), False),
        (dict(hb=78, anc=0.6, plt=30), False),
    ],
)
def test_two_very_low_lines_are_an_emergency(amounts, raised):
    assert ("marked" in flags(Findings(BloodCount.of(**amounts, age_y=40, sex="male")))) == raised


def test_three_low_lines_in_a_child_do_not_wait():
    low = dict(hb=98, anc=1.1, plt=96)
    for age in (6, 14):
        assert flags(Findings(BloodCount.of(**low, age_y=age, sex="male"))) == ["child"], age
    assert flags(Findings(BloodCount.of(hb=98, wbc=3.2, plt=96, age_y=6, sex="male"))) == ["child"]
    assert flags(Findings(BloodCount.of(**low, age_y=36, sex="male"))) == []
    assert flags(Findings(BloodCount.of(**low | {"plt": 240}, age_y=6, sex="male"))) == []


# --- counts that cannot be, and values that follow from others ---


def test_neutrophils_above_all_white_cells_are_not_known():
    said = {"fever": "yes"}
    printed, alone = (red_flags(Findings(BloodCount.of(wbc=0.3, **more), said)) for more in ({"anc": 2.0}, {}))
    assert [one.flag for one in printed if one.raised] == [one.flag for one in alone if one.raised] != []
    unsure = Findings(BloodCount.of(hb=140, wbc=2.4, anc=3.0, plt=250), said)
    assert "neutropenic_fever" in [one.flag for one in red_flags(unsure) if not one.raised]
    assert "anc" in not_told(unsure)


def test_a_panel_says_which_cannot_be_and_never_that_nothing_is_low():
    panel = CountExplorer(BloodCount.of(hb=140, wbc=0.3, anc=2.0, plt=250, age_y=40, sex="male"))
    assert "cannot be more than all white cells" in panel.status and panel.asked()
    assert "Nothing is low" not in panel.status
    panel.plt = 200.0
    assert "cannot be more" in panel.status, "not the learner's doing"
    response = ResponsePanel(BloodCount.of(hb=140, wbc=1.0, anc=2.5, plt=250, age_y=40, sex="male"))
    assert "complete response in none" in response.status or "No system can tell" in response.status
    assert "cannot be more than all white cells" in response.status


def test_neutrophils_are_worked_out_of_their_share():
    given = Findings(BloodCount.of(wbc=1.2, neut_pct=30), {"fever": "yes"})
    assert next(one for one in red_flags(given) if one.flag == "neutropenic_fever").raised


@pytest.mark.parametrize(("name", "amount", "limit"), [("anc", 0.497, 0.5), ("plt", 9.9, 10), ("hb", 59.6, 60)])
def test_a_value_reads_as_another_than_the_limit_it_is_below(name, amount, limit):
    value, _, edge = Comparison(name, amount, "<", limit).words().partition(", ")
    assert edge.startswith("below ") and edge.removeprefix("below ").split()[0] not in value.split()


def test_a_hidden_white_count_gives_way_to_the_one_that_is_moved_beyond_it():
    panel = CountExplorer(BloodCount.of(hb=140, wbc=2.4, anc=1.0, plt=250, age_y=40, sex="male"))
    panel.anc = 2.7
    assert "White cell count 2.40 ×10⁹/L, not shown here, cannot be below neutrophils: it is left out." in panel.status
    assert panel.shown.anc == 2.7 and math.isnan(panel.shown.wbc) and panel.wbc == 2.4
    panel.anc = 1.2
    assert "left out" not in panel.status and panel.shown.wbc == 2.4
    panel.white = "wbc"
    panel.wbc = 0.4
    assert (
        "Neutrophils 1.20 ×10⁹/L, not shown here, cannot be more than all white cells: they are left out."
        in panel.status
    )
    assert math.isnan(panel.shown.anc) and panel.asked()


def test_white_cells_give_way_in_a_response_too():
    panel = ResponsePanel(BloodCount.of(hb=118, anc=1.6, wbc=3.0, plt=120, age_y=34, sex="female"))
    panel.anc = 5.0
    alone = ResponsePanel(BloodCount.of(hb=118, anc=5.0, plt=120, age_y=34, sex="female"))
    assert panel.status.startswith(alone.status) and panel.status.endswith("it is left out.")
    assert panel.flagged()[0].anc == 5.0 and math.isnan(panel.flagged()[0].wbc)


def test_what_one_list_calls_emergent_is_equally_urgent():
    """The list that names hemoglobin below 60 as emergent names platelets below 20 beside it."""
    limits = {row["flag"]: row for row in records("red_flag_rules") if "DALHOUSIE_REFERRAL" in row["source"].split()}
    assert {flag: row["limit"] for flag, row in limits.items()} == {"very_low_hb": 60, "platelets": 20}
    assert {row["urgency"] for row in records("red_flags") if row["flag"] in limits} == {"emergency"}
    (flag,) = [one for one in red_flags(Findings(BloodCount.of(plt=2))) if one.raised]
    assert flag.urgency == "emergency" and "Where the count is new" in flag.at_once
