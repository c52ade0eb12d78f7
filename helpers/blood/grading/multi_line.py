"""Systems that weigh several lines at once: definitions of pancytopenia, aplastic anemia (Camitta), scores (IPSS-R)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd

from helpers.blood.core.conclusions import caution
from helpers.blood.core.criteria import Row, holds, notes_of, weak, word
from helpers.blood.core.known import Answer, Column, agreed, any_of, any_that_is_known, at_least, both, one
from helpers.blood.core.units import ANALYTES
from helpers.blood.grading.cohort import Cohort
from helpers.blood.grading.grades import MISSING, Grade, Line
from helpers.blood.grading.systems import title
from helpers.evidence import records
from helpers.wording import capital, listed, sources_of

Percent = float | np.ndarray | None


@cache
def _definition(name: str) -> list[Row]:
    return [row for row in records("definitions") if row["definition"] == name]


def grade_definition(cohort: Cohort, definition: str) -> Line:
    """Whether enough lines are low for a definition: 1 met, 0 not met.

    The rows of one lineage are alternatives (white cells or neutrophils): one that is known suffices to judge it.
    """
    rows = _definition(definition)
    required, lineages = rows[0]["required"], tuple(dict.fromkeys(row["lineage"] for row in rows))
    about = [((row["sex"] == "any") | (cohort.kinds.sex == row["sex"]))[cohort.kind] for row in rows]
    answers = [cohort.met(row) for row in rows]
    for answer, concerned in zip(answers, about, strict=True):
        answer[~concerned] = pd.NA
    low = [
        any_that_is_known([answer for row, answer in zip(rows, answers, strict=True) if row["lineage"] == lineage])
        for lineage in lineages
    ]
    codes = _code(at_least(required, low))
    labels = {1: "met", 0: "not met", MISSING: "cannot tell"}
    grades = {1: 1, 0: 0, MISSING: None}

    def explain(patient: int) -> Grade:
        asked = [
            row for row, concerned in zip(rows, about, strict=True) if np.broadcast_to(concerned, len(cohort))[patient]
        ]
        said = [cohort.compared(row, patient).words() for row in asked]
        if "red" not in {row["lineage"] for row in asked}:
            said.append("the hemoglobin limit depends on sex, which is not known")
        many = sum(one(line, patient) is True for line in low)
        code = int(codes[patient])
        return Grade(
            "pancytopenia",
            definition,
            "pancytopenia",
            grades[code],
            at_least=False,
            label=labels[code],
            value=np.nan,
            threshold=f"{required} low lines",
            criterion=definition,
            source=rows[0]["source"],
            reason=f"{many} of {len(lineages)} lines {'is' if many == 1 else 'are'} low, {required} are needed: "
            f"{'; '.join(said)}.",
            caution=notes_of(weak(asked)),
        )

    return Line("pancytopenia", codes, grades, labels, explain)


def _code(answers: Column) -> np.ndarray:
    """1 yes, 0 no, MISSING unknown."""
    return answers.to_numpy(dtype=np.int8, na_value=MISSING)


# --- aplastic anemia ---

TIERS = {
    0: "criteria for aplastic anemia not met",
    1: "non-severe",
    2: "severe",
    3: "very severe",
    MISSING: "cannot tell",
}


_USUAL = "automated"
"""How reticulocytes are taken to be counted, unless it is said."""


NOT_KNOWN = "not known"
"""Nobody says how reticulocytes were counted: a criterion is met, or not, where all limits say so."""


def retic_methods() -> tuple[str, ...]:
    """The ways of counting reticulocytes that have a limit of their own, and :data:`NOT_KNOWN`."""
    return (*(row["choice"] for row in records("aplastic") if row["analyte"] == "retic"), NOT_KNOWN)


def grade_aplastic(
    cohort: Cohort, cellularity: Percent, hematopoietic: Percent, hypocellular: bool | None, retic_method: str
) -> list[Line]:
    """Two lines: the tier by blood alone, and the tier with the marrow that the criteria ask for.

    Raises:
        ValueError: no such reticulocyte method, or a percentage outside 0 to 100.
    """
    blood = {tier: blood_criteria(tier, retic_method) for tier in _BLOOD_TIERS}
    met = {tier: _enough(cohort, rows) for tier, rows in blood.items()}
    of_marrow = [row for row in records("aplastic") if row["part"] == "marrow"]
    marrow = _severe_marrow(of_marrow, len(cohort), cellularity, hematopoietic)
    empty_enough = any_of([marrow, hypocellular])
    by_blood = _tier(met["entry"], met["severe"], met["very_severe"])
    with_marrow = _tier(both(met["entry"], empty_enough), both(met["severe"], marrow), met["very_severe"])

    def quoted(patient: int) -> list[Row]:
        """The blood criteria to quote: those of the tier that decides."""
        entry, severe, very = (one(met[tier], patient) for tier in _BLOOD_TIERS)
        if severe is False or entry is False or (severe and entry is None):
            return blood["entry"]
        if not (severe and very):
            return blood["severe"]
        sharper = {row["analyte"] for row in blood["very_severe"]}
        return [*(row for row in blood["severe"] if row["analyte"] not in sharper), *blood["very_severe"]]

    def found(name: str, codes: np.ndarray, patient: int, marrow_words: str, unsettled: str) -> Grade:
        code, criteria = int(codes[patient]), quoted(patient)
        rests_on = [row for rows in (*blood.values(), of_marrow if marrow_words else []) for row in rows]
        return Grade(
            "aplastic_anemia",
            "",
            name,
            _GRADES[code],
            at_least=False,
            label=TIERS[code],
            value=np.nan,
            threshold=f"{criteria[0]['required']} of {len(_by_analyte(blood['severe']))} blood criteria",
            criterion=" ".join(row["id"] for row in criteria),
            source=sources_of(criteria),
            reason=f"{marrow_words}{capital(_blood_words(cohort, criteria, patient, retic_method))}.",
            unsettled=f"{_perhaps_very_severe(codes[patient], met, patient)}{unsettled}",
            caution=notes_of(weak(rests_on)),
        )

    def explain_blood(patient: int) -> Grade:
        return found("blood_criteria", by_blood, patient, "", caution("aplastic", "blood"))

    def explain_marrow(patient: int) -> Grade:
        unsettled = ""
        if with_marrow[patient] == MISSING:
            unsettled = f"By blood alone it would be: {TIERS[int(by_blood[patient])]}. {caution('aplastic', 'marrow')}"
        said = _marrow_words(one(marrow, patient), one(empty_enough, patient), cellularity)
        return found("aplastic_anemia", with_marrow, patient, f"Marrow: {said}. ", unsettled)

    return [
        Line("blood_criteria", by_blood, _GRADES, TIERS, explain_blood),
        Line("aplastic_anemia", with_marrow, _GRADES, TIERS, explain_marrow),
    ]


_BLOOD_TIERS = ("entry", "severe", "very_severe")
_GRADES = {code: None if code == MISSING else code for code in TIERS}


def blood_criteria(tier: str, retic_method: str = _USUAL) -> list[Row]:
    """The blood criteria of one tier; with :data:`NOT_KNOWN` every limit of reticulocytes.

    Raises:
        ValueError: no such reticulocyte method.
    """
    if retic_method not in retic_methods():
        known = ", ".join(retic_methods())
        raise ValueError(f"There is no limit for reticulocytes counted by {retic_method!r}. Choose among: {known}.")
    return [
        row
        for row in records("aplastic")
        if (row["part"], row["tier"]) == ("blood", tier)
        and (row["choice"] in ("any", retic_method) or retic_method == NOT_KNOWN)
    ]


def _enough(cohort: Cohort, rows: list[Row]) -> Column:
    return at_least(rows[0]["required"], [agreed(map(cohort.met, same)) for same in _by_analyte(rows)])


def _by_analyte(rows: list[Row]) -> list[list[Row]]:
    """Criteria, those of one analyte together, the lowest limit first."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["analyte"], []).append(row)
    return [sorted(same, key=lambda row: row["limit"]) for same in found.values()]


def _blood_words(cohort: Cohort, rows: list[Row], patient: int, retic_method: str) -> str:
    """Each value beside its limit; of several limits the one that settles it, or the lowest and the highest."""
    said = []
    for lowest, *_, highest in ([same[0], *same] for same in _by_analyte(rows)):
        below_all, below_any = one(cohort.met(lowest), patient), one(cohort.met(highest), patient)
        shown = [lowest] if below_all or lowest is highest else [highest] if below_any is False else [lowest, highest]
        said += [cohort.compared(row, patient).words() for row in shown]
    return f"{'; '.join(said)} (reticulocyte method: {retic_method})"


def severe_by_blood(cohort: Cohort, retic_method: str = _USUAL) -> tuple[Column, Callable[[int], str]]:
    """Whether counts meet the blood criteria of severe disease, whatever the disease is; and what puts it in words.

    Raises:
        ValueError: no such reticulocyte method.
    """
    rows = blood_criteria("severe", retic_method)
    return _enough(cohort, rows), lambda patient: _blood_words(cohort, rows, patient, retic_method)


def _perhaps_very_severe(code: int, met: dict[str, Column], patient: int) -> str:
    entry, severe, very = (one(met[tier], patient) for tier in _BLOOD_TIERS)
    if code == MISSING and entry and severe and very is None:
        open_ones = listed(word(row["analyte"]) for row in blood_criteria("very_severe"))
        return f"{capital(TIERS[2])} at least, by blood: the {open_ones} must tell whether it is {TIERS[3]}. "
    return ""


def _tier(entry: Column, severe: Column, very: Column) -> np.ndarray:
    """The code of :data:`TIERS`: none without the entry rule; MISSING where an open question could change the tier."""
    codes = np.full(len(entry), MISSING, dtype=np.int8)
    is_entry, is_severe, is_very = (_code(part) for part in (entry, severe, very))
    codes[is_entry == 0] = 0
    codes[(is_entry == 1) & (is_severe == 0)] = 1
    codes[(is_entry == 1) & (is_severe == 1) & (is_very == 0)] = 2
    codes[(is_entry == 1) & (is_severe == 1) & (is_very == 1)] = 3
    return codes


def _percent(given: Percent, size: int, name: str) -> np.ndarray:
    values = np.broadcast_to(np.nan if given is None else np.asarray(given, dtype=float), size)
    if ((values < 0) | (values > 100)).any():
        raise ValueError(f"The {name} is a percentage between 0 and 100.")
    return values


def _severe_marrow(criteria: list[Row], size: int, cellularity: Percent, hematopoietic: Percent) -> Column:
    """Whether the marrow meets the severe rule: nearly empty, or half empty with few hematopoietic cells left."""
    cells = _percent(cellularity, size, "marrow cellularity")
    share = _percent(hematopoietic, size, "hematopoietic share")
    residual = next(row for row in criteria if row["analyte"] == "hematopoietic_pct")
    limits = sorted((row for row in criteria if row["analyte"] == "cellularity_pct"), key=lambda row: row["limit"])
    empty, between = limits
    middle = both(holds(cells, ">=", between["low"]), holds(cells, between["operator"], between["limit"]))
    few = holds(share, residual["operator"], residual["limit"])
    return any_of([holds(cells, empty["operator"], empty["limit"]), both(middle, few)])


def _marrow_words(severe: Answer, entry: Answer, cellularity: Percent) -> str:
    if severe:
        return "meets the severe rule"
    if severe is False:
        return f"does not meet the severe rule{', hypocellular for age' if entry else ''}"
    return "not known" if cellularity is None else "the share of hematopoietic cells is needed too"


# --- scores of points ---


@cache
def karyotypes(system: str = "ipss_r") -> dict[str, float]:
    """The karyotype groups of a score and their points."""
    return {row["code"].replace("_", " "): row["points"] for row in records(system) if row["item"] == "cytogenetics"}


def grade_points(cohort: Cohort, system: str, edition: str, cytogenetics: str | None, blasts_pct: float | None) -> Line:
    """The category of a score, 1 the mildest; a count alone gives only the range it can lie in.

    Its points and categories are the table that has the name of the system: the values of a count, ``blasts`` and
    ``cytogenetics`` that it has rows for are its parts.

    Raises:
        ValueError: no such karyotype group, or blasts outside 0 to 100 %.
    """
    if cytogenetics is not None and cytogenetics not in karyotypes(system):
        known = ", ".join(karyotypes(system))
        raise ValueError(
            f"There is no karyotype group {cytogenetics!r} in {title(system, edition)}. Choose among: {known}."
        )
    rows: dict[str, list[Row]] = {}
    for row in records(system):
        rows.setdefault(row["item"], []).append(row)
    categories = sorted(rows.pop("category"), key=lambda row: -np.inf if row["low"] is None else row["low"])
    most_of = {name: max(row["points"] for row in parts) for name, parts in rows.items()}
    counts = [name for name in rows if name in ANALYTES]
    scored = {name: _points(cohort.value(name), rows[name]) for name in counts}
    for name, points in scored.items():
        if cohort.upper_bound(name) and points[0] < most_of[name]:
            points[0] = np.nan  # "less than" this much: it may be worth more points still
    if "blasts" in rows:
        scored["blasts"] = _points(_percent(blasts_pct, len(cohort), "share of marrow blasts"), rows["blasts"])
    if "cytogenetics" in rows:
        scored["cytogenetics"] = np.full(len(cohort), karyotypes(system).get(cytogenetics, np.nan))
    least = sum(np.nan_to_num(part) for part in scored.values())
    most = least + sum(np.isnan(part) * most_of[name] for name, part in scored.items())
    by_counts = f"the counts together give {sum(most_of[name] for name in counts):g} at most"
    numbered = [{**row, "points": place} for place, row in enumerate(categories, start=1)]
    lowest, highest = _points(least, numbered), _points(most, numbered)
    codes = np.where(lowest == highest, lowest, MISSING).astype(np.int8)
    labels = {place: row["label"] for place, row in enumerate(categories, start=1)} | {MISSING: "cannot tell"}
    grades = {code: None if code == MISSING else code for code in labels}

    def explain(row: int) -> Grade:
        code, low, high = int(codes[row]), float(least[row]), float(most[row])
        total = f"{low:g}" if low == high else f"between {low:g} and {high:g}"
        points = {name: "not known" if np.isnan(part[row]) else f"{part[row]:g}" for name, part in scored.items()}
        said = ", ".join(f"{_PART_WORDS.get(name) or word(name)} {given}" for name, given in points.items())
        category = categories[max(code, 1) - 1]
        return Grade(
            system,
            edition,
            system,
            grades[code],
            at_least=False,
            label=labels[code],
            value=low if low == high else np.nan,
            threshold=f"total {total}",
            criterion=category["code"] if code > 0 else "",
            source=category["source"],
            reason=f"Points: {said}; total {total}.",
            unsettled="" if low == high else f"What is not known may add up to {high - low:g} points; {by_counts}.",
            caution=notes_of(weak(records(system))),
        )

    return Line(system, codes, grades, labels, explain)


_PART_WORDS = {"blasts": "marrow blasts", "cytogenetics": "karyotype"}


def _points(values: np.ndarray, rows: list[Row]) -> np.ndarray:
    """Points of each value; NaN where unknown."""
    points = np.full(len(values), np.nan)
    for row in rows:
        low = -np.inf if row["low"] is None else row["low"]
        high = np.inf if row["high"] is None else row["high"]
        inside = (values >= low) if row["low_included"] else (values > low)
        inside &= (values <= high) if row["high_included"] else (values < high)
        points[inside] = row["points"]
    return points
