"""Claims judged before one reads what is so; a checklist for a claim one brings; the article as it should have been.

>>> bench = ClaimBench(session=Session())
>>> bench.claim.who
'a clinic that sells herbs'
>>> bench.judge("unproven", 0.9)
>>> bench.status
'✎ Another verdict. You: unproven. The course: red flag.'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ipywidgets
import pandas as pd
import traitlets

from helpers import page
from helpers.panels.controls import Choice, Control, TextArea, Words, script
from helpers.panels.keep import KeepPage, document
from helpers.panels.panel import Debounce, Panel, View
from helpers.panels.traits import OneOf
from helpers.pictures.agreement import AgreementPicture
from helpers.pictures.progress import CalibrationPicture, Level, Part
from helpers.questions.claims import (
    NO,
    PARTLY,
    YES,
    Claim,
    checks,
    claims,
    harms,
    links,
    names,
    rebuilt,
    sittings,
    verdicts,
    worked,
)  # fmt: skip
from helpers.questions.exercise import CONFIDENCE, NOT_YET, RIGHT, Verdict
from helpers.record.restore import SESSION
from helpers.record.session import ANSWERED, Session

_VISIBLE = {"overflow": "visible"}
_ROW = {"flex_flow": "row wrap", "grid_gap": "7px 12px", "align_items": "flex-start"} | _VISIBLE
_COLUMN = {"max_width": "800px", "grid_gap": "8px"} | _VISIBLE
SURE = 0.9
"""From here on one was sure."""


@dataclass(frozen=True)
class Judged:
    """What a learner said of a claim, before reading more."""

    claim: Claim
    verdict: str
    confidence: float

    @property
    def same(self) -> bool:
        """Whether the course says the same."""
        return self.verdict == self.claim.verdict


class ClaimBench(Panel):
    """Claims one by one: verdict and confidence first; then the correction, its source and where it is taught.

    What is judged is kept in the learner's record, and is there again the next day.

    Args:
        sitting: which one, from 1 on; those of which most harm can come are first.
        session: where judgments are kept.

    Raises:
        ValueError: there is no such sitting.
    """

    sitting = OneOf(lambda: range(1, len(sittings()) + 1), "sitting", 1)
    at = traitlets.Int(0, help="the claim shown, from 0 on; their number: what came of them")
    LOADS = ("sitting",)

    def __init__(self, sitting: int = 1, session: Session = SESSION) -> None:
        if not 1 <= sitting <= len(sittings()):
            raise ValueError(f"There are sittings 1 to {len(sittings())}; {sitting} was asked for.")
        super().__init__(sitting=sitting)
        self.session, self.missing = session, ""
        self.observe(self._forget_what_was_missing, ["sitting", "at"])
        self.set_trait("at", self._first_open())
        self.begin()

    # --- the model ---

    @traitlets.validate("at")
    def _is_claim(self, proposal: dict) -> int:
        if not 0 <= proposal["value"] <= len(self.in_sitting):
            raise traitlets.TraitError(
                f"Sitting {self.sitting} has claims 0 to {len(self.in_sitting) - 1}; {proposal['value']} was asked for."
            )
        return proposal["value"]

    def _forget_what_was_missing(self, change: dict) -> None:
        self.missing = ""

    def _first_open(self) -> int:
        """Where the first claim of the sitting is that is not judged; their number where all are."""
        open_ones = (at for at, one in enumerate(self.in_sitting) if self.judged(one) is None)
        return next(open_ones, len(self.in_sitting))

    def loaded(self) -> dict[str, int]:
        """A sitting opens at its first claim that is not judged."""
        return {"at": self._first_open()}

    def _begun(self) -> dict[str, int]:
        """A sitting that one comes back to opens where one is now, not where one began."""
        return {}

    @property
    def in_sitting(self) -> tuple[Claim, ...]:
        """The claims of this sitting."""
        return sittings()[self.sitting - 1]

    @property
    def claim(self) -> Claim | None:
        """The claim shown; None at the end of a sitting."""
        return self.in_sitting[self.at] if self.at < len(self.in_sitting) else None

    def judged(self, claim: Claim) -> Judged | None:
        """What was said of a claim, also before this kernel; None if nothing was."""
        last = self.session.work(claim.id).last
        if last is None or last.did != ANSWERED or last.answer not in verdicts() or last.confidence is None:
            return None
        return Judged(claim, last.answer, last.confidence)

    def judge(self, verdict: str, sure: float | None) -> None:
        """Judge the claim shown; what was said once stays, until the sitting is begun again.

        Args:
            verdict: of the list of verdicts; "" where none is chosen yet, which is then asked for.
            sure: 0 to 1; None where it is not said yet.

        Raises:
            ValueError: a verdict that is not on the list, or a confidence that is no share.
        """
        if verdict and verdict not in verdicts():
            raise ValueError(f"{verdict!r} is no verdict. The verdicts are: {', '.join(verdicts())}.")
        if sure is not None and not 0 <= sure <= 1:
            raise ValueError(f"How sure one is goes from 0 to 1; {sure} was given.")
        claim = self.claim
        if claim is None or self.judged(claim):
            return
        needed = {"a verdict": bool(verdict), "how sure you are": sure is not None}
        wanted = [words for words, given in needed.items() if not given]
        self.missing = f"First choose {' and '.join(wanted)}." if wanted else ""
        if not wanted:
            self.session.change(claim.id, confidence=sure)
            status = RIGHT if verdict == claim.verdict else NOT_YET
            self.session.answered(claim.id, verdict, Verdict(status, ""), claim.version)
        self.on_change()

    def next(self) -> None:
        """On to the next claim; after the last one, to what came of them."""
        self.at = min(self.at + 1, len(self.in_sitting))

    def back(self) -> None:
        """Back to the claim before."""
        self.at = max(self.at - 1, 0)

    def again(self) -> None:
        """Begin the sitting again from nothing; what was judged before stays in the record."""
        for claim in self.in_sitting:
            self.session.again(claim.id)
        self.at = self._first_open()
        self.on_change()

    def _update(self) -> None:
        self.status = self._say()

    def _say(self) -> str:
        if self.claim is None:
            found = self.results()
            same = sum(one.same for one in found)
            return f"The end of sitting {self.sitting}: the same verdict on {same} of {len(found)} claims judged."
        found = self.judged(self.claim)
        if found is None:
            return self.missing or "Not judged yet. Choose a verdict and say how sure you are, then press Judge."
        if found.same:
            return f"✓ The course says the same: {found.verdict}."
        return f"✎ Another verdict. You: {found.verdict}. The course: {self.claim.verdict}."

    def results(self, every: bool = False) -> list[Judged]:
        """What was judged in this sitting, or in all of them."""
        asked = claims().values() if every else self.in_sitting
        return [found for claim in asked if (found := self.judged(claim))]

    # --- the words ---

    def headline(self) -> str:
        """The claim shown and who says it, in a sentence."""
        if self.claim is None:
            return f"Sitting {self.sitting} of {len(sittings())}: what came of it"
        return f"Claim {self.at + 1} of {len(self.in_sitting)}, from {self.claim.who}. {self.claim.says}"

    def words(self) -> str:
        """What the verdicts mean; after judging what is so; at the end what came of the sitting."""
        if self.claim is None:
            return self._summary()
        return _corrected(self.claim) if self.judged(self.claim) else _meanings()

    def _summary(self) -> str:
        found = self.results()
        if not found:
            return "<p>Nothing is judged in this sitting yet. Go back and judge a claim.</p>"
        drawn = [self.agreement(), self.calibration()]
        pictures = "".join(page.figure(one.image(), one.describe(), one.caption(), one.width) for one in drawn)
        missed = [one for one in found if not one.same]
        sure = sum(one.confidence >= SURE for one in missed)
        said = f"<p><strong>Sure, and another verdict: {sure}.</strong> These are worth another look first.</p>"
        rows = [
            (one.claim.says, one.verdict, one.claim.verdict, _sure(one.confidence))
            for one in sorted(missed, key=lambda one: -one.confidence)
        ]
        columns = ["claim", "you", "the course", "how sure you were"]
        table = page.table(pd.DataFrame(rows, columns=columns).set_index("claim"), "Where the verdicts differ")
        return pictures + said + (table if rows else "<p>None differs.</p>")

    def agreement(self) -> AgreementPicture:
        """This sitting by verdict."""
        given = {one.claim.claim: one.same for one in self.results()}
        parts = []
        for verdict in verdicts():
            here = [given.get(one.claim) for one in self.in_sitting if one.verdict == verdict]
            if here:
                parts.append(Part(verdict, here.count(True), 0, 0, here.count(False), here.count(None)))
        return AgreementPicture(parts)

    def calibration(self) -> CalibrationPicture:
        """All claims judged so far: how sure, against how often the course said the same."""
        found = self.results(every=True)
        levels = []
        for sure in sorted({one.confidence for one in found}):
            here = [one.same for one in found if one.confidence == sure]
            levels.append(Level(_sure(sure), sure, sum(here), len(here)))
        brier = sum((one.confidence - one.same) ** 2 for one in found) / len(found)
        return CalibrationPicture(levels, brier)

    # --- showing it ---

    def static_html(self) -> str:
        """The twin for where there is no kernel: the first claims and the verdicts; nothing of a learner's own."""
        first = sittings()[0]
        listed = "".join(f"<li>{page.escape(f'{one.says} ({one.who})')}</li>" for one in first)
        return (
            f"<p><strong>{len(claims())} claims in {len(sittings())} sittings.</strong> You judge each before you read "
            f"what is so. The first {len(first)}:</p><ol>{listed}</ol>{_meanings()}"
        )

    def __repr__(self) -> str:
        return f"ClaimBench: {len(claims())} claims in {len(sittings())} sittings"


def _sure(confidence: float) -> str:
    return {float(level): words for level, words in CONFIDENCE.items()}.get(confidence, f"{confidence:.0%} sure")


def _meanings() -> str:
    rows = pd.DataFrame(list(verdicts().items()), columns=["verdict", "when"]).set_index("verdict")
    return page.table(rows, "The verdicts")


def _corrected(claim: Claim) -> str:
    """What is so, who says so, and where it is taught, as HTML."""
    check, wrong = checks()[claim.check], claim.verdict != "accurate"
    red = page.notice("Red flag", ["Ask before anything else is done."]) if claim.verdict == "red flag" else ""
    note = f" {page.literal(claim.note)}" if claim.note else ""
    lines = [
        f"**What is so:** {page.literal(claim.correction)}{note}",
        f"**If one judges it wrongly:** {claim.harm}. {harms()[claim.harm][1]}",
        f"**What would settle it:** {page.literal(claim.settles)}",
        *([f"**The question that finds it out:** {check.ask} What warns: {check.warning}"] if wrong else []),
        f"**Source:** {links(claim.source)} (confidence {claim.confidence})",
    ]
    told = "".join(f"<p>{page.inline(line)}</p>" for line in lines)
    return f"{red}{told}<p><strong>Where it is taught:</strong> {claim.taught.link()}</p>"


class JudgeForm(Control):
    """Verdict and confidence, sent together when Judge is pressed, so that neither overtakes the other."""

    _esm = script("judge_form")
    verdicts = traitlets.List(traitlets.Unicode()).tag(sync=True)
    levels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    claim = traitlets.Unicode("", help="key of the claim shown; none at the end").tag(sync=True)
    given = traitlets.List(traitlets.Unicode(), help="verdict and how sure, once judged").tag(sync=True)

    def __repr__(self) -> str:
        return "JudgeForm()"


class _Bench(View, of=ClaimBench):
    """The bench's widgets: they hold nothing of their own and follow the model."""

    def __init__(self, model: ClaimBench) -> None:
        super().__init__(model)
        sizes = {f"{at} of {len(sittings())} ({len(one)} claims)": at for at, one in enumerate(sittings(), start=1)}
        self.sitting = Choice("Sitting", sizes, model.sitting)
        self.link(sitting=self.sitting)
        self.form = JudgeForm(verdicts=list(verdicts()), levels=list(CONFIDENCE.values()))
        self.form.on_msg(self._asked)
        self.next, self.back = self.button("Next claim", model.next), self.button("Back", model.back)
        self.again = self.button("", model.again)
        self.headline, self.words = Words(), Words()
        moves = ipywidgets.HBox([self.next, self.back, self.again], layout=_ROW)
        self.box = ipywidgets.VBox([self.sitting, self.headline, self.form, moves, self.words], layout=_COLUMN)
        self.on("changes", self._follow)
        self._follow()

    def _asked(self, _: object, message: object, __: object) -> None:
        """A judgment comes in; one of a claim that is not shown any more (a page drawn twice) is left."""
        match message:
            case {"claim": str(claim), "verdict": str(verdict), "sure": str(words)}:
                sure = next((float(level) for level, said in CONFIDENCE.items() if said == words), None)
                if self.model.claim and self.model.claim.claim == claim and verdict in ("", *verdicts()):
                    self.model.judge(verdict, sure)

    def _follow(self) -> None:
        model, claim = self.model, self.model.claim
        found = model.judged(claim) if claim else None
        with self.form.hold_sync():
            self.form.given = [found.verdict, _sure(found.confidence)] if found else []
            self.form.claim = claim.claim if claim else ""
        self.next.label = "See the result" if model.at == len(model.in_sitting) - 1 else "Next claim"
        self.next.disabled, self.back.disabled = claim is None, model.at == 0
        self.again.label = f"Begin sitting {model.sitting} again"
        self.headline.show(model.headline(), "")
        self.words.show(model.status, model.words())


# --- a claim one brings ---


ANSWERS = {"not looked at yet": "", "yes": YES, "in part": PARTLY, "no, or not to be found": NO}
_SAID = {key: words for words, key in ANSWERS.items()}


def _not_on_the_checklist(check: object, answer: object) -> str:
    """What is wrong with an answer to a question of the checklist; nothing where nothing is."""
    if check in checks() and answer in _SAID:
        return ""
    return (
        f"{check!r}: {answer!r} is not on the checklist. Questions: {', '.join(checks())}; "
        f"answers: {', '.join(filter(None, _SAID))}."
    )


class ChecklistPanel(Panel):
    """The checklist put to a claim that the learner brings; it ends in a page to keep.

    Args:
        says: the claim.
        answers: question of the checklist to yes, partly or no.
        notes: question to what was found.

    Raises:
        ValueError: a question or an answer the checklist does not have.
    """

    says = traitlets.Unicode("")
    answers = traitlets.Dict()
    notes = traitlets.Dict()
    verdict = OneOf(lambda: ("", *verdicts()), "verdict", "")

    def __init__(
        self, says: str = "", answers: Mapping[str, str] | None = None, notes: Mapping[str, str] | None = None,
        verdict: str = "",
    ) -> None:  # fmt: skip
        super().__init__(says=says, notes=dict(notes or {}), verdict=verdict)
        for check, answer in (answers or {}).items():
            self.answer(check, answer)
        self.begin()

    @classmethod
    def worked(cls, claim: str) -> ChecklistPanel:
        """A claim of the course, taken through the checklist.

        Raises:
            KeyError: it was not worked through; the message says which were.
        """
        rows = worked(claim)
        found = claims()[claim]
        notes = {row.check: row.note for row in rows}
        return cls(found.says, {row.check: row.answer for row in rows}, notes, found.verdict)

    def answer(self, check: str, answer: str) -> None:
        """Say how the claim answers a question of the checklist.

        Raises:
            ValueError: there is no such question or no such answer.
        """
        if told := _not_on_the_checklist(check, answer):
            raise ValueError(told)
        self.answers = self.answers | {check: answer}

    @traitlets.validate("answers")
    def _are_answers(self, proposal: dict) -> dict:
        for check, answer in proposal["value"].items():
            if told := _not_on_the_checklist(check, answer):
                raise traitlets.TraitError(told)
        return proposal["value"]

    @traitlets.validate("notes")
    def _are_notes(self, proposal: dict) -> dict:
        for check, note in proposal["value"].items():
            if check not in checks() or not isinstance(note, str):
                raise traitlets.TraitError(
                    f"{check!r}: {note!r} is no note. A note is text, on one of the questions {', '.join(checks())}."
                )
        return proposal["value"]

    def _update(self) -> None:
        given = [self.answers.get(check, "") for check in checks()]
        looked = len(given) - given.count("")
        open_ones = f" Next: {self._next()}" if looked < len(given) else ""
        self.status = f"{looked} of {len(given)} questions looked at, {given.count(YES)} answered well.{open_ones}"

    def _next(self) -> str:
        return next(check.ask for key, check in checks().items() if not self.answers.get(key))

    def words(self) -> str:
        """The claim, what was found, and what to ask next, as HTML."""
        says = page.escape(self.says.strip()) or "<em>Write the claim first.</em>"
        return f'{self._banner()}<p class="claim">{says}</p>{self._table()}{self._ask_next()}'

    def _banner(self) -> str:
        means = verdicts().get(self.verdict)
        if not means:
            return ""
        if self.verdict == "red flag":
            return page.notice("Red flag: ask before anything else is done", [means])
        return f"<p><strong>Verdict: {page.escape(self.verdict)}.</strong> {page.escape(means)}</p>"

    def _table(self) -> str:
        rows = [
            (check.ask, _SAID[self.answers.get(key, "")], self.notes.get(key, "")) for key, check in checks().items()
        ]
        frame = pd.DataFrame(rows, columns=["question", "answered?", "what was found"]).set_index("question")
        return page.table(frame, "The claim, question by question")

    def _ask_next(self) -> str:
        weak = [check for key, check in checks().items() if self.answers.get(key) != YES]
        if not weak:
            return "<p>Every question was answered well. That makes a claim worth believing, not certain.</p>"
        lines = "".join(f"<li><strong>{page.escape(one.ask)}</strong> {page.escape(one.look_for)}</li>" for one in weak)
        return f"<p><strong>To ask next, and what a good answer has:</strong></p><ul>{lines}</ul>"

    def page_to_keep(self, today: date | None = None) -> str:
        """The whole page, as HTML that can be printed."""
        day = f"{today or date.today():%d %B %Y}".lstrip("0")
        return document("A claim, weighed", f'<p class="small">{day}</p>{self.words()}')


class _Checklist(View, of=ChecklistPanel):
    """The checklist's widgets: they hold nothing of their own and follow the model."""

    def __init__(self, model: ChecklistPanel) -> None:
        super().__init__(model)
        self.says = TextArea("The claim, in your own words", model.says, rows=2)
        self.verdict = Choice("Your verdict", {"not yet": ""} | {one: one for one in verdicts()}, model.verdict)
        self.link(says=self.says, verdict=self.verdict)
        self.rows: dict[str, tuple[Choice, TextArea]] = {}
        for number, (key, check) in enumerate(checks().items(), start=1):
            found = Choice(f"{number}. {check.ask}", ANSWERS, model.answers.get(key, ""), note=check.look_for)
            wrote = TextArea(f"What you found ({number})", model.notes.get(key, ""), rows=2)
            found.observe(lambda change, key=key: model.answer(key, change["new"]), "value")
            wrote.observe(lambda change, key=key: self._note(key, change["new"]), "text")
            self.rows[key] = found, wrote
        self.keep = KeepPage(name="pancytopenia-claim.html")
        self.words = Words()
        controls = [widget for pair in self.rows.values() for widget in pair]
        self.box = ipywidgets.VBox([self.says, *controls, self.verdict, self.keep, self.words], layout=_COLUMN)
        self._tell_later = Debounce(self._tell)
        self.on("changes", self._tell_later)
        self.on(["answers", "notes"], self._follow)
        self._tell()

    def _follow(self) -> None:
        for key, (found, wrote) in self.rows.items():
            found.set_trait(found.carries, self.model.answers.get(key, ""))
            wrote.set_trait(wrote.carries, self.model.notes.get(key, ""))

    def _note(self, key: str, words: str) -> None:
        self.model.notes = self.model.notes | {key: words}

    def _tell(self) -> None:
        self.keep.html = self.model.page_to_keep()
        self.words.show(self.model.status, self.model.words())


# --- the article rebuilt ---


class RebuiltArticle(Panel):
    """The article this course began from as it should have been, each sentence resting on a place in the course."""

    title = "What is the treatment for pancytopenia?"
    RUN = ""

    def __init__(self) -> None:
        super().__init__()
        self.begin()

    def _update(self) -> None:
        number = sum(map(len, rebuilt().values()))
        self.status = f"{self.title} {number} sentences, each taught in the course."

    def words(self) -> str:
        """The article as HTML; a number at each sentence leads to where it is taught."""
        return self._article(linked=True)

    def _article(self, linked: bool) -> str:
        number, told, places, head = 0, [], [], "h3" if linked else "h2"
        for title, sentences in rebuilt().items():
            said = []
            for one in sentences:
                number += 1
                said.append(f'{page.escape(one.says)}<sup style="line-height:0">{number}</sup>')
                where = one.taught.link() if linked else page.escape(one.taught.name)
                from_ = page.inline(links(one.source)) if linked else page.escape(names(one.source))
                places.append(f"<li>{where}{f' ({from_})' if from_ else ''}</li>")
            told.append(f"<section><{head}>{page.escape(title)}</{head}><p>{' '.join(said)}</p></section>")
        foot = f'<ol class="small">{"".join(places)}</ol>'
        if linked:
            foot = f"<details><summary>Where each sentence is taught, and its source</summary>{foot}</details>"
        return "".join(told) + foot

    def page_to_keep(self) -> str:
        """The article as a page that can be printed."""
        return document(self.title, self._article(linked=False))


class _Article(View, of=RebuiltArticle):
    """The article and a button that keeps it."""

    def __init__(self, model: RebuiltArticle) -> None:
        super().__init__(model)
        self.keep = KeepPage(name="pancytopenia-article-rebuilt.html", html=model.page_to_keep())
        self.words = Words()
        self.words.show(model.status, model.words())
        self.box = ipywidgets.VBox([self.words, self.keep], layout=_COLUMN)
