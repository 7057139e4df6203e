"""A small released course for tests of the classroom, made without nbgrader's slow steps."""

import atexit
import contextlib
import json
import os
import pwd
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from unittest import mock

import fake_grader
import nbformat
from nbgrader import api, utils

from tinygrad_lessons.classroom import DEVICES
from tinygrad_lessons.classroom.gradebook import course, gradebook
from tinygrad_lessons.classroom.grading import keys
from tinygrad_lessons.classroom.grading.keeper import keeping
from tinygrad_lessons.classroom.grading.plan import Grading
from tinygrad_lessons.classroom.grading.result import Result
from tinygrad_lessons.classroom.grading.workers import Here, Setting
from tinygrad_lessons.classroom.intake.reading import new_cell, new_notebook

LESSON = "03_gram"
RIGHT = {"gram": "2", "pca": "2", "why": "Because."}
ROLES = {
    "answer": {"solution": True, "grade": False, "locked": False},
    "test": {"solution": False, "grade": True, "locked": True, "points": 2},
    "locked": {"solution": False, "grade": False, "locked": True},
    "essay": {"solution": True, "grade": True, "locked": False, "points": 3},
}


def cell(name, kind, source, role):
    made = new_cell(kind, source)
    made.id = name
    marks = {"schema_version": 3, "grade_id": name, "cell_type": kind, "task": False, **ROLES[role]}
    made.metadata["nbgrader"] = nbformat.from_dict(marks)
    made.metadata.nbgrader.checksum = utils.compute_checksum(made)
    return made


def lesson():
    """Two exercises of 2 points each, and a question of 3 that a person grades."""
    cells = [
        cell("gram", "code", "# gram", "answer"),
        cell("check-gram", "code", "check('gram')", "test"),
        cell("pca", "code", "# pca", "answer"),
        cell("check-pca", "code", "check('pca')", "test"),
    ]
    return new_notebook([*cells, cell("why", "markdown", "Why?", "essay")])


def assert_lesson():
    """Ordinary nbgrader cells: a number to be set, and an assert of two points."""
    return new_notebook([
        cell("gram", "code", "x = 0", "answer"),
        cell("check-gram", "code", "assert x == 2, 'not two'", "test"),
        cell("pca", "code", "y = 0", "answer"),
        cell("check-pca", "code", "assert y == 2", "test"),
    ])  # fmt: skip


def make_course(folder, make_lesson=lesson):
    """A course folder with the lesson released and its gradebook filled; returns the folder."""
    shutil.copytree(_template(make_lesson), folder)
    return Path(folder)


@cache
def _template(make_lesson):
    """Filling a gradebook takes a second, copying one nothing."""
    folder = Path(tempfile.mkdtemp()) / "course"
    atexit.register(shutil.rmtree, folder.parent)
    _make(folder, f"sqlite:///{folder}/gradebook.db", make_lesson())
    (folder / "nbgrader_config.py").write_text("c = get_config()\n")
    return folder


def _make(folder, url, notebook):
    (folder / "release" / LESSON).mkdir(parents=True)
    (folder / "source" / LESSON).mkdir(parents=True)
    config = f"c = get_config()\nc.CourseDirectory.db_url = {url!r}\n"
    (folder / "nbgrader_config.py").write_text(config)
    for place in ("release", "source"):
        nbformat.write(notebook, folder / place / LESSON / f"{LESSON}.ipynb")
    fill(url, notebook)
    return folder


def fill(url, notebook):
    course.find_alembic()
    with api.Gradebook(url) as book:
        book.add_assignment(LESSON)
        book.add_notebook(LESSON, LESSON)
        for made in notebook.cells:
            marks, name = made.metadata.nbgrader, made.metadata.nbgrader.grade_id
            kind = dict(cell_type=made.cell_type)
            book.add_source_cell(name, LESSON, LESSON, source=made.source, locked=marks.locked,
                                 checksum=marks.checksum, **kind)  # fmt: skip
            if marks.grade:
                book.add_grade_cell(name, LESSON, LESSON, max_score=marks.points, **kind)
            if marks.solution:
                book.add_solution_cell(name, LESSON, LESSON)


def hand_in(course, student, notebook=None, *, text=None, **answers):
    """Put a submission in its place: the lesson with `answers`, or a notebook, or any text."""
    folder = Path(course) / "submitted" / student / LESSON
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{LESSON}.ipynb"
    notebook = notebook or lesson()
    for made in notebook.cells:
        name = made.metadata.get("nbgrader", {}).get("grade_id")
        made.source = answers.get(name, made.source)
    path.write_text(json.dumps(notebook) if text is None else text)
    return path


def result(student, scores, findings=(), notebook=None):
    """A grader's Result of one student."""
    most = {"check-gram": 2.0, "check-pca": 2.0, "why": 3.0}
    text = nbformat.writes(notebook or lesson())
    return Result(student, dict(scores), most, list(findings), notebook=text, boundary="fake")


def setting(folder, grader=fake_grader.grade, devices=DEVICES):
    snapshot = gradebook.snapshot(course.db_url(folder), folder, LESSON)
    return Setting(snapshot, course.secret(folder), devices, grader, fake_grader.open_sandbox)


def grade(folder, pool=None, version="1", grader=fake_grader.grade, devices=DEVICES, **options):
    """Grade all by a grader of this version; returns ({student: Row}, the Grading)."""
    with mock.patch.object(keys, "grader", lambda: version):
        grading = Grading(folder, LESSON, setting(folder, grader, devices), **options)
    with keeping(folder, LESSON) as keeper:
        tasks, rows = grading.plan(keeper)
        with pool or Here() as there:
            rows += [r for r in grading.run(tasks, there, keeper) if r]
        keeper.finish()
    return {r.student: r for r in rows}, grading


def held(folder):
    """{student: {grade_id: score}} as the gradebook has them."""
    with gradebook.connect(course.db_url(folder)) as book:
        return gradebook.scores(book, LESSON)


def graded_now(rows):
    """The students who were graded in this run."""
    return sorted(s for s, r in rows.items() if r.new)


@contextlib.contextmanager
def postgres():
    """The URL of a PostgreSQL of its own, with {} for the database; None: it is not installed."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not binaries:
        yield None
        return
    bin, folder = binaries[-1].parent, Path(tempfile.mkdtemp(prefix="pg"))
    as_user = {}
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        user = pwd.getpwnam("nobody")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = dict(user=user.pw_uid, group=user.pw_gid, extra_groups=[])

    def run(command, *options):
        subprocess.run([bin / command, *options], check=True, cwd=folder, stdout=-3, stderr=-3,
                       stdin=-3, **as_user)  # fmt: skip

    data = ["-D", str(folder / "data")]
    run("initdb", *data, "-U", "tester", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
    run("pg_ctl", *data, "-w", "-o", f"-k {folder} -c listen_addresses= -c fsync=off",
        "-l", str(folder / "log"), "start")  # fmt: skip
    try:
        yield f"postgresql+psycopg://tester@/{{}}?host={folder}"
    finally:
        run("pg_ctl", *data, "-m", "immediate", "stop")
        shutil.rmtree(folder)
