"""Reports made up with a known truth, from a table of units of its own; nothing here knows how the reader works.

    python tests/report_fuzzer.py 24000 [seed]

prints every value read wrong, invented or cut, how many were declined, and the slowest report.
"""

from __future__ import annotations

import json
import random
from typing import Any

from fuzzing import read_many

NAMES = {
    "hb": ["Hb", "Hgb", "Hemoglobin", "Haemoglobin", "HEMOGLOBIN", "Hemoglobina", "Hämoglobin", "Hémoglobine", "Emoglobina", "Hemoglobine", "H.b."],
    "rbc": ["RBC", "Red cell count", "R.B.C. Count", "Erythrozyten", "Eritrocitos", "Hématies", "Eritrociti", "Hemácias"],
    "hct": ["Hct", "Hematocrit", "PCV", "P.C.V.", "Hämatokrit", "Hematocrito", "Hématocrite", "Hto", "Hkt"],
    "mcv": ["MCV", "M.C.V.", "VCM", "VGM", "V.G.M."],
    "mch": ["MCH", "HCM", "M.C.H.", "Mean cell Hb"],
    "wbc": ["WBC", "White cell count", "Total white blood count", "TLC", "W.B.C.", "Leukozyten", "Leucocitos", "Leucócitos", "Leucocytes", "Leucociti", "Leukocyten"],
    "anc": ["ANC", "Absolute neutrophil count", "Neutrophils (absolute)", "Neut #"],
    "alc": ["ALC", "Absolute lymphocyte count", "Lymph#"],
    "plt": ["PLT", "Platelets", "Platelet count", "Thrombozyten", "Plaquetas", "Plaquettes", "Piastrine", "Trombocyten", "PLATELET COUNT"],
    "neut_pct": ["Neutrophils", "Neut %", "Neutrófilos", "Neutrophile", "Neutrofili"],
    "lymph_pct": ["Lymphocytes", "Lymph %", "Linfocitos", "Lymphozyten", "Linfociti"],
    "rdw": ["RDW", "RDW-CV"],
}  # fmt: skip
CELLS = [("K/uL", 1), ("x10^3/mm3", 1), ("10^9/L", 1), ("x10E3/uL", 1), ("G/L", 1), ("/uL", 0.001), ("/mm3", 0.001), ("cells/cumm", 0.001),
         ("10*3/uL", 1), ("×10⁹/L", 1), ("thou/mcL", 1), ("Tsd/µl", 1), ("10^3/µL", 1)]  # fmt: skip
UNITS = {
    "hb": [("g/dL", 10), ("g/L", 1), ("gm%", 10), ("gm/dl", 10), ("g/dl", 10)],
    "rbc": [("M/uL", 1), ("x10^6/mm3", 1), ("10^12/L", 1), ("mill/cumm", 1), ("million/uL", 1), ("T/L", 1)],
    "hct": [("%", 0.01), ("L/L", 1)],
    "mcv": [("fL", 1), ("fl", 1)],
    "mch": [("pg", 1)],
    "wbc": CELLS,
    "anc": CELLS,
    "alc": CELLS,
    "plt": [*CELLS, ("lakh/cumm", 100), ("lakhs/cumm", 100)],
    "neut_pct": [("%", 1)],
    "lymph_pct": [("%", 1)],
    "rdw": [("%", 1)],
}
SPAN = {
    "hb": (20, 200),
    "rbc": (0.8, 7),
    "hct": (0.08, 0.6),
    "mcv": (60, 140),
    "mch": (15, 45),
    "wbc": (0.3, 90),
    "plt": (2, 900),
    "rdw": (10, 30),
}
NOISE = """Sodium 140 mmol/L|Creatinine 0.9 mg/dL 0.6-1.1|Reported by the night shift|Tel. 030 1234567|Page 1 of 3|HbA1c 6.2 %|Glycated hemoglobin 6.1 %
TSH 1.9 uIU/mL 0.4-4.2|In pregnancy, first trimester: 0.1-2.5|Non-smoker: < 3.0|Reference for adults > 18 years|Isle of Man Pathology|MPV 10.1 fL|PDW 12 %
Transfuse if Hb < 7 g/dL|Neutropenia if ANC < 1.5 x10^9/L|Platelets rose by 30 x10^9/L|Hb fell by 3 g/dL|Hb: normal is 12 g/dL|Previous Hb 12 g/dL
Donor Hb 12 g/dL|Urine: WBC 25 /uL|Bone marrow blasts 25 %|Pleural fluid WBC 500 /uL|CSF: WBC 12/µL, RBC 3/µL|Met-Hb 2 %|Deoxy Hb 5 %|Hb A 20 %, Hb S 75 %
Diagnosis: IDA, 12 weeks of iron|Past history: HCM, 25 years|on methotrexate for 3 years|transfused 2 O-negative units|Impression: AML M2
Neutrophil to lymphocyte ratio 0.85|Immature platelet fraction 6 %|Reticulocyte hemoglobin 28 pg|Platelet aggregation ADP 65 %|Urine glucose 3 mmol/L
Vitamin B12 159 pg/mL|ESR 30 mm/h|Estimated average glucose 123 mg/dL|Target Hb 10 g/dL|Mother's Hb 11 g/dL|Marrow lymphocytes 60 %|TC 180 mg/dL
Room 12|12/03/2024|2024-01-05 08:30|Dose 500 mg|Dr. A. Miller|Platelet transfusion if PLT < 10 x10^9/L|Hb goal 8 g/dL|Ascites WBC 350 cells/mm3|Factor V 50 %""".replace("\n", "|").split("|")  # fmt: skip
PEOPLE = [
    ("Age: {a}  Sex: F", "female"),
    ("Age/Sex : {a} Y / M", "male"),
    ("{a}-year-old woman", "female"),
    ("Edad: {a} años  Sexo: H", "male"),
    ("Idade: {a} anos  Sexo: M", "male"),
    ("Age/Gender : {a} Y 0 M 0 D /F", "female"),
]


def written(rng: random.Random, number: float, comma: bool) -> str:
    """A number as a laboratory prints it."""
    if number >= 1000:
        whole = str(round(number))
        mark = rng.choice(["", "", "." if comma else ",", "\u202f", "'"])
        return whole[:-3] + mark + whole[-3:] if len(whole) < 7 else whole
    text = f"{number:.3g}" if number < 1000 else str(number)
    if "e" in text:
        text = f"{number:.6f}".rstrip("0")
    if text.startswith("0.") and not comma and rng.random() < 0.25:
        text = text[1:]
    return text.replace(".", ",") if comma else text


def amounts(rng: random.Random) -> dict[str, float]:
    """A truth: parts never exceed the whole."""
    truth = {name: rng.uniform(*span) for name, span in SPAN.items()}
    share = rng.uniform(5, 80)
    truth |= {"neut_pct": share, "lymph_pct": rng.uniform(2, 95 - share)}
    truth |= {"anc": truth["wbc"] * rng.uniform(0.05, 0.6), "alc": truth["wbc"] * rng.uniform(0.05, 0.35)}
    names = rng.sample(sorted(truth), rng.randint(1, 7))
    return {name: truth[name] for name in names}


def printed(rng: random.Random, name: str, amount: float, comma: bool) -> tuple[str, str, float]:
    """Number, unit, and the amount that was printed."""
    unit, factor = rng.choice(UNITS[name])
    number = amount / factor
    number = float(round(number)) if number >= 100 else float(f"{number:.3g}")
    return written(rng, number, comma), unit, number * factor


def make(rng: random.Random) -> tuple[str, dict[str, Any]]:
    """A report and its truth: amounts by name, and the person."""
    comma, truth, lines = rng.random() < 0.3, {}, []
    rows = [(name, *printed(rng, name, amount, comma)) for name, amount in amounts(rng).items()]
    shape = rng.choice(
        ["lines", "lines", "tab", "tab", "before", "comma", "columns", "spaced", "stacked", "header", "prose"]
    )
    for name, number, unit, amount in rows:
        label, low, flag = rng.choice(NAMES[name]), rng.choice(["", "", " L", " (L)", "*", " H"]), ""
        interval = rng.choice(["", "", " 4.0-10.0", " [120 - 160]", " (1.8 to 7.7)"]) if not comma else ""
        line = {
            "lines": f"{label}{rng.choice([' ', ': ', ' = ', ' - ', '  '])}{number}{low} {unit}{interval}{flag}",
            "tab": f"{label}\t{number}\t{rng.choice(['8,9', '120', '']) if comma else rng.choice(['8.9', '120', ''])}\t{unit}",
            "header": f"{label}\t{number}\t{unit}\t{rng.choice(['L', 'H', ''])}",
            "before": f"{number} {unit} {label}",
            "comma": f"{label} {number} {unit}",
            "columns": f"{label:28}{number:12}{unit:14}{interval.strip()}",
            "spaced": f"{label} ({unit})  {number}{interval}",
            "stacked": f"{label}\n{number}\n{unit}",
            "prose": f"{rng.choice(['a', 'her', 'his', 'with'])} {label} of {number} {unit}",
        }[shape]
        lines.append(line)
        truth[name] = amount
    if shape == "comma":
        lines = [rng.choice([", ", "; ", " and "]).join(lines)]
    elif shape == "prose":
        lines = ["The patient had " + ", ".join(lines) + "."]
    if shape == "tab":
        lines.insert(0, "Test\tResult\tPrevious\tUnits")
        for place in range(1, len(lines)):
            if rng.random() < 0.1:
                cells = lines[place].split("\t")
                lines[place] = f"{cells[0]}\t{rng.choice(['', '-'])}\t{cells[1]}\t{cells[3]}"
                truth.pop(rows[place - 1][0])
    for _ in range(rng.randint(0, 3)):
        lines.insert(
            rng.choice([0, len(lines)]) if shape in ("tab", "stacked", "header") else rng.randint(0, len(lines)),
            rng.choice(NOISE),
        )
    if rng.random() < 0.4:
        (said, sex), age = rng.choice(PEOPLE), rng.randint(18, 90)
        lines.insert(0, said.format(a=age))
        truth["person"] = (sex, age)
    return rng.choice(["\n", "\r\n"]).join(lines), truth


def stacked_columns(rng: random.Random) -> tuple[str, dict[str, float]]:
    """All names, then all numbers: the order is the truth."""
    rows = [(name, *printed(rng, name, amount, False)) for name, amount in amounts(rng).items()]
    units = rng.random() < 0.5
    names = [rng.choice(NAMES[name]) for name, *_ in rows]
    numbers = [f"{number} {unit}" if units else number for _, number, unit, _ in rows]
    rest = [] if units else [unit for *_, unit, _ in rows]
    return "\n".join([*names, *numbers, *rest]), {name: amount for name, *_, amount in rows}


def mutated(rng: random.Random, text: str) -> str:
    """The text as a scanner or a mail program leaves it, with the same truth where it can be read at all."""
    change = rng.choice(["blank", "case", "nbsp", "tabs", "bom", "colon", "lines", "bars"])
    if change == "blank":
        return "\n\n".join(text.splitlines())
    if change == "case" and "MM" not in text.upper():
        return text
    return {
        "nbsp": text.replace(": ", ":\u00a0"),
        "tabs": text.replace("  ", "\t") if "\t" not in text else text,
        "bom": "\ufeff" + text,
        "colon": text.replace(" = ", " : "),
        "lines": text + "\n" + "-" * 30,
        "bars": text.replace("\t", " | "),
    }.get(change, text)


def scanned(rng: random.Random, text: str) -> str:
    """The text as a scanner misreads it: letters for digits, lost carets, blanks within numbers."""
    for _ in range(rng.randint(1, 3)):
        place = rng.choice([place for place, char in enumerate(text) if char.isdigit()] or [0])
        swap = {"0": "O", "1": rng.choice("lI"), "5": "S", "8": "B", "2": "Z"}
        change = rng.choice(["letter", "letter", "blank", "point", "caret", "wide", "comma", "case"])
        text = {
            "letter": text[:place] + swap.get(text[place], text[place]) + text[place + 1 :],
            "blank": text[:place] + " " + text[place:],
            "point": text.replace(".", rng.choice([". ", " ."]), 1),
            "caret": text.replace("^", ""),
            "wide": text.replace(" ", "  "),
            "comma": text.replace(".", ","),
            "case": text.upper() if rng.random() < 0.5 else text.lower(),
        }[change]
    return text


def misread(seed: int) -> list[str]:
    """The values of a scanned report that are off by ten or more."""
    from helpers import read_report

    rng = random.Random(seed)
    text, truth = make(rng)
    text = scanned(rng, text)
    values = read_report(text).values
    known = [(name, values[name].amount) for name in truth if name in values and values[name].known]
    return [
        f"{name} {amount} for {truth[name]} in {seed}: {text!r}"
        for name, amount in known
        if not 0.11 < amount / truth[name] < 9
    ]


def csv(rng: random.Random) -> tuple[str, dict[str, float]]:
    """A table with one row a result or one row a count."""
    mark = rng.choice([",", ";", "\t"])
    comma = mark != "," and rng.random() < 0.4
    rows = [(name, *printed(rng, name, amount, comma)) for name, amount in amounts(rng).items()]
    cell = lambda text: f'"{text}"' if mark in text else text  # noqa: E731
    if rng.random() < 0.5:
        lines = [mark.join(["test", "value", "unit"])]
        lines += [mark.join([cell(rng.choice(NAMES[name])), cell(number), unit]) for name, number, unit, _ in rows]
        lines += [mark.join(["Hemoglobin A1c", "6.1", "%"])] * rng.randint(0, 1)
    else:
        lines = [mark.join(f"{rng.choice(NAMES[name])} ({unit})" for name, _, unit, _ in rows)]
        lines.append(mark.join(cell(number) for _, number, _, _ in rows))
    return "\n".join(lines) + "\n", {name: amount for name, *_, amount in rows}


def fhir(rng: random.Random) -> tuple[str, dict[str, float]]:
    """A Bundle with LOINC codes."""
    codes = {
        "hb": "718-7",
        "rbc": "789-8",
        "hct": "4544-3",
        "mcv": "787-2",
        "wbc": "6690-2",
        "plt": "777-3",
        "anc": "751-8",
    }
    ucum = {
        "hb": [("g/dL", 10), ("g/L", 1)],
        "rbc": [("10*12/L", 1), ("10*6/uL", 1)],
        "hct": [("%", 0.01)],
        "mcv": [("fL", 1)],
    }
    entries, truth = [], {}
    for name, amount in amounts(rng).items():
        if name in codes:
            unit, factor = rng.choice(ucum.get(name, [("10*9/L", 1), ("10*3/uL", 1), ("/uL", 0.001)]))
            number = float(f"{amount / factor:.3g}")
            truth[name] = number * factor
            code = {"coding": [{"system": "http://loinc.org", "code": codes[name]}]}
            quantity = {"value": number, "unit": unit, "code": unit}
            entries.append(
                {
                    "resource": {
                        "resourceType": "Observation",
                        "status": "final",
                        "code": code,
                        "valueQuantity": quantity,
                    }
                }
            )
    return json.dumps({"resourceType": "Bundle", "entry": entries}), truth


def faults_of(count, truth: dict[str, float], text: str) -> list[str]:
    """What is wrong, invented or cut in a count."""
    found = []
    if (count.person.sex, count.person.age_y) != truth.get("person", (None, None)):
        found.append(f"wrong person {count.person} for {truth.get('person')} in {text!r}")
    for name, value in count.values.items():
        if not value.known:
            continue
        if name not in truth:
            found.append(f"invented {name} {value.amount} in {text!r}")
        elif abs(value.amount - truth[name]) > 2e-3 * truth[name]:
            found.append(f"wrong {name} {value.amount} for {truth[name]} in {text!r}")
    return found


def drawn(seed: int) -> tuple[str, str, dict[str, float]]:
    """The kind, the text and the truth of one made-up report."""
    rng = random.Random(seed)
    kind = rng.choices(["text", "mutated", "noise", "stacked", "csv", "fhir"], [30, 25, 10, 10, 15, 10])[0]
    if kind == "noise":
        return kind, "\n".join(rng.sample(NOISE, rng.randint(1, 5))), {}
    if kind in ("csv", "fhir", "stacked"):
        return kind, *{"csv": csv, "fhir": fhir, "stacked": stacked_columns}[kind](rng)
    text, truth = make(rng)
    return kind, mutated(rng, text) if kind == "mutated" else text, truth


def judged(seed: int) -> list[str]:
    """The faults of reading one made-up report."""
    return read_one(seed)[1]


def read_one(seed: int) -> tuple[str, list[str], int, int]:
    """Kind of a report, its faults, how many values were declined, and how many there were."""
    from helpers import read_csv, read_fhir, read_report

    kind, text, truth = drawn(seed)
    count = (read_csv(text) if kind == "csv" else read_fhir(text) if kind == "fhir" else [read_report(text)])[0]
    names = [name for name in truth if name != "person"]
    missing = sum(name not in count.values or not count.values[name].known for name in names)
    return kind, faults_of(count, truth, f"{kind} {seed}: {text}"), missing, len(names)


if __name__ == "__main__":
    read_many(read_one, "reports", many=24_000, first=7_000_000)
