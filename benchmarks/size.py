"""What the course weighs: a kernel that has run a whole notebook, and the environment on disk.

    python benchmarks/size.py

A kernel stands beside one of the same run that only imported the libraries. The environment is that of the Python which
runs this: take the learner's, made by ``python3 course.py``, before the test packages are added.
"""

from __future__ import annotations

import os
import sys
from importlib.metadata import distributions
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
BARE = "import pandas, matplotlib, ipywidgets"
MB = 1e6


def kernel_memory(notebook: nbformat.NotebookNode) -> float:
    """Resident memory, MB, of a kernel that has run all cells of a notebook."""
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(ROOT / "notebooks")}})
    with client.setup_kernel():
        for place, cell in enumerate(notebook.cells):
            client.execute_cell(cell, place)
        own = {child.pid for child in psutil.Process().children(recursive=True)}
        kernels = [
            process for process in map(psutil.Process, own) if "ipykernel_launcher" in " ".join(process.cmdline())
        ]
        return max(process.memory_info().rss for process in kernels) / MB


def disk(folder: Path) -> float:
    """Space taken by the files of a folder, MB, each file once."""
    seen, total = set(), 0
    for place, _, names in os.walk(folder):
        for name in names:
            status = os.lstat(os.path.join(place, name))
            if (status.st_dev, status.st_ino) not in seen:
                seen.add((status.st_dev, status.st_ino))
                total += getattr(status, "st_blocks", status.st_size // 512) * 512
    return total / MB


def main() -> None:
    bare = kernel_memory(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(BARE)]))
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        full = kernel_memory(nbformat.read(path, as_version=4))
        print(f"kernel after {path.stem:<28} {full:5.0f} MB, {full / bare:.2f} times the bare imports (at most 200 MB)")
    whole, packages = disk(Path(sys.prefix)), len({dist.metadata["Name"] for dist in distributions()})
    print(f"environment {whole:.0f} MB in {packages} packages (a learner's, without the test packages: at most 520 MB)")


if __name__ == "__main__":
    main()
