"""The kinds of questions: one file each, found by being here. Its name is what the bank calls the kind."""

from __future__ import annotations

from importlib import import_module
from inspect import getmembers, isabstract, isclass
from pkgutil import iter_modules

from helpers.questions.exercise import Kind


def _kind_of(module: str) -> type[Kind]:
    members = getmembers(import_module(f"{__name__}.{module}"), isclass)
    [found] = [one for _, one in members if issubclass(one, Kind) and not isabstract(one) and one.name() == module]
    return found


KINDS: dict[str, type[Kind]] = {found.name: _kind_of(found.name) for found in iter_modules(__path__)}
"""Name to kind."""
