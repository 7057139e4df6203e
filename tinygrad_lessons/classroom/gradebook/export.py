"""Grades as quoted CSV: plain, or in the form that Canvas or Moodle imports."""

import csv
import io
import math

from nbgrader import api
from sqlalchemy import select
from sqlalchemy.orm import selectinload, undefer

from .. import Problem
from ..intake import reading
from ..intake.collect import participants
from ..storage import alone
from . import gradebook
from .course import config, db_url

DAY = 86400
FORMULA = tuple("=+-@\t\r")  # a spreadsheet would run a cell that begins so


def export(course, name, form="plain"):
    """(CSV text, students still to be graded by hand) of a lesson, in one of FORMS."""
    if form not in FORMS:
        raise Problem(f"There is no format {form!r}. There are: {', '.join(FORMS)}.")
    with alone(course), gradebook.connect(db_url(course)) as book:
        lines = list(_lines(book, course, name))
    rows = FORMS[form](name, lines, course)
    return _csv(rows), [line["student"] for line in lines if line["by_hand"]]


def _lines(book, course, name):
    """Yields what is known of each student, by id: everyone is there, graded or not."""
    try:
        assignment = book.find_assignment(name)
    except api.MissingEntry:
        raise Problem(f"{name} has not been released. lessons release {name}") from None
    extensions = gradebook.extensions(course, name)
    gradebook.settle(book, name, {}, extensions, gradebook.penalty(config(course)))
    graded = {s.student_id: s for s in _submissions(book, assignment)}
    people = {p["id"]: p for p in gradebook.people(book)}
    handed_in = {s.student: s for s in reading.find(course, name, people)}
    for student in sorted(people.keys() | handed_in.keys()):
        line = dict.fromkeys(("first_name", "last_name", "email", "lms_user_id"), None)
        line |= people.get(student, {}) | {"student": student, "max": assignment.max_score}
        submission = graded.get(student)
        extension = extensions.get(student, submission and submission.extension)
        if submission:
            line |= _graded(submission, assignment.duedate, extension)
        else:
            waiting = student in handed_in and handed_in[student].handed_in
            status = "not graded yet" if waiting else "not handed in"
            line |= {"status": status, "score": None, "by_hand": [], "late": 0, "penalty": 0}
            line["submitted"] = None
        yield line | {"extension": extension.total_seconds() / DAY if extension else 0}


def _submissions(book, assignment):
    notebooks = selectinload(api.SubmittedAssignment.notebooks)
    grades = notebooks.selectinload(api.SubmittedNotebook.grades)
    cells = grades.selectinload(api.Grade.cell)
    query = select(api.SubmittedAssignment).where(
        api.SubmittedAssignment.assignment_id == assignment.id
    )
    return book.db.scalars(query.options(cells, undefer(api.SubmittedAssignment.score)))


def _graded(submission, due, extension):
    grades = [g for n in submission.notebooks for g in n.grades]
    by_hand = sorted(g.cell.name for g in grades if g.needs_manual_grade)
    penalty = sum(n.late_submission_penalty or 0 for n in submission.notebooks)
    when, late = submission.timestamp, 0
    if when and due:
        seconds = (when - due).total_seconds() - (extension.total_seconds() if extension else 0)
        late = max(0, math.ceil(seconds / DAY))
    return {
        "status": "to be graded by hand" if by_hand else "graded",
        "score": max(0.0, submission.score - penalty),
        "by_hand": by_hand,
        "late": late,
        "penalty": penalty,
        "submitted": when,
    }


def _plain(name, lines, course):
    yield ["student", "last_name", "first_name", "email", "lesson", "score", "max_score", "status",
           "by_hand", "submitted_utc", "late_days", "extension_days", "penalty"]  # fmt: skip
    for line in lines:
        absent = line["status"] == "not handed in"
        yield [
            line["student"],
            line["last_name"],
            line["first_name"],
            line["email"],
            name,
            0.0 if absent else line["score"],
            line["max"],
            line["status"],
            " ".join(line["by_hand"]),
            line["submitted"],
            line["late"],
            line["extension"],
            line["penalty"],
        ]


def _canvas(name, lines, course):
    """Canvas takes an empty cell as "leave as it is": so are grades that are not yet whole."""
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", name]
    yield ["    Points Possible", "", "", "", "", lines[0]["max"] if lines else ""]
    for line in lines:
        yield [_name(line), line["lms_user_id"], "", line["student"], "", _whole(line)]


def _moodle(name, lines, course):
    """Moodle's grading worksheet; its participants are known from what was collected."""
    numbers = participants(course, name)
    yield ["Identifier", "Full name", "Email address", "Grade", "Maximum grade",
           "Feedback comments"]  # fmt: skip
    for line in lines:
        number = numbers.get(line["student"])
        waiting = line["by_hand"] and f"Still to be graded by hand: {', '.join(line['by_hand'])}"
        yield [
            f"Participant {number}" if number else "",
            _name(line),
            line["email"],
            _whole(line),
            line["max"],
            waiting or "",
        ]


FORMS = {"plain": _plain, "canvas": _canvas, "moodle": _moodle}


def _name(line):
    names = [n for n in (line["first_name"], line["last_name"]) if n]
    return " ".join(names) or line["student"]


def _whole(line):
    return "" if line["by_hand"] or line["score"] is None else line["score"]


def _csv(rows):
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value):
    if value is None:
        return ""
    if isinstance(value, int | float):
        return f"{value:.10g}"
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
