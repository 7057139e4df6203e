"""Grading with the real sandbox on real workers: ends of every kind, and one grade for each."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from unittest import mock

import psutil
import pytest
from grading_course import LESSON, assert_lesson, hand_in, make_course

from tinygrad_lessons.classroom import coordinator, course, grade, gradebook
from tinygrad_lessons.classroom.pool import Cluster, Here, Setting, close_sandbox
from tinygrad_lessons.classroom.sandbox import open_sandbox
from tinygrad_lessons.classroom.sandbox.boxes import FORK_SERVER
from tinygrad_lessons.classroom.sandbox.selftest import tiny_lesson, why_not

pytestmark = pytest.mark.skipif(bool(why_not(FORK_SERVER)), reason=why_not(FORK_SERVER) or "")
COUNT = 40


@pytest.fixture
def folder(tmp_path):
    """Forty students, of whom every third is half right, and one who is quick to kill."""
    folder = make_course(tmp_path / "course", assert_lesson)
    tiny_lesson(folder / "release" / LESSON)
    for n in range(COUNT):
        y = "2" if n % 3 else "3"
        hand_in(folder, f"s{n:02}", assert_lesson(), gram="x = 2", pca=f"y = {y}")
    yield folder
    close_sandbox()


def grade_all(folder, pool):
    """{student: Row} of those that were graded now."""
    snapshot = gradebook.snapshot(course.db_url(folder), folder, LESSON)
    opens = partial(open_sandbox, way=FORK_SERVER)
    setting = Setting(snapshot, course.secret(folder), ("cpu",), grade.grade, opens)
    with mock.patch.object(coordinator, "version", lambda: "1"):
        grading = coordinator.Grading(folder, LESSON, setting)
    with coordinator.keeping(folder, LESSON) as keeper:
        tasks, _ = grading.plan(keeper)
        with pool as there:
            rows = [r for r in grading.run(tasks, there, keeper) if r]
    return {r.student: r for r in rows}


def exact(folder):
    with gradebook.connect(course.db_url(folder)) as book:
        held = gradebook.scores(book, LESSON)
    assert held == {
        f"s{n:02}": {"check-gram": 2, "check-pca": 2 if n % 3 else 0} for n in range(COUNT)
    }


PROGRAM = """
import sys
sys.path[:0] = {paths!r}
from pathlib import Path
from test_grading_for_real import Cluster, grade_all
if __name__ == "__main__":
    rows = grade_all(Path({folder!r}), Cluster(2))
    print([r.trouble for r in rows.values() if r.trouble], flush=True)
"""


def start(folder):
    here = Path(__file__).parent
    program = PROGRAM.format(paths=[str(here), str(here.parent)], folder=str(folder))
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return psutil.Popen([sys.executable, "-c", program], **pipes)


def wait_for(process, condition):
    """Whether the condition came true before the process ended."""
    while process.poll() is None:
        if condition():
            return True
        time.sleep(0.01)
    return False


def graded(folder):
    return len(list((folder / "autograded").glob("*")))


def test_a_worker_and_its_sandbox_are_killed_and_every_grade_is_there(folder):
    process = start(folder)
    assert wait_for(process, lambda: graded(folder) > 0)
    family = process.children(recursive=True)
    sandboxes = [p for p in family if "bwrap" in _command(p)]
    workers = [p for p in family if "spawn_main" in _command(p)]
    for victim in (sandboxes[0], workers[-1]):
        victim.kill()
    out, error = process.communicate(timeout=120)
    assert (out, process.returncode) == ("[]\n", 0), error[-2000:]
    exact(folder)


def test_kill_9_of_the_coordinator_leaves_no_process_and_the_same_command_does_the_rest(folder):
    process = start(folder)
    assert wait_for(process, lambda: graded(folder) > 0)
    family = process.children(recursive=True)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []
    done = graded(folder)
    rows = grade_all(folder, Here())
    assert 0 < done < COUNT and len(rows) <= COUNT - done + coordinator.BATCH
    exact(folder)


def _command(process):
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def test_a_cluster_elsewhere_is_reached_over_tls_only(folder, tmp_path):
    from distributed import LocalCluster
    from distributed.security import Security

    made = Security.temporary()
    files = {"tls_ca_file": made.tls_ca_file, "tls_client_cert": made.tls_client_cert,
             "tls_client_key": made.tls_client_key}  # fmt: skip
    for name, text in files.items():
        files[name] = tmp_path / name
        files[name].write_text(text)
    with LocalCluster(n_workers=1, threads_per_worker=1, security=made, dashboard_address=None,
                      host="tls://127.0.0.1") as elsewhere:  # fmt: skip
        rows = grade_all(folder, Cluster(scheduler=elsewhere.scheduler_address, **files))
    assert len(rows) == COUNT and not any(r.trouble for r in rows.values())
    exact(folder)
