"""Try the questions before a learner does: every right answer, every misconception, every version.

    python -m helpers.questions.check_questions                 # every file of data/exercises
    python -m helpers.questions.check_questions my_draft.toml   # one file, wherever it is
    python -m helpers.questions.check_questions --renew         # name the wordings that are new or have changed
    python -m helpers.questions.check_questions --same ID ...   # the words are better, the question is the same

Used by the tests and by those who write questions; never by a notebook.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from helpers import evidence
from helpers.questions import bank
from helpers.questions.exercise import KEPT, NOT_YET, RIGHT, UNANSWERED, Exercise, Kind
from helpers.questions.judge import judge
from helpers.questions.kinds import KINDS
from helpers.questions.rounds import draws
from helpers.questions.slips import known

TRIES = 200
"""Draws of each family that are tried."""


def schema() -> dict[str, Any]:
    """The JSON schema of a file of questions: ``data/exercises/schema.json`` with what each kind adds."""
    whole = evidence.question_schema()
    whole["$defs"]["exercise"]["allOf"] = [_branch(name, kind) for name, kind in KINDS.items()]
    whole["$defs"]["common"]["properties"]["kind"] = {"enum": list(KINDS)}
    return whole


def _branch(name: str, kind: type[Kind]) -> dict[str, Any]:
    own = {}
    if kind.slip_schema is not None:
        items = {"$ref": "#/$defs/misconception", "unevaluatedProperties": False, **kind.slip_schema}
        own = {"misconceptions": {"type": "array", "minItems": 3, "items": items}}
    then = {**kind.schema, "properties": {**kind.schema["properties"], **own}}
    return {"if": {"properties": {"kind": {"const": name}}}, "then": then}


def schema_faults(contents: Mapping[str, Any]) -> list[str]:
    """What in a parsed file is against :func:`schema`, one sentence each."""
    from jsonschema import Draft202012Validator

    found = []
    for error in Draft202012Validator(schema()).iter_errors(contents):
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
    asks = exercise.asks
    for name in ("option", "item"):
        keys = [part.key for part in getattr(asks, f"{name}s", ())]
        yield from (f"two {name}s have the key {key!r}." for key, times in Counter(keys).items() if times > 1)
    for name in ("name", "feedback"):
        told = Counter(getattr(slip, name) for slip in exercise.misconceptions)
        if name == "feedback" or not any(getattr(one, "misconception", "") for one in getattr(asks, "options", ())):
            yield from (f"two misconceptions have the same {name}: {w!r}." for w, times in told.items() if times > 1)
    for key in exercise.sources:
        try:
            evidence.source(key)
        except KeyError:
            yield f"the source {key!r} is not in data/sources.csv."
    untouched = judge(exercise, ...)
    if untouched.status != UNANSWERED:
        yield f"untouched it is {untouched.status!r}."
    try:
        own = list(asks.faults())
    except Exception as error:
        yield f"the answer cannot be computed: {type(error).__name__}: {error}"
        return
    yield from own
    if not own:
        found = list(_judged_faults(exercise))
        yield from found or _family_faults(exercise)


def _family_faults(exercise: Exercise) -> Iterator[str]:
    """What is wrong with any of many draws of a family: each is judged like a question of its own."""
    if not exercise.family:
        return
    for values in draws(exercise.family, exercise.id, TRIES):
        drawn = bank.with_values(exercise, values)
        found = [*drawn.asks.faults(), *_judged_faults(drawn)]
        limits = drawn.asks.on_limits() if hasattr(drawn.asks, "on_limits") else []
        found += [f"{name} stands on a limit." for name in limits]
        if found:
            words = ", ".join(f"{name} = {value}" for name, value in values.items())
            yield f"drawn with {words}: {found[0]}"
            return


def _judged_faults(exercise: Exercise) -> Iterator[str]:
    """What is wrong with the verdicts on the right answer and on each misconception."""
    try:
        shown = exercise.asks.handed_in(exercise.asks.right)
        verdict = judge(exercise, shown)
    except Exception as error:
        yield f"it cannot be judged: {type(error).__name__}: {error}"
        return
    if verdict.status != (RIGHT if exercise.asks.scored else KEPT):
        yield f"the right answer {shown!r} is judged {verdict.status!r}: {verdict.feedback}"
    for slip in exercise.misconceptions:
        try:
            verdict = judge(exercise, exercise.asks.betraying(slip))
        except Exception as error:
            yield f"the misconception {slip.name!r} cannot be computed: {type(error).__name__}: {error}"
            continue
        if verdict.status != NOT_YET:
            yield f"the misconception {slip.name!r} is judged {verdict.status!r}: {verdict.feedback}"
        elif (verdict.misconception, verdict.feedback) != (slip.name, slip.feedback):
            taken = verdict.misconception or "no slip with a name"
            yield f"the misconception {slip.name!r} is taken for {taken!r}; set them apart or order them anew."


def slip_faults() -> list[str]:
    """The names of slips that the closed list does not know, with the question each stands in."""
    asked = [one for name in evidence.question_files() for one in bank.exercises(name)]
    return [
        f"{one.id}: the misconception {slip.name!r} is none of data/slip_names.csv."
        for one in asked
        for slip in one.misconceptions
        if not known(slip.name)
    ]


# --- versions ---------------------------------------------------------------------------------------------------------


def version_faults() -> list[str]:
    """The questions that are new, or ask something else than when their wording was named; and those that are gone."""
    named = evidence.question_versions()
    now = {one.id: bank.fingerprint(one) for name in evidence.question_files() for one in bank.exercises(name)}
    found = [f"{id}: it has no version yet." for id in now if id not in named]
    found += [
        f"{id}: what it asks, or what is right, has changed; its version has not."
        for id, print_ in now.items()
        if id in named and named[id][1] != print_
    ]
    return found + [f"{id}: it has a version and is in no file." for id in named if id not in now]


def renew(same: Iterator[str] | list[str] = ()) -> list[str]:
    """Name the wordings that are new or have changed; those in ``same`` keep their name.

    Returns:
        The ids that have a new name.
    """
    named, kept, new = evidence.question_versions(), {}, []
    for one in (one for name in evidence.question_files() for one in bank.exercises(name)):
        print_ = bank.fingerprint(one)
        version, before = named.get(one.id, ("", ""))
        if before != print_ and not (version and one.id in same):
            version = print_
            new.append(one.id)
        kept[one.id] = (version, print_)
    evidence.keep_question_versions(kept)
    return new


def main(words: list[str]) -> int:
    """Print what is wrong with files of questions; 0 when nothing is."""
    parser = argparse.ArgumentParser(prog="check_questions")
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--renew", action="store_true", help="name the wordings that are new or have changed")
    parser.add_argument("--same", nargs="+", default=[], help="questions that keep the name of their wording")
    asked = parser.parse_args(words)
    if asked.renew or asked.same:
        print("A new version:", ", ".join(renew(asked.same)) or "none")
        return 0
    wrong = 0
    for name, found in _reports(asked.files):
        wrong += len(found)
        print(f"{name}: {'fine' if not found else f'{len(found)} to mend'}")
        for fault in found:
            print(f"  {fault}")
    return int(wrong > 0)


def _reports(files: list[Path]) -> Iterator[tuple[str, list[str]]]:
    """Each file with what is wrong with it; without files those of the course, and their versions."""
    for path in files:
        try:
            contents = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            yield path.name, [f"it is no TOML: {error}"]
        else:
            yield path.name, faults(contents, path.stem)
    if not files:
        yield from ((name, faults(evidence.questions(name), name)) for name in evidence.question_files())
        yield "versions", version_faults()
        yield "slips", slip_faults()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
