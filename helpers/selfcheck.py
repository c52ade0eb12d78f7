"""Does this computer have what the course needs? Each check answers in a sentence, with what to do if it fails.

>>> selfcheck()                  # the first cell of the first notebook
Everything is fine.
...

Standard library only, in words that old Pythons can read: it must be able to speak where a package is missing or Python
is too old. What is fine is shown without versions, so that it reads the same on every computer.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import re
import site
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

FINE, NOTHING = "fine", "nothing"

START_AGAIN = (
    "Close JupyterLab, start the course again with `python3 course.py` in its folder, and open this notebook anew. "
    "Without course.py: `pip install -r requirements.txt`, then Kernel > Restart Kernel."
)

FRONT_ENDS = ("@jupyter-widgets/jupyterlab-manager", "anywidget")
"""What JupyterLab itself needs to show the panels and cards."""


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    what: str
    """What was checked, in a learner's words."""
    result: str = FINE
    """``fine``, or a sentence on what is wrong; where there is nothing to do, a remark."""
    do: str = NOTHING
    """What to do about it."""

    @property
    def fine(self) -> bool:
        """Whether there is nothing to do."""
        return self.do == NOTHING


@dataclass(frozen=True, repr=False)
class SelfCheck:
    """The findings of all checks; shows itself as a table, or as plain lines where tables cannot be made."""

    findings: tuple[Finding, ...]

    @property
    def summary(self) -> str:
        """All of it in one sentence."""
        wrong = [finding.what for finding in self.findings if not finding.fine]
        return f"To mend: {', '.join(wrong)}." if wrong else "Everything is fine."

    def __repr__(self) -> str:
        lines = [
            f"{finding.what}: {finding.result}" + ("" if finding.fine else f" What to do: {finding.do}")
            for finding in self.findings
        ]
        return "\n".join([self.summary, *lines])

    def _repr_html_(self) -> str | None:
        try:
            import pandas as pd

            from helpers import page
        except Exception:  # a broken package must not keep the plain lines from being shown
            return None
        rows = [(finding.what, finding.result, finding.do) for finding in self.findings]
        frame = pd.DataFrame(rows, columns=["checked", "result", "what to do"]).set_index("checked")
        return page.table(frame, self.summary, markdown=["what to do"])


def selfcheck() -> SelfCheck:
    """Check Python, the packages, the course's tables, the panels' part of JupyterLab, and that work can be saved.

    Returns:
        A :class:`SelfCheck`; it never raises and changes nothing.
    """
    if sys.platform == "emscripten":
        return SelfCheck((came_with_the_page(), tables(), keeping()))
    return SelfCheck((python_version(), packages(), tables(), front_ends(), saving()))


IMPORTED = ("pandas", "matplotlib", "ipywidgets", "anywidget")


def came_with_the_page(names: Iterable[str] = IMPORTED) -> Finding:
    """In a browser: did the packages that come with the page arrive?"""
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if not missing:
        return Finding("Packages")
    return Finding("Packages", f"They did not all arrive: {', '.join(missing)}.", "Load this page again.")


def keeping(drive: Path = Path("/drive")) -> Finding:
    """In a browser: does it keep anything?"""
    if os.access(str(drive), os.W_OK):
        return Finding("Keeping your work")
    return Finding(
        "Keeping your work",
        "This window keeps nothing, as a private window does.",
        "Open the course in an ordinary window, or download your record (below) before you close this one.",
    )


def python_version(running: tuple[int, ...] = sys.version_info[:2], project: Path = ROOT / "pyproject.toml") -> Finding:
    """Is Python new enough for what ``pyproject.toml`` asks?"""
    what = "Python"
    text = project.read_text(encoding="utf-8") if project.is_file() else ""
    asked = re.search(r'requires-python\s*=\s*">=(\d+)\.(\d+)', text)
    if not asked:
        return Finding(what, f"Cannot tell, because {project.name} is missing or says no version.", _WHOLE)
    oldest = tuple(int(part) for part in asked.groups())
    if tuple(running[:2]) >= oldest:
        return Finding(what)
    return Finding(
        what,
        "The course needs Python {}.{} or newer; this notebook runs on {}.{}.".format(*oldest, *running[:2]),
        "Install a newer Python from python.org, then start the course with it: `python3 course.py`. "
        "If you have several, choose the newer one under Kernel > Change Kernel.",
    )


_WHOLE = "This copy of the course is not whole: fetch the course again."


def packages(
    requirements: Path = ROOT / "requirements.txt", installed: Callable[[str], str] = importlib.metadata.version
) -> Finding:
    """Is each package there, in the version that ``requirements.txt`` pins? A newer one is a remark, not a fault.

    Args:
        requirements: a file of lines such as ``pandas==3.1.1``; other lines are passed over.
        installed: gives the version of an installed package, or raises PackageNotFoundError.
    """
    what = "Packages"
    if not requirements.is_file():
        return Finding(what, f"Cannot tell, because {requirements.name} is missing.", _WHOLE)
    wrong: list[str] = []
    newer: list[str] = []
    for line in requirements.read_text(encoding="utf-8").splitlines():
        pin = re.match(r"\s*([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*==\s*([^\s;#]+)", line)
        if not pin:
            continue
        name, version = pin.groups()
        try:
            found = installed(name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{name} is not installed.")
            continue
        if found != version:
            said = newer if _numbers(found) > _numbers(version) else wrong
            said.append(f"{name} is {found}; the course was made and tested with {version}.")
    if wrong:
        return Finding(what, " ".join(wrong), START_AGAIN)
    return Finding(what, f"fine, and newer than tested: {' '.join(newer)}") if newer else Finding(what)


def _numbers(version: str) -> list[int]:
    """A version as numbers that can be compared."""
    return [int(part) for part in re.findall(r"\d+", version)]


def tables(read: Callable[[str], object] | None = None, names: Iterable[str] | None = None) -> Finding:
    """Can every table of ``data/`` be read?

    Args:
        read: reads one table by its name, or raises; :func:`helpers.evidence.table` unless given.
        names: the tables; all that ``datapackage.json`` lists unless given.
    """
    what = "Tables of the course"
    try:
        if read is None:
            from helpers.evidence import table as read
        if names is None:
            listed = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
            names = [resource["name"] for resource in listed["resources"]]
    except ImportError as error:
        return Finding(what, f"Cannot tell: {error}.", "Mend what stands above first.")
    except (OSError, ValueError, KeyError):
        return Finding(what, "data/datapackage.json cannot be read.", _WHOLE)
    broken = []
    for name in names:
        try:
            read(name)
        except Exception as error:
            why = (str(error).splitlines() or [type(error).__name__])[0]
            broken.append(f"data/{name}.csv cannot be read ({why[:160]}).")
    if not broken:
        return Finding(what)
    return Finding(what, " ".join(broken), "If you changed a table, undo it; otherwise fetch the course again.")


def front_ends(folders: Iterable[Path] | None = None) -> Finding:
    """Does JupyterLab have its part of the panels and cards?

    Args:
        folders: where its extensions are looked for; the places of this Python's JupyterLab unless given.
    """
    what = "Sliders and question cards"
    places = list(_extension_folders() if folders is None else folders)
    missing = [name for name in FRONT_ENDS if not any((place / name / "package.json").is_file() for place in places)]
    if not missing:
        return Finding(what)
    return Finding(
        what,
        f"JupyterLab's part of them was not found ({', '.join(missing)}).",
        "If the first slider below can be moved, all is well. If it cannot: " + START_AGAIN,
    )


def _extension_folders() -> list[Path]:
    homes = [Path(home) for home in os.environ.get("JUPYTER_PATH", "").split(os.pathsep) if home]
    homes += [
        Path(prefix) / "share" / "jupyter" for prefix in filter(None, (sys.prefix, site.getuserbase(), sys.base_prefix))
    ]
    return [home / "labextensions" for home in homes]


def saving(folder: Path | None = None) -> Finding:
    """Can this notebook be saved where it lies?

    Args:
        folder: the notebook's folder; the kernel's working folder unless given.
    """
    what = "Saving your work"
    if os.access(str(Path.cwd() if folder is None else folder), os.W_OK):
        return Finding(what)
    return Finding(
        what,
        "This folder cannot be written to: what you type will be gone when you close the notebook.",
        "Copy the course to a folder of your own and open it there.",
    )
