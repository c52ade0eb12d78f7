"""The tests that need no browser, in the Python of the page: Pyodide under Node, with the packages of the site."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from test_site import built  # noqa: F401 (a fixture)

sys.path.insert(0, str(ROOT / "website"))
import build

pytestmark = pytest.mark.publish


@pytest.fixture(scope="module")
def pytest_folder() -> Path:
    """A folder from which Pyodide imports pytest."""
    listed = ROOT / "tests" / "pytest_in_pyodide.txt"
    return build.fetched(listed, "pytest-in-pyodide", "install", "--no-deps", "--no-compile", "--target")


def test_the_tests_without_a_browser_pass_in_the_python_of_the_page(built: Path, pytest_folder: Path) -> None:  # noqa: F811
    node = shutil.which("node")
    if node is None:
        reason = "Node is not installed on this computer"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    script, pyodide = ROOT / "tests" / "in_pyodide.mjs", built / "static" / "pyodide"
    command = [node, str(script), str(pyodide), str(pytest_folder), "-q", "-rfE", "--tb=short", "tests"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    told = done.stdout[-20_000:]
    assert done.returncode == 0, told
    passed = re.search(r"(\d+) passed", told)
    assert passed and int(passed[1]) > 3000, told
