"""A count being put together from many results, and what a report says about the person."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from helpers.blood import units
from helpers.blood.count import BloodCount, Person, Value, cannot_tell
from helpers.blood.printed import FILLERS, Result, twice
from helpers.blood.reference import may_be_pregnant
from helpers.blood.units import ANALYTES
from helpers.evidence import constant

MOST_NOTES = 60
FIVE_PARTS = ("lymph_pct", "mono_pct", "eos_pct", "baso_pct")
"""With the neutrophils, the whole of a five-part differential."""


@dataclass
class Draft:
    """Results and notes, gathered one by one; :meth:`finish` gives the count."""

    results: dict[str, Result] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    """Facts about the person that the report contradicts."""
    notes: list[str] = field(default_factory=list)
    twice: set[str] = field(default_factory=set)
    """Quantities printed with different values."""
    other_cells: float = 0.0
    """Sum of the percentages of white cells that are not kept."""

    def note(self, text: str) -> None:
        """Keep a sentence once."""
        if text not in self.notes:
            self.notes.append(text)

    def not_read(self, text: str) -> None:
        """Keep what was not read, if it says anything."""
        words = set(re.findall(r"\w+", text.lower())) - FILLERS
        if any(len(word) > 1 or word.isdigit() for word in words):
            self.note(f"Not read: {units.clip(text.strip(' ,;|'), 200)}")

    def add(self, result: Result) -> None:
        """Take one result; two different ones of a quantity cannot be told apart."""
        name, new = result.analyte, result.value
        if name not in self.results:
            self.results[name] = result
            return
        old = self.results[name].value
        if name in self.twice:
            return
        if old.known and new.known:
            if old.below != new.below or abs(old.amount - new.amount) > 0.5001 * max(
                result.step, self.results[name].step
            ):
                self._conflict(name, old, new)
            elif result.step < self.results[name].step:
                self.results[name] = result
            return
        known, unknown = (result, old) if new.known else (self.results[name], new)
        doubtful = result.either or self.results[name].either
        if known.value.known and not doubtful and _contradicts(known, unknown):
            self._conflict(name, old, new)
            return
        self.results[name] = known
        if not doubtful and unknown.printed and unknown.printed != known.value.printed:
            self.note(f'{ANALYTES[name].label}: also printed as "{units.clip(unknown.printed)}", which was not used.')

    def _conflict(self, name: str, old: Value, new: Value) -> None:
        self.twice.add(name)
        self.results[name] = Result(name, twice(name, [old, new]))

    def tell(self, trait: str, value: Any) -> None:
        """Take a fact about the person; one that contradicts another is dropped, with a note."""
        if trait in self.doubtful:
            return
        if self.about.setdefault(trait, value) != value:
            words = trait.replace("_y", "").replace("_m", "").replace("_", "-")
            self.note(f"The report gives two different answers on the person's {words}; neither is used.")
            self.doubtful.add(trait)
            del self.about[trait]

    def finish(self, label: str = "") -> BloodCount:
        """The count, its percentages checked against each other."""
        self._check_shares()
        if len(self.notes) > MOST_NOTES:
            self.notes[MOST_NOTES:] = [f"{len(self.notes) - MOST_NOTES} more lines were not read."]
        values = {name: result.value for name, result in self.results.items()}
        if self.about.get("trimester") and not may_be_pregnant(self.about.get("sex"), self.about.get("age_y")):
            self.notes.append("A pregnancy is stated that does not go with the sex or the age stated: it is left out.")
            del self.about["trimester"]
        return BloodCount(values, Person(**self.about), tuple(self.notes), label)

    def _check_shares(self) -> None:
        known = {name: result for name, result in self.results.items() if result.value.known and not result.value.below}
        parts = [name for name in (*FIVE_PARTS, "blast_pct") if name in known]
        segmented = [name for name in ("seg_pct", "band_pct") if name in known]
        # Neutrophils may or may not include the bands: the smaller sum may not pass 100, the larger must reach it.
        neutrophils = ["neut_pct"] if "neut_pct" in known else segmented
        shares = neutrophils + parts
        total = sum(known[name].value.amount for name in shares) + self.other_cells
        bands = known["band_pct"].value.amount if "neut_pct" in known and "band_pct" in known else 0.0
        rounding = 0.5 * sum(known[name].step for name in shares) + 1e-6
        whole = set(FIVE_PARTS) <= set(parts) and ("neut_pct" in known or "seg_pct" in known)
        if total > 100 + rounding:
            side = "more"
        elif whole and total + bands < 100 - constant("differential_sum_tolerance_pct"):
            side, total, shares = "less", total + bands, shares + ["band_pct"] * bool(bands)
        else:
            return
        added = " + ".join(units.plain(known[name].value.amount) for name in shares)
        if self.other_cells:
            added += f" + {units.plain(self.other_cells)} for other white cells"
        found = f"{units.plain(round(total, 3))} % ({added}), {side} than 100 %"
        why = f"the percentages of the white cells add up to {found}"
        for name in {*shares, *segmented}:
            old = known[name].value
            reason = (
                f'{ANALYTES[name].label} "{old.printed}" cannot be told: {why}. At least one of them is wrong. '
                "Look at the report again, or ask the laboratory."
            )
            self.results[name] = Result(name, cannot_tell(name, old.printed, old.unit, reason))


def _contradicts(known: Result, unknown: Value) -> bool:
    """Whether a number that could not be told is another one than the known value in every unit."""
    number = re.fullmatch(r"[<>≤≥]?([0-9]+(?:\.[0-9]+)?)(?:\s.*)?", unknown.printed)
    if not number:
        return False
    could = [amount for _, amount in units.meanings(float(number[1]), known.analyte)]
    return not any(abs(amount - known.value.amount) <= 0.5001 * known.step + 1e-9 for amount in could)


# --- the person --------------------------------------------------------------------------------------------------

_YEARS = r"(?:years?|yrs?|y)(?![\w/])"
_MONTHS = r"(?:months?|mos?|mths?)(?![\w/])"
_AGES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:age|aged)\b\s*[:=]?\s*(?P<years>[0-9]{1,4}(?:[.,][0-9]+)?)(?![0-9])"
        rf"(?!\s*[- ]?(?:m|mo|mos|mths?|months?|w|wks?|weeks?|d|days?)(?![a-z]))(?:\s*[- ]?{_YEARS})?(?:\s*old)?",
        rf"\b(?:age|aged)\b\s*[:=]?\s*(?P<months>[0-9]{{1,3}})\s*[- ]?{_MONTHS}(?:\s*old)?",
        r"(?<![0-9.,])(?P<years>[0-9]{1,4}(?:[.,][0-9])?)\s*[- ]?(?:years?|yrs?|y)?\s*[-/. ]?\s*(?:old\b|o(?![\w]))",
        rf"(?<![0-9.,])(?P<months>[0-9]{{1,3}})\s*[- ]?{_MONTHS}[- ]?(?:old)\b",
        rf"\b(?P<word>woman|man|female|male|girl|boy)\b\s*[,;]?\s*(?P<years>[0-9]{{1,3}})(?:\s*{_YEARS}|(?=\s*(?:[,;.)]|$)))",
        rf"(?<![0-9.,])(?P<years>[0-9]{{1,3}})\s*{_YEARS}?\s*[,;/]?\s*(?=(?:woman|man|female|male|girl|boy)\b)",
        rf"(?<![0-9.,])(?P<years>[0-9]{{1,3}})\s*{_YEARS}(?=\s*(?:[,;.)]|$))",
        r"(?<![0-9.,\w])(?P<years>[0-9]{1,3})\s?/?\s?(?:y|yo)?\s?/?\s?(?P<sex>[FM])(?![\w/.])",
        r"(?<![\w])(?P<sex>[FM])\s?/?\s?(?P<years>[0-9]{1,3})(?![\w.,/%])",
    )
]
_SEXES = (
    (
        re.compile(r"\b(?:sex|gender)\s*[:=]?\s*(?:female|f|w|woman)\b|\b(?:female|woman|girl)\b", re.IGNORECASE),
        "female",
    ),
    (re.compile(r"\b(?:sex|gender)\s*[:=]?\s*(?:male|m|man)\b|\b(?:male|man|boy)\b", re.IGNORECASE), "male"),
)
_NOT_PREGNANT = re.compile(
    r"\b(?:not|non)[\s-]*pregnant\b|\bpregnan(?:t|cy)\s*[:=]\s*(?:no|negative|false)\b", re.IGNORECASE
)
_PREGNANT = re.compile(
    r"\bpregnan(?:t|cy)\b(?:\s*[:=]\s*(?:yes|true)\b)?|\bgestation(?:al age)?\b|\bgravid\b", re.IGNORECASE
)
_WEEKS = re.compile(
    r"(?<![0-9.,])([0-9]{1,2})\s*[- ]?"
    r"(?:\+\s*([0-6])(?![0-9])(?:\s*/\s*7)?\s*(?:weeks?|wks?|w)?(?!\w)"  # 27+6 weeks
    r"|(?:weeks?|wks?|w)(?:\s*(?:and\s*)?([0-6])\s*d(?:ays?)?)?(?!\w))",  # 27 weeks, 27w6d
    re.IGNORECASE,
)
_TRIMESTER = re.compile(
    r"\b(?:(first|second|third|1st|2nd|3rd|iii|ii|i)\s+trimester|trimester\s*[:=]?\s*([0-3]|iii|ii|i)\b"
    r"|T([1-3])(?=\s*(?:of\s+)?pregnan))",
    re.IGNORECASE,
)
_ORDINALS = {"first": 1, "1st": 1, "i": 1, "second": 2, "2nd": 2, "ii": 2, "third": 3, "3rd": 3, "iii": 3}
_YES_NO = (
    (
        "duffy_null",
        False,
        r"\bnot\s+duffy[\s-]*null\b|\bduffy[\s-]*null\s*[:=]?\s*(?:no|false)\b|\bduffy[\s-]*positive\b"
        r"|\bFy\(a[+-]b\+\)|\bFy\(a\+b-\)",
    ),
    (
        "duffy_null",
        True,
        r"\bduffy[\s-]*(?:null|negative)\b(?:\s*[:=]?\s*(?:yes|true)\b)?(?:\s*(?:phenotype|genotype|status))?"
        r"|\bFy\(a-b-\)",
    ),
    (
        "smoker",
        False,
        r"\b(?:non|never)[\s-]*smoker\b|\b(?:does not|doesn't) smoke\b|\bsmoker\s*[:=]?\s*(?:no|false)\b",
    ),
    ("smoker", True, r"(?<!ex-)(?<!ex )(?<!former )\bsmoker\b(?:\s*[:=]?\s*(?:yes|true)\b)?"),
)
_ELEVATION = re.compile(
    r"\b(?:(?:lives?|living)\s+at|elevation|altitude)\s*(?:of)?\s*[:=]?\s*([0-9]{1,2}[,. ]?[0-9]{3}|[0-9]{1,4})"
    r"\s*(?:m|meters?|metres?)\b(?:\s*(?:above sea level|asl))?",
    re.IGNORECASE,
)


def trimester_of(days: float) -> int | None:
    """The trimester of a day of gestation (0, the first day of the last period); None when it cannot be."""
    if not 0 <= days <= constant("gestation_limit_days"):
        return None
    return 1 + (days >= constant("trimester_2_from_day")) + (days >= constant("trimester_3_from_day"))


def read_person(draft: Draft, text: str) -> str:
    """Take what a text says about the person into the draft; what it does not say is never inferred.

    Returns:
        The text without what was read.
    """
    text = _read_pregnancy(draft, text)
    for pattern in _AGES:
        for found in pattern.finditer(text):
            given = found.groupdict()
            months = given.get("months")
            tell_age(draft, float(months) / 12 if months else float(given["years"].replace(",", ".")))
            if word := (given.get("sex") or given.get("word") or "").lower():
                draft.tell("sex", "female" if word in ("f", "female", "woman", "girl") else "male")
        text = pattern.sub(" ", text)
    for pattern, sex in _SEXES:
        if pattern.search(text):
            draft.tell("sex", sex)
            text = pattern.sub(" ", text)
    for trait, answer, words in _YES_NO:
        pattern = re.compile(words, re.IGNORECASE)
        if pattern.search(text):
            draft.tell(trait, answer)
            text = pattern.sub(" ", text)
    if found := _ELEVATION.search(text):
        draft.tell("elevation_m", float(re.sub(r"[,. ]", "", found[1])))
        text = _ELEVATION.sub(" ", text)
    return re.sub(
        r"^\W*(?:(?:age|sex|gender|name|patient|old|year|and|a|an|at|is)\b\W*)+$", "", text.strip(), flags=re.IGNORECASE
    )


def _read_pregnancy(draft: Draft, text: str) -> str:
    if _NOT_PREGNANT.search(text):
        draft.tell("trimester", 0)
        return _NOT_PREGNANT.sub(" ", text)
    if found := _TRIMESTER.search(text):
        word = next(group for group in found.groups() if group).lower()
        draft.tell("trimester", _ORDINALS.get(word) or int(word))
        return _PREGNANT.sub(" ", _TRIMESTER.sub(" ", text))
    if not _PREGNANT.search(text):
        return text
    weeks = _WEEKS.search(text)
    if weeks:
        days = 7 * int(weeks[1]) + int(weeks[2] or weeks[3] or 0)
        text = text[: weeks.start()] + " " + text[weeks.end() :]
        tell_gestation(draft, days)
    else:
        draft.note("Pregnant, but the week is not printed: limits that depend on the trimester cannot be chosen.")
    return re.sub(r"\b(?:of|at|weeks?)\b", " ", _PREGNANT.sub(" ", text))


def tell_gestation(draft: Draft, days: float) -> None:
    """Take a length of pregnancy into the draft as its trimester."""
    trimester = trimester_of(days)
    if trimester is None:
        draft.note(f"A pregnancy of {days / 7:g} weeks cannot be: the trimester cannot be told.")
    else:
        draft.tell("trimester", trimester)


def tell_age(draft: Draft, years: float) -> None:
    """Take an age into the draft, if a living person can have it."""
    if 0 <= years <= constant("age_limit_y"):
        draft.tell("age_y", round(years, 6))
    else:
        draft.note(f"An age of {years:g} years cannot be: the age cannot be told.")


_ANSWERS = {
    "yes": True,
    "y": True,
    "true": True,
    "1": True,
    "1.0": True,
    "no": False,
    "n": False,
    "false": False,
    "0": False,
    "0.0": False,
}
PERSON_COLUMNS = {
    spelling: trait
    for trait, spellings in {
        "age_y": ("age", "age_y", "age (y)", "age (years)", "age years", "age_years"),
        "sex": ("sex", "gender"),
        "trimester": ("trimester",),
        "pregnant": ("pregnant", "pregnancy", "gestation"),
        "duffy_null": ("duffy_null", "duffy null", "duffy-null", "duffy"),
        "elevation_m": ("elevation_m", "elevation", "elevation (m)", "altitude"),
        "smoker": ("smoker", "smoking"),
    }.items()
    for spelling in spellings
}
"""Names of table columns (and of rows) about the person."""


def read_trait(draft: Draft, trait: str, cell: str) -> None:
    """Take a table cell about the person into the draft; a cell that cannot be read is noted."""
    text = cell.strip().lower()
    if text in ("", "na", "n/a", "nan", "none", "null", "unknown", "-", "?", "not known", "not stated"):
        return
    before = (dict(draft.about), set(draft.doubtful), len(draft.notes))
    if trait == "sex" and text in ("f", "female", "w", "woman", "m", "male", "man", "girl", "boy"):
        draft.tell("sex", "male" if text in ("m", "male", "man", "boy") else "female")
    elif trait == "age_y":
        read_person(draft, f"age {text}")
    elif trait == "trimester" and re.fullmatch(r"[0-3](?:\.0)?", text):
        draft.tell("trimester", int(text[0]))
    elif trait == "trimester":
        read_person(draft, f"{text} trimester")
    elif trait == "pregnant":
        told = _ANSWERS.get(text)
        text += " weeks" * bool(re.fullmatch(r"[0-9]{2}", text))
        read_person(draft, "not pregnant" if told is False else "pregnant" if told else f"pregnant {text}")
    elif trait in ("duffy_null", "smoker") and text in _ANSWERS:
        draft.tell(trait, _ANSWERS[text])
    elif trait == "duffy_null":
        read_person(draft, f"duffy {text}")
    elif trait == "elevation_m":
        read_person(draft, f"elevation {text.removesuffix(' m').removesuffix('m').removesuffix('.0')} m")
    if before == (draft.about, draft.doubtful, len(draft.notes)) and trait not in draft.about:
        draft.note(f"Not read: {trait.replace('_', ' ')} {units.clip(cell)!r}")
