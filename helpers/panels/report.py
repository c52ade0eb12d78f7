"""Paste a report: what was read, what each value means for this person, and what cannot be told and why.

>>> reader = ReportReader("Hgb 7.2 g/dL, PLT 18 K/uL, age 34, female")
>>> reader.table()["flag"].tolist()
['low', 'low']
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import ipywidgets
import pandas as pd
import traitlets

from helpers import page
from helpers.blood.core.count import BloodCount
from helpers.blood.core.derived import complete
from helpers.blood.core.units import ANALYTES, rounded
from helpers.blood.core.value import Value
from helpers.blood.grading.reference import DEFAULT_REFERENCE, Flag, Reference, flag, may_be_pregnant
from helpers.blood.search.causes import Findings
from helpers.blood.search.red_flags import URGENCIES, RedFlag, red_flags
from helpers.blood.search.traps import Trap, traps
from helpers.panels.controls import Choice, Switch, TextArea, Words
from helpers.panels.lab_report import SIGN
from helpers.panels.panel import Panel, View
from helpers.panels.person import PREGNANCY, SEX, age_slider
from helpers.panels.red_flags import HasRedFlags
from helpers.panels.report_shown import ShownBack, Stretch, as_html, as_table, in_words, stretches
from helpers.panels.traits import Amount
from helpers.record.place import in_browser
from helpers.wording import capital, counted, links, listed, small

if TYPE_CHECKING:
    from helpers.blood.reports.text import Reading

_ASSUME = {
    "leave it: cannot tell": None,
    "take SI units (g/L, ×10⁹/L)": "si",
    "take conventional units (g/dL, ×10³/µL)": "conventional",
}
_FILES = ".txt,.csv,.tsv,.json,.ndjson,.hl7"
_KEPT = "What you paste stays on this computer: it is kept with your record until you delete that."
_GONE = "What you paste stays on this computer, and is gone when you leave this page."
"""In a browser, where a panel does not come back with its page."""
_LEAVE = "leave it: cannot tell"
_CALL = "If this is your own count and nobody who treats you has seen it: call them now."
_HIDDEN = "Whether a red flag stands here cannot be told"
_EXAMPLE = "e.g.  WBC 2.1 K/uL, Hgb 7.2 g/dL, PLT 18 x10^3/mm3, Neut 38 %"


class ReportReader(HasRedFlags, Panel):
    """A place to paste a laboratory report and see it read, line by line.

    Args:
        text: a report to begin with; it is read at once.
        age_y: age in years, where the report does not say it.
        sex: "female" or "male", where the report does not say it.
        trimester: 0 not pregnant, 1 to 3, where the report does not say it.
        reference: reference set(s) for the flags.

    Nothing typed is ever emptied by the panel, and nothing leaves the machine.
    """

    urgent = True
    text = traitlets.Unicode("").tag(moves=False)
    age_y = Amount()
    sex = traitlets.Enum(["female", "male"], None, allow_none=True)
    trimester = traitlets.Enum([0, 1, 2, 3], None, allow_none=True)
    assume = traitlets.Enum(["si", "conventional"], None, allow_none=True, help="units of numbers printed without one")
    settled = traitlets.Dict(
        help="answers to what could not be told: the short name, or the place of a name -> the choice"
    )
    own_limits = traitlets.Bool(False, help="flags by the interval printed on the report, where there is one")
    _supposed: tuple[tuple, dict[str, list[RedFlag]]] | None = None

    def __init__(
        self,
        text: str = "",
        age_y: float | None = None,
        sex: str | None = None,
        trimester: int | None = None,
        reference: Reference = DEFAULT_REFERENCE,
    ) -> None:
        super().__init__(text=text, age_y=age_y, sex=sex, trimester=trimester)
        self.reference = reference
        self._read_text, self._file_said = "", ""
        self._file_count: BloodCount | None = None
        self.reading: Reading
        self.begin()

    # --- the model ---

    def read(self) -> None:
        """Read the text as it stands."""
        self.on_change()

    def flagged(self) -> tuple[BloodCount, dict[str, str]]:
        """The count that was read."""
        return self.count, {}

    def _update(self) -> None:
        if self.changed:
            self._read_text, self._file_count = self.text, None
            if not self._setting:
                with self._silence():
                    self.answers, self.settled = {}, {}  # of another report
        mine = frozenset(map(int, self._mine()))
        from helpers.blood.reports.text import annotate  # with the first report, not with the import of the panels

        self.reading = annotate(self.text, assume=self.assume, mine=mine)
        printed = self._settle(self._file_count or self.reading.count)
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

    def _settle(self, count: BloodCount) -> BloodCount:
        """The count with what the learner answered, and a note that says so."""
        values, notes = dict(count.values), list(count.notes)
        for name, value in count.values.items():
            chosen = self.settled.get(name)
            amount = dict(value.choices).get(chosen)
            if amount is not None and not value.known:
                values[name] = Value(rounded(amount), value.printed, value.unit, span=value.span)
                notes.append(f'Settled by you: {ANALYTES[name].label} "{value.printed}" is {chosen}.')
        notes += [f'Settled by you: "{self._at(key)}" is a result of this person, now.' for key in self._mine()]
        return BloodCount(values, count.person, tuple(notes), count.label)

    def _mine(self) -> list[str]:
        """Keys of the results that the learner said are this person's."""
        return [key for key, choice in self.settled.items() if key.isdigit() and choice and int(key) < len(self.text)]

    def _at(self, key: str) -> str:
        """The stretch of the report in which a name stands, with its number."""
        place, text = int(key), self.reading.text
        mark = next((mark for mark in self.reading.marks if mark.end > place), None)
        start, end = (min(mark.start, place), mark.end) if mark else (place, place + 60)
        return text[start : min(end, start + 60)].splitlines()[0].strip()

    def questions(self) -> dict[str, tuple[str, dict[str, str]]]:
        """The one question that settles each declined number, with its answers, by its key in ``settled``."""
        asked: dict[str, tuple[str, dict[str, str]]] = {}
        for name, value in (self._file_count or self.reading.count).values.items():
            if not value.known and value.choices:
                kind = "which of the two?" if " / " in value.printed else "what does it mean?"
                answers = {_LEAVE: "", **{phrase: phrase for phrase, _ in value.choices}}
                asked[name] = (f'{ANALYTES[name].label} "{value.printed}": {kind}', answers)
        places = [str(mark.name_at) for mark in self.reading.marks if mark.name_at >= 0]
        for key in sorted({*places, *self._mine()}, key=int):
            answers = {"not this person's blood now": "", "this person's, now": "mine"}
            asked[key] = (f'"{self._at(key)}": whose is it?', answers)
        return asked

    def open_file(self, name: str, content: bytes) -> None:
        """Read a file (text, CSV, FHIR, NDJSON or HL7) and show its first count; the status says how many it holds."""
        from helpers.blood.reports.any_file import read_any  # not before a file is opened

        counts = read_any(bytes(content), name, **({"assume": self.assume} if self.assume else {}))
        self.settled = {}
        if name.lower().endswith(".txt"):
            self.text = bytes(content).decode("utf-8-sig", errors="replace")
            self.read()
            return
        many = (
            f" It holds {len(counts)} counts; this is the first. In code, read_csv and its like give them all."
            if len(counts) > 1
            else ""
        )
        self._file_said = f"From the file {name}.{many}"
        self._file_count = counts[0]
        self.read()

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
        """Every value held against this person's reference interval, by short name.

        Where none can be chosen, because age or sex is not known, the interval that the report prints is taken.
        """
        found = self._by_reference(self.own_limits)
        untold = [name for name, one in found.items() if one.verdict == "cannot tell"]
        by_own = self._by_reference(own_limits=True) if untold else {}
        return found | {name: by_own[name] for name in untold}

    def _by_reference(self, own_limits: bool = False) -> dict[str, Flag]:
        return {one.analyte: one for one in flag(self.count, self.reference, own_limits=own_limits)}

    def hidden(self) -> dict[str, list[RedFlag]]:
        """What would be a red flag if a number that cannot be told were one of the values it could be.

        Returns:
            The value in words, as what is printed and what it could be, to the flags it would raise.
        """
        state = (self.printed, dict(self.answers))
        if self._supposed is None or self._supposed[0] != state:
            self._supposed = state, self._suppose()
        return self._supposed[1]

    def _suppose(self) -> dict[str, list[RedFlag]]:
        raised = {one.flag for one in self.red_flags() if one.raised}
        found: dict[str, list[RedFlag]] = {}
        for name, value in self.printed.values.items():
            for phrase, amount in value.choices if not value.known else ():
                supposed = complete(self.printed.change(**{name: amount}))
                flags = red_flags(Findings(supposed, self.findings().said, self.reference))
                if more := [one for one in flags if one.raised and one.flag not in raised]:
                    found[f'{ANALYTES[name].label} "{value.printed}" read as {phrase}'] = more
        return found

    def alert(self) -> str:
        """What is raised, and what a number that cannot be told may hide, as HTML."""
        raised = super().alert()
        would = [
            page.literal(f"{said} would be one: {_in_words(flags)}. Look at the report for the unit now.")
            for said, flags in self.hidden().items()
        ]
        call = f"<p><strong>{_CALL}</strong></p>" if raised else ""
        return call + raised + (page.notice(_HIDDEN, would, "?") if would else "")

    def warning(self) -> str:
        """What is raised and asked, and that a number that cannot be told may hide a red flag."""
        would = self.hidden()
        return " ".join(
            filter(None, (super().warning(), f"{_HIDDEN}: {'; '.join(would)} would be one." if would else ""))
        )

    def no_warning(self) -> str:
        """What is read aloud where nothing is raised; of a text without a value, nothing."""
        return super().no_warning() if any(value.known for value in self.printed.values.values()) else ""

    def traps(self) -> list[Trap]:
        """What suggests that the sample, not the blood, is unusual."""
        return traps(self.printed)

    def _say(self) -> str:
        if not self.text.strip() and self._file_count is None:
            return "Paste a report above, then press Read it."
        known = [name for name, value in self.printed.values.items() if value.known]
        untold = [name for name, value in self.printed.values.items() if not value.known]
        if not known and not untold:
            return "No value of a blood count was found in this text."
        flags = self.flags()
        worked_out = sum(value.known and bool(value.computed) for value in self.count.values.values())
        parts = [f"{counted(len(known), 'value')} read"]
        parts += [f"{worked_out} worked out from them"] if worked_out else []
        parts += [f"{len(untold)} cannot be told"] if untold else []
        for verdict in SIGN:
            many = sum(found.verdict == verdict for found in flags.values())
            parts += [f"{many} {verdict}"] if many else []
        found = self.traps()
        again = f" Look again: {', '.join(trap.name for trap in found)}." if found else ""
        asked = len(self.questions())
        more = [f"{asked} can be settled by an answer of yours."] if asked else []
        person = self.count.person
        unsaid = [word for word, said in (("age", person.age_y), ("sex", person.sex)) if said is None]
        if unsaid and any(found.verdict == "cannot tell" for found in flags.values()):
            who = f"{capital(listed(unsaid))} {'are' if len(unsaid) > 1 else 'is'} not known"
            more.append(f"{who}: flags depend on age and often on sex. Give both above.")
        elif unsaid and flags != self._by_reference(self.own_limits):
            more.append(f"Flagged by the report's own intervals where {listed(unsaid)} would have to be known.")
        return " ".join(
            [f"{', '.join(parts)}.{again}", *more, *([self._file_said] if self._file_count else []), *self._trouble]
        )

    def table(self) -> pd.DataFrame:
        """One row a value: as printed, what it is in SI and conventional units, the flag, and the reason."""
        return as_table(self.count, self.flags())

    @property
    def _is_shown_back(self) -> bool:
        """Whether there is a text of which something was made; a file is not shown."""
        return self._file_count is None and bool(self.reading.marks)

    def shown_back(self) -> list[Stretch]:
        """The report in order, each stretch with what was made of it; nothing where a file was read."""
        if not self._is_shown_back:
            return []
        return stretches(self.reading, self.printed, self.questions())

    def words(self) -> str:
        """What was read as HTML: in sentences, the table, what was not read, and the traps."""
        parts = []
        if self._is_shown_back:
            said = in_words(self.reading, self.printed)
            parts.append(_list("What was made of the text", [page.literal(line) for line in said]))
        if self.count.values:
            caption = f"What was read, for: {page.literal(str(self.count.person))}"
            shown = self.table()
            shown["flag"] = [
                f"**{SIGN[verdict]}** ({verdict})" if verdict in SIGN else verdict for verdict in shown["flag"]
            ]
            parts.append(page.table(shown, caption, markdown=["flag"]))
            used = {f.interval.reason: f.interval for f in self.flags().values() if f.interval.known}
            intervals = [f"{page.literal(reason)} {links(found.source)}" for reason, found in used.items()]
            parts.append(_list("Reference intervals used", intervals))
        parts.append(_list("Look again before you believe it", [_trap_words(trap) for trap in self.traps()]))
        parts.append(_list("Not read, or to be known", [page.literal(note) for note in self.count.notes]))
        return "".join(parts)

    # --- showing it ---

    def static_html(self) -> str:
        """The twin for where there is no kernel: the report, red flags and what was read."""
        shown = self.shown_back()
        report = as_html(shown) if shown else f"<pre>{page.escape(self.text)}</pre>" if self.text else ""
        return f"{report}{self.what_cannot_wait()}{super().static_html()}"


def _list(title: str, items: Sequence[str]) -> str:
    if not items:
        return ""
    lines = "".join(f"<li>{page.inline(item)}</li>" for item in items)
    return f"<p><strong>{page.escape(title)}</strong></p><ul>{lines}</ul>"


def _in_words(flags: Sequence[RedFlag]) -> str:
    return listed([f"{small(one.label)} ({URGENCIES[one.urgency]})" for one in flags])


def _trap_words(trap: Trap) -> str:
    said = page.literal(f"{trap.sentence} {trap.reason} {trap.what_to_do}")
    return f"**{page.literal(trap.name)}**: {said} {links(trap.source)}"


class _View(View, of=ReportReader):
    """The reader's widgets: they hold nothing of their own and follow the model."""

    def __init__(self, model: ReportReader) -> None:
        super().__init__(model)
        self.writing = TextArea("Your report", model.text, example=_EXAMPLE, rows=12)
        self.assume = Choice("A number without a unit", _ASSUME, model.assume)
        self.own_limits = Switch("Flags by the report's own intervals, where it prints them")
        self.link(text=self.writing, assume=self.assume, own_limits=self.own_limits)
        self.button_read = self.button("Read it", model.read)
        self.upload = ipywidgets.FileUpload(
            accept=_FILES, multiple=False, description="Open a file", layout={"width": "200px"}
        )
        self.upload.tooltip = "Open a report as text, CSV, FHIR, NDJSON or HL7; it stays on this computer"
        self.upload.observe(lambda change: self._open(change["new"]), "value")
        self.shown = ShownBack()
        self.link(settled=self.shown)
        controls: list[ipywidgets.Widget] = [self.writing, self.upload, self.assume, self.own_limits, *self._about()]
        self.words = Words()
        self.link(answers=self.words)
        self.box = ipywidgets.VBox(
            [*controls, self.button_read, self.shown, self.words],
            layout={"max_width": "800px", "grid_gap": "7px", "overflow": "visible"},
        )
        self.on("changes", self._follow)
        self.on("text", self._note)
        self._follow()

    def _about(self) -> list[ipywidgets.Widget]:
        model = self.model
        self.age = age_slider(model.age_y, "Age, if the report does not say it")
        self.sex, self.pregnancy = Choice("Sex", SEX, model.sex), Choice("Pregnancy", PREGNANCY, model.trimester)
        self.link(age_y=self.age, sex=self.sex, trimester=self.pregnancy)
        return [self.age, self.sex, self.pregnancy]

    def _open(self, files: Sequence) -> None:
        for file in files:
            self.model.open_file(str(file["name"]), bytes(file["content"]))

    def _follow(self) -> None:
        self.shown.tell(self.model.shown_back(), self.model.questions())
        self.words.show(self.model.status, self.model.words(), **self.model.alarm())
        self._note()

    def _note(self) -> None:
        kept = _GONE if in_browser() else _KEPT
        self.writing.note = "Changed since it was read: press Read it." if self.model.changed else kept
