"""Does the self-check see each thing that can be wrong, and read the same everywhere when all is well?"""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from helpers import selfcheck as room
from helpers.selfcheck import FRONT_ENDS, NOTHING, Finding, SelfCheck, selfcheck

SOURCE = ROOT / "helpers" / "selfcheck.py"


def requirements(folder: Path, text: str) -> Path:
    path = folder / "requirements.txt"
    path.write_text(text, encoding="utf-8")
    return path


def versions(**known: str):
    def installed(name: str) -> str:
        if name not in known:
            raise importlib.metadata.PackageNotFoundError(name)
        return known[name]

    return installed


def test_here_everything_is_fine():
    found = selfcheck()
    assert found.summary == "Everything is fine.", repr(found)
    assert [finding.do for finding in found.findings] == [NOTHING] * len(found.findings)


def test_what_is_fine_reads_the_same_everywhere():
    one, other = selfcheck(), selfcheck()
    assert repr(one) == repr(other) and one._repr_html_() == other._repr_html_()
    assert not re.search(r"\d", repr(one)), "a version or a number of tables would differ between computers"


# -- Python ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("running", [(3, 11), (3, 13), (4, 0)])
def test_a_python_that_is_new_enough(running):
    assert room.python_version(running).fine


@pytest.mark.parametrize("running", [(2, 7), (3, 9), (3, 10)])
def test_a_python_that_is_too_old(running):
    found = room.python_version(running)
    assert "{}.{}".format(*running) in found.result and "python.org" in found.do


@pytest.mark.parametrize("text", [None, "[project]\nname = 'x'\n"])
def test_a_project_that_says_no_version(tmp_path, text):
    project = tmp_path / "pyproject.toml"
    if text:
        project.write_text(text)
    assert room.python_version((3, 12), project).result.startswith("Cannot tell")


# -- packages ----------------------------------------------------------------------------------------------------------

PINS = "# what a learner needs\npandas==3.1.1\nanywidget[dev]==0.11.0 ; python_version > '3'  # widgets\n-e .\n\n"


def test_packages_as_pinned(tmp_path):
    assert room.packages(requirements(tmp_path, PINS), versions(pandas="3.1.1", anywidget="0.11.0")).fine


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ({"anywidget": "0.11.0"}, "pandas is not installed"),
        ({"pandas": "2.2.3", "anywidget": "0.11.0"}, "pandas is 2.2.3; the course was made and tested with 3.1.1"),
        ({"pandas": "3.1.1"}, "anywidget is not installed"),
    ],
)
def test_a_package_that_is_missing_or_another_version(tmp_path, there, said):
    found = room.packages(requirements(tmp_path, PINS), versions(**there))
    assert said in found.result and "course.py" in found.do


def test_a_newer_package_is_a_remark_and_no_fault(tmp_path):
    pins = requirements(tmp_path, PINS)
    found = room.packages(pins, versions(pandas="3.10.0", anywidget="0.11.0"))
    assert found.fine and "pandas is 3.10.0" in found.result and "newer" in found.result
    assert "Everything is fine." in repr(room.SelfCheck((found,)))
    both = room.packages(pins, versions(pandas="3.10.0", anywidget="0.9.9"))
    assert not both.fine and "anywidget is 0.9.9" in both.result and "pandas" not in both.result


def test_every_package_that_is_wrong_is_named(tmp_path):
    found = room.packages(requirements(tmp_path, PINS), versions())
    assert "pandas" in found.result and "anywidget" in found.result


def test_every_pin_of_the_course_is_read():
    asked = []
    room.packages(ROOT / "requirements.txt", lambda name: asked.append(name) or "0")
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert len(asked) == sum("==" in line for line in lines) > 4


def test_requirements_that_are_missing(tmp_path):
    assert room.packages(tmp_path / "requirements.txt").result.startswith("Cannot tell")


# -- tables ------------------------------------------------------------------------------------------------------------


def test_a_table_that_cannot_be_read():
    def read(name: str) -> None:
        if name == "severity":
            raise ValueError("data/severity.csv has the columns ['x']\nand more")

    found = room.tables(read, ["patients", "severity"])
    assert "data/severity.csv" in found.result and "patients" not in found.result and "\n" not in found.result
    assert "fetch the course again" in found.do


def test_tables_without_pandas(monkeypatch):
    monkeypatch.setitem(sys.modules, "helpers.evidence", None)
    found = room.tables()
    assert found.result.startswith("Cannot tell") and found.do == "Mend what stands above first."


def test_a_list_of_tables_that_is_missing(monkeypatch, tmp_path):
    monkeypatch.setattr(room, "ROOT", tmp_path)
    assert "datapackage.json" in room.tables().result


# -- JupyterLab --------------------------------------------------------------------------------------------------------


def test_front_ends_that_are_there(tmp_path):
    for name in FRONT_ENDS:
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "package.json").touch()
    assert room.front_ends([tmp_path / "elsewhere", tmp_path]).fine


@pytest.mark.parametrize("gone", FRONT_ENDS)
def test_a_front_end_that_is_missing(tmp_path, gone):
    for name in set(FRONT_ENDS) - {gone}:
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "package.json").touch()
    found = room.front_ends([tmp_path])
    assert gone in found.result and "first slider" in found.do


def test_jupyter_path_is_looked_at(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert tmp_path / "labextensions" in room._extension_folders()


# -- saving ------------------------------------------------------------------------------------------------------------


def test_a_folder_that_can_be_written(tmp_path):
    assert room.saving(tmp_path).fine


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(room.os, "access", lambda path, mode: False)
    assert "gone when you close" in room.saving(tmp_path).result


# -- showing it --------------------------------------------------------------------------------------------------------

WRONG = SelfCheck((Finding("Python"), Finding("Packages", "<b>pandas</b> is not installed.", "Run `pip`.")))


def test_what_is_wrong_is_said_first_and_with_what_to_do():
    assert WRONG.summary == "To mend: Packages."
    assert repr(WRONG).splitlines()[0] == WRONG.summary
    assert "What to do: Run `pip`." in repr(WRONG) and "Python: fine" in repr(WRONG)


def test_the_table_escapes_what_it_shows():
    html = WRONG._repr_html_()
    assert "&lt;b&gt;pandas" in html and "<code>pip</code>" in html and 'scope="row"' in html


def test_without_pandas_the_plain_lines_remain(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    assert WRONG._repr_html_() is None


def test_it_speaks_with_the_standard_library_alone():
    """In a Python without any package, and so without pandas."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from helpers.selfcheck import selfcheck; print(selfcheck())"
    told = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, encoding="utf-8")
    assert told.returncode == 0, told.stderr
    assert "pandas is not installed" in told.stdout and "Mend what stands above first" in told.stdout


def test_an_old_python_can_read_it():
    ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 8))
    ast.parse((ROOT / "helpers" / "__init__.py").read_text(encoding="utf-8"), feature_version=(3, 8))


def test_that_is_seen_when_it_is_not_so():
    with pytest.raises(SyntaxError):
        ast.parse("match 1:\n    case 1:\n        pass\n", feature_version=(3, 8))
