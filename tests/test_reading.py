"""Reading reports: what can be told is told exactly, what cannot says why, and one bad value never stops the rest."""

import json
import math
import re
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.blood.core import units
from helpers.blood.core.amount import decimal_style, number_readings, read_value
from helpers.blood.core.count import BloodCount
from helpers.blood.core.units import ANALYTES, canonical
from helpers.blood.reports.fhir import read_fhir
from helpers.blood.reports.tables import read_csv
from helpers.blood.reports.text import read_report
from helpers.evidence import table

DATA = Path(__file__).parent / "data"
HB, WBC, PLT = "Hb 7.2 g/dL", "WBC 2.1 K/uL", "PLT 18 x10^3/mm3"


def only(read):
    """The one count of a file that holds one."""

    def read_one(*given, **options):
        (count,) = read(*given, **options)
        return count

    return read_one


def known(count):
    return {name: value.amount for name, value in count.values.items() if value.known}


# --- the same patient in every form ------------------------------------------------------------------------------


def forms():
    return {
        "text": read_report((DATA / "report.txt").read_text(encoding="utf-8")),
        "long": only(read_csv)(DATA / "report_long.csv"),
        "wide": read_csv(DATA / "report_wide.csv")[0],
        "fhir": only(read_fhir)(DATA / "report_fhir.json"),
        "fhir text": only(read_fhir)((DATA / "report_fhir.json").read_text(encoding="utf-8")),
    }


def test_a_report_a_csv_and_a_fhir_bundle_give_the_same_count():
    found = forms()
    expected = BloodCount.of(
        hb=72, wbc=2.1, mcv=101, plt=18, neut_pct=38, anc="<0.9 10^9/L", retic="pending",
        age_y=34, sex="female", trimester=3, duffy_null=True,
    )  # fmt: skip
    for form, count in found.items():
        assert count == expected, form
        assert count.is_below("anc"), form
        assert "pending" in count.why("retic"), form


def test_they_stop_being_the_same_when_one_value_differs():
    text = (DATA / "report.txt").read_text(encoding="utf-8")
    assert read_report(text.replace("7.2", "7.3")) != forms()["fhir"]
    assert read_report(text.replace("28 weeks", "27 weeks")) != forms()["fhir"]
    assert read_report(text.replace("<0.9", "0.9")) != forms()["fhir"]


# --- a pasted report ---------------------------------------------------------------------------------------------


def test_the_issue_s_own_line():
    count = read_report("WBC 2.1 K/uL, Hgb 7.2 g/dL, PLT 18 x10^3/mm3, Neut 38 %")
    assert known(count) == {"wbc": 2.1, "hb": 72.0, "plt": 18.0, "neut_pct": 38.0}
    assert count.notes == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hgb 7.2 L g/dL 12.0-16.0", {"hb": 72}),
        ("Hb: 72 g/L (L) [120 - 160]", {"hb": 72}),
        ("Hb (g/dL)  7.2*  12.0–16.0", {"hb": 72}),
        ("Hemoglobin (Hgb) 7.2 g/dl ↓", {"hb": 72}),
        ("HAEMOGLOBIN | 72 | g/L | 120 - 160 | LOW", {"hb": 72}),
        ("Hb 7.2g/dL;WBC 2100/µL;PLT 18.000/mm3", {"hb": 72, "wbc": 2.1, "plt": 18}),
        ("Hb-7.2 g/dl", {"hb": 72}),
        ("12.0-16.0 Hb 7.2 g/dL", {"hb": 72}),
        ("Hb (12.0-16.0) 7.2 g/dL", {"hb": 72}),
        ("WBC x10^9/L 2.1 4.0-10.0", {"wbc": 2.1}),
        ("WBC 2.1 109/L", {"wbc": 2.1}),
        ("Leukozyten 2,1 Tsd/µl\nThrombozyten 18 Tsd/µl\nHb 7,2 g/dl", {"wbc": 2.1, "plt": 18, "hb": 72}),
        ("Plaquettes 18 000 /mm3", {"plt": 18}),
        ("TLC 2100 /cumm PLT 1.8 lakh/cumm Hb 9.1 gm%", {"wbc": 2.1, "plt": 180, "hb": 91}),
        ("Hemoglobin [Mass/volume] in Blood 7.2 g/dL", {"hb": 72}),
        ("Leukocytes [#/volume] in Blood by Automated count 2.1 10*3/uL", {"wbc": 2.1}),
        ("She had a hemoglobin of 7.2 g/dL and platelets of 18 × 10⁹/L.", {"hb": 72, "plt": 18}),
        ("Neutrophils 38 % 0.80 x10^9/L", {"neut_pct": 38, "anc": 0.8}),
        ("Neutrophils 0.80 x10^9/L (38 %)", {"anc": 0.8, "neut_pct": 38}),
        ("NEUT# 0.8 10^9/L NEUT% 38 %", {"anc": 0.8, "neut_pct": 38}),
        ("Neut 38 % Lymph 55 % Mono 5 %", {"neut_pct": 38, "lymph_pct": 55, "mono_pct": 5}),
        ("Retic 0.8 %\nAbs retic 16.8 x10^9/L", {"retic_pct": 0.8, "retic": 16.8}),
        ("nRBC 3 /100 WBC", {"nrbc": 3}),
        ("WBC\n2.1\nK/uL\n4.0-10.0\nHgb\n7.2\ng/dL\nL", {"wbc": 2.1, "hb": 72}),
        ("Test\tResult\tPrevious\tUnits\nHb\t7.2\t8.9\tg/dL", {"hb": 72}),
        ("Test Previous Result Units\nHb 8.9 7.2 g/dL", {"hb": 72}),
        ("Test Result Low High Units\nHb 72 120 160 g/L", {"hb": 72}),
        ("Hb 7.2 g/dL 12.0 16.0 g/dL", {"hb": 72}),
        ("Hb 72 g/L (7.2 g/dL)", {"hb": 72}),
        ("Hb 7.2 g/dL 2024-01-05 08:30", {"hb": 72}),
        ("Hct 21.6 %\nHt 0,216 L/L", {"hct": 0.216}),
        ("Hb 4.6 mmol/L", {"hb": 74.1218176}),
    ],
)
def test_lines_that_can_be_told(text, expected):
    assert known(read_report(text)) == expected


@pytest.mark.parametrize(
    "text",
    ["HbA1c 5.6 %", "Hb A1c 5.6 %", "MPV 10 fL", "BP 120/80 mm Hg", "Urine WBC 20 /HPF", "RDW-SD 45 fL",
     "No blasts seen",
     "Corrected reticulocytes 0.3 %", "Folate 8 ng/mL", "Atypical lymphocytes 5 %", "Immature platelet fraction 6 %"],
)  # fmt: skip
def test_other_quantities_are_not_taken_for_ours(text):
    count = read_report(f"{text}\n{WBC}")
    assert known(count) == {"wbc": 2.1} and len(count.values) == 1
    assert any(note.startswith("Not read:") for note in count.notes)


def test_a_count_stands_beside_a_number_that_may_be_its_share():
    for lines in (["Neutrophils 38", "ANC 0.8 K/uL"], ["ANC 0.8 K/uL", "Neutrophils 38"]):
        count = read_report("\n".join(lines))
        assert known(count) == {"anc": 0.8} and "has no unit" in count.why("neut_pct")


def test_two_laboratories_tables():
    american = """
        White Blood Cell Count   2.1 L   4.0 - 10.5   x10E3/uL
        Hemoglobin               7.2 LL  11.1 - 15.9  g/dL
        MCHC                     33.3    31.5 - 35.7  g/dL
        Platelets                18 LL   150 - 450    x10E3/uL
        Neutrophils              38      Not Estab.   %
        Lymphs                   62      Not Estab.   %
        Neutrophils (Absolute)   0.8 L   1.4 - 7.0    x10E3/uL
        Immature Granulocytes    0       Not Estab.   %"""
    british = """
        Haemoglobin estimation   72      g/L  *   (120 - 150)
        Total white cell count   2.1     10*9/L   (4.0 - 10.0)  Below low reference limit
        Platelet count           18      10*9/L   (150 - 410)
        Mean corpusc. Hb. conc.(MCHC) 333 g/L
        Neutrophil count         0.8     10*9/L"""
    first, second = read_report(american), read_report(british)
    assert known(first) == known(second) | {"neut_pct": 38.0, "lymph_pct": 62.0}
    assert known(second) == {"hb": 72.0, "wbc": 2.1, "plt": 18.0, "mchc": 333.0, "anc": 0.8}


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("WBC 2100", "wbc", ["has no unit", "2\u202f100 /µL (2.1 ×10⁹/L)"]),
        ("Hb 72", "hb", ["has no unit", "72 g/L", "lost decimal point"]),
        ("Hb 72 g/dL", "hb", ["720 g/L", "72 g/L", "lost decimal point"]),
        ("Neut 38", "neut_pct", ["has no unit", "38 %", "38 ×10⁹/L"]),
        ("Neut 38", "anc", ["has no unit"]),
        ("WBC 2.1 x10^12/L", "wbc", ["2\u202f100 ×10⁹/L", "2.1 ×10⁹/L"]),
        ("RBC 2.45 x10^9/L", "rbc", ["2.45 ×10¹²/L"]),
        ("Hb -7.2 g/dL", "hb", ["negative"]),
        ("Hb NaN g/dL", "hb", ["Ask the laboratory"]),
        ("Hb inf g/dL", "hb", ["infinite"]),
        ("Hb pending", "hb", ['"pending"', "not as a number"]),
        ("Platelets: clotted, see note", "plt", ["clotted", "not as a number"]),
        ("Hb:", "hb", ["nothing is printed"]),
        ("Hb " + "9" * 400 + " g/dL", "hb", ["look at the report again"]),
        ("Hb 1e999 g/dL", "hb", ["too large"]),
        ("PLT >1000 x10^9/L", "plt", ["more than a number"]),
        ("Hb 12.0-16.0 g/dL", "hb", ["only a range"]),
        ("Hb 72 120 160 g/L", "hb", ["several numbers", "72, 120, 160"]),
        ("Hb 7.2/21.6", "hb", ["two numbers in one"]),
        ("Hb/Hct 7.2/21.6/98", "hct", ["2 names", "3 numbers"]),
        ("WBC/plt 18 K/uL", "wbc", ["2 names", "1 number"]),
        ("Hb 7.2.1 g/dL", "hb", ["points or commas"]),
        ("WBC 02-Jan", "wbc", ["looks like a date"]),
        ("Hb 7.2 furlong/dL", "hb", ["furlong/dL", "not a unit"]),
        ("PLT 47,400 x10^9/L", "plt", ["47\u202f400 /µL (47.4 ×10⁹/L)"]),
        ("Hb 7.2 g/dL\nHemoglobin 8.2 g/dL\nHgb 72 g/L", "hb", ["twice", "7.2 g/dL", "8.2 g/dL"]),
        ("Hb 7.2 g/dL 8.2 g/dL", "hb", ["twice"]),
    ],
)
def test_what_cannot_be_told_says_why_and_the_rest_is_read(text, name, words):
    count = read_report(f"MCV 101 fL\n{text}\nGlucose 5 mmol/L")
    assert math.isnan(getattr(count, name))
    for word in words:
        assert word.lower() in count.why(name).lower()
    assert (count.mcv, count.glucose) == (101, 5)


@pytest.mark.parametrize("row", table("unit_errors").to_dict("records"), ids=lambda row: row["id"])
def test_printed_unit_errors_cannot_be_told(row):
    name = row["analyte"]
    printed = f"{row['printed']:g} {row['printed_unit']}"
    for count in (read_report(row["printed_text"]), BloodCount.of(**{name: printed})):
        assert math.isnan(getattr(count, name))
        why = count.why(name) if name in count.values else " ".join(count.notes)
        assert len(why) > 40 and re.search(r"[.)]$", why)
        assert re.search("living person|grams per liter|of several people", why)


@pytest.mark.parametrize(
    ("printed", "unit", "name", "right"),
    [
        ("14", "g/dL", "hb", 140),
        ("7120", "/µL", "wbc", 7.12),
        ("1.5", "G/L", "anc", 1.5),
        ("400", "µg a day", "folate_intake", 400),
    ],
)
def test_the_same_numbers_in_the_unit_that_was_meant_are_read(printed, unit, name, right):
    assert getattr(BloodCount.of(**{name: f"{printed} {unit}"}), name) == right


def test_the_sentence_on_a_unit_error_names_the_unit_that_was_meant():
    for printed, name, meant in [
        ("14 mg/dL", "hb", "14 g/dL (140 g/L)"),
        ("400 mg a day", "folate_intake", "400 µg/day"),
        ("1000 /mL", "anc", "1\u202f000 /µL (1 ×10⁹/L)"),
        ("2.0 cells/µL", "wbc", "2 ×10⁹/L"),
        ("<13.0 g/L", "hb", "13 g/dL (130 g/L)"),
        ("7120 x10^9/L", "wbc", "7\u202f120 /µL (7.12 ×10⁹/L)"),
        ("<1.5 g/L", "anc", "1.5 ×10⁹/L"),
    ]:
        assert meant in BloodCount.of(**{name: printed}).why(name)


def test_assume_states_the_units_of_bare_numbers_only():
    text = "WBC 2.1\nHb 7.2\nPLT 18 K/uL\nNeut 38"
    count = read_report(text, assume="conventional")
    assert known(count) == {"wbc": 2.1, "hb": 72.0, "plt": 18.0}
    assert "38 %" in count.why("neut_pct")
    assert known(read_report(text, assume="si")) == {"wbc": 2.1, "plt": 18.0}
    with pytest.raises(ValueError, match="assume"):
        read_report(text, assume="imperial")


def test_less_than_is_an_upper_bound():
    for text in ("ANC <0.1 ×10⁹/L", "ANC < 100 /µL", "ANC less than 0.1 G/L", "ANC ≤0.1 x10^9/L"):
        count = read_report(text)
        assert count.anc == 0.1 and count.is_below("anc"), text


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ("Neut 60 %, Lymph 45 %, Mono 5 %", "110 % (60 + 45 + 5), more than 100 %"),
        ("Neut 38 %, Lymph 40 %, Mono 5 %, Eos 1 %, Baso 0 %", "84 % (38 + 40 + 5 + 1 + 0), less than 100 %"),
        ("Segs 50 %, Bands 30 %, Lymph 40 %", "120 % (50 + 30 + 40), more than 100 %"),
    ],
)
def test_percentages_that_do_not_add_up_cannot_be_told(parts, words):
    count = read_report(f"{parts}\n{WBC}")
    assert known(count) == {"wbc": 2.1}
    assert all(words in value.reason for name, value in count.values.items() if name != "wbc")


@pytest.mark.parametrize(
    "parts",
    [
        "Neut 38.4 %, Lymph 50.3 %, Mono 8.2 %, Eos 2.1 %, Baso 1.1 %",  # 100.1 by rounding
        "Neut 38 %, Lymph 40 %",  # not the whole differential
        "Neut 60 %, Bands 10 %, Lymph 35 %, Mono 5 %",  # bands are among the neutrophils
        "Segs 50 %, Bands 10 %, Lymph 35 %, Mono 3 %, Eos 1 %, Baso 1 %",
        "Neut 38 %, Lymph 40 %, Mono 5 %, Eos 1 %, Baso 0 %, Metamyelocytes 16 %",
    ],
)
def test_percentages_that_do_add_up_are_kept(parts):
    count = read_report(parts)
    assert all(value.known for value in count.values.values()), repr(count)


def test_a_result_printed_in_two_units_is_one_result():
    assert known(read_report("Hb 7.16 g/dL\nHemoglobin 72 g/L")) == {"hb": 71.6}
    assert known(read_report("Hb 72\nHemoglobin 7.2 g/dL")) == {"hb": 72.0}
    assert "twice" in read_report("Hb 95\nHemoglobin 7.2 g/dL").why("hb")


def test_unknown_lines_are_kept_in_notes():
    count = read_report(f"{HB}\nCreatinine 88 umol/L\nReported by the night shift")
    assert count.notes == ("Not read: Creatinine 88 umol/L", "Not read: Reported by the night shift")


def test_a_huge_text_is_cut_with_a_sentence():
    start = time.perf_counter()
    count = read_report(HB + "\n" + "Hb x " * 1_000_000)
    assert count.notes[0].startswith("The text is too long for a report")
    assert time.perf_counter() - start < 20
    assert len(read_report("\n".join(f"line {n}" for n in range(1000))).notes) < 70


def test_only_text_is_a_report():
    with pytest.raises(TypeError, match="should be text"):
        read_report(b"Hb 7.2 g/dL")


# --- numbers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "style", "whole", "readings"),
    [
        ("7.2", "", False, [7.2]),
        ("7,2", "", False, [7.2]),
        ("0,123", "", False, [0.123]),
        ("18,000", "", False, [18000]),
        ("18,000", ",", False, [18, 18000]),
        ("18.000", "", False, [18, 18000]),
        ("18.000", "", True, [18000]),
        ("18 000", "", False, [18000]),
        ("1,234.5", "", False, [1234.5]),
        ("1.234,5", "", False, [1234.5]),
        ("1.234.567", "", False, [1234567]),
        ("1.2.3", "", False, []),
        ("1,2,3.4", "", False, []),
        ("1.8E+04", "", False, [18000]),
        ("9" * 40, "", False, [math.inf]),
    ],
)
def test_what_a_number_may_mean(printed, style, whole, readings):
    assert number_readings(printed, style, whole) == readings


def test_the_decimal_mark_of_a_report():
    assert decimal_style("Hb 7,2 WBC 2,1") == ","
    assert decimal_style("Hb 7.2 PLT 18,000") == "."
    assert decimal_style("Hb 7.2 WBC 2,1") == ""
    assert decimal_style("PLT 18,000") == ""


def test_points_for_thousands_are_read_where_one_reading_is_left():
    assert read_value("58.800K/ul", "plt").amount == 58.8  # printed so in a published case
    assert read_value("18.000/mm3", "wbc").amount == 18.0
    assert read_value("2.100 K/uL", "wbc").amount == 2.1
    assert "decimals or for thousands" in read_value("18.000 x10^6/L", "wbc").reason


# --- the person --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("34-year-old woman", {"age_y": 34, "sex": "female"}),
        ("Age: 34  Sex: F", {"age_y": 34, "sex": "female"}),
        ("45/M", {"age_y": 45, "sex": "male"}),
        ("34F", {"age_y": 34, "sex": "female"}),
        ("Male, 67 years", {"age_y": 67, "sex": "male"}),
        ("67 y/o man", {"age_y": 67, "sex": "male"}),
        ("18-month-old boy", {"age_y": 1.5, "sex": "male"}),
        ("Age 9 months", {"age_y": 0.75}),
        ("pregnant 28 weeks", {"trimester": 3}),
        ("pregnant, 27+6 weeks", {"trimester": 2}),
        ("34 F, gestational age 13w6d", {"age_y": 34, "sex": "female", "trimester": 1}),
        ("gestational age 13w6d", {}),
        ("pregnant 14 weeks", {"trimester": 2}),
        ("2nd trimester", {"trimester": 2}),
        ("not pregnant", {"trimester": 0}),
        ("Duffy-null", {"duffy_null": True}),
        ("Fy(a-b-)", {"duffy_null": True}),
        ("not Duffy-null", {"duffy_null": False}),
        ("non-smoker, lives at 2,500 m", {"smoker": False, "elevation_m": 2500}),
        ("for 3 years tired", {}),
        ("tired since she was pregnant", {}),
    ],
)
def test_what_is_printed_about_the_person(text, about):
    for report in (f"{text}\n{HB}", f"{HB}\n{text}", f"{text}, {HB}"):
        person = read_report(report).person
        told = {name: value for name, value in vars(person).items() if value is not None}
        assert told == about, report


def test_nothing_about_the_person_is_inferred():
    count = read_report("pregnant 30 weeks\n" + HB)
    assert count.person.sex is None and count.person.age_y is None


def test_contradictions_and_impossible_persons_are_noted():
    assert "two different answers" in read_report(f"Age 34\nAge 35\n{HB}").notes[0]
    assert read_report(f"Age 34\nAge 35\n{HB}").person.age_y is None
    assert "cannot be" in read_report(f"Age 300\n{HB}").notes[0]
    assert "cannot be" in read_report(f"pregnant 60 weeks\n{HB}").notes[0]
    assert "week is not printed" in read_report(f"pregnant\n{HB}").notes[0]


# --- CSV ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "test,value,unit\nHb,7.2,g/dL\nWBC,2.1,K/uL\n",
        "Test;Result;Units\nHb;7,2;g/dL\nWBC;2,1;K/uL\n",
        "test\tvalue\nHb\t7.2 g/dL\nWBC\t2.1 K/uL\n",
        "Hb,7.2,g/dL\nWBC,2.1,K/uL\n",
        "\ufeffHb (g/dL),WBC [10^9/L]\n7.2,2.1\n",
        "Hb;WBC\n7,2 g/dL;2,1 G/L\n",
        'sep=;\r\n"Hb (g/dL)";"WBC (G/L)"\r\n"7,2";="2,1"\r\n',
        "hb_g_per_l,wbc_e9_per_l,other\n72,2.1,x\n",
        "test,value\nhb_g_per_l,72\nwbc_e9_per_l,2.1\n",
        "Hb (g/dL),WBC (G/L),\n7.2,2.1,\n,,\n",
    ],
)
def test_csv_forms(text):
    counts = read_csv(text)
    assert [known(count) for count in counts] == [{"hb": 72.0, "wbc": 2.1}]


def test_csv_files_in_other_encodings(tmp_path):
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes("Hb (g/dL);WBC (/µL)\n7,2;2100\n".encode(encoding))
        assert known(only(read_csv)(path)) == {"hb": 72.0, "wbc": 2.1}, encoding


def test_csv_gives_one_count_a_patient_and_date():
    text = "patient,date,test,value,unit\nA,2024-01-05,Hb,7.2,g/dL\nA,2024-02-05,Hb,8.2,g/dL\nB,2024-01-05,Hb,9,g/dL\n"
    counts = read_csv(text)
    assert [(count.label, count.hb) for count in counts] == [
        ("A 2024-01-05", 72),
        ("A 2024-02-05", 82),
        ("B 2024-01-05", 90),
    ]
    wide = read_csv("id,Hb (g/dL),age,sex\n1,7.2,34,F\n2,pending,51,male\n")
    assert [(count.label, count.person.sex) for count in wide] == [("1", "female"), ("2", "male")]
    assert "pending" in wide[1].why("hb")


def test_csv_units_are_never_guessed():
    count = only(read_csv)("Hb,WBC\n7.2,2100\n")
    assert known(count) == {} and "has no unit" in count.why("hb")
    assert known(only(read_csv)("Hb,WBC\n7.2,2.1\n", assume="conventional")) == {"hb": 72.0, "wbc": 2.1}
    assert "mg/dL" in only(read_csv)("Hb (mg/dL)\n14\n").why("hb")


def test_csv_without_a_count_says_so():
    for text in ("", "hello", "a,b\n1,2\n", "\n\n", '"unclosed\n'):
        count = only(read_csv)(text)
        assert not count.values and "header" in count.notes[-1], text


def test_csv_misuse_raises_a_sentence():
    with pytest.raises(FileNotFoundError, match="no file"):
        only(read_csv)("missing.csv")
    with pytest.raises(TypeError, match="int"):
        only(read_csv)(3)


# --- FHIR --------------------------------------------------------------------------------------------------------


def observation(code="718-7", value=7.2, unit="g/dL", **more):
    quantity = {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "valueQuantity": quantity,
    } | more


def bundle(*resources):
    return {"resourceType": "Bundle", "entry": [{"resource": resource} for resource in resources]}


def test_fhir_single_observation_dict_or_text():
    for source in (observation(), json.dumps(observation()), json.dumps([observation()])):
        assert known(only(read_fhir)(source)) == {"hb": 72.0}


def test_every_loinc_code_of_the_table_is_read():
    for item in ANALYTES.values():
        for code in item.loinc:
            amount = max(item.plausible_low, 1e-9) if not item.may_be_zero else item.plausible_high
            unit = units.course_unit(item.name)
            count = only(read_fhir)(observation(code, amount, unit.ucum))
            assert getattr(count, item.name) == amount, code


def test_fhir_thousandths_are_not_thousands():
    assert only(read_fhir)(observation("6690-2", 2.125, "10*3/uL")).wbc == 2.125
    assert only(read_fhir)(observation("777-3", 150.125, "10*9/L")).plt == 150.125


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"valueQuantity": {"value": 7.2, "unit": "mg/dL", "code": "mg/dL"}}, "far less"),
        ({"valueQuantity": {"value": 7.2}}, "no unit"),
        ({"valueQuantity": {"value": 7.2, "unit": "g/L", "code": "g/dL"}}, "unit is given twice"),
        ({"valueQuantity": {"value": True, "unit": "g/dL"}}, "no number"),
        ({"valueQuantity": {"value": None, "unit": "g/dL"}}, "no number"),
        ({"valueQuantity": {"value": 7.2, "unit": "g/dL", "comparator": ">"}}, "more than a number"),
        ({"valueQuantity": {"value": math.nan, "unit": "g/dL"}}, "not a number"),
        ({"valueQuantity": {"value": 10**400, "unit": "g/dL"}}, "too large"),
        ({"valueQuantity": [1]}, "no number"),
        ({"valueQuantity": None, "valueString": "pending"}, "pending"),
        ({"valueQuantity": None, "valueCodeableConcept": {"text": "clotted"}}, "clotted"),
        ({"valueQuantity": None, "valueBoolean": True}, "valueBoolean"),
        ({"valueQuantity": None, "dataAbsentReason": {"coding": [{"code": "not-performed"}]}}, "not-performed"),
        ({"valueQuantity": {}, "dataAbsentReason": {"text": "clotted"}}, "clotted"),
    ],
)
def test_fhir_results_that_cannot_be_told(change, words):
    resource = {key: value for key, value in (observation() | change).items() if value is not None}
    count = only(read_fhir)(bundle(resource, observation("787-2", 101, "fL")))
    assert words in count.why("hb")
    assert count.mcv == 101


def test_fhir_observations_that_are_not_ours_are_noted():
    count = only(read_fhir)(
        bundle(
            observation(),
            observation("99999-9"),
            observation("6690-2", 2.1, "10*9/L", status="entered-in-error"),
            {"resourceType": "Observation", "status": "final"},
            {"resourceType": "DiagnosticReport", "result": []},
            "nonsense",
        )
    )
    assert known(count) == {"hb": 72.0}
    said = " ".join(count.notes)
    for words in ("99999-9", "entered-in-error", "without a code", "DiagnosticReport", "no FHIR resource"):
        assert words in said


def test_fhir_text_names_are_read_where_there_is_no_code():
    count = only(read_fhir)(
        observation() | {"code": {"text": "Neutrophils"}} | {"valueQuantity": {"value": 38, "unit": "%"}}
    )
    assert known(count) == {"neut_pct": 38.0}


def test_fhir_several_days_and_patients_are_several_counts():
    def on(day, who, value):
        return observation(value=value, effectiveDateTime=day, subject={"reference": f"Patient/{who}"})

    resources = [
        {"resourceType": "Patient", "id": "a", "gender": "female", "birthDate": "1989-01-06"},
        {"resourceType": "Patient", "id": "b", "gender": "male", "birthDate": "2023-01-06"},
        on("2024-01-05", "a", 7.2), on("2024-02-05T10:00:00Z", "a", 8.2), on("2024-01-05", "b", 9.9),
    ]  # fmt: skip
    counts = read_fhir(bundle(*resources))
    assert [(count.label, count.hb, count.person.sex) for count in counts] == [
        ("2024-01-05", 72, "female"), ("2024-02-05", 82, "female"), ("2024-01-05", 99, "male"),
    ]  # fmt: skip
    assert [round(count.person.age_y * 12) for count in counts] == [34 * 12, 35 * 12, 11]


def test_fhir_two_samples_of_one_day_are_two_counts():
    morning = observation(effectiveDateTime="2024-01-05T08:00:00Z")
    evening = observation(value=8.2, effectiveDateTime="2024-01-05T20:00:00Z")
    assert [count.hb for count in read_fhir(bundle(morning, evening))] == [72, 82]
    assert "twice" in only(read_fhir)(
        bundle(morning, observation(value=8.2, effectiveDateTime="2024-01-05T08:00:00Z"))
    ).why("hb")


def test_fhir_panel_members_take_the_panel_s_day():
    panel = observation(
        "58410-2",
        effectiveDateTime="2024-01-05",
        hasMember=[{"reference": "Observation/x"}, {"reference": "Observation/lost"}],
    )
    del panel["valueQuantity"]
    count = only(read_fhir)(
        bundle(panel, observation(id="x"), observation("787-2", 101, "fL", effectiveDateTime="2024-01-05"))
    )
    assert known(count) == {"hb": 72.0, "mcv": 101.0} and count.label == "2024-01-05"
    assert "Observation/lost" in " ".join(count.notes)


def test_fhir_pregnancy():
    def status(code):
        return observation("82810-3") | {"valueCodeableConcept": {"coding": [{"code": code}]}}

    weeks = observation("18185-9", 28, "wk")
    assert only(read_fhir)(bundle(observation(), status("60001007"))).person.trimester == 0
    assert only(read_fhir)(bundle(observation(), status("77386006"), weeks)).person.trimester == 3
    assert only(read_fhir)(bundle(observation(), status("77386006"))).person.trimester is None


@pytest.mark.parametrize(
    "source",
    [
        "", "x", "3", "null", "[]", "{}", '{"resourceType": 3}', '{"resourceType": "Bundle", "entry": 3}',
        '{"a":' * 100_000, "[" * 100_000, '{"resourceType":"Bundle","entry":[' * 3000,
        '{"resourceType": "Observation", "code": {"coding": "x"}}',
    ],
)  # fmt: skip
def test_fhir_nonsense_gives_a_sentence(source):
    count = only(read_fhir)(source)
    assert not count.values and count.notes


def test_fhir_deep_nesting_ends():
    deep = observation()
    for _ in range(50):
        deep = {"resourceType": "Bundle", "entry": [{"resource": deep}]}
    assert "nested too deeply" in " ".join(only(read_fhir)(deep).notes)


def test_fhir_misuse_raises_a_sentence():
    with pytest.raises(TypeError, match="float"):
        only(read_fhir)(3.0)
    with pytest.raises(FileNotFoundError, match="no file"):
        only(read_fhir)("missing.json")


# --- anything ----------------------------------------------------------------------------------------------------

WORDS = sorted({name for item in ANALYTES.values() for name in item.names}) + sorted(
    {spelling for known in units.UNITS.values() for unit in known.values() for spelling in unit.spellings}
)
SNIPPETS = st.sampled_from(
    [
        *WORDS,
        "7.2",
        "7,2",
        "18 000",
        "<",
        "-",
        "(L)",
        "12-16",
        "%",
        "\n",
        "\t",
        ",",
        ";",
        "NaN",
        "34 y",
        "pregnant",
        "1e9",
    ]
)


@settings(max_examples=150)
@given(st.text(max_size=200) | st.lists(SNIPPETS, max_size=30).map(" ".join))
@example("Hb ()")
@example("Hb \ud800 7")
def test_no_text_raises(text):
    count = read_report(text)
    for name, value in count.values.items():
        assert value.known == (value.reason == ""), name
        assert not value.known or units.plausible(value.amount, name)
    for count in read_csv(text + "\n"):
        assert isinstance(count, BloodCount)
    for name in ("hb", "wbc"):
        read_value(text, name)


WORDS_IN_JSON = ["Observation", "Bundle", "718-7", "http://loinc.org"]
KEYS = [
    "resourceType", "entry", "resource", "code", "coding", "system", "valueQuantity", "value", "unit", "component",
    "hasMember", "reference", "subject", "effectiveDateTime", "birthDate", "id", "status",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.sampled_from(WORDS_IN_JSON),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=150)
@given(JSON, JSON)
def test_no_json_raises(anything, value):
    for source in (
        json.dumps(anything),
        {"resourceType": "Bundle", "entry": anything},
        observation() | {"valueQuantity": value, "code": anything},
    ):
        for count in read_fhir(source):
            assert isinstance(count, BloodCount)


@st.composite
def printed_values(draw):
    """An amount, printed in some unit and spelling of its analyte."""
    name = draw(st.sampled_from([name for name in ANALYTES if name != "folate_intake"]))
    item = ANALYTES[name]
    unit = draw(st.sampled_from([unit for unit in units.units_of(name) if (name, unit.name) != ("hb", "%")]))
    spelling = draw(
        st.sampled_from(
            [
                spelling
                for spelling in unit.spellings
                if spelling not in ("1", "fraction", "ratio", "decimal", "proportion")
            ]
            or [unit.name]
        )
    )
    low, high = math.log(max(item.plausible_low, 0.02) * 1.05), math.log(item.plausible_high * 0.95)
    amount = math.exp(draw(st.floats(low, high)))
    number = float(f"{amount / unit.factor:.3g}")
    return name, unit, spelling, number


@settings(max_examples=400)
@given(printed_values(), st.sampled_from(["{} {}", "{}{}", "{} L {}", "{} (H) {}", "{} {} 1.0-2.0", "{}* {}"]))
def test_round_trip_in_every_unit_and_spelling(drawn, form):
    name, unit, spelling, number = drawn
    if spelling[0].isdigit():
        form = form.replace("{}{}", "{} {}")  # "110^9/L" is nobody's 1 ×10⁹/L
    if canonical(f"L {spelling}") == "L/L":
        form = form.replace(" L ", " H ")  # "L /L" is a unit
    text = form.format(f"{number:.12f}".rstrip("0").rstrip("."), spelling)
    value = read_value(text, name)
    amount = units.rounded(number * unit.factor)
    doubtful = unit.name.endswith("/mL") and units.plausible(amount * 1000, name)
    if doubtful or not units.plausible(amount, name):
        assert not value.known
    else:
        assert value.amount == amount, (text, value.reason)


def test_a_count_in_brackets_beside_its_percentage_is_read_too():
    count = read_report("Hb 7,2 g/dL\nReticulocytes 3,45 % (107.000 /ul)")
    assert (count.retic_pct, count.retic) == (3.45, 107)
    assert read_report("Hb 7.2 g/dL (12.0-16.0)").hb == 72


def test_a_pregnancy_that_cannot_be_is_left_out_and_said():
    count = read_report("Male, 40 years, 28 weeks pregnant\nHb 72 g/L")
    assert count.person.trimester is None
    assert any("pregnancy" in note for note in count.notes)


@pytest.mark.parametrize("months", range(1, 24))
def test_months_that_are_read_are_said(months):
    said = str(read_report(f"Age: {months} months\nHb 90 g/L").person)
    assert f"of {months} month{'s' if months > 1 else ''}" in said
