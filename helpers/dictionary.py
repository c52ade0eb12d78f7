"""Writes ``data/README.md``, the data dictionary, from the schema, and ``data/REVIEWED.md``, what was read when.

Run ``python -m helpers.dictionary`` after changing the schema or a table; a test checks that nobody forgot.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pandas as pd

from helpers.evidence import DATA, table

_TOP = """\
# The data of the course

*Written by `python -m helpers.dictionary` from `datapackage.json`: change that file, not this one.*

{description}

- Every table is a CSV file (UTF-8, one header line, an empty cell where nothing is known).
- Every row names where it comes from in its `source` column: one or several keys of [sources.csv](sources.csv),
  separated by a space. `COURSE` marks a choice of this course that is no clinical figure.
- `confidence`: **A** primary or official text, or two sources that agree; **B** one good secondary source;
  **C** a single weak page, shown only with its caution; **D** derived by this course.
- Values are in the course's units, which stand in the column name or in [analytes.csv](analytes.csv).
- Each source says when it was read, each row of a clinical table when it was reviewed: [REVIEWED.md](REVIEWED.md).
- The schema is a [Frictionless Data Package](https://specs.frictionlessdata.io/data-package/).
- Codes are LOINC (what was measured) and UCUM (in which unit).
"""


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _rules(field: dict[str, Any]) -> Iterator[str]:
    """What the schema asks of a field, in words."""
    rules = field.get("constraints", {})
    if rules.get("required"):
        yield "required"
    if rules.get("unique"):
        yield "unique"
    if "enum" in rules:
        yield "one of " + ", ".join(f"`{choice}`" for choice in rules["enum"])
    if "minimum" in rules and "maximum" in rules:
        yield f"from {rules['minimum']:g} to {rules['maximum']:g}"
    elif "minimum" in rules:
        yield f"{rules['minimum']:g} or more"
    if "pattern" in rules:
        yield f"looks like `{rules['pattern']}`"


def _unit(field: dict[str, Any]) -> str:
    codes = [f"LOINC {field['loinc']}"] if "loinc" in field else []
    codes += [f"UCUM `{field['ucum']}`"] if "ucum" in field else []
    return "; ".join([field[key] for key in ("unit",) if key in field] + codes)


def _section(resource: dict[str, Any]) -> Iterator[str]:
    schema = resource["schema"]
    key = schema["primaryKey"]
    rows = table(resource["name"])
    yield f'<a id="{resource["name"]}"></a>\n'
    yield f"## {resource['title']}: [{resource['path']}]({resource['path']})\n"
    yield f"{resource['description']}\n"
    yield f"{len(rows)} rows. One row for each {', '.join([key] if isinstance(key, str) else key)}.\n"
    for link in schema.get("foreignKeys", []):
        target = link["reference"]
        yield f"`{link['fields']}` is a `{target['fields']}` of [{target['resource']}.csv](#{target['resource']}).\n"
    yield "| column | type | what it holds | unit and codes | rule |"
    yield "|---|---|---|---|---|"
    for field in schema["fields"]:
        cells = (f"`{field['name']}`", field["type"], field["description"], _unit(field), "; ".join(_rules(field)))
        yield "| " + " | ".join(_cell(cell) for cell in cells) + " |"
    yield ""


def _codes() -> Iterator[str]:
    """The analytes with their codes, in one table."""
    ucum = table("units").set_index(["dimension", "unit"])["ucum"].to_dict()
    yield "## Analytes with their codes\n"
    yield "| short name | what | British | unit | UCUM | LOINC | also read as |"
    yield "|---|---|---|---|---|---|---|"
    for row in table("analytes").astype(object).fillna("").to_dict("records"):
        british = row["british"] if row["british"] != row["label"] else ""
        cells = [f"`{row['name']}`", row["label"], british, row["unit"], ucum[row["dimension"], row["unit"]]]
        yield "| " + " | ".join(_cell(cell) for cell in [*cells, row["loinc"], row["loinc_other"]]) + " |"
    yield ""


def dictionary() -> str:
    """The data dictionary as Markdown: every table, column, unit, code and rule of ``datapackage.json``.

    Raises:
        KeyError: a table or an analyte's unit that the schema names is not there.
    """
    package = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    resources = package["resources"]
    lines = [_TOP.format(description=package["description"])]
    lines += ["| table | rows | what it holds |", "|---|---|---|"]
    for item in resources:
        lines.append(f"| [{item['name']}](#{item['name']}) | {len(table(item['name']))} | {item['description']} |")
    lines += ["", *_codes()]
    for item in resources:
        lines += _section(item)
    return "\n".join(lines).rstrip() + "\n"


_REVIEWED = """\
# What was read when

*Written by `python -m helpers.dictionary` from the tables: change those, not this page.*

The newest date in the tables is **{today}**. What was last read or reviewed more than {months} months before is due.

## How old it is

| table | rows | oldest | newest | due |
|---|---|---|---|---|
{ages}

## What is due

{due}

## Known to be superseded, and still cited

| source | superseded by | why it is still cited | stands in |
|---|---|---|---|
{superseded}
"""

MONTHS = 24
"""After how many months a source is read, and a row reviewed, again."""


def dated(tables: dict[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """The date of every row of the tables that have one, by table; the index is the row's key.

    Args:
        tables: the tables by name.
    """
    found = {}
    for name, rows in tables.items():
        column = next((column for column in ("read_on", "reviewed_on") if column in rows), None)
        if column:
            found[name] = rows.set_index(rows.columns[0])[column]
    return found


def due(dates: dict[str, pd.Series]) -> dict[str, pd.Series]:
    """The dates that lie more than :data:`MONTHS` months before the newest of all, by table.

    The data's own newest date counts, not the clock's, so the answer changes only when the data does.
    """
    newest = pd.Timestamp(max(rows.max() for rows in dates.values()))
    edge = (newest - pd.DateOffset(months=MONTHS)).date().isoformat()
    return {name: rows[rows < edge] for name, rows in dates.items()}


def reviewed(tables: dict[str, pd.DataFrame]) -> str:
    """What was read when, what is due, and what is superseded and still cited, as Markdown.

    Args:
        tables: the tables by name; ``sources`` is one of them.
    """
    dates = dated(tables)
    old = due(dates)
    ages = [
        f"| {name} | {len(rows)} | {rows.min()} | {rows.max()} | {len(old[name])} |" for name, rows in dates.items()
    ]
    late = [f"- {name}: {key} ({date})" for name, rows in old.items() for key, date in rows.items()]
    superseded = [
        f"| {row.key} | {row.superseded_by} | {_cell(row.why_still_cited)} | {', '.join(_citing(row.key, tables))} |"
        for row in tables["sources"].dropna(subset="superseded_by").itertuples()
    ]
    today = max(rows.max() for rows in dates.values())
    parts = {"ages": ages, "due": late or ["Nothing."], "superseded": superseded}
    return _REVIEWED.format(today=today, months=MONTHS, **{name: "\n".join(lines) for name, lines in parts.items()})


def _citing(key: str, tables: dict[str, pd.DataFrame]) -> Iterator[str]:
    for name, rows in tables.items():
        if name != "sources" and rows["source"].str.split().map(lambda keys: key in keys).any():
            yield name


def pages() -> dict[str, str]:
    """Every page written from the data, by file name."""
    package = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    tables = {item["name"]: table(item["name"]) for item in package["resources"]}
    return {"README.md": dictionary(), "REVIEWED.md": reviewed(tables)}


if __name__ == "__main__":
    for name, text in pages().items():
        (DATA / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"Wrote {DATA / name}.")
