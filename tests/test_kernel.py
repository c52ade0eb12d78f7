"""What the course does around each cell: names are there, old panels are given back, twins are all that is stored."""

from __future__ import annotations

import ast
import builtins
import os
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
from conftest import NOTEBOOKS, ROOT
from jupyter_client.manager import start_new_kernel

from helpers import kernel
from helpers.panels.explorer import CountExplorer
from helpers.panels.oxygen import OxygenPanel

# --- the names of a cell ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ('ask("start-01")', {"ask"}),
        ("CountExplorer(BloodCount.of(hb=72))", {"CountExplorer", "BloodCount"}),
        ("def f():\n    return pd.DataFrame(np.ones(3))", {"pd", "np"}),
        ("table = 3\ntable + 1", set()),
        ("for check in range(3): print(check)", set()),
        ("x.ask.table", set()),
        ("'ask'", set()),
        ("ask(", set()),
        ("print(len([1]))", set()),
        ("my_own", set()),
        ("cite", set()),
    ],
)
def test_the_names_a_cell_needs_of_the_course(source: str, names: set[str]) -> None:
    assert kernel.missing(source, {"cite": print}) == names


def left_open(source: str) -> set[str]:
    """The names that a cell needs and that neither it, nor Python, nor the course gives."""
    tree = ast.parse(source)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    named = (ast.Import, ast.ImportFrom)
    bound |= {name.asname or name.name for node in ast.walk(tree) if isinstance(node, named) for name in node.names}
    return used - bound - kernel.missing(source, {}) - {*dir(builtins)}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name[:2])
def test_every_cell_that_shows_something_live_runs_alone(path: Path) -> None:
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if "course-live" in str(cell.get("outputs"))]
    assert len(cells) > 10
    assert {cell.source: left_open(cell.source) for cell in cells if left_open(cell.source)} == {}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name[:2])
def test_every_cell_finds_all_it_needs_whatever_ran_before(path: Path) -> None:
    """Each is run alone, but for what it shows."""
    above: list[str] = []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            names: dict[str, object] = {}
            kernel.supply(cell.source, names, above)
            body = [one for one in ast.parse(cell.source).body if not isinstance(one, ast.Expr)]
            exec(compile(ast.Module(body, []), cell.id, "exec"), names)
            assert not left_open(cell.source) - set(names), cell.source
            above.append(cell.source)


@pytest.mark.parametrize(
    "source",
    ["low |= {2}", "low = low | {2}", "for one in low: low.add(2)", "low: set = {*low}", "print(low)\nlow = 1"],
)
def test_a_name_that_is_read_before_it_is_made_is_looked_for_above(source: str) -> None:
    names: dict[str, object] = {}
    kernel.supply(source, names, ["low = {1}"])
    assert names["low"] == {1}


def test_what_a_learner_made_is_never_made_anew_and_a_cell_that_fails_is_left() -> None:
    names: dict[str, object] = {"mine": 1}
    above = ["mine = 2\nmade = mine", "other = made + 1\nprint('shown')", "broken = 1 / 0"]
    kernel.supply("mine + other + broken", names, above)
    assert (names["mine"], names["made"], names["other"]) == (1, 2, 3) and "broken" not in names


def test_cells_above_are_those_of_the_saved_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = [nbformat.v4.new_code_cell(f"a = {number}", id=f"cell-{number}") for number in range(3)]
    nbformat.write(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("words"), *cells]), tmp_path / "x.ipynb"
    )
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    assert kernel.cells_above("cell-2") == []
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "x.ipynb"))
    assert kernel.cells_above("cell-2") == ["a = 0", "a = 1"] and kernel.cells_above("unknown") == []
    (tmp_path / "x.ipynb").write_text("{")
    assert kernel.cells_above("cell-2") == []


@pytest.mark.parametrize(
    ("told", "parent", "cell"),
    [
        ("a", {"metadata": {"cellId": "b"}}, "a"),
        (None, {"metadata": {"cellId": "b"}}, "b"),
        (None, {"metadata": {}}, None),
        (None, {}, None),
        (None, None, None),
    ],
)
def test_the_cell_is_the_one_that_jupyter_names_in_one_way_or_another(told, parent, cell) -> None:
    """In a browser IPython is not told which cell it runs."""
    shell = SimpleNamespace(kernel=SimpleNamespace(get_parent=lambda: parent))
    assert kernel._cell_of(shell, SimpleNamespace(cell_id=told)) == cell
    assert kernel._cell_of(SimpleNamespace(), SimpleNamespace()) is None


def test_a_cell_that_needs_another_is_seen() -> None:
    assert left_open("CountExplorer(count, [name for name in SYSTEMS])") == {"count", "SYSTEMS"}


# --- in a kernel ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """A function that runs a cell, under an id, in a kernel that IPython has told of the course; what it prints."""
    home = tmp_path_factory.mktemp("kernel")
    profile = home / "profile_default"
    profile.mkdir()
    shutil.copy(ROOT / "etc" / "ipython" / "ipython_config.py", profile)
    manager, client = start_new_kernel(env=os.environ | {"IPYTHONDIR": str(home), "PYTHONPATH": str(ROOT)}, cwd=ROOT)

    def run_it(source: str, id: str = "a") -> str:
        content = {"code": source, "silent": False, "store_history": True, "user_expressions": {}}
        message = client.session.msg("execute_request", content | {"allow_stdin": False, "stop_on_error": False})
        message["metadata"]["cellId"] = id
        client.shell_channel.send(message)
        said = []
        while True:
            heard = client.get_iopub_msg(timeout=60)
            if heard["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            if heard["msg_type"] == "stream":
                said.append(heard["content"]["text"])
            if heard["msg_type"] == "error":
                said.append("\n".join(heard["content"]["traceback"]) + "\n")
            if heard["msg_type"] == "status" and heard["content"]["execution_state"] == "idle":
                client.get_shell_msg(timeout=60)
                return "".join(said)

    yield run_it
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_a_cell_finds_its_names_alone(run) -> None:
    assert run("print(show(72, 'hb'), pd.__name__, np.__name__)") == "72 g/L (7.2 g/dL) pandas numpy\n"
    assert run("grade = 'mine'\nprint(grade)") == "mine\n"
    assert run("print(grade)") == "mine\n", "what a learner calls by such a name stays theirs"
    assert run("del grade\nprint('gone')") == "gone\n"
    assert run("print(callable(grade))") == "True\n"


def test_a_name_that_nobody_knows_is_told_with_what_to_do(run) -> None:
    assert "counted is not there yet" in run("counted")
    assert "not there yet" not in run("1 / 0")


def test_an_error_that_is_answered_in_a_sentence_is_shown_by_its_last_line_alone(run) -> None:
    told = run("pd.DataFrame({'plt': [18]})['plts']")
    assert 'There is no column "plts" here.' in told
    assert "KeyError" in told and "Traceback" not in told and len(told.splitlines()) < 5
    assert "Traceback" in run("1 / 0"), "another error is shown whole"
    assert "Traceback" in run("{}[1]"), "one without a sentence, too"


WIDGETS = "import gc, ipywidgets\nprint(len(ipywidgets.widgets.widget._instances))"
HELD = "gc.collect()\nprint(sum(type(one).__name__ == 'OxygenPanel' for one in gc.get_objects()))"


def test_a_panel_is_given_back_when_its_cell_runs_again(run) -> None:
    run("OxygenPanel(hb=70)", "panel")
    before = run(WIDGETS, "count")
    for _ in range(3):
        assert run("OxygenPanel(hb=70)", "panel") == ""
        assert run(WIDGETS, "count") == before
    assert int(run(HELD, "count")) <= 1
    assert int(before) > 20, "a panel has widgets"
    run("1", "panel")
    assert int(run(WIDGETS, "count")) < int(before) - 20
    assert int(run(HELD, "count")) == 0


def test_a_panel_that_is_shown_still_is_kept(run) -> None:
    alive = "print(bool(mine._view))"
    run("mine = OxygenPanel(hb=70)\nmine", "one")
    run("mine", "two")
    view = run("print(id(mine.view))", "look")
    run("mine", "two")
    assert run("print(id(mine.view))", "look") == view, "shown again by the same cell: the same widgets"
    run("1", "two")
    assert run(alive, "look") == "True\n", "another cell shows it still"
    run("1", "one")
    assert run(alive, "look") == "False\n"
    run("mine.hb = 80\nmine", "one")
    assert run(alive, "look") == "True\n", "shown again, it is built anew, as it was left"


def test_no_output_is_kept_for_its_number(run) -> None:
    run("'a picture'", "shown")
    assert run("print(len(Out), '_' in globals() and _ == 'a picture')", "look").startswith("0 ")


def test_a_learners_own_data_frame_is_shown_as_it_is_written(run) -> None:
    shown = "get_ipython().display_formatter.format(pd.DataFrame({'paid': ['$5 and $6']}))[0]['text/html']"
    for how in ("", "show_tables_plainly(); "):
        html = run(f"{how}print({shown})")
        assert "$5 and $6" in html and all(name in html for name in kernel.AS_WRITTEN.split())


# --- what is stored ---------------------------------------------------------------------------------------------------


def test_a_file_keeps_the_twin_and_no_widget() -> None:
    panel = CountExplorer()
    shown = panel._repr_mimebundle_()
    assert set(shown) == {"text/html", "text/plain"}
    place = re.match(r'<div class="course-live course-live-([0-9a-f]{32})">', shown["text/html"])
    assert place[1] == panel.view.model_id
    assert panel.static_html() in shown["text/html"] and "Run this cell to move it" in shown["text/html"]
    assert OxygenPanel()._repr_mimebundle_()["text/html"] != OxygenPanel()._repr_mimebundle_()["text/html"]


def test_a_closed_panel_shows_itself_anew() -> None:
    panel = CountExplorer()
    first = panel.view
    panel.close()
    assert first.comm is None and panel.view is not first and panel.view.comm is not None
    panel.hb = 70
    assert "red cells are low" in panel.status


def test_the_environment_is_told_wherever_it_is_installed() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["shared-data"] == {"etc/ipython": "etc/ipython"} and wheel["packages"] == ["helpers"]
    assert "helpers.kernel" in (Path(ROOT) / "etc" / "ipython" / "ipython_config.py").read_text()


def test_the_two_commonest_slips_are_answered_in_a_sentence():
    patients = pd.DataFrame({"plt_e9_per_l": [1.0], "hb_g_per_l": [100.0]})
    names = {"patients": patients, "n": 3}
    unquoted = NameError("name 'plt_e9_per_l' is not defined", name="plt_e9_per_l")
    assert kernel.slip(unquoted, names) == (
        'plt_e9_per_l is the name of a column: write it in quotation marks, "plt_e9_per_l".'
    )
    missing = kernel.slip(KeyError("plt"), names)
    assert missing.startswith('There is no column "plt" here.') and "patients has plt_e9_per_l" in missing
    assert kernel.slip(KeyError("zzz"), {}) == 'There is no column "zzz" here.'
    assert kernel.slip(ValueError("plt"), names) == "" == kernel.slip(None, names)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda table: table["plts"], 'There is no column "plts" here. Perhaps you mean one of these: table has plt.'),
        (lambda table: table.sort_values("plts"), 'There is no column "plts" here.'),
        (lambda table: table.groupby("plts"), 'There is no column "plts" here.'),
        (lambda table: table.loc["CRS-999"], 'There is neither a row nor a column "CRS-999" here.'),
        (lambda table: table.loc[:, "plts"], 'There is neither a row nor a column "plts" here.'),
        (lambda table: table["plt"]["CRS-999"], 'There is neither a row nor a column "CRS-999" here.'),
        (lambda table: {"plt": 18}["plts"], ""),
    ],
)
def test_what_is_not_found_is_called_what_it_is(ask, said):
    table = pd.DataFrame({"plt": [18]}, index=["CRS-014"])
    with pytest.raises(KeyError) as caught:
        ask(table)
    told = kernel.slip(caught.value, {"table": table})
    assert told.startswith(said) and bool(told) == bool(said)
