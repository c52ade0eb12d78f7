"""Would Binder build this course, and would its badge open the first notebook?

repo2docker, which Binder runs, prints its plan without Docker; the plan is read here, from what a clean clone holds.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from conftest import ROOT, clean_copy
from packaging.specifiers import SpecifierSet

import course

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="repo2docker does not run on Windows")


def plan(folder: Path) -> str:
    """What repo2docker would do with a folder: its Dockerfile, and what it says about it."""
    told = subprocess.run(
        [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(folder)],
        capture_output=True,
        text=True,
        cwd=folder.parent,
    )
    assert told.returncode == 0, told.stderr
    return told.stderr + told.stdout


def planned_python(text: str) -> str:
    """The Python of a plan, such as "3.11"."""
    return re.search(r"for python=([\d.]+)", text).group(1)


def needed_python() -> str:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]


@pytest.fixture
def clone(tmp_path):
    return clean_copy(tmp_path / "clone")


def test_the_plan(clone):
    text = plan(clone)
    assert planned_python(text) in SpecifierSet(needed_python())
    assert planned_python(text) == (ROOT / "runtime.txt").read_text().strip().removeprefix("python-")
    install = re.search(r'RUN \S+/bin/pip install \S+ -r "requirements.txt"', text)
    whole_course = re.search(r"COPY \S+ src/ \$\{REPO_DIR\}/$", text, re.MULTILINE)
    assert install and whole_course.start() < install.start(), "`-e .` needs the course's files before pip runs"


def test_a_runtime_that_is_too_old_is_seen(clone):
    (clone / "runtime.txt").write_text("python-3.10\n")
    with pytest.raises(AssertionError, match="not supported by pyproject"):
        plan(clone)


def test_the_runtime_decides(clone):
    (clone / "runtime.txt").write_text("python-3.12\n")
    assert planned_python(plan(clone)) == "3.12"


def test_a_clone_holds_all_that_the_course_needs(clone):
    for name in ("course.py", course.FIRST_NOTEBOOK, "data/datapackage.json", "helpers/__init__.py"):
        assert (clone / name).is_file(), f"{name} is not in a clean clone: does .gitignore swallow it?"
    assert not (clone / ".venv").exists()


def badge_paths(readme: str) -> list[str]:
    """The notebooks that the Binder links of a README open."""
    links = re.findall(r"https://mybinder\.org/v2/[^\s)\"'>]+", readme)
    queries = [parse_qs(urlsplit(link).query) for link in links]
    named = [value for query in queries for key in ("urlpath", "labpath", "filepath") for value in query.get(key, [""])]
    return [unquote(path).removeprefix("lab/tree/") for path in named if path]


def test_the_badge_opens_the_first_notebook():
    paths = badge_paths((ROOT / "README.md").read_text(encoding="utf-8"))
    assert paths and set(paths) == {course.FIRST_NOTEBOOK}


def test_a_badge_that_opens_something_else_is_seen():
    address = "[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/someone/course/HEAD"
    assert badge_paths(f"{address}?urlpath=lab/tree/notebooks/00_start_here.ipynb)") == [
        "notebooks/00_start_here.ipynb"
    ]
    assert badge_paths(f"{address}?labpath=notebooks%2F01.ipynb)") == ["notebooks/01.ipynb"]
    assert badge_paths(f"{address})") == []
