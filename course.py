"""Opens the course, or runs its tests, on a machine that has Python 3.11 or newer and nothing else.

    python3 course.py              makes .venv beside this file, installs the course into it, opens JupyterLab
    python3 course.py test         runs every check of the project
    python3 course.py run          runs every notebook and stores its outputs (for those who write them)
    python3 course.py site         builds the course as plain files that run in a browser, into build/site

Standard library only. The syntax stays readable for old Pythons, so that they can say that they are too old.
"""

from __future__ import print_function

import sys

OLDEST = (3, 11)

if sys.version_info[:2] < OLDEST:
    print(
        "The course needs Python {0}.{1} or newer; this is Python {2}.{3}. "
        "Install a newer one from https://www.python.org/downloads/ and start the course with it, "
        "for example: python{0}.{1} course.py".format(*(OLDEST + tuple(sys.version_info[:2]))),
        file=sys.stderr,
    )
    sys.exit(1)

import argparse  # noqa: E402
import errno  # noqa: E402
import hashlib  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import pathlib  # noqa: E402
import re  # noqa: E402
import secrets  # noqa: E402
import shutil  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
import urllib.error  # noqa: E402
import urllib.request  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "course.json"
LOCK = HERE / ".course-lock"
BESIDE = HERE / ".jupyter"
SITE = "build/site"
FIRST_NOTEBOOK = "notebooks/00_start_here.ipynb"
LEARN = ["requirements.txt"]
TEST = ["requirements.txt", "requirements-test.txt"]

LAB_SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": False},
}

SIDE_BY_SIDE = ["--dist", "loadfile", "-n", str(max(2, min(4, os.cpu_count() or 2)))]
"""How many files of tests are run at the same time, each by one process."""
OF_THE_SITE = ("the course in a link, at length", ["-m", "pytest", "-m", "site or publish"])
"""Run before the site is published."""
CHECKS = [
    ("style of code and notebooks", ["-m", "ruff", "check"]),
    ("format of code and notebooks", ["-m", "ruff", "format", "--check"]),
    (
        "floors of the house",
        ["-c", "from importlinter.cli import lint_imports_command as check; check(['--no-logo'])"],
    ),
    ("scripts and styles of the page", ["tests/lint_scripts.py"]),
    ("tests without a browser", ["-m", "pytest", "-m", "not (browser or site or publish)"] + SIDE_BY_SIDE),
    ("tests in a browser, installed and in a link", ["-m", "pytest", "-m", "browser or site"] + SIDE_BY_SIDE),
    (
        "notebooks give the outputs they show",
        ["-m", "pytest"] + SIDE_BY_SIDE + ["--nbval", "--nbval-sanitize-with", "tests/nbval_sanitize.cfg", "notebooks"],
    ),
]


class Trouble(Exception):
    """A reason to stop, as a sentence for the person in front of the screen."""


# -- the environment ---------------------------------------------------------------------------------------------------


def key(files):
    """What an environment made from these requirement files depends on, as one short text."""
    made_of = hashlib.sha256("{0}.{1} {2}".format(sys.version_info[0], sys.version_info[1], HERE).encode())
    for name in files + ["pyproject.toml", "etc/ipython/ipython_config.py"]:
        made_of.update((HERE / name).read_bytes())
    return made_of.hexdigest()[:16]


def stamp():
    """What .venv says about itself: the keys it was finished for, and the folder it was made in."""
    try:
        said = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def write_stamp(**said):
    STAMP.write_text(json.dumps(dict(said, folder=str(HERE)), indent=1), encoding="utf-8")


def is_ready(files):
    """True if .venv was finished for exactly these requirements, and its Python still starts."""
    return key(files) in stamp().get("finished", []) and is_sound()


def is_sound():
    """True if packages may be installed into .venv as it is: finished earlier, not moved, and its Python answers."""
    said = stamp()
    if said.get("unfinished") or said.get("folder", str(HERE)) != str(HERE):
        return False
    ask = "import sys, pip; print(sys.version_info[:2] == {0} and sys.prefix != sys.base_prefix)".format(
        tuple(sys.version_info[:2])
    )
    try:
        answer = subprocess.run([str(PYTHON), "-c", ask], capture_output=True, text=True, env=environment(), timeout=60)
    except (OSError, subprocess.SubprocessError):
        return False
    return answer.stdout.strip() == "True"


def environment():
    """The variables a child starts with: this computer's, without those that would lead it out of .venv.

    Packages are installed uncompiled, which saves a fifth of the space, so what is imported must be kept compiled.
    """
    unwanted = ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    clean = {name: value for name, value in os.environ.items() if name not in unwanted}
    clean.update(PYTHONNOUSERSITE="1", PYTHONUTF8="1", PIP_USER="0", JUPYTER_PREFER_ENV_PATH="1")
    clean.update(homes())
    return clean


def homes():
    """Where Jupyter and the record keep their files: beside the course where the home folder cannot be written to."""
    home = pathlib.Path(os.path.expanduser("~"))
    folders = [home] + [home / name for name in (".jupyter", ".ipython", ".local/share/jupyter", "Library/Jupyter")]
    if all(can_write(folder) is None for folder in folders if folder == home or folder.exists()):
        return {}
    kept = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
        "MPLCONFIGDIR": "matplotlib",
        "PANCYTOPENIA_RECORD": "record",
    }
    return {name: os.environ.get(name) or str(BESIDE / folder) for name, folder in kept.items()}


def prepare(files):
    """Make .venv hold these requirements; do nothing if it does already."""
    if VENV.is_symlink() or (VENV.exists() and not VENV.is_dir()):
        raise Trouble(".venv is not a folder, and the course needs that name. Move it away and start again.")
    if is_ready(files):
        return
    check_writable(HERE)
    with OneAtATime() as lock:
        if is_ready(files):
            return
        began = time.time()
        if VENV.exists() and is_sound():
            print("The list of packages has changed; bringing .venv up to date.", flush=True)
        else:
            make_venv(lock)
        install(files, lock)
        print("Ready after {0:.0f} seconds.".format(time.time() - began), flush=True)


class OneAtATime:
    """Lets one start after another work on .venv.

    The operating system lets go of the lock when the last process that holds it ends, however it ends. Those that
    write into .venv are given it too: pip may outlive a killed start.
    """

    def __enter__(self):
        self.file = LOCK.open("a")
        waiting = False
        while not self.taken():
            if not waiting:
                print("Another start of the course is making .venv; waiting until it is done.", flush=True)
            waiting = True
            time.sleep(0.3)
        return self

    def taken(self):
        """True once the lock is ours, or where this disk knows no locks."""
        try:
            if os.name == "nt":
                import msvcrt

                msvcrt.locking(self.file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
        return True

    def given(self):
        """What a child must keep open to hold the lock as well."""
        return () if os.name == "nt" else (self.file.fileno(),)

    def __exit__(self, *_):
        self.file.close()


def can_write(folder):
    """None if files can be made in the folder, otherwise the error."""
    probe = folder / ".course-can-write"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return error
    return None


def check_writable(folder):
    """Stop with a sentence if nothing can be written into the folder."""
    error = can_write(folder)
    if error:
        raise Trouble(
            "Nothing can be written in {0} ({1}). The course keeps its packages and your work there: "
            "copy the whole folder to a place of your own, for example Documents, and start it there.".format(
                folder, error.strerror
            )
        )


def make_venv(lock):
    """A new, empty .venv; an unfinished or broken one is removed first."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise Trouble(
            "This Python comes without its venv module. On Debian or Ubuntu: sudo apt install python{0}.{1}-venv. "
            "Elsewhere: install Python from https://www.python.org/downloads/. Then start the course again.".format(
                *sys.version_info[:2]
            )
        )
    if VENV.exists():
        print("The .venv found here is unfinished, broken or moved; making it anew.", flush=True)
        try:
            shutil.rmtree(VENV)
        except OSError as error:
            raise Trouble(
                "The old .venv can't be removed ({0}). Close JupyterLab and every other program that uses it, "
                "delete the folder {1} by hand, and start again.".format(error.strerror, VENV)
            )
    print("First start: this takes a minute or two, about 110 MB to fetch and 450 MB on disk.", flush=True)
    print("1. Making .venv with Python {0}.{1}.{2}".format(*sys.version_info[:3]), flush=True)
    VENV.mkdir()
    write_stamp(unfinished=True)
    base = getattr(sys, "_base_executable", None) or sys.executable
    made = subprocess.run(
        [base, "-m", "venv", str(VENV)], capture_output=True, text=True, env=environment(), pass_fds=lock.given()
    )
    if made.returncode:
        last = (made.stdout + made.stderr).strip().splitlines()[-1:] or ["it gave no reason"]
        raise Trouble("Python could not make .venv: {0}.{1}".format(last[0].rstrip("."), advice(last[0])))


def install(files, lock):
    """pip install these requirement files into .venv, saying what it does."""
    before = stamp()
    command = [str(PYTHON), "-m", "pip", "install", "--no-compile", "--progress-bar", "off", "--no-input"]
    for name in files:
        command += ["-r", name]
    print("2. Fetching packages", flush=True)
    said, touched = [], False
    pip = subprocess.Popen(
        command,
        cwd=str(HERE),
        env=dict(environment(), PIP_DISABLE_PIP_VERSION_CHECK="1", PYTHONUNBUFFERED="1"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        pass_fds=lock.given(),
    )
    with pip, Progress() as progress:
        try:
            for line in pip.stdout:
                said.append(line.rstrip())
                if line.startswith("Collecting "):
                    progress.show(line.split(" (")[0].replace("Collecting ", "", 1).strip())
                elif "Retrying (" in line:
                    progress.show("no answer from the network, trying again")
                elif line.startswith("Installing collected packages"):
                    touched = True
                    write_stamp(unfinished=True)
                    progress.close()
                    total = line.count(",") + 1
                    print("3. Unpacking {0} packages".format(total), flush=True)
                    progress.count_up(total)
        except BaseException:
            pip.kill()
            raise
    if pip.returncode:
        if before.get("finished") and not touched:
            write_stamp(finished=before["finished"])
        raise Trouble(why_pip_failed(said))
    works = subprocess.run(
        [str(PYTHON), "-c", "import helpers, jupyterlab, pandas, matplotlib.figure, ipywidgets, anywidget"],
        cwd=str(VENV),
        capture_output=True,
        text=True,
        env=environment(),
    )
    if works.returncode:
        raise Trouble(
            "The packages are installed but do not start: {0}. Start the course again to install them anew; "
            "if this comes back, please report it with this line.".format(
                (works.stderr.strip().splitlines() or ["it gave no reason"])[-1]
            )
        )
    settle_lab(VENV / "etc" / "jupyter")
    trust()
    write_stamp(finished=sorted({key(LEARN), key(files)}))


def trust():
    """Tell Jupyter that the notebooks that came with the course are this person's own, so that it asks no questions."""
    shipped = [str(path) for path in sorted((HERE / "notebooks").glob("*.ipynb"))]
    command = [str(PYTHON), "-m", "nbformat.sign"] + shipped
    subprocess.run(command, cwd=str(HERE), env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def settle_lab(config):
    """Tell the JupyterLab that reads this configuration folder to ask for no news and to store no widget state."""
    folder = config / "labconfig"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "default_setting_overrides.json").write_text(json.dumps(LAB_SETTINGS, indent=1), encoding="utf-8")


class Progress:
    """What is going on, in one line that changes on a terminal, in plain lines elsewhere."""

    def __init__(self):
        self.live = sys.stdout.isatty()
        self.done = threading.Event()
        self.seen = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.done.set()
        self.close()

    def show(self, text):
        self.seen += 1
        width = shutil.get_terminal_size().columns - 1
        if self.live:
            print("\r" + "   {0:3d}  {1}".format(self.seen, text)[:width].ljust(width), end="", flush=True)
        else:
            print("   {0:3d}  {1}".format(self.seen, text), flush=True)

    def count_up(self, total):
        """Keep saying how many packages lie in .venv, until done."""
        start = len(unpacked())

        def tell():
            while not self.done.wait(1 if self.live else 5):
                self.seen = min(len(unpacked()) - start, total) - 1
                self.show("of {0}".format(total))

        threading.Thread(target=tell, daemon=True).start()

    def close(self):
        if self.live and self.seen:
            print(flush=True)
        self.seen = 0


def unpacked():
    return list(
        VENV.glob("Lib/site-packages/*.dist-info" if os.name == "nt" else "lib/python*/site-packages/*.dist-info")
    )


NETWORK = (
    "NewConnectionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "Read timed out",
    "name resolution",
    "getaddrinfo failed",
    "nodename nor servname",
    "Network is unreachable",
    "ProxyError",
    "Cannot connect to proxy",
    "SSLError",
    "CERTIFICATE_VERIFY_FAILED",
    "IncompleteRead",
    "RemoteDisconnected",
    "Connection reset",
    "HTTP error 5",
    "(from versions: none)",
)


def why_pip_failed(said):
    """A sentence for the end of what pip said."""
    spoken = [line.strip() for line in said if line.strip() and not line.startswith("note:")]
    errors = [line for line in spoken if line.lower().startswith("error:")] or spoken or ["pip gave no reason"]
    reason = re.sub("^error: ", "", errors[-1], flags=re.IGNORECASE)
    signs = [sign for sign in NETWORK if any(sign in line for line in said)]
    if signs:
        return (
            "The packages can't be fetched: the network does not answer (pip says: {0}). The first start needs the "
            "internet, later ones do not. Check the connection, or the proxy if your network has one, "
            "and start again.".format(signs[0])
        )
    return "pip could not install the packages: {0}.{1}".format(reason.rstrip("."), advice(reason))


def advice(reason):
    """What to do about a message of the operating system."""
    if os.strerror(errno.ENOSPC) in reason:
        return " Free about 1 GB on this disk and start again."
    if os.strerror(errno.EACCES) in reason:
        return " Copy the course to a folder of your own and start it there."
    return " Delete the folder .venv and start again; if this comes back, please report it with this line."


# -- opening the course ------------------------------------------------------------------------------------------------


def free_port(wanted):
    """The port to serve on: the wanted one, or else the first free one from 8888."""
    for port in [wanted] if wanted else range(8888, 8938):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            if os.name != "nt":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except PermissionError:
                raise Trouble(
                    "This computer does not let you use port {0}. Try another one: "
                    "python3 course.py --port 8899".format(port)
                )
            except OSError:
                continue
            return port
    if wanted:
        raise Trouble(
            "Port {0} is taken by another program. Leave --port out to let the course find a free one, "
            "or name another.".format(wanted)
        )
    raise Trouble("The ports 8888 to 8937 are all taken. Name a free one: python3 course.py --port 9000")


def lab_options(folder, port):
    """How JupyterLab serves the course: on this computer only, on this port, asking nothing of the internet."""
    options = [
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port={0}".format(port),
        "--ServerApp.port_retries=0",
        "--ServerApp.base_url=/",
        "--ServerApp.root_dir={0}".format(folder),
        "--ServerApp.answer_yes=True",
        "--Application.log_level=ERROR",
        "--KernelManager.transport_encryption=auto",
        "--LabApp.default_url=/lab/tree/{0}".format(FIRST_NOTEBOOK),
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    return options


def open_course(browser, wanted_port):
    """Serve the course with JupyterLab until it is closed."""
    if not (HERE / FIRST_NOTEBOOK).exists():
        raise Trouble("{0} is missing: this copy of the course is not whole. Fetch it again.".format(FIRST_NOTEBOOK))
    port = free_port(wanted_port)
    prepare(LEARN)
    token = secrets.token_hex(16)
    command = [str(PYTHON), "-m", "jupyterlab"] + lab_options(HERE, port)
    command.append("--ServerApp.open_browser={0}".format(browser))
    print("Opening the course ...", flush=True)
    lab = subprocess.Popen(command, cwd=str(HERE), env=dict(environment(), JUPYTER_TOKEN=token))
    try:
        wait_until_it_answers(lab, port)
        print("\nThe course is open at\n", flush=True)
        print("    http://127.0.0.1:{0}/lab/tree/{1}?token={2}\n".format(port, FIRST_NOTEBOOK, token), flush=True)
        print("Keep this window open while you work. Ctrl-C here closes the course.", flush=True)
        return lab.wait()
    finally:
        close(lab)


def wait_until_it_answers(lab, port, seconds=180):
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.time() + seconds
    while time.time() < end:
        if lab.poll() is not None:
            raise Trouble(
                "JupyterLab did not start; its last words stand above. "
                "If they do not help, delete the folder .venv and start again."
            )
        try:
            with direct.open("http://127.0.0.1:{0}/api".format(port), timeout=5):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.2)
    raise Trouble("JupyterLab did not answer within {0} seconds. Start again.".format(seconds))


def close(lab):
    """End JupyterLab and its kernels: politely, then firmly."""
    for stop in (lab.terminate, lab.kill):
        if lab.poll() is None:
            stop()
            try:
                lab.wait(15)
            except subprocess.TimeoutExpired:
                continue


# -- for those who work on the course ----------------------------------------------------------------------------------


def test_site():
    """Run the tests of the course in a link, the long ones too; 0 if none failed."""
    prepare(TEST)
    return 0 if passes(OF_THE_SITE) else 1


def test():
    """Run every check, then say which failed; 0 if none did."""
    prepare(TEST)
    failed = [check[0] for check in CHECKS if not passes(check)]
    print("\nFailed: " + "; ".join(failed) if failed else "\nEverything passed.", flush=True)
    return 1 if failed else 0


def passes(check):
    """Run one check on an empty learner's record and say what came of it; whether it passed."""
    title, command = check
    print("\n== {0}".format(title), flush=True)
    began = time.time()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as record:
        own = dict(environment(), PANCYTOPENIA_RECORD=record)
        code = subprocess.run([str(PYTHON)] + command, cwd=str(HERE), env=own).returncode
    print("== {0} after {1:.0f} s".format("failed" if code else "passed", time.time() - began), flush=True)
    return code == 0


def run_notebooks():
    """Run every notebook from top to bottom and store what it shows."""
    prepare(LEARN)
    return subprocess.run([str(PYTHON), "tests/execute.py", "notebooks"], cwd=str(HERE), env=environment()).returncode


def build_site(pyodide, serve, wanted_port):
    """Build the course as plain files that run in a browser; show them on this computer if asked to."""
    port = free_port(wanted_port) if serve else None
    prepare(LEARN)
    command = [str(PYTHON), "website/build.py"] + (["--pyodide", os.path.abspath(pyodide)] if pyodide else [])
    code = subprocess.run(command, cwd=str(HERE), env=environment()).returncode
    if code or not serve:
        return code
    print("\nThe course is shown at\n\n    http://127.0.0.1:{0}/\n\nCtrl-C here ends it.".format(port), flush=True)
    show = [str(PYTHON), "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(HERE / SITE)]
    return subprocess.run(show, env=environment(), stderr=subprocess.DEVNULL).returncode


def port_number(text):
    try:
        port = int(text)
    except ValueError:
        port = 0
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a whole number from 1 to 65535, not {0!r}".format(text))
    return port


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="course.py",
        description="Opens the course in JupyterLab. The first start installs it into .venv beside this file.",
    )
    parser.add_argument(
        "command",
        nargs="?",
        choices=["open", "test", "run", "site"],
        default="open",
        help="open: the course, for learning (this is what happens without a word); test: every check of the "
        "project; run: every notebook, storing its outputs; site: the course as plain files for the browser, in "
        "build/site",
    )
    parser.add_argument("--no-browser", action="store_true", help="print the address and open no browser")
    parser.add_argument("--port", type=port_number, help="serve on this port (otherwise a free one from 8888)")
    parser.add_argument("--site", action="store_true", help="test: the course in a link, and nothing else")
    parser.add_argument("--pyodide", help="site: a folder with Pyodide's files (otherwise they are fetched)")
    parser.add_argument("--serve", action="store_true", help="site: show it on this computer once it is built")
    chosen = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if chosen.command == "test":
            return test_site() if chosen.site else test()
        if chosen.command == "run":
            return run_notebooks()
        if chosen.command == "site":
            return build_site(chosen.pyodide, chosen.serve, chosen.port)
        return open_course(not chosen.no_browser, chosen.port)
    except Trouble as trouble:
        print("\n{0}".format(trouble), file=sys.stderr)
        return 1
    except OSError as error:
        print(
            "\nThe course cannot go on: {0}. Is the disk full, or a file of the course missing?".format(error),
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        if stamp().get("unfinished"):
            print("\nStopped before everything was installed. Start again to finish.", file=sys.stderr)
            return 130
        print("\nClosed.", file=sys.stderr)
        return 0 if chosen.command == "open" else 130


if __name__ == "__main__":
    sys.exit(main())
