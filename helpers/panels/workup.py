"""The work-up walked: one step after the other, each with what it costs the patient and what it can settle.

>>> path = WorkUp()
>>> path.answer("no"); path.answer("same"); path.answer("obvious")
>>> path.status
'Step 4, Is it better without an obvious cause? So far: 3 blood tests; no needle into the marrow.'
"""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
import pandas as pd
import traitlets

from helpers import page
from helpers.blood.core.criteria import word
from helpers.blood.search.patients import patient as find
from helpers.blood.search.workup import (
    COUNT,
    Step,
    Test,
    Use,
    Walk,
    Way,
    invented,
    otherwise,
    plain_from_count,
    results,
    spared,
    told,
    uses,
)
from helpers.blood.search.workup import tests as known_tests
from helpers.panels.controls import Choice, Words, by_group
from helpers.panels.layout import folded, in_rows, stacked, unfold
from helpers.panels.panel import Panel, View
from helpers.panels.person import OWN, published, published_patient, report_link
from helpers.wording import capital, counted, links, listed, person_words, small

_OPEN = {"choose your answer": ""}
"""What stands in the menu of answers until one is chosen: no answer is suggested."""
_ASK_FIRST = {"ask for a test of this step first": ""}
"""What stands there while nothing of the step was asked for yet, and the count alone does not answer it."""
_NO_TEST = {"choose a test": ""}
_NEXT_TEST = "The next test, of this step or of any other"
_ORDER = "<p><small>We ordered the steps ourselves, from several published pathways.</small></p>"


_COMES = ("hb", "wbc", "anc", "plt", "mcv", "retic")
"""What is told of the count with which a published patient comes, before any test of the path."""


class _Answers(traitlets.Tuple):
    """Answers that lead from step to step."""

    def validate(self, obj: object, value: object) -> tuple[str, ...]:
        """The answers; TraitError where a step has no such answer."""
        walk = Walk()
        for key in super().validate(obj, value):
            try:
                walk = walk.answer(key)
            except ValueError as error:
                raise traitlets.TraitError(str(error)) from error
        return walk.answers


class _Tests(traitlets.Tuple):
    """Tests that were asked for, in their order, each once."""

    def validate(self, obj: object, value: object) -> tuple[str, ...]:
        """The tests; TraitError where there is none of that name."""
        keys = tuple(dict.fromkeys(super().validate(obj, value)))
        if unknown := [key for key in keys if key not in known_tests()]:
            raise traitlets.TraitError(f"There is no test {unknown[0]!r}. There are {', '.join(known_tests())}.")
        return keys


def _quoted(titles: list[str]) -> str:
    return page.literal(listed([f"“{title}”" for title in titles]))


def _turn(turn: int) -> str:
    return f"as no. {turn}" if turn else "no"


def _at(places: Sequence[int]) -> str:
    steps = "step" if len(places) == 1 else "steps"
    return f"at {steps} {listed([str(at) for at in places])}" if places else "not on this way"


def _did(one: Use) -> str:
    """What a test did for the answers of a way, in words."""
    found = [f"the answer at step {at} rests on it ({said})" for at, said in one.decides]
    found += [f"it speaks against another answer at step {at} ({said})" for at, said in one.against]
    if found:
        return "; ".join(found) if one.turn else f"left out, although {'; '.join(found)}"
    if not one.turn:
        return "left out; no answer rests on it"
    return "told something, but no answer rests on it" if one.said else "in vain: the report does not say"


def _tally(some: Sequence[Use]) -> str:
    """How many of the tests asked for were needed, and how many were asked in vain."""
    asked = [one for one in some if one.turn]
    needed = [one for one in asked if one.decides or one.against]
    vain = [one for one in asked if not one.said]
    left = [one for one in some if not one.turn and (one.decides or one.against)]
    rest = len(asked) - len(needed) - len(vain)
    said = (
        f"**You asked for {counted(len(asked), 'test')}.** Needed for an answer: {len(needed)}. Told something on "
        f"which no answer rests: {rest}. Asked in vain, as the report does not say: {len(vain)}."
    )
    return f"{said} Left out, although an answer rests on it: {len(left)}." if left else said


class WorkUp(Panel):
    """The path from a low count to its cause, walked step by step, back and forth.

    Args:
        answers: answers given already, from the first step on.
        patient: a published patient who is carried along: a step's results are told when they are asked for.
        patients: whether another published patient can be chosen; with one to begin with they can.

    Raises:
        ValueError: an answer a step does not have.
        KeyError: no such patient.
    """

    LOADS = ("patient",)
    answers = _Answers(help="the answers given so far, from the first step on")
    patient = published_patient()
    tests_asked = _Tests(help="the tests asked for with the patient who is carried along, in their order")

    def __init__(self, answers: tuple[str, ...] = (), patient: str | None = None, patients: bool = False) -> None:
        self.with_patients = patients or patient is not None
        super().__init__()
        if patient:
            self.patient = find(patient).key
        walk = Walk()
        for key in answers:
            walk = walk.answer(key)
        self.answers = walk.answers
        self.begin()

    # --- the model ---

    def _update(self) -> None:
        self.walk = Walk(tuple(self.answers))
        here = self.walk.here
        place = f"The end: {here.title}." if here.is_end else f"Step {len(self.walk.path)}, {here.title}"
        samples = [test.sample for test in (self._asked() if self.patient else self.walk.done)]
        needle = "a needle into the marrow" if "marrow" in samples else "no needle into the marrow"
        tubes = samples.count("blood")
        cost = counted(tubes, "blood test") if tubes else "no blood test"
        self.status = f"{place} So far: {cost}; {needle}."

    @property
    def waits(self) -> bool:
        """Whether no test of the present step was asked for yet, so that nothing can be answered.

        What the count shows by itself to be urgent waits for no test.
        """
        here = self.walk.here
        if not self.patient or not here.tests or plain_from_count(self.patient, here):
            return False
        return not set(here.tests) & set(self.tests_asked)

    def ask(self, *names: str) -> None:
        """Ask for tests, of whatever step: what the patient's report says of them is then told.

        Raises:
            traitlets.TraitError: there is no such test.
        """
        self.tests_asked = (*self.tests_asked, *names)

    def ask_for(self) -> None:
        """Ask for all tests of the present step at once."""
        self.ask(*self.walk.here.tests)

    def answer(self, key: str) -> None:
        """Answer the present step and go on.

        Raises:
            ValueError: the step has no such answer.
        """
        self.answers = self.walk.answer(key).answers

    def back(self) -> None:
        """Take the last answer back; what was asked for stays known."""
        self.answers = self.walk.back().answers

    def restart(self) -> None:
        """Begin anew."""
        with self.hold_trait_notifications():
            self.answers, self.tests_asked = (), ()

    # --- the words ---

    def words(self) -> str:
        """The present step and the way so far as HTML, each with costs, what is settled, and sources."""
        here = "" if self._strayed() else self._step(self.walk.here)
        so_far = self._way_here() + self._told() + self._uses() + _ORDER
        return self.path_line() + self._whom() + here + page.BELOW + so_far

    def path_line(self) -> str:
        """The steps met so far in one line, the present one marked; as HTML."""
        *before, here = [f"{at} {step.title}" for at, step in enumerate(self.walk.path, 1)]
        mark = "the end" if self.walk.here.is_end else "here now"
        met = [page.escape(one) for one in before] + [f"<strong>{page.escape(here)} ({mark})</strong>"]
        arrow = ' <span aria-hidden="true">→</span> '
        return f"<p><strong>Your path:</strong> {arrow.join(met)}</p>"

    def _whom(self) -> str:
        if not self.patient:
            return ""
        one = find(self.patient)
        who = capital(person_words(one.count.person))
        if not self.walk.here.is_end:
            named = f"{who}, published patient {one.number}."
            comes = "; ".join(f"{word(name)} {one.count.shown(name)}" for name in _COMES if one.count.values.get(name))
            comes = f" **The count:** {page.literal(comes)}." if comes else ""
            told = f"<p>{page.escape(named)}{page.inline(comes)} {page.inline(report_link(one, told=False))}</p>"
            against = self._contradicted()
            back = f"The report contradicts the answer at {_quoted(against)}: *One step back* takes an answer back."
            return told + (page.notice("Look again", [back], "?") if against else "")
        if strayed := self._strayed():
            back = "Go back there: what the authors found is told at an end that fits their report."
            return page.notice("Not yet", [f"{strayed} {back}"], "?")
        ends = [f"**What the authors found:** {page.literal(one.diagnosis)}."]
        ends += [f"**What was done:** {page.literal(one.treatment)}."] if one.treatment else []
        ends += [f"**What came of it:** {page.literal(one.outcome)}."] if one.outcome else []
        return f"<p>{page.escape(who)}. {page.inline(' '.join(ends))} {page.inline(links(one.source))}</p>"

    def _strayed(self) -> str:
        """At an end: which answers the patient's report contradicts, and of which it says nothing; "" for none."""
        if not self.patient or not self.walk.here.is_end:
            return ""
        against = self._contradicted()
        made_up = [step.title for step, way in self.walk.taken if invented(self.patient, step, way.key)]
        made_up = [title for title in made_up if title not in against]
        said = [f"The report contradicts the answer at {_quoted(against)}, as the table below says."] if against else []
        said += [f"{self._whose()} report says nothing of what you answered at {_quoted(made_up)}."] if made_up else []
        return " ".join(said)

    def _contradicted(self) -> list[str]:
        """The steps whose answers the patient's report contradicts, by their titles."""
        return [step.title for step, way in self.walk.taken if self._objection(step, way)]

    def _told(self) -> str:
        """What was asked for so far, and what the patient's report says of it."""
        if not self.patient or not self.tests_asked:
            return ""
        found = {test: results(self.patient, test.key) for test in self._asked()}
        taken = {COUNT: "the published count, taken to be real: "}
        rows = [(test.label, taken.get(test.key, "") + said, test.costs) for test, said in found.items() if said]
        frame = pd.DataFrame(rows, columns=["asked for", "what the report says", "what it cost"]).set_index("asked for")
        silent = "; ".join(small(test.label) for test, said in found.items() if not said)
        unsaid = f"<p>Asked, not in the report: {page.escape(silent)}.</p>" if silent else ""
        return (page.table(frame, "What was asked for") if rows else "") + unsaid

    def _asked(self) -> list[Test]:
        """The tests that were asked for with the patient who is carried along."""
        return [known_tests()[name] for name in self.tests_asked] if self.patient else []

    def _uses(self) -> str:
        """At an end that fits the report: what each test did for the answers, beside what the path asks for."""
        if not self.patient or not self.walk.here.is_end or self._strayed():
            return ""
        some = uses(self.patient, self.walk, self.tests_asked)
        told = [one for one in some if one.turn or one.said]
        rows = [(one.test.label, _turn(one.turn), _at(one.named), _did(one)) for one in told]
        columns = ["test", "you asked", "the path asks", "what it did"]
        frame = pd.DataFrame(rows, columns=columns).set_index("test")
        saved = spared(self.walk, self.tests_asked)
        free = "; ".join(small(test.label) for test in saved) or "nothing"
        needle = " The needle into the marrow is among them." if any(test.sample == "marrow" for test in saved) else ""
        said = f"**Spared, by you and by this way:** {page.literal(free)}.{needle}"
        silent = "; ".join(small(one.test.label) for one in some if one not in told)
        if silent:
            said += f" **Named by this way, not asked for, and not in the report either:** {page.literal(silent)}."
        return (
            f"<p>{page.inline(_tally(some))}</p>{page.table(frame, 'What each test did')}<p>{page.inline(said)}</p>"
            "<p><small>What this report does not say, or what no answer rests on here, may decide in somebody else."
            "</small></p>"
        )

    def _step(self, step: Step) -> str:
        note = f" {page.literal(step.note)}" if step.note else ""
        said = f"**{page.literal(step.ask)}** {page.literal(step.why)}{note} {links(step.source)}"
        if not step.tests:
            return f"<p>{page.inline(said)}</p>"
        asked: dict[str, list[Test]] = {}
        for name in step.tests:
            asked.setdefault(known_tests()[name].group, []).append(known_tests()[name])
        return f"<p>{page.inline(said)}</p>" + "".join(self._group(group, tests) for group, tests in asked.items())

    @staticmethod
    def _group(group: str, tests: list[Test]) -> str:
        """The tests of a step that are done for one purpose."""
        rows = [
            (
                test.label,
                test.settles,
                test.leaves_open or "Its sources do not say.",
                f"{test.costs} {links(test.source)}",
            )
            for test in tests
        ]
        frame = pd.DataFrame(rows, columns=["test", "can settle", "leaves open", "costs the patient"]).set_index("test")
        return page.table(frame, page.literal(group), markdown=["costs the patient"])

    def _way_here(self) -> str:
        if not self.walk.taken:
            return ""
        rows = [(step.title, way.label, self._settled(step, way)) for step, way in self.walk.taken]
        frame = pd.DataFrame(rows, columns=["step", "answer", "what that settles"]).set_index("step")
        return page.table(frame, "The way so far", markdown=["what that settles"])

    def _settled(self, step: Step, way: Way) -> str:
        """What an answer settles; of somebody whose report does not say it, nothing that was found."""
        settles = f"{page.literal(way.says)} {links(way.source, 1)}"
        if objection := self._objection(step, way):
            return objection
        if not self.patient or len(step.ways) == 1 or told(self.patient, step, way.key):
            return settles
        unsaid = f"**{self._whose()} report does not say.**"
        if invented(self.patient, step, way.key):
            return unsaid
        silent = [known_tests()[name].label for name in step.tests if not results(self.patient, name)]
        if len(silent) < len(step.tests):
            unsaid = f"**{self._whose()} report does not say:** {page.literal('; '.join(map(small, silent)))}."
        return f"{settles} {unsaid}" if silent else settles

    def _whose(self) -> str:
        return {"female": "Her", "male": "His"}.get(find(self.patient).count.person.sex, "The")

    def _objection(self, step: Step, way: Way) -> str:
        """What the patient's report says that speaks for another answer."""
        said = otherwise(self.patient, step, way.key) if self.patient else ""
        return f"**The report says otherwise:** {page.literal(said)}." if said else ""

    # --- showing it ---

    def static_html(self) -> str:
        """The twin for where there is no kernel: the present step, its answers, and the way so far."""
        ways = [f"{way.label}: {way.says}" for way in self.walk.here.ways.values()]
        offered = f"<ul>{''.join(f'<li>{page.escape(way)}</li>' for way in ways)}</ul>" if ways else ""
        return super().static_html() + offered


class _View(View, of=WorkUp):
    """The path's widgets: they hold nothing of their own and follow the model."""

    def __init__(self, model: WorkUp) -> None:
        super().__init__(model)
        self.go_on = self.button("Go on", self._go_on)
        self.back = self.button("One step back", model.back)
        self.again = self.button("Begin anew", model.restart)
        self.ask_for = self.button("Ask for all tests of this step", model.ask_for)
        self.ask = self.button("Ask for this test", self._ask)
        self.choice, self.test = Choice("Your answer", {"": ""}), Choice(_NEXT_TEST, {"": ""})
        self.words, self.so_far = Words(), ipywidgets.HTML().add_class("course-words").add_class("course-so-far")
        self.asking = folded([self.test, in_rows([self.ask, self.ask_for])])
        buttons = in_rows([self.go_on, self.back, self.again])
        above = []
        if model.with_patients:
            self.patients = Choice("Walk it with a published patient", OWN | published(coded=True), model.patient)
            self.link(patient=self.patients)
            above = [self.patients]
        self.box = stacked(*above, self.words, self.asking, self.choice, buttons, self.so_far)
        self.on("changes", self._follow)
        self.choice.observe(self._chosen, "value")
        self.test.observe(self._test_chosen, "value")
        self._follow()

    # Each button waits for its menu: what two controls send may come in another order than it was done.

    def _ask(self) -> None:
        if self.test.value:
            self.model.ask(self.test.value)

    def _test_chosen(self, _: object = None) -> None:
        """One can ask once a test is chosen."""
        self.ask.disabled = not self.test.value

    def _go_on(self) -> None:
        if self.choice.value and not self.model.waits:
            self.model.answer(self.choice.value)

    def _chosen(self, _: object = None) -> None:
        """One can go on once an answer is chosen."""
        self.go_on.disabled = not self.choice.value or self.model.waits

    def _follow(self) -> None:
        model = self.model
        here = model.walk.here
        self.choice.label = f"{here.title} Your answer" if here.title.endswith("?") else "Your answer"
        ways = {way.label: key for key, way in here.ways.items()}
        first = _ASK_FIRST if model.waits else _OPEN
        self.choice.offer(first | ways if ways else {"the path ends here": ""})
        self.choice.disabled = here.is_end or model.waits
        self._chosen()
        left = [one for one in by_group(known_tests().values()) if one.key not in model.tests_asked]
        tests = {} if here.is_end else {one.label: one.key for one in left}
        self.test.offer(_NO_TEST | tests, ["", *(one.group for one in left)] if tests else [])
        self.test.disabled = not tests
        self._test_chosen()
        self.ask_for.disabled = not model.patient or not set(here.tests) - set(model.tests_asked)
        unfold(self.asking, bool(model.patient) and not here.is_end)
        self.back.disabled = not model.answers
        here_now, _, so_far = model.words().partition(page.BELOW)
        self.words.show(model.status, here_now)
        self.so_far.value = page.unparted(so_far)
