"""Do the shared browser fixtures see what they must see?"""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

pytestmark = pytest.mark.browser


def test_a_notebook_runs_from_top_to_bottom(open_notebook):
    notebook = open_notebook(
        new_notebook(
            cells=[new_markdown_cell("# Counting"), new_code_cell("n = 7"), new_code_cell("import helpers\nn")]
        )
    )
    notebook.run_all()
    assert notebook.outputs()[2][0]["data"]["text/plain"] == "7"
    assert notebook.cell(3).get_by_text("7", exact=True).is_visible()


def test_outputs_stored_earlier_are_not_taken_for_new_ones(open_notebook):
    slow = new_code_cell("import time\ntime.sleep(2)\n'new'", execution_count=1)
    slow.outputs = [new_output("execute_result", {"text/plain": "'old'"}, execution_count=1)]
    notebook = open_notebook(new_notebook(cells=[slow]))
    notebook.run_all()
    assert notebook.outputs()[0][0]["data"]["text/plain"] == "'new'"


def test_a_failing_cell_is_seen(open_notebook):
    notebook = open_notebook(
        new_notebook(cells=[new_code_cell("raise ValueError('no such unit')"), new_code_cell("1")])
    )
    with pytest.raises(AssertionError, match="no such unit"):
        notebook.run_all()


def test_a_warning_is_seen(open_notebook):
    notebook = open_notebook(new_notebook(cells=[new_code_cell("import warnings\nwarnings.warn('old')")]))
    with pytest.raises(AssertionError, match="old"):
        notebook.run_all()


def test_a_request_to_another_host_is_seen(open_notebook):
    notebook = open_notebook(new_notebook(cells=[new_code_cell("1")]))
    notebook.page.evaluate("() => fetch('http://192.0.2.1/').catch(() => 0) && 0")
    notebook.page.wait_for_timeout(200)
    assert notebook.outside == ["http://192.0.2.1/"]
    notebook.outside.clear()


def test_a_panel_comes_alive(open_notebook):
    source = "import ipywidgets\nipywidgets.FloatText(description='Hb')"
    notebook = open_notebook(new_notebook(cells=[new_code_cell(source)]))
    notebook.run_all()
    notebook.page.get_by_label("Hb").fill("72")


def test_the_copy_is_served_not_the_checkout(lab):
    assert (lab.folder / "course.py").exists()
    nbformat.write(new_notebook(), lab.folder / "notebooks" / "only_in_the_copy.ipynb")
    from conftest import ROOT

    assert not (ROOT / "notebooks" / "only_in_the_copy.ipynb").exists()
