"""The cause board: say what was found, and see what speaks for and against each cause, and what is still open.

The model is plain traits and can be driven without a notebook:

>>> board = CauseBoard(BloodCount.of(hb=76, wbc=2.6, plt=88, mcv=105, age_y=62, sex="male"))
>>> board.say(b12="low", fever="no")
>>> board.status
'Something speaks for 9 of 25 causes, 1 is clinched. Clinched: vitamin B12 deficiency.'
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import groupby

import ipywidgets
import pandas as pd
import traitlets

from helpers.blood.causes import (
    ASKED,
    CLINCHED,
    FILM,
    NOTHING,
    Clue,
    Findings,
    Weighed,
    causes,
    features,
    weigh,
)
from helpers.blood.count import BloodCount
from helpers.blood.reference import DEFAULT_REFERENCE, Reference
from helpers.blood.workup import tests
from helpers.evidence import records, table
from helpers.panels.amounts import amount_slider
from helpers.panels.controls import Button, Choice, Switch, Ticks, Words, tie
from helpers.panels.layout import folded, unfold
from helpers.panels.person import SEX, age_slider
from helpers.panels.pictured import PicturedPanel, PicturedView
from helpers.panels.red_flags import banner, spoken
from helpers.panels.words import links
from helpers.pictures import page
from helpers.pictures.board import BoardPicture
from helpers.pictures.count import person_words

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

_NO_FLAG = "No red flag in what is known so far."
_CHOOSE = "Nothing is clinched. Choose a cause under *Tell in full* to read what each finding says, with its source."
_MOST_OPEN = 3
"""Open questions shown for a cause in the table."""


def coded_patients() -> dict[str, str]:
    """The published patients whose reports say something beside the count: what is shown -> patient.

    Their diagnosis is not shown, so that one can look for it.
    """
    coded = dict.fromkeys(row["patient"] for row in records("patient_findings"))
    rows = table("patients").set_index("patient").loc[list(coded)]
    shown = {}
    for patient, row in rows.iterrows():
        count = BloodCount.from_row(row)
        shown[f"{patient[4:]}: {person_words(count.person)}"] = patient
    return shown


class CauseBoard(PicturedPanel):
    """What was found, held against every cause.

    Args:
        count: the blood count it starts with and "reset" returns to; nothing known unless given.
        said: what else is known, feature -> answer, as :class:`~helpers.blood.causes.Findings` takes it.
        patient: a published patient to begin with, instead of a count.
        groups: what can be looked at, keys of ``features.csv``; all unless given.
        patients: whether a published patient can be loaded.
        reference: reference set(s).

    Raises:
        ValueError: a feature or an answer there is none of, or a group there is none of.
        KeyError: no such patient.
    """

    hb = traitlets.Float(None, allow_none=True, help="g/L")
    wbc = traitlets.Float(None, allow_none=True, help="10^9/L")
    anc = traitlets.Float(None, allow_none=True, help="10^9/L")
    plt = traitlets.Float(None, allow_none=True, help="10^9/L")
    mcv = traitlets.Float(None, allow_none=True, help="fL")
    retic = traitlets.Float(None, allow_none=True, help="10^9/L")
    age_y = traitlets.Float(None, allow_none=True)
    sex = traitlets.Enum(["female", "male"], None, allow_none=True)
    said = traitlets.Dict(help="feature -> answer; what is not in it is not known")
    patient = traitlets.Unicode(None, allow_none=True, help="the published patient loaded last")
    shown = traitlets.Unicode("count", help="the group of features whose controls are shown")
    about = traitlets.Unicode(
        None, allow_none=True, help="the cause told in full; None: the first that is clinched, if any"
    )
    revealed = traitlets.Bool(False, help="whether the authors' diagnosis is shown")

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
        self._start = start if patient is None else Findings.of_patient(patient, reference)
        self._start_patient = patient
        self.shown = self.groups[0]
        self.observe(self._moved, [*VALUES, "age_y", "sex", "said", "about", "revealed"])
        self.observe(lambda change: self._show_patient(), "patient")
        self.reset()

    # --- the model ---

    def say(self, **answers: str | None) -> None:
        """Say what was found; None takes an answer back.

        Raises:
            ValueError: a feature or an answer there is none of.
        """
        self.said = dict(self.found.change(**answers).said)

    def load(self, patient: str) -> None:
        """Show a published patient.

        Raises:
            KeyError: no such patient.
        """
        Findings.of_patient(patient)
        self.patient = patient

    def _show_patient(self) -> None:
        if self.patient is not None:
            self._take(Findings.of_patient(self.patient, self.reference))

    def _take(self, found: Findings) -> None:
        with self._together():
            self._base = found.count
            for name in VALUES:
                amount = getattr(found.count, name)
                setattr(self, name, None if math.isnan(amount) else amount)
            self.age_y, self.sex = found.count.person.age_y, found.count.person.sex
            self.said, self.revealed, self.about = dict(found.said), False, None

    def reset(self) -> None:
        """Back to what it started with."""
        with self._together():
            self.patient = self._start_patient
            self._take(self._start)

    def _update(self) -> None:
        given = {name: getattr(self, name) for name in VALUES}
        changed = {name: amount for name, amount in given.items() if amount != _amount(self._base, name)}
        person = {"age_y": self.age_y, "sex": self.sex}
        self.count = self._base.change(**changed, **person)
        self.found = Findings(self.count, self.said, self.reference)
        self.weighed = weigh(self.found)
        picture = getattr(self, "picture", None)
        if picture is None:
            self.picture = picture = BoardPicture()
        picture.update(self.weighed)
        clinched = [one.cause.label for one in self.weighed if one.verdict == CLINCHED]
        named = f"Clinched: {'; '.join(_small(label) for label in clinched)}." if clinched else ""
        self.status = " ".join(filter(None, (spoken(self.found), f"{picture.point()}.", named)))
        self.changes += 1

    # --- the words ---

    def banner(self) -> str:
        """The red flags as HTML, first of all."""
        return banner(self.found) or f"<p>{_NO_FLAG}</p>"

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
        """The words below the picture as HTML: who, what is known, one cause in full with its sources, the table."""
        one = self.told()
        full = self._in_full(one) if one else f"<p>{page.inline(_CHOOSE)}</p>"
        parts = [f"<p>{page.inline(self._who())}</p>", full]
        known = self.table()
        if len(known):
            parts.append(page.table(known, "Causes something is known about, in the board's order (no ranking)"))
        rest = self.untouched()
        if rest:
            never = "Nothing is known yet of" if len(known) else "Nothing is known yet of any cause:"
            parts.append(f"<p>{page.inline(page.literal(f'{never} {_and([_small(label) for label in rest])}.'))}</p>")
        return "".join(parts)

    def _who(self) -> str:
        known = "; ".join(self.found.words()) or "nothing"
        said = [f"Known: {page.literal(known)}."]
        if self.patient is not None:
            row = table("patients").set_index("patient").loc[self.patient]
            said.insert(0, f"Published patient {self.patient}, a {page.literal(person_words(self.count.person))}.")
            if self.revealed:
                said.append(f"**The authors' diagnosis: {page.literal(str(row['diagnosis']))}.**")
            said.append(links(row["source"]))
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
        asked = [tests()[name].label[0].lower() + tests()[name].label[1:] for name in cause.clinching_tests]
        caution = f" {cause.note}" if cause.note else ""
        about = (
            f"**{page.literal(cause.label)}.** {page.literal(cause.what)} Settled by: {page.literal(_and(asked))}. "
            f"{page.literal(cause.clinched_by)} What is done first: {page.literal(cause.first_action + caution)} "
            f"{links(cause.source, 3)}"
        )
        return (clued if rows else "") + f"<p>{page.inline(about)}</p>"

    # --- showing it ---

    def static_html(self) -> str:
        """The twin for where there is no kernel: red flags, picture, sentence and words."""
        return f"{self.banner()}{self.picture.kept()}<p><strong>{page.escape(self.status)}</strong></p>{self.words()}"

    def make_view(self) -> _View:
        """Build the widgets."""
        return _View(self)


def _amount(count: BloodCount, name: str) -> float | None:
    amount = getattr(count, name)
    return None if math.isnan(amount) else amount


def _small(label: str) -> str:
    """A label in the middle of a sentence."""
    return label if label[:2].isupper() or label.split()[0] in _NAMES else label[0].lower() + label[1:]


_NAMES = ("Fanconi", "B12")


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _list(found: tuple[Clue, ...]) -> str:
    return "; ".join(clue.phrase for clue in found) or "nothing"


def _questions(one: Weighed) -> str:
    names = [_small(features()[key].question) for key in one.open]
    more = f" and {len(names) - _MOST_OPEN} more" if len(names) > _MOST_OPEN else ""
    return (", ".join(names[:_MOST_OPEN]) + more) or "nothing"


class _View(PicturedView):
    """The board's widgets."""

    def __init__(self, model: CauseBoard) -> None:
        self.model = model
        self.sliders = {name: amount_slider(name, getattr(model, name)) for name in VALUES}
        self.age = age_slider(model.age_y)
        self.sex = Choice("Sex", SEX, model.sex)
        tie(model, **self.sliders, age_y=self.age, sex=self.sex)
        self.choices = {key: self._choice(key) for key in ASKED if key not in FILM}
        self.film = Ticks(
            "Blood film", {features()[key].question: key for key in FILM}, "The film was looked at", self._on_film()
        )
        self.film.observe(lambda change: self._film_said(change["new"]), "value")
        self.banner = Words()
        super().__init__(model, self._controls(), above=[self.banner])
        model.observe(lambda change: self._show_group(), "shown")
        self._show_group()

    def _choice(self, key: str) -> Choice:
        feature = features()[key]
        options = {"not known": None} | {shown: value for value, shown in feature.answers.items()}
        control = Choice(feature.question, options, self.model.said.get(key))
        control.observe(lambda change: self.model.say(**{key: change["new"]}), "value")
        return control

    def _on_film(self) -> tuple[str, ...] | None:
        said = self.model.said
        known = [key for key in FILM if key in said]
        return tuple(key for key in known if said[key] == "yes") if len(known) == len(FILM) else None

    def _film_said(self, seen: tuple[str, ...] | None) -> None:
        if seen == self._on_film():
            return
        self.model.say(**{key: None if seen is None else "yes" if key in seen else "no" for key in FILM})

    def _controls(self) -> list[ipywidgets.Widget]:
        model = self.model
        controls: list[ipywidgets.Widget] = []
        if model.with_patients:
            self.patients = Choice("Published patient", {"none: your own": None} | coded_patients(), model.patient)
            self.reveal = Switch("Show the authors' diagnosis")
            tie(model, patient=self.patients, revealed=self.reveal)
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
        self.about = Choice("Tell in full", told)
        tie(model, shown=self.look_at, about=self.about)
        self.reset = Button("Reset")
        self.reset.when_pressed(model.reset)
        return [*controls, self.look_at, *self.boxes.values(), self.about, self.reset]

    def _show_group(self) -> None:
        for group, box in self.boxes.items():
            unfold(box, group == self.model.shown)

    def _follow(self) -> None:
        for key, control in self.choices.items():
            if control.value != self.model.said.get(key):
                control.value = self.model.said.get(key)
        if self.film.value != self._on_film():
            self.film.value = self._on_film()
        super()._follow()

    def _tell(self) -> None:
        model = self.model
        self.picture.caption = page.inline(model.picture.caption())
        self.banner.show("", "", model.banner())
        self.words.show(model.status, model.words())
