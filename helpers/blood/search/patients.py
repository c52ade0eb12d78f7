"""The published patients: each one's count, what else the report says, the authors' words and their source.

>>> patient("CRS-014").count.plt
2.0
>>> [one.key for one in patients("aplastic_anemia").values()][:2]
['CRS-014', 'CRS-015']
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from helpers.blood.core.count import BloodCount
from helpers.evidence import records


@dataclass(frozen=True)
class Patient:
    """One published patient: a row of ``data/patients.csv``."""

    key: str
    count: BloodCount
    said: Mapping[str, str]
    """What the report says beside the count: feature -> answer, of ``data/patient_findings.csv``."""
    diagnosis: str
    """The authors' own."""
    diagnosis_group: str
    severity: str
    """How severe the authors call it, in English; "" where they do not say."""
    treatment: str
    """What was done; "" where it is not told."""
    outcome: str
    source: str

    @property
    def number(self) -> str:
        """The key without the letters that all have."""
        return self.key.partition("-")[2]


@cache
def _all() -> Mapping[str, Patient]:
    said: dict[str, dict[str, str]] = {}
    for row in records("patient_findings"):
        said.setdefault(row["patient"], {})[row["feature"]] = row["value"]
    return MappingProxyType(
        {
            row["patient"]: Patient(
                key=row["patient"],
                count=BloodCount.from_row(row, label=row["patient"]),
                said=MappingProxyType(said.get(row["patient"], {})),
                severity=row["severity_in_english"] or row["severity_as_stated"] or "",
                **{name: row[name] or "" for name in ("diagnosis", "diagnosis_group", "treatment", "outcome")},
                source=row["source"],
            )
            for row in records("patients")
        }
    )


def patients(diagnosis_group: str | None = None) -> Mapping[str, Patient]:
    """The published patients by key, of one group of diagnoses or all."""
    return {key: one for key, one in _all().items() if diagnosis_group in (None, one.diagnosis_group)}


def patient(key: str) -> Patient:
    """A published patient by key.

    Raises:
        KeyError: no such patient.
    """
    if key not in _all():
        raise KeyError(f"There is no published patient {key!r}. table('patients') lists them.")
    return _all()[key]
