"""The gradebook holds what grading found, exactly, in SQLite and in PostgreSQL."""

import json
import sqlite3
from datetime import datetime, timedelta

import pytest
from grading_course import LESSON, fill, grade, hand_in, lesson, make_course, postgres, result
from sqlalchemy import create_engine, text

from tinygrad_lessons.classroom import Problem
from tinygrad_lessons.classroom.gradebook import course, export, gradebook

RIGHT = {"check-gram": 2.0, "check-pca": 1.25, "why": None}


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL with a filled gradebook as the database "filled"."""
    pytest.importorskip("psycopg")
    with postgres() as url:
        if url is None:
            pytest.skip("PostgreSQL's server programs are not installed (Debian: postgresql)")
        execute(url, "CREATE DATABASE filled")
        fill(url.format("filled"), lesson())
        yield url


def execute(url, *statements):
    engine = create_engine(url.format("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def folder(request, tmp_path):
    """A released course in each kind of gradebook."""
    folder = make_course(tmp_path / "course")
    if request.param == "postgresql":
        url = request.getfixturevalue("server")
        execute(url, "DROP DATABASE IF EXISTS one", "CREATE DATABASE one TEMPLATE filled")
        config = f"c = get_config()\nc.CourseDirectory.db_url = {url.format('one')!r}\n"
        (folder / "nbgrader_config.py").write_text(config)
    return folder


@pytest.fixture
def book(folder):
    with gradebook.connect(course.db_url(folder)) as found:
        yield found


def test_a_snapshot_is_plain_data_in_the_lessons_order(folder):
    snapshot = gradebook.snapshot(course.db_url(folder), folder, LESSON)
    assert json.loads(json.dumps(snapshot)) == snapshot
    ids = [c["grade_id"] for c in snapshot["cells"]]
    assert ids == ["gram", "check-gram", "pca", "check-pca", "why"]
    assert [c["metadata"].get("points") for c in snapshot["cells"]] == [None, 2, None, 2, 3]
    released = {c.metadata.nbgrader.grade_id: c.metadata.nbgrader for c in lesson().cells}
    assert {c["grade_id"]: c["metadata"] for c in snapshot["cells"]} == released
    assert gradebook.release_notebook(snapshot) == lesson()


def test_a_lesson_that_was_not_released_says_how_to_release_it(folder):
    with pytest.raises(Problem, match="has not been released.*lessons release 07_train"):
        gradebook.snapshot(course.db_url(folder), folder, "07_train")


def test_nbgrader_reads_what_was_written(book):
    gradebook.write(book, LESSON, [result("ada", RIGHT), result("Zoë, “Z”\"'", {})])
    submission = book.find_submission(LESSON, "ada")
    assert submission.score == 3.25 and submission.max_score == 7
    assert submission.needs_manual_grade
    grade = book.find_grade("check-pca", LESSON, LESSON, "ada")
    assert grade.auto_score == 1.25 and not grade.needs_manual_grade
    assert book.find_comment("why", LESSON, LESSON, "ada").auto_comment == "No response."
    assert gradebook.students(book) == ["Zoë, “Z”\"'", "ada"]


def test_a_student_without_a_name_is_called_by_the_id_until_one_is_known(book):
    """Formgrader would show None, None."""
    gradebook.write(book, LESSON, [result("ada", RIGHT)])
    assert gradebook.people(book)[0]["last_name"] == "ada"
    gradebook.add_people(book, [{"id": "ada", "first_name": "Ada", "last_name": "Lovelace"}])
    (ada,) = gradebook.people(book)
    assert (ada["first_name"], ada["last_name"]) == ("Ada", "Lovelace")
    gradebook.add_people(book, [{"id": "ada", "last_name": "Byron", "email": "a@x.edu"}])
    (ada,) = gradebook.people(book)
    assert (ada["last_name"], ada["email"]) == ("Lovelace", "a@x.edu")


def test_writing_again_sets_and_never_adds(book):
    for _ in range(3):
        gradebook.write(book, LESSON, [result(f"s{i}", RIGHT) for i in range(30)])
    held = gradebook.scores(book, LESSON)
    assert held == {f"s{i}": RIGHT for i in range(30)}
    assert book.db.execute(text("SELECT count(*) FROM grade")).scalar() == 90
    assert book.db.execute(text("SELECT count(*) FROM comment")).scalar() == 90


def test_a_score_given_by_hand_is_kept_and_looked_at_again(book):
    gradebook.write(book, LESSON, [result("ada", RIGHT)])
    for cell, points in {"why": 3.0, "check-gram": 0.5}.items():
        grade = book.find_grade(cell, LESSON, LESSON, "ada")
        grade.manual_score, grade.needs_manual_grade, grade.extra_credit = points, False, 0.25
    book.find_comment("why", LESSON, LESSON, "ada").manual_comment = "Well said."
    book.db.commit()
    gradebook.write(book, LESSON, [result("ada", {**RIGHT, "check-gram": 1.0})])
    grades = {g.name: g for g in book.find_submission_notebook(LESSON, LESSON, "ada").grades}
    assert {n: (g.auto_score, g.manual_score, g.score) for n, g in grades.items()} == {
        "check-gram": (1.0, 0.5, 0.75), "check-pca": (1.25, None, 1.25), "why": (None, 3.0, 3.25),
    }  # fmt: skip
    assert [n for n, g in sorted(grades.items()) if g.needs_manual_grade] == ["check-gram", "why"]
    assert book.find_comment("why", LESSON, LESSON, "ada").comment == "Well said."


def test_rows_that_stock_nbgrader_made_are_filled(book):
    book.add_student("ada")
    with book.db.no_autoflush:
        book.add_submission(LESSON, "ada")
    gradebook.write(book, LESSON, [result("ada", RIGHT)])
    assert gradebook.scores(book, LESSON) == {"ada": RIGHT}
    assert book.db.execute(text("SELECT count(*) FROM grade")).scalar() == 3


def test_a_cell_that_was_added_after_the_first_grading_gets_its_row(book):
    gradebook.write(book, LESSON, [result("ada", RIGHT)])
    book.add_grade_cell("check-new", LESSON, LESSON, max_score=1, cell_type="code")
    gradebook.write(book, LESSON, [result("ada", {**RIGHT, "check-new": 1.0})])
    assert gradebook.scores(book, LESSON)["ada"]["check-new"] == 1.0


def test_what_being_late_costs_with_and_without_an_extension(book):
    book.update_or_create_assignment(LESSON, duedate="2024-03-01 12:00 UTC")
    when = {s: datetime(2024, 3, day, 12) for s, day in {"on": 1, "late": 3, "ext": 3}.items()}
    gradebook.write(book, LESSON, [result(s, RIGHT) for s in [*when, "unknown"]])

    def lost(extensions, penalty):
        gradebook.settle(book, LESSON, when, extensions, penalty)
        held = {s: book.find_submission(LESSON, s) for s in when}
        assert {s: h.timestamp for s, h in held.items()} == when
        return [h.late_submission_penalty or 0 for h in held.values()]

    def per_day(student, score, seconds):
        return seconds / 86400

    two, seven = timedelta(days=2), timedelta(days=7)
    for _ in range(2):
        assert lost({"ext": two}, per_day) == [0, 2, 0]
    assert lost({"late": seven, "ext": timedelta(0)}, lambda *a: 100) == [0, 0, 3.25]
    assert lost({}, lambda *a: None) == [0, 0, 0]


def test_extensions_are_read_from_a_small_table(tmp_path):
    path = tmp_path / "extensions.csv"
    assert gradebook.extensions(tmp_path, LESSON) == {}
    path.write_text('student,lesson,days\nada,03_gram,2\nbob,01_tensors,1\n"Doe, J",03_gram,.5\n')
    found = gradebook.extensions(tmp_path, LESSON)
    assert found == {"ada": timedelta(days=2), "Doe, J": timedelta(hours=12)}
    for wrong in ("ada,03_gram,two", "ada,03_gram", "ada;03_gram;2"):
        path.write_text(f"student,lesson,days\n{wrong}\n")
        with pytest.raises(Problem, match="line 2: expected student,lesson,days"):
            gradebook.extensions(tmp_path, LESSON)


def test_a_whole_run_ends_the_same_in_either_gradebook(folder):
    for n in range(60):
        hand_in(folder, f"s{n:02}", gram=str(n % 3), pca="2", why="Because.")
    for _ in range(2):
        grade(folder)
    expected = {"check-pca": 2, "why": None}
    with gradebook.connect(course.db_url(folder)) as book:
        held = gradebook.scores(book, LESSON)
    assert held == {f"s{n:02}": {"check-gram": n % 3, **expected} for n in range(60)}
    lines = export.lines(folder, LESSON)
    assert [line["status"] for line in lines] == ["to be graded by hand"] * 60


def test_a_locked_gradebook_is_a_problem_that_says_what_to_do(tmp_path):
    folder = make_course(tmp_path / "course")
    other = sqlite3.connect(folder / "gradebook.db")
    with gradebook.connect(course.db_url(folder) + "?timeout=0.1") as book:
        book.db.rollback()
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Problem, match="gradebook is locked.*run the same command again"):
            with gradebook.connect(course.db_url(folder) + "?timeout=0.1"):
                pass
        other.rollback()
        gradebook.write(book, LESSON, [result("ada", RIGHT)])
        assert gradebook.scores(book, LESSON) == {"ada": RIGHT}


def test_a_server_that_is_down_is_a_problem(tmp_path):
    pytest.importorskip("psycopg")
    with pytest.raises(Problem, match="gradebook does not answer"):
        with gradebook.connect(f"postgresql+psycopg://x@/y?host={tmp_path}"):
            pass
