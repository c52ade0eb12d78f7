"""Choosing a treatment: one person with aplastic anemia under every guideline, and what comes first for other causes.

The models are plain traits and can be driven without a notebook:

>>> panel = GuidelinePanel(Candidate("severe", 34, sibling=False, unrelated=True, half_matched=True, fit=True))
>>> panel.age_y = 45
>>> panel.status.partition(";")[0]
'They disagree: 5 name immunosuppressive drugs and 1 names a transplant from another donor'
"""

from __future__ import annotations

from typing import Any

import ipywidgets
import pandas as pd
import traitlets

from helpers import page
from helpers.blood.care.candidate import NOT_MET, TIERS, Candidate
from helpers.blood.care.first_steps import KINDS, treated_causes, treatment_of
from helpers.blood.care.guidelines import Advice, advise_all, agreement, drugs, guideline, guidelines
from helpers.blood.care.guidelines import changes as turning_points
from helpers.blood.care.trials import without
from helpers.blood.core.count import BloodCount
from helpers.blood.search.patients import patient as find
from helpers.evidence import records
from helpers.panels.amounts import amount_slider, unit_slider
from helpers.panels.controls import Choice, Picture, Switch
from helpers.panels.layout import folded, stacked, unfold
from helpers.panels.panel import Panel
from helpers.panels.person import (
    OWN,
    YES_NO,
    age_slider,
    cellularity_slider,
    published,
    published_patient,
    retic_choice,
    retic_method,
)
from helpers.panels.pictured import PicturedPanel, PicturedView
from helpers.panels.red_flags import HasRedFlags
from helpers.panels.traits import Amount, HasCount, OneOf
from helpers.pictures import look
from helpers.pictures.guidelines import GuidelinesPicture
from helpers.pictures.support import RecoveryPicture
from helpers.wording import capital, links, small

FROM_COUNT = "count"
_GROUP = "aplastic_anemia"
_COUNTS = ("hb", "anc", "plt", "retic")
_FACTS = ("age_y", "siblings", "sibling", "unrelated", "half_matched", "fit", "transfused")
_MARROW = ("marrow_cellularity_pct", "retic_method")
_DONORS = _FACTS[1:]
_DRUGS = {"eltrombopag": "epag", "horse_atg": "hatg"}
_SEVERITY = {
    "not known": None,
    "from the count and the marrow": FROM_COUNT,
    **{words: tier for tier, words in TIERS.items()},
}
_CAN_BE_HAD = {"yes": True, "no": False}
_CANNOT_WAIT = ("same hour", "same day")
"""Urgencies of ``data/treatment_by_cause.csv`` that are told first."""
_SIBLINGS = [float(many) for many in range(9)]
_LABELS = {
    "sibling": "Matched sibling",
    "unrelated": "Matched unrelated donor",
    "half_matched": "Half-matched donor",
    "fit": "Fit for a transplant",
    "transfused": "Transfusions needed",
}


class GuidelinePanel(HasCount, HasRedFlags, PicturedPanel):
    """One person under every guideline: what each names first, why, and what would have to change.

    Args:
        person: where it starts; nothing known but severe disease unless given. "Reset" returns to it, or to the patient
            loaded last.
        count: the count the severity is graded from where that is chosen.

    Raises:
        ValueError: a person whose count is not that of aplastic anemia, without the count.
    """

    severity = traitlets.Enum(list(_SEVERITY.values()), None, allow_none=True)
    age_y = Amount(low=-1000, high=1000)
    siblings = Amount(low=0, high=99, help="brothers and sisters")
    sibling = traitlets.Bool(None, allow_none=True, help="whether one of them is matched")
    unrelated = traitlets.Bool(None, allow_none=True)
    half_matched = traitlets.Bool(None, allow_none=True)
    fit = traitlets.Bool(None, allow_none=True)
    transfused = traitlets.Bool(None, allow_none=True)
    marrow_cellularity_pct = Amount(low=0, high=100)
    retic_method = retic_method()
    eltrombopag = traitlets.Bool(True, help="whether eltrombopag can be had")
    horse_atg = traitlets.Bool(True, help="whether horse ATG can be had")
    patient = published_patient(_GROUP)
    reveal = traitlets.Bool(False, help="whether it is shown what was done for the published patient")
    LOADS = ("patient",)

    def __init__(self, person: Candidate | None = None, count: BloodCount | None = None) -> None:
        super().__init__()
        person, count = person or Candidate("severe"), count or BloodCount.of()
        if person.severity == NOT_MET and not count.values:
            raise ValueError(
                "These guidelines are about aplastic anemia, and this severity says that its criteria are not met. "
                "Give the count that says so as well: GuidelinePanel(person, count)."
            )
        graded = person.severity in (None, NOT_MET) and count.values
        self.severity, self.count = FROM_COUNT if graded else person.severity, _counted(count)
        for name in _FACTS:
            setattr(self, name, getattr(person, name))
        self.begin()

    # --- the model ---

    def loaded(self) -> dict[str, Any]:
        """The count and the age of the patient chosen; everything else of him or her is open."""
        if self.patient is None:
            return {}
        count = find(self.patient).count
        about = {"count": _counted(count), "severity": FROM_COUNT, "age_y": count.person.age_y}
        return about | dict.fromkeys(_DONORS)

    @property
    def person(self) -> Candidate:
        """The person as the controls have it."""
        about = {name: getattr(self, name) for name in _FACTS}
        if self.severity != FROM_COUNT:
            return Candidate(self.severity, **about)
        return Candidate.of_count(self.graded, about, **{name: getattr(self, name) for name in _MARROW})

    @property
    def graded(self) -> BloodCount:
        """The count the severity is graded from; nothing known in it where a severity was chosen."""
        if self.severity != FROM_COUNT:
            return BloodCount.of()
        return self.count.change(age_y=Candidate(age_y=self.age_y).facts()["age_y"])

    def flagged(self) -> tuple[BloodCount, dict[str, str]]:
        """The count the severity is graded from."""
        return self.graded, {}

    def _update(self) -> None:
        self.candidate = self.person
        self.found: list[Advice] = advise_all(self.candidate)
        self.draw(lambda: GuidelinesPicture(self.candidate), self.candidate)
        self.status = " ".join([agreement(self.found), *self.candidate.trouble().values()])

    # --- the words ---

    def table(self) -> pd.DataFrame:
        """Guidelines side by side: what each names first, and because of what; cells are light markdown."""
        rows = [(one.label, _first(one), _because(one)) for one in self.found]
        return pd.DataFrame(rows, columns=["guideline", "names first", "because"]).set_index("guideline")

    def changes_table(self) -> pd.DataFrame:
        """What would have to be otherwise for each guideline to say something else; without those that stay."""
        rows = []
        for one in self.found:
            said = [f"**{change.words}**: {change.text}" for change in turning_points(self.candidate, one.guideline)]
            if said:
                rows.append((one.label, "; ".join(said)))
        return pd.DataFrame(rows, columns=["guideline", "what would change its answer"]).set_index("guideline")

    def words(self) -> str:
        """The words as HTML: who this is and what is missing; below, what would change an answer, and all."""
        parts = [f"<p>{page.inline(said)}</p>" for said in (*self._who(), *self._lacking())] + [page.BELOW]
        turned = self.changes_table()
        if len(turned):
            caption = "Which single change would alter the answer"
            parts.append(page.table(turned, caption, markdown=list(turned.columns)))
        shown = self.table()
        parts.append(page.table(shown, "What each guideline names first", markdown=list(shown.columns)))
        parts.append(f"<p>{page.inline(_unread())}</p>")
        return "".join(parts)

    def _who(self) -> list[str]:
        said = []
        shown = None if self.patient is None else find(self.patient)
        if shown:
            said.append(f"Published patient {shown.number}: {page.literal(shown.diagnosis)}.")
        said.append(f"{capital(self.candidate.words())}.")
        if self.severity == FROM_COUNT and self.candidate.why_severity:
            tier = self.candidate.severity
            word = "not known" if tier is None else TIERS.get(tier, "criteria not met")
            said.append(
                f"Severity from the count and the marrow: **{word}**. {page.literal(self.candidate.why_severity)}"
            )
        if shown and self.reveal:
            done = f"{capital(page.literal(shown.treatment))}." if shown.treatment else "Not told."
            outcome = f"What came of it: {page.literal(shown.outcome)}." if shown.outcome else ""
            said.append(f"**What was done.** {done} {outcome} {links(shown.source)}")
        return said

    def _lacking(self) -> list[str]:
        """What is lost, as a trial found it, where a drug that is named cannot be had."""
        said = []
        for trait, drug in _DRUGS.items():
            name = drugs()[drug]["label"]
            needing = [one.label for one in self.found if drug in one.drugs]
            if needing and not getattr(self, trait):
                found = without(drug)
                source = links(found.more["source"])
                said.append(
                    f"**{capital(name)} cannot be had**; named by {', '.join(needing)}. What "
                    f"the trial found without it: {found.sentence()} {source}"
                )
        return said


def _first(one: Advice) -> str:
    if not one.first_line:
        return one.text
    drugs_ = f"**{one.first_line}**" if "*" not in one.first_line else one.first_line
    return f"{drugs_}. If that fails: {one.second_line}" if one.second_line else drugs_


def _because(one: Advice) -> str:
    said = [one.because, *(f"{capital(would)}." for would in one.would)]
    if one.caution:
        said.append(f"*{one.caution}*" if "*" not in one.caution else one.caution)
    return " ".join([*said, links(one.source), f"Confidence {one.confidence}."])


def _unread() -> str:
    notes = [f"{guideline(name)['label']} {links(guideline(name)['source'])}" for name in guidelines(decide=False)]
    return f"There are more, whose text the course could not read and for which it says nothing: {'; '.join(notes)}."


def _counted(count: BloodCount) -> BloodCount:
    """What of a count the severity is graded from."""
    return count.only(_COUNTS)


class _GuidelineView(PicturedView, of=GuidelinePanel):
    """The comparator's widgets."""

    def controls(self) -> list[ipywidgets.Widget]:
        """The person, from the published patient to the drugs that can be had."""
        model = self.model
        self.patients = Choice("Published patient", OWN | published(_GROUP), model.patient)
        self.reveal = Switch("Show what was done", model.reveal)
        self.severity = Choice("Severity", _SEVERITY, model.severity)
        counted = self._counted()
        self.age = age_slider(model.age_y)
        self.siblings = unit_slider("Brothers and sisters", _SIBLINGS, "", "", model.siblings, unknown=True)
        self.facts = {name: Choice(label, YES_NO, getattr(model, name)) for name, label in _LABELS.items()}
        self.link(patient=self.patients, reveal=self.reveal, severity=self.severity)
        self.link(age_y=self.age, siblings=self.siblings, **self.facts)
        about = [self.patients, self.severity, counted, self.age, self.siblings, *self.facts.values()]
        return [*about, *self._access(), self.reveal, self.button("Reset", model.reset)]

    def _counted(self) -> ipywidgets.VBox:
        model = self.model
        self.sliders = {name: amount_slider(name, getattr(model, name)) for name in _COUNTS}
        self.marrow = cellularity_slider(model.marrow_cellularity_pct)
        self.method = retic_choice(model.retic_method)
        self.link(**self.sliders, marrow_cellularity_pct=self.marrow, retic_method=self.method)
        self.counted = folded([*self.sliders.values(), self.marrow, self.method])
        return self.counted

    def _access(self) -> list[ipywidgets.Widget]:
        self.drugs = {
            "eltrombopag": Choice("Eltrombopag can be had", _CAN_BE_HAD, self.model.eltrombopag),
            "horse_atg": Choice("Horse ATG can be had", _CAN_BE_HAD, self.model.horse_atg),
        }
        self.link(**self.drugs)
        return list(self.drugs.values())

    def tell(self) -> None:
        """The words, and which controls there are."""
        model = self.model
        unfold(self.counted, model.severity == FROM_COUNT)
        unfold(self.reveal, model.patient is not None)
        self.facts["sibling"].note = model.candidate.trouble().get("sibling", "")
        super().tell()


# --- when the cause is another ---------------------------------------------------------------------------------------


class CausePanel(PicturedPanel):
    """What comes first when the cause is known, what does harm, and what is to be expected by when.

    Args:
        cause: a cause of ``data/treatment_by_cause.csv`` to begin with.

    Raises:
        ValueError: no such cause; the message lists those there are.
    """

    cause = OneOf(treated_causes, "cause", "b12")

    def __init__(self, cause: str = "b12") -> None:
        treatment_of(cause)
        super().__init__(cause=cause)
        self.begin()

    def _update(self) -> None:
        self.row = treatment_of(self.cause)
        times = any(row["cause"] == self.cause for row in records("recovery_times"))
        self.picture = RecoveryPicture(self.cause) if times else None
        self.status = f"{self.row['label']} ({self.row['urgency']}): {small(self.row['first_action'])}"

    def alert(self) -> str:
        """What is done first where it cannot wait, as HTML; "" where it can."""
        if self.row["urgency"] not in _CANNOT_WAIT:
            return ""
        title = f"This cannot wait: it is begun the {self.row['urgency']}"
        return page.notice(title, [page.literal(f"{self.row['label']}: {self.row['first_action']}")])

    def alarm(self) -> dict[str, Any]:
        """The same, as :meth:`helpers.panels.controls.Words.show` takes it."""
        return {"alert": self.alert()}

    def in_title(self) -> str:
        """The whole sentence where the notice says the same."""
        return self.status if self.row["urgency"] in _CANNOT_WAIT else ""

    def rest(self) -> dict[str, str]:
        """What the headline does not say: what follows, what to avoid, what to expect, what to know."""
        row = self.row
        said = {"Then": row["then"], "Avoid": row["avoid"], "Expect": row["expect"], "To know": row["note"]}
        return {name: words for name, words in said.items() if words}

    def words(self) -> str:
        """The words as HTML: what the headline does not say, then the sources in small letters."""
        parts = [f"<p><strong>{name}:</strong> {page.inline(words)}</p>" for name, words in self.rest().items()]
        sources = f"{links(self.row['source'], most=8)} Confidence {self.row['confidence']}."
        return f"{''.join(parts)}<p><small>{page.inline(sources)}</small></p>"

    def static_html(self) -> str:
        """The twin for where there is no kernel."""
        return self.what_cannot_wait() + Panel.static_html(self) + (self.picture.kept() if self.picture else "")


class _CauseView(PicturedView, of=CausePanel):
    """The cause panel's widgets."""

    def build(self) -> None:
        """The choice, the words, and the picture last."""
        causes = treated_causes()
        options = {row["label"]: cause for cause, row in causes.items()}
        groups = [KINDS[row["kind"]] for row in causes.values()]
        self.choice = Choice("Cause", options, self.model.cause, groups=groups)
        self.link(cause=self.choice)
        self.picture = Picture(width=look.WIDTH)
        self.box = stacked(self.choice, self.words, self.picture, self.button("Reset", self.model.reset))

    def follow(self) -> None:
        """The picture where there is one, and the words."""
        unfold(self.picture, self.model.has_picture)
        super().follow()
