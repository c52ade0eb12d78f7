"""The work-up walked: one step after the other, each with what it costs the patient and what it can settle.

>>> path = WorkUp()
>>> path.answer("same"); path.answer("no"); path.answer("obvious")
>>> path.status
'Step 4, Does it get better with treatment? So far: another tube of blood; no needle into the marrow.'
"""

from __future__ import annotations

import ipywidgets
import pandas as pd
import traitlets

from helpers.blood.workup import Step, Walk
from helpers.blood.workup import tests as known_tests
from helpers.panels.controls import Button, Choice, Words
from helpers.panels.panel import Panel
from helpers.panels.words import links
from helpers.pictures import page

_SAMPLES = {"blood": "blood", "imaging": "a picture", "none": "nothing", "marrow": "a needle into the marrow"}


class WorkUp(Panel):
    """The path from a low count to its cause, walked step by step, back and forth.

    Args:
        answers: answers given already, from the first step on.

    Raises:
        ValueError: an answer a step does not have.
    """

    answers = traitlets.Tuple(help="the answers given so far, from the first step on")

    def __init__(self, answers: tuple[str, ...] = ()) -> None:
        super().__init__()
        walk = Walk()
        for key in answers:
            walk = walk.answer(key)
        self.answers = walk.answers
        self.observe(self._moved, "answers")
        self._update()

    # --- the model ---

    def _update(self) -> None:
        self.walk = Walk(tuple(self.answers))
        here = self.walk.here
        place = f"The end: {here.title}." if here.is_end else f"Step {len(self.walk.path)}, {here.title}"
        needle = "a needle into the marrow" if self.walk.needles else "no needle into the marrow"
        tubes = sum(test.sample == "blood" for test in self.walk.done)
        cost = f"{tubes} blood {'test' if tubes == 1 else 'tests'}" if tubes else "no blood test"
        self.status = f"{place} So far: {cost}; {needle}."
        self.changes += 1

    def answer(self, key: str) -> None:
        """Answer the present step and go on.

        Raises:
            ValueError: the step has no such answer.
        """
        self.answers = self.walk.answer(key).answers

    def back(self) -> None:
        """Take the last answer back."""
        self.answers = self.walk.back().answers

    def restart(self) -> None:
        """Begin anew."""
        self.answers = ()

    # --- the words ---

    def words(self) -> str:
        """The present step and the way so far as HTML, each with costs, what is settled, and sources."""
        return self._step(self.walk.here) + self._way_here()

    def _step(self, step: Step) -> str:
        note = f" {page.literal(step.note)}" if step.note else ""
        said = f"**{page.literal(step.ask)}** {page.literal(step.why)}{note} {links(step.source)}"
        if not step.tests:
            return f"<p>{page.inline(said)}</p>"
        asked = [known_tests()[name] for name in step.tests]
        rows = [
            (test.label, test.settles, test.leaves_open or "nothing found", f"{test.costs} {links(test.source)}")
            for test in asked
        ]
        frame = pd.DataFrame(rows, columns=["test", "can settle", "leaves open", "costs the patient"]).set_index("test")
        return f"<p>{page.inline(said)}</p>" + page.table(
            frame, "The tests of this step", markdown=["costs the patient"]
        )

    def _way_here(self) -> str:
        if not self.walk.taken:
            return ""
        rows = [
            (step.title, way.label, f"{page.literal(way.says)} {links(way.source, 1)}") for step, way in self.walk.taken
        ]
        frame = pd.DataFrame(rows, columns=["step", "answer", "what that settles"]).set_index("step")
        return page.table(frame, "The way so far", markdown=["what that settles"])

    # --- showing it ---

    def static_html(self) -> str:
        """The twin for where there is no kernel: the present step, its answers, and the way so far."""
        ways = [f"{way.label}: {way.says}" for way in self.walk.here.ways.values()]
        offered = f"<ul>{''.join(f'<li>{page.escape(way)}</li>' for way in ways)}</ul>" if ways else ""
        return f"<p><strong>{page.escape(self.status)}</strong></p>{self.words()}{offered}"

    def make_view(self) -> _View:
        """Build the widgets."""
        return _View(self)


class _View:
    """The path's widgets: they hold nothing of their own and follow the model."""

    def __init__(self, model: WorkUp) -> None:
        self.model = model
        visible = {"overflow": "visible"}
        self.on, self.back, self.again = Button("Go on"), Button("One step back"), Button("Begin anew")
        self.on.when_pressed(self._go_on)
        self.back.when_pressed(model.back)
        self.again.when_pressed(model.restart)
        self.slot = ipywidgets.VBox([], layout=visible)
        self.words = Words()
        buttons = ipywidgets.HBox(
            [self.on, self.back, self.again], layout={"flex_flow": "row wrap", "grid_gap": "8px"} | visible
        )
        self.box = ipywidgets.VBox(
            [self.words, self.slot, buttons], layout={"max_width": "800px", "grid_gap": "8px"} | visible
        )
        model.observe(lambda change: self._follow(), "changes")
        self._follow()

    def _go_on(self) -> None:
        if self.model.walk.here.ways:
            self.model.answer(self.choice.value)

    def _follow(self) -> None:
        model = self.model
        here = model.walk.here
        options = {way.label: key for key, way in here.ways.items()} or {"the path ends here": ""}
        self.choice = Choice(f"{here.title} Your answer" if here.title.endswith("?") else "Your answer", options)
        self.choice.disabled = self.on.disabled = here.is_end
        self.back.disabled = not model.answers
        self.slot.children = [self.choice]
        self.words.show(model.status, model.words())
