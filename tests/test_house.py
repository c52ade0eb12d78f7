"""Does the house keep its own rules: floors, pins, words? And would the checks notice if it did not?"""

from __future__ import annotations

import ast
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import lint_scripts
import nbformat
import pytest
from conftest import ROOT, project_files
from execute import MACHINE_PATH
from packaging.requirements import Requirement

import course
from helpers import page
from helpers.cards.card import view
from helpers.panels.controls import STATIC, script

TEXT = {".py", ".md", ".toml", ".txt", ".cfg", ".cff", ".json", ".csv", ".js", ".css", ".ipynb", ".yml", ".yaml", ""}
PROSE = {".py", ".md", ".toml", ".cff", ".ipynb", ".js", ".css"}
AS_PRINTED = re.compile(r"british|names|spellings|title|where|authors|url|printed|as_stated|quote|read_as|\bnote\b")

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
        if name.startswith(("tests/", "LICENSE")):
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
    for house in (contract for contract in floors if contract["type"] == "layers"):
        above = tmp_path.joinpath(*house["containers"][0].split("."))
        for room in (above, *(above / room for room in " | ".join(house["layers"]).split(" | "))):
            room.mkdir(parents=True, exist_ok=True)
            (room / "__init__.py").touch()
    return tmp_path


def test_the_floors_hold_in_an_empty_house(small_house):
    told = lint_imports(small_house)
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize("where", ["record", "blood/reports", "pictures"])
def test_a_circle_is_seen_inside_a_room_too(small_house, where):
    """Two files of one room that know each other, one of them inside a function."""
    room = small_house / "helpers" / where
    room.mkdir(exist_ok=True)
    name = f"helpers.{where.replace('/', '.')}"
    (room / "__init__.py").touch()
    (room / "one.py").write_text(f"import {name}.other\n")
    (room / "other.py").touch()
    assert lint_imports(small_house).returncode == 0
    (room / "other.py").write_text(f"def later():\n    import {name}.one\n")
    told = lint_imports(small_house)
    assert told.returncode == 1 and f"cycles are allowed in {name}" in " ".join(told.stdout.split())


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("evidence", "import helpers.blood"),
        ("blood", "import helpers.pictures"),
        ("pictures", "import helpers.panels"),
        ("panels", "import helpers.cards"),
        ("cards", "import helpers.panels"),
        ("record", "import helpers.cards"),
        ("questions", "import helpers.record"),
        ("blood/core", "import helpers.blood.grading"),
        ("blood/search", "import helpers.blood.care"),
        ("blood/a_new_room", "import helpers.blood.care"),
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


# --- scripts and styles of the page -----------------------------------------------------------------------------------

npm = pytest.mark.skipif(
    not (ROOT / "node_modules").exists() and not os.environ.get("CI"), reason="Biome is not installed: npm install"
)


def test_without_the_linter_the_check_is_skipped_aloud_except_in_ci(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert lint_scripts.main(tmp_path) == 0 and "Skipped: Biome is not installed" in capsys.readouterr().out
    monkeypatch.setenv("CI", "true")
    assert lint_scripts.main(tmp_path) == 1


@npm
@pytest.mark.parametrize(
    "spoiled", ["", "export function f(a) { return b; }\n", "export function f(a) { return 1; }\n"]
)
def test_the_linter_finds_what_is_wrong_in_a_script(tmp_path: Path, spoiled: str) -> None:
    """A name that is not there, a parameter that nothing uses."""
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "a.js").write_text(spoiled or "export function f(a) { return a; }\n", encoding="utf-8")
    shutil.copy(ROOT / "biome.json", tmp_path)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    assert bool(lint_scripts.main(tmp_path)) is bool(spoiled)


SCRIPTS = {"card": view("card"), "form": view("form")}
SCRIPTS |= {name: page.module(ROOT / "helpers" / "cards" / f"{name}.js") for name in ("pocket", "record_panel")}
SCRIPTS |= {path.stem: script(path.stem) for path in sorted(STATIC.glob("*.js")) if path.stem != "dom"}


@pytest.mark.skipif(not shutil.which("node") and not os.environ.get("CI"), reason="needs node")
@pytest.mark.parametrize("name", SCRIPTS)
def test_the_script_of_a_widget_is_one_module(tmp_path: Path, name: str) -> None:
    script = tmp_path / "script.mjs"
    script.write_text(SCRIPTS[name], encoding="utf-8")
    told = subprocess.run(["node", "--check", str(script)], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    [given] = re.findall("^(?:import|export) .*", SCRIPTS[name], re.MULTILINE)
    assert given.startswith("export default { render")


CALLS = """
import { caller } from %r;
const told = [];
const model = { send: () => { throw new Error("Cannot send"); } };
caller(model, (words) => told.push(words)).send({ do: "check" });
const sent = [];
const slow = caller({ send: (message) => sent.push(message) }, (words) => told.push(words), 0.05);
slow.send({ do: "check" });
setTimeout(() => { slow.send({ do: "hint" }); slow.heard(); }, 200);
setTimeout(() => console.log(JSON.stringify([told, sent.length])), 500);
"""


@pytest.mark.skipif(not shutil.which("node") and not os.environ.get("CI"), reason="needs node")
def test_a_card_that_lost_its_kernel_says_so_and_one_that_waits_too() -> None:
    source = CALLS % (ROOT / "helpers" / "cards" / "dom.js").as_uri()
    told = subprocess.run(["node", "--input-type=module", "-e", source], capture_output=True, text=True)
    words, sent = json.loads(told.stdout)
    assert words[0] == "This card lost its connection. Run the cell again." and words[1].startswith("No reply yet")
    assert (len(words), sent) == (2, 2), "one that was heard says nothing"
