"""Runs notebooks in place and stores what they show, the same bytes on every machine.

    python tests/execute.py notebooks            every notebook of the folder
    python tests/execute.py notebooks/02_*.ipynb only these

`faults` is the list of what a notebook must not carry when it is committed; the tests ask it too.
"""

from __future__ import annotations

import base64
import io
import os
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import numpy as np
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from PIL import Image
from traitlets.config import Config

from helpers import page

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
LIVE_ID = re.compile(r"course-live-[0-9a-f]{32}")
"""What ties a twin to its live widget while a kernel runs: random, and of no use afterwards."""
PHOTOGRAPH = re.compile(
    r'<img src="data:image/jpeg;base64,(?P<bytes>[^"]+)" alt="(?P<alt>[^"]*)" width="(?P<width>[0-9]+)"'
)
CODE_LINES = 25
MOST_BYTES = 400_000
"""Of a notebook's file."""
SECONDS_PER_CELL = 120

KEPT_CELL_METADATA = {"tags", "editable", "deletable", "jupyter"}
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}

MACHINE_PATH = re.compile(
    r"""(?<![\w.:/])/(home|root|Users|tmp|work|opt|mnt|srv|private|var/folders)/[\w.~-]"""
    r"""|\b[A-Za-z]:\\{1,2}(Users|Windows|Temp|Program)|ipykernel_\d|site-packages""",
)


def execute(path: Path) -> NotebookNode:
    """The notebook at `path`, run from top to bottom in its own folder, with fresh outputs, not yet tidied.

    It runs on an empty record of its own. Raises nbclient's CellExecutionError at the first cell that fails.
    """
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        store_widget_state=False,
        record_timing=False,
        config=Config(KernelManager={"transport_encryption": "auto"}),
    )
    with TemporaryDirectory() as record:
        client.execute(env=os.environ | {"PANCYTOPENIA_RECORD": record})
    return notebook


def kept(shown: object) -> dict[str, str]:
    """What a notebook's file keeps of something live, by MIME type."""
    return {kind: LIVE_ID.sub("course-live-id", text) for kind, text in shown._repr_mimebundle_().items()}


def without_twin(notebook: NotebookNode) -> list[str]:
    """The cells of a notebook just run that show a widget and nothing without a kernel, one sentence each."""
    return [
        f"cell {number} shows a widget without a static twin (text/html) for readers without a kernel"
        for number, cell in enumerate(notebook.cells, start=1)
        for output in cell.get("outputs", [])
        if WIDGET_VIEW in output.get("data", {}) and "text/html" not in output.data
    ]


def tidy(notebook: NotebookNode) -> NotebookNode:
    """The same notebook without what differs between machines and runs: model ids, timings, versions, editor state."""
    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    fold_code(notebook)
    taken: set[str] = set()
    for number, cell in enumerate(notebook.cells, start=1):
        if not cell.get("id") or cell.id in taken:
            cell["id"] = f"cell-{number:02d}"
        taken.add(cell.id)
        if cell.cell_type == "markdown":
            cell.source = page.unparted(cell.source)
        cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k in KEPT_CELL_METADATA})
        if cell.cell_type == "code":
            cell.metadata["scrolled"] = False  # Notebook 7 puts a long output into a low box otherwise
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)
            if "metadata" in output:
                output.metadata.pop(WIDGET_VIEW, None)
            if "text/html" in output.get("data", {}):
                output.data["text/html"] = PHOTOGRAPH.sub(
                    _lighter, LIVE_ID.sub("course-live-id", output.data["text/html"])
                )
    return notebook


def fold_code(notebook: NotebookNode) -> None:
    """Fold the code of every cell outside *In code*, where nothing is to be typed: it opens with a click."""
    in_code = False
    for cell in notebook.cells:
        if cell.cell_type != "code":
            found = re.findall(r"^## (.+)$", cell.source, re.MULTILINE)
            in_code = "In code" in found[-1] if found else in_code
            continue
        state = dict(cell.metadata.get("jupyter", {}))
        state.pop("source_hidden", None)
        if not in_code and "..." not in cell.source:
            state["source_hidden"] = True
        cell.metadata.pop("jupyter", None)
        if state:
            cell.metadata["jupyter"] = nbformat.from_dict(state)


def _lighter(image: re.Match) -> str:
    """A painted picture no larger than it is shown."""
    from helpers.pictures.painted import photograph

    painted = np.asarray(Image.open(io.BytesIO(base64.b64decode(image["bytes"]))))
    small = base64.b64encode(photograph(painted, int(image["width"]))).decode("ascii")
    return f'<img src="data:image/webp;base64,{small}" alt="{image["alt"]}" width="{image["width"]}"'


def faults(notebook: NotebookNode) -> list[str]:
    """What stands between this notebook and a commit, one sentence each; an empty list if nothing does."""
    found = [*_opening_faults(notebook), *_run_faults(notebook)]
    if "widgets" in notebook.metadata:
        found.append("the notebook's metadata holds widget state: run `python3 course.py run`")
    if (size := len(nbformat.writes(notebook).encode())) > MOST_BYTES:
        found.append(f"it has {size // 1000} kB, {MOST_BYTES // 1000} at most: make its pictures or tables shorter")
    for number, cell in enumerate(notebook.cells, start=1):
        where = f"cell {number}"
        lines = cell.source.count("\n") + 1
        if cell.cell_type == "code" and lines > CODE_LINES:
            found.append(f"{where} has {lines} lines of code, {CODE_LINES} at most: move the logic into helpers")
        for output in cell.get("outputs", []):
            found += [f"{where} {fault}" for fault in _output_faults(output)]
        if path := MACHINE_PATH.search(cell.source):
            found.append(f"{where} names a place of one machine: {path.group()!r}")
    return found


def _opening_faults(notebook: NotebookNode) -> list[str]:
    first = notebook.cells[0] if notebook.cells else None
    if first is None or first.cell_type != "markdown":
        return ["the first cell is not prose with the title"]
    words = " ".join(re.sub(r"[*_>`]", "", first.source).lower().split())
    found = []
    if not re.search(r"\bteach\w*\b.*\b(does not|do not|not)\b.*\badvi[sc]e", words):
        found.append("the first cell does not say that the course teaches and does not advise")
    if "emergency" not in words:
        found.append("the first cell does not say what to do in an emergency")
    return found


def _run_faults(notebook: NotebookNode) -> list[str]:
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    counts = [cell.execution_count for cell in cells]
    found = []
    if counts != list(range(1, len(cells) + 1)):
        found.append(f"it was not run once from top to bottom: execution counts {counts}; run `python3 course.py run`")
    if not any(cell.outputs for cell in cells):
        found.append("no cell holds an output, so comparing outputs would compare nothing: run `python3 course.py run`")
    return found


def _output_faults(output: NotebookNode) -> list[str]:
    found = []
    if output.output_type == "error":
        found.append(f"fails: {output.ename}: {output.evalue}")
    if output.output_type == "stream" and output.name == "stderr":
        found.append(f"warns: {output.text.strip().splitlines()[-1] if output.text.strip() else 'empty stderr'}")
    data = output.get("data", {})
    if WIDGET_VIEW in data:
        found.append("stores a widget view, whose model id is random: run `python3 course.py run`")
    shown = [output.get("text", "")] + [text for kind, text in data.items() if kind.startswith("text/")]
    if any(LIVE_ID.search(text) for text in shown):
        found.append("stores the id of a live widget, which is random: run `python3 course.py run`")
    for text in shown:
        plain = re.sub(r"base64,[A-Za-z0-9+/=]+", "", text)
        if path := MACHINE_PATH.search(plain):
            found.append(f"shows a place of one machine: {path.group()!r}")
        if address := re.search(r"<[\w.]+ object at 0x[0-9a-f]+>|\bat 0x[0-9a-f]{6,}", plain):
            found.append(f"shows a memory address, different in every run: {address.group()!r}")
    return found


def main(arguments: list[str]) -> int:
    """Run the notebooks named (or in the folders named); 1 if one of them fails or must not be committed."""
    named = [Path(argument) for argument in arguments or ["notebooks"]]
    paths = [path for name in named for path in (sorted(name.glob("*.ipynb")) if name.is_dir() else [name])]
    wrong = 0
    for path in paths:
        print(f"{path.name} ...", flush=True)
        try:
            notebook = execute(path)
        except CellExecutionError as error:
            print(f"    a cell fails, the file is left as it was:\n{error}", flush=True)
            wrong += 1
            continue
        alone = without_twin(notebook)
        nbformat.write(tidy(notebook), path)
        for fault in alone + faults(notebook):
            print(f"    {fault}", flush=True)
            wrong += 1
    print("Done." if not wrong else f"{wrong} to mend.", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
