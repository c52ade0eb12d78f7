"""Systems that weigh several lines at once: definitions of pancytopenia, aplastic anemia (Camitta), IPSS-R."""

from __future__ import annotations

from functools import cache

import numpy as np

from helpers.blood.cohort import Cohort
from helpers.blood.grades import MISSING, Grade, Line, Row, below, compared, word
from helpers.evidence import records

Percent = float | np.ndarray | None


@cache
def definitions() -> tuple[str, ...]:
    """The definitions of pancytopenia and of neighboring cytopenias, as ``data/definitions.csv`` names them."""
    return tuple(dict.fromkeys(row["definition"] for row in records("definitions")))


@cache
def _definition(name: str) -> list[Row]:
    return [row for row in records("definitions") if row["definition"] == name]


def grade_definition(cohort: Cohort, definition: str) -> Line:
    """Whether enough lines are low for a definition: 1 met, 0 not met.

    The rows of one lineage are alternatives (white cells or neutrophils): one that is known suffices to judge it.
    """
    rows = _definition(definition)
    required, lineages = rows[0]["required"], dict.fromkeys(row["lineage"] for row in rows)
    concerned = {id(row): (row["sex"] == "any") | (cohort.kinds.sex == row["sex"])[cohort.kind] for row in rows}
    low_lines, open_lines = np.zeros(len(cohort), dtype=np.int8), np.zeros(len(cohort), dtype=np.int8)
    for lineage in lineages:
        low, known = np.zeros(len(cohort), dtype=bool), np.zeros(len(cohort), dtype=bool)
        for row in (row for row in rows if row["lineage"] == lineage):
            value = cohort.value(row["analyte"])
            low |= concerned[id(row)] & below(value, row["operator"], row["limit"])
            known |= concerned[id(row)] & ~np.isnan(value)
        low_lines += low
        open_lines += ~known
    codes = np.full(len(cohort), MISSING, dtype=np.int8)
    codes[low_lines >= required] = 1
    codes[low_lines + open_lines < required] = 0
    labels = {1: "met", 0: "not met", MISSING: "cannot tell"}
    grades = {1: 1, 0: 0, MISSING: None}

    def explain(row: int) -> Grade:
        asked = [criterion for criterion in rows if concerned[id(criterion)][row]]
        said = [_compared(cohort, criterion, row) for criterion in asked]
        if "red" not in {criterion["lineage"] for criterion in asked}:
            said.append("the hemoglobin limit depends on sex, which is not known")
        lines = f"{low_lines[row]} of {len(lineages)} lines {'is' if low_lines[row] == 1 else 'are'} low"
        return Grade(
            "pancytopenia",
            definition,
            "pancytopenia",
            grades[int(codes[row])],
            at_least=False,
            label=labels[int(codes[row])],
            value=np.nan,
            threshold=f"{required} low lines",
            criterion=definition,
            source=rows[0]["source"],
            reason=f"{lines}, {required} are needed: {'; '.join(said)}.",
        )

    return Line("pancytopenia", codes, grades, labels, explain)


def _compared(cohort: Cohort, criterion: Row, row: int) -> str:
    value = float(cohort.value(criterion["analyte"])[row])
    return compared(criterion["analyte"], value, criterion["operator"], criterion["limit"])


# --- aplastic anemia ---

TIERS = {
    0: "criteria for aplastic anemia not met",
    1: "non-severe",
    2: "severe",
    3: "very severe",
    MISSING: "cannot tell",
}


def retic_methods() -> tuple[str, ...]:
    """The ways of counting reticulocytes that have a limit of their own."""
    return tuple(row["choice"] for row in records("aplastic") if row["analyte"] == "retic")


def grade_aplastic(
    cohort: Cohort, cellularity: Percent, hematopoietic: Percent, hypocellular: bool | None, retic_method: str
) -> list[Line]:
    """Two lines: the tier by blood alone, and the tier with the marrow that the criteria ask for.

    Raises:
        ValueError: no such reticulocyte method, or a percentage outside 0 to 100.
    """
    if retic_method not in retic_methods():
        known = ", ".join(retic_methods())
        raise ValueError(f"There is no limit for reticulocytes counted by {retic_method!r}. Choose among: {known}.")
    rows = [row for row in records("aplastic") if row["choice"] in ("any", retic_method)]
    blood = {tier: [row for row in rows if row["part"] == "blood" and row["tier"] == tier] for tier in _BLOOD_TIERS}
    met = {tier: _enough(cohort, criteria) for tier, criteria in blood.items()}
    marrow = _severe_marrow(len(cohort), [row for row in rows if row["part"] == "marrow"], cellularity, hematopoietic)
    stated = np.nan if hypocellular is None else float(hypocellular)
    empty_enough = np.where(marrow == 1, 1.0, stated)
    by_blood = _tier(met["entry"], met["severe"], met["very_severe"])
    with_marrow = _tier(_both(met["entry"], empty_enough), _both(met["severe"], marrow), met["very_severe"])

    def shown(row: int) -> list[Row]:
        """The blood criteria to quote: those of the severe tier, sharpened where the very severe one is met."""
        if met["severe"][row] == 1 and met["very_severe"][row] == 1:
            sharper = {criterion["analyte"] for criterion in blood["very_severe"]}
            return [*(rule for rule in blood["severe"] if rule["analyte"] not in sharper), *blood["very_severe"]]
        return blood["entry"] if met["severe"][row] == 0 else blood["severe"]

    def found(name: str, codes: np.ndarray, row: int, reason: str, unsettled: str) -> Grade:
        code, criteria = int(codes[row]), shown(row)
        return Grade(
            "aplastic_anemia",
            "",
            name,
            _GRADES[code],
            at_least=False,
            label=TIERS[code],
            value=np.nan,
            threshold=f"{criteria[0]['required']} of {len(blood['severe'])} blood criteria",
            criterion=" ".join(criterion["id"] for criterion in criteria),
            source=" ".join(dict.fromkeys(" ".join(criterion["source"] for criterion in criteria).split())),
            reason=reason,
            unsettled=unsettled,
        )

    def blood_words(row: int) -> str:
        said = "; ".join(_compared(cohort, criterion, row) for criterion in shown(row))
        return f"{said[0].upper()}{said[1:]} (reticulocyte method: {retic_method})."

    def explain_blood(row: int) -> Grade:
        unsettled = "These are limits for aplastic anemia; low counts from another cause meet them just as well."
        return found("blood_criteria", by_blood, row, blood_words(row), unsettled)

    def explain_marrow(row: int) -> Grade:
        unsettled = ""
        if with_marrow[row] == MISSING:
            unsettled = (
                f"By blood alone it would be: {TIERS[int(by_blood[row])]}. "
                "A marrow must settle it, and other causes be ruled out."
            )
        reason = f"Marrow: {_marrow_words(marrow[row], empty_enough[row], cellularity)}. {blood_words(row)}"
        return found("aplastic_anemia", with_marrow, row, reason, unsettled)

    return [
        Line("blood_criteria", by_blood, _GRADES, TIERS, explain_blood),
        Line("aplastic_anemia", with_marrow, _GRADES, TIERS, explain_marrow),
    ]


_BLOOD_TIERS = ("entry", "severe", "very_severe")
_GRADES = {code: None if code == MISSING else code for code in TIERS}


def _enough(cohort: Cohort, criteria: list[Row]) -> np.ndarray:
    """1 enough criteria are met, 0 they cannot be, NaN cannot tell."""
    met, unknown = np.zeros(len(cohort), dtype=np.int8), np.zeros(len(cohort), dtype=np.int8)
    for row in criteria:
        value = cohort.value(row["analyte"])
        met += below(value, row["operator"], row["limit"])
        unknown += np.isnan(value)
    required = criteria[0]["required"]
    return np.where(met >= required, 1.0, np.where(met + unknown < required, 0.0, np.nan))


def _both(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """And, where NaN is "cannot tell"."""
    return np.where((left == 0) | (right == 0), 0.0, left * right)


def _tier(entry: np.ndarray, severe: np.ndarray, very: np.ndarray) -> np.ndarray:
    """The code of :data:`TIERS`; MISSING where an open question could change the tier."""
    codes = np.full(len(entry), MISSING, dtype=np.int8)
    codes[(entry == 0) & (severe == 0)] = 0
    codes[(entry == 1) & (severe == 0)] = 1
    codes[(severe == 1) & (very == 0)] = 2
    codes[(severe == 1) & (very == 1)] = 3
    return codes


def _percent(given: Percent, size: int, name: str) -> np.ndarray:
    values = np.broadcast_to(np.nan if given is None else np.asarray(given, dtype=float), size)
    if ((values < 0) | (values > 100)).any():
        raise ValueError(f"The {name} is a percentage between 0 and 100.")
    return values


def _severe_marrow(size: int, criteria: list[Row], cellularity: Percent, hematopoietic: Percent) -> np.ndarray:
    """1 the marrow meets the severe rule, 0 it does not, NaN cannot tell."""
    cells = _percent(cellularity, size, "marrow cellularity")
    share = _percent(hematopoietic, size, "hematopoietic share")
    residual = next(row for row in criteria if row["analyte"] == "hematopoietic_pct")
    limits = sorted((row for row in criteria if row["analyte"] == "cellularity_pct"), key=lambda row: row["limit"])
    empty, between = limits
    middle = (cells >= between["low"]) & below(cells, between["operator"], between["limit"])
    few = below(share, residual["operator"], residual["limit"])
    answer = np.where(below(cells, empty["operator"], empty["limit"]) | (middle & few), 1.0, 0.0)
    return np.where(np.isnan(cells) | (middle & np.isnan(share)), np.nan, answer)


def _marrow_words(severe: float, entry: float, cellularity: Percent) -> str:
    if severe == 1:
        return "meets the severe rule"
    if severe == 0:
        return "does not meet the severe rule" + (", hypocellular for age" if entry == 1 else "")
    return "not known" if cellularity is None else "the share of hematopoietic cells is needed too"


# --- IPSS-R ---

_PARTS = ("hb", "plt", "anc", "blasts", "cytogenetics")


@cache
def karyotypes() -> dict[str, float]:
    """The karyotype groups of IPSS-R and their points."""
    return {row["code"].replace("_", " "): row["points"] for row in records("ipss_r") if row["item"] == "cytogenetics"}


def grade_ipss_r(cohort: Cohort, cytogenetics: str | None, blasts_pct: float | None) -> Line:
    """The risk category, 1 (very low) to 5 (very high); a count alone gives only the range it can lie in.

    Raises:
        ValueError: no such karyotype group, or blasts outside 0 to 100 %.
    """
    if cytogenetics is not None and cytogenetics not in karyotypes():
        raise ValueError(
            f"There is no karyotype group {cytogenetics!r} in IPSS-R. Choose among: {', '.join(karyotypes())}."
        )
    rows = {item: [row for row in records("ipss_r") if row["item"] == item] for item in (*_PARTS, "category")}
    scored = {name: _points(cohort.value(name), rows[name]) for name in ("hb", "plt", "anc")}
    scored["blasts"] = _points(_percent(blasts_pct, len(cohort), "share of marrow blasts"), rows["blasts"])
    scored["cytogenetics"] = np.full(len(cohort), karyotypes().get(cytogenetics, np.nan))
    least = sum(np.nan_to_num(part) for part in scored.values())
    most = least + sum(np.isnan(part) * max(row["points"] for row in rows[name]) for name, part in scored.items())
    categories = sorted(rows["category"], key=lambda row: -np.inf if row["low"] is None else row["low"])
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
            "ipss_r",
            "",
            "ipss_r",
            grades[code],
            at_least=False,
            label=labels[code],
            value=low if low == high else np.nan,
            threshold=f"total {total}",
            criterion=category["code"] if code > 0 else "",
            source=category["source"],
            reason=f"Points: {said}; total {total}.",
            unsettled="" if low == high else "Karyotype and marrow blasts weigh as much as the counts.",
        )

    return Line("ipss_r", codes, grades, labels, explain)


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
