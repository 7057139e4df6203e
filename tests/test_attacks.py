"""No submission crosses the boundary, gains a point, or costs another one any."""

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import numpy as np
import pytest
from attacks import BANK, COUNTS, FINDS, LEAVES

from tinygrad_lessons.classroom.grading.workers import Cluster
from tinygrad_lessons.classroom.sandbox import Check, Job, Limits, open_sandbox
from tinygrad_lessons.classroom.sandbox.policy import REFERENCE, interpreter
from tinygrad_lessons.classroom.sandbox.selftest import tiny_lesson, why_not

FORK_SERVER, BUBBLEWRAP = "fork server", "bubblewrap"
SEED = 20240229
MODULE = """
from .exercise import exercise, yours

@exercise("double")
def double(x):
    return yours("double", "00_test", 1)(x)

@exercise("square")
def square(x):
    return yours("square", "00_test", 2)(x)
"""
SOLUTION = """\
import tinygrad_lessons as torch
from tinygrad_lessons.exercise import complete

@complete("double")
def double(x):
    return x + x
"""
CHECK = """\
def {name}s(torch, device, rng, observe):
    x = rng.standard_normal(4)
    observe("{name}(x)", lambda: torch.{name}(x))
"""
REFERENCES = {
    "double": [],
    "square": [("double", "tinygrad_lessons.arithmetic", "def double(x):\n    return 2 * x\n")],
}
EXPECTED = {"double": lambda x: 2 * x, "square": lambda x: x * x}
LIMITS = {"cell_seconds": 10, "check_seconds": 10, "grace": 0.2, "notebook_seconds": 60}


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """What the attacks aim at: files, sockets, a lesson, this process."""
    here = tmp_path_factory.mktemp("course")
    submitted = here / "submitted/s02/03_gram/03_gram.ipynb"
    submitted.parent.mkdir(parents=True)
    for path in (here / "secret", here / "gradebook.db", submitted):
        path.write_text("secret")
    lesson = tiny_lesson(here / "lesson")
    package = lesson / "tinygrad_lessons"
    (package / "arithmetic.py").write_text(MODULE)
    with (package / "__init__.py").open("a") as file:
        file.write("\nfrom .arithmetic import double, square\n")
    name = f"lessons-attacked-{os.getpid()}"
    network = socket.create_server(("127.0.0.1", 0))
    with network, socket.socket(socket.AF_UNIX) as a, socket.socket(socket.AF_UNIX) as b:
        for listener, address in ((a, "\0" + name), (b, f"{here}/listening")):
            listener.bind(address)
            listener.listen()
        yield {
            "here": here,
            "lesson": lesson,
            "reference": REFERENCE,
            "pid": os.getpid(),
            "port": network.getsockname()[1],
            "socket": name,
        }


def sandboxes(way):
    if why_not(way):
        pytest.skip(why_not(way))
    with open_sandbox(way) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def fork_server():
    yield from sandboxes(FORK_SERVER)


@pytest.fixture(scope="module")
def bubblewrap():
    yield from sandboxes(BUBBLEWRAP)


def submission(host, attack, seed=SEED):
    cells = [SOLUTION, attack.cell] if not attack.before else [attack.cell, SOLUTION]
    if attack.square:
        cells.append(f'@complete("square")\ndef square(x):\n    {attack.square}')
    return job(host, [cell.format(**host) for cell in cells], seed, **attack.limits)


def job(host, cells, seed=SEED, **limits):
    checks = [
        Check(name, CHECK.format(name=name), f"{name}s", [("cpu", seed), ("sim", seed + 1)], before)
        for name, before in REFERENCES.items()
    ]
    return Job(host["lesson"], cells, checks, Limits(**(LIMITS | limits)))


def points(answer, seed=SEED):
    """{exercise: right on every device}, from observations alone."""
    names = dict(zip(REFERENCES, answer.checks, strict=True))
    return {
        name: all(
            right(name, run.seen[device], seed + k) for k, device in enumerate(("cpu", "sim"))
        )
        for name, run in names.items()
    }


def right(name, seen, seed):
    expected = EXPECTED[name](np.random.default_rng(seed).standard_normal(4))
    match seen:
        case [{"label": label, "value": {"dtype": "<f8", "shape": [4], "bytes": str(data)}}]:
            found = np.frombuffer(base64.b64decode(data))
            return label == f"{name}(x)" and np.allclose(found, expected)
    return False


def contents(folder):
    return {str(p): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


def hold(sandbox, host, attack):
    """All that must be true of any submission."""
    before = contents(host["here"])
    answer = sandbox.run(submission(host, attack))
    at = 0 if attack.before else 1
    shown = json.dumps([run.outputs for run in answer.cells])
    scored = points(answer)
    assert "crossed" not in shown, shown[:2000]
    assert contents(host["here"]) == before
    assert scored["double"] or attack.loses, answer
    assert not scored["square"]
    assert attack.status in ("", answer.cells[at].status), answer.cells[at]
    assert attack.finding in " ".join(answer.findings), answer.findings
    assert len(shown) < 2 * Limits().total
    assert shown.encode()
    kinds = {kind for run in answer.cells for o in run.outputs for kind in o.get("data", ())}
    assert kinds <= {"text/plain", "image/png"}
    if sandbox.name == FORK_SERVER:
        honest = sandbox.run(job(host, [SOLUTION]))
        assert points(honest)["double"], honest
        assert not honest.findings


def label(attack):
    return attack.name + (", slow" if attack.limits else "")


@pytest.mark.parametrize("attack", BANK, ids=label)
def test_an_attack_crosses_nothing_and_costs_nobody_else(attack, host, fork_server):
    hold(fork_server, host, attack)


@pytest.mark.parametrize(("files", "threads"), [(1, 0), (9, 2), (3000, 40)])
def test_what_a_submission_leaves_is_not_there_for_the_next(files, threads, host, fork_server):
    leaves = LEAVES.format(files=files, threads=threads)
    fresh = fork_server.run(job(host, [FINDS])).cells[0].outputs
    fork_server.run(job(host, [leaves, "import os\nos._exit(0)"]))
    fork_server.run(job(host, [leaves]))
    assert fork_server.run(job(host, [FINDS])).cells[0].outputs == fresh


def counts(sandbox, host):
    """The numbers of a process and of a file, as a submission sees them."""
    return np.array(sandbox.run(job(host, [COUNTS])).cells[0].outputs[0]["text"].split(), int)


def test_counters_tell_nothing_of_the_submission_before(host):
    first, after = [], []
    for cell in ("", LEAVES.format(files=9, threads=2), LEAVES.format(files=3000, threads=40)):
        with open_sandbox(FORK_SERVER) as sandbox:
            first.append(counts(sandbox, host))
            sandbox.run(job(host, [cell]))
            after.append(counts(sandbox, host))
    assert np.ptp(first, axis=0).tolist() == [0, 0]
    assert (after[1] == after[0]).all()
    assert (after[2] == first[0]).all()  # too much was used: a server of its own comes next


FEW = [
    "reads a secret", "looks for the reference", "writes outside", "signals everyone else",
    "an endless product", "makes files without end", "deep JSON", "becomes root",
]  # fmt: skip


@pytest.mark.parametrize("name", FEW)
def test_one_bubblewrap_per_submission_holds_too(name, host, bubblewrap):
    hold(bubblewrap, host, next(attack for attack in BANK if attack.name == name))


PAGES = (
    "", "status", "health", "metrics", "info/main/workers.html", "info/logs.html",
    "info/call-stacks/x.html", "json/counts.json", "json/identity.json", "api/v1/get_workers",
)  # fmt: skip


def test_other_users_of_the_machine_can_read_no_page_of_the_grader():
    with Cluster(workers=1) as grader:
        ports = [grader.cluster.scheduler.http_server.port]
        ports += grader.client.run(lambda dask_worker: dask_worker.http_server.port).values()
        for port in ports:
            with urlopen(f"http://127.0.0.1:{port}/sitemap.json", timeout=9) as listed:
                assert json.load(listed) == {"paths": ["/sitemap.json"]}
            for page in PAGES:
                with pytest.raises(HTTPError) as refused:
                    urlopen(f"http://127.0.0.1:{port}/{page}", timeout=9)
                assert refused.value.code == 404


ORDINARY = "attack_crosses", "leaves_is_not", "counters_tell"
AS_ORDINARY_USER = """\
mount --bind {base} /mnt
mount -t tmpfs -o mode=755 tmpfs {home}
mkdir -p {base}
mount --bind /mnt {base}
exec setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all --inh-caps=-all "$@"
"""


def can_mount():
    return os.geteuid() == 0 and shutil.which("setpriv") and not os.system("unshare -m true")


@pytest.mark.skipif(not can_mount(), reason="an ordinary user already, or no root to become one")
def test_everything_holds_for_an_ordinary_user():
    """The same bank, by a grader who is not root and whose Python may lie in root's home."""
    base, home = Path(interpreter()).parents[1], Path.home()
    if not base.is_relative_to(home):
        script = AS_ORDINARY_USER.splitlines()[-1]
    else:
        script = AS_ORDINARY_USER.format(base=base, home=home)
    pytest_ = [sys.executable, "-B", "-m", "pytest", "-x", "-p", "no:cacheprovider", __file__]
    pytest_ += ["-k", f"({' or '.join(ORDINARY)}) and not slow"]
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        done = subprocess.run(
            ["unshare", "-m", "bash", "-ec", script, "bash", *pytest_],
            capture_output=True,
            text=True,
            env=os.environ | {"HOME": folder, "TMPDIR": folder},
        )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    quick = sum(not attack.limits for attack in BANK)
    assert f"{quick + 4} passed" in done.stdout, done.stdout
