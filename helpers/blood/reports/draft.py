"""One count from many results: older ones kept as older, two never settled silently, parts within the whole."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from helpers.blood.core import units
from helpers.blood.core.amount import Result, same, twice
from helpers.blood.core.count import BloodCount, Person, may_be_pregnant, trimester_of
from helpers.blood.core.derived import FIVE_PARTS, neutrophils_with_bands
from helpers.blood.core.units import ANALYTES
from helpers.blood.core.value import Value, cannot_tell
from helpers.blood.core.words import ABSOLUTE, SHARE
from helpers.blood.reports.dates import latest, of_one_day
from helpers.evidence import constant
from helpers.wording import listed

MOST_NOTES = 60
_MOST_MONTHS = 24
"""Ages from here on are not told in months where M may mean the sex."""
WHITE_PARTS = ("anc", "alc", "amc", "aec", "abc", "cd4")


@dataclass
class Draft:
    """Results and notes, gathered one by one; :meth:`finish` gives the count."""

    results: dict[str, Result] = field(default_factory=dict)
    older: dict[str, list[Result]] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    """Facts about the person that the report contradicts."""
    notes: dict[str, None] = field(default_factory=dict)
    """Sentences, each once, in order."""
    twice: set[str] = field(default_factory=set)
    """Quantities printed with different values."""
    months_or_years: float | None = None
    """An age with an M behind it, which stands for months or for the sex."""
    masculino_or_mujer: bool = False
    """The sex is an M beside a Spanish label."""
    portuguese: bool = False
    """A label of the report is Portuguese."""
    gestations: list[float] = field(default_factory=list)
    """Gestational ages in days, of which nothing tells whether they are those of a pregnancy of this person."""
    pregnant: bool = False
    """It is said that this person is pregnant."""
    other_cells: float = 0.0
    """Sum of the percentages of white cells that are not kept."""

    def note(self, text: str) -> None:
        """Keep a sentence once."""
        self.notes.setdefault(text)

    def not_read(self, text: str) -> None:
        """Keep what was not read, if it says anything."""
        if re.search(r"[^\W\d_]{2}|[0-9]", text):
            self.note(f"Not read: {units.clip(text.strip(' ,;|'), 200)}")

    def comment(self, text: str, beside: str) -> None:
        """Keep what somebody wrote beside a result: it may say that the result is not to be believed."""
        if text.strip():
            self.note(f'Not read: a comment beside {beside}: "{units.clip(" ".join(text.split()), 200)}"')

    def add(self, result: Result) -> None:
        """Take one result; two different ones of a quantity cannot be told apart."""
        name, new = result.analyte, result.value
        if name not in self.results:
            self.results[name] = result
            return
        before = self.results[name]
        old = before.value
        if name in self.twice:
            return
        if old.known and new.known:
            if old.below != new.below and _within(before, result):
                self._keep_exact(before, result)
            elif not same([before, result]):
                self._conflict(name, [before, result])
            elif result.step < before.step:
                self.results[name] = result
            return
        if not old.known and not new.known:
            return
        known, unknown = (result, before) if new.known else (before, result)
        doubtful = result.either or before.either
        if not doubtful and _contradicts(known, unknown.value):
            self._conflict(name, [before, result])
            return
        self.results[name] = known
        if not doubtful and unknown.value.printed and unknown.value.printed != known.value.printed:
            self.note(
                f'{ANALYTES[name].label}: also printed as "{units.clip(unknown.value.printed)}", which was not used.'
            )

    def _keep_exact(self, one: Result, other: Result) -> None:
        """ "PLT 18" and "PLT <20": both are true, and the one with a number of its own says more."""
        exact, bound = (other, one) if one.value.below else (one, other)
        self.results[exact.analyte] = exact
        self.note(
            f'{ANALYTES[exact.analyte].label}: also printed as "{units.clip(bound.value.printed)}", which was not used.'
        )

    def add_older(self, result: Result) -> None:
        """Keep an earlier result as the earlier one."""
        self.older.setdefault(result.analyte, []).append(result)

    def _conflict(self, name: str, found: list[Result]) -> None:
        """Two different results: the later one is now where both have a date; else it cannot be told."""
        now = latest([each.value.time for each in found])
        if now is not None:
            self.results[name] = found[now]
            self.add_older(found[1 - now])
            return
        self.twice.add(name)
        self.results[name] = Result(name, twice(name, [each.value for each in found]))

    # --- the person ---

    def tell(self, trait: str, value: Any) -> None:
        """Take a fact about the person; one that contradicts another is dropped, with a note."""
        if trait in self.doubtful:
            return
        if self.about.setdefault(trait, value) != value:
            words = trait.replace("_y", "").replace("_m", "").replace("_", "-")
            self.note(f"The report gives two different answers on the person's {words}; neither is used.")
            self.doubtful.add(trait)
            del self.about[trait]

    def tell_age(self, years: float) -> None:
        """Take an age, if a living person can have it."""
        if 0 <= years <= constant("age_limit_y"):
            self.tell("age_y", round(years, 6))
        else:
            self.note(f"An age of {years:g} years cannot be: the age cannot be told.")

    def _settle_age(self) -> None:
        """An age with an M behind it: months where the sex is told besides, and the age is one told in months."""
        number, self.months_or_years = self.months_or_years, None
        if number is None or "age_y" in self.about:
            return
        if "sex" in self.about and number < _MOST_MONTHS:
            self.tell_age(number / 12)
        else:
            self.note(f'The age "{number:g}M" may be months, or years and the sex: neither is taken.')

    def _settle_sex(self) -> None:
        """An M beside "Sexo" is masculino in a Portuguese report; in a Spanish one it may stand for mujer."""
        asked, self.masculino_or_mujer = self.masculino_or_mujer, False
        if asked and self.portuguese:
            self.tell("sex", "male")
        elif asked and "sex" not in self.about:
            self.note('The sex "M" is not taken: in Spanish it may stand for masculino or for mujer. Write the word.')

    def _settle_gestation(self) -> None:
        """A gestational age is that of a pregnancy where one is said, or of a woman whose age is one of pregnancies."""
        told, self.gestations = self.gestations, []
        woman = self.about.get("sex") == "female" and "age_y" in self.about
        own = self.pregnant or (woman and may_be_pregnant("female", self.about["age_y"]))
        for days in told if own else []:
            self.tell_gestation(days)
        if self.pregnant and "trimester" not in self.about and "trimester" not in self.doubtful:
            self.note("Pregnant, but the week is not printed: limits that depend on the trimester cannot be chosen.")
        if told and not own:
            self.note("A gestational age is printed, and no pregnancy of this person is told: it is not taken.")

    def tell_gestation(self, days: float) -> None:
        """Take a length of pregnancy as its trimester."""
        trimester = trimester_of(days)
        if trimester is None:
            self.note(f"A pregnancy of {days / 7:g} weeks cannot be: the trimester cannot be told.")
        else:
            self.tell("trimester", trimester)

    # --- one count ---

    def finish(self, label: str = "") -> BloodCount:
        """The count, its parts checked against each other."""
        self._settle_sex()
        self._settle_age()
        self._settle_gestation()
        self._use_older()
        self._check_parts()
        self._check_shares()
        self._tell_days()
        notes = list(self.notes)
        for name, result in self.results.items():
            if result.value.assumed:
                shown = units.show(result.value.amount, name)
                notes.append(
                    f'{ANALYTES[name].label} "{result.value.printed}" has no unit; by the units chosen it is {shown}.'
                )
        if len(notes) > MOST_NOTES:
            notes[MOST_NOTES:] = [f"{len(notes) - MOST_NOTES} more lines were not read."]
        values = {name: result.value for name, result in self.results.items()}
        if self.other_cells and "anc" not in values and (either := neutrophils_with_bands(values, others=True)):
            values["anc"] = either
        if self.about.get("trimester") and not may_be_pregnant(self.about.get("sex"), self.about.get("age_y")):
            notes.append("A pregnancy is stated that does not go with the sex or the age stated: it is left out.")
            del self.about["trimester"]
        return BloodCount(values, Person(**self.about), tuple(notes), label)

    def _use_older(self) -> None:
        """An earlier result never stands in for a present one: it is noted, or said to be the only one."""
        for name, found in self.older.items():
            label, value = ANALYTES[name].label, found[0].value
            twin = SHARE.get(name) or ABSOLUTE.get(name)
            if name in self.results or (twin in self.results and not value.known):
                label = ANALYTES[name if name in self.results else twin].label
                self.note(
                    f'{label}: an earlier result is printed too ("{units.clip(value.printed)}"); it was not used.'
                )
                continue
            choices = ((value.printed, value.amount),) if value.known else ()
            why = f'{label}: only an earlier result is printed ("{units.clip(value.printed)}"), none of now.'
            self.results[name] = Result(
                name, replace(cannot_tell(value.printed, value.unit, why, choices), span=value.span)
            )

    def _tell_days(self) -> None:
        """Say that the values are of several days, where it is printed: they are no one moment's count."""
        days: dict[str, list[str]] = {}
        for name, result in self.results.items():
            if result.value.time:
                days.setdefault(result.value.time, []).append(ANALYTES[name].label)
        if not of_one_day(list(days)):
            told = "; ".join(f"{listed(names)}: {units.clip(day)}" for day, names in days.items())
            self.note(f"These values are of several days, and changes between them are not seen ({told}).")

    def _known(self) -> dict[str, Result]:
        return {name: each for name, each in self.results.items() if each.value.known and not each.value.below}

    def _doubt(self, name: str, why: str) -> None:
        old = self.results[name].value
        reason = f'{ANALYTES[name].label} "{old.printed}" cannot be told: {why} '
        reason += "Look at the report again, or ask the laboratory."
        choices = ((old.printed, old.amount),)
        self.results[name] = Result(name, replace(cannot_tell(old.printed, old.unit, reason, choices), span=old.span))

    def _check_parts(self) -> None:
        """A kind of white cell cannot outnumber all white cells."""
        known = self._known()
        if "wbc" not in known:
            return
        white, doubted = known["wbc"], False
        for name in WHITE_PARTS:
            if name in known and known[name].value.amount > white.value.amount + 0.5001 * (
                known[name].step + white.step
            ):
                shown = f"{units.show(known[name].value.amount, name)} of {units.show(white.value.amount, 'wbc')}"
                self._doubt(
                    name, f"a kind of white cell cannot outnumber all white cells ({shown}). One of the two is wrong."
                )
                doubted = True
        if doubted:
            self._doubt("wbc", "a kind of white cell is printed with a larger number. One of the two is wrong.")

    def _check_shares(self) -> None:
        known = self._known()
        parts = [name for name in (*FIVE_PARTS, "blast_pct") if name in known]
        segmented = [name for name in ("seg_pct", "band_pct") if name in known]
        # Neutrophils may or may not include the bands: the smaller sum may not pass 100, the larger must reach it.
        shares = (["neut_pct"] if "neut_pct" in known else segmented) + parts
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
        for name in {*shares, *segmented}:
            self._doubt(name, f"the percentages of the white cells add up to {found}. At least one of them is wrong.")


def _within(one: Result, other: Result) -> bool:
    """Whether the exact one of two results is smaller than the limit that the other tells."""
    exact, bound = (other, one) if one.value.below else (one, other)
    return exact.value.amount < bound.value.amount


def _contradicts(known: Result, unknown: Value) -> bool:
    """Whether a bare number that could not be told is another one than the known value in every unit."""
    number = re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", unknown.printed)
    if not number:
        return False
    could = [amount for _, amount in units.meanings(float(number[0]), known.analyte)]
    return bool(could) and not any(abs(amount - known.value.amount) <= 0.5001 * known.step + 1e-9 for amount in could)
