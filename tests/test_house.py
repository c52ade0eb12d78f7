"""Does the house keep its own rules: floors, pins, words? And would the checks notice if it did not?"""

from __future__ import annotations

import ast
import csv
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, project_files
from execute import MACHINE_PATH
from packaging.requirements import Requirement

import course

TEXT = {".py", ".md", ".toml", ".txt", ".cfg", ".cff", ".json", ".csv", ".js", ".css", ".ipynb", ".yml", ".yaml", ""}
PROSE = {".py", ".md", ".toml", ".cff", ".ipynb", ".js", ".css"}
AS_PRINTED = re.compile(r"british|names|spellings|title|where|authors|url|printed|as_stated|quote|read_as|\bnote\b")

READS_BRITISH = {"helpers/blood/names.py"}  # the names that reports print, in every spelling

UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X])\b")
BRITISH = re.compile(
    r"\b\w*(?:aemi[ac]|haem|paeni[ac]|oedema|paediatr|tumour|colour|behaviour|leucocyt|oesophag|diarrhoea|foetal)\w*"
    r"|\b(?:milli|deci|micro|femto)?litres?\b",
    re.IGNORECASE,
)
A_TITLE = re.compile(r"Haematolog\w*|Haematol|Haemost\w*|Paediatr\w*|Leukaemia Research")
QUOTED = re.compile(r"\*[^*\n]+\*|`[^`\n]+`|\"[^\"\n]+\"|“[^”\n]+”|https?://\S+")


def texts() -> Iterator[tuple[str, str]]:
    """The text of every project file, by its name inside the project."""
    for path in project_files() or pytest.skip("not a git checkout"):
        if path.suffix in TEXT:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def prose() -> Iterator[tuple[str, str]]:
    """What the course says in its own words: files, sources of notebooks, and those columns that are not as printed."""
    for name, text in texts():
        if name.startswith(("tests/", "LICENSE")) or name in READS_BRITISH:
            continue
        if name.endswith(".ipynb"):
            cells = nbformat.reads(text, as_version=4).cells
            yield name, "\n".join(cell.source for cell in cells)
        elif name.endswith(".csv"):
            for number, row in enumerate(csv.DictReader(text.splitlines()), start=2):
                yield (
                    f"{name}:{number}",
                    "\n".join(row[column] or "" for column in row if not AS_PRINTED.search(column)),
                )
        elif Path(name).suffix in PROSE and name != "data/README.md":
            yield name, text


def british(text: str) -> list[str]:
    """British spellings in a text, leaving out titles and what stands in quotation marks, italics or backticks."""
    return [word for word in BRITISH.findall(QUOTED.sub("", text)) if not A_TITLE.fullmatch(word)]


# -- words -------------------------------------------------------------------------------------------------------------


def test_no_place_of_one_machine():
    found = {
        name: [
            hit.group()
            for hit in MACHINE_PATH.finditer(re.sub(r"base64,[A-Za-z0-9+/=]+", "", text))
            if hit.group().startswith("/") or "\\" in hit.group()
        ]
        for name, text in texts()
        if name != "tests/test_notebooks.py"
    }
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_nothing_is_left_unfinished():
    assert [name for name, text in texts() if UNFINISHED.search(text)] == []


def test_american_spelling():
    assert {name: words for name, text in prose() if (words := british(text))} == {}


@pytest.mark.parametrize(
    "wrong",
    [
        "severe anaemia",
        "Haemoglobin 72 g/L",
        "acute leukaemia",
        "neutropaenia",
        "10^9 per litre",
        "the colour of a line",
    ],
)
def test_british_spelling_is_seen(wrong):
    assert british(wrong)


@pytest.mark.parametrize(
    "right",
    ["severe anemia", "in Britain *haemoglobin*", "Br J Haematol 2015", "Haematologica", "https://x.org/haemoglobin"],
)
def test_american_spelling_and_quotations_pass(right):
    assert british(right) == []


def test_words_of_the_machine_are_seen():
    later, home = "to" + "do", "home"
    assert UNFINISHED.search(f"# {later.upper()}: later")
    assert MACHINE_PATH.search(f"open('/{home}/someone/x')")
    assert not MACHINE_PATH.search(f"https://example.org/{home}/page and data/{home}/x")


# -- floors ------------------------------------------------------------------------------------------------------------


def lint_imports(folder: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, *next(words for title, words in course.CHECKS if "floors" in title)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.fixture
def small_house(tmp_path):
    """A house with the same floors and nothing in it, but for what a test builds in."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    floors = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    for room in " | ".join(floors[0]["layers"]).split(" | "):
        (tmp_path / "helpers" / room).mkdir(parents=True)
        (tmp_path / "helpers" / room / "__init__.py").touch()
    (tmp_path / "helpers" / "__init__.py").touch()
    return tmp_path


def test_the_floors_hold_in_an_empty_house(small_house):
    told = lint_imports(small_house)
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("evidence", "import helpers.blood"),
        ("blood", "import helpers.pictures"),
        ("pictures", "import helpers.panels"),
        ("panels", "import helpers.exercises"),
        ("exercises", "import helpers.panels"),
        ("blood", "import matplotlib"),
        ("pictures", "import ipywidgets"),
        ("a_new_room", "import helpers.panels"),
    ],
)
def test_looking_up_is_seen(small_house, room, line):
    (small_house / "helpers" / room).mkdir(exist_ok=True)
    (small_house / "helpers" / room / "__init__.py").write_text(line + "\n")
    assert lint_imports(small_house).returncode == 1


# -- style -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("check", [["check"], ["format", "--check"]])
def test_ruff_reads_notebooks_too(tmp_path, check):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    nbformat.write(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import os\nx =  1")]), tmp_path / "made.ipynb"
    )
    told = subprocess.run([sys.executable, "-m", "ruff", *check, "--no-cache"], cwd=tmp_path, capture_output=True)
    assert told.returncode == 1


# -- packages ----------------------------------------------------------------------------------------------------------


def requirements(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line.split("#")[0].strip() for line in lines if line.split("#")[0].strip()]


def pinned(lines: list[str]) -> dict[str, str]:
    """Package -> its version, for requirement lines that are each pinned exactly."""
    wanted = [Requirement(line) for line in lines]
    loose = [str(one) for one in wanted if [piece.operator for piece in one.specifier] != ["=="] or "*" in str(one)]
    assert not loose, f"not pinned exactly: {loose}"
    return {one.name: next(iter(one.specifier)).version for one in wanted}


def test_each_direct_package_is_pinned_exactly():
    learner = requirements("requirements.txt")
    assert learner.count("-e .") == 1
    for_learners = pinned([line for line in learner if line != "-e ."])
    for_tests = pinned(requirements("requirements-test.txt"))
    assert not set(for_learners) & set(for_tests)


@pytest.mark.parametrize("loose", ["pandas", "pandas>=3", "pandas==3.*", "pandas==3.1.1,<4"])
def test_a_loose_pin_is_seen(loose):
    with pytest.raises(AssertionError, match="not pinned"):
        pinned([loose])


def imported_packages() -> set[str]:
    names = set()
    for path in (ROOT / "helpers").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module)
    return {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"helpers"}


def test_what_is_imported_is_declared_and_pinned():
    distribution = {"IPython": "ipython", "PIL": "pillow"}
    needed = {distribution.get(name, name) for name in imported_packages()}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {Requirement(line).name for line in project["dependencies"]}
    assert needed <= declared, needed - declared
    versions = pinned([line for line in requirements("requirements.txt") if line != "-e ."])
    for line in project["dependencies"]:
        assert Requirement(line).specifier.contains(versions[Requirement(line).name]), line


def test_the_course_starts_with_the_standard_library_alone():
    tree = ast.parse((ROOT / "course.py").read_text(encoding="utf-8"))
    modules = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    assert modules <= sys.stdlib_module_names


def test_the_version_is_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    cited = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    assert cited and cited.group(1) == project["version"]
