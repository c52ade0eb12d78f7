"""Paste a report: what was read, what each value means for this person, and what cannot be told and why.

>>> reader = ReportReader("Hgb 7.2 g/dL, PLT 18 K/uL, age 34, female")
>>> reader.table()
"""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
import pandas as pd
import traitlets

from helpers.blood.causes import Findings
from helpers.blood.count import BloodCount
from helpers.blood.derived import complete
from helpers.blood.reference import DEFAULT_REFERENCE, Flag, Reference, flag, may_be_pregnant
from helpers.blood.traps import Trap, traps
from helpers.blood.units import ANALYTES, show
from helpers.panels.controls import Button, Choice, Words, Writing, tie
from helpers.panels.panel import Panel
from helpers.panels.person import PREGNANCY, SEX, age_slider
from helpers.panels.red_flags import banner
from helpers.panels.words import links
from helpers.pictures import page
from helpers.pictures.count import interval_words, short_name

_ASSUME = {
    "leave it: cannot tell": None,
    "take SI units (g/L, ×10⁹/L)": "si",
    "take conventional units (g/dL, ×10³/µL)": "conventional",
}
_EXAMPLE = "e.g.  WBC 2.1 K/uL, Hgb 7.2 g/dL, PLT 18 x10^3/mm3, Neut 38 %"


class ReportReader(Panel):
    """A place to paste a laboratory report and see it read, line by line.

    Args:
        text: a report to begin with; it is read at once.
        age_y: age in years, where the report does not say it.
        sex: "female" or "male", where the report does not say it.
        trimester: 0 not pregnant, 1 to 3, where the report does not say it.
        reference: reference set(s) for the flags.
        person: whether the learner can state age, sex and pregnancy.

    Nothing typed is ever emptied by the panel, and nothing leaves the machine.
    """

    text = traitlets.Unicode("")
    age_y = traitlets.Float(None, allow_none=True)
    sex = traitlets.Enum(["female", "male"], None, allow_none=True)
    trimester = traitlets.Enum([0, 1, 2, 3], None, allow_none=True)
    assume = traitlets.Enum(["si", "conventional"], None, allow_none=True, help="units of numbers printed without one")
    readings = traitlets.Int(0, help="counts how often it was read; what shows the panel watches this")

    def __init__(
        self,
        text: str = "",
        age_y: float | None = None,
        sex: str | None = None,
        trimester: int | None = None,
        reference: Reference = DEFAULT_REFERENCE,
        person: bool = True,
    ) -> None:
        super().__init__(text=text, age_y=age_y, sex=sex, trimester=trimester)
        self.reference, self.with_person = reference, person
        self.read()
        self.observe(lambda change: self.read(), ["age_y", "sex", "trimester", "assume"])

    # --- the model ---

    def read(self) -> None:
        """Read the text as it stands."""
        self._read_text = self.text
        printed = BloodCount.from_text(self.text, assume=self.assume)
        stated = {name: getattr(self, name) for name in ("age_y", "sex", "trimester")}
        about = {name: value for name, value in stated.items() if getattr(printed.person, name) is None}
        self._trouble = []
        if about.get("trimester") and not self._may_be_pregnant(printed, about):
            about["trimester"] = None
            self._trouble.append("Pregnancy is left out: it does not go with the sex or the age stated.")
        for name, said in (("age_y", "age"), ("sex", "sex"), ("trimester", "pregnancy")):
            own = getattr(printed.person, name)
            if own is not None and stated[name] is not None and own != stated[name]:
                self._trouble.append(f"The report states another {said} than the one chosen; the report's own is used.")
        self.printed = printed.change(**about)
        self.count = complete(self.printed)
        self.status = self._say()
        self.readings += 1

    @staticmethod
    def _may_be_pregnant(printed: BloodCount, about: dict) -> bool:
        sex = printed.person.sex or about.get("sex")
        age = printed.person.age_y if printed.person.age_y is not None else about.get("age_y")
        return may_be_pregnant(sex, age)

    @property
    def changed(self) -> bool:
        """Whether the text was changed since it was read."""
        return self.text != self._read_text

    def flags(self) -> dict[str, Flag]:
        """Every value held against this person's reference interval, by short name."""
        return {found.analyte: found for found in flag(self.count, self.reference)}

    def traps(self) -> list[Trap]:
        """What suggests that the sample, not the blood, is unusual."""
        return traps(self.printed)

    def _say(self) -> str:
        if not self.text.strip():
            return "Paste a report above, then press Read it."
        known = [name for name, value in self.printed.values.items() if value.known]
        untold = [name for name, value in self.printed.values.items() if not value.known]
        if not known and not untold:
            return "No value of a blood count was found in this text."
        flags = self.flags()
        parts = [f"{len(known)} {'value' if len(known) == 1 else 'values'} read"]
        parts += [f"{len(untold)} cannot be told"] if untold else []
        for verdict in ("low", "high"):
            names = [short_name(name).lower() for name, found in flags.items() if found.verdict == verdict]
            parts += [f"{verdict}: {', '.join(names)}"] if names else []
        found = self.traps()
        parts += [f"look again: {', '.join(trap.name for trap in found)}"] if found else []
        return " ".join(["; ".join(parts) + ".", *self._trouble])

    def banner(self) -> str:
        """The red flags of what was read as HTML, and what to ask because of it; "" when there is nothing."""
        return banner(Findings(self.count, reference=self.reference))

    def table(self) -> pd.DataFrame:
        """One row a value: as printed, what it is in SI and conventional units, the flag, and the reason."""
        flags, rows = self.flags(), []
        for name, value in self.count.values.items():
            found = flags.get(name)
            amount = "cannot tell" if not value.known else ("below " if value.below else "") + show(value.amount, name)
            verdict = found.verdict if found and value.known else "cannot tell" if not value.known else "not flagged"
            compared = interval_words(found.interval) if found else "no reference interval in this course"
            rows.append((ANALYTES[name].label, value.printed or "", amount, verdict, value.reason or compared))
        return pd.DataFrame(rows, columns=["value", "as printed", "result", "flag", "because"]).set_index("value")

    def words(self) -> str:
        """What was read as HTML: the table, what was not read, and the traps."""
        parts = []
        if self.count.values:
            caption = f"What was read, for: {page.literal(str(self.count.person))}"
            parts.append(page.table(self.table(), caption))
            used = {f.interval.reason: f.interval for f in self.flags().values() if f.interval.known}
            intervals = [f"{page.literal(reason)} {links(found.source)}" for reason, found in used.items()]
            parts.append(_list("Reference intervals used", intervals))
        parts.append(_list("Look again before you believe it", [_trap_words(trap) for trap in self.traps()]))
        parts.append(_list("Not read, or to be known", [page.literal(note) for note in self.count.notes]))
        return "".join(parts)

    # --- showing it ---

    def static_html(self) -> str:
        """The twin for where there is no kernel: the report, red flags and what was read."""
        report = f"<pre>{page.escape(self.text)}</pre>" if self.text else ""
        return f"{report}{self.banner()}<p><strong>{page.escape(self.status)}</strong></p>{self.words()}"

    def make_view(self) -> _View:
        """Build the widgets."""
        return _View(self)


def _list(title: str, items: Sequence[str]) -> str:
    if not items:
        return ""
    lines = "".join(f"<li>{page.inline(item)}</li>" for item in items)
    return f"<p><strong>{page.escape(title)}</strong></p><ul>{lines}</ul>"


def _trap_words(trap: Trap) -> str:
    said = page.literal(f"{trap.sentence} {trap.reason} {trap.what_to_do}")
    return f"**{page.literal(trap.name)}**: {said} {links(trap.source)}"


class _View:
    """The reader's widgets: they hold nothing of their own and follow the model."""

    def __init__(self, model: ReportReader) -> None:
        self.model = model
        self.writing = Writing("Your report", model.text, example=_EXAMPLE, rows=7)
        self.assume = Choice("A number without a unit", _ASSUME)
        tie(model, text=self.writing, assume=self.assume)
        self.button = Button("Read it")
        self.button.when_pressed(model.read)
        controls: list[ipywidgets.Widget] = [self.writing, self.assume]
        if model.with_person:
            controls += self._about()
        self.words = Words()
        self.box = ipywidgets.VBox(
            [*controls, self.button, self.words],
            layout={"max_width": "800px", "grid_gap": "7px", "overflow": "visible"},
        )
        model.observe(lambda change: self._follow(), "readings")
        model.observe(lambda change: self._note(), "text")
        self._follow()

    def _about(self) -> list[ipywidgets.Widget]:
        model = self.model
        self.age = age_slider(model.age_y, "Age, if the report does not say it")
        self.sex, self.pregnancy = Choice("Sex", SEX, model.sex), Choice("Pregnancy", PREGNANCY, model.trimester)
        tie(model, age_y=self.age, sex=self.sex, trimester=self.pregnancy)
        return [self.age, self.sex, self.pregnancy]

    def _follow(self) -> None:
        self.words.show(self.model.status, self.model.words(), self.model.banner())
        self._note()

    def _note(self) -> None:
        self.writing.note = "Changed since it was read: press Read it." if self.model.changed else ""
