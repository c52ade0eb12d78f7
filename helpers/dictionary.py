"""Writes the data dictionary, ``data/README.md``, from the schema ``data/datapackage.json``.

Run ``python -m helpers.dictionary`` after changing the schema or adding rows; a test checks that nobody forgot.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

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
    for row in table("analytes").fillna("").to_dict("records"):
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


if __name__ == "__main__":
    (DATA / "README.md").write_text(dictionary(), encoding="utf-8", newline="\n")
    print(f"Wrote {DATA / 'README.md'}.")
