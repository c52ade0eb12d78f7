"""Runs in Pyodide when the site is built: see ``bytecode.mjs``."""

from __future__ import annotations

import importlib
import io
import py_compile
import sys
import tempfile
import zipfile
from pathlib import Path

PLACES = ("/lib/python3.12/site-packages/", "/lib/python312.zip/")
"""Where the packages lie, and Python's own modules."""


def bytecode_of_all_imports() -> bytes:
    """The bytecode of each module that the page's Python and the course import: a zip of ``module.py`` to its ``.pyc``.

    It is never held against the source, which the page does not have: both are packed into one file.
    """
    importlib.import_module("pyodide_kernel")
    course = importlib.import_module("helpers")
    for name in course.__all__:
        getattr(course, name)
    importlib.import_module("helpers.cards.card")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as found, tempfile.TemporaryDirectory() as scratch:
        source, compiled = Path(scratch, "module.py"), Path(scratch, "module.pyc")
        for _, module in sorted(sys.modules.items()):
            spec = getattr(module, "__spec__", None)
            place = next((one for one in PLACES if str(spec and spec.origin).startswith(one)), None)
            if place is None or not spec.origin.endswith(".py"):
                continue
            source.write_text(spec.loader.get_source(spec.name), encoding="utf-8")
            how = py_compile.PycInvalidationMode.UNCHECKED_HASH
            py_compile.compile(source, compiled, dfile=spec.origin, doraise=True, invalidation_mode=how)
            found.writestr(spec.origin.removeprefix(place), compiled.read_bytes())
    return packed.getvalue()
