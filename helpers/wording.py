"""How a sentence is put together: lists, plurals, capital letters, who a person is. Words of the field stay in tables.

>>> listed(["red cells", "neutrophils", "platelets"])
'red cells, neutrophils and platelets'
>>> counted(1, "patient"), counted(3, "patient"), counted(2, "lineage is", "lineages are")
('1 patient', '3 patients', '2 lineages are')
>>> capital("hemoglobin is low"), small("Hemoglobin is low"), small("MCV is high")
('Hemoglobin is low', 'hemoglobin is low', 'MCV is high')
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from helpers import page
from helpers.evidence import constant, source


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words as one lists them; "" where there are none.

    >>> listed(["a"]), listed(["a", "b"], "or"), listed([])
    ('a', 'a or b', '')
    """
    *first, end = [*words] or [""]
    return f"{', '.join(first)} {last} {end}" if first else end


def counted(number: float, one: str, many: str = "") -> str:
    """A number with its noun, in the plural unless it is 1.

    Args:
        one: the noun for 1. many: the noun for others, if it is not the first with an s.

    >>> counted(0, "value"), counted(1.5, "day"), counted(2, "study", "studies")
    ('0 values', '1.5 days', '2 studies')
    """
    return f"{number:g} {one if number == 1 else many or one + 's'}"


_SPELLED = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def spelled(number: int) -> str:
    """A small number as a word, larger ones in digits.

    >>> spelled(5), spelled(12)
    ('five', '12')
    """
    return _SPELLED[number] if number < len(_SPELLED) else str(number)


def capital(words: str) -> str:
    """With a capital first letter, as a sentence begins.

    >>> capital("iPS cells"), capital("")
    ('IPS cells', '')
    """
    return words[:1].upper() + words[1:]


def small(words: str) -> str:
    """With a small first letter, for the middle of a sentence; what begins with an abbreviation or a name stays.

    >>> small("Few platelets"), small("ADAMTS13 activity"), small("B12 in serum"), small("Fanconi anemia"), small("")
    ('few platelets', 'ADAMTS13 activity', 'B12 in serum', 'Fanconi anemia', '')
    """
    first = words.split(" ")[0]
    return words if first[1:2].isupper() or first in _NAMES else words[:1].lower() + words[1:]


_NAMES = ("B12", "Camitta", "Coombs", "Duffy", "Fanconi", "Felty", "Gaucher", "Ham")


def sentence(*parts: str) -> str:
    """Parts joined by semicolons into one sentence; "" where there are none.

    >>> sentence("hemoglobin not known", "", "platelets below 20 ×10⁹/L.")
    'Hemoglobin not known; platelets below 20 ×10⁹/L.'
    """
    said = "; ".join(part.rstrip(".") for part in parts if part)
    return f"{capital(said)}." if said else ""


def sources(*keys: str | None, without: str = "") -> str:
    """Source keys, as ``source`` columns hold them, in one string: each once, in order.

    Args:
        without: a key to leave out, e.g. ``"COURSE"``.

    >>> sources("WHO2024 PERU2024", None, "WHO2024")
    'WHO2024 PERU2024'
    """
    return " ".join(key for key in dict.fromkeys(" ".join(filter(None, keys)).split()) if key != without)


def sources_of(rows: Iterable[Any], column: str = "source") -> str:
    """Source keys of some rows of a table, each once.

    >>> sources_of([{"source": "A B"}, {"source": "B"}])
    'A B'
    """
    return sources(*(row[column] for row in rows))


def linked(*keys: str, most: int | None = None) -> str:
    """Sources by their short names, as links in light markdown; only the first ones if ``most`` says so."""
    found = [source(key) for key in sources(*keys).split()][:most]
    return "; ".join(page.link(one.label, one.link) for one in found)


def links(keys: str, most: int = 2) -> str:
    """The first sources of a row's ``source`` column, as links in brackets; "" where it is the course itself."""
    shown = linked(sources(keys, without="COURSE"), most=most)
    return f"({shown})" if shown else ""


def age_words(age_y: float) -> str:
    """An age as one says it: whole years; months before the second birthday.

    >>> age_words(34.0), age_words(3.58), age_words(1 / 3), age_words(0)
    ('34', '3', '4 months', 'less than a month')
    """
    if age_y >= 2:
        return f"{int(age_y + 1e-9)}"
    months = int(age_y * 12 + 1e-5)
    return counted(months, "month") if months else "less than a month"


def noun_of(person: Any) -> str:
    """What somebody of this ``sex`` and ``age_y`` is called: girl, woman, boy, man, child, person."""
    adult = person.age_y is None or person.age_y >= constant("adult_from_y")
    return {"female": ("girl", "woman"), "male": ("boy", "man"), None: ("child", "person")}[person.sex][adult]


def person_words(person: Any, fully: bool = False) -> str:
    """Who this is, in words: in this one way wherever it is said.

    Args:
        person: has ``age_y``, ``sex``, ``trimester`` and ``duffy_null``, each None where it is not known, and, to be
            told ``fully``, ``smoker`` and ``elevation_m``.
        fully: say too what somebody is not, and where they live.

    >>> from types import SimpleNamespace as Someone
    >>> person_words(Someone(age_y=34, sex="female", trimester=2, duffy_null=True))
    'woman of 34, 2nd trimester, Duffy-null'
    >>> about = dict(trimester=0, duffy_null=None, smoker=False, elevation_m=2500)
    >>> person_words(Someone(age_y=0.75, sex="male", **about), fully=True)
    'boy of 9 months, not pregnant, non-smoker, lives at 2500 m'
    >>> person_words(Someone(age_y=None, sex=None, trimester=None, duffy_null=None))
    'person, age and sex not stated'
    """
    unstated = [name for name, given in (("age", person.age_y), ("sex", person.sex)) if given is None]
    parts = [noun_of(person) + ("" if person.age_y is None else f" of {age_words(person.age_y)}")]
    parts += [f"{listed(unstated)} not stated"] if unstated else []
    if person.trimester:
        parts.append(f"{('1st', '2nd', '3rd')[person.trimester - 1]} trimester")
    if person.duffy_null:
        parts.append("Duffy-null")
    if fully:
        parts += ["not pregnant"] * (person.trimester == 0) + ["not Duffy-null"] * (person.duffy_null is False)
        parts += [] if person.smoker is None else ["smoker" if person.smoker else "non-smoker"]
        parts += [] if person.elevation_m is None else [f"lives at {person.elevation_m:g} m"]
    return ", ".join(parts)
