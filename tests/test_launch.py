"""Does the course start on a fresh machine, and does it say clearly why when it can't?"""

from __future__ import annotations

import ast
import errno
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import ROOT, clean_copy, free_port

import course

MEGABYTES = 520
OLD_PYTHONS = ["2.7", "3.6", "3.8", "3.10"]
posix = pytest.mark.skipif(os.name == "nt", reason="stops a whole group of processes")


def started(folder: Path, *arguments: str, before: str = "", **variables: str) -> subprocess.CompletedProcess:
    """What `python course.py` in a folder says to the end; `before` are lines of Python that run first."""
    code = f"import runpy, sys\nsys.argv = ['course.py', *{arguments!r}]\n{before}\n"
    code += "runpy.run_path('course.py', run_name='__main__')"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=300,
    )


def only_a_sentence(told: subprocess.CompletedProcess) -> str:
    """The last thing said, having checked that it is one plain line of words after a failure."""
    assert told.returncode == 1, told.stdout + told.stderr
    assert "Traceback" not in told.stdout + told.stderr
    sentence = told.stderr.strip()
    assert "\n" not in sentence and sentence.endswith("."), sentence
    return sentence


@pytest.fixture
def fresh(tmp_path):
    return clean_copy(tmp_path / "course")


# -- sentences, not tracebacks -----------------------------------------------------------------------------------------


def test_an_old_python_is_told(fresh):
    told = started(fresh, before="sys.version_info = (3, 8, 18, 'final', 0)")
    assert told.returncode == 1 and "needs Python 3.11 or newer; this is Python 3.8." in told.stderr
    assert told.stderr.count("\n") == 1


def test_old_pythons_can_read_the_file():
    text = (ROOT / "course.py").read_bytes()
    assert text.isascii()
    later = (ast.JoinedStr, ast.AnnAssign, ast.Nonlocal, ast.NamedExpr, ast.Await)
    for node in ast.walk(ast.parse(text, feature_version=(3, 4))):
        newer = isinstance(node, later) or getattr(node, "cause", None) or getattr(node, "annotation", None)
        newer = newer or (isinstance(node, ast.List | ast.Tuple) and any(isinstance(e, ast.Starred) for e in node.elts))
        assert not newer, f"line {node.lineno}: Python 2.7 stops here before it can say that it is too old"


def old_python(version: str) -> str | None:
    """A Python of that version on this computer, on the path or where pyenv keeps them; None without one."""
    kept = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"))
    for python in [shutil.which(f"python{version}"), *map(str, kept)]:
        if python and subprocess.run([python, "--version"], capture_output=True).returncode == 0:
            return python
    return None


@pytest.mark.parametrize("version", OLD_PYTHONS)
def test_a_real_old_python_is_told(version, fresh):
    python = old_python(version)
    if python is None:
        pytest.skip(f"no Python {version} on this computer")
    told = subprocess.run([python, "course.py"], cwd=fresh, capture_output=True, text=True)
    assert told.returncode == 1 and "needs Python 3.11 or newer" in told.stderr and "Error" not in told.stderr


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_is_told(fresh, module):
    sentence = only_a_sentence(started(fresh, before=f"sys.modules[{module!r}] = None"))
    assert "without its venv module" in sentence and "apt install python3" in sentence
    assert not (fresh / ".venv").exists()


def test_a_read_only_folder_is_told(fresh):
    refuse = "import errno, os, pathlib\ndef refuse(*_): raise OSError(errno.EROFS, os.strerror(errno.EROFS))\n"
    sentence = only_a_sentence(started(fresh, before=refuse + "pathlib.Path.write_bytes = refuse"))
    assert "Nothing can be written in" in sentence and "copy the whole folder" in sentence


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_write_permission_is_told(fresh):
    fresh.chmod(0o555)
    try:
        assert "Nothing can be written in" in only_a_sentence(started(fresh))
    finally:
        fresh.chmod(0o755)


def test_no_network_is_told(fresh):
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": ""}
    nothing = {"PIP_CONFIG_FILE": os.devnull, "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}
    sentence = only_a_sentence(started(fresh, **nowhere, **nothing))
    assert "the network does not answer" in sentence and "start again" in sentence


def test_a_full_disk_is_told():
    assert "Free about 1 GB" in course.why_pip_failed(["ERROR: [Errno 28] No space left on device: 'pandas'"])


def test_something_else_from_pip_is_passed_on():
    told = course.why_pip_failed(["Collecting pandas", "ERROR: No matching distribution found for pandas==99"])
    assert "No matching distribution found for pandas==99" in told and "network" not in told


def test_a_port_in_use_is_told(fresh):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        sentence = only_a_sentence(started(fresh, "--port", str(other.getsockname()[1])))
    assert "taken by another program" in sentence
    assert not (fresh / ".venv").exists()


@pytest.mark.parametrize("port", ["0", "65536", "-1", "eight", "80.5"])
def test_what_is_not_a_port_is_told(fresh, port):
    told = started(fresh, f"--port={port}")
    assert told.returncode == 2 and "a port is a whole number from 1 to 65535" in told.stderr


def test_a_venv_that_is_no_folder_is_told(fresh):
    (fresh / ".venv").write_text("")
    assert ".venv is not a folder" in only_a_sentence(started(fresh))


def test_a_copy_without_notebooks_is_told(fresh):
    shutil.rmtree(fresh / "notebooks", ignore_errors=True)
    assert "this copy of the course is not whole" in only_a_sentence(started(fresh))


def test_help_names_every_command(fresh):
    told = started(fresh, "-h")
    assert told.returncode == 0 and all(
        word in told.stdout for word in ("test", "run", "site", "--serve", "--no-browser", "--port")
    )


# -- an environment that is not what it should be ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def small_environment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    subprocess.run([sys.executable, "-m", "venv", str(folder / ".venv")], check=True)
    return folder


@pytest.fixture
def environment(small_environment, monkeypatch):
    """A small real environment in .venv of a folder of its own, with course.py believing it lives there."""
    places = {"HERE": "", "VENV": ".venv", "STAMP": ".venv/course.json", "LOCK": ".course-lock", "BESIDE": ".jupyter"}
    for name, path in places.items():
        monkeypatch.setattr(course, name, small_environment / path)
    monkeypatch.setattr(course, "PYTHON", small_environment / course.PYTHON.relative_to(ROOT))
    for name in ("requirements.txt", "requirements-test.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, small_environment)
    shutil.copytree(ROOT / "etc", small_environment / "etc", dirs_exist_ok=True)
    course.write_stamp(finished=[course.key(course.LEARN)])
    return small_environment


def test_a_finished_environment_is_used_as_it_is(environment):
    assert course.is_ready(course.LEARN) and not course.is_ready(course.TEST)


def test_a_changed_requirement_is_noticed(environment):
    with (environment / "requirements.txt").open("a") as lines:
        lines.write("tabulate\n")
    assert course.is_sound() and not course.is_ready(course.LEARN)


def test_what_is_half_made_moved_or_broken_is_noticed(environment):
    finished = course.STAMP.read_text()
    course.write_stamp(unfinished=True)
    assert not course.is_sound()
    course.STAMP.write_text(finished.replace(environment.name, "elsewhere"))
    assert not course.is_sound()
    course.STAMP.write_text("{")
    assert not course.is_ready(course.LEARN)
    course.STAMP.write_text(finished)
    assert course.is_ready(course.LEARN)
    aside = course.PYTHON.rename(course.PYTHON.with_name("aside"))
    assert not course.is_ready(course.LEARN) and not course.is_sound()
    aside.rename(course.PYTHON)


def test_variables_that_lead_out_of_the_environment_are_dropped(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.setenv("PIP_USER", "1")
    clean = course.environment()
    assert "PYTHONPATH" not in clean and clean["PIP_USER"] == "0"


def test_what_the_environment_tells_ipython_is_part_of_it(environment):
    with (environment / "etc" / "ipython" / "ipython_config.py").open("a") as lines:
        lines.write("# changed\n")
    assert not course.is_ready(course.LEARN)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder nobody can write to")
def test_a_home_that_cannot_be_written_to_is_replaced(environment, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("JUPYTER_DATA_DIR", "my own")
    assert course.homes() == {} and not [*tmp_path.iterdir()]
    monkeypatch.setenv("HOME", "/proc")
    told = course.environment()
    assert told["JUPYTER_DATA_DIR"] == "my own"
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR", "PANCYTOPENIA_RECORD"):
        assert name in os.environ or Path(told[name]).is_relative_to(environment)


# -- one start after another -------------------------------------------------------------------------------------------

HOLDS = """
import subprocess, sys
sys.path.insert(0, sys.argv[1])
import course
with course.OneAtATime() as lock:
    child = subprocess.Popen([sys.executable, "-c", "print('mine', flush=True); input()"], pass_fds=lock.given())
    child.wait()
"""


def holder(folder: Path) -> subprocess.Popen:
    """A start in a folder that has the lock, and so has its child, until the child hears something."""
    one = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert one.stdout.readline() == "mine\n"
    return one


@posix
def test_a_start_waits_for_another_and_for_what_a_killed_one_left_running(fresh, monkeypatch, capfd):
    monkeypatch.setattr(course, "LOCK", fresh / ".course-lock")
    one = holder(fresh)
    second = course.OneAtATime()
    second.file = course.LOCK.open("a")
    assert not second.taken()
    one.kill()
    one.wait()
    assert not second.taken(), "its child still writes into .venv"
    one.stdin.close()
    second.file.close()
    with course.OneAtATime():
        pass
    with second as lock:
        third = course.OneAtATime()
        third.file = course.LOCK.open("a")
        assert not third.taken() and lock.given()
        third.file.close()


def test_a_disk_without_locks_does_not_stop_the_course(fresh, monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(course, "LOCK", fresh / ".course-lock")
    monkeypatch.setattr(fcntl, "flock", refuse)
    with course.OneAtATime():
        pass


# -- the whole way -----------------------------------------------------------------------------------------------------


class Start:
    """`python course.py --no-browser` in a folder, running; what it says is kept."""

    def __init__(self, folder: Path, port: int, **own: str):
        self.began = time.monotonic()
        self.log = folder.parent / f"said-{time.time_ns()}.txt"
        variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        # A CI that runs in the background ignores Ctrl-C, and what it starts would too.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "course.py", "--no-browser", "--port", str(port)],
                cwd=folder,
                env=variables | own,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        signal.signal(signal.SIGINT, before)

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, words: str, seconds: float) -> float:
        """Wait until it says these words; the seconds since it began."""
        while words not in self.said():
            assert self.process.poll() is None, f"it ended: {self.said()}"
            assert time.monotonic() - self.began < seconds, f"it did not say {words!r}: {self.said()}"
            time.sleep(0.1)
        return time.monotonic() - self.began

    def close(self) -> int:
        """Press Ctrl-C, as a terminal sends it; the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(30)

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)


def answer(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=30) as page:
            return page.status
    except urllib.error.HTTPError as error:
        return error.code


@dataclass
class Story:
    """What happened when a fresh copy was started, killed, started again, closed and started once more."""

    killed: str
    first: str
    beside: str
    second: str
    second_seconds: float
    codes: dict[str, int]
    closed_with: int
    stamps: tuple[int, int]
    size: float
    still_listening: bool
    told_ipython: bool
    trusted: list[str]
    beside_the_course: bool


TRUSTED = """
import sys, nbformat
from nbformat.sign import NotebookNotary
print(*[NotebookNotary().check_signature(nbformat.read(path, as_version=4)) for path in sys.argv[1:]])
"""


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> Story:
    home = tmp_path_factory.mktemp("launch")
    folder = clean_copy(home / "a $x é" / "course")
    own = {f"JUPYTER_{what}_DIR": str(home / what.lower()) for what in ("CONFIG", "DATA", "RUNTIME")}
    port = free_port()
    starts = [Start(folder, port, **own)]
    try:
        starts[0].wait_for("Fetching", 120)
        starts[0].process.kill()  # and not its pip
        starts[0].process.wait(30)
        killed = starts[0].said()
        starts += [Start(folder, port, **own), Start(folder, free_port(), **own)]
        for start in starts[1:]:
            start.wait_for("Ctrl-C here closes", 900)
        first, beside = sorted(starts[1:], key=lambda start: "Making" not in start.said())
        address = re.search(r"http://127\.0\.0\.1:\S+", first.said()).group()
        served = urlsplit(address)
        codes = {"with its token": answer(address), "without it": answer(f"http://{served.netloc}/api/contents")}
        closed_with = max(start.close() for start in starts[1:])
        stamp = (folder / ".venv" / "course.json").stat().st_mtime_ns
        starts.append(Start(folder, port, HOME="/proc" if Path("/proc/self").exists() else str(home)))
        seconds = starts[-1].wait_for("Ctrl-C here closes", 60)
        starts[-1].close()
    finally:
        for start in starts:
            if start.process.poll() is None:
                start.kill()
    with socket.socket() as probe:
        still_listening = probe.connect_ex(("127.0.0.1", port)) == 0
    files = [path.lstat() for path in (folder / ".venv").rglob("*")]
    size = sum(getattr(file, "st_blocks", file.st_size / 512) for file in files) * 512 / 2**20
    stamps = (stamp, (folder / ".venv" / "course.json").stat().st_mtime_ns)
    python, notebooks = folder / course.PYTHON.relative_to(ROOT), sorted((folder / "notebooks").glob("*.ipynb"))
    asked = subprocess.run(
        [python, "-c", TRUSTED, *notebooks], env=os.environ | own, capture_output=True, text=True, check=True
    )
    return Story(
        killed,
        first.said(),
        beside.said(),
        starts[-1].said(),
        seconds,
        codes,
        closed_with,
        stamps,
        size,
        still_listening,
        (folder / ".venv" / "etc" / "ipython" / "ipython_config.py").is_file(),
        asked.stdout.split(),
        (folder / ".jupyter" / "runtime").is_dir(),
    )


@posix
@pytest.mark.launch
class TestAFreshMachine:
    def test_it_shows_what_it_does(self, story):
        steps = ["1. Making .venv", "2. Fetching packages", "3. Unpacking", "The course is open at"]
        assert [step for step in steps if step in story.first] == steps
        assert re.search(r"^ +\d+  jupyterlab", story.first, re.MULTILINE)

    def test_a_half_made_environment_is_made_anew(self, story):
        assert "1. Making .venv" in story.killed and "3. Unpacking" not in story.killed
        assert "unfinished" in story.first

    def test_two_starts_at_once_wait_for_each_other(self, story):
        assert "waiting until it is done" in story.beside
        assert not any(word in story.beside for word in ("Making", "Fetching", "unfinished", "Ready after"))

    def test_ipython_is_told_of_the_course(self, story):
        assert story.told_ipython

    def test_its_notebooks_are_trusted(self, story):
        assert story.trusted and set(story.trusted) == {"True"}

    @pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder nobody can write to")
    def test_a_home_that_cannot_be_written_to_is_no_hindrance(self, story):
        assert story.beside_the_course

    def test_it_serves_the_course_to_who_has_the_token(self, story):
        assert story.codes == {"with its token": 200, "without it": 403}
        assert "/lab/tree/notebooks/00_start_here.ipynb?token=" in story.first

    def test_ctrl_c_closes_it(self, story):
        assert story.closed_with == 0 and not story.still_listening

    def test_a_second_start_installs_nothing(self, story):
        assert "Making" not in story.second and "Fetching" not in story.second
        assert story.stamps[0] == story.stamps[1]
        assert story.second_seconds < 30

    def test_the_environment_is_small(self, story):
        assert story.size <= MEGABYTES
