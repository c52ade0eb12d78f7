"""Checks the scripts and styles that run in the browser with Biome, as ``biome.json`` says.

Biome comes from npm (``npm install`` beside ``package.json``). Where it is not installed this says so and passes,
except where ``CI`` is set: there it must have run.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(root: Path = ROOT) -> int:
    """0 when all is well, or when there is nothing to check with."""
    found = root / "node_modules" / ".bin" / ("biome.cmd" if os.name == "nt" else "biome")
    if not found.exists():
        print("Skipped: Biome is not installed here. `npm install` in this folder installs it.")
        return int(bool(os.environ.get("CI")))
    return subprocess.run([str(found), "lint", "--error-on-warnings", "--diagnostic-level=warn"], cwd=root).returncode


if __name__ == "__main__":
    sys.exit(main())
