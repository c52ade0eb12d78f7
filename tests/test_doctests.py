"""The examples in the docstrings give what they say: of the rules, and of pictures, panels, questions and cards."""

from __future__ import annotations

import doctest
import pkgutil
from importlib import import_module

import pytest

import helpers

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
MODULES = [found.name for found in pkgutil.walk_packages(helpers.__path__, "helpers.") if not found.ispkg]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name, capsys):
    failed = doctest.testmod(import_module(name), optionflags=FLAGS).failed
    assert not failed, capsys.readouterr().out


def test_most_modules_have_an_example():
    finder = doctest.DocTestFinder()
    shown = [name for name in MODULES if any(found.examples for found in finder.find(import_module(name)))]
    assert len(shown) >= len(MODULES) // 2


def test_a_wrong_example_would_be_seen():
    parsed = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    runner = doctest.DocTestRunner(verbose=False, optionflags=FLAGS)
    runner.run(parsed, out=lambda text: None)
    assert runner.failures == 1
