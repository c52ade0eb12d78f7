"""Try the questions before a learner does: every right answer, every misconception, every notebook's code tasks.

    python -m helpers.exercises.trial                 # every file of data/exercises
    python -m helpers.exercises.trial my_draft.toml   # one file, wherever it is

Used by the tests and by those who write questions; never by a notebook.
"""

from __future__ import annotations

import ast
import json
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from helpers import evidence
from helpers.exercises import bank
from helpers.exercises.bank import Exercise, Misconception
from helpers.exercises.judge import NOT_YET, RIGHT, UNANSWERED, Verdict, judge, menu, right_answer, wrong_answer

FAILED = "failed"
"""Status of code that raised."""


def schema_faults(contents: Mapping[str, Any]) -> list[str]:
    """What in a parsed file is against ``data/exercises/schema.json``, one sentence each."""
    from jsonschema import Draft202012Validator

    schema = json.loads((evidence.DATA / "exercises" / "schema.json").read_text(encoding="utf-8"))
    found = []
    for error in Draft202012Validator(schema).iter_errors(contents):
        place = list(error.absolute_path)
        where = "/".join(map(str, place))
        if len(place) > 1 and place[0] == "exercise":
            name = contents["exercise"][place[1]].get("id", f"number {place[1] + 1}")
            where = " ".join([f"exercise {name}", *(str(part) for part in place[2:])])
        found.append(f"{where or 'the file'}: {error.message[:300]}")
    return found


def faults(contents: Mapping[str, Any], notebook: str) -> list[str]:
    """Everything wrong with a parsed file of questions, in sentences; empty when it may be shipped.

    Args:
        contents: the parsed TOML.
        notebook: the file's name without ``.toml``.
    """
    found = schema_faults(contents)
    if found:
        return found
    try:
        exercises = bank.read(contents, notebook)
    except bank.BankError as error:
        return [str(error)]
    return [f"{one.id}: {fault}" for one in exercises.values() for fault in _faults(one)]


def _faults(exercise: Exercise) -> Iterator[str]:
    for name in ("option", "item"):
        keys = [part.key for part in getattr(exercise, f"{name}s")]
        yield from (f"two {name}s have the key {key!r}." for key, times in Counter(keys).items() if times > 1)
    if exercise.kind != "choice":
        names = Counter(slip.name for slip in exercise.misconceptions)
        yield from (f"two misconceptions are called {name!r}." for name, times in names.items() if times > 1)
    feedback = Counter(slip.feedback for slip in exercise.misconceptions)
    yield from (f"the same feedback stands twice: {words!r}." for words, times in feedback.items() if times > 1)
    for key in exercise.sources:
        try:
            evidence.source(key)
        except KeyError:
            yield f"the source {key!r} is not in data/sources.csv."
    untouched = judge(exercise, ... if exercise.kind == "code" else None)
    if untouched.status != UNANSWERED:
        yield f"untouched it is {untouched.status!r}."
    try:
        answer = right_answer(exercise)
    except Exception as error:
        yield f"the answer cannot be computed: {type(error).__name__}: {error}"
        return
    try:
        yield from _answer_faults(exercise, answer)
    except Exception as error:
        yield f"it cannot be judged: {type(error).__name__}: {error}"
        return
    for slip in exercise.misconceptions:
        try:
            verdict = judge(exercise, betraying_answer(exercise, slip))
        except Exception as error:
            yield f"the misconception {slip.name!r} cannot be computed: {type(error).__name__}: {error}"
            continue
        if verdict.status != NOT_YET:
            yield f"the misconception {slip.name!r} is judged {verdict.status!r}: {verdict.feedback}"
        elif (verdict.misconception, verdict.feedback) != (slip.name, slip.feedback):
            taken = verdict.misconception or "no slip with a name"
            yield f"the misconception {slip.name!r} is taken for {taken!r}; set them apart or order them anew."


def _answer_faults(exercise: Exercise, answer: Any) -> Iterator[str]:
    options, items = {one.key for one in exercise.options}, [one.key for one in exercise.items]
    match exercise.kind:
        case "choice" if answer not in options:
            yield f"the answer is {answer!r}, which is no option's key ({', '.join(sorted(options))})."
            return
        case "several" if not set(answer) <= options:
            yield f"the answer {answer} holds what is no option's key."
            return
        case "ordering" if sorted(answer) != sorted(items):
            yield "the answer must hold the key of every item once."
            return
        case "ordering" if answer == items:
            yield "the items already stand in the right order; write them in another."
        case "matching" if set(answer) != set(items) or not set(answer.values()) <= options:
            yield "the answer must give every item one of the options."
            return
        case "grade":
            strange = [key for key in items if answer[key] not in menu(exercise, key)]
            if strange:
                yield f"the grades of {', '.join(strange)} are not in their menus."
                return
    shown = {"amount": repr(answer), "unit": _unit(exercise)} if exercise.kind == "number" else answer
    verdict = judge(exercise, shown)
    if verdict.status != RIGHT:
        yield f"the right answer {shown!r} is judged {verdict.status!r}: {verdict.feedback}"
    if exercise.kind == "choice":
        unnamed = {slip.answer for slip in exercise.misconceptions}
        if answer in unnamed:
            yield "the right option has a misconception."
    if exercise.analyte:
        from helpers.blood.units import read_unit

        if not any(read_unit(unit, exercise.analyte)[0] for unit in exercise.units):
            yield "no unit in its menu is a unit of its analyte."


def _unit(exercise: Exercise) -> str:
    if not exercise.analyte:
        return ""
    from helpers.blood.units import ANALYTES

    return ANALYTES[exercise.analyte].unit


def betraying_answer(exercise: Exercise, slip: Misconception) -> Any:
    """A whole answer, as a learner would hand it in, that shows this misconception and is otherwise right."""
    right = right_answer(exercise)
    match exercise.kind:
        case "number":
            return {"amount": repr(wrong_answer(exercise, slip)), "unit": _unit(exercise)}
        case "several" if slip.answer is None:
            return [key for key in right if key not in slip.missed] + list(slip.took)
        case "ordering" if slip.before:
            first, second = slip.before
            rest = [key for key in right if key != first]
            return [*rest[: rest.index(second)], first, *rest[rest.index(second) :]]
        case "matching" | "grade":
            telling = wrong_answer(exercise, slip)
            if not telling:
                raise ValueError("it leads to the right answer")
            return right | telling
    return wrong_answer(exercise, slip)


# --- code tasks in notebooks ------------------------------------------------------------------------------------------


def _code_cells(path: Path) -> list[str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


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
            path, exercise, "", exercise.code, *(slip.code for slip in exercise.misconceptions)
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


def main(paths: list[str]) -> int:
    """Print what is wrong with files of questions; 0 when nothing is."""
    files = [Path(path) for path in paths] or sorted((evidence.DATA / "exercises").rglob("*.toml"))
    wrong = 0
    for path in files:
        try:
            contents = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            found = [f"it is no TOML: {error}"]
        else:
            found = faults(contents, path.stem)
        wrong += len(found)
        print(f"{path.name}: {'fine' if not found else f'{len(found)} to mend'}")
        for fault in found:
            print(f"  {fault}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
