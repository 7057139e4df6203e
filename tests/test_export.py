"""Grades leave as quoted CSV that Canvas, Moodle and a spreadsheet read; everyone is in it."""

import csv
import io
import os
from datetime import datetime

import pytest
from grading_course import LESSON, RIGHT, grade, hand_in, make_course, result
from typer.testing import CliRunner

from tinygrad_lessons.classroom import Problem, storage
from tinygrad_lessons.classroom.commands import app
from tinygrad_lessons.classroom.commands.export import export as write_export
from tinygrad_lessons.classroom.gradebook import (
    course,
    export,
    gradebook,
    roster,
    sheets,
    worksheet,
)
from tinygrad_lessons.classroom.grading.outdated import outdated
from tinygrad_lessons.classroom.grading.workers import close_sandbox
from tinygrad_lessons.classroom.intake import place

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


def plain(folder, **options):
    return sheets.text(sheets.plain(LESSON, export.lines(folder, LESSON, **options)))


def note(folder, **notes):
    """What a download told of students."""
    (folder / storage.FOLDER).mkdir(exist_ok=True)
    place.add_notes(folder, LESSON, notes)


def test_plain_lists_everyone_with_what_is_open_marked(folder):
    text = plain(folder)
    found = {r["student"]: r for r in rows(text)}
    assert {s: (r["score"], r["max_score"], r["status"]) for s, r in found.items()} == {
        "ada": ("3.25", "7", "graded"),
        "late": ("0", "7", "graded"),
        'Doe, "J"\n': ("4", "7", "to be graded by hand"),
        "absent": ("0", "7", "not handed in"),
        "waiting": ("", "7", "not graded yet"),
        "'=1+1": ("3.25", "7", "graded"),
    }
    assert found['Doe, "J"\n']["by_hand"] == "why"
    assert found["ada"]["last_name"] == "Lovelace" and found["ada"]["late_days"] == "0"
    assert (found["late"]["late_days"], found["late"]["penalty"]) == ("2", "3.25")
    assert found["late"]["submitted_utc"] == "2024-03-03 00:00:00"
    assert all(line.startswith('"') for line in text.splitlines() if line and line != '"')


def test_an_extension_takes_late_days_away(folder):
    (folder / "extensions.csv").write_text(f"student,lesson,days\nlate,{LESSON},1\n")
    found = {r["student"]: r for r in rows(plain(folder))}
    late = [found["late"][c] for c in ("late_days", "extension_days", "score")]
    assert late == ["1", "1", "0"]
    (folder / "extensions.csv").write_text(f"student,lesson,days\nlate,{LESSON},2\n")
    found = {r["student"]: r for r in rows(plain(folder))}
    assert (found["late"]["late_days"], found["late"]["score"]) == ("0", "3.25")


def test_late_as_canvas_says_counts_where_nobody_knows_the_time(folder):
    """And costs nothing where a time is known that is early enough, or with an extension."""
    note(folder, ada={"late": True}, **{"=1+1": {"late": True}})
    found = {r["student"]: r for r in rows(plain(folder))}
    assert [found["'=1+1"][c] for c in ("late_days", "score")] == ["1", "0"]
    assert [found["ada"][c] for c in ("late_days", "score")] == ["0", "3.25"]
    (folder / "extensions.csv").write_text(f"student,lesson,days\n=1+1,{LESSON},1\n")
    found = {r["student"]: r for r in rows(plain(folder))}
    assert [found["'=1+1"][c] for c in ("late_days", "score")] == ["0", "3.25"]


def test_an_old_grade_is_never_that_of_a_newer_submission(tmp_path):
    folder = make_course(tmp_path / "course")
    for student in ("ada", "bob", "eve"):
        hand_in(folder, student, **RIGHT)
    grade(folder)
    close_sandbox()
    assert outdated(folder, [LESSON]) == set()
    hand_in(folder, "bob", gram="0")
    (folder / "submitted" / "ada" / LESSON / f"{LESSON}.ipynb").chmod(0o600)
    assert outdated(folder, [LESSON]) == {"bob"}
    found = {r["student"]: r for r in rows(plain(folder, newer=["bob"]))}
    assert (found["bob"]["score"], found["bob"]["status"]) == (
        "", "a newer one waits to be graded",
    )  # fmt: skip
    assert found["ada"]["status"] == "to be graded by hand"
    text, _ = sheets.canvas(folder, LESSON, export.lines(folder, LESSON, newer=["bob"]))
    assert '"bob","","","","",""' in text


def test_what_stock_nbgrader_graded_since_is_not_outdated(tmp_path):
    folder = make_course(tmp_path / "course")
    hand_in(folder, "ada", **RIGHT)
    grade(folder)
    close_sandbox()
    hand_in(folder, "ada", gram="0")
    assert outdated(folder, [LESSON]) == {"ada"}
    graded = folder / "autograded" / "ada" / LESSON / f"{LESSON}.ipynb"
    graded.write_text(graded.read_text())
    assert outdated(folder, [LESSON]) == set()


def test_canvas_leaves_open_grades_as_they_are(folder):
    text, said = sheets.canvas(folder, LESSON, export.lines(folder, LESSON))
    header, points, *lines = csv.reader(io.StringIO(text, newline=""))
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", LESSON]
    assert points == ["    Points Possible", "", "", "", "", "7"]
    found = {line[0]: (line[1], line[5]) for line in lines}
    assert found["Ada Lovelace"] == ("7", "3.25")
    assert found['Doe, "J"\n'] == ("8", "")
    assert found["absent"] == ("", "") and found["waiting"] == ("", "")
    assert list(said.values()) == [["=1+1", "absent", "late", "waiting"]]


def test_canvas_has_its_own_numbers_and_they_are_remembered(folder):
    (folder / storage.FOLDER).mkdir(exist_ok=True)
    listed = {"id": "late", "first_name": "", "last_name": "", "email": "", "lms_user_id": "",
              "section": "A", "sis_user_id": "0012", "sis_login_id": "late1"}  # fmt: skip
    with gradebook.connect(course.db_url(folder)) as book:
        roster.add(folder, book, [listed])
    lines = export.lines(folder, LESSON)
    for number in ("345", ""):
        text, said = sheets.canvas(folder, LESSON, lines, number)
        assert f'"{LESSON} (345)"' in text and '"late","","0012","late1","A","0"' in text
        assert "late" not in sum(said.values(), [])


@pytest.mark.parametrize("language", worksheet.WORDS)
def test_moodles_importer_finds_its_three_columns_and_the_student(folder, language):
    note(folder, ada={"participant": "99"})
    text, said = worksheet.made(folder, LESSON, export.lines(folder, LESSON), language)
    (found,) = rows(text)
    number, grade, changed, participant = worksheet.WORDS[language]
    assert (found[number], found[grade]) == (f"{participant}99", "3.25")
    assert found[number][len(participant) :] == "99" and changed in found
    assert list(said.values()) == [["=1+1", 'Doe, "J"\n', "absent", "late", "waiting"]]


def test_a_language_that_is_not_known_has_a_way(folder):
    with pytest.raises(Problem, match="--worksheet FILE.csv"):
        worksheet.made(folder, LESSON, export.lines(folder, LESSON), "ja")


def test_moodles_own_worksheet_is_filled_in(folder, tmp_path):
    note(folder, late={"participant": "5"})
    sheet = tmp_path / "Grades.csv"
    sheet.write_text(
        "\ufeffIdentifiant,Nom complet,Adresse,Statut,Note,Note maximale,"
        "Dernière modification (note)\n"
        "Participant 5,Somebody,x@y,Remis,,100,-\n"
        "Participant 6,Ada Lovelace,a@y,Remis,,100,-\n"
        "Participant 7,Guest,g@y,Remis,1,100,-\n"
    )
    text, said = worksheet.fill(sheet, folder, LESSON, export.lines(folder, LESSON))
    assert [r["Note"] for r in rows(text)] == ["0", "3.25", "1"]
    assert said["In the worksheet, and not here"] == ["Guest"]
    assert said["Not in the worksheet"] == ["=1+1", 'Doe, "J"\n', "absent", "waiting"]
    assert said["The lesson has 7 points, not"] == ["100"]
    sheet.write_text(sheet.read_text().replace("Note,", "評点,").replace("note)", "x)"))
    with pytest.raises(Problem, match="which column has the grades"):
        worksheet.fill(sheet, folder, LESSON, export.lines(folder, LESSON))
    text, _ = worksheet.fill(sheet, folder, LESSON, export.lines(folder, LESSON), "評点")
    assert [r["評点"] for r in rows(text)] == ["0", "3.25", "1"]


def run(folder, *arguments):
    arguments = ["export", LESSON, "--course", folder, *arguments]
    done = CliRunner().invoke(app(), [str(a) for a in arguments])
    return done.exception if isinstance(done.exception, Problem) else done.output


def test_the_command_says_who_is_left_out_and_who_waits(folder, tmp_path):
    said = run(folder, "--format", "moodle", "--output", tmp_path / "m.csv")
    assert "0 students in" in said
    assert "Left out, no number of theirs in Moodle is known: 6" in said
    assert "Still to be graded by hand: 1" in said
    said = run(folder, "--student", "ada", "--output", tmp_path / "p.csv")
    assert "1 student in" in said and "hand" not in said


def test_unknown_formats_and_lessons_are_problems(folder):
    assert "There are: plain, canvas, moodle" in str(run(folder, "--format", "excel"))
    with pytest.raises(Problem, match="has not been released"):
        export.lines(folder, "09_none")


def test_a_folder_whose_name_is_not_utf8_is_in_the_file(folder, tmp_path):
    (folder / "submitted" / os.fsdecode(b"caf\xe9") / LESSON).mkdir(parents=True)
    write_export(LESSON, folder, output=tmp_path / "grades.csv")
    assert '"caf\\udce9"' in (tmp_path / "grades.csv").read_text(encoding="utf-8-sig")
