"""Named rules: how an answer, right or wrong, is computed from what the course teaches instead of being typed.

In the bank a rule is a table: ``{rule = "anc", wbc = 2.1, neut_pct = 38}``. The value of any of its keys may itself be
such a table. All numbers are in the course's units, as is what comes back.

>>> value({"rule": "multiply", "by": [{"rule": "anc", "wbc": 2.1, "neut_pct": 38}, 1000]})
798.0
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pandas as pd

from helpers.blood.grades import NOT_GRADED
from helpers.evidence import table as read_table

RULES: dict[str, Callable[..., Any]] = {}


def rule(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function a rule the bank can name."""
    RULES[function.__name__] = function
    return function


def value(given: Any) -> Any:
    """What the bank means: rules computed (inner ones first), everything else as it stands.

    Raises:
        KeyError: a rule that does not exist; the message lists those there are.
    """
    if isinstance(given, Mapping):
        parts = {key: value(part) for key, part in given.items()}
        if "rule" not in parts:
            return parts
        name = parts.pop("rule")
        if name not in RULES:
            raise KeyError(f"There is no rule {name!r}. The rules are: {', '.join(sorted(RULES))}.")
        return RULES[name](**parts)
    if isinstance(given, list | tuple):
        return [value(part) for part in given]
    return given


def blood_count(count: Mapping[str, Any] | None = None, patient: str = "") -> Any:
    """A :class:`BloodCount`: a published patient's, one made of values, or the first with the second laid over it.

    Args:
        count: values and person as :meth:`BloodCount.of` takes them; a value may be a rule.
        patient: a key of ``data/patients.csv``.

    Raises:
        KeyError: no such patient.
    """
    from helpers.blood.count import BloodCount

    changes = {name: tuple(part) if isinstance(part, list) else part for name, part in value(count or {}).items()}
    if not patient:
        return BloodCount.of(**changes)
    found = BloodCount.from_row(patient_row(patient))
    return found.change(**changes) if changes else found


def patient_row(patient: str) -> pd.Series:
    """One row of ``data/patients.csv``.

    Raises:
        KeyError: no such patient.
    """
    patients = read_table("patients").set_index("patient", drop=False)
    if patient not in patients.index:
        raise KeyError(f"data/patients.csv has no patient {patient!r}.")
    return patients.loc[patient]


# --- numbers ------------------------------------------------------------------------------------------------------


@rule
def amount(amount: float, unit: str, analyte: str) -> float:
    """An amount in some unit, in the course's unit of that analyte: ``amount = 7.2, unit = "g/dL", analyte = "hb"``."""
    from helpers.blood.units import convert

    return convert(amount, unit, analyte)


@rule
def convert(amount: float, to: str, analyte: str, unit: str = "") -> float:
    """An amount (in the course's unit, or in ``unit``) as it is printed in the unit ``to``."""
    from helpers.blood import units

    in_course = units.convert(amount, unit, analyte) if unit else amount
    return in_course / units.convert(1.0, to, analyte)


@rule
def anc(wbc: float, neut_pct: float = 0.0, band_pct: float = 0.0) -> float:
    """Absolute neutrophil count, 10^9/L; ``neut_pct`` is all neutrophils, or the segmented ones beside ``band_pct``."""
    from helpers.blood import derived

    return derived.anc(wbc, neut_pct, band_pct)


def _derived(name: str) -> None:
    def computed(**inputs: Any) -> float:
        from helpers.blood import derived

        return float(getattr(derived, name)(**inputs))

    computed.__name__ = name
    computed.__doc__ = f"As :func:`helpers.blood.derived.{name}`, with its arguments."
    rule(computed)


for _name in (
    "mcv",
    "mch",
    "mchc",
    "absolute_retic",
    "corrected_retic",
    "maturation_days",
    "retic_index",
    "corrected_wbc",
):
    _derived(_name)


@rule
def rule_of_three(rbc: float, hb: float, hct: float, give: str = "holds") -> Any:
    """Whether the rule of three ``holds`` ("yes", "no"), or what it expects: ``hb_expected`` or ``hct_expected``."""
    from helpers.blood import derived

    found = getattr(derived.rule_of_three(rbc=rbc, hb=hb, hct=hct), give)
    return {True: "yes", False: "no", None: "cannot tell"}.get(found, found) if give.endswith("holds") else found


@rule
def add(of: list[float]) -> float:
    """The sum."""
    return sum(of)


@rule
def subtract(of: float, by: float) -> float:
    """``of`` minus ``by``."""
    return of - by


@rule
def multiply(by: list[float]) -> float:
    """The product."""
    return math.prod(by)


@rule
def divide(of: float, by: float) -> float:
    """``of`` over ``by``."""
    return of / by


@rule
def rounded(of: float, decimals: int = 0) -> float:
    """To so many decimals."""
    return round(of, decimals)


# --- verdicts of the course's rules ----------------------------------------------------------------------------------


def grade_key(found: Any) -> str:
    """A grade as an answer: ``"3"``, ``"3+"`` for "3 or more", ``"-"`` for "not graded", ``"?"`` for "cannot tell"."""
    if found.grade is None or pd.isna(found.grade):
        return "-" if found.label == NOT_GRADED else "?"
    return f"{int(found.grade)}{'+' if found.at_least else ''}"


def grade_menu(system: str, item: str, edition: str = "") -> dict[str, str]:
    """Every answer one can give for an item of a system: key (as :func:`grade_key` writes it) to words, mildest first.

    CTCAE's grade 5, death, is left out: no count is graded so.

    Raises:
        ValueError: no such system or edition. KeyError: the system has no such item.
    """
    from helpers.blood import severity
    from helpers.blood.count import BloodCount

    grades = severity.grade(BloodCount.of(), system, edition or None)
    words = grades.labels()[grades[item].item].cat.categories
    rows = read_table("severity")
    rows = rows[(rows["system"] == system) & (rows["edition"] == grades.edition) & (rows["item"] == item)]
    menu: dict[str, str] = {}
    if len(rows):
        alive = (rows["grade"] < 5).fillna(False)
        rows = rows[alive].drop_duplicates("grade").sort_values("grade").set_index("grade")
        clinical = rows["lower"].isna() & rows["upper"].isna() & rows["clinical"].notna()
        menu = {} if 0 in rows.index else {"0": "no grade"}
        for number, label in rows["label"].items():
            menu[str(number)] = label
            if clinical.get(number + 1, False) and not clinical[number]:
                menu[f"{number}+"] = f"{label} or more"
    else:
        first = 1 if system == "ipss_r" else 0
        menu = {str(place): word for place, word in enumerate((w for w in words if w != "cannot tell"), start=first)}
    return (
        menu
        | ({"-": f"{NOT_GRADED} in this edition"} if system == "ctcae" else {})
        | {"?": "cannot tell from this count"}
    )


def find_grade(
    system: str, item: str, edition: str = "", count: Mapping[str, Any] | None = None, patient: str = "", **choices: Any
) -> Any:
    """The :class:`Grade` of one item for a count or a published patient.

    Raises:
        KeyError: the system does not grade that item.
    """
    from helpers.blood import severity

    grades = severity.grade(blood_count(count, patient), system, edition or None, **choices)
    return grades[item]


@rule
def grade(**given: Any) -> str:
    """``system, edition, item`` and ``count = {...}`` or ``patient = "CRS-014"``: gives "3", "3+", "-" or "?"."""
    return grade_key(find_grade(**given))


@rule
def flag(analyte: str, count: Mapping[str, Any] | None = None, patient: str = "", reference: str = "") -> str:
    """A value against its reference interval: "low", "normal", "high" or "cannot tell"."""
    from helpers.blood import reference as limits

    chosen = {"reference": reference} if reference else {}
    flags = limits.flag(blood_count(count, patient), **chosen)
    return next((one.verdict for one in flags if one.analyte == analyte), "cannot tell")


@rule
def interval(analyte: str, end: str, reference: str = "", **person: Any) -> float:
    """The "low" or "high" ``end`` of the reference interval for a person (``age_y``, ``sex``, ``trimester`` ...)."""
    from helpers.blood import reference as limits
    from helpers.blood.count import Person

    chosen = {"reference": reference} if reference else {}
    return float(getattr(limits.interval(analyte, Person(**person), **chosen), end))


@rule
def traps(count: Mapping[str, Any] | None = None, patient: str = "") -> list[str]:
    """The names of the traps in a count."""
    from helpers.blood.traps import traps as find

    return [trap.name for trap in find(blood_count(count, patient))]


# --- what cells do, and how they are counted --------------------------------------------------------------------------


@rule
def oxygen(hb: float, saturation_pct: float, output: float, give: str = "delivery") -> float:
    """Oxygen in blood: its ``delivery`` (mL/min), its ``content`` (mL/L), or the ``share_pct`` of normal delivery."""
    from helpers.blood import oxygen as blood_oxygen

    if give == "content":
        return blood_oxygen.content(hb, saturation_pct)
    delivered = blood_oxygen.delivery(hb, saturation_pct, output)
    return 100 * delivered / blood_oxygen.normal_delivery() if give == "share_pct" else delivered


@rule
def day_below(line: str, percent: float) -> float:
    """The day after the marrow stopped on which a line ("red", "white", "platelets") falls below a percentage."""
    from helpers.blood import lives

    return lives.day_below(line, percent)


@rule
def exact_limit(events: int, of: int, end: str) -> float:
    """The "low" or "high" exact 95 % limit of a counted share, in percent."""
    from helpers.blood.chance import exact_limits

    return exact_limits(events, of)[("low", "high").index(end)]


@rule
def in_a_field(kind: str, count: Mapping[str, Any], per_cell: float | None = None) -> float:
    """How many cells of a kind of ``data/film_cells.csv`` to expect in one field of a count's film."""
    from helpers.blood.film import Film

    chosen = {} if per_cell is None else {"per_cell": per_cell}
    return Film(blood_count(count), **chosen).expected.get(kind, 0.0)


@rule
def fields_to_look_at(cells: int, wbc: float) -> float:
    """How many oil fields one looks at, on average, to meet so many white cells (10^9/L)."""
    from helpers.evidence import constant

    return cells * constant("film_count_per_cell_e9_per_l") / wbc


@rule
def differential_decides(counted: Mapping[str, int], wbc: float, limit: float) -> str:
    """On which side of a limit (10^9/L) a differential puts the neutrophils: "below", "not below", "not settled"."""
    from helpers.blood.differential import CLASSES, Differential

    return Differential({name: counted.get(name, 0) for name in CLASSES}, wbc).decides("neutrophils", limit)


@rule
def six_films() -> dict[str, str]:
    """Which teaching film stands under which letter of the picture of six films."""
    from helpers.pictures.six_films import FILMS

    return {letter: film for letter, (film, _) in FILMS.items()}


# --- causes -----------------------------------------------------------------------------------------------------------


def _found(count: Mapping[str, Any] | None, said: Mapping[str, str] | None, patient: str) -> Any:
    from helpers.blood.causes import Findings

    found = Findings.of_patient(patient) if patient else Findings(blood_count(count))
    if patient and count:
        found = Findings(blood_count(count, patient), found.said)
    return found.change(**(said or {}))


@rule
def weighed(
    cause: str,
    give: str = "verdict",
    count: Mapping[str, Any] | None = None,
    said: Mapping[str, str] | None = None,
    patient: str = "",
) -> Any:
    """What is known of a cause: its ``verdict``, or the features that ``speaks_for`` or ``against`` it or are ``open``.

    ``count`` and ``said`` (feature = answer) make up the findings, or are laid over those of a published ``patient``.
    """
    from helpers.blood.causes import weigh

    one = next(one for one in weigh(_found(count, said, patient)) if one.cause.key == cause)
    found = getattr(one, give)
    return [getattr(clue, "feature", clue) for clue in found] if isinstance(found, tuple) else found


@rule
def clinched(
    count: Mapping[str, Any] | None = None, said: Mapping[str, str] | None = None, patient: str = ""
) -> list[str]:
    """The keys of the causes that findings clinch; arguments as for ``weighed``."""
    from helpers.blood.causes import CLINCHED, weigh

    return [one.cause.key for one in weigh(_found(count, said, patient)) if one.verdict == CLINCHED]


@rule
def first(of: list[Any]) -> Any:
    """The first of a list."""
    return of[0]


@rule
def red_flags(
    count: Mapping[str, Any] | None = None, said: Mapping[str, str] | None = None, patient: str = ""
) -> list[str]:
    """The keys of the red flags that findings raise; arguments as for ``weighed``."""
    from helpers.blood.red_flags import red_flags as find

    return [one.flag for one in find(_found(count, said, patient)) if one.raised]


@rule
def told_as_people(test: str, base_rate_pct: float, give: str, people: int = 1000) -> Any:
    """What a test does among so many people: ``found``, ``missed``, ``alarmed``, ``spared``, ``positive`` ..."""
    from helpers.blood.accuracy import accuracy

    return getattr(accuracy(test).among(base_rate_pct, people), give)


@rule
def base_rate(cause: str, series: str, give: str = "share_pct") -> float:
    """How often a series found a cause: ``share_pct`` of all its people, ``low_pct``, ``high_pct``, ``cases`` ..."""
    from helpers.blood.series import base_rates

    return float(base_rates(cause).set_index("series").loc[series, give])


@rule
def walk(answers: list[str]) -> str:
    """The key of the step of the work-up to which answers lead."""
    from helpers.blood.workup import Walk

    way = Walk()
    for answer in answers:
        way = way.answer(answer)
    return way.here.key


# --- what the tables say ---------------------------------------------------------------------------------------------


@rule
def table(table: str, column: str, where: Mapping[str, Any]) -> Any:
    """The one value in ``column`` of the one row of a table where every named column has the given value.

    Raises:
        KeyError: no row, or more than one, fits.
    """
    rows = read_table(table)
    for name, wanted in where.items():
        rows = rows[(rows[name] == wanted).fillna(False)]
    if len(rows) != 1:
        raise KeyError(f"{len(rows)} rows of data/{table}.csv fit {dict(where)}; exactly one was expected.")
    return rows[column].iloc[0]


@rule
def patient(patient: str, column: str) -> Any:
    """One value of a published patient."""
    return patient_row(patient)[column]


@rule
def order(values: Mapping[str, float], descending: bool = False) -> list[str]:
    """The keys, by their values, the smallest first."""
    return sorted(values, key=lambda key: values[key], reverse=descending)


@rule
def when(value: Any, keys: Mapping[str, str]) -> str:
    """Turn a computed word or number into an option's key: ``keys = {low = "a", normal = "b"}``."""
    return keys[str(value)]


# --- choosing a treatment --------------------------------------------------------------------------------------------


@rule
def advice(guideline: str, person: Mapping[str, Any], give: str = "choice") -> Any:
    """What a guideline names for a person (the fields of ``Candidate``): its ``choice``, its ``status``, its ``text``.

    A choice that is still open is "open".
    """
    from helpers.blood.treatment import OPEN, Candidate, advise

    found = advise(Candidate(**person), guideline)
    return found.choice or OPEN if give == "choice" else getattr(found, give)


@rule
def turns_at(guideline: str, person: Mapping[str, Any]) -> str:
    """The first completed year, after the person's age, at which a guideline says something else; "never"."""
    from helpers.blood.treatment import Candidate, advise, age_limits

    now = advise(Candidate(**person), guideline)
    for years in age_limits(guideline):
        later = advise(Candidate(**(dict(person) | {"age_y": years})), guideline)
        if years > person["age_y"] and later.choice != now.choice:
            return str(years)
    return "never"


@rule
def compared(more: str, less: str, give: str) -> float:
    """Two arms of ``data/trials.csv``: ``difference`` (points), its ``low`` and ``high`` limit, ``needed_to_treat``."""
    from helpers.blood.trials import compared as compare

    found = compare(more, less)
    return found.limits[("low", "high").index(give)] if give in ("low", "high") else getattr(found, give)


@rule
def threshold(topic: str, indication: str, guideline: str, year: int, count: Mapping[str, Any]) -> str:
    """Whether a guideline's edition transfuses: "give", "consider", "do_not_give", "cannot_tell"."""
    from helpers.blood.support import thresholds

    found = thresholds(blood_count(count), topic, indication)
    return next(one.advice for one in found if (one.guideline, one.year) == (guideline, year)).replace(" ", "_")


@rule
def increment(before: float, after: float, surface_m2: float, dose_e11: float) -> float:
    """The corrected count increment after platelets (counts in 10^9/L)."""
    from helpers.blood.support import corrected_increment

    return corrected_increment(before, after, surface_m2, dose_e11)


@rule
def hemoglobin_after(hb: float, units: float, weight_kg: float) -> float:
    """Hemoglobin to expect after red cells, g/L."""
    from helpers.blood.support import expected_hemoglobin

    return expected_hemoglobin(hb, units, weight_kg)


@rule
def response(system: str, count: Mapping[str, Any], **known: Any) -> str:
    """How a system calls a count after treatment: "complete", "partial", "none", "by_line", "cannot_tell"."""
    from helpers.blood.response import respond

    return respond(blood_count(count), system, **known).level.replace(" ", "_")


# --- code ------------------------------------------------------------------------------------------------------------


@cache
def _names() -> dict[str, Any]:
    from helpers.blood import (
        causes,
        chance,
        count,
        derived,
        reference,
        response,
        series,
        severity,
        support,
        treatment,
        trials,
        units,
    )
    from helpers.blood.traps import traps as find_traps

    names: dict[str, Any] = {"pd": pd, "table": read_table, "traps": find_traps}
    for module, wanted in (
        (count, ("BloodCount", "Person", "Value")),
        (treatment, ("Candidate", "advise", "advise_all", "compare", "first_choices", "guidelines")),
        (trials, ("compared", "figures", "trial")),
        (support, ("thresholds", "corrected_increment", "expected_hemoglobin")),
        (response, ("respond", "respond_all")),
        (units, ("COLUMN", "NAME", "convert", "show")),
        (derived, ("anc", "mcv", "mch", "mchc", "absolute_retic", "corrected_retic", "retic_index", "corrected_wbc")),
        (derived, ("rule_of_three", "complete")),
        (reference, ("flag", "interval", "limits")),
        (severity, ("grade", "grade_all", "bands")),
        (causes, ("Findings", "weigh")),
        (series, ("base_rates",)),
        (chance, ("wilson_limits", "as_people")),
    ):
        names |= {name: getattr(module, name) for name in wanted if hasattr(module, name)}
    return names


@rule
def run(code: str, result: str = "answer", given: str = "") -> Any:
    """What lines of Python leave in ``result``. They find ``pd``, ``table`` and the names of ``helpers.blood``."""
    space = dict(_names())
    exec(compile(f"{given}\n{code}", "<the bank's code>", "exec"), space)
    if result not in space:
        raise KeyError(f"The bank's code leaves nothing in {result!r}.")
    return space[result]
