"""The code tasks of a notebook: run as they come, with the solution and with each wrong way, and judged."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from helpers import evidence
from helpers.questions import bank
from helpers.questions.exercise import RIGHT, UNANSWERED, Exercise, Verdict
from helpers.questions.judge import judge

FAILED = "failed"
"""Status of code that raised."""


def _code_cells(path: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in evidence.notebook_cells(path) if cell["cell_type"] == "code"]


def _called(source: str, function: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function and node.args:
            yield node


def asked(path: Path) -> list[tuple[str, str]]:
    """What a notebook asks, in order: pairs of ``"ask"`` or ``"check"`` and the exercise's id."""
    found = []
    for source in _code_cells(path):
        for function in ("ask", "check"):
            found += [(function, ast.literal_eval(call.args[0])) for call in _called(source, function)]
    return found


def task(path: Path, id: str) -> tuple[list[str], str, str]:
    """The task cell of a code exercise in a notebook.

    Returns:
        The sources of the code cells before it, its own source, and the expression it hands to ``check``.

    Raises:
        LookupError: no cell of the notebook checks that exercise.
    """
    cells = _code_cells(path)
    for at, source in enumerate(cells):
        for call in _called(source, "check"):
            if ast.literal_eval(call.args[0]) == id:
                return cells[:at], source, ast.unparse(call.args[1])
    raise LookupError(f"No cell of {path.name} has check({id!r}, ...).")


def judged_in_notebook(path: Path, exercise: Exercise, *codes: str) -> list[Verdict]:
    """Run a notebook up to a code task, put each code into the task's cell, and judge what comes out.

    Args:
        path: the notebook.
        exercise: of the kind code.
        codes: lines to stand where the cell says ``name = ...``. ``""`` leaves the cell as it comes.

    Returns:
        One verdict for each of the codes; its status is ``failed`` where the code raised.
    """
    before, cell, handed = task(path, exercise.id)
    space: dict[str, Any] = {"__name__": "__main__"}
    for source in before:
        exec(compile(source, path.name, "exec"), space)
    return [_judged(exercise, _filled(cell, code), handed, dict(space)) for code in codes]


def _judged(exercise: Exercise, source: str, handed: str, space: dict[str, Any]) -> Verdict:
    try:
        exec(compile(source, f"task {exercise.id}", "exec"), space)
        return judge(exercise, eval(handed, space))
    except Exception as error:
        return Verdict(FAILED, f"{type(error).__name__}: {error}")


def _filled(cell: str, code: str) -> str:
    """The cell with the code in place of its ``name = ...``, without the lines that only show something."""
    lines: list[ast.stmt] = []
    for line in ast.parse(cell).body:
        blank = isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant) and line.value.value is ...
        if blank and code:
            lines += ast.parse(code).body
            code = "pass"
        elif not isinstance(line, ast.Expr):
            lines.append(line)
    return ast.unparse(ast.Module(lines, []))


def notebook_faults(path: Path) -> list[str]:
    """What is wrong with the code tasks of a notebook: as they come, with the solution, with each wrong way."""
    found = []
    ids = [id for function, id in asked(path) if function == "check"]
    for id in ids:
        exercise = bank.exercise(id)
        untouched, right, *wrong = judged_in_notebook(
            path, exercise, "", exercise.asks.code, *(slip.code for slip in exercise.misconceptions)
        )
        if untouched.status != UNANSWERED:
            found.append(f"{id}: as the cell comes it is {untouched.status!r}, not unanswered: {untouched.feedback}")
        if right.status != RIGHT:
            found.append(f"{id}: the reference solution is {right.status!r} in the notebook: {right.feedback}")
        for slip, verdict in zip(exercise.misconceptions, wrong, strict=True):
            if verdict.misconception != slip.name:
                taken = verdict.misconception or f"{verdict.status}: {verdict.feedback}"
                found.append(f"{id}: {slip.name!r} in the notebook is taken for {taken!r}.")
    return found
