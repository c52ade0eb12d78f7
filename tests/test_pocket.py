"""One page to keep: is it drawn from the tables, whole, and does it print on one sheet?"""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from execute import kept

from helpers.blood.care.first_hour import emergencies
from helpers.blood.care.pocket import LIMITS, by_cause, by_count, first_sentence, path, ways, who_cannot_wait
from helpers.cards.pocket_sheet import HERE, PocketSheet, document, sheet
from helpers.evidence import records


def test_every_emergency_is_on_it_with_what_leads_to_it_and_whom_to_call():
    lines, many = who_cannot_wait(), len(emergencies())
    assert [line.label for line in lines[:many]] == [one.label for one in emergencies().values()]
    for line in lines[:many]:
        assert all((line.when, line.how_soon, line.first, line.avoid, line.call)), line.label
    assert all(line.when and line.how_soon and line.first for line in lines)


def test_no_emergency_is_led_to_by_counts_that_are_no_sign_of_it():
    of = {line.label: line for line in who_cannot_wait()}
    assert "hemoglobin below 80" not in of["Suspected acute promyelocytic leukemia"].when
    assert "hemoglobin below 80 + neutrophils below 0.5" in of["Two or three lines very low"].when


def test_what_leads_to_it_is_said_as_the_rules_have_it():
    few_white = "white cell count below 2, neutrophils not known + fever"
    assert ways("neutropenic_fever") == ("neutrophils below 1 + fever", few_white), "and no narrower way beside them"
    assert ways("bleeding")[-1].startswith("platelets below 20 + ")
    assert any(way.startswith("neutrophils at or below 0.5 + ") for way in ways("sepsis_no_fever"))
    with pytest.raises(ValueError, match="No rule raises 'hunger'"):
        ways("hunger")


def test_every_red_flag_is_on_it_once():
    led = {flag for one in emergencies().values() for flag in one.flags}
    alone = {row["label"]: row["urgency"] for row in records("red_flags") if row["flag"] not in led}
    said = [*who_cannot_wait()[len(emergencies()) :], *(line for line in by_count() if line.how_soon == "same day")]
    assert alone and sorted(alone) == sorted(line.label for line in said)
    assert {line.label for line in said if line.how_soon == "same day"} == {
        label for label, urgency in alone.items() if urgency == "same_day"
    }


def test_the_limits_of_blood_are_those_of_the_table():
    rows = {row["id"]: row for row in records("support")}
    said = [line.first for line in by_count()]
    for name in LIMITS:
        assert any(words.startswith(rows[name]["says"]) for words in said), name


def test_causes_come_by_urgency_and_none_is_lost():
    order = [line.how_soon for line in by_cause()]
    assert order == sorted(order, key=["same hour", "same day", "soon", "planned"].index)
    others = [row["label"] for row in records("treatment_by_cause") if row["cause"] not in emergencies()]
    assert sorted(line.label for line in by_cause()) == sorted(others)


def test_urgent_causes_are_on_the_page_and_planned_ones_are_not():
    shown = sheet()
    for line in by_cause():
        assert (f"<strong>{line.label.replace('&', '&amp;')}.</strong>" in shown) == (line.how_soon != "planned")


def test_red_flags_come_first_on_the_path():
    assert path()[0] == "Is it urgent?" and len(path()) == sum(row["kind"] == "step" for row in records("workup")) - 1
    assert "Is it in hand?" not in path(), "that is asked of an emergency only"


@pytest.mark.parametrize(
    ("words", "first"),
    [("Stop it. Then wait.", "Stop it"), ("Stop it.", "Stop it"), ("Above 1.5 g/L. So", "Above 1.5 g/L")],
)
def test_the_first_sentence(words, first):
    assert first_sentence(words) == first


def test_the_page_names_no_dose():
    assert not re.search(r"\d\s*(?:mg|µg|mcg|mL|IU)\b(?!/L)", sheet().replace("µg/L", ""))


def test_the_file_needs_nothing_from_elsewhere():
    page = document()
    assert page.startswith("<!doctype html>") and "@page" in page and sheet() in page
    assert not re.search(r"https?://|<script [^>]*src|<link|@import|fetch\(", page)


def test_its_style_in_a_notebook_leaves_the_rest_of_the_page_alone():
    rules = re.findall(r"^\s*([^{}@]+)\{", HERE.joinpath("pocket.css").read_text(encoding="utf-8"), re.MULTILINE)
    parts = [part.strip().removeprefix(".jp-OutputArea ") for rule in rules for part in re.split(r",(?![^(]*\))", rule)]
    assert parts and all(part.startswith(".pocket") for part in parts)


def test_the_widget_leaves_the_page_where_there_is_no_kernel():
    made = PocketSheet()
    assert made.twin() == sheet() and made.file == document() and made.name.endswith(".html")
    bundle = kept(made)
    assert sheet() in bundle["text/html"] and "one page" in bundle["text/plain"]


@pytest.mark.browser
def test_it_prints_on_one_sheet(tmp_path):
    browser = shutil.which("chromium") or shutil.which("chrome") or pytest.skip("no browser to print with")
    (tmp_path / "page.html").write_text(document(), encoding="utf-8")
    printed = tmp_path / "page.pdf"
    words = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--print-to-pdf={printed}"]
    subprocess.run([browser, *words, (tmp_path / "page.html").as_uri()], check=True, capture_output=True, timeout=120)
    assert len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes())) == 1
