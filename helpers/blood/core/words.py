"""The words of reports: names of quantities, specimens, persons, times ... in seven languages, from ``data/``.

A phrase is looked up by its first word, the longest first, so a text is read in one pass.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from helpers.blood.core.units import ANALYTES, split
from helpers.evidence import records

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
LONGEST_PHRASE = 8
_TOLD = {"%", "#", "pct", "percent", "percentage", "abs", "absolute", "100", "volume", "relative"}
_ABBREVIATED = {"anc", "alc", "amc", "aec", "abc", "arc", "agc", "ran"}
_TOKEN = re.compile(r"(?:[^\W\d_]\.){1,}[^\W\d_]\b\.?|[^\W\d_]+|[0-9]+|[%#+]")
_GAP = re.compile(r"(?:[ \u00a0]{0,2}[\-_.,()/\[\]'’+]?[ \u00a0]{0,2}){1,2}")


@dataclass(frozen=True)
class Word:
    """What a phrase of a report is."""

    kind: str
    """name, other, cell, qualifier, specimen, condition ...: the kinds of ``data/report_words.csv``, and "name"."""
    meaning: str
    either: bool = False
    """A name that does not tell whether a count or a percentage follows ("Neutrophils")."""
    capitals: bool = False
    """It counts only in capital letters, as the table spells it ("WHO")."""


@cache
def _fold(char: str) -> str:
    if char.isspace():
        return char
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    base = unicodedata.normalize("NFKD", char)
    base = base if len(base) == 1 else unicodedata.normalize("NFD", char)[0]
    base = char if unicodedata.category(char) in ("No", "Lm", "Ll") and char in "²³¹µμ" else base
    low = base.lower()
    return low if len(low) == 1 else char


def fold(text: str) -> str:
    """The text in small letters without accents, its digits ASCII; every character keeps its place."""
    return "".join(map(_fold, text))


@lru_cache(maxsize=8192)
def tokens_of(phrase: str) -> tuple[str, ...]:
    """The words of a phrase as they are looked up: ``R.B.C. Count`` gives ``("rbc", "count")``."""
    return tuple(found[0].replace(".", "") for found in _TOKEN.finditer(fold(phrase)))


@cache
def vocabulary() -> dict[str, dict[tuple[str, ...], Word]]:
    """Every phrase of a report by its first word."""
    known: dict[tuple[str, ...], Word] = {}
    for item in ANALYTES.values():
        for name in (item.name, item.label, item.british, *item.names):
            key = tokens_of(name)
            told = set(key) & _TOLD or key[0] in _ABBREVIATED or any("absolu" in part for part in key)
            known.setdefault(key, Word("name", item.name, item.name in {*SHARE, *ABSOLUTE} and not told))
    for name in ("folate", "folic acid"):
        known.setdefault(tokens_of(name), Word("name", "folate_intake"))
    rows = [
        row
        for row in records("report_words")
        if row["kind"]
        not in ("heading", "section", "lead", "trait", "sex", "sex letter", "age_unit", "not the age", "title")
    ]
    for row in sorted(rows, key=lambda row: row["kind"] != "other"):
        endings = {"cell": ("", " %"), "specimen": ("", "'s")}.get(row["kind"], ("",))
        for name in split(row["spellings"]):
            for ending in endings:
                known.setdefault(tokens_of(name + ending), Word(row["kind"], row["meaning"], capitals=name.isupper()))
    by_first: dict[str, dict[tuple[str, ...], Word]] = {}
    for key, word in known.items():
        by_first.setdefault(key[0], {})[key] = word
    return by_first


@cache
def listed(kind: str) -> dict[tuple[str, ...], str]:
    """The phrases of one kind (``heading``, ``trait``, ``sex``, ``age_unit``) and what each means."""
    rows = [row for row in records("report_words") if row["kind"] == kind]
    return {tokens_of(name): row["meaning"] for row in reversed(rows) for name in reversed(split(row["spellings"]))}


@cache
def meant(kind: str, meaning: str) -> frozenset[tuple[str, ...]]:
    """The phrases of one kind and meaning; a phrase may have several meanings."""
    rows = [row for row in records("report_words") if (row["kind"], row["meaning"]) == (kind, meaning)]
    return frozenset(tokens_of(name) for row in rows for name in split(row["spellings"]))


def words_for(kind: str, meaning: str = "", language: str = "") -> list[str]:
    """The phrases of a kind and meaning (and of one language), folded, the longest first, for a pattern."""
    rows = [
        row
        for row in records("report_words")
        if row["kind"] == kind and meaning in ("", row["meaning"]) and language in ("", row["language"])
    ]
    return sorted({fold(name) for row in rows for name in split(row["spellings"])}, key=len, reverse=True)


_LOOKS_ALIKE = str.maketrans("i1|058", "lllosb")
_LONG_WORD = 7
_MIXED = re.compile(r"[^\W_]{5,}")
_OUT_OF_PLACE = re.compile(r"[^\W\d_][0158]|[0158][^\W\d_]|(?<=[A-Z])l(?=[A-Z])|(?<=[a-z])I(?=[a-z])|^[A-Z]I(?=[a-z])")


@cache
def _by_look(names: bool = False) -> dict[str, str]:
    """Longer words of the tables (or of the names alone) by what they look like where a machine takes l for I."""
    phrases = [(key, word) for first in vocabulary().values() for key, word in first.items()]
    known = {part for key, word in phrases if not names or word.kind == "name" for part in key if len(part) > 4}
    found: dict[str, list[str]] = {}
    for word in known:
        found.setdefault(word.translate(_LOOKS_ALIKE), []).append(word)
    return {look: only[0] for look, only in found.items() if len(only) == 1}


def mended(text: str, folded: str) -> str:
    """A folded text with the letters of known words that a machine misread: ``HAEMOGLOBlN``, ``Hem0globin``.

    A word counts as misread only where a digit or a letter of the other size stands among its letters, or where it is
    the long word of a name but for an i or an l.
    """

    def word(found: re.Match[str]) -> str:
        said, look = found[0], found[0].translate(_LOOKS_ALIKE)
        if len(re.sub("[^a-z]", "", said)) < 4:
            return said
        if _OUT_OF_PLACE.search(text[found.start() : found.end()]):
            return _by_look().get(look, said)
        return _by_look(names=True).get(look, said) if len(said) > _LONG_WORD else said

    return _MIXED.sub(word, folded)


def tokens(folded: str) -> list[tuple[str, int, int]]:
    """The words of a folded text with where they stand."""
    return [(found[0].replace(".", ""), found.start(), found.end()) for found in _TOKEN.finditer(folded)]


def phrase_at(folded: str, words: list[tuple[str, int, int]], place: int) -> tuple[Word | None, int]:
    """The longest phrase that begins with this word, and how many words it has."""
    known = vocabulary().get(words[place][0])
    if not known:
        return None, 1
    run = [words[place][0]]
    best: tuple[Word | None, int] = (known.get((run[0],)), 1)
    for size in range(2, min(LONGEST_PHRASE, len(words) - place) + 1):
        before, after = words[place + size - 2], words[place + size - 1]
        if not (before[2] == after[1] or _GAP.fullmatch(folded, before[2], after[1])):
            break
        if after[0].isdigit() and before[0].isalpha() and before[2] != after[1] and before[0] != "cd":
            break  # "à 2" is no A2
        if after[0] == "s" and folded[before[2] : after[1]] in ("'", "’"):
            break  # "Hb's" is no Hb S
        run.append(after[0])
        if word := known.get(tuple(run)):
            best = word, size
    return best
