"""Grades leave as quoted CSV that Canvas, Moodle and a spreadsheet read; everyone is in it."""

import csv
import io
import os
from datetime import datetime

import pytest
from grading_course import LESSON, hand_in, make_course, result

from tinygrad_lessons.classroom import Problem, storage
from tinygrad_lessons.classroom.commands.export import export as write_export
from tinygrad_lessons.classroom.gradebook import course, export, gradebook
from tinygrad_lessons.classroom.intake import collect

WHOLE = {"check-gram": 2.0, "check-pca": 1.25, "why": 0.0}
OPEN = {"check-gram": 2.0, "check-pca": 2.0, "why": None}


@pytest.fixture
def folder(tmp_path):
    """ada is graded, Doe's essay waits, late is 30 hours late, absent and waiting have no grade."""
    folder = make_course(tmp_path / "course")
    people = [
        {"id": "ada", "first_name": "Ada", "last_name": "Lovelace", "lms_user_id": "7"},
        {"id": 'Doe, "J"\n', "lms_user_id": "8"},
        {"id": "absent"},
        {"id": "=1+1"},
    ]  # fmt: skip
    times = {"ada": 1, "late": 3}
    with gradebook.connect(course.db_url(folder)) as book:
        book.update_or_create_assignment(LESSON, duedate="2024-03-01 18:00 UTC")
        gradebook.add_people(book, people)
        scores = {"ada": WHOLE, "late": WHOLE, 'Doe, "J"\n': OPEN, "=1+1": WHOLE}
        gradebook.write(book, LESSON, [result(s, found) for s, found in scores.items()])
        when = {s: datetime(2024, 3, day, 0) for s, day in times.items()}
        gradebook.settle(book, LESSON, when, {}, lambda *a: None)
    with open(folder / "nbgrader_config.py", "a") as config:
        config.write("c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    hand_in(folder, "waiting")
    return folder


def rows(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_plain_lists_everyone_with_what_is_open_marked(folder):
    text, by_hand = export.export(folder, LESSON)
    found = {r["student"]: r for r in rows(text)}
    assert {s: (r["score"], r["max_score"], r["status"]) for s, r in found.items()} == {
        "ada": ("3.25", "7", "graded"),
        "late": ("0", "7", "graded"),
        'Doe, "J"\n': ("4", "7", "to be graded by hand"),
        "absent": ("0", "7", "not handed in"),
        "waiting": ("", "7", "not graded yet"),
        "'=1+1": ("3.25", "7", "graded"),
    }
    assert by_hand == ['Doe, "J"\n'] and found[by_hand[0]]["by_hand"] == "why"
    assert found["ada"]["last_name"] == "Lovelace" and found["ada"]["late_days"] == "0"
    assert (found["late"]["late_days"], found["late"]["penalty"]) == ("2", "3.25")
    assert found["late"]["submitted_utc"] == "2024-03-03 00:00:00"
    assert all(line.startswith('"') for line in text.splitlines() if line and line != '"')


def test_an_extension_takes_late_days_away(folder):
    (folder / "extensions.csv").write_text(f"student,lesson,days\nlate,{LESSON},1\n")
    found = {r["student"]: r for r in rows(export.export(folder, LESSON)[0])}
    late = [found["late"][c] for c in ("late_days", "extension_days", "score")]
    assert late == ["1", "1", "0"]
    (folder / "extensions.csv").write_text(f"student,lesson,days\nlate,{LESSON},2\n")
    found = {r["student"]: r for r in rows(export.export(folder, LESSON)[0])}
    assert (found["late"]["late_days"], found["late"]["score"]) == ("0", "3.25")


def test_canvas_leaves_open_grades_as_they_are(folder):
    text, _ = export.export(folder, LESSON, "canvas")
    header, points, *lines = csv.reader(io.StringIO(text, newline=""))
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", LESSON]
    assert points == ["    Points Possible", "", "", "", "", "7"]
    found = {line[0]: (line[1], line[5]) for line in lines}
    assert found["Ada Lovelace"] == ("7", "3.25")
    assert found['Doe, "J"\n'] == ("8", "")
    assert found["absent"] == ("", "") and found["waiting"] == ("", "")


def test_moodle_knows_its_participants_from_what_was_collected(folder):
    (folder / storage.FOLDER).mkdir()
    keys = {("moodle", "99", "Ada Lovelace"): "ada"}
    collect._note_participants(folder, LESSON, keys)
    found = {r["Full name"]: r for r in rows(export.export(folder, LESSON, "moodle")[0])}
    assert found["Ada Lovelace"]["Identifier"] == "Participant 99"
    assert (found["Ada Lovelace"]["Grade"], found["Ada Lovelace"]["Maximum grade"]) == ("3.25", "7")
    assert found['Doe, "J"\n']["Feedback comments"] == "Still to be graded by hand: why"
    assert found['Doe, "J"\n']["Grade"] == ""


def test_unknown_formats_and_lessons_are_problems(folder):
    with pytest.raises(Problem, match="There are: plain, canvas, moodle"):
        export.export(folder, LESSON, "excel")
    with pytest.raises(Problem, match="has not been released"):
        export.export(folder, "09_none")


def test_a_folder_whose_name_is_not_utf8_is_in_the_file(folder, tmp_path):
    (folder / "submitted" / os.fsdecode(b"caf\xe9") / LESSON).mkdir(parents=True)
    write_export(LESSON, folder, output=tmp_path / "grades.csv")
    assert '"caf\\udce9"' in (tmp_path / "grades.csv").read_text(encoding="utf-8-sig")
