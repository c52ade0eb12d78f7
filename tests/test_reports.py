"""Reports as people have them: every file of ``tests/data/reports`` is read as its index says, stage by stage."""

import json
import random
import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from letters_fuzzer import judged as judged_letter
from letters_fuzzer import misread as misread_letter
from report_fuzzer import judged, make, misread
from tables_fuzzer import judged_table

from helpers import flag, grade, read_csv, read_fhir, read_hl7, read_report
from helpers.blood.core.amount import read_value
from helpers.blood.core.derived import complete
from helpers.blood.core.pieces import lex
from helpers.blood.core.units import ANALYTES, units_of
from helpers.blood.core.words import fold
from helpers.blood.reports.any_file import read_any
from helpers.blood.reports.assign import claims_of
from helpers.blood.reports.dates import latest
from helpers.blood.reports.draft import Draft
from helpers.blood.reports.layout import blocks, heading_of, lines_of, unmarked
from helpers.blood.reports.person import read_person
from helpers.blood.reports.results import name_of
from helpers.blood.reports.text import annotate
from helpers.blood.search.causes import Findings
from helpers.blood.search.red_flags import red_flags

REPORTS = Path(__file__).parent / "data" / "reports"
INDEX = tomllib.loads((REPORTS / "index.toml").read_text(encoding="utf-8"))["report"]
READERS = {".txt": lambda text: [read_report(text)], ".csv": read_csv, ".json": read_fhir, ".hl7": read_hl7}


def known(count):
    return {name: value.amount for name, value in count.values.items() if value.known}


def about(count):
    return {name: value for name, value in vars(count.person).items() if value is not None}


@pytest.mark.parametrize("entry", INDEX, ids=lambda entry: entry["file"])
def test_every_report_of_the_index_is_read_as_it_says(entry):
    path = REPORTS / entry["file"]
    count = READERS[path.suffix](path.read_text(encoding="utf-8"))[0]
    found, right = known(count), entry["reads"]
    for name, amount in found.items():
        assert name in right, f"{name} {amount} was made up"
        assert amount == pytest.approx(right[name], rel=1e-5)
    if not entry.get("may_decline"):
        assert set(found) == set(right), count.table().to_string()
    assert about(count) == {
        name: pytest.approx(v, rel=1e-5) if name == "age_y" else v for name, v in entry.get("person", {}).items()
    }
    assert all(value.reason for value in count.values.values() if not value.known)


def test_every_file_has_a_row_and_every_row_a_file():
    files = {path.name for path in REPORTS.iterdir()} - {"index.toml"}
    listed = [entry["file"] for entry in INDEX]
    assert files == set(listed) and len(listed) == len(set(listed))
    assert len({entry["kind"] for entry in INDEX}) >= 29


# --- the stages, each by itself ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Hb 7.2 g/dL", "name number unit"),
        ("R.B.C. 2.8 mill./cu.mm", "name number unit"),
        ("Immature granulocytes 2 %", "cell number unit"),
        ("Hb A1c 6 %", "other number unit"),
        ("7.2 (12.0-16.0)", "number open range close"),
        ("PLT 18 103/uL", "name number unit"),
        ("PLT 18 000 /µL", "name number unit"),
        ("2024-01-05 08:30", "date"),
        ("if Hb < 7", "condition name number"),
        ("120/80", "ratio"),
        ("Lymphozyten H52 %", "name flag number unit"),
        ("foo | bar", "word sep word"),
        ("Hb/plt 7.2/18", "name punct name number punct number"),
        ("Hb/plt 7.2/18/3", "name punct name ratio"),
        ("Hb 9,1 a 7,2 g/dL", "name number flag number unit"),
        ("Hb 7,2 a 9,1 g/dL", "name range unit"),
        ("HAEMOGLOBlN 7.2", "name number"),
        ("Hem0globin 7.2", "name number"),
    ],
)
def test_every_stretch_is_one_thing(text, kinds):
    pieces = lex(text)
    assert " ".join(piece.kind for piece in pieces) == kinds
    assert all(text[piece.start : piece.end] == piece.text for piece in pieces)


@given(st.text(max_size=120))
def test_pieces_stand_in_order_and_folding_keeps_every_place(text):
    line = re.sub(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]", " ", text)
    assert len(fold(line)) == len(line)
    ends = [(piece.start, piece.end) for piece in lex(line)]
    assert all(start < end for start, end in ends)
    assert all(one[1] <= other[0] for one, other in pairwise(ends))


def test_the_layout_knows_columns_sections_and_blocks():
    assert heading_of("Test\tResult\tPrevious\tUnits").kinds == ["name", "result", "previous", "unit"]
    assert heading_of("Hb 7.2 g/dL") is None and heading_of("The test result is fine today") is None
    lines = lines_of("Urine\nWBC 5 /uL\nHaematology\nWBC 5 K/uL")
    assert [line.specimen for line in lines] == ["urine", "urine", "", ""]
    table = lines_of("Test\tResult\tPrevious\nRetic\t\t1.2\nHb\t7\t8")
    assert [line.empty_result for line in table] == [False, True, False]
    assert [len(block) for block in blocks(lines_of("WBC\n2.1\nK/uL\nHb 7.2 g/dL\nnote"))] == [3, 1, 1]


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("Neut 38 % Lymph 55 %", {"neut_pct": ["38"], "lymph_pct": ["55"]}),
        ("38 % neutrophils 55 % lymphocytes", {"neut_pct": ["38"], "lymph_pct": ["55"]}),
        ("thrombocytopenia (12,000/mm3)", {"plt": ["12,000"]}),
        ("Hb 7.2 g/dL platelets", {"hb": ["7.2"], "plt": []}),
        ("neutrophils 38 % lymphocytes", {"neut_pct": [], "lymph_pct": []}),
        ("Hb/Hct 7.2/21", {"hb": ["7.2"], "hct": ["21"]}),
        ("WBC, Hb and plt 2.1 G/L, 7.2 g/dL and 18 G/L", {"wbc": ["2.1"], "hb": ["7.2"], "plt": ["18"]}),
        ("WBC/plt 18 K/uL", {"wbc": [], "plt": []}),
        ("Hb and plt 18 K/uL and 7.2 g/dL", {"hb": [], "plt": ["18", "7.2"]}),
    ],
)
def test_who_says_what_is_told_by_the_line(text, claims):
    found = {claim.analyte: [n.printed.number for n in claim.numbers] for claim in claims_of(lines_of(text))}
    assert found == claims


@pytest.mark.parametrize("mark", [":", " =", " -", " –", ""])
def test_a_list_is_read_whatever_leads_to_its_numbers(mark):
    for text in (f"Hb/Hct{mark} 7.2/21", f"Hct, Hb{mark} 21, 7.2"):
        assert known(read_report(text, assume="conventional")) == {"hb": 72, "hct": 0.21}


@pytest.mark.parametrize(
    "before", ["prev 10.9", "prev. 10.9", "previous 10.9, 12.4", "prior: 10.9", "previously 10.9, then 12.4"]
)
def test_a_bracket_of_earlier_values_does_not_take_the_unit_of_the_one_before_it(before):
    count = read_report(f"Hb 8.1 ({before}) g/dL; platelets 31 x10^9/L")
    assert known(count) == {"hb": 81, "plt": 31}


FIVE = "WBC 2.1 K/uL, Neutrophils 22 %, Bands 13 %, Lymphocytes 50 %, Monocytes 15 %, Eosinophils 0 %, Basophils 0 %"


def test_cells_of_another_kind_fill_a_differential_as_bands_would():
    assert complete(read_report(FIVE)).anc == pytest.approx(2.1 * 0.35)
    assert complete(read_report(f"{FIVE}, Blasts 13 %")).anc == pytest.approx(2.1 * 0.22), "100 % without the bands"
    other = complete(read_report(f"{FIVE}, Atypical lymphocytes 13 %"))
    assert other.anc == pytest.approx(2.1 * 0.22) and "0.73" in other.values["anc"].printed


def test_a_count_that_may_be_below_a_limit_asks_what_the_limit_asks():
    doubtful = complete(read_report("WBC 2.0 x10^9/L\nNeutrophils 20 %\nBands 10 %"))
    asked = {one.flag for one in red_flags(Findings(doubtful, {}))}
    assert asked == {one.flag for one in red_flags(Findings(complete(doubtful.change(anc=0.4)), {}))}
    assert "neutropenic_fever" in asked


def test_an_earlier_result_is_not_marked_as_the_one_of_now():
    marks = annotate("Vorwert Hb 9,9 g/dl, aktuell Hb 8,2 g/dl").marks
    assert [(mark.kind, mark.analyte) for mark in marks] == [("declined", ""), ("read", "hb")]
    assert "earlier" in marks[0].reason
    (alone,) = annotate("Vorwert Hb 9,9 g/dl").marks
    assert (alone.kind, alone.analyte) == ("declined", "hb") and "only an earlier result" in alone.reason


def test_an_interval_in_a_bracket_is_no_earlier_value():
    assert known(read_report("Hb 8.1 (12.0-16.0) g/dL")) == {"hb": 81}
    assert "hb" not in known(read_report("WCC 1.3 (3.9, 6.2)")) and read_report("WCC 1.3 (3.9, 6.2)").why("wbc")


def test_a_list_of_more_names_than_numbers_says_so_at_each_name():
    count = read_report("WBC/Hb/plt 2.1/7.2", assume="conventional")
    assert known(count) == {}
    assert all("3 names" in count.why(name) and "2 numbers" in count.why(name) for name in ("wbc", "hb", "plt"))
    assert known(read_report("WBC/Hb/plt 2.1/7.2/18", assume="conventional")) == {"wbc": 2.1, "hb": 72, "plt": 18}
    assert any("no names" in note for note in read_report("CBC: 2.1/7.2/21.3/18").notes)


def test_where_both_are_possible_both_are_named():
    why = read_report("neutrophils 38 % lymphocytes").why("neut_pct")
    assert "both are possible" in why and "Lymphocytes" in why


@pytest.mark.parametrize(
    ("line", "person"),
    [
        ("Paciente: mujer de 34 años", {"sex": "female", "age_y": 34}),
        ("58 Jahre, weiblich", {"sex": "female", "age_y": 58}),
        ("34 yo F", {"sex": "female", "age_y": 34}),
        ("Alter: 3 Jahre Geschlecht: m", {"sex": "male", "age_y": 3}),
        ("Patient: homme de 67 ans", {"sex": "male", "age_y": 67}),
        ("Età: 40 anni  Sesso: F", {"sex": "female", "age_y": 40}),
        ("Leeftijd: 40 jaar, geslacht: man", {"sex": "male", "age_y": 40}),
        ("Idade: 40 anos Sexo: Feminino", {"sex": "female", "age_y": 40}),
        ("Age/Sex: 4 M/F", {"sex": "female", "age_y": pytest.approx(1 / 3)}),
        ("Age: 65Y/M", {"sex": "male", "age_y": 65}),
        ("AML M3", {}),
        ("Isle of Man", {}),
        ("for 3 years", {}),
        ("Adult male: 13-17", {}),
        ("M 04", {}),
        ("Her mother is 60 years old", {}),
    ],
)
def test_only_statements_about_the_person_are_read(line, person):
    draft = Draft()
    read_person(draft, line)
    assert draft.about == person


def test_a_cell_names_one_whole_quantity_or_none():
    assert name_of("Leukocytes [#/volume] in Blood by Automated count").analyte == "wbc"
    assert name_of("Platelet Aggregation ADP").analyte == "" and name_of("Hemoglobin, Glycated").analyte == ""
    assert name_of("WBC, CSF").specimen == "cerebrospinal fluid" and name_of("Comment") is None


# --- what is kept ------------------------------------------------------------------------------------------------


def test_a_value_keeps_its_place_its_interval_and_its_time():
    text = "Héma\nHb 7.2 g/dL (12.0-16.0)\nPLT 18 K/uL 150 - 400\nBasophils 0.05 <0.2 10^9/L"
    count = read_report(text)
    assert text[slice(*count.values["hb"].span)] == "7.2 g/dL"
    assert (count.values["hb"].own_low, count.values["hb"].own_high) == (120, 160)
    assert (count.values["plt"].own_low, count.values["plt"].own_high) == (150, 400)
    assert count.values["abc"].own_high == 0.2


def test_an_older_result_is_kept_as_the_older_one():
    count = read_report("Hb was 12.1 g/dL last year and is 7.2 g/dL today")
    assert count.hb == 72 and "earlier result" in " ".join(count.notes) and "12.1" in " ".join(count.notes)
    assert "only an earlier result" in read_report("Previous Hb 12 g/dL").why("hb")


def test_a_part_larger_than_the_whole_cannot_be_told():
    count = read_report("WBC 2.1 K/uL\nLymphocytes 4.4 K/uL\nHb 7 g/dL")
    assert known(count) == {"hb": 70} and "outnumber" in count.why("alc") and count.why("wbc")


def test_a_bare_number_with_one_meaning_under_the_chosen_units_is_read_and_said():
    count = read_report("WBC 1700\nANC 850\nPLT 64,000\nHb 7.2", assume="conventional")
    assert known(count) == {"wbc": 1.7, "anc": 0.85, "plt": 64, "hb": 72}
    assert sum("has no unit; by the units chosen" in note for note in count.notes) == 4
    assert "both possible" in read_report("WBC 900", assume="conventional").why("wbc")


def test_the_citrate_count_is_kept():
    count = read_report("PLT 16 x10^9/L (56 x10^9/L in citrate)")
    assert "citrate" in " ".join(count.notes) and "56" in count.why("plt") + " ".join(count.notes)


def test_marks_stand_in_order_and_say_what_was_declined():
    reading = annotate("Age: 34 Sex: F\nHb 7.2 g/dL WBC 2100\nUrine: WBC 5 /uL\nhello")
    kinds = {reading.text[mark.start : mark.end]: (mark.kind, mark.analyte) for mark in reading.marks}
    assert kinds["7.2 g/dL"] == ("read", "hb") and kinds["2100"] == ("declined", "wbc")
    assert ("person", "") in kinds.values() and ("declined", "") in kinds.values()
    assert all(one.end <= other.start for one, other in pairwise(reading.marks))


def test_a_large_bundle_is_read_entry_by_entry(tmp_path, monkeypatch):
    from helpers.blood.reports import fhir

    text = (Path(__file__).parent / "data" / "report_fhir.json").read_text(encoding="utf-8")
    whole = read_fhir(text)
    monkeypatch.setattr(fhir, "AT_ONCE", 500)
    monkeypatch.setattr(fhir, "CHUNK", 700)
    path = tmp_path / "bundle.json"
    path.write_text(text, encoding="utf-8")
    assert read_fhir(path) == read_fhir(text) == whole


def test_the_limit_of_the_laboratory_itself_grades_ctcae():
    count = read_report("Age: 34 Sex: F\nHb 11.5 g/dL (11.0-16.0)")
    without = read_report("Age: 34 Sex: F\nHb 11.5 g/dL")
    assert grade(without, "ctcae")["anemia"].grade == 1
    graded = grade(count, "ctcae")["anemia"]
    assert graded.grade == 0 and "report" in graded.reason
    assert "printed on the report" in flag(count, own_limits=True)["hb"].reason


def test_flag_and_grade_both_say_that_the_printed_limit_was_used():
    count = read_report("WBC 4.0 K/uL (4.8-10.8)")
    found, graded = flag(count, own_limits=True)["wbc"], grade(count, "ctcae")["white_cells"]
    assert found.verdict == "low" and "printed on the report itself" in found.reason
    assert graded.grade == 1 and "the one the report prints, 4.80" in graded.reason
    assert "report" not in flag(count)["wbc"].interval.reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_file_in_any_usual_encoding_is_read(encoding):
    text = "Hämoglobin 7,2 g/dl\nThrombozyten 18 Tsd/µl\n"
    assert known(read_any(text.encode(encoding), "befund.txt")[0]) == {"hb": 72, "plt": 18}


@pytest.mark.parametrize(
    ("texts", "place"),
    [
        (["01.03.2024", "08.03.2024"], 1),
        (["2024-03-12", "2024-03-10 08:30"], 0),
        (["12-Mar-2024", "3 May 24"], 1),
        (["2024-03-12 08:30", "2024-03-12 17:05"], 1),
        (["2024-03-12 8:30 pm", "2024-03-12 9:00 am"], 0),
        (["01/02/2024", "02/01/2024"], None),
        (["31/01/2024", "02/01/2024"], 0),
        (["12.03.2024", "12.03.2024"], None),
        (["12.03.2024", "day 8"], None),
        (["31.02.2024", "01.02.2024"], None),
        (["Mar 14, 2024", "March 1, 2024"], 0),
        (["1 Mar", "14 Mar"], 1),
        (["30 Dec", "2 Jan"], None),  # of two years
        (["Mar 14", "Apr 10"], None),  # days of a month, or years
        (["1 Mar", "14 Mar 2024"], None),
        (["03/2019", "05/2024"], 1),
        (["2019", "in 2024"], 1),
        (["2024", "12.03.2024"], None),
        (["January 2023", "today"], 1),
        (["heute", "today"], None),
        (["Mar 1", "Mar 14"], 1),
        (["03/14", "03/10"], 0),
        (["03/04", "04/03"], None),
        (["10 Mar", "14 Mar"], 1),
    ],
)
def test_the_latest_date_is_told_only_where_day_and_month_cannot_be_taken_for_each_other(texts, place):
    assert latest(texts) == place


def test_a_count_written_as_a_picture_of_lines_is_read_where_its_units_are_told():
    assert known(read_report("CBC 2.1>7.2/21.6<18", assume="conventional")) == {
        "wbc": 2.1, "hb": 72, "hct": 0.216, "plt": 18,
    }  # fmt: skip
    assert known(read_report("CBC 2.1>7.2/21.6<18")) == {"hct": 0.216}  # a bare 21.6 can be nothing else
    assert known(read_report("Plt 60 > 41 > 18", assume="conventional")) == {}


def test_tags_of_a_page_are_blanked_in_their_places():
    page = "<tr><td>Hb</td><td>7.2</td><td>10<sup>9</sup>/L</td></tr>"
    plain = unmarked(page)
    assert len(plain) == len(page) and plain.split() == ["Hb", "7.2", "10^9/L"] and plain.count("\t") == 2
    assert unmarked("ANC <0.5, PLT <20") == "ANC <0.5, PLT <20"


def test_a_csv_with_a_column_for_each_date_gives_the_latest():
    text = "Test,14.03.2024,01.03.2024\nHb (g/dL),7.2,9.1\nPLT (K/uL),,60\n"
    assert known(read_any(text.encode(), "counts.csv")[0]) == {"hb": 72}


def test_a_file_of_any_kind_is_told_by_what_it_holds():
    for entry in INDEX:
        path = REPORTS / entry["file"]
        count = read_any(path.read_bytes(), entry["file"])[0]
        assert known(count) == known(READERS[path.suffix](path.read_text(encoding="utf-8"))[0]), entry["file"]


CONCEPTS = [
    ("271026005", 72, "g/L", {"hb": 72}),
    ("1022651000000100", 18, "10*9/L", {"plt": 18}),
    ("767002", 2.1, "10*3/uL", {"wbc": 2.1}),
    ("30630007", 0.4, "10*9/L", {"anc": 0.4}),
    ("1022551000000104", 38, "%", {"neut_pct": 38}),
    ("104133003", 101, "fL", {"mcv": 101}),
]


def observation(coding, number, unit):
    quantity = {"value": number, "unit": unit}
    return {"resourceType": "Observation", "status": "final", "code": {"coding": coding}, "valueQuantity": quantity}


@pytest.mark.parametrize(("code", "number", "unit", "reads"), CONCEPTS)
def test_a_snomed_concept_without_a_name_is_read(code, number, unit, reads):
    coding = [{"system": "http://snomed.info/sct", "code": code}]
    assert known(read_fhir(observation(coding, number, unit))[0]) == reads


def test_codes_that_contradict_each_other_are_not_read():
    loinc, concept = {"system": "http://loinc.org", "code": "718-7"}, {"system": "http://snomed.info/sct"}
    assert known(read_fhir(observation([loinc, concept | {"code": "271026005"}], 72, "g/L"))[0]) == {"hb": 72}
    assert not known(read_fhir(observation([loinc, concept | {"code": "61928009"}], 72, "g/L"))[0])


# --- properties --------------------------------------------------------------------------------------------------

LINES = {
    "hb": "Hb 7.2 g/dL",
    "wbc": "WBC 2.1 K/uL",
    "plt": "PLT 18 x10^9/L",
    "mcv": "MCV 101 fL",
    "rbc": "RBC 2.2 M/uL",
}
UNRELATED = ["Reported by the night shift", "Sodium 140 mmol/L", "Tel 030 1234567", "Ferritin 12 ng/mL", "-----", "Page 1 of 2",
             "12 weeks of iron", "Room 12", "Isle of Man", "CRP 5 mg/L", "Printed 2024-01-05 08:30"]  # fmt: skip


@given(st.permutations(list(LINES.values())), st.sampled_from(UNRELATED), st.integers(0, 5))
def test_order_and_unrelated_lines_change_nothing(lines, other, place):
    expected = known(read_report("\n".join(LINES.values())))
    assert known(read_report("\n".join(lines))) == expected
    assert known(read_report("\n".join([*lines[:place], other, *lines[place:]]))) == expected
    assert about(read_report("\n".join([*lines[:place], other, *lines[place:]]))) == {}


@given(st.integers(0, 10**6))
def test_what_is_read_alone_is_what_is_read_in_the_report(seed):
    text, _ = make(random.Random(seed))
    count = read_report(text)
    for name, value in count.values.items():
        if value.known and value.span and value.own_low is None and value.unit in text[slice(*value.span)]:
            assert read_value(text[slice(*value.span)], name).amount == pytest.approx(value.amount)
    if count.wbc == count.wbc:
        for name in ("anc", "alc", "amc", "aec", "abc"):
            assert not getattr(count, name) > count.wbc * 1.1 + 0.1


@given(st.sampled_from(["wbc", "plt", "hb", "rbc"]), st.floats(1.5, 9.5))
def test_changing_the_unit_converts(name, amount):
    number = float(f"{amount:.2f}") * (1 if name in ("wbc", "rbc") else 20)
    for unit in units_of(name)[:2]:
        printed = f"{number / unit.factor:.6f}".rstrip("0").rstrip(".")
        assert getattr(read_report(f"{ANALYTES[name].label} {printed} {unit.name}"), name) == pytest.approx(
            number, rel=1e-4
        )


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 10**6))
def test_reports_of_known_truth_are_never_read_wrong(seed):
    faults = [fault for place in range(500) for fault in judged(seed * 1000 + place)]
    assert not faults, faults[:3]


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 10**6))
def test_tables_of_any_columns_are_never_read_wrong(seed):
    faults = [fault for place in range(200) for fault in judged_table(seed * 1000 + place)]
    assert not faults, faults[:3]


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 10**6))
def test_letters_and_tables_of_several_dates_are_never_read_wrong(seed):
    faults = [fault for place in range(200) for fault in judged_letter(seed * 1000 + place)]
    assert not faults, faults[:3]


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 10**6))
def test_a_scanned_letter_is_never_off_by_a_power_of_ten(seed):
    faults = [fault for place in range(200) for fault in misread_letter(seed * 1000 + place)]
    assert not faults, faults[:3]


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10**6))
def test_a_scanned_report_is_never_off_by_a_power_of_ten(seed):
    faults = [fault for place in range(200) for fault in misread(seed * 1000 + place)]
    assert not faults, faults[:3]


@pytest.mark.parametrize(
    "text",
    ["Hb\n" + "L\n" * 4000, "Hb\n" + "12-16\n" * 2000, "Hb\n" + "2024-01-05\n" * 2000, "Hb\n" + "-\n" * 8000, "Hb\n7\n" * 2400,
     "Hb 7.2 " * 2000, "7 " * 4000, "(" * 9000, "Hb" * 9000, "1.2.3" * 3000, "a" * 9000, "10^" * 3000, "/" * 9000,
     "WBC 2.1 K/uL, " * 900, "age " * 3000, "34 y " * 2000, "\t" * 9000, "x10" * 4000, "pregnant " * 1000, "M " * 5000],
    ids=range(20),
)  # fmt: skip
def test_twice_the_text_takes_about_twice_the_steps(text):
    """Steps are counted, not seconds: calls of Python functions grow as the text does."""
    import sys

    def steps(part):
        count = 0

        def tick(frame, event, argument):
            nonlocal count
            count += event in ("call", "c_call")

        sys.setprofile(tick)
        try:
            read_report(part)
        finally:
            sys.setprofile(None)
        return count

    read_report(text)  # what is read once and kept is no part of it
    assert steps(text) < 3 * steps(text[: len(text) // 2]) + 20_000


@pytest.mark.parametrize(
    ("line", "person"),
    [
        ("Homme 71 ans", {"sex": "male", "age_y": 71}),
        ("Frau 61 Jahre", {"sex": "female", "age_y": 61}),
        ("female 44y", {"sex": "female", "age_y": 44}),
        ("Patient: 45 y F", {"sex": "female", "age_y": 45}),
        ("Female 18 years: 12.0 - 15.5 g/dL", {}),
        ("Men over 50 years: 13.0 - 17.0 g/dL", {}),
    ],
)
def test_a_sex_and_an_age_without_a_comma_are_the_persons(line, person):
    assert about(read_report(f"Hb 76 g/L\n{line}\nPlatelets 40 x10^9/L")) == person


@pytest.mark.parametrize(
    ("lines", "person"),
    [
        ("Age 19 M", {}),
        ("Age: 5 M", {}),
        ("Age 61 M", {}),
        ("Age: 8M", {"age_y": pytest.approx(8 / 12, rel=1e-5)}),
        ("Age 18 M, female", {"age_y": 1.5, "sex": "female"}),
        ("Age 18 M\nSex F", {"age_y": 1.5, "sex": "female"}),
        ("Age/Sex: 19 M", {"age_y": 19, "sex": "male"}),
        ("Age 7/12", {}),
        ("Age: 3/52, male", {"sex": "male"}),
    ],
)
def test_an_m_behind_an_age_that_may_be_the_sex_makes_nobody_an_infant(lines, person):
    """ "Age 19 M" was read as 19 months, and "Age 7/12" as 7 years: both were graded as somebody else."""
    count = read_report(f"{lines}\nHb 58 g/L\nPlatelets 4 x10^9/L")
    assert about(count) == person
    assert "age_y" in person or re.search("neither is taken|it is not taken", " ".join(count.notes))


def test_earlier_neutrophils_are_not_told_as_a_share_that_is_missing():
    """A row in 10^9/L with three dates left a share of neutrophils "of which only an earlier result is printed"."""
    head = "            12/11/26   05/11/26   01/10/26\n"
    count = read_report(head + "Hb g/L       74        81         102\nNeut 10^9/L  0.3       0.6        1.4")
    assert known(count) == {"hb": 74, "anc": 0.3} and set(count.values) == {"hb", "anc"}
    assert any("Neutrophils, absolute (ANC): an earlier result is printed too" in note for note in count.notes)


def test_blasts_that_are_printed_are_a_red_flag():
    """A report with 22 % blasts raised none: only a box ticked on the board did."""
    text = (
        "WBC 1.6 x10^9/L\nBlasts {} %\nNeutrophils 12 %\nLymphocytes {} %\nMonocytes 6 %\nHb 8.8 g/dL\nPlt 90 x10^9/L"
    )
    for said in ({}, {"film_blasts": "no"}):
        found = red_flags(Findings(read_report(text.format(22, 60)), said))
        assert [one.flag for one in found if one.raised] == ["blasts"]
    for printed in (0, "<1"):
        none = Findings(read_report(text.format(printed, 82)))
        assert "blasts" not in [one.flag for one in red_flags(none) if one.raised] and "film_blasts" not in none.known


# --- a person of whom the report does not tell for certain -------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "years"),
    [
        ("Age: 36 hours", 36 / 8766),
        ("Age: 18 hrs", 18 / 8766),
        ("Age: 45 min.", 45 / 525_960),
        ("Age: 5.5 months", 5.5 / 12),
        ("Age: 12.0 days Sex: Male", 12 / 365.25),
        ("A 5.5-month-old girl", 5.5 / 12),
        ("Age (months): 6", 0.5),
        ("Age | 6 | months | F", 0.5),
        ("Age/Sex: 36 hours/F", 36 / 8766),
        ("Age: 1.5 years", 1.5),
        ("Age: 34 Gender: F", 34),
        ("Age: 34 Hb 7.2 g/dL", 34),
        ("Age: 34 (F)", 34),
        ("Age: 34 - F", 34),
        ("Patient age 34 presented with fever", 34),
        ("Age: 34 Ref. by: Dr. Rao", 34),
    ],
)
def test_an_age_is_read_in_its_own_unit(line, years):
    assert about(read_report(line))["age_y"] == pytest.approx(years, abs=1e-6)


@pytest.mark.parametrize(
    "line",
    [
        "Age: 34,5 months",
        "Age: 7 mon",
        "Alter: 5 Mon.",
        "Alter 3 Wo",
        "Alter: 34 W",
        "Age: 89+",
        "Age 60s",
        "Age 3O",
        "Age 70 kg 45",
        "Age: 34/5",
        "Age: 6 (moons)",
        "Age (moons): 6",
        "2/12 old",
    ],
)
def test_an_age_in_no_known_unit_is_declined_and_said(line):
    count = read_report(f"{line}\nHb 7.2 g/dL")
    assert about(count) == {} and known(count) == {"hb": 72}
    assert any("age" in note and "not taken" in note for note in count.notes)


def test_beside_a_declined_age_the_sex_is_still_read():
    assert about(read_report("Age: 34,5 months, F")) == {"sex": "female"}
    assert about(read_report("Age 60s, male")) == {"sex": "male"}


def test_a_cell_of_a_table_tells_an_age_as_a_line_does():
    (count,) = read_csv("age,sex,Hb (g/L)\n12.0 days,M,72\n")
    assert about(count) == {"sex": "male", "age_y": pytest.approx(12 / 365.25, abs=1e-6)}
    (count,) = read_csv("age,sex,Hb (g/L)\n89+,M,72\n")
    assert about(count) == {"sex": "male"} and any("89+" in note for note in count.notes)
    assert about(read_csv("sexo,Hb (g/L)\nV,72\n")[0]) == {"sex": "male"}
    assert about(read_csv("geslacht,Hb (g/L)\nV,72\n")[0]) == {"sex": "female"}
    assert about(read_csv("sex,Hb (g/L)\nV,72\n")[0]) == {}


@pytest.mark.parametrize(
    "line",
    [
        "Sex: M / F",
        "Sexe: M/F",
        "Geschlecht: m/w/d",
        "Sex: F/M",
        "Sex: Male or Female",
        "Sexo: M (Mujer)",
        "Sex: F?",
        "Sex: [ ] M [ ] F",
        "Sex: [x] M [x] F",
        "Sex: M [x] F",
        "Sex: ☐ F",
        "Sex: V",
        "Sex: H",
        "Sexo: M",
        "Sexo: H/M",
        "Sexe: H/M",
        "Sex: F Sex at birth: M",
        "Sex: M F / O",
        "Age/Sex: M/F",
    ],
)
def test_a_sex_of_which_several_are_offered_is_declined_and_said(line):
    count = read_report(f"{line}   Age: 30\nHb 7.2 g/dL")
    assert about(count) == {"age_y": 30}
    assert any("sex" in note and ("not taken" in note or "neither is used" in note) for note in count.notes)


@pytest.mark.parametrize(
    ("age", "sex", "told"),
    [
        ("Edad", "M", None),
        ("Edad", "H", "male"),
        ("Edad", "F", "female"),
        ("Idade", "M", "male"),
        ("Idade", "F", "female"),
    ],
)
def test_an_m_in_a_spanish_table_is_a_man_or_a_woman_and_in_a_portuguese_one_a_man(age, sex, told):
    (count,) = read_csv(f"Sexo,{age},Hb (g/dL)\n{sex},34,9\n")
    assert (count.person.sex, count.person.age_y) == (told, 34)
    assert any("masculino or for mujer" in note for note in count.notes) == (told is None)


@pytest.mark.parametrize(
    ("line", "sex"),
    [
        ("Gender: Male □ Female ☑", "female"),
        ("Sex: Male [ ] Female [X]", "female"),
        ("Sex: ☐ M ☒ F", "female"),
        ("Sex: [x] M [ ] F", "male"),
        ("Geschlecht: ☐ m ☐ w ☒ d", None),
        ("Sex: F (Female)", "female"),
        ("SEXO: V", "male"),
        ("Sexo: V (Varón)", "male"),
        ("Geslacht: V", "female"),
        ("Sex: Male W/O Rao", "male"),
        ("Sex: M  D.O.B: 1.1.1990", "male"),
        ("Sex: F D/O Rao", "female"),
        ("Sex: M U/A negative", "male"),
        ("Sexo: H", "male"),
        ("Sexe: H", "male"),
        ("Sexo: M (Male)", "male"),
        ("Sexe: M", "male"),
        ("Sexo: [x] M [ ] F", "male"),
        ("Sexo: H [ ] M [x]", "female"),
        ("Sexo: M Idade: 30 anos", "male"),
        ("Sex at birth: F", "female"),
        ("Sex assigned at birth: Male", "male"),
        ("Legal Sex: Female", "female"),
    ],
)
def test_the_sex_is_that_which_is_ticked_in_the_language_of_its_label(line, sex):
    assert read_report(line).person.sex == sex


@pytest.mark.parametrize(
    ("line", "person"),
    [
        ("Age: 0 Year(s) 7 Month(s)", {"age_y": 0.583333}),
        ("Age : 0 Year(s) 7 Month(s) 12 Day(s) / Male", {"age_y": 0.616188, "sex": "male"}),
        ("45 Y(s)/Male", {"age_y": 45, "sex": "male"}),
        ("Age/Sex: 45 Y(s)/Male", {"age_y": 45, "sex": "male"}),
        ("Age/Gender : 45 Year (s) | Female", {"age_y": 45, "sex": "female"}),
        ("Edad: 3 Año(s) 2 Mes(es)", {"age_y": 3.166667}),
        ("Alter: 3 Jahr(e) und 2 Monat(e)", {"age_y": 3.166667}),
        ("Age: 5 weeks 3 days", {"age_y": 0.10404}),
        ("Age: 5w3d", {"age_y": 0.10404}),
        ("Age: 34y2m", {"age_y": 34.166667}),
        ("Age: 61 years and 3 months", {"age_y": 61.25}),
        ("Âge : 2 ans et 3 mois", {"age_y": 2.25}),
        ("Edad: 2 años y 3 meses, niña", {"age_y": 2.25, "sex": "female"}),
        ("Leeftijd: 2 jaar en 3 maanden", {"age_y": 2.25}),
        ("2.5-year-old boy", {"age_y": 2.5, "sex": "male"}),
        ("2,5-year-old boy with Hb 7.2 g/dL", {"age_y": 2.5, "sex": "male"}),
        ("3-year-2-month-old girl", {"age_y": 3.166667, "sex": "female"}),
        ("A 61 years and 3 months old woman", {"age_y": 61.25, "sex": "female"}),
        ("Alter: 34 J., w", {"age_y": 34, "sex": "female"}),
        ("Alter: 34; w", {"age_y": 34, "sex": "female"}),
        ("Age: 34;F", {"age_y": 34, "sex": "female"}),
        ("Age: 34; Female", {"age_y": 34, "sex": "female"}),
        ("Age: 34, M", {"age_y": 34, "sex": "male"}),
        ("Age: 34 years & F", {"age_y": 34, "sex": "female"}),
        ("Age: 34, F with fever", {"age_y": 34, "sex": "female"}),
        ("34 y.o. F", {"age_y": 34, "sex": "female"}),
        ("Edad: 34; mujer", {"age_y": 34, "sex": "female"}),
        ("Age 34 years, 3 months ago she had anemia", {"age_y": 34}),
        ("Age: 34 years, 12 weeks pregnant", {"age_y": 34, "trimester": 1}),
        ("Age/Sex: 8 M/F", {"age_y": 0.666667, "sex": "female"}),
    ],
)
def test_an_age_is_read_to_its_end_with_the_sex_behind_it(line, person):
    assert about(read_report(line)) == person


@pytest.mark.parametrize(
    ("line", "person"),
    [
        ("Age: 34 M/F", {}),
        ("Age/Sex: 30 M/F", {}),
        ("Age: 34; F/M", {"age_y": 34}),
        ("Age: 34; W", {"age_y": 34}),
        ("Age: 34; V", {"age_y": 34}),
        ("Age 34. M. Smith", {"age_y": 34}),
        ("Age: 34 years, M protein 12 g/L", {"age_y": 34}),
        ("3M, F", {}),
        ("Age: 34; F. Smith", {"age_y": 34}),
        ("Age: 34 years; male partner negative", {"age_y": 34}),
    ],
)
def test_a_letter_or_a_word_behind_an_age_that_may_be_no_sex_is_said(line, person):
    count = read_report(f"{line}\nHb 7.2 g/dL")
    assert about(count) == person and count.notes


def test_a_sex_that_a_line_end_cuts_is_read_whole():
    assert about(read_report("Age: 34 years, sex: fe-\nmale, Hb 7.2 g/dL")) == {"age_y": 34, "sex": "female"}


def test_the_age_and_sex_of_a_donor_are_not_those_of_the_patient():
    count = read_report("Donor age 34 years, sex female; recipient age 50, sex male\nHb 7.2 g/dL")
    assert about(count) == {}
    assert about(read_report("Donor: age 34 years, sex female")) == {}


@pytest.mark.parametrize(
    ("text", "trimester"),
    [
        ("Baby Boy Rao\nGestational age: 39 weeks", None),
        ("39 weeks gestation", None),
        ("Pregnant\nGestational age: 24 weeks", 2),
        ("34F, gestational age 24 weeks", 2),
        ("Age: 3 days Sex: F\nGestational age: 39 weeks", None),
        ("Pregnant at 20 weeks, lost at 22 weeks", None),
        ("Pregnant at 20 weeks", 2),
    ],
)
def test_a_gestational_age_is_a_pregnancy_only_where_one_is_told(text, trimester):
    count = read_report(text)
    assert count.person.trimester == trimester
    assert trimester or any("not taken" in note for note in count.notes)


@pytest.mark.parametrize(
    ("line", "person"),
    [
        ("34-year-old pregnant woman at 30 weeks", {"age_y": 34, "sex": "female", "trimester": 3}),
        ("34-year-old pregnant woman, 30 weeks", {"age_y": 34, "sex": "female", "trimester": 3}),
        ("34 y/o pregnant female admitted at 30+4 weeks", {"age_y": 34, "sex": "female", "trimester": 3}),
        ("34-year-old pregnant woman in the third trimester", {"age_y": 34, "sex": "female", "trimester": 3}),
        ("34-year-old woman at 30 weeks' gestation", {"age_y": 34, "sex": "female", "trimester": 3}),
        ("34F pregnant 30 weeks", {"age_y": 34, "sex": "female", "trimester": 3}),
        ("34-year-old non-pregnant woman", {"age_y": 34, "sex": "female", "trimester": 0}),
        ("The patient is pregnant at 30 weeks", {"trimester": 3}),
        ("She is 30 weeks pregnant", {"trimester": 3}),
        ("Pregnant (30 weeks)", {"trimester": 3}),
        ("34-year-old woman (30 weeks pregnant)", {"age_y": 34, "sex": "female", "trimester": 3}),
        ("Pregnant: yes, 12 weeks", {"trimester": 1}),
        ("Pregnant: yes\n12 weeks", {"trimester": 1}),
        ("pregnant, gestational age 13w6d", {"trimester": 1}),
        ("gestational age 13 w 6 d, pregnant", {"trimester": 1}),
        ("Pregnant: yes\nGA: 12 weeks", {"trimester": 1}),
        ("34-jährige schwangere Frau in der 30. SSW", {"age_y": 34, "sex": "female", "trimester": 3}),
        ("34-jährige Schwangere (SSW 30+2)", {"age_y": 34, "trimester": 3}),
        ("schwanger, 28. SSW", {"trimester": 2}),
        ("pregnant, 28th week", {"trimester": 2}),
        ("pregnant, 28 weeks", {"trimester": 3}),
        ("Mujer embarazada de 34 años, 30 semanas", {"age_y": 34, "sex": "female", "trimester": 3}),
        ("Gestante de 30 semanas", {"trimester": 3}),
        ("Embarazo: 20 semanas", {"trimester": 2}),
        ("Femme enceinte de 34 ans, 30 SA", {"age_y": 34, "sex": "female", "trimester": 3}),
        ("Donna di 34 anni incinta alla 30a settimana", {"age_y": 34, "sex": "female", "trimester": 3}),
        ("Vrouw van 34 jaar, zwanger (30 weken)", {"age_y": 34, "sex": "female", "trimester": 3}),
    ],
)
def test_a_pregnancy_is_read_with_its_week(line, person):
    for text in (f"{line}\nHb 72 g/L", f"{line}, Hb 72 g/L"):
        count = read_report(text)
        assert about(count) == person and known(count) == {"hb": 72}, text
        assert not any("week is not printed" in note for note in count.notes)


@pytest.mark.parametrize(
    ("line", "person"),
    [
        ("34-year-old pregnant woman", {"age_y": 34, "sex": "female"}),
        ("34-year-old previously pregnant woman", {"age_y": 34, "sex": "female"}),
        ("34-year-old pregnant woman, tired for 2 weeks", {"age_y": 34, "sex": "female"}),
        ("34-year-old pregnant woman's husband at 30 weeks", {}),
        ("Her sister is pregnant at 30 weeks", {}),
        ("Pregnant. 12 weeks after transplant.", {}),
        ("Pregnant: yes\nTired, 2 weeks", {}),
        ("Pregnant, 7 months", {}),
        ("34-year-old woman. Not pregnant. 12 weeks after transplant.", {"age_y": 34, "sex": "female", "trimester": 0}),
        ("Female, 28 weeks", {"sex": "female"}),
    ],
)
def test_weeks_that_are_not_told_of_a_pregnancy_are_not_taken_and_that_is_said(line, person):
    count = read_report(f"{line}\nHb 7.2 g/dL")
    assert about(count) == person and count.notes


# --- a number that is not the result of now ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("            3/2/25   1/4/25   12/31/24\nHb   82   79   75 g/L", {"hb": 82}),
        ("            3/2/25   1/4/25   12/31/24\nHb   79   75 g/L", {}),
        ("            3/2/25   1/4/25   12/31/24\nHb   79 g/L", {}),
        ("            3/2/25   1/4/25   2/1/25\nHb   82   79   75 g/L", {}),
        ("Test   Result   Previous\n   03/02/25  03/01/25\nHb  75  82 g/L", {"hb": 75}),
        ("Test   Previous   Result\n   03/02/25  03/01/25\nHb  82  75 g/L", {"hb": 75}),
        ("Test   Result  Previous  Units\nHb 72  81  g/L", {"hb": 72}),
        ("Test    Previous  Current  Units\nHb      95     81         g/L", {"hb": 81}),
        ("Test   Result  Previous  Units\nNeut # --  0.6  K/uL", {}),
        ("Test   Result  Previous  Units\nPLT  --  18  K/uL", {}),
        ("Test   Result  Previous  Units\nPLT 18  --  K/uL", {"plt": 18}),
        ("Test   Result  Previous  Units\nPLT --  --  K/uL", {}),
    ],
)
def test_a_row_that_is_not_under_its_headings_gives_the_result_of_now_or_none(text, values):
    count = read_report(text)
    assert known(count) == values
    assert values or any(value.reason for value in count.values.values())


_COLUMNS = {
    "Test  Previous  Result  Unit": "{name}  {before}  {now}  {unit}",
    "Test   Prior   Result   Unit   Range": "{name}   {before}   {now}   {unit}   (1-2)",
    "Analyse  Ergebnis  Vorwert  Einheit": "{name}  {now}  {before}  {unit}",
    "Esame     Precedente   Risultato   Unità": "{name}  {before}         {now}         {unit}",
    "Prueba     Anterior     Resultado     Unidad": "{name}  {before}          {now} L           {unit}",
    "Examen  Résultat  Unité  Antérieur": "{name}   {now}       {unit}  {before}",
    "Bepaling | Vorige | Uitslag | Eenheid": "{name} | {before} | {now} | {unit}",
    "Exame\tAnterior\tResultado\tUnidade": "{name}\t{before}\t{now}\t{unit}",
    "Code  Test  Last Result  Result  Units": "H12  {name}  {before}  {now}  {unit}",
}
_PRINTED = {"hb": ("81", "72", "g/L"), "wbc": ("3.1", "1.9", "10^9/L"), "anc": ("1.3", "0.4", "10^9/L"), "plt": ("31", "18", "10^9/L"), "neut_pct": ("41", "22", "%")}  # fmt: skip


@pytest.mark.parametrize("heading", _COLUMNS)
@pytest.mark.parametrize("analyte", _PRINTED)
def test_a_name_of_any_length_leaves_the_number_in_its_column(heading, analyte):
    before, now, unit = _PRINTED[analyte]
    for name in ANALYTES[analyte].names:
        text = f"{heading}\n{_COLUMNS[heading].format(name=name, before=before, now=now, unit=unit)}"
        assert known(read_report(text)) == {analyte: float(now)}, text


@pytest.mark.parametrize("name", ["WBC", "White Cell Count", "Total Leucocyte Count (TLC)", "Recuento de leucocitos"])
@pytest.mark.parametrize(
    "table",
    [
        "Test  Previous  Result  Unit  Range\n{}  3.1  10^9/L  4.0-11.0",
        "Test   Result   Previous   Unit\n{}   3.1   10^9/L",
        "Test     Prior     Result     Unit     Range\n{}  3.1                10^9/L   4.0-11.0",
        "Test  Result  Previous  Unit  Low  High\n{}  3.1  10^9/L  4.0  11.0",
        "Test  Previous  Result  Unit  Range\n{}  3.1  10^9/L  <11.0",
        "Test  Unit  Result  Previous  Range\n{}  10^9/L  3.1  4.0-11.0",
        "Test   Result   Previous   Unit   Range\n{}   pending   3.1   10^9/L   4.0-11.0",
        "Test   Previous   Result   Unit   Range\n{}   3.1   clotted   10^9/L   4.0-11.0",
        "Test Previous Result Unit\n{} 3.1 10^9/L",
        "Test            Previous          Result           Unit\n{}     41%  3.1          22%  1.9         10^9/L",
    ],
)
def test_the_one_number_in_one_of_two_columns_is_taken_only_where_its_place_is_seen(name, table):
    count = read_report(table.format(name))
    assert known(count) == {} and count.why("wbc")


@pytest.mark.parametrize(
    ("heading", "row"),
    [
        ("Test  Result  Unit", "White Blood Cell Count  1.9  10^9/L"),
        ("Test  Result  Unit  Range", "Total Leucocyte Count (TLC)  1.9  10^9/L  4-11"),
        ("Test  Result  Flag  Unit", "Leukozytenzahl  1.9  10^9/L"),
        ("Examen  Résultat  Unité", "Numération des leucocytes  1.9  10^9/L"),
        ("Prueba   Resultado   Unidad", "Recuento de leucocitos   1.9   10^9/L"),
    ],
)
def test_a_long_name_does_not_push_its_number_out_of_the_column_of_results(heading, row):
    assert known(read_report(f"{heading}\n{row}")) == {"wbc": 1.9}


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("Leukozytenzahl gesamt   1.9   G/l", {"wbc": 1.9}),
        ("Neutrophile Granulozyten absolut   0.4   G/l", {"anc": 0.4}),
        ("Recuento de leucocitos totales  1.9  10^9/L", {"wbc": 1.9}),
        ("Recuento de neutrófilos 400 /mm3", {"anc": 0.4}),
        ("Contagem absoluta de neutrófilos: 400 /mm3", {"anc": 0.4}),
        ("Polynucléaires neutrophiles (valeur absolue) : 0,4 G/L", {"anc": 0.4}),
        ("Granulociti neutrofili assoluti 0,4 10^9/L", {"anc": 0.4}),
        ("Neutrofiele granulocyten absoluut 0,4 10^9/l", {"anc": 0.4}),
        ("Neutrophile Granulozyten 22 %", {"neut_pct": 22}),
        ("Unreife Granulozyten absolut 0,1 G/l", {}),
    ],
)
def test_the_long_names_of_white_cells_in_other_languages_are_whole(line, values):
    assert known(read_report(line)) == values


def test_a_number_in_its_place_is_read_though_the_other_column_is_empty():
    heading = "Test                      Previous     Result     Unit"
    assert known(read_report(f"{heading}\nWhite Cell Count                       1.9        10^9/L")) == {"wbc": 1.9}
    assert known(read_report(f"{heading}\nWhite Cell Count          --           1.9        10^9/L")) == {"wbc": 1.9}
    narrow = "Test  Previous  Result  Unit\nWhite Cell Count  {}  10^9/L"
    assert "Write -- in an empty place" in read_report(narrow.format("1.9")).why("wbc")
    assert known(read_report(narrow.format("--  1.9"))) == {"wbc": 1.9}
    assert known(read_report(narrow.format("1.9  --"))) == {}


def test_where_no_present_result_stands_the_earlier_one_is_named_as_such():
    count = read_report("Test   Result  Previous  Units\nNeut # --  0.6  K/uL")
    assert "column of results is empty" in count.why("anc")
    assert any("earlier result" in note and "0.6" in note for note in count.notes)
    count = read_report("Test    Previous  Current  Units\nHb      95     81         g/L")
    assert any("earlier result" in note and "95" in note for note in count.notes)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Immature\nGranulocytes 0.9 K/uL", {}),
        ("Mean Corpuscular\nHemoglobin Concentration 26.1 g/dL", {"mchc": 261}),
        ("Mean\nCorpuscular\nHemoglobin 26 pg", {"mch": 26}),
        ("Mean Corpuscular\nVolume 88 fL", {"mcv": 88}),
        ("Fetal\nHemoglobin 14 g/dL", {}),
        ("Reactive\nLymphocytes 12 %", {}),
        ("Reticulocyte\nHemoglobin 30 pg", {}),
        ("Absolute\nNeutrophils 0.9 K/uL", {"anc": 0.9}),
        ("Morphology\nPlatelets 18 K/uL", {"plt": 18}),
        ("Fetal\n\nHemoglobin 14 g/dL", {"hb": 140}),
        ("White Blood\nCell Count 2.1 K/uL", {"wbc": 2.1}),
        ("White Blood Cell\nCount 2.1 K/uL", {"wbc": 2.1}),
        ("White Blood\nCell Count\n2.1 K/uL", {"wbc": 2.1}),
        ("Red Blood\nCell Count 2.1 M/uL", {"rbc": 2.1}),
        ("Nucleated Red Blood\nCells 2 /100 WBC", {"nrbc": 2}),
        ("Polynucléaires\nneutrophiles 0,4 G/L", {"anc": 0.4}),
        ("Test  Result  Unit\nWhite Blood\nCell Count  2.1  K/uL\nHb  7.2  g/dL", {"hb": 72, "wbc": 2.1}),
        ("Test\tResult\tUnit\nWhite Blood\nCell Count\t2.1\tK/uL", {"wbc": 2.1}),
        ("CSF\nWhite Blood\nCell Count 2.1 K/uL", {}),
        ("Blood\nCell Count 2.1 K/uL", {}),
        ("Haemo-\nglobin 7.2 g/dL", {"hb": 72}),
        ("HAEMO-\nGLOBIN 7.2 g/dL", {"hb": 72}),
        ("Hemo\u00ad\nglobin 7.2 g/dL", {"hb": 72}),
        ("Hb 7.2 g/dL, Leuko-\nzyten 1,9 G/l, Thrombo-\nzyten 18 G/l", {"hb": 72, "wbc": 1.9, "plt": 18}),
        ("Lympho-\ncytes 55 %\nMono-\ncytes 5 %", {"lymph_pct": 55, "mono_pct": 5}),
        ("Met-\nhemoglobin 2 g/dL", {}),
        ("Remember: neutro-\npenic fever is ANC <0.5 K/uL", {}),
        ("He was given Erythrozyten-\nkonzentrat, Hb 14 g/dL", {}),
        ("T-\nlymphocytes 55 %", {}),
        ("She was seen in the clinic last week, and her glycated\nhemoglobin was 72 g/L", {}),
        ("Donor white\ncell count 5 K/uL", {}),
        ("Her mother's white\ncell count is 5 K/uL", {}),
        ("Bone marrow: cellularity 10 %, neutro-\nphils 12 K/uL, platelets 18 K/uL", {"plt": 18}),
        ("WBC 2.1 K/uL (previous white\ncell count 3.1 K/uL)", {"wbc": 2.1}),
        ("Transfuse below a platelet\ncount of 10 K/uL", {}),
        ("The laboratory called to say that the reticulocyte\nhemoglobin is 28 g/L", {}),
        (
            "The hemoglobin is 7.2 g/dL, her white\ncell count 2.1 K/uL and the platelet\ncount 18 K/uL.",
            {"hb": 72, "wbc": 2.1, "plt": 18},
        ),
    ],
)
def test_a_name_that_a_line_end_cuts_in_two_is_read_as_one(text, values):
    count = read_report(text)
    assert known(count) == values
    assert values or any(note.startswith("Not read: ") for note in count.notes)


@pytest.mark.parametrize(
    "line",
    [
        "Comment: platelets <20 x10^9/L are associated with bleeding.",
        "Note: bleeding below platelets <20 x10^9/L",
        "Interpretation: verified. Platelets <20 x10^9/L",
        "ANC <0.5 x10^9/L is severe neutropenia",
        "Platelets <10 K/uL call hematology",
        "Platelets <10 K/uL, call hematology",
        "Retic <60 x10^9/L suggests marrow failure",
        "ANC <0.5 K/uL and platelets <20 K/uL are severe",
        "Bleeding is associated with platelets <20 x10^9/L",
    ],
)
def test_a_limit_that_a_sentence_explains_is_no_result(line):
    count = read_report(f"{line}\nHb 7.2 g/dL")
    assert known(count) == {"hb": 72} and any("a limit or a condition" in note for note in count.notes)


@pytest.mark.parametrize(
    "line",
    [
        "Critical value: platelets 20",
        "Critical value: platelets 20 K/uL",
        "Critical values: RBC 2.0 M/uL, platelets 20 K/uL",
        "Critical values: RBC <2.0, platelets <20",
        "panic value platelets 20 K/uL",
        "Kritischer Wert: Thrombozyten 20 G/l",
        "Kritische Werte: Thrombozyten <20 G/l",
        "Valor crítico: plaquetas 20 mil/mm3",
        "Valeurs critiques : plaquettes 20 G/L",
        "Valore critico: piastrine 20 10^9/L",
        "Kritieke waarde: trombocyten 20 10^9/L",
        "Critical values:\nRBC <2.0 M/uL\nPlatelets <20 K/uL",
        "Interpretation\nPlatelets <20 K/uL: spontaneous bleeding",
        "Panic level platelets 20 K/uL",
        "Platelets <10 K/uL, please call",
        "Call if platelets <10 K/uL",
        "Call hematology with platelets <10 K/uL",
        "Call MD: platelets <10 K/uL",
        "Anrufen bei Thrombozyten <10 G/l",
    ],
)
def test_a_number_from_which_one_calls_is_no_result(line):
    count = read_report(f"{line}\n\nHb 7.2 g/dL")
    assert known(count) == {"hb": 72}
    assert any("limit" in note for note in count.notes)


@pytest.mark.parametrize(
    ("line", "platelets"),
    [
        ("Platelets <10 K/uL. Call hematology", 10),
        ("Thrombozyten <10 G/l. Bitte anrufen.", 10),
        ("Platelets <10 K/uL. Call if platelets <20 K/uL", 10),
        ("Platelets 8 K/uL (critical value)", 8),
        ("Platelets 8 K/uL critical value <20", 8),
        ("Platelets 8 K/uL, critical value: 20 K/uL", 8),
        ("CRITICAL VALUE: platelets 8 K/uL called to Dr. Rao at 08:30", 8),
        ("Critical result: platelets 8 K/uL", 8),
        ("*** CRITICAL VALUE ***\nPlatelets 8 K/uL", 8),
        ("Call from lab: platelets <10 K/uL", 10),
    ],
)
def test_a_result_for_which_somebody_is_called_is_one(line, platelets):
    """A sentence of its own says what follows from the result before it; within one sentence it says from when."""
    assert known(read_report(line)) == {"plt": platelets}


@pytest.mark.parametrize("line", ["Platelets <10 K/uL", "Platelets <10 K/uL L", "PLT <10 K/uL (150-400)"])
def test_a_result_below_what_is_counted_is_still_read(line):
    assert known(read_report(line)) == {"plt": 10}


def test_the_pending_result_under_a_comment_is_said_to_be_pending():
    text = "Comment: platelets <20 x10^9/L are associated with bleeding.\nPlatelets: pending"
    assert "pending" in read_report(text).why("plt")


def test_the_same_name_behind_a_semicolon_has_its_own_number():
    count = read_report("WBC 2.1 K/uL with 5 % blasts; blasts < 20 %")
    assert known(count) == {"wbc": 2.1, "blast_pct": 5}


def test_the_reason_is_the_true_one():
    line = "RBC Count (Electrical Impedence) 1.65 mill/mm3 4.50 - 5.50"
    assert known(read_report(line)) == {"rbc": 1.65}
    why = read_report("RBC Count (Foo Bar) 1.65 mill/mm3 4.50 - 5.50").why("rbc")
    assert "1.65" in why and "other words" in why and "only a range" not in why
    assert known(read_report("2/12 old F Hb 9 g/dL")) == {"hb": 90}


# --- what strangers pasted: whose it is, of which day, and whether it still stands -------------------------------


@pytest.mark.parametrize(
    ("line", "months", "sex"),
    [
        ("Boy, 10 mo", 10, "male"),
        ("Girl, 11 months", 11, "female"),
        ("Male, 18 mths", 18, "male"),
        ("Age 34 months", 34, None),
        ("10mo F", 10, "female"),
        ("10 month F", 10, "female"),
        ("Girl 8 mo", 8, "female"),
        ("Boy of 10 mo", 10, "male"),
        ("Niña de 8 meses", 8, "female"),
        ("Boy, 2 yrs 3 mo", 27, "male"),
        ("Girl of 3 years 2 months", 38, "female"),
        ("Geb. 01.02.2023 (2 Jahre 9 Monate) w", 33, "female"),
    ],
)
def test_an_age_in_months_keeps_its_digits_together(line, months, sex):
    """ "10 mo" is not one year and 0 months."""
    person = read_report(f"{line}\nHb 9 g/dL").person
    assert person.age_y == pytest.approx(months / 12, abs=1e-5) and person.sex == sex


@pytest.mark.parametrize(
    "line", ["Mujer embarazada de 7 meses", "Mujer de 7 meses de embarazo", "Woman, 3 days after delivery", "3wk F"]
)
def test_a_length_of_a_pregnancy_or_after_it_is_no_age(line):
    count = read_report(f"{line}\nHb 9 g/dL")
    assert count.person.age_y is None and any(line in note for note in count.notes)


def test_an_unknown_unit_of_age_before_the_next_label_is_declined():
    """ "Età: 20 gg  Sesso: M" is a boy of 20 days, and no man of 20."""
    assert read_report("Età: 20 gg  Sesso: M\nHb 12 g/dL").person.age_y == pytest.approx(20 / 365.25, abs=1e-5)
    count = read_report("Age: 20 zz  Sex: M\nHb 12 g/dL")
    assert count.person.age_y is None and count.person.sex == "male"
    assert any("not taken" in note for note in count.notes)
    assert read_report("Age: 20 Birth Sex: M\nHb 12 g/dL").person.age_y == 20


@pytest.mark.parametrize(
    "line",
    [
        "Reference (pregnancy, 3rd trimester): Hb 9.5-15 g/dL. Result: Hb 8.9 g/dL. Female 29 y",
        "Female 29 y. Hb 8.9 g/dL. Reference values, 3rd trimester",
    ],
)
def test_a_pregnancy_of_an_interval_is_nobodys(line):
    count = read_report(line)
    assert known(count) == {"hb": 89} and about(count) == {"age_y": 29, "sex": "female"}


def test_what_was_read_of_a_line_is_not_said_to_be_unread():
    notes = read_report("DOB 12/03/2025 (age 18 days)\nHgb 13.1 g/dL").notes
    assert any("DOB" in note for note in notes) and not any("18 days" in note for note in notes)


@pytest.mark.parametrize(
    "line",
    [
        "Donor: Hb 13 g/dL. WBC 6 K/uL. PLT 240 K/uL.",
        "Mum's bloods today: haemoglobin 72 g/L. Neutrophils 0.4 x10^9/L. Platelets 24 x10^9/L.",
        "CSF: WBC 12 /uL. RBC 3 /uL. Neutrophils 80 %.",
        "CSF: clear. WBC 12 /uL, neutrophils 20 %.",
        "Bone marrow aspirate: blasts 12 %. Lymphocytes 20 %. Neutrophils 30 %",
    ],
)
def test_a_label_holds_for_all_sentences_of_its_line(line):
    count = read_report(line)
    assert known(count) == {} and sum("not of this person's blood" in note for note in count.notes) >= 2


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("Bone marrow: hypocellular. WBC 2.1 K/uL, Hb 7.2 g/dL.", {"wbc": 2.1, "hb": 72}),
        ("CSF: clear. WBC 2.1 K/uL, neutrophils 20 %.", {"wbc": 2.1, "neut_pct": 20}),
        ("Mother's Hb 12 g/dL. Hb 7.2 g/dL, PLT 22 K/uL.", {"hb": 72, "plt": 22}),
        ("Stem cell donor: WBC 6.0 K/uL. Patient: WBC 0.3 K/uL, Hb 7.2 g/dL.", {"wbc": 0.3, "hb": 72}),
        ("Urine: WBC 3 /uL. Blood: Hb 7.2 g/dL", {"hb": 72}),
        ("CSF: WBC 12 /uL. PLT 18 K/uL, WBC 2.1 K/uL", {"plt": 18, "wbc": 2.1}),
        ("Since bone marrow transplant: Hb 7.2 g/dL. WBC 2.1 K/uL.", {"hb": 72, "wbc": 2.1}),
    ],
)
def test_a_label_holds_until_another_one_or_where_it_had_no_results(line, right):
    assert known(read_report(line)) == right


@pytest.mark.parametrize(
    "text",
    [
        "12/11/2024\nHb 7.2 g/dL\n14/11/2024\nPLT 18 K/uL",
        "12/11/2024: Hb 7.2 g/dL\n14/11/2024: PLT 18 K/uL",
        "Hb: 7.2 g/dL (12/11/24), PLT: 18 K/uL (14/11/24)",
        "Test\tResult\tDate\nHb\t7.2 g/dL\t12/11/2024\nPLT\t18 K/uL\t14/01/2025",
        "Collected: 12/11/2024\nHb\t7.2 g/dL\t14/11/2024\nPLT\t18 K/uL\t16/11/2024",
        "Mar 3: Hb 7.2 g/dL\nMar 14: PLT 18 K/uL",
    ],
)
def test_values_of_several_days_are_said_to_be(text):
    count = read_report(text)
    assert known(count) == {"hb": 72, "plt": 18} and any("several days" in note for note in count.notes)


@pytest.mark.parametrize(
    "text",
    [
        "Hb 7.2 g/dL 06:00\nPLT 18 K/uL 14:00",
        "Hb 7.2 g/dL (01/02/2024), PLT 18 K/uL (2024-02-01)",
        "Hb | 7.2 g/dL | 12.11.2024 07:00\nPLT | 18 K/uL | 12.11.2024 14:00",
    ],
)
def test_values_that_may_be_of_one_day_are_left_alone(text):
    count = read_report(text)
    assert known(count) == {"hb": 72, "plt": 18} and not any("several days" in note for note in count.notes)


def test_of_two_rows_with_a_date_in_their_last_cell_the_later_is_now():
    assert known(read_report("PLT\t20 K/uL\t12/11/2024\nPLT\t18 K/uL\t14/01/2025")) == {"plt": 18}


@pytest.mark.parametrize(
    "said", ["cancelled", "(entered in error)", "invalid", "** DO NOT USE **", "wrong patient", "storniert", "\tannulé"]
)
def test_a_result_that_is_taken_back_is_none(said):
    count = read_report(f"HGB 7.2 g/dL (12-16) {said}\nPLT 18 K/uL")
    assert known(count) == {"plt": 18} and any("marked on the report as" in note for note in count.notes)
    assert known(read_report("WBC 2.1 K/uL, transfusion cancelled, PLT 18 K/uL")) == {"wbc": 2.1, "plt": 18}
    table = "Name,Result,Units,Status\nWBC,2.1,K/uL,final\nHGB,7.2,g/dL,cancelled\nPLT,18,K/uL,entered in error\n"
    assert known(read_csv(table)[0]) == {"wbc": 2.1} and len(read_csv(table)[0].notes) == 2


def test_earlier_columns_of_a_file_are_noted_and_never_stand_in():
    count = read_csv("Component,2024-01-02,2024-02-02\nHb (g/dL),8.0,7.2\nPlt (K/uL),22,\n")[0]
    assert known(count) == {"hb": 72} and "only an earlier result" in count.why("plt")
    assert any("8.0 g/dL" in note for note in count.notes)


def _hl7(*lines):
    return "\r".join(["MSH|^~\\&|LAB|X|EHR|Y|20250110||ORU^R01|1|P|2.5", "PID|1||1||A^B||20241220|F", *lines])


def test_a_comment_beside_a_result_of_a_file_is_not_lost():
    obx = "OBX|1|NM|777-3^Platelets^LN||18|10*3/uL|||||F"
    note = {"resourceType": "Observation", "status": "final", "code": {"coding": [{"code": "777-3"}]}}
    note |= {"valueQuantity": {"value": 18, "unit": "10*3/uL"}, "note": [{"text": "Clumps seen"}]}
    for count in (
        read_hl7(_hl7("OBR|1|||58410-2^CBC^LN|||20250110", obx, "NTE|1||Clumps seen"))[0],
        read_csv("Test,Result,Unit,Comment\nPLT,18,K/uL,Clumps seen\n")[0],
        read_fhir(json.dumps(note))[0],
    ):
        assert known(count) == {"plt": 18} and any("Clumps seen" in note for note in count.notes)


def test_an_order_in_hl7_that_names_another_fluid_is_of_that_fluid():
    csf = ("OBR|1|||CSF^CSF CELL COUNT|||20250110", "OBX|1|NM|WBC^WBC^L||12|/uL|||||F")
    blood = ("OBR|2|||58410-2^CBC panel - Blood^LN|||20250110", "OBX|1|NM|718-7^Hb^LN||7.2|g/dL|||||F")
    count = read_hl7(_hl7(*csf, *blood))[0]
    assert known(count) == {"hb": 72} and any("cerebrospinal" in note for note in count.notes)


def test_a_newborn_of_a_file_is_as_many_days_old_as_it_is():
    count = read_hl7(_hl7("OBR|1|||CBC|||20250110", "OBX|1|NM|718-7^Hb^LN||14|g/dL|||||F"))[0]
    assert count.person.age_y == pytest.approx(21 / 365.25, abs=1e-5)


def test_an_observation_about_somebody_else_is_not_this_persons():
    about_a_fetus = {"resourceType": "Observation", "status": "final", "code": {"coding": [{"code": "718-7"}]}}
    about_a_fetus |= {"valueQuantity": {"value": 14, "unit": "g/dL"}, "focus": [{"display": "fetus"}]}
    count = read_fhir(json.dumps(about_a_fetus))[0]
    assert known(count) == {} and any("focus" in note for note in count.notes)


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("Hte 21 %", {"hct": 0.21}),
        ("Leuk 21 000/µL", {"wbc": 21}),
        ("Segm 30%, Lympho 60%", {"seg_pct": 30, "lymph_pct": 60}),
        ("Piastrine 18 migliaia/mmc", {"plt": 18}),
    ],
)
def test_short_names_and_units_of_other_countries(line, right):
    assert known(read_report(line)) == right


@pytest.mark.parametrize(
    "text",
    [
        "Hemoglobin 7.2 g/dL in Jan 2024, 9.1 g/dL in Jun 2024",
        "Hemoglobin 7.2 g/dL on 3 Jan 2024, 9.1 g/dL on 5 Jun 2024",
        "Hemoglobin 7.2 g/dL Jan 2024, 9.1 g/dL Jun 2024",
        "Hemoglobin 7.2 g/dL in 2023, 9.1 g/dL in 2024",
    ],
)
def test_a_year_before_a_comma_is_a_year_and_no_end_of_an_interval(text):
    count = read_report(text)
    assert known(count) == {"hb": 91} and any("earlier result" in note for note in count.notes)
    assert "twice" in read_report("Hb 7.2 g/dL 2024 9.1 g/dL").why("hb")
    assert known(read_report("Hb 7.2 g/dL 12.0 16.0 g/dL")) == {"hb": 72}


@pytest.mark.parametrize(
    "unit",
    [
        "x10^3/L",
        "10^3/L",
        "K/L",
        "thousand/L",
        "x10^3 per liter",
        "x10^3/dL",
        "x10^3/kL",
        "x10^9/uL",
        "x10^9/mL",
        "x10^9/100mL",
        "K/100 uL",
        "x10^9/10L",
    ],
)
def test_a_multiplier_before_another_volume_than_its_own_is_no_known_unit(unit):
    count = read_report(f"Platelets 9 {unit}")
    assert not count.values["plt"].known
    assert f'"{unit}" is not a unit for this' in count.why("plt")
    (of_file,) = read_csv(f"test,value,unit\nPlatelets,9,{unit}\n")
    assert not of_file.values["plt"].known


@pytest.mark.parametrize(
    "unit",
    ["x10^3/cumm", "thousand per cubic mm", "K / uL", "x10^3/µL / MPV 9", "G/l", "K/uL / L", "x10^9/L¹", "x10^3/uL²"],
)
def test_a_multiplier_before_its_own_volume_is_read(unit):
    assert read_report(f"Platelets 9 {unit}").plt == 9


@pytest.mark.parametrize("unit", ["x10^9/uL¹", "x10^3/L²"])
def test_the_sign_of_a_footnote_does_not_make_a_foreign_volume_a_unit(unit):
    count = read_report(f"Platelets 9 {unit}")
    assert not count.values["plt"].known and "is not a unit for this" in count.why("plt")


def test_what_stands_behind_a_slash_and_is_no_volume_leaves_a_multiplier_a_unit():
    assert known(read_report("Neutrophils 45 % / 2.1 x10^9/L")) == {"neut_pct": 45, "anc": 2.1}
    assert known(read_report("WBC 4.1 K / 4.0-10.0")) == {"wbc": 4.1}


def test_nothing_is_nothing_in_every_unit():
    count = read_report("Plt 0\nANC 0\nHb 0")
    assert (count.plt, count.anc) == (0, 0) and not count.values["hb"].known
