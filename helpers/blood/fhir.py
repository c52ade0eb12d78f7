"""Reading HL7 FHIR R4: a Bundle or an Observation with LOINC codes and UCUM units becomes counts.

Each Observation is judged by itself: one that cannot be read is noted, and the others are still read.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from helpers.blood import units
from helpers.blood.count import BloodCount, cannot_tell
from helpers.blood.draft import Draft, read_person, tell_age, tell_gestation
from helpers.blood.names import Name, name_of
from helpers.blood.printed import Printed, Result, judge, read_piece, tidy
from helpers.blood.units import ANALYTES

LONGEST = 10_000_000
MOST_RESOURCES = 10_000
DEEPEST = 12
"""Levels of bundles, contained resources and components that are followed."""

PREGNANCY_STATUS = "82810-3"
GESTATIONAL_AGE = ("18185-9", "49051-6", "11884-4", "53691-2", "11885-1")
PREGNANT, NOT_PREGNANT = ("77386006", "LA15173-0"), ("60001007", "LA26683-5")
"""SNOMED CT and LOINC answers to the pregnancy status."""
WITHDRAWN = ("entered-in-error", "cancelled")


def counts_from_fhir(source: Any) -> list[BloodCount]:
    """Every count of a FHIR R4 resource.

    Args:
        source: a Bundle or Observation as a dict, as JSON text, or as the path of a JSON file.

    Returns:
        One count for each patient and day, in order of time, labeled by the day. What the resource says never raises:
        if no count can be found, one empty count says so in its notes.

    Raises:
        FileNotFoundError: there is no such file. TypeError: ``source`` is none of these.
    """
    resource, problem = _load(source)
    if problem:
        return [BloodCount({}, notes=(problem,))]
    resources, notes = _resources(resource)
    patients = _patients(resources)
    drafts: dict[tuple[str, str], Draft] = {}
    observations = [item for item in resources if item[1].get("resourceType") == "Observation"]
    panel_days = _panel_days(observations)
    for where, observation in _by_moment(observations, panel_days):
        draft = drafts.setdefault(where, Draft())
        _read_observation(draft, observation)
    _settle_undated(drafts)
    shared = _missing_members(observations)
    for resource_type in sorted(
        {str(item.get("resourceType")) for _, item in resources} - {"Observation", "Patient", "Bundle"}
    ):
        notes.append(f"Not read: {units.clip(resource_type)} resources")
    counts = []
    for (subject, moment), draft in sorted(drafts.items(), key=lambda item: item[0]):
        patient = patients.get(_last(subject)) or (
            next(iter(patients.values())) if len(patients) == 1 and not subject else None
        )
        if patient is not None:
            _read_patient(draft, patient, moment)
        if draft.results or draft.notes:
            for note in (*notes, *shared):
                draft.note(note)
            counts.append(draft.finish(moment[:16].removesuffix("T00:00")))
    found = [count for count in counts if count.values]
    if found:
        lost = [note for count in counts if not count.values for note in count.notes]
        first = found[0]
        found[0] = BloodCount(first.values, first.person, tuple(dict.fromkeys((*first.notes, *lost))), first.label)
        return found
    said = [note for count in counts for note in count.notes] or notes
    said.append("No value of a blood count was found: no Observation has a LOINC code that this course reads.")
    return [BloodCount({}, notes=tuple(dict.fromkeys(said)))]


def _load(source: Any) -> tuple[Any, str]:
    if isinstance(source, dict):
        return source, ""
    if isinstance(source, os.PathLike) or (
        isinstance(source, str) and re.fullmatch(r"[^{}\[\]\n]{1,500}\.json\s*", source)
    ):
        path = Path(source)
        if not path.is_file():
            raise FileNotFoundError(f"There is no file {str(path)!r}. Give the path of a FHIR JSON file, or its text.")
        with path.open("rb") as file:
            source = file.read(LONGEST + 1)
    if isinstance(source, bytes):
        source = source.decode("utf-8-sig", errors="replace")
    if not isinstance(source, str):
        raise TypeError(f"FHIR should be given as a dict, as JSON text or as a path; this is {type(source).__name__}.")
    if len(source) > LONGEST:
        return None, f"The FHIR text is longer than {units.plain(LONGEST)} characters and was not read."
    try:
        resource = json.loads(source.lstrip("\ufeff"))
    except RecursionError:
        return None, "The FHIR text is nested too deeply to be a report and was not read."
    except ValueError as error:
        return None, f"This is not JSON, so it is not a FHIR resource: {units.clip(str(error))}."
    if not isinstance(resource, (dict, list)):
        return None, "This JSON is no FHIR resource: a Bundle or an Observation was expected."
    return resource, ""


def _resources(root: Any) -> tuple[list[tuple[str, dict[str, Any]]], list[str]]:
    """Every resource with its full URL, bundles and contained ones opened."""
    found: list[tuple[str, dict[str, Any]]] = []
    notes: list[str] = []
    waiting = [("", item, 0) for item in (root if isinstance(root, list) else [root])]
    while waiting:
        url, item, depth = waiting.pop(0)
        if not isinstance(item, dict) or not isinstance(item.get("resourceType"), str):
            notes.append(f"Not read: an entry that is no FHIR resource ({type(item).__name__})")
            continue
        if len(found) >= MOST_RESOURCES or depth > DEEPEST:
            notes.append("The bundle is too large or nested too deeply; not all of it was read.")
            break
        if item["resourceType"] == "Bundle":
            for entry in _list(item, "entry"):
                inside = entry.get("resource") if isinstance(entry, dict) else entry
                link = entry.get("fullUrl") if isinstance(entry, dict) else ""
                waiting.append((link if isinstance(link, str) else "", inside, depth + 1))
        else:
            found.append((url, item))
            waiting.extend(("", inside, depth + 1) for inside in _list(item, "contained"))
    return found, list(dict.fromkeys(notes))


def _list(item: dict[str, Any], key: str) -> list[Any]:
    value = item.get(key)
    return value if isinstance(value, list) else []


def _dict(item: Any, key: str) -> dict[str, Any]:
    value = item.get(key) if isinstance(item, dict) else None
    return value if isinstance(value, dict) else {}


def _text(item: Any, key: str) -> str:
    value = item.get(key) if isinstance(item, dict) else None
    return value if isinstance(value, str) else ""


def _last(reference: str) -> str:
    return re.split(r"[/:#]", reference)[-1]


# --- who and when ------------------------------------------------------------------------------------------------


def _patients(resources: list[tuple[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    found = {}
    for place, (url, item) in enumerate(resources):
        if item.get("resourceType") == "Patient":
            found[_text(item, "id") or _last(url) or f"patient {place}"] = item
            if url and _text(item, "id") and _last(url) != item["id"]:
                found[_last(url)] = item
    return found


def _moment(observation: dict[str, Any]) -> str:
    period = _dict(observation, "effectivePeriod")
    for text in (
        _text(observation, "effectiveDateTime"),
        _text(observation, "effectiveInstant"),
        _text(period, "start"),
        _text(observation, "issued"),
    ):
        if re.match(r"[0-9]{4}", text):
            return text
    return ""


def _members(observation: dict[str, Any]) -> list[str]:
    return [_text(member, "reference") for member in _list(observation, "hasMember") if _text(member, "reference")]


def _panel_days(observations: list[tuple[str, dict[str, Any]]]) -> dict[str, tuple[str, str]]:
    """Of each member of a panel: the panel's subject and time, for members that do not say."""
    days = {}
    for _, observation in observations:
        about = (_text(_dict(observation, "subject"), "reference"), _moment(observation))
        days.update({_last(reference): about for reference in _members(observation)})
    return days


def _by_moment(
    observations: list[tuple[str, dict[str, Any]]], panel_days: dict[str, tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """Observations with their patient and day; with the minute where a day holds two results of one quantity."""
    placed = []
    for url, observation in observations:
        panel = panel_days.get(_last(url)) or panel_days.get(_text(observation, "id")) or ("", "")
        subject = _text(_dict(observation, "subject"), "reference") or panel[0]
        placed.append((subject, _moment(observation) or panel[1], observation))
    times: dict[tuple[str, str, str], set[str]] = {}
    for subject, moment, observation in placed:
        times.setdefault((subject, moment[:10], _analyte_of(observation)), set()).add(moment[:16])
    split = {(subject, day) for (subject, day, name), moments in times.items() if name and len(moments) > 1}
    for subject, moment, observation in placed:
        yield (subject, moment[:16] if (subject, moment[:10]) in split else moment[:10]), observation


def _settle_undated(drafts: dict[tuple[str, str], Draft]) -> None:
    """Results without a date belong to the one dated count of the patient, if there is only one."""
    for subject, moment in [key for key in drafts if not key[1]]:
        dated = [key for key in drafts if key[1] and key[0] in (subject, "")] or []
        if len(dated) == 1:
            draft = drafts.pop((subject, moment))
            target = drafts[dated[0]]
            for result in draft.results.values():
                target.add(result)
            for trait, value in draft.about.items():
                target.tell(trait, value)
            for note in draft.notes:
                target.note(note)
    for key in [key for key in drafts if not drafts[key].results and drafts[key].about]:
        others = [other for other in drafts if other != key and other[0] == key[0] and drafts[other].results]
        if len(others) == 1 and others[0][1][:10] == key[1][:10]:
            for trait, value in drafts.pop(key).about.items():
                drafts[others[0]].tell(trait, value)


def _missing_members(observations: list[tuple[str, dict[str, Any]]]) -> list[str]:
    known = {_text(item, "id") for _, item in observations} | {_last(url) for url, _ in observations if url}
    lost = [reference for _, item in observations for reference in _members(item) if _last(reference) not in known]
    return [f"A panel names a result that is not in the bundle: {units.clip(reference)}" for reference in lost[:10]]


def _read_patient(draft: Draft, patient: dict[str, Any], moment: str) -> None:
    gender = patient.get("gender")
    if gender in ("female", "male"):
        draft.tell("sex", gender)
    born, then = _text(patient, "birthDate"), moment[:10]
    if not born or not then:
        return
    try:
        birth, day = date.fromisoformat(born), date.fromisoformat(then)
    except ValueError:
        draft.note(
            f'The birth date "{units.clip(born)}" or the date of the sample "{units.clip(then)}" is not a full date: '
            "the age cannot be told."
        )
        return
    months = (day.year - birth.year) * 12 + day.month - birth.month - (day.day < birth.day)
    if months < 0:
        draft.note(f"The sample ({then}) is older than the person (born {born}): the age cannot be told.")
    else:
        # Completed years, as a report prints an age; completed months below two years.
        tell_age(draft, months // 12 if months >= 24 else months / 12)


# --- one observation ---------------------------------------------------------------------------------------------


def _loinc(code: dict[str, Any]) -> list[str]:
    return [
        _text(coding, "code")
        for coding in _list(code, "coding")
        if _text(coding, "code") and ("loinc" in _text(coding, "system").lower() or not _text(coding, "system"))
    ]


_BY_CODE = {code: item.name for item in ANALYTES.values() for code in item.loinc}


def _said(code: dict[str, Any]) -> str:
    texts = [_text(code, "text"), *(_text(coding, "display") for coding in _list(code, "coding"))]
    return next((text for text in texts if text), "")


def _analyte_of(item: dict[str, Any]) -> str:
    code = _dict(item, "code")
    codes = _loinc(code)
    known = next((_BY_CODE[each] for each in codes if each in _BY_CODE), "")
    if known or codes:
        return known
    name = name_of(_said(code)) if _said(code) else None
    return name.analyte if name else ""


def _read_observation(draft: Draft, observation: dict[str, Any]) -> None:
    code = _dict(observation, "code")
    codes, said = _loinc(code), _said(code)
    title = (
        units.clip(" ".join(part for part in (said, f"(LOINC {codes[0]})" if codes else "") if part))
        or "an Observation without a code"
    )
    if observation.get("status") in WITHDRAWN:
        draft.note(f"Not read: {title}, which the laboratory marks as {observation['status']}")
        return
    if PREGNANCY_STATUS in codes or any(each in GESTATIONAL_AGE for each in codes):
        _read_pregnancy(draft, observation, codes)
    else:
        _read_result(draft, observation, title)
    for component in _list(observation, "component"):
        if isinstance(component, dict):
            inner = _loinc(_dict(component, "code"))
            if any(each in GESTATIONAL_AGE for each in inner):
                _read_pregnancy(draft, component, inner)
            else:
                _read_result(
                    draft, component, units.clip(_said(_dict(component, "code")) or "a component without a code")
                )
        else:
            draft.note(f"Not read: a component of {title} that is no FHIR element")


def _read_result(draft: Draft, item: dict[str, Any], title: str) -> None:
    name = _analyte_of(item)
    value_key = next((key for key in item if key.startswith("value") and not key.startswith("value_")), "")
    if not name:
        words = (
            f"{_said(_dict(item, 'code'))} {_text(item, 'valueString') or _said(_dict(item, 'valueCodeableConcept'))}"
        )
        if re.search(r"duffy|\bFy\(", words, re.IGNORECASE):
            read_person(draft, words)
        elif value_key or not (_list(item, "component") or _members(item)):
            draft.note(f"Not read: {title}")
        return
    either = Name(0, 0, name)
    if not _loinc(_dict(item, "code")):
        either = name_of(_said(_dict(item, "code"))) or either
    value = item.get(value_key)
    if _dict(item, "dataAbsentReason") and not value:
        value_key = ""
    if value_key == "valueQuantity" and isinstance(value, dict):
        _read_quantity(draft, either, value)
    elif value_key == "valueString" and isinstance(value, str):
        found, _ = read_piece(f" {tidy(value[:500])}", either)
        for result in found:
            draft.add(result)
    elif value_key == "valueInteger" and isinstance(value, int) and not isinstance(value, bool):
        draft.add(_judge_number(value, name, "", ""))
    elif value_key == "valueCodeableConcept":
        words = _said(_dict(item, value_key)) or "a code"
        said = f'{ANALYTES[name].label} is reported as "{units.clip(words)}", not as a number.'
        why = f"{said} Ask the laboratory for the result."
        draft.add(Result(name, cannot_tell(name, words, "", why)))
    elif value_key:
        why = f"{ANALYTES[name].label} is given as {value_key}, which holds no number this course can read."
        draft.add(Result(name, cannot_tell(name, "", "", why)))
    elif not (_list(item, "component") or _members(item)):
        absent = units.clip(
            _said(_dict(item, "dataAbsentReason")) or _code(_dict(item, "dataAbsentReason")) or "no reason is given"
        )
        why = f"{ANALYTES[name].label} has no result ({absent}). Ask the laboratory for it."
        draft.add(Result(name, cannot_tell(name, absent, "", why)))


def _code(concept: dict[str, Any]) -> str:
    return next((_text(coding, "code") for coding in _list(concept, "coding") if _text(coding, "code")), "")


def _as_printed(number: float | int, unit: str = "", sign: str = "") -> Printed:
    text = repr(number)
    if len(text) > 40:
        text = f"{number:.9e}" if isinstance(number, float) else text[:40]
    return Printed(text, unit, sign)


def _read_quantity(draft: Draft, name: Name, quantity: dict[str, Any]) -> None:
    number, sign = quantity.get("value"), _text(quantity, "comparator")
    code, shown = _text(quantity, "code"), _text(quantity, "unit")
    unit = code or shown
    own = name.analyte
    label = ANALYTES[own].label
    first, second = (units.find_unit(text[:60], own) if text else None for text in (code, shown))
    if first is None and second is not None and not units.is_unit(code[:60]):
        unit = shown
    if first and second and first.factor != second.factor:
        both = f'("{units.clip(code)}" and "{units.clip(shown)}")'
        why = f"{label}: the unit is given twice and differently {both}. Ask the laboratory."
        draft.add(Result(own, cannot_tell(own, f"{number} {shown}", shown, why)))
    elif isinstance(number, str):
        found, _ = read_piece(f" {sign}{tidy(number[:200])} {unit[:60]}", name)
        draft.add(found[0])
    elif isinstance(number, bool) or not isinstance(number, (int, float)):
        why = f"{label} has no number in its result. Ask the laboratory for it."
        draft.add(Result(own, cannot_tell(own, units.clip(str(number)) if number is not None else "", unit, why)))
    else:
        draft.add(_judge_number(number, own, unit[:60], sign))


def _judge_number(number: float, name: str, unit: str, sign: str) -> Result:
    """A JSON number has a point for decimals and nothing between thousands: it has one reading."""
    return judge(_as_printed(number, unit, sign), name, number=_float(number))


def _float(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf")


def _read_pregnancy(draft: Draft, item: dict[str, Any], codes: list[str]) -> None:
    if PREGNANCY_STATUS in codes:
        answer = {_text(coding, "code") for coding in _list(_dict(item, "valueCodeableConcept"), "coding")}
        if answer & set(NOT_PREGNANT):
            draft.tell("trimester", 0)
        elif not answer & set(PREGNANT):
            draft.note("The pregnancy status has a code this course does not read.")
        return
    quantity = _dict(item, "valueQuantity")
    number, unit = quantity.get("value"), (_text(quantity, "code") or _text(quantity, "unit")).lower()
    days = {"wk": 7, "week": 7, "weeks": 7, "w": 7, "d": 1, "day": 1, "days": 1}.get(unit)
    if isinstance(number, (int, float)) and not isinstance(number, bool) and days and number == number:
        tell_gestation(draft, number * days)
    else:
        draft.note("The gestational age is not a number of weeks or days: the trimester cannot be told.")
