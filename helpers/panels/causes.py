"""The cause board: say what was found, and see what speaks for and against each cause, and what is still open.

The model is plain traits and can be driven without a notebook:

>>> board = CauseBoard(BloodCount.of(hb=76, wbc=2.6, plt=88, mcv=105, age_y=62, sex="male"))
>>> board.say(b12="low", fever="no")
>>> board.headline().partition(". One question")[0]
'Red flag: very low hemoglobin, or anemia with severe exhaustion (the same day)'
>>> board.status.partition(". ")[0]
'Something speaks for 8 of 43 causes'
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

import ipywidgets
import pandas as pd
import traitlets

from helpers import page
from helpers.blood.core.count import BloodCount
from helpers.blood.grading.reference import DEFAULT_REFERENCE, Reference
from helpers.blood.search.causes import (
    CLINCHED,
    NOTHING,
    Clue,
    Findings,
    Weighed,
    asked,
    causes,
    features,
    film_signs,
    weigh,
)
from helpers.blood.search.patients import patient as find
from helpers.blood.search.workup import tests
from helpers.panels.amounts import amount_slider
from helpers.panels.controls import Checkboxes, Choice, Switch
from helpers.panels.layout import folded, unfold
from helpers.panels.person import OWN, SEX, age_slider, published, published_patient, report_link
from helpers.panels.pictured import PicturedPanel, PicturedView
from helpers.panels.red_flags import NO, NO_FLAG, YES, HasRedFlags, Question
from helpers.panels.traits import HasCount, OneOf
from helpers.pictures.board import BoardPicture
from helpers.wording import counted, links, listed, person_words, small

VALUES = ("hb", "wbc", "anc", "plt", "mcv", "retic")
"""What can be moved."""

GROUPS = {
    "the blood count": "count",
    "the history": "history",
    "the examination": "examination",
    "the blood film": "film",
    "blood tests": "blood",
    "the marrow": "marrow",
}
"""What one can look at, in the order in which it is usually done."""

_NOTHING_KNOWN = "Nothing is known yet, so nothing can be said about red flags."
_CHOOSE = "Nothing is clinched. Choose a cause under *Tell in full* to read what each finding says, with its source."
_MOST_OPEN = 3
"""Open questions shown for a cause in the table."""


class CauseBoard(HasCount, HasRedFlags, PicturedPanel):
    """What was found, held against every cause.

    Args:
        count: the blood count it starts with; nothing known unless given. "Reset" returns to it, or to the patient
            loaded last.
        said: what else is known, feature -> answer, as :class:`~helpers.blood.search.causes.Findings` takes it.
        patient: a published patient to begin with, instead of a count.
        groups: what can be looked at, keys of ``features.csv``; all unless given.
        patients: whether a published patient can be loaded.
        reference: reference set(s).

    Raises:
        ValueError: a feature or an answer there is none of, or a group there is none of.
        KeyError: no such patient.
    """

    said = traitlets.Dict(help="feature -> answer; what is not in it is not known")
    patient = published_patient()
    shown = traitlets.Enum(list(GROUPS.values()), "count", help="the group of features whose controls are shown")
    about = OneOf(causes, "cause", help="the cause told in full; None: the first that is clinched, if any")
    revealed = traitlets.Bool(False, help="whether the authors' diagnosis is shown")
    every = traitlets.Bool(False, help="whether causes for or against which nothing found speaks have a row as well")
    LOADS, STAYS = ("patient",), ("shown", "every")

    def __init__(
        self,
        count: BloodCount | None = None,
        said: Mapping[str, str] | None = None,
        patient: str | None = None,
        groups: tuple[str, ...] = tuple(GROUPS.values()),
        patients: bool = True,
        reference: Reference = DEFAULT_REFERENCE,
    ) -> None:
        super().__init__()
        strange = [name for name in groups if name not in GROUPS.values()]
        if strange or not groups:
            known = ", ".join(GROUPS.values())
            raise ValueError(f"One cannot look at {strange[0] if strange else 'nothing'!r}. Choose among: {known}.")
        self.groups, self.with_patients, self.reference = tuple(groups), patients, reference
        start = Findings(count or BloodCount.of(), said or {}, reference)
        self.patient = patient and find(patient).key
        self.count, self.said = start.count, dict(start.said)
        self.set_trait("shown", self.groups[0])
        for name, value in self.loaded().items():
            setattr(self, name, value)
        self.observe(lambda change: self._take_answers(), "answers")
        self.begin()

    # --- the model ---

    def say(self, **answers: str | None) -> None:
        """Say what was found; None takes an answer back.

        Raises:
            ValueError: a feature or an answer there is none of.
        """
        self.said = dict(self.found.change(**answers).said)

    def loaded(self) -> dict[str, Any]:
        """The count and the findings of the patient chosen."""
        if self.patient is None:
            return {}
        return {"count": find(self.patient).count, "said": dict(find(self.patient).said)}

    def flagged(self) -> tuple[BloodCount, dict[str, str]]:
        """The count, and everything that was said."""
        return self.count, dict(self.said)

    def _take_answers(self) -> None:
        """What was answered to a red flag's question is said on the board; only a "no" it has no word for stays one."""
        for key, answer in self.answers.items():
            feature, value = Question(key, "", "").said
            told = value if answer == YES else NO if answer == NO in features()[feature].answers else None
            if told:
                with self.batch():
                    self.answers = {other: given for other, given in self.answers.items() if other != key}
                    self.said = dict(self.said) | {feature: told}
                return

    def _update(self) -> None:
        self.found = Findings(self.count, self.said, self.reference)
        self.weighed = weigh(self.found)
        known = [one.cause.key for one in self.weighed if one.verdict != NOTHING]
        keys = tuple(causes()) if self.every or not known else tuple(known)
        self.draw(lambda: BoardPicture(keys, self.weighed), self.weighed, key=keys)
        clinched = [one.cause.label for one in self.weighed if one.verdict == CLINCHED]
        named = f"Clinched: {'; '.join(small(label) for label in clinched)}." if clinched else ""
        hidden = len(causes()) - len(keys)
        are = "are" if hidden > 1 else "is"
        rest = f"{counted(hidden, 'cause')}, for or against which nothing found speaks, {are} not shown."
        said = (f"{self.picture.point()}.", named, rest if hidden else "")
        self.status = " ".join(filter(None, said))

    # --- the words ---

    def headline(self) -> str:
        """What is raised and asked, in one line; that there is nothing is said as well."""
        nothing = NO_FLAG if self.found.known or self.count.values else _NOTHING_KNOWN
        return super().headline() or nothing

    def table(self) -> pd.DataFrame:
        """Every cause something is known about: what speaks for it and against it, and what is still open."""
        rows = [
            (f"{one.cause.label}: {one.verdict}", _list(one.speaks_for), _list(one.against), _questions(one))
            for one in self.weighed
            if one.verdict != NOTHING
        ]
        return pd.DataFrame(rows, columns=["cause", "for", "against", "still open"]).set_index("cause")

    def untouched(self) -> list[str]:
        """Labels of the causes nothing is known about."""
        return [one.cause.label for one in self.weighed if one.verdict == NOTHING]

    def told(self) -> Weighed | None:
        """The cause told in full: the one chosen, or else the first that is clinched; None where there is neither."""
        if self.about is not None:
            return next(one for one in self.weighed if one.cause.key == self.about)
        return next((one for one in self.weighed if one.verdict == CLINCHED), None)

    def words(self) -> str:
        """The words as HTML: who, what is known, one cause in full with its sources; folded below, the table of all."""
        one = self.told()
        full = self._in_full(one) if one else f"<p>{page.inline(_CHOOSE)}</p>"
        return f"<p>{page.inline(self._who())}</p>{full}{page.BELOW}{self._in_words()}"

    def _in_words(self) -> str:
        """The table of what is known and the causes of which nothing is, folded: the picture shows the same."""
        known, rest = self.table(), self.untouched()
        caption = "Causes something is known about, in the board's order (no ranking)"
        told = page.table(known, caption) if len(known) else ""
        if rest:
            never = "Nothing is known yet of" if len(known) else "Nothing is known yet of any cause:"
            told += f"<p>{page.inline(page.literal(f'{never} {listed([small(label) for label in rest])}.'))}</p>"
        return f"<details><summary>The same in words</summary>{told}</details>"

    def _who(self) -> str:
        known = "; ".join(self.found.words()) or "nothing"
        said = [f"Known: {page.literal(known)}."]
        if self.patient is not None:
            one = find(self.patient)
            said.insert(0, f"Published patient {one.number}, a {page.literal(person_words(self.count.person))}.")
            if self.revealed:
                said.append(f"**The authors' diagnosis: {page.literal(one.diagnosis)}.**")
            said.append(report_link(one, self.revealed))
        return " ".join(said)

    def _in_full(self, one: Weighed) -> str:
        cause = one.cause
        rows = [
            (side, clue.phrase, f"{page.literal(' '.join(filter(None, (clue.says, clue.note))))} {links(clue.source)}")
            for side, found in (("for", one.speaks_for), ("against", one.against), ("says little", one.silent))
            for clue in found
        ]
        clued = page.table(
            pd.DataFrame(rows, columns=["side", "found", "what it says"]).set_index("side"),
            f"{page.literal(cause.label)}: the findings, each with its source",
            markdown=["what it says"],
        )
        by = listed([small(tests()[name].label) for name in cause.clinching_tests])
        caution = f" {cause.note}" if cause.note else ""
        about = (
            f"**{page.literal(cause.label)}.** {page.literal(cause.what)} Settled by: {page.literal(by)}. "
            f"{page.literal(cause.clinched_by)} What is done first: {page.literal(cause.first_action + caution)} "
            f"{links(cause.source, 3)}"
        )
        return (clued if rows else "") + f"<p>{page.inline(about)}</p>"


def _list(found: tuple[Clue, ...]) -> str:
    return "; ".join(clue.phrase for clue in found) or "nothing"


def _questions(one: Weighed) -> str:
    names = [small(features()[key].question) for key in one.open]
    more = f" and {len(names) - _MOST_OPEN} more" if len(names) > _MOST_OPEN else ""
    return (", ".join(names[:_MOST_OPEN]) + more) or "nothing"


class _View(PicturedView, of=CauseBoard):
    """The board's widgets."""

    def build(self) -> None:
        """Make the controls, and lay everything out."""
        super().build()
        self.on("shown", self._show_group)
        self._show_group()

    def _choice(self, key: str) -> Choice:
        feature = features()[key]
        options = {"not known": None} | {shown: value for value, shown in feature.answers.items()}
        control = Choice(feature.question, options, self.model.said.get(key))
        control.observe(lambda change: self.model.say(**{key: change["new"]}), "value")
        return control

    def _on_film(self) -> tuple[str, ...] | None:
        said = self.model.said
        known = [key for key in film_signs() if key in said]
        return tuple(key for key in known if said[key] == "yes") if len(known) == len(film_signs()) else None

    def _show_film(self) -> None:
        """Where a report names only some signs, those it found are marked, and what else was looked for stays open."""
        self.film.show(self._on_film(), [key for key in film_signs() if self.model.said.get(key) == "yes"])

    def _film_said(self, seen: tuple[str, ...] | None) -> None:
        if seen == self._on_film():
            return
        self.model.say(**{key: None if seen is None else "yes" if key in seen else "no" for key in film_signs()})

    def controls(self) -> list[ipywidgets.Widget]:
        """What can be looked at, one group at a time."""
        model = self.model
        self._make(model)
        controls: list[ipywidgets.Widget] = []
        if model.with_patients:
            self.patients = Choice("Published patient", OWN | published(coded=True), model.patient)
            self.reveal = Switch("Show the authors' diagnosis", model.revealed)
            self.link(patient=self.patients, revealed=self.reveal)
            controls += [self.patients, self.reveal]
        chosen = {words: key for words, key in GROUPS.items() if key in model.groups}
        self.look_at = Choice("Look at", chosen, model.shown)
        self.boxes = {}
        by_group = {key: list(same) for key, same in groupby(self.choices, key=lambda key: features()[key].group)}
        for group in model.groups:
            inside = [self.choices[key] for key in by_group.get(group, ())]
            if group == "count":
                inside = [*self.sliders.values(), self.age, self.sex]
            if group == "film":
                inside = [self.film]
            self.boxes[group] = folded(inside)
        told = {"the first that is clinched": None} | {cause.label: key for key, cause in causes().items()}
        self.about = Choice("Tell in full", told, model.about)
        self.every = Switch(f"Show all {len(causes())} causes", model.every)
        self.link(shown=self.look_at, about=self.about, every=self.every)
        self.reset = self.button("Reset", model.reset)
        return [*controls, self.look_at, *self.boxes.values(), self.about, self.every, self.reset]

    def _make(self, model: CauseBoard) -> None:
        self.sliders = {name: amount_slider(name, getattr(model, name)) for name in VALUES}
        self.age, self.sex = age_slider(model.age_y), Choice("Sex", SEX, model.sex)
        self.link(**self.sliders, age_y=self.age, sex=self.sex)
        self.choices = {key: self._choice(key) for key in asked() if key not in film_signs()}
        signs = {features()[key].question: key for key in film_signs()}
        self.film = Checkboxes("Blood film", signs, "The film was looked at")
        self._show_film()
        self.film.observe(lambda change: self._film_said(change["new"]), "value")

    def _show_group(self) -> None:
        for group, box in self.boxes.items():
            unfold(box, group == self.model.shown)

    def follow(self) -> None:
        """The controls of what was said, and the picture."""
        for key, control in self.choices.items():
            control.value = self.model.said.get(key)
        self._show_film()
        super().follow()
