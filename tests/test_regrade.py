"""After a check was mended an instructor sees whose score would change, before it is written."""

from unittest import mock

import fake_grader
import pytest
from grading_course import LESSON, RIGHT, grade, hand_in, held, make_course
from grading_course import setting as setting_of

from tinygrad_lessons.classroom import Problem, storage
from tinygrad_lessons.classroom.author import lesson
from tinygrad_lessons.classroom.commands import runs
from tinygrad_lessons.classroom.gradebook import course, gradebook
from tinygrad_lessons.classroom.grading import keys, regrade
from tinygrad_lessons.classroom.grading.plan import Grading
from tinygrad_lessons.classroom.grading.workers import Here, close_sandbox
from tinygrad_lessons.classroom.insight import summary


@pytest.fixture
def folder(tmp_path):
    """Three students, graded; bob's gram was given 2 points by hand."""
    folder = make_course(tmp_path / "course")
    for student, gram in {"ada": "2", "bob": "1.5", "eve": "0"}.items():
        hand_in(folder, student, **{**RIGHT, "gram": gram})
    grade(folder)
    with gradebook.connect(course.db_url(folder)) as book:
        book.find_grade("check-gram", LESSON, LESSON, "bob").manual_score = 2.0
        book.db.commit()
    yield folder
    close_sandbox()


def staged(folder, apply=False, mended=True):
    """(changes, how many were graded) with a grader that gives at most 1 point for gram."""
    with mock.patch.object(keys, "grader", lambda: "mended" if mended else "1"):
        grading = Grading(folder, LESSON, setting_of(folder, fake_grader.harsh))
    with regrade.staging(folder, LESSON) as stage:
        tasks, rows = grading.plan(stage)
        assert all(r.score is not None for r in rows + list(grading.run(tasks, Here(), stage)))
        changes = stage.changes()
        if apply:
            stage.apply()
    return changes, len(tasks)


def test_what_would_change_is_shown_and_nothing_is_written(folder):
    before = held(folder)
    changes, count = staged(folder)
    assert count == 3
    assert [(c.student, c.before, c.after, c.cells, c.by_hand) for c in changes] == [
        ("ada", 4, 3, ["check-gram"], []),
        ("bob", 3.5, 3, ["check-gram"], ["check-gram"]),
    ]
    assert held(folder) == before
    rows = [[c for c in column.cells] for column in summary.changes(changes, 3).columns]
    assert rows[:4] == [["ada", "bob"], ["4", "3.5"], ["3", "3"], ["-1", "-0.5"]]
    assert "stays" in rows[4][1]
    assert summary.changes([], 3) == "No score of 3 submissions would change."


def test_a_check_that_was_mended_but_not_released_is_named():
    one = lesson.load("course", "03_gram")
    cells = [
        {"grade_id": c.metadata.nbgrader.grade_id, "cell_type": "code", "source": c.source,
         "metadata": dict(c.metadata.nbgrader)}
        for c in one.notebook.cells if c.cell_type == "code" and "nbgrader" in c.metadata
    ]  # fmt: skip
    assert runs.unreleased(one, {"cells": cells}) == []
    check = next(c for c in cells if c["grade_id"] == "check-gram")
    check["source"] = check["source"].replace("rng", "random", 1)
    next(c for c in cells if c["grade_id"] == "check-pca")["metadata"]["points"] = 9
    assert runs.unreleased(one, {"cells": cells}) == ["gram", "pca"]


def test_what_was_shown_is_written_when_asked_without_grading_again(folder):
    staged(folder)
    changes, count = staged(folder, apply=True)
    assert count == 0 and [c.student for c in changes] == ["ada", "bob"]
    assert {s: g["check-gram"] for s, g in held(folder).items()} == {"ada": 1, "bob": 1, "eve": 0}
    with gradebook.connect(course.db_url(folder)) as book:
        assert book.find_grade("check-gram", LESSON, LESSON, "bob").manual_score == 2
    assert staged(folder) == ([], 0)
    assert not list((folder / storage.FOLDER).glob("*regrade*"))


def test_a_submission_that_comes_in_between_is_graded_too(folder):
    staged(folder)
    hand_in(folder, "ada", **{**RIGHT, "pca": "1"})
    hand_in(folder, "new", **RIGHT)
    changes, count = staged(folder, apply=True)
    assert count == 2
    assert [(c.student, c.before, c.after) for c in changes] == [
        ("ada", 4, 2), ("bob", 3.5, 3), ("new", None, 3),
    ]  # fmt: skip
    assert held(folder)["ada"] == {"check-gram": 1, "check-pca": 1, "why": None}


def test_what_is_staged_but_no_longer_so_is_not_written(folder):
    staged(folder)
    assert staged(folder, apply=True, mended=False) == ([], 0)
    assert held(folder)["ada"]["check-gram"] == 2


def test_only_the_students_who_were_named(folder):
    for student in ("ada", "bob"):
        hand_in(folder, student, **{**RIGHT, "gram": "0"})
    rows, grading = grade(folder, only=["bob"])
    assert list(rows) == ["bob"] and grading.total == 1
    assert {s: g["check-gram"] for s, g in held(folder).items()} == {"ada": 2, "bob": 0, "eve": 0}
    with pytest.raises(Problem, match="'zoe' has handed in nothing of 03_gram. There are: ada"):
        runs.only(folder, LESSON, ["zoe"])
