"""Tables made up with a known truth: results, earlier results, intervals and dates in columns of any order.

Cells are divided by tabs, marks or tags, or stand in fixed columns under their headings, from the left, the right or
the middle; results and earlier results are left out at random; headings in seven languages.

    python tests/tables_fuzzer.py 6000 [seed]
"""

from __future__ import annotations

import random
from datetime import date, timedelta

from fuzzing import read_many

QUANTITIES = {
    "hb": ("Hb", "g/dL", (5, 16), 10, 1, "12.0", "16.0"),
    "wbc": ("WBC", "K/uL", (0.5, 15), 1, 1, "4.0", "11.0"),
    "plt": ("PLT", "K/uL", (3, 400), 1, 0, "150", "400"),
    "mcv": ("MCV", "fL", (70, 120), 1, 1, "80", "100"),
    "lymph_pct": ("Lymph %", "%", (2, 80), 1, 1, "20", "45"),
}
HEADINGS = {  # name, result, previous, unit, range
    "en": ("Test", "Result", "Previous", "Units", "Reference"),
    "de": ("Analyse", "Ergebnis", "Vorwert", "Einheit", "Referenzbereich"),
    "es": ("Prueba", "Resultado", "Resultado anterior", "Unidades", "Valores de referencia"),
    "fr": ("Analyse", "Résultat", "Antériorité", "Unité", "Valeurs de référence"),
    "pt": ("Exame", "Resultado", "Resultado anterior", "Unidade", "Valor de referência"),
    "it": ("Esame", "Risultato", "Precedente", "Unità", "Valori di riferimento"),
    "nl": ("Bepaling", "Uitslag", "Vorige uitslag", "Eenheid", "Referentiewaarden"),
}
STYLES = ("left", "right", "center", "mixed", "tab", "pipe", "both ends", "html")


def make(seed: int) -> tuple[str, dict[str, float], str]:
    """A table, the results on it in the course's units, and how its cells are divided."""
    rng = random.Random(seed)
    language = rng.choice(sorted(HEADINGS))
    titles = dict(zip(("name", "result", "previous", "unit", "range"), HEADINGS[language], strict=True))
    titles |= {"low": "Min", "high": "Max", "site": "Lab"}
    kind = rng.choice(("previous", "dates", "limits"))
    if kind == "dates":
        then = date(2024, rng.randint(1, 12), rng.randint(13, 28))
        form = rng.choice(("%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y"))
        now = then + timedelta(days=rng.randint(2, 200))
        titles |= {"result": now.strftime(form), "previous": then.strftime(form)}
    columns = ["result", "low", "high"] if kind == "limits" else ["result", "previous"]
    more = [("unit", 0.7), ("range", 0.5 * (kind != "limits")), ("site", 0.3 * (kind == "previous"))]
    columns += [name for name, chance in more if rng.random() < chance]
    if kind != "limits":
        rng.shuffle(columns)
    columns = ["name", *columns]
    truth: dict[str, float] = {}
    rows = [
        _row(rng, name, columns, truth, "," if language != "en" else ".") for name in rng.sample(sorted(QUANTITIES), 3)
    ]
    style = rng.choice(STYLES)
    return _printed(rng, [[titles[each] for each in columns], *rows], columns, style), truth, style


def _row(rng: random.Random, name: str, columns: list[str], truth: dict[str, float], mark: str) -> list[str]:
    title, unit, (low, high), factor, digits, least, most = QUANTITIES[name]
    result, previous = (f"{rng.uniform(low, high):.{digits}f}" for _ in range(2))
    left_out = rng.random()
    if left_out < 0.3:
        result = rng.choice(("", "-"))
    else:
        truth[name] = float(result) * factor
        previous = "" if left_out < 0.4 else previous
    flag = rng.choice(("", " L", "*")) if name in truth else ""
    cells = {"result": result + flag, "previous": previous, "low": least, "high": most, "range": f"{least}-{most}"}
    cells = {key: text.replace(".", mark) for key, text in cells.items()}
    cells |= {"name": title if "unit" in columns else f"{title} ({unit})", "unit": unit, "site": "01"}
    return [cells[each] for each in columns]


def _printed(rng: random.Random, table: list[list[str]], columns: list[str], style: str) -> str:
    marks = {"tab": ("", "\t", ""), "pipe": ("", " | ", ""), "both ends": ("| ", " | ", " |")}
    if style in marks:
        begin, between, end = marks[style]
        return "\n".join(begin + between.join(row) + end for row in table)
    if style == "html":
        return "\n".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in table)
    widths = [max(map(len, column)) + rng.choice((2, 3, 5)) for column in zip(*table, strict=True)]
    text_columns = ("name", "unit") if style == "mixed" else ("name",)
    lines = []
    for row in table:
        cells = []
        for column, cell, width in zip(columns, row, widths, strict=True):
            right = f"{cell:>{width - 1}} "
            left = style == "left" or column in text_columns
            cells.append(f"{cell:<{width}}" if left else f"{cell:^{width}}" if style == "center" else right)
        lines.append("".join(cells).rstrip())
    return "\n".join(lines)


def judged_table(seed: int) -> list[str]:
    """The values of one made-up table that are read wrong or made up."""
    return read_one(seed)[1]


def read_one(seed: int) -> tuple[str, list[str], int, int]:
    """Kind of a table, its faults, how many values were declined, and how many there were."""
    from helpers import read_report

    text, truth, style = make(seed)
    values = {name: value.amount for name, value in read_report(text).values.items() if value.known}
    off = [name for name, amount in values.items() if abs(amount - truth.get(name, -1)) > 1e-6 * amount]
    faults = [f"{name} {values[name]} for {truth.get(name)} in {seed}: {text!r}" for name in off]
    return style, faults, len(truth.keys() - values.keys()), len(truth)


if __name__ == "__main__":
    read_many(read_one, "tables", many=6_000, first=0)
