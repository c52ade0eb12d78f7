"""Choosing a treatment: one person with aplastic anemia under every guideline, and what comes first for other causes.

The models are plain traits and can be driven without a notebook:

>>> panel = GuidelinePanel(Candidate("severe", 34, sibling=False, unrelated=True, half_matched=True, fit=True))
>>> panel.age_y = 45
>>> panel.status, panel.table(), panel.changes_table()
"""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
import pandas as pd
import traitlets

from helpers.blood.causes import Findings
from helpers.blood.count import BloodCount
from helpers.blood.treatment import (
    DRUGS,
    NOT_MET,
    OPEN,
    TIERS,
    Advice,
    Candidate,
    advise_all,
    agreement,
    causes,
    guideline,
    guidelines,
    treatment_of,
)
from helpers.blood.treatment import changes as turning_points
from helpers.blood.trials import without
from helpers.evidence import records, table
from helpers.panels.amounts import amount_slider, known
from helpers.panels.controls import Button, Choice, Picture, Slider, Switch, Words, tie
from helpers.panels.layout import folded, unfold
from helpers.panels.panel import Panel
from helpers.panels.person import YES_NO, age_slider, cellularity_slider, published, retic_choice
from helpers.panels.pictured import PicturedPanel, PicturedView
from helpers.panels.red_flags import banner
from helpers.panels.words import links
from helpers.pictures import look, page
from helpers.pictures.guidelines import GuidelinesPicture, person_words
from helpers.pictures.support import RecoveryPicture

FROM_COUNT = "count"
_COUNTS = ("hb", "anc", "plt", "retic")
_FACTS = ("age_y", "siblings", "sibling", "unrelated", "half_matched", "fit", "transfused")
_MARROW = ("marrow_cellularity_pct", "retic_method")
_DRUGS = {"eltrombopag": "epag", "horse_atg": "hatg"}
_SEVERITY = {
    "not known": None,
    "from the count and the marrow": FROM_COUNT,
    **{words: tier for tier, words in TIERS.items()},
}
_CAN_BE_HAD = {"yes": True, "no": False}
_SIBLINGS = [float(many) for many in range(9)]
_LABELS = {
    "sibling": "Matched sibling",
    "unrelated": "Matched unrelated donor",
    "half_matched": "Half-matched donor",
    "fit": "Fit for a transplant",
    "transfused": "Transfusions needed",
}


class GuidelinePanel(PicturedPanel):
    """One person under every guideline: what each names first, why, and what would have to change.

    Args:
        person: where it starts and what "reset" returns to; nothing known but severe disease unless given.
        count: the count the severity is graded from where that is chosen.
        names: keys of ``data/guidelines.csv``; all that decide unless given.
        patients: whether a published patient with aplastic anemia can be loaded.
        counts: whether the severity can be graded from a count with sliders.
        drugs: whether it can be said which drugs can be had.
    """

    severity = traitlets.Enum(list(_SEVERITY.values()), None, allow_none=True)
    age_y = traitlets.Float(None, allow_none=True)
    siblings = traitlets.Float(None, allow_none=True, help="brothers and sisters")
    sibling = traitlets.Bool(None, allow_none=True, help="whether one of them is matched")
    unrelated = traitlets.Bool(None, allow_none=True)
    half_matched = traitlets.Bool(None, allow_none=True)
    fit = traitlets.Bool(None, allow_none=True)
    transfused = traitlets.Bool(None, allow_none=True)
    hb = traitlets.Float(None, allow_none=True, help="g/L")
    anc = traitlets.Float(None, allow_none=True, help="10^9/L")
    plt = traitlets.Float(None, allow_none=True, help="10^9/L")
    retic = traitlets.Float(None, allow_none=True, help="10^9/L")
    marrow_cellularity_pct = traitlets.Float(None, allow_none=True)
    retic_method = traitlets.Unicode("automated")
    eltrombopag = traitlets.Bool(True, help="whether eltrombopag can be had")
    horse_atg = traitlets.Bool(True, help="whether horse ATG can be had")
    patient = traitlets.Unicode(None, allow_none=True, help="the published patient loaded last")
    reveal = traitlets.Bool(False, help="whether it is shown what was done for the published patient")

    def __init__(
        self,
        person: Candidate | None = None,
        count: BloodCount | None = None,
        names: Sequence[str] | None = None,
        patients: bool = True,
        counts: bool = True,
        drugs: bool = True,
    ) -> None:
        super().__init__()
        self.names = tuple(names or guidelines())
        self.with_patients, self.with_counts, self.with_drugs = patients, counts, drugs
        self._start = person or Candidate("severe")
        self._start_count = count or BloodCount.of()
        self.observe(self._moved, ["severity", *_FACTS, *_COUNTS, *_MARROW, *_DRUGS, "reveal"])
        self.observe(lambda change: self._load(), "patient")
        self.reset()

    # --- the model ---

    def reset(self) -> None:
        """Back to where it started."""
        with self._together():
            self.patient, self.reveal = None, False
            self._row = None
            graded = self._start.severity in (None, NOT_MET) and self._start_count.values
            self.severity = FROM_COUNT if graded else self._start.severity
            for name in _FACTS:
                setattr(self, name, getattr(self._start, name))
            self._set_count(self._start_count)
            self.marrow_cellularity_pct, self.retic_method = None, "automated"
            self.eltrombopag = self.horse_atg = True

    def load(self, patient: str) -> None:
        """Show a published patient with aplastic anemia by its id; donors and fitness are not published and stay open.

        Raises:
            KeyError: no such patient.
        """
        if patient not in published("aplastic_anemia").values():
            raise KeyError(f"There is no published patient {patient!r} with aplastic anemia.")
        self.patient = patient

    def _load(self) -> None:
        if self.patient is None:
            self._row = None
            self._moved()
            return
        rows = table("patients").set_index("patient", drop=False)
        with self._together():
            self._row = rows.loc[self.patient]
            count = BloodCount.from_row(self._row)
            self._set_count(count)
            self.severity, self.age_y, self.marrow_cellularity_pct = FROM_COUNT, count.person.age_y, None
            self.siblings = self.sibling = self.unrelated = self.half_matched = self.fit = self.transfused = None
            self.reveal = False

    def _set_count(self, count: BloodCount) -> None:
        for name in _COUNTS:
            setattr(self, name, known(count, name))

    @property
    def person(self) -> Candidate:
        """The person as the controls have it."""
        about = {name: getattr(self, name) for name in _FACTS}
        if self.severity != FROM_COUNT:
            return Candidate(self.severity, **about)
        return Candidate.of_count(self.count, about, **{name: getattr(self, name) for name in _MARROW})

    @property
    def count(self) -> BloodCount:
        """The count the severity is graded from; nothing known in it where a severity was chosen."""
        if self.severity != FROM_COUNT:
            return BloodCount.of()
        return BloodCount.of(**{name: getattr(self, name) for name in _COUNTS}, age_y=self._age())

    def banner(self) -> str:
        """The red flags of that count as HTML: they stand before everything else."""
        return banner(Findings(self.count))

    def _age(self) -> float | None:
        return Candidate(age_y=self.age_y).facts()["age_y"]

    def _update(self) -> None:
        self.candidate = self.person
        self.found: list[Advice] = advise_all(self.candidate, self.names)
        if not hasattr(self, "picture"):
            self.picture = GuidelinesPicture(self.candidate, self.names)
        else:
            self.picture.update(self.candidate)
        self.status = " ".join([agreement(self.found), *self.candidate.trouble()])
        self.changes += 1

    # --- the words ---

    def table(self) -> pd.DataFrame:
        """Guidelines side by side: what each names first, and because of what; cells are light markdown."""
        rows = [(one.label, _first(one), _because(one)) for one in self.found]
        return pd.DataFrame(rows, columns=["text", "names first", "because"]).set_index("text")

    def changes_table(self) -> pd.DataFrame:
        """What would have to be otherwise for each guideline to say something else; without those that stay."""
        rows = []
        for one in self.found:
            said = [f"**{change.words}**: {change.text}" for change in turning_points(self.candidate, one.guideline)]
            if said:
                rows.append((one.label, "; ".join(said)))
        return pd.DataFrame(rows, columns=["text", "what would change its answer"]).set_index("text")

    def words(self) -> str:
        """The words below the picture as HTML: who this is, the guidelines, what would change them, what is missing."""
        parts = [f"<p>{page.inline(said)}</p>" for said in (*self._who(), *self._lacking())]
        shown = self.table()
        parts.append(page.table(shown, "What each text names first", markdown=list(shown.columns)))
        turned = self.changes_table()
        if len(turned):
            caption = "What would have to be otherwise, one thing at a time"
            parts.append(page.table(turned, caption, markdown=list(turned.columns)))
        parts.append(f"<p>{page.inline(_unread())}</p>")
        return "".join(parts)

    def _who(self) -> list[str]:
        said = []
        if self._row is not None:
            said.append(f"Published patient {self._row['patient']}: {page.literal(str(self._row['diagnosis']))}.")
        words = person_words(self.candidate)
        said.append(f"{words[0].upper()}{words[1:]}.")
        if self.severity == FROM_COUNT and self.candidate.why_severity:
            tier = self.candidate.severity
            word = "not known" if tier is None else TIERS.get(tier, "criteria not met")
            said.append(
                f"Severity from the count and the marrow: **{word}**. {page.literal(self.candidate.why_severity)}"
            )
        if self._row is not None and self.reveal:
            said.append(
                f"**What was done.** {_told(self._row['treatment'])} {_outcome(self._row)} {links(self._row['source'])}"
            )
        return said

    def _lacking(self) -> list[str]:
        """What is lost, as a trial found it, where a drug that is named cannot be had."""
        said = []
        for trait, drug in _DRUGS.items():
            needing = [one.label for one in self.found if drug in one.drugs]
            if needing and not getattr(self, trait):
                found = without(drug)
                source = links(found.more["source"])
                said.append(
                    f"**{DRUGS[drug][0].upper()}{DRUGS[drug][1:]} cannot be had**; named by {', '.join(needing)}. What "
                    f"the trial found without it: {found.sentence()} {source}"
                )
        return said

    # --- showing it ---

    def make_view(self) -> _GuidelineView:
        """Build the widgets."""
        return _GuidelineView(self)


def _first(one: Advice) -> str:
    if one.status == OPEN:
        return "cannot tell yet"
    if not one.first_line:
        return one.text
    drugs_ = f"**{one.first_line}**" if "*" not in one.first_line else one.first_line
    return f"{drugs_}. If that fails: {one.second_line}" if one.second_line else drugs_


def _because(one: Advice) -> str:
    said = [one.because, *(f"{would[0].upper()}{would[1:]}." for would in one.would)]
    if one.caution:
        said.append(f"*{one.caution}*" if "*" not in one.caution else one.caution)
    return " ".join([*said, links(one.source), f"Confidence {one.confidence}."])


def _unread() -> str:
    notes = [f"{guideline(name)['label']} {links(guideline(name)['source'])}" for name in guidelines(decide=False)]
    return f"There are more, whose text the course could not read and for which it says nothing: {'; '.join(notes)}."


def _told(cell: object) -> str:
    return f"{page.literal(str(cell))[0].upper()}{page.literal(str(cell))[1:]}." if not pd.isna(cell) else "Not told."


def _outcome(row: pd.Series) -> str:
    return "" if pd.isna(row["outcome"]) else f"What came of it: {page.literal(str(row['outcome']))}."


class _GuidelineView(PicturedView):
    """The comparator's widgets."""

    def __init__(self, model: GuidelinePanel) -> None:
        super().__init__(model, self._controls(model))

    def _controls(self, model: GuidelinePanel) -> list[ipywidgets.Widget]:
        controls: list[ipywidgets.Widget] = []
        if model.with_patients:
            self.patients = Choice("Published patient", {"none: your own": None} | published("aplastic_anemia"))
            self.reveal = Switch("Show what was done")
            tie(model, patient=self.patients, reveal=self.reveal)
            controls.append(self.patients)
        options = _SEVERITY if model.with_counts else {k: v for k, v in _SEVERITY.items() if v != FROM_COUNT}
        self.severity = Choice("Severity", options, model.severity)
        controls.append(self.severity)
        if model.with_counts:
            controls.append(self._counted(model))
        self.age = age_slider(model.age_y)
        shown = [f"{many:.0f}" for many in _SIBLINGS]
        self.siblings = Slider(
            "Brothers and sisters", _SIBLINGS, shown, amount=model.siblings, may_be_unknown=True,
            describe=lambda many: (f"{many:g}",) * 2,
        )  # fmt: skip
        self.facts = {name: Choice(label, YES_NO, getattr(model, name)) for name, label in _LABELS.items()}
        tie(model, severity=self.severity, age_y=self.age, siblings=self.siblings, **self.facts)
        controls += [self.age, self.siblings, *self.facts.values()]
        if model.with_drugs:
            controls += self._access(model)
        if model.with_patients:
            controls.append(self.reveal)
        self.reset = Button("Reset")
        self.reset.when_pressed(model.reset)
        return [*controls, self.reset]

    def _counted(self, model: GuidelinePanel) -> ipywidgets.VBox:
        self.sliders = {name: amount_slider(name, getattr(model, name)) for name in _COUNTS}
        self.marrow = cellularity_slider(model.marrow_cellularity_pct)
        self.method = retic_choice(model.retic_method)
        tie(model, **self.sliders, marrow_cellularity_pct=self.marrow, retic_method=self.method)
        self.counted = folded([*self.sliders.values(), self.marrow, self.method])
        return self.counted

    def _access(self, model: GuidelinePanel) -> list[ipywidgets.Widget]:
        self.drugs = {
            "eltrombopag": Choice("Eltrombopag can be had", _CAN_BE_HAD, model.eltrombopag),
            "horse_atg": Choice("Horse ATG can be had", _CAN_BE_HAD, model.horse_atg),
        }
        tie(model, **self.drugs)
        return list(self.drugs.values())

    def _tell(self) -> None:
        model = self.model
        if model.with_counts:
            unfold(self.counted, model.severity == FROM_COUNT)
        if model.with_patients:
            unfold(self.reveal, model.patient is not None)
        trouble = model.candidate.trouble()
        self.facts["sibling"].note = next((said for said in trouble if "matched sibling" in said), "")
        super()._tell()


# --- when the cause is another ---------------------------------------------------------------------------------------


class CausePanel(Panel):
    """What comes first when the cause is known, what does harm, and what is to be expected by when.

    Args:
        cause: a cause of ``data/treatment_by_cause.csv`` to begin with.

    Raises:
        ValueError: no such cause; the message lists those there are.
    """

    cause = traitlets.Unicode("b12")

    def __init__(self, cause: str = "b12") -> None:
        treatment_of(cause)
        super().__init__(cause=cause)
        self.observe(self._moved, "cause")
        self._update()

    def _update(self) -> None:
        self.row = treatment_of(self.cause)
        times = any(row["cause"] == self.cause for row in records("recovery_times"))
        self.picture = RecoveryPicture(self.cause) if times else None
        self.status = f"{self.row['label']} ({self.row['urgency']}): {_plain(self.row['first_action'])}"
        self.changes += 1

    def table(self) -> pd.DataFrame:
        """The row as a table: first, then, what to avoid, what to expect, sources; cells are light markdown."""
        row = self.row
        said = {
            "first": row["first_action"],
            "how soon": row["urgency"],
            "then": row["then"],
            "avoid": row["avoid"],
            "expect": row["expect"],
            "to know": row["note"],
            "sources": f"{links(row['source'], most=6)} Confidence {row['confidence']}.",
        }
        kept = {name: words for name, words in said.items() if words}
        return pd.DataFrame({"what": kept}).rename_axis("step")

    def words(self) -> str:
        """The words as HTML."""
        shown = self.table()
        return page.table(shown, page.literal(self.row["label"]), markdown=list(shown.columns))

    def static_html(self) -> str:
        """The twin for where there is no kernel."""
        figure = self.picture._repr_html_() if self.picture else ""
        return f"<p><strong>{page.escape(self.status)}</strong></p>{self.words()}{figure}"

    def make_view(self) -> _CauseView:
        """Build the widgets."""
        return _CauseView(self)


def _plain(words: str) -> str:
    return words[0].lower() + words[1:] if not words[:2].isupper() else words


class _CauseView:
    """The cause panel's widgets."""

    def __init__(self, model: CausePanel) -> None:
        self.model = model
        self.choice = Choice("Cause", causes(), model.cause)
        tie(model, cause=self.choice)
        self.picture, self.words = Picture(width=look.WIDTH), Words()
        layout = {"max_width": "800px", "grid_gap": "8px", "overflow": "visible"}
        self.box = ipywidgets.VBox([self.choice, self.words, self.picture], layout=layout)
        model.observe(lambda change: self._follow(), "changes")
        self._follow()

    def _follow(self) -> None:
        picture = self.model.picture
        unfold(self.picture, picture is not None)
        if picture is not None:
            self.picture.show(picture.image(), picture.describe(), page.inline(picture.caption()))
        self.words.show(self.model.status, self.model.words())
