"""HL7 FHIR R4: a Bundle, NDJSON or an Observation becomes counts, by LOINC code or by the whole name of the test.

Each Observation is judged by itself: one that cannot be read is noted, and the others are still read. A large file is
read entry by entry and never held whole.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from helpers.blood.core import units
from helpers.blood.core.amount import Printed, Result, judge
from helpers.blood.core.count import BloodCount
from helpers.blood.core.pieces import lex
from helpers.blood.core.units import ANALYTES
from helpers.blood.core.value import cannot_tell
from helpers.blood.core.words import ABSOLUTE, SHARE
from helpers.blood.reports.draft import Draft
from helpers.blood.reports.files import is_path
from helpers.blood.reports.person import PER_YEAR, read_person
from helpers.blood.reports.results import Named, name_of, read_cell
from helpers.evidence import records
from helpers.nesting import shallow

AT_ONCE = 10_000_000
"""Characters of JSON that are parsed at once; a longer text is read entry by entry."""
CHUNK = 1 << 20
MOST_RESOURCES = 500_000
DEEPEST = 12
"""Levels of bundles, contained resources and components that are followed."""

PREGNANCY_STATUS = "82810-3"
GESTATIONAL_AGE = ("18185-9", "49051-6", "11884-4", "53691-2", "11885-1")
PREGNANT, NOT_PREGNANT = ("77386006", "LA15173-0"), ("60001007", "LA26683-5")
"""SNOMED CT and LOINC answers to the pregnancy status."""
WITHDRAWN = ("entered-in-error", "cancelled")
_RANK = {"corrected": 3, "amended": 3, "appended": 2, "final": 2, "preliminary": 1, "registered": 0}
_NOT_NEEDED = ("text", "meta", "contained", "identifier", "extension", "performer", "category", "encounter")
BY_CODE = {code: item.name for item in ANALYTES.values() for code in item.loinc}
"""Analytes by LOINC code."""
SNOMED = "SNOMED CT"


@cache
def _by_concept() -> dict[str, str]:
    """Analytes by SNOMED CT concept."""
    return {row["code"]: row["analyte"] for row in records("report_codes") if row["system"] == SNOMED}


def read_fhir(source: Any) -> list[BloodCount]:
    """Every count of a FHIR R4 resource.

    Args:
        source: a Bundle, an Observation or a list of them as a dict or list, as JSON text, as NDJSON (one resource a
            line), or as the path of such a file.

    Returns:
        One count for each patient and day, in order of time, labeled by the day. What the resource says never raises:
        if no count can be found, one empty count says so in its notes.

    Raises:
        FileNotFoundError: there is no such file. TypeError: ``source`` is none of these.
    """
    notes: dict[str, None] = {}
    resources = list(_resources(_roots(source, notes), notes))
    patients = _patients(resources)
    specimens = {
        _text(item, "id") or _last(url): item for url, item in resources if item.get("resourceType") == "Specimen"
    }
    drafts: dict[tuple[str, str], Draft] = {}
    observations = [item for item in resources if item[1].get("resourceType") == "Observation"]
    panel_days = _panel_days(observations)
    ranks: dict[tuple[str, str, str], int] = {}
    for where, observation in _by_moment(observations, panel_days):
        draft = drafts.setdefault(where, Draft())
        _read_observation(draft, observation, specimens, ranks, where)
    _settle_undated(drafts)
    for resource_type in sorted(
        {str(item.get("resourceType")) for _, item in resources} - {"Observation", "Patient", "Bundle", "Specimen"}
    ):
        notes.setdefault(f"Not read: {units.clip(resource_type)} resources")
    return _counts(drafts, patients, [*notes, *_missing_members(observations)])


def _counts(
    drafts: dict[tuple[str, str], Draft], patients: dict[str, dict[str, Any]], notes: list[str]
) -> list[BloodCount]:
    """The finished counts, in order of time; results without a value leave their notes on the first."""
    counts, alone = [], {id(each): each for each in patients.values()}
    for (subject, moment), draft in sorted(drafts.items(), key=lambda item: item[0]):
        patient = patients.get(_last(subject)) or (
            next(iter(alone.values())) if len(alone) == 1 and not subject else None
        )
        if patient is not None:
            _read_patient(draft, patient, moment)
        if draft.results or draft.notes:
            counts.append(draft.finish(moment[:16].removesuffix("T00:00")))
    found = [count for count in counts if count.values]
    if found:
        lost = [note for count in counts if not count.values for note in count.notes][:60]
        found = [
            BloodCount(
                c.values, c.person, tuple(dict.fromkeys((*c.notes, *notes, *(lost if c is found[0] else ())))), c.label
            )
            for c in found
        ]
        return found
    said = [*notes, *(note for count in counts for note in count.notes)]
    said.append("No value of a blood count was found: no Observation has a LOINC code that this course reads.")
    return [BloodCount({}, notes=tuple(dict.fromkeys(said)))]


# --- what is given -----------------------------------------------------------------------------------------------


def _roots(source: Any, notes: dict[str, None]) -> Iterator[Any]:
    """The resources of a source, one by one."""
    if isinstance(source, (dict, list)):
        yield from source if isinstance(source, list) else [source]
        return
    if is_path(source):
        path = Path(str(source).strip())
        if not path.is_file():
            raise FileNotFoundError(f"There is no file {str(path)!r}. Give the path of a FHIR JSON file, or its text.")
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            yield from _parsed(iter(lambda: file.read(CHUNK), ""), notes)
        return
    if isinstance(source, (bytes, bytearray)):
        source = bytes(source).decode("utf-8-sig", errors="replace")
    if not isinstance(source, str):
        raise TypeError(f"FHIR should be given as a dict, as JSON text or as a path; this is {type(source).__name__}.")
    yield from _parsed((source[place : place + CHUNK] for place in range(0, len(source), CHUNK)), notes)


def _parsed(chunks: Iterator[str], notes: dict[str, None]) -> Iterator[Any]:
    """The resources of a text that comes in chunks: parsed at once where it is short, else entry by entry."""
    text = ""
    for chunk in chunks:
        text += chunk
        if len(text) > AT_ONCE:
            yield from _streamed(text, chunks, notes)
            return
    text = text.lstrip("\ufeff").strip()
    try:
        root = json.loads(shallow(text))
    except RecursionError:
        notes.setdefault("The FHIR text is nested too deeply to be a report and was not read.")
    except ValueError as error:
        if "\n" in text and text.startswith("{") and "Extra data" in str(error):
            yield from _lines(text, notes)
        else:
            notes.setdefault(f"This is not JSON, so it is not a FHIR resource: {units.clip(str(error))}.")
    else:
        if isinstance(root, (dict, list)):
            yield from root if isinstance(root, list) else [root]
        else:
            notes.setdefault("This JSON is no FHIR resource: a Bundle or an Observation was expected.")


def _lines(text: str, notes: dict[str, None]) -> Iterator[Any]:
    for line in text.splitlines():
        if line.strip():
            try:
                yield json.loads(shallow(line))
            except (ValueError, RecursionError):
                notes.setdefault(f"Not read: a line that is no JSON ({units.clip(line, 30)})")


def _streamed(text: str, chunks: Iterator[str], notes: dict[str, None]) -> Iterator[Any]:
    """The entries of a long Bundle or the lines of long NDJSON: what was read is dropped, what comes is awaited."""
    decoder, start = json.JSONDecoder(), re.search(r'"entry"\s*:\s*\[', text[:CHUNK])
    ndjson = re.match(r"\s*\{[^\n]*\}\s*\n\s*\{", text[:CHUNK]) and not start
    place = 0 if ndjson or not start else start.end()
    if not start and not ndjson:
        place = text.find("[") + 1
    while True:
        while place < len(text) and text[place] in " \t\r\n,\ufeff":
            place += 1
        try:
            item, place = decoder.raw_decode(shallow(text, place), place)
            yield item.get("resource", item) if isinstance(item, dict) else item
            if place > CHUNK:
                text, place = text[place:], 0
        except (ValueError, RecursionError):
            if text[place : place + 1] == "]":
                return
            more = next(chunks, "")
            if not more:
                if text[place:].strip():
                    notes.setdefault("The end of the file is no JSON and was not read.")
                return
            text, place = text[place:] + more, 0


def _resources(roots: Iterator[Any], notes: dict[str, None]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every resource with its full URL, bundles and contained ones opened; what holds no count is left out at once."""
    found = 0
    for root in roots:
        waiting = deque([("", root, 0)])
        while waiting:
            url, item, depth = waiting.popleft()
            if not isinstance(item, dict) or not isinstance(item.get("resourceType"), str):
                notes.setdefault(f"Not read: an entry that is no FHIR resource ({type(item).__name__})")
                continue
            if found >= MOST_RESOURCES or depth > DEEPEST:
                notes.setdefault("The bundle is too large or nested too deeply; not all of it was read.")
                break
            if item["resourceType"] == "Bundle":
                for entry in _list(item, "entry"):
                    inside = entry.get("resource") if isinstance(entry, dict) else entry
                    link = entry.get("fullUrl") if isinstance(entry, dict) else ""
                    waiting.append((link if isinstance(link, str) else "", inside, depth + 1))
                continue
            waiting.extend(("", inside, depth + 1) for inside in _list(item, "contained"))
            found += 1
            if item["resourceType"] in ("Observation", "Patient", "Specimen"):
                yield url, {key: part for key, part in item.items() if key not in _NOT_NEEDED}
            else:
                yield url, {"resourceType": item["resourceType"]}


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
        times.setdefault((subject, moment[:10], _named(observation).analyte), set()).add(moment[:16])
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
    years = age_on(birth, day)
    if years is None:
        draft.note(f"The sample ({then}) is older than the person (born {born}): the age cannot be told.")
    else:
        draft.tell_age(years)


def age_on(born: date, day: date) -> float | None:
    """Completed years, as a report prints an age; months below two years, days below one month; None before birth."""
    months = (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
    if not months:
        return (day - born).days / PER_YEAR["days"]
    return None if months < 0 else months // 12 if months >= 24 else months / 12


# --- one observation ---------------------------------------------------------------------------------------------


def _loinc(code: dict[str, Any]) -> list[str]:
    return [
        _text(coding, "code")
        for coding in _list(code, "coding")
        if _text(coding, "code") and ("loinc" in _text(coding, "system").lower() or not _text(coding, "system"))
    ]


def _concepts(code: dict[str, Any]) -> list[str]:
    """The analytes of the SNOMED CT concepts among the codes."""
    concepts = [_text(each, "code") for each in _list(code, "coding") if "snomed" in _text(each, "system").lower()]
    return list(dict.fromkeys(_by_concept()[each] for each in concepts if each in _by_concept()))


def _said(code: dict[str, Any]) -> str:
    texts = [_text(code, "text"), *(_text(coding, "display") for coding in _list(code, "coding"))]
    return next((text for text in texts if text), "")


def _named(item: dict[str, Any]) -> Named:
    """The quantity of an Observation: by its LOINC code, its SNOMED CT concept, else its whole name."""
    code = _dict(item, "code")
    codes = _loinc(code)
    known = list(dict.fromkeys(BY_CODE[each] for each in codes if each in BY_CODE))
    concepts = _concepts(code)
    others = [each for each in concepts if each not in known and ABSOLUTE.get(each, SHARE.get(each)) not in known]
    if len(known) > 1 or len(concepts) > 1 or (known and others):
        return Named("", unit=" ".join(dict.fromkeys([*known, *others])))
    if known or codes:
        return Named(known[0] if known else "")
    if concepts:  # a concept tells the kind of cell, not whether it is counted or its share
        return Named(concepts[0], concepts[0] in SHARE)
    return (name_of(_said(code)) if _said(code) else None) or Named("")


def _specimen(item: dict[str, Any], specimens: dict[str, dict[str, Any]]) -> str:
    """The specimen or body site that is not this person's blood; "" where it is, or where none is given."""
    reference = _dict(item, "specimen")
    resource = specimens.get(_last(_text(reference, "reference")), {})
    texts = [_text(reference, "display"), _said(_dict(resource, "type")), _said(_dict(item, "bodySite"))]
    if not any(texts) and (named := _named(item)).specimen:
        return named.specimen  # "Leukocytes in Urine"
    found = [piece.meaning for text in texts for piece in lex(text[:200]) if piece.kind == "specimen"]
    return next((meaning for meaning in found if meaning != "blood"), "") if "blood" not in found else ""


def _read_observation(
    draft: Draft, observation: dict[str, Any], specimens: dict[str, dict[str, Any]],
    ranks: dict[tuple[str, str, str], int], where: tuple[str, str],
) -> None:  # fmt: skip
    code = _dict(observation, "code")
    codes, said = _loinc(code), _said(code)
    title = (
        units.clip(" ".join(part for part in (said, f"(LOINC {codes[0]})" if codes else "") if part))
        or "an Observation without a code"
    )
    if observation.get("status") in WITHDRAWN:
        draft.note(f"Not read: {title}, which the laboratory marks as {observation['status']}")
        return
    if specimen := _specimen(observation, specimens):
        draft.note(f"Not read: {title}: this is of {specimen}, not of this person's blood.")
        return
    if observation.get("focus"):
        draft.note(f"Not read: {title}: it is about somebody or something else, whom the record names as its focus.")
        return
    for comment in _list(observation, "note"):
        draft.comment(_text(comment, "text"), title)
    if PREGNANCY_STATUS in codes or any(each in GESTATIONAL_AGE for each in codes):
        _read_pregnancy(draft, observation, codes)
    elif _stands(draft, observation, title, ranks, where):
        _read_result(draft, observation, title)
    for component in _list(observation, "component"):
        inner = _loinc(_dict(component, "code"))
        if not isinstance(component, dict):
            draft.note(f"Not read: a component of {title} that is no FHIR element")
        elif any(each in GESTATIONAL_AGE for each in inner):
            _read_pregnancy(draft, component, inner)
        else:
            _read_result(draft, component, units.clip(_said(_dict(component, "code")) or "a component without a code"))


def _stands(
    draft: Draft, item: dict[str, Any], title: str, ranks: dict[tuple[str, str, str], int], where: tuple[str, str]
) -> bool:
    """Whether this result is not overtaken: a corrected one stands before a final one, a final before a preliminary."""
    name, rank = _named(item).analyte, _RANK.get(str(item.get("status")), 2)
    if not name:
        return True
    before = ranks.get((*where, name))
    if before is not None and before != rank:
        draft.note(f"{title}: of two results of the same sample, the one the laboratory marks as later is taken.")
        if rank < before:
            return False
        draft.results.pop(name, None)
        draft.twice.discard(name)
    ranks[(*where, name)] = rank
    return True


def _read_result(draft: Draft, item: dict[str, Any], title: str) -> None:
    named = _named(item)
    name = named.analyte
    value_key = next((key for key in item if key.startswith("value") and not key.startswith("value_")), "")
    if not name:
        _read_other(draft, item, named, title, value_key)
        return
    value = item.get(value_key)
    if _dict(item, "dataAbsentReason") and not value:
        value_key = ""
    if value_key == "valueQuantity" and isinstance(value, dict):
        _read_quantity(draft, named, value, _range(item))
    elif value_key == "valueString" and isinstance(value, str):
        _add(draft, read_cell(named, value[:500]).results)
    elif value_key == "valueInteger" and isinstance(value, int) and not isinstance(value, bool):
        _add(draft, [_judge_number(value, name, "", "")])
    else:
        why, printed = _no_value(item, value_key, ANALYTES[name].label)
        if why:
            _add(draft, [Result(name, cannot_tell(printed, "", why))])


def _add(draft: Draft, results: Any) -> None:
    for result in results:
        draft.add(result)


def _no_value(item: dict[str, Any], value_key: str, label: str) -> tuple[str, str]:
    """Why an Observation of a quantity gives no number, and what it says instead; "" for a panel of others."""
    if value_key == "valueCodeableConcept":
        words = _said(_dict(item, value_key)) or "a code"
        return (
            f'{label} is reported as "{units.clip(words)}", not as a number. Ask the laboratory for the result.',
            words,
        )
    if value_key:
        return f"{label} is given as {value_key}, which holds no number this course can read.", ""
    if _list(item, "component") or _members(item):
        return "", ""
    reason = _dict(item, "dataAbsentReason")
    absent = units.clip(_said(reason) or _code(reason) or "no reason is given")
    return f"{label} has no result ({absent}). Ask the laboratory for it.", absent


def _read_other(draft: Draft, item: dict[str, Any], named: Named, title: str, value_key: str) -> None:
    for name in named.unit.split() if " " in named.unit else []:
        why = f"{ANALYTES[name].label}: one result has the codes of two quantities ({named.unit}). Ask the laboratory."
        _add(draft, [Result(name, cannot_tell("", "", why))])
    words = f"{_said(_dict(item, 'code'))} {_text(item, 'valueString') or _said(_dict(item, 'valueCodeableConcept'))}"
    if re.search(r"duffy|\bFy\(", words, re.IGNORECASE):
        read_person(draft, words)
    elif value_key or not (_list(item, "component") or _members(item)):
        draft.note(f"Not read: {title}")


def _range(item: dict[str, Any]) -> tuple[Any, Any]:
    ranges = _list(item, "referenceRange")
    first = ranges[0] if len(ranges) == 1 and isinstance(ranges[0], dict) else {}
    return _dict(first, "low").get("value"), _dict(first, "high").get("value")


def _code(concept: dict[str, Any]) -> str:
    return next((_text(coding, "code") for coding in _list(concept, "coding") if _text(coding, "code")), "")


def _as_printed(number: Any, unit: str = "", sign: str = "") -> Printed:
    try:
        text = repr(number)
    except ValueError:  # an integer of thousands of digits
        text = "a very long number"
    if len(text) > 40:
        text = f"{number:.9e}" if isinstance(number, float) else text[:40]
    return Printed(text, unit, sign)


def _read_quantity(draft: Draft, named: Named, quantity: dict[str, Any], bounds: tuple[Any, Any]) -> None:
    number, sign = quantity.get("value"), _text(quantity, "comparator")
    code, shown = _text(quantity, "code"), _text(quantity, "unit")
    unit = code or shown
    own = named.analyte
    label = ANALYTES[own].label
    first, second = (units.find_unit(text[:60], own) if text else None for text in (code, shown))
    if first is None and second is not None and not units.is_unit(code[:60]):
        unit = shown
    if first and second and first.factor != second.factor:
        both = f'("{units.clip(code)}" and "{units.clip(shown)}")'
        why = f"{label}: the unit is given twice and differently {both}. Ask the laboratory."
        _add(draft, [Result(own, cannot_tell(f"{_as_printed(number).number} {shown}", shown, why))])
    elif isinstance(number, str):
        _add(draft, read_cell(named, f"{sign}{number[:200]} {unit[:60]}").results)
    elif isinstance(number, bool) or not isinstance(number, (int, float)):
        why = f"{label} has no number in its result. Ask the laboratory for it."
        _add(draft, [Result(own, cannot_tell(units.clip(str(number)) if number is not None else "", unit, why))])
    else:
        _add(draft, [_with_range(_judge_number(number, _count_or_share(named, unit), unit[:60], sign), bounds, unit)])


def _count_or_share(named: Named, unit: str) -> str:
    if named.either and not units.find_unit(unit[:60] or "?", named.analyte):
        twin = SHARE.get(named.analyte) or ABSOLUTE.get(named.analyte)
        if twin and units.find_unit(unit[:60] or "?", twin):
            return twin
    return named.analyte


def _with_range(result: Result, bounds: tuple[Any, Any], unit: str) -> Result:
    """The result with the interval of its referenceRange, in the course's unit."""
    known = units.find_unit(unit[:60] or "?", result.analyte)
    low, high = (
        units.rounded(end * known.factor)
        if known and isinstance(end, (int, float)) and not isinstance(end, bool)
        else None
        for end in bounds
    )
    return replace(result, value=replace(result.value, own_low=low, own_high=high))


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
        draft.tell_gestation(number * days)
    else:
        draft.note("The gestational age is not a number of weeks or days: the trimester cannot be told.")
