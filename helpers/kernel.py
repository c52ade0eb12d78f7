"""What the course does around each cell that runs: IPython loads it from ``etc/ipython`` of the environment.

A cell may be run alone, whatever was run before it: names of the course's front door, ``pd`` and ``np`` are there when
it uses them, and so are names that cells above it in its notebook make. And what a cell showed before is given back
when it runs again. Standard library only: every kernel of the environment starts with it.
"""

from __future__ import annotations

import ast
import builtins
import gc
import json
import os
import time
import traceback
from contextlib import suppress
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from helpers import _ROOM_OF

AS_WRITTEN = "tex2jax_ignore mathjax_ignore"
"""The classes of HTML that is shown as it is written: elsewhere Jupyter sets what is between dollar signs as math."""

_SHORT = {"pd": "pandas", "np": "numpy"}


class Shown(Protocol):
    """Something live that a cell shows."""

    def close(self) -> None:
        """Give back what it needs to be shown."""


_showing: dict[str, list[Shown]] = {}
"""What each cell shows, by the id that JupyterLab gives it."""
_before: list[Shown] = []
_cell: str | None = None


def load_ipython_extension(shell: Any) -> None:
    """Be there before and after each cell of this kernel; called by IPython."""
    shell.events.register("pre_run_cell", lambda info: _begin(shell, info))
    shell.events.register("post_run_cell", lambda result: _end(shell, result))
    shell.set_custom_exc((KeyError, NameError), _told)
    for module in ("pandas", "pandas.core.frame"):  # newer and older ones
        shell.display_formatter.formatters["text/html"].for_type_by_name(module, "DataFrame", _as_written)


def _as_written(frame: Any) -> str | None:
    """A data frame as pandas shows it, but with nothing between dollar signs taken for math."""
    html = frame._repr_html_()
    return html and f'<div class="{AS_WRITTEN}">{html}</div>'


def shown(one: Shown) -> None:
    """The cell that runs now shows this; when it runs again and does not, it is closed."""
    if _cell is not None:
        _showing.setdefault(_cell, []).append(one)


def place() -> str:
    """Where in a notebook something is shown now: the cell, and how much it shows already; "" outside of a cell."""
    return f"{_cell}-{len(_showing.get(_cell, []))}" if _cell else ""


def missing(source: str, defined: Any) -> set[str]:
    """The names of the course that a cell uses and that neither it nor anything before it defines.

    Args:
        source: the cell as Python; what is no Python needs no names.
        defined: names that are there.
    """
    return {name for name in _open(source, defined) if name in _ROOM_OF or name in _SHORT}


def _open(source: str, defined: Any) -> set[str]:
    """All names that a cell reads before it makes them, and that neither Python nor anything before it defines."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return set()
    used: set[str] = set()
    made: set[str] = set()
    for one in body:
        read = {name.id for name in ast.walk(one) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Load)}
        bound = _made(one)
        if isinstance(one, ast.AugAssign):
            read |= bound
        elif not isinstance(one, ast.Assign | ast.AnnAssign):
            read -= bound  # what a loop, a function or a comprehension makes for itself
        else:
            read -= _made(one.value) if one.value else set()
        used |= read - made
        made |= bound
    return {name for name in used if name not in defined and not hasattr(builtins, name)}


def _made(tree: ast.AST) -> set[str]:
    """The names that a piece of Python binds."""
    found: set[str] = set()
    for one in ast.walk(tree):
        if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load):
            found.add(one.id)
        elif isinstance(one, ast.FunctionDef | ast.ClassDef):
            found.add(one.name)
        elif isinstance(one, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in one.names}
        elif isinstance(one, ast.arg):
            found.add(one.arg)
    return found


def cells_above(id: str | None) -> list[str]:
    """The code of the cells above one in the notebook of this kernel, as it was last saved; none where that is unknown.

    Args:
        id: the cell's own id.
    """
    try:
        cells = json.loads(Path(os.environ["JPY_SESSION_NAME"]).read_text(encoding="utf-8"))["cells"]
        ids = [cell.get("id") for cell in cells]
        above = cells[: ids.index(id)] if id in ids else []
        return ["".join(cell["source"]) for cell in above if cell["cell_type"] == "code"]
    except (KeyError, OSError, ValueError, TypeError, AttributeError):
        return []


def supply(source: str, names: dict[str, Any], above: list[str]) -> set[str]:
    """Give a cell the names it needs and nobody has made: of the course, then of the cells above it; what is missing.

    Of such a cell all is run but what it shows, and no name that is there is made anew. Where a cell above fails, the
    name stays missing.

    Args:
        source: the cell, as Python.
        names: what the notebook knows; names are added.
        above: the code of the cells above, from the top.
    """
    for name in missing(source, names):
        names[name] = import_module(_SHORT[name]) if name in _SHORT else getattr(import_module("helpers"), name)
    for name in sorted(_open(source, names)):
        for at in range(len(above) - 1, -1, -1) if name not in names else ():
            with suppress(SyntaxError, ValueError):
                tree = ast.parse(above[at])
                body = [one for one in tree.body if not isinstance(one, ast.Expr)]
                if name in _made(ast.Module(body, [])):
                    supply(above[at], names, above[:at])
                    with suppress(Exception):
                        apart = dict(names)
                        exec(compile(ast.Module(body, []), "<a cell above>", "exec"), apart)
                        names.update({made: apart[made] for made in apart.keys() - names.keys() - {"__builtins__"}})
                    break
    return _open(source, names)


def _cell_of(shell: Any, info: Any) -> str | None:
    """The cell that runs: IPython is told its id; in a browser only the message that asks for the run names it."""
    if told := getattr(info, "cell_id", None):
        return told
    try:
        return shell.kernel.get_parent()["metadata"]["cellId"]
    except (AttributeError, KeyError, TypeError):
        return None


def _begin(shell: Any, info: Any) -> None:
    global _cell
    _cell = _cell_of(shell, info)
    _before[:] = _showing.pop(_cell, [])
    source = shell.transform_cell(info.raw_cell or "")
    if supply(source, shell.user_ns, []):  # only then is the notebook read
        supply(source, shell.user_ns, cells_above(_cell))


def _end(shell: Any, result: Any) -> None:
    global _cell
    _cell = None
    if said := slip(getattr(result, "error_in_exec", None), shell.user_ns):
        print(said)
    still = {id(one) for shown in _showing.values() for one in shown}
    gone = [one for one in _before if id(one) not in still]
    for one in gone:
        one.close()
    _before.clear()
    if gone:
        _sweep()


def _told(shell: Any, kind: type, error: BaseException, trace: Any, tb_offset: int | None = None) -> None:
    """Show an error that is answered in a sentence by its last line alone; any other one whole."""
    mode = shell.InteractiveTB.mode
    try:
        if slip(error, shell.user_ns):
            shell.InteractiveTB.set_mode("Minimal")
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
    finally:
        shell.InteractiveTB.set_mode(mode)


def slip(error: BaseException | None, names: dict[str, Any]) -> str:
    """What to say to a beginner whose cell fails with one of the two commonest slips; "" where it is another one.

    Args:
        error: what the cell failed with.
        names: what the notebook knows.
    """
    if isinstance(error, NameError) and error.name:
        if any(error.name in columns for columns in _columns(names).values()):
            return f'{error.name} is the name of a column: write it in quotation marks, "{error.name}".'
        return f"{error.name} is not there yet. If a cell above makes it, choose Run, Run All Above Selected Cell."
    if isinstance(error, KeyError) and error.args and isinstance(asked := error.args[0], str):
        where = _asked(error)
        if where != COLUMN:
            return f'There is neither a row nor a column "{asked}" here.' if where == PLACE else ""
        near = {table: get_close_matches(asked, columns, 3, 0.3) for table, columns in _columns(names).items()}
        found = [f"{table} has {', '.join(near[table])}" for table in near if near[table]]
        meant = f" Perhaps you mean one of these: {'; '.join(found[:3])}." if found else ""
        return f'There is no column "{asked}" here.{meant}'
    return ""


COLUMN, PLACE = "column", "place"


def _asked(error: BaseException) -> str:
    """What was asked for and not found: a column of a table, a place in one, or "" for what is no table's."""
    files = [frame.f_code.co_filename.replace("\\", "/") for frame, _ in traceback.walk_tb(error.__traceback__)]
    pandas = [file.partition("/pandas/core/")[2] for file in files if "/pandas/core/" in file]
    if not pandas:
        return "" if files else COLUMN
    return PLACE if pandas[0] in ("indexing.py", "series.py") else COLUMN


def _columns(names: dict[str, Any]) -> dict[str, list[str]]:
    """The columns of every table that a notebook knows, by the table's name."""
    tables = {name: thing for name, thing in names.items() if not name.startswith("_") and hasattr(thing, "iloc")}
    tables = {name: thing for name, thing in tables.items() if hasattr(thing, "columns")}
    return {name: [one for one in thing.columns if isinstance(one, str)] for name, thing in tables.items()}


_SWEEP_S = 10
_swept = 0.0


def _sweep() -> None:
    """Pictures of closed panels lie in circles that Python finds late; not at every cell, since it takes a moment."""
    global _swept
    if time.monotonic() - _swept > _SWEEP_S:
        gc.collect()
        _swept = time.monotonic()
