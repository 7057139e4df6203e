"""Grading with the real sandbox on real workers: ends of every kind, and one grade for each."""

import json
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

from tinygrad_lessons.classroom.gradebook import course, gradebook
from tinygrad_lessons.classroom.grading import assess, keys
from tinygrad_lessons.classroom.grading.keeper import BATCH, keeping
from tinygrad_lessons.classroom.grading.plan import Grading
from tinygrad_lessons.classroom.grading.workers import Cluster, Here, Setting, close_sandbox
from tinygrad_lessons.classroom.intake.reading import new_cell
from tinygrad_lessons.classroom.sandbox import open_sandbox
from tinygrad_lessons.classroom.sandbox.sandbox import FORK_SERVER
from tinygrad_lessons.classroom.sandbox.selftest import tiny_lesson, why_not

pytestmark = pytest.mark.skipif(bool(why_not(FORK_SERVER)), reason=why_not(FORK_SERVER) or "")
COUNT = 40


def released(tmp_path):
    """A released course whose edition is the least that the sandbox needs."""
    folder = make_course(tmp_path / "course", assert_lesson)
    tiny_lesson(folder / "release" / LESSON)
    return folder


@pytest.fixture
def folder(tmp_path):
    """Forty students, of whom every third is half right."""
    folder = released(tmp_path)
    for n in range(COUNT):
        y = "2" if n % 3 else "3"
        hand_in(folder, f"s{n:02}", assert_lesson(), gram="x = 2", pca=f"y = {y}")
    yield folder
    close_sandbox()


def grade_all(folder, pool):
    """{student: Row} of those that were graded now."""
    snapshot = gradebook.snapshot(course.db_url(folder), folder, LESSON)
    opens = partial(open_sandbox, way=FORK_SERVER)
    setting = Setting(snapshot, course.secret(folder), ("cpu",), assess.grade, opens)
    with mock.patch.object(keys, "grader", lambda: "1"):
        grading = Grading(folder, LESSON, setting)
    with keeping(folder, LESSON) as keeper:
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


def right():
    notebook = assert_lesson()
    notebook.cells[0].source, notebook.cells[2].source = "x = 2", "y = 2"
    return notebook


def v3(notebook):
    """The same notebook as IPython 3 wrote it."""
    cells = [
        {"cell_type": "code", "input": c.source, "metadata": c.metadata, "outputs": []}
        for c in notebook.cells
    ]
    return json.dumps({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}]})


def but(change):
    """A right notebook after `change(notebook)`."""
    notebook = right()
    change(notebook)
    return json.dumps(notebook)


def retag(notebook):
    for c in notebook.cells:
        c.metadata.update(tags=["skip-execution"], nbgrader={**c.metadata.nbgrader, "points": 99})


def more(*cells, at=None):
    """Puts cells of the student's own into the notebook."""

    def change(notebook):
        place = len(notebook.cells) if at is None else at
        notebook.cells[place:place] = [new_cell("code", source) for source in cells]

    return change


LOUD = """import sys, threading, time, warnings
warnings.warn("beware")
print("to stderr", file=sys.stderr)
threading.Thread(target=time.sleep, args=(60,)).start()"""

ARRIVING = {  # what was handed in, points of 4, a word of the findings
    "right": (but(lambda n: None), 4, ""),
    "empty": ("", 0, "The file is empty"),
    "cut": (but(lambda n: None)[:-30], 0, "cut off"),
    "no-json": ("<html>", 0, "no JSON"),
    "list": ("[1]", 0, "holds a list"),
    "deep": ("[" * 100_000, 0, "nested without end"),
    "latin-1": (but(more("# é")).replace("\\u00e9", "é").encode("latin-1"), 4, "Latin-1"),
    "bom": (b"\xef\xbb\xbf" + but(lambda n: None).encode(), 4, ""),
    "v3": (v3(right()), 4, "old format 3"),
    "v5": (but(lambda n: n.update(nbformat=5)), 4, "format 5"),
    "large": (b" " * (50 << 20), 0, "50 MB"),
    "many": (but(more(*["z = 1"] * 1000)), 4, ""),
    "reversed": (but(lambda n: n.cells.reverse()), 4, "Moved cells"),
    "no-tests": (but(lambda n: n.update(cells=n.cells[::2])), 4, "put back"),
    "copied": (but(lambda n: n.cells.extend(right().cells)), 4, "More than one copy"),
    "own-cell": (but(lambda n: n.cells[0].update(metadata={})), 4, "without their marks"),
    "retyped": (but(lambda n: n.cells[0].update(cell_type="markdown")), 4, "another type"),
    "retagged": (but(retag), 4, ""),
    "test-changed": (but(lambda n: n.cells[1].update(source="100.0")), 4, "original counts"),
    "loud": (but(more(LOUD, at=0)), 4, ""),
    "half": (but(lambda n: n.cells[2].update(source="y = 3")), 2, ""),
    "prints-points": (but(lambda n: n.cells[2].update(source="2.0")), 2, ""),
}  # fmt: skip


def test_as_they_arrive_each_gets_its_score_or_a_finding_and_the_maximum_stays(tmp_path):
    folder = released(tmp_path)
    for student, (content, _, _) in ARRIVING.items():
        path = hand_in(folder, student, text="")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    rows = grade_all(folder, Here())
    close_sandbox()
    assert {s: (r.score, r.max, r.trouble) for s, r in rows.items()} == {
        s: (score, 4, "") for s, (_, score, _) in ARRIVING.items()
    }
    for student, (_, _, words) in ARRIVING.items():
        assert words in " ".join(rows[student].findings), student


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
    assert 0 < done < COUNT and len(rows) <= COUNT - done + BATCH
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
