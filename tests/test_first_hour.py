"""The first hour: does every red flag lead somewhere, in order, without a dose, and does the panel say so?"""

from __future__ import annotations

import re

import pytest
from test_data import put, spoil

from helpers.blood.care.first_hour import STEPS, emergencies, first_hours
from helpers.blood.core.count import BloodCount
from helpers.blood.search.causes import Findings
from helpers.blood.search.red_flags import red_flags
from helpers.evidence import records, source, table
from helpers.panels.controls import Choice
from helpers.panels.first_hour import FirstHourPanel

DOSE = re.compile(r"\d\s*(?:mg|µg|mcg|g/d|units?\b|mL|IU|g/kg|mg/m²)", re.I)


def unled(flags, rows) -> list[str]:
    """Red flags that are emergencies and lead to no first hour."""
    led = {flag for row in rows for flag in f"{row['flags']} {row['ruled_out_after'] or ''}".split()}
    return [row["flag"] for row in flags if row["urgency"] == "emergency" and row["flag"] not in led]


def doses(rows) -> list[str]:
    """Rows that name how much of something is given."""
    columns = ("do", "do_not", "short_do", "short_do_not", "how_soon")
    return [row["emergency"] for row in rows if any(DOSE.search(row[column]) for column in columns)]


def test_every_emergency_flag_leads_to_a_first_hour():
    assert unled(records("red_flags"), records("first_hour")) == []


def test_a_flag_that_leads_nowhere_is_seen():
    rows = [row for row in records("first_hour") if row["emergency"] != "ttp"]
    assert unled(records("red_flags"), rows) == ["fragments"]


def test_every_first_hour_is_led_to_by_flags_that_exist():
    known = {row["flag"] for row in records("red_flags")}
    for one in emergencies().values():
        assert {*one.flags, *one.ruled_out_after} <= known, one.key


def test_no_dose_is_given():
    assert doses(records("first_hour")) == []


@pytest.mark.parametrize("words", ["Give 10 mg of dexamethasone", "two units: 2 units of red cells", "500 mL of fluid"])
def test_a_dose_is_seen(words):
    assert doses([dict(records("first_hour")[0]) | {"do": words}])


def test_every_row_has_steps_prohibitions_and_sources_that_can_be_followed():
    for one in emergencies().values():
        assert len(one.do) >= 2 and one.do_not, one.key
        assert all(step and step == step.strip() for step in one.do + one.do_not), one.key
        assert all(source(key).link for key in one.source.split()), one.key


@pytest.mark.parametrize(
    ("emergency", "before", "after"),
    [
        ("ttp", "Take blood for ADAMTS13", "start it with steroids"),
        ("malaria", "thick and thin films", "artesunate into a vein"),
        ("cord_b12", "Take blood for vitamin B12", "Give vitamin B12 at once"),
        ("major_bleeding", "Press", "Repeat clotting"),
        ("neutropenic_sepsis_fever", "blood cultures", "broad antibiotic"),
        ("apl", "start ATRA on suspicion", "Send a fast test"),
    ],
)
def test_the_order_is_kept(emergency, before, after):
    steps = emergencies()[emergency].do
    places = [next(at for at, step in enumerate(steps) if words in step) for words in (before, after)]
    assert places[0] < places[1]


@pytest.mark.parametrize(
    ("emergency", "words"),
    [
        ("ttp", "No platelets unless bleeding threatens life"),
        ("apl", "No leukapheresis"),
        ("apl", "No central line"),
        ("leukostasis", "No red cells for a number alone"),
        ("leukostasis", "No steroid before blood or marrow was taken"),
        ("neutropenic_sepsis_no_fever", "Do not wait for a fever"),
        ("neutropenic_sepsis_fever", "Do not send the person home"),
        ("tumor_lysis", "No rasburicase in G6PD deficiency"),
        ("cord_tumor", "Do not scan the painful part only"),
        ("cord_b12", "No folic acid alone"),
        ("malaria", "No tablets for severe disease"),
        ("major_bleeding", "No aspirin or ibuprofen"),
    ],
)
def test_what_must_not_be_done_is_said(emergency, words):
    assert any(step.startswith(words) for step in emergencies()[emergency].do_not)


@pytest.mark.parametrize(
    ("count", "said", "expected"),
    [
        ({"anc": 0.2}, {"fever": "yes"}, ["neutropenic_sepsis_fever"]),
        ({"anc": 0.3}, {"fever": "no", "unwell": "yes"}, ["neutropenic_sepsis_no_fever", "sepsis"]),
        ({"anc": 0.8}, {"unwell": "yes", "medicine": "cytotoxic"}, ["neutropenic_sepsis_no_fever", "sepsis"]),
        ({}, {"unwell": "yes"}, ["sepsis"]),
        ({"anc": 4.0}, {"unwell": "yes"}, ["sepsis"]),
        ({}, {"fever": "yes", "medicine": "cytotoxic"}, ["neutropenic_sepsis_fever"]),
        ({"anc": 0.2}, {"fever": "yes", "medicine": "cytotoxic"}, ["neutropenic_sepsis_fever"]),
        ({"plt": 40}, {"bleeding": "major"}, ["major_bleeding"]),
        ({"plt": 15}, {"bleeding": "minor"}, ["major_bleeding"]),
        ({}, {"fever": "yes", "travel": "yes"}, ["malaria"]),
        ({}, {"film_promyelocytes": "yes"}, ["apl"]),
        ({}, {"film_blasts": "yes"}, ["leukostasis", "tumor_lysis"]),
        ({}, {"film_fragments": "yes"}, ["ttp"]),
        ({"hb": 90, "anc": 2.0, "plt": 90}, {"fever": "no", "travel": "no", "bleeding": "none"}, []),
    ],
)
def test_findings_lead_to_the_first_hour(count, said, expected):
    assert [one.key for one in first_hours(Findings(BloodCount.of(**count), said))] == expected


@pytest.mark.parametrize(
    ("count", "said", "flag", "because"),
    [
        ({"anc": 0.3}, {"unwell": "yes"}, "sepsis_no_fever", "neutrophils 0.30"),
        ({"anc": 0.8}, {"medicine": "cytotoxic"}, "falling_count", "neutrophils 0.80"),
        ({"anc": 0.8}, {"medicine": "methotrexate"}, "falling_count", "methotrexate"),
        ({}, {"fever": "yes", "medicine": "cytotoxic"}, "treated_fever", "chemotherapy or radiotherapy"),
        ({}, {"unwell": "yes"}, "sepsis", "signs of sepsis"),
        ({"plt": 15}, {"bleeding": "minor"}, "bleeding", "platelets 15"),
        ({}, {"fever": "yes", "travel": "yes"}, "fever_travel", "fever"),
    ],
)
def test_the_red_flags_that_were_missing_are_raised_and_say_why(count, said, flag, because):
    found = {one.flag: one for one in red_flags(Findings(BloodCount.of(**count), said)) if one.raised}
    assert because in found[flag].because


@pytest.mark.parametrize(
    ("count", "said", "flag"),
    [
        ({"anc": 1.2}, {"unwell": "yes"}, "sepsis_no_fever"),
        ({"anc": 0.8}, {"unwell": "yes"}, "sepsis_no_fever"),
        ({"plt": 40}, {"bleeding": "minor"}, "bleeding"),
        ({}, {"fever": "yes", "travel": "no"}, "fever_travel"),
        ({}, {"fever": "yes", "medicine": "none"}, "treated_fever"),
        ({}, {"fever": "no", "medicine": "cytotoxic"}, "treated_fever"),
        ({"anc": 0.8}, {"medicine": "none"}, "falling_count"),
    ],
)
def test_and_not_where_a_part_is_missing(count, said, flag):
    raised = [one.flag for one in red_flags(Findings(BloodCount.of(**count), said)) if one.raised]
    assert flag not in raised


def test_an_unknown_emergency_is_told():
    with pytest.raises(ValueError, match=r"no emergency 'hiccups'.*neutropenic_sepsis_fever"):
        FirstHourPanel("hiccups")


# --- the panel --------------------------------------------------------------------------------------------------------


def test_the_panel_tells_every_part_of_every_emergency():
    panel = FirstHourPanel()
    for one in emergencies().values():
        panel.chosen = one.key
        html = panel.static_html()
        assert one.label in html and html.count("<li>") == len(one.do), one.key
        assert html.index("Do, in this order") < html.index("What must not be done") < html.index("<strong>Call<")
        assert panel.status == f"{one.label}. How soon: {one.how_soon}." and f"Confidence {one.confidence}" in html


def test_the_panel_moves_with_its_list_and_back():
    panel = FirstHourPanel("ttp")
    view = panel.view and panel.widgets
    assert isinstance(view.choice, Choice) and view.choice.value == "ttp"
    seen = panel.changes
    view.choice.value = "apl"
    assert panel.chosen == "apl" and panel.changes == seen + 1 and "ATRA" in view.words.html
    panel.chosen = "malaria"
    assert view.choice.value == "malaria" and view.words.status.startswith("Falciparum malaria")


def test_the_panel_refuses_what_there_is_not_and_stays():
    panel = FirstHourPanel("ttp")
    with pytest.raises(ValueError, match="Choose among"):
        panel.chosen = "hiccups"
    assert panel.chosen == "ttp" and "ADAMTS13" in panel.static_html()


# --- the schema -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "error"),
    [
        pytest.param(put("do", ""), "constraint-error", id="nothing to do"),
        pytest.param(put("short_do", "x" * 96), "constraint-error", id="too long for the sheet"),
        pytest.param(put("flags", "Fever!"), "constraint-error", id="no key of a flag"),
        pytest.param(put("source", "SOMEBODY"), "row-constraint", id="an unknown source"),
    ],
)
def test_the_schema_rejects(tmp_path, change, error):
    assert error in [kind for _, kind in spoil(tmp_path, "first_hour", change)]


def test_steps_are_parted_and_none_is_lost():
    for row in table("first_hour").itertuples():
        assert STEPS.join(emergencies()[row.emergency].do) == row.do
