"""The class list, due dates, extensions and penalties: what an instructor brings and sets."""

from datetime import datetime

import pytest
from grading_course import LESSON, make_course, result
from typer.testing import CliRunner

from tinygrad_lessons.classroom import Problem
from tinygrad_lessons.classroom.commands import app
from tinygrad_lessons.classroom.gradebook import course, export, gradebook, roster

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,03_gram (1)
    Points Possible,,,,,27
"Doe, Jane",7,0012,jdoe,A 1,
"Öz, Zoë",8,,,B,
"Student, Test",9,,,A 1,
"""
MOODLE = """Identifier,"Full name","ID number","Email address",Status,Grade
"Participant 5","Jane Doe",s12,jane@x.edu,"Submitted",
"Participant 6","Bob van Dam",,bob@x.edu,"-",
"""
NBGRADER = "id,first_name,last_name,email,lms_user_id\nada,Ada,Lovelace,a@x.edu,3\n"
SEMICOLONS = "Vorname;Nachname;E-Mail-Adresse\nZoë;Öz;zoe@x.edu\n"
LISTS = {  # a table: (id, first, last, email, number in Canvas, section) of each student
    CANVAS: [("jdoe", "Jane", "Doe", "", "7", "A 1"), ("Zoë Öz", "Zoë", "Öz", "", "8", "B")],
    MOODLE: [("s12", "Jane", "Doe", "jane@x.edu", "", ""),
             ("bob", "Bob van", "Dam", "bob@x.edu", "", "")],
    NBGRADER: [("ada", "Ada", "Lovelace", "a@x.edu", "3", "")],
    SEMICOLONS: [("zoe", "Zoë", "Öz", "zoe@x.edu", "", "")],
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    return make_course(tmp_path / "course")


def run(*arguments, code=0):
    """What a command prints, in one line; a Problem's words where it is one."""
    done = CliRunner(env={"COLUMNS": "150"}).invoke(app(), [str(a) for a in arguments])
    if isinstance(done.exception, Problem):
        return str(done.exception)
    assert done.exit_code == code, (done.output, done.exception)
    return " ".join(done.output.split())


@pytest.mark.parametrize("text", LISTS)
@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "latin-1"])
def test_a_list_of_canvas_moodle_nbgrader_or_ones_own_is_read(tmp_path, text, code):
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode(code))
    names = ("id", "first_name", "last_name", "email", "lms_user_id", "section")
    assert [tuple(p[n] for n in names) for p in roster.read(path)] == LISTS[text]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no students"),
        ("id,email\n", "has no students"),
        ("name,section\n,A\n", "line 2: nothing there can be a student's id.*--id COLUMN"),
        ("id\nada\nada\n", "has 'ada' twice"),
        ("id\na/b\n", "line 2: 'a/b' is no student's id"),
    ],
)
def test_a_table_that_is_no_class_list_is_refused(tmp_path, text, words):
    (tmp_path / "r.csv").write_text(text)
    with pytest.raises(Problem, match=words):
        roster.read(tmp_path / "r.csv")


def test_a_column_can_be_chosen(tmp_path):
    (tmp_path / "r.csv").write_text("matricule,email\nm1,a@x.edu\n")
    assert roster.read(tmp_path / "r.csv", "matricule")[0]["id"] == "m1"
    with pytest.raises(Problem, match="no column 'code'. There are: matricule, email"):
        roster.read(tmp_path / "r.csv", "code")


def test_it_is_imported_shown_and_corrected(folder, tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text(CANVAS)
    course_ = ["--course", folder]
    assert "2 new, 0 corrected" in run("roster", "import", path, *course_)
    assert "0 new, 0 corrected" in run("roster", "import", path, *course_)
    path.write_text("id,first_name,last_name,email,lms_user_id\nother,Joan,Doe,j@x.edu,7\n")
    assert "0 new, 1 corrected" in run("roster", "import", path, *course_)
    said = run("roster", *course_)
    assert "jdoe │ Joan Doe │ j@x.edu │ 7 │ A 1" in said and "2 students." in said
    assert "lessons roster import FILE.csv" in run("roster", "import", *course_)


def test_collect_asks_about_who_is_on_no_roster(folder, tmp_path):
    (tmp_path / "roster.csv").write_text(CANVAS)
    run("roster", "import", tmp_path / "roster.csv", "--course", folder)
    download = tmp_path / "downloads"
    download.mkdir()
    for name in ("doejane_LATE_7_1_03_gram.ipynb", "typo_99_2_03_gram.ipynb"):
        (download / name).write_text('{"nbformat": 4, "cells": []}')
    command = ["collect", LESSON, download, "--course", folder]
    said = run(*command, "--dry-run", code=1)
    assert "jdoe │ doejane │ new │ late" in said and "would come to" in said
    assert not (folder / "submitted").exists()
    said = run(*command, code=1)
    assert "On no roster, left out: typo To take them as new students: --new." in said
    assert [p.name for p in (folder / "submitted").iterdir()] == ["jdoe"]
    assert "1 new, 1 unchanged" in run(*command, "--new")
    (tmp_path / "times.csv").write_text("student,submitted\njdoe,2024-03-02 12:00 UTC\n")
    assert "2 unchanged" in run(*command, "--times", tmp_path / "times.csv")
    stamp = (folder / "submitted" / "jdoe" / LESSON / "timestamp.txt").read_text()
    assert stamp == "2024-03-02 12:00:00 UTC\n"
    assert "There is no student 'jdo'. Did you mean jdoe?" in run(*command, "--student", "jdo")


PLUGIN = """
from nbgrader.plugins import BasePlugin

class TenPerDay(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 0.1 * score * -(-total_seconds_late // 86400)
"""


def test_due_dates_penalties_and_extensions(folder):
    """A plugin lies beside nbgrader_config.py, where nbgrader would find it."""
    (folder / "late.py").write_text(PLUGIN)
    with open(folder / "nbgrader_config.py", "a") as config:
        config.write("c.AssignLatePenalties.plugin_class = 'late.TenPerDay'\n")
    scores = {"check-gram": 2.0, "check-pca": 2.0, "why": 0.0}
    with gradebook.connect(course.db_url(folder)) as book:
        gradebook.write(book, LESSON, [result("ada", scores), result("bob", scores)])
        when = {"ada": datetime(2024, 3, 2, 12), "bob": datetime(2024, 3, 2, 12)}
        gradebook.settle(book, LESSON, when, {}, lambda *a: None)

    def told():
        lines = export.lines(folder, LESSON)
        return {x["student"]: (x["score"], x["late"]) for x in lines}

    command = ["due", LESSON, "--course", folder]
    assert "has no due date" in run(*command)
    assert "is due 2024-03-01" in run(*command, "2024-03-01 11:00 UTC")
    assert told() == {"ada": (3.2, 2), "bob": (3.2, 2)}
    (folder / "extensions.csv").write_text(f"student,lesson,days\nbob,{LESSON},2\n")
    assert "bob: 2 days more" in run(*command)
    assert told() == {"ada": (3.2, 2), "bob": (4.0, 0)}
    run(*command, "2024-03-09 12:00 UTC")
    assert told() == {"ada": (4.0, 0), "bob": (4.0, 0)}
    assert "has no due date" in run(*command, "--none")
    assert "is no time such as" in run(*command, "soon")
