"""How low? Grades of a blood count under each system, each with the reason it was given.

    grade(count, "ctcae", edition="6.0").table()        # one patient: grade, criterion and source, line by line
    grade(patients, "ctcae", edition="6.0").frame()     # many: one row a patient, one column a line

A criterion is a row of ``data/`` (``severity``, ``definitions``, ``aplastic``, ``ipss_r``); no module holds one.
What a count cannot settle is said: grade ``None`` with the reason, or "grade 3 or more" where the next grade is
clinical.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from helpers.blood.core.count import BloodCount, Person
from helpers.blood.grading.cohort import Cohort
from helpers.blood.grading.grades import Band, Grade, Grades, grades_table
from helpers.blood.grading.multi_line import grade_aplastic, grade_definition, grade_points, karyotypes, retic_methods
from helpers.blood.grading.reference import DEFAULT_REFERENCE, Reference
from helpers.blood.grading.single_value import (
    elevation_methods,
    grade_ladder,
    hemoglobin_adjustment,
    ladder_bands,
    ladder_items,
)
from helpers.blood.grading.systems import current, edition_of, editions, family, side_by_side, systems, title

__all__ = [
    "Band",
    "Grade",
    "Grades",
    "bands",
    "current",
    "editions",
    "grade",
    "grade_all",
    "grades_table",
    "hemoglobin_adjustment",
    "karyotypes",
    "retic_methods",
    "systems",
    "title",
]


def grade(
    patients: BloodCount | pd.DataFrame,
    system: str,
    edition: str | None = None,
    *,
    reference: Reference = DEFAULT_REFERENCE,
    elevation_method: str | None = None,
    marrow_cellularity_pct: float | np.ndarray | None = None,
    hematopoietic_pct: float | np.ndarray | None = None,
    hypocellular: bool | None = None,
    retic_method: str = "automated",
    cytogenetics: str | None = None,
    blasts_pct: float | None = None,
) -> Grades:
    """Grade one patient, or a whole frame of them, under one system.

    Args:
        patients: one count, or a frame with the course's columns, one row a patient.
        system: one of :func:`systems`.
        edition: "5.0" or "6.0" for CTCAE, "2011" or "2024" for WHO anemia, a definition for pancytopenia ...;
            without it, the current one.
        reference: reference set(s) that give the lower limit of normal where CTCAE needs it.
        elevation_method: how WHO adjusts hemoglobin for elevation: "equation" or "steps"; without it, the equation
            where the edition has one.
        marrow_cellularity_pct: aplastic anemia: cellularity of the marrow section, %; one number or one a patient.
        hematopoietic_pct: aplastic anemia: share of the remaining cells that are hematopoietic, %.
        hypocellular: aplastic anemia: whether the pathologist calls the marrow hypocellular for age.
        retic_method: aplastic anemia: how reticulocytes were counted; the limit differs ("manual", "automated" ...);
            with "not known" all limits have to agree.
        cytogenetics: scores of points (IPSS-R): the karyotype group ("very good" ... "very poor").
        blasts_pct: scores of points (IPSS-R): blasts in the marrow, %.

    Returns:
        :class:`Grades`.

    Raises:
        ValueError: an unknown system, edition or choice; the message lists what there is.
    """
    edition, kind = edition_of(system, edition), family(system)
    cohort = Cohort(patients)
    if kind == "ladder":
        items = ladder_items(system, edition)
        lines = [grade_ladder(cohort, system, edition, item, reference, elevation_method) for item in items]
    elif kind == "definitions":
        lines = [grade_definition(cohort, edition)]
    elif kind == "camitta":
        lines = grade_aplastic(cohort, marrow_cellularity_pct, hematopoietic_pct, hypocellular, retic_method)
    else:
        lines = [grade_points(cohort, system, edition, cytogenetics, blasts_pct)]
    return Grades(cohort, system, edition, lines)


def grade_all(
    count: BloodCount,
    *,
    among: Collection[str] | None = None,
    reference: Reference = DEFAULT_REFERENCE,
    **choices: Any,
) -> list[Grade]:
    """One patient under every system, side by side; the editions of ``data/systems.csv`` that have a place there.

    Lines whose value is not on the report at all are left out; scores of points are added when a karyotype or blasts
    are given.

    Args:
        count: one blood count.
        among: the systems that are asked for; without it, every one of :func:`systems`.
        reference: reference set(s) for the lower limit of normal.
        choices: the keyword arguments of :func:`grade` (marrow, reticulocyte method, karyotype ...).
    """
    found: list[Grade] = []
    method = choices.pop("elevation_method", None)
    wanted = systems() if among is None else among
    for row in [row for row in side_by_side() if row["system"] in wanted]:
        system, edition = row["system"], row["edition"]
        own = None if method == "equation" and row["adjusted"] and method not in elevation_methods(edition) else method
        grades = grade(count, system, edition, reference=reference, elevation_method=own, **choices)
        asked = ladder_items(system, edition) if row["family"] == "ladder" else {}
        found += [one for one in grades if one.item not in asked or asked[one.item] in count.values]
    if "cytogenetics" in choices or "blasts_pct" in choices:
        for system in systems():
            found += grade(count, system, **choices) if family(system) == "points" and system in wanted else []
    return found


def bands(
    system: str, edition: str, item: str, patient: Person | BloodCount, reference: Reference = DEFAULT_REFERENCE
) -> list[Band]:
    """The bands of one line for one person, mildest first, for drawing; empty where the system does not grade it.

    Args:
        patient: the person; or a count, whose report may print limits of its own.
    """
    edition = edition_of(system, edition)
    return ladder_bands(system, edition, item, patient, reference) if item in ladder_items(system, edition) else []
