"""A value worked out in a cell of the notebook.

In the bank: ``given``: lines run first (``patients = table("patients")``); ``code``: the reference lines; ``result``:
the name in which they leave the answer; ``tolerance_pct`` if numbers may differ. ``given`` and ``code`` find ``pd``,
``table`` and the names of answers, and must run alone. A misconception has ``code``: a wrong way, known by the value it
gives. In the notebook ``ask(id)`` stands in one cell; the cell below has ``name = ...`` and ends with ``check(id,
name)``, where ``name`` is ``result``; what ``given`` makes, an earlier cell has made under the same names. An answer is
the value itself.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.questions.answers import run
from helpers.questions.compare import difference
from helpers.questions.exercise import CANNOT_TELL, NOT_YET, Exercise, Kind, Misconception, Verdict, named, ref, shape


@dataclass(frozen=True)
class WrongWay(Misconception):
    """A slip known by the value its lines give."""

    code: str


@dataclass(frozen=True, eq=False)
class Code(Kind):
    """A value of any type."""

    code: str
    result: str
    given: str = ""
    tolerance_pct: float = 1e-4
    """How far numbers may be off, in percent."""

    how = "Write your code in the cell below, then run it."
    ask = "Put your own code in place of `...` and run the cell again."
    interaction = "long-fill-in"
    in_code = True
    Slip = WrongWay
    schema = shape(
        "code result misconceptions",
        given={"type": "string"},
        code=ref("lines"),
        result={"type": "string", "pattern": "^[a-z_][a-z0-9_]*$"},
        tolerance_pct=ref("percent_off"),
    )
    slip_schema = shape("code", code=ref("lines"))

    def compute(self) -> Any:
        """What the reference lines leave."""
        return run(self.code, self.result, self.given)

    def wrong(self, slip: WrongWay) -> Any:
        """What the wrong way leaves."""
        return run(slip.code, self.result, self.given)

    def spoiled(self, space: Mapping[str, Any]) -> list[str]:
        """The names that ``given`` made and that hold something else in a learner's space."""
        nodes = [node for node in ast.walk(ast.parse(self.given)) if isinstance(node, ast.Name)]
        made = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
        return sorted(name for name in made & set(space) if difference(space[name], run("", name, self.given)))

    def untouched(self, answer: Any) -> bool:
        """The cell comes with ``...``; None is what a call may give."""
        return answer is ...

    def judge(self, exercise: Exercise, answer: Any) -> Verdict:
        """Without a known slip, how the value differs."""
        if answer is None:
            words = "A call such as `.sort_values()` gives a new table: keep it in the name."
            return Verdict(CANNOT_TELL, f"Your answer is nothing (None). {words}")
        told = difference(answer, self.right, self.tolerance_pct / 100)
        if not told:
            return exercise.praise()
        for slip in exercise.misconceptions:
            if not difference(answer, self.wrong(slip), self.tolerance_pct / 100):
                return named(slip)
        return Verdict(NOT_YET, told)

    def seen(self) -> dict[str, Any]:
        """The lines stand for their value, which grows with the tables it is worked out from."""
        return {"given": self.given, "code": self.code, "result": self.result}
