"""A file of any kind that is read: text, CSV, FHIR, NDJSON or HL7, told by its first characters and its name."""

from __future__ import annotations

from typing import Any

from helpers.blood.core.count import BloodCount
from helpers.blood.reports.fhir import read_fhir
from helpers.blood.reports.files import decoded
from helpers.blood.reports.hl7 import is_hl7, read_hl7
from helpers.blood.reports.tables import read_csv
from helpers.blood.reports.text import read_report


def read_any(data: bytes | str, name: str = "", **options: Any) -> list[BloodCount]:
    """The counts of a file of any kind that is read, told by its first characters and its name.

    Args:
        data: the file. name: its name, e.g. ``"report.csv"``. **options: ``assume``, as for the readers.
    """
    text = decoded(data) if isinstance(data, bytes) else data
    start, low = text.lstrip("\ufeff \r\n\t")[:1], name.lower()
    if start in ("{", "[") and not low.endswith((".txt", ".csv")):
        return read_fhir(text)
    if is_hl7(text):
        return read_hl7(text)
    if low.endswith((".csv", ".tsv")):
        return read_csv(text + "\n", **options)
    return [read_report(text, **options)]
