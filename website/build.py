"""Builds the course as a folder of plain files that runs in a browser: ``python3 course.py site``.

JupyterLite shows the notebooks, Pyodide runs Python; the course and what it needs are entered in Pyodide's lock file,
so that nothing is installed in the page and no other host is asked. Every file that was fetched is held against its
SHA-256 first. In front stands an index page that needs no Python.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import urllib.request
import zipfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "website")]

import pages  # noqa: E402

BUILD = ROOT / "build"
SITE = BUILD / "site"
OWN = ROOT / "website"
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
PAGE_ONLY = ("jupyterlab_widgets", "jupyterlite_pyodide_kernel")
"""Wheels that hold only what the page needs."""
PACKAGES = "/lib/python3.12/site-packages"
SETTLED = {"IPYTHONDIR": f"{PACKAGES}/course_etc/ipython"}
FONT = ("name", "style", "variant", "weight", "stretch", "size")
MOST_MB = 70
UNUSED = ("*.map", "fa-*.svg", "fa-*.eot", "fa-*.ttf")
"""Maps of the sources, and fonts for browsers that are too old to run Python."""

APP = {
    "appName": "Pancytopenia course",
    "contentsStorageName": "pancytopenia-course",
    "settingsStorageName": "pancytopenia-course-settings",
    "workspacesStorageName": "pancytopenia-course-workspaces",
    "exposeAppInBrowser": True,
    "disabledExtensions": ["@jupyterlab/apputils-extension:announcements"],
}


class Refused(Exception):
    """Why the site is not built, as a sentence."""


@cache
def settings() -> dict[str, Any]:
    """What ``site.toml`` says."""
    return tomllib.loads((OWN / "site.toml").read_text(encoding="utf-8"))


@cache
def about() -> dict[str, Any]:
    """What ``pyproject.toml`` says of the course."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# --- what is fetched --------------------------------------------------------------------------------------------------


def checked(name: str, data: bytes, wanted: str) -> bytes:
    """A file that is what it should be.

    Raises:
        Refused: it is another.
    """
    if sha256(data) != wanted:
        raise Refused(f"{name} is not the file that it should be (SHA-256 {sha256(data)}, not {wanted}).")
    return data


def pyodide_file(name: str, wanted: str, folder: Path | None) -> bytes:
    """A file of Pyodide, from a folder or from its own release, kept in ``build`` once it was fetched."""
    kept = BUILD / f"pyodide-{settings()['pyodide']['version']}" / name
    if folder is not None:
        kept = folder / name
    elif not kept.is_file():
        address = settings()["pyodide"]["release"] + name
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                data = checked(address, answer.read(), wanted)
        except OSError as error:
            raise Refused(f"{address} does not answer ({error}). Name a folder that holds it: --pyodide DIR.") from None
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(data)
    try:
        return checked(name, kept.read_bytes(), wanted)
    except OSError:
        raise Refused(f"{kept} is missing.") from None


def pip(*words: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", *words]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["it gave no reason"]
        raise Refused(f"pip could not fetch what the site is built with: {lines[-1]}")


def fetched(list_of: Path, name: str, *words: str) -> Path:
    """A folder under ``build`` that pip filled from a list, as long as the list stays the same."""
    folder = BUILD / f"{name}-{sha256(list_of.read_bytes())[:12]}"
    if not (folder / ".whole").exists():
        shutil.rmtree(folder, ignore_errors=True)
        pip(*words, str(folder), "-r", str(list_of))
        (folder / ".whole").touch()
    return folder


def tools() -> Path:
    """JupyterLite's builder, apart from the learner's packages."""
    return fetched(ROOT / "requirements-site.txt", "site-tools", "install", "--target")


def wheels() -> list[Path]:
    """The wheels that the page needs beside Pyodide's own packages."""
    how = ("download", "--no-deps", "--only-binary", ":all:", "--python-version", "3.12", "--platform", "any")
    return sorted(fetched(OWN / "wheels.txt", "site-wheels", *how, "--require-hashes", "-d").glob("*.whl"))


# --- the course as a wheel --------------------------------------------------------------------------------------------


def course_wheel(folder: Path) -> Path:
    """The course as one file that Pyodide unpacks: code, data, the notebooks without what they show."""
    project = about()
    name = f"pancytopenia_course-{project['version']}"
    files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in _course_files()}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        files[f"notebooks/{path.name}"] = nbformat.writes(_without_outputs(path)).encode()
    files["course_etc/ipython/profile_default/ipython_config.py"] = (
        ROOT / "etc" / "ipython" / "ipython_config.py"
    ).read_bytes()
    known = [("Metadata-Version", "2.1"), ("Name", project["name"]), ("Version", project["version"])]
    known += [("Project-URL", f"{what}, {address}") for what, address in project["urls"].items()]
    lines = "".join(f"{field}: {value}\n" for field, value in known)
    files[f"{name}.dist-info/METADATA"] = lines.encode()
    files[f"{name}.dist-info/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: website/build.py\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    record = f"{name}.dist-info/RECORD"
    files[record] = "".join([*(recorded(path, data) for path, data in files.items()), f"{record},,\n"]).encode()
    wheel = folder / f"{name}-py3-none-any.whl"
    pack(wheel, files)
    return wheel


def pack(wheel: Path, files: dict[str, bytes]) -> None:
    """A wheel of these files, the same to the byte whenever it is made."""
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for path, data in files.items():
            packed.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)


def repack(wheel: Path, put: dict[str, bytes], without: Iterable[str] = ()) -> None:
    """Put files into a wheel, or into another archive, and leave others out; a wheel's record is kept true."""
    other = {*put, *without}
    with zipfile.ZipFile(wheel) as packed:
        files = {name: packed.read(name) for name in packed.namelist() if name not in other and not name.endswith("/")}
    record = next((name for name in files if name.endswith(".dist-info/RECORD")), None)
    if record is not None:
        kept = [line for line in files[record].decode().splitlines(True) if line.split(",")[0] not in other]
        files[record] = "".join([*kept, *(recorded(path, data) for path, data in put.items())]).encode()
    pack(wheel, files | put)


def recorded(path: str, data: bytes) -> str:
    """The line of a file in a wheel's record."""
    return f"{path},sha256={_urlsafe(data)},{len(data)}\n"


def _course_files() -> Iterable[Path]:
    for folder, kinds in (("helpers", {".py", ".js", ".css"}), ("data", {".csv", ".json", ".toml"})):
        yield from sorted(path for path in (ROOT / folder).rglob("*") if path.suffix in kinds)


def _without_outputs(path: Path) -> nbformat.NotebookNode:
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def _urlsafe(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


FONTS = "matplotlib/fontlist.json"
"""Where Pyodide's Matplotlib looks for its list of fonts. The one that it comes with is of another version: it would be
made anew, with a warning, in each notebook."""


def put_fonts(wheel: Path, scratch: Path) -> None:
    """Put the list of its fonts into a wheel of Matplotlib, as it would make it at its first start."""
    with zipfile.ZipFile(wheel) as packed:
        fonts = font_list(packed, scratch).encode()
    repack(wheel, {FONTS: fonts})


def font_list(packed: zipfile.ZipFile, scratch: Path) -> str:
    """The list of the fonts in a wheel of Matplotlib, in that version's form."""
    from matplotlib.font_manager import FontManager, ttfFontProperty
    from matplotlib.ft2font import FT2Font

    scratch.mkdir(parents=True, exist_ok=True)
    entries = []
    source = packed.read("matplotlib/font_manager.py").decode()
    version = re.search(r"__version__ = ['\"]?([\w.]+)", source).group(1)
    for name in sorted(packed.namelist()):
        if name.startswith("matplotlib/mpl-data/fonts/ttf/") and name.endswith(".ttf"):
            found = ttfFontProperty(FT2Font(packed.extract(name, scratch)))
            fields = {key: getattr(found, key) for key in FONT}
            place = name.removeprefix("matplotlib/mpl-data/")
            entries.append({"fname": place, **fields, "__class__": "FontEntry"})
    made = {
        "_version": int(version) if version.isdecimal() else version,
        "_FontManager__default_weight": "normal",
        "default_size": None,
        "defaultFamily": {"ttf": "DejaVu Sans", "afm": "Helvetica"},
        "afmlist": [],
        "ttflist": entries,
        "__class__": FontManager.__name__,
    }
    return json.dumps(made)


# --- bytecode ---------------------------------------------------------------------------------------------------------


def put_bytecode(target: Path, packages: dict[str, Any], scratch: Path) -> None:
    """Put the bytecode of all that a notebook imports into its packages, so that no page compiles it anew.

    Bytecode takes the place of a package's source; of the course both are there, so that an error shows its lines.
    Without Node, which runs the page's Python here, the site is as good, and starts later.
    """
    node = shutil.which("node")
    if node is None:
        print("Node is not installed: the site is built without bytecode, and starts later.", file=sys.stderr)
        return
    made = scratch / "bytecode.zip"
    done = subprocess.run([node, str(OWN / "bytecode.mjs"), str(target), str(made)], capture_output=True, text=True)
    if done.returncode:
        raise Refused(f"Pyodide could not make the bytecode: {done.stderr[-1500:]}")
    with zipfile.ZipFile(made) as packed:
        bytecode = {name: packed.read(name) for name in packed.namelist()}
    for archive in (target / "python_stdlib.zip", *archives(target, packages)):
        with zipfile.ZipFile(archive) as packed:
            here = bytecode.keys() & set(packed.namelist())
        own = {name for name in here if name.startswith("helpers/")}
        put = {f"{name}c": bytecode[name] for name in here - own} | {cached(name): bytecode[name] for name in own}
        if put:
            repack(archive, dict(sorted(put.items())), here - own)


def cached(name: str) -> str:
    """Where Python looks for the bytecode of a module whose source is there."""
    folder, _, file = name.rpartition("/")
    return f"{folder}/__pycache__/{file.removesuffix('.py')}.cpython-312.pyc"


# --- Pyodide with the course in it ------------------------------------------------------------------------------------


def entry(wheel: Path) -> tuple[str, dict[str, Any]]:
    """A pure-Python wheel as Pyodide's lock file lists it."""
    name, version = wheel.name.split("-")[:2]
    with zipfile.ZipFile(wheel) as packed:
        tops = {path.split("/")[0] for path in packed.namelist() if ".dist-info/" not in path and ".data/" not in path}
    return name.lower().replace("_", "-"), {
        "depends": [],
        "file_name": wheel.name,
        "imports": sorted(top.removesuffix(".py") for top in tops),
        "install_dir": "site",
        "name": name.lower().replace("_", "-"),
        "package_type": "package",
        "sha256": sha256(wheel.read_bytes()),
        "unvendored_tests": False,
        "version": version,
    }


def needed(packages: dict[str, Any], names: Iterable[str], without: Iterable[str] = ()) -> dict[str, Any]:
    """These packages of Pyodide and all they depend on, but for those that are done without."""
    found: dict[str, Any] = {}

    def take(name: str) -> None:
        if name not in found:
            others = [other.lower().replace("_", "-") for other in packages[name]["depends"]]
            found[name] = packages[name] | {"depends": [other for other in others if other not in without]}
            for other in found[name]["depends"]:
                take(other)

    for name in names:
        take(name)
    return found


def put_pyodide(target: Path, folder: Path | None, extra: list[Path]) -> list[str]:
    """Pyodide, the wheels and the course in a folder, with one lock file; the names of all packages."""
    target.mkdir(parents=True)
    hashes = settings()["pyodide"]["sha256"]
    lock = json.loads(pyodide_file("pyodide-lock.json", hashes["pyodide-lock.json"], folder))
    for name in hashes:
        if name != "pyodide-lock.json":
            (target / name).write_bytes(pyodide_file(name, hashes[name], folder))
    packages = needed(lock["packages"], settings()["pyodide"]["packages"], settings()["pyodide"]["without"])
    for one in packages.values():
        (target / one["file_name"]).write_bytes(pyodide_file(one["file_name"], one["sha256"], folder))
    matplotlib = target / packages["matplotlib"]["file_name"]
    put_fonts(matplotlib, BUILD / "fonts")
    course = course_wheel(target)
    for wheel in extra:
        shutil.copy(wheel, target)
    for name in (course.name, *(wheel.name for wheel in extra)):
        packages.update([entry(target / name)])
    for archive in archives(target, packages):
        with zipfile.ZipFile(archive) as packed:
            left_out = [name for name in packed.namelist() if re.search(settings()["pyodide"]["without_files"], name)]
        if left_out:
            repack(archive, {}, left_out)
    enter(target, lock["info"], packages)
    put_bytecode(target, packages, BUILD / "site-scratch")
    enter(target, lock["info"], packages)
    return sorted(packages)


def archives(target: Path, packages: dict[str, Any]) -> list[Path]:
    """The files of these packages."""
    return [target / one["file_name"] for one in packages.values()]


def enter(target: Path, info: dict[str, Any], packages: dict[str, Any]) -> None:
    """Write the lock file of these packages as they lie in the folder now."""
    now = {name: one | {"sha256": sha256((target / one["file_name"]).read_bytes())} for name, one in packages.items()}
    (target / "pyodide-lock.json").write_text(json.dumps({"info": info, "packages": now}))


# --- JupyterLite ------------------------------------------------------------------------------------------------------


def kernel_wheels(pyodide_kernel: Path, scratch: Path) -> list[Path]:
    """The wheels that JupyterLite's kernel is made of; they come inside that of its page."""
    scratch.mkdir(parents=True, exist_ok=True)
    found = []
    with zipfile.ZipFile(pyodide_kernel) as packed:
        for name in packed.namelist():
            if re.search(r"/pypi/(piplite|pyodide_kernel|ipykernel)-[^/]*\.whl$", name):
                found.append(scratch / Path(name).name)
                found[-1].write_bytes(packed.read(name))
    return found


def lite(folder: Path, output: Path, packages: list[str], extensions: list[Path]) -> None:
    """Let JupyterLite build its page with the notebooks."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "content").mkdir(parents=True)
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        (folder / "content" / path.name).write_text(nbformat.writes(as_shipped(path)), encoding="utf-8")
    kernel = {
        "pyodideUrl": "./static/pyodide/pyodide.js",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {
            "packages": ["pyodide_kernel", *packages],
            "env": SETTLED,
        },
    }
    config = {"jupyter-lite-schema-version": 0, "jupyter-config-data": APP | {"litePluginSettings": {KERNEL: kernel}}}
    (folder / "jupyter-lite.json").write_text(json.dumps(config, indent=1))
    building = {
        "LiteBuildConfig": {
            "contents": ["content"],
            "output_dir": str(output),
            "federated_extensions": [str(wheel) for wheel in extensions],
            "ignore_sys_prefix": True,
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
            "apps": ["notebooks"],
            "cache_dir": str(folder / "cache"),
        }
    }
    (folder / "jupyter_lite_config.json").write_text(json.dumps(building))
    (folder / "overrides.json").write_text((OWN / "overrides.json").read_text())
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", str(folder)]
    around = os.environ | {"PYTHONPATH": str(tools()), "JUPYTER_PREFER_ENV_PATH": "1"}
    done = subprocess.run(command, cwd=folder, env=around, capture_output=True, text=True)
    if done.returncode or not (output / "notebooks" / "index.html").is_file():
        raise Refused(f"JupyterLite could not be built: {(done.stderr or done.stdout)[-1500:]}")


def as_shipped(path: Path) -> nbformat.NotebookNode:
    """A notebook for the page, whose code cells know what they were shipped with."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["kernelspec"] = {"display_name": "Python (Pyodide)", "language": "python", "name": "python"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.metadata["course_source"] = sha256(cell.source.encode())[:16]
    return notebook


def settle_page(site: Path) -> None:
    """Put the course's own script and styles beside JupyterLite's page, where they begin before it."""
    (site / "course").mkdir()
    for name in ("page.css", "style.css"):
        shutil.copy(OWN / name, site / "course" / name)
    version = json.loads((site / "jupyter-lite.json").read_text())["jupyter-config-data"]["appVersion"]
    script = (OWN / "page.js").read_text(encoding="utf-8").replace("JUPYTERLITE", version)
    (site / "course" / "page.js").write_text(script, encoding="utf-8")
    (site / "static" / "favicons").mkdir()
    for name in ("notebook", "busy-1", "busy-2", "busy-3", "file"):  # JupyterLab asks for one for each state
        shutil.copy(site / "notebooks" / "favicon.ico", site / "static" / "favicons" / f"favicon-{name}.ico")
    page = site / "notebooks" / "index.html"
    text = page.read_text(encoding="utf-8")
    begun, there = re.subn(
        r"await import\(\s*('../config-utils\.js[^']*')\s*\)",
        r"await (await import('../course/page.js')).begin();\n        await import(\1)",
        text,
    )
    if there != 1:
        raise Refused("JupyterLite's page has changed: the place where it starts was not found.")
    head = '<link rel="stylesheet" href="../course/page.css" />\n  </head>'
    titled = begun.replace("<html>", '<html lang="en">').replace("Jupyter Notebook - Notebooks", "Pancytopenia course")
    page.write_text(titled.replace("</head>", head), encoding="utf-8")


def make_room_for_the_record(site: Path) -> None:
    """An empty folder for the record on the drive of each browser."""
    listing = site / "api" / "contents" / "all.json"
    root = json.loads(listing.read_text(encoding="utf-8"))
    record = root | {"content": None, "format": None, "name": "record", "path": "record"}
    listing.write_text(json.dumps(root | {"content": [*root["content"], record]}), encoding="utf-8")
    (listing.parent / "record").mkdir()
    (listing.parent / "record" / "all.json").write_text(json.dumps(record | {"format": "json", "content": []}))


def settle_worker(site: Path) -> None:
    """The service worker: the course's, which keeps every file for days without a network, before JupyterLite's."""
    (site / "service-worker.js").rename(site / "jupyterlite-service-worker.js")
    left_out = {"service-worker.js", "files.json"}
    files = {
        path.relative_to(site).as_posix(): sha256(path.read_bytes())[:16]
        for path in sorted(site.rglob("*"))
        if path.is_file() and path.relative_to(site).as_posix() not in left_out
    }
    (site / "files.json").write_text(json.dumps(files, indent=0))
    version = sha256(json.dumps(files).encode())[:16]
    worker = (OWN / "service-worker.js").read_text(encoding="utf-8")
    (site / "service-worker.js").write_text(worker.replace("VERSION", version), encoding="utf-8")


# --- all of it --------------------------------------------------------------------------------------------------------


def build(pyodide: Path | None) -> float:
    """Build the site anew; its size in MB.

    Raises:
        Refused: something is missing or is not what it should be.
    """
    BUILD.mkdir(exist_ok=True)
    new = BUILD / "site-new"
    shutil.rmtree(new, ignore_errors=True)
    there = wheels()
    kernel = next(wheel for wheel in there if wheel.name.startswith("jupyterlite_pyodide_kernel"))
    extensions = [wheel for wheel in there if wheel.name.startswith((*PAGE_ONLY, "anywidget"))]
    in_python = [wheel for wheel in there if not wheel.name.startswith(PAGE_ONLY)]
    scratch = BUILD / "site-scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    packages = put_pyodide(scratch / "pyodide", pyodide, in_python + kernel_wheels(kernel, scratch / "kernel"))
    lite(scratch / "lite", new, packages, extensions)
    shutil.rmtree(new / "static", ignore_errors=True)
    shutil.move(scratch / "pyodide", new / "static" / "pyodide")
    settle_page(new)
    make_room_for_the_record(new)
    pages.write(new, {what.lower(): one for what, one in about()["urls"].items()})
    for left in UNUSED:
        for path in new.rglob(left):
            path.unlink()
    settle_worker(new)
    size = sum(path.stat().st_size for path in new.rglob("*") if path.is_file()) / 1e6
    if size > MOST_MB:
        raise Refused(f"The site is {size:.0f} MB; it may be {MOST_MB}.")
    shutil.rmtree(SITE, ignore_errors=True)
    new.rename(SITE)
    return size


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pyodide", type=Path, help="a folder that holds Pyodide's files")
    try:
        size = build(parser.parse_args().pyodide)
    except Refused as reason:
        print(reason, file=sys.stderr)
        return 1
    print(f"The site is built: {size:.0f} MB in build/site. Any server of plain files shows it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
