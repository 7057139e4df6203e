"""nbgrader's gradebook: what grading needs of a lesson, and many results in one transaction."""

import csv
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import nbformat
from nbformat import v4
from nbgrader import api, utils
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError, SQLAlchemyError
from sqlalchemy.orm import selectinload

from .. import Problem
from ..names import parts
from .course import LOCKED, find_alembic

NO_RESPONSE = "No response."  # nbgrader's own words for an answer that was left as released


@contextmanager
def connect(db_url):
    """nbgrader's Gradebook at a URL. Raises Problem when it is locked, full or out of reach."""
    find_alembic()
    try:
        with api.Gradebook(db_url) as book:
            yield book
    except (DatabaseError, ModuleNotFoundError) as error:
        raise Problem(_words(error)) from error


def _words(error):
    text = str(getattr(error, "orig", error)).strip().splitlines()[0]
    if "locked" in text:
        return LOCKED
    if "full" in text or "disk I/O" in text:
        return f"The gradebook cannot be written: {text}. Make room and run the same command again."
    if "not a database" in text or "malformed" in text:
        return f"The gradebook is damaged: {text}. Put a copy of an earlier day in its place."
    if isinstance(error, ModuleNotFoundError):
        return f"The gradebook's driver is not installed: {text}. pip install 'psycopg[binary]'"
    return f"The gradebook does not answer: {text}. Start it, or mend db_url in nbgrader_config.py."


def snapshot(db_url, course, name):
    """All that grading needs of a released lesson, as plain data that can be sent to workers.

    Text, points and kinds of cells are the gradebook's; their order is the release's.
    """
    course = Path(course).resolve()
    assignment, notebook = parts(name)
    folder = course / "release" / assignment
    with connect(db_url) as book:
        try:
            found = {c["grade_id"]: c for c in _cells(book.find_notebook(notebook, assignment))}
            release = nbformat.read(folder / f"{notebook}.ipynb", 4)
        except (api.MissingEntry, FileNotFoundError):
            raise Problem(
                f"{name} has not been released: nothing to grade against. "
                f"lessons release {assignment}"
            ) from None
    order = [c["metadata"].get("nbgrader", {}).get("grade_id") for c in release["cells"]]
    cells = [found.pop(grade_id) for grade_id in order if grade_id in found]
    return {
        "lesson": name,
        "course": str(course),
        "edition": str(folder),
        "cells": [*cells, *(found[grade_id] for grade_id in sorted(found))],
        "release": release,
    }


def release_notebook(snapshot):
    """The released notebook of a snapshot."""
    return nbformat.from_dict(snapshot["release"])


def _cells(notebook):
    graded = {c.name: c.max_score for c in notebook.grade_cells}
    tasks = {c.name: c.max_score for c in notebook.task_cells}
    solutions = {c.name for c in notebook.solution_cells}
    for cell in notebook.source_cells:
        marks = {
            "schema_version": 3,
            "grade_id": cell.name,
            "cell_type": cell.cell_type,
            "locked": cell.locked,
            "checksum": cell.checksum,
            "grade": cell.name in graded,
            "solution": cell.name in solutions,
            "task": cell.name in tasks,
        }
        if marks["grade"] or marks["task"]:
            marks["points"] = {**graded, **tasks}[cell.name]
        yield {
            "grade_id": cell.name,
            "cell_type": cell.cell_type,
            "source": cell.source,
            "metadata": marks,
            "locked": cell.locked,
        }


def students(book):
    """The ids of the course's students, in order."""
    return sorted(book.db.scalars(select(api.Student.id)))


PERSON = ("id", "first_name", "last_name", "email", "lms_user_id")


def people(book):
    """[{id, first_name, last_name, email, lms_user_id}, ...] of all students."""
    rows = book.db.execute(select(*(getattr(api.Student, name) for name in PERSON))).all()
    book.db.rollback()
    return [dict(zip(PERSON, row, strict=True)) for row in rows]


def add_people(book, people):
    """Add students, and what is not yet known of those who are there."""
    for person in people:
        student = book.db.get(api.Student, person["id"]) or new_student(person["id"])
        book.db.add(student)
        said = {name: value for name, value in person.items() if value and name != "id"}
        if is_nameless(student):
            student.last_name = said.get("last_name") or student.last_name
        for name, value in said.items():
            if not getattr(student, name):
                setattr(student, name, value)
    book.db.commit()


def new_student(id):
    """A row for a student of whom only the id is known: formgrader shows it as the name."""
    return api.Student(id=id, first_name="", last_name=id)


def is_nameless(student):
    """Whether the id stands in the place of a name."""
    return student.last_name == student.id and not student.first_name


def scores(book, name, students=None):
    """{student: {grade_id: score by machine or None}} as the gradebook has them for a lesson."""
    query = _grades(name, api.Grade.auto_score)
    if students is not None:
        query = query.where(api.SubmittedAssignment.student_id.in_(students))
    found = {}
    for student, cell, score in book.db.execute(query):
        found.setdefault(student, {})[cell] = score
    book.db.rollback()  # ends the reading transaction
    return found


def scored_by_hand(book, name):
    """{student: {grade_id: score}} of the cells that a person gave a score."""
    query = _grades(name, api.Grade.manual_score).where(api.Grade.manual_score.is_not(None))
    found = {}
    for student, cell, score in book.db.execute(query):
        found.setdefault(student, {})[cell] = score
    book.db.rollback()
    return found


def _grades(name, *columns):
    """A query for (student, grade_id, *columns) of each grade of a lesson."""
    notebook, submission = api.SubmittedNotebook, api.SubmittedAssignment
    assignment, wanted = parts(name)
    return (
        select(submission.student_id, api.BaseCell.name, *columns)
        .select_from(api.Grade)
        .join(notebook, notebook.id == api.Grade.notebook_id)
        .join(submission, submission.id == notebook.assignment_id)
        .join(api.BaseCell, api.BaseCell.id == api.Grade.cell_id)
        .join(api.Notebook, api.Notebook.id == notebook.notebook_id)
        .join(api.Assignment, api.Assignment.id == submission.assignment_id)
        .where(api.Assignment.name == assignment, api.Notebook.name == wanted)
    )


def write(book, name, results, unchanged=()):
    """Set the scores of many Results in one transaction; scores given by hand are kept.

    Writing a result again changes nothing. A person looks again at what they scored, unless the
    student's submission is `unchanged` and the machine's score is so, too.
    Raises Problem when the gradebook does not hold it.
    """
    results = {r.student: r for r in results}
    try:
        with book.db.no_autoflush:
            lesson = _Lesson(book.find_notebook(*reversed(parts(name))))
            submissions = _submissions(book, lesson, list(results))
            for student, result in results.items():
                book.db.add_all(lesson.fill(submissions[student], result, student in unchanged))
        book.db.commit()
    except SQLAlchemyError:
        book.db.rollback()
        raise
    held = scores(book, name, list(results))
    for student, result in results.items():
        if not result.scores.items() <= held.get(student, {}).items():
            raise Problem(f"The gradebook does not hold what was written for {student}.")


class _Lesson:
    """A lesson's cells in the gradebook, and the rows that a submission of it needs."""

    def __init__(self, notebook):
        self.notebook, self.assignment = notebook, notebook.assignment
        graded = [*notebook.grade_cells, *notebook.task_cells]
        written = [*notebook.solution_cells, *notebook.task_cells]
        self.graded = {c.id: c.name for c in graded}
        self.written = {c.id: c.name for c in written}
        self.released = {c.name: c.checksum for c in notebook.source_cells}

    def new_submission(self, student):
        submission = api.SubmittedAssignment(assignment_id=self.assignment.id, student_id=student)
        notebook = api.SubmittedNotebook(notebook_id=self.notebook.id, assignment=submission)
        return [submission, notebook]

    def fill(self, submission, result, unchanged=False):
        """Set a submission's scores and comments; returns the rows that were not there before."""
        here = (n for n in submission.notebooks if n.notebook_id == self.notebook.id)
        notebook, new = next(here, None), []
        if notebook is None:  # of this assignment another notebook was graded before
            notebook = api.SubmittedNotebook(notebook_id=self.notebook.id, assignment=submission)
            new.append(notebook)

        def row(of, rows, cell):
            if cell not in rows:
                rows[cell] = of(cell_id=cell, notebook=notebook)
                new.append(rows[cell])
            return rows[cell]

        grades = {g.cell_id: g for g in notebook.grades}
        for cell, name in self.graded.items():
            grade, score = row(api.Grade, grades, cell), result.scores.get(name)
            by_hand = grade.manual_score is not None
            if not (by_hand and unchanged and grade.auto_score == score):
                grade.needs_manual_grade = score is None or by_hand
            grade.auto_score = score
        comments = {c.cell_id: c for c in notebook.comments}
        empty = unanswered(result.notebook, self.released) if self.written else ()
        for cell, name in self.written.items():
            comment = row(api.Comment, comments, cell)
            comment.auto_comment = NO_RESPONSE if name in empty else None
        return new


def unanswered(notebook, released):
    """The grade_ids of answers whose cells are as released; `released`: {grade_id: checksum}."""
    marked = [c for c in v4.reads(notebook).cells if utils.is_solution(c)]
    return {
        c.metadata.nbgrader.grade_id
        for c in marked
        if released.get(c.metadata.nbgrader.grade_id) == utils.compute_checksum(c)
    }


def _submissions(book, lesson, students):
    """{student: their submission of the lesson}, new ones made where there are none."""
    db = book.db
    query = (
        select(api.SubmittedAssignment)
        .where(api.SubmittedAssignment.assignment_id == lesson.assignment.id)
        .where(api.SubmittedAssignment.student_id.in_(students))
        .options(
            selectinload(api.SubmittedAssignment.notebooks).options(
                selectinload(api.SubmittedNotebook.grades),
                selectinload(api.SubmittedNotebook.comments),
            )
        )
    )
    found = {s.student_id: s for s in db.scalars(query)}
    known = set(db.scalars(select(api.Student.id).where(api.Student.id.in_(students))))
    for student in students:
        if student not in known:
            db.add(new_student(student))
        if student not in found:
            rows = lesson.new_submission(student)
            db.add_all(rows)
            found[student] = rows[0]
    return found


def penalty(config):
    """The course's rule for late submissions, from nbgrader's configuration."""
    from nbgrader.preprocessors import AssignLatePenalties

    step = AssignLatePenalties(config=config)
    step.init_plugin()
    return step.plugin_inst.late_submission_penalty


def extensions(course, name):
    """{student: days} of a lesson, from `extensions.csv` with the columns student, lesson, days."""
    path, found = Path(course, "extensions.csv"), {}
    if not path.exists():
        return found
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    lines = csv.DictReader(text.splitlines())
    if not {"student", "lesson", "days"} <= set(lines.fieldnames or ()):
        raise Problem(f"{path}, line 1: expected the heading student,lesson,days")
    for number, line in enumerate(lines, 2):
        try:
            if line["lesson"].strip() == name:
                found[line["student"].strip()] = timedelta(days=float(line["days"]))
        except (ValueError, AttributeError, TypeError, OverflowError):
            raise Problem(
                f"{path}, line {number}: expected student,lesson,days such as ada,{name},2"
            ) from None
    return found


def settle(book, name, timestamps, extensions, penalty, late=()):
    """Set when a lesson's submissions were handed in, their extensions, and what being late costs.

    `timestamps`: {student: UTC or None}; `extensions`: {student: timedelta};
    `penalty(student, score, seconds late)` gives points or None; `late`: who is late as the
    learning system says: where nobody knows by how much, it is by a second.
    """
    assignment = book.find_assignment(name)
    query = select(api.SubmittedAssignment).where(
        api.SubmittedAssignment.assignment_id == assignment.id
    )
    notebooks = selectinload(api.SubmittedAssignment.notebooks)
    for submission in book.db.scalars(query.options(notebooks)):
        student = submission.student_id
        submission.timestamp = timestamps.get(student, submission.timestamp)
        submission.extension = extensions.get(student, submission.extension)
        seconds = seconds_late(submission, student in late)
        for notebook in submission.notebooks:
            points = penalty(student, notebook.score, seconds) if seconds > 0 else None
            notebook.late_submission_penalty = (
                points if points is None else min(max(points, 0.0), notebook.score)
            )
    book.db.commit()


def seconds_late(submission, said=False):
    """By how many seconds a submission is late, the extension taken off; `said`: see `settle`."""
    due = submission.assignment.duedate
    if due and submission.timestamp:
        return submission.total_seconds_late
    return 1 if said and not submission.extension else 0
