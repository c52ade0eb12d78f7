"""Every reason the course gives, word for word: each system on each published patient, and each response system.

``python tests/golden.py`` writes ``tests/data/golden/reasons.txt`` anew, after a change that was meant; look at what
changed before you commit it. ``test_golden.py`` compares the file exactly.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "tests" / "data" / "golden" / "reasons.txt"

Said = tuple[str, str, str]
"""What it is about, whose it is, and what is said."""


def _grades(whose: str, grades: Iterable) -> Iterator[Said]:
    for one in grades:
        yield f"{one.title}, {one.item.replace('_', ' ')}", whose, f"{one.text}: {one.because}"


def of_columns() -> Iterator[Said]:
    """Every system and edition on the frame of published patients."""
    from helpers.blood.grading.severity import editions, grade, systems
    from helpers.evidence import table

    patients = table("patients")
    for system in systems():
        for edition in editions(system):
            found = grade(patients, system, edition)
            for place, patient in enumerate(patients["patient"]):
                yield from _grades(patient, found.why(place))


def of_one() -> Iterator[Said]:
    """What is said of one count and not of a column: with a marrow, with values printed as "<"."""
    from helpers.blood.core.count import BloodCount
    from helpers.blood.grading.severity import grade, grade_all
    from helpers.evidence import table

    for _, row in table("patients").iterrows():
        count = BloodCount.from_row(row)
        yield from _grades(f"{count.label}, marrow 10 %", grade(count, "aplastic_anemia", marrow_cellularity_pct=10))
        yield from _grades(f"{count.label}, scored", grade(count, "ipss_r", cytogenetics="good", blasts_pct=3))
    printed = BloodCount.of(hb="<80 g/L", anc="<0.5 x10^9/L", plt="<20 x10^9/L", age_y=40, sex="male")
    yield from _grades("printed with <", grade_all(printed))


def of_responses() -> Iterator[Said]:
    """Every published patient as a count after treatment, and some made ones, under every system of response."""
    from helpers.blood.care.response import respond_all
    from helpers.blood.core.count import BloodCount
    from helpers.evidence import table

    before = BloodCount.of(hb=60, anc=0.3, plt=8, retic=10, age_y=34, sex="female")
    counts = [BloodCount.from_row(row) for _, row in table("patients").iterrows()]
    made = ((105, 1.6, 200), (125, 1.6, 120), (125, 1.6, 160), (90, 0.7, 25), (60, 0.3, 8))
    counts += [
        BloodCount.of(hb=hb, anc=anc, plt=plt, retic=70, age_y=34, sex="female", label=f"{hb}/{anc}/{plt}")
        for hb, anc, plt in made
    ]
    ways = {
        "alone": {},
        "free of transfusions": {"transfusion_free": True, "before": before, "severity_before": "severe"},
        "transfused": {"transfusion_free": False, "severity_before": "non_severe"},
    }
    for count in counts:
        for way, known in ways.items():
            for one in respond_all(count, **known):
                yield f"{one.label}, {way}", count.label, f"{one.text}: {one.reason}"


def reasons() -> str:
    """The whole file: one heading a system and line, below it each sentence with those of whom it is said."""
    headings: dict[str, dict[str, list[str]]] = {}
    for heading, whose, said in (*of_columns(), *of_one(), *of_responses()):
        headings.setdefault(heading, {}).setdefault(said, []).append(whose.removeprefix("CRS-"))
    lines = []
    for heading, sentences in headings.items():
        lines += [f"# {heading}", *(f"{said} [{'; '.join(whose)}]" for said, whose in sentences.items()), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(reasons(), encoding="utf-8")
    print(f"{FILE.relative_to(ROOT)}: {len(FILE.read_text(encoding='utf-8').splitlines())} lines")
