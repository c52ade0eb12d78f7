"""What the site is built from: only files that are what they should be, and all of the course."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import re
import sys
import zipfile
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from conftest import NOTEBOOKS, ROOT

sys.path.insert(0, str(ROOT / "website"))
import build
import pages

from helpers import evidence, selfcheck


def test_a_file_that_was_changed_is_refused(tmp_path: Path) -> None:
    right = hashlib.sha256(b"right").hexdigest()
    (tmp_path / "pyodide.js").write_bytes(b"right")
    assert build.pyodide_file("pyodide.js", right, tmp_path) == b"right"
    (tmp_path / "pyodide.js").write_bytes(b"wrong")
    with pytest.raises(build.Refused, match=r"pyodide\.js is not the file"):
        build.pyodide_file("pyodide.js", right, tmp_path)
    with pytest.raises(build.Refused, match="missing"):
        build.pyodide_file("pyodide.mjs", right, tmp_path)


def test_a_lock_file_that_was_changed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pyodide-lock.json").write_text('{"packages": {}}')
    with pytest.raises(build.Refused, match=r"pyodide-lock\.json"):
        build.put_pyodide(tmp_path / "out", tmp_path, [])


def test_packages_come_with_all_they_depend_on() -> None:
    lock = {"a": {"depends": ["B_b"]}, "b-b": {"depends": ["c", "a"]}, "c": {"depends": []}, "d": {"depends": []}}
    assert sorted(build.needed(lock, ["a"])) == ["a", "b-b", "c"]


def test_the_course_is_whole_in_its_wheel(tmp_path: Path) -> None:
    wheel = build.course_wheel(tmp_path)
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
        record = next(name for name in names if name.endswith("/RECORD"))
        for name, fingerprint, _ in csv.reader(packed.read(record).decode().splitlines()):
            digest = base64.urlsafe_b64encode(hashlib.sha256(packed.read(name)).digest()).rstrip(b"=").decode()
            assert fingerprint in ("", f"sha256={digest}")
        for notebook in NOTEBOOKS:
            cells = json.loads(packed.read(f"notebooks/{notebook.name}"))["cells"]
            assert not any(cell.get("outputs") for cell in cells)
    for folder, kinds in (("helpers", "py js css"), ("data", "csv json toml")):
        for path in (ROOT / folder).rglob("*"):
            assert path.suffix[1:] not in kinds.split() or path.relative_to(ROOT).as_posix() in names
    assert build.entry(wheel)[1]["imports"] == ["course_etc", "data", "helpers", "notebooks"]


def test_matplotlib_finds_the_list_of_its_fonts(tmp_path: Path) -> None:
    fonts, record = "matplotlib/fontlist.json", "matplotlib-3.8.4.dist-info/RECORD"
    font = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    wheel = tmp_path / "matplotlib.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr("matplotlib/font_manager.py", "class FontManager:\n    __version__ = 330\n")
        packed.writestr("matplotlib/mpl-data/fonts/ttf/DejaVuSans.ttf", font.read_bytes())
        packed.writestr(fonts, '{"_version": 390}')
        packed.writestr(record, f"{fonts},sha256=another,17\n{record},,\n")
    build.put_fonts(wheel, tmp_path / "scratch")
    with zipfile.ZipFile(wheel) as packed:
        made = json.loads(packed.read(fonts))
        assert packed.read(record).decode() == f"{record},,\n" + build.recorded(fonts, packed.read(fonts))
    assert made["_version"] == 330
    assert [(one["fname"], one["name"]) for one in made["ttflist"]] == [("fonts/ttf/DejaVuSans.ttf", "DejaVu Sans")]


def test_the_page_has_the_versions_that_the_course_pins() -> None:
    pin = re.compile(r"^([A-Za-z-]+)==(\S+)", re.MULTILINE)
    here = dict(pin.findall((ROOT / "requirements.txt").read_text()))
    there = dict(pin.findall((ROOT / "website" / "wheels.txt").read_text()))
    both = (here.keys() & there.keys()) - {"jsonschema"}  # later ones need a compiled package
    assert both >= {"ipywidgets", "anywidget", "mistune"}
    assert {name: here[name] for name in both} == {name: there[name] for name in both}


def test_every_notebook_has_its_entry_in_front() -> None:
    assert [row.file for row in pages.rows()] == [path.stem for path in NOTEBOOKS]


def test_a_cell_knows_what_it_was_shipped_with() -> None:
    for cell in build.as_shipped(NOTEBOOKS[0]).cells:
        wanted = hashlib.sha256(cell.source.encode()).hexdigest()[:16]
        assert cell.cell_type != "code" or cell.metadata["course_source"] == wanted


def test_a_table_cannot_be_spoiled_under_an_older_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "_COPIES_WHEN_WRITTEN", False)
    handed_out, kept = (read("constants")["value"].to_numpy() for read in (evidence.table, evidence._read))
    assert (handed_out == kept).all() and not np.shares_memory(handed_out, kept)


def test_the_check_in_a_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert selfcheck.came_with_the_page().fine
    assert "nopackage" in selfcheck.came_with_the_page(["nopackage"]).result
    assert selfcheck.keeping(tmp_path).fine and "private" in selfcheck.keeping(tmp_path / "none").result
    monkeypatch.setattr(sys, "platform", "emscripten")
    said = [finding.what for finding in selfcheck.selfcheck().findings]
    assert said == ["Packages", "Tables of the course", "Keeping your work"]
