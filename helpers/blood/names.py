"""Names: which quantity a text speaks of, in the many spellings that reports use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from helpers.blood.units import ANALYTES

SHARE = {
    "anc": "neut_pct",
    "alc": "lymph_pct",
    "amc": "mono_pct",
    "aec": "eos_pct",
    "abc": "baso_pct",
    "retic": "retic_pct",
}
"""An absolute count and the percentage that reports print under the same name ("Neutrophils 38 %")."""
ABSOLUTE = {percent: count for count, percent in SHARE.items()}

# White cells of a differential that the course does not keep; their percentages count when the shares are added up.
_OTHER_CELLS = """
metamyelocytes | metas | myelocytes | promyelocytes | atypical lymphocytes | atypical lymphs | atyp lymphs |
variant lymphocytes | reactive lymphocytes | large unstained cells | luc | immature granulocytes | ig | plasma cells |
prolymphocytes | promonocytes | hairy cells | other cells | others | unclassified cells | smudge cells | lymphoma cells
"""

# Other quantities whose names contain the name of one the course reads.
_OTHER_QUANTITIES = """
hemoglobin a1c | haemoglobin a1c | hb a1c | hgb a1c | glycated hemoglobin | glycated haemoglobin | hemoglobin a2 |
hb a2 | hb f | hb s | hemoglobin f | hemoglobin s | fetal hemoglobin | hemoglobin electrophoresis | plasma hemoglobin |
free hemoglobin | reticulocyte hemoglobin | retic hemoglobin | retic hb | ret he | immature reticulocyte fraction |
immature retic fraction | irf | corrected retic | corrected reticulocytes | corrected reticulocyte count |
reticulocyte production index | reticulocyte index | retic index | rpi | mean platelet volume | mpv |
platelet distribution width | pdw | immature platelet fraction | reticulated platelets | plateletcrit | pct |
platelet large cell ratio | plcr | rdw sd | neutrophil lymphocyte ratio | nlr | cd 4 cd 8 ratio | cd 4 % |
cd 4 percent | nrbc # | nrbc abs | nrbc absolute | mm hg |
urine glucose | urine wbc | urine rbc | wbc urine | rbc urine | wbc hpf |
rbc hpf | csf wbc | csf rbc | csf glucose | wbc morphology | rbc morphology | platelet morphology | platelet estimate |
platelet function | platelet comment | rbc folate | red cell folate | wbc differential | wbc comment
"""


def _listed(names: str) -> list[str]:
    return [" ".join(name.split()) for name in names.split("|")]


_NAME_TOKENS = re.compile(r"[^\W\d_]+|[0-9]+|[%#+]")
_LONGEST_NAME = 7


@dataclass(frozen=True)
class Name:
    """A quantity named in a text."""

    start: int
    end: int
    analyte: str
    """Its short name; "" for something the course does not read."""
    either: bool = False
    """The name does not tell whether a count or a percentage follows ("Neutrophils")."""
    other_cell: bool = False
    """A kind of white cell that the course does not keep."""


def _key(name: str) -> tuple[str, ...]:
    return tuple(_NAME_TOKENS.findall(name.lower()))


@cache
def _names() -> dict[tuple[str, ...], tuple[str, bool, bool]]:
    known: dict[tuple[str, ...], tuple[str, bool, bool]] = {}
    for item in ANALYTES.values():
        for name in (item.name, item.label, item.british, *item.names):
            told = bool(set(_key(name)) & {"%", "#", "pct", "percent", "percentage", "abs", "absolute", "absolut"})
            told |= (
                name.lower() in ("anc", "alc", "amc", "aec", "abc", "arc", "agc", "absolut")
                or "absolut" in name.lower()
            )
            known.setdefault(_key(name), (item.name, item.name in {*SHARE, *ABSOLUTE} and not told, False))
    for name in ("folate", "folic acid"):
        known.setdefault(_key(name), ("folate_intake", False, False))
    for name in _listed(_OTHER_QUANTITIES):
        known[_key(name)] = ("", False, False)
    for name in _listed(_OTHER_CELLS):
        for ending in ("", " %"):
            known[_key(name + ending)] = ("", False, True)
    return known


def find_names(text: str) -> list[Name]:
    """The quantities a text names, in order, the longest name at each place."""
    tokens = [(found[0].lower(), found.start(), found.end()) for found in _NAME_TOKENS.finditer(text)]
    found, place = [], 0
    while place < len(tokens):
        for size in range(min(_LONGEST_NAME, len(tokens) - place), 0, -1):
            run = tokens[place : place + size]
            known = _names().get(tuple(token for token, _, _ in run))
            gaps = (text[mine[2] : following[1]] for mine, following in pairwise(run))
            if known and all(re.fullmatch(r"[ \-_.,()/\[\]]{0,3}", gap) for gap in gaps) and _stands_alone(text, run):
                found.append(Name(run[0][1], run[-1][2], *known))
                place += size
                break
        else:
            place += 1
    return found


def _stands_alone(text: str, run: list[tuple[str, int, int]]) -> bool:
    """Not part of a longer word or of a unit such as ``/100 WBC`` or ``% of WBC``."""
    before, after = text[: run[0][1]][-12:].lower(), text[run[-1][2] : run[-1][2] + 1]
    if run[0][0] in "%#" and before.rstrip()[-1:].isdigit():
        return False  # the sign belongs to the number before: "Neut 38 % Lymph 40 %"
    if before[-1:].isalnum() or before[-1:] == "_" or re.search(r"(?:(?:/|per )\s*100|% of)\s*$", before):
        return False
    return not (after.isalpha() or after == "_")


def name_of(text: str) -> Name | None:
    """The one quantity a table cell names, or None."""
    names = find_names(text)
    return names[0] if names and not text[: names[0].start].strip(" \t\"'*.-") else None
