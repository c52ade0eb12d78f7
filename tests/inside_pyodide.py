"""What runs the tests inside Pyodide: see ``in_pyodide.mjs``, which calls it, and ``test_site_units.py``.

A page's Python starts no program, no thread and no server, and lacks the packages that drive a browser. A test that
tries is skipped at that place, with the reason; every other test must pass.
"""

from __future__ import annotations

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
        threading.Thread.start = cannot


def run(arguments: list[str]) -> int:
    """Run pytest with these arguments; its exit code."""
    sys.meta_path.append(Lacking)
    usual = ["-p", "no:cacheprovider", "--capture=sys", "-m", LEFT_OUT]
    return int(pytest.main([*usual, *arguments], plugins=[AsInAPage()]))
