"""A course in mid-term goes on under this version: nothing lost, nobody regraded for nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from grading_course import (
    LESSON,
    RIGHT,
    grade,
    graded_now,
    hand_in,
    held,
    lesson,
    make_course,
    setting,
)

from tinygrad_lessons.classroom import storage
from tinygrad_lessons.classroom.author import editions, mistakes
from tinygrad_lessons.classroom.gradebook import course, gradebook
from tinygrad_lessons.classroom.grading import keeper, keys
from tinygrad_lessons.classroom.grading.plan import Grading
from tinygrad_lessons.classroom.grading.regrade import staging
from tinygrad_lessons.classroom.grading.result import Result
from tinygrad_lessons.classroom.grading.workers import Here, close_sandbox
from tinygrad_lessons.classroom.insight import class_report

CONFIG = """from tinygrad_lessons.classroom import nbgrader_steps

c = get_config()
nbgrader_steps.configure(c)
"""
MISTAKES = """from tinygrad_lessons.classroom.mistakes import also_right, mistake


@mistake("gram", "Which way round?")
def rows_not_columns(A):
    return A @ A.T


@also_right("gram")
def by_hand(A):
    return A.T @ A
"""
SOURCE = "7e4df297c78df0897219d6060b27cb5127b1f4c3fff9f17e2624fcc3c0230271"  # of version 0.1.0


def ground(folder):
    """What version 0.1.0 put into every key."""
    snapshot = gradebook.snapshot(course.db_url(folder), folder, LESSON)
    released = {k: snapshot[k] for k in ("lesson", "cells", "release")}
    parts = [released, ["cpu", "sim"], storage.digest(course.secret(folder).encode()), False]
    known = (folder / "mistakes" / f"{LESSON}.py").read_bytes()
    return storage.digest(json.dumps(parts, sort_keys=True).encode(), known, SOURCE.encode())


def line(folder, student, why):
    """A spool's line as version 0.1.0 wrote it."""
    data = (folder / "submitted" / student / LESSON / f"{LESSON}.ipynb").read_bytes()
    texts = {"check": "a_check", "device": "cpu", "mistake": "", "hint": "", "trouble": ""}
    return {
        "key": f"{ground(folder)}.{storage.digest(data)}",
        "student": student,
        "scores": {"check-gram": 0.0, "check-pca": 2.0, "why": None},
        "max": {"check-gram": 2.0, "check-pca": 2.0, "why": 3.0},
        "findings": ["Missing cells, put back: import."],
        "verdicts": [{"exercise": "gram", **texts, "why": why, "hidden": False, "passed": False}],
        "answers": ["why"],
        "read": True,
        "boundary": "fork server",
        "seconds": 5.8,
    }


@pytest.fixture
def folder(tmp_path):
    """Graded by version 0.1.0, but for eve, who came in later; ada's essay has 2 points by hand."""
    folder = make_course(tmp_path / "course")
    (folder / "nbgrader_config.py").write_text(CONFIG)
    (folder / "mistakes").mkdir()
    (folder / "mistakes" / f"{LESSON}.py").write_text(MISTAKES)
    for student in ("ada", "bob", "eve"):
        hand_in(folder, student, **RIGHT)
    lines = [
        line(folder, "ada", "gram is yours to write: lesson 03_gram, exercise 4"),
        line(folder, "bob", "gram(A): the shape is (3, 2), expected (2, 2)"),
    ]
    lines.append({"applied": {entry["student"]: entry["key"] for entry in lines}})
    (folder / ".grading").mkdir()
    spool = folder / ".grading" / f"{LESSON}.jsonl"
    spool.write_text("".join(json.dumps(entry) + "\n" for entry in lines))
    with gradebook.connect(course.db_url(folder)) as book:
        old = [Result(e["student"], e["scores"], notebook=json.dumps(lesson())) for e in lines[:2]]
        gradebook.write(book, LESSON, old)
        by_hand = book.find_grade("why", LESSON, LESSON, "ada")
        by_hand.manual_score, by_hand.needs_manual_grade = 2.0, False
        book.db.commit()
    for student in ("ada", "bob"):
        path = folder / "autograded" / student / LESSON / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(lesson()))
    yield folder
    close_sandbox()


def today(folder, **options):
    """As `grade`, by the grader as it is."""
    return grade(folder, version=keys.grader(), **options)


def test_only_who_came_in_later_is_graded_and_all_scores_stay(folder):
    old = {"check-gram": 0, "check-pca": 2, "why": None}
    rows, grading = today(folder)
    assert graded_now(rows) == ["eve"] and (grading.kept, grading.again) == (2, 0)
    assert held(folder) == {"ada": old, "bob": old, "eve": {**old, "check-gram": 2}}
    assert rows["ada"].wrong == ["not written: gram"] and rows["bob"].wrong == ["gram"]
    with gradebook.connect(course.db_url(folder)) as book:
        essay = book.find_grade("why", LESSON, LESSON, "ada")
        assert (essay.manual_score, essay.needs_manual_grade) == (2, False)
    assert graded_now(today(folder)[0]) == []


def test_the_spool_holds_both_formats_and_the_report_reads_them(folder):
    today(folder)
    found = {r.student: (r.format, r.version) for r in keeper.results(folder, LESSON)}
    assert found["ada"] == found["bob"] == (0, "0.1.0")
    assert found["eve"][0] == 1
    summary = class_report.summary(LESSON, list(keeper.results(folder, LESSON)))
    assert summary["exercises"][0]["who"] == {
        "passed": [], "part": [], "wrong": ["bob"], "unwritten": ["ada"],
    }  # fmt: skip


def test_a_lost_gradebook_is_filled_from_the_old_spool(folder):
    with gradebook.connect(course.db_url(folder)) as book:
        book.remove_submission(LESSON, "bob")
    assert graded_now(today(folder)[0]) == ["eve"]
    assert held(folder)["bob"] == {"check-gram": 0, "check-pca": 2, "why": None}


@pytest.mark.parametrize("file", ["mistakes/03_gram.py", ".secret"])
def test_what_decides_a_score_grades_them_again(folder, file):
    with open(folder / file, "a") as there:
        there.write("# mended")
    rows, grading = today(folder)
    assert graded_now(rows) == ["ada", "bob", "eve"] and grading.again == 2


def test_a_new_submission_of_one_is_graded(folder):
    hand_in(folder, "bob", **{**RIGHT, "pca": "1"})
    assert graded_now(today(folder)[0]) == ["bob", "eve"]
    assert held(folder)["bob"]["check-pca"] == 1


def test_regrade_shows_what_this_version_would_change(folder):
    grading = Grading(folder, LESSON, setting(folder), earlier=False)
    with staging(folder, LESSON) as stage:
        tasks, _ = grading.plan(stage)
        list(grading.run(tasks, Here(), stage))
        changes = [(c.student, c.before, c.after) for c in stage.changes()]
    assert changes == [("ada", 2, 4), ("bob", 2, 4), ("eve", None, 4)]


def test_a_course_of_that_version_finds_its_modules_under_their_old_names(folder):
    known = mistakes.answers(folder, LESSON)
    assert [(k.name, k.hint) for k in known] == [
        ("rows_not_columns", "Which way round?"), ("by_hand", ""),
    ]  # fmt: skip
    assert course.config(folder).Autograde.sanitize_preprocessors


def test_a_result_of_a_later_format_is_refused_with_its_version():
    later = Result("ada", {}).to_json() | {"format": 2, "version": "9.0"}
    with pytest.raises(Exception, match="made by version 9.0.*Install that version"):
        Result.from_json(later)


def deciding():
    return {p.relative_to(editions.REFERENCE) for p in keys.deciding_files()}


def test_every_file_of_the_reference_and_the_sandbox_decides_and_no_picture_or_page_does():
    files = deciding()
    every = {p.relative_to(editions.REFERENCE) for p in editions.REFERENCE.rglob("*.py")}
    tops = {p: p.parts[0] for p in every}
    core = {p for p, top in tops.items() if top not in ("lab", "classroom")}
    assert core <= files
    assert {p for p in every if "sandbox" in p.parts} <= files
    never = {"pictures", "commands", "insight", "student"}
    assert not [p for p in files if never & set(p.parts)]
    assert Path("classroom/grading/judge.py") in files


WORDS = {  # of what judging imports: what says or keeps something, and decides no score
    "classroom.author.mistakes", "classroom.grading.clock",
    "classroom.intake.suspect", "classroom.names", "lab.check", "lab.files", "lab.folder",
    "lab.predict", "lab.progress",
    "lab.remark", "lab.show",
}  # fmt: skip


def test_every_module_that_judging_needs_decides_or_only_says_something():
    code = "import sys, tinygrad_lessons.classroom.grading.assess; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    parts = [m.split(".")[1:] for m in done.stdout.split() if m.startswith("tinygrad_lessons.")]
    files = {".".join(p.with_suffix("").parts) for p in deciding()}
    needed = {".".join(p) for p in parts if p[0] in ("lab", "classroom")}
    packages = {m for m in needed if any(other.startswith(m + ".") for other in needed)}
    assert needed - packages - files <= WORDS


def test_a_changed_picture_page_or_sentence_of_prose_grades_nobody_again(folder, tmp_path):
    today(folder)
    path = folder / "release" / LESSON / f"{LESSON}.ipynb"
    notebook = json.loads(path.read_text())
    notebook["metadata"]["note"] = "a new title"
    path.write_text(json.dumps(notebook))
    assert graded_now(today(folder)[0]) == ["ada", "bob"]  # of version 0.1.0: any change counted
    notebook["metadata"]["note"] = "another"
    path.write_text(json.dumps(notebook))
    assert graded_now(today(folder)[0]) == []
    notebook["cells"][0]["source"] = "# another stub"
    path.write_text(json.dumps(notebook))
    assert graded_now(today(folder)[0]) == ["ada", "bob", "eve"]
