"""Letters, portals and tables made up with a known truth: the shapes that ``report_fuzzer`` does not have.

Prose of discharge letters in seven languages, tables of several dates and transposed ones, intervals before the result,
units in headings, comments between lines, other people's and other specimens' values in the same letter; and all of
them as a scanner misreads them.

    python tests/letters_fuzzer.py 12000 [seed]
"""

from __future__ import annotations

import random
from datetime import date, timedelta

from fuzzing import read_many
from report_fuzzer import faults_of, scanned

WORDS = {
    "en": dict(
        hb="hemoglobin", wbc="white cell count", plt="platelet count", anc="absolute neutrophil count", mcv="MCV"
    ),
    "de": dict(hb="Hämoglobin", wbc="Leukozyten", plt="Thrombozyten", anc="Neutrophile absolut", mcv="MCV"),
    "es": dict(hb="hemoglobina", wbc="leucocitos", plt="plaquetas", anc="neutrófilos absolutos", mcv="VCM"),
    "fr": dict(hb="hémoglobine", wbc="leucocytes", plt="plaquettes", anc="polynucléaires neutrophiles", mcv="VGM"),
    "it": dict(hb="emoglobina", wbc="globuli bianchi", plt="piastrine", anc="neutrofili assoluti", mcv="MCV"),
    "pt": dict(hb="hemoglobina", wbc="leucócitos", plt="plaquetas", anc="neutrófilos absolutos", mcv="VCM"),
    "nl": dict(hb="hemoglobine", wbc="leukocyten", plt="trombocyten", anc="neutrofielen absoluut", mcv="MCV"),
}
UNITS = {
    "hb": [("g/dL", 10), ("g/L", 1), ("mmol/L", 16.1134386078)],
    "wbc": [("x10^9/L", 1), ("G/L", 1), ("/µL", 0.001), ("10³/µL", 1)],
    "plt": [("x10^9/L", 1), ("G/L", 1), ("/µL", 0.001), ("10³/µL", 1)],
    "anc": [("x10^9/L", 1), ("G/L", 1), ("/µL", 0.001)],
    "mcv": [("fL", 1)],
}
INTERVAL = {"hb": (12, 16), "wbc": (4, 10), "plt": (150, 400), "anc": (1.5, 7.5), "mcv": (80, 96)}
LETTERS = {
    "en": ["On admission he had a {0} of {1}.", "Laboratory: {0} {1}.", "Bloods showed {0} {1}.", "Her {0} was {1}."],
    "de": ["Laborchemisch zeigte sich {0} {1}.", "Im Labor {0} {1}.", "{0} lag bei {1}.", "Bei Aufnahme {0} {1}."],
    "es": ["Analítica: {0} {1}.", "Presenta {0} de {1}.", "Al ingreso {0} {1}.", "En el hemograma destaca {0} de {1}."],
    "fr": ["La NFS retrouve {0} à {1}.", "Biologie : {0} {1}.", "{0} à {1}.", "On note {0} {1}."],
    "it": ["All'ingresso {0} {1}.", "Emocromo: {0} {1}.", "Si segnala {0} di {1}.", "Esami: {0} pari a {1}."],
    "pt": ["Na admissão {0} de {1}.", "Hemograma: {0} {1}.", "Apresentava {0} de {1}.", "Exames: {0} {1}."],
    "nl": ["Laboratorium: {0} {1}.", "Het {0} was {1}.", "Bij opname {0} {1}.", "Lab: {0} van {1}."],
}
OTHERS = {
    "en": ["The donor's {0} is {1}.", "Transfuse if {0} is below {1}.", "The goal is a {0} of {1}.", "Newborn: {0} {1}.",
           "In a similar cohort, median {0} was {1}.", "Packed cells: {0} {1}.", "Last year {0} was {1}."],
    "de": ["Ziel: {0} {1}.", "Die Schwester hat {0} {1}.", "Transfusion bei {0} unter {1}.", "Neugeborenes: {0} {1}.",
           "Vorbefund: {0} {1}.", "Im Konzentrat: Erythrozytenkonzentrat {0} {1}."],
    "es": ["Meta: {0} {1}.", "Transfundir si {0} < {1}.", "Su hermano tiene {0} de {1}.", "Recién nacido: {0} {1}.",
           "Previo: {0} {1}.", "Donante: {0} {1}."],
    "fr": ["Objectif : {0} {1}.", "Sa sœur a {0} à {1}.", "Transfuser si {0} < {1}.", "Nouveau-né : {0} {1}.",
           "Antérieur : {0} {1}.", "Culot globulaire : {0} {1}."],
    "it": ["Obiettivo: {0} {1}.", "La madre ha {0} di {1}.", "Trasfondere se {0} < {1}.", "Neonato: {0} {1}.",
           "Precedente: {0} {1}.", "Donatore: {0} {1}."],
    "pt": ["Meta: {0} {1}.", "A mãe tem {0} de {1}.", "Transfundir se {0} < {1}.", "Recém-nascido: {0} {1}.",
           "Anterior: {0} {1}.", "Doador: {0} {1}."],
    "nl": ["Streefwaarde: {0} {1}.", "Zijn broer heeft {0} van {1}.", "Transfusie bij {0} < {1}.", "Pasgeborene: {0} {1}.",
           "Vorige: {0} {1}.", "Donor: {0} {1}."],
}  # fmt: skip
COMMENTS = """Comment: sample received within 4 hours|Method: flow cytometry on analyzer 2|Sputum culture: no growth|Next of kin: sister
Urine culture: sterile|Reviewed by Dr. B. Roe, 14:05|Ref. lab 0231|Room 4, bed 12|Please repeat in 2 weeks|Film to follow|Sodium 138 mmol/L 135-145
Ferritin 900 ug/L|Spleen: not palpable|Given 2 units yesterday|Aspirin 100 mg daily|Weight 71 kg, height 170 cm|CRP 12 mg/L""".replace("\n", "|").split("|")  # fmt: skip
HEADINGS = [
    "Test,Reference range,Result,Unit",
    "Analyte,Normal range,Your result,Units,Flag",
    "Test,Unit,Reference,Value",
]
LINES = [
    "{0}....... {1} {2}",
    "* {0}: {1} {2}",
    "{0} [{2}]: {1}",
    "{0} = {1}  {2}",
    "- {0} {1} {2} (!)",
    "{0}:\t{1}\t{2}",
]
COMMA = ("de", "es", "fr", "it", "pt", "nl")


def amounts(rng: random.Random) -> dict[str, float]:
    """Some quantities of one person, in the course's units; parts within the whole."""
    white = rng.uniform(0.5, 40)
    truth = {"hb": rng.uniform(40, 180), "wbc": white, "plt": rng.uniform(3, 800), "anc": white * rng.uniform(0.1, 0.8)}
    truth["mcv"] = rng.uniform(70, 125)
    return {name: truth[name] for name in rng.sample(sorted(truth), rng.randint(2, 5))}


def digits(number: float, comma: bool) -> str:
    """A number with three digits, or whole."""
    text = f"{number:.0f}" if number >= 100 else f"{number:.3g}"
    return text.replace(".", ",") if comma else text


def printed(rng: random.Random, name: str, amount: float, comma: bool) -> tuple[str, str, float]:
    """Number, unit and the amount that is printed."""
    unit, factor = rng.choice(UNITS[name])
    text = digits(amount / factor, comma)
    return text, unit, float(text.replace(",", ".")) * factor


def letter(rng: random.Random) -> tuple[str, dict[str, float]]:
    """Sentences of a discharge letter, some of them about somebody or something else."""
    language = rng.choice(list(LETTERS))
    names, comma, truth, said = WORDS[language], language in COMMA, {}, []
    for name, amount in amounts(rng).items():
        number, unit, truth[name] = printed(rng, name, amount, comma)
        said.append(rng.choice(LETTERS[language]).format(names[name], f"{number} {unit}"))
    for _ in range(rng.randint(0, 2)):
        name = rng.choice(list(names))
        number, unit, _ = printed(rng, name, rng.uniform(*INTERVAL[name]) * UNITS[name][0][1], comma)
        said.insert(rng.randint(0, len(said)), rng.choice(OTHERS[language]).format(names[name], f"{number} {unit}"))
    return rng.choice([" ", "\n"]).join(one[0].upper() + one[1:] for one in said), truth


def dated(rng: random.Random) -> tuple[str, dict[str, float]]:
    """A table of several dates: a column or a line for each; the latest is the truth."""
    mark, truth = rng.choice(["\t", " | "]), amounts(rng)
    days = [
        date(2024, rng.randint(1, 12), rng.randint(13, 28)) - timedelta(days=40 * step)
        for step in range(rng.randint(2, 4))
    ]
    rng.shuffle(days)
    way = rng.choice(["%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y", "%d-%b-%Y"])
    newest, rows = days.index(max(days)), {}
    for name in truth:
        unit, factor = rng.choice(UNITS[name])
        numbers = [digits(truth[name] * rng.uniform(0.7, 1.4) / factor, False) for _ in days]
        rows[name] = (f"{WORDS['en'][name]} ({unit})", numbers)
        truth[name] = float(numbers[newest]) * factor
    heads, shown = [label for label, _ in rows.values()], [day.strftime(way) for day in days]
    if rng.random() < 0.5:
        lines = [
            [rng.choice(["Test", "", "Parameter"]), *shown],
            *([label, *numbers] for label, numbers in rows.values()),
        ]
    else:
        lines = [
            ["Date", *heads],
            *([day, *(numbers[at] for _, numbers in rows.values())] for at, day in enumerate(shown)),
        ]
    return "\n".join(mark.join(line) for line in lines), truth


def portal(rng: random.Random) -> tuple[str, dict[str, float]]:
    """A portal's table: the interval before the result, units in the heading or in a cell, comments between."""
    mark, truth, lines = rng.choice(["\t", " | "]), {}, []
    heading = rng.choice(
        ["Test,Reference range,Result,Unit", "Analyte,Normal range,Your result,Units,Flag", "Test,Unit,Reference,Value"]
    )
    for name, amount in amounts(rng).items():
        number, unit, truth[name] = printed(rng, name, amount, False)
        factor = dict(UNITS[name])[unit]
        low, high = (f"{end * (10 if name == 'hb' else 1) / factor:.4g}" for end in INTERVAL[name])
        cell = {
            "Test": WORDS["en"][name],
            "Analyte": WORDS["en"][name],
            "Unit": unit,
            "Units": unit,
            "Flag": rng.choice(["", "L", "H"]),
        }
        cells = [
            cell.get(head, number if head in ("Result", "Your result", "Value") else f"{low} - {high}")
            for head in heading.split(",")
        ]
        lines.append(mark.join(cells))
        if rng.random() < 0.3:
            lines.append(rng.choice(COMMENTS))
    return "\n".join([mark.join(heading), *lines]), truth


def commented(rng: random.Random) -> tuple[str, dict[str, float]]:
    """Plain lines, one a quantity, with dots, stars or brackets, and comments between them."""
    language = rng.choice(list(WORDS))
    truth, lines = {}, []
    for name, amount in amounts(rng).items():
        number, unit, truth[name] = printed(rng, name, amount, language in COMMA)
        shape = rng.choice(
            [
                "{0}....... {1} {2}",
                "* {0}: {1} {2}",
                "{0} [{2}]: {1}",
                "{0} = {1}  {2}",
                "- {0} {1} {2} (!)",
                "{0}:\t{1}\t{2}",
            ]
        )
        lines.append(shape.format(WORDS[language][name].capitalize(), number, unit))
        lines += rng.sample(COMMENTS, rng.choice([0, 0, 1, 2]))
    return "\n".join(lines), truth


SHAPES = [letter, dated, portal, commented]


def read_one(seed: int) -> tuple[str, list[str], int, int]:
    """The shape, the faults, how many values were declined, and how many there were."""
    from helpers import read_report

    rng = random.Random(seed)
    shape = rng.choice(SHAPES)
    text, truth = shape(rng)
    count = read_report(text)
    count = count.change(age_y=None, sex=None) if shape is letter else count  # "his" and "her" are not asked about here
    missing = [name for name in truth if name not in count.values or not count.values[name].known]
    return shape.__name__, faults_of(count, truth, f"{shape.__name__} {seed}: {text}"), len(missing), len(truth)


def judged(seed: int) -> list[str]:
    """The faults of reading one made-up letter or table."""
    return read_one(seed)[1]


def misread(seed: int) -> list[str]:
    """The values of a scanned letter or table that are made up, or off by ten or more."""
    from helpers import read_report

    rng = random.Random(seed)
    text, truth = rng.choice(SHAPES)(rng)
    text = scanned(rng, text)
    values = {name: value.amount for name, value in read_report(text).values.items() if value.known}
    off = [name for name, amount in values.items() if name not in truth or not 0.11 < amount / truth[name] < 9]
    return [f"{name} {values[name]} for {truth.get(name)} in {seed}: {text!r}" for name in off]


if __name__ == "__main__":
    read_many(read_one, "letters and tables", many=12_000, first=4_000_000)
