"""Ordinary nbgrader cells get here what stock nbgrader gives them, cell by cell.

One assignment of two notebooks, of every kind of cell; a few students; both graders side by side.
"""

import nbformat
import pytest
from grading_course import cell
from nbgrader import api
from typer.testing import CliRunner

from tinygrad_lessons.classroom.author import release
from tinygrad_lessons.classroom.commands import app
from tinygrad_lessons.classroom.gradebook import course as courses
from tinygrad_lessons.classroom.gradebook import gradebook
from tinygrad_lessons.classroom.grading import assess
from tinygrad_lessons.classroom.intake.reading import new_notebook
from tinygrad_lessons.classroom.sandbox import open_sandbox

NAME = "week 2 (sums)"
HIDDEN = "### BEGIN HIDDEN TESTS\nassert fib(10) == 55\nassert fib(0) == 0\n### END HIDDEN TESTS"
STUB = "### BEGIN SOLUTION\n{}\n### END SOLUTION"


def points(made, worth):
    made.metadata.nbgrader.points = worth
    return made


def task():
    made = cell("draw", "markdown", "Draw it.", "essay")
    made.metadata.nbgrader.update(task=True, grade=False, solution=False, locked=True)
    return made


def one():
    """Hidden tests, part of the points, no points, a file beside it, and three for a person."""
    return new_notebook([
        cell("title", "markdown", "# Sums", "locked"),
        cell("fib", "code", "def fib(n):\n    " + STUB.format("    return n").lstrip(), "answer"),
        points(cell("test-fib", "code", f"assert fib(1) == 1\n{HIDDEN}\nassert fib(2)", "test"), 4),
        cell("total", "code", STUB.format("total = 6"), "answer"),
        points(cell("test-total", "code", "0.5 * (total > 0) + 1.5 * (total == 6)", "test"), 2),
        points(cell("test-none", "code", "assert total == 6", "test"), 0),
        points(cell("test-file", "code", "assert open('data.txt').read() == '7'", "test"), 1),
        cell("plot", "code", "# draw it here", "essay"),
        cell("why", "markdown", "Why?", "essay"),
        task(),
    ])  # fmt: skip


def two():
    """The same ids once more; a magic, what a cell shows, and what an earlier test leaves."""
    return new_notebook([
        cell("fib", "code", STUB.format("found = [1]"), "answer"),
        points(cell("test-fib", "code", "found.append(2)\n%time len(found)", "test"), 2),
        points(cell("test-total", "code", "assert found == [1, 2]", "test"), 2),
        points(cell("test-shown", "code", "found[0] == 1", "test"), 3),
        points(cell("test-none", "code", "'well done'", "test"), 1),
    ])  # fmt: skip


FIB = "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)"
RIGHT = {"fib": FIB, "total": "total = 6", "plot": "print('a plot')", "why": "Because."}
HIDE = """\
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.showtraceback = lambda *a, **k: None
def fib(n): return 1"""
STUDENTS = {  # answers of problem one and two; None: that notebook is not handed in
    "right": (RIGHT, {"fib": "found = [1]"}),
    "nothing": ({}, {}),
    "half": ({"fib": "def fib(n): return 1", "total": "total = 1"}, {"fib": "found = [2]"}),
    "raises": ({"fib": "1 / 0", "total": "total = 'six'", "why": "?"}, {"fib": "found = ["}),
    "hides": ({"fib": HIDE, "total": "total = 6\nquit"}, None),
}


def hand_in(folder, student, answers):
    for name, given in zip(("one", "two"), answers, strict=True):
        if given is None:
            continue
        released = nbformat.read(folder / "release" / NAME / f"{name}.ipynb", 4)
        for each in released.cells:
            grade_id = each.metadata.get("nbgrader", {}).get("grade_id")
            each.source = given.get(grade_id, each.source)
        place = folder / "submitted" / student / NAME
        place.mkdir(parents=True, exist_ok=True)
        nbformat.write(released, place / f"{name}.ipynb")


def make(folder, config):
    source = folder / "source" / NAME
    source.mkdir(parents=True)
    (source / "data.txt").write_text("7")
    for name, made in (("one", one()), ("two", two())):
        made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(made, source / f"{name}.ipynb")
    (folder / "nbgrader_config.py").write_text(f"c = get_config()\n{config}")
    return folder


OURS = "from tinygrad_lessons.classroom.gradebook import steps\nsteps.configure(c)\n"


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    """The course as stock nbgrader has it, graded."""
    folder = make(tmp_path_factory.mktemp("stock"), "")
    courses.run(folder, "generate_assignment", NAME, force=True, create=True)
    for student, answers in STUDENTS.items():
        hand_in(folder, student, answers)
        courses.run(folder, "autograde", NAME, student, force=True)
    return folder


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    """The same course released and graded by our commands."""
    folder = make(tmp_path_factory.mktemp("ours"), OURS)
    release.release(folder, NAME)
    for student, answers in STUDENTS.items():
        hand_in(folder, student, answers)
    done = CliRunner().invoke(app(), ["grade", NAME, "--course", str(folder), "--workers", "1"])
    assert done.exit_code == 0, done.output
    assert done.output.count("Decided inside the student's process") == 2
    return folder


def grades(folder, student):
    """{(notebook, cell): (score or None, whether a person is asked)}"""
    with api.Gradebook(courses.db_url(folder)) as book:
        found = book.find_submission(NAME, student)
        return {
            (n.name, g.name): (g.auto_score, g.needs_manual_grade)
            for n in found.notebooks
            for g in n.grades
        }


@pytest.mark.parametrize("student", STUDENTS)
def test_every_cell_has_the_score_that_stock_nbgrader_gives(stock, ours, student):
    mine, theirs = grades(ours, student), grades(stock, student)
    for name, given in zip(("one", "two"), STUDENTS[student], strict=True):
        scores = {cell: grade for (notebook, cell), grade in mine.items() if notebook == name}
        if given is None:  # stock makes no row, and so no zero
            assert scores and not any(score for score, _ in scores.values())
        else:
            wanted = {cell: grade for (notebook, cell), grade in theirs.items() if notebook == name}
            assert scores == wanted


def test_students_do_not_see_what_stock_hides(ours):
    for student in STUDENTS:
        graded = (ours / "autograded" / student / NAME / "one.ipynb").read_text()
        assert "fib(10)" not in graded and "HIDDEN" not in graded


def test_every_other_command_takes_the_assignment(ours):
    run = CliRunner().invoke
    course = ["--course", str(ours)]
    assert run(app(), ["report", NAME, *course]).exit_code == 0
    assert (ours / "reports" / NAME / "two.html").exists()
    assert run(app(), ["feedback", NAME, *course]).exit_code == 0
    assert len(list((ours / "feedback" / "right" / NAME).glob("*.html"))) == 2
    out = ours / "grades.csv"
    done = run(app(), ["export", NAME, *course, "--output", str(out)])
    assert done.exit_code == 0 and "right" in out.read_text("utf-8-sig")
    again = run(app(), ["grade", NAME, *course])
    assert again.exit_code == 0, again.output


def test_nbgraders_own_command_gives_the_same_scores(ours):
    before = grades(ours, "half")
    courses.run(ours, "autograde", NAME, "half", force=True)
    assert grades(ours, "half") == before
    assert (ours / "autograded" / "half" / NAME / "one.ipynb").exists()


UNFAIR = {  # where stock is: see docs/instructor.md
    "warns": ("import warnings\nwarnings.warn('old')\nassert x == 2", "x = 2", 2.0),
    "an array's number": ("import numpy as np\nnp.float64(x)", "x = 0", 0.0),
    "less than nothing": ("-1", "x = 2", 0.0),
    "too much": ("3", "x = 2", 0.0),
    "a forged number": ("assert f() == 2", "import sys\ndef f():\n    sys.displayhook(2.0)", 0.0),
}


@pytest.fixture(scope="module")
def sandbox():
    with open_sandbox() as sandbox:
        yield sandbox


@pytest.mark.parametrize("what", UNFAIR)
def test_where_stock_is_unfair_the_score_is_right(tmp_path, sandbox, what):
    test, answer, score = UNFAIR[what]
    notebook = new_notebook([
        cell("x", "code", "x = None", "answer"), cell("test-x", "code", test, "test")
    ])  # fmt: skip
    cells = [
        {"grade_id": c.id, "cell_type": "code", "source": c.source,
         "metadata": dict(c.metadata.nbgrader), "locked": c.metadata.nbgrader.locked}
        for c in notebook.cells
    ]  # fmt: skip
    snapshot = {"lesson": "a", "course": str(tmp_path), "edition": str(tmp_path), "cells": cells,
                "release": notebook}  # fmt: skip
    submitted = nbformat.from_dict(notebook)
    submitted.cells[0].source = answer
    data = nbformat.writes(submitted).encode()
    assert assess.grade(data, "s", snapshot, "k", sandbox).scores == {"test-x": score}


def test_the_gradebook_holds_each_notebook_by_itself(ours):
    with gradebook.connect(courses.db_url(ours)) as book:
        first, second = (gradebook.scores(book, f"{NAME}/{n}") for n in ("one", "two"))
    assert first["right"]["test-fib"] == 4 and second["right"]["test-fib"] == 2
