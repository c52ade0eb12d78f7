"""What runs the tests inside Pyodide: see ``in_pyodide.mjs``, which calls it, and ``test_site_units.py``.

A page's Python starts no program, no thread and no server, and lacks the packages that drive a browser. A test that
tries is skipped at that place, with the reason; every other test must pass.

The tests were written for a computer where nothing runs beside them and a record is a file. So they find no event loop
here, and the record is a file too: what a page does with both is tested in a page, by ``test_site.py``.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, ClassVar

import pytest

LACKING = (
    "axe_playwright_python",
    "bs4",
    "frictionless",
    "jupyter_client",
    "nbclient",
    "nbconvert",
    "playwright",
    "psutil",
)
LEFT_OUT = "not (browser or site or publish)"
FEW = 10
"""Examples of a property: Python in a page is several times as slow."""


def no_loop() -> None:
    raise RuntimeError("no running event loop")


def cannot(*_: Any, **__: Any) -> None:
    pytest.skip("the Python of a page starts no other program, thread or server")


class StandIn(ModuleType):
    """A package that a page lacks: it can be imported, and whatever it is asked to do skips the test."""

    __path__: ClassVar[list[str]] = []
    __call__ = staticmethod(cannot)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return ()  # a class may be built on it

    def __getattr__(self, name: str) -> StandIn:
        if name.startswith("__"):
            raise AttributeError(name)
        if name.endswith("Error"):
            return type(name, (Exception,), {})  # it is caught somewhere
        return StandIn(f"{self.__name__}.{name}")


class Lacking:
    """Finds a stand-in for each package that is lacking."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return ModuleSpec(name, Lacking, is_package=True) if name.split(".")[0] in LACKING else None

    @staticmethod
    def create_module(spec: ModuleSpec) -> StandIn:
        return StandIn(spec.name)

    @staticmethod
    def exec_module(module: ModuleType) -> None: ...


class AsInAPage:
    """Fewer examples of each property, not the tests' own profile; and nothing started, once all is imported."""

    @staticmethod
    def pytest_collection() -> None:
        from hypothesis import settings

        settings.register_profile("page", settings.get_profile("course"), max_examples=FEW)
        settings.load_profile("page")

    @staticmethod
    def pytest_collection_finish() -> None:
        subprocess.Popen.__init__ = cannot
        threading.Thread.start = os.fork = cannot
        os.geteuid = lambda: pytest.skip("the Python of a page knows no users")
        asyncio.get_running_loop = no_loop


def run(arguments: list[str]) -> int:
    """Run pytest with these arguments; its exit code."""
    sys.meta_path.append(Lacking)
    from helpers.record import place  # before anybody takes the function from there

    place.in_browser = lambda: False
    usual = ["-p", "no:cacheprovider", "--capture=sys", "-m", LEFT_OUT]
    return int(pytest.main([*usual, *arguments], plugins=[AsInAPage()]))
