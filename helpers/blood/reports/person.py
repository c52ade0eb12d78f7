"""The person, only from statements about the person: a labelled header, "a 34-year-old woman", a clause by itself.

What stands among results and intervals says nothing about age, sex, pregnancy or smoking.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from helpers.blood.core import units
from helpers.blood.core.pieces import lex
from helpers.blood.core.words import fold, listed, meant, tokens_of, words_for
from helpers.blood.reports.draft import Draft
from helpers.evidence import records

_ORDINALS = {"first": 1, "1st": 1, "i": 1, "second": 2, "2nd": 2, "ii": 2, "third": 3, "3rd": 3, "iii": 3}
_BIRTHDAY = r"[0-9]{1,4}[-./ ]{1,2}(?:[0-9]{1,2}|[^\W\d_]{3,9})[-./ ]{1,2}[0-9]{2,4}"
_WEEK = r"(?:(?:weeks?|wks?|w|semanas?|semaines?|sa|wochen?|ssw|schwangerschaftswochen?|settiman[ae]|weken)['’]?)"
_ORDINAL = r"(?P<in_week>\s?(?:st|nd|rd|th|a|ª|o|º|e|eme)|\.(?=\s))?"
"""Behind the number of a week that is not over: the 30th week begins after 29."""
_WEEKS = rf"(?:ssw\s*)?(?P<weeks>[0-9]{{1,2}}){_ORDINAL}\s*[- ]?(?:\+\s*(?P<plus>[0-6])(?:\s*/\s*7)?\s*{_WEEK}?|(?<=ssw [0-9]{{2}})|{_WEEK}(?:\s*\+\s*(?P<more>[0-6])|\s*(?:and\s*)?(?P<days>[0-6])\s*d(?:ays?)?)?)(?!\w)"
_NAMED_WEEKS = r"(?:\s*(?:of\s+)?(?:gestation|pregnancy|pregnant))?"


def _any(kind: str, meaning: str = "") -> str:
    return "|".join(re.escape(word) for word in words_for(kind, meaning))


PER_YEAR = {"months": 12, "weeks": 52.1775, "days": 365.25, "hours": 8766, "minutes": 525_960}
"""Of each unit of age below a year, how many a year has."""
_SMALLER = {"m": "months", "d": "days", "sw": "weeks", "sd": "days", "sh": "hours"}
"""What may stand behind a larger unit: "2 years and 3 months", "5 weeks 3 days"."""


_EMPTY_BOX = r"[□☐◻▢○]|\[\s*\]|\(\s*\)|_{2,}"
_TICKED_BOX = r"[☑☒✓✔■●]|\[\s*[x✓✔]\s*\]|\(\s*[x✓✔]\s*\)"


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    age, sex, said = _any("trait", "age"), _any("trait", "sex"), _any("lead", "pregnant")
    years, months, days = (_any("age_unit", unit) for unit in ("years", "months", "days"))
    sexes, short = _any("sex"), "|".join(_any("age_unit", unit) for unit in PER_YEAR)
    cells = "|".join(word for unit in PER_YEAR for word in words_for("age_unit", unit) if len(word) > 1)
    young = "|".join(word for unit in ("months", "days") for word in words_for("age_unit", unit) if len(word) > 1)
    end, to = r"(?![\w])", r"\s*(?:\((?P<in>[^)]{0,20})\))?\s*[:=.\-|\t]*\s*"
    weeks, hours = _any("age_unit", "weeks"), _any("age_unit", "hours")
    part = rf"{months}|{weeks}|{days}"
    glued = rf"(?:{end}|(?=[0-9]{{1,2}}\s?(?:{part}){end}))"
    more = rf"(?:[\s,]*|-)(?:(?:{_any('and')})\s+)?"
    age_too = rf"{glued}(?!\s+(?:{_any('not the age', 'another time')})(?!\w))"

    def and_smaller(**units: str) -> str:
        """What may stand behind a number with a larger unit, each with its key."""
        return "".join(
            rf"(?:{more}(?P<{key}>[0-9]{{1,2}})[\s-]?\s*(?:{unit}){age_too})?" for key, unit in units.items()
        )

    and_, and_small = and_smaller(m=months, d=days), and_smaller(sw=weeks, sd=days, sh=hours)
    year = r"(?P<y>[0-9]{1,4}(?:[.,][0-9]+)?)(?![0-9])"
    value = rf"{year}(?:\s*[- ]?(?P<yu>{years}){glued})?{and_}"
    small = rf"(?P<sn>[0-9]{{1,3}}(?:[.,][0-9]+)?)(?:\s*[- ]?(?P<su>{short})|\s*[|(\t]\s*(?P<sc>{cells})\)?){glued}{and_small}"
    old = r"(?:[- ]?(?:old|olds|o\b|alt|alte|alter|vecchi[oa])\b)?"
    both = rf"(?:{age})\s*[/&,]\s*(?:{sex})|(?:{sex})\s*[/&,]\s*(?:{age})"
    pattern = {
        "both": rf"(?<![\w])(?:{both}){to}(?:(?P<s0>{sexes}){end}[\s/,|-]*)?(?:{small}|{value})?(?:{old})[\s/,|()-]*(?:(?P<s>{sexes}){end})?",
        "age": rf"(?<![\w])(?:{age}){end}{to}(?:{small}|{value}){old}(?:[\s/,;|()&-]*\.?[\s/,;|()&-]*(?P<s>{sexes}){end}(?!\s*[:=]|\s+[0-9]|\.\w|/[oh](?!\w)))?",
        "sex": rf"(?<![\w])(?:{sex}){end}{to}(?:(?P<s>{sexes}|{_any('sex letter')}){end}|(?={_EMPTY_BOX}|{_TICKED_BOX}))",
        "prose": rf"(?<![\w.,/-])(?:(?P<y>[0-9]{{1,3}}(?:[.,][0-9]{{1,2}})?)\s*[- ]?(?:{years}){glued}{and_}|{small})"
        rf"\s*[-/. ]?\s*(?<!\bt)(?:old|o){end}\.?(?:\s*,?\s*(?:[^\W\d_]+(?:-[^\W\d_]+)?\s+){{0,3}}?(?P<s>{sexes}){end})?",
        "part": rf"(?<![\w./-])[0-9]{{1,3}}\s?/\s?(?:12|52|365|7)\s*[- ]?old{end}",
        "jahr": rf"(?<![\w.,/-])(?P<y>[0-9]{{1,3}})\s*[- ]?jahrige[rns]?{end}(?:\s*,?\s*(?:(?:nicht\s+)?(?:{said})\s+)?(?:(?P<s>{sexes})|(?P<man>patient(?:en)?)){end})?",
        "glued": rf"(?:^|(?<=[.;:] ))(?:(?P<y>[0-9]{{1,3}})\s?(?:{years})|(?P<y2>1[89]|[2-9][0-9]))(?P<s>f|m)"
        r"(?=\s+(?:with|w/|who|known|admitted|presenting|presents|p/w|c/o|h/o|s/p))",
        "titled": _titled(end),
        "patient": rf"(?<![\w])(?:{_any('lead', 'the patient')})\s*(?:,|de|di|van|von|aged|of)\s*(?P<y>[0-9]{{1,3}})\s*(?:{years}){glued}{and_}"
        rf"(?:\s*(?:de edad|de idade|d'eta|old))?(?:\s*,\s*(?P<s>{sexes}){end})?",
        "born": rf"(?<![\w])(?:{_any('lead', 'born')})[^\w(]*{_BIRTHDAY}\s*[,(/]?\s*(?:{age})?\s*[:=]?\s*"
        rf"(?P<y>[0-9]{{1,3}})\s*(?:{years}){glued}{and_}\.?\)?(?:[\s,/|]*(?P<s>{sexes}){end})?",
        "of": rf"(?<![\w])(?P<s>{sexes}){end}(?:\s+(?:{said}))?\s*(?:,|de|di|von|van|of|com|con|aged)\s*(?P<y>[0-9]{{1,3}})\s*(?:{years}){glued}{and_}(?:\s*(?:de edad|de idade|old))?",
        "of months": rf"(?<![\w])(?P<s>{sexes}){end}\s*(?:de|di|von|van|of|com|con|aged)\s*(?P<sn>[0-9]{{1,3}})\s*-?(?P<su>{young}){end}(?=\s*(?:$|[,.;:()]|with\b|who\b))",
        "pair of months": rf"(?:(?P<s>{sexes})\s+)?(?P<sn>[0-9]{{1,3}})\s*-?(?P<su>{young})(?:\s*[/-]?\s*(?P<s2>{sexes}))?",
        "pair": rf"(?P<y>[0-9]{{1,3}})\s*(?:(?:{years}){end})?\s*[/-]?\s*(?P<s>f|m|female|male)|(?P<s2>f|m)\s*[/]\s*(?P<y2>[0-9]{{1,3}})(?:\s*(?:{years}))?"
        rf"|(?P<s0>{sexes})\s+(?P<y0>[0-9]{{1,3}})\s*(?:{years}){end}",
        "age alone": rf"(?:{value}|{small}){old}",
        "sex alone": rf"(?P<s>{sexes})",
    }
    return {name: re.compile(text) for name, text in pattern.items()}


def _titled(end: str) -> str:
    """ "Frau M., 72 Jahre", "Sra. X (54 años)": a title, a name, and an age in the same language."""
    ways = []
    for language in sorted({row["language"] for row in records("report_words") if row["kind"] == "title"}):
        titles, years = (
            "|".join(re.escape(word) for word in words_for(kind, meaning, language))
            for kind, meaning in (("title", ""), ("age_unit", "years"))
        )
        ways.append(
            rf"(?P<t_{language}>{titles})(?:\.\s*|\s+)[^\W\d][^\d,;:|(\t]{{0,40}}?(?:\s*[,(]\s*|\s+)(?:(?:de|di|von|van|aged?)\s+)?"
            rf"(?:(?P<y_{language}>[0-9]{{1,3}})\s*-?(?:{years}){end}|anni\s+(?P<z_{language}>[0-9]{{1,3}}){end})"
        )
    begins = rf"(?:^|(?<=[:;|\t(])|(?<=[:;|] )|(?<!\w)(?:{_any('lead', 'about')})\s+)(?:(?:{_any('lead', 'a determiner')})\s+)?"
    return rf"{begins}(?:{'|'.join(ways)})"


@cache
def _speaks() -> frozenset[str]:
    """Words without one of which a line says nothing about the person."""
    kinds = ("trait", "sex", "age_unit")
    phrases = [phrase for kind in kinds for phrase in words_for(kind)]
    phrases += [
        *words_for("lead", "pregnant"),
        *words_for("lead", "a pregnancy"),
        *words_for("lead", "a gestational age"),
    ]
    said = [word for phrase in phrases for word in re.findall(r"[^\W\d_]+", phrase)]
    more = "trimester duffy fy smoker smoke raucher raucherin nichtraucher living lives live ssw sa"
    more += " old jahrige jahriger jahrigen o fumador fumadora fumeur fumante nichtraucherin"
    return frozenset([*said, *more.split()])


@cache
def _pregnancy() -> dict[str, str]:
    """Patterns of what is said of a pregnancy."""
    said, state, age, to = (
        _any("lead", meaning) for meaning in ("pregnant", "a pregnancy", "a gestational age", "to a week")
    )
    who = rf"{_any('sex')}|{_any('lead', 'the patient')}"
    yes = "|".join(word for word in _YES if word.isalpha())
    return {
        "said": rf"(?<![\w-])(?:{said})(?!\w)",
        "within": rf"(?<!\w)(?:(non|not|nicht|no|niet)[\s-]+)?(?:{said})(?!\w)",
        "no": r"(?:non|not|nicht|no|niet|nao|pas)[\s-]*",
        "state": rf"(?<!\w)(?:{said}|{state})(?!\w)",
        "named": rf"(?:{said}|{state}|{age})(?!\w)",
        "to": rf"(?:(?:{to})\s+)*",
        "leads": rf"(?:[\s,:;=(.\-–|]|(?<!\w)(?:{yes}|{who}|{to}|{age})(?!\w))*",
        "whose": rf"(?:(?:{_any('lead', 'a determiner')})\s+)?(?:(?:{who}|she)\s+)?(?:(?:{_any('lead', 'is')}|esta|now|currently)\s+)*",
    }


@cache
def _clause_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """What a clause by itself may say of the person, in the order in which it is asked."""
    of = _pregnancy()
    no = "|".join(word for word in _NO if word.isalpha())
    named = rf"(?:{of['said']}|{of['named']})"
    patterns = {
        "not pregnant": rf"{of['whose']}{of['no']}(?:currently\s+)?{named}(?:\s+(?:{_any('sex')}))?|{named}\s*[:=]\s*(?:{no}|negative|nein|non)",
        "trimester": rf"{of['whose']}(?:{named}{of['leads']})?{of['to']}(?:(?P<word>first|second|third|1st|2nd|3rd|iii|ii|i)\s+trimester|trimester\s*[:=]?\s*(?P<number>[0-3]|iii|ii|i)|t(?P<short>[1-3])\s+(?:of\s+)?pregnan(?:t|cy))(?:\s*(?:of\s+)?{named})?",
        "pregnant": rf"{of['whose']}{named}{of['leads']}(?:{_WEEKS}{_NAMED_WEEKS})?",
        "weeks": rf"{of['whose']}{of['to']}{_WEEKS}\s*(?:of\s+)?{named}",
    }
    return (*((name, re.compile(text)) for name, text in patterns.items()), *_CLAUSES)


_CLAUSES = (
    ("not duffy", re.compile(r"not\s+duffy[\s-]*null|duffy[\s-]*null\s*[:=]?\s*(?:no|false)|duffy[\s-]*positive|fy\(a[+-]b\+\)|fy\(a\+b-\)|duffy\s*[:=]?\s*(?:positive|fy\(a[+-]b\+\)|fy\(a\+b-\))")),
    ("duffy", re.compile(r"duffy[\s-]*(?:null|negative)\s*[:=]?\s*(?:yes|true)?(?:\s*(?:phenotype|genotype|status))?|(?:duffy\s*(?:phenotype)?\s*[:=]?\s*)?fy\(a-b-\)|duffy\s*(?:phenotype|status)\s*[:=]?\s*(?:null|negative|fy\(a-b-\))")),
    ("no smoker", re.compile(r"(?:non|never)[\s-]*smoker|(?:does not|doesn't) smoke|smoker?\s*[:=]\s*(?:no|false|never)|nichtraucher(?:in)?|no fumador[a]?|non-fumeur|nao fumante")),
    ("smoker", re.compile(r"(?:current )?smoker\s*[:=]?\s*(?:yes|true)?|raucher(?:in)?")),
    ("elevation", re.compile(r"(?:(?:lives?|living)\s+at|elevation|altitude)\s*(?:of)?\s*[:=]?\s*(?P<m>[0-9]{1,2}[,. ]?[0-9]{3}|[0-9]{1,4})\s*(?:m|meters?|metres?)(?:\s*(?:above sea level|asl))?")),
)  # fmt: skip


_PART_OF_A_YEAR = re.compile(r"\s?/\s?(?:12|52|365|7)(?![0-9/.-])")
"""What follows an age in months, weeks or days as children's wards write it: "7/12"."""
_GRAVIDA = re.compile(r"^g\s?[0-9]{1,2}\s?,?\s?p\s?[0-9]{1,2}(?:\+[0-9])?\s+(?=at|in|[0-9])")
"""How many pregnancies and births, before the week of this one: "G2P1 at 24 weeks"."""


@cache
def _plural() -> re.Pattern[str]:
    """ "7 Month(s)": a unit of age with its plural in a bracket."""
    return re.compile(rf"(?<![^\W\d_])({_any('age_unit')})\s?\((?:s|es|e|en|n|i)\)")


def sex_of(word: str) -> str:
    """female or male, in any of the languages; "" for another word."""
    return listed("sex").get(tokens_of(word), "")


def read_person(draft: Draft, line: str, alone: bool = True, near: bool = False) -> list[tuple[int, int]]:
    """Take what a line says about the person into the draft; what it does not say is never inferred.

    Args:
        draft: the count being put together. line: the line.
        alone: whether clauses without a label ("34F", "not pregnant") may speak of the person: not among results.
        near: something else on the line was said of the person.

    Returns:
        Where what was read stands in the line.
    """
    text, spans = _plural().sub(lambda unit: unit[1].ljust(len(unit[0])), fold(line)), []
    if _speaks().isdisjoint(re.findall(r"[^\W\d_]+", text)):
        return []
    _note_language(draft, text)
    for name in (
        "titled",
        "born",
        "both",
        "part",
        "age",
        "sex",
        "prose",
        "jahr",
        "glued",
        "of",
        "of months",
        "patient",
    ):
        for found in _patterns()[name].finditer(text):
            if (
                _of_a_table(text, found, name)
                or _of_another(line, text, found, name)
                or any(start < found.end() and found.start() < end for start, end in spans)
            ):
                continue
            if declined := _declined(draft, line, text, found, name):
                spans.append((found.start(), declined))
            elif _take(draft, found, name):
                spans.append(found.span())
    clauses = []
    ended = alone and _ended(draft, line, text)
    text = _with_its_week(text) if alone else text
    found, read_to = _clauses(text, spans), 0
    for start, end in found:
        beside = len(found) == 1 or not re.search(r"[^\W\d_]", text[read_to:start])
        told = alone and not (ended and _says_pregnant().search(text, start, end))
        told = told and not _somebody_else(text[:start], _REACH) and not _of_an_interval().search(text[:start])
        kind = _read_clause(draft, text[start:end], beside) if told else ""
        read_to = end if kind else read_to
        clauses.append((start, end, kind))
    kinds = [kind for _, _, kind in clauses]
    near = near or bool(spans) or kinds.count("lone") > 1 or "told" in kinds or len(kinds) == 1
    for start, end, kind in clauses:
        if kind == "told" or (kind == "lone" and near and _read_alone(draft, text[start:end])):
            spans.append((start, end))
    return spans


def _declined(draft: Draft, line: str, text: str, found: re.Match[str], name: str) -> int:
    """Where a statement ends of which an age or a sex is not certain, once that is noted; 0 where all is."""
    if name == "part" or (part := name in ("age", "both") and _PART_OF_A_YEAR.match(text, found.end())):
        end = found.end() if name == "part" else part.end()
        draft.note(f'The age "{line[found.start() : end]}" may be months, weeks or days: it is not taken.')
        return end
    if name == "sex":
        return _tell_of_several(draft, line, text, found)
    if name not in ("age", "both"):
        return 0
    months = found["sn"] if found["su"] == "m" else None
    if months and re.search(r"m\s*/\s*[a-z]+$", found[0]) and float(months.replace(",", ".")) >= _GROWN:
        draft.note(f'The age and sex in "{line[found.start() : found.end()]}" are not taken: M may be months or a sex.')
        return found.end()
    if end := _open_age(text, found):
        draft.note(
            f'The age in "{line[found.start() : end]}" is not taken: its unit is not certain. Write it as "Age: 34 years".'
        )
        sex = next((found[key] for key in ("s", "s0") if found.groupdict().get(key)), "")
        if sex and not _another_sex(text, found):
            _tell_sex(draft, found[0], sex)
        return max(end, found.end())
    if end := _another_sex(text, found):
        draft.note(_SEVERAL.format(line[found.start() : end]))
        _take_age(draft, found.groupdict(), found["y"])
        return end
    return 0


_SEVERAL = 'The sex in "{}" is not taken: the report does not say which of several answers holds.'
_AFTER_AGE = re.compile(r"[\s.\-–]*(?:$|[,;|\t)]|/(?!\s*[0-9]))")
"""What ends the field of an age."""


def _open_age(text: str, found: re.Match[str]) -> int:
    """Where an age ends that is told in an unknown unit, or in none while more than a number follows; 0 for another."""
    given = found.groupdict()
    inside = tokens_of(given["in"] or "")
    if inside and not set(zip(inside, strict=True)) <= {*listed("trait"), *listed("sex")} and not _unit_inside(given):
        return found.end()
    if given.get("sn"):
        german = found[0].startswith("alter") and given["su"] == "w" and float(given["sn"].replace(",", ".")) >= _GROWN
        return found.end() if "," in given["sn"] or german else 0
    if not given.get("y") or given.get("yu"):
        return 0
    if given.get("m") or given.get("d"):
        return found.end()
    end = found.end("y")
    sex = given.get("s") and found.start("s") >= end
    if sex and re.fullmatch(r"[\s/,;|.()&-]*", text[end : found.start("s")]):
        return 0
    rest = text[end : end + _REACH]
    unit = re.match(rf"[\s,;|/(.-]*(?:{_time_words()})(?!\w)", rest)
    if not unit and (_AFTER_AGE.match(rest) or _next_field(rest)):
        return 0
    word = re.match(r"\s?[^\s,;|]*", rest)
    return end + max(unit.end() if unit else 0, word.end() if word else 0)


_GROWN = 12
"""From here on a W behind an age may be a sex in German, as an M may be in any language."""
_REACH = 60


@cache
def _time_words() -> str:
    """Units of age that are more than one letter, those of years left out."""
    words = (word for unit in PER_YEAR for word in words_for("age_unit", unit))
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True) if len(word) > 1)


def _unit_inside(given: dict[str, str | None]) -> bool:
    """Whether the unit of an age stands in a bracket before it ("Age (months): 6"), and in no other place."""
    known = listed("age_unit").get(tokens_of(given.get("in") or ""))
    return known is not None and (known == "years" or not (given.get("sn") or given.get("yu")))


def _next_field(rest: str) -> bool:
    """Whether after the blanks behind a number begins something else: a label, a name, a sex, a date."""
    if re.match(r"[^\s.(–♀♂-]", rest):
        return False
    rest = rest.lstrip(" .(-–")
    word = re.match(r"[^\W\d_]+", rest)
    if rest[:1] in ("♀", "♂") or re.match(_BIRTHDAY, rest):
        return True
    if label := re.match(r"((?:[^\W\d_]+[ .]{0,2}){1,3}):", rest):
        return not _unit_before_a_label(label[1])
    if not word:
        return False
    kinds = [piece.kind for piece in lex(rest)[:1]]
    return (
        word[0] in _field_words()
        or word[0] in _CAME
        or kinds[0] in ("name", "other", "cell", "specimen", "skip", "and")
    )


def _unit_before_a_label(said: str) -> bool:
    """Whether an unknown word stands between an age and the label of the next field: "Age: 20 gg  Sex: M"."""
    first, gap, rest = re.match(r"([^\W\d_]+)([ .]*)(.*)", said).groups()
    lone = len(gap) > 1 or len(first) <= _SHORT_WORD
    return lone and first not in _field_words() and bool(rest) and bool(trait_of(rest))


_SHORT_WORD = 4
_CAME = ("who", "with", "known", "admitted", "presenting", "presents", "presented")
"""Words of a sentence that goes on behind an age."""


@cache
def _field_words() -> frozenset[str]:
    """The words that begin another field behind an age: a sex, a trait, a birthday, the person."""
    phrases = [*words_for("trait"), *words_for("sex"), *words_for("lead", "born"), *words_for("lead", "the patient")]
    return frozenset(word for phrase in phrases for word in re.findall(r"[^\W\d_]+", phrase)[:1])


# --- a sex of which several are offered --------------------------------------------------------------------------

_NEXT_LABEL = re.compile(r"\.\w|\s*:|/[oa](?!\w)|-[0-9]")
"""What follows a letter that begins another label."""
_OFFERED = 12
"""Boxes and answers behind one label that are looked at."""


@cache
def _answers() -> re.Pattern[str]:
    """One box, one answer, or what divides them."""
    other = r"divers|diverse|other|unknown|d|x|u|i|n/a|\?"
    return re.compile(
        rf"[\s,/|]*(?:\(\s*(?={_any('sex')})|\b(?:or|oder|ou|of|o)\b\s*)?"
        rf"(?:(?P<ticked>{_TICKED_BOX})|(?P<empty>{_EMPTY_BOX})|(?P<sex>{_any('sex')}|{_any('sex letter')})(?![\w])(?!/[oh](?!\w))|(?P<other>{other})(?![\w]))"
    )


def _offered(text: str, label: str, start: int) -> tuple[list[str], int]:
    """The boxes and answers from here on, and where they end: "ticked", "empty", female, male, or "" for another."""
    found, letters, end = [], [], start
    while len(found) < _OFFERED and (each := _answers().match(text, end)):
        divider = text[end : each.start(each.lastgroup or 0)]
        if found and not divider.strip() and _NEXT_LABEL.match(text, each.end()):
            break  # "Sex: M  D.O.B.: 1.1.1990"
        box = "ticked" if each["ticked"] else "empty" if each["empty"] else ""
        means = _meaning(label, each["sex"]) if each["sex"] else box
        if found and not means and each["sex"] in words_for("sex letter"):
            break  # "Sex: M H": no answer in this language
        found.append(means)
        letters.append(each["sex"])
        end = each.end()
    return _beside(found, letters), end


def _beside(found: list[str], letters: list[str | None]) -> list[str]:
    """What an M means beside others: beside an H a woman; in Spanish a man beside an F or a word for a man."""
    given = set(zip(letters, found, strict=True))
    if ("h", "male") in given or (_EITHER in found and ("v", "male") in given):
        means = "female"
    elif _EITHER in found and ("f" in letters or "male" in found):
        means = "male"
    else:
        return found
    return [means if letter == "m" else each for each, letter in zip(found, letters, strict=True)]


def _chosen(offered: list[str]) -> str:
    """The one answer that holds: the only one, or the only one ticked where every answer has its box; else ""."""
    boxes = [each in ("ticked", "empty") for each in offered]
    if not any(boxes):
        return offered[0] if len(set(offered)) == 1 else ""
    pairs = list(zip(offered[::2], offered[1::2], strict=False))
    if len(offered) % 2 or boxes not in ([True, False] * len(pairs), [False, True] * len(pairs)):
        return ""
    answers = [(one, other) if boxes[0] else (other, one) for one, other in pairs]
    ticked = [answer for box, answer in answers if box == "ticked"]
    return ticked[0] if len(ticked) == 1 else ""


def _tell_of_several(draft: Draft, line: str, text: str, found: re.Match[str]) -> int:
    """Take the sex behind a label where boxes or several answers stand; where they end, 0 for one plain answer."""
    offered, end = _offered(text, found[0], found.start("s") if found["s"] else found.end())
    if len(offered) == 1 and found["s"]:
        return 0
    chosen = _chosen(offered)
    if chosen in _OPPOSITE:
        draft.tell("sex", chosen)
    else:
        draft.note(_SEVERAL.format(line[found.start() : end]))
    return end


def _another_sex(text: str, found: re.Match[str]) -> int:
    """Where a second, different sex ends that is offered beside an age; 0 where there is none."""
    given = found.groupdict()
    if given.get("s") and given.get("s0") and sex_of(given["s"]) != sex_of(given["s0"]):
        return found.end()
    if not given.get("s"):
        return 0
    offered, end = _offered(text, found[0], found.start("s"))
    return 0 if len(set(offered)) == 1 else end


_EITHER, _OPPOSITE = "either", {"female": "male", "male": "female"}


def _meaning(label: str, word: str) -> str:
    """female or male; either where its letter may be both; "" where it is told in other languages than its label's."""
    rows = [
        row for row in records("report_words") if row["kind"] == "sex letter" and word in units.split(row["spellings"])
    ]
    if not rows or not label:
        return sex_of(word)
    of = {row["language"]: row["meaning"] for row in rows}
    return next((of[each] for each in of if each != "any" and _titles(each).search(label)), of.get("any", ""))


@cache
def _titles(language: str) -> re.Pattern[str]:
    """The labels of an age or a sex that are those of one language."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words_for('trait', language=language)))})(?!\w)")


def _note_language(draft: Draft, labels: str) -> None:
    """Keep that a label is Portuguese, which says what an M beside "Sexo" is."""
    if _titles("pt").search(labels):
        draft.portuguese = True


def _tell_sex(draft: Draft, label: str, word: str) -> bool:
    """Take a sex, or note that what its letter means under this label is not known."""
    known = _meaning(label, word)
    if known == _EITHER:
        draft.masculino_or_mujer = True
    elif known:
        draft.tell("sex", known)
    else:
        draft.note(f'The sex "{word}" is not taken: what this letter means beside "{label.strip()}" is not known.')
    return bool(known)


def _of_a_table(text: str, found: re.Match[str], name: str) -> bool:
    """Whether a limit or an interval follows: then it is a line of a table, and about nobody."""
    after = text[found.end() : found.end() + 12]
    if re.match(r"\s*(?:[-–:]|to|bis|a)?\s*[<>≤≥]?\s*[0-9]", after) and name in ("sex", "of"):
        return bool(re.match(r"\s*[:\s]\s*[<>≤≥]?\s*[0-9.,]+\s*(?:-|–|to|a|bis)\s*[0-9]", after))
    return bool(
        re.match(r"\s*(?:[-–+]|to\b|bis\b|a\b|al\b|and\b|und\b|y\b|e\b|et\b|tot\b)\s*[0-9]", after)
    ) and name in ("age", "both", "prose")


@cache
def _others() -> dict[str, re.Pattern[str]]:
    """What says that an age or a sex is somebody else's, or no person's."""
    others = "|".join(
        [_any("specimen", "another person"), _any("specimen", "a relative"), _any("specimen", "an animal")]
    )
    people, group = rf"(?:{others})(?:['’]s)?", _any("not the age", "several people")
    own = r"(?:her|his|my|our|your|their)"
    return {
        "somebody else": re.compile(rf"(?<!\w)(?:{people}|{group})(?!\w)(?![^.;]*\bname\b)[^.;]*$"),
        "of another": re.compile(
            rf"(?<!\w)(?:{others})(?!\w)(?:\s*:[^.;|\t]*|\s*(?:{_any('trait')})(?!\w)[^.;|\t]*|\s*)$"
        ),
        "possessive": re.compile(rf"\b{own}\s*$"),
        "another age": re.compile(
            rf"(?<!\w)(?:{_any('not the age', 'another age')}|{group}|{people}|{own})(?!\w)[\s:]*$"
        ),
        "somebody's": re.compile(rf"['’]s\s+{people}(?!\w)"),
        "a person": re.compile(rf"\s+{people}(?!\w)"),
        "a thing": re.compile(rf"\s*(?:[^\W\d_]+\s+)?(?:{_any('not the age', 'a thing')}|{people})(?!\w)"),
    }


@cache
def _says_pregnant() -> re.Pattern[str]:
    """Words for a pregnancy of this person; a gestational age may be that at which a child was born."""
    return re.compile(_pregnancy()["state"])


def _ended(draft: Draft, line: str, text: str) -> bool:
    """Whether a pregnancy that a line tells of may have ended; then that is noted."""
    ended = bool(_says_pregnant().search(text) and _ends_a_pregnancy().search(text))
    if ended:
        said = re.sub(";{2,}", "...", line).strip()
        draft.note(f'The pregnancy in "{units.clip(said, 200)}" may have ended: it is not taken.')
    return ended


@cache
def _to_its_week() -> re.Pattern[str]:
    of = _pregnancy()
    then = rf"(?!\s+(?:{_any('not the age', 'another time')})(?!\w))"
    return re.compile(rf"{of['state']}{of['leads']}{_WEEKS}{_NAMED_WEEKS}\)?{then}")


@cache
def _before_pregnant() -> re.Pattern[str]:
    """What may stand directly before "pregnant at 30 weeks" and says nothing else of it."""
    return re.compile(
        rf"(?:^|[,;|.(\t]\s*|[0-9]\s?f\s*|(?<!\w)(?:{_any('lead', 'is')}|{_any('sex', 'female')}|and|currently)\s+)$"
    )


def _with_its_week(text: str) -> str:
    """The text with every pregnancy and its week as one clause: "pregnant woman (30 weeks)", "pregnant: yes, 30 weeks"."""
    text = re.sub(rf"(?<=[0-9])\.(?=\s?{_WEEK}(?!\w))", "º", text)
    for found in _to_its_week().finditer(text):
        start, end = found.span()
        whole = re.sub(r"[,;|\t()]|\.(?![0-9])", " ", found[0])
        before, after = text[:start], text[end:]
        if re.search(rf"{_pregnancy()['no']}$", before):
            continue
        if re.search(r"[^,;|\t.]\s$", before) and _before_pregnant().search(before[-_REACH:]):
            before = f"{before[:-1]},"
        text = before + whole + (f",{after[1:]}" if after[:1] == " " else after)
    return text


@cache
def _ends_a_pregnancy() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_any('lead', 'the end of a pregnancy')})(?!\w)")


def _somebody_else(before: str, reach: int) -> bool:
    """Whether the words before name another person, or several."""
    return bool(_others()["somebody else"].search(before[-reach:]))


@cache
def _of_an_interval() -> re.Pattern[str]:
    """ "Reference range (pregnancy, 3rd trimester)": what is said of an interval in its sentence is of no person."""
    words = "|".join(re.escape(word) for word in words_for("heading", "range") if word not in _MAY_BE_A_PERSON)
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)[^.;:]*$|(?<!\w)(?:{words}):[^.;:(]*\([^.;:)]*$")


_MAY_BE_A_PERSON = ("normal", "ref", "norm", "limits", "expected", "biological")
"""Words of an interval that may as well tell of a person or of a letter: "normal pregnancy, 30 weeks"."""


def _of_another(line: str, text: str, found: re.Match[str], name: str) -> bool:
    """Whether an age or a sex is that of another person, of several, or of a thing ("10-day-old sample")."""
    before, others = text[max(0, found.start() - 60) : found.start()], _others()
    if name in ("age", "both", "sex") and others["of another"].search(before):
        return True
    if name in ("age", "both", "sex"):
        said = re.search(r"(\w+)\s*$", line[max(0, found.start() - 60) : found.start()])
        running = (
            name == "age" and ":" not in found[0] and said is not None and said[1].islower() and not sex_of(said[1])
        )
        return running or bool(others["another age"].search(before))
    if name == "titled" and (label := re.search(r"((?:\w+\s)?\w+)\s*:\s*$", before)):
        return not {tokens_of(label[1]), tokens_of(label[1])[-1:]} & meant("lead", "the patient")
    if (
        others["somebody's"].match(text, found.end())
        or others["possessive"].search(before)
        or _somebody_else(before, 25)
    ):
        return True
    return not found.groupdict().get("s") and bool(others["a thing"].match(text, found.end()))


def _may_be_years(number: str, said: str) -> bool:
    """Whether an M behind an age may be the sex and no month: "Age 19 M", "Age: 61M", but not "Age: 8M"."""
    return float(number) >= 12 or bool(re.search(r"[0-9]\s+m\b", said))


def _take(draft: Draft, found: re.Match[str], name: str) -> bool:
    given = found.groupdict()
    if name == "titled":
        given = {key[0]: said for key, said in given.items() if said} | {"s": None}
        given["y"] = given.get("y") or given["z"]
        draft.tell("sex", listed("title")[tokens_of(given["t"])])
    sex = next((given[key] for key in ("s", "s0", "s2") if given.get(key)), None)
    sex = "m" if given.get("man") else sex  # in German a woman is a Patientin
    years = given.get("y") or given.get("y2") or given.get("y0")
    if name == "age" and given.get("su") == "m" and not sex and _may_be_years(given["sn"], found[0]):
        draft.months_or_years = float(given["sn"])
        return True
    if (
        name == "pair"
        and given.get("s") == "m"
        and float(years or 0) < _GROWN
        and re.fullmatch(r"[0-9]+\s*m", found[0])
    ):
        draft.months_or_years = float(years or 0)
        return True
    if name == "age" and sex and _not_the_sex(draft, found, sex):
        sex = None
    if name == "both" and not sex and given.get("su") == "m" and given.get("sn"):
        years, sex, given["sn"], given["su"] = given["sn"], "m", None, None
    if said := re.search(_pregnancy()["within"], found[0]):
        if said[1]:
            draft.tell("trimester", 0)
        else:
            draft.pregnant = draft.pregnant or not _ended(draft, found.string, found.string)
    told = _take_age(draft, given, years)
    return bool(sex and _tell_sex(draft, found[0] if name in ("age", "both", "sex") else "", sex)) or told


def _not_the_sex(draft: Draft, found: re.Match[str], sex: str) -> bool:
    """Whether a word behind an age is no sex of this person: an M beside a bare number, "male partner", an English W."""
    if sex == "m" and not found["yu"] and not re.search(r"[/,;|.()&-]\s*m$", found[0]):
        return True
    if sex == "w" and not found[0].startswith("alter"):
        draft.note(f'The sex "w" is not taken: what this letter means in "{found[0].strip()}" is not known.')
        return True
    after = found.string[found.end() : found.end() + _REACH]
    initial = re.match(r"\.\s+[^\W\d_]", after) and lex(after[1:].strip())[0].kind == "word"
    begins = re.search(r"[,;]\s*\w$", found[0]) and re.match(r"\s+[^\W\d_]", after) and not _next_field(after)
    if len(sex) == 1 and (initial or begins):
        draft.note(
            f'The sex "{sex}" is not taken: in "{found[0].strip()}{after[:20].rstrip()}" it may be the beginning of something else.'
        )
        return True
    return bool(_others()["a person"].match(after))


def _take_age(draft: Draft, given: dict[str, str | None], years: str | None) -> bool:
    """Take the age of a statement: in years, or in the unit beside its number or in the bracket of its label."""
    inside = given.get("in") or ""
    unit = given.get("su") or given.get("sc") or (inside if _unit_inside(given) else "")
    per = PER_YEAR.get(listed("age_unit").get(tokens_of(unit or ""), ""), 1)
    number = given.get("sn") or years
    if not number:
        return False
    parts = sum(float(given.get(key) or 0) / PER_YEAR[name] for key, name in _SMALLER.items())
    draft.tell_age(float(number.replace(",", ".")) / per + parts)
    return True


def _clauses(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left of a line, cut at commas, semicolons, full stops and cells."""
    rest = list(text)
    for start, end in spans:
        rest[start:end] = "," * (end - start)
    found = re.finditer(r"(?:[^,;|\t.]|\.(?=[0-9])|,(?=[0-9]{3}(?![0-9])))+", "".join(rest))
    cut = []
    for each in found:
        inner = each[0].strip(" -*•:")
        if bracket := re.fullmatch(r"\(?([^()]+)\)", inner):
            inner = bracket[1]
        if re.search(r"\w", inner):
            start = each.start() + each[0].index(inner)
            cut.append((start, start + len(inner)))
    return cut


def _read_clause(draft: Draft, clause: str, beside: bool = False) -> str:
    """What kind of statement a clause is: "told" when it was taken, "lone" for an age or a sex alone, else "".

    ``beside``: nothing unread stands between it and what was said before, so that weeks are those of a pregnancy.
    """
    clause = re.sub(r"\s+(?:with|and|who|had|has)$", "", _GRAVIDA.sub("pregnant ", clause))
    week = re.fullmatch(rf"{_pregnancy()['to']}{_WEEKS}", clause)
    if week and (draft.pregnant or "ssw" in clause):
        if beside or "ssw" in clause:
            _tell_weeks(draft, week, draft.pregnant)
        return "told" if beside or "ssw" in clause else ""
    for name, pattern in _clause_patterns():
        if found := pattern.fullmatch(clause):
            _TELL[name](draft, found)
            return "told"
    pattern = _patterns()
    plain = re.sub(r"^(?:(?:pt|patient|patientin)\s*:?|this|she is|he is|a|an)\s+", "", clause)
    if found := pattern["pair"].fullmatch(plain):
        return "told" if _take(draft, found, "pair") else ""
    found = pattern["pair of months"].fullmatch(plain)
    if found and bool(found["s"]) != bool(found["s2"]) and not draft.pregnant:
        return "told" if _take(draft, found, "pair of months") else ""
    if not re.search(r"[^\W\d_]", plain):
        return ""
    if pattern["age alone"].fullmatch(plain) or pattern["sex alone"].fullmatch(plain):
        return "lone" if len(plain) > 1 else ""
    return ""


def _read_alone(draft: Draft, clause: str) -> bool:
    pattern = _patterns()
    found = pattern["sex alone"].fullmatch(clause) or pattern["age alone"].fullmatch(clause)
    if re.fullmatch(_WEEKS, clause):
        draft.note(
            f'The "{clause}" may be an age or a pregnancy: it is not taken. Write "Age: {clause}" if it is the age.'
        )
        return True
    if found and draft.pregnant and found.groupdict().get("sn"):
        return False  # "Pregnant, 7 months"
    return bool(found) and _take(draft, found, "alone")


def _tell_trimester(draft: Draft, found: re.Match[str]) -> None:
    word = found["word"] or found["number"] or found["short"]
    draft.tell("trimester", _ORDINALS.get(word) or int(word))


def _tell_pregnant(draft: Draft, found: re.Match[str]) -> None:
    said = _pregnancy_said(found[0])
    draft.pregnant = draft.pregnant or said
    if found["weeks"]:
        _tell_weeks(draft, found, said)
    sexes = [sex for word in re.findall(r"[^\W\d_]{2,}", found[0]) if (sex := sex_of(word))]
    if said and sexes:
        draft.tell("sex", sexes[0])


def _pregnancy_said(said: str) -> bool:
    """Whether a pregnancy of this person is told; a gestational age alone may be that at which a child was born."""
    return bool(_says_pregnant().search(said))


def _tell_weeks(draft: Draft, found: re.Match[str], said: bool = True) -> None:
    """Take how far a pregnancy is; the 30th week is the one after 29 whole ones."""
    more = found["plus"] or found["more"] or found["days"] or 0
    days = 7 * (int(found["weeks"]) - bool(found["in_week"])) + int(more)
    if said:
        draft.tell_gestation(days)
    else:
        draft.gestations.append(days)


_TELL = {
    "not pregnant": lambda draft, found: draft.tell("trimester", 0),
    "trimester": _tell_trimester,
    "pregnant": _tell_pregnant,
    "weeks": _tell_pregnant,
    "not duffy": lambda draft, found: draft.tell("duffy_null", False),
    "duffy": lambda draft, found: draft.tell("duffy_null", True),
    "no smoker": lambda draft, found: draft.tell("smoker", False),
    "smoker": lambda draft, found: draft.tell("smoker", True),
    "elevation": lambda draft, found: draft.tell("elevation_m", float(re.sub(r"[,. ]", "", found["m"]))),
}

# --- a cell of a table -------------------------------------------------------------------------------------------

_YES, _NO = (
    ("yes", "y", "true", "1", "1.0", "ja", "si", "oui", "sim"),
    ("no", "n", "false", "0", "0.0", "nein", "non", "nao"),
)
_NOTHING = ("", "na", "n/a", "nan", "none", "null", "unknown", "-", "?", "not known", "not stated")


def trait_of(title: str) -> str:
    """Which fact about the person a column or a row names; "" when none."""
    return listed("trait").get(tokens_of(title), "")


def _told(draft: Draft) -> tuple[Any, ...]:
    """All that has been said of the person so far."""
    return dict(draft.about), set(draft.doubtful), len(draft.notes), draft.masculino_or_mujer


def read_trait(draft: Draft, trait: str, cell: str, title: str = "sex") -> None:
    """Take a table cell about the person, under its title, into the draft; a cell that cannot be read is noted."""
    text = fold(cell.strip())
    if text in _NOTHING:
        return
    before = _told(draft)
    title = fold(title)
    _note_language(draft, title)
    if trait == "sex" and (sex_of(text) or _meaning(title, text)):
        _tell_sex(draft, title, text)
    elif trait == "age":
        read_person(draft, f"age {text}", alone=False)
    elif trait == "trimester":
        _read_clause(draft, f"trimester {text[0]}" if re.fullmatch(r"[0-3](?:\.0)?", text) else f"{text} trimester")
    elif trait == "pregnant":
        weeks = " weeks" if re.fullmatch(r"[0-9]{2}", text) else ""
        _read_clause(
            draft, "not pregnant" if text in _NO else "pregnant" if text in _YES else f"pregnant {text}{weeks}"
        )
    elif trait in ("duffy_null", "smoker") and text in (*_YES, *_NO):
        draft.tell(trait, text in _YES)
    elif trait == "duffy_null":
        _read_clause(draft, f"duffy {text}") or _read_clause(draft, text)
    elif trait == "elevation_m":
        _read_clause(draft, f"elevation {text.removesuffix(' m').removesuffix('m').removesuffix('.0')} m")
    if before == _told(draft) and _NAMES.get(trait, trait) not in draft.about:
        draft.note(f"Not read: {trait.replace('_', ' ')} {cell.strip()[:60]!r}")


_NAMES = {"age": "age_y", "pregnant": "trimester"}
