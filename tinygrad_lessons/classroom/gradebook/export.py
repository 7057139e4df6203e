"""What a lesson's grades are, a line a student: who is graded, who waits for what, who is late."""

import math

from nbgrader import api
from sqlalchemy import select
from sqlalchemy.orm import selectinload, undefer

from ..intake import reading
from ..storage import alone
from . import due, gradebook
from .course import db_url

DAY = 86400
ABSENT, UNGRADED, BY_HAND = "not handed in", "not graded yet", "to be graded by hand"
NEWER = "a newer one waits to be graded"


def lines(course, name, newer=(), only=()):
    """[{student, score or None, max, status, by_hand, late, ...}, ...]: everyone, by id.

    `newer`: those whose grade is of an earlier submission than the one that lies here.
    """
    with alone(course), gradebook.connect(db_url(course)) as book:
        found = list(_lines(book, course, name, set(newer)))
    return [line for line in found if not only or line["student"] in only]


def _lines(book, course, name, newer):
    assignment = due.assignment(book, name)
    due.settle(book, course, name)
    extensions = gradebook.extensions(course, name)
    graded = {s.student_id: s for s in _submissions(book, assignment)}
    people = {p["id"]: p for p in gradebook.people(book)}
    handed_in = {s.student: s for s in reading.find(course, name, people)}
    late = due.late(course, name)
    for student in sorted(people.keys() | handed_in.keys()):
        line = dict.fromkeys(gradebook.PERSON, None) | people.get(student, {})
        line |= {"student": student, "max": assignment.max_score}
        submission = graded.get(student)
        extension = extensions.get(student, submission and submission.extension)
        if submission:
            line |= _graded(submission, student in late)
        else:
            waits = student in handed_in and handed_in[student].handed_in
            line |= {"status": UNGRADED if waits else ABSENT, "score": None, "by_hand": []}
            line |= {"late": 0, "penalty": 0, "submitted": None}
        if submission and student in newer:
            line |= {"status": NEWER, "score": None, "by_hand": [], "penalty": 0, "late": 0}
        yield line | {"extension": extension.total_seconds() / DAY if extension else 0}


def _submissions(book, assignment):
    notebooks = selectinload(api.SubmittedAssignment.notebooks)
    grades = notebooks.selectinload(api.SubmittedNotebook.grades)
    cells = grades.selectinload(api.Grade.cell)
    query = select(api.SubmittedAssignment).where(
        api.SubmittedAssignment.assignment_id == assignment.id
    )
    return book.db.scalars(query.options(cells, undefer(api.SubmittedAssignment.score)))


def _graded(submission, late):
    grades = [g for n in submission.notebooks for g in n.grades]
    by_hand = sorted(g.cell.name for g in grades if g.needs_manual_grade)
    penalty = sum(n.late_submission_penalty or 0 for n in submission.notebooks)
    return {
        "status": BY_HAND if by_hand else "graded",
        "score": max(0.0, submission.score - penalty),
        "by_hand": by_hand,
        "late": math.ceil(gradebook.seconds_late(submission, late) / DAY),
        "penalty": penalty,
        "submitted": submission.timestamp,
    }
