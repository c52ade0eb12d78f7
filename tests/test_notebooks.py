"""Are the notebooks as committed what they must be, and would the guards notice if they were not?"""

from __future__ import annotations

import base64
import io
import re
import shutil
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from conftest import NOTEBOOKS, ROOT
from execute import CODE_LINES, MOST_BYTES, WIDGET_VIEW, execute, faults, main, tidy, without_twin
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

import course

OPENING = "# Counting\n\nThis course teaches, it does not advise. In an emergency call your local emergency number."


def made(*cells):
    return new_notebook(cells=[new_markdown_cell(OPENING), *cells])


def ran(source="1", number=1, **data):
    data = {kind.replace("__", "/"): text for kind, text in (data or {"text__plain": "1"}).items()}
    output = new_output("execute_result", data, execution_count=number)
    return new_code_cell(source, execution_count=number, outputs=[output])


def stream(name, text):
    return new_code_cell("1", execution_count=1, outputs=[new_output("stream", name=name, text=text)])


def failing():
    output = new_output("error", ename="ValueError", evalue="no such unit", traceback=[])
    return new_code_cell("1", execution_count=1, outputs=[output])


def with_widget_state():
    notebook = made(ran())
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    return notebook


def with_view():
    notebook = made(ran())
    notebook.cells[1].outputs[0].data[WIDGET_VIEW] = {"model_id": "17"}
    return notebook


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_may_be_committed(path):
    assert faults(nbformat.read(path, as_version=4)) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_tidy(path):
    stored = nbformat.read(path, as_version=4)
    nbformat.validate(stored)
    assert tidy(nbformat.from_dict(stored)) == stored, "run `python3 course.py run`"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_output_is_put_into_a_low_box(path):
    """Notebook 7 scrolls a long output in a box of a few lines unless the cell says otherwise."""
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert {cell.metadata.get("scrolled") for cell in code} == {False}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_markup_stands_where_an_output_is_folded(path):
    """Below code that is shown JupyterLab shows the first line of a folded output as it is written."""
    for cell in nbformat.read(path, as_version=4).cells:
        folds = cell.metadata.get("jupyter", {})
        if folds.get("outputs_hidden") and not folds.get("source_hidden"):
            html = cell.outputs[0].data.get("text/html", "")
            assert not html.splitlines()[0], cell.id


LINK = re.compile(r"""((?:\d\d\w*)_\w+\.ipynb)(?:#cell-id=([\w-]+))?""")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name.partition("_")[0])
def test_every_link_to_a_notebook_leads_to_a_cell_that_is_there(path):
    ids = {one.name: {cell.id for cell in nbformat.read(one, as_version=4).cells} for one in NOTEBOOKS}
    links = set(LINK.findall(path.read_text(encoding="utf-8")))
    assert links and [link for link in links if link[0] not in ids or (link[1] and link[1] not in ids[link[0]])] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_more_than_three_cards_stand_one_after_the_other(path):
    run = []
    for cell in nbformat.read(path, as_version=4).cells:
        run = [*run, cell.source] if cell.source.startswith("ask(") else []
        assert len(run) <= 3, f"No word stands between {run}"


def test_a_prediction_on_the_editions_comes_before_the_strips_that_show_them():
    cells = nbformat.read(ROOT / "notebooks" / "03_grading_severity.ipynb", as_version=4).cells
    asked = next(at for at, cell in enumerate(cells) if cell.source == 'ask("grading-05")')
    assert asked < min(at for at, cell in enumerate(cells) if "CountExplorer(" in cell.source)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_readme_and_start_page_name_the_time_that_the_notebook_names(path):
    rows = (ROOT / "README.md").read_text("utf-8").splitlines()
    rows += next(cell for cell in nbformat.read(NOTEBOOKS[0], 4).cells if cell.id == "00-044").source.splitlines()
    named = ("| **00 Start here** |" if path == NOTEBOOKS[0] else f"]({path.name}) |", f"](notebooks/{path.name}) |")
    row, start = [row for row in rows if any(name in row for name in named)]
    low, high = re.search(r"(\d+) to (\d+) minutes", nbformat.read(path, 4).cells[0].source).groups()
    assert row.endswith(f"| {low}-{high} min |") and start.endswith(f"| {low}-{high} min |")


def test_no_notebook_says_that_one_is_missing_which_is_there():
    for path in NOTEBOOKS:
        words = " ".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown")
        assert "not written yet" not in " ".join(words.split())


def test_the_first_notebook_is_the_one_that_opens():
    assert ROOT / course.FIRST_NOTEBOOK in NOTEBOOKS


def test_a_good_notebook_has_no_fault():
    picture = '<img src="data:image/png;base64,AAAA/home/x/BBBB" alt="a count">'
    assert faults(
        made(new_markdown_cell("Prose"), ran(), ran(number=2, text__html=picture), stream("stdout", "2"))
    ) == ["it was not run once from top to bottom: execution counts [1, 2, 1]; run `python3 course.py run`"]
    assert faults(made(new_markdown_cell("Prose"), ran(), ran(number=2, text__html=picture))) == []


@pytest.mark.parametrize(
    ("notebook", "fault"),
    [
        (new_notebook(), "first cell is not prose"),
        (new_notebook(cells=[new_markdown_cell("# Counting"), ran()]), "teaches and does not advise"),
        (new_notebook(cells=[new_markdown_cell(OPENING.replace("emergency", "hurry")), ran()]), "in an emergency"),
        (made(), "no cell holds an output"),
        (made(new_code_cell("1")), r"execution counts \[None\]"),
        (made(new_code_cell("n = 1", execution_count=1)), "no cell holds an output"),
        (made(ran(number=2)), r"execution counts \[2\]"),
        (made(ran(), ran(number=3)), r"execution counts \[1, 3\]"),
        (made(failing()), "fails: ValueError: no such unit"),
        (made(stream("stderr", "DeprecationWarning: old")), "warns: DeprecationWarning: old"),
        (with_widget_state(), "widget state"),
        (with_view(), "model id is random"),
        (made(ran(text__plain="'/home/someone/course'")), "place of one machine"),
        (made(ran(text__html=r"<p>C:\Users\someone</p>")), "place of one machine"),
        (made(ran("open('/tmp/count.csv')")), "place of one machine"),
        (made(ran(text__plain="<Panel object at 0x7f20acf31e10>")), "memory address"),
        (made(ran(text__plain="1" * MOST_BYTES)), "it has 40. kB, 400 at most"),
        (made(ran("\n".join(["1"] * (CODE_LINES + 1)))), f"has {CODE_LINES + 1} lines of code"),
    ],
)
def test_each_fault_is_seen(notebook, fault):
    found = faults(notebook)
    assert len([one for one in found if re.search(fault, one)]) == 1, found


def write(folder, *cells):
    path = folder / "made.ipynb"
    nbformat.write(made(*cells), path)
    return path


def test_running_stores_the_same_bytes_each_time(tmp_path, capsys):
    panel = "import ipywidgets, IPython.display as d\nclass Panel(ipywidgets.VBox):\n"
    panel += "    def __repr__(self): return 'panel'\n    def _repr_mimebundle_(self, **kwargs):\n"
    panel += "        return super()._repr_mimebundle_(**kwargs) | {'text/html': '<table></table>'}\nPanel()"
    path = write(tmp_path, new_code_cell("1 + 1"), new_code_cell(panel))
    assert main([str(tmp_path)]) == 0, capsys.readouterr().out
    first = path.read_bytes()
    assert main([str(path)]) == 0
    assert path.read_bytes() == first
    stored = nbformat.read(path, as_version=4)
    assert stored.cells[2].outputs[0].data == {"text/plain": "panel", "text/html": "<table></table>"}
    assert "version" not in stored.metadata.language_info


def test_a_failing_notebook_is_not_stored(tmp_path, capsys):
    path = write(tmp_path, new_code_cell("raise ValueError('no such unit')"))
    before = path.read_bytes()
    assert main([str(path)]) == 1
    assert path.read_bytes() == before
    assert "no such unit" in capsys.readouterr().out


def test_a_painted_picture_is_stored_no_larger_than_it_is_shown(tmp_path):
    from helpers import page
    from helpers.pictures.painted import photograph

    painted = np.random.default_rng(1).integers(0, 255, (400, 600, 3), dtype=np.uint8)
    output = ran(text__html=page.figure(photograph(painted), "cells & more", width=200))
    (stored,) = tidy(made(output)).cells[1].outputs
    small = Image.open(io.BytesIO(base64.b64decode(re.search('base64,([^"]+)', stored.data["text/html"])[1])))
    assert (small.format, small.size) == ("WEBP", (200, 133))
    assert 'alt="cells &amp; more" width="200"' in stored.data["text/html"]


def test_a_warning_is_told(tmp_path, capsys):
    assert main([str(write(tmp_path, new_code_cell("import warnings\nwarnings.warn('old')\n1")))]) == 1
    assert "cell 2 warns" in capsys.readouterr().out


def test_a_widget_without_a_static_twin_is_told(tmp_path):
    notebook = execute(write(tmp_path, new_code_cell("import ipywidgets\nipywidgets.FloatText()")))
    assert [line.split(" shows")[0] for line in without_twin(notebook)] == ["cell 2"]


def test_outputs_are_compared(tmp_path):
    html = 'from IPython.display import HTML\nHTML(\'<img alt="{}" src="data:image/png;base64,{}">\')'.format
    image = '<img alt="{}" src="data:image/png;base64,{}">'.format
    shown = "<IPython.core.display.HTML object>"
    cells = {
        "same": ran("1", 1, text__plain="1"),
        "only the picture's bytes differ": ran(
            html("a count", "AAAA"), 2, text__plain=shown, text__html=image("a count", "BBBB")
        ),
        "another number": ran("1", 3, text__plain="2"),
        "other words": ran(html("a count", "AA"), 4, text__plain=shown, text__html=image("a film", "AA")),
        "a warning": ran("import sys\nprint('old', file=sys.stderr)\n1", 5, text__plain="1"),
        "an error": ran("no_such_name", 6, text__plain="1"),
    }
    write(tmp_path, *cells.values())
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    strict = next(words for _, words in course.CHECKS if "--nbval" in words)
    words = {"tests/nbval_sanitize.cfg": str(ROOT / "tests" / "nbval_sanitize.cfg"), "notebooks": str(tmp_path)}
    command = [sys.executable, *(words.get(word, word) for word in strict), "-n0", "-v", "--color=no"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert told.returncode == 1
    verdicts = re.findall(r"made\.ipynb::Cell (\d) (PASSED|FAILED)", told.stdout, re.MULTILINE)
    assert [verdict for _, verdict in sorted(verdicts)] == ["PASSED", "PASSED", *["FAILED"] * 4], told.stdout
