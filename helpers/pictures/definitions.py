"""Who is pancytopenic? The same patients under several definitions, side by side.

Each definition is a row of thin bars, one a patient, in the same order in every row: a full bar meets the definition,
a half bar cannot be told, a dot does not meet it. The limits stand above the bars, each in the ink of its line.

>>> from helpers import table
>>> DefinitionsPicture(table("patients"))
DefinitionsPicture: The definition decides: 17 to 41 of the same 91 patients meet it
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from helpers.blood.grading.severity import editions, grade
from helpers.evidence import cite, records
from helpers.pictures import look
from helpers.pictures.live import LiveFigure
from helpers.pictures.still import StillPicture
from helpers.wording import capital, counted, sources

MET, CANNOT_TELL, NOT_MET = "met", "cannot tell", "not met"

_HEIGHT = {MET: 1.0, CANNOT_TELL: 0.5, NOT_MET: 0.1}
_FILL = {MET: look.INK["other"], CANNOT_TELL: look.NEUTRAL_EDGE, NOT_MET: look.QUIET}
_NAME = {"hb": "Hb"}
_SEX = {"male": "men", "female": "women", "any": ""}

_TOP, _ROW, _BARS = 104, 86, 26
_BARS_WIDTH = 290
_HOW_TO_READ = (
    "A line is low below its limit. One bar is one patient,",
    "full: met · half: cannot tell · dot: not met",
)
_COLUMNS = {"red": 12, "white": 236, "platelets": 406}


def pancytopenia_definitions() -> tuple[str, ...]:
    """The definitions of pancytopenia itself, without the neighboring criteria that ask for fewer low lines."""
    kinds = {row["definition"]: row["kind"] for row in records("definitions")}
    return tuple(name for name in editions("pancytopenia") if kinds[name] == "pancytopenia")


class DefinitionsPicture(StillPicture):
    """Which of many patients meet which definition.

    Args:
        patients: one row a patient, with the course's columns (``hb_g_per_l`` ...).
        definitions: keys of ``data/definitions.csv``, top to bottom; the definitions of pancytopenia unless given.

    Raises:
        ValueError: no patients, no definitions, or a definition that is not in the table; the message lists those there
            are.
    """

    def __init__(self, patients: pd.DataFrame, definitions: Sequence[str] | None = None) -> None:
        wanted = tuple(pancytopenia_definitions() if definitions is None else definitions)
        if not len(patients) or not wanted:
            missing = "patient" if wanted else "definition"
            raise ValueError(f"There is no {missing} to show. Give at least one {missing}.")
        labels = {name: grade(patients, "pancytopenia", name).labels()["pancytopenia"] for name in wanted}
        self.definitions = wanted
        self.verdicts = pd.DataFrame(labels, index=patients.index).astype("str")
        self._rows = {name: [row for row in records("definitions") if row["definition"] == name] for name in wanted}
        self.sources = sources(*(self._rows[name][0]["source"] for name in wanted))
        self._draw()

    # --- what it shows ---

    def table(self) -> pd.DataFrame:
        """How many patients meet each definition: one row a definition, columns met, cannot tell, not met, source."""
        counts = pd.DataFrame({name: self.verdicts[name].value_counts() for name in self.definitions}).T
        counts = counts.reindex(columns=[MET, CANNOT_TELL, NOT_MET], fill_value=0).fillna(0).astype(int)
        counts.index = pd.Index([self.name(name) for name in self.definitions], name="definition")
        counts["source"] = [cite(self._rows[name][0]["source"]) for name in self.definitions]
        return counts

    def name(self, definition: str) -> str:
        """What a definition is called, with a word of caution where its source is weak."""
        first = self._rows[definition][0]
        caution = " (weak source)" if any(row["confidence"] == "C" for row in self._rows[definition]) else ""
        return capital(first["short"]) + caution

    def limits(self, definition: str) -> dict[str, str]:
        """The limits of a definition, by line: ``{"red": "Hb 130 men, 120 women", ...}``.

        Low is below the limit; where ≤ stands, at the limit too.
        """
        found: dict[str, str] = {}
        for lineage in dict.fromkeys(row["lineage"] for row in self._rows[definition]):
            rows = [row for row in self._rows[definition] if row["lineage"] == lineage]
            said = []
            for analyte in dict.fromkeys(row["analyte"] for row in rows):
                same = [row for row in rows if row["analyte"] == analyte]
                ends = ", ".join(f"{row['limit']:g} {_SEX[row['sex']]}".strip() for row in same)
                name = _NAME.get(analyte, analyte.upper())
                said.append(f"{name} {'≤ ' if same[0]['operator'] == '<=' else ''}{ends}")
            found[lineage] = " or ".join(said)
        return found

    def _counts(self, definition: str) -> dict[str, int]:
        found = self.verdicts[definition].value_counts()
        return {verdict: int(found.get(verdict, 0)) for verdict in (MET, CANNOT_TELL, NOT_MET)}

    # --- the words ---

    def point(self) -> str:
        """The picture's title: what it shows, in a sentence."""
        met = [self._counts(name)[MET] for name in self.definitions]
        patients = counted(len(self.verdicts), "patient")
        if len(met) == 1:
            return f"{met[0]} of {patients} {'meets' if met[0] == 1 else 'meet'} the definition"
        if min(met) == max(met):
            return f"Each definition is met by {met[0]} of {patients}"
        return f"The definition decides: {min(met)} to {max(met)} of the same {patients} meet it"

    def describe(self) -> str:
        """The picture in words, for those who do not see it."""
        parts = [f"{self.point()}."]
        for name in self.definitions:
            tally = ", ".join(f"{number} {verdict}" for verdict, number in self._counts(name).items() if number)
            limits, lines = self.limits(name), self._rows[name][0]["required"]
            needs = "all lines" if lines == len(limits) else f"{lines} of {len(limits)} lines"
            parts.append(f"{self.name(name)}, {needs} low, below {'; '.join(limits.values())}: {tally}.")
        return " ".join(parts)

    def caption(self) -> str:
        """Where the limits come from, in light markdown."""
        weak = any("(weak source)" in self.name(name) for name in self.definitions)
        caution = " Weak source: limits seen in use, but on a page that is no authority." if weak else ""
        units = "Hb in g/L; WBC (white cells), ANC (neutrophils) and PLT (platelets) in ×10⁹/L."
        return f"{units}{caution} Sources: {self.links()}."

    # --- the picture ---

    def _draw(self) -> None:
        live = self.live = LiveFigure(look.WIDTH, _TOP + _ROW * len(self.definitions) + 4)
        self.write_title()
        for place, words in enumerate(_HOW_TO_READ):
            live.text(12, 56 + 20 * place, words, fontsize=look.SMALL, color=look.QUIET)
        order = self._order()
        for place, name in enumerate(self.definitions):
            self._draw_row(live, name, _TOP + place * _ROW, self.verdicts[name].iloc[order])

    def _order(self) -> list[int]:
        """Positions of the patients in the order of the bars: those who meet most definitions first."""
        codes = self.verdicts.replace({MET: "2", CANNOT_TELL: "1", NOT_MET: "0"}).astype(int)
        codes = codes.reset_index(drop=True)
        most = sorted(self.definitions, key=lambda name: -codes[name].sum())
        return codes.sort_values(most, ascending=False, kind="stable").index.tolist()

    def _draw_row(self, live: LiveFigure, name: str, top: float, verdicts: pd.Series) -> None:
        live.text(12, top, self.name(name), fontweight="bold")
        for lineage, words in self.limits(name).items():
            live.text(
                _COLUMNS[lineage],
                top + 20,
                f"{look.SIGN[lineage]} {words}",
                fontsize=look.SMALL,
                color=look.INK[lineage],
            )
        sides = dict(xlim=(-0.5, len(verdicts) - 0.5), ylim=(0, 1), label=name)
        axes = live.sheet(12, top + 43, _BARS_WIDTH, _BARS, **sides)
        for verdict, height in _HEIGHT.items():
            places = [place for place, found in enumerate(verdicts) if found == verdict]
            axes.bar(places, height, width=0.72, color=_FILL[verdict], label=verdict)
        counts = self._counts(name)
        unsure = f", {counts[CANNOT_TELL]} cannot tell" if counts[CANNOT_TELL] else ""
        live.text(_BARS_WIDTH + 22, top + 48, f"{counts[MET]} met{unsure}")
