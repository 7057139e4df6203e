"""When a lesson is due, who may be later, and what being late costs."""

from datetime import UTC

from dateutil import parser
from nbgrader import api

from .. import Problem
from ..intake.place import late
from . import course as courses
from . import gradebook


def utc(text):
    """The time that a text says, as UTC without a zone; this machine's where it names none."""
    try:
        return parser.parse(text).astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        raise Problem(f"{text!r} is no time such as '2026-03-01 18:00'.") from None


def assignment(book, name):
    """The lesson's row in the gradebook. Raises Problem before it was released."""
    try:
        return book.find_assignment(name)
    except api.MissingEntry:
        raise Problem(f"{name} has not been released. lessons release {name}") from None


def put(book, name, when):
    """Set the due date, UTC, or None."""
    assignment(book, name).duedate = when
    book.db.commit()


def settle(book, course, name, times=None):
    """Set times of hand-in, extensions and penalties of a lesson's submissions.

    `times`: {student: UTC or None} of those whose time is to be set; the others keep theirs.
    """
    gradebook.settle(
        book,
        name,
        times or {},
        gradebook.extensions(course, name),
        gradebook.penalty(courses.config(course)),
        late(course, name),
    )


def shown(book, course, name):
    """(a sentence, [a line for each student with an extension])."""
    when = assignment(book, name).duedate
    if when is None:
        return f"{name} has no due date. lessons due {name} '2026-03-01 18:00'", []
    local = when.replace(tzinfo=UTC).astimezone()
    extensions = gradebook.extensions(course, name)
    days = {s: f"{e.total_seconds() / 86400:g}" for s, e in sorted(extensions.items())}
    return (
        f"{name} is due {local:%Y-%m-%d %H:%M %Z}.",
        [f"{student}: {d} {'day' if d == '1' else 'days'} more" for student, d in days.items()],
    )
